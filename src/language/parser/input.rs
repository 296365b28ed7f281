//! What the parsers of a line read, how they fail, and the smallest of them.

use super::super::lexer::{Kind, Token};
use super::super::syntax::{DocumentReference, Text, Word};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use nom::error::{ErrorKind, ParseError};
use nom::{Err, IResult, Needed};

/// Deepest nesting of blocks and of expressions.
pub const NESTING_MAX: usize = 64;

/// The tokens of a line that are not read yet.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The tokens.
    pub tokens: &'a [Token<'a>],
    /// The whole file, for the words of findings.
    pub text: &'a str,
    /// One past the last token of the line.
    pub end: Span,
    /// How deep the parser is in brackets.
    pub depth: usize,
}

/// What a parser of a part of a line gives.
pub type Parsed<'a, T> = IResult<Input<'a>, T, Problem>;

/// Why a part of a line could not be read. Of several tries the one that came furthest is told.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What was found.
    pub found: Span,
    /// What could stand there; words of the language are in backquotes.
    pub expected: Vec<&'static str>,
    /// A finding that says more than found and expected.
    pub finding: Option<Box<Diagnostic>>,
}

impl<'a> Input<'a> {
    /// The next token.
    pub fn first(&self) -> Option<&'a Token<'a>> {
        self.tokens.first()
    }

    /// Where the next token stands; at the end of the line, right behind it.
    pub fn place(&self) -> Span {
        self.first().map_or(self.end, |token| token.span)
    }

    /// The input behind the next token.
    pub fn rest(&self) -> Self {
        Input { tokens: self.tokens.get(1..).unwrap_or_default(), ..*self }
    }

    /// From here up to where `rest` starts. At least one token lies between them.
    pub fn span_to(&self, rest: &Input<'_>) -> Span {
        let read = self.tokens.len().saturating_sub(rest.tokens.len());
        match self.tokens.get(read.saturating_sub(1)) {
            Some(last) if read > 0 => self.place().to(last.span),
            _ => self.place(),
        }
    }

    /// Fails softly: another alternative may fit.
    pub fn expected<T>(&self, what: &'static str) -> Parsed<'a, T> {
        Err(Err::Error(Problem { found: self.place(), expected: vec![what], finding: None }))
    }

    /// Fails for good with a finding.
    pub fn fail<T>(&self, finding: Diagnostic) -> Parsed<'a, T> {
        let finding = Some(Box::new(finding));
        Err(Err::Failure(Problem { found: self.place(), expected: Vec::new(), finding }))
    }
}

impl<'a> ParseError<Input<'a>> for Problem {
    fn from_error_kind(input: Input<'a>, _: ErrorKind) -> Self {
        Problem { found: input.place(), expected: Vec::new(), finding: None }
    }

    fn append(_: Input<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }

    fn or(mut self, other: Self) -> Self {
        match self.found.start.cmp(&other.found.start) {
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Equal => {
                self.expected.extend(other.expected);
                self.finding = self.finding.or(other.finding);
                self
            }
        }
    }
}

impl<'a> nom::Input for Input<'a> {
    type Item = &'a Token<'a>;
    type Iter = std::slice::Iter<'a, Token<'a>>;
    type IterIndices = std::iter::Enumerate<std::slice::Iter<'a, Token<'a>>>;

    fn input_len(&self) -> usize {
        self.tokens.len()
    }

    fn take(&self, index: usize) -> Self {
        Input { tokens: &self.tokens[..index], ..*self }
    }

    fn take_from(&self, index: usize) -> Self {
        Input { tokens: &self.tokens[index..], ..*self }
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }

    fn position<P: Fn(Self::Item) -> bool>(&self, predicate: P) -> Option<usize> {
        self.tokens.iter().position(predicate)
    }

    fn iter_elements(&self) -> Self::Iter {
        self.tokens.iter()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.tokens.iter().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        if count <= self.tokens.len() { Ok(count) } else { Err(Needed::new(count - self.tokens.len())) }
    }
}

/// Makes what must follow a failure for good, so that no other alternative hides it.
pub fn must<'a, T>(
    mut parser: impl FnMut(Input<'a>) -> Parsed<'a, T>,
) -> impl FnMut(Input<'a>) -> Parsed<'a, T> {
    move |input| match parser(input) {
        Err(Err::Error(problem)) => Err(Err::Failure(problem)),
        other => other,
    }
}

/// The keyword `word`; `shown` is the same in backquotes, for findings.
pub fn keyword<'a>(word: &'static str, shown: &'static str) -> impl FnMut(Input<'a>) -> Parsed<'a, Span> {
    move |input| match input.first() {
        Some(token) if token.is_word(word) => Ok((input.rest(), token.span)),
        _ => input.expected(shown),
    }
}

/// The sign `sign`; `shown` is the same in backquotes, for findings.
pub fn sign<'a>(sign: &'static str, shown: &'static str) -> impl FnMut(Input<'a>) -> Parsed<'a, Span> {
    move |input| match input.first() {
        Some(token) if token.is_sign(sign) => Ok((input.rest(), token.span)),
        _ => input.expected(shown),
    }
}

fn token<'a>(input: Input<'a>, what: &'static str, fits: impl Fn(&Token<'_>) -> bool) -> Parsed<'a, Word> {
    match input.first() {
        Some(token) if fits(token) => {
            Ok((input.rest(), Word { text: token.text.to_string(), span: token.span }))
        }
        _ => input.expected(what),
    }
}

/// A name, also in backquotes.
pub fn name(input: Input<'_>) -> Parsed<'_, Word> {
    token(input, "a name", |token| matches!(token.kind, Kind::Word | Kind::Quoted))
}

/// A word of the language or a short name, not in backquotes.
pub fn plain_word(input: Input<'_>) -> Parsed<'_, Word> {
    token(input, "a word", |token| token.kind == Kind::Word)
}

/// A string.
pub fn string(input: Input<'_>) -> Parsed<'_, Text> {
    token(input, "a text in double quotes", |token| token.kind == Kind::Text)
}

/// A code: a bare word or number, or anything in quotes.
pub fn code(input: Input<'_>) -> Parsed<'_, Word> {
    token(input, "a code", |token| match token.kind {
        Kind::Word | Kind::Code | Kind::Text => true,
        Kind::Number => !token.text.contains('.'),
        _ => false,
    })
}

/// A name of an element, check or setting: a word, or digits with or without letters.
pub fn label(input: Input<'_>) -> Parsed<'_, Word> {
    token(input, "a name", |token| matches!(token.kind, Kind::Word | Kind::Number | Kind::Code))
}

/// A whole number.
pub fn whole_number(input: Input<'_>) -> Parsed<'_, u32> {
    let Some(token) = input.first().filter(|token| token.kind == Kind::Number && !token.text.contains('.'))
    else {
        return input.expected("a whole number");
    };
    match token.text.parse() {
        Ok(number) => Ok((input.rest(), number)),
        Err(_) => input.fail(
            Diagnostic::new(Code::L016)
                .with("found", token.text.as_ref())
                .at(token.span, "at most 4294967295 can stand here"),
        ),
    }
}

/// `.05`: a position counted from 1.
pub fn position(input: Input<'_>) -> Parsed<'_, u16> {
    let (rest, dot) = sign(".", "a position such as `.05`")(input)?;
    let Some(token) = rest.first().filter(|token| token.glued && token.kind == Kind::Number) else {
        return input.expected("a position such as `.05`");
    };
    match token.text.parse() {
        Ok(0) => input.fail(position_zero(dot.to(token.span))),
        Ok(position) => Ok((rest.rest(), position)),
        Err(_) => input.expected("a position such as `.05`"),
    }
}

/// The finding for `.00`.
pub fn position_zero(span: Span) -> Diagnostic {
    Diagnostic::new(Code::L015).at(span, "positions count from 1")
}

/// Words, numbers and the signs `/`, `-`, `.` without a blank between them, such as `utf-8`.
pub fn run(input: Input<'_>) -> Parsed<'_, Word> {
    let starts = |token: &Token<'_>| matches!(token.kind, Kind::Word | Kind::Number | Kind::Code);
    if !input.first().is_some_and(starts) {
        return input.expected("a word or number");
    }
    let joins = |token: &Token<'_>| starts(token) || ["/", "-", "."].iter().any(|sign| token.is_sign(sign));
    let more = input.tokens[1..].iter().take_while(|token| token.glued && joins(token)).count();
    let span = input.tokens[0].span.to(input.tokens[more].span);
    let text = input.text[span.start as usize..span.end as usize].to_string();
    Ok((Input { tokens: &input.tokens[more + 1..], ..input }, Word { text, span }))
}

/// `house/940-order@7`
pub fn document_reference(input: Input<'_>) -> Parsed<'_, DocumentReference> {
    let Ok((rest, word)) = run(input) else {
        return input.expected("the name of a document such as `house/940-order`");
    };
    let at = rest.first().filter(|token| token.glued && token.is_sign("@"));
    let Some(at) = at else {
        return Ok((rest, DocumentReference { name: word.text, version: None, span: word.span }));
    };
    let (rest, version) = must(whole_number)(rest.rest())?;
    let span = word.span.to(at.span).to(input.span_to(&rest));
    Ok((rest, DocumentReference { name: word.text, version: Some(version), span }))
}

/// `a, b, c`: at least one.
pub fn list<'a, T>(
    mut item: impl FnMut(Input<'a>) -> Parsed<'a, T>,
) -> impl FnMut(Input<'a>) -> Parsed<'a, Vec<T>> {
    move |input| {
        let (mut rest, first) = item(input)?;
        let mut items = vec![first];
        while rest.first().is_some_and(|token| token.is_sign(",")) {
            let (next, another) = must(&mut item)(rest.rest())?;
            items.push(another);
            rest = next;
        }
        Ok((rest, items))
    }
}

/// The end of the line.
pub fn end_of_line(input: Input<'_>) -> Parsed<'_, ()> {
    if input.tokens.is_empty() { Ok((input, ())) } else { input.expected("the end of the line") }
}
