//! `mid`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// Characters of the text from a position on, counted from 1.
pub static FUNCTION: Function = Function {
    name: "mid",
    summary: "Characters of the text from a position on, counted from 1.",
    parameters: &[("text", ValueKind::Text), ("from", ValueKind::Number), ("count", ValueKind::Number)],
    required: 3,
    result: ValueKind::Text,
    examples: &[
        Example { call: "mid(\"ABCDE\", 2, 3)", result: "BCD" },
        Example { call: "mid(\"ABCDE\", 4, 9)", result: "DE" },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let (text, from, count) = (call.string(0)?, call.count(1)?, call.count(2)?);
    let Some(before) = from.checked_sub(1) else {
        return Err(CallError::new("positions are counted from 1: there is no character 0"));
    };
    let rest = &text[byte_of(text, before)..];
    Ok(Value::Text(&rest[..byte_of(rest, count)]))
}

/// Where the character with this number from 0 starts; the end if there are fewer.
fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}
