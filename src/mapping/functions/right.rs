//! `right`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The last characters of the text.
pub static FUNCTION: Function = Function {
    name: "right",
    summary: "The last characters of the text.",
    parameters: &[("text", ValueKind::Text), ("count", ValueKind::Number)],
    required: 2,
    result: ValueKind::Text,
    examples: &[Example { call: "right(\"ABCDE\", 3)", result: "CDE" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let text = call.string(0)?;
    let left_out = text.chars().count().saturating_sub(call.count(1)?);
    let start = text.char_indices().nth(left_out).map_or(text.len(), |(at, _)| at);
    Ok(Value::Text(&text[start..]))
}
