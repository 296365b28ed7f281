//! What formats share whose messages are records with fields: how findings about them are told.

use crate::diagnostics::{Code, Diagnostic, Place};
use std::ops::Range;

/// A record, or a part of it, that is being read.
#[derive(Debug, Clone)]
pub(super) struct Spot<'a> {
    /// Where it is in the file.
    pub(super) offset: u64,
    pub(super) length: usize,
    /// Its number in the message.
    pub(super) ordinal: u32,
    /// The record's name.
    pub(super) record: &'a str,
}

impl<'a> Spot<'a> {
    /// At a range of a message that starts at `offset`.
    pub(super) fn new(offset: u64, range: &Range<usize>, ordinal: u32, record: &'a str) -> Self {
        Spot { offset: offset + range.start as u64, length: range.len(), ordinal, record }
    }

    pub(super) fn place(&self) -> Place {
        Place {
            offset: self.offset,
            length: self.length as u32,
            segment: self.ordinal,
            tag: self.record.into(),
            ..Place::default()
        }
    }

    /// Of the field at `position`, counted from 0.
    pub(super) fn of_field(&self, position: usize, name: &str) -> Place {
        Place { element: position as u16 + 1, element_id: name.into(), ..self.place() }
    }
}

/// A finding about a record.
pub(super) fn about_record(
    guide: &str,
    code: Code,
    record: &str,
    arguments: &[(&'static str, &str)],
) -> Diagnostic {
    let finding = Diagnostic::new(code).with("tag", record).with("guide", guide);
    arguments.iter().fold(finding, |finding, (argument, value)| finding.with(argument, *value))
}

/// A finding about a field, which is called `element` there.
pub(super) fn about_field(
    guide: &str,
    code: Code,
    record: &str,
    element: &str,
    (value, expected): (&str, &str),
) -> Diagnostic {
    let arguments = [("element", element), ("value", value), ("expected", expected)];
    about_record(guide, code, record, &arguments)
}
