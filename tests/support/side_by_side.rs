//! The plan and the reference interpreter on the same message, and where they differ.
#![allow(dead_code, clippy::unwrap_used, missing_docs)]

use crate::reference::value::{Canonical, Node, Schema, Value};
use crate::reference::{Built, Documents, Given, Workspace};
use crate::shipped;
use crossdock::diagnostics::{Diagnostics, Severity};
use crossdock::gateway::bundle::{Bundle, Route};
use crossdock::gateway::settings::{ParameterValue, Site};
use crossdock::mapping::plan::EarlierPlan;
use crossdock::mapping::{Earlier, Found, Plan};
use crossdock::tree::{NodeId, PlaceId, Tree, View};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The shipped maps, ready for both.
pub struct World {
    pub bundle: Arc<Bundle>,
    pub workspace: Workspace,
}

impl World {
    pub fn new() -> World {
        let files = shipped::mapping_files();
        World { bundle: shipped::bundle(), workspace: Workspace::read(files.iter()) }
    }

    pub fn route(&self, client: &str, flow: &str) -> &Route {
        let routes = &self.bundle.clients[client].routes;
        routes.iter().find(|route| route.flow.name == flow).unwrap()
    }
}

/// Findings to compare. What nobody reads is decided when a map is compiled and is no business of the interpreter.
/// A value that cannot be read, or values that do not agree, are told once however many lines need them.
fn told(findings: &Diagnostics) -> Vec<(String, Severity)> {
    let kept = findings.as_slice().iter().filter(|finding| finding.code.text() != "B009");
    let told: Vec<_> = kept.map(|finding| (finding.shown_code().to_string(), finding.severity)).collect();
    once(told)
}

fn once(mut told: Vec<(String, Severity)>) -> Vec<(String, Severity)> {
    told.sort();
    told.dedup_by(|next, one| next == one && ["B004", "B011", "B012", "B016"].contains(&one.0.as_str()));
    told
}

/// What is known of a client: his site and his parameters, and the documents he sent before, in the order they were told.
pub struct Known {
    client: String,
    site: Site,
    parameters: Vec<(String, Value)>,
    told: Vec<(String, Tree)>,
}

impl Known {
    pub fn of(world: &World, client: &str) -> Known {
        let partner = &world.bundle.clients[client].partner;
        let value = |value: &ParameterValue| match value {
            ParameterValue::Text(text) => Value::Text(text.clone()),
            other => panic!("no client has a parameter such as {other:?}"),
        };
        let parameters = partner.parameters.iter().map(|(name, given)| (name.clone(), value(given)));
        let client = client.to_string();
        Known { client, site: partner.site.clone(), parameters: parameters.collect(), told: Vec::new() }
    }

    /// Nothing yet, at a site.
    pub fn at(site: Site) -> Known {
        Known { client: String::new(), site, parameters: Vec::new(), told: Vec::new() }
    }

    pub fn tell(&mut self, kind: &str, document: Tree) {
        self.told.push((kind.to_string(), document));
    }

    /// What a line finds for these fields and values.
    fn find(&self, line: &EarlierPlan, keys: &[(String, String)]) -> Found {
        let fits = |tree: &Tree| {
            keys.iter().all(|(field, value)| {
                let place = line.shape.children_named(PlaceId::ROOT, field).next().unwrap();
                View::new(tree, "").child_text(NodeId::ROOT, place) == Some(value)
            })
        };
        let of_kind = self.told.iter().filter(|(kind, _)| *kind == line.document);
        let found: Vec<&Tree> = of_kind.map(|(_, tree)| tree).filter(|tree| fits(tree)).collect();
        match found.as_slice() {
            [] => Found::None,
            [.., last] if line.is_newest || found.len() == 1 => Found::One((*last).clone()),
            several => Found::Several(several.len()),
        }
    }

    /// The same for the interpreter.
    fn documents(&self, plan: &Plan) -> BTreeMap<String, Documents> {
        let mut documents = BTreeMap::new();
        for line in plan.lookups.iter() {
            let schema = Schema::of(&line.shape, PlaceId::ROOT);
            let of_kind = self.told.iter().filter(|(kind, _)| *kind == line.document);
            let told = of_kind.map(|(_, tree)| Node::of(&schema, &line.shape, View::new(tree, "")));
            let is_master = line.is_newest;
            documents.insert(line.document.clone(), Documents { told: told.collect(), is_master });
        }
        documents
    }
}

/// Runs the plan and the interpreter on a tree, compares them, and gives back what the plan built.
pub fn both(
    workspace: &Workspace,
    plan: &Plan,
    source: View<'_>,
    earlier: Option<&[(View<'_>, Rc<Node>)]>,
) -> Tree {
    let site = Site { code: "SITE".into(), zone: "America/Los_Angeles".into() };
    both_knowing(workspace, plan, source, earlier, &Known::at(site)).0
}

/// The same where lines inside blocks may look up what is known; with the codes of the findings.
pub fn both_knowing(
    workspace: &Workspace,
    plan: &Plan,
    source: View<'_>,
    earlier: Option<&[(View<'_>, Rc<Node>)]>,
    known: &Known,
) -> (Tree, Vec<String>) {
    let slots = earlier.map_or(vec![], |found| {
        vec![match found {
            [] => Earlier::None,
            [(view, _)] => Earlier::One(*view),
            several => Earlier::Several(several.len()),
        }]
    });
    let (tree, findings) =
        shipped::run_knowing("BRW01", plan, source, slots, &mut |line, keys| Ok(known.find(line, &keys)));
    let target = Schema::of(&plan.target_shape, PlaceId::ROOT);
    let built = Node::of(&target, &plan.target_shape, View::new(&tree, ""));
    let by_plan = Built { target: built.canonical(), findings: told(&findings) };
    let source_schema = Schema::of(&plan.source_shape, PlaceId::ROOT);
    let site = [("site", &known.site.code), ("zone", &known.site.zone)];
    let site = site.map(|(name, text)| (name.to_string(), Value::Text(text.clone())));
    let given = Given {
        now: jiff::Timestamp::UNIX_EPOCH,
        parameters: workspace
            .parameters(&plan.name)
            .into_iter()
            .chain(site)
            .chain(known.parameters.clone())
            .collect(),
        earlier: earlier.map_or(vec![], |found| vec![found.iter().map(|(_, node)| node.clone()).collect()]),
        documents: known.documents(plan),
        header: vec![("client".into(), "BRW01".into())],
        client: known.client.clone(),
    };
    let mut by_reference =
        workspace.run(&plan.name, &Node::of(&source_schema, &plan.source_shape, source), &target, &given);
    by_reference.findings = once(by_reference.findings);
    if let Some(difference) = difference(&by_plan, &by_reference) {
        panic!("{}: {difference}", plan.name);
    }
    (tree, by_plan.findings.into_iter().map(|(code, _)| code).collect())
}

/// Where two results differ, in a few words.
fn difference(plan: &Built, reference: &Built) -> Option<String> {
    if plan.findings != reference.findings {
        return Some(format!("plan found {:?}\ninterpreter found {:?}", plan.findings, reference.findings));
    }
    tree_difference("", &plan.target, &reference.target)
}

fn tree_difference(path: &str, plan: &Canonical, reference: &Canonical) -> Option<String> {
    let (Canonical::Record(left), Canonical::Record(right)) = (plan, reference) else {
        return (plan != reference).then(|| format!("{path}: plan {plan:?}, interpreter {reference:?}"));
    };
    left.keys().chain(right.keys()).find_map(|name| match (left.get(name), right.get(name)) {
        (Some(left), Some(right)) if left.len() == right.len() => {
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(at, (left, right))| tree_difference(&format!("{path}.{name}#{at}"), left, right))
        }
        (left, right) => Some(format!("{path}.{name}: plan {left:?}, interpreter {right:?}")),
    })
}
