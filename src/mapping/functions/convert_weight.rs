//! `convert_weight`

use super::measures::{WEIGHTS, convert};
use super::{Example, Function};
use crate::tree::value::ValueKind;

/// A weight in another unit: KGM, GRM, TNE, LBR, ONZ, STN or LTN.
pub static FUNCTION: Function = Function {
    name: "convert_weight",
    summary: "A weight in another unit: KGM, GRM, TNE, LBR, ONZ, STN or LTN. What does not come out needs `round` on the line.",
    parameters: &[("number", ValueKind::Number), ("from", ValueKind::Text), ("to", ValueKind::Text)],
    required: 3,
    result: ValueKind::Number,
    examples: &[
        Example { call: "convert_weight(92.5, \"LBR\", \"KGM\")", result: "41.957294225" },
        Example { call: "round(convert_weight(2, \"TNE\", \"GRM\"), 0, \"half_up\")", result: "2000000" },
    ],
    prepare: None,
    call: |call| convert(call, WEIGHTS),
};
