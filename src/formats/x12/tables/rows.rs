//! Rows of a table: cells with commas between them, in quotes or without.

use crate::base::span::{FileId, Sources, Span};

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// What it says, without blanks around it.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// The text of a file: UTF-8, else one byte a character.
pub(super) fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_string(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// The rows of a file that say something. A cell ends with its line.
pub(super) fn rows(sources: &Sources, file: FileId) -> Vec<Vec<Cell>> {
    let text = sources.file(file).text.as_str();
    let (mut rows, mut start) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let own = line.trim_end_matches(['\r', '\n', '\u{1a}']);
        if !own.trim().is_empty() && !own.starts_with('#') {
            rows.push(cells(own, |from, to| Span::new(file, start + from, start + to)));
        }
        start += line.len();
    }
    rows
}

fn cells(line: &str, span: impl Fn(usize, usize) -> Span) -> Vec<Cell> {
    let (mut cells, mut text, mut from, mut in_quotes) = (Vec::new(), String::new(), 0, false);
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' if in_quotes && characters.peek().is_some_and(|(_, next)| *next == '"') => {
                text.push('"');
                characters.next();
            }
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => {
                cells.push(Cell { text: text.trim().into(), span: span(from, at) });
                text.clear();
                from = at + 1;
            }
            _ => text.push(character),
        }
    }
    cells.push(Cell { text: text.trim().into(), span: span(from, line.len()) });
    cells
}
