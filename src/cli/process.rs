//! A gateway of this machine, opened from its settings file, with the mappings it was told to use.

use super::console::Console;
use super::exit::{Exit, Stop};
use super::workspace;
use crate::base::clock::SystemClock;
use crate::base::files::Disk;
use crate::base::hash::Sha;
use crate::base::limits::Limits;
use crate::base::random::SystemRandom;
use crate::gateway::bundle;
use crate::gateway::service::run_until_idle;
use crate::gateway::settings::{Direction, EndpointKind, GatewaySettings};
use crate::gateway::{Activation, Gateway, GatewayError, Machine, Progress};
use crate::ledger::Bundle;
use crate::ledger::sqlite::{Durability, SqliteLedger};
use crate::ledger::writer::LedgerHandle;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Added to the longest settling time when waiting for files to become complete.
const SETTLE_MARGIN: Duration = Duration::from_secs(1);

/// How much of a configuration's hash is shown.
const SHOWN_HASH: usize = 12;

/// An opened gateway with its active mappings.
pub struct Process {
    /// The engine.
    pub gateway: Gateway,
    /// Its settings.
    pub settings: GatewaySettings,
    /// The folder of its settings file: paths are relative to it.
    pub base: PathBuf,
    /// What the mappings were when they were read last, sound or not.
    known: Option<Sha>,
    /// The stored configuration in use because the mappings have errors; `None` when they are the ones in use.
    pub stale: Option<Bundle>,
    clock: Arc<SystemClock>,
    /// Held as long as the process lives: one gateway per data folder.
    lock: File,
}

/// Opens the gateway of `config`. If its mappings are not sound, their findings are shown and the gateway goes on with
/// those that were last; `Err` with [`Exit::Findings`] if there never were any, or if the settings are not sound.
pub fn open(config: &Path, console: &mut Console<'_>) -> Result<Process, Stop> {
    let (mut process, reload) = open_and_load(config, console)?;
    if reload == Reload::Refused {
        let last = process.gateway.activate_last().map_err(failed)?;
        let Some(last) = last else { return Err(unsound("the mappings", "nothing was started")) };
        console.note(format!(
            "the mappings in {} have errors: the gateway goes on with the last sound ones, in use since {} ({})",
            process.mappings().display(),
            last.activated_at.to_rfc3339(),
            &last.hash.to_hex()[..SHOWN_HASH]
        ));
        console.note("help: correct what is shown above; a running gateway takes it over by itself");
        process.stale = Some(last);
    }
    Ok(process)
}

/// Like [`open`], but only with the mappings as they are now.
pub fn open_sound(config: &Path, console: &mut Console<'_>) -> Result<Process, Stop> {
    match open_and_load(config, console)? {
        (_, Reload::Refused) => Err(unsound("the mappings", "nothing was done")),
        (process, _) => Ok(process),
    }
}

fn unsound(what: &str, effect: &str) -> Stop {
    Stop {
        exit: Exit::Findings,
        text: format!("{what} have errors: {effect}"),
        help: "correct what is shown above".into(),
    }
}

fn open_and_load(config: &Path, console: &mut Console<'_>) -> Result<(Process, Reload), Stop> {
    let read = workspace::config(config)?;
    for finding in &read.findings {
        console.finding(finding, &read.sources, "");
    }
    let base = read.path("");
    let settings = read.settings.ok_or_else(|| unsound("the settings", "nothing was started"))?;
    let data = base.join(&settings.data);
    std::fs::create_dir_all(&data).map_err(|error| Stop::file(&data, &error))?;
    let lock = lock(&data)?;
    let ledger = SqliteLedger::open(&data.join("ledger.db"), Durability::Full).map_err(failed)?;
    let ledger = LedgerHandle::start(Box::new(ledger)).map_err(|error| Stop::machine(error.to_string()))?;
    let clock = Arc::new(SystemClock::new());
    let machine = Machine { files: Arc::new(Disk), clock: clock.clone(), random: Arc::new(SystemRandom) };
    let gateway = Gateway::open(machine, Box::new(ledger), settings.clone(), &base, Limits::default())
        .map_err(failed)?;
    let mut process = Process { gateway, settings, base, known: None, stale: None, clock, lock };
    let reload = process.reload(console)?;
    Ok((process, reload))
}

fn lock(data: &Path) -> Result<File, Stop> {
    let path = data.join("lock");
    let file = File::create(&path).map_err(|error| Stop::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(Stop::usage(
            format!("another gateway works with `{}`", data.display()),
            "stop it first, or use another data folder",
        )),
    }
}

/// A failure of the machine, or settings that cannot be used.
pub fn failed(error: impl Into<GatewayError>) -> Stop {
    match error.into() {
        GatewayError::Settings(text) => Stop { exit: Exit::Findings, text, help: String::new() },
        other => Stop::machine(other.to_string()),
    }
}

/// What became of changed mappings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// They are as they were.
    Unchanged,
    /// They are in use.
    Active,
    /// They have errors, which were shown; the last sound ones stay in use.
    Refused,
}

impl Process {
    /// The mappings folder.
    pub fn mappings(&self) -> PathBuf {
        self.base.join(&self.settings.mappings)
    }

    /// Reads the mappings and takes them over if they changed and are sound.
    pub fn reload(&mut self, console: &mut Console<'_>) -> Result<Reload, Stop> {
        let folder = self.mappings();
        let files = bundle::read_files(&Disk, &folder).map_err(|error| Stop::file(&folder, &error))?;
        let read = Some(bundle::hash_of(&files));
        if read == self.known {
            return Ok(Reload::Unchanged);
        }
        let activation = self.gateway.activate(&files).map_err(failed)?;
        // Remembered also when refused: the same mistake is shown once.
        self.known = read;
        self.stale = None;
        let (reload, findings, sources) = match activation {
            Activation::Active(findings, sources) => (Reload::Active, findings, sources),
            Activation::Refused(findings, sources) => (Reload::Refused, findings, sources),
        };
        let sources = workspace::shown_from_here(&sources, &folder);
        for finding in findings.as_slice() {
            console.finding(finding, &sources, "");
        }
        Ok(reload)
    }

    /// Works until nothing is left to do, waiting for files that are not yet known to be complete. What waits for more to
    /// come leaves as it is: nobody is there when its time is over.
    pub fn drain(&mut self) -> Result<(), Stop> {
        self.drain_what_came()?;
        while self.gateway.close_collections().map_err(failed)? {
            self.drain_what_came()?;
        }
        Ok(())
    }

    fn drain_what_came(&mut self) -> Result<(), Stop> {
        let settles = self.settings.endpoints.values().map(|endpoint| endpoint.settle);
        let patience = settles.max().unwrap_or_default() + SETTLE_MARGIN;
        self.gateway.look_now();
        loop {
            let Progress::Idle { next_at } = run_until_idle(&mut self.gateway).map_err(failed)? else {
                continue;
            };
            let now = crate::base::clock::Clock::monotonic(&*self.clock).since_start;
            match next_at.map(|next| next.since_start.saturating_sub(now)) {
                Some(wait) if wait <= patience => std::thread::sleep(wait.max(Duration::from_millis(10))),
                _ => return Ok(()),
            }
        }
    }

    /// The folders that files arrive in, with the names of their endpoints.
    pub fn watched_folders(&self) -> Vec<(String, PathBuf)> {
        let endpoints = self.settings.endpoints.iter();
        endpoints
            .filter(|(_, at)| at.kind == EndpointKind::Folder && at.direction == Direction::In)
            .map(|(name, at)| (name.clone(), self.base.join(&at.path)))
            .collect()
    }
}

impl Process {
    /// The engine, and the lock to hold as long as it runs.
    pub fn into_parts(self) -> (Gateway, File) {
        (self.gateway, self.lock)
    }
}
