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
use crate::transport::{self, Each, Fault, Outbox, Put, TransportError};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Read;

/// Most deliveries looked at in one step.
const STEP_DELIVERIES: usize = 256;
/// Bytes sent to one endpoint in one step, unless the first delivery has more.
const STEP_BYTES: u64 = 16 << 20;

/// What became of one attempt.
enum Attempt {
    /// It went on, as far as it can.
    Moved,
    /// The endpoint failed.
    Failed(TransportError),
}

impl Gateway {
    /// Publishes what is planned, the interrupted first. Says whether anything moved. A dead endpoint's backlog hides no
    /// other's.
    pub(super) fn deliver_some(&mut self) -> Result<bool, GatewayError> {
        let mut has_moved = false;
        for delivery in self.due_deliveries(DeliveryState::Publishing)? {
            // The endpoint may have failed with the delivery before this one.
            if self.may_deliver(&delivery.endpoint) {
                let attempt = self.look_and_publish(&delivery)?;
                has_moved |= matches!(attempt, Attempt::Moved);
                self.note_attempt(&delivery.endpoint, attempt);
            }
        }
        let mut by_endpoint: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
        for delivery in self.due_deliveries(DeliveryState::Planned)? {
            by_endpoint.entry(delivery.endpoint.clone()).or_default().push(delivery);
        }
        for (endpoint, mut batch) in by_endpoint {
            let mut bytes = 0;
            let fits = batch.iter().take_while(|delivery| {
                bytes += delivery.size;
                bytes <= STEP_BYTES
            });
            let fits = fits.count().max(1);
            batch.truncate(fits);
            has_moved |= self.deliver_batch(&endpoint, batch)?;
        }
        Ok(has_moved)
    }

    /// Deliveries whose endpoints can be used now, oldest first.
    fn due_deliveries(&self, state: DeliveryState) -> Result<Vec<Delivery>, GatewayError> {
        let usable: Vec<String> =
            self.outboxes.keys().filter(|endpoint| self.may_deliver(endpoint)).cloned().collect();
        Ok(match usable.is_empty() {
            true => Vec::new(),
            false => self.ledger.due_deliveries(state, usable, STEP_DELIVERIES)?,
        })
    }

    fn may_deliver(&self, endpoint: &str) -> bool {
        let now = self.clock.monotonic();
        self.outboxes.get(endpoint).is_some_and(|outbox| !outbox.backoff.is_waiting(now))
    }

    fn note_attempt(&mut self, endpoint: &str, attempt: Attempt) {
        let now = self.clock.monotonic();
        let Some(outbox) = self.outboxes.get_mut(endpoint) else { return };
        match attempt {
            Attempt::Moved => outbox.backoff.succeeded(),
            Attempt::Failed(error) => outbox.backoff.failed(&error, now, self.random.as_ref()),
        }
    }

    fn outbox(&mut self, endpoint: &str) -> Result<&mut dyn Outbox, GatewayError> {
        let missing = || GatewayError::Settings(format!("the endpoint {endpoint} is gone"));
        Ok(self.outboxes.get_mut(endpoint).ok_or_else(missing)?.outbox.as_mut())
    }

    /// Sends deliveries to one endpoint: all temporary files, one commit, all renames, one commit. Says whether any
    /// went on.
    fn deliver_batch(&mut self, endpoint: &str, batch: Vec<Delivery>) -> Result<bool, GatewayError> {
        let mut trouble = None;
        let puts = batch.iter().map(|delivery| self.put_of(delivery)).collect();
        let put = self.outbox(endpoint)?.put_temporaries(puts);
        let written = done(batch, put, &mut trouble);
        if let Some(error) = trouble.take_if(|error| matches!(*error.fault, Fault::Content(_))) {
            // What could not be read is ours.
            return Err(failed_to_read(error));
        }
        self.ledger
            .publishing(written.iter().map(|(delivery, _)| delivery.id).collect(), self.clock.now())?;
        let names = written.iter().map(|(delivery, _)| (temporary(delivery), OsString::from(&delivery.name)));
        let names = names.collect();
        let renamed = self.outbox(endpoint)?.publish_all(names);
        let has_moved = !written.is_empty();
        let renamed =
            done(written.into_iter().map(|(delivery, _)| delivery).collect(), renamed, &mut trouble);
        let (published, taken): (Vec<_>, Vec<_>) = renamed
            .into_iter()
            .partition(|(_, publication)| *publication == transport::Publication::Published);
        let publication = Publication { at: self.clock.now(), inferred: false };
        self.ledger.published(published.iter().map(|(delivery, _)| delivery.id).collect(), publication)?;
        for (delivery, _) in taken {
            if let Attempt::Failed(error) = self.name_is_taken(&delivery)? {
                trouble = trouble.or(Some(error));
            }
        }
        self.note_attempt(endpoint, trouble.map_or(Attempt::Moved, Attempt::Failed));
        Ok(has_moved)
    }

    fn put_of(&self, delivery: &Delivery) -> Put {
        let path = self.spool.at("spool").join(&delivery.spool_path);
        Put {
            temporary: temporary(delivery),
            content: self.spool.part(path, delivery.spool_offset, delivery.size),
            size: delivery.size,
        }
    }

    fn look_and_publish(&mut self, delivery: &Delivery) -> Result<Attempt, GatewayError> {
        let (temporary, name) = (temporary(delivery), OsStr::new(&delivery.name));
        let look = match self.outbox(&delivery.endpoint)?.look(&temporary, name) {
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
        match self.outbox(&delivery.endpoint)?.publish(&temporary, name) {
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
        if let Err(error) = self.outbox(&delivery.endpoint)?.discard(&temporary(delivery)) {
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
        self.ledger.published(vec![delivery.id], Publication { at: self.clock.now(), inferred })?;
        Ok(Attempt::Moved)
    }

    /// Whether the file under the final name has our bytes. The inner error is the endpoint's.
    fn is_ours(&mut self, delivery: &Delivery) -> Result<Result<bool, TransportError>, GatewayError> {
        let mut content = match self.outbox(&delivery.endpoint)?.read_back(OsStr::new(&delivery.name)) {
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
                    let fault = Fault::Content(error);
                    let endpoint = delivery.endpoint.clone();
                    return Ok(Err(TransportError { endpoint, fault: Box::new(fault) }));
                }
            }
        }
    }
}

/// The deliveries that something was done for, with what came of it. The first error goes to `trouble`.
fn done<T>(batch: Vec<Delivery>, each: Each<T>, trouble: &mut Option<TransportError>) -> Vec<(Delivery, T)> {
    let mut done = Vec::new();
    for (delivery, answer) in batch.into_iter().zip(each) {
        match answer {
            Some(Ok(value)) => done.push((delivery, value)),
            Some(Err(error)) => {
                trouble.get_or_insert(error);
            }
            None => {}
        }
    }
    done
}

fn failed_to_read(error: TransportError) -> GatewayError {
    let path = format!("what leaves for {}", error.endpoint);
    let source = match *error.fault {
        Fault::Content(source) => source,
        fault => std::io::Error::other(fault.to_string()),
    };
    GatewayError::Files { doing: "read", path, source }
}

/// The temporary name of a delivery: no reader sees it, and no other delivery has it.
fn temporary(delivery: &Delivery) -> OsString {
    format!(".crossdock-{}.part", delivery.id).into()
}
