//! `strip_right`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text without these characters at its right end.
pub static FUNCTION: Function = Function {
    name: "strip_right",
    summary: "The text without these characters at its right end.",
    parameters: &[("text", ValueKind::Text), ("characters", ValueKind::Text)],
    required: 2,
    result: ValueKind::Text,
    examples: &[Example { call: "strip_right(\"12.500\", \"0\")", result: "12.5" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let characters = call.string(1)?;
    Ok(Value::Text(call.string(0)?.trim_end_matches(|character| characters.contains(character))))
}
