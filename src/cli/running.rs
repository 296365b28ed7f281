//! `run`, `demo` and `retry`: commands that need the engine. One process at a time has it: the lock beside the ledger.

use super::args;
use super::console::Console;
use super::demo::lay_out::{self, CLIENT_DROPS, Example, WAREHOUSE_DROPS};
use super::exit::{Answer, Exit, Stop};
use super::messages::{self, failed, ledger_path, settings};
use crate::base::clock::{Clock, SystemClock};
use crate::base::files::Disk;
use crate::base::limits::Limits;
use crate::base::random::SystemRandom;
use crate::gateway::service::{Service, run_until_idle};
use crate::gateway::settings::{Direction, EndpointKind, GatewaySettings};
use crate::gateway::{Activation, Gateway, GatewayError, Machine, Progress, bundle};
use crate::ledger::sqlite::{Durability, SqliteLedger};
use crate::ledger::{MessageFilter, MessageId};
use crate::transport::watch::Watch;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest pause between two looks of `--once` at files that settle.
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// How much longer than the longest settling time `--once` waits for files that are not complete.
const GRACE: Duration = Duration::from_secs(3);

/// The engine with what it was opened with. The lock is held as long as this lives.
struct Opened {
    gateway: Gateway,
    clock: Arc<SystemClock>,
    settings: GatewaySettings,
    base: PathBuf,
    _lock: File,
}

/// `run`
pub fn run(arguments: &args::Run, console: &mut Console<'_>) -> Answer {
    let Some(mut opened) = open(&arguments.config, console)? else { return Ok(Exit::Findings) };
    if arguments.once {
        once(&mut opened)?;
        return list(&opened.gateway, console);
    }
    serve(opened, console)
}

/// `demo`
pub fn demo(arguments: &args::Demo, console: &mut Console<'_>) -> Answer {
    let folder = &arguments.dir;
    lay_out::lay_out(folder).map_err(|error| unwritable(folder, &error))?;
    let Some(mut opened) = open(&folder.join("gateway.toml"), console)? else { return Ok(Exit::Findings) };
    console.note(format!("workspace: {}", folder.display()));
    for round in [&CLIENT_DROPS[..], &WAREHOUSE_DROPS[..]] {
        drop_all(folder, round, console)?;
        once(&mut opened)?;
    }
    if arguments.once {
        return list(&opened.gateway, console);
    }
    serve(opened, console)
}

/// `retry`
pub fn retry(arguments: &args::Retry, console: &mut Console<'_>) -> Answer {
    let Some(mut opened) = open(&arguments.config, console)? else { return Ok(Exit::Findings) };
    let who = std::env::var("USER").unwrap_or_else(|_| "command line".into());
    opened.gateway.retry(MessageId(arguments.id), &who).map_err(|error| match error {
        GatewayError::Ledger(error) => failed(error),
        error => Stop::machine(error.to_string()),
    })?;
    let text = format!("message {} will be translated again when the gateway runs", arguments.id);
    match console.json {
        true => console.line(serde_json::json!({ "retried": arguments.id }).to_string()),
        false => console.line(text),
    }
    Ok(Exit::Fine)
}

fn drop_all(folder: &Path, examples: &[Example], console: &mut Console<'_>) -> Result<(), Stop> {
    for example in examples {
        lay_out::drop_example(folder, example).map_err(|error| unwritable(folder, &error))?;
        console.note(format!("dropped {}: {}", example.path, example.shows));
    }
    Ok(())
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Stop {
    Stop::machine(format!("`{}` could not be written: {error}", folder.display()))
}

/// Opens the engine and takes the mappings over. `None` if they have errors, which were shown.
fn open(config: &Path, console: &mut Console<'_>) -> Result<Option<Opened>, Stop> {
    let (settings, base) = settings(config, console)?;
    let path = ledger_path(&settings, &base);
    let data = base.join(&settings.data);
    std::fs::create_dir_all(&data).map_err(|error| unwritable(&data, &error))?;
    let lock = File::create(data.join("gateway.lock")).map_err(|error| unwritable(&data, &error))?;
    if lock.try_lock().is_err() {
        return Err(Stop::usage(
            format!("a gateway is running on `{}`", data.display()),
            "stop it first, and start it again afterwards",
        ));
    }
    let ledger = SqliteLedger::open(&path, Durability::Full).map_err(failed)?;
    let clock = Arc::new(SystemClock::default());
    let machine = Machine { files: Arc::new(Disk), clock: clock.clone(), random: Arc::new(SystemRandom) };
    let mut gateway = Gateway::open(machine, Box::new(ledger), settings.clone(), &base, Limits::default())
        .map_err(|error| Stop::machine(error.to_string()))?;
    let folder = base.join(&settings.mappings);
    let files = bundle::read_files(&Disk, &folder).map_err(|error| Stop::file(&folder, &error))?;
    let answer = gateway.activate(&files).map_err(|error| Stop::machine(error.to_string()))?;
    let (is_active, findings, sources) = match answer {
        Activation::Active(findings, sources) => (true, findings, sources),
        Activation::Refused(findings, sources) => (false, findings, sources),
    };
    findings.as_slice().iter().for_each(|finding| console.finding(finding, &sources, ""));
    Ok(is_active.then_some(Opened { gateway, clock, settings, base, _lock: lock }))
}

/// Works until nothing is left that could be done soon: files that settle are waited for.
fn once(opened: &mut Opened) -> Result<(), Stop> {
    let inboxes = opened.settings.endpoints.values().filter(|endpoint| endpoint.direction == Direction::In);
    let settle = inboxes.map(|endpoint| endpoint.settle).max().unwrap_or_default();
    let end = Instant::now() + settle + GRACE;
    // What was just laid down is not to wait for the next listing.
    opened.gateway.look_now();
    loop {
        let progress =
            run_until_idle(&mut opened.gateway).map_err(|error| Stop::machine(error.to_string()))?;
        let Progress::Idle { next_at: Some(next) } = progress else { return Ok(()) };
        if opened.gateway.waiting().is_empty() || Instant::now() >= end {
            return Ok(());
        }
        let pause = next.since_start.saturating_sub(opened.clock.monotonic().since_start);
        std::thread::sleep(pause.min(PAUSE_MAX));
    }
}

fn list(gateway: &Gateway, console: &mut Console<'_>) -> Answer {
    let filter = MessageFilter { state: None, client: None, before: None, limit: 50 };
    let lines = gateway.messages(filter).map_err(|error| Stop::machine(error.to_string()))?;
    messages::show(&lines, console);
    Ok(Exit::Fine)
}

/// Runs until it is told to stop.
fn serve(opened: Opened, console: &mut Console<'_>) -> Answer {
    let Opened { gateway, settings, base, _lock, .. } = opened;
    let machine = |error: std::io::Error| Stop::machine(error.to_string());
    let service = Service::start(gateway).map_err(machine)?;
    let folders = settings
        .endpoints
        .iter()
        .filter(|(_, endpoint)| endpoint.direction == Direction::In && endpoint.kind == EndpointKind::Folder);
    let _watches: Vec<Watch> = folders
        .filter_map(|(name, endpoint)| {
            let waker = service.waker();
            Watch::start(name, &base.join(&endpoint.path), move || waker.wake())
        })
        .collect();
    console.note("the gateway runs; Ctrl-C stops it");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(machine)?;
    runtime.block_on(stop_wanted(&service)).map_err(machine)?;
    service.stop().map_err(|error| Stop::machine(error.to_string()))?;
    Ok(Exit::Fine)
}

/// Waits for Ctrl-C, SIGTERM, or an engine that ended by itself.
async fn stop_wanted(service: &Service) -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let mut beat = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => return interrupted,
            _ = terminate.recv() => return Ok(()),
            _ = beat.tick() => if service.has_stopped() { return Ok(()) },
        }
    }
}
