//! Documents that came before: found in the ledger and among those of the batch at hand, judged by the client's policy, and
//! shown with what is different.

use super::bundle::Client;
use super::{GatewayError, documents};
use crate::base::clock::Timestamp;
use crate::diagnostics::{Code, Diagnostic};
use crate::exchange::repeats::{self, OnSame, RepeatPolicy, Told, Verdict};
use crate::exchange::states::MessageState;
use crate::ledger::{DocumentKey, Ledger, MessageId, MessageOutcome, NewDocument, StandingDocument};
use crate::tree::{PlaceId, Shape, View};
use serde_json::Value;
use std::collections::HashMap;

/// Most differences shown.
const DIFFERENCES_MAX: usize = 8;
/// Longest value shown in a difference.
const SHOWN_CHARACTERS: usize = 40;

/// The documents of a batch that is not committed yet, by their keys. The newest counts.
#[derive(Default)]
pub(super) struct Batched {
    places: HashMap<DocumentKey, (usize, usize)>,
}

impl Batched {
    /// Takes in the documents of the outcome at this place.
    pub(super) fn take(&mut self, at: usize, outcome: &MessageOutcome) {
        if !matches!(outcome.state, MessageState::Translated | MessageState::Done) {
            return;
        }
        for (of_message, document) in outcome.documents.iter().enumerate() {
            if !document.key.number.is_empty() {
                self.places.insert(document.key.clone(), (at, of_message));
            }
        }
    }

    fn find<'b>(
        &self,
        key: &DocumentKey,
        outcomes: &'b [MessageOutcome],
    ) -> Option<(MessageId, &'b NewDocument)> {
        let (at, of_message) = self.places.get(key)?;
        let outcome = &outcomes[*at];
        Some((outcome.message, &outcome.documents[*of_message]))
    }
}

/// Where documents that came before are looked for.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) ledger: &'a dyn Ledger,
    pub(super) batched: &'a Batched,
    /// What became of the messages of the batch so far.
    pub(super) outcomes: &'a [MessageOutcome],
}

impl Before<'_> {
    /// What is to be done with a document of `message`, with the finding that says why.
    pub(super) fn judge(
        self,
        message: MessageId,
        document: &NewDocument,
        received_at: Timestamp,
        policy: Policy,
    ) -> Result<(Verdict, Option<Diagnostic>), GatewayError> {
        if policy.repeats.is_blind() || document.key.number.is_empty() {
            return Ok((Verdict::Process, None));
        }
        let of_batch = self.batched.find(&document.key, self.outcomes).map(|(message, earlier)| {
            let (content, source, body) = (earlier.content, earlier.source, earlier.body.clone());
            StandingDocument { message, received_at, content, source, body }
        });
        let standing = match of_batch {
            Some(standing) => Some(standing),
            None => self.ledger.standing_document(document.key.clone(), message)?,
        };
        let of = |content, source, received_at| Told { content, source, received_at };
        let told = of(document.content, document.source, received_at);
        let earlier =
            standing.as_ref().map(|earlier| of(earlier.content, earlier.source, earlier.received_at));
        let verdict = repeats::judge(told, earlier, policy.repeats, policy.window_ms);
        Ok((verdict, standing.and_then(|earlier| finding(verdict, document, &earlier))))
    }
}

fn finding(verdict: Verdict, document: &NewDocument, earlier: &StandingDocument) -> Option<Diagnostic> {
    let code = match verdict {
        Verdict::Process => return None,
        Verdict::Duplicate => Code::I131,
        Verdict::HoldSame => Code::I132,
        Verdict::HoldOther => Code::I133,
    };
    let finding = Diagnostic::new(code)
        .with("document", &document.key.kind)
        .with("number", &document.key.number)
        .with("message", format!("m{}", earlier.message));
    Some(match verdict {
        Verdict::HoldOther => finding.with("text", differences(&earlier.body, &document.body)),
        _ => finding,
    })
}

/// What a client wants done with a document that came before.
#[derive(Clone, Copy)]
pub(super) struct Policy {
    repeats: RepeatPolicy,
    /// How long a document is remembered.
    window_ms: i64,
}

impl Policy {
    /// Since when a document that says the same must not have been processed, if one that came in at `received_at` may only
    /// be processed once.
    pub(super) fn once_since(self, received_at: Timestamp) -> Option<Timestamp> {
        let since = received_at.unix_ms.saturating_sub(self.window_ms);
        (self.repeats.same != OnSame::Process).then(|| Timestamp::from_unix_ms(since))
    }
}

/// What a client wants done with a document that came before. What is told by its `number` counts once; of what has none,
/// such as items, the last one counts. A change or cancellation says itself that it takes the place of another.
pub(super) fn policy(client: &Client, kind: &str, document: View<'_>, shape: &Shape) -> Policy {
    let settings = &client.partner.duplicates;
    let has_number = shape.children_named(PlaceId::ROOT, "number").next().is_some();
    let mut policy = if has_number { RepeatPolicy::ONCE } else { RepeatPolicy::STATE };
    if let Some(own) = settings.documents.get(kind) {
        policy =
            RepeatPolicy { same: own.same.unwrap_or(policy.same), other: own.other.unwrap_or(policy.other) };
    }
    if matches!(documents::field(document, shape, "action"), "change" | "cancel") {
        policy = policy.for_change();
    }
    Policy { repeats: policy, window_ms: i64::try_from(settings.window.as_millis()).unwrap_or(i64::MAX) }
}

/// What is different in two documents, in words: `lines 2 qty: 10, now 12`.
fn differences(earlier: &[u8], now: &[u8]) -> String {
    let read = |bytes: &[u8]| match serde_json::from_slice(bytes) {
        Ok(Value::Object(mut fields)) => {
            fields.remove("provenance");
            Value::Object(fields)
        }
        _ => Value::Null,
    };
    let mut found = Vec::new();
    compare("", Some(&read(earlier)), Some(&read(now)), &mut found);
    let more = found.len().saturating_sub(DIFFERENCES_MAX);
    found.truncate(DIFFERENCES_MAX);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    found.join("; ")
}

fn compare(path: &str, earlier: Option<&Value>, now: Option<&Value>, found: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path} {name}") };
    match (earlier, now) {
        (Some(one), Some(other)) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            for (name, value) in one {
                compare(&below(name), Some(value), other.get(name), found);
            }
            for (name, value) in other.iter().filter(|(name, _)| !one.contains_key(*name)) {
                compare(&below(name), None, Some(value), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for at in 0..one.len().max(other.len()) {
                compare(&below(&(at + 1).to_string()), one.get(at), other.get(at), found);
            }
        }
        (one, other) => found.push(format!("{path}: {}, now {}", shown(one), shown(other))),
    }
}

fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None => return "nothing".into(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let mut short: String = text.chars().take(SHOWN_CHARACTERS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("`{short}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_field_by_field() {
        let told = |one: &str, other: &str| differences(one.as_bytes(), other.as_bytes());
        let order = r#"{"number":"SO1","provenance":{"message":"1"},"lines":[{"sku":"A","qty":"10"}]}"#;
        let more = r#"{"number":"SO1","provenance":{"message":"7"},"lines":[{"sku":"A","qty":"12"},{"sku":"B"}],"mode":"ltl"}"#;
        assert_eq!(
            told(order, more),
            "lines 1 qty: `10`, now `12`; lines 2: nothing, now `{\"sku\":\"B\"}`; mode: nothing, now `ltl`"
        );
        assert_eq!(told(order, order), "");
        let many = |value: &str| {
            let fields: Vec<String> = (0..12).map(|n| format!("\"f{n:02}\":\"{value}\"")).collect();
            format!("{{{}}}", fields.join(","))
        };
        assert!(told(&many("a"), &many("b")).ends_with("; f07: `a`, now `b`; and 4 more"));
    }
}
