//! Several documents as one message: put together and written when the last one came or their time is over, from what the
//! ledger has of them.

use super::bundle::{Bundle, Client, Route};
use super::known::Known;
use super::message::reason;
use super::plan::{Settled, draft_of};
use super::{Gateway, GatewayError, documents};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::formats::Totals;
use crate::ledger::{Collection, CollectionId, Document, Finding, Output, OutputId};
use crate::mapping::flow::{self, GATHERED_MAX, Gather, Per};
use crate::mapping::{Facts, Found, Runner};
use crate::tree::{Tree, View};
use bumpalo::Bump;
use std::collections::HashMap;

/// Of which outputs it was asked whether they complete what is gathered. It is a matter of speed alone: what is complete
/// follows from the documents in the ledger, and a process that begins anew asks of all of them again.
pub(super) struct Asked {
    /// Whether outputs came since the last time.
    pub(super) is_new: bool,
    /// The output that had come last to each of the collections that are open.
    known: HashMap<CollectionId, OutputId>,
}

impl Default for Asked {
    /// Nothing was asked, and there may be something to ask.
    fn default() -> Self {
        Asked { is_new: true, known: HashMap::new() }
    }
}

impl Gateway {
    /// Closes the collections whose `until` holds for all that is gathered. Says whether there were any.
    pub(super) fn complete_some(&mut self) -> Result<bool, GatewayError> {
        if !std::mem::take(&mut self.asked.is_new) {
            return Ok(false);
        }
        let open = self.ledger.open_gatherings()?;
        let known = std::mem::take(&mut self.asked.known);
        let mut complete = Vec::new();
        for (id, last) in open {
            let before = known.get(&id).copied();
            if before != Some(last) && self.is_complete(id, before)? {
                complete.push(id);
            }
            self.asked.known.insert(id, last);
        }
        if complete.is_empty() {
            return Ok(false);
        }
        self.ledger.close_collections(complete, self.clock.now())?;
        Ok(true)
    }

    /// Whether nothing more is to come, as one of the outputs behind `known` tells.
    fn is_complete(&mut self, id: CollectionId, known: Option<OutputId>) -> Result<bool, GatewayError> {
        let outputs = self.ledger.collected_outputs(id, None, GATHERED_MAX as usize)?;
        let Some(first) = outputs.first() else { return Ok(false) };
        let known = outputs.iter().filter(|output| Some(output.id) <= known).count();
        let bundle = self.bundle(first.bundle)?;
        let way = bundle.clients.get(&first.client).and_then(|client| way(client, first));
        let Some((route, at, gather)) = way.filter(|(_, _, gather)| gather.asks_all()) else {
            return Ok(false);
        };
        let shape = &route.writes[at].0.source_shape;
        let stored = self.ledger.collected_documents(id)?;
        let trees = stored.iter().map(|document| documents::load_whole(document, shape));
        let trees = trees.collect::<Result<Vec<Tree>, _>>()?;
        let views: Vec<View<'_>> = trees.iter().map(|tree| View::new(tree, "")).collect();
        Ok(route.flow.is_complete(gather, &views, known, &mut Bump::new()))
    }

    /// Plans the file of a collection that becomes one message, or holds it.
    pub(super) fn plan_gathered(&mut self, collection: &Collection) -> Result<(), GatewayError> {
        let mut outputs = self.ledger.collected_outputs(collection.id, None, GATHERED_MAX as usize)?;
        let Some(first) = outputs.first_mut() else {
            let detail = "it has no outputs".to_string();
            return Err(GatewayError::Damaged { what: format!("collection {}", collection.id), detail });
        };
        // A retry has them written with the mappings that are in use then.
        first.bundle = collection.bundle;
        let (first, bundle) = (first.clone(), self.bundle(collection.bundle)?);
        let mut findings = Diagnostics::bounded(self.limits.message_findings);
        let body = self.gathered(collection, &first, &bundle, &mut findings)?;
        let rows: Vec<Finding> =
            findings.as_slice().iter().map(|finding| Finding::of(finding, &bundle.sources)).collect();
        if findings.worst() >= Some(Severity::Hold) {
            let why = reason(&findings, Severity::Hold);
            return Ok(self.ledger.hold_collection(collection.id, why, rows, self.clock.now())?);
        }
        let draft = draft_of(&first, &bundle)?;
        let (envelope, numbers) = self.envelope(&draft)?;
        let mut file = self.begin_draft(&draft, &envelope)?;
        let (mut totals, mut whole) = (Totals::default(), Vec::new());
        draft.layout.wrap_body(&envelope, &mut totals, &body, &mut whole);
        file.write(&whole)?;
        let outputs = outputs.iter().map(|output| output.id).collect();
        let collection = Some(collection.id);
        let (further_groups, findings) = (Vec::new(), rows);
        let settled = Settled { envelope: &envelope, numbers, outputs, further_groups, collection, findings };
        self.end_draft(&draft, settled, &totals, file)
    }

    /// The one message: its bytes, and in the findings what keeps it from being one.
    fn gathered(
        &self,
        collection: &Collection,
        first: &Output,
        bundle: &Bundle,
        findings: &mut Diagnostics,
    ) -> Result<Vec<u8>, GatewayError> {
        let written = &first.written;
        let client = bundle.clients.get(&first.client);
        let Some((client, (route, at, gather))) =
            client.and_then(|client| Some((client, way(client, first)?)))
        else {
            let finding = Diagnostic::new(Code::F014).with("flow", &written.flow).with("map", &written.map);
            findings.push(finding);
            return Ok(Vec::new());
        };
        let (plan, layout) = &route.writes[at];
        let stored = self.ledger.collected_documents(collection.id)?;
        let trees = stored.iter().map(|document| documents::load_whole(document, &plan.source_shape));
        let trees = trees.collect::<Result<Vec<Tree>, _>>()?;
        let views: Vec<View<'_>> = trees.iter().map(|tree| View::new(tree, "")).collect();
        let document = flow::merge(gather, (&plan.source_shape, &plan.read), &views, findings);
        let document = View::new(&document, "");
        let about = about(&stored);
        let about: Vec<(&str, String)> =
            about.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        // The moment it was closed: however often it is written, it is the same.
        let now = jiff::Timestamp::from_millisecond(collection.state_at.unix_ms);
        let now = now.unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let mut facts = Facts { now, about: &about, ..Facts::default() };
        let known =
            Known { ledger: self.ledger.as_ref(), client: &client.id, is_test: client.partner.usage == "T" };
        let mut runner = Runner::default();
        let keys = runner.lookup_keys(plan, document, &facts);
        let found = known.earlier(plan, keys)?;
        facts.earlier = found.iter().map(Found::as_earlier).collect();
        let lookups = runner.look_up(plan, document, &facts, &mut |line, keys| known.find(line, keys))?;
        facts.lookups = Some(&lookups);
        let (mut target, mut bytes) = (Tree::new(), Vec::new());
        runner.run(plan, document, &facts, &mut target, findings);
        layout.write_body(View::new(&target, ""), &mut bytes, findings);
        Ok(bytes)
    }
}

/// The `write` an output was made for, if the configuration still has it.
fn way<'b>(client: &'b Client, output: &Output) -> Option<(&'b Route, usize, &'b Gather)> {
    let written = &output.written;
    let routes = client.routes.iter().filter(|route| route.flow.name == written.flow);
    routes.into_iter().find_map(|route| {
        let mut writes = route.flow.writes.iter().enumerate();
        writes.find_map(|(at, (_, write))| match &write.per {
            Per::Gathered(gather) if write.map == written.map && write.endpoint == written.endpoint => {
                Some((route, at, gather))
            }
            _ => None,
        })
    })
}

/// What is known of the message that the first document was read from.
fn about(documents: &[Document]) -> Vec<(String, String)> {
    let Some(Ok(serde_json::Value::Object(fields))) =
        documents.first().map(|document| serde_json::from_slice(&document.body))
    else {
        return Vec::new();
    };
    let mut about = Vec::new();
    for name in ["client", "sender", "receiver"] {
        about
            .extend(fields.get(name).and_then(|value| Some((name.to_string(), value.as_str()?.to_string()))));
    }
    if let Some(serde_json::Value::Object(provenance)) = fields.get("provenance") {
        let texts = provenance.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        about.extend(texts.map(|(name, value)| (format!("provenance.{name}"), value.to_string())));
    }
    about
}
