//! The envelopes of EDIFACT: UNB, UNG, UNH and their trailers.

use super::header::{Begun, Header, starts};
use super::service;
use crate::formats::segment::{Begin, Elements, Envelopes, FaultCodes, Fields, Head, Tags};
use crate::formats::{GroupRow, MessageRow};

pub(in crate::formats) struct EdifactEnvelopes;

impl Envelopes for EdifactEnvelopes {
    const TAGS: Tags = Tags {
        interchange_end: b"UNZ",
        group: b"UNG",
        group_end: b"UNE",
        message: b"UNH",
        message_end: b"UNT",
        lone: None,
        binary: &[],
    };
    // Element 0085: 13 missing, 26 duplicate, 28 references do not match, 29 count does not match.
    const CODES: FaultCodes = FaultCodes {
        message_trailer_missing: "13",
        message_numbers_differ: "28",
        segment_count_wrong: "29",
        message_repeated: "26",
        group_trailer_missing: "13",
        group_numbers_differ: "28",
        group_number_invalid: "13",
        message_count_wrong: "29",
        interchange_numbers_differ: "28",
        group_count_wrong: "29",
        end_missing: "13",
        header_unreadable: "12",
    };
    const COUNTS_MESSAGES: bool = true;

    fn begin(&self, bytes: &[u8], is_end: bool) -> Begin {
        let is_start =
            starts(bytes) || (bytes.len() < 4 && [b"UNA", b"UNB"].iter().any(|tag| tag.starts_with(bytes)));
        let why = match is_start.then(|| Header::read(bytes, is_end)) {
            Some(Begun::Whole(header)) => {
                let row = header.row(bytes);
                let findings = service::of_header(&header, bytes);
                let Header { delimiters, length, fault, .. } = *header;
                return Begin::Interchange(Box::new(Head { row, delimiters, length, fault, findings }));
            }
            Some(Begun::More) => return Begin::More,
            Some(Begun::Wrong(why)) => Some(why),
            None => None,
        };
        // Everything up to the next header belongs to nobody.
        match ((1..bytes.len()).find(|&at| starts(&bytes[at..])), why) {
            (Some(at), _) => Begin::Nobody(at),
            (None, _) if !is_end => Begin::More,
            (None, Some(why)) => Begin::Unreadable(why),
            (None, None) => Begin::Nobody(bytes.len()),
        }
    }

    fn group(&self, header: &Fields<'_>) -> GroupRow {
        GroupRow {
            ordinal: 0,
            functional_id: header.text(1),
            sender: header.component(2, 1),
            receiver: header.component(3, 1),
            control_number: header.text(5),
            version: header.components(7, 1..=3),
        }
    }

    fn elements(&self, segment: &Fields<'_>, version: &str) -> Option<Elements> {
        service::elements(&segment.text(0), version)
    }

    /// Segments of security and of objects may (ISO 9735-5, -8); nothing of them is read.
    fn may_stand_outside(&self, tag: &[u8]) -> bool {
        tag.starts_with(b"US") || tag == b"UNO" || tag == b"UNP"
    }

    fn is_group_number(&self, number: &str) -> bool {
        !number.is_empty()
    }

    fn message(&self, header: &Fields<'_>) -> MessageRow {
        MessageRow {
            kind: header.component(2, 1),
            control_number: header.text(1),
            version: header.components(2, 2..=5),
            ..MessageRow::default()
        }
    }
}
