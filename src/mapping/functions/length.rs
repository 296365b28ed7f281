//! `length`

use super::{Call, CallError, Example, Function};
use crate::base::decimal::Decimal;
use crate::tree::value::{Value, ValueKind};

/// How many characters the text has.
pub static FUNCTION: Function = Function {
    name: "length",
    summary: "How many characters the text has.",
    parameters: &[("text", ValueKind::Text)],
    required: 1,
    result: ValueKind::Number,
    examples: &[Example { call: "length(\"ABC\")", result: "3" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let text = call.string(0)?;
    let count = if text.is_ascii() { text.len() } else { text.chars().count() };
    Ok(Value::Number(Decimal::from_integer(count as i64)))
}
