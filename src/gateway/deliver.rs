//! From a planned delivery to a file under its final name, once.
//!
//! The temporary file at the target is the token: only a rename removes it. What a process that died left behind is
//! told from the two names:
//!
//! | ledger | temporary | final | what it means, what is done |
//! |---|---|---|---|
//! | `PLANNED` | any | any | never shown: written again |
//! | `PUBLISHING` | there | free | not renamed yet: renamed |
//! | `PUBLISHING` | gone | ours | renamed: published |
//! | `PUBLISHING` | gone | free | renamed and taken by a consumer: published, inferred |
//! | `PUBLISHING` | gone | other bytes | renamed, taken, and the name used again: published, inferred |
//! | `PUBLISHING` | there | ours | a server died between its link and its unlink: published, the temporary removed |
//! | `PUBLISHING` | there | other bytes | the name is taken: quarantined |

use super::{Gateway, GatewayError};
use crate::base::hash::ShaHasher;
use crate::exchange::states::DeliveryState;
use crate::ledger::{Delivery, Publication, Reason};
use crate::transport::{self, Outbox, TransportError};
use std::ffi::{OsStr, OsString};
use std::io::Read;

/// Deliveries looked at first; more only where all of these wait for an endpoint in trouble.
const LOOK_AHEAD: usize = 128;
/// Most deliveries published in one step.
const STEP_DELIVERIES: usize = 64;

/// What became of one attempt.
enum Attempt {
    /// It went on, as far as it can.
    Moved,
    /// The endpoint failed.
    Failed(TransportError),
}

impl Gateway {
    /// Publishes what is planned, the interrupted first. Says whether anything moved.
    pub(super) fn deliver_some(&mut self) -> Result<bool, GatewayError> {
        let mut moved = 0;
        for state in [DeliveryState::Publishing, DeliveryState::Planned] {
            for delivery in self.due_deliveries(state)? {
                // An endpoint may have failed with the delivery before this one.
                if !self.may_deliver(&delivery) {
                    continue;
                }
                let now = self.clock.monotonic();
                let attempt = match state {
                    DeliveryState::Planned => self.write_and_publish(&delivery)?,
                    _ => self.look_and_publish(&delivery)?,
                };
                let Some(outbox) = self.outboxes.get_mut(&delivery.endpoint) else { continue };
                match attempt {
                    Attempt::Moved => {
                        outbox.backoff.succeeded();
                        moved += 1;
                    }
                    Attempt::Failed(error) => outbox.backoff.failed(&error, now, self.random.as_ref()),
                }
                if moved >= STEP_DELIVERIES {
                    return Ok(true);
                }
            }
        }
        Ok(moved > 0)
    }

    /// Deliveries whose endpoints can be used now, oldest first. A dead endpoint's backlog hides no other's.
    fn due_deliveries(&self, state: DeliveryState) -> Result<Vec<Delivery>, GatewayError> {
        let mut limit = LOOK_AHEAD;
        loop {
            let found = self.ledger.deliveries_in(state, limit)?;
            let is_all = found.len() < limit;
            let due: Vec<Delivery> =
                found.into_iter().filter(|delivery| self.may_deliver(delivery)).collect();
            if is_all || !due.is_empty() {
                return Ok(due);
            }
            limit = limit.saturating_mul(8);
        }
    }

    fn may_deliver(&self, delivery: &Delivery) -> bool {
        let now = self.clock.monotonic();
        self.outboxes.get(&delivery.endpoint).is_some_and(|outbox| !outbox.backoff.is_waiting(now))
    }

    fn outbox(&mut self, delivery: &Delivery) -> Result<&mut dyn Outbox, GatewayError> {
        let missing = || GatewayError::Settings(format!("the endpoint {} is gone", delivery.endpoint));
        Ok(self.outboxes.get_mut(&delivery.endpoint).ok_or_else(missing)?.outbox.as_mut())
    }

    fn write_and_publish(&mut self, delivery: &Delivery) -> Result<Attempt, GatewayError> {
        let path = self.spool.at("spool").join(&delivery.spool_path);
        let mut content = self.spool.open_file(&path)?;
        let temporary = temporary(delivery);
        let put = self.outbox(delivery)?.put_temporary(&temporary, &mut content, delivery.size);
        if let Err(error) = put {
            return Ok(Attempt::Failed(error));
        }
        self.ledger.publishing(delivery.id, self.clock.now())?;
        self.publish(delivery)
    }

    fn look_and_publish(&mut self, delivery: &Delivery) -> Result<Attempt, GatewayError> {
        let (temporary, name) = (temporary(delivery), OsStr::new(&delivery.name));
        let look = match self.outbox(delivery)?.look(&temporary, name) {
            Ok(look) => look,
            Err(error) => return Ok(Attempt::Failed(error)),
        };
        if look.temporary.is_some() {
            return match look.published {
                None => self.publish(delivery),
                Some(_) => self.name_is_taken(delivery),
            };
        }
        let inferred = match look.published {
            None => true,
            Some(_) => match self.is_ours(delivery)? {
                Ok(ours) => !ours,
                Err(error) => return Ok(Attempt::Failed(error)),
            },
        };
        self.published(delivery, inferred)
    }

    fn publish(&mut self, delivery: &Delivery) -> Result<Attempt, GatewayError> {
        let (temporary, name) = (temporary(delivery), OsStr::new(&delivery.name));
        match self.outbox(delivery)?.publish(&temporary, name) {
            Ok(transport::Publication::Published) => self.published(delivery, false),
            Ok(transport::Publication::TargetExists) => self.name_is_taken(delivery),
            Err(error) => Ok(Attempt::Failed(error)),
        }
    }

    /// Both names are there: either our own file shows twice, or the name is somebody else's.
    fn name_is_taken(&mut self, delivery: &Delivery) -> Result<Attempt, GatewayError> {
        let ours = match self.is_ours(delivery)? {
            Ok(ours) => ours,
            Err(error) => return Ok(Attempt::Failed(error)),
        };
        if let Err(error) = self.outbox(delivery)?.discard(&temporary(delivery)) {
            return Ok(Attempt::Failed(error));
        }
        if ours {
            return self.published(delivery, false);
        }
        let why = format!("{} is there already, with other bytes", delivery.name);
        let reason = Reason::new("target_exists").detail(why);
        self.ledger.quarantine_delivery(delivery.id, reason, self.clock.now())?;
        Ok(Attempt::Moved)
    }

    fn published(&mut self, delivery: &Delivery, inferred: bool) -> Result<Attempt, GatewayError> {
        self.ledger.published(delivery.id, Publication { at: self.clock.now(), inferred })?;
        Ok(Attempt::Moved)
    }

    /// Whether the file under the final name has our bytes. The inner error is the endpoint's.
    fn is_ours(&mut self, delivery: &Delivery) -> Result<Result<bool, TransportError>, GatewayError> {
        let mut content = match self.outbox(delivery)?.read_back(OsStr::new(&delivery.name)) {
            Ok(content) => content,
            Err(error) => return Ok(Err(error)),
        };
        let mut hasher = ShaHasher::new();
        let mut buffer = vec![0u8; self.limits.chunk_bytes.max(1)];
        loop {
            match content.read(&mut buffer) {
                Ok(0) => return Ok(Ok(hasher.finish() == delivery.sha)),
                Ok(count) => hasher.update(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let fault = transport::Fault::Content(error);
                    let endpoint = delivery.endpoint.clone();
                    return Ok(Err(TransportError { endpoint, fault: Box::new(fault) }));
                }
            }
        }
    }
}

/// The temporary name of a delivery: no reader sees it, and no other delivery has it.
fn temporary(delivery: &Delivery) -> OsString {
    format!(".crossdock-{}.part", delivery.id).into()
}
