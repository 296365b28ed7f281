//! Canonical documents as lines `path = value`, as the manual shows them.

use serde_json::{Map, Value};

/// A document as lines, in the order of its fields.
pub fn lines(document: &Value) -> String {
    let mut out = String::new();
    write(document, "", &mut out);
    out
}

fn write(value: &Value, path: &str, out: &mut String) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                write(value, &format!("{path}{dot}{name}"), out);
            }
        }
        Value::Array(items) => {
            for (at, item) in (1..).zip(items) {
                write(item, &format!("{path}[{at}]"), out);
            }
        }
        leaf => out.push_str(&format!("{path} = {leaf}\n")),
    }
}

/// Lines as a document.
pub fn document(text: &str) -> Value {
    let mut root = Value::Object(Map::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (path, value) = line.split_once('=').unwrap_or_else(|| panic!("`{line}` is not `path = value`"));
        let value: Value =
            serde_json::from_str(value.trim()).unwrap_or_else(|error| panic!("`{line}`: {error}"));
        *at(&mut root, path.trim()) = value;
    }
    root
}

fn at<'v>(root: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('.').fold(root, |value, step| {
        let (name, ordinal) = match step.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse::<usize>().ok()),
            None => (step, None),
        };
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        let field = value.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
        let Some(ordinal) = ordinal else { return field };
        if !field.is_array() {
            *field = Value::Array(Vec::new());
        }
        let items = field.as_array_mut().unwrap();
        while items.len() < ordinal {
            items.push(Value::Null);
        }
        &mut items[ordinal - 1]
    })
}
