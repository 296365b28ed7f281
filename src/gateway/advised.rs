//! Application advices that partners send: matched with what we sent, and kept with the documents they are about.

use super::answers;
use super::bundle::Client;
use super::{advice, translation};
use crate::base::limits::Limits;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::exchange::advice::{Advice, judge};
use crate::exchange::reply::{Remark, Word};
use crate::ledger::{Answer, Ledger, NewDocument, NewReply, SentDelivery, Work};
use serde_json::Value;

/// What the advices among the documents of a message say about deliveries of ours. One that names a number and matches
/// nothing is a finding: somebody is told who should not be.
pub(super) fn taken(
    (ledger, limits): (&dyn Ledger, &Limits),
    client: &Client,
    work: &Work,
    documents: &[NewDocument],
    findings: &mut Diagnostics,
) -> Answer<Vec<NewReply>> {
    let mut replies = Vec::new();
    let syntax = &work.key.syntax;
    let Some(named) = translation::identities_of(&client.partner, &work.key) else { return Ok(replies) };
    let advices =
        documents.iter().filter(|document| document.key.kind == advice::DOCUMENT && !document.is_advice);
    for document in advices {
        let Ok(fields) = serde_json::from_slice::<Value>(&document.body) else { continue };
        let lanes = |is_group| answers::lanes(&named, syntax, &client.partner, is_group);
        let mut advice = read(&fields);
        let sent = match number(&fields) {
            Some((name, number)) => ledger.sent(lanes(name == "group"), number)?,
            None if advice.document_number.trim().is_empty() => continue,
            None => {
                // The number of a message means nothing without that of its file.
                advice.message.clear();
                match by_document(ledger, lanes(false), client, &advice)? {
                    Ok(sent) => sent,
                    Err(finding) => {
                        findings.push(finding);
                        continue;
                    }
                }
            }
        };
        let judged = sent.and_then(|sent| Some((judge(&advice, &answers::file(&sent))?, sent)));
        match judged {
            Some((advised, sent)) => replies.push(answers::advised(&advice, advised, &sent, limits)),
            None => {
                let number = number(&fields).map(|(_, number)| number.to_string()).unwrap_or_default();
                let found = format!("{number} {}", text(&fields, "document_number"));
                let finding = Diagnostic::new(Code::A107).severity(Severity::Warn);
                findings.push(finding.with("found", found.trim()));
            }
        }
    }
    Ok(replies)
}

/// The file with the one message in which the document was sent that an advice names; `Err` if there are several.
fn by_document(
    ledger: &dyn Ledger,
    lanes: Vec<String>,
    client: &Client,
    advice: &Advice,
) -> Answer<Result<Option<SentDelivery>, Diagnostic>> {
    let number = advice.document_number.trim();
    for lane in lanes {
        match ledger.sent_document(lane.clone(), client.id.clone(), number.into(), 2)?.as_slice() {
            [] => {}
            [only] => return Ok(Ok(ledger.sent(vec![lane], *only)?)),
            _ => return Ok(Err(Diagnostic::new(Code::A110).with("number", number))),
        }
    }
    Ok(Ok(None))
}

/// The control number of the group or interchange it names, and which of them.
fn number(fields: &Value) -> Option<(&'static str, u64)> {
    ["group", "interchange"]
        .into_iter()
        .find_map(|name| Some((name, text(fields, name).trim().parse().ok()?)))
}

fn read(fields: &Value) -> Advice {
    let word = match text(fields, "verdict") {
        "accepted" => Word::Accepted,
        "accepted_with_errors" => Word::AcceptedWithErrors,
        "partial" => Word::PartiallyAccepted,
        _ => Word::Rejected,
    };
    let errors = fields.get("errors").and_then(Value::as_array);
    Advice {
        word,
        message: text(fields, "message").into(),
        document_number: text(fields, "document_number").into(),
        remarks: errors.into_iter().flatten().map(remark).collect(),
    }
}

fn remark(error: &Value) -> Remark {
    let count = |name: &str| error.get(name).map_or(0, whole);
    Remark {
        place: Place {
            segment: count("position"),
            tag: text(error, "segment").into(),
            element: u16::try_from(count("element")).unwrap_or(0),
            ..Place::default()
        },
        code: text(error, "code").into(),
        text: text(error, "text").into(),
        value: text(error, "value").into(),
    }
}

fn whole(value: &Value) -> u32 {
    match value {
        Value::String(text) => text.parse().unwrap_or(0),
        other => other.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0),
    }
}

fn text<'v>(fields: &'v Value, name: &str) -> &'v str {
    fields.get(name).and_then(Value::as_str).unwrap_or("")
}
