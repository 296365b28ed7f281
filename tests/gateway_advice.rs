//! What a sender is told of documents that could be read: scenario S14 as a whole, and what comes after a retry.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::exchange::reply::Word;
use crossdock::exchange::states::DeliveryState;
use gateway_world::{ANSWERS_OUT, ORDERS_IN, WMS_IMPORT, World, edited, testdata};
use std::collections::BTreeMap;

const MAP: &str = "clients/brightwick/940-order.map";
const PARTNER: &str = "clients/brightwick/partner.toml";

fn segments(text: &str) -> Vec<String> {
    text.split('~').map(|segment| segment.trim().to_string()).filter(|segment| !segment.is_empty()).collect()
}

/// What went to Brightwick, by the kind in the file's name: the segments between envelope and envelope.
fn told(world: &World) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut all: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for (name, bytes) in world.files(ANSWERS_OUT) {
        let segments = segments(std::str::from_utf8(&bytes).unwrap());
        let kind = name.split('_').next().unwrap().to_string();
        all.entry(kind).or_default().push(segments[2..segments.len() - 2].to_vec());
    }
    all
}

/// Everything that went to Brightwick is read by our own guides without a finding.
fn is_clean(world: &World) {
    let bundle = shipped::bundle();
    for (name, bytes) in world.files(ANSWERS_OUT) {
        let set = name.split('_').next().unwrap();
        let layout = &*bundle.layouts[&format!("x12/004010/{set}")];
        let rows = shipped::index(layout, &bytes, usize::MAX);
        let mut head = Vec::new();
        let mut count = 0;
        for row in rows {
            match row {
                crossdock::formats::Row::Interchange(row) => head = row.head,
                crossdock::formats::Row::Message(row) => {
                    assert!(row.fault.is_none(), "{name}");
                    let (_, findings) = shipped::read(layout, &shipped::input(&head, &bytes, &row));
                    assert!(findings.is_empty(), "{name}: {:?}", findings.as_slice());
                    count += 1;
                }
                _ => {}
            }
        }
        assert_eq!(count, 1, "{name}");
    }
}

#[test]
fn s14_refuses_one_order_takes_one_and_advises_of_one() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "s14-940.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["REJECTED", "DONE", "QUARANTINED"]);
    let first = told(&world);
    let expected = segments(&String::from_utf8(testdata("x12/ok/s14-997.edi")).unwrap());
    assert_eq!(first["997"], [expected[2..expected.len() - 2].to_vec()]);
    let advice = [
        "ST*824*0001",
        "BGN*11*ERR-000000131-3*20261120*081600",
        "OTI*TR*OQ*SO104778*BRIGHTWICK*HAVENPORT3PL***131*0003*940",
        "TED*007*quantity missing*W01*7",
        "TED*848*UPC check digit 412345600011 expected 0*W01*7",
        "SE*6*0001",
    ];
    assert_eq!(first["824"], [advice.map(String::from).to_vec()]);
    assert!(world.only(WMS_IMPORT).contains("SO104600"));
    is_clean(&world);
    // The file once more is recognised: its acknowledgement goes out again, and nothing else.
    world.lay_down(ORDERS_IN, "again.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states()[3..], ["DUPLICATE", "DUPLICATE", "DUPLICATE"]);
    let again = told(&world);
    assert_eq!((again["997"].len(), again["824"].len()), (2, 1));
    assert_eq!(again["997"][0], again["997"][1]);
    assert_eq!(world.files(WMS_IMPORT).len(), 1);
}

/// Brightwick acknowledges our 824 with a 997, which is matched and never answered.
#[test]
fn an_advice_is_acknowledged_and_that_is_the_end_of_it() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "s14-940.edi", &testdata("x12/err/s14-940.edi"));
    world.run().unwrap();
    let name = world.files(ANSWERS_OUT).into_keys().find(|name| name.starts_with("824")).unwrap();
    let number: u32 = name["824_".len()..name.len() - ".edi".len()].parse().unwrap();
    let answer = format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0900*U*00401*000000900*0*P*>~\
         GS*FA*BRIGHTWICK*HAVENPORT3PL*20261120*0900*900*X*004010~ST*997*0001~AK1*AG*{number}~AK9*A*1*1*1~\
         SE*4*0001~GE*1*900~IEA*1*000000900~"
    );
    let left = world.outputs().len();
    world.lay_down(ORDERS_IN, "997.edi", answer.as_bytes());
    world.run().unwrap();
    assert_eq!(world.states().last().unwrap(), "DONE");
    let acked = world.deliveries(DeliveryState::Acked);
    assert_eq!(
        (acked.len(), acked[0].name.as_str(), acked[0].word),
        (1, name.as_str(), Some(Word::Accepted))
    );
    assert_eq!(world.outputs().len(), left);
}

const CHECK: &str = "  add check reject E950 \"no departments today\": absent(N9[DP])\nend map";

#[test]
fn an_order_that_is_taken_after_all_is_told_so() {
    let mut world = World::with(edited(&[(MAP, "end map", CHECK)]));
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["QUARANTINED"]);
    let refused = told(&world);
    assert_eq!(refused["824"][0][2], "OTI*TR*OQ*SO104522*BRIGHTWICK*HAVENPORT3PL***123*0001*940");
    assert_eq!(refused["824"][0][3][..32], *"TED*848*no departments today*ST*");
    let (files, bundle) = gateway_world::shipped();
    world.gateway().activate_compiled(&files, bundle).unwrap();
    let id = world.messages()[0].id;
    world.gateway().retry(id, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    let all = told(&world);
    assert_eq!((all["997"].len(), all["824"].len()), (1, 2));
    assert_eq!(
        all["824"][1][1..3],
        [
            "BGN*11*ERR-000000123-1-2*20261120*081600",
            "OTI*TA*OQ*SO104522*BRIGHTWICK*HAVENPORT3PL***123*0001*940",
        ]
    );
    is_clean(&world);
}

#[test]
fn what_was_noted_is_told_if_that_is_agreed() {
    let noted = "map = \"house/824\"\nwhen = \"noted\"";
    let warns = CHECK.replace("reject", "warn");
    let mut world = World::with(edited(&[(MAP, "end map", &warns), (PARTNER, "map = \"house/824\"", noted)]));
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    assert_eq!(told(&world)["824"][0][2], "OTI*TE*OQ*SO104522*BRIGHTWICK*HAVENPORT3PL***123*0001*940");
    assert_eq!(world.files(WMS_IMPORT).len(), 1);
}

#[test]
fn an_advice_that_cannot_be_written_is_found() {
    let mut world = World::with(edited(&[
        (MAP, "end map", CHECK),
        (
            "house/824.map",
            "  BGN.01 = \"11\"",
            "  check reject E681 \"no advice today\": false\n  BGN.01 = \"11\"",
        ),
    ]));
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["QUARANTINED"]);
    assert!(!told(&world).contains_key("824"));
    let id = world.messages()[0].id;
    let findings = world.gateway().story(id).unwrap().findings;
    let title = findings.last().unwrap().to_diagnostic().unwrap().title();
    assert_eq!(title, "the sender cannot be told what became of SO104522: no advice today");
}
