//! The envelope around messages.

use super::X12Layout;
use crate::formats::segment::Delimiters;
use crate::formats::{Envelope, Identity};

/// Appends `ISA`. `version` is ISA12, such as `00401`.
///
/// The sender's and receiver's qualifiers and ids are padded to the widths of X12.5; what is longer than that makes a
/// header nobody can read, so ids are held to their widths where partners are set up. A missing date is the year 0.
pub fn write_header(envelope: &Envelope, version: &str, delimiters: &Delimiters, out: &mut Vec<u8>) {
    let d = delimiters;
    let made = envelope.made_at.unwrap_or_default();
    let (e, s) = (char::from(d.element), d.terminator());
    let (sender, receiver) = (&envelope.sender, &envelope.receiver);
    let repetition = match d.repetition {
        Some(byte) if version >= "00402" => char::from(byte),
        _ => 'U',
    };
    let isa = format!(
        "ISA{e}00{e}{:10}{e}00{e}{:10}{e}{:2}{e}{:15}{e}{:2}{e}{:15}{e}{}{e}{}{e}{repetition}{e}{version}{e}{:09}{e}{}{e}{}{e}{}{s}",
        "",
        "",
        sender.qualifier,
        sender.id,
        receiver.qualifier,
        receiver.id,
        made.strftime("%y%m%d"),
        made.strftime("%H%M"),
        envelope.interchange_number,
        u8::from(envelope.wants_acknowledgement),
        if envelope.is_test { 'T' } else { 'P' },
        char::from(d.component),
    );
    out.extend_from_slice(isa.as_bytes());
}

/// Appends `IEA` of an interchange with this many groups.
pub fn write_trailer(envelope: &Envelope, groups: u32, delimiters: &Delimiters, out: &mut Vec<u8>) {
    let (e, s) = (char::from(delimiters.element), delimiters.terminator());
    out.extend_from_slice(format!("IEA{e}{groups}{e}{:09}{s}", envelope.interchange_number).as_bytes());
}

/// ISA.
pub(super) fn begin(layout: &X12Layout, envelope: &Envelope, out: &mut Vec<u8>) {
    write_header(envelope, &isa_version(layout.guide.setting("release")), &layout.delimiters, out);
    out.extend_from_slice(&envelope.between);
}

/// GS.
pub(super) fn begin_group(layout: &X12Layout, envelope: &Envelope, out: &mut Vec<u8>) {
    let (e, s) = (char::from(layout.delimiters.element), layout.delimiters.terminator());
    let release = layout.guide.setting("release");
    let made = envelope.made_at.unwrap_or_default();
    let gs = format!(
        "GS{e}{}{e}{}{e}{}{e}{}{e}{}{e}{}{e}X{e}{release}{s}",
        layout.guide.setting("group"),
        group_code(&envelope.sender),
        group_code(&envelope.receiver),
        made.strftime("%Y%m%d"),
        made.strftime("%H%M"),
        envelope.group_number,
    );
    out.extend_from_slice(gs.as_bytes());
}

/// `004010` is `00401` in ISA12.
fn isa_version(release: &str) -> String {
    release.chars().take(5).collect()
}

fn group_code(identity: &Identity) -> &str {
    if identity.group.is_empty() { &identity.id } else { &identity.group }
}

/// ST.
pub(super) fn begin_set(layout: &X12Layout, ordinal: u32, out: &mut Vec<u8>) {
    let (e, s) = (char::from(layout.delimiters.element), layout.delimiters.terminator());
    out.extend_from_slice(format!("ST{e}{}{e}{ordinal:04}{s}", layout.guide.setting("set")).as_bytes());
}

/// SE after a body of so many segments; it counts ST and itself.
pub(super) fn end_set(layout: &X12Layout, ordinal: u32, segments: u64, out: &mut Vec<u8>) {
    let (e, s) = (char::from(layout.delimiters.element), layout.delimiters.terminator());
    out.extend_from_slice(format!("SE{e}{}{e}{ordinal:04}{s}", segments + 2).as_bytes());
}

/// GE of a group of so many sets.
pub(super) fn end_group(layout: &X12Layout, envelope: &Envelope, count: u32, out: &mut Vec<u8>) {
    let (e, s) = (char::from(layout.delimiters.element), layout.delimiters.terminator());
    out.extend_from_slice(format!("GE{e}{count}{e}{}{s}", envelope.group_number).as_bytes());
}
