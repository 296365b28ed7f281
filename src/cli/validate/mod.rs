//! `validate FILE`: what the guide that fits finds in a file, and what its sender would be told.

mod answer;
mod folder;
mod unguided;

use super::args;
use super::console::{Console, plural, tally};
use super::exit::{Answer, Exit, Stop};
use super::units::{self, Found, Unit};
use super::workspace::{self, Workspace};
use crate::base::files::{Disk, read_whole};
use crate::base::limits::Limits;
use crate::base::span::Sources;
use crate::diagnostics::render::{json, terminal::sanitize};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity, suggest};
use crate::formats::recognize::{Syntax, recognize};
use crate::formats::standard::near_guide;
use crate::formats::{Format, Layout, MessageInput, Scratch, format};
use crate::gateway::bundle::Bundle;
use crate::gateway::fitting::{self, Fit};
use crate::gateway::waivers;
use crate::mapping::{Facts, Runner};
use crate::tree::{Tree, View};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// Runs the command.
pub fn run(arguments: &args::Validate, console: &mut Console<'_>) -> Answer {
    let Workspace { bundle, sources, findings } = workspace::load_or_shipped(arguments.mappings.as_deref())?;
    let Some(bundle) = bundle else {
        findings.iter().for_each(|finding| console.finding(finding, &sources, ""));
        return Err(Stop {
            exit: Exit::Findings,
            text: "the mapping files have errors: nothing was validated".into(),
            help: "correct what is shown above".into(),
        });
    };
    let named = arguments.guide.as_deref().map(|guide| layout(&bundle, guide)).transpose()?;
    let named = named.as_deref();
    if arguments.file.is_dir() {
        return match arguments.ack {
            true => Err(Stop::usage("one file is acknowledged at a time", "name the file")),
            false => folder::run((&bundle, &sources), &arguments.file, named, console),
        };
    }
    let bytes = read(&arguments.file)?;
    let name = sanitize(&arguments.file.display().to_string());
    let (format, flat) = format_of(&bundle, named, &bytes, &name)?;
    let found = units::index(format, flat, &bytes);
    let session = Session { name, bytes: &bytes, bundle: &bundle, sources: &sources, format, flat, named };
    session.run(&found, arguments.ack, console)
}

fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    let limit = usize::try_from(Limits::default().file_bytes).unwrap_or(usize::MAX);
    read_whole(&Disk, path, limit).map_err(|error| Stop::file(path, &error))
}

/// The guide a person named.
fn layout(bundle: &Bundle, name: &str) -> Result<Arc<dyn Layout>, Stop> {
    bundle.layout(name).ok_or_else(|| {
        let known = bundle.layouts.keys();
        let near = suggest::nearest(name, known.clone().map(String::as_str));
        let help = match (near_guide(name), near) {
            (Some(help), _) => help,
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => {
                format!("there are: {}", crate::guide::shorten(&known.cloned().collect::<Vec<_>>()))
            }
        };
        Stop::usage(format!("there is no guide `{name}`"), help)
    })
}

/// The format, with the layout that cuts the file where only a guide can.
fn format_of<'b>(
    bundle: &'b Bundle,
    named: Option<&'b dyn Layout>,
    bytes: &[u8],
    file: &str,
) -> Result<(&'static dyn Format, Option<&'b dyn Layout>), Stop> {
    if let Some(layout) = named {
        let format = format(&layout.guide().format).expect("a layout is made by its format");
        return Ok((format, Some(layout)));
    }
    if let Some(found) = fitting::by_mark(bundle, bytes) {
        return Ok(found);
    }
    let recognized = recognize(bytes);
    if let Syntax::Delimited(values) = &recognized.syntax
        && values.has_header
    {
        let names: Vec<&str> = values.columns.iter().map(|column| column.name.as_str()).collect();
        if let Some(layout) = fitting::by_columns(bundle, &names) {
            let format = format(&layout.guide().format).expect("a layout is made by its format");
            return Ok((format, Some(layout)));
        }
    }
    Err(unguided::file(bundle, &recognized, (file, bytes)))
}

/// One file under validation.
struct Session<'b> {
    name: String,
    bytes: &'b [u8],
    bundle: &'b Bundle,
    sources: &'b Sources,
    format: &'static dyn Format,
    /// The guide that cuts the file into units, for flat files and where one is named.
    flat: Option<&'b dyn Layout>,
    /// The guide a person named.
    named: Option<&'b dyn Layout>,
}

/// What was found in one message.
struct Judged {
    guide: String,
    findings: Vec<Diagnostic>,
}

impl Judged {
    fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity >= Severity::Reject)
    }

    fn word(&self) -> &'static str {
        match self.findings.iter().map(|finding| finding.severity).max() {
            Some(Severity::Reject | Severity::Error) => "rejected",
            Some(Severity::Hold | Severity::Warn) => "accepted with errors",
            Some(Severity::Info) | None => "accepted",
        }
    }
}

impl Session<'_> {
    fn run(&self, found: &Found, ack: bool, console: &mut Console<'_>) -> Answer {
        let judged = self.judged(found);
        let answer = ack.then(|| answer::of_file(self.bundle, self.format, self.flat, self.bytes, &judged));
        match console.json {
            true => console.line(self.machine(found, &judged, answer.as_ref()).to_string()),
            false => self.people(found, &judged, answer.as_ref(), console),
        }
        let is_fine = !found.units.is_empty()
            && found.findings.iter().all(|finding| finding.severity < Severity::Hold)
            && found.unclaimed.is_empty()
            && judged.iter().all(|one| one.findings.iter().all(|finding| finding.severity < Severity::Hold));
        Ok(if is_fine { Exit::Fine } else { Exit::Findings })
    }

    fn judged(&self, found: &Found) -> Vec<Judged> {
        let (mut scratch, mut runner) = (Scratch::default(), Runner::default());
        found.units.iter().map(|unit| self.judge(unit, &mut scratch, &mut runner)).collect()
    }

    fn judge(&self, unit: &Unit, scratch: &mut Scratch, runner: &mut Runner) -> Judged {
        let mut findings = Diagnostics::bounded(Limits::default().message_findings);
        if let Some(fault) = &unit.row.fault {
            findings.push(fault.diagnostic());
        }
        let fit = self.named.or(self.flat).is_none().then(|| self.fit(unit)).flatten();
        let layout = self.named.or(self.flat).or(fit.as_ref().map(|fit| &*fit.layout));
        let Some(layout) = layout else {
            findings.push(
                Diagnostic::new(Code::X307)
                    .with("found", &unit.row.kind)
                    .help(unguided::message(self.bundle, self.format.id(), &unit.row.kind))
                    .place(Place { offset: unit.row.offset, ..Place::default() }),
            );
            return Judged { guide: String::new(), findings: findings.into_vec() };
        };
        if let Some(instead) = fit.as_ref().and_then(|fit| fit.instead.clone()) {
            findings.push(instead.place(Place { offset: unit.row.offset, ..Place::default() }));
        }
        let range = unit.row.offset as usize..(unit.row.offset + unit.row.length) as usize;
        let input =
            MessageInput { head: &unit.interchange.head, bytes: &self.bytes[range], offset: unit.row.offset };
        let mut tree = Tree::new();
        let start = findings.as_slice().len();
        layout.read(&input, scratch, &mut tree, &mut findings);
        // A map carries the `case` lines of the guide.
        let read = fit.as_ref().and_then(|fit| fit.read);
        if let Some(read) = read.or_else(|| fitting::reader(self.bundle, &layout.guide().name)) {
            let facts = Facts { offset: input.offset, ..Facts::default() };
            runner.cases(read, View::new(&tree, input.source()), &facts, &mut findings);
        }
        if let Some(client) = fitting::client_of(self.bundle, self.format.id(), &unit.interchange) {
            waivers::apply_now(&client.partner, &unit.row.kind, jiff::Timestamp::now(), start, &mut findings);
        }
        Judged { guide: layout.guide().name.clone(), findings: findings.into_vec() }
    }

    /// The guide of a message that nobody named one for.
    fn fit(&self, unit: &Unit) -> Option<Fit<'_>> {
        fitting::fit(self.bundle, self.format.id(), &unit.interchange, &unit.group, &unit.row)
    }

    fn people(
        &self,
        found: &Found,
        judged: &[Judged],
        answer: Option<&Result<Vec<u8>, String>>,
        console: &mut Console<'_>,
    ) {
        found.findings.iter().for_each(|finding| console.finding(finding, self.sources, &self.name));
        for text in &found.unclaimed {
            console.note(format!("{}: {text}", self.name));
        }
        for (unit, judged) in found.units.iter().zip(judged) {
            let place = format!("{}: message {}", self.name, unit.ordinal);
            judged.findings.iter().for_each(|finding| console.finding(finding, self.sources, &place));
            let guide = match judged.guide.as_str() {
                "" => String::new(),
                guide => format!(" by the guide {guide}"),
            };
            let refused =
                unit.refused_with.map(|what| format!("; refused with its {what}")).unwrap_or_default();
            console.note(format!(
                "{place} ({}): {}{guide}, {}{refused}",
                unit.label(),
                judged.word(),
                tally(&judged.findings)
            ));
        }
        if found.units.is_empty() {
            console.note(format!("{}: no message in it", self.name));
        } else {
            let refused = judged.iter().filter(|one| one.is_refused()).count();
            console.note(format!("{}: {}, {refused} rejected", self.name, plural(judged.len(), "message")));
        }
        match answer {
            Some(Ok(bytes)) => console.bytes(bytes),
            Some(Err(why)) => console.note(format!("no acknowledgement: {why}")),
            None => {}
        }
    }

    fn machine(&self, found: &Found, judged: &[Judged], answer: Option<&Result<Vec<u8>, String>>) -> Value {
        let all = |findings: &[Diagnostic]| -> Vec<Value> {
            findings.iter().map(|finding| json::render(finding, self.sources)).collect()
        };
        let messages = found.units.iter().zip(judged).map(|(unit, judged)| {
            json!({
                "message": unit.ordinal, "kind": unit.row.kind, "control_number": unit.row.control_number,
                "guide": judged.guide, "verdict": judged.word(), "refused_with": unit.refused_with,
                "findings": all(&judged.findings),
            })
        });
        json!({
            "file": self.name, "syntax": self.format.id(), "findings": all(&found.findings),
            "unclaimed": found.unclaimed, "messages": messages.collect::<Vec<_>>(),
            "acknowledgement": answer.map(|answer| match answer {
                Ok(bytes) => json!({ "text": String::from_utf8_lossy(bytes) }),
                Err(why) => json!({ "none": why }),
            }),
        })
    }
}
