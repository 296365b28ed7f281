//! Arguments that are made ready when the map is compiled: forms of dates, zones, patterns and charsets. What is wrong
//! with one is told then, and a call makes nothing anew.

use super::charsets::Charset;
use super::pattern;
use crate::tree::mask::Mask;
use jiff::tz::TimeZone;
use regex::Regex;

/// An argument made ready.
#[derive(Debug, Clone)]
pub enum Prepared {
    /// The form of a date or time.
    Form(Mask),
    /// A time zone.
    Zone(TimeZone),
    /// A regular expression.
    Pattern(Regex),
    /// The characters that may stay.
    Charset(Charset),
}

/// Which argument of a function is made ready, and how.
#[derive(Debug)]
pub struct Prepare {
    /// Its number, from 0.
    pub argument: usize,
    /// What it must be, in words: `a form of a date`.
    pub what: &'static str,
    /// Whether it must be written out in the map or be a parameter. Otherwise it may also come from a message, and is
    /// then made ready at every call.
    pub is_constant: bool,
    /// Whether a parameter comes from a partner file, where it was checked already.
    pub is_partners: bool,
    /// Makes it ready; what is wrong with it, in words, if it cannot be.
    pub make: fn(&str) -> Result<Prepared, String>,
}

/// The form of a date, with all that says which day it is.
pub const FORM_OF_DATE: Prepare = Prepare {
    argument: 1,
    what: "form of a date",
    is_constant: false,
    is_partners: false,
    make: |text| match form(text)? {
        form if form.says_day() => Ok(Prepared::Form(form)),
        _ => Err("it does not say year, month and day".into()),
    },
};

/// The form of a time of day.
pub const FORM_OF_TIME: Prepare = Prepare {
    argument: 1,
    what: "form of a time",
    is_constant: false,
    is_partners: false,
    make: |text| match form(text)? {
        form if form.says_hour() => Ok(Prepared::Form(form)),
        _ => Err("it does not say the hour".into()),
    },
};

/// The form of a date, of a time or of both, or of a part of them.
pub const FORM: Prepare = Prepare {
    argument: 1,
    what: "form of a date or time",
    is_constant: false,
    is_partners: false,
    make: |text| form(text).map(Prepared::Form),
};

/// A time zone.
pub const ZONE: Prepare = Prepare {
    argument: 1,
    what: "time zone",
    is_constant: false,
    is_partners: true,
    make: |name| TimeZone::get(name).map(Prepared::Zone).map_err(|_| "no zone has this name".into()),
};

/// A regular expression.
pub const PATTERN: Prepare = Prepare {
    argument: 1,
    what: "pattern",
    is_constant: true,
    is_partners: false,
    make: |text| pattern::compile(text).map(Prepared::Pattern),
};

/// A form that a person means as such: every letter in it stands for something.
fn form(text: &str) -> Result<Mask, String> {
    const PARTS: &str = "parts are yyyy, yy, c, MM, dd, DDD, HH, mm and ss";
    match Mask::compile(text) {
        None => Err(format!("nothing in it stands for a part of a date or time: {PARTS}")),
        Some(mask) => match mask.stray_letter() {
            Some(letter) => Err(format!("`{letter}` stands for nothing: {PARTS}")),
            None => Ok(mask),
        },
    }
}
