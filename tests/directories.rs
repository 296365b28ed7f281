//! The directories of UN/EDIFACT that the program brings: each message of each of them makes a guide, and what that guide
//! allows is written, read and found to be without fault.
#![allow(clippy::unwrap_used)]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/tape.rs"]
mod tape;
#[path = "support/trees/mod.rs"]
mod trees;

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::standard::{Given, Importer, Standard, Wanted, standard_guide};
use crossdock::formats::{Layout, format};
use crossdock::gateway::bundle::{self, MappingFiles};
use crossdock::gateway::shelf::Shelf;
use crossdock::guide::Guide;
use crossdock::tree::{PlaceId, PlaceKind, View};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Files for each message, and numbers for each file.
const CASES: u32 = 3;
const TAPE: usize = 1500;

fn standard() -> &'static dyn Standard {
    format("edifact").unwrap().standard().unwrap()
}

fn importer() -> &'static dyn Importer {
    format("edifact").unwrap().importer().unwrap()
}

fn layout(name: &str) -> Arc<dyn Layout> {
    Shelf::default().layout(name).unwrap_or_else(|| panic!("{name} does not compile"))
}

/// Holds the laws of all guides against generated messages; `Err` says which does not hold.
fn hold(name: &str) -> Result<(), String> {
    hold_layout(name, &*layout(name))
}

fn hold_layout(name: &str, layout: &dyn Layout) -> Result<(), String> {
    let run = || {
        tape::generated(CASES, TAPE, |tape| {
            if let Err(why) = laws::hold(layout, &trees::messages(layout.guide(), tape)) {
                panic!("{why}");
            }
        });
    };
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    outcome.map_err(|why| why.downcast_ref::<String>().cloned().unwrap_or_else(|| format!("{name} panics")))
}

/// One message of each directory, always the same ones: what passes today passes tomorrow. All of them, which takes an hour:
/// `CROSSDOCK_DIRECTORIES=all cargo test --test directories -- --nocapture`, or with `D.97A` those of one directory. Neighbours
/// have much the same messages: each is asked for another one, and what looks the same in two is tried once.
#[test]
fn messages_of_every_directory_are_generated_written_and_read() {
    let asked = std::env::var("CROSSDOCK_DIRECTORIES").unwrap_or_default();
    let (mut seen, mut broken, mut tried) = (BTreeSet::new(), Vec::new(), 0);
    for (at, release) in standard().releases().iter().enumerate() {
        let guides = standard().guides(&release.name);
        let chosen = match asked.as_str() {
            "" => guides.get(at * 17 % guides.len().max(1)).into_iter().cloned().collect(),
            "all" => guides,
            one if one == release.name => guides,
            _ => Vec::new(),
        };
        for name in chosen.iter().filter(|name| seen.insert(content(name))) {
            broken.extend(hold(name).err());
            tried += 1;
        }
        println!("{}: {tried} messages tried so far, {} broken", release.name, broken.len());
    }
    assert!(tried > 0, "`{asked}` is no directory");
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// The same for guides that differ in nothing but their names and words.
fn content(name: &str) -> u64 {
    let text = standard_guide(name).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("  words") && !line.contains("edifact"));
    let mut hasher = DefaultHasher::new();
    lines.skip(1).for_each(|line| line.hash(&mut hasher));
    hasher.finish()
}

/// Types of IDocs, in both forms.
#[test]
fn types_of_idocs_are_generated_written_and_read() {
    let types = format("idoc").unwrap().standard().unwrap();
    let mut broken = Vec::new();
    for name in types.guides("IDoc") {
        broken.extend(hold(&name).err());
        let in_xml = format!("guide test/xml extends {name}\n  syntax idoc form xml\nend guide\n");
        let files: MappingFiles =
            [("a.guide".into(), standard_guide(&name).unwrap()), ("b.guide".into(), in_xml)].into();
        let (bundle, _, findings) = bundle::compile(&files, None);
        assert!(findings.is_empty(), "{name}: {:#?}", findings.as_slice());
        let layout = bundle.unwrap().layouts["test/xml"].clone();
        broken.extend(hold_layout(&name, &*layout).err());
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// A message of each.
#[test]
fn a_message_of_each_type_of_idocs_is_read_and_written_back() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/idoc");
    for name in format("idoc").unwrap().standard().unwrap().guides("IDoc") {
        let own = format!("types/{}.xml", name.trim_start_matches("idoc/"));
        let file = match name.as_str() {
            "idoc/DELVRY03" => "ok/delvry03-shpord.xml",
            "idoc/MATMAS05" => "ok/matmas05-article.xml",
            "idoc/ORDERS05" => "ok/orders05-wide.xml",
            _ => own.as_str(),
        };
        let bytes = std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let layout = layout(&name);
        let outlines = |bytes: &[u8]| -> Vec<Vec<String>> {
            let (head, rows) = shipped::messages(&*layout, bytes);
            let read = rows.iter().map(|row| {
                let input = shipped::input(&head, bytes, row);
                let (tree, found) = shipped::read(&*layout, &input);
                assert!(found.is_empty(), "{file}: {:#?}", found.as_slice());
                laws::outline(layout.guide(), View::new(&tree, input.source()), true)
            });
            read.collect()
        };
        let (head, rows) = shipped::messages(&*layout, &bytes);
        let inputs: Vec<_> = rows.iter().map(|row| shipped::input(&head, &bytes, row)).collect();
        let trees: Vec<_> = inputs.iter().map(|input| shipped::read(&*layout, input).0).collect();
        let views: Vec<_> =
            trees.iter().zip(&inputs).map(|(tree, input)| View::new(tree, input.source())).collect();
        let mut findings = Diagnostics::new();
        let again = laws::written(&*layout, &views, &mut findings);
        assert!(findings.is_empty() && !rows.is_empty(), "{file}: {:#?}", findings.as_slice());
        let (read, read_again) = (outlines(&bytes), outlines(&again));
        assert!(read == read_again && read[0].len() > 3, "{file}: {read:#?}\n{read_again:#?}");
    }
}

/// The files among them have a part of what the program has, and nothing else.
#[test]
fn files_of_idocs_say_the_same_as_the_types() {
    let bundle = shipped::bundle();
    for name in format("idoc").unwrap().standard().unwrap().guides("IDoc") {
        let Some(file) = bundle.layouts.get(&name) else { continue };
        let fields = |guide: &Guide| -> BTreeSet<String> {
            let records = guide.records.iter();
            let path = |record: &crossdock::guide::records::Record| guide.shape.path(record.place);
            let field = |path: &str, field: &crossdock::guide::records::Field| {
                format!("{path} {} {} {}", field.name, field.at, field.width)
            };
            records
                .flat_map(|record| record.fields.iter().map(move |one| field(&path(record), one)))
                .collect()
        };
        let (own, whole) = (fields(file.guide()), fields(layout(&name).guide()));
        let missing: Vec<&String> = own.difference(&whole).collect();
        assert!(missing.is_empty(), "{name}: {missing:#?}");
    }
}

#[test]
fn all_directories_are_there_and_say_what_they_lack() {
    let releases = standard().releases();
    let directories: Vec<&str> =
        releases.iter().map(|release| release.name.as_str()).filter(|name| name.starts_with("D.")).collect();
    assert_eq!((directories.len(), directories[0], directories[57]), (58, "D.93A", "D.21B"));
    let messages: usize = releases.iter().map(|release| release.messages).sum();
    assert_eq!(messages, 10_305);
    let gaps: BTreeMap<&str, &Vec<String>> = releases
        .iter()
        .filter(|release| !release.gaps.is_empty())
        .map(|release| (release.name.as_str(), &release.gaps))
        .collect();
    assert_eq!(gaps.keys().copied().collect::<Vec<_>>(), ["D.93A", "D.94B", "D.95A"]);
    assert_eq!(gaps["D.93A"], &["no segment tables of messages", "no code lists"]);
    assert_eq!(
        standard().guides("service-4"),
        ["edifact/service-4/AUTACK", "edifact/service-4/CONTRL", "edifact/service-4/KEYMAN"]
    );
}

#[test]
fn the_nearest_directory_that_has_a_message_is_found() {
    let nearest = |kind: &str, written: &str| {
        standard().nearest(kind, written).map(|found| (found.guide, found.is_exact))
    };
    let found = |guide: &str, is_exact: bool| Some((guide.to_string(), is_exact));
    assert_eq!(nearest("ORDERS", "D:97A:UN"), found("edifact/d97a/ORDERS", true));
    assert_eq!(nearest("ORDERS", "D:97A:UN:EAN010"), found("edifact/d97a/ORDERS", true));
    assert_eq!(nearest("ORDERS", "D:22A:UN"), found("edifact/d21b/ORDERS", false));
    assert_eq!(nearest("ORDERS", "D:93A:UN"), found("edifact/d94a/ORDERS", false));
    // Before there were drafts of a directory.
    assert_eq!(nearest("ORDERS", "2:912:UN"), found("edifact/d94a/ORDERS", false));
    assert_eq!(nearest("CONTRL", "4:1:UN"), found("edifact/service-4/CONTRL", true));
    assert_eq!(nearest("CONTRL", "D:3:UN"), found("edifact/service-3/CONTRL", true));
    assert_eq!(nearest("ORDERS", "2:3:OD"), None, "another agency's message");
    assert_eq!(nearest("BESTEL", "D:97A:UN"), None);
}

#[test]
fn a_guide_that_is_not_there_is_helped_with() {
    let near = |name: &str| standard().near(name).unwrap();
    assert_eq!(near("edifact/d97a/orders"), "did you mean `edifact/d97a/ORDERS`?");
    assert_eq!(
        near("edifact/d93a/ORDERS"),
        "what was published of D.93A has no segment tables of messages; the nearest that has it is `edifact/d94a/ORDERS`"
    );
    assert_eq!(near("edifact/d97a/BESTEL"), "D.97A has no message BESTEL");
    assert_eq!(
        near("edifact/d22a/ORDERS"),
        "this directory is not here; the nearest that has the message is `edifact/d21b/ORDERS`"
    );
    assert_eq!(standard().near("house/edifact-orders"), None);
}

/// The places of a guide that are no service segment's: path by tags, and what the structure says of it.
fn places(guide: &Guide) -> Vec<String> {
    let shape = &guide.shape;
    let mut lines = Vec::new();
    let mut below = vec![(PlaceId::ROOT, String::new())];
    while let Some((parent, path)) = below.pop() {
        for &child in shape.place(parent).children.iter().rev() {
            let (place, rules) = (shape.place(child), guide.rules(child));
            // A moment is made of what stands beside it.
            if rules.element_id.is_empty() || matches!(&*rules.element_id, "UNH" | "UNT" | "UNS") {
                continue;
            }
            let path = format!("{path}/{}", rules.element_id);
            let own = match place.kind {
                PlaceKind::Leaf(_) => format!("{}..{} {:?}", rules.min_length, rules.max_length, rules.class),
                _ => format!("max {} {}", place.max, rules.loop_id),
            };
            lines.push(format!(
                "{path} .{} {} {own}",
                place.position,
                if place.required { "M" } else { "C" }
            ));
            below.push((child, path));
        }
    }
    lines.sort();
    lines
}

#[test]
fn guides_in_files_say_the_same_as_the_directories() {
    let bundle = shipped::bundle();
    let mut compared = 0;
    for (name, layout) in &bundle.layouts {
        if !name.starts_with("edifact/") || standard_guide(name).is_none() {
            continue;
        }
        let (own, packed) = (places(layout.guide()), places(self::layout(name).guide()));
        let missing: Vec<&String> = own.iter().filter(|line| !packed.contains(line)).collect();
        let more: Vec<&String> = packed.iter().filter(|line| !own.contains(line)).collect();
        assert!(missing.is_empty() && more.is_empty(), "{name}: {missing:#?}\nand {more:#?}");
        compared += 1;
    }
    assert!(compared > 15, "{compared} guides in files");
}

#[test]
fn what_a_file_selects_by_its_keys_a_directory_selects_too() {
    let bundle = shipped::bundle();
    for (name, layout) in bundle.layouts.iter().filter(|(name, _)| standard_guide(name).is_some()) {
        let keys = |guide: &Guide| -> BTreeSet<String> {
            let shape = &guide.shape;
            let keyed = shape.places().filter_map(|(place, own)| Some((place, own.key?)));
            let tag = |place: PlaceId| guide.rules(place).element_id.to_string();
            keyed.map(|(place, key)| format!("{} by {}", tag(place), tag(key))).collect()
        };
        let (own, packed) = (keys(layout.guide()), keys(self::layout(name).guide()));
        let missing: Vec<&String> = own.difference(&packed).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}

/// A small configuration over a directory that stands in no file.
fn over_a_directory() -> MappingFiles {
    let shipped = shipped::mapping_files();
    let shapes = shipped.into_iter().filter(|(path, _)| path.ends_with(".shape"));
    let mut files: MappingFiles = shapes.collect();
    let guide =
        "guide my/orders extends edifact/d97a/ORDERS\n  BGM.C002.1001 only 220\n  NAD[BY] max 1\nend guide\n";
    files.insert("my/orders.guide".into(), guide.into());
    files
}

#[test]
fn a_guide_over_a_directory_compiles_and_is_stored_with_it() {
    let files = over_a_directory();
    let (bundle, sources, findings) = bundle::compile(&files, None);
    assert!(findings.is_empty(), "{}", shipped::render(findings.as_slice(), &sources));
    let bundle = bundle.unwrap();
    assert_eq!(bundle.brought.keys().collect::<Vec<_>>(), [".standards/edifact/d97a/ORDERS.guide"]);
    assert!(bundle.layouts.contains_key("my/orders"));
    // What is stored is the same configuration, wherever the guide comes from then.
    let mut whole = files.clone();
    whole.extend(bundle.brought.clone());
    let again = bundle::compile(&whole, None).0.unwrap();
    assert!(again.brought.is_empty());
    assert_eq!(again.hash, bundle.hash);
    // Nothing is brought that nobody asks for.
    let mut none = files;
    none.remove("my/orders.guide");
    let none = bundle::compile(&none, None).0.unwrap();
    assert!(none.brought.is_empty() && none.layouts.is_empty());
    assert!(none.layout("edifact/d97a/ORDERS").is_some(), "it is there for who asks");
}

/// The files of `testdata/unece`.
fn given() -> Vec<Given> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/unece");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let given = |path: std::path::PathBuf| Given {
        name: path.file_name().unwrap().to_str().unwrap().into(),
        bytes: std::fs::read(&path).unwrap(),
    };
    files.map(given).collect()
}

#[test]
fn text_of_a_directory_is_imported_in_any_order() {
    let files = given();
    let packed = |files: &[Given]| importer().import(files, &Wanted::Packed).unwrap();
    let one = packed(&files);
    let other = packed(&files.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(one.made, other.made);
    assert_eq!((one.faults, one.ignored), (Vec::<String>::new(), vec!["readme.txt".to_string()]));
    assert_eq!(one.releases.len(), 1);
    assert_eq!((one.releases[0].name.as_str(), one.releases[0].messages), ("D.30A", 1));
    // What is nowhere described is told.
    let without: Vec<Given> = files.into_iter().filter(|file| file.name != "EDSD.30A").collect();
    let faults = packed(&without).faults;
    assert_eq!(faults[0], "D.30A: SAMPLE has BGM, which is nowhere described");
}

#[test]
fn an_extract_that_is_damaged_is_told() {
    let file = |name: &str, bytes: &[u8]| Given { name: name.into(), bytes: bytes.into() };
    let import = |file: Given| importer().import(&[file], &Wanted::Packed);
    let why = import(file("D96A.json", b"{\"directory\":")).unwrap_err();
    assert!(why.starts_with("D96A.json: "), "{why}");
    let why = import(file("D96A.json.gz", b"no gzip")).unwrap_err();
    assert!(why.starts_with("D96A.json.gz: "), "{why}");
    assert_eq!(import(file("EDSD.30A", &[0xff; 100])).unwrap().releases[0].messages, 0);
}
