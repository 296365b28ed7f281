//! Texts broken into lines: what `wrap` and `fill` of the language do.

use super::Function;
use crate::tree::value::{Value, ValueKind};

/// The first line of a text, of at most `width` characters, and the rest behind it. Lines end at blanks, which belong
/// to no line; a word longer than a line is cut. The line is empty only if nothing but blanks is left.
pub fn line(text: &str, width: usize) -> (&str, &str) {
    let text = text.trim_matches(' ');
    let Some((limit, next)) = text.char_indices().nth(width.max(1)) else { return (text, "") };
    let end = match next {
        ' ' => limit,
        _ => text[..limit].rfind(' ').unwrap_or(limit),
    };
    (text[..end].trim_end_matches(' '), text[end..].trim_start_matches(' '))
}

/// The first line of a text, which `fill` writes into one of its places.
pub static FIRST_LINE: Function = Function {
    name: "fill",
    summary: "The first line of a text.",
    parameters: &[("text", ValueKind::Text), ("length", ValueKind::Number)],
    required: 2,
    result: ValueKind::Text,
    examples: &[],
    prepare: None,
    call: |call| Ok(value(line(call.string(0)?, call.count(1)?).0)),
};

/// What stands behind the first line of a text, for the places of `fill` that follow.
pub static REST: Function = Function {
    name: "fill",
    summary: "A text without its first line.",
    parameters: &[("text", ValueKind::Text), ("length", ValueKind::Number)],
    required: 2,
    result: ValueKind::Text,
    examples: &[],
    prepare: None,
    call: |call| Ok(value(line(call.string(0)?, call.count(1)?).1)),
};

/// Nothing where nothing is left.
fn value(text: &str) -> Value<'_> {
    if text.is_empty() { Value::Absent } else { Value::Text(text) }
}

#[cfg(test)]
mod tests {
    use super::line;

    fn lines(text: &str, width: usize) -> Vec<&str> {
        let (mut found, mut rest) = (Vec::new(), text);
        while !rest.is_empty() {
            let (line, left) = line(rest, width);
            found.push(line);
            rest = left;
        }
        found
    }

    #[test]
    fn lines_end_at_blanks_and_words_that_are_too_long_are_cut() {
        assert_eq!(lines("call before delivery", 11), ["call before", "delivery"]);
        assert_eq!(lines("call  before", 5), ["call", "befor", "e"]);
        assert_eq!(lines("Straßenbahnhaltestelle", 6), ["Straße", "nbahnh", "altest", "elle"]);
        assert_eq!(lines(" a ", 1), ["a"]);
        assert_eq!(lines("   ", 3), [""]);
        assert_eq!(lines("ab", 2), ["ab"]);
    }
}
