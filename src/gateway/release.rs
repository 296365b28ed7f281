//! The release a guide is for, beside the one a message says it is of.

use crate::diagnostics::{Code, Diagnostic};
use crate::guide::Guide;

/// How many digits a release of X12 has. Its interchange header leaves out the last, which is 0 there.
const DIGITS: usize = 6;

/// The release of a guide as messages say it: `004010`, `D:96A`; empty if it is for any.
pub fn of(guide: &Guide) -> String {
    match (guide.setting("version"), guide.setting("release")) {
        ("", release) => release.to_string(),
        (version, release) => format!("{version}:{release}"),
    }
}

/// Whether a guide is for messages that say they are of `written`.
pub fn is_of(guide: &Guide, written: &str) -> bool {
    is_named(&of(guide), written)
}

/// The same for the release of a guide as messages say it.
pub fn is_named(own: &str, written: &str) -> bool {
    own.is_empty() || written.starts_with(own) || between(own, written) == Some(0)
}

/// How far two releases are from each other; `None` if one of them is no number.
pub fn between(own: &str, written: &str) -> Option<u32> {
    Some(number(own)?.abs_diff(number(written)?))
}

/// That a message is read by the guide of another release than its own; `None` if it is not, or says none.
pub fn instead(guide: &Guide, written: &str) -> Option<Diagnostic> {
    (!written.is_empty() && !is_of(guide, written)).then(|| another(written, &of(guide)))
}

/// The same for a release that is not the guide's.
pub fn another(written: &str, release: &str) -> Diagnostic {
    Diagnostic::new(Code::X318).with("found", written).with("expected", release)
}

/// How far a guide of the `standard` is from the first of these releases that is one; `None` if it is none of its guides or
/// there is no such release.
pub fn distance(guide: &Guide, standard: &str, written: &[&str]) -> Option<u32> {
    let own = number(&of(guide)).filter(|_| guide.name.starts_with(standard))?;
    let written = written.iter().find_map(|written| number(written))?;
    Some(own.abs_diff(written))
}

/// A release as a number that grows with it: `005010X222` is 5010, and so is `00501`.
fn number(release: &str) -> Option<u32> {
    let digits = release.bytes().take(DIGITS).take_while(u8::is_ascii_digit).count();
    match digits {
        DIGITS => release[..DIGITS].parse().ok(),
        5 if release.len() == 5 => Some(release.parse::<u32>().ok()? * 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn releases_are_numbers_in_their_order() {
        let releases = ["002040CHRY", "00304", "004010", "004030VICS", "00501", "00704"];
        let numbers = releases.map(number);
        assert_eq!(numbers, [2040, 3040, 4010, 4030, 5010, 7040].map(Some));
        assert_eq!(["", "D:96A", "4010", "UNOC:3", "0040"].map(number), [None; 5]);
    }
}
