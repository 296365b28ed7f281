//! A tree to XML, in the order of the guide.

use super::XmlLayout;
use super::text::{escape, is_character};
use crate::diagnostics::{Code, Diagnostics};
use crate::formats::charset::Charset;
use crate::formats::nested::Slot;
use crate::guide::elements::Part;
use crate::tree::{NodeId, PlaceId, View};

/// What stands before the first message: the declaration and the elements around the messages.
pub(super) fn begin(layout: &XmlLayout, out: &mut Vec<u8>) {
    declaration(layout.charset, out);
    let mut text = String::new();
    let path = &layout.nested.elements().path;
    for (depth, name) in path[..path.len() - 1].iter().enumerate() {
        layout.indent(depth, &mut text);
        text.push('<');
        text.push_str(name);
        if depth == 0 {
            namespaces(layout, &mut text);
        }
        text.push_str(">\n");
    }
    layout.encode(&text, out);
}

/// The XML declaration.
pub(in crate::formats) fn declaration(charset: Charset, out: &mut Vec<u8>) {
    let name = match charset {
        Charset::Utf8 => "UTF-8".to_string(),
        charset => charset.name().to_uppercase().replace("CP", "WINDOWS-"),
    };
    out.extend_from_slice(format!("<?xml version=\"1.0\" encoding=\"{name}\"?>\n").as_bytes());
}

/// What stands behind the last message.
pub(super) fn end(layout: &XmlLayout, out: &mut Vec<u8>) {
    let mut text = String::new();
    let path = &layout.nested.elements().path;
    for (depth, name) in path[..path.len() - 1].iter().enumerate().rev() {
        layout.indent(depth, &mut text);
        text.push_str(&format!("</{name}>\n"));
    }
    layout.encode(&text, out);
}

/// A message.
pub(super) fn body(layout: &XmlLayout, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
    if view.tree.is_empty() {
        return;
    }
    let mut writer = Writer { layout, view, text: String::new(), findings };
    let path = &layout.nested.elements().path;
    writer.element(PlaceId::ROOT, path.last().map_or("", |name| name), Some(NodeId::ROOT), path.len() - 1);
    layout.encode(&writer.text, out);
}

fn namespaces(layout: &XmlLayout, out: &mut String) {
    for (prefix, namespace) in &layout.nested.elements().namespaces {
        out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
        out.push_str(prefix);
        out.push_str("=\"");
        escape(namespace, true, |_| true, out);
        out.push('"');
    }
}

struct Writer<'a> {
    layout: &'a XmlLayout,
    view: View<'a>,
    text: String,
    findings: &'a mut Diagnostics,
}

impl<'a> Writer<'a> {
    /// An element with all that is inside.
    fn element(&mut self, place: PlaceId, name: &str, node: Option<NodeId>, depth: usize) {
        self.layout.indent(depth, &mut self.text);
        self.text.push('<');
        self.text.push_str(name);
        if depth == 0 {
            namespaces(self.layout, &mut self.text);
        }
        let layout = self.layout;
        let inside = layout.nested.places.inside(place);
        let is_attribute = |slot: &&Slot| layout.nested.guide.rules(slot.plain).part == Part::Attribute;
        for slot in inside.slots.iter().filter(is_attribute) {
            self.attribute(place, slot.plain, node);
        }
        let start = self.text.len();
        self.text.push('>');
        if let Some(text) = inside.text {
            self.value(place, text, self.child(node, text));
        }
        let content = self.text.len();
        for slot in inside.slots.iter().filter(|slot| !is_attribute(slot)) {
            self.slot(place, slot, node, depth + 1);
        }
        if self.text.len() == start + 1 {
            self.text.truncate(start);
            self.text.push_str("/>");
        } else {
            if self.text.len() > content {
                self.layout.indent(depth, &mut self.text);
            }
            self.text.push_str(&format!("</{name}>"));
        }
        self.layout.line_end(&mut self.text);
    }

    /// The elements of one name.
    fn slot(&mut self, around: PlaceId, slot: &'a Slot, node: Option<NodeId>, depth: usize) {
        let (tree, shape) = (self.view.tree, &self.layout.nested.guide.shape);
        let mut counts = vec![0u32; slot.variants.len() + 1];
        let start = self.text.len();
        let number = |place: PlaceId| {
            if place == slot.plain {
                return Some(slot.variants.len());
            }
            slot.variants.iter().position(|variant| *variant == place)
        };
        for child in node.into_iter().flat_map(|node| tree.children(node)) {
            let place = tree.node(child).place;
            let Some(number) = number(place) else { continue };
            // A leaf without a value is not there.
            if slot.is_leaf && self.layout.nested.given(self.view, Some(child), place).is_empty() {
                continue;
            }
            if counts[number] == 0 && start == self.text.len() && depth > 0 {
                self.begin_content();
            }
            counts[number] += 1;
            if counts[number] == shape.place(place).max.saturating_add(1) {
                self.finding(Code::X253, around, place, "", "");
            }
            self.one(around, slot, place, Some(child), depth);
        }
        for (place, count) in slot.variants.iter().chain([&slot.plain]).zip(&counts) {
            let is_plain = *place == slot.plain;
            let none = if is_plain { counts.iter().all(|count| *count == 0) } else { *count == 0 };
            if none {
                self.absent(around, slot, *place, depth);
            }
        }
    }

    /// What the tree does not have: what is always there is written, and what must be there is missed.
    fn absent(&mut self, around: PlaceId, slot: &'a Slot, place: PlaceId, depth: usize) {
        let nested = &self.layout.nested;
        let is_constant = slot.is_leaf && nested.guide.rules(place).constant.is_some();
        if (is_constant && slot.variants.is_empty()) || nested.is_written_by_itself(place) {
            self.begin_content();
            self.one(around, slot, place, None, depth);
        } else if nested.guide.shape.place(place).required {
            self.finding(Code::X252, around, place, "", "");
        }
    }

    /// Content starts on a line of its own.
    fn begin_content(&mut self) {
        if self.text.ends_with('>') {
            self.layout.line_end(&mut self.text);
        }
    }

    fn one(&mut self, around: PlaceId, slot: &Slot, place: PlaceId, node: Option<NodeId>, depth: usize) {
        let name = &*self.layout.nested.guide.shape.place(place).name;
        if !slot.is_leaf {
            return self.element(place, name, node, depth);
        }
        self.layout.indent(depth, &mut self.text);
        self.text.push_str(&format!("<{name}>"));
        self.value(around, place, node);
        self.text.push_str(&format!("</{name}>"));
        self.layout.line_end(&mut self.text);
    }

    fn child(&self, node: Option<NodeId>, place: PlaceId) -> Option<NodeId> {
        let tree = self.view.tree;
        tree.children(node?).find(|&child| tree.node(child).place == place)
    }

    fn attribute(&mut self, around: PlaceId, place: PlaceId, node: Option<NodeId>) {
        let leaf = self.child(node, place);
        let value = self.layout.nested.given(self.view, leaf, place);
        if value.is_empty() {
            return self.value(around, place, leaf);
        }
        let name = self.layout.nested.guide.shape.place(place).name.trim_start_matches('@');
        self.text.push_str(&format!(" {name}=\""));
        self.value(around, place, leaf);
        self.text.push('"');
    }

    /// A value, checked and escaped.
    fn value(&mut self, around: PlaceId, place: PlaceId, leaf: Option<NodeId>) {
        let nested = &self.layout.nested;
        let value = nested.given(self.view, leaf, place);
        let rules = nested.guide.rules(place);
        if value.is_empty() {
            if nested.guide.shape.place(place).required {
                self.finding(Code::X252, around, place, "", "");
            }
            return;
        }
        if let Some(constant) = rules.constant.as_deref().filter(|constant| *constant != value) {
            self.finding(Code::X228, around, place, value, constant);
        } else if let Some(code) = nested.checks[place.index()].check(value, false, false) {
            self.finding(code, around, place, value, "");
        } else if !value.chars().all(is_character) {
            self.finding(Code::X234, around, place, value, "XML");
        }
        let charset = self.layout.charset;
        let is_attribute = rules.part == Part::Attribute;
        escape(value, is_attribute, |character| has(charset, character), &mut self.text);
    }

    #[cold]
    fn finding(&mut self, code: Code, around: PlaceId, place: PlaceId, value: &str, expected: &str) {
        let finding = self.layout.nested.unwritable(code, around, place, value, expected);
        self.findings.push(finding);
    }
}

/// Whether a charset has a character.
pub(in crate::formats) fn has(charset: Charset, character: char) -> bool {
    let mut one = [0; 4];
    charset == Charset::Utf8 || charset.encode(character.encode_utf8(&mut one), &mut Vec::new()).is_ok()
}
