//! The check of one element and of the relations between the elements of a segment.

use crate::diagnostics::Code;
use crate::guide::{Guide, PlaceRules, Relation, RelationKind, ValueClass};
use crate::tree::{LeafType, PlaceId, Value};

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

fn check_length(rules: &PlaceRules, value: &str) -> Checked {
    let length = match rules.class {
        // X12.6 §3.5.1: sign and point do not count.
        ValueClass::Number => value.bytes().filter(u8::is_ascii_digit).count(),
        _ if value.is_ascii() => value.len(),
        _ => value.chars().count(),
    } as u32;
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
