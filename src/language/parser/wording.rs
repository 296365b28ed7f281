//! How findings about lines are worded: what was found, what was expected, which word was meant.

use super::super::lexer::{Kind, Token};
use super::input::Problem;
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Code, Diagnostic};

/// Words that may stand inside a line; near misses among them are suggested.
const INNER_WORDS: &[&str] = &[
    "from",
    "as",
    "where",
    "inside",
    "when",
    "group",
    "sort",
    "by",
    "with",
    "to",
    "required",
    "always",
    "truncate",
    "warn",
    "round",
    "exact",
    "else",
    "if",
    "then",
    "via",
    "table",
    "reversed",
    "unknown",
    "reject",
    "hold",
    "keep",
    "absent",
    "and",
    "or",
    "not",
    "in",
    "matches",
    "guide",
    "canonical",
    "extends",
    "many",
    "key",
    "opt",
    "auto",
    "max",
    "min",
    "only",
    "length",
    "const",
    "blank",
    "codes",
    "name",
    "contiguous",
    "message",
    "source",
    "collected",
    "gather",
    "every",
];

/// Words people bring from elsewhere, or from drafts of the language, and what is written here.
const RENAMED: [(&str, &str); 8] = [
    ("miss", "unknown"),
    ("recall", "earlier"),
    ("error", "reject"),
    ("null", "absent"),
    ("elseif", "else if"),
    ("default", "else"),
    ("is", "="),
    ("optional", "opt"),
];

/// What a line of a block may start with, for findings.
pub struct Vocabulary {
    /// The kind of block: `map`, `guide`.
    pub place: &'static str,
    /// The words.
    pub words: &'static [&'static str],
    /// What else a line may be, as an action.
    pub otherwise: &'static str,
}

/// What is expected where a value is written out.
pub const CONSTANT: &str = "a constant such as `\"x\"` or `12`";

/// The finding for a line that could not be read.
pub fn worded(mut problem: Problem, form: &str, tokens: &[Token<'_>], text: &str) -> Diagnostic {
    if let Some(finding) = problem.finding {
        return *finding;
    }
    let token = tokens.iter().find(|token| token.span == problem.found);
    let code = if token.is_some() { Code::L001 } else { Code::L020 };
    let found = token.map_or("", |token| shown_step(token, tokens, text));
    let mut seen = Vec::new();
    problem.expected.retain(|what| {
        !seen.contains(what) && {
            seen.push(*what);
            true
        }
    });
    let expected = format!("expected {}", or_list(&problem.expected));
    let mut finding = Diagnostic::new(code).with("found", found).with("form", form);
    let is_text = token.is_some_and(|token| token.kind == Kind::Word) && problem.expected.contains(&CONSTANT);
    if let (true, Some(token)) = (is_text, token) {
        finding = finding.help(format!("put texts in quotes: `\"{}\"`", token.text));
    } else if let Some(help) = token.and_then(word_help) {
        finding = finding.help(help);
    }
    finding.at(problem.found, expected)
}

/// An action for a word that cannot stand where it stands.
fn word_help(token: &Token<'_>) -> Option<String> {
    // `here` is right in itself, and two letters are near everything.
    if token.kind != Kind::Word || token.text == "here" {
        return None;
    }
    let word = token.text.to_lowercase();
    if let Some((_, new)) = RENAMED.iter().find(|(old, _)| *old == word) {
        return Some(format!("write `{new}`"));
    }
    let same = INNER_WORDS.iter().copied().find(|known| *known == word);
    let near = same.or_else(|| nearest(&word, INNER_WORDS.iter().copied()).filter(|_| word.len() > 3));
    near.filter(|near| *near != token.text).map(|near| format!("write `{near}`"))
}

/// The word of `words` that `word` was meant to be, if one is near.
pub fn meant(word: &str, words: &[&'static str]) -> Option<&'static str> {
    let word = word.to_lowercase();
    let renamed = RENAMED.iter().find(|(old, new)| *old == word && words.contains(new));
    // Two letters are near too much to say anything.
    let near = || nearest(&word, words.iter().copied()).filter(|_| word.chars().count() > 2);
    renamed.map(|(_, new)| *new).or_else(near)
}

/// An action for a keyword that is right but stands in the wrong block.
pub fn misplaced(word: &str) -> &'static str {
    match word {
        "otherwise" => "put it into the `when` block it belongs to",
        "version" | "lang" | "from" | "to" | "unmapped" | "param" => {
            "move it to the head of the map, outside all blocks"
        }
        _ => "move it to the block it belongs to",
    }
}

/// A token as it stands in the file.
pub fn shown<'a>(token: &Token<'_>, text: &'a str) -> &'a str {
    &text[token.span.start as usize..token.span.end as usize]
}

/// A token as it stands in the file; a dot with what is glued to it.
fn shown_step<'a>(token: &Token<'_>, tokens: &[Token<'_>], text: &'a str) -> &'a str {
    let after =
        tokens.iter().find(|next| token.is_sign(".") && next.glued && next.span.start == token.span.end);
    let end = after.map_or(token.span.end, |next| next.span.end);
    &text[token.span.start as usize..end as usize]
}

/// `a`, `a or b`, `a, b or c`
fn or_list(items: &[&str]) -> String {
    match items {
        [] => "something else".to_string(),
        [only] => (*only).to_string(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
