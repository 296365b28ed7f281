//! The index pass: framing and envelope, one row per message. Memory: one segment.

use super::header::{Delimiters, Header, ISA_BYTES};
use crate::diagnostics::Code;
use crate::formats::{Fault, GroupRow, Indexer, InterchangeRow, MessageRow, Row};

/// Longest stretch between two terminators; beyond it the framing is lost.
const SEGMENT_BYTES_MAX: usize = 1 << 20;

/// The state of the index pass over one file.
pub struct X12Indexer {
    /// What of the file is not yet cut into segments.
    pending: Vec<u8>,
    /// Offset in the file of the first pending byte.
    offset: u64,
    ordinal: u32,
    interchange: Option<OpenInterchange>,
}

struct OpenInterchange {
    delimiters: Delimiters,
    control_number: String,
    groups: u32,
    group: Option<OpenGroup>,
}

struct OpenGroup {
    control_number: String,
    messages: u32,
    seen: rustc_hash::FxHashSet<Vec<u8>>,
    message: Option<OpenMessage>,
}

struct OpenMessage {
    kind: String,
    control_number: String,
    offset: u64,
    segments: u32,
    repeated: bool,
}

impl X12Indexer {
    /// At the start of a file.
    pub fn new() -> Self {
        X12Indexer { pending: Vec::new(), offset: 0, ordinal: 0, interchange: None }
    }

    /// Cuts off and handles what is complete.
    fn advance(&mut self, rows: &mut dyn FnMut(Row)) {
        let pending = std::mem::take(&mut self.pending);
        let mut at = 0;
        while let Some(used) = self.step(&pending[at..], rows) {
            at += used;
            self.offset += used as u64;
        }
        self.pending = pending;
        self.pending.drain(..at);
    }

    /// Handles the segment at the start of `bytes`; `None` if it is not there whole.
    fn step(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Option<usize> {
        let space = bytes.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == 0).count();
        if space > 0
            && self.interchange.as_ref().is_none_or(|open| !open.delimiters.segment.is_ascii_whitespace())
        {
            return Some(space);
        }
        let Some(open) = &self.interchange else { return self.outside(bytes, rows) };
        let end = memchr::memchr(open.delimiters.segment, bytes)?;
        if end > SEGMENT_BYTES_MAX {
            return None;
        }
        let line_ends = bytes[..end].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.segment(
            &bytes[line_ends..end],
            self.offset + line_ends as u64,
            self.offset + end as u64 + 1,
            rows,
        );
        Some(end + 1)
    }

    fn outside(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Option<usize> {
        if bytes.is_empty() || (b"ISA".starts_with(&bytes[..bytes.len().min(3)]) && bytes.len() < ISA_BYTES) {
            return None;
        }
        if bytes.starts_with(b"ISA")
            && let Ok(header) = Header::read(bytes)
        {
            self.begin(&header, bytes, rows);
            return Some(ISA_BYTES);
        }
        // Everything up to the next header belongs to nobody.
        let next = memchr::memmem::find(&bytes[1..], b"ISA").map(|at| at + 1);
        let length = next.or_else(|| (bytes.len() > SEGMENT_BYTES_MAX).then(|| bytes.len() - 2))?;
        self.unclaimed(&bytes[..length], rows);
        Some(length)
    }

    fn unclaimed(&self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        let start = bytes[..bytes.len().min(ISA_BYTES)].to_vec();
        rows(Row::Unclaimed { offset: self.offset, length: bytes.len() as u64, start });
    }

    fn begin(&mut self, header: &Header<'_>, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        self.ordinal += 1;
        let control_number = header.element(13).to_string();
        rows(Row::Interchange(InterchangeRow {
            ordinal: self.ordinal,
            offset: self.offset,
            head: bytes[..ISA_BYTES].to_vec(),
            sender: format!("{}:{}", header.element(5), header.element(6)),
            receiver: format!("{}:{}", header.element(7), header.element(8)),
            control_number: control_number.clone(),
            made_at: format!("{}{}", header.element(9), header.element(10)),
            version: header.element(12).to_string(),
            is_test: header.element(15) == "T",
            wants_acknowledgement: header.element(14) == "1",
        }));
        self.interchange =
            Some(OpenInterchange { delimiters: header.delimiters, control_number, groups: 0, group: None });
    }

    fn segment(&mut self, segment: &[u8], start: u64, end: u64, rows: &mut dyn FnMut(Row)) {
        let open = self.interchange.as_mut().expect("called inside an interchange");
        let separator = open.delimiters.element;
        let mut elements = segment.split(move |&byte| byte == separator);
        match elements.next().unwrap_or(b"") {
            b"ST" => open.begin_message(&mut elements, start, rows),
            b"SE" => open.end_message(&mut elements, start, end, rows),
            b"GS" => open.begin_group(&mut elements, start, rows),
            b"GE" => open.end_group(&mut elements, start, rows),
            b"TA1" if open.group.is_none() => open.acknowledgement(&mut elements, start, end, rows),
            b"IEA" => {
                open.break_group(start, rows);
                let fault = open.trailer_fault(&mut elements, start);
                rows(Row::InterchangeEnd { end, fault });
                self.interchange = None;
            }
            _ => {
                if let Some(message) = open.group.as_mut().and_then(|group| group.message.as_mut()) {
                    message.segments += 1;
                }
            }
        }
    }
}

type Elements<'a, 'b> = &'a mut dyn Iterator<Item = &'b [u8]>;

fn text(element: Option<&[u8]>) -> String {
    String::from_utf8_lossy(element.unwrap_or(b"")).trim_end().to_string()
}

fn number(element: Option<&[u8]>) -> Option<u32> {
    std::str::from_utf8(element?).ok()?.parse().ok()
}

impl OpenInterchange {
    fn begin_group(&mut self, elements: Elements<'_, '_>, start: u64, rows: &mut dyn FnMut(Row)) {
        self.break_group(start, rows);
        self.groups += 1;
        let functional_id = text(elements.next());
        let sender = text(elements.next());
        let receiver = text(elements.next());
        let control_number = text(elements.nth(2));
        let version = text(elements.nth(1));
        self.group = Some(OpenGroup {
            control_number: control_number.clone(),
            messages: 0,
            seen: Default::default(),
            message: None,
        });
        let ordinal = self.groups;
        rows(Row::Group(GroupRow { ordinal, functional_id, sender, receiver, control_number, version }));
    }

    /// A TA1 stands between ISA and the groups and belongs to none of them. It is a message of its own, in a group without
    /// name that IEA01 does not count, so that it is read and kept like what else comes in.
    fn acknowledgement(
        &mut self,
        elements: Elements<'_, '_>,
        start: u64,
        end: u64,
        rows: &mut dyn FnMut(Row),
    ) {
        rows(Row::Group(GroupRow { ordinal: self.groups + 1, ..GroupRow::default() }));
        rows(Row::Message(MessageRow {
            ordinal: 1,
            kind: "TA1".into(),
            control_number: text(elements.next()),
            offset: start,
            length: end - start,
            fault: None,
        }));
        rows(Row::GroupEnd { fault: None });
    }

    fn begin_message(&mut self, elements: Elements<'_, '_>, start: u64, rows: &mut dyn FnMut(Row)) {
        if self.group.is_none() {
            // Messages without a group: a group without name, so that the chain is the same for all.
            self.begin_group(&mut std::iter::empty(), start, rows);
        }
        let group = self.group.as_mut().expect("just made if it was missing");
        group.break_message(start, rows);
        group.messages += 1;
        let kind = text(elements.next());
        let control_number = text(elements.next());
        let repeated = !group.seen.insert(control_number.clone().into_bytes());
        group.message = Some(OpenMessage { kind, control_number, offset: start, segments: 1, repeated });
    }

    fn end_message(&mut self, elements: Elements<'_, '_>, start: u64, end: u64, rows: &mut dyn FnMut(Row)) {
        let Some(group) = &mut self.group else { return };
        let Some(message) = group.message.take() else { return };
        let counted = elements.next();
        let control = text(elements.next());
        let expected = message.segments + 1;
        let fault = if control != message.control_number {
            let expected = message.control_number.clone();
            Some(Fault { code: Code::X303, standard_code: "3", found: control, expected, offset: start })
        } else if number(counted) != Some(expected) {
            let (found, expected) = (text(counted), expected.to_string());
            Some(Fault { code: Code::X304, standard_code: "4", found, expected, offset: start })
        } else if message.repeated {
            let found = message.control_number.clone();
            Some(Fault {
                code: Code::X306,
                standard_code: "23",
                found,
                expected: String::new(),
                offset: start,
            })
        } else {
            None
        };
        rows(Row::Message(message.row(group.messages, end, fault)));
    }

    fn end_group(&mut self, elements: Elements<'_, '_>, start: u64, rows: &mut dyn FnMut(Row)) {
        let Some(mut group) = self.group.take() else { return };
        group.break_message(start, rows);
        let counted = elements.next();
        let control = text(elements.next());
        let fault = if control != group.control_number {
            let expected = group.control_number;
            Some(Fault { code: Code::X401, standard_code: "4", found: control, expected, offset: start })
        } else if number(counted) != Some(group.messages) {
            let (found, expected) = (text(counted), group.messages.to_string());
            Some(Fault { code: Code::X402, standard_code: "5", found, expected, offset: start })
        } else {
            None
        };
        rows(Row::GroupEnd { fault });
    }

    /// A group that is still open where none can be: its trailer is missing.
    fn break_group(&mut self, start: u64, rows: &mut dyn FnMut(Row)) {
        let Some(mut group) = self.group.take() else { return };
        group.break_message(start, rows);
        let fault = (!group.control_number.is_empty()).then(|| Fault {
            code: Code::X403,
            standard_code: "3",
            found: group.control_number,
            expected: "GE".into(),
            offset: start,
        });
        rows(Row::GroupEnd { fault });
    }

    fn trailer_fault(&self, elements: Elements<'_, '_>, start: u64) -> Option<Fault> {
        let counted = elements.next();
        let control = text(elements.next());
        if control != self.control_number {
            let expected = self.control_number.clone();
            return Some(Fault {
                code: Code::I102,
                standard_code: "001",
                found: control,
                expected,
                offset: start,
            });
        }
        (number(counted) != Some(self.groups)).then(|| Fault {
            code: Code::I103,
            standard_code: "021",
            found: text(counted),
            expected: self.groups.to_string(),
            offset: start,
        })
    }
}

impl OpenGroup {
    /// A message that is still open where none can be: its trailer is missing.
    fn break_message(&mut self, start: u64, rows: &mut dyn FnMut(Row)) {
        if let Some(message) = self.message.take() {
            let found = message.control_number.clone();
            let fault =
                Fault { code: Code::X302, standard_code: "2", found, expected: "SE".into(), offset: start };
            rows(Row::Message(message.row(self.messages, start, Some(fault))));
        }
    }
}

impl OpenMessage {
    fn row(self, ordinal: u32, end: u64, fault: Option<Fault>) -> MessageRow {
        MessageRow {
            ordinal,
            kind: self.kind,
            control_number: self.control_number,
            offset: self.offset,
            length: end - self.offset,
            fault,
        }
    }
}

impl Indexer for X12Indexer {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        self.pending.extend_from_slice(bytes);
        self.advance(rows);
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        let offset = self.offset;
        let pending = std::mem::take(&mut self.pending);
        let rest = pending.trim_ascii();
        match self.interchange.take() {
            Some(open) => {
                // A cut-off file: where it stops is what the person needs to know.
                let message = open.group.as_ref().and_then(|group| group.message.as_ref());
                let expected = match (message, &open.group) {
                    (Some(message), _) => format!("message {} ({})", message.control_number, message.kind),
                    (None, Some(group)) => format!("group {}", group.control_number),
                    (None, None) => "its trailer".into(),
                };
                let end = offset + pending.len() as u64;
                let fault = Fault {
                    code: Code::I101,
                    standard_code: "023",
                    found: open.control_number,
                    expected,
                    offset: end,
                };
                rows(Row::InterchangeEnd { end, fault: Some(fault) });
            }
            None if rest.starts_with(b"ISA") => {
                let found = Header::read(rest).err().unwrap_or_else(|| "its end is missing".into());
                self.ordinal += 1;
                rows(Row::Interchange(InterchangeRow {
                    ordinal: self.ordinal,
                    offset,
                    ..Default::default()
                }));
                let fault =
                    Fault { code: Code::I104, standard_code: "024", found, expected: String::new(), offset };
                rows(Row::InterchangeEnd { end: offset + pending.len() as u64, fault: Some(fault) });
            }
            None if !rest.is_empty() => self.unclaimed(&pending, rows),
            None => {}
        }
    }
}
