//! `time_in`

use super::prepared::ZONE;
use super::{Call, CallError, Function};
use crate::tree::value::{Value, ValueKind};

/// The time of day that a moment is in a zone.
pub static FUNCTION: Function = Function {
    name: "time_in",
    summary: "The time of day that a moment is in a zone.",
    parameters: &[("moment", ValueKind::Instant), ("zone", ValueKind::Text)],
    required: 2,
    result: ValueKind::Time,
    examples: &[],
    prepare: Some(ZONE),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let Value::Instant(moment, _) = call.arguments[0] else { return Err(CallError::kind(0, "an instant")) };
    Ok(Value::Time(moment.to_zoned_datetime(call.zone(1)?).time()))
}
