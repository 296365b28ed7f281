//! `date`

use super::prepared::FORM_OF_DATE;
use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// A text in a form such as MM/dd/yyyy as a day.
pub static FUNCTION: Function = Function {
    name: "date",
    summary: "A text in a form such as MM/dd/yyyy as a day.",
    parameters: &[("text", ValueKind::Text), ("form", ValueKind::Text)],
    required: 2,
    result: ValueKind::Date,
    examples: &[Example {
        call: "format_date(date(\"11/24/2026\", \"MM/dd/yyyy\"), \"yyyyMMdd\")",
        result: "20261124",
    }],
    prepare: Some(FORM_OF_DATE),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(Value::Date(call.moment(0, 1)?.date()))
}
