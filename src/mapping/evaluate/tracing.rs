//! What a run notes for explanations: where values were read, and where paths led to nothing.

use super::{Evaluator, Target};
use crate::mapping::plan::{EarlierPlan, Nodes, Start};
use crate::mapping::run::Found;
use crate::mapping::slots::Slot;
use crate::mapping::trace::{Step, Tracing, Whence};
use crate::tree::{NodeId, PlaceId, View, shown};

impl<'r, T: Tracing> Evaluator<'r, T> {
    #[inline(always)]
    pub(in crate::mapping) fn note(&self, step: impl FnOnce() -> Step) {
        self.trace.note(|trace| trace.push(step()));
    }

    /// Notes that a path led to nothing, and if it starts at a record that was not found, why that was so.
    #[inline(always)]
    pub(in crate::mapping) fn missed(&self, nodes: &Nodes, pair: Option<&str>, target: &Target<'_>) {
        self.note(|| {
            let from = match nodes.start {
                Start::This => Whence::Target(target.at.this),
                Start::Out => Whence::Target(NodeId::ROOT),
                Start::Chosen => Whence::Target(target.chosen),
                Start::Slot(slot) | Start::Group(slot) => match self.slots[slot].get() {
                    Slot::Record(view, id) => self.whence(view, id),
                    Slot::Group(view, ids) => {
                        ids.first().map_or(Whence::Nowhere, |&id| self.whence(view, id))
                    }
                    Slot::Empty | Slot::Awaited | Slot::Value(_) | Slot::Deferred(_) => Whence::Nowhere,
                },
            };
            Step::Missed { nodes: nodes.clone(), pair: pair.map(Into::into), from }
        });
        if let Start::Slot(slot) | Start::Group(slot) = nodes.start
            && T::IS_ON
            && matches!(self.slots[slot].get(), Slot::Empty | Slot::Awaited)
        {
            self.trace.note(|trace| trace.recall(slot));
        }
    }

    /// That a value was read.
    #[cold]
    pub(in crate::mapping) fn read_of(&self, view: View<'r>, id: NodeId) -> Step {
        match self.whence(view, id) {
            Whence::Earlier(line, _) => value_of(&self.plan.earlier[line], view, id),
            Whence::LookedUp(line, _) => value_of(&self.plan.lookups[line], view, id),
            from => Step::Read(from),
        }
    }

    fn whence(&self, view: View<'r>, id: NodeId) -> Whence {
        if std::ptr::eq(self.source.tree, view.tree) {
            return Whence::Source(id);
        }
        let is_of = |slot: usize| match self.slots[slot].get() {
            Slot::Record(known, ..) => std::ptr::eq(known.tree, view.tree),
            _ => false,
        };
        if let Some(slot) = (1..=self.plan.earlier.len()).find(|&slot| is_of(slot)) {
            return Whence::Earlier(slot - 1, id);
        }
        let mut all = self.lookups.into_iter().flatten();
        let line = all.find(|(_, found)| matches!(found, Found::One(tree) if std::ptr::eq(tree, view.tree)));
        line.map_or(Whence::Source(id), |(key, _)| Whence::LookedUp(key.line, id))
    }

    /// Notes that a line found no document, or too many, for these values of its keys.
    pub(super) fn no_document(&self, line: &EarlierPlan, count: usize, values: &dyn Fn() -> Vec<String>) {
        if !T::IS_ON {
            return;
        }
        // The keys were read before; what is read once more to show them is not told again.
        let mut mark = 0;
        self.trace.note(|trace| mark = trace.mark());
        let muted = self.muted.replace(true);
        let keys = line.keys.iter().zip(values()).map(|((field, _), value)| format!("{field} = {value}"));
        let keys = keys.collect::<Vec<String>>().join(", ");
        self.muted.set(muted);
        self.trace.note(|trace| trace.drop_since(mark));
        let document = line.document.clone();
        self.note(|| Step::NoDocument { rule: line.rule, document, keys, count });
    }
}

/// A value of a document that `line` found.
fn value_of(line: &EarlierPlan, view: View<'_>, id: NodeId) -> Step {
    let mut document = format!("{}{}", if line.is_newest { "" } else { "the earlier " }, line.document);
    for (field, _) in &line.keys {
        let key = line.shape.children_named(PlaceId::ROOT, field).next();
        if let Some(text) = key.and_then(|key| view.child_text(NodeId::ROOT, key)) {
            document += &format!(" {text}");
        }
    }
    let path = shown(&line.shape, view, id, None);
    Step::Document { rule: line.rule, document, path, value: view.text(id).unwrap_or("").to_string() }
}
