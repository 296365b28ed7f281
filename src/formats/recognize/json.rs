//! JSON at a glance, also where it breaks off or has a slip in it.

use crate::formats::Format;
use crate::formats::json::Json;

/// How sure it is that a text is JSON, and what is odd about it; `None` if it is not.
pub(super) fn sure(text: &str, oddities: &mut Vec<String>) -> Option<u8> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    // Values may stand one behind the other.
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let Some(broken) = values.find_map(Result::err) else { return Some(100) };
    if !Json.sniff(text.as_bytes()) {
        return None;
    }
    oddities.push(format!("it is not well-formed: {broken}"));
    Some(90)
}
