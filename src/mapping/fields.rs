//! Direct addressing. When a slot is given a record, one pass over the record notes the first node at each place that
//! some path of the map asks for. A path is then one look, and what is not there is known at once; most of what maps
//! ask for is not there.

use super::plan::{Field, Nodes, PairPlan, Start, Step, Way};
use crate::tree::{NodeId, PlaceId, Shape, Tree, View};
use std::cell::Cell;

/// The places that paths from one slot lead to.
#[derive(Debug, Default)]
pub struct SlotFields {
    /// Per place, its field plus 1; 0 and whatever is beyond the end is no field.
    of_place: Vec<Field>,
    /// How many fields there are.
    count: Field,
}

impl SlotFields {
    fn field(&mut self, place: PlaceId) -> Field {
        if self.of_place.len() <= place.index() {
            self.of_place.resize(place.index() + 1, 0);
        }
        let field = &mut self.of_place[place.index()];
        if *field == 0 {
            self.count += 1;
            *field = self.count;
        }
        *field - 1
    }
}

/// The slots given out by a compilation, with their fields.
#[derive(Debug, Default)]
pub struct Fields {
    slots: Vec<SlotFields>,
}

impl Fields {
    /// A new slot.
    pub fn slot(&mut self) -> usize {
        self.slots.push(SlotFields::default());
        self.slots.len() - 1
    }

    /// All slots.
    pub fn into_slots(self) -> Vec<SlotFields> {
        self.slots
    }

    /// Finds the quick way of a path.
    pub fn address(&mut self, nodes: &mut Nodes) {
        nodes.way = match (nodes.start, nodes.steps.as_slice()) {
            (_, []) | (Start::Group(_), _) => Way::Walk,
            (Start::Slot(slot), steps) if nodes.is_plain() => Way::To(self.way(slot, steps)),
            (Start::Slot(slot), [first, ..]) => Way::From(self.places(slot, first)),
            (Start::This | Start::Out, [only]) => match only.places.as_slice() {
                [place] if only.is_untested() && only.is_single && !nodes.leaves.is_empty() => {
                    Way::Made(*place)
                }
                _ => Way::Walk,
            },
            _ => Way::Walk,
        };
    }

    /// The pairs of a record at the end of a path, if its qualifiers and values can be fields.
    pub fn address_pairs(&mut self, pair: &mut PairPlan, shape: &Shape) {
        self.address(&mut pair.nodes);
        let Start::Slot(slot) = pair.nodes.start else { return };
        let is_direct = pair.nodes.steps.is_empty() || (pair.nodes.is_plain() && pair.nodes.is_single);
        // The value stands after its qualifier, and before the next one: then each pair can be looked at by itself.
        let positions = pair.pairs.iter().flat_map(|(qualifier, value)| [*qualifier, *value]);
        let positions: Vec<_> = positions
            .map(|place| shape.place(place))
            .map(|place| (place.parent, place.position, place.is_many()))
            .collect();
        let is_in_turn = positions.windows(2).all(|two| two[0].0 != two[1].0 || two[0].1 < two[1].1);
        if is_direct && is_in_turn && positions.iter().all(|(_, _, is_many)| !is_many) {
            self.way(slot, &pair.nodes.steps);
            let fields = &mut self.slots[slot];
            pair.fields = pair
                .pairs
                .iter()
                .map(|(qualifier, value)| (fields.field(*qualifier), fields.field(*value)))
                .collect();
        }
    }

    /// Fields for all places on the way; those of the last step.
    fn way(&mut self, slot: usize, steps: &[Step]) -> Vec<Field> {
        steps.iter().map(|step| self.places(slot, step)).last().unwrap_or_default()
    }

    fn places(&mut self, slot: usize, step: &Step) -> Vec<Field> {
        step.places.iter().map(|&place| self.slots[slot].field(place)).collect()
    }
}

/// No node stands in the field.
const NONE: u32 = u32::MAX;

/// What a slot holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'r> {
    Empty,
    /// Something that is not known yet, or that a finding tells is not there: what depends on it is not told again.
    Awaited,
    Record(View<'r>, NodeId),
    Group(View<'r>, &'r [NodeId]),
    Value(crate::tree::Value<'r>),
}

/// A slot of a run.
pub(super) struct SlotState<'r> {
    held: Cell<Slot<'r>>,
    /// What the nodes of the fields are of.
    view: Cell<View<'r>>,
    /// The first node at each of the slot's places.
    fields: &'r [Cell<u32>],
    plan: &'r SlotFields,
}

impl<'r> SlotState<'r> {
    /// An empty slot.
    pub fn new(plan: &'r SlotFields, view: View<'r>, memory: &'r bumpalo::Bump) -> Self {
        let fields = memory.alloc_slice_fill_with(usize::from(plan.count), |_| Cell::new(NONE));
        SlotState { held: Cell::new(Slot::Empty), view: Cell::new(view), fields, plan }
    }

    /// What it holds.
    pub fn get(&self) -> Slot<'r> {
        self.held.get()
    }

    /// What the nodes of its fields are of.
    pub fn view(&self) -> View<'r> {
        self.view.get()
    }

    /// Puts something into it.
    pub fn set(&self, slot: Slot<'r>) {
        self.held.set(slot);
        for field in self.fields {
            field.set(NONE);
        }
        let (view, id) = match slot {
            Slot::Record(view, id) => (view, id),
            Slot::Group(view, [first, ..]) => (view, *first),
            Slot::Group(_, []) | Slot::Value(_) | Slot::Empty | Slot::Awaited => return,
        };
        self.view.set(view);
        if !self.fields.is_empty() {
            self.note(view.tree, id);
        }
    }

    /// Notes the first node at each place. A record that comes again is passed over with all that is in it.
    fn note(&self, tree: &Tree, id: NodeId) {
        let nodes = tree.nodes();
        let Some(record) = nodes.get(id.0 as usize) else { return };
        let of_place = self.plan.of_place.as_slice();
        let (mut at, end) = (id.0 + 1, record.end.min(nodes.len() as u32));
        while at < end {
            let node = &nodes[at as usize];
            let field = of_place.get(node.place.index()).copied().unwrap_or(0);
            at = match usize::from(field).checked_sub(1).map(|field| &self.fields[field]) {
                Some(first) if first.get() == NONE => {
                    first.set(at);
                    at + 1
                }
                _ => node.end,
            };
        }
    }

    /// The first of the nodes in these fields.
    #[inline]
    pub fn first(&self, fields: &[Field]) -> Option<NodeId> {
        let node = match fields {
            [only] => self.fields[usize::from(*only)].get(),
            fields => fields.iter().map(|&field| self.fields[usize::from(field)].get()).min().unwrap_or(NONE),
        };
        (node != NONE).then_some(NodeId(node))
    }

    /// The node in a field.
    #[inline]
    pub fn at(&self, field: Field) -> Option<NodeId> {
        let node = self.fields[usize::from(field)].get();
        (node != NONE).then_some(NodeId(node))
    }
}
