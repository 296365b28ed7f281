//! Messages that nobody here takes: what is told of them, what their senders are told, and that mending the partner file and
//! `retry` have each of them processed once. What a person reads is in `testdata/unrouted`; `UPDATE_EXPECT=1` writes it anew.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::base::span::Sources;
use crossdock::diagnostics::render::terminal;
use crossdock::exchange::states::{InterchangeState, MessageState};
use crossdock::gateway::bundle::{self, Bundle, MappingFiles};
use crossdock::gateway::{Activation, GatewayError};
use crossdock::ledger::{FileFilter, FindingOwner, LedgerError, MessageStory};
use gateway_world::*;
use std::path::Path;
use std::sync::Arc;

const NORDHAVEN_OUTGOING: &str = "/gw/drops/nordhaven/outgoing";
const NORDHAVEN_INCOMING: &str = "/gw/drops/nordhaven/incoming";
const BRIGHTWICK: &str = "clients/brightwick/partner.toml";

/// Three orders of Brightwick in one group.
fn orders() -> String {
    String::from_utf8(testdata("x12/ok/three-sets.edi")).unwrap()
}

/// An order of Nordhaven's.
fn order() -> Vec<u8> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/clients/nordhaven/tests/order/orders.edi");
    std::fs::read(path).unwrap()
}

fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
    [&bytes[..at], new.as_bytes(), &bytes[at + old.len()..]].concat()
}

fn laid_down(world: &mut World, folder: &str, name: &str, bytes: &[u8]) {
    world.lay_down(folder, name, bytes);
    world.run().unwrap();
}

/// What a person reads of a message is what the golden file says.
fn reads(story: &MessageStory, golden: &str) {
    let name = String::from_utf8_lossy(&story.line.file);
    let findings = story.findings.iter().map(|finding| {
        terminal::render(&finding.to_diagnostic().unwrap(), &Sources::default(), &name, false)
    });
    let text = format!("{}\n{}", story.line.state, findings.collect::<String>());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/unrouted").join(golden);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let blessed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, blessed, "UPDATE_EXPECT=1 blesses {golden}");
}

fn activate_shipped(world: &mut World) {
    let (files, _) = shipped();
    assert!(matches!(world.gateway().activate(&files).unwrap(), Activation::Active(..)));
}

fn retry(world: &mut World, at: usize) {
    let id = world.messages()[at].id;
    world.gateway().retry(id, "kim").unwrap();
    world.run().unwrap();
}

/// A gateway that does not know Brightwick's id.
fn without_brightwick() -> World {
    World::with(edited(&[(BRIGHTWICK, "their_id = \"BRIGHTWICK\"", "their_id = \"BRIGHT\"")]))
}

#[test]
fn a_stranger_is_told_of_with_what_he_sent_and_not_answered() {
    let mut world = World::new();
    let file = orders().replace("ZZ*BRIGHTWICK     ", "01*GREENWELL      ");
    laid_down(&mut world, ORDERS_IN, "orders.edi", file.as_bytes());
    assert_eq!(world.states(), ["UNROUTED", "UNROUTED", "UNROUTED"]);
    assert!(world.files(ANSWERS_OUT).is_empty() && world.files(WMS_IMPORT).is_empty());
    let story = world.story(0);
    assert_eq!(story.line.reason.as_ref().unwrap().code, "I137");
    assert_eq!((story.syntax, story.interchange.state), (None, InterchangeState::Closed));
    reads(&story, "x12-sender.expect");
    // Nothing of it waits in the spool.
    assert!(world.disk.names("/gw/data/spool/in").is_empty());
}

#[test]
fn an_edifact_stranger_and_a_receiver_that_is_not_ours_are_told_of() {
    let mut world = World::new();
    let strange = replaced(&order(), "UNB+UNOC:3+9520001000010:14", "UNB+UNOC:3+9529999000007:14");
    laid_down(&mut world, NORDHAVEN_OUTGOING, "strange.edi", &strange);
    let elsewhere = replaced(&order(), "+9520002000019:14+", "+9520002000088:14+");
    laid_down(&mut world, NORDHAVEN_OUTGOING, "elsewhere.edi", &elsewhere);
    assert_eq!(world.states(), ["UNROUTED", "UNROUTED"]);
    assert!(world.files(NORDHAVEN_INCOMING).is_empty());
    reads(&world.story(0), "edifact-sender.expect");
    reads(&world.story(1), "edifact-receiver.expect");
}

#[test]
fn a_kind_that_nobody_agreed_on_is_refused_in_the_997() {
    let mut world = World::new();
    let file = orders().replace("GS*OW", "GS*PO").replace("ST*940", "ST*850");
    laid_down(&mut world, ORDERS_IN, "orders.edi", file.as_bytes());
    assert_eq!(world.states(), ["UNROUTED", "UNROUTED", "UNROUTED"]);
    let answer = world.only(ANSWERS_OUT);
    assert!(answer.contains("AK5*R*1~") && answer.contains("AK9*R*3*3*0~"), "{answer}");
    assert_eq!(world.story(0).line.reason.as_ref().unwrap().code, "X308");
    reads(&world.story(0), "x12-kind.expect");
}

#[test]
fn a_kind_that_nobody_agreed_on_is_refused_in_the_contrl() {
    let mut world = World::new();
    let file = replaced(&order(), "ORDERS:D:96A:UN:EAN008", "SLSRPT:D:96A:UN:EAN008");
    laid_down(&mut world, NORDHAVEN_OUTGOING, "sales.edi", &file);
    assert_eq!(world.states(), ["UNROUTED"]);
    let answer = world.only(NORDHAVEN_INCOMING);
    assert!(answer.contains("+SLSRPT:D:96A:UN:EAN008+4+17"), "{answer}");
    reads(&world.story(0), "edifact-kind.expect");
}

#[test]
fn what_another_client_calls_his_guide_is_not_told() {
    let mut world = World::new();
    let file = orders().replace("GS*OW", "GS*XX").replace("ST*940", "ST*999999");
    laid_down(&mut world, ORDERS_IN, "odd.edi", file.as_bytes());
    reads(&world.story(0), "x12-kind-of-no-standard.expect");
}

#[test]
fn a_kind_with_a_fault_is_rejected_for_both() {
    let mut world = World::new();
    let file = orders().replace("GS*OW", "GS*PO").replace("ST*940", "ST*850").replace("SE*", "SE*9");
    laid_down(&mut world, ORDERS_IN, "orders.edi", file.as_bytes());
    assert_eq!(world.states(), ["REJECTED", "REJECTED", "REJECTED"]);
    assert!(world.story(0).findings.iter().any(|finding| finding.code == "X308"));
}

#[test]
fn a_kind_is_processed_once_when_a_flow_takes_it_and_the_997_is_corrected() {
    let mut world = World::with(edited(&[(
        BRIGHTWICK,
        "[[receive]]\nendpoint = \"brightwick-outgoing\"\nflow = \"brightwick/orders\"\n",
        "",
    )]));
    laid_down(&mut world, ORDERS_IN, "s01-940.edi", &testdata("x12/ok/s01-940.edi"));
    assert_eq!((world.states(), world.files(ANSWERS_OUT).len()), (vec!["UNROUTED".to_string()], 1));
    activate_shipped(&mut world);
    retry(&mut world, 0);
    assert_eq!((world.states(), world.files(WMS_IMPORT).len()), (vec!["DONE".to_string()], 1));
    let answers = world.files(ANSWERS_OUT);
    let last = String::from_utf8(answers.values().last().unwrap().clone()).unwrap();
    assert!(answers.len() == 2 && last.contains("AK5*A~"), "{answers:?}");
}

#[test]
fn a_stranger_who_became_a_client_is_processed_once_and_answered() {
    let mut world = without_brightwick();
    laid_down(&mut world, ORDERS_IN, "orders.edi", orders().as_bytes());
    // He tries again meanwhile: one of the two waits.
    laid_down(&mut world, ORDERS_IN, "again.edi", orders().as_bytes());
    let unrouted = ["UNROUTED"; 3];
    assert_eq!(world.states(), [unrouted, ["DUPLICATE"; 3]].concat());
    // Before the partner file is mended nothing is different.
    retry(&mut world, 0);
    assert_eq!(world.states()[..3], unrouted);

    activate_shipped(&mut world);
    // As he is known now, the same again is the same still.
    laid_down(&mut world, ORDERS_IN, "late.edi", orders().as_bytes());
    retry(&mut world, 0);
    assert_eq!(world.states()[..3], ["DONE", "UNROUTED", "UNROUTED"]);
    assert!(world.files(ANSWERS_OUT).is_empty(), "the others have no verdict");
    retry(&mut world, 1);
    retry(&mut world, 2);
    assert_eq!(world.states()[..3], ["DONE"; 3]);
    assert_eq!(world.states()[3..], ["DUPLICATE"; 6]);
    assert_eq!(world.files(WMS_IMPORT).len(), 3);
    let answer = world.only(ANSWERS_OUT);
    assert!(answer.contains("AK9*A*3*3*3~"), "{answer}");
    // There is nothing left to retry, and nothing left to do with the file.
    let done = world.messages()[0].id;
    let again = world.gateway().retry(done, "kim");
    assert!(matches!(again, Err(GatewayError::Ledger(LedgerError::Conflict { .. }))), "{again:?}");
    assert!(world.disk.names("/gw/data/spool/in").is_empty());
}

#[test]
fn a_test_of_a_stranger_does_not_become_an_order() {
    let mut world = without_brightwick();
    laid_down(&mut world, ORDERS_IN, "test.edi", orders().replace("*0*P*>", "*0*T*>").as_bytes());
    activate_shipped(&mut world);
    retry(&mut world, 0);
    assert_eq!(world.states(), ["REJECTED", "UNROUTED", "UNROUTED"]);
    assert_eq!(world.story(0).line.reason.as_ref().unwrap().code, "I107");
    assert!(world.files(WMS_IMPORT).is_empty());
}

#[test]
fn what_nobody_wants_is_put_aside() {
    let mut world = without_brightwick();
    laid_down(&mut world, ORDERS_IN, "s01-940.edi", &testdata("x12/ok/s01-940.edi"));
    let id = world.messages()[0].id;
    world.gateway().discard(id, "he took the wrong folder", "kim").unwrap();
    assert_eq!(world.messages()[0].state, MessageState::Discarded);
}

/// Mappings in which Brightwick sends orders in UBL too, in envelopes with this id of his.
fn with_ubl(their_id: &str) -> (MappingFiles, Arc<Bundle>) {
    let (mut files, _) = shipped();
    let flow = "flow brightwick/ubl\n  read house/ubl-order from ubl/order-2.1\nend flow\n";
    files.insert("clients/brightwick/ubl.flow".into(), flow.into());
    let partner = files.get_mut(BRIGHTWICK).unwrap();
    partner.push_str("\n[[receive]]\nendpoint = \"brightwick-outgoing\"\nflow = \"brightwick/ubl\"\n");
    let envelope = format!(
        "[envelope.xml]\ntheir_qualifier = \"iso6523-actorid-upis\"\ntheir_id = \"{their_id}\"\n\
         our_qualifier = \"iso6523-actorid-upis\"\nour_id = \"0088:9520002000019\"\n\n[numbers]"
    );
    *partner = partner.replacen("[numbers]", &envelope, 1);
    let (compiled, _, findings) = bundle::compile(&files, None);
    let compiled = compiled.unwrap_or_else(|| panic!("{findings:?}"));
    (files, Arc::new(compiled))
}

#[test]
fn a_document_in_an_sbdh_is_his_who_stands_in_it() {
    let mut world = World::with(with_ubl("0088:9520001000027"));
    let order = testdata("xml/ok/ubl-order-sbdh.xml");
    laid_down(&mut world, ORDERS_IN, "order.edi", &order);
    assert_eq!(world.states(), ["UNROUTED"]);
    reads(&world.story(0), "xml-sender.expect");
    let (files, _) = with_ubl("0088:9520001000010");
    assert!(matches!(world.gateway().activate(&files).unwrap(), Activation::Active(..)));
    retry(&mut world, 0);
    assert_eq!(titles(&world.story(0).findings), [""; 0]);
    laid_down(&mut world, ORDERS_IN, "again-ubl.edi", &order);
    assert_eq!(world.states(), ["DONE", "DUPLICATE"]);
    let story = world.story(0);
    let document = [&*story.documents[0].kind, &story.documents[0].number];
    assert_eq!(document, ["outbound_order", "SO-88120"]);
    // What came before there was a flow, and so a guide, is told by what is in the envelope, and taken by that later.
    let mut world = World::with(without_flow(with_ubl("0088:9520001000010")));
    laid_down(&mut world, ORDERS_IN, "order.edi", &order);
    assert_eq!(world.states(), ["UNROUTED"]);
    reads(&world.story(0), "xml-kind.expect");
    assert!(matches!(world.gateway().activate(&files).unwrap(), Activation::Active(..)));
    retry(&mut world, 0);
    assert_eq!(world.states(), ["DONE"]);
}

#[test]
fn what_a_stranger_sends_without_a_number_waits_once() {
    let mut world = World::with(with_ubl("0088:9520001000027"));
    let order = replaced(&testdata("xml/ok/ubl-order-sbdh.xml"), "c8ab2f10-88120", "");
    laid_down(&mut world, ORDERS_IN, "order.edi", &order);
    laid_down(&mut world, ORDERS_IN, "again.edi", &order);
    assert_eq!(world.states(), ["UNROUTED", "DUPLICATE"]);
}

fn without_flow((mut files, _): (MappingFiles, Arc<Bundle>)) -> (MappingFiles, Arc<Bundle>) {
    files.remove("clients/brightwick/ubl.flow");
    let partner = files.get_mut(BRIGHTWICK).unwrap();
    *partner =
        partner.replace("\n[[receive]]\nendpoint = \"brightwick-outgoing\"\nflow = \"brightwick/ubl\"\n", "");
    let compiled = bundle::compile(&files, None).0.unwrap();
    (files, Arc::new(compiled))
}

/// What helps with the file that came in last and brought no message.
fn help_of_file(world: &mut World) -> String {
    let filter = FileFilter { state: None, client: None, before: None, limit: 1 };
    let ledger = world.gateway().ledger();
    let file = &ledger.files_without_messages(filter).unwrap()[0];
    let findings = ledger.findings(FindingOwner::Intake(file.intake.id)).unwrap();
    findings[0].to_diagnostic().unwrap().action()
}

#[test]
fn a_flat_file_that_nobody_expects_is_told_with_the_guides_that_come_nearest() {
    let mut world = World::new();
    let file = String::from_utf8(testdata("csv/ok/s01-wms-shipment.csv")).unwrap();
    laid_down(&mut world, ORDERS_IN, "ship.edi", file.replace(",SCAC,", ",Carrier,").as_bytes());
    let help = help_of_file(&mut world);
    assert!(
        help.starts_with("nearest is house/wms-shipment-csv (13 of its 14 columns); if it is wanted"),
        "{help}"
    );
    // What another client calls his guide is nobody's business.
    laid_down(&mut world, ORDERS_IN, "as400.edi", &testdata("fixed/ok/as400-s08.txt"));
    let help = help_of_file(&mut world);
    assert!(!help.contains("caldera"), "{help}");
}
