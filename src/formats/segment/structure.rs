//! A guide's structure in the form the matcher wants: per record its slots, and the elements of its own segment.

use crate::guide::Guide;
use crate::tree::{PlaceId, PlaceKind};

/// A segment tag of up to four characters in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// The tag these bytes are; tags longer than four characters do not exist and become [`Tag::default`].
    pub fn of(bytes: &[u8]) -> Tag {
        if bytes.is_empty() || bytes.len() > 4 {
            return Tag::default();
        }
        Tag(bytes.iter().fold(0, |word, &byte| word << 8 | u32::from(byte)))
    }
}

/// One tag at one position of a structure, with its variants by qualifier.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The tag.
    pub tag: Tag,
    /// Element position of the key; 0 where there is none.
    pub key: u16,
    /// Component position of the key; 0 where the element is not composite.
    pub key_component: u16,
    /// First index among the parent's counters; variants follow in order, the plain place last.
    pub counter: usize,
    /// Codes and place of each variant.
    pub variants: Vec<(Vec<Box<str>>, PlaceId)>,
    /// Where everything else goes.
    pub plain: PlaceId,
    /// Whether one of the places is required.
    pub has_required: bool,
}

impl Slot {
    /// The place for a segment whose key is `key`, and its counter.
    pub fn choose(&self, key: &[u8]) -> (PlaceId, usize) {
        for (i, (codes, place)) in self.variants.iter().enumerate() {
            if codes.iter().any(|code| code.as_bytes() == key) {
                return (*place, self.counter + i);
            }
        }
        (self.plain, self.counter + self.variants.len())
    }

    /// All places with their counters.
    pub fn places(&self) -> impl Iterator<Item = (PlaceId, usize)> + '_ {
        let plain = (self.plain, self.counter + self.variants.len());
        self.variants.iter().enumerate().map(|(i, (_, place))| (*place, self.counter + i)).chain([plain])
    }
}

/// What one record place holds.
#[derive(Debug, Clone, Default)]
pub struct RecordStructure {
    /// Segments and loops inside it, in order.
    pub slots: Vec<Slot>,
    /// Its own segment's elements, by position from 1.
    pub elements: Vec<Option<PlaceId>>,
    /// How many counters its slots need.
    pub counters: usize,
}

/// The structure of a guide.
#[derive(Debug, Clone)]
pub struct Structure {
    records: Vec<RecordStructure>,
    tags: Vec<Tag>,
}

impl Structure {
    /// The structure of `guide`.
    pub fn of(guide: &Guide) -> Structure {
        Self::with_tags(guide, |place| Tag::of(guide.rules(place).element_id.as_bytes()))
    }

    /// The structure of `guide`, whose segments are known by what `tag` gives.
    pub fn with_tags(guide: &Guide, tag: impl Fn(PlaceId) -> Tag) -> Structure {
        let records: Vec<RecordStructure> =
            guide.shape.places().map(|(place, _)| record(guide, place, &tag)).collect();
        let mut tags: Vec<Tag> =
            records.iter().flat_map(|record| record.slots.iter().map(|slot| slot.tag)).collect();
        tags.sort();
        tags.dedup();
        Structure { records, tags }
    }

    /// What a record place holds.
    pub fn record(&self, place: PlaceId) -> &RecordStructure {
        &self.records[place.index()]
    }

    /// Whether the guide has the tag anywhere.
    pub fn knows(&self, tag: Tag) -> bool {
        self.tags.binary_search(&tag).is_ok()
    }
}

fn record(guide: &Guide, place: PlaceId, tag: &dyn Fn(PlaceId) -> Tag) -> RecordStructure {
    let shape = &guide.shape;
    let mut record = RecordStructure::default();
    if shape.place(place).kind != PlaceKind::Record {
        return record;
    }
    for &child in &shape.place(place).children {
        let position = usize::from(shape.place(child).position);
        if position > 0 {
            record.elements.resize(record.elements.len().max(position), None);
            record.elements[position - 1] = Some(child);
            continue;
        }
        if shape.place(child).kind == PlaceKind::Record {
            add_to_slots(guide, child, tag, &mut record);
        }
    }
    for slot in &mut record.slots {
        slot.counter = record.counters;
        record.counters += slot.variants.len() + 1;
    }
    record
}

fn add_to_slots(guide: &Guide, child: PlaceId, tag: &dyn Fn(PlaceId) -> Tag, record: &mut RecordStructure) {
    let shape = &guide.shape;
    let place = shape.place(child);
    let same_slot = record.slots.last().filter(|slot| shape.place(slot.plain).slot == place.slot).is_some();
    if !same_slot {
        let (key, key_component) = key_position(guide, child);
        record.slots.push(Slot {
            tag: tag(child),
            key,
            key_component,
            counter: 0,
            variants: Vec::new(),
            plain: child,
            has_required: false,
        });
    }
    let slot = record.slots.last_mut().expect("just pushed or found");
    slot.has_required |= place.required;
    if place.codes.is_empty() {
        slot.plain = child;
    } else {
        slot.variants.push((place.codes.clone(), child));
    }
}

fn key_position(guide: &Guide, place: PlaceId) -> (u16, u16) {
    let shape = &guide.shape;
    match shape.place(place).key {
        None => (0, 0),
        Some(key) if shape.place(key).parent == place => (shape.place(key).position, 0),
        Some(key) => (shape.place(shape.place(key).parent).position, shape.place(key).position),
    }
}
