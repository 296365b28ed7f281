//! The traps of SAP, in small IDocs through the shipped maps: numbers with zeros that mean nothing, numbers of 40 characters,
//! units of two kinds, names of segments with versions, several IDocs in a file. See `traps.rs`.
#![allow(clippy::unwrap_used)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/shipped.rs"]
mod shipped;

use bench::Bench;
use crossdock::guide::Guide;

const CONTROL_COLUMNS: usize = 524;
const LONG_NUMBER: &str = "HAFERDRINK-BARISTA-1L-KARTON-MIT-DECKEL";

/// The fields of a segment in their columns, blanks at the end included.
fn columns(guide: &Guide, name: &str, fields: &[(&str, &str)]) -> String {
    let record = guide.records.iter().find(|record| *guide.shape.place(record.place).name == *name).unwrap();
    let known = |field: &str| record.fields.iter().any(|known| *known.name == *field);
    assert!(fields.iter().all(|(field, _)| known(field)), "{name}: {fields:?}");
    let value = |name: &str| fields.iter().find(|(field, _)| *field == name).map_or("", |(_, value)| *value);
    record.fields.iter().map(|field| format!("{:1$}", value(&field.name), field.width as usize)).collect()
}

/// A data record: `tag` is what the segment `name` is called in the file. Blanks at its end are cut off.
fn segment(guide: &Guide, name: &str, tag: &str, fields: &[(&str, &str)]) -> String {
    let header = format!("{tag:30}100{:16}{:14}", "0000000004711001", "");
    format!("{header}{}", columns(guide, name, fields)).trim_end().to_string() + "\n"
}

fn control(guide: &Guide, message: &str) -> String {
    let names = [("TABNAM", "EDI_DC40"), ("MANDT", "100"), ("DOCNUM", "0000000004711001"), ("DIRECT", "1")];
    let kinds = [("IDOCTYP", "DELVRY03"), ("MESTYP", message)];
    let parties = [("SNDPRT", "LS"), ("SNDPRN", "S4P100"), ("RCVPRT", "LI"), ("RCVPRN", "HAVENPORT")];
    let fields: Vec<_> = names.into_iter().chain(kinds).chain(parties).collect();
    columns(guide, "EDI_DC40", &fields)
}

/// A delivery to ship, with these records behind its ship-to.
fn delivery(guide: &Guide, number: &str, items: &str) -> String {
    let head = segment(guide, "E1EDL20", "E2EDL20006", &[("VBELN", number)]);
    let ship_to = segment(guide, "E1ADRM1", "E2ADRM1001", &[("PARTNER_Q", "WE"), ("NAME1", "Kontor Lindau")]);
    format!("{}\n{head}{ship_to}{items}", control(guide, "SHPORD"))
}

/// An item of a delivery: its number, its material, and its quantity with both units.
fn item(guide: &Guide, [number, material, quantity, unit, base_quantity, base_unit]: [&str; 6]) -> String {
    let what = [("POSNR", number), ("MATNR", material)];
    let much = [("LFIMG", quantity), ("VRKME", unit), ("LGMNG", base_quantity), ("MEINS", base_unit)];
    let fields: Vec<_> = what.into_iter().chain(much).collect();
    segment(guide, "E1EDL24", "E2EDL24007", &fields)
}

#[test]
fn trap_19_numbers_and_units_of_sap_are_read_as_what_they_mean() {
    let bench = Bench::new();
    let guide = bench.bundle.layouts["house/sap-shpord"].guide().clone();
    let long = segment(&guide, "E1EDL26", "E1EDL26", &[("MATNR_LONG", LONG_NUMBER)]);
    let items = [
        item(&guide, ["000010", "000000000000104455", "20.000", "CS", "240.000", "PCE"]),
        item(&guide, ["000020", "KRAUT-7", "2.000", "KAR", "24.000", "ST"]),
        item(&guide, ["000030", "", "1.000", "PCE", "1.000", "PCE"]) + &long,
    ];
    let file = delivery(&guide, "0080014477", &items.concat());
    let made = bench.read("house/sap-shpord", "house/sap-shpord", file.as_bytes()).sound();
    // The number people use, and the one SAP writes.
    assert_eq!(
        (made.at("/number"), made.at("/references/0/value")),
        ("80014477".into(), "0080014477".into())
    );
    // Numbers of digits lose their zeros, others are as they are, and since S/4 they may be long.
    let skus: Vec<String> = (0..3).map(|line| made.at(&format!("/lines/{line}/sku"))).collect();
    assert_eq!(skus, ["104455", "KRAUT-7", LONG_NUMBER]);
    // Numbers of items are told as they came.
    assert_eq!((made.at("/lines/0/no"), made.at("/lines/2/no")), ("000010".into(), "000030".into()));
    // Units of ISO, and SAP's own where nobody told it how ISO calls them: ST is a piece, not a set.
    let units: Vec<String> = (0..3)
        .flat_map(|line| ["uom", "base_uom"].map(|field| made.at(&format!("/lines/{line}/{field}"))))
        .collect();
    assert_eq!(units, ["CS", "EA", "CS", "EA", "EA", "EA"]);
    // A unit of neither kind is asked about.
    let odd = item(&guide, ["000010", "KRAUT-7", "2.000", "XYZ", "24.000", "PCE"]);
    let file = delivery(&guide, "0080014477", &odd);
    let made = bench.read("house/sap-shpord", "house/sap-shpord", file.as_bytes());
    assert!(made.told.contains("sap_uom_iso"), "{}", made.told);
}

/// Ports of XML have the names of the types, E1EDL24, where those of flat files have released ones, E2EDL24007.
#[test]
fn trap_19_both_forms_of_an_idoc_say_the_same() {
    let bench = Bench::new();
    let guide = bench.bundle.layouts["house/sap-shpord"].guide().clone();
    let item = item(&guide, ["000010", "000000000000104455", "20.000", "CS", "240.000", "PCE"]);
    let flat = delivery(&guide, "0080014477", &item);
    let markup = "<DELVRY03><IDOC BEGIN=\"1\"><EDI_DC40 SEGMENT=\"1\"><TABNAM>EDI_DC40</TABNAM><MANDT>100</MANDT>\
        <DOCNUM>0000000004711001</DOCNUM><DIRECT>1</DIRECT><IDOCTYP>DELVRY03</IDOCTYP><MESTYP>SHPORD</MESTYP>\
        <SNDPRT>LS</SNDPRT><SNDPRN>S4P100</SNDPRN><RCVPRT>LI</RCVPRT><RCVPRN>HAVENPORT</RCVPRN></EDI_DC40>\
        <E1EDL20 SEGMENT=\"1\"><VBELN>0080014477</VBELN>\
        <E1ADRM1 SEGMENT=\"1\"><PARTNER_Q>WE</PARTNER_Q><NAME1>Kontor Lindau</NAME1></E1ADRM1>\
        <E1EDL24 SEGMENT=\"1\"><POSNR>000010</POSNR><MATNR>000000000000104455</MATNR><LFIMG>20.000</LFIMG>\
        <VRKME>CS</VRKME><LGMNG>240.000</LGMNG><MEINS>PCE</MEINS></E1EDL24></E1EDL20></IDOC></DELVRY03>";
    let read = |file: &str| bench.read("house/sap-shpord", "house/sap-shpord", file.as_bytes()).sound();
    assert_eq!(read(markup).document, read(&flat).document);
}

#[test]
fn trap_19_numbers_go_back_to_sap_with_the_zeros_it_wants() {
    let bench = Bench::new();
    let line = |number: &str, sku: &str, uom: &str| {
        format!(
            r#"{{"order_line": "{number}", "sku": "{sku}", "ordered": 2, "shipped": 2, "uom": "{uom}", "base_ordered": 2,
                "base_shipped": 2, "base_uom": "EA", "status": "complete"}}"#
        )
    };
    let lines =
        [line("000010", "104455", "CS"), line("000020", "KRAUT-7", "EA"), line("000030", LONG_NUMBER, "EA")];
    let document = format!(
        r#"{{"number": "S-1", "order_number": "80014477", "ship_to": {{"id": "1"}}, "shipped_at": "2026-11-23T15:20:00+00:00",
            "lines": [{}]}}"#,
        lines.join(", ")
    );
    let (idoc, codes) = bench.write("house/sap-shpcon", &bench.document("shipment", &document));
    assert_eq!(codes, [""; 0]);
    assert!(idoc.starts_with("EDI_DC40  "), "{idoc}");
    assert_eq!(idoc.lines().next().unwrap().chars().count(), CONTROL_COLUMNS);
    let data = |tag: &str| -> Vec<String> {
        let records = idoc.lines().filter(|record| record.starts_with(tag));
        records.map(|record| record.chars().skip(63).collect::<String>().trim_end().to_string()).collect()
    };
    assert_eq!(data("E2EDL20"), ["0080014477"]);
    let items = data("E2EDL24");
    assert!(items[0].starts_with("000010000000000000104455"), "{}", items[0]);
    assert!(items[1].starts_with("000020KRAUT-7 "), "{}", items[1]);
    assert!(items[2].starts_with(&format!("000030{:18}", "")), "{}", items[2]);
    assert!(data("E2EDL26")[0].ends_with(LONG_NUMBER), "{:?}", data("E2EDL26"));
    let has_unit = |item: &String, unit: &str| item.split_whitespace().any(|word| word == unit);
    assert!(has_unit(&items[0], "CS") && has_unit(&items[1], "PCE"), "{items:?}");
}

#[test]
fn trap_19_a_file_holds_several_idocs() {
    let bench = Bench::new();
    let layout = &*bench.bundle.layouts["house/sap-shpord"];
    let guide = layout.guide().clone();
    assert_eq!(control(&guide, "SHPORD").chars().count(), CONTROL_COLUMNS);
    let item = item(&guide, ["000010", "KRAUT-7", "2.000", "PCE", "2.000", "PCE"]);
    let file = delivery(&guide, "0080014477", &item) + &delivery(&guide, "0080014478", &item);
    let (_, rows) = shipped::messages(layout, file.as_bytes());
    assert_eq!(rows.iter().map(|row| &*row.kind).collect::<Vec<_>>(), ["SHPORD", "SHPORD"]);
    // Each for itself: the second one is read as well as the first.
    let second = &file.as_bytes()[rows[1].offset as usize..];
    let made = bench.read("house/sap-shpord", "house/sap-shpord", second).sound();
    assert_eq!(made.at("/number"), "80014478");
}
