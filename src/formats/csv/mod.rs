//! CSV: delimiter, quote, header row, byte order mark and charset as the guide says; units of neighbouring rows.

mod index;
mod read;
mod rows;
mod write;

use super::{Envelope, Format, Indexer, Layout, MessageInput, Scratch};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::check::Check;
use crate::guide::{Guide, Unit};
use crate::tree::{PlaceId, Tree, View};
use std::sync::Arc;

/// The format's id.
pub(super) const ID: &str = "csv";

/// The format.
pub struct Csv;

/// What separates values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Between values.
    pub delimiter: u8,
    /// Around values that hold a delimiter, a quote or a line end; doubled inside.
    pub quote: u8,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// Whether rows are written with CR LF.
    pub crlf: bool,
}

/// A CSV guide, ready.
pub(crate) struct CsvLayout {
    pub(crate) guide: Arc<Guide>,
    /// By place.
    pub(crate) checks: Vec<Check>,
    pub(crate) dialect: Dialect,
    pub(crate) encoding: &'static encoding_rs::Encoding,
    /// The row record.
    pub(crate) row: PlaceId,
    /// Per byte, whether a value may have it and need nothing done to be written: printable ASCII that separates nothing.
    plain: Box<[bool; 256]>,
}

impl Format for Csv {
    fn id(&self) -> &'static str {
        ID
    }

    fn name(&self) -> &'static str {
        "CSV"
    }

    fn sniff(&self, _head: &[u8]) -> bool {
        false
    }

    fn indexer<'a>(&self, layout: Option<&'a dyn Layout>) -> Box<dyn Indexer + 'a> {
        let guide = layout.expect("units of a flat file are the guide's to cut").guide();
        if !guide.records.is_empty() {
            return super::fixed::indexer(guide);
        }
        let encoding = encoding(guide).unwrap_or(encoding_rs::UTF_8);
        Box::new(index::CsvIndexer::new(guide, dialect(guide).unwrap_or(STANDARD), encoding))
    }

    fn layout(&self, guide: &Arc<Guide>, findings: &mut Diagnostics) -> Option<Box<dyn Layout>> {
        if !guide.records.is_empty() {
            // Records of several kinds, known by their constants: only how fields are set apart is different.
            return super::fixed::layout(guide, findings);
        }
        let dialect = dialect(guide)
            .ok_or(("a delimiter or quote of several characters", "one character"))
            .map_err(|(found, expected)| (found.to_string(), expected));
        let encoding = encoding(guide).ok_or((
            format!("the charset `{}`", guide.setting("charset")),
            "utf-8, windows-1252, iso-8859-15 or another of the WHATWG list",
        ));
        let row = guide.shape.children_named(PlaceId::ROOT, "row").next();
        match (dialect, encoding, row) {
            (Ok(dialect), Ok(encoding), Some(row)) => {
                let checks = Check::all(guide);
                let plain = Box::new(std::array::from_fn(|byte| {
                    let separates = [dialect.delimiter, dialect.quote].map(usize::from).contains(&byte);
                    (0x20..0x7f).contains(&byte) && !separates
                }));
                Some(Box::new(CsvLayout { guide: guide.clone(), checks, dialect, encoding, row, plain }))
            }
            (dialect, encoding, row) => {
                let no_row =
                    row.is_none().then(|| ("a csv guide without `columns`".to_string(), "a `columns` block"));
                for (found, expected) in dialect.err().into_iter().chain(encoding.err()).chain(no_row) {
                    findings.push(
                        Diagnostic::new(Code::L001)
                            .with("found", found)
                            .with("expected", expected)
                            .at(guide.format_span, ""),
                    );
                }
                None
            }
        }
    }
}

const STANDARD: Dialect = Dialect { delimiter: b',', quote: b'"', has_header: true, crlf: false };

/// How characters are coded; `None` if nobody knows the charset that the guide names.
fn encoding(guide: &Guide) -> Option<&'static encoding_rs::Encoding> {
    match guide.setting("charset") {
        "" => Some(encoding_rs::UTF_8),
        name => encoding_rs::Encoding::for_label(name.as_bytes()),
    }
}

fn dialect(guide: &Guide) -> Option<Dialect> {
    let one = |name: &str, standard: u8| match guide.setting(name) {
        "" => Some(standard),
        "tab" | "\\t" => Some(b'\t'),
        text => <[u8; 1]>::try_from(text.as_bytes()).ok().map(|[byte]| byte),
    };
    Some(Dialect {
        delimiter: one("delimiter", STANDARD.delimiter)?,
        quote: one("quote", STANDARD.quote)?,
        has_header: guide.setting("header") != "no",
        crlf: guide.setting("newline") == "crlf",
    })
}

impl CsvLayout {
    /// Whether a column stands once per unit.
    fn is_unit_column(&self, place: PlaceId) -> bool {
        self.guide.shape.place(place).parent == PlaceId::ROOT
    }
}

/// The columns whose values hold a unit together.
fn unit_columns(guide: &Guide) -> &[PlaceId] {
    match &guide.unit {
        Unit::Group(columns) => columns,
        Unit::Transaction | Unit::File | Unit::Record(..) => &[],
    }
}

impl Layout for CsvLayout {
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
        read::read(self, input, scratch, tree, findings);
    }

    fn write_body(&self, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
        write::body(self, view, out, findings);
    }

    fn begin_file(&self, _envelope: &Envelope, out: &mut Vec<u8>) {
        if self.dialect.has_header {
            write::header(self, out);
        }
    }
}

/// A number with a point where `mark` stood, or the other way round. A point of the other kind becomes a mark, so that it
/// is not taken for one.
fn remarked(text: &str, mark: u8) -> String {
    let mark = char::from(mark);
    let other = |character| match character {
        '.' => mark,
        character if character == mark => '.',
        character => character,
    };
    text.chars().map(other).collect()
}
