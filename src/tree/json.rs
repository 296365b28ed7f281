//! Canonical documents as JSON and back: records as objects, lists as arrays, in the order of the shape; what is absent
//! is left out. Numbers keep their digits: no binary floating point is in between.

use super::arena::{NodeId, Origin, Tree, View};
use super::shape::{PlaceId, PlaceKind, Shape};
use super::value::{LeafType, Value, ValueKind};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Appends the document as JSON. With `indent` every field has a line of its own, two blanks deeper than its record.
pub fn write(shape: &Shape, view: View<'_>, indent: bool, out: &mut String) {
    let writer = Writer { shape, view, indent };
    match view.tree.is_empty() {
        true => out.push_str("{}"),
        false => writer.record(NodeId::ROOT, 0, out),
    }
}

struct Writer<'a> {
    shape: &'a Shape,
    view: View<'a>,
    indent: bool,
}

impl Writer<'_> {
    fn record(&self, node: NodeId, depth: usize, out: &mut String) {
        let place = self.shape.place(self.view.tree.node(node).place);
        out.push('{');
        let mut is_first = true;
        let children = self.in_shape_order(node);
        for group in children.chunk_by(|left, right| left.0 == right.0) {
            let child = self.shape.place(place.children[group[0].0]);
            self.next(&mut is_first, depth + 1, out);
            self.text(&child.name, out);
            out.push_str(if self.indent { ": " } else { ":" });
            if !child.is_many() {
                self.value(group[0].1, depth + 1, out);
                continue;
            }
            out.push('[');
            let mut is_first_item = true;
            for (_, item) in group {
                self.next(&mut is_first_item, depth + 2, out);
                self.value(*item, depth + 2, out);
            }
            self.line(depth + 1, out);
            out.push(']');
        }
        if !is_first {
            self.line(depth, out);
        }
        out.push('}');
    }

    /// Children that are there, each with its index among the shape's children.
    fn in_shape_order(&self, node: NodeId) -> Vec<(usize, NodeId)> {
        let tree = self.view.tree;
        let known = &self.shape.place(tree.node(node).place).children;
        let mut children: Vec<(usize, NodeId)> = tree
            .children(node)
            .filter(|&child| {
                let is_leaf = self.shape.place(tree.node(child).place).leaf_type().is_some();
                !is_leaf || tree.node(child).has_value()
            })
            .filter_map(|child| {
                Some((known.iter().position(|&place| place == tree.node(child).place)?, child))
            })
            .collect();
        children.sort_by_key(|(at, _)| *at);
        children
    }

    fn value(&self, node: NodeId, depth: usize, out: &mut String) {
        let place = self.shape.place(self.view.tree.node(node).place);
        let Some(leaf) = place.leaf_type() else { return self.record(node, depth, out) };
        let text = self.view.text(node).unwrap_or("");
        match Value::read(leaf, text) {
            Ok(value @ (Value::Number(_) | Value::Bool(_))) => out.push_str(&value.show()),
            _ => self.text(text, out),
        }
    }

    fn text(&self, text: &str, out: &mut String) {
        out.push_str(&serde_json::Value::from(text).to_string());
    }

    fn next(&self, is_first: &mut bool, depth: usize, out: &mut String) {
        if !std::mem::take(is_first) {
            out.push(',');
        }
        self.line(depth, out);
    }

    fn line(&self, depth: usize, out: &mut String) {
        if self.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    }
}

/// Why a JSON text is not the document it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// The field, such as `lines[2].qty` (from 1); empty for the document itself.
    pub path: String,
    /// What is wrong with it.
    pub text: String,
}

impl std::fmt::Display for JsonFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.text),
            path => write!(f, "{path}: {}", self.text),
        }
    }
}

/// Reads what [`write`] wrote into `tree` (cleared first). Fields that are `null` are absent.
///
/// # Errors
/// The first field that the shape does not know, or whose value does not fit it.
pub fn read(shape: &Shape, text: &str, tree: &mut Tree) -> Result<(), JsonFault> {
    tree.clear();
    let whole: &RawValue = serde_json::from_str(text)
        .map_err(|error| JsonFault { path: String::new(), text: format!("this is not JSON: {error}") })?;
    let root = tree.open(PlaceId::ROOT, Origin::default());
    read_record(shape, PlaceId::ROOT, whole, "", tree)?;
    tree.close(root);
    Ok(())
}

fn read_record(
    shape: &Shape,
    place: PlaceId,
    value: &RawValue,
    path: &str,
    tree: &mut Tree,
) -> Result<(), JsonFault> {
    let wrong = |text: String| JsonFault { path: path.to_string(), text };
    let fields: BTreeMap<String, &RawValue> =
        serde_json::from_str(value.get()).map_err(|_| wrong("a record in braces is expected here".into()))?;
    let known = &shape.place(place).children;
    let is_known = |name: &str| known.iter().any(|&child| &*shape.place(child).name == name);
    // What no map builds any more, none can read.
    let is_open = shape.place(place).kind == PlaceKind::Open;
    if let Some(name) = fields.keys().find(|name| !is_open && !is_known(name)) {
        return Err(wrong(format!("there is no field `{name}` in {}", shape.name)));
    }
    for &child in known {
        let name = &shape.place(child).name;
        let Some(value) = fields.get(&**name).filter(|value| value.get() != "null") else { continue };
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        if !shape.place(child).is_many() {
            read_value(shape, child, value, &path, tree)?;
            continue;
        }
        let items: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(|_| JsonFault {
            path: path.clone(),
            text: "a list in square brackets is expected here".into(),
        })?;
        for (i, item) in items.into_iter().enumerate() {
            read_value(shape, child, item, &format!("{path}[{}]", i + 1), tree)?;
        }
    }
    Ok(())
}

fn read_value(
    shape: &Shape,
    place: PlaceId,
    value: &RawValue,
    path: &str,
    tree: &mut Tree,
) -> Result<(), JsonFault> {
    let Some(leaf) = shape.place(place).leaf_type() else {
        let node = tree.open(place, Origin::default());
        read_record(shape, place, value, path, tree)?;
        tree.close(node);
        return Ok(());
    };
    let wrong =
        || JsonFault { path: path.to_string(), text: format!("{} is not {}", value.get(), expected(leaf)) };
    let is_text = value.get().starts_with('"');
    let is_bare = matches!(leaf.kind(), ValueKind::Number | ValueKind::Bool);
    if is_text == is_bare {
        return Err(wrong());
    }
    let text: String = match is_text {
        true => serde_json::from_str(value.get()).map_err(|_| wrong())?,
        false => value.get().to_string(),
    };
    let read = Value::read(leaf, &text).map_err(|_| wrong())?;
    if read.is_absent() {
        return Ok(());
    }
    tree.leaf(place, &text, Origin::default());
    Ok(())
}

fn expected(leaf: &LeafType) -> String {
    match leaf {
        LeafType::Date(mask) | LeafType::Time(mask) | LeafType::DateTime(mask) => {
            format!("{} written {}", leaf.kind().word(), mask.text())
        }
        leaf => leaf.kind().word().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        let mut shape = Shape::new("canonical order");
        shape.add(PlaceId::ROOT, "number", PlaceKind::Leaf(LeafType::Text));
        let lines = shape.add(PlaceId::ROOT, "lines", PlaceKind::Record);
        shape.place_mut(lines).max = u32::MAX;
        shape.add(lines, "sku", PlaceKind::Leaf(LeafType::Text));
        shape.add(lines, "qty", PlaceKind::Leaf(LeafType::Decimal));
        shape.add(PlaceId::ROOT, "final", PlaceKind::Leaf(LeafType::Bool));
        shape
    }

    #[test]
    fn documents_survive_writing_and_reading_with_every_digit() {
        let text = r#"{"number":"A \"1\"\n","lines":[{"sku":"007","qty":123456789012345678.000000000000000001},{"qty":0.5}],"final":true}"#;
        let mut tree = Tree::new();
        read(&shape(), text, &mut tree).expect("reads");
        let mut out = String::new();
        write(&shape(), View::new(&tree, ""), false, &mut out);
        assert_eq!(out, text);
    }

    #[test]
    fn what_no_map_builds_any_more_is_left_out_of_an_open_record() {
        let mut shape = Shape::new("canonical order");
        let ext = shape.add(PlaceId::ROOT, "ext", PlaceKind::Open);
        shape.add(ext, "dept", PlaceKind::Leaf(LeafType::Text));
        let mut tree = Tree::new();
        read(&shape, r#"{"ext":{"dept":"042","former":"x"}}"#, &mut tree).expect("reads");
        let mut out = String::new();
        write(&shape, View::new(&tree, ""), false, &mut out);
        assert_eq!(out, r#"{"ext":{"dept":"042"}}"#);
    }

    #[test]
    fn fields_that_do_not_fit_are_named() {
        let mut tree = Tree::new();
        let mut fault = |text: &str| read(&shape(), text, &mut tree).expect_err("does not fit").to_string();
        assert_eq!(fault(r#"{"lines":[{},{"qty":"4"}]}"#), "lines[2].qty: \"4\" is not a number");
        assert_eq!(fault(r#"{"nubmer":"4"}"#), "there is no field `nubmer` in canonical order");
        assert_eq!(fault(r#"{"lines":{}}"#), "lines: a list in square brackets is expected here");
        assert!(fault("{").starts_with("this is not JSON"));
    }
}
