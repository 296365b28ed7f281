//! `local`

use super::prepared::ZONE;
use super::{Call, CallError, Function};
use crate::tree::value::{Value, ValueKind};

/// What the clocks of a zone show at a moment.
pub static FUNCTION: Function = Function {
    name: "local",
    summary: "What the clocks of a zone show at a moment.",
    parameters: &[("moment", ValueKind::Instant), ("zone", ValueKind::Text)],
    required: 2,
    result: ValueKind::DateTime,
    examples: &[],
    prepare: Some(ZONE),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let Value::Instant(moment, _) = call.arguments[0] else { return Err(CallError::kind(0, "an instant")) };
    Ok(Value::DateTime(call.zone(1)?.to_datetime(moment)))
}
