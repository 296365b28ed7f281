//! `house_number`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// The number of a house in a line with its street, behind the street or before it; nothing if there is none.
pub static FUNCTION: Function = Function {
    name: "house_number",
    summary: "The number of a house in a line with its street, behind the street or before it; nothing if there is none.",
    parameters: &[("line", ValueKind::Text)],
    required: 1,
    result: ValueKind::Text,
    examples: &[
        Example { call: "house_number(\"Hafenstrasse 7b\")", result: "7b" },
        Example { call: "house_number(\"12 Quarry Road\")", result: "12" },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    Ok(split(call.string(0)?).map_or(Value::Absent, |(_, number)| Value::Text(number)))
}

/// Street and number of a line that has both.
pub(super) fn split(line: &str) -> Option<(&str, &str)> {
    let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let line = line.trim();
    let (before, last) = line.rsplit_once(' ')?;
    if is_number(last) {
        return Some((before.trim_end(), last));
    }
    let (first, behind) = line.split_once(' ')?;
    is_number(first).then(|| (behind.trim_start(), first))
}
