//! The check of one value, the same in every format.

use crate::base::word::{Words, word};
use crate::diagnostics::Code;
use crate::guide::{Guide, PlaceRules, ValueClass};
use crate::tree::mask::Mask;
use crate::tree::shape::About;
use crate::tree::{LeafType, PlaceId, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What is wrong with a value, if anything.
pub type Checked = Option<Code>;

/// What a guide says about the value at one place, in the form the reader wants.
#[derive(Debug, Clone)]
pub struct Check {
    /// The characters it may have.
    pub class: ValueClass,
    glance: Glance,
    not_used: bool,
    min: u32,
    /// `u32::MAX` is unbounded.
    max: u32,
    codes: Codes,
    /// For dates and times.
    leaf: Option<Box<LeafType>>,
}

/// What of a plain value needs to be looked at, besides its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glance {
    /// Nothing.
    Length,
    /// Whether it is a number with no more than a point in it.
    Number,
    /// Whether it is one of the codes.
    Code,
    /// Whether it is a day that every month has, in a form with month and day here.
    Day { month: usize, day: usize },
    /// Whether it is a time in hours and minutes, or in a form of this many digits with seconds behind them.
    Time(usize),
    /// More than a glance tells.
    None,
}

/// What tells that a value is right, which is ASCII without control characters.
#[derive(Debug, Clone)]
pub enum Needs {
    /// Its length.
    Length {
        /// The least.
        min: u32,
        /// So many more may be there.
        more: u32,
    },
    /// How many digits it has.
    Digits {
        /// The least.
        min: u32,
        /// So many more may be there.
        more: u32,
    },
    /// Whether it is one of these words.
    Word(Words),
    /// A look at it.
    Look,
    /// A whole check.
    Check,
}

/// Allowed codes.
#[derive(Debug, Clone)]
enum Codes {
    Any,
    /// None is longer than eight bytes.
    Short(Words),
    /// Sorted.
    Long(Box<[Box<str>]>),
}

/// What a number looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberShape {
    /// Sign and decimal mark do not count as length (X12.6 §3.5.1, ISO 9735 §10).
    pub digits: u32,
    /// Whether its decimals stand behind a comma.
    pub has_comma: bool,
}

/// Checks of the places of one guide: those of which the same is said have one in common.
#[derive(Debug, Default)]
pub struct Checks {
    made: FxHashMap<(*const PlaceRules, *const About), Arc<Check>>,
}

impl Checks {
    /// The check of the values at `place`, always of the same guide.
    pub fn of(&mut self, guide: &Guide, place: PlaceId) -> Arc<Check> {
        let said = (guide.rules[place.index()].address(), guide.shape.place(place).about.address());
        self.made.entry(said).or_insert_with(|| Arc::new(Check::of(guide, place))).clone()
    }
}

impl Check {
    /// The checks of all places of a guide, by place.
    pub fn all(guide: &Guide) -> Vec<Check> {
        guide.shape.places().map(|(place, _)| Check::of(guide, place)).collect()
    }

    /// The check of the values at `place`.
    pub fn of(guide: &Guide, place: PlaceId) -> Check {
        let rules = guide.rules(place);
        let leaf = guide.shape.place(place).leaf_type();
        let max = if rules.max_length == 0 { u32::MAX } else { rules.max_length };
        let codes = Codes::of(rules, max);
        Check {
            class: rules.class,
            glance: match (rules.class, &codes) {
                _ if rules.not_used => Glance::None,
                (ValueClass::Number, Codes::Any) => Glance::Number,
                (ValueClass::Date | ValueClass::Time, Codes::Any) => Glance::of_moment(leaf),
                (ValueClass::Number | ValueClass::Date | ValueClass::Time, _) => Glance::None,
                (ValueClass::Any | ValueClass::Bytes, Codes::Any) => Glance::Length,
                (ValueClass::Any | ValueClass::Bytes, Codes::Short(_) | Codes::Long(_)) => Glance::Code,
            },
            not_used: rules.not_used,
            min: rules.min_length,
            max,
            codes,
            leaf: leaf
                .filter(|_| matches!(rules.class, ValueClass::Date | ValueClass::Time))
                .map(|leaf| Box::new(leaf.clone())),
        }
    }

    /// Whether a glance tells that a value of this length, which is ASCII without control characters, is right. Of most
    /// values nothing else needs to be known. `false` says nothing: then [`Check::check`] knows.
    #[inline(always)]
    pub fn is_right_at_a_glance<'v>(&self, length: u32, value: impl FnOnce() -> &'v [u8]) -> bool {
        match self.glance {
            Glance::Length => self.fits(length),
            _ => self.is_right_at_a_look(value()),
        }
    }

    #[inline]
    fn fits(&self, length: u32) -> bool {
        self.min <= length && length <= self.max
    }

    /// What a glance at a value needs to know.
    pub fn needs(&self) -> Needs {
        let Some(more) = self.max.checked_sub(self.min) else { return Needs::Check };
        match (self.glance, &self.codes) {
            (Glance::None, _) => Needs::Check,
            (Glance::Length, _) => Needs::Length { min: self.min, more },
            (Glance::Number, _) => Needs::Digits { min: self.min, more },
            // One that fits no length is none of them.
            (Glance::Code, Codes::Short(words)) => Needs::Word(words.clone()),
            (Glance::Code | Glance::Day { .. } | Glance::Time(_), _) => Needs::Look,
        }
    }

    /// The same as [`Check::is_right_at_a_glance`] where a length does not tell.
    #[inline(never)]
    pub fn is_right_at_a_look(&self, value: &[u8]) -> bool {
        let length = value.len() as u32;
        match self.glance {
            Glance::Length => self.fits(length),
            Glance::Number => plain_digits(value).is_some_and(|digits| self.fits(digits)),
            Glance::Code => self.codes.allow(value),
            Glance::Day { .. } | Glance::Time(_) => self.fits(length) && self.is_plain_moment(value),
            Glance::None => false,
        }
    }

    #[inline(never)]
    fn is_plain_moment(&self, value: &[u8]) -> bool {
        match self.glance {
            Glance::Day { month, day } => {
                let form = self.leaf.as_ref().and_then(|leaf| leaf.mask()).map_or("", Mask::text);
                is_plain_day(value, form.as_bytes(), (month, day))
            }
            Glance::Time(digits) => is_plain_time(value, digits),
            _ => false,
        }
    }

    /// Checks a value that is there. `is_plain` says that it is ASCII without control characters; `reads_comma` that
    /// numbers may have a decimal comma.
    pub fn check(&self, value: &str, is_plain: bool, reads_comma: bool) -> Checked {
        if (is_plain || is_plain_text(value.as_bytes()))
            && self.is_right_at_a_glance(value.len() as u32, || value.as_bytes())
        {
            return None;
        }
        let length = match self.class {
            ValueClass::Number => match number_shape(value) {
                Some(number) if reads_comma || !number.has_comma => number.digits,
                _ => return Some(Code::X206),
            },
            _ if is_plain => value.len() as u32,
            _ => value.chars().count() as u32,
        };
        if length < self.min {
            return Some(Code::X204);
        }
        if length > self.max {
            return Some(Code::X205);
        }
        if self.not_used {
            return Some(Code::X212);
        }
        match self.class {
            ValueClass::Any if !is_plain && value.bytes().any(|byte| byte < 0x20) => return Some(Code::X206),
            ValueClass::Date | ValueClass::Time
                if self.leaf.as_ref().is_some_and(|leaf| Value::read(leaf, value).is_err()) =>
            {
                return Some(if self.class == ValueClass::Date { Code::X208 } else { Code::X209 });
            }
            _ => {}
        }
        (!self.codes.allow(value.as_bytes())).then_some(Code::X207)
    }
}

impl Glance {
    /// For a date or time of a leaf.
    fn of_moment(leaf: Option<&LeafType>) -> Glance {
        match leaf {
            Some(LeafType::Date(mask)) => match month_and_day(mask.text()) {
                Some((month, day)) => Glance::Day { month, day },
                None => Glance::None,
            },
            Some(LeafType::Time(mask)) if mask.text() == "HHmm" => Glance::Time(4),
            Some(LeafType::Time(mask)) if mask.text() == "HHmmss" => Glance::Time(6),
            _ => Glance::None,
        }
    }
}

impl Codes {
    /// The codes of a place whose values are no longer than `max`.
    fn of(rules: &PlaceRules, max: u32) -> Codes {
        if rules.codes.is_empty() {
            return Codes::Any;
        }
        // Numbers, dates and times have a length of their own, and are not looked at as codes.
        let is_text = matches!(rules.class, ValueClass::Any | ValueClass::Bytes);
        let fits = |code: &str| !is_text || (rules.min_length..=max).contains(&(code.chars().count() as u32));
        let codes = || rules.codes.iter().filter(|code| fits(code));
        match codes().map(|code| word(code.as_bytes())).collect::<Option<Vec<u64>>>() {
            Some(short) => Codes::Short(Words::of(&short)),
            None => Codes::Long(codes().cloned().collect()),
        }
    }

    #[inline]
    fn allow(&self, value: &[u8]) -> bool {
        match self {
            Codes::Any => true,
            Codes::Short(codes) => word(value).is_some_and(|code| codes.contain(code)),
            Codes::Long(codes) => has_code(codes, value),
        }
    }
}

#[inline(never)]
fn has_code(codes: &[Box<str>], value: &[u8]) -> bool {
    codes.binary_search_by(|code| code.as_bytes().cmp(value)).is_ok()
}

/// Whether all is ASCII without control characters, eight bytes at a time.
#[inline(never)]
pub fn is_plain_text(bytes: &[u8]) -> bool {
    const ALL: u64 = u64::from_ne_bytes([1; 8]);
    let (words, rest) = bytes.as_chunks();
    // The upper bit of a byte is set in it, after taking 0x20 away or after adding 1, unless it is plain. What such a
    // byte carries over to the next does not matter any more.
    let not_plain = words.iter().fold(0, |bits, word| {
        let word = u64::from_ne_bytes(*word);
        bits | word | word.wrapping_sub(0x20 * ALL) | word.wrapping_add(ALL)
    });
    not_plain & (0x80 * ALL) == 0 && rest.iter().all(|byte| (0x20..0x7f).contains(byte))
}

/// How many digits a number has that is nothing but digits, a sign perhaps and a point perhaps; `None` if it is no number
/// or one with a comma.
#[inline]
pub fn plain_digits(value: &[u8]) -> Option<u32> {
    match value.iter().all(u8::is_ascii_digit) && !value.is_empty() {
        true => Some(value.len() as u32),
        false => digits_of_shape(value),
    }
}

#[cold]
#[inline(never)]
fn digits_of_shape(value: &[u8]) -> Option<u32> {
    shape_of(value).filter(|shape| !shape.has_comma).map(|shape| shape.digits)
}

/// Where month and day stand in a form of days that has a year, a month, a day and nothing but signs between them.
fn month_and_day(form: &str) -> Option<(usize, usize)> {
    let (month, day) = (form.find("MM")?, form.find("dd")?);
    let rest = form.replacen("yyyy", "", 1);
    let rest = if rest == form { form.replacen("yy", "", 1) } else { rest };
    let signs = rest.replacen("MM", "", 1).replacen("dd", "", 1);
    (rest != form && signs.bytes().all(|sign| sign.is_ascii_punctuation())).then_some((month, day))
}

/// Whether a value is a day of a form, and one of the first 28 of its month: there is such a day in any year.
fn is_plain_day(value: &[u8], form: &[u8], (month, day): (usize, usize)) -> bool {
    let is_of_form = |(byte, sign): (&u8, &u8)| match sign.is_ascii_alphabetic() {
        true => byte.is_ascii_digit(),
        false => byte == sign,
    };
    value.len() == form.len()
        && value.iter().zip(form).all(is_of_form)
        && (1..=12).contains(&two(value[month], value[month + 1]))
        && (1..=28).contains(&two(value[day], value[day + 1]))
}

/// Whether a value is a time of day to the minute, or to the second if it has so many digits.
#[inline]
fn is_plain_time(value: &[u8], digits: usize) -> bool {
    let [a, b, c, d, ref seconds @ ..] = *value else { return false };
    (value.len() == 4 || value.len() == digits)
        && value.iter().all(u8::is_ascii_digit)
        && two(a, b) < 24
        && two(c, d) < 60
        && seconds.first().is_none_or(|tens| *tens < b'6')
}

/// The number that two digits are.
#[inline]
fn two(tens: u8, ones: u8) -> u32 {
    u32::from(tens - b'0') * 10 + u32::from(ones - b'0')
}

/// The shape of a number: a sign, digits and one decimal mark; `None` if it is none.
pub fn number_shape(value: &str) -> Option<NumberShape> {
    shape_of(value.as_bytes())
}

#[inline(never)]
fn shape_of(value: &[u8]) -> Option<NumberShape> {
    let text = value.strip_prefix(b"-").unwrap_or(value);
    let (mut digits, mut marks, mut has_comma) = (0, 0, false);
    for &byte in text {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => marks += 1,
            b',' => (marks, has_comma) = (marks + 1, true),
            _ => return None,
        }
    }
    (digits > 0 && marks <= 1).then_some(NumberShape { digits, has_comma })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_digits_a_sign_and_one_mark() {
        let digits = |text: &str| number_shape(text).map(|shape| (shape.digits, shape.has_comma));
        assert_eq!(digits("-12.50"), Some((4, false)));
        assert_eq!(digits("0,5"), Some((2, true)));
        for text in ["", "-", ".", "1.2.3", "1 2", "+1", "1E3", "4O"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn a_glance_sees_numbers_days_and_times_that_are_right_for_sure() {
        assert_eq!(
            ["12", "-12.5", "1,5", "-", ""].map(|text| plain_digits(text.as_bytes())),
            [Some(2), Some(3), None, None, None]
        );
        let days = |form: &str, text: &str| {
            let at = month_and_day(form).expect("it has both");
            is_plain_day(text.as_bytes(), form.as_bytes(), at)
        };
        assert!(days("yyyyMMdd", "20260228") && days("yyMMdd", "261201") && days("yyyyMMdd", "00000101"));
        assert!(days("MM/dd/yyyy", "12/28/2026") && days("dd.MM.yy", "01.12.26"));
        for text in ["20260229", "20261301", "20260001", "20260100", "2026011", "2026O101", "202601012"] {
            assert!(!days("yyyyMMdd", text), "{text}");
        }
        for text in ["12/29/2026", "12.28.2026", "12/28/202", "00/28/2026", "12/28/2O26"] {
            assert!(!days("MM/dd/yyyy", text), "{text}");
        }
        for form in ["MMdd", "yyyyDDD", "cyyMMdd", "yyyyMMddHH", "yyyyMMddTHH:mm", "yyyy-MM-ddT", "dd MM yy"]
        {
            assert_eq!(month_and_day(form), None, "{form}");
        }
        let times = |digits, text: &str| is_plain_time(text.as_bytes(), digits);
        assert!(times(4, "2359") && times(6, "0000") && times(6, "235959"));
        for text in ["2400", "2360", "235960", "23595", "23", "2359590", "23595x"] {
            assert!(!times(6, text), "{text}");
        }
        assert!(!times(4, "235959"));
    }

    #[test]
    fn plain_text_has_no_other_byte_anywhere() {
        for byte in 0..=u8::MAX {
            for at in 0..11 {
                let mut text = *b" ~aZ09.,-:/";
                text[at] = byte;
                assert_eq!(is_plain_text(&text), (0x20..0x7f).contains(&byte), "{byte} at {at}");
            }
        }
        assert!(is_plain_text(b""));
    }
}
