//! `replace`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The text with every occurrence of one text replaced by another.
pub static FUNCTION: Function = Function {
    name: "replace",
    summary: "The text with every occurrence of one text replaced by another.",
    parameters: &[("text", ValueKind::Text), ("old", ValueKind::Text), ("new", ValueKind::Text)],
    required: 3,
    result: ValueKind::Text,
    examples: &[Example { call: "replace(\"a-b-c\", \"-\", \" \")", result: "a b c" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(call.text(call.string(0)?.replace(call.string(1)?, call.string(2)?)))
}
