//! How a file of the mapping language is laid out: two blanks for each block around a line, one blank between words, and
//! columns where lines are alike. Only blanks are changed. Words, comments and empty lines are what they were, and what
//! comes out depends on nothing else, so that a second time changes nothing.

mod rows;
mod stops;

use super::parser;
use crate::base::span::{FileId, Sources};
use crate::diagnostics::Diagnostics;
use rows::{Row, width};
use std::collections::BTreeMap;
use stops::{Kind, Stop};

/// Blanks for each block around a line.
const INDENT: usize = 2;
/// Blanks more before a line that continues another one, where there is no value to stand under.
const CONTINUATION_INDENT: usize = 4;
/// Blanks before a comment behind words.
const COMMENT_GAP: usize = 2;
/// A text longer than this does not push its neighbours.
const NEIGHBOUR_WIDTH_MAX: usize = 24;

/// The text of a file, laid out; `None` after findings: a file that cannot be read is left as it is. Line ends are those
/// of the file's first line; the last line has one, and empty lines behind it are gone.
pub fn lay_out(sources: &Sources, file: FileId, diagnostics: &mut Diagnostics) -> Option<String> {
    let text = sources.file(file).text.as_str();
    let mut findings = Diagnostics::new();
    let reading = parser::read(sources, file, &mut findings);
    if !findings.is_empty() {
        findings.into_vec().into_iter().for_each(|finding| diagnostics.push(finding));
        return None;
    }
    let rows = rows::rows(&reading, text, &stops::stops(&reading.documents, text));
    let lines = with_comments(&rows, words(&rows));
    let newline =
        if text.split('\n').next().is_some_and(|first| first.ends_with('\r')) { "\r\n" } else { "\n" };
    let mut out = lines.join(newline).trim_end().to_string();
    if !out.is_empty() {
        out.push_str(newline);
    }
    Some(out)
}

/// The lines without their comments.
fn words(rows: &[Row<'_>]) -> Vec<String> {
    let neighbours = Neighbours::of(rows);
    // Where the value of the statement stands, for the lines that continue it.
    let mut value = 0;
    let mut lines = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if !row.continues && !row.pieces.is_empty() {
            value = row.depth * INDENT + CONTINUATION_INDENT;
        }
        let start = if row.continues { value } else { row.depth * INDENT };
        let mut line = String::new();
        let mut column = 0;
        let mut cell = 0;
        for (number, piece) in row.pieces.iter().enumerate() {
            let wanted = match piece.stop {
                _ if number == 0 => start,
                Some(Stop::Line(wanted)) => wanted,
                Some(Stop::Statement(wanted)) => start + wanted,
                Some(Stop::Neighbours(_)) => start + neighbours.column(at, cell),
                None => 0,
            };
            let least = usize::from(number > 0 && (!piece.glued || piece.stop.is_some()));
            let blanks = wanted.saturating_sub(column).max(least);
            line.extend(std::iter::repeat_n(' ', blanks));
            line.push_str(piece.text);
            column += blanks + piece.text.chars().count();
            if let Some(Stop::Neighbours(kind)) = piece.stop {
                cell += 1;
                if kind.is_value() {
                    value = column + 1;
                }
            }
        }
        lines.push(line);
    }
    lines
}

/// Which lines stand beside which, and how wide they are.
struct Neighbours {
    /// The number of the group of each line.
    groups: Vec<usize>,
    /// The widths of the texts before each stop, by group.
    widths: BTreeMap<usize, Vec<usize>>,
}

impl Neighbours {
    fn of(rows: &[Row<'_>]) -> Self {
        let mut found = Neighbours { groups: vec![0; rows.len()], widths: BTreeMap::new() };
        let mut open: BTreeMap<(usize, Kind), usize> = BTreeMap::new();
        let mut depth = 0;
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| !row.pieces.is_empty() && !row.continues) {
            // A block parts what is before it from what is behind it.
            let boundary = depth.min(row.depth);
            if depth != row.depth {
                open.retain(|(around, _), _| *around < boundary);
            }
            depth = row.depth;
            let own = row.neighbours().next().map(|(_, kind)| kind);
            open.retain(|(around, kind), _| *around < depth || Some(*kind) == own || kind.spans_others());
            if let Some(kind) = own {
                found.groups[at] = *open.entry((depth, kind)).or_insert(at);
                found.measure(at, row);
            }
        }
        found
    }

    fn measure(&mut self, at: usize, row: &Row<'_>) {
        let widths = self.widths.entry(self.groups[at]).or_default();
        let mut start = 0;
        for (cell, (end, kind)) in row.neighbours().enumerate() {
            let width = width(&row.pieces[start..end]);
            start = end;
            widths.resize(widths.len().max(cell + 1), kind.least_width());
            if width <= NEIGHBOUR_WIDTH_MAX {
                widths[cell] = widths[cell].max(width);
            }
        }
    }

    /// Where the stop with this number stands in the line, from the start of its words.
    fn column(&self, at: usize, cell: usize) -> usize {
        let widths = self.widths.get(&self.groups[at]).map_or(&[][..], Vec::as_slice);
        widths.iter().take(cell + 1).map(|width| width + 1).sum()
    }
}

/// The lines with their comments. Comments behind the words of successive lines stand under each other.
fn with_comments(rows: &[Row<'_>], mut lines: Vec<String>) -> Vec<String> {
    let has_both = |row: &Row<'_>| !row.comment.is_empty() && !row.pieces.is_empty();
    for at in 0..rows.len() {
        let row = &rows[at];
        if row.pieces.is_empty() && !row.comment.is_empty() {
            lines[at] = format!("{}{}", " ".repeat(comment_start(&rows[at..])), row.comment);
        } else if has_both(row) && !(at > 0 && has_both(&rows[at - 1])) {
            let end = rows[at..].iter().position(|row| !has_both(row)).map_or(rows.len(), |count| at + count);
            let column =
                lines[at..end].iter().map(|line| line.chars().count()).max().unwrap_or(0) + COMMENT_GAP;
            for (line, row) in lines[at..end].iter_mut().zip(&rows[at..end]) {
                let blanks = column - line.chars().count();
                line.extend(std::iter::repeat_n(' ', blanks));
                line.push_str(row.comment);
            }
        }
    }
    lines
}

/// Where a comment on a line of its own starts: as the words below it, and inside the block that ends there.
fn comment_start(rows: &[Row<'_>]) -> usize {
    let below = rows.iter().find(|row| !row.pieces.is_empty());
    below.map_or(0, |row| (row.depth + usize::from(row.closes)) * INDENT)
}
