//! The value in a field: without what fills the field, as text.

use super::cut::{Cells, Cut};
use super::number;
use crate::guide::PlaceRules;
use crate::guide::records::{Field, Sign};

/// Memory that values are decoded into.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub cell: Vec<u8>,
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
    let Buffers { cell, text: decoded, number: digits } = buffers;
    let (bytes, is_copy) = cut.cells.map_or((bytes, false), |cells| unquoted(cells, bytes, cell));
    let blank = rules.and_then(|rules| rules.blank.as_deref());
    if bytes.iter().all(|&byte| byte == 0) && field.number.is_none_or(|look| look.sign != Sign::Packed) {
        return Seen::Nothing;
    }
    if let Some(look) = &field.number {
        digits.clear();
        if look.sign == Sign::Packed {
            return match number::read(look, bytes, digits) {
                Ok(true) if blank == Some(&*digits) => Seen::Nothing,
                Ok(true) => Seen::Value { text: &*digits, is_own: false },
                Ok(false) => Seen::Nothing,
                Err(number::Damaged) => {
                    digits.extend(bytes.iter().map(|byte| format!("{byte:02X}")));
                    Seen::BadNibbles(&*digits)
                }
            };
        }
    }
    let is_plain = cut.charset.keeps_ascii() && bytes.is_ascii();
    let text = if is_plain {
        std::str::from_utf8(bytes).expect("ASCII is UTF-8")
    } else {
        decoded.clear();
        if cut.charset.decode(bytes, decoded).is_err() {
            return Seen::NoCharacter(trimmed(field, cut.pad, &*decoded));
        }
        decoded.as_str()
    };
    match &field.number {
        Some(look) => match number::read(look, text.as_bytes(), digits) {
            Ok(false) => Seen::Nothing,
            Ok(true) if is_blank(blank, text.trim_matches(' ')) || is_blank(blank, &*digits) => Seen::Nothing,
            Ok(true) => match is_plain && text.ends_with(digits.as_str()) {
                true => Seen::Value { text: &text[text.len() - digits.len()..], is_own: !is_copy },
                false => Seen::Value { text: &*digits, is_own: false },
            },
            Err(number::Damaged) if is_blank(blank, text.trim_matches(' ')) => Seen::Nothing,
            Err(number::Damaged) => Seen::NoNumber(text.trim_matches(' ')),
        },
        None => match trimmed(field, cut.pad, text) {
            "" => Seen::Nothing,
            value if is_blank(blank, value) || is_blank(blank, text) => Seen::Nothing,
            value => Seen::Value { text: value, is_own: is_plain && !is_copy },
        },
    }
}

/// The bytes of a cell without its quotes, and whether they are a copy: doubled quotes are one.
fn unquoted<'a>(cells: Cells, bytes: &'a [u8], buffer: &'a mut Vec<u8>) -> (&'a [u8], bool) {
    let Some(quote) = cells.quote.filter(|quote| bytes.first() == Some(quote)) else { return (bytes, false) };
    let inner = &bytes[1..];
    let inner = inner.strip_suffix(&[quote]).unwrap_or(inner);
    if !inner.contains(&quote) {
        return (inner, false);
    }
    buffer.clear();
    let mut was_quote = false;
    for &byte in inner {
        // Of two quotes in a row the second is the one that is meant.
        was_quote = byte == quote && !was_quote;
        if !was_quote {
            buffer.push(byte);
        }
    }
    (buffer, true)
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
