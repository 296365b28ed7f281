//! `crossdock test`: the shipped cases, and what it says when something is different or wrong.
#![allow(clippy::unwrap_used)]

#[path = "support/cli.rs"]
mod cli;

use cli::{crossdock, root};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A copy of the shipped mappings, to be edited.
struct Mappings {
    folder: tempfile::TempDir,
}

impl Mappings {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("mappings"), &folder.path().join("mappings"));
        Mappings { folder }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("mappings").join(path)
    }

    fn arguments(&self, path: &str, more: &[&str]) -> Vec<String> {
        let path = self.path(path).to_str().unwrap().trim_end_matches('/').to_string();
        ["test".to_string(), path].into_iter().chain(more.iter().map(|more| more.to_string())).collect()
    }

    /// What the command says about a path in the mappings, held against `testdata/cli/NAME.expect`.
    fn expect(&self, name: &str, path: &str, more: &[&str]) {
        let arguments = self.arguments(path, more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        cli::expect_with(name, &arguments, &|text| {
            text.replace(self.folder.path().to_str().unwrap(), "WORK")
        });
    }

    fn json(&self, path: &str, more: &[&str]) -> (Value, Option<i32>) {
        let arguments = self.arguments(path, more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = crossdock(&arguments).args(["--format", "json"]).output().unwrap();
        (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
    }

    /// Replaces text of a file that has it.
    fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.path(path);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{} has no {from}", path.display());
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn names(&self, path: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(path))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => _ = std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap(),
        }
    }
}

fn order() -> Vec<u8> {
    std::fs::read(root().join("mappings/clients/brightwick/tests/order/940.edi")).unwrap()
}

#[test]
fn all_shipped_cases_pass() {
    let output = crossdock(&["test", "--format", "json"]).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let open = answer["cases"].as_array().unwrap().iter().filter(|case| case["verdict"] != "passes");
    let open: Vec<&Value> = open.collect();
    assert!(open.is_empty(), "crossdock test tells more: {open:#?}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_changed_read_map_is_told_by_order_line_and_field() {
    let mappings = Mappings::new();
    mappings.edit("house/940-order.map", "customer_po        = W05.03", "customer_po        = W05.02");
    mappings.edit("house/940-order.map", "pack               = W20.01", "pack               = 10");
    mappings.edit("house/940-order.map", "description        = join(G69.01, \" \")", "");
    mappings.expect("test-read-map", "clients/brightwick/tests/order", &[]);
    mappings.expect("test-read-map-return", "clients/brightwick/tests/shipment", &[]);
    let (answer, exit) = mappings.json("clients/brightwick/tests/order", &[]);
    assert_eq!(exit, Some(1));
    let found = answer["cases"][0]["differences"].as_array().unwrap();
    let pack = found.iter().find(|found| found["field"] == "pack").unwrap();
    assert_eq!(pack["place"], "outbound order SO104522, line 10");
    assert_eq!((&pack["expected"], &pack["found"]), (&"12".into(), &"10".into()));
}

#[test]
fn a_changed_write_map_is_told_by_segment_and_element() {
    let mappings = Mappings::new();
    mappings.edit("house/945.map", "N9[CN].02  = tracking", "");
    mappings.edit(
        "house/945.map",
        ".05       = uom via table uom reversed",
        ".05       = base_uom via table uom reversed",
    );
    mappings.edit("clients/brightwick/partner.toml", "interchange_first = 501", "interchange_first = 601");
    mappings.expect("test-write-map", "clients/brightwick/tests/shipment", &[]);
}

#[test]
fn accepting_shows_the_difference_and_writes_only_that() {
    let mappings = Mappings::new();
    let case = "clients/brightwick/tests/order";
    let untouched = || std::fs::metadata(mappings.path(&format!("{case}/expected/findings.txt"))).unwrap();
    let before = untouched().modified().unwrap();
    mappings.edit("house/940-order.map", "pack               = W20.01", "pack               = W20.01 * 2");
    mappings.expect("test-accept", case, &["--accept"]);
    assert_eq!(untouched().modified().unwrap(), before);
    mappings.expect("test-accepted", case, &[]);
}

#[test]
fn only_the_cases_that_are_named_are_run_and_accepted() {
    let mappings = Mappings::new();
    mappings.edit("house/940-order.map", "pack               = W20.01", "pack               = W20.01 * 2");
    mappings.write("clients/brightwick/tests/changes/first/one.edi", &order());
    mappings.write("clients/brightwick/tests/changes/second/one.edi", &order());
    mappings.write("clients/oakhollow/tests/changes/second/one.edi", &order());
    let of = |more: &[&str]| -> Vec<String> {
        let (answer, _) = mappings.json("", more);
        answer["cases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|case| case["case"].as_str().unwrap().to_string())
            .collect()
    };
    let case = |name: &str| mappings.path(name).display().to_string();
    let order = case("clients/brightwick/tests/order");
    assert_eq!(of(&["--only", "brightwick/order", "--accept"]), std::slice::from_ref(&order));
    let first = case("clients/brightwick/tests/changes/first");
    assert_eq!(of(&["--only", "changes/first", "--only", "brightwick/order"]), [first, order]);
    // What was not named was not accepted.
    assert_eq!(mappings.names("clients/brightwick/tests/changes/first"), ["one.edi"]);
    let shipment = mappings.path("clients/brightwick/tests/shipment");
    let (answer, exit) = mappings.json("clients/brightwick/tests/order", &[shipment.to_str().unwrap()]);
    assert_eq!((answer["cases"].as_array().unwrap().len(), exit), (2, Some(1)));
    mappings.expect("test-only-accept", "", &["--only", "changes/first", "--accept"]);
    mappings.expect("test-only-several", "", &["--only", "changes/second"]);
    mappings.expect("test-only-unknown", "clients/brightwick", &["--only", "changes/frist"]);
    mappings.expect(
        "test-only-other",
        "clients/brightwick/tests/changes",
        &["--only", "invoice", "--accept"],
    );
    let other = Mappings::new();
    let (answer, exit) = mappings.json("", &[other.path("").to_str().unwrap()]);
    assert!(answer["error"].as_str().unwrap().contains("two mappings folders"), "{answer}");
    assert_eq!(exit, Some(2));
}

#[test]
fn a_new_case_is_a_file_in_a_folder_and_is_accepted_once() {
    let mappings = Mappings::new();
    let case = "clients/brightwick/tests/changes/first-change";
    mappings.write(&format!("{case}/sample.edi"), &order());
    mappings.expect("test-new", case, &[]);
    mappings.expect("test-new-accept", case, &["--accept"]);
    mappings.expect("test-new-accepted", case, &[]);
    assert_eq!(
        mappings.names(&format!("{case}/expected")),
        [
            "findings.txt",
            "message-1-outbound_order.json",
            "to-brightwick-incoming-1.x12",
            "to-wms-import-1.csv"
        ]
    );
    // And what no message comes for any more is told, and goes.
    mappings.write(&format!("{case}/expected/message-2-outbound_order.json"), b"{\"number\": \"SO104523\"}");
    mappings.expect("test-gone", case, &["--accept"]);
    assert_eq!(mappings.names(&format!("{case}/expected")).len(), 4);
}

/// Time stands still in a case, so what waits for more leaves at its end, with what came earlier.
#[test]
fn what_is_collected_leaves_at_the_end_of_a_case() {
    let mappings = Mappings::new();
    mappings.edit("clients/brightwick/orders.flow", "per message", "collected every 15m");
    let case = "clients/brightwick/tests/collected";
    let data = |path: &str| std::fs::read(root().join("testdata/x12/ok").join(path)).unwrap();
    mappings.write(&format!("{case}/orders.edi"), &data("three-sets.edi"));
    mappings.write(&format!("{case}/earlier/first.edi"), &data("s01-940.edi"));
    let (_, exit) = mappings.json(case, &["--accept"]);
    assert_eq!(exit, Some(0));
    let names = mappings.names(&format!("{case}/expected"));
    let left: Vec<&String> = names.iter().filter(|name| name.starts_with("to-wms")).collect();
    assert_eq!(left, ["to-wms-import-1.csv"], "{names:?}");
    let rows =
        std::fs::read_to_string(mappings.path(&format!("{case}/expected/to-wms-import-1.csv"))).unwrap();
    for order in ["SO104522", "SO105011", "SO105012", "SO105013"] {
        assert!(rows.contains(order), "{rows}");
    }
    assert_eq!(mappings.json(case, &[]).1, Some(0));
}

#[test]
fn parts_that_came_earlier_are_in_the_message_of_a_case() {
    let mappings = Mappings::new();
    let write = "write brightwick/945 to \"brightwick-incoming\" per message";
    let gather = "write brightwick/945 gather by order_number last number sum gross_weight to \"brightwick-incoming\" every 4h";
    mappings.edit("clients/brightwick/shipments.flow", write, gather);
    let case = "clients/brightwick/tests/parts";
    let data = |path: &str| std::fs::read_to_string(root().join("testdata").join(path)).unwrap();
    let whole = data("csv/ok/s01-wms-shipment.csv");
    let rows: Vec<&str> = whole.lines().collect();
    mappings.write(&format!("{case}/earlier/1-order.edi"), data("x12/ok/s01-940.edi").as_bytes());
    mappings.write(&format!("{case}/earlier/2-part.csv"), format!("{}\n{}\n", rows[0], rows[1]).as_bytes());
    let last = rows[2].replace("SHP000918", "SHP000919");
    mappings.write(&format!("{case}/part.csv"), format!("{}\n{last}\n", rows[0]).as_bytes());
    let (_, exit) = mappings.json(case, &["--accept"]);
    assert_eq!(exit, Some(0));
    let advice = mappings.path(&format!("{case}/expected/to-brightwick-incoming-1.x12"));
    let advice = std::fs::read_to_string(advice).unwrap();
    assert_eq!(advice.matches("LX*").count(), 2, "{advice}");
    assert!(advice.contains("SHP000919") && advice.contains("W03*11*86.4*LB"), "{advice}");
}

#[test]
fn nothing_is_accepted_with_a_map_that_does_not_compile() {
    let mappings = Mappings::new();
    mappings.write("clients/brightwick/tests/new/sample.edi", &order());
    mappings.edit("house/wms-order.map", "PONum        = customer_po", "PONum        = custmer_po");
    mappings.expect("test-broken-map", "", &["--accept"]);
    assert_eq!(mappings.names("clients/brightwick/tests/new"), ["sample.edi"]);
}

#[test]
fn a_case_that_cannot_be_run_says_what_to_do() {
    let mappings = Mappings::new();
    let tests = "clients/nordhaven/tests";
    std::fs::remove_dir_all(mappings.path(tests)).unwrap();
    mappings.write(&format!("{tests}/01-two/one.edi"), &order());
    mappings.write(&format!("{tests}/01-two/two.edi"), &order());
    mappings.write(&format!("{tests}/02-none/notes.md"), b"to do");
    mappings.write(&format!("{tests}/03-a-file.edi"), &order());
    mappings.write(&format!("{tests}/04-settings/one.edi"), &order());
    mappings.write(&format!("{tests}/04-settings/case.toml"), b"# a slip\nendpont = \"x\"\n");
    mappings.write(&format!("{tests}/05-endpoint/one.edi"), &order());
    mappings.write(&format!("{tests}/05-endpoint/case.toml"), b"endpoint = \"nordhaven-item\"\n");
    mappings.write(&format!("{tests}/06-prose/one.txt"), b"Dear all\n");
    mappings.write(&format!("{tests}/07-moment/one.edi"), &order());
    mappings.write(&format!("{tests}/07-moment/case.toml"), b"at = \"yesterday\"\n");
    mappings.write(&format!("{tests}/08-earlier/one.edi"), &order());
    mappings
        .write(&format!("{tests}/08-earlier/case.toml"), b"[earlier]\n\"two.edi\" = \"nordhaven-items\"\n");
    let item = b"sku,gtin,description,base_uom,action\n104455,9520001001017,Lampe,EA,A\n";
    mappings.write(&format!("{tests}/09-expected/one.csv"), item);
    mappings.write(&format!("{tests}/09-expected/expected/mine.txt"), b"");
    mappings.write(&format!("{tests}/10-empty/one.edi"), b"");
    mappings.write(&format!("{tests}/11-other-client/one.edi"), &order());
    mappings.write(&format!("{tests}/11-other-client/case.toml"), b"client = \"brightwick\"\n");
    mappings.write(&format!("{tests}/12-earlier-prose/one.csv"), item);
    mappings.write(&format!("{tests}/12-earlier-prose/earlier/note.txt"), b"Dear all\n");
    mappings.write("house/tests/no-client/one.edi", &order());
    mappings.write("house/tests/unknown/one.edi", &order());
    mappings.write("house/tests/unknown/case.toml", b"client = \"brightwik\"\n");
    mappings.write("clients/newcomer/tests/first/one.edi", &order());
    mappings.expect("test-cannot-run", tests, &["--accept"]);
    mappings.expect("test-cannot-run-house", "house", &[]);
    let tests = "clients/brightwick/tests";
    std::fs::remove_dir_all(mappings.path(tests)).unwrap();
    mappings.write(&format!("{tests}/a-temporary-name/one.part"), &order());
    let receive = "[[receive]]\nendpoint = \"brightwick-outgoing\"\nflow = \"brightwick/orders\"\n";
    let twice = format!("{receive}\n{}", receive.replace("outgoing", "archive"));
    mappings.edit("clients/brightwick/partner.toml", receive, &twice);
    mappings.write(&format!("{tests}/two-endpoints/one.edi"), &order());
    mappings.write(&format!("{tests}/a-temporary-name/case.toml"), b"endpoint = \"brightwick-outgoing\"\n");
    mappings.expect("test-cannot-arrive", tests, &[]);
    mappings.expect("test-no-partner", "clients/newcomer", &[]);
}

#[test]
fn a_case_of_the_house_takes_the_routes_of_the_client_it_names() {
    let mappings = Mappings::new();
    mappings.write("house/tests/order/one.edi", &order());
    mappings.write("house/tests/order/case.toml", b"client = \"brightwick\"\n");
    let (answer, exit) = mappings.json("house", &["--accept"]);
    assert_eq!((answer["cases"][0]["written"].as_array().unwrap().len(), exit), (4, Some(0)));
    assert_eq!(mappings.json("house", &[]).1, Some(0));
}

#[test]
fn what_lies_between_the_expectations_keeps_nobody_from_accepting() {
    let mappings = Mappings::new();
    let case = "clients/brightwick/tests/order";
    mappings.write(&format!("{case}/expected/notes.txt"), b"ask Kim about the third line\n");
    mappings.edit(&format!("{case}/940.edi"), "W01*4*CA*", "W01*5*CA*");
    assert_eq!(mappings.json(case, &[]).1, Some(1), "it is told");
    let (answer, exit) = mappings.json(case, &["--accept"]);
    assert!(!answer["cases"][0]["written"].as_array().unwrap().is_empty(), "{answer}");
    assert_eq!(exit, Some(0));
    assert!(mappings.path(&format!("{case}/expected/notes.txt")).exists());
}

#[test]
fn a_file_of_somebody_else_is_held_as_it_would_be() {
    let mappings = Mappings::new();
    mappings.write("clients/tannbridge/tests/other/one.edi", &order());
    mappings.expect("test-somebody-else", "clients/tannbridge/tests/other", &[]);
}

#[test]
fn a_defective_file_arrives_where_its_header_row_belongs() {
    let mappings = Mappings::new();
    let shipment = std::fs::read_to_string(root().join("testdata/csv/ok/s01-wms-shipment.csv")).unwrap();
    let defective = shipment.replace("11/24/2026 15:42", "24.11.2026");
    mappings.write("clients/nordhaven/tests/bad-date/shipment.csv", defective.as_bytes());
    mappings.expect("test-defective", "clients/nordhaven/tests/bad-date", &[]);
}

#[test]
fn what_came_earlier_and_did_not_go_through_is_told() {
    let mappings = Mappings::new();
    let order = "clients/brightwick/tests/shipment/earlier/940.edi";
    mappings.edit(order, "W01*4*CA*", "W01*4*QQ*");
    mappings.expect("test-earlier", "clients/brightwick/tests/shipment", &[]);
}

#[test]
fn where_there_are_no_cases_it_says_where_they_go() {
    let mappings = Mappings::new();
    std::fs::remove_dir_all(mappings.path("clients/caldera/tests")).unwrap();
    mappings.expect("test-no-cases", "clients/caldera", &[]);
    mappings.expect("test-no-folder", "clients/calder", &[]);
}

#[test]
fn a_path_is_understood_from_inside_the_mappings() {
    let inside = |folder: &str, path: &str| {
        let output =
            crossdock(&["test", path, "--format", "json"]).current_dir(root().join(folder)).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["counts"]["pass"].as_u64().unwrap()
    };
    let brightwick = inside("mappings", "clients/brightwick");
    assert!(brightwick > 1);
    assert_eq!(inside("mappings/clients", "brightwick"), brightwick);
    assert_eq!(inside("mappings/clients/brightwick", "."), brightwick);
    assert_eq!(inside("mappings/clients/brightwick/tests", "order"), 1);
    assert!(inside("mappings", ".") > brightwick);
}

/// Cases are no configuration: they may change while a gateway runs, and none of their files is a table.
#[test]
fn cases_are_no_part_of_the_configuration() {
    use crossdock::base::files::Disk;
    let mappings = Mappings::new();
    let read = || crossdock::gateway::bundle::read_files(&Disk, &mappings.path("")).unwrap();
    let before = read();
    mappings.write("clients/brightwick/tests/more/tables/uom.csv", b"not,a table\n");
    mappings.write("clients/brightwick/tests/more/partner.toml", b"[");
    assert_eq!(read(), before);
}
