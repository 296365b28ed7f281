//! The envelopes of X12: ISA, GS, ST and their trailers.

use super::header::{DELIMITERS, Header, ISA_BYTES};
use super::service;
use crate::formats::segment::{Begin, Elements, Envelopes, FaultCodes, Fields, Head, Tags};
use crate::formats::{GroupRow, InterchangeRow, MessageRow};

pub(super) struct X12Envelopes;

impl Envelopes for X12Envelopes {
    const TAGS: Tags = Tags {
        interchange_end: b"IEA",
        group: b"GS",
        group_end: b"GE",
        message: b"ST",
        message_end: b"SE",
        lone: Some("TA1"),
        binary: DELIMITERS.binary,
    };
    // AK5-02, AK9-05 and TA1-05.
    const CODES: FaultCodes = FaultCodes {
        message_trailer_missing: "2",
        message_numbers_differ: "3",
        segment_count_wrong: "4",
        message_repeated: "23",
        group_trailer_missing: "3",
        group_numbers_differ: "4",
        group_number_invalid: "6",
        message_count_wrong: "5",
        interchange_numbers_differ: "001",
        group_count_wrong: "021",
        end_missing: "023",
        header_unreadable: "024",
    };
    const COUNTS_MESSAGES: bool = false;

    fn begin(&self, bytes: &[u8], is_end: bool) -> Begin {
        if bytes.len() < ISA_BYTES && !is_end && b"ISA".starts_with(&bytes[..bytes.len().min(3)]) {
            return Begin::More;
        }
        let header = bytes.starts_with(b"ISA").then(|| Header::read(bytes));
        if let Some(Ok(header)) = header {
            return Begin::Interchange(Box::new(head(&header, bytes)));
        }
        // Everything up to the next header belongs to nobody.
        match (memchr::memmem::find(&bytes[1..], b"ISA"), header) {
            (Some(at), _) => Begin::Nobody(at + 1),
            (None, _) if !is_end => Begin::More,
            (None, Some(Err(why))) => Begin::Unreadable(why),
            _ => Begin::Nobody(bytes.len()),
        }
    }

    fn group(&self, header: &Fields<'_>) -> GroupRow {
        GroupRow {
            ordinal: 0,
            functional_id: header.text(1),
            sender: header.text(2),
            receiver: header.text(3),
            control_number: header.text(6),
            version: header.text(8),
        }
    }

    fn elements(&self, segment: &Fields<'_>, _version: &str) -> Option<Elements> {
        service::elements(&segment.text(0), &segment.text(8))
    }

    fn may_stand_outside(&self, tag: &[u8]) -> bool {
        service::MAY_STAND_OUTSIDE.contains(&tag)
    }

    fn is_group_number(&self, number: &str) -> bool {
        (1..=9).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn message(&self, header: &Fields<'_>) -> MessageRow {
        MessageRow {
            kind: header.text(1),
            control_number: header.text(2),
            version: header.text(3),
            ..MessageRow::default()
        }
    }
}

fn head(header: &Header<'_>, bytes: &[u8]) -> Head {
    let row = InterchangeRow {
        head: bytes[..ISA_BYTES].to_vec(),
        sender: format!("{}:{}", header.element(5), header.element(6)),
        receiver: format!("{}:{}", header.element(7), header.element(8)),
        control_number: header.element(13).to_string(),
        made_at: format!("{}{}", header.element(9), header.element(10)),
        version: header.element(12).to_string(),
        is_test: header.element(15) == "T",
        wants_acknowledgement: header.element(14) == "1",
        ..InterchangeRow::default()
    };
    let findings = service::of_header(header, &bytes[..ISA_BYTES - 1]);
    Head { row, delimiters: header.delimiters, length: ISA_BYTES, fault: None, findings }
}
