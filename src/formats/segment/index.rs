//! The index pass of every segment format: framing and envelope, one row per message. Memory: one segment, and the control
//! numbers that came, which are ranges where they follow one another.

use super::delimiters::index_delimiters;
use super::dialect::Delimiters;
use super::numbers::NumbersSeen;
use crate::diagnostics::Code;
use crate::formats::{Fault, GroupRow, Indexer, InterchangeRow, MessageRow, Row};

/// Longest stretch between two terminators; beyond it the framing is lost.
const SEGMENT_BYTES_MAX: usize = 1 << 20;
/// May stand at the start of a file in UTF-8, and says nothing.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How much of what belongs to nobody is kept to be shown.
const SHOWN_BYTES: usize = 106;

/// What one standard's envelopes look like.
pub(crate) trait Envelopes {
    /// The tags of service segments.
    const TAGS: Tags;
    /// The codes of the standard's acknowledgement for faults of framing.
    const CODES: FaultCodes;

    /// What stands at the start of `bytes`, outside of any interchange. `is_end` says that nothing follows.
    fn begin(&self, bytes: &[u8], is_end: bool) -> Begin;
    /// The group that a header opens, without its ordinal.
    fn group(&self, header: &Fields<'_>) -> GroupRow;
    /// The message that a header opens: its type, number and version.
    fn message(&self, header: &Fields<'_>) -> MessageRow;
    /// Whether the interchange trailer counts messages where there are no groups.
    const COUNTS_MESSAGES: bool;
}

/// Tags of service segments.
pub(crate) struct Tags {
    pub(crate) interchange_end: &'static [u8],
    pub(crate) group: &'static [u8],
    pub(crate) group_end: &'static [u8],
    pub(crate) message: &'static [u8],
    pub(crate) message_end: &'static [u8],
    /// A segment that is a message of its own between the header and the groups.
    pub(crate) lone: Option<&'static str>,
}

/// Codes of the acknowledgement, per fault.
pub(crate) struct FaultCodes {
    pub(crate) message_trailer_missing: &'static str,
    pub(crate) message_numbers_differ: &'static str,
    pub(crate) segment_count_wrong: &'static str,
    pub(crate) message_repeated: &'static str,
    pub(crate) group_trailer_missing: &'static str,
    pub(crate) group_numbers_differ: &'static str,
    pub(crate) message_count_wrong: &'static str,
    pub(crate) interchange_numbers_differ: &'static str,
    pub(crate) group_count_wrong: &'static str,
    pub(crate) end_missing: &'static str,
    pub(crate) header_unreadable: &'static str,
}

/// What begins outside of any interchange.
pub(crate) enum Begin {
    /// Not enough bytes to tell.
    More,
    /// An interchange.
    Interchange(Box<Head>),
    /// So many bytes that belong to nobody.
    Nobody(usize),
    /// A header that cannot be read to the end of the file, and why.
    Unreadable(String),
}

/// The header of an interchange.
pub(crate) struct Head {
    /// Its row; the ordinal and the offset are filled in.
    pub(crate) row: InterchangeRow,
    pub(crate) delimiters: Delimiters,
    /// How many bytes it takes.
    pub(crate) length: usize,
    /// What is wrong with it, though the interchange can be read.
    pub(crate) fault: Option<Fault>,
}

/// The elements of a service segment, their tag first, with release characters still in them.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    elements: Vec<&'a [u8]>,
    delimiters: Delimiters,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(segment: &'a [u8], delimiters: Delimiters) -> Self {
        let elements = pieces(segment, delimiters.element, delimiters.release).collect();
        Fields { elements, delimiters }
    }

    /// An element, from 1, without release characters and without blanks at its end; "" if it is not there.
    pub(crate) fn text(&self, element: usize) -> String {
        self.plain(self.elements.get(element).copied().unwrap_or_default())
    }

    /// A component of an element, both from 1.
    pub(crate) fn component(&self, element: usize, component: usize) -> String {
        self.plain(self.part(element, component).unwrap_or_default())
    }

    /// The bytes of a component of an element, both from 1.
    fn part(&self, element: usize, component: usize) -> Option<&'a [u8]> {
        let whole = self.elements.get(element)?;
        pieces(whole, self.delimiters.component, self.delimiters.release).nth(component - 1)
    }

    /// Components of an element joined by colons, without the empty ones at the end.
    pub(crate) fn components(&self, element: usize, which: std::ops::RangeInclusive<usize>) -> String {
        let mut joined = String::new();
        for component in which.clone() {
            if component > *which.start() {
                joined.push(':');
            }
            let part = self.part(element, component).unwrap_or_default();
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
        String::from_utf8_lossy(self.elements.get(element).copied().unwrap_or_default()).into_owned()
    }

    fn number(&self, element: usize) -> Option<u32> {
        std::str::from_utf8(self.elements.get(element)?).ok()?.trim().parse().ok()
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

/// The state of the index pass over one file.
pub(crate) struct SegmentIndexer<E> {
    envelopes: E,
    /// What of the file is not yet cut into segments.
    pending: Vec<u8>,
    /// Offset in the file of the first pending byte.
    offset: u64,
    /// Where segments may end in what is pending.
    terminators: Terminators,
    ordinal: u32,
    interchange: Option<OpenInterchange>,
}

struct OpenInterchange {
    delimiters: Delimiters,
    control_number: String,
    groups: u32,
    /// Of all groups without a header.
    messages: u32,
    group: Option<OpenGroup>,
    fault: Option<Fault>,
}

struct OpenGroup {
    control_number: String,
    is_named: bool,
    messages: u32,
    seen: NumbersSeen,
    message: Option<OpenMessage>,
}

struct OpenMessage {
    row: MessageRow,
    segments: u32,
    repeated: bool,
}

impl<E: Envelopes> SegmentIndexer<E> {
    /// At the start of a file.
    pub(crate) fn new(envelopes: E) -> Self {
        let terminators = Terminators::default();
        SegmentIndexer {
            envelopes,
            pending: Vec::new(),
            offset: 0,
            terminators,
            ordinal: 0,
            interchange: None,
        }
    }

    /// Cuts off and handles what is complete.
    fn advance(&mut self, is_end: bool, rows: &mut dyn FnMut(Row)) {
        let pending = std::mem::take(&mut self.pending);
        let mut at = 0;
        self.terminators.terminator = None;
        while let Some(used) = self.step(&pending, at, is_end, rows) {
            at += used;
            self.offset += used as u64;
        }
        self.pending = pending;
        self.pending.drain(..at);
    }

    /// Handles the segment that starts at `at` of what is pending, and says how long it is; `None` if it is not there
    /// whole.
    fn step(&mut self, pending: &[u8], at: usize, is_end: bool, rows: &mut dyn FnMut(Row)) -> Option<usize> {
        let bytes = &pending[at..];
        let Some(open) = &self.interchange else { return self.outside(bytes, is_end, rows) };
        let delimiters = open.delimiters;
        let is_blank =
            |byte: &&u8| (byte.is_ascii_whitespace() || **byte == 0) && **byte != delimiters.segment;
        let space = bytes.iter().take_while(is_blank).count();
        if space > 0 {
            return Some(space);
        }
        let end = self.terminators.next(pending, at, &delimiters)?;
        if end > SEGMENT_BYTES_MAX {
            return None;
        }
        self.segment(&bytes[..end], self.offset + end as u64 + 1, rows);
        Some(end + 1)
    }

    fn outside(&mut self, bytes: &[u8], is_end: bool, rows: &mut dyn FnMut(Row)) -> Option<usize> {
        let space = bytes.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == 0).count();
        if space > 0 {
            return Some(space);
        }
        if bytes.is_empty() {
            return None;
        }
        if self.offset == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
            return Some(BYTE_ORDER_MARK.len());
        }
        match self.envelopes.begin(bytes, is_end) {
            Begin::More if bytes.len() <= SEGMENT_BYTES_MAX => None,
            Begin::More => self.nobody(bytes, bytes.len() - 2, rows),
            Begin::Nobody(length) => self.nobody(bytes, length.clamp(1, bytes.len()), rows),
            Begin::Interchange(head) => {
                self.ordinal += 1;
                let Head { row, delimiters, length, fault } = *head;
                let control_number = row.control_number.clone();
                rows(Row::Interchange(InterchangeRow { ordinal: self.ordinal, offset: self.offset, ..row }));
                let fault = fault.map(|fault| Fault { offset: self.offset + fault.offset, ..fault });
                let (groups, messages, group) = (0, 0, None);
                self.interchange =
                    Some(OpenInterchange { delimiters, control_number, groups, messages, group, fault });
                Some(length)
            }
            Begin::Unreadable(found) => {
                self.ordinal += 1;
                let (ordinal, offset) = (self.ordinal, self.offset);
                rows(Row::Interchange(InterchangeRow { ordinal, offset, ..Default::default() }));
                let standard_code = E::CODES.header_unreadable;
                let fault = Fault { code: Code::I104, standard_code, found, expected: String::new(), offset };
                let end = offset + bytes.len() as u64;
                rows(Row::InterchangeEnd { end, fault: Some(fault) });
                Some(bytes.len())
            }
        }
    }

    fn nobody(&self, bytes: &[u8], length: usize, rows: &mut dyn FnMut(Row)) -> Option<usize> {
        let start = bytes[..length.min(SHOWN_BYTES)].to_vec();
        rows(Row::Unclaimed { offset: self.offset, length: length as u64, start });
        Some(length)
    }

    fn segment(&mut self, segment: &[u8], end: u64, rows: &mut dyn FnMut(Row)) {
        let open = self.interchange.as_mut().expect("called inside an interchange");
        let start = self.offset;
        let tag_end = segment.iter().take(4).position(|&byte| byte == open.delimiters.element);
        let tag = &segment[..tag_end.unwrap_or(segment.len())];
        let fields = || Fields::of(segment, open.delimiters);
        if tag == E::TAGS.message {
            let row = MessageRow { offset: start, ..self.envelopes.message(&fields()) };
            open.begin_message::<E>(row, start, rows);
        } else if tag == E::TAGS.message_end {
            let fields = fields();
            open.end_message::<E>(&fields, start, end, rows);
        } else if tag == E::TAGS.group {
            let row = self.envelopes.group(&fields());
            open.begin_group::<E>(row, start, true, rows);
        } else if tag == E::TAGS.group_end {
            let fields = fields();
            open.end_group::<E>(&fields, start, rows);
        } else if tag == E::TAGS.interchange_end {
            let fields = fields();
            open.break_group::<E>(start, rows);
            let fault = open.fault.take().or_else(|| open.trailer_fault::<E>(&fields, start));
            rows(Row::InterchangeEnd { end, fault });
            self.interchange = None;
        } else if let Some(message) = open.group.as_mut().and_then(|group| group.message.as_mut()) {
            message.segments += 1;
        } else if let Some(kind) = E::TAGS.lone.filter(|kind| kind.as_bytes() == tag && open.group.is_none())
        {
            let number = fields().text(1);
            open.lone_message(kind, number, start, end, rows);
        }
    }

    /// A cut-off file: where it stops is what the person needs to know.
    fn cut_off(&self, open: OpenInterchange, rest: usize) -> Row {
        let message = open.group.as_ref().and_then(|group| group.message.as_ref());
        let expected = match (message, &open.group) {
            (Some(message), _) => format!("message {} ({})", message.row.control_number, message.row.kind),
            (None, Some(group)) if group.is_named => format!("group {}", group.control_number),
            _ => "its trailer".into(),
        };
        let end = self.offset + rest as u64;
        let standard_code = E::CODES.end_missing;
        let found = open.control_number;
        let fault = Fault { code: Code::I101, standard_code, found, expected, offset: end };
        Row::InterchangeEnd { end, fault: Some(fault) }
    }
}

/// The positions of segment terminators in a piece of a file, found in one pass over a window of it: segments are too
/// short to look for the end of each by itself.
#[derive(Default)]
struct Terminators {
    positions: Vec<u32>,
    next: usize,
    /// Where in the piece the window begins.
    from: usize,
    /// One past its end.
    to: usize,
    /// The terminator that was looked for; `None` if the piece is a new one.
    terminator: Option<u8>,
}

/// A window: long beside a segment, and short beside the work that another terminator in the next interchange undoes.
const WINDOW_BYTES: usize = 4 << 10;

impl Terminators {
    /// The length of the segment that starts at `at`, up to the first terminator that is not released; `None` if it does
    /// not end in the piece, or is longer than a segment may be. `at` only grows until another piece begins.
    #[inline]
    fn next(&mut self, piece: &[u8], at: usize, delimiters: &Delimiters) -> Option<usize> {
        if self.terminator != Some(delimiters.segment) {
            self.begin(at, delimiters.segment);
        }
        loop {
            while let Some(&position) = self.positions.get(self.next) {
                self.next += 1;
                let end = self.from + position as usize;
                if end >= at && !is_released(&piece[at..end], delimiters.release) {
                    return Some(end - at);
                }
            }
            if self.to >= piece.len() || self.to.saturating_sub(at) > SEGMENT_BYTES_MAX {
                return None;
            }
            (self.next, self.from) = (0, self.to.max(at));
            self.to = piece.len().min(self.from + WINDOW_BYTES);
            self.positions.clear();
            index_delimiters(&piece[self.from..self.to], [delimiters.segment; 1], &mut self.positions);
        }
    }

    fn begin(&mut self, at: usize, terminator: u8) {
        self.positions.clear();
        (self.next, self.from, self.to, self.terminator) = (0, at, at, Some(terminator));
    }
}

/// Whether what follows `bytes` is released by their last one.
#[inline]
fn is_released(bytes: &[u8], release: Option<u8>) -> bool {
    let is_release = |byte: &&u8| Some(**byte) == release;
    bytes.iter().rev().take_while(is_release).count() % 2 == 1
}

impl OpenInterchange {
    fn begin_group<E: Envelopes>(
        &mut self,
        row: GroupRow,
        start: u64,
        is_named: bool,
        rows: &mut dyn FnMut(Row),
    ) {
        self.break_group::<E>(start, rows);
        self.groups += 1;
        self.group = Some(OpenGroup {
            control_number: row.control_number.clone(),
            is_named,
            messages: 0,
            seen: Default::default(),
            message: None,
        });
        rows(Row::Group(GroupRow { ordinal: self.groups, ..row }));
    }

    /// A segment such as TA1 stands between header and groups and belongs to none of them. It is a message of its own, in
    /// a group without name that the trailer does not count, so that it is read and kept like what else comes in.
    fn lone_message(
        &mut self,
        kind: &str,
        control_number: String,
        start: u64,
        end: u64,
        rows: &mut dyn FnMut(Row),
    ) {
        rows(Row::Group(GroupRow { ordinal: self.groups + 1, ..GroupRow::default() }));
        rows(Row::Message(MessageRow {
            ordinal: 1,
            kind: kind.into(),
            control_number,
            offset: start,
            length: end - start,
            ..MessageRow::default()
        }));
        rows(Row::GroupEnd { fault: None });
    }

    fn begin_message<E: Envelopes>(&mut self, row: MessageRow, start: u64, rows: &mut dyn FnMut(Row)) {
        if self.group.is_none() {
            // Messages without a group: a group without name, so that the chain is the same for all.
            self.begin_group::<E>(GroupRow::default(), start, false, rows);
        }
        let group = self.group.as_mut().expect("just made if it was missing");
        group.break_message::<E>(start, rows);
        group.messages += 1;
        self.messages += u32::from(!group.is_named);
        let repeated = !group.seen.insert(&row.control_number);
        let row = MessageRow { ordinal: group.messages, ..row };
        group.message = Some(OpenMessage { row, segments: 1, repeated });
    }

    fn end_message<E: Envelopes>(
        &mut self,
        trailer: &Fields<'_>,
        start: u64,
        end: u64,
        rows: &mut dyn FnMut(Row),
    ) {
        let Some(message) = self.group.as_mut().and_then(|group| group.message.take()) else { return };
        let control = trailer.text(2);
        let expected = message.segments + 1;
        let fault = |code, standard_code, found, expected| {
            Some(Fault { code, standard_code, found, expected, offset: start })
        };
        let own = &message.row.control_number;
        let fault = if control != *own {
            fault(Code::X303, E::CODES.message_numbers_differ, control, own.clone())
        } else if trailer.number(1) != Some(expected) {
            fault(Code::X304, E::CODES.segment_count_wrong, trailer.text(1), expected.to_string())
        } else if message.repeated {
            fault(Code::X306, E::CODES.message_repeated, own.clone(), String::new())
        } else {
            None
        };
        rows(Row::Message(MessageRow { length: end - message.row.offset, fault, ..message.row }));
    }

    fn end_group<E: Envelopes>(&mut self, trailer: &Fields<'_>, start: u64, rows: &mut dyn FnMut(Row)) {
        let Some(mut group) = self.group.take() else { return };
        group.break_message::<E>(start, rows);
        let control = trailer.text(2);
        let fault = |code, standard_code, found, expected| {
            Some(Fault { code, standard_code, found, expected, offset: start })
        };
        let fault = if control != group.control_number {
            fault(Code::X401, E::CODES.group_numbers_differ, control, group.control_number)
        } else if trailer.number(1) != Some(group.messages) {
            let found = trailer.text(1);
            fault(Code::X402, E::CODES.message_count_wrong, found, group.messages.to_string())
        } else {
            None
        };
        rows(Row::GroupEnd { fault });
    }

    /// A group that is still open where none can be: its trailer is missing.
    fn break_group<E: Envelopes>(&mut self, start: u64, rows: &mut dyn FnMut(Row)) {
        let Some(mut group) = self.group.take() else { return };
        group.break_message::<E>(start, rows);
        let fault = (group.is_named && !group.control_number.is_empty()).then(|| Fault {
            code: Code::X403,
            standard_code: E::CODES.group_trailer_missing,
            found: group.control_number,
            expected: String::from_utf8_lossy(E::TAGS.group_end).into_owned(),
            offset: start,
        });
        rows(Row::GroupEnd { fault });
    }

    fn trailer_fault<E: Envelopes>(&self, trailer: &Fields<'_>, start: u64) -> Option<Fault> {
        let control = trailer.text(2);
        let fault = |code, standard_code, found, expected| {
            Some(Fault { code, standard_code, found, expected, offset: start })
        };
        if control != self.control_number {
            let expected = self.control_number.clone();
            return fault(Code::I102, E::CODES.interchange_numbers_differ, control, expected);
        }
        let counted = if E::COUNTS_MESSAGES && self.messages > 0 { self.messages } else { self.groups };
        if trailer.number(1) == Some(counted) {
            return None;
        }
        fault(Code::I103, E::CODES.group_count_wrong, trailer.text(1), counted.to_string())
    }
}

impl OpenGroup {
    /// A message that is still open where none can be: its trailer is missing.
    fn break_message<E: Envelopes>(&mut self, start: u64, rows: &mut dyn FnMut(Row)) {
        if let Some(OpenMessage { row, .. }) = self.message.take() {
            let fault = Fault {
                code: Code::X302,
                standard_code: E::CODES.message_trailer_missing,
                found: row.control_number.clone(),
                expected: String::from_utf8_lossy(E::TAGS.message_end).into_owned(),
                offset: start,
            };
            rows(Row::Message(MessageRow { length: start - row.offset, fault: Some(fault), ..row }));
        }
    }
}

impl<E: Envelopes> Indexer for SegmentIndexer<E> {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        self.pending.extend_from_slice(bytes);
        self.advance(false, rows);
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        self.advance(true, rows);
        let pending = std::mem::take(&mut self.pending);
        match self.interchange.take() {
            Some(open) => rows(self.cut_off(open, pending.len())),
            None if !pending.trim_ascii().is_empty() => {
                self.nobody(&pending, pending.len(), rows);
            }
            None => {}
        }
    }
}
