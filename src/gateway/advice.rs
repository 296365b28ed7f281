//! What a sender is told of a document that could be read: whether it is acted on, and what is wrong with it. It is a
//! canonical document like any other, made of the findings, written by a map of the partner file, and leaves as an output of
//! the message it is about.

use super::bundle::Client;
use super::message::Batch;
use super::settings::AdviseWhen;
use super::{documents, translation};
use crate::base::hash::Sha;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::exchange::states::MessageState;
use crate::ledger::{DocumentKey, Gathering, NewDocument, NewOutput, Work};
use crate::mapping::{Facts, Runner};
use crate::tree::{Tree, View};
use serde_json::{Value, json};

/// The canonical document. One that comes in is never answered with another.
pub(super) const DOCUMENT: &str = "application_advice";
/// Longest text of an error.
const TEXT_CHARACTERS: usize = 500;
/// Longest copy of a value.
const VALUE_CHARACTERS: usize = 99;

/// What there is to tell.
pub(super) struct About<'a> {
    pub(super) client: &'a Client,
    pub(super) work: &'a Work,
    /// The moment the file came in.
    pub(super) now: jiff::Timestamp,
    /// What becomes of the message.
    pub(super) state: MessageState,
    /// Name of its canonical document.
    pub(super) kind: &'a str,
    /// Business number of it; empty if there is none.
    pub(super) number: &'a str,
    pub(super) findings: &'a [Diagnostic],
}

/// The advice with what is written for it, appended to the batch; `None` if the sender is not to be told. If it cannot be
/// written there is no document, and a finding says why.
pub(super) fn of(
    about: &About<'_>,
    runner: &mut Runner,
    target: &mut Tree,
    batch: &mut Batch,
) -> Option<(Option<NewDocument>, Vec<Diagnostic>)> {
    let About { client, work, .. } = about;
    let settings = client.partner.advise.get(&work.key.syntax)?;
    let (plan, layout) = client.advise.get(&work.key.syntax)?;
    // Others who send for the client are not told: what is written for it goes to the client.
    let named = translation::identities(&client.partner, &work.key.syntax)?;
    let is_clients = translation::identities_of(&client.partner, &work.key)? == named;
    let verdict = about.verdict(settings.when).filter(|_| is_clients && about.kind != DOCUMENT)?;
    let body = about.document(verdict).to_string().into_bytes();
    let shape = &plan.source_shape;
    let document = documents::load(&body, shape)?;
    let view = View::new(&document, "");
    let mut findings = Diagnostics::new();
    let offset = batch.bytes.len();
    let facts = Facts { now: about.now, ..Facts::default() };
    runner.run(plan, view, &facts, target, &mut findings);
    layout.write_body(View::new(target, ""), &mut batch.bytes, &mut findings);
    if let Some(why) = findings.as_slice().iter().find(|finding| finding.severity >= Severity::Hold) {
        batch.bytes.truncate(offset);
        let finding = Diagnostic::new(Code::A130).with("number", about.number).with("text", why.title());
        return Some((None, vec![finding]));
    }
    let (body, content) = documents::store_with_content(view, shape);
    let output = NewOutput {
        flow: String::new(),
        map: settings.map.clone(),
        endpoint: settings.to.clone(),
        gathering: Gathering::PerMessage,
        window: None,
        is_last: false,
        segment: batch.segment,
        offset: offset as u64,
        length: (batch.bytes.len() - offset) as u64,
        sha: Sha::of(&batch.bytes[offset..]),
    };
    let document = NewDocument {
        key: DocumentKey {
            client: client.id.clone(),
            kind: DOCUMENT.into(),
            number: documents::number(view, shape).into(),
            sender: String::new(),
            is_test: translation::is_test(client, &work.key),
        },
        keys: documents::keys(view, shape),
        sha: Sha::of(&body),
        source: Sha::of(&body),
        body,
        content,
        once_since: None,
        is_advice: true,
        outputs: vec![output],
    };
    Some((Some(document), Vec::new()))
}

impl About<'_> {
    /// The word on the document, if there is anything to tell: a refusal; what was noted, if that is agreed; that one that
    /// was refused is acted on after all.
    fn verdict(&self, when: AdviseWhen) -> Option<&'static str> {
        let is_noted = self.errors().next().is_some();
        match self.state {
            MessageState::Quarantined => Some("refused"),
            MessageState::Translated | MessageState::Done if is_noted && when == AdviseWhen::Noted => {
                Some("accepted_with_errors")
            }
            MessageState::Translated | MessageState::Done if self.work.advised > 0 => Some("accepted"),
            _ => None,
        }
    }

    /// What is wrong with what the document says. With a refusal, what does not refuse it is left out.
    fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        let least = match self.state {
            MessageState::Quarantined => Severity::Hold,
            _ => Severity::Warn,
        };
        // What nobody reads is our own business.
        let is_told =
            |finding: &&Diagnostic| finding.code.text().starts_with('B') && finding.code != Code::B009;
        self.findings.iter().filter(is_told).filter(move |finding| finding.severity >= least)
    }

    fn document(&self, verdict: &str) -> Value {
        let About { client, work, .. } = self;
        let id = |text: &str| text.split_once(':').map_or(text, |(_, id)| id).to_string();
        let again = if work.advised > 0 { format!("-{}", work.advised + 1) } else { String::new() };
        let mut fields = json!({
            "client": client.partner.client, "sender": id(&work.key.receiver), "receiver": id(&work.key.sender),
            "number": format!("ERR-{}-{}{again}", work.key.control_number, work.ordinal),
            "issued_at": self.now.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
            "verdict": verdict, "document_kind": self.kind, "message_kind": work.kind,
            "interchange": work.key.control_number, "message": work.control_number,
            "errors": self.errors().map(error).collect::<Vec<_>>(),
        });
        for (name, value) in [("document_number", self.number), ("group", work.group_number.as_str())] {
            if !value.is_empty() {
                fields[name] = Value::from(value);
            }
        }
        fields
    }
}

fn error(finding: &Diagnostic) -> Value {
    let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let effect = match finding.severity {
        Severity::Reject | Severity::Error => "refused",
        Severity::Hold => "held",
        Severity::Warn | Severity::Info => "noted",
    };
    let mut fields = json!({
        "code": finding.shown_code(), "effect": effect, "text": short(&finding.title(), TEXT_CHARACTERS),
    });
    if let Some(place) = finding.place.as_ref().filter(|place| place.segment > 0) {
        let numbers = [("position", place.segment), ("element", u32::from(place.element))];
        for (name, number) in numbers.into_iter().filter(|(_, number)| *number > 0) {
            fields[name] = Value::from(number.to_string());
        }
        let texts = [("segment", place.tag.as_str()), ("element_id", place.element_id.as_str())];
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            fields[name] = Value::from(text);
        }
    }
    let value = finding.argument("value");
    if !value.is_empty() {
        fields["value"] = Value::from(short(value, VALUE_CHARACTERS));
    }
    fields
}
