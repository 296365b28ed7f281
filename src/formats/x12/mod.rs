//! X12: delimiters from the interchange header, any segment terminator with or without line ends after it,
//! 004010 and later (repetition separator from 00402).

mod coding;
mod header;
mod index;
mod service;
mod tables;
mod whole;
mod write;

pub use header::{DELIMITERS, Header};
pub use service::header_findings;
pub use write::{write_header, write_trailer};

use super::segment::{self, Delimiters, Dialect, Structure};
use super::standard::Importer;
use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch, Totals};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::guide::Guide;
use crate::tree::{Tree, View};
use std::sync::{Arc, OnceLock};

/// Header and trailer of a message, which the format writes itself.
const FRAME: [&str; 2] = ["ST", "SE"];

/// The format.
pub struct X12;

impl Format for X12 {
    fn id(&self) -> &'static str {
        "x12"
    }

    fn name(&self) -> &'static str {
        "X12"
    }

    fn has_envelope(&self) -> bool {
        true
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        head.starts_with(b"ISA") && head.get(3).is_some_and(|byte| !byte.is_ascii_alphanumeric())
    }

    fn is_whole(&self, head: &[u8], tail: &[u8]) -> bool {
        whole::is_whole(head, tail)
    }

    fn indexer<'a>(&self, _layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        Box::new(segment::SegmentIndexer::new(index::X12Envelopes))
    }

    fn layout(&self, guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
        let Some(delimiters) = delimiters(guide) else {
            findings.push(
                Diagnostic::new(Code::L001)
                    .with("found", "a delimiter of several characters or a line end")
                    .with("form", "delimiters element \"*\"")
                    .at(guide.format_span, ""),
            );
            return None;
        };
        Some(Box::new(X12Layout { structure: OnceLock::new(), guide: guide.clone(), delimiters }))
    }

    fn importer(&self) -> Option<&'static dyn Importer> {
        Some(&tables::Tables)
    }
}

/// What a guide's messages are written with; `None` if it names a delimiter of several characters. From 004020 on ISA11 is
/// the separator of repetitions, and not a code.
pub fn delimiters(guide: &Guide) -> Option<Delimiters> {
    let repetition = (guide.setting("release") >= "004020").then_some(b'^');
    Delimiters { repetition, ..DELIMITERS }.with(guide)
}

/// An X12 guide, ready.
pub(crate) struct X12Layout {
    guide: Arc<Guide>,
    /// Made with the first message: most guides of a gateway have none for a long time.
    structure: OnceLock<Structure>,
    /// What is written with.
    delimiters: Delimiters,
}

impl X12Layout {
    fn structure(&self) -> &Structure {
        self.structure.get_or_init(|| Structure::of(&self.guide))
    }

    fn dialect(&self, delimiters: Delimiters) -> Dialect<'static> {
        Dialect {
            delimiters,
            decimal_mark: b'.',
            reads_comma: false,
            coding: &coding::Coding,
            checks_repertoire: false,
            spreads: false,
            excess: Severity::Warn,
        }
    }
}

impl Layout for X12Layout {
    fn guide(&self) -> &Arc<Guide> {
        &self.guide
    }

    fn read(
        &self,
        input: &MessageInput<'_>,
        scratch: &mut Scratch,
        tree: &mut Tree,
        findings: &mut Diagnostics,
    ) {
        let delimiters = Header::read(input.head).map_or(self.delimiters, |header| header.delimiters);
        let dialect = self.dialect(delimiters);
        segment::read((&self.guide, self.structure()), input, &dialect, scratch, tree, findings);
    }

    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        let dialect = self.dialect(self.delimiters);
        segment::write_body((&self.guide, self.structure()), view, &dialect, FRAME, out, findings);
    }

    fn begin_file(&self, envelope: &Envelope, out: &mut Vec<u8>) {
        write::begin(self, envelope, out);
        self.begin_group(envelope, out);
    }

    fn file_head(&self) -> Vec<u8> {
        let mut head = Vec::new();
        write::begin(self, &Envelope::default(), &mut head);
        head
    }

    fn group_head(&self) -> String {
        ["group", "release"].map(|name| self.guide.setting(name)).join(" ")
    }

    fn end_group(&self, envelope: &Envelope, totals: &Totals, out: &mut Vec<u8>) {
        write::end_group(self, envelope, totals.bodies_of_group(), out);
    }

    fn begin_group(&self, envelope: &Envelope, out: &mut Vec<u8>) {
        write::begin_group(self, envelope, out);
    }

    fn begin_body(&self, _envelope: &Envelope, ordinal: u32, out: &mut Vec<u8>) {
        write::begin_set(self, ordinal, out);
    }

    fn segments_in(&self, piece: &[u8]) -> u64 {
        segment::count_segments(piece, &self.delimiters)
    }

    fn end_body(&self, _envelope: &Envelope, ordinal: u32, segments: u64, out: &mut Vec<u8>) {
        write::end_set(self, ordinal, segments, out);
    }

    fn end_file(&self, envelope: &Envelope, totals: &Totals, out: &mut Vec<u8>) {
        self.end_group(envelope, totals, out);
        write_trailer(envelope, totals.groups(), &self.delimiters, out);
    }
}
