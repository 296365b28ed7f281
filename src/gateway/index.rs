//! From our copy of a file to one row per message: framing, envelopes and verdicts about whole interchanges. Nothing is
//! translated before all of this is committed.

use super::bundle::Client;
use super::framing::{self, Framing};
use super::nearest;
use super::settings::SameBytes;
use super::spool::{failed, read_at};
use super::translation::{self, Owner};
use super::{Gateway, GatewayError};
use crate::base::hash::{Sha, ShaHasher};
use crate::base::span::Sources;
use crate::diagnostics::{Code, Diagnostic};
use crate::exchange::answering::{answering, is_answer};
use crate::exchange::duplicates::{self, Earlier, Outcome};
use crate::exchange::sequence::{self, Step};
use crate::exchange::states::{IntakeState, InterchangeState};
use crate::formats::{Fault, GroupRow, Row};
use crate::ledger::{
    EarlierInterchange, Finding, FindingOwner, Intake, Interchange, InterchangeId, InterchangeVerdict,
    Reason, Verdict,
};
use std::time::Duration;

/// How much of a file is looked at to tell its format, and its guide: an envelope around XML is in it as a rule.
pub(super) const HEAD_BYTES: usize = 16 << 10;
/// How much of what nobody knows is shown.
const SHOWN_BYTES: usize = 40;

/// Interchanges of a file that are judged together.
const PAGE: usize = 256;

/// What the pass saw. A file may hold more interchanges than can be held at once, so little is kept of each: the rest
/// is in the ledger.
#[derive(Default)]
struct Pass {
    /// Of each interchange, whether any group or message is something else than an answer.
    has_business: Vec<bool>,
    /// Functional identifier of the group at hand.
    functional_id: String,
    /// Interchanges that were not cut off.
    ended: usize,
    /// The first faults of interchanges.
    faults: Vec<Diagnostic>,
    /// The first findings about bytes that belong to no interchange and about service segments.
    notes: Vec<Diagnostic>,
    /// Most faults kept, and most notes.
    findings_max: usize,
}

impl Gateway {
    /// Indexes the oldest intake that waits for it. Says whether there was one.
    pub(super) fn index_some(&mut self) -> Result<bool, GatewayError> {
        let staged = self.ledger.staged_intakes(1)?;
        staged.iter().try_for_each(|intake| self.index(intake))?;
        Ok(!staged.is_empty())
    }

    /// Indexes a staged intake, from the start: what an interrupted pass left is dropped.
    fn index(&mut self, intake: &Intake) -> Result<(), GatewayError> {
        let bundle = self.bundle(intake.bundle)?;
        let path = self.spool.locate(intake);
        let head = self.spool.read(&path, 0, HEAD_BYTES)?;
        let endpoint = self.settings.endpoints.get(&intake.endpoint);
        let Some((format, layout)) = translation::format_of(&bundle, &intake.endpoint, endpoint, &head)
        else {
            let shown: String = head.iter().take(SHOWN_BYTES).map(|&byte| plain(byte)).collect();
            let finding = Diagnostic::new(Code::I106).with("found", shown);
            let near = nearest::told(translation::layouts_at(&bundle, &intake.endpoint, endpoint), &head);
            return self.quarantine(
                intake,
                vec![match near.as_str() {
                    "" => finding,
                    near => {
                        let help = finding.action();
                        finding.help(format!("nearest is {near}; {help}"))
                    }
                }],
            );
        };
        self.ledger.begin_index(intake.id)?;
        let mut pass = Pass { findings_max: self.limits.message_findings, ..Pass::default() };
        let mut framing = Framing::new(format.id());
        let mut indexer = format.indexer(layout);
        let mut file = self.intake_file(intake)?;
        let mut offset = 0u64;
        loop {
            let piece = read_at(file.as_mut(), offset, self.limits.chunk_bytes.max(1))
                .map_err(|error| failed("read", &path, error))?;
            let mut rows = Vec::new();
            match piece.is_empty() {
                true => indexer.finish(&mut |row| rows.push(row)),
                false => indexer.feed(&piece, &mut |row| rows.push(row)),
            }
            let mut indexed = Vec::new();
            for row in &rows {
                framing.take(row, &mut indexed, |from, length| self.hash(intake, from, length))?;
                pass.take(format.id(), row);
            }
            if !indexed.is_empty() {
                self.ledger.append_index(intake.id, indexed)?;
            }
            offset += piece.len() as u64;
            if piece.is_empty() {
                break;
            }
        }
        self.judge(intake, pass)
    }

    /// The hash of a range of our copy.
    fn hash(&self, intake: &Intake, from: u64, length: u64) -> Result<Sha, GatewayError> {
        if (from, length) == (0, intake.size) {
            return Ok(intake.sha);
        }
        let path = self.spool.locate(intake);
        let mut file = self.spool.open_file(&path)?;
        let (mut hasher, mut at) = (ShaHasher::new(), from);
        while at < from + length {
            let want = (from + length - at).min(self.limits.chunk_bytes.max(1) as u64) as usize;
            let piece = read_at(file.as_mut(), at, want).map_err(|error| failed("read", &path, error))?;
            if piece.is_empty() {
                let detail = format!("it ends at byte {at}");
                return Err(GatewayError::Damaged { what: path.display().to_string(), detail });
            }
            hasher.update(&piece);
            at += piece.len() as u64;
        }
        Ok(hasher.finish())
    }

    /// Ends the pass with a verdict on each interchange.
    fn judge(&mut self, intake: &Intake, pass: Pass) -> Result<(), GatewayError> {
        if pass.ended == 0 {
            let mut findings: Vec<Diagnostic> = pass.faults.into_iter().chain(pass.notes).collect();
            if findings.is_empty() {
                findings.push(Diagnostic::new(Code::I106).with("found", ""));
            }
            return self.quarantine(intake, findings);
        }
        let has_faults = !pass.faults.is_empty();
        let mut has_business = pass.has_business.iter();
        let mut after = None;
        loop {
            let page = self.ledger.interchanges(intake.id, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let mut verdicts = Vec::new();
            for (interchange, has_business) in page.iter().zip(&mut has_business) {
                verdicts.push(self.verdict(intake, interchange, *has_business)?);
            }
            self.ledger.judge(intake.id, verdicts)?;
        }
        self.ledger.finish_index(intake.id, self.clock.now())?;
        if has_faults {
            self.note_faults(intake)?;
        }
        self.note(FindingOwner::Intake(intake.id), &pass.notes)
    }

    /// Keeps the faults of interchanges as findings about them.
    fn note_faults(&mut self, intake: &Intake) -> Result<(), GatewayError> {
        let mut after = None;
        loop {
            let page = self.ledger.interchanges(intake.id, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for interchange in &page {
                if let Some(finding) = interchange.fault.as_ref().and_then(framing::finding) {
                    self.note(FindingOwner::Interchange(interchange.id), &[finding])?;
                }
            }
        }
    }

    fn verdict(
        &mut self,
        intake: &Intake,
        interchange: &Interchange,
        has_business: bool,
    ) -> Result<InterchangeVerdict, GatewayError> {
        let bundle = self.bundle(intake.bundle)?;
        let endpoint = self.settings.endpoints.get(&intake.endpoint);
        let key = &interchange.key;
        let give = |verdict, owes_acknowledgement| InterchangeVerdict {
            interchange: interchange.id,
            verdict,
            owes_acknowledgement,
        };
        let client = match translation::owner(&bundle, &intake.endpoint, endpoint, key) {
            Owner::Client(client) => client,
            Owner::Unknown(_) => return Ok(give(self.stranger(intake, interchange)?, false)),
        };
        let owes = translation::acknowledgement_of(&client.partner, key).is_some()
            && has_business
            && !key.control_number.is_empty();
        if let Some(fault) = &interchange.fault {
            // Of a file that was cut off the rest may still come; the sender is told when it never does.
            let is_told =
                answering(&key.syntax).is_some_and(|answering| answering.refusal(&fault.code).is_some());
            return Ok(match is_told && fault.code != Code::I101.text() {
                true => give(Verdict::Reject(fault.clone()), owes),
                false => give(Verdict::Quarantine(fault.clone()), false),
            });
        }
        if key.control_number.is_empty() {
            return Ok(give(self.compare_bytes(intake, interchange, client)?, false));
        }
        if let Some(finding) = translation::other_usage(client, key) {
            return Ok(give(Verdict::Reject(Reason::new(finding.code.text()).detail(finding.title())), owes));
        }
        let verdict = self.compare(intake, interchange, client.partner.duplicates.window)?;
        if verdict == Verdict::Accept {
            self.sequence(interchange)?;
        }
        let owes = owes && !matches!(verdict, Verdict::Quarantine(_));
        Ok(give(verdict, owes))
    }

    /// The verdict on an interchange of nobody we know. Nobody can be answered; what its messages are is told of each, and
    /// whether somebody should be known is for a person to say. However often it comes meanwhile, one of them waits for that.
    fn stranger(&self, intake: &Intake, interchange: &Interchange) -> Result<Verdict, GatewayError> {
        match &interchange.fault {
            Some(fault) => Ok(Verdict::Quarantine(fault.clone())),
            None if interchange.key.control_number.is_empty() => {
                let earlier = self.ledger.find_same_bytes(interchange.id)?;
                Ok(earlier.map_or(Verdict::Accept, |earlier| Verdict::DuplicateOf(earlier.id)))
            }
            None => self.compare(intake, interchange, Duration::MAX),
        }
    }

    /// Whether the interchange came before, so long before it.
    fn compare(
        &self,
        intake: &Intake,
        interchange: &Interchange,
        window: Duration,
    ) -> Result<Verdict, GatewayError> {
        let found = self.ledger.find_interchanges(interchange.key.clone(), interchange.id)?;
        let earlier: Vec<Earlier<InterchangeId>> = found.iter().filter_map(standing).collect();
        let window = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        let sha = interchange.sha.unwrap_or(intake.sha);
        Ok(match duplicates::judge(sha, intake.received_at, &earlier, window) {
            duplicates::Verdict::New | duplicates::Verdict::Process { .. } => Verdict::Accept,
            duplicates::Verdict::Duplicate { of, .. } => Verdict::DuplicateOf(of),
            duplicates::Verdict::Quarantine { reason, of } => {
                let why = format!("interchange {of} has the number {}", interchange.key.control_number);
                Verdict::Quarantine(Reason::new(reason).detail(why))
            }
        })
    }

    /// Whether a file without a control number came before, byte for byte.
    fn compare_bytes(
        &mut self,
        intake: &Intake,
        interchange: &Interchange,
        client: &Client,
    ) -> Result<Verdict, GatewayError> {
        let Some(earlier) = self.ledger.find_same_bytes(interchange.id)? else { return Ok(Verdict::Accept) };
        let (policy, age) = (
            &client.partner.duplicates,
            intake.received_at.unix_ms.saturating_sub(earlier.received_at.unix_ms),
        );
        if u128::try_from(age).is_ok_and(|age| age > policy.window.as_millis()) {
            return Ok(Verdict::Accept);
        }
        let first = format!("f{}", earlier.intake);
        self.note(
            FindingOwner::Interchange(interchange.id),
            &[Diagnostic::new(Code::I134).with("file", first)],
        )?;
        Ok(match policy.same_bytes {
            SameBytes::Process => Verdict::Accept,
            SameBytes::Duplicate => Verdict::DuplicateOf(earlier.id),
        })
    }

    /// What the control number of an interchange that is accepted says about those that did not come.
    fn sequence(&mut self, interchange: &Interchange) -> Result<(), GatewayError> {
        let Ok(number) = interchange.key.control_number.parse::<u64>() else { return Ok(()) };
        let Some(last) = self.ledger.last_number(interchange.id)? else { return Ok(()) };
        let finding = match sequence::step(last, number) {
            Step::Next => return Ok(()),
            Step::Gap { first, count } => {
                Diagnostic::new(Code::I135).with("first", first.to_string()).with("count", count.to_string())
            }
            Step::Late => Diagnostic::new(Code::I136).with("last", last.to_string()),
        };
        let finding = finding.with("number", number.to_string());
        self.note(FindingOwner::Interchange(interchange.id), &[finding])
    }

    /// Sets an intake aside with what was found, and its bytes out of the way.
    fn quarantine(&mut self, intake: &Intake, findings: Vec<Diagnostic>) -> Result<(), GatewayError> {
        let first = &findings[0];
        let reason = Reason::new(first.code.text()).detail(first.title());
        if intake.state != IntakeState::Quarantined {
            self.ledger.quarantine_intake(intake.id, reason, self.clock.now())?;
        }
        self.note(FindingOwner::Intake(intake.id), &findings)?;
        self.spool.set_aside(intake)
    }

    /// Keeps findings about a file or an envelope.
    fn note(&mut self, owner: FindingOwner, findings: &[Diagnostic]) -> Result<(), GatewayError> {
        if findings.is_empty() {
            return Ok(());
        }
        let nowhere = Sources::default();
        let rows = findings.iter().take(self.limits.message_findings);
        let rows = rows.map(|finding| Finding::of(finding, &nowhere)).collect();
        Ok(self.ledger.note_findings(owner, rows)?)
    }
}

impl Pass {
    fn take(&mut self, format: &str, row: &Row) {
        let last = self.has_business.last_mut();
        match (row, last) {
            (Row::Interchange(_), _) => {
                self.has_business.push(false);
                self.functional_id.clear();
            }
            (Row::Group(GroupRow { functional_id, .. }), Some(has_business)) => {
                // A group without a name says nothing about what is in it.
                *has_business |= !functional_id.is_empty() && !is_answer(format, functional_id, "");
                self.functional_id.clone_from(functional_id);
            }
            (Row::Message(row), Some(has_business)) => {
                *has_business |= !is_answer(format, &self.functional_id, &row.kind);
            }
            (Row::InterchangeEnd { fault, .. }, _) => {
                let is_cut_off = fault.as_ref().is_some_and(|fault| fault.code == Code::I101);
                self.ended += usize::from(!is_cut_off);
                let room = self.findings_max.saturating_sub(self.faults.len());
                self.faults.extend(fault.iter().take(room).map(Fault::diagnostic));
            }
            (Row::Finding(finding), _) if self.notes.len() < self.findings_max => {
                self.notes.push(Diagnostic::clone(finding));
            }
            (Row::Unclaimed { start, .. }, _) if self.notes.len() < self.findings_max => {
                let shown: String = start.iter().take(SHOWN_BYTES).map(|&byte| plain(byte)).collect();
                self.notes.push(Diagnostic::new(Code::I105).with("found", shown));
            }
            _ => {}
        }
    }
}

/// An earlier interchange as the policy sees it. One that was a repeat itself stands for nothing.
fn standing(found: &EarlierInterchange) -> Option<Earlier<InterchangeId>> {
    let outcome = match found.state {
        InterchangeState::Duplicate => return None,
        InterchangeState::Quarantined => Outcome::Quarantined,
        InterchangeState::Rejected => Outcome::Rejected,
        _ if found.accepted > 0 => Outcome::Accepted,
        _ if found.undecided > 0 => Outcome::Open,
        _ => Outcome::Rejected,
    };
    Some(Earlier { id: found.id, sha: found.sha, outcome, received_at: found.received_at })
}

/// A byte as a person may see it.
fn plain(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }
}
