//! `gtin14`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};
use bumpalo::collections::String;

const DIGITS: usize = 14;
const ZEROS: &str = "00000000000000";

/// A GTIN of 8, 12, 13 or 14 digits with 14 digits.
pub static FUNCTION: Function = Function {
    name: "gtin14",
    summary: "A GTIN of 8, 12, 13 or 14 digits with 14 digits.",
    parameters: &[("gtin", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[Example { call: "gtin14(\"412345600010\")", result: "00412345600010" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let text = call.string(0)?;
    let is_number = text.bytes().fold(true, |is_so_far, byte| is_so_far & byte.is_ascii_digit());
    if !matches!(text.len(), 8 | 12 | 13 | 14) || !is_number {
        return Err(CallError::new(format!("`{text}` is no GTIN: it must have 8, 12, 13 or 14 digits")));
    }
    if text.len() == DIGITS {
        return Ok(Value::Text(text));
    }
    let mut padded = String::with_capacity_in(DIGITS, call.memory);
    padded.push_str(&ZEROS[text.len()..]);
    padded.push_str(text);
    Ok(Value::Text(padded.into_bump_str()))
}
