//! One record and its columns.

use std::ops::Range;

/// A record in a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// The message.
    pub bytes: &'a [u8],
    /// Where the record starts in it.
    pub start: usize,
    /// One past its last byte, without a line end.
    pub end: usize,
    /// Where each character starts, and the end behind the last; empty where a character is a byte.
    characters: &'a [usize],
}

impl<'a> Line<'a> {
    /// A record whose characters are bytes.
    pub(super) fn new(bytes: &'a [u8], range: Range<usize>) -> Self {
        Line { bytes, start: range.start, end: range.end, characters: &[] }
    }

    /// A record in UTF-8, whose columns are characters. `characters` is used as memory. What is not UTF-8 is counted
    /// in bytes.
    pub(super) fn utf8(bytes: &'a [u8], range: Range<usize>, characters: &'a mut Vec<usize>) -> Self {
        characters.clear();
        if let Ok(text) = std::str::from_utf8(&bytes[range.clone()])
            && !text.is_ascii()
        {
            characters.extend(text.char_indices().map(|(at, _)| range.start + at));
            characters.push(range.end);
        }
        Line { bytes, start: range.start, end: range.end, characters }
    }

    /// How many columns it has.
    pub(super) fn columns(&self) -> u32 {
        match self.characters.len() {
            0 => (self.end - self.start) as u32,
            count => count as u32 - 1,
        }
    }

    /// The bytes of `width` columns behind `at` others, in the message; what is behind its end is left out.
    #[inline]
    pub(super) fn range(&self, at: u32, width: u32) -> Range<usize> {
        let (at, behind) = (at as usize, at as usize + width as usize);
        if self.characters.is_empty() {
            let start = (self.start + at).min(self.end);
            return start..(self.start + behind).min(self.end);
        }
        let place = |column: usize| self.characters.get(column).copied().unwrap_or(self.end);
        place(at)..place(behind)
    }
}
