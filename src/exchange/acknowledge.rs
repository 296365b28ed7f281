//! What is acknowledged and how it is judged: facts about one received group, and the verdicts of a 997 over them.
//!
//! Only what the guide found counts. What a map or a person found later is told by other means (824, APERAK), so
//! that a 997 says one thing: whether the message could be read as agreed.

use super::told::{Told, told};
use crate::diagnostics::{Place, Severity};

/// Most set errors in one AK5 and group errors in one AK9.
pub const CODES_MAX: usize = 5;

/// Functional identifiers of groups that are answers themselves and so never answered: X12.20 forbids it, and two
/// gateways would answer each other for ever.
const ANSWERS: [&str; 1] = ["FA"];

/// A received group to be acknowledged. None can be made of a group of acknowledgements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgedGroup {
    functional_id: String,
    /// GS06 as written.
    pub control_number: String,
    /// GS08 as written.
    pub version: String,
    /// How many messages GE01 says there are; `None` if that is no number or there is no GE.
    pub included: Option<u32>,
    /// Codes of findings about the group's frame, such as `X402`.
    pub faults: Vec<String>,
    /// Its messages, in order, where they are held with it.
    pub messages: Vec<AcknowledgedMessage>,
}

/// A received message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcknowledgedMessage {
    /// ST01 as written.
    pub kind: String,
    /// ST02 as written.
    pub control_number: String,
    /// Findings of frame and guide. Those of maps may be among them; they are passed over.
    pub findings: Vec<AcknowledgedFinding>,
    /// Whether its syntax was refused, whatever is left of the findings: nothing refused is ever told to be accepted.
    pub is_refused: bool,
}

/// A finding about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgedFinding {
    /// Its code, such as `X207`.
    pub code: String,
    /// What it does.
    pub severity: Severity,
    /// Where; all zero for findings of the frame.
    pub place: Place,
    /// The value found wrong; empty if none is there.
    pub value: String,
}

impl AcknowledgedGroup {
    /// A group without messages and faults so far. `None` for a group that is an answer itself, and for messages that
    /// stand in no group, because an acknowledgement names the group.
    pub fn new(functional_id: &str, control_number: &str, version: &str) -> Option<Self> {
        let functional_id = functional_id.trim();
        let is_named = !functional_id.is_empty() && !control_number.is_empty();
        (is_named && !ANSWERS.contains(&functional_id)).then(|| AcknowledgedGroup {
            functional_id: functional_id.to_owned(),
            control_number: control_number.to_owned(),
            version: version.to_owned(),
            included: None,
            faults: Vec::new(),
            messages: Vec::new(),
        })
    }

    /// GS01.
    pub fn functional_id(&self) -> &str {
        &self.functional_id
    }

    /// Whether the group is refused with everything in it, because its frame is broken: a message may be lost.
    pub fn is_refused(&self) -> bool {
        !self.faults.is_empty()
    }

    /// How many messages are accepted, with or without errors.
    pub fn accepted(&self) -> usize {
        self.tally().accepted(self)
    }

    /// The verdict of AK9-01.
    pub fn verdict(&self) -> GroupVerdict {
        self.tally().verdict(self)
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.messages.iter().for_each(|message| tally.count(message));
        tally
    }

    /// The codes from AK9-05 on.
    pub fn codes(&self) -> Vec<&'static str> {
        let codes = self.faults.iter().filter_map(|code| match told(code) {
            Some(Told::Group(code)) => Some(code),
            _ => None,
        });
        distinct(codes)
    }
}

/// Counts the messages of a group, which may be more than can be held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    received: usize,
    rejected: usize,
    flawed: usize,
}

impl Tally {
    /// Counts the next message.
    pub fn count(&mut self, message: &AcknowledgedMessage) {
        self.received += 1;
        match message.verdict() {
            MessageVerdict::Accepted => {}
            MessageVerdict::AcceptedWithErrors => self.flawed += 1,
            MessageVerdict::Rejected => self.rejected += 1,
        }
    }

    /// How many were counted.
    pub fn received(&self) -> usize {
        self.received
    }

    /// How many are accepted, with or without errors: none in a group that is refused.
    pub fn accepted(&self, group: &AcknowledgedGroup) -> usize {
        if group.is_refused() { 0 } else { self.received - self.rejected }
    }

    /// The verdict of AK9-01 on the group whose messages were counted.
    pub fn verdict(&self, group: &AcknowledgedGroup) -> GroupVerdict {
        let accepted = self.accepted(group);
        if group.is_refused() || (accepted == 0 && self.received > 0) {
            GroupVerdict::Rejected
        } else if accepted < self.received {
            GroupVerdict::PartiallyAccepted
        } else if self.flawed > 0 {
            GroupVerdict::AcceptedWithErrors
        } else {
            GroupVerdict::Accepted
        }
    }
}

impl AcknowledgedMessage {
    /// The verdict of AK5-01. Refused if its syntax was, or if a finding of frame or guide refuses; accepted with errors if the standard
    /// has a code for a lesser one, which is then told.
    pub fn verdict(&self) -> MessageVerdict {
        if self.is_refused || self.findings.iter().any(AcknowledgedFinding::refuses) {
            MessageVerdict::Rejected
        } else if self.findings.iter().any(|finding| finding.told().is_some()) {
            MessageVerdict::AcceptedWithErrors
        } else {
            MessageVerdict::Accepted
        }
    }

    /// The codes from AK5-02 on: those of the frame, then 5 if segments are in error.
    pub fn codes(&self) -> Vec<&'static str> {
        let frame = self.findings.iter().filter_map(|finding| match finding.told() {
            Some(Told::Set(code)) => Some(code),
            _ => None,
        });
        let in_segments = self
            .findings
            .iter()
            .any(|finding| matches!(finding.told(), Some(Told::Segment(_) | Told::Element(_))));
        distinct(frame.chain(in_segments.then_some("5")))
    }
}

impl AcknowledgedFinding {
    /// Whether it refuses the message. Findings of maps never do here.
    pub fn refuses(&self) -> bool {
        self.severity >= Severity::Reject && told(&self.code).is_some()
    }

    /// How it is told; `None` if it is not: a mere note, no code of the standard, or not the guide's finding.
    pub fn told(&self) -> Option<Told> {
        told(&self.code).filter(|told| self.severity >= Severity::Warn && *told != Told::Unnamed)
    }
}

/// AK5-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageVerdict {
    /// A
    Accepted,
    /// E
    AcceptedWithErrors,
    /// R
    Rejected,
}

impl MessageVerdict {
    /// The code of element 717.
    pub const fn code(self) -> &'static str {
        match self {
            MessageVerdict::Accepted => "A",
            MessageVerdict::AcceptedWithErrors => "E",
            MessageVerdict::Rejected => "R",
        }
    }
}

/// AK9-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupVerdict {
    /// A
    Accepted,
    /// E
    AcceptedWithErrors,
    /// P: at least one message is refused, at least one is not.
    PartiallyAccepted,
    /// R
    Rejected,
}

impl GroupVerdict {
    /// The code of element 715.
    pub const fn code(self) -> &'static str {
        match self {
            GroupVerdict::Accepted => "A",
            GroupVerdict::AcceptedWithErrors => "E",
            GroupVerdict::PartiallyAccepted => "P",
            GroupVerdict::Rejected => "R",
        }
    }
}

/// Each code once, in order, at most [`CODES_MAX`].
fn distinct(codes: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut kept: Vec<&'static str> = Vec::new();
    for code in codes {
        if kept.len() < CODES_MAX && !kept.contains(&code) {
            kept.push(code);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(findings: &[(&str, Severity)]) -> AcknowledgedMessage {
        let finding = |(code, severity): &(&str, Severity)| AcknowledgedFinding {
            code: (*code).into(),
            severity: *severity,
            place: Place::default(),
            value: String::new(),
        };
        AcknowledgedMessage {
            kind: "940".into(),
            control_number: "0001".into(),
            findings: findings.iter().map(finding).collect(),
            is_refused: false,
        }
    }

    fn group(messages: Vec<AcknowledgedMessage>) -> AcknowledgedGroup {
        AcknowledgedGroup { messages, ..AcknowledgedGroup::new("OW", "131", "004010").expect("no answer") }
    }

    #[test]
    fn an_answer_cannot_be_answered() {
        assert_eq!(AcknowledgedGroup::new("FA", "501", "004010"), None);
        assert_eq!(AcknowledgedGroup::new("FA ", "501", "004010"), None);
        assert_eq!(AcknowledgedGroup::new("", "", ""), None);
        assert!(AcknowledgedGroup::new("AG", "501", "004010").is_some());
    }

    #[test]
    fn a_message_is_judged_by_what_the_guide_found() {
        use Severity::*;
        type Case<'a> = (&'a [(&'a str, Severity)], &'a str, &'a [&'a str]);
        let table: &[Case<'_>] = &[
            (&[], "A", &[]),
            (&[("X205", Warn)], "E", &["5"]),
            (&[("X205", Info)], "A", &[]),
            (&[("X205", Hold)], "E", &["5"]),
            (&[("X205", Reject)], "R", &["5"]),
            (&[("X212", Warn)], "A", &[]),
            (&[("X212", Reject)], "R", &[]),
            (&[("X305", Reject)], "R", &[]),
            (&[("X107", Reject)], "R", &["5"]),
            (&[("X107", Reject), ("X207", Reject)], "R", &["5"]),
            (&[("X107", Hold)], "E", &["5"]),
            (&[("B001", Reject), ("E120", Reject)], "A", &[]),
            (&[("B001", Reject), ("X204", Warn)], "E", &["5"]),
            (&[("X207", Reject), ("X304", Reject), ("X304", Reject)], "R", &["4", "5"]),
            (
                &[
                    ("X302", Reject),
                    ("X303", Reject),
                    ("X304", Reject),
                    ("X306", Reject),
                    ("X307", Reject),
                    ("X101", Reject),
                ],
                "R",
                &["2", "3", "4", "23", "1"],
            ),
        ];
        for (findings, verdict, codes) in table {
            let message = message(findings);
            assert_eq!(
                (message.verdict().code(), message.codes().as_slice()),
                (*verdict, *codes),
                "{findings:?}"
            );
        }
    }

    #[test]
    fn what_was_refused_is_never_told_to_be_accepted() {
        for findings in [&[][..], &[("B001", Severity::Reject)], &[("X205", Severity::Warn)]] {
            let refused = AcknowledgedMessage { is_refused: true, ..message(findings) };
            assert_eq!(refused.verdict(), MessageVerdict::Rejected, "{findings:?}");
            assert_eq!(group(vec![message(&[]), refused]).verdict(), GroupVerdict::PartiallyAccepted);
        }
    }

    #[test]
    fn a_group_is_judged_by_its_messages_and_its_frame() {
        let good = || message(&[]);
        let flawed = || message(&[("X205", Severity::Warn)]);
        let bad = || message(&[("X207", Severity::Reject)]);
        let table = [
            (vec![], "A", 0),
            (vec![good(), good()], "A", 2),
            (vec![good(), flawed()], "E", 2),
            (vec![good(), bad()], "P", 1),
            (vec![flawed(), bad()], "P", 1),
            (vec![bad(), bad()], "R", 0),
        ];
        for (messages, verdict, accepted) in table {
            let group = group(messages);
            assert_eq!(
                (group.verdict().code(), group.accepted()),
                (verdict, accepted),
                "{:?}",
                group.messages
            );
        }
        for (fault, code) in [("X401", "4"), ("X402", "5"), ("X403", "3")] {
            let group = AcknowledgedGroup { faults: vec![fault.into()], ..group(vec![good()]) };
            assert_eq!((group.verdict(), group.accepted()), (GroupVerdict::Rejected, 0), "{fault}");
            assert_eq!(group.codes(), [code]);
        }
    }
}
