//! One message as a readable tree: under the guide that fits, else segment by segment.

use super::Inspected;
use super::names::Names;
use crate::cli::units::Unit;
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::formats::recognize::{Delimiters, Segments};
use crate::formats::{Layout, MessageInput, Scratch};
use crate::gateway::fitting::{self, Fit};
use crate::tree::{NodeId, PlaceId, Tree, View};

/// A line of the tree.
pub struct Line {
    /// How deep it stands.
    pub depth: usize,
    /// Tag or position: `W05`, `.02`, a column's name.
    pub label: String,
    /// In words; may be empty.
    pub title: String,
    /// The value, for elements.
    pub value: Option<String>,
    /// What the value means, where it is a code that a guide has words for.
    pub meaning: Option<String>,
    /// Ordinal of its segment or row in the message, from 1.
    pub ordinal: u32,
}

/// A message, told.
pub struct Told {
    /// The guide it was read by; none if it was only cut into segments.
    pub guide: Option<String>,
    /// Its tree.
    pub lines: Vec<Line>,
    /// What the guide finds.
    pub findings: Vec<Diagnostic>,
}

/// The guide that fits a message of the file.
pub fn fit<'b>(inspected: &Inspected<'b>, unit: &Unit) -> Option<Fit<'b>> {
    let syntax = inspected.recognized.syntax.word();
    fitting::fit(inspected.bundle?, syntax, &unit.interchange, &unit.group, &unit.row)
}

/// Reads a message by the guide that fits, and says so if that is of another release.
pub fn by_fit(inspected: &Inspected<'_>, unit: &Unit, fit: &Fit<'_>) -> Told {
    let mut told = by_guide(inspected, unit, &*fit.layout);
    told.findings.splice(0..0, fit.instead.clone());
    told
}

/// Reads a message by a layout.
pub fn by_guide(inspected: &Inspected<'_>, unit: &Unit, layout: &dyn Layout) -> Told {
    let range = unit.row.offset as usize..(unit.row.offset + unit.row.length) as usize;
    let input = MessageInput {
        head: &unit.interchange.head,
        bytes: &inspected.bytes[range],
        offset: unit.row.offset,
    };
    let (mut tree, mut findings) = (Tree::new(), Diagnostics::bounded(100));
    layout.read(&input, &mut Scratch::default(), &mut tree, &mut findings);
    let view = View::new(&tree, input.source());
    let mut lines = Vec::new();
    if !tree.is_empty() {
        tree.children(NodeId::ROOT).for_each(|child| node(layout, view, child, 0, &mut lines));
    }
    Told { guide: Some(layout.guide().name.clone()), lines, findings: findings.into_vec() }
}

fn node(layout: &dyn Layout, view: View<'_>, id: NodeId, depth: usize, lines: &mut Vec<Line>) {
    let shape = &layout.guide().shape;
    let at = view.tree.node(id);
    let place = shape.place(at.place);
    let is_part = shape.place(place.parent).position > 0 && place.parent != PlaceId::ROOT;
    let label = match place.position {
        0 if place.codes.is_empty() => place.name.to_string(),
        0 => format!("{}[{}]", place.name, place.codes.join("|")),
        position if is_part => format!(".{position}"),
        position => format!(".{position:02}"),
    };
    let text = view.text(id);
    let value = text.map(|text| sanitize(&cut(text)));
    let meaning = text.and_then(|text| layout.guide().word(at.place, text)).map(str::to_string);
    lines.push(Line { depth, label, title: place.title.to_string(), value, meaning, ordinal: at.ordinal });
    view.tree.children(id).for_each(|child| node(layout, view, child, depth + 1, lines));
}

/// Cuts a message into segments, with the names that any guide of the format knows.
pub fn by_segments(
    bytes: &[u8],
    range: std::ops::Range<usize>,
    delimiters: Delimiters,
    names: &Names<'_>,
) -> Told {
    let mut lines = Vec::new();
    let end = range.end.min(bytes.len());
    for (segment, ordinal) in Segments::new(&bytes[..end], range.start, delimiters).zip(1..) {
        let tag = segment.tag();
        let title = names.segment(tag).to_string();
        lines.push(Line { depth: 0, label: sanitize(tag), title, value: None, meaning: None, ordinal });
        for position in 1..=segment.element_count() {
            let element = segment.element(position);
            if element.is_empty() {
                continue;
            }
            let text = String::from_utf8_lossy(element);
            lines.push(Line {
                depth: 1,
                label: format!(".{position:02}"),
                title: names.element(tag, position).to_string(),
                meaning: names.meaning(tag, position, &text).map(str::to_string),
                value: Some(sanitize(&cut(&text))),
                ordinal,
            });
        }
    }
    Told { guide: None, lines, findings: Vec::new() }
}
