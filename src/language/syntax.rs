//! The syntax tree: what stands in a file, with the place of every word. One type per construct of
//! `docs/mapping/grammar.md`.

use crate::base::span::Span;

/// A word with its place. Backquotes are already off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A string with its place. Quotes are off and doubled quotes are single.
pub type Text = Word;

/// `house/940-order@7`: a document and, where pinned, its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentReference {
    /// The name, such as `house/940-order`.
    pub name: String,
    /// The pinned version.
    pub version: Option<u32>,
    /// Where it stands.
    pub span: Span,
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// `shape …` or `record …`.
    Shape(ShapeDocument),
    /// `dictionary …`.
    Dictionary(DictionaryDocument),
    /// `guide …`.
    Guide(GuideDocument),
    /// `map …`.
    Map(MapDocument),
    /// `fragment …`.
    Fragment(FragmentDocument),
    /// `flow …`.
    Flow(FlowDocument),
}

// ---------------------------------------------------------------------------------------------- shapes

/// `shape outbound_order … end shape` or `record party … end record`.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeDocument {
    /// Its name.
    pub name: Word,
    /// Whether it is a document (`shape`) or a part of documents (`record`).
    pub is_document: bool,
    /// `master`: a document of the same key takes the place of those before it.
    pub is_master: bool,
    /// Words for people: `name "Outbound order"`.
    pub title: Option<Text>,
    /// The `##` lines before it, joined by newlines.
    pub documentation: String,
    /// Its fields.
    pub fields: Vec<FieldDeclaration>,
    /// The whole document.
    pub span: Span,
}

/// `number text 80 required key`
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDeclaration {
    /// The field's name.
    pub name: Word,
    /// `many`: a list.
    pub many: bool,
    /// Its type.
    pub kind: TypeExpression,
    /// `required`.
    pub required: bool,
    /// `key`: `earlier` and `item` may look documents up by it.
    pub key: bool,
    /// The `##` lines before it.
    pub documentation: String,
    /// The whole line.
    pub span: Span,
}

/// A type as written in a shape, a dictionary or a column: `text 22`, `decimal(9,2)`, `date "MM/dd/yyyy"`,
/// `code A C D`, or the name of a record. Modifiers such as `implied`, `zero`, `sign trailing` are in `modifiers`.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpression {
    /// `text`, `int`, `decimal`, `date`, `time`, `datetime`, `instant`, `bool`, `code`, `ext`, an X12 type
    /// (`AN ID N0 N2 R DT TM B`), or a record's name.
    pub name: Word,
    /// Numbers that follow: `text 22`, `AN 1 22` (min, max), `decimal(9,2)`.
    pub numbers: Vec<u32>,
    /// The mask of a date or time.
    pub mask: Option<Text>,
    /// The codes of `code A C D` or of `only …`.
    pub codes: Vec<Word>,
    /// The whole type.
    pub span: Span,
}

// ---------------------------------------------------------------------------------------------- guides

/// `dictionary x12/004010 … end dictionary`: elements and segments that guides share.
#[derive(Debug, Clone, PartialEq)]
pub struct DictionaryDocument {
    /// Its name.
    pub name: DocumentReference,
    /// `element 373 DT 8 8 name "Date" [codes …]`
    pub elements: Vec<ElementDeclaration>,
    /// `composite C082 … end`: as segments, with `key` in place of pairs and relations.
    pub composites: Vec<SegmentDeclaration>,
    /// `segment N1 … end`
    pub segments: Vec<SegmentDeclaration>,
    /// `words 98 ST "ship to"`
    pub words: Vec<WordsDeclaration>,
    /// The whole document.
    pub span: Span,
}

/// `words 98 ST "ship to" BT "bill to"`: what codes of an element mean, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct WordsDeclaration {
    /// The element.
    pub element: Word,
    /// Codes, each with its meaning.
    pub meanings: Vec<(Word, Text)>,
    /// The whole line.
    pub span: Span,
}

/// `element 98 ID 2 3 name "Party role" codes BT DE ST`
#[derive(Debug, Clone, PartialEq)]
pub struct ElementDeclaration {
    /// Its number or name.
    pub id: Word,
    /// Type with minimum and maximum length.
    pub kind: TypeExpression,
    /// `name "…"`
    pub title: Option<Text>,
    /// `codes A B "C D"`: the code list; empty means any.
    pub codes: Vec<Word>,
    /// `masks 102 "yyyyMMdd" 203 "yyyyMMddHHmm"`: what its codes say about the form of a date or time beside it.
    pub masks: Vec<(Word, Text)>,
    /// The whole line.
    pub span: Span,
}

/// `segment N1 name "Party"` with its element lines.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentDeclaration {
    /// The tag.
    pub tag: Word,
    /// `name "…"`
    pub title: Option<Text>,
    /// Its elements in order.
    pub elements: Vec<SegmentElement>,
    /// `pairs id (.04 .05) (.06 .07)`
    pub pairs: Vec<PairsDeclaration>,
    /// `relation P .03 .04`: the syntax notes (P paired, R at least one, E at most one, C if first then all, L if
    /// first then one of the rest).
    pub relations: Vec<RelationDeclaration>,
    /// `moment value .C507.2380 by .C507.2379`
    pub moments: Vec<MomentDeclaration>,
    /// Of a composite: `key .02`, the component that selects.
    pub key: Option<Path>,
    /// The whole block.
    pub span: Span,
}

/// `.01 98 required` or `.05 C040 repeat 3 … `
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentElement {
    /// Position from 1.
    pub position: u16,
    /// The dictionary's element id.
    pub element: Word,
    /// `required`
    pub required: bool,
    /// `max N`: repetitions; 1 if not written.
    pub repeat: u32,
    /// The whole line.
    pub span: Span,
}

/// `moment value .C507.2380 by .C507.2379`: a date or time whose form a code beside it tells.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentDeclaration {
    /// What it is called in paths.
    pub name: Word,
    /// Where its text stands.
    pub value: Path,
    /// Where the code of its form stands.
    pub format: Path,
    /// The whole line.
    pub span: Span,
}

/// `pairs id (.04 .05) (.06 .07)`: qualifier and value positions.
#[derive(Debug, Clone, PartialEq)]
pub struct PairsDeclaration {
    /// The name used in paths: `W01.id[VN]`.
    pub name: Word,
    /// Qualifier position and value position.
    pub pairs: Vec<(u16, u16)>,
    /// The whole line.
    pub span: Span,
}

/// `relation P .03 .04`
#[derive(Debug, Clone, PartialEq)]
pub struct RelationDeclaration {
    /// `P`, `R`, `E`, `C` or `L`.
    pub kind: Word,
    /// Element positions.
    pub positions: Vec<u16>,
    /// The whole line.
    pub span: Span,
}

/// `guide acme/x12-940 extends x12/004010/940 … end guide`
#[derive(Debug, Clone, PartialEq)]
pub struct GuideDocument {
    /// Its name.
    pub name: DocumentReference,
    /// The base it narrows.
    pub extends: Option<DocumentReference>,
    /// The `##` lines before it.
    pub documentation: String,
    /// Its lines in order.
    pub lines: Vec<GuideLine>,
    /// The whole document.
    pub span: Span,
}

/// A line of a guide.
#[derive(Debug, Clone, PartialEq)]
pub enum GuideLine {
    /// `version 3`, `lang 1`
    Version(NumberSetting),
    /// `lang 1`
    Lang(NumberSetting),
    /// `source "ACME 940 spec v2.3"`
    Source(Text),
    /// `syntax x12 release "004010" set "940" …`, `syntax csv delimiter "," header yes …`
    Syntax(SyntaxLine),
    /// `dictionary x12/004010`
    Dictionary(DocumentReference),
    /// `delimiters element "*" segment "~" component ">"`: how it is written.
    Delimiters(Vec<Setting>),
    /// `unit transaction`, `unit file`, `unit group by order_no contiguous`
    Unit(UnitLine),
    /// `header order_no, scac`: columns equal within a unit.
    Header(Vec<Path>, Span),
    /// `structure … end structure`
    Structure(Vec<StructureItem>, Span),
    /// `columns … end columns`
    Columns(Vec<ColumnDeclaration>, Span),
    /// `extra columns warn`
    ExtraColumns(Word),
    /// `record H required max 1 … end record`: a record of a fixed-width file.
    Record(RecordDeclaration),
    /// `namespace cbc "urn:…"`; without a prefix the namespace of names without one.
    Namespace(Option<Word>, Text),
    /// `element Orders/Order … end Order`: what is inside it, and inside that.
    Element(NestedElement),
    /// `client from owner`: where the client stands in the data.
    Client(Path, Span),
    /// `hierarchy HL id .01 parent .02 level .03 children .04 levels S > O > T? > I`
    Hierarchy(HierarchyLine),
    /// `N1[ST] required max 1`, `W05.01 only N F`, `NAD key .3035`
    Rule(RuleLine),
    /// `not used N2, PER`
    NotUsed(Vec<Path>, Span),
    /// `widen N9.02 length 50 "why"`
    Widen(RuleLine, Text),
    /// `case C1 "text": condition`
    Case(CaseLine),
}

/// `version 3`
#[derive(Debug, Clone, PartialEq)]
pub struct NumberSetting {
    /// The number.
    pub value: u32,
    /// Where it stands.
    pub span: Span,
}

/// `syntax csv delimiter "," header yes`
#[derive(Debug, Clone, PartialEq)]
pub struct SyntaxLine {
    /// `x12`, `csv`, `edifact`, `fixed`, …
    pub format: Word,
    /// The settings after it.
    pub settings: Vec<Setting>,
    /// The whole line.
    pub span: Span,
}

/// `delimiter ","`: a name and a word, number or string.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The name.
    pub name: Word,
    /// The value; a word or number as written, a string without its quotes.
    pub value: Word,
}

/// `unit group by order_no contiguous`, `unit record H by order_no`
#[derive(Debug, Clone, PartialEq)]
pub struct UnitLine {
    /// `transaction`, `file`, `group`, `record`, `element`
    pub kind: Word,
    /// The record that begins a unit, or the element that is one.
    pub record: Option<Word>,
    /// The columns of `group by`, or the fields of the record that name the unit.
    pub by: Vec<Path>,
    /// `contiguous`
    pub contiguous: bool,
    /// The whole line.
    pub span: Span,
}

/// A segment or loop in a `structure`.
#[derive(Debug, Clone, PartialEq)]
pub struct StructureItem {
    /// The segment's tag (a loop's trigger).
    pub tag: Word,
    /// The name of `group stock = INV`, where given.
    pub alias: Option<Word>,
    /// Whether it is a `loop`.
    pub is_loop: bool,
    /// `required`, `max`, `key`, `id`, `name`, `auto`, …
    pub attributes: Vec<Attribute>,
    /// What is inside the loop.
    pub children: Vec<StructureItem>,
    /// The line.
    pub span: Span,
}

/// `order_no required text 22`
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDeclaration {
    /// The column's name, as in the header row.
    pub name: Word,
    /// Its type.
    pub kind: TypeExpression,
    /// `required`, `blank "…"`, `upper`, `zero`, `implied`, `sign`, `const`, `scale`, …
    pub attributes: Vec<Attribute>,
    /// The `##` lines before it.
    pub documentation: String,
    /// The line.
    pub span: Span,
}

/// `record H required max 1 … end record`
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDeclaration {
    /// Its name.
    pub name: Word,
    /// `required`, `max`, …
    pub attributes: Vec<Attribute>,
    /// Its fields from left to right.
    pub fields: Vec<RecordField>,
    /// Records that belong to it and follow it.
    pub records: Vec<RecordDeclaration>,
    /// The line.
    pub span: Span,
}

/// `order_no 22 text`; without a width where a delimiter ends it: `order_no text 22`
#[derive(Debug, Clone, PartialEq)]
pub struct RecordField {
    /// How many characters it takes; `None` for all up to the delimiter.
    pub width: Option<u32>,
    /// Name, type and attributes. Where no type is written it is `text`, with the place of the width.
    pub column: ColumnDeclaration,
}

/// `element Line many … end Line`, or one line of it: `@no required int`, `cbc:ID text 35`
#[derive(Debug, Clone, PartialEq)]
pub struct NestedElement {
    /// Its name behind the names of those around it: `Lines/Line`. An attribute's name starts with `@`.
    pub path: Vec<Word>,
    /// The type of its text; `None` for a block without text, which holds elements.
    pub kind: Option<TypeExpression>,
    /// `required`, `max`, `const`, `only`, …
    pub attributes: Vec<Attribute>,
    /// What is inside, in the order it is written; `None` for an attribute or an element declared in one line.
    pub inside: Option<Vec<NestedElement>>,
    /// The `##` lines before it.
    pub documentation: String,
    /// Its first line.
    pub span: Span,
}

/// `hierarchy HL id .01 parent .02 level .03 children .04 levels S > O > T? > I`
#[derive(Debug, Clone, PartialEq)]
pub struct HierarchyLine {
    /// The segment that carries the levels.
    pub tag: Word,
    /// `id`, `parent`, `level`, `children` and where they stand in it.
    pub places: Vec<(Word, Path)>,
    /// The levels from the outermost; `true` for one that may be skipped (`T?`).
    pub levels: Vec<(Word, bool)>,
    /// The line.
    pub span: Span,
}

/// `N1[ST] required max 1`
#[derive(Debug, Clone, PartialEq)]
pub struct RuleLine {
    /// What is ruled.
    pub target: Path,
    /// How.
    pub attributes: Vec<Attribute>,
    /// The line.
    pub span: Span,
}

/// One attribute of a guide line.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Which.
    pub kind: AttributeKind,
    /// Where.
    pub span: Span,
}

/// The attributes guides know.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeKind {
    /// `required`
    Required,
    /// `opt`
    Optional,
    /// `auto`: verified on reading, computed on writing.
    Auto,
    /// `auto count H, D`, `auto sum D.qty`, `auto hash D.qty`, `auto same H.order_no`: what is computed, and of what.
    AutoOf(Word, Vec<Path>),
    /// `max 10`
    Max(u32),
    /// `min 1`
    Min(u32),
    /// `key .01`
    Key(Path),
    /// `id "0310"`: the standard's loop id.
    Id(Text),
    /// `name "…"`
    Name(Text),
    /// `only N F R`
    Only(Vec<Word>),
    /// `length 4` or `length 1 4`
    Length(Vec<u32>),
    /// `const "H"`
    Const(Text),
    /// `blank "00000000"`
    Blank(Text),
    /// `reject`, `hold`, `warn`, `info`: the severity of what breaks this line.
    Severity(Word),
    /// A word without value that formats know: `zero`, `implied`, `upper`, `overpunch`, `contiguous`, `keep_zeros`, …
    Flag(Word),
    /// A word with one value: `sign trailing`, `scale 2`.
    Setting(Setting),
}

/// `case C1 "text": condition`
#[derive(Debug, Clone, PartialEq)]
pub struct CaseLine {
    /// `reject`, `hold`, `warn`, `info`, where given.
    pub severity: Option<Word>,
    /// Its code.
    pub code: Word,
    /// What is said when it does not hold.
    pub text: Text,
    /// What must hold.
    pub condition: Expression,
    /// The line.
    pub span: Span,
}

// ---------------------------------------------------------------------------------------------- maps

/// `map house/940-order … end map`
#[derive(Debug, Clone, PartialEq)]
pub struct MapDocument {
    /// Its name.
    pub name: DocumentReference,
    /// The base it changes.
    pub extends: Option<DocumentReference>,
    /// The `##` lines before it.
    pub documentation: String,
    /// `version`
    pub version: Option<NumberSetting>,
    /// `lang`
    pub lang: Option<NumberSetting>,
    /// `from guide house/x12-940 as msg`
    pub from: Option<(Side, Option<Word>)>,
    /// `to canonical outbound_order`
    pub to: Option<Side>,
    /// `unmapped warn`
    pub unmapped: Option<Word>,
    /// `param zone_text = "dock"`
    pub parameters: Vec<Parameter>,
    /// `earlier … as … where …` in the header.
    pub earlier: Vec<EarlierLine>,
    /// Everything else.
    pub statements: Vec<Statement>,
    /// The whole document.
    pub span: Span,
}

/// What a map reads or writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    /// `guide house/x12-940`
    Guide(DocumentReference),
    /// `canonical outbound_order`
    Canonical(Word),
    /// A place of a guide, in fragments: `x12/004010/loop-N1`.
    Place(DocumentReference),
}

/// `param default_site = "NJ1"`
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name, without `$`.
    pub name: Word,
    /// Its value.
    pub value: Literal,
    /// The line.
    pub span: Span,
}

/// `fragment x12_party(src: house/x12-940/N1) -> canonical party … end fragment`
#[derive(Debug, Clone, PartialEq)]
pub struct FragmentDocument {
    /// Its name.
    pub name: Word,
    /// Name of the source inside it.
    pub source: Word,
    /// What it reads.
    pub from: Side,
    /// What it builds.
    pub to: Side,
    /// The `##` lines before it.
    pub documentation: String,
    /// Its lines.
    pub statements: Vec<Statement>,
    /// The whole document.
    pub span: Span,
}

/// A line or block of a map, with its `##` lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// The `##` lines before it.
    pub documentation: String,
    /// The line, or the first line of a block.
    pub span: Span,
}

/// The statements.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `target = source`
    Assign(Assignment),
    /// `target <-> source`
    Both(Assignment),
    /// `let n = expr`
    Let {
        /// Its name.
        name: Word,
        /// Its value.
        value: Expression,
    },
    /// `section target from source … end`
    Section(Block),
    /// `each target from source … end`
    Each(Block),
    /// `when c … otherwise … end`
    When {
        /// The condition.
        condition: Expression,
        /// Lines when it holds.
        then: Vec<Statement>,
        /// Lines when it does not.
        otherwise: Vec<Statement>,
    },
    /// `use fragment(here)`
    Use {
        /// The fragment.
        name: Word,
        /// What it reads.
        argument: Expression,
    },
    /// `fill a, b, c with expr`
    Fill {
        /// The targets in order.
        targets: Vec<Path>,
        /// The text.
        value: Expression,
    },
    /// `check reject E201 "text": condition`
    Check(CheckLine),
    /// `ignore W66.02 "why"`
    Ignore {
        /// What.
        paths: Vec<Path>,
        /// Why.
        reason: Text,
    },
    /// `earlier … as … where …` inside a block.
    Earlier(EarlierLine),
    /// `set line`, `replace block`
    Set(Box<Statement>),
    /// `add line-or-block`
    Add(Box<Statement>),
    /// `remove target`
    Remove(Path),
    /// `replace block`
    Replace(Box<Statement>),
    /// `in target … end in`
    In {
        /// Which block.
        target: Path,
        /// The changes in it.
        statements: Vec<Statement>,
    },
}

/// `target = source modifiers`
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// What is built.
    pub target: Path,
    /// Where it comes from.
    pub value: Expression,
    /// `required`, `truncate`, `round`.
    pub modifiers: Modifiers,
}

/// The words after an expression.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Modifiers {
    /// `required` with its text.
    pub required: Option<(Span, Option<MessageText>)>,
    /// `always`
    pub always: Option<Span>,
    /// `truncate` and whether it warns.
    pub truncate: Option<(Span, bool)>,
    /// `round exact` or `round 2 half_up`
    pub round: Option<Rounding>,
}

/// `round exact` or `round 2 half_up`
#[derive(Debug, Clone, PartialEq)]
pub struct Rounding {
    /// Digits and mode; `None` means exact.
    pub digits: Option<(u32, Word)>,
    /// Where.
    pub span: Span,
}

/// `section` and `each`
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// What is built.
    pub target: Path,
    /// `from`
    pub source: Option<Expression>,
    /// `when` (section) or `where` (each)
    pub condition: Option<Expression>,
    /// `group by`
    pub group_by: Vec<Expression>,
    /// `sort by`
    pub sort_by: Vec<Expression>,
    /// `as`
    pub alias: Option<Word>,
    /// `inside CPS as p`: records on the way of the source, by names of their own.
    pub inside: Vec<(Path, Word)>,
    /// `required`, `always`
    pub modifiers: Modifiers,
    /// What is inside.
    pub statements: Vec<Statement>,
}

/// `check reject E201 "text {path}": condition`
#[derive(Debug, Clone, PartialEq)]
pub struct CheckLine {
    /// `reject`, `hold`, `warn`, `info`
    pub severity: Word,
    /// The author's code.
    pub code: Word,
    /// What is said.
    pub text: MessageText,
    /// What must hold.
    pub condition: Expression,
}

/// `earlier outbound_order as orig where number = file.RefNum unknown hold "text"`
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierLine {
    /// The canonical document.
    pub document: Word,
    /// The name it has in the map.
    pub alias: Word,
    /// `field = expression`, joined by `and`.
    pub keys: Vec<(Word, Expression)>,
    /// What if there is none.
    pub unknown: Option<Policy>,
    /// The line.
    pub span: Span,
}

/// A text for people with `{path}` in it.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageText {
    /// The parts in order.
    pub parts: Vec<MessagePart>,
    /// The whole string with its quotes.
    pub span: Span,
}

/// A part of a [`MessageText`].
#[derive(Debug, Clone, PartialEq)]
pub enum MessagePart {
    /// Words.
    Text(String),
    /// `{expression}`
    Value(Expression),
}

// ---------------------------------------------------------------------------------------------- flows

/// `flow acme-orders … end flow`
#[derive(Debug, Clone, PartialEq)]
pub struct FlowDocument {
    /// Its name.
    pub name: DocumentReference,
    /// The `##` lines before it.
    pub documentation: String,
    /// `read M from G`
    pub reads: Vec<FlowRead>,
    /// `write` lines outside any `when`.
    pub writes: Vec<FlowWrite>,
    /// `when … end`
    pub whens: Vec<FlowWhen>,
    /// `otherwise hold "text"`
    pub otherwise: Option<Policy>,
    /// The whole document.
    pub span: Span,
}

/// `read house/940-order from house/x12-940`
#[derive(Debug, Clone, PartialEq)]
pub struct FlowRead {
    /// The read map.
    pub map: DocumentReference,
    /// The guide.
    pub guide: DocumentReference,
    /// The line.
    pub span: Span,
}

/// `write M with p = "v" to "wms-east" per source`
#[derive(Debug, Clone, PartialEq)]
pub struct FlowWrite {
    /// The write map.
    pub map: DocumentReference,
    /// `with p = "v", q = "w"`
    pub parameters: Vec<(Word, Literal)>,
    /// The endpoint.
    pub endpoint: Text,
    /// `per message`, `per source`; `message` if not written.
    pub per: Option<Word>,
    /// `gather by order_number last shipped_at`
    pub gather: Option<Gather>,
    /// `collected by order_date`
    pub collected: Option<Together>,
    /// `until final`
    pub until: Option<Expression>,
    /// `every 15m`
    pub every: Option<Word>,
    /// `at "09:30", "17:00"`
    pub at: Vec<Text>,
    /// `max 500`, with its place.
    pub max: Option<(u32, Span)>,
    /// `max 2MB`, in bytes, with its place.
    pub size: Option<(u64, Span)>,
    /// The line.
    pub span: Span,
}

/// `gather by order_number last shipped_at sum gross_weight`
#[derive(Debug, Clone, PartialEq)]
pub struct Gather {
    /// What belongs together.
    pub together: Together,
    /// What counts of fields that differ.
    pub counts: Vec<(Counts, Vec<Path>)>,
}

/// What counts of a field that differs among documents that become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// The value of the first document that has one.
    First,
    /// The value of the last document that has one.
    Last,
    /// The sum of all.
    Sum,
}

/// `collected by order_date`: what belongs together.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    /// Fields that are equal in all of it; none if they need not be.
    pub by: Vec<Path>,
    /// `collected by …`, without what stands behind it.
    pub span: Span,
}

/// `when warehouse = "NJ1" … end`
#[derive(Debug, Clone, PartialEq)]
pub struct FlowWhen {
    /// The condition.
    pub condition: Expression,
    /// Its `write` lines.
    pub writes: Vec<FlowWrite>,
    /// The first line.
    pub span: Span,
}

// ---------------------------------------------------------------------------------------------- expressions

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub span: Span,
}

/// The expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// `"x"`, `0.5`, `true`
    Literal(Literal),
    /// `N1[ST].04`
    Path(Path),
    /// `$zone`
    Parameter(Word),
    /// `f(x, y)`
    Call {
        /// The function.
        name: Word,
        /// Its arguments; `no = g.line_no` inside `lookup` is a comparison.
        arguments: Vec<Expression>,
    },
    /// `one(order.references).value`: a path, starting with a dot, within what a call or bracket gives.
    Within {
        /// The call or bracket.
        value: Box<Expression>,
        /// The path within it.
        path: Path,
    },
    /// `a & b`, `a + b`, `a = b`, `a and b`, …
    Binary {
        /// The operator.
        operator: Operator,
        /// Left of it.
        left: Box<Expression>,
        /// Right of it.
        right: Box<Expression>,
    },
    /// `not x`
    Not(Box<Expression>),
    /// `-x`
    Negate(Box<Expression>),
    /// `x in ("a", "b")`
    In {
        /// The value.
        value: Box<Expression>,
        /// The list; at least one.
        list: Vec<Expression>,
    },
    /// `x matches "regular expression"`
    Matches {
        /// The value.
        value: Box<Expression>,
        /// The pattern.
        pattern: Text,
    },
    /// `x else y`
    Else {
        /// First choice.
        value: Box<Expression>,
        /// If absent.
        fallback: Box<Expression>,
    },
    /// `x via … unknown …`
    Via(Box<Via>),
    /// `if c then a else b`
    If {
        /// The condition.
        condition: Box<Expression>,
        /// If it holds.
        then: Box<Expression>,
        /// If it does not.
        otherwise: Box<Expression>,
    },
    /// `(a, b)`: several keys for a table.
    List(Vec<Expression>),
}

/// `x via table uom reversed unknown hold`
#[derive(Debug, Clone, PartialEq)]
pub struct Via {
    /// What is looked up.
    pub value: Expression,
    /// In what.
    pub table: TableReference,
    /// What if there is no row.
    pub unknown: Option<Policy>,
}

/// What `via` looks in.
#[derive(Debug, Clone, PartialEq)]
pub enum TableReference {
    /// `{ N: "new", F: "cancel" }`
    Inline(Vec<(Word, Literal)>, Span),
    /// `table uom`, `table sap_movement.move_type`, `table uom reversed`
    Named {
        /// The table.
        name: Word,
        /// The result column, where written.
        column: Option<Word>,
        /// `reversed`
        reversed: bool,
    },
}

/// `hold "text"`, `keep warn`, `"EA" warn`
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What is done.
    pub kind: PolicyKind,
    /// `warn` after it.
    pub warn: bool,
    /// Its text.
    pub text: Option<MessageText>,
    /// Where.
    pub span: Span,
}

/// The policies.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyKind {
    /// Refuse the document.
    Reject,
    /// Park it.
    Hold,
    /// Keep the source's value.
    Keep,
    /// Nothing.
    Absent,
    /// Deliver and flag.
    Warn,
    /// Nothing and no flag.
    Ignore,
    /// A constant.
    Constant(Literal),
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// What.
    pub kind: LiteralKind,
    /// Where.
    pub span: Span,
}

/// The constants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiteralKind {
    /// `"x"`
    Text(String),
    /// `0.5`, as written.
    Number(String),
    /// `true`, `false`
    Bool(bool),
    /// `absent`
    Absent,
}

/// The operators of [`ExpressionKind::Binary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `&`
    Join,
}

impl Operator {
    /// Whether it computes a number from two.
    pub fn is_arithmetic(self) -> bool {
        matches!(self, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide)
    }
}

/// `N1[ST][.03 = "92"]#1.04`
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The steps; at least one.
    pub steps: Vec<PathStep>,
    /// The whole path.
    pub span: Span,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathStep {
    /// A name (`N1`, `lines`, `id`, `here`, `this`, `out`) or an element position.
    pub name: StepName,
    /// `[ST]`, `[not LI]`, `[.03 = "92"]`, in order.
    pub selectors: Vec<Selector>,
    /// `#2`
    pub occurrence: Option<Occurrence>,
    /// `out all HL`: wherever it stands inside, not only directly.
    pub is_deep: bool,
    /// The step.
    pub span: Span,
}

/// How a step is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepName {
    /// A name.
    Name(String),
    /// `.05`: element or component by position, from 1.
    Position(u16),
}

/// What stands in brackets.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    /// What.
    pub kind: SelectorKind,
    /// With the brackets.
    pub span: Span,
}

/// The selectors.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectorKind {
    /// `[ST]`, `[DEL|DIN]`, `[not LI]`: codes of the key.
    Codes {
        /// `not`
        negated: bool,
        /// The codes.
        codes: Vec<Word>,
    },
    /// `[.03 = "92"]`, `[type = "department"]`
    Condition(Box<Expression>),
}

/// `#2` or `#last`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence {
    /// From 1.
    Number(u32),
    /// The last.
    Last,
}

impl Path {
    /// Whether the path starts at the current record (`.05`, `.C082.3039`).
    pub fn starts_with_dot(&self) -> bool {
        // A leading dot is part of the path's span but not of its first step's.
        self.steps.first().is_some_and(|step| step.span.start > self.span.start)
            || matches!(self.steps.first().map(|step| &step.name), Some(StepName::Position(_)))
    }

    /// The name of the first step, if it has one.
    pub fn head(&self) -> Option<&str> {
        match &self.steps.first()?.name {
            StepName::Name(name) => Some(name),
            StepName::Position(_) => None,
        }
    }
}
