//! Names of files that leave: made of a template and values that may come from a partner, so every value is made
//! harmless first.

use crate::base::hash::Sha;

/// Template where an endpoint has none.
pub(super) const TEMPLATE: &str = "{kind}_{delivery}";
/// What may stand in a template. Nothing else of a message ever names a file.
pub const WORDS: [&str; 8] = ["client", "count", "date", "delivery", "interchange", "kind", "number", "time"];
/// Longest value in a name.
const VALUE_MAX: usize = 100;
/// Longest name; the other side adds nothing to it.
const NAME_MAX: usize = 200;

/// What is wrong with a template, for people: a word that is none, or nothing that differs from file to file.
pub fn fault(template: &str) -> Option<String> {
    let mut rest = template;
    let mut used = Vec::new();
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else {
            return Some(format!("`{template}` has a brace that is not closed"));
        };
        used.push(&rest[open + 1..open + length]);
        rest = &rest[open + length + 1..];
    }
    if let Some(word) = used.iter().find(|word| !WORDS.contains(word)) {
        let known = WORDS.map(|word| format!("{{{word}}}")).join(", ");
        return Some(format!("`{{{word}}}` is nothing that a file name is made of: {known}"));
    }
    let differs = used.iter().any(|word| matches!(*word, "delivery" | "interchange"));
    (!differs)
        .then(|| format!("`{template}` is the same for many files: it needs {{interchange}} or {{delivery}}"))
}

/// `template` with its `{words}` replaced. Unknown words and those without a value become nothing. The result is a
/// plain file name that no reader takes for a temporary one.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let (mut name, mut rest) = (String::new(), template);
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else { break };
        name.push_str(&rest[..open]);
        let word = &rest[open + 1..open + close];
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == word) {
            name.push_str(&harmless(value));
        }
        rest = &rest[open + close + 1..];
    }
    name.push_str(rest);
    let name = name.replace(['/', '\0'], "_");
    let name = name.trim_start_matches(['.', '-']);
    let cut = name.char_indices().map(|(at, _)| at).find(|&at| at >= NAME_MAX).unwrap_or(name.len());
    if cut == 0 { "unnamed".into() } else { name[..cut].into() }
}

/// A value of letters, digits, `.`, `_` and `-`. Where something had to be replaced, a piece of its hash keeps values
/// apart that would look the same.
fn harmless(value: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-');
    let mut text: String = value
        .chars()
        .take(VALUE_MAX)
        .map(|character| if plain(character) { character } else { '_' })
        .collect();
    if text != value {
        text.push('-');
        text.push_str(&Sha::of(value.as_bytes()).to_hex()[..8]);
    }
    text
}

/// The name under which the same bytes go out once more.
pub(super) fn again(name: &str, mark: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => format!("{stem}_{mark}.{ending}"),
        _ => format!("{name}_{mark}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_the_folder() {
        let name = |value| fill("order_{number}_{delivery}.csv", &[("number", value), ("delivery", "12")]);
        assert_eq!(name("SO104522"), "order_SO104522_12.csv");
        let evil = name("../../etc/passwd");
        assert!(evil.starts_with("order_.._.._etc_passwd-") && !evil.contains('/'), "{evil}");
        assert_ne!(name("a b"), name("a_b"));
        assert_eq!(fill("{number}", &[("number", ".hidden")]), "hidden");
        assert_eq!(fill("{unknown}", &[]), "unnamed");
        assert_eq!(fill("a{", &[]), "a{");
        assert!(name(&"x".repeat(500)).len() <= NAME_MAX);
    }

    #[test]
    fn a_template_is_made_of_known_words_and_differs_from_file_to_file() {
        assert_eq!(fault("{kind}_{date}{time}_{count}_{interchange}.edi"), None);
        assert_eq!(fault(TEMPLATE), None);
        let told = |template: &str| fault(template).expect("something is wrong");
        assert_eq!(
            told("{kind}_{number}.edi"),
            "`{kind}_{number}.edi` is the same for many files: it needs {interchange} or {delivery}"
        );
        assert!(
            told("{kind}_{nubmer}_{delivery}")
                .starts_with("`{nubmer}` is nothing that a file name is made of: {client}, ")
        );
        assert_eq!(told("{kind_{delivery"), "`{kind_{delivery` has a brace that is not closed");
    }

    #[test]
    fn a_repetition_keeps_its_ending() {
        assert_eq!(again("997_501.edi", "again4"), "997_501_again4.edi");
        assert_eq!(again("997", "again4"), "997_again4");
    }
}
