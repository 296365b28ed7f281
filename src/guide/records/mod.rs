//! Records of flat files: what stands in which column, and how values look there.

mod declare;
mod field;

use crate::base::span::Span;
use crate::tree::PlaceId;

pub(super) use declare::layer;

/// A field with this name is nobody's data: blank on writing, not read.
pub const FILLER: &str = "filler";

/// A kind of record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its place in the shape.
    pub place: PlaceId,
    /// What it is called in files, where that is not its name: the `id` of its declaration.
    pub id: Box<str>,
    /// Its level in files that number levels, where the guide says it.
    pub level: Option<u32>,
    /// What its fields take together.
    pub width: u32,
    /// Its fields from left to right.
    pub fields: Vec<Field>,
    /// Where it is declared.
    pub span: Span,
}

/// A stretch of columns in a record. Columns and widths count characters; those of packed numbers, bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Box<str>,
    /// Its place in the shape; `None` for filler.
    pub place: Option<PlaceId>,
    /// The columns before it.
    pub at: u32,
    /// How many columns it takes; 1 for a cell.
    pub width: u32,
    /// Whether it is a cell: all up to the next delimiter. Then its columns are cells.
    pub is_cell: bool,
    /// What always stands there.
    pub constant: Option<Box<str>>,
    /// How its number looks, if it is one.
    pub number: Option<NumberLook>,
    /// What fills columns the value does not need; `None` for what the format fills with.
    pub fill: Option<char>,
    /// Whether the value stands at the right end.
    pub is_right: bool,
    /// What happens to letters on writing.
    pub letters: Letters,
    /// How many digits an identifier of nothing but digits is filled up to with zeros, which mean nothing; 0 for none.
    pub alpha: u32,
    /// What its value is computed from.
    pub auto: Option<Auto>,
    /// Where it is declared.
    pub span: Span,
}

impl Field {
    /// Its columns as people count them: `columns 40-48`, or `column 7` for a single one.
    pub fn columns(&self) -> String {
        match self.width {
            1 => format!("column {}", self.at + 1),
            width => format!("columns {}-{}", self.at + 1, self.at + width),
        }
    }
}

/// How a number looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberLook {
    /// Where its sign is.
    pub sign: Sign,
    /// Digits after the point; `None` for as many as the value has.
    pub scale: Option<u8>,
    /// Whether the point is not written.
    pub is_implied: bool,
    /// The point, where it is written.
    pub mark: u8,
    /// What stands where a minus would, in numbers that are not negative; for packed numbers the sign's hex digit.
    /// `None`: nothing of its own, and `C` for packed numbers.
    pub plus: Option<u8>,
    /// Most digits.
    pub digits: u32,
}

/// Where the sign of a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Nowhere: the number is not negative.
    None,
    /// In the first column.
    Leading,
    /// In the last column.
    Trailing,
    /// Before the first digit.
    Floating,
    /// In one digit, for both signs: `{ABC…I` and `}JKL…R` stand for 0 to 9.
    Overpunch {
        /// In the first digit, not the last.
        leading: bool,
    },
    /// In the zone of one digit: positive ones are plain, negative ones `}JKL…R` in EBCDIC and `pqr…y` in ASCII.
    Zoned {
        /// In the first digit, not the last.
        leading: bool,
    },
    /// In the last half byte, after two digits a byte: `C`, `F`, `A`, `E` or `D`, `B`.
    Packed,
}

/// What happens to the letters of a text on writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Letters {
    /// Nothing.
    #[default]
    AsTheyAre,
    /// Capitals.
    Upper,
    /// Small letters.
    Lower,
}

/// What a field's value is computed from. Of the records in the record that holds the field's own; of the whole file
/// for records that stand outside the units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auto {
    /// How many of these records there are.
    Count(Vec<PlaceId>),
    /// The sum of a field.
    Sum(PlaceId),
    /// The sum of a field's digits without point or sign, as many of its last digits as fit.
    Hash(PlaceId),
    /// The value of a field of a record it belongs to or follows.
    Same(PlaceId),
}
