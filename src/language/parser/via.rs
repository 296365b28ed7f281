//! Tables behind `via`, policies behind `unknown`, and texts with `{path}` in them.

use super::super::lexer::{Kind, lex};
use super::super::syntax::{Literal, MessagePart, MessageText, Policy, PolicyKind, TableReference, Word};
use super::expression::{literal, nested};
use super::input::{Input, Parsed, Problem, code, end_of_line, keyword, list, must, name, sign};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt, value};

/// `table uom unknown hold`, `{ N: "new" } unknown reject "text"`
pub fn table_and_policy(input: Input<'_>) -> Parsed<'_, (TableReference, Option<Policy>)> {
    let (rest, table) = alt((inline, named)).parse(input)?;
    let (rest, unknown) = opt(unknown).parse(rest)?;
    Ok((rest, (table, unknown)))
}

/// `unknown hold "text"`
pub fn unknown(input: Input<'_>) -> Parsed<'_, Policy> {
    let (rest, _) = keyword("unknown", "`unknown`")(input)?;
    must(policy)(rest)
}

fn inline(input: Input<'_>) -> Parsed<'_, TableReference> {
    let (rest, _) = sign("{", "`{`")(input)?;
    let (rest, rows) = must(list(row))(rest)?;
    let (rest, _) = must(sign("}", "`,` or `}`"))(rest)?;
    Ok((rest, TableReference::Inline(rows, input.span_to(&rest))))
}

fn row(input: Input<'_>) -> Parsed<'_, (Word, Literal)> {
    let (rest, key) = code(input)?;
    let (rest, _) = must(sign(":", "`:`"))(rest)?;
    let (rest, result) = must(literal)(rest)?;
    Ok((rest, (key, result)))
}

fn named(input: Input<'_>) -> Parsed<'_, TableReference> {
    let (rest, _) = keyword("table", "`table`")(input)?;
    let (mut rest, table) = must(name)(rest)?;
    let mut column = None;
    if rest.first().is_some_and(|token| token.glued && token.is_sign(".")) {
        let (next, found) = must(name)(rest.rest())?;
        column = Some(found);
        rest = next;
    }
    let (rest, reversed) = opt(keyword("reversed", "`reversed`")).parse(rest)?;
    Ok((rest, TableReference::Named { name: table, column, reversed: reversed.is_some() }))
}

/// `hold "text"`, `keep warn`, `"EA" warn`
pub fn policy(input: Input<'_>) -> Parsed<'_, Policy> {
    let (rest, kind) = policy_kind(input)?;
    let constant = matches!(kind, PolicyKind::Constant(_));
    let (rest, warn) = opt(keyword("warn", "`warn`")).parse(rest)?;
    let (rest, text) = if constant { (rest, None) } else { opt(message).parse(rest)? };
    Ok((rest, Policy { kind, warn: warn.is_some(), text, span: input.span_to(&rest) }))
}

fn policy_kind(input: Input<'_>) -> Parsed<'_, PolicyKind> {
    let result: Parsed<'_, PolicyKind> = alt((
        value(PolicyKind::Reject, keyword("reject", "")),
        value(PolicyKind::Hold, keyword("hold", "")),
        value(PolicyKind::Keep, keyword("keep", "")),
        value(PolicyKind::Absent, keyword("absent", "")),
        value(PolicyKind::Warn, keyword("warn", "")),
        value(PolicyKind::Ignore, keyword("ignore", "")),
        map(literal, PolicyKind::Constant),
    ))
    .parse(input);
    match result {
        Err(_) => input.expected("`reject`, `hold`, `keep`, `absent`, `warn`, `ignore` or a constant"),
        found => found,
    }
}

/// A string with `{path}` in it; `{{` and `}}` are braces.
pub fn message(input: Input<'_>) -> Parsed<'_, MessageText> {
    let Some(token) = input.first().filter(|token| token.kind == Kind::Text) else {
        return input.expected("a text in double quotes");
    };
    let (start, end) = (token.span.start as usize + 1, token.span.end as usize - 1);
    let mut reader = MessageReader { input, at: start, end, words: String::new(), parts: Vec::new() };
    match reader.read() {
        Ok(()) => Ok((input.rest(), MessageText { parts: reader.parts, span: token.span })),
        Err(problem) => Err(nom::Err::Failure(problem)),
    }
}

/// Reads the raw text between the quotes, so that places of expressions in it are right.
struct MessageReader<'a> {
    input: Input<'a>,
    at: usize,
    end: usize,
    words: String,
    parts: Vec<MessagePart>,
}

impl<'a> MessageReader<'a> {
    fn read(&mut self) -> Result<(), Problem> {
        while let Some(next) = self.rest().chars().next() {
            let doubled = ["\"\"", "{{", "}}"].iter().any(|pair| self.rest().starts_with(pair));
            if next == '{' && !doubled {
                self.value()?;
                continue;
            }
            if next == '}' && !doubled {
                let span = self.span(self.at, self.at + 1);
                return Err(self.problem(
                    Diagnostic::new(Code::L014)
                        .with("found", "}")
                        .with("missing", "{")
                        .at(span, "closes nothing")
                        .help("write `}}` for a brace in the text"),
                ));
            }
            self.words.push(next);
            self.at += next.len_utf8() * if doubled { 2 } else { 1 };
        }
        self.flush();
        Ok(())
    }

    fn rest(&self) -> &'a str {
        &self.input.text[self.at..self.end]
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.input.place().file, start, end)
    }

    fn problem(&self, finding: Diagnostic) -> Problem {
        Problem { found: self.input.place(), expected: Vec::new(), finding: Some(Box::new(finding)) }
    }

    fn flush(&mut self) {
        if !self.words.is_empty() {
            self.parts.push(MessagePart::Text(std::mem::take(&mut self.words)));
        }
    }

    /// `{expression}`
    fn value(&mut self) -> Result<(), Problem> {
        self.flush();
        let open = self.at;
        let Some(length) = self.rest().find('}') else {
            let span = self.span(open, open + 1);
            return Err(self.problem(
                Diagnostic::new(Code::L014)
                    .with("found", "{")
                    .with("missing", "}")
                    .at(span, "is not closed in this text")
                    .help("close the path with `}`, or write `{{` for a brace in the text"),
            ));
        };
        let mut findings = Diagnostics::new();
        let file = self.input.place().file;
        let lexed = lex(self.input.text, open + 1..open + length, file, &mut findings);
        if let Some(finding) = findings.into_vec().into_iter().next() {
            return Err(self.problem(finding));
        }
        let end = self.span(open + length, open + length + 1);
        let inner = Input { tokens: &lexed.tokens, text: self.input.text, end, depth: self.input.depth };
        let parsed = nested(inner).and_then(|(rest, value)| end_of_line(rest).map(|_| value));
        match parsed {
            Ok(value) => self.parts.push(MessagePart::Value(value)),
            Err(nom::Err::Error(problem) | nom::Err::Failure(problem)) => return Err(problem),
            // No parser here asks for more input.
            Err(nom::Err::Incomplete(_)) => {}
        }
        self.at = open + length + 1;
        Ok(())
    }
}
