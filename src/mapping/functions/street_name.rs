//! `street_name`

use super::house_number::split;
use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The street in a line with the number of a house; the whole line if there is none.
pub static FUNCTION: Function = Function {
    name: "street_name",
    summary: "The street in a line with the number of a house; the whole line if there is none.",
    parameters: &[("line", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[
        Example { call: "street_name(\"Hafenstrasse 7b\")", result: "Hafenstrasse" },
        Example { call: "street_name(\"12 Quarry Road\")", result: "Quarry Road" },
        Example { call: "street_name(\"Am Markt\")", result: "Am Markt" },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let line = call.string(0)?;
    Ok(Value::Text(split(line).map_or(line.trim(), |(street, _)| street)))
}
