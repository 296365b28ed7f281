//! What was accepted against what came now, and how it becomes what is accepted.

use super::difference::{Difference, compare};
use super::document;
use super::find::{Case, Fault};
use super::target::{self, Targets};
use super::trial::{FINDINGS, Outcome, document_in, endpoint_in, is_expectation};
use crate::gateway::bundle::Bundle;
use std::io;
use std::path::Path;

/// What is different in a case, by the name of its expectation.
pub type Differences = Vec<(String, Vec<Difference>)>;

/// A file between the expectations that is none.
pub fn stray(case: &Case) -> Option<Fault> {
    let name = case.expected.keys().find(|name| !is_expectation(name))?;
    Some(Fault::new(
        format!("expected/{name} is not an expectation"),
        "move it out of the folder `expected`, which belongs to crossdock test --accept",
    ))
}

/// What is different between what was accepted and what came now.
pub fn differences(case: &Case, outcome: &Outcome, bundle: &Bundle) -> Differences {
    let mut all = Vec::new();
    let expected = case.expected.keys().filter(|name| is_expectation(name));
    let names = expected.chain(outcome.files.keys().filter(|n| !case.expected.contains_key(*n)));
    for name in names {
        let (before, now) = (case.expected.get(name), outcome.files.get(name));
        let found = match (before, now) {
            (Some(before), Some(now)) if before == now => continue,
            (Some(before), Some(now)) => changed(name, before, now, case, bundle),
            (before, now) => whole(name, before, now, (case, bundle)),
        };
        all.push((name.clone(), found));
    }
    all
}

/// An expectation that is new, or that nothing came for.
fn whole(
    name: &str,
    before: Option<&Vec<u8>>,
    now: Option<&Vec<u8>>,
    (case, bundle): (&Case, &Bundle),
) -> Vec<Difference> {
    let bytes = now.or(before).map(Vec::as_slice).unwrap_or_default();
    let place = match (document_in(name), endpoint_in(name)) {
        (Some((message, kind)), _) => format!("message {message}: {}", document::name(kind, bytes)),
        (None, Some(endpoint)) => format!("{} to {endpoint}", what_left(endpoint, bytes, case, bundle)),
        (None, None) => {
            let pieces =
                |bytes: Option<&Vec<u8>>| bytes.map(|bytes| target::pieces(bytes)).unwrap_or_default();
            return told(&pieces(before), &pieces(now));
        }
    };
    let is_there = |bytes: Option<&Vec<u8>>| bytes.map(|_| String::new());
    vec![Difference { place, field: String::new(), expected: is_there(before), found: is_there(now) }]
}

/// A file that left, by the messages in it.
fn what_left(endpoint: &str, bytes: &[u8], case: &Case, bundle: &Bundle) -> String {
    let client = bundle.clients.get(&case.client);
    let labels = client.map(|client| target::labels(&Targets::at(bundle, client, endpoint), bytes));
    match labels.as_deref() {
        None | Some([]) => format!("a file of {} bytes", bytes.len()),
        Some(labels) => crate::guide::shorten(labels),
    }
}

/// What is not told of the messages any more, and what is told of them now.
fn told(before: &[String], now: &[String]) -> Vec<Difference> {
    let line = |line: &String| Some(line.trim_end().to_string());
    let difference =
        |expected, found| Difference { place: String::new(), field: String::new(), expected, found };
    let gone = before.iter().filter(|told| !now.contains(told)).map(|told| difference(line(told), None));
    let new = now.iter().filter(|told| !before.contains(told)).map(|told| difference(None, line(told)));
    gone.chain(new).collect()
}

fn changed(name: &str, before: &[u8], now: &[u8], case: &Case, bundle: &Bundle) -> Vec<Difference> {
    let mut out = Vec::new();
    if name == FINDINGS {
        out = told(&target::pieces(before), &target::pieces(now));
    } else if let Some((_, kind)) = document_in(name) {
        if let (Some(expected), Some(found)) = (document::items(before), document::items(now)) {
            compare(&expected, &found, &document::name(kind, before), &mut out);
        }
    } else if let (Some(endpoint), Some(client)) = (endpoint_in(name), bundle.clients.get(&case.client)) {
        let targets = Targets::at(bundle, client, endpoint);
        if let (Some(expected), Some(found)) = (target::items(&targets, before), target::items(&targets, now))
        {
            compare(&expected, &found, &format!("to {endpoint}"), &mut out);
        }
    }
    if out.is_empty() {
        // Nothing that has a name: the bytes as they stand.
        let place = format!("expected/{name}");
        lines(&target::pieces(before), &target::pieces(now), &place, &mut out);
    }
    out
}

/// Appends the lines or segments that are not the same; between them those that stand at the same place.
fn lines(before: &[String], now: &[String], place: &str, out: &mut Vec<Difference>) {
    let difference = |expected: Option<&String>, found: Option<&String>| {
        let end: &[char] = &['\n', '\r', '~', '\''];
        let (mut expected, mut found) = (expected.cloned(), found.cloned());
        // How a line ends is shown only where that is all there is.
        let trimmed =
            |text: &Option<String>| text.as_ref().map(|text| text.trim_end_matches(end).to_string());
        if trimmed(&expected) != trimmed(&found) {
            (expected, found) = (trimmed(&expected), trimmed(&found));
        }
        Difference { place: place.into(), field: String::new(), expected, found }
    };
    if before.len() == now.len() {
        let pairs = before.iter().zip(now).filter(|(one, other)| one != other);
        out.extend(pairs.map(|(one, other)| difference(Some(one), Some(other))));
        return;
    }
    let missing = before.iter().filter(|line| !now.contains(line));
    let new = now.iter().filter(|line| !before.contains(line));
    out.extend(missing.map(|line| difference(Some(line), None)));
    out.extend(new.map(|line| difference(None, Some(line))));
}

/// Makes what came now what is accepted: writes what is new or different, removes what nothing came for, and leaves what is
/// no expectation. Each file is replaced in one step. Answers the names written, and those removed.
pub fn accept(folder: &Path, case: &Case, outcome: &Outcome) -> io::Result<(Vec<String>, Vec<String>)> {
    let (mut written, mut removed) = (Vec::new(), Vec::new());
    std::fs::create_dir_all(folder)?;
    for (name, bytes) in &outcome.files {
        if case.expected.get(name) == Some(bytes) {
            continue;
        }
        let temporary = folder.join(format!(".{name}.new"));
        std::fs::write(&temporary, bytes)?;
        std::fs::rename(&temporary, folder.join(name))?;
        written.push(name.clone());
    }
    let is_gone = |name: &&String| is_expectation(name) && !outcome.files.contains_key(*name);
    for name in case.expected.keys().filter(is_gone) {
        std::fs::remove_file(folder.join(name))?;
        removed.push(name.clone());
    }
    Ok((written, removed))
}
