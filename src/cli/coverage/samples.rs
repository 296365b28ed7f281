//! Samples through the maps, as `translate` takes them, with what every line did.

use crate::base::span::Sources;
use crate::cli::cases::arrival::{self, Role};
use crate::cli::cases::find::{Case, Fault, Sample};
use crate::cli::translate::Session;
use crate::cli::translate::earlier::Document;
use crate::cli::translate::message::{Translated, Verdict};
use crate::cli::translate::way::Ways;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::formats::{MessageInput, Scratch};
use crate::gateway::bundle::Bundle;
use crate::mapping::coverage::Coverage;
use crate::mapping::{Plan, Runner};
use crate::tree::View;
use std::collections::BTreeMap;

/// Whose samples they are.
#[derive(Clone)]
pub enum Whose {
    /// A client's: his routes read them.
    Client(String),
    /// A map's.
    Map(String),
}

/// A sample.
pub struct Given {
    /// How people call it.
    pub name: String,
    /// Whose it is.
    pub whose: Whose,
    /// The file, with what came before it.
    pub case: Case,
}

/// What the samples showed.
pub struct Run<'b> {
    bundle: &'b Bundle,
    sources: &'b Sources,
    /// By the name of the map.
    pub maps: BTreeMap<String, Coverage<'b>>,
    /// Samples that could not be taken, and why.
    pub left_out: Vec<String>,
}

impl<'b> Run<'b> {
    /// Nothing so far.
    pub fn new(bundle: &'b Bundle, sources: &'b Sources) -> Self {
        Run { bundle, sources, maps: BTreeMap::new(), left_out: Vec::new() }
    }

    /// Takes a sample.
    pub fn take(&mut self, given: &Given) {
        let mut documents = Vec::new();
        for sample in &given.case.earlier {
            // What came before only matters for what is found of it.
            let named = given.case.settings.earlier.get(&sample.name).map(String::as_str);
            if let Ok(ways) = self.ways(given, (sample, Role::Earlier), named) {
                let session = session(sample, self.sources, ways, std::mem::take(&mut documents));
                let mut made = Vec::new();
                each_message(&session, &mut |translated, _, _| made.push(Document::of(translated)));
                documents = session.earlier;
                documents.extend(made);
            }
        }
        match self.ways(given, (&given.case.input, Role::Input), given.case.settings.endpoint.as_deref()) {
            Err(fault) => self.left_out.push(format!("{}: {}", given.name, fault.text)),
            Ok(ways) => {
                let session = session(&given.case.input, self.sources, ways, documents);
                self.count(given, &session);
            }
        }
    }

    fn ways(&self, given: &Given, sample: (&Sample, Role), named: Option<&str>) -> Result<Ways<'b>, Fault> {
        let fault = |stop: crate::cli::exit::Stop| Fault::new(stop.text, stop.help);
        match &given.whose {
            Whose::Map(map) => Ways::of_map(self.bundle, map).map_err(fault),
            Whose::Client(name) => {
                let client = self
                    .bundle
                    .clients
                    .get(name)
                    .ok_or_else(|| Fault::new(format!("there is no client `{name}`"), ""))?;
                let endpoint = arrival::endpoint((self.bundle, client), sample, named)?;
                Ok(Ways::of_endpoint(client, &endpoint, &sample.0.bytes))
            }
        }
    }

    fn count(&mut self, given: &Given, session: &Session<'_>) {
        let (maps, bundle) = (&mut self.maps, self.bundle);
        let mut any = false;
        each_message(session, &mut |translated, ordinal, source| {
            any = true;
            let place = format!("{} message {ordinal}", given.name);
            let accepted = Accepted::of(given, ordinal, &translated);
            let is_accepted = |table: &str, key: &str| accepted.has(table, key);
            let message = View::new(&translated.message, source);
            of(maps, plan(bundle, &given.whose, &translated.way.read.name)).take(
                message,
                &translated.trace,
                &translated.document,
                (&place, &is_accepted),
            );
            for output in translated.outputs.iter().flatten() {
                let document = View::new(&translated.document, "");
                of(maps, plan(bundle, &given.whose, &output.plan.name)).take(
                    document,
                    &output.trace,
                    &output.tree,
                    (&place, &is_accepted),
                );
            }
        });
        if !any {
            self.left_out.push(format!("{}: no message in it that a map here reads", given.name));
        }
    }
}

/// Codes without a row for which a message was accepted as one that is held or refused: a case that was made for an
/// unknown code asks nothing any more.
struct Accepted(Vec<(String, String)>);

impl Accepted {
    fn of(given: &Given, ordinal: usize, translated: &Translated<'_>) -> Self {
        let text = given.case.expected.get("findings.txt").map(|bytes| String::from_utf8_lossy(bytes));
        let text = text.unwrap_or_default();
        let about = format!("message {ordinal}: ");
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(&about)).collect();
        let is_accepted = |finding: &&Diagnostic| {
            let title = finding.title();
            finding.code == Code::B003
                && finding.severity >= Severity::Hold
                && lines.iter().any(|line| line.ends_with(&title))
        };
        let found = translated.findings.iter().filter(is_accepted);
        Accepted(found.map(|one| (one.argument("table").into(), one.argument("value").into())).collect())
    }

    fn has(&self, table: &str, key: &str) -> bool {
        self.0.iter().any(|(own, value)| own == table && value == key)
    }
}

/// The map of this name as the client's routes have it, with his tables.
fn plan<'b>(bundle: &'b Bundle, whose: &Whose, name: &str) -> &'b Plan {
    let client = match whose {
        Whose::Client(client) => bundle.clients.get(client),
        Whose::Map(_) => None,
    };
    let routes = client.iter().flat_map(|client| &client.routes);
    let own = routes
        .flat_map(|route| std::iter::once(&route.read).chain(route.writes.iter().map(|(plan, _)| plan)));
    let own = own.into_iter().find(|plan| plan.name == name);
    own.unwrap_or_else(|| &bundle.maps[name])
}

fn of<'m, 'b>(maps: &'m mut BTreeMap<String, Coverage<'b>>, plan: &'b Plan) -> &'m mut Coverage<'b> {
    maps.entry(plan.name.clone()).or_insert_with(|| Coverage::new(plan))
}

fn session<'b>(
    sample: &'b Sample,
    sources: &'b Sources,
    ways: Ways<'b>,
    earlier: Vec<Document>,
) -> Session<'b> {
    let name = sample.name.clone();
    Session {
        name: name.clone(),
        file_name: name,
        bytes: &sample.bytes,
        sources,
        earlier,
        ways,
        is_traced: true,
    }
}

/// Calls `each` for every message that a map reads, with its number in the file and the text its values are in.
fn each_message<'s>(session: &'s Session<'_>, each: &mut dyn FnMut(Translated<'s>, usize, &str)) {
    let (mut scratch, mut runner) = (Scratch::default(), Runner::default());
    for unit in &session.index().units {
        let translated = session.message(unit, &mut scratch, &mut runner);
        if translated.verdict == Verdict::Skipped {
            continue;
        }
        let input = MessageInput {
            head: &unit.interchange.head,
            bytes: session.message_bytes(unit),
            offset: unit.row.offset,
        };
        each(translated, unit.ordinal, input.source());
    }
}
