//! One message that becomes several documents: all of them or none, and one answer to the sender.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::gateway::Activation;
use crossdock::gateway::bundle::MappingFiles;
use gateway_world::*;
use sim_files::Keep;

/// Brightwick's orders, cut by the unit of their lines.
const CUT: &str = "  remove number
  remove E120
  remove lines
  add each document from msg.LX.W01 where g.02 <> \"XX\" group by .02 sort by .02 as g
    number = msg.W05.02 & \"-\" & g.02
    each lines from g.W01 as w
      position = seq()
      no       = N9[LI].02 required
      sku      = .id[VN] required
      qty      = .01 required
      uom      = .02 via table uom unknown hold
      base_uom = \"EA\"
      base_qty = .01
    end lines
  end document
";

/// What Brightwick's orders need, with the cut: a gateway that begins anew compiles it each time.
fn files(cut: &str) -> MappingFiles {
    const ALL_OF: [&str; 3] = ["canonical/", "clients/brightwick/", "house/tables/"];
    const HOUSE: [&str; 6] = ["824", "940-order", "945.map", "wms-order", "wms-shipment", "x12-party"];
    const SETS: [&str; 6] = ["824", "940", "945", "997", "TA1", "dictionary"];
    let (mut files, _) = shipped();
    files.retain(|path, _| {
        let is_of = |folder: &str, names: &[&str]| {
            let name = path.strip_prefix(folder);
            name.is_some_and(|name| names.iter().any(|start| name.starts_with(start)))
        };
        ALL_OF.iter().any(|folder| path.starts_with(folder))
            || is_of("house/", &HOUSE)
            || is_of("house/x12-", &SETS)
            || is_of("standards/x12/004010/", &SETS)
    });
    let map = files.get_mut("clients/brightwick/940-order.map").unwrap();
    *map = map.replace("  set warehouse", &format!("{cut}  set warehouse"));
    files
}

fn cutting(cut: &str) -> World {
    let mut world = World::new();
    let files = files(cut);
    match world.gateway().activate(&files).unwrap() {
        Activation::Active(..) => world,
        Activation::Refused(findings, _) => panic!("{findings:?}"),
    }
}

fn order(edit: impl Fn(&str) -> String) -> Vec<u8> {
    edit(&String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap()).into_bytes()
}

/// Order numbers and items in what went to the warehouse, a file each.
fn sent(world: &World) -> Vec<Vec<(String, String)>> {
    let rows = |bytes: &Vec<u8>| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let cells = text.lines().skip(1).map(|row| row.split(',').map(str::to_string).collect::<Vec<_>>());
        cells
            .map(|row| (row[2].clone(), row.iter().find(|cell| cell.starts_with("BW-")).unwrap().clone()))
            .collect()
    };
    world.files(WMS_IMPORT).values().map(rows).collect()
}

fn both_parts() -> Vec<Vec<(String, String)>> {
    let part = |number: &str, sku: &str| vec![(number.to_string(), sku.to_string())];
    vec![part("SO104522-CA", "BW-LAMP-S"), part("SO104522-EA", "BW-SHADE-L")]
}

#[test]
fn a_document_knows_its_place_among_those_of_its_message() {
    let place = "& text(index()) & (if first() then \"F\" else \"\") & (if last() then \"L\" else \"\")";
    let mut world = cutting(&CUT.replace("& g.02\n", &format!("{place}\n")));
    world.lay_down(ORDERS_IN, "a.edi", &order(str::to_string));
    world.run().unwrap();
    let numbers: Vec<String> = sent(&world).into_iter().flatten().map(|(number, _)| number).collect();
    assert_eq!(numbers, ["SO104522-1F", "SO104522-2L"]);
}

#[test]
fn an_order_is_cut_into_documents_and_answered_once() {
    let mut world = cutting(CUT);
    world.lay_down(ORDERS_IN, "a.edi", &order(str::to_string));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    assert_eq!(sent(&world), both_parts());
    assert_eq!(world.files(ANSWERS_OUT).len(), 1, "one 997");
    let line = world.messages().remove(0);
    assert_eq!(line.number.as_deref(), Some("SO104522-CA +1"));
    let story = world.gateway().story(line.id).unwrap();
    let numbers: Vec<_> = story.documents.iter().map(|document| document.number.as_str()).collect();
    assert_eq!(numbers, ["SO104522-CA", "SO104522-EA"]);
}

#[test]
fn of_a_message_that_waits_no_document_leaves_and_later_all_do_once() {
    let mut world = cutting(CUT);
    world.lay_down(ORDERS_IN, "a.edi", &order(|text| text.replace("W01*10*EA", "W01*10*KT")));
    world.run().unwrap();
    assert_eq!((world.states(), sent(&world)), (vec!["HELD".to_string()], vec![]));
    assert_eq!(world.files(ANSWERS_OUT).len(), 1, "its syntax is fine");
    let mut files = files(CUT);
    files.get_mut("house/tables/uom.csv").unwrap().push_str("KT,EA\n");
    assert!(matches!(world.gateway().activate(&files).unwrap(), Activation::Active(..)));
    let held = world.messages()[0].id;
    world.gateway().retry(held, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    assert_eq!(sent(&world).len(), 2);
    assert_eq!(world.files(ANSWERS_OUT).len(), 1, "it was answered already");
}

#[test]
fn one_refused_document_refuses_the_message() {
    let check = "      check reject E777 \"ten\": .01 <> 10\n      base_uom";
    let mut world = cutting(&CUT.replace("      base_uom", check));
    world.lay_down(ORDERS_IN, "a.edi", &order(str::to_string));
    world.run().unwrap();
    assert_eq!((world.states(), sent(&world)), (vec!["QUARANTINED".to_string()], vec![]));
    let held = world.messages()[0].id;
    assert!(world.gateway().story(held).unwrap().documents.is_empty());
}

#[test]
fn a_message_that_makes_no_document_waits() {
    let mut world = cutting(&CUT.replace("<> \"XX\"", "= \"XX\""));
    world.lay_down(ORDERS_IN, "a.edi", &order(str::to_string));
    world.run().unwrap();
    assert_eq!((world.states(), sent(&world)), (vec!["HELD".to_string()], vec![]));
    let held = world.messages()[0].id;
    assert_eq!(world.gateway().story(held).unwrap().findings[0].code, "B014");
}

#[test]
fn documents_with_one_number_are_told() {
    let mut world = cutting(&CUT.replace(" & \"-\" & g.02", ""));
    world.lay_down(ORDERS_IN, "a.edi", &order(str::to_string));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    let id = world.messages()[0].id;
    let findings = world.gateway().story(id).unwrap().findings;
    assert_eq!(findings.iter().filter(|finding| finding.code == "B015").count(), 1);
}

#[test]
fn a_crash_anywhere_loses_and_doubles_nothing() {
    for operations in (0..400).step_by(7) {
        let mut world = cutting(CUT);
        world.lay_down(ORDERS_IN, "a.edi", &order(str::to_string));
        world.crash_after(Some(operations), None);
        let has_ended = world.run().is_ok() && !world.has_crashed();
        if !has_ended {
            world.reboot(Keep::Durable);
            let files = files(CUT);
            assert!(matches!(world.gateway().activate(&files).unwrap(), Activation::Active(..)));
            world.run().unwrap();
        }
        assert_eq!(world.states(), ["DONE"], "{operations}");
        assert_eq!(sent(&world), both_parts(), "{operations}");
        assert_eq!(world.files(ANSWERS_OUT).len(), 1, "{operations}");
        if has_ended {
            break;
        }
    }
}
