//! Reading packed directories: the index at once, a block when something in it is asked for.

use super::bytes::Reader;
use super::model::{Directory, Element, Group, Message};
use super::pack::{MARK, Packed, Range, read_ranges, read_version};
use flate2::{Decompress, FlushDecompress, Status};
use std::collections::BTreeMap;

/// Most bytes that a block may have.
const BLOCK_BYTES_MAX: usize = 16 << 20;
/// The block of segments, composites and elements, the one of codes, and the first one of a message.
const DICTIONARY: usize = 0;
const CODES: usize = 1;
const MESSAGES: usize = 2;

/// A file of directories, of which the index is read.
#[derive(Debug, Clone)]
pub struct Archive<'a> {
    /// The names of the directories, in their order.
    pub directories: Vec<String>,
    /// How many codes each of them has.
    pub codes: Vec<usize>,
    /// Types of messages, sorted.
    pub messages: Vec<Row>,
    blocks: Vec<Block<'a>>,
}

/// A type of messages.
#[derive(Debug, Clone)]
pub struct Row {
    /// `ORDERS`
    pub kind: String,
    /// The directories that have it.
    pub ranges: Vec<Range>,
    /// Those whose segment table leaves groups open.
    pub open: Vec<Range>,
}

#[derive(Debug, Clone, Copy)]
struct Block<'a> {
    length: usize,
    deflated: &'a [u8],
}

impl<'a> Archive<'a> {
    /// Reads the index of a file. `None` if it is none of ours, or damaged.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut file = Reader { rest: bytes.strip_prefix(MARK)? };
        let (length, deflated) = (file.number()?, file.number()?);
        let index = inflate(&Block { length, deflated: file.take(deflated)? })?;
        let mut index = Reader { rest: &index };
        let count = index.number()?;
        let (mut directories, mut codes) = (Vec::new(), Vec::new());
        for _ in 0..count {
            directories.push(index.text()?.to_string());
            codes.push(index.number()?);
        }
        let count = index.number()?;
        let messages = (0..count).map(|_| message_row(&mut index)).collect::<Option<Vec<_>>>()?;
        let mut block = || {
            let (length, deflated) = (index.number()?, index.number()?);
            Some(Block { length, deflated: file.take(deflated)? })
        };
        let blocks = (0..MESSAGES + count).map(|_| block()).collect::<Option<Vec<_>>>()?;
        Some(Archive { directories, codes, messages, blocks })
    }

    /// Whether the directory `at` has messages of a type.
    pub fn has(&self, kind: &str, at: usize) -> bool {
        self.row(kind).is_some_and(|row| is_in(&self.messages[row].ranges, at))
    }

    /// Whether the directory of this name has messages of a type.
    pub fn is_of(&self, row: &Row, directory: &str) -> bool {
        self.directories.iter().position(|name| name == directory).is_some_and(|at| is_in(&row.ranges, at))
    }

    /// A message of the directory `at`; `None` if it has none of this type, or the file is damaged.
    pub fn message(&self, kind: &str, at: usize) -> Option<Message> {
        let block = inflate(self.blocks.get(MESSAGES + self.row(kind)?)?)?;
        read_version(&mut Reader { rest: &block }, at)?
    }

    /// Segments, composites and elements of the directory `at`, in a [`Directory`] without messages and codes.
    pub fn dictionary(&self, at: usize) -> Option<Directory> {
        let block = inflate(&self.blocks[DICTIONARY])?;
        let mut from = Reader { rest: &block };
        let name = self.directories.get(at)?.clone();
        let segments: BTreeMap<String, Group> = read_by_id(&mut from, at)?;
        let composites: BTreeMap<String, Group> = read_by_id(&mut from, at)?;
        let elements: BTreeMap<String, Element> = read_by_id(&mut from, at)?;
        Some(Directory { name, segments, composites, elements, ..Directory::default() })
    }

    /// The codes of those elements of the directory `at` that are wanted, numbers first.
    pub fn codes(
        &self,
        at: usize,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Option<BTreeMap<String, Vec<(String, String)>>> {
        let block = inflate(&self.blocks[CODES])?;
        let mut from = Reader { rest: &block };
        let mut lists = BTreeMap::new();
        for _ in 0..from.number()? {
            let element = from.text()?;
            let mut codes = Vec::new();
            for _ in 0..from.number()? {
                let code = from.text()?;
                if let Some(name) = read_version::<String>(&mut from, at)? {
                    codes.push((code.to_string(), name));
                }
            }
            if !codes.is_empty() && is_wanted(element) {
                lists.insert(element.to_string(), codes);
            }
        }
        Some(lists)
    }

    fn row(&self, kind: &str) -> Option<usize> {
        self.messages.binary_search_by(|row| row.kind.as_str().cmp(kind)).ok()
    }
}

/// Whether a directory is in one of the ranges.
pub fn is_in(ranges: &[Range], at: usize) -> bool {
    ranges.iter().any(|&(first, last)| (first..=last).contains(&at))
}

fn message_row(index: &mut Reader<'_>) -> Option<Row> {
    let mut row = Row { kind: index.text()?.to_string(), ranges: Vec::new(), open: Vec::new() };
    for _ in 0..index.number()? {
        let is_open = index.number()? != 0;
        let ranges = read_ranges(index)?;
        if is_open {
            row.open.extend(&ranges);
        }
        row.ranges.extend(ranges);
    }
    Some(row)
}

fn read_by_id<T: Packed>(from: &mut Reader<'_>, at: usize) -> Option<BTreeMap<String, T>> {
    let mut found = BTreeMap::new();
    for _ in 0..from.number()? {
        let id = from.text()?.to_string();
        if let Some(form) = read_version(from, at)? {
            found.insert(id, form);
        }
    }
    Some(found)
}

fn inflate(block: &Block<'_>) -> Option<Vec<u8>> {
    if block.length > BLOCK_BYTES_MAX {
        return None;
    }
    let mut out = Vec::with_capacity(block.length + 1);
    let status =
        Decompress::new(false).decompress_vec(block.deflated, &mut out, FlushDecompress::Finish).ok()?;
    (status == Status::StreamEnd && out.len() == block.length).then_some(out)
}
