//! `datetime`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// A day and a time of day as one, without a zone.
pub static FUNCTION: Function = Function {
    name: "datetime",
    summary: "A day and a time of day as one, without a zone.",
    parameters: &[("date", ValueKind::Date), ("time", ValueKind::Time)],
    required: 2,
    result: ValueKind::DateTime,
    examples: &[Example {
        call: "format_date(datetime(date(\"261124\", \"yyMMdd\"), time(\"0815\", \"HHmm\")), \"yyyyMMddHHmm\")",
        result: "202611240815",
    }],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let Value::Date(date) = call.arguments[0] else { return Err(CallError::kind(0, "a date")) };
    let Value::Time(time) = call.arguments[1] else { return Err(CallError::kind(1, "a time")) };
    Ok(Value::DateTime(date.to_datetime(time)))
}
