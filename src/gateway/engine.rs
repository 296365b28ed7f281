//! The engine: what it holds, and which step comes next.

use super::answer_policy::Owed;
use super::bundles::Bundles;
use super::endpoints::{self, InboxAt, OutboxAt};
use super::gather::Asked;
use super::settings::GatewaySettings;
use super::spool::{self, Spool};
use crate::base::clock::{Clock, Monotonic};
use crate::base::files::Files;
use crate::base::limits::Limits;
use crate::base::random::Random;
use crate::diagnostics::Diagnostic;
use crate::ledger::{Ledger, LedgerError};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// Why a step could not be done. The step may be repeated, but after [`LedgerError::CommitFailed`] and
/// [`LedgerError::Stopped`] the process must end.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Our own files.
    #[error("could not {doing} {path}: {source}")]
    Files {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: String,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The settings or the stored configurations.
    #[error("{0}")]
    Settings(String),
    /// Stored bytes are not what the ledger says.
    #[error("{what} is damaged: {detail}")]
    Damaged {
        /// What.
        what: String,
        /// How it differs.
        detail: String,
    },
}

impl GatewayError {
    /// Whether the process must end, because it is not known what is durable.
    pub fn ends_process(&self) -> bool {
        matches!(
            self,
            GatewayError::Ledger(LedgerError::CommitFailed { .. } | LedgerError::Stopped)
                | GatewayError::Damaged { .. }
        )
    }
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Something; there may be more.
    Worked,
    /// Nothing: nothing can be done before `next_at`, unless something comes in. `None` without inboxes.
    Idle {
        /// When to ask again.
        next_at: Option<Monotonic>,
    },
}

/// The machine the engine runs on, as arguments.
#[derive(Clone)]
pub struct Machine {
    /// The file system.
    pub files: Arc<dyn Files>,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// The source of random numbers.
    pub random: Arc<dyn Random>,
}

/// A file that stays at its source for now, or an endpoint in trouble.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The endpoint.
    pub endpoint: String,
    /// Name of the file, fit to be shown; empty for an endpoint as a whole.
    pub name: String,
    /// Why.
    pub why: String,
    /// What went wrong with an endpoint, and what to do about it.
    pub finding: Option<Diagnostic>,
}

/// The engine.
pub struct Gateway {
    pub(super) files: Arc<dyn Files>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) ledger: Box<dyn Ledger>,
    pub(super) settings: GatewaySettings,
    pub(super) limits: Limits,
    pub(super) spool: Spool,
    pub(super) bundles: Bundles,
    pub(super) inboxes: Vec<InboxAt>,
    pub(super) outboxes: BTreeMap<String, OutboxAt>,
    pub(super) owed: Owed,
    pub(super) asked: Asked,
}

impl Gateway {
    /// An engine over the folder `data` and the endpoints of `settings`, whose paths are below `base`. Cleans up after
    /// a process that died. A configuration must be activated before the first step.
    ///
    /// # Errors
    /// If a folder cannot be made, or an endpoint's settings or secrets are incomplete.
    pub fn open(
        machine: Machine,
        ledger: Box<dyn Ledger>,
        settings: GatewaySettings,
        base: &Path,
        limits: Limits,
    ) -> Result<Self, GatewayError> {
        let spool = Spool::open(machine.files.clone(), &base.join(&settings.data))?;
        let (inboxes, outboxes) = endpoints::open(&settings, base, &machine.files)?;
        let mut gateway = Gateway {
            files: machine.files,
            clock: machine.clock,
            random: machine.random,
            ledger,
            settings,
            limits,
            spool,
            bundles: Bundles::default(),
            inboxes,
            outboxes,
            owed: Owed::default(),
            asked: Asked::default(),
        };
        gateway.forget_orphans()?;
        Ok(gateway)
    }

    /// Does one bounded piece of work: what leaves before what comes in, so that a backlog drains.
    ///
    /// # Errors
    /// If our own files or the ledger fail. Trouble of an endpoint is no error: it is left alone for a while.
    pub fn step(&mut self) -> Result<Progress, GatewayError> {
        let has_worked = self.deliver_some()?
            || self.release_some()?
            || self.acknowledge_some()?
            || self.alarm_some()?
            || self.plan_some()?
            || self.complete_some()?
            || self.collect_some()?
            || self.translate_some()?
            || self.gather_some()?
            || self.index_some()?
            || self.close_some()?
            || self.take_in_some()?;
        Ok(if has_worked { Progress::Worked } else { Progress::Idle { next_at: self.next_at()? } })
    }

    /// Lists every inbox with the next steps, as when a watch says that something changed.
    pub fn look_now(&mut self) {
        for inbox in &mut self.inboxes {
            inbox.poll_at = std::time::Duration::ZERO;
        }
    }

    /// Files that stay at their source for now, with the reason, and endpoints in trouble.
    pub fn waiting(&self) -> Vec<Waiting> {
        let in_trouble = |endpoint: &String, finding: &Diagnostic| Waiting {
            endpoint: endpoint.clone(),
            name: String::new(),
            why: finding.title(),
            finding: Some(finding.clone()),
        };
        let mut all = Vec::new();
        for inbox in &self.inboxes {
            all.extend(inbox.backoff.trouble.iter().map(|finding| in_trouble(&inbox.name, finding)));
            all.extend(inbox.waiting.iter().map(|(name, why)| Waiting {
                endpoint: inbox.name.clone(),
                name: crate::transport::names::shown(name),
                why: why.clone(),
                finding: None,
            }));
        }
        for (endpoint, outbox) in &self.outboxes {
            all.extend(outbox.backoff.trouble.iter().map(|finding| in_trouble(endpoint, finding)));
        }
        all
    }

    /// The ledger, to read.
    pub fn ledger(&self) -> &dyn Ledger {
        self.ledger.as_ref()
    }

    fn next_at(&self) -> Result<Option<Monotonic>, GatewayError> {
        let now = self.clock.monotonic();
        let polls = self.inboxes.iter().map(|inbox| {
            let poll = Monotonic { since_start: inbox.poll_at };
            inbox.backoff.next_at(now).map_or(poll, |back| back.max(poll))
        });
        let waits = self.outboxes.values().filter_map(|outbox| outbox.backoff.next_at(now));
        Ok(polls
            .chain(waits)
            .chain(self.next_alarm()?)
            .chain(self.next_collection()?)
            .chain(self.next_answer())
            .min())
    }

    /// Removes copies that a process made and died before it told the ledger: their source is still there.
    fn forget_orphans(&mut self) -> Result<(), GatewayError> {
        let folder = self.spool.at("spool/in");
        let names = self.spool.list(&folder)?;
        if names.is_empty() {
            return Ok(());
        }
        let known: HashSet<String> = self.ledger.spooled()?.into_iter().collect();
        for name in names.into_iter().filter(|name| !known.contains(&format!("in/{name}"))) {
            tracing::info!(name, "removing a copy that no arrival needs");
            self.spool.remove(&folder.join(name))?;
        }
        Ok(())
    }

    /// A name for a new file of ours.
    pub(super) fn fresh_name(&self) -> String {
        format!("{:016x}", self.random.next_u64())
    }

    /// Reads our copy of an intake.
    pub(super) fn intake_file(
        &self,
        intake: &crate::ledger::Intake,
    ) -> Result<Box<dyn crate::base::files::FileReader>, GatewayError> {
        let path = self.spool.locate(intake);
        let file = self.spool.open_file(&path)?;
        let found = file.identity().map_err(|error| spool::failed("look at", &path, error))?;
        if found.size != intake.size {
            let detail = format!("{} bytes instead of {}", found.size, intake.size);
            return Err(GatewayError::Damaged { what: path.display().to_string(), detail });
        }
        Ok(file)
    }
}
