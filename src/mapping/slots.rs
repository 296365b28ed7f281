//! What paths start from while a plan runs: records of documents, groups of them, and values.

use super::alike::Looked;
use super::fields::{Asked, AskedAt, Branch, Pairs, SlotFields, What, bit};
use super::plan::{Expr, Field, Needs};
use crate::base::word::word;
use crate::tree::arena::Node;
use crate::tree::{NodeId, PlaceId, Value, View};
use std::cell::Cell;

/// No node stands in the field.
pub(super) const NONE: u32 = u32::MAX;

/// What a slot holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'r> {
    Empty,
    /// Something that is not known yet, or that a finding tells is not there: what depends on it is not told again.
    Awaited,
    Record(View<'r>, NodeId),
    Group(View<'r>, &'r [NodeId]),
    Value(Value<'r>),
    /// A value that nobody needed yet.
    Deferred(&'r Expr),
}

/// The first node of each of the paths that start from a slot, by field.
#[derive(Clone, Copy)]
pub(super) struct Noted<'r>(&'r [Cell<u32>]);

impl Noted<'_> {
    /// The node in a field.
    #[inline(always)]
    pub fn at(self, field: Field) -> Option<NodeId> {
        let node = self.0[usize::from(field)].get();
        (node != NONE).then_some(NodeId(node))
    }
}

/// A slot of a run.
pub(super) struct SlotState<'r> {
    held: Cell<Slot<'r>>,
    /// What the nodes of the fields are of.
    view: Cell<View<'r>>,
    noted: Noted<'r>,
    /// A bit for each of the first fields that is set.
    present: Cell<u64>,
    /// Of the record of a list: its number, and whether it is the last.
    position: Cell<(u32, bool)>,
    plan: &'r SlotFields,
    memory: &'r bumpalo::Bump,
    /// What is looked at while a record of a new kind is gone through.
    looked: Cell<Option<&'r Looked<'r>>>,
}

impl<'r> SlotState<'r> {
    /// Empty slots, with their fields in one piece of memory.
    pub fn all(plans: &'r [SlotFields], view: View<'r>, memory: &'r bumpalo::Bump) -> &'r [SlotState<'r>] {
        let count = plans.iter().map(|plan| usize::from(plan.count)).sum();
        let mut rest: &'r [Cell<u32>] = memory.alloc_slice_fill_with(count, |_| Cell::new(NONE));
        memory.alloc_slice_fill_with(plans.len(), |slot| {
            let fields;
            (fields, rest) = rest.split_at(usize::from(plans[slot].count));
            let (held, view, present) = (Cell::new(Slot::Empty), Cell::new(view), Cell::new(0));
            let (position, looked) = (Cell::new((0, false)), Cell::new(None));
            let (noted, plan) = (Noted(fields), &plans[slot]);
            SlotState { held, view, noted, present, position, plan, memory, looked }
        })
    }

    /// What it holds.
    pub fn get(&self) -> Slot<'r> {
        self.held.get()
    }

    /// What the nodes of its fields are of.
    #[inline]
    pub fn view(&self) -> View<'r> {
        self.view.get()
    }

    /// The node in a field.
    #[inline]
    pub fn at(&self, field: Field) -> Option<NodeId> {
        self.noted.at(field)
    }

    /// The nodes in all fields.
    #[inline(always)]
    pub fn noted(&self) -> Noted<'r> {
        self.noted
    }

    /// Whether none of the fields is set that there must be one of.
    #[inline]
    pub fn lacks(&self, needs: Needs) -> bool {
        self.has_none(needs.mask.get())
    }

    /// Whether none of the fields with these bits is set.
    #[inline(always)]
    pub fn has_none(&self, mask: u64) -> bool {
        self.present.get() & mask == 0
    }

    /// A list begins, whose records it will hold.
    pub fn begin_list(&self) {
        self.position.set((0, false));
    }

    /// Whether the record it is about to hold is the last of its list.
    pub fn set_last(&self, is_last: bool) {
        self.position.set((self.position.get().0, is_last));
    }

    /// Where the record it holds stands in its list.
    pub fn set_position(&self, number: u32, is_last: bool) {
        self.position.set((number, is_last));
    }

    /// The record it holds is one that something is made of.
    pub fn count(&self) {
        let (number, is_last) = self.position.get();
        self.position.set((number + 1, is_last));
    }

    /// The number of the record in its list, from 1, and whether it is the last.
    pub fn position(&self) -> (u32, bool) {
        self.position.get()
    }

    /// Puts something into it.
    pub fn set(&self, slot: Slot<'r>) {
        self.held.set(slot);
        let (view, id) = match slot {
            Slot::Record(view, id) => (view, id),
            Slot::Group(view, [first, ..]) => (view, *first),
            Slot::Group(_, []) | Slot::Value(_) | Slot::Deferred(_) | Slot::Empty | Slot::Awaited => {
                return self.clear();
            }
        };
        self.view.set(view);
        let Some(branch) = self.plan.branches.first() else { return };
        if let Some(present) = self.plan.kinds.recall(view, id, self.noted.0) {
            return self.present.set(present);
        }
        self.clear();
        if !self.plan.kinds.takes(view, id) {
            return self.note(branch, view.tree.nodes(), id.0);
        }
        let looked = Looked::new(self.memory);
        self.looked.set(Some(looked));
        self.note(branch, view.tree.nodes(), id.0);
        self.looked.set(None);
        self.plan.kinds.learn((view, id), looked, (self.noted.0, self.present.get()));
    }

    fn clear(&self) {
        for field in self.noted.0 {
            field.set(NONE);
        }
        self.present.set(0);
    }

    /// Notes what a record is asked for. What nothing is asked of is passed over with all that is in it.
    fn note(&self, branch: &'r Branch, nodes: &'r [Node], record: u32) {
        let Some(end) = nodes.get(record as usize).map(|record| record.end as usize) else { return };
        let inside = &nodes[..end.min(nodes.len())];
        let (mut at, mut seen) = (record + 1, 0);
        while let Some(node) = inside.get(at as usize) {
            let (inner, behind) = (at + 1, node.end);
            at = match branch.asked_at(node.place) {
                AskedAt::Nothing => behind,
                AskedAt::Field(field) => {
                    self.found(field, at);
                    behind
                }
                AskedAt::First(field) if self.at(field).is_some() => behind,
                AskedAt::Open(field) | AskedAt::First(field) => {
                    self.found(field, at);
                    inner
                }
                AskedAt::More(number) => {
                    self.ask(branch, &branch.asked[usize::from(number)], inside, at, &mut seen);
                    behind
                }
            };
        }
    }

    /// The first node found for a field stays in it.
    #[inline(always)]
    fn found(&self, field: Field, at: u32) {
        let node = &self.noted.0[usize::from(field)];
        if node.get() == NONE {
            node.set(at);
            self.present.set(self.present.get() | bit(field).unwrap_or(0));
        }
    }

    /// Asks a child of a record that ends with `inside`. `seen` has a bit for each step whose child the record had.
    #[inline(always)]
    fn ask(&self, branch: &'r Branch, first: &'r Asked, inside: &'r [Node], at: u32, seen: &mut u64) {
        let mut asked = first;
        loop {
            if *seen & asked.single == 0 {
                match asked.what {
                    What::Qualifier(number) => self.qualifier(branch.qualifier(number), inside, at),
                    What::Step if self.at(asked.field).is_none() => {
                        self.found(asked.field, at);
                        *seen |= asked.single;
                        self.inner(asked, inside, at);
                    }
                    What::Step if asked.inner == 0 => {}
                    _ => *seen |= self.ask_more(branch, asked, inside, at),
                }
            }
            if asked.next == 0 {
                return;
            }
            asked = &branch.asked[usize::from(asked.next) - 1];
        }
    }

    /// What lies behind a step. Often it is one way down, which needs no table.
    #[inline]
    fn inner(&self, asked: &'r Asked, inside: &'r [Node], at: u32) {
        let (mut asked, mut at) = (asked, at);
        while asked.inner > 0 {
            let branch = &self.plan.branches[usize::from(asked.inner)];
            let Some(place) = branch.only else { return self.note(branch, inside, at) };
            let end = inside[at as usize].end;
            at += 1;
            while at < end && inside.get(at as usize).is_some_and(|node| node.place != place) {
                at = inside[at as usize].end;
            }
            if at >= end || at as usize >= inside.len() {
                return;
            }
            asked = &branch.asked[0];
            self.found(asked.field, at);
        }
    }

    /// Asks a child for its key, or for what is in it although it is not the first. Gives the bit of the step if the child
    /// is what it leads to.
    #[inline(never)]
    fn ask_more(&self, branch: &'r Branch, asked: &'r Asked, inside: &'r [Node], at: u32) -> u64 {
        let is_known = self.at(asked.field).is_some() && (asked.inner == 0 || self.has_all(asked.wanted));
        if is_known {
            return 0;
        }
        if let What::Tested(step, key) = asked.what
            && !branch.test(step).selects(self.key(inside, at, key))
        {
            return 0;
        }
        self.found(asked.field, at);
        self.inner(asked, inside, at);
        asked.single
    }

    /// The key of a record, whose place this is; empty if it is not there.
    fn key(&self, inside: &[Node], at: u32, key: PlaceId) -> &'r str {
        let end = inside[at as usize].end as usize;
        let parts = (at + 1..).zip(&inside[at as usize + 1..end.min(inside.len())]);
        let text = |(at, node): (u32, &Node)| if node.place == key { self.looked_at(at) } else { None };
        parts.into_iter().find_map(text).unwrap_or("")
    }

    /// The text of a node, which tells what else is noted.
    fn looked_at(&self, at: u32) -> Option<&'r str> {
        let text = self.view().text(NodeId(at));
        if let Some(looked) = self.looked.get() {
            looked.at(at, text.map(str::as_bytes));
        }
        text
    }

    /// A child that is a qualifier. Its value stands behind it in the record.
    #[inline(never)]
    fn qualifier(&self, pairs: &Pairs, inside: &[Node], at: u32) {
        let Some(code) = self.looked_at(at).and_then(|code| word(code.as_bytes())) else { return };
        for &(wanted, field) in &pairs.codes {
            if wanted == code && self.at(field).is_none() {
                let mut behind = (at + 1..).zip(&inside[at as usize + 1..]);
                if let Some((value, _)) = behind.find(|(_, node)| node.place == pairs.value) {
                    self.found(field, value);
                }
            }
        }
    }

    /// Whether all of these fields are set; they are not if there are none.
    fn has_all(&self, wanted: u64) -> bool {
        wanted != 0 && self.present.get() & wanted == wanted
    }
}

/// The text of a node's key, which is a child or a grandchild of it.
pub(super) fn key_text<'r>(view: View<'r>, id: NodeId, keys: &[PlaceId]) -> Option<&'r str> {
    let is_key = |place: PlaceId| match keys {
        [only] => *only == place,
        keys => keys.contains(&place),
    };
    let nodes = view.tree.nodes();
    let inside = &nodes[..(nodes[id.0 as usize].end as usize).min(nodes.len())];
    let mut behind = (id.0 + 1..).zip(&inside[id.0 as usize + 1..]);
    behind.find_map(|(at, node)| if is_key(node.place) { view.text(NodeId(at)) } else { None })
}
