//! `retry`: has a message translated or a file read again, with the mappings as they are now.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use super::ids::Id;
use super::{messages, process};
use crate::gateway::GatewayError;

/// Runs the command. The engine is needed for it, so no other process may have it.
pub fn run(arguments: &args::Retry, console: &mut Console<'_>) -> Answer {
    let mut process = process::open_sound(&arguments.config, console)?;
    let who = std::env::var("USER").unwrap_or_else(|_| "command line".into());
    let retried = match arguments.id {
        Id::Message(id) if arguments.repeat => process.gateway.retry_repeat(id, &who),
        Id::Message(id) => process.gateway.retry(id, &who),
        Id::File(id) => process.gateway.retry_intake(id, &who),
    };
    retried.map_err(|error| match error {
        GatewayError::Ledger(error) => messages::failed(error, Some(arguments.id)),
        error => Stop::machine(error.to_string()),
    })?;
    let what = match arguments.id {
        Id::Message(id) => format!("message m{id} will be translated again"),
        Id::File(id) => format!("file f{id} will be read again"),
    };
    match console.json {
        true => console.line(serde_json::json!({ "retried": arguments.id.to_string() }).to_string()),
        false => console.line(format!("{what} when the gateway runs")),
    }
    Ok(Exit::Fine)
}
