//! The index pass over files in XML: an IDoc is an element `IDOC` in the outermost one, which is called as its basic type.

use crate::diagnostics::Code;
use crate::formats::idoc::IDOC;
use crate::formats::idoc::control::{self, Control};
use crate::formats::nested::Tokens;
use crate::formats::xml::{self, Head, Step, XmlIndexer};
use crate::formats::{Fault, Indexer, MessageRow, Row};

/// A control record ends within so many bytes of its IDoc.
const CONTROL_BYTES_MAX: usize = 64 << 10;

/// The state of the index pass over one file in XML.
pub(in crate::formats::idoc) struct MarkupIndexer {
    document: XmlIndexer,
    /// What tells how to read the IDocs of the document.
    head: Vec<u8>,
    count: u32,
    /// How many bytes came.
    offset: u64,
    /// The first bytes of the IDoc that is open, or of what was not looked at, and where they are.
    start: Vec<u8>,
    start_at: u64,
    tokens: Tokens,
}

impl Default for MarkupIndexer {
    fn default() -> Self {
        MarkupIndexer {
            document: XmlIndexer::along(vec![Step::Any, Step::Local(IDOC)], ""),
            head: Vec::new(),
            count: 0,
            offset: 0,
            start: Vec::new(),
            start_at: 0,
            tokens: Tokens::default(),
        }
    }
}

impl MarkupIndexer {
    /// Where an IDoc begins in a file that starts with `start`: behind what stands before the first.
    pub(super) fn within(start: &[u8]) -> Self {
        let mut indexer = MarkupIndexer::default();
        let before = xml::outer_tags(start, 1).pop().map_or(0, |outermost| outermost.end);
        // There is nothing in it that could be told.
        indexer.feed(&start[..before], &mut |_| {});
        indexer
    }

    fn take(&mut self, found: Vec<Row>, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        for row in found {
            match row {
                Row::Interchange(document) => self.head = document.head,
                Row::Message(idoc) => self.idoc(idoc, bytes, rows),
                Row::InterchangeEnd { end, fault: Some(fault) } => self.broken(end, fault, bytes, rows),
                Row::Group(_) | Row::GroupEnd { .. } | Row::InterchangeEnd { .. } => {}
                Row::Finding(_) | Row::Unclaimed { .. } => rows(row),
            }
        }
    }

    /// An IDoc that is whole.
    fn idoc(&mut self, found: MessageRow, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        let end = found.offset + found.length;
        let control = self.control(found.offset, found.length, bytes);
        let mut fault = found.fault;
        if control.is_none() {
            fault.get_or_insert(Fault {
                code: Code::X241,
                standard_code: "",
                found: String::new(),
                expected: control::NAME.into(),
                offset: found.offset,
            });
        }
        self.count += 1;
        let (mut interchange, group, message) = control.unwrap_or_default().rows(self.count, found.offset);
        interchange.head = self.head.clone();
        rows(Row::Interchange(interchange));
        rows(Row::Group(group));
        rows(Row::Message(MessageRow { length: found.length, fault, ..message }));
        rows(Row::GroupEnd { fault: None });
        rows(Row::InterchangeEnd { end, fault: None });
    }

    /// The document cannot be read to its end: the IDoc that is open there is refused, and if none is, what may have
    /// stood behind the last.
    fn broken(&mut self, end: u64, fault: Fault, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        let start = self.document.cut();
        let control = start.and_then(|start| self.control(start, end.saturating_sub(start), bytes));
        self.count += 1;
        let (mut interchange, group, _) =
            control.unwrap_or_default().rows(self.count, start.unwrap_or(end.min(fault.offset)));
        interchange.head = self.head.clone();
        rows(Row::Interchange(interchange));
        rows(Row::Group(group));
        rows(Row::GroupEnd { fault: None });
        rows(Row::InterchangeEnd { end, fault: Some(fault) });
    }

    /// The control record of the IDoc that starts at `offset`; `bytes` are those that came last.
    fn control(&mut self, offset: u64, length: u64, bytes: &[u8]) -> Option<Control> {
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(CONTROL_BYTES_MAX);
        let mut own = Vec::new();
        if let Some(before) = offset.checked_sub(self.start_at).filter(|_| offset < self.offset) {
            own.extend_from_slice(self.start.get(before as usize..)?);
        }
        let from = offset.saturating_sub(self.offset) as usize;
        if offset.max(self.start_at + self.start.len() as u64) >= self.offset {
            own.extend(bytes.iter().skip(from).take(length.saturating_sub(own.len())));
        }
        own.truncate(length);
        let head = Head::of(&self.head);
        Control::of_xml(head.tags, &head.decoded(&own), &mut self.tokens)
    }

    /// Keeps of the bytes that came last what may be needed.
    fn keep(&mut self, bytes: &[u8]) {
        let from = self.document.open_from();
        if from >= self.offset + bytes.len() as u64 {
            self.start.clear();
        } else if from >= self.offset {
            self.start.clear();
            let own = &bytes[(from - self.offset) as usize..];
            self.start.extend_from_slice(&own[..own.len().min(CONTROL_BYTES_MAX)]);
        } else {
            let behind = (from - self.start_at.min(from)) as usize;
            self.start.drain(..behind.min(self.start.len()));
            // Of what was cut off at its end nothing more is needed.
            if from + self.start.len() as u64 == self.offset {
                let room = CONTROL_BYTES_MAX.saturating_sub(self.start.len());
                self.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
        }
        self.start_at = from;
        self.offset += bytes.len() as u64;
    }
}

impl Indexer for MarkupIndexer {
    fn feed(&mut self, bytes: &[u8], rows: &mut dyn FnMut(Row)) {
        let mut found = Vec::new();
        self.document.feed(bytes, &mut |row| found.push(row));
        self.take(found, bytes, rows);
        self.keep(bytes);
    }

    fn finish(&mut self, rows: &mut dyn FnMut(Row)) {
        let mut found = Vec::new();
        self.document.finish(&mut |row| found.push(row));
        self.take(found, &[], rows);
    }
}
