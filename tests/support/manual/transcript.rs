//! A page that is one sitting at a terminal: its files are written and its commands run, in the order of the page.

use super::page::{Page, fits};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the page in a folder of its own. Gives what is different, or writes it into the page.
pub fn run(page: &Page, prepare: &dyn Fn(&Path), bless: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let (mut wrong, mut texts) = (Vec::new(), Vec::new());
    for block in &page.blocks {
        if block.kind != "console" {
            if !block.name.is_empty() {
                write(folder.path(), &block.name, &block.text);
            }
            continue;
        }
        let mut shown = String::new();
        for (command, expected) in commands(&block.text) {
            let found = output(folder.path(), &command);
            let is_right = fits(&expected, &found);
            if !is_right {
                wrong.push(format!("{}: $ {command}\n{found}", page.place(block)));
            }
            shown.push_str(&format!("$ {command}\n{}", if is_right { &expected } else { &found }));
        }
        texts.push((block.line, shown));
    }
    if bless && !wrong.is_empty() {
        page.rewrite(&texts);
        return Vec::new();
    }
    wrong
}

/// Writes a file; `>>PATH` adds to one.
fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name.trim_start_matches(">>"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let before = match name.starts_with(">>") {
        true => std::fs::read_to_string(&path).unwrap(),
        false => String::new(),
    };
    std::fs::write(path, before + text).unwrap();
}

/// The lines `$ …`, each with what stands below it.
fn commands(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push((command.to_string(), String::new())),
            (None, Some((_, expected))) => {
                expected.push_str(line);
                expected.push('\n');
            }
            (None, None) => panic!("a console block begins with `$ `, not with `{line}`"),
        }
    }
    found
}

/// What a command prints, on both streams.
fn output(folder: &Path, command: &str) -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_crossdock"));
    let path = std::env::join_paths(
        [program.parent().unwrap().to_path_buf()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(folder)
        .env("PATH", path.unwrap())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")
}
