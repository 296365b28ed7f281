//! The index pass over a JSON file: one row for each object that is a message. A file is one interchange and one group without
//! numbers. Objects one behind the other, as in a file with one a line, are a message each.

use crate::diagnostics::Code;
use crate::formats::nested::DEPTH_MAX;
use crate::formats::{Fault, GroupRow, Indexer, InterchangeRow, MessageRow, Row};
use crate::guide::Guide;

/// How much of what nobody knows is kept.
const SHOWN_BYTES: usize = 40;
/// A name longer than this is none of the guide's.
const NAME_BYTES_MAX: usize = 256;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What an open bracket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// An object on the way to the messages, so many names deep.
    Way(usize),
    /// The list of messages.
    List,
    /// A message, or something in one.
    Message,
    /// What belongs to nobody.
    Nobodys,
}

/// Whose it is what stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// On the way to the messages or between them: only their brackets and names should stand there.
    Ours,
    Message,
    Nobodys,
}

/// The state of the index pass over one file.
pub(super) struct JsonIndexer {
    /// The names from the outermost object to the list of messages.
    way: Vec<Box<str>>,
    kind: String,
    offset: u64,
    /// The first bytes, until it is known whether they are a byte order mark.
    start: Vec<u8>,
    is_started: bool,
    /// The open brackets: whether each is an object, and what it is.
    open: Vec<(bool, Open)>,
    /// The last name in an object on the way, while it is read or once it was.
    name: Vec<u8>,
    is_name_next: bool,
    in_string: bool,
    is_escaped: bool,
    unit: Option<MessageRow>,
    count: u32,
    is_begun: bool,
    has_any: bool,
    fault: Option<Fault>,
    end: u64,
    unclaimed: Option<(u64, u64, Vec<u8>)>,
}

impl JsonIndexer {
    /// At the start of a file read under a guide, if there is one.
    pub(super) fn new(guide: Option<&Guide>) -> Self {
        let path = guide.and_then(|guide| guide.elements.as_ref()).map_or(&[][..], |elements| &elements.path);
        JsonIndexer {
            way: path.split_last().map_or(&[][..], |(_, way)| way).to_vec(),
            kind: guide.map_or("object".into(), |guide| guide.name.clone()),
            offset: 0,
            start: Vec::new(),
            is_started: false,
            open: Vec::new(),
            name: Vec::new(),
            is_name_next: false,
            in_string: false,
            is_escaped: false,
            unit: None,
            count: 0,
            is_begun: false,
            has_any: false,
            fault: None,
            end: 0,
            unclaimed: None,
        }
    }

    fn begin(&mut self, is_end: bool, rows: &mut dyn FnMut(Row)) {
        if self.is_started || (self.start.len() < 3 && !is_end) {
            return;
        }
        self.is_started = true;
        let start = std::mem::take(&mut self.start);
        let rest = match start.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => {
                self.offset = BYTE_ORDER_MARK.len() as u64;
                self.has_any = true;
                rest
            }
            None => &start[..],
        };
        if rest.iter().take(2).any(|byte| *byte == 0)
            || rest.starts_with(b"\xFF\xFE")
            || rest.starts_with(b"\xFE\xFF")
        {
            self.lose(Code::X259, "UTF-16", 0);
        }
        rest.iter().for_each(|byte| self.byte(*byte, rows));
    }

    fn byte(&mut self, byte: u8, rows: &mut dyn FnMut(Row)) {
        let at = self.offset;
        self.offset += 1;
        if self.fault.is_some() {
            return;
        }
        self.has_any |= !byte.is_ascii_whitespace();
        let (stands_in, was_name, was_text) = (self.inside(), self.is_name_next, self.in_string);
        if stands_in == Inside::Ours && !was_text && matches!(byte, b',' | b'}' | b']') {
            self.claim(rows);
        }
        if was_text {
            self.in_text(byte);
        } else {
            match byte {
                b'"' => self.begin_text(),
                b'{' | b'[' => self.begin_bracket(byte == b'{', at, rows),
                b'}' | b']' => self.end_bracket(byte == b'}', at, rows),
                b',' => self.is_name_next = self.open.last().is_some_and(|(is_object, _)| *is_object),
                b':' => self.is_name_next = false,
                _ => {}
            }
        }
        let is_stray = match stands_in {
            Inside::Message => false,
            Inside::Nobodys => true,
            Inside::Ours if was_text => !was_name,
            Inside::Ours => match byte {
                b'"' => !was_name,
                b'{' | b'[' => self.inside() == Inside::Nobodys,
                b',' | b':' | b'}' | b']' => false,
                byte => !byte.is_ascii_whitespace(),
            },
        };
        if is_stray {
            self.nobodys(at, byte);
        }
    }

    /// Whose it is what stands here.
    fn inside(&self) -> Inside {
        match self.open.last() {
            Some((_, Open::Message)) => Inside::Message,
            Some((_, Open::Nobodys)) => Inside::Nobodys,
            Some((_, Open::Way(_) | Open::List)) | None => Inside::Ours,
        }
    }

    fn in_text(&mut self, byte: u8) {
        if self.is_escaped {
            self.is_escaped = false;
        } else if byte == b'\\' {
            self.is_escaped = true;
        } else if byte == b'"' {
            self.in_string = false;
            return;
        }
        if self.is_name_next
            && matches!(self.open.last(), Some((_, Open::Way(_))))
            && self.name.len() <= NAME_BYTES_MAX
        {
            self.name.push(byte);
        }
    }

    fn begin_text(&mut self) {
        self.in_string = true;
        if self.is_name_next {
            self.name.clear();
        }
    }

    fn begin_bracket(&mut self, is_object: bool, at: u64, rows: &mut dyn FnMut(Row)) {
        if self.open.len() >= DEPTH_MAX {
            return self.lose(Code::X258, &DEPTH_MAX.to_string(), at);
        }
        let matched = match self.open.last() {
            None => Some(0),
            Some((_, Open::Way(matched))) if *self.name == *self.way[*matched].as_bytes() => {
                Some(matched + 1)
            }
            Some((_, Open::List)) => Some(self.way.len()),
            Some(_) => None,
        };
        let is_in_list = matches!(self.open.last(), Some((_, Open::List)));
        let role = match matched {
            Some(matched) if matched < self.way.len() && is_object => Open::Way(matched),
            Some(matched) if matched == self.way.len() && is_object => {
                self.begin_unit(at, rows);
                Open::Message
            }
            Some(matched) if matched == self.way.len() && !is_in_list => Open::List,
            Some(_) => Open::Nobodys,
            None if matches!(self.open.last(), Some((_, Open::Message))) => Open::Message,
            None => Open::Nobodys,
        };
        self.open.push((is_object, role));
        self.is_name_next = is_object;
        self.end = at + 1;
    }

    fn begin_unit(&mut self, at: u64, rows: &mut dyn FnMut(Row)) {
        self.claim(rows);
        self.begin_interchange(rows);
        self.count += 1;
        self.unit = Some(MessageRow {
            ordinal: self.count,
            kind: self.kind.clone(),
            offset: at,
            ..MessageRow::default()
        });
    }

    fn begin_interchange(&mut self, rows: &mut dyn FnMut(Row)) {
        if !std::mem::replace(&mut self.is_begun, true) {
            rows(Row::Interchange(InterchangeRow { ordinal: 1, ..InterchangeRow::default() }));
            rows(Row::Group(GroupRow { ordinal: 1, ..GroupRow::default() }));
        }
    }

    fn end_bracket(&mut self, is_object: bool, at: u64, rows: &mut dyn FnMut(Row)) {
        match self.open.pop() {
            Some((was_object, _)) if was_object == is_object => {}
            Some(_) => return self.lose(Code::X250, "a bracket is closed by one of the other kind", at),
            None => return self.nobodys(at, if is_object { b'}' } else { b']' }),
        }
        self.end = at + 1;
        self.is_name_next = false;
        if self.inside() != Inside::Message
            && let Some(mut unit) = self.unit.take()
        {
            unit.length = self.end - unit.offset;
            rows(Row::Message(unit));
        }
    }

    fn nobodys(&mut self, at: u64, byte: u8) {
        let (from, length, shown) = self.unclaimed.get_or_insert((at, 0, Vec::new()));
        *length = at + 1 - *from;
        if shown.len() < SHOWN_BYTES {
            shown.push(byte);
        }
    }

    fn claim(&mut self, rows: &mut dyn FnMut(Row)) {
        if let Some((offset, length, start)) = self.unclaimed.take() {
            rows(Row::Unclaimed { offset, length, start });
        }
    }

    fn lose(&mut self, code: Code, found: &str, offset: u64) {
        self.unit = None;
        self.end = self.end.max(offset);
        let (found, expected) = (found.to_string(), String::new());
        self.fault = Some(Fault { code, standard_code: "", found, expected, offset });
    }
}

impl Indexer for JsonIndexer {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        if self.is_started {
            return bytes.iter().for_each(|byte| self.byte(*byte, rows));
        }
        self.start.extend_from_slice(bytes);
        self.begin(false, rows);
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        self.begin(true, rows);
        self.claim(rows);
        if !self.open.is_empty() && self.fault.is_none() {
            self.fault = Some(Fault {
                code: Code::I101,
                standard_code: "",
                found: "JSON".into(),
                expected: if self.unit.is_some() { "an object that is a message" } else { "the middle" }
                    .into(),
                offset: self.offset,
            });
        }
        if self.is_begun || self.fault.is_some() || self.end > 0 {
            self.begin_interchange(rows);
            rows(Row::GroupEnd { fault: None });
            rows(Row::InterchangeEnd { end: self.end, fault: self.fault.take() });
        } else if self.has_any {
            rows(Row::Unclaimed { offset: 0, length: self.offset, start: Vec::new() });
        }
    }
}
