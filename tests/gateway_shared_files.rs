//! Files that several flows of a client fill: one interchange with a group for each kind of message, and every
//! acknowledgement finds the messages it is about.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::exchange::reply::Word;
use crossdock::exchange::states::DeliveryState;
use crossdock::gateway::bundle::{self, Bundle, MappingFiles};
use crossdock::ledger::Acknowledged;
use gateway_world::*;
use sim_files::KEEPS;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const MOVEMENTS_FLOW: &str = "clients/tannbridge/movements.flow";
const STOCK_FLOW: &str = "clients/tannbridge/stock.flow";
const MOVEMENTS_IN: &str = "/gw/wms/reno-movements";
const STOCK_IN: &str = "/gw/wms/reno-stock";
const TANNBRIDGE_IN: &str = "/gw/drops/tannbridge/outgoing";
const TANNBRIDGE_OUT: &str = "/gw/drops/tannbridge/incoming";

const SHARED: &str = "collected as reports every 15m";

/// Movements and stock of Tannbridge in one file.
fn reports() -> (MappingFiles, Arc<Bundle>) {
    edited(&[(MOVEMENTS_FLOW, "per message", SHARED), (STOCK_FLOW, "per message", SHARED)])
}

fn case(path: &str) -> String {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/clients");
    String::from_utf8(std::fs::read(clients.join(path)).unwrap()).unwrap()
}

fn lays_down(world: &mut World, folder: &str, name: &str, text: &str) {
    world.lay_down(folder, name, text.as_bytes());
    world.run().unwrap();
}

/// The wall clock of this world is a hundred times slower than the one for waiting.
fn a_quarter_of_an_hour_later(world: &mut World) {
    world.clock.advance(Duration::from_secs(100 * 15 * 60));
    world.run().unwrap();
}

fn sent(world: &World, folder: &str) -> Vec<(String, String)> {
    let files = world.files(folder).into_iter();
    files.map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned())).collect()
}

/// The service segments of X12 text, but for ISA as far as its number.
fn frame(text: &str) -> Vec<String> {
    let segments = text
        .split('~')
        .filter(|segment| ["ISA*", "GS*", "ST*", "GE*", "IEA*"].iter().any(|tag| segment.starts_with(tag)));
    let short = |segment: &str| match segment.strip_prefix("ISA*") {
        Some(rest) => format!("ISA {}", rest.split('*').nth(12).unwrap()),
        None if segment.starts_with("GS*") => {
            let elements: Vec<&str> = segment.split('*').collect();
            format!("GS {} {}", elements[1], elements[6])
        }
        None => segment.replace('*', " "),
    };
    segments.map(short).collect()
}

/// Three movements, the stock, and one movement more.
fn world_of_reports() -> World {
    let mut world = world_before_it_leaves();
    a_quarter_of_an_hour_later(&mut world);
    world
}

fn world_before_it_leaves() -> World {
    let mut world = World::with(reports());
    lays_down(&mut world, MOVEMENTS_IN, "1.csv", &case("tannbridge/tests/movement/movements.csv"));
    lays_down(&mut world, STOCK_IN, "stock.csv", &case("tannbridge/tests/stock/stock.csv"));
    lays_down(&mut world, MOVEMENTS_IN, "2.csv", &a_movement("A7010"));
    assert!(world.files(TANNBRIDGE_OUT).is_empty());
    world
}

fn a_movement(number: &str) -> String {
    let movements = case("tannbridge/tests/movement/movements.csv");
    let rows: Vec<&str> = movements.lines().take(2).collect();
    rows.join("\n").replace("A7001", number) + "\n"
}

fn functional_acknowledgement(control: u32, sets: &str) -> String {
    format!(
        "ISA*00*          *00*          *ZZ*TANNBRIDGE     *ZZ*HAVENPORT3PL   *261127*0900*U*00401*{control:09}*0*P*>~\
         GS*FA*TANNBRIDGE*HAVENPORT3PL*20261127*0900*{control}*X*004010~ST*997*0001~{sets}\
         SE*{}*0001~GE*1*{control}~IEA*1*{control:09}~",
        sets.matches('~').count() + 2
    )
}

#[test]
fn sets_of_several_flows_leave_in_one_interchange_with_a_group_for_each_kind() {
    let mut world = world_of_reports();
    let files = sent(&world, TANNBRIDGE_OUT);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].0, "reports_000000501.edi");
    let expected = [
        "ISA 000000501",
        "GS AW 501",
        "ST 947 0001",
        "ST 947 0002",
        "ST 947 0003",
        "ST 947 0004",
        "GE 4 501",
        "GS IB 502",
        "ST 846 0005",
        "GE 1 502",
        "IEA 2 000000501",
    ];
    assert_eq!(frame(&files[0].1), expected);
    assert!(world.states().iter().all(|state| state == "DONE"), "{:?}", world.states());
}

/// Groups go on with the numbers they have reached, so that no two have the same: also those of files with one group.
#[test]
fn groups_go_on_counting_for_themselves() {
    let mut world = world_of_reports();
    lays_down(&mut world, MOVEMENTS_IN, "3.csv", &a_movement("A7011"));
    a_quarter_of_an_hour_later(&mut world);
    let files = sent(&world, TANNBRIDGE_OUT);
    assert_eq!(files[1].0, "reports_000000502.edi");
    let expected = ["ISA 000000502", "GS AW 503", "ST 947 0001", "GE 1 503", "IEA 1 000000502"];
    assert_eq!(frame(&files[1].1), expected);
    let accepted = functional_acknowledgement(901, "AK1*AW*503~AK9*A*1*1*1~");
    lays_down(&mut world, TANNBRIDGE_IN, "ack.edi", &accepted);
    let words: Vec<_> = world.deliveries(DeliveryState::Acked).iter().map(|found| found.word).collect();
    assert_eq!(words, [Some(Word::Accepted)]);
}

#[test]
fn each_group_is_acknowledged_for_itself() {
    let mut world = world_of_reports();
    let said = |word| Some(Acknowledged::Said(word));
    let words = |world: &mut World| world.messages().iter().map(|line| line.acknowledged).collect::<Vec<_>>();
    let partly = functional_acknowledgement(901, "AK1*AW*501~AK2*947*0002~AK5*R*5~AK9*P*4*4*3~");
    lays_down(&mut world, TANNBRIDGE_IN, "ack1.edi", &partly);
    let (accepted, rejected) = (said(Word::Accepted), said(Word::Rejected));
    let mut expected = vec![accepted, rejected, accepted, Some(Acknowledged::Awaited), accepted, None];
    assert_eq!(words(&mut world), expected);
    let published = world.deliveries(DeliveryState::Published);
    assert_eq!(published.len(), 1, "the other group is waited for");
    lays_down(
        &mut world,
        TANNBRIDGE_IN,
        "ack2.edi",
        &functional_acknowledgement(902, "AK1*IB*502~AK9*A*1*1*1~"),
    );
    expected[3] = accepted;
    expected.push(None);
    assert_eq!(words(&mut world), expected);
    assert_eq!(world.deliveries(DeliveryState::Acked)[0].word, Some(Word::PartiallyAccepted));
    assert_eq!(world.story(3).findings.len(), 0, "{:?}", world.story(3).findings);
    assert!(world.states().iter().all(|state| state == "DONE"), "{:?}", world.states());
}

/// Whatever commit is the last one, the same file leaves once.
#[test]
fn a_crash_changes_neither_bytes_nor_numbers() {
    let mut undisturbed = world_of_reports();
    let expected = sent(&undisturbed, TANNBRIDGE_OUT);
    let states = undisturbed.states();
    for commit in 0..8 {
        let mut world = world_before_it_leaves();
        world.crash_after(None, Some(commit));
        world.clock.advance(Duration::from_secs(100 * 15 * 60));
        while world.run().is_err() {
            world.reboot(KEEPS[commit % KEEPS.len()]);
        }
        assert_eq!(
            (sent(&world, TANNBRIDGE_OUT), world.states()),
            (expected.clone(), states.clone()),
            "{commit}"
        );
    }
}

/// A group number that the file does not have, and the number of a group with the id of another.
#[test]
fn what_names_another_group_is_put_aside() {
    let mut world = world_of_reports();
    for (control, subject) in [(901, "AW*502"), (902, "IB*501"), (903, "IB*503")] {
        let ack = functional_acknowledgement(control, &format!("AK1*{subject}~AK9*R*1*1*0~"));
        lays_down(&mut world, TANNBRIDGE_IN, &format!("{control}.edi"), &ack);
    }
    assert_eq!(world.states()[5..], ["QUARANTINED"; 3]);
    assert_eq!(world.deliveries(DeliveryState::Published).len(), 1);
}

/// With groups in EDIFACT there is one for each message type.
#[test]
fn messages_of_several_types_leave_in_groups_where_guides_want_them() {
    let shared = "collected as papers every 1h";
    let una = "una yes";
    let mut world = World::with(edited(&[
        ("clients/nordhaven/answers.flow", "per message", shared),
        ("clients/nordhaven/invoices.flow", "per message", shared),
        ("house/edifact-ordrsp.guide", una, "una yes groups yes"),
        ("house/edifact-invoic.guide", una, "una yes groups yes"),
    ]));
    papers(&mut world);
    let files = sent(&world, NORDHAVEN_OUT);
    assert_eq!(files.len(), 1, "{files:?}");
    let tags = ["UNG", "UNH", "UNE", "UNZ"];
    let frame: Vec<&str> =
        files[0].1.split('\'').filter(|segment| tags.iter().any(|tag| segment.starts_with(tag))).collect();
    let dated = "9520002000019:14+9520001000010:14+261120:1816";
    let expected = [
        &format!("UNG+ORDRSP+{dated}+8801+UN+D:96A:EAN007")[..],
        "UNH+1+ORDRSP:D:96A:UN:EAN007",
        "UNE+1+8801",
        &format!("UNG+INVOIC+{dated}+8802+UN+D:96A:EAN008")[..],
        "UNH+2+INVOIC:D:96A:UN:EAN008",
        "UNE+1+8802",
        "UNZ+2+8801",
    ];
    assert_eq!(frame, expected);
}

/// An answer and an invoice for Nordhaven, and the hour they wait.
fn papers(world: &mut World) {
    lays_down(world, "/gw/wms/leipzig-answers", "a.csv", &case("nordhaven/tests/answer/answers.csv"));
    lays_down(world, "/gw/wms/leipzig-billing", "i.csv", &case("nordhaven/tests/invoice/invoices.csv"));
    world.clock.advance(Duration::from_secs(100 * 3600));
    world.run().unwrap();
}

const NORDHAVEN_IN: &str = "/gw/drops/nordhaven/outgoing";
const NORDHAVEN_OUT: &str = "/gw/drops/nordhaven/incoming";

#[test]
fn messages_of_several_types_leave_in_one_unb() {
    let shared = "collected as papers every 1h";
    let mut world = World::with(edited(&[
        ("clients/nordhaven/answers.flow", "per message", shared),
        ("clients/nordhaven/invoices.flow", "per message", shared),
    ]));
    papers(&mut world);
    let files = sent(&world, NORDHAVEN_OUT);
    assert_eq!(files.len(), 1, "{files:?} {:?}", world.states());
    let text = &files[0].1;
    assert!(files[0].0.starts_with("papers_"), "{}", files[0].0);
    assert_eq!((text.matches("UNB+").count(), text.matches("UNG+").count()), (1, 0), "{text}");
    assert!(text.contains("UNH+1+ORDRSP:D:96A") && text.contains("UNT+23+1'UNH+2+INVOIC:D:96A"), "{text}");
    assert!(text.ends_with("UNT+35+2'UNZ+2+8801'"), "{text}");
    let answer = "UNA:+.? 'UNB+UNOC:3+9520001000010:14+9520002000019:14+261126:1600+77'UNH+1+CONTRL:D:3:UN:EAN002'\
        UCI+8801+9520002000019:14+9520001000010:14+7'UCM+2+INVOIC:D:96A:UN:EAN008+4+12'UNT+4+1'UNZ+1+77'";
    lays_down(&mut world, NORDHAVEN_IN, "answer.edi", answer);
    let words: Vec<_> = world.messages().iter().map(|line| line.acknowledged).collect();
    let said = |word| Some(Acknowledged::Said(word));
    assert_eq!(words[1], said(Word::Rejected), "{words:?}");
    assert_ne!(words[0], words[1]);
}

/// What `check` says of lines that name one file and do not agree on it.
#[test]
fn lines_of_one_file_must_agree() {
    let findings = |edits: &[(&str, &str, &str)]| {
        let (mut files, _) = shipped();
        for (file, old, new) in edits {
            let text = files.get_mut(*file).unwrap();
            *text = text.replace(old, new);
        }
        let (_, _, findings) = bundle::compile(&files, None);
        let told = findings.as_slice().iter().filter(|finding| finding.code.text().starts_with('F'));
        told.map(|finding| format!("{} {}", finding.code.text(), finding.title())).collect::<Vec<_>>()
    };
    let with =
        |other| findings(&[(MOVEMENTS_FLOW, "per message", SHARED), (STOCK_FLOW, "per message", other)]);
    let differs = |what| vec![format!("F018 two lines fill the file `reports`, and {what} differs")];
    assert_eq!(with(SHARED), [""; 0]);
    assert_eq!(with("collected as reports every 30m"), differs("how long they wait"));
    assert_eq!(with("collected as reports at \"17:00\""), differs("how long they wait"));
    assert_eq!(with("collected as reports every 15m max 9"), differs("how many documents there may be"));
    assert_eq!(with("collected as reports every 15m max 2MB"), differs("how large the file may be"));
    assert_eq!(
        with("collected as reports by number every 15m"),
        differs("how many fields keep documents apart")
    );
    assert_eq!(with("collected as others every 30m"), [""; 0]);
    let rows = findings(&[("clients/brightwick/orders.flow", "per message", SHARED)]);
    assert_eq!(rows, ["F019 a file of the guide `house/wms-order-csv` has messages of one type only"]);
}
