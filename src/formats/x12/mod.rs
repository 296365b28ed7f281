//! X12: delimiters from the interchange header, any segment terminator with or without line ends after it,
//! 004010 and later (repetition separator from 00402).

mod header;
mod index;
mod read;
mod whole;
mod write;

pub use header::{Delimiters, Header};
pub use read::Tokenizer;
pub use write::{write_header, write_trailer};

use super::segment::Structure;
use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch, Totals};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::guide::Guide;
use crate::tree::{Tree, View};

/// The format.
pub struct X12;

impl Format for X12 {
    fn id(&self) -> &'static str {
        "x12"
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let start = head.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
        head[start..].starts_with(b"ISA")
            && head.get(start + 3).is_some_and(|byte| !byte.is_ascii_alphanumeric())
    }

    fn is_whole(&self, head: &[u8], tail: &[u8]) -> bool {
        whole::is_whole(head, tail)
    }

    fn indexer<'a>(&self, _layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        Box::new(index::X12Indexer::new())
    }

    fn layout(&self, guide: &Guide, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
        let delimiters = Delimiters::of(guide);
        let Some(delimiters) = delimiters else {
            findings.push(
                Diagnostic::new(Code::L001)
                    .with("found", "a delimiter of several characters")
                    .with("expected", "one character")
                    .at(guide.format_span, ""),
            );
            return None;
        };
        Some(Box::new(X12Layout { structure: Structure::of(guide), guide: guide.clone(), delimiters }))
    }
}

/// An X12 guide, ready.
pub(crate) struct X12Layout {
    pub(crate) guide: Guide,
    pub(crate) structure: Structure,
    /// What is written with.
    pub(crate) delimiters: Delimiters,
}

impl Layout for X12Layout {
    fn guide(&self) -> &Guide {
        &self.guide
    }

    fn read(
        &self,
        input: &MessageInput<'_>,
        scratch: &mut Scratch,
        tree: &mut Tree,
        findings: &mut Diagnostics,
    ) {
        read::read(self, input, scratch, tree, findings);
    }

    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        write::body(self, view, out, findings);
    }

    fn begin_file(&self, envelope: &Envelope, out: &mut Vec<u8>) {
        write::begin(self, envelope, out);
    }

    fn begin_body(&self, _envelope: &Envelope, ordinal: u32, out: &mut Vec<u8>) {
        write::begin_set(self, ordinal, out);
    }

    fn segments_in(&self, piece: &[u8]) -> u64 {
        memchr::memchr_iter(self.delimiters.segment, piece).count() as u64
    }

    fn end_body(&self, _envelope: &Envelope, ordinal: u32, segments: u64, out: &mut Vec<u8>) {
        write::end_set(self, ordinal, segments, out);
    }

    fn end_file(&self, envelope: &Envelope, totals: &Totals, out: &mut Vec<u8>) {
        write::end(self, envelope, totals.bodies, out);
    }
}
