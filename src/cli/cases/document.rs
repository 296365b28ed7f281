//! A canonical document, kept as JSON, as a record to compare.

use super::difference::{Content, Item};
use serde_json::{Map, Value};

/// Fields that tell the records of a list apart, best first.
const KEYS: [&str; 5] = ["no", "number", "sscc", "id", "type"];

/// The fields of a document; `None` if the bytes are none.
pub fn items(bytes: &[u8]) -> Option<Vec<Item>> {
    match serde_json::from_slice(bytes).ok()? {
        Value::Object(fields) => Some(record(&fields)),
        _ => None,
    }
}

/// What a document is called: its kind and its number.
pub fn name(kind: &str, bytes: &[u8]) -> String {
    let number = items(bytes).and_then(|items| {
        let number = items.into_iter().find(|item| item.name == "number")?;
        match number.content {
            Content::Value(number) => Some(number),
            Content::Record(_) => None,
        }
    });
    let kind = kind.replace('_', " ");
    match number {
        Some(number) => format!("{kind} {}", crate::diagnostics::render::terminal::sanitize(&number)),
        None => kind,
    }
}

fn record(fields: &Map<String, Value>) -> Vec<Item> {
    let mut items = Vec::new();
    for (name, value) in fields {
        match value {
            Value::Array(list) => items.extend(list.iter().map(|value| item(name, value, true))),
            value => items.push(item(name, value, false)),
        }
    }
    items
}

fn item(name: &str, value: &Value, is_many: bool) -> Item {
    let noun = match is_many {
        true => name.strip_suffix('s').unwrap_or(name),
        false => name,
    };
    let (key, content) = match value {
        Value::Object(fields) => {
            let key = KEYS.iter().find_map(|key| fields.get(*key)).map(text).unwrap_or_default();
            (if is_many { key } else { String::new() }, Content::Record(record(fields)))
        }
        value => (String::new(), Content::Value(text(value))),
    };
    Item { name: name.into(), noun: noun.into(), key, is_many, content }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
