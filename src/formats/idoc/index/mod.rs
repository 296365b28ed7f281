//! The index pass: each IDoc of a file is an interchange of its own, whichever form the file has.

mod flat;
mod markup;

use crate::formats::{Indexer, Row, xml};
use flat::FlatIndexer;
use markup::MarkupIndexer;

/// How much of what nobody knows is kept.
const SHOWN_BYTES: usize = 40;
/// With so many bytes that are neither blanks nor of a byte order mark one can tell a file in XML, also where characters
/// have two bytes.
const TELLING_BYTES: usize = 3;
/// More blanks than this are not waited through.
const BLANKS_MAX: usize = 4096;

/// The state of the index pass over one file.
pub(super) enum IdocIndexer {
    /// Bytes that do not tell yet what form the file has.
    Unknown(Vec<u8>),
    /// A flat file.
    Flat(Box<FlatIndexer>),
    /// A file in XML.
    Markup(Box<MarkupIndexer>),
}

impl IdocIndexer {
    /// At the start of a file.
    pub(super) fn new() -> Self {
        IdocIndexer::Unknown(Vec::new())
    }

    /// Where an IDoc begins in a file that starts with `start`.
    pub(super) fn within(start: &[u8]) -> Self {
        match xml::is_markup(start) {
            true => IdocIndexer::Markup(Box::new(MarkupIndexer::within(start))),
            false => IdocIndexer::Flat(Box::default()),
        }
    }

    /// Tells the form once it can, and takes what came until then.
    fn tell(&mut self, is_end: bool, rows: &mut dyn FnMut(Row)) {
        let IdocIndexer::Unknown(start) = self else { return };
        let is_said =
            |byte: &&u8| !byte.is_ascii_whitespace() && !matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF);
        if start.iter().filter(is_said).count() < TELLING_BYTES && start.len() < BLANKS_MAX && !is_end {
            return;
        }
        let start = std::mem::take(start);
        *self = match xml::is_markup(&start) {
            true => IdocIndexer::Markup(Box::default()),
            false => IdocIndexer::Flat(Box::default()),
        };
        self.feed(&start, rows);
    }
}

impl Indexer for IdocIndexer {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        match self {
            IdocIndexer::Unknown(start) => {
                start.extend_from_slice(bytes);
                self.tell(false, rows);
            }
            IdocIndexer::Flat(indexer) => indexer.feed(bytes, rows),
            IdocIndexer::Markup(indexer) => indexer.feed(bytes, rows),
        }
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        self.tell(true, rows);
        match self {
            IdocIndexer::Unknown(_) => {}
            IdocIndexer::Flat(indexer) => indexer.finish(rows),
            IdocIndexer::Markup(indexer) => indexer.finish(rows),
        }
    }
}
