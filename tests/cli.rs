//! Every command as people call it: what it prints, and its exit status.
#![allow(clippy::unwrap_used)]

#[path = "support/cli.rs"]
mod cli;

use cli::{crossdock, expect, root};
use serde_json::Value;

const ORDER: &str = "testdata/x12/ok/s01-940.edi";
const SHIPMENT: &str = "testdata/csv/ok/s01-wms-shipment.csv";
const EARLIER: &str = "testdata/canonical/s01-outbound-order.json";

fn json(arguments: &[&str]) -> (Value, Option<i32>) {
    let output = crossdock(arguments).args(["--format", "json"]).output().unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

#[test]
fn without_a_command_the_first_three_to_try_are_shown() {
    expect("help", &[]);
}

#[test]
fn check_of_sound_mappings_says_so_in_one_line() {
    expect("check-sound", &["check"]);
    let (answer, exit) = json(&["check"]);
    assert_eq!((&answer["findings"], exit), (&serde_json::json!([]), Some(0)));
}

#[test]
fn check_shows_every_finding_of_every_file() {
    expect("check-findings", &["check", "testdata/cli/broken"]);
    let (answer, exit) = json(&["check", "testdata/cli/broken"]);
    assert!(answer["findings"].as_array().unwrap().len() > 1);
    assert_eq!(exit, Some(1));
}

#[test]
fn check_of_a_folder_that_is_not_there_is_wrong_use() {
    expect("check-no-folder", &["check", "mapings"]);
    expect("check-no-mappings", &["check", "testdata/x12/ok"]);
    expect("check-unknown-option", &["check", "--confg", "gateway.toml"]);
}

#[test]
fn check_with_settings_knows_the_endpoints() {
    expect("check-config", &["check", "mappings", "--config", "mappings/gateway-demo.toml"]);
    expect("check-config-endpoint", &["check", "mappings", "--config", "testdata/cli/one-endpoint.toml"]);
}

#[test]
fn explain_tells_cause_example_and_cure() {
    expect("explain-code", &["explain", "x207"]);
    expect("explain-author", &["explain", "E110"]);
    expect("explain-unknown", &["explain", "X297"]);
    let (answer, exit) = json(&["explain", "X207"]);
    assert_eq!((answer["code"].as_str(), exit), (Some("X207"), Some(0)));
}

#[test]
fn translate_prints_the_canonical_document() {
    expect("translate-document", &["translate", ORDER, "--read", "brightwick/940-order"]);
    let (answer, exit) = json(&["translate", ORDER, "--read", "brightwick/940-order"]);
    assert_eq!(exit, Some(0));
    let mut document = answer["messages"][0]["document"].clone();
    document.as_object_mut().unwrap().remove("provenance");
    let expected = std::fs::read_to_string(root().join(EARLIER)).unwrap();
    assert_eq!(document, serde_json::from_str::<Value>(&expected).unwrap());
}

#[test]
fn translate_writes_the_bytes_of_the_target() {
    expect(
        "translate-bytes",
        &["translate", ORDER, "--read", "brightwick/940-order", "--write", "house/wms-order"],
    );
    expect("translate-flow", &["translate", ORDER, "--flow", "brightwick/orders"]);
    let (answer, exit) = json(&["translate", ORDER, "--flow", "brightwick/orders"]);
    assert_eq!(exit, Some(0));
    assert_eq!(answer["messages"][0]["outputs"][0]["endpoint"], "wms-import");
}

#[test]
fn translate_finds_earlier_documents_in_json_files() {
    expect(
        "translate-earlier",
        &["translate", SHIPMENT, "--flow", "brightwick/shipments", "--earlier", EARLIER],
    );
    expect("translate-earlier-missing", &["translate", SHIPMENT, "--flow", "brightwick/shipments"]);
    expect(
        "translate-earlier-not-fit",
        &[
            "translate",
            SHIPMENT,
            "--flow",
            "brightwick/shipments",
            "--earlier",
            "testdata/canonical/s01-shipment.json",
        ],
    );
}

#[test]
fn translate_tells_what_is_wrong_with_each_message() {
    expect("translate-bad", &["translate", "testdata/x12/err/s14-940.edi", "--flow", "brightwick/orders"]);
    expect("translate-frame", &["translate", "testdata/x12/err/ge-count.edi", "--flow", "brightwick/orders"]);
    expect(
        "translate-other-type",
        &["translate", "testdata/x12/ok/s01-945.edi", "--flow", "brightwick/orders"],
    );
    let (answer, exit) = json(&["translate", "testdata/x12/err/s14-940.edi", "--flow", "brightwick/orders"]);
    assert_eq!(exit, Some(1));
    assert_eq!(answer["messages"][0]["outcome"], "rejected");
    assert_eq!(answer["messages"][1]["outcome"], "built");
}

#[test]
fn translate_called_the_wrong_way_says_what_to_write() {
    expect("translate-no-map", &["translate", ORDER]);
    expect("translate-unknown-map", &["translate", ORDER, "--read", "brightwick/940-oder"]);
    let (answer, exit) = json(&["translate", ORDER, "--read", "brightwick/940-oder"]);
    assert_eq!((answer["help"].as_str(), exit), (Some("did you mean `brightwick/940-order`?"), Some(2)));
    expect("translate-write-map", &["translate", ORDER, "--read", "house/wms-order"]);
    expect("translate-no-file", &["translate", "order.edi", "--flow", "brightwick/orders"]);
    expect(
        "translate-broken-maps",
        &["translate", ORDER, "--flow", "brightwick/orders", "--mappings", "testdata/cli/broken"],
    );
}

fn explain(name: &str, path: &str) {
    expect(name, &["translate", ORDER, "--flow", "brightwick/orders", "--explain", path]);
}

#[test]
fn the_life_of_a_value_goes_from_its_line_to_its_bytes() {
    explain("life-value", "ship_to.id");
    explain("life-computed", "row[1].Qty");
    explain("life-table", "lines[1].uom");
    explain("life-pair", "lines[1].gtin");
    explain("life-header", "client");
    let shipment = ["translate", SHIPMENT, "--flow", "brightwick/shipments", "--earlier", EARLIER];
    expect("life-earlier", &[&shipment[..], &["--explain", "LX[2].W12.03"]].concat());
    let (answer, exit) =
        json(&["translate", ORDER, "--flow", "brightwick/orders", "--explain", "ship_to.id"]);
    assert_eq!((answer["text"].as_str(), exit), (Some("ship_to.id is `0012`"), Some(0)));
    assert_eq!(answer["at"]["line"], 3);
}

#[test]
fn an_absent_value_is_explained() {
    explain("life-no-segment", "lines[2].pack");
    explain("life-no-qualifier", "bill_to.name");
    explain("life-no-element", "service");
    explain("life-no-pair", "lines[1].buyer_item");
    explain("life-no-occurrence", "ship_to.street2");
    explain("life-too-few", "lines[3].qty");
    explain("life-no-line", "lines[1].expires_not_before");
    let bad = ["translate", "testdata/x12/err/s14-940.edi", "--flow", "brightwick/orders"];
    expect("life-no-row", &[&bad[..], &["--explain", "lines[1].uom"]].concat());
    let absent = &["--explain", "LX[1].W12.N9[LT].02", "--earlier", EARLIER];
    expect(
        "life-layers",
        &[&["translate", SHIPMENT, "--flow", "brightwick/shipments"], &absent[..]].concat(),
    );
}

#[test]
fn explain_of_a_path_that_is_not_there_says_what_is() {
    explain("life-unknown", "lines[1].nubmer");
    explain("life-record", "ship_to");
    expect(
        "life-no-message",
        &["translate", ORDER, "--flow", "brightwick/orders", "--explain", "number", "--message", "2"],
    );
}

/// What changes from run to run: folders, times, lengths of time.
fn settled(folder: &std::path::Path, text: &str) -> String {
    let text = text.replace(folder.to_str().unwrap(), "DEMO");
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    while at < text.len() {
        let shape = b"dddd-dd-ddTdd:dd:dd.dddZ";
        let is_time = bytes.len() >= at + shape.len()
            && shape.iter().zip(&bytes[at..]).all(|(want, byte)| match want {
                b'd' => byte.is_ascii_digit(),
                want => want == byte,
            });
        if is_time {
            out.push_str("TIME");
            at += shape.len();
        } else {
            let next = text[at..].chars().next().unwrap();
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}

#[test]
fn a_demo_can_be_listed_shown_and_retried() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let config = format!("{dir}/gateway.toml");
    let expect = |name: &str, arguments: &[&str]| {
        cli::expect_with(name, arguments, &|text| settled(folder.path(), &text));
    };
    expect("demo-once", &["demo", "--dir", dir, "--once"]);
    expect("messages", &["messages", "--config", &config]);
    expect("messages-state", &["messages", "--config", &config, "--state", "hold"]);
    let (all, _) = json(&["messages", "--config", &config]);
    let of = |state: &str| {
        let found = all.as_array().unwrap().iter().find(|message| message["state"] == state);
        found.unwrap()["id"].to_string()
    };
    expect("show-done", &["show", &of("DONE"), "--config", &config]);
    let refused = all.as_array().unwrap().iter().find(|message| message["state"] != "DONE").unwrap();
    let refused = refused["id"].to_string();
    expect("show-refused", &["show", &refused, "--config", &config]);
    let (story, exit) = json(&["show", &refused, "--config", &config]);
    assert_eq!((story["findings"].as_array().unwrap().is_empty(), exit), (false, Some(0)));
    expect("show-unknown", &["show", "4711", "--config", &config]);
    expect("retry-done", &["retry", &of("DONE"), "--config", &config]);
    expect("retry", &["retry", &refused, "--config", &config]);
    expect("run-once", &["run", "--once", "--config", &config]);
}

#[test]
fn a_ledger_that_is_not_there_is_wrong_use() {
    expect("messages-no-config", &["messages"]);
    expect("messages-no-ledger", &["messages", "--config", "mappings/gateway-demo.toml"]);
}
