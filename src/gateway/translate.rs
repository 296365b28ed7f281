//! From messages that wait to their outputs, in batches: read, check, map, route, write. One sync and one commit make a
//! batch durable; a crash repeats it with the same bytes.

use super::bundle::{Bundle, Client, Route};
use super::spool::{failed, read_at};
use super::translation::{self, Owner};
use super::{Gateway, GatewayError, answers, documents, framing};
use crate::base::files::FileReader;
use crate::base::hash::Sha;
use crate::base::limits::Limits;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::exchange::states::MessageState;
use crate::formats::{InterchangeRow, MessageInput, Row, Scratch, format};
use crate::ledger::{
    DeliveryId, Document, Finding, Gathering, Intake, Interchange, InterchangeId, Ledger, MessageOutcome,
    NewDocument, NewOutput, Reason, SyntaxVerdict, Work,
};
use crate::mapping::flow::Per;
use crate::mapping::{Earlier, Facts, Outcome, Plan, Runner};
use crate::tree::{Tree, View};
use bumpalo::Bump;
use std::collections::HashMap;
use std::sync::Arc;

/// Attempts after which a message that never ended is put aside: it may be what stops the process.
const ATTEMPTS_MAX: u32 = 3;
/// Input of a batch, unless its first message is longer.
const BATCH_BYTES: u64 = 4 << 20;

impl Gateway {
    /// Translates the next batch of an intake. Says whether there was one.
    pub(super) fn translate_some(&mut self, intake: &Intake) -> Result<bool, GatewayError> {
        let works = batch(self.ledger.next_messages(intake.id, self.limits.batch_messages)?);
        let Some(first) = works.first() else { return Ok(false) };
        if first.attempts >= ATTEMPTS_MAX {
            let why = format!("{} attempts did not come to an end", first.attempts);
            let outcome = ended(first, MessageState::Quarantined, Reason::new("poison").detail(why));
            self.ledger.commit_batch(vec![outcome], self.clock.now())?;
            return Ok(true);
        }
        let segment = self.random.next_u64() >> 1;
        let mut batch = Batch { segment, bytes: Vec::new(), answered: Vec::new() };
        let mut bundles: HashMap<Sha, Arc<Bundle>> = HashMap::new();
        for work in &works {
            bundles.insert(work.bundle, self.bundle(work.bundle)?);
        }
        self.ledger.begin_attempts(works.iter().map(|work| work.message).collect())?;
        let heads = self.heads(intake, &works, &bundles)?;
        let path = self.spool.locate(intake);
        let mut file = self.intake_file(intake)?;
        let mut outcomes = Vec::new();
        let mut memory = Memory::default();
        for work in &works {
            let bundle = &bundles[&work.bundle];
            let endpoint = self.settings.endpoints.get(&intake.endpoint);
            let owner =
                translation::owner(bundle, &intake.endpoint, endpoint, &work.key.sender, &work.key.receiver);
            let bytes = match work.length > self.limits.message_bytes as u64 {
                true => None,
                false => Some(
                    read_at(file.as_mut(), work.offset, work.length as usize)
                        .map_err(|error| failed("read", &path, error))?,
                ),
            };
            let mut one = One {
                ledger: self.ledger.as_ref(),
                limits: &self.limits,
                intake,
                work,
                bundle,
                findings: Diagnostics::bounded(self.limits.message_findings),
                syntax: None,
                client: None,
                documents: Vec::new(),
            };
            let head = heads.get(&work.interchange).map_or(&[][..], |row| &row.head);
            let verdict = one.run(owner, head, bytes.as_deref(), &mut memory, &mut batch)?;
            outcomes.push(one.outcome(verdict));
        }
        if !batch.bytes.is_empty() {
            let mut writing = self.spool.create(&segment_path(batch.segment))?;
            writing.write(&batch.bytes)?;
            writing.finish()?;
        }
        // Before the batch: after a crash it is said again, and only the first time counts.
        for answered in batch.answered {
            answers::note(self.ledger.as_mut(), answered, self.clock.now())?;
        }
        self.ledger.commit_batch(outcomes, self.clock.now())?;
        Ok(true)
    }

    /// The heads of the interchanges of a batch: what tells how to read their messages.
    fn heads(
        &self,
        intake: &Intake,
        works: &[Work],
        bundles: &HashMap<Sha, Arc<Bundle>>,
    ) -> Result<HashMap<InterchangeId, InterchangeRow>, GatewayError> {
        let mut heads = HashMap::new();
        let stored = self.ledger.interchanges(intake.id)?;
        let mut file = self.intake_file(intake)?;
        for interchange in stored {
            if let Some(work) = works.iter().find(|work| work.interchange == interchange.id) {
                let bundle = &bundles[&work.bundle];
                let row = self.head_at(intake, bundle, &interchange, file.as_mut())?;
                heads.insert(interchange.id, row);
            }
        }
        Ok(heads)
    }

    /// The head of an interchange, indexed again.
    pub(super) fn head_at(
        &self,
        intake: &Intake,
        bundle: &Bundle,
        interchange: &Interchange,
        file: &mut dyn FileReader,
    ) -> Result<InterchangeRow, GatewayError> {
        let path = self.spool.locate(intake);
        let offset = interchange.offset;
        let damaged = |detail: &str| GatewayError::Damaged {
            what: path.display().to_string(),
            detail: format!("{detail} at byte {offset}"),
        };
        let endpoint = self.settings.endpoints.get(&intake.endpoint);
        // A flat file is cut by its guide; what has a mark of its own needs none.
        let flat =
            translation::format_of(bundle, &intake.endpoint, endpoint, b"").and_then(|(_, layout)| layout);
        let format =
            format(&interchange.key.syntax).ok_or_else(|| damaged("no format reads the interchange"))?;
        // An interchange without a sender has no envelope: only its guide can tell how it is cut.
        if flat.is_none() && interchange.key.sender.is_empty() {
            return Err(damaged("no guide of the configuration cuts the file"));
        }
        let mut indexer = format.indexer(flat);
        let (mut row, mut at) = (None, offset);
        while row.is_none() {
            let piece = read_at(file, at, 4096).map_err(|error| failed("read", &path, error))?;
            let mut take = |found: Row| {
                if let (Row::Interchange(found), None) = (found, &row) {
                    row = Some(found);
                }
            };
            if piece.is_empty() {
                indexer.finish(&mut take);
                break;
            }
            indexer.feed(&piece, &mut take);
            at += piece.len() as u64;
        }
        row.ok_or_else(|| damaged("no interchange begins"))
    }
}

/// Where a segment is, below `data`.
pub(super) fn segment_path(segment: u64) -> String {
    format!("spool/out/{segment:016x}")
}

/// The messages to be tried together: after a crash one by one, so that the one that causes it is found.
fn batch(mut works: Vec<Work>) -> Vec<Work> {
    let tried = works.iter().position(|work| work.attempts > 0).map_or(works.len(), |at| at.max(1));
    let mut bytes = 0;
    let fits = works.iter().take_while(|work| {
        bytes += work.length;
        bytes <= BATCH_BYTES
    });
    let fits = fits.count().max(1);
    works.truncate(tried.min(fits));
    works
}

fn ended(work: &Work, state: MessageState, reason: Reason) -> MessageOutcome {
    MessageOutcome {
        message: work.message,
        state,
        reason: Some(reason),
        syntax: None,
        client: None,
        findings: Vec::new(),
        findings_dropped: 0,
        documents: Vec::new(),
    }
}

/// What a batch wrote.
struct Batch {
    segment: u64,
    bytes: Vec<u8>,
    /// What partners said about deliveries of ours.
    answered: Vec<(DeliveryId, Reason)>,
}

/// Memory that is used again from message to message.
#[derive(Default)]
struct Memory {
    scratch: Scratch,
    runner: Runner,
    message: Tree,
    document: Tree,
    target: Tree,
    bump: Bump,
}

/// Where a message goes.
type Verdict = (MessageState, Option<Reason>);

/// One message on its way.
struct One<'a> {
    ledger: &'a dyn Ledger,
    limits: &'a Limits,
    intake: &'a Intake,
    work: &'a Work,
    bundle: &'a Bundle,
    findings: Diagnostics,
    syntax: Option<SyntaxVerdict>,
    client: Option<String>,
    documents: Vec<NewDocument>,
}

impl One<'_> {
    /// Translates the message; `bytes` is `None` if it is too long.
    fn run(
        &mut self,
        owner: Owner<'_>,
        head: &[u8],
        bytes: Option<&[u8]>,
        memory: &mut Memory,
        batch: &mut Batch,
    ) -> Result<Verdict, GatewayError> {
        let work = self.work;
        let Owner::Client(client) = owner else {
            let why = "nobody here has the ids of the envelope; add them to a partner file, then retry";
            return Ok((MessageState::Held, Some(Reason::new("no_owner").detail(why))));
        };
        self.client = Some(client.id.clone());
        if work.functional_id == "FA" {
            // What answers us is taken note of and never answered.
            let input = MessageInput { head, bytes: bytes.unwrap_or_default(), offset: work.offset };
            let answered = answers::matched(self.ledger, self.bundle, client, &input)?;
            batch.answered.extend(answered.delivery);
            return Ok(answered.verdict);
        }
        let faults = work.fault.iter().chain(&work.group_fault);
        let mut faults: Vec<Diagnostic> = faults.filter_map(framing::finding).collect();
        if bytes.is_none() {
            faults.push(Diagnostic::new(Code::X305).with("expected", self.limits.message_bytes.to_string()));
        }
        let route = translation::route(client, &self.intake.endpoint, &work.kind);
        if route.is_none() {
            faults.push(Diagnostic::new(Code::X307).with("found", &work.kind));
        }
        let is_framed = faults.is_empty();
        faults.into_iter().for_each(|fault| self.findings.push(fault));
        if let (Some(route), Some(bytes)) = (route, bytes) {
            let input = MessageInput { head, bytes, offset: work.offset };
            route.layout.read(&input, &mut memory.scratch, &mut memory.message, &mut self.findings);
            let view = View::new(&memory.message, input.source());
            let facts = Facts { now: self.now(), offset: work.offset, ..Facts::default() };
            memory.runner.cases(&route.read, view, &facts, &mut self.findings);
            let worst = self.findings.worst();
            self.syntax = Some(match worst {
                _ if !is_framed => SyntaxVerdict::Rejected,
                Some(Severity::Reject | Severity::Error) => SyntaxVerdict::Rejected,
                None | Some(Severity::Info) => SyntaxVerdict::Accepted,
                Some(Severity::Warn | Severity::Hold) => SyntaxVerdict::AcceptedWithErrors,
            });
            if self.syntax != Some(SyntaxVerdict::Rejected) {
                return self.translate(client, route, &input, memory, batch);
            }
        }
        self.syntax = Some(SyntaxVerdict::Rejected);
        Ok((MessageState::Rejected, Some(self.reason(Severity::Reject))))
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
        let found = self.earlier(client, &route.read, keys)?;
        facts.earlier = found.iter().map(Found::earlier).collect();
        let outcome = memory.runner.run(&route.read, view, &facts, &mut memory.document, &mut self.findings);
        if outcome == Outcome::Rejected || self.findings.worst() >= Some(Severity::Reject) {
            return Ok((MessageState::Quarantined, Some(self.reason(Severity::Reject))));
        }
        let shape = &route.read.target_shape;
        let document = View::new(&memory.document, "");
        let held = self.findings.worst() >= Some(Severity::Hold);
        let chosen =
            if held { Vec::new() } else { route.flow.route(document, &mut memory.bump, &mut self.findings) };
        let mut outputs = Vec::new();
        for at in chosen {
            let write = &route.flow.writes[at].1;
            let (plan, layout) = &route.writes[at];
            let facts = Facts { now: self.now(), ..Facts::default() };
            memory.runner.run(plan, document, &facts, &mut memory.target, &mut self.findings);
            let offset = batch.bytes.len();
            layout.write_body(View::new(&memory.target, ""), &mut batch.bytes, &mut self.findings);
            outputs.push(NewOutput {
                flow: route.flow.name.clone(),
                map: write.map.clone(),
                endpoint: write.endpoint.clone(),
                gathering: match write.per {
                    Per::Message => Gathering::PerMessage,
                    Per::Source => Gathering::PerSource,
                },
                segment: batch.segment,
                offset: offset as u64,
                length: (batch.bytes.len() - offset) as u64,
                sha: Sha::of(&batch.bytes[offset..]),
            });
        }
        let verdict = match self.findings.worst() {
            Some(Severity::Reject | Severity::Error) => {
                (MessageState::Quarantined, Some(self.reason(Severity::Reject)))
            }
            Some(Severity::Hold) => (MessageState::Held, Some(self.reason(Severity::Hold))),
            _ if outputs.is_empty() => (MessageState::Done, None),
            _ => (MessageState::Translated, None),
        };
        if verdict.1.is_some() {
            // Of a document that waits nothing leaves, so nothing of it is kept either.
            batch.bytes.truncate(outputs.first().map_or(batch.bytes.len(), |first| first.offset as usize));
            outputs.clear();
        }
        let body = documents::store(document, shape);
        self.documents.push(NewDocument {
            client: client.id.clone(),
            kind: translation::document_kind(&route.read).into(),
            number: documents::field(document, shape, "number").into(),
            keys: documents::keys(document, shape),
            sha: Sha::of(&body),
            body,
            outputs,
        });
        Ok(verdict)
    }

    /// What the plan's `earlier` lines find.
    fn earlier(
        &self,
        client: &Client,
        plan: &Plan,
        keys: Vec<Option<Vec<(String, String)>>>,
    ) -> Result<Vec<Found>, GatewayError> {
        let mut all = Vec::new();
        for (line, keys) in plan.earlier.iter().zip(keys) {
            let found: Vec<Document> = match keys {
                Some(keys) => self.ledger.find_documents(client.id.clone(), line.document.clone(), keys)?,
                None => Vec::new(),
            };
            all.push(match found.as_slice() {
                [] => Found::None,
                [one] => match documents::load(&one.body, &line.shape) {
                    Some(tree) if Sha::of(&one.body) == one.sha => Found::One(tree),
                    _ => {
                        let detail = "its bytes are no document any more".to_string();
                        return Err(GatewayError::Damaged { what: format!("document {}", one.id), detail });
                    }
                },
                several => Found::Several(several.len()),
            });
        }
        Ok(all)
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

    /// The first finding that is at least so severe, as a reason.
    fn reason(&self, severity: Severity) -> Reason {
        match self.findings.as_slice().iter().find(|finding| finding.severity >= severity) {
            Some(finding) => Reason::new(finding.code.text()).detail(finding.title()),
            None => Reason::new("findings").detail("more findings than are kept"),
        }
    }

    fn outcome(self, (state, reason): Verdict) -> MessageOutcome {
        let findings = self.findings.as_slice();
        MessageOutcome {
            message: self.work.message,
            state,
            reason,
            syntax: self.syntax,
            client: self.client,
            findings: findings.iter().map(|finding| Finding::of(finding, &self.bundle.sources)).collect(),
            findings_dropped: self.findings.dropped() as u64,
            documents: self.documents,
        }
    }
}

/// What an `earlier` line found, owned.
enum Found {
    None,
    One(Tree),
    Several(usize),
}

impl Found {
    fn earlier(&self) -> Earlier<'_> {
        match self {
            Found::None => Earlier::None,
            Found::One(tree) => Earlier::One(View::new(tree, "")),
            Found::Several(count) => Earlier::Several(*count),
        }
    }
}
