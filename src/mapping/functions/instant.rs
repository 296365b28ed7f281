//! `instant`

use super::{Call, CallError, Function};
use crate::tree::value::{Value, ValueKind};

/// The moment that a date with time is in a zone. A time that a clock change skips or doubles takes the earlier offset.
pub static FUNCTION: Function = Function {
    name: "instant",
    summary: "The moment that a date with time is in a zone. A time that a clock change skips or doubles takes the earlier offset.",
    parameters: &[("local", ValueKind::DateTime), ("zone", ValueKind::Text)],
    required: 2,
    result: ValueKind::Instant,
    examples: &[],
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let Value::DateTime(local) = call.arguments[0] else {
        return Err(CallError::kind(0, "a date with time"));
    };
    let zone = call.zone(1)?;
    let zoned = zone
        .to_ambiguous_zoned_datetime(local)
        .earlier()
        .map_err(|error| CallError::new(error.to_string()))?;
    Ok(Value::Instant(zoned.timestamp(), zoned.offset()))
}
