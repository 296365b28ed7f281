//! What partners say about what we sent, whatever the syntax, and what that means for each of our messages.

use crate::diagnostics::{Code, Diagnostic, Place, Severity};
use std::collections::BTreeMap;

/// A partner's verdict on something we sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// It came in; nothing is said about what is in it.
    Received,
    /// Nothing is wrong with it.
    Accepted,
    /// It was taken, with errors.
    AcceptedWithErrors,
    /// Some of it was refused.
    PartiallyAccepted,
    /// It was refused.
    Rejected,
}

impl Word {
    /// Every word, from the best to the worst.
    pub const ALL: &[Word] =
        &[Word::Received, Word::Accepted, Word::AcceptedWithErrors, Word::PartiallyAccepted, Word::Rejected];

    /// The word stored.
    pub const fn word(self) -> &'static str {
        match self {
            Word::Received => "received",
            Word::Accepted => "accepted",
            Word::AcceptedWithErrors => "accepted_with_errors",
            Word::PartiallyAccepted => "partially_accepted",
            Word::Rejected => "rejected",
        }
    }

    /// Reads [`Word::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Word::ALL.iter().copied().find(|known| known.word() == word)
    }

    /// Whether it settles what became of the content: a mere receipt does not.
    pub const fn settles(self) -> bool {
        !matches!(self, Word::Received)
    }
}

impl std::fmt::Display for Word {
    /// In words for people: `accepted with errors`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.word().replace('_', " "))
    }
}

/// What an acknowledgement says about one interchange or group of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What it names.
    pub subject: Subject,
    /// The verdict on it.
    pub word: Word,
    /// The verdict on the messages that are not named.
    pub others: Word,
    /// Why, as far as all of it is concerned.
    pub remarks: Vec<Remark>,
    /// The messages it names.
    pub messages: Vec<MessageReply>,
}

/// What an acknowledgement names, by numbers as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An interchange with everything in it.
    Interchange {
        /// Its control number.
        control_number: String,
    },
    /// One group.
    Group {
        /// Its functional identifier.
        functional_id: String,
        /// Its control number.
        control_number: String,
    },
}

impl Subject {
    /// The number it is found by: of an interchange, or of a group, which may be that of its interchange.
    pub fn number(&self) -> Option<u64> {
        let (Subject::Interchange { control_number } | Subject::Group { control_number, .. }) = self;
        control_number.parse().ok()
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Interchange { control_number } => write!(f, "interchange {control_number}"),
            Subject::Group { functional_id, control_number } => {
                write!(f, "group {control_number} ({functional_id})")
            }
        }
    }
}

/// What is said about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageReply {
    /// Its type as written.
    pub kind: String,
    /// Its control number as written.
    pub control_number: String,
    /// The verdict.
    pub word: Word,
    /// Why.
    pub remarks: Vec<Remark>,
}

/// One reason a partner gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remark {
    /// Where in our message, in the standard's counting; all zero for the whole of it.
    pub place: Place,
    /// The code with the element it stands in, such as `AK403 5`.
    pub code: String,
    /// What the code means, in words.
    pub text: String,
    /// The value found wrong; empty if none is told.
    pub value: String,
}

/// A file we sent, as far as an acknowledgement can name it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SentFile {
    /// Functional identifier of its group; empty without groups.
    pub functional_id: String,
    /// Its name, for people.
    pub name: String,
    /// What was said about it before, if that settled it.
    pub word: Option<Word>,
    /// Its messages; the first has the number 1.
    pub messages: Vec<SentMessage>,
}

/// A message of a file we sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SentMessage {
    /// Counted from 1 in its file: its control number.
    pub ordinal: u32,
    /// Business number of the document in it.
    pub number: String,
    /// What was said about it before, if that settled it.
    pub word: Option<Word>,
}

/// What a reply means for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The verdict on the file.
    pub word: Word,
    /// The verdict on each message, in the order of the file.
    pub words: Vec<Word>,
    /// Findings about the file as a whole.
    pub about_file: Vec<Diagnostic>,
    /// Findings about messages, with their ordinals.
    pub about_messages: Vec<(u32, Diagnostic)>,
    /// Findings about the acknowledgement itself.
    pub about_reply: Vec<Diagnostic>,
}

/// Matches a reply with the file that was sent under its number. `None` if the file is another one than it names: its
/// functional identifier differs.
///
/// What was said before stands: a reply that says the same again adds nothing, one that says otherwise is a finding.
pub fn judge(reply: &Reply, sent: &SentFile) -> Option<Judged> {
    if let Subject::Group { functional_id, .. } = &reply.subject
        && *functional_id != sent.functional_id
    {
        return None;
    }
    let mut judged = Judged {
        word: reply.word,
        words: Vec::new(),
        about_file: Vec::new(),
        about_messages: Vec::new(),
        about_reply: Vec::new(),
    };
    let mut named: BTreeMap<u32, &MessageReply> = BTreeMap::new();
    let mut strange = Vec::new();
    for said in &reply.messages {
        // Our messages are numbered by their place in the file; an acknowledgement may leave the zeros out.
        match said.control_number.parse().ok().filter(|number| !named.contains_key(number)) {
            Some(number) => drop(named.insert(number, said)),
            None => strange.push(said),
        }
    }
    for message in &sent.messages {
        let said = named.remove(&message.ordinal);
        let word = said.map_or(reply.others, |said| said.word);
        judged.words.push(word);
        if message.word.is_none() {
            judged.about_messages.extend(
                reasons(message, said, word, &sent.name)
                    .into_iter()
                    .map(|finding| (message.ordinal, finding)),
            );
        }
    }
    judged.about_reply.extend(strange.into_iter().chain(named.into_values()).map(|said| {
        Diagnostic::new(Code::A104)
            .with("number", format!("{} {}", said.kind, said.control_number))
            .with("file", &sent.name)
    }));
    if judged.word == Word::PartiallyAccepted && judged.words.iter().all(|word| *word == Word::Rejected) {
        // Nothing else was in it.
        judged.word = Word::Rejected;
    }
    if sent.word.is_none() {
        judged
            .about_file
            .extend(reply.remarks.iter().map(|remark| about_file(remark, reply.word, &sent.name)));
    }
    judged.about_file.extend(contradiction(&judged, sent));
    Some(judged)
}

/// The findings about one of our messages.
pub(super) fn reasons(
    message: &SentMessage,
    said: Option<&MessageReply>,
    word: Word,
    file: &str,
) -> Vec<Diagnostic> {
    let about = |code: Code, severity: Severity| {
        Diagnostic::new(code).severity(severity).with("number", named(message)).with("file", file)
    };
    let severity = match word {
        Word::Rejected | Word::PartiallyAccepted => Severity::Reject,
        Word::AcceptedWithErrors => Severity::Warn,
        Word::Accepted | Word::Received => return Vec::new(),
    };
    let code = if severity == Severity::Reject { Code::A101 } else { Code::A102 };
    let mut findings = vec![about(code, severity)];
    for remark in said.map_or(&[][..], |said| &said.remarks) {
        findings.push(
            about(Code::A103, severity)
                .with("place", place(&remark.place))
                .with("text", text(remark))
                .with("code", &remark.code),
        );
    }
    findings
}

/// The words of a remark, with the value they are about.
fn text(remark: &Remark) -> String {
    match remark.value.as_str() {
        "" => remark.text.clone(),
        value => format!("{}: `{value}`", remark.text),
    }
}

fn named(message: &SentMessage) -> String {
    match message.number.as_str() {
        "" => format!("message {}", message.ordinal),
        number => number.to_owned(),
    }
}

fn about_file(remark: &Remark, word: Word, file: &str) -> Diagnostic {
    let severity = if word == Word::Rejected { Severity::Reject } else { Severity::Warn };
    Diagnostic::new(Code::A105)
        .severity(severity)
        .with("file", file)
        .with("text", &remark.text)
        .with("code", &remark.code)
}

/// A finding if what is said now is not what was said before.
fn contradiction(judged: &Judged, sent: &SentFile) -> Option<Diagnostic> {
    let differs =
        |before: Option<Word>, now: Word| before.is_some_and(|before| now.settles() && before != now);
    let of_message =
        sent.messages.iter().zip(&judged.words).find(|(message, now)| differs(message.word, **now));
    let (before, now) = match of_message {
        Some((message, now)) => (message.word?, *now),
        None if differs(sent.word, judged.word) => (sent.word?, judged.word),
        None => return None,
    };
    Some(
        Diagnostic::new(Code::A106)
            .with("file", &sent.name)
            .with("first", before.to_string())
            .with("found", now.to_string()),
    )
}

/// A place of our message in words: `segment 7 (G62), element 02`.
fn place(place: &Place) -> String {
    let mut words = match (place.segment, place.tag.as_str()) {
        (0, _) => return "the message".into(),
        (segment, "") => format!("segment {segment}"),
        (segment, tag) => format!("segment {segment} ({tag})"),
    };
    if place.element > 0 {
        words += &format!(", element {:02}", place.element);
    }
    if place.component > 0 {
        words += &format!(", component {}", place.component);
    }
    if place.repetition > 1 {
        words += &format!(", repetition {}", place.repetition);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(messages: u32) -> SentFile {
        let message = |ordinal| SentMessage { ordinal, number: format!("SHP{ordinal}"), word: None };
        SentFile {
            functional_id: "SW".into(),
            name: "945.edi".into(),
            word: None,
            messages: (1..=messages).map(message).collect(),
        }
    }

    fn reply(word: Word, others: Word, messages: &[(&str, Word)]) -> Reply {
        let message = |(number, word): &(&str, Word)| MessageReply {
            kind: "945".into(),
            control_number: (*number).into(),
            word: *word,
            remarks: Vec::new(),
        };
        Reply {
            subject: Subject::Group { functional_id: "SW".into(), control_number: "502".into() },
            word,
            others,
            remarks: Vec::new(),
            messages: messages.iter().map(message).collect(),
        }
    }

    #[test]
    fn messages_that_are_not_named_share_the_word_on_the_others() {
        use Word::*;
        type Case<'a> = (Word, Word, &'a [(&'a str, Word)], [Word; 3]);
        let table: &[Case<'_>] = &[
            (Accepted, Accepted, &[], [Accepted; 3]),
            (Rejected, Rejected, &[], [Rejected; 3]),
            (Received, Received, &[], [Received; 3]),
            (PartiallyAccepted, Accepted, &[("0002", Rejected)], [Accepted, Rejected, Accepted]),
            (
                AcceptedWithErrors,
                Accepted,
                &[("3", AcceptedWithErrors)],
                [Accepted, Accepted, AcceptedWithErrors],
            ),
        ];
        for (word, others, messages, expected) in table {
            let judged = judge(&reply(*word, *others, messages), &sent(3)).expect("it is ours");
            assert_eq!(judged.words, expected, "{word:?} {messages:?}");
            let refused = expected.iter().filter(|word| **word == Rejected).count();
            let told = judged.about_messages.iter().filter(|(_, finding)| finding.code == Code::A101).count();
            assert_eq!(refused, told);
        }
    }

    #[test]
    fn another_group_is_not_ours_and_a_strange_message_is_told() {
        let mut other = reply(Word::Accepted, Word::Accepted, &[("0009", Word::Rejected)]);
        let judged = judge(&other, &sent(1)).expect("it is ours");
        assert_eq!((judged.words, judged.about_reply[0].code), (vec![Word::Accepted], Code::A104));
        other.subject = Subject::Group { functional_id: "RE".into(), control_number: "502".into() };
        assert_eq!(judge(&other, &sent(1)), None);
    }

    #[test]
    fn what_is_said_again_adds_nothing_and_what_is_said_otherwise_is_found() {
        let refused = reply(Word::Rejected, Word::Rejected, &[]);
        let mut before = sent(1);
        (before.word, before.messages[0].word) = (Some(Word::Rejected), Some(Word::Rejected));
        let again = judge(&refused, &before).expect("it is ours");
        assert_eq!((again.about_file, again.about_messages), (vec![], vec![]));
        let otherwise = judge(&reply(Word::Accepted, Word::Accepted, &[]), &before).expect("it is ours");
        assert_eq!(otherwise.about_file[0].code, Code::A106);
        let late_receipt = judge(&reply(Word::Received, Word::Received, &[]), &before).expect("it is ours");
        assert_eq!(late_receipt.about_file, vec![]);
    }

    #[test]
    fn places_are_told_in_words() {
        let place_of = |segment, tag: &str, element, component| Place {
            segment,
            tag: tag.into(),
            element,
            component,
            ..Place::default()
        };
        assert_eq!(place(&Place::default()), "the message");
        assert_eq!(place(&place_of(7, "G62", 2, 0)), "segment 7 (G62), element 02");
        assert_eq!(place(&place_of(9, "", 1, 3)), "segment 9, element 01, component 3");
    }
}
