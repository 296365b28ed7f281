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
    fn parts(&self, element: usize) -> impl Iterator<Item = &'a [u8]> {
        pieces(self.elements[element], self.delimiters.component, self.delimiters.release)
    }

    /// Components of an element joined by colons, without the empty ones at the end.
    pub(crate) fn components(&self, element: usize, which: std::ops::RangeInclusive<usize>) -> String {
        let mut joined = String::new();
        let parts = self.parts(element).skip(which.start() - 1).take(which.count());
        for (at, part) in parts.enumerate() {
            if at > 0 {
                joined.push(':');
            }
            match std::str::from_utf8(part).ok().filter(|_| !self.has_release(part)) {
                Some(part) => joined.push_str(part.trim_end()),
                None => joined.push_str(&self.plain(part)),
            }
        }
        joined.truncate(joined.trim_end_matches(':').len());
        joined
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
        if !self.has_release(value) {
            return String::from_utf8_lossy(value.trim_ascii_end()).trim_end().to_string();
        }
        let mut plain = Vec::with_capacity(value.len());
        self.delimiters.unescape(value, &mut plain);
        String::from_utf8_lossy(&plain).trim_end().to_string()
    }
}

/// What stands between separators that are not released.
fn pieces(bytes: &[u8], separator: u8, release: Option<u8>) -> impl Iterator<Item = &[u8]> {
    let mut released = false;
    bytes.split(move |&byte| {
        let is_meant = !released && byte == separator;
        released = !released && Some(byte) == release;
        is_meant
    })
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use crate::formats::edifact::DELIMITERS;

    #[test]
    fn elements_and_components_are_told_without_their_release_characters() {
        let fields = Fields::of(b"UNH+A?+1 +ORDERS:D:96A::EAN?:8:+3", DELIMITERS);
        assert_eq!((fields.text(1).as_str(), fields.whole(1).as_str()), ("A+1", "A?+1 "));
        assert!(fields.is(1, "A+1") && !fields.is(1, "A?+1 ") && !fields.is(1, "A+1 ") && fields.is(4, ""));
        assert_eq!((fields.component(2, 1).as_str(), fields.component(2, 9).as_str()), ("ORDERS", ""));
        assert_eq!(fields.components(2, 2..=5), "D:96A::EAN:8");
        assert_eq!(fields.components(2, 6..=9), "");
        assert_eq!((fields.number(3), fields.number(1), fields.number(11)), (Some(3), None, None));
    }
}
