//! The index pass over flat files: an IDoc begins with each control record and goes to the next.

use super::SHOWN_BYTES;
use crate::formats::idoc::control::Control;
use crate::formats::idoc::flat::{self, Framing, Next};
use crate::formats::{Indexer, InterchangeRow, MessageRow, Row};

/// The state of the index pass over one flat file.
#[derive(Default)]
pub(in crate::formats::idoc) struct FlatIndexer {
    pending: Vec<u8>,
    offset: u64,
    framing: Option<Framing>,
    /// Whether the bytes at hand go on with a line that was too long to be held.
    in_long: bool,
    open: Option<(InterchangeRow, MessageRow)>,
    count: u32,
    unclaimed: Option<(u64, u64, Vec<u8>)>,
}

impl FlatIndexer {
    fn advance(&mut self, is_end: bool, rows: &mut dyn FnMut(Row)) {
        let pending = std::mem::take(&mut self.pending);
        self.framing = self.framing.or_else(|| Framing::of(&pending, is_end));
        let mut at = 0;
        while let Some(framing) = self.framing
            && at < pending.len()
        {
            match framing.next(&pending, at, is_end) {
                Next::Record(record, next) => {
                    self.record(&pending[record], &pending[at..next], self.offset + at as u64, rows);
                    at = next;
                }
                Next::Incomplete => break,
            }
        }
        self.offset += at as u64;
        self.pending = pending;
        self.pending.drain(..at);
    }

    /// One record; `all` has its line end too.
    fn record(&mut self, record: &[u8], all: &[u8], offset: u64, rows: &mut dyn FnMut(Row)) {
        let was_long = std::mem::replace(
            &mut self.in_long,
            self.framing == Some(Framing::Lines) && all.last() != Some(&b'\n'),
        );
        if flat::is_control(record) && !was_long {
            self.end(offset, rows);
            self.count += 1;
            let (interchange, group, message) = Control::of_record(record).rows(self.count, offset);
            rows(Row::Interchange(interchange.clone()));
            rows(Row::Group(group));
            self.open = Some((interchange, message));
        }
        match &mut self.open {
            Some((_, message)) => message.length += all.len() as u64,
            None if record.is_empty() && self.unclaimed.is_none() => {}
            None => {
                let (_, length, start) =
                    self.unclaimed.get_or_insert_with(|| (offset, 0, Vec::with_capacity(SHOWN_BYTES)));
                *length += all.len() as u64;
                start.extend(all.iter().take(SHOWN_BYTES.saturating_sub(start.len())));
            }
        }
    }

    /// The IDoc at hand, and what belongs to none, end at `end`.
    fn end(&mut self, end: u64, rows: &mut dyn FnMut(Row)) {
        if let Some((offset, length, start)) = self.unclaimed.take() {
            rows(Row::Unclaimed { offset, length, start });
        }
        if let Some((_, message)) = self.open.take() {
            rows(Row::Message(message));
            rows(Row::GroupEnd { fault: None });
            rows(Row::InterchangeEnd { end, fault: None });
        }
    }
}

impl Indexer for FlatIndexer {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        self.pending.extend_from_slice(bytes);
        self.advance(false, rows);
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        self.advance(true, rows);
        self.end(self.offset, rows);
    }
}
