//! `abs`

use super::{Call, CallError, Example, Function};
use crate::base::decimal::Decimal;
use crate::tree::value::{Value, ValueKind};

/// The number without its sign.
pub static FUNCTION: Function = Function {
    name: "abs",
    summary: "The number without its sign.",
    parameters: &[("number", ValueKind::Number)],
    required: 1,
    result: ValueKind::Number,
    examples: &[Example { call: "abs(0 - 12.5)", result: "12.5" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let number = call.decimal(0)?;
    let positive = if number.is_negative() { Decimal::ZERO.checked_sub(number) } else { Some(number) };
    positive.map(Value::Number).ok_or_else(|| CallError::new("the number has too many digits"))
}
