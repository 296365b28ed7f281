//! Where records begin and end, and which of the guide's records each is.

use super::line::Line;
use crate::formats::charset::Charset;
use crate::formats::segment::Tag;
use crate::guide::records::{Field, Record};
use crate::guide::{Guide, Unit};
use crate::tree::PlaceId;
use std::ops::Range;

/// How records are set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// By line ends, which are these bytes; a carriage return before one belongs to it.
    Lines {
        /// The last byte of a line end.
        end: u8,
        /// Whether a carriage return is written before it.
        returns: bool,
    },
    /// By their length.
    Length(u32),
    /// By the length of each kind.
    OwnLength,
}

/// How the cells of a record are set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cells {
    /// Between them.
    pub delimiter: u8,
    /// Around those that hold a delimiter or a quote, which is doubled inside.
    pub quote: Option<u8>,
}

/// Whether records may lack the blanks at their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trim {
    /// No.
    No,
    /// On reading.
    Read,
    /// On reading, and on writing they do.
    Both,
}

/// Where records of one kind stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Before the first unit.
    Head,
    /// At the start of each unit.
    Unit,
    /// Inside units.
    Inside,
    /// Behind the last unit.
    Tail,
}

/// What the constant fields of a record say where.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    at: u32,
    width: u32,
    bytes: Vec<u8>,
}

/// Records that look the same by their constant fields.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    /// What the structure matcher knows them by.
    pub tag: Tag,
    /// The first of the guide's records of this kind, as an index.
    pub record: usize,
    /// The width of the widest.
    pub width: u32,
    /// Where they stand.
    pub role: Role,
    marks: Vec<Mark>,
    /// Characters of all constants.
    size: u32,
}

/// Cuts files of one guide into records.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub charset: Charset,
    pub framing: Framing,
    /// The length of every record, where the guide gives one.
    pub length: Option<u32>,
    pub trim: Trim,
    /// How cells are set apart; `None` where fields have columns.
    pub cells: Option<Cells>,
    /// What fills texts and records.
    pub pad: char,
    pub kinds: Vec<Kind>,
}

/// The next record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// A record, without its line end, and where the next one starts. Empty for what is no record: a blank line, the
    /// mark some systems put at the end of a file.
    Record(Range<usize>, usize),
    /// The bytes end before the record does.
    Incomplete,
    /// Nobody can tell how long it is.
    Unknown,
}

/// The mark CP/M and its heirs put at the end of a file.
const END_OF_FILE: u8 = 0x1A;
const RETURN: u8 = b'\r';

impl Cut {
    /// The record that starts at `at`; `is_end` if `bytes` go to the end of the file or message.
    pub(super) fn next(&self, bytes: &[u8], at: usize, is_end: bool) -> Next {
        let rest = &bytes[at..];
        let length = match self.framing {
            Framing::Lines { end, .. } => return lines(bytes, at, end, is_end),
            Framing::Length(length) => length,
            Framing::OwnLength => {
                let longest = self.kinds.iter().map(Kind::reach).max().unwrap_or(0) as usize;
                if rest.len() < longest && !is_end {
                    return Next::Incomplete;
                }
                match self.kind(&Line::new(bytes, at..bytes.len()), |_| true) {
                    Some(kind) => kind.width,
                    None if is_end && is_nothing(rest) => return Next::Record(at..at, bytes.len()),
                    None => return Next::Unknown,
                }
            }
        } as usize;
        if rest.len() >= length {
            return Next::Record(at..at + length, at + length);
        }
        match is_end {
            true if is_nothing(rest) => Next::Record(at..at, bytes.len()),
            true => Next::Record(at..bytes.len(), bytes.len()),
            false => Next::Incomplete,
        }
    }

    /// What kind of record it is: of those whose constants all stand there, the ones with the longest, and of these
    /// the first that `takes`. If there is none, the one whose first constant stands there.
    pub(super) fn kind(&self, line: &Line<'_>, takes: impl Fn(Tag) -> bool) -> Option<&Kind> {
        let mut best: Option<&Kind> = None;
        for kind in &self.kinds {
            if best.is_some_and(|found| kind.size < found.size) {
                break;
            }
            if kind.marks.iter().all(|mark| self.stands(mark, line)) {
                if takes(kind.tag) {
                    return Some(kind);
                }
                best.get_or_insert(kind);
            }
        }
        best.or_else(|| {
            let known = self
                .kinds
                .iter()
                .filter(|kind| kind.marks.first().is_some_and(|first| self.stands(first, line)));
            known.max_by_key(|kind| kind.marks[0].width)
        })
    }

    fn stands(&self, mark: &Mark, line: &Line<'_>) -> bool {
        let found = &line.bytes[line.range(mark.at, mark.width)];
        if found.len() == mark.bytes.len() {
            return found == mark.bytes;
        }
        // What was cut off at the end was blank.
        self.trim != Trim::No
            && mark.bytes.strip_prefix(found).is_some_and(|rest| rest.iter().all(|byte| self.is_blank(*byte)))
    }

    /// Whether a byte is a blank of this file.
    pub(super) fn is_blank(&self, byte: u8) -> bool {
        byte == b' ' && self.charset.keeps_ascii() || byte == 0x40 && !self.charset.keeps_ascii()
    }

    /// The columns a record of this kind should have.
    pub(super) fn expected(&self, record: &Record) -> u32 {
        self.length.unwrap_or(record.width)
    }

    /// The kinds of a guide's records, the longest constants first.
    pub(super) fn kinds(guide: &Guide, charset: Charset, pad: char) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = Vec::new();
        for (index, record) in guide.records.iter().enumerate() {
            let marks = marks(record, charset, pad);
            let role = role(guide, record.place);
            if let Some(known) = kinds.iter_mut().find(|kind| kind.marks == marks) {
                known.width = known.width.max(record.width);
                known.role = stronger(known.role, role);
                continue;
            }
            let size = marks.iter().map(|mark| mark.width).sum();
            let tag = Tag(kinds.len() as u32 + 1);
            kinds.push(Kind { tag, record: index, width: record.width, role, marks, size });
        }
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.size));
        kinds
    }

    /// The tag of a record of the guide.
    pub(super) fn tag(&self, record: &Record) -> Tag {
        let marks = marks(record, self.charset, self.pad);
        self.kinds.iter().find(|kind| kind.marks == marks).map_or(Tag::default(), |kind| kind.tag)
    }
}

impl Kind {
    /// The columns one must see to know it.
    fn reach(&self) -> u32 {
        self.marks.iter().map(|mark| mark.at + mark.width).max().unwrap_or(0)
    }
}

fn marks(record: &Record, charset: Charset, pad: char) -> Vec<Mark> {
    let mark = |field: &Field| {
        let bytes = constant(field, charset, pad)?.into_vec();
        Some(Mark { at: field.at, width: field.width, bytes })
    };
    record.fields.iter().filter_map(mark).collect()
}

/// The bytes of a field's constant, filled to its width.
pub(super) fn constant(field: &Field, charset: Charset, pad: char) -> Option<Box<[u8]>> {
    let constant = field.constant.as_deref()?;
    let width = if field.is_cell { 0 } else { field.width as usize };
    let spare =
        std::iter::repeat_n(field.fill.unwrap_or(pad), width.saturating_sub(constant.chars().count()));
    let text: String = match field.is_right {
        true => spare.chain(constant.chars()).collect(),
        false => constant.chars().chain(spare).collect(),
    };
    let mut bytes = Vec::new();
    // A constant outside the charset is a finding when the guide is compiled.
    let _ = charset.encode(&text, &mut bytes);
    Some(bytes.into())
}

/// Where the record at a place stands in the file.
pub(super) fn role(guide: &Guide, place: PlaceId) -> Role {
    let Unit::Record(unit, _) = guide.unit else { return Role::Inside };
    if place == unit {
        return Role::Unit;
    }
    if guide.shape.place(place).parent != PlaceId::ROOT {
        return Role::Inside;
    }
    match guide.shape.place(place).slot < guide.shape.place(unit).slot {
        true => Role::Head,
        false => Role::Tail,
    }
}

fn stronger(one: Role, other: Role) -> Role {
    match (one, other) {
        (Role::Unit, _) | (_, Role::Unit) => Role::Unit,
        (Role::Inside, _) | (_, Role::Inside) => Role::Inside,
        _ => one,
    }
}

fn lines(bytes: &[u8], at: usize, end: u8, is_end: bool) -> Next {
    let (stop, next) = match memchr::memchr(end, &bytes[at..]) {
        Some(length) => (at + length, at + length + 1),
        None if is_end => (bytes.len(), bytes.len()),
        None => return Next::Incomplete,
    };
    let mut record = at..stop;
    if bytes[record.clone()].last() == Some(&RETURN) {
        record.end -= 1;
    }
    if is_nothing(&bytes[record.clone()]) {
        record.end = record.start;
    }
    Next::Record(record, next)
}

/// Whether bytes at the end of a file are no record: line ends and the mark of the end.
fn is_nothing(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(*byte, RETURN | b'\n' | END_OF_FILE | 0))
}
