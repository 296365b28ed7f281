//! `rtrim`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text without blanks at its right end.
pub static FUNCTION: Function = Function {
    name: "rtrim",
    summary: "The text without blanks at its right end.",
    parameters: &[("text", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "\"|\" & rtrim(\"  A B \")", result: "|  A B" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Text(call.string(0)?.trim_end()))
}
