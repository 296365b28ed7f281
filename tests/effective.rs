//! Maps and guides with all their layers applied: files of the language that mean what the layers mean.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::base::span::Sources;
use crossdock::cli::effective::Documents;
use crossdock::diagnostics::Diagnostics;
use crossdock::gateway::bundle::{self, Bundle, MappingFiles};
use crossdock::language::parse;
use crossdock::language::print;
use crossdock::language::syntax::Document;
use std::collections::BTreeMap;

fn sources_of(files: &MappingFiles) -> Sources {
    let mut sources = Sources::default();
    files.iter().for_each(|(path, text)| _ = sources.add(path.clone(), text.clone()));
    sources
}

/// A text without places.
fn without_spans(shown: &str) -> String {
    let mut parts = shown.split("Span {");
    let first = parts.next().unwrap().to_string();
    parts.fold(first, |all, part| all + part.split_once('}').unwrap().1)
}

/// What a text means, without places and words for people.
fn meaning(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("text", text);
    let mut findings = Diagnostics::new();
    let documents = parse(&sources, file, &mut findings);
    assert!(findings.is_empty(), "{text}\n{}", shipped::render(findings.as_slice(), &sources));
    without_spans(&format!("{documents:?}"))
}

#[test]
fn a_printed_map_means_what_it_meant() {
    let files = shipped::mapping_files();
    let mut seen = 0;
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".map")) {
        let mut sources = Sources::default();
        let file = sources.add(path.clone(), text.clone());
        for document in parse(&sources, file, &mut Diagnostics::new()) {
            let Document::Map(map) = &document else { continue };
            let mut printed = String::new();
            for line in print::map(map) {
                line.documentation.lines().for_each(|words| printed += &format!("## {words}\n"));
                printed += &format!("{}\n", line.text);
            }
            let meant = without_spans(&format!("{:?}", vec![&document]));
            assert_eq!(meaning(&printed), meant, "{path}\n{printed}");
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen} maps");
}

#[test]
fn every_bracket_that_is_needed_is_printed() {
    let lines = [
        "a = (b else c) via table t",
        "a = b else (c else d)",
        "a = (if b then c else d) else e",
        "a = if b then (if c then d else e) else (f via { X: \"y\", \"not\": 1 } unknown hold warn \"no {b.c} {{x}} \"\"q\"\"\")",
        "a = b - (c - d) * -(e + f) / (g * h)",
        "a = (b = c) = (d <> e)",
        "a = not (b and c) or (not d = e) and (f or g)",
        "a = (not b) in (\"x\", (y else z))",
        "a = (b & c) matches \"[A-Z]\"\"+\"",
        "a = - -b",
        "a = one(o.references[type = \"x\"]).value & (b else c).d",
        "a = (b, c) via table t.move_type reversed unknown \"EA\" warn",
        "a = count(out all HL[I]) + `if`.x + .`PO #` + .05.2 + .3039#last + N1[not LI|\"a b\"]#2.04 + `all`",
        "@id = cbc:ID",
        "N9[not LI].02 = `else`.then",
        "fill a, .02, `b c` with $p",
        "x <-> .04 via table t reversed unknown reject",
        "a = if b then c else if d then (if e then f else g) else if h then i else (j else k)",
    ];
    for line in lines {
        let text = format!("map a/b\n  {line}\nend map\n");
        let mut sources = Sources::default();
        let file = sources.add("text", &text);
        let mut findings = Diagnostics::new();
        let documents = parse(&sources, file, &mut findings);
        assert!(findings.is_empty(), "{}", shipped::render(findings.as_slice(), &sources));
        let Document::Map(map) = &documents[0] else { panic!() };
        let printed: Vec<String> = print::map(map).into_iter().map(|line| line.text).collect();
        assert_eq!(meaning(&printed.join("\n")), meaning(&text), "{line}\n{}", printed[1]);
    }
}

/// Every plan and guide of a bundle, without the places of its lines and without words for people about them.
fn plans(bundle: &Bundle) -> BTreeMap<String, String> {
    let maps = bundle.maps.iter().map(|(name, plan)| (format!("map {name}"), format!("{plan:?}")));
    let guides = bundle
        .layouts
        .iter()
        .map(|(name, layout)| (format!("guide {name}"), format!("{:?}", layout.guide())));
    maps.chain(guides).map(|(name, shown)| (name, without_spans(&shown))).collect()
}

/// Puts the effective text in place of every document that extends another one.
fn flattened(files: &MappingFiles) -> (MappingFiles, usize) {
    let sources = sources_of(files);
    let documents = Documents::read(sources.clone());
    let mut flat = files.clone();
    let mut seen = 0;
    for (file, source) in
        sources.files().filter(|(_, source)| source.path.ends_with(".map") || source.path.ends_with(".guide"))
    {
        let inside = parse(&sources, file, &mut Diagnostics::new());
        let name = match inside.as_slice() {
            [Document::Map(map)] if map.extends.is_some() => format!("{}.map", map.name.name),
            [Document::Guide(guide)] if guide.extends.is_some() => format!("{}.guide", guide.name.name),
            _ => continue,
        };
        let mut findings = Diagnostics::new();
        let with = documents.effective(&name, true, &mut findings).unwrap();
        let without = documents.effective(&name, false, &mut findings).unwrap();
        assert!(findings.is_empty(), "{name}");
        assert_eq!(meaning(&with), meaning(&without), "{name}");
        flat.insert(source.path.clone(), without);
        seen += 1;
    }
    (flat, seen)
}

/// Holds the plans of these files against those of the same files without layers.
fn layers_make_no_difference(files: &MappingFiles, at_least: usize) {
    let compiled = |files: &MappingFiles| {
        let (bundle, sources, findings) = bundle::compile(files, None);
        let shown = shipped::render(findings.as_slice(), &sources);
        bundle.unwrap_or_else(|| panic!("{shown}"))
    };
    let (flat, seen) = flattened(files);
    assert!(seen >= at_least, "{seen} layered documents");
    let (layered, flat) = (plans(&compiled(files)), plans(&compiled(&flat)));
    assert_eq!(layered.keys().collect::<Vec<_>>(), flat.keys().collect::<Vec<_>>());
    for (name, plan) in &layered {
        if plan != &flat[name] {
            let at = plan.bytes().zip(flat[name].bytes()).take_while(|(a, b)| a == b).count();
            let near = |text: &str| {
                String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(200)..(at + 200).min(text.len())])
                    .into_owned()
            };
            panic!("{name} differs:\n{}\n\n{}", near(plan), near(&flat[name]));
        }
    }
}

#[test]
fn what_is_shipped_means_the_same_without_layers() {
    layers_make_no_difference(&shipped::mapping_files(), 45);
}

/// Overlays of every kind in one place: lines of a fragment, blocks by label, a `when`, checks, and a map that goes the other way.
#[test]
fn every_kind_of_change_means_the_same_without_layers() {
    let shapes = "record party\n  id text 8\n  kind text 20\nend record\nrecord line\n  no int\n  sku text 9\nend record\n\
        shape order\n  number text 9\n  country text 2\n  urgent bool\n  buyer party\n  lines many line\nend shape\n";
    let guide = "guide house/g\n  version 2\n  syntax fixed record 60\n  unit file\n  record H required max 1\n    \
        tag 1 const \"H\"\n    number 9\n    mode 1\n    country 2\n  end H\n  record P max 1\n    tag 1 const \"P\"\n    \
        id 8\n    kind 2\n  end P\n  record L max 99\n    tag 1 const \"L\"\n    sku 9\n  end L\nend guide\n";
    let overlay = "guide own/g extends house/g\n  version 5\n  record L\n    record X max 3\n      tag 1 const \"X\"\n      \
        lot 9\n    end X\n  end L\n  H.number required\nend guide\n";
    let base = "map house/m\n  version 1\n  lang 1\n  from guide house/g as msg\n  to canonical order\n  param land = \"DE\"\n  \
        number <-> msg.H.number\n  when H.mode = \"R\"\n    urgent = true\n  otherwise\n    urgent = false\n  end when\n  country <-> $land\n  \
        section buyer from P as p\n    use party(here)\n  end buyer\n  each lines from L as l\n    no = seq()\n    sku <-> l.sku required\n  \
        end lines\n  check warn E1 \"no {H.number}\": present(H.number)\n  ignore H.country \"fixed\"\nend map\n\
        fragment party(src: house/g/P) -> canonical party\n  id <-> .id\n  kind <-> src.kind via { X: \"y\" }\nend fragment\n";
    let changed = "map own/m extends house/m@1\n  version 3\n  from guide own/g\n  param land = \"AT\"\n  set buyer.kind = \"z\"\n  \
        remove urgent\n  set check hold E1 \"none\": absent(out.country)\n  in lines\n    set no = seq() * 10\n    add check info E2 \"l {l.sku}\": this.no > 0\n  \
        end in\nend map\n";
    let turned =
        "map own/w extends house/m\n  version 1\n  from canonical order as o\n  to guide house/g\nend map\n";
    let files = [
        ("canonical/x.shape", shapes),
        ("house/g.guide", guide),
        ("own/g.guide", overlay),
        ("house/m.map", base),
        ("own/m.map", changed),
        ("own/w.map", turned),
    ];
    layers_make_no_difference(&files.map(|(path, text)| (path.to_string(), text.to_string())).into(), 3);
}
