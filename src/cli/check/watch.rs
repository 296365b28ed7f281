//! `check --watch`: checks again whenever something changed, until the process is told to stop.

use super::once;
use crate::base::files::{Disk, read_whole};
use crate::cli::args;
use crate::cli::console::{Console, plural};
use crate::cli::exit::{Answer, Exit, Stop};
use crate::cli::workspace;
use crate::gateway::bundle::{self, MappingFiles};
use crate::transport::watch::Watch;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{Receiver, channel};

/// How long nothing may happen before files are read: an editor writes a file in several steps.
const QUIET: Duration = Duration::from_millis(100);

/// How often files are looked at without a hint: a network drive may give none.
const LOOK: Duration = Duration::from_secs(2);

/// At most so many names of changed files are shown.
const NAMES_MAX: usize = 3;

/// Checks now and after every change, until a signal says to stop. Fine then, whatever there was to find.
pub fn run(arguments: &args::Check, console: &mut Console<'_>) -> Answer {
    let mut changes = Changes::start(&super::folder(arguments)?)?;
    console.note("checking whenever a file changes; stop with Ctrl-C");
    repeat(arguments, console, || changes.wait())
}

/// Checks now, and after every call of `wait` that says that something may have changed, if something has.
fn repeat(arguments: &args::Check, console: &mut Console<'_>, mut wait: impl FnMut() -> bool) -> Answer {
    // What cannot be done at all is told at once; what cannot be done any more may be so in the middle of a change.
    let mut known = look(arguments)?;
    once(arguments, console)?;
    while wait() {
        let now = match look(arguments) {
            Ok(now) if now == known => continue,
            Ok(now) => now,
            Err(stop) => {
                console.note(format!("\nnot checked: {}", stop.text));
                known = MappingFiles::new();
                continue;
            }
        };
        let changed = changed(&known, &now);
        known = now;
        if !console.json {
            console.line(format!("\n{changed}"));
        }
        if let Err(stop) = once(arguments, console) {
            console.note(format!("not checked: {}", stop.text));
        }
    }
    Ok(Exit::Fine)
}

/// All that is checked: the mappings, and the settings under their path.
fn look(arguments: &args::Check) -> Result<MappingFiles, Stop> {
    let folder = super::folder(arguments)?;
    let mut files = bundle::read_files(&Disk, &folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => workspace::no_folder(&folder),
        _ => Stop::file(&folder, &error),
    })?;
    if let Some(config) = &arguments.config {
        let bytes = read_whole(&Disk, config, workspace::SETTINGS_BYTES_MAX)
            .map_err(|error| Stop::file(config, &error))?;
        files.insert(config.display().to_string(), String::from_utf8_lossy(&bytes).into_owned());
    }
    Ok(files)
}

/// `house/940-order.map and 2 more files changed`
fn changed(before: &MappingFiles, now: &MappingFiles) -> String {
    let differs = |name: &&String| before.get(*name) != now.get(*name);
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).filter(differs).collect();
    let shown: Vec<&str> = names.iter().take(NAMES_MAX).map(|name| name.as_str()).collect();
    match names.len().saturating_sub(NAMES_MAX) {
        0 => format!("{} changed", shown.join(", ")),
        more => format!("{} and {} changed", shown.join(", "), plural(more, "more file")),
    }
}

/// Hints that files may have changed, and signals to stop.
struct Changes {
    runtime: tokio::runtime::Runtime,
    /// Ctrl-C, and what ends services.
    signals: (Signal, Signal),
    hints: Receiver<()>,
    // Without it there are no hints; then files are looked at from time to time.
    _watch: Option<Watch>,
}

impl Changes {
    fn start(folder: &Path) -> Result<Self, Stop> {
        let machine = |error: std::io::Error| Stop::machine(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(machine)?;
        let signals = {
            let _inside = runtime.enter();
            (
                signal(SignalKind::interrupt()).map_err(machine)?,
                signal(SignalKind::terminate()).map_err(machine)?,
            )
        };
        let (hint, hints) = channel(1);
        let watch = Watch::tree("mappings", folder, move || {
            // One hint that waits is as good as many.
            let _ = hint.try_send(());
        });
        Ok(Changes { runtime, signals, hints, _watch: watch })
    }

    /// Waits until something may have changed; `false` when the process is to stop.
    fn wait(&mut self) -> bool {
        let Changes { runtime, signals: (interrupt, terminate), hints, .. } = self;
        runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => return false,
                _ = terminate.recv() => return false,
                Some(()) = hints.recv() => {}
                () = tokio::time::sleep(LOOK) => return true,
            }
            while let Ok(Some(())) = tokio::time::timeout(QUIET, hints.recv()).await {}
            true
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::fs;

    fn arguments(folder: &Path) -> args::Check {
        let cli = args::Cli::parse_from(["crossdock", "check", folder.to_str().unwrap(), "--watch"]);
        match cli.command {
            Some(args::Command::Check(check)) => check,
            _ => unreachable!("that is what was asked for"),
        }
    }

    const SHAPE: &str = "shape note\n  number text 9 required key\nend shape\n";

    #[test]
    fn every_change_is_checked_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let write = |name: &str, text: &str| fs::write(dir.join(name), text).unwrap();
        write("a.shape", SHAPE);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut turn = 0;
        let answer = repeat(&arguments(dir), &mut Console::new(&mut out, &mut err), || {
            turn += 1;
            match turn {
                // A hint without a change: an editor wrote what was there already.
                1 => write("a.shape", SHAPE),
                2 => write("a.shape", &SHAPE.replace("text 9", "txt 9")),
                3 => write("a.shape", SHAPE),
                4 => fs::remove_file(dir.join("a.shape")).unwrap(),
                5 => write("b.shape", SHAPE),
                6 => fs::rename(dir, dir.with_extension("away")).unwrap(),
                7 => fs::rename(dir.with_extension("away"), dir).unwrap(),
                _ => return false,
            }
            true
        });
        assert_eq!(answer, Ok(Exit::Fine));
        let sound = "0 guides, 0 maps, 0 flows, 0 tables: no findings\n";
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(
            shown,
            format!(
                "{sound}\na.shape changed\n1 error\n\na.shape changed\n{sound}\na.shape changed\n\nb.shape changed\n{sound}\nb.shape changed\n{sound}"
            )
        );
        let told = String::from_utf8(err).unwrap().replace(dir.to_str().unwrap(), "DIR");
        assert!(told.contains("`txt`"), "{told}");
        assert!(told.contains("not checked: there are no mapping files in `DIR`"), "{told}");
        assert!(told.contains("not checked: there is no folder `DIR`"), "{told}");
    }

    #[test]
    fn what_cannot_be_checked_at_all_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let none = folder.path().join("none");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let answer = repeat(&arguments(&none), &mut Console::new(&mut out, &mut err), || true);
        assert_eq!(answer.unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn a_written_file_is_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("house");
        fs::create_dir(&inner).unwrap();
        let mut changes = Changes::start(folder.path()).unwrap();
        fs::write(inner.join("a.shape"), SHAPE).unwrap();
        assert!(changes.wait());
    }

    #[test]
    fn many_changed_files_are_counted() {
        let files = |names: &[&str]| names.iter().map(|name| (name.to_string(), String::new())).collect();
        let shown = |before: &[&str], now: &[&str]| changed(&files(before), &files(now));
        assert_eq!(shown(&["a"], &["a", "b"]), "b changed");
        assert_eq!(shown(&["a", "b", "c"], &["d", "e"]), "a, b, c and 2 more files changed");
    }
}
