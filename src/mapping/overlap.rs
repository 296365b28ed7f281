//! Whether two blocks read the same records of a message.

use crate::language::syntax::{Block, ExpressionKind, Path, PathStep, SelectorKind};

/// Whether both take records from one path, as far as their texts tell: conditions are not compared, so that a block
/// with one may read others.
pub(super) fn is_shared(one: &Block, other: &Block) -> bool {
    let has_condition = |block: &Block| block.condition.is_some();
    match (source(one), source(other)) {
        (Some(one_path), Some(other_path)) if !has_condition(one) && !has_condition(other) => {
            let steps = one_path.steps.iter().zip(&other_path.steps);
            one_path.steps.len() == other_path.steps.len()
                && steps.into_iter().all(|(one, other)| may_meet(one, other))
        }
        _ => false,
    }
}

/// The path a block reads from, if it is one.
fn source(block: &Block) -> Option<&Path> {
    match &block.source.as_ref()?.kind {
        ExpressionKind::Path(path) => Some(path),
        _ => None,
    }
}

/// Whether one segment or record may be meant by both steps.
fn may_meet(one: &PathStep, other: &PathStep) -> bool {
    if one.name != other.name {
        return false;
    }
    match (codes(one), codes(other)) {
        (Codes::All, Codes::All) => true,
        (Codes::All, Codes::Some(_, _)) | (Codes::Some(_, _), Codes::All) => true,
        (Codes::Some(false, one), Codes::Some(false, other)) => one.iter().any(|code| other.contains(code)),
        (Codes::Some(false, one), Codes::Some(true, other))
        | (Codes::Some(true, other), Codes::Some(false, one)) => one.iter().any(|code| !other.contains(code)),
        (Codes::Some(true, _), Codes::Some(true, _)) => true,
        (Codes::Unknown, _) | (_, Codes::Unknown) => false,
    }
}

/// Which records a step means.
enum Codes<'s> {
    /// All of its name.
    All,
    /// Those of these codes, or with `true` all others.
    Some(bool, Vec<&'s str>),
    /// Those of a condition or a number.
    Unknown,
}

fn codes(step: &PathStep) -> Codes<'_> {
    if step.occurrence.is_some() {
        return Codes::Unknown;
    }
    match step.selectors.as_slice() {
        [] => Codes::All,
        [selector] => match &selector.kind {
            SelectorKind::Codes { negated, codes } => {
                Codes::Some(*negated, codes.iter().map(|code| code.text.as_str()).collect())
            }
            SelectorKind::Condition(_) => Codes::Unknown,
        },
        _ => Codes::Unknown,
    }
}
