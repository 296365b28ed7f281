//! A page of the manual: its fenced blocks, and what is written into them anew.

use std::path::{Path, PathBuf};

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The first word behind the fence: `map`, `x12`, `result`.
    pub kind: String,
    /// The words behind it: the name of a guide, a path.
    pub name: String,
    /// Its text, every line with its end.
    pub text: String,
    /// Line of the fence, from 1.
    pub line: usize,
    /// How many headings stand before it.
    pub section: usize,
}

/// A page.
pub struct Page {
    /// Its file.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
}

impl Page {
    /// The page of `docs/mapping` with this name.
    pub fn read(name: &str) -> Page {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mapping").join(name);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let blocks = blocks(&text);
        Page { path, text, blocks }
    }

    /// Where a block is, for people.
    pub fn place(&self, block: &Block) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        format!("{}:{}", self.path.strip_prefix(root).unwrap_or(&self.path).display(), block.line)
    }

    /// Writes the page with other texts in blocks: line of the fence and text.
    pub fn rewrite(&self, texts: &[(usize, String)]) {
        let mut out = String::new();
        let mut skipping = false;
        for (number, line) in (1..).zip(self.text.lines()) {
            if skipping && !line.starts_with("```") {
                continue;
            }
            skipping = false;
            out.push_str(line);
            out.push('\n');
            if let Some((_, text)) = texts.iter().find(|(at, _)| *at == number) {
                out.push_str(text);
                // A text without an end of line would swallow the fence.
                if !text.is_empty() && !text.ends_with('\n') {
                    out.push('\n');
                }
                skipping = true;
            }
        }
        std::fs::write(&self.path, out).unwrap();
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    let mut section = 0;
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix("```"), &mut open) {
            (Some(mark), None) => {
                let (kind, name) = mark.trim().split_once(' ').unwrap_or((mark.trim(), ""));
                open = Some(Block {
                    kind: kind.to_string(),
                    name: name.trim().to_string(),
                    text: String::new(),
                    line: number,
                    section,
                });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) if line.starts_with('#') => section += 1,
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

/// Whether a text is what was expected. `…` stands for anything in a line, and alone in a line for any lines; blanks at
/// the ends of lines do not count.
pub fn fits(expected: &str, found: &str) -> bool {
    let lines =
        |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_string()).collect::<Vec<_>>();
    fits_lines(&lines(expected), &lines(found))
}

fn fits_lines(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((line, rest)) if line == "…" => {
            (0..=found.len()).any(|skipped| fits_lines(rest, &found[skipped..]))
        }
        Some((line, rest)) => {
            found.first().is_some_and(|first| fits_line(line, first)) && fits_lines(rest, &found[1..])
        }
    }
}

fn fits_line(expected: &str, found: &str) -> bool {
    let Some((start, rest)) = expected.split_once('…') else { return expected == found };
    let Some(found) = found.strip_prefix(start) else { return false };
    found.char_indices().map(|(at, _)| at).chain([found.len()]).any(|at| fits_line(rest, &found[at..]))
}
