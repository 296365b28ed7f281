//! Answers to interchanges: made from ledger rows once the last verdict is in, never from memory.

use super::answer_file::AnswerFile;
use super::answer_policy::{Waiting, policy_of};
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

/// What is written of an answer in messages.
struct Messages<'a> {
    each: Each,
    /// Who writes about which interchange.
    writers: Vec<(InterchangeId, Box<dyn AnswerWriter + 'a>)>,
    /// What is said of interchanges as a whole.
    between: Vec<u8>,
}

/// What became of an answer that is owed.
enum Next {
    /// It is planned, or nothing need be said.
    Done,
    /// It waits for others.
    Waits(Box<Waiting>),
}

impl Gateway {
    /// Plans acknowledgements that are due. Says whether there were any.
    pub(super) fn acknowledge_some(&mut self) -> Result<bool, GatewayError> {
        let passed = self.owed.unanswerable.len() + self.owed.waiting;
        let due = self.ledger.due_acks(STEP_ANSWERS + passed)?;
        let (mut planned, mut waiting) = (false, Vec::new());
        for due in due {
            let interchange = due.interchange.id;
            if self.owed.unanswerable.contains(&interchange) {
                continue;
            }
            match self.acknowledge(&due)? {
                Ok(Next::Done) => planned = true,
                Ok(Next::Waits(one)) => waiting.push(*one),
                Err(why) => self.give_up(interchange, &why),
            }
        }
        let answered = self.answer_waiting(waiting)?;
        Ok(planned || answered)
    }

    /// An acknowledgement that is owed cannot be made: it is said once, and not tried again by this process.
    pub(super) fn give_up(&mut self, interchange: InterchangeId, why: &str) {
        tracing::error!(%interchange, why, "an acknowledgement that is owed cannot be made");
        self.owed.unanswerable.insert(interchange);
    }

    fn acknowledge(&mut self, due: &DueAck) -> Result<Result<Next, Unanswerable>, GatewayError> {
        let interchange = &due.interchange;
        if interchange.state == InterchangeState::Duplicate {
            match due.earlier {
                Some(earlier) => self.answer_again(earlier, interchange)?,
                // The first was not answered either.
                None => self.ledger.forgo_acknowledgement(interchange.id)?,
            }
            return Ok(Ok(Next::Done));
        }
        let intake = self.ledger.intake(interchange.intake)?;
        let bundle = self.bundle(due.bundle)?;
        let (client, policy, _) = match policy_of(self, &bundle, &intake, due) {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        if !self.is_worth_telling(policy, due)? {
            self.ledger.forgo_acknowledgement(interchange.id)?;
            return Ok(Ok(Next::Done));
        }
        if let Some(waiting) = self.waits(policy, due, &intake, &client.id) {
            return Ok(Ok(Next::Waits(Box::new(waiting))));
        }
        Ok(self.answer(&[due])?.map(|()| Next::Done))
    }

    /// Answers interchanges of one owner and sender in one file.
    pub(super) fn answer(&mut self, dues: &[&DueAck]) -> Result<Result<(), Unanswerable>, GatewayError> {
        let [first, ..] = dues else { return Ok(Err("there is nothing to answer".into())) };
        let intake = self.ledger.intake(first.interchange.intake)?;
        let bundle = self.bundle(first.bundle)?;
        let (client, policy, to) = match policy_of(self, &bundle, &intake, first) {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        let Some(layout) = bundle.layouts.get(&policy.guide) else {
            return Ok(Err(format!("the guide {} is not there", policy.guide)));
        };
        let key = &first.interchange.key;
        let Some(answering) = answering(&key.syntax) else {
            return Ok(Err(format!("nothing of the format {} is acknowledged", key.syntax)));
        };
        let mut received = Vec::new();
        for due in dues {
            let intake = self.ledger.intake(due.interchange.intake)?;
            match self.received(&intake, &bundle, &due.interchange, answering)? {
                Some(facts) => received.push((due.interchange.id, facts)),
                None => return Ok(Err("it carries answers or nothing".into())),
            }
        }
        let mut draft = Draft {
            key: key_of(dues),
            kind: DeliveryKind::Acknowledgement,
            client,
            identities: translation::identities_in(&client.partner, key),
            endpoint: to,
            mark: mark_of(dues),
            number: &key.control_number,
            word: None,
            groups: 1,
            layout: &**layout,
            acknowledges: dues.iter().map(|due| due.interchange.id).collect(),
        };
        let mut messages = Messages { each: Each::Interchange, writers: Vec::new(), between: Vec::new() };
        for (id, facts) in &received {
            match answering.answer(facts, policy.wanted(), &**layout) {
                Ok(Answer::Messages { each, writer, between }) => {
                    messages.each = each;
                    messages.between.extend(between);
                    messages.writers.push((*id, writer));
                }
                Ok(Answer::Interchange { word, write }) if dues.len() == 1 => {
                    draft.word = Some(word);
                    return self.answer_whole(&draft, &write).map(Ok);
                }
                Ok(Answer::Interchange { word, .. }) => {
                    return Ok(Err(format!("a {word} stands in a file of its own")));
                }
                Err(why) => return Ok(Err(why)),
            }
        }
        self.answer_messages(&draft, answering, messages)
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
                further_groups: Vec::new(),
                findings: Vec::new(),
            },
            file,
        )
    }

    /// An answer in messages, group by group and page by page: there may be more than can be held at once.
    fn answer_messages(
        &mut self,
        draft: &Draft<'_>,
        answering: &dyn Answering,
        messages: Messages<'_>,
    ) -> Result<Result<(), Unanswerable>, GatewayError> {
        let (mut envelope, numbers) = self.envelope(draft)?;
        envelope.between = messages.between;
        let file = self.begin_draft(draft, &envelope)?;
        let mut answer = AnswerFile::begin(draft.layout, &envelope, file, messages.each);
        for (interchange, writer) in messages.writers {
            answer.begin_interchange(writer)?;
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
            answer.end_interchange()?;
        }
        match answer.end() {
            Ok((file, bodies)) => {
                let totals = Totals { bodies, ..Totals::default() };
                let settled = Settled {
                    envelope: &envelope,
                    numbers,
                    outputs: OutputIds::default(),
                    collection: None,
                    further_groups: Vec::new(),
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

/// The key of an answer: the first one of its interchange, the next that corrects it, or one of several interchanges.
fn key_of(dues: &[&DueAck]) -> String {
    match dues {
        [due] if due.made == 0 => format!("ack:{}", due.interchange.id),
        [due] => format!("ack:{}:{}", due.interchange.id, due.made),
        _ => {
            let ids = dues.iter().map(|due| due.interchange.id);
            let (first, last) = (ids.clone().min(), ids.max());
            let text = |id: Option<InterchangeId>| id.map(|id| id.to_string()).unwrap_or_default();
            format!("acks:{}:{}", text(first), text(last))
        }
    }
}

/// What stands in its file name for it.
fn mark_of(dues: &[&DueAck]) -> String {
    key_of(dues).replacen("acks:", "c", 1).replacen("ack:", "a", 1).replace(':', "-")
}

/// Whether a message's syntax was refused. One without a verdict of its own was refused with its envelope.
pub(super) fn is_refused(message: &AckMessage) -> bool {
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
