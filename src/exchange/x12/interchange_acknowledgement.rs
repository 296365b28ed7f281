//! The TA1: what is said about an interchange as a whole, in an interchange of its own without any group.

use super::told::InterchangeNote;
use super::verdicts::InterchangeVerdict;
use crate::formats::segment::Delimiters;
use crate::formats::x12::{write_header, write_trailer};
use crate::formats::{Envelope, InterchangeRow};

/// What is said about an interchange as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterchangeAcknowledgement {
    control_number: String,
    date: String,
    time: String,
    verdict: InterchangeVerdict,
    note: InterchangeNote,
}

impl InterchangeAcknowledgement {
    /// About the interchange with this header. `None` if the header could not be read, or its control number, date or
    /// time are not digits: a TA1 names the interchange by them.
    pub fn new(row: &InterchangeRow, verdict: InterchangeVerdict, note: InterchangeNote) -> Option<Self> {
        let is_number = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(&row.control_number, 9) || !is_number(&row.made_at, 10) {
            return None;
        }
        let (date, time) = row.made_at.split_at(6);
        Some(InterchangeAcknowledgement {
            control_number: row.control_number.clone(),
            date: date.to_owned(),
            time: time.to_owned(),
            verdict,
            note,
        })
    }

    /// Appends a whole interchange with one TA1: ISA, TA1, IEA of no group. `envelope` is the answer's own, see
    /// [`crate::exchange::identities::counterpart`]; `version` its ISA12. Whatever `envelope` says, no
    /// acknowledgement is asked for.
    pub fn write(&self, envelope: &Envelope, version: &str, delimiters: &Delimiters, out: &mut Vec<u8>) {
        let envelope = Envelope { wants_acknowledgement: false, ..envelope.clone() };
        write_header(&envelope, version, delimiters, out);
        out.extend_from_slice(&self.segment(delimiters));
        write_trailer(&envelope, 0, delimiters, out);
    }

    /// The TA1 segment alone, as it may stand before the groups of another interchange.
    pub fn segment(&self, delimiters: &Delimiters) -> Vec<u8> {
        let (e, s) = (char::from(delimiters.element), delimiters.terminator());
        let InterchangeAcknowledgement { control_number, date, time, verdict, note } = self;
        format!("TA1{e}{control_number}{e}{date}{e}{time}{e}{}{e}{}{s}", verdict.code(), note.code())
            .into_bytes()
    }
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
        let acknowledgement =
            InterchangeAcknowledgement::new(&row(), InterchangeVerdict::Rejected, InterchangeNote::Duplicate)
                .expect("it has a number and a time");
        let envelope = Envelope {
            interchange_number: 507,
            made_at: Some(jiff::civil::datetime(2026, 11, 20, 10, 1, 0, 0)),
            ..identities::counterpart(&identities::received(&row(), None))
        };
        let mut out = Vec::new();
        acknowledgement.write(&envelope, "00401", &crate::formats::x12::DELIMITERS, &mut out);
        assert_eq!(
            String::from_utf8_lossy(&out),
            "ISA*00*          *00*          *ZZ*HAVENPORT3PL   *ZZ*BRIGHTWICK     *261120*1001*U*00401*000000507*0*P*>~\
             TA1*000000131*261120*1000*R*025~IEA*0*000000507~"
        );
    }

    #[test]
    fn what_cannot_be_named_gets_none() {
        for (control_number, made_at) in [("", ""), ("13~", "2611201000"), ("000000131", "2611201*00")] {
            let row =
                InterchangeRow { control_number: control_number.into(), made_at: made_at.into(), ..row() };
            let made = InterchangeAcknowledgement::new(
                &row,
                InterchangeVerdict::Rejected,
                InterchangeNote::Duplicate,
            );
            assert_eq!(made, None);
        }
    }
}
