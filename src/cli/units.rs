//! The index pass over a file: its messages, each with what its envelope says.

use crate::base::limits::Limits;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::formats::{Format, GroupRow, InterchangeRow, Layout, MessageRow, Row};
use std::rc::Rc;

/// A message of the file.
pub struct Unit {
    /// From 1 in the file.
    pub ordinal: usize,
    /// Where it is.
    pub row: MessageRow,
    /// Its interchange.
    pub interchange: Rc<InterchangeRow>,
    /// Its group.
    pub group: Rc<GroupRow>,
    /// What around it is at fault, so that it is refused: `group`, `interchange`.
    pub refused_with: Option<&'static str>,
}

impl Unit {
    /// `940 0001`, or the unit's key for flat files.
    pub fn label(&self) -> String {
        match self.row.control_number.as_str() {
            "" => sanitize(&self.row.kind),
            number => format!("{} {}", sanitize(&self.row.kind), sanitize(&cut(number))),
        }
    }
}

/// What the index pass found.
#[derive(Default)]
pub struct Found {
    /// The messages, in order.
    pub units: Vec<Unit>,
    /// What is wrong with groups and interchanges, and with their service segments.
    pub findings: Vec<Diagnostic>,
    /// Bytes that belong to no interchange, in words.
    pub unclaimed: Vec<String>,
}

/// Indexes a file of a format. `layout` cuts the file where only a guide can.
pub fn index(format: &dyn Format, layout: Option<&dyn Layout>, bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let mut at = At::default();
    let mut indexer = format.indexer(layout);
    for piece in bytes.chunks(Limits::default().chunk_bytes) {
        indexer.feed(piece, &mut |row| at.take(row, &mut found));
    }
    indexer.finish(&mut |row| at.take(row, &mut found));
    found
}

/// Where the index pass is.
#[derive(Default)]
struct At {
    interchange: Rc<InterchangeRow>,
    group: Rc<GroupRow>,
    interchange_start: usize,
    group_start: usize,
}

impl At {
    fn take(&mut self, row: Row, found: &mut Found) {
        let refuse = |units: &mut [Unit], what: &'static str| {
            units.iter_mut().for_each(|unit| unit.refused_with = Some(what));
        };
        match row {
            Row::Interchange(interchange) => {
                self.interchange = Rc::new(interchange);
                self.interchange_start = found.units.len();
            }
            Row::Group(group) => {
                self.group = Rc::new(group);
                self.group_start = found.units.len();
            }
            Row::Message(row) => found.units.push(Unit {
                ordinal: found.units.len() + 1,
                row,
                interchange: self.interchange.clone(),
                group: self.group.clone(),
                refused_with: None,
            }),
            Row::GroupEnd { fault } => {
                if let Some(fault) = fault {
                    found.findings.push(fault.diagnostic());
                    refuse(&mut found.units[self.group_start..], "group");
                }
            }
            Row::InterchangeEnd { fault, .. } => {
                if let Some(fault) = fault {
                    found.findings.push(fault.diagnostic());
                    refuse(&mut found.units[self.interchange_start..], "interchange");
                }
            }
            Row::Finding(finding) => found.findings.push(*finding),
            Row::Unclaimed { offset, length, start } => {
                let start = sanitize(&cut(&String::from_utf8_lossy(&start)));
                found.unclaimed.push(format!(
                    "{length} bytes from byte {offset} belong to no interchange; they begin `{start}`"
                ));
            }
        }
    }
}
