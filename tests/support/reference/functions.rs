//! The functions of values, in the plainest way.

use super::value::Value;
use crossdock::base::decimal::{Decimal, RoundingMode};
use crossdock::tree::mask::Mask;
use jiff::tz::TimeZone;

/// A call; nothing where it has no result for its arguments. None of them is absent.
pub fn call(name: &str, arguments: &[Value], now: jiff::Timestamp) -> Option<Value> {
    let text = |at: usize| match &arguments[at] {
        Value::Text(text) => text.clone(),
        other => other.show(),
    };
    let number = |at: usize| match &arguments[at] {
        Value::Number(number) => Some(*number),
        _ => None,
    };
    let count = |at: usize| number(at)?.to_string().parse::<usize>().ok();
    let zone = |at: usize| TimeZone::get(&text(at)).ok();
    Some(match name {
        "upper" => Value::Text(text(0).to_uppercase()),
        "lower" => Value::Text(text(0).to_lowercase()),
        "trim" => Value::Text(text(0).trim().to_string()),
        "length" => Value::Number(Decimal::from_integer(text(0).chars().count() as i64)),
        "left" => Value::Text(text(0).chars().take(count(1)?).collect()),
        "right" => {
            let characters: Vec<char> = text(0).chars().collect();
            Value::Text(characters[characters.len().saturating_sub(count(1)?)..].iter().collect())
        }
        "replace" => Value::Text(text(0).split(&text(1)).collect::<Vec<_>>().join(&text(2))),
        "strip_left" => {
            let characters = text(1);
            Value::Text(text(0).chars().skip_while(|&c| characters.contains(c)).collect())
        }
        "pad_left" => {
            let (mut filled, fill) = (String::new(), text(2));
            let mut fill = fill.chars().cycle();
            while filled.chars().count() + text(0).chars().count() < count(1)? {
                filled.push(fill.next()?);
            }
            Value::Text(filled + &text(0))
        }
        "text" => Value::Text(arguments[0].show()),
        "number" => match number(0) {
            Some(number) => Value::Number(number),
            None => Value::Number(Decimal::parse(text(0).trim().as_bytes())?),
        },
        "round" => Value::Number(number(0)?.round(count(1)? as u8, mode(&text(2))?)),
        "gtin14" => {
            let digits = text(0);
            let is_gtin = [8, 12, 13, 14].contains(&digits.len()) && is_digits(&digits);
            Value::Text(is_gtin.then(|| "0".repeat(14 - digits.len()) + &digits)?)
        }
        "check_digit" => {
            let digits = text(0);
            Value::Text(check_digit(digits.get(..digits.len().checked_sub(1)?)?)?.to_string())
        }
        "valid_gtin" => Value::Bool([8, 12, 13, 14].contains(&text(0).len()) && is_valid(&text(0))),
        "valid_sscc" => Value::Bool(text(0).len() == 18 && is_valid(&text(0))),
        "today_in" => Value::Date(now.to_zoned_datetime(zone(0)?).date()),
        "date_in" => Value::Date(moment(&arguments[0])?.to_zoned_datetime(zone(1)?).date()),
        "time_in" => Value::Time(moment(&arguments[0])?.to_zoned_datetime(zone(1)?).time()),
        "run_instant" => Value::Instant(now, jiff::tz::Offset::UTC),
        "local" => Value::DateTime(moment(&arguments[0])?.to_zoned_datetime(zone(1)?).datetime()),
        "instant" => {
            let Value::DateTime(local) = arguments[0] else { return None };
            let zoned = zone(1)?.to_ambiguous_zoned_datetime(local).compatible().ok()?;
            Value::Instant(zoned.timestamp(), zoned.offset())
        }
        "ltrim" => Value::Text(text(0).trim_start().to_string()),
        "rtrim" => Value::Text(text(0).trim_end().to_string()),
        "mid" => Value::Text(text(0).chars().skip(count(1)?.checked_sub(1)?).take(count(2)?).collect()),
        "pad_right" => {
            let (mut filled, fill) = (text(0), text(2));
            let mut fill = fill.chars().cycle();
            while filled.chars().count() < count(1)? {
                filled.push(fill.next()?);
            }
            Value::Text(filled)
        }
        "strip_right" => {
            let (characters, mut rest) = (text(1), text(0));
            while rest.chars().last().is_some_and(|last| characters.contains(last)) {
                rest.pop();
            }
            Value::Text(rest)
        }
        "digits" => {
            let digits: String = text(0).chars().filter(|c| c.is_ascii_digit()).collect();
            Value::Text((!digits.is_empty()).then_some(digits)?)
        }
        "abs" => match number(0)? {
            below if below < Decimal::ZERO => Value::Number(Decimal::ZERO.checked_sub(below)?),
            number => Value::Number(number),
        },
        "date" => Value::Date(read(&text(0), &text(1))?.date()),
        "time" => Value::Time(read(&text(0), &text(1))?.time()),
        "datetime" => match (&arguments[0], &arguments[1]) {
            (Value::Date(date), Value::Time(time)) => Value::DateTime(date.to_datetime(*time)),
            _ => return None,
        },
        "format_date" => {
            let moment = match &arguments[0] {
                Value::Date(date) => date.at(0, 0, 0, 0),
                Value::Time(time) => jiff::civil::date(1970, 1, 1).to_datetime(*time),
                Value::DateTime(moment) => *moment,
                Value::Instant(moment, offset) => offset.to_datetime(*moment),
                _ => return None,
            };
            let mut written = String::new();
            Mask::compile(&text(1))?.write(moment, &mut written);
            Value::Text(written)
        }
        "add_days" => {
            let Value::Date(date) = arguments[0] else { return None };
            let days: i64 = number(1)?.to_string().parse().ok()?;
            Value::Date(date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?)
        }
        "week_start" => {
            // The week with the fourth of January is the first.
            let fourth = jiff::civil::Date::new(count(0)? as i16, 1, 4).ok()?;
            let monday = |date: jiff::civil::Date| {
                date.checked_sub(jiff::Span::new().days(date.weekday().to_monday_zero_offset())).ok()
            };
            let start = monday(fourth)?.checked_add(jiff::Span::new().weeks(count(1)? as i64 - 1)).ok()?;
            let is_of_year =
                count(1)? > 0 && start < monday(jiff::civil::Date::new(fourth.year() + 1, 1, 4).ok()?)?;
            Value::Date(is_of_year.then_some(start)?)
        }
        "split" => {
            let (whole, separator, number) = (text(0), text(1), count(2)?.checked_sub(1)?);
            let parts: Vec<&str> = match separator.is_empty() {
                true => vec![&whole],
                false => whole.split(&separator).collect(),
            };
            match parts.get(number).map(|part| part.trim()) {
                Some(part) if !part.is_empty() => Value::Text(part.to_string()),
                _ => Value::Absent,
            }
        }
        "capture" => match pattern(&text(1)).captures(&text(0)) {
            Some(groups) => {
                let found = groups.get(groups.len().min(2) - 1).map_or("", |group| group.as_str());
                if found.is_empty() { Value::Absent } else { Value::Text(found.to_string()) }
            }
            None => Value::Absent,
        },
        "clean" => {
            let cleaned: String = text(0).chars().map(|c| cleaned(c, &text(1))).collect();
            if cleaned.is_empty() { Value::Absent } else { Value::Text(cleaned) }
        }
        "convert_weight" | "convert_length" => {
            let size = |unit: &str| Decimal::parse(unit_size(unit)?.as_bytes());
            let whole = number(0)?.checked_mul(size(&text(1))?)?;
            Value::Number(whole.checked_div_exact(size(&text(2))?)?)
        }
        "valid_gln" => Value::Bool(text(0).len() == 13 && is_valid(&text(0))),
        "house_number" => Value::Text(house(&text(0))?.1),
        "street_name" => {
            Value::Text(house(&text(0)).map_or(text(0).trim().to_string(), |(street, _)| street))
        }
        other => panic!("the interpreter does not know `{other}`"),
    })
}

/// A moment in a form.
fn read(text: &str, form: &str) -> Option<jiff::civil::DateTime> {
    Mask::compile(form)?.read(text.trim())
}

/// Street and number of a house, if a line has both.
fn house(line: &str) -> Option<(String, String)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &&&str| word.as_bytes()[0].is_ascii_digit();
    let (first, last) = (words.first()?, words.last().filter(|_| words.len() > 1)?);
    match (is_number(&first), is_number(&last)) {
        (_, true) => Some((words[..words.len() - 1].join(" "), last.to_string())),
        (true, false) => Some((words[1..].join(" "), first.to_string())),
        (false, false) => None,
    }
}

/// Whether the result of a call is told with a warning.
pub fn is_doubtful(name: &str, arguments: &[Value]) -> bool {
    match (name, arguments) {
        ("instant", [Value::DateTime(local), zone]) => TimeZone::get(&zone.show())
            .is_ok_and(|zone| zone.to_ambiguous_zoned_datetime(*local).is_ambiguous()),
        _ => false,
    }
}

/// A regular expression.
pub fn pattern(text: &str) -> regex::Regex {
    regex::Regex::new(text).unwrap()
}

/// A character as it stands in a text of a set of characters.
fn cleaned(character: char, charset: &str) -> String {
    let spelled = match character {
        'ü' => "ue".to_string(),
        'ø' => "oe".to_string(),
        'ä' => "ae".to_string(),
        'é' => "e".to_string(),
        '–' => "-".to_string(),
        c if c.is_whitespace() => " ".to_string(),
        c if c.is_ascii() => c.to_string(),
        _ => String::new(),
    };
    match charset {
        "ascii" => spelled,
        "x12-basic" => {
            let is_kept = |c: &char| c.is_ascii_alphanumeric() || " !\"&'()*+,-./:;?=".contains(*c);
            spelled.to_uppercase().chars().filter(is_kept).collect()
        }
        other => panic!("the interpreter does not know {other}"),
    }
}

/// How many kilograms or metres a unit is.
fn unit_size(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "KGM" | "MTR" => "1",
        "GRM" | "MMT" => "0.001",
        "TNE" | "KMT" => "1000",
        "LBR" => "0.45359237",
        "ONZ" => "0.028349523125",
        "CMT" => "0.01",
        "INH" => "0.0254",
        "FOT" => "0.3048",
        "YRD" => "0.9144",
        _ => return None,
    })
}

/// How a rounding is called.
pub fn mode(name: &str) -> Option<RoundingMode> {
    Some(match name {
        "half_up" => RoundingMode::HalfUp,
        "half_even" => RoundingMode::HalfEven,
        "down" => RoundingMode::Down,
        "up" => RoundingMode::Up,
        _ => return None,
    })
}

fn moment(value: &Value) -> Option<jiff::Timestamp> {
    match value {
        Value::Instant(moment, _) => Some(*moment),
        _ => None,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// Weights 3 and 1 from the right, filled up to the next ten.
fn check_digit(body: &str) -> Option<u32> {
    let mut sum = 0;
    for (place, digit) in body.chars().rev().enumerate() {
        sum += digit.to_digit(10)? * if place % 2 == 0 { 3 } else { 1 };
    }
    (!body.is_empty()).then_some((10 - sum % 10) % 10)
}

fn is_valid(number: &str) -> bool {
    is_digits(number)
        && check_digit(&number[..number.len() - 1]) == number.chars().last().and_then(|c| c.to_digit(10))
}
