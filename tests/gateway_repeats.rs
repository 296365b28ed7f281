//! What came before, through the gateway: recognised by its bytes, its control number, its business number and what it
//! says; and what the sender is told when a refused message is retried.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::exchange::states::MessageState;
use crossdock::gateway::bundle::{Bundle, MappingFiles};
use crossdock::ledger::FindingOwner;
use gateway_world::*;
use sim_files::KEEPS;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

const PARTNER: &str = "clients/brightwick/partner.toml";

fn text(path: &str) -> String {
    String::from_utf8(testdata(path)).unwrap().replace("\r\n", "\n")
}

/// Brightwick's order in an interchange with another number, with an edit.
fn order(number: u32, old: &str, new: &str) -> String {
    let text = text("x12/ok/s01-940.edi");
    assert!(text.contains(old));
    text.replace("*000000123", &format!("*{number:09}"))
        .replace("*123*X", &format!("*{number}*X"))
        .replace("GE*1*123", &format!("GE*1*{number}"))
        .replace(old, new)
}

fn lay(world: &mut World, folder: &str, name: &str, text: &str) {
    world.lay_down(folder, name, text.as_bytes());
    world.run().unwrap();
}

/// A world whose guide refuses `s01-940.edi`. Its mappings are compiled once.
fn narrow() -> World {
    static NARROW: OnceLock<(MappingFiles, Arc<Bundle>)> = OnceLock::new();
    let compile = || edited(&[("clients/brightwick/x12-940.guide", "only CC PP TP", "only PP TP")]);
    World::with(NARROW.get_or_init(compile).clone())
}

fn correct(world: &mut World) {
    let (files, bundle) = shipped();
    world.gateway().activate_compiled(&files, bundle).unwrap();
}

/// The verdicts of all 997s that left, by file name.
fn verdicts(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let ak5 = |bytes: &Vec<u8>| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        text.split('~').map(str::trim).find(|segment| segment.starts_with("AK5")).unwrap().to_string()
    };
    files.values().map(ak5).collect()
}

#[test]
fn a_refused_message_that_is_retried_is_told_to_be_accepted() {
    let mut world = narrow();
    lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
    assert_eq!(world.states(), ["REJECTED"]);
    let refused = world.files(ANSWERS_OUT);
    assert_eq!(verdicts(&refused), ["AK5*R*5"]);
    correct(&mut world);
    let id = world.messages()[0].id;
    world.gateway().retry(id, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    assert_eq!(verdicts(&world.files(ANSWERS_OUT)), ["AK5*R*5", "AK5*A"]);
    let story = world.story(0);
    assert_eq!((story.told, story.deliveries.len()), (None, 3));
    // The sender who lost the correction gets it again, not the refusal.
    lay(&mut world, ORDERS_IN, "again.edi", &text("x12/ok/s01-940.edi"));
    assert_eq!(world.states(), ["DONE", "DUPLICATE"]);
    assert_eq!(verdicts(&world.files(ANSWERS_OUT)), ["AK5*R*5", "AK5*A", "AK5*A"]);
    // The sender who took the refusal at its word sends it under a new number.
    lay(&mut world, ORDERS_IN, "new.edi", &order(124, "W66*CC", "W66*CC"));
    assert_eq!(world.states(), ["DONE", "DUPLICATE", "DUPLICATE"]);
    assert_eq!(world.files(WMS_IMPORT).len(), 1, "the order went out once");
}

#[test]
fn a_retry_that_changes_nothing_for_the_sender_is_not_told() {
    let mut world = narrow();
    lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
    let id = world.messages()[0].id;
    world.gateway().retry(id, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states(), ["REJECTED"]);
    assert_eq!(verdicts(&world.files(ANSWERS_OUT)), ["AK5*R*5"]);
}

/// Everything that can be seen when a refused order was retried, with a crash on the way.
fn retried(
    crash: Option<(Option<usize>, Option<usize>)>,
    keep: sim_files::Keep,
) -> (Vec<String>, Vec<Vec<u8>>) {
    let mut world = narrow();
    lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
    correct(&mut world);
    let id = world.messages()[0].id;
    world.gateway().retry(id, "kim").unwrap();
    if let Some((operations, commits)) = crash {
        world.crash_after(operations, commits);
    }
    while world.run().is_err() {
        world.reboot(keep);
        // Both bundles are in the ledger; so neither is compiled again.
        correct(&mut world);
    }
    let left = world.outputs().into_values().collect();
    (world.states(), left)
}

#[test]
fn a_crash_anywhere_makes_one_correction() {
    let (operations, commits) = {
        let mut world = narrow();
        lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
        correct(&mut world);
        let id = world.messages()[0].id;
        world.gateway().retry(id, "kim").unwrap();
        let before = (world.disk.operations(), world.commits.made.load(Ordering::SeqCst));
        world.run().unwrap();
        (world.disk.operations() - before.0, world.commits.made.load(Ordering::SeqCst) - before.1)
    };
    let expected = retried(None, KEEPS[0]);
    assert_eq!((expected.0.as_slice(), expected.1.len()), (&["DONE".to_string()][..], 3));
    let crashes = (0..operations).map(|at| (Some(at), None)).chain((0..commits).map(|at| (None, Some(at))));
    // Everything takes minutes; by default some of the crashes are tried.
    let step = if std::env::var_os("CROSSDOCK_CRASH_ALL").is_some() { 1 } else { 5 };
    for (number, crash) in crashes.enumerate().step_by(step) {
        assert_eq!(retried(Some(crash), KEEPS[number % KEEPS.len()]), expected, "{crash:?}");
    }
}

#[test]
fn a_flat_file_that_comes_twice_orders_once() {
    let mut world = World::new();
    let bytes = testdata("fixed/ok/as400-s08.txt");
    world.lay_down(CALDERA_IN, "a.txt", &bytes);
    world.run().unwrap();
    let orders = world.files(WMS_LEIPZIG).len();
    let before = world.states();
    world.lay_down(CALDERA_IN, "b.txt", &bytes);
    world.run().unwrap();
    assert_eq!(world.files(WMS_LEIPZIG).len(), orders);
    let states = world.states();
    assert!(states[before.len()..].iter().all(|state| state == "DUPLICATE"), "{states:?}");
    let again = world.story(before.len());
    assert_eq!(titles(&again.findings)[0], "the same bytes came before, in file f1");
    let told = titles(&again.findings);
    assert!(
        told.iter().any(|title| title.ends_with("came before, in message m1, and says the same")),
        "{told:?}"
    );
}

#[test]
fn the_same_order_under_a_new_number_is_recognised_and_a_correction_is_shown() {
    let mut world = World::new();
    lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
    lay(&mut world, ORDERS_IN, "b.edi", &order(124, "W66*CC", "W66*CC"));
    lay(&mut world, ORDERS_IN, "c.edi", &order(125, "W01*10*EA", "W01*11*EA").replace("W76*14", "W76*15"));
    assert_eq!(world.states(), ["DONE", "DUPLICATE", "HELD"]);
    assert_eq!(world.files(WMS_IMPORT).len(), 1);
    assert_eq!(world.files(ANSWERS_OUT).len(), 3, "each of them could be read");
    let held = world.story(2);
    assert_eq!(
        titles(&held.findings),
        ["the outbound_order SO104522 came before, in message m1, and said something else: \
          lines 2 qty: `10`, now `11`; lines 2 base_qty: `10`, now `11`; total_qty: `14`, now `15`"]
    );
    // Retried as it is, it is still the same; a person may say that it is meant.
    let id = held.line.id;
    world.gateway().retry(id, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states()[2], "HELD");
    world.gateway().retry_repeat(id, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states()[2], "DONE");
    assert_eq!(world.story(2).permitted_by.as_deref(), Some("kim"));
    assert_eq!(world.files(WMS_IMPORT).len(), 2);
}

#[test]
fn a_duplicate_is_only_processed_when_a_person_says_so() {
    let mut world = World::new();
    lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
    lay(&mut world, ORDERS_IN, "b.edi", &order(124, "W66*CC", "W66*CC"));
    let id = world.messages()[1].id;
    assert!(world.gateway().retry(id, "kim").is_err());
    assert_eq!(world.states(), ["DONE", "DUPLICATE"]);
    world.gateway().retry_repeat(id, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE"]);
    assert_eq!((world.files(WMS_IMPORT).len(), world.files(ANSWERS_OUT).len()), (2, 2));
}

#[test]
fn a_change_takes_the_place_of_the_order_and_is_no_repeat() {
    let mut world = World::new();
    lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
    lay(&mut world, ORDERS_IN, "b.edi", &order(124, "W05*N", "W05*R"));
    // The house takes no changes; that it has the number of another order is not what keeps it.
    let told = titles(&world.story(1).findings);
    assert_eq!(told, ["order SO104522 is a change: the order import takes new orders only"]);
}

#[test]
fn the_policy_is_the_partners() {
    let policy =
        "window = \"400d\"\n[duplicates.documents.outbound_order]\nsame = \"hold\"\nother = \"process\"\n";
    let mut world = World::with(edited(&[(PARTNER, "window = \"400d\"\n", policy)]));
    lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
    lay(&mut world, ORDERS_IN, "b.edi", &order(124, "W66*CC", "W66*CC"));
    lay(&mut world, ORDERS_IN, "c.edi", &order(125, "W66*CC", "W66*PP"));
    assert_eq!(world.states(), ["DONE", "HELD", "DONE"]);
}

#[test]
fn a_file_may_be_a_duplicate_as_a_whole() {
    let policy = "window = \"400d\"\nsame_bytes = \"duplicate\"\n";
    let mut world = World::with(edited(&[(PARTNER, "window = \"400d\"\n", policy)]));
    lay(&mut world, ORDERS_IN, "a.edi", &text("x12/ok/s01-940.edi"));
    for name in ["ship.csv", "again.csv"] {
        world.lay_down(WMS_EXPORT, name, &testdata("csv/ok/s01-wms-shipment.csv"));
        world.run().unwrap();
    }
    assert_eq!(world.states(), ["DONE", "DONE", "DUPLICATE"]);
    assert_eq!(world.messages()[2].reason.as_ref().unwrap().code, "duplicate_interchange");
}

#[test]
fn the_same_order_twice_in_one_file_goes_out_once() {
    let mut world = World::new();
    let twice = text("x12/ok/s01-940.edi");
    let (from, to) = (twice.find("ST*940").unwrap(), twice.find("GE*1").unwrap());
    let set = twice[from..to].to_string();
    let second = set.replace("*0001~", "*0002~");
    let twice = twice.replace(&set, &(set.clone() + &second)).replace("GE*1*", "GE*2*");
    lay(&mut world, ORDERS_IN, "a.edi", &twice);
    assert_eq!(world.states(), ["DONE", "DUPLICATE"]);
    assert_eq!(world.files(WMS_IMPORT).len(), 1);
}

#[test]
fn numbers_that_did_not_come_are_told_and_so_is_one_that_comes_late() {
    let mut world = World::new();
    let numbers = [123, 124, 127, 126, 128];
    for number in numbers {
        let order = order(number, "SO104522", &format!("SO{number}"));
        lay(&mut world, ORDERS_IN, &format!("{number}.edi"), &order);
    }
    assert!(world.states().iter().all(|state| state == "DONE"));
    let told = |world: &mut World, at: usize| {
        let interchange = world.story(at).interchange.id;
        titles(&world.gateway().ledger().findings(FindingOwner::Interchange(interchange)).unwrap())
    };
    let all: Vec<Vec<String>> = (0..numbers.len()).map(|at| told(&mut world, at)).collect();
    assert_eq!(
        all,
        [
            vec![],
            vec![],
            vec!["the control number is 127, and 2 before it did not come: from 125 on".to_string()],
            vec!["the control number 126 came after 127".to_string()],
            vec![],
        ]
    );
    assert_eq!(world.messages()[4].state, MessageState::Done);
}
