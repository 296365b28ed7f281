//! `capture`

use super::prepared::{PATTERN, Prepared};
use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// What a pattern finds in a text.
pub static FUNCTION: Function = Function {
    name: "capture",
    summary: "What the first group of a regular expression finds in the text, or all it finds if it has no group; nothing if it finds nothing.",
    parameters: &[("text", ValueKind::Text), ("pattern", ValueKind::Text)],
    required: 2,
    result: ValueKind::Text,
    examples: &[
        Example { call: "capture(\"PO 4711 / dept 12\", \"PO *([0-9]+)\")", result: "4711" },
        Example { call: "capture(\"LOT-7B\", \"[0-9][A-Z]\")", result: "7B" },
        Example { call: "capture(\"no number\", \"[0-9]+\") else \"none\"", result: "none" },
    ],
    prepare: Some(PATTERN),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let text = call.string(0)?;
    let Some(Prepared::Pattern(pattern)) = call.prepared else {
        return Err(CallError::kind(1, "a pattern"));
    };
    // A group of its own costs more to find than the whole.
    let found = match pattern.captures_len() {
        1 => pattern.find(text),
        _ => pattern.captures(text).and_then(|groups| groups.get(1)),
    };
    let found = found.map(|found| found.as_str()).filter(|found| !found.is_empty());
    Ok(found.map_or(Value::Absent, Value::Text))
}
