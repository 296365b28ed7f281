//! What is told of a message that nobody here takes: what it was recognised as, who sent it to whom, and the lines that
//! would have it taken.

use super::bundle::{Bundle, Client};
use super::described;
use super::translation;
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::exchange::identities::Stranger;
use crate::formats::{InterchangeRow, format};
use crate::ledger::{Intake, InterchangeKey, Work};

/// A message that nobody takes.
pub(super) struct Unrouted<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) intake: &'a Intake,
    pub(super) work: &'a Work,
}

impl Unrouted<'_> {
    /// Nobody who may send here has the ids of its envelope. `clients` are those who may.
    pub(super) fn of_stranger(&self, stranger: Stranger, clients: &[&Client]) -> Diagnostic {
        let InterchangeKey { sender, receiver, .. } = &self.work.key;
        let code = match stranger {
            _ if sender.is_empty() && receiver.is_empty() => Code::I139,
            Stranger::Sender => Code::I137,
            Stranger::Receiver => Code::I138,
        };
        let lines = match stranger {
            _ if sender.is_empty() && receiver.is_empty() => {
                "give each client an endpoint of his own, with `clients` in gateway.toml".to_string()
            }
            Stranger::Sender => self.line_of_sender(clients),
            Stranger::Receiver => self.line_of_receiver(clients),
        };
        self.finding(code, &lines)
    }

    /// It is this client's, and none of his flows takes its type here.
    pub(super) fn of_kind(&self, client: &Client) -> Diagnostic {
        let Work { kind, .. } = self.work;
        let elsewhere = client.routes.iter().find(|route| route.takes(kind));
        let (write, flow) = match elsewhere {
            Some(route) => {
                let flow = &route.flow.name;
                (format!("{flow} takes it at {}; name it here too", route.endpoint), flow.clone())
            }
            None => {
                let guide = match self.guide() {
                    Some(guide) => format!("{guide} or a guide over it"),
                    None => "a guide of your own".into(),
                };
                let flow = format!("{}/{}", client.id, kind.to_lowercase());
                (format!("write the flow {flow}, which reads {guide}, and name it"), flow)
            }
        };
        let endpoint = &self.intake.endpoint;
        let lines = format!(
            "{write} in clients/{}/partner.toml: `[[receive]]`, `endpoint = {endpoint:?}`, `flow = {flow:?}`",
            client.id
        );
        self.finding(Code::X308, &lines).with("client", &client.id)
    }

    fn finding(&self, code: Code, lines: &str) -> Diagnostic {
        let Work { key, message, offset, .. } = self.work;
        Diagnostic::new(code)
            .with("sender", &key.sender)
            .with("receiver", &key.receiver)
            .with("endpoint", &self.intake.endpoint)
            .with("found", self.what())
            .with(
                "way",
                match key.sender.as_str() {
                    "" => "without an envelope".to_string(),
                    sender => format!("sent by `{sender}` to `{}`", key.receiver),
                },
            )
            .with(
                "guide",
                self.guide().map_or("no guide here describes it".into(), |guide| {
                    format!("the guide {guide} describes it")
                }),
            )
            .help(format!("if it is wanted: {lines}; then `crossdock retry m{message}`"))
            .place(Place { offset: *offset, ..Place::default() })
    }

    /// Format, type and release in words: `X12 850 of 004010`.
    fn what(&self) -> String {
        let Work { key, kind, .. } = self.work;
        let format = format(&key.syntax).map_or("", |format| format.name());
        // What has no type of its own goes by the guide that cut it, which may be another client's.
        let is_guide = kind.contains('/');
        if is_guide && self.guide().is_none() {
            return format!("a file of {format}");
        }
        let what = format!("{format} {kind}");
        match self.written() {
            _ if is_guide => what,
            "" => what,
            written => match written.split(':').nth(3).filter(|code| code.starts_with("EAN")) {
                Some(_) => format!("{what} of {written} (EANCOM)"),
                None => format!("{what} of {written}"),
            },
        }
    }

    /// The release as written: what the message says of itself counts, then what its group says.
    fn written(&self) -> &str {
        match self.work.message_version.as_str() {
            "" => &self.work.version,
            own => own,
        }
    }

    fn guide(&self) -> Option<String> {
        described::name(self.bundle, &self.work.key.syntax, &self.work.kind, self.written())
    }

    /// The line that makes the sender known: as a client, or as someone who sends for one.
    fn line_of_sender(&self, clients: &[&Client]) -> String {
        let InterchangeKey { syntax, sender, receiver, .. } = &self.work.key;
        let ((their_qualifier, their_id), (our_qualifier, our_id)) = (parts(sender), parts(receiver));
        let own = format!(
            "`[envelope.{syntax}]`, `their_qualifier = {their_qualifier:?}`, `their_id = {their_id:?}`, \
             `our_qualifier = {our_qualifier:?}`, `our_id = {our_id:?}` in the partner file of a new client"
        );
        let also = format!(
            "`[[envelope.{syntax}.also]]`, `name = {their_id:?}`, `qualifier = {their_qualifier:?}`, `id = {their_id:?}`"
        );
        let has_ids = |client: &&&Client| !translation::all_identities(&client.partner, syntax).is_empty();
        match clients.iter().filter(has_ids).collect::<Vec<_>>().as_slice() {
            [] => own,
            [client] => {
                format!("{own}; or, if he sends for {0}, {also} in clients/{0}/partner.toml", client.id)
            }
            _ => format!("{own}; or, if he sends for a client, {also} in the partner file of that one"),
        }
    }

    /// The line that makes the receiver one of ours.
    fn line_of_receiver(&self, clients: &[&Client]) -> String {
        let InterchangeKey { syntax, sender, receiver, .. } = &self.work.key;
        let (qualifier, id) = parts(receiver);
        let row = InterchangeRow { sender: sender.clone(), ..InterchangeRow::default() };
        let is_his = |client: &&&Client| {
            translation::all_identities(&client.partner, syntax).iter().any(|names| names.is_from(&row))
        };
        let client = clients.iter().find(is_his).map_or("NAME", |client| client.id.as_str());
        format!(
            "`[[envelope.{syntax}.also_ours]]`, `qualifier = {qualifier:?}`, `id = {id:?}` in clients/{client}/partner.toml"
        )
    }
}

/// `01:ACME` in its two parts; all is id where there is no qualifier.
fn parts(identity: &str) -> (&str, &str) {
    identity.split_once(':').unwrap_or(("", identity))
}
