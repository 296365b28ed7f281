//! The places inside of each element, by name.

use super::names::{Name, Names};
use crate::guide::Guide;
use crate::guide::elements::Part;
use crate::tree::{PlaceId, PlaceKind};

/// The places of one name in an element: the plain one, and its variants by what their key holds.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    /// What leads here.
    pub name: Name,
    /// The place of what no variant takes.
    pub plain: PlaceId,
    /// Its variants.
    pub variants: Vec<PlaceId>,
    /// The first of its counters in its element: one for each variant, the last for the plain place.
    pub first: usize,
    /// The names from the plain place to its key.
    pub key: Vec<Name>,
    /// Whether what stands here has a value and nothing inside.
    pub is_leaf: bool,
}

/// An element from inside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inside {
    /// Its slots in the order of the guide, attributes among them.
    pub slots: Vec<Slot>,
    /// The place of its text.
    pub text: Option<PlaceId>,
}

impl Inside {
    /// How many counters it takes.
    pub(crate) fn counters(&self) -> usize {
        self.slots.last().map_or(0, |slot| slot.first + slot.variants.len() + 1)
    }
}

/// What is inside of each place.
pub(crate) struct Places(Vec<Inside>);

impl Places {
    /// Of a guide with elements.
    pub(super) fn of(guide: &Guide, names: &Names) -> Places {
        let inside = |place: PlaceId| {
            let mut inside = Inside::default();
            for &child in &guide.shape.place(place).children {
                if guide.rules(child).part == Part::Text {
                    inside.text = Some(child);
                } else {
                    add(guide, names, child, &mut inside.slots);
                }
            }
            let mut first = 0;
            for slot in &mut inside.slots {
                slot.first = first;
                first += slot.variants.len() + 1;
            }
            inside
        };
        Places(guide.shape.places().map(|(place, _)| inside(place)).collect())
    }

    /// What is inside of a place.
    #[inline]
    pub(crate) fn inside(&self, place: PlaceId) -> &Inside {
        &self.0[place.index()]
    }
}

fn add(guide: &Guide, names: &Names, child: PlaceId, slots: &mut Vec<Slot>) {
    let own = guide.shape.place(child);
    let number = |slot: &Slot| guide.shape.place(slot.plain).slot;
    if let Some(slot) = slots.last_mut().filter(|slot| number(slot) == own.slot) {
        // Variants stand before the plain place.
        slot.variants.push(slot.plain);
        slot.plain = child;
        slot.key = key(guide, names, child);
        return;
    }
    slots.push(Slot {
        name: names.of_place(child),
        plain: child,
        variants: Vec::new(),
        first: 0,
        key: key(guide, names, child),
        is_leaf: own.kind != PlaceKind::Record,
    });
}

/// The names that lead from an element to its key; the last is no name if the key is a text.
fn key(guide: &Guide, names: &Names, place: PlaceId) -> Vec<Name> {
    let mut route = Vec::new();
    let Some(mut at) = guide.shape.place(place).key else { return route };
    while at != place && at != PlaceId::ROOT {
        route.push(names.of_place(at));
        at = guide.shape.place(at).parent;
    }
    route.reverse();
    route
}
