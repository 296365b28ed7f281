//! One message from bytes to document to bytes.

use super::way::{Target, Way};
use super::{Session, earlier};
use crate::base::limits::Limits;
use crate::cli::units::Unit;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::formats::{Layout, MessageInput, Scratch};
use crate::mapping::plan::EarlierPlan;
use crate::mapping::trace::Trace;
use crate::mapping::{Facts, Found, Part, Plan, Runner};
use crate::tree::{NodeId, PlaceId, Tree, View};
use std::convert::Infallible;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was built.
    Built,
    /// It would wait.
    Held,
    /// It would be refused.
    Rejected,
    /// It is of a type that no map here reads.
    Skipped,
}

/// A document, how it came about, and what is written of it.
type Built<'s> = (Tree, Trace, Option<Vec<Output<'s>>>);

impl Verdict {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Built => "built",
            Verdict::Held => "held",
            Verdict::Rejected => "rejected",
            Verdict::Skipped => "skipped",
        }
    }
}

/// A message with what was made of it.
pub struct Translated<'b> {
    /// The way it took.
    pub way: &'b Way<'b>,
    /// What became of it.
    pub verdict: Verdict,
    /// Why, if no finding of the message says so.
    pub why: Option<String>,
    /// Findings of guide, read map, flow and write maps.
    pub findings: Vec<Diagnostic>,
    /// The message as its guide reads it.
    pub message: Tree,
    /// The canonical document, as far as it was built.
    pub document: Tree,
    /// What the read map did.
    pub trace: Trace,
    /// What was written; `None` if nothing was to be.
    pub outputs: Option<Vec<Output<'b>>>,
    /// Further documents of a message that becomes several, and what was written of them.
    pub others: Vec<(Tree, Option<Vec<Output<'b>>>)>,
}

/// What a map wrote.
pub struct Output<'b> {
    /// The map.
    pub plan: &'b Plan,
    /// The endpoint it would go to.
    pub endpoint: Option<&'b str>,
    /// The tree before writing.
    pub tree: Tree,
    /// What the map did.
    pub trace: Trace,
    /// The bytes, without envelope.
    pub bytes: Vec<u8>,
}

impl Translated<'_> {
    /// The documents, each with what was written of it.
    pub fn documents(&self) -> impl Iterator<Item = (&Tree, &Option<Vec<Output<'_>>>)> {
        let others = self.others.iter().map(|(document, outputs)| (document, outputs));
        std::iter::once((&self.document, &self.outputs)).chain(others)
    }

    /// A document's number.
    pub fn number<'d>(&self, document: &'d Tree) -> Option<&'d str> {
        let place = self.way.read.target_shape.children_named(PlaceId::ROOT, "number").next()?;
        (!document.is_empty()).then(|| View::new(document, "").child_text(NodeId::ROOT, place)).flatten()
    }
}

impl Session<'_> {
    /// Translates one message as the gateway would.
    pub fn message(&self, unit: &Unit, scratch: &mut Scratch, runner: &mut Runner) -> Translated<'_> {
        let way = self.ways.of(&unit.row.kind);
        let mut translated = Translated {
            way: way.unwrap_or(self.ways.first()),
            verdict: Verdict::Skipped,
            why: None,
            findings: Vec::new(),
            message: Tree::new(),
            document: Tree::new(),
            trace: Trace::default(),
            outputs: None,
            others: Vec::new(),
        };
        let Some(way) = way else {
            // What has a fault may be of no known type for that.
            if let Some(fault) = &unit.row.fault {
                translated.verdict = Verdict::Rejected;
                translated.findings = vec![fault.diagnostic()];
            }
            return translated;
        };
        let limits = Limits::default();
        if unit.row.length > limits.message_bytes as u64 {
            translated.verdict = Verdict::Rejected;
            translated.why = Some(format!("it is longer than {} bytes", limits.message_bytes));
            return translated;
        }
        let mut findings = Diagnostics::bounded(limits.message_findings);
        if let Some(fault) = &unit.row.fault {
            findings.push(fault.diagnostic());
        }
        let header = self.header(unit, way);
        let input = MessageInput {
            head: &unit.interchange.head,
            bytes: self.message_bytes(unit),
            offset: unit.row.offset,
        };
        way.layout.read(&input, scratch, &mut translated.message, &mut findings);
        let source = View::new(&translated.message, input.source());
        let mut facts =
            Facts { now: jiff::Timestamp::now(), offset: input.offset, header: &header, ..Facts::default() };
        runner.cases(way.read, source, &facts, &mut findings);
        let keys = runner.lookup_keys(way.read, source, &facts);
        facts.earlier = earlier::find(way.read, &keys, &self.earlier);
        let mut built = self.documents(way, source, &facts, (runner, &mut findings)).into_iter();
        if let Some(first) = built.next() {
            (translated.document, translated.trace, translated.outputs) = first;
        }
        translated.others.extend(built.map(|(document, _, outputs)| (document, outputs)));
        translated.verdict = match findings.worst() {
            Some(Severity::Reject | Severity::Error) => Verdict::Rejected,
            _ if unit.refused_with.is_some() || unit.row.fault.is_some() => Verdict::Rejected,
            Some(Severity::Hold) => Verdict::Held,
            _ => Verdict::Built,
        };
        translated.why = unit.refused_with.map(|what| format!("its {what} is at fault"));
        translated.findings = findings.into_vec();
        translated
    }

    /// The bytes of a message.
    pub fn message_bytes(&self, unit: &Unit) -> &[u8] {
        &self.bytes[unit.row.offset as usize..(unit.row.offset + unit.row.length) as usize]
    }

    /// The documents of a message, each with how it came about and what is written of it.
    fn documents<'s>(
        &'s self,
        way: &'s Way<'_>,
        source: View<'_>,
        facts: &Facts<'_>,
        (runner, findings): (&mut Runner, &mut Diagnostics),
    ) -> Vec<Built<'s>> {
        let mut find = |line: &EarlierPlan, keys: Vec<(String, String)>| self.found(line, &keys);
        let parts = self.parts(way.read, source, facts, (runner, findings));
        let mut all = Vec::new();
        for part in &parts {
            let mut facts = Facts { part: part.as_ref(), ..facts.clone() };
            let Ok(lookups) = runner.look_up(way.read, source, &facts, &mut find);
            facts.lookups = Some(&lookups);
            let (mut document, mut trace, mut outputs) = (Tree::new(), Trace::default(), None);
            match self.is_traced {
                true => (_, trace) = runner.run_traced(way.read, source, &facts, &mut document, findings),
                false => _ = runner.run(way.read, source, &facts, &mut document, findings),
            }
            // What is held or refused is not written; an explanation goes as far as it can.
            if self.is_traced || findings.worst() < Some(Severity::Hold) {
                outputs = self.write(way, &document, &facts, runner, findings);
            }
            all.push((document, trace, outputs));
        }
        all
    }

    /// What the documents of a message are made from.
    fn parts(
        &self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
        (runner, findings): (&mut Runner, &mut Diagnostics),
    ) -> Vec<Option<Part>> {
        let mut find = |line: &EarlierPlan, keys: Vec<(String, String)>| self.found(line, &keys);
        let Ok(lookups) = runner.look_up_parts(plan, source, facts, &mut find);
        runner.parts(plan, source, &Facts { lookups: Some(&lookups), ..facts.clone() }, findings)
    }

    /// What a look-up by these keys finds.
    fn found(&self, line: &EarlierPlan, keys: &[(String, String)]) -> Result<Found, Infallible> {
        Ok(earlier::find_one(line, keys, &self.earlier))
    }

    /// Fields every canonical document has: from the partner file and the envelope.
    fn header(&self, unit: &Unit, way: &Way<'_>) -> Vec<(&'static str, String)> {
        let mut header = Vec::new();
        if let Some(client) = self.ways.client {
            header.push(("client", client.partner.client.clone()));
            if let Some(named) = client.partner.envelope.get(&way.layout.guide().format) {
                header.push(("sender", named.their_id.clone()));
                header.push(("receiver", named.our_id.clone()));
            }
        }
        header.push(("provenance.source_file", self.file_name.clone()));
        header.push(("provenance.interchange", unit.interchange.control_number.clone()));
        header.push(("provenance.group", unit.group.control_number.clone()));
        if !unit.interchange.control_number.is_empty() {
            header.push(("provenance.message", unit.row.control_number.clone()));
        }
        header.push(("provenance.position", unit.ordinal.to_string()));
        header
    }

    fn write<'s>(
        &'s self,
        way: &'s Way<'_>,
        document: &Tree,
        facts: &Facts<'_>,
        runner: &mut Runner,
        findings: &mut Diagnostics,
    ) -> Option<Vec<Output<'s>>> {
        let view = View::new(document, "");
        let mut outputs = Vec::new();
        let mut one = |plan: &'s Plan, layout: &dyn Layout, endpoint: Option<&'s str>| {
            let mut facts = Facts {
                earlier: Vec::new(),
                lookups: None,
                part: None,
                header: &[],
                about: facts.header,
                ..facts.clone()
            };
            let keys = runner.lookup_keys(plan, view, &facts);
            facts.earlier = earlier::find(plan, &keys, &self.earlier);
            let Ok(lookups) = runner.look_up(plan, view, &facts, &mut |line, keys| self.found(line, &keys));
            facts.lookups = Some(&lookups);
            let mut output =
                Output { plan, endpoint, tree: Tree::new(), trace: Trace::default(), bytes: Vec::new() };
            match self.is_traced {
                true => (_, output.trace) = runner.run_traced(plan, view, &facts, &mut output.tree, findings),
                false => _ = runner.run(plan, view, &facts, &mut output.tree, findings),
            }
            layout.write_body(View::new(&output.tree, ""), &mut output.bytes, findings);
            outputs.push(output);
        };
        match &way.target {
            Target::Document => return None,
            Target::Map(plan, layout) => one(plan, &***layout, None),
            Target::Flow(route) => {
                let mut told = Diagnostics::new();
                for chosen in route.flow.route(view, &mut bumpalo::Bump::new(), &mut told) {
                    let (plan, layout) = &route.writes[chosen];
                    one(plan, &**layout, Some(&route.flow.writes[chosen].1.endpoint));
                }
                findings.extend(told);
            }
        }
        Some(outputs)
    }
}
