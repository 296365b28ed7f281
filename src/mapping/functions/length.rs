//! `length`

use super::{Call, CallError, Example, Function};
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
    Ok(Value::Number(crate::base::decimal::Decimal::from_integer(call.string(0)?.chars().count() as i64)))
}
