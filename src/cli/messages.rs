//! `messages`: the messages of a gateway, newest first.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use super::workspace;
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::diagnostics::suggest;
use crate::exchange::states::MessageState;
use crate::gateway::settings::GatewaySettings;
use crate::ledger::sqlite::SqliteLedger;
use crate::ledger::{Ledger, LedgerError, MessageFilter, MessageLine};
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

/// The ledger, to read beside the gateway.
pub fn open_to_read(config: &Path, console: &mut Console<'_>) -> Result<SqliteLedger, Stop> {
    let (settings, base) = settings(config, console)?;
    let path = ledger_path(&settings, &base);
    if !path.exists() {
        return Err(Stop::usage(
            format!("there is no ledger at `{}`", path.display()),
            "the gateway makes it when it first runs: crossdock run --once",
        ));
    }
    SqliteLedger::open_to_read(&path).map_err(failed)
}

/// A ledger that says no.
pub fn failed(error: LedgerError) -> Stop {
    match error {
        LedgerError::Missing { .. } => {
            Stop::usage(error.to_string(), "crossdock messages lists what there is")
        }
        LedgerError::Conflict { .. } => Stop::usage(error.to_string(), "crossdock show tells where it is"),
        error => Stop::machine(error.to_string()),
    }
}

/// Runs the command.
pub fn run(arguments: &args::Messages, console: &mut Console<'_>) -> Answer {
    let state = arguments.state.as_deref().map(state).transpose()?;
    let ledger = open_to_read(&arguments.config, console)?;
    let filter =
        MessageFilter { state, client: arguments.client.clone(), before: None, limit: arguments.limit };
    let lines = ledger.list_messages(filter).map_err(failed)?;
    show(&lines, console);
    Ok(Exit::Fine)
}

/// A table of messages.
pub fn show(lines: &[MessageLine], console: &mut Console<'_>) {
    if console.json {
        let rows: Vec<Value> = lines.iter().map(row).collect();
        return console.line(Value::from(rows).to_string());
    }
    if lines.is_empty() {
        return console.line("no messages");
    }
    let head = ["ID", "TIME", "CLIENT", "TYPE", "NUMBER", "STATE", "REASON", "FILE"].map(str::to_string);
    let mut table = vec![head];
    table.extend(lines.iter().map(cells));
    let width = |at: usize| table.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..8).map(width).collect();
    for row in &table {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        console.line(cells.join("  ").trim_end());
    }
}

fn cells(line: &MessageLine) -> [String; 8] {
    let shown = |text: &str| sanitize(&cut(text));
    [
        line.id.to_string(),
        line.received_at.to_rfc3339(),
        shown(line.client.as_deref().unwrap_or("-")),
        shown(&line.kind),
        shown(line.number.as_deref().unwrap_or("-")),
        line.state.word().to_string(),
        line.reason.as_ref().map_or("-".into(), |reason| shown(&reason.code)),
        shown(&String::from_utf8_lossy(&line.file)),
    ]
}

/// A message for machines.
pub fn row(line: &MessageLine) -> Value {
    json!({
        "id": line.id.0,
        "received_at": line.received_at.to_rfc3339(),
        "client": line.client,
        "kind": line.kind,
        "number": line.number,
        "control_number": line.control_number,
        "state": line.state.word(),
        "reason": line.reason.as_ref().map(ToString::to_string),
        "file": String::from_utf8_lossy(&line.file),
        "endpoint": line.endpoint,
    })
}

fn state(word: &str) -> Result<MessageState, Stop> {
    MessageState::from_word(&word.to_uppercase()).ok_or_else(|| {
        let words: Vec<&str> = MessageState::ALL.iter().map(|state| state.word()).collect();
        let help = match suggest::nearest(word, words.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are: {}", words.join(", ")),
        };
        Stop::usage(format!("there is no state `{word}` of messages"), help)
    })
}
