//! Paths: `N1[ST][.03 = "92"]#1.04`, `.C082.3039`, `` lines.`ship-to` ``.

use super::super::lexer::{Kind, Token};
use super::super::syntax::{Occurrence, Path, PathStep, Selector, SelectorKind, StepName};
use super::expression;
use super::input::{Input, Parsed, code, must, position_zero, sign, whole_number};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use nom::Parser;
use nom::branch::alt;
use nom::sequence::preceded;

/// Words that cannot start a path in an expression; in backquotes they can.
pub(in crate::language) const RESERVED: [&str; 14] = [
    "if", "then", "else", "not", "and", "or", "in", "matches", "absent", "present", "true", "false", "via",
    "unknown",
];

/// A path on the right of an assignment: reserved words do not start it.
pub fn source_path(input: Input<'_>) -> Parsed<'_, Path> {
    match input.first() {
        Some(token) if token.kind == Kind::Word && RESERVED.contains(&token.text.as_ref()) => {
            input.expected("a value")
        }
        _ => path(input),
    }
}

/// Any path. No blank stands in it.
pub fn path(input: Input<'_>) -> Parsed<'_, Path> {
    let leading_dot = input.first().is_some_and(|token| token.is_sign("."));
    let (mut rest, first) = if leading_dot { step_after_dot(input)? } else { first_step(input)? };
    let mut steps = vec![first];
    while rest.first().is_some_and(|token| token.glued && token.is_sign(".")) {
        let (next, step) = must(step_after_dot)(rest)?;
        steps.push(step);
        rest = next;
    }
    // There are thousands of paths.
    steps.shrink_to_fit();
    let span = input.span_to(&rest);
    if let Some(finding) = broken_off(&rest, span) {
        return input.fail(finding);
    }
    Ok((rest, Path { steps, span }))
}

/// Signs right behind a path that show that the path was meant to go on.
fn broken_off(rest: &Input<'_>, path: Span) -> Option<Diagnostic> {
    let next = rest.first()?;
    if !next.glued && (next.is_sign("[") || next.is_sign(".")) {
        return Some(
            Diagnostic::new(Code::L009).at(next.span, "a blank before it ends the path").at(path, "the path"),
        );
    }
    let after = rest.rest();
    let operator = ["-", "/"].into_iter().find(|operator| next.is_sign(operator))?;
    let joined = after.first().filter(|after| after.glued && next.glued)?;
    let whole = path.to(joined.span);
    let text = &rest.text[whole.start as usize..whole.end as usize];
    Some(Diagnostic::new(Code::L010).with("found", operator).at(next.span, "no blank around it").help(
        format!("put blanks around `{operator}` to calculate, or put the name in backquotes: `` `{text}` ``"),
    ))
}

/// A step without a dot before it: a name, never a position.
fn first_step(input: Input<'_>) -> Parsed<'_, PathStep> {
    let (rest, name) = step_name(input)?;
    step_tail(input, rest, StepName::Name(name))
}

/// `.05`, `.C082`, `.3039`. One or two digits are a position, more are the number of a data element.
fn step_after_dot(input: Input<'_>) -> Parsed<'_, PathStep> {
    let (start, dot) = sign(".", "`.`")(input)?;
    let Some(token) = start.first().filter(|token| token.glued) else {
        return start.expected("a name or position right after the dot");
    };
    if token.kind == Kind::Number && token.text.len() <= 2 {
        return match token.text.parse() {
            Ok(0) => input.fail(position_zero(dot.to(token.span))),
            Ok(position) => step_tail(start, start.rest(), StepName::Position(position)),
            Err(_) => start.expected("a name or position right after the dot"),
        };
    }
    if matches!(token.kind, Kind::Number | Kind::Code) {
        return step_tail(start, start.rest(), StepName::Name(token.text.to_string()));
    }
    let (rest, name) = step_name(start)?;
    step_tail(start, rest, StepName::Name(name))
}

/// A name, also in backquotes, `@id` or `cbc:ID`.
pub fn step_name(input: Input<'_>) -> Parsed<'_, String> {
    let is_name = |token: &&Token<'_>| matches!(token.kind, Kind::Word | Kind::Quoted);
    let (start, at) = match input.first() {
        Some(token) if token.is_sign("@") => (input.rest(), "@"),
        _ => (input, ""),
    };
    let glued = |token: &&Token<'_>| at.is_empty() || token.glued;
    let Some(first) = start.first().filter(is_name).filter(glued) else {
        return input.expected("a path such as `N1[ST].04`");
    };
    let rest = start.rest();
    let after = rest.rest();
    let colon = rest.first().filter(|token| token.glued && token.is_sign(":"));
    let local = after.first().filter(|token| token.glued && token.kind == Kind::Word);
    if let (Kind::Word, Some(_), Some(local)) = (first.kind, colon, local) {
        return Ok((after.rest(), format!("{at}{}:{}", first.text, local.text)));
    }
    Ok((rest, format!("{at}{}", first.text)))
}

/// Selectors and the occurrence behind a step's name.
fn step_tail<'a>(start: Input<'a>, mut rest: Input<'a>, name: StepName) -> Parsed<'a, PathStep> {
    let mut selectors = Vec::new();
    while rest.first().is_some_and(|token| token.glued && token.is_sign("[")) {
        let (next, selector) = must(selector)(rest)?;
        selectors.push(selector);
        rest = next;
    }
    let mut found = None;
    if rest.first().is_some_and(|token| token.glued && token.is_sign("#")) {
        let (next, which) = must(occurrence)(rest.rest())?;
        found = Some(which);
        rest = next;
    }
    Ok((rest, PathStep { name, selectors, occurrence: found, is_deep: false, span: start.span_to(&rest) }))
}

fn occurrence(input: Input<'_>) -> Parsed<'_, Occurrence> {
    if let Some(token) = input.first().filter(|token| token.glued) {
        if token.is_word("last") {
            return Ok((input.rest(), Occurrence::Last));
        }
        if token.kind == Kind::Number {
            let (rest, number) = whole_number(input)?;
            if number == 0 {
                return input.fail(position_zero(token.span));
            }
            return Ok((rest, Occurrence::Number(number)));
        }
    }
    input.expected("a number or `last` right after `#`")
}

fn selector(input: Input<'_>) -> Parsed<'_, Selector> {
    let (start, _) = sign("[", "`[`")(input)?;
    let (rest, kind) = alt((codes, condition)).parse(start)?;
    Ok((rest, Selector { kind, span: input.span_to(&rest) }))
}

/// `ST]`, `not LI]`, `DEL|DIN]`
fn codes(input: Input<'_>) -> Parsed<'_, SelectorKind> {
    // `[not]` alone is the code `not`.
    let negated = input.first().is_some_and(|token| token.is_word("not"))
        && !input.rest().first().is_some_and(|token| token.is_sign("]"));
    let rest = if negated { input.rest() } else { input };
    let (mut rest, first) = code(rest)?;
    let mut codes = vec![first];
    while let Ok((next, another)) = preceded(sign("|", "`|`"), code).parse(rest) {
        codes.push(another);
        rest = next;
    }
    let (rest, _) = sign("]", "`]`")(rest)?;
    Ok((rest, SelectorKind::Codes { negated, codes }))
}

/// A path in a selector in a path takes the stack of several brackets, and nobody writes it deep.
const SELECTOR_LEVELS: usize = 4;

fn condition(input: Input<'_>) -> Parsed<'_, SelectorKind> {
    let deeper = Input { depth: input.depth + SELECTOR_LEVELS - 1, ..input };
    let (rest, condition) = expression::nested(deeper)?;
    let (rest, _) = sign("]", "`]`")(Input { depth: input.depth, ..rest })?;
    Ok((rest, SelectorKind::Condition(Box::new(condition))))
}
