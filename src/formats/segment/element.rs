//! The check of one element and of the relations between the elements of a segment.

use crate::diagnostics::Code;
use crate::guide::{Guide, PlaceRules, Relation, RelationKind, ValueClass};
use crate::tree::mask::Mask;
use crate::tree::{LeafType, PlaceId, Value};
use jiff::civil::{DateTime, datetime};

/// Shows how a mask looks.
const EXAMPLE: DateTime = datetime(2026, 11, 23, 16, 5, 0, 0);

/// What is wrong with an element, if anything.
pub type Checked = Option<Code>;

/// Checks a value that is there against its place.
#[inline]
pub fn check_element(guide: &Guide, place: PlaceId, value: &str) -> Checked {
    let rules = guide.rules(place);
    if let Some(code) = check_length(rules, value) {
        return Some(code);
    }
    if rules.not_used {
        return Some(Code::X212);
    }
    match rules.class {
        ValueClass::Any => {
            if value.bytes().any(|byte| byte < 0x20) {
                return Some(Code::X206);
            }
        }
        ValueClass::Number => {
            if !is_number(value) {
                return Some(Code::X206);
            }
        }
        ValueClass::Date | ValueClass::Time => {
            let leaf: &LeafType = guide.shape.place(place).leaf_type()?;
            if Value::read(leaf, value).is_err() {
                return Some(if rules.class == ValueClass::Date { Code::X208 } else { Code::X209 });
            }
        }
    }
    (!rules.codes.is_empty() && !has_code(rules, value)).then_some(Code::X207)
}

fn length(rules: &PlaceRules, value: &str) -> u32 {
    match rules.class {
        // X12.6 §3.5.1: sign and point do not count.
        ValueClass::Number => value.bytes().filter(u8::is_ascii_digit).count() as u32,
        _ if value.is_ascii() => value.len() as u32,
        _ => value.chars().count() as u32,
    }
}

fn check_length(rules: &PlaceRules, value: &str) -> Checked {
    let length = length(rules, value);
    if length < rules.min_length {
        return Some(Code::X204);
    }
    (rules.max_length > 0 && length > rules.max_length).then_some(Code::X205)
}

fn has_code(rules: &PlaceRules, value: &str) -> bool {
    if rules.codes.len() <= 8 {
        return rules.codes.iter().any(|code| &**code == value);
    }
    rules.codes.binary_search_by(|code| (**code).cmp(value)).is_ok()
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value).as_bytes();
    let points = digits.iter().filter(|&&byte| byte == b'.').count();
    points <= 1 && digits.len() > points && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

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
            "the sender shortens it to {} characters, it has {}; or the guide allows it: `widen {path} length {} \"reason\"`",
            rules.max_length,
            length(rules, value),
            length(rules, value),
        )),
        Code::X207 if rules.codes.len() <= CODES_SHOWN_MAX => Some(format!(
            "the guide has: {}; if `{value}` means something add it there, else the sender corrects it",
            rules.codes.join(", ")
        )),
        _ => None,
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
                "; if another form was agreed, tell the guide: `widen {path} mask \"{guess}\" \"reason\"`"
            )
        }
        None => String::new(),
    };
    Some(format!("the sender corrects it; it is written as {}, such as {example}{agreed}", mask.text()))
}

/// The first element that breaks a relation of the segment, with the code of the breach.
pub fn check_relations(relations: &[Relation], present: impl Fn(u16) -> bool) -> Option<(u16, Code)> {
    relations.iter().find_map(|relation| {
        let (first, rest) = relation.positions.split_first()?;
        let missing = || relation.positions.iter().copied().find(|&position| !present(position));
        match relation.kind {
            RelationKind::Paired if relation.positions.iter().any(|&position| present(position)) => {
                missing().map(|position| (position, Code::X202))
            }
            RelationKind::Required if !relation.positions.iter().any(|&position| present(position)) => {
                Some((*first, Code::X202))
            }
            RelationKind::Exclusive => {
                let mut there = relation.positions.iter().copied().filter(|&position| present(position));
                there.nth(1).map(|position| (position, Code::X210))
            }
            RelationKind::Conditional if present(*first) => missing().map(|position| (position, Code::X202)),
            RelationKind::ListConditional
                if present(*first) && !rest.iter().any(|&position| present(position)) =>
            {
                rest.first().map(|&position| (position, Code::X202))
            }
            _ => None,
        }
    })
}
