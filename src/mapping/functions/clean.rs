//! `clean`

use super::prepared::{Prepare, Prepared};
use super::{Call, CallError, Example, Function, charsets};
use crate::tree::value::{Value, ValueKind};

/// The text spelled with the characters of a set.
pub static FUNCTION: Function = Function {
    name: "clean",
    summary: "The text spelled with the characters of a set: ascii, latin1, unoa, unob, x12-basic or x12-extended. Letters with marks lose them, small letters become capitals where there are none, line ends become blanks; what has no other spelling is left out.",
    parameters: &[("text", ValueKind::Text), ("charset", ValueKind::Text)],
    required: 2,
    result: ValueKind::Text,
    examples: &[
        Example {
            call: "clean(\"Müller & Søn – Kärnten\", \"ascii\")", result: "Mueller & Soen - Kaernten"
        },
        Example { call: "clean(\"dock #4, rear\", \"x12-basic\")", result: "DOCK 4, REAR" },
    ],
    prepare: Some(Prepare {
        argument: 1,
        what: "set of characters",
        is_constant: true,
        is_partners: false,
        make: |name| charsets::named(name).map(Prepared::Charset),
    }),
    call,
};

fn call<'r>(call: &Call<'_, 'r>) -> Result<Value<'r>, CallError> {
    let text = call.string(0)?;
    let Some(Prepared::Charset(charset)) = call.prepared else {
        return Err(CallError::kind(1, "a set of characters"));
    };
    if text.is_empty() {
        return Ok(Value::Absent);
    }
    if text.chars().all(|character| charset.has(character)) {
        return Ok(Value::Text(text));
    }
    let mut cleaned = bumpalo::collections::String::with_capacity_in(text.len(), call.memory);
    for character in text.chars() {
        charset.spell(character, &mut |plain| cleaned.push(plain));
    }
    Ok(if cleaned.is_empty() { Value::Absent } else { Value::Text(cleaned.into_bump_str()) })
}
