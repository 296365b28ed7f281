//! Names of files that leave: made of a template and values that may come from a partner, so every value is made
//! harmless first.

use crate::base::hash::Sha;

/// Template where an endpoint has none.
pub(super) const TEMPLATE: &str = "{kind}_{delivery}";
/// Longest value in a name.
const VALUE_MAX: usize = 100;
/// Longest name; the other side adds nothing to it.
const NAME_MAX: usize = 200;

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
    fn a_repetition_keeps_its_ending() {
        assert_eq!(again("997_501.edi", "again4"), "997_501_again4.edi");
        assert_eq!(again("997", "again4"), "997_again4");
    }
}
