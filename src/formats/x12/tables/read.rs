//! Which tables there are, and what their columns mean.

use super::model::{Dictionary, Part, Standing};
use super::rows::{self, Cell};
use crate::base::span::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};

/// What stands for any number of times.
const ANY: u32 = 99_999;
/// Types of elements.
const TYPES: [&str; 18] =
    ["AN", "ID", "DT", "TM", "R", "B", "N", "N0", "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9", "TX"];

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    SetHead,
    SetDetail,
    SegmentHead,
    SegmentDetail,
    CompositeHead,
    CompositeDetail,
    ElementHead,
    ElementDetail,
    Relations,
    Codes,
}

use Table::{
    Codes, CompositeDetail, CompositeHead, ElementDetail, ElementHead, Relations, SegmentDetail, SegmentHead,
    SetDetail, SetHead,
};

/// Each with the name of its file and its columns; those behind `min` may be missing.
const TABLES: [(Table, &str, &[&str], usize); 10] = [
    (SetHead, "SETHEAD", &["set", "name", "group"], 3),
    (
        SetDetail,
        "SETDETL",
        &["set", "area", "sequence", "segment", "requirement", "max", "level", "repeat", "loop"],
        9,
    ),
    (SegmentHead, "SEGHEAD", &["segment", "name"], 2),
    (SegmentDetail, "SEGDETL", &["segment", "sequence", "element", "requirement", "repeat"], 4),
    (CompositeHead, "COMHEAD", &["composite", "name"], 2),
    (CompositeDetail, "COMDETL", &["composite", "sequence", "element", "requirement", "repeat"], 4),
    (ElementHead, "ELEHEAD", &["element", "name"], 2),
    (ElementDetail, "ELEDETL", &["element", "type", "min", "max"], 4),
    (Relations, "RELATIONS", &["segment", "relation"], 2),
    (Codes, "CODES", &["element", "code", "meaning"], 2),
];

impl Table {
    /// The table in a file of this name: `SETHEAD.TXT`, `sethead.csv`.
    pub fn of_file(name: &str) -> Option<Table> {
        let (stem, ending) = name.rsplit_once('.')?;
        let is_table = ["txt", "csv"].iter().any(|known| ending.eq_ignore_ascii_case(known));
        let found = TABLES.iter().find(|(_, own, ..)| own.eq_ignore_ascii_case(stem))?;
        is_table.then_some(found.0)
    }

    fn columns(self) -> (&'static str, &'static [&'static str], usize) {
        let found = TABLES.iter().find(|(own, ..)| *own == self);
        let (_, name, columns, min) = found.expect("every table is in the list");
        (name, columns, *min)
    }

    /// Takes over what a file says.
    pub fn read(self, sources: &Sources, file: FileId, into: &mut Dictionary, findings: &mut Diagnostics) {
        let (name, columns, min) = self.columns();
        for (at, cells) in rows::rows(sources, file).into_iter().enumerate() {
            let is_header = at == 0 && cells[0].text.eq_ignore_ascii_case(columns[0]);
            if is_header {
                continue;
            }
            if cells.len() < min {
                let whole = cells[0].span.to(cells[cells.len() - 1].span);
                let finding = Diagnostic::new(Code::L049)
                    .with("table", name)
                    .with("found", cells.len().to_string())
                    .with("expected", min.to_string())
                    .with("columns", columns.join(", "));
                findings.push(finding.at(whole, ""));
                continue;
            }
            // What is wrong in a row was told.
            let _ = Row { cells: &cells, findings }.take(self, into);
        }
    }
}

struct Row<'r> {
    cells: &'r [Cell],
    findings: &'r mut Diagnostics,
}

impl Row<'_> {
    fn take(&mut self, table: Table, into: &mut Dictionary) -> Option<()> {
        let key = self.text(0);
        match table {
            SetHead => {
                let set = into.sets.entry(key).or_default();
                (set.name, set.group) = (self.text(1), self.text(2));
            }
            SetDetail => {
                let row = self.standing()?;
                into.sets.entry(key).or_default().rows.push(row);
            }
            SegmentHead | CompositeHead => into.groups.entry(key).or_default().name = self.text(1),
            SegmentDetail | CompositeDetail => {
                let (position, part) = (self.number(1)?, self.part()?);
                let group = into.groups.entry(key).or_default();
                group.is_composite = table == CompositeDetail;
                group.parts.insert(position, part);
            }
            ElementHead => into.elements.entry(key).or_default().name = self.text(1),
            ElementDetail => {
                let kind = self.one_of(1, &TYPES, "type of an element, such as AN, ID or N2")?;
                let (min, max) = (self.number(2)?, self.number(3)?);
                let element = into.elements.entry(key).or_default();
                (element.kind, element.min, element.max) = (kind, min, max);
            }
            Relations => {
                let relation = self.relation()?;
                into.groups.entry(key).or_default().relations.push(relation);
            }
            Codes => {
                let meaning = self.cells.get(2).map(|cell| cell.text.clone()).unwrap_or_default();
                let code = self.text(1);
                into.elements.entry(key).or_default().codes.push((code, meaning));
            }
        }
        Some(())
    }

    fn standing(&mut self) -> Option<Standing> {
        Some(Standing {
            tag: self.text(3),
            is_required: self.is_required(4)?,
            max: self.times(5)?.unwrap_or(1),
            level: if self.text(6).is_empty() { 0 } else { self.number(6)? },
            repeat: self.times(7)?,
            loop_id: self.text(8),
            span: self.span(3),
        })
    }

    fn part(&mut self) -> Option<Part> {
        let max = if self.cells.len() > 4 { self.times(4)?.unwrap_or(1) } else { 1 };
        Some(Part { id: self.text(2), is_required: self.is_required(3)?, max, span: self.span(2) })
    }

    fn text(&self, at: usize) -> String {
        self.cells[at].text.clone()
    }

    fn span(&self, at: usize) -> Span {
        self.cells[at].span
    }

    fn is_required(&mut self, at: usize) -> Option<bool> {
        let known = ["M", "O", "C", "X", "F"];
        Some(self.one_of(at, &known, "requirement: M, O, C, X or F")? == "M")
    }

    fn number(&mut self, at: usize) -> Option<u32> {
        match self.cells[at].text.parse() {
            Ok(number) => Some(number),
            Err(_) => self.is_no(at, "number"),
        }
    }

    /// How often: `10`, `>1` for as often as one likes; none if nothing is there, or 0.
    fn times(&mut self, at: usize) -> Option<Option<u32>> {
        match self.cells[at].text.as_str() {
            "" | "0" => Some(None),
            ">1" => Some(Some(ANY)),
            _ => Some(Some(self.number(at)?.min(ANY))),
        }
    }

    fn one_of(&mut self, at: usize, known: &[&str], what: &str) -> Option<String> {
        let text = self.text(at);
        if known.contains(&text.as_str()) { Some(text) } else { self.is_no(at, what) }
    }

    /// `P0304`
    fn relation(&mut self) -> Option<(char, Vec<u32>)> {
        let text = self.text(1);
        let digits = text.get(1..).unwrap_or_default();
        let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok()?.parse().ok());
        let positions: Option<Vec<u32>> = pairs.collect();
        match (text.chars().next(), positions) {
            (Some(kind @ ('P' | 'R' | 'E' | 'C' | 'L')), Some(positions))
                if positions.len() > 1 && digits.len() % 2 == 0 =>
            {
                Some((kind, positions))
            }
            _ => self.is_no(1, "relation, such as P0304"),
        }
    }

    fn is_no<T>(&mut self, at: usize, expected: &str) -> Option<T> {
        let finding = Diagnostic::new(Code::L050).with("found", self.text(at)).with("expected", expected);
        self.findings.push(finding.at(self.span(at), ""));
        None
    }
}
