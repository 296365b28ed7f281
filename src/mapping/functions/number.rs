//! `number`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// A text of digits, sign and point as a number.
pub static FUNCTION: Function = Function {
    name: "number",
    summary: "A text of digits, sign and point as a number.",
    parameters: &[("text", ValueKind::Nothing)],
    required: 1,
    result: ValueKind::Number,
    examples: &[Example { call: "number(\"007\")", result: "7" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    match call.arguments[0] {
        Value::Number(number) => Ok(Value::Number(number)),
        _ => {
            let text = call.string(0)?;
            crate::base::decimal::Decimal::parse(text.trim().as_bytes())
                .map(Value::Number)
                .ok_or_else(|| CallError::new(format!("`{text}` is not a number")))
        }
    }
}
