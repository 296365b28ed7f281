//! `text`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// A value as text: a number without zeros at its end, a date as yyyy-MM-dd.
pub static FUNCTION: Function = Function {
    name: "text",
    summary: "A value as text: a number without zeros at its end, a date as yyyy-MM-dd.",
    parameters: &[("value", ValueKind::Nothing)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "text(12.50)", result: "12.5" }],
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(call.text(call.arguments[0].show()))
}
