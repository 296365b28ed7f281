//! The index pass over a file of records: one row per unit. A file is one interchange and one group without numbers,
//! or several, where records that stand before or behind the units come again.

use super::FixedLayout;
use super::cut::{Framing, Next, Role};
use super::line::Line;
use super::tally::Tally;
use super::value::{self, Buffers, Seen};
use crate::diagnostics::Code;
use crate::formats::{Fault, GroupRow, Indexer, InterchangeRow, MessageRow, Row};
use crate::guide::Unit;
use crate::tree::PlaceId;
use std::ops::Range;

/// A record longer than this is not kept whole: its start tells what it is.
const RECORD_BYTES_MAX: usize = 128 << 10;
/// Most bytes before the first unit that go with every unit.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How much of what nobody knows is kept.
const SHOWN_BYTES: usize = 40;

/// Where the pass stands in an interchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// Before its first record.
    Nowhere,
    /// In the records before the first unit.
    Head,
    /// In its units.
    Units,
    /// Behind its units.
    Tail,
}

/// A computed field behind the units, as it stands in the file.
struct Told {
    offset: u64,
    record: usize,
    field: usize,
    text: String,
}

/// The state of the index pass over one file.
pub struct FixedIndexer {
    layout: FixedLayout,
    pending: Vec<u8>,
    /// How much of `pending` has no line end.
    searched: usize,
    offset: u64,
    /// Whether the bytes at hand go on with a record that was looked at already.
    in_long: bool,
    /// Whether nobody can tell where the next record begins.
    is_lost: bool,
    stand: Stand,
    interchange: InterchangeRow,
    is_begun: bool,
    open: Option<MessageRow>,
    count: u32,
    tally: Tally,
    told: Vec<Told>,
    tails: Vec<usize>,
    unclaimed: Option<(u64, u64, Vec<u8>)>,
    buffers: Buffers,
}

impl FixedIndexer {
    /// At the start of a file.
    pub(super) fn new(layout: FixedLayout) -> Self {
        FixedIndexer {
            tally: Tally::new(&layout),
            layout,
            pending: Vec::new(),
            searched: 0,
            offset: 0,
            in_long: false,
            is_lost: false,
            stand: Stand::Nowhere,
            interchange: InterchangeRow::default(),
            is_begun: false,
            open: None,
            count: 0,
            told: Vec::new(),
            tails: Vec::new(),
            unclaimed: None,
            buffers: Buffers::default(),
        }
    }

    fn advance(&mut self, is_end: bool, rows: &mut dyn FnMut(Row)) {
        let pending = std::mem::take(&mut self.pending);
        let mut at = 0;
        while at < pending.len() {
            if self.is_lost {
                self.nobodys(self.offset + at as u64, &pending[at..]);
                at = pending.len();
                break;
            }
            let next =
                if self.in_long { self.skip_long(&pending, at) } else { self.next(&pending, at, is_end) };
            match next {
                Next::Record(range, next) => {
                    self.one(&pending, range, at, next, rows);
                    (at, self.searched) = (next, 0);
                }
                Next::Incomplete if pending.len() - at > RECORD_BYTES_MAX => {
                    self.one(&pending, at..pending.len(), at, pending.len(), rows);
                    (at, self.in_long, self.searched) = (pending.len(), true, 0);
                }
                Next::Incomplete => {
                    self.searched = pending.len() - at;
                    break;
                }
                Next::Unknown => self.lose(),
            }
        }
        self.offset += at as u64;
        self.pending = pending;
        self.pending.drain(..at);
    }

    /// The next record. What was searched for a line end is not searched again.
    fn next(&self, pending: &[u8], at: usize, is_end: bool) -> Next {
        if let Framing::Lines { end, .. } = self.layout.cut.framing
            && !is_end
            && memchr::memchr(end, &pending[at + self.searched.min(pending.len() - at)..]).is_none()
        {
            return Next::Incomplete;
        }
        self.layout.cut.next(pending, at, is_end)
    }

    /// The rest of a record whose start was looked at: an empty record up to its line end.
    fn skip_long(&mut self, pending: &[u8], at: usize) -> Next {
        let Framing::Lines { end, .. } = self.layout.cut.framing else { unreachable!("only lines are long") };
        match memchr::memchr(end, &pending[at..]) {
            Some(length) => {
                self.in_long = false;
                Next::Record(at..at, at + length + 1)
            }
            None => Next::Record(at..at, pending.len()),
        }
    }

    fn one(
        &mut self,
        pending: &[u8],
        range: Range<usize>,
        at: usize,
        next: usize,
        rows: &mut dyn FnMut(Row),
    ) {
        let length = (next - at) as u64;
        if range.is_empty() {
            return self.extend(length);
        }
        let offset = self.offset + at as u64;
        if self.layout.guide.unit == Unit::File || self.layout.guide.unit == Unit::Transaction {
            return self.whole_file(offset, length, rows);
        }
        let mut characters = Vec::new();
        let line = self.layout.line(pending, range, &mut characters);
        let kind = self.layout.cut.kind(&line, |_| true).map(|kind| (kind.role, kind.record));
        match (kind, self.stand) {
            (Some((Role::Unit, record)), stand) => {
                if stand == Stand::Tail {
                    self.end_interchange(offset, rows);
                }
                self.begin_unit(&line, record, offset, length, rows);
            }
            (Some((Role::Head, record)), stand) if stand != Stand::Units => {
                if stand == Stand::Tail {
                    self.end_interchange(offset, rows);
                }
                self.head(&line, record, offset, &pending[at..next], rows);
            }
            (Some((Role::Head, record)), _) if self.layout.tails().next().is_none() => {
                // Nothing ends a file but the next one's start.
                self.end_interchange(offset, rows);
                self.head(&line, record, offset, &pending[at..next], rows);
            }
            (Some((Role::Tail, record)), Stand::Units | Stand::Tail) => {
                self.close_unit(rows);
                self.stand = Stand::Tail;
                self.tail(&line, record, offset);
            }
            (kind, Stand::Units) => {
                if let Some((_, record)) = kind {
                    self.take(record, &line);
                }
                self.extend(length);
            }
            (_, _) => self.nobodys(offset, &pending[at..next]),
        }
        self.claim(rows);
    }

    fn take(&mut self, record: usize, line: &Line<'_>) {
        self.tally.take(&self.layout, record, line, &mut self.buffers);
    }

    fn extend(&mut self, length: u64) {
        if let Some(open) = &mut self.open {
            open.length += length;
        }
    }

    fn whole_file(&mut self, offset: u64, length: u64, rows: &mut dyn FnMut(Row)) {
        if self.open.is_some() {
            return self.extend(length);
        }
        self.begin(offset, rows);
        self.count = 1;
        self.open = Some(MessageRow {
            ordinal: 1,
            kind: self.layout.guide.name.clone(),
            offset,
            length,
            ..MessageRow::default()
        });
    }

    fn begin_unit(
        &mut self,
        line: &Line<'_>,
        record: usize,
        offset: u64,
        length: u64,
        rows: &mut dyn FnMut(Row),
    ) {
        self.close_unit(rows);
        self.begin(offset, rows);
        self.take(record, line);
        self.stand = Stand::Units;
        self.count += 1;
        let control_number = self.key(line, record);
        let kind = self.layout.guide.name.clone();
        self.open = Some(MessageRow {
            ordinal: self.count,
            kind,
            control_number,
            offset,
            length,
            ..MessageRow::default()
        });
    }

    /// The values that name a unit, with blanks between.
    fn key(&mut self, line: &Line<'_>, record: usize) -> String {
        let FixedIndexer { layout, buffers, .. } = self;
        let mut key = String::new();
        for &place in layout.key() {
            let fields = &layout.guide.records[record].fields;
            let Some(field) = fields.iter().find(|field| field.place == Some(place)) else { continue };
            let bytes = &line.bytes[line.range(field.at, field.width)];
            if !key.is_empty() {
                key.push(' ');
            }
            if let Seen::Value { text, .. } = value::read(&layout.cut, field, None, bytes, buffers) {
                key.push_str(text);
            }
        }
        key
    }

    /// Emits the head of the interchange, if that was not done.
    fn begin(&mut self, offset: u64, rows: &mut dyn FnMut(Row)) {
        if self.is_begun {
            return;
        }
        self.is_begun = true;
        if self.stand == Stand::Nowhere {
            self.interchange.offset = offset;
        }
        self.interchange.ordinal += 1;
        rows(Row::Interchange(self.interchange.clone()));
        rows(Row::Group(GroupRow { ordinal: 1, ..Default::default() }));
    }

    fn head(&mut self, line: &Line<'_>, record: usize, offset: u64, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        if self.stand == Stand::Nowhere {
            self.interchange.offset = offset;
            self.stand = Stand::Head;
        }
        if self.interchange.head.len() + bytes.len() > HEAD_BYTES_MAX {
            self.nobodys(offset, bytes);
            return self.claim(rows);
        }
        self.take(record, line);
        self.interchange.head.extend_from_slice(bytes);
    }

    fn tail(&mut self, line: &Line<'_>, record: usize, offset: u64) {
        self.take(record, line);
        self.tails.push(record);
        let FixedIndexer { layout, buffers, told, .. } = self;
        for (at, field) in layout.guide.records[record].fields.iter().enumerate() {
            if field.auto.is_none() {
                continue;
            }
            let range = line.range(field.at, field.width);
            let text = match value::read(&layout.cut, field, None, &line.bytes[range.clone()], buffers) {
                Seen::Value { text, .. } | Seen::NoNumber(text) => text.to_string(),
                _ => String::new(),
            };
            let place = offset + (range.start - line.start) as u64;
            told.push(Told { offset: place, record, field: at, text });
        }
    }

    fn close_unit(&mut self, rows: &mut dyn FnMut(Row)) {
        if let Some(open) = self.open.take() {
            rows(Row::Message(open));
        }
    }

    /// What is wrong with the records behind the units, or that there are none before `end`.
    fn fault(&self, end: u64) -> Option<Fault> {
        let layout = &self.layout;
        let required = |place: &PlaceId| layout.guide.shape.place(*place).required;
        for place in layout.tails().filter(required) {
            if !layout.record_at(place).is_some_and(|record| self.tails.contains(&record)) {
                let name = &layout.guide.shape.place(place).name;
                return Some(Fault {
                    code: Code::I101,
                    standard_code: "",
                    found: layout.guide.name.clone(),
                    expected: format!("its units, without the record `{name}`"),
                    offset: end,
                });
            }
        }
        self.told.iter().find_map(|told| {
            let field = &layout.guide.records[told.record].fields[told.field];
            let auto = field.auto.as_ref().expect("only computed fields are told");
            let expected = self.tally.value(layout, field, auto);
            let of = |value: &str| format!("{} {value}", field.name);
            (!super::auto::is_same(&told.text, &expected)).then(|| Fault {
                code: Code::I120,
                standard_code: "",
                found: of(&told.text),
                expected: of(&expected),
                offset: told.offset,
            })
        })
    }

    /// Ends the interchange, if one began. `end` is one past its last byte.
    fn end_interchange(&mut self, end: u64, rows: &mut dyn FnMut(Row)) {
        self.close_unit(rows);
        if self.stand == Stand::Head || !self.is_begun {
            // Records before units that never came still are the start of something.
            if self.stand == Stand::Nowhere {
                return;
            }
            self.begin(end, rows);
        }
        let fault = self.fault(end);
        rows(Row::GroupEnd { fault: None });
        rows(Row::InterchangeEnd { end, fault });
        self.interchange = InterchangeRow { ordinal: self.interchange.ordinal, ..Default::default() };
        (self.stand, self.is_begun, self.count) = (Stand::Nowhere, false, 0);
        self.tally = Tally::new(&self.layout);
        self.told.clear();
        self.tails.clear();
    }

    /// Bytes that belong to no unit.
    fn nobodys(&mut self, offset: u64, bytes: &[u8]) {
        let (_, length, start) = self.unclaimed.get_or_insert((offset, 0, Vec::new()));
        *length += bytes.len() as u64;
        let room = SHOWN_BYTES.saturating_sub(start.len()).min(bytes.len());
        start.extend_from_slice(&bytes[..room]);
    }

    /// Emits bytes that belong to no unit, once it is known how many they are.
    fn claim(&mut self, rows: &mut dyn FnMut(Row)) {
        if self.is_lost {
            return;
        }
        if let Some((offset, length, start)) = self.unclaimed.take() {
            rows(Row::Unclaimed { offset, length, start });
        }
    }

    /// From here nobody can tell where records begin: the unit that is open may lack some.
    fn lose(&mut self) {
        self.is_lost = true;
        let offset = self.offset;
        if let Some(open) = &mut self.open {
            open.fault = Some(Fault {
                code: Code::X235,
                standard_code: "",
                found: open.control_number.clone(),
                expected: "a record of this guide".into(),
                offset: offset.max(open.offset + open.length),
            });
        }
    }
}

impl Indexer for FixedIndexer {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        self.pending.extend_from_slice(bytes);
        self.advance(false, rows);
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        self.advance(true, rows);
        if !matches!(self.layout.guide.unit, Unit::Record(..)) && self.open.is_some() {
            self.stand = Stand::Units;
        }
        self.end_interchange(self.offset, rows);
        self.is_lost = false;
        self.claim(rows);
    }
}
