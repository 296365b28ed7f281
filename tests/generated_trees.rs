//! Laws that hold for every tree of every guide: what is written is read again as it was, without a finding.
#![allow(clippy::unwrap_used)]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/tape.rs"]
mod tape;
#[path = "support/trees/mod.rs"]
mod trees;

use crossdock::base::in_flight::in_flight;
use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Layout, MessageInput};
use crossdock::gateway::bundle::{self, Bundle};
use crossdock::guide::Guide;
use crossdock::tree::{PlaceId, View};
use laws::{hold, is_computed, outline};
use std::collections::BTreeSet;
use std::path::Path;
use trees::Draft;

/// Files for each guide.
const CASES: u32 = 40;
/// Files for guides of which too little is in so many.
const CASES_OF_LARGE: u32 = 160;
/// Numbers for each file.
const TAPE: usize = 2500;

/// Guides whose messages stand in no file by themselves, and why.
const WITHOUT_FILE: [(&str, &str); 2] = [
    (
        "x12/004010/TA1",
        "TA1 stands beside the groups of an interchange, without ST and SE; the answer to one writes it",
    ),
    ("x12/005010/TA1", "as in 004010"),
];

/// The shipped mappings with the guides of all folders `testdata/*/guides`.
fn bundle() -> Bundle {
    let mut mappings = shipped::mapping_files();
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    for folder in std::fs::read_dir(testdata).unwrap() {
        let Ok(guides) = std::fs::read_dir(folder.unwrap().path().join("guides")) else { continue };
        for path in guides.map(|guide| guide.unwrap().path()) {
            let name = format!("test/{}", path.file_name().unwrap().to_string_lossy());
            mappings.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    mappings.insert("test/idoc-xml.guide".into(), in_xml(&mappings));
    let (bundle, sources, findings) = bundle::compile(&mappings, None);
    assert!(findings.is_empty(), "{}", shipped::render(findings.as_slice(), &sources));
    bundle.unwrap()
}

/// The guides of standard IDocs again, for their other form.
fn in_xml(mappings: &bundle::MappingFiles) -> String {
    let names =
        mappings.keys().filter_map(|path| path.strip_prefix("standards/idoc/")?.strip_suffix(".guide"));
    let guide = |name: &str| {
        format!("guide test/{name}-xml extends idoc/{name}\n  syntax idoc form xml\nend guide\n")
    };
    names.map(guide).collect()
}

/// Runs the law on the same generated files of a guide; `Err` with the shortest that breaks it.
fn each(
    layout: &dyn Layout,
    cases: u32,
    mut law: impl FnMut(&[Draft]) -> Result<(), String>,
) -> Result<(), String> {
    let run = || {
        tape::generated(cases, TAPE, |tape| {
            if let Err(why) = law(&trees::messages(layout.guide(), tape)) {
                panic!("{why}");
            }
        });
    };
    // A panic of the product is a law broken as well.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    outcome.map_err(|why| why.downcast_ref::<String>().cloned().unwrap_or_default())
}

/// What is built is written and read again as it was, and what the law is tried on is what the guide has.
#[test]
fn every_tree_of_every_guide_survives_writing_and_reading() {
    let bundle = bundle();
    let with_file = |name: &String| WITHOUT_FILE.iter().all(|(other, _)| other != name);
    let guides = bundle.layouts.iter().filter(|(name, _)| with_file(name)).collect();
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let broken = in_flight(workers, guides, |(name, layout)| {
        let guide = layout.guide();
        let mut seen = BTreeSet::new();
        let mut try_with = |cases| {
            let held = each(&**layout, cases, |drafts| {
                seen.extend(drafts.iter().flat_map(Draft::places).map(|place| path_in_level(guide, place)));
                hold(&**layout, drafts)
            });
            held.map(|()| all_is_seen(name, guide, &seen))
        };
        let tried = match try_with(CASES) {
            // The largest guides need more files until most of what they have was there.
            Ok(Err(_)) => try_with(CASES_OF_LARGE),
            tried => tried,
        };
        Ok::<_, ()>(tried.and_then(|seen| seen).err())
    });
    let broken: Vec<String> = broken
        .into_iter()
        .filter_map(|answer| answer.and_then(Result::ok).expect("every guide was tried"))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// What stands in no file by itself is read from where it stands.
#[test]
fn messages_without_a_file_of_their_own_survive_as_well() {
    let bundle = bundle();
    for (name, why) in WITHOUT_FILE {
        let layout = bundle.layouts.get(name).unwrap_or_else(|| panic!("there is no guide {name} any more"));
        let guide = layout.guide();
        let in_files = each(&**layout, CASES, |drafts| hold(&**layout, drafts));
        assert!(in_files.is_err(), "{name} has files of its own, though: {why}");
        let alone = each(&**layout, CASES, |drafts| {
            let tree = drafts[0].tree();
            let (mut bytes, mut findings) = (Vec::new(), Diagnostics::new());
            layout.write_body(View::new(&tree, ""), &mut bytes, &mut findings);
            let input = MessageInput { head: b"", bytes: &bytes, offset: 0 };
            let (again, told) = shipped::read(&**layout, &input);
            findings.extend(told);
            let (built, read) = (
                outline(guide, View::new(&tree, ""), true),
                outline(guide, View::new(&again, input.source()), true),
            );
            match built == read && findings.is_empty() {
                true => Ok(()),
                false => Err(format!("built {built:#?}, read {read:#?}\n{:#?}", findings.as_slice())),
            }
        });
        alone.unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

/// The laws say nothing about what is never generated.
fn all_is_seen(name: &str, guide: &Guide, seen: &BTreeSet<String>) -> Result<(), String> {
    let is_open = |place: &PlaceId| !is_computed(guide, *place) && !is_in_frame(guide, *place);
    let places = guide.shape.places().map(|(place, _)| place).filter(is_open);
    let open: BTreeSet<String> = places.map(|place| path_in_level(guide, place)).collect();
    let missed: Vec<&String> = open.difference(seen).collect();
    match missed.len() * 3 <= open.len() {
        true => Ok(()),
        false => Err(format!("{name}: {} of {} are never generated: {missed:?}", missed.len(), open.len())),
    }
}

/// The path of a place. All levels have the same inside them: there it begins with their tag.
fn path_in_level(guide: &Guide, place: PlaceId) -> String {
    let path = guide.shape.path(place);
    let Some(hierarchy) = &guide.hierarchy else { return path };
    match path.rsplit_once(&format!("{}[", hierarchy.tag)) {
        Some((_, level)) => {
            format!("{}{}", hierarchy.tag, level.split_once(']').map_or("", |(_, rest)| rest))
        }
        None => path,
    }
}

/// Whether a place is in a segment that the format writes around messages, or in a record behind the last unit.
fn is_in_frame(guide: &Guide, place: PlaceId) -> bool {
    let mut at = place;
    while guide.shape.place(at).parent != PlaceId::ROOT {
        at = guide.shape.place(at).parent;
    }
    is_computed(guide, at) || trees::is_behind_units(guide, at)
}
