//! The whole target: whether all of it has its line, and the order in which lines find what they read.

use super::when::is_covered;
use super::{Builder, Compiler};
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::MapDocument;
use crate::mapping::order;
use crate::mapping::plan::{BlockPlan, LeafPlan, RecordPlan, SideName};
use crate::mapping::turns::Turns;
use crate::tree::PlaceId;

impl Compiler<'_> {
    /// A parameter of the map that no line reads.
    pub(super) fn unread_parameter(&mut self, map: &MapDocument) {
        let unread = map.parameters.iter().find(|p| !self.context.used_parameters.contains(&p.name.text));
        if let Some(parameter) = unread {
            let finding = Diagnostic::new(Code::M019)
                .with("name", &parameter.name.text)
                .at(parameter.span, "nobody reads it");
            self.context.findings.push(finding);
        }
    }

    pub(super) fn check_required(&mut self, builder: &Builder, map: &MapDocument, target: &SideName) {
        let SideName::Canonical(_) = target else { return };
        const FILLED_BY_THE_GATEWAY: [&str; 4] = ["client", "sender", "receiver", "provenance"];
        for &child in &self.shape.place(PlaceId::ROOT).children {
            let place = self.shape.place(child);
            let owned = is_covered(builder.owners.iter().filter(|owner| owner.place == child));
            if place.required && !owned && !FILLED_BY_THE_GATEWAY.contains(&&*place.name) {
                self.context.findings.push(
                    Diagnostic::new(Code::M004)
                        .with("target", &*place.name)
                        .with("shape", &self.shape.name)
                        .at(map.name.span, "this map"),
                );
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
