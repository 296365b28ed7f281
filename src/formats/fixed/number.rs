//! Numbers as records hold them: from and to text such as `-12.5`.
//!
//! Zones and nibbles follow the decimal formats of IBM's z/Architecture and IBM i: digits two a byte with the sign in
//! the last half byte, or one a byte with the sign in the zone of one of them.

use crate::base::decimal::Decimal;
use crate::guide::records::{NumberLook, Sign};

/// Most characters of a number.
const CHARACTERS_MAX: usize = 80;

/// Bytes that are no number of this look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) struct Damaged;

/// Why a number cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Unfit {
    /// It is negative, and there is no place for a sign.
    Negative,
    /// It has more digits after the point.
    Scale,
    /// It has more digits.
    Digits,
}

/// Appends the number in `raw` as text. `false` if there is none: the field is blank. Characters are ASCII; packed
/// numbers are the bytes.
pub(in crate::formats) fn read(look: &NumberLook, raw: &[u8], out: &mut String) -> Result<bool, Damaged> {
    let mut buffer = [0u8; CHARACTERS_MAX];
    if look.sign == Sign::Packed {
        let (digits, negative) = unpack(raw, &mut buffer)?;
        return implied(look, digits, negative, out).map(|()| true);
    }
    let body = trim(raw);
    if body.is_empty() {
        return Ok(false);
    }
    if body.len() > CHARACTERS_MAX {
        return Err(Damaged);
    }
    let (digits, negative) = match look.sign {
        Sign::None => (body, false),
        Sign::Leading | Sign::Floating => match body {
            [sign @ (b'-' | b'+'), rest @ ..] => (trim(rest), *sign == b'-'),
            _ => (body, false),
        },
        Sign::Trailing => match body {
            [rest @ .., sign @ (b'-' | b'+')] => (trim(rest), *sign == b'-'),
            _ => (body, false),
        },
        Sign::Overpunch { leading } | Sign::Zoned { leading } => {
            let own = &mut buffer[..body.len()];
            own.copy_from_slice(body);
            let at = if leading { 0 } else { own.len() - 1 };
            let is_zoned = matches!(look.sign, Sign::Zoned { .. });
            let (digit, negative) = punched(own[at], is_zoned).ok_or(Damaged)?;
            own[at] = b'0' + digit;
            (&*own, negative)
        }
        Sign::Packed => unreachable!("handled above"),
    };
    if look.is_implied {
        return implied(look, digits, negative, out).map(|()| true);
    }
    let (whole, fraction) = match digits.iter().position(|&byte| byte == look.mark) {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, &b""[..]),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(Damaged);
    }
    push(whole, fraction, negative, out).map(|()| true)
}

fn trim(bytes: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| *byte == b' ';
    let start = bytes.iter().position(|byte| !is_blank(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_blank(byte)).map_or(start, |at| at + 1);
    &bytes[start..end]
}

/// The digit and sign of a punched or zoned digit.
fn punched(byte: u8, is_zoned: bool) -> Option<(u8, bool)> {
    Some(match byte {
        b'0'..=b'9' => (byte - b'0', false),
        b'{' => (0, false),
        b'A'..=b'I' => (byte - b'A' + 1, false),
        b'}' => (0, true),
        b'J'..=b'R' => (byte - b'J' + 1, true),
        b'p'..=b'y' if is_zoned => (byte - b'p', true),
        _ => return None,
    })
}

/// Digits of a packed number as ASCII, and whether it is negative.
fn unpack<'b>(raw: &[u8], buffer: &'b mut [u8; CHARACTERS_MAX]) -> Result<(&'b [u8], bool), Damaged> {
    let count = 2 * raw.len();
    if raw.is_empty() || count > CHARACTERS_MAX {
        return Err(Damaged);
    }
    for (i, byte) in raw.iter().enumerate() {
        (buffer[2 * i], buffer[2 * i + 1]) = (byte >> 4, byte & 0x0F);
    }
    let negative = match buffer[count - 1] {
        0xA | 0xC | 0xE | 0xF => false,
        0xB | 0xD => true,
        _ => return Err(Damaged),
    };
    for digit in &mut buffer[..count - 1] {
        if *digit > 9 {
            return Err(Damaged);
        }
        *digit += b'0';
    }
    Ok((&buffer[..count - 1], negative))
}

/// Digits with the point before the last `scale` of them.
fn implied(look: &NumberLook, digits: &[u8], negative: bool, out: &mut String) -> Result<(), Damaged> {
    let scale = usize::from(look.scale.unwrap_or(0));
    if digits.len() >= scale {
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        return push(whole, fraction, negative, out);
    }
    let mut fraction = [b'0'; 256];
    fraction[scale - digits.len()..scale].copy_from_slice(digits);
    push(b"", &fraction[..scale], negative, out)
}

fn push(whole: &[u8], fraction: &[u8], negative: bool, out: &mut String) -> Result<(), Damaged> {
    if !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return Err(Damaged);
    }
    let start = whole.iter().position(|&digit| digit != b'0').unwrap_or(whole.len());
    let end = fraction.iter().rposition(|&digit| digit != b'0').map_or(0, |at| at + 1);
    let (whole, fraction) = (&whole[start..], &fraction[..end]);
    if negative && !(whole.is_empty() && fraction.is_empty()) {
        out.push('-');
    }
    let text = |digits| std::str::from_utf8(digits).expect("digits are ASCII");
    out.push_str(if whole.is_empty() { "0" } else { text(whole) });
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(text(fraction));
    }
    Ok(())
}

/// A width for numbers that take what they need.
pub(in crate::formats) const FREE_WIDTH: usize = usize::MAX;

/// Where and how a number is written.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Columns {
    /// How many there are.
    pub width: usize,
    /// What stands in those not needed.
    pub fill: u8,
    /// Whether the number stands at the right end.
    pub is_right: bool,
    /// Whether zones are EBCDIC's.
    pub is_ebcdic: bool,
}

/// Appends the number: ASCII, or the bytes of a packed one. Nothing is appended if it does not fit.
pub(in crate::formats) fn write(
    look: &NumberLook,
    number: Decimal,
    columns: Columns,
    out: &mut Vec<u8>,
) -> Result<(), Unfit> {
    let negative = number.is_negative();
    if negative && look.sign == Sign::None {
        return Err(Unfit::Negative);
    }
    let scale = look.scale.unwrap_or(number.normalize().scale());
    let units = number.units_at(scale).ok_or(Unfit::Scale)?.unsigned_abs();
    let least = if look.is_implied { 1 } else { usize::from(scale) + 1 };
    let digits = format!("{units:0least$}");
    let significant = digits.trim_start_matches('0').len().max(usize::from(scale));
    if significant > look.digits as usize {
        return Err(Unfit::Digits);
    }
    if look.sign == Sign::Packed {
        return pack(look, &digits, negative, columns.width, out);
    }
    let mut body = digits.into_bytes();
    if !look.is_implied && scale > 0 {
        body.insert(body.len() - usize::from(scale), look.mark);
    }
    place(look, body, negative, columns, out)
}

/// Numbers without sign or point in them: nearly all there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) struct Digits {
    /// Digits behind the point, which is not written.
    scale: usize,
    /// Most digits.
    most: usize,
}

/// So many digits and a point are read and written without a number being made of them.
const PLAIN_BYTES_MAX: usize = 18;

impl Digits {
    /// `None` for numbers of another look.
    pub(in crate::formats) fn of(look: &NumberLook) -> Option<Digits> {
        let scale = look.scale.filter(|&scale| look.sign == Sign::None && (look.is_implied || scale == 0))?;
        Some(Digits { scale: usize::from(scale), most: look.digits as usize })
    }

    /// Writes a number as [`write`] does, over all of `columns`, if it is digits from 1 on, and a point among them at most.
    /// `false` if it is not, or does not fit; nothing is written then.
    pub(in crate::formats) fn write(self, text: &[u8], fill: u8, is_right: bool, columns: &mut [u8]) -> bool {
        let point = text.iter().position(|&byte| byte == b'.');
        let (whole, fraction) = match point {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, &b""[..]),
        };
        let is_number = whole.first().is_some_and(|&first| first != b'0')
            && text.len() <= PLAIN_BYTES_MAX
            && whole.iter().all(u8::is_ascii_digit)
            && fraction.iter().all(u8::is_ascii_digit);
        let size = whole.len() + self.scale;
        if !is_number || fraction.len() > self.scale || size > self.most || size > columns.len() {
            return false;
        }
        let start = if is_right || fill == b'0' { columns.len() - size } else { 0 };
        columns.fill(fill);
        let own = &mut columns[start..start + size];
        own[..whole.len()].copy_from_slice(whole);
        if self.scale > 0 {
            let (decimals, zeros) = own[whole.len()..].split_at_mut(fraction.len());
            decimals.copy_from_slice(fraction);
            zeros.fill(b'0');
        }
        true
    }
}

/// Writes a number at the start of `own` as [`write`] does that takes what it needs, if it is digits without zeros before
/// them, and a point among them at most, and is not negative; gives its length. `None` if it is not, or does not fit.
pub(in crate::formats) fn write_plain(look: &NumberLook, text: &[u8], own: &mut [u8]) -> Option<usize> {
    if look.plus.is_some() || look.is_implied || text.len() > PLAIN_BYTES_MAX {
        return None;
    }
    let (whole, fraction) = match text.iter().position(|&byte| byte == b'.') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &b""[..]),
    };
    // Zeros at the end are digits only where the look says how many there are.
    let used = fraction.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
    let fraction = &fraction[..used];
    let scale = look.scale.map_or(used, usize::from);
    let has_own_sign = matches!(look.sign, Sign::None | Sign::Leading | Sign::Trailing | Sign::Floating);
    let is_number = has_own_sign
        && (whole == b"0" || whole.first().is_some_and(|&first| first != b'0'))
        && whole.iter().chain(fraction).all(u8::is_ascii_digit);
    let digits = if whole == b"0" { scale } else { whole.len() + scale };
    if !is_number || used > scale || digits > look.digits as usize {
        return None;
    }
    let point = usize::from(scale > 0);
    let own = own.get_mut(..whole.len() + point + scale)?;
    own[..whole.len()].copy_from_slice(whole);
    if let [mark, decimals @ ..] = &mut own[whole.len()..] {
        *mark = look.mark;
        decimals[..used].copy_from_slice(fraction);
        decimals[used..].fill(b'0');
    }
    Some(own.len())
}

fn place(
    look: &NumberLook,
    mut body: Vec<u8>,
    negative: bool,
    columns: Columns,
    out: &mut Vec<u8>,
) -> Result<(), Unfit> {
    let plus = look.plus.unwrap_or(b' ');
    let sign = if negative { b'-' } else { plus };
    let fills_zero = columns.fill == b'0';
    let apart = matches!(look.sign, Sign::Leading | Sign::Trailing | Sign::Floating);
    if columns.width == FREE_WIDTH {
        let sign = look.plus.filter(|_| !negative).or(negative.then_some(b'-'));
        let (before, behind) = if look.sign == Sign::Trailing { (None, sign) } else { (sign, None) };
        out.extend(before);
        out.extend_from_slice(&body);
        out.extend(behind);
        return Ok(());
    }
    let room = columns.width.saturating_sub(usize::from(apart));
    if body.len() > room {
        return Err(Unfit::Digits);
    }
    let spare = room - body.len();
    if fills_zero {
        body.splice(0..0, std::iter::repeat_n(b'0', spare));
    }
    if let Sign::Overpunch { leading } | Sign::Zoned { leading } = look.sign {
        let at = if leading { 0 } else { body.len() - 1 };
        body[at] = punch(look.sign, body[at] - b'0', negative, columns.is_ebcdic);
    }
    let blanks = if fills_zero { 0 } else { spare };
    let (before, after) = if columns.is_right { (blanks, 0) } else { (0, blanks) };
    let fill = if fills_zero { b' ' } else { columns.fill };
    let leading_sign = if !negative && look.plus.is_none() && fills_zero { b'0' } else { sign };
    match look.sign {
        Sign::Leading => out.push(leading_sign),
        Sign::Floating if fills_zero || !columns.is_right => out.push(leading_sign),
        _ => {}
    }
    out.extend(std::iter::repeat_n(fill, before));
    if look.sign == Sign::Floating && !fills_zero && columns.is_right {
        out.push(sign);
    }
    out.extend_from_slice(&body);
    if look.sign == Sign::Trailing {
        out.push(sign);
    }
    out.extend(std::iter::repeat_n(fill, after));
    Ok(())
}

fn punch(sign: Sign, digit: u8, negative: bool, is_ebcdic: bool) -> u8 {
    let letters: &[u8; 10] = match (sign, negative) {
        (Sign::Zoned { .. }, false) => b"0123456789",
        (Sign::Zoned { .. }, true) if !is_ebcdic => b"pqrstuvwxy",
        (_, true) => b"}JKLMNOPQR",
        (_, false) => b"{ABCDEFGHI",
    };
    letters[usize::from(digit)]
}

fn pack(
    look: &NumberLook,
    digits: &str,
    negative: bool,
    width: usize,
    out: &mut Vec<u8>,
) -> Result<(), Unfit> {
    let room = (2 * width).saturating_sub(1);
    if digits.len() > room {
        return Err(Unfit::Digits);
    }
    let sign = match (negative, look.plus) {
        (true, _) => 0xD,
        (false, Some(b'F' | b'f')) => 0xF,
        (false, _) => 0xC,
    };
    let nibbles = std::iter::repeat_n(0, room - digits.len())
        .chain(digits.bytes().map(|digit| digit - b'0'))
        .chain([sign]);
    let start = out.len();
    for (i, nibble) in nibbles.enumerate() {
        match i % 2 {
            0 => out.push(nibble << 4),
            _ => out[start + i / 2] |= nibble,
        }
    }
    Ok(())
}

/// How numbers of this look are written, for people.
pub(in crate::formats) fn describe(look: &NumberLook) -> String {
    let mut text = String::from("digits");
    match (look.is_implied, look.scale) {
        (true, Some(scale)) if scale > 0 => text.push_str(&format!(", the last {scale} behind the point")),
        (false, scale) if scale != Some(0) => text.push_str(&format!(" with `{}`", char::from(look.mark))),
        _ => {}
    }
    text.push_str(match look.sign {
        Sign::None => ", no sign",
        Sign::Leading => ", a sign in the first column",
        Sign::Trailing => ", a sign in the last column",
        Sign::Floating => ", a sign before them",
        Sign::Overpunch { leading: false } => ", the last one with the sign punched over it",
        Sign::Overpunch { leading: true } => ", the first one with the sign punched over it",
        Sign::Zoned { leading: false } => ", the sign in the zone of the last one",
        Sign::Zoned { leading: true } => ", the sign in the zone of the first one",
        Sign::Packed => " packed two a byte, the sign in the last half byte",
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(sign: Sign, scale: Option<u8>, is_implied: bool) -> NumberLook {
        NumberLook { sign, scale, is_implied, mark: b'.', plus: None, digits: 36 }
    }

    fn shown(look: &NumberLook, raw: &[u8]) -> Result<Option<String>, Damaged> {
        let mut text = String::new();
        Ok(read(look, raw, &mut text)?.then_some(text))
    }

    #[test]
    fn signs_and_points_are_read_where_the_look_has_them() {
        let punched = look(Sign::Overpunch { leading: false }, Some(2), true);
        for (raw, text) in [
            ("00001200{", "120"),
            ("00001275{", "127.5"),
            ("00000030}", "-3"),
            ("00000001A", "0.11"),
            ("00000001R", "-0.19"),
            ("000000015", "0.15"),
            ("00000000}", "0"),
        ] {
            assert_eq!(shown(&punched, raw.as_bytes()), Ok(Some(text.into())), "{raw}");
        }
        let trailing = look(Sign::Trailing, Some(2), false);
        assert_eq!(shown(&trailing, b"    12.50-"), Ok(Some("-12.5".into())));
        assert_eq!(shown(&trailing, b"    12.50 "), Ok(Some("12.5".into())));
        assert_eq!(shown(&trailing, b"          "), Ok(None));
        assert_eq!(shown(&look(Sign::Floating, None, false), b"   -.5"), Ok(Some("-0.5".into())));
        assert_eq!(shown(&look(Sign::Leading, Some(0), false), b"-  12"), Ok(Some("-12".into())));
        let packed = look(Sign::Packed, Some(2), true);
        assert_eq!(shown(&packed, b"\x00\x01\x27\x5C"), Ok(Some("12.75".into())));
        assert_eq!(shown(&packed, b"\x12\x3D"), Ok(Some("-1.23".into())));
        assert_eq!(shown(&packed, b"\x1F"), Ok(Some("0.01".into())));
        let zoned = look(Sign::Zoned { leading: true }, Some(0), true);
        assert_eq!(shown(&zoned, b"p12"), Ok(Some("-12".into())));
    }

    #[test]
    fn what_is_no_number_is_damaged() {
        for (sign, raw) in [
            (Sign::None, &b"12-"[..]),
            (Sign::None, b"1 2"),
            (Sign::Leading, b"-"),
            (Sign::Trailing, b"12.5.0"),
            (Sign::Overpunch { leading: false }, b"12?"),
            (Sign::Overpunch { leading: false }, b"1A2"),
            (Sign::Zoned { leading: false }, b"12z"),
            (Sign::Packed, b"\x12\x34"),
            (Sign::Packed, b"\x1A\x3C"),
            (Sign::Packed, b"  "),
            (Sign::Packed, b""),
        ] {
            assert_eq!(shown(&look(sign, Some(0), false), raw), Err(Damaged), "{sign:?} {raw:?}");
        }
        assert!(shown(&look(Sign::None, Some(2), true), b"1.50").is_err());
    }

    #[test]
    fn plain_digits_are_written_as_other_numbers_are() {
        let (mut state, mut written) = (11, 0);
        for _ in 0..20_000 {
            let scale = next(&mut state, 4) as u8;
            let look =
                NumberLook { digits: 1 + next(&mut state, 9) as u32, ..look(Sign::None, Some(scale), true) };
            let (width, fill) =
                (1 + next(&mut state, 12) as usize, [b'0', b' '][next(&mut state, 2) as usize]);
            let is_right = next(&mut state, 2) == 0;
            let digits = 1 + next(&mut state, 6);
            let mut text: String = (0..digits).map(|_| next(&mut state, 10).to_string()).collect();
            if next(&mut state, 2) == 0 {
                text.insert(next(&mut state, digits + 1) as usize, '.');
            }
            let columns = Columns { width, fill, is_right, is_ebcdic: false };
            let (mut slow, mut quick) = (Vec::new(), vec![b'?'; width]);
            let number = Decimal::parse(text.as_bytes()).expect("a number");
            let is_written = write(&look, number, columns, &mut slow).is_ok();
            if Digits::of(&look).expect("it is plain").write(text.as_bytes(), fill, is_right, &mut quick) {
                assert!(is_written && slow == quick, "{look:?} {columns:?} {text}: {slow:?} {quick:?}");
                written += 1;
            } else {
                assert!(quick.iter().all(|&byte| byte == b'?'));
            }
        }
        assert!(written > 3000, "{written}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let to = |look: &NumberLook, text: &str, width| {
            let columns = Columns { width, fill: b'0', is_right: true, is_ebcdic: false };
            let number = Decimal::parse(text.as_bytes()).expect("a number");
            write(look, number, columns, &mut Vec::new())
        };
        assert_eq!(to(&look(Sign::None, Some(0), true), "-1", 5), Err(Unfit::Negative));
        assert_eq!(to(&look(Sign::None, Some(1), true), "1.25", 5), Err(Unfit::Scale));
        assert_eq!(to(&look(Sign::None, Some(0), true), "100", 2), Err(Unfit::Digits));
        assert_eq!(to(&look(Sign::Packed, Some(0), true), "1000", 2), Err(Unfit::Digits));
        assert_eq!(to(&look(Sign::Leading, Some(0), true), "100", 3), Err(Unfit::Digits));
    }

    /// The next of a fixed sequence of numbers below `below`.
    fn next(state: &mut u64, below: u64) -> u64 {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*state >> 33) % below
    }

    #[test]
    fn every_look_reads_what_it_writes() {
        let signs = [
            Sign::None,
            Sign::Leading,
            Sign::Trailing,
            Sign::Floating,
            Sign::Overpunch { leading: false },
            Sign::Overpunch { leading: true },
            Sign::Zoned { leading: false },
            Sign::Zoned { leading: true },
            Sign::Packed,
        ];
        let mut state = 7;
        let (mut written, mut refused) = (0, 0);
        for round in 0..40_000u64 {
            let sign = signs[round as usize % signs.len()];
            let scale = next(&mut state, 7) as u8;
            let look = NumberLook {
                sign,
                scale: (next(&mut state, 4) > 0).then_some(scale),
                is_implied: sign == Sign::Packed || next(&mut state, 2) == 0,
                mark: [b'.', b','][next(&mut state, 2) as usize],
                plus: [None, Some(b'+'), None][next(&mut state, 3) as usize],
                digits: 36,
            };
            let look = NumberLook { scale: if look.is_implied { Some(scale) } else { look.scale }, ..look };
            let columns = Columns {
                width: 1 + next(&mut state, 20) as usize,
                fill: [b'0', b' '][next(&mut state, 2) as usize],
                is_right: next(&mut state, 4) > 0,
                is_ebcdic: next(&mut state, 2) == 0,
            };
            let size = 10u64.pow(next(&mut state, 10) as u32);
            let units = next(&mut state, size) as i128 * if next(&mut state, 2) == 0 { 1 } else { -1 };
            let number = Decimal::new(units, scale).expect("a small scale");
            let mut raw = Vec::new();
            match write(&look, number, columns, &mut raw) {
                Ok(()) => {
                    assert_eq!(raw.len(), columns.width, "{look:?} {columns:?} {number}");
                    assert_eq!(
                        shown(&look, &raw),
                        Ok(Some(number.to_string())),
                        "{look:?} {columns:?} {raw:?}"
                    );
                    written += 1;
                }
                Err(_) => {
                    assert!(raw.is_empty());
                    refused += 1;
                }
            }
        }
        assert!(written > 10_000 && refused > 5_000, "{written} {refused}");
    }

    #[test]
    fn what_is_written_plainly_is_written_as_all_else_is() {
        let columns = Columns { width: FREE_WIDTH, fill: b' ', is_right: false, is_ebcdic: false };
        let mut plain = 0;
        for sign in
            [Sign::None, Sign::Leading, Sign::Trailing, Sign::Floating, Sign::Overpunch { leading: true }]
        {
            for scale in [None, Some(0), Some(3)] {
                let look = NumberLook { digits: 8, ..look(sign, scale, false) };
                for text in [
                    "0", "5", "120", "12345", "123456", "0.5", "12.50", "12.5004", "5.", ".5", "007", "-3",
                    "",
                ] {
                    let mut own = [0; 12];
                    let Some(length) = write_plain(&look, text.as_bytes(), &mut own) else { continue };
                    let mut written = Vec::new();
                    let number = Decimal::parse(text.as_bytes()).expect("a number");
                    assert_eq!(write(&look, number, columns, &mut written), Ok(()), "{text} {look:?}");
                    assert_eq!(own[..length], written, "{text} {look:?}");
                    plain += 1;
                }
            }
        }
        assert_eq!(plain, 4 * (9 + 6 + 7));
        assert_eq!(write_plain(&look(Sign::None, Some(3), false), b"120", &mut [0; 6]), None);
    }
}
