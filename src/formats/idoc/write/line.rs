//! Records of flat files as they are nearly always: laid out once, and filled with values of which a look tells that they
//! are right. A record with any other is written field by field, with all there is to tell of it.

use crate::formats::check::{Check, Needs, is_plain_text};
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
    /// The columns of the record up to the last of them.
    width: u32,
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
    look: Look,
    is_required: bool,
}

/// What tells that a value is right, if the record is ASCII without control characters.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// Its length, of at least so many bytes and no more than so many more.
    Length { min: u32, more: u32 },
    /// The check of its place.
    Check,
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
            width: columns.iter().map(|column| column.at + column.width).max().unwrap_or(0),
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
        if self.width as usize > self.start.len() {
            out.resize(start + self.width as usize, b' ');
        }
        let record = &mut out[start..];
        numbers.write(record);
        let end = self.values(columns, checks, (view, node), record).filter(|&end| is_plain(&record[..end]));
        out.truncate(start + end.unwrap_or(0));
        end.is_some()
    }

    /// Writes the values to their columns, which are blank. Where the last of them or of the constants ends.
    fn values(
        &self,
        columns: &[Column],
        checks: &[Check],
        (view, node): (View<'_>, NodeId),
        record: &mut [u8],
    ) -> Option<usize> {
        let (mut rest, mut required, mut end) = (columns, 0, self.start.len());
        for child in view.tree.children(node) {
            let Some(value) = view.bytes(child).filter(|value| !value.is_empty()) else { continue };
            let place = view.tree.node(child).place;
            let at = at_place(rest, place)?;
            let column = &rest[at];
            rest = &rest[at + 1..];
            let is_right = match column.look {
                Look::Length { min, more } => (value.len() as u32).wrapping_sub(min) <= more,
                Look::Check => view.text(child).is_some_and(|text| {
                    is_plain_text(value) && checks[place.index()].check(text, true, false).is_none()
                }),
            };
            let length = if is_right { column.write(value, record)? } else { return None };
            end = end.max(column.at as usize + length);
            required += u32::from(column.is_required);
        }
        (required == self.required).then_some(end)
    }
}

/// Whether all is ASCII without control characters, in one pass that the compiler makes wide.
fn is_plain(record: &[u8]) -> bool {
    record.iter().fold(0, |most: u8, &byte| most.max(byte.wrapping_sub(0x20))) < 0x7f - 0x20
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
            look: match Check::of(guide, place).needs() {
                Needs::Length { min, more } => Look::Length { min, more },
                _ => Look::Check,
            },
            is_required: field.constant.is_none() && guide.shape.place(place).required,
        }
    }

    /// Writes a value to the record, whose columns are blank. How many of them it takes; `None` if it takes more care. Of
    /// a value that is no ASCII bytes are written, which whoever looks at the record then sees.
    #[inline]
    fn write(&self, value: &[u8], record: &mut [u8]) -> Option<usize> {
        let own = record.get_mut(self.at as usize..)?.get_mut(..self.width as usize)?;
        let letters = match self.manner {
            Manner::Constant => return None,
            Manner::Number(look) => return number::write_plain(&look, value, own),
            Manner::Text(letters) => letters,
            Manner::Alpha(letters, alpha) => {
                if value.iter().all(u8::is_ascii_digit) {
                    let zeros = (alpha as usize).saturating_sub(value.len());
                    own.get_mut(..zeros)?.fill(b'0');
                    own.get_mut(zeros..zeros + value.len())?.copy_from_slice(value);
                    return Some(zeros + value.len());
                }
                letters
            }
        };
        let own = own.get_mut(..value.len())?;
        own.copy_from_slice(value);
        match letters {
            Letters::AsTheyAre => {}
            Letters::Upper => own.make_ascii_uppercase(),
            Letters::Lower => own.make_ascii_lowercase(),
        }
        Some(value.len())
    }
}

impl Numbers {
    fn fit(self) -> bool {
        self.own.max(self.above) <= NUMBER_MAX && self.level <= LEVEL_MAX
    }

    /// Writes them where they stand before the data.
    fn write(self, record: &mut [u8]) {
        let (head, mut behind) = (&mut record[..HEADER_COLUMNS], HEADER_COLUMNS);
        for (mut number, width) in [(self.level, HEADER[5]), (self.above, HEADER[4]), (self.own, HEADER[3])] {
            for digit in head[behind - width..behind].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
            behind -= width;
        }
    }
}
