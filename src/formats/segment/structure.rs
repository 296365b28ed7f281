//! A guide's structure in the form reader and matcher want: per record its slots, and the elements of its own segment.

use super::relation::RelationCheck;
use crate::base::word::word;
use crate::formats::check::Check;
use crate::guide::Guide;
use crate::guide::moment::Moment;
use crate::tree::{LeafType, PlaceId, PlaceKind};

/// A segment tag of up to four characters in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// The tag these bytes are; tags longer than four characters do not exist and become [`Tag::default`].
    pub fn of(bytes: &[u8]) -> Tag {
        Tag(match *bytes {
            [a] => u32::from(a),
            [a, b] => u32::from_be_bytes([0, 0, a, b]),
            [a, b, c] => u32::from_be_bytes([0, a, b, c]),
            [a, b, c, d] => u32::from_be_bytes([a, b, c, d]),
            _ => 0,
        })
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
    /// Codes and place of each variant.
    variants: Vec<(Vec<Box<str>>, PlaceId)>,
    /// The codes of all variants that fit one word, with the variant.
    short: Vec<(u64, u32)>,
    /// Where everything else goes.
    pub plain: PlaceId,
    /// Most occurrences of each of its places: of the variants in order, of the plain place last. They are counted in
    /// this order.
    pub maxima: Vec<u32>,
    /// Whether none of them may ever be there.
    pub is_closed: bool,
    /// Whether a variant is required, so that another one does not stand in for it.
    pub wants_variants: bool,
    /// The next slot of the same record with the same tag; [`NO_SLOT`] if there is none.
    pub next_same: usize,
}

/// No slot has this number.
pub const NO_SLOT: usize = usize::MAX;

impl Slot {
    /// The place for a segment whose key is `key`, and its number among the places of the slot.
    #[inline]
    pub fn choose(&self, key: &[u8]) -> (PlaceId, usize) {
        let variant = match word(key) {
            Some(code) => self.short.iter().find(|(short, _)| *short == code).map(|(_, at)| *at as usize),
            None => {
                self.variants.iter().position(|(codes, _)| codes.iter().any(|code| code.as_bytes() == key))
            }
        };
        match variant {
            Some(at) => (self.variants[at].1, at),
            None => (self.plain, self.variants.len()),
        }
    }

    /// Whether variants depend on the key at all.
    #[inline]
    pub fn has_variants(&self) -> bool {
        !self.variants.is_empty()
    }

    /// All places, in the order they are counted in.
    pub fn places(&self) -> impl Iterator<Item = PlaceId> + '_ {
        self.variants.iter().map(|(_, place)| *place).chain([self.plain])
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
    /// By number of a tag, the first slot with it; [`NO_SLOT`] if there is none. Empty if there are no slots.
    first_slot: Vec<usize>,
    /// For each slot, and for the end behind the last, the first from there on that has a required place; the count of
    /// slots if there is none.
    pub next_required: Vec<usize>,
    /// The segments and loops inside it, in order.
    pub slots: Vec<Slot>,
    /// Its own segment's elements, by position from 1.
    pub elements: Vec<Option<Part>>,
    /// How many of them there are up to the last required one.
    pub required_elements: usize,
    /// For a syntax without a separator of repetitions, where each repetition stands at a position of its own: by
    /// position, the index into `elements`. Empty if no element may be repeated.
    pub spread: Vec<u16>,
    /// Those of them whose form a code tells.
    pub moments: Vec<MomentPart>,
    /// Relations between them.
    pub relations: Vec<RelationCheck>,
    /// How many places the slot with the most places has.
    pub counters: usize,
    /// `not used`
    pub not_used: bool,
}

/// The structure of a guide.
#[derive(Debug, Clone)]
pub struct Structure {
    records: Vec<RecordStructure>,
    tags: TagNumbers,
}

/// The tags of a guide, numbered from 0: a hash table without removal, for one look per segment.
#[derive(Debug, Clone)]
struct TagNumbers {
    /// A power of two of cells, a quarter of them full at most; the empty ones have the default tag, which no segment has.
    cells: Vec<(Tag, usize)>,
    count: usize,
}

impl TagNumbers {
    fn of(mut tags: Vec<Tag>) -> TagNumbers {
        tags.sort();
        tags.dedup();
        tags.retain(|tag| *tag != Tag::default());
        let mut numbers = TagNumbers {
            cells: vec![(Tag::default(), 0); (4 * tags.len()).next_power_of_two()],
            count: tags.len(),
        };
        for (number, tag) in tags.into_iter().enumerate() {
            let cell = numbers.cell(tag);
            numbers.cells[cell] = (tag, number);
        }
        numbers
    }

    /// The cell with this tag, or the empty one where it would stand.
    #[inline]
    fn cell(&self, tag: Tag) -> usize {
        let last = self.cells.len() - 1;
        let mut cell = (tag.0.wrapping_mul(0x9e37_79b1) >> 16) as usize & last;
        while self.cells[cell].0 != tag && self.cells[cell].0 != Tag::default() {
            cell = (cell + 1) & last;
        }
        cell
    }

    #[inline]
    fn number(&self, tag: Tag) -> Option<usize> {
        let (known, number) = self.cells[self.cell(tag)];
        (known == tag && tag != Tag::default()).then_some(number)
    }
}

impl Structure {
    /// The structure of `guide`.
    pub fn of(guide: &Guide) -> Structure {
        Self::with_tags(guide, |place| Tag::of(guide.rules(place).element_id.as_bytes()))
    }

    /// The structure of `guide`, whose segments are known by what `tag` gives.
    pub fn with_tags(guide: &Guide, tag: impl Fn(PlaceId) -> Tag) -> Structure {
        let mut records: Vec<RecordStructure> =
            guide.shape.places().map(|(place, _)| record(guide, place, &tag)).collect();
        let slots = records.iter().flat_map(|record| &record.slots);
        let tags = TagNumbers::of(slots.map(|slot| slot.tag).collect());
        records.iter_mut().for_each(|record| record.number_slots(&tags));
        Structure { records, tags }
    }

    /// What a record place holds.
    #[inline]
    pub fn record(&self, place: PlaceId) -> &RecordStructure {
        &self.records[place.index()]
    }

    /// The number of a tag; `None` if the guide does not have it.
    #[inline]
    pub fn number(&self, tag: Tag) -> Option<usize> {
        self.tags.number(tag)
    }
}

impl RecordStructure {
    fn number_slots(&mut self, tags: &TagNumbers) {
        if self.slots.is_empty() {
            return;
        }
        self.first_slot = vec![NO_SLOT; tags.count];
        for at in (0..self.slots.len()).rev() {
            let Some(number) = tags.number(self.slots[at].tag) else { continue };
            self.slots[at].next_same = std::mem::replace(&mut self.first_slot[number], at);
        }
    }

    /// The first slot from `from` on for the tag with this number; [`NO_SLOT`] if there is none.
    #[inline]
    pub fn slot_from(&self, number: usize, from: usize) -> usize {
        let mut at = self.first_slot.get(number).copied().unwrap_or(NO_SLOT);
        while at < from {
            at = self.slots[at].next_same;
        }
        at
    }
}

fn record(guide: &Guide, place: PlaceId, tag: &dyn Fn(PlaceId) -> Tag) -> RecordStructure {
    let shape = &guide.shape;
    let own = shape.place(place);
    let mut record = RecordStructure::default();
    if own.kind != PlaceKind::Record {
        return record;
    }
    let rules = guide.rules(place);
    record.not_used = rules.not_used;
    record.relations = rules.relations.iter().map(RelationCheck::of).collect();
    record.elements = parts(guide, place);
    let is_required = |part: &Option<Part>| part.as_ref().is_some_and(|part| part.required);
    record.required_elements = record.elements.iter().rposition(is_required).map_or(0, |last| last + 1);
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
        slot.maxima = slot.places().map(|place| shape.place(place).max).collect();
        slot.is_closed = slot.maxima.iter().all(|max| *max == 0);
        let wanted = slot.places().find(|&place| place != slot.plain && shape.place(place).required);
        slot.wants_variants = wanted.is_some();
        record.counters = record.counters.max(slot.maxima.len());
    }
    record.next_required = next_required(guide, &record.slots);
    record
}

fn next_required(guide: &Guide, slots: &[Slot]) -> Vec<usize> {
    let mut next = vec![slots.len(); slots.len() + 1];
    for (at, slot) in slots.iter().enumerate().rev() {
        let is_required = slot.places().any(|place| guide.shape.place(place).required);
        next[at] = if is_required { at } else { next[at + 1] };
    }
    next
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
        record.slots.push(Slot {
            tag: tag(child),
            key,
            key_component,
            variants: Vec::new(),
            short: Vec::new(),
            plain: child,
            maxima: Vec::new(),
            is_closed: false,
            wants_variants: false,
            next_same: NO_SLOT,
        });
    }
    let slot = record.slots.last_mut().expect("just pushed or found");
    if place.codes.is_empty() {
        slot.plain = child;
    } else {
        let at = slot.variants.len() as u32;
        slot.short.extend(place.codes.iter().filter_map(|code| Some((word(code.as_bytes())?, at))));
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
