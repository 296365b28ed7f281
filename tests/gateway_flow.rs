//! Whole scenarios through the gateway: what comes in, what leaves, what is held and released.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::diagnostics::Severity;
use crossdock::exchange::states::{DeliveryState, MessageState};
use crossdock::gateway::Activation;
use crossdock::ledger::FindingOwner;
use gateway_world::*;

/// Segments of an interchange, without the lines they stand on.
fn segments(text: &str) -> Vec<String> {
    text.split('~').map(|segment| segment.trim().to_string()).filter(|segment| !segment.is_empty()).collect()
}

/// The expected file with its control number and times replaced by those of the file that was made.
fn same_but_for_the_envelope(made: &str, expected: &str) {
    let (made, expected) = (segments(made), segments(expected));
    let middle = |all: &[String]| all[2..all.len() - 2].to_vec();
    assert_eq!(middle(&made), middle(&expected));
    assert_eq!(made[0][..70], expected[0][..70]);
}

fn text(path: &str) -> String {
    String::from_utf8(testdata(path)).unwrap().replace("\r\n", "\n")
}

fn s01_order(world: &mut World) {
    world.lay_down(ORDERS_IN, "s01-940.edi", &testdata("x12/ok/s01-940.edi"));
    world.run().unwrap();
}

#[test]
fn s01_goes_out_to_the_warehouse_and_comes_back() {
    let mut world = World::new();
    s01_order(&mut world);
    assert_eq!(world.states(), ["DONE"]);
    assert_eq!(world.only(WMS_IMPORT).replace("\r\n", "\n"), text("csv/ok/s01-wms-order.csv"));
    let answer = world.only(ANSWERS_OUT);
    same_but_for_the_envelope(&answer, &text("x12/ok/s01-997.edi"));
    assert!(
        answer.contains("*000000501*0*P*>~")
            && answer.contains("GS*FA*HAVENPORT3PL*BRIGHTWICK*20261120*0816*501*X*004010~"),
        "{answer}"
    );
    assert!(world.files(ORDERS_IN).is_empty());

    world.lay_down(WMS_EXPORT, "ship.csv", &testdata("csv/ok/s01-wms-shipment.csv"));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE"]);
    let answers = world.files(ANSWERS_OUT);
    assert_eq!(answers.keys().collect::<Vec<_>>(), ["945_000000502.edi", "997_000000501.edi"]);
    let advice = String::from_utf8(answers["945_000000502.edi"].clone()).unwrap();
    same_but_for_the_envelope(&advice, &text("x12/ok/s01-945.edi"));
    assert!(world.files(WMS_EXPORT).is_empty());
    // Both copies are in the archive of their day, and nothing is left in the spool.
    assert_eq!(world.disk.names("/gw/data/archive/2026/11/20").len(), 2);
    assert!(world.disk.names("/gw/data/spool/in").is_empty());
    let story = world.messages().into_iter().map(|line| line.number.unwrap()).collect::<Vec<_>>();
    assert_eq!(story, ["SO104522", "SHP000918"]);
}

#[test]
fn what_a_case_of_the_guide_refuses_is_refused_in_the_997() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "no-lines.edi", &testdata("x12/err/no-lines.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["REJECTED"]);
    let answer = segments(&world.only(ANSWERS_OUT));
    assert!(answer.contains(&"AK5*R*5".to_string()), "{answer:?}");
    assert!(answer.contains(&"AK9*R*1*1*0".to_string()), "{answer:?}");
}

#[test]
fn the_same_file_again_gets_the_same_answer_and_does_nothing_else() {
    let mut world = World::new();
    s01_order(&mut world);
    s01_order(&mut world);
    assert_eq!(world.states(), ["DONE", "DUPLICATE"]);
    let answers: Vec<Vec<u8>> = world.files(ANSWERS_OUT).into_values().collect();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(world.files(WMS_IMPORT).len(), 1);
}

#[test]
fn the_same_number_on_other_bytes_waits_for_a_person() {
    let mut world = World::new();
    s01_order(&mut world);
    let other = text("x12/ok/s01-940.edi").replace("W20*12", "W20*24");
    world.lay_down(ORDERS_IN, "other.edi", other.as_bytes());
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "QUARANTINED"]);
    assert_eq!(world.files(ANSWERS_OUT).len(), 1);
    assert_eq!(world.messages()[1].reason.as_ref().unwrap().code, "control_number_reused");
}

#[test]
fn an_unknown_unit_is_held_until_the_table_has_it() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/err/unit-not-in-table.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["HELD"]);
    assert!(world.files(WMS_IMPORT).is_empty());
    assert_eq!(world.files(ANSWERS_OUT).len(), 1, "its syntax is fine, and the partner is told so");

    let (mut files, _) = shipped();
    let table = files.get_mut("house/tables/uom.csv").unwrap();
    table.push_str("KT,KT\n");
    let activation = world.gateway().activate(&files).unwrap();
    assert!(matches!(activation, Activation::Active(..)));
    let held = world.messages()[0].id;
    world.gateway().retry(held, "kim").unwrap();
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    assert!(world.only(WMS_IMPORT).contains("SO106018"));
    assert_eq!(world.files(ANSWERS_OUT).len(), 1, "it was answered already");
    let story = world.gateway().story(held).unwrap();
    assert_eq!((story.run, story.earlier_findings.len()), (1, 1));
}

#[test]
fn a_broken_map_leaves_the_last_configuration_in_use() {
    let mut world = World::new();
    let before = world.gateway().active_bundle().unwrap().hash;
    let (mut files, _) = shipped();
    files.get_mut("house/940-order.map").unwrap().push_str("map nonsense\n  number =\nend map\n");
    let Activation::Refused(findings, _) = world.gateway().activate(&files).unwrap() else { panic!() };
    assert!(findings.has_errors());
    assert_eq!(world.gateway().active_bundle().unwrap().hash, before);
    s01_order(&mut world);
    assert_eq!(world.states(), ["DONE"]);
}

#[test]
fn nothing_is_given_to_an_endpoint_of_other_clients() {
    let edits = [("clients/brightwick/orders.flow", "\"wms-import\"", "\"wms-leipzig\"")];
    let foreign = edited(&edits);
    let mut world = World::new();
    let before = world.gateway().active_bundle().unwrap().hash;
    let Activation::Refused(findings, _) = world.gateway().activate(&foreign.0).unwrap() else { panic!() };
    assert_eq!(findings.as_slice()[0].shown_code(), "F007");
    assert_eq!(world.gateway().active_bundle().unwrap().hash, before);

    // What was activated under other settings waits, and nothing of it leaves.
    let mut world = World::with(foreign);
    s01_order(&mut world);
    assert_eq!(world.states(), ["HELD"]);
    assert_eq!(world.messages()[0].reason.as_ref().unwrap().code, "F007");
    assert!(world.files(WMS_LEIPZIG).is_empty());
}

#[test]
fn no_answer_goes_to_an_endpoint_of_other_clients() {
    let edits =
        [("clients/brightwick/partner.toml", "to = \"brightwick-incoming\"", "to = \"oakhollow-incoming\"")];
    let mut world = World::with(edited(&edits));
    s01_order(&mut world);
    assert_eq!(world.states(), ["DONE"]);
    assert!(world.files("/gw/drops/oakhollow/incoming").is_empty());
    assert!(world.files(ANSWERS_OUT).is_empty());
}

#[test]
fn a_cell_that_is_no_number_holds_the_order_and_is_named() {
    let (mut files, _) = shipped();
    let line = "  set lines.pack = this.uom via table case_size unknown hold\nend map";
    let map = files.get_mut("clients/brightwick/940-order.map").unwrap();
    *map = map.replace("end map", line);
    files.insert("clients/brightwick/tables/case_size.csv".into(), "unit,pieces\nCS,24 pcs\nEA,1\n".into());
    let (compiled, _, findings) = crossdock::gateway::bundle::compile(&files, None);
    let mut world =
        World::with((files, std::sync::Arc::new(compiled.unwrap_or_else(|| panic!("{findings:?}")))));
    s01_order(&mut world);
    assert_eq!(world.states(), ["HELD"]);
    let held = world.messages()[0].id;
    let story = world.gateway().story(held).unwrap();
    let finding = story.findings.iter().find(|finding| finding.code == "B048").unwrap();
    assert_eq!(finding.map, Some(("clients/brightwick/tables/case_size.csv".into(), 2)));
}

#[test]
fn a_file_without_its_end_waits_and_is_quarantined_at_last() {
    let mut world = World::new();
    let whole = testdata("x12/ok/s01-940.edi");
    world.lay_down(ORDERS_IN, "a.edi", &whole[..whole.len() - 30]);
    world.run().unwrap();
    assert_eq!(world.files(ORDERS_IN).len(), 1);
    assert!(world.gateway().waiting()[0].why.contains("end is missing"));
    world.clock.advance(std::time::Duration::from_secs(16 * 60));
    world.run().unwrap();
    assert!(world.gateway().waiting()[0].why.starts_with("HELD"));
    world.clock.advance(std::time::Duration::from_secs(15 * 60));
    world.run().unwrap();
    assert!(world.files(ORDERS_IN).is_empty() && world.messages().is_empty());
    assert_eq!(world.disk.names("/gw/data/quarantine").len(), 1);
    assert!(world.outputs().is_empty());
}

#[test]
fn what_nobody_knows_is_quarantined_with_what_stands_at_its_start() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "a.edi", b"%PDF-1.7 not an order");
    world.run().unwrap();
    assert!(world.files(ORDERS_IN).is_empty());
    assert_eq!(world.disk.names("/gw/data/quarantine").len(), 1);
}

#[test]
fn a_refused_envelope_is_answered_with_a_ta1() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/err/iea-count.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["REJECTED"]);
    let answer = world.only(ANSWERS_OUT);
    assert!(answer.contains("*R*021~"), "{answer}");
    assert!(world.files(WMS_IMPORT).is_empty());
}

/// ISA with one element that is not as the standard has it: what is in it is taken, and the TA1 names the element.
#[test]
fn a_header_with_a_wrong_element_is_noted_in_the_ta1() {
    let edit = (
        "clients/brightwick/partner.toml",
        "guide = \"x12/004010/997\"",
        "guide = \"x12/004010/997\"\nta1 = \"requested\"",
    );
    let order = String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap();
    let answered = |old: &str, new: &str| {
        let mut world = World::with(edited(&[edit]));
        let order = order.replacen("*000000123*0*P*", "*000000123*1*P*", 1);
        assert!(order.contains(old), "{old}");
        world.lay_down(ORDERS_IN, "a.edi", order.replacen(old, new, 1).as_bytes());
        world.run().unwrap();
        assert_eq!(world.states(), ["DONE"], "{new}");
        let answer = world.only(ANSWERS_OUT);
        assert!(answer.contains("AK9*A*1*1*1~"), "{answer}");
        answer.split('~').find(|segment| segment.starts_with("TA1*")).map(str::to_string)
    };
    let ta1 = |said: &str| Some(format!("TA1*000000123*261120*0815*{said}"));
    assert_eq!(answered("~", "~"), ta1("A*000"));
    assert_eq!(answered("ISA*00*", "ISA*0X*"), ta1("E*010"));
    assert_eq!(answered("*00*          *ZZ", "*X0*          *ZZ"), ta1("E*012"));
    assert_eq!(answered("*261120*0815*U", "*261320*0815*U"), Some("TA1*000000123*261320*0815*E*014".into()));
    assert_eq!(answered("*U*00401", "* *00401"), ta1("E*016"));
    assert_eq!(answered("*1*P*", "*2*P*"), None, "nobody asks for one");
}

#[test]
fn a_taken_name_is_never_replaced() {
    let mut world = World::new();
    world.lay_down(WMS_IMPORT, "order_SO104522_1.csv", b"somebody else's");
    s01_order(&mut world);
    assert_eq!(world.deliveries(DeliveryState::Quarantined).len(), 1);
    assert_eq!(world.only(WMS_IMPORT), "somebody else's");
    assert_eq!(world.messages()[0].state, MessageState::Planned);
}

#[test]
fn a_message_that_stops_the_process_is_put_aside() {
    let mut world = World::new();
    world.lay_down(ORDERS_IN, "a.edi", &testdata("x12/ok/s01-940.edi"));
    // The machine stops before each commit of the translated message, until the message is suspected.
    let mut crashes = 0;
    for _ in 0..8 {
        world.crash_before_batch();
        if world.run().is_ok() {
            break;
        }
        crashes += 1;
        world.reboot(sim_files::Keep::Everything);
    }
    assert_eq!(crashes, 3);
    assert_eq!(world.states(), ["QUARANTINED"]);
    assert_eq!(world.messages()[0].reason.as_ref().unwrap().code, "poison");
}

#[test]
fn orders_of_one_file_can_leave_in_one_file() {
    let mut world = World::new();
    let (mut files, _) = shipped();
    let flow = files.get_mut("clients/brightwick/orders.flow").unwrap();
    *flow = flow.replace("per message", "per source");
    assert!(matches!(world.gateway().activate(&files).unwrap(), Activation::Active(..)));
    world.lay_down(ORDERS_IN, "three.edi", &testdata("x12/ok/three-sets.edi"));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "DONE", "DONE"]);
    let rows = world.only(WMS_IMPORT);
    assert_eq!(rows.matches("CustomerID").count(), 1, "one header");
    let orders: std::collections::BTreeSet<_> =
        rows.lines().skip(1).map(|row| row.split(',').nth(2).unwrap()).collect();
    assert_eq!(orders.len(), 3, "{rows}");
}

#[test]
fn a_file_may_consist_of_its_head_alone() {
    let mut world = World::new();
    let (mut files, _) = shipped();
    let map = files.get_mut("house/wms-order.map").unwrap();
    let rows =
        map.find("  each row from lines").unwrap()..map.find("  end row\n").unwrap() + "  end row\n".len();
    map.replace_range(rows, "");
    assert!(matches!(world.gateway().activate(&files).unwrap(), Activation::Active(..)));
    s01_order(&mut world);
    assert_eq!(world.states(), ["DONE"]);
    let rows = world.only(WMS_IMPORT);
    assert!(rows.starts_with("CustomerID,") && rows.lines().count() == 1, "{rows}");
}

#[test]
fn every_interchange_of_a_file_goes_its_own_way() {
    let mut world = World::new();
    let good = text("x12/ok/s01-940.edi");
    let bad = text("x12/err/iea-number.edi");
    world.lay_down(ORDERS_IN, "both.edi", format!("{bad}\n{good}\ntrailing words").as_bytes());
    world.clock.advance(std::time::Duration::from_secs(31 * 60));
    world.run().unwrap();
    world.clock.advance(std::time::Duration::from_secs(31 * 60));
    world.run().unwrap();
    assert_eq!(world.states(), ["REJECTED", "DONE"]);
    let answers = world.files(ANSWERS_OUT);
    assert_eq!(answers.len(), 2, "{:?}", answers.keys());
    let story = {
        let id = world.messages()[1].id;
        world.gateway().story(id).unwrap()
    };
    assert!(story.findings.iter().any(|finding| finding.code == "I105"), "the words are not passed over");
}

#[test]
fn s08_goes_from_fixed_columns_to_the_warehouse_in_leipzig() {
    let mut world = World::new();
    world.lay_down(CALDERA_IN, "whsord.txt", &testdata("fixed/ok/as400-s08.txt"));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE"]);
    assert_eq!(world.only(WMS_LEIPZIG), text("csv/ok/s08-wms-order.csv"));
    assert!(world.files(CALDERA_IN).is_empty() && world.files(WMS_IMPORT).is_empty());
}

#[test]
fn of_three_orders_in_columns_only_the_wrong_one_stays_behind() {
    let mut world = World::new();
    world.lay_down(CALDERA_IN, "whsord.txt", &testdata("fixed/err/as400-one-bad-of-three.txt"));
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "REJECTED", "DONE"]);
    assert_eq!(world.files(WMS_LEIPZIG).len(), 2);
}

#[test]
fn a_file_in_columns_that_lost_a_record_is_set_aside_as_a_whole() {
    for file in ["as400-trailer-counts.txt", "as400-cut-off.txt"] {
        let mut world = World::new();
        world.lay_down(CALDERA_IN, "whsord.txt", &testdata(&format!("fixed/err/{file}")));
        world.run().unwrap();
        assert!(!world.states().iter().any(|state| state == "DONE"), "{file}: {:?}", world.states());
        assert!(world.files(WMS_LEIPZIG).is_empty(), "{file}");
    }
}

/// The same fault while it is tolerated, on the last day of it and afterwards.
#[test]
fn a_known_fault_is_tolerated_until_its_day_is_over() {
    let order = String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap();
    let order = order.replace("HAVENPORT RENO*92*RNO2", "HAVENPORT RENO*91*RNO2");
    let world = |until: &str| {
        let waive = format!(
            "[[waive]]\ncode = \"X207\"\nat = \"N1.03\"\nof = \"940\"\nreason = \"his system names all sites alike\"\n\
             until = \"{until}\"\n\n[duplicates]"
        );
        let edit = [("clients/brightwick/partner.toml", "[duplicates]", waive.as_str())];
        let mut world = World::with(edited(&edit));
        world.lay_down(ORDERS_IN, "a.edi", order.as_bytes());
        world.run().unwrap();
        world
    };
    let verdict = |world: &World| {
        let answers = world.only(ANSWERS_OUT);
        answers.split('~').find(|segment| segment.trim().starts_with("AK5")).unwrap().trim().to_string()
    };
    let fault = "`91` is not a code of element 03 of `N1`";
    for until in ["2026-11-20", "2027-03-31"] {
        let mut world = world(until);
        assert_eq!((world.states(), verdict(&world)), (vec!["DONE".to_string()], "AK5*A".to_string()));
        let findings = world.story(0).findings;
        let found: Vec<(String, Severity)> =
            findings.iter().map(|finding| (finding.code.clone(), finding.severity)).collect();
        assert_eq!(found, [("X207".into(), Severity::Info), ("I147".into(), Severity::Info)]);
        assert_eq!(
            titles(&findings)[1],
            format!(
                "X207 at N1.03 of 940 is tolerated until {until}, once in this message: his system names all sites alike"
            )
        );
    }
    let mut world = world("2026-11-19");
    assert_eq!((world.states(), verdict(&world)), (vec!["REJECTED".to_string()], "AK5*R*5".to_string()));
    let findings = world.story(0).findings;
    assert_eq!((findings[0].severity, findings[1].severity), (Severity::Reject, Severity::Warn));
    assert_eq!(
        titles(&findings),
        [
            fault,
            "X207 at N1.03 of 940 was tolerated until 2026-11-19, and is found again, once in this message: his system names \
             all sites alike"
        ]
    );
}

/// Our control numbers come to their end: it is said before, and they begin again at 1.
#[test]
fn control_numbers_begin_again_after_the_last_one() {
    let edit =
        [("clients/brightwick/partner.toml", "interchange_first = 501", "interchange_first = 999999998")];
    let mut world = World::with(edited(&edit));
    let order = String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap();
    for number in [124, 125, 126] {
        let order = order.replace("000000123", &format!("{number:09}"));
        let order = order.replace("SO104522", &format!("SO{number}"));
        world.lay_down(ORDERS_IN, &format!("{number}.edi"), order.as_bytes());
        world.run().unwrap();
    }
    let answers = world.files(ANSWERS_OUT);
    assert_eq!(
        answers.keys().collect::<Vec<_>>(),
        ["997_000000001.edi", "997_999999998.edi", "997_999999999.edi"]
    );
    assert!(String::from_utf8_lossy(&answers["997_000000001.edi"]).contains("*000000001*0*P*>"));
    let mut told = Vec::new();
    for state in [DeliveryState::Published, DeliveryState::Acked] {
        for delivery in world.deliveries(state) {
            let owner = FindingOwner::Delivery(delivery.id);
            told.extend(titles(&world.gateway().ledger().findings(owner).unwrap()));
        }
    }
    let said = |number: u32| {
        format!("997_{number}.edi has the control number {number}, and after 999999999 they begin again at 1")
    };
    assert_eq!(told, [said(999_999_998), said(999_999_999)]);
}
