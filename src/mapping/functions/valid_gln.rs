//! `valid_gln`

use super::{Call, CallError, Example, Function};
use crate::base::identifiers;
use crate::tree::value::{Value, ValueKind};

/// Whether the text is a GLN: 13 digits with a right check digit.
pub static FUNCTION: Function = Function {
    name: "valid_gln",
    summary: "Whether the text is a GLN: 13 digits with a right check digit.",
    parameters: &[("gln", ValueKind::Text)],
    required: 1,
    result: ValueKind::Bool,
    examples: &[
        Example { call: "valid_gln(\"9520002000019\")", result: "true" },
        Example { call: "valid_gln(\"9520002000018\")", result: "false" },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Bool(identifiers::is_gln(call.string(0)?)))
}
