//! `show ID`: the story of a message.

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit};
use super::messages::{failed, open_to_read, row};
use crate::base::span::Sources;
use crate::diagnostics::render::json;
use crate::diagnostics::render::terminal::{self, sanitize};
use crate::exchange::states::{MessageState, is_allowed};
use crate::ledger::{DeliveryKind, Finding, Ledger, MessageId, MessageStory};
use serde_json::{Value, json};

/// Runs the command.
pub fn run(arguments: &args::Show, console: &mut Console<'_>) -> Answer {
    let ledger = open_to_read(&arguments.config, console)?;
    let story = ledger.message_story(MessageId(arguments.id)).map_err(failed)?;
    match console.json {
        true => console.line(machine(&story).to_string()),
        false => people(&story, console),
    }
    Ok(Exit::Fine)
}

fn people(story: &MessageStory, console: &mut Console<'_>) {
    let line = &story.line;
    let file = sanitize(&String::from_utf8_lossy(&line.file));
    let number = line.number.as_deref().map(sanitize).unwrap_or_else(|| "without a number".into());
    console.line(format!("message {}: {} {number}, {}", line.id, sanitize(&line.kind), line.state));
    console.line(format!("  that is: {}", line.state.meaning()));
    if let Some(reason) = &line.reason {
        console.line(format!("  why: {}", sanitize(&reason.to_string())));
    }
    console.line("\ncame");
    console.line(format!("  {} in {file} at {}", line.received_at.to_rfc3339(), sanitize(&line.endpoint)));
    let key = &story.interchange.key;
    if !key.control_number.is_empty() {
        console.line(format!(
            "  interchange {} from {} to {}, group {}, message {}",
            sanitize(&key.control_number),
            sanitize(&key.sender),
            sanitize(&key.receiver),
            sanitize(&story.group.control_number),
            sanitize(&line.control_number)
        ));
    }
    console.line(format!("  byte {} of the file, {} bytes", story.offset, story.length));
    console.line(format!("\nfound{}", if story.findings.is_empty() { "\n  nothing" } else { "" }));
    for finding in &story.findings {
        console.line(indented(&rendered(finding, &file)));
    }
    if story.findings_dropped > 0 {
        console.line(format!("  and {} more", story.findings_dropped));
    }
    console.line(format!("\nbuilt{}", if story.documents.is_empty() { "\n  nothing" } else { "" }));
    for document in &story.documents {
        console.line(format!("  {} {}", document.kind, sanitize(&document.number)));
    }
    went(story, console);
    console.line("\nhistory");
    for event in &story.history {
        let reason = event
            .reason
            .as_ref()
            .map(|reason| format!(": {}", sanitize(&reason.to_string())))
            .unwrap_or_default();
        let who = event.who.as_ref().map(|who| format!(" by {}", sanitize(who))).unwrap_or_default();
        console.line(format!(
            "  {} {} {} {} -> {}{who}{reason}",
            event.at.to_rfc3339(),
            event.entity,
            event.id,
            event.from,
            event.to
        ));
    }
    if let Some(next) = next(story) {
        console.line(format!("\nnext\n  {next}"));
    }
}

/// Where it went, and what the partner was told.
fn went(story: &MessageStory, console: &mut Console<'_>) {
    let of = |kind: DeliveryKind| story.deliveries.iter().filter(move |delivery| delivery.kind == kind);
    for (title, kind) in [("went", DeliveryKind::Output), ("told the partner", DeliveryKind::Acknowledgement)]
    {
        console.line(format!("\n{title}{}", if of(kind).next().is_none() { "\n  nothing" } else { "" }));
        for delivery in of(kind) {
            console.line(format!(
                "  {} to {}, {} since {}",
                sanitize(&delivery.name),
                sanitize(&delivery.endpoint),
                delivery.state,
                delivery.state_at.to_rfc3339()
            ));
        }
    }
    if let Some(verdict) = story.syntax {
        console.line(format!("  its syntax was {}", verdict.word().replace('_', " ")));
    }
}

fn rendered(finding: &Finding, file: &str) -> String {
    let place = finding.map.as_ref().map(|(path, line)| format!(" --> {path}:{line}\n")).unwrap_or_default();
    match finding.to_diagnostic() {
        Some(diagnostic) => {
            format!("{}{place}", terminal::render(&diagnostic, &Sources::default(), file, false))
        }
        None => format!("{} (a code of a newer program)\n{place}", finding.code),
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}").trim_end().to_string()).collect::<Vec<_>>().join("\n")
}

/// What a person can do, if the message waits for one.
fn next(story: &MessageStory) -> Option<String> {
    let (id, state) = (story.line.id, story.line.state);
    match is_allowed(state.into(), MessageState::Split.into()) {
        true => Some(format!(
            "correct what the findings name, then `crossdock retry {id}`; or have the sender send it again"
        )),
        false if state == MessageState::Rejected => Some("the sender corrects it and sends it again".into()),
        false => None,
    }
}

fn machine(story: &MessageStory) -> Value {
    let findings: Vec<Value> = story
        .findings
        .iter()
        .map(|finding| match finding.to_diagnostic() {
            Some(diagnostic) => json::render(&diagnostic, &Sources::default()),
            None => json!({ "code": finding.code }),
        })
        .collect();
    let documents: Vec<Value> = story
        .documents
        .iter()
        .map(|document| json!({ "kind": document.kind, "number": document.number }))
        .collect();
    let deliveries: Vec<Value> = story
        .deliveries
        .iter()
        .map(|delivery| {
            json!({
                "id": delivery.id.0, "kind": delivery.kind.word(), "endpoint": delivery.endpoint,
                "name": delivery.name, "state": delivery.state.word(), "since": delivery.state_at.to_rfc3339(),
            })
        })
        .collect();
    let history: Vec<Value> = story
        .history
        .iter()
        .map(|event| {
            json!({
                "at": event.at.to_rfc3339(), "entity": event.entity.word(), "id": event.id,
                "from": event.from.word(), "to": event.to.word(),
                "reason": event.reason.as_ref().map(ToString::to_string), "who": event.who,
            })
        })
        .collect();
    json!({
        "message": row(&story.line), "findings": findings, "documents": documents,
        "deliveries": deliveries, "history": history, "next": next(story),
    })
}
