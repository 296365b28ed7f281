//! What helps against a finding about a value, the same in every format.

use crate::diagnostics::{Code, Diagnostic};
use crate::guide::{Guide, PlaceRules, ValueClass};
use crate::tree::PlaceId;
use crate::tree::mask::Mask;
use jiff::civil::{DateTime, datetime};

/// Shows how a mask looks.
const EXAMPLE: DateTime = datetime(2026, 11, 23, 16, 5, 0, 0);

/// What helps against a finding about a value, where more can be said than the code's own words: found beside expected,
/// and the line of the guide that would allow it. `path` is the element as a line of the guide names it.
#[cold]
pub fn advice(guide: &Guide, place: PlaceId, path: &str, code: Code, value: &str) -> Option<String> {
    const CODES_SHOWN_MAX: usize = 12;
    let rules = guide.rules(place);
    let is_moment = matches!(rules.class, ValueClass::Date | ValueClass::Time);
    match code {
        Code::X204 | Code::X205 | Code::X208 | Code::X209 if is_moment => {
            moment_advice(guide, place, path, value)
        }
        Code::X204 => Some(format!(
            "the sender fills it up to {} characters, it has {}; or the guide allows it: `widen {path} length {} {} \"reason\"`",
            rules.min_length,
            length(rules, value),
            length(rules, value),
            rules.max_length,
        )),
        Code::X205 => Some(format!(
            "the sender shortens it to {} characters, it has {found}; or the guide allows it: `widen {path} length {found} \"reason\"`, with at least {found}: the longest that the sender has",
            rules.max_length,
            found = length(rules, value),
        )),
        Code::X207 if rules.codes.len() <= CODES_SHOWN_MAX => Some(format!(
            "the guide has: {}; if `{value}` means something add it there, else the sender corrects it",
            rules.codes.join(", ")
        )),
        _ => None,
    }
}

/// A finding about what is written. A value that is missing there is asked of our maps: there is no sender who may leave
/// it out.
#[cold]
pub fn asked_of_us(finding: Diagnostic) -> Diagnostic {
    match finding.code {
        Code::X201 => finding.help(
            "no line of our maps gave it a value; `crossdock translate … --explain` of the field says why",
        ),
        _ => finding,
    }
}

/// A date of another form is not too long or too short: it is written in another mask.
fn moment_advice(guide: &Guide, place: PlaceId, path: &str, value: &str) -> Option<String> {
    let mask = guide.shape.place(place).leaf_type()?.mask()?;
    let mut example = String::new();
    mask.write(EXAMPLE, &mut example);
    let agreed = match Mask::guess(value).next() {
        Some(guess) => {
            format!(
                "; if all of his are written like this one, `widen {path} mask \"{guess}\" \"reason\"` in his guide \
                 takes the place of {}",
                mask.text()
            )
        }
        None => String::new(),
    };
    Some(format!("the sender corrects it; it is written as {}, such as {example}{agreed}", mask.text()))
}

fn length(rules: &PlaceRules, value: &str) -> u32 {
    match rules.class {
        // X12.6 §3.5.1: sign and point do not count.
        ValueClass::Number => value.bytes().filter(u8::is_ascii_digit).count() as u32,
        _ if value.is_ascii() => value.len() as u32,
        _ => value.chars().count() as u32,
    }
}
