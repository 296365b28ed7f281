//! `import STANDARD FILES…`: guides from what the publisher of a standard publishes.

use super::args;
use super::console::{Console, plural};
use super::exit::{Answer, Exit, Stop};
use crate::base::files::{Disk, read_whole};
use crate::diagnostics::render::json;
use crate::formats::standard::{Given, Import, Importer, Wanted};
use crate::formats::{FORMATS, format};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Largest file of a publisher.
const FILE_BYTES_MAX: usize = 64 << 20;

/// Runs the command.
pub fn run(arguments: &args::Import, console: &mut Console<'_>) -> Answer {
    let importer = importer(&arguments.standard)?;
    let mut files = Vec::new();
    for path in &arguments.files {
        gather(path, &mut files)?;
    }
    let wanted = match arguments.pack {
        Some(_) => Wanted::Packed,
        None => Wanted::Guides {
            kinds: &arguments.messages,
            release: arguments.release.as_deref().unwrap_or_default(),
        },
    };
    let import = importer.import(&files, &wanted).map_err(|why| Stop {
        exit: Exit::Findings,
        text: why,
        help: format!("give the files as they were published: {} says which", importer.page()),
    })?;
    if !console.json {
        import.findings.iter().for_each(|finding| console.finding(finding, &import.sources, ""));
    }
    if import.findings.is_empty() && (import.releases.is_empty() || import.made.is_empty()) {
        return Err(nothing(arguments, &import, importer.page()));
    }
    let mut written = Vec::new();
    for (name, bytes) in &import.made {
        let path = match &arguments.pack {
            Some(path) => path.clone(),
            None => arguments.to.join(format!("{name}.guide")),
        };
        let text = || super::fmt::in_form(name, String::from_utf8(bytes.clone()).ok()?);
        let laid_out = arguments.pack.is_none().then(text).flatten();
        let bytes = laid_out.as_ref().map_or(bytes.as_slice(), String::as_bytes);
        write(&path, bytes)?;
        written.push((path, bytes.len()));
    }
    tell(&import, &written, console);
    let is_fine = import.faults.is_empty() && import.findings.is_empty();
    Ok(if is_fine { Exit::Fine } else { Exit::Findings })
}

fn importer(name: &str) -> Result<&'static dyn Importer, Stop> {
    format(name).and_then(|format| format.importer()).ok_or_else(|| {
        let known = FORMATS.iter().filter(|format| format.importer().is_some()).map(|format| format.id());
        let known: Vec<&str> = known.collect();
        Stop::usage(
            format!("there is no import for `{name}`"),
            format!("there is one for: {}", known.join(", ")),
        )
    })
}

/// A file, or all that are in a folder.
fn gather(path: &Path, found: &mut Vec<Given>) -> Result<(), Stop> {
    let failed = |error: std::io::Error| Stop::file(path, &error);
    if !path.is_dir() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        found.push(Given { name, bytes: read_whole(&Disk, path, FILE_BYTES_MAX).map_err(failed)? });
        return Ok(());
    }
    let mut inside: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        inside.push(entry.map_err(failed)?.path());
    }
    inside.sort();
    inside.iter().try_for_each(|path| gather(path, found))
}

fn nothing(arguments: &args::Import, import: &Import, page: &str) -> Stop {
    let (text, help) = match import.releases.as_slice() {
        [] => (
            format!("there is nothing of {} to import in these files", arguments.standard),
            format!("{} of no known kind: {page} says which are read", plural(import.ignored.len(), "file")),
        ),
        releases => (
            format!("there is no message {} in these files", arguments.messages.join(", ")),
            format!(
                "there are: {}",
                releases
                    .iter()
                    .map(|one| format!("{} with {}", one.name, plural(one.messages, "message")))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        ),
    };
    Stop { exit: Exit::Findings, text, help }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let failed =
        |error: std::io::Error| Stop::machine(format!("`{}` could not be written: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, bytes).map_err(failed)
}

fn tell(import: &Import, written: &[(PathBuf, usize)], console: &mut Console<'_>) {
    if console.json {
        let written: Vec<_> = written
            .iter()
            .map(|(path, bytes)| json!({ "file": path.display().to_string(), "bytes": bytes }))
            .collect();
        let releases = import.releases.iter().map(super::standards::machine).collect::<Vec<_>>();
        let findings: Vec<_> =
            import.findings.iter().map(|finding| json::render(finding, &import.sources)).collect();
        let told = json!({
            "written": written, "releases": releases, "findings": findings, "faults": import.faults,
            "ignored": import.ignored,
        });
        return console.line(told.to_string());
    }
    for (path, bytes) in written {
        console.line(format!("{}: {bytes} bytes", path.display()));
    }
    for release in &import.releases {
        console.note(super::standards::line(release));
    }
    import.faults.iter().for_each(|fault| console.note(format!("warning: {fault}")));
    if !import.ignored.is_empty() {
        console.note(format!("not read: {}", crate::guide::shorten(&import.ignored)));
    }
}
