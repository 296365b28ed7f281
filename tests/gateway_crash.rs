//! A crash at every file operation and before every commit of whole scenarios: whatever is left behind, the gateway goes
//! on so that every file leaves once, with the bytes it would have had, and nothing is lost on the way.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::exchange::states::{Entity, State};
use gateway_world::*;
use sim_files::{KEEPS, Keep};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// Files laid down one after the other, each when the gateway has come to rest: folder, name, file of `testdata`.
type Scenario = &'static [(&'static str, &'static str, &'static str)];

const ORDER: Scenario = &[(ORDERS_IN, "s01.edi", "x12/ok/s01-940.edi")];
const BAD: Scenario = &[(ORDERS_IN, "s14.edi", "x12/err/s14-940.edi")];
/// Three orders that are planned and delivered as one batch.
const BATCH: Scenario = &[(ORDERS_IN, "three.edi", "x12/ok/three-sets.edi")];
const TWICE: Scenario =
    &[(ORDERS_IN, "s01.edi", "x12/ok/s01-940.edi"), (ORDERS_IN, "s01.edi", "x12/ok/s01-940.edi")];
const BOTH_LEGS: Scenario =
    &[(ORDERS_IN, "s01.edi", "x12/ok/s01-940.edi"), (WMS_EXPORT, "ship.csv", "csv/ok/s01-wms-shipment.csv")];

/// Where the crash is.
#[derive(Debug, Clone, Copy)]
enum Crash {
    Operation(usize),
    Commit(usize),
}

/// How the world goes on around the crash.
#[derive(Debug, Clone, Copy)]
struct Case {
    crash: Option<Crash>,
    /// A second crash, so many operations after the restart.
    again: Option<usize>,
    keep: Keep,
    /// Whether consumers take every file as soon as they see it.
    eats: bool,
}

const UNDISTURBED: Case = Case { crash: None, again: None, keep: Keep::Everything, eats: false };

/// What is to be the same, whatever happened.
#[derive(Debug, PartialEq, Eq)]
struct End {
    /// Every file that a consumer saw, with how often.
    seen: BTreeMap<(String, String), usize>,
    states: Vec<String>,
    counts: Vec<(State, u64)>,
    archived: usize,
}

struct Run {
    world: World,
    case: Case,
    seen: BTreeMap<(String, String), usize>,
}

impl Run {
    fn new(case: Case) -> Self {
        Run { world: World::new(), case, seen: BTreeMap::new() }
    }

    fn play(&mut self, scenario: Scenario) {
        match self.case.crash {
            Some(Crash::Operation(at)) => self.world.crash_after(Some(at), None),
            Some(Crash::Commit(at)) => self.world.crash_after(None, Some(at)),
            None => {}
        }
        for (laid, (folder, name, file)) in scenario.iter().enumerate() {
            self.world.lay_down(folder, name, &testdata(file));
            while self.rest().is_err() {
                self.restart(laid as u64 + 1, &scenario[..=laid]);
            }
        }
    }

    fn rest(&mut self) -> Result<(), ()> {
        let (seen, eats, disk) = (&mut self.seen, self.case.eats, self.world.disk.clone());
        self.world.run_with(&mut || {
            if eats {
                eat(&disk, seen);
            }
        })
    }

    fn restart(&mut self, laid: u64, files: Scenario) {
        if self.case.eats && self.case.keep == Keep::Everything {
            // The process is dead, the consumers are not.
            eat(&self.world.disk, &mut self.seen);
        }
        self.world.reboot(self.case.keep);
        if let Some(again) = self.case.again.take() {
            self.world.crash_after(Some(again), None);
        }
        // What is not at its source is in the ledger.
        let counts = self.world.gateway().ledger().counts().unwrap();
        let intakes: u64 = counts
            .iter()
            .filter(|count| count.state.entity() == Entity::Intake)
            .map(|count| count.count)
            .sum();
        let mut waiting = 0;
        if let Some((folder, name, _)) = files.last() {
            waiting += u64::from(self.world.files(folder).contains_key(*name));
        }
        assert!(
            intakes + waiting >= laid,
            "{:?}: {intakes} in the ledger, {waiting} at the source",
            self.case
        );
    }

    fn end(mut self, scenario: Scenario) -> End {
        eat(&self.world.disk, &mut self.seen);
        for (folder, name, _) in scenario {
            assert!(!self.world.files(folder).contains_key(*name), "{:?}: {name} stays", self.case);
        }
        let ours = ["/gw/data/spool/in", "/gw/data/spool/tmp", "/gw/data/spool/out"];
        for folder in [ANSWERS_OUT, WMS_IMPORT].into_iter().chain(ours) {
            assert!(
                self.world.files(folder).is_empty(),
                "{:?}: {:?}",
                self.case,
                self.world.files(folder).keys()
            );
        }
        let counts = self.world.gateway().ledger().counts().unwrap();
        End {
            seen: self.seen,
            states: self.world.states(),
            counts: counts.into_iter().map(|count| (count.state, count.count)).collect(),
            archived: self.world.disk.names("/gw/data/archive/2026/11/20").len(),
        }
    }
}

/// Consumers take what stands under a final name.
fn eat(disk: &sim_files::SimFiles, seen: &mut BTreeMap<(String, String), usize>) {
    for folder in [ANSWERS_OUT, WMS_IMPORT] {
        for name in disk.names(folder).into_iter().map(|name| name.into_string().unwrap()) {
            if !name.starts_with('.') {
                let bytes = disk.take(format!("{folder}/{name}")).unwrap();
                let bytes = String::from_utf8(bytes).unwrap();
                *seen.entry((format!("{folder}/{name}"), bytes)).or_default() += 1;
            }
        }
    }
}

fn outcome(case: Case, scenario: Scenario) -> End {
    let mut run = Run::new(case);
    run.play(scenario);
    run.end(scenario)
}

/// Crashes `scenario` everywhere and compares with the undisturbed run.
fn crash_everywhere(scenario: Scenario, files_out: usize) {
    crash_at_every(1, scenario, files_out);
}

/// The same at every so many operations and commits; everywhere with `CROSSDOCK_CRASH_ALL`.
fn crash_at_every(step: usize, scenario: Scenario, files_out: usize) {
    let mut undisturbed = Run::new(UNDISTURBED);
    let before = (undisturbed.world.disk.operations(), undisturbed.world.commits.made.load(Ordering::SeqCst));
    undisturbed.play(scenario);
    let operations = undisturbed.world.disk.operations() - before.0;
    let commits = undisturbed.world.commits.made.load(Ordering::SeqCst) - before.1;
    let expected = undisturbed.end(scenario);
    assert_eq!(expected.seen.len(), files_out);
    assert!(expected.seen.values().all(|&times| times == 1));
    println!("{operations} operations, {commits} commits");
    let crashes = (0..operations).map(Crash::Operation).chain((0..commits).map(Crash::Commit));
    // Everything takes minutes; by default each crash is tried with one kind of loss, all kinds in turn.
    let all = std::env::var_os("CROSSDOCK_CRASH_ALL").is_some();
    let step = if all { 1 } else { step };
    for (number, (_, crash)) in crashes.enumerate().filter(|(at, _)| at % step == 0).enumerate() {
        for (kind, &keep) in KEEPS.iter().enumerate() {
            if !all && kind != number % KEEPS.len() {
                continue;
            }
            let eats = number % 2 == 0 || keep == Keep::Everything;
            let case = Case { crash: Some(crash), again: None, keep, eats };
            assert_eq!(outcome(case, scenario), expected, "{case:?}");
        }
    }
}

#[test]
fn an_order_and_its_answer() {
    crash_everywhere(ORDER, 2);
}

#[test]
fn a_file_with_bad_orders() {
    crash_at_every(3, BAD, 3);
}

#[test]
fn the_same_file_twice() {
    crash_everywhere(TWICE, 3);
}

#[test]
fn an_order_and_its_shipment() {
    crash_everywhere(BOTH_LEGS, 3);
}

#[test]
fn a_batch_of_orders() {
    crash_everywhere(BATCH, 4);
}

#[test]
fn a_batch_whose_files_are_written_at_the_same_time() {
    let expected = outcome(UNDISTURBED, BATCH);
    for at in (0..150).step_by(4) {
        let keep = KEEPS[at % KEEPS.len()];
        let case = Case { crash: Some(Crash::Operation(at)), again: None, keep, eats: true };
        let mut run = Run::new(case);
        run.world.disk.write_at_once(4);
        run.play(BATCH);
        assert_eq!(run.end(BATCH), expected, "{case:?}");
    }
}

#[test]
fn a_second_crash_while_the_first_is_mended() {
    let expected = outcome(UNDISTURBED, ORDER);
    for first in (0..140).step_by(11) {
        for again in (0..60).step_by(9) {
            let keep = KEEPS[(first + again) % KEEPS.len()];
            let case = Case { crash: Some(Crash::Operation(first)), again: Some(again), keep, eats: true };
            assert_eq!(outcome(case, ORDER), expected, "{case:?}");
        }
    }
}
