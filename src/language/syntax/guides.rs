//! Guides and dictionaries.

use super::{DocumentReference, Expression, Path, Text, TypeExpression, Word};
use crate::base::span::Span;

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
