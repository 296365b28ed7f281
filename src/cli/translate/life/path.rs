//! A path as people write it on the command line, found in a tree: `lines[2].qty`, `N1[ST].04`, `W12.03`.

use crate::cli::exit::Stop;
use crate::diagnostics::suggest;
use crate::guide::shorten;
pub use crate::tree::shown;
use crate::tree::{NodeId, PlaceId, Shape, Tree, View};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    name: String,
    /// What stands in brackets: a number counts from 1, anything else is a qualifier.
    selector: Option<String>,
    /// `#2`
    occurrence: Option<usize>,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A value.
    Value(NodeId),
    /// Nothing: `record` has no `place`, or not as many as were asked for.
    Absent {
        /// The innermost record that is there.
        record: NodeId,
        /// What is not in it.
        place: PlaceId,
        /// How many there are, if a later one was asked for.
        there: usize,
    },
}

/// Whether the first step of a path is a name of this shape.
pub fn fits(shape: &Shape, text: &str) -> bool {
    parse(text).first().is_some_and(|step| !candidates(shape, PlaceId::ROOT, step).is_empty())
}

/// Finds a path.
///
/// # Errors
/// If the shape has no such place, or the path ends at a record.
pub fn find(shape: &Shape, view: View<'_>, text: &str) -> Result<Goal, Stop> {
    let steps = parse(text);
    let mut at = Cursor { place: PlaceId::ROOT, node: Some(NodeId::ROOT) };
    let mut absent = None;
    for step in &steps {
        let places = candidates(shape, at.place, step);
        let Some(&first) = places.first() else { return Err(unknown(shape, at.place, step)) };
        let (found, seen) = match at.node {
            Some(node) => nth(shape, view, node, &places, step),
            None => (None, 0),
        };
        if let (Some(node), None, None) = (at.node, found, absent) {
            absent = Some(missing(shape, view.tree, node, first, seen));
        }
        at = Cursor { place: found.map_or(first, |node| view.tree.node(node).place), node: found };
    }
    if shape.place(at.place).leaf_type().is_none() {
        let fields: Vec<String> = names(shape, at.place);
        return Err(Stop::usage(
            format!("`{text}` is a record, not a value"),
            match fields.is_empty() {
                true => "its fields are not declared, and no map fills them".to_string(),
                false => format!("name one of its fields: {}", shorten(&fields)),
            },
        ));
    }
    Ok(match (at.node, absent) {
        (Some(node), _) => Goal::Value(node),
        (None, Some(goal)) => goal,
        (None, None) => Goal::Absent { record: NodeId::ROOT, place: at.place, there: 0 },
    })
}

struct Cursor {
    place: PlaceId,
    node: Option<NodeId>,
}

fn parse(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let (part, occurrence) = match part.split_once('#') {
            Some((part, number)) => (part, number.parse().ok()),
            None => (part, None),
        };
        let (name, selector) = match part.split_once('[') {
            Some((name, rest)) => (name, Some(rest.trim_end_matches(']').to_string())),
            None => (part, None),
        };
        steps.push(Step { name: name.trim_matches('`').to_string(), selector, occurrence });
    }
    steps
}

/// Places a step may mean: children of the record, else anything inside it with that name.
fn candidates(shape: &Shape, parent: PlaceId, step: &Step) -> Vec<PlaceId> {
    let mut places: Vec<PlaceId> = shape.children_named(parent, &step.name).collect();
    if places.is_empty()
        && let Ok(position) = step.name.parse()
    {
        places.extend(shape.child_at(parent, position));
    }
    if places.is_empty() {
        let named = shape.places().filter(|(_, place)| *place.name == *step.name);
        places = named.map(|(id, _)| id).filter(|&id| is_inside(shape, id, parent)).collect();
    }
    if let Some(code) = &step.selector
        && places.iter().any(|&place| shape.place(place).key.is_some())
    {
        let holds = |place: &PlaceId| shape.place(*place).codes.iter().any(|own| **own == **code);
        match places.iter().any(holds) {
            true => places.retain(holds),
            false => places.retain(|&place| shape.place(place).codes.is_empty()),
        }
    }
    places
}

fn is_inside(shape: &Shape, mut place: PlaceId, outer: PlaceId) -> bool {
    while place != PlaceId::ROOT {
        place = shape.place(place).parent;
        if place == outer {
            return true;
        }
    }
    false
}

/// The node the step asks for, and how many there are.
fn nth(
    shape: &Shape,
    view: View<'_>,
    node: NodeId,
    places: &[PlaceId],
    step: &Step,
) -> (Option<NodeId>, usize) {
    let key = step.selector.as_deref().filter(|code| is_qualifier(shape, places, code));
    let number = step.selector.as_deref().filter(|_| key.is_none()).and_then(|text| text.parse().ok());
    let wanted: usize = step.occurrence.or(number).unwrap_or(1);
    let mut seen = 0;
    for id in node.0 + 1..view.tree.node(node).end {
        let id = NodeId(id);
        let place = view.tree.node(id).place;
        let is_leaf = shape.place(place).leaf_type().is_some();
        let is_there =
            places.contains(&place) && (!is_leaf || view.text(id).is_some_and(|text| !text.is_empty()));
        if is_there && key.is_none_or(|code| key_text(shape, view, id) == Some(code)) {
            seen += 1;
            if seen == wanted {
                return (Some(id), seen);
            }
        }
    }
    (None, seen)
}

/// Whether brackets hold a qualifier and not a number of an occurrence.
fn is_qualifier(shape: &Shape, places: &[PlaceId], text: &str) -> bool {
    let has_key = places.iter().any(|&place| shape.place(place).key.is_some());
    has_key || text.parse::<usize>().is_err()
}

/// The value of a record's qualifier, which is a child or a grandchild of it.
pub fn key_text<'v>(shape: &Shape, view: View<'v>, node: NodeId) -> Option<&'v str> {
    let key = shape.place(view.tree.node(node).place).key?;
    view.tree.children(node).find_map(|child| match view.tree.node(child).place == key {
        true => view.text(child),
        false => view.child_text(child, key),
    })
}

/// The first record on the way to `place` that is not there.
fn missing(shape: &Shape, tree: &Tree, from: NodeId, place: PlaceId, there: usize) -> Goal {
    let mut chain = vec![place];
    while let Some(&last) = chain.last()
        && shape.place(last).parent != tree.node(from).place
        && last != PlaceId::ROOT
    {
        chain.push(shape.place(last).parent);
    }
    let mut record = from;
    for &step in chain.iter().rev() {
        let is_leaf = shape.place(step).leaf_type().is_some();
        match tree.children(record).find(|&child| tree.node(child).place == step && !is_leaf) {
            Some(child) if step != place => record = child,
            _ => return Goal::Absent { record, place: step, there },
        }
    }
    Goal::Absent { record, place, there }
}

fn unknown(shape: &Shape, parent: PlaceId, step: &Step) -> Stop {
    let known = names(shape, parent);
    let help = match suggest::nearest(&step.name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", shorten(&known)),
    };
    let place = match shape.path(parent) {
        path if path.is_empty() => shape.name.clone(),
        path => format!("{path} of {}", shape.name),
    };
    Stop::usage(format!("there is no `{}` in {place}", step.name), help)
}

fn names(shape: &Shape, parent: PlaceId) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for &child in &shape.place(parent).children {
        let place = shape.place(child);
        let name = if place.position > 0 { format!("{:02}", place.position) } else { place.name.to_string() };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
