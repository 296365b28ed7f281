//! `run`: the gateway.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use super::process::{self, Process, Reload, failed};
use super::workspace;
use crate::base::span::Sources;
use crate::gateway::bundle;
use crate::gateway::service::Service;
use crate::gateway::{Activation, Gateway};
use crate::transport::watch::Watch;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the mappings are looked at for changes.
const LOOK_AT_MAPPINGS: Duration = Duration::from_secs(2);

/// Runs the command.
pub fn run(arguments: &args::Run, console: &mut Console<'_>) -> Answer {
    let mut process = process::open(&arguments.config, console)?;
    if arguments.once {
        process.drain()?;
        let waiting = process.gateway.waiting();
        let in_trouble: Vec<_> = waiting.iter().filter_map(|waiting| waiting.finding.as_ref()).collect();
        for finding in &in_trouble {
            console.finding(finding, &Sources::default(), "");
        }
        // All that came in was done, with mappings that are not the ones in the folder; or something could not come or go.
        let is_fine = process.stale.is_none() && in_trouble.is_empty();
        return Ok(if is_fine { Exit::Fine } else { Exit::Findings });
    }
    console.note("running; stop with Ctrl-C");
    serve(process, console)
}

/// Serves until the process is told to stop. Changed mappings are taken over when they are sound.
pub fn serve(process: Process, console: &mut Console<'_>) -> Answer {
    let (folder, folders) = (process.mappings(), process.watched_folders());
    let (gateway, lock) = process.into_parts();
    let service = Service::start(gateway).map_err(|error| Stop::machine(error.to_string()))?;
    // A hint only makes the next listing sooner; losing one costs nothing but time.
    let watches: Vec<Watch> = folders
        .iter()
        .filter_map(|(name, folder)| {
            let waker = service.waker();
            Watch::start(name, folder, move || waker.wake())
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::machine(error.to_string()))?;
    runtime.block_on(attend(&service, folder, console))?;
    drop(watches);
    service.stop().map_err(failed)?;
    drop(lock);
    Ok(Exit::Fine)
}

async fn attend(service: &Service, folder: PathBuf, console: &mut Console<'_>) -> Result<(), Stop> {
    use tokio::signal::unix::{SignalKind, signal};
    let machine = |error: std::io::Error| Stop::machine(error.to_string());
    let mut terminate = signal(SignalKind::terminate()).map_err(machine)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(machine)?;
    let mut look = tokio::time::interval(LOOK_AT_MAPPINGS);
    let read = || bundle::read_files(&crate::base::files::Disk, &folder);
    let mut known = read().map(|files| bundle::hash_of(&files)).ok();
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = look.tick() => {
                if service.has_stopped() {
                    return Ok(());
                }
                // A folder that cannot be read now is looked at again; what is in use stays in use.
                let Ok(files) = read() else { continue };
                let found = Some(bundle::hash_of(&files));
                if found == known {
                    continue;
                }
                known = found;
                let answer = service.with(move |gateway: &mut Gateway| gateway.activate(&files));
                if let Some(answer) = answer {
                    tell(answer.map_err(failed)?, &folder, console);
                }
            }
        }
    }
}

fn tell(activation: Activation, folder: &Path, console: &mut Console<'_>) {
    let (reload, findings, sources) = match activation {
        Activation::Active(findings, sources) => (Reload::Active, findings, sources),
        Activation::Refused(findings, sources) => (Reload::Refused, findings, sources),
    };
    let sources = workspace::shown_from_here(&sources, folder);
    for finding in findings.as_slice() {
        console.finding(finding, &sources, "");
    }
    console.note(match reload {
        Reload::Refused => "the changed mappings have errors: the last sound ones stay in use",
        _ => "the changed mappings are in use",
    });
}
