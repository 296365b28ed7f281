//! SAP IDocs of a file, flat or in XML: what their control records say, and their trees.

use super::people::{TREES_MAX, odd, tree};
use super::{Inspected, machine, message};
use crate::cli::console::{Console, plural};
use crate::cli::units::Unit;
use crate::diagnostics::render::terminal::sanitize;
use serde_json::{Value, json};

fn units<'i>(inspected: &'i Inspected<'_>) -> &'i [Unit] {
    inspected.strict.as_ref().map_or(&[], |(_, found)| &found.units)
}

/// Tells people.
pub fn people(inspected: &Inspected<'_>, all: bool, console: &mut Console<'_>) {
    let units = units(inspected);
    let shown = if all { units.len() } else { TREES_MAX.min(units.len()) };
    for unit in &units[..shown] {
        console.line(head(unit));
        if let Some(fault) = &unit.row.fault {
            console.line(odd(&fault.diagnostic(), 4));
        }
        let Some(fit) = message::fit(inspected, unit) else {
            console.line("    no guide here is for it");
            continue;
        };
        console.line(format!("    read by the guide {}", fit.layout.guide().name));
        tree(&message::by_fit(inspected, unit, &fit), 4, console);
    }
    if units.len() > shown {
        console.line(format!("  and {} more, which --all shows", plural(units.len() - shown, "IDoc")));
    }
}

fn head(unit: &Unit) -> String {
    let (row, interchange) = (&unit.row, &unit.interchange);
    let test = if interchange.is_test { ", a test" } else { "" };
    let said = |word: &str| if word.is_empty() { "nobody".into() } else { sanitize(word) };
    let words = [&row.control_number, &row.kind, &row.version].map(|word| sanitize(word));
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    format!(
        "  IDoc {}, from {} to {}, made {}{test}, byte {}",
        words.join(" "),
        said(&interchange.sender),
        said(&interchange.receiver),
        sanitize(&interchange.made_at),
        row.offset
    )
}

/// Tells machines.
pub fn machine(inspected: &Inspected<'_>, all: bool) -> Vec<Value> {
    let told = |unit: &Unit| {
        let mut value = json!({
            "kind": unit.row.kind, "type": unit.row.version, "control_number": unit.row.control_number,
            "sender": unit.interchange.sender, "receiver": unit.interchange.receiver,
            "made_at": unit.interchange.made_at, "test": unit.interchange.is_test, "offset": unit.row.offset,
        });
        if let Some(fit) = message::fit(inspected, unit).filter(|_| all) {
            machine::add_tree(&message::by_fit(inspected, unit, &fit), &mut value);
        }
        value
    };
    units(inspected).iter().map(told).collect()
}
