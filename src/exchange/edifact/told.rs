//! What EDIFACT calls our findings: the codes of element 0085 and where a CONTRL tells them, as one table.

use crate::diagnostics::{Code, codes};

/// How a CONTRL tells a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// In UCI: the interchange is refused for it. The code, and the service segment in error.
    Interchange(&'static str, &'static str),
    /// In UCF: the group is refused for it. The code, and the service segment in error.
    Group(&'static str, &'static str),
    /// In UCM: something is wrong with the message as a whole. The code, and the service segment in error.
    Message(&'static str, &'static str),
    /// In UCS: something is wrong with a segment, or one is missing.
    Segment(&'static str),
    /// In UCD: something is wrong with an element.
    Element(&'static str),
}

/// Codes of element 0085 that stand for several findings.
const INVALID: &str = "12";
const MISSING: &str = "13";
const NOT_HERE: &str = "15";
const TOO_MANY_PARTS: &str = "16";
const UNSPECIFIED: &str = "18";
const CHARACTERS: &str = "21";
const DUPLICATE: &str = "26";
const REFERENCES: &str = "28";
const COUNT: &str = "29";
const TOO_MANY: &str = "35";

/// Every code that an EDIFACT message or envelope can have, with what its sender is told.
pub const TOLD: &[(Code, Told)] = &[
    (Code::X101, Told::Segment(NOT_HERE)),
    (Code::X102, Told::Segment(NOT_HERE)),
    (Code::X103, Told::Segment(MISSING)),
    (Code::X105, Told::Segment(TOO_MANY)),
    (Code::X106, Told::Segment(NOT_HERE)),
    // A `case` binds several segments and blames none.
    (Code::X107, Told::Message(UNSPECIFIED, "")),
    (Code::X108, Told::Element(INVALID)),
    (Code::X109, Told::Element(INVALID)),
    (Code::X110, Told::Element(INVALID)),
    (Code::X111, Told::Element(INVALID)),
    (Code::X112, Told::Segment(NOT_HERE)),
    (Code::X201, Told::Element(MISSING)),
    (Code::X202, Told::Element(MISSING)),
    (Code::X203, Told::Segment(TOO_MANY_PARTS)),
    (Code::X204, Told::Element("40")),
    (Code::X205, Told::Element("39")),
    (Code::X206, Told::Element(CHARACTERS)),
    (Code::X207, Told::Element(INVALID)),
    (Code::X208, Told::Element(INVALID)),
    (Code::X209, Told::Element(INVALID)),
    (Code::X210, Told::Element(NOT_HERE)),
    (Code::X212, Told::Element(NOT_HERE)),
    (Code::X217, Told::Element(TOO_MANY_PARTS)),
    (Code::X218, Told::Element(TOO_MANY)),
    (Code::X219, Told::Element(CHARACTERS)),
    (Code::X236, Told::Message(CHARACTERS, "UNH")),
    (Code::X237, Told::Element("14")),
    (Code::X302, Told::Message(MISSING, "UNT")),
    (Code::X303, Told::Message(REFERENCES, "UNT")),
    (Code::X304, Told::Message(COUNT, "UNT")),
    (Code::X305, Told::Message(UNSPECIFIED, "")),
    (Code::X306, Told::Message(DUPLICATE, "UNH")),
    // "No agreement" to receive messages of this type.
    (Code::X307, Told::Message("17", "UNH")),
    (Code::X308, Told::Message("17", "UNH")),
    (Code::X401, Told::Group(REFERENCES, "UNE")),
    (Code::X402, Told::Group(COUNT, "UNE")),
    (Code::X403, Told::Group(MISSING, "UNE")),
    (Code::X404, Told::Group(MISSING, "UNG")),
    (Code::I101, Told::Interchange(MISSING, "UNZ")),
    (Code::I102, Told::Interchange(REFERENCES, "UNZ")),
    (Code::I103, Told::Interchange(COUNT, "UNZ")),
    (Code::I104, Told::Interchange("2", "UNB")),
    (Code::I107, Told::Interchange("25", "UNB")),
    (Code::I110, Told::Interchange("22", "UNB")),
];

/// How the finding with this code is told; `None` for codes that are not of frame or guide, and for notes nobody is told
/// of.
pub fn told(code: &str) -> Option<Told> {
    let info = codes::find(code)?;
    match TOLD.iter().find(|(known, _)| *known == info.code) {
        Some((_, told)) => Some(*told),
        // A code the table does not know yet still refuses. A test keeps this from lasting.
        None => info.code.text().starts_with('X').then_some(Told::Message(UNSPECIFIED, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::unanswered::UNANSWERED;

    #[test]
    fn every_code_of_a_guide_is_told_or_listed_as_not_told() {
        for info in codes::all().filter(|info| info.code.text().starts_with('X')) {
            let times = TOLD.iter().filter(|(code, _)| *code == info.code).count()
                + UNANSWERED.iter().filter(|code| **code == info.code).count();
            assert_eq!(times, 1, "{} is told, or listed as not told, once", info.code.text());
        }
    }

    #[test]
    fn what_a_map_found_is_never_told() {
        let of_others = |code: &str| !code.starts_with(['X', 'I']);
        for info in codes::all().filter(|info| of_others(info.code.text())) {
            assert_eq!(told(info.code.text()), None, "{}", info.code.text());
        }
        assert_eq!((told("E120"), told("x207")), (None, Some(Told::Element(INVALID))));
    }

    #[test]
    fn every_code_told_has_words_for_who_reads_it() {
        use super::super::words::ERRORS;
        for (code, told) in TOLD {
            let (Told::Interchange(error, _) | Told::Group(error, _) | Told::Message(error, _)) = told else {
                let (Told::Segment(error) | Told::Element(error)) = told else { continue };
                assert!(ERRORS.iter().any(|(known, _)| known == error), "{}: {error}", code.text());
                continue;
            };
            assert!(ERRORS.iter().any(|(known, _)| known == error), "{}: {error}", code.text());
        }
    }
}
