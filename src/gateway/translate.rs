//! From messages that wait to their outputs, in batches. One sync and one commit make a batch durable; a crash repeats
//! it with the same bytes.

use super::bundle::Bundle;
use super::index::HEAD_BYTES;
use super::message::{Batch, Memory, One};
use super::repeats::{Batched, Before};
use super::spool::{failed, read_at, segment_path};
use super::{Gateway, GatewayError, translation};
use crate::base::files::FileReader;
use crate::base::hash::Sha;
use crate::exchange::states::MessageState;
use crate::formats::{InterchangeRow, Row, format};
use crate::ledger::{Intake, Interchange, InterchangeId, MessageOutcome, Reason, Work};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Attempts after which a message that never ended is put aside: it may be what stops the process.
const ATTEMPTS_MAX: u32 = 3;
/// Input of a batch, unless its first message is longer.
const BATCH_BYTES: u64 = 4 << 20;

impl Gateway {
    /// Translates the next batch of the oldest intake that has one. Says whether there was one.
    pub(super) fn translate_some(&mut self) -> Result<bool, GatewayError> {
        let Some(intake) = &self.ledger.translatable_intake()? else { return Ok(false) };
        let works = batch(self.ledger.next_messages(intake.id, self.limits.batch_messages)?);
        let Some(first) = works.first() else { return Ok(false) };
        if first.attempts >= ATTEMPTS_MAX {
            let why = format!("{} attempts did not come to an end", first.attempts);
            let outcome = ended(first, MessageState::Quarantined, Reason::new("poison").detail(why));
            self.ledger.commit_batch(vec![outcome], self.clock.now())?;
            return Ok(true);
        }
        let segment = self.random.next_u64() >> 1;
        let mut batch = Batch::new(segment);
        let mut bundles: HashMap<Sha, Arc<Bundle>> = HashMap::new();
        for work in &works {
            bundles.insert(work.bundle, self.bundle(work.bundle)?);
        }
        self.ledger.begin_attempts(works.iter().map(|work| work.message).collect())?;
        let heads = self.heads(intake, &works, &bundles)?;
        let path = self.spool.locate(intake);
        let mut file = self.intake_file(intake)?;
        let mut outcomes: Vec<MessageOutcome> = Vec::new();
        let mut batched = Batched::default();
        let mut memory = Memory::default();
        for work in &works {
            let bundle = &bundles[&work.bundle];
            let endpoint = self.settings.endpoints.get(&intake.endpoint);
            let owner = translation::owner(bundle, &intake.endpoint, endpoint, &work.key);
            let bytes = match work.length > self.limits.message_bytes as u64 {
                true => None,
                false => Some(
                    read_at(file.as_mut(), work.offset, work.length as usize)
                        .map_err(|error| failed("read", &path, error))?,
                ),
            };
            let before = Before { ledger: self.ledger.as_ref(), batched: &batched, outcomes: &outcomes };
            let mut one = One::new(before, &self.limits, intake, work, (bundle, &self.settings.endpoints));
            let head = heads.get(&work.interchange).map_or(&[][..], |row| &row.head);
            let verdict = one.run(owner, head, bytes.as_deref(), &mut memory, &mut batch)?;
            let outcome = one.outcome(verdict);
            batched.take(outcomes.len(), &outcome);
            outcomes.push(outcome);
        }
        // Also when no output has any bytes: a file may consist of its head alone.
        let has_outputs =
            |outcome: &MessageOutcome| outcome.documents.iter().any(|document| !document.outputs.is_empty());
        if outcomes.iter().any(has_outputs) {
            self.asked.is_new = true;
            let mut writing = self.spool.create(&segment_path(intake.id, batch.segment))?;
            writing.write(&batch.bytes)?;
            writing.finish()?;
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
        let mut file = self.intake_file(intake)?;
        for work in works {
            if let Entry::Vacant(head) = heads.entry(work.interchange) {
                let interchange = self.ledger.interchange(work.interchange)?;
                head.insert(self.head_at(intake, &bundles[&work.bundle], &interchange, file.as_mut())?);
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
        // A flat file is cut by its guide; what has a mark of its own may need none.
        let head = read_at(file, 0, HEAD_BYTES).map_err(|error| failed("read", &path, error))?;
        let flat =
            translation::format_of(bundle, &intake.endpoint, endpoint, &head).and_then(|(_, layout)| layout);
        let format =
            format(&interchange.key.syntax).ok_or_else(|| damaged("no format reads the interchange"))?;
        // An interchange without a sender has no envelope: only its guide can tell how it is cut.
        if flat.is_none() && interchange.key.sender.is_empty() && !format.needs_guide() {
            return Err(damaged("no guide of the configuration cuts the file"));
        }
        let mut indexer = format.indexer_within(flat, &head);
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
        owes_acknowledgement: false,
        findings: Vec::new(),
        findings_dropped: 0,
        documents: Vec::new(),
        replies: Vec::new(),
    }
}
