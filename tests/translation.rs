//! The shipped maps on the messages of the scenarios, field by field.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::diagnostics::Severity;
use crossdock::formats::{Envelope, Totals};
use crossdock::gateway::bundle::{self, Bundle, Route};
use crossdock::mapping::{Earlier, Found, Outcome, Plan};
use crossdock::tree::{Tree, View};
use shipped::{input, messages, read, render, run, testdata};

fn route<'b>(bundle: &'b Bundle, flow: &str) -> &'b Route {
    let mut all = bundle.clients.values().flat_map(|client| &client.routes);
    all.find(|route| route.flow.name == flow).unwrap()
}

/// The canonical order of S01.
fn order(bundle: &Bundle) -> Tree {
    let route = route(bundle, "brightwick/orders");
    let bytes = testdata("x12/ok/s01-940.edi");
    let (head, rows) = messages(&*route.layout, &bytes);
    assert_eq!(rows.len(), 1);
    let input = input(&head, &bytes, &rows[0]);
    let (tree, findings) = read(&*route.layout, &input);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let (order, findings, outcome) = run(&route.read, View::new(&tree, input.source()), vec![]);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    assert_eq!(outcome, Outcome::Built);
    order
}

#[test]
fn the_940_of_s01_becomes_the_order_rows_of_the_warehouse() {
    let bundle = shipped::bundle();
    let order = order(&bundle);
    let (plan, layout) = &route(&bundle, "brightwick/orders").writes[0];
    let (rows, findings, outcome) = run(plan, View::new(&order, ""), vec![]);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    assert_eq!(outcome, Outcome::Built);
    let (mut body, mut file, mut findings) = (Vec::new(), Vec::new(), Default::default());
    layout.write_body(View::new(&rows, ""), &mut body, &mut findings);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    layout.begin_file(&Envelope::default(), &mut file);
    layout.wrap_body(&Envelope::default(), &mut Totals::default(), &body, &mut file);
    let expected = String::from_utf8(testdata("csv/ok/s01-wms-order.csv")).unwrap();
    assert_eq!(String::from_utf8(file).unwrap().replace("\r\n", "\n"), expected.replace("\r\n", "\n"));
}

#[test]
fn the_shipment_of_s01_becomes_the_945() {
    let bundle = shipped::bundle();
    let order = order(&bundle);
    let route = route(&bundle, "brightwick/shipments");
    let bytes = testdata("csv/ok/s01-wms-shipment.csv");
    let (head, rows) = messages(&*route.layout, &bytes);
    assert_eq!(rows.len(), 1);
    let input = input(&head, &bytes, &rows[0]);
    let (tree, findings) = read(&*route.layout, &input);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let (shipment, findings, _) =
        run(&route.read, View::new(&tree, input.source()), vec![Earlier::One(View::new(&order, ""))]);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let (plan, layout) = &route.writes[0];
    let (segments, findings, _) = run(plan, View::new(&shipment, ""), vec![]);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let (mut body, mut message, mut findings) = (Vec::new(), Vec::new(), Default::default());
    layout.write_body(View::new(&segments, ""), &mut body, &mut findings);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    layout.wrap_body(&Envelope::default(), &mut Totals::default(), &body, &mut message);
    let expected = String::from_utf8(testdata("x12/ok/s01-945.edi")).unwrap();
    let expected: Vec<&str> =
        expected.split('~').map(str::trim).filter(|segment| !segment.is_empty()).collect();
    let message = String::from_utf8(message).unwrap();
    let message: Vec<&str> = message.split('~').filter(|segment| !segment.is_empty()).collect();
    assert_eq!(message, expected[2..expected.len() - 2]);
}

#[test]
fn a_shipment_of_an_unknown_order_waits() {
    let bundle = shipped::bundle();
    let route = route(&bundle, "brightwick/shipments");
    let bytes = testdata("csv/ok/s01-wms-shipment.csv");
    let (head, rows) = messages(&*route.layout, &bytes);
    let input = input(&head, &bytes, &rows[0]);
    let (tree, _) = read(&*route.layout, &input);
    let (_, findings, outcome) = run(&route.read, View::new(&tree, input.source()), vec![Earlier::None]);
    assert_eq!(findings.as_slice()[0].shown_code(), "B007");
    assert_ne!(outcome, Outcome::Built);
}

#[test]
fn the_bad_messages_of_s14_are_refused_for_what_is_wrong_with_them() {
    let bundle = shipped::bundle();
    let route = route(&bundle, "brightwick/orders");
    let bytes = testdata("x12/err/s14-940.edi");
    let (head, rows) = messages(&*route.layout, &bytes);
    assert_eq!(rows.len(), 3);
    let of = |at: usize| {
        let input = input(&head, &bytes, &rows[at]);
        let (tree, findings) = read(&*route.layout, &input);
        let (_, business, outcome) = run(&route.read, View::new(&tree, input.source()), vec![]);
        (findings, business, outcome)
    };
    let (syntax, ..) = of(0);
    let told: Vec<(&str, u32, u16, &str, &str)> = syntax
        .as_slice()
        .iter()
        .filter(|finding| finding.severity == Severity::Reject)
        .map(|finding| {
            let place = finding.place.as_ref().unwrap();
            (
                finding.code.text(),
                place.segment,
                place.element,
                place.loop_id.as_str(),
                place.element_id.as_str(),
            )
        })
        .collect();
    assert_eq!(told, [("X208", 4, 2, "", "373"), ("X207", 7, 2, "0310", "355")]);
    let (syntax, business, outcome) = of(1);
    assert!(syntax.is_empty(), "{}", render(syntax.as_slice(), &bundle.sources));
    assert_eq!(outcome, Outcome::Built, "{}", render(business.as_slice(), &bundle.sources));
    let (syntax, business, outcome) = of(2);
    assert!(syntax.is_empty(), "{}", render(syntax.as_slice(), &bundle.sources));
    assert_eq!(outcome, Outcome::Rejected);
    assert!(business.as_slice().iter().any(|finding| finding.title() == "quantity missing"));
}

#[test]
fn a_guide_can_agree_to_dates_of_another_form() {
    let mut files = shipped::mapping_files();
    let guide = files.get_mut("clients/brightwick/x12-940.guide").unwrap();
    let line = "  widen G62.02 mask \"yyyy-MM-dd\" \"their system cannot do otherwise\"\nend guide";
    *guide = guide.replace("end guide", line);
    let (bundle, sources, findings) = bundle::compile(&files, None);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &sources));
    let bundle = bundle.unwrap();
    let layout = &*bundle.layouts["brightwick/x12-940"];
    let bytes = testdata("x12/err/one-of-three.edi");
    let (head, rows) = messages(layout, &bytes);
    let input = input(&head, &bytes, &rows[1]);
    let (tree, findings) = read(layout, &input);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let plan = &route(&bundle, "brightwick/orders").read;
    let (_, findings, outcome) = run(plan, View::new(&tree, input.source()), vec![]);
    assert_eq!(outcome, Outcome::Built, "{}", render(findings.as_slice(), &bundle.sources));
    let (mut out, mut findings) = (Vec::new(), Default::default());
    layout.write_body(View::new(&tree, input.source()), &mut out, &mut findings);
    assert!(String::from_utf8_lossy(&out).contains("*2026-11-23"), "{}", String::from_utf8_lossy(&out));
}

#[test]
fn the_columns_of_s08_become_an_order_and_its_rows() {
    let bundle = shipped::bundle();
    let route = route(&bundle, "caldera/orders");
    let bytes = testdata("fixed/ok/as400-s08.txt");
    let (head, rows) = messages(&*route.layout, &bytes);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].control_number, "778123");
    let input = input(&head, &bytes, &rows[0]);
    let (tree, findings) = read(&*route.layout, &input);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let (order, findings, outcome) =
        shipped::run_for("CALDERA", &route.read, View::new(&tree, input.source()));
    assert_eq!(outcome, Outcome::Built);
    let told: Vec<&str> = findings.as_slice().iter().map(|finding| finding.shown_code()).collect();
    assert_eq!((told, findings.worst()), (vec!["NEGATIVE_QTY"], Some(Severity::Warn)));
    let expected = String::from_utf8(testdata("canonical/s08-outbound-order.json")).unwrap();
    assert_eq!(json(&route.read, &order).trim_end(), expected.trim_end());

    let (plan, layout) = &route.writes[0];
    let (rows, findings, outcome) = run(plan, View::new(&order, ""), vec![]);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    assert_eq!(outcome, Outcome::Built);
    let (mut body, mut file, mut findings) = (Vec::new(), Vec::new(), Default::default());
    layout.write_body(View::new(&rows, ""), &mut body, &mut findings);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    layout.begin_file(&Envelope::default(), &mut file);
    layout.wrap_body(&Envelope::default(), &mut Totals::default(), &body, &mut file);
    assert_eq!(
        String::from_utf8(file).unwrap(),
        String::from_utf8(testdata("csv/ok/s08-wms-order.csv")).unwrap()
    );

    // And the tree of the client's file gives the client's file.
    let (mut body, mut file, mut totals) = (Vec::new(), Vec::new(), Totals::default());
    route.layout.write_body(View::new(&tree, input.source()), &mut body, &mut findings);
    route.layout.wrap_body(&Envelope::default(), &mut totals, &body, &mut file);
    route.layout.end_file(&Envelope::default(), &totals, &mut file);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    assert!(file == bytes, "{}", String::from_utf8_lossy(&file));
}

fn json(plan: &Plan, document: &Tree) -> String {
    let mut json = String::new();
    crossdock::tree::json::write(&plan.target_shape, View::new(document, ""), true, &mut json);
    json
}

/// Nordhaven's items, each as a document and as JSON.
fn items(bundle: &Bundle) -> Vec<(Tree, String)> {
    let route = route(bundle, "nordhaven/items");
    let bytes = testdata("demo/nordhaven-items.csv");
    let (head, rows) = messages(&*route.layout, &bytes);
    let item = |row| {
        let input = input(&head, &bytes, row);
        let (tree, _) = read(&*route.layout, &input);
        let (item, ..) = run(&route.read, View::new(&tree, input.source()), vec![]);
        let json = json(&route.read, &item);
        (item, json)
    };
    rows.iter().map(item).collect()
}

/// The notice that a despatch advice becomes where the items are known, as JSON, and the codes of what was found.
fn notice(bundle: &Bundle, release: &str, text: &str) -> (String, Vec<String>) {
    let layout = &*bundle.layouts[format!("house/edifact-desadv{release}").as_str()];
    let plan = &bundle.maps[format!("house/edifact-desadv-in{release}").as_str()];
    let (head, rows) = messages(layout, text.as_bytes());
    let input = input(&head, text.as_bytes(), &rows[0]);
    let (tree, mut findings) = read(layout, &input);
    let items = items(bundle);
    let (notice, business) =
        shipped::run_knowing("NORDHAVEN", plan, View::new(&tree, input.source()), vec![], &mut |_, keys| {
            let item = items.iter().find(|(_, json)| json.contains(&keys[0].1));
            Ok(item.map_or(Found::None, |(item, _)| Found::One(item.clone())))
        });
    findings.extend(business);
    let told = findings.as_slice().iter().map(|finding| finding.shown_code().to_string()).collect();
    (json(plan, &notice), told)
}

#[test]
fn one_map_reads_the_despatch_advices_of_two_directories() {
    let bundle = shipped::bundle();
    let both = |change: &dyn Fn(&str) -> String| {
        [("", "desadv-s04"), ("-d01b", "desadv01b-s04")].map(|(release, name)| {
            let text = String::from_utf8(testdata(&format!("edifact/ok/{name}.edi"))).unwrap();
            notice(&bundle, release, &change(&text))
        })
    };
    let expected = String::from_utf8(testdata("canonical/s04-inbound-notice.json")).unwrap();
    for (json, told) in both(&str::to_string) {
        assert_eq!((json.trim_end(), told), (expected.trim_end(), vec![]));
    }

    // A region is an element of NAD in D.96A and inside a composite in D.01B, where quantities are text by the standard.
    let changed = |quantity: &str| {
        both(&|text| {
            let address = "NAD+SU+9520004000017::9++Kontor Brennweiler+Lagerweg 4+Leipzig+SN+04103+DE'";
            text.replace("NAD+SU+9520004000017::9'", address)
                .replace("QTY+12:30'", &format!("QTY+12:{quantity}'"))
        })
    };
    for (quantity, shown) in [("30,5", r#""qty": 30.5"#), ("7.25", r#""qty": 7.25"#)] {
        let [one, other] = changed(quantity);
        assert_eq!(one, other);
        assert!(one.0.contains(r#""region": "SN""#) && one.0.contains(shown), "{}", one.0);
        assert!(one.1.is_empty(), "{:?}", one.1);
    }
    for (_, told) in changed("THIRTY") {
        assert!(told.contains(&"X206".to_string()), "{told:?}");
    }
}

/// Stock lines begin with LIN in one directory and with PIA in another; both guides call them `stock`.
const TWO_DIRECTORIES: &str = r#"
guide test/stock-d96a
  version 1
  lang 1
  syntax edifact set "DESADV" version "D" release "96A" agency "UN"
  dictionary edifact/d96a
  structure
    UNH required auto
    BGM required
    group stock = LIN max 9999
      QTY key .C186.6063
    end stock
    UNT required auto
  end structure
end guide

guide test/stock-d01b
  version 1
  lang 1
  syntax edifact set "DESADV" version "D" release "01B" agency "UN"
  dictionary edifact/d01b
  structure
    UNH required auto
    BGM required
    group stock = PIA max 9999
      QTY key .C186.6063
    end stock
    UNT required auto
  end structure
  stock.QTY.C186.6060 number
end guide

map test/stock-d96a
  version 1
  lang 1
  from guide test/stock-d96a as msg
  to canonical inbound_notice
  unmapped ignore
  number    = BGM.1004
  action    = "new"
  kind      = "asn"
  warehouse = "LEJ1"
  each lines from stock
    position = seq()
    no       = text(this.position)
    sku      = first(.C212[SA].7140)
    qty      = QTY[12].C186.6060
    base_qty = this.qty
    base_uom = "EA"
  end lines
end map

map test/stock-d01b extends test/stock-d96a
  version 1
  from guide test/stock-d01b
end map
"#;

#[test]
fn one_map_reads_groups_that_two_guides_give_one_name() {
    let mut files = shipped::mapping_files();
    files.insert("test/stock.guide".into(), TWO_DIRECTORIES.into());
    let (bundle, sources, findings) = bundle::compile(&files, None);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &sources));
    let bundle = bundle.unwrap();
    let read_by = |name: &str, release: &str, trigger: &str| {
        let message = format!(
            "UNB+UNOC:3+9520004000017:14+9520002000019:14+261119:1710+1'UNH+1+DESADV:D:{release}:UN'\
             BGM+351+ST7+9'{trigger}+4711:SA'QTY+12:5'{trigger}+4712:SA'QTY+12:6'UNT+7+1'UNZ+1+1'"
        );
        let (layout, plan) = (&*bundle.layouts[name], &bundle.maps[name]);
        let (head, rows) = messages(layout, message.as_bytes());
        let input = input(&head, message.as_bytes(), &rows[0]);
        let (tree, findings) = read(layout, &input);
        assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
        let (notice, findings, outcome) = run(plan, View::new(&tree, input.source()), vec![]);
        assert_eq!(outcome, Outcome::Built, "{}", render(findings.as_slice(), &bundle.sources));
        json(plan, &notice)
    };
    let one = read_by("test/stock-d96a", "96A", "LIN+1+");
    assert!(one.contains(r#""sku": "4712""#) && one.contains(r#""qty": 6"#), "{one}");
    assert_eq!(one, read_by("test/stock-d01b", "01B", "PIA+1"));
}

/// An order for the pick file of a warehouse, with its lines written and what was found.
fn picked(bundle: &Bundle, order: &Tree) -> (String, String) {
    let layout = &bundle.layouts["house/pick-order-fw"];
    let (records, mut findings, _) = run(&bundle.maps["house/pick-order"], View::new(order, ""), vec![]);
    let mut body = Vec::new();
    layout.write_body(View::new(&records, ""), &mut body, &mut findings);
    (String::from_utf8(body).unwrap(), render(findings.as_slice(), &bundle.sources))
}

#[test]
fn the_order_of_s01_becomes_the_records_of_a_pick_file() {
    let bundle = shipped::bundle();
    let (file, found) = picked(&bundle, &order(&bundle));
    assert_eq!((file, found), (String::from_utf8(testdata("fixed/ok/pick-s01.txt")).unwrap(), String::new()));
}

#[test]
fn long_notes_take_several_records_and_a_long_street_several_fields() {
    let bundle = shipped::bundle();
    let text = String::from_utf8(testdata("x12/ok/s01-940.edi")).unwrap();
    let long = "CALL THE DOCK OFFICE TWO HOURS AHEAD AND ASK FOR DOOR 7 DO NOT DOUBLE STACK";
    assert!(text.contains("DO NOT DOUBLE STACK") && text.contains("4400 QUARRY RD"));
    let text = text
        .replace("DO NOT DOUBLE STACK", long)
        .replace("4400 QUARRY RD", "4400 QUARRY ROAD BEHIND THE OLD CEMENT WORKS");
    let route = route(&bundle, "brightwick/orders");
    let (head, rows) = messages(&*route.layout, text.as_bytes());
    let input = input(&head, text.as_bytes(), &rows[0]);
    let (tree, _) = read(&*route.layout, &input);
    let (order, ..) = run(&route.read, View::new(&tree, input.source()), vec![]);
    let (file, found) = picked(&bundle, &order);
    assert_eq!(found, "");
    let records: Vec<&str> = file.split("\r\n").map(str::trim_end).collect();
    assert!(records[1].contains("4400 QUARRY ROAD BEHIND THE OLD    CEMENT WORKS"), "{}", records[1]);
    assert_eq!(records[2], "N001CALL THE DOCK OFFICE TWO HOURS AHEAD AND ASK FOR DOOR 7 DO");
    assert_eq!(records[3], "N002NOT DOUBLE STACK");
}

/// Lines with elements at the same places: their qualifiers tell them apart.
#[test]
fn lines_that_are_alike_are_told_apart_by_their_qualifiers() {
    let bundle = shipped::bundle();
    let route = route(&bundle, "brightwick/orders");
    let lines = [
        ("VN*BW-1*UP*412345600010", "LI*10"),
        ("VN*BW-2*UP*412345600010", "LI*20"),
        ("UP*412345600010*VN*BW-3", "LT*L7"),
        ("VN*BW-4*IN*B-4", "LI*40"),
        ("UP*412345600010*VN*BW-5", "LT*L8"),
        ("VN*BW-6*UP*412345600010", "LI*60"),
        ("IN*B-7*VN*BW-7", "LI*70"),
    ];
    let body: String = (1..)
        .zip(lines)
        .map(|(no, (ids, reference))| format!("LX*{no}~W01*3*EA**{ids}~G69*LAMP~N9*{reference}~"))
        .collect();
    let text = format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0815*U*00401*000000001*0*P*>~\
         GS*OW*BRIGHTWICK*HAVENPORT3PL*20261120*0815*1*X*004010~ST*940*0001~W05*N*SO1*PO-1~N1*DE*BRIGHTWICK HOME*92*BRW01~\
         N1*WH*HAVENPORT RENO*92*RNO2~N1*ST*LARKFIELD STORES*92*0104~N3*1 QUARRY RD~N4*FERNLEY*NV*89408*US~N9*DP*0104~\
         G62*37*20261123~NTE*WHI*DO NOT DOUBLE STACK~W66*CC*M********DEMO~{body}W76*21~SE*43*0001~GE*1*1~IEA*1*000000001~"
    );
    let (head, rows) = messages(&*route.layout, text.as_bytes());
    let input = input(&head, text.as_bytes(), &rows[0]);
    let (tree, _) = read(&*route.layout, &input);
    let (order, findings, _) = run(&route.read, View::new(&tree, input.source()), vec![]);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let mut document = String::new();
    crossdock::tree::json::write(&route.read.target_shape, View::new(&order, ""), false, &mut document);
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let told = document["lines"].as_array().unwrap().iter().map(|line| {
        let text = |name: &str| line[name].as_str().unwrap_or("-").to_string();
        ["sku", "buyer_item", "gtin", "no", "lot"].map(text).join(" ")
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "BW-1 - 00412345600010 10 -",
            "BW-2 - 00412345600010 20 -",
            "BW-3 - 00412345600010 3 L7",
            "BW-4 B-4 - 40 -",
            "BW-5 - 00412345600010 5 L8",
            "BW-6 - 00412345600010 60 -",
            "BW-7 B-7 - 70 -",
        ]
    );
}
