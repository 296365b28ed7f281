//! A tree to JSON, in the order of the guide.

use super::JsonLayout;
use super::tokens::is_number;
use crate::diagnostics::{Code, Diagnostics};
use crate::formats::nested::Slot;
use crate::tree::{LeafType, NodeId, PlaceId, View};

/// What stands before the first message: the objects around the list of messages.
pub(super) fn begin(layout: &JsonLayout, out: &mut Vec<u8>) {
    let path = &layout.nested.elements().path;
    let mut text = String::new();
    for (depth, name) in path[..path.len() - 1].iter().enumerate() {
        text.push('{');
        layout.line(depth + 1, &mut text);
        string(name, &mut text);
        colon(layout, &mut text);
    }
    if path.len() > 1 {
        text.push('[');
    }
    out.extend_from_slice(text.as_bytes());
}

/// What stands behind the last message.
pub(super) fn end(layout: &JsonLayout, out: &mut Vec<u8>) {
    let path = &layout.nested.elements().path;
    let mut text = String::new();
    if path.len() > 1 {
        layout.line(path.len() - 1, &mut text);
        text.push(']');
    }
    for depth in (0..path.len() - 1).rev() {
        layout.line(depth, &mut text);
        text.push('}');
    }
    text.push('\n');
    out.extend_from_slice(text.as_bytes());
}

/// A message.
pub(super) fn body(layout: &JsonLayout, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
    if view.tree.is_empty() {
        return;
    }
    let mut writer = Writer { layout, view, text: String::new(), findings };
    writer.object(PlaceId::ROOT, Some(NodeId::ROOT), layout.depth());
    out.extend_from_slice(writer.text.as_bytes());
}

fn string(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn colon(layout: &JsonLayout, out: &mut String) {
    out.push_str(if layout.indent.is_some() { ": " } else { ":" });
}

struct Writer<'a> {
    layout: &'a JsonLayout,
    view: View<'a>,
    text: String,
    findings: &'a mut Diagnostics,
}

impl<'a> Writer<'a> {
    fn object(&mut self, place: PlaceId, node: Option<NodeId>, depth: usize) {
        self.text.push('{');
        let start = self.text.len();
        let layout = self.layout;
        for slot in &layout.nested.places.inside(place).slots {
            self.slot(place, slot, node, depth + 1);
        }
        if self.text.len() > start {
            layout.line(depth, &mut self.text);
        }
        self.text.push('}');
    }

    /// The members of one name: a list if there may be several.
    fn slot(&mut self, around: PlaceId, slot: &'a Slot, node: Option<NodeId>, depth: usize) {
        let (tree, layout) = (self.view.tree, self.layout);
        let shape = &layout.nested.guide.shape;
        let all = || slot.variants.iter().chain([&slot.plain]).copied();
        let is_there = |child: &NodeId| {
            let place = tree.node(*child).place;
            let is_leaf = slot.is_leaf;
            all().any(|known| known == place)
                && (!is_leaf || !layout.nested.given(self.view, Some(*child), place).is_empty())
        };
        let children = node.into_iter().flat_map(|node| tree.children(node));
        let mut found: Vec<(PlaceId, Option<NodeId>)> =
            children.filter(is_there).map(|child| (tree.node(child).place, Some(child))).collect();
        for place in all() {
            let count = found.iter().filter(|(known, _)| *known == place).count();
            if count > shape.place(place).max as usize {
                self.finding(Code::X253, around, place, "", "");
            }
            let none = if place == slot.plain { found.is_empty() } else { count == 0 };
            if !none {
                continue;
            }
            let is_constant = slot.is_leaf && layout.nested.guide.rules(place).constant.is_some();
            if (is_constant && slot.variants.is_empty()) || layout.nested.is_written_by_itself(place) {
                found.push((place, None));
            } else if shape.place(place).required {
                self.finding(Code::X252, around, place, "", "");
            }
        }
        if found.is_empty() {
            return;
        }
        if !self.text.ends_with('{') {
            self.text.push(',');
        }
        layout.line(depth, &mut self.text);
        string(&shape.place(slot.plain).name, &mut self.text);
        colon(layout, &mut self.text);
        let is_list = found.len() > 1 || all().any(|place| shape.place(place).is_many()) || all().count() > 1;
        if !is_list {
            return self.value(around, slot, found[0], depth);
        }
        self.text.push('[');
        for (at, item) in found.into_iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            layout.line(depth + 1, &mut self.text);
            self.value(around, slot, item, depth + 1);
        }
        layout.line(depth, &mut self.text);
        self.text.push(']');
    }

    fn value(
        &mut self,
        around: PlaceId,
        slot: &Slot,
        (place, node): (PlaceId, Option<NodeId>),
        depth: usize,
    ) {
        if !slot.is_leaf {
            return self.object(place, node, depth);
        }
        let nested = &self.layout.nested;
        let value = nested.given(self.view, node, place);
        if let Some(constant) =
            nested.guide.rules(place).constant.as_deref().filter(|constant| *constant != value)
        {
            self.finding(Code::X228, around, place, value, constant);
        } else if let Some(code) = nested.checks[place.index()].check(value, false, false) {
            self.finding(code, around, place, value, "");
        }
        let is_bare = match nested.guide.shape.place(place).leaf_type() {
            Some(LeafType::Integer | LeafType::Decimal | LeafType::Implied(_)) => is_number(value),
            Some(LeafType::Bool) => matches!(value, "true" | "false"),
            _ => false,
        };
        match is_bare {
            true => self.text.push_str(value),
            false => string(value, &mut self.text),
        }
    }

    #[cold]
    fn finding(&mut self, code: Code, around: PlaceId, place: PlaceId, value: &str, expected: &str) {
        let finding = self.layout.nested.unwritable(code, around, place, value, expected);
        self.findings.push(finding);
    }
}
