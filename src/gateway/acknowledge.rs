//! Answers to interchanges: made from ledger rows once the last verdict is in, never from memory.

use super::plan::Draft;
use super::spool::Writing;
use super::{Gateway, GatewayError, framing, names, translation};
use crate::diagnostics::{Diagnostics, Severity};
use crate::exchange::acknowledge::{AcknowledgedFinding, AcknowledgedGroup, AcknowledgedMessage};
use crate::exchange::functional_acknowledgement::FunctionalAcknowledgement;
use crate::exchange::interchange_acknowledgement::{
    AcknowledgedInterchange, InterchangeVerdict, interchange_acknowledgement,
};
use crate::exchange::states::InterchangeState;
use crate::exchange::told::InterchangeNote;
use crate::formats::x12::Delimiters;
use crate::formats::{Envelope, Layout, Totals};
use crate::ledger::{
    AckGroup, AckMessage, DeliveryId, DeliveryKind, DueAck, Finding, Interchange, InterchangeId, Reason,
    SyntaxVerdict,
};
use std::collections::BTreeSet;

/// Most answers looked at in one step.
const STEP_ANSWERS: usize = 64;
/// Groups or messages of an interchange that are held at once.
const PAGE: usize = 256;

/// Why an interchange gets no answer. For people: it is said in the log, and the interchange stays open.
type Unanswerable = String;

impl Gateway {
    /// Plans acknowledgements that are due. Says whether there were any.
    pub(super) fn acknowledge_some(&mut self) -> Result<bool, GatewayError> {
        let due = self.ledger.due_acks(STEP_ANSWERS + self.unanswerable.len())?;
        let mut planned = false;
        for due in due {
            let interchange = due.interchange.id;
            if self.unanswerable.contains(&interchange) {
                continue;
            }
            match self.acknowledge(&due)? {
                Ok(()) => planned = true,
                Err(why) => {
                    tracing::error!(%interchange, why, "an acknowledgement that is owed cannot be made");
                    self.unanswerable.insert(interchange);
                }
            }
        }
        Ok(planned)
    }

    fn acknowledge(&mut self, due: &DueAck) -> Result<Result<(), Unanswerable>, GatewayError> {
        let interchange = &due.interchange;
        if interchange.state == InterchangeState::Duplicate {
            let Some(earlier) = due.earlier else {
                return Ok(Err("the earlier interchange was never answered".into()));
            };
            return self.answer_again(earlier, interchange).map(Ok);
        }
        let intake = self.ledger.intake(interchange.intake)?;
        let bundle = self.bundle(intake.bundle)?;
        let endpoint = self.settings.endpoints.get(&intake.endpoint);
        let key = &interchange.key;
        let translation::Owner::Client(client) = translation::owner(&bundle, &intake.endpoint, endpoint, key)
        else {
            return Ok(Err("nobody has its ids".into()));
        };
        let Some((policy, to)) = translation::acknowledgement_of(&client.partner, key) else {
            return Ok(Err("no way is set for it".into()));
        };
        let Some(layout) = bundle.layouts.get(&policy.guide) else {
            return Ok(Err(format!("the guide {} is not there", policy.guide)));
        };
        let is_refused = interchange.state == InterchangeState::Rejected;
        let draft = Draft {
            key: format!("ack:{}", interchange.id),
            kind: DeliveryKind::Acknowledgement,
            client,
            identities: translation::identities_of(&client.partner, key),
            endpoint: to,
            mark: format!("a{}", interchange.id),
            number: &key.control_number,
            word: is_refused.then_some("TA1"),
            layout: &**layout,
            outputs: Vec::new(),
            acknowledges: Some(interchange.id),
        };
        if !is_refused {
            return self.answer_groups(&draft, interchange.id);
        }
        let mut file = self.intake_file(&intake)?;
        let row = self.head_at(&intake, &bundle, interchange, file.as_mut())?;
        let kinds = self.functional_ids(interchange.id)?;
        let Some(refused) = AcknowledgedInterchange::new(&row, kinds.iter().map(String::as_str)) else {
            return Ok(Err("a TA1 cannot name it".into()));
        };
        let (envelope, numbers) = self.envelope(&draft)?;
        let mut bytes = Vec::new();
        interchange_acknowledgement(
            &refused,
            InterchangeVerdict::Rejected,
            note(interchange.reason.as_ref()),
            &envelope,
            &row.version,
            &Delimiters::of(layout.guide()).unwrap_or_default(),
            &mut bytes,
        );
        let mut file = self.spool.create(&format!("spool/{}", draft.spool_path()))?;
        file.write(&bytes)?;
        let written = file.finish()?;
        self.fix(&draft, &envelope, numbers, draft.spool_path(), written).map(Ok)
    }

    /// One functional acknowledgement for each group that is no answer itself, group by group and page by page: there
    /// may be more messages than can be held at once.
    fn answer_groups(
        &mut self,
        draft: &Draft<'_>,
        interchange: InterchangeId,
    ) -> Result<Result<(), Unanswerable>, GatewayError> {
        let (envelope, numbers) = self.envelope(draft)?;
        let mut file = self.begin_draft(draft, &envelope)?;
        let (mut after, mut count) = (None, 0);
        loop {
            let groups = self.ledger.ack_groups(interchange, after, PAGE)?;
            let Some(last) = groups.last() else { break };
            after = Some(last.id);
            for group in &groups {
                let Some(head) = acknowledged(group) else { continue };
                count += 1;
                if let Err(why) =
                    self.answer_group(group, &head, draft.layout, &envelope, count, &mut file)?
                {
                    return Ok(Err(why));
                }
            }
        }
        if count == 0 {
            return Ok(Err("it has no group to answer".into()));
        }
        let totals = Totals { bodies: count, ..Totals::default() };
        self.end_draft(draft, &envelope, numbers, &totals, file).map(Ok)
    }

    fn answer_group(
        &self,
        group: &AckGroup,
        head: &AcknowledgedGroup,
        layout: &dyn Layout,
        envelope: &Envelope,
        ordinal: u32,
        file: &mut Writing,
    ) -> Result<Result<(), Unanswerable>, GatewayError> {
        let (mut piece, mut findings) = (Vec::new(), Diagnostics::new());
        layout.begin_body(envelope, ordinal, &mut piece);
        file.write(&piece)?;
        piece.clear();
        let mut segments = 0;
        let answer = FunctionalAcknowledgement::begin(head, layout, &mut piece, &mut findings);
        if let Some(mut answer) = answer {
            let mut after = None;
            loop {
                let messages = self.ledger.ack_messages(group.id, after, PAGE)?;
                let Some(last) = messages.last() else { break };
                after = Some(last.id);
                for message in &messages {
                    answer.message(&acknowledged_message(message, group), &mut piece, &mut findings);
                }
                segments += layout.segments_in(&piece);
                file.write(&piece)?;
                piece.clear();
            }
            answer.end(&mut piece, &mut findings);
        }
        if let Some(finding) = findings.as_slice().iter().find(|finding| finding.severity >= Severity::Hold) {
            return Ok(Err(finding.title()));
        }
        segments += layout.segments_in(&piece);
        layout.end_body(envelope, ordinal, segments, &mut piece);
        file.write(&piece)?;
        Ok(Ok(()))
    }

    /// What the groups of an interchange hold, each kind once.
    fn functional_ids(&self, interchange: InterchangeId) -> Result<BTreeSet<String>, GatewayError> {
        let (mut all, mut after) = (BTreeSet::new(), None);
        loop {
            let groups = self.ledger.ack_groups(interchange, after, PAGE)?;
            let Some(last) = groups.last() else { return Ok(all) };
            after = Some(last.id);
            all.extend(groups.into_iter().map(|group| group.functional_id));
        }
    }

    /// The stored answer goes out again: the partner probably lost it.
    fn answer_again(&mut self, earlier: DeliveryId, interchange: &Interchange) -> Result<(), GatewayError> {
        let first = self.ledger.delivery(earlier)?;
        let name = names::again(&first.name, &format!("again{}-{}", interchange.intake, interchange.ordinal));
        self.ledger.resend(earlier, name, Some(interchange.id), self.clock.now())?;
        Ok(())
    }
}

/// A group as it is answered, without its messages. `None` if it is an answer itself.
fn acknowledged(group: &AckGroup) -> Option<AcknowledgedGroup> {
    let mut answer = AcknowledgedGroup::new(&group.functional_id, &group.control_number, &group.version)?;
    if let Some(fault) = &group.fault {
        if let Some(finding) = framing::finding(fault).filter(|_| fault.code == "X402") {
            answer.included = finding.argument("found").parse().ok();
        }
        answer.faults.push(fault.code.clone());
    }
    Some(answer)
}

fn acknowledged_message(message: &AckMessage, group: &AckGroup) -> AcknowledgedMessage {
    // A fault of the group is told of the group, though every message of it was refused for it.
    let of_group = |finding: &&Finding| group.fault.as_ref().is_none_or(|fault| fault.code != finding.code);
    let findings = message.findings.iter().filter(of_group).map(|finding| AcknowledgedFinding {
        code: finding.code.clone(),
        severity: finding.severity,
        place: finding.place.clone().unwrap_or_default(),
        value: finding
            .arguments
            .iter()
            .find(|(name, _)| name == "value")
            .map(|(_, value)| value.clone())
            .unwrap_or_default(),
    });
    AcknowledgedMessage {
        kind: message.kind.clone(),
        control_number: message.control_number.clone(),
        findings: findings.collect(),
        is_refused: group.fault.is_none() && message.syntax == Some(SyntaxVerdict::Rejected),
    }
}

/// The note a refused interchange was refused with.
fn note(reason: Option<&Reason>) -> InterchangeNote {
    let code = reason.map_or("", |reason| reason.code.as_str());
    InterchangeNote::ALL
        .iter()
        .find(|(_, known)| *known == code)
        .map_or(InterchangeNote::StructureInvalid, |(note, _)| *note)
}
