//! `fmt`: lays mapping files out.

use super::args;
use super::console::{Console, plural};
use super::exit::{Answer, Exit, Stop};
use crate::base::files::{Disk, read_whole};
use crate::base::span::Sources;
use crate::diagnostics::Diagnostics;
use crate::gateway::bundle::{self, FILE_BYTES_MAX};
use crate::language::layout;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Kinds of files that have a layout; tables are left to those who keep them.
const KINDS: [&str; 4] = ["shape", "guide", "map", "flow"];

/// Runs the command.
pub fn run(arguments: &args::Fmt, console: &mut Console<'_>) -> Answer {
    let (mut changed, mut left, mut kept) = (Vec::new(), Vec::new(), 0);
    for path in files(&arguments.paths)? {
        match lay_out(&path, console)? {
            Outcome::Kept => kept += 1,
            Outcome::Left => left.push(path.display().to_string()),
            Outcome::Changed(text) => {
                if !arguments.check {
                    std::fs::write(&path, text)
                        .map_err(|error| Stop::machine(format!("`{}`: {error}", path.display())))?;
                }
                changed.push(path.display().to_string());
            }
        }
    }
    if console.json {
        console.line(json!({ "changed": changed, "left": left, "kept": kept }).to_string());
    } else {
        changed.iter().for_each(|path| console.line(path));
        console.line(summary(arguments.check, changed.len(), left.len(), kept));
        if arguments.check && !changed.is_empty() {
            console.note("help: crossdock fmt does it");
        }
    }
    let is_fine = left.is_empty() && (changed.is_empty() || !arguments.check);
    Ok(if is_fine { Exit::Fine } else { Exit::Findings })
}

fn summary(is_check: bool, changed: usize, left: usize, kept: usize) -> String {
    let mut parts = Vec::new();
    if changed > 0 {
        parts.push(format!(
            "{} {}",
            plural(changed, "file"),
            if is_check { "to lay out" } else { "laid out" }
        ));
    }
    if left > 0 {
        parts.push(format!("{} left as they are, with findings", plural(left, "file")));
    }
    if kept > 0 || parts.is_empty() {
        parts.push(format!("{} in form", plural(kept, "file")));
    }
    parts.join(", ")
}

/// What is to be done with a file.
enum Outcome {
    /// Nothing.
    Kept,
    /// Nothing, because it cannot be read; that was shown.
    Left,
    /// It gets this text.
    Changed(String),
}

fn lay_out(path: &Path, console: &mut Console<'_>) -> Result<Outcome, Stop> {
    let bytes = read_whole(&Disk, path, FILE_BYTES_MAX).map_err(|error| Stop::file(path, &error))?;
    let shown = path.display().to_string();
    let Ok(text) = String::from_utf8(bytes) else {
        console.note(format!("{shown} is not UTF-8 and was left as it is"));
        return Ok(Outcome::Left);
    };
    let mut sources = Sources::default();
    let file = sources.add(shown, text);
    let mut findings = Diagnostics::new();
    let laid_out = layout::lay_out(&sources, file, &mut findings);
    for finding in findings.into_vec() {
        console.finding(&finding, &sources, "");
    }
    Ok(match laid_out {
        None => Outcome::Left,
        Some(text) if text == sources.file(file).text => Outcome::Kept,
        Some(text) => Outcome::Changed(text),
    })
}

/// The files that are named, and those in the folders that are.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let inside = bundle::read_files(&Disk, path).map_err(|error| Stop::file(path, &error))?;
        let inside = inside.into_keys().map(|name| path.join(name));
        found.extend(inside.filter(|path| has_layout(path)));
    }
    match found.iter().find(|path| !has_layout(path)) {
        None => Ok(found),
        Some(path) if path.exists() => Err(Stop::usage(
            format!("`{}` is no shape, guide, map or flow", path.display()),
            "name files that end with .shape, .guide, .map or .flow, or a folder",
        )),
        Some(path) => Err(Stop::usage(
            format!("there is no file or folder `{}`", path.display()),
            "write the path as seen from the current folder",
        )),
    }
}

fn has_layout(path: &Path) -> bool {
    path.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
}

/// A text of the language as `fmt` lays it out; `None` if it cannot be read.
pub(super) fn in_form(name: &str, text: String) -> Option<String> {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    layout::lay_out(&sources, file, &mut Diagnostics::new())
}
