//! Facts of an arrival and of our copy of its bytes.

use crate::base::clock::Timestamp;
use crate::base::files::FileIdentity;
use crate::base::hash::Sha;
use crate::exchange::states::{IntakeState, ReleaseState};
use crate::ledger::ids::IntakeId;
use std::fmt;

/// Why something is where it is: a stable code such as `control_number_reused`, and what a person may want to know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason {
    /// For machines: lower case, digits and underscores.
    pub code: String,
    /// For people; may be empty.
    pub detail: String,
}

impl Reason {
    /// A reason without detail.
    pub fn new(code: impl Into<String>) -> Self {
        Reason { code: code.into(), detail: String::new() }
    }

    /// Adds the detail.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Self {
        match text.split_once(": ") {
            Some((code, detail)) => Reason::new(code).detail(detail),
            None => Reason::new(text),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// An arrival whose bytes are durable in the spool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Name of the endpoint it was found at.
    pub endpoint: String,
    /// The client the endpoint belongs to, if it belongs to one.
    pub client: Option<String>,
    /// Name at the source, as bytes.
    pub name: Vec<u8>,
    /// Identity at the source when it was copied.
    pub identity: FileIdentity,
    /// Length of our copy.
    pub size: u64,
    /// Hash of our copy.
    pub sha: Sha,
    /// Where our copy is, relative to the spool.
    pub spool_path: String,
    /// The bundle it will be translated with.
    pub bundle: Sha,
    /// When it was copied.
    pub received_at: Timestamp,
    /// How long after its release a file of the same endpoint, name, identity and hash is still the same arrival.
    pub same_arrival_ms: i64,
}

/// What [`crate::ledger::Ledger::stage_intake`] made of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staged {
    /// A new intake; the spool file is its.
    New(IntakeId),
    /// Known already; the spool file just made is not needed. Its release is due.
    SameArrival(IntakeId),
}

/// An intake as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// Which.
    pub id: IntakeId,
    /// Name of the endpoint.
    pub endpoint: String,
    /// The client the endpoint belongs to, if any.
    pub client: Option<String>,
    /// Name at the source, as bytes.
    pub name: Vec<u8>,
    /// Length of our copy.
    pub size: u64,
    /// Hash of our copy.
    pub sha: Sha,
    /// Where the bytes are now: relative to the spool, or to the archive once it is archived.
    pub path: String,
    /// Whether `path` is in the archive.
    pub archived: bool,
    /// The bundle pinned when it came in.
    pub bundle: Sha,
    /// When it came in.
    pub received_at: Timestamp,
    /// Its state.
    pub state: IntakeState,
    /// Why, for states that carry a reason.
    pub reason: Option<Reason>,
    /// Since when.
    pub state_at: Timestamp,
    /// State of the release duty.
    pub release: ReleaseState,
}

/// A file that must still be taken away at its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRelease {
    /// Whose duty.
    pub intake: IntakeId,
    /// Name of the endpoint.
    pub endpoint: String,
    /// Name at the source.
    pub name: Vec<u8>,
    /// Identity that must still hold before it is removed.
    pub identity: FileIdentity,
    /// Hash of our copy.
    pub sha: Sha,
    /// How often it failed.
    pub failures: u32,
    /// Why it failed last.
    pub reason: Option<Reason>,
}

/// A configuration that was active once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Hash of its content.
    pub hash: Sha,
    /// Where it is stored.
    pub path: String,
    /// When it was last activated.
    pub activated_at: Timestamp,
}
