//! Laws that hold for every tree of every guide: what is written is read again as it was, without a finding.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/tape.rs"]
mod tape;
#[path = "support/trees/mod.rs"]
mod trees;

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, Layout, MessageInput, Row, Totals};
use crossdock::gateway::bundle::{self, Bundle};
use crossdock::guide::Guide;
use crossdock::tree::{NodeId, PlaceId, Tree, View};
use std::path::Path;
use trees::Draft;

/// Files for each guide.
const CASES: u32 = 40;
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

/// A line for each node, without what the format computes itself.
fn outline(guide: &Guide, view: View<'_>, has_forms: bool) -> Vec<String> {
    let mut lines = Vec::new();
    outline_of(guide, view, has_forms, NodeId::ROOT, &mut lines);
    lines
}

fn outline_of(guide: &Guide, view: View<'_>, has_forms: bool, node: NodeId, lines: &mut Vec<String>) {
    for child in view.tree.children(node) {
        let place = view.tree.node(child).place;
        let is_leaf = guide.shape.place(place).leaf_type().is_some();
        let is_form = guide.moments.iter().any(|moment| moment.value == place || moment.format == place);
        if is_computed(guide, place) || (is_form && !has_forms) {
            continue;
        }
        let (path, id) = (guide.shape.path(place), place.0);
        match view.text(child) {
            Some(text) => lines.push(format!("{path} ({id}) = {text:?}")),
            None if !is_leaf => lines.push(format!("{path} ({id})")),
            None => {}
        }
        outline_of(guide, view, has_forms, child, lines);
    }
}

/// Frames, constants, counts and sums.
fn is_computed(guide: &Guide, place: PlaceId) -> bool {
    let is_leaf = guide.shape.place(place).leaf_type().is_some();
    guide.rules(place).auto && (is_leaf || guide.records.is_empty())
}

/// A file with these messages.
fn written(layout: &dyn Layout, views: &[View<'_>], findings: &mut Diagnostics) -> Vec<u8> {
    let (envelope, mut totals, mut file) = (Envelope::default(), Totals::default(), Vec::new());
    layout.begin_file(&envelope, &mut file);
    for view in views {
        let mut body = Vec::new();
        layout.write_body(*view, &mut body, findings);
        layout.wrap_body(&envelope, &mut totals, &body, &mut file);
    }
    layout.end_file(&envelope, &totals, &mut file);
    file
}

/// The first lines that differ.
fn difference(one: &[String], other: &[String]) -> Option<(String, String)> {
    let at = (0..one.len().max(other.len())).find(|&at| one.get(at) != other.get(at))?;
    let line = |lines: &[String]| lines.get(at).cloned().unwrap_or("nothing".into());
    Some((line(one), line(other)))
}

/// What is wrong with the file as a whole.
fn faults(rows: &[Row]) -> Vec<String> {
    let fault = |row: &Row| match row {
        Row::Message(message) => message.fault.as_ref().map(|fault| format!("{fault:?}")),
        Row::GroupEnd { fault } | Row::InterchangeEnd { fault, .. } => {
            fault.as_ref().map(|fault| format!("{fault:?}"))
        }
        Row::Unclaimed { .. } => Some(format!("{row:?}")),
        _ => None,
    };
    rows.iter().filter_map(fault).collect()
}

/// Holds the laws against the messages of one file. `Err` says which does not hold, and why.
fn hold(layout: &dyn Layout, drafts: &[Draft]) -> Result<(), String> {
    let guide = layout.guide();
    let trees: Vec<Tree> = drafts.iter().map(Draft::tree).collect();
    let views: Vec<View<'_>> = trees.iter().map(|tree| View::new(tree, "")).collect();
    let mut findings = Diagnostics::new();
    let file = written(layout, &views, &mut findings);
    let wrong = |law: &str, found: &dyn std::fmt::Debug| {
        let built: Vec<_> = views.iter().map(|view| outline(guide, *view, true)).collect();
        Err(format!(
            "{}: {law}\n{found:#?}\nbuilt {built:#?}\nwritten {:?}",
            guide.name,
            String::from_utf8_lossy(&file)
        ))
    };
    if !findings.is_empty() {
        return wrong("what the guide allows is written without a finding", &findings.as_slice());
    }
    let rows = shipped::index(layout, &file, usize::MAX);
    if !faults(&rows).is_empty() {
        return wrong("a file that is written is whole", &faults(&rows));
    }
    if shipped::index(layout, &file, 1) != rows {
        return wrong("it does not matter how a file arrives", &shipped::index(layout, &file, 1));
    }
    let (head, messages) = shipped::messages(layout, &file);
    let inputs: Vec<MessageInput<'_>> =
        messages.iter().map(|row| shipped::input(&head, &file, row)).collect();
    let read: Vec<(Tree, Diagnostics)> = inputs.iter().map(|input| shipped::read(layout, input)).collect();
    for (_, findings) in &read {
        if !findings.is_empty() {
            return wrong("what is written is read without a finding", &findings.as_slice());
        }
    }
    let again: Vec<View<'_>> =
        read.iter().zip(&inputs).map(|((tree, _), input)| View::new(tree, input.source())).collect();
    if again.len() != views.len() {
        return wrong("each message is one message", &messages);
    }
    for (built, found) in views.iter().zip(&again) {
        let (built, found) = (outline(guide, *built, false), outline(guide, *found, false));
        if let Some((built, found)) = difference(&built, &found) {
            return wrong("what is read is what was written", &format!("built {built}, read {found}"));
        }
    }
    let mut findings = Diagnostics::new();
    let rewritten = written(layout, &again, &mut findings);
    if rewritten != file || !findings.is_empty() {
        return wrong(
            "what was read is written as it was",
            &(String::from_utf8_lossy(&rewritten), findings.as_slice()),
        );
    }
    Ok(())
}

/// Runs the law on the same generated files of a guide; `Err` with the shortest that breaks it.
fn each(layout: &dyn Layout, mut law: impl FnMut(&[Draft]) -> Result<(), String>) -> Result<(), String> {
    let run = || {
        tape::generated(CASES, TAPE, |tape| {
            if let Err(why) = law(&trees::messages(layout.guide(), tape)) {
                panic!("{why}");
            }
        });
    };
    // A panic of the product is a law broken as well.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    outcome.map_err(|why| why.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn every_tree_of_every_guide_survives_writing_and_reading() {
    let bundle = bundle();
    let with_file =
        bundle.layouts.iter().filter(|(name, _)| WITHOUT_FILE.iter().all(|(other, _)| other != name));
    let broken = with_file.filter_map(|(_, layout)| each(&**layout, |drafts| hold(&**layout, drafts)).err());
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// What stands in no file by itself is read from where it stands.
#[test]
fn messages_without_a_file_of_their_own_survive_as_well() {
    let bundle = bundle();
    for (name, why) in WITHOUT_FILE {
        let layout = bundle.layouts.get(name).unwrap_or_else(|| panic!("there is no guide {name} any more"));
        let guide = layout.guide();
        let in_files = each(&**layout, |drafts| hold(&**layout, drafts));
        assert!(in_files.is_err(), "{name} has files of its own, though: {why}");
        let alone = each(&**layout, |drafts| {
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
#[test]
fn all_that_a_guide_has_is_generated() {
    let bundle = bundle();
    for (name, layout) in &bundle.layouts {
        let guide = layout.guide();
        let mut seen = std::collections::BTreeSet::new();
        each(&**layout, |drafts| {
            seen.extend(drafts.iter().flat_map(Draft::places).map(|place| path_in_level(guide, place)));
            Ok(())
        })
        .unwrap();
        let is_open = |place: &PlaceId| !is_computed(guide, *place) && !is_in_frame(guide, *place);
        let open: std::collections::BTreeSet<String> = guide
            .shape
            .places()
            .map(|(place, _)| place)
            .filter(is_open)
            .map(|place| path_in_level(guide, place))
            .collect();
        let missed: Vec<&String> = open.difference(&seen).collect();
        assert!(missed.len() * 3 <= open.len(), "{name}: {} of {}: {missed:?}", missed.len(), open.len());
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
