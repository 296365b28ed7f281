//! What the matcher asks of a structure for each segment, in as little room as it takes: mostly one look tells where a
//! segment goes.

use super::structure::RecordStructure;
use super::tags::TagNumbers;
use crate::tree::PlaceId;

/// No slot has this number.
pub const NO_SLOT: u32 = u32::MAX;

/// The slots of all records in one list, numbered from 0; those of a record are neighbours.
#[derive(Debug, Clone)]
pub struct Steps {
    /// By place.
    entries: Vec<Entry>,
    /// A row for each record that has slots: by the number of a tag, the first slot with it. The first row of all is for
    /// records without a slot.
    first_slots: Vec<u32>,
    slots: Vec<Step>,
}

/// A record whose segments come next.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Where its row begins; 0 if it has no slots.
    pub row: u32,
    /// Its first slot.
    pub first: u32,
    /// The first of its slots that has a required place; [`NO_SLOT`] if there is none.
    pub unmet: u32,
}

/// A slot.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Where all goes that has no variant.
    pub plain: PlaceId,
    /// The most that any of its places may have: as long as not so many came, one of them has room.
    pub limit: u32,
    /// The next slot of the same record with the same tag; [`NO_SLOT`] if there is none.
    pub next_same: u32,
    /// The first slot of the same record that may have a required place without a segment, once a segment went to this
    /// one; [`NO_SLOT`] if there is none.
    pub unmet: u32,
    /// Whether the key of a segment tells its place.
    pub has_variants: bool,
}

impl Steps {
    /// The steps through `records`, which come by place.
    pub fn of<'r>(records: impl Iterator<Item = &'r RecordStructure>, tags: &TagNumbers) -> Steps {
        let mut steps =
            Steps { entries: Vec::new(), first_slots: vec![NO_SLOT; tags.count().max(1)], slots: Vec::new() };
        for record in records {
            steps.add(record, tags);
        }
        steps
    }

    fn add(&mut self, record: &RecordStructure, tags: &TagNumbers) {
        let (first, count) = (self.slots.len() as u32, record.slots.len());
        let numbered = |at: usize| if at < count { first + at as u32 } else { NO_SLOT };
        let row = if count > 0 { self.first_slots.len() } else { 0 };
        self.entries.push(Entry {
            row: row as u32,
            first,
            unmet: record.next_required.first().map_or(NO_SLOT, |&at| numbered(at)),
        });
        for (at, slot) in record.slots.iter().enumerate() {
            self.slots.push(Step {
                plain: slot.plain,
                limit: slot.maxima.iter().copied().max().unwrap_or(0),
                next_same: NO_SLOT,
                unmet: numbered(if slot.wants_variants() { at } else { record.next_required[at + 1] }),
                has_variants: slot.has_variants(),
            });
        }
        if count > 0 {
            self.first_slots.resize(row + tags.count().max(1), NO_SLOT);
        }
        for at in (0..count).rev() {
            let Some(number) = tags.number(record.slots[at].tag) else { continue };
            let first_slot = &mut self.first_slots[row + number as usize];
            self.slots[first as usize + at].next_same = std::mem::replace(first_slot, numbered(at));
        }
    }

    /// How a record is entered.
    #[inline]
    pub fn entry(&self, place: PlaceId) -> &Entry {
        &self.entries[place.index()]
    }

    /// The first slot for a tag in the record with this row; [`NO_SLOT`] if there is none.
    #[inline]
    pub fn first_slot(&self, row: u32, tag: u32) -> u32 {
        self.first_slots[row as usize + tag as usize]
    }

    /// A slot.
    #[inline]
    pub fn slot(&self, at: u32) -> &Step {
        &self.slots[at as usize]
    }
}
