//! Goods that come in, and stock, by X12: scenario S06 and what the warehouse says of its stock through the whole gateway,
//! and what becomes of receipts and movements that are not as they should be.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::formats::{Envelope, Totals};
use crossdock::gateway::bundle::{self, Bundle, MappingFiles, Route};
use crossdock::mapping::plan::EarlierPlan;
use crossdock::mapping::{Earlier, Found};
use crossdock::tree::{Tree, View};
use gateway_world::{World, testdata};
use shipped::{input, messages, read, render, run_knowing};

const MESSAGES_IN: &str = "/gw/drops/tannbridge/outgoing";
const ITEMS_IN: &str = "/gw/drops/tannbridge/items";
const ANSWERS: &str = "/gw/drops/tannbridge/incoming";
const ANNOUNCED: &str = "/gw/wms/reno-inbound";
const RECEIVED: &str = "/gw/wms/reno-receipts";
const MOVED: &str = "/gw/wms/reno-movements";
const STOCK: &str = "/gw/wms/reno-stock";

const COLUMNS: &str = "ReceiptNo,RefNum,ReceivedAt,SKU,Qty,UOM,Condition,Lot\r\n";

fn text(path: &str) -> String {
    String::from_utf8(testdata(path)).unwrap()
}

/// The advice of S06, whose sender is another depositor of ours.
fn advice() -> String {
    text("x12/ok/s06-943.edi")
        .replace("*ZZ*BRIGHTWICK", "*ZZ*TANNBRIDGE")
        .replace("GS*AR*BRIGHTWICK", "GS*AR*TANNBRIDGE")
}

/// The segments from ST to SE.
fn set(file: &str) -> Vec<&str> {
    let all = file.split('~').map(str::trim);
    all.skip_while(|segment| !segment.starts_with("ST*")).take_while(|s| !s.starts_with("GE*")).collect()
}

fn answer(world: &World, kind: &str) -> String {
    let files = world.files(ANSWERS);
    let mut found = files.iter().filter(|(name, _)| name.starts_with(kind));
    let (_, bytes) = found.next().unwrap_or_else(|| panic!("{kind} in {:?}", files.keys()));
    assert!(found.next().is_none(), "one {kind}");
    String::from_utf8(bytes.clone()).unwrap()
}

#[test]
fn s06_a_transfer_advice_becomes_a_receipt_advice() {
    let mut world = World::new();
    world.lay_down(ITEMS_IN, "items.csv", &testdata("csv/ok/s06-items.csv"));
    world.run().unwrap();
    world.lay_down(MESSAGES_IN, "943.edi", advice().as_bytes());
    world.run().unwrap();
    assert_eq!(world.only(ANNOUNCED), text("csv/ok/s06-wms-inbound.csv"));
    let accepted = ["ST*997*0001", "AK1*AR*124", "AK2*943*0001", "AK5*A", "AK9*A*1*1*1", "SE*6*0001"];
    assert_eq!(set(&answer(&world, "997")), accepted);

    world.lay_down(RECEIVED, "receipt.csv", &testdata("csv/ok/s06-wms-receipt.csv"));
    world.run().unwrap();
    let (made, expected) = (answer(&world, "944"), text("x12/ok/s06-944.edi"));
    assert_eq!(set(&made), set(&expected));
    assert!(made.contains("GS*RE*HAVENPORT3PL*TANNBRIDGE*"), "{made}");
    assert!(world.states().iter().all(|state| state == "DONE"), "{:?}", world.states());
}

#[test]
fn a_notice_in_cases_waits_until_the_item_list_says_what_is_in_one() {
    let mut world = World::new();
    world.lay_down(MESSAGES_IN, "943.edi", advice().as_bytes());
    world.run().unwrap();
    assert_eq!(world.states(), ["HELD"]);
    let line = &world.messages()[0];
    let (id, reason) = (line.id, line.reason.clone().unwrap());
    assert!(reason.detail.contains("neither W20-01 nor the item master says"), "{reason:?}");
    assert!(world.files(ANNOUNCED).is_empty());

    world.lay_down(ITEMS_IN, "items.csv", &testdata("csv/ok/s06-items.csv"));
    world.run().unwrap();
    world.gateway().retry(id, "a person").unwrap();
    world.run().unwrap();
    assert_eq!(world.only(ANNOUNCED), text("csv/ok/s06-wms-inbound.csv"));
}

/// W17-03 has room for 12 characters. A shorter number would be another receipt's.
#[test]
fn a_receipt_number_that_does_not_fit_is_never_cut() {
    let mut world = World::new();
    world.lay_down(ITEMS_IN, "items.csv", &testdata("csv/ok/s06-items.csv"));
    world.lay_down(MESSAGES_IN, "943.edi", advice().as_bytes());
    world.run().unwrap();
    let receipt = text("csv/ok/s06-wms-receipt.csv").replace("R-88120", "R-88120-00001");
    world.lay_down(RECEIVED, "receipt.csv", receipt.as_bytes());
    world.run().unwrap();
    let line = world.messages().pop().unwrap();
    assert_eq!(line.state.to_string(), "HELD");
    assert!(line.reason.unwrap().detail.contains("longer than the 12 characters that W17-03 has"));
    assert!(world.files(ANSWERS).keys().all(|name| name.starts_with("997")));
}

fn route<'b>(bundle: &'b Bundle, flow: &str) -> &'b Route {
    let mut all = bundle.clients.values().flat_map(|client| &client.routes);
    all.find(|route| route.flow.name == flow).unwrap()
}

/// The messages of a file by the read map of a route: documents, and codes of what was found.
fn documents(
    bundle: &Bundle,
    route: &Route,
    bytes: &[u8],
    items: &[Tree],
    notice: Option<&Tree>,
) -> Vec<(Tree, Vec<String>)> {
    let (head, rows) = messages(&*route.layout, bytes);
    let document = |row| {
        let input = input(&head, bytes, row);
        let (tree, mut findings) = read(&*route.layout, &input);
        let mut fetch = |_: &EarlierPlan, keys: Vec<(String, String)>| {
            let has = |item: &&Tree| json(&items_route(bundle).read.target_shape, item).contains(&keys[0].1);
            Ok(items.iter().find(has).map_or(Found::None, |item| Found::One(item.clone())))
        };
        let earlier = notice.map(|notice| Earlier::One(View::new(notice, "")));
        let source = View::new(&tree, input.source());
        let (document, business) =
            run_knowing("TNB01", &route.read, source, earlier.into_iter().collect(), &mut fetch);
        findings.extend(business);
        let told = findings.as_slice().iter().map(|finding| finding.shown_code().to_string());
        (document, told.collect())
    };
    rows.iter().map(document).collect()
}

fn items_route(bundle: &Bundle) -> &Route {
    route(bundle, "tannbridge/items")
}

fn json(shape: &crossdock::tree::Shape, document: &Tree) -> String {
    let mut json = String::new();
    crossdock::tree::json::write(shape, View::new(document, ""), true, &mut json);
    json
}

/// The notice of an advice where the items of S06 are known, and codes of what was found.
fn notice(bundle: &Bundle, advice: &str) -> (Tree, Vec<String>) {
    let items = documents(bundle, items_route(bundle), &testdata("csv/ok/s06-items.csv"), &[], None);
    let items: Vec<Tree> = items.into_iter().map(|(item, _)| item).collect();
    let route = route(bundle, "tannbridge/notices");
    documents(bundle, route, advice.as_bytes(), &items, None).remove(0)
}

/// The segments that a receipt of these rows is told by, behind N9, without W14; or the codes of what was found.
fn told(bundle: &Bundle, notice: &Tree, rows: &[&str]) -> Result<String, Vec<String>> {
    let route = route(bundle, "tannbridge/receipts");
    let row = |row: &&str| format!("R-88120,TO55871,2026-11-25 07:15 PST,{row}\r\n");
    let file = format!("{COLUMNS}{}", rows.iter().map(row).collect::<String>());
    let (receipt, codes) = documents(bundle, route, file.as_bytes(), &[], Some(notice)).remove(0);
    if !codes.is_empty() {
        return Err(codes);
    }
    let (plan, layout) = &route.writes[0];
    let (tree, mut findings, _) = shipped::run(plan, View::new(&receipt, ""), vec![]);
    let (mut body, mut set) = (Vec::new(), Vec::new());
    layout.write_body(View::new(&tree, ""), &mut body, &mut findings);
    layout.wrap_body(&Envelope::default(), &mut Totals::default(), &body, &mut set);
    if !findings.is_empty() {
        return Err(findings.as_slice().iter().map(|finding| finding.shown_code().into()).collect());
    }
    let set = String::from_utf8(set).unwrap();
    let (_, lines) = set.split_once("N9*OC*DEMU1234567~").unwrap();
    Ok(lines.split_once("~SE*").unwrap().0.to_string())
}

#[test]
fn the_documents_of_s06_are_as_they_must_be() {
    let bundle = shipped::bundle();
    let (notice, told) = notice(&bundle, &text("x12/ok/s06-943.edi"));
    assert!(told.is_empty(), "{told:?}");
    let shape = &route(&bundle, "tannbridge/notices").read.target_shape;
    assert_eq!(json(shape, &notice).trim_end(), text("canonical/s06-inbound-notice.json").trim_end());
    let receipts = route(&bundle, "tannbridge/receipts");
    let bytes = testdata("csv/ok/s06-wms-receipt.csv");
    let (receipt, told) = documents(&bundle, receipts, &bytes, &[], Some(&notice)).remove(0);
    assert!(told.is_empty(), "{told:?}");
    let shape = &receipts.read.target_shape;
    assert_eq!(json(shape, &receipt).trim_end(), text("canonical/s06-receipt.json").trim_end());
}

#[test]
fn what_is_not_as_announced_is_told_below_its_line() {
    let bundle = shipped::bundle();
    let (notice, _) = notice(&bundle, &text("x12/ok/s06-943.edi"));
    let told = |rows: &[&str]| told(&bundle, &notice, rows);
    const MUGS: &str = "BW-MUG-4,150,EA,GOOD,";
    // Nothing came of the second line.
    assert_eq!(
        told(&["BW-LAMP-S,480,EA,GOOD,LOT-26-44"]).unwrap(),
        "W07*40*CA**VN*BW-LAMP-S***LOT-26-44~W07*0*CA**VN*BW-MUG-4~W13*25*CA*02~W14*40"
    );
    // Two lots, one of them with a name too long for W07-08; a case is missing.
    assert_eq!(
        told(&["BW-LAMP-S,240,EA,GOOD,LOT-26-44", "BW-LAMP-S,228,EA,GOOD,LOT-26-45-LONGER", MUGS]).unwrap(),
        "W07*20*CA**VN*BW-LAMP-S***LOT-26-44~W13*1*CA*02~W07*19*CA**VN*BW-LAMP-S~N9*LT*LOT-26-45-LONGER~\
         W07*25*CA**VN*BW-MUG-4~W14*64"
    );
    // Every condition there is; rows of one condition are one exception.
    assert_eq!(
        told(&[
            "BW-LAMP-S,12,EA,QUALITY,LOT-26-44",
            "BW-LAMP-S,12,EA,HOLD,LOT-26-44",
            "BW-LAMP-S,12,EA,REJECTED,LOT-26-44",
            "BW-LAMP-S,24,EA,WRONG_ITEM,LOT-26-44",
            "BW-LAMP-S,408,EA,GOOD,LOT-26-44",
            "BW-LAMP-S,12,EA,REJECTED,LOT-26-44",
            MUGS
        ])
        .unwrap(),
        "W07*34*CA**VN*BW-LAMP-S***LOT-26-44~W13*1*CA*04~W13*1*CA*09~W13*2*CA*08~W13*2*CA*05~\
         W07*25*CA**VN*BW-MUG-4~W14*59"
    );
}

#[test]
fn what_cannot_be_told_in_cases_or_by_line_is_held() {
    let bundle = shipped::bundle();
    let (notice, _) = notice(&bundle, &text("x12/ok/s06-943.edi"));
    let codes = |rows: &[&str]| told(&bundle, &notice, rows).unwrap_err();
    const MUGS: &str = "BW-MUG-4,150,EA,GOOD,";
    let halves = ["BW-LAMP-S,474,EA,GOOD,LOT-26-44", "BW-LAMP-S,6,EA,DAMAGED,LOT-26-44", MUGS];
    assert_eq!(codes(&halves), ["E341", "E341"]);
    assert!(codes(&["BW-LAMP-S,475,EA,GOOD,LOT-26-44", MUGS]).contains(&"E341".to_string()));
    assert_eq!(codes(&["BW-LAMP-S,480,EA,GOOD,LOT-26-44", "BW-LAMP-X,1,EA,GOOD,", MUGS]), ["E330"]);
    assert_eq!(codes(&["BW-LAMP-S,480,EA,GOOD,", "BW-MUG-4,-6,EA,GOOD,"]), ["E334"]);
    let file = |time: &str| format!("{COLUMNS}R-88120,TO55871,{time},BW-LAMP-S,480,EA,GOOD,LOT-26-44\r\n");
    let route = route(&bundle, "tannbridge/receipts");
    for (time, found) in [
        ("2026-11-25 07:15 PST", None),
        ("2026-07-25 07:15 PDT", None),
        ("2026-11-25 07:15 IST", Some("B003")),
        ("2026-11-25 07:15", Some("B003")),
        ("2026-11-25 7:15 PST", Some("B006")),
        ("2026-02-30 07:15 PST", Some("B006")),
    ] {
        let (_, told) = documents(&bundle, route, file(time).as_bytes(), &[], Some(&notice)).remove(0);
        assert_eq!(told.first().map(String::as_str), found, "{time}");
    }
}

/// Two lines of one item are told apart by their lots, or not at all.
#[test]
fn an_item_on_two_lines_is_received_by_its_lots() {
    let bundle = shipped::bundle();
    let of = |lot: &str| {
        let lines = format!("W04*10*CA**VN*BW-LAMP-S~\nN9*LI*30~\nN9*LT*{lot}~\nW03*75*");
        let advice = text("x12/ok/s06-943.edi").replace("W03*65*", &lines);
        let (notice, told) = notice(&bundle, &advice);
        assert!(told.is_empty(), "{told:?}");
        notice
    };
    let rows = |lot: &str| format!("BW-LAMP-S,120,EA,GOOD,{lot}");
    let both = ["BW-LAMP-S,480,EA,GOOD,LOT-26-44", "BW-MUG-4,150,EA,GOOD,", &rows("LOT-B")];
    // The line number of the third is the depositor's own, so it goes back to him.
    assert_eq!(
        told(&bundle, &of("LOT-B"), &both).unwrap(),
        "W07*40*CA**VN*BW-LAMP-S***LOT-26-44~W07*25*CA**VN*BW-MUG-4~W07*10*CA**VN*BW-LAMP-S***LOT-B~N9*LI*30~W14*75"
    );
    assert_eq!(told(&bundle, &of("LOT-C"), &both).unwrap_err(), ["E333"]);
    assert!(told(&bundle, &of("LOT-26-44"), &both).unwrap_err().contains(&"E332".to_string()));
}

#[test]
fn a_depositor_may_want_what_is_damaged_in_w07_too() {
    let mut files: MappingFiles = shipped::mapping_files();
    let flow = files.get_mut("clients/tannbridge/receipts.flow").unwrap();
    *flow =
        flow.replace("write tannbridge/944 to", "write tannbridge/944 with w07_includes_damaged = true to");
    let (bundle, sources, findings) = bundle::compile(&files, None);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &sources));
    let bundle = bundle.unwrap();
    let (notice, _) = notice(&bundle, &text("x12/ok/s06-943.edi"));
    let rows =
        ["BW-LAMP-S,468,EA,GOOD,LOT-26-44", "BW-LAMP-S,12,EA,DAMAGED,LOT-26-44", "BW-MUG-4,156,EA,GOOD,"];
    assert_eq!(
        told(&bundle, &notice, &rows).unwrap(),
        "W07*40*CA**VN*BW-LAMP-S***LOT-26-44~W13*1*CA*01~W07*26*CA**VN*BW-MUG-4~W13*1*CA*03~W14*66"
    );
}

#[test]
fn an_advice_that_contradicts_itself_is_told() {
    let bundle = shipped::bundle();
    let codes = |from: &str, to: &str| {
        let advice = text("x12/ok/s06-943.edi");
        assert!(advice.contains(from));
        notice(&bundle, &advice.replace(from, to)).1
    };
    assert_eq!(codes("W03*65*", "W03*66*"), ["E120"]);
    assert_eq!(codes("UP*412345600010", "UP*412345600011"), ["E110"]);
    assert_eq!(codes("W04*40*CA*", "W04*40*PL*"), ["E112"]);
    assert_eq!(codes("W04*40*CA*", "W04*0*CA*"), ["E111", "E120"]);
    assert_eq!(codes("N9*LT*LOT-26-44~", "N9*LT*LOT-26-44~\nW20*10~"), ["E113"]);
    assert_eq!(codes("N9*OC*DEMU1234567~\n", ""), ["E902"]);
    assert_eq!(codes("N1*ST*HAVENPORT RENO*92*", "N1*ST*HAVENPORT RENO*ZZ*"), ["X207"]);
}

/// The segments between ST and SE of each set.
fn sets(file: &str) -> Vec<Vec<&str>> {
    let sets = file.split("ST*").skip(1).map(|set| set.split_once("SE*").unwrap().0);
    sets.map(|set| set.split('~').map(str::trim).skip(1).filter(|s| !s.is_empty()).collect()).collect()
}

/// A loss, goods out of quality inspection, and goods found beside goods damaged: less of the one stock, more of the other.
#[test]
fn each_movement_is_told_by_a_947() {
    let mut world = World::new();
    world.lay_down(MOVED, "movements.csv", &testdata("csv/ok/reno-movements.csv"));
    world.run().unwrap();
    let files = world.files(ANSWERS);
    let made: Vec<String> = files.into_values().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    let made: Vec<Vec<&str>> = made.iter().flat_map(|file| sets(file)).collect();
    assert_eq!(made, sets(&text("x12/ok/947-reno.edi")));
}

/// Rows of one item, lot and kind are added up; what is on hold is on hold, for whatever reason.
#[test]
fn stock_is_told_by_an_846() {
    let mut world = World::new();
    world.lay_down(STOCK, "stock.csv", &testdata("csv/ok/reno-stock.csv"));
    world.run().unwrap();
    assert_eq!(sets(&answer(&world, "846")), sets(&text("x12/ok/846-reno.edi")));
}

/// A row of another client never leaves by this client's endpoint.
#[test]
fn what_another_client_has_is_not_told() {
    let mut world = World::new();
    let rows = text("csv/ok/reno-stock.csv").replace(";TNB01;TB-MUG-4", ";BRW01;BW-MUG-4");
    world.lay_down(STOCK, "stock.csv", rows.as_bytes());
    world.run().unwrap();
    assert_eq!(world.states(), ["DONE", "QUARANTINED"]);
    let made = answer(&world, "846");
    assert!(made.contains("TB-LAMP-S") && !made.contains("MUG"), "{made}");
}

/// The codes of what is found by the read and the write map, message by message.
fn codes(flow: &str, file: &str) -> Vec<Vec<String>> {
    let bundle = shipped::bundle();
    let route = route(&bundle, flow);
    let written = |(document, mut codes): (Tree, Vec<String>)| {
        let (plan, layout) = &route.writes[0];
        let (tree, mut findings, _) = shipped::run(plan, View::new(&document, ""), vec![]);
        layout.write_body(View::new(&tree, ""), &mut Vec::new(), &mut findings);
        codes.extend(findings.as_slice().iter().map(|finding| finding.shown_code().to_string()));
        codes
    };
    documents(&bundle, route, file.as_bytes(), &[], None).into_iter().map(written).collect()
}

#[test]
fn a_movement_that_cannot_be_is_held() {
    let found = |row: &str| {
        let header = "AdjNo;Owner;SKU;Lot;FromStatus;ToStatus;Qty;UOM;Reason;At\n";
        let row = format!("{header}A7001;TNB01;TB-MUG-4;;{row};2026-11-25T08:11:00-08:00\n");
        codes("tannbridge/movements", &row).remove(0)
    };
    assert_eq!(found("AV;;-5;EA;OTHER"), [""; 0]);
    // Scrap that comes, a status and a reason nobody knows.
    assert!(found("AV;;5;EA;SCRAP").starts_with(&["B003".into()]));
    assert!(found("ZZ;;-5;EA;SCRAP").starts_with(&["B003".into()]));
    assert!(found("AV;;-5;EA;WATER").starts_with(&["B003".into()]));
    assert!(found("QC;AV;-5;EA;QC_RELEASE").contains(&"E361".into()));
    assert_eq!(found("AV;;0;EA;CYCLE_COUNT"), ["E362"]);
    assert!(found(";;5;EA;FOUND").contains(&"E360".into()));
    // Expired goods have no code in X12.
    assert!(found("AV;EX;5;EA;OTHER").contains(&"B003".into()));
}

#[test]
fn stock_that_cannot_be_told_is_held() {
    let found = |row: &str| {
        let header = "snapshot_utc;site;owner;sku;lot;status;qty;uom\n";
        let row = format!("{header}2026-11-27T07:30:00Z;RNO2;TNB01;TB-MUG-4;;{row}\n");
        codes("tannbridge/stock", &row).remove(0)
    };
    assert_eq!(found("AV;5;EA"), [""; 0]);
    assert_eq!(found("AV;-5;EA"), ["E370"]);
    assert!(found("EX;5;EA").contains(&"B003".into()));
    assert!(found("ZZ;5;EA").contains(&"B003".into()));
}
