//! `upper`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text in capital letters.
pub static FUNCTION: Function = Function {
    name: "upper",
    summary: "The text in capital letters.",
    parameters: &[("text", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "upper(\"sw1a 1aa\")", result: "SW1A 1AA" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(call.text(call.string(0)?.to_uppercase()))
}
