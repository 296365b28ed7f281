//! `translate`: what the gateway would make of a file, without a gateway.

pub(super) mod earlier;
mod life;
pub(super) mod message;
pub(super) mod way;

use super::args;
use super::console::{Console, plural};
use super::exit::{Answer, Exit, Stop};
use super::units::{self, Unit};
use super::workspace;
use crate::base::files::{Disk, read_whole};
use crate::base::limits::Limits;
use crate::base::span::Sources;
use crate::diagnostics::render::{json, terminal::sanitize};
use crate::diagnostics::{Diagnostic, Place, Severity};
use crate::formats::{Scratch, format};
use crate::mapping::Runner;
use crate::tree::{Tree, View};
use message::{Translated, Verdict};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::path::Path;
use way::Ways;

/// Runs the command.
pub fn run(arguments: &args::Translate, console: &mut Console<'_>) -> Answer {
    let workspace = workspace::load(&arguments.mappings, None)?;
    let Some(bundle) = workspace.bundle else {
        return Ok(unsound(&workspace.findings, &workspace.sources, console));
    };
    let limit = usize::try_from(Limits::default().file_bytes).unwrap_or(usize::MAX);
    let bytes =
        read_whole(&Disk, &arguments.file, limit).map_err(|error| Stop::file(&arguments.file, &error))?;
    let ways = Ways::find(&bundle, arguments, &bytes)?;
    let session = Session {
        name: shown_name(&arguments.file),
        file_name: arguments.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: &bytes,
        sources: &workspace.sources,
        earlier: earlier::read(&arguments.earlier, &ways)?,
        ways,
        is_traced: arguments.explain.is_some(),
    };
    match &arguments.explain {
        None => session.run(console),
        Some(path) => session.run_explain(path, arguments.message, console),
    }
}

/// Shows why the mapping files cannot be used.
pub(super) fn unsound(findings: &[Diagnostic], sources: &Sources, console: &mut Console<'_>) -> Exit {
    let errors: Vec<&Diagnostic> =
        findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    if console.json {
        let errors: Vec<Value> = errors.into_iter().map(|error| json::render(error, sources)).collect();
        console.line(json!({ "findings": errors, "messages": [] }).to_string());
    } else {
        errors.into_iter().for_each(|error| console.finding(error, sources, ""));
        console.note("nothing was translated: the mapping files have errors");
    }
    Exit::Findings
}

fn shown_name(path: &Path) -> String {
    sanitize(&path.display().to_string())
}

/// One file with all it is translated with.
pub(super) struct Session<'b> {
    /// The file as people call it.
    pub name: String,
    /// Its name without a folder.
    pub file_name: String,
    /// What is in it.
    pub bytes: &'b [u8],
    /// The mapping files.
    pub sources: &'b Sources,
    /// Documents that `earlier` lines find.
    pub earlier: Vec<earlier::Document>,
    /// The maps its messages go through.
    pub ways: Ways<'b>,
    /// Whether what the maps do is noted, for an explanation.
    pub is_traced: bool,
}

impl Session<'_> {
    /// The messages of the file.
    pub(super) fn index(&self) -> units::Found {
        let layout = &**self.ways.first().layout;
        let format = format(&layout.guide().format).expect("a layout is made by its format");
        units::index(format, Some(layout), self.bytes)
    }

    fn run(&self, console: &mut Console<'_>) -> Answer {
        let found = self.index();
        for finding in &found.findings {
            self.tell(console, finding, &self.name);
        }
        for text in &found.unclaimed {
            console.note(format!("{}: {text}", self.name));
        }
        let mut is_fine = found.findings.is_empty() && found.unclaimed.is_empty();
        let (mut scratch, mut runner) = (Scratch::default(), Runner::default());
        let mut rows = Vec::new();
        for unit in &found.units {
            let translated = self.message(unit, &mut scratch, &mut runner);
            is_fine &= translated.verdict == Verdict::Built;
            self.show(unit, &translated, &mut rows, console);
        }
        if found.units.is_empty() {
            is_fine = false;
            console.note(format!("{}: no message in it", self.name));
        }
        if console.json {
            let frame: Vec<Value> =
                found.findings.iter().map(|finding| json::render(finding, self.sources)).collect();
            let file = Value::from(self.name.as_str());
            console.line(format!(
                r#"{{"file":{file},"findings":{},"messages":[{}]}}"#,
                Value::from(frame),
                rows.join(",")
            ));
        }
        Ok(if is_fine { Exit::Fine } else { Exit::Findings })
    }

    /// Explains one value of one message.
    fn run_explain(&self, path: &str, ordinal: usize, console: &mut Console<'_>) -> Answer {
        let found = self.index();
        let count = found.units.len();
        let Some(unit) = found.units.into_iter().find(|unit| unit.ordinal == ordinal) else {
            let help = format!("it has {}", plural(count, "message"));
            return Err(Stop::usage(format!("{} has no message {ordinal}", self.name), help));
        };
        let translated = self.message(&unit, &mut Scratch::default(), &mut Runner::default());
        if translated.verdict == Verdict::Skipped {
            return Err(Stop::usage(outcome(&translated), "name a map that reads this type of message"));
        }
        let told = self.explain(&unit, &translated, path)?;
        if console.json {
            console.line(told.json().to_string());
        } else {
            let mut lines = Vec::new();
            told.lines(0, &mut lines);
            lines.into_iter().for_each(|line| console.line(line));
            console.note(format!(
                "{}: message {ordinal} ({}): {}",
                self.name,
                unit.label(),
                outcome(&translated)
            ));
        }
        Ok(if translated.verdict == Verdict::Built { Exit::Fine } else { Exit::Findings })
    }

    /// Results to stdout, findings and the outcome to stderr; for machines all of it into `rows`.
    fn show(
        &self,
        unit: &Unit,
        translated: &Translated<'_>,
        rows: &mut Vec<String>,
        console: &mut Console<'_>,
    ) {
        if console.json {
            return rows.push(self.row(unit, translated));
        }
        let place = format!("{}: message {}", self.name, unit.ordinal);
        for finding in &translated.findings {
            let mut finding = finding.clone();
            // What is not about one segment is about the message.
            let whole = Place { offset: unit.row.offset, ..Place::default() };
            finding.place.get_or_insert(whole);
            self.tell(console, &finding, &place);
        }
        if translated.verdict == Verdict::Built {
            for (document, outputs) in translated.documents() {
                match outputs {
                    None => console.line(self.document(translated, document, true)),
                    Some(outputs) => outputs.iter().for_each(|output| console.bytes(&output.bytes)),
                }
            }
        }
        console.note(format!("{place} ({}): {}", unit.label(), outcome(translated)));
    }

    fn tell(&self, console: &mut Console<'_>, finding: &Diagnostic, place: &str) {
        if !console.json {
            console.finding(finding, self.sources, place);
        }
    }

    fn document(&self, translated: &Translated<'_>, document: &Tree, indent: bool) -> String {
        let mut text = String::new();
        crate::tree::json::write(
            &translated.way.read.target_shape,
            View::new(document, ""),
            indent,
            &mut text,
        );
        text
    }

    fn row(&self, unit: &Unit, translated: &Translated<'_>) -> String {
        let document = |document: &Tree| {
            RawValue::from_string(self.document(translated, document, false))
                .expect("the writer of documents writes JSON: its tests say so")
        };
        let findings: Vec<Value> =
            translated.findings.iter().map(|finding| json::render(finding, self.sources)).collect();
        let shown = |outputs: &Option<Vec<message::Output<'_>>>| -> Option<Vec<Value>> {
            let shown = |output: &message::Output<'_>| {
                json!({
                    "map": output.plan.name,
                    "endpoint": output.endpoint,
                    "text": String::from_utf8_lossy(&output.bytes),
                })
            };
            Some(outputs.as_ref()?.iter().map(shown).collect())
        };
        let head = json!({
            "message": unit.ordinal,
            "kind": unit.row.kind,
            "control_number": unit.row.control_number,
            "outcome": translated.verdict.word(),
            "findings": findings,
            "outputs": shown(&translated.outputs),
        });
        let head = head.to_string();
        // Of a message that becomes several documents, the others stand beside the first.
        let others = translated.others.iter().map(|(other, outputs)| {
            let outputs = Value::from(shown(outputs));
            format!("{{\"document\":{},\"outputs\":{outputs}}}", document(other).get())
        });
        let others: Vec<String> = others.collect();
        let others = match others.is_empty() {
            true => String::new(),
            false => format!(",\"others\":[{}]", others.join(",")),
        };
        let first = document(&translated.document);
        format!("{},\"document\":{}{others}}}", &head[..head.len() - 1], first.get())
    }
}

/// What became of a message, in one line.
fn outcome(translated: &Translated<'_>) -> String {
    let count = translated.findings.len();
    match translated.verdict {
        Verdict::Built => {
            let one = |(document, outputs): (&Tree, &Option<Vec<message::Output<'_>>>)| {
                let mut text = translated.way.document_name().to_string();
                if let Some(number) = translated.number(document) {
                    text.push_str(&format!(" {}", sanitize(number)));
                }
                for output in outputs.iter().flatten() {
                    let endpoint = output.endpoint.map(|name| format!(" to \"{name}\"")).unwrap_or_default();
                    let length = plural(output.bytes.len(), "byte");
                    text.push_str(&format!(", {length} by {}{endpoint}", output.plan.name));
                }
                text
            };
            let all: Vec<String> = translated.documents().map(one).collect();
            format!("built {}", all.join("; "))
        }
        Verdict::Skipped => format!("left out: {} reads {}", translated.way.read.name, translated.way.kind),
        verdict => match &translated.why {
            Some(why) => format!("{}: {why}", verdict.word()),
            None => format!("{}, {}", verdict.word(), plural(count, "finding")),
        },
    }
}
