//! Every example of `docs/mapping/grammar.md` is read by the parser without findings.
//!
//! A fence marked `map`, `guide`, `shape`, `flow` holds whole documents; `map-line`, `guide-line`, `structure-line`,
//! `column-line`, `field-line`, `segment-line` and `flow-line` hold lines of one, `expression` holds one value a line.
//! A `table` fence is a CSV file: every row has as many columns as its header.

use crossdock::base::span::Sources;
use crossdock::diagnostics::Diagnostics;
use crossdock::diagnostics::render::terminal::render;
use crossdock::language::parse;

/// Marks of fences that are looked at, and what is put around their text.
const KINDS: [(&str, &str, &str); 11] = [
    ("map", "", ""),
    ("guide", "", ""),
    ("shape", "", ""),
    ("flow", "", ""),
    ("map-line", "map a/b\n", "end map\n"),
    ("guide-line", "guide a/b\n", "end guide\n"),
    ("structure-line", "guide a/b\nstructure\n", "end structure\nend guide\n"),
    ("column-line", "guide a/b\ncolumns\n", "end columns\nend guide\n"),
    ("field-line", "shape a\n", "end shape\n"),
    ("segment-line", "dictionary a/b\nsegment X\n", "end segment\nend dictionary\n"),
    ("flow-line", "flow a-b\n", "end flow\n"),
];

/// The fenced examples: mark, line of the fence, text.
fn examples(text: &str) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(mark), None) => open = Some((mark.trim().to_string(), number + 1, String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some((_, _, body))) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

/// What is wrong with an example; `None` if nothing is.
fn wrong(mark: &str, body: &str) -> Option<String> {
    if mark == "table" {
        return wrong_table(body);
    }
    if mark == "expression" {
        return body.lines().find_map(|line| wrong("map-line", &format!("x = {line}\n")));
    }
    let (_, before, after) = KINDS.iter().find(|(kind, ..)| *kind == mark)?;
    let mut sources = Sources::default();
    let file = sources.add("example", format!("{before}{body}{after}"));
    let mut diagnostics = Diagnostics::new();
    let documents = parse(&sources, file, &mut diagnostics);
    let shown: Vec<_> =
        diagnostics.as_slice().iter().map(|finding| render(finding, &sources, "", false)).collect();
    if documents.is_empty() && shown.is_empty() {
        return Some("holds no document".to_string());
    }
    (!shown.is_empty()).then(|| shown.join("\n"))
}

fn wrong_table(body: &str) -> Option<String> {
    let mut rows = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(body.as_bytes());
    rows.records().find_map(|row| row.err().map(|error| error.to_string()))
}

#[test]
fn examples_of_the_grammar_are_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mapping/grammar.md");
    let text = std::fs::read_to_string(path).expect("the grammar");
    let examples = examples(&text);
    for (mark, line, _) in &examples {
        let known = matches!(mark.as_str(), "ebnf" | "text" | "table" | "expression")
            || KINDS.iter().any(|(kind, ..)| kind == mark);
        assert!(known, "docs/mapping/grammar.md:{line}: nobody reads a fence marked `{mark}`");
    }
    for kind in KINDS.map(|(kind, ..)| kind).into_iter().chain(["table", "expression"]) {
        assert!(examples.iter().any(|(mark, ..)| mark == kind), "no example of kind `{kind}`");
    }
    let wrong: Vec<_> = examples
        .iter()
        .filter_map(|(mark, line, body)| {
            wrong(mark, body).map(|what| format!("docs/mapping/grammar.md:{line}:\n{what}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_check_can_fail() {
    let text = "a\n```map-line\nnumber W05.02\n```\n```table\ncode,result\nA\n```\n";
    let examples = examples(text);
    assert_eq!(examples.len(), 2);
    assert!(examples.iter().all(|(mark, _, body)| wrong(mark, body).is_some()));
}
