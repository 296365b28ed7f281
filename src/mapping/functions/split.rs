//! `split`

use super::{Call, CallError, Example, Function};
use crate::tree::value::{Value, ValueKind};

/// One part of a text, or all of them as a list, which the language makes.
pub static FUNCTION: Function = Function {
    name: "split",
    summary: "The parts of a text between separators: with a number that part, counted from 1, without it all of them as a list. Blanks around parts are left out, and empty parts are nothing.",
    parameters: &[("text", ValueKind::Text), ("separator", ValueKind::Text), ("number", ValueKind::Number)],
    required: 2,
    result: ValueKind::Text,
    examples: &[
        Example { call: "split(\"A-12-7\", \"-\", 2)", result: "12" },
        Example { call: "split(\"A--7\", \"-\", 2) else \"none\"", result: "none" },
        Example { call: "join(split(\"S1, S2,S3\", \",\"), \"/\")", result: "S1/S2/S3" },
    ],
    prepare: None,
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let number = call.count(2)?.checked_sub(1);
    let Some(before) = number else {
        return Err(CallError::new("parts are counted from 1: there is no part 0"));
    };
    let part = parts(call.string(0)?, call.string(1)?).nth(before);
    Ok(part.filter(|part| !part.is_empty()).map_or(Value::Absent, Value::Text))
}

/// The parts of a text between separators, without the blanks around them. Without a separator it has one.
pub fn parts<'t>(text: &'t str, separator: &str) -> impl Iterator<Item = &'t str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let whole = rest?;
        let found = if separator.is_empty() { None } else { whole.split_once(separator) };
        rest = found.map(|(_, behind)| behind);
        Some(found.map_or(whole, |(part, _)| part).trim())
    })
}
