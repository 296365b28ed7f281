//! Code tables: CSV with a header; key columns first.

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
        let key_line = source.text.lines().next().and_then(|line| line.strip_prefix("# key"));
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(source.text.as_bytes());
        let header: Vec<String> = reader.headers().ok()?.iter().map(str::to_string).collect();
        let keys: Vec<String> = match key_line {
            Some(line) => line.split([',', ' ']).filter(|key| !key.is_empty()).map(str::to_string).collect(),
            None => header.first().cloned().into_iter().collect(),
        };
        let mut table = Table { name, file: Some(file), keys, ..Table::default() };
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
        let mut preferred: Vec<FxHashMap<Box<str>, bool>> = vec![FxHashMap::default(); table.columns.len()];
        for record in reader.records() {
            let Ok(record) = record else { continue };
            let line = record.position().map_or(0, |position| position.line() as u32);
            let row = line_span(source, file, line);
            let value = |at: usize| record.get(at).unwrap_or("");
            let key: String =
                key_at.iter().map(|&at| value(at)).collect::<Vec<_>>().join(&SEPARATOR.to_string());
            let values: Vec<Box<str>> = value_at.iter().map(|&at| value(at).into()).collect();
            if let Some((first, _)) = table.rows.get(key.as_str()) {
                let shown = key.replace(SEPARATOR, ", ");
                findings.push(
                    Diagnostic::new(Code::M021)
                        .with("table", &table.name)
                        .with("key", shown)
                        .at(row, "again here")
                        .at(first.unwrap_or(row), "first here"),
                );
                continue;
            }
            let is_preferred = preferred_at.is_some_and(|at| !value(at).is_empty());
            for (column, value) in values.iter().enumerate() {
                let seen = table.reversed[column].contains_key(value);
                let was_preferred = preferred[column].get(value).copied().unwrap_or(false);
                if !seen || is_preferred {
                    table.reversed[column].insert(value.clone(), Some((Some(row), key.as_str().into())));
                } else if !was_preferred {
                    table.reversed[column].insert(value.clone(), None);
                }
                preferred[column].insert(value.clone(), was_preferred || is_preferred);
            }
            table.rows.insert(key.into_boxed_str(), (Some(row), values));
        }
        Some(table)
    }
}

fn line_span(source: &crate::base::span::SourceFile, file: FileId, line: u32) -> Span {
    let start =
        source.text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum::<usize>();
    let length = source.text[start..].lines().next().map_or(0, str::len);
    Span::new(file, start, start + length)
}
