//! One record and its columns.

use super::cut::Cells;
use std::ops::Range;

/// A record in a message.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Line<'a> {
    /// The message.
    pub bytes: &'a [u8],
    /// Where the record starts in it.
    pub start: usize,
    /// One past its last byte, without a line end.
    pub end: usize,
    /// Where each column starts, and the end behind the last; empty where a column is a byte.
    starts: &'a [usize],
    /// How many bytes stand between a column and the next: the delimiter.
    gap: usize,
}

impl<'a> Line<'a> {
    /// A record whose characters are bytes.
    pub(in crate::formats) fn new(bytes: &'a [u8], range: Range<usize>) -> Self {
        Line { bytes, start: range.start, end: range.end, starts: &[], gap: 0 }
    }

    /// A record in UTF-8, whose columns are characters. `characters` is used as memory. What is not UTF-8 is counted
    /// in bytes.
    pub(in crate::formats) fn utf8(
        bytes: &'a [u8],
        range: Range<usize>,
        characters: &'a mut Vec<usize>,
    ) -> Self {
        characters.clear();
        if let Ok(text) = std::str::from_utf8(&bytes[range.clone()])
            && !text.is_ascii()
        {
            characters.extend(text.char_indices().map(|(at, _)| range.start + at));
            characters.push(range.end);
        }
        Line { bytes, start: range.start, end: range.end, starts: characters, gap: 0 }
    }

    /// A record whose columns are cells with delimiters between them. `starts` is used as memory.
    pub(in crate::formats::fixed) fn cells(
        bytes: &'a [u8],
        range: Range<usize>,
        cells: Cells,
        starts: &'a mut Vec<usize>,
    ) -> Self {
        starts.clear();
        starts.push(range.start);
        // A quote opens a cell only where the cell starts: elsewhere it is a character as any other. A doubled one
        // closes and opens again.
        let (mut is_quoted, mut closed_at) = (false, usize::MAX);
        for at in range.clone() {
            let byte = bytes[at];
            if Some(byte) == cells.quote && is_quoted {
                (is_quoted, closed_at) = (false, at);
            } else if Some(byte) == cells.quote && (starts.last() == Some(&at) || closed_at == at - 1) {
                is_quoted = true;
            } else if byte == cells.delimiter && !is_quoted {
                starts.push(at + 1);
            }
        }
        starts.push(range.end + 1);
        Line { bytes, start: range.start, end: range.end, starts, gap: 1 }
    }

    /// How many columns it has.
    pub(in crate::formats) fn columns(&self) -> u32 {
        match self.starts.len() {
            0 => (self.end - self.start) as u32,
            count => count as u32 - 1,
        }
    }

    /// The bytes of `width` columns behind `at` others, in the message; what is behind its end is left out.
    #[inline]
    pub(in crate::formats) fn range(&self, at: u32, width: u32) -> Range<usize> {
        let (at, behind) = (at as usize, at as usize + width as usize);
        if self.starts.is_empty() {
            let start = (self.start + at).min(self.end);
            return start..(self.start + behind).min(self.end);
        }
        let place = |column: usize| self.starts.get(column).copied().unwrap_or(self.end + self.gap);
        let start = place(at).min(self.end);
        start..(place(behind) - self.gap).max(start)
    }
}
