//! The words of the language in lists, for editors. What the parser looks for by lists is taken from them; the rest is
//! written out here, and a test finds what is missing.

use super::attribute::{ATTRIBUTES, COMPUTED, FLAGS, NARROWINGS, SETTINGS, SEVERITIES};
use super::element::TYPES;
use super::lines::{BLOCKS, DOCUMENTS};
use super::path::RESERVED;
use super::{dictionary, flow, guide, statement};

/// Words inside lines that stand in no list of the parser.
const INSIDE: [&str; 39] = [
    "absent",
    "all",
    "always",
    "as",
    "by",
    "canonical",
    "codes",
    "collected",
    "contiguous",
    "every",
    "exact",
    "extends",
    "first",
    "from",
    "gather",
    "group",
    "guide",
    "inside",
    "keep",
    "key",
    "last",
    "levels",
    "many",
    "master",
    "per",
    "reversed",
    "round",
    "sort",
    "sum",
    "then",
    "to",
    "until",
    "truncate",
    "used",
    "via",
    "where",
    "with",
    "ignore",
    "half_up",
];

/// The words of the language, each list sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keywords {
    /// Words that begin a document.
    pub documents: Vec<&'static str>,
    /// Words that begin a block, which an `end` closes.
    pub blocks: Vec<&'static str>,
    /// Words that begin a line.
    pub lines: Vec<&'static str>,
    /// Words inside a line.
    pub inside: Vec<&'static str>,
    /// Types of values.
    pub types: Vec<&'static str>,
}

/// All words of the language.
pub fn keywords() -> Keywords {
    let lines = [
        statement::VOCABULARY.words,
        guide::VOCABULARY.words,
        flow::VOCABULARY.words,
        dictionary::VOCABULARY.words,
        dictionary::SEGMENT_VOCABULARY.words,
        &BLOCKS,
    ];
    let inside: [&[&'static str]; 8] =
        [&INSIDE, &RESERVED, &ATTRIBUTES, &SEVERITIES, &FLAGS, &SETTINGS, &NARROWINGS, &COMPUTED];
    Keywords {
        documents: sorted(&[&DOCUMENTS]),
        blocks: sorted(&[&BLOCKS]),
        lines: sorted(&lines),
        inside: sorted(&inside),
        types: sorted(&[&TYPES, &["ext"]]),
    }
}

fn sorted(lists: &[&[&'static str]]) -> Vec<&'static str> {
    let mut words = lists.concat();
    words.sort_unstable();
    words.dedup();
    words
}
