//! Flows.

use super::{DocumentReference, Expression, Literal, Path, Policy, Text, Word};
use crate::base::span::Span;

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
    /// `collected as outbound by order_date`
    pub collected: Option<Collected>,
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

/// `collected as outbound by order_date`
#[derive(Debug, Clone, PartialEq)]
pub struct Collected {
    /// The name of the file, which other flows may fill too.
    pub name: Option<Word>,
    /// What belongs together.
    pub together: Together,
}

/// `by order_date`: what belongs together.
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
