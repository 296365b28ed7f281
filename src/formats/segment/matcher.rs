//! The one structure matcher: assigns each segment to a place by position in the structure, tag and qualifier.

use super::structure::{NO_SLOT, RecordStructure, Slot, Structure, Tag};
use crate::guide::Guide;
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, Tree};

/// An open record: the message, or a loop inside it.
#[derive(Debug, Clone, Copy)]
struct Frame {
    place: PlaceId,
    node: NodeId,
    /// Slot that the last segment went to.
    slot: usize,
    counters: usize,
}

/// Where the reading of one message stands.
#[derive(Debug, Default)]
pub struct MatcherState {
    frames: Vec<Frame>,
    counts: Vec<u32>,
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

    fn push(&mut self, structure: &Structure, place: PlaceId, node: NodeId) {
        let counters = self.counts.len();
        self.counts.resize(counters + structure.record(place).counters, 0);
        self.frames.push(Frame { place, node, slot: 0, counters });
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
        let Some((depth, at)) = self.find(structure, number) else { return Matched::Misplaced };
        while self.frames.len() > depth + 1 {
            self.pop(guide, structure, tree, missing);
        }
        let frame = self.frames[depth];
        let record = structure.record(frame.place);
        self.check_slots(guide, record, frame, at, missing);
        self.frames[depth].slot = at;
        let slot = &record.slots[at];
        let has_key = slot.key > 0 && slot.has_variants();
        let (place, counter) = slot.choose(if has_key { key(slot.key, slot.key_component) } else { b"" });
        let count = &mut self.counts[frame.counters + counter];
        *count += 1;
        let too_many = *count > structure.record(place).max;
        let node = tree.open(place, origin);
        Matched::Here { place, node, too_many }
    }

    /// The deepest open record that can take the tag at or after where it stands, and has not as many as it may have;
    /// if all have, the deepest. With the slot it takes it at.
    #[inline]
    fn find(&self, structure: &Structure, number: usize) -> Option<(usize, usize)> {
        let mut full = None;
        for (depth, frame) in self.frames.iter().enumerate().rev() {
            let record = structure.record(frame.place);
            let mut at = record.slot_from(number, frame.slot);
            while at != NO_SLOT {
                if !self.is_full(frame, &record.slots[at]) {
                    return Some((depth, at));
                }
                full = full.or(Some((depth, at)));
                at = record.slots[at].next_same;
            }
        }
        full
    }

    /// Whether none of a slot's places may have one more.
    #[inline]
    fn is_full(&self, frame: &Frame, slot: &Slot) -> bool {
        let counts = &self.counts[frame.counters + slot.counter..];
        slot.maxima.iter().zip(counts).all(|(max, count)| count >= max)
    }

    /// Whether a segment with this tag can stand here without being one too many.
    pub fn takes(&self, structure: &Structure, tag: Tag) -> bool {
        let found = structure.number(tag).and_then(|number| self.find(structure, number));
        found.is_some_and(|(depth, at)| {
            let frame = &self.frames[depth];
            !self.is_full(frame, &structure.record(frame.place).slots[at])
        })
    }

    /// Ends all records inside the message and moves on to a slot of it.
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
        let frame = self.frames[0];
        self.check_slots(guide, structure.record(frame.place), frame, slot, missing);
        self.frames[0].slot = frame.slot.max(slot);
    }

    /// The segment's elements are in the tree: if it has segments inside, they come now; if not, it is closed.
    #[inline]
    pub fn segment_done(&mut self, structure: &Structure, place: PlaceId, node: NodeId, tree: &mut Tree) {
        if structure.record(place).slots.is_empty() {
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

    fn pop(&mut self, guide: &Guide, structure: &Structure, tree: &mut Tree, missing: &mut Vec<PlaceId>) {
        let frame = *self.frames.last().expect("called with an open record");
        let record = structure.record(frame.place);
        self.check_slots(guide, record, frame, record.slots.len(), missing);
        self.frames.pop();
        self.counts.truncate(frame.counters);
        tree.close(frame.node);
    }

    /// The slots from where the record stands up to `end` are behind: what is required of them was there.
    #[inline]
    fn check_slots(
        &self,
        guide: &Guide,
        record: &RecordStructure,
        frame: Frame,
        end: usize,
        missing: &mut Vec<PlaceId>,
    ) {
        let mut next = record.next_required[frame.slot];
        while next < end {
            self.check_slot(guide, &record.slots[next], frame, missing);
            next = record.next_required[next + 1];
        }
    }

    fn check_slot(&self, guide: &Guide, slot: &Slot, frame: Frame, missing: &mut Vec<PlaceId>) {
        let mut total = 0;
        for (place, counter) in slot.places() {
            let count = self.counts[frame.counters + counter];
            total += count;
            if place != slot.plain && count == 0 && guide.shape.place(place).required {
                missing.push(place);
            }
        }
        if total == 0 && guide.shape.place(slot.plain).required {
            missing.push(slot.plain);
        }
    }
}
