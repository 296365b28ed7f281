//! The text files of UN/ECE as they are in its archives: EDED (elements), EDCD (composites), EDSD (segments), UNCL (codes) and
//! one file for each message. Interactive messages (IDMD and the like) are left out.

use super::super::model::{Directory, Element, Group, titled};
use super::{lines, messages};
use std::collections::BTreeMap;

/// Where the codes stand in the lines of UNCL.
const CODE_COLUMN: usize = 5;
/// Where a name goes on that is too long for its line; descriptions stand further in.
const NAME_COLUMNS: std::ops::RangeInclusive<usize> = 10..=12;

/// Adds what a file has. `false` if its name is none of a directory's.
pub fn read(name: &str, bytes: &[u8], found: &mut BTreeMap<String, Directory>) -> bool {
    let upper = name.to_ascii_uppercase();
    let Some((stem, ending)) = upper.split_once('.') else { return false };
    let release = ending.strip_suffix(".TXT").unwrap_or(ending);
    let release = release.strip_prefix('D').unwrap_or(release);
    let directory = format!("D.{release}");
    if super::super::releases::when(&directory).is_none() {
        return false;
    }
    let text = lines::decoded(bytes);
    let read: fn(&str, &mut Directory) = match stem {
        "EDED" | "TRED" => elements,
        "EDCD" | "TRCD" => composites,
        "EDSD" | "TRSD" => segments,
        "UNCL" => codes,
        _ => {
            let Some(kind) = stem.strip_suffix("_D").filter(|kind| kind.len() == 6) else { return false };
            let Some(message) = messages::read(&text) else { return false };
            let own = found.entry(directory.clone()).or_insert_with(|| named(&directory));
            own.messages.insert(kind.to_string(), message);
            return true;
        }
    };
    read(&text, found.entry(directory.clone()).or_insert_with(|| named(&directory)));
    true
}

fn named(name: &str) -> Directory {
    Directory { name: name.to_string(), ..Directory::default() }
}

/// The descriptions of a file: the lines between two rules.
fn descriptions(text: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = text.lines().collect();
    let parts = lines.split(|line| lines::is_rule(line)).skip(1);
    parts.map(<[&str]>::to_vec).collect()
}

/// Id and name at the head of a description, `is_id` of which says what an id looks like; and the number of lines they take.
fn head(lines: &[&str], is_id: fn(&str) -> bool) -> Option<(String, String, usize)> {
    let at = lines.iter().position(|line| !line.trim().is_empty())?;
    let words = lines::words(lines[at]);
    let id = words.first().filter(|word| is_id(word))?.to_string();
    let mut name = words[1..].to_vec();
    let mut behind = at + 1;
    while lines.get(behind).is_some_and(|line| !line.trim().is_empty() && !line.contains(':')) {
        name.extend(lines[behind].split_whitespace());
        behind += 1;
    }
    // `[B]`: for batch messages, interactive ones or both.
    name.retain(|word| !matches!(*word, "[B]" | "[C]" | "[I]"));
    Some((id, titled(&name.join(" ")), behind))
}

fn is_number(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_tag(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn elements(text: &str, directory: &mut Directory) {
    for lines in descriptions(text) {
        let Some((id, title, _)) = head(&lines, is_number) else { continue };
        let kinds = lines.iter().filter_map(|line| line.split_once("Repr:"));
        let Some(kind) = kinds.map(|(_, kind)| kind.trim()).find(|kind| lines::is_representation(kind))
        else {
            continue;
        };
        directory.elements.insert(id, Element { title, kind: kind.to_string() });
    }
}

fn composites(text: &str, directory: &mut Directory) {
    for lines in descriptions(text) {
        let Some((id, title, behind)) = head(&lines, lines::is_id) else { continue };
        let parts = lines::parts(lines[behind..].iter().copied());
        directory.composites.insert(id, Group { title, parts });
    }
}

fn segments(text: &str, directory: &mut Directory) {
    for lines in descriptions(text) {
        let Some((id, title, behind)) = head(&lines, is_tag) else { continue };
        let parts = lines::parts(lines[behind..].iter().copied());
        directory.segments.insert(id, Group { title, parts });
    }
}

fn codes(text: &str, directory: &mut Directory) {
    for lines in descriptions(text) {
        let Some((element, _, behind)) = head(&lines, is_number) else { continue };
        let mut list: BTreeMap<String, String> = BTreeMap::new();
        let mut open: Option<String> = None;
        for line in &lines[behind..] {
            if let Some((code, name)) = code_line(line) {
                list.insert(code.to_string(), name);
                open = Some(code.to_string());
            } else if let Some(name) = open.as_ref().and_then(|code| list.get_mut(code))
                && NAME_COLUMNS.contains(&indent(line))
            {
                *name = format!("{name} {}", line.split_whitespace().collect::<Vec<_>>().join(" "));
            } else {
                open = None;
            }
        }
        if !list.is_empty() {
            directory.codes.insert(element, list);
        }
    }
}

/// A code with its name: it stands behind the column of marks.
fn code_line(line: &str) -> Option<(&str, String)> {
    let marks = line.get(..CODE_COLUMN)?;
    let rest = line.get(CODE_COLUMN..).filter(|rest| !rest.starts_with(' '))?;
    if !(marks.trim().is_empty() || lines::is_mark(marks.trim())) {
        return None;
    }
    let mut words = rest.split_whitespace();
    let code = words.next().filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
    let name = words.collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some((code, name))
}

fn indent(line: &str) -> usize {
    line.chars().take_while(|&sign| sign == ' ').count()
}
