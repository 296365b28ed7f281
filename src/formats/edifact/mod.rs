//! EDIFACT in the syntax versions 1 to 4 of ISO 9735: delimiters from UNA or the defaults, release character, decimal
//! mark, character sets UNOA to UNOY, groups, and the repetition separator of version 4.

mod charset;
mod declared;
pub mod directories;
mod header;
pub(super) mod index;
mod service;
mod whole;
mod write;

pub use charset::{Level, level};
pub(crate) use declared::Declared;
pub use header::DELIMITERS;

use super::segment::{self, Coding, Delimiters, Dialect, Structure};
use super::standard::{Importer, Standard};
use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch, Totals};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::guide::Guide;
use crate::tree::{Tree, View};
use std::sync::{Arc, OnceLock};

/// Header and trailer of a message, which the format writes itself.
const FRAME: [&str; 2] = ["UNH", "UNT"];
/// What is declared and written where the guide does not say.
const LEVEL: &str = "UNOC";

/// The format.
pub struct Edifact;

impl Format for Edifact {
    fn id(&self) -> &'static str {
        "edifact"
    }

    fn name(&self) -> &'static str {
        "EDIFACT"
    }

    fn has_envelope(&self) -> bool {
        true
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        match head.strip_prefix(b"UNA") {
            Some(rest) => rest.get(6..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"UNB")),
            None => header::starts(head),
        }
    }

    fn is_whole(&self, _head: &[u8], tail: &[u8]) -> bool {
        whole::is_whole(tail)
    }

    fn indexer<'a>(&self, _layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        Box::new(segment::SegmentIndexer::new(index::EdifactEnvelopes))
    }

    fn layout(&self, guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
        let mut refuse = |found: String, form: &str| {
            let finding = Diagnostic::new(Code::L001).with("found", found).with("form", form);
            findings.push(finding.at(guide.format_span, ""));
            None
        };
        let declared = match guide.setting("charset") {
            "" => None,
            name => match level(name) {
                Some(level) => Some(level),
                None => {
                    return refuse(
                        format!("charset {name}"),
                        "charset unoc, or another level from unoa to unoy",
                    );
                }
            },
        };
        let version = match guide.setting("envelope") {
            "" => 3,
            text => match text.parse() {
                Ok(version @ 1..=4) => version,
                _ => return refuse(format!("envelope {text}"), "envelope 3, the syntax version from 1 to 4"),
            },
        };
        let usual = Delimiters { repetition: (version == 4).then_some(header::REPETITION), ..DELIMITERS };
        let mark = guide.setting("delimiter decimal").as_bytes();
        let (Some(delimiters), [] | [_]) = (usual.with(guide), mark) else {
            let form = "delimiters element \"+\", newline none, lf or crlf";
            return refuse("a delimiter of several characters or a line end".into(), form);
        };
        Some(Box::new(EdifactLayout {
            structure: OnceLock::new(),
            guide: guide.clone(),
            delimiters,
            decimal_mark: mark.first().copied().unwrap_or(b'.'),
            declared,
            level: declared.or_else(|| level(LEVEL)).expect("the standard level is a level"),
            version,
            has_groups: guide.setting("groups") == "yes",
        }))
    }

    fn standard(&self) -> Option<&'static dyn Standard> {
        Some(&directories::Directories)
    }

    fn importer(&self) -> Option<&'static dyn Importer> {
        Some(&directories::Directories)
    }
}

/// An EDIFACT guide, ready.
pub(crate) struct EdifactLayout {
    guide: Arc<Guide>,
    /// Made with the first message: most guides of a gateway have none for a long time.
    structure: OnceLock<Structure>,
    /// What is written with.
    delimiters: Delimiters,
    decimal_mark: u8,
    /// The character set the guide names: it is written, and read whatever the header says.
    declared: Option<Level>,
    /// The level that is written.
    level: Level,
    /// Syntax version that is written.
    version: u8,
    has_groups: bool,
}

impl EdifactLayout {
    fn structure(&self) -> &Structure {
        self.structure.get_or_init(|| Structure::of(&self.guide))
    }

    fn level_name(&self) -> String {
        self.level.name().to_string()
    }

    /// How a message is written with a level.
    fn written<'a>(&self, level: &'a Level) -> Dialect<'a> {
        Dialect {
            delimiters: self.delimiters,
            decimal_mark: self.decimal_mark,
            reads_comma: true,
            coding: level,
            checks_repertoire: false,
            spreads: self.delimiters.repetition.is_none(),
            // Mostly a separator that belonged to a text: what follows it has moved.
            excess: Severity::Reject,
        }
    }
}

impl Layout for EdifactLayout {
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
        let said = scratch.declared.by(input.head);
        let level = self.declared.or(said.level).unwrap_or(self.level);
        let mut dialect = self.written(&level);
        if let Some(delimiters) = said.delimiters {
            dialect.delimiters = delimiters;
            dialect.spreads = delimiters.repetition.is_none();
        }
        dialect.checks_repertoire = level.lacks_any(input.bytes);
        if !level.is_utf8()
            && !input.bytes.is_ascii()
            && !input.source().is_empty()
            && let Some(at) = input.bytes.iter().position(|byte| !byte.is_ascii())
        {
            let place = Place { offset: input.offset + at as u64, length: 1, ..Place::default() };
            findings.push(Diagnostic::new(Code::X236).with("charset", level.name()).place(place));
        }
        segment::read((&self.guide, self.structure()), input, &dialect, scratch, tree, findings);
    }

    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        let dialect = self.written(&self.level);
        segment::write_body((&self.guide, self.structure()), view, &dialect, FRAME, out, findings);
    }

    fn begin_file(&self, envelope: &Envelope, out: &mut Vec<u8>) {
        write::begin(self, envelope, out);
        self.begin_group(envelope, out);
    }

    fn file_head(&self) -> Vec<u8> {
        let mut head = Vec::new();
        write::begin(self, &Envelope::default(), &mut head);
        // All of an interchange is in groups, or nothing is.
        head.extend_from_slice(if self.has_groups { b"UNG" } else { b"" });
        head
    }

    fn group_head(&self) -> String {
        let said = ["set", "agency", "version", "release", "association"];
        if self.has_groups { said.map(|name| self.guide.setting(name)).join(" ") } else { String::new() }
    }

    fn end_group(&self, envelope: &Envelope, totals: &Totals, out: &mut Vec<u8>) {
        write::end_group(self, envelope, totals.bodies_of_group(), out);
    }

    fn begin_group(&self, envelope: &Envelope, out: &mut Vec<u8>) {
        write::begin_group(self, envelope, out);
    }

    fn begin_body(&self, _envelope: &Envelope, ordinal: u32, out: &mut Vec<u8>) {
        write::begin_body(self, ordinal, out);
    }

    fn segments_in(&self, piece: &[u8]) -> u64 {
        write::segments(piece, &self.delimiters)
    }

    fn end_body(&self, _envelope: &Envelope, ordinal: u32, segments: u64, out: &mut Vec<u8>) {
        write::end_body(self, ordinal, segments, out);
    }

    fn end_file(&self, envelope: &Envelope, totals: &Totals, out: &mut Vec<u8>) {
        self.end_group(envelope, totals, out);
        write::end(self, envelope, if self.has_groups { totals.groups() } else { totals.bodies }, out);
    }
}
