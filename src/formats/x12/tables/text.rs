//! A set as a file of the mapping language: its guide, and a dictionary of just what it is made of.

use super::loops::Item;
use super::model::{Dictionary, Group, Set};
use std::fmt::Write;

/// Lines are parted where they would become longer.
const WIDTH_MAX: usize = 110;
/// Segments whose kinds an element tells apart.
const KEYS: [(&str, u32); 21] = [
    ("AMT", 1),
    ("DTM", 1),
    ("DTP", 1),
    ("FA2", 1),
    ("G61", 1),
    ("G62", 1),
    ("G72", 1),
    ("L11", 2),
    ("LHR", 1),
    ("LOC", 1),
    ("MAN", 1),
    ("MEA", 1),
    ("N1", 1),
    ("N9", 1),
    ("NM1", 1),
    ("NTE", 1),
    ("PER", 1),
    ("QTY", 1),
    ("R4", 1),
    ("RED", 2),
    ("REF", 1),
];
/// The elements of a pair: what kind of number it is, and the number.
const PAIR: (&str, &str) = ("235", "234");

/// What a guide is made from.
pub(super) struct Source<'s> {
    pub release: &'s str,
    pub name: &'s str,
    pub set: &'s Set,
    pub structure: Vec<Item>,
    pub dictionary: &'s Dictionary,
}

impl Source<'_> {
    /// The text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).expect("a text takes all that is written");
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let (release, name, set) = (self.release, self.name, self.set);
        let guide = format!("x12/{release}/{name}");
        writeln!(
            out,
            "## {} of {release}, from its tables.\nguide {guide}\n  version 1\n  lang 1",
            set.name
        )?;
        write!(out, "  syntax x12 release \"{release}\" set \"{name}\" group {} ", quoted(&set.group))?;
        writeln!(out, "name {}\n  dictionary {guide}\n  unit transaction\n\n  structure", quoted(&set.name))?;
        self.items(&self.structure, 2, out)?;
        writeln!(out, "  end structure\nend guide\n\ndictionary {guide}")?;
        let used = self.dictionary.used(set);
        let elements = || used.iter().filter_map(|id| Some((id, self.dictionary.elements.get(*id)?)));
        for (id, element) in elements() {
            let (kind, min, max) = (&element.kind, element.min, element.max);
            writeln!(out, "  element {id} {kind} {min} {max} name {}", quoted(&element.name))?;
        }
        for (id, element) in elements() {
            words(id, &element.codes, out)?;
        }
        let groups = || used.iter().filter_map(|id| Some((*id, self.dictionary.groups.get(*id)?)));
        for (id, group) in groups().filter(|(_, group)| group.is_composite) {
            self.group("composite", id, group, out)?;
        }
        for (id, group) in groups().filter(|(_, group)| !group.is_composite) {
            self.group("segment", id, group, out)?;
        }
        writeln!(out, "end dictionary")
    }

    fn items(&self, items: &[Item], depth: usize, out: &mut String) -> std::fmt::Result {
        let indent = "  ".repeat(depth);
        for (at, item) in items.iter().enumerate() {
            let row = &item.row;
            // A second one of a tag has a name of its own, so that paths lead to one place.
            let before = items[..at].iter().filter(|other| other.row.tag == row.tag).count();
            let alias = (before > 0).then(|| format!("{}_{}", row.tag, before + 1));
            match (&alias, item.repeat) {
                (Some(alias), _) => write!(out, "{indent}group {alias} = {}", row.tag)?,
                (None, Some(_)) => write!(out, "{indent}loop {}", row.tag)?,
                (None, None) => write!(out, "{indent}{}", row.tag)?,
            }
            if row.is_required {
                write!(out, " required")?;
            }
            if matches!(row.tag.as_str(), "ST" | "SE") {
                write!(out, " auto")?;
            }
            let max = item.repeat.unwrap_or(row.max);
            if max > 1 {
                write!(out, " max {max}")?;
            }
            if let Some(key) = self.key(&row.tag) {
                write!(out, " key .{key:02}")?;
            }
            if item.repeat.is_some() && !row.loop_id.is_empty() {
                write!(out, " id {}", quoted(&row.loop_id))?;
            }
            writeln!(out)?;
            self.items(&item.items, depth + 1, out)?;
            if alias.is_some() || item.repeat.is_some() {
                writeln!(out, "{indent}end {}", alias.as_ref().unwrap_or(&row.tag))?;
            }
        }
        Ok(())
    }

    /// The position that tells the kinds of a segment apart, if it is a code there.
    fn key(&self, tag: &str) -> Option<u32> {
        let (_, position) = KEYS.iter().find(|(own, _)| *own == tag)?;
        let part = self.dictionary.groups.get(tag)?.parts.get(position)?;
        (self.dictionary.elements.get(&part.id)?.kind == "ID").then_some(*position)
    }

    fn group(&self, kind: &str, id: &str, group: &Group, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n  {kind} {id} name {}", quoted(&group.name))?;
        for (position, part) in &group.parts {
            write!(out, "    .{position:02} {}", part.id)?;
            if part.is_required {
                write!(out, " required")?;
            }
            if part.max > 1 {
                write!(out, " max {}", part.max)?;
            }
            writeln!(out)?;
        }
        for (relation, positions) in group.relations.iter().filter(|_| kind == "segment") {
            write!(out, "    relation {relation}")?;
            positions.iter().try_for_each(|position| write!(out, " .{position:02}"))?;
            writeln!(out)?;
        }
        let pairs: Vec<String> = group
            .parts
            .iter()
            .filter(|(at, part)| {
                part.id == PAIR.0 && group.parts.get(&(*at + 1)).is_some_and(|next| next.id == PAIR.1)
            })
            .map(|(at, _)| format!("(.{at:02} .{:02})", at + 1))
            .collect();
        if !pairs.is_empty() {
            writeln!(out, "    pairs id {}", pairs.join(" "))?;
        }
        writeln!(out, "  end {id}")
    }
}

/// What codes of an element mean, for people: any other code may be sent as well.
fn words(element: &str, codes: &[(String, String)], out: &mut String) -> std::fmt::Result {
    let mut line = String::new();
    for (code, meaning) in codes {
        let is_word = code.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !code.is_empty();
        let code = if is_word { code.clone() } else { quoted(code) };
        let next = format!(" {code} {}", quoted(meaning));
        if !line.is_empty() && line.len() + next.len() > WIDTH_MAX {
            writeln!(out, "{line}")?;
            line.clear();
        }
        if line.is_empty() {
            line = format!("  words {element}");
        }
        line.push_str(&next);
    }
    if line.is_empty() { Ok(()) } else { writeln!(out, "{line}") }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
