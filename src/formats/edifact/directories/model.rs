//! What a directory of UN/EDIFACT says, as far as it decides how messages look.

use std::collections::BTreeMap;

/// One release of the directories: `D.97A`; or the service segments of a syntax version: `service-4`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// `D.97A`, `service-4`.
    pub name: String,
    /// Segments by tag.
    pub segments: BTreeMap<String, Group>,
    /// Composites by id.
    pub composites: BTreeMap<String, Group>,
    /// Data elements by number.
    pub elements: BTreeMap<String, Element>,
    /// Codes with their short names, by the number of their element.
    pub codes: BTreeMap<String, BTreeMap<String, String>>,
    /// Messages by type.
    pub messages: BTreeMap<String, Message>,
}

/// A segment or a composite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// In words.
    pub title: String,
    /// What it is made of, in order.
    pub parts: Vec<Part>,
}

/// An element or composite where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `1004`, `C507`.
    pub id: String,
    /// Mandatory, not conditional.
    pub required: bool,
    /// How often it may come.
    pub max: u32,
}

/// A data element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// In words.
    pub title: String,
    /// `an..35`, `n3`.
    pub kind: String,
}

/// A message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// In words.
    pub title: String,
    /// Whether its published segment table leaves groups open, so that what is inside what is a guess.
    pub is_open: bool,
    /// Its segments and groups, in order.
    pub items: Vec<Item>,
}

/// A segment or group of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Its tag; the trigger's, for a group.
    pub tag: String,
    /// The number of the group; 0 for a segment.
    pub group: u32,
    /// Mandatory, not conditional.
    pub required: bool,
    /// How often it may come.
    pub max: u32,
    /// What follows the trigger in a group.
    pub items: Vec<Item>,
}

impl Message {
    /// Takes the whole table where files have it twice, one of them perhaps broken off, and gives it the header and trailer
    /// that some tables leave out: every message has them.
    pub fn frame(&mut self) {
        let is = |tag: &'static str| move |item: &Item| item.tag == tag && item.group == 0;
        if let Some(end) = self.items.iter().position(is("UNT")) {
            self.items.truncate(end + 1);
            self.is_open = false;
        }
        if let Some(start) = self.items.iter().rposition(is("UNH")) {
            self.items.drain(..start);
        }
        drop_inner(&mut self.items, 0);
        let service = |tag: &str| Item { tag: tag.into(), required: true, max: 1, ..Item::default() };
        if !self.items.first().is_some_and(is("UNH")) {
            self.items.insert(0, service("UNH"));
        }
        if !self.items.last().is_some_and(is("UNT")) {
            self.items.push(service("UNT"));
        }
    }
}

/// Takes headers and trailers out of groups that were left open.
fn drop_inner(items: &mut Vec<Item>, depth: usize) {
    items.retain(|item| depth == 0 || !matches!(item.tag.as_str(), "UNH" | "UNT"));
    items.iter_mut().for_each(|item| drop_inner(&mut item.items, depth + 1));
}

impl Item {
    /// A group from all that stands in it, its trigger first; `None` without any. Some tables let the trigger come several
    /// times: those after the first stand in the group.
    pub fn group(number: u32, required: bool, max: u32, mut items: Vec<Item>) -> Option<Item> {
        if items.is_empty() {
            return None;
        }
        let trigger = items.remove(0);
        let again = (trigger.max > 1 && trigger.group == 0).then(|| Item {
            required: false,
            max: trigger.max - 1,
            ..trigger.clone()
        });
        // A group that begins with a group has the inner one's trigger.
        let inner = (trigger.group > 0).then(|| trigger.clone());
        let items =
            again.into_iter().chain(inner.into_iter().flat_map(|inner| inner.items)).chain(items).collect();
        Some(Item { tag: trigger.tag, group: number, required, max, items })
    }
}

/// A name in words: those in capitals throughout become small behind the first letter.
pub fn titled(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().any(char::is_lowercase) {
        return name;
    }
    let mut letters = name.chars();
    let first = letters.next().into_iter().collect::<String>();
    first + &letters.as_str().to_lowercase()
}
