//! The functions of the language, one file each, and what a function is. Its examples are its tests and its
//! documentation.

mod abs;
mod add_days;
mod capture;
mod charsets;
mod check_digit;
mod clean;
mod convert_length;
mod convert_weight;
mod date;
mod date_in;
mod datetime;
mod digits;
mod format_date;
mod gtin14;
pub mod hints;
mod house_number;
mod instant;
pub mod language;
mod left;
mod length;
mod local;
mod lower;
mod ltrim;
pub mod measures;
mod mid;
mod number;
mod pad_left;
mod pad_right;
pub mod pattern;
pub mod prepared;
mod replace;
mod right;
mod round;
mod rtrim;
mod run_instant;
pub mod split;
mod street_name;
mod strip_left;
mod strip_right;
mod text;
mod time;
mod time_in;
mod today_in;
mod trim;
mod upper;
mod valid_gln;
mod valid_gtin;
mod valid_sscc;
mod week_start;
pub mod wrap;

use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Severity};
use crate::tree::mask::Mask;
use crate::tree::value::{Value, ValueKind};
use bumpalo::Bump;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use prepared::{Prepare, Prepared};
use std::borrow::Cow;
use std::cell::Cell;

/// Every function of values, sorted by name. Functions of lists and of places (`sum`, `first`, `lookup`, `seq`,
/// `present`, …) are part of the language itself.
pub static FUNCTIONS: &[&Function] = &[
    &abs::FUNCTION,
    &add_days::FUNCTION,
    &capture::FUNCTION,
    &check_digit::FUNCTION,
    &clean::FUNCTION,
    &convert_length::FUNCTION,
    &convert_weight::FUNCTION,
    &date::FUNCTION,
    &date_in::FUNCTION,
    &datetime::FUNCTION,
    &digits::FUNCTION,
    &format_date::FUNCTION,
    &gtin14::FUNCTION,
    &house_number::FUNCTION,
    &instant::FUNCTION,
    &left::FUNCTION,
    &length::FUNCTION,
    &local::FUNCTION,
    &lower::FUNCTION,
    &ltrim::FUNCTION,
    &mid::FUNCTION,
    &number::FUNCTION,
    &pad_left::FUNCTION,
    &pad_right::FUNCTION,
    &replace::FUNCTION,
    &right::FUNCTION,
    &round::FUNCTION,
    &rtrim::FUNCTION,
    &run_instant::FUNCTION,
    &split::FUNCTION,
    &street_name::FUNCTION,
    &strip_left::FUNCTION,
    &strip_right::FUNCTION,
    &text::FUNCTION,
    &time::FUNCTION,
    &time_in::FUNCTION,
    &today_in::FUNCTION,
    &trim::FUNCTION,
    &upper::FUNCTION,
    &valid_gln::FUNCTION,
    &valid_gtin::FUNCTION,
    &valid_sscc::FUNCTION,
    &week_start::FUNCTION,
];

/// Most parameters a function has.
pub const ARGUMENTS_MAX: usize = 4;

/// A function of values. An absent argument makes the result absent; the function is not called.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it gives, in one sentence.
    pub summary: &'static str,
    /// Names and kinds of its parameters; `Nothing` takes any kind.
    pub parameters: &'static [(&'static str, ValueKind)],
    /// How many of them must be given.
    pub required: usize,
    /// The kind of its result.
    pub result: ValueKind,
    /// Calls with their results.
    pub examples: &'static [Example],
    /// The argument that is made ready when a map is compiled, if there is one.
    pub prepare: Option<Prepare>,
    /// The function.
    pub call: for<'c, 'r> fn(&Call<'c, 'r>) -> Result<Value<'r>, CallError>,
}

/// A call and its result as text.
#[derive(Debug)]
pub struct Example {
    /// As it stands in a map.
    pub call: &'static str,
    /// Its result.
    pub result: &'static str,
}

/// The arguments of a call, none of them absent.
pub struct Call<'c, 'r> {
    /// The arguments.
    pub arguments: &'c [Value<'r>],
    /// The one that was made ready, if it is a constant.
    pub prepared: Option<&'c Prepared>,
    /// Whether the line rounds, so that a division need not come out.
    pub rounds: bool,
    /// Memory for results.
    pub memory: &'r Bump,
    /// When the message is translated: the same for every run of it.
    pub now: jiff::Timestamp,
    /// Set by a function that has a result and a doubt about it, in words: a warning.
    pub doubt: Cell<Option<String>>,
}

/// Why a function has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// The code of its finding.
    pub code: Code,
    /// What the finding does.
    pub severity: Severity,
    /// In words.
    pub text: String,
}

impl CallError {
    /// With these words.
    pub fn new(text: impl Into<String>) -> Self {
        CallError { code: Code::B004, severity: Severity::Reject, text: text.into() }
    }

    /// A number has more digits than numbers may have.
    pub fn too_many_digits() -> Self {
        CallError::new("the number has too many digits")
    }

    /// An argument (from 0) is not of the kind it must be.
    pub fn kind(argument: usize, expected: &str) -> Self {
        CallError::new(format!("argument {} is not {expected}", argument + 1))
    }
}

impl<'r> Call<'_, 'r> {
    /// A text argument; numbers and dates are taken as they are shown.
    pub fn string(&self, argument: usize) -> Result<&'r str, CallError> {
        match self.arguments[argument] {
            Value::Text(text) => Ok(text),
            other => Ok(self.memory.alloc_str(&other.show())),
        }
    }

    /// A number argument.
    pub fn decimal(&self, argument: usize) -> Result<Decimal, CallError> {
        match self.arguments[argument] {
            Value::Number(number) => Ok(number),
            _ => Err(CallError::kind(argument, "a number")),
        }
    }

    /// A whole number argument that is not negative.
    pub fn count(&self, argument: usize) -> Result<usize, CallError> {
        let units = self.decimal(argument)?.units_at(0).and_then(|units| usize::try_from(units).ok());
        units.ok_or_else(|| CallError::kind(argument, "a whole number from 0 on"))
    }

    /// A zone argument, IANA name.
    pub fn zone(&self, argument: usize) -> Result<TimeZone, CallError> {
        if let Some(Prepared::Zone(zone)) = self.prepared {
            return Ok(zone.clone());
        }
        let name = self.string(argument)?;
        TimeZone::get(name).map_err(|_| CallError::new(format!("no time zone is called `{name}`")))
    }

    /// A form of dates and times.
    pub fn form(&self, argument: usize) -> Result<Cow<'_, Mask>, CallError> {
        if let Some(Prepared::Form(form)) = self.prepared {
            return Ok(Cow::Borrowed(form));
        }
        let form = self.string(argument)?;
        Mask::compile(form).map(Cow::Owned).ok_or_else(|| {
            CallError::new(format!("`{form}` is no form of a date or time, such as yyyyMMdd or HH:mm"))
        })
    }

    /// The text `argument` in the form `form`.
    pub fn moment(&self, argument: usize, form: usize) -> Result<DateTime, CallError> {
        let (text, mask) = (self.string(argument)?, self.form(form)?);
        let moment = mask.read(text.trim());
        moment.ok_or_else(|| CallError::new(format!("`{text}` does not fit the form {}", mask.text())))
    }

    /// `number` divided by `by`: exactly, or near where the line rounds. `what` says what was to be found, for people.
    pub fn quotient(
        &self,
        number: Decimal,
        by: Decimal,
        what: impl FnOnce() -> String,
    ) -> Result<Value<'r>, CallError> {
        let near = || number.checked_div_near(by).filter(|_| self.rounds);
        let quotient = number.checked_div_exact(by).or_else(near);
        quotient.map(Value::Number).ok_or_else(|| CallError {
            code: Code::B012,
            severity: Severity::Hold,
            text: what(),
        })
    }

    /// A text result.
    pub fn text(&self, text: String) -> Value<'r> {
        Value::Text(self.memory.alloc_str(&text))
    }
}

/// The function with this name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().copied().find(|function| function.name == name)
}

/// The names of all functions, those of the language included.
pub fn names() -> impl Iterator<Item = &'static str> {
    let language = language::LANGUAGE_FUNCTIONS.iter().map(|function| function.name);
    FUNCTIONS.iter().map(|function| function.name).chain(language)
}
