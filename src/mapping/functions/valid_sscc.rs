//! `valid_sscc`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// Whether the SSCC has 18 digits and the right check digit.
pub static FUNCTION: Function = Function {
    name: "valid_sscc",
    summary: "Whether the SSCC has 18 digits and the right check digit.",
    parameters: &[("sscc", ValueKind::Text)],
    required: 1,
    result: ValueKind::Bool,
    examples: &[Example { call: "valid_sscc(\"395200020000000010\")", result: "true" }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Bool(crate::base::identifiers::is_sscc(call.string(0)?)))
}
