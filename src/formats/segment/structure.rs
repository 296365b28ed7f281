//! A guide's structure in the form reader and matcher want: per record its slots, and the elements of its own segment.

use super::levels::Levels;
use super::looks::Looks;
use super::relation::Relations;
use super::steps::Steps;
use super::tags::{Tag, TagNumbers};
use crate::base::word::word;
use crate::formats::check::{Check, Checks};
use crate::guide::moment::Moment;
use crate::guide::{Guide, Hierarchy};
use crate::tree::{LeafType, PlaceId, PlaceKind, Shape};
use std::sync::Arc;

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
    /// The codes of all variants that fit one word, with the place of the variant and its number.
    short: Vec<(u64, PlaceId, u32)>,
    /// Where everything else goes.
    pub plain: PlaceId,
    /// Most occurrences of each of its places: of the variants in order, of the plain place last. They are counted in
    /// this order.
    pub maxima: Vec<u32>,
    /// The numbers of the variants that are required, so that another one does not stand in for them.
    wanted: Vec<u32>,
}

impl Slot {
    /// The place for a segment whose key is `key`, and its number among the places of the slot.
    #[inline]
    pub fn choose(&self, key: &[u8]) -> (PlaceId, usize) {
        let variant = match word(key) {
            Some(code) => {
                let found = self.short.iter().find(|(short, ..)| *short == code);
                found.map(|&(_, place, number)| (place, number as usize))
            }
            None => {
                let has = |codes: &[Box<str>]| codes.iter().any(|code| code.as_bytes() == key);
                let number = self.variants.iter().position(|(codes, _)| has(codes));
                number.map(|number| (self.variants[number].1, number))
            }
        };
        variant.unwrap_or((self.plain, self.variants.len()))
    }

    /// Whether variants depend on the key at all.
    #[inline]
    pub fn has_variants(&self) -> bool {
        !self.variants.is_empty()
    }

    /// Whether a variant is required.
    pub fn wants_variants(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Whether each variant that is required was there, by how often each of its places was.
    pub fn has_wanted(&self, counts: &[u32]) -> bool {
        self.wanted.iter().all(|&number| counts[number as usize] > 0)
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
    Leaf(Arc<Check>),
    /// Components, by position from 1.
    Composite(Box<[Option<Part>]>),
}

/// What one record place holds.
#[derive(Debug, Clone, Default)]
pub struct RecordStructure {
    /// For each slot, and for the end behind the last, the first from there on that has a required place; the count of
    /// slots if there is none.
    pub next_required: Vec<usize>,
    /// The segments and loops inside it, in order.
    pub slots: Vec<Slot>,
    /// Its own segment's elements, by position from 1.
    pub elements: Box<[Option<Part>]>,
    /// For a syntax without a separator of repetitions, where each repetition stands at a position of its own: by
    /// position, the index into `elements`. Empty if no element may be repeated.
    pub spread: Vec<u16>,
    /// Those of them whose form a code tells.
    pub moments: Vec<MomentPart>,
    /// The elements as a glance takes them.
    pub looks: Looks,
    /// Relations between them.
    pub relations: Relations,
    /// `not used`
    pub not_used: bool,
    /// Whether there is nothing about it but its elements and relations: it is used, and has no moments.
    pub is_simple: bool,
}

/// The structure of a guide.
#[derive(Debug, Clone)]
pub struct Structure {
    /// An empty one for places that are neither loop nor segment, and then those of these.
    records: Vec<RecordStructure>,
    /// By place, which of them it has.
    of_place: Vec<u32>,
    tags: TagNumbers,
    /// The ways of segments through it.
    pub steps: Steps,
    /// Segments that name the one they belong to.
    pub levels: Option<Levels>,
}

impl Structure {
    /// The structure of `guide`.
    pub fn of(guide: &Guide) -> Structure {
        Self::with_tags(guide, |place| Tag::of(guide.rules(place).element_id.as_bytes()))
    }

    /// The structure of `guide`, whose segments are known by what `tag` gives.
    pub fn with_tags(guide: &Guide, tag: impl Fn(PlaceId) -> Tag) -> Structure {
        let (mut records, mut of_place) = (vec![RecordStructure::default()], Vec::new());
        let mut checks = Checks::default();
        for (place, own) in guide.shape.places() {
            // Composite elements are parts of their segment.
            let is_record = own.kind == PlaceKind::Record && own.position == 0;
            of_place.push(if is_record { records.len() as u32 } else { 0 });
            if is_record {
                records.push(record(guide, place, &tag, &mut checks));
            }
        }
        records.shrink_to_fit();
        let slots = records.iter().flat_map(|record| &record.slots);
        let tags = TagNumbers::of(slots.map(|slot| slot.tag).collect());
        let by_place = of_place.iter().map(|&number| &records[number as usize]);
        let steps = Steps::of(by_place, &tags);
        let mut structure = Structure { steps, records, of_place, tags, levels: None };
        structure.levels = structure.levels_of(guide, &tag);
        structure
    }

    fn levels_of(&self, guide: &Guide, tag: impl Fn(PlaceId) -> Tag) -> Option<Levels> {
        let tag = tag(guide.hierarchy.as_ref()?.plain);
        Levels::of(guide, tag, |around| self.record(around).slots.iter().rposition(|slot| slot.tag == tag))
    }

    /// What a loop or segment holds.
    #[inline]
    pub fn record(&self, place: PlaceId) -> &RecordStructure {
        &self.records[self.of_place[place.index()] as usize]
    }

    /// The check of an element or component; `None` of all else.
    pub fn check(&self, shape: &Shape, place: PlaceId) -> Option<&Check> {
        let own = shape.place(place);
        match &self.parts(shape, own.parent)?.get(usize::from(own.position).checked_sub(1)?)?.as_ref()?.kind {
            PartKind::Leaf(check) => Some(check),
            PartKind::Composite(_) => None,
        }
    }

    /// The elements of a segment or the components of a composite element.
    fn parts(&self, shape: &Shape, place: PlaceId) -> Option<&[Option<Part>]> {
        let own = shape.place(place);
        match usize::from(own.position).checked_sub(1) {
            None => Some(&self.record(place).elements),
            Some(at) => match &self.parts(shape, own.parent)?.get(at)?.as_ref()?.kind {
                PartKind::Composite(parts) => Some(parts),
                PartKind::Leaf(_) => None,
            },
        }
    }

    /// The number of a tag; `None` if the guide does not have it.
    #[inline]
    pub fn number(&self, tag: Tag) -> Option<u32> {
        self.tags.number(tag)
    }
}

fn record(
    guide: &Guide,
    place: PlaceId,
    tag: &dyn Fn(PlaceId) -> Tag,
    checks: &mut Checks,
) -> RecordStructure {
    let shape = &guide.shape;
    let own = shape.place(place);
    let mut record = RecordStructure::default();
    let rules = guide.rules(place);
    record.not_used = rules.not_used;
    record.relations = Relations::of(&rules.relations);
    record.elements = parts(guide, place, checks);
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
    record.is_simple = !record.not_used && record.moments.is_empty();
    record.spread = spread(&record.elements);
    record.looks = Looks::of(&record.elements, &record.spread);
    for &child in &own.children {
        if shape.place(child).position == 0 && shape.place(child).kind == PlaceKind::Record {
            add_to_slots(guide, child, tag, &mut record);
        }
    }
    for slot in &mut record.slots {
        slot.maxima = slot.places().map(|place| shape.place(place).max).collect();
        let is_wanted = |place: PlaceId| place != slot.plain && must_come(guide, place);
        slot.wanted =
            (0..).zip(slot.places()).filter(|(_, place)| is_wanted(*place)).map(|(at, _)| at).collect();
    }
    record.next_required = next_required(guide, &record.slots);
    record
}

/// Whether the matcher finds out that a place is missing. Levels may come when the record around them is closed: who
/// counts them tells which are missing.
fn must_come(guide: &Guide, place: PlaceId) -> bool {
    let is_level = |hierarchy: &Hierarchy| hierarchy.is_about(place);
    guide.shape.place(place).required && !guide.hierarchy.as_ref().is_some_and(is_level)
}

fn next_required(guide: &Guide, slots: &[Slot]) -> Vec<usize> {
    let mut next = vec![slots.len(); slots.len() + 1];
    for (at, slot) in slots.iter().enumerate().rev() {
        let is_required = slot.places().any(|place| must_come(guide, place));
        next[at] = if is_required { at } else { next[at + 1] };
    }
    next
}

/// The elements or components of a record, by position from 1.
fn parts(guide: &Guide, place: PlaceId, checks: &mut Checks) -> Box<[Option<Part>]> {
    let shape = &guide.shape;
    let mut parts: Vec<Option<Part>> = Vec::new();
    for &child in &shape.place(place).children {
        let own = shape.place(child);
        let position = usize::from(own.position);
        if position == 0 {
            continue;
        }
        let kind = match own.kind {
            PlaceKind::Leaf(_) => PartKind::Leaf(checks.of(guide, child)),
            _ => PartKind::Composite(self::parts(guide, child, checks)),
        };
        parts.resize_with(parts.len().max(position), || None);
        let part = Part { place: child, required: own.required, max: own.max, kind };
        parts[position - 1] = Some(part);
    }
    parts.into()
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
            wanted: Vec::new(),
        });
    }
    let slot = record.slots.last_mut().expect("just pushed or found");
    if place.codes.is_empty() {
        slot.plain = child;
    } else {
        let at = slot.variants.len() as u32;
        slot.short.extend(place.codes.iter().filter_map(|code| Some((word(code.as_bytes())?, child, at))));
        slot.variants.push((place.codes.clone(), child));
    }
}

fn key_position(guide: &Guide, place: PlaceId) -> (u16, u16) {
    let shape = &guide.shape;
    shape.place(place).key.map_or((0, 0), |key| match position_in(guide, place, key) {
        // Fields of records have no positions: they are counted.
        (0, _) => {
            let before = shape.place(place).children.iter().take_while(|&&child| child != key);
            (before.count() as u16 + 1, 0)
        }
        position => position,
    })
}

/// Element and component of a leaf in its segment; component 0 where the element is the leaf.
pub(super) fn position_in(guide: &Guide, segment: PlaceId, leaf: PlaceId) -> (u16, u16) {
    let own = guide.shape.place(leaf);
    match own.parent == segment {
        true => (own.position, 0),
        false => (guide.shape.place(own.parent).position, own.position),
    }
}
