//! The value in a field: without what fills the field, as text.

use super::cut::Cut;
use super::number;
use crate::guide::PlaceRules;
use crate::guide::records::{Field, Sign};

/// Memory that values are decoded into.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub text: String,
    pub number: String,
}

/// What stands in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    /// Nothing.
    Nothing,
    /// A value: this text, which is a part of the field's own bytes if `is_own`.
    Value {
        /// The text.
        text: &'a str,
        /// Whether it stands in the file like this.
        is_own: bool,
    },
    /// A number that does not look as it should; the text as far as it can be shown.
    NoNumber(&'a str),
    /// A packed number with half bytes that are none; the bytes in hexadecimal digits.
    BadNibbles(&'a str),
    /// Bytes that are no characters; the text without them.
    NoCharacter(&'a str),
}

/// Reads the field in `bytes`, which may be cut short at the end of its record.
pub(super) fn read<'a>(
    cut: &Cut,
    field: &Field,
    rules: Option<&PlaceRules>,
    bytes: &'a [u8],
    buffers: &'a mut Buffers,
) -> Seen<'a> {
    let blank = rules.and_then(|rules| rules.blank.as_deref());
    if bytes.iter().all(|&byte| byte == 0) && field.number.is_none_or(|look| look.sign != Sign::Packed) {
        return Seen::Nothing;
    }
    if let Some(look) = &field.number {
        buffers.number.clear();
        if look.sign == Sign::Packed {
            return match number::read(look, bytes, &mut buffers.number) {
                Ok(true) if blank == Some(&buffers.number) => Seen::Nothing,
                Ok(true) => Seen::Value { text: &buffers.number, is_own: false },
                Ok(false) => Seen::Nothing,
                Err(number::Damaged) => {
                    buffers.number.extend(bytes.iter().map(|byte| format!("{byte:02X}")));
                    Seen::BadNibbles(&buffers.number)
                }
            };
        }
    }
    let is_plain = cut.charset.keeps_ascii() && bytes.is_ascii();
    let text = if is_plain {
        std::str::from_utf8(bytes).expect("ASCII is UTF-8")
    } else {
        buffers.text.clear();
        if cut.charset.decode(bytes, &mut buffers.text).is_err() {
            return Seen::NoCharacter(trimmed(field, cut.pad, &buffers.text));
        }
        buffers.text.as_str()
    };
    match &field.number {
        Some(look) => match number::read(look, text.as_bytes(), &mut buffers.number) {
            Ok(false) => Seen::Nothing,
            Ok(true) if is_blank(blank, text.trim_matches(' ')) || is_blank(blank, &buffers.number) => {
                Seen::Nothing
            }
            Ok(true) => match is_plain && text.ends_with(buffers.number.as_str()) {
                true => Seen::Value { text: &text[text.len() - buffers.number.len()..], is_own: true },
                false => Seen::Value { text: &buffers.number, is_own: false },
            },
            Err(number::Damaged) if is_blank(blank, text.trim_matches(' ')) => Seen::Nothing,
            Err(number::Damaged) => Seen::NoNumber(text.trim_matches(' ')),
        },
        None => match trimmed(field, cut.pad, text) {
            "" => Seen::Nothing,
            value if is_blank(blank, value) || is_blank(blank, text) => Seen::Nothing,
            value => Seen::Value { text: value, is_own: is_plain },
        },
    }
}

fn is_blank(blank: Option<&str>, text: &str) -> bool {
    blank.is_some_and(|blank| blank == text)
}

/// A text without what fills its field.
fn trimmed<'a>(field: &Field, pad: char, text: &'a str) -> &'a str {
    let fill = field.fill.unwrap_or(pad);
    let text = match field.is_right {
        true => text.trim_start_matches(fill),
        false => text.trim_end_matches(fill),
    };
    // Blanks are never a part of a text's end, whatever fills the field.
    text.trim_end_matches(' ')
}
