//! The traps of the trade, one test each: what is easily got wrong between an ERP and a warehouse, in a small message through
//! the shipped maps. Those that take a whole gateway are in `traps_gateway.rs`.
#![allow(clippy::unwrap_used)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/shipped.rs"]
mod shipped;

use bench::{Bench, Made, edifact, edifact_with, x12};
use shipped::testdata;

const ORDERS: &str = "ORDERS:D:96A:UN:EAN008";
const DESADV: &str = "DESADV:D:96A:UN:EAN005";
const PARTIES: &str = "NAD+BY+9520001000010::9'NAD+DP+9520003000014::9++Kontor Lindau'";

/// An order in EDIFACT with these segments from the first LIN on.
fn orders(lines: &str) -> String {
    edifact(ORDERS, &format!("BGM+220+NH-1+9'DTM+137:20261123:102'{PARTIES}{lines}UNS+S'"))
}

fn read_orders(bench: &Bench, file: &str) -> Made {
    bench.read("house/edifact-orders", "house/edifact-orders", file.as_bytes())
}

/// A despatch advice with these segments inside its only CPS.
fn desadv(goods: &str) -> String {
    edifact(DESADV, &format!("BGM+351+D-1+9'DTM+137:20261119:102'NAD+SU+9520004000017::9'CPS+1'{goods}"))
}

fn read_desadv(bench: &Bench, file: &str) -> Made {
    bench.read("house/edifact-desadv", "house/edifact-desadv-in", file.as_bytes())
}

/// A warehouse order in X12: what comes behind W05, the parties and W66, and the lines.
fn order_940(lines: &str) -> String {
    x12("940", "OW", &format!("W05*N*SO-1*PO-1~N1*ST*LARKFIELD*92*0012~W66*CC*M********DEMO~{lines}"))
}

fn read_940(bench: &Bench, file: &str) -> Made {
    bench.read("house/x12-940", "house/940-order", file.as_bytes())
}

/// An order of two lines as the house's own rows: one header and these rows.
fn rows(bench: &Bench, header: &str, rows: &[&str]) -> Made {
    let file = format!("{header}\n{}\n", rows.join("\n"));
    bench.read("house/outbound-order-csv", "house/outbound-order-csv", file.as_bytes())
}

const ROWS: &str = "number,order_date,ship_to_id,line,sku,gtin,qty,uom";

/// A shipment of the warehouse, of an order that the bench knows.
fn read_shipment(bench: &Bench, rows: &[&str]) -> Made {
    let header = "RefNum,ShipId,ShipDateTime,SCAC,PRO,BOL,CartonSSCC,Line,SKU,QtyOrdered,QtyShipped,UOM,ShortReason,WeightLb";
    let file = format!("{header}\n{}\n", rows.join("\n"));
    bench.read("house/wms-shipment-csv", "house/wms-shipment", file.as_bytes())
}

/// The segments of a message that start so.
fn segments<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
    text.split(['\'', '~']).map(str::trim).filter(|segment| segment.starts_with(start)).collect()
}

#[test]
fn trap_01_a_gtin_is_compared_with_14_digits_and_goes_out_with_as_many_as_it_has() {
    let bench = Bench::new();
    let made = read_orders(&bench, &orders("LIN+1++9520001001017:EN'PIA+1+A:SA'QTY+21:1:PCE'")).sound();
    assert_eq!(made.at("/lines/0/gtin"), "09520001001017");
    // A case has a check digit of its own. Its number in front of the each's digits is none.
    let made = read_orders(&bench, &orders("LIN+1++19520001001014:EN'PIA+1+A:SA'QTY+21:1:PCE'")).sound();
    assert_eq!(made.at("/lines/0/gtin"), "19520001001014");
    let made = read_orders(&bench, &orders("LIN+1++19520001001017:EN'PIA+1+A:SA'QTY+21:1:PCE'"));
    assert_eq!(made.codes, ["E110"], "{}", made.told);
    // What a spreadsheet leaves of a GTIN is no GTIN, and nobody guesses which one it was.
    for (damaged, code) in [("9.52E+12", "B004"), ("9520001001010", "E601")] {
        let made = rows(&bench, ROWS, &[&format!("O-1,2026-11-23,S1,1,A,{damaged},1,EA")]);
        assert_eq!(made.codes, [code], "{damaged}: {}", made.told);
    }
    // A spreadsheet eats the zero in front of a U.P.C., and 14 digits bring it back.
    let made = rows(&bench, ROWS, &["O-1,2026-11-23,S1,1,A,412345600010,1,EA"]).sound();
    assert_eq!(made.at("/lines/0/gtin"), "00412345600010");
    let shipment = r#"{"number": "S-1", "order_number": "O-1", "ship_to": {"id": "S1"},
        "shipped_at": "2026-11-24T10:00:00+00:00", "lines": [
        {"order_line": "1", "sku": "A", "gtin": "09520001001017", "ordered": 1, "shipped": 1, "uom": "EA", "status": "complete"},
        {"order_line": "2", "sku": "B", "gtin": "19520001001014", "ordered": 1, "shipped": 1, "uom": "CS", "status": "complete"}]}"#;
    let (file, codes) = bench.write("house/edifact-desadv-out", &bench.document("shipment", shipment));
    assert_eq!(codes, [""; 0]);
    assert_eq!(segments(&file, "LIN+"), ["LIN+1++9520001001017:EN", "LIN+2++19520001001014:EN"]);
}

#[test]
fn trap_02_the_case_code_of_an_x12_line_says_nothing_of_what_is_in_a_case() {
    let bench = Bench::new();
    // W01-03 holds 12 digits, so many put the each's there. What is in a case says W20-01 alone.
    let made = read_940(&bench, &order_940("LX*1~W01*2*CA*412345600010*VN*LAMP~W20*12~"));
    assert_eq!((made.at("/lines/0/uom"), made.at("/lines/0/base_qty")), ("CS".into(), "24".into()));
    let made = read_940(&bench, &order_940("LX*1~W01*2*CA*412345600010*VN*LAMP~"));
    assert!(made.codes.contains(&"E112".to_string()), "{}", made.told);
}

#[test]
fn trap_03_what_is_ordered_in_cases_is_answered_in_cases() {
    let bench = Bench::new();
    let file = order_940("LX*1~W01*4*CA**VN*LAMP~N9*LI*10~W20*12~LX*2~W01*10*EA**VN*SHADE~N9*LI*20~W76*14~");
    let order = read_940(&bench, &file.replace("W66*", "N1*WH*RENO*92*RNO2~W66*")).sound();
    // Units are added as they are, cases and eaches alike.
    assert_eq!(order.at("/total_qty"), "14");
    let (rows, codes) = bench.write("house/wms-order", &order.tree);
    assert_eq!(codes, [""; 0]);
    assert!(rows.contains(",1,LAMP,48,EA,") && rows.contains(",2,SHADE,10,EA,"), "{rows}");
    let bench = bench.knowing("outbound_order", order.tree);
    let row = |rest: &str| format!("SO-1,SHP1,11/24/2026 15:42,DEMO,1,BOL1,{rest}");
    let first = row("395200020000000010,1,LAMP,48,48,EA,,1");
    let shipment = read_shipment(&bench, &[&first, &row(",2,SHADE,10,7,EA,OOS,1")]).sound();
    let (advice, codes) = bench.write("house/945", &shipment.tree);
    assert_eq!(codes, [""; 0]);
    assert!(segments(&advice, "W12*")[0].starts_with("W12*CC*4*4*0*CA*"), "{advice}");
    assert!(segments(&advice, "W12*")[1].starts_with("W12*CP*10*7*3*EA*"), "{advice}");
    assert!(segments(&advice, "W03*")[0].starts_with("W03*11*"), "{advice}");
    // 47 eaches are no whole number of cases: nobody rounds.
    let short = row("395200020000000010,1,LAMP,48,47,EA,OOS,1");
    let made = read_shipment(&bench, &[&short, &row(",2,SHADE,10,10,EA,,1")]);
    assert!(made.codes.contains(&"E313".to_string()), "{}", made.told);
}

#[test]
fn trap_04_a_quantity_without_unit_counts_what_the_gtin_names() {
    let bench = Bench::new();
    let case = "LIN+1++19520001001014:EN'PIA+1+A:SA'QTY+21:30'QTY+52:12'";
    let made = read_orders(&bench, &orders(case)).sound();
    assert_eq!((made.at("/lines/0/qty"), made.at("/lines/0/uom")), ("30".into(), "CS".into()));
    assert_eq!(made.at("/lines/0/base_qty"), "360");
    let each = "LIN+1++9520001001017:EN'PIA+1+A:SA'QTY+21:30'";
    let made = read_orders(&bench, &orders(each)).sound();
    assert_eq!((made.at("/lines/0/uom"), made.at("/lines/0/base_qty")), ("EA".into(), "30".into()));
    // Nobody knows what is in the case: thirty eaches would be wrong.
    let made = read_orders(&bench, &orders("LIN+1++19520001001014:EN'PIA+1+A:SA'QTY+21:30'"));
    assert_eq!(made.codes, ["E112"], "{}", made.told);

    let made =
        read_desadv(&bench, &desadv("LIN+1++19520001001014:EN'PIA+1+A:SA'QTY+12:30'QTY+52:12'")).sound();
    assert_eq!((made.at("/lines/0/qty"), made.at("/lines/0/base_qty")), ("30".into(), "360".into()));
}

#[test]
fn trap_05_qualifiers_are_a_dialect_of_the_partner() {
    // The answer repeats who gave the number as it came, because 91 and 92 change places with the direction.
    for code in ["91", "92"] {
        let bench = Bench::new();
        let file = order_940("LX*1~W01*1*EA**VN*A~").replace("LARKFIELD*92*", &format!("LARKFIELD*{code}*"));
        let file = file.replace("W66*", "N1*WH*RENO*92*RNO2~W66*");
        let order = read_940(&bench, &file).sound();
        let bench = bench.knowing("outbound_order", order.tree);
        let shipment =
            read_shipment(&bench, &["SO-1,SHP1,11/24/2026 15:42,DEMO,,BOL1,,1,A,1,1,EA,,1"]).sound();
        let (advice, _) = bench.write("house/945", &shipment.tree);
        assert_eq!(segments(&advice, "N1*ST"), [format!("N1*ST*LARKFIELD*{code}*0012")]);
    }
    // Who means ST by what others call DP says so in a guide and a map of his own; without them the party is missing.
    let dialect = orders("LIN+1'PIA+1+A:SA'QTY+21:1:PCE'").replace("NAD+DP+", "NAD+ST+");
    let made = read_orders(&Bench::new(), &dialect);
    assert!(made.told.contains("delivery party missing"), "{}", made.told);
    let made = Bench::with(DIALECT).read("test/orders", "test/orders-st", dialect.as_bytes()).sound();
    assert_eq!(made.at("/ship_to/id"), "9520003000014");
}

/// Orders under a guide that leaves open which parties there are and what form dates have.
const DIALECT: &str = r#"
guide test/orders extends edifact/d96a/ORDERS
  version 1
  lang 1
  DTM.C507.2379 only 102 101 2 3
  LIN.DTM.C507.2379 only 102 101 2 3
  DTM[137]    max 1
  DTM[2]      max 1
  DTM[64]     max 1
  DTM[63]     max 1
  RFF[CT]     max 1
  NAD[BY]     max 1
  NAD[DP]     max 1
  NAD[ST]     max 1
  NAD[WH]     max 1
  NAD[IV]     max 1
  NAD[UC]     max 1
  TDT[20]     max 1
  LIN.DTM[2]  max 1
  LIN.QTY[21] required max 1
  LIN.QTY[52] max 1
  LIN.QTY[59] max 1
  CNT[2]      max 1
end guide

map test/orders extends house/edifact-orders
  version 1
  lang 1
  from guide test/orders
end map

map test/orders-st extends test/orders
  version 1
  lang 1
  replace section ship_to from NAD[ST] required "NAD+ST missing"
    use edifact_party(here)
  end ship_to
end map
"#;

#[test]
fn trap_06_an_sscc_comes_with_and_without_its_application_identifier() {
    let bench = Bench::new();
    let goods = |mark: &str| {
        desadv(&format!("PAC+1++201'PCI+33E'GIN+{mark}'LIN+1++9520001001017:EN'PIA+1+A:SA'QTY+12:1:PCE'"))
    };
    for mark in ["BJ+395200020000000072", "BJ+00395200020000000072", "AW+395200020000000072"] {
        let made = read_desadv(&bench, &goods(mark)).sound();
        assert_eq!(made.at("/lines/0/sscc"), "395200020000000072", "{mark}");
    }
    for (damaged, code) in [("BJ+395200020000000073", "E420"), ("BJ+0395200020000000072", "B005")] {
        let made = read_desadv(&bench, &goods(damaged));
        assert!(made.codes.iter().any(|found| found == code), "{damaged}: {}", made.told);
    }
    // In X12 the mark GM has 20 digits.
    let shipment = r#"{"number": "S-1", "order_number": "O-1", "ship_to": {"id": "S1", "id_type": "assigned_by_buyer"},
        "warehouse": "RNO2", "mode": "motor", "carrier": "DEMO", "shipped_at": "2026-11-24T10:00:00+00:00", "lines": [
        {"order_line": "1", "sku": "A", "ordered": 1, "shipped": 1, "uom": "EA", "status": "complete",
         "cartons": [{"sscc": "395200020000000072"}]}]}"#;
    let (advice, codes) = bench.write("house/945", &bench.document("shipment", shipment));
    assert_eq!((codes, segments(&advice, "MAN")), (vec![], vec!["MAN*GM*00395200020000000072"]));
}

#[test]
fn trap_07_points_that_are_not_written_and_signs_that_are_punched() {
    let bench = Bench::new();
    let (file, bytes) = caldera();
    let made = bench.read("caldera/as400-orders", "caldera/as400-orders", &bytes);
    // The last digit carries the sign: `{` is a plus over 0, `}` a minus. The negative line is left out, and told.
    assert_eq!(made.codes, ["NEGATIVE_QTY"], "{}", made.told);
    let quantities: Vec<String> = (0..2).map(|line| made.at(&format!("/lines/{line}/qty"))).collect();
    assert_eq!(quantities, shown_quantities(&file));
}

/// The file of Caldera's scenario, as characters of its code page and as bytes.
fn caldera() -> (String, Vec<u8>) {
    let bytes = testdata("fixed/ok/as400-s08.txt");
    (bytes.iter().map(|&byte| char::from(byte)).collect(), bytes)
}

/// The positive quantities of Caldera's lines, worked out from the columns by hand: nine digits, two behind the point.
fn shown_quantities(file: &str) -> Vec<String> {
    let lines = file.lines().filter(|line| line.starts_with('D'));
    let quantity = |line: &str| {
        let text: String = line.chars().skip(39).take(9).collect();
        let (digits, last) = text.split_at(8);
        let digit = "{ABCDEFGHI".find(last)?;
        let hundredths: u64 = format!("{digits}{digit}").parse().unwrap();
        let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        Some(text.trim_end_matches('0').trim_end_matches('.').to_string())
    };
    lines.filter_map(quantity).collect()
}

#[test]
fn trap_08_the_comma_may_be_the_decimal_point() {
    let bench = Bench::new();
    let segments = format!(
        "BGM+220+NH-1+9'DTM+137:20261123:102'{PARTIES}LIN+1'PIA+1+A:SA'QTY+21:2,5:KGM'QTY+52:1'UNS+S'"
    );
    for una in ["UNA:+,? '", "UNA:+.? '", ""] {
        let made = read_orders(&bench, &edifact_with(una, ORDERS, &segments)).sound();
        assert_eq!(made.at("/lines/0/qty"), "2.5", "{una}");
    }
    let made =
        read_orders(&bench, &edifact_with("UNA:+.? '", ORDERS, &segments.replace("2,5", "2.5"))).sound();
    assert_eq!(made.at("/lines/0/qty"), "2.5");
    // Two marks are none: a thousand is not told from a fraction.
    let made = read_orders(&bench, &edifact_with("", ORDERS, &segments.replace("2,5", "1.234,5")));
    assert!(made.codes.iter().any(|code| code == "X206"), "{}", made.told);
}

#[test]
fn trap_09_a_date_says_what_form_it_has_or_is_refused() {
    let open = Bench::with(DIALECT);
    let dated = |date: &str| {
        let segments = format!("BGM+220+NH-1+9'DTM+137:{date}'{PARTIES}LIN+1'PIA+1+A:SA'QTY+21:1:PCE'UNS+S'");
        open.read("test/orders", "test/orders", edifact(ORDERS, &segments).as_bytes())
    };
    for date in ["20261123:102", "261123:101", "231126:2"] {
        assert_eq!(dated(date).at("/order_date"), "2026-11-23", "{date}");
    }
    // A period and a moment with a zone are not a day, and a day that is none is not mended.
    for date in ["20261123-20261130:718", "202611230815EST:303", "20261131:102"] {
        let made = dated(date);
        assert!(!made.codes.is_empty() && made.at("/order_date").is_empty(), "{date}: {:?}", made.document);
    }
    let bench = Bench::new();
    // What a spreadsheet makes of dates, and a form that could be read two ways.
    for date in ["46349", "11/12/26", "2026-13-01"] {
        let made = rows(&bench, ROWS, &[&format!("O-1,{date},S1,1,A,,1,EA")]);
        assert!(made.codes.iter().any(|code| code == "X208"), "{date}: {:?}", made.codes);
    }
    // Century digits (CYYMMDD), and zeros that stand for nothing.
    let (file, bytes) = caldera();
    assert!(file.lines().next().unwrap()[19..].starts_with("126"), "{file}");
    let made = bench.read("caldera/as400-orders", "caldera/as400-orders", &bytes);
    assert!(made.at("/order_date").starts_with("2026-"), "{}", made.at("/order_date"));
}

#[test]
fn trap_10_a_time_says_by_which_clock_it_is_or_somebody_is_asked() {
    let bench = Bench::new();
    let receipt = |at: &str| {
        let header = "ReceiptNo,RefNum,ReceivedAt,SKU,Qty,UOM,Condition,Lot";
        let file = format!("{header}\r\nR-1,N-1,{at},A,1,EA,GOOD,\r\n");
        bench.read("house/wms-receipt-rows-csv", "house/wms-receipt-rows", file.as_bytes())
    };
    assert_eq!(receipt("2026-11-25 07:15 PST").at("/received_at"), "2026-11-25T07:15:00-08:00");
    assert_eq!(receipt("2026-07-25 07:15 PDT").at("/received_at"), "2026-07-25T07:15:00-07:00");
    // Letters that mean one zone here and another there are asked about.
    let made = receipt("2026-11-25 07:15 IST");
    assert!(made.told.contains("zone_letters"), "{}", made.told);
}
