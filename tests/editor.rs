//! The files in `editors/` are those that the program makes, and know every word that the parser does. `UPDATE_EXPECT=1`
//! writes them anew.
#![allow(clippy::unwrap_used)]

#[path = "support/cli.rs"]
mod cli;

use crossdock::cli::editor;
use crossdock::language::keywords;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_files_for_editors_are_those_of_the_program() {
    for (name, text) in editor::files() {
        cli::hold(&cli::root().join("editors/vscode").join(name), &text);
    }
}

/// A word that the parser looks for by itself stands in the lists too.
#[test]
fn the_lists_have_every_word_that_the_parser_looks_for() {
    let words = keywords();
    let known: BTreeSet<&str> = [&words.documents, &words.blocks, &words.lines, &words.inside, &words.types]
        .into_iter()
        .flatten()
        .copied()
        .collect();
    let looked_for = Regex::new(r#"(?:keyword|is_word|after|by)\("([a-z_]+)""#).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(cli::root().join("src/language/parser")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for found in looked_for.captures_iter(&text) {
            assert!(known.contains(&found[1]), "`{}` is in no list of keywords.rs", &found[1]);
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen} words");
}

/// What a line is coloured as: the scope of the first pattern that finds something in it, and what it finds.
#[test]
fn lines_are_coloured_as_what_they_are() {
    let files = editor::files();
    let grammar: Value = serde_json::from_str(&files[2].1).unwrap();
    let patterns = grammar["patterns"].as_array().unwrap();
    // Rust's patterns cannot look around; what is left of them is enough to tell these lines apart.
    let without_looking =
        Regex::new(r"\(\?<?[!=](?:[^()\[\]\\]|\\.|\[(?:[^\]\\]|\\.)*\]|\((?:[^()\\]|\\.)*\))*\)").unwrap();
    let find = |at: usize, line: &str| -> Option<Vec<String>> {
        let pattern = without_looking.replace_all(patterns[at]["match"].as_str().unwrap(), "");
        let found =
            Regex::new(&pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).captures(line)?;
        Some(found.iter().skip(1).flatten().map(|part| part.as_str().to_string()).collect())
    };
    let document = find(2, "map acme/order extends house/order@7").unwrap();
    assert_eq!(document, ["map", "acme/order", "extends", "house/order@7"]);
    assert_eq!(find(3, "  end cac:Party").unwrap(), ["end", "cac:Party"]);
    assert_eq!(find(4, "  set version[ST].`PO #` = 1").unwrap(), ["set", "version[ST].`PO #`", "="]);
    assert_eq!(find(4, "  .04 <-> id").unwrap(), [".04", "<->"]);
    assert_eq!(find(5, "  add each lines from LX").unwrap(), ["add", "each"]);
    for at in (0..patterns.len()).filter(|&at| patterns[at]["match"].is_string()) {
        find(at, "");
    }
}
