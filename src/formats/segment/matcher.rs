//! The one structure matcher: assigns each segment to a place by position in the structure, tag and qualifier.

use super::steps::{NO_SLOT, Step};
use super::structure::{RecordStructure, Slot, Structure};
use super::tags::Tag;
use crate::guide::Guide;
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, Tree};

/// An open record: the message, or a loop inside it. Slots are numbered as in [`super::steps::Steps`].
#[derive(Debug, Clone, Copy)]
struct Frame {
    place: PlaceId,
    node: NodeId,
    /// Slot that the last segment went to. Those before it are behind for good, and those after it still empty: only
    /// what is in this one is counted.
    slot: u32,
    /// How many segments went there.
    count: u32,
    /// The first of its counters, one for each place of the slot if that has variants and a segment went there.
    counters: u32,
    /// The first slot from there on that may have a required place without a segment.
    unmet: u32,
    /// As in the entry of its record.
    row: u32,
    first: u32,
}

/// Where the reading of one message stands.
#[derive(Debug, Default)]
pub struct MatcherState {
    frames: Vec<Frame>,
    /// How often each place of the slot where a record stands was there, for one record after the other; only of slots
    /// with variants.
    counts: Vec<u32>,
    /// Frames around the deepest while only that one is looked at.
    around: Vec<Frame>,
}

/// What became of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// It is here; its node is open and must be given its elements, then [`MatcherState::segment_done`].
    Here {
        /// The place.
        place: PlaceId,
        /// The open node.
        node: NodeId,
        /// Whether it came more often than the guide allows.
        too_many: bool,
    },
    /// The guide has the tag, but not here.
    Misplaced,
    /// The guide does not have the tag.
    Unknown,
}

impl MatcherState {
    /// Begins a message: opens the root.
    pub fn begin(&mut self, structure: &Structure, tree: &mut Tree) {
        self.frames.clear();
        self.counts.clear();
        let node = tree.open(PlaceId::ROOT, Origin::default());
        self.push(structure, PlaceId::ROOT, node);
    }

    #[inline]
    fn push(&mut self, structure: &Structure, place: PlaceId, node: NodeId) {
        let entry = structure.steps.entry(place);
        let counters = self.counts.len() as u32;
        let (row, first, unmet) = (entry.row, entry.first, entry.unmet);
        if self.frames.len() == self.frames.capacity() {
            self.make_room();
        }
        self.frames.push(Frame { place, node, slot: first, count: 0, counters, unmet, row, first });
    }

    /// The next segment. `key` gives the bytes of an element (position, component) of it. Required segments that turn
    /// out not to be there are appended to `missing`.
    #[inline]
    #[allow(clippy::too_many_arguments, reason = "what a segment is, where it goes, and whom to tell")]
    pub fn segment<'k>(
        &mut self,
        guide: &Guide,
        structure: &Structure,
        tag: Tag,
        key: impl Fn(u16, u16) -> &'k [u8],
        origin: Origin,
        tree: &mut Tree,
        missing: &mut Vec<PlaceId>,
    ) -> Matched {
        let Some(number) = structure.number(tag) else { return Matched::Unknown };
        let Some(frame) = self.frames.last_mut() else { return Matched::Misplaced };
        let (frame, at, step) = match next_slot(structure, frame, number) {
            Some((at, step)) => (frame, at, step),
            None => {
                let at = self.seek(guide, structure, number, tree, missing);
                match self.frames.last_mut() {
                    Some(frame) if at != NO_SLOT => (frame, at, structure.steps.slot(at)),
                    _ => return Matched::Misplaced,
                }
            }
        };
        let (place, slot) = (frame.place, (at - frame.first) as usize);
        if frame.unmet < at {
            check_required(guide, structure.record(place), frame, &self.counts, slot, missing);
        }
        frame.count = if at == frame.slot { frame.count + 1 } else { 1 };
        (frame.slot, frame.unmet) = (at, step.unmet);
        let (place, too_many) = match step.has_variants {
            false => (step.plain, frame.count > step.limit),
            true => {
                let slot = &structure.record(place).slots[slot];
                self.variant(slot, if slot.key > 0 { key(slot.key, slot.key_component) } else { b"" })
            }
        };
        let node = tree.open(place, origin);
        Matched::Here { place, node, too_many }
    }

    /// The same for a segment that stands in the deepest open record, as syntaxes say that have their segments inside each
    /// other: no record around it can take it.
    #[allow(clippy::too_many_arguments, reason = "what a segment is, where it goes, and whom to tell")]
    pub fn segment_inside<'k>(
        &mut self,
        guide: &Guide,
        structure: &Structure,
        tag: Tag,
        key: impl Fn(u16, u16) -> &'k [u8],
        origin: Origin,
        tree: &mut Tree,
        missing: &mut Vec<PlaceId>,
    ) -> Matched {
        let deepest = self.frames.pop();
        std::mem::swap(&mut self.frames, &mut self.around);
        self.frames.extend(deepest);
        let matched = self.segment(guide, structure, tag, key, origin, tree, missing);
        let deepest = self.frames.pop();
        std::mem::swap(&mut self.frames, &mut self.around);
        self.frames.extend(deepest);
        matched
    }

    /// How many records are open.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Ends records until so many are open. Required segments that are not there are appended to `missing`.
    pub fn leave(
        &mut self,
        depth: usize,
        guide: &Guide,
        structure: &Structure,
        tree: &mut Tree,
        missing: &mut Vec<PlaceId>,
    ) {
        while self.frames.len() > depth {
            self.pop(guide, structure, tree, missing);
        }
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        self.frames.reserve(1);
        self.counts.reserve(1);
    }

    /// The place of a segment with this key in the slot where the deepest record stands since it, and whether there are
    /// too many of them.
    #[inline(never)]
    fn variant(&mut self, slot: &Slot, key: &[u8]) -> (PlaceId, bool) {
        let Some(frame) = self.frames.last() else { return (slot.plain, false) };
        let counters = frame.counters as usize;
        if frame.count == 1 {
            self.counts.truncate(counters);
            for _ in 0..slot.maxima.len() {
                if self.counts.len() == self.counts.capacity() {
                    self.make_room();
                }
                self.counts.push(0);
            }
        }
        let (place, number) = slot.choose(key);
        let count = &mut self.counts[counters + number];
        *count += 1;
        (place, *count > slot.maxima[number])
    }

    /// The slot that a segment with this tag goes to, in the record that is the deepest now: those inside it are at their
    /// end. [`NO_SLOT`] if no record can take it.
    #[inline(never)]
    fn seek(
        &mut self,
        guide: &Guide,
        structure: &Structure,
        number: u32,
        tree: &mut Tree,
        missing: &mut Vec<PlaceId>,
    ) -> u32 {
        let Some((depth, at)) = self.find(structure, number) else { return NO_SLOT };
        while self.frames.len() > depth + 1 {
            self.pop(guide, structure, tree, missing);
        }
        at
    }

    /// The deepest open record that can take the tag at or after where it stands, and has not as many as it may have;
    /// if all have, the deepest. With the slot it takes it at.
    #[inline(always)]
    fn find(&self, structure: &Structure, number: u32) -> Option<(usize, u32)> {
        let mut inner = self.frames.as_slice();
        while let [outer @ .., frame] = inner {
            let at = first_slot(structure, frame, number);
            if at != NO_SLOT {
                let has_room = has_room(frame, at, structure.steps.slot(at));
                return if has_room { Some((outer.len(), at)) } else { self.find_further(structure, number) };
            }
            inner = outer;
        }
        None
    }

    /// The same where a slot may be full.
    #[inline(never)]
    fn find_further(&self, structure: &Structure, number: u32) -> Option<(usize, u32)> {
        let mut full = None;
        for (depth, frame) in self.frames.iter().enumerate().rev() {
            let mut at = first_slot(structure, frame, number);
            while at != NO_SLOT {
                if !self.is_full(structure, frame, at) {
                    return Some((depth, at));
                }
                full = full.or(Some((depth, at)));
                at = structure.steps.slot(at).next_same;
            }
        }
        full
    }

    /// Whether none of a slot's places may have one more.
    fn is_full(&self, structure: &Structure, frame: &Frame, at: u32) -> bool {
        let step = structure.steps.slot(at);
        // Of a slot with variants the one may be full, and another not.
        let is_counted = step.has_variants && at == frame.slot && step.limit > 0;
        if has_room(frame, at, step) || !is_counted {
            return !has_room(frame, at, step);
        }
        let slot = &structure.record(frame.place).slots[(at - frame.first) as usize];
        let counts = &self.counts[frame.counters as usize..][..slot.maxima.len()];
        counts.iter().zip(&slot.maxima).all(|(count, max)| count >= max)
    }

    /// Whether a segment with this tag can stand here without being one too many.
    pub fn takes(&self, structure: &Structure, tag: Tag) -> bool {
        let found = structure.number(tag).and_then(|number| self.find(structure, number));
        found.is_some_and(|(depth, at)| !self.is_full(structure, &self.frames[depth], at))
    }

    /// A segment that names the one it belongs to, for the place and the slots of the message and of the record around
    /// it, counted from 0. The record at `outer` is gone on with if it is open; if it is not, the segment stands in the
    /// message for now, and the second of the result is `false`. `None` if the message has gone on behind such segments.
    #[allow(clippy::too_many_arguments, reason = "what a segment is, where it goes, and whom to tell")]
    pub fn level(
        &mut self,
        guide: &Guide,
        structure: &Structure,
        (place, (top, slot)): (PlaceId, (usize, usize)),
        outer: Option<NodeId>,
        origin: Origin,
        tree: &mut Tree,
        missing: &mut Vec<PlaceId>,
    ) -> Option<(NodeId, bool)> {
        let message = self.frames.first()?;
        if message.slot > message.first + top as u32 {
            return None;
        }
        let is_outer = |frame: &Frame| Some(frame.node) == outer;
        let depth = self.frames.iter().rposition(is_outer);
        while self.frames.len() > depth.map_or(1, |depth| depth + 1) {
            self.pop(guide, structure, tree, missing);
        }
        let frame = self.frames.last_mut()?;
        let slot = if depth.is_some() { slot } else { top };
        let at = frame.first + slot as u32;
        if frame.unmet < at {
            check_required(guide, structure.record(frame.place), frame, &self.counts, slot, missing);
        }
        // Its segments are counted by who knows the levels.
        (frame.slot, frame.count, frame.unmet) = (at, 0, structure.steps.slot(at).unmet);
        let is_inside = depth.is_some() || outer.is_none();
        Some((tree.open(place, origin), is_inside))
    }

    /// Ends all records inside the message and moves on to a slot of it, counted from 0.
    pub fn go_to(
        &mut self,
        guide: &Guide,
        structure: &Structure,
        slot: usize,
        tree: &mut Tree,
        missing: &mut Vec<PlaceId>,
    ) {
        while self.frames.len() > 1 {
            self.pop(guide, structure, tree, missing);
        }
        let Some(frame) = self.frames.first_mut() else { return };
        let (record, at) = (structure.record(frame.place), frame.first + slot as u32);
        if at > frame.slot {
            check_required(guide, record, frame, &self.counts, slot, missing);
            let next = record.next_required[slot];
            (frame.slot, frame.count) = (at, 0);
            frame.unmet = if next < record.slots.len() { frame.first + next as u32 } else { NO_SLOT };
        }
    }

    /// The segment's elements are in the tree: if it has segments inside, they come now; if not, it is closed.
    #[inline]
    pub fn segment_done(&mut self, structure: &Structure, place: PlaceId, node: NodeId, tree: &mut Tree) {
        if structure.steps.entry(place).row == 0 {
            tree.close(node);
        } else {
            self.push(structure, place, node);
        }
    }

    /// The message is at its end.
    pub fn end(&mut self, guide: &Guide, structure: &Structure, tree: &mut Tree, missing: &mut Vec<PlaceId>) {
        while !self.frames.is_empty() {
            self.pop(guide, structure, tree, missing);
        }
    }

    #[inline]
    fn pop(&mut self, guide: &Guide, structure: &Structure, tree: &mut Tree, missing: &mut Vec<PlaceId>) {
        let Some(frame) = self.frames.pop() else { return };
        if frame.unmet != NO_SLOT {
            let record = structure.record(frame.place);
            check_required(guide, record, &frame, &self.counts, record.slots.len(), missing);
        }
        self.counts.truncate(frame.counters as usize);
        tree.close(frame.node);
    }
}

/// The slots of a record from where it stands up to `end` are behind: what is required of them was there.
#[cold]
#[inline(never)]
fn check_required(
    guide: &Guide,
    record: &RecordStructure,
    frame: &Frame,
    counts: &[u32],
    end: usize,
    missing: &mut Vec<PlaceId>,
) {
    let stands = (frame.slot - frame.first) as usize;
    let mut next = record.next_required.get(stands).copied().unwrap_or(end);
    while next < end {
        let slot = &record.slots[next];
        let counts = match next == stands && frame.count > 0 {
            false => &[],
            true if slot.has_variants() => &counts[frame.counters as usize..][..slot.maxima.len()],
            true => std::slice::from_ref(&frame.count),
        };
        if counts.is_empty() || !slot.has_wanted(counts) {
            check_slot(guide, slot, counts, missing);
        }
        next = record.next_required[next + 1];
    }
}

/// The slot of a record that a segment with this tag goes to for sure; `None` says nothing: then [`MatcherState::find`]
/// knows.
#[inline(always)]
fn next_slot<'s>(structure: &'s Structure, frame: &Frame, number: u32) -> Option<(u32, &'s Step)> {
    let at = structure.steps.first_slot(frame.row, number);
    if at < frame.slot || at == NO_SLOT {
        return None;
    }
    let step = structure.steps.slot(at);
    has_room(frame, at, step).then_some((at, step))
}

/// The first slot of a record for a tag, at or after where it stands; [`NO_SLOT`] if there is none.
#[inline]
fn first_slot(structure: &Structure, frame: &Frame, number: u32) -> u32 {
    let mut at = structure.steps.first_slot(frame.row, number);
    while at < frame.slot {
        at = structure.steps.slot(at).next_same;
    }
    at
}

/// Whether a slot at or after where a record stands may have one more for sure.
#[inline]
fn has_room(frame: &Frame, at: u32, step: &Step) -> bool {
    let count = if at == frame.slot { frame.count } else { 0 };
    count < step.limit
}

/// Tells which required places of a slot were not there. Without `counts`, none was.
#[inline(never)]
fn check_slot(guide: &Guide, slot: &Slot, counts: &[u32], missing: &mut Vec<PlaceId>) {
    let mut total = 0;
    for (number, place) in slot.places().enumerate() {
        let count = counts.get(number).copied().unwrap_or(0);
        total += count;
        if place != slot.plain && count == 0 && guide.shape.place(place).required {
            missing.push(place);
        }
    }
    if total == 0 && guide.shape.place(slot.plain).required {
        missing.push(slot.plain);
    }
}
