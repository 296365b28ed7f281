//! `retry`: has a message translated again, with the mappings as they are now.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use super::{messages, process};
use crate::gateway::GatewayError;
use crate::ledger::MessageId;

/// Runs the command. The engine is needed for it, so no other process may have it.
pub fn run(arguments: &args::Retry, console: &mut Console<'_>) -> Answer {
    let mut process = process::open(&arguments.config, console)?;
    let who = std::env::var("USER").unwrap_or_else(|_| "command line".into());
    process.gateway.retry(MessageId(arguments.id), &who).map_err(|error| match error {
        GatewayError::Ledger(error) => messages::failed(error),
        error => Stop::machine(error.to_string()),
    })?;
    match console.json {
        true => console.line(serde_json::json!({ "retried": arguments.id }).to_string()),
        false => {
            console.line(format!("message {} will be translated again when the gateway runs", arguments.id))
        }
    }
    Ok(Exit::Fine)
}
