//! A message cut into segments, elements and components over the positions of its delimiters.

use super::delimiters::index_delimiters;
use super::dialect::Delimiters;

/// What stands behind a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Mark {
    /// Another component of the same element.
    Component,
    /// Another repetition of the same element.
    Repetition,
    /// Another element.
    Element,
    /// The end of the segment, or of the message.
    #[default]
    Segment,
    /// A release character; no token ends at one.
    Release,
    /// Nothing of meaning.
    Other,
}

/// A stretch of the message: the tag, a component, or an element without components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Token {
    /// First byte in the message.
    pub start: u32,
    /// Length.
    pub len: u32,
    /// What ends it.
    pub mark: Mark,
    /// Whether release characters are in it.
    pub is_escaped: bool,
}

impl Token {
    /// The bytes.
    pub fn of(self, message: &[u8]) -> &[u8] {
        &message[self.start as usize..self.end() as usize]
    }

    /// One past the last byte.
    pub fn end(self) -> u32 {
        self.start + self.len
    }

    /// All of several neighbours with what separates them, as one.
    pub fn span(tokens: &[Token]) -> Token {
        let (first, last) = (tokens[0], tokens[tokens.len() - 1]);
        Token {
            start: first.start,
            len: last.end() - first.start,
            mark: last.mark,
            is_escaped: tokens.iter().any(|token| token.is_escaped),
        }
    }
}

/// Cuts a message into segments.
#[derive(Debug)]
pub struct Tokenizer {
    positions: Vec<u32>,
    /// All tokens of the message, segment after segment.
    tokens: Vec<Token>,
    /// One past the last token of each segment.
    ends: Vec<u32>,
    /// The next segment, from 0.
    next: usize,
    classes: Box<[Mark; 256]>,
    delimiters: Option<Delimiters>,
}

impl Default for Tokenizer {
    fn default() -> Self {
        let classes = Box::new([Mark::Other; 256]);
        let (positions, tokens, ends) = (Vec::new(), Vec::new(), Vec::new());
        Tokenizer { positions, tokens, ends, next: 0, classes, delimiters: None }
    }
}

impl Tokenizer {
    /// Begins a message, which is shorter than 4 GiB.
    pub fn begin(&mut self, bytes: &[u8], delimiters: &Delimiters) {
        self.positions.clear();
        self.tokens.clear();
        self.ends.clear();
        self.next = 0;
        if self.delimiters != Some(*delimiters) {
            self.classify(delimiters);
        }
        let Delimiters { element, segment, component, repetition, release } = *delimiters;
        match (repetition, release) {
            (Some(repetition), Some(release)) => {
                let all = [element, segment, component, repetition, release];
                index_delimiters(bytes, all, &mut self.positions);
            }
            (other, None) | (None, other) => {
                let all = [element, segment, component, other.unwrap_or(element)];
                index_delimiters(bytes, all, &mut self.positions);
            }
        }
        match release {
            Some(release) if memchr::memchr(release, bytes).is_some() => self.cut_with_releases(bytes),
            _ => self.cut(bytes),
        }
    }

    fn classify(&mut self, delimiters: &Delimiters) {
        self.classes.fill(Mark::Other);
        let mut set = |byte: u8, mark: Mark| self.classes[usize::from(byte)] = mark;
        set(delimiters.component, Mark::Component);
        delimiters.repetition.into_iter().for_each(|byte| set(byte, Mark::Repetition));
        delimiters.release.into_iter().for_each(|byte| set(byte, Mark::Release));
        set(delimiters.element, Mark::Element);
        set(delimiters.segment, Mark::Segment);
        self.delimiters = Some(*delimiters);
    }

    /// The tag and the values of the next segment; `None` at the end. Line ends and blanks before a segment are no part
    /// of it, as in the index pass.
    #[inline]
    pub fn segment(&mut self) -> Option<&[Token]> {
        let end = *self.ends.get(self.next)?;
        let start = self.next.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.next += 1;
        Some(&self.tokens[start as usize..end as usize])
    }

    /// Each delimiter ends a token. One pass without a branch but at the ends of segments, into memory reserved at once.
    fn cut(&mut self, bytes: &[u8]) {
        let classes = &*self.classes;
        let mut start = gap(bytes, 0, classes);
        self.tokens.extend((1..).zip(&self.positions).map(|(count, &position)| {
            let mark = classes[usize::from(bytes[position as usize])];
            let token = Token { start, len: position - start, mark, is_escaped: false };
            start = position + 1;
            if mark == Mark::Segment {
                start = gap(bytes, start, classes);
                self.ends.push(count);
            }
            token
        }));
        self.rest(bytes, start, false);
    }

    /// The same for a message with release characters: what stands behind one separates nothing.
    fn cut_with_releases(&mut self, bytes: &[u8]) {
        let classes = &*self.classes;
        let mut start = gap(bytes, 0, classes);
        let (mut is_escaped, mut released) = (false, u32::MAX);
        for &position in &self.positions {
            if position == released {
                continue;
            }
            let mark = classes[usize::from(bytes[position as usize])];
            if mark == Mark::Release {
                (is_escaped, released) = (true, position + 1);
                continue;
            }
            self.tokens.push(Token { start, len: position - start, mark, is_escaped });
            (start, is_escaped) = (position + 1, false);
            if mark == Mark::Segment {
                start = gap(bytes, start, classes);
                self.ends.push(self.tokens.len() as u32);
            }
        }
        self.rest(bytes, start, is_escaped);
    }

    /// What stands behind the last delimiter: the end of a segment that has none.
    fn rest(&mut self, bytes: &[u8], start: u32, is_escaped: bool) {
        let is_open = self.tokens.last().is_some_and(|token| token.mark != Mark::Segment);
        if is_open || (start as usize) < bytes.len() {
            let len = bytes.len() as u32 - start;
            self.tokens.push(Token { start, len, mark: Mark::Segment, is_escaped });
            self.ends.push(self.tokens.len() as u32);
        }
    }
}

/// The first byte from `start` on that is no line end or blank between segments.
#[inline]
fn gap(bytes: &[u8], start: u32, classes: &[Mark; 256]) -> u32 {
    let mut at = start as usize;
    while let Some(byte @ (b'\r' | b'\n' | b' ' | b'\t' | 0x0c | 0)) = bytes.get(at) {
        if classes[usize::from(*byte)] != Mark::Other {
            break;
        }
        at += 1;
    }
    at as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    type Shown = Vec<(String, Mark)>;

    fn cut(text: &str, repetition: Option<u8>) -> Vec<Shown> {
        let delimiters =
            Delimiters { element: b'+', segment: b'\'', component: b':', repetition, release: Some(b'?') };
        let (mut tokenizer, mut segments) = (Tokenizer::default(), Vec::new());
        tokenizer.begin(text.as_bytes(), &delimiters);
        while let Some(tokens) = tokenizer.segment() {
            let shown =
                |token: &Token| (String::from_utf8_lossy(token.of(text.as_bytes())).into_owned(), token.mark);
            segments.push(tokens.iter().map(shown).collect::<Shown>());
        }
        segments
    }

    #[test]
    fn a_released_delimiter_separates_nothing() {
        use Mark::*;
        let text = |text: &str, mark| (text.to_string(), mark);
        assert_eq!(
            cut("FTX+A??:B?+?'??'\r\nUNT+'", None),
            [
                vec![text("FTX", Element), text("A??", Component), text("B?+?'??", Segment)],
                vec![text("UNT", Element), text("", Segment)],
            ]
        );
        assert_eq!(
            cut("A+b*c?*d+?", Some(b'*')),
            [vec![text("A", Element), text("b", Repetition), text("c?*d", Element), text("?", Segment)]]
        );
    }
}
