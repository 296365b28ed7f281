//! `validate FOLDER`: a row for what each file holds, and a line with what they add up to.

use super::{Judged, Session, format_of, read};
use crate::base::span::Sources;
use crate::cli::console::{Console, plural, tally};
use crate::cli::exit::{Answer, Exit, Stop};
use crate::cli::units::{self, Unit};
use crate::diagnostics::render::terminal::sanitize;
use crate::diagnostics::{Diagnostic, Severity};
use crate::formats::Layout;
use crate::gateway::bundle::Bundle;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// How messages fare, the worst last.
const VERDICTS: [&str; 3] = ["accepted", "accepted with errors", "rejected"];
/// What is not there.
const NOTHING: &str = "-";

/// Messages of one kind in one file, or a file without any.
struct Line {
    file: String,
    format: String,
    message: String,
    /// How many have each of [`VERDICTS`].
    counts: [usize; 3],
    release: String,
    verdict: &'static str,
    findings: Vec<Diagnostic>,
    /// Why a file cannot be checked; empty for messages.
    why: String,
}

/// Checks all files of a folder and of the folders in it.
pub(super) fn run(
    (bundle, sources): (&Bundle, &Sources),
    folder: &Path,
    named: Option<&dyn Layout>,
    console: &mut Console<'_>,
) -> Answer {
    let mut paths = Vec::new();
    gather(folder, &mut paths)?;
    let mut lines = Vec::new();
    for path in &paths {
        let shown = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        lines.extend(file((bundle, sources), path, sanitize(&shown), named)?);
    }
    let total = total(&lines, paths.len());
    match console.json {
        true => console.line(machine(folder, &lines, &total).to_string()),
        false => people(&lines, &total, console),
    }
    let is_fine = |line: &Line| line.findings.iter().all(|finding| finding.severity < Severity::Hold);
    let is_whole = !lines.is_empty() && total.unread == 0;
    Ok(if is_whole && lines.iter().all(is_fine) { Exit::Fine } else { Exit::Findings })
}

/// All files, in the order of their names; what begins with a dot is nobody's message.
fn gather(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Stop> {
    let failed = |error: std::io::Error| Stop::file(folder, &error);
    let mut inside = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let kind = entry.file_type().map_err(failed)?;
        if !is_hidden && (kind.is_dir() || kind.is_file()) {
            inside.push((entry.path(), kind.is_dir()));
        }
    }
    inside.sort();
    for (path, is_folder) in inside {
        match is_folder {
            true => gather(&path, found)?,
            false => found.push(path),
        }
    }
    Ok(())
}

fn file(
    (bundle, sources): (&Bundle, &Sources),
    path: &Path,
    name: String,
    named: Option<&dyn Layout>,
) -> Result<Vec<Line>, Stop> {
    let without = |format: &str, verdict: &'static str, findings: Vec<Diagnostic>, why: String| Line {
        file: name.clone(),
        format: format.into(),
        message: NOTHING.into(),
        counts: [0; 3],
        release: NOTHING.into(),
        verdict,
        findings,
        why,
    };
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(stop) if stop.exit == Exit::Machine => return Err(stop),
        Err(stop) => return Ok(vec![without(NOTHING, "not read", Vec::new(), stop.text)]),
    };
    let (format, flat) = match format_of(bundle, named, &bytes, "it") {
        Ok(found) => found,
        Err(stop) => {
            let syntax = crate::formats::recognize::recognize(&bytes).syntax;
            return Ok(vec![without(syntax.word(), "no guide", Vec::new(), stop.text)]);
        }
    };
    let found = units::index(format, flat, &bytes);
    let session = Session { name: name.clone(), bytes: &bytes, bundle, sources, format, flat, named };
    let mut lines: Vec<Line> = Vec::new();
    for (unit, judged) in found.units.iter().zip(session.judged(&found)) {
        let (message, release) = (sanitize(&unit.row.kind), release(unit));
        let verdict = if unit.refused_with.is_some() { "rejected" } else { judged.word() };
        let is_same = |line: &&mut Line| line.message == message && line.release == release;
        match lines.iter_mut().find(is_same) {
            Some(line) => line.add(verdict, judged),
            None => {
                let mut line = without(format.id(), verdict, judged.findings, String::new());
                (line.message, line.release) = (message, release);
                line.counts[rank(verdict)] = 1;
                lines.push(line);
            }
        }
    }
    // What is wrong with the file as a whole goes with its first messages.
    match lines.first_mut() {
        Some(line) => line.findings.extend(found.findings),
        None => {
            let why = found.unclaimed.first().cloned().unwrap_or("no message in it".into());
            lines.push(without(format.id(), "rejected", found.findings, why));
        }
    }
    Ok(lines)
}

impl Line {
    fn count(&self) -> usize {
        self.counts.iter().sum()
    }

    fn add(&mut self, verdict: &'static str, judged: Judged) {
        self.counts[rank(verdict)] += 1;
        self.findings.extend(judged.findings);
        if rank(verdict) > rank(self.verdict) {
            self.verdict = verdict;
        }
    }
}

fn rank(verdict: &str) -> usize {
    VERDICTS.iter().position(|own| *own == verdict).unwrap_or(VERDICTS.len() - 1)
}

/// What the message says of its release, else what is said around it.
fn release(unit: &Unit) -> String {
    let written = [&unit.row.version, &unit.group.version, &unit.interchange.version];
    let release = written.into_iter().find(|version| !version.is_empty());
    release.map_or(NOTHING.into(), |release| sanitize(release))
}

/// What the rows add up to.
struct Total {
    files: usize,
    counts: [usize; 3],
    /// Files without a message that could be checked.
    unread: usize,
    findings: Vec<Diagnostic>,
}

fn total(lines: &[Line], files: usize) -> Total {
    Total {
        files,
        counts: std::array::from_fn(|at| lines.iter().map(|line| line.counts[at]).sum()),
        unread: lines.iter().filter(|line| line.count() == 0).count(),
        findings: lines.iter().flat_map(|line| line.findings.iter().cloned()).collect(),
    }
}

fn people(lines: &[Line], total: &Total, console: &mut Console<'_>) {
    let head = ["file", "format", "message", "release", "verdict", "findings"].map(String::from);
    let mut rows = vec![head];
    for line in lines {
        let message = match line.count() {
            0 | 1 => line.message.clone(),
            count => format!("{} x{count}", line.message),
        };
        let last = if line.why.is_empty() { tally(&line.findings) } else { line.why.clone() };
        let verdict = line.verdict.to_string();
        rows.push([line.file.clone(), line.format.clone(), message, line.release.clone(), verdict, last]);
    }
    let widths: Vec<usize> =
        (0..5).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}  "));
        console.line(format!("{}{}", cells.collect::<String>(), row[5]).trim_end());
    }
    let unread = match total.unread {
        0 => String::new(),
        count => format!(", {} without a message that could be checked", plural(count, "file")),
    };
    let named = total.counts.iter().zip(VERDICTS).filter(|(count, _)| **count > 0);
    let verdicts: Vec<String> = named.map(|(count, verdict)| format!("{count} {verdict}")).collect();
    let told = if verdicts.is_empty() { String::new() } else { format!(" ({})", verdicts.join(", ")) };
    let (files, messages) = (plural(total.files, "file"), plural(total.counts.iter().sum(), "message"));
    console.line(format!("{files}, {messages}{told}{unread}: {}", tally(&total.findings)));
}

fn machine(folder: &Path, lines: &[Line], total: &Total) -> Value {
    let counts = |findings: &[Diagnostic]| {
        let count = |wanted: Severity| findings.iter().filter(|one| one.severity == wanted).count();
        json!({
            "reject": count(Severity::Reject), "hold": count(Severity::Hold), "warn": count(Severity::Warn),
            "info": count(Severity::Info),
        })
    };
    let rows = lines.iter().map(|line| {
        json!({
            "file": line.file, "format": line.format, "message": line.message, "count": line.count(),
            "release": line.release, "verdict": line.verdict, "findings": counts(&line.findings), "why": line.why,
        })
    });
    json!({
        "folder": folder.display().to_string(), "rows": rows.collect::<Vec<_>>(), "files": total.files,
        "messages": total.counts.iter().sum::<usize>(), "accepted": total.counts[0] + total.counts[1], "rejected": total.counts[2], "unread": total.unread, "findings": counts(&total.findings),
    })
}
