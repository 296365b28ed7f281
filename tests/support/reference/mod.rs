//! The reference interpreter of maps: slow and obvious. It works straight on the syntax tree, looks every name up as
//! a string when it is needed, and keeps trees as nested values. It shares nothing with `mapping`.
//!
//! A map states facts, not steps. So the whole map is run again and again, `this` and `out` reading what the run
//! before built, until nothing changes. Findings are those of the last run.
//!
//! Values nobody reads (`unmapped`) are a matter of compilation and not covered.
#![allow(dead_code, clippy::unwrap_used, missing_docs)]

mod build;
mod evaluate;
mod functions;
mod layers;
mod lists;
pub mod value;

use crossdock::base::span::Sources;
use crossdock::diagnostics::{Diagnostics, Severity};
use crossdock::language::syntax::{Document, FragmentDocument, MapDocument};
use crossdock::language::{self};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use value::{Canonical, Node, Schema, Value};

/// The texts of a workspace, parsed.
#[derive(Default)]
pub struct Workspace {
    maps: BTreeMap<String, MapDocument>,
    fragments: BTreeMap<String, FragmentDocument>,
    tables: BTreeMap<String, Table>,
    /// Rows of clients, which stand over those of all.
    client_tables: BTreeMap<(String, String), Table>,
}

/// A table: rows of cells by column.
#[derive(Default)]
struct Table {
    keys: Vec<String>,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// What a run is given besides the message.
#[derive(Default, Clone)]
pub struct Given {
    pub now: jiff::Timestamp,
    pub parameters: BTreeMap<String, Value>,
    /// What each `earlier` line found.
    pub earlier: Vec<Vec<Rc<Node>>>,
    /// What lines inside blocks may look up, by the kind of document.
    pub documents: BTreeMap<String, Documents>,
    /// Header fields of canonical documents.
    pub header: Vec<(String, String)>,
    /// The client whose tables stand over those of all; none has the name "".
    pub client: String,
}

/// Documents of one kind, in the order they were told.
#[derive(Default, Clone)]
pub struct Documents {
    pub told: Vec<Rc<Node>>,
    /// Whether a document takes the place of those before it.
    pub is_master: bool,
}

/// What a run gives.
#[derive(Debug, PartialEq)]
pub struct Built {
    pub target: Canonical,
    /// Code as shown and severity, sorted.
    pub findings: Vec<(String, Severity)>,
}

/// Where a record of the target is made: numbers of lines and of repetitions, from the root.
type Address = Vec<usize>;

/// One run over the map.
struct Run<'w> {
    workspace: &'w Workspace,
    given: &'w Given,
    findings: RefCell<Vec<(String, Severity)>>,
    /// Whether findings are kept.
    muted: Cell<bool>,
    /// Whether the current line refused or held.
    failed: Cell<bool>,
    /// How the current line rounds.
    sequences: RefCell<HashMap<(u32, Address, String), i64>>,
    /// Running sums by line, record around and key.
    sums: RefCell<HashMap<(u32, Address, String), crossdock::base::decimal::Decimal>>,
    /// The records of the run before, written or not.
    before: HashMap<Address, Rc<Node>>,
    /// The target of the run before.
    out: Rc<Node>,
    records: RefCell<HashMap<Address, Rc<Node>>>,
    /// Whether the target is a canonical document.
    builds_canonical: Cell<bool>,
    round: Cell<Option<(u8, crossdock::base::decimal::RoundingMode)>>,
}

impl Workspace {
    /// Reads texts by path.
    pub fn read<'f>(files: impl Iterator<Item = (&'f String, &'f String)>) -> Workspace {
        let mut workspace = Workspace::default();
        let (mut sources, mut findings) = (Sources::default(), Diagnostics::new());
        for (path, text) in files {
            if path.ends_with(".map") {
                let file = sources.add(path.clone(), text.clone());
                for document in language::parse(&sources, file, &mut findings) {
                    workspace.add(document);
                }
            } else if let Some(name) = path.strip_suffix(".csv") {
                let name = name.rsplit('/').next().unwrap_or(name);
                let client = path.strip_prefix("clients/").and_then(|path| path.split_once('/'));
                match client {
                    Some((client, _)) => {
                        let key = (client.to_string(), name.to_string());
                        workspace.client_tables.insert(key, Table::read(text));
                    }
                    None => drop(workspace.tables.insert(name.to_string(), Table::read(text))),
                }
            }
        }
        assert!(findings.is_empty(), "{:?}", findings.as_slice());
        workspace
    }

    fn add(&mut self, document: Document) {
        match document {
            Document::Map(map) => {
                self.maps.insert(map.name.name.clone(), map);
            }
            Document::Fragment(fragment) => {
                self.fragments.insert(fragment.name.text.clone(), fragment);
            }
            _ => {}
        }
    }

    /// The parameters of a map, as it has them itself.
    pub fn parameters(&self, map: &str) -> Vec<(String, Value)> {
        build::parameters(&layers::flatten(map, &self.maps))
    }

    /// Runs a map.
    pub fn run(&self, map: &str, source: &Rc<Node>, target: &Rc<Schema>, given: &Given) -> Built {
        let map = layers::flatten(map, &self.maps);
        let nothing = || Rc::new(Node { schema: target.clone(), text: None, children: Vec::new() });
        let mut before: HashMap<Address, Rc<Node>> = HashMap::new();
        let mut out = nothing();
        for _ in 0..50 {
            let run = Run {
                workspace: self,
                given,
                findings: RefCell::default(),
                muted: Cell::default(),
                failed: Cell::default(),
                sequences: RefCell::default(),
                sums: RefCell::default(),
                before,
                out: out.clone(),
                records: RefCell::default(),
                builds_canonical: Cell::default(),
                round: Cell::default(),
            };
            let built = run.whole(&map, source, target);
            let same = |old: &HashMap<Address, Rc<Node>>, new: &HashMap<Address, Rc<Node>>| {
                old.len() == new.len()
                    && new
                        .iter()
                        .all(|(at, new)| old.get(at).is_some_and(|old| old.canonical() == new.canonical()))
            };
            let records = run.records.into_inner();
            let is_settled = built.canonical() == out.canonical() && same(&run.before, &records);
            let mut findings = run.findings.into_inner();
            (before, out) = (records, built);
            if is_settled {
                findings.sort();
                return Built { target: out.canonical(), findings };
            }
        }
        panic!("the lines of {} need themselves", map.name.name)
    }
}

impl Table {
    fn read(text: &str) -> Table {
        let mut table = Table::default();
        for (number, line) in text.lines().enumerate() {
            let cells = || line.split(',').map(|cell| cell.trim().trim_matches('"').to_string());
            match line.strip_prefix('#') {
                Some(comment) if number == 0 => {
                    let keys = comment.trim().strip_prefix("key").unwrap_or("");
                    table.keys =
                        keys.split([',', ' ']).filter(|key| !key.is_empty()).map(str::to_string).collect();
                }
                Some(_) => {}
                None if table.columns.is_empty() => table.columns = cells().collect(),
                None if line.is_empty() => {}
                None => table.rows.push(cells().collect()),
            }
        }
        if table.keys.is_empty() {
            table.keys.extend(table.columns.first().cloned());
        }
        table
    }

    fn cell<'t>(&self, row: &'t [String], column: &str) -> &'t str {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| row.get(at)).map_or("", String::as_str)
    }

    /// The result for these keys.
    fn find(&self, keys: &[String], column: Option<&str>) -> Option<String> {
        let result = self.result(column);
        let row = self
            .rows
            .iter()
            .find(|row| self.keys.iter().zip(keys).all(|(column, key)| self.cell(row, column) == key))?;
        Some(self.cell(row, &result).to_string())
    }

    /// The key for this result: the preferred row, else the only one.
    fn find_reversed(&self, value: &str, column: Option<&str>) -> Option<String> {
        let result = self.result(column);
        let rows: Vec<_> = self.rows.iter().filter(|row| self.cell(row, &result) == value).collect();
        let preferred = rows.iter().find(|row| !self.cell(row, "preferred").is_empty());
        let row = preferred.or(rows.first())?;
        Some(self.cell(row, &self.keys[0]).to_string())
    }

    fn result(&self, column: Option<&str>) -> String {
        let first = self.columns.iter().find(|name| !self.keys.contains(name) && *name != "preferred");
        column.map_or_else(|| first.cloned().unwrap_or_default(), str::to_string)
    }
}
