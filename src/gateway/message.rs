//! One message on its way: read, check, map, route, write. Reads the ledger and writes nothing but into the batch.

use super::bundle::{Bundle, Client, Route};
use super::known::Known;
use super::repeats::{self, Before};
use super::settings::Endpoint;
use super::translation::{self, Owner};
use super::unrouted::Unrouted;
use super::{GatewayError, advice, advised, answers, documents, framing, release, waivers, window};
use crate::base::hash::Sha;
use crate::base::limits::Limits;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::exchange::answering::is_answer;
use crate::exchange::identities::Stranger;
use crate::exchange::repeats::Verdict as Repeat;
use crate::exchange::states::MessageState;
use crate::formats::{MessageInput, Scratch};
use crate::ledger::{
    DocumentKey, Finding, Gathering, Intake, Ledger, MessageOutcome, NewDocument, NewOutput, NewReply,
    Reason, SyntaxVerdict, Work,
};
use crate::mapping::flow::{Flow, Gather, Per, WritePlan};
use crate::mapping::{Facts, Found, Outcome, Runner};
use crate::tree::{Tree, View};
use bumpalo::Bump;
use std::collections::BTreeMap;

/// What a batch wrote.
pub(super) struct Batch {
    pub(super) segment: u64,
    pub(super) bytes: Vec<u8>,
}

impl Batch {
    /// Nothing yet; what is written goes to the segment of this number.
    pub(super) fn new(segment: u64) -> Self {
        Batch { segment, bytes: Vec::new() }
    }
}

/// Memory that is used again from message to message.
#[derive(Default)]
pub(super) struct Memory {
    scratch: Scratch,
    runner: Runner,
    message: Tree,
    document: Tree,
    target: Tree,
    bump: Bump,
}

/// Where a message goes.
pub(super) type Verdict = (MessageState, Option<Reason>);

/// One message on its way.
pub(super) struct One<'a> {
    ledger: &'a dyn Ledger,
    before: Before<'a>,
    limits: &'a Limits,
    intake: &'a Intake,
    work: &'a Work,
    bundle: &'a Bundle,
    endpoints: &'a BTreeMap<String, Endpoint>,
    findings: Diagnostics,
    syntax: Option<SyntaxVerdict>,
    client: Option<String>,
    owes_acknowledgement: bool,
    documents: Vec<NewDocument>,
    /// Documents that came before and are set aside.
    repeated: Vec<NewDocument>,
    /// Business number of a document that is refused, as far as it was read.
    refused: String,
    replies: Vec<NewReply>,
}

impl<'a> One<'a> {
    /// A message about which nothing is known yet.
    pub(super) fn new(
        before: Before<'a>,
        limits: &'a Limits,
        intake: &'a Intake,
        work: &'a Work,
        (bundle, endpoints): (&'a Bundle, &'a BTreeMap<String, Endpoint>),
    ) -> Self {
        One {
            ledger: before.ledger,
            before,
            limits,
            intake,
            work,
            bundle,
            endpoints,
            findings: Diagnostics::bounded(limits.message_findings),
            syntax: None,
            client: None,
            owes_acknowledgement: false,
            documents: Vec::new(),
            repeated: Vec::new(),
            refused: String::new(),
            replies: Vec::new(),
        }
    }

    /// Translates the message; `bytes` is `None` if it is too long.
    pub(super) fn run(
        &mut self,
        owner: Owner<'_>,
        head: &[u8],
        bytes: Option<&[u8]>,
        memory: &mut Memory,
        batch: &mut Batch,
    ) -> Result<Verdict, GatewayError> {
        let work = self.work;
        let client = match owner {
            Owner::Client(client) => client,
            Owner::Unknown(stranger) => return Ok(self.of_stranger(stranger)),
        };
        self.client = Some(client.id.clone());
        if is_answer(&work.key.syntax, &work.functional_id, &work.kind) {
            let input = MessageInput { head, bytes: bytes.unwrap_or_default(), offset: work.offset };
            return self.take_answer(client, &input, memory);
        }
        self.owes_acknowledgement = work.was_unrouted
            && !work.key.control_number.is_empty()
            && translation::acknowledgement_of(&client.partner, &work.key).is_some();
        let mut faults = self.faults(client, bytes.is_none());
        let is_framed = faults.is_empty();
        let route = translation::route(client, &self.intake.endpoint, &work.kind);
        if route.is_none() {
            faults.push(self.unrouted().of_kind(client));
        }
        faults.into_iter().for_each(|fault| self.findings.push(fault));
        if let (Some(route), Some(bytes)) = (route, bytes) {
            let input = MessageInput { head, bytes, offset: work.offset };
            let place = Place { offset: work.offset, ..Place::default() };
            let instead = release::instead(route.layout.guide(), &work.version);
            instead.into_iter().for_each(|instead| self.findings.push(instead.place(place.clone())));
            let start = self.findings.as_slice().len();
            route.layout.read(&input, &mut memory.scratch, &mut memory.message, &mut self.findings);
            let view = View::new(&memory.message, input.source());
            let facts = Facts { now: self.now(), offset: work.offset, ..Facts::default() };
            memory.runner.cases(&route.read, view, &facts, &mut self.findings);
            waivers::apply_now(&client.partner, &work.kind, self.now(), start, &mut self.findings);
            let worst = self.findings.worst();
            self.syntax = Some(match worst {
                _ if !is_framed => SyntaxVerdict::Rejected,
                Some(Severity::Reject | Severity::Error) => SyntaxVerdict::Rejected,
                None | Some(Severity::Info) => SyntaxVerdict::Accepted,
                Some(Severity::Warn | Severity::Hold) => SyntaxVerdict::AcceptedWithErrors,
            });
            if self.syntax != Some(SyntaxVerdict::Rejected) {
                let verdict = self.translate(client, route, &input, memory, batch)?;
                self.take_advice(client, verdict.0)?;
                self.advise(client, route, verdict.0, memory, batch);
                return Ok(verdict);
            }
        }
        self.syntax = Some(SyntaxVerdict::Rejected);
        // One that the standard refuses as well is no better off with a flow.
        let state = match route {
            None if is_framed => MessageState::Unrouted,
            _ => MessageState::Rejected,
        };
        Ok((state, Some(reason(&self.findings, Severity::Reject))))
    }

    /// Nobody we know sent it, so nothing of it is read.
    fn of_stranger(&mut self, stranger: Stranger) -> Verdict {
        let endpoint = self.endpoints.get(&self.intake.endpoint);
        let clients = translation::clients_at(self.bundle, &self.intake.endpoint, endpoint);
        let finding = self.unrouted().of_stranger(stranger, &clients);
        self.findings.push(finding);
        (MessageState::Unrouted, Some(reason(&self.findings, Severity::Hold)))
    }

    /// What answers us is taken note of and never answered.
    fn take_answer(
        &mut self,
        client: &Client,
        input: &MessageInput<'_>,
        memory: &mut Memory,
    ) -> Result<Verdict, GatewayError> {
        let Memory { scratch, message, .. } = memory;
        let (state, replies) = answers::taken(
            (self.ledger, self.limits),
            (self.bundle, client),
            self.work,
            input,
            (scratch, message),
            &mut self.findings,
        )?;
        self.replies = replies;
        let reason = state.standing().needs_reason().then(|| reason(&self.findings, Severity::Hold));
        Ok((state, reason))
    }

    /// What is wrong with the frame of the message, or of all around it.
    fn faults(&self, client: &Client, is_too_long: bool) -> Vec<Diagnostic> {
        let work = self.work;
        let faults = work.fault.iter().chain(&work.group_fault);
        let mut faults: Vec<Diagnostic> = faults.filter_map(framing::finding).collect();
        if is_too_long {
            faults.push(Diagnostic::new(Code::X305).with("expected", self.limits.message_bytes.to_string()));
        }
        // Of a stranger's interchange nobody asked so far.
        faults.extend(translation::other_usage(client, &work.key).filter(|_| work.was_unrouted));
        faults
    }

    /// The message as one that nobody takes.
    fn unrouted(&self) -> Unrouted<'a> {
        Unrouted { bundle: self.bundle, intake: self.intake, work: self.work }
    }

    /// The message was read into `memory.message`; the rest of the way.
    fn translate(
        &mut self,
        client: &Client,
        route: &Route,
        input: &MessageInput<'_>,
        memory: &mut Memory,
        batch: &mut Batch,
    ) -> Result<Verdict, GatewayError> {
        let header = self.header(client);
        let header: Vec<(&str, String)> = header.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut facts = Facts { now: self.now(), offset: input.offset, header: &header, ..Facts::default() };
        let view = View::new(&memory.message, input.source());
        let keys = memory.runner.lookup_keys(&route.read, view, &facts);
        let found = self.found(client).earlier(&route.read, keys)?;
        facts.earlier = found.iter().map(Found::as_earlier).collect();
        let start = batch.bytes.len();
        let lookups = memory.runner.look_up_parts(&route.read, view, &facts, &mut |line, keys| {
            self.found(client).find(line, keys)
        })?;
        let picking = Facts { lookups: Some(&lookups), ..facts.clone() };
        let parts = memory.runner.parts(&route.read, view, &picking, &mut self.findings);
        let mut is_refused = false;
        for part in &parts {
            let mut facts = Facts { part: part.as_ref(), ..facts.clone() };
            let view = View::new(&memory.message, input.source());
            let lookups = memory
                .runner
                .look_up(&route.read, view, &facts, &mut |line, keys| self.found(client).find(line, keys))?;
            facts.lookups = Some(&lookups);
            let outcome =
                memory.runner.run(&route.read, view, &facts, &mut memory.document, &mut self.findings);
            is_refused |= outcome == Outcome::Rejected || self.findings.worst() >= Some(Severity::Reject);
            // The others are looked at for what is wrong with them.
            if !is_refused {
                self.document((client, route), &header, input.bytes, memory, batch)?;
            }
        }
        if is_refused {
            self.documents.clear();
            self.repeated.clear();
            let shape = &route.read.target_shape;
            self.refused = documents::number(View::new(&memory.document, ""), shape).to_string();
            batch.bytes.truncate(start);
            return Ok((MessageState::Quarantined, Some(reason(&self.findings, Severity::Reject))));
        }
        self.same_numbers();
        Ok(self.verdict(start, batch))
    }

    /// Keeps what the documents say about documents of ours, if they are application advices.
    fn take_advice(&mut self, client: &Client, state: MessageState) -> Result<(), GatewayError> {
        if matches!(state, MessageState::Translated | MessageState::Done) {
            let at = (self.ledger, self.limits);
            self.replies = advised::taken(at, client, self.work, &self.documents, &mut self.findings)?;
        }
        Ok(())
    }

    /// Tells the sender what became of the document, if that is agreed with him.
    fn advise(
        &mut self,
        client: &Client,
        route: &Route,
        state: MessageState,
        memory: &mut Memory,
        batch: &mut Batch,
    ) {
        let number = match self.documents.first() {
            Some(document) => document.key.number.clone(),
            None => self.refused.clone(),
        };
        let about = advice::About {
            client,
            work: self.work,
            now: self.now(),
            state,
            kind: translation::document_kind(&route.read),
            number: &number,
            findings: self.findings.as_slice(),
        };
        let Some((document, findings)) = advice::of(&about, &mut memory.runner, &mut memory.target, batch)
        else {
            return;
        };
        findings.into_iter().for_each(|finding| self.findings.push(finding));
        self.documents.extend(document);
    }

    /// Routes and writes the document that was read into `memory.document`.
    fn document(
        &mut self,
        (client, route): (&Client, &Route),
        header: &[(&str, String)],
        source: &[u8],
        memory: &mut Memory,
        batch: &mut Batch,
    ) -> Result<(), GatewayError> {
        let mut stored = self.stored((client, route), source, View::new(&memory.document, ""));
        if self.is_repeat((client, route), &mut stored, View::new(&memory.document, ""))? {
            self.repeated.push(stored);
            return Ok(());
        }
        let is_held = self.findings.worst() >= Some(Severity::Hold);
        let chosen = match is_held {
            true => Vec::new(),
            false => route.flow.route(View::new(&memory.document, ""), &mut memory.bump, &mut self.findings),
        };
        stored.outputs = self.write((client, route), chosen, header, memory, batch)?;
        self.documents.push(stored);
        Ok(())
    }

    /// The document as the ledger keeps it, with nothing written for it yet. `source` is what it was read from.
    fn stored(&self, (client, route): (&Client, &Route), source: &[u8], document: View<'_>) -> NewDocument {
        let shape = &route.read.target_shape;
        let (body, content) = documents::store_with_content(document, shape);
        NewDocument {
            key: DocumentKey {
                client: client.id.clone(),
                kind: translation::document_kind(&route.read).into(),
                number: documents::number(document, shape).into(),
                sender: self.work.key.sender.clone(),
                is_test: translation::is_test(client, &self.work.key),
            },
            keys: documents::keys(document, shape),
            sha: Sha::of(&body),
            body,
            content,
            source: Sha::of(source),
            once_since: None,
            is_advice: false,
            outputs: Vec::new(),
        }
    }

    /// Whether a document came before and is set aside. If a person must decide about it, a finding says so. What a person
    /// permitted is never a repeat.
    fn is_repeat(
        &mut self,
        (client, route): (&Client, &Route),
        stored: &mut NewDocument,
        document: View<'_>,
    ) -> Result<bool, GatewayError> {
        if self.work.is_permitted {
            return Ok(false);
        }
        let policy = repeats::policy(client, &stored.key.kind, document, &route.read.target_shape);
        stored.once_since = policy.once_since(self.intake.received_at);
        let (verdict, finding) =
            self.before.judge(self.work.message, stored, self.intake.received_at, policy)?;
        finding.into_iter().for_each(|finding| self.findings.push(finding));
        Ok(verdict == Repeat::Duplicate)
    }

    /// Documents of one message that nobody could tell apart when something comes back for them.
    fn same_numbers(&mut self) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for document in self.documents.iter().filter(|document| !document.key.number.is_empty()) {
            *counts.entry(&document.key.number).or_default() += 1;
        }
        for (number, count) in counts.into_iter().filter(|(_, count)| *count > 1) {
            let finding = Diagnostic::new(Code::B015).with("number", number);
            self.findings.push(finding.with("count", count.to_string()));
        }
    }

    /// What becomes of the message, all of its documents together. `start` is where its outputs begin in the batch.
    fn verdict(&mut self, start: usize, batch: &mut Batch) -> Verdict {
        if self.documents.is_empty()
            && !self.repeated.is_empty()
            && self.findings.worst() < Some(Severity::Hold)
        {
            self.documents = std::mem::take(&mut self.repeated);
            return (MessageState::Duplicate, self.why_duplicate());
        }
        let has_outputs = self.documents.iter().any(|document| !document.outputs.is_empty());
        let verdict = match self.findings.worst() {
            Some(Severity::Reject | Severity::Error) => {
                (MessageState::Quarantined, Some(reason(&self.findings, Severity::Reject)))
            }
            Some(Severity::Hold) => (MessageState::Held, Some(reason(&self.findings, Severity::Hold))),
            _ if has_outputs => (MessageState::Translated, None),
            _ => (MessageState::Done, None),
        };
        if verdict.1.is_some() {
            // Of a message that waits nothing leaves, so nothing of it is kept either.
            batch.bytes.truncate(start);
            self.documents.iter_mut().for_each(|document| document.outputs.clear());
        }
        verdict
    }

    fn why_duplicate(&self) -> Option<Reason> {
        let finding = self.findings.as_slice().iter().find(|finding| finding.code == Code::I131);
        let detail = finding.map(Diagnostic::title).unwrap_or_default();
        Some(Reason::new("same_document").detail(detail))
    }

    /// Runs the chosen writes of a flow over `memory.document`.
    fn write(
        &mut self,
        (client, route): (&Client, &Route),
        chosen: Vec<usize>,
        about: &[(&str, String)],
        memory: &mut Memory,
        batch: &mut Batch,
    ) -> Result<Vec<NewOutput>, GatewayError> {
        let document = View::new(&memory.document, "");
        let mut outputs = Vec::new();
        for at in chosen {
            let write = &route.flow.writes[at].1;
            let (plan, layout) = &route.writes[at];
            if self.endpoints.get(&write.endpoint).is_some_and(|endpoint| !endpoint.is_for(&client.id)) {
                // What was activated under other settings does not give a document away under these.
                let finding = Diagnostic::new(Code::F007).severity(Severity::Hold);
                self.findings.push(finding.with("name", &write.endpoint));
                continue;
            }
            if let Per::Gathered(gather) = &write.per {
                outputs.push(self.gathered(
                    (&route.flow, &client.partner.site.zone),
                    (write, gather),
                    (document, &mut memory.bump),
                    batch,
                ));
                continue;
            }
            let mut facts = Facts { now: self.now(), about, ..Facts::default() };
            let keys = memory.runner.lookup_keys(plan, document, &facts);
            let found = self.found(client).earlier(plan, keys)?;
            facts.earlier = found.iter().map(Found::as_earlier).collect();
            let lookups = memory
                .runner
                .look_up(plan, document, &facts, &mut |line, keys| self.found(client).find(line, keys))?;
            facts.lookups = Some(&lookups);
            memory.runner.run(plan, document, &facts, &mut memory.target, &mut self.findings);
            let offset = batch.bytes.len();
            layout.write_body(View::new(&memory.target, ""), &mut batch.bytes, &mut self.findings);
            let (gathering, window) = match &write.per {
                Per::Message => (Gathering::PerMessage, None),
                Per::Source => (Gathering::PerSource, None),
                Per::Collected(collected) => {
                    let key =
                        route.flow.key(&collected.window, document, &mut memory.bump, &mut self.findings);
                    (
                        Gathering::Collected,
                        Some(window::collected(collected, &key, self.now(), &client.partner.site.zone)),
                    )
                }
                Per::Gathered(_) => unreachable!("it was written above"),
            };
            outputs.push(NewOutput {
                flow: route.flow.name.clone(),
                map: write.map.clone(),
                endpoint: write.endpoint.clone(),
                gathering,
                window,
                is_last: false,
                segment: batch.segment,
                offset: offset as u64,
                length: (batch.bytes.len() - offset) as u64,
                sha: Sha::of(&batch.bytes[offset..]),
            });
        }
        Ok(outputs)
    }

    /// The place of the document among those it becomes one message with.
    fn gathered(
        &mut self,
        (flow, zone): (&Flow, &str),
        (write, gather): (&WritePlan, &Gather),
        (document, bump): (View<'_>, &mut Bump),
        batch: &Batch,
    ) -> NewOutput {
        let key = flow.key(&gather.window, document, bump, &mut self.findings);
        for (field, _) in gather.by.iter().zip(&key).filter(|(_, value)| value.is_none()) {
            self.findings.push(Diagnostic::new(Code::F013).with("field", field));
        }
        NewOutput {
            flow: flow.name.clone(),
            map: write.map.clone(),
            endpoint: write.endpoint.clone(),
            gathering: Gathering::Gathered,
            window: Some(window::of(&gather.window, &key, self.now(), zone)),
            is_last: flow.is_last(gather, document, bump, &mut self.findings),
            segment: batch.segment,
            offset: batch.bytes.len() as u64,
            length: 0,
            sha: Sha::of(b""),
        }
    }

    /// What is known of the client's documents.
    fn found(&self, client: &'a Client) -> Known<'a> {
        Known {
            ledger: self.ledger,
            client: &client.id,
            is_test: translation::is_test(client, &self.work.key),
        }
    }

    /// Fields every document has.
    fn header(&self, client: &Client) -> Vec<(&'static str, String)> {
        let Work { key, control_number, ordinal, .. } = self.work;
        let id = |text: &str| text.split_once(':').map_or(text, |(_, id)| id).to_string();
        vec![
            ("client", client.partner.client.clone()),
            ("sender", id(&key.sender)),
            ("receiver", id(&key.receiver)),
            ("provenance.source_file", String::from_utf8_lossy(&self.intake.name).into_owned()),
            ("provenance.interchange", key.control_number.clone()),
            (
                "provenance.message",
                if key.control_number.is_empty() { String::new() } else { control_number.clone() },
            ),
            ("provenance.position", ordinal.to_string()),
        ]
    }

    /// The moment the file came in: maps know no other, so that running them again gives the same.
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.intake.received_at.unix_ms)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// What the ledger is told.
    pub(super) fn outcome(self, (state, reason): Verdict) -> MessageOutcome {
        let findings = self.findings.as_slice();
        MessageOutcome {
            message: self.work.message,
            state,
            reason,
            syntax: self.syntax,
            client: self.client,
            owes_acknowledgement: self.owes_acknowledgement,
            findings: findings.iter().map(|finding| Finding::of(finding, &self.bundle.sources)).collect(),
            findings_dropped: self.findings.dropped() as u64,
            documents: self.documents,
            replies: self.replies,
        }
    }
}

/// The first finding that is at least so severe, as a reason.
pub(super) fn reason(findings: &Diagnostics, severity: Severity) -> Reason {
    match findings.as_slice().iter().find(|finding| finding.severity >= severity) {
        Some(finding) => Reason::new(finding.code.text()).detail(finding.title()),
        None => Reason::new("findings").detail("more findings than are kept"),
    }
}
