//! Every command as people call it: what it prints, and its exit status.
#![allow(clippy::unwrap_used)]

#[path = "support/cli.rs"]
mod cli;

use cli::{crossdock, expect, root};
use serde_json::Value;
use std::path::{Path, PathBuf};

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

/// How many guides and maps are shipped changes with every one that is added.
fn uncounted(text: String) -> String {
    text.lines()
        .map(|line| match line.ends_with(": no findings") {
            true => line.replace(|digit: char| digit.is_ascii_digit(), "") + "\n",
            false => line.to_string() + "\n",
        })
        .collect()
}

#[test]
fn check_of_sound_mappings_says_so_in_one_line() {
    cli::expect_with("check-sound", &["check"], &uncounted);
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
    let demo = ["check", "mappings", "--config", "mappings/gateway-demo.toml"];
    cli::expect_with("check-config", &demo, &uncounted);
    expect("check-config-endpoint", &["check", "mappings", "--config", "testdata/cli/one-endpoint.toml"]);
}

#[test]
fn fmt_lays_out_what_can_be_read_and_tells_the_rest() {
    expect("fmt-sound", &["fmt", "--check", "testdata/cli/fmt/orders.flow"]);
    expect("fmt-check", &["fmt", "--check", "testdata/cli/fmt"]);
    expect("fmt-no-layout", &["fmt", "testdata/cli/fmt/tables/uom.csv"]);
    expect("fmt-no-file", &["fmt", "mappings/hous"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("tables")).unwrap();
    let given = root().join("testdata/cli/fmt");
    let names = ["orders.map", "orders.flow", "broken.map", "latin.map", "tables/uom.csv"];
    for name in &names {
        std::fs::copy(given.join(name), folder.path().join(name)).unwrap();
    }
    let dir = folder.path().to_str().unwrap();
    cli::expect_with("fmt", &["fmt", dir], &|text| text.replace(dir, "DIR"));
    cli::hold(
        &root().join("testdata/cli/fmt-orders.expect"),
        &std::fs::read_to_string(folder.path().join("orders.map")).unwrap(),
    );
    for name in names.iter().filter(|name| **name != "orders.map") {
        assert_eq!(
            std::fs::read(folder.path().join(name)).unwrap(),
            std::fs::read(given.join(name)).unwrap(),
            "{name} was to be left alone"
        );
    }
    let (answer, exit) = json(&["fmt", dir]);
    assert_eq!((answer["changed"].as_array().unwrap().len(), exit), (0, Some(1)));
    assert_eq!(answer["left"].as_array().unwrap().len(), 2);
}

#[test]
fn maps_and_guides_are_shown_with_their_layers() {
    let shown = |name| ["show", "--effective", name, "--mappings", "testdata/cli/effective"];
    expect("show-effective", &shown("acme/order"));
    expect("show-effective-guide", &shown("acme/order.guide"));
    expect("show-effective-unknown", &shown("acme/ordre"));
    expect("show-effective-broken", &shown("acme/broken"));
    expect("show-nothing", &["show"]);
    let (answer, exit) = json(&shown("acme/order.map"));
    let text = answer["text"].as_str().unwrap();
    assert_eq!((text.lines().next().unwrap().starts_with("map acme/order"), exit), (true, Some(0)));
}

#[test]
fn coverage_asks_what_nobody_reads_until_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    crossdock::cli::demo::lay_out::lay_out(folder.path()).unwrap();
    let mappings = folder.path().join("mappings");
    let own = mappings.join("clients/brightwick/940-order.map");
    edit(mappings.join("house/940-order.map"), "each references from N9\n", "each references from N9[DP]\n");
    let arguments = ["coverage", "brightwick/940-order", ORDER, "--mappings", mappings.to_str().unwrap()];
    let questions = || -> Vec<String> {
        let (answer, _) = json(&arguments);
        let asked = answer["maps"][0]["questions"].as_array().unwrap().iter();
        asked.map(|question| question["text"].as_str().unwrap().to_string()).collect()
    };
    let wanted = format!(
        "N9[IA] in 1 of 1 message, read by nobody (example \"77120\", {ORDER} message 1): what does it mean?"
    );
    assert_eq!(questions(), [wanted]);
    let text = std::fs::read_to_string(&own).unwrap();
    let ignored = "  add ignore N9[IA] \"internal account, confirmed by their EDI desk 2026-11-30\"\nend map";
    std::fs::write(&own, text.replace("end map", ignored)).unwrap();
    assert_eq!(questions(), Vec::<String>::new());
    let ignored = "  add ignore N9 \"none of their references is for us, 2026-11-30\"\nend map";
    std::fs::write(&own, text.replace("end map", ignored)).unwrap();
    assert_eq!(questions(), Vec::<String>::new());
    std::fs::write(&own, text.replace("end map", "  add service = first(N9[IA].02)\nend map")).unwrap();
    edit(mappings.join("house/940-order.map"), "  service            = W66.05\n", "");
    assert_eq!(questions(), Vec::<String>::new());
    expect("coverage-unknown", &["coverage", "brightwik"]);
}

/// A table of Brightwick's with what is in a case, and the line that asks it.
fn with_case_sizes(folder: &Path, rows: &str) -> PathBuf {
    crossdock::cli::demo::lay_out::lay_out(folder).unwrap();
    let mappings = folder.join("mappings");
    let own = mappings.join("clients/brightwick");
    edit(
        own.join("940-order.map"),
        "end map",
        "  set lines.pack = this.sku via table case_size unknown hold\nend map",
    );
    std::fs::create_dir_all(own.join("tables")).unwrap();
    std::fs::write(own.join("tables/case_size.csv"), format!("item,pieces\n{rows}")).unwrap();
    mappings
}

#[test]
fn a_cell_that_is_no_number_is_shown_with_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let mappings = with_case_sizes(folder.path(), "BW-LAMP-S,24 pcs\nBW-SHADE-L,1\n");
    let shown = mappings.to_str().unwrap().to_string();
    let arguments = ["translate", ORDER, "--flow", "brightwick/orders", "--mappings", &shown];
    cli::expect_with("translate-cell-no-number", &arguments, &|text| text.replace(&shown, "mappings"));
}

#[test]
fn coverage_asks_nothing_about_a_code_that_a_case_was_accepted_for() {
    let folder = tempfile::tempdir().unwrap();
    let mappings = with_case_sizes(folder.path(), "BW-SHADE-L,1\n");
    edit(mappings.join("house/940-order.map"), "CC: \"collect\", ", "");
    std::fs::remove_dir_all(mappings.join("clients/brightwick/tests")).unwrap();
    let case = mappings.join("clients/brightwick/tests/unknown-item");
    std::fs::create_dir_all(&case).unwrap();
    std::fs::copy(root().join(ORDER), case.join("order.edi")).unwrap();
    let shown = mappings.to_str().unwrap().to_string();
    let arguments = ["coverage", "brightwick/940-order", "--mappings", &shown];
    cli::expect_with("coverage-of-a-case", &arguments, &|text| text.replace(&shown, "mappings"));
    let accept = crossdock(&["test", case.to_str().unwrap(), "--accept"]).output();
    assert!(accept.unwrap().status.success());
    cli::expect_with("coverage-of-an-accepted-case", &arguments, &|text| text.replace(&shown, "mappings"));
}

#[test]
fn functions_are_listed_and_shown_with_their_examples() {
    expect("functions", &["functions"]);
    expect("functions-one", &["functions", "mid"]);
    expect("functions-language", &["functions", "lookup"]);
    expect("functions-unknown", &["functions", "substring_left"]);
    let (answer, exit) = json(&["functions", "gtin14"]);
    let result = answer[0]["examples"][0]["result"].as_str();
    assert_eq!((exit, result), (Some(0), Some("00412345600010")));
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
    let idoc = "testdata/idoc/err/orders05-xml-no-control.xml";
    expect("translate-no-control", &["translate", idoc, "--flow", "nordhaven/sap-orders"]);
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

/// Maps that read IDocs and JSON, with what they need of the shipped mappings and no more.
struct Life {
    folder: tempfile::TempDir,
}

impl Life {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mappings = folder.path().join("mappings");
        std::fs::create_dir_all(mappings.join("canonical")).unwrap();
        let shapes = std::fs::read_dir(root().join("mappings/canonical")).unwrap();
        let shapes = shapes
            .map(|entry| format!("mappings/canonical/{}", entry.unwrap().file_name().to_str().unwrap()));
        let idoc = ["control", "ORDERS05"].map(|name| format!("mappings/standards/idoc/{name}.guide"));
        let own = ["orders.guide", "orders.map"].map(|name| format!("testdata/cli/life/{name}"));
        for file in shapes.chain(idoc).chain(own) {
            let name = Path::new(&file).file_name().unwrap();
            let folder = if file.ends_with(".shape") { mappings.join("canonical") } else { mappings.clone() };
            std::fs::copy(root().join(&file), folder.join(name)).unwrap();
        }
        Life { folder }
    }

    fn explain(&self, name: &str, file: &str, read: &str, path: &str, more: &[&str]) {
        let mappings = self.folder.path().join("mappings").display().to_string();
        let arguments = ["translate", file, "--read", read, "--explain", path, "--mappings", &mappings];
        let dir = self.folder.path().to_str().unwrap();
        cli::expect_with(name, &[&arguments, more].concat(), &|text| text.replace(dir, "DEMO"));
    }
}

#[test]
fn values_of_every_format_are_explained() {
    let life = Life::new();
    let idoc = |name: &str, path: &str| {
        life.explain(name, "testdata/idoc/ok/orders05-trimmed.txt", "test/idoc-order", path, &[]);
    };
    idoc("life-idoc", "lines[1].qty");
    idoc("life-idoc-no-field", "service");
    idoc("life-idoc-no-qualifier", "bill_to.id");
    idoc("life-when", "carrier");
    let json = |name: &str, path: &str| {
        life.explain(name, "testdata/json/ok/orders.json", "test/json-order", path, &[]);
    };
    json("life-json", "lines[2].qty");
    json("life-json-no-member", "ship_to.name");
    json("life-json-no-qualifier", "bill_to.name");
    let flow = ["translate", "mappings/clients/caldera/tests/order/whsord.txt", "--flow", "caldera/orders"];
    expect("life-fixed", &[&flow[..], &["--explain", "lines[1].qty"]].concat());
    let xml = ["translate", "testdata/xml/ok/s02-wms-shipment.xml", "--read", "house/wms-shipment-xml"];
    expect("life-xml", &[&xml[..], &["--explain", "lines[1].qty"]].concat());
    let ubl =
        ["translate", "testdata/xml/ok/ubl-despatch-advice.xml", "--read", "house/ubl-despatch-advice-in"];
    expect("life-xml-no-element", &[&ubl[..], &["--explain", "lines[1].sku"]].concat());
}

#[test]
fn documents_that_were_looked_up_are_explained() {
    let life = Life::new();
    let idoc = |name: &str, path: &str, more: &[&str]| {
        life.explain(name, "testdata/idoc/ok/orders05-trimmed.txt", "test/idoc-order", path, more);
    };
    let item = ["--earlier", "testdata/cli/life/items.json"];
    idoc("life-item", "lines[1].description", &item);
    idoc("life-no-item", "lines[2].description", &item);
    idoc("life-item-without", "lines[1].gtin", &item);
    let shipment = ["translate", SHIPMENT, "--flow", "brightwick/shipments", "--explain", "customer_po"];
    expect("life-no-earlier", &shipment);
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

#[test]
fn a_demo_can_be_listed_shown_and_retried() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let config = format!("{dir}/gateway.toml");
    let expect = |name: &str, arguments: &[&str]| {
        cli::expect_with(name, arguments, &|text| cli::settled(folder.path(), &text));
    };
    expect("demo-once", &["demo", "--dir", dir, "--once"]);
    expect("messages", &["messages", "--config", &config]);
    expect("messages-state", &["messages", "--config", &config, "--state", "hold"]);
    let (all, _) = json(&["messages", "--config", &config]);
    let of = |state: &str| {
        let found = all.as_array().unwrap().iter().find(|message| message["state"] == state);
        found.unwrap()["id"].as_str().unwrap().to_string()
    };
    expect("show-done", &["show", &of("DONE"), "--config", &config]);
    let refused = all.as_array().unwrap().iter().find(|message| message["state"] != "DONE").unwrap();
    let refused = refused["id"].as_str().unwrap().to_string();
    expect("show-refused", &["show", &refused, "--config", &config]);
    let (story, exit) = json(&["show", &refused, "--config", &config]);
    assert_eq!((story["findings"].as_array().unwrap().is_empty(), exit), (false, Some(0)));
    expect("show-unknown", &["show", "m4711", "--config", &config]);
    expect("show-no-letter", &["show", "4711", "--config", &config]);
    expect("show-file", &["show", "f1", "--config", &config]);
    expect("retry-file-split", &["retry", "f1", "--config", &config]);
    expect("retry-done", &["retry", &of("DONE"), "--config", &config]);
    expect("retry", &["retry", &refused, "--config", &config]);
    expect("run-once", &["run", "--once", "--config", &config]);
}

/// A 997 of the demo client about a group of ours.
fn a_997(number: u32, body: &str) -> String {
    let segments = body.matches('~').count() + 2;
    format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0900*U*00401*{number:09}*0*P*>~\
         GS*FA*BRIGHTWICK*HAVENPORT3PL*20261120*0900*{number}*X*004010~ST*997*0001~{body}SE*{segments}*0001~\
         GE*1*{number}~IEA*1*{number:09}~"
    )
}

#[test]
fn what_partners_say_is_shown_and_missed() {
    let (folder, config) = workspace();
    let expect = |name: &str, arguments: &[&str]| {
        cli::expect_with(name, arguments, &|text| cli::settled(folder.path(), &text));
    };
    let run = |drop: &str, name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(drop).join(name), bytes).unwrap();
        crossdock(&["run", "--once", "--config", &config]).assert().code(0);
    };
    let testdata = |path: &str| std::fs::read(cli::root().join("testdata").join(path)).unwrap();
    edit(folder.path().join("mappings/clients/brightwick/partner.toml"), "\"2h\"", "\"0s\"");
    run("drops/brightwick/outgoing", "order.edi", &testdata("x12/ok/s01-940.edi"));
    run("wms/export", "shipment.csv", &testdata("csv/ok/s01-wms-shipment.csv"));
    expect("show-overdue", &["show", "m2", "--config", &config]);
    let body = "AK1*SW*502~AK2*945*0001~AK3*W12*12**8~AK4*5*355*7*CA~AK5*R*5~AK9*R*1*1*0~";
    run("drops/brightwick/outgoing", "ack.edi", a_997(900, body).as_bytes());
    run("drops/brightwick/outgoing", "stray.edi", a_997(901, "AK1*SW*777~AK9*A*1*1*1~").as_bytes());
    run("drops/brightwick/outgoing", "other.edi", a_997(902, "AK1*SW*502~AK9*A*1*1*1~").as_bytes());
    expect("messages-acknowledged", &["messages", "--config", &config]);
    expect("show-refused-by-partner", &["show", "m2", "--config", &config]);
    expect("show-acknowledgement", &["show", "m3", "--config", &config]);
    expect("show-acknowledgement-stray", &["show", "m4", "--config", &config]);
}

/// A workspace of the demo, with nothing in it yet but its settings and mappings.
fn workspace() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    crossdock::cli::demo::lay_out::lay_out(folder.path()).unwrap();
    let config = format!("{}/gateway.toml", folder.path().display());
    let settings = std::fs::read_to_string(&config).unwrap().replace("settle = \"2s\"", "settle = \"0s\"");
    std::fs::write(&config, settings).unwrap();
    (folder, config)
}

fn edit(path: std::path::PathBuf, old: &str, new: &str) {
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{old} is in {}", path.display());
    std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
}

/// Faults of two clients: one that is tolerated, one whose day is over, one that was taken out, one that nobody had yet.
#[test]
fn waivers_are_listed_with_what_they_did() {
    let (folder, config) = workspace();
    let expect = |name: &str, arguments: &[&str]| {
        cli::expect_with(name, arguments, &|text| cli::settled(folder.path(), &text));
    };
    let partner = |client: &str| folder.path().join(format!("mappings/clients/{client}/partner.toml"));
    let waive = |code: &str, at: &str, reason: &str, until: &str| {
        format!(
            "[[waive]]\ncode = \"{code}\"\nat = \"{at}\"\nreason = \"{reason}\"\nuntil = \"{until}\"\n\n[duplicates]"
        )
    };
    let order = std::fs::read_to_string(cli::root().join("testdata/x12/ok/s01-940.edi")).unwrap();
    let order = order.replace("HAVENPORT RENO*92*RNO2", "HAVENPORT RENO*91*RNO2");
    let run = |number: u32| {
        let control = format!("{number:09}");
        let order = order.replace("000000123", &control).replace("SO104522", &format!("SO{number}"));
        let drop = folder.path().join("drops/brightwick/outgoing");
        std::fs::write(drop.join(format!("{number}.edi")), order).unwrap();
        crossdock(&["run", "--once", "--config", &config]).assert().code(0);
    };
    let until = |day: &str| waive("X207", "N1.03", "his system names all sites alike", day);
    edit(partner("brightwick"), "[duplicates]", &until("2026-01-31"));
    run(301);
    edit(partner("brightwick"), "until = \"2026-01-31\"", "until = \"2900-03-31\"");
    run(302);
    run(303);
    expect("waivers-taken-out", &["waivers", "--config", &config]);
    edit(partner("tannbridge"), "[duplicates]", &waive("X201", "W06.02", "left out", "2026-01-31"));
    expect("waivers-of-one", &["waivers", "tannbridge", "--config", &config]);
    expect("waivers-of-nobody", &["waivers", "caldera", "--config", &config]);
    expect("waivers-of-a-stranger", &["waivers", "calder", "--config", &config]);
    let (all, _) = json(&["waivers", "--config", &config]);
    let stands: Vec<&str> =
        all.as_array().unwrap().iter().map(|one| one["stand"].as_str().unwrap()).collect();
    assert_eq!(stands, ["open", "over", "taken out"]);
    assert_eq!((&all[0]["messages"], &all[0]["last"]), (&2.into(), &"m3".into()));
    edit(partner("brightwick"), "until = \"2900", "untill = \"2900");
    expect("waivers-broken", &["waivers", "--config", &config]);
}

#[test]
fn a_broken_map_leaves_the_last_good_mappings_in_use() {
    let (folder, config) = workspace();
    let expect = |name: &str, arguments: &[&str]| {
        cli::expect_with(name, arguments, &|text| cli::settled(folder.path(), &text));
    };
    let map = folder.path().join("mappings/house/940-order.map");
    edit(map.clone(), "= W05.03", "= W05.33");
    expect("run-never-good", &["run", "--once", "--config", &config]);
    edit(map.clone(), "= W05.33", "= W05.03");
    crossdock(&["run", "--once", "--config", &config]).assert().code(0);
    edit(map, "= W05.03", "= W05.33");
    std::fs::copy(root().join(ORDER), folder.path().join("drops/brightwick/outgoing/a.edi")).unwrap();
    expect("run-broken", &["run", "--once", "--config", &config]);
    expect("run-broken-messages", &["messages", "--config", &config]);
    expect("retry-broken", &["retry", "m1", "--config", &config]);
}

#[test]
fn a_file_nobody_knows_is_listed_told_and_read_again() {
    let (folder, config) = workspace();
    let expect = |name: &str, arguments: &[&str]| {
        cli::expect_with(name, arguments, &|text| cli::settled(folder.path(), &text));
    };
    let inbox = folder.path().join("drops/brightwick/outgoing");
    std::fs::copy(root().join("testdata/csv/err/order-unknown.csv"), inbox.join("ships.edi")).unwrap();
    let run = || crossdock(&["run", "--once", "--config", &config]).assert().code(0);
    run();
    expect("file-listed", &["messages", "--config", &config]);
    expect("file-by-state", &["messages", "--config", &config, "--state", "archived"]);
    expect("file-story", &["show", "f1", "--config", &config]);
    let (story, exit) = json(&["show", "f1", "--config", &config]);
    assert_eq!((story["file"]["state"].as_str(), exit), (Some("QUARANTINED"), Some(0)));
    assert!(story["start_hex"].as_str().unwrap().starts_with("5265664e756d"));
    let receive = "flow = \"brightwick/orders\"\n";
    let more = "flow = \"brightwick/orders\"\n\n[[receive]]\nendpoint = \"brightwick-outgoing\"\nflow = \"brightwick/shipments\"\n";
    edit(folder.path().join("mappings/clients/brightwick/partner.toml"), receive, more);
    expect("file-retry", &["retry", "f1", "--config", &config]);
    run();
    expect("file-read-again", &["messages", "--config", &config]);
}

#[test]
fn an_interchange_without_messages_is_listed() {
    let (folder, config) = workspace();
    let expect = |name: &str, arguments: &[&str]| {
        cli::expect_with(name, arguments, &|text| cli::settled(folder.path(), &text));
    };
    let inbox = folder.path().join("drops/brightwick/outgoing");
    std::fs::copy(root().join("testdata/x12/err/isa-short.edi"), inbox.join("short.edi")).unwrap();
    crossdock(&["run", "--once", "--config", &config]).assert().code(0);
    expect("file-envelope", &["messages", "--config", &config]);
    expect("file-envelope-story", &["show", "f1", "--config", &config]);
}

#[test]
fn inspect_tells_what_a_file_is() {
    expect("inspect-x12", &["inspect", ORDER]);
    expect("inspect-x12-odd", &["inspect", "testdata/x12/err/one-of-three.edi", "--all"]);
    expect("inspect-csv", &["inspect", SHIPMENT]);
    expect("inspect-fixed", &["inspect", "testdata/cli/inspect/pick.txt"]);
    expect("inspect-tradacoms", &["inspect", "testdata/cli/inspect/tradacoms.edi"]);
    expect("inspect-xml", &["inspect", "testdata/cli/inspect/order.xml"]);
    expect("inspect-xml-guide", &["inspect", "testdata/xml/ok/s02-wms-shipment.xml"]);
    expect("validate-xml", &["validate", "testdata/xml/ok/s02-wms-shipment.xml"]);
    expect("inspect-xml-sbdh", &["inspect", "testdata/xml/ok/ubl-order-sbdh.xml"]);
    expect("validate-xml-sbdh", &["validate", "testdata/xml/ok/ubl-order-sbdh.xml"]);
    expect("inspect-idoc-xml", &["inspect", "testdata/idoc/ok/delvry03-shpord.xml"]);
    expect("inspect-idoc-flat", &["inspect", "testdata/idoc/err/orders05-extended-no-ship-to.txt"]);
    expect("inspect-json-broken", &["inspect", "testdata/json/err/orders-broken.json"]);
    expect("inspect-edifact", &["inspect", "testdata/cli/inspect/orders.edi"]);
    expect("inspect-csv-bad-quote", &["inspect", "testdata/cli/inspect/weather.csv"]);
    expect("inspect-ebcdic", &["inspect", "testdata/cli/inspect/as400.bin"]);
    expect("inspect-mail", &["inspect", "testdata/cli/inspect/mail.edi"]);
    expect("inspect-prose", &["inspect", "testdata/cli/inspect/letter.txt", "no-such-file"]);
    let (answer, exit) = json(&["inspect", ORDER, SHIPMENT, "--all"]);
    assert_eq!((answer[0]["syntax"].as_str(), answer[1]["syntax"].as_str()), (Some("x12"), Some("csv")));
    let message = &answer[0]["content"]["interchanges"][0]["groups"][0]["messages"][0];
    assert_eq!((message["kind"].as_str(), exit), (Some("940"), Some(0)));
    assert!(message["tree"].as_array().unwrap().len() > 40);
}

/// The guide that `inspect` proposes compiles, and reads the file it was made from.
#[test]
fn the_guide_of_an_inspected_file_reads_it() {
    let (answer, _) = json(&["inspect", SHIPMENT]);
    let folder = tempfile::tempdir().unwrap();
    let guide = answer[0]["content"]["guide"].as_str().unwrap();
    std::fs::write(folder.path().join("my.guide"), guide).unwrap();
    let mappings = folder.path().to_str().unwrap();
    crossdock(&["check", mappings]).assert().code(0);
    crossdock(&["validate", SHIPMENT, "--guide", "my/file", "--mappings", mappings]).assert().code(0);
}

#[test]
fn validate_tells_what_the_guide_finds() {
    expect("validate-fine", &["validate", ORDER]);
    expect("validate-bad", &["validate", "testdata/x12/err/one-of-three.edi"]);
    expect("validate-case", &["validate", "testdata/x12/err/no-lines.edi"]);
    expect("validate-guide", &["validate", ORDER, "--guide", "x12/004010/940"]);
    expect("validate-csv", &["validate", "testdata/csv/err/bad-date.csv"]);
    expect("validate-mark", &["validate", "testdata/cli/inspect/mark.edi"]);
    expect("validate-idoc-xml", &["validate", "testdata/idoc/err/orders05-xml-broken.xml"]);
    expect("validate-idoc-flat", &["validate", "testdata/idoc/ok/delvry03-no-numbers.txt"]);
    expect("validate-idoc-other", &["validate", "testdata/idoc/err/orders05-other-type.txt"]);
    expect("validate-no-guide", &["validate", "testdata/cli/inspect/order.xml"]);
    expect("validate-no-header", &["validate", "testdata/cli/inspect/headless.edi"]);
    expect("validate-no-guide-flat", &["validate", "testdata/cli/inspect/pick.txt"]);
    expect("validate-other-release", &["validate", "testdata/cli/inspect/other-release.edi"]);
    expect("validate-newer-release", &["validate", "testdata/cli/inspect/newer-release.edi"]);
    expect("validate-group-release", &["validate", "testdata/cli/inspect/group-release.edi"]);
    for name in ["envelope", "outside", "repeated", "ta1", "empty", "releases", "group-number"] {
        expect(
            &format!("validate-x12-{name}"),
            &["validate", &format!("testdata/cli/validate/x12-{name}.edi")],
        );
    }
    expect("validate-partner-release", &["validate", "testdata/cli/validate/x12-partner-release.edi"]);
    expect("validate-edifact-envelope", &["validate", "testdata/cli/validate/edifact-envelope.edi"]);
    expect("validate-guide-unknown", &["validate", ORDER, "--guide", "x12/004010/904"]);
    expect("validate-no-ack", &["validate", SHIPMENT, "--ack"]);
    let (answer, exit) = json(&["validate", "testdata/x12/err/no-lines.edi"]);
    assert_eq!((answer["messages"][0]["verdict"].as_str(), exit), (Some("rejected"), Some(1)));
}

#[test]
fn validate_of_a_folder_is_a_table() {
    expect("validate-folder", &["validate", "testdata/cli/folder"]);
    expect("validate-folder-ack", &["validate", "testdata/cli/folder", "--ack"]);
    let (answer, exit) = json(&["validate", "testdata/cli/folder"]);
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &answer["files"], exit), (9, &Value::from(8), Some(1)));
    let rejected = rows.iter().filter(|row| row["verdict"] == "rejected").count();
    assert_eq!((rejected, &answer["unread"]), (4, &Value::from(1)));
    let (_, exit) = json(&["validate", "testdata/cli/folder/good"]);
    assert_eq!(exit, Some(0));
}

#[test]
fn validate_prints_the_acknowledgement_that_would_be_sent() {
    let told = |file: &str| {
        let output = crossdock(&["validate", file, "--ack"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split('~').map(|segment| segment.trim().to_string()).collect::<Vec<_>>()
    };
    let bad = told("testdata/x12/err/s14-940.edi");
    let has = |segments: &[String], wanted: &str| segments.iter().any(|segment| segment == wanted);
    assert!(has(&bad, "AK3*G62*4**8") && has(&bad, "AK5*R*5"), "{bad:?}");
    let group = told("testdata/cli/validate/x12-group-number.edi");
    assert!(has(&group, "AK1*OW*0") && has(&group, "AK9*R*1*1*0*6"), "{group:?}");
    assert!(
        bad[0].starts_with("ISA*00*") && bad[0].contains("*ZZ*HAVENPORT3PL   *ZZ*BRIGHTWICK "),
        "{bad:?}"
    );
    assert!(has(&told("testdata/x12/err/no-lines.edi"), "AK9*R*1*1*0"));
    assert!(
        told("testdata/x12/err/iea-count.edi")
            .iter()
            .any(|segment| segment.starts_with("TA1*000000305") || segment.contains("*R*021"))
    );
}

#[test]
fn a_ledger_that_is_not_there_is_wrong_use() {
    expect("messages-no-config", &["messages"]);
    expect("messages-no-ledger", &["messages", "--config", "mappings/gateway-demo.toml"]);
}

#[test]
fn check_tells_of_a_client_without_cases() {
    expect("check-untested", &["check", "testdata/cli/untested"]);
    let (answer, exit) = json(&["check", "testdata/cli/untested"]);
    assert_eq!((answer["findings"].as_array().unwrap().len(), exit), (1, Some(0)));
}

#[test]
fn the_releases_of_standards_are_told() {
    expect("standards", &["standards"]);
    expect("standards-of-one", &["standards", "D.93A"]);
    expect("standards-unknown", &["standards", "D.97C"]);
    let (answer, exit) = json(&["standards", "d.96a"]);
    let guides = answer["guides"].as_array().unwrap();
    assert_eq!((guides.len(), guides[0].as_str(), exit), (125, Some("edifact/d96a/APERAK"), Some(0)));
}

#[test]
fn guides_of_standards_are_shown_whole() {
    let shown = crossdock(&["show", "--effective", "edifact/d97a/ORDERS"]).output().unwrap();
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(text.starts_with("## Purchase order, as D.97A has it"), "{text}");
    assert!(text.contains("dictionary edifact/d97a/ORDERS") && text.ends_with("end dictionary\n"), "{text}");
    expect("show-standard-near", &["show", "--effective", "edifact/d93a/ORDERS"]);
    // The one in a file goes before the one of the program.
    let shown = crossdock(&["show", "--effective", "edifact/d96a/ORDERS"]).output().unwrap();
    assert!(String::from_utf8(shown.stdout).unwrap().contains("group charge_total"));
}

#[test]
fn directories_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().to_str().unwrap();
    let imported = crossdock(&["import", "edifact", "testdata/unece", "--to", to]).output().unwrap();
    assert_eq!(imported.status.code(), Some(0), "{}", String::from_utf8_lossy(&imported.stderr));
    let guide = std::fs::read_to_string(folder.path().join("edifact/d30a/sample.guide")).unwrap();
    cli::hold(&root().join("testdata/cli/import-sample.guide.expect"), &guide);
    crossdock(&["check", to]).assert().code(0);
    crossdock(&["fmt", "--check", to]).assert().code(0);
    // The same files give the same bytes.
    let packed = |name: &str| {
        let path = folder.path().join(name);
        let files = ["testdata/unece/UNCL.30A", "testdata/unece"];
        crossdock(&["import", "edifact", files[usize::from(name == "two")], "testdata/unece", "--pack"])
            .arg(&path)
            .assert()
            .code(0);
        std::fs::read(path).unwrap()
    };
    assert_eq!(packed("one"), packed("two"));
    expect("import-nothing", &["import", "edifact", "testdata/unece/readme.txt"]);
    expect("import-no-message", &["import", "edifact", "testdata/unece", "--messages", "ORDERS"]);
    expect("import-unknown", &["import", "csv", "testdata/unece"]);
}

#[test]
fn descriptions_of_idocs_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().to_str().unwrap();
    let text = "testdata/idoc/described/zcount01.txt";
    cli::expect_with("import-idoc", &["import", "idoc", text, "--to", to], &|text| text.replace(to, "DIR"));
    let guide = std::fs::read_to_string(folder.path().join("idoc/ZCOUNT01-ZCOUNTX.guide")).unwrap();
    // The laws of all guides are held against it: `tests/generated_trees.rs`.
    cli::hold(&root().join("testdata/idoc/guides/zcount01.guide"), &guide);
    crossdock(&["check", to]).assert().code(0);
    crossdock(&["fmt", "--check", to]).assert().code(0);
    let broken = folder.path().join("broken.txt");
    let whole = std::fs::read_to_string(root().join(text)).unwrap();
    std::fs::write(&broken, &whole[..whole.find("END_GROUP").unwrap()]).unwrap();
    let given = broken.to_str().unwrap();
    cli::expect_with("import-idoc-cut", &["import", "idoc", given, "--to", to], &|text| {
        text.replace(to, "DIR")
    });
    let (answer, exit) = json(&["import", "idoc", given, "--to", to]);
    assert_eq!((answer["findings"][0]["code"].as_str(), exit), (Some("L047"), Some(1)));
    expect("import-idoc-nothing", &["import", "idoc", "testdata/idoc/README.md"]);
}

#[test]
fn tables_of_x12_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().to_str().unwrap();
    let tables = ["import", "x12", "testdata/x12/tables", "--to", to];
    let import = [&tables[..], &["--release", "009999"]].concat();
    cli::expect_with("import-x12", &import, &|text| text.replace(to, "DIR"));
    let guide = std::fs::read_to_string(folder.path().join("x12/009999/199.guide")).unwrap();
    // The laws of all guides are held against it: `tests/generated_trees.rs`.
    cli::hold(&root().join("testdata/x12/guides/count-199.guide"), &guide);
    crossdock(&["check", to]).assert().code(0);
    crossdock(&["fmt", "--check", to]).assert().code(0);
    cli::expect_with("import-x12-no-release", &tables, &|text| text.replace(to, "DIR"));
    let none = [&import[..], &["--messages", "198"]].concat();
    cli::expect_with("import-x12-no-set", &none, &|text| text.replace(to, "DIR"));
}
