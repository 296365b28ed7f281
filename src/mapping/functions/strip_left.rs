//! `strip_left`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text without these characters at its left end.
pub static FUNCTION: Function = Function {
    name: "strip_left",
    summary: "The text without these characters at its left end.",
    parameters: &[("text", ValueKind::Text), ("characters", ValueKind::Text)],
    required: 2,
    result: ValueKind::Text,
    examples: &[Example { call: "strip_left(\"000123\", \"0\")", result: "123" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let characters = call.string(1)?;
    Ok(Value::Text(call.string(0)?.trim_start_matches(|character| characters.contains(character))))
}
