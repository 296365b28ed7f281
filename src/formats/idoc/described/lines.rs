//! Lines of a description: a word, and what stands behind it.

use crate::base::span::{FileId, Sources, Span};

/// A line that is not blank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// `BEGIN_SEGMENT`
    pub word: &'t str,
    /// `E2EDK01005`; "" if nothing is there.
    pub value: &'t str,
    pub word_span: Span,
    /// Where the value stands; the word's place if there is none.
    pub value_span: Span,
}

/// The text of a file: UTF-8, else one byte a character.
pub(super) fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_string(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Whether it is one: it begins with a section.
pub(super) fn is_description(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    matches!(first, "BEGIN_RECORD_SECTION" | "BEGIN_SEGMENT_SECTION" | "BEGIN_IDOC")
}

/// The lines of a file.
pub(super) fn lines(sources: &Sources, file: FileId) -> impl Iterator<Item = Line<'_>> {
    let text = sources.file(file).text.as_str();
    let start = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
    text.lines().filter_map(move |line| {
        let line = line.trim();
        let (word, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let value = value.trim();
        let span = |part: &str| Span::new(file, start(part), start(part) + part.len());
        let value_span = if value.is_empty() { span(word) } else { span(value) };
        (!word.is_empty()).then(|| Line { word, value, word_span: span(word), value_span })
    })
}
