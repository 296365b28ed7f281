//! The study's order in EDIFACT (`testdata/study_edifact`), read, and written as an IDoc. `UPDATE_EXPECT=1` writes what comes
//! out anew.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::base::files::Disk;
use crossdock::diagnostics::Diagnostics;
use crossdock::gateway::bundle::{self, Bundle, MappingFiles};
use crossdock::tree::{Tree, View, json};
use shipped::{input, messages, read, render, run_for, testdata};
use std::path::{Path, PathBuf};

const SHAPE: &str = "canonical/study.shape";
const ORDER: &str = "study_edifact/messages/orders.edi";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/study_edifact")
}

/// The shipped standards, records, items and tables, with the documents of the study and these guides and maps.
fn study() -> Bundle {
    let is_beneath = |path: &str| {
        let folders = ["standards/edifact/", "standards/idoc/", "house/tables/"];
        folders.iter().any(|folder| path.starts_with(folder))
            || ["canonical/records.shape", "canonical/item.shape"].contains(&path)
    };
    let mut mappings: MappingFiles = shipped::mapping_files();
    mappings.retain(|path, _| is_beneath(path));
    mappings.insert(SHAPE.into(), String::from_utf8(testdata(&format!("study/{SHAPE}"))).unwrap());
    for (path, text) in bundle::read_files(&Disk, &folder()).unwrap() {
        let is_of_house = path.starts_with("house/");
        mappings.insert(if is_of_house { path } else { format!("clients/{path}") }, text);
    }
    let (bundle, sources, findings) = bundle::compile(&mappings, None);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &sources));
    bundle.unwrap()
}

fn codes(findings: &Diagnostics) -> Vec<String> {
    findings.as_slice().iter().map(|finding| finding.shown_code().to_string()).collect()
}

/// The order of a file, with the codes of what was found.
fn order(bundle: &Bundle, file: &[u8]) -> (Tree, Vec<String>) {
    let layout = &*bundle.layouts["kraft/edifact-orders"];
    let (head, rows) = messages(layout, file);
    assert_eq!(rows.len(), 1);
    let input = input(&head, file, &rows[0]);
    let (tree, findings) = read(layout, &input);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let (order, findings, _) =
        run_for("KRAFT", &bundle.maps["kraft/orders"], View::new(&tree, input.source()));
    (order, codes(&findings))
}

fn hold(name: &str, found: &str) {
    let path = folder().join("expected").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found.replace("\r\n", "\n"), expected.replace("\r\n", "\n"), "{name}");
}

#[test]
fn the_message_becomes_an_order() {
    let bundle = study();
    let (order, found) = order(&bundle, &testdata(ORDER));
    assert!(found.is_empty(), "{found:?}");
    let mut shown = String::new();
    json::write(&bundle.shapes["outbound_order"], View::new(&order, ""), true, &mut shown);
    hold("order.json", &(shown + "\n"));
}

#[test]
fn a_message_that_is_not_as_agreed_is_told() {
    let bundle = study();
    // Its characters are ISO 8859-1: each byte stands for itself.
    let text: String = testdata(ORDER).iter().map(|&byte| char::from(byte)).collect();
    let told = |changes: &[(&str, &str)]| {
        let edited = changes.iter().fold(text.clone(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        let bytes: Vec<u8> = edited.chars().map(|character| character as u8).collect();
        order(&bundle, &bytes).1
    };
    assert_eq!(told(&[("CNT+2:1'", "CNT+2:2'")]), ["E202"]);
    assert_eq!(told(&[("240:PCE'", "240:XXX'")]), ["B003"]);
    assert_eq!(told(&[("+4500123987+9'", "+4500123987+2'")]), ["B003"]);
    assert_eq!(told(&[("++9520001001017:EN'", "'"), ("KX-4711:SA'", "KX-4711:IN'")]), ["E110"]);
    assert!(told(&[("DTM+2:20260320", "DTM+64:20260321")]).is_empty());
}

#[test]
fn the_order_becomes_an_idoc() {
    let bundle = study();
    let (order, _) = order(&bundle, &testdata(ORDER));
    let (idoc, findings, _) = run_for("KRAFT", &bundle.maps["sap/orders05"], View::new(&order, ""));
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    let (mut body, mut findings) = (Vec::new(), Diagnostics::new());
    bundle.layouts["sap/orders05-flat"].write_body(View::new(&idoc, ""), &mut body, &mut findings);
    assert!(findings.is_empty(), "{}", render(findings.as_slice(), &bundle.sources));
    hold("orders05.txt", &String::from_utf8(body).unwrap());
}
