//! The lines of a file, the blocks they open and close, and how findings about them are worded.

use super::super::lexer::{Kind, Lexed, Line, Token};
use super::input::{Input, NESTING_MAX, Parsed, Problem, end_of_line};
use super::path::path;
use super::wording::{Vocabulary, meant, misplaced, shown, worded};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use std::ops::Range;

/// First words of documents.
pub const DOCUMENTS: [&str; 7] = ["shape", "record", "dictionary", "guide", "map", "fragment", "flow"];

/// First words of blocks that close with `end`.
pub const BLOCKS: [&str; 12] = [
    "section",
    "each",
    "when",
    "in",
    "structure",
    "loop",
    "columns",
    "table",
    "segment",
    "record",
    "group",
    "element",
];

/// Words that continue the line before.
const CONTINUATIONS: [&str; 7] = ["unknown", "else", "via", "and", "or", "where", "&"];

/// One statement: a line with the lines that continue it.
#[derive(Debug, Clone)]
pub struct Logical<'a> {
    /// Its tokens; at least one.
    pub tokens: &'a [Token<'a>],
    /// The `##` lines before it.
    pub documentation: &'a str,
    /// Whether a part of it was reported already.
    pub broken: bool,
    /// How many lines of the file it takes.
    lines: usize,
}

impl<'a> Logical<'a> {
    /// Its first word; empty if it does not start with one.
    pub fn first_word(&self) -> &'a str {
        self.word(0)
    }

    /// Its word at `index`; empty if there is none.
    pub fn word(&self, index: usize) -> &'a str {
        match self.tokens.get(index) {
            Some(token) if token.kind == Kind::Word => &token.text,
            _ => "",
        }
    }

    /// The whole line.
    pub fn span(&self) -> Span {
        let first = self.tokens[0].span;
        self.tokens.last().map_or(first, |last| first.to(last.span))
    }

    /// Whether it is `path = …` or `path <-> …`, which comes before every keyword.
    pub fn is_assignment(&self, text: &'a str, skip: usize) -> bool {
        starts_assignment(self.tokens.get(skip..).unwrap_or_default(), text)
    }
}

/// Where a statement stands: which lines it takes, and in how many blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its lines in [`Lexed::lines`].
    pub lines: Range<usize>,
    /// How many blocks are around it. An `end` stands beside the line that opened its block.
    pub depth: usize,
    /// Whether it is an `end`.
    pub closes: bool,
}

/// A block that waits for its `end`.
pub struct Open {
    /// What may follow `end`.
    pub labels: Vec<String>,
    /// Its first line as shown: `section ship_to`.
    pub shown: String,
    /// Its first line.
    pub span: Span,
}

/// Reads a file statement by statement.
pub struct Parser<'a, 'd> {
    /// The file's text.
    pub text: &'a str,
    lexed: &'a Lexed<'a>,
    at: usize,
    diagnostics: &'d mut Diagnostics,
    open: Vec<Open>,
    placed: Vec<Placed>,
}

impl<'a, 'd> Parser<'a, 'd> {
    /// A parser before the first line.
    pub fn new(text: &'a str, lexed: &'a Lexed<'a>, diagnostics: &'d mut Diagnostics) -> Self {
        Parser { text, lexed, at: 0, diagnostics, open: Vec::new(), placed: Vec::new() }
    }

    /// The next statement with its continuation lines.
    pub fn peek(&self) -> Option<Logical<'a>> {
        self.logical(true)
    }

    /// `joined` is off in lists of fields and columns, where any word may be a name.
    fn logical(&self, joined: bool) -> Option<Logical<'a>> {
        let first: &'a Line = self.lexed.lines.get(self.at)?;
        let (mut end, mut lines, mut broken) = (first.tokens.end, 1, first.broken);
        while let Some(next) = self.lexed.lines.get(self.at + lines).filter(|_| joined) {
            if !continues(&self.lexed.tokens[next.tokens.clone()], self.text) {
                break;
            }
            (end, lines, broken) = (next.tokens.end, lines + 1, broken || next.broken);
        }
        let tokens = &self.lexed.tokens[first.tokens.start..end];
        Some(Logical { tokens, documentation: &first.documentation, broken, lines })
    }

    /// Moves behind a statement.
    pub fn skip(&mut self, line: &Logical<'_>) {
        self.placed.push(Placed {
            lines: self.at..self.at + line.lines,
            depth: self.open.len(),
            closes: false,
        });
        self.at += line.lines;
    }

    /// Where the statements read so far stand, in order.
    pub fn into_placed(self) -> Vec<Placed> {
        self.placed
    }

    /// Adds a finding.
    pub fn report(&mut self, finding: Diagnostic) {
        self.diagnostics.push(finding);
    }

    /// Reads a statement with `parser` from token `skip` on and moves behind it. `form` is how such a line looks, for
    /// the finding if it does not. `None` after a finding.
    pub fn read<T>(
        &mut self,
        line: &Logical<'a>,
        skip: usize,
        form: &str,
        parser: impl FnMut(Input<'a>) -> Parsed<'a, T>,
    ) -> Option<T> {
        self.skip(line);
        match read_line(self.text, line, skip, self.open.len(), parser) {
            Ok(read) => Some(read),
            Err(problem) => {
                // The words after a broken place are missing, so what is said about them would be wrong.
                if !line.broken {
                    let finding = worded(problem, form, &self.lexed.tokens, self.text);
                    self.report(finding);
                }
                None
            }
        }
    }

    /// Reports a statement with an unknown first word and moves behind it. Gives the keyword it was meant to be, if
    /// one is near.
    pub fn unknown_word(
        &mut self,
        line: &Logical<'a>,
        skip: usize,
        vocabulary: &Vocabulary,
    ) -> Option<&'static str> {
        self.skip(line);
        let token = &line.tokens[skip.min(line.tokens.len() - 1)];
        let near = meant(&token.text, vocabulary.words).filter(|_| token.kind == Kind::Word);
        if !line.broken || near.is_some() {
            let finding = Diagnostic::new(Code::L008)
                .with("found", shown(token, self.text))
                .with("place", vocabulary.place)
                .at(token.span, "not a word that starts a line here");
            let finding = match near {
                Some(near) if near == token.text => finding.help(misplaced(near)),
                Some(near) => finding.help(format!("write `{near}`")),
                None => finding.help(vocabulary.otherwise),
            };
            self.report(finding);
        }
        near.filter(|near| BLOCKS.contains(near))
    }

    /// Reports a line outside all documents and moves to the next document.
    pub fn skip_to_document(&mut self) {
        let Some(line) = self.peek() else { return };
        let vocabulary = Vocabulary {
            place: "file",
            words: &DOCUMENTS,
            otherwise: "start the document with `map`, `guide`, `shape`, `record`, `dictionary`, `fragment` or `flow`",
        };
        if line.first_word() == "end" {
            self.skip(&line);
            let finding = Diagnostic::new(Code::L013).at(line.span(), "nothing is open here");
            self.report(finding);
        } else {
            self.unknown_word(&line, 0, &vocabulary);
        }
        while let Some(line) = self.peek() {
            let word = line.first_word();
            let misspelled = meant(word, &DOCUMENTS).is_some() && !line.word(1).is_empty();
            if DOCUMENTS.contains(&word) || (misspelled && !line.is_assignment(self.text, 0)) {
                return;
            }
            self.skip(&line);
        }
    }

    /// Reads the lines of a block up to its `end` and that too. `line` must move on. Blocks deeper than
    /// [`NESTING_MAX`] are reported and skipped.
    pub fn block(&mut self, open: Open, mut line: impl FnMut(&mut Self, Logical<'a>)) {
        if self.open.len() >= NESTING_MAX {
            self.skip_deep_block(open.span);
            return;
        }
        let plain = matches!(open.labels.first().map(String::as_str), Some("shape" | "record" | "columns"));
        self.open.push(open);
        loop {
            let Some(next) = self.logical(!plain) else {
                self.missing_end(None);
                break;
            };
            if next.first_word() == "end" && !next.is_assignment(self.text, 0) && (!plain || ends(&next)) {
                if self.close(&next) {
                    break;
                }
                continue;
            }
            if self.starts_document(&next) {
                self.missing_end(Some(next.span()));
                break;
            }
            let before = self.at;
            line(self, next);
            debug_assert!(self.at > before, "a line of a block must be read or skipped");
        }
        self.open.pop();
    }

    /// Handles an `end` line. Gives whether the innermost block is over.
    fn close(&mut self, line: &Logical<'a>) -> bool {
        let label = &*end_label(line);
        let Some(open) = self.open.last() else { return true };
        if label.is_empty() || open.labels.iter().any(|known| known == label) {
            self.skip_end(line, label);
            return true;
        }
        let outer = self.open.iter().rev().skip(1).any(|open| open.labels.iter().any(|known| known == label));
        if outer {
            self.missing_end(Some(line.span()));
            return true;
        }
        // In a document outside its blocks such an `end` is one too many; the document goes on.
        if self.open.len() == 1
            && !DOCUMENTS.contains(&label)
            && !open.labels.iter().any(|l| DOCUMENTS[..2].contains(&l.as_str()))
        {
            let finding = Diagnostic::new(Code::L013)
                .at(line.span(), format!("only `{}` is open here", open.shown))
                .at(open.span, "opened here");
            self.report(finding);
            self.skip_end(line, label);
            return false;
        }
        let expected = open.labels.first().map_or("", String::as_str);
        let finding = Diagnostic::new(Code::L017)
            .with("found", label)
            .with("opened", open.shown.as_str())
            .at(line.span(), "")
            .at(open.span, "opened here")
            .help(format!("write `end {expected}`"));
        self.report(finding);
        self.skip_end(line, label);
        true
    }

    /// Moves behind an `end` line and reports what stands behind its name.
    fn skip_end(&mut self, line: &Logical<'a>, label: &str) {
        self.skip(line);
        if let Some(placed) = self.placed.last_mut() {
            placed.depth = placed.depth.saturating_sub(1);
            placed.closes = true;
        }
        let behind = if label.contains(':') { 4 } else { 2 };
        if let Some(extra) = line.tokens.get(behind).filter(|_| !line.broken) {
            let finding = Diagnostic::new(Code::L001)
                .with("found", shown(extra, self.text))
                .at(extra.span, "expected the end of the line")
                .help(format!("write `end {label}`"));
            self.report(finding);
        }
    }

    fn missing_end(&mut self, before: Option<Span>) {
        let Some(open) = self.open.last() else { return };
        let label = open.labels.first().map_or("", String::as_str);
        let finding = Diagnostic::new(Code::L007).with("opened", open.shown.as_str());
        let finding = match before {
            Some(before) => {
                finding.at(before, format!("expected `end {label}` before this")).at(open.span, "opened here")
            }
            None => finding.at(open.span, "opened here, and the file ends without its `end`"),
        };
        self.report(finding.help(format!("write `end {label}` where it ends")));
    }

    /// Skips a block by counting, without recursion.
    fn skip_deep_block(&mut self, span: Span) {
        let finding = Diagnostic::new(Code::L011)
            .with("limit", NESTING_MAX.to_string())
            .at(span, "this block is too deep")
            .help("take the inner blocks into a fragment");
        self.report(finding);
        let mut open = 1_usize;
        while let Some(line) = self.peek() {
            if self.starts_document(&line) {
                return;
            }
            self.skip(&line);
            match line.first_word() {
                "end" => open -= 1,
                word if BLOCKS.contains(&word) && !line.is_assignment(self.text, 0) => open += 1,
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }

    /// Whether a line inside a document can only be the start of the next one.
    fn starts_document(&self, line: &Logical<'a>) -> bool {
        let in_guide = self.open.first().is_some_and(|open| open.labels.iter().any(|label| label == "guide"));
        let in_columns =
            self.open.last().is_some_and(|open| open.labels.iter().any(|label| label == "columns"));
        let word = line.first_word();
        if in_columns || !DOCUMENTS.contains(&word) || line.tokens.len() < 2 || line.tokens[1].glued {
            return false;
        }
        let name = matches!(line.tokens[1].kind, Kind::Word | Kind::Code | Kind::Number);
        let more = line.tokens[2..].iter().find(|token| !token.glued);
        match word {
            "dictionary" | "record" if in_guide => false,
            "fragment" => name && line.tokens.get(2).is_some_and(|token| token.is_sign("(")),
            "shape" | "record" => name && more.is_none_or(|token| token.is_word("name")),
            _ => name && more.is_none_or(|token| token.is_word("extends")),
        }
    }
}

/// Reads the tokens of a line from `skip` on, all of them. Blocks around the line (`depth`) and brackets on it share one
/// bound, because they share one stack.
pub fn read_line<'a, T>(
    text: &'a str,
    line: &Logical<'a>,
    skip: usize,
    depth: usize,
    mut parser: impl FnMut(Input<'a>) -> Parsed<'a, T>,
) -> Result<T, Problem> {
    let end = line.span();
    let end = Span { start: end.end, ..end };
    let input = Input { tokens: line.tokens.get(skip..).unwrap_or_default(), text, end, depth };
    match parser(input).and_then(|(rest, read)| end_of_line(rest).map(|_| read)) {
        Ok(read) => Ok(read),
        Err(nom::Err::Error(problem) | nom::Err::Failure(problem)) => Err(problem),
        // No parser here asks for more input; told as an unreadable line if one ever does.
        Err(nom::Err::Incomplete(_)) => Err(Problem { found: end, expected: Vec::new(), finding: None }),
    }
}

fn continues(tokens: &[Token<'_>], text: &str) -> bool {
    let Some(first) = tokens.first() else { return false };
    if first.is_sign("&") {
        return true;
    }
    let by = tokens.get(1).is_some_and(|token| token.is_word("by"));
    let grouped = by && (first.is_word("group") || first.is_word("sort"));
    (grouped || CONTINUATIONS.iter().any(|word| first.is_word(word))) && !starts_assignment(tokens, text)
}

fn starts_assignment(tokens: &[Token<'_>], text: &str) -> bool {
    let Some(span) = tokens.first().map(|token| token.span) else { return false };
    let input = Input { tokens, text, end: span, depth: 0 };
    path(input)
        .is_ok_and(|(rest, _)| rest.first().is_some_and(|token| token.is_sign("=") || token.is_sign("<->")))
}

/// Whether an `end` line has nothing but one word behind it: with a type behind it, it is a field called `end`.
fn ends(line: &Logical<'_>) -> bool {
    line.tokens.len() == 1
        || (line.tokens.len() == 2 && !line.tokens[1].glued && line.tokens[1].kind != Kind::Sign)
}

/// The name behind `end`: `cac:Party` is one.
fn end_label<'a>(line: &Logical<'a>) -> std::borrow::Cow<'a, str> {
    let label = line.tokens.get(1).map_or("", |token| token.text.as_ref());
    match (line.tokens.get(2), line.tokens.get(3)) {
        (Some(colon), Some(local)) if colon.glued && colon.is_sign(":") && local.glued => {
            format!("{label}:{}", local.text).into()
        }
        _ => label.into(),
    }
}
