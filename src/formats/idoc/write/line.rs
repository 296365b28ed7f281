//! Records of flat files as they are nearly always: laid out once, and filled with values of which a look tells that they
//! are right. A record with any other is written field by field, with all there is to tell of it.

use crate::formats::check::{Check, is_plain_text};
use crate::formats::fixed::number;
use crate::formats::idoc::flat::{HEADER, HEADER_COLUMNS};
use crate::formats::idoc::value;
use crate::guide::Guide;
use crate::guide::records::{Field, Letters, NumberLook, Record};
use crate::tree::{NodeId, PlaceId, View};

/// Most that the numbers of segments and of levels can be in their columns.
const NUMBER_MAX: u32 = 999_999;
const LEVEL_MAX: u32 = 99;

/// The record of a segment.
#[derive(Debug)]
pub(in crate::formats::idoc) struct Line {
    /// What stands before the data, and in it up to the last constant.
    start: Box<[u8]>,
    /// The level of the segment, where the guide says it.
    level: Option<u32>,
    /// Its fields that are somebody's data, by place; `None` if their order is another.
    columns: Option<Box<[Column]>>,
    /// How many of them must have a value.
    required: u32,
}

/// Where a value goes.
#[derive(Debug)]
struct Column {
    place: PlaceId,
    /// The columns of the record before it.
    at: u32,
    width: u32,
    manner: Manner,
    is_required: bool,
}

/// How a value is written.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Text(Letters),
    /// The same, but digits alone are filled up to so many with zeros.
    Alpha(Letters, u32),
    Number(NumberLook),
    /// It is a constant: what the tree has is compared with it.
    Constant,
}

/// The number of a segment, the number of the one around it, and its level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub own: u32,
    pub above: u32,
    pub level: u32,
}

impl Line {
    /// The record of segments that are called `definition` in the file.
    pub(in crate::formats::idoc) fn of(guide: &Guide, record: &Record, definition: &str) -> Line {
        let mut start = format!("{definition:HEADER_COLUMNS$}").into_bytes();
        let (mut at, mut columns, mut is_sound) = (HEADER_COLUMNS, Vec::new(), definition.len() <= HEADER[0]);
        for field in &record.fields {
            is_sound &= field.constant.is_none() || constant(field, at, &mut start);
            columns.extend(field.place.map(|place| Column::of(guide, field, place, at)));
            at += field.width as usize;
        }
        is_sound &= columns.is_sorted_by(|one, other| one.place < other.place) && start.is_ascii();
        Line {
            level: record.level,
            required: columns.iter().filter(|column| column.is_required).count() as u32,
            columns: is_sound.then_some(columns.into()),
            start: start.into(),
        }
    }

    /// The level of a segment in one of this level.
    pub(super) fn level_in(&self, above: u32) -> u32 {
        self.level.unwrap_or(above + 1)
    }

    /// Appends the record of the segment `node` up to the last value in it. `false` if a value takes more than a look, or
    /// one is missing; nothing is appended then.
    pub(super) fn append(
        &self,
        checks: &[Check],
        numbers: Numbers,
        (view, node): (View<'_>, NodeId),
        out: &mut Vec<u8>,
    ) -> bool {
        let start = out.len();
        let Some(columns) = self.columns.as_deref().filter(|_| numbers.fit()) else { return false };
        out.extend_from_slice(&self.start);
        numbers.write(&mut out[start..start + HEADER_COLUMNS]);
        let is_done = self.values(columns, checks, (view, node), start, out);
        if !is_done {
            out.truncate(start);
        }
        is_done
    }

    fn values(
        &self,
        columns: &[Column],
        checks: &[Check],
        (view, node): (View<'_>, NodeId),
        start: usize,
        out: &mut Vec<u8>,
    ) -> bool {
        let (mut rest, mut required) = (columns, 0);
        for child in view.tree.children(node) {
            let Some(text) = view.text(child).filter(|text| !text.is_empty()) else { continue };
            let place = view.tree.node(child).place;
            let Some(at) = at_place(rest, place) else { return false };
            let column = &rest[at];
            rest = &rest[at + 1..];
            let is_right =
                is_plain_text(text.as_bytes()) && checks[place.index()].check(text, true, false).is_none();
            if !is_right || !column.write(text.as_bytes(), start, out) {
                return false;
            }
            required += u32::from(column.is_required);
        }
        required == self.required
    }
}

/// Where the column with a place is among these. Places follow each other nearly always.
fn at_place(columns: &[Column], place: PlaceId) -> Option<usize> {
    let ahead = place.0.checked_sub(columns.first()?.place.0)? as usize;
    match columns.get(ahead) {
        Some(column) if column.place == place => Some(ahead),
        _ => columns.binary_search_by_key(&place, |column| column.place).ok(),
    }
}

/// Puts a constant behind so many columns. `false` if it takes care each time.
fn constant(field: &Field, at: usize, start: &mut Vec<u8>) -> bool {
    let Ok(text) = value::write(field, "") else { return false };
    if !is_plain_text(text.as_bytes()) {
        return false;
    }
    start.resize(at, b' ');
    start.extend_from_slice(text.as_bytes());
    true
}

impl Column {
    fn of(guide: &Guide, field: &Field, place: PlaceId, at: usize) -> Column {
        Column {
            place,
            at: at as u32,
            width: field.width,
            manner: match (&field.constant, field.number, field.alpha) {
                (Some(_), ..) => Manner::Constant,
                (None, Some(look), _) => Manner::Number(look),
                (None, None, 0) => Manner::Text(field.letters),
                (None, None, alpha) => Manner::Alpha(field.letters, alpha),
            },
            is_required: field.constant.is_none() && guide.shape.place(place).required,
        }
    }

    /// Writes a value, which is ASCII without control characters, in the record that begins at `start`. `false` if it takes
    /// more care.
    fn write(&self, value: &[u8], start: usize, out: &mut Vec<u8>) -> bool {
        let (at, width) = (start + self.at as usize, self.width as usize);
        let zeros = match self.manner {
            Manner::Alpha(_, alpha) if value.iter().all(u8::is_ascii_digit) => {
                (alpha as usize).saturating_sub(value.len())
            }
            _ => 0,
        };
        let length = value.len() + zeros;
        if length > width {
            return false;
        }
        let Some(own) = columns(at, width, out) else { return false };
        let length = match self.manner {
            Manner::Constant => return false,
            Manner::Number(look) => match number::write_plain(&look, value, own) {
                Some(length) => length,
                None => return false,
            },
            Manner::Text(letters) | Manner::Alpha(letters, _) => {
                own[..zeros].fill(b'0');
                own[zeros..length].copy_from_slice(value);
                match letters {
                    Letters::AsTheyAre => {}
                    Letters::Upper => own[..length].make_ascii_uppercase(),
                    Letters::Lower => own[..length].make_ascii_lowercase(),
                }
                length
            }
        };
        // A constant may stand behind it.
        if out.len() == at + width {
            out.truncate(at + length);
        }
        true
    }
}

/// The columns of a field, in which nothing stands. Those before it that nothing was written to are so from now on.
fn columns(at: usize, width: usize, out: &mut Vec<u8>) -> Option<&mut [u8]> {
    if out.len() < at + width {
        out.resize(at + width, b' ');
    }
    out.get_mut(at..at + width)
}

impl Numbers {
    fn fit(self) -> bool {
        self.own.max(self.above) <= NUMBER_MAX && self.level <= LEVEL_MAX
    }

    /// Writes them where they stand before the data.
    fn write(self, head: &mut [u8]) {
        let mut behind = HEADER_COLUMNS;
        for (mut number, width) in [(self.level, HEADER[5]), (self.above, HEADER[4]), (self.own, HEADER[3])] {
            for digit in head[behind - width..behind].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
            behind -= width;
        }
    }
}
