//! Lists of values: a leaf or a record of the target for each.

use super::build::{Builder, To};
use super::evaluate::Here;
use super::plan::{BlockPlan, LeafPlan, ListSource};
use super::slots::Slot;
use super::trace::{Step, Tracing, Why};
use crate::tree::{NodeId, Value};
use bumpalo::collections::Vec as List;

/// A value of a list, with the node of the message that it was read from and what was noted on the way.
struct Member<'r> {
    value: Value<'r>,
    origin: Option<NodeId>,
    steps: Vec<Step>,
}

impl<'r, T: Tracing> Builder<'_, 'r, '_, T> {
    /// All values of a list that are there.
    fn members(&self, list: &'r ListSource, here: Here) -> List<'r, Member<'r>> {
        let mut members = List::new_in(self.evaluator.memory);
        self.gather(list, here, &mut members);
        members
    }

    fn gather(&self, list: &'r ListSource, here: Here, members: &mut List<'r, Member<'r>>) {
        if let ListSource::Several(items) = list {
            return items.iter().for_each(|item| self.gather(item, here, members));
        }
        let evaluator = self.evaluator;
        // All parts of a text come from where the text stands.
        let is_cut = matches!(list, ListSource::Parts(..) | ListSource::Lines(..) | ListSource::Distinct(..));
        evaluator.origin.set(None);
        evaluator.each_value(list, &self.at(here), &mut |value| {
            let origin = if is_cut { evaluator.origin.get() } else { evaluator.origin.take() };
            let mut steps = Vec::new();
            evaluator.trace.note(|trace| steps = trace.take());
            if !value.is_absent() && value != Value::Text("") {
                members.push(Member { value, origin, steps });
            }
        });
    }

    /// A record for each value of a list.
    pub fn each_of(
        &mut self,
        block: &'r BlockPlan,
        (list, slot): (&'r ListSource, usize),
        outer: NodeId,
        here: Here,
    ) -> bool {
        let evaluator = self.evaluator;
        let mut any = false;
        let members = self.members(list, here);
        let count = members.len();
        evaluator.slots[slot].begin_list();
        for (at, Member { value, steps, .. }) in members.into_iter().enumerate() {
            evaluator.slots[slot].set_last(at + 1 == count);
            evaluator.slots[slot].set(Slot::Value(value));
            evaluator.trace.note(|trace| {
                trace.put_back(steps);
                trace.remember(slot);
            });
            any |= self.one(block, outer, here);
        }
        if !any {
            self.not_made(block, outer, Why::NoRecord);
        }
        any
    }

    /// A leaf for each value of a list.
    pub fn leaves_of(
        &mut self,
        block: &'r BlockPlan,
        (list, leaf): (&'r ListSource, &'r LeafPlan),
        outer: NodeId,
        here: Here,
    ) -> bool {
        let evaluator = self.evaluator;
        evaluator.failed.set(false);
        let to = To { record: here.number, node: None };
        let before = self.target.len();
        for Member { value, origin, steps } in self.members(list, here) {
            evaluator.origin.set(origin);
            let node = NodeId(self.target.len() as u32);
            self.written(leaf, value, to);
            if self.target.len() as u32 > node.0 {
                evaluator.trace.note(|trace| {
                    trace.put_back(steps);
                    trace.leaf(node, leaf.rule);
                });
            }
        }
        let any = self.target.len() > before;
        if !any {
            self.absent(leaf, here);
            self.not_made(block, outer, Why::NoRecord);
        }
        any && !leaf.is_constant
    }
}
