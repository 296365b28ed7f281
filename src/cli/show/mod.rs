//! `show`: the story of a message or a file, or a map or guide with its layers.

mod file;
mod layers;

use super::args;
use super::console::Console;
use super::exit::{Answer, Exit};
use super::ids::Id;
use super::messages::{Workplace, failed, open_to_read, row};
use crate::base::clock::Timestamp;
use crate::base::span::Sources;
use crate::diagnostics::render::json;
use crate::diagnostics::render::terminal::{self, sanitize};
use crate::exchange::reply::Word;
use crate::exchange::states::{MessageState, is_allowed};
use crate::gateway::told;
use crate::ledger::{Delivery, DeliveryKind, Event, Finding, Ledger, MessageStory, SyntaxVerdict};
use serde_json::{Value, json};

/// Runs the command.
pub fn run(arguments: &args::Show, console: &mut Console<'_>) -> Answer {
    let id = match (&arguments.effective, arguments.id) {
        (Some(name), _) => return layers::show(name, &arguments.mappings, console),
        (None, Some(id)) => id,
        (None, None) => unreachable!("one of them is required"),
    };
    let (ledger, place) = open_to_read(&arguments.config, console)?;
    let missing = |error| failed(error, Some(id));
    match id {
        Id::File(id) => file::show(&ledger.file_story(id).map_err(missing)?, &place, console),
        Id::Message(id) => {
            let story = ledger.message_story(id).map_err(missing)?;
            match console.json {
                true => console.line(machine(&story).to_string()),
                false => people(&story, &place, console),
            }
        }
    }
    Ok(Exit::Fine)
}

fn people(story: &MessageStory, place: &Workplace, console: &mut Console<'_>) {
    let line = &story.line;
    let file = sanitize(&String::from_utf8_lossy(&line.file));
    let number = line.number.as_deref().map(sanitize).unwrap_or_else(|| "without a number".into());
    console.line(format!("message m{}: {} {number}, {}", line.id, sanitize(&line.kind), line.state));
    console.line(format!("  that is: {}", line.state.meaning()));
    if let Some(reason) = &line.reason {
        console.line(format!("  why: {}", sanitize(&told(reason))));
    }
    console.line("\ncame");
    console.line(format!(
        "  {} in {file} (f{}) at {}",
        line.received_at.to_rfc3339(),
        story.intake.id,
        sanitize(&line.endpoint)
    ));
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
        console.line(indented(&rendered(finding, &file, place)));
    }
    if story.findings_dropped > 0 {
        console.line(format!("  and {} more", story.findings_dropped));
    }
    console.line(format!("\nbuilt{}", if story.documents.is_empty() { "\n  nothing" } else { "" }));
    for document in &story.documents {
        console.line(format!("  {} {}", document.kind, sanitize(&document.number)));
    }
    says(story, console);
    waits(story, console);
    went(story, console);
    history(&story.history, console);
    if let Some(next) = next(story) {
        console.line(format!("\nnext\n  {next}"));
    }
}

/// What happened, oldest first.
fn history(events: &[Event], console: &mut Console<'_>) {
    console.line("\nhistory");
    for event in events {
        let reason =
            event.reason.as_ref().map(|reason| format!(": {}", sanitize(&told(reason)))).unwrap_or_default();
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
}

/// Outputs that leave with those of other documents, which still come.
fn waiting(story: &MessageStory) -> impl Iterator<Item = (&str, Timestamp)> {
    let is_waiting = story.line.state == MessageState::Translated;
    let outputs = story.outputs.iter().filter(move |(_, delivery)| is_waiting && delivery.is_none());
    outputs.filter_map(|(output, _)| Some((output.written.endpoint.as_str(), output.closes_at?)))
}

fn waits(story: &MessageStory, console: &mut Console<'_>) {
    if waiting(story).next().is_some() {
        console.line("\nwaits");
    }
    for (endpoint, until) in waiting(story) {
        console.line(format!(
            "  for other documents that leave with it to {}, until {} at the latest",
            sanitize(endpoint),
            until.to_rfc3339()
        ));
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
            receivers(story, delivery, console);
        }
    }
    if let Some(verdict) = story.syntax {
        console.line(format!("  its syntax was {}", verdict.word().replace('_', " ")));
    }
    let is_outdated =
        |told: &SyntaxVerdict| story.syntax.is_some_and(|now| now.is_refusal() != told.is_refusal());
    if let Some(told) = story.told.filter(is_outdated) {
        let told = told.word().replace('_', " ");
        console.line(format!("  before it was retried the sender was told {told}; a correction follows"));
    }
    if let Some(who) = &story.permitted_by {
        console.line(format!("  {} had it processed although it came before", sanitize(who)));
    }
}

/// What the receiver said about a delivery, or until when he should.
fn receivers(story: &MessageStory, delivery: &Delivery, console: &mut Console<'_>) {
    let said = story.replies.iter().filter(|reply| reply.delivery == delivery.id);
    for reply in said {
        console.line(format!(
            "    {} by {} at {}",
            reply.word,
            Id::Message(reply.message),
            reply.at.to_rfc3339()
        ));
    }
    let settled = delivery.word.is_some_and(Word::settles);
    if let Some(deadline) = delivery.answer_by.filter(|_| !settled) {
        let deadline = deadline.to_rfc3339();
        console.line(match delivery.overdue_at {
            Some(_) => format!("    its acknowledgement is overdue since {deadline}"),
            None => format!("    its acknowledgement is awaited until {deadline}"),
        });
    }
}

/// What an acknowledgement says.
fn says(story: &MessageStory, console: &mut Console<'_>) {
    if story.says.is_empty() {
        return;
    }
    console.line("\nsays");
    for reply in &story.says {
        console.line(format!("  {}: {}", sanitize(&reply.name), reply.word));
    }
}

fn rendered(finding: &Finding, file: &str, place: &Workplace) -> String {
    let mapping =
        |(path, line): &(String, u32)| format!(" --> {}:{line}\n", place.mappings.join(path).display());
    let place = finding.map.as_ref().map(mapping).unwrap_or_default();
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
    if state == MessageState::Duplicate {
        return Some(format!(
            "nothing: it came before; `crossdock retry m{id} --repeat` has it processed again"
        ));
    }
    match is_allowed(state.into(), MessageState::Split.into()) {
        true => Some(format!(
            "correct what the findings name, then `crossdock retry m{id}`; or have the sender send it again"
        )),
        false if state == MessageState::Rejected => Some("the sender corrects it and sends it again".into()),
        false => None,
    }
}

fn machine(story: &MessageStory) -> Value {
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
                "acknowledged": delivery.word.map(Word::word),
                "acknowledgement_by": delivery.answer_by.map(Timestamp::to_rfc3339),
                "overdue_since": delivery.overdue_at.map(Timestamp::to_rfc3339),
            })
        })
        .collect();
    let says: Vec<Value> = story
        .says
        .iter()
        .map(|reply| json!({ "delivery": reply.delivery.0, "name": reply.name, "word": reply.word.word() }))
        .collect();
    let waits: Vec<Value> = waiting(story)
        .map(|(endpoint, until)| json!({ "endpoint": endpoint, "until": until.to_rfc3339() }))
        .collect();
    json!({
        "waits": waits, "message": row(&story.line), "file": Id::File(story.intake.id).to_string(),
        "says": says, "findings": findings(&story.findings), "documents": documents,
        "deliveries": deliveries, "history": events(&story.history), "next": next(story),
    })
}

/// Findings for machines.
fn findings(all: &[Finding]) -> Vec<Value> {
    let value = |finding: &Finding| match finding.to_diagnostic() {
        Some(diagnostic) => json::render(&diagnostic, &Sources::default()),
        None => json!({ "code": finding.code }),
    };
    all.iter().map(value).collect()
}

/// What happened, for machines.
fn events(all: &[Event]) -> Vec<Value> {
    let value = |event: &Event| {
        json!({
            "at": event.at.to_rfc3339(), "entity": event.entity.word(), "id": event.id,
            "from": event.from.word(), "to": event.to.word(),
            "reason": event.reason.as_ref().map(ToString::to_string), "who": event.who,
        })
    };
    all.iter().map(value).collect()
}
