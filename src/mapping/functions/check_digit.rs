//! `check_digit`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The check digit that belongs in the last place of a GS1 number.
pub static FUNCTION: Function = Function {
    name: "check_digit",
    summary: "The check digit that belongs in the last place of a GS1 number.",
    parameters: &[("number", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "check_digit(\"412345600011\")", result: "0" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let text = call.string(0)?;
    let body = text.get(..text.len().saturating_sub(1)).unwrap_or("");
    match crate::base::identifiers::check_digit(body) {
        Some(digit) => Ok(call.text(digit.to_string())),
        None => Err(CallError::new(format!("`{text}` is not a number of digits only"))),
    }
}
