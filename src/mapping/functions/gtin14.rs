//! `gtin14`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

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
    if !matches!(text.len(), 8 | 12 | 13 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CallError::new(format!("`{text}` is no GTIN: it must have 8, 12, 13 or 14 digits")));
    }
    let mut padded = [b'0'; 14];
    padded[14 - text.len()..].copy_from_slice(text.as_bytes());
    let padded: &[u8; 14] = call.memory.alloc(padded);
    Ok(std::str::from_utf8(padded).map_or(Value::Absent, Value::Text))
}
