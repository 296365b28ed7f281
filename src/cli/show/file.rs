//! The story of a file.

use super::super::console::Console;
use super::super::ids::Id;
use super::super::messages::{Workplace, file_row, row};
use super::{events, findings, history, indented, rendered};
use crate::base::files::Disk;
use crate::diagnostics::render::terminal::sanitize;
use crate::exchange::states::{IntakeState, InterchangeState};
use crate::formats::sniff;
use crate::gateway::{stored_at, told};
use crate::ledger::{FileStory, Interchange};
use serde_json::{Value, json};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

/// How much is read to say what the file looks like.
const HEAD_BYTES: u64 = 512;
/// How much of its start is shown.
const SHOWN_BYTES: usize = 96;
/// Bytes in a line of them.
const LINE_BYTES: usize = 16;

/// What stands at the start of our copy.
struct Start {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Start {
    /// `Err` with what the machine said, if the copy cannot be read.
    fn read(story: &FileStory, place: &Workplace) -> Result<Start, String> {
        let path = stored_at(Arc::new(Disk), &place.data, &story.line.intake);
        let mut bytes = Vec::new();
        std::fs::File::open(&path)
            .and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut bytes))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Start { path, bytes })
    }

    fn recognised(&self) -> &'static str {
        match sniff(&self.bytes) {
            Some(format) => format.id(),
            None if self.bytes.is_empty() => "nothing, it is empty",
            None => "nothing, no format has a mark like this",
        }
    }
}

/// Shows the story.
pub fn show(story: &FileStory, place: &Workplace, console: &mut Console<'_>) {
    let start = Start::read(story, place);
    match console.json {
        true => console.line(machine(story, start.as_ref().ok()).to_string()),
        false => people(story, place, start, console),
    }
}

fn people(story: &FileStory, place: &Workplace, start: Result<Start, String>, console: &mut Console<'_>) {
    let (line, intake) = (&story.line, &story.line.intake);
    let file = sanitize(&String::from_utf8_lossy(&intake.name));
    console.line(format!("file f{}: {file}, {}", intake.id, line.state()));
    console.line(format!("  that is: {}", line.state().meaning()));
    if let Some(reason) = line.reason() {
        console.line(format!("  why: {}", sanitize(&told(reason))));
    }
    console.line("\ncame");
    console.line(format!(
        "  {} at {}, {} bytes",
        intake.received_at.to_rfc3339(),
        sanitize(&intake.endpoint),
        intake.size
    ));
    match start {
        Ok(start) => {
            console.line(format!("  our copy is {}", start.path.display()));
            console.line("\nstarts with");
            for (at, piece) in start.bytes.chunks(LINE_BYTES).take(SHOWN_BYTES / LINE_BYTES).enumerate() {
                console.line(format!("  {}", dump(at * LINE_BYTES, piece)));
            }
            console.line(format!("  recognised: {}", start.recognised()));
        }
        Err(why) => console.line(format!("  our copy cannot be read: {why}")),
    }
    console.line(format!("\nfound{}", if story.findings.is_empty() { "\n  nothing" } else { "" }));
    for finding in &story.findings {
        console.line(indented(&rendered(finding, &file, place)));
    }
    contents(story, console);
    history(&story.history, console);
    if let Some(next) = next(story) {
        console.line(format!("\nnext\n  {next}"));
    }
}

/// `0000  49 53 41 …  ISA*00`
fn dump(offset: usize, piece: &[u8]) -> String {
    let hex: Vec<String> = piece.iter().map(|byte| format!("{byte:02x}")).collect();
    let plain = |&byte: &u8| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' };
    let text: String = piece.iter().map(plain).collect();
    format!("{offset:04}  {:<width$}  {text}", hex.join(" "), width = LINE_BYTES * 3 - 1)
}

/// What is in it: interchanges and messages.
fn contents(story: &FileStory, console: &mut Console<'_>) {
    let is_empty = story.interchanges.is_empty() && story.messages.is_empty();
    console.line(format!("\nholds{}", if is_empty { "\n  nothing that could be read" } else { "" }));
    for interchange in &story.interchanges {
        let why = interchange.reason.as_ref().or(interchange.fault.as_ref());
        let why = why.map(|reason| format!(": {}", sanitize(&told(reason)))).unwrap_or_default();
        console.line(format!("  {}, {}{why}", named(interchange), interchange.state));
    }
    for message in &story.messages {
        let number = message.number.as_deref().map(sanitize).unwrap_or_else(|| "without a number".into());
        let why = message.reason.as_ref().map(|why| format!(": {}", sanitize(&told(why))));
        console.line(format!(
            "  message m{}: {} {number}, {}{}",
            message.id,
            sanitize(&message.kind),
            message.state,
            why.unwrap_or_default()
        ));
    }
    let more = story.message_count.saturating_sub(story.messages.len() as u64);
    if more > 0 {
        console.line(format!("  and {more} messages more"));
    }
}

fn named(interchange: &Interchange) -> String {
    let key = &interchange.key;
    if key.control_number.is_empty() && interchange.fault.is_some() {
        return format!("an interchange of {} without a number", sanitize(&key.syntax));
    }
    if key.control_number.is_empty() {
        return format!("one body of {}", sanitize(&key.syntax));
    }
    format!(
        "interchange {} from {} to {}",
        sanitize(&key.control_number),
        sanitize(&key.sender),
        sanitize(&key.receiver)
    )
}

/// What a person can do, if the file waits for one.
fn next(story: &FileStory) -> Option<String> {
    let id = story.line.intake.id;
    match story.line.intake.state {
        IntakeState::Quarantined if story.messages.is_empty() => Some(format!(
            "mend what the findings name, then `crossdock retry f{id}`; or have the sender send it again"
        )),
        IntakeState::Held => Some("it waits for its end; have the sender send the whole file again".into()),
        _ if story.messages.is_empty() => match story.line.refused.as_ref()?.0 {
            InterchangeState::Duplicate => None,
            _ => Some("the sender corrects the envelope and sends it again".into()),
        },
        _ => None,
    }
}

fn machine(story: &FileStory, start: Option<&Start>) -> Value {
    let interchanges: Vec<Value> = story
        .interchanges
        .iter()
        .map(|interchange| {
            json!({
                "syntax": interchange.key.syntax, "control_number": interchange.key.control_number,
                "sender": interchange.key.sender, "receiver": interchange.key.receiver,
                "state": interchange.state.word(),
                "reason": interchange.reason.as_ref().or(interchange.fault.as_ref()).map(ToString::to_string),
            })
        })
        .collect();
    let shown = |start: &Start| {
        let bytes = &start.bytes[..start.bytes.len().min(SHOWN_BYTES)];
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    json!({
        "file": file_row(&story.line), "id": Id::File(story.line.intake.id).to_string(),
        "copy": start.map(|start| start.path.display().to_string()),
        "start_hex": start.map(shown),
        "recognised": start.and_then(|start| sniff(&start.bytes)).map(|format| format.id()),
        "findings": findings(&story.findings), "interchanges": interchanges,
        "messages": story.messages.iter().map(row).collect::<Vec<_>>(), "message_count": story.message_count,
        "history": events(&story.history), "next": next(story),
    })
}
