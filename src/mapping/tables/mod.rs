//! Code tables: CSV with a header; key columns first.

mod damage;

use crate::base::span::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A compiled table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its name: the file's name without `.csv`.
    pub name: String,
    /// The file.
    pub file: Option<FileId>,
    /// Names of the key columns.
    pub keys: Vec<String>,
    /// Names of the result columns.
    pub columns: Vec<String>,
    /// Results by keys, the keys joined by a unit separator.
    rows: FxHashMap<Box<str>, Row>,
    /// Per result column, the key by result; `None` where several keys share it and none is preferred.
    reversed: Vec<Reversed>,
}

/// Where a row stands, if it stands in a file, and its results.
type Row = (Option<Span>, Vec<Box<str>>);

/// Row and key by result; `None` where several keys have it and none is preferred.
type Reversed = FxHashMap<Box<str>, Option<(Option<Span>, Box<str>)>>;

const SEPARATOR: char = '\u{1f}';

impl Table {
    /// A table from pairs written in a map.
    pub fn inline(pairs: Vec<(String, String)>) -> Table {
        let mut table =
            Table { keys: vec!["code".into()], columns: vec!["value".into()], ..Table::default() };
        table.reversed.push(FxHashMap::default());
        for (key, value) in pairs {
            table.rows.insert(key.as_str().into(), (None, vec![value.as_str().into()]));
        }
        table
    }

    /// The result in `column` for the only key, with its row; a row written in a map has none.
    pub fn find(&self, key: &str, column: usize) -> Option<(&str, Option<Span>)> {
        let (row, values) = self.rows.get(key)?;
        values.get(column).map(|value| (&**value, *row))
    }

    /// The same for several keys.
    pub fn find_several(&self, keys: &[&str], column: usize) -> Option<(&str, Option<Span>)> {
        self.find(keys.join(&SEPARATOR.to_string()).as_str(), column)
    }

    /// The key whose result in `column` is `value`, with its row.
    pub fn find_reversed(&self, value: &str, column: usize) -> Option<(&str, Option<Span>)> {
        self.reversed.get(column)?.get(value)?.as_ref().map(|(row, key)| (&**key, *row))
    }

    /// All rows in no order: the keys as people read them, and where the row stands.
    pub fn rows(&self) -> impl Iterator<Item = (String, Option<Span>)> {
        self.rows.iter().map(|(key, (row, _))| (key.replace(SEPARATOR, ", "), *row))
    }

    /// What a look-up in `column` can give, in order, each with a row that has it.
    pub fn results(&self, column: usize, reversed: bool) -> BTreeMap<&str, Option<Span>> {
        if reversed {
            let keys = self.reversed.get(column).into_iter().flat_map(FxHashMap::values).flatten();
            return keys.map(|(row, key)| (&**key, *row)).collect();
        }
        let rows = self.rows.values();
        rows.filter_map(|(row, values)| Some((&**values.get(column)?, *row))).collect()
    }

    /// A result that several keys have, none of them preferred.
    pub fn ambiguous(&self, column: usize) -> Option<&str> {
        self.reversed.get(column)?.iter().find(|(_, key)| key.is_none()).map(|(value, _)| &**value)
    }

    /// Adds the rows of `base` that this table does not have: client rows stand over house rows.
    pub fn over(&mut self, base: &Table) {
        for (key, row) in &base.rows {
            self.rows.entry(key.clone()).or_insert_with(|| row.clone());
        }
        for (own, base) in self.reversed.iter_mut().zip(&base.reversed) {
            for (value, key) in base {
                own.entry(value.clone()).or_insert_with(|| key.clone());
            }
        }
    }

    /// Reads a table file. Its name is the file's; the first line may be `# key a, b`, else the first column is the
    /// key. A column `preferred` marks the row that reverse use takes.
    pub fn read(sources: &Sources, file: FileId, findings: &mut Diagnostics) -> Option<Table> {
        let source = sources.file(file);
        let name = source.path.rsplit('/').next().unwrap_or("").trim_end_matches(".csv").to_string();
        // A byte order mark says nothing in UTF-8; spreadsheets write it.
        let start = source.text.len() - source.text.trim_start_matches('\u{feff}').len();
        let text = &source.text[start..];
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers().ok()?.iter().map(str::to_string).collect();
        let keys: Vec<String> = match text.lines().next().and_then(|line| line.strip_prefix("# key")) {
            Some(line) => line.split([',', ' ']).filter(|key| !key.is_empty()).map(str::to_string).collect(),
            None => header.first().cloned().into_iter().collect(),
        };
        let mut table = Table { name, file: Some(file), keys, ..Table::default() };
        if let Some(sign) = damage::other_separator(&header) {
            let row =
                Cells { texts: header, file, text: &source.text, start: row_start(&source.text, start) };
            let finding = Diagnostic::new(Code::M040).with("table", &table.name).with("sign", sign);
            findings.push(finding.at(row.line(), "this is one cell"));
            return None;
        }
        let key_at: Vec<usize> =
            table.keys.iter().filter_map(|key| header.iter().position(|column| column == key)).collect();
        if key_at.len() != table.keys.len() {
            let missing = table.keys.iter().find(|key| !header.contains(key)).cloned().unwrap_or_default();
            findings.push(
                Diagnostic::new(Code::M020)
                    .with("table", &table.name)
                    .with("column", missing)
                    .at(line_span(source, file, 0), ""),
            );
            return None;
        }
        let preferred_at = header.iter().position(|column| column == "preferred");
        let value_at: Vec<usize> =
            (0..header.len()).filter(|at| !key_at.contains(at) && Some(*at) != preferred_at).collect();
        table.columns = value_at.iter().map(|&at| header[at].clone()).collect();
        table.reversed = vec![FxHashMap::default(); table.columns.len()];
        let mut reading = Reading { table, key_at, value_at, preferred_at, ..Reading::default() };
        for record in reader.records() {
            let Ok(record) = record else { continue };
            let at = record.position().map_or(0, |position| position.byte() as usize);
            let texts: Vec<String> = record.iter().map(str::to_string).collect();
            if texts.iter().all(String::is_empty) {
                continue;
            }
            let text = &source.text;
            let cells = Cells { texts, file, text, start: row_start(text, start + at) };
            damage::ragged(&reading.table.name, &header, &cells, findings);
            damage::spoilt(&reading.table.name, &cells, findings);
            reading.row(&cells, findings);
        }
        for keys in &reading.seen {
            damage::shortened(&reading.table.name, keys, findings);
        }
        Some(reading.table)
    }
}

/// A table that is being read.
#[derive(Default)]
struct Reading {
    table: Table,
    key_at: Vec<usize>,
    value_at: Vec<usize>,
    preferred_at: Option<usize>,
    /// Per result column, results with a preferred row.
    preferred: Vec<FxHashMap<Box<str>, bool>>,
    /// Per key column, its cells.
    seen: Vec<Vec<(String, Span)>>,
}

impl Reading {
    fn row(&mut self, cells: &Cells<'_>, findings: &mut Diagnostics) {
        let row = cells.line();
        let value = |at: usize| cells.texts.get(at).map_or("", String::as_str);
        self.seen.resize(self.key_at.len(), Vec::new());
        for (seen, &at) in self.seen.iter_mut().zip(&self.key_at) {
            seen.push((value(at).to_string(), cells.span(at)));
        }
        let key: String =
            self.key_at.iter().map(|&at| value(at)).collect::<Vec<_>>().join(&SEPARATOR.to_string());
        let values: Vec<Box<str>> = self.value_at.iter().map(|&at| value(at).into()).collect();
        let table = &mut self.table;
        if let Some((first, _)) = table.rows.get(key.as_str()) {
            let shown = key.replace(SEPARATOR, ", ");
            findings.push(
                Diagnostic::new(Code::M021)
                    .with("table", &table.name)
                    .with("key", shown)
                    .at(row, "again here")
                    .at(first.unwrap_or(row), "first here"),
            );
            return;
        }
        let is_preferred = self.preferred_at.is_some_and(|at| !value(at).is_empty());
        self.preferred.resize(table.columns.len(), FxHashMap::default());
        for (column, value) in values.iter().enumerate() {
            let seen = table.reversed[column].contains_key(value);
            let was_preferred = self.preferred[column].get(value).copied().unwrap_or(false);
            if !seen || is_preferred {
                table.reversed[column].insert(value.clone(), Some((Some(row), key.as_str().into())));
            } else if !was_preferred {
                table.reversed[column].insert(value.clone(), None);
            }
            self.preferred[column].insert(value.clone(), was_preferred || is_preferred);
        }
        table.rows.insert(key.into_boxed_str(), (Some(row), values));
    }
}

/// The cells of a row with where they stand.
pub(super) struct Cells<'s> {
    /// Their texts, without blanks around them.
    pub texts: Vec<String>,
    file: FileId,
    text: &'s str,
    /// The first byte of the row.
    start: usize,
}

impl Cells<'_> {
    /// The line of the row.
    fn line(&self) -> Span {
        let length = self.text[self.start..].lines().next().map_or(0, str::len);
        Span::new(self.file, self.start, self.start + length)
    }

    /// A cell, with its quotes and without blanks around it; the end of the row if it has no such cell.
    pub fn span(&self, at: usize) -> Span {
        let (mut number, mut is_quoted, mut start) = (0, false, self.start);
        for (offset, sign) in self.text[self.start..].char_indices() {
            let here = self.start + offset;
            match sign {
                '"' => is_quoted = !is_quoted,
                ',' | '\n' if !is_quoted => {
                    if number == at {
                        return self.trimmed(start, here);
                    }
                    if sign == '\n' {
                        return self.end();
                    }
                    (number, start) = (number + 1, here + 1);
                }
                _ => {}
            }
        }
        if number == at { self.trimmed(start, self.text.len()) } else { self.end() }
    }

    /// The end of the row's first line.
    pub fn end(&self) -> Span {
        let end = self.line().end as usize;
        Span::new(self.file, end, end)
    }

    fn trimmed(&self, start: usize, end: usize) -> Span {
        let cell = &self.text[start..end];
        let start = start + (cell.len() - cell.trim_start().len());
        Span::new(self.file, start, start + cell.trim().len())
    }
}

/// Where the row begins that is read from `at` on: behind comments and empty lines.
fn row_start(text: &str, mut at: usize) -> usize {
    for line in text[at..].split_inclusive('\n') {
        if !line.trim().is_empty() && !line.starts_with('#') {
            break;
        }
        at += line.len();
    }
    at
}

fn line_span(source: &crate::base::span::SourceFile, file: FileId, line: u32) -> Span {
    let start =
        source.text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum::<usize>();
    let length = source.text[start..].lines().next().map_or(0, str::len);
    Span::new(file, start, start + length)
}
