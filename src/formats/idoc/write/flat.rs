//! Flat files: records with a control record first, and the numbers of segments before their data.

use super::Writer;
use super::line::Numbers;
use crate::formats::Envelope;
use crate::formats::idoc::FlatForm;
use crate::formats::idoc::control::Control;
use crate::formats::idoc::flat::{CONTROL_COLUMNS, Framing, HEADER, Next, RECORD_COLUMNS};
use crate::tree::NodeId;

/// The records of one IDoc.
pub(super) fn body(form: &FlatForm, mut writer: Writer<'_>, control: &Control, out: &mut Vec<u8>) {
    line(form, &control.record(), CONTROL_COLUMNS, out);
    writer.records(form, NodeId::ROOT, (0, 0), out);
}

/// The IDoc with what the envelope says, and its number in each record.
pub(super) fn wrap(form: &FlatForm, envelope: &Envelope, ordinal: u32, body: &[u8], out: &mut Vec<u8>) {
    let framing = Framing::of(body, true).unwrap_or(Framing::Lines);
    let (mut at, mut mark) = (0, String::new());
    while at < body.len() {
        let Next::Record(record, next) = framing.next(body, at, true) else { return };
        if at == 0 {
            let mut control = Control::of_record(&decoded(form, &body[record]));
            control.address(envelope, ordinal);
            mark = format!("{:3}{:16}", control.get("MANDT"), control.get("DOCNUM"));
            line(form, &control.record(), CONTROL_COLUMNS, out);
        } else {
            // What is before the data is ASCII, and blank where the mark goes.
            let (name, rest) = body[at..next].split_at(HEADER[0].min(record.len()));
            out.extend_from_slice(name);
            // The number may be in any charset: it stands in the control record too.
            let _ = form.charset.encode(&mark, out);
            out.extend_from_slice(rest.get(HEADER[1] + HEADER[2]..).unwrap_or(b""));
        }
        at = next;
    }
}

/// The bytes of a control record in UTF-8.
fn decoded(form: &FlatForm, bytes: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    // What we wrote is in the charset.
    let _ = form.charset.decode(bytes, &mut text);
    text.into_bytes()
}

/// Appends a record, filled up or trimmed, and its line end. Gives a character that the charset does not have.
fn line(form: &FlatForm, text: &str, columns: usize, out: &mut Vec<u8>) -> Option<char> {
    let text = if form.is_trimmed { text.trim_end_matches(' ') } else { text };
    let unfit = form.charset.encode(text, out).err();
    if !form.is_trimmed {
        let missing = columns.saturating_sub(text.chars().count());
        out.resize(out.len() + missing, b' ');
    }
    out.extend_from_slice(form.line_end.as_bytes());
    unfit
}

/// Fills the record that began at `start` up or trims it, and ends its line: all in it is ASCII.
fn finish(form: &FlatForm, start: usize, out: &mut Vec<u8>) {
    if form.is_trimmed {
        while out.len() > start && out.last() == Some(&b' ') {
            out.pop();
        }
    } else if out.len() < start + RECORD_COLUMNS {
        out.resize(start + RECORD_COLUMNS, b' ');
    }
    out.extend_from_slice(form.line_end.as_bytes());
}

impl Writer<'_> {
    /// The records of the segments in `node`, whose number and level are `above`.
    fn records(&mut self, form: &FlatForm, node: NodeId, above: (u32, u32), out: &mut Vec<u8>) {
        let layout = self.layout;
        for (child, place, index) in self.segments(node) {
            self.count += 1;
            let (line, start) = (&layout.lines()[index], out.len());
            let numbers = Numbers { own: self.count, above: above.0, level: line.level_in(above.1) };
            if line.append(&layout.checks, numbers, (self.view, child), out) {
                finish(form, start, out);
            } else {
                (self.record, self.position) = (place, 0);
                self.with_care(form, child, numbers, out);
            }
            self.records(form, child, (numbers.own, numbers.level), out);
        }
    }

    /// The record of a segment, field by field.
    #[inline(never)]
    fn with_care(&mut self, form: &FlatForm, node: NodeId, numbers: Numbers, out: &mut Vec<u8>) {
        let name = &self.layout.guide.shape.place(self.record).name;
        let definition = self.layout.kind(name).map_or("", |kind| &kind.definition);
        let Numbers { own, above, level } = numbers;
        let mut text = format!("{definition:30}{:19}{own:06}{above:06}{level:02}", "");
        self.data(node, &mut text);
        if let Some(character) = line(form, &text, RECORD_COLUMNS, out) {
            self.unwritable(node, character, form.charset.name());
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
}
