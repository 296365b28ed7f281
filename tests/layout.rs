//! How files of the mapping language are laid out: the same whatever blanks they were written with, and nothing but blanks
//! is ever changed. `UPDATE_EXPECT=1` writes the examples in `testdata/language/layout` anew.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::base::span::Sources;
use crossdock::diagnostics::Diagnostics;
use crossdock::language::layout::lay_out;
use crossdock::language::lexer::{Kind, Lexed, lex};
use crossdock::language::parse;
use proptest::prelude::*;
use std::path::Path;

/// The text laid out; `None` after findings.
fn laid_out(text: &str) -> Option<String> {
    let mut sources = Sources::default();
    let file = sources.add("text", text);
    lay_out(&sources, file, &mut Diagnostics::new())
}

/// Words and signs, line by line.
fn tokens(text: &str) -> Vec<Vec<(Kind, String)>> {
    let mut sources = Sources::default();
    let file = sources.add("text", text);
    let lexed: Lexed<'_> = lex(text, 0..text.len(), file, &mut Diagnostics::new());
    let of_line = |line: &crossdock::language::lexer::Line| {
        let tokens = &lexed.tokens[line.tokens.clone()];
        tokens.iter().map(|token| (token.kind, token.text.to_string())).collect()
    };
    lexed.lines.iter().map(of_line).collect()
}

/// What the parser understands, without places.
fn meaning(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("text", text);
    let mut findings = Diagnostics::new();
    let documents = format!("{:?}", parse(&sources, file, &mut findings));
    assert!(findings.is_empty(), "{text}\n{:?}", findings.as_slice());
    let mut parts = documents.split("Span {");
    let first = parts.next().unwrap().to_string();
    parts.fold(first, |all, part| all + part.split_once('}').unwrap().1)
}

/// Lines with a comment and empty lines, in order.
fn comments(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let file = sources.add("text", text);
    let lexed = lex(text, 0..text.len(), file, &mut Diagnostics::new());
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let inside = |token: &&crossdock::language::lexer::Token<'_>| {
            (start..end).contains(&(token.span.start as usize))
        };
        let words = lexed.tokens.iter().filter(inside).map(|token| token.span.end as usize).max();
        found.push(text[words.unwrap_or(start)..end].trim().trim_start_matches('\u{feff}').to_string());
        start = end;
    }
    while found.last().is_some_and(String::is_empty) && found.len() > lexed.lines.len() {
        found.pop();
    }
    found
}

/// What holds of every text that can be read.
fn only_blanks_change(text: &str) -> String {
    let after = laid_out(text).unwrap_or_else(|| panic!("cannot be read:\n{text}"));
    assert_eq!(tokens(&after), tokens(text));
    assert_eq!(meaning(&after), meaning(text));
    let (before, now) = (comments(text), comments(&after));
    assert!(before.iter().zip(&now).all(|(before, now)| before == now), "{text}\n{after}");
    assert_eq!(laid_out(&after).as_deref(), Some(after.as_str()), "a second time changes something:\n{text}");
    after
}

fn has_layout(path: &str) -> bool {
    [".map", ".guide", ".flow", ".shape"].iter().any(|kind| path.ends_with(kind))
}

#[test]
fn what_is_shipped_is_laid_out() {
    let files = shipped::mapping_files();
    let mut seen = 0;
    for (path, text) in files.iter().filter(|(path, _)| has_layout(path)) {
        assert_eq!(*text, only_blanks_change(text), "{path}: lay it out with `crossdock fmt`");
        seen += 1;
    }
    assert!(seen > 90, "{seen} files");
}

#[test]
fn examples_are_laid_out_as_accepted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/language/layout");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "expect") {
            continue;
        }
        let after = only_blanks_change(&std::fs::read_to_string(&path).unwrap());
        let expect = path.with_extension("expect");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expect, &after).unwrap();
        }
        assert_eq!(after, std::fs::read_to_string(&expect).unwrap(), "{}", expect.display());
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn a_text_that_cannot_be_read_is_left() {
    assert_eq!(laid_out("map a/b\n number = \nend map\n"), None);
    assert_eq!(laid_out("map a/b\n number = W05.02\n"), None);
    assert_eq!(laid_out(""), Some(String::new()));
}

/// The text with other blanks wherever there may be some, from these numbers.
fn scattered(text: &str, numbers: &[u8]) -> String {
    let mut sources = Sources::default();
    let file = sources.add("text", text);
    let lexed = lex(text, 0..text.len(), file, &mut Diagnostics::new());
    let mut numbers = numbers.iter().cycle();
    let mut blanks = |least: usize| match numbers.next().unwrap() % 6 {
        0 => "\t".repeat(least.max(1)),
        number => " ".repeat(least.max(usize::from(number) - 1)),
    };
    let mut out = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let mut at = start;
        for token in lexed.tokens.iter().filter(|token| (start..end).contains(&(token.span.start as usize))) {
            out.push_str(&blanks(usize::from(at > start && !token.glued))[..]);
            if at > start && token.glued {
                out.truncate(out.trim_end().len());
            }
            out.push_str(&text[token.span.start as usize..token.span.end as usize]);
            at = token.span.end as usize;
        }
        let behind = text[at..end].trim();
        if !behind.is_empty() {
            out.push_str(&blanks(1));
            out.push_str(behind);
        }
        out.push_str(&blanks(0));
        out.push('\n');
        start = end;
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// What comes out depends on no blank that went in.
    #[test]
    fn any_blanks_lead_to_the_same_form(pick in any::<prop::sample::Index>(), numbers in prop::collection::vec(any::<u8>(), 1..40)) {
        let files = shipped::mapping_files();
        let texts: Vec<&String> = files.iter().filter(|(path, _)| has_layout(path)).map(|(_, text)| text).collect();
        let text = texts[pick.index(texts.len())];
        prop_assert_eq!(laid_out(&scattered(text, &numbers)), laid_out(text));
    }

    /// Files made of lines of shipped ones, in any order: what can be read keeps its words, the rest is left.
    #[test]
    fn made_up_texts_keep_their_words(picks in prop::collection::vec(any::<prop::sample::Index>(), 1..30), numbers in prop::collection::vec(any::<u8>(), 1..40)) {
        let files = shipped::mapping_files();
        let lines: Vec<&str> = files.iter().filter(|(path, _)| path.ends_with(".map")).flat_map(|(_, text)| text.lines()).filter(|line| line.starts_with("  ") && !closes_or_opens(line)).collect();
        let body: Vec<&str> = picks.iter().map(|pick| lines[pick.index(lines.len())]).collect();
        let text = format!("map a/b\n{}\nend map\n", body.join("\n"));
        if laid_out(&text).is_some() {
            let after = only_blanks_change(&scattered(&text, &numbers));
            prop_assert_eq!(Some(after), laid_out(&text));
        }
    }
}

fn closes_or_opens(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("add ").trim_start_matches("set ");
    ["end", "section", "each", "when", "otherwise", "in "].iter().any(|word| line.starts_with(word))
}
