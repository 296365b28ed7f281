//! Hints that a folder changed. A hint may be missing or needless: the listing is the truth, a hint makes it sooner.

use crate::diagnostics::Diagnostic;
use crate::transport::error::not_watched;
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;

/// A watched folder; watching ends when it is dropped.
pub struct Watch {
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Calls `hint` whenever `directory` may have changed, and also when events were lost or watching broke. `hint`
    /// runs on a thread of the watcher and must not block: `try_send(())` on a channel of capacity 1 is meant.
    /// `None` if the folder cannot be watched: that is logged as a warning, and costs nothing but time until the
    /// next listing.
    pub fn start(endpoint: &str, directory: &Path, hint: impl Fn() + Send + 'static) -> Option<Self> {
        logged(Self::try_start(endpoint, directory, hint))
    }

    /// As [`Watch::start`], with all folders inside.
    pub fn tree(name: &str, directory: &Path, hint: impl Fn() + Send + 'static) -> Option<Self> {
        logged(Self::with_mode(name, directory, RecursiveMode::Recursive, hint))
    }

    /// As [`Watch::start`], giving the finding instead of logging it.
    ///
    /// # Errors
    /// A finding of code T022.
    pub fn try_start(
        endpoint: &str,
        directory: &Path,
        hint: impl Fn() + Send + 'static,
    ) -> Result<Self, Box<Diagnostic>> {
        Self::with_mode(endpoint, directory, RecursiveMode::NonRecursive, hint)
    }

    fn with_mode(
        endpoint: &str,
        directory: &Path,
        mode: RecursiveMode,
        hint: impl Fn() + Send + 'static,
    ) -> Result<Self, Box<Diagnostic>> {
        let name = endpoint.to_string();
        let handler = move |event: notify::Result<notify::Event>| match event {
            Ok(event) if event.need_rescan() || matters(event.kind) => hint(),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(endpoint = name, %error, "the watch of a folder reports an error");
                hint();
            }
        };
        notify::recommended_watcher(handler)
            .and_then(|mut watcher| {
                watcher.watch(directory, mode)?;
                Ok(Watch { _watcher: watcher })
            })
            .map_err(|error| Box::new(not_watched(endpoint, &error.to_string())))
    }
}

fn logged(watch: Result<Watch, Box<Diagnostic>>) -> Option<Watch> {
    watch.inspect_err(|finding| tracing::warn!(code = finding.code.text(), "{}", finding.title())).ok()
}

/// Whether an event can make a file complete. Opening and reading cannot, and we do that ourselves all the time.
fn matters(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;
    use std::time::Duration;

    #[test]
    fn a_new_file_gives_a_hint_and_a_missing_folder_a_finding() {
        let directory = tempfile::tempdir().unwrap();
        let (sender, hints) = sync_channel(1);
        let watch = Watch::start("in", directory.path(), move || {
            let _full_is_fine = sender.try_send(());
        });
        // A machine without free watches is no failure of ours: then there is nothing to hint.
        if watch.is_some() {
            std::fs::write(directory.path().join("a.edi"), "x").unwrap();
            hints.recv_timeout(Duration::from_secs(60)).unwrap();
        }
        let finding = Watch::try_start("in", &directory.path().join("none"), || {}).err().unwrap();
        assert_eq!(finding.code.text(), "T022");
    }

    #[test]
    fn our_own_reading_gives_no_hint() {
        assert!(!matters(EventKind::Access(AccessKind::Open(AccessMode::Any))));
        assert!(!matters(EventKind::Access(AccessKind::Close(AccessMode::Read))));
        assert!(matters(EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(matters(EventKind::Any) && matters(EventKind::Other));
    }
}
