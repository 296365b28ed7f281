//! `inspect FILE…`: what is this file, told to people who have never seen it.

mod flat;
mod idocs;
mod machine;
mod message;
mod names;
mod people;

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use super::units::{self, Found};
use super::workspace::{self, Workspace};
use crate::base::files::{Disk, read_whole};
use crate::base::limits::Limits;
use crate::diagnostics::render::terminal::sanitize;
use crate::formats::recognize::{Recognized, Syntax, recognize};
use crate::formats::{Format, format, sniff};
use crate::gateway::bundle::Bundle;
use std::path::Path;

/// Most oddities shown of a file.
const ODDITIES_MAX: usize = 20;

/// Runs the command.
pub fn run(arguments: &args::Inspect, console: &mut Console<'_>) -> Answer {
    let Workspace { bundle, .. } = workspace::load_or_shipped(arguments.mappings.as_deref())?;
    let mut exit = Exit::Fine;
    let mut all = Vec::new();
    for path in &arguments.files {
        let inspected = Inspected::read(path, bundle.as_ref())?;
        exit = exit.max(inspected.exit());
        match console.json {
            true => all.push(machine::file(&inspected, arguments.all)),
            false => people::file(&inspected, arguments.all, console),
        }
    }
    if console.json {
        console.line(serde_json::Value::from(all).to_string());
    }
    Ok(exit)
}

/// A file with what was found out about it.
struct Inspected<'b> {
    name: String,
    bytes: Vec<u8>,
    recognized: Recognized,
    bundle: Option<&'b Bundle>,
    /// What the strict reader of the format sees, where there is one and it needs no guide.
    strict: Option<(&'static dyn Format, Found)>,
}

impl<'b> Inspected<'b> {
    fn read(path: &Path, bundle: Option<&'b Bundle>) -> Result<Self, Stop> {
        let limit = usize::try_from(Limits::default().file_bytes).unwrap_or(usize::MAX);
        let bytes = read_whole(&Disk, path, limit).map_err(|error| Stop::file(path, &error))?;
        let mut recognized = recognize(&bytes);
        recognized.oddities.truncate(ODDITIES_MAX);
        // The strict reader is asked only where both agree on the syntax.
        let has_envelopes =
            recognized.syntax.envelopes().is_some() || matches!(recognized.syntax, Syntax::Idoc(_));
        let format = format(recognized.syntax.word())
            .filter(|_| has_envelopes)
            .filter(|format| sniff(&bytes).is_some_and(|sniffed| sniffed.id() == format.id()));
        let strict = format.map(|format| (format, units::index(format, None, &bytes)));
        let name = sanitize(&path.display().to_string());
        Ok(Inspected { name, bytes, recognized, bundle, strict })
    }

    /// Findings if there is anything odd about the file as a whole.
    fn exit(&self) -> Exit {
        let is_unknown = matches!(self.recognized.syntax, Syntax::Empty | Syntax::Binary | Syntax::Prose);
        let has_faults = self.strict.as_ref().is_some_and(|(_, found)| {
            !found.findings.is_empty()
                || !found.unclaimed.is_empty()
                || found.units.iter().any(|unit| unit.row.fault.is_some())
        });
        if is_unknown || has_faults || !self.recognized.oddities.is_empty() {
            Exit::Findings
        } else {
            Exit::Fine
        }
    }
}
