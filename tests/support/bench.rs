//! A bench to try small messages on: the shipped mappings, one message in, one document or message out.
#![allow(dead_code, clippy::unwrap_used)]

use super::shipped::{self, messages, read, render};
use crossdock::base::span::Sources;
use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, Layout, Totals};
use crossdock::gateway::bundle::{self, Bundle};
use crossdock::gateway::documents;
use crossdock::mapping::plan::{EarlierPlan, SideName};
use crossdock::mapping::{Facts, Found, Runner};
use crossdock::tree::{Tree, View, json};
use serde_json::Value;
use std::sync::Arc;

/// The mappings, and the documents that `earlier` and `item` find.
pub struct Bench {
    pub bundle: Arc<Bundle>,
    known: Vec<(String, Tree)>,
}

/// What a map made of a message.
pub struct Made {
    /// The document.
    pub tree: Tree,
    /// The same as JSON.
    pub document: Value,
    /// The codes of what was found, worst first is not promised: in the order of the findings.
    pub codes: Vec<String>,
    /// The findings as people read them.
    pub told: String,
}

impl Made {
    /// A value of the document by its path, such as `/lines/0/qty`, as text; "" if it is not there.
    pub fn at(&self, path: &str) -> String {
        match self.document.pointer(path) {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }

    /// Nothing was found.
    #[track_caller]
    pub fn sound(self) -> Self {
        assert!(self.codes.is_empty(), "{}", self.told);
        self
    }
}

impl Bench {
    /// The shipped mappings.
    pub fn new() -> Self {
        Bench { bundle: shipped::bundle(), known: Vec::new() }
    }

    /// The shipped mappings with a file of a client's.
    pub fn with(text: &str) -> Self {
        let mut files = shipped::mapping_files();
        files.insert("test/bench.map".into(), text.into());
        let (bundle, sources, findings) = bundle::compile(&files, None);
        assert!(findings.is_empty(), "{}", render(findings.as_slice(), &sources));
        Bench { bundle: Arc::new(bundle.unwrap()), known: Vec::new() }
    }

    /// Tells it a document that came in before.
    pub fn knowing(mut self, kind: &str, tree: Tree) -> Self {
        self.known.push((kind.to_string(), tree));
        self
    }

    /// As [`Bench::knowing`], from JSON.
    pub fn knowing_json(self, kind: &str, text: &str) -> Self {
        let mut tree = Tree::new();
        json::read(&self.bundle.shapes[kind], text, &mut tree).unwrap();
        self.knowing(kind, tree)
    }

    fn find(&self, line: &EarlierPlan, keys: &[(String, String)]) -> Found {
        let has = |tree: &Tree| {
            keys.iter().all(|(field, value)| {
                documents::field(View::new(tree, ""), &line.shape, field) == value.as_str()
            })
        };
        let fitting = self.known.iter().rev().filter(|(kind, tree)| *kind == line.document && has(tree));
        let standing = documents::standing(fitting, |(_, tree)| View::new(tree, ""), &line.shape);
        match standing.as_slice() {
            [] => Found::None,
            [newest, ..] if line.is_newest || standing.len() == 1 => Found::One(newest.1.clone()),
            several => Found::Several(several.len()),
        }
    }

    /// The first message of a file through a guide and a read map.
    pub fn read(&self, guide: &str, map: &str, bytes: &[u8]) -> Made {
        let layout = &*self.bundle.layouts[guide];
        let (head, rows) = messages(layout, bytes);
        let input = shipped::input(&head, bytes, &rows[0]);
        let (tree, mut findings) = read(layout, &input);
        let target = self.run(map, View::new(&tree, input.source()), &mut findings);
        self.made(map, target, &findings)
    }

    /// A document through a write map.
    pub fn write(&self, map: &str, document: &Tree) -> (String, Vec<String>) {
        let mut findings = Diagnostics::new();
        let target = self.run(map, View::new(document, ""), &mut findings);
        let layout = self.layout_of(map);
        let (mut body, mut file) = (Vec::new(), Vec::new());
        layout.write_body(View::new(&target, ""), &mut body, &mut findings);
        layout.wrap_body(&Envelope::default(), &mut Totals::default(), &body, &mut file);
        (String::from_utf8_lossy(&file).into_owned(), self.codes(&findings))
    }

    fn layout_of(&self, map: &str) -> &dyn Layout {
        let SideName::Guide(guide) = &self.bundle.maps[map].target else { panic!("{map} writes no guide") };
        &*self.bundle.layouts[guide.as_str()]
    }

    /// A document from JSON.
    pub fn document(&self, kind: &str, text: &str) -> Tree {
        let mut tree = Tree::new();
        json::read(&self.bundle.shapes[kind], text, &mut tree).unwrap();
        tree
    }

    fn run(&self, map: &str, source: View<'_>, findings: &mut Diagnostics) -> Tree {
        let plan = &self.bundle.maps[map];
        let header = [("client", "BENCH".to_string())];
        let mut runner = Runner::default();
        let facts = Facts { now: jiff::Timestamp::UNIX_EPOCH, header: &header, ..Facts::default() };
        let keys = runner.lookup_keys(plan, source, &facts);
        let found: Vec<Found> = (plan.earlier.iter().zip(keys))
            .map(|(line, keys)| keys.map_or(Found::None, |keys| self.find(line, &keys)))
            .collect();
        let facts = Facts { earlier: found.iter().map(Found::as_earlier).collect(), ..facts };
        let mut fetch = |line: &EarlierPlan, keys: Vec<(String, String)>| {
            Ok::<_, std::convert::Infallible>(self.find(line, &keys))
        };
        let Ok(lookups) = runner.look_up(plan, source, &facts, &mut fetch);
        let facts = Facts { lookups: Some(&lookups), ..facts };
        let mut target = Tree::new();
        runner.run(plan, source, &facts, &mut target, findings);
        target
    }

    fn made(&self, map: &str, tree: Tree, findings: &Diagnostics) -> Made {
        let shape = &self.bundle.maps[map].target_shape;
        let mut text = String::new();
        json::write(shape, View::new(&tree, ""), true, &mut text);
        let document = serde_json::from_str(&text).unwrap();
        let told = render(findings.as_slice(), self.sources());
        Made { tree, document, codes: self.codes(findings), told }
    }

    fn sources(&self) -> &Sources {
        &self.bundle.sources
    }

    fn codes(&self, findings: &Diagnostics) -> Vec<String> {
        findings.as_slice().iter().map(|finding| finding.shown_code().to_string()).collect()
    }
}

/// An EDIFACT file with one message; its segments stand without header and trailer.
pub fn edifact(kind: &str, segments: &str) -> String {
    edifact_with("UNA:+.? '", kind, segments)
}

/// As [`edifact`], with another service string advice, or none.
pub fn edifact_with(una: &str, kind: &str, segments: &str) -> String {
    let count = segments.matches('\'').count() + 2;
    format!(
        "{una}UNB+UNOC:3+9520001000010:14+9520002000019:14+261123:0815+50017'UNH+1+{kind}'{segments}\
         UNT+{count}+1'UNZ+1+50017'"
    )
}

/// An X12 interchange with one set; its segments stand without ST and SE.
pub fn x12(set: &str, group: &str, segments: &str) -> String {
    let count = segments.matches('~').count() + 2;
    format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0815*U*00401*000000123*0*P*>~\
         GS*{group}*BRIGHTWICK*HAVENPORT3PL*20261120*0815*123*X*004010~ST*{set}*0001~{segments}SE*{count}*0001~\
         GE*1*123~IEA*1*000000123~"
    )
}
