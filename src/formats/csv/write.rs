//! A tree to rows: unit columns are repeated on each row.

use super::{CsvLayout, Dialect, remarked};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::formats::advice::asked_of_us;
use crate::formats::check::Check;
use crate::tree::{NodeId, PlaceId, View};

/// The row with the column names.
pub(super) fn header(layout: &CsvLayout, out: &mut Vec<u8>) {
    for (i, &column) in layout.guide.columns.iter().enumerate() {
        if i > 0 {
            out.push(layout.dialect.delimiter);
        }
        let name = &layout.guide.shape.place(column).name;
        value(layout, name, out);
    }
    line_end(layout, out);
}

/// The rows of one unit.
pub(super) fn body(layout: &CsvLayout, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
    if view.tree.is_empty() {
        return;
    }
    // Most units have no byte anywhere that a value would have to be looked at for.
    let is_plain = view.texts().iter().all(|text| is_plain(layout, text));
    let parts = parts(layout, view, is_plain, findings);
    let rows = view.tree.children(NodeId::ROOT).filter(|&node| view.tree.node(node).place == layout.row);
    for (i, row) in rows.enumerate() {
        let mut next = view.tree.children(row);
        for part in &parts {
            match part {
                Part::Unit(bytes) => match bytes[..] {
                    [delimiter] => out.push(delimiter),
                    _ => out.extend_from_slice(bytes),
                },
                Part::Column(column) => {
                    let text = view.next_child_text(row, &mut next, column.place).unwrap_or("");
                    column.write(layout, text, is_plain, i as u32 + 1, out, findings);
                }
            }
        }
        line_end(layout, out);
    }
}

/// Whether no value in a text can have a byte that needs something done to be written, in one pass that the compiler
/// makes wide.
fn is_plain(layout: &CsvLayout, text: &str) -> bool {
    let Dialect { delimiter, quote, .. } = layout.dialect;
    text.bytes().fold(true, |plain, byte| {
        plain & (0x20..0x7f).contains(&byte) & (byte != delimiter) & (byte != quote)
    })
}

/// A stretch of a row.
enum Part<'a> {
    /// Unit columns and the delimiters around them: the same in all rows of the unit.
    Unit(Vec<u8>),
    /// A column of the row.
    Column(Column<'a>),
}

/// A column with its number from 0.
struct Column<'a> {
    place: PlaceId,
    at: usize,
    check: &'a Check,
    /// What stands in its numbers instead of a point.
    mark: Option<u8>,
}

/// A row in parts. Unit columns are checked and made here, once, and then repeated on each row.
fn parts<'a>(
    layout: &'a CsvLayout,
    view: View<'_>,
    is_plain: bool,
    findings: &mut Diagnostics,
) -> Vec<Part<'a>> {
    let (mut parts, mut unit) = (Vec::new(), Vec::new());
    let mut next = view.tree.children(NodeId::ROOT);
    for (at, &place) in layout.guide.columns.iter().enumerate() {
        if at > 0 {
            unit.push(layout.dialect.delimiter);
        }
        let mark = layout.guide.rules(place).decimal_mark;
        let column = Column { place, at, check: &layout.checks[place.index()], mark };
        if layout.is_unit_column(place) {
            let text = view.next_child_text(NodeId::ROOT, &mut next, place).unwrap_or("");
            column.write(layout, text, is_plain, 1, &mut unit, findings);
        } else {
            if !unit.is_empty() {
                parts.push(Part::Unit(std::mem::take(&mut unit)));
            }
            parts.push(Part::Column(column));
        }
    }
    parts.push(Part::Unit(unit));
    parts
}

impl Column<'_> {
    /// A value in a row from 1, checked and written. `is_plain` says that nothing in it needs quotes or another coding.
    #[inline(always)]
    fn write(
        &self,
        layout: &CsvLayout,
        text: &str,
        is_plain: bool,
        row: u32,
        out: &mut Vec<u8>,
        findings: &mut Diagnostics,
    ) {
        let bytes = text.as_bytes();
        // All charsets of CSV files agree on ASCII.
        let is_right = !bytes.is_empty()
            && self.mark.is_none()
            && (is_plain || bytes.iter().all(|byte| layout.plain[usize::from(*byte)]))
            && self.check.is_right_at_a_glance(bytes.len() as u32, || bytes);
        match is_right {
            true => out.extend_from_slice(bytes),
            false => self.write_checked(layout, text, row, out, findings),
        }
    }

    #[inline(never)]
    fn write_checked(
        &self,
        layout: &CsvLayout,
        text: &str,
        row: u32,
        out: &mut Vec<u8>,
        findings: &mut Diagnostics,
    ) {
        check(layout, self.place, self.at, row, text, findings);
        match self.mark {
            None => value(layout, text, out),
            Some(mark) => value(layout, &remarked(text, mark), out),
        }
    }
}

fn check(layout: &CsvLayout, column: PlaceId, at: usize, row: u32, text: &str, findings: &mut Diagnostics) {
    let guide = &layout.guide;
    let code = match text {
        "" => guide.shape.place(column).required.then_some(Code::X201),
        text => {
            layout.checks[column.index()].check(text, false, false).or_else(|| outside_charset(layout, text))
        }
    };
    let Some(code) = code else { return };
    let name = guide.shape.place(column).name.to_string();
    findings.push(
        asked_of_us(Diagnostic::new(code))
            .severity(code.info().severity.min(Severity::Hold))
            .with("tag", "row")
            .with("element", &name)
            .with("value", text)
            .with("guide", &guide.name)
            .with("expected", layout.encoding.name())
            .place(Place {
                segment: row,
                tag: "row".into(),
                element: at as u16 + 1,
                element_id: name,
                ..Place::default()
            }),
    );
}

/// A finding for characters that the file's charset does not have: references such as `&#937;` would stand for them.
fn outside_charset(layout: &CsvLayout, text: &str) -> Option<Code> {
    (!text.is_ascii() && layout.encoding.encode(text).2).then_some(Code::X234)
}

fn value(layout: &CsvLayout, text: &str, out: &mut Vec<u8>) {
    match layout.encoding == encoding_rs::UTF_8 {
        true => bytes(layout, text.as_bytes(), out),
        false => bytes(layout, &layout.encoding.encode(text).0, out),
    }
}

/// A value in the charset of the file, in quotes if it needs them.
fn bytes(layout: &CsvLayout, bytes: &[u8], out: &mut Vec<u8>) {
    let quote = layout.dialect.quote;
    let special =
        |byte: &u8| *byte == layout.dialect.delimiter || *byte == quote || matches!(byte, b'\n' | b'\r');
    if !bytes.iter().any(special) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(quote);
    for &byte in bytes {
        if byte == quote {
            out.push(quote);
        }
        out.push(byte);
    }
    out.push(quote);
}

fn line_end(layout: &CsvLayout, out: &mut Vec<u8>) {
    out.extend_from_slice(if layout.dialect.crlf { b"\r\n" } else { b"\n" });
}
