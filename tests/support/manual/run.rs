//! What comes out of an example.

use super::example::Example;
use super::flat;
use super::page::Block;
use crossdock::base::span::Sources;
use crossdock::diagnostics::{Diagnostics, Severity, render::terminal};
use crossdock::formats::{Envelope, Layout, MessageInput, Row, Scratch, Totals, format};
use crossdock::gateway::bundle::{Bundle, Route};
use crossdock::mapping::plan::EarlierPlan;
use crossdock::mapping::{Earlier, Facts, Found, Part, Plan, Runner, SideName};
use crossdock::tree::{NodeId, PlaceId, Shape, Tree, View, json};
use std::convert::Infallible;

/// Every run is at this moment.
const NOW: &str = "2026-12-01T17:00:00Z";

/// Findings as the compiler shows them.
pub fn compiler_says(findings: &Diagnostics, sources: &Sources) -> String {
    let shown: Vec<String> =
        findings.as_slice().iter().map(|finding| terminal::render(finding, sources, "", false)).collect();
    shown.join("\n")
}

/// Runs an example whose files are in the bundle.
pub fn run(example: &Example, bundle: &Bundle) -> String {
    let plans: Vec<&Plan> = example
        .maps()
        .iter()
        .map(|name| &**bundle.maps.get(name).unwrap_or_else(|| panic!("no map {name}")))
        .collect();
    let reads = |plan: &&&Plan| matches!(plan.source, SideName::Guide(_));
    let read = plans.iter().rfind(reads).copied();
    let write = plans.iter().rfind(|plan| !reads(plan)).copied();
    let flows = example.flows();
    let route = flows
        .first()
        .and_then(|flow| bundle.clients["manual"].routes.iter().find(|route| route.flow.name == *flow));
    let mut out = String::new();
    if let Some(document) = example.document() {
        let write = write.expect("a document needs a map that writes it");
        let tree = parsed(&bundle.shapes[&document.name], document);
        written(example, bundle, write, &tree, &mut out);
        return out;
    }
    let read = match route {
        Some(route) => &route.read,
        None => read.expect("data need a map that reads them"),
    };
    for (documents, findings) in documents(example, bundle, read) {
        // What is refused or waits is neither shown nor sent.
        let shown = if findings.worst() < Some(Severity::Hold) { documents } else { Vec::new() };
        if shown.is_empty() && !out.is_empty() {
            out.push('\n');
        }
        for document in &shown {
            if !out.is_empty() {
                out.push('\n');
            }
            match (route, write) {
                (Some(route), _) => routed(route, document, &mut out),
                (None, Some(write)) => written(example, bundle, write, document, &mut out),
                (None, None) => {
                    let mut text = String::new();
                    json::write(&read.target_shape, View::new(document, ""), false, &mut text);
                    out.push_str(&flat::lines(&serde_json::from_str(&text).unwrap()));
                }
            }
        }
        tell(&findings, &mut out);
    }
    out
}

fn tell(findings: &Diagnostics, out: &mut String) {
    for finding in findings.as_slice() {
        out.push_str(&format!("{} {}: {}\n", word(finding.severity), finding.shown_code(), finding.title()));
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warn => "warn",
        Severity::Hold => "hold",
        Severity::Reject => "reject",
        Severity::Error => "error",
    }
}

fn parsed(shape: &Shape, block: &Block) -> Tree {
    let mut tree = Tree::new();
    let text = flat::document(&block.text).to_string();
    json::read(shape, &text, &mut tree).unwrap_or_else(|fault| panic!("line {}: {fault}", block.line));
    tree
}

/// What is read: the documents of each message with what was found.
fn documents(example: &Example, bundle: &Bundle, read: &Plan) -> Vec<(Vec<Tree>, Diagnostics)> {
    let SideName::Guide(guide) = &read.source else { panic!("{} reads no guide", read.name) };
    let layout = &*bundle.layouts[guide];
    let bytes = example.bytes();
    let mut head = Vec::new();
    let mut documents = Vec::new();
    for row in rows(layout, &bytes) {
        match row {
            Row::Interchange(interchange) => head = interchange.head,
            Row::Message(message) => {
                let range = message.offset as usize..(message.offset + message.length) as usize;
                let input = MessageInput { head: &head, bytes: &bytes[range], offset: message.offset };
                let (mut tree, mut findings) = (Tree::new(), Diagnostics::new());
                layout.read(&input, &mut Scratch::default(), &mut tree, &mut findings);
                let view = View::new(&tree, input.source());
                Runner::default().cases(read, view, &Facts::default(), &mut findings);
                let made = translated(example, bundle, read, view, &mut findings);
                documents.push((made, findings));
            }
            _ => {}
        }
    }
    assert!(!documents.is_empty(), "line {}: no message in the data", example.expected.line);
    documents
}

fn rows(layout: &dyn Layout, bytes: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut indexer = format(&layout.guide().format).unwrap().indexer(Some(layout));
    indexer.feed(bytes, &mut |row| rows.push(row));
    indexer.finish(&mut |row| rows.push(row));
    rows
}

/// A plan over a tree, with the example's earlier documents at hand: what it makes, several trees if it cuts.
fn translated(
    example: &Example,
    bundle: &Bundle,
    plan: &Plan,
    source: View<'_>,
    findings: &mut Diagnostics,
) -> Vec<Tree> {
    let known: Vec<(&Shape, Tree)> = example
        .earlier()
        .map(|block| &bundle.shapes[&block.name])
        .zip(example.earlier())
        .map(|(shape, block)| (&**shape, parsed(shape, block)))
        .collect();
    let mut facts = Facts { now: NOW.parse().unwrap(), ..Facts::default() };
    let mut runner = Runner::default();
    let keys = runner.lookup_keys(plan, source, &facts);
    let found: Vec<Found> = plan
        .earlier
        .iter()
        .zip(&keys)
        .map(|(line, keys)| keys.as_ref().map_or(Found::None, |keys| find(line, keys, &known)))
        .collect();
    facts.earlier = found.iter().map(Found::as_earlier).collect::<Vec<Earlier<'_>>>();
    let mut fetch =
        |line: &EarlierPlan, keys: Vec<(String, String)>| Ok::<_, Infallible>(find(line, &keys, &known));
    let Ok(lookups) = runner.look_up_parts(plan, source, &facts, &mut fetch);
    let parts = runner.parts(plan, source, &Facts { lookups: Some(&lookups), ..facts.clone() }, findings);
    let one = |part: &Option<Part>| {
        let mut facts = Facts { part: part.as_ref(), ..facts.clone() };
        let Ok(lookups) = runner.look_up(plan, source, &facts, &mut fetch);
        facts.lookups = Some(&lookups);
        let mut target = Tree::new();
        runner.run(plan, source, &facts, &mut target, findings);
        target
    };
    parts.iter().map(one).collect()
}

fn find(line: &EarlierPlan, keys: &[(String, String)], known: &[(&Shape, Tree)]) -> Found {
    let fits = |tree: &Tree| {
        keys.iter().all(|(field, value)| {
            let view = View::new(tree, "");
            let mut places = line.shape.children_named(PlaceId::ROOT, field);
            places.any(|place| view.child_text(NodeId::ROOT, place) == Some(value.as_str()))
        })
    };
    let found: Vec<&Tree> = known
        .iter()
        .filter(|(shape, tree)| shape.name == line.shape.name && fits(tree))
        .map(|(_, tree)| tree)
        .collect();
    match found.as_slice() {
        [] => Found::None,
        [.., newest] if line.is_newest => Found::One((*newest).clone()),
        [one] => Found::One((*one).clone()),
        several => Found::Several(several.len()),
    }
}

/// Writes a document and shows the message, a line for each segment or record.
fn written(example: &Example, bundle: &Bundle, write: &Plan, document: &Tree, out: &mut String) {
    let SideName::Guide(guide) = &write.target else { panic!("{} writes no guide", write.name) };
    let layout = &*bundle.layouts[guide];
    let mut findings = Diagnostics::new();
    let tree = translated(example, bundle, write, View::new(document, ""), &mut findings).swap_remove(0);
    let mut body = Vec::new();
    layout.write_body(View::new(&tree, ""), &mut body, &mut findings);
    if findings.worst() < Some(Severity::Hold) {
        let has_segments = ["x12", "edifact"].contains(&layout.guide().format.as_str());
        let mut file = Vec::new();
        match has_segments {
            true => file = body,
            false => {
                layout.begin_file(&Envelope::default(), &mut file);
                let mut totals = Totals::default();
                layout.wrap_body(&Envelope::default(), &mut totals, &body, &mut file);
                layout.end_file(&Envelope::default(), &totals, &mut file);
            }
        }
        let text = String::from_utf8_lossy(&file).replace("\r\n", "\n");
        let text = if has_segments { text.replace('~', "~\n").replace('\'', "'\n") } else { text };
        out.push_str(text.trim_end_matches('\n'));
        out.push('\n');
    }
    tell(&findings, out);
}

/// Where the flow sends a document.
fn routed(route: &Route, document: &Tree, out: &mut String) {
    let mut findings = Diagnostics::new();
    for chosen in route.flow.route(View::new(document, ""), &mut Default::default(), &mut findings) {
        let map = &route.writes[chosen].0.name;
        out.push_str(&format!("{map} to \"{}\"\n", route.flow.writes[chosen].1.endpoint));
    }
    tell(&findings, out);
}
