//! What is different between two documents or messages, in their own terms: which line, which field, what it was and
//! what it is.

use crate::diagnostics::render::terminal::{cut, sanitize};
use std::collections::HashMap;

/// A value with its name, or a record of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The name that occurrences share: `qty`, `lines`, `W12.03 Number of units shipped`.
    pub name: String,
    /// How one occurrence is called, given what tells it apart: `line`; empty for a record that goes without saying.
    pub noun: String,
    /// What tells it apart from others of its name: a line's number; empty if only its place does.
    pub key: String,
    /// Whether there may be more than one.
    pub is_many: bool,
    /// A value, or records and values.
    pub content: Content,
}

/// What an item holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One value.
    Value(String),
    /// What is in a record, in order.
    Record(Vec<Item>),
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: `outbound order SO104522, line 20`; empty for what is told about a message.
    pub place: String,
    /// The field; empty if all of the place is meant.
    pub field: String,
    /// What was accepted; `None` if it is new.
    pub expected: Option<String>,
    /// What came now; `None` if it is missing.
    pub found: Option<String>,
}

impl Difference {
    /// In one line.
    pub fn text(&self) -> String {
        if self.place.is_empty() && self.field.is_empty() {
            let no_longer = self.expected.iter().map(|told| format!("no longer: {}", sanitize(told)));
            let now = self.found.iter().map(|told| format!("now: {}", sanitize(told)));
            return no_longer.chain(now).collect::<Vec<_>>().join("; ");
        }
        let field = match (self.place.as_str(), self.field.as_str()) {
            (place, "") => place.to_string(),
            (place, field) => format!("{place}: {field}"),
        };
        let of = |value: &str| match value {
            "" => String::new(),
            value => format!(": {}", shown(value)),
        };
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => format!("{field} {} -> {}", shown(expected), shown(found)),
            (Some(expected), None) => format!("{field} is missing{}", of(expected)),
            (None, Some(found)) => format!("{field} is new{}", of(found)),
            (None, None) => field,
        }
    }
}

/// A value as it is shown: quoted where blanks would run it into the words around it.
fn shown(value: &str) -> String {
    let text = sanitize(&cut(value));
    let is_plain = !text.is_empty() && !text.contains(char::is_whitespace);
    if is_plain { text } else { format!("\"{text}\"") }
}

/// Appends what is different between records, `place` being what they are called.
pub fn compare(expected: &[Item], found: &[Item], place: &str, out: &mut Vec<Difference>) {
    let mut names: Vec<&str> = Vec::new();
    for item in expected.iter().chain(found) {
        if !names.contains(&item.name.as_str()) {
            names.push(&item.name);
        }
    }
    for name in names {
        let of =
            |items: &'_ [Item]| -> Vec<Item> { items.iter().filter(|i| i.name == name).cloned().collect() };
        let (expected, found) = (of(expected), of(found));
        for (before, after, position) in pairs(&expected, &found) {
            one(before, after, position, place, out);
        }
    }
}

fn one(before: Option<&Item>, after: Option<&Item>, position: usize, place: &str, out: &mut Vec<Difference>) {
    let Some(item) = before.or(after) else { return };
    if before == after {
        return;
    }
    let inside = item.place(position, place);
    let value = |item: &Item| match &item.content {
        Content::Value(value) => value.clone(),
        Content::Record(_) => String::new(),
    };
    match (before.map(|item| &item.content), after.map(|item| &item.content)) {
        (Some(Content::Record(before)), Some(Content::Record(after))) => compare(before, after, &inside, out),
        _ => {
            let is_record = matches!(item.content, Content::Record(_));
            let (place, field) = match is_record && !item.noun.is_empty() {
                true => (inside, String::new()),
                false => (place.to_string(), item.field(position)),
            };
            out.push(Difference { place, field, expected: before.map(value), found: after.map(value) });
        }
    }
}

impl Item {
    /// What is in this record is at: the place of the record, then its own.
    fn place(&self, position: usize, around: &str) -> String {
        if self.noun.is_empty() {
            return around.to_string();
        }
        let own = match (self.key.as_str(), self.is_many) {
            ("", false) => self.noun.clone(),
            ("", true) => format!("{} {position}", self.noun),
            (key, _) => format!("{} {}", self.noun, sanitize(key)),
        };
        if around.is_empty() { own } else { format!("{around}, {own}") }
    }

    fn field(&self, position: usize) -> String {
        match self.is_many {
            true => format!("{} ({position})", self.name),
            false => self.name.clone(),
        }
    }
}

type Pair<'a> = (Option<&'a Item>, Option<&'a Item>, usize);

/// Which occurrence before is which now, each with its position from 1: by their keys where all have one, else what is
/// equal at both ends, and in order what is left between.
fn pairs<'a>(before: &'a [Item], after: &'a [Item]) -> Vec<Pair<'a>> {
    if let (Some(known), Some(now)) = (by_key(before), by_key(after)) {
        let kept = (1..).zip(before).map(|(at, item)| (Some(item), now.get(item.key.as_str()).copied(), at));
        let new = (1..).zip(after).filter(|(_, item)| !known.contains_key(item.key.as_str()));
        return kept.chain(new.map(|(at, item)| (None, Some(item), at))).collect();
    }
    let same = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let (before, after) = (&before[same..], &after[same..]);
    let ends = before.iter().rev().zip(after.iter().rev()).take_while(|(one, other)| one == other).count();
    // Of as many as before, each is the one that was at its place.
    let ends = if before.len() == after.len() { 0 } else { ends };
    let (before, after) = (&before[..before.len() - ends], &after[..after.len() - ends]);
    (0..before.len().max(after.len())).map(|at| (before.get(at), after.get(at), same + at + 1)).collect()
}

/// The items by their keys; `None` if one has none, or the same as another.
fn by_key(items: &[Item]) -> Option<HashMap<&str, &Item>> {
    let keyed: HashMap<&str, &Item> = items.iter().map(|item| (item.key.as_str(), item)).collect();
    (keyed.len() == items.len() && !keyed.contains_key("")).then_some(keyed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, text: &str) -> Item {
        let content = Content::Value(text.into());
        Item { name: name.into(), noun: String::new(), key: String::new(), is_many: false, content }
    }

    fn line(key: &str, fields: &[(&str, &str)]) -> Item {
        let fields = fields.iter().map(|(name, text)| value(name, text)).collect();
        let content = Content::Record(fields);
        Item { name: "lines".into(), noun: "line".into(), key: key.into(), is_many: true, content }
    }

    fn told(before: &[Item], after: &[Item]) -> Vec<String> {
        let mut out = Vec::new();
        compare(before, after, "order SO-88213", &mut out);
        out.iter().map(Difference::text).collect()
    }

    #[test]
    fn lines_are_told_apart_by_their_numbers() {
        let before = [
            value("number", "SO-88213"),
            line("10", &[("qty", "1")]),
            line("20", &[("qty", "6"), ("sku", "A B")]),
        ];
        let after = [value("number", "SO-88213"), line("20", &[("qty", "5")]), line("30", &[("qty", "1")])];
        assert_eq!(
            told(&before, &after),
            [
                "order SO-88213, line 10 is missing",
                "order SO-88213, line 20: qty 6 -> 5",
                "order SO-88213, line 20: sku is missing: \"A B\"",
                "order SO-88213, line 30 is new",
            ]
        );
        assert!(told(&before, &before).is_empty());
    }

    #[test]
    fn lines_without_numbers_are_told_apart_by_their_place() {
        let [one, two, three] = ["1", "2", "3"].map(|qty| line("", &[("qty", qty)]));
        assert_eq!(
            told(&[one.clone(), three.clone()], &[one.clone(), two.clone(), three.clone()]),
            ["order SO-88213, line 2 is new"]
        );
        assert_eq!(told(&[one.clone(), two], &[one, three]), ["order SO-88213, line 2: qty 2 -> 3"]);
    }
}
