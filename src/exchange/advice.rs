//! What a partner's application advice (824, APERAK) says about what we sent: not whether it could be read, but what is
//! made of it. It stands beside the acknowledgement and never in its place: a message may be accepted by the one and
//! refused by the other, and both are true.

use super::reply::{self, MessageReply, Remark, SentFile, SentMessage, Word};
use crate::diagnostics::Diagnostic;

/// An advice about one message of ours, or about all that are in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The verdict.
    pub word: Word,
    /// Control number of the message as written; empty if it names none.
    pub message: String,
    /// Business number of the document as written; empty if it names none.
    pub document_number: String,
    /// Why.
    pub remarks: Vec<Remark>,
}

/// What an advice means for a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Advised {
    /// The verdict on the messages it is about, with their ordinals.
    pub words: Vec<(u32, Word)>,
    /// Findings about messages, with their ordinals.
    pub about_messages: Vec<(u32, Diagnostic)>,
}

/// Matches an advice with the file it names: with the message of its control number, or else that of its document number,
/// or else with all of them if it names none. `None` if what it names is not in the file.
pub fn judge(advice: &Advice, sent: &SentFile) -> Option<Advised> {
    let named: Vec<&SentMessage> = match (advice.message.trim(), advice.document_number.trim()) {
        ("", "") => sent.messages.iter().collect(),
        ("", number) => sent.messages.iter().filter(|message| message.number == number).collect(),
        (control_number, _) => {
            let ordinal: u32 = control_number.parse().ok()?;
            sent.messages.iter().filter(|message| message.ordinal == ordinal).collect()
        }
    };
    if named.is_empty() {
        return None;
    }
    let mut advised = Advised::default();
    for message in named {
        let said = MessageReply {
            kind: String::new(),
            control_number: advice.message.clone(),
            word: advice.word,
            remarks: advice.remarks.clone(),
        };
        advised.words.push((message.ordinal, advice.word));
        let reasons = reply::reasons(message, Some(&said), advice.word, &sent.name);
        advised.about_messages.extend(reasons.into_iter().map(|finding| (message.ordinal, finding)));
    }
    Some(advised)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Code;

    fn sent() -> SentFile {
        let message =
            |ordinal| SentMessage { ordinal, number: format!("SHP{ordinal}"), word: Some(Word::Accepted) };
        SentFile { name: "945.edi".into(), messages: (1..=2).map(message).collect(), ..SentFile::default() }
    }

    fn advice(message: &str, document_number: &str) -> Advice {
        let remark = Remark {
            code: "011".into(),
            text: "no such item".into(),
            value: "BW-X".into(),
            ..Remark::default()
        };
        Advice {
            word: Word::Rejected,
            message: message.into(),
            document_number: document_number.into(),
            remarks: vec![remark],
        }
    }

    #[test]
    fn an_advice_is_about_the_message_it_names() {
        let ordinals = |message: &str, number: &str| {
            judge(&advice(message, number), &sent()).map(|advised| advised.words)
        };
        assert_eq!(ordinals("0002", "SHP1"), Some(vec![(2, Word::Rejected)]));
        assert_eq!(ordinals("", "SHP1"), Some(vec![(1, Word::Rejected)]));
        assert_eq!(ordinals("", ""), Some(vec![(1, Word::Rejected), (2, Word::Rejected)]));
        assert_eq!([ordinals("0003", ""), ordinals("x", "SHP1"), ordinals("", "SHP9")], [None, None, None]);
    }

    #[test]
    fn what_was_accepted_as_a_message_may_be_refused_for_what_it_says() {
        let advised = judge(&advice("1", ""), &sent()).expect("it is ours");
        let codes: Vec<Code> = advised.about_messages.iter().map(|(_, finding)| finding.code).collect();
        assert_eq!(codes, [Code::A101, Code::A103]);
        assert_eq!(
            advised.about_messages[1].1.title(),
            "the partner found in the message of SHP1: no such item: `BW-X` (011)"
        );
    }
}
