//! `add_days`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};
use jiff::Span;

/// The day so many days later; earlier if the number is below zero.
pub static FUNCTION: Function = Function {
    name: "add_days",
    summary: "The day so many days later; earlier if the number is below zero.",
    parameters: &[("date", ValueKind::Date), ("days", ValueKind::Number)],
    required: 2,
    result: ValueKind::Date,
    examples: &[
        Example {
            call: "format_date(add_days(date(\"20261231\", \"yyyyMMdd\"), 1), \"yyyyMMdd\")",
            result: "20270101",
        },
        Example {
            call: "format_date(add_days(date(\"20260301\", \"yyyyMMdd\"), 0 - 1), \"yyyyMMdd\")",
            result: "20260228",
        },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let Value::Date(date) = call.arguments[0] else { return Err(CallError::kind(0, "a date")) };
    let days = call.decimal(1)?.units_at(0).and_then(|days| i64::try_from(days).ok());
    let days = days.ok_or_else(|| CallError::kind(1, "a whole number"))?;
    let later = Span::new().try_days(days).and_then(|days| date.checked_add(days));
    let later = later.map_err(|_| CallError::new(format!("there is no day {days} days from {date}")))?;
    Ok(Value::Date(later))
}
