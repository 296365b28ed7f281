//! The leaves of a record, in turn. Most are texts of the source as they are, and stand in a row in the map: of them it is
//! known beforehand what to look at, and the place they are looked for in is found once for all.

use super::build::{Builder, To};
use super::evaluate::{Here, Made};
use super::plan::{Expr, Field, Guard, LeafPlan, Making, Needs, Quick, RecordPlan};
use super::slots::SlotState;
use super::trace::Tracing;
use crate::base::decimal::Decimal;
use crate::tree::arena::Adopted;
use crate::tree::{NodeId, PlaceId, Tree};
use std::ops::Range;

/// Leaves of a record in the order they are made.
#[derive(Debug, Default)]
pub struct Turns {
    /// Texts that are taken over before all else, because nothing tells of the order of leaves in the target.
    early: Vec<Run>,
    /// What is left if all of these could be made or need not be.
    late: Vec<Turn>,
    /// All leaves in order, if there are early ones: those that could not be made have their turn like the others, so that
    /// findings come in order.
    all: Vec<Turn>,
    copies: Vec<Copied>,
}

/// Texts of one slot, which stand in [`Turns::copies`].
#[derive(Debug, Clone)]
struct Run {
    slot: u32,
    range: Range<u32>,
}

#[derive(Debug, Clone)]
enum Turn {
    Copies(Run),
    /// Any other leaf.
    Leaf(LeafTurn),
    /// A leaf that stands in a branch of a `when`.
    Guarded(LeafTurn),
}

/// A leaf, with what tells that there is nothing to do.
#[derive(Debug, Clone, Copy)]
struct LeafTurn {
    /// Its index.
    leaf: u32,
    /// What must be there for it to be made; `None` also if its absence is to be told.
    needs: Option<Needs>,
    /// The leaf that must have been made in the record.
    beside: Option<PlaceId>,
}

/// A leaf that is the text in a field, if there is one that can stand in the target as it is.
#[derive(Debug, Clone, Copy)]
struct Copied {
    field: Field,
    is_number: bool,
    /// Whether there is nothing to do if neither the field is set nor one of `others`.
    is_optional: bool,
    /// A bit for each field of the slot with what stands in for it.
    others: u64,
    place: PlaceId,
    /// Longest text in bytes that need not be counted in characters.
    max_length: u32,
    rule: u32,
    turn: LeafTurn,
}

impl Turns {
    /// The leaves with these indices. `is_free` says that they may stand in the target in any order.
    pub(super) fn of(order: Vec<usize>, leaves: &[LeafPlan], is_free: bool) -> Turns {
        let mut turns = Turns::default();
        for leaf in order {
            let turn = LeafTurn::of(leaf, &leaves[leaf]);
            // Of two leaves at one place, the last is the one that other lines see.
            let place = leaves[leaf].place;
            let as_it_is = match leaves[leaf].guard {
                None => Turn::Leaf(turn),
                Some(_) => Turn::Guarded(turn),
            };
            let is_alone = leaves.iter().filter(|other| other.place == place).count() == 1;
            let is_free_standing = turn.beside.is_none() && leaves[leaf].guard.is_none() && is_alone;
            match leaves[leaf].quick {
                Some(Quick::Copy { slot, field }) if is_free_standing => {
                    let at = turns.copies.len() as u32;
                    turns.copies.push(Copied::of((slot, field), turn, &leaves[leaf]));
                    let run = Run { slot: slot as u32, range: at..at + 1 };
                    match is_free {
                        true => turns.early.push(run.clone()),
                        false => add_to(&mut turns.late, run),
                    }
                }
                _ => turns.late.push(as_it_is.clone()),
            }
            if is_free {
                turns.all.push(as_it_is);
            }
        }
        turns.gather();
        turns
    }

    /// The early texts of each slot become one run.
    fn gather(&mut self) {
        let mut runs = std::mem::take(&mut self.early);
        runs.sort_by_key(|run| run.slot);
        let copies = std::mem::take(&mut self.copies);
        let mut early: Vec<Run> = Vec::new();
        if runs.is_empty() {
            self.copies = copies;
            return self.all.clear();
        }
        for Run { slot, range } in runs {
            self.copies.push(copies[range.start as usize]);
            let end = self.copies.len() as u32;
            match early.last_mut() {
                Some(run) if run.slot == slot => run.range.end = end,
                _ => early.push(Run { slot, range: end - 1..end }),
            }
        }
        self.early = early;
    }

    fn copies(&self, run: &Run) -> &[Copied] {
        &self.copies[run.range.start as usize..run.range.end as usize]
    }

    /// The indices of the leaves.
    pub(super) fn leaves(&self) -> impl Iterator<Item = usize> + '_ {
        let others = self.late.iter().filter_map(|turn| match turn {
            Turn::Copies(_) => None,
            Turn::Leaf(turn) | Turn::Guarded(turn) => Some(turn),
        });
        self.copies.iter().map(|copied| &copied.turn).chain(others).map(|turn| turn.leaf as usize)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.late.is_empty() && self.copies.is_empty()
    }
}

/// Adds a text to the run before it if that is of the same slot.
fn add_to(turns: &mut Vec<Turn>, run: Run) {
    match turns.last_mut() {
        Some(Turn::Copies(last)) if last.slot == run.slot => last.range.end = run.range.end,
        _ => turns.push(Turn::Copies(run)),
    }
}

impl LeafTurn {
    fn of(leaf: usize, plan: &LeafPlan) -> LeafTurn {
        // Most values are not there, and need not be looked for.
        let needs = plan.value.needs().filter(|_| plan.required.is_none());
        LeafTurn { leaf: leaf as u32, needs, beside: plan.beside }
    }
}

impl Copied {
    fn of((slot, field): (usize, Field), turn: LeafTurn, leaf: &LeafPlan) -> Copied {
        let is_alone = !matches!(leaf.value, Expr::Else(..));
        let needs = turn.needs.filter(|needs| needs.slot as usize == slot);
        Copied {
            field,
            is_number: leaf.making == Making::Number || leaf.value.copies_number(),
            is_optional: leaf.required.is_none() && (is_alone || needs.is_some()),
            others: if is_alone { 0 } else { needs.map_or(0, |needs| needs.mask.get()) },
            place: leaf.place,
            max_length: if leaf.max_length == 0 { u32::MAX } else { leaf.max_length },
            rule: leaf.rule,
            turn,
        }
    }

    /// Whether a text with this length can stand in the target as it is.
    #[inline(always)]
    fn takes(&self, length: Option<u32>) -> bool {
        length.is_some_and(|length| 0 < length && length <= self.max_length)
    }
}

/// The record whose leaves are made.
#[derive(Clone, Copy)]
pub(super) struct Into<'r> {
    pub plan: &'r RecordPlan,
    pub number: u32,
    /// How many nodes the target had before the first of its leaves.
    pub start: u32,
    /// The first of the leaves that were reserved for it; none if they go to the end of the tree.
    pub reserved: Option<u32>,
    /// What its lines call `this`.
    pub here: Here,
}

impl<'r, T: Tracing> Builder<'_, 'r, '_, T> {
    /// Makes leaves of a record. Says whether one of them is worth writing it.
    pub(super) fn leaves(&mut self, turns: &'r Turns, into: Into<'r>) -> bool {
        let mut is_worth_it = false;
        let mut is_done = true;
        for run in &turns.early {
            let copies = turns.copies(run);
            let mut at = 0;
            while at < copies.len() {
                at += self.copy_run(run.slot, &copies[at..], into, &mut is_worth_it);
                is_done &= at == copies.len();
                at += 1;
            }
        }
        for turn in if is_done { &turns.late } else { &turns.all } {
            is_worth_it |= match turn {
                Turn::Copies(run) => self.copies(run.slot, turns.copies(run), into),
                Turn::Leaf(turn) => self.turn(turn, into),
                Turn::Guarded(turn) => self.guarded(turn, into),
            };
        }
        is_worth_it
    }

    /// A leaf that is no text of the source as it is.
    #[inline(always)]
    fn turn(&mut self, turn: &LeafTurn, into: Into<'r>) -> bool {
        let Into { plan, number, reserved, here, .. } = into;
        if self.lacks(turn.needs) || turn.beside.is_some_and(|value| !self.has_made(value, number)) {
            return false;
        }
        let leaf = &plan.leaves[turn.leaf as usize];
        let to = To { record: number, node: reserved.map(|first| NodeId(first + turn.leaf)) };
        match leaf.quick {
            // A trace tells of how values are evaluated.
            Some(Quick::Constant { start, len }) if !T::IS_ON => {
                self.constant(leaf, (start, len), to);
                false
            }
            Some(Quick::Copy { .. }) if !T::IS_ON && self.was_early(leaf, into) => true,
            _ => self.leaf(leaf, to, here),
        }
    }

    /// A leaf in a branch of a `when`.
    #[inline(never)]
    fn guarded(&mut self, turn: &LeafTurn, into: Into<'r>) -> bool {
        let leaf = &into.plan.leaves[turn.leaf as usize];
        self.begin();
        if self.allows(leaf.guard.as_deref(), into.here) {
            return self.turn(turn, into);
        }
        if let Some(first) = into.reserved {
            self.evaluator.trace.note(|trace| trace.leaf(NodeId(first + turn.leaf), leaf.rule));
        }
        false
    }

    /// Whether a line in this branch of a `when` has its turn.
    pub(super) fn allows(&self, guard: Option<&'r Guard>, here: Here) -> bool {
        let Some(guard) = guard else { return true };
        if !self.allows(guard.around.as_deref(), here) {
            return false;
        }
        self.evaluator.origin.set(None);
        self.evaluator.line.set(guard.rule);
        self.evaluator.decides(&guard.condition, &self.at(here)) == guard.holds
    }

    /// Whether a leaf was made already: by this line, and for this record.
    fn was_early(&self, leaf: &LeafPlan, into: Into<'r>) -> bool {
        let node = self.made[leaf.place.index()].node;
        self.has_made(leaf.place, into.number)
            && node.0 >= into.start
            && self.target.node(node).rule == leaf.rule
    }

    /// Leaves that are texts of one slot, in their turn.
    fn copies(&mut self, slot: u32, copies: &'r [Copied], into: Into<'r>) -> bool {
        let (mut rest, mut is_worth_it) = (copies, false);
        while !rest.is_empty() {
            let done = self.copy_run(slot, rest, into, &mut is_worth_it);
            let Some((copied, behind)) = rest[done..].split_first() else { break };
            is_worth_it |= self.turn(&copied.turn, into);
            rest = behind;
        }
        is_worth_it
    }

    /// Makes leaves that are texts of one slot up to one that needs more than a copy; gives how many are done.
    #[inline(always)]
    fn copy_run(&mut self, slot: u32, copies: &[Copied], into: Into<'r>, is_worth_it: &mut bool) -> usize {
        let slot = &self.evaluator.slots[slot as usize];
        // A trace tells of how values are evaluated.
        if T::IS_ON || !self.adopted.is_of(slot.view()) {
            return 0;
        }
        let copying = Copying { slot, adopted: &self.adopted, reserved: into.reserved, record: into.number };
        copying.run(copies, self.target, self.made, is_worth_it)
    }
}

/// A run of leaves that are taken over from one slot to one record.
struct Copying<'a, 'r> {
    slot: &'a SlotState<'r>,
    adopted: &'a Adopted<'r>,
    reserved: Option<u32>,
    record: u32,
}

impl Copying<'_, '_> {
    /// Makes leaves up to one that needs more than a copy; gives how many are done, those that need nothing included.
    #[inline(never)]
    fn run(&self, copies: &[Copied], target: &mut Tree, made: &mut [Made], is_worth_it: &mut bool) -> usize {
        let (nodes, noted, record) = (self.slot.view().tree.nodes(), self.slot.noted(), self.record);
        for (done, copied) in copies.iter().enumerate() {
            let Some(id) = noted.at(copied.field) else {
                match copied.is_optional && self.slot.has_none(copied.others) {
                    true => continue,
                    false => return done,
                }
            };
            let node = &nodes[id.0 as usize];
            if !copied.takes(node.text_len()) || (copied.is_number && !self.is_written(id)) {
                return done;
            }
            let value = self.adopted.value(node);
            let made_of = match self.reserved {
                None => target.leaf_like(node, copied.place, value, copied.rule),
                Some(first) => {
                    let reserved = NodeId(first + copied.turn.leaf);
                    target.fill_like(node, reserved, value, copied.rule);
                    reserved
                }
            };
            made[copied.place.index()] = Made { record, node: made_of };
            *is_worth_it = true;
        }
        copies.len()
    }

    /// Whether the text of a node is a number as the target would write it.
    #[inline(never)]
    fn is_written(&self, id: NodeId) -> bool {
        self.slot.view().bytes(id).is_some_and(Decimal::is_written)
    }
}
