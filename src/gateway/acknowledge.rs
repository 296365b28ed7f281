//! Answers to interchanges: made from ledger rows once the last verdict is in, never from memory.

use super::plan::Draft;
use super::{Gateway, GatewayError, framing, names, translation};
use crate::diagnostics::{Diagnostics, Severity};
use crate::exchange::acknowledge::{AcknowledgedFinding, AcknowledgedGroup, AcknowledgedMessage};
use crate::exchange::functional_acknowledgement::functional_acknowledgement;
use crate::exchange::interchange_acknowledgement::{
    AcknowledgedInterchange, InterchangeVerdict, interchange_acknowledgement,
};
use crate::exchange::states::InterchangeState;
use crate::exchange::told::InterchangeNote;
use crate::formats::Layout;
use crate::formats::x12::Delimiters;
use crate::ledger::{
    AckFacts, AckGroup, AckMessage, DeliveryId, DeliveryKind, DueAck, Finding, Interchange, Reason,
    SyntaxVerdict,
};

/// Most answers looked at in one step.
const STEP_ANSWERS: usize = 64;

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
        let translation::Owner::Client(client) =
            translation::owner(&bundle, &intake.endpoint, endpoint, &key.sender, &key.receiver)
        else {
            return Ok(Err("nobody has its ids".into()));
        };
        let Some(policy) = &client.partner.acknowledge else { return Ok(Err("no way is set for it".into())) };
        let Some(layout) = bundle.layouts.get(&policy.guide) else {
            return Ok(Err(format!("the guide {} is not there", policy.guide)));
        };
        let is_refused = interchange.state == InterchangeState::Rejected;
        let draft = Draft {
            key: format!("ack:{}", interchange.id),
            kind: DeliveryKind::Acknowledgement,
            client,
            endpoint: &policy.to,
            mark: format!("a{}", interchange.id),
            number: &key.control_number,
            word: is_refused.then_some("TA1"),
            layout: &**layout,
            outputs: Vec::new(),
            acknowledges: Some(interchange.id),
        };
        let facts = self.ledger.ack_facts(interchange.id)?;
        if !is_refused {
            return match bodies(&facts, &**layout) {
                Ok(bodies) => self.plan_answer(&draft, &bodies).map(Ok),
                Err(why) => Ok(Err(why)),
            };
        }
        let mut file = self.intake_file(&intake)?;
        let row = self.head_at(&intake, &bundle, interchange, file.as_mut())?;
        let groups = facts.groups.iter().map(|group| group.functional_id.as_str());
        let Some(refused) = AcknowledgedInterchange::new(&row, groups) else {
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
        let name = format!("delivery/{}", draft.key.replace(':', "-"));
        let mut file = self.spool.create(&format!("spool/{name}"))?;
        file.write(&bytes)?;
        let written = file.finish()?;
        self.fix(&draft, &envelope, numbers, name, written).map(Ok)
    }

    fn plan_answer(&mut self, draft: &Draft<'_>, bodies: &[Vec<u8>]) -> Result<(), GatewayError> {
        self.plan_draft(draft, |envelope, file| {
            let mut whole = Vec::new();
            for (ordinal, body) in bodies.iter().enumerate() {
                whole.clear();
                draft.layout.wrap_body(envelope, ordinal as u32 + 1, body, &mut whole);
                file.write(&whole)?;
            }
            Ok(bodies.len() as u32)
        })
    }

    /// The stored answer goes out again: the partner probably lost it.
    fn answer_again(&mut self, earlier: DeliveryId, interchange: &Interchange) -> Result<(), GatewayError> {
        let first = self.ledger.delivery(earlier)?;
        let name = names::again(&first.name, &format!("again{}-{}", interchange.intake, interchange.ordinal));
        self.ledger.resend(earlier, name, Some(interchange.id), self.clock.now())?;
        Ok(())
    }
}

/// The bodies of the functional acknowledgements of an interchange: one for each group that is no answer itself.
fn bodies(facts: &AckFacts, layout: &dyn Layout) -> Result<Vec<Vec<u8>>, Unanswerable> {
    let mut bodies = Vec::new();
    for group in facts.groups.iter().filter_map(acknowledged) {
        let (mut body, mut findings) = (Vec::new(), Diagnostics::new());
        functional_acknowledgement(&group, layout, &mut body, &mut findings);
        if let Some(finding) = findings.as_slice().iter().find(|finding| finding.severity >= Severity::Hold) {
            return Err(finding.title());
        }
        bodies.push(body);
    }
    if bodies.is_empty() { Err("it has no group to answer".into()) } else { Ok(bodies) }
}

fn acknowledged(group: &AckGroup) -> Option<AcknowledgedGroup> {
    let mut answer = AcknowledgedGroup::new(&group.functional_id, &group.control_number, &group.version)?;
    if let Some(fault) = &group.fault {
        if let Some(finding) = framing::finding(fault).filter(|_| fault.code == "X402") {
            answer.included = finding.argument("found").parse().ok();
        }
        answer.faults.push(fault.code.clone());
    }
    answer.messages = group.messages.iter().map(|message| acknowledged_message(message, group)).collect();
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
