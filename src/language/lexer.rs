//! Words, signs and strings of the mapping language, line by line.
//!
//! The lexer knows no keyword: which word means what is the parser's business. It never stops; a sign it does not know
//! is reported and the rest of that line is left out, which the line remembers in [`Line::broken`].

use crate::base::span::{FileId, Span};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use std::borrow::Cow;
use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Word,
    /// A name in backquotes; never a keyword.
    Quoted,
    /// `12`, `0.5`; after a dot only digits.
    Number,
    /// A digit and then letters: `1A`, `15m`.
    Code,
    /// `"…"`
    Text,
    /// `$name`
    Parameter,
    /// Any other sign.
    Sign,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text, without quotes, backquotes or `$`; doubled quotes are single.
    pub text: Cow<'a, str>,
    /// Where it stands, with quotes.
    pub span: Span,
    /// Whether it follows the token before it without a blank.
    pub glued: bool,
}

impl Token<'_> {
    /// Whether it is the word `word`, not in backquotes.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    /// Whether it is this sign.
    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }
}

/// A line with at least one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its tokens in [`Lexed::tokens`]; the ranges of successive lines touch.
    pub tokens: Range<usize>,
    /// The `##` lines before it, joined by newlines.
    pub documentation: String,
    /// Whether something on it was reported already and the tokens after that are missing.
    pub broken: bool,
}

/// A file in tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lexed<'a> {
    /// All tokens in order.
    pub tokens: Vec<Token<'a>>,
    /// The lines that have tokens.
    pub lines: Vec<Line>,
}

/// Signs, longest first.
const SIGNS: [&str; 26] = [
    "<->", "->", "<=", ">=", "<>", "=", "<", ">", "+", "-", "*", "/", "&", "(", ")", "[", "]", "{", "}", ",",
    ":", ".", "#", "@", "|", "?",
];

/// Signs of other languages and what is written here instead; looked for before [`SIGNS`].
const FOREIGN: [(&str, &str); 11] = [
    ("==", "compare with one `=`"),
    ("!=", "write `<>` for \"is not\""),
    (":=", "write `=` between target and source"),
    ("=>", "write `>=` for \"at least\", `=` between target and source"),
    ("&&", "write `and`"),
    ("||", "write `or`; codes in brackets are parted by one `|`"),
    ("'", "put texts in straight double quotes: `\"…\"`"),
    ("“", "put texts in straight double quotes: `\"…\"`"),
    ("”", "put texts in straight double quotes: `\"…\"`"),
    ("„", "put texts in straight double quotes: `\"…\"`"),
    (";", "leave it out: a line ends where it ends"),
];

/// The tokens of `text[range]`; spans count from the start of `text`. Findings are added to `diagnostics`.
pub fn lex<'a>(text: &'a str, range: Range<usize>, file: FileId, diagnostics: &mut Diagnostics) -> Lexed<'a> {
    let mut lexed = Lexed::default();
    let mut documentation = Vec::new();
    let mut start = range.start;
    // A byte order mark says nothing in UTF-8.
    if text[range.clone()].starts_with('\u{feff}') {
        start += '\u{feff}'.len_utf8();
    }
    for line in text[start..range.end].split_inclusive('\n') {
        let content = line.trim_end();
        if let Some(words) = content.trim_start().strip_prefix("##") {
            documentation.push(words.trim());
        } else {
            let first = lexed.tokens.len();
            let mut scanner =
                Scanner { text, file, at: start, end: start + content.len(), tokens: &mut lexed.tokens };
            let broken = match scanner.line() {
                Ok(()) => false,
                Err(finding) => {
                    diagnostics.push(*finding);
                    true
                }
            };
            if lexed.tokens.len() > first {
                let documentation = std::mem::take(&mut documentation).join("\n");
                lexed.lines.push(Line { tokens: first..lexed.tokens.len(), documentation, broken });
            }
        }
        start += line.len();
    }
    lexed
}

/// Reads one line.
struct Scanner<'a, 't> {
    text: &'a str,
    file: FileId,
    at: usize,
    end: usize,
    tokens: &'t mut Vec<Token<'a>>,
}

impl<'a> Scanner<'a, '_> {
    fn line(&mut self) -> Result<(), Box<Diagnostic>> {
        let mut glued = false;
        while let Some(next) = self.rest().chars().next() {
            if next.is_whitespace() {
                self.at += next.len_utf8();
                glued = false;
                continue;
            }
            if next == '#' && !glued {
                return Ok(());
            }
            let start = self.at;
            let (kind, text) = self.token(next)?;
            let span = Span::new(self.file, start, self.at);
            self.tokens.push(Token { kind, text, span, glued });
            glued = true;
        }
        Ok(())
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..self.end]
    }

    /// Reads what starts with `next` and moves behind it.
    fn token(&mut self, next: char) -> Result<(Kind, Cow<'a, str>), Box<Diagnostic>> {
        if next == '"' {
            return self.string();
        }
        if next == '`' {
            return self.backquoted();
        }
        if next == '$' {
            return self.parameter();
        }
        if next.is_ascii_digit() {
            return Ok(self.number());
        }
        if is_word_start(next) {
            return Ok((Kind::Word, Cow::Borrowed(self.take_while(is_word_part))));
        }
        self.sign(next)
    }

    fn take_while(&mut self, belongs: fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|character| !belongs(character)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn string(&mut self) -> Result<(Kind, Cow<'a, str>), Box<Diagnostic>> {
        let start = self.at;
        let body = &self.rest()[1..];
        let mut search = 0;
        while let Some(found) = body[search..].find('"') {
            let close = search + found;
            if body[close + 1..].starts_with('"') {
                search = close + 2;
                continue;
            }
            self.at += close + 2;
            let raw = &body[..close];
            let text =
                if raw.contains('"') { Cow::Owned(raw.replace("\"\"", "\"")) } else { Cow::Borrowed(raw) };
            return Ok((Kind::Text, text));
        }
        let span = Span::new(self.file, start, self.end);
        Err(Box::new(Diagnostic::new(Code::L003).at(span, "expected a `\"` before the end of the line")))
    }

    fn backquoted(&mut self) -> Result<(Kind, Cow<'a, str>), Box<Diagnostic>> {
        let start = self.at;
        let body = &self.rest()[1..];
        match body.find('`') {
            Some(0) => {
                let span = Span::new(self.file, start, start + 2);
                Err(Box::new(Diagnostic::new(Code::L005).at(span, "expected a name between the backquotes")))
            }
            Some(close) => {
                self.at += close + 2;
                Ok((Kind::Quoted, Cow::Borrowed(&body[..close])))
            }
            None => {
                let span = Span::new(self.file, start, self.end);
                Err(Box::new(
                    Diagnostic::new(Code::L004).at(span, "expected a backquote before the end of the line"),
                ))
            }
        }
    }

    fn parameter(&mut self) -> Result<(Kind, Cow<'a, str>), Box<Diagnostic>> {
        let start = self.at;
        self.at += 1;
        let name = self.take_while(is_word_part);
        if name.is_empty() {
            let span = Span::new(self.file, start, start + 1);
            return Err(Box::new(
                Diagnostic::new(Code::L006)
                    .with("found", "$")
                    .at(span, "expected the name of a parameter right after it")
                    .help("write `$` and the name without a blank, such as `$zone`"),
            ));
        }
        Ok((Kind::Parameter, Cow::Borrowed(name)))
    }

    /// In `.05.2` and `C504#1.6345` the second dot starts a step, not decimals.
    fn number(&mut self) -> (Kind, Cow<'a, str>) {
        let start = self.at;
        let is_step = self.text[..start].ends_with(['.', '#']);
        self.take_while(|character| character.is_ascii_digit());
        let mut decimals = self.rest().chars();
        if !is_step
            && decimals.next() == Some('.')
            && decimals.next().is_some_and(|digit| digit.is_ascii_digit())
        {
            self.at += 1;
            self.take_while(|character| character.is_ascii_digit());
        }
        let letters = self.take_while(is_word_part);
        let kind = if letters.is_empty() { Kind::Number } else { Kind::Code };
        (kind, Cow::Borrowed(&self.text[start..self.at]))
    }

    fn sign(&mut self, next: char) -> Result<(Kind, Cow<'a, str>), Box<Diagnostic>> {
        let rest = self.rest();
        let foreign = FOREIGN.iter().find(|(sign, _)| rest.starts_with(sign));
        if let (Some(sign), None) = (SIGNS.iter().find(|sign| rest.starts_with(**sign)), foreign) {
            self.at += sign.len();
            return Ok((Kind::Sign, Cow::Borrowed(sign)));
        }
        let length = foreign.map_or(next.len_utf8(), |(sign, _)| sign.len());
        let finding = Diagnostic::new(Code::L006)
            .with("found", &rest[..length])
            .at(Span::new(self.file, self.at, self.at + length), "the language does not have this sign");
        Err(Box::new(match foreign {
            Some((_, help)) => finding.help(*help),
            None => finding,
        }))
    }
}

fn is_word_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn is_word_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::{Kind, lex};
    use crate::base::span::FileId;
    use crate::diagnostics::Diagnostics;

    fn tokens(text: &str) -> Vec<(Kind, String)> {
        let mut diagnostics = Diagnostics::new();
        let lexed = lex(text, 0..text.len(), FileId(0), &mut diagnostics);
        assert!(diagnostics.is_empty(), "{text}: {:?}", diagnostics.as_slice());
        lexed.tokens.iter().map(|token| (token.kind, token.text.to_string())).collect()
    }

    #[test]
    fn positions_are_not_decimals() {
        let texts = |text| tokens(text).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts("N1[ST].04.2"), ["N1", "[", "ST", "]", ".", "04", ".", "2"]);
        assert_eq!(texts("0.5 + 1A"), ["0.5", "+", "1A"]);
    }

    #[test]
    fn comments_are_found_after_strings_and_backquotes() {
        assert_eq!(
            tokens("`PO #` = \"a # b\" # why"),
            [
                (Kind::Quoted, "PO #".to_string()),
                (Kind::Sign, "=".to_string()),
                (Kind::Text, "a # b".to_string())
            ]
        );
        assert_eq!(tokens("N3#1").len(), 3);
        assert_eq!(tokens("\"a \"\"b\"\"\""), [(Kind::Text, "a \"b\"".to_string())]);
    }
}
