//! `digits`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The digits of the text and nothing else; nothing if it has none.
pub static FUNCTION: Function = Function {
    name: "digits",
    summary: "The digits of the text and nothing else; nothing if it has none.",
    parameters: &[("text", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "digits(\"SO-88 213\")", result: "88213" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let digits: String = call.string(0)?.chars().filter(char::is_ascii_digit).collect();
    Ok(if digits.is_empty() { Value::Absent } else { call.text(digits) })
}
