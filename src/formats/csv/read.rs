//! One unit to a tree: unit columns on the root, the other columns on a row each.

use super::rows::{Cell, RowEnd, is_blank, row};
use super::{CsvLayout, remarked};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::formats::advice::advice;
use crate::formats::{MessageInput, Scratch};
use crate::guide::ExtraColumns;
use crate::tree::arena::Origin;
use crate::tree::{PlaceId, Tree};
use std::borrow::Cow;

pub(super) fn read(
    layout: &CsvLayout,
    input: &MessageInput<'_>,
    _scratch: &mut Scratch,
    tree: &mut Tree,
    findings: &mut Diagnostics,
) {
    tree.clear();
    let columns = columns(layout, input.head, findings);
    let mut reader = Reader { layout, input, columns, findings, ordinal: 0, buffer: Vec::new() };
    let root = tree.open(PlaceId::ROOT, Origin::default());
    let (mut cells, mut at) = (Vec::new(), 0);
    let mut first: Option<(Vec<Cell>, usize)> = None;
    while at < input.bytes.len() {
        let end = row(input.bytes, at, &layout.dialect, &mut cells);
        let next = match end {
            RowEnd::At(next) => next,
            RowEnd::Incomplete { .. } => input.bytes.len(),
        };
        if !is_blank(&cells) {
            reader.ordinal += 1;
            if end == (RowEnd::Incomplete { in_quotes: true }) {
                reader.row_finding(Code::X216, at, &cells);
            }
            match &first {
                None => {
                    reader.unit_columns(&cells, tree);
                    first = Some((cells.clone(), at));
                }
                Some((first, _)) => reader.compare(first, &cells),
            }
            reader.row(&cells, at, next, tree);
        }
        at = next;
    }
    tree.close(root);
}

/// Per value of a row, the column it belongs to.
fn columns(layout: &CsvLayout, head: &[u8], findings: &mut Diagnostics) -> Vec<Option<PlaceId>> {
    let guide = &layout.guide;
    if !layout.dialect.has_header {
        return guide.columns.iter().copied().map(Some).collect();
    }
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let mut cells = Vec::new();
    row(head, 0, &layout.dialect, &mut cells);
    let mut buffer = Vec::new();
    let names: Vec<String> = cells
        .iter()
        .map(|cell| {
            let bytes = cell.value(head, layout.dialect.quote, &mut buffer);
            layout.encoding.decode_without_bom_handling(bytes).0.trim().to_string()
        })
        .collect();
    let find = |name: &String| {
        guide.columns.iter().copied().find(|&column| *guide.shape.place(column).name == **name)
    };
    for name in names.iter().filter(|name| find(name).is_none()) {
        let severity = match guide.extra_columns {
            ExtraColumns::Ignore => continue,
            ExtraColumns::Warn => Severity::Warn,
            ExtraColumns::Reject => Severity::Reject,
        };
        findings.push(
            Diagnostic::new(Code::X214)
                .severity(severity)
                .with("column", name)
                .with("guide", &guide.name)
                .place(Place::default()),
        );
    }
    for &column in &guide.columns {
        let place = guide.shape.place(column);
        if place.required && !names.iter().any(|name| **name == *place.name) {
            findings.push(
                Diagnostic::new(Code::X215)
                    .with("column", &*place.name)
                    .with("guide", &guide.name)
                    .place(Place::default()),
            );
        }
    }
    names.iter().map(find).collect()
}

struct Reader<'a> {
    layout: &'a CsvLayout,
    input: &'a MessageInput<'a>,
    columns: Vec<Option<PlaceId>>,
    findings: &'a mut Diagnostics,
    ordinal: u32,
    buffer: Vec<u8>,
}

impl Reader<'_> {
    fn unit_columns(&mut self, cells: &[Cell], tree: &mut Tree) {
        // In the order of the shape, which is the guide's, whatever the order of the file.
        for i in 0..self.layout.guide.columns.len() {
            let column = self.layout.guide.columns[i];
            if self.layout.is_unit_column(column)
                && let Some(at) = self.columns.iter().position(|found| *found == Some(column))
            {
                self.cell(column, at, cells, tree);
            }
        }
    }

    fn row(&mut self, cells: &[Cell], at: usize, next: usize, tree: &mut Tree) {
        if cells.len() != self.columns.len() {
            self.row_finding(Code::X211, at, cells);
        }
        let origin = Origin { start: at as u32, len: (next - at) as u32, ordinal: self.ordinal, rule: 0 };
        let node = tree.open(self.layout.row, origin);
        for at in 0..self.columns.len() {
            if let Some(column) = self.columns[at].filter(|&column| !self.layout.is_unit_column(column)) {
                self.cell(column, at, cells, tree);
            }
        }
        tree.close(node);
    }

    fn cell(&mut self, column: PlaceId, at: usize, cells: &[Cell], tree: &mut Tree) {
        let cell = cells.get(at).copied().unwrap_or_default();
        let guide = &self.layout.guide;
        let mut buffer = std::mem::take(&mut self.buffer);
        let bytes = cell.value(self.input.bytes, self.layout.dialect.quote, &mut buffer);
        let sent = self.layout.encoding.decode_without_bom_handling(bytes).0;
        let blank = guide.rules(column).blank.as_deref();
        if sent.is_empty() || blank == Some(&*sent) {
            if guide.shape.place(column).required {
                self.cell_finding(Code::X201, column, at, cell, "");
            }
        } else {
            let value: Cow<'_, str> = match guide.rules(column).decimal_mark {
                None => Cow::Borrowed(&sent),
                Some(mark) => Cow::Owned(remarked(&sent, mark)),
            };
            if let Some(code) = self.layout.checks[column.index()].check(&value, false, false) {
                self.cell_finding(code, column, at, cell, &sent);
            }
            let origin = Origin {
                start: cell.start as u32,
                len: (cell.end - cell.start) as u32,
                ordinal: self.ordinal,
                rule: 0,
            };
            tree.leaf(column, &value, origin);
        }
        drop(sent);
        self.buffer = buffer;
    }

    /// Unit columns are equal on all rows of a unit.
    fn compare(&mut self, first: &[Cell], cells: &[Cell]) {
        for at in 0..self.columns.len() {
            let Some(column) = self.columns[at].filter(|&column| self.layout.is_unit_column(column)) else {
                continue;
            };
            let text = |cell: Option<&Cell>| {
                let mut buffer = Vec::new();
                let cell = cell.copied().unwrap_or_default();
                let bytes = cell.value(self.input.bytes, self.layout.dialect.quote, &mut buffer);
                self.layout.encoding.decode_without_bom_handling(bytes).0.into_owned()
            };
            let (before, now) = (text(first.get(at)), text(cells.get(at)));
            if before != now {
                let cell = cells.get(at).copied().unwrap_or_default();
                let name = self.layout.guide.shape.place(column).name.to_string();
                let place = self.place(column, at, cell);
                self.findings.push(
                    Diagnostic::new(Code::X213)
                        .with("column", name)
                        .with("value", now)
                        .with("first", before)
                        .place(place),
                );
            }
        }
    }

    #[cold]
    fn row_finding(&mut self, code: Code, at: usize, cells: &[Cell]) {
        self.findings.push(
            Diagnostic::new(code)
                .with("found", cells.len().to_string())
                .with("expected", self.columns.len().to_string())
                .place(Place {
                    offset: self.input.offset + at as u64,
                    segment: self.ordinal,
                    tag: "row".into(),
                    ..Place::default()
                }),
        );
    }

    #[cold]
    fn cell_finding(&mut self, code: Code, column: PlaceId, at: usize, cell: Cell, value: &str) {
        let guide = &self.layout.guide;
        let name = guide.shape.place(column).name.to_string();
        let mut finding = Diagnostic::new(code)
            .with("tag", "row")
            .with("element", &name)
            .with("value", value)
            .with("guide", &guide.name)
            .place(self.place(column, at, cell));
        finding.help = advice(guide, column, &name, code, value);
        self.findings.push(finding);
    }

    fn place(&self, column: PlaceId, at: usize, cell: Cell) -> Place {
        Place {
            offset: self.input.offset + cell.start as u64,
            length: (cell.end - cell.start) as u32,
            segment: self.ordinal,
            tag: "row".into(),
            element: at as u16 + 1,
            element_id: self.layout.guide.shape.place(column).name.to_string(),
            ..Place::default()
        }
    }
}
