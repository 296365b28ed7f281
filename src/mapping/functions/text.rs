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
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let mut digits = [0; 44];
    Ok(match call.arguments[0] {
        Value::Text(text) => Value::Text(text),
        Value::Number(number) => Value::Text(call.memory.alloc_str(number.write_into(&mut digits))),
        other => call.text(other.show()),
    })
}
