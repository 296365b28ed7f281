//! `trim`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text without blanks at either end.
pub static FUNCTION: Function = Function {
    name: "trim",
    summary: "The text without blanks at either end.",
    parameters: &[("text", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "trim(\"  x \")", result: "x" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Text(call.string(0)?.trim()))
}
