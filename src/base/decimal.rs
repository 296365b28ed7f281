//! Exact decimals: a scaled 128-bit integer. No binary floating point anywhere.

use std::cmp::Ordering;
use std::fmt;

/// Most digits after the point.
pub const SCALE_MAX: u8 = 18;

/// `units / 10^scale`. Two decimals are equal if they are the same number, whatever their scales.
///
/// Packed to the alignment of a word: values of maps are handed around by the million, and half of an aligned one would be
/// gaps.
#[derive(Debug, Clone, Copy)]
#[repr(C, packed(8))]
pub struct Decimal {
    units: i128,
    scale: u8,
}

/// How [`Decimal::round`] treats what is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundingMode {
    /// To the nearest, halves away from zero.
    HalfUp,
    /// To the nearest, halves to the even neighbour.
    HalfEven,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal { units: 0, scale: 0 };

    /// `units / 10^scale`; `None` if `scale` exceeds [`SCALE_MAX`].
    pub fn new(units: i128, scale: u8) -> Option<Self> {
        (scale <= SCALE_MAX).then_some(Decimal { units, scale })
    }

    /// A whole number.
    pub const fn from_integer(units: i64) -> Self {
        Decimal { units: units as i128, scale: 0 }
    }

    /// Reads `-12.50`: an optional sign, digits, optionally a point and digits; at least one digit, nothing else.
    /// At most 36 digits and [`SCALE_MAX`] of them after the point; `None` otherwise.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (negative, digits) = match text.split_first()? {
            (b'-', rest) => (true, rest),
            (b'+', rest) => (false, rest),
            _ => (false, text),
        };
        if let Some(Decimal { units, scale: 0 }) = Self::parse_integer(digits) {
            return Some(Decimal { units: if negative { -units } else { units }, scale: 0 });
        }
        let mut units: i128 = 0;
        let (mut count, mut scale, mut seen_point) = (0u32, 0u8, false);
        for &byte in digits {
            match byte {
                b'0'..=b'9' => {
                    units = units * 10 + i128::from(byte - b'0');
                    count += 1;
                    scale += u8::from(seen_point);
                    if count > 36 || scale > SCALE_MAX {
                        return None;
                    }
                }
                b'.' if !seen_point => seen_point = true,
                _ => return None,
            }
        }
        (count > 0).then_some(Decimal { units: if negative { -units } else { units }, scale })
    }

    /// Reads at most 18 digits and nothing else: nearly every number, and many times quicker than all others.
    #[inline]
    pub fn parse_integer(digits: &[u8]) -> Option<Self> {
        match digits.len() {
            1..=18 => small(digits).map(Self::from_integer),
            _ => None,
        }
    }

    /// Whether `text` is what [`Decimal::write_into`] writes for a whole number of at most 18 digits that is not
    /// negative: it need not be read and written to be copied.
    pub fn is_written(text: &[u8]) -> bool {
        match text {
            [b'0', _, ..] | [] => false,
            digits => digits.len() <= 18 && digits.iter().all(u8::is_ascii_digit),
        }
    }

    /// The unscaled number at `scale`; `None` if digits would be lost or it does not fit.
    #[inline]
    pub fn units_at(self, scale: u8) -> Option<i128> {
        if scale == self.scale {
            return Some(self.units);
        }
        if scale > self.scale {
            return self.units.checked_mul(power(scale - self.scale)?);
        }
        let divisor = power(self.scale - scale)?;
        (self.units % divisor == 0).then_some(self.units / divisor)
    }

    /// Digits after the point, trailing zeros included.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.units < 0
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    /// Whether it has no digits other than 0 after the point.
    pub fn is_integer(self) -> bool {
        self.normalize().scale == 0
    }

    /// The sum, exactly; `None` if it does not fit.
    pub fn checked_add(self, other: Decimal) -> Option<Decimal> {
        if self.scale == other.scale {
            return Some(Decimal { units: self.units.checked_add(other.units)?, scale: self.scale });
        }
        let scale = self.scale.max(other.scale);
        Some(Decimal { units: self.units_at(scale)?.checked_add(other.units_at(scale)?)?, scale })
    }

    /// The difference, exactly; `None` if it does not fit.
    pub fn checked_sub(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(Decimal { units: other.units.checked_neg()?, scale: other.scale })
    }

    /// The product, exactly; `None` if it does not fit.
    pub fn checked_mul(self, other: Decimal) -> Option<Decimal> {
        if let (0, 0, Ok(left), Ok(right)) =
            (self.scale, other.scale, i64::try_from(self.units), i64::try_from(other.units))
        {
            return Some(Decimal { units: i128::from(left) * i128::from(right), scale: 0 });
        }
        let (left, right) = (self.normalize(), other.normalize());
        let scale = left.scale + right.scale;
        (scale <= SCALE_MAX).then_some(Decimal { units: left.units.checked_mul(right.units)?, scale })
    }

    /// The quotient if it is exact within [`SCALE_MAX`] digits; `None` otherwise, and for a divisor of zero.
    pub fn checked_div_exact(self, other: Decimal) -> Option<Decimal> {
        if other.units == 0 {
            return None;
        }
        let (left, right) = (self.normalize(), other.normalize());
        (0..=SCALE_MAX).find_map(|scale| {
            // left.units / 10^l / (right.units / 10^r) = units / 10^scale
            let shift = i32::from(scale) + i32::from(right.scale) - i32::from(left.scale);
            let shift = u8::try_from(shift).ok()?;
            let numerator = left.units.checked_mul(power(shift)?)?;
            (numerator % right.units == 0).then_some(Decimal { units: numerator / right.units, scale })
        })
    }

    /// The quotient with as many digits as fit, for a line that rounds it: its last digit is never 0 or 5 unless the
    /// quotient is exact, so that rounding to fewer digits gives what the true quotient would. `None` for a divisor of
    /// zero.
    pub fn checked_div_near(self, other: Decimal) -> Option<Decimal> {
        if other.units == 0 {
            return None;
        }
        let (left, right) = (self.normalize(), other.normalize());
        (0..=SCALE_MAX).rev().find_map(|scale| {
            let shift =
                u8::try_from(i32::from(scale) + i32::from(right.scale) - i32::from(left.scale)).ok()?;
            let numerator = left.units.checked_mul(power(shift)?)?;
            let (mut units, rest) = (numerator / right.units, numerator % right.units);
            if rest != 0 && units % 5 == 0 {
                units += numerator.signum() * right.units.signum();
            }
            Some(Decimal { units, scale })
        })
    }

    /// Rounded to `digits` after the point.
    pub fn round(self, digits: u8, mode: RoundingMode) -> Decimal {
        if digits >= self.scale {
            return self;
        }
        let divisor = power(self.scale - digits).expect("scales are at most SCALE_MAX");
        let (quotient, rest) = (self.units / divisor, (self.units % divisor).abs());
        let away = match mode {
            RoundingMode::Down => false,
            RoundingMode::Up => rest > 0,
            RoundingMode::HalfUp => rest * 2 >= divisor,
            RoundingMode::HalfEven => rest * 2 > divisor || (rest * 2 == divisor && quotient % 2 != 0),
        };
        Decimal { units: quotient + if away { self.units.signum() } else { 0 }, scale: digits }
    }

    /// Whether it can be written with so many digits before the point and so many behind it.
    pub fn has_digits(self, whole: u8, fraction: u8) -> bool {
        let limit = power(whole).unwrap_or(i128::MAX);
        // What has no more digits in all has no more before the point.
        (self.scale <= fraction && self.units.abs() < limit) || {
            let number = self.normalize();
            let divisor = power(number.scale).expect("scales are at most SCALE_MAX");
            number.scale <= fraction && (number.units / divisor).abs() < limit
        }
    }

    /// The same number without trailing zeros after the point.
    #[inline]
    pub fn normalize(self) -> Decimal {
        let mut number = self;
        if number.scale == 0 {
            return number;
        }
        while number.scale > 0 && number.units % 10 == 0 {
            number.units /= 10;
            number.scale -= 1;
        }
        number
    }

    /// Writes it without trailing zeros after the point, such as `12.5`, `-3`, `0.05`, at the end of `digits`, and
    /// returns the text written.
    pub fn write_into(self, digits: &mut [u8; 44]) -> &str {
        let number = self.normalize();
        if number.scale == 0 && (0..1000).contains(&{ number.units }) {
            return short(number.units as usize);
        }
        let mut at = digits.len();
        let mut rest = number.units.unsigned_abs();
        let mut written = 0u8;
        if let (Ok(mut small), 0) = (u64::try_from(rest), number.scale) {
            // Nearly every quantity: 128-bit division is many times slower.
            rest = 0;
            written = 1;
            loop {
                at -= 1;
                digits[at] = b'0' + (small % 10) as u8;
                small /= 10;
                if small == 0 {
                    break;
                }
            }
        }
        while rest > 0 || written <= number.scale {
            if written == number.scale && number.scale > 0 {
                at -= 1;
                digits[at] = b'.';
            }
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            written += 1;
        }
        if number.units < 0 {
            at -= 1;
            digits[at] = b'-';
        }
        std::str::from_utf8(&digits[at..]).expect("digits, point and sign are ASCII")
    }
}

/// At most 18 digits and nothing else: nearly every number, and many times quicker than with 128 bits.
fn small(digits: &[u8]) -> Option<i64> {
    let mut units = 0i64;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        units = units * 10 + i64::from(digit);
    }
    Some(units)
}

/// The powers of ten that fit: to make one takes several multiplications.
static POWERS: [i128; 39] = powers();

const fn powers() -> [i128; 39] {
    let mut powers = [1; 39];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
}

#[inline]
fn power(exponent: u8) -> Option<i128> {
    POWERS.get(usize::from(exponent)).copied()
}

/// The numbers below 1000 with three digits each, one behind the other.
static THREE_DIGITS: &str = match std::str::from_utf8(&three_digits()) {
    Ok(digits) => digits,
    Err(_) => panic!("digits are ASCII"),
};

const fn three_digits() -> [u8; 3000] {
    let mut digits = [b'0'; 3000];
    let mut number = 0;
    while number < 1000 {
        digits[3 * number] += (number / 100) as u8;
        digits[3 * number + 1] += (number / 10 % 10) as u8;
        digits[3 * number + 2] += (number % 10) as u8;
        number += 1;
    }
    digits
}

/// A number below 1000 as text, which is there already.
fn short(number: usize) -> &'static str {
    let unneeded = usize::from(number < 100) + usize::from(number < 10);
    &THREE_DIGITS[3 * number + unneeded..3 * number + 3]
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            let (left, right) = (self.units, other.units);
            return left.cmp(&right);
        }
        let scale = self.scale.max(other.scale);
        match (self.units_at(scale), other.units_at(scale)) {
            (Some(left), Some(right)) => left.cmp(&right),
            // Scaling up overflows only where one is beyond the other by many digits: the sign of the bigger decides.
            (None, _) => { self.units }.cmp(&0),
            (_, None) => 0.cmp(&{ other.units }),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write_into(&mut [0; 44]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn text_survives_reading_and_writing() {
        for (read, written) in
            [("0", "0"), ("-0.50", "-0.5"), ("007", "7"), ("1200.00", "1200"), (".05", "0.05")]
        {
            assert_eq!(decimal(read).to_string(), written, "{read}");
        }
        for wrong in ["", "-", ".", "1.2.3", "1e5", "1,5", " 1"] {
            assert!(Decimal::parse(wrong.as_bytes()).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn whole_numbers_are_written_as_they_are() {
        for number in (0..=1100).chain([-1, -999, -1000]) {
            assert_eq!(Decimal::from_integer(number).to_string(), number.to_string());
        }
        assert_eq!([power(0), power(38), power(39)], [Some(1), 10i128.checked_pow(38), None]);
    }

    #[test]
    fn arithmetic_is_exact_or_refused() {
        assert_eq!(decimal("0.1").checked_add(decimal("0.2")), Some(decimal("0.3")));
        assert_eq!(decimal("48").checked_div_exact(decimal("12")), Some(decimal("4")));
        assert_eq!(decimal("47").checked_div_exact(decimal("12")), None);
        assert_eq!(decimal("1").checked_div_exact(decimal("0.8")), Some(decimal("1.25")));
        assert_eq!(decimal("1").checked_div_exact(Decimal::ZERO), None);
    }

    #[test]
    fn a_quotient_that_does_not_come_out_rounds_as_the_true_one() {
        let near = |left, right, mode| {
            decimal(left).checked_div_near(decimal(right)).map(|q| q.round(1, mode).to_string())
        };
        assert_eq!(near("1", "3", RoundingMode::HalfUp).as_deref(), Some("0.3"));
        assert_eq!(near("-2", "3", RoundingMode::HalfUp).as_deref(), Some("-0.7"));
        assert_eq!(near("1", "4", RoundingMode::HalfEven).as_deref(), Some("0.2"));
        // A little more than nothing is up.
        assert_eq!(near("1", "3000000000000000000000", RoundingMode::Up).as_deref(), Some("0.1"));
        assert_eq!(near("1", "0", RoundingMode::HalfUp), None);
    }

    #[test]
    fn rounding_modes_differ_at_the_half() {
        let round = |text, mode| decimal(text).round(0, mode).to_string();
        assert_eq!(round("2.5", RoundingMode::HalfUp), "3");
        assert_eq!(round("2.5", RoundingMode::HalfEven), "2");
        assert_eq!(round("-2.5", RoundingMode::HalfUp), "-3");
        assert_eq!(round("2.9", RoundingMode::Down), "2");
        assert_eq!(round("2.1", RoundingMode::Up), "3");
    }
}
