//! Extracts of directories in JSON: one object per directory with `segments`, `composites`, `elements`, `codes` and
//! `messages`; or service segments by syntax version (`V3`, `V4`), where elements stand inside what they are part of; or
//! only `codes` of service elements.

use super::super::model::{Directory, Element, Group, Item, Message, Part, titled};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The syntax versions whose service segments are taken, as extracts call them and as we do.
const SERVICE: [(&str, &str); 2] = [("V3", "service-3"), ("V4", "service-4")];

/// Adds what a file has. `false` if it is no extract.
pub fn read(bytes: &[u8], name: &str, found: &mut BTreeMap<String, Directory>) -> Result<bool, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|error| format!("{name}: {error}"))?;
    let Some(file) = file.as_object() else { return Ok(false) };
    if let Some(directory) = file.get("directory").and_then(Value::as_str) {
        let own = found.entry(directory.to_string()).or_default();
        own.name = directory.to_string();
        fill(own, file);
        return Ok(true);
    }
    let mut is_known = false;
    for (version, name) in SERVICE {
        let own = || Directory { name: name.to_string(), ..Directory::default() };
        if let Some(service) = file.get(version).and_then(Value::as_object) {
            let own = found.entry(name.to_string()).or_insert_with(own);
            fill(own, service);
            complete(own);
            is_known = true;
        } else if let Some(codes) = file.get("codes").and_then(Value::as_object) {
            fill_codes(found.entry(name.to_string()).or_insert_with(own), codes);
            is_known = true;
        }
    }
    Ok(is_known)
}

fn fill(directory: &mut Directory, from: &Map<String, Value>) {
    let objects = |name: &str| from.get(name).and_then(Value::as_object).into_iter().flatten();
    for (id, element) in objects("elements") {
        let element = Element { title: titled(text(element, "n")), kind: text(element, "t").to_string() };
        directory.elements.insert(id.clone(), element);
    }
    for (id, composite) in objects("composites") {
        let composite = group(directory, composite);
        directory.composites.insert(id.clone(), composite);
    }
    for (tag, segment) in objects("segments") {
        let segment = group(directory, segment);
        directory.segments.insert(tag.clone(), segment);
    }
    if let Some(codes) = from.get("codes").and_then(Value::as_object) {
        fill_codes(directory, codes);
    }
    for (kind, message) in objects("messages") {
        let mut own = Message { is_open: number(message, "depth_left") > Some(0), ..Message::default() };
        own.title = titled(text(message, "name"));
        own.items = match message.as_array() {
            Some(parts) => items(parts),
            None => items(list(message, "k")),
        };
        directory.messages.insert(kind.clone(), own);
    }
}

fn fill_codes(directory: &mut Directory, lists: &Map<String, Value>) {
    for (element, list) in lists {
        let codes = list.as_object().into_iter().flatten();
        // Words of a description that a line end has put where codes stand are none.
        let codes = codes.filter(|(code, _)| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let codes: BTreeMap<String, String> = codes
            .map(|(code, name)| (code.clone(), titled_code(name.as_str().unwrap_or_default())))
            .collect();
        if !codes.is_empty() {
            directory.codes.insert(element.clone(), codes);
        }
    }
}

fn titled_code(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A segment or composite, and what is only described inside of it.
fn group(directory: &mut Directory, from: &Value) -> Group {
    let mut parts = Vec::new();
    for part in list(from, "e") {
        let id = text(part, "c").to_string();
        let inner = list(part, "k");
        if !inner.is_empty() && !directory.composites.contains_key(&id) {
            let composite = Group { title: words(text(part, "n")), parts: inner.iter().map(usage).collect() };
            inner.iter().for_each(|part| element(directory, part));
            directory.composites.insert(id, composite);
        }
        element(directory, part);
        parts.push(usage(part));
    }
    Group { title: words(text(from, "n")), parts }
}

fn element(directory: &mut Directory, part: &Value) {
    let (id, kind) = (text(part, "c"), text(part, "t"));
    if !kind.is_empty() && !directory.elements.contains_key(id) {
        let element = Element { title: words(text(part, "n")), kind: kind.to_string() };
        directory.elements.insert(id.to_string(), element);
    }
}

fn usage(part: &Value) -> Part {
    Part {
        id: text(part, "c").to_string(),
        required: text(part, "u") == "M",
        max: number(part, "r").unwrap_or(1).max(1),
    }
}

fn items(parts: &[Value]) -> Vec<Item> {
    parts.iter().filter_map(item).collect()
}

fn item(part: &Value) -> Option<Item> {
    let (required, max) = (text(part, "u") == "M", number(part, "r").unwrap_or(1).max(1));
    let Some(group) = part.get("g") else {
        let tag = text(part, "s").to_string();
        return Some(Item { tag, required, max, ..Item::default() });
    };
    let number = match group.as_str() {
        Some(name) => name.trim_start_matches("SG").parse().ok()?,
        None => u32::try_from(group.as_u64()?).ok()?,
    };
    Item::group(number, required, max, items(list(part, "k")))
}

/// `messageReferenceNumber` in words.
fn words(name: &str) -> String {
    if name.contains(char::is_whitespace) || !name.starts_with(char::is_lowercase) {
        return titled(name);
    }
    let mut words = String::new();
    for letter in name.chars() {
        match letter.is_uppercase() {
            true => words.extend([' '].into_iter().chain(letter.to_lowercase())),
            false if words.is_empty() => words.extend(letter.to_uppercase()),
            false => words.push(letter),
        }
    }
    words
}

/// ISO 9735-1 has S017, the implementation guideline of the message, between S016 and S018 of UNH; extracts leave it out.
fn complete(service: &mut Directory) {
    let Some(header) = service.segments.get_mut("UNH") else { return };
    let Some(at) = header.parts.iter().position(|part| part.id == "S018") else { return };
    if header.parts.iter().any(|part| part.id == "S017") {
        return;
    }
    let part = |id: &str, required| Part { id: id.to_string(), required, max: 1 };
    header.parts.insert(at, part("S017", false));
    let guideline = [part("0121", true), part("0122", false), part("0124", false), part("0051", false)];
    let title = "Message implementation guideline identification".to_string();
    service.composites.insert("S017".into(), Group { title, parts: guideline.into() });
    for (id, title, kind) in [
        ("0121", "Message implementation guideline identification", "an..14"),
        ("0122", "Message implementation guideline version number", "an..3"),
        ("0124", "Message implementation guideline release number", "an..3"),
    ] {
        service.elements.insert(id.into(), Element { title: title.into(), kind: kind.into() });
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, name: &str) -> Option<u32> {
    value.get(name)?.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
