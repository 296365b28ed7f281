//! Paths at run time: from a record, or the target so far, down to values and records; and where a value came from.

use super::evaluate::{Evaluator, Slot, Target, place_bit};
use super::plan::{Nodes, Start, Step};
use super::trace::{Step as Traced, Whence};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::tree::arena::Origin;
use crate::tree::{NodeId, Tree, Value, View};
use std::ops::ControlFlow;

/// A node found by a path: in a document of the run, or in the target.
#[derive(Clone, Copy)]
pub(super) enum Found<'r, 't> {
    Document(View<'r>, NodeId),
    Target(&'t Tree, NodeId),
}

impl<'r> Evaluator<'r> {
    pub(super) fn first_value(&self, nodes: &'r Nodes, target: Target<'_>) -> Value<'r> {
        let mut result = Value::Absent;
        if nodes.is_plain {
            result = self.first_on_plain_way(nodes, target);
        } else {
            self.visit(nodes, target, &mut |found| {
                result = self.read(nodes, found);
                if result.is_absent() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        if result.is_absent() {
            self.missed(nodes, None, target);
        }
        result
    }

    /// The first value down a plain path: nearly all paths are, and need no search.
    fn first_on_plain_way(&self, nodes: &'r Nodes, target: Target<'_>) -> Value<'r> {
        let from = match nodes.start {
            Start::This => Found::Target(target.tree, target.this),
            Start::Out => Found::Target(target.tree, NodeId::ROOT),
            Start::Slot(slot) | Start::Group(slot) => match self.slots[slot].get() {
                Slot::Record(view, id, mask) => {
                    if nodes.steps[0].places.iter().all(|&place| mask & place_bit(place) == 0) {
                        return Value::Absent;
                    }
                    Found::Document(view, id)
                }
                Slot::Group(view, [first, ..]) => Found::Document(view, *first),
                _ => return Value::Absent,
            },
        };
        match from {
            Found::Document(view, id) => {
                self.down(nodes, view.tree, id, from, &|id| Found::Document(view, id))
            }
            Found::Target(tree, id) => self.down(nodes, tree, id, from, &|id| Found::Target(tree, id)),
        }
    }

    #[inline]
    fn down<'t>(
        &self,
        nodes: &'r Nodes,
        tree: &'t Tree,
        mut parent: NodeId,
        from: Found<'r, 't>,
        found: &impl Fn(NodeId) -> Found<'r, 't>,
    ) -> Value<'r>
    where
        'r: 't,
    {
        let (last, way) = nodes.steps.split_last().expect("a plain way has steps");
        let is_here = |step: &Step, id: NodeId| match step.places.as_slice() {
            [only] => *only == tree.node(id).place,
            places => places.binary_search(&tree.node(id).place).is_ok(),
        };
        for step in way {
            let Some(mut children) = self.children(from, tree, parent, step) else { return Value::Absent };
            let Some(next) = children.find(|&id| is_here(step, id)) else { return Value::Absent };
            parent = next;
        }
        let Some(children) = self.children(from, tree, parent, last) else { return Value::Absent };
        for id in children {
            if is_here(last, id) {
                let value = self.read(nodes, found(id));
                if !value.is_absent() || last.is_single {
                    return value;
                }
            }
        }
        Value::Absent
    }

    pub(super) fn exists(&self, nodes: &'r Nodes, target: Target<'_>) -> bool {
        let mut exists = false;
        self.visit(nodes, target, &mut |found| {
            let node = match found {
                Found::Document(view, id) => view.tree.node(id),
                Found::Target(tree, id) => tree.node(id),
            };
            exists = node.has_value() || nodes.leaves.is_empty();
            if exists { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if !exists {
            self.missed(nodes, None, target);
        }
        exists
    }

    pub(super) fn pair(
        &self,
        nodes: &'r Nodes,
        pairs: &'r [(crate::tree::PlaceId, crate::tree::PlaceId)],
        code: &'r str,
        target: Target<'_>,
    ) -> Value<'r> {
        let mut result = Value::Absent;
        self.visit(nodes, target, &mut |found| {
            let Found::Document(view, id) = found else { return ControlFlow::Continue(()) };
            let mut wanted = None;
            for child in view.tree.children(id) {
                let place = view.tree.node(child).place;
                if wanted == Some(place) {
                    self.note_origin(view, child);
                    self.note(|| Traced::Read(self.whence(view, child)));
                    result = view.text(child).map_or(Value::Absent, Value::Text);
                    return ControlFlow::Break(());
                }
                if let Some((_, value)) = pairs.iter().find(|(qualifier, _)| *qualifier == place)
                    && view.text(child) == Some(code)
                {
                    // The value stands after its qualifier.
                    wanted = Some(*value);
                }
            }
            ControlFlow::Continue(())
        });
        if result.is_absent() {
            self.missed(nodes, Some(code), target);
        }
        result
    }

    /// Calls `each` for every node a path leads to, in order.
    pub(super) fn visit<'t>(
        &self,
        nodes: &'r Nodes,
        target: Target<'t>,
        each: &mut dyn FnMut(Found<'r, 't>) -> ControlFlow<()>,
    ) {
        let _ = match nodes.start {
            Start::This => self.walk(Found::Target(target.tree, target.this), &nodes.steps, target, each),
            Start::Out => self.walk(Found::Target(target.tree, NodeId::ROOT), &nodes.steps, target, each),
            Start::Slot(slot) => match self.slots[slot].get() {
                Slot::Record(view, id, mask) => match nodes.steps.first() {
                    Some(step) if step.places.iter().all(|&place| mask & place_bit(place) == 0) => {
                        ControlFlow::Continue(())
                    }
                    _ => self.walk(Found::Document(view, id), &nodes.steps, target, each),
                },
                Slot::Group(view, ids) => match ids.first() {
                    Some(&id) => self.walk(Found::Document(view, id), &nodes.steps, target, each),
                    None => ControlFlow::Continue(()),
                },
                Slot::Empty | Slot::Value(_) => ControlFlow::Continue(()),
            },
            Start::Group(slot) => match self.slots[slot].get() {
                Slot::Group(view, ids) => ids
                    .iter()
                    .try_for_each(|&id| self.walk(Found::Document(view, id), &nodes.steps, target, each)),
                _ => ControlFlow::Continue(()),
            },
        };
    }

    /// The records a path leads to; paths into the target have none here.
    pub(super) fn records(&self, nodes: &'r Nodes, target: Target<'_>) -> (Option<View<'r>>, &'r [NodeId]) {
        let mut ids = bumpalo::collections::Vec::new_in(self.memory);
        let mut of = None;
        self.visit(nodes, target, &mut |found| {
            if let Found::Document(view, id) = found {
                of = Some(view);
                ids.push(id);
            }
            ControlFlow::Continue(())
        });
        (of, ids.into_bump_slice())
    }

    fn walk<'t>(
        &self,
        from: Found<'r, 't>,
        steps: &'r [Step],
        target: Target<'t>,
        each: &mut dyn FnMut(Found<'r, 't>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some((step, rest)) = steps.split_first() else { return each(from) };
        let (tree, parent) = match from {
            Found::Document(view, id) => (view.tree, id),
            Found::Target(tree, id) => (tree, id),
        };
        let child_of = |id: NodeId| match from {
            Found::Document(view, _) => Found::Document(view, id),
            Found::Target(tree, _) => Found::Target(tree, id),
        };
        let mut seen = 0;
        let mut last = None;
        let Some(children) = self.children(from, tree, parent, step) else {
            return ControlFlow::Continue(());
        };
        for id in children {
            let place = tree.node(id).place;
            let is_here = match step.places.as_slice() {
                [only] => *only == place,
                places => places.binary_search(&place).is_ok(),
            };
            if !is_here || !self.selected(child_of(id), step, target) {
                continue;
            }
            seen += 1;
            match step.occurrence {
                None if step.is_single => return self.walk(child_of(id), rest, target, each),
                None => self.walk(child_of(id), rest, target, each)?,
                Some(u32::MAX) => last = Some(id),
                Some(wanted) if wanted == seen => return self.walk(child_of(id), rest, target, each),
                Some(_) => {}
            }
        }
        match last {
            Some(id) => self.walk(child_of(id), rest, target, each),
            None => ControlFlow::Continue(()),
        }
    }

    /// Where to look for the children a step leads to; `None` if there are none.
    #[inline]
    fn children<'t>(
        &self,
        from: Found<'r, 't>,
        tree: &'t Tree,
        parent: NodeId,
        step: &Step,
    ) -> Option<crate::tree::arena::Children<'t>>
    where
        'r: 't,
    {
        let children = tree.children(parent);
        let (Found::Document(..), NodeId::ROOT, [only]) = (from, parent, step.places.as_slice()) else {
            return Some(children);
        };
        match self.slots[0].get() {
            Slot::Record(source, ..) if std::ptr::eq(source.tree, tree) => {
                let first = self.root_index[only.index()];
                (first != u32::MAX).then(|| children.skip_to(NodeId(first)))
            }
            _ => Some(children),
        }
    }

    fn selected(&self, found: Found<'r, '_>, step: &'r Step, target: Target<'_>) -> bool {
        if step.test.is_none() && step.condition.is_none() {
            return true;
        }
        let Found::Document(view, id) = found else { return step.condition.is_none() };
        if let Some(test) = &step.test {
            let key = key_text(view, id, &step.keys).unwrap_or("");
            if test.codes.iter().any(|code| **code == *key) == test.negated {
                return false;
            }
        }
        let Some((condition, slot)) = &step.condition else { return true };
        let before = self.slots[*slot].replace(Slot::record(view, id));
        let origin = self.origin.get();
        let mark = self.trace.map(|trace| trace.borrow().mark());
        let holds = self.holds(condition, target);
        self.origin.set(origin);
        // Neither origin nor trace tell of records that were only looked at.
        if let (Some(trace), Some(mark)) = (self.trace, mark) {
            trace.borrow_mut().drop_since(mark);
        }
        self.slots[*slot].set(before);
        holds
    }

    pub(super) fn read(&self, nodes: &'r Nodes, found: Found<'r, '_>) -> Value<'r> {
        let (text, place) = match found {
            Found::Document(view, id) => {
                let Some(text) = view.text(id) else { return Value::Absent };
                self.note_origin(view, id);
                if !text.is_empty() {
                    self.note(|| Traced::Read(self.whence(view, id)));
                }
                (text, view.tree.node(id).place)
            }
            Found::Target(tree, id) => {
                let Some(text) = View::new(tree, "").text(id) else { return Value::Absent };
                let text: &'r str = self.memory.alloc_str(text);
                self.note(|| Traced::Read(Whence::Target(id)));
                (text, tree.node(id).place)
            }
        };
        let leaf = match nodes.leaves.as_slice() {
            [(_, leaf)] => leaf,
            leaves => match leaves.iter().find(|(known, _)| *known == place) {
                Some((_, leaf)) => leaf,
                None => return Value::Absent,
            },
        };
        match Value::read(leaf, text) {
            Ok(value) => value,
            // The guide said so already where it was read; a map that depends on it says what it could not do.
            Err(_) => {
                let text = format!("`{text}` is not {}", leaf.kind().word());
                self.report(Diagnostic::new(Code::B004).with("text", text), 0);
                Value::Absent
            }
        }
    }

    // ------------------------------------------------------------------------------------------ nearest

    /// The place of the record that comes nearest to where a path leads: as far down as there is something. `None` for
    /// paths that do not start in the message.
    #[cold]
    pub(super) fn nearest(&self, nodes: &'r Nodes, target: Target<'_>) -> Option<Place> {
        let (Start::Slot(slot) | Start::Group(slot)) = nodes.start else { return None };
        let (view, mut id) = match self.slots[slot].get() {
            Slot::Record(view, id, _) => (view, id),
            Slot::Group(view, ids) => (view, *ids.first()?),
            Slot::Empty | Slot::Value(_) => return None,
        };
        for step in &nodes.steps {
            let is_next = |child: &NodeId| {
                let node = view.tree.node(*child);
                step.places.contains(&node.place)
                    && !node.has_value()
                    && self.quietly(|| self.selected(Found::Document(view, *child), step, target))
            };
            match view.tree.children(id).find(is_next) {
                Some(next) => id = next,
                None => break,
            }
        }
        self.record_place(view, id)
    }

    /// Puts what a block reads in its slot. Records of the message are places for what is not there.
    pub(super) fn enter(&self, slot: usize, view: View<'r>, value: Slot<'r>) {
        self.slots[slot].set(value);
        if let Slot::Record(source, ..) = self.slots[0].get()
            && std::ptr::eq(source.tree, view.tree)
        {
            self.innermost.set(slot);
        }
    }

    /// The place of the innermost record of the message that is being read.
    pub(super) fn innermost_place(&self) -> Option<Place> {
        match self.slots[self.innermost.get()].get() {
            Slot::Record(view, id, _) => self.record_place(view, id),
            Slot::Group(view, ids) => self.record_place(view, *ids.first()?),
            Slot::Empty | Slot::Value(_) => None,
        }
    }

    /// The place of a record: its own bytes, else those of the first thing in it. `None` if the record is not the message's,
    /// or if nothing in it came from bytes, as in a canonical document.
    fn record_place(&self, view: View<'r>, id: NodeId) -> Option<Place> {
        let Slot::Record(source, ..) = self.slots[0].get() else { return None };
        if !std::ptr::eq(source.tree, view.tree) || view.tree.is_empty() {
            return None;
        }
        let last = view.tree.node(id).end;
        let with_bytes = (id.0..last).map(NodeId).find(|&at| view.tree.node(at).ordinal > 0)?;
        // A value stands in a record, and it is the record that is near.
        let at = match view.tree.node(with_bytes).has_value() {
            true => {
                (id.0..with_bytes.0).rev().map(NodeId).find(|&at| view.tree.node(at).end > with_bytes.0)?
            }
            false => with_bytes,
        };
        let (node, record) = (view.tree.node(with_bytes), view.tree.node(at));
        let shape = &self.plan.source_shape;
        let is_root = record.place == crate::tree::PlaceId::ROOT;
        Some(Place {
            offset: self.offset + u64::from(node.origin_start),
            length: if is_root { 0 } else { node.origin_len },
            segment: node.ordinal,
            tag: if is_root { String::new() } else { shape.place(record.place).name.to_string() },
            ..Place::default()
        })
    }

    // ------------------------------------------------------------------------------------------ trace

    #[inline]
    pub(super) fn note(&self, step: impl FnOnce() -> Traced) {
        if let Some(trace) = self.trace {
            trace.borrow_mut().push(step());
        }
    }

    /// Notes that a path led to nothing.
    pub(super) fn missed(&self, nodes: &Nodes, pair: Option<&str>, target: Target<'_>) {
        self.note(|| {
            let from = match nodes.start {
                Start::This => Whence::Target(target.this),
                Start::Out => Whence::Target(NodeId::ROOT),
                Start::Slot(slot) | Start::Group(slot) => match self.slots[slot].get() {
                    Slot::Record(view, id, _) => self.whence(view, id),
                    Slot::Group(view, ids) => {
                        ids.first().map_or(Whence::Nowhere, |&id| self.whence(view, id))
                    }
                    Slot::Empty | Slot::Value(_) => Whence::Nowhere,
                },
            };
            Traced::Missed { nodes: nodes.clone(), pair: pair.map(Into::into), from }
        });
    }

    /// Notes that a node was copied.
    pub(super) fn copied(&self, view: View<'r>, id: NodeId) {
        self.note(|| Traced::Read(self.whence(view, id)));
    }

    pub(super) fn whence(&self, view: View<'r>, id: NodeId) -> Whence {
        let is_of = |slot: usize| match self.slots[slot].get() {
            Slot::Record(known, ..) => std::ptr::eq(known.tree, view.tree),
            _ => false,
        };
        match (1..=self.plan.earlier.len()).find(|&slot| is_of(slot)) {
            Some(slot) => Whence::Earlier(slot - 1, id),
            None => Whence::Source(id),
        }
    }

    pub(super) fn note_origin(&self, view: View<'r>, id: NodeId) {
        // Only the message itself has bytes to point at.
        let Slot::Record(source, ..) = self.slots[0].get() else { return };
        if self.origin.get().is_none() && std::ptr::eq(source.tree, view.tree) {
            let node = view.tree.node(id);
            let origin =
                Origin { start: node.origin_start, len: node.origin_len, ordinal: node.ordinal, rule: 0 };
            self.origin.set(Some((origin, node.place)));
        }
    }
}

/// The text of a node's key, which is a child or a grandchild of it.
fn key_text<'r>(view: View<'r>, id: NodeId, keys: &[crate::tree::PlaceId]) -> Option<&'r str> {
    view.tree.children(id).find_map(|child| {
        if keys.contains(&view.tree.node(child).place) {
            return view.text(child);
        }
        view.tree
            .children(child)
            .find(|&part| keys.contains(&view.tree.node(part).place))
            .and_then(|part| view.text(part))
    })
}
