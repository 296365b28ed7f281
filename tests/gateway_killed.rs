//! The real program on a real disk, killed ten times under fifty files: what it writes is what an undisturbed run writes,
//! each file once, and no file that was ever seen under its final name changes.
//!
//! Where it is killed is chosen by what can be seen of its progress, from `CROSSDOCK_KILL_SEED`, 1 by default; never by
//! the clock.
#![allow(clippy::unwrap_used)]

#[path = "support/generated.rs"]
mod generated;

use crossdock::base::random::{Random, SeededRandom};
use crossdock::cli::demo::lay_out::lay_out;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const FILES: u32 = 50;
const KILLS: u64 = 10;
const SIGKILL: i32 = 9;

/// Orders in the file of this number.
fn orders_in(file: u32) -> u32 {
    file % 3 + 1
}

/// Files that leave in the end: one for each order, one 997 for each file.
fn files_out() -> usize {
    (1..=FILES).map(|file| orders_in(file) as usize + 1).sum()
}

struct Workspace(tempfile::TempDir);

impl Workspace {
    /// A demo workspace with fifty files in it.
    fn new() -> Self {
        let workspace = Workspace(tempfile::tempdir().unwrap());
        lay_out(workspace.0.path()).unwrap();
        let settings = workspace.path("gateway.toml");
        let text = std::fs::read_to_string(&settings).unwrap();
        assert!(text.contains("settle = \"2s\""));
        std::fs::write(&settings, text.replace("settle = \"2s\"", "settle = \"50ms\"")).unwrap();
        for file in 1..=FILES {
            let bytes = generated::interchange_of_orders(orders_in(file), file);
            std::fs::write(workspace.path(&format!("drops/brightwick/outgoing/{file:03}.edi")), bytes)
                .unwrap();
        }
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn start(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_crossdock"))
            .args(["run", "--once", "--config"])
            .arg(self.path("gateway.toml"))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap()
    }

    /// Runs to the end.
    fn run(&self) {
        let status = self.start().wait().unwrap();
        assert!(status.success(), "{status}");
    }

    /// Names under which consumers see files.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with('.')).collect()
    }

    /// What can be seen of the progress: files that left, and files that were taken.
    fn progress(&self) -> u64 {
        let left = self.names("wms/import").len() + self.names("drops/brightwick/incoming").len();
        let stays = self.names("drops/brightwick/outgoing").len();
        (left + FILES as usize - stays) as u64
    }

    /// Everything that consumers see.
    fn outputs(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for folder in ["wms/import", "drops/brightwick/incoming"] {
            for name in self.names(folder) {
                let path = format!("{folder}/{name}");
                let text = std::fs::read_to_string(self.path(&path)).unwrap();
                all.insert(path, text);
            }
        }
        all
    }

    /// Nothing is left to do, and nothing lies about.
    fn assert_finished(&self) {
        for folder in ["drops/brightwick/outgoing", "data/spool/in", "data/spool/tmp", "data/spool/out"] {
            assert_eq!(self.names(folder), Vec::<String>::new(), "{folder}");
        }
        for folder in ["wms/import", "drops/brightwick/incoming"] {
            let all = std::fs::read_dir(self.path(folder)).unwrap().count();
            assert_eq!(all, self.names(folder).len(), "temporary files stay in {folder}");
        }
        assert_eq!(files_below(&self.path("data/archive")), FILES as usize);
    }
}

fn files_below(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

/// What must be the same whatever the order in which files were taken: a 997 without the numbers and times it got, an order
/// as it is. Names hold numbers given in that order, so they are not compared.
fn lasting(outputs: &BTreeMap<String, String>) -> Vec<String> {
    let mut all: Vec<String> = outputs
        .iter()
        .map(|(path, text)| match path.starts_with("wms/") {
            true => text.clone(),
            false => text.split('~').map(without_envelope).collect::<Vec<_>>().join("~"),
        })
        .collect();
    all.sort();
    all
}

/// Elements of the envelope that hold a number or a time of our own: ISA09, ISA10, ISA13, GS04 to GS06, GE02, IEA02.
fn without_envelope(segment: &str) -> String {
    let mut elements: Vec<&str> = segment.split('*').collect();
    let own: &[usize] = match elements[0].trim() {
        "ISA" => &[9, 10, 13],
        "GS" => &[4, 5, 6],
        "GE" | "IEA" => &[2],
        _ => &[],
    };
    own.iter().for_each(|&at| elements[at] = "");
    elements.join("*")
}

#[test]
fn ten_kills_under_fifty_files_change_nothing() {
    let undisturbed = Workspace::new();
    undisturbed.run();
    undisturbed.assert_finished();
    let expected = undisturbed.outputs();
    assert_eq!(expected.len(), files_out());

    let seed = std::env::var("CROSSDOCK_KILL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let random = SeededRandom::new(seed);
    let workspace = Workspace::new();
    let all = files_out() as u64 + u64::from(FILES);
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for kill in 0..KILLS {
        // Spread over the run, and never so late that it may be over.
        let goal = (kill * all / (KILLS + 2) + random.next_u64() % (all / (KILLS + 2))).max(1);
        let mut process = workspace.start();
        while workspace.progress() < goal {
            assert!(process.try_wait().unwrap().is_none(), "it ended before kill {kill} at {goal}");
            std::thread::sleep(std::time::Duration::from_micros(300));
        }
        for _ in 0..random.next_u64() % 2000 {
            std::hint::spin_loop();
        }
        process.kill().unwrap();
        let status = process.wait().unwrap();
        assert_eq!(status.signal(), Some(SIGKILL), "it ended before kill {kill} at {goal}");
        let now = workspace.outputs();
        for (path, text) in &seen {
            assert_eq!(now.get(path), Some(text), "{path} changed by kill {kill}, seed {seed}");
        }
        seen = now;
    }
    assert!(seen.len() < files_out(), "the last kill came too late");
    workspace.run();
    workspace.assert_finished();
    let outputs = workspace.outputs();
    for (path, text) in &seen {
        assert_eq!(outputs.get(path), Some(text), "{path} changed in the end, seed {seed}");
    }
    assert_eq!(outputs.len(), files_out(), "seed {seed}");
    assert_eq!(lasting(&outputs), lasting(&expected), "seed {seed}");
    let numbers: std::collections::BTreeSet<&str> =
        outputs.iter().filter(|(path, _)| !path.starts_with("wms/")).map(|(_, text)| &text[90..99]).collect();
    assert_eq!(numbers.len(), FILES as usize, "a control number was given twice");
}
