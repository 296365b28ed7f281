//! From the rows of a set, each with the number of loops it stands in, to loops inside loops.

use super::model::{Set, Standing};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};

/// A segment or a loop.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub row: Standing,
    /// How often the loop comes; `None` for a segment alone.
    pub repeat: Option<u32>,
    /// What else is in the loop.
    pub items: Vec<Item>,
}

/// The structure of a set; `None` if its levels cannot be.
pub(super) fn structure(set: &Set, findings: &mut Diagnostics) -> Option<Vec<Item>> {
    let mut done: Vec<Item> = Vec::new();
    // The loops that are open, the outermost first.
    let mut open: Vec<Item> = Vec::new();
    for row in &set.rows {
        let level = row.level as usize;
        while open.len() > level {
            close(&mut open, &mut done);
        }
        if level > open.len() + 1 {
            let finding = Diagnostic::new(Code::L052)
                .with("found", level.to_string())
                .with("expected", open.len().to_string());
            findings.push(finding.at(row.span, ""));
            return None;
        }
        if open.len() == level && open.last().is_some_and(|around| begins_another(row, around)) {
            close(&mut open, &mut done);
        }
        let begins = open.len() < level;
        let repeat = begins.then(|| row.repeat.unwrap_or(1));
        let item = Item { row: row.clone(), repeat, items: Vec::new() };
        match open.last_mut() {
            _ if begins => open.push(item),
            Some(around) => around.items.push(item),
            None => done.push(item),
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut done);
    }
    Some(done)
}

/// Whether a row on the level of an open loop is the first of the next one: it says how often its loop comes, and is called
/// otherwise or begins with the same segment.
fn begins_another(row: &Standing, around: &Item) -> bool {
    row.repeat.is_some() && (row.loop_id != around.row.loop_id || row.tag == around.row.tag)
}

fn close(open: &mut Vec<Item>, done: &mut Vec<Item>) {
    if let Some(item) = open.pop() {
        open.last_mut().map_or(done, |around| &mut around.items).push(item);
    }
}
