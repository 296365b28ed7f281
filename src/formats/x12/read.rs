//! The second pass: one message to a tree, checked against its guide.

use super::X12Layout;
use super::header::{Delimiters, Header};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::formats::segment::delimiters::index_delimiters;
use crate::formats::segment::{Matched, MatcherState, Tag, Token, advice, check_element, check_relations};
use crate::formats::{MessageInput, Scratch};
use crate::guide::{Guide, ValueClass};
use crate::tree::arena::Origin;
use crate::tree::{PlaceId, PlaceKind, Tree};

/// Cuts a message into segments and elements over the positions of its delimiters.
#[derive(Debug, Default)]
pub struct Tokenizer {
    positions: Vec<u32>,
    /// Which position comes next.
    next: usize,
    /// Where the next segment starts.
    at: usize,
}

impl Tokenizer {
    /// Begins a message.
    pub fn begin(&mut self, bytes: &[u8], delimiters: &Delimiters) {
        self.positions.clear();
        (self.next, self.at) = (0, 0);
        let Delimiters { element, segment, .. } = *delimiters;
        index_delimiters(bytes, [element, segment, element, segment], &mut self.positions);
    }

    /// The tag and the elements of the next segment; `false` at the end. Elements are kept whole, with their
    /// repetition and component separators in them.
    #[inline]
    pub fn segment(&mut self, bytes: &[u8], delimiters: &Delimiters, tokens: &mut Vec<Token>) -> bool {
        tokens.clear();
        while self.at < bytes.len()
            && matches!(bytes[self.at], b'\r' | b'\n')
            && bytes[self.at] != delimiters.segment
        {
            self.at += 1;
        }
        if self.at >= bytes.len() {
            return false;
        }
        let mut start = self.at as u32;
        for &position in &self.positions[self.next..] {
            self.next += 1;
            tokens.push(Token { start, len: position - start });
            start = position + 1;
            if bytes[position as usize] == delimiters.segment {
                self.at = start as usize;
                return true;
            }
        }
        tokens.push(Token { start, len: bytes.len() as u32 - start });
        self.at = bytes.len();
        true
    }
}

/// Reads one message.
pub(super) fn read(
    layout: &X12Layout,
    input: &MessageInput<'_>,
    scratch: &mut Scratch,
    tree: &mut Tree,
    findings: &mut Diagnostics,
) {
    let delimiters = Header::read(input.head).map_or(layout.delimiters, |header| header.delimiters);
    tree.clear();
    let mut reader = Reader {
        layout,
        guide: &layout.guide,
        bytes: input.bytes,
        source: std::str::from_utf8(input.bytes).ok(),
        offset: input.offset,
        delimiters,
        findings,
        ordinal: 0,
        segment: Token::default(),
        tag: "",
        repetition: 1,
    };
    scratch.matcher.begin(&layout.structure, tree);
    scratch.tokenizer.begin(input.bytes, &delimiters);
    while scratch.tokenizer.segment(input.bytes, &delimiters, &mut scratch.tokens) {
        reader.ordinal += 1;
        reader.one(&mut scratch.matcher, &scratch.tokens, &mut scratch.text, tree);
    }
    let Reader { guide, ordinal, findings, .. } = reader;
    let mut gaps = Vec::new();
    scratch.matcher.end(guide, &layout.structure, tree, &mut |place| gaps.push(place));
    for place in gaps {
        let at =
            Place { offset: input.offset + input.bytes.len() as u64, segment: ordinal, ..Place::default() };
        findings.push(missing(guide, place, at));
    }
}

struct Reader<'a> {
    layout: &'a X12Layout,
    guide: &'a Guide,
    bytes: &'a [u8],
    /// The message, if it is UTF-8.
    source: Option<&'a str>,
    offset: u64,
    delimiters: Delimiters,
    findings: &'a mut Diagnostics,
    ordinal: u32,
    segment: Token,
    tag: &'a str,
    /// Of the element at hand, from 1.
    repetition: u16,
}

impl Reader<'_> {
    fn one(&mut self, matcher: &mut MatcherState, tokens: &[Token], text: &mut String, tree: &mut Tree) {
        let (first, last) = (tokens[0], tokens[tokens.len() - 1]);
        self.segment = Token { start: first.start, len: last.start + last.len - first.start };
        self.tag = std::str::from_utf8(first.of(self.bytes)).unwrap_or("");
        let origin =
            Origin { start: self.segment.start, len: self.segment.len, ordinal: self.ordinal, rule: 0 };
        let (bytes, component) = (self.bytes, self.delimiters.component);
        let key = |position: u16, part: u16| key_of(bytes, tokens, component, position, part);
        let mut gaps = Vec::new();
        let structure = &self.layout.structure;
        let tag = Tag::of(first.of(self.bytes));
        let matched =
            matcher.segment(self.guide, structure, tag, key, origin, tree, &mut |place| gaps.push(place));
        for place in gaps {
            let at = Place {
                offset: self.offset + u64::from(first.start),
                segment: self.ordinal,
                ..Place::default()
            };
            self.findings.push(missing(self.guide, place, at));
        }
        match matched {
            Matched::Unknown => self.segment_finding(Code::X101, PlaceId::ROOT),
            Matched::Misplaced => self.segment_finding(Code::X102, PlaceId::ROOT),
            Matched::Here { place, node, too_many } => {
                if too_many {
                    self.segment_finding(Code::X105, place);
                }
                if self.guide.rules(place).not_used {
                    self.segment_finding(Code::X106, place);
                }
                self.elements(place, tokens, text, tree);
                matcher.segment_done(structure, place, node, tree);
            }
        }
    }

    fn elements(&mut self, place: PlaceId, tokens: &[Token], text: &mut String, tree: &mut Tree) {
        let layout = self.layout;
        let record = layout.structure.record(place);
        for (i, child) in record.elements.iter().enumerate() {
            let token = tokens.get(i + 1).copied().unwrap_or_default();
            let Some(child) = *child else { continue };
            if token.len == 0 {
                if self.guide.shape.place(child).required {
                    self.element_finding(Code::X201, place, child, i + 1, self.segment_end());
                }
                continue;
            }
            if self.guide.shape.place(child).kind == PlaceKind::Record {
                self.composite(place, child, i + 1, token, text, tree);
            } else if let Some(separator) =
                self.delimiters.repetition.filter(|_| self.guide.shape.place(child).is_many())
            {
                self.split(token, separator, &mut |reader, token, before| {
                    reader.repetition = before as u16 + 1;
                    reader.leaf(place, child, i + 1, token, text, tree);
                });
                self.repetition = 1;
            } else {
                self.leaf(place, child, i + 1, token, text, tree);
            }
        }
        if tokens.len() > record.elements.len() + 1 {
            let extra = tokens[record.elements.len() + 1];
            if tokens[record.elements.len() + 1..].iter().any(|token| token.len > 0) {
                self.element_finding(Code::X203, place, PlaceId::ROOT, record.elements.len() + 1, extra);
            }
        }
        let relations = &layout.guide.rules(place).relations;
        if !relations.is_empty() {
            let present =
                |position: u16| tokens.get(usize::from(position)).is_some_and(|token| token.len > 0);
            if let Some((position, code)) = check_relations(relations, present) {
                let child = record
                    .elements
                    .get(usize::from(position) - 1)
                    .copied()
                    .flatten()
                    .unwrap_or(PlaceId::ROOT);
                self.element_finding(code, place, child, usize::from(position), self.segment_end());
            }
        }
    }

    fn composite(
        &mut self,
        segment: PlaceId,
        place: PlaceId,
        position: usize,
        token: Token,
        text: &mut String,
        tree: &mut Tree,
    ) {
        let node = tree.open(place, self.origin(token));
        let separator = self.delimiters.component;
        let guide = self.guide;
        self.split(token, separator, &mut |reader, part, i| {
            if let Some(leaf) = guide.shape.child_at(place, i as u16 + 1).filter(|_| part.len > 0) {
                reader.leaf(segment, leaf, position, part, text, tree);
            }
        });
        tree.close(node);
    }

    fn split(&mut self, token: Token, separator: u8, each: &mut dyn FnMut(&mut Self, Token, usize)) {
        let mut start = token.start;
        let bytes = self.bytes;
        for (i, part) in token.of(bytes).split(|&byte| byte == separator).enumerate() {
            each(self, Token { start, len: part.len() as u32 }, i);
            start += part.len() as u32 + 1;
        }
    }

    fn leaf(
        &mut self,
        segment: PlaceId,
        place: PlaceId,
        position: usize,
        token: Token,
        text: &mut String,
        tree: &mut Tree,
    ) {
        let range = token.start as usize..(token.start + token.len) as usize;
        let value = match self.source {
            Some(source) => &source[range],
            None => {
                // Not UTF-8: ISO 8859-1, where every byte is a character.
                text.clear();
                text.extend(self.bytes[range].iter().map(|&byte| char::from(byte)));
                text.as_str()
            }
        };
        if let Some(code) = check_element(self.guide, place, value) {
            self.element_finding(code, segment, place, position, token);
        }
        let origin = self.origin(token);
        if self.source.is_some() {
            tree.leaf_from_source(place, token.start, token.len, origin);
        } else {
            tree.leaf(place, value, origin);
        }
    }

    fn origin(&self, token: Token) -> Origin {
        Origin { start: token.start, len: token.len, ordinal: self.ordinal, rule: 0 }
    }

    fn segment_end(&self) -> Token {
        Token { start: self.segment.start + self.segment.len, len: 0 }
    }

    #[cold]
    fn segment_finding(&mut self, code: Code, place: PlaceId) {
        let at = self.place(place, self.segment);
        let max = self.guide.shape.place(place).max.to_string();
        self.findings.push(
            Diagnostic::new(code)
                .with("tag", self.tag)
                .with("guide", &self.guide.name)
                .with("max", max)
                .place(at),
        );
    }

    #[cold]
    fn element_finding(
        &mut self,
        code: Code,
        segment: PlaceId,
        element: PlaceId,
        position: usize,
        token: Token,
    ) {
        let mut at = self.place(segment, token);
        at.element = position as u16;
        at.repetition = self.repetition;
        if element != PlaceId::ROOT {
            at.element_id = self.guide.rules(element).element_id.to_string();
            let declared = self.guide.shape.place(element);
            if declared.parent != segment {
                at.component = declared.position;
            }
        }
        let value = String::from_utf8_lossy(token.of(self.bytes)).into_owned();
        // A text of another length can still be read; a date or time of another length is none.
        let is_unreadable = matches!(code, Code::X204 | Code::X205)
            && matches!(self.guide.rules(element).class, ValueClass::Date | ValueClass::Time);
        let severity = if is_unreadable { Severity::Reject } else { code.info().severity };
        let mut path = format!("{}.{position:02}", self.tag);
        if at.component > 0 {
            path.push_str(&format!(".{}", at.component));
        }
        let mut finding = Diagnostic::new(code)
            .severity(severity)
            .with("tag", self.tag)
            .with("element", format!("{position:02}"))
            .with("value", value.as_str())
            .with("guide", &self.guide.name)
            .place(at);
        finding.help = advice(self.guide, element, &path, code, &value);
        self.findings.push(finding);
    }

    fn place(&self, place: PlaceId, token: Token) -> Place {
        Place {
            offset: self.offset + u64::from(token.start),
            length: token.len,
            segment: self.ordinal,
            tag: self.tag.to_string(),
            loop_id: loop_id(self.guide, place),
            ..Place::default()
        }
    }
}

fn key_of<'b>(bytes: &'b [u8], tokens: &[Token], component: u8, position: u16, part: u16) -> &'b [u8] {
    let Some(token) = tokens.get(usize::from(position)) else { return b"" };
    let element = token.of(bytes);
    match part {
        0 => element,
        part => element.split(|&byte| byte == component).nth(usize::from(part) - 1).unwrap_or(b""),
    }
}

/// The id of the innermost loop that `place` belongs to; empty outside loops.
fn loop_id(guide: &Guide, mut place: PlaceId) -> String {
    while place != PlaceId::ROOT {
        if !guide.rules(place).loop_id.is_empty() {
            return guide.rules(place).loop_id.to_string();
        }
        place = guide.shape.place(place).parent;
    }
    String::new()
}

#[cold]
fn missing(guide: &Guide, place: PlaceId, mut at: Place) -> Diagnostic {
    let tag = guide.rules(place).element_id.to_string();
    at.loop_id = loop_id(guide, place);
    at.tag = tag;
    Diagnostic::new(Code::X103).with("tag", guide.shape.path(place)).with("guide", &guide.name).place(at)
}
