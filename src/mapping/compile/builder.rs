//! A record of the target while its lines are compiled.

use super::when::exclude;
use crate::mapping::plan::{BlockKind, CheckPlan, Expr, Guard, LeafPlan, LetPlan, Message};
use crate::tree::PlaceId;
use std::sync::Arc;

/// A record of the target in the making.
pub(in crate::mapping) struct Builder {
    pub(super) place: PlaceId,
    pub(super) leaves: Vec<LeafPlan>,
    /// Places that have their owner line, with it.
    pub(super) owners: Vec<Owner>,
    pub(super) blocks: Vec<BuilderBlock>,
    pub(in crate::mapping) lets: Vec<(usize, LetPlan)>,
    pub(super) checks: Vec<CheckPlan>,
}

/// A line or block that builds a place.
pub(super) struct Owner {
    pub(super) place: PlaceId,
    /// Number of its line; 0 for a block.
    pub(super) rule: u32,
    /// The branch it stands in.
    pub(super) guard: Option<Arc<Guard>>,
}

pub(super) struct BuilderBlock {
    pub(super) place: PlaceId,
    pub(super) kind: BlockKind,
    pub(super) guard: Option<Arc<Guard>>,
    pub(super) condition: Option<Expr>,
    pub(super) builder: Builder,
    pub(super) always: bool,
    pub(super) required: Option<Message>,
    pub(super) rule: u32,
    /// Made by a path such as `W06.01`, not by a block.
    pub(super) is_implied: bool,
}

impl BuilderBlock {
    /// A block of nothing but its kind, in a branch.
    pub(super) fn of(place: PlaceId, kind: BlockKind, guard: Option<Arc<Guard>>, rule: u32) -> Self {
        let builder = Builder::new(place);
        let (condition, required, always, is_implied) = (None, None, false, false);
        BuilderBlock { place, kind, guard, condition, builder, always, required, rule, is_implied }
    }
}

impl Builder {
    /// The block that paths through a record of the target made.
    pub(super) fn implied(&self, place: PlaceId) -> Option<usize> {
        self.blocks.iter().position(|block| block.is_implied && block.place == place)
    }

    /// Who builds a place already, where a line in this branch does.
    pub(super) fn owner(&self, place: PlaceId, guard: Option<&Guard>) -> Option<&Owner> {
        self.owners.iter().find(|owner| owner.place == place && !exclude(owner.guard.as_deref(), guard))
    }

    /// Adds such a block.
    pub(super) fn imply(&mut self, builder: Builder, rule: u32) -> usize {
        let block = BuilderBlock::of(builder.place, BlockKind::Plain, None, rule);
        self.blocks.push(BuilderBlock { builder, is_implied: true, ..block });
        self.blocks.len() - 1
    }

    pub(super) fn new(place: PlaceId) -> Self {
        Builder { place, leaves: vec![], owners: vec![], blocks: vec![], lets: vec![], checks: vec![] }
    }
}
