//! A tree to an IDoc, and an IDoc to its file.

use super::control::{self, Control};
use super::flat::{CONTROL_COLUMNS, Framing, HEADER, Next, RECORD_COLUMNS};
use super::read::told;
use super::value::{self, Misfit};
use super::{Form, IdocLayout};
use crate::diagnostics::{Code, Diagnostics, Place, Severity};
use crate::formats::Envelope;
use crate::formats::fixed::number;
use crate::guide::records::Field;
use crate::tree::{NodeId, PlaceId, View};

/// The records of one IDoc. Its control record says what the map and the guide say; the rest is the envelope's.
pub(super) fn body(layout: &IdocLayout, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
    if view.tree.is_empty() {
        return;
    }
    let mut writer = Writer { layout, view, out, findings, count: 0, record: PlaceId::ROOT, position: 0 };
    let mut control = writer.control();
    layout.identify(&mut control);
    line(&layout.form, &control.record(), CONTROL_COLUMNS, writer.out);
    writer.segments(NodeId::ROOT, 0, 0);
}

/// The IDoc as it stands in a file: with what the envelope says, and its number in each record.
pub(super) fn wrap(layout: &IdocLayout, envelope: &Envelope, ordinal: u32, body: &[u8], out: &mut Vec<u8>) {
    let framing = Framing::of(body, true).unwrap_or(Framing::Lines);
    let (mut at, mut mark) = (0, String::new());
    while at < body.len() {
        let Next::Record(record, next) = framing.next(body, at, true) else { return };
        if at == 0 {
            let mut control = Control::of_record(&decoded(&layout.form, &body[record]));
            control.address(envelope, ordinal);
            mark = format!("{:3}{:16}", control.get("MANDT"), control.get("DOCNUM"));
            line(&layout.form, &control.record(), CONTROL_COLUMNS, out);
        } else {
            // What is before the data is ASCII, and blank where the mark goes.
            let (name, rest) = body[at..next].split_at(HEADER[0].min(record.len()));
            out.extend_from_slice(name);
            // The number may be in any charset: it stands in the control record too.
            let _ = layout.form.charset.encode(&mark, out);
            out.extend_from_slice(rest.get(HEADER[1] + HEADER[2]..).unwrap_or(b""));
        }
        at = next;
    }
}

/// The bytes of a control record in UTF-8.
fn decoded(form: &Form, bytes: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    // What we wrote is in the charset.
    let _ = form.charset.decode(bytes, &mut text);
    text.into_bytes()
}

/// Appends a record, filled up or trimmed, and its line end. `Err` with a character that the charset does not have.
fn line(form: &Form, text: &str, columns: usize, out: &mut Vec<u8>) -> Option<char> {
    let text = if form.is_trimmed { text.trim_end_matches(' ') } else { text };
    let unfit = form.charset.encode(text, out).err();
    if !form.is_trimmed {
        let missing = columns.saturating_sub(text.chars().count());
        out.resize(out.len() + missing, b' ');
    }
    out.extend_from_slice(form.line_end.as_bytes());
    unfit
}

struct Writer<'a> {
    layout: &'a IdocLayout,
    view: View<'a>,
    out: &'a mut Vec<u8>,
    findings: &'a mut Diagnostics,
    /// Segments so far.
    count: u32,
    /// The place of the segment at hand.
    record: PlaceId,
    /// Its field at hand, counted from 1.
    position: u16,
}

impl<'a> Writer<'a> {
    /// What the tree has of the control record.
    fn control(&mut self) -> Control {
        let mut control = Control::default();
        let shape = &self.layout.guide.shape;
        let view = self.view;
        let is_control = |node: &NodeId| *shape.place(view.tree.node(*node).place).name == *control::NAME;
        let Some(node) = view.tree.children(NodeId::ROOT).find(is_control) else { return control };
        self.record = view.tree.node(node).place;
        for (name, text) in self.fields(node) {
            control.set(name, text);
        }
        control
    }

    /// The segments in `node`, whose number is `above`.
    fn segments(&mut self, node: NodeId, above: u32, level: u32) {
        let (layout, view) = (self.layout, self.view);
        for child in view.tree.children(node) {
            let place = view.tree.node(child).place;
            let Some(record) = layout.record_at(place) else { continue };
            let name = &*layout.guide.shape.place(place).name;
            if name == control::NAME {
                continue;
            }
            self.count += 1;
            let (number, level) = (self.count, record.level.unwrap_or(level + 1));
            let definition = layout.kind(name).map_or("", |kind| &kind.definition);
            let mut text = format!("{definition:30}{:19}{number:06}{above:06}{level:02}", "");
            (self.record, self.position) = (place, 0);
            self.data(child, &mut text);
            if let Some(character) = line(&layout.form, &text, RECORD_COLUMNS, self.out) {
                self.unwritable(child, character);
            }
            self.segments(child, number, level);
        }
    }

    /// The fields of a segment in their columns.
    fn data(&mut self, node: NodeId, text: &mut String) {
        let Some(record) = self.layout.record_at(self.record) else { return };
        let fields = self.fields(node);
        let mut given = fields.iter().peekable();
        for field in &record.fields {
            let value = given.next_if(|(name, _)| **name == *field.name).map_or("", |(_, value)| value);
            text.push_str(value);
            let missing = (field.width as usize).saturating_sub(value.chars().count());
            text.extend(std::iter::repeat_n(' ', missing));
        }
    }

    /// The fields of a segment that have a value, in the order of the guide, as they are written.
    fn fields(&mut self, node: NodeId) -> Vec<(&'a str, String)> {
        let (layout, view) = (self.layout, self.view);
        let Some(record) = layout.record_at(self.record) else { return Vec::new() };
        let mut fields = Vec::new();
        for (position, field) in record.fields.iter().enumerate() {
            self.position = position as u16 + 1;
            let Some(place) = field.place else { continue };
            let given = view.child_text(node, place).unwrap_or("");
            let text = self.value(field, place, given);
            if !text.is_empty() {
                fields.push((&*field.name, text));
            }
        }
        fields
    }

    /// A value as it is written; "" for none.
    fn value(&mut self, field: &'a Field, place: PlaceId, given: &str) -> String {
        let layout = self.layout;
        if given.is_empty() && field.constant.is_none() {
            if layout.guide.shape.place(place).required {
                self.finding(Code::X201, field, "", "");
            }
            return String::new();
        }
        match &field.constant {
            Some(constant) if !given.is_empty() && given != &**constant => {
                self.finding(Code::X228, field, given, constant);
            }
            Some(_) => {}
            None => {
                if let Some(code) = layout.checks[place.index()].check(given, false, false) {
                    self.finding(code, field, given, "");
                }
            }
        }
        match value::write(field, given) {
            // A line end would end the record.
            Ok(text) => text.chars().map(|character| if character < ' ' { ' ' } else { character }).collect(),
            Err(Misfit::NoNumber) => {
                let expected = field.number.as_ref().map(number::describe).unwrap_or_default();
                self.finding(Code::X227, field, given, &expected);
                String::new()
            }
            Err(Misfit::Room(why)) => {
                self.finding(Code::X229, field, given, &why);
                String::new()
            }
        }
    }

    /// Tells of the field whose value has a character that cannot be written.
    #[cold]
    fn unwritable(&mut self, node: NodeId, character: char) {
        let layout = self.layout;
        let Some(record) = layout.record_at(self.record) else { return };
        for (position, field) in record.fields.iter().enumerate() {
            let text = field.place.and_then(|place| self.view.child_text(node, place));
            if text.is_some_and(|text| text.contains(character)) {
                self.position = position as u16 + 1;
                self.finding(Code::X234, field, &character.to_string(), layout.form.charset.name());
            }
        }
    }

    #[cold]
    fn finding(&mut self, code: Code, field: &Field, value: &str, expected: &str) {
        let name = &*self.layout.guide.shape.place(self.record).name;
        let finding = told(&self.layout.guide.name, code, name, field, value, expected);
        let severity = code.info().severity.min(Severity::Hold);
        self.findings.push(finding.severity(severity).place(Place {
            segment: self.count,
            tag: name.to_string(),
            element: self.position,
            element_id: field.name.to_string(),
            ..Place::default()
        }));
    }
}
