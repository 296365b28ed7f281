//! What holds of the source text itself: layers, sizes, and nothing left half done.
#![allow(clippy::unwrap_used)]

use crossdock::LAYERS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 800;
const FUNCTION_LINES_MAX: usize = 70;

/// Functions over [`FUNCTION_LINES_MAX`]. May only become shorter.
const LONG_FUNCTIONS: &[&str] = &[];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// Lines without comments.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules that `crate::…` names in a text, also inside braces.
fn modules_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    for (at, _) in text.match_indices("crate::") {
        // `$crate::` and `other_crate::` are something else.
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        let Some(inner) = rest.strip_prefix('{') else {
            used.insert(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, true);
        for (at, c) in inner.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && !c.is_whitespace() => {
                    used.insert(word(&inner[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    used
}

#[test]
fn paths_are_found_inside_braces() {
    let used = modules_used("use crate::{base::{x, y}, tree::Tree,\n guide};\nlet x = crate::formats::csv;");
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["base", "formats", "guide", "tree"]);
}

#[test]
fn modules_use_only_what_the_layer_table_lists() {
    let allowed: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let inside = path.strip_prefix("src/").unwrap();
        let Some((own, _)) = inside.split_once('/') else { continue };
        let Some(may) = allowed.get(own) else {
            wrong.push(format!("{own} is not in LAYERS"));
            continue;
        };
        for used in modules_used(&code(&text)) {
            let is_module = allowed.contains_key(used.as_str());
            if is_module && used != own && !may.contains(&used.as_str()) {
                wrong.push(format!("{path} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_format_is_a_special_case_outside_of_formats_and_exchange() {
    let names = ["csv", "edifact", "fixed", "x12"];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if ["src/formats/", "src/exchange/", "src/diagnostics/"].iter().any(|folder| path.starts_with(folder))
        {
            continue;
        }
        let text = code(text.split("#[cfg(test)]").next().unwrap());
        for name in names {
            for form in [format!("formats::{name}"), format!("formats::{{{name}"), format!("\"{name}\"")] {
                if text.contains(&form) {
                    wrong.push(format!("{path} names {form}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lib_declares_the_modules_of_the_layer_table_lowest_first() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let (mut declared, mut layer, mut layers) = (BTreeSet::new(), 0, Vec::new());
    for line in text.lines() {
        if let Some(number) = line.strip_prefix("// L").and_then(|number| number.parse::<u32>().ok()) {
            assert!(number >= layer, "{line} comes after L{layer}");
            layer = number;
        }
        if let Some(name) = line.strip_prefix("pub mod ").and_then(|name| name.strip_suffix(';')) {
            declared.insert(name);
            layers.push((name, layer));
        }
    }
    let listed: BTreeSet<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(declared, listed);
    let layer_of: BTreeMap<&str, u32> = layers.into_iter().collect();
    for (name, uses) in LAYERS {
        for used in *uses {
            assert!(layer_of[used] <= layer_of[name], "{name} may use {used}, which is above it");
        }
    }
}

#[test]
fn files_are_short() {
    let long = sources().into_iter().filter(|(_, text)| text.lines().count() > LINES_MAX);
    let long: Vec<String> = long.map(|(path, _)| path).collect();
    assert_eq!(long, [""; 0], "split the file");
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let words: Vec<&str> = line.split_whitespace().collect();
            let Some(word) = words.iter().position(|word| *word == "fn").filter(|at| *at < 4) else {
                continue;
            };
            if words[0].starts_with("//") {
                continue;
            }
            let end = lines[at..].iter().position(|line| {
                line.trim_end() == format!("{}}}", " ".repeat(indent))
                    || (line.ends_with(';') && line.len() - line.trim_start().len() == indent)
            });
            if end.is_some_and(|length| length + 1 > FUNCTION_LINES_MAX) {
                let name = words[word + 1].split(['(', '<']).next().unwrap();
                long.push(format!("{path} {name}"));
            }
        }
    }
    assert_eq!(long, LONG_FUNCTIONS, "split the function, or shorten the list of exceptions");
}

/// Long runs have a variable that asks for them; a test that nobody runs proves nothing.
#[test]
fn no_test_is_ignored() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let word = ["#[", "ignore"].concat();
    let mut ignored = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_name().is_some_and(|name| name != "tidy.rs")
            && std::fs::read_to_string(&path).unwrap().contains(&word)
        {
            ignored.push(path.display().to_string());
        }
    }
    assert!(ignored.is_empty(), "{}", ignored.join("\n"));
}

#[test]
fn nothing_is_left_half_done() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for word in ["#[ignore", "todo!(", "unimplemented!("] {
            if text.contains(word) {
                wrong.push(format!("{path}: {word}"));
            }
        }
        for word in ["SELECT ", "INSERT INTO"] {
            if text.contains(word) && !path.starts_with("src/ledger/") {
                wrong.push(format!("{path}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes that nothing makes yet. May only become fewer.
const UNUSED_CODES: &[&str] = &["F003"];

#[test]
fn every_code_is_documented_and_used() {
    let files = sources();
    let text: String = files
        .iter()
        .filter(|(path, _)| !path.starts_with("src/diagnostics/codes"))
        .map(|(_, text)| text.as_str())
        .collect();
    let mut unused = Vec::new();
    for info in crossdock::diagnostics::codes::all() {
        let code = info.code.text();
        assert!(!info.title.is_empty() && !info.help.is_empty() && !info.cause.is_empty(), "{code}");
        if !text.contains(&format!("Code::{code}")) {
            unused.push(code);
        }
    }
    assert_eq!(unused, UNUSED_CODES);
}
