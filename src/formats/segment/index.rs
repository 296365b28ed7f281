//! The index pass of every segment format: framing and envelope, one row per message. Memory: one segment, and the control
//! numbers that came, which are ranges where they follow one another.

use super::binary::{self, Binary, Extent};
use super::dialect::Delimiters;
use super::fields::Fields;
use super::numbers::NumbersSeen;
use super::service::{Elements, FINDINGS_MAX, Service};
use super::terminators::{SEGMENT_BYTES_MAX, Terminators, WINDOW_BYTES};
use crate::diagnostics::{Code, Diagnostic};
use crate::formats::{Fault, GroupRow, Indexer, InterchangeRow, MessageRow, Row};

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
    /// The elements of a service segment that no guide describes, in an interchange of a version.
    fn elements(&self, segment: &Fields<'_>, version: &str) -> Option<Elements>;
    /// Whether a segment that is none of [`Tags`] may stand outside of messages.
    fn may_stand_outside(&self, tag: &[u8]) -> bool;
    /// Whether an acknowledgement can name a group by this number.
    fn is_group_number(&self, number: &str) -> bool;
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
    /// Segments with data.
    pub(crate) binary: &'static [Binary],
}

impl Tags {
    fn all(&self) -> [&'static [u8]; 6] {
        let lone = self.lone.map_or(self.message, str::as_bytes);
        [self.message, self.message_end, self.group, self.group_end, self.interchange_end, lone]
    }

    /// Whether it is the tag of a service segment. Spelled out, so that nothing is called for the many it is not.
    #[inline]
    fn hold(&self, tag: &[u8]) -> bool {
        tag == self.message
            || tag == self.message_end
            || tag == self.group
            || tag == self.group_end
            || tag == self.interchange_end
            || self.lone.is_some_and(|lone| tag == lone.as_bytes())
            || self.binary.iter().any(|binary| tag == binary.tag)
    }

    /// Whether a byte begins one of the tags, or may stand before any segment.
    fn first_bytes_and_blanks(&self) -> [bool; 256] {
        let tags = || self.all().into_iter().chain(self.binary.iter().map(|binary| binary.tag));
        let begins = |byte: u8| tags().any(|tag| tag.first() == Some(&byte));
        std::array::from_fn(|at| u8::try_from(at).is_ok_and(|byte| is_blank(byte) || begins(byte)))
    }
}

/// The tag of a segment; more than that for one whose tag is longer than a service segment's.
#[inline]
fn tag(segment: &[u8], element: u8) -> &[u8] {
    let end = segment.iter().take(4).position(|&byte| byte == element);
    &segment[..end.unwrap_or(segment.len())]
}

/// Whether a byte may stand between segments.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}

fn without_blanks(segment: &[u8]) -> &[u8] {
    let start = segment.iter().position(|&byte| !is_blank(byte)).unwrap_or(segment.len());
    &segment[start..]
}

/// Codes of the acknowledgement, per fault.
pub(crate) struct FaultCodes {
    pub(crate) message_trailer_missing: &'static str,
    pub(crate) message_numbers_differ: &'static str,
    pub(crate) segment_count_wrong: &'static str,
    pub(crate) message_repeated: &'static str,
    pub(crate) group_trailer_missing: &'static str,
    pub(crate) group_numbers_differ: &'static str,
    pub(crate) group_number_invalid: &'static str,
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
    /// What is wrong with its elements. Places are counted from its start.
    pub(crate) findings: Vec<Diagnostic>,
}

/// The state of the index pass over one file.
pub(crate) struct SegmentIndexer<E> {
    envelopes: E,
    /// What of the file is not yet cut into segments.
    pending: Vec<u8>,
    /// Offset in the file of the first byte not yet cut into segments.
    offset: u64,
    /// Where segments may end in the piece at hand.
    terminators: Terminators,
    /// Whether a segment that starts with a byte is to be looked at; the others are only counted.
    is_of_interest: [bool; 256],
    ordinal: u32,
    interchange: Option<OpenInterchange>,
    /// How many bytes came after the framing was lost: no segment is that long. They are counted and not kept.
    lost: u64,
}

struct OpenInterchange {
    delimiters: Delimiters,
    control_number: String,
    groups: u32,
    /// Groups without a header.
    loose_groups: u32,
    /// Of all groups without a header.
    messages: u32,
    group: Option<OpenGroup>,
    fault: Option<Fault>,
    version: String,
    /// Whether nothing came that is read.
    is_empty: bool,
    /// How many segments came, with its header.
    segments: u32,
    /// How many findings about service segments were told.
    told: usize,
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
        SegmentIndexer {
            envelopes,
            pending: Vec::new(),
            offset: 0,
            terminators: Terminators::default(),
            is_of_interest: E::TAGS.first_bytes_and_blanks(),
            ordinal: 0,
            interchange: None,
            lost: 0,
        }
    }

    /// Handles what is pending together with the start of the piece that follows it, no more of it than is needed where
    /// segments end: a piece need not be copied. What of it is still to be handled is returned.
    fn join<'b>(&mut self, piece: &'b [u8], rows: &mut dyn FnMut(Row)) -> &'b [u8] {
        let mut joined = std::mem::take(&mut self.pending);
        let before = joined.len();
        let more = match self.interchange {
            Some(_) => piece.len().min(before.max(WINDOW_BYTES)),
            None => piece.len(),
        };
        joined.extend_from_slice(&piece[..more]);
        let used = self.advance(&joined, false, rows);
        let rest = match used.checked_sub(before) {
            Some(used) => {
                joined.clear();
                &piece[used..]
            }
            None => {
                joined.drain(..used);
                &piece[more..]
            }
        };
        self.pending = joined;
        rest
    }

    /// Handles what is complete of a piece, and says how much that is.
    fn advance(&mut self, piece: &[u8], is_end: bool, rows: &mut dyn FnMut(Row)) -> usize {
        let mut at = 0;
        self.terminators.forget();
        loop {
            let passed = self.pass(piece, at);
            self.offset += passed as u64;
            at += passed;
            let Some(used) = self.step(piece, at, is_end, rows) else { return at };
            self.offset += used as u64;
            at += used;
        }
    }

    /// Counts segments that are no service segments, nearly all there are, and says how long they are.
    #[inline]
    fn pass(&mut self, piece: &[u8], at: usize) -> usize {
        let Some(open) = &mut self.interchange else { return 0 };
        let Some(message) = open.group.as_mut().and_then(|group| group.message.as_mut()) else { return 0 };
        let (delimiters, is_of_interest) = (open.delimiters, &self.is_of_interest);
        let (count, end) = self.terminators.pass(piece, at, &delimiters, |segment| {
            segment.first().is_some_and(|&byte| is_of_interest[usize::from(byte)])
                && E::TAGS.hold(tag(without_blanks(segment), delimiters.element))
        });
        message.segments += count;
        open.segments += count;
        end - at
    }

    /// Handles the segment that starts at `at` of the piece, and says how long it is; `None` if it is not there whole.
    fn step(&mut self, piece: &[u8], at: usize, is_end: bool, rows: &mut dyn FnMut(Row)) -> Option<usize> {
        let bytes = &piece[at..];
        let Some(open) = &self.interchange else { return self.outside(bytes, is_end, rows) };
        let delimiters = open.delimiters;
        let space = bytes.iter().take_while(|&&byte| is_blank(byte) && byte != delimiters.segment).count();
        if space > 0 {
            return Some(space);
        }
        let extent = binary::extent(bytes, &delimiters, is_end);
        let end = match extent {
            Extent::Unknown => return None,
            Extent::Data(_, end) => end,
            Extent::Ordinary | Extent::Misfit(_) => self.terminators.next(piece, at, &delimiters)?,
        };
        if end > SEGMENT_BYTES_MAX {
            return None;
        }
        if let Extent::Misfit(found) = extent {
            self.misfit(&bytes[..end], found, rows);
        }
        self.segment(&bytes[..end], self.offset + end as u64 + 1, rows);
        Some(end + 1)
    }

    /// Tells that the data of a segment are not as long as it says.
    fn misfit(&mut self, segment: &[u8], found: String, rows: &mut dyn FnMut(Row)) {
        let offset = self.offset;
        let open = self.interchange.as_mut().expect("called inside an interchange");
        let (delimiters, ordinal) = (open.delimiters, open.segments + 1);
        let service = Service { segment, delimiters, ordinal, offset };
        open.tell(vec![service.tell(Code::X407).with("found", found)], rows);
    }

    fn outside(&mut self, bytes: &[u8], is_end: bool, rows: &mut dyn FnMut(Row)) -> Option<usize> {
        let space = bytes.iter().take_while(|&&byte| is_blank(byte)).count();
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
                let Head { row, delimiters, length, fault, findings } = *head;
                let (control_number, version) = (row.control_number.clone(), row.version.clone());
                rows(Row::Interchange(InterchangeRow { ordinal: self.ordinal, offset: self.offset, ..row }));
                let fault = fault.map(|fault| Fault { offset: self.offset + fault.offset, ..fault });
                self.interchange = Some(OpenInterchange {
                    delimiters,
                    control_number,
                    groups: 0,
                    loose_groups: 0,
                    messages: 0,
                    group: None,
                    fault,
                    version,
                    is_empty: true,
                    segments: 1,
                    told: 0,
                });
                self.tell_of_header(findings, rows);
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

    fn tell_of_header(&mut self, mut findings: Vec<Diagnostic>, rows: &mut dyn FnMut(Row)) {
        let Some(open) = &mut self.interchange else { return };
        for place in findings.iter_mut().filter_map(|finding| finding.place.as_mut()) {
            place.offset += self.offset;
        }
        open.tell(findings, rows);
    }

    fn nobody(&self, bytes: &[u8], length: usize, rows: &mut dyn FnMut(Row)) -> Option<usize> {
        let start = bytes[..length.min(SHOWN_BYTES)].to_vec();
        rows(Row::Unclaimed { offset: self.offset, length: length as u64, start });
        Some(length)
    }

    fn segment(&mut self, segment: &[u8], end: u64, rows: &mut dyn FnMut(Row)) {
        let open = self.interchange.as_mut().expect("called inside an interchange");
        let start = self.offset;
        open.segments += 1;
        let (delimiters, ordinal) = (open.delimiters, open.segments);
        let service = Service { segment, delimiters, ordinal, offset: start };
        let tag = tag(segment, delimiters.element);
        let fields = || Fields::of(segment, delimiters);
        if tag == E::TAGS.message {
            open.check_group::<E>(&service, rows);
            let row = MessageRow { offset: start, ..self.envelopes.message(&fields()) };
            open.begin_message::<E>(row, start, rows);
        } else if tag == E::TAGS.message_end {
            let fields = fields();
            open.end_message::<E>(&fields, start, end, rows);
        } else if tag == E::TAGS.group {
            let row = self.envelopes.group(&fields());
            open.check_group::<E>(&service, rows);
            open.begin_group::<E>(row, start, true, rows);
            open.check(&self.envelopes, &service, rows);
        } else if tag == E::TAGS.group_end {
            let fields = fields();
            open.check(&self.envelopes, &service, rows);
            open.end_group(&self.envelopes, &fields, start, rows);
        } else if tag == E::TAGS.interchange_end {
            let fields = fields();
            open.break_group::<E>(start, rows);
            open.check(&self.envelopes, &service, rows);
            if open.is_empty {
                open.tell(vec![service.tell(Code::I111)], rows);
            }
            let fault = open.fault.take().or_else(|| open.trailer_fault::<E>(&fields, start));
            rows(Row::InterchangeEnd { end, fault });
            self.interchange = None;
        } else if let Some(message) = open.group.as_mut().and_then(|group| group.message.as_mut()) {
            message.segments += 1;
        } else if let Some(kind) = E::TAGS.lone.filter(|kind| kind.as_bytes() == tag && open.group.is_none())
        {
            let number = fields().text(1);
            open.is_empty = false;
            open.lone_message(kind, number, start, end, rows);
        } else {
            open.outside_of_messages(&self.envelopes, &service, tag, rows);
        }
    }

    /// A cut-off file: where it stops is what the person needs to know.
    fn cut_off(&self, open: OpenInterchange, rest: u64) -> Row {
        let message = open.group.as_ref().and_then(|group| group.message.as_ref());
        let expected = match (message, &open.group) {
            (Some(message), _) => format!("message {} ({})", message.row.control_number, message.row.kind),
            (None, Some(group)) if group.is_named => format!("group {}", group.control_number),
            _ => "its trailer".into(),
        };
        let end = self.offset + rest;
        let standard_code = E::CODES.end_missing;
        let found = open.control_number;
        let fault = Fault { code: Code::I101, standard_code, found, expected, offset: end };
        Row::InterchangeEnd { end, fault: Some(fault) }
    }
}

impl OpenInterchange {
    /// Tells what was found about service segments, as long as it is not too much.
    fn tell(&mut self, findings: Vec<Diagnostic>, rows: &mut dyn FnMut(Row)) {
        for finding in findings.into_iter().take(FINDINGS_MAX.saturating_sub(self.told)) {
            self.told += 1;
            rows(Row::Finding(Box::new(finding)));
        }
    }

    /// The elements of a service segment that no guide describes.
    fn check<E: Envelopes>(&mut self, envelopes: &E, service: &Service<'_>, rows: &mut dyn FnMut(Row)) {
        let fields = Fields::of(service.segment, self.delimiters);
        let Some(elements) = envelopes.elements(&fields, &self.version) else { return };
        let mut findings = Vec::new();
        service.check(elements, &mut findings);
        self.tell(findings, rows);
    }

    /// A header of a message or group: messages stand in groups where the syntax or the interchange has them.
    fn check_group<E: Envelopes>(&mut self, service: &Service<'_>, rows: &mut dyn FnMut(Row)) {
        self.is_empty = false;
        let is_group = service.segment.starts_with(E::TAGS.group);
        let is_wrong = match &self.group {
            // The first one tells for all that follow it.
            Some(group) => is_group && !group.is_named,
            None if is_group => self.messages > 0,
            None => !E::COUNTS_MESSAGES || self.groups > self.loose_groups,
        };
        if is_wrong {
            self.tell(vec![service.tell(Code::X406)], rows);
        }
    }

    /// A segment that is in no message and begins or ends nothing.
    fn outside_of_messages<E: Envelopes>(
        &mut self,
        envelopes: &E,
        service: &Service<'_>,
        tag: &[u8],
        rows: &mut dyn FnMut(Row),
    ) {
        self.check(envelopes, service, rows);
        if envelopes.may_stand_outside(tag) {
            return;
        }
        let text = |tag: &[u8]| String::from_utf8_lossy(tag).into_owned();
        let (message, group) = (text(E::TAGS.message), text(E::TAGS.group));
        let between = match &self.group {
            Some(open) if open.is_named && open.messages == 0 => format!("between {group} and {message}"),
            Some(_) => format!("behind {}", text(E::TAGS.message_end)),
            None if self.groups == 0 => format!("before {group}"),
            None => format!("behind {}", text(E::TAGS.group_end)),
        };
        self.tell(vec![service.misplaced(&between)], rows);
    }

    fn begin_group<E: Envelopes>(
        &mut self,
        row: GroupRow,
        start: u64,
        is_named: bool,
        rows: &mut dyn FnMut(Row),
    ) {
        self.break_group::<E>(start, rows);
        self.groups += 1;
        self.loose_groups += u32::from(!is_named);
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
        let expected = message.segments + 1;
        let fault = |code, standard_code, found, expected| {
            Some(Fault { code, standard_code, found, expected, offset: start })
        };
        let own = &message.row.control_number;
        let fault = if !trailer.is(2, own) {
            fault(Code::X303, E::CODES.message_numbers_differ, trailer.text(2), own.clone())
        } else if trailer.number(1) != Some(expected) {
            fault(Code::X304, E::CODES.segment_count_wrong, trailer.text(1), expected.to_string())
        } else if message.repeated {
            fault(Code::X306, E::CODES.message_repeated, own.clone(), String::new())
        } else {
            None
        };
        rows(Row::Message(MessageRow { length: end - message.row.offset, fault, ..message.row }));
    }

    fn end_group<E: Envelopes>(
        &mut self,
        envelopes: &E,
        trailer: &Fields<'_>,
        start: u64,
        rows: &mut dyn FnMut(Row),
    ) {
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
        } else if !envelopes.is_group_number(&group.control_number) {
            fault(Code::X404, E::CODES.group_number_invalid, group.control_number, String::new())
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
        let counted = if E::COUNTS_MESSAGES && self.messages > 0 {
            self.messages
        } else {
            self.groups - self.loose_groups
        };
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
        if self.lost > 0 {
            self.lost += bytes.len() as u64;
            return;
        }
        let mut rest = bytes;
        while !self.pending.is_empty() && !rest.is_empty() {
            rest = self.join(rest, rows);
        }
        if !rest.is_empty() {
            let used = self.advance(rest, false, rows);
            self.pending.extend_from_slice(&rest[used..]);
        }
        if self.interchange.is_some() && self.pending.len() > 2 * SEGMENT_BYTES_MAX {
            self.lost = self.pending.len() as u64;
            self.pending = Vec::new();
        }
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        let pending = std::mem::take(&mut self.pending);
        let used = self.advance(&pending, true, rows);
        let rest = &pending[used..];
        match self.interchange.take() {
            Some(open) => rows(self.cut_off(open, rest.len() as u64 + self.lost)),
            None if !rest.trim_ascii().is_empty() => {
                self.nobody(rest, rest.len(), rows);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::{Indexer, Row, format};

    /// Messages with what makes the end of a segment hard to see: released terminators, blanks, tags that begin like those
    /// of service segments, segments longer than a window.
    fn interchange() -> String {
        let mut text = "UNB+UNOC:3+A+B+261120:0815+1'\r\n".to_string();
        for number in 1..=40 {
            let long = "x?'".repeat(if number % 16 == 0 { 2000 } else { number });
            let body = format!("BGM+220+a??'UN+1'UNHX+2'\r\nUNS+S'FTX+{long}?''\n \u{0}MOA+1'");
            text.push_str(&format!("UNH+{number}+ORDERS:D:96A:UN'{body}UNT+8+{number}'\r\n"));
        }
        text + "UNZ+40+1'\r\nnobody's"
    }

    fn rows(bytes: &[u8], chunk: usize) -> Vec<Row> {
        let (mut rows, edifact) = (Vec::new(), format("edifact").expect("it is a format"));
        let mut indexer = edifact.indexer(None);
        bytes.chunks(chunk).for_each(|piece| indexer.feed(piece, &mut |row| rows.push(row)));
        indexer.finish(&mut |row| rows.push(row));
        rows
    }

    #[test]
    fn what_comes_after_a_segment_without_end_is_counted_and_not_kept() {
        let head = "UNB+UNOC:3+A+B+261120:0815+1'UNH+1+ORDERS:D:96A:UN'BGM+220+";
        let mut indexer = super::SegmentIndexer::new(crate::formats::edifact::index::EdifactEnvelopes);
        let (mut rows, mut most) = (Vec::new(), 0);
        let piece = [b'x'; 100_000];
        indexer.feed(head.as_bytes(), &mut |row| rows.push(row));
        for _ in 0..100 {
            indexer.feed(&piece, &mut |row| rows.push(row));
            most = most.max(indexer.pending.len());
        }
        indexer.finish(&mut |row| rows.push(row));
        let length = head.len() as u64 + 100 * piece.len() as u64;
        assert!(most <= 2 * super::SEGMENT_BYTES_MAX, "{most}");
        assert!(matches!(rows.last(), Some(Row::InterchangeEnd { end, fault: Some(_) }) if *end == length));
    }

    #[test]
    fn pieces_of_any_size_give_the_same_rows() {
        let text = interchange();
        let whole = rows(text.as_bytes(), usize::MAX);
        let is_sound = |row: &&Row| matches!(row, Row::Message(message) if message.fault.is_none());
        assert_eq!(whole.iter().filter(is_sound).count(), 40, "{whole:?}");
        assert!(matches!(&whole[whole.len() - 2], Row::InterchangeEnd { fault: None, .. }));
        for chunk in [3, 777, 4095, 4096, 4097, 9000] {
            assert_eq!(rows(text.as_bytes(), chunk), whole, "{chunk}");
        }
        for cut in (text.len() - 9000..text.len()).step_by(401) {
            let cut = &text.as_bytes()[..cut];
            assert_eq!(rows(cut, 4096), rows(cut, usize::MAX));
        }
    }
}
