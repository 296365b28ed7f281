//! What partners say about what we sent, through the gateway: matched, kept, shown, missed.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::exchange::reply::Word;
use crossdock::exchange::states::{DeliveryState, MessageState};
use crossdock::gateway::Activation;
use crossdock::ledger::Acknowledged;
use gateway_world::*;
use sim_files::KEEPS;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// An interchange of the partner's around what it answers with.
fn interchange(number: u32, inside: &str, groups: u32) -> String {
    format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0900*U*00401*{number:09}*0*P*>~\
         {inside}IEA*{groups}*{number:09}~"
    )
}

/// A 997 of the partner's; `body` is what stands between ST and SE.
fn a_997(number: u32, body: &str) -> String {
    let segments = body.matches('~').count() + 2;
    let group = format!(
        "GS*FA*BRIGHTWICK*HAVENPORT3PL*20261120*0900*{number}*X*004010~ST*997*0001~{body}SE*{segments}*0001~\
         GE*1*{number}~"
    );
    interchange(number, &group, 1)
}

/// A gateway that sent an order to the warehouse and one shipping advice, in group 502, to the partner.
fn world() -> World {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "s01-940.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    world.lay_down(WMS_EXPORT, "ship.csv", &testdata("csv/ok/s01-wms-shipment.csv"));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE"]);
    world
}

fn answer(world: &mut World, name: &str, text: &str) {
    world.lay_down(ORDERS_IN, name, text.as_bytes());
    world.run().unwrap();
}

const SHIPMENT: usize = 1;
const REPLY: usize = 2;

#[test]
fn an_accepted_shipment_is_acked_and_the_answer_is_never_answered() {
    let mut world = world();
    let left = world.outputs().len();
    answer(&mut world, "ack.edi", &a_997(900, "AK1*SW*502~AK2*945*0001~AK5*A~AK9*A*1*1*1~"));
    assert_eq!(world.states(), ["DONE", "DONE", "DONE"]);
    let acked = world.deliveries(DeliveryState::Acked);
    assert_eq!((acked.len(), acked[0].name.as_str()), (1, "945_000000502.edi"));
    assert_eq!(acked[0].word, Some(Word::Accepted));
    let shipment = world.story(SHIPMENT);
    assert_eq!(shipment.line.acknowledged, Some(Acknowledged::Said(Word::Accepted)));
    assert_eq!(titles(&shipment.findings), [""; 0]);
    assert_eq!(shipment.replies[0].message, world.story(REPLY).line.id);
    assert_eq!(world.story(REPLY).says[0].name, "945_000000502.edi");
    assert_eq!(world.outputs().len(), left, "nobody answers an answer");
}

#[test]
fn a_refused_shipment_has_the_partners_reasons_in_words() {
    let mut world = world();
    let body = "AK1*SW*502~AK2*945*0001~AK3*W12*12**8~AK4*5*355*7*CA~AK4*2**5*4~AK5*R*5~AK9*R*1*1*0~";
    answer(&mut world, "ack.edi", &a_997(900, body));
    assert_eq!(world.states(), ["DONE", "DONE", "DONE"]);
    let shipment = world.story(SHIPMENT);
    assert_eq!(shipment.line.acknowledged, Some(Acknowledged::Said(Word::Rejected)));
    assert_eq!(
        titles(&shipment.findings),
        [
            "the partner refused SHP000918, which was sent in 945_000000502.edi",
            "the partner found in segment 12 (W12), element 05 of SHP000918: the code is not known: `CA` (AK403 7)",
            "the partner found in segment 12 (W12), element 02 of SHP000918: the value is too long: `4` (AK403 5)",
        ]
    );
    assert_eq!(world.deliveries(DeliveryState::Acked)[0].word, Some(Word::Rejected));
}

#[test]
fn the_same_word_twice_is_harmless_and_another_is_told() {
    let mut world = world();
    let refusal = "AK1*SW*502~AK9*R*1*1*0~";
    answer(&mut world, "ack.edi", &a_997(900, refusal));
    // The same file once more is a duplicate; the same words in another one say nothing new.
    answer(&mut world, "again.edi", &a_997(900, refusal));
    answer(&mut world, "other.edi", &a_997(901, refusal));
    assert_eq!(world.states(), ["DONE", "DONE", "DONE", "DUPLICATE", "DONE"]);
    let shipment = world.story(SHIPMENT);
    assert_eq!((shipment.findings.len(), shipment.replies.len()), (1, 2));
    let history = shipment.history.iter().filter(|event| event.to == DeliveryState::Acked.into());
    assert_eq!(history.count(), 1);
    answer(&mut world, "otherwise.edi", &a_997(902, "AK1*SW*502~AK9*A*1*1*1~"));
    let shipment = world.story(SHIPMENT);
    assert_eq!(
        titles(&shipment.findings).last().unwrap(),
        "the partner now says accepted of 945_000000502.edi, and said rejected before"
    );
    assert_eq!(shipment.line.acknowledged, Some(Acknowledged::Said(Word::Rejected)));
}

#[test]
fn what_matches_nothing_is_put_aside() {
    let mut world = world();
    let cases = [
        ("AK1*SW*777~AK9*A*1*1*1~", "group 777 (SW)"),
        ("AK1*OW*502~AK9*A*1*1*1~", "group 502 (OW)"),
        // Our own 997, which nobody answers.
        ("AK1*SW*501~AK9*A*1*1*1~", "group 501 (SW)"),
    ];
    for (number, (body, named)) in (124..).zip(cases) {
        answer(&mut world, &format!("{number}.edi"), &a_997(number, body));
        let last = world.messages().len() - 1;
        let reply = world.story(last);
        assert_eq!(reply.line.state, MessageState::Quarantined);
        assert_eq!(
            titles(&reply.findings),
            [format!("the acknowledgement names {named}, and nothing like it was sent to this partner")]
        );
    }
    assert_eq!(world.deliveries(DeliveryState::Acked), []);
    assert_eq!(world.files(ANSWERS_OUT).len(), 2);
}

#[test]
fn a_997_that_cannot_be_read_is_put_aside_and_never_answered() {
    let mut world = world();
    answer(&mut world, "bad.edi", &a_997(900, "AK1*SW*502~AK9*Q*1*1*1~"));
    answer(&mut world, "worse.edi", &a_997(901, "AK9*A*1*1*1~"));
    let frame = a_997(902, "AK1*SW*502~AK9*A*1*1*1~").replace("SE*4*", "SE*9*");
    answer(&mut world, "frame.edi", &frame);
    assert_eq!(world.states()[REPLY..], ["QUARANTINED", "QUARANTINED", "QUARANTINED"]);
    let codes: Vec<_> = world.messages().iter().map(|line| line.reason.clone().map(|why| why.code)).collect();
    assert_eq!(codes[REPLY..], [Some("X207".into()), Some("X103".into()), Some("X304".into())]);
    assert_eq!(world.deliveries(DeliveryState::Acked), []);
    assert_eq!(world.files(ANSWERS_OUT).len(), 2);
}

#[test]
fn a_ta1_refuses_the_file_or_is_a_mere_receipt() {
    let mut world = world();
    answer(&mut world, "ok.edi", &interchange(900, "TA1*000000502*261120*0816*A*000~", 0));
    assert_eq!(world.states(), ["DONE", "DONE", "DONE"]);
    assert_eq!(world.deliveries(DeliveryState::Acked), [], "a receipt settles nothing");
    let shipment = world.story(SHIPMENT);
    assert_eq!(shipment.line.acknowledged, Some(Acknowledged::Awaited));
    assert_eq!(shipment.replies[0].word, Word::Received);
    answer(&mut world, "no.edi", &interchange(901, "TA1*000000502*261120*0816*R*020~", 0));
    let shipment = world.story(SHIPMENT);
    assert_eq!(shipment.line.acknowledged, Some(Acknowledged::Said(Word::Rejected)));
    assert_eq!(
        titles(&shipment.findings),
        [
            "the partner refused SHP000918, which was sent in 945_000000502.edi",
            "the partner says of 945_000000502.edi as a whole: the mark for test or production is not the one agreed \
             (TA105 020)",
        ]
    );
}

/// The shipped configuration, with the shipments of one file together.
fn together(world: &mut World) {
    let (mut files, _) = shipped();
    let flow = files.get_mut("clients/brightwick/shipments.flow").unwrap();
    *flow = flow.replace("per message", "per source");
    assert!(matches!(world.gateway().activate(&files).unwrap(), Activation::Active(..)));
}

#[test]
fn some_of_a_file_may_be_refused() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "s01-940.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    together(&mut world);
    let one = String::from_utf8(testdata("csv/ok/s01-wms-shipment.csv")).unwrap();
    let (head, rows) = one.split_once('\n').unwrap();
    let both = format!("{head}\n{rows}{}", rows.replace("SHP000918", "SHP000919"));
    world.lay_down(WMS_EXPORT, "ship.csv", both.as_bytes());
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE", "DONE"]);
    assert_eq!(world.files(ANSWERS_OUT).len(), 2, "both in one file, and the 997");
    answer(&mut world, "ack.edi", &a_997(900, "AK1*SW*502~AK2*945*0002~AK5*R*5~AK9*P*2*2*1~"));
    let words: Vec<_> = world.messages().iter().map(|line| line.acknowledged).collect();
    let said = |word| Some(Acknowledged::Said(word));
    assert_eq!(words, [None, said(Word::Accepted), said(Word::Rejected), None]);
    assert_eq!(world.deliveries(DeliveryState::Acked)[0].word, Some(Word::PartiallyAccepted));
    assert_eq!(world.story(1).findings, []);
    assert_eq!(world.story(2).findings[0].code, "A101");
}

#[test]
fn what_is_not_acknowledged_in_time_raises_an_alarm_once() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "s01-940.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    for name in ["SHP000918", "SHP000919"] {
        let one = String::from_utf8(testdata("csv/ok/s01-wms-shipment.csv")).unwrap();
        world.lay_down(WMS_EXPORT, &format!("{name}.csv"), one.replace("SHP000918", name).as_bytes());
        world.run().unwrap();
    }
    answer(&mut world, "ack.edi", &a_997(900, "AK1*SW*503~AK9*A*1*1*1~"));
    assert_eq!(world.messages()[1].acknowledged, Some(Acknowledged::Awaited));
    // The wall clock of this world is a hundred times slower than the one for waiting.
    world.clock.advance(Duration::from_secs(100 * (2 * 3600 - 60)));
    world.run().unwrap();
    assert_eq!(world.messages()[1].acknowledged, Some(Acknowledged::Awaited));
    world.clock.advance(Duration::from_secs(100 * 120));
    world.run().unwrap();
    world.run().unwrap();
    let acknowledged: Vec<_> = world.messages().iter().map(|line| line.acknowledged).collect();
    let accepted = Some(Acknowledged::Said(Word::Accepted));
    assert_eq!(acknowledged, [None, Some(Acknowledged::Overdue), accepted, None]);
    let late = world.story(1);
    let codes: Vec<_> = late.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["A109"]);
    assert!(
        titles(&late.findings)[0]
            .starts_with("945_000000502.edi should have been acknowledged by 2026-11-20T18:")
    );
    // It came after all.
    answer(&mut world, "late.edi", &a_997(901, "AK1*SW*502~AK9*A*1*1*1~"));
    assert_eq!(world.messages()[1].acknowledged, accepted);
}

/// Whatever stops the machine while an acknowledgement is taken in, it is taken note of once.
#[test]
fn a_crash_anywhere_takes_note_of_a_refusal_once() {
    let refusal = a_997(900, "AK1*SW*502~AK2*945*0001~AK3*W12*12**8~AK4*5*355*7*CA~AK5*R*5~AK9*R*1*1*0~");
    let mut undisturbed = world();
    let before = (undisturbed.disk.operations(), undisturbed.commits.made.load(Ordering::SeqCst));
    answer(&mut undisturbed, "ack.edi", &refusal);
    let operations = undisturbed.disk.operations() - before.0;
    let commits = undisturbed.commits.made.load(Ordering::SeqCst) - before.1;
    assert!(operations > 10 && commits > 5, "{operations} operations, {commits} commits");
    let crashes = (0..operations).map(|at| (Some(at), None)).chain((0..commits).map(|at| (None, Some(at))));
    for (number, (operation, commit)) in crashes.enumerate() {
        let mut world = world();
        world.crash_after(operation, commit);
        world.lay_down(ORDERS_IN, "ack.edi", refusal.as_bytes());
        while world.run().is_err() {
            world.reboot(KEEPS[number % KEEPS.len()]);
        }
        assert_eq!(world.states(), ["DONE", "DONE", "DONE"], "{operation:?} {commit:?}");
        let shipment = world.story(SHIPMENT);
        assert_eq!((shipment.findings.len(), shipment.replies.len()), (2, 1), "{operation:?} {commit:?}");
        let acked = shipment.history.iter().filter(|event| event.to == DeliveryState::Acked.into());
        assert_eq!(acked.count(), 1, "{operation:?} {commit:?}");
    }
}
