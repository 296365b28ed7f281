//! Outputs of several documents in one file: what comes within a time leaves together, each document once, whatever
//! stops the machine.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/generated.rs"]
mod generated;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::base::random::{Random, SeededRandom};
use crossdock::exchange::states::{DeliveryState, Entity, MessageState};
use crossdock::gateway::bundle::{Bundle, MappingFiles};
use crossdock::ledger::{Acknowledged, MessageFilter};
use gateway_world::*;
use sim_files::{KEEPS, Keep};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

type Mappings = (MappingFiles, Arc<Bundle>);

const ORDERS_FLOW: &str = "clients/brightwick/orders.flow";

/// Orders of a purchase order collected for a quarter of an hour, at most three of them.
fn orders() -> Mappings {
    static COMPILED: OnceLock<Mappings> = OnceLock::new();
    let way = "collected by customer_po every 15m max 3";
    COMPILED.get_or_init(|| edited(&[(ORDERS_FLOW, "per message", way)])).clone()
}

/// Shipping advices collected for a quarter of an hour.
fn shipments() -> Mappings {
    static COMPILED: OnceLock<Mappings> = OnceLock::new();
    let flow = "clients/brightwick/shipments.flow";
    COMPILED.get_or_init(|| edited(&[(flow, "per message", "collected every 15m")])).clone()
}

/// The wall clock of this world is a hundred times slower than the one for waiting.
fn a_quarter_of_an_hour(world: &World) {
    world.clock.advance(Duration::from_secs(100 * 15 * 60));
}

fn run_a_quarter(world: &mut World) {
    a_quarter_of_an_hour(world);
    world.run().unwrap();
}

fn order(number: u32, count: u32) -> Vec<u8> {
    generated::interchange_of_orders(count, number)
}

/// Numbers of the orders in each file for the warehouse, files and orders in the order they left.
fn warehouse_files(world: &World) -> Vec<Vec<String>> {
    world.files(WMS_IMPORT).into_values().map(|bytes| orders_in(&String::from_utf8(bytes).unwrap())).collect()
}

fn orders_in(text: &str) -> Vec<String> {
    assert_eq!(text.matches("CustomerID").count(), 1, "one header: {text}");
    let mut numbers: Vec<String> =
        text.lines().skip(1).map(|row| row.split(',').nth(2).unwrap().to_string()).collect();
    numbers.dedup();
    numbers
}

fn laid(world: &mut World, name: &str, bytes: &[u8]) {
    world.lay_down(ORDERS_IN, name, bytes);
    world.run().unwrap();
}

#[test]
fn what_comes_within_the_time_leaves_in_one_file() {
    let mut world = World::with(orders());
    laid(&mut world, "a.edi", &order(1, 1));
    world.clock.advance(Duration::from_secs(100 * 10 * 60));
    laid(&mut world, "b.edi", &order(2, 1));
    assert_eq!(world.states(), ["TRANSLATED", "TRANSLATED"]);
    assert_eq!(world.files(ANSWERS_OUT).len(), 2, "the sender need not wait for his answer");
    assert!(world.files(WMS_IMPORT).is_empty());
    world.clock.advance(Duration::from_secs(100 * 5 * 60));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE"]);
    assert_eq!(warehouse_files(&world), [["SO1-0000001", "SO2-0000001"]]);
    let names: Vec<String> = world.files(WMS_IMPORT).into_keys().collect();
    assert_eq!(names, ["order_SO1-0000001_1.csv"], "it is named by its first document, as per source");
    // What comes later is another file.
    laid(&mut world, "c.edi", &order(3, 1));
    assert_eq!(warehouse_files(&world).len(), 1);
    run_a_quarter(&mut world);
    assert_eq!(warehouse_files(&world), [vec!["SO1-0000001", "SO2-0000001"], vec!["SO3-0000001"]]);
    assert_eq!(world.disk.names("/gw/data/archive/2026/11/20").len(), 3);
}

#[test]
fn documents_with_other_keys_wait_apart() {
    let mut world = World::with(orders());
    laid(&mut world, "a.edi", &order(1, 2));
    laid(&mut world, "b.edi", &order(2, 2));
    run_a_quarter(&mut world);
    assert_eq!(warehouse_files(&world), [["SO1-0000001", "SO2-0000001"], ["SO1-0000002", "SO2-0000002"]]);
}

#[test]
fn a_full_file_leaves_at_once() {
    let mut world = World::with(orders());
    for number in 1..=4 {
        laid(&mut world, &format!("{number}.edi"), &order(number, 1));
    }
    assert_eq!(warehouse_files(&world), [["SO1-0000001", "SO2-0000001", "SO3-0000001"]]);
    assert_eq!(world.states(), ["DONE", "DONE", "DONE", "TRANSLATED"]);
    run_a_quarter(&mut world);
    assert_eq!(warehouse_files(&world)[1], ["SO4-0000001"]);
}

/// 08:16 at the site when the first comes; half past nine is an hour and fourteen minutes later.
#[test]
fn a_file_leaves_at_its_time_of_the_day() {
    let mut world = World::with(edited(&[(ORDERS_FLOW, "per message", "collected at \"17:00\", \"09:30\"")]));
    laid(&mut world, "a.edi", &order(1, 1));
    world.clock.advance(Duration::from_secs(100 * 60 * 60));
    laid(&mut world, "b.edi", &order(2, 1));
    assert!(world.files(WMS_IMPORT).is_empty());
    world.clock.advance(Duration::from_secs(100 * 14 * 60));
    world.run().unwrap();
    assert_eq!(warehouse_files(&world), [["SO1-0000001", "SO2-0000001"]]);
    laid(&mut world, "c.edi", &order(3, 1));
    world.clock.advance(Duration::from_secs(100 * 7 * 60 * 60));
    world.run().unwrap();
    assert_eq!(warehouse_files(&world).len(), 1, "half past four");
    world.clock.advance(Duration::from_secs(100 * 30 * 60));
    world.run().unwrap();
    assert_eq!(warehouse_files(&world)[1], ["SO3-0000001"]);
}

#[test]
fn a_file_leaves_before_it_is_too_large() {
    let mut world =
        World::with(edited(&[(ORDERS_FLOW, "per message", "collected every 15m max 500 or 20KB")]));
    laid(&mut world, "a.edi", &order(1, 40));
    run_a_quarter(&mut world);
    let files = world.files(WMS_IMPORT);
    // The header row of a file is beyond what is counted.
    let sizes: Vec<usize> = files.values().map(Vec::len).collect();
    assert!((2..20).contains(&sizes.len()) && sizes.iter().all(|size| *size <= 21_000), "{sizes:?}");
    let orders: Vec<String> = warehouse_files(&world).into_iter().flatten().collect();
    assert_eq!(orders.len(), 40, "each of them once");
}

#[test]
fn a_file_that_comes_twice_is_collected_once() {
    let mut world = World::with(orders());
    laid(&mut world, "a.edi", &order(1, 1));
    laid(&mut world, "a.edi", &order(1, 1));
    run_a_quarter(&mut world);
    assert_eq!(world.states(), ["DONE", "DUPLICATE"]);
    assert_eq!(warehouse_files(&world), [["SO1-0000001"]]);
}

#[test]
fn one_that_is_refused_keeps_no_other_from_leaving() {
    let mut world = World::with(orders());
    world.lay_down(ORDERS_IN, "s14.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["REJECTED", "TRANSLATED", "QUARANTINED"]);
    run_a_quarter(&mut world);
    assert_eq!(world.states(), ["REJECTED", "DONE", "QUARANTINED"]);
    assert_eq!(warehouse_files(&world), [["SO104600"]]);
}

/// An interchange of one order with this number.
fn order_of(number: &str, control: u32) -> Vec<u8> {
    let text = String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap();
    text.replace("SO104522", number).replace("000000123", &format!("{control:09}")).into_bytes()
}

/// What the warehouse shipped for an order.
fn shipment_of(order: &str, number: &str) -> Vec<u8> {
    let text = String::from_utf8(testdata("csv/ok/s01-wms-shipment.csv")).unwrap();
    text.replace("SO104522", order).replace("SHP000918", number).into_bytes()
}

/// A gateway that knows the order SO104522.
fn world_of_shipments() -> World {
    let mut world = World::with(shipments());
    world.lay_down(ORDERS_IN, "s01.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    world
}

fn ships(world: &mut World, order: &str, number: &str) {
    world.lay_down(WMS_EXPORT, &format!("{number}.csv"), &shipment_of(order, number));
    world.run().unwrap();
}

/// The shipping advices that left, by file name.
fn advices(world: &World) -> BTreeMap<String, String> {
    let files = world.files(ANSWERS_OUT).into_iter().filter(|(name, _)| name.starts_with("945"));
    files.map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect()
}

#[test]
fn one_that_was_held_joins_while_the_time_is_not_over() {
    let mut world = world_of_shipments();
    ships(&mut world, "SO104522", "SHP1");
    ships(&mut world, "SO104523", "SHP2");
    assert_eq!(world.states()[1..], ["TRANSLATED", "HELD"]);
    world.lay_down(ORDERS_IN, "other.edi", &order_of("SO104523", 999));
    world.run().unwrap();
    let (waits, held) = (world.messages()[1].id, world.messages()[2].id);
    assert!(world.gateway().retry(waits, "kim").is_err(), "what waits for others is translated already");
    world.gateway().retry(held, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states()[1..3], ["TRANSLATED", "TRANSLATED"]);
    run_a_quarter(&mut world);
    let advices = advices(&world);
    assert_eq!(advices.len(), 1, "{:?}", advices.keys());
    let text = advices.values().next().unwrap();
    assert_eq!((text.matches("ISA*").count(), text.matches("GS*").count()), (1, 1));
    assert_eq!(text.matches("ST*945*").count(), 2);
    assert!(text.contains("GE*2*") && text.contains("SHP1") && text.contains("SHP2"), "{text}");
    assert_eq!(world.states(), ["DONE", "DONE", "DONE", "DONE"]);
}

#[test]
fn an_acknowledgement_finds_each_message_of_a_collection() {
    use crossdock::exchange::reply::Word;
    let mut world = world_of_shipments();
    ships(&mut world, "SO104522", "SHP1");
    ships(&mut world, "SO104522", "SHP2");
    run_a_quarter(&mut world);
    let (name, text) = advices(&world).into_iter().next().unwrap();
    assert_eq!(name, "945_000000502.edi");
    assert!(text.contains("ST*945*0002~"), "{text}");
    let ack = "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0900*U*00401*000000900*0*P*>~\
        GS*FA*BRIGHTWICK*HAVENPORT3PL*20261120*0900*900*X*004010~ST*997*0001~AK1*SW*502~AK2*945*0002~AK5*R*5~\
        AK9*P*2*2*1~SE*6*0001~GE*1*900~IEA*1*000000900~";
    world.lay_down(ORDERS_IN, "ack.edi", ack.as_bytes());
    world.run().unwrap();
    let words: Vec<_> = world.messages().iter().map(|line| line.acknowledged).collect();
    let said = |word| Some(Acknowledged::Said(word));
    assert_eq!(words, [None, said(Word::Accepted), said(Word::Rejected), None]);
    assert_eq!(world.deliveries(DeliveryState::Acked)[0].word, Some(Word::PartiallyAccepted));
    assert_eq!(world.story(2).findings[0].code, "A101");
}

const EDIFACT_IN: &str = "/gw/drops/nordhaven/outgoing";
const EDIFACT_OUT: &str = "/gw/drops/nordhaven/incoming";
const SHIPPED: &str = "/gw/wms/leipzig-shipments";

#[test]
fn a_contrl_finds_each_message_of_a_collection() {
    use crossdock::exchange::reply::Word;
    let flow = "clients/nordhaven/shipments.flow";
    let mut world = World::with(edited(&[(flow, "per message", "collected by order_number every 1h")]));
    let case = |path: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/clients/nordhaven/tests/shipment");
        std::fs::read(folder.join(path)).unwrap()
    };
    world.lay_down(EDIFACT_IN, "orders.edi", &case("earlier/orders.edi"));
    world.run().unwrap();
    let shipment = String::from_utf8(case("shipment.csv")).unwrap();
    for number in ["LEJ-1", "LEJ-2"] {
        world.lay_down(SHIPPED, &format!("{number}.csv"), shipment.replace("LEJ-7001", number).as_bytes());
        world.run().unwrap();
    }
    assert_eq!(world.states(), ["DONE", "TRANSLATED", "TRANSLATED"]);
    world.clock.advance(Duration::from_secs(100 * 3600));
    world.run().unwrap();
    let sent =
        world.files(EDIFACT_OUT).into_values().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let sent: Vec<String> = sent.filter(|text| text.contains("DESADV")).collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].contains("UNH+2+DESADV") && sent[0].contains("UNZ+2+8802'"), "{}", sent[0]);
    let answer = "UNA:+.? 'UNB+UNOC:3+9520001000010:14+9520002000019:14+261126:1600+77'UNH+1+CONTRL:D:3:UN:EAN002'\
        UCI+8802+9520002000019:14+9520001000010:14+4'UCM+2+DESADV:D:96A:UN:EAN005+4+12'UNT+4+1'UNZ+1+77'";
    world.lay_down(EDIFACT_IN, "answer.edi", answer.as_bytes());
    world.run().unwrap();
    let words: Vec<_> = world.messages().iter().map(|line| line.acknowledged).collect();
    assert_eq!(words[2], Some(Acknowledged::Said(Word::Rejected)), "{words:?} {:?}", world.states());
}

/// The real program: what nobody will be there for leaves when it ends.
#[test]
fn run_once_leaves_nothing_open() {
    let workspace = tempfile::tempdir().unwrap();
    let path = |path: &str| workspace.path().join(path);
    crossdock::cli::demo::lay_out::lay_out(workspace.path()).unwrap();
    let edit = |file: &str, old: &str, new: &str| {
        let text = std::fs::read_to_string(path(file)).unwrap();
        assert!(text.contains(old), "{file}");
        std::fs::write(path(file), text.replace(old, new)).unwrap();
    };
    edit("gateway.toml", "settle = \"2s\"", "settle = \"50ms\"");
    edit(&format!("mappings/{ORDERS_FLOW}"), "per message", "collected every 24h");
    for number in 1..=2 {
        std::fs::write(path(&format!("drops/brightwick/outgoing/{number}.edi")), order(number, 2)).unwrap();
    }
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_crossdock"))
        .args(["run", "--once", "--config"])
        .arg(path("gateway.toml"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let files: Vec<_> =
        std::fs::read_dir(path("wms/import")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(orders_in(&std::fs::read_to_string(&files[0]).unwrap()).len(), 4);
}

/// What a person asks who misses a file.
#[test]
fn show_says_until_when_a_message_waits() {
    use crossdock::base::{clock::SystemClock, files::Disk, limits::Limits};
    use crossdock::gateway::{Gateway, Machine, service};
    use crossdock::ledger::sqlite::{Durability, SqliteLedger};
    let workspace = tempfile::tempdir().unwrap();
    let base = workspace.path();
    crossdock::cli::demo::lay_out::lay_out(base).unwrap();
    let (files, bundle) = orders();
    let mut settings = settings();
    settings.endpoints.values_mut().for_each(|endpoint| endpoint.settle = Duration::ZERO);
    std::fs::create_dir_all(base.join("data")).unwrap();
    let ledger = SqliteLedger::open(&base.join("data/ledger.db"), Durability::Off).unwrap();
    let machine = Machine {
        files: Arc::new(Disk),
        clock: Arc::new(SystemClock::new()),
        random: Arc::new(SeededRandom::new(1)),
    };
    let mut gateway = Gateway::open(machine, Box::new(ledger), settings, base, Limits::default()).unwrap();
    gateway.activate_compiled(&files, bundle).unwrap();
    std::fs::write(base.join("drops/brightwick/outgoing/1.edi"), order(1, 1)).unwrap();
    for _ in 0..3 {
        gateway.look_now();
        service::run_until_idle(&mut gateway).unwrap();
    }
    let filter =
        MessageFilter { state: Some(MessageState::Translated), client: None, before: None, limit: 1 };
    let id = gateway.messages(filter).unwrap()[0].id;
    let until = gateway.story(id).unwrap().outputs[0].0.closes_at.unwrap().to_rfc3339();
    drop(gateway);
    let shown = std::process::Command::new(env!("CARGO_BIN_EXE_crossdock"))
        .args(["show", &format!("m{id}"), "--config"])
        .arg(base.join("gateway.toml"))
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let expected = format!(
        "\nwaits\n  for other documents that leave with it to wms-import, until {until} at the latest\n"
    );
    assert!(shown.contains(&expected), "{shown}");
}

#[test]
fn a_message_tells_what_it_waits_in() {
    let mut world = World::with(orders());
    laid(&mut world, "a.edi", &order(1, 1));
    run_a_quarter(&mut world);
    let story = world.story(0);
    let window = story.outputs[0].0.written.window.clone().unwrap();
    assert_eq!((window.key.as_str(), window.every_ms, window.max), ("[\"PO-1\"]", 900_000, 3));
    let moves: Vec<String> = story
        .history
        .iter()
        .filter(|event| event.entity == Entity::Collection)
        .map(|event| format!("{} -> {}", event.from, event.to))
        .collect();
    assert_eq!(moves, ["OPEN -> CLOSED", "CLOSED -> PLANNED"]);
}

#[test]
fn changed_mappings_begin_another_file() {
    let mut world = World::with(orders());
    laid(&mut world, "a.edi", &order(1, 1));
    let (mut files, _) = orders();
    files.get_mut("house/tables/uom.csv").unwrap().push_str("KT,KT\n");
    world.gateway().activate(&files).unwrap();
    laid(&mut world, "b.edi", &order(2, 1));
    run_a_quarter(&mut world);
    assert_eq!(warehouse_files(&world), [["SO1-0000001"], ["SO2-0000001"]]);
}

#[test]
fn what_is_open_leaves_when_nothing_more_will_come() {
    let mut world = World::with(orders());
    laid(&mut world, "a.edi", &order(1, 2));
    assert!(world.gateway().close_collections().unwrap());
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE"]);
    assert_eq!(warehouse_files(&world), [["SO1-0000001"], ["SO1-0000002"]]);
    assert!(!world.gateway().close_collections().unwrap());
}

// ---------------------------------------------------------------------------------------------- crashes

/// Orders that come within a quarter of an hour: the first two leave as a full file, the third leaves late.
const FILES: [&str; 3] = ["SO1", "SO2", "SO3"];

/// As [`orders`], at most two.
fn pairs() -> Mappings {
    static COMPILED: OnceLock<Mappings> = OnceLock::new();
    COMPILED.get_or_init(|| edited(&[(ORDERS_FLOW, "per message", "collected every 15m max 2")])).clone()
}

#[derive(Debug, PartialEq, Eq)]
struct End {
    /// Every file that a consumer saw, with how often.
    seen: BTreeMap<(String, String), usize>,
    states: Vec<String>,
    archived: usize,
}

struct Crashing {
    world: World,
    seen: BTreeMap<(String, String), usize>,
    keep: Keep,
    eats: bool,
}

impl Crashing {
    fn rest(&mut self) {
        loop {
            let (disk, eats, seen) = (self.world.disk.clone(), self.eats, &mut self.seen);
            let rested = self.world.run_with(&mut || {
                if eats {
                    eat(&disk, seen);
                }
            });
            if rested.is_ok() {
                return;
            }
            if self.eats && self.keep == Keep::Everything {
                eat(&self.world.disk, &mut self.seen);
            }
            self.world.reboot(self.keep);
        }
    }

    fn play(&mut self) {
        for (number, control) in FILES.into_iter().zip(1..) {
            self.world.lay_down(ORDERS_IN, &format!("{number}.edi"), &order_of(number, control));
            self.rest();
        }
        a_quarter_of_an_hour(&self.world);
        self.rest();
    }

    fn end(mut self) -> End {
        eat(&self.world.disk, &mut self.seen);
        for folder in ["/gw/data/spool/in", "/gw/data/spool/tmp", "/gw/data/spool/out"] {
            assert!(self.world.files(folder).is_empty(), "{folder}");
        }
        let states = self.world.states();
        let archived = self.world.disk.names("/gw/data/archive/2026/11/20").len();
        End { seen: self.seen, states, archived }
    }
}

/// Consumers take what stands under a final name.
fn eat(disk: &sim_files::SimFiles, seen: &mut BTreeMap<(String, String), usize>) {
    for name in disk.names(WMS_IMPORT).into_iter().map(|name| name.into_string().unwrap()) {
        if !name.starts_with('.') {
            let bytes = String::from_utf8(disk.take(format!("{WMS_IMPORT}/{name}")).unwrap()).unwrap();
            *seen.entry((name, bytes)).or_default() += 1;
        }
    }
}

fn outcome(crash: (Option<usize>, Option<usize>), keep: Keep, eats: bool) -> End {
    let world = World::with(pairs());
    world.crash_after(crash.0, crash.1);
    let mut crashing = Crashing { world, seen: BTreeMap::new(), keep, eats };
    crashing.play();
    crashing.end()
}

/// Whatever stops the machine while files are filled, closed, planned and delivered: the same files leave, each once.
#[test]
fn a_crash_anywhere_changes_no_file() {
    let world = World::with(pairs());
    let before = (world.disk.operations(), world.commits.made.load(Ordering::SeqCst));
    let mut undisturbed = Crashing { world, seen: BTreeMap::new(), keep: Keep::Everything, eats: false };
    undisturbed.play();
    let operations = undisturbed.world.disk.operations() - before.0;
    let commits = undisturbed.world.commits.made.load(Ordering::SeqCst) - before.1;
    let expected = undisturbed.end();
    let files: Vec<Vec<String>> = expected.seen.keys().map(|(_, bytes)| orders_in(bytes)).collect();
    assert_eq!(files, [vec!["SO1", "SO2"], vec!["SO3"]]);
    assert!(expected.seen.values().all(|&times| times == 1) && expected.archived == 3);
    println!("{operations} operations, {commits} commits");
    // Everything takes minutes; by default it is every fourth operation, each with one kind of loss, all kinds in turn.
    let all = std::env::var_os("CROSSDOCK_CRASH_ALL").is_some();
    let operations = (0..operations).step_by(if all { 1 } else { 4 });
    let crashes = operations.map(|at| (Some(at), None)).chain((0..commits).map(|at| (None, Some(at))));
    for (number, crash) in crashes.enumerate() {
        for (kind, &keep) in KEEPS.iter().enumerate() {
            if all || kind == number % KEEPS.len() {
                let eats = number % 2 == 0 || keep == Keep::Everything;
                assert_eq!(outcome(crash, keep, eats), expected, "{crash:?} {keep:?}");
            }
        }
    }
}

/// Files of one to three orders come at any time, the machine stops at any time: every order that was taken in is in
/// exactly one delivery, no file has more than three, and none has two purchase orders.
#[test]
fn every_document_is_in_exactly_one_delivery() {
    for seed in 1..=5 {
        let random = SeededRandom::new(seed);
        let below = |limit: u64| random.next_u64() % limit;
        let mut world = World::with(orders());
        let mut expected = Vec::new();
        for number in 1..=(3 + below(4) as u32) {
            let count = 1 + below(3) as u32;
            expected.extend((1..=count).map(|order| format!("SO{number}-{order:07}")));
            world.lay_down(ORDERS_IN, &format!("{number}.edi"), &order(number, count));
            if below(2) == 0 {
                world.crash_after(Some(below(120) as usize), None);
            }
            while world.run().is_err() {
                world.reboot(KEEPS[below(KEEPS.len() as u64) as usize]);
            }
            world.clock.advance(Duration::from_secs(100 * 60 * below(9)));
        }
        world.crash_after(Some(below(60) as usize), None);
        a_quarter_of_an_hour(&world);
        while world.run().is_err() {
            world.reboot(Keep::Everything);
        }
        world.disk.crash_at(usize::MAX);
        let files = warehouse_files(&world);
        let mut left: Vec<String> = files.iter().flatten().cloned().collect();
        left.sort();
        assert_eq!(left, expected, "seed {seed}");
        for file in &files {
            assert!(file.len() <= 3, "seed {seed}: {file:?}");
            assert!(
                file.iter().all(|order| order[order.len() - 7..] == file[0][file[0].len() - 7..]),
                "{file:?}"
            );
        }
        for at in 0..expected.len() {
            let deliveries: Vec<_> =
                world.story(at).outputs.into_iter().map(|(_, delivery)| delivery).collect();
            assert!(matches!(deliveries[..], [Some(_)]), "seed {seed}: {deliveries:?}");
        }
    }
}
