//! What is acknowledged, whatever the syntax: facts about one received interchange.
//!
//! Only what the guide found counts. What a map or a person found later is told by other means (824, APERAK), so
//! that an acknowledgement says one thing: whether the message could be read as agreed.

use super::answering::Answering;
use crate::diagnostics::{Place, Severity};
use crate::formats::InterchangeRow;

/// A received interchange to be acknowledged. None can be made of one that only carries acknowledgements: two gateways
/// would answer each other for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgedInterchange {
    header: InterchangeRow,
    refusal: Option<String>,
}

impl AcknowledgedInterchange {
    /// The interchange with its header as the index pass saw it, the code of the finding it is refused for as a whole,
    /// such as `I103`, and the functional identifiers of its groups. `None` if all its groups are answers, or it has
    /// none.
    pub fn new<'g>(
        answering: &dyn Answering,
        header: InterchangeRow,
        refusal: Option<String>,
        mut functional_ids: impl Iterator<Item = &'g str>,
    ) -> Option<Self> {
        let has_business = functional_ids.any(|id| !answering.is_answer(id.trim(), ""));
        has_business.then_some(AcknowledgedInterchange { header, refusal })
    }

    /// Its header.
    pub fn header(&self) -> &InterchangeRow {
        &self.header
    }

    /// The code of the finding it is refused for as a whole; none if its messages are judged.
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }
}

/// A received group to be acknowledged; one without names where the syntax has no groups. None can be made of a group
/// of acknowledgements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgedGroup {
    functional_id: String,
    /// Its control number as written.
    pub control_number: String,
    /// Its version as written.
    pub version: String,
    /// Code of the sending application as written.
    pub sender: String,
    /// Code of the receiving application as written.
    pub receiver: String,
    /// How many messages its trailer says there are; `None` if that is no number or there is no trailer.
    pub included: Option<u32>,
    /// Codes of findings about the group's frame, such as `X402`.
    pub faults: Vec<String>,
}

/// A received message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcknowledgedMessage {
    /// Its type as written.
    pub kind: String,
    /// Its version as its own header has it, parts joined with `:`; empty where it has none.
    pub version: String,
    /// Its control number or reference as written.
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
    /// A group without faults so far. `None` for a group that is an answer itself.
    pub fn new(
        answering: &dyn Answering,
        functional_id: &str,
        control_number: &str,
        version: &str,
    ) -> Option<Self> {
        let functional_id = functional_id.trim();
        (!answering.is_answer(functional_id, "")).then(|| AcknowledgedGroup {
            functional_id: functional_id.to_owned(),
            control_number: control_number.to_owned(),
            version: version.to_owned(),
            sender: String::new(),
            receiver: String::new(),
            included: None,
            faults: Vec::new(),
        })
    }

    /// Its functional identifier.
    pub fn functional_id(&self) -> &str {
        &self.functional_id
    }

    /// Whether it names itself; messages outside of any group stand in one that does not.
    pub fn is_named(&self) -> bool {
        !self.functional_id.is_empty() && !self.control_number.is_empty()
    }

    /// Whether the group is refused with everything in it, because its frame is broken: a message may be lost.
    pub fn is_refused(&self) -> bool {
        !self.faults.is_empty()
    }
}

impl AcknowledgedMessage {
    /// Whether it is refused: its syntax was, or a finding of frame or guide refuses it.
    pub fn is_rejected(&self) -> bool {
        self.is_refused || self.findings.iter().any(AcknowledgedFinding::refuses)
    }
}

impl AcknowledgedFinding {
    /// Whether it refuses the message. Findings of maps never do here.
    pub fn refuses(&self) -> bool {
        self.severity >= Severity::Reject && is_of_guide(&self.code)
    }
}

/// Whether findings with this code are those of frame and guide: what a map or a person found wrong is no business of
/// an acknowledgement.
pub fn is_of_guide(code: &str) -> bool {
    crate::diagnostics::codes::find(code).is_some_and(|info| info.code.text().starts_with('X'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::answering::ANSWERINGS;

    #[test]
    fn an_answer_cannot_be_answered() {
        for answering in ANSWERINGS {
            let of = |id: &str| AcknowledgedGroup::new(*answering, id, "501", "");
            let answers: Vec<&str> =
                ["FA", "CONTRL"].into_iter().filter(|id| answering.is_answer(id, "")).collect();
            assert!(!answers.is_empty(), "{}", answering.format());
            let interchange = |ids: &[&str]| {
                let header = InterchangeRow::default();
                AcknowledgedInterchange::new(*answering, header, None, ids.iter().copied())
            };
            for id in &answers {
                assert_eq!((of(id), of(&format!("{id} "))), (None, None));
                assert_eq!(interchange(&[id, id]), None);
                assert!(interchange(&[id, "OW"]).is_some() && of("OW").is_some());
            }
            assert_eq!(interchange(&[]), None);
        }
    }

    #[test]
    fn what_a_map_found_refuses_nothing() {
        let finding = |code: &str, severity| AcknowledgedFinding {
            code: code.into(),
            severity,
            place: Place::default(),
            value: String::new(),
        };
        assert!(finding("X207", Severity::Reject).refuses());
        assert!(!finding("X207", Severity::Hold).refuses());
        assert!(!finding("B001", Severity::Reject).refuses() && !finding("E120", Severity::Reject).refuses());
    }
}
