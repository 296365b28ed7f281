//! `valid_gtin`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// Whether the GTIN has the right length and check digit.
pub static FUNCTION: Function = Function {
    name: "valid_gtin",
    summary: "Whether the GTIN has the right length and check digit.",
    parameters: &[("gtin", ValueKind::Text)],
    required: 1,
    result: ValueKind::Bool,
    examples: &[
        Example { call: "valid_gtin(\"412345600010\")", result: "true" },
        Example { call: "valid_gtin(\"412345600011\")", result: "false" },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Bool(crate::base::identifiers::is_gtin(call.string(0)?)))
}
