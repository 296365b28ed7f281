//! The house's own files, in rows and in fixed columns, for every canonical document: what is written is read again as the
//! same document. `UPDATE_EXPECT=1` writes anew what rows have no place for.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::diagnostics::{Diagnostics, Severity};
use crossdock::formats::{Envelope, Layout, Totals};
use crossdock::gateway::bundle::Bundle;
use crossdock::mapping::Found;
use crossdock::tree::{Tree, View, json};
use serde_json::Value;
use shipped::{input, messages, read, render, run, run_knowing, testdata};
use std::collections::BTreeMap;
use std::path::Path;

/// What rows have no place for: one line for each value of the documents in `testdata/canonical/whole`.
const NOT_IN_ROWS: &str = "testdata/canonical/not-in-rows.txt";

/// A document with every field, no two values alike.
fn whole(document: &str) -> String {
    String::from_utf8(testdata(&format!("canonical/whole/{document}.json"))).unwrap()
}

/// A file with this document.
fn file(bundle: &Bundle, layout: &dyn Layout, map: &str, document: &str, text: &str) -> Vec<u8> {
    let mut tree = Tree::new();
    json::read(&bundle.shapes[document], text, &mut tree).unwrap();
    let (target, mut findings, _) = run(&bundle.maps[map], View::new(&tree, ""), vec![]);
    let (envelope, mut totals, mut body, mut file) =
        (Envelope::default(), Totals::default(), Vec::new(), Vec::new());
    layout.write_body(View::new(&target, ""), &mut body, &mut findings);
    layout.begin_file(&envelope, &mut file);
    layout.wrap_body(&envelope, &mut totals, &body, &mut file);
    layout.end_file(&envelope, &totals, &mut file);
    sound(bundle, map, &findings);
    file
}

/// The only document of a file.
fn document(bundle: &Bundle, layout: &dyn Layout, map: &str, file: &[u8]) -> String {
    let (head, rows) = messages(layout, file);
    assert_eq!(rows.len(), 1, "{map}");
    let input = input(&head, file, &rows[0]);
    let (tree, mut findings) = read(layout, &input);
    let plan = &bundle.maps[map];
    let source = View::new(&tree, input.source());
    let (document, told) = run_knowing("PLF", plan, source, vec![], &mut |_, _| Ok(Found::None));
    findings.extend(told);
    sound(bundle, map, &findings);
    let mut text = String::new();
    json::write(&plan.target_shape, View::new(&document, ""), true, &mut text);
    text
}

/// Nothing but what the form says of itself: that it has no place for something.
fn sound(bundle: &Bundle, map: &str, findings: &Diagnostics) {
    let other = findings.as_slice().iter().find(|finding| finding.severity != Severity::Info);
    assert!(other.is_none(), "{map}: {}", render(findings.as_slice(), &bundle.sources));
}

/// Every value with its path.
fn values(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    collect(&serde_json::from_str(text).unwrap(), "", &mut values);
    values.remove(".client");
    values
}

fn collect(value: &Value, path: &str, values: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect(value, &format!("{path}.{name}"), values));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| collect(item, &format!("{path}[{at}]"), values));
        }
        leaf => {
            values.insert(path.to_string(), leaf.to_string());
        }
    }
}

/// Writes and reads a document, and says which of its values did not come back.
fn lost(bundle: &Bundle, document_name: &str, form: &str) -> Vec<String> {
    let name = format!("house/{}-{form}", document_name.replace('_', "-"));
    let layout = bundle.layouts.get(name.as_str()).unwrap_or_else(|| panic!("there is no guide {name}"));
    let out = format!("{name}-out");
    let first = file(bundle, &**layout, &out, document_name, &whole(document_name));
    let again = document(bundle, &**layout, &name, &first);
    let second = file(bundle, &**layout, &out, document_name, &again);
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(shown(&second), shown(&first), "{name}: what was read is written as it was");
    let (sent, came) = (values(&whole(document_name)), values(&again));
    for (path, value) in &came {
        assert_eq!(sent.get(path), Some(value), "{name}: {path}");
    }
    sent.into_keys().filter(|path| !came.contains_key(path)).collect()
}

#[test]
fn fixed_columns_hold_every_field_of_every_document() {
    let bundle = shipped::bundle();
    for document in bundle.shapes.keys() {
        assert_eq!(lost(&bundle, document, "fixed"), [""; 0], "{document}");
    }
}

#[test]
fn rows_hold_every_field_but_those_that_are_listed() {
    let bundle = shipped::bundle();
    let lost = bundle.shapes.keys().flat_map(|document| {
        lost(&bundle, document, "csv").into_iter().map(move |path| format!("{document}{path}\n"))
    });
    let lost: String = lost.collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(NOT_IN_ROWS);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &lost).unwrap();
    }
    assert_eq!(lost, std::fs::read_to_string(&path).unwrap_or_default());
}

/// Every field stands in the documents that the laws are held against.
#[test]
fn the_documents_are_whole() {
    let bundle = shipped::bundle();
    for (name, shape) in &bundle.shapes {
        let text = whole(name);
        let values = values(&text);
        let has = |path: &str| values.keys().any(|key| without_indices(key) == format!(".{path}"));
        for (place, _) in shape.places().filter(|(_, place)| place.leaf_type().is_some()) {
            let path = shape.path(place);
            // The gateway fills some, a client's own map others.
            let is_given =
                ["client", "sender", "receiver", "provenance"].iter().any(|top| path.starts_with(top))
                    || path.split('.').any(|step| step == "ext");
            let is_filled = is_given || has(&path);
            assert!(is_filled, "{name}: nothing in {path}");
        }
    }
}

fn without_indices(path: &str) -> String {
    path.split('[')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { &part[part.find(']').unwrap() + 1..] })
        .collect()
}
