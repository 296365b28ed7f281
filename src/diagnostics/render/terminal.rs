//! Findings as text for a terminal or a log.

use crate::base::span::Sources;
use crate::diagnostics::{Diagnostic, Place, Severity};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Longest stretch of partner data shown.
const SHOWN_CHARACTERS_MAX: usize = 80;

/// A finding with its source lines and caret, ending in a newline. `where_in_message` names the file, interchange and
/// message the place belongs to; empty for findings about files people edit.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, where_in_message: &str, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Reject => Level::ERROR.with_name("reject"),
        Severity::Hold => Level::WARNING.with_name("hold"),
        Severity::Warn => Level::WARNING.with_name("warn"),
        Severity::Info => Level::INFO.with_name("info"),
    };
    let title = sanitize(&diagnostic.title());
    let mut group = level
        .primary_title(title.as_str())
        .id(diagnostic.shown_code())
        .elements(std::iter::empty::<annotate_snippets::Element<'_>>());
    let place = diagnostic.place.as_ref().map(|place| describe(place, where_in_message));
    let mut by_file: Vec<_> = Vec::new();
    for (i, label) in diagnostic.labels.iter().enumerate() {
        let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation =
            kind.span(label.span.start as usize..label.span.end as usize).label(label.text.as_str());
        match by_file.iter_mut().find(|(file, _)| *file == label.span.file) {
            None => by_file.push((label.span.file, vec![annotation])),
            Some((_, annotations)) => annotations.push(annotation),
        }
    }
    for (file, annotations) in by_file {
        let file = sources.file(file);
        group = group.element(
            Snippet::source(file.text.as_str()).path(file.path.as_str()).fold(true).annotations(annotations),
        );
    }
    if let Some(place) = &place {
        group = group.element(Level::NOTE.with_name("at").message(place.as_str()));
    }
    let action = sanitize(&diagnostic.action());
    if !action.is_empty() {
        group = group.element(Level::HELP.message(action.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

/// A place in words: `FILE: message 1, segment 4 (G62), element 2, byte 512`.
pub fn describe(place: &Place, where_in_message: &str) -> String {
    let mut parts = Vec::new();
    if !where_in_message.is_empty() {
        parts.push(sanitize(where_in_message));
    }
    // Rows and columns of flat files have no tag of a standard.
    let is_row = matches!(place.tag.as_str(), "" | "row");
    if place.segment > 0 && place.tag == "line" {
        parts.push(format!("line {}", place.segment));
    } else if place.segment > 0 && is_row {
        parts.push(format!("row {}", place.segment));
    } else if place.segment > 0 {
        let tag = if place.tag.is_empty() { String::new() } else { format!(" ({})", sanitize(&place.tag)) };
        parts.push(format!("segment {}{tag}", place.segment));
    }
    if is_row && !place.element_id.is_empty() {
        parts.push(format!("column {}", sanitize(&place.element_id)));
    } else if place.element > 0 {
        let id = if place.element_id.is_empty() {
            String::new()
        } else {
            format!(" ({})", sanitize(&place.element_id))
        };
        parts.push(format!("element {}{id}", place.element));
    }
    if place.repetition > 1 {
        parts.push(format!("repetition {}", place.repetition));
    }
    if place.component > 0 {
        parts.push(format!("component {}", place.component));
    }
    parts.push(format!("byte {}", place.offset));
    parts.join(", ")
}

/// Partner data made safe for a terminal: control characters escaped, long values cut.
pub fn sanitize(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            control if control.is_control() => safe.push_str(&format!("\\u{{{:x}}}", control as u32)),
            other => safe.push(other),
        }
    }
    safe
}

/// `value` cut to what is shown of partner data, with an ellipsis if something is missing.
pub fn cut(value: &str) -> String {
    if value.chars().count() <= SHOWN_CHARACTERS_MAX {
        return value.to_string();
    }
    value.chars().take(SHOWN_CHARACTERS_MAX).chain("…".chars()).collect()
}
