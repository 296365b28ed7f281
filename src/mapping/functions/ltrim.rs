//! `ltrim`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text without blanks at its left end.
pub static FUNCTION: Function = Function {
    name: "ltrim",
    summary: "The text without blanks at its left end.",
    parameters: &[("text", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "ltrim(\"  A B \") & \"|\"", result: "A B |" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Text(call.string(0)?.trim_start()))
}
