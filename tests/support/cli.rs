//! The program as people call it, from the root of the project, with its streams held against a `.expect` file.
#![allow(dead_code, clippy::unwrap_used)]

use assert_cmd::Command;
use std::path::{Path, PathBuf};

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program with these arguments.
pub fn crossdock(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("crossdock").unwrap();
    command.current_dir(root()).env_remove("NO_COLOR").args(arguments);
    command
}

/// Holds exit status and both streams against `testdata/cli/NAME.expect`. `UPDATE_EXPECT=1` writes it anew.
pub fn expect(name: &str, arguments: &[&str]) {
    expect_with(name, arguments, &|text| text);
}

/// Like [`expect`], with what changes from run to run replaced by `settle`.
pub fn expect_with(name: &str, arguments: &[&str], settle: &dyn Fn(String) -> String) {
    let output = crossdock(arguments).output().unwrap();
    let text = |bytes: &[u8]| settle(String::from_utf8_lossy(bytes).replace("\r\n", "\n"));
    let shown = format!(
        "$ {}\nexit {}\n--- stdout\n{}--- stderr\n{}",
        settle(format!("crossdock {}", arguments.join(" "))).trim_end(),
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr)
    );
    hold(&root().join("testdata/cli").join(format!("{name}.expect")), &shown);
}

/// Holds a text against a file. `UPDATE_EXPECT=1` writes it anew.
pub fn hold(path: &PathBuf, shown: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return std::fs::write(path, shown).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(shown, expected, "{} is stale: UPDATE_EXPECT=1 writes it anew", path.display());
}

/// What changes from run to run: folders, times, days, and names and hashes of at least twelve hexadecimal digits.
pub fn settled(folder: &Path, text: &str) -> String {
    let text = text.replace(folder.to_str().unwrap(), "DEMO");
    let text = replaced(&text, "dddd-dd-ddTdd:dd:dd.dddZ", "TIME");
    let text = replaced(&text, "ive/dddd/dd/dd", "ive/DAY");
    let mut out = String::new();
    let mut word = String::new();
    for character in text.chars().chain(std::iter::once('\0')) {
        if character.is_ascii_digit() || ('a'..='f').contains(&character) {
            word.push(character);
            continue;
        }
        let is_hash = word.len() >= 12 && word.contains(|letter: char| letter.is_ascii_lowercase());
        out.push_str(if is_hash { "HASH" } else { &word });
        word.clear();
        out.push(character);
    }
    out.pop();
    out
}

/// Replaces what has this form, where `d` is a digit.
fn replaced(text: &str, form: &str, by: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    while at < text.len() {
        let has_form = bytes.len() >= at + form.len()
            && form.bytes().zip(&bytes[at..]).all(|(want, byte)| match want {
                b'd' => byte.is_ascii_digit(),
                want => want == *byte,
            });
        if has_form {
            out.push_str(by);
            at += form.len();
        } else {
            let next = text[at..].chars().next().unwrap();
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}
