//! Lines of the text files of UN/ECE: what changed since the last release is marked in front of them.

use super::super::model::Part;

/// Signs that mark a change: added, changed, described anew, marked for deletion, and the like.
const MARKS: &str = "+*#|X&!=";

/// The text of a file: UTF-8, else one byte a character.
pub fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Whether it is the line between two descriptions.
pub fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 20 && line.bytes().all(|byte| byte == b'-')
}

/// The words of a line without the marks in front.
pub fn words(line: &str) -> Vec<&str> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    while words.first().is_some_and(|word| is_mark(word)) {
        words.remove(0);
    }
    words
}

/// Whether a word is a mark.
pub fn is_mark(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|sign| MARKS.contains(sign)) && word.len() <= 2
}

/// Whether it is the number of an element or the id of a composite.
pub fn is_id(word: &str) -> bool {
    let digits = word.strip_prefix(['C', 'S', 'E']).map_or((word, 4), |rest| (rest, 3));
    digits.0.len() == digits.1 && digits.0.bytes().all(|byte| byte.is_ascii_digit())
}

/// `an..35`, `n3`
pub fn is_representation(word: &str) -> bool {
    let digits = word.trim_start_matches(['a', 'n']).trim_start_matches("..");
    word.starts_with(['a', 'n']) && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands behind the name of an element where it is used: `C    5 an..35`, `M`. The number of words before it, and what
/// it says.
pub fn usage(words: &[&str]) -> Option<(usize, bool, u32)> {
    let mut at = words.len();
    if at > 0 && is_representation(words[at - 1]) {
        at -= 1;
    }
    let mut max = 1;
    if at > 0
        && let Ok(number) = words[at - 1].parse()
    {
        (max, at) = (number, at - 1);
    }
    match words.get(at.checked_sub(1)?) {
        Some(&"M") => Some((at - 1, true, max)),
        Some(&"C") => Some((at - 1, false, max)),
        _ => None,
    }
}

/// The elements of a segment or composite: the lines that begin with a position. A name may go on in the next line.
pub fn parts<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open: Option<&str> = None;
    for line in lines {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        let is_position =
            |word: &&str| (3..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
        // Components have no position; the number of an element stands where a position would, behind blanks.
        if line.starts_with(|first: char| first.is_ascii_digit()) && words.first().is_some_and(is_position) {
            words.remove(0);
            while words.first().is_some_and(|word| is_mark(word)) {
                words.remove(0);
            }
            open = words.first().copied().filter(|word| is_id(word));
        }
        let (Some(id), Some((_, required, max))) = (open, usage(&words)) else { continue };
        parts.push(Part { id: id.to_string(), required, max: max.max(1) });
        open = None;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{is_id, is_representation, parts, usage};

    #[test]
    fn words_of_the_directories_are_known() {
        assert!(is_id("1004") && is_id("C507") && !is_id("C50") && !is_id("10045") && !is_id("NAME"));
        assert!(is_representation("an..35") && is_representation("n3") && !is_representation("name"));
        assert_eq!(usage(&["8179", "Means", "of", "it", "C", "5", "an..8"]), Some((4, false, 5)));
        assert_eq!(usage(&["C817", "USE", "M"]), Some((2, true, 1)));
        assert_eq!(usage(&["C817", "USE"]), None);
    }

    #[test]
    fn names_go_on_in_the_next_line() {
        let lines = [
            "010    C817 USE OF A LONG",
            "            NAME                              C    2",
            "       3299  Purpose                          M      an..3",
            "020 +  3164 CITY NAME                         M    1 an..35",
        ];
        let found = parts(lines.into_iter());
        let found: Vec<_> = found.iter().map(|part| (part.id.as_str(), part.required, part.max)).collect();
        assert_eq!(found, [("C817", false, 2), ("3164", true, 1)]);
    }
}
