//! `left`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The first characters of the text.
pub static FUNCTION: Function = Function {
    name: "left",
    summary: "The first characters of the text.",
    parameters: &[("text", ValueKind::Text), ("count", ValueKind::Number)],
    required: 2,
    result: ValueKind::Text,
    examples: &[Example { call: "left(\"ABCDE\", 3)", result: "ABC" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let text = call.string(0)?;
    let end = text.char_indices().nth(call.count(1)?).map_or(text.len(), |(at, _)| at);
    Ok(Value::Text(&text[..end]))
}
