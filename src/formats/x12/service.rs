//! The elements of ISA, GS and their trailers (X12.5, X12.6, X12.22).

use super::header::{Header, ISA_BYTES};
use crate::diagnostics::Diagnostic;
use crate::formats::segment::{Delimiters, Elements, Kind, Service, Value};

/// Segments that may stand between the envelopes and say nothing here: TA3, and those of deferred delivery.
pub(super) const MAY_STAND_OUTSIDE: &[&[u8]] = &[b"TA3", b"ISB", b"ISE"];
/// The release from which dates of groups have a century.
const CENTURY_FROM: &str = "004";

const ISA: Elements = Elements::of(&[
    &[Value::required(Kind::Digits, 2, 2)],
    // Passwords and such are mostly blank.
    &[Value::optional(Kind::Text, 1, 10)],
    &[Value::required(Kind::Digits, 2, 2)],
    &[Value::optional(Kind::Text, 1, 10)],
    &[Value::required(Kind::Text, 2, 2)],
    &[Value::required(Kind::Text, 1, 15)],
    &[Value::required(Kind::Text, 2, 2)],
    &[Value::required(Kind::Text, 1, 15)],
    &[Value::required(Kind::Date, 6, 6)],
    &[Value::required(Kind::Time, 4, 4)],
    &[Value::required(Kind::Text, 1, 1)],
    &[Value::required(Kind::Digits, 5, 5)],
    &[Value::required(Kind::Digits, 9, 9)],
    &[Value::required(Kind::Code(&["0", "1"]), 1, 1)],
    &[Value::required(Kind::Code(&["P", "T", "I"]), 1, 1)],
    &[Value::required(Kind::Text, 1, 1)],
]);

/// GS-02 and GS-03.
const APPLICATION: &[Value] = &[Value::required(Kind::Text, 2, 15)];
const GROUP: &[Value] = &[Value::required(Kind::Text, 2, 2)];
const TIME: &[Value] = &[Value::required(Kind::Time, 4, 8)];
const NUMBER: &[Value] = &[Value::required(Kind::Digits, 1, 9)];
const AGENCY: &[Value] = &[Value::required(Kind::Text, 1, 2)];
const RELEASE: &[Value] = &[Value::required(Kind::Text, 1, 12)];

/// GS with one form of dates.
const fn gs(date: &'static [Value]) -> [&'static [Value]; 8] {
    [GROUP, APPLICATION, APPLICATION, date, TIME, NUMBER, AGENCY, RELEASE]
}

const GS: Elements = Elements::of(&gs(&[Value::required(Kind::Date, 8, 8)]));
/// Before 004010.
const EARLY_GS: Elements = Elements::of(&gs(&[Value::required(Kind::Date, 6, 6)]));
const GE: Elements = Elements::of(&[&[Value::required(Kind::Digits, 1, 6)], NUMBER]);
const IEA: Elements =
    Elements::of(&[&[Value::required(Kind::Digits, 1, 5)], &[Value::required(Kind::Digits, 9, 9)]]);
/// The extension of the header, from 00704 on: a release character, and how text is coded.
const ISX: Elements =
    Elements::of(&[&[Value::optional(Kind::Text, 1, 1)], &[Value::optional(Kind::Text, 1, 15)]]);

/// The elements of a service segment; `release` is that of a group, which only GS says.
pub(super) fn elements(tag: &str, release: &str) -> Option<Elements> {
    match tag {
        "GS" if !release.is_empty() && release < CENTURY_FROM => Some(EARLY_GS),
        "GS" => Some(GS),
        "GE" => Some(GE),
        "IEA" => Some(IEA),
        "ISX" => Some(ISX),
        _ => None,
    }
}

/// What is wrong with the elements of ISA that `head` begins with; nothing if it cannot be read.
pub fn header_findings(head: &[u8]) -> Vec<Diagnostic> {
    match Header::read(head) {
        Ok(header) => of_header(&header, &head[..ISA_BYTES - 1]),
        Err(_) => Vec::new(),
    }
}

/// What is wrong with the elements of ISA, whose last one separates components and means nothing else here.
pub(super) fn of_header(header: &Header<'_>, segment: &[u8]) -> Vec<Diagnostic> {
    let delimiters = Delimiters { component: 0, repetition: None, ..header.delimiters };
    let mut findings = Vec::new();
    Service { segment, delimiters, ordinal: 1, offset: 0 }.check(ISA, &mut findings);
    findings
}
