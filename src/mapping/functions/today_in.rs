//! `today_in`

use super::prepared::{Prepare, ZONE};
use super::{Call, CallError, Function};
use crate::tree::value::{Value, ValueKind};

/// The day it is in a zone when the message is translated.
pub static FUNCTION: Function = Function {
    name: "today_in",
    summary: "The day it is in a zone when the message is translated.",
    parameters: &[("zone", ValueKind::Text)],
    required: 1,
    result: ValueKind::Date,
    examples: &[],
    prepare: Some(Prepare { argument: 0, ..ZONE }),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Date(call.now.to_zoned_datetime(call.zone(0)?).date()))
}
