//! The shipped mappings, compiled, and messages translated with them.
#![allow(dead_code, clippy::unwrap_used)]

use crossdock::base::files::Disk;
use crossdock::base::span::Sources;
use crossdock::diagnostics::render::terminal;
use crossdock::diagnostics::{Diagnostic, Diagnostics};
use crossdock::formats::{Layout, MessageInput, MessageRow, Row, Scratch, format};
use crossdock::gateway::bundle::{self, Bundle, MappingFiles};
use crossdock::mapping::run::Fetch;
use crossdock::mapping::{Earlier, Facts, Outcome, Plan, Runner};
use crossdock::tree::arena::Node;
use crossdock::tree::{NodeId, PlaceId, Tree, View};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The files of the shipped mappings.
pub fn mapping_files() -> MappingFiles {
    bundle::read_files(&Disk, &Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings")).unwrap()
}

/// The shipped mappings, compiled once for all tests of a program; a finding fails the test with its text.
pub fn bundle() -> Arc<Bundle> {
    static SHIPPED: OnceLock<Arc<Bundle>> = OnceLock::new();
    let compiled = || {
        let (bundle, sources, findings) = bundle::compile(&mapping_files(), None);
        assert!(findings.is_empty(), "{}", render(findings.as_slice(), &sources));
        Arc::new(bundle.expect("no findings"))
    };
    SHIPPED.get_or_init(compiled).clone()
}

/// Findings as a terminal shows them.
pub fn render(findings: &[Diagnostic], sources: &Sources) -> String {
    findings.iter().map(|finding| terminal::render(finding, sources, "", false)).collect()
}

/// A file of `testdata`.
pub fn testdata(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the index pass, fed in pieces of `chunk` bytes.
pub fn index(layout: &dyn Layout, bytes: &[u8], chunk: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut indexer = format(&layout.guide().format).unwrap().indexer(Some(layout));
    for piece in bytes.chunks(chunk) {
        indexer.feed(piece, &mut |row| rows.push(row));
    }
    indexer.finish(&mut |row| rows.push(row));
    rows
}

/// How many rows there are, fed in pieces of `chunk` bytes.
pub fn count_rows(layout: &dyn Layout, bytes: &[u8], chunk: usize) -> usize {
    let mut count = 0;
    let mut indexer = format(&layout.guide().format).unwrap().indexer(Some(layout));
    for piece in bytes.chunks(chunk) {
        indexer.feed(piece, &mut |_| count += 1);
    }
    indexer.finish(&mut |_| count += 1);
    count
}

/// The head of the file and its messages.
pub fn messages(layout: &dyn Layout, bytes: &[u8]) -> (Vec<u8>, Vec<MessageRow>) {
    let mut head = Vec::new();
    let mut messages = Vec::new();
    for row in index(layout, bytes, usize::MAX) {
        match row {
            Row::Interchange(interchange) => head = interchange.head,
            Row::Message(message) => messages.push(message),
            _ => {}
        }
    }
    (head, messages)
}

/// One message as the second pass takes it.
pub fn input<'a>(head: &'a [u8], bytes: &'a [u8], row: &MessageRow) -> MessageInput<'a> {
    let range = row.offset as usize..(row.offset + row.length) as usize;
    MessageInput { head, bytes: &bytes[range], offset: row.offset }
}

/// A message read under a guide.
pub fn read(layout: &dyn Layout, input: &MessageInput<'_>) -> (Tree, Diagnostics) {
    let (mut tree, mut findings) = (Tree::new(), Diagnostics::new());
    layout.read(input, &mut Scratch::default(), &mut tree, &mut findings);
    (tree, findings)
}

/// What the `case` lines of the guide say of a tree.
pub fn cases(plan: &Plan, source: View<'_>, offset: u64) -> Diagnostics {
    let mut findings = Diagnostics::new();
    Runner::default().cases(plan, source, &Facts { offset, ..Facts::default() }, &mut findings);
    findings
}

/// A plan run over a tree.
pub fn run(plan: &Plan, source: View<'_>, earlier: Vec<Earlier<'_>>) -> (Tree, Diagnostics, Outcome) {
    run_at(plan, source, 0, earlier)
}

/// A plan run over a tree of this client.
pub fn run_for(client: &str, plan: &Plan, source: View<'_>) -> (Tree, Diagnostics, Outcome) {
    let (mut target, mut findings) = (Tree::new(), Diagnostics::new());
    let header = [("client", client.to_string())];
    let facts = Facts { now: jiff::Timestamp::UNIX_EPOCH, header: &header, ..Facts::default() };
    let outcome = Runner::default().run(plan, source, &facts, &mut target, &mut findings);
    (target, findings, outcome)
}

/// A plan run over a tree whose message stands at an offset of its file.
pub fn run_at(
    plan: &Plan,
    source: View<'_>,
    offset: u64,
    earlier: Vec<Earlier<'_>>,
) -> (Tree, Diagnostics, Outcome) {
    let (mut target, mut findings) = (Tree::new(), Diagnostics::new());
    let header = [("client", "BRW01".to_string())];
    let now = jiff::Timestamp::UNIX_EPOCH;
    let facts = Facts { now, offset, earlier, header: &header, ..Facts::default() };
    let outcome = Runner::default().run(plan, source, &facts, &mut target, &mut findings);
    (target, findings, outcome)
}

/// A plan run over a tree of this client, with what its lines inside blocks find by `fetch`.
pub fn run_knowing(
    client: &str,
    plan: &Plan,
    source: View<'_>,
    earlier: Vec<Earlier<'_>>,
    fetch: Fetch<'_, std::convert::Infallible>,
) -> (Tree, Diagnostics) {
    let (mut target, mut findings) = (Tree::new(), Diagnostics::new());
    let header = [("client", client.to_string())];
    let facts = Facts { earlier, header: &header, now: jiff::Timestamp::UNIX_EPOCH, ..Facts::default() };
    let mut runner = Runner::default();
    let Ok(found) = runner.look_up(plan, source, &facts, fetch);
    let facts = Facts { lookups: Some(&found), ..facts };
    runner.run(plan, source, &facts, &mut target, &mut findings);
    let (mut explained, mut told) = (Tree::new(), Diagnostics::new());
    runner.run_traced(plan, source, &facts, &mut explained, &mut told);
    assert_eq!(findings.as_slice(), told.as_slice(), "{}: what is explained is what was done", plan.name);
    assert_eq!(values(&target), values(&explained), "{}: what is explained is what was done", plan.name);
    (target, findings)
}

/// The values of a document with their places and origins, in an order that does not depend on when each was made.
fn values(tree: &Tree) -> Vec<(PlaceId, &str, [u32; 4])> {
    let value = |(id, node): (u32, &Node)| {
        let text = View::new(tree, "").text(NodeId(id))?;
        Some((node.place, text, [node.origin_start, node.origin_len, node.ordinal, node.rule]))
    };
    let mut values: Vec<_> = (0..).zip(tree.nodes()).filter_map(value).collect();
    values.sort();
    values
}
