//! Paths to nodes of the source, and how they are walked.

use super::Expr;
use crate::base::span::Span;
use crate::guide::path::KeyTest;
use crate::tree::{LeafType, PlaceId};
use std::num::NonZeroU64;
use std::sync::Arc;

/// A path to nodes.
#[derive(Debug, Clone)]
pub struct Nodes {
    /// Where it starts.
    pub start: Start,
    /// What the records of a group must be like: `g.row[condition = "OK"]`.
    pub member: Option<Box<Step>>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Types of the leaf places it can end at; empty if it ends at records.
    pub leaves: Vec<(PlaceId, LeafType)>,
    /// As written, for messages.
    pub span: Span,
    /// The quick way to its first node.
    pub way: Way,
    /// Whether nothing needs to be looked for after the first node.
    pub is_single: bool,
    /// Whether it leads to texts only.
    pub gives_text: bool,
    /// Whether it leads to numbers only, written with a point.
    pub gives_number: bool,
}

/// The quick way to the first node of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// There is none: step by step.
    Walk,
    /// The field of the first step in the slot the path starts from: where the search begins, if at all.
    From(Field),
    /// The first node stands in a field of the slot, which is not set if there is none.
    To {
        /// The field.
        field: Field,
        /// The field of the first step.
        first: Field,
    },
    /// A leaf of the record being built, or of the whole target.
    Made(PlaceId),
}

/// Number of a field within its slot.
pub type Field = u16;

/// Fields of a slot, one of which must be set for a line to give anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The slot.
    pub slot: u32,
    /// A bit for each of them; only the first fields of a slot have one.
    pub mask: NonZeroU64,
}

impl Nodes {
    /// A path of these steps, walked until [`super::fields::Fields::address`] finds a quicker way.
    pub fn new(start: Start, mut steps: Vec<Step>, mut leaves: Vec<(PlaceId, LeafType)>, span: Span) -> Self {
        steps.shrink_to_fit();
        leaves.shrink_to_fit();
        let is_single = steps.iter().all(Step::is_only);
        let is_text = |leaf: &LeafType| matches!(leaf, LeafType::Text | LeafType::Code);
        let is_number = |leaf: &LeafType| matches!(leaf, LeafType::Integer | LeafType::Decimal);
        let gives_text = !leaves.is_empty() && leaves.iter().all(|(_, leaf)| is_text(leaf));
        let gives_number = !leaves.is_empty() && leaves.iter().all(|(_, leaf)| is_number(leaf));
        Nodes {
            start,
            member: None,
            steps,
            leaves,
            span,
            way: Way::Walk,
            is_single,
            gives_text,
            gives_number,
        }
    }

    /// Whether records on its way are chosen by conditions in brackets, which may have something to tell.
    pub fn has_conditions(&self) -> bool {
        self.member.is_some() || self.steps.iter().any(|step| step.condition.is_some())
    }
}

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A slot with a record or a group of records.
    Slot(usize),
    /// All records of the group in a slot.
    Group(usize),
    /// The record of the target being built, `0` the innermost.
    This,
    /// The root of the target.
    Out,
    /// The record of the target that a condition in brackets is asked of.
    Chosen,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it leads, ascending.
    pub places: Vec<PlaceId>,
    /// A test of the key: the key's place relative to the node is found by these places.
    pub test: Option<KeyTest>,
    /// The key places of `places`, for the test.
    pub keys: Vec<PlaceId>,
    /// `[type = "department"]`: a condition with the node in this slot.
    pub condition: Option<(Arc<Expr>, usize)>,
    /// `#2` (from 1); `u32::MAX` is the last.
    pub occurrence: Option<u32>,
    /// Whether there is at most one: nothing is looked for after it.
    pub is_single: bool,
    /// Whether records at its places are to be tested.
    pub is_tested: bool,
    /// `out all HL`: wherever they stand inside. The places that the way to them begins with.
    pub deep: Option<Vec<PlaceId>>,
}

impl Step {
    /// Whether the first node it leads to is known by its place and key alone.
    pub fn is_direct(&self) -> bool {
        self.deep.is_none() && self.condition.is_none() && matches!(self.occurrence, None | Some(1))
    }

    /// Whether it needs no test, and no count beyond the first.
    pub fn is_untested(&self) -> bool {
        self.test.is_none() && self.condition.is_none() && matches!(self.occurrence, None | Some(1))
    }

    /// Whether it leads to all nodes at its places, however many they are.
    pub fn is_free(&self) -> bool {
        !self.is_single && self.is_plain()
    }

    /// Whether a node's place tells all.
    pub fn is_plain(&self) -> bool {
        self.test.is_none() && self.condition.is_none() && self.occurrence.is_none()
    }

    /// Whether it may lead to what stands at a place.
    #[inline]
    pub fn leads_to(&self, place: PlaceId) -> bool {
        match self.places.as_slice() {
            [only] => *only == place,
            places => places.binary_search(&place).is_ok(),
        }
    }

    /// The places that a way to its nodes begins with.
    pub fn first_places(&self) -> &[PlaceId] {
        self.deep.as_ref().unwrap_or(&self.places)
    }

    /// Whether it leads to one node at most.
    pub fn is_only(&self) -> bool {
        self.is_single || self.occurrence.is_some()
    }
}
