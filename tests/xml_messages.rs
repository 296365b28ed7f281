//! XML: the warehouse's side of scenario S02, an order that is written and a shipment that is read; orders and despatch
//! advices in UBL.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::diagnostics::{Code, Diagnostics};
use crossdock::formats::{Envelope, InterchangeRow, Layout, MessageRow, Row, Totals, sniff_among};
use crossdock::gateway::bundle::{self, Bundle};
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

/// The interchange and the messages of a file.
fn rows(layout: &dyn Layout, bytes: &[u8]) -> (Vec<InterchangeRow>, Vec<MessageRow>) {
    let (mut interchanges, mut messages) = (Vec::new(), Vec::new());
    for row in shipped::index(layout, bytes, usize::MAX) {
        match row {
            Row::Interchange(row) => interchanges.push(row),
            Row::Message(row) => messages.push(row),
            Row::Unclaimed { start, .. } => panic!("{}", String::from_utf8_lossy(&start)),
            _ => {}
        }
    }
    (interchanges, messages)
}

#[test]
fn an_order_in_an_sbdh_says_who_sent_it_and_reads_as_without() {
    let bundle = shipped::bundle();
    let layout = &*bundle.layouts["ubl/order-2.1"];
    let bytes = shipped::testdata("xml/ok/ubl-order-sbdh.xml");
    let (interchanges, messages) = rows(layout, &bytes);
    let [interchange] = interchanges.as_slice() else { panic!("{interchanges:?}") };
    assert_eq!(interchange.sender, "iso6523-actorid-upis:0088:9520001000010");
    assert_eq!(interchange.receiver, "iso6523-actorid-upis:0088:9520002000019");
    let InterchangeRow { control_number, made_at, version, .. } = interchange;
    assert_eq!(
        [control_number.as_str(), made_at, version],
        ["c8ab2f10-88120", "2026-11-20T08:15:00+01:00", "1.0"]
    );
    assert_eq!((messages.len(), &*messages[0].version), (1, "2.1"));
    assert_eq!(values(layout, &bytes), values(layout, &shipped::testdata("xml/ok/ubl-order.xml")));
    // The guide is found by what is in the envelope, and cuts the file in pieces of any size.
    let found = sniff_among(&bytes, bundle.layouts.values().map(|layout| &**layout));
    assert_eq!(found.unwrap().1.unwrap().guide().name, "ubl/order-2.1");
    assert_eq!(shipped::index(layout, &bytes, 1), shipped::index(layout, &bytes, usize::MAX));
}

#[test]
fn what_is_in_an_sbdh_is_a_message_also_where_no_guide_is_for_it() {
    let text = String::from_utf8(shipped::testdata("xml/ok/ubl-order-sbdh.xml")).unwrap();
    let text = text.replace("xsd:Order-2", "xsd:Quotation-2").replace("<Order ", "<Quotation ");
    let text = text.replace("</Order>", "</Quotation>");
    let bundle = shipped::bundle();
    let layouts = bundle.layouts.values().map(|layout| &**layout);
    let (format, layout) = sniff_among(text.as_bytes(), layouts).unwrap();
    assert!(layout.is_none());
    let mut found = Vec::new();
    let mut indexer = format.indexer(None);
    indexer.feed(text.as_bytes(), &mut |row| found.push(row));
    indexer.finish(&mut |row| found.push(row));
    let [Row::Interchange(interchange), _, Row::Message(message), _, Row::InterchangeEnd { fault: None, .. }] =
        found.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!(interchange.control_number, "c8ab2f10-88120");
    assert_eq!((&*message.kind, &*message.version), ("Quotation", "2.1"));
}

/// GS1 has the header in an element of its own, beside the documents.
#[test]
fn a_header_beside_the_documents_is_read_and_one_without_an_end_is_refused() {
    let guide = "guide test/gs1-order\n  version 1\n  lang 1\n  syntax xml\n  namespace o \"urn:gs1:ecom:order:xsd:3\"\n\
                   element o:orderMessage/order\n    orderTypeCode text 10\n  end\nend guide\n";
    let mut files = shipped::mapping_files();
    files.insert("house/gs1-order.guide".into(), guide.into());
    let (bundle, sources, findings) = bundle::compile(&files, None);
    let bundle = bundle.unwrap_or_else(|| panic!("{}", shipped::render(findings.as_slice(), &sources)));
    let sbdh = String::from_utf8(shipped::testdata("xml/ok/ubl-order-sbdh.xml")).unwrap();
    let end = "</sh:StandardBusinessDocumentHeader>";
    let from = sbdh.find("<sh:StandardBusinessDocumentHeader").unwrap();
    let header = &sbdh[from..sbdh.find(end).unwrap() + end.len()];
    let text = format!(
        "<o:orderMessage xmlns:o='urn:gs1:ecom:order:xsd:3' \
           xmlns:sh='http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader'>{header}\
           <order><orderTypeCode>220</orderTypeCode></order>\
           <order><orderTypeCode>221</orderTypeCode></order></o:orderMessage>"
    );
    let layout = &*bundle.layouts["test/gs1-order"];
    let (interchanges, messages) = rows(layout, text.as_bytes());
    assert_eq!((interchanges.len(), messages.len()), (1, 2));
    assert_eq!(interchanges[0].sender, "iso6523-actorid-upis:0088:9520001000010");
    let read: Vec<String> = values(layout, text.as_bytes()).into_iter().map(|(_, value)| value).collect();
    assert_eq!(read, ["220", "221"]);

    // A header without an end says nothing, and swallows nothing of what stands at once behind it.
    let start = &header[..header.find('>').unwrap()];
    let (_, behind) = sbdh.split_once(end).unwrap();
    let empty = format!("{}{start}/>{}", &sbdh[..from], behind.trim_start());
    let (interchanges, messages) = rows(&*bundle.layouts["ubl/order-2.1"], empty.as_bytes());
    assert_eq!((interchanges[0].sender.as_str(), messages.len()), ("", 1));

    let endless = sbdh.replace(end, &" ".repeat(1 << 17));
    let found = shipped::index(&*bundle.layouts["ubl/order-2.1"], endless.as_bytes(), 1000);
    let Some(Row::InterchangeEnd { fault: Some(fault), .. }) = found.last() else { panic!("{found:?}") };
    assert_eq!(fault.found, "its header is longer than 65536 bytes");
}

#[test]
fn a_document_without_a_message_is_told() {
    let bundle = shipped::bundle();
    let text = "<sh:StandardBusinessDocument xmlns:sh='http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader'>\
                </sh:StandardBusinessDocument>";
    let found = shipped::index(&*bundle.layouts["ubl/order-2.1"], text.as_bytes(), usize::MAX);
    let told = |row: &Row| matches!(row, Row::Finding(finding) if finding.code == Code::I111);
    assert!(found.iter().any(told), "{found:?}");
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
