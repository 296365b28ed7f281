//! The language against files: `testdata/language/ok` is read without findings, every file of
//! `testdata/language/err` gives exactly the findings in the `.expect` beside it. `UPDATE_EXPECT=1` writes those anew.

use crossdock::base::span::Sources;
use crossdock::diagnostics::render::terminal::render;
use crossdock::diagnostics::{Code, Diagnostics, Severity};
use crossdock::language::parse;
use std::path::{Path, PathBuf};

/// Parses `text` and gives how many documents it has and its findings as shown in a terminal.
fn findings(name: &str, text: &str) -> (usize, String) {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let mut diagnostics = Diagnostics::new();
    let documents = parse(&sources, file, &mut diagnostics);
    let shown: Vec<_> =
        diagnostics.as_slice().iter().map(|finding| render(finding, &sources, "", false)).collect();
    (documents.len(), shown.join("\n"))
}

fn files(directory: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/language").join(directory);
    let mut files: Vec<_> = std::fs::read_dir(root)
        .expect("the directory of test files")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "expect"))
        .collect();
    files.sort();
    files
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

#[test]
fn good_files_have_no_findings() {
    let files = files("ok");
    assert!(files.len() >= 10, "the examples of the study are here");
    let mut all = String::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a test file");
        let (documents, shown) = findings(&name_of(&path), &text);
        all.push_str(&shown);
        assert!(documents > 0, "{} has no document", path.display());
    }
    assert!(all.is_empty(), "{all}");
}

#[test]
fn bad_files_give_the_findings_beside_them() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let files = files("err");
    assert!(files.len() >= 20, "twenty mistakes at least");
    let mut wrong = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a test file");
        let (_, shown) = findings(&name_of(&path), &text);
        assert!(!shown.is_empty(), "{} has no finding", path.display());
        let mut expect = path.clone().into_os_string();
        expect.push(".expect");
        if update {
            std::fs::write(&expect, &shown).expect("the expectation can be written");
        } else if std::fs::read_to_string(&expect).unwrap_or_default() != shown {
            wrong.push(format!("{}:\n{shown}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "findings changed; UPDATE_EXPECT=1 accepts them\n{}", wrong.join("\n"));
}

#[test]
fn every_finding_about_text_is_shown_by_a_file() {
    let mut shown = String::new();
    for path in files("err") {
        shown.push_str(&findings("x", &std::fs::read_to_string(&path).expect("a test file")).1);
    }
    // Texts of publishers are no files of the language: `tests/mistakes.rs` holds what is said about them.
    let mistakes = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mistakes");
    for entry in std::fs::read_dir(mistakes).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_name().to_str().is_some_and(|name| name.starts_with("import-")) {
            shown.push_str(&std::fs::read_to_string(entry.path()).expect("a test file"));
        }
    }
    let missing: Vec<_> = crossdock::diagnostics::codes::all()
        .map(|info| info.code)
        // L002 is said by later stages, L021 about files that are no text to parse: see `tests/mistakes.rs`.
        .filter(|code| code.text().starts_with('L') && ![Code::L002, Code::L021].contains(code))
        .filter(|code| !shown.contains(&format!("[{}]", code.text())))
        .collect();
    assert!(missing.is_empty(), "no file shows {missing:?}");
}

#[test]
fn findings_of_a_file_refuse_it() {
    let mut sources = Sources::default();
    let file = sources.add("x.map", "map a/b\n  number W05.02\n  po == x\nend map\n");
    let mut diagnostics = Diagnostics::new();
    parse(&sources, file, &mut diagnostics);
    assert_eq!(diagnostics.as_slice().len(), 2);
    assert_eq!(diagnostics.worst(), Some(Severity::Error));
}

#[test]
fn cut_files_do_not_panic() {
    for path in files("ok") {
        let text = std::fs::read_to_string(&path).expect("a test file");
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            findings_only(&text[..end]);
        }
    }
}

#[test]
fn changed_files_do_not_panic() {
    // A fixed sequence, so that a failure is seen again.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound.max(1) as u64) as usize
    };
    const PIECES: [&str; 24] = [
        "\"",
        "`",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "end",
        "end map\n",
        "if ",
        "else ",
        "\n",
        " ",
        ".",
        "#",
        "&",
        "= ",
        "via ",
        "ü",
        "0",
        "section x\n",
        "-",
        "$",
    ];
    for path in files("ok").into_iter().chain(files("err")) {
        let text = std::fs::read_to_string(&path).expect("a test file");
        for _ in 0..150 {
            let mut changed = text.clone();
            for _ in 0..=next(3) {
                let at = (0..=next(changed.len() + 1)).rev().find(|at| changed.is_char_boundary(*at));
                changed.insert_str(at.unwrap_or(0), PIECES[next(PIECES.len())]);
            }
            findings_only(&changed);
        }
    }
}

#[test]
fn deep_nesting_is_a_finding() {
    let map = |line: &str| format!("map a/b\n{line}\nend map\n");
    let many = |piece: &str| piece.repeat(5000);
    let texts = [
        ("brackets", map(&format!("x = {}1{}", many("("), many(")")))),
        ("calls", map(&format!("x = {}1{}", many("f("), many(")")))),
        ("chain", map(&format!("x = 1{}", many(" & y")))),
        ("negations", map(&format!("x = {}y", many("not ")))),
        ("selectors", map(&format!("x = {}1{}", many("a[.01 = "), many("]")))),
        ("choices", map(&format!("x = {}1", many("if a then b else ")))),
        ("sections", map(&format!("{}{}", many("section x\n"), many("end\n")))),
        ("whens", map(&format!("{}{}", many("when x\n"), many("end\n")))),
        ("both", map(&format!("{}x = {}1", "when x\n".repeat(60), many("(")))),
        ("loops", format!("guide a/b\nstructure\n{}{}end\nend guide\n", many("loop X\n"), many("end\n"))),
    ];
    for (name, text) in texts {
        eprintln!("{name}");
        let (_, shown) = findings("deep.map", &text);
        assert!(shown.contains("[L011]"), "{name}: {}", &shown[..shown.len().min(400)]);
    }
}

/// Parses without rendering, which is the slow part.
fn findings_only(text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("x", text);
    parse(&sources, file, &mut Diagnostics::new());
}
