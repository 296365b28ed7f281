//! Expressions, paths and selectors.

use super::{MessageText, Text, Word};
use crate::base::span::Span;

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

    /// Whether it tells how two values compare.
    pub fn is_comparison(self) -> bool {
        use Operator as O;
        matches!(self, O::Equal | O::NotEqual | O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual)
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
