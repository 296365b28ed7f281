//! `messages`: the messages of a gateway and the files that brought none, newest first.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use super::ids::Id;
use super::workspace;
use crate::base::clock::Timestamp;
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::diagnostics::suggest;
use crate::exchange::states::{Entity, MessageState, State};
use crate::gateway::settings::GatewaySettings;
use crate::ledger::sqlite::SqliteLedger;
use crate::ledger::{FileFilter, FileLine, Ledger, LedgerError, MessageFilter, MessageLine};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Name of the ledger in the data folder.
const LEDGER: &str = "ledger.db";

/// The settings, or why there are none.
pub fn settings(path: &Path, console: &mut Console<'_>) -> Result<(GatewaySettings, PathBuf), Stop> {
    let config = workspace::config(path)?;
    for finding in &config.findings {
        console.finding(finding, &config.sources, "");
    }
    let folder = config.path("");
    config.settings.map(|settings| (settings, folder)).ok_or_else(|| Stop {
        exit: Exit::Findings,
        text: format!("`{}` cannot be used", path.display()),
        help: "correct it as the findings say".into(),
    })
}

/// Where the ledger of these settings is.
pub fn ledger_path(settings: &GatewaySettings, base: &Path) -> PathBuf {
    base.join(&settings.data).join(LEDGER)
}

/// Where a gateway has its files, as seen from the current folder.
pub struct Workplace {
    /// The mappings folder.
    pub mappings: PathBuf,
    /// The data folder.
    pub data: PathBuf,
}

/// The ledger, to read beside the gateway, and where the gateway has its files.
pub fn open_to_read(config: &Path, console: &mut Console<'_>) -> Result<(SqliteLedger, Workplace), Stop> {
    let (settings, base) = settings(config, console)?;
    let place = Workplace { mappings: base.join(&settings.mappings), data: base.join(&settings.data) };
    let path = ledger_path(&settings, &base);
    if !path.exists() {
        return Err(Stop::usage(
            format!("there is no ledger at `{}`", path.display()),
            "the gateway makes it when it first runs: crossdock run --once",
        ));
    }
    let ledger = SqliteLedger::open_to_read(&path).map_err(|error| failed(error, None))?;
    Ok((ledger, place))
}

/// A ledger that says no.
pub fn failed(error: LedgerError, id: Option<Id>) -> Stop {
    match error {
        LedgerError::Missing { .. } => {
            Stop::usage(error.to_string(), "crossdock messages lists what there is")
        }
        LedgerError::Conflict { .. } => {
            let help = match id {
                Some(id @ Id::File(_)) => {
                    format!("crossdock show {id} tells where it is and lists its messages")
                }
                Some(id) => format!("crossdock show {id} tells where it is"),
                None => "crossdock show tells where it is".into(),
            };
            Stop::usage(error.to_string(), help)
        }
        error => Stop::machine(error.to_string()),
    }
}

/// A message or a file in the table.
enum Line {
    Message(MessageLine),
    File(FileLine),
}

impl Line {
    fn received_at(&self) -> Timestamp {
        match self {
            Line::Message(line) => line.received_at,
            Line::File(line) => line.intake.received_at,
        }
    }
}

/// Runs the command.
pub fn run(arguments: &args::Messages, console: &mut Console<'_>) -> Answer {
    let state = arguments.state.as_deref().map(state).transpose()?;
    let (ledger, _) = open_to_read(&arguments.config, console)?;
    let (client, limit) = (arguments.client.clone(), arguments.limit);
    let mut lines = Vec::new();
    let message_state = state.as_deref().map(MessageState::from_word);
    if message_state != Some(None) {
        let filter =
            MessageFilter { state: message_state.flatten(), client: client.clone(), before: None, limit };
        let messages = ledger.list_messages(filter).map_err(|error| failed(error, None))?;
        lines.extend(messages.into_iter().map(Line::Message));
    }
    let files = ledger.files_without_messages(FileFilter { state, client, before: None, limit });
    lines.extend(files.map_err(|error| failed(error, None))?.into_iter().map(Line::File));
    lines.sort_by_key(|line| std::cmp::Reverse(line.received_at()));
    lines.truncate(limit);
    show(&lines, console);
    Ok(Exit::Fine)
}

/// A table of messages and files.
fn show(lines: &[Line], console: &mut Console<'_>) {
    if console.json {
        let rows: Vec<Value> = lines
            .iter()
            .map(|line| match line {
                Line::Message(line) => row(line),
                Line::File(line) => file_row(line),
            })
            .collect();
        return console.line(Value::from(rows).to_string());
    }
    if lines.is_empty() {
        return console.line("nothing came in");
    }
    let head = ["ID", "TIME", "CLIENT", "TYPE", "NUMBER", "STATE", "REASON", "ACKNOWLEDGED", "FILE"]
        .map(str::to_string);
    let mut rows = vec![head];
    rows.extend(lines.iter().map(cells));
    table(&rows, console);
}

/// Rows of cells, the first of them the head, in columns.
pub fn table<const N: usize>(rows: &[[String; N]], console: &mut Console<'_>) {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        console.line(cells.join("  ").trim_end());
    }
}

fn shown(text: &str) -> String {
    sanitize(&cut(text))
}

fn cells(line: &Line) -> [String; 9] {
    match line {
        Line::Message(line) => message_cells(line),
        Line::File(line) => [
            Id::File(line.intake.id).to_string(),
            line.intake.received_at.to_rfc3339(),
            shown(line.intake.client.as_deref().unwrap_or("-")),
            "(file)".into(),
            "-".into(),
            line.state().word().to_string(),
            line.reason().map_or("-".into(), |reason| shown(&reason.code)),
            "-".into(),
            shown(&String::from_utf8_lossy(&line.intake.name)),
        ],
    }
}

fn message_cells(line: &MessageLine) -> [String; 9] {
    [
        Id::Message(line.id).to_string(),
        line.received_at.to_rfc3339(),
        shown(line.client.as_deref().unwrap_or("-")),
        shown(&line.kind),
        shown(line.number.as_deref().unwrap_or("-")),
        line.state.word().to_string(),
        line.reason.as_ref().map_or("-".into(), |reason| shown(&reason.code)),
        line.acknowledged.map_or("-".into(), |acknowledged| acknowledged.word()),
        shown(&String::from_utf8_lossy(&line.file)),
    ]
}

/// A file for machines.
pub fn file_row(line: &FileLine) -> Value {
    let intake = &line.intake;
    json!({
        "id": Id::File(intake.id).to_string(),
        "entity": "file",
        "received_at": intake.received_at.to_rfc3339(),
        "client": intake.client,
        "state": line.state().word(),
        "reason": line.reason().map(ToString::to_string),
        "file": String::from_utf8_lossy(&intake.name),
        "size": intake.size,
        "endpoint": intake.endpoint,
    })
}

/// A message for machines.
pub fn row(line: &MessageLine) -> Value {
    json!({
        "id": Id::Message(line.id).to_string(),
        "entity": "message",
        "received_at": line.received_at.to_rfc3339(),
        "client": line.client,
        "kind": line.kind,
        "number": line.number,
        "control_number": line.control_number,
        "state": line.state.word(),
        "reason": line.reason.as_ref().map(ToString::to_string),
        "acknowledged": line.acknowledged.map(|acknowledged| acknowledged.word()),
        "file": String::from_utf8_lossy(&line.file),
        "endpoint": line.endpoint,
    })
}

/// The word of a state of messages, files or interchanges.
fn state(word: &str) -> Result<String, Stop> {
    let mut words: Vec<&str> = Vec::new();
    for entity in [Entity::Message, Entity::Intake, Entity::Interchange] {
        words.extend(State::all(entity).into_iter().map(State::word));
    }
    words.sort_unstable();
    words.dedup();
    let upper = word.to_uppercase();
    if words.contains(&upper.as_str()) {
        return Ok(upper);
    }
    let help = match suggest::nearest(word, words.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are: {}", words.join(", ")),
    };
    Err(Stop::usage(format!("there is no state `{word}` of messages or files"), help))
}
