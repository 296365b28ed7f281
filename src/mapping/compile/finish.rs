//! The whole target: whether all of it has its line, and the order in which lines find what they read.

use super::when::is_covered;
use super::{Builder, Compiler};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::guide::Guide;
use crate::language::syntax::MapDocument;
use crate::mapping::order;
use crate::mapping::plan::{BlockPlan, LeafPlan, RecordPlan};
use crate::mapping::turns::Turns;
use crate::tree::PlaceId;

impl Compiler<'_> {
    /// Parameters of the map that no line reads.
    pub(super) fn unread_parameters(&mut self, map: &MapDocument) {
        for parameter in &map.parameters {
            if self.context.used_parameters.contains(&parameter.name.text) {
                continue;
            }
            let finding = Diagnostic::new(Code::M019)
                .with("name", &parameter.name.text)
                .at(parameter.span, "nobody reads it");
            self.context.findings.push(finding);
        }
    }

    /// Tells of the fields of a record that its shape requires and no line builds.
    pub(super) fn check_required(&mut self, builder: &Builder, at: Span) {
        if self.target_guide.is_some() {
            return;
        }
        const FILLED_BY_THE_GATEWAY: [&str; 4] = ["client", "sender", "receiver", "provenance"];
        let is_root = builder.place == PlaceId::ROOT;
        for &child in &self.shape.place(builder.place).children {
            let place = self.shape.place(child);
            let owned = is_covered(builder.owners.iter().filter(|owner| owner.place == child));
            let is_filled = is_root && FILLED_BY_THE_GATEWAY.contains(&&*place.name);
            if place.required && !owned && !is_filled {
                self.context.findings.push(
                    Diagnostic::new(Code::M004)
                        .with("target", self.shape.path(child))
                        .with("shape", &self.shape.name)
                        .at(at, if is_root { "this map" } else { "in this block" }),
                );
            }
        }
    }

    /// Elements that every message has and no line reads or ignores: each message would be flagged or held for them.
    pub(super) fn unread_of_guide(&mut self, map: &MapDocument) {
        let Some((guide, _)) = self.context.source_guide.clone().filter(|_| map.unmapped.is_some()) else {
            return;
        };
        // A line that does not compile reads nothing.
        let is_unsound = self.context.findings.has_errors();
        if is_unsound || map.unmapped.as_ref().is_some_and(|word| word.text == "ignore") {
            return;
        }
        for (place, leaf) in guide.shape.places() {
            let is_read = self.context.read.get(place.index()).copied().unwrap_or(true);
            if leaf.leaf_type().is_some() && !is_read && is_in_every_message(&guide, place) {
                let finding = Diagnostic::new(Code::M066)
                    .with("name", guide.shape.path(place))
                    .with("guide", &guide.name)
                    .at(map.name.span, "this map");
                self.context.findings.push(finding);
            }
        }
    }

    /// The whole target, its lines in an order in which each finds what it reads.
    pub(super) fn whole(&mut self, builder: Builder) -> RecordPlan {
        let root = self.finish(builder);
        for (place, span) in order::too_early(&root) {
            let finding =
                Diagnostic::new(Code::M035).with("target", self.shape.path(place)).at(span, "read here");
            self.context.findings.push(finding);
        }
        root
    }

    pub(super) fn finish(&mut self, builder: Builder) -> RecordPlan {
        let Builder { leaves, mut blocks, lets, checks, .. } = builder;
        let order = |place: PlaceId| {
            let parent = self.shape.place(place).parent;
            self.shape.place(parent).children.iter().position(|&child| child == place).unwrap_or(usize::MAX)
        };
        let mut leaves = leaves;
        leaves.sort_by_key(|leaf| order(leaf.place));
        // Stable: several blocks for one place stay in the order written.
        blocks.sort_by_key(|block| order(block.place));
        let block_places: Vec<PlaceId> = blocks.iter().map(|block| block.place).collect();
        let (first, last) = self.leaf_order(&leaves, &block_places);
        let blocks = blocks
            .into_iter()
            .map(|block| BlockPlan {
                place: block.place,
                // Its condition is evaluated in any case.
                needs: if block.guard.is_none() { block.kind.needs() } else { None },
                kind: block.kind,
                guard: block.guard,
                condition: block.condition,
                always: block.always,
                required: block.required,
                rule: block.rule,
                is_implied: block.is_implied,
                is_part: self.shape.place(block.place).position > 0,
                record: self.finish(block.builder),
            })
            .collect();
        // The tree of a canonical document may hold leaves in any order; segments are written in the order of theirs.
        let is_in_order = self.target_guide.is_none() || (last.is_empty() && first.is_sorted());
        let is_free = self.target_guide.is_none() || !is_in_order;
        let [first, last] = [first, last].map(|order| Turns::of(order, &leaves, is_free));
        RecordPlan { leaves, first, blocks, last, lets, checks, is_in_order }
    }

    /// Leaves by dependency: those that need only leaves before them, then those that need records of the target.
    pub(super) fn leaf_order(&mut self, leaves: &[LeafPlan], blocks: &[PlaceId]) -> (Vec<usize>, Vec<usize>) {
        let needs: Vec<Vec<PlaceId>> = leaves
            .iter()
            .map(|leaf| {
                let mut reads = Vec::new();
                order::of_value(&leaf.value, &mut reads);
                order::of_guard(leaf.guard.as_deref(), &mut reads);
                reads.into_iter().map(|(_, place, _)| place).chain(leaf.beside).collect()
            })
            .collect();
        // Lines in both branches of a `when` build one place.
        let any_of = |of: &[usize], place: PlaceId| of.iter().any(|&leaf| leaves[leaf].place == place);
        let mut first: Vec<usize> = Vec::new();
        let mut last: Vec<usize> = Vec::new();
        let late: Vec<bool> =
            needs.iter().map(|needs| needs.iter().any(|place| blocks.contains(place))).collect();
        let mut left: Vec<usize> = (0..leaves.len()).collect();
        while !left.is_empty() {
            let ready = |i: &usize| needs[*i].iter().all(|&place| !any_of(&left, place));
            let (now, later): (Vec<usize>, Vec<usize>) = left.iter().copied().partition(|i| ready(i));
            if now.is_empty() {
                let span = self.context.rules[leaves[later[0]].rule as usize - 1];
                self.context.findings.push(Diagnostic::new(Code::M014).at(span, "needs itself"));
                break;
            }
            for i in now {
                let needs_late = needs[i].iter().any(|&place| any_of(&last, place));
                if late[i] || needs_late { last.push(i) } else { first.push(i) }
            }
            left = later;
        }
        (first, last)
    }
}

/// Whether a place and all records around it are required. What kinds of its own may take the place of is not: one of them
/// is enough.
fn is_in_every_message(guide: &Guide, place: PlaceId) -> bool {
    let shape = &guide.shape;
    let own = shape.place(place);
    let siblings = || shape.place(own.parent).children.iter().map(|&sibling| shape.place(sibling));
    let has_kinds = || siblings().any(|sibling| sibling.slot == own.slot && !sibling.codes.is_empty());
    let is_plain_of_kinds = || own.codes.is_empty() && has_kinds();
    place == PlaceId::ROOT || (own.required && !is_plain_of_kinds() && is_in_every_message(guide, own.parent))
}
