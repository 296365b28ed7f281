//! How long mappings take to compile: each shipped house map cold, with all that it needs read from its text on, and what
//! a further map costs where its base is loaded. `cargo bench --bench compile` prints the median of the maps and the
//! slowest of them, each the best of five runs, because what disturbs a run only ever makes it longer.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/shipped.rs"]
mod shipped;

use crossdock::gateway::bundle::{self, MappingFiles};
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::{Duration, Instant};

const RUNS: usize = 5;

fn main() {
    // `cargo test` starts it with no word of a bench: one map then shows that it works.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let files = shipped::mapping_files();
    let names = names(&files);
    let is_map = |path: &str| path.starts_with("house/") && path.ends_with(".map");
    let maps: Vec<&String> = files.keys().filter(|path| is_map(path)).collect();
    let mut times: Vec<(Duration, &str, usize)> = maps
        .iter()
        .take(if is_bench { usize::MAX } else { 1 })
        .map(|map| {
            let needed = needed(&files, &names, map);
            (best(&needed), map.as_str(), needed.len())
        })
        .collect();
    times.sort();
    let show = |what: &str, (time, map, files): (Duration, &str, usize)| {
        println!("{what:<34} {:>6.1} ms  of 50   {map}, {files} files", time.as_secs_f64() * 1e3);
    };
    show("a map with all it needs, median", times[times.len() / 2]);
    show("a map with all it needs, slowest", times[times.len() - 1]);
    if is_bench {
        let without: MappingFiles =
            files.iter().filter(|(path, _)| !is_map(path) && !is_client(path)).map(owned).collect();
        let with: MappingFiles = files.iter().filter(|(path, _)| !is_client(path)).map(owned).collect();
        let (without, with) = (best(&without), best(&with));
        let each = with.saturating_sub(without).as_secs_f64() * 1e3 / maps.len() as f64;
        println!("a further map, mean of {:<11} {each:>6.1} ms  of  5", maps.len());
        println!("all that is shipped                {:>6.1} ms", best(&files).as_secs_f64() * 1e3);
    }
}

fn is_client(path: &str) -> bool {
    path.starts_with("clients/")
}

fn owned((path, text): (&String, &String)) -> (String, String) {
    (path.clone(), text.clone())
}

/// The shortest of some compilations, which are all sound.
fn best(files: &MappingFiles) -> Duration {
    let run = |_| {
        let begin = Instant::now();
        let (bundle, sources, findings) = bundle::compile(black_box(files), None);
        let time = begin.elapsed();
        assert!(bundle.is_some(), "{}", shipped::render(findings.as_slice(), &sources));
        time
    };
    (0..RUNS).map(run).min().unwrap()
}

/// The files of guides, dictionaries, maps and tables, by the name others call them. A guide and a map may share one.
type Names = BTreeMap<String, Vec<String>>;

fn names(files: &MappingFiles) -> Names {
    let mut names = Names::new();
    for (path, text) in files {
        if let Some(table) = path.rsplit_once("tables/").and_then(|(_, name)| name.strip_suffix(".csv")) {
            names.entry(table.to_string()).or_default().push(path.clone());
        }
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if let (Some("guide" | "map" | "dictionary" | "fragment"), Some(name)) =
                (words.next(), words.next())
                && !line.starts_with(' ')
            {
                let name = name.split(['(', '@']).next().unwrap();
                names.entry(name.to_string()).or_default().push(path.clone());
            }
        }
    }
    names
}

/// The files a map needs: those it names, those they name, and all shapes. A word that only looks like a name brings a
/// file too many, never one too few.
fn needed(files: &MappingFiles, names: &Names, map: &str) -> MappingFiles {
    let mut open = vec![map.to_string()];
    let mut needed: BTreeSet<String> =
        files.keys().filter(|path| path.ends_with(".shape")).cloned().collect();
    while let Some(path) = open.pop() {
        if !needed.insert(path.clone()) || path.ends_with(".csv") {
            continue;
        }
        let lines = files[&path].lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || "/-_.".contains(c))));
        open.extend(words.filter_map(|word| names.get(word.trim_matches('.'))).flatten().cloned());
    }
    needed.into_iter().map(|path| (path.clone(), files[&path].clone())).collect()
}
