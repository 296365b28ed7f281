//! Names and order of directories, and the one nearest to what a message says of itself.

use super::unpack::{Archive, is_in};

/// The century's turn in the two digits of a year: the first directory is of 1993.
const FIRST_YEAR: u32 = 93;

/// How guides of the directories are called in front.
pub const PREFIX: &str = "edifact/";

/// `D.97A` as `edifact/d97a/` has it: `d97a`; `service-4` stays as it is.
pub fn folder(directory: &str) -> String {
    directory.to_lowercase().replace('.', "")
}

/// The name of the guide of a message in a directory.
pub fn guide_name(directory: &str, kind: &str) -> String {
    format!("{PREFIX}{}/{kind}", folder(directory))
}

/// When a directory was, for its order: `D.97A` and `97A` are before `D.01B`. `None` for what is none.
pub fn when(directory: &str) -> Option<(u32, char)> {
    let release = directory.strip_prefix("D.").unwrap_or(directory);
    let (year, letter) = (release.get(..2)?, release.get(2..)?);
    let year: u32 = year.parse().ok()?;
    let mut letters = letter.chars();
    let letter = letters.next().filter(char::is_ascii_uppercase)?;
    let century = if year >= FIRST_YEAR { 1900 } else { 2000 };
    letters.next().is_none().then_some((century + year, letter))
}

/// The version and release that UNH says of messages of a directory: `D` and `97A`.
pub fn version_and_release(directory: &str) -> (&str, &str) {
    match directory {
        "service-3" => ("D", "3"),
        "service-4" => ("4", "1"),
        _ => directory.split_once('.').unwrap_or(("D", directory)),
    }
}

/// The directory nearest to `written`, what UNH says behind the type (`D:22A:UN:EAN010`), among those that have messages of
/// this type. Of two that are equally near, the newer. `None` if there is none, or the message is another agency's.
pub fn nearest(archive: &Archive<'_>, kind: &str, written: &str) -> Option<usize> {
    let mut said = written.split(':');
    let (version, release) = (said.next().unwrap_or_default(), said.next().unwrap_or_default());
    if !matches!(said.next(), None | Some("" | "UN")) {
        return None;
    }
    let row = archive.messages.iter().find(|row| row.kind == kind)?;
    let has: Vec<usize> = (0..archive.directories.len()).filter(|&at| is_in(&row.ranges, at)).collect();
    let is_it = |&&at: &&usize| version_and_release(&archive.directories[at]) == (version, release);
    if let Some(&exact) = has.iter().find(is_it) {
        return Some(exact);
    }
    // Before there were directories of drafts, messages had numbers: the oldest is nearest to those.
    let asked = when(release).map_or(0, half_years);
    let distance = |&&at: &&usize| {
        let own = when(&archive.directories[at]).map_or(0, half_years);
        (asked.abs_diff(own), std::cmp::Reverse(at))
    };
    has.iter().min_by_key(distance).copied()
}

fn half_years((year, letter): (u32, char)) -> u32 {
    year * 2 + (letter as u32 - 'A' as u32)
}

#[cfg(test)]
mod tests {
    use super::{folder, when};

    #[test]
    fn directories_are_in_the_order_of_their_years() {
        let order = ["D.93A", "D.96A", "D.96B", "D.99B", "D.00A", "D.01C", "D.21B"];
        let times = order.map(when);
        assert!(times.is_sorted() && times[0].is_some());
        assert_eq!(
            (when("97A"), when("service-4"), when("3"), when("97AB")),
            (Some((1997, 'A')), None, None, None)
        );
        assert_eq!((folder("D.97A"), folder("service-4")), ("d97a".into(), "service-4".into()));
    }
}
