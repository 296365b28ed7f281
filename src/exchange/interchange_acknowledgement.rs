//! The TA1: what is said about an interchange as a whole, in an interchange of its own without any group.

use super::told::InterchangeNote;
use crate::formats::x12::{Delimiters, write_header, write_trailer};
use crate::formats::{Envelope, InterchangeRow};

/// A received interchange to be acknowledged as a whole. None can be made of one that answers something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgedInterchange {
    sender: String,
    receiver: String,
    control_number: String,
    date: String,
    time: String,
    wants_acknowledgement: bool,
}

impl AcknowledgedInterchange {
    /// The interchange with the functional identifiers of its groups. `None` if there is nothing a TA1 may say of it:
    ///
    /// * it has no group, so that it carries a TA1 or nothing, or only groups of acknowledgements;
    /// * its header could not be read, or its control number, date or time are not digits: a TA1 names the interchange
    ///   by them.
    pub fn new<'a>(row: &InterchangeRow, functional_ids: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        if functional_ids.into_iter().all(|id| id.trim() == "FA") {
            return None;
        }
        let is_number = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(&row.control_number, 9) || !is_number(&row.made_at, 10) {
            return None;
        }
        let (date, time) = row.made_at.split_at(6);
        Some(AcknowledgedInterchange {
            sender: row.sender.clone(),
            receiver: row.receiver.clone(),
            control_number: row.control_number.clone(),
            date: date.to_owned(),
            time: time.to_owned(),
            wants_acknowledgement: row.wants_acknowledgement,
        })
    }

    /// `qualifier:id` of who sent it, and so of who gets the answer.
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// `qualifier:id` of who it was sent to.
    pub fn receiver(&self) -> &str {
        &self.receiver
    }

    /// Whether ISA14 asks for a TA1.
    pub fn wants_acknowledgement(&self) -> bool {
        self.wants_acknowledgement
    }
}

/// TA1-04.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterchangeVerdict {
    /// A
    Accepted,
    /// E
    AcceptedWithErrors,
    /// R
    Rejected,
}

impl InterchangeVerdict {
    /// The code of element I17.
    pub const fn code(self) -> &'static str {
        match self {
            InterchangeVerdict::Accepted => "A",
            InterchangeVerdict::AcceptedWithErrors => "E",
            InterchangeVerdict::Rejected => "R",
        }
    }
}

/// Appends a whole interchange with one TA1: ISA, TA1, IEA of no group. `envelope` is the answer's own, see
/// [`super::identities::counterpart`]; `version` its ISA12. Whatever `envelope` says, no acknowledgement is asked for.
pub fn interchange_acknowledgement(
    interchange: &AcknowledgedInterchange,
    verdict: InterchangeVerdict,
    note: InterchangeNote,
    envelope: &Envelope,
    version: &str,
    delimiters: &Delimiters,
    out: &mut Vec<u8>,
) {
    let envelope = Envelope { wants_acknowledgement: false, ..envelope.clone() };
    write_header(&envelope, version, delimiters, out);
    let (e, s) = (char::from(delimiters.element), char::from(delimiters.segment));
    let AcknowledgedInterchange { control_number, date, time, .. } = interchange;
    let segment =
        format!("TA1{e}{control_number}{e}{date}{e}{time}{e}{}{e}{}{s}", verdict.code(), note.code());
    out.extend_from_slice(segment.as_bytes());
    write_trailer(&envelope, 0, delimiters, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::identities;

    fn row() -> InterchangeRow {
        InterchangeRow {
            sender: "ZZ:BRIGHTWICK".into(),
            receiver: "ZZ:HAVENPORT3PL".into(),
            control_number: "000000131".into(),
            made_at: "2611201000".into(),
            wants_acknowledgement: true,
            ..Default::default()
        }
    }

    #[test]
    fn a_ta1_stands_alone_in_its_interchange() {
        let interchange = AcknowledgedInterchange::new(&row(), ["OW"]).expect("orders");
        assert!(interchange.wants_acknowledgement());
        assert_eq!((interchange.sender(), interchange.receiver()), ("ZZ:BRIGHTWICK", "ZZ:HAVENPORT3PL"));
        let envelope = Envelope {
            interchange_number: 507,
            made_at: Some(jiff::civil::datetime(2026, 11, 20, 10, 1, 0, 0)),
            ..identities::counterpart(&identities::received(&row(), None))
        };
        let mut out = Vec::new();
        interchange_acknowledgement(
            &interchange,
            InterchangeVerdict::Rejected,
            InterchangeNote::Duplicate,
            &envelope,
            "00401",
            &Delimiters::default(),
            &mut out,
        );
        assert_eq!(
            String::from_utf8_lossy(&out),
            "ISA*00*          *00*          *ZZ*HAVENPORT3PL   *ZZ*BRIGHTWICK     *261120*1001*U*00401*000000507*0*P*>~\
             TA1*000000131*261120*1000*R*025~IEA*0*000000507~"
        );
    }

    #[test]
    fn answers_and_what_cannot_be_named_get_none() {
        assert_eq!(AcknowledgedInterchange::new(&row(), []), None);
        assert_eq!(AcknowledgedInterchange::new(&row(), ["FA", "FA"]), None);
        assert!(AcknowledgedInterchange::new(&row(), ["FA", "OW"]).is_some());
        for (control_number, made_at) in [("", ""), ("13~", "2611201000"), ("000000131", "2611201*00")] {
            let row =
                InterchangeRow { control_number: control_number.into(), made_at: made_at.into(), ..row() };
            assert_eq!(AcknowledgedInterchange::new(&row, ["OW"]), None);
        }
    }
}
