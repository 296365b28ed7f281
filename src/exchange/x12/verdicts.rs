//! How a 997 judges messages and groups, and a TA1 interchanges.

use super::told::{Form, Told, told, told_in};
use crate::diagnostics::Severity;
use crate::exchange::acknowledge::{AcknowledgedFinding, AcknowledgedGroup, AcknowledgedMessage};

/// Most set errors in one AK5 and group errors in one AK9.
pub const CODES_MAX: usize = 5;

macro_rules! verdicts {
    ($(#[$doc:meta])* $name:ident { $($(#[$meaning:meta])* $verdict:ident $code:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$meaning])* $verdict,)* }

        impl $name {
            /// The code as written.
            pub const fn code(self) -> &'static str {
                match self { $($name::$verdict => $code,)* }
            }
        }
    };
}

verdicts! {
    /// AK5-01 (element 717).
    MessageVerdict {
        /// Nothing is wrong.
        Accepted "A";
        /// It is taken all the same.
        AcceptedWithErrors "E";
        /// It is refused.
        Rejected "R";
    }
}

verdicts! {
    /// AK9-01 (element 715).
    GroupVerdict {
        /// Every message is.
        Accepted "A";
        /// No message is refused, at least one has errors.
        AcceptedWithErrors "E";
        /// At least one message is refused, at least one is not.
        PartiallyAccepted "P";
        /// Every message is, or the group is.
        Rejected "R";
    }
}

verdicts! {
    /// TA1-04 (element I17).
    InterchangeVerdict {
        /// Nothing is wrong with the envelope.
        Accepted "A";
        /// It is taken all the same.
        AcceptedWithErrors "E";
        /// It is refused with everything in it.
        Rejected "R";
    }
}

impl MessageVerdict {
    /// Refused if its syntax was, or if a finding of frame or guide refuses; accepted with errors if the standard has a code for a lesser
    /// one, which is then told.
    pub fn of(message: &AcknowledgedMessage, form: Form) -> Self {
        if message.is_rejected() {
            MessageVerdict::Rejected
        } else if message.findings.iter().any(|finding| told_of(finding, form).is_some()) {
            MessageVerdict::AcceptedWithErrors
        } else {
            MessageVerdict::Accepted
        }
    }
}

/// Counts the messages of a group, which may be more than can be held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    form: Form,
    received: usize,
    rejected: usize,
    flawed: usize,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(form: Form) -> Self {
        Tally { form, ..Tally::default() }
    }

    /// Counts the next message.
    pub fn count(&mut self, message: &AcknowledgedMessage) {
        self.received += 1;
        match MessageVerdict::of(message, self.form) {
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

/// The codes from AK9-05 on.
pub fn group_codes(group: &AcknowledgedGroup) -> Vec<&'static str> {
    let codes = group.faults.iter().filter_map(|code| match told(code) {
        Some(Told::Group(code)) => Some(code),
        _ => None,
    });
    distinct(codes)
}

/// The codes from AK5-02 on: those of the frame, then 5 if segments are in error.
pub fn message_codes(message: &AcknowledgedMessage, form: Form) -> Vec<&'static str> {
    let frame = message.findings.iter().filter_map(|finding| match told_of(finding, form) {
        Some(Told::Set(code)) => Some(code),
        _ => None,
    });
    let in_segments = message
        .findings
        .iter()
        .any(|finding| matches!(told_of(finding, form), Some(Told::Segment(_) | Told::Element(_))));
    distinct(frame.chain(in_segments.then_some("5")))
}

/// How a finding is told; `None` if it is not: a mere note, no code of the standard, or not the guide's finding.
pub fn told_of(finding: &AcknowledgedFinding, form: Form) -> Option<Told> {
    told_in(&finding.code, form).filter(|told| finding.severity >= Severity::Warn && *told != Told::Unnamed)
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
    use crate::diagnostics::Place;
    use crate::exchange::x12::X12;

    fn message(findings: &[(&str, Severity)]) -> AcknowledgedMessage {
        let finding = |(code, severity): &(&str, Severity)| AcknowledgedFinding {
            code: (*code).into(),
            severity: *severity,
            place: Place::default(),
            value: String::new(),
        };
        AcknowledgedMessage {
            kind: "940".into(),
            version: String::new(),
            control_number: "0001".into(),
            findings: findings.iter().map(finding).collect(),
            is_refused: false,
        }
    }

    fn group() -> AcknowledgedGroup {
        AcknowledgedGroup::new(&X12, "OW", "131", "004010").expect("no answer")
    }

    fn tally(messages: &[AcknowledgedMessage]) -> Tally {
        let mut tally = Tally::default();
        messages.iter().for_each(|message| tally.count(message));
        tally
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
                (
                    MessageVerdict::of(&message, Form::Functional).code(),
                    message_codes(&message, Form::Functional).as_slice()
                ),
                (*verdict, *codes),
                "{findings:?}"
            );
        }
    }

    #[test]
    fn what_was_refused_is_never_told_to_be_accepted() {
        for findings in [&[][..], &[("B001", Severity::Reject)], &[("X205", Severity::Warn)]] {
            let refused = AcknowledgedMessage { is_refused: true, ..message(findings) };
            assert_eq!(
                MessageVerdict::of(&refused, Form::Functional),
                MessageVerdict::Rejected,
                "{findings:?}"
            );
            assert_eq!(tally(&[message(&[]), refused]).verdict(&group()), GroupVerdict::PartiallyAccepted);
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
            let tally = tally(&messages);
            assert_eq!(
                (tally.verdict(&group()).code(), tally.accepted(&group())),
                (verdict, accepted),
                "{messages:?}"
            );
        }
        for (fault, code) in [("X401", "4"), ("X402", "5"), ("X403", "3"), ("X404", "6")] {
            let mut group = group();
            group.faults.push(fault.into());
            let tally = tally(&[good()]);
            assert_eq!(
                (tally.verdict(&group), tally.accepted(&group)),
                (GroupVerdict::Rejected, 0),
                "{fault}"
            );
            assert_eq!(group_codes(&group), [code]);
        }
    }
}
