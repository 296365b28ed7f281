//! A message cut into segments, elements and components over the positions of its delimiters.

use super::binary::{self, Extent};
use super::delimiters::block_mask;
use super::dialect::Delimiters;
use std::ops::Range;

/// What stands behind a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    /// Another component of the same element.
    Component,
    /// Another repetition of the same element.
    Repetition,
    /// Another element.
    Element,
    /// The end of the segment, or of the message.
    Segment,
    /// A release character; no token ends at one.
    Release,
    /// Nothing of meaning.
    Other,
}

/// A stretch of the message: the tag, a component, or an element without components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// First byte in the message.
    pub start: u32,
    /// Length.
    pub len: u32,
    /// The mark that ends it, in the lower bits, and whether release characters are in it.
    end: u8,
}

impl Default for Token {
    fn default() -> Self {
        Token::new(0, 0, Mark::Segment, false)
    }
}

/// Set in the end of a token with release characters.
const ESCAPED: u8 = 0x80;

impl Token {
    /// A token of no length.
    pub fn empty(start: u32) -> Token {
        Token { start, ..Token::default() }
    }

    #[inline]
    fn new(start: u32, len: u32, mark: Mark, is_escaped: bool) -> Token {
        Token { start, len, end: mark as u8 | u8::from(is_escaped) << 7 }
    }

    /// What ends it.
    #[inline]
    pub fn mark(self) -> Mark {
        match self.end & !ESCAPED {
            0 => Mark::Component,
            1 => Mark::Repetition,
            2 => Mark::Element,
            _ => Mark::Segment,
        }
    }

    /// Whether release characters are in it.
    #[inline]
    pub fn is_escaped(self) -> bool {
        self.end & ESCAPED != 0
    }

    /// Whether what ends here is no part of an element that goes on.
    #[inline]
    pub fn ends_element(self) -> bool {
        self.end & !ESCAPED >= Mark::Element as u8
    }

    /// Whether it ends an element and is written as it is meant.
    #[inline]
    pub fn ends_plain_element(self) -> bool {
        self.end.wrapping_sub(Mark::Element as u8) <= Mark::Segment as u8 - Mark::Element as u8
    }

    /// The bytes.
    #[inline]
    pub fn of(self, message: &[u8]) -> &[u8] {
        let start = self.start as usize;
        &message[start..start + self.len as usize]
    }

    /// One past the last byte.
    #[inline]
    pub fn end(self) -> u32 {
        self.start + self.len
    }

    /// Where several neighbours with what separates them stand. Whether release characters are in them is not told.
    #[inline]
    pub fn span(tokens: &[Token]) -> Token {
        let [first, ..] = tokens else { return Token::default() };
        let last = tokens[tokens.len() - 1];
        Token::new(first.start, last.end() - first.start, last.mark(), false)
    }

    /// All of several neighbours with what separates them, as one.
    pub fn joined(tokens: &[Token]) -> Token {
        let whole = Token::span(tokens);
        Token::new(whole.start, whole.len, whole.mark(), tokens.iter().any(|token| token.is_escaped()))
    }
}

/// How many of the tokens belong to the element that starts with the first.
#[inline]
pub fn element_len(tokens: &[Token]) -> usize {
    match tokens {
        [first, ..] if first.ends_element() => 1,
        _ => tokens.iter().position(|token| token.ends_element()).map_or(tokens.len(), |last| last + 1),
    }
}

/// Tokens that are cut in one go: enough for many segments, and few enough to be still at hand when they are read.
const BATCH: usize = 1024;

/// Bytes that are looked at in one go.
const BLOCK: usize = 64;

/// Cuts a message into segments.
#[derive(Debug)]
pub struct Tokenizer {
    /// The first byte not looked at.
    at: usize,
    /// Room for tokens, with those of the segments at hand, and of one that is not at its end yet, in front.
    tokens: Vec<Token>,
    /// How many there are.
    count: usize,
    /// One past the last token of each segment at hand.
    ends: Vec<u32>,
    /// The next segment at hand, and the first of its tokens.
    next: usize,
    behind: u32,
    /// Where the next token starts, and whether there was a release character in it.
    start: u32,
    is_escaped: bool,
    /// The position behind the last release character.
    released: u32,
    has_releases: bool,
    /// Whether no token follows those at hand.
    is_done: bool,
    classes: Box<[Mark; 256]>,
    delimiters: Option<Delimiters>,
    /// What segments with data begin with; nothing does where there are none.
    binary: Option<u8>,
    /// The segment with data at hand.
    with_data: Vec<Token>,
}

impl Default for Tokenizer {
    fn default() -> Self {
        Tokenizer {
            at: 0,
            tokens: Vec::new(),
            count: 0,
            ends: Vec::new(),
            next: 0,
            behind: 0,
            start: 0,
            is_escaped: false,
            released: u32::MAX,
            has_releases: false,
            is_done: true,
            classes: Box::new([Mark::Other; 256]),
            delimiters: None,
            binary: None,
            with_data: Vec::new(),
        }
    }
}

impl Tokenizer {
    /// Begins a message, which is shorter than 4 GiB.
    pub fn begin(&mut self, bytes: &[u8], delimiters: &Delimiters) {
        if self.delimiters != Some(*delimiters) {
            self.classify(delimiters);
        }
        self.ends.clear();
        (self.at, self.count, self.next, self.behind, self.is_done) = (0, 0, 0, 0, false);
        (self.start, self.is_escaped, self.released) = (gap(bytes, 0, &self.classes), false, u32::MAX);
        let release = delimiters.release;
        self.has_releases = release.is_some_and(|release| memchr::memchr(release, bytes).is_some());
    }

    fn classify(&mut self, delimiters: &Delimiters) {
        self.classes.fill(Mark::Other);
        let mut set = |byte: u8, mark: Mark| self.classes[usize::from(byte)] = mark;
        set(delimiters.component, Mark::Component);
        delimiters.repetition.into_iter().for_each(|byte| set(byte, Mark::Repetition));
        delimiters.release.into_iter().for_each(|byte| set(byte, Mark::Release));
        set(delimiters.element, Mark::Element);
        set(delimiters.segment, Mark::Segment);
        self.binary = delimiters.binary.first().map(|binary| binary.tag[0]);
        self.delimiters = Some(*delimiters);
    }

    /// The tag and the values of the next segment of the message; `None` at the end. Line ends and blanks before a
    /// segment are no part of it, as in the index pass.
    #[inline]
    pub fn segment(&mut self, bytes: &[u8]) -> Option<&[Token]> {
        let end = match self.ends.get(self.next) {
            Some(end) => *end,
            None => self.next_batch(bytes)?,
        };
        let start = std::mem::replace(&mut self.behind, end);
        self.next += 1;
        let tag = self.tokens[start as usize].start;
        if self.binary.is_some() && bytes.get(tag as usize).copied() == self.binary {
            return Some(self.binary(bytes, start as usize..end as usize));
        }
        Some(&self.tokens[start as usize..end as usize])
    }

    /// A segment that may have data: then it ends behind them, and what was cut of them is forgotten.
    #[cold]
    #[inline(never)]
    fn binary(&mut self, bytes: &[u8], segment: Range<usize>) -> &[Token] {
        let from = self.tokens[segment.start].start as usize;
        let delimiters = self.delimiters.expect("a message was begun");
        let Extent::Data(data, end) = binary::extent(&bytes[from..], &delimiters, true) else {
            return &self.tokens[segment];
        };
        let (data, end) = ((from + data) as u32, (from + end) as u32);
        self.with_data.clear();
        self.with_data.extend(self.tokens[segment].iter().take_while(|token| token.start < data));
        self.with_data.push(Token::new(data, end - data, Mark::Segment, false));
        self.ends.clear();
        (self.count, self.next, self.behind) = (0, 0, 0);
        self.start = gap(bytes, end + 1, &self.classes);
        self.at = self.start as usize;
        self.is_done = self.at == bytes.len();
        &self.with_data
    }

    /// One past the last token of the next segment, where none is at hand any more.
    #[cold]
    #[inline(never)]
    fn next_batch(&mut self, bytes: &[u8]) -> Option<u32> {
        self.refill(bytes);
        self.ends.first().copied()
    }

    /// Cuts on until there is a segment at hand, or the message is at its end.
    fn refill(&mut self, bytes: &[u8]) {
        let done = self.ends.last().map_or(0, |&end| end as usize);
        self.tokens.copy_within(done..self.count, 0);
        self.count -= done;
        self.ends.clear();
        (self.next, self.behind) = (0, 0);
        let Some(Delimiters { element, segment, component, repetition, release, .. }) = self.delimiters
        else {
            return;
        };
        while self.ends.is_empty() && !self.is_done {
            match (repetition, release.filter(|_| self.has_releases)) {
                (None, None) => self.cut::<3, false>(bytes, [element, segment, component]),
                (Some(repetition), None) => {
                    self.cut::<4, false>(bytes, [element, segment, component, repetition]);
                }
                (repetition, Some(release)) => {
                    let repetition = repetition.unwrap_or(element);
                    self.cut::<5, true>(bytes, [element, segment, component, repetition, release]);
                }
            }
            if self.at == bytes.len() {
                self.rest(bytes);
                self.is_done = true;
            }
        }
    }

    /// Cuts a batch of tokens: each delimiter ends one. In a message with release characters, what stands behind one
    /// separates nothing.
    #[inline(never)]
    fn cut<const N: usize, const RELEASES: bool>(&mut self, bytes: &[u8], delimiters: [u8; N]) {
        let (classes, ends) = (&*self.classes, &mut self.ends);
        let (mut at, mut count, mut start) = (self.at, self.count, self.start);
        let full = count + BATCH;
        while at < bytes.len() && count < full {
            let (last, len): ([u8; BLOCK], usize);
            let block = match bytes[at..].first_chunk() {
                Some(block) => {
                    len = BLOCK;
                    block
                }
                None => {
                    (last, len) = last_block(&bytes[at..]);
                    &last
                }
            };
            // What fills the last block up may look like a delimiter, and is none.
            let mut mask = block_mask(block, delimiters) & (u64::MAX >> (BLOCK - len));
            if self.tokens.len() < count + BLOCK {
                self.tokens.resize((count + BLOCK).next_power_of_two(), Token::default());
            }
            let room: &mut [Token; BLOCK] =
                self.tokens[count..].first_chunk_mut().expect("there is room for a block");
            let mut used = 0;
            while mask != 0 {
                let within = mask.trailing_zeros();
                mask &= mask - 1;
                let position = at as u32 + within;
                let mark = classes[usize::from(block[within as usize % BLOCK])];
                if RELEASES && position == self.released {
                    continue;
                }
                if RELEASES && mark == Mark::Release {
                    (self.is_escaped, self.released) = (true, position + 1);
                    continue;
                }
                let is_escaped = RELEASES && std::mem::take(&mut self.is_escaped);
                room[used % BLOCK] = Token::new(start, position - start, mark, is_escaped);
                used += 1;
                start = position + 1;
                if mark == Mark::Segment {
                    start = gap(bytes, start, classes);
                    ends.push((count + used) as u32);
                }
            }
            count += used;
            at += len;
        }
        (self.at, self.count, self.start) = (at, count, start);
    }

    /// What stands behind the last delimiter: the end of a segment that has none.
    fn rest(&mut self, bytes: &[u8]) {
        let last = self.count.checked_sub(1).map(|last| self.tokens[last]);
        let is_open = last.is_some_and(|token| token.mark() != Mark::Segment);
        let (start, is_escaped) = (self.start, self.is_escaped);
        if is_open || (start as usize) < bytes.len() {
            let len = bytes.len() as u32 - start;
            let token = Token::new(start, len, Mark::Segment, is_escaped);
            match self.tokens.get_mut(self.count) {
                Some(room) => *room = token,
                None => self.tokens.push(token),
            }
            self.count += 1;
            self.ends.push(self.count as u32);
        }
    }
}

/// What is left, which is no whole block, filled up; and its length.
#[cold]
fn last_block(rest: &[u8]) -> ([u8; BLOCK], usize) {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    (block, rest.len())
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
        let delimiters = Delimiters {
            element: b'+',
            segment: b'\'',
            component: b':',
            repetition,
            release: Some(b'?'),
            newline: "",
            binary: &[],
        };
        let (mut tokenizer, mut segments) = (Tokenizer::default(), Vec::new());
        tokenizer.begin(text.as_bytes(), &delimiters);
        while let Some(tokens) = tokenizer.segment(text.as_bytes()) {
            let shown = |token: &Token| {
                (String::from_utf8_lossy(token.of(text.as_bytes())).into_owned(), token.mark())
            };
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

    #[test]
    fn a_message_of_any_length_is_cut_as_a_short_one_is() {
        let (long, released) = ("+a".repeat(10_000), "+?+".repeat(9_000));
        let text = format!("A{long}'\n{}B{released}'C", "D+1'".repeat(5_000));
        let segments = cut(&text, None);
        assert_eq!(segments.len(), 5_003);
        assert_eq!((segments[0].len(), segments[5_001].len(), segments[5_002].len()), (10_001, 9_001, 1));
        assert!(segments[1..5_001].iter().all(|segment| segment.len() == 2 && segment[0].0 == "D"));
        let text = text.replace('?', "");
        assert_eq!(cut(&text, None).iter().map(Vec::len).sum::<usize>(), 10_001 + 10_000 + 18_001 + 1);
    }
}
