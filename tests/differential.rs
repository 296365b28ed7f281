//! The plan and the reference interpreter of maps, side by side: the same tree and the same findings for everything.
#![allow(clippy::unwrap_used)]

#[path = "support/reference/mod.rs"]
mod reference;
#[path = "support/shipped.rs"]
mod shipped;

use crossdock::diagnostics::{Diagnostics, Severity};
use crossdock::gateway::bundle::{Bundle, Route};
use crossdock::mapping::{Earlier, Plan};
use crossdock::tree::{Tree, View};
use reference::value::{Node, Schema, Value};
use reference::{Built, Given, Workspace};
use std::rc::Rc;

/// The shipped maps, ready for both.
struct World {
    bundle: Bundle,
    workspace: Workspace,
}

impl World {
    fn new() -> World {
        let files = shipped::mapping_files();
        World { bundle: shipped::bundle(), workspace: Workspace::read(files.iter()) }
    }

    fn route(&self, flow: &str) -> &Route {
        let routes = &self.bundle.clients["brightwick"].routes;
        routes.iter().find(|route| route.flow.name == flow).unwrap()
    }
}

/// Findings to compare. What nobody reads is decided when a map is compiled and is no business of the interpreter.
fn told(findings: &Diagnostics) -> Vec<(String, Severity)> {
    let kept = findings.as_slice().iter().filter(|finding| finding.code.text() != "B009");
    let mut told: Vec<_> = kept.map(|finding| (finding.shown_code().to_string(), finding.severity)).collect();
    told.sort();
    told
}

/// Runs the plan and the interpreter on a tree, compares them, and gives back what the plan built.
fn both(
    workspace: &Workspace,
    plan: &Plan,
    source: View<'_>,
    earlier: Option<&[(View<'_>, Rc<Node>)]>,
) -> Tree {
    let slots = earlier.map_or(vec![], |found| {
        vec![match found {
            [] => Earlier::None,
            [(view, _)] => Earlier::One(*view),
            several => Earlier::Several(several.len()),
        }]
    });
    let (tree, findings, _) = shipped::run(plan, source, slots);
    let target = Schema::of(&plan.target_shape, crossdock::tree::PlaceId::ROOT);
    let built = Node::of(&target, &plan.target_shape, View::new(&tree, ""));
    let by_plan = Built { target: built.canonical(), findings: told(&findings) };
    let source_schema = Schema::of(&plan.source_shape, crossdock::tree::PlaceId::ROOT);
    let given = Given {
        now: jiff::Timestamp::UNIX_EPOCH,
        parameters: [("zone".to_string(), Value::Text("America/Los_Angeles".into()))].into(),
        earlier: earlier.map_or(vec![], |found| vec![found.iter().map(|(_, node)| node.clone()).collect()]),
        header: vec![("client".into(), "BRW01".into())],
    };
    let by_reference =
        workspace.run(&plan.name, &Node::of(&source_schema, &plan.source_shape, source), &target, &given);
    assert_eq!(by_plan, by_reference, "left is the plan, right the interpreter; {:?}", findings.as_slice());
    tree
}

/// Each message of a 940 file, through the read map and the write map.
fn orders(world: &World, bytes: &[u8]) -> Vec<Tree> {
    let route = world.route("brightwick/orders");
    let (head, rows) = shipped::messages(&*route.layout, bytes);
    let mut orders = Vec::new();
    for row in &rows {
        let input = shipped::input(&head, bytes, row);
        let (tree, _) = shipped::read(&*route.layout, &input);
        let order = both(&world.workspace, &route.read, View::new(&tree, input.source()), None);
        both(&world.workspace, &route.writes[0].0, View::new(&order, ""), None);
        orders.push(order);
    }
    orders
}

/// Each shipment of a WMS export, with the orders found for it.
fn shipments(world: &World, bytes: &[u8], found: &[&Tree]) -> usize {
    let route = world.route("brightwick/shipments");
    let shape = &route.read.earlier[0].shape;
    let schema = Schema::of(shape, crossdock::tree::PlaceId::ROOT);
    let orders: Vec<_> = found
        .iter()
        .map(|tree| (View::new(tree, ""), Node::of(&schema, shape, View::new(tree, ""))))
        .collect();
    let (head, rows) = shipped::messages(&*route.layout, bytes);
    for row in &rows {
        let input = shipped::input(&head, bytes, row);
        let (tree, _) = shipped::read(&*route.layout, &input);
        let source = View::new(&tree, input.source());
        let shipment = both(&world.workspace, &route.read, source, Some(&orders));
        both(&world.workspace, &route.writes[0].0, View::new(&shipment, ""), None);
    }
    rows.len()
}

#[test]
fn every_940_of_testdata_is_the_same_in_both() {
    let world = World::new();
    let mut seen = 0;
    for folder in ["ok", "err"] {
        for path in files(&format!("x12/{folder}"), "edi") {
            seen += orders(&world, &std::fs::read(path).unwrap()).len();
        }
    }
    assert!(seen > 40, "{seen} messages");
}

#[test]
fn every_shipment_of_testdata_is_the_same_in_both() {
    let world = World::new();
    let order = orders(&world, &shipped::testdata("x12/ok/s01-940.edi")).remove(0);
    let mut seen = 0;
    for folder in ["ok", "err"] {
        for path in files(&format!("csv/{folder}"), "csv") {
            let bytes = std::fs::read(path).unwrap();
            seen += shipments(&world, &bytes, &[&order]);
            seen += shipments(&world, &bytes, &[]);
            seen += shipments(&world, &bytes, &[&order, &order]);
        }
    }
    assert!(seen > 40, "{seen} shipments");
}

fn files(folder: &str, ending: &str) -> Vec<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|own| own == ending)).collect();
    paths.sort();
    paths
}
