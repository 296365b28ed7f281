//! Several documents as one: fields of the first, records of all.

use super::together::Gather;
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::language::syntax::Counts;
use crate::tree::arena::Origin;
use crate::tree::{LeafType, NodeId, PlaceId, PlaceKind, Shape, Tree, Value, View};

/// The documents, in their order, as the one that is to be written. What there is at most one of is that of the first
/// document that has it; that another has it otherwise and the map reads it (`read`, by place) is a finding, unless the
/// flow says which counts. What there may be more of is appended.
pub fn merge(
    gather: &Gather,
    (shape, read): (&Shape, &[bool]),
    documents: &[View<'_>],
    findings: &mut Diagnostics,
) -> Tree {
    let mut merging = Merging { gather, shape, read, tree: Tree::new(), findings };
    let root = merging.tree.open(PlaceId::ROOT, Origin::default());
    let roots: Vec<At<'_>> = documents
        .iter()
        .filter(|document| !document.tree.is_empty())
        .map(|&document| (document, NodeId::ROOT))
        .collect();
    merging.record(PlaceId::ROOT, &roots);
    merging.tree.close(root);
    merging.tree
}

/// A node of one of the documents.
type At<'d> = (View<'d>, NodeId);

struct Merging<'m> {
    gather: &'m Gather,
    shape: &'m Shape,
    /// Per place, whether it is read.
    read: &'m [bool],
    tree: Tree,
    findings: &'m mut Diagnostics,
}

impl Merging<'_> {
    /// Fills the open record from records of the documents.
    fn record(&mut self, place: PlaceId, records: &[At<'_>]) {
        let shape = self.shape;
        for &child in &shape.place(place).children {
            let nodes = at_place(records, child);
            let declared = shape.place(child);
            match (&declared.kind, declared.is_many()) {
                (PlaceKind::Leaf(leaf), false) => self.value(child, leaf, &nodes),
                (PlaceKind::Leaf(_), true) => {
                    for text in nodes.iter().filter_map(|(view, node)| view.text(*node)) {
                        self.tree.leaf(child, text, Origin::default());
                    }
                }
                (PlaceKind::Record | PlaceKind::Open, true) => {
                    nodes.iter().for_each(|node| self.one(child, std::slice::from_ref(node)));
                }
                (PlaceKind::Record | PlaceKind::Open, false) if nodes.is_empty() => {}
                (PlaceKind::Record | PlaceKind::Open, false) => self.one(child, &nodes),
            }
        }
    }

    fn one(&mut self, place: PlaceId, records: &[At<'_>]) {
        let node = self.tree.open(place, Origin::default());
        self.record(place, records);
        self.tree.close(node);
    }

    /// A field that there is at most once in each document.
    fn value(&mut self, place: PlaceId, leaf: &LeafType, nodes: &[At<'_>]) {
        let texts: Vec<&str> = nodes.iter().filter_map(|(view, node)| view.text(*node)).collect();
        let [first, .., last] = texts.as_slice() else {
            texts.iter().for_each(|text| _ = self.tree.leaf(place, text, Origin::default()));
            return;
        };
        match self.gather.counts.get(&place) {
            Some(Counts::Last) => _ = self.tree.leaf(place, last, Origin::default()),
            Some(Counts::Sum) => match sum(leaf, &texts) {
                Some(sum) => _ = self.tree.leaf(place, &sum, Origin::default()),
                None => self.differs(place, first, last),
            },
            Some(Counts::First) => _ = self.tree.leaf(place, first, Origin::default()),
            None => {
                let other = texts.iter().find(|text| shown(leaf, text) != shown(leaf, first));
                if let Some(other) = other.filter(|_| self.read.get(place.index()) == Some(&true)) {
                    self.differs(place, first, other);
                }
                self.tree.leaf(place, first, Origin::default());
            }
        }
    }

    fn differs(&mut self, place: PlaceId, first: &str, other: &str) {
        let finding = Diagnostic::new(Code::F012)
            .with("field", self.shape.path(place))
            .with("first", first)
            .with("other", other);
        self.findings.push(finding);
    }
}

/// The nodes at a place of records, in the order of these.
fn at_place<'d>(records: &[At<'d>], place: PlaceId) -> Vec<At<'d>> {
    let mut nodes = Vec::new();
    for &(view, record) in records {
        let there = view.tree.children(record).filter(|&node| view.tree.node(node).place == place);
        nodes.extend(there.map(|node| (view, node)));
    }
    nodes
}

fn shown(leaf: &LeafType, text: &str) -> String {
    Value::read(leaf, text).map_or_else(|_| text.to_string(), Value::show)
}

/// The sum of numbers; `None` if one is none, or there are too many digits.
fn sum(leaf: &LeafType, texts: &[&str]) -> Option<String> {
    let mut sum = Decimal::new(0, 0)?;
    for text in texts {
        let Ok(Value::Number(number)) = Value::read(leaf, text) else { return None };
        sum = sum.checked_add(number)?;
    }
    Some(Value::Number(sum).show())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::mapping::flow::Window;
    use std::collections::BTreeMap;

    /// A shape of a number, a weight, a place with a city, remarks and lines with a quantity.
    fn shape() -> (Shape, [PlaceId; 7]) {
        let mut shape = Shape::new("canonical thing");
        let leaf = |leaf| PlaceKind::Leaf(leaf);
        let number = shape.add(PlaceId::ROOT, "number", leaf(LeafType::Text));
        let weight = shape.add(PlaceId::ROOT, "weight", leaf(LeafType::Decimal));
        let to = shape.add(PlaceId::ROOT, "to", PlaceKind::Record);
        let city = shape.add(to, "city", leaf(LeafType::Text));
        let remarks = shape.add(PlaceId::ROOT, "remarks", leaf(LeafType::Text));
        let lines = shape.add(PlaceId::ROOT, "lines", PlaceKind::Record);
        let quantity = shape.add(lines, "quantity", leaf(LeafType::Decimal));
        for many in [remarks, lines] {
            shape.place_mut(many).max = u32::MAX;
        }
        (shape, [number, weight, to, city, remarks, lines, quantity])
    }

    fn document(places: &[PlaceId; 7], number: &str, weight: &str, city: &str, quantities: &[&str]) -> Tree {
        let &[at_number, at_weight, to, at_city, remarks, lines, quantity] = places;
        let mut tree = Tree::new();
        let root = tree.open(PlaceId::ROOT, Origin::default());
        for (place, text) in [(at_number, number), (at_weight, weight)] {
            if !text.is_empty() {
                tree.leaf(place, text, Origin::default());
            }
        }
        if !city.is_empty() {
            let record = tree.open(to, Origin::default());
            tree.leaf(at_city, city, Origin::default());
            tree.close(record);
        }
        tree.leaf(remarks, number, Origin::default());
        for text in quantities {
            let record = tree.open(lines, Origin::default());
            tree.leaf(quantity, text, Origin::default());
            tree.close(record);
        }
        tree.close(root);
        tree
    }

    fn merged(counts: &[(usize, Counts)], read: bool, trees: &[Tree]) -> (String, Vec<String>) {
        let (shape, places) = shape();
        let counts: BTreeMap<_, _> = counts.iter().map(|&(at, counts)| (places[at], counts)).collect();
        let window = Window { by: Vec::new(), every_ms: 1, max: 9, size_max: 9, at: Vec::new() };
        let gather = Gather { window, by: Vec::new(), until: None, gathered: None, counts };
        let mut findings = Diagnostics::new();
        let views: Vec<View<'_>> = trees.iter().map(|tree| View::new(tree, "")).collect();
        let tree = merge(&gather, (&shape, &vec![read; shape.len()]), &views, &mut findings);
        let mut json = String::new();
        crate::tree::json::write(&shape, View::new(&tree, ""), false, &mut json);
        (json, findings.as_slice().iter().map(Diagnostic::title).collect())
    }

    #[test]
    fn lists_are_appended_and_fields_are_those_of_the_first_that_has_them() {
        let places = shape().1;
        let trees = [
            document(&places, "A", "1.50", "", &["1", "2"]),
            document(&places, "A", "1.5", "Leipzig", &["1"]),
        ];
        let (json, findings) = merged(&[], true, &trees);
        let expected = r#"{"number":"A","weight":1.5,"to":{"city":"Leipzig"},"remarks":["A","A"],"lines":[{"quantity":1},{"quantity":2},{"quantity":1}]}"#;
        assert_eq!(json.replace([' ', '\n'], ""), expected);
        assert_eq!(findings, [""; 0], "1.5 is 1.50");
    }

    #[test]
    fn one_document_is_itself() {
        let places = shape().1;
        let tree = document(&places, "A", "1.50", "Reno", &["1"]);
        let mut json = String::new();
        crate::tree::json::write(&shape().0, View::new(&tree, ""), false, &mut json);
        assert_eq!(merged(&[(1, Counts::Sum)], true, &[tree]).0, json);
    }

    #[test]
    fn what_differs_is_a_finding_where_it_is_read_and_the_flow_does_not_say_what_counts() {
        let places = shape().1;
        let trees = || {
            [
                document(&places, "A", "1.50", "Reno", &[]),
                document(&places, "B", "2", "Leipzig", &[]),
                document(&places, "C", "", "Reno", &[]),
            ]
        };
        assert_eq!(merged(&[], false, &trees()).1, [""; 0]);
        let (_, findings) = merged(&[(0, Counts::First)], true, &trees());
        assert_eq!(
            findings,
            [
                "`weight` is `1.50` in one document and `2` in another that is to become one message with it",
                "`to.city` is `Reno` in one document and `Leipzig` in another that is to become one message with it",
            ]
        );
        let (json, findings) =
            merged(&[(0, Counts::Last), (1, Counts::Sum), (3, Counts::First)], true, &trees());
        assert_eq!(findings, [""; 0]);
        assert!(json.contains("\"C\"") && json.contains("3.5") && json.contains("Reno"), "{json}");
    }
}
