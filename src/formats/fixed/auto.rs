//! Fields that are computed from others: counts, sums and values that repeat.

use super::FixedLayout;
use super::read::{field_node, told};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::guide::records::{Auto, Field};
use crate::tree::{NodeId, PlaceId, PlaceKind, View};

/// Compares every computed field of a unit with what it should be; sums only where all numbers could be read. `offset`
/// is that of the unit in the file.
pub(super) fn verify(
    layout: &FixedLayout,
    view: View<'_>,
    offset: u64,
    has_all_numbers: bool,
    findings: &mut Diagnostics,
) {
    if !view.tree.is_empty() {
        let mut verifier = Verifier { layout, view, offset, has_all_numbers, findings };
        verifier.records(&mut vec![NodeId::ROOT]);
    }
}

struct Verifier<'a> {
    layout: &'a FixedLayout,
    view: View<'a>,
    offset: u64,
    has_all_numbers: bool,
    findings: &'a mut Diagnostics,
}

impl Verifier<'_> {
    fn records(&mut self, above: &mut Vec<NodeId>) {
        let view = self.view;
        let parent = *above.last().expect("begins with the root");
        for node in view.tree.children(parent) {
            let Some(index) = self.layout.record_at(view.tree.node(node).place) else { continue };
            for (position, field) in self.layout.guide.records[index].fields.iter().enumerate() {
                if let (Some(auto), Some(place)) = (&field.auto, field.place) {
                    self.field(node, above, (position, field, place), auto);
                }
            }
            above.push(node);
            self.records(above);
            above.pop();
        }
    }

    fn field(
        &mut self,
        node: NodeId,
        above: &[NodeId],
        (position, field, place): (usize, &Field, PlaceId),
        auto: &Auto,
    ) {
        let view = self.view;
        if matches!(auto, Auto::Sum(_) | Auto::Hash(_)) && !self.has_all_numbers {
            return;
        }
        let leaf = field_node(view.tree, node, place);
        // What says that there is nothing may be what was computed: no records, and `0` is blank.
        let nothing = self.layout.guide.rules(place).blank.as_deref().unwrap_or("");
        let found = leaf.and_then(|leaf| view.text(leaf)).unwrap_or(nothing);
        let expected = value(self.layout, view, above, Some(node), field, auto);
        if is_same(found, &expected) {
            return;
        }
        let at = view.tree.node(leaf.unwrap_or(node));
        let name = self.layout.guide.shape.place(view.tree.node(node).place).name.to_string();
        let shown = if found.is_empty() { "nothing" } else { found };
        let expected = if expected.is_empty() { "nothing" } else { &expected };
        let finding = told(&self.layout.guide.name, Code::X231, &name, field, shown, expected);
        self.findings.push(finding.place(Place {
            offset: self.offset + u64::from(at.origin_start),
            length: at.origin_len,
            segment: at.ordinal,
            tag: name,
            element: position as u16 + 1,
            element_id: field.name.to_string(),
            ..Place::default()
        }));
    }
}

/// Whether two values are the same text or the same number.
pub(super) fn is_same(found: &str, expected: &str) -> bool {
    if found == expected {
        return true;
    }
    let number = |text: &str| Decimal::parse(text.as_bytes());
    matches!((number(found), number(expected)), (Some(found), Some(expected)) if found == expected)
}

/// What a computed field holds, in the record `node` (`None` for one that is not in the tree) inside the last of
/// `above`.
pub(super) fn value(
    layout: &FixedLayout,
    view: View<'_>,
    above: &[NodeId],
    node: Option<NodeId>,
    field: &Field,
    auto: &Auto,
) -> String {
    let around = |places: &[PlaceId]| around(layout, above, node, field, places);
    let total = |place: PlaceId| around(&[place]).map_or(Decimal::ZERO, |parent| sum(view, parent, place));
    match auto {
        Auto::Count(places) => {
            around(places).map_or(0, |parent| count(layout, view, parent, places)).to_string()
        }
        Auto::Sum(place) => total(*place).to_string(),
        Auto::Hash(place) => hash(total(*place), layout.scale_of(*place), field),
        Auto::Same(place) => same(layout, view, above, node, *place).to_string(),
    }
}

/// The record that holds what a computed field counts or adds up: the field's own where it stands inside that, else the
/// one around. `None` for an own one that is not in the tree.
pub(super) fn around(
    layout: &FixedLayout,
    above: &[NodeId],
    node: Option<NodeId>,
    field: &Field,
    places: &[PlaceId],
) -> Option<NodeId> {
    let shape = &layout.guide.shape;
    let own = field.place.map(|place| shape.place(place).parent);
    let is_inside = |place: &PlaceId| {
        let parent = |at: &PlaceId| (*at != PlaceId::ROOT).then(|| shape.place(*at).parent);
        std::iter::successors(parent(place), parent).any(|around| Some(around) == own)
    };
    match places.iter().all(is_inside) {
        true => node,
        false => above.last().copied(),
    }
}

/// The digits of a sum that fit a field, as text.
pub(super) fn hash(sum: Decimal, scale: u8, field: &Field) -> String {
    let digits = field.number.map_or(field.width, |look| look.digits).min(36);
    let units = sum.units_at(scale).map_or(0, i128::unsigned_abs);
    (units % 10u128.pow(digits)).to_string()
}

/// The nodes inside `parent`, itself not among them, which are at one of these places.
fn inside<'v>(
    view: View<'v>,
    parent: NodeId,
    is_at: impl Fn(PlaceId) -> bool,
) -> impl Iterator<Item = NodeId> {
    let start = parent.0 + 1;
    let end = view.tree.node(parent).end.min(view.tree.len() as u32);
    let nodes = view.tree.nodes()[start as usize..end as usize].iter().enumerate();
    nodes.filter(move |(_, node)| is_at(node.place)).map(move |(at, _)| NodeId(start + at as u32))
}

fn count(layout: &FixedLayout, view: View<'_>, parent: NodeId, places: &[PlaceId]) -> usize {
    let there = match places {
        [one] => inside(view, parent, |place| place == *one).count(),
        places => inside(view, parent, |place| places.contains(&place)).count(),
    };
    // Records that the format writes by itself need not be in the tree.
    let by_itself = places.iter().filter(|&&place| layout.is_written_by_itself(place)).map(|&place| {
        let above = layout.guide.shape.place(place).parent;
        let parents = [parent].into_iter().filter(|&parent| view.tree.node(parent).place == above);
        let parents = parents.chain(inside(view, parent, |place| place == above));
        parents.filter(|&node| field_node(view.tree, node, place).is_none()).count()
    });
    there + by_itself.sum::<usize>()
}

/// The sum of all numbers at a place inside `parent`.
pub(super) fn sum(view: View<'_>, parent: NodeId, place: PlaceId) -> Decimal {
    let mut sum = Decimal::ZERO;
    for node in inside(view, parent, |other| other == place) {
        let number = view.text(node).and_then(|text| Decimal::parse(text.as_bytes()));
        sum = number.and_then(|number| sum.checked_add(number)).unwrap_or(sum);
    }
    sum
}

/// The value of a field of a record around this one, or of the last before it in a record around it.
fn same<'v>(
    layout: &FixedLayout,
    view: View<'v>,
    above: &[NodeId],
    node: Option<NodeId>,
    place: PlaceId,
) -> &'v str {
    let record = layout.guide.shape.place(place).parent;
    debug_assert_eq!(layout.guide.shape.place(record).kind, PlaceKind::Record);
    let mut before = node;
    for &around in above.iter().rev() {
        if view.tree.node(around).place == record {
            return view.child_text(around, place).unwrap_or("");
        }
        let is_before = |child: &NodeId| before.is_none_or(|before| child.0 < before.0);
        let mut children = view.tree.children(around).take_while(is_before);
        let last = children.by_ref().filter(|&child| view.tree.node(child).place == record).last();
        if let Some(found) = last {
            return view.child_text(found, place).unwrap_or("");
        }
        before = Some(around);
    }
    ""
}
