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
    /// Slot that the last segment went to. Those before it are behind for good, and those after it still empty: only
    /// what is in this one is counted.
    slot: usize,
    /// The first of its counters.
    counters: usize,
}

/// Where the reading of one message stands.
#[derive(Debug, Default)]
pub struct MatcherState {
    frames: Vec<Frame>,
    /// How often each place of the slot where a record stands was there, for one record after the other.
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

    #[inline]
    fn push(&mut self, structure: &Structure, place: PlaceId, node: NodeId) {
        let counters = self.counts.len();
        // One in most records: a loop is quicker than a call.
        for _ in 0..structure.record(place).counters {
            self.counts.push(0);
        }
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
        let slot = &record.slots[at];
        if at != frame.slot {
            self.check_slots(guide, record, frame, at, missing);
            self.stand_at(depth, at, slot);
        }
        let (place, number) = match slot.has_variants() {
            true => slot.choose(if slot.key > 0 { key(slot.key, slot.key_component) } else { b"" }),
            false => (slot.plain, 0),
        };
        let count = &mut self.counts[frame.counters + number];
        *count += 1;
        let too_many = *count > slot.maxima[number];
        let node = tree.open(place, origin);
        Matched::Here { place, node, too_many }
    }

    /// A record goes on to a slot, which is empty.
    #[inline]
    fn stand_at(&mut self, depth: usize, at: usize, slot: &Slot) {
        let frame = &mut self.frames[depth];
        frame.slot = at;
        match slot.maxima.len() {
            1 => self.counts[frame.counters] = 0,
            many => self.counts[frame.counters..][..many].fill(0),
        }
    }

    /// The deepest open record that can take the tag at or after where it stands, and has not as many as it may have;
    /// if all have, the deepest. With the slot it takes it at.
    #[inline(always)]
    fn find(&self, structure: &Structure, number: usize) -> Option<(usize, usize)> {
        let mut full = None;
        let mut depth = self.frames.len();
        while depth > 0 {
            depth -= 1;
            let frame = &self.frames[depth];
            let record = structure.record(frame.place);
            let mut at = record.slot_from(number, frame.slot);
            while at != NO_SLOT {
                let slot = &record.slots[at];
                if !self.is_full(frame, at, slot) {
                    return Some((depth, at));
                }
                full = full.or(Some((depth, at)));
                at = slot.next_same;
            }
        }
        full
    }

    /// Whether none of a slot's places may have one more.
    #[inline]
    fn is_full(&self, frame: &Frame, at: usize, slot: &Slot) -> bool {
        if at != frame.slot {
            return slot.is_closed;
        }
        match slot.maxima[..] {
            [max] => self.counts[frame.counters] >= max,
            _ => {
                let counts = &self.counts[frame.counters..][..slot.maxima.len()];
                slot.maxima.iter().enumerate().all(|(number, max)| counts[number] >= *max)
            }
        }
    }

    /// Whether a segment with this tag can stand here without being one too many.
    pub fn takes(&self, structure: &Structure, tag: Tag) -> bool {
        let found = structure.number(tag).and_then(|number| self.find(structure, number));
        found.is_some_and(|(depth, at)| {
            let frame = &self.frames[depth];
            !self.is_full(frame, at, &structure.record(frame.place).slots[at])
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
        let record = structure.record(frame.place);
        if slot > frame.slot {
            self.check_slots(guide, record, frame, slot, missing);
            self.stand_at(0, slot, &record.slots[slot]);
        }
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
        let Some(&frame) = self.frames.last() else { return };
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
        if record.next_required[frame.slot] < end {
            self.check_required(guide, record, frame, end, missing);
        }
    }

    #[inline(never)]
    fn check_required(
        &self,
        guide: &Guide,
        record: &RecordStructure,
        frame: Frame,
        end: usize,
        missing: &mut Vec<PlaceId>,
    ) {
        let mut next = record.next_required[frame.slot];
        while next < end {
            let slot = &record.slots[next];
            let counts = match next == frame.slot {
                true => &self.counts[frame.counters..][..slot.maxima.len()],
                false => &[],
            };
            if slot.wants_variants || counts.iter().all(|count| *count == 0) {
                check_slot(guide, slot, counts, missing);
            }
            next = record.next_required[next + 1];
        }
    }
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
