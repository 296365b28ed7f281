//! Paths of nodes, for people.

use super::{NodeId, PlaceId, Shape, View};

/// The path of a place in a record that is there, with the numbers of list items: `lines[2].qty`.
pub fn shown(shape: &Shape, view: View<'_>, record: NodeId, place: Option<PlaceId>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut node = NodeId::ROOT;
    while node != record {
        let inner = view.tree.children(node).filter(|&child| child <= record).last();
        let Some(inner) = inner else { break };
        let own = view.tree.node(inner).place;
        let same = view.tree.children(node).filter(|&child| view.tree.node(child).place == own);
        let at = same.take_while(|&child| child <= inner).count();
        parts.push(part(shape, own, shape.place(own).is_many().then_some(at)));
        node = inner;
    }
    parts.extend(place.map(|place| part(shape, place, None)));
    parts.join(".")
}

fn part(shape: &Shape, id: PlaceId, occurrence: Option<usize>) -> String {
    let place = shape.place(id);
    let mut text = match place.position {
        0 => place.name.to_string(),
        position => format!("{position:02}"),
    };
    if !place.codes.is_empty() {
        text.push_str(&format!("[{}]", place.codes.join("|")));
    }
    match occurrence {
        // Where brackets hold a qualifier, occurrences are counted behind a `#`.
        Some(number) if place.key.is_some() => text.push_str(&format!("#{number}")),
        Some(number) => text.push_str(&format!("[{number}]")),
        None => {}
    }
    text
}
