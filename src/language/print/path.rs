//! Paths and names as they are written.

use super::super::parser::RESERVED;
use super::super::syntax::{Occurrence, Path, PathStep, SelectorKind, StepName};
use super::expression::{expression, text};

/// A path where something is built: a dot before it would say nothing.
pub fn target(path: &Path) -> String {
    steps(path, false)
}

/// A path that is read: a dot before it says that it starts at the record at hand.
pub fn source(path: &Path) -> String {
    steps(path, path.starts_with_dot())
}

/// A path behind a call or a bracket.
pub fn within(path: &Path) -> String {
    steps(path, true)
}

fn steps(path: &Path, has_dot: bool) -> String {
    let mut out = String::new();
    let mut is_deep = false;
    for (number, step) in path.steps.iter().enumerate() {
        let is_first = number == 0 && !has_dot;
        let joined = match (step.is_deep && !is_deep, is_first) {
            (true, _) => " all ",
            (false, true) => "",
            (false, false) => ".",
        };
        is_deep |= step.is_deep;
        out += &one(step, joined);
    }
    out
}

/// A step with what stands before it. A position, and the number of an element, have their dot even where they come first.
fn one(step: &PathStep, joined: &str) -> String {
    let mut out = match &step.name {
        StepName::Position(position) => format!(".{position:02}"),
        StepName::Name(name) if is_number(name) => format!(".{name}"),
        StepName::Name(name) if joined.is_empty() && RESERVED.contains(&name.as_str()) => format!("`{name}`"),
        StepName::Name(name) => joined.to_string() + &step_name(name),
    };
    for selector in &step.selectors {
        out += &match &selector.kind {
            SelectorKind::Codes { negated, codes } => {
                let codes: Vec<String> = codes.iter().map(|word| code(&word.text)).collect();
                format!("[{}{}]", if *negated { "not " } else { "" }, codes.join("|"))
            }
            SelectorKind::Condition(condition) => format!("[{}]", expression(condition)),
        };
    }
    out += &match step.occurrence {
        Some(Occurrence::Number(number)) => format!("#{number}"),
        Some(Occurrence::Last) => "#last".to_string(),
        None => String::new(),
    };
    out
}

/// A step's name; in backquotes unless it is a word, `@id` or `cbc:ID`.
fn step_name(name: &str) -> String {
    let (at, local) = name.strip_prefix('@').map_or(("", name), |local| ("@", local));
    let is_plain = match local.split_once(':') {
        Some((prefix, local)) => is_word(prefix) && is_word(local),
        None => is_word(local),
    };
    if is_plain { name.to_string() } else { format!("{at}`{local}`") }
}

/// A name that has no dots; in backquotes unless it is a word.
pub fn name(name: &str) -> String {
    if is_word(name) { name.to_string() } else { format!("`{name}`") }
}

/// A code in brackets or braces; in quotes unless it is a word or number.
pub fn code(code: &str) -> String {
    let is_bare = !code.is_empty() && code.chars().all(is_word_part) && code != "not";
    if is_bare { code.to_string() } else { text(code) }
}

/// What may stand behind `end` of a block that builds this; `None` if its name is no word.
pub fn label(path: &Path) -> Option<&str> {
    match &path.steps.last()?.name {
        StepName::Name(name) => is_word(name).then_some(name),
        StepName::Position(_) => None,
    }
}

/// `3039`, `1A`: a name that only stands behind a dot. Two digits would be a position.
fn is_number(name: &str) -> bool {
    let is_position = name.len() <= 2 && name.bytes().all(|digit| digit.is_ascii_digit());
    name.starts_with(|first: char| first.is_ascii_digit()) && name.chars().all(is_word_part) && !is_position
}

fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_alphabetic() || first == '_') && name.chars().all(is_word_part)
}

fn is_word_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
