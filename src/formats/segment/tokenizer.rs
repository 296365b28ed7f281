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
    /// Which position comes next.
    next: usize,
    /// Where the next segment starts.
    at: usize,
    classes: Box<[Mark; 256]>,
    delimiters: Option<Delimiters>,
}

impl Default for Tokenizer {
    fn default() -> Self {
        let classes = Box::new([Mark::Other; 256]);
        Tokenizer { positions: Vec::new(), next: 0, at: 0, classes, delimiters: None }
    }
}

impl Tokenizer {
    /// Begins a message.
    pub fn begin(&mut self, bytes: &[u8], delimiters: &Delimiters) {
        self.positions.clear();
        (self.next, self.at) = (0, 0);
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

    /// The tag and the values of the next segment; `false` at the end. Line ends before a segment are no part of it.
    #[inline]
    pub fn segment(&mut self, bytes: &[u8], tokens: &mut Vec<Token>) -> bool {
        tokens.clear();
        while self.at < bytes.len()
            && matches!(bytes[self.at], b'\r' | b'\n')
            && self.classes[usize::from(bytes[self.at])] != Mark::Segment
        {
            self.at += 1;
        }
        if self.at >= bytes.len() {
            return false;
        }
        let mut start = self.at as u32;
        for &position in &self.positions[self.next..] {
            let mark = self.classes[usize::from(bytes[position as usize])];
            if mark == Mark::Release {
                tokens.clear();
                return self.segment_with_releases(bytes, tokens);
            }
            tokens.push(Token { start, len: position - start, mark, is_escaped: false });
            start = position + 1;
            if mark == Mark::Segment {
                self.next += tokens.len();
                self.at = start as usize;
                return true;
            }
        }
        tokens.push(Token { start, len: bytes.len() as u32 - start, mark: Mark::Segment, is_escaped: false });
        (self.next, self.at) = (self.positions.len(), bytes.len());
        true
    }

    /// The same for a segment that has release characters.
    #[inline(never)]
    fn segment_with_releases(&mut self, bytes: &[u8], tokens: &mut Vec<Token>) -> bool {
        let mut start = self.at as u32;
        let (mut is_escaped, mut released) = (false, u32::MAX);
        for (i, &position) in self.positions[self.next..].iter().enumerate() {
            let mark = self.classes[usize::from(bytes[position as usize])];
            if position == released {
                continue;
            }
            if mark == Mark::Release {
                (is_escaped, released) = (true, position + 1);
                continue;
            }
            tokens.push(Token { start, len: position - start, mark, is_escaped });
            (start, is_escaped) = (position + 1, false);
            if mark == Mark::Segment {
                self.next += i + 1;
                self.at = start as usize;
                return true;
            }
        }
        tokens.push(Token { start, len: bytes.len() as u32 - start, mark: Mark::Segment, is_escaped });
        (self.next, self.at) = (self.positions.len(), bytes.len());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Shown = Vec<(String, Mark)>;

    fn cut(text: &str, repetition: Option<u8>) -> Vec<Shown> {
        let delimiters =
            Delimiters { element: b'+', segment: b'\'', component: b':', repetition, release: Some(b'?') };
        let (mut tokenizer, mut tokens, mut segments) = (Tokenizer::default(), Vec::new(), Vec::new());
        tokenizer.begin(text.as_bytes(), &delimiters);
        while tokenizer.segment(text.as_bytes(), &mut tokens) {
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
