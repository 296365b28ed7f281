//! The `element` blocks of a guide, to places: elements and attributes of what is nested by names, such as XML and JSON.

use super::{Guide, PlaceRules, narrow, types};
use crate::base::shared::Shared;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::language::syntax::{
    Attribute, AttributeKind, GuideDocument, GuideLine, NestedElement, TypeExpression, UnitLine, Word,
};
use crate::tree::{PlaceId, PlaceKind};

/// The name of the text of an element that has attributes.
pub const TEXT: &str = "value";

/// What a guide with elements says of its messages as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Elements {
    /// The names from the outermost element to the one that is a message, which the root of the shape is.
    pub path: Vec<Box<str>>,
    /// Prefixes with their namespaces, in the order of the guide. The empty one is of names without prefix.
    pub namespaces: Vec<(Box<str>, Box<str>)>,
}

/// What of an element a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Part {
    /// An element.
    #[default]
    Element,
    /// An attribute of the element around it.
    Attribute,
    /// The text of the element around it, which has attributes too.
    Text,
}

/// Declares the elements of one layer.
pub fn layer(guide: &mut Guide, layer: &GuideDocument, findings: &mut Diagnostics) {
    for line in &layer.lines {
        if let GuideLine::Namespace(prefix, namespace) = line {
            let prefix = prefix.as_ref().map_or("", |prefix| prefix.text.as_str());
            let known = &mut guide.elements.get_or_insert_default().namespaces;
            known.retain(|(other, _)| **other != *prefix);
            known.push((prefix.into(), namespace.text.as_str().into()));
        }
    }
    for line in &layer.lines {
        if let GuideLine::Element(declared) = line {
            outermost(guide, declared, findings);
        }
    }
    for line in &layer.lines {
        if let GuideLine::Unit(unit) = line {
            check_unit(guide, unit, findings);
        }
    }
    if guide.elements.is_some() {
        settle_automatic(guide);
    }
}

/// An element all of whose content is constant is so itself, and needs no line of a map.
fn settle_automatic(guide: &mut Guide) {
    // What is inside was declared later.
    for at in (1..guide.rules.len()).rev() {
        let place = guide.shape.place(PlaceId(at as u32));
        if place.leaf_type().is_none() {
            let is_automatic = |child: &PlaceId| guide.rules(*child).auto;
            let all = !place.children.is_empty() && place.children.iter().all(is_automatic);
            guide.rules[at].auto = all;
        }
    }
}

/// The element that is a message. Layers above the base declare it again to add what the base does not know.
fn outermost(guide: &mut Guide, declared: &NestedElement, findings: &mut Diagnostics) {
    let path: Vec<Box<str>> = declared.path.iter().map(|name| name.text.as_str().into()).collect();
    let elements = guide.elements.get_or_insert_default();
    if elements.path.is_empty() {
        elements.path = path;
    } else if elements.path != path {
        let what = format!("the messages of this guide are `{}`", elements.path.join("/"));
        return tell(declared, what, declared.span, findings);
    }
    let name = declared.path.last().map_or("", |name| name.text.as_str());
    guide.rules[PlaceId::ROOT.index()].element_id = name.into();
    for word in &declared.path {
        check_prefix(guide, word, findings);
    }
    inside(guide, PlaceId::ROOT, declared, findings);
}

/// What stands in the lines of a block, and its text.
fn inside(guide: &mut Guide, place: PlaceId, declared: &NestedElement, findings: &mut Diagnostics) {
    for inner in declared.inside.iter().flatten() {
        declare(guide, place, inner, findings);
    }
    if let Some(kind) = &declared.kind {
        text(guide, place, declared, kind, findings);
    }
}

/// The text of an element with attributes.
fn text(
    guide: &mut Guide,
    place: PlaceId,
    declared: &NestedElement,
    kind: &TypeExpression,
    findings: &mut Diagnostics,
) {
    let children = &guide.shape.place(place).children;
    let is_attribute = |child: &PlaceId| guide.rules(*child).part == Part::Attribute;
    if !children.iter().all(is_attribute) {
        return tell(declared, "an element with a type has attributes and no elements", kind.span, findings);
    }
    let is_required = guide.shape.place(place).required;
    let leaf = leaf(guide, place, TEXT, kind, Part::Text, findings);
    guide.rules[leaf.index()].span = Some(declared.span);
    guide.shape_mut().place_mut(leaf).required = is_required;
    attributes(guide, leaf, declared, true, findings);
}

fn declare(guide: &mut Guide, parent: PlaceId, declared: &NestedElement, findings: &mut Diagnostics) {
    let Some((name, around)) = declared.path.split_last() else { return };
    let mut at = parent;
    for word in around {
        check_prefix(guide, word, findings);
        at = record(guide, at, word, declared.span);
    }
    check_prefix(guide, name, findings);
    let is_attribute = name.text.starts_with('@');
    let known = guide.shape.children_named(at, &name.text).next();
    match (&declared.inside, &declared.kind) {
        (Some(_), _) if is_attribute => {
            tell(declared, "an attribute has nothing inside", declared.span, findings)
        }
        (Some(_), _) => {
            let place = record(guide, at, name, declared.span);
            attributes(guide, place, declared, false, findings);
            inside(guide, place, declared, findings);
            for attribute in &declared.attributes {
                if let AttributeKind::Key(path) = &attribute.kind {
                    narrow::key(guide, place, path, findings);
                }
            }
        }
        (None, _) if known.is_some() => {
            findings
                .push(Diagnostic::new(Code::G011).with("name", &name.text).at(declared.span, "here again"));
        }
        (None, Some(kind)) => {
            let part = if is_attribute { Part::Attribute } else { Part::Element };
            let place = leaf(guide, at, &name.text, kind, part, findings);
            guide.rules[place.index()].span = Some(declared.span);
            if holds_text(guide, at) && !is_attribute {
                tell(
                    declared,
                    "the element around it has a type, and so no elements",
                    declared.span,
                    findings,
                );
            }
            attributes(guide, place, declared, false, findings);
        }
        (None, None) => {}
    }
}

/// Whether an element has a text besides its attributes.
fn holds_text(guide: &Guide, place: PlaceId) -> bool {
    guide.shape.place(place).children.iter().any(|child| guide.rules(*child).part == Part::Text)
}

/// The element of this name with something inside; the one that is there already, if there is one.
fn record(guide: &mut Guide, parent: PlaceId, name: &Word, span: Span) -> PlaceId {
    if let Some(known) = guide.shape.children_named(parent, &name.text).next() {
        return known;
    }
    let place = guide.shape_mut().add(parent, &name.text, PlaceKind::Record);
    let element_id = name.text.as_str().into();
    guide.rules.push(Shared::new(PlaceRules { element_id, span: Some(span), ..PlaceRules::default() }));
    place
}

fn leaf(
    guide: &mut Guide,
    parent: PlaceId,
    name: &str,
    kind: &TypeExpression,
    part: Part,
    findings: &mut Diagnostics,
) -> PlaceId {
    let (leaf, mut rules) = types::leaf_type(kind, findings);
    (rules.element_id, rules.part) = (name.into(), part);
    let place = guide.shape_mut().add(parent, name, PlaceKind::Leaf(leaf));
    guide.rules.push(Shared::new(rules));
    place
}

/// Applies attributes to a place. Of an element with attributes and text, those about its value are the text's.
fn attributes(
    guide: &mut Guide,
    place: PlaceId,
    declared: &NestedElement,
    is_text: bool,
    findings: &mut Diagnostics,
) {
    let has_text = declared.inside.is_some() && declared.kind.is_some();
    for attribute in &declared.attributes {
        let is_of_value = matches!(
            attribute.kind,
            AttributeKind::Only(_)
                | AttributeKind::Length(_)
                | AttributeKind::Const(_)
                | AttributeKind::Blank(_)
        );
        if has_text && is_of_value != is_text {
            continue;
        }
        apply(guide, place, declared, attribute, findings);
    }
}

fn apply(
    guide: &mut Guide,
    place: PlaceId,
    declared: &NestedElement,
    attribute: &Attribute,
    findings: &mut Diagnostics,
) {
    let is_attribute = guide.rules(place).part == Part::Attribute;
    let is_leaf = guide.shape.place(place).leaf_type().is_some();
    let shape = guide.shape_mut().place_mut(place);
    match &attribute.kind {
        AttributeKind::Required => shape.required = true,
        AttributeKind::Optional => shape.required = false,
        AttributeKind::Max(_) if is_attribute => {
            tell(declared, "an attribute stands once", attribute.span, findings);
        }
        AttributeKind::Max(max) => shape.max = (*max).max(1),
        AttributeKind::Name(title) => shape.title = title.text.as_str().into(),
        // What is inside is not known yet.
        AttributeKind::Key(_) if declared.inside.is_some() => {}
        AttributeKind::Only(codes) if is_leaf => narrow::only(guide, place, codes),
        AttributeKind::Length(lengths) if is_leaf => {
            let rules = &mut guide.rules[place.index()];
            (rules.min_length, rules.max_length) = match lengths.as_slice() {
                [exact] => (*exact, *exact),
                [min, max, ..] => (*min, *max),
                [] => (rules.min_length, rules.max_length),
            };
        }
        AttributeKind::Const(text) if is_leaf => {
            let rules = &mut guide.rules[place.index()];
            (rules.constant, rules.auto) = (Some(text.text.as_str().into()), true);
        }
        AttributeKind::Blank(text) if is_leaf => {
            guide.rules[place.index()].blank = Some(text.text.as_str().into());
        }
        AttributeKind::Severity(_) => {}
        _ => tell(declared, "this attribute means nothing here", attribute.span, findings),
    }
}

/// `unit element Order`: a repetition of what the outermost block says, for people.
fn check_unit(guide: &Guide, unit: &UnitLine, findings: &mut Diagnostics) {
    let (Some(elements), Some(name)) = (&guide.elements, &unit.record) else { return };
    let own = elements.path.last().map_or("", |name| name);
    if unit.kind.text == "element" && *name.text != *own {
        let what = format!("the messages of this guide are `{}`", elements.path.join("/"));
        findings
            .push(Diagnostic::new(Code::G023).with("field", &name.text).with("what", what).at(name.span, ""));
    }
}

/// A prefix that no `namespace` line declares. `xml` needs none.
fn check_prefix(guide: &Guide, name: &Word, findings: &mut Diagnostics) {
    let Some((prefix, _)) = name.text.trim_start_matches('@').split_once(':') else { return };
    let is_known = |elements: &Elements| elements.namespaces.iter().any(|(known, _)| **known == *prefix);
    if prefix != "xml" && !guide.elements.as_ref().is_some_and(is_known) {
        findings.push(
            Diagnostic::new(Code::G025)
                .with("prefix", prefix)
                .at(name.span, "no namespace is declared for it"),
        );
    }
}

fn tell(declared: &NestedElement, what: impl Into<String>, span: Span, findings: &mut Diagnostics) {
    let name = declared.path.last().map_or("", |name| name.text.as_str());
    findings.push(Diagnostic::new(Code::G023).with("field", name).with("what", what).at(span, ""));
}
