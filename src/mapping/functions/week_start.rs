//! `week_start`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};
use jiff::civil::{ISOWeekDate, Weekday};

/// The Monday of a week of a year, ISO 8601.
pub static FUNCTION: Function = Function {
    name: "week_start",
    summary: "The Monday of a week of a year, ISO 8601.",
    parameters: &[("year", ValueKind::Number), ("week", ValueKind::Number)],
    required: 2,
    result: ValueKind::Date,
    examples: &[
        Example { call: "format_date(week_start(2026, 1), \"yyyyMMdd\")", result: "20251229" },
        Example { call: "format_date(week_start(2026, 48), \"yyyyMMdd\")", result: "20261123" },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let (year, week) = (call.count(0)?, call.count(1)?);
    let date = i16::try_from(year)
        .ok()
        .zip(i8::try_from(week).ok())
        .and_then(|(year, week)| Some(ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date()));
    date.map(Value::Date).ok_or_else(|| CallError::new(format!("the year {year} has no week {week}")))
}
