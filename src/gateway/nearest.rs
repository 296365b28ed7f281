//! Which guides come nearest to a flat file that none fits, by the names of its columns or the marks of its records. It is
//! told to people; no file is ever read by a guide because it comes near.

use crate::formats::Layout;
use crate::formats::recognize::{Delimited, Syntax, recognize};
use crate::guide::Guide;
use crate::guide::records::Record;
use std::cmp::Reverse;

/// Most guides that are named.
const NAMED_MAX: usize = 3;
/// Most columns or records that are named of each.
const PARTS_MAX: usize = 4;
/// How much of a file is looked at.
const HEAD_BYTES: usize = 64 << 10;
/// Lines that are looked at.
const LINES_MAX: usize = 200;
/// How much of a file, in percent, must be as a guide says.
const LIKE_MIN: usize = 34;

/// A guide that comes near.
struct Near<'l> {
    guide: &'l Guide,
    /// How much of the file and the guide is the same, in percent.
    like: usize,
    why: String,
}

/// The nearest of these guides to a file that starts with `head`, in words, best first: `house/stock-csv (3 of its 4 columns;
/// LOT is missing)`. Empty if none is near.
pub fn told<'l>(layouts: impl Iterator<Item = &'l dyn Layout>, head: &[u8]) -> String {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let recognized = recognize(head).syntax;
    let text = String::from_utf8_lossy(head);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LINES_MAX).collect();
    let near = |guide: &'l Guide| match (&recognized, guide.records.is_empty()) {
        (Syntax::Delimited(values), true) => by_columns(guide, values),
        (Syntax::Delimited(_) | Syntax::Fixed(_), false) => by_records(guide, &lines),
        _ => None,
    };
    let mut found: Vec<Near<'_>> =
        layouts.map(|layout| &**layout.guide()).filter(|guide| is_flat(guide)).filter_map(near).collect();
    found.retain(|near| near.like >= LIKE_MIN);
    found.sort_by_key(|near| (Reverse(near.like), near.guide.name.len(), &near.guide.name));
    let named = found.iter().take(NAMED_MAX).map(|near| format!("{} ({})", near.guide.name, near.why));
    named.collect::<Vec<_>>().join(", ")
}

/// Whether its files are rows or records without a type of their own.
fn is_flat(guide: &Guide) -> bool {
    guide.setting("set").is_empty() && !(guide.columns.is_empty() && guide.records.is_empty())
}

/// By the names of the columns, or, where the file does not name them, by how many there are.
fn by_columns<'l>(guide: &'l Guide, values: &Delimited) -> Option<Near<'l>> {
    let places: Vec<_> = guide.columns.iter().map(|place| guide.shape.place(*place)).collect();
    if places.is_empty() {
        return None;
    }
    if !values.has_header {
        let is_alike = guide.setting("header") == "no" && places.len() == values.columns.len();
        return is_alike.then(|| Near { guide, like: 50, why: format!("{} columns too", places.len()) });
    }
    let is_there = |name: &str| values.columns.iter().any(|column| column.name == name);
    let shared = places.iter().filter(|place| is_there(&place.name)).count();
    let missing: Vec<&str> = places
        .iter()
        .filter(|place| place.required && !is_there(&place.name))
        .map(|place| &*place.name)
        .collect();
    let of_file = format!("{shared} of its {} columns", places.len());
    let why = match missing.as_slice() {
        [] => of_file,
        missing => format!("{of_file}; not {}", some(missing)),
    };
    let like = shared * 100 / places.len().max(values.columns.len());
    (shared > 1).then_some(Near { guide, like, why })
}

/// By what always stands in records.
fn by_records<'l>(guide: &'l Guide, lines: &[&str]) -> Option<Near<'l>> {
    let delimiter = match guide.setting("delimiter") {
        "" => ',',
        "tab" => '\t',
        written => written.chars().next()?,
    };
    let name = |record: &'l Record| &*guide.shape.place(record.place).name;
    let mut names: Vec<&str> = Vec::new();
    let (mut count, mut longer) = (0, 0);
    for line in lines {
        let Some(record) = guide.records.iter().find(|record| is_one(record, line, delimiter)) else {
            continue;
        };
        count += 1;
        let is_cut = record.fields.iter().all(|field| !field.is_cell);
        longer += usize::from(is_cut && line.trim_end().chars().count() > record.width as usize);
        if !names.contains(&name(record)) {
            names.push(name(record));
        }
    }
    let longer = if longer == 0 { String::new() } else { format!("; {longer} of them are longer") };
    let why = format!("{count} of {} lines are as its {}{longer}", lines.len(), some(&names));
    (count > 0).then(|| Near { guide, like: count * 100 / lines.len(), why })
}

/// Whether all that always stands in a record stands in a line. A record without such things is like any line.
fn is_one(record: &Record, line: &str, delimiter: char) -> bool {
    let mut constants = record
        .fields
        .iter()
        .filter_map(|field| Some((field, field.constant.as_deref().filter(|constant| !constant.is_empty())?)))
        .peekable();
    constants.peek().is_some()
        && constants.all(|(field, constant)| match field.is_cell {
            true => {
                let cell = line.split(delimiter).nth(field.at as usize).unwrap_or("");
                cell.trim().trim_matches('"') == constant
            }
            false => {
                let stretch: String =
                    line.chars().skip(field.at as usize).take(field.width as usize).collect();
                stretch.trim() == constant.trim()
            }
        })
}

/// A few of them.
fn some(names: &[&str]) -> String {
    let shown = names.iter().take(PARTS_MAX).copied().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(PARTS_MAX) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
