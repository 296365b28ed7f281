//! GS1 identifiers: GTIN, GLN and SSCC share one check digit.

/// The GS1 check digit (`0` to `9`) of a number without one; `None` if it has anything but digits or is empty.
/// GS1 General Specifications §7.9: weights 3, 1, 3 … from the right.
pub fn check_digit(body: &str) -> Option<u8> {
    if body.is_empty() || !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, byte)| u32::from(byte - b'0') * if i % 2 == 0 { 3 } else { 1 })
        .sum();
    Some(((10 - sum % 10) % 10) as u8)
}

/// Whether the last digit of `number` is the check digit of the rest.
pub fn has_valid_check_digit(number: &str) -> bool {
    // The check digit makes the sum a multiple of ten, with weight 1 for itself, 3 for the one before, and so on.
    let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
    let pairs = number.as_bytes().rchunks_exact(2);
    let odd = pairs.remainder().first().map_or(0, |&byte| digit(byte));
    let (mut sum, mut largest) = (odd, odd);
    for pair in pairs {
        let (before, last) = (digit(pair[0]), digit(pair[1]));
        sum += 3 * before + last;
        largest = largest.max(before).max(last);
    }
    number.len() > 1 && largest <= 9 && sum.is_multiple_of(10)
}

/// A GTIN-8, -12, -13 or -14 with a valid check digit.
pub fn is_gtin(number: &str) -> bool {
    matches!(number.len(), 8 | 12 | 13 | 14) && has_valid_check_digit(number)
}

/// A GLN: 13 digits.
pub fn is_gln(number: &str) -> bool {
    number.len() == 13 && has_valid_check_digit(number)
}

/// An SSCC: 18 digits, without the application identifier 00.
pub fn is_sscc(number: &str) -> bool {
    number.len() == 18 && has_valid_check_digit(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_the_demo_prefix() {
        assert!(is_gtin("9520001001017") && is_gtin("19520001001014") && is_gtin("412345600010"));
        assert!(is_gln("9520002000019") && is_sscc("395200020000000010"));
        assert!(!is_gtin("412345600011") && !is_gtin("41234560001") && !is_sscc("39520002000000001X"));
    }
}
