//! What partners answer: their acknowledgements, matched with what we sent.

use super::bundle::{Bundle, Client};
use super::settings::Partner;
use super::{Gateway, GatewayError, framing, plan, translation};
use crate::base::clock::{Monotonic, Timestamp};
use crate::base::limits::Limits;
use crate::base::span::Sources;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::exchange::advice::{Advice, Advised};
use crate::exchange::answering::answering;
use crate::exchange::identities::Identities;
use crate::exchange::reply::{self, Judged, SentFile, SentMessage, Word};
use crate::exchange::states::MessageState;
use crate::formats::{Layout, MessageInput, Scratch};
use crate::ledger::{Answer, Finding, Ledger, MessageId, NewReply, Reason, SentDelivery, SentOutput, Work};
use crate::tree::{Tree, View};

/// Most alarms raised in one step.
const STEP_ALARMS: usize = 64;

/// Takes note of an acknowledgement. What it says goes to the replies, to be kept with the message. One that matches
/// nothing is put aside: somebody is answered who should not be.
pub(super) fn taken(
    (ledger, limits): (&dyn Ledger, &Limits),
    (bundle, client): (&Bundle, &Client),
    work: &Work,
    input: &MessageInput<'_>,
    (scratch, tree): (&mut Scratch, &mut Tree),
    findings: &mut Diagnostics,
) -> Answer<(MessageState, Vec<NewReply>)> {
    let faults = work.fault.iter().chain(&work.group_fault);
    faults.filter_map(framing::finding).for_each(|fault| findings.push(fault));
    let Some(layout) = layout_of(bundle, client, work) else {
        findings.push(Diagnostic::new(Code::X307).with("found", &work.kind));
        return Ok((MessageState::Quarantined, Vec::new()));
    };
    layout.read(input, scratch, tree, findings);
    if findings.worst() >= Some(Severity::Reject) {
        return Ok((MessageState::Quarantined, Vec::new()));
    }
    let answering = answering(&work.key.syntax).expect("a message is an answer by the word of its syntax");
    let said = match answering.read(&work.kind, layout.guide(), View::new(tree, input.source())) {
        Ok(said) => said,
        Err(why) => {
            findings.push(Diagnostic::new(Code::A108).with("text", why));
            return Ok((MessageState::Quarantined, Vec::new()));
        }
    };
    let named = translation::identities_of(&client.partner, &work.key);
    let mut replies = Vec::new();
    for reply in &said {
        let is_group = matches!(reply.subject, reply::Subject::Group { .. });
        let sent = match (&named, reply.subject.number()) {
            (Some(named), Some(number)) => {
                ledger.sent(lanes(named, &work.key.syntax, &client.partner, is_group), number)?
            }
            _ => None,
        };
        let judged = sent.and_then(|sent| Some((reply::judge(reply, &file(&sent))?, sent)));
        match judged {
            Some((judged, sent)) => replies.push(reply_of(reply, judged, &sent, limits, findings)),
            None => {
                findings.push(Diagnostic::new(Code::A107).with("found", reply.subject.to_string()));
            }
        }
    }
    match findings.worst() >= Some(Severity::Hold) {
        true => Ok((MessageState::Quarantined, replies)),
        false => Ok((MessageState::Done, replies)),
    }
}

/// The lanes that gave the number by which an interchange or a group of ours is named, the first one that did.
pub(super) fn lanes(named: &Identities, syntax: &str, partner: &Partner, is_group: bool) -> Vec<String> {
    let interchange = plan::lane(named, syntax, partner);
    match is_group {
        true => vec![plan::group_lane(named, syntax, partner), interchange],
        false => vec![interchange],
    }
}

/// The guide an acknowledgement is read by: the one of its own release, or else the one we answer with, or else any of
/// its kind.
fn layout_of<'b>(bundle: &'b Bundle, client: &Client, work: &Work) -> Option<&'b dyn Layout> {
    let fits = |layout: &&std::sync::Arc<dyn Layout>| {
        let guide = layout.guide();
        guide.format == work.key.syntax && guide.setting("set") == work.kind
    };
    let of_release = bundle
        .layouts
        .values()
        .filter(fits)
        .find(|layout| !work.version.is_empty() && layout.guide().setting("release") == work.version);
    let agreed = client.partner.acknowledge.get(&work.key.syntax);
    let agreed = agreed.and_then(|policy| bundle.layouts.get(&policy.guide)).filter(fits);
    of_release.or(agreed).or_else(|| bundle.layouts.values().find(fits)).map(|layout| &**layout)
}

/// The first output of each message that was sent: documents that were gathered are one message.
fn messages_of(sent: &SentDelivery) -> impl Iterator<Item = &SentOutput> {
    sent.outputs.chunk_by(|one, other| one.ordinal == other.ordinal).map(|outputs| &outputs[0])
}

/// The outputs that were sent as the message with this ordinal.
fn outputs_of(sent: &SentDelivery, ordinal: u32) -> &[SentOutput] {
    let start = sent.outputs.partition_point(|output| output.ordinal < ordinal);
    let length = sent.outputs[start..].partition_point(|output| output.ordinal == ordinal);
    &sent.outputs[start..start + length]
}

pub(super) fn file(sent: &SentDelivery) -> SentFile {
    let message = |output: &SentOutput| SentMessage {
        ordinal: output.ordinal,
        number: output.number.clone(),
        word: output.word,
    };
    SentFile {
        functional_id: sent.functional_id.clone(),
        name: sent.delivery.name.clone(),
        // What was said of all of it is no contradiction to what is said of a group.
        word: sent.delivery.word.filter(|word| word.settles() && sent.others.is_empty()),
        messages: messages_of(sent).map(message).collect(),
    }
}

fn reply_of(
    reply: &reply::Reply,
    judged: Judged,
    sent: &SentDelivery,
    limits: &Limits,
    findings: &mut Diagnostics,
) -> NewReply {
    judged.about_reply.into_iter().for_each(|finding| findings.push(finding));
    let of_delivery = of_delivery(judged.word, &judged.words, sent);
    let words = messages_of(sent).map(|message| message.ordinal).zip(judged.words);
    let words = words
        .flat_map(|(ordinal, word)| outputs_of(sent, ordinal).iter().map(move |output| (output.id, word)));
    let reason = Reason::new(judged.word.word()).detail(reply.subject.to_string());
    NewReply {
        delivery: sent.delivery.id,
        word: judged.word,
        of_delivery,
        reason,
        outputs: words.collect(),
        about_file: judged.about_file.iter().map(row).collect(),
        about_messages: about_messages(&judged.about_messages, sent, limits),
        is_advice: false,
    }
}

/// What was said of a delivery with the verdict on a group of it, `word`, which has `words` on its messages: nothing that
/// settles it as long as another group is not answered.
fn of_delivery(word: Word, words: &[Word], sent: &SentDelivery) -> Word {
    if sent.others.is_empty() {
        return word;
    }
    let others = sent.others.iter().map(|other| other.unwrap_or(Word::Received));
    // What was said before stands.
    let before = messages_of(sent).zip(words).map(|(message, now)| message.word.unwrap_or(*now));
    let all: Vec<Word> = others.chain(before).collect();
    if all.iter().any(|word| !word.settles()) {
        return Word::Received;
    }
    let is_refused = |word: &Word| *word == Word::Rejected;
    match (all.iter().all(is_refused), all.iter().any(is_refused)) {
        (true, _) => Word::Rejected,
        (false, true) => Word::PartiallyAccepted,
        (false, false) => all.into_iter().max().unwrap_or(word),
    }
}

/// What an application advice means for a delivery.
pub(super) fn advised(advice: &Advice, advised: Advised, sent: &SentDelivery, limits: &Limits) -> NewReply {
    let words = advised.words.iter();
    let words = words
        .flat_map(|(ordinal, word)| outputs_of(sent, *ordinal).iter().map(move |output| (output.id, *word)));
    NewReply {
        delivery: sent.delivery.id,
        word: advice.word,
        of_delivery: advice.word,
        reason: Reason::new(advice.word.word()).detail(advice.document_number.clone()),
        outputs: words.collect(),
        about_file: Vec::new(),
        about_messages: about_messages(&advised.about_messages, sent, limits),
        is_advice: true,
    }
}

fn row(finding: &Diagnostic) -> Finding {
    Finding::of(finding, &Sources::default())
}

/// Findings about messages of a file, each with the messages that its documents were read from; so many of each as are kept.
fn about_messages(
    findings: &[(u32, Diagnostic)],
    sent: &SentDelivery,
    limits: &Limits,
) -> Vec<(MessageId, Finding)> {
    let mut all: Vec<(MessageId, Finding)> = Vec::new();
    let mut kept = (0, 0);
    for (ordinal, finding) in findings {
        kept = (*ordinal, if kept.0 == *ordinal { kept.1 + 1 } else { 1 });
        if kept.1 <= limits.message_findings {
            let mut about: Vec<MessageId> =
                outputs_of(sent, *ordinal).iter().map(|output| output.message).collect();
            about.dedup();
            all.extend(about.into_iter().map(|message| (message, row(finding))));
        }
    }
    all
}

impl Gateway {
    /// Raises an alarm for what should have been acknowledged by now. Says whether there was any.
    pub(super) fn alarm_some(&mut self) -> Result<bool, GatewayError> {
        let now = self.clock.now();
        let overdue = self.ledger.overdue_deliveries(now, STEP_ALARMS)?;
        for delivery in &overdue {
            let deadline = delivery.answer_by.map(Timestamp::to_rfc3339).unwrap_or_default();
            tracing::warn!(delivery = %delivery.id, name = delivery.name, deadline, "an acknowledgement is overdue");
            let finding = Diagnostic::new(Code::A109).with("file", &delivery.name).with("expected", deadline);
            self.ledger.raise_overdue(delivery.id, Finding::of(&finding, &Sources::default()), now)?;
        }
        Ok(!overdue.is_empty())
    }

    /// When the next acknowledgement will be overdue.
    pub(super) fn next_alarm(&self) -> Result<Option<Monotonic>, GatewayError> {
        Ok(self.ledger.next_deadline()?.map(|deadline| self.clock.when(deadline)))
    }
}
