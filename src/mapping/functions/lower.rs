//! `lower`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text in small letters.
pub static FUNCTION: Function = Function {
    name: "lower",
    summary: "The text in small letters.",
    parameters: &[("text", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "lower(\"DEMO\")", result: "demo" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(call.text(call.string(0)?.to_lowercase()))
}
