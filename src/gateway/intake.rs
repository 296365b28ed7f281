//! From a file at a source to a row in the ledger, and only then away from the source.
//!
//! | step | what is durable after it |
//! |---|---|
//! | A1 | nothing: a copy in `spool/tmp`, hashed |
//! | A2 | the copy, under its name in `spool/in` |
//! | A3 | the row `STAGED` with the duty to release |
//! | A4 | the removal at the source |
//! | A5 | `RELEASED` |

use super::endpoints::InboxAt;
use super::spool::Part;
use super::{Gateway, GatewayError};
use crate::base::clock::Monotonic;
use crate::base::hash::Sha;
use crate::exchange::states::ReleaseState;
use crate::formats::sniff;
use crate::ledger::{Arrival, DueRelease, Reason, Staged};
use crate::transport::readiness::Ready;
use crate::transport::{Fault, Removal, TransportError};
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;

/// Most files released in one step.
const STEP_RELEASES: usize = 64;
/// How much of both ends of a file is looked at before it is taken.
const GLANCE_BYTES: usize = 512;
/// Space that must stay free: when it runs low, files wait at their source.
const FREE_BYTES_MIN: u64 = 256 << 20;
/// How long after its release a file that is the same in every respect is still the same arrival, where the source
/// tells files apart by more than size and time.
const SAME_ARRIVAL_MS: i64 = 24 * 3600 * 1000;
/// The same where it does not.
const SAME_ARRIVAL_WEAK_MS: i64 = 10 * 60 * 1000;

impl Gateway {
    /// Takes in one file, or lists one inbox. Says whether it did anything.
    pub(super) fn take_in_some(&mut self) -> Result<bool, GatewayError> {
        for at in 0..self.inboxes.len() {
            let now = self.clock.monotonic();
            if self.inboxes[at].backoff.is_waiting(now) {
                continue;
            }
            while let Some(ready) = self.inboxes[at].ready.pop_front() {
                if self.take_in(at, &ready, now)? {
                    return Ok(true);
                }
            }
            if now.since_start >= self.inboxes[at].poll_at {
                self.list(at, now);
                if !self.inboxes[at].ready.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Lists an inbox; complete files are ready afterwards.
    fn list(&mut self, at: usize, now: Monotonic) {
        let InboxAt { inbox, settings, poll_at, backoff, .. } = &mut self.inboxes[at];
        *poll_at = now.since_start + settings.poll;
        let mut listing = match inbox.list() {
            Ok(listing) => listing,
            Err(error) => return backoff.failed(&error, now, self.random.as_ref()),
        };
        backoff.succeeded();
        let inbox = &self.inboxes[at];
        listing.candidates.retain(|candidate| inbox.takes(&candidate.name));
        let inbox = &mut self.inboxes[at];
        let observation = inbox.readiness.observe(&listing.candidates, now);
        if let Some(next) = observation.next_at {
            // A file that waits for time alone needs a second listing even if its time is over.
            let soon = now.since_start + std::time::Duration::from_millis(100);
            inbox.poll_at = inbox.poll_at.min(next.since_start.max(soon));
        }
        inbox.waiting.clear();
        for empty in &observation.empty {
            inbox.waiting.insert(empty.name.clone(), "it is empty".into());
        }
        inbox.ready = observation.ready.into();
    }

    /// Takes in a complete file: A1 to A3. Says whether it did.
    fn take_in(&mut self, at: usize, ready: &Ready, now: Monotonic) -> Result<bool, GatewayError> {
        let (name, identity) = (&ready.file.name, &ready.file.identity);
        let endpoint = self.inboxes[at].name.clone();
        let known = self.ledger.find_arrival(endpoint.clone(), name.as_bytes().to_vec(), identity.clone())?;
        if let Some(known) = known
            && self.ledger.intake(known)?.release != ReleaseState::Released
        {
            return Ok(false);
        }
        match self.must_wait(at, ready, now) {
            Ok(None) => {}
            Ok(Some(why)) => {
                self.inboxes[at].waiting.insert(name.clone(), why);
                return Ok(false);
            }
            Err(error) => return self.source_failed(at, error, now),
        }
        let own_name = self.fresh_name();
        let copied = self.copy(at, ready, &own_name)?;
        let (sha, size) = match copied {
            Ok(copied) => copied,
            Err(error) => return self.source_failed(at, error, now),
        };
        let bundle = self.active_bundle()?.hash;
        let settings = &self.inboxes[at].settings;
        let is_strong = identity.inode != 0;
        let arrival = Arrival {
            endpoint,
            client: match settings.clients.as_slice() {
                [client] => Some(client.clone()),
                _ => None,
            },
            name: name.as_bytes().to_vec(),
            identity: identity.clone(),
            size,
            sha,
            spool_path: format!("in/{own_name}"),
            bundle,
            received_at: self.clock.now(),
            same_arrival_ms: if is_strong { SAME_ARRIVAL_MS } else { SAME_ARRIVAL_WEAK_MS },
        };
        if let Staged::SameArrival(_) = self.ledger.stage_intake(arrival)? {
            self.spool.remove(&self.spool.at(&format!("spool/in/{own_name}")))?;
        }
        self.inboxes[at].waiting.remove(name);
        Ok(true)
    }

    /// Why a complete file is not taken yet, if it is not.
    fn must_wait(
        &mut self,
        at: usize,
        ready: &Ready,
        now: Monotonic,
    ) -> Result<Option<String>, TransportError> {
        let (name, size) = (&ready.file.name, ready.file.identity.size);
        if size > self.limits.file_bytes {
            return Ok(Some(format!("it has {size} bytes, more than {}", self.limits.file_bytes)));
        }
        if self.files.free_bytes(&self.spool.at("spool")).is_ok_and(|free| free < FREE_BYTES_MIN + 2 * size) {
            return Ok(Some("there is too little space on our disk".into()));
        }
        let inbox = &mut self.inboxes[at].inbox;
        let head = inbox.read_range(name, 0, GLANCE_BYTES)?;
        let Some(format) = sniff(&head) else { return Ok(None) };
        let tail_at = size.saturating_sub(GLANCE_BYTES as u64);
        let tail = if tail_at == 0 { head.clone() } else { inbox.read_range(name, tail_at, GLANCE_BYTES)? };
        if format.is_whole(&head, &tail) {
            return Ok(None);
        }
        let age = now.since_start.saturating_sub(ready.first_listed.since_start);
        let after = self.settings.incomplete_after;
        Ok(if age < after {
            Some("its end is missing; it may still be being written".into())
        } else if age < 2 * after {
            Some("HELD: its end is missing and does not come; it will be quarantined".into())
        } else {
            None
        })
    }

    /// A1 and A2. The outer result is our files', the inner one the source's.
    fn copy(
        &mut self,
        at: usize,
        ready: &Ready,
        own_name: &str,
    ) -> Result<Result<(Sha, u64), TransportError>, GatewayError> {
        let (name, identity) = (&ready.file.name, &ready.file.identity);
        let inbox = &mut self.inboxes[at];
        let mut content = match inbox.inbox.open(name, identity) {
            Ok(content) => content,
            Err(error) => return Ok(Err(error)),
        };
        let temporary = format!("spool/tmp/{own_name}");
        let mut writing = self.spool.create(&temporary)?;
        let mut buffer = vec![0u8; self.limits.chunk_bytes.max(1)];
        loop {
            match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => writing.write(&buffer[..count])?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    drop(writing);
                    self.spool.remove(&self.spool.at(&temporary))?;
                    return Ok(Err(own_error(&inbox.name, error)));
                }
            }
        }
        let Part { sha, size, .. } = writing.cut();
        writing.finish()?;
        self.spool
            .move_durably(&self.spool.at(&temporary), &self.spool.at(&format!("spool/in/{own_name}")))?;
        Ok(Ok((sha, size)))
    }

    /// The source failed with a file: one that changed or went is seen again with the next listing.
    fn source_failed(
        &mut self,
        at: usize,
        error: TransportError,
        now: Monotonic,
    ) -> Result<bool, GatewayError> {
        match *error.fault {
            Fault::Gone(_) | Fault::Changed { .. } | Fault::SizeDiffers { .. } => {
                tracing::info!(%error, "a file changed while it was taken; it is looked at again");
            }
            _ => self.inboxes[at].backoff.failed(&error, now, self.random.as_ref()),
        }
        Ok(false)
    }

    /// A4 and A5 of every file whose release is due. Says whether one was released.
    pub(super) fn release_some(&mut self) -> Result<bool, GatewayError> {
        let mut released = false;
        let now = self.clock.monotonic();
        let usable = self.inboxes.iter().filter(|inbox| !inbox.backoff.is_waiting(now));
        let usable = usable.map(|inbox| inbox.name.clone()).collect();
        for due in self.ledger.due_releases(usable, STEP_RELEASES)? {
            let now = self.clock.monotonic();
            let at = self.inboxes.iter().position(|inbox| inbox.name == due.endpoint);
            let Some(at) = at.filter(|&at| !self.inboxes[at].backoff.is_waiting(now)) else { continue };
            match self.inboxes[at].inbox.remove(OsStr::from_bytes(&due.name), &due.identity) {
                // One that changed is another file by now: ours is gone.
                Ok(Removal::Removed | Removal::AlreadyGone | Removal::Changed(_)) => {
                    self.ledger.released(due.intake, self.clock.now())?;
                    self.remove_trigger(at, &due);
                    released = true;
                }
                Err(error) => {
                    let why = Reason::new("release_failed").detail(error.to_string());
                    self.inboxes[at].backoff.failed(&error, now, self.random.as_ref());
                    self.ledger.release_failed(due.intake, why, self.clock.now())?;
                }
            }
        }
        Ok(released)
    }

    /// The file that said another one is complete has done its duty. One that stays is harmless.
    fn remove_trigger(&mut self, at: usize, due: &DueRelease) {
        let InboxAt { settings, inbox, .. } = &mut self.inboxes[at];
        let Some(suffix) = &settings.trigger else { return };
        let name = [due.name.as_slice(), suffix.as_bytes()].concat();
        let name = OsStr::from_bytes(&name);
        let removed = match inbox.identity(name) {
            Ok(Some(identity)) => inbox.remove(name, &identity).map(|_| ()),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = removed {
            tracing::warn!(%error, "a trigger file stays");
        }
    }
}

/// The transport's error inside an error of reading.
fn own_error(endpoint: &str, error: std::io::Error) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(error) => error,
        Err(error) => TransportError { endpoint: endpoint.into(), fault: Box::new(Fault::Content(error)) },
    }
}
