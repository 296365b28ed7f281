//! `time`

use super::prepared::FORM_OF_TIME;
use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// A text in a form such as HH:mm as a time of day.
pub static FUNCTION: Function = Function {
    name: "time",
    summary: "A text in a form such as HH:mm as a time of day.",
    parameters: &[("text", ValueKind::Text), ("form", ValueKind::Text)],
    required: 2,
    result: ValueKind::Time,
    examples: &[Example { call: "format_date(time(\"15:42\", \"HH:mm\"), \"HHmmss\")", result: "154200" }],
    prepare: Some(FORM_OF_TIME),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Time(call.moment(0, 1)?.time()))
}
