//! Reading and writing of all formats: laws that hold for every file of testdata, and for what is left of it when it
//! is cut or changed.
#![allow(clippy::unwrap_used)]

#[path = "support/generated.rs"]
mod generated;
#[path = "support/reference/mod.rs"]
mod reference;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/tape.rs"]
mod tape;

use crossdock::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crossdock::formats::{Envelope, Layout, Row, Totals};
use crossdock::gateway::bundle::{self, Bundle};
use crossdock::mapping::Earlier;
use crossdock::tree::arena::Origin;
use crossdock::tree::{PlaceId, Tree, View};
use reference::value::{Canonical, Node, Schema};
use std::path::{Path, PathBuf};

/// The guide a file is read by.
fn layout<'b>(bundle: &'b Bundle, path: &Path, bytes: &[u8]) -> &'b dyn Layout {
    let name = path.file_name().unwrap().to_string_lossy();
    let starts = |start: &str| name.starts_with(start);
    let has = |set: &str| bytes.windows(7).any(|window| window == format!("ST*{set}*").as_bytes());
    let guide = match () {
        () if starts("orders05-extended-out") => "test/orders05-xml",
        () if starts("orders05-extended") => "test/orders05-extended",
        () if starts("orders05-") => "idoc/ORDERS05",
        () if starts("delvry03-out") || starts("delvry03-shpcon") => "test/delvry03-xml",
        () if starts("delvry03-") => "idoc/DELVRY03",
        () if starts("matmas05-") => "idoc/MATMAS05",
        () if starts("order-") && name.ends_with(".json") => "test/json-order",
        () if name.ends_with(".json") => "test/json-orders",
        () if starts("orders-utf8.") => "test/edifact-orders-utf8",
        () if starts("orders-group") || starts("orders-odd") => "test/edifact-orders-groups",
        () if starts("orders-") => "test/edifact-orders",
        () if starts("desadv01b-") => "edifact/d01b/DESADV",
        () if starts("desadv-") => "edifact/d96a/DESADV",
        () if starts("recadv-") => "edifact/d96a/RECADV",
        () if starts("contrl-") => "edifact/contrl-3",
        () if starts("as400-") => "caldera/as400-orders",
        () if starts("pick-") => "house/pick-order-fw",
        () if starts("stock-") => "test/stock-ebcdic",
        () if starts("lines-") => "test/delivery-lines",
        () if starts("plain-") => "test/plain-list",
        () if starts("latin-names") => "test/latin-names",
        () if starts("comma-numbers") => "test/comma-numbers",
        () if starts("inbound-") => "house/wms-inbound-csv",
        () if starts("receipt-") => "house/wms-receipt-csv",
        () if starts("quoted-records") => "test/quoted-records",
        () if starts("nested-groups") => "test/nested-groups",
        () if starts("own-length") => "test/own-length",
        () if name == "s02-wms-order.xml" => "house/wms-order-xml",
        () if name == "s02-wms-shipment.xml" => "house/wms-shipment-xml",
        () if starts("ubl-order") => "ubl/order-2.1",
        () if starts("ubl-despatch") => "ubl/despatch-advice-2.1",
        () if starts("batch") => "test/xml-batch",
        () if starts("line-") && name.ends_with(".xml") => "test/xml-one-line",
        () if name == "s08-wms-order.csv" => "house/wms-order-lines-csv",
        () if name == "reno-movements.csv" => "house/wms-movements-csv",
        () if name == "reno-stock.csv" => "house/wms-stock-csv",
        () if name == "s06-items.csv" => "house/item-csv",
        () if name == "s06-wms-inbound.csv" => "house/wms-inbound-rows-csv",
        () if name == "s06-wms-receipt.csv" => "house/wms-receipt-rows-csv",
        () if name == "s01-wms-order.csv" => "house/wms-order-csv",
        () if name.ends_with(".csv") => "house/wms-shipment-csv",
        () if starts("data-") => "test/data",
        () if has("846") => "house/x12-846",
        () if has("856") => "house/x12-856",
        () if has("850") => "house/x12-850",
        () if has("810") => "house/x12-810",
        () if has("947") => "house/x12-947",
        () if has("943") => "house/x12-943",
        () if has("944") => "house/x12-944",
        () if has("945") => "brightwick/x12-945",
        () if has("997") => "x12/004010/997",
        () => "brightwick/x12-940",
    };
    &*bundle.layouts[guide]
}

/// The shipped mappings with the guides of `testdata/*/guides`.
fn bundle() -> Bundle {
    let mut mappings = shipped::mapping_files();
    let folders = ["csv", "edifact", "fixed", "idoc", "json", "x12", "xml"]
        .map(|format| format!("testdata/{format}/guides"));
    let entries =
        folders.map(|folder| std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap());
    for entry in entries.into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = format!("test/{}", path.file_name().unwrap().to_string_lossy());
        mappings.insert(name, std::fs::read_to_string(&path).unwrap());
    }
    let (bundle, sources, findings) = bundle::compile(&mappings, None);
    assert!(findings.is_empty(), "{}", shipped::render(findings.as_slice(), &sources));
    bundle.unwrap()
}

fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_message = |path: &PathBuf| {
        path.extension()
            .is_some_and(|end| ["edi", "csv", "txt", "bin", "xml", "json"].iter().any(|known| end == *known))
    };
    let mut paths: Vec<PathBuf> = entries.filter(is_message).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

fn all_files() -> Vec<(PathBuf, Vec<u8>)> {
    let folders = ["x12", "edifact", "csv", "fixed", "idoc", "json", "xml"];
    folders
        .into_iter()
        .flat_map(|format| [format!("{format}/ok"), format!("{format}/err")])
        .flat_map(|folder| files(&folder))
        .collect()
}

/// The values of all messages, without what the format computes itself.
fn values(layout: &dyn Layout, bytes: &[u8]) -> (Vec<Canonical>, Diagnostics) {
    let guide = layout.guide();
    let schema = Schema::of(&guide.shape, PlaceId::ROOT);
    let (head, rows) = shipped::messages(layout, bytes);
    let (mut values, mut all) = (Vec::new(), Diagnostics::new());
    for row in &rows {
        let input = shipped::input(&head, bytes, row);
        let (tree, findings) = shipped::read(layout, &input);
        all.extend(findings);
        let mut value = Node::of(&schema, &guide.shape, View::new(&tree, input.source())).canonical();
        if let Canonical::Record(fields) = &mut value {
            fields.retain(|name, _| !["ST", "SE", "UNH", "UNT"].contains(&name.as_str()));
        }
        values.push(value);
    }
    (values, all)
}

fn written(layout: &dyn Layout, bytes: &[u8]) -> Vec<u8> {
    let (head, rows) = shipped::messages(layout, bytes);
    let (envelope, mut totals, mut file) = (Envelope::default(), Totals::default(), Vec::new());
    layout.begin_file(&envelope, &mut file);
    for row in &rows {
        let input = shipped::input(&head, bytes, row);
        let (tree, _) = shipped::read(layout, &input);
        let (mut body, mut findings) = (Vec::new(), Diagnostics::new());
        layout.write_body(View::new(&tree, input.source()), &mut body, &mut findings);
        layout.wrap_body(&envelope, &mut totals, &body, &mut file);
    }
    layout.end_file(&envelope, &totals, &mut file);
    file
}

/// Longer than any window of the index pass, with released terminators and other ones in every second interchange.
#[test]
fn long_files_of_several_interchanges_are_cut_as_their_parts_are() {
    let bundle = bundle();
    let layout = &*bundle.layouts["edifact/d96a/ORDERS"];
    let text = String::from_utf8(generated::interchange_of_edifact_orders(20_000)).unwrap();
    let usual = text.replace("Ramp", "R?'am??p");
    let other = usual.replace("?'", "\u{1}").replace('\'', "|").replace('\u{1}', "?|");
    let (whole, parts) =
        ([usual.as_str(), &other, &usual, &other].concat(), [&usual, &other, &usual, &other]);
    let messages = |bytes: &[u8], chunk: usize| -> Vec<(u64, u64)> {
        let rows = shipped::index(layout, bytes, chunk);
        assert!(!has_fault(&rows), "{chunk}");
        let messages = rows.iter().filter_map(|row| match row {
            Row::Message(message) => Some((message.offset, message.length)),
            _ => None,
        });
        messages.collect()
    };
    let (mut expected, mut offset) = (Vec::new(), 0);
    for part in parts {
        let part = part.as_bytes();
        expected.extend(messages(part, usize::MAX).into_iter().map(|(at, length)| (at + offset, length)));
        offset += part.len() as u64;
    }
    assert!(expected.len() > 30);
    for chunk in [1, 777, 4096, 5000, usize::MAX] {
        assert_eq!(messages(whole.as_bytes(), chunk), expected, "{chunk}");
    }
}

#[test]
fn what_is_written_reads_as_what_was_read() {
    let bundle = bundle();
    for (path, bytes) in ["x12/ok", "edifact/ok", "csv/ok", "fixed/ok", "idoc/ok", "json/ok", "xml/ok"]
        .into_iter()
        .flat_map(files)
    {
        let layout = layout(&bundle, &path, &bytes);
        let (first, _) = values(layout, &bytes);
        assert!(!first.is_empty(), "{}", path.display());
        let again = written(layout, &bytes);
        let (second, _) = values(layout, &again);
        assert_eq!(first, second, "{}\n{}", path.display(), String::from_utf8_lossy(&again));
    }
}

/// Each base guide of X12 has a message that it takes without a word, and that it writes so that it reads the same.
/// TA1 stands beside the groups and is written by the answer to an interchange only.
#[test]
fn base_guides_of_x12_take_their_messages() {
    let bundle = bundle();
    for release in ["004010", "005010"] {
        let start = format!("x12/{release}/");
        let sets: Vec<&str> =
            bundle.layouts.keys().filter_map(|name| name.strip_prefix(start.as_str())).collect();
        assert!(!sets.is_empty(), "{release}");
        for set in sets.into_iter().filter(|set| *set != "TA1") {
            let layout = &*bundle.layouts[&format!("{start}{set}")];
            let bytes = shipped::testdata(&format!("x12/base/{release}/{set}.edi"));
            let (first, findings) = values(layout, &bytes);
            let shown = shipped::render(findings.as_slice(), &bundle.sources);
            assert!(findings.is_empty() && !first.is_empty(), "{set} of {release}\n{shown}");
            assert!(!has_fault(&shipped::index(layout, &bytes, usize::MAX)), "{set} of {release}");
            let again = written(layout, &bytes);
            let (second, _) = values(layout, &again);
            assert_eq!(first, second, "{set} of {release}\n{}", String::from_utf8_lossy(&again));
        }
    }
}

/// Records have no choice how they are written: what is read comes back to the byte.
#[test]
fn records_are_written_as_they_were() {
    let bundle = bundle();
    for (path, bytes) in
        files("fixed/ok").into_iter().filter(|(path, _)| !path.ends_with("as400-two-files-in-one.txt"))
    {
        let layout = layout(&bundle, &path, &bytes);
        let (_, findings) = values(layout, &bytes);
        assert!(
            findings.is_empty(),
            "{}\n{}",
            path.display(),
            shipped::render(findings.as_slice(), &bundle.sources)
        );
        assert!(!has_fault(&shipped::index(layout, &bytes, usize::MAX)), "{}", path.display());
        let again = written(layout, &bytes);
        assert!(again == bytes, "{}\n{}", path.display(), String::from_utf8_lossy(&again));
    }
}

/// Neither has XML of IDocs but for its layout, which is ours in the files that leave.
#[test]
fn idocs_in_xml_are_written_as_they_were() {
    let bundle = bundle();
    for (path, bytes) in files("idoc/ok").into_iter().filter(|(path, _)| path.extension().unwrap() == "xml") {
        let layout = layout(&bundle, &path, &bytes);
        let (_, findings) = values(layout, &bytes);
        let shown = shipped::render(findings.as_slice(), &bundle.sources);
        assert!(findings.is_empty(), "{}\n{shown}", path.display());
        assert!(!has_fault(&shipped::index(layout, &bytes, usize::MAX)), "{}", path.display());
        let again = written(layout, &bytes);
        match path.file_stem().unwrap().to_string_lossy() {
            name if name.ends_with("-out") => {
                assert!(again == bytes, "{}\n{}", path.display(), String::from_utf8_lossy(&again));
            }
            // Written by somebody else, with one field at another place: field for field the same.
            name if name.ends_with("-shpcon") => assert_eq!(fields(&bytes), fields(&again)),
            _ => {}
        }
    }
}

/// What stands between the tags of a file, and the tags, sorted.
fn fields(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).replace("</", "\n</").replace('>', ">\n");
    let parts = text.lines().skip(1).map(str::trim).filter(|part| !part.is_empty());
    let mut parts: Vec<String> = parts.map(str::to_string).collect();
    parts.sort();
    parts
}

/// Nothing is wrong with the good files of XML and JSON, whatever their characters and prefixes, and they say what they should.
#[test]
fn good_xml_and_json_are_read_as_they_are_meant() {
    let bundle = bundle();
    for (path, bytes) in ["json/ok", "xml/ok"].into_iter().flat_map(files) {
        let layout = layout(&bundle, &path, &bytes);
        let (_, findings) = values(layout, &bytes);
        let shown = shipped::render(findings.as_slice(), &bundle.sources);
        assert!(findings.is_empty(), "{}\n{shown}", path.display());
        assert!(!has_fault(&shipped::index(layout, &bytes, usize::MAX)), "{}", path.display());
    }
    let batches = ["batch.xml", "batch-latin.xml", "batch-wide.xml"];
    let read = batches.map(|name| {
        values(&*bundle.layouts["test/xml-batch"], &shipped::testdata(&format!("xml/ok/{name}"))).0
    });
    assert_eq!(read[0], read[1]);
    assert_eq!(read[0], read[2]);
    let told = format!("{:?}", read[0]);
    for text in ["Größe & Gewicht prüfen", "zwei Zeilen", "<roh> und é", "240.5", "KNIE"] {
        assert!(told.contains(&format!("{text:?}")), "{text} in {told}");
    }
}

/// Keys are compared one by one: `SO 7` and `1` are not `SO` and `7 1`.
#[test]
fn neighbours_with_other_keys_are_units_of_their_own() {
    let (bundle, bytes) = (bundle(), shipped::testdata("csv/ok/neighbours.csv"));
    let (_, rows) = shipped::messages(&*bundle.layouts["house/wms-shipment-csv"], &bytes);
    assert_eq!(rows.len(), 2, "{rows:?}");
    // Nor is `É` the same as `Œ` where neither is UTF-8.
    let bytes = shipped::testdata("csv/ok/latin-names.csv");
    let (_, rows) = shipped::messages(&*bundle.layouts["test/latin-names"], &bytes);
    let numbers: Vec<&str> = rows.iter().map(|row| &*row.control_number).collect();
    assert_eq!(numbers, ["É", "Œ"]);
}

/// The findings of writing one message, by code; `leaves` are its records and values by path, in order.
fn told_in_writing(bundle: &Bundle, guide: &str, leaves: &[(&str, &str)]) -> Vec<String> {
    let layout = &*bundle.layouts[guide];
    let shape = &layout.guide().shape;
    let mut tree = Tree::new();
    let mut open = vec![(PlaceId::ROOT, tree.open(PlaceId::ROOT, Origin::default()))];
    for (path, value) in leaves {
        let (place, own) = shape.places().find(|(place, _)| shape.path(*place) == *path).unwrap();
        while open.last().unwrap().0 != own.parent {
            tree.close(open.pop().unwrap().1);
        }
        match own.leaf_type() {
            Some(_) => drop(tree.leaf(place, value, Origin::default())),
            None => open.push((place, tree.open(place, Origin::default()))),
        }
    }
    open.into_iter().rev().for_each(|(_, node)| tree.close(node));
    let (mut body, mut findings) = (Vec::new(), Diagnostics::new());
    layout.write_body(View::new(&tree, ""), &mut body, &mut findings);
    findings.as_slice().iter().map(|finding| finding.shown_code().to_string()).collect()
}

#[test]
fn what_cannot_be_written_is_told() {
    let bundle = bundle();
    let row = |name| [("order", "7"), ("row", ""), ("row.sku", name), ("row.qty", "1")];
    assert_eq!(told_in_writing(&bundle, "test/latin-rows", &row("É-1")), [""; 0]);
    // Not `&#937;-1`.
    assert_eq!(told_in_writing(&bundle, "test/latin-rows", &row("Ω-1")), ["X234"]);
    let date = |code| {
        let form = ("DTM.01.03", code);
        [
            ("BGM", ""),
            ("DTM", ""),
            ("DTM.01", ""),
            ("DTM.01.01", "137"),
            form,
            ("DTM.value", "2026-11-24T15:42:30"),
        ]
    };
    assert_eq!(told_in_writing(&bundle, "edifact/d96a/DESADV", &date("204")), [""; 0]);
    // 718 is a period: the date would be missing without a word.
    assert_eq!(told_in_writing(&bundle, "edifact/d96a/DESADV", &date("718")), ["X237"]);
    let data = |length, data| [("BGN", ""), ("BGN.01", "00"), ("BGN.02", "7"), ("BIN", ""), length, data];
    let told =
        |length, bytes| told_in_writing(&bundle, "test/data", &data(("BIN.01", length), ("BIN.02", bytes)));
    assert_eq!(told("3", "~é*"), [""; 0]);
    assert_eq!(told("4", "~é*"), ["X407"]);
    assert_eq!(told("3", "~Ω*"), ["X234", "X407"]);
}

#[test]
fn rows_do_not_depend_on_how_the_file_arrives() {
    let bundle = bundle();
    for (path, bytes) in all_files() {
        let layout = layout(&bundle, &path, &bytes);
        let whole = shipped::index(layout, &bytes, usize::MAX);
        for chunk in [1, 7] {
            assert_eq!(shipped::index(layout, &bytes, chunk), whole, "{} by {chunk}", path.display());
        }
    }
}

/// Whether the index pass found something wrong.
fn has_fault(rows: &[Row]) -> bool {
    rows.iter().any(|row| match row {
        Row::Message(message) => message.fault.is_some(),
        Row::GroupEnd { fault } | Row::InterchangeEnd { fault, .. } => fault.is_some(),
        Row::Unclaimed { .. } => true,
        _ => false,
    })
}

#[test]
fn a_cut_interchange_is_always_noticed() {
    let bundle = bundle();
    let idocs = files("idoc/ok").into_iter().filter(|(path, _)| path.extension().unwrap() == "xml");
    for (path, bytes) in
        ["x12/ok", "edifact/ok", "json/ok", "xml/ok"].into_iter().flat_map(files).chain(idocs)
    {
        let layout = layout(&bundle, &path, &bytes);
        let rows = shipped::index(layout, &bytes, usize::MAX);
        // Of objects one behind the other nobody can tell how many there should be.
        if path.ends_with("order-lines.json") {
            continue;
        }
        let ends: Vec<usize> = rows
            .iter()
            .filter_map(|row| match row {
                Row::InterchangeEnd { end, .. } => Some(*end as usize),
                _ => None,
            })
            .collect();
        for cut in 1..*ends.last().unwrap() {
            let rest = bytes[..cut].iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
            if ends.iter().any(|end| *end <= cut && *end + rest >= cut) {
                continue;
            }
            let rows = shipped::index(layout, &bytes[..cut], usize::MAX);
            let last = String::from_utf8_lossy(&bytes[cut.saturating_sub(20)..cut]).into_owned();
            assert!(has_fault(&rows), "{} cut at {cut} after {last:?}: {rows:?}", path.display());
        }
    }
}

#[test]
fn cut_and_changed_files_do_not_panic() {
    let bundle = bundle();
    for (path, bytes) in all_files() {
        let layout = layout(&bundle, &path, &bytes);
        // Files with faults are cut at every seventh byte only: there are many of them.
        let step = if path.to_string_lossy().contains("/err/") { 7 } else { 1 };
        for cut in (0..bytes.len()).step_by(step) {
            values(layout, &bytes[..cut]);
        }
    }
    let files = all_files();
    tape::generated(500, 40, |tape| {
        let (path, bytes) = &files[tape.pick(files.len())];
        let layout = layout(&bundle, path, bytes);
        let mut bytes = bytes.clone();
        for _ in 0..1 + tape.pick(6) {
            let at = tape.pick(bytes.len());
            match tape.pick(4) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, tape.pick(256) as u8),
                2 => bytes[at] = tape.pick(256) as u8,
                _ => {
                    bytes[at] = *tape
                        .choose(&[b"*", b"~", b">", b",", b"\"", b"\n", b"+", b":", b"'", b"?", b"<", b"&"])
                        .first()
                        .unwrap()
                }
            }
        }
        values(layout, &bytes);
        written(layout, &bytes);
    });
}

/// What the `case` lines of the guide and the read map say of the messages; shipments are of the order of S01.
fn business(bundle: &Bundle, layout: &dyn Layout, bytes: &[u8]) -> Diagnostics {
    let routes = &bundle.clients["brightwick"].routes;
    let of = |guide: &str| routes.iter().find(|route| route.layout.guide().name == guide).unwrap();
    let sample = shipped::testdata("x12/ok/s01-940.edi");
    let orders = of("brightwick/x12-940");
    let (head, rows) = shipped::messages(&*orders.layout, &sample);
    let input = shipped::input(&head, &sample, &rows[0]);
    let (tree, _) = shipped::read(&*orders.layout, &input);
    let (order, ..) = shipped::run(&orders.read, View::new(&tree, input.source()), vec![]);
    let guide = &layout.guide().name;
    let all_routes = || bundle.clients.values().flat_map(|client| &client.routes);
    let Some(route) = all_routes().find(|route| route.layout.guide().name == *guide) else {
        return Diagnostics::new();
    };
    let (head, rows) = shipped::messages(layout, bytes);
    let mut all = Diagnostics::new();
    for row in &rows {
        let input = shipped::input(&head, bytes, row);
        let (tree, _) = shipped::read(layout, &input);
        let earlier = match row.control_number.starts_with("SO104522") {
            true => Earlier::One(View::new(&order, "")),
            false => Earlier::None,
        };
        let source = View::new(&tree, input.source());
        all.extend(shipped::cases(&route.read, source, row.offset));
        all.extend(shipped::run_at(&route.read, source, row.offset, vec![earlier]).1);
    }
    all
}

#[test]
fn findings_of_bad_files_read_well() {
    let bundle = bundle();
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for (path, bytes) in ["x12/err", "edifact/err", "csv/err", "fixed/err", "idoc/err", "json/err", "xml/err"]
        .into_iter()
        .flat_map(files)
    {
        let layout = layout(&bundle, &path, &bytes);
        let mut findings = Diagnostics::new();
        for row in shipped::index(layout, &bytes, usize::MAX) {
            let fault = match row {
                Row::Unclaimed { offset, start, .. } => {
                    let found = String::from_utf8_lossy(&start).into_owned();
                    let place = Place { offset, ..Place::default() };
                    findings.push(Diagnostic::new(Code::I105).with("found", found).place(place));
                    None
                }
                Row::Finding(finding) => {
                    findings.push(*finding);
                    None
                }
                Row::Message(message) => message.fault,
                Row::GroupEnd { fault } | Row::InterchangeEnd { fault, .. } => fault,
                _ => None,
            };
            fault.into_iter().for_each(|fault| findings.push(fault.diagnostic()));
        }
        findings.extend(values(layout, &bytes).1);
        findings.extend(business(&bundle, layout, &bytes));
        let shown = shipped::render(findings.as_slice(), &bundle.sources);
        let mut expect = path.clone().into_os_string();
        expect.push(".expect");
        if update {
            std::fs::write(&expect, &shown).unwrap();
        } else if std::fs::read_to_string(&expect).unwrap_or_default() != shown {
            wrong.push(format!("{}:\n{shown}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "findings changed; UPDATE_EXPECT=1 accepts them\n{}", wrong.join("\n"));
}
