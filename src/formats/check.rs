//! The check of one value, the same in every format.

use crate::diagnostics::Code;
use crate::guide::{Guide, PlaceRules, ValueClass};
use crate::tree::{LeafType, PlaceId, Value};

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
    /// Whether all of it are digits.
    Digits,
    /// Whether it is one of the short codes.
    Code,
    /// More than a glance tells.
    None,
}

/// Allowed codes, sorted.
#[derive(Debug, Clone)]
enum Codes {
    Any,
    /// Each in one word: none is longer than eight bytes.
    Short(Box<[u64]>),
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

impl Check {
    /// The checks of all places of a guide, by place.
    pub fn all(guide: &Guide) -> Vec<Check> {
        guide.shape.places().map(|(place, _)| Check::of(guide, place)).collect()
    }

    /// The check of the values at `place`.
    pub fn of(guide: &Guide, place: PlaceId) -> Check {
        let rules = guide.rules(place);
        let leaf = guide.shape.place(place).leaf_type();
        let codes = Codes::of(rules);
        Check {
            class: rules.class,
            glance: match (rules.class, &codes) {
                _ if rules.not_used => Glance::None,
                (ValueClass::Number, Codes::Any) => Glance::Digits,
                (ValueClass::Number | ValueClass::Date | ValueClass::Time, _) => Glance::None,
                (_, Codes::Any) => Glance::Length,
                (_, Codes::Short(_)) => Glance::Code,
                (_, Codes::Long(_)) => Glance::None,
            },
            not_used: rules.not_used,
            min: rules.min_length,
            max: if rules.max_length == 0 { u32::MAX } else { rules.max_length },
            codes,
            leaf: leaf
                .filter(|_| matches!(rules.class, ValueClass::Date | ValueClass::Time))
                .map(|leaf| Box::new(leaf.clone())),
        }
    }

    /// Whether a glance tells that a value, which is ASCII without control characters, is right. `false` says nothing:
    /// then [`Check::check`] knows.
    #[inline]
    pub fn is_right_at_a_glance(&self, value: &[u8]) -> bool {
        let length = value.len() as u32;
        self.min <= length
            && length <= self.max
            && match self.glance {
                Glance::Length => true,
                Glance::Digits => value.iter().all(u8::is_ascii_digit),
                Glance::Code => self.codes.allow(value),
                Glance::None => false,
            }
    }

    /// Checks a value that is there. `is_plain` says that it is ASCII without control characters; `reads_comma` that
    /// numbers may have a decimal comma.
    pub fn check(&self, value: &str, is_plain: bool, reads_comma: bool) -> Checked {
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

impl Codes {
    fn of(rules: &PlaceRules) -> Codes {
        if rules.codes.is_empty() {
            return Codes::Any;
        }
        match rules.codes.iter().map(|code| short_code(code.as_bytes())).collect::<Option<Vec<u64>>>() {
            Some(mut short) => {
                short.sort_unstable();
                Codes::Short(short.into())
            }
            None => Codes::Long(rules.codes.clone().into()),
        }
    }

    #[inline]
    fn allow(&self, value: &[u8]) -> bool {
        const LINEAR_MAX: usize = 12;
        match self {
            Codes::Any => true,
            Codes::Short(codes) => short_code(value).is_some_and(|code| match codes.len() {
                ..=LINEAR_MAX => codes.contains(&code),
                _ => codes.binary_search(&code).is_ok(),
            }),
            Codes::Long(codes) => codes.binary_search_by(|code| code.as_bytes().cmp(value)).is_ok(),
        }
    }
}

/// A code of up to eight bytes in one word; `None` if it is longer. Codes have no NUL in them.
#[inline]
pub fn short_code(code: &[u8]) -> Option<u64> {
    if code.len() > 8 {
        return None;
    }
    Some(code.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)))
}

/// The shape of a number: a sign, digits and one decimal mark; `None` if it is none.
pub fn number_shape(value: &str) -> Option<NumberShape> {
    let text = value.strip_prefix('-').unwrap_or(value).as_bytes();
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
}
