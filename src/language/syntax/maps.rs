//! Maps and fragments.

use super::{DocumentReference, Expression, Literal, NumberSetting, Path, Policy, Text, Word};
use crate::base::span::Span;

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
