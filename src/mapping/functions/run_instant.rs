//! `run_instant`

use super::{Call, CallError, Function};
use crate::tree::value::{Value, ValueKind};
use jiff::tz::Offset;

/// The moment the message is translated: the same for every run of it.
pub static FUNCTION: Function = Function {
    name: "run_instant",
    summary: "The moment the message is translated: the same for every run of it.",
    parameters: &[],
    required: 0,
    result: ValueKind::Instant,
    examples: &[],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Instant(call.now, Offset::UTC))
}
