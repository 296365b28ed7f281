//! Scenario S04 and the EDIFACT client of the demo through the whole gateway, both ways.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use gateway_world::*;

const ITEMS_IN: &str = "/gw/drops/nordhaven/items";
const MESSAGES_IN: &str = "/gw/drops/nordhaven/outgoing";
const ANSWERS: &str = "/gw/drops/nordhaven/incoming";
const SUPPLIER: &str = "/gw/drops/nordhaven/supplier";
const LEIPZIG: &str = "/gw/wms/leipzig";
const SHIPPED: &str = "/gw/wms/leipzig-shipments";
const RECEIVED: &str = "/gw/wms/leipzig-receipts";

fn demo(name: &str) -> Vec<u8> {
    testdata(&format!("demo/nordhaven-{name}"))
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// Segments between the envelope's, without line ends; `volatile` ones stand with their first element only.
fn segments(text: &str, volatile: &[&str]) -> Vec<String> {
    let all = text.split('\'').map(str::trim).filter(|segment| !segment.is_empty());
    all.map(|segment| match volatile.iter().find(|start| segment.starts_with(**start)) {
        Some(start) => (*start).to_string(),
        None => segment.to_string(),
    })
    .collect()
}

/// What leaves equals the scenario but for control numbers and the times it was made at.
fn same(made: &str, expected: &str) {
    let volatile = ["UNB+", "UNZ+", "DTM+137:"];
    assert_eq!(segments(made, &volatile), segments(expected, &volatile));
    let parties = |text: &str| {
        text.split('\'').find(|s| s.trim().starts_with("UNB+")).unwrap().trim()[..47].to_string()
    };
    assert_eq!(parties(made), parties(expected));
}

fn one_that_starts(world: &World, folder: &str, start: &str) -> String {
    let files = world.files(folder);
    let mut found = files.iter().filter(|(name, _)| name.starts_with(start));
    let (_, bytes) = found.next().unwrap_or_else(|| panic!("{start} in {:?}", files.keys()));
    assert!(found.next().is_none(), "one {start}");
    text(bytes)
}

#[test]
fn s04_a_despatch_advice_becomes_a_receiving_advice() {
    let mut world = World::new();
    world.lay_down(ITEMS_IN, "items.csv", &demo("items.csv"));
    world.run().unwrap();
    world.lay_down(MESSAGES_IN, "desadv.edi", &demo("desadv.edi"));
    world.run().unwrap();
    assert_eq!(world.only(LEIPZIG), text(&testdata("csv/ok/inbound-s04.txt")));
    // The supplier is answered, not the client.
    same(&world.only(SUPPLIER), &text(&testdata("edifact/ok/contrl-s04.edi")));
    assert!(world.files(ANSWERS).is_empty());

    world.lay_down(RECEIVED, "receipt.txt", &demo("receipt.txt"));
    world.run().unwrap();
    same(&world.only(ANSWERS), &text(&testdata("edifact/ok/recadv-s04.edi")));
    assert!(world.states().iter().all(|state| state == "DONE"), "{:?}", world.states());
}

#[test]
fn an_item_that_is_not_known_holds_the_notice_until_it_comes() {
    let mut world = World::new();
    world.lay_down(MESSAGES_IN, "desadv.edi", &demo("desadv.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["HELD"]);
    let line = &world.messages()[0];
    let (id, reason) = (line.id, line.reason.clone().unwrap());
    assert!(reason.detail.contains("no item with GTIN 09520001001024 is known"), "{reason:?}");
    assert!(world.files(LEIPZIG).is_empty());

    world.lay_down(ITEMS_IN, "items.csv", &demo("items.csv"));
    world.run().unwrap();
    world.gateway().retry(id, "a person").unwrap();
    world.run().unwrap();
    assert_eq!(world.only(LEIPZIG), text(&testdata("csv/ok/inbound-s04.txt")));
}

#[test]
fn of_an_item_told_twice_the_last_word_counts() {
    let mut world = World::new();
    let items = text(&demo("items.csv"));
    world.lay_down(ITEMS_IN, "first.csv", items.replace("200781,", "199999,").as_bytes());
    world.run().unwrap();
    world.lay_down(ITEMS_IN, "second.csv", items.as_bytes());
    world.run().unwrap();
    world.lay_down(MESSAGES_IN, "desadv.edi", &demo("desadv.edi"));
    world.run().unwrap();
    assert!(world.only(LEIPZIG).contains("|200781|96|"));
}

#[test]
fn an_order_in_edifact_comes_back_as_a_despatch_advice_carton_by_carton() {
    let mut world = World::new();
    world.lay_down(MESSAGES_IN, "orders.edi", &demo("orders.edi"));
    world.run().unwrap();
    let rows = world.only(LEIPZIG);
    assert_eq!(rows.lines().count(), 3, "{rows}");
    assert!(
        rows.contains("NORDHAVEN,NH-20871,20,104456,24,EA,RV-2026,9520003000014,Kontor M'Bark,"),
        "{rows}"
    );
    assert!(
        one_that_starts(&world, ANSWERS, "CONTRL").contains("UCI+50017+9520001000010:14+9520002000019:14+7'")
    );

    world.lay_down(SHIPPED, "shipment.csv", &demo("shipment.csv"));
    world.run().unwrap();
    let advice = one_that_starts(&world, ANSWERS, "DESADV");
    let expected = text(&testdata("edifact/ok/desadv-nordhaven.edi"));
    same(&advice, &expected);
}
