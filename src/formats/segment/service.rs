//! Service segments that no guide describes, such as GS and UNZ: their elements, as the standard has them. What is wrong
//! with one is told, and everything else goes on: who sent what to whom and which numbers count is read without them.

use super::dialect::Delimiters;
use super::fields::{Pieces, pieces};
use crate::diagnostics::{Code, Diagnostic, Place, Severity};

/// Most findings about the service segments of one interchange.
pub(super) const FINDINGS_MAX: usize = 200;
/// Stands for the tag of a segment without one, as in acknowledgements.
pub(super) const NO_TAG: &str = "???";
/// Most of a value or tag that is shown.
const SHOWN_BYTES: usize = 99;

/// What may stand in a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Characters that can be shown.
    Text,
    /// Digits.
    Digits,
    /// A day, with or without its century.
    Date,
    /// Hours and minutes, then perhaps seconds and parts of them.
    Time,
    /// One of these.
    Code(&'static [&'static str]),
}

/// A simple element, or a component.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) is_required: bool,
}

impl Value {
    /// One that must be there.
    pub(crate) const fn required(kind: Kind, min: usize, max: usize) -> Value {
        Value { kind, min, max, is_required: true }
    }

    /// One that may be left out.
    pub(crate) const fn optional(kind: Kind, min: usize, max: usize) -> Value {
        Value { kind, min, max, is_required: false }
    }
}

/// The elements of a service segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements {
    /// Each with its components: a simple one has one.
    pub(crate) all: &'static [&'static [Value]],
    /// Positions of elements of which all are there or none.
    pub(crate) paired: &'static [u16],
}

impl Elements {
    /// Elements that do not depend on each other.
    pub(crate) const fn of(all: &'static [&'static [Value]]) -> Elements {
        Elements { all, paired: &[] }
    }
}

/// A service segment to be checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service<'a> {
    /// Without its terminator.
    pub(crate) segment: &'a [u8],
    pub(crate) delimiters: Delimiters,
    /// Its number, from the header of the interchange as 1.
    pub(crate) ordinal: u32,
    /// Its offset in the file.
    pub(crate) offset: u64,
}

/// A part of it.
#[derive(Debug, Clone, Copy)]
struct Spot {
    start: usize,
    element: u16,
    repetition: u16,
    component: u16,
}

impl<'a> Service<'a> {
    /// What is wrong with its elements.
    pub(crate) fn check(&self, known: Elements, out: &mut Vec<Diagnostic>) {
        let mut values = self.parts(self.segment, self.delimiters.element);
        let tag = values.next().unwrap_or_default();
        let mut start = tag.len() + 1;
        let (mut are_there, mut absent) = (false, Vec::new());
        for (element, parts) in (1..).zip(known.all) {
            let value = values.next().unwrap_or_default();
            let spot = Spot { start: start.min(self.segment.len()), element, repetition: 1, component: 0 };
            self.element(spot, parts, value, out);
            start += value.len() + 1;
            if known.paired.contains(&element) {
                are_there |= !value.is_empty();
                absent.extend(value.is_empty().then_some(spot));
            }
        }
        let absent = absent.iter().filter(|_| are_there);
        out.extend(absent.map(|spot| self.finding(Code::X202, *spot, b"")));
        for (element, value) in (known.all.len() as u16 + 1..).zip(values) {
            if !value.is_empty() {
                let spot = Spot { start, element, repetition: 1, component: 0 };
                return out.push(self.finding(Code::X203, spot, value));
            }
            start += 1;
        }
    }

    fn element(&self, mut spot: Spot, parts: &[Value], value: &'a [u8], out: &mut Vec<Diagnostic>) {
        let Some(separator) = self.delimiters.repetition else {
            return self.composite(spot, parts, value, out);
        };
        for (repetition, value) in (1..).zip(self.parts(value, separator)) {
            spot.repetition = repetition;
            if repetition > 1 {
                out.push(self.finding(Code::X218, spot, value));
            }
            self.composite(spot, parts, value, out);
            spot.start += value.len() + 1;
        }
    }

    fn composite(&self, mut spot: Spot, parts: &[Value], value: &'a [u8], out: &mut Vec<Diagnostic>) {
        let is_there = value.iter().any(|&byte| byte != b' ' && byte != self.delimiters.component);
        if !is_there {
            if parts.iter().any(|part| part.is_required) {
                out.push(self.finding(Code::X201, spot, b""));
            }
            return;
        }
        let mut found = self.parts(value, self.delimiters.component);
        for (component, part) in (1..).zip(parts) {
            let value = found.next().unwrap_or_default();
            spot.component = if parts.len() > 1 { component } else { 0 };
            self.value(spot, part, value, out);
            spot.start += value.len() + 1;
        }
        // A simple element has no separator at all: one at its end was meant to be a terminator.
        if let Some(more) = found.find(|value| !value.is_empty() || parts.len() == 1) {
            spot.component = parts.len() as u16 + 1;
            out.push(self.finding(Code::X217, spot, more));
        }
    }

    fn value(&self, spot: Spot, part: &Value, bytes: &[u8], out: &mut Vec<Diagnostic>) {
        let mut plain = Vec::with_capacity(bytes.len());
        self.delimiters.unescape(bytes, &mut plain);
        let value = plain.trim_ascii_end();
        if value.is_empty() {
            if part.is_required {
                out.push(self.finding(Code::X201, spot, b""));
            }
            return;
        }
        let length = String::from_utf8_lossy(value).chars().count();
        let mut told = |code| out.push(self.finding(code, spot, bytes));
        if length > part.max {
            told(Code::X205);
        } else if length < part.min {
            told(Code::X204);
        }
        if let Some(code) = part.kind.fault(value) {
            told(code);
        }
    }

    fn parts(&self, bytes: &'a [u8], separator: u8) -> Pieces<'a> {
        pieces(bytes, separator, self.delimiters.release)
    }

    /// A segment that cannot stand where it does.
    pub(crate) fn misplaced(&self, between: &str) -> Diagnostic {
        let code = if self.tag() == NO_TAG { Code::X112 } else { Code::X405 };
        let finding = self.tell(code).with("between", between).with("value", shown(self.segment));
        // What is missing for it is told by the counts of the trailers.
        finding.severity(Severity::Warn)
    }

    /// A segment that is right by itself, and not where it stands.
    pub(crate) fn tell(&self, code: Code) -> Diagnostic {
        let length = u32::try_from(self.segment.len()).unwrap_or(u32::MAX);
        let (offset, segment, tag) = (self.offset, self.ordinal, self.tag());
        let place = Place { offset, length, segment, tag: tag.clone(), ..Place::default() };
        Diagnostic::new(code).with("tag", tag).place(place)
    }

    fn tag(&self) -> String {
        match self.parts(self.segment, self.delimiters.element).next() {
            None | Some(b"") => NO_TAG.into(),
            Some(tag) => shown(tag),
        }
    }

    fn finding(&self, code: Code, spot: Spot, value: &[u8]) -> Diagnostic {
        let Spot { start, element, repetition, component } = spot;
        let shown_element = match component {
            0 => format!("{element:02}"),
            component => format!("{element:02}.{component}"),
        };
        let place = Place {
            offset: self.offset + start as u64,
            length: u32::try_from(value.len()).unwrap_or(u32::MAX),
            segment: self.ordinal,
            tag: self.tag(),
            element,
            repetition,
            component,
            ..Place::default()
        };
        Diagnostic::new(code)
            .severity(Severity::Warn)
            .with("tag", self.tag())
            .with("element", shown_element)
            .with("value", shown(value))
            .with("guide", "the standard")
            .help("the sender corrects what writes his envelopes; what is inside was read all the same")
            .place(place)
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN_BYTES)]).into_owned()
}

impl Kind {
    /// What is wrong with a value that is not empty, apart from its length.
    fn fault(self, value: &[u8]) -> Option<Code> {
        match self {
            Kind::Text => value.iter().any(u8::is_ascii_control).then_some(Code::X206),
            Kind::Digits => (!value.iter().all(u8::is_ascii_digit)).then_some(Code::X206),
            Kind::Date => (!is_date(value)).then_some(Code::X208),
            Kind::Time => (!is_time(value)).then_some(Code::X209),
            Kind::Code(codes) => (!codes.iter().any(|code| code.as_bytes() == value)).then_some(Code::X207),
        }
    }
}

/// Two digits at a place; `None` if they are none.
fn two(value: &[u8], at: usize) -> Option<u8> {
    match value.get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

/// `yyMMdd` or `yyyyMMdd`. Years without century are of this one or the last: only then was there a 29 February 00.
fn is_date(value: &[u8]) -> bool {
    let century = match value.len() {
        6 => Some(20),
        8 => two(value, 0),
        _ => None,
    };
    let rest = &value[value.len().saturating_sub(6)..];
    let (Some(century), Some(year), Some(month), Some(day)) =
        (century, two(rest, 0), two(rest, 2), two(rest, 4))
    else {
        return false;
    };
    let year = i16::from(century) * 100 + i16::from(year);
    jiff::civil::Date::new(year, month as i8, day as i8).is_ok()
}

/// `HHmm`, `HHmmss` and tenths or hundredths of a second.
fn is_time(value: &[u8]) -> bool {
    let within = |at, most| value.len() <= at || two(value, at).is_some_and(|found| found <= most);
    let parts = value.get(6..).unwrap_or_default();
    matches!(value.len(), 4 | 6..=8)
        && within(0, 23)
        && within(2, 59)
        && within(4, 59)
        && parts.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::x12::DELIMITERS;

    const SPEC: Elements = Elements { all: ALL, paired: &[2, 3] };
    const ALL: &[&[Value]] = &[
        &[Value::required(Kind::Digits, 1, 3)],
        &[Value::required(Kind::Text, 2, 5), Value::optional(Kind::Code(&["A"]), 1, 1)],
        &[Value::optional(Kind::Date, 6, 8)],
    ];

    fn found(segment: &str) -> Vec<(&'static str, u16, u16, u16, String)> {
        let delimiters = Delimiters { repetition: Some(b'^'), ..DELIMITERS };
        let mut out = Vec::new();
        Service { segment: segment.as_bytes(), delimiters, ordinal: 2, offset: 100 }.check(SPEC, &mut out);
        let told = out.iter().map(|finding| {
            let place = finding.place.clone().unwrap();
            let at = (place.offset - 100) as usize;
            let text = segment[at..at + place.length as usize].to_string();
            (finding.code.text(), place.element, place.repetition, place.component, text)
        });
        told.collect()
    }

    #[test]
    fn each_part_is_checked_where_it_stands() {
        assert_eq!(found("GE*12*AB>A*261131*"), [("X208", 3, 1, 0, "261131".into())]);
        assert_eq!(found("GE"), [("X201", 1, 1, 0, String::new()), ("X201", 2, 1, 0, String::new())]);
        let alone = [("X201", 2, 1, 1, String::new()), ("X202", 3, 1, 0, String::new())];
        assert_eq!(found("GE*1*>A"), alone);
        assert_eq!(found("GE*1>*AB*261120"), [("X217", 1, 1, 2, String::new())]);
        let many = found("GE*1^x^1234*A>B>C*20240229*more");
        let expected = [
            ("X218", 1, 2, 0, "x"),
            ("X206", 1, 2, 0, "x"),
            ("X218", 1, 3, 0, "1234"),
            ("X205", 1, 3, 0, "1234"),
            ("X204", 2, 1, 1, "A"),
            ("X207", 2, 1, 2, "B"),
            ("X217", 2, 1, 3, "C"),
            ("X203", 4, 1, 0, "more"),
        ];
        assert_eq!(many, expected.map(|(code, e, r, c, text)| (code, e, r, c, text.to_string())));
    }

    #[test]
    fn days_and_times_are_those_there_are() {
        for day in ["261120", "20261120", "000229", "19991231"] {
            assert!(is_date(day.as_bytes()), "{day}");
        }
        for no_day in ["2611", "261131", "20230229", "2026112", "YYMMDD", "202611200"] {
            assert!(!is_date(no_day.as_bytes()), "{no_day}");
        }
        for time in ["0000", "2359", "081559", "0815599", "08155999"] {
            assert!(is_time(time.as_bytes()), "{time}");
        }
        for no_time in ["", "081", "2400", "0860", "08155", "081560", "0815591x", "081559123"] {
            assert!(!is_time(no_time.as_bytes()), "{no_time}");
        }
    }
}
