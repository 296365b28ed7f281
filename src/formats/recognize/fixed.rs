//! A guess at record kinds and columns of a file of values at fixed columns.

use super::columns::{Column, column};
use std::collections::BTreeMap;

/// Most lines that are looked at.
const LINES_MAX: usize = 20_000;
/// Longest tag of a record.
const TAG_CHARACTERS_MAX: usize = 4;
/// Most kinds of records.
const KINDS_MAX: usize = 20;

/// A guess at a file of values at fixed columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// Characters of the tag in front of each record; 0 if all records are of one kind.
    pub tag_width: usize,
    /// The kinds, in the order they first come.
    pub kinds: Vec<RecordKind>,
    /// How many lines there are; of a long file those that were looked at.
    pub lines: usize,
    /// Lines that stand outside: number from 1 and how many characters.
    pub odd_lines: Vec<(usize, usize)>,
}

/// One kind of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordKind {
    /// Its tag; empty if there is only one kind.
    pub tag: String,
    /// How many there are.
    pub count: usize,
    /// Shortest and longest line.
    pub widths: (usize, usize),
    /// Its columns: first character from 1, width, and what is in it.
    pub columns: Vec<(usize, usize, Column)>,
}

/// The guess, with how sure it is in percent; `None` if nothing stands in columns.
pub(super) fn guess(text: &str) -> Option<(Fixed, u8)> {
    let lines: Vec<Vec<char>> = text
        .lines()
        .map(|line| line.trim_end_matches(['\r', '\u{1a}']).chars().collect())
        .filter(|line: &Vec<char>| line.iter().any(|character| !character.is_whitespace()))
        .take(LINES_MAX)
        .collect();
    if lines.is_empty() || lines.iter().flatten().any(|character| *character == '\t') {
        return None;
    }
    if let Some(kept) = aligned(&lines) {
        let odd = lines.iter().enumerate().filter(|(_, line)| line.len() != kept[0].len());
        let odd_lines = odd.map(|(at, line)| (at + 1, line.len())).collect();
        let kinds = vec![kind(String::new(), 0, &kept)];
        return Some((Fixed { tag_width: 0, kinds, lines: lines.len(), odd_lines }, 55));
    }
    let tag_width = tag_width(&lines);
    let mut kinds: Vec<(String, Vec<&[char]>)> = Vec::new();
    for line in &lines {
        let tag: String = line.iter().take(tag_width).collect();
        match kinds.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, members)) => members.push(line),
            None => kinds.push((tag, vec![line])),
        }
    }
    let sure = certainty(&lines, &kinds, tag_width)?;
    let kinds = kinds.into_iter().map(|(tag, members)| kind(tag, tag_width, &members)).collect();
    Some((Fixed { tag_width, kinds, lines: lines.len(), odd_lines: Vec::new() }, sure))
}

/// The lines of one width, where most have it but not all, blanks stand under blanks in them and much of them is digits.
fn aligned(lines: &[Vec<char>]) -> Option<Vec<&[char]>> {
    let width = lines[0].len();
    let kept: Vec<&[char]> =
        lines.iter().filter(|line| line.len() == width).map(|line| line.as_slice()).collect();
    if width < 20 || kept.len() < 2 || kept.len() == lines.len() || kept.len() * 100 < lines.len() * 60 {
        return None;
    }
    let shared = (0..width).filter(|&at| kept.iter().all(|line| line[at] == ' ')).count();
    let filled = || kept.iter().flat_map(|line| line.iter()).filter(|character| **character != ' ');
    let digits = filled().filter(|character| character.is_ascii_digit()).count();
    // Trimmed lines and tags in front are the business of kinds of records.
    let is_tagged = lines.iter().all(|line| line[0].is_ascii_uppercase());
    (shared >= 3 && digits * 100 >= filled().count() * 40 && !is_tagged).then_some(kept)
}

/// Lines of one kind have one width, or their ends were cut off where they were blank. Long runs of blanks inside are
/// what no prose has.
fn certainty(lines: &[Vec<char>], kinds: &[(String, Vec<&[char]>)], tag_width: usize) -> Option<u8> {
    let same_width = kinds
        .iter()
        .filter(|(_, members)| members.iter().all(|member| member.len() == members[0].len()))
        .map(|(_, members)| members.len())
        .sum::<usize>();
    let aligned = lines.iter().filter(|line| has_gap(line)).count();
    let (same_width, aligned) = (same_width * 100 / lines.len(), aligned * 100 / lines.len());
    let is_tagged = tag_width > 0;
    match (same_width, aligned) {
        (90.., 50..) if lines.len() > 1 => Some(90),
        (90.., _) if lines.len() > 2 && lines[0].len() >= 8 => Some(if is_tagged { 75 } else { 65 }),
        (_, 50..) => Some(if is_tagged { 75 } else { 60 }),
        _ if is_tagged && kinds.len() > 1 && lines.len() > 4 => Some(55),
        _ => None,
    }
}

fn has_gap(line: &[char]) -> bool {
    line.windows(3).any(|three| three.iter().all(|character| *character == ' '))
}

/// How many characters in front tell kinds of records apart: up to a blank behind all of them, else as few letters as do.
fn tag_width(lines: &[Vec<char>]) -> usize {
    if lines.len() < 2 {
        return 0;
    }
    let is_tag = |tag: &[char]| {
        tag.iter().all(|character| character.is_ascii_uppercase() || character.is_ascii_digit())
            && tag[0].is_ascii_uppercase()
    };
    let mut best = 0;
    for width in 1..=TAG_CHARACTERS_MAX {
        if !lines.iter().all(|line| line.len() > width && is_tag(&line[..width])) {
            break;
        }
        let mut counts: BTreeMap<&[char], usize> = BTreeMap::new();
        for line in lines {
            *counts.entry(&line[..width]).or_default() += 1;
        }
        if counts.len() < 2 || counts.len() > KINDS_MAX {
            continue;
        }
        if lines.iter().all(|line| line[width] == ' ') {
            return width;
        }
        if best == 0 && lines.iter().all(|line| !line[width].is_ascii_uppercase()) {
            best = width;
        }
    }
    best
}

fn kind(tag: String, tag_width: usize, lines: &[&[char]]) -> RecordKind {
    let longest = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let shortest = lines.iter().map(|line| line.len()).min().unwrap_or(0);
    let starts = starts(lines, longest, tag_width);
    let mut columns = Vec::new();
    for (i, &start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(longest);
        let values: Vec<String> = lines
            .iter()
            .map(|line| line.get(start..end.min(line.len())).unwrap_or(&[]).iter().collect())
            .collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        columns.push((start + 1, end - start, column(format!("at {}", start + 1), &values)));
    }
    RecordKind { tag, count: lines.len(), widths: (shortest, longest), columns }
}

/// Where columns begin: where a blank in every line ends, and where letters turn into digits or back in every line.
fn starts(lines: &[&[char]], longest: usize, tag_width: usize) -> Vec<usize> {
    let at = |line: &&[char], position: usize| line.get(position).copied().unwrap_or(' ');
    let is_blank = |position: usize| lines.iter().all(|line| at(line, position) == ' ');
    let is_digit = |position: usize| {
        let filled = lines.iter().map(|line| at(line, position)).filter(|character| *character != ' ');
        let (mut any, mut all) = (false, true);
        for character in filled {
            (any, all) = (true, all && character.is_ascii_digit());
        }
        any.then_some(all)
    };
    // Marks inside dates and numbers part nothing.
    let is_mark = |position: usize| {
        lines.iter().all(|line| matches!(at(line, position), '/' | '-' | ':' | '.' | ',' | ' '))
            && !is_blank(position)
    };
    let first = if tag_width > 0 { vec![0, tag_width] } else { vec![0] };
    let mut starts = first;
    for position in tag_width + 1..longest {
        let after_blank = is_blank(position - 1) && !is_blank(position);
        // One line proves nothing about neighbours without a blank between them.
        let turns = lines.len() > 1
            && !is_mark(position - 1)
            && !is_mark(position)
            && matches!((is_digit(position - 1), is_digit(position)), (Some(before), Some(now)) if before != now);
        if after_blank || turns {
            starts.push(position);
        }
    }
    starts.dedup();
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_columns_are_guessed() {
        let text = "H000120261120ACME      \nL0001WIDGET BLUE     00012EA\nL0002WIDGET RED      00004CS\nT00002                 \n";
        let (guess, sure) = guess(text).expect("columns");
        assert_eq!(guess.tag_width, 1);
        let kinds: Vec<(&str, usize)> =
            guess.kinds.iter().map(|kind| (kind.tag.as_str(), kind.count)).collect();
        assert_eq!(kinds, [("H", 1), ("L", 2), ("T", 1)]);
        assert!(sure >= 75, "{sure}");
        let columns: Vec<(usize, usize)> =
            guess.kinds[1].columns.iter().map(|(start, width, _)| (*start, *width)).collect();
        assert_eq!(columns, [(1, 1), (2, 4), (6, 7), (13, 9), (22, 5), (27, 2)]);
    }

    #[test]
    fn lines_that_stand_outside_do_not_hide_columns() {
        let text = "2026/11/21 10.5 30.2  N 33  37.7\nNOT TODAY\n2026/11/22   39   95 SE  8  32.1\n";
        let (guess, _) = guess(text).expect("columns");
        assert_eq!(guess.odd_lines, [(2, 9)]);
        let starts: Vec<usize> = guess.kinds[0].columns.iter().map(|(start, ..)| *start).collect();
        assert!(starts.contains(&12) && starts.contains(&29), "{starts:?}");
    }

    #[test]
    fn prose_has_no_columns() {
        assert_eq!(guess("Dear all,\nthe orders are late again.\nRegards\n"), None);
    }
}
