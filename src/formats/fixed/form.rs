//! Records as they are written: what stands in them where the tree says nothing, made once, and where the values go.

use super::cut::{Framing, Role, Trim};
use super::{FixedLayout, number, write};
use crate::base::word::{Words, word};
use crate::formats::check::Needs;
use crate::guide::records::{Field, Letters, Record, Sign};
use crate::tree::{PlaceId, PlaceKind};

/// How a record is written, and the records in it.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The record with its constants and nothing else, its line end too; empty where fields are cells.
    pub blank: Vec<u8>,
    /// Its fields that are somebody's data.
    pub columns: Vec<Column>,
    /// The records in it that are written with it, in order.
    pub records: Vec<PlaceId>,
    /// Whether all of them stand in the order of their places.
    pub is_ascending: bool,
}

/// Where a value goes.
#[derive(Debug)]
pub(super) struct Column {
    /// The field, as an index.
    pub field: usize,
    pub place: PlaceId,
    /// The bytes of [`Form::blank`] before it.
    pub at: usize,
    /// The bytes it takes there.
    pub len: usize,
    /// Whether what stands there without a value goes without saying.
    pub is_silent: bool,
    pub is_computed: bool,
    manner: Manner,
    glance: Glance,
    /// What fills the columns a value does not need, and whether it is there already.
    fill: u8,
    is_filled: bool,
    is_right: bool,
}

/// What tells at a glance that a value may stand in a column.
#[derive(Debug)]
enum Glance {
    /// The number of its bytes, or of its digits: the least, and so many more.
    Length {
        min: usize,
        more: usize,
    },
    Word(Words),
    /// More than a glance tells.
    None,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It never changes.
    Constant,
    /// Text of which a character is a byte.
    Text(Letters),
    /// A number without sign or point.
    Digits(number::Digits),
    /// With care.
    Other,
}

impl Form {
    /// The forms of all places that have records, by place.
    pub(super) fn all(layout: &FixedLayout) -> Vec<Form> {
        layout.guide.shape.places().map(|(place, _)| Form::of(layout, place)).collect()
    }

    fn of(layout: &FixedLayout, place: PlaceId) -> Form {
        let shape = &layout.guide.shape;
        let is_written = |&child: &PlaceId| {
            shape.place(child).kind == PlaceKind::Record && layout.role(child) != Role::Tail
        };
        let records: Vec<PlaceId> = shape.place(place).children.iter().copied().filter(is_written).collect();
        let record = layout.record_at(place).map(|index| &layout.guide.records[index]);
        let fields = record.map_or(&[][..], |record| &record.fields);
        let places = fields.iter().filter_map(|field| field.place).chain(records.iter().copied());
        let is_ascending = places.is_sorted_by(|one, other| one < other);
        let mut form = Form { records, is_ascending, ..Form::default() };
        if let Some(record) = record.filter(|_| layout.cut.cells.is_none()) {
            form.lay_out(layout, record);
        }
        form
    }

    fn lay_out(&mut self, layout: &FixedLayout, record: &Record) {
        for (index, field) in record.fields.iter().enumerate() {
            let at = self.blank.len();
            let is_silent = write::blank(layout, field, &mut self.blank);
            if let Some(place) = field.place {
                let blank = &self.blank[at..];
                self.columns.push(Column::new(layout, (index, field, place), (at, blank), is_silent));
            }
        }
        let missing = layout.cut.expected(record).saturating_sub(record.width);
        layout.fill(missing as usize, layout.cut.pad, &mut self.blank);
        if layout.cut.trim != Trim::Both {
            layout.end_line(&mut self.blank);
        }
    }
}

impl Column {
    fn new(
        layout: &FixedLayout,
        (index, field, place): (usize, &Field, PlaceId),
        (at, blank): (usize, &[u8]),
        is_silent: bool,
    ) -> Column {
        let (manner, fill) = manner(layout, field, blank.len());
        let is_computed = field.auto.is_some() && field.constant.is_none();
        Column {
            field: index,
            place,
            at,
            len: blank.len(),
            is_silent: is_silent && !is_computed,
            is_computed,
            manner,
            glance: Glance::of(layout.checks[place.index()].needs(), manner),
            fill,
            is_filled: blank.iter().all(|&byte| byte == fill),
            is_right: field.is_right,
        }
    }

    /// Writes a value over what is in its columns if a glance tells that it is right and needs no care. `false` if it may
    /// need some, or is empty; nothing is written then.
    #[inline]
    pub(super) fn write(&self, value: &[u8], columns: &mut [u8]) -> bool {
        self.glance.tells(value) && is_plain(value) && self.write_plain(value, columns)
    }

    /// Writes a value, which is ASCII without control characters, over what is in its columns. `false` if it takes more
    /// care; nothing is written then.
    #[inline]
    pub(super) fn write_plain(&self, value: &[u8], columns: &mut [u8]) -> bool {
        match self.manner {
            Manner::Constant | Manner::Other => false,
            Manner::Digits(digits) => digits.write(value, self.fill, self.is_right, columns),
            Manner::Text(letters) => {
                let Some(spare) = columns.len().checked_sub(value.len()) else { return false };
                let (rest, own) = match self.is_right {
                    true => columns.split_at_mut(spare),
                    false => {
                        let (own, rest) = columns.split_at_mut(value.len());
                        (rest, own)
                    }
                };
                if !self.is_filled {
                    rest.fill(self.fill);
                }
                own.copy_from_slice(value);
                match letters {
                    Letters::AsTheyAre => {}
                    Letters::Upper => own.make_ascii_uppercase(),
                    Letters::Lower => own.make_ascii_lowercase(),
                }
                true
            }
        }
    }
}

impl Glance {
    fn of(needs: Needs, manner: Manner) -> Glance {
        match (needs, manner) {
            (Needs::Length { min, more }, Manner::Text(_))
            | (Needs::Digits { min: min @ 0..=1, more }, Manner::Digits(_)) => {
                Glance::Length { min: min.max(1) as usize, more: more as usize }
            }
            (Needs::Word(words), Manner::Text(_)) => Glance::Word(words),
            _ => Glance::None,
        }
    }

    /// Whether a value that is ASCII without control characters is right. A number has a digit less than bytes if it has a
    /// point: one that just fits so is looked at with care.
    #[inline(always)]
    fn tells(&self, value: &[u8]) -> bool {
        match self {
            Glance::Length { min, more } => value.len().wrapping_sub(*min) <= *more,
            Glance::Word(words) => word(value).is_some_and(|word| words.contain(word)),
            Glance::None => false,
        }
    }
}

/// How the values of a field are written, and what fills it then.
fn manner(layout: &FixedLayout, field: &Field, len: usize) -> (Manner, u8) {
    if field.constant.is_some() {
        return (Manner::Constant, b' ');
    }
    let is_bytes = layout.cut.charset.keeps_ascii() && len == field.width as usize;
    match (field.number, u8::try_from(field.fill.unwrap_or(layout.cut.pad))) {
        (None, Ok(fill)) if is_bytes && fill.is_ascii() => (Manner::Text(field.letters), fill),
        (Some(look), _) if is_bytes && look.sign == Sign::None => {
            let fill = if field.fill == Some('0') { b'0' } else { b' ' };
            number::Digits::of(&look).map_or((Manner::Other, fill), |digits| (Manner::Digits(digits), fill))
        }
        _ => (Manner::Other, b' '),
    }
}

impl FixedLayout {
    /// Appends what ends a record.
    pub(super) fn end_line(&self, out: &mut Vec<u8>) {
        if let Framing::Lines { end, returns } = self.cut.framing {
            if returns {
                out.push(b'\r');
            }
            out.push(end);
        }
    }
}

/// Whether all is ASCII without control characters, eight bytes at a time.
#[inline]
pub(super) fn is_plain(value: &[u8]) -> bool {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    const BLANKS: u64 = u64::from_ne_bytes([0x20; 8]);
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // A byte below a blank borrows from its neighbours and DEL carries; that is found at the lowest such byte itself.
    let odd = |bytes: [u8; 8]| {
        let word = u64::from_le_bytes(bytes);
        (word | word.wrapping_sub(BLANKS) | word.wrapping_add(ONES)) & HIGH
    };
    match value.last_chunk::<8>() {
        // The last eight may have been looked at before.
        Some(last) => {
            let (chunks, _) = value.as_chunks::<8>();
            chunks.iter().fold(odd(*last), |found, chunk| found | odd(*chunk)) == 0
        }
        None => value.iter().all(|byte| (0x20..0x7f).contains(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn plain_is_what_has_no_control_character_and_nothing_beyond_ascii() {
        for length in 0..=20 {
            for byte in 0..=255u8 {
                for at in 0..length {
                    let mut value = vec![b'~'; length];
                    value[at] = byte;
                    assert_eq!(
                        is_plain(&value),
                        (0x20..0x7f).contains(&byte),
                        "{byte:#x} at {at} of {length}"
                    );
                }
            }
        }
        assert!(is_plain(b"") && is_plain(b" ~ ~ ~ ~ ~ ~"));
    }
}
