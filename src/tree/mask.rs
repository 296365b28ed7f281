//! Date and time masks such as `MM/dd/yyyy HH:mm`, read and written both ways.

use jiff::civil::{Date, DateTime, Time};
use std::fmt::Write;

/// One piece of a mask.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Year4,
    Year2,
    Century1,
    Month,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Literal(char),
}

impl Part {
    fn width(&self) -> u32 {
        match self {
            Part::Year4 => 4,
            Part::DayOfYear => 3,
            Part::Century1 | Part::Literal(_) => 1,
            _ => 2,
        }
    }
}

/// Masks in use around the world, for guessing.
const USUAL: [&str; 30] = [
    "yyyy-MM-dd",
    "yyyyMMdd",
    "dd.MM.yyyy",
    "MM/dd/yyyy",
    "dd/MM/yyyy",
    "dd-MM-yyyy",
    "yyyy/MM/dd",
    "yyyy-MM-dd HH:mm:ss",
    "yyyy-MM-ddTHH:mm:ss",
    "yyyy-MM-dd HH:mm",
    "yyyy-MM-ddTHH:mm",
    "dd.MM.yyyy HH:mm:ss",
    "dd.MM.yyyy HH:mm",
    "MM/dd/yyyy HH:mm:ss",
    "MM/dd/yyyy HH:mm",
    "dd/MM/yyyy HH:mm:ss",
    "dd/MM/yyyy HH:mm",
    "yyyyMMddHHmmss",
    "yyyyMMddHHmm",
    "cyyMMdd",
    "yyMMdd",
    "ddMMyyyy",
    "MMddyyyy",
    "dd.MM.yy",
    "MM/dd/yy",
    "yyMMddHHmm",
    "HH:mm:ss",
    "HH:mm",
    "HHmmss",
    "HHmm",
];

/// A compiled mask: `yyyy`, `yy` (00-68 is 20xx), `c` (AS/400 century digit: 0 is 19xx, 1 is 20xx), `MM`, `dd`, `DDD`
/// (day of the year), `HH`, `mm`, `ss`; every other character stands for itself. Every part has a fixed width.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mask {
    parts: Vec<Part>,
    text: Box<str>,
    /// Of masks of a day with its year in four digits and nothing but signs between: nearly all dates have one.
    day: Option<DayAt>,
}

/// Where year, month and day begin in a text, which has as many bytes as the mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct DayAt {
    year: usize,
    month: usize,
    day: usize,
    has_signs: bool,
}

/// Most bytes of such a mask.
const DAY_BYTES_MAX: usize = 16;

impl DayAt {
    fn of(text: &str, parts: &[Part]) -> Option<DayAt> {
        let (mut year, mut month, mut day, mut has_signs) = (None, None, None, false);
        let mut at = 0;
        for part in parts {
            let place = match part {
                Part::Year4 => &mut year,
                Part::Month => &mut month,
                Part::Day => &mut day,
                Part::Literal(sign) if sign.is_ascii() && !sign.is_ascii_alphabetic() => {
                    (at, has_signs) = (at + 1, true);
                    continue;
                }
                _ => return None,
            };
            if place.replace(at).is_some() {
                return None;
            }
            at += part.width() as usize;
        }
        (text.len() <= DAY_BYTES_MAX).then_some(())?;
        Some(DayAt { year: year?, month: month?, day: day?, has_signs })
    }

    fn read(self, mask: &[u8], text: &[u8]) -> Option<DateTime> {
        let is_sign = |(sign, byte): (&u8, &u8)| sign.is_ascii_alphabetic() || sign == byte;
        if text.len() != mask.len() || (self.has_signs && !mask.iter().zip(text).all(is_sign)) {
            return None;
        }
        let two = |at: usize| take(&mut &text[at..], 2);
        let year = two(self.year)? * 100 + two(self.year + 2)?;
        let date = Date::new(year as i16, two(self.month)? as i8, two(self.day)? as i8).ok()?;
        Some(date.to_datetime(Time::midnight()))
    }

    fn write(self, mask: &[u8], date: Date, out: &mut impl Write) {
        let mut buffer = [0; DAY_BYTES_MAX];
        let text = &mut buffer[..mask.len()];
        text.copy_from_slice(mask);
        let mut two = |at: usize, number: u16| {
            let from = 2 * usize::from(number % 100);
            text[at..at + 2].copy_from_slice(&TWO_DIGITS.as_bytes()[from..from + 2]);
        };
        let year = date.year().unsigned_abs();
        two(self.year, year / 100);
        two(self.year + 2, year);
        two(self.month, date.month().unsigned_abs().into());
        two(self.day, date.day().unsigned_abs().into());
        // Digits and what stands between them are ASCII, and memory takes whatever is written.
        let _ = std::str::from_utf8(text).map(|text| out.write_str(text));
    }
}

impl Mask {
    /// Compiles a mask; `None` if it has no part that stands for anything.
    pub fn compile(text: &str) -> Option<Mask> {
        const WORDS: [(&str, Part); 9] = [
            ("yyyy", Part::Year4),
            ("yy", Part::Year2),
            ("c", Part::Century1),
            ("MM", Part::Month),
            ("dd", Part::Day),
            ("DDD", Part::DayOfYear),
            ("HH", Part::Hour),
            ("mm", Part::Minute),
            ("ss", Part::Second),
        ];
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            match WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
                Some((word, part)) => {
                    parts.push(part.clone());
                    rest = &rest[word.len()..];
                }
                None => {
                    parts.push(Part::Literal(character));
                    rest = &rest[character.len_utf8()..];
                }
            }
        }
        let day = DayAt::of(text, &parts);
        let says_something = parts.iter().any(|part| !matches!(part, Part::Literal(_)));
        says_something.then(|| Mask { parts, text: text.into(), day })
    }

    /// Masks in use, most usual first, by which `text` can be read: what a person may have meant. A date only
    /// counts where its year is likely, because numbers look the same.
    pub fn guess(text: &str) -> impl Iterator<Item = &'static str> {
        USUAL.iter().copied().filter(move |mask| {
            let read = Mask::compile(mask).and_then(|mask| mask.read(text));
            read.is_some_and(|moment| !mask.contains('y') || (1950..2100).contains(&moment.year()))
        })
    }

    /// Characters of a text in this mask: every part has a fixed width.
    pub fn width(&self) -> u32 {
        self.parts.iter().map(Part::width).sum()
    }

    /// Whether it says a day, or a part of one.
    pub fn has_date(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Year4 | Part::Year2 | Part::Month | Part::Day))
    }

    /// Whether it says a time of day.
    pub fn has_time(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Hour | Part::Minute | Part::Second))
    }

    /// Whether it says which day it is: year, month and day, or the day of a year.
    pub fn says_day(&self) -> bool {
        let has = |part: Part| self.parts.contains(&part);
        let has_year = has(Part::Year4) || has(Part::Year2);
        has_year && (has(Part::DayOfYear) || (has(Part::Month) && has(Part::Day)))
    }

    /// Whether it says the hour.
    pub fn says_hour(&self) -> bool {
        self.parts.contains(&Part::Hour)
    }

    /// A letter that stands for itself although it looks as if it stood for something, such as the `Y` of `YYYYMMdd`. `T`
    /// between date and time and `Z` behind them are usual.
    pub fn stray_letter(&self) -> Option<char> {
        self.parts.iter().find_map(|part| match part {
            Part::Literal(letter) if letter.is_alphabetic() && !matches!(letter, 'T' | 'Z') => Some(*letter),
            _ => None,
        })
    }

    /// The mask as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads a text that fits the mask exactly and names a day and time that exist. Parts that the mask lacks are
    /// 1970-01-01 and 00:00:00.
    pub fn read(&self, text: &str) -> Option<DateTime> {
        match self.day {
            Some(day) => day.read(self.text.as_bytes(), text.as_bytes()),
            None => self.read_parts(&self.parts, text),
        }
    }

    /// Reads a text that ends sooner than the mask, with one of its parts: `0815` in `HHmmss`.
    pub fn read_short(&self, text: &str) -> Option<DateTime> {
        let mut width = 0;
        let parts = self.parts.iter().take_while(|part| {
            width += part.width() as usize;
            width <= text.len()
        });
        self.read_parts(&self.parts[..parts.count()], text)
    }

    fn read_parts(&self, parts: &[Part], text: &str) -> Option<DateTime> {
        let (mut year, mut century, mut month, mut day) = (1970i16, 0i16, 1i8, 1i8);
        let mut day_of_year = 0i16;
        let (mut hour, mut minute, mut second) = (0i8, 0i8, 0i8);
        let mut rest = text.as_bytes();
        for part in parts {
            match part {
                Part::Year4 => year = take(&mut rest, 4)? as i16,
                Part::Year2 => {
                    let two = take(&mut rest, 2)? as i16;
                    year = match century {
                        0 => two + if two < 69 { 2000 } else { 1900 },
                        century => century + two,
                    };
                }
                Part::Century1 => century = 1900 + 100 * take(&mut rest, 1)? as i16,
                Part::Month => month = take(&mut rest, 2)? as i8,
                Part::Day => day = take(&mut rest, 2)? as i8,
                Part::DayOfYear => day_of_year = take(&mut rest, 3).filter(|day| *day > 0)? as i16,
                Part::Hour => hour = take(&mut rest, 2)? as i8,
                Part::Minute => minute = take(&mut rest, 2)? as i8,
                Part::Second => second = take(&mut rest, 2)? as i8,
                Part::Literal(character) => {
                    let mut buffer = [0u8; 4];
                    rest = rest.strip_prefix(character.encode_utf8(&mut buffer).as_bytes())?;
                }
            }
        }
        let mut date = Date::new(year, month, day).ok()?;
        if day_of_year > 0 {
            date = date.first_of_year().checked_add(jiff::Span::new().days(day_of_year - 1)).ok()?;
            if date.year() != year {
                return None;
            }
        }
        let time = Time::new(hour, minute, second, 0).ok()?;
        rest.is_empty().then(|| date.to_datetime(time))
    }

    /// Appends the moment in this mask.
    pub fn write(&self, moment: DateTime, out: &mut impl Write) {
        if let Some(day) = self.day {
            return day.write(self.text.as_bytes(), moment.date(), out);
        }
        for part in &self.parts {
            match part {
                Part::Year4 => digits(out, moment.year().unsigned_abs().into(), 4),
                Part::Year2 => digits(out, u32::from(moment.year().unsigned_abs()) % 100, 2),
                Part::Century1 => {
                    digits(out, (u32::from(moment.year().unsigned_abs()) / 100).saturating_sub(19), 1)
                }
                Part::Month => digits(out, moment.month().unsigned_abs().into(), 2),
                Part::Day => digits(out, moment.day().unsigned_abs().into(), 2),
                Part::DayOfYear => digits(out, moment.day_of_year().unsigned_abs().into(), 3),
                Part::Hour => digits(out, moment.hour().unsigned_abs().into(), 2),
                Part::Minute => digits(out, moment.minute().unsigned_abs().into(), 2),
                Part::Second => digits(out, moment.second().unsigned_abs().into(), 2),
                Part::Literal(character) => {
                    // Memory takes whatever is written.
                    let _ = out.write_char(*character);
                }
            }
        }
    }
}

fn take(rest: &mut &[u8], width: usize) -> Option<u32> {
    let (head, tail) = rest.split_at_checked(width)?;
    *rest = tail;
    head.iter()
        .try_fold(0u32, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

/// The last `width` digits of a number, at most four.
fn digits(out: &mut impl Write, number: u32, width: u32) {
    let two = |number: u32| {
        let at = 2 * (number % 100) as usize;
        &TWO_DIGITS[at..at + 2]
    };
    // Memory takes whatever is written.
    let _ = match width {
        1 => out.write_str(&two(number)[1..]),
        2 => out.write_str(two(number)),
        width => {
            digits(out, number / 100, width - 2);
            out.write_str(two(number))
        }
    };
}

/// The numbers below 100 with two digits each, one behind the other.
static TWO_DIGITS: &str = match std::str::from_utf8(&two_digits()) {
    Ok(digits) => digits,
    Err(_) => panic!("digits are ASCII"),
};

const fn two_digits() -> [u8; 200] {
    let mut digits = [b'0'; 200];
    let mut number = 0;
    while number < 100 {
        digits[2 * number] += (number / 10) as u8;
        digits[2 * number + 1] += (number % 10) as u8;
        number += 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::Mask;

    #[test]
    fn masks_are_guessed_from_a_text() {
        for (text, first) in [
            ("2026-11-23", Some("yyyy-MM-dd")),
            ("20261123", Some("yyyyMMdd")),
            ("25.11.2026 09:05", Some("dd.MM.yyyy HH:mm")),
            ("11/24/2026", Some("MM/dd/yyyy")),
            ("24/11/2026", Some("dd/MM/yyyy")),
            ("1261120", Some("cyyMMdd")),
            ("BRW01", None),
        ] {
            assert_eq!(Mask::guess(text).next(), first, "{text}");
        }
    }

    #[test]
    fn masks_read_and_write_the_same_text() {
        for (mask, text) in [
            ("yyyyMMdd", "20261123"),
            ("MM/dd/yyyy HH:mm", "11/24/2026 15:42"),
            ("cyyMMdd", "1261120"),
            ("yyMMdd", "261120"),
            ("yyyyDDD", "2024366"),
            ("ddMMyy", "201126"),
            ("cyyMMdd", "0991231"),
            ("HHmmss", "081500"),
        ] {
            let mask = Mask::compile(mask).expect("has parts");
            let moment = mask.read(text).unwrap_or_else(|| panic!("{text}"));
            let mut written = String::new();
            mask.write(moment, &mut written);
            assert_eq!(written, text);
            assert_eq!(mask.width() as usize, text.len());
        }
        let day = Mask::compile("yyyyMMdd").expect("has parts");
        for wrong in ["20261340", "20260230", "2026112", "202611234", "2026112a"] {
            assert!(day.read(wrong).is_none(), "{wrong}");
        }
        let julian = Mask::compile("yyyyDDD").expect("has parts");
        for wrong in ["2026366", "2026000", "202612", "2026-12"] {
            assert!(julian.read(wrong).is_none(), "{wrong}");
        }
    }
}
