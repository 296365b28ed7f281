//! `waivers [CLIENT]`: the known faults that partner files tolerate, until when, and how often that was of use.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit, Stop};
use super::messages::{failed, open_to_read, table};
use super::workspace;
use crate::base::clock::{Clock, SystemClock};
use crate::diagnostics::render::terminal::{cut, sanitize};
use crate::diagnostics::suggest;
use crate::gateway::waivers::{self, Stand, Standing};
use crate::ledger::Ledger;
use serde_json::{Value, json};

/// Runs the command.
pub fn run(arguments: &args::Waivers, console: &mut Console<'_>) -> Answer {
    let (ledger, place) = open_to_read(&arguments.config, console)?;
    let used = ledger.tolerated().map_err(|error| failed(error, None))?;
    let mappings = workspace::load(&place.mappings, None)?;
    if mappings.bundle.is_none() {
        let help = "crossdock check tells why";
        console.note(format!("the mappings cannot be used, so that only what was of use is listed; {help}"));
    }
    let partners = mappings.bundle.iter().flat_map(|bundle| &bundle.clients);
    let partners = partners.map(|(id, client)| (id.as_str(), &client.partner));
    let now = jiff::Timestamp::from_millisecond(SystemClock::new().now().unix_ms).unwrap_or_default();
    let mut all = waivers::standings(partners, used, now, mappings.bundle.is_some());
    if let Some(client) = &arguments.client {
        let known = mappings.bundle.iter().flat_map(|bundle| bundle.clients.keys());
        let known: Vec<&str> = known.map(String::as_str).collect();
        all.retain(|one| one.client == *client);
        if all.is_empty() && !known.is_empty() && !known.contains(&client.as_str()) {
            let help = match suggest::nearest(client, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", known.join(", ")),
            };
            return Err(Stop::usage(format!("there is no client `{client}`"), help));
        }
    }
    show(&all, console);
    Ok(Exit::Fine)
}

fn show(all: &[Standing], console: &mut Console<'_>) {
    if console.json {
        return console.line(Value::from(all.iter().map(row).collect::<Vec<_>>()).to_string());
    }
    if all.is_empty() {
        return console.line("nothing is tolerated");
    }
    let head = ["CLIENT", "FAULT", "UNTIL", "MESSAGES", "FAULTS", "AFTER IT", "LAST", "SEEN", "REASON"];
    let mut rows = vec![head.map(str::to_string)];
    rows.extend(all.iter().map(cells));
    table(&rows, console);
}

fn cells(one: &Standing) -> [String; 9] {
    let shown = |text: &str| sanitize(&cut(text));
    let (last, seen) = match &one.last {
        Some((message, at)) => (format!("m{message}"), at.to_rfc3339()),
        None => ("-".into(), "never".into()),
    };
    [
        shown(&one.client),
        shown(&one.what),
        match one.stand {
            Stand::Open => one.until.clone(),
            Stand::Over => format!("{} (over)", one.until),
            Stand::Gone => format!("{} (taken out)", one.until),
        },
        one.messages.to_string(),
        one.faults.to_string(),
        one.messages_after.to_string(),
        last,
        seen,
        shown(&one.reason),
    ]
}

fn row(one: &Standing) -> Value {
    json!({
        "client": one.client,
        "fault": one.what,
        "until": one.until,
        "stand": match one.stand {
            Stand::Open => "open",
            Stand::Over => "over",
            Stand::Gone => "taken out",
        },
        "messages": one.messages,
        "faults": one.faults,
        "messages_after": one.messages_after,
        "last": one.last.as_ref().map(|(message, _)| format!("m{message}")),
        "seen_at": one.last.as_ref().map(|(_, at)| at.to_rfc3339()),
        "reason": one.reason,
    })
}
