//! The envelope around messages: UNA where it says something, UNB, UNG where the guide wants it, UNH and the trailers.

use super::EdifactLayout;
use super::header::{DELIMITERS, REPETITION};
use crate::formats::segment::Delimiters;
use crate::formats::{Envelope, Identity};

/// Segments in the making.
struct Segments<'a> {
    delimiters: &'a Delimiters,
    out: &'a mut Vec<u8>,
}

impl Segments<'_> {
    /// Appends a segment. Empty components and elements at the end are left out.
    fn push(&mut self, tag: &str, elements: &[&[&str]]) {
        let filled = |element: &&[&str]| element.iter().any(|component| !component.is_empty());
        let last = elements.iter().rposition(filled).map_or(0, |at| at + 1);
        self.out.extend_from_slice(tag.as_bytes());
        for element in &elements[..last] {
            self.out.push(self.delimiters.element);
            let last = element.iter().rposition(|component| !component.is_empty()).map_or(0, |at| at + 1);
            for (i, component) in element[..last].iter().enumerate() {
                if i > 0 {
                    self.out.push(self.delimiters.component);
                }
                self.value(component);
            }
        }
        self.out.push(self.delimiters.segment);
        self.out.extend_from_slice(self.delimiters.newline.as_bytes());
    }

    fn value(&mut self, text: &str) {
        for &byte in text.as_bytes() {
            if self.delimiters.separates(byte) {
                self.out.extend(self.delimiters.release);
            }
            self.out.push(byte);
        }
    }
}

/// UNA and UNB. A missing date is the year 0.
pub(super) fn begin(layout: &EdifactLayout, envelope: &Envelope, out: &mut Vec<u8>) {
    let delimiters = &layout.delimiters;
    let repetition = if layout.version == 4 { Some(REPETITION) } else { None };
    let usual = Delimiters { repetition, newline: delimiters.newline, ..DELIMITERS };
    if layout.guide.setting("una") == "yes" || *delimiters != usual || layout.decimal_mark != b'.' {
        let (release, repetition) = (delimiters.release, delimiters.repetition);
        let Delimiters { element, segment, component, .. } = *delimiters;
        out.extend_from_slice(b"UNA");
        let mark = layout.decimal_mark;
        out.extend([component, element, mark, release.unwrap_or(b' '), repetition.unwrap_or(b' '), segment]);
        out.extend_from_slice(delimiters.newline.as_bytes());
    }
    let (day, time) = made(layout, envelope);
    let (level, version) = match envelope.syntax.split_once(':') {
        Some((level, version)) => (level.to_string(), version.to_string()),
        None => (layout.level_name(), layout.version.to_string()),
    };
    let mut segments = Segments { delimiters, out };
    segments.push(
        "UNB",
        &[
            &[&level, &version],
            &identity(&envelope.sender),
            &identity(&envelope.receiver),
            &[&day, &time],
            &[&envelope.interchange_number.to_string()],
            &[],
            &[&envelope.application],
            &[],
            &[if envelope.wants_acknowledgement { "1" } else { "" }],
            &[],
            &[if envelope.is_test { "1" } else { "" }],
        ],
    );
}

/// Day and time in a header.
fn made(layout: &EdifactLayout, envelope: &Envelope) -> (String, String) {
    let made = envelope.made_at.unwrap_or_default();
    let day = if layout.version == 4 { "%Y%m%d" } else { "%y%m%d" };
    (made.strftime(day).to_string(), made.strftime("%H%M").to_string())
}

/// UNG, where the guide wants it.
pub(super) fn begin_group(layout: &EdifactLayout, envelope: &Envelope, out: &mut Vec<u8>) {
    if !layout.has_groups {
        return;
    }
    let setting = |name| layout.guide.setting(name);
    let code = |identity: &Identity| {
        if identity.group.is_empty() { identity.id.clone() } else { identity.group.clone() }
    };
    let (day, time) = made(layout, envelope);
    let delimiters = &layout.delimiters;
    Segments { delimiters, out }.push(
        "UNG",
        &[
            &[setting("set")],
            &[&code(&envelope.sender), &envelope.sender.qualifier],
            &[&code(&envelope.receiver), &envelope.receiver.qualifier],
            &[&day, &time],
            &[&envelope.group_number.to_string()],
            &[setting("agency")],
            &[setting("version"), setting("release"), setting("association")],
        ],
    );
}

/// UNE of a group of so many messages, where the guide wants it.
pub(super) fn end_group(layout: &EdifactLayout, envelope: &Envelope, count: u32, out: &mut Vec<u8>) {
    if layout.has_groups {
        let (count, group, delimiters) =
            (count.to_string(), envelope.group_number.to_string(), &layout.delimiters);
        Segments { delimiters, out }.push("UNE", &[&[&count], &[&group]]);
    }
}

fn identity(identity: &Identity) -> [&str; 3] {
    [&identity.id, &identity.qualifier, &identity.routing]
}

/// UNH.
pub(super) fn begin_body(layout: &EdifactLayout, ordinal: u32, out: &mut Vec<u8>) {
    let kind = ["set", "version", "release", "agency", "association"].map(|name| layout.guide.setting(name));
    let delimiters = &layout.delimiters;
    Segments { delimiters, out }.push("UNH", &[&[&ordinal.to_string()], &kind]);
}

/// How many segments there are: terminators that are not released.
pub(super) fn segments(body: &[u8], delimiters: &Delimiters) -> u64 {
    let is_end = |&at: &usize| {
        let before = body[..at].iter().rev();
        before.take_while(|byte| Some(**byte) == delimiters.release).count() % 2 == 0
    };
    memchr::memchr_iter(delimiters.segment, body).filter(is_end).count() as u64
}

/// UNT, which counts itself and UNH.
pub(super) fn end_body(layout: &EdifactLayout, ordinal: u32, segments: u64, out: &mut Vec<u8>) {
    let (count, delimiters) = ((segments + 2).to_string(), &layout.delimiters);
    Segments { delimiters, out }.push("UNT", &[&[&count], &[&ordinal.to_string()]]);
}

/// UNZ of an interchange of so many groups, or messages where it has none.
pub(super) fn end(layout: &EdifactLayout, envelope: &Envelope, count: u32, out: &mut Vec<u8>) {
    let (count, delimiters) = (count.to_string(), &layout.delimiters);
    let number = envelope.interchange_number.to_string();
    Segments { delimiters, out }.push("UNZ", &[&[&count], &[&number]]);
}
