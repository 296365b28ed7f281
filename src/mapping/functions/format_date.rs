//! `format_date`

use super::prepared::FORM;
use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};
use jiff::civil::{Date, Time};

/// A day, time or both as text in a form such as yyyyMMdd.
pub static FUNCTION: Function = Function {
    name: "format_date",
    summary: "A day, time or both as text in a form such as yyyyMMdd.",
    parameters: &[("moment", ValueKind::Nothing), ("form", ValueKind::Text)],
    required: 2,
    result: ValueKind::Text,
    examples: &[Example {
        call: "format_date(date(\"20261124\", \"yyyyMMdd\"), \"dd.MM.yyyy\")",
        result: "24.11.2026",
    }],
    prepare: Some(FORM),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let moment = match call.arguments[0] {
        Value::Date(date) => date.to_datetime(Time::midnight()),
        Value::Time(time) => Date::constant(1970, 1, 1).to_datetime(time),
        Value::DateTime(moment) => moment,
        // As it is shown: at the offset it came with.
        Value::Instant(moment, offset) => offset.to_datetime(moment),
        _ => return Err(CallError::kind(0, "a date or a time")),
    };
    let mut text = bumpalo::collections::String::new_in(call.memory);
    call.form(1)?.write(moment, &mut text);
    Ok(Value::Text(text.into_bump_str()))
}
