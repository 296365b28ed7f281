//! Units of weight and length, by their codes of UNECE Recommendation 20, and what is in them, exactly.

use super::{Call, CallError};
use crate::base::decimal::Decimal;
use crate::tree::value::Value;

/// Units of one kind: the code and how many base units are in one, as digits and the number of them behind the point.
pub type Units = &'static [(&'static str, i64, u8)];

/// Weights, in kilograms.
pub const WEIGHTS: Units = &[
    ("KGM", 1, 0),
    ("GRM", 1, 3),
    ("TNE", 1000, 0),
    ("LBR", 45_359_237, 8),
    ("ONZ", 28_349_523_125, 12),
    ("STN", 90_718_474, 5),
    ("LTN", 10_160_469_088, 7),
];

/// Lengths, in metres.
pub const LENGTHS: Units = &[
    ("MTR", 1, 0),
    ("CMT", 1, 2),
    ("MMT", 1, 3),
    ("KMT", 1000, 0),
    ("INH", 254, 4),
    ("FOT", 3048, 4),
    ("YRD", 9144, 4),
];

/// `convert_…(number, from, to)`: exactly, or near where the line rounds.
pub fn convert<'r>(call: &Call<'_, 'r>, units: Units) -> Result<Value<'r>, CallError> {
    let number = call.decimal(0)?;
    let (from, to) = (call.string(1)?, call.string(2)?);
    let (from_size, to_size) = (size(units, from)?, size(units, to)?);
    if from == to {
        return Ok(Value::Number(number));
    }
    let base = number.checked_mul(from_size).ok_or_else(CallError::too_many_digits)?;
    call.quotient(base, to_size, || format!("{number} {from} in {to}"))
}

fn size(units: Units, code: &str) -> Result<Decimal, CallError> {
    let found = units.iter().find(|(known, ..)| *known == code);
    found.and_then(|&(_, digits, scale)| Decimal::new(digits.into(), scale)).ok_or_else(|| {
        let known: Vec<&str> = units.iter().map(|(known, ..)| *known).collect();
        CallError::new(format!("`{code}` is none of the units {}", known.join(", ")))
    })
}
