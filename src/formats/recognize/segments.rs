//! Segments of a file whose delimiters are known, without any guide.

/// The characters that separate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiters {
    /// Between elements.
    pub element: u8,
    /// Between components.
    pub component: u8,
    /// After each segment.
    pub segment: u8,
    /// Between repetitions.
    pub repetition: Option<u8>,
    /// Before a delimiter that belongs to a value.
    pub release: Option<u8>,
    /// Between tag and elements, where that is another than between elements.
    pub tag: Option<u8>,
    /// The decimal mark, where the file says one.
    pub decimal: Option<u8>,
}

/// A segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// First byte in the file.
    pub offset: usize,
    /// Its bytes without the terminator.
    pub bytes: &'a [u8],
    delimiters: Delimiters,
}

impl<'a> Segment<'a> {
    /// Its tag.
    pub fn tag(&self) -> &'a str {
        let Delimiters { element, component, tag, .. } = self.delimiters;
        let is_end = |byte: &u8| *byte == element || *byte == component || Some(*byte) == tag;
        let end = self.bytes.iter().position(is_end).unwrap_or(self.bytes.len());
        std::str::from_utf8(&self.bytes[..end]).unwrap_or("")
    }

    /// Element `position`, from 1; empty if it is not there. Released delimiters are as written.
    pub fn element(&self, position: usize) -> &'a [u8] {
        let start = (self.tag().len() + 1).min(self.bytes.len());
        self.cut(&self.bytes[start..], self.delimiters.element, position)
    }

    /// Component `component` of element `position`, both from 1, as text.
    pub fn component(&self, position: usize, component: usize) -> String {
        let part = self.cut(self.element(position), self.delimiters.component, component);
        String::from_utf8_lossy(part).into_owned()
    }

    /// How many elements there are.
    pub fn element_count(&self) -> usize {
        let start = (self.tag().len() + 1).min(self.bytes.len());
        let mut count = usize::from(self.bytes.len() > self.tag().len());
        each_free(&self.bytes[start..], &self.delimiters, |_, byte| {
            count += usize::from(byte == self.delimiters.element);
            true
        });
        count
    }

    fn cut(&self, bytes: &'a [u8], separator: u8, wanted: usize) -> &'a [u8] {
        let (mut start, mut number, mut found) = (0, 1, None);
        each_free(bytes, &self.delimiters, |at, byte| {
            if byte == separator {
                if number == wanted {
                    found = Some(start..at);
                    return false;
                }
                number += 1;
                start = at + 1;
            }
            true
        });
        match found {
            Some(range) => &bytes[range],
            None if number == wanted => &bytes[start..],
            None => b"",
        }
    }
}

/// Calls `each` with every byte that is not released, until it says no.
fn each_free(bytes: &[u8], delimiters: &Delimiters, mut each: impl FnMut(usize, u8) -> bool) {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if Some(byte) == delimiters.release {
            at += 2;
            continue;
        }
        if !each(at, byte) {
            return;
        }
        at += 1;
    }
}

/// The segments of bytes, in order. Line ends and blanks between segments are passed over.
#[derive(Debug, Clone)]
pub struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    delimiters: Delimiters,
}

impl<'a> Segments<'a> {
    /// The segments from byte `at` on.
    pub fn new(bytes: &'a [u8], at: usize, delimiters: Delimiters) -> Self {
        Segments { bytes, at, delimiters }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == self.delimiters.segment;
        while self.bytes.get(self.at).is_some_and(is_blank) {
            self.at += 1;
        }
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len();
        each_free(rest, &self.delimiters, |at, byte| {
            let is_end = byte == self.delimiters.segment;
            if is_end {
                end = at;
            }
            !is_end
        });
        let segment = Segment { offset: self.at, bytes: &rest[..end], delimiters: self.delimiters };
        self.at += end + 1;
        Some(segment)
    }
}
