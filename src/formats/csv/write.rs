//! A tree to rows: unit columns are repeated on each row.

use super::CsvLayout;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
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
    let parts = parts(layout, view, findings);
    let rows = view.tree.children(NodeId::ROOT).filter(|&node| view.tree.node(node).place == layout.row);
    for (i, row) in rows.enumerate() {
        let mut next = view.tree.children(row);
        for part in &parts {
            match part {
                Part::Unit(bytes) => out.extend_from_slice(bytes),
                Part::Column(at, column) => {
                    let text = view.next_child_text(row, &mut next, *column).unwrap_or("");
                    cell(layout, (*column, *at, i as u32 + 1), text, out, findings);
                }
            }
        }
        line_end(layout, out);
    }
}

/// A stretch of a row.
enum Part {
    /// Unit columns and the delimiters around them: the same in all rows of the unit.
    Unit(Vec<u8>),
    /// A column of the row, by its number from 0.
    Column(usize, PlaceId),
}

/// A row in parts. Unit columns are checked and made here, once, and then repeated on each row.
fn parts(layout: &CsvLayout, view: View<'_>, findings: &mut Diagnostics) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut unit = Vec::new();
    for (at, &column) in layout.guide.columns.iter().enumerate() {
        if at > 0 {
            unit.push(layout.dialect.delimiter);
        }
        if layout.is_unit_column(column) {
            let text = view.child_text(NodeId::ROOT, column).unwrap_or("");
            cell(layout, (column, at, 1), text, &mut unit, findings);
        } else {
            if !unit.is_empty() {
                parts.push(Part::Unit(std::mem::take(&mut unit)));
            }
            parts.push(Part::Column(at, column));
        }
    }
    parts.push(Part::Unit(unit));
    parts
}

/// A value of a column, by its place and number from 0, in a row from 1; checked and written.
#[inline]
fn cell(
    layout: &CsvLayout,
    (column, at, row): (PlaceId, usize, u32),
    text: &str,
    out: &mut Vec<u8>,
    findings: &mut Diagnostics,
) {
    let is_plain = |byte: &u8| layout.plain[usize::from(*byte)];
    // All charsets of CSV files agree on ASCII.
    if !text.is_empty()
        && text.as_bytes().iter().all(is_plain)
        && layout.checks[column.index()].is_right_at_a_glance(text.len() as u32, || text.as_bytes())
    {
        return out.extend_from_slice(text.as_bytes());
    }
    check(layout, column, at, row, text, findings);
    value(layout, text, out);
}

fn check(layout: &CsvLayout, column: PlaceId, at: usize, row: u32, text: &str, findings: &mut Diagnostics) {
    let guide = &layout.guide;
    let code = match text {
        "" => guide.shape.place(column).required.then_some(Code::X201),
        text => layout.checks[column.index()].check(text, false, false).or(outside_charset(layout, text)),
    };
    let Some(code) = code else { return };
    let name = guide.shape.place(column).name.to_string();
    findings.push(
        Diagnostic::new(code)
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
