//! Traps of the trade that are about whole documents: lines and their numbers, kits and substitutes, signs, texts, envelopes
//! and totals. See `traps.rs`.
#![allow(clippy::unwrap_used)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/shipped.rs"]
mod shipped;

use bench::{Bench, Made, edifact, x12};

const ORDERS: &str = "ORDERS:D:96A:UN:EAN008";
const PARTIES: &str = "NAD+BY+9520001000010::9'NAD+DP+9520003000014::9++Kontor Lindau'";
const SHIPPED: &str = "RefNum,ShipId,ShipDateTime,SCAC,PRO,BOL,CartonSSCC,Line,SKU,QtyOrdered,QtyShipped,UOM,ShortReason,WeightLb";

fn read_orders(bench: &Bench, lines: &str) -> Made {
    let file = edifact(ORDERS, &format!("BGM+220+NH-1+9'DTM+137:20261123:102'{PARTIES}{lines}"));
    bench.read("house/edifact-orders", "house/edifact-orders", file.as_bytes())
}

fn order_940(lines: &str) -> String {
    let parties = "N1*WH*RENO*92*RNO2~N1*ST*LARKFIELD*92*0012~";
    x12("940", "OW", &format!("W05*N*SO-1*PO-1~{parties}W66*CC*M********DEMO~{lines}"))
}

fn read_940(bench: &Bench, lines: &str) -> Made {
    bench.read("house/x12-940", "house/940-order", order_940(lines).as_bytes())
}

fn read_shipment(bench: &Bench, rows: &[&str]) -> Made {
    let rows: Vec<String> =
        rows.iter().map(|row| format!("SO-1,SHP1,11/24/2026 15:42,DEMO,1,BOL1,{row}")).collect();
    let file = format!("{SHIPPED}\n{}\n", rows.join("\n"));
    bench.read("house/wms-shipment-csv", "house/wms-shipment", file.as_bytes())
}

fn segments<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
    text.split(['\'', '~']).map(str::trim).filter(|segment| segment.starts_with(start)).collect()
}

#[test]
fn trap_12_line_numbers_are_text_and_the_place_finds_the_line_again() {
    let bench = Bench::new();
    let order = read_940(&bench, "LX*1~W01*2*EA**VN*A~N9*LI*000010~LX*2~W01*3*EA**VN*B~").sound();
    // W01 has no number: N9*LI carries the client's, zeros and all; without it the place stands in.
    assert_eq!((order.at("/lines/0/no"), order.at("/lines/1/no")), ("000010".into(), "2".into()));
    assert_eq!((order.at("/lines/0/position"), order.at("/lines/1/position")), ("1".into(), "2".into()));
    // The warehouse counts 1, 2, 3, and its rows may come in any order.
    let bench = bench.knowing("outbound_order", order.tree);
    let made = read_shipment(&bench, &[",2,B,3,3,EA,,1", ",1,A,2,2,EA,,1"]).sound();
    assert_eq!((made.at("/lines/0/order_line"), made.at("/lines/0/sku")), ("000010".into(), "A".into()));
    let made = read_shipment(&bench, &[",3,A,2,2,EA,,1"]);
    assert!(made.codes.contains(&"E310".to_string()), "{}", made.told);
}

#[test]
fn trap_13_a_kit_is_reported_as_what_was_ordered() {
    let kit = r#"{"sku": "SET", "action": "new", "base_uom": "EA",
        "kit": [{"sku": "CUP", "qty": 4}, {"sku": "TRAY", "qty": 1}]}"#;
    let bench = Bench::new().knowing_json("item", kit);
    let order = read_940(&bench, "LX*1~W01*5*EA**VN*SET~N9*LI*10~");
    let bench = bench.knowing("outbound_order", order.sound().tree);
    let made = read_shipment(&bench, &[",1,CUP,20,20,EA,,1", ",1,TRAY,5,5,EA,,1"]).sound();
    assert_eq!((made.at("/lines/0/sku"), made.at("/lines/0/shipped")), ("SET".into(), "5".into()));
    assert_eq!(made.at("/lines/0/status"), "complete");
    // 18 cups make four sets, and two cups are left over: somebody is told.
    let made = read_shipment(&bench, &[",1,CUP,20,18,EA,OOS,1", ",1,TRAY,5,5,EA,,1"]);
    assert_eq!((made.at("/lines/0/shipped"), made.at("/lines/0/status")), ("4".into(), "short".into()));
    assert_eq!(made.codes, ["E317"], "{}", made.told);
    assert_eq!(
        (made.at("/lines/0/components/0/shipped"), made.at("/lines/0/components/1/kits")),
        ("18".into(), "5".into())
    );
    let made = read_shipment(&bench, &[",1,CUP,20,20,EA,OOS,1"]);
    assert_eq!((made.at("/lines/0/shipped"), made.at("/lines/0/status")), ("0".into(), "cancelled".into()));
}

#[test]
fn trap_14_a_substitute_names_what_it_stands_for() {
    let bench = Bench::new();
    let order = read_940(&bench, "LX*1~W01*5*EA**VN*OLD~N9*LI*10~").sound();
    let bench = bench.knowing("outbound_order", order.tree);
    let made = read_shipment(&bench, &[",1,NEW,5,5,EA,SUB,1"]).sound();
    assert_eq!((made.at("/lines/0/sku"), made.at("/lines/0/substituted_for")), ("NEW".into(), "OLD".into()));
    let (advice, codes) = bench.write("house/945", &made.tree);
    assert_eq!(codes, [""; 0]);
    assert_eq!(segments(&advice, "W12*"), ["W12*CS*5*5*0*EA**VN*NEW***********09"]);
    let (advice, codes) = bench.write("house/edifact-desadv-out", &made.tree);
    assert_eq!((codes, segments(&advice, "PIA+")), (vec![], vec!["PIA+1+NEW:SA", "PIA+4+OLD:SA"]));
    // Another item without a word about it is a mistake.
    let made = read_shipment(&bench, &[",1,NEW,5,5,EA,,1"]);
    assert!(made.codes.contains(&"E311".to_string()), "{}", made.told);
}

fn movement(bench: &Bench, rows: &[&str]) -> Made {
    let header = "AdjNo;Owner;SKU;Lot;FromStatus;ToStatus;Qty;UOM;Reason;At";
    let rows: Vec<String> = rows.iter().map(|row| format!("M-1;BENCH;{row};2026-11-24T08:00:00Z")).collect();
    let file = format!("{header}\n{}\n", rows.join("\n"));
    bench.read("house/wms-movements-csv", "house/wms-movements", file.as_bytes())
}

#[test]
fn trap_17_each_side_has_its_own_sign() {
    let bench = Bench::new();
    let made =
        movement(&bench, &["A;;AV;;-2;EA;CYCLE_COUNT", "A;;;AV;3;EA;FOUND", "A;;AV;DM;6;EA;DAMAGE"]).sound();
    let deltas: Vec<String> = (0..3).map(|line| made.at(&format!("/lines/{line}/delta"))).collect();
    assert_eq!(deltas, ["-2", "3", "6"]);
    let document = r#"{"number": "M-1", "warehouse": "RNO2", "occurred_at": "2026-11-24T08:00:00+00:00", "lines": [
        {"no": "1", "position": 1, "kind": "adjust", "reason": "count_loss", "sku": "A", "delta": -2, "uom": "EA", "before": {"status": "available"}},
        {"no": "2", "position": 2, "kind": "adjust", "reason": "count_gain", "sku": "A", "delta": 3, "uom": "EA", "before": {"status": "available"}}]}"#;
    let document = bench.document("stock_movement", document);
    // X12 has the sign in the quantity, EDIFACT the way in 4501 and never a sign.
    let (advice, codes) = bench.write("house/947", &document);
    assert_eq!(codes, [""; 0]);
    let shown: Vec<&str> = segments(&advice, "W19*").iter().map(|segment| &segment[..11]).collect();
    assert_eq!(shown, ["W19*AA*-2*E", "W19*AA*3*EA"]);
    let (report, codes) = bench.write("house/edifact-invrpt-movement", &document);
    assert_eq!(codes, [""; 0]);
    assert_eq!(segments(&report, "QTY+"), ["QTY+156:2:PCE", "QTY+156:3:PCE"]);
    assert_eq!(segments(&report, "INV+"), ["INV+1+1+4", "INV+2+1+4"]);
    // A gain that takes stock away is none.
    assert!(!movement(&bench, &["A;;AV;;-2;EA;FOUND"]).codes.is_empty());
}

#[test]
fn trap_18_the_stock_starts_with_another_segment_in_another_directory() {
    let bench = Bench::new();
    let stock = r#"{"number": "S-1", "warehouse": "LEJ1", "as_of": "2026-11-30T17:00:00+00:00", "scope": "full", "lines": [
        {"sku": "A", "status": "bonded", "on_hand": 96, "uom": "EA"}, {"sku": "A", "status": "quality", "on_hand": 4, "uom": "EA"}]}"#;
    let stock = bench.document("stock_snapshot", stock);
    let goods = |map: &str| {
        let (report, codes) = bench.write(map, &stock);
        assert_eq!(codes, [""; 0]);
        let segments: Vec<&str> =
            report.split('\'').filter(|s| s.starts_with("QTY") || s.starts_with("INV")).collect();
        segments.join("'")
    };
    assert_eq!(goods("house/edifact-invrpt-stock"), "QTY+17:96:PCE'INV++3'QTY+89:4:PCE");
    assert_eq!(goods("house/edifact-invrpt-stock-d01b"), "INV++3'QTY+17:96:PCE'INV'QTY+89:4:PCE");
}

#[test]
fn trap_22_every_file_brings_its_own_delimiters() {
    let bench = Bench::new();
    let lines = "LX*1~W01*2*EA**VN*A~";
    let plain = order_940(lines);
    let expected = read_940(&bench, lines).sound().document;
    let others = [
        plain.replace('~', "~\r\n"),
        plain.replace('~', "\n"),
        plain.replace('*', "|").replace('~', "\u{1c}"),
        plain.replace('*', "\u{1d}").replace('>', ":"),
        format!("\r\n{plain}\n\n"),
    ];
    for file in others {
        let made = bench.read("house/x12-940", "house/940-order", file.as_bytes()).sound();
        assert_eq!(made.document, expected, "{file:?}");
    }
    // Rows with the mark that a spreadsheet puts in front.
    let rows = "\u{feff}number,ship_to_id,line,sku,qty\nO-1,S1,1,A,2\n";
    let made = bench.read("house/outbound-order-csv", "house/outbound-order-csv", rows.as_bytes()).sound();
    assert_eq!((made.at("/number"), made.at("/lines/0/qty")), ("O-1".into(), "2".into()));
    // What the characters are says UNB: the same byte is another letter under another syntax identifier.
    for (identifier, bytes, name) in [
        ("UNOC", &b"K\xf6ln"[..], "Köln"),
        ("UNOE", &b"\xba\xd8\xd5\xd2"[..], "Киев"),
        ("UNOY", "Köln".as_bytes(), "Köln"),
    ] {
        let parties = "NAD+BY+1::92'NAD+DP+2::92++@'";
        let file = edifact(
            ORDERS,
            &format!("BGM+220+NH-1+9'DTM+137:20261123:102'{parties}LIN+1'PIA+1+A:SA'QTY+21:1'UNS+S'"),
        );
        let file = file.replace("UNOC:3", &format!("{identifier}:3"));
        let (before, after) = file.split_once('@').unwrap();
        let file = [before.as_bytes(), bytes, after.as_bytes()].concat();
        let made = bench.read("house/edifact-orders", "house/edifact-orders", &file).sound();
        assert_eq!(made.at("/ship_to/name"), name, "{identifier}");
    }
}

#[test]
fn trap_23_free_text_comes_in_pieces_and_never_breaks_what_is_written() {
    let bench = Bench::new();
    let made =
        read_orders(&bench, "FTX+DEL+++Ramp 3:call first?: 0341?+555'LIN+1'PIA+1+A:SA'QTY+21:1:PCE'UNS+S'");
    assert_eq!(made.at("/notes/0/text"), "", "FTX stands before NAD");
    let file = format!(
        "BGM+220+NH-1+9'DTM+137:20261123:102'FTX+DEL+++Ramp 3:call first?: 0341?+555'FTX+DEL+++then wait'{PARTIES}\
         LIN+1'PIA+1+A:SA'QTY+21:1:PCE'UNS+S'"
    );
    let made =
        bench.read("house/edifact-orders", "house/edifact-orders", edifact(ORDERS, &file).as_bytes()).sound();
    assert_eq!(made.at("/notes/0/text"), "Ramp 3 call first: 0341+555");
    assert_eq!(made.at("/notes/1/text"), "then wait");
    // Written again, every sign of the syntax is released, and long words are broken at blanks.
    let long = "it's 5+5 for A:B? ".repeat(9);
    let response = format!(
        r#"{{"number": "A-1", "order_number": "O-1", "responds_to": "new", "outcome": "refused",
        "responded_at": "2026-11-24T08:00:00+00:00", "notes": [{{"text": "{}"}}]}}"#,
        long.trim()
    );
    let (file, codes) = bench.write("house/edifact-ordrsp", &bench.document("order_response", &response));
    assert_eq!(codes, [""; 0]);
    assert!(file.contains("FTX+AAI+++it?'s 5?+5 for A?:B?? it?'s"), "{file}");
    // X12 has no release character: what would end a segment is a finding, not a broken file.
    let movement = r#"{"number": "M-1", "warehouse": "RNO2", "occurred_at": "2026-11-24T08:00:00+00:00", "notes": [{"text": "5*5~"}],
        "lines": [{"no": "1", "position": 1, "kind": "adjust", "reason": "count_loss", "sku": "A", "delta": -2, "uom": "EA", "before": {"status": "available"}}]}"#;
    let (_, codes) = bench.write("house/947", &bench.document("stock_movement", movement));
    assert!(!codes.is_empty());
}

#[test]
fn trap_24_the_columns_of_an_order_are_the_same_in_all_its_rows() {
    let bench = Bench::new();
    let read = |second: &str| {
        let file = format!(
            "number,order_date,ship_to_id,line,sku,qty\nO-1,2026-11-23,S1,1,A,2\nO-1,{second},2,B,2\n"
        );
        bench.read("house/outbound-order-csv", "house/outbound-order-csv", file.as_bytes())
    };
    assert_eq!(read("2026-11-23,S1").sound().at("/lines/1/sku"), "B");
    for other in ["2026-11-23,S2", "2026-11-24,S1", "2026-11-23,"] {
        let made = read(other);
        assert!(!made.codes.is_empty(), "{other}: {:?}", made.document);
    }
}

#[test]
fn trap_25_nothing_is_not_zero() {
    let bench = Bench::new();
    // Legal X12, and it orders nothing.
    let made = read_940(&bench, "LX*1~W01**EA**VN*A~");
    assert!(made.told.contains("quantity missing"), "{}", made.told);
    let made = read_940(&bench, "LX*1~W01*0*EA**VN*A~");
    assert!(made.codes.contains(&"E111".to_string()), "{}", made.told);
    let rows = |qty: &str| {
        let file = format!("number,ship_to_id,line,sku,qty\nO-1,S1,1,A,{qty}\n");
        bench.read("house/outbound-order-csv", "house/outbound-order-csv", file.as_bytes())
    };
    assert!(rows("").told.contains("a line has no qty"), "{}", rows("").told);
    assert!(rows("0").codes.contains(&"E611".to_string()), "{}", rows("0").told);
    // In stock, zero is a result; in a count nothing means that nobody looked.
    let count = |counted: &str| {
        let file =
            format!("number,counted_at,line,sku,counted,uom\nC-1,2026-11-24 08:00:00,1,A,{counted},EA\n");
        bench.read("house/stock-count-csv", "house/stock-count-csv", file.as_bytes())
    };
    assert_eq!(count("0").sound().at("/lines/0/counted"), "0");
    assert!(!count("").codes.is_empty());
}

#[test]
fn trap_26_totals_are_checked_and_a_partner_may_be_excused() {
    let lines = "LX*1~W01*2*EA**VN*A~LX*2~W01*3*CA**VN*B~W20*6~";
    let bench = Bench::new();
    read_940(&bench, &format!("{lines}W76*5~")).sound();
    let made = read_940(&bench, &format!("{lines}W76*20~"));
    assert_eq!(made.codes, ["E120"], "{}", made.told);
    let goods = "LIN+1'PIA+1+A:SA'QTY+21:1:PCE'UNS+S'";
    read_orders(&bench, &format!("{goods}CNT+2:1'")).sound();
    assert_eq!(read_orders(&bench, &format!("{goods}CNT+2:2'")).codes, ["E120"]);
    let file = "number,ship_to_id,line,sku,qty,total_qty\nO-1,S1,1,A,2,3\n";
    let made = bench.read("house/outbound-order-csv", "house/outbound-order-csv", file.as_bytes());
    assert_eq!(made.codes, ["E613"], "{}", made.told);
}
