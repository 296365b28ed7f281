//! The index pass over a CSV file: one row per unit. A file is one interchange and one group without numbers.

use super::rows::{Cell, RowEnd, is_blank, row};
use super::{Dialect, unit_columns};
use crate::formats::{GroupRow, Indexer, InterchangeRow, MessageRow, Row};
use crate::guide::{Guide, Unit};
use encoding_rs::Encoding;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The state of the index pass over one file.
pub struct CsvIndexer {
    dialect: Dialect,
    encoding: &'static Encoding,
    kind: String,
    /// Names of the columns that hold a unit together, and where they stand.
    by: Vec<(String, usize)>,
    one_unit: bool,
    pending: Vec<u8>,
    offset: u64,
    started: bool,
    header_done: bool,
    open: Option<MessageRow>,
    /// The values that hold the open unit together.
    key: Vec<String>,
    count: u32,
    cells: Vec<Cell>,
}

impl CsvIndexer {
    /// At the start of a file read under `guide`.
    pub(super) fn new(guide: &Guide, dialect: Dialect, encoding: &'static Encoding) -> Self {
        let by = unit_columns(guide)
            .iter()
            .map(|place| {
                let at = guide.columns.iter().position(|column| column == place).unwrap_or(0);
                (guide.shape.place(*place).name.to_string(), at)
            })
            .collect();
        CsvIndexer {
            dialect,
            encoding,
            kind: guide.name.clone(),
            by,
            one_unit: guide.unit == Unit::File,
            pending: Vec::new(),
            offset: 0,
            started: false,
            header_done: !dialect.has_header,
            open: None,
            key: Vec::new(),
            count: 0,
            cells: Vec::new(),
        }
    }

    fn advance(&mut self, at_end: bool, rows: &mut dyn FnMut(Row)) {
        let pending = std::mem::take(&mut self.pending);
        let mut at = 0;
        if !self.started && (at_end || pending.len() >= BYTE_ORDER_MARK.len()) {
            self.started = true;
            at = if pending.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        }
        let mut cells = std::mem::take(&mut self.cells);
        while self.started && at < pending.len() {
            let next = match row(&pending, at, &self.dialect, &mut cells) {
                RowEnd::At(next) => next,
                RowEnd::Incomplete { .. } if at_end => pending.len(),
                RowEnd::Incomplete { .. } => break,
            };
            if !is_blank(&cells) {
                self.one(&pending, &cells, at, next, rows);
            } else if let Some(open) = &mut self.open {
                open.length += (next - at) as u64;
            }
            at = next;
        }
        self.cells = cells;
        self.offset += at as u64;
        self.pending = pending;
        self.pending.drain(..at);
    }

    fn one(&mut self, bytes: &[u8], cells: &[Cell], at: usize, next: usize, rows: &mut dyn FnMut(Row)) {
        let value = |index: usize| {
            let mut buffer = Vec::new();
            let cell = cells.get(index).copied().unwrap_or_default();
            let bytes = cell.value(bytes, self.dialect.quote, &mut buffer);
            self.encoding.decode_without_bom_handling(bytes).0.into_owned()
        };
        if !self.header_done {
            self.header_done = true;
            let names: Vec<String> = (0..cells.len()).map(value).collect();
            for (name, index) in &mut self.by {
                *index = names.iter().position(|found| found.trim() == name).unwrap_or(usize::MAX);
            }
            self.begin(bytes[at..next].to_vec(), rows);
            return;
        }
        if self.count == 0 && self.open.is_none() && !self.dialect.has_header {
            self.begin(Vec::new(), rows);
        }
        let key: Vec<String> = self.by.iter().map(|(_, index)| value(*index)).collect();
        let length = (next - at) as u64;
        match &mut self.open {
            Some(open) if self.one_unit || (!self.by.is_empty() && self.key == key) => open.length += length,
            _ => {
                self.close(rows);
                self.count += 1;
                self.open = Some(MessageRow {
                    ordinal: self.count,
                    kind: self.kind.clone(),
                    control_number: key.join(" "),
                    offset: self.offset + at as u64,
                    length,
                    ..MessageRow::default()
                });
                self.key = key;
            }
        }
    }

    fn begin(&self, head: Vec<u8>, rows: &mut dyn FnMut(Row)) {
        rows(Row::Interchange(InterchangeRow { ordinal: 1, head, ..Default::default() }));
        rows(Row::Group(GroupRow { ordinal: 1, ..Default::default() }));
    }

    fn close(&mut self, rows: &mut dyn FnMut(Row)) {
        if let Some(open) = self.open.take() {
            rows(Row::Message(open));
        }
    }
}

impl Indexer for CsvIndexer {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        self.pending.extend_from_slice(bytes);
        self.advance(false, rows);
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        self.advance(true, rows);
        self.close(rows);
        if self.count > 0 || (self.header_done && self.dialect.has_header) {
            rows(Row::GroupEnd { fault: None });
            rows(Row::InterchangeEnd { end: self.offset, fault: None });
        }
    }
}
