//! The examples of the language's study (`testdata/study`) on their messages. `UPDATE_EXPECT=1` writes what comes out anew.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use bumpalo::Bump;
use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, Totals};
use crossdock::gateway::bundle::{self, Bundle, MappingFiles};
use crossdock::mapping::plan::EarlierPlan;
use crossdock::mapping::{Earlier, Found};
use crossdock::tree::{Tree, View, json};
use shipped::{input, messages, read, render, run_knowing, testdata};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/study")
}

/// The shipped standards, records, items and tables, with the documents, guides, maps and flow of the study.
fn study() -> Bundle {
    let is_beneath = |path: &str| {
        path.starts_with("standards/x12/")
            || path.starts_with("house/tables/")
            || ["canonical/records.shape", "canonical/item.shape"].contains(&path)
    };
    let mut mappings: MappingFiles = shipped::mapping_files();
    mappings.retain(|path, _| is_beneath(path));
    for (path, text) in bundle::read_files(&crossdock::base::files::Disk, &folder()).unwrap() {
        let of_house = ["canonical/", "house/", "wms/"].iter().any(|start| path.starts_with(start));
        let is_message = path.starts_with("messages/") || path.starts_with("expected/");
        if !is_message {
            mappings.insert(if of_house { path } else { format!("clients/{path}") }, text);
        }
    }
    let (bundle, sources, findings) = bundle::compile(&mappings, None);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &sources));
    bundle.unwrap()
}

/// The items of the study.
fn items(bundle: &Bundle) -> Vec<Tree> {
    let text = String::from_utf8(testdata("study/messages/items.json")).unwrap();
    let items: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let tree = |item: &serde_json::Value| {
        let mut tree = Tree::new();
        json::read(&bundle.shapes["item"], &item.to_string(), &mut tree)
            .unwrap_or_else(|fault| panic!("{fault:?}"));
        tree
    };
    items.iter().map(tree).collect()
}

/// What a map makes of a tree, with the codes of its findings.
fn made(bundle: &Bundle, map: &str, view: View<'_>, earlier: Option<&Tree>) -> (Tree, Vec<String>) {
    let items = items(bundle);
    let mut fetch = |_: &EarlierPlan, keys: Vec<(String, String)>| {
        let sku = keys.iter().find(|(field, _)| field == "sku").map(|(_, sku)| sku.as_str());
        let shape = &bundle.shapes["item"];
        let place = shape.children_named(crossdock::tree::PlaceId::ROOT, "sku").next().unwrap();
        let root = crossdock::tree::NodeId::ROOT;
        let found = items.iter().find(|item| View::new(item, "").child_text(root, place) == sku);
        Ok(found.map_or(Found::None, |item| Found::One(item.clone())))
    };
    let earlier = earlier.map(|document| Earlier::One(View::new(document, "")));
    let (tree, findings) =
        run_knowing("ACME", &bundle.maps[map], view, earlier.into_iter().collect(), &mut fetch);
    let codes = findings.as_slice().iter().map(|finding| finding.shown_code().to_string()).collect();
    (tree, codes)
}

/// The one document of a file.
fn document(
    bundle: &Bundle,
    (guide, map): (&str, &str),
    file: &[u8],
    earlier: Option<&Tree>,
) -> (Tree, Vec<String>) {
    let layout = &*bundle.layouts[guide];
    let (head, rows) = messages(layout, file);
    assert_eq!(rows.len(), 1);
    let input = input(&head, file, &rows[0]);
    let (tree, findings) = read(layout, &input);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    made(bundle, map, View::new(&tree, input.source()), earlier)
}

fn written(bundle: &Bundle, (guide, map): (&str, &str), document: &Tree) -> String {
    let layout = &*bundle.layouts[guide];
    let (message, findings) = made(bundle, map, View::new(document, ""), None);
    assert!(findings.is_empty(), "{map} {findings:?}");
    let (mut body, mut file, mut findings) = (Vec::new(), Vec::new(), Diagnostics::new());
    layout.write_body(View::new(&message, ""), &mut body, &mut findings);
    assert!(findings.is_empty(), "{map}\n{}", render(findings.as_slice(), &bundle.sources));
    let (envelope, mut totals) = (Envelope::default(), Totals::default());
    if layout.guide().format != "x12" {
        layout.begin_file(&envelope, &mut file);
    }
    layout.wrap_body(&envelope, &mut totals, &body, &mut file);
    String::from_utf8(file).unwrap().replace("~", "~\n")
}

fn hold(name: &str, found: &str) {
    let path = folder().join("expected").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found.replace("\r\n", "\n"), expected.replace("\r\n", "\n"), "{name}");
}

fn shown(bundle: &Bundle, kind: &str, document: &Tree) -> String {
    let mut shown = String::new();
    json::write(&bundle.shapes[kind], View::new(document, ""), true, &mut shown);
    shown + "\n"
}

const ORDER: (&str, &str) = ("acme/x12-940", "acme/940-order");

fn order(bundle: &Bundle) -> Tree {
    let (order, findings) = document(bundle, ORDER, &testdata("study/messages/940.edi"), None);
    assert!(findings.is_empty(), "{findings:?}");
    order
}

#[test]
fn the_940_becomes_an_order() {
    let bundle = study();
    hold("order.json", &shown(&bundle, "outbound_order", &order(&bundle)));
}

#[test]
fn a_940_that_is_not_as_agreed_is_told() {
    let bundle = study();
    let text = String::from_utf8(testdata("study/messages/940.edi")).unwrap();
    let told = |from: &str, to: &str| {
        let edited = text.replace(from, to);
        assert_ne!(edited, text);
        document(&bundle, ORDER, edited.as_bytes(), None).1
    };
    assert_eq!(told("W76*54~", "W76*55~"), ["E201"]);
    assert_eq!(told("G62*10*20260318~", "G62*10*19690101~"), ["W301"]);
    assert_eq!(told("*9*NJ1~", "*9*XX1~"), ["B003"]);
}

#[test]
fn the_order_becomes_records_of_fixed_width() {
    let bundle = study();
    hold("pick-order.txt", &written(&bundle, ("wms/pick-order-fw", "wms/pick-order"), &order(&bundle)));
}

#[test]
fn rows_of_cartons_become_a_shipment_and_that_a_945() {
    let bundle = study();
    let read = ("wms/ship-confirm-csv", "wms/ship-confirm");
    let (shipment, findings) =
        document(&bundle, read, &testdata("study/messages/ship-confirm.csv"), Some(&order(&bundle)));
    assert!(findings.is_empty(), "{findings:?}");
    hold("shipment.json", &shown(&bundle, "shipment", &shipment));
    hold("945.edi", &written(&bundle, ("acme/x12-945", "acme/945"), &shipment));
    let (_, findings) = document(&bundle, read, &testdata("study/messages/ship-confirm.csv"), None);
    assert!(findings.contains(&"B007".to_string()), "{findings:?}");
}

#[test]
fn a_shipment_becomes_an_856_with_its_levels() {
    let bundle = study();
    let text = String::from_utf8(testdata("study/messages/shipment.json")).unwrap();
    let mut shipment = Tree::new();
    json::read(&bundle.shapes["shipment"], &text, &mut shipment).unwrap_or_else(|fault| panic!("{fault:?}"));
    hold("856.edi", &written(&bundle, ("retailer/x12-856", "retailer/856"), &shipment));
}

/// Bravo's SKU has leading zeros, its service a table, its lines no lot; cases only.
#[test]
fn another_client_stands_on_the_same_base() {
    let bundle = study();
    let text = String::from_utf8(testdata("study/messages/940.edi")).unwrap();
    let text = text
        .replace("LTL STANDARD", "G")
        .replace("*VN*AC-1001", "*VN*000AC-1001")
        .replace("N1*WH*North Dock NJ*9*NJ1~\n", "");
    let text = text.replace("SE*21*", "SE*20*");
    let layout = &*bundle.layouts["acme/x12-940"];
    let (head, rows) = messages(layout, text.as_bytes());
    let input = input(&head, text.as_bytes(), &rows[0]);
    // ACME requires N1*WH, Bravo's own guide would not.
    let (tree, _) = read(layout, &input);
    let (order, findings) = made(&bundle, "bravo/940-order", View::new(&tree, input.source()), None);
    // Eaches are no cases, and nobody reads the lot any more.
    assert!(findings.contains(&"E140".to_string()) && findings.contains(&"B009".to_string()), "{findings:?}");
    let order = shown(&bundle, "outbound_order", &order);
    for part in ["\"sku\": \"AC-1001\"", "\"service\": \"GROUND\"", "\"warehouse\": \"PA2\""] {
        assert!(order.contains(part), "{part}\n{order}");
    }
    assert!(!order.contains("\"lot\""), "{order}");
}

#[test]
fn orders_go_where_their_warehouse_is() {
    let bundle = study();
    let flow = &bundle.clients["acme"].routes[0].flow;
    let text = shown(&bundle, "outbound_order", &order(&bundle));
    let writes = |warehouse: &str| {
        let mut order = Tree::new();
        let edited = text.replace("\"warehouse\": \"NJ1\"", &format!("\"warehouse\": \"{warehouse}\""));
        json::read(&bundle.shapes["outbound_order"], &edited, &mut order)
            .unwrap_or_else(|fault| panic!("{fault:?}"));
        let mut findings = Diagnostics::new();
        let writes = flow.route(View::new(&order, ""), &mut Bump::new(), &mut findings);
        (writes, findings.as_slice().len())
    };
    assert_eq!(writes("NJ1"), (vec![0], 0));
    assert_eq!(writes("NJ2"), (vec![0], 0));
    assert_eq!(writes("CA1"), (vec![1, 2], 0));
    assert_eq!(writes("TX1"), (vec![], 1));
}
