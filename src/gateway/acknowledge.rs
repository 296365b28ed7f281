//! Answers to interchanges: made from ledger rows once the last verdict is in, never from memory.

use super::answer_file::AnswerFile;
use super::bundle::Bundle;
use super::plan::{Draft, Settled};
use super::{Gateway, GatewayError, framing, names, translation};
use crate::exchange::acknowledge::{
    AcknowledgedFinding, AcknowledgedGroup, AcknowledgedInterchange, AcknowledgedMessage,
};
use crate::exchange::answering::{Answer, AnswerWriter, Answering, Each, WholeInterchange, answering};
use crate::exchange::states::{InterchangeState, MessageState};
use crate::formats::Totals;
use crate::ledger::{
    AckGroup, AckMessage, DeliveryId, DeliveryKind, DueAck, Finding, Intake, Interchange, InterchangeId,
    OutputIds, SyntaxVerdict,
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
        if self.settings.endpoints.get(to).is_some_and(|endpoint| !endpoint.is_for(&client.id)) {
            return Ok(Err(format!("the endpoint {to} belongs to other clients")));
        }
        let Some(layout) = bundle.layouts.get(&policy.guide) else {
            return Ok(Err(format!("the guide {} is not there", policy.guide)));
        };
        let Some(answering) = answering(&key.syntax) else {
            return Ok(Err(format!("nothing of the format {} is acknowledged", key.syntax)));
        };
        let Some(received) = self.received(&intake, &bundle, interchange, answering)? else {
            return Ok(Err("it carries answers or nothing".into()));
        };
        let mut draft = Draft {
            key: key_of(due),
            kind: DeliveryKind::Acknowledgement,
            client,
            identities: translation::identities_in(&client.partner, key),
            endpoint: to,
            mark: mark_of(due),
            number: &key.control_number,
            word: None,
            layout: &**layout,
            acknowledges: Some(interchange.id),
        };
        match answering.answer(&received, policy.detail(), &**layout) {
            Ok(Answer::Messages { each, writer }) => {
                self.answer_messages(&draft, interchange.id, answering, each, writer)
            }
            Ok(Answer::Interchange { word, write }) => {
                draft.word = Some(word);
                self.answer_whole(&draft, &write).map(Ok)
            }
            Err(why) => Ok(Err(why)),
        }
    }

    /// The facts about an interchange as a whole; `None` if it must not be answered.
    fn received(
        &self,
        intake: &Intake,
        bundle: &Bundle,
        interchange: &Interchange,
        answering: &dyn Answering,
    ) -> Result<Option<AcknowledgedInterchange>, GatewayError> {
        let mut file = self.intake_file(intake)?;
        let header = self.head_at(intake, bundle, interchange, file.as_mut())?;
        let is_refused = interchange.state == InterchangeState::Rejected;
        let code = interchange.reason.as_ref().map(|reason| reason.code.clone()).unwrap_or_default();
        let kinds = self.functional_ids(interchange.id)?;
        let kinds = kinds.iter().map(String::as_str);
        Ok(AcknowledgedInterchange::new(answering, header, is_refused.then_some(code), kinds))
    }

    /// An answer that is no message.
    fn answer_whole(&mut self, draft: &Draft<'_>, write: &WholeInterchange) -> Result<(), GatewayError> {
        let (envelope, numbers) = self.envelope(draft)?;
        let mut bytes = Vec::new();
        write(&envelope, &mut bytes);
        let mut file = self.spool.create(&format!("spool/{}", draft.spool_path()))?;
        file.write(&bytes)?;
        self.fix(
            draft,
            Settled {
                envelope: &envelope,
                numbers,
                outputs: OutputIds::default(),
                collection: None,
                findings: Vec::new(),
            },
            file,
        )
    }

    /// An answer in messages, group by group and page by page: there may be more than can be held at once.
    fn answer_messages(
        &mut self,
        draft: &Draft<'_>,
        interchange: InterchangeId,
        answering: &dyn Answering,
        each: Each,
        writer: Box<dyn AnswerWriter + '_>,
    ) -> Result<Result<(), Unanswerable>, GatewayError> {
        let (envelope, numbers) = self.envelope(draft)?;
        let file = self.begin_draft(draft, &envelope)?;
        let mut answer = AnswerFile::begin(draft.layout, &envelope, file, each, writer)?;
        let mut after = None;
        loop {
            let groups = self.ledger.ack_groups(interchange, after, PAGE)?;
            let Some(last) = groups.last() else { break };
            after = Some(last.id);
            for group in &groups {
                if let Some(head) = acknowledged(answering, group) {
                    self.answer_group(&mut answer, group, head)?;
                }
            }
        }
        match answer.end()? {
            Ok((file, bodies)) => {
                let totals = Totals { bodies, ..Totals::default() };
                let settled = Settled {
                    envelope: &envelope,
                    numbers,
                    outputs: OutputIds::default(),
                    collection: None,
                    findings: Vec::new(),
                };
                self.end_draft(draft, settled, &totals, file).map(Ok)
            }
            Err(why) => Ok(Err(why)),
        }
    }

    fn answer_group(
        &self,
        answer: &mut AnswerFile<'_>,
        group: &AckGroup,
        head: AcknowledgedGroup,
    ) -> Result<(), GatewayError> {
        if !answer.begin_group(head)? {
            return Ok(());
        }
        let mut after = None;
        loop {
            let messages = self.ledger.ack_messages(group.id, after, PAGE)?;
            let Some(last) = messages.last() else { break };
            after = Some(last.id);
            answer.messages(messages.iter().map(|message| acknowledged_message(message, group)))?;
        }
        answer.end_group()
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

/// The key of an answer: the first one of its interchange, or the next that corrects it.
fn key_of(due: &DueAck) -> String {
    match due.made {
        0 => format!("ack:{}", due.interchange.id),
        made => format!("ack:{}:{made}", due.interchange.id),
    }
}

/// What stands in its file name for it.
fn mark_of(due: &DueAck) -> String {
    key_of(due).replacen("ack:", "a", 1).replace(':', "-")
}

/// Whether a message's syntax was refused. One without a verdict of its own was refused with its envelope.
fn is_refused(message: &AckMessage) -> bool {
    message.syntax.map_or(message.state == MessageState::Rejected, SyntaxVerdict::is_refusal)
}

/// A group as it is answered, without its messages. `None` if it is an answer itself.
fn acknowledged(answering: &dyn Answering, group: &AckGroup) -> Option<AcknowledgedGroup> {
    let mut answer =
        AcknowledgedGroup::new(answering, &group.functional_id, &group.control_number, &group.version)?;
    (answer.sender, answer.receiver) = (group.sender.clone(), group.receiver.clone());
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
        version: message.version.clone(),
        control_number: message.control_number.clone(),
        findings: findings.collect(),
        is_refused: group.fault.is_none() && is_refused(message),
    }
}
