//! X codes of formats that nobody answers. Here for the tests that every code is told to its sender or cannot be his.

use crate::diagnostics::Code;

/// X codes that neither an X12 nor an EDIFACT message can have, so that no acknowledgement ever sees them.
pub const UNANSWERED: &[Code] = &[
    // Rows and columns of flat files.
    Code::X211,
    Code::X213,
    Code::X214,
    Code::X215,
    Code::X216,
    // Records of flat files and their fields.
    Code::X220,
    Code::X221,
    Code::X222,
    Code::X223,
    Code::X224,
    Code::X225,
    Code::X226,
    Code::X227,
    Code::X228,
    Code::X229,
    Code::X230,
    Code::X231,
    Code::X232,
    Code::X233,
    Code::X234,
    Code::X235,
    // Segments of IDocs.
    Code::X240,
    Code::X241,
    // Elements of XML.
    Code::X250,
    Code::X251,
    Code::X252,
    Code::X253,
    Code::X254,
    Code::X255,
    Code::X256,
    Code::X257,
    Code::X258,
    Code::X259,
    Code::X260,
    Code::X261,
    // Which guide was taken, and what stands outside of messages: notes for people.
    Code::X318,
    Code::X405,
    Code::X406,
    Code::X407,
];
