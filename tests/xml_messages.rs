//! XML: the warehouse's side of scenario S02, an order that is written and a shipment that is read; orders and despatch
//! advices in UBL.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, Layout, Totals};
use crossdock::gateway::bundle::Bundle;
use crossdock::mapping::{Earlier, Plan};
use crossdock::tree::{NodeId, Tree, View, json};
use std::path::Path;

/// A canonical document of `testdata/canonical`.
fn document(bundle: &Bundle, kind: &str, name: &str) -> Tree {
    let text = String::from_utf8(shipped::testdata(&format!("canonical/{name}.json"))).unwrap();
    let mut tree = Tree::new();
    json::read(&bundle.shapes[kind], &text, &mut tree).unwrap();
    tree
}

/// The values of all messages of a file, each with its path, in the order of the file.
fn values(layout: &dyn Layout, bytes: &[u8]) -> Vec<(String, String)> {
    let (head, rows) = shipped::messages(layout, bytes);
    let mut values = Vec::new();
    for row in &rows {
        let input = shipped::input(&head, bytes, row);
        let (tree, findings) = shipped::read(layout, &input);
        assert!(findings.is_empty(), "{:?}", findings.as_slice());
        let view = View::new(&tree, input.source());
        let leaf = |id: u32| Some((id, view.text(NodeId(id))?));
        values.extend(
            (0..tree.len() as u32)
                .filter_map(leaf)
                .map(|(id, text)| (layout.guide().shape.path(tree.node(NodeId(id)).place), text.to_string())),
        );
    }
    values
}

/// A file with one message.
fn file(layout: &dyn Layout, view: View<'_>) -> Vec<u8> {
    let (envelope, mut totals) = (Envelope::default(), Totals::default());
    let (mut body, mut bytes, mut findings) = (Vec::new(), Vec::new(), Diagnostics::new());
    layout.write_body(view, &mut body, &mut findings);
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    layout.begin_file(&envelope, &mut bytes);
    layout.wrap_body(&envelope, &mut totals, &body, &mut bytes);
    layout.end_file(&envelope, &totals, &mut bytes);
    bytes
}

#[test]
fn s02_an_order_is_written_for_the_warehouse() {
    let bundle = shipped::bundle();
    let order = document(&bundle, "outbound_order", "s02-outbound-order");
    let (plan, layout) = (&bundle.maps["house/wms-order-xml"], &*bundle.layouts["house/wms-order-xml"]);
    let (target, findings, _) = shipped::run(plan, View::new(&order, ""), vec![]);
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    let written = file(layout, View::new(&target, ""));
    assert_eq!(values(layout, &written), values(layout, &shipped::testdata("xml/ok/s02-wms-order.xml")));
    assert!(written.starts_with(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<WmsOrder version=\"2\">\n"));
}

#[test]
fn s02_a_shipment_is_read_from_the_warehouse() {
    let bundle = shipped::bundle();
    let order = document(&bundle, "outbound_order", "s02-outbound-order");
    let (plan, layout) = (&bundle.maps["house/wms-shipment-xml"], &*bundle.layouts["house/wms-shipment-xml"]);
    let bytes = shipped::testdata("xml/ok/s02-wms-shipment.xml");
    let order = Earlier::One(View::new(&order, ""));
    expect("canonical/s02-shipment.json", &made(&bundle, plan, layout, &bytes, "shipment", vec![order]));
}

/// The document that a map makes of the only message of a file.
fn made(
    bundle: &Bundle,
    plan: &Plan,
    layout: &dyn Layout,
    bytes: &[u8],
    kind: &str,
    earlier: Vec<Earlier<'_>>,
) -> String {
    let (head, rows) = shipped::messages(layout, bytes);
    assert_eq!(rows.len(), 1);
    let input = shipped::input(&head, bytes, &rows[0]);
    let (tree, findings) = shipped::read(layout, &input);
    assert!(findings.is_empty(), "{:?}", findings.as_slice());
    let source = View::new(&tree, input.source());
    let (document, findings, _) = shipped::run(plan, source, earlier);
    assert!(findings.is_empty(), "{}", shipped::render(findings.as_slice(), &bundle.sources));
    let mut made = String::new();
    json::write(&bundle.shapes[kind], View::new(&document, ""), true, &mut made);
    made + "\n"
}

/// Compares with a file of testdata; `UPDATE_EXPECT=1` writes it.
fn expect(path: &str, made: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, made).unwrap();
    }
    assert_eq!(made, std::fs::read_to_string(&file).unwrap_or_default(), "{path}");
}

#[test]
fn an_order_in_ubl_is_read() {
    let bundle = shipped::bundle();
    let (plan, layout) = (&bundle.maps["house/ubl-order"], &*bundle.layouts["ubl/order-2.1"]);
    let bytes = shipped::testdata("xml/ok/ubl-order.xml");
    expect(
        "canonical/ubl-outbound-order.json",
        &made(&bundle, plan, layout, &bytes, "outbound_order", vec![]),
    );
}

#[test]
fn a_despatch_advice_in_ubl_is_written() {
    let bundle = shipped::bundle();
    let shipment = document(&bundle, "shipment", "s02-shipment");
    let layout = &*bundle.layouts["ubl/despatch-advice-2.1"];
    let out = &bundle.maps["house/ubl-despatch-advice-out"];
    let (target, findings, _) = shipped::run(out, View::new(&shipment, ""), vec![]);
    assert!(findings.is_empty(), "{}", shipped::render(findings.as_slice(), &bundle.sources));
    let written = file(layout, View::new(&target, ""));
    expect("xml/ok/ubl-despatch-advice.xml", std::str::from_utf8(&written).unwrap());
}

#[test]
fn a_despatch_advice_in_ubl_is_read() {
    let bundle = shipped::bundle();
    let layout = &*bundle.layouts["ubl/despatch-advice-2.1"];
    let plan = &bundle.maps["house/ubl-despatch-advice-in"];
    let bytes = shipped::testdata("xml/ok/ubl-despatch-notice.xml");
    let document = made(&bundle, plan, layout, &bytes, "inbound_notice", vec![]);
    expect("canonical/ubl-inbound-notice.json", &document);
}
