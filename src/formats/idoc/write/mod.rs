//! A tree to an IDoc, and an IDoc to its file. What a value looks like is the same in both forms.

mod flat;
mod line;
mod markup;

pub(super) use line::Line;

use super::control::{self, Control};
use super::read::told;
use super::value::{self, Misfit};
use super::{Form, IdocLayout};
use crate::diagnostics::{Code, Diagnostics, Place, Severity};
use crate::formats::Envelope;
use crate::formats::advice::asked_of_us;
use crate::formats::fixed::number;
use crate::guide::records::Field;
use crate::tree::{NodeId, PlaceId, View};

/// One IDoc. Its control record says what the map and the guide say; the rest is the envelope's.
pub(super) fn body(layout: &IdocLayout, view: View<'_>, out: &mut Vec<u8>, findings: &mut Diagnostics) {
    if view.tree.is_empty() {
        return;
    }
    let mut writer = Writer { layout, view, findings, count: 0, record: PlaceId::ROOT, position: 0 };
    let mut control = writer.control();
    layout.identify(&mut control);
    match &layout.form {
        Form::Flat(form) => flat::body(form, writer, &control, out),
        Form::Markup(form) => markup::body(form, writer, &control, out),
    }
}

/// The IDoc as it stands in a file: with what the envelope says.
pub(super) fn wrap(layout: &IdocLayout, envelope: &Envelope, ordinal: u32, body: &[u8], out: &mut Vec<u8>) {
    match &layout.form {
        Form::Flat(form) => flat::wrap(form, envelope, ordinal, body, out),
        Form::Markup(form) => markup::wrap(form, envelope, ordinal, body, out),
    }
}

/// What stands before the first IDoc of a file.
pub(super) fn begin(layout: &IdocLayout, out: &mut Vec<u8>) {
    if let Form::Markup(form) = &layout.form {
        markup::begin(layout, form, out);
    }
}

/// What stands behind the last IDoc of a file.
pub(super) fn end(layout: &IdocLayout, out: &mut Vec<u8>) {
    if matches!(layout.form, Form::Markup(_)) {
        markup::end(layout, out);
    }
}

struct Writer<'a> {
    layout: &'a IdocLayout,
    view: View<'a>,
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

    /// The segments in `node`, without the control record, each with the index of its record.
    fn segments(&self, node: NodeId) -> impl Iterator<Item = (NodeId, PlaceId, usize)> + use<'a> {
        let (layout, view) = (self.layout, self.view);
        let segment = move |child: NodeId| {
            let place = view.tree.node(child).place;
            Some((child, place, layout.record_index(place)?))
        };
        let is_control = |place: PlaceId| *layout.guide.shape.place(place).name == *control::NAME;
        // Segments of the message are inside it.
        let is_own =
            move |(_, place, _): &(NodeId, PlaceId, usize)| node != NodeId::ROOT || !is_control(*place);
        view.tree.children(node).filter_map(segment).filter(is_own)
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

    /// Tells of the fields whose value has a character that cannot be written.
    #[cold]
    fn unwritable(&mut self, node: NodeId, character: char, charset: &str) {
        let layout = self.layout;
        let Some(record) = layout.record_at(self.record) else { return };
        for (position, field) in record.fields.iter().enumerate() {
            let text = field.place.and_then(|place| self.view.child_text(node, place));
            if text.is_some_and(|text| text.contains(character)) {
                self.position = position as u16 + 1;
                self.finding(Code::X234, field, &character.to_string(), charset);
            }
        }
    }

    #[cold]
    fn finding(&mut self, code: Code, field: &Field, value: &str, expected: &str) {
        let name = &*self.layout.guide.shape.place(self.record).name;
        let finding = told(&self.layout.guide.name, code, name, field, value, expected);
        let severity = code.info().severity.min(Severity::Hold);
        self.findings.push(asked_of_us(finding).severity(severity).place(Place {
            segment: self.count,
            tag: name.to_string(),
            element: self.position,
            element_id: field.name.to_string(),
            ..Place::default()
        }));
    }
}
