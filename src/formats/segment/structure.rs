//! A guide's structure in the form reader and matcher want: per record its slots, and the elements of its own segment.

use super::relation::RelationCheck;
use crate::formats::check::{Check, short_code};
use crate::guide::Guide;
use crate::guide::moment::Moment;
use crate::tree::{LeafType, PlaceId, PlaceKind};

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
    variants: Vec<(Vec<Box<str>>, PlaceId)>,
    /// The codes of all variants that fit one word, with the variant.
    short: Vec<(u64, u32)>,
    /// Where everything else goes.
    pub plain: PlaceId,
}

impl Slot {
    /// The place for a segment whose key is `key`, and its counter.
    #[inline]
    pub fn choose(&self, key: &[u8]) -> (PlaceId, usize) {
        let variant = match short_code(key) {
            Some(code) => self.short.iter().find(|(short, _)| *short == code).map(|(_, at)| *at as usize),
            None => {
                self.variants.iter().position(|(codes, _)| codes.iter().any(|code| code.as_bytes() == key))
            }
        };
        match variant {
            Some(at) => (self.variants[at].1, self.counter + at),
            None => (self.plain, self.counter + self.variants.len()),
        }
    }

    /// Whether variants depend on the key at all.
    pub fn has_variants(&self) -> bool {
        !self.variants.is_empty()
    }

    /// The place without a qualifier of its own, and its counter.
    pub fn plain_counter(&self) -> (PlaceId, usize) {
        (self.plain, self.counter + self.variants.len())
    }

    /// All places with their counters.
    pub fn places(&self) -> impl Iterator<Item = (PlaceId, usize)> + '_ {
        let plain = (self.plain, self.counter + self.variants.len());
        self.variants.iter().enumerate().map(|(i, (_, place))| (*place, self.counter + i)).chain([plain])
    }
}

/// An element or component.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its place.
    pub place: PlaceId,
    /// Whether it must be there.
    pub required: bool,
    /// How often it may be there.
    pub max: u32,
    /// What it holds.
    pub kind: PartKind,
}

/// A moment, with the element and component of its text and of its form.
#[derive(Debug, Clone)]
pub struct MomentPart {
    /// The moment.
    pub moment: Moment,
    /// How its leaf is written in the tree.
    pub leaf: LeafType,
    /// Element and component of the text.
    pub value: (u16, u16),
    /// Element and component of the code.
    pub format: (u16, u16),
}

/// What an element holds.
#[derive(Debug, Clone)]
pub enum PartKind {
    /// A value.
    Leaf(Check),
    /// Components, by position from 1.
    Composite(Vec<Option<Part>>),
}

/// What one record place holds.
#[derive(Debug, Clone, Default)]
pub struct RecordStructure {
    /// Tags of the segments and loops inside it, in order.
    pub tags: Vec<Tag>,
    /// For each of them whether one of its places is required.
    pub required: Vec<bool>,
    /// The same segments and loops.
    pub slots: Vec<Slot>,
    /// Its own segment's elements, by position from 1.
    pub elements: Vec<Option<Part>>,
    /// For a syntax without a separator of repetitions, where each repetition stands at a position of its own: by
    /// position, the index into `elements`. Empty if no element may be repeated.
    pub spread: Vec<u16>,
    /// Those of them whose form a code tells.
    pub moments: Vec<MomentPart>,
    /// Relations between them.
    pub relations: Vec<RelationCheck>,
    /// How many counters its slots need.
    pub counters: usize,
    /// Most occurrences.
    pub max: u32,
    /// `not used`
    pub not_used: bool,
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
        let mut tags: Vec<Tag> = records.iter().flat_map(|record| record.tags.iter().copied()).collect();
        tags.sort();
        tags.dedup();
        Structure { records, tags }
    }

    /// What a record place holds.
    #[inline]
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
    let own = shape.place(place);
    let mut record = RecordStructure { max: own.max, ..RecordStructure::default() };
    if own.kind != PlaceKind::Record {
        return record;
    }
    let rules = guide.rules(place);
    record.not_used = rules.not_used;
    record.relations = rules.relations.iter().map(RelationCheck::of).collect();
    record.elements = parts(guide, place);
    record.moments = guide
        .moments
        .iter()
        .filter(|moment| moment.segment == place)
        .filter_map(|moment| {
            Some(MomentPart {
                moment: moment.clone(),
                leaf: shape.place(moment.leaf).leaf_type()?.clone(),
                value: position_in(guide, place, moment.value),
                format: position_in(guide, place, moment.format),
            })
        })
        .collect();
    record.spread = spread(&record.elements);
    for &child in &own.children {
        if shape.place(child).position == 0 && shape.place(child).kind == PlaceKind::Record {
            add_to_slots(guide, child, tag, &mut record);
        }
    }
    for slot in &mut record.slots {
        slot.counter = record.counters;
        record.counters += slot.variants.len() + 1;
    }
    record
}

/// The elements or components of a record, by position from 1.
fn parts(guide: &Guide, place: PlaceId) -> Vec<Option<Part>> {
    let shape = &guide.shape;
    let mut parts: Vec<Option<Part>> = Vec::new();
    for &child in &shape.place(place).children {
        let own = shape.place(child);
        let position = usize::from(own.position);
        if position == 0 {
            continue;
        }
        let kind = match own.kind {
            PlaceKind::Leaf(_) => PartKind::Leaf(Check::of(guide, child)),
            _ => PartKind::Composite(self::parts(guide, child)),
        };
        parts.resize_with(parts.len().max(position), || None);
        let part = Part { place: child, required: own.required, max: own.max, kind };
        parts[position - 1] = Some(part);
    }
    parts
}

/// More repetitions than this have no position of their own.
const SPREAD_MAX: u32 = 99;

fn spread(elements: &[Option<Part>]) -> Vec<u16> {
    if elements.iter().flatten().all(|part| part.max <= 1) {
        return Vec::new();
    }
    let times = |part: &Option<Part>| part.as_ref().map_or(1, |part| part.max.clamp(1, SPREAD_MAX) as usize);
    (0u16..).zip(elements).flat_map(|(at, part)| std::iter::repeat_n(at, times(part))).collect()
}

fn add_to_slots(guide: &Guide, child: PlaceId, tag: &dyn Fn(PlaceId) -> Tag, record: &mut RecordStructure) {
    let shape = &guide.shape;
    let place = shape.place(child);
    let same_slot = record.slots.last().filter(|slot| shape.place(slot.plain).slot == place.slot).is_some();
    if !same_slot {
        let (key, key_component) = key_position(guide, child);
        record.tags.push(tag(child));
        record.required.push(false);
        record.slots.push(Slot {
            tag: tag(child),
            key,
            key_component,
            counter: 0,
            variants: Vec::new(),
            short: Vec::new(),
            plain: child,
        });
    }
    let (slot, required) =
        record.slots.last_mut().zip(record.required.last_mut()).expect("just pushed or found");
    *required |= place.required;
    if place.codes.is_empty() {
        slot.plain = child;
    } else {
        let at = slot.variants.len() as u32;
        slot.short.extend(place.codes.iter().filter_map(|code| Some((short_code(code.as_bytes())?, at))));
        slot.variants.push((place.codes.clone(), child));
    }
}

fn key_position(guide: &Guide, place: PlaceId) -> (u16, u16) {
    let shape = &guide.shape;
    shape.place(place).key.map_or((0, 0), |key| position_in(guide, place, key))
}

/// Element and component of a leaf in its segment; component 0 where the element is the leaf.
pub(super) fn position_in(guide: &Guide, segment: PlaceId, leaf: PlaceId) -> (u16, u16) {
    let own = guide.shape.place(leaf);
    match own.parent == segment {
        true => (own.position, 0),
        false => (guide.shape.place(own.parent).position, own.position),
    }
}
