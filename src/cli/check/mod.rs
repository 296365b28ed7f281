//! `check`: compiles everything, all findings at once.

mod untested;
mod watch;

use super::args;
use super::console::{Console, plural, tally};
use super::exit::{Answer, Exit, Stop};
use super::workspace::{self, Config, Workspace};
use crate::base::span::Sources;
use crate::diagnostics::render::json;
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::{self, syntax::Document};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Where mappings are if nothing says otherwise.
const USUAL: &str = "mappings";

/// Runs the command.
pub fn run(arguments: &args::Check, console: &mut Console<'_>) -> Answer {
    match arguments.watch {
        true => watch::run(arguments, console),
        false => once(arguments, console),
    }
}

/// The mappings folder: the one that is named, that of the settings, or the usual one.
fn folder(arguments: &args::Check) -> Result<PathBuf, Stop> {
    match (&arguments.path, &arguments.config) {
        (Some(path), _) => Ok(path.clone()),
        (None, Some(config)) => Ok(folder_of(&workspace::config(config)?)),
        (None, None) => Ok(USUAL.into()),
    }
}

fn folder_of(config: &Config) -> PathBuf {
    config.settings.as_ref().map_or(USUAL.into(), |settings| config.path(&settings.mappings))
}

fn once(arguments: &args::Check, console: &mut Console<'_>) -> Answer {
    let config = arguments.config.as_deref().map(workspace::config).transpose()?;
    let folder = match (&arguments.path, &config) {
        (Some(path), _) => path.clone(),
        (None, Some(config)) => folder_of(config),
        (None, None) => USUAL.into(),
    };
    let endpoints = config.as_ref().and_then(Config::endpoints);
    let mut workspace = workspace::load(&folder, endpoints.as_deref())?;
    workspace.findings.extend(untested::clients(&workspace, &folder)?);
    let nothing = (Sources::default(), Vec::new());
    let (config_sources, config_findings) =
        config.as_ref().map_or((&nothing.0, &nothing.1), |config| (&config.sources, &config.findings));
    let told = config_findings
        .iter()
        .map(|finding| (finding, config_sources))
        .chain(workspace.findings.iter().map(|finding| (finding, &workspace.sources)));
    let all: Vec<Diagnostic> = told.clone().map(|(finding, _)| finding.clone()).collect();
    let counts = counts(&workspace);
    if console.json {
        let findings: Vec<Value> = told.map(|(finding, sources)| json::render(finding, sources)).collect();
        let counts: serde_json::Map<String, Value> =
            counts.iter().map(|(word, count)| (format!("{word}s"), json!(count))).collect();
        console.line(json!({ "counts": counts, "findings": findings }).to_string());
    } else {
        for (finding, sources) in told {
            console.finding(finding, sources, "");
        }
        let counts: Vec<String> = counts.iter().map(|(word, count)| plural(*count, word)).collect();
        match all.is_empty() {
            true => console.line(format!("{}: no findings", counts.join(", "))),
            false => console.line(tally(&all)),
        }
    }
    let has_errors = all.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if has_errors { Exit::Findings } else { Exit::Fine })
}

/// How many documents of each kind the folder holds.
fn counts(workspace: &Workspace) -> [(&'static str, usize); 4] {
    let mut counts = [("guide", 0), ("map", 0), ("flow", 0), ("table", 0)];
    let mut ignored = crate::diagnostics::Diagnostics::bounded(0);
    for (file, source) in workspace.sources.files() {
        if source.path.ends_with(".csv") {
            counts[3].1 += 1;
        } else if !source.path.ends_with(".toml") {
            for document in language::parse(&workspace.sources, file, &mut ignored) {
                match document {
                    Document::Guide(_) => counts[0].1 += 1,
                    Document::Map(_) => counts[1].1 += 1,
                    Document::Flow(_) => counts[2].1 += 1,
                    _ => {}
                }
            }
        }
    }
    counts
}
