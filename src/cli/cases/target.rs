//! A file that left, as messages to compare: read again by the guides it may have been written by.

use super::arrival::is_read_by;
use super::difference::{Content, Item};
use crate::cli::units::{self, Found, Unit};
use crate::diagnostics::Diagnostics;
use crate::formats::recognize::{Delimiters, Segments, Syntax, recognize};
use crate::formats::{Layout, MessageInput, Scratch, format, sniff, sniff_among};
use crate::gateway::bundle::{Bundle, Client};
use crate::tree::{NodeId, PlaceKind, Tree, View};

/// The name of messages among the items of a file; no segment is called so.
const MESSAGE: &str = "message";

/// The guides of what leaves by an endpoint.
pub struct Targets<'b> {
    layouts: Vec<&'b dyn Layout>,
}

impl<'b> Targets<'b> {
    /// Those of a client.
    pub fn at(bundle: &'b Bundle, client: &'b Client, endpoint: &str) -> Self {
        let mut layouts: Vec<&dyn Layout> = Vec::new();
        for route in &client.routes {
            for ((_, write), (_, layout)) in route.flow.writes.iter().zip(&route.writes) {
                if write.endpoint == endpoint {
                    layouts.push(&**layout);
                }
            }
        }
        // An acknowledgement may go to whoever sent what it answers.
        let agreed =
            client.partner.acknowledge.values().filter_map(|policy| bundle.layouts.get(&policy.guide));
        layouts.extend(agreed.map(|layout| &**layout));
        Targets { layouts }
    }

    /// The guide of a file that no mark tells: the first of the endpoint's that refuses nothing of it, else the first.
    fn flat(&self, bytes: &[u8]) -> Option<&'b dyn Layout> {
        let mut flat = self.layouts.iter().copied().filter(|layout| layout.guide().setting("set").is_empty());
        let fitting = flat.clone().find(|layout| is_read_by(*layout, bytes));
        fitting.or(flat.next())
    }

    /// The guide of a message; `flat` where its kind has none.
    fn of(&self, unit: &Unit, flat: Option<&'b dyn Layout>) -> Option<&'b dyn Layout> {
        let of_kind = |layout: &&dyn Layout| layout.guide().setting("set") == unit.row.kind;
        self.layouts.iter().copied().find(of_kind).or(flat)
    }
}

/// The format of a file that left.
pub fn format_of(targets: &Targets<'_>, bytes: &[u8]) -> &'static str {
    let flat = || format(&targets.flat(bytes)?.guide().format);
    sniff(bytes).or_else(flat).map_or("bytes", |format| format.id())
}

/// The messages of a file, then what is around them; `None` if no guide cuts it.
pub fn items(targets: &Targets<'_>, bytes: &[u8]) -> Option<Vec<Item>> {
    let (format, flat) = match sniff_among(bytes, targets.layouts.iter().copied()) {
        Some(found) => found,
        None => {
            let flat = targets.flat(bytes)?;
            (format(&flat.guide().format)?, Some(flat))
        }
    };
    let found = units::index(format, flat, bytes);
    let mut items: Vec<Item> =
        found.units.iter().map(|unit| message(targets.of(unit, flat), unit, bytes)).collect();
    items.extend(around(&found, bytes));
    Some(items)
}

/// What the messages of a file are called.
pub fn labels(targets: &Targets<'_>, bytes: &[u8]) -> Vec<String> {
    let items = items(targets, bytes).unwrap_or_default();
    items.into_iter().filter(|item| item.name == MESSAGE).map(|message| message.noun).collect()
}

/// The segments or lines around the messages.
fn around(found: &Found, bytes: &[u8]) -> Vec<Item> {
    let delimiters = match recognize(bytes).syntax {
        Syntax::X12(envelopes) | Syntax::Edifact(envelopes) => Some(envelopes.delimiters),
        _ => None,
    };
    let (mut at, mut items) = (0, Vec::new());
    let ends = found.units.iter().map(range).chain([(bytes.len(), bytes.len())]);
    for (start, end) in ends {
        match delimiters {
            Some(delimiters) => items.extend(segments(&bytes[..start.max(at)], at, delimiters)),
            None => items.extend(pieces(&bytes[at..start.max(at)]).into_iter().map(line)),
        }
        at = end;
    }
    items
}

fn segments(bytes: &[u8], start: usize, delimiters: Delimiters) -> impl Iterator<Item = Item> {
    Segments::new(bytes, start, delimiters).map(|segment| {
        let tag = segment.tag();
        let element = |position| {
            let text = String::from_utf8_lossy(segment.element(position));
            value(format!("{tag}.{position:02}"), false, text.trim_end())
        };
        let elements = (1..=segment.element_count()).map(element).collect();
        Item {
            name: tag.into(),
            noun: String::new(),
            key: String::new(),
            is_many: true,
            content: Content::Record(elements),
        }
    })
}

fn line(text: String) -> Item {
    value("line".into(), true, text.trim_end_matches(['\r', '\n']))
}

fn value(name: String, is_many: bool, text: &str) -> Item {
    Item { name, noun: String::new(), key: String::new(), is_many, content: Content::Value(text.into()) }
}

fn range(unit: &Unit) -> (usize, usize) {
    (unit.row.offset as usize, (unit.row.offset + unit.row.length) as usize)
}

/// Lines, or what ends like segments do where there are no lines.
pub fn pieces(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let ends: &[char] = if text.contains('\n') { &['\n'] } else { &['~', '\''] };
    text.split_inclusive(ends).map(str::to_string).collect()
}

fn message(layout: Option<&dyn Layout>, unit: &Unit, bytes: &[u8]) -> Item {
    let (start, end) = range(unit);
    let content = match layout {
        Some(layout) => {
            let input = MessageInput {
                head: &unit.interchange.head,
                bytes: &bytes[start..end],
                offset: unit.row.offset,
            };
            let (mut tree, mut findings) = (Tree::new(), Diagnostics::bounded(1));
            layout.read(&input, &mut Scratch::default(), &mut tree, &mut findings);
            Content::Record(record(layout, View::new(&tree, input.source())))
        }
        None => Content::Value(String::from_utf8_lossy(&bytes[start..end]).into_owned()),
    };
    // A control number may change with the rest, so it is the place that says which message it is.
    Item { name: MESSAGE.into(), noun: unit.label(), key: String::new(), is_many: false, content }
}

fn record(layout: &dyn Layout, view: View<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    if !view.tree.is_empty() {
        let children = view.tree.children(NodeId::ROOT);
        children.for_each(|child| node(layout, view, child, "", &mut items));
    }
    items
}

/// Appends a segment, loop or row as a record, an element as a value; `segment` is what an element belongs to.
fn node(layout: &dyn Layout, view: View<'_>, id: NodeId, segment: &str, items: &mut Vec<Item>) {
    let guide = layout.guide();
    let at = view.tree.node(id);
    let place = guide.shape.place(at.place);
    // What is computed on writing follows from the rest.
    if guide.rules(at.place).auto {
        return;
    }
    let is_element = place.position > 0;
    let name = match (place.position, place.codes.as_slice()) {
        (0, []) => place.name.to_string(),
        (0, codes) => format!("{}[{}]", place.name, codes.join("|")),
        (position, _) => format!("{segment}.{position:02}"),
    };
    if place.kind != PlaceKind::Record {
        let Some(text) = view.text(id) else { return };
        let title =
            if is_element && !place.title.is_empty() { format!(" {}", place.title) } else { String::new() };
        items.push(value(format!("{name}{title}"), place.is_many(), text));
        return;
    }
    let mut inner = Vec::new();
    view.tree.children(id).for_each(|child| node(layout, view, child, &name, &mut inner));
    let has_own_name = !is_element && (place.is_many() || !place.codes.is_empty());
    items.push(Item {
        noun: if has_own_name { name.clone() } else { String::new() },
        name,
        key: String::new(),
        is_many: place.is_many(),
        content: Content::Record(inner),
    });
}
