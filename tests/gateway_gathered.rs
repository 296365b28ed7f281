//! Several documents as one message: two partial confirmations of one order leave as one shipping advice, whatever stops
//! the machine; what cannot be one message waits for a person.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::base::random::{Random, SeededRandom};
use crossdock::exchange::reply::Word;
use crossdock::exchange::states::DeliveryState;
use crossdock::gateway::bundle::{self, Bundle, MappingFiles};
use crossdock::ledger::Acknowledged;
use gateway_world::*;
use sim_files::KEEPS;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

type Mappings = (MappingFiles, Arc<Bundle>);

/// Shipments of one order, until the bill of lading that is known to be the last, or four hours.
const GATHER: &str = "gather by order_number last number, shipped_at, bill_of_lading sum gross_weight";

fn with_flow(write: &str, more: &str) -> Mappings {
    let (mut files, _) = shipped();
    let flow = format!(
        "flow brightwick/shipments\n  read house/wms-shipment from house/wms-shipment-csv\n  write {write}\nend flow\n{more}"
    );
    files.insert("clients/brightwick/shipments.flow".into(), flow);
    let (compiled, sources, findings) = bundle::compile(&files, None);
    let compiled = compiled.unwrap_or_else(|| {
        let told = findings
            .as_slice()
            .iter()
            .map(|finding| crossdock::diagnostics::render::terminal::render(finding, &sources, "", false));
        panic!("{}", told.collect::<String>())
    });
    (files, Arc::new(compiled))
}

fn way(gather: &str) -> String {
    format!(
        "brightwick/945 {gather} to \"brightwick-incoming\" until bill_of_lading = \"LAST\" every 4h max 3"
    )
}

fn gathering() -> Mappings {
    static COMPILED: OnceLock<Mappings> = OnceLock::new();
    COMPILED.get_or_init(|| with_flow(&way(GATHER), "")).clone()
}

/// The same until 11 are shipped of an order, 4 cases and 7 eaches, with more than one bill of lading.
fn gathering_parts() -> Mappings {
    static COMPILED: OnceLock<Mappings> = OnceLock::new();
    let until = "until sum(gathered.lines.shipped) >= 11 and count(gathered[present(bill_of_lading)]) > 1";
    let way = format!("brightwick/945 {GATHER} to \"brightwick-incoming\" {until} every 4h");
    COMPILED.get_or_init(|| with_flow(&way, "")).clone()
}

/// A gateway that knows two orders.
fn world_with(mappings: Mappings) -> World {
    let mut world = World::with(mappings);
    let text = String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap();
    for (order, control) in [("SO104522", "000000123"), ("SO104523", "000000124")] {
        let text = text.replace("SO104522", order).replace("000000123", control);
        world.lay_down(ORDERS_IN, &format!("{order}.edi"), text.as_bytes());
    }
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE"]);
    world
}

fn world() -> World {
    world_with(gathering())
}

const HEAD: &str = "RefNum,ShipId,ShipDateTime,SCAC,PRO,BOL,CartonSSCC,Line,SKU,QtyOrdered,QtyShipped,UOM,ShortReason,WeightLb\n";
const LINE_1: &str = "395200020000000010,1,BW-LAMP-S,48,48,EA,,70.4";
const LINE_2: &str = "395200020000000027,2,BW-SHADE-L,10,7,EA,OOS,16.0";

/// A confirmation of one line.
fn confirmation(order: &str, number: &str, bill: &str, line: &str) -> String {
    format!("{HEAD}{order},{number},11/24/2026 15:42,DEMO,771234,{bill},{line}\n")
}

fn laid(world: &mut World, name: &str, text: &str) {
    world.lay_down(WMS_EXPORT, name, text.as_bytes());
    world.run().unwrap();
}

/// The shipping advices that left.
fn advices(world: &World) -> Vec<String> {
    let files = world.files(ANSWERS_OUT).into_iter().filter(|(name, _)| name.starts_with("945"));
    files.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect()
}

/// States of the shipments.
fn states(world: &mut World) -> Vec<String> {
    world.states().split_off(2)
}

fn hours(world: &mut World, hours: u64) {
    // The wall clock of this world is a hundred times slower than the one for waiting.
    world.clock.advance(Duration::from_secs(100 * 3600 * hours));
    world.run().unwrap();
}

#[test]
fn two_partial_confirmations_are_one_advice() {
    let mut world = world();
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    assert_eq!(states(&mut world), ["TRANSLATED"]);
    laid(&mut world, "b.csv", &confirmation("SO104522", "SHP2", "LAST", LINE_2));
    assert_eq!(states(&mut world), ["DONE", "DONE"]);
    let advices = advices(&world);
    let whole = String::from_utf8(testdata("x12/ok/s01-945.edi")).unwrap();
    let body = |text: &str| -> Vec<String> {
        let segments = text.split('~').map(|segment| segment.trim().to_string());
        segments.skip(2).take_while(|segment| !segment.starts_with("GE")).collect()
    };
    let expected = whole.replace("SHP000918", "SHP2").replace("BOL0009182", "LAST");
    assert_eq!(body(&advices[0]), body(&expected), "as if it had been one");
    assert_eq!(advices.len(), 1);
    let delivered: Vec<_> = (2..4).map(|at| world.story(at).outputs[0].1).collect();
    assert!(delivered[0].is_some() && delivered[0] == delivered[1]);
}

#[test]
fn without_the_last_one_it_leaves_when_its_time_is_over() {
    let mut world = world();
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    hours(&mut world, 3);
    assert_eq!(states(&mut world), ["TRANSLATED"]);
    hours(&mut world, 1);
    assert_eq!(states(&mut world), ["DONE"]);
    // What comes later is a message of its own.
    laid(&mut world, "b.csv", &confirmation("SO104522", "SHP2", "LAST", LINE_2));
    assert_eq!(advices(&world).len(), 2);
}

#[test]
fn two_orders_are_two_messages_and_a_full_one_leaves() {
    let mut world = world();
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    laid(&mut world, "b.csv", &confirmation("SO104523", "SHP2", "B1", LINE_1));
    laid(&mut world, "c.csv", &confirmation("SO104522", "SHP3", "B1", LINE_2));
    assert!(advices(&world).is_empty());
    laid(&mut world, "d.csv", &confirmation("SO104522", "SHP4", "B1", LINE_2));
    assert_eq!(states(&mut world), ["DONE", "TRANSLATED", "DONE", "DONE"]);
    let advice = advices(&world).remove(0);
    assert!(advice.contains("W06*F*SO104522*") && advice.matches("LX*").count() == 3, "{advice}");
    hours(&mut world, 4);
    assert!(advices(&world)[1].contains("W06*F*SO104523*"));
}

#[test]
fn documents_of_one_file_are_one_message_too() {
    let mut world = world();
    let second = confirmation("SO104522", "SHP2", "LAST", LINE_2).replace(HEAD, "");
    laid(&mut world, "a.csv", &(confirmation("SO104522", "SHP1", "B1", LINE_1) + &second));
    assert_eq!(states(&mut world), ["DONE", "DONE"]);
    assert_eq!(advices(&world).len(), 1);
}

#[test]
fn all_that_is_gathered_may_tell_that_nothing_more_is_to_come() {
    let mut world = world_with(gathering_parts());
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    laid(&mut world, "b.csv", &confirmation("SO104523", "SHP2", "B2", LINE_1));
    assert_eq!(states(&mut world), ["TRANSLATED", "TRANSLATED"]);
    laid(&mut world, "c.csv", &confirmation("SO104522", "SHP3", "B3", LINE_2));
    assert_eq!(
        states(&mut world),
        ["DONE", "TRANSLATED", "DONE"],
        "4 and 7 of the one order, 4 of the other"
    );
    let advice = advices(&world).remove(0);
    assert!(advice.contains("W06*F*SO104522*") && advice.matches("LX*").count() == 2, "{advice}");
    // What comes later is a message of its own, and a part that is not the last waits for its time.
    laid(&mut world, "d.csv", &confirmation("SO104522", "SHP4", "B4", LINE_2));
    assert_eq!(states(&mut world), ["DONE", "TRANSLATED", "DONE", "TRANSLATED"]);
    hours(&mut world, 4);
    assert_eq!(advices(&world).len(), 3);
}

#[test]
fn what_is_gathered_is_asked_again_by_a_process_that_begins_anew() {
    let mut world = world_with(gathering_parts());
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    world.reboot(KEEPS[0]);
    laid(&mut world, "b.csv", &confirmation("SO104522", "SHP2", "B2", LINE_2));
    assert_eq!(states(&mut world), ["DONE", "DONE"]);
}

#[test]
fn what_differs_and_is_read_holds_both_until_a_person_decides() {
    let mut world = world();
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    let other = confirmation("SO104522", "SHP2", "LAST", LINE_2).replace("771234", "771999");
    laid(&mut world, "b.csv", &other);
    laid(&mut world, "c.csv", &confirmation("SO104523", "SHP3", "LAST", LINE_1));
    assert_eq!(states(&mut world), ["HELD", "HELD", "DONE"], "the other order is not kept");
    let held = world.story(2);
    let reason = held.line.reason.clone().unwrap();
    assert_eq!(reason.code, "F012");
    assert_eq!(
        reason.detail,
        "`tracking` is `771234` in one document and `771999` in another that is to become one message with it"
    );
    assert_eq!(held.findings.iter().filter(|finding| finding.code == "F012").count(), 1);
    // The person says which counts.
    let (files, _) = with_flow(&way(&GATHER.replace("last number", "last tracking, number")), "");
    world.gateway().activate(&files).unwrap();
    world.gateway().retry(held.line.id, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(states(&mut world), ["DONE", "DONE", "DONE"]);
    let advice = advices(&world).into_iter().find(|text| text.contains("SO104522")).unwrap();
    assert!(advice.contains("N9*CN*771999~") && advice.matches("LX*").count() == 2, "{advice}");
}

#[test]
fn a_person_may_take_one_out() {
    let mut world = world();
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    let other = confirmation("SO104522", "SHP2", "LAST", LINE_2).replace("771234", "771999");
    laid(&mut world, "b.csv", &other);
    let (first, second) = (world.messages()[2].id, world.messages()[3].id);
    world.gateway().discard(second, "sent in error", "kim").unwrap();
    world.run().unwrap();
    assert_eq!(states(&mut world), ["HELD", "DISCARDED"]);
    world.gateway().retry(first, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(states(&mut world), ["DONE", "DISCARDED"]);
    assert!(advices(&world)[0].contains("SHP1"));
    assert_eq!(world.disk.names("/gw/data/archive/2026/11/20").len(), 4, "nothing is left to do");
}

#[test]
fn what_the_map_wants_is_asked_of_the_whole() {
    let mut world = world();
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    laid(&mut world, "b.csv", &confirmation("SO104522", "SHP2", "", LINE_2));
    assert_eq!(states(&mut world), ["TRANSLATED", "TRANSLATED"], "one of them has a bill of lading");
    laid(&mut world, "c.csv", &confirmation("SO104523", "SHP3", "", LINE_2));
    hours(&mut world, 4);
    assert_eq!(states(&mut world), ["DONE", "DONE", "HELD"]);
    let held = world.story(4);
    assert!(held.line.reason.unwrap().detail.contains("Brightwick wants a bill of lading"));
    assert_eq!(held.findings.len(), 1);
}

#[test]
fn one_without_the_common_value_is_held_by_itself() {
    let gather = GATHER.replace("by order_number", "by order_number, service");
    let mut world = world_with(with_flow(&way(&gather), ""));
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    assert_eq!(states(&mut world), ["HELD"]);
    let reason = world.story(2).line.reason.unwrap();
    assert_eq!(reason.to_string(), "F013: there is no `service`, and documents are gathered by it");
}

#[test]
fn what_the_mappings_gather_no_more_stays_held() {
    let mut world = world();
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    let other = confirmation("SO104522", "SHP2", "LAST", LINE_2).replace("771234", "771999");
    laid(&mut world, "b.csv", &other);
    let (files, _) = with_flow("brightwick/945 to \"brightwick-incoming\" per message", "");
    world.gateway().activate(&files).unwrap();
    let held = world.messages()[2].id;
    world.gateway().retry(held, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(states(&mut world), ["HELD", "HELD"]);
    let reason = world.story(3).line.reason.unwrap();
    assert_eq!(
        reason.to_string(),
        "F014: the flow `brightwick/shipments` gathers nothing for `brightwick/945` any more"
    );
}

#[test]
fn an_acknowledgement_is_about_every_document_of_its_message() {
    let mut world = world();
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", LINE_1));
    laid(&mut world, "b.csv", &confirmation("SO104522", "SHP2", "LAST", LINE_2));
    let number = &advices(&world)[0].split('*').nth(13).unwrap().trim_start_matches('0').to_string();
    let ack = format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0900*U*00401*000000900*0*P*>~\
         GS*FA*BRIGHTWICK*HAVENPORT3PL*20261120*0900*900*X*004010~ST*997*0001~AK1*SW*{number}~AK2*945*0001~AK5*R*5~\
         AK9*R*1*1*0~SE*6*0001~GE*1*900~IEA*1*000000900~"
    );
    world.lay_down(ORDERS_IN, "ack.edi", ack.as_bytes());
    world.run().unwrap();
    let words: Vec<_> = world.messages().iter().map(|line| line.acknowledged).collect();
    let refused = Some(Acknowledged::Said(Word::Rejected));
    assert_eq!(words, [None, None, refused, refused, None]);
    assert_eq!(world.deliveries(DeliveryState::Acked)[0].word, Some(Word::Rejected));
    for at in 2..4 {
        assert!(world.story(at).findings.iter().any(|finding| finding.code == "A101"));
    }
}

/// A file of rows with one row for each line of the order, whatever many confirmations told of it.
const SUMS: &str = r#"
guide brightwick/sums
  lang 1
  syntax csv delimiter "," header yes charset "utf-8" newline crlf
  unit group by Order
  header Order
  columns
    Order   required text 22
    Line    required text 6
    Shipped required text 20
    Cartons required text 20
  end columns
end guide

map brightwick/sums
  version  1
  lang     1
  from     canonical shipment as s
  to       guide brightwick/sums
  Order = order_number
  each row from lines group by order_line as g
    Line    = g.order_line
    Shipped = text(sum(g.lines.shipped))
    Cartons = text(count(g.lines.cartons))
  end row
end map
"#;

#[test]
fn a_map_adds_up_what_is_told_of_one_line() {
    let write = "brightwick/sums gather by order_number to \"brightwick-incoming\" every 4h";
    let mut world = world_with(with_flow(write, SUMS));
    let of = |sscc: &str, shipped: &str| {
        LINE_1.replace("395200020000000010", sscc).replace("48,48", &format!("48,{shipped}"))
    };
    laid(&mut world, "a.csv", &confirmation("SO104522", "SHP1", "B1", &of("395200020000000010", "36")));
    laid(&mut world, "b.csv", &confirmation("SO104522", "SHP2", "B2", &of("395200020000000027", "12")));
    hours(&mut world, 4);
    let rows = world.files(ANSWERS_OUT).into_iter().find(|(name, _)| name.starts_with("sums")).unwrap().1;
    assert_eq!(String::from_utf8(rows).unwrap(), "Order,Line,Shipped,Cartons\r\nSO104522,10,4,2\r\n");
}

// ---------------------------------------------------------------------------------------------- crashes

fn outcome(world: &mut World) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    (world.files(ANSWERS_OUT), world.states())
}

/// Lays the three files down, each when all has come to rest.
fn play(world: &mut World, number: usize) {
    let files = [
        ("a.csv", confirmation("SO104522", "SHP1", "B1", LINE_1)),
        ("b.csv", confirmation("SO104523", "SHP2", "B1", LINE_1)),
        ("c.csv", confirmation("SO104522", "SHP3", "LAST", LINE_2)),
    ];
    let rest = |world: &mut World| {
        while world.run().is_err() {
            world.reboot(KEEPS[number % KEEPS.len()]);
        }
    };
    for (name, text) in files {
        world.lay_down(WMS_EXPORT, name, text.as_bytes());
        rest(world);
    }
    world.clock.advance(Duration::from_secs(100 * 3600 * 4));
    rest(world);
}

#[test]
fn a_crash_anywhere_changes_no_message() {
    crash_anywhere(world);
}

#[test]
fn a_crash_anywhere_changes_nothing_that_is_gathered_until_it_is_whole() {
    crash_anywhere(|| world_with(gathering_parts()));
}

fn crash_anywhere(world: impl Fn() -> World) {
    let mut undisturbed = world();
    let before = (undisturbed.disk.operations(), undisturbed.commits.made.load(Ordering::SeqCst));
    play(&mut undisturbed, 0);
    let operations = undisturbed.disk.operations() - before.0;
    let commits = undisturbed.commits.made.load(Ordering::SeqCst) - before.1;
    let expected = outcome(&mut undisturbed);
    assert_eq!(expected.0.keys().filter(|name| name.starts_with("945")).count(), 2);
    assert_eq!(expected.1, ["DONE"; 5]);
    println!("{operations} operations, {commits} commits");
    // Everything takes minutes; by default it is every fourth operation.
    let every = if std::env::var_os("CROSSDOCK_CRASH_ALL").is_some() { 1 } else { 4 };
    let operations = (0..operations).step_by(every);
    let crashes = operations.map(|at| (Some(at), None)).chain((0..commits).map(|at| (None, Some(at))));
    for (number, (operation, commit)) in crashes.enumerate() {
        let mut world = world();
        world.crash_after(operation, commit);
        play(&mut world, number);
        let found = outcome(&mut world);
        assert_eq!(found.1, expected.1, "{operation:?} {commit:?}");
        assert_eq!(found.0.keys().collect::<Vec<_>>(), expected.0.keys().collect::<Vec<_>>());
        for (name, bytes) in &found.0 {
            // The wall clock went on a little where something was done again.
            assert_eq!(body(bytes), body(&expected.0[name]), "{operation:?} {commit:?}");
        }
    }
}

/// The segments between the envelope's.
fn body(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let segments =
        text.split('~').filter(|segment| !segment.starts_with("ISA") && !segment.starts_with("GS"));
    segments.map(str::to_string).collect()
}

/// Confirmations come at any time and the machine stops at any time: each that was taken in is in exactly one delivery.
#[test]
fn every_document_is_in_exactly_one_message() {
    for seed in 1..=4 {
        let random = SeededRandom::new(seed);
        let below = |limit: u64| random.next_u64() % limit;
        let mut world = world();
        let count = 5 + below(5);
        for number in 0..count {
            let order = ["SO104522", "SO104523"][below(2) as usize];
            let bill = ["B1", "B1", "LAST"][below(3) as usize];
            let text =
                confirmation(order, &format!("SHP{number}"), bill, [LINE_1, LINE_2][below(2) as usize]);
            world.lay_down(WMS_EXPORT, &format!("{number}.csv"), text.as_bytes());
            if below(2) == 0 {
                world.crash_after(Some(below(100) as usize), None);
            }
            while world.run().is_err() {
                world.reboot(KEEPS[below(KEEPS.len() as u64) as usize]);
            }
            world.clock.advance(Duration::from_secs(100 * 3600 * below(3)));
        }
        world.disk.crash_at(usize::MAX);
        hours(&mut world, 4);
        assert!(states(&mut world).iter().all(|state| state == "DONE"), "seed {seed}: {:?}", world.states());
        let lines: usize = advices(&world).iter().map(|text| text.matches("LX*").count()).sum();
        assert_eq!(lines as u64, count, "seed {seed}");
        for at in 0..count as usize {
            let outputs = world.story(at + 2).outputs;
            assert!(matches!(outputs[..], [(_, Some(_))]), "seed {seed}: {outputs:?}");
        }
    }
}
