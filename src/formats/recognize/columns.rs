//! What kind of values a column of a flat file has, guessed from the values that are there.

use crate::tree::mask::Mask;
use std::collections::{BTreeMap, HashSet};

/// Most different values of a column of codes.
const CODES_MAX: usize = 12;
/// Longest code.
const CODE_CHARACTERS_MAX: usize = 6;
/// Most different values that are told apart; a column with more has no repetitions worth telling.
const DISTINCT_MAX: usize = 100_000;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// Nothing, in every row.
    Nothing,
    /// Whole numbers.
    Integer,
    /// Numbers with this decimal mark.
    Decimal(char),
    /// Dates, times or both; masks by which every value reads, most usual first.
    Moment(Vec<&'static str>),
    /// A few short values that come again and again.
    Codes(Vec<String>),
    /// Digits that are a name, not a number: with zeros in front, or too long to count with.
    Digits,
    /// Anything else.
    Text,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header row; else `column 3`.
    pub name: String,
    /// What it holds.
    pub guess: Guess,
    /// Share of its values that are so, in percent.
    pub confidence: u8,
    /// Characters of its longest value.
    pub longest: usize,
    /// How many rows have no value.
    pub empty: usize,
    /// Whether no value comes twice.
    pub is_unique: bool,
    /// Whether equal values stand in neighbouring rows, so that it may hold a document together.
    pub is_grouping: bool,
    /// The first value that is there.
    pub example: String,
}

impl Column {
    /// Whether it may be the key of a document that neighbouring rows make together: equal in them, and the name of
    /// something rather than a quantity or a moment.
    pub fn may_be_key(&self) -> bool {
        self.is_grouping
            && self.longest >= 3
            && matches!(self.guess, Guess::Text | Guess::Digits | Guess::Integer)
    }

    /// The type as a guide writes it.
    pub fn type_text(&self) -> String {
        match &self.guess {
            Guess::Integer => "int".into(),
            Guess::Decimal('.') => "decimal".into(),
            Guess::Decimal(mark) => format!("decimal decimal_mark \"{mark}\""),
            Guess::Moment(masks) => {
                let mask = masks.first().copied().unwrap_or_default();
                let kind = match (mask.contains('d'), mask.contains("mm")) {
                    (true, true) => "datetime",
                    (true, false) => "date",
                    _ => "time",
                };
                format!("{kind} \"{mask}\"")
            }
            Guess::Codes(codes) => {
                let quoted = |code: &String| match code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                    true => code.clone(),
                    false => format!("\"{code}\""),
                };
                format!("code {}", codes.iter().map(quoted).collect::<Vec<_>>().join(" "))
            }
            Guess::Digits | Guess::Text | Guess::Nothing => format!("text {}", self.longest.max(1)),
        }
    }
}

/// Looks at the values of a column, without the blanks around them.
pub(super) fn column(name: String, values: &[&str]) -> Column {
    let present: Vec<&str> =
        values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in present.iter().take(DISTINCT_MAX) {
        *counts.entry(value).or_default() += 1;
    }
    let (guess, confidence) = guess(&present, &counts);
    Column {
        name,
        guess,
        confidence,
        longest: present.iter().map(|value| value.chars().count()).max().unwrap_or(0),
        empty: values.len() - present.len(),
        is_unique: !present.is_empty() && counts.len() == present.len() && present.len() == values.len(),
        is_grouping: present.len() == values.len() && counts.len() < present.len() && is_contiguous(&present),
        example: present.first().map(|value| (*value).to_string()).unwrap_or_default(),
    }
}

fn guess(values: &[&str], counts: &BTreeMap<&str, usize>) -> (Guess, u8) {
    if values.is_empty() {
        return (Guess::Nothing, 100);
    }
    let share = |fit: usize| (fit * 100 / values.len()) as u8;
    let masks = masks(values);
    if !masks.is_empty() {
        // Numbers look like dates without separators as well, and few values prove little.
        let is_bare = masks[0].bytes().all(|byte| byte.is_ascii_alphabetic());
        let sure = match (is_bare, values.len()) {
            (false, 1) => 90,
            (false, _) => 100,
            (true, 1..=2) => 60,
            (true, _) => 85,
        };
        return (Guess::Moment(masks), sure);
    }
    let digits = values.iter().filter(|value| value.bytes().all(|byte| byte.is_ascii_digit())).count();
    let has_zeros = |value: &&&str| value.len() > 1 && value.starts_with('0');
    if digits == values.len() && values.iter().any(|value| value.len() > 15 || has_zeros(&value)) {
        return (Guess::Digits, 90);
    }
    let whole = values.iter().filter(|value| is_number(value, None)).count();
    if share(whole) >= 95 {
        return (Guess::Integer, share(whole));
    }
    for mark in ['.', ','] {
        let fit = values.iter().filter(|value| is_number(value, Some(mark))).count();
        if share(fit) >= 95 {
            return (Guess::Decimal(mark), share(fit));
        }
    }
    let is_short = values.iter().all(|value| value.chars().count() <= CODE_CHARACTERS_MAX);
    if is_short && counts.len() <= CODES_MAX && counts.len() * 3 <= values.len() {
        return (Guess::Codes(counts.keys().map(|code| (*code).to_string()).collect()), 80);
    }
    (Guess::Text, 100)
}

/// The masks by which every value reads.
fn masks(values: &[&str]) -> Vec<&'static str> {
    let mut masks: Vec<&'static str> = Mask::guess(values[0]).collect();
    // Four or six digits alone are more often a number than a time.
    masks.retain(|mask| !matches!(*mask, "HHmm" | "HHmmss" | "yyMMddHHmm"));
    for value in values {
        if masks.is_empty() {
            break;
        }
        let read: HashSet<&str> = Mask::guess(value).collect();
        masks.retain(|mask| read.contains(mask));
    }
    masks
}

/// A sign on either side, digits, and at most one decimal mark; without a mark, whole numbers only.
fn is_number(value: &str, mark: Option<char>) -> bool {
    let value = value.strip_prefix(['-', '+']).or_else(|| value.strip_suffix(['-', '+'])).unwrap_or(value);
    let mut marks = 0;
    let fits = value.chars().all(|character| {
        marks += usize::from(Some(character) == mark);
        character.is_ascii_digit() || Some(character) == mark
    });
    fits && marks <= 1 && value.chars().any(|character| character.is_ascii_digit())
}

/// Whether equal values stand side by side.
fn is_contiguous(values: &[&str]) -> bool {
    let mut seen = HashSet::new();
    let mut last = None;
    values.iter().all(|value| {
        let is_new = last != Some(value);
        last = Some(value);
        !is_new || seen.insert(*value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_from_their_values() {
        for (values, text) in [
            (&["1", "22", "-3"][..], "int"),
            (&["1.5", "2", "3.25"], "decimal"),
            (&["1,5", "2,0"], "decimal decimal_mark \",\""),
            (&["2026-11-23", "2026-12-01"], "date \"yyyy-MM-dd\""),
            (&["11/24/2026 15:42", "11/25/2026 01:00"], "datetime \"MM/dd/yyyy HH:mm\""),
            (&["24.11.2026"], "date \"dd.MM.yyyy\""),
            (&["20261123", "20261124", "20261124"], "date \"yyyyMMdd\""),
            (&["0012", "0013"], "text 4"),
            (&["EA", "CS", "EA", "EA", "CS", "EA"], "code CS EA"),
            (&["LAMP, SMALL", "SHADE"], "text 11"),
            (&["", ""], "text 1"),
        ] {
            assert_eq!(column("c".into(), values).type_text(), text, "{values:?}");
        }
        let keys = column("c".into(), &["A", "A", "B"]);
        assert!(keys.is_grouping && !keys.is_unique);
        assert!(!column("c".into(), &["A", "B", "A"]).is_grouping);
        assert!(column("c".into(), &["A", "B"]).is_unique);
    }
}
