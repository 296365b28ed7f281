//! Directories as one file. From one directory to the next little changes: each segment, composite, element, code and
//! message is written once per form it ever had, with the directories that have it in this form. What is asked for
//! together is deflated together: a block with all segments, composites and elements, one with all codes, and one for each
//! type of message. `docs/mapping/directories.md` describes the file.

use super::bytes::{Reader, Writer};
use super::model::{Directory, Element, Group, Item, Message, Part};
use flate2::{Compress, Compression, FlushCompress};
use std::collections::BTreeSet;

/// How a file begins; the digit is the version of the form.
pub const MARK: &[u8] = b"crossdock directories 1\n";

/// Something that is written into a block, and read from it.
pub trait Packed: Sized + PartialEq {
    /// Appends it.
    fn write(&self, out: &mut Writer);
    /// `None` where it is not there.
    fn read(from: &mut Reader<'_>) -> Option<Self>;
}

/// The bytes of a file with these directories, in their order. The same directories give the same bytes.
pub fn pack(directories: &[Directory]) -> Vec<u8> {
    let mut blocks = vec![dictionary(directories), codes(directories)];
    let types: BTreeSet<&String> = directories.iter().flat_map(|one| one.messages.keys()).collect();
    let mut index = Writer::default();
    index.number(directories.len());
    for directory in directories {
        index.text(&directory.name);
        index.number(directory.codes.values().map(std::collections::BTreeMap::len).sum());
    }
    index.number(types.len());
    for name in types {
        let messages = versions(directories, |directory| directory.messages.get(name));
        index.text(name);
        index.number(messages.len());
        for (message, ranges) in &messages {
            index.number(usize::from(message.is_open));
            write_ranges(ranges, &mut index);
        }
        let mut block = Writer::default();
        write_versions(&messages, &mut block);
        blocks.push(block.bytes);
    }
    let deflated: Vec<Vec<u8>> = blocks.iter().map(|block| deflate(block)).collect();
    for (block, deflated) in blocks.iter().zip(&deflated) {
        index.number(block.len());
        index.number(deflated.len());
    }
    let mut out = Writer { bytes: MARK.to_vec() };
    let deflated_index = deflate(&index.bytes);
    out.number(index.bytes.len());
    out.number(deflated_index.len());
    out.bytes.extend(deflated_index);
    deflated.iter().for_each(|block| out.bytes.extend(block));
    out.bytes
}

/// Segments, composites and elements, by their ids.
fn dictionary(directories: &[Directory]) -> Vec<u8> {
    let mut out = Writer::default();
    write_by_id(directories, |directory| &directory.segments, &mut out);
    write_by_id(directories, |directory| &directory.composites, &mut out);
    write_by_id(directories, |directory| &directory.elements, &mut out);
    out.bytes
}

type ById<T> = std::collections::BTreeMap<String, T>;

fn write_by_id<T: Packed>(directories: &[Directory], of: impl Fn(&Directory) -> &ById<T>, out: &mut Writer) {
    let ids: BTreeSet<&String> = directories.iter().flat_map(|directory| of(directory).keys()).collect();
    out.number(ids.len());
    for id in ids {
        out.text(id);
        write_versions(&versions(directories, |directory| of(directory).get(id)), out);
    }
}

/// The codes of each element, numbers first.
fn codes(directories: &[Directory]) -> Vec<u8> {
    let mut out = Writer::default();
    let elements: BTreeSet<&String> = directories.iter().flat_map(|one| one.codes.keys()).collect();
    out.number(elements.len());
    for element in elements {
        let lists = directories.iter().filter_map(|directory| directory.codes.get(element));
        let mut codes: Vec<&String> =
            lists.flat_map(|list| list.keys()).collect::<BTreeSet<_>>().into_iter().collect();
        codes.sort_by_cached_key(|code| code_order(code));
        out.text(element);
        out.number(codes.len());
        for code in codes {
            out.text(code);
            write_versions(&versions(directories, |one| one.codes.get(element)?.get(code)), &mut out);
        }
    }
    out.bytes
}

/// Numbers come before other codes, in their order.
pub fn code_order(code: &str) -> (u64, String) {
    (code.parse().unwrap_or(u64::MAX), code.to_string())
}

/// First and last of directories that follow each other.
pub type Range = (usize, usize);

/// Each form that something has in any directory, with where it has it.
fn versions<'d, T: PartialEq>(
    directories: &'d [Directory],
    of: impl Fn(&'d Directory) -> Option<&'d T>,
) -> Vec<(&'d T, Vec<Range>)> {
    let mut versions: Vec<(&T, Vec<Range>)> = Vec::new();
    for (at, directory) in directories.iter().enumerate() {
        let Some(form) = of(directory) else { continue };
        let known = versions.iter().position(|(known, _)| *known == form);
        let known = known.unwrap_or_else(|| {
            versions.push((form, Vec::new()));
            versions.len() - 1
        });
        match versions[known].1.last_mut() {
            Some((_, last)) if *last + 1 == at => *last = at,
            _ => versions[known].1.push((at, at)),
        }
    }
    versions
}

fn write_versions<T: Packed>(versions: &[(&T, Vec<Range>)], out: &mut Writer) {
    out.number(versions.len());
    for (form, ranges) in versions {
        write_ranges(ranges, out);
        form.write(out);
    }
}

fn write_ranges(ranges: &[Range], out: &mut Writer) {
    out.number(ranges.len());
    for (first, last) in ranges {
        out.number(*first);
        out.number(last - first);
    }
}

/// Where a form holds.
pub fn read_ranges(from: &mut Reader<'_>) -> Option<Vec<Range>> {
    let count = from.number()?;
    let range = |from: &mut Reader<'_>| {
        let first = from.number()?;
        Some((first, first.checked_add(from.number()?)?))
    };
    (0..count).map(|_| range(from)).collect()
}

/// The form that something has in the directory `at`: `Some(None)` where that has it not.
pub fn read_version<T: Packed>(from: &mut Reader<'_>, at: usize) -> Option<Option<T>> {
    let mut found = None;
    for _ in 0..from.number()? {
        let ranges = read_ranges(from)?;
        let form = T::read(from)?;
        if ranges.iter().any(|&(first, last)| (first..=last).contains(&at)) {
            found = Some(form);
        }
    }
    Some(found)
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut deflater = Compress::new(Compression::best(), false);
    loop {
        let read = deflater.total_in() as usize;
        let status = deflater.compress_vec(&bytes[read..], &mut out, FlushCompress::Finish);
        match status.expect("deflating to memory") {
            flate2::Status::StreamEnd => return out,
            _ => out.reserve(out.capacity().max(64)),
        }
    }
}

impl Packed for String {
    fn write(&self, out: &mut Writer) {
        out.text(self);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        from.text().map(str::to_string)
    }
}

impl Packed for Group {
    fn write(&self, out: &mut Writer) {
        out.text(&self.title);
        out.number(self.parts.len());
        self.parts.iter().for_each(|part| {
            out.text(&part.id);
            write_usage(part.required, part.max, out);
        });
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let title = from.text()?.to_string();
        let count = from.number()?;
        let part = |from: &mut Reader<'_>| {
            let id = from.text()?.to_string();
            let (required, max) = read_usage(from)?;
            Some(Part { id, required, max })
        };
        Some(Group { title, parts: (0..count).map(|_| part(from)).collect::<Option<_>>()? })
    }
}

impl Packed for Element {
    fn write(&self, out: &mut Writer) {
        out.text(&self.title);
        out.text(&self.kind);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Element { title: from.text()?.to_string(), kind: from.text()?.to_string() })
    }
}

impl Packed for Message {
    fn write(&self, out: &mut Writer) {
        out.text(&self.title);
        out.number(usize::from(self.is_open));
        write_items(&self.items, out);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let title = from.text()?.to_string();
        let is_open = from.number()? != 0;
        Some(Message { title, is_open, items: read_items(from)? })
    }
}

fn write_items(items: &[Item], out: &mut Writer) {
    out.number(items.len());
    for item in items {
        out.text(&item.tag);
        out.number(item.group as usize);
        write_usage(item.required, item.max, out);
        if item.group > 0 {
            write_items(&item.items, out);
        }
    }
}

fn read_items(from: &mut Reader<'_>) -> Option<Vec<Item>> {
    let count = from.number()?;
    let item = |from: &mut Reader<'_>| {
        let tag = from.text()?.to_string();
        let group = u32::try_from(from.number()?).ok()?;
        let (required, max) = read_usage(from)?;
        let items = if group > 0 { read_items(from)? } else { Vec::new() };
        Some(Item { tag, group, required, max, items })
    };
    (0..count).map(|_| item(from)).collect()
}

/// Mandatory or not, and how often, in one number.
fn write_usage(required: bool, max: u32, out: &mut Writer) {
    out.number(max as usize * 2 + usize::from(required));
}

fn read_usage(from: &mut Reader<'_>) -> Option<(bool, u32)> {
    let usage = from.number()?;
    Some((usage % 2 == 1, u32::try_from(usage / 2).ok()?))
}
