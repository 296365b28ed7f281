//! How a leaf's text is understood: types, values, and the way from one to the other.

use super::mask::Mask;
use crate::base::decimal::Decimal;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// The type of a leaf: what its text means and how it looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LeafType {
    /// Any text.
    Text,
    /// One of a list of codes; text for maps.
    Code,
    /// A whole number.
    Integer,
    /// A number with a point where it has one.
    Decimal,
    /// A number whose last digits are after a point that is not written: X12 `N2`.
    Implied(u8),
    /// A day.
    Date(Mask),
    /// A time of day.
    Time(Mask),
    /// A day and time without zone.
    DateTime(Mask),
    /// A moment with its offset, RFC 3339.
    Instant,
    /// `true` or `false`.
    Bool,
}

impl LeafType {
    /// How dates and times of this type are written; `None` for other types and for instants.
    pub fn mask(&self) -> Option<&Mask> {
        match self {
            LeafType::Date(mask) | LeafType::Time(mask) | LeafType::DateTime(mask) => Some(mask),
            _ => None,
        }
    }

    /// The same type written in another mask; `None` for types without one.
    pub fn with_mask(&self, mask: Mask) -> Option<LeafType> {
        match self {
            LeafType::Date(_) => Some(LeafType::Date(mask)),
            LeafType::Time(_) => Some(LeafType::Time(mask)),
            LeafType::DateTime(_) => Some(LeafType::DateTime(mask)),
            _ => None,
        }
    }

    /// What values of this type are in maps.
    pub fn kind(&self) -> ValueKind {
        match self {
            LeafType::Text | LeafType::Code => ValueKind::Text,
            LeafType::Integer | LeafType::Decimal | LeafType::Implied(_) => ValueKind::Number,
            LeafType::Date(_) => ValueKind::Date,
            LeafType::Time(_) => ValueKind::Time,
            LeafType::DateTime(_) => ValueKind::DateTime,
            LeafType::Instant => ValueKind::Instant,
            LeafType::Bool => ValueKind::Bool,
        }
    }
}

/// The kinds of values maps compute with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// Text and codes.
    Text,
    /// Exact decimals.
    Number,
    /// Days.
    Date,
    /// Times of day.
    Time,
    /// Day and time without zone.
    DateTime,
    /// Moments.
    Instant,
    /// Truth.
    Bool,
    /// Nodes: a record or a list of them.
    Record,
    /// Known only when it is there: `absent`.
    Nothing,
}

impl ValueKind {
    /// The word for messages.
    pub fn word(self) -> &'static str {
        match self {
            ValueKind::Text => "text",
            ValueKind::Number => "a number",
            ValueKind::Date => "a date",
            ValueKind::Time => "a time",
            ValueKind::DateTime => "a date with time",
            ValueKind::Instant => "an instant",
            ValueKind::Bool => "true or false",
            ValueKind::Record => "a record",
            ValueKind::Nothing => "nothing",
        }
    }
}

/// A value a map computes with. Borrows its text from the message, the side buffers, the plan or the run's arena.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Absent,
    /// Text.
    Text(&'a str),
    /// A number.
    Number(Decimal),
    /// A day.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// Day and time without zone.
    DateTime(DateTime),
    /// A moment with the offset it is shown in.
    Instant(jiff::Timestamp, Offset),
    /// Truth.
    Bool(bool),
}

impl<'a> Value<'a> {
    /// Whether it is nothing.
    pub fn is_absent(&self) -> bool {
        matches!(self, Value::Absent)
    }

    /// Reads `text` as `leaf` says. Empty text is absent; `Err` if it does not fit.
    pub fn read(leaf: &LeafType, text: &'a str) -> Result<Value<'a>, Unreadable> {
        if text.is_empty() {
            return Ok(Value::Absent);
        }
        let value = match leaf {
            LeafType::Text | LeafType::Code => Some(Value::Text(text)),
            LeafType::Integer => {
                Decimal::parse(text.as_bytes()).filter(|n| n.scale() == 0).map(Value::Number)
            }
            LeafType::Decimal => Decimal::parse(text.as_bytes()).map(Value::Number),
            LeafType::Implied(digits) => Decimal::parse(text.as_bytes())
                .filter(|number| number.scale() == 0)
                .and_then(|number| Decimal::new(number.units_at(0)?, *digits))
                .map(Value::Number),
            LeafType::Date(mask) => mask.read(text).map(|moment| Value::Date(moment.date())),
            LeafType::Time(mask) => read_time(mask, text).map(Value::Time),
            LeafType::DateTime(mask) => mask.read(text).map(Value::DateTime),
            LeafType::Instant => read_instant(text),
            LeafType::Bool => match text {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                _ => None,
            },
        };
        value.ok_or(Unreadable)
    }

    /// Appends the value as `leaf` wants it. Nothing is written for an absent one; `Err` if the type cannot show it.
    pub fn write(self, leaf: &LeafType, out: &mut String) -> Result<(), Unwritable> {
        match (self, leaf) {
            (Value::Absent, _) => Ok(()),
            (Value::Text(text), LeafType::Text | LeafType::Code) => {
                out.push_str(text);
                Ok(())
            }
            (Value::Number(number), LeafType::Integer) if !number.is_integer() => Err(Unwritable),
            (Value::Number(number), LeafType::Integer | LeafType::Decimal | LeafType::Text) => {
                write_number(number, out);
                Ok(())
            }
            (Value::Number(number), LeafType::Implied(digits)) => {
                let units = number.units_at(*digits).ok_or(Unwritable)?;
                write_number(Decimal::new(units, 0).ok_or(Unwritable)?, out);
                Ok(())
            }
            (Value::Date(date), LeafType::Date(mask)) => {
                mask.write(date.to_datetime(Time::midnight()), out);
                Ok(())
            }
            (Value::Time(time), LeafType::Time(mask)) => {
                mask.write(Date::constant(1970, 1, 1).to_datetime(time), out);
                Ok(())
            }
            (Value::DateTime(moment), LeafType::DateTime(mask)) => {
                mask.write(moment, out);
                Ok(())
            }
            (Value::Instant(moment, offset), LeafType::Instant | LeafType::Text) => {
                out.push_str(&moment.display_with_offset(offset).to_string());
                Ok(())
            }
            (Value::Bool(truth), LeafType::Bool | LeafType::Text) => {
                out.push_str(if truth { "true" } else { "false" });
                Ok(())
            }
            (Value::Text(text), leaf) => Value::read(leaf, text).map_err(|_| Unwritable)?.write(leaf, out),
            _ => Err(Unwritable),
        }
    }

    /// The value as a person reads it in a message.
    pub fn show(self) -> String {
        match self {
            Value::Absent => "nothing".into(),
            Value::Text(text) => text.into(),
            Value::Number(number) => number.to_string(),
            Value::Date(date) => date.to_string(),
            Value::Time(time) => time.to_string(),
            Value::DateTime(moment) => moment.to_string(),
            Value::Instant(moment, offset) => moment.display_with_offset(offset).to_string(),
            Value::Bool(truth) => truth.to_string(),
        }
    }
}

/// A text that its type cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// A value that its type cannot show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unwritable;

fn write_number(number: Decimal, out: &mut String) {
    let mut digits = [0u8; 44];
    out.push_str(number.write_into(&mut digits));
}

fn read_time(mask: &Mask, text: &str) -> Option<Time> {
    // A time may be shorter than its mask, or longer by tenths and hundredths of a second: X12 TM is HHMM, HHMMSS,
    // HHMMSSD or HHMMSSDD.
    let width = mask.width() as usize;
    if let Some(moment) = mask.read(text) {
        return Some(moment.time());
    }
    if mask.text() == "HHmmss" && (width + 1..=width + 2).contains(&text.len()) {
        let (seconds, fraction) = text.split_at_checked(width)?;
        let is_digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
        let fraction: i32 = fraction.parse().ok().filter(|_| is_digits)?;
        let hundredths = if text.len() == width + 1 { fraction * 10 } else { fraction };
        return mask.read(seconds)?.time().with().subsec_nanosecond(hundredths * 10_000_000).build().ok();
    }
    let is_short = (4..width).contains(&text.len());
    mask.read_short(text).filter(|_| is_short).map(|moment| moment.time())
}

fn read_instant(text: &str) -> Option<Value<'static>> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    let offset = match text.as_bytes() {
        [.., b'Z' | b'z'] => Offset::UTC,
        bytes => {
            let tail = &text[bytes.len().checked_sub(6)?..];
            let sign: i32 = if tail.starts_with('-') { -1 } else { 1 };
            let hours: i32 = tail.get(1..3)?.parse().ok()?;
            let minutes: i32 = tail.get(4..6)?.parse().ok()?;
            Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?
        }
    };
    Some(Value::Instant(moment, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(leaf: &LeafType, text: &str) -> String {
        let mut out = String::new();
        Value::read(leaf, text).expect("reads").write(leaf, &mut out).expect("writes");
        out
    }

    #[test]
    fn leaves_survive_reading_and_writing() {
        let day = LeafType::Date(Mask::compile("yyyyMMdd").expect("mask"));
        assert_eq!(round_trip(&day, "20261123"), "20261123");
        assert_eq!(round_trip(&LeafType::Implied(2), "12405"), "12405");
        assert_eq!(round_trip(&LeafType::Instant, "2026-11-24T15:42:00-08:00"), "2026-11-24T15:42:00-08:00");
        assert_eq!(round_trip(&LeafType::Decimal, "86.40"), "86.4");
        assert!(Value::read(&LeafType::Integer, "1.0").is_err());
        let time = LeafType::Time(Mask::compile("HHmmss").expect("mask"));
        assert_eq!(round_trip(&time, "0815"), "081500");
        for (text, shown) in [("0815302", "08:15:30.2"), ("08153005", "08:15:30.05")] {
            assert_eq!(Value::read(&time, text).expect("reads").show(), shown);
        }
        for wrong in ["08153", "081530123", "081530-1", "246000", "08153x"] {
            assert!(Value::read(&time, wrong).is_err(), "{wrong}");
        }
    }
}
