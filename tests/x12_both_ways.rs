//! House maps of X12 that go both ways: a document that is written and read again says what it said.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, Totals};
use crossdock::gateway::bundle::Bundle;
use crossdock::mapping::{Earlier, Outcome};
use crossdock::tree::{Tree, View};
use shipped::{input, messages, read, render, run, testdata};

/// A document read from a file.
type Read<'m> = (&'m str, &'m str);

/// The one document of a file, read by a guide and a map without a finding.
fn document(bundle: &Bundle, (guide, map): Read<'_>, file: &[u8], earlier: Option<&Tree>) -> Tree {
    let layout = &*bundle.layouts[guide];
    let (head, rows) = messages(layout, file);
    assert_eq!(rows.len(), 1, "{map}");
    let input = input(&head, file, &rows[0]);
    let (tree, findings) = read(layout, &input);
    assert!(findings.is_empty(), "{map}\n{}", render(findings.as_slice(), &bundle.sources));
    let earlier = earlier.map(|document| Earlier::One(View::new(document, "")));
    let source = View::new(&tree, input.source());
    let (document, findings, outcome) = run(&bundle.maps[map], source, earlier.into_iter().collect());
    assert!(findings.is_empty(), "{map}\n{}", render(findings.as_slice(), &bundle.sources));
    assert_eq!(outcome, Outcome::Built);
    document
}

/// A file with what a map writes of a document, without a finding.
fn written(bundle: &Bundle, (guide, map): Read<'_>, document: &Tree) -> Vec<u8> {
    let layout = &*bundle.layouts[guide];
    let (message, findings, outcome) = run(&bundle.maps[map], View::new(document, ""), vec![]);
    assert!(findings.is_empty(), "{map}\n{}", render(findings.as_slice(), &bundle.sources));
    assert_eq!(outcome, Outcome::Built);
    let (mut body, mut file, mut findings) = (Vec::new(), Vec::new(), Diagnostics::new());
    layout.write_body(View::new(&message, ""), &mut body, &mut findings);
    assert!(findings.is_empty(), "{map}\n{}", render(findings.as_slice(), &bundle.sources));
    let (envelope, mut totals) = (Envelope::default(), Totals::default());
    layout.begin_file(&envelope, &mut file);
    layout.wrap_body(&envelope, &mut totals, &body, &mut file);
    layout.end_file(&envelope, &totals, &mut file);
    file
}

fn json(bundle: &Bundle, kind: &str, document: &Tree) -> String {
    let mut json = String::new();
    crossdock::tree::json::write(&bundle.shapes[kind], View::new(document, ""), true, &mut json);
    json
}

/// Whether the document of a file is the same once it is written and read again.
fn survives(bundle: &Bundle, kind: &str, file: &[u8], [read, write]: [Read<'_>; 2], earlier: Option<&Tree>) {
    let first = document(bundle, read, file, earlier);
    let again = written(bundle, write, &first);
    let second = document(bundle, (write.0, read.1), &again, earlier);
    let (first, second) = (json(bundle, kind, &first), json(bundle, kind, &second));
    assert_eq!(first, second, "{}", String::from_utf8_lossy(&again));
}

fn edited(path: &str, edits: &[(&str, &str)]) -> Vec<u8> {
    let mut text = String::from_utf8(testdata(path)).unwrap();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text.into_bytes()
}

const ORDER: Read<'_> = ("house/x12-940", "house/940-order");
const NOTICE: Read<'_> = ("house/x12-943", "house/943-notice");

#[test]
fn an_order_that_is_passed_on_says_what_was_ordered() {
    let bundle = shipped::bundle();
    let write = ("house/x12-940", "house/940");
    for file in ["x12/ok/s01-940.edi", "x12/ok/all-parties.edi", "x12/ok/cancel.edi"] {
        survives(&bundle, "outbound_order", &testdata(file), [ORDER, write], None);
    }
}

#[test]
fn an_invoice_that_is_charged_on_says_what_was_charged() {
    let bundle = shipped::bundle();
    let (read, write) = (("house/x12-810", "house/810-invoice"), ("house/x12-810", "house/810"));
    survives(&bundle, "invoice", &testdata("x12/ok/810-services.edi"), [read, write], None);
}

/// The notice of S06 with the base units in a case, so that no item master is asked.
fn notice() -> Vec<u8> {
    let edits = [
        ("N9*LT*LOT-26-44~\n", "N9*LI*10~\nN9*LT*LOT-26-44~\nW20*12~\n"),
        ("*VN*BW-MUG-4~\n", "*VN*BW-MUG-4~\nN9*LI*20~\nW20*6~\n"),
        ("SE*12*", "SE*16*"),
    ];
    edited("x12/ok/s06-943.edi", &edits)
}

#[test]
fn a_notice_that_is_passed_on_says_what_comes() {
    let bundle = shipped::bundle();
    survives(&bundle, "inbound_notice", &notice(), [NOTICE, ("house/x12-943", "house/943")], None);
}

/// What another warehouse tells of a notice we passed on is what we tell its depositor.
#[test]
fn a_receipt_of_another_warehouse_is_told_as_it_was_told() {
    let bundle = shipped::bundle();
    let notice = document(&bundle, NOTICE, &notice(), None);
    let edits = [
        ("BW-LAMP-S***LOT-26-44~\n", "BW-LAMP-S***LOT-26-44~\nN9*LI*10~\n"),
        ("BW-MUG-4~\n", "BW-MUG-4~\nN9*LI*20~\n"),
        ("SE*10*", "SE*12*"),
    ];
    let told = edited("x12/ok/s06-944.edi", &edits);
    let read = ("house/x12-944", "house/944-receipt");
    let receipt = document(&bundle, read, &told, Some(&notice));
    let shown = json(&bundle, "receipt", &receipt);
    for part in
        ["\"base_good\": 468", "\"base_damaged\": 12", "\"base_over\": 6", "\"qty\": 468", "\"qty\": 156"]
    {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    survives(&bundle, "receipt", &told, [read, ("house/x12-944", "house/944")], Some(&notice));
}

/// The same for what left for an order we passed on.
#[test]
fn a_shipment_of_another_warehouse_is_told_as_it_was_told() {
    let bundle = shipped::bundle();
    let order = document(&bundle, ORDER, &testdata("x12/ok/s01-940.edi"), None);
    let read = ("house/x12-945", "house/945-shipment");
    let told = testdata("x12/ok/s01-945.edi");
    let shipment = document(&bundle, read, &told, Some(&order));
    let shown = json(&bundle, "shipment", &shipment);
    for part in ["\"status\": \"complete\"", "\"status\": \"short\"", "\"sscc\": \"395200020000000010\""] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    survives(&bundle, "shipment", &told, [read, ("house/x12-945", "house/945")], Some(&order));
}
