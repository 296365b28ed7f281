//! The elements of UNB, UNG and their trailers (ISO 9735), as wide as any version of the syntax has them.

use super::header::Header;
use crate::diagnostics::Diagnostic;
use crate::formats::segment::{Elements, Kind, Service, Value};

const fn one(kind: Kind, min: usize, max: usize) -> Value {
    Value::required(kind, min, max)
}

const fn opt(kind: Kind, min: usize, max: usize) -> Value {
    Value::optional(kind, min, max)
}

/// S002 and S003: who sends, who receives.
const PARTY: &[Value] =
    &[one(Kind::Text, 1, 35), opt(Kind::Text, 1, 4), opt(Kind::Text, 1, 35), opt(Kind::Text, 1, 35)];
/// S004.
const MOMENT: &[Value] = &[one(Kind::Date, 6, 8), one(Kind::Time, 4, 4)];
const REFERENCE: &[Value] = &[one(Kind::Text, 1, 14)];
const COUNT: &[Value] = &[one(Kind::Digits, 1, 6)];

const UNB: Elements = Elements::of(&[
    &[
        one(Kind::Text, 4, 4),
        one(Kind::Digits, 1, 1),
        opt(Kind::Text, 1, 6),
        opt(Kind::Text, 1, 3),
        opt(Kind::Text, 1, 2),
    ],
    PARTY,
    PARTY,
    MOMENT,
    REFERENCE,
    &[opt(Kind::Text, 1, 14), opt(Kind::Text, 2, 2)],
    &[opt(Kind::Text, 1, 14)],
    &[opt(Kind::Text, 1, 1)],
    &[opt(Kind::Digits, 1, 1)],
    &[opt(Kind::Text, 1, 35)],
    &[opt(Kind::Digits, 1, 1)],
]);

/// S006 and S007.
const APPLICATION: &[Value] = &[one(Kind::Text, 1, 35), opt(Kind::Text, 1, 4)];

const UNG: Elements = Elements::of(&[
    &[one(Kind::Text, 1, 6)],
    APPLICATION,
    APPLICATION,
    MOMENT,
    REFERENCE,
    &[one(Kind::Text, 1, 3)],
    &[one(Kind::Text, 1, 3), one(Kind::Text, 1, 3), opt(Kind::Text, 1, 6)],
    &[opt(Kind::Text, 1, 14)],
]);

/// From version 4 on only its reference must be there; what it holds, by whom and in which version go together.
const LATER_UNG: Elements = Elements {
    paired: &[1, 6, 7],
    ..Elements::of(&[
        &[opt(Kind::Text, 1, 6)],
        &[opt(Kind::Text, 1, 35), opt(Kind::Text, 1, 4)],
        &[opt(Kind::Text, 1, 35), opt(Kind::Text, 1, 4)],
        &[opt(Kind::Date, 6, 8), opt(Kind::Time, 4, 4)],
        REFERENCE,
        &[opt(Kind::Text, 1, 3)],
        &[opt(Kind::Text, 1, 3), opt(Kind::Text, 1, 3), opt(Kind::Text, 1, 6)],
        &[opt(Kind::Text, 1, 14)],
    ])
};

const TRAILER: Elements = Elements::of(&[COUNT, REFERENCE]);

/// The elements of a service segment in an interchange of a version such as `UNOC:3`.
pub(super) fn elements(tag: &str, version: &str) -> Option<Elements> {
    match tag {
        "UNG" if version.ends_with(":4") => Some(LATER_UNG),
        "UNG" => Some(UNG),
        "UNE" | "UNZ" => Some(TRAILER),
        _ => None,
    }
}

/// What is wrong with the elements of UNB, in the bytes that the interchange begins with.
pub(super) fn of_header(header: &Header<'_>, bytes: &[u8]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let segment = &bytes[header.start..header.length - 1];
    let service = Service { segment, delimiters: header.delimiters, ordinal: 1, offset: header.start as u64 };
    service.check(UNB, &mut findings);
    findings
}
