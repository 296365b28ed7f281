//! A tree to segments, and the envelope around them.

use super::X12Layout;
use super::header::Delimiters;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::formats::segment::check_element;
use crate::formats::{Envelope, Identity};
use crate::tree::{NodeId, PlaceId, PlaceKind, View};

/// Segments of one message without `ST` and `SE`.
pub(super) fn body(layout: &X12Layout, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
    if view.tree.is_empty() {
        return;
    }
    let mut writer = Writer { layout, view, out, findings, ordinal: 1 };
    writer.children(NodeId::ROOT);
}

struct Writer<'a> {
    layout: &'a X12Layout,
    view: View<'a>,
    out: &'a mut Vec<u8>,
    findings: &'a mut Diagnostics,
    ordinal: u32,
}

impl Writer<'_> {
    fn children(&mut self, node: NodeId) {
        let view = self.view;
        for child in view.tree.children(node) {
            let place = self.layout.guide.shape.place(view.tree.node(child).place);
            if place.position == 0 && place.kind == PlaceKind::Record {
                self.segment(child);
                self.children(child);
            }
        }
    }

    fn segment(&mut self, node: NodeId) {
        let layout = self.layout;
        let place = self.view.tree.node(node).place;
        let tag = &layout.guide.rules(place).element_id;
        if matches!(&**tag, "ST" | "SE") {
            return;
        }
        self.ordinal += 1;
        self.out.extend_from_slice(tag.as_bytes());
        let mut written = 0;
        let view = self.view;
        for child in view.tree.children(node) {
            let position = layout.guide.shape.place(view.tree.node(child).place).position;
            if position == 0 {
                continue;
            }
            if view.tree.node(child).has_value()
                || layout.guide.shape.place(view.tree.node(child).place).kind == PlaceKind::Record
            {
                while written < position {
                    self.out.push(layout.delimiters.element);
                    written += 1;
                }
                self.element(place, child);
            }
        }
        self.required(node, place);
        self.out.push(layout.delimiters.segment);
    }

    fn element(&mut self, segment: PlaceId, node: NodeId) {
        let view = self.view;
        if let Some(text) = view.text(node) {
            return self.leaf(segment, node, text);
        }
        let mut written = 1;
        for component in view.tree.children(node) {
            let Some(text) = view.text(component) else { continue };
            let position = self.layout.guide.shape.place(view.tree.node(component).place).position;
            while written < position {
                self.out.push(self.layout.delimiters.component);
                written += 1;
            }
            self.leaf(segment, component, text);
        }
    }

    fn leaf(&mut self, segment: PlaceId, node: NodeId, text: &str) {
        let place = self.view.tree.node(node).place;
        if let Some(code) = check_element(&self.layout.guide, place, text) {
            self.finding(code, segment, place, text);
        }
        if text.bytes().any(|byte| self.layout.delimiters.separates(byte)) {
            // X12 has no release character: a delimiter in a value cannot be written.
            self.finding(Code::X206, segment, place, text);
        }
        self.out.extend_from_slice(text.as_bytes());
    }

    fn required(&mut self, node: NodeId, place: PlaceId) {
        let layout = self.layout;
        let shape = &layout.guide.shape;
        let view = self.view;
        for &child in shape.place(place).children.iter().filter(|&&child| shape.place(child).required) {
            let there =
                |leaf: NodeId| view.tree.node(leaf).place == child && view.tree.node(leaf).has_value();
            if shape.place(child).position > 0
                && shape.place(child).leaf_type().is_some()
                && !view.tree.children(node).any(there)
            {
                self.finding(Code::X201, place, child, "");
            }
        }
    }

    #[cold]
    fn finding(&mut self, code: Code, segment: PlaceId, place: PlaceId, value: &str) {
        let guide = &self.layout.guide;
        let element = guide.shape.place(place).position;
        let tag = guide.rules(segment).element_id.to_string();
        let severity = code.info().severity.min(crate::diagnostics::Severity::Hold);
        self.findings.push(
            Diagnostic::new(code)
                .severity(severity)
                .with("tag", &tag)
                .with("element", format!("{element:02}"))
                .with("value", value)
                .with("guide", &guide.name)
                .place(Place {
                    segment: self.ordinal,
                    tag,
                    element,
                    element_id: guide.rules(place).element_id.to_string(),
                    ..Place::default()
                }),
        );
    }
}

/// Appends `ISA`. `version` is ISA12, such as `00401`.
///
/// The sender's and receiver's qualifiers and ids are padded to the widths of X12.5; what is longer than that makes a
/// header nobody can read, so ids are held to their widths where partners are set up. A missing date is the year 0.
pub fn write_header(envelope: &Envelope, version: &str, delimiters: &Delimiters, out: &mut Vec<u8>) {
    let d = delimiters;
    let made = envelope.made_at.unwrap_or_default();
    let (e, s) = (char::from(d.element), char::from(d.segment));
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
    let (e, s) = (char::from(delimiters.element), char::from(delimiters.segment));
    out.extend_from_slice(format!("IEA{e}{groups}{e}{:09}{s}", envelope.interchange_number).as_bytes());
}

/// ISA and GS.
pub(super) fn begin(layout: &X12Layout, envelope: &Envelope, out: &mut Vec<u8>) {
    let d = &layout.delimiters;
    let release = layout.guide.setting("release");
    let made = envelope.made_at.unwrap_or_default();
    let (e, s) = (char::from(d.element), char::from(d.segment));
    write_header(envelope, &isa_version(release), d, out);
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
    let (e, s) = (char::from(layout.delimiters.element), char::from(layout.delimiters.segment));
    out.extend_from_slice(format!("ST{e}{}{e}{ordinal:04}{s}", layout.guide.setting("set")).as_bytes());
}

/// SE after a body of so many segments; it counts ST and itself.
pub(super) fn end_set(layout: &X12Layout, ordinal: u32, segments: u64, out: &mut Vec<u8>) {
    let (e, s) = (char::from(layout.delimiters.element), char::from(layout.delimiters.segment));
    out.extend_from_slice(format!("SE{e}{}{e}{ordinal:04}{s}", segments + 2).as_bytes());
}

/// GE and IEA.
pub(super) fn end(layout: &X12Layout, envelope: &Envelope, count: u32, out: &mut Vec<u8>) {
    let d = &layout.delimiters;
    let (e, s) = (char::from(d.element), char::from(d.segment));
    out.extend_from_slice(format!("GE{e}{count}{e}{}{s}", envelope.group_number).as_bytes());
    write_trailer(envelope, 1, d, out);
}
