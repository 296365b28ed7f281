//! `test`: runs the cases beside the maps, shows what is different from what was accepted, and accepts it.

pub(super) mod arrival;
mod choose;
mod difference;
mod disk;
mod document;
mod expected;
pub(super) mod find;
mod target;
mod trial;

use super::args;
use super::console::{Console, plural};
use super::exit::{Answer, Exit, Stop};
use super::workspace;
use crate::base::files::Disk;
use crate::diagnostics::render::json as finding_json;
use crate::diagnostics::render::terminal::sanitize;
use crate::diagnostics::{Diagnostic, Severity};
use crate::gateway::bundle::{self, Bundle, MappingFiles};
use difference::Difference;
use expected::Differences;
use find::{EXPECTED, Fault, Spot};
use serde_json::{Value, json};
use std::sync::Arc;

/// Differences of a case that are shown to people, unless they are accepted.
const SHOWN_MAX: usize = 20;

/// Runs the command.
pub fn run(arguments: &args::Test, console: &mut Console<'_>) -> Answer {
    let (root, paths) = choose::roots(&arguments.paths)?;
    let workspace = workspace::load(&root, None)?;
    let errors: Vec<&Diagnostic> =
        workspace.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let Some(bundle) = workspace.bundle else {
        if console.json {
            let errors: Vec<Value> =
                errors.into_iter().map(|error| finding_json::render(error, &workspace.sources)).collect();
            console.line(json!({ "findings": errors, "cases": [] }).to_string());
        } else {
            errors.into_iter().for_each(|error| console.finding(error, &workspace.sources, ""));
            console.note("no case was run and nothing was accepted: the mapping files have errors");
        }
        return Ok(Exit::Findings);
    };
    let spots = choose::cases(&root, &paths, &arguments.only)?;
    let files = bundle::read_files(&Disk, &root).map_err(|error| Stop::file(&root, &error))?;
    let session = Session { files, bundle: Arc::new(bundle), is_accepting: arguments.accept };
    let mut results = Vec::new();
    for spot in &spots {
        results.push(session.case(spot, console)?);
    }
    Ok(summary(&results, console))
}

/// What cases are run with.
struct Session {
    files: MappingFiles,
    bundle: Arc<Bundle>,
    is_accepting: bool,
}

/// What became of a case.
enum Verdict {
    /// All is as accepted.
    Passes,
    /// It is not.
    Differs(Differences),
    /// Nothing was accepted yet; this is what there would be.
    New(Differences),
    /// It could not be run.
    Broken(Fault),
}

impl Verdict {
    fn word(&self) -> &'static str {
        match self {
            Verdict::Passes => "passes",
            Verdict::Differs(_) => "differs",
            Verdict::New(_) => "not accepted yet",
            Verdict::Broken(_) => "cannot be run",
        }
    }
}

/// A case with its verdict.
struct Tried {
    name: String,
    verdict: Verdict,
    /// What was written and removed, if it was accepted now.
    accepted: Option<(Vec<String>, Vec<String>)>,
}

impl Session {
    /// Runs a case, tells what is different, and then accepts it if that is wanted.
    fn case(&self, spot: &Spot, console: &mut Console<'_>) -> Result<Tried, Stop> {
        let name = sanitize(&spot.path.display().to_string());
        let judged = spot.read().and_then(|case| {
            let outcome = trial::run(&case, &self.files, &self.bundle)?;
            let differences = expected::differences(&case, &outcome, &self.bundle);
            // What is new is accepted beside it; then it is all that is wrong, and told.
            match expected::stray(&case).filter(|_| !self.is_accepting || differences.is_empty()) {
                Some(stray) => Err(stray),
                None => Ok((case, outcome, differences)),
            }
        });
        let (verdict, to_accept) = match judged {
            Err(fault) => (Verdict::Broken(fault), None),
            Ok((_, _, differences)) if differences.is_empty() => (Verdict::Passes, None),
            Ok((case, outcome, differences)) if case.expected.is_empty() => {
                (Verdict::New(differences), Some((case, outcome)))
            }
            Ok((case, outcome, differences)) => (Verdict::Differs(differences), Some((case, outcome))),
        };
        let mut tried = Tried { name, verdict, accepted: None };
        if !console.json {
            // Nobody accepts what was not shown.
            tried.people(if self.is_accepting { usize::MAX } else { SHOWN_MAX }, console);
        }
        match to_accept {
            Some((case, outcome)) if self.is_accepting => {
                let folder = spot.path.join(EXPECTED);
                let done = expected::accept(&folder, &case, &outcome);
                let failed =
                    |error| Stop::machine(format!("{} could not be written: {error}", folder.display()));
                tried.accepted = Some(done.map_err(failed)?);
            }
            Some(_) if matches!(tried.verdict, Verdict::New(_)) && !console.json => {
                console.line("  help: if that is right, run crossdock test --accept");
            }
            _ => {}
        }
        if !console.json {
            tried.written(console);
        }
        Ok(tried)
    }
}

impl Tried {
    fn is_fine(&self) -> bool {
        self.accepted.is_some() || matches!(self.verdict, Verdict::Passes)
    }

    fn people(&self, shown_max: usize, console: &mut Console<'_>) {
        console.line(format!("{}: {}", self.name, self.verdict.word()));
        match &self.verdict {
            Verdict::Passes => {}
            Verdict::Differs(differences) | Verdict::New(differences) => {
                let all: Vec<&Difference> = differences.iter().flat_map(|(_, found)| found).collect();
                all.iter().take(shown_max).for_each(|found| console.line(format!("  {}", found.text())));
                if all.len() > shown_max {
                    console.line(format!("  and {} more", all.len() - shown_max));
                }
            }
            Verdict::Broken(fault) => {
                console.line(format!("  {}", sanitize(&fault.text)));
                console.line(format!("  help: {}", sanitize(&fault.help)));
            }
        }
    }

    fn written(&self, console: &mut Console<'_>) {
        if let Some((written, removed)) = &self.accepted {
            written.iter().for_each(|name| console.line(format!("  wrote {EXPECTED}/{}", sanitize(name))));
            removed.iter().for_each(|name| console.line(format!("  removed {EXPECTED}/{}", sanitize(name))));
        }
    }

    fn machine(&self) -> Value {
        let differences = match &self.verdict {
            Verdict::Differs(differences) | Verdict::New(differences) => differences.as_slice(),
            _ => &[],
        };
        let shown = |(file, found): &(String, Vec<Difference>)| -> Vec<Value> {
            let one = |found: &Difference| {
                json!({
                    "file": format!("{EXPECTED}/{file}"), "place": found.place, "field": found.field,
                    "expected": found.expected, "found": found.found, "text": found.text(),
                })
            };
            found.iter().map(one).collect()
        };
        let fault = match &self.verdict {
            Verdict::Broken(fault) => json!({ "text": fault.text, "help": fault.help }),
            _ => Value::Null,
        };
        let accepted = self.accepted.as_ref();
        json!({
            "case": self.name, "verdict": self.verdict.word(),
            "differences": differences.iter().flat_map(shown).collect::<Vec<_>>(), "finding": fault,
            "written": accepted.map(|(written, _)| written), "removed": accepted.map(|(_, removed)| removed),
        })
    }
}

/// `3 cases: 2 pass, 1 differs`
fn summary(results: &[Tried], console: &mut Console<'_>) -> Exit {
    let count = |is_it: &dyn Fn(&Tried) -> bool| results.iter().filter(|tried| is_it(tried)).count();
    let is_open = |tried: &Tried| tried.accepted.is_none();
    let passes = count(&|tried| matches!(tried.verdict, Verdict::Passes));
    let differs = count(&|tried| is_open(tried) && matches!(tried.verdict, Verdict::Differs(_)));
    let verb =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let parts = [(passes, verb(passes, "passes", "pass")), (differs, verb(differs, "differs", "differ"))];
    let accepted = count(&|tried| tried.accepted.is_some());
    let new = count(&|tried| is_open(tried) && matches!(tried.verdict, Verdict::New(_)));
    let broken = count(&|tried| matches!(tried.verdict, Verdict::Broken(_)));
    let rest = [
        (accepted, format!("{accepted} accepted")),
        (new, format!("{new} not accepted yet")),
        (broken, format!("{broken} cannot be run")),
    ];
    if console.json {
        let cases: Vec<Value> = results.iter().map(Tried::machine).collect();
        let counts = json!({
            "pass": passes, "differ": differs, "accepted": accepted, "not_accepted": new, "broken": broken,
        });
        console.line(json!({ "findings": [], "cases": cases, "counts": counts }).to_string());
    } else {
        let parts = parts.into_iter().chain(rest).filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(_, text)| text).collect();
        console.line(format!("{}: {}", plural(results.len(), "case"), parts.join(", ")));
    }
    if results.iter().all(Tried::is_fine) { Exit::Fine } else { Exit::Findings }
}
