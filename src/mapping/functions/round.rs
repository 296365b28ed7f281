//! `round`

use super::{Call, CallError, Example, Function};
use crate::base::decimal::RoundingMode;
use crate::tree::value::{Value, ValueKind};

/// The number rounded to digits after the point: half_up, half_even, down or up.
pub static FUNCTION: Function = Function {
    name: "round",
    summary: "The number rounded to digits after the point: half_up, half_even, down or up.",
    parameters: &[("number", ValueKind::Number), ("digits", ValueKind::Number), ("mode", ValueKind::Text)],
    required: 3,
    result: ValueKind::Number,
    examples: &[
        Example { call: "round(2.345, 2, \"half_up\")", result: "2.35" },
        Example { call: "round(7, 0, \"half_up\")", result: "7" },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let mode = match call.string(2)? {
        "half_up" => RoundingMode::HalfUp,
        "half_even" => RoundingMode::HalfEven,
        "down" => RoundingMode::Down,
        "up" => RoundingMode::Up,
        other => return Err(CallError::new(format!("no rounding is called `{other}`"))),
    };
    Ok(Value::Number(call.decimal(0)?.round(call.count(1)?.min(18) as u8, mode)))
}
