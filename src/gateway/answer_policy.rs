//! Which answers a client wants, and when: what need not be said, and what waits to be said together.

use super::bundle::Bundle;
use super::settings::{Acknowledge, AcknowledgeWhen};
use super::{Gateway, GatewayError, acknowledge, translation};
use crate::base::clock::{Monotonic, Timestamp};
use crate::base::hash::Sha;
use crate::exchange::states::InterchangeState;
use crate::ledger::{DueAck, Intake, InterchangeId, SyntaxVerdict};
use std::collections::HashSet;

/// Most interchanges that are answered in one file.
pub(super) const TOGETHER_MAX: usize = 256;
/// Groups or messages of an interchange that are held at once.
const PAGE: usize = 256;

/// What is known of answers that are owed and not made. It is a matter of speed alone: all of it follows from the ledger.
#[derive(Default)]
pub(super) struct Owed {
    /// Interchanges whose acknowledgement cannot be made, so that they are not tried at every step.
    pub(super) unanswerable: HashSet<InterchangeId>,
    /// How many waited for others the last time.
    pub(super) waiting: usize,
    /// When the first of them will have waited long enough.
    pub(super) next: Option<Timestamp>,
    /// Nothing more will come, so nothing waits.
    pub(super) is_closing: bool,
}

/// An answer that may leave with others.
pub(super) struct Waiting {
    pub(super) due: DueAck,
    /// Those with the same are answered in one file: the configuration, and who to whom.
    pub(super) lane: Lane,
    /// When it leaves with those that are there by then.
    pub(super) until: Timestamp,
}

/// What answers in one file have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lane {
    bundle: Sha,
    client: String,
    syntax: String,
    sender: String,
    receiver: String,
}

impl Gateway {
    /// Whether the policy has anything said about an interchange. What was said before is always corrected.
    pub(super) fn is_worth_telling(&self, policy: &Acknowledge, due: &DueAck) -> Result<bool, GatewayError> {
        if policy.when == AcknowledgeWhen::Always || due.made > 0 {
            return Ok(true);
        }
        Ok(self.worst_of(due)? >= policy.when)
    }

    /// What is the worst to be said of an interchange.
    fn worst_of(&self, due: &DueAck) -> Result<AcknowledgeWhen, GatewayError> {
        if due.interchange.state == InterchangeState::Rejected {
            return Ok(AcknowledgeWhen::Refused);
        }
        let (mut worst, mut after) = (AcknowledgeWhen::Always, None);
        loop {
            let groups = self.ledger.ack_groups(due.interchange.id, after, PAGE)?;
            let Some(last) = groups.last() else { return Ok(worst) };
            after = Some(last.id);
            for group in &groups {
                worst = worst.max(match group.fault {
                    Some(_) => AcknowledgeWhen::Refused,
                    None => self.worst_message(group.id)?,
                });
            }
        }
    }

    fn worst_message(&self, group: crate::ledger::GroupId) -> Result<AcknowledgeWhen, GatewayError> {
        let (mut worst, mut after) = (AcknowledgeWhen::Always, None);
        loop {
            let messages = self.ledger.ack_messages(group, after, PAGE)?;
            let Some(last) = messages.last() else { return Ok(worst) };
            after = Some(last.id);
            for message in &messages {
                worst = worst.max(match message.syntax {
                    _ if acknowledge::is_refused(message) => AcknowledgeWhen::Refused,
                    Some(SyntaxVerdict::AcceptedWithErrors) => AcknowledgeWhen::Noted,
                    _ => AcknowledgeWhen::Always,
                });
            }
        }
    }

    /// The answer among those that wait, if the policy has it wait. A refusal of the whole interchange and the correction
    /// of what was said are told at once.
    pub(super) fn waits(
        &self,
        policy: &Acknowledge,
        due: &DueAck,
        intake: &Intake,
        client: &str,
    ) -> Option<Waiting> {
        let every =
            policy.every.filter(|_| due.made == 0 && due.interchange.state == InterchangeState::Split)?;
        let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
        let key = &due.interchange.key;
        let lane = Lane {
            bundle: due.bundle,
            client: client.to_string(),
            syntax: key.syntax.clone(),
            sender: key.sender.clone(),
            receiver: key.receiver.clone(),
        };
        let until = Timestamp::from_unix_ms(intake.received_at.unix_ms.saturating_add(every));
        Some(Waiting { due: due.clone(), lane, until })
    }

    /// Answers those that waited long enough, with all that wait with them. Says whether there were any.
    pub(super) fn answer_waiting(&mut self, mut waiting: Vec<Waiting>) -> Result<bool, GatewayError> {
        let now = self.clock.now();
        self.owed.waiting = waiting.len();
        waiting.sort_by(|one, other| {
            one.lane.cmp(&other.lane).then(one.due.interchange.id.cmp(&other.due.interchange.id))
        });
        let (mut answered, mut next) = (false, None::<Timestamp>);
        for lane in waiting.chunk_by(|one, other| one.lane == other.lane) {
            for together in lane.chunks(TOGETHER_MAX) {
                let until = together.iter().map(|one| one.until).min().unwrap_or(now);
                if until <= now || together.len() == TOGETHER_MAX || self.owed.is_closing {
                    self.answer_lane(together)?;
                    self.owed.waiting -= together.len();
                    answered = true;
                } else {
                    next = next.into_iter().chain([until]).min();
                }
            }
        }
        self.owed.next = next;
        self.owed.is_closing = false;
        Ok(answered)
    }

    /// One file for all of them; if that cannot be made, one for each, so that the one at fault stops no other.
    fn answer_lane(&mut self, together: &[Waiting]) -> Result<(), GatewayError> {
        let all: Vec<&DueAck> = together.iter().map(|one| &one.due).collect();
        if self.answer(&all)?.is_ok() {
            return Ok(());
        }
        for due in all {
            if let Err(why) = self.answer(&[due])? {
                self.give_up(due.interchange.id, &why);
            }
        }
        Ok(())
    }

    /// Has every answer that waits leave with the next steps. Says whether there was any.
    pub(super) fn close_answers(&mut self) -> bool {
        self.owed.is_closing = self.owed.waiting > 0;
        self.owed.is_closing
    }

    /// When an answer will have waited long enough.
    pub(super) fn next_answer(&self) -> Option<Monotonic> {
        self.owed.next.map(|moment| self.clock.when(moment))
    }
}

/// How an interchange is answered: the policy of its owner, and where the answer goes.
pub(super) fn policy_of<'b>(
    gateway: &Gateway,
    bundle: &'b Bundle,
    intake: &Intake,
    due: &DueAck,
) -> Result<(&'b super::bundle::Client, &'b Acknowledge, &'b str), String> {
    let endpoint = gateway.settings.endpoints.get(&intake.endpoint);
    let key = &due.interchange.key;
    let translation::Owner::Client(client) = translation::owner(bundle, &intake.endpoint, endpoint, key)
    else {
        return Err("nobody has its ids".into());
    };
    let Some((policy, to)) = translation::acknowledgement_of(&client.partner, key) else {
        return Err("no way is set for it".into());
    };
    if gateway.settings.endpoints.get(to).is_some_and(|endpoint| !endpoint.is_for(&client.id)) {
        return Err(format!("the endpoint {to} belongs to other clients"));
    }
    Ok((client, policy, to))
}
