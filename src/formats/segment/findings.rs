//! Findings of reading, counted as the standards count: segments from the message header as 1, elements behind the tag.

use super::dialect::Dialect;
use super::looks::Source;
use super::service::NO_TAG;
use super::tokenizer::Token;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::formats::MessageInput;
use crate::formats::advice::advice;
use crate::guide::{Guide, ValueClass};
use crate::tree::PlaceId;

/// Most of a tag that is shown.
const TAG_BYTES_SHOWN: usize = 16;
/// Most of a segment that is shown.
const SEGMENT_BYTES_SHOWN: usize = 40;

/// Where in a segment; all from 1, 0 is the whole of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'t> {
    /// The segment's tokens.
    pub tokens: &'t [Token],
    /// The segment's place.
    pub segment: PlaceId,
    pub element: u16,
    pub repetition: u16,
    pub component: u16,
}

/// A part of a segment to come back to when the segment is gone.
#[derive(Debug, Clone, Copy)]
pub(super) struct LevelMark {
    ordinal: u32,
    token: Token,
}

impl Spot<'_> {
    /// The gap behind the segment's last byte.
    pub(super) fn segment_end(&self) -> Token {
        Token::empty(Token::span(self.tokens).end())
    }
}

/// Where reading stands, and what it found.
pub(super) struct Findings<'a, 's> {
    guide: &'a Guide,
    /// The message with the number of the segment at hand.
    pub source: Source<'a>,
    offset: u64,
    dialect: &'a Dialect<'a>,
    all: &'s mut Diagnostics,
}

impl<'a, 's> Findings<'a, 's> {
    pub(super) fn new(
        guide: &'a Guide,
        input: &MessageInput<'a>,
        dialect: &'a Dialect<'a>,
        all: &'s mut Diagnostics,
    ) -> Self {
        let MessageInput { bytes, offset, .. } = *input;
        Findings { guide, source: Source { bytes, ordinal: 0 }, offset, dialect, all }
    }

    /// The tag. None is longer than a few characters: what stands here is shown, not all that follows.
    fn tag(&self, tokens: &[Token]) -> &'a str {
        let tag = tokens.first().map_or(&b""[..], |tag| tag.of(self.source.bytes));
        std::str::from_utf8(&tag[..tag.len().min(TAG_BYTES_SHOWN)]).unwrap_or("")
    }

    /// A required segment is not there; noticed at the byte `at`, before the segment at hand.
    #[cold]
    pub(super) fn missing(&mut self, place: PlaceId, at: u32) {
        let at = Place {
            offset: self.offset + u64::from(at),
            segment: self.source.ordinal,
            tag: self.guide.rules(place).element_id.to_string(),
            loop_id: loop_id(self.guide, place),
            ..Place::default()
        };
        self.all.push(
            Diagnostic::new(Code::X103)
                .with("tag", self.guide.shape.path(place))
                .with("guide", &self.guide.name)
                .place(at),
        );
    }

    /// A required segment is not in the one that is marked.
    #[cold]
    pub(super) fn missing_in(&mut self, place: PlaceId, mark: LevelMark) {
        let now = std::mem::replace(&mut self.source.ordinal, mark.ordinal);
        self.missing(place, mark.token.end());
        self.source.ordinal = now;
    }

    /// Where the segment at hand has this part.
    pub(super) fn mark(&self, token: Token) -> LevelMark {
        LevelMark { ordinal: self.source.ordinal, token }
    }

    /// Something is wrong with the element of a level, which stands `around`.
    #[cold]
    pub(super) fn on_level(
        &mut self,
        code: Code,
        (level, position): (PlaceId, u16),
        token: Token,
        around: &str,
    ) {
        self.marked(code, (level, position), self.mark(token), around);
    }

    /// The same for a segment that is gone.
    #[cold]
    pub(super) fn marked(
        &mut self,
        code: Code,
        (level, position): (PlaceId, u16),
        mark: LevelMark,
        around: &str,
    ) {
        let element = self.guide.shape.child_at(level, position).map_or(PlaceId::ROOT, |place| place);
        let tag = self.guide.rules(level).element_id.to_string();
        let value = String::from_utf8_lossy(mark.token.of(self.source.bytes)).into_owned();
        let levels = self.guide.hierarchy.as_ref().map_or(String::new(), |hierarchy| hierarchy.shown());
        let at = Place {
            offset: self.offset + u64::from(mark.token.start),
            length: mark.token.len,
            segment: mark.ordinal,
            tag: tag.clone(),
            loop_id: loop_id(self.guide, level),
            element: position,
            repetition: 1,
            element_id: self.guide.rules(element).element_id.to_string(),
            ..Place::default()
        };
        self.all.push(
            Diagnostic::new(code)
                .with("tag", tag)
                .with("element", format!("{position:02}"))
                .with("value", value)
                .with("around", around)
                .with("levels", levels)
                .place(at),
        );
    }

    #[cold]
    pub(super) fn on_segment(&mut self, code: Code, place: PlaceId, tokens: &[Token]) {
        let mut at = self.place(place, Token::span(tokens), tokens);
        if code == Code::X112 {
            at.tag = NO_TAG.into();
        }
        let max = self.guide.shape.place(place).max.to_string();
        let finding = Diagnostic::new(code)
            .with("tag", self.tag(tokens))
            .with("guide", &self.guide.name)
            .with("max", max)
            .place(at);
        self.all.push(match code {
            // It has no tag to be called by.
            Code::X112 => finding.with("value", start_of(Token::span(tokens).of(self.source.bytes))),
            _ => finding,
        });
    }

    /// `element` is the place of what is wrong; the root where the guide has none.
    #[cold]
    pub(super) fn on_element(&mut self, code: Code, spot: Spot<'_>, element: PlaceId, token: Token) {
        let mut at = self.place(spot.segment, token, spot.tokens);
        at.element = spot.element;
        at.repetition = spot.repetition;
        at.component = spot.component;
        if element != PlaceId::ROOT {
            at.element_id = self.guide.rules(element).element_id.to_string();
        }
        let value = String::from_utf8_lossy(token.of(self.source.bytes)).into_owned();
        let mut finding = Diagnostic::new(code)
            .severity(self.severity(code, element))
            .with("tag", self.tag(spot.tokens))
            .with("element", position(spot))
            .with("value", value.as_str())
            .with("guide", &self.guide.name)
            .with("charset", self.dialect.coding.name())
            .with("expected", self.dialect.coding.name())
            .place(at);
        // A line of the guide names the element from the outside: `LX.W01.05`.
        let path = match element {
            PlaceId::ROOT => format!("{}.{}", self.tag(spot.tokens), position(spot)),
            element => self.guide.shape.path(element),
        };
        finding.help = advice(self.guide, element, &path, code, &value);
        self.all.push(finding);
    }

    fn severity(&self, code: Code, element: PlaceId) -> Severity {
        let class = self.guide.rules(element).class;
        match code {
            Code::X203 | Code::X217 | Code::X218 => self.dialect.excess,
            // A text of another length can still be read; a date or time of another length is none.
            Code::X204 | Code::X205 if matches!(class, ValueClass::Date | ValueClass::Time) => {
                Severity::Reject
            }
            _ => code.info().severity,
        }
    }

    fn place(&self, place: PlaceId, token: Token, tokens: &[Token]) -> Place {
        Place {
            offset: self.offset + u64::from(token.start),
            length: token.len,
            segment: self.source.ordinal,
            tag: self.tag(tokens).to_string(),
            loop_id: loop_id(self.guide, place),
            ..Place::default()
        }
    }
}

/// The start of a segment, to be shown.
fn start_of(segment: &[u8]) -> String {
    String::from_utf8_lossy(&segment[..segment.len().min(SEGMENT_BYTES_SHOWN)]).into_owned()
}

/// As it is written in paths: `03`, or `03.2` for a component.
fn position(spot: Spot<'_>) -> String {
    match spot.component {
        0 => format!("{:02}", spot.element),
        component => format!("{:02}.{component}", spot.element),
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
