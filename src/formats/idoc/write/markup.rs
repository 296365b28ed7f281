//! XML: segments inside each other, each on a line with its fields. Fields without a value are left out.

use super::Writer;
use crate::formats::charset::Charset;
use crate::formats::idoc::control::{self, Control};
use crate::formats::idoc::element::element_name;
use crate::formats::idoc::{IDOC, IdocLayout, MarkupForm};
use crate::formats::nested::Tokens;
use crate::formats::{Envelope, xml};
use crate::tree::NodeId;
use memchr::memmem;

/// The outermost element of guides without a basic type.
const ANY_TYPE: &str = "IDOCS";

/// What stands before the first IDoc.
pub(super) fn begin(layout: &IdocLayout, form: &MarkupForm, out: &mut Vec<u8>) {
    xml::declaration(form.charset, out);
    out.extend_from_slice(format!("<{}>\n", outermost(layout)).as_bytes());
}

/// What stands behind the last IDoc.
pub(super) fn end(layout: &IdocLayout, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("</{}>\n", outermost(layout)).as_bytes());
}

fn outermost(layout: &IdocLayout) -> std::borrow::Cow<'_, str> {
    match layout.guide.setting("type") {
        "" => ANY_TYPE.into(),
        name => element_name(name),
    }
}

/// One IDoc.
pub(super) fn body(form: &MarkupForm, mut writer: Writer<'_>, control: &Control, out: &mut Vec<u8>) {
    let mut text = format!("<{IDOC} BEGIN=\"1\">");
    line_end(form, 1, &mut text);
    push_control(form, control, &mut text);
    writer.elements(form, NodeId::ROOT, 1, &mut text);
    line_end(form, 0, &mut text);
    text.push_str(&format!("</{IDOC}>\n"));
    encode(form.charset, &text, out);
}

/// The IDoc with what the envelope says.
pub(super) fn wrap(form: &MarkupForm, envelope: &Envelope, ordinal: u32, body: &[u8], out: &mut Vec<u8>) {
    let (begin, end) = (format!("<{} ", control::NAME), format!("</{}>", control::NAME));
    let (Some(from), Some(to)) = (memmem::find(body, begin.as_bytes()), memmem::find(body, end.as_bytes()))
    else {
        return;
    };
    let mut text = String::new();
    // What we wrote is in the charset.
    let _ = form.charset.decode(&body[..to + end.len()], &mut text);
    let mut control = Control::of_xml("", &text, &mut Tokens::default()).unwrap_or_default();
    control.address(envelope, ordinal);
    text.clear();
    push_control(form, &control, &mut text);
    out.extend_from_slice(&body[..from]);
    encode(form.charset, &text, out);
    out.extend_from_slice(&body[to + end.len()..]);
}

fn push_control(form: &MarkupForm, control: &Control, text: &mut String) {
    text.push_str(&format!("<{} SEGMENT=\"1\">", control::NAME));
    control.fields().for_each(|(name, value)| push_field(form, name, value, text));
    text.push_str(&format!("</{}>", control::NAME));
}

fn push_field(form: &MarkupForm, name: &str, value: &str, text: &mut String) {
    let name = element_name(name);
    text.push_str(&format!("<{name}>"));
    xml::escape(value, false, |character| xml::has(form.charset, character), text);
    text.push_str(&format!("</{name}>"));
}

/// Ends a line and begins the next, whose element is so deep inside the IDoc.
fn line_end(form: &MarkupForm, depth: usize, text: &mut String) {
    if let Some(blanks) = form.indent {
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', depth * blanks));
    }
}

/// Appends text that has only characters of the charset, since others are references.
fn encode(charset: Charset, text: &str, out: &mut Vec<u8>) {
    if charset == Charset::Utf8 || charset.encode(text, out).is_err() {
        out.extend_from_slice(text.as_bytes());
    }
}

impl Writer<'_> {
    /// The elements of the segments in `node`.
    fn elements(&mut self, form: &MarkupForm, node: NodeId, depth: usize, text: &mut String) {
        for (child, place, _) in self.segments(node) {
            self.count += 1;
            (self.record, self.position) = (place, 0);
            line_end(form, depth, text);
            let name = element_name(&self.layout.guide.shape.place(place).name);
            text.push_str(&format!("<{name} SEGMENT=\"1\">"));
            for (field, value) in self.fields(child) {
                let value = value.trim_end_matches(' ');
                if let Some(character) = value.chars().find(|character| !xml::is_character(*character)) {
                    self.unwritable(child, character, "XML");
                }
                push_field(form, field, value, text);
            }
            let before = text.len();
            self.elements(form, child, depth + 1, text);
            if text.len() > before {
                line_end(form, depth, text);
            }
            text.push_str(&format!("</{name}>"));
        }
    }
}
