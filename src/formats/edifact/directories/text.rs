//! A message of a directory as a file of the mapping language: its guide, and a dictionary of just what it is made of.

use super::keys;
use super::model::{Directory, Group, Item, Message};
use super::releases::{guide_name, version_and_release};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Lines are parted where they would become longer.
const WIDTH_MAX: usize = 110;

/// Codes with their short names, by the number of their element.
pub type Codes = BTreeMap<String, Vec<(String, String)>>;

/// What a guide is made from.
pub struct Source<'s> {
    /// The type of the message.
    pub kind: &'s str,
    /// The message.
    pub message: &'s Message,
    /// Its directory, with the service segments.
    pub directory: &'s Directory,
}

impl Source<'_> {
    /// The numbers of all elements of the message.
    pub fn elements(&self) -> BTreeSet<&str> {
        let directory = self.directory;
        let groups = self.tags().into_iter().filter_map(|tag| directory.segments.get(tag));
        let mut ids: BTreeSet<&str> = groups.flat_map(ids).collect();
        let inner: Vec<&str> =
            ids.iter().filter_map(|id| directory.composites.get(*id)).flat_map(ids_of).collect();
        ids.extend(inner);
        ids.retain(|id| directory.elements.contains_key(*id));
        ids
    }

    fn composites(&self) -> BTreeSet<&str> {
        let groups = self.tags().into_iter().filter_map(|tag| self.directory.segments.get(tag));
        groups.flat_map(ids).filter(|id| self.directory.composites.contains_key(*id)).collect()
    }

    fn tags(&self) -> BTreeSet<&str> {
        fn collect<'i>(items: &'i [Item], tags: &mut BTreeSet<&'i str>) {
            for item in items {
                tags.insert(&item.tag);
                collect(&item.items, tags);
            }
        }
        let mut tags = BTreeSet::new();
        collect(&self.message.items, &mut tags);
        tags
    }

    /// The text. `codes` are those of the elements of the message, for people: any other code may be sent as well.
    pub fn text(&self, codes: &Codes) -> String {
        let mut out = String::new();
        self.write(codes, &mut out).expect("a text takes all that is written");
        out
    }

    fn write(&self, codes: &Codes, out: &mut String) -> std::fmt::Result {
        let (directory, message) = (self.directory, self.message);
        let name = guide_name(&directory.name, self.kind);
        let (version, release) = version_and_release(&directory.name);
        let title = message.title.strip_suffix(" message").unwrap_or(&message.title);
        writeln!(out, "## {title}, as {} has it: tags, positions, lengths, obligations.", directory.name)?;
        if message.is_open {
            writeln!(
                out,
                "## The published table leaves groups open: what stands in which of them is a guess."
            )?;
        }
        writeln!(out, "guide {name}\n  version 1\n  lang 1")?;
        write!(
            out,
            "  syntax edifact set \"{}\" version \"{version}\" release \"{release}\" agency \"UN\" ",
            self.kind
        )?;
        writeln!(out, "name {}\n  dictionary {name}\n  unit transaction\n\n  structure", quoted(title))?;
        self.items(&message.items, 2, out)?;
        writeln!(out, "  end structure\nend guide\n\ndictionary {name}")?;
        self.dictionary(codes, out)?;
        writeln!(out, "end dictionary")
    }

    fn items(&self, items: &[Item], depth: usize, out: &mut String) -> std::fmt::Result {
        let indent = "  ".repeat(depth);
        for (at, item) in items.iter().enumerate() {
            // A second one of a tag has a name of its own, so that paths lead to one place.
            let before = items[..at].iter().filter(|other| other.tag == item.tag).count();
            let alias = (before > 0).then(|| format!("{}_{}", item.tag, before + 1));
            let head = match (&alias, item.group) {
                (Some(alias), _) => format!("group {alias} = {}", item.tag),
                (None, 0) => item.tag.clone(),
                (None, _) => format!("loop {}", item.tag),
            };
            write!(out, "{indent}{head}")?;
            if item.required {
                write!(out, " required")?;
            }
            if matches!(item.tag.as_str(), "UNH" | "UNT") {
                write!(out, " auto")?;
            }
            if item.max > 1 {
                write!(out, " max {}", item.max)?;
            }
            if let Some(key) = keys::of_segment(self.directory, &item.tag) {
                write!(out, " key {key}")?;
            }
            if item.group > 0 {
                write!(out, " id \"SG{}\"", item.group)?;
            }
            writeln!(out)?;
            self.items(&item.items, depth + 1, out)?;
            if alias.is_some() || item.group > 0 {
                writeln!(out, "{indent}end {}", alias.as_ref().unwrap_or(&item.tag))?;
            }
        }
        Ok(())
    }

    fn dictionary(&self, codes: &Codes, out: &mut String) -> std::fmt::Result {
        let directory = self.directory;
        for id in self.elements() {
            let element = &directory.elements[id];
            write!(out, "  element {id} {} name {}", element.kind, quoted(&element.title))?;
            if id == keys::FORM {
                write!(out, " {}", keys::MASKS)?;
            }
            writeln!(out)?;
        }
        for (element, list) in codes {
            words(element, list, out)?;
        }
        for id in self.composites() {
            let composite = &directory.composites[id];
            let key = keys::of_composite(id, composite).map(|key| format!(" key {key}")).unwrap_or_default();
            group(
                &format!("composite {id} name {}{key}", quoted(&composite.title)),
                id,
                composite,
                None,
                out,
            )?;
        }
        for tag in self.tags() {
            let Some(segment) = directory.segments.get(tag) else { continue };
            let moment = keys::moment(directory, segment);
            group(&format!("segment {tag} name {}", quoted(&segment.title)), tag, segment, moment, out)?;
        }
        Ok(())
    }
}

fn ids(group: &Group) -> impl Iterator<Item = &str> {
    group.parts.iter().map(|part| part.id.as_str())
}

fn ids_of(group: &Group) -> Vec<&str> {
    ids(group).collect()
}

fn words(element: &str, codes: &[(String, String)], out: &mut String) -> std::fmt::Result {
    let head = format!("  words {element}");
    let mut line = head.clone();
    for (code, name) in codes {
        let is_plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let code = if is_plain { code.clone() } else { quoted(code) };
        let more = format!(" {code} {}", quoted(name));
        if line.len() + more.len() > WIDTH_MAX && line.len() > head.len() {
            writeln!(out, "{line}")?;
            line.clone_from(&head);
        }
        line += &more;
    }
    if line.len() > head.len() {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn group(
    head: &str,
    name: &str,
    group: &Group,
    moment: Option<String>,
    out: &mut String,
) -> std::fmt::Result {
    writeln!(out, "\n  {head}")?;
    for (part, position) in group.parts.iter().zip(1..) {
        write!(out, "    .{position:02} {}", part.id)?;
        if part.required {
            write!(out, " required")?;
        }
        if part.max > 1 {
            write!(out, " max {}", part.max)?;
        }
        writeln!(out)?;
    }
    if let Some(moment) = moment {
        writeln!(out, "    {moment}")?;
    }
    writeln!(out, "  end {name}")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
