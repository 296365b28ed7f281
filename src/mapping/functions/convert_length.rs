//! `convert_length`

use super::measures::{LENGTHS, convert};
use super::{Example, Function};
use crate::tree::value::ValueKind;

/// A length in another unit: MTR, CMT, MMT, KMT, INH, FOT or YRD.
pub static FUNCTION: Function = Function {
    name: "convert_length",
    summary: "A length in another unit: MTR, CMT, MMT, KMT, INH, FOT or YRD. What does not come out needs `round` on the line.",
    parameters: &[("number", ValueKind::Number), ("from", ValueKind::Text), ("to", ValueKind::Text)],
    required: 3,
    result: ValueKind::Number,
    examples: &[
        Example { call: "convert_length(48, \"INH\", \"CMT\")", result: "121.92" },
        Example { call: "convert_length(6, \"FOT\", \"YRD\")", result: "2" },
    ],
    prepare: None,
    call: |call| convert(call, LENGTHS),
};
