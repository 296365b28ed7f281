//! `pad_right`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text filled up on its right to a length.
pub static FUNCTION: Function = Function {
    name: "pad_right",
    summary: "The text filled up on its right to a length.",
    parameters: &[("text", ValueKind::Text), ("length", ValueKind::Number), ("with", ValueKind::Text)],
    required: 3,
    result: ValueKind::Text,
    examples: &[Example { call: "pad_right(\"AB\", 5, \".\")", result: "AB..." }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let (text, length, with) = (call.string(0)?, call.count(1)?, call.string(2)?);
    let missing = length.saturating_sub(text.chars().count());
    let filled = with.chars().cycle().take(missing);
    Ok(call.text(text.chars().chain(filled).collect()))
}
