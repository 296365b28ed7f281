//! The value of one field, which looks the same in both forms but for the blanks behind it.

use crate::base::decimal::Decimal;
use crate::formats::fixed::number::{self, Columns, Damaged, FREE_WIDTH, Unfit};
use crate::guide::PlaceRules;
use crate::guide::records::{Field, Letters, NumberLook, Sign};
use std::borrow::Cow;

/// What stands in a field of a change message that says nothing about it.
const NO_DATA: &str = "/";

/// What stands in a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    /// Nothing.
    Nothing,
    /// A value that is a part of the field's own text.
    Own(&'a str),
    /// A value.
    Made(&'a str),
    /// What should be a number.
    NoNumber(&'a str),
}

/// Reads the text of a field. `memory` holds the value where it is not a part of the text.
pub(super) fn read<'a>(field: &Field, rules: &PlaceRules, text: &'a str, memory: &'a mut String) -> Seen<'a> {
    let text = text.trim_end_matches([' ', '\0']);
    if text.is_empty() || text == NO_DATA || rules.blank.as_deref() == Some(text) {
        return Seen::Nothing;
    }
    if let Some(look) = &field.number {
        let text = text.trim_start_matches(' ');
        // SAP puts the sign behind a number, others before it.
        let look = match text.starts_with(['-', '+']) && look.sign == Sign::Trailing {
            true => &NumberLook { sign: Sign::Leading, ..*look },
            false => look,
        };
        memory.clear();
        return match number::read(look, text.as_bytes(), memory) {
            Ok(false) => Seen::Nothing,
            Ok(true) if rules.blank.as_deref() == Some(&**memory) => Seen::Nothing,
            Ok(true) if text == memory.as_str() => Seen::Own(text),
            Ok(true) => Seen::Made(memory),
            Err(Damaged) => Seen::NoNumber(text),
        };
    }
    if field.alpha > 0 && is_digits(text) {
        return match text.trim_start_matches('0') {
            "" => Seen::Nothing,
            digits => Seen::Own(digits),
        };
    }
    Seen::Own(text)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Why a value cannot be written.
pub(super) enum Misfit {
    /// It is no number.
    NoNumber,
    /// What the field has no room for.
    Room(String),
}

/// The text a value is written as, without blanks behind it.
pub(super) fn write<'a>(field: &Field, value: &'a str) -> Result<Cow<'a, str>, Misfit> {
    let width = field.width as usize;
    let text: Cow<'a, str> = if let Some(constant) = &field.constant {
        constant.to_string().into()
    } else if let Some(look) = &field.number {
        shown(look, value)?.into()
    } else if field.alpha > 0 && !value.is_empty() && is_digits(value) {
        format!("{value:0>0$}", field.alpha as usize).into()
    } else {
        match field.letters {
            Letters::AsTheyAre => value.into(),
            Letters::Upper => value.to_uppercase().into(),
            Letters::Lower => value.to_lowercase().into(),
        }
    };
    match text.len() > width && text.chars().count() > width {
        true => Err(Misfit::Room(format!("it has {width} columns"))),
        false => Ok(text),
    }
}

fn shown(look: &NumberLook, value: &str) -> Result<String, Misfit> {
    let number = Decimal::parse(value.as_bytes()).ok_or(Misfit::NoNumber)?;
    let columns = Columns { width: FREE_WIDTH, fill: b' ', is_right: false, is_ebcdic: false };
    let mut written = Vec::new();
    match number::write(look, number, columns, &mut written) {
        Ok(()) => Ok(String::from_utf8(written).expect("numbers are written in ASCII")),
        Err(Unfit::Negative) => Err(Misfit::Room("there is no column for a sign".into())),
        Err(Unfit::Scale) => {
            Err(Misfit::Room(format!("it has {} digits behind the point", look.scale.unwrap_or(0))))
        }
        Err(Unfit::Digits) => Err(Misfit::Room(format!("it has {} digits", look.digits))),
    }
}
