//! What may be there: places in the order they stand, each a record or a leaf.

use super::value::LeafType;
use crate::base::shared::Shared;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

/// A place of a [`Shape`]; 0 is the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceId(pub u32);

impl PlaceId {
    /// The root of every shape.
    pub const ROOT: PlaceId = PlaceId(0);

    /// As an index into per-place tables.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Record or leaf.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    /// Has children: a message, loop, segment, composite, row or canonical record.
    Record,
    /// Has a value.
    Leaf(LeafType),
    /// A canonical record whose fields no shape declares: those that maps build in it, all text.
    Open,
}

/// One place.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What it is, which places of one element have in common.
    pub about: Shared<About>,
    /// The record it belongs to; the root belongs to itself.
    pub parent: PlaceId,
    /// Element or component position from 1; 0 where there is none.
    pub position: u16,
    /// Most occurrences in its parent; 1 is single.
    pub max: u32,
    /// Whether at least one occurrence must be there.
    pub required: bool,
    /// Codes that lead to this place instead of its plain sibling; empty for a plain place.
    pub codes: Vec<Box<str>>,
    /// Slot number within the parent: variants of one tag share it, and slots follow in the order of the structure.
    pub slot: u32,
    /// Child whose value chooses between variants, where the place has one.
    pub key: Option<PlaceId>,
    /// Children in order.
    pub children: Vec<PlaceId>,
    /// Declared pairs of qualifier and value, by name.
    pub pairs: Vec<Pairs>,
}

/// What a place is, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct About {
    /// The name used in paths: tag, element id, column or field.
    pub name: Box<str>,
    /// Record or leaf.
    pub kind: PlaceKind,
    /// Longest value in characters; 0 is unbounded.
    pub max_length: u32,
    /// Most digits of a canonical `decimal(p,s)` before and behind the point.
    pub digits: Option<(u8, u8)>,
    /// The values of a canonical `code`; empty is any. The codes of a guide stand in its rules.
    pub values: Vec<Box<str>>,
    /// Whether documents may be looked up by it.
    pub is_lookup_key: bool,
    /// A few words for people.
    pub title: Box<str>,
}

/// A place is asked and told all that is said about it, whether others have it in common or not.
impl Deref for Place {
    type Target = About;

    fn deref(&self) -> &About {
        &self.about
    }
}

impl DerefMut for Place {
    fn deref_mut(&mut self) -> &mut About {
        &mut self.about
    }
}

/// Qualifier and value positions that belong together: `pairs id (.04 .05) (.06 .07)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    /// The name used in paths.
    pub name: Box<str>,
    /// The leaf with the qualifier and the leaf with the value.
    pub pairs: Vec<(PlaceId, PlaceId)>,
}

impl Place {
    fn new(parent: PlaceId, name: &str, kind: PlaceKind) -> Place {
        let about = About {
            name: name.into(),
            kind,
            max_length: 0,
            digits: None,
            values: Vec::new(),
            is_lookup_key: false,
            title: "".into(),
        };
        Place {
            about: Shared::new(about),
            parent,
            position: 0,
            max: 1,
            required: false,
            codes: Vec::new(),
            slot: 0,
            key: None,
            children: Vec::new(),
            pairs: Vec::new(),
        }
    }

    /// Whether it may occur more than once in its parent.
    pub fn is_many(&self) -> bool {
        self.max > 1
    }

    /// Whether it has a value.
    pub fn leaf_type(&self) -> Option<&LeafType> {
        match &self.kind {
            PlaceKind::Leaf(leaf) => Some(leaf),
            PlaceKind::Record | PlaceKind::Open => None,
        }
    }
}

/// All places of a guide or a canonical document.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// For messages: `x12/004010/940`, `canonical outbound_order`.
    pub name: String,
    /// Whether a document of the same key takes the place of those before it, as an item does.
    pub is_master: bool,
    places: Vec<Place>,
}

impl Shape {
    /// A shape with only a root record.
    pub fn new(name: impl Into<String>) -> Self {
        let root = Place { required: true, ..Place::new(PlaceId::ROOT, "", PlaceKind::Record) };
        Shape { name: name.into(), is_master: false, places: vec![root] }
    }

    /// Adds a place as the last child of `parent`, in a slot of its own.
    pub fn add(&mut self, parent: PlaceId, name: &str, kind: PlaceKind) -> PlaceId {
        let id = PlaceId(self.places.len() as u32);
        let slot = self.next_slot(parent);
        self.places.push(Place { slot, ..Place::new(parent, name, kind) });
        self.places[parent.index()].children.push(id);
        id
    }

    /// Copies `place` and everything in it as a variant for `codes`, placed before its plain sibling in the same slot.
    /// Returns the copy and, for each place copied, the pair of old and new id.
    pub fn add_variant(
        &mut self,
        place: PlaceId,
        codes: Vec<Box<str>>,
    ) -> (PlaceId, Vec<(PlaceId, PlaceId)>) {
        let parent = self.place(place).parent;
        let (copy, copied) = self.copy_of(place, parent);
        self.place_mut(copy).codes = codes;
        let siblings = &mut self.places[parent.index()].children;
        let at = siblings
            .iter()
            .position(|&child| child == place)
            .expect("a place is among its parent's children");
        siblings.insert(at, copy);
        (copy, copied)
    }

    /// Copies `place` and everything in it as the last child of `parent`, for `codes`. Copies in one slot are variants of
    /// one tag. Returns what [`Shape::add_variant`] returns.
    pub fn add_copy(
        &mut self,
        place: PlaceId,
        parent: PlaceId,
        slot: u32,
        codes: Vec<Box<str>>,
    ) -> (PlaceId, Vec<(PlaceId, PlaceId)>) {
        let (copy, copied) = self.copy_of(place, parent);
        let own = self.place_mut(copy);
        own.codes = codes;
        own.slot = slot;
        self.places[parent.index()].children.push(copy);
        (copy, copied)
    }

    /// The slot of what is added to a record next.
    pub fn next_slot(&self, parent: PlaceId) -> u32 {
        self.place(parent).children.last().map_or(0, |&last| self.place(last).slot + 1)
    }

    /// A copy of a place and everything in it, with keys and pairs of its own; its parent does not have it yet.
    fn copy_of(&mut self, place: PlaceId, parent: PlaceId) -> (PlaceId, Vec<(PlaceId, PlaceId)>) {
        let mut copied = Vec::new();
        let copy = self.copy_into(place, parent, &mut copied);
        let twins: BTreeMap<PlaceId, PlaceId> = copied.iter().copied().collect();
        let twin = |old: PlaceId| twins.get(&old).copied().unwrap_or(old);
        for (_, new) in &copied {
            let place = self.place_mut(*new);
            place.key = place.key.map(twin);
            for pairs in &mut place.pairs {
                pairs.pairs.iter_mut().for_each(|(q, v)| (*q, *v) = (twin(*q), twin(*v)));
            }
        }
        (copy, copied)
    }

    fn copy_into(
        &mut self,
        place: PlaceId,
        parent: PlaceId,
        copied: &mut Vec<(PlaceId, PlaceId)>,
    ) -> PlaceId {
        let id = PlaceId(self.places.len() as u32);
        let mut copy = self.place(place).clone();
        let children = std::mem::take(&mut copy.children);
        copy.parent = parent;
        self.places.push(copy);
        copied.push((place, id));
        let children = children.into_iter().map(|child| self.copy_into(child, id, copied)).collect();
        self.place_mut(id).children = children;
        id
    }

    /// Gives back the memory that was set aside for more places.
    pub fn shrink_to_fit(&mut self) {
        self.places.iter_mut().for_each(|place| place.children.shrink_to_fit());
        self.places.shrink_to_fit();
    }

    /// The place.
    pub fn place(&self, id: PlaceId) -> &Place {
        &self.places[id.index()]
    }

    /// The place, to change it.
    pub fn place_mut(&mut self, id: PlaceId) -> &mut Place {
        &mut self.places[id.index()]
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Never: a shape has at least its root.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// All places with their ids.
    pub fn places(&self) -> impl Iterator<Item = (PlaceId, &Place)> {
        self.places.iter().enumerate().map(|(i, place)| (PlaceId(i as u32), place))
    }

    /// Children of `parent` with this name, variants included, in order.
    pub fn children_named<'a>(
        &'a self,
        parent: PlaceId,
        name: &'a str,
    ) -> impl Iterator<Item = PlaceId> + 'a {
        self.place(parent).children.iter().copied().filter(move |&child| &*self.place(child).name == name)
    }

    /// The child of `parent` at this element or component position.
    pub fn child_at(&self, parent: PlaceId, position: u16) -> Option<PlaceId> {
        self.place(parent).children.iter().copied().find(|&child| self.place(child).position == position)
    }

    /// The path of a place for messages: `N1[ST].N4.02`, `lines.sku`.
    pub fn path(&self, id: PlaceId) -> String {
        let place = self.place(id);
        if id == PlaceId::ROOT {
            return String::new();
        }
        let own = match (place.position, place.codes.is_empty()) {
            (0, true) => place.name.to_string(),
            (0, false) => format!("{}[{}]", place.name, place.codes.join("|")),
            (position, _) => format!("{position:02}"),
        };
        match self.path(place.parent) {
            parent if parent.is_empty() => own,
            parent => format!("{parent}.{own}"),
        }
    }
}
