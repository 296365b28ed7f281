//! What X12 calls our findings: the codes of AK3, AK4, AK5, AK9 and TA1, as one table.

use crate::diagnostics::{Code, codes};

/// How a functional acknowledgement tells a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// In AK3-04 (element 720): something is wrong with a segment.
    Segment(&'static str),
    /// In AK4-03 (element 723): something is wrong with an element.
    Element(&'static str),
    /// From AK5-02 on (element 718): something is wrong with the set's frame.
    Set(&'static str),
    /// From AK9-05 on (element 716): something is wrong with the group's frame.
    Group(&'static str),
    /// The standard has no code for it. A refusal is told without one; anything less is not told.
    Unnamed,
}

/// Every X code with what the sender of X12 is told of it.
pub const TOLD: &[(Code, Told)] = &[
    (Code::X101, Told::Segment("1")),
    (Code::X102, Told::Segment("2")),
    (Code::X103, Told::Segment("3")),
    (Code::X105, Told::Segment("5")),
    // "Not used with this partner" is a word of implementation guides: the 999 has I4 for it, the 997 nothing.
    (Code::X106, Told::Unnamed),
    // A `case` binds several segments and blames none: the set has segments in error.
    (Code::X107, Told::Set("5")),
    // What is wrong with a level is a wrong value of one of its elements.
    (Code::X108, Told::Element("7")),
    (Code::X109, Told::Element("7")),
    (Code::X110, Told::Element("7")),
    (Code::X111, Told::Element("7")),
    (Code::X112, Told::Segment("1")),
    (Code::X201, Told::Element("1")),
    (Code::X202, Told::Element("2")),
    (Code::X203, Told::Element("3")),
    (Code::X204, Told::Element("4")),
    (Code::X205, Told::Element("5")),
    (Code::X206, Told::Element("6")),
    (Code::X207, Told::Element("7")),
    (Code::X208, Told::Element("8")),
    (Code::X209, Told::Element("9")),
    (Code::X210, Told::Element("10")),
    // Like X106: I13 in the 999.
    (Code::X212, Told::Unnamed),
    (Code::X217, Told::Element("3")),
    // "Too many repetitions" came with later releases; the 997 of 004010 has no word for it.
    (Code::X218, Told::Unnamed),
    (Code::X302, Told::Set("2")),
    (Code::X303, Told::Set("3")),
    (Code::X304, Told::Set("4")),
    (Code::X305, Told::Unnamed),
    (Code::X306, Told::Set("23")),
    (Code::X307, Told::Set("1")),
    (Code::X308, Told::Set("1")),
    (Code::X401, Told::Group("4")),
    (Code::X402, Told::Group("5")),
    (Code::X403, Told::Group("3")),
    (Code::X404, Told::Group("6")),
];

/// The two acknowledgements of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// The 997: what is wrong by the standard.
    #[default]
    Functional,
    /// The 999: what is wrong by the guide agreed as well.
    Implementation,
}

/// What the 999 has words for and the 997 has not.
const IMPLEMENTATION: &[(Code, Told)] = &[
    (Code::X106, Told::Segment("I4")),
    (Code::X212, Told::Element("I10")),
    (Code::X218, Told::Element("12")),
];

/// As [`told`], in one of the two forms.
pub fn told_in(code: &str, form: Form) -> Option<Told> {
    let own = IMPLEMENTATION.iter().find(|(known, _)| known.text() == code);
    match (form, own) {
        (Form::Implementation, Some((_, told))) => Some(*told),
        _ => told(code),
    }
}

/// X codes of EDIFACT alone, which declares character sets and forms of dates: no acknowledgement of X12 ever sees them.
#[cfg(test)]
const NOT_TOLD: &[Code] = &[Code::X219, Code::X236, Code::X237];

/// How the finding with this code is told; `None` for codes that are not the guide's: what a map or a person found
/// wrong is no business of a functional acknowledgement.
pub fn told(code: &str) -> Option<Told> {
    let code = codes::find(code)?.code;
    match TOLD.iter().find(|(known, _)| *known == code) {
        Some((_, told)) => Some(*told),
        // A code the table does not know yet still refuses. A test keeps this from lasting.
        None => code.text().starts_with('X').then_some(Told::Unnamed),
    }
}

/// Note codes of TA1-05 (element I18): what is wrong with an interchange as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InterchangeNote {
    /// Nothing.
    NoError,
    /// ISA13 and IEA02 differ.
    ControlNumbersDiffer,
    /// ISA12 is a version that is not supported.
    VersionNotSupported,
    /// ISA05 is not as the standard has it.
    SenderQualifierInvalid,
    /// ISA06 is nobody known here, or is not as the standard has it.
    SenderUnknown,
    /// ISA07 is not as the standard has it.
    ReceiverQualifierInvalid,
    /// ISA08 is not as the standard has it.
    ReceiverInvalid,
    /// ISA08 is not us.
    ReceiverUnknown,
    /// ISA01 is not as the standard has it.
    AuthorizationQualifierInvalid,
    /// ISA02 is not as the standard has it.
    AuthorizationInvalid,
    /// ISA03 is not as the standard has it.
    SecurityQualifierInvalid,
    /// ISA04 is not as the standard has it.
    SecurityInvalid,
    /// ISA09 is no date.
    DateInvalid,
    /// ISA10 is no time.
    TimeInvalid,
    /// ISA11 is not as the standard has it.
    StandardsIdInvalid,
    /// ISA12 is not as the standard has it.
    VersionInvalid,
    /// ISA13 is not nine digits.
    ControlNumberInvalid,
    /// ISA14 is neither 0 nor 1.
    RequestInvalid,
    /// ISA15 is not what was agreed.
    TestIndicatorInvalid,
    /// IEA01 does not count the groups.
    GroupCountWrong,
    /// The segments of the envelope do not stand as they must.
    StructureInvalid,
    /// The file ends before IEA.
    EndPremature,
    /// A header cannot be read.
    ContentInvalid,
    /// The control number came before.
    Duplicate,
    /// ISA16 cannot separate.
    ComponentSeparatorInvalid,
}

/// Notes about ISA01 to ISA16 that are not as the standard has them.
const ELEMENT_NOTES: [InterchangeNote; 16] = [
    InterchangeNote::AuthorizationQualifierInvalid,
    InterchangeNote::AuthorizationInvalid,
    InterchangeNote::SecurityQualifierInvalid,
    InterchangeNote::SecurityInvalid,
    InterchangeNote::SenderQualifierInvalid,
    InterchangeNote::SenderUnknown,
    InterchangeNote::ReceiverQualifierInvalid,
    InterchangeNote::ReceiverInvalid,
    InterchangeNote::DateInvalid,
    InterchangeNote::TimeInvalid,
    InterchangeNote::StandardsIdInvalid,
    InterchangeNote::VersionInvalid,
    InterchangeNote::ControlNumberInvalid,
    InterchangeNote::RequestInvalid,
    InterchangeNote::TestIndicatorInvalid,
    InterchangeNote::ComponentSeparatorInvalid,
];

impl InterchangeNote {
    /// Every note with its code, in the order of the codes.
    pub const ALL: &[(InterchangeNote, &str)] = &[
        (InterchangeNote::NoError, "000"),
        (InterchangeNote::ControlNumbersDiffer, "001"),
        (InterchangeNote::VersionNotSupported, "003"),
        (InterchangeNote::SenderQualifierInvalid, "005"),
        (InterchangeNote::SenderUnknown, "006"),
        (InterchangeNote::ReceiverQualifierInvalid, "007"),
        (InterchangeNote::ReceiverInvalid, "008"),
        (InterchangeNote::ReceiverUnknown, "009"),
        (InterchangeNote::AuthorizationQualifierInvalid, "010"),
        (InterchangeNote::AuthorizationInvalid, "011"),
        (InterchangeNote::SecurityQualifierInvalid, "012"),
        (InterchangeNote::SecurityInvalid, "013"),
        (InterchangeNote::DateInvalid, "014"),
        (InterchangeNote::TimeInvalid, "015"),
        (InterchangeNote::StandardsIdInvalid, "016"),
        (InterchangeNote::VersionInvalid, "017"),
        (InterchangeNote::ControlNumberInvalid, "018"),
        (InterchangeNote::RequestInvalid, "019"),
        (InterchangeNote::TestIndicatorInvalid, "020"),
        (InterchangeNote::GroupCountWrong, "021"),
        (InterchangeNote::StructureInvalid, "022"),
        (InterchangeNote::EndPremature, "023"),
        (InterchangeNote::ContentInvalid, "024"),
        (InterchangeNote::Duplicate, "025"),
        (InterchangeNote::ComponentSeparatorInvalid, "027"),
    ];

    /// The code of TA1-05.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(note, _)| *note == self).map_or("", |(_, code)| code)
    }

    /// The note for an element of ISA that is not as the standard has it, from 1.
    pub fn of_element(position: u16) -> Option<InterchangeNote> {
        ELEMENT_NOTES.get(usize::from(position).checked_sub(1)?).copied()
    }

    /// The note for a finding about the envelope; `None` where nothing is to be said to the sender of X12.
    pub fn of(code: &str) -> Option<InterchangeNote> {
        let code = codes::find(code)?.code;
        INTERCHANGE_NOTES.iter().find(|(known, _)| *known == code).map(|(_, note)| *note)
    }
}

/// Findings about an interchange with their notes.
pub const INTERCHANGE_NOTES: &[(Code, InterchangeNote)] = &[
    (Code::I101, InterchangeNote::EndPremature),
    (Code::I102, InterchangeNote::ControlNumbersDiffer),
    (Code::I103, InterchangeNote::GroupCountWrong),
    (Code::I104, InterchangeNote::ContentInvalid),
    (Code::I107, InterchangeNote::TestIndicatorInvalid),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::unanswered::UNANSWERED;

    #[test]
    fn every_code_of_a_guide_is_told_or_listed_as_not_told() {
        for info in codes::all().filter(|info| info.code.text().starts_with('X')) {
            let times = TOLD.iter().filter(|(code, _)| *code == info.code).count()
                + UNANSWERED.iter().chain(NOT_TOLD).filter(|code| **code == info.code).count();
            assert_eq!(times, 1, "{} is told, or listed as not told, once", info.code.text());
        }
    }

    #[test]
    fn what_a_map_found_is_never_told() {
        for info in codes::all().filter(|info| !info.code.text().starts_with('X')) {
            assert_eq!(told(info.code.text()), None, "{}", info.code.text());
        }
        assert_eq!((told("E120"), told("x207")), (None, Some(Told::Element("7"))));
    }

    #[test]
    fn notes_have_codes_of_their_own() {
        let codes: Vec<_> = InterchangeNote::ALL.iter().map(|(_, code)| *code).collect();
        assert!(codes.is_sorted_by(|one, other| one < other), "{codes:?}");
        assert_eq!(InterchangeNote::of("I103").map(InterchangeNote::code), Some("021"));
        assert_eq!(InterchangeNote::of("I105"), None);
        let element = |position| InterchangeNote::of_element(position).map(InterchangeNote::code);
        assert_eq!([element(1), element(9), element(16)], [Some("010"), Some("014"), Some("027")]);
        assert_eq!([element(0), element(17)], [None, None]);
    }
}
