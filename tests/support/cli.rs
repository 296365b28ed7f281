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
