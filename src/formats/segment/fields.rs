//! The elements of a service segment, as the index pass needs them.

use super::dialect::Delimiters;

/// The tag and the elements that are looked at: UNB 0035, the eleventh, is the last that says something here.
const ELEMENTS_MAX: usize = 12;

/// The elements of a service segment, their tag first, with release characters still in them.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    elements: [&'a [u8]; ELEMENTS_MAX],
    delimiters: Delimiters,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(segment: &'a [u8], delimiters: Delimiters) -> Self {
        let mut elements = [&b""[..]; ELEMENTS_MAX];
        let pieces = pieces(segment, delimiters.element, delimiters.release);
        elements.iter_mut().zip(pieces).for_each(|(element, piece)| *element = piece);
        Fields { elements, delimiters }
    }

    /// An element, from 1, without release characters and without blanks at its end; "" if it is not there.
    pub(crate) fn text(&self, element: usize) -> String {
        self.plain(self.elements[element])
    }

    /// Whether an element, from 1, has this text.
    pub(crate) fn is(&self, element: usize, text: &str) -> bool {
        let value = self.elements[element];
        // What ends in a blank is never the text of an element.
        let is_same = value == text.as_bytes() && !self.has_release(value) && text.trim_end() == text;
        is_same || self.plain(value) == text
    }

    /// A component of an element, both from 1.
    pub(crate) fn component(&self, element: usize, component: usize) -> String {
        self.plain(self.parts(element).nth(component - 1).unwrap_or_default())
    }

    /// The bytes of an element's components.
    fn parts(&self, element: usize) -> Pieces<'a> {
        pieces(self.elements[element], self.delimiters.component, self.delimiters.release)
    }

    /// Components of an element joined by colons, without the empty ones at the end.
    pub(crate) fn components(&self, element: usize, which: std::ops::RangeInclusive<usize>) -> String {
        let mut parts = self.parts(element);
        let before: usize = parts.by_ref().take(which.start() - 1).map(|part| part.len() + 1).sum();
        let rest = self.elements[element].get(before..).unwrap_or_default();
        let parts = parts.take(which.count());
        let length = parts.clone().map(|part| part.len() + 1).sum::<usize>().saturating_sub(1);
        let as_written = self.as_written(&rest[..length]).filter(|_| self.delimiters.component == b':');
        let mut joined = as_written.map_or_else(|| self.joined(parts), str::to_string);
        joined.truncate(joined.trim_end_matches(':').len());
        joined
    }

    fn joined(&self, parts: impl Iterator<Item = &'a [u8]>) -> String {
        let parts: Vec<String> = parts.map(|part| self.plain(part)).collect();
        parts.join(":")
    }

    /// Bytes as text, if they are that without a change: there are neither release characters nor blanks in them.
    fn as_written<'b>(&self, value: &'b [u8]) -> Option<&'b str> {
        let is_kept = |byte: &u8| byte.is_ascii_graphic() && Some(*byte) != self.delimiters.release;
        std::str::from_utf8(value).ok().filter(|_| value.iter().all(is_kept))
    }

    fn has_release(&self, value: &[u8]) -> bool {
        self.delimiters.release.is_some_and(|release| value.contains(&release))
    }

    /// An element with its components as they stand.
    pub(crate) fn whole(&self, element: usize) -> String {
        String::from_utf8_lossy(self.elements[element]).into_owned()
    }

    /// An element as a count; `None` if it is none.
    pub(super) fn number(&self, element: usize) -> Option<u32> {
        std::str::from_utf8(self.elements[element]).ok()?.trim().parse().ok()
    }

    fn plain(&self, value: &[u8]) -> String {
        if let Some(text) = self.as_written(value) {
            return text.to_string();
        }
        if !self.has_release(value) {
            return String::from_utf8_lossy(value.trim_ascii_end()).trim_end().to_string();
        }
        let mut plain = Vec::with_capacity(value.len());
        self.delimiters.unescape(value, &mut plain);
        String::from_utf8_lossy(&plain).trim_end().to_string()
    }
}

/// What stands between separators that are not released: one piece more than there are separators.
pub(super) fn pieces(bytes: &[u8], separator: u8, release: Option<u8>) -> Pieces<'_> {
    Pieces { rest: Some(bytes), separator, release, is_released: false }
}

#[derive(Clone)]
pub(super) struct Pieces<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
    release: Option<u8>,
    /// Whether the first byte of the rest is released: by a separator that is the release character too.
    is_released: bool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let mut at = usize::from(self.is_released);
        while let Some(&byte) = rest.get(at) {
            if byte == self.separator {
                self.rest = Some(&rest[at + 1..]);
                self.is_released = Some(byte) == self.release;
                return Some(&rest[..at]);
            }
            at += if Some(byte) == self.release { 2 } else { 1 };
        }
        self.rest = None;
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::{Delimiters, Fields};
    use crate::formats::edifact::DELIMITERS;

    #[test]
    fn elements_and_components_are_told_without_their_release_characters() {
        let fields = Fields::of(b"UNH+A?+1 +ORDERS:D:96A::EAN?:8:+3", DELIMITERS);
        assert_eq!((fields.text(1).as_str(), fields.whole(1).as_str()), ("A+1", "A?+1 "));
        assert!(fields.is(1, "A+1") && !fields.is(1, "A?+1 ") && !fields.is(1, "A+1 ") && fields.is(4, ""));
        assert_eq!((fields.component(2, 1).as_str(), fields.component(2, 9).as_str()), ("ORDERS", ""));
        assert_eq!(fields.components(2, 2..=5), "D:96A::EAN:8");
        assert_eq!(fields.components(2, 6..=9), "");
        let blanks = Fields::of("UNH+1+A:D :96A:?+: \u{e4}:".as_bytes(), DELIMITERS);
        assert_eq!(blanks.components(2, 1..=9), "A:D:96A:+: \u{e4}");
        assert_eq!((blanks.components(2, 2..=2).as_str(), blanks.components(7, 2..=5).as_str()), ("D", ""));
        let other = Delimiters { component: b'>', ..DELIMITERS };
        assert_eq!(Fields::of(b"UNH+1+A>D:>96A>>", other).components(2, 2..=5), "D::96A");
        assert_eq!((fields.number(3), fields.number(1), fields.number(11)), (Some(3), None, None));
    }
}
