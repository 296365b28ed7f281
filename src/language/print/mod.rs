//! Maps and guides as text again: what layers make of lines of several files stands in none of them. Layout is not its
//! business: see [`super::layout`].

mod expression;
mod guide;
mod path;
mod statement;

pub use guide::guide;

use super::syntax::{DocumentReference, MapDocument, Side};
use crate::base::span::Span;
use expression::literal;

/// A line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its words, which may take several lines.
    pub text: String,
    /// What is written before it with `##`.
    pub documentation: String,
    /// Where it comes from; nowhere for an `end`.
    pub origin: Option<Span>,
}

impl Line {
    fn new(text: impl Into<String>, origin: Span) -> Self {
        Line { text: text.into(), documentation: String::new(), origin: Some(origin) }
    }

    fn end(label: &str) -> Self {
        Line { text: format!("end {label}"), documentation: String::new(), origin: None }
    }
}

/// The lines of a map.
pub fn map(map: &MapDocument) -> Vec<Line> {
    let base = map.extends.as_ref().map(|base| format!(" extends {}", reference(base)));
    let first = format!("map {}{}", reference(&map.name), base.unwrap_or_default());
    let documentation = map.documentation.clone();
    let mut lines = vec![Line { documentation, ..Line::new(first, map.name.span) }];
    let number = |word: &str, setting: &Option<super::syntax::NumberSetting>| {
        setting.as_ref().map(|setting| Line::new(format!("{word} {}", setting.value), setting.span))
    };
    lines.extend(number("version", &map.version));
    lines.extend(number("lang", &map.lang));
    if let Some((from, alias)) = &map.from {
        let alias = alias.as_ref().map(|alias| format!(" as {}", path::name(&alias.text)));
        let (text, origin) = side(from);
        lines.push(Line::new(format!("from {text}{}", alias.unwrap_or_default()), origin));
    }
    if let Some((text, origin)) = map.to.as_ref().map(side) {
        lines.push(Line::new(format!("to {text}"), origin));
    }
    if let Some(unmapped) = &map.unmapped {
        lines.push(Line::new(format!("unmapped {}", unmapped.text), unmapped.span));
    }
    for line in &map.parameters {
        let text = format!("param {} = {}", path::name(&line.name.text), literal(&line.value));
        lines.push(Line::new(text, line.span));
    }
    for line in &map.earlier {
        lines.push(Line::new(statement::earlier(line), line.span));
    }
    statement::all(&map.statements, &mut lines);
    lines.push(Line::end("map"));
    lines
}

fn reference(reference: &DocumentReference) -> String {
    let version = reference.version.map(|version| format!("@{version}"));
    format!("{}{}", reference.name, version.unwrap_or_default())
}

fn side(side: &Side) -> (String, Span) {
    match side {
        Side::Guide(guide) => (format!("guide {}", reference(guide)), guide.span),
        Side::Canonical(word) => (format!("canonical {}", path::name(&word.text)), word.span),
        Side::Place(place) => (reference(place), place.span),
    }
}
