//! Expressions. From loosest to tightest: `else`, `via`, `or`, `and`, `not`, comparison, `+ - &`, `* /`, unary `-`.
//!
//! Operators are read by precedence climbing and not by one parser per level: a bracket then costs few stack frames,
//! which is what bounds how deep a file may nest.

use super::super::lexer::Kind;
use super::super::syntax::{
    Expression, ExpressionKind, Literal, LiteralKind, Operator, Path, PathStep, StepName, Via, Word,
};
use super::depth;
use super::input::{Input, NESTING_MAX, Parsed, Problem, keyword, list, must, plain_word, sign, string};
use super::path::{path, source_path};
use super::via::table_and_policy;
use super::wording::CONSTANT;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use nom::Parser;
use nom::combinator::{map, opt};

type ExpressionParser = for<'a> fn(Input<'a>) -> Parsed<'a, Expression>;

/// Tightness of operators; a larger one binds tighter.
const DISJUNCTION: u8 = 1;
const CONJUNCTION: u8 = 2;
const COMPARISON: u8 = 3;
const SUM: u8 = 4;
const PRODUCT: u8 = 5;
const UNARY: u8 = 6;

/// A whole expression of a line. Its tree is at most [`NESTING_MAX`] deep, so that later stages may recurse over it.
pub fn expression(input: Input<'_>) -> Parsed<'_, Expression> {
    let (rest, whole) = fallback(input)?;
    if depth::of(&whole) > NESTING_MAX {
        return input.fail(too_deep(whole.span));
    }
    Ok((rest, whole))
}

/// An expression inside brackets of any kind.
pub fn nested(input: Input<'_>) -> Parsed<'_, Expression> {
    deeper(input, fallback)
}

/// The key of an `earlier` line: no comparison, no `and`.
pub fn key_value(input: Input<'_>) -> Parsed<'_, Expression> {
    climb(input, SUM)
}

/// A constant.
pub fn literal(input: Input<'_>) -> Parsed<'_, Literal> {
    let Some(token) = input.first() else { return input.expected(CONSTANT) };
    let minus = token.is_sign("-");
    let number = if minus { input.rest() } else { input };
    let kind = match (token.kind, number.first()) {
        (Kind::Text, _) => LiteralKind::Text(token.text.to_string()),
        (_, Some(digits)) if digits.kind == Kind::Number && (!minus || digits.glued) => {
            let sign = if minus { "-" } else { "" };
            LiteralKind::Number(format!("{sign}{}", digits.text))
        }
        (Kind::Word, _) if token.text == "true" => LiteralKind::Bool(true),
        (Kind::Word, _) if token.text == "false" => LiteralKind::Bool(false),
        (Kind::Word, _) if token.text == "absent" => LiteralKind::Absent,
        _ => return input.expected(CONSTANT),
    };
    let rest = number.rest();
    Ok((rest, Literal { kind, span: input.span_to(&rest) }))
}

fn deeper(input: Input<'_>, parser: ExpressionParser) -> Parsed<'_, Expression> {
    if input.depth >= NESTING_MAX {
        return input.fail(too_deep(input.place()));
    }
    let (rest, inner) = parser(Input { depth: input.depth + 1, ..input })?;
    Ok((Input { depth: input.depth, ..rest }, inner))
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::L011)
        .with("limit", NESTING_MAX.to_string())
        .at(span, "this expression is too deep")
        .help("give parts of it a name with `let`")
}

/// `a else b else c`
fn fallback(input: Input<'_>) -> Parsed<'_, Expression> {
    let (mut rest, mut first) = choice(input)?;
    let mut links = input.depth;
    while let Ok((next, _)) = keyword("else", "`else`")(rest) {
        links += 1;
        if links > NESTING_MAX {
            return input.fail(too_deep(first.span));
        }
        let (next, fallback) = must(choice)(next)?;
        let span = first.span.to(fallback.span);
        let kind = ExpressionKind::Else { value: Box::new(first), fallback: Box::new(fallback) };
        first = Expression { kind, span };
        rest = next;
    }
    Ok((rest, first))
}

fn choice(input: Input<'_>) -> Parsed<'_, Expression> {
    match input.first() {
        Some(token) if token.is_word("if") => conditional(input),
        _ => lookup(input),
    }
}

/// `if c then a else b`. What follows the `else` branch without brackets could belong to the branch or to the whole,
/// so it is refused.
fn conditional(input: Input<'_>) -> Parsed<'_, Expression> {
    let (rest, _) = keyword("if", "`if`")(input)?;
    let (rest, condition) = must(disjunction)(rest)?;
    let (rest, _) = must(keyword("then", "`then`"))(rest)?;
    let (rest, then) = must(|input| deeper(input, choice))(rest)?;
    let (rest, _) = must(keyword("else", "`else`"))(rest)?;
    let branch: ExpressionParser = |input| match input.first() {
        Some(token) if token.is_word("if") => conditional(input),
        _ => disjunction(input),
    };
    let (rest, otherwise) = must(|input| deeper(input, branch))(rest)?;
    let span = input.span_to(&rest);
    if let Some(word) = rest.first().filter(|token| token.is_word("via") || token.is_word("else")) {
        let word_text = word.text.as_ref();
        return rest.fail(
            Diagnostic::new(Code::L012)
                .with("found", word_text)
                .at(word.span, "belongs to the branch or to the whole `if`?")
                .at(span, "the `if`")
                .help(format!(
                    "put brackets: `(if … else …) {word_text} …` for the whole, `else (… {word_text} …)` for the branch"
                )),
        );
    }
    let kind = ExpressionKind::If {
        condition: Box::new(condition),
        then: Box::new(then),
        otherwise: Box::new(otherwise),
    };
    Ok((rest, Expression { kind, span }))
}

/// `x via table uom unknown hold`
fn lookup(input: Input<'_>) -> Parsed<'_, Expression> {
    let (rest, value) = disjunction(input)?;
    let Ok((rest_via, _)) = keyword("via", "`via`")(rest) else { return Ok((rest, value)) };
    let (rest, (table, unknown)) = must(table_and_policy)(rest_via)?;
    let kind = ExpressionKind::Via(Box::new(Via { value, table, unknown }));
    Ok((rest, Expression { kind, span: input.span_to(&rest) }))
}

fn disjunction(input: Input<'_>) -> Parsed<'_, Expression> {
    climb(input, DISJUNCTION)
}

/// Operators that bind at least as tight as `minimum`, grouped from the left.
fn climb(input: Input<'_>, minimum: u8) -> Parsed<'_, Expression> {
    let (mut rest, mut left) = prefix(input, minimum)?;
    let mut links = input.depth;
    let mut compared = false;
    while let Some((level, operator)) = operator(&rest) {
        // `a = b = c` says nothing clear: the second sign is left over and reported.
        if level < minimum || (level == COMPARISON && compared) {
            break;
        }
        links += 1;
        if links > NESTING_MAX {
            return input.fail(too_deep(left.span));
        }
        compared |= level == COMPARISON;
        (rest, left) = match operator {
            Sign::Binary(operator) => {
                blanks_around(&rest, operator)?;
                let (next, right) = must(|input| climb(input, level + 1))(rest.rest())?;
                (next, binary(operator, left, right))
            }
            Sign::In => in_list(rest.rest(), left)?,
            Sign::Matches => {
                let (next, pattern) = must(string)(rest.rest())?;
                let span = input.span_to(&next);
                let kind = ExpressionKind::Matches { value: Box::new(left), pattern };
                (next, Expression { kind, span })
            }
        };
    }
    Ok((rest, left))
}

/// What may stand behind a value.
enum Sign {
    Binary(Operator),
    In,
    Matches,
}

fn operator(input: &Input<'_>) -> Option<(u8, Sign)> {
    let token = input.first().filter(|token| matches!(token.kind, Kind::Word | Kind::Sign))?;
    let (level, operator) = match token.text.as_ref() {
        "or" => (DISJUNCTION, Operator::Or),
        "and" => (CONJUNCTION, Operator::And),
        "=" => (COMPARISON, Operator::Equal),
        "<>" => (COMPARISON, Operator::NotEqual),
        "<" => (COMPARISON, Operator::Less),
        "<=" => (COMPARISON, Operator::LessOrEqual),
        ">" => (COMPARISON, Operator::Greater),
        ">=" => (COMPARISON, Operator::GreaterOrEqual),
        "in" => return Some((COMPARISON, Sign::In)),
        "matches" => return Some((COMPARISON, Sign::Matches)),
        "+" => (SUM, Operator::Add),
        "-" => (SUM, Operator::Subtract),
        "&" => (SUM, Operator::Join),
        "*" => (PRODUCT, Operator::Multiply),
        "/" => (PRODUCT, Operator::Divide),
        _ => return None,
    };
    Some((level, Sign::Binary(operator)))
}

/// `("a", "b")` behind `in`
fn in_list(input: Input<'_>, value: Expression) -> Parsed<'_, Expression> {
    let (rest, _) = must(sign("(", "`(`"))(input)?;
    let (rest, list) = must(list(nested))(rest)?;
    let (rest, _) = must(sign(")", "`,` or `)`"))(rest)?;
    let span = value.span.to(input.span_to(&rest));
    Ok((rest, Expression { kind: ExpressionKind::In { value: Box::new(value), list }, span }))
}

fn binary(operator: Operator, left: Expression, right: Expression) -> Expression {
    let span = left.span.to(right.span);
    let kind = ExpressionKind::Binary { operator, left: Box::new(left), right: Box::new(right) };
    Expression { kind, span }
}

/// `-` and `/` between operands have a blank on both sides, so that `ship-to` is never a subtraction.
fn blanks_around<'a>(input: &Input<'a>, operator: Operator) -> Result<(), nom::Err<Problem>> {
    let Some(token) = input.first().filter(|_| matches!(operator, Operator::Subtract | Operator::Divide))
    else {
        return Ok(());
    };
    if !token.glued && !input.rest().first().is_some_and(|next| next.glued) {
        return Ok(());
    }
    let finding = Diagnostic::new(Code::L010)
        .with("found", token.text.as_ref())
        .at(token.span, "a blank is missing beside it");
    input.fail(finding).map(|(_, ())| ())
}

/// `not x`, `-x` or a value.
fn prefix(input: Input<'_>, minimum: u8) -> Parsed<'_, Expression> {
    let Some(token) = input.first() else { return atom(input) };
    if token.is_word("not") && minimum <= COMPARISON {
        let (rest, inner) = must(|input| deeper(input, |input| climb(input, COMPARISON)))(input.rest())?;
        let kind = ExpressionKind::Not(Box::new(inner));
        return Ok((rest, Expression { kind, span: input.span_to(&rest) }));
    }
    if token.is_sign("-") {
        let (rest, inner) = must(|input| deeper(input, |input| climb(input, UNARY)))(input.rest())?;
        let kind = ExpressionKind::Negate(Box::new(inner));
        return Ok((rest, Expression { kind, span: input.span_to(&rest) }));
    }
    atom(input)
}

const VALUE: &str = "a value: a path, a constant, `$parameter` or a function";

fn atom(input: Input<'_>) -> Parsed<'_, Expression> {
    let Some(token) = input.first() else { return input.expected(VALUE) };
    if token.is_word("if") {
        return input.fail(
            Diagnostic::new(Code::L012)
                .with("found", "if")
                .at(input.place(), "how far does it reach?")
                .help("put brackets around it: `(if … then … else …)`"),
        );
    }
    let next = input.rest();
    let (rest, kind) = match token.kind {
        Kind::Text | Kind::Number => constant(input)?,
        Kind::Parameter => {
            let name = Word { text: token.text.to_string(), span: token.span };
            (next, ExpressionKind::Parameter(name))
        }
        Kind::Sign if token.text == "(" => bracketed(input)?,
        Kind::Word if next.first().is_some_and(|token| token.is_sign("(")) => call(input)?,
        Kind::Word if matches!(token.text.as_ref(), "true" | "false" | "absent") => constant(input)?,
        Kind::Word if next.first().is_some_and(|token| token.is_word("all")) => all(input)?,
        _ => match source_path(input) {
            Err(nom::Err::Error(_)) => return input.expected(VALUE),
            path => path.map(|(rest, path)| (rest, ExpressionKind::Path(path)))?,
        },
    };
    let value = Expression { kind, span: input.span_to(&rest) };
    let goes_on = rest.first().is_some_and(|token| token.glued && token.is_sign("."));
    if !goes_on || matches!(value.kind, ExpressionKind::Path(_)) {
        return Ok((rest, value));
    }
    let (rest, path) = must(path)(rest)?;
    let kind = ExpressionKind::Within { value: Box::new(value), path };
    Ok((rest, Expression { kind, span: input.span_to(&rest) }))
}

fn call(input: Input<'_>) -> Parsed<'_, ExpressionKind> {
    let (rest, name) = plain_word(input)?;
    if matches!(name.text.as_str(), "not" | "and" | "or" | "in" | "then" | "else" | "via" | "unknown") {
        return input.expected(VALUE);
    }
    let (rest, _) = sign("(", "`(`")(rest)?;
    if let Ok((rest, _)) = sign(")", "`)`")(rest) {
        return Ok((rest, ExpressionKind::Call { name, arguments: Vec::new() }));
    }
    let (rest, arguments) = must(list(nested))(rest)?;
    let (rest, _) = must(sign(")", "`,` or `)`"))(rest)?;
    Ok((rest, ExpressionKind::Call { name, arguments }))
}

fn constant(input: Input<'_>) -> Parsed<'_, ExpressionKind> {
    map(literal, ExpressionKind::Literal).parse(input)
}

fn bracketed(input: Input<'_>) -> Parsed<'_, ExpressionKind> {
    let (rest, _) = sign("(", "`(`")(input)?;
    let (rest, mut items) = must(list(nested))(rest)?;
    let (rest, _) = must(sign(")", "`,` or `)`"))(rest)?;
    match items.pop() {
        Some(only) if items.is_empty() => Ok((rest, only.kind)),
        last => {
            items.extend(last);
            Ok((rest, ExpressionKind::List(items)))
        }
    }
}

/// `out all HL`
fn all(input: Input<'_>) -> Parsed<'_, ExpressionKind> {
    let (rest, root) = plain_word(input)?;
    let (rest, _) = keyword("all", "`all`")(rest)?;
    let (rest, mut path): (_, Path) = must(path)(rest)?;
    if let Some(first) = path.steps.first_mut() {
        first.is_deep = true;
    }
    let name = StepName::Name(root.text);
    let root = PathStep { name, selectors: Vec::new(), occurrence: None, is_deep: false, span: root.span };
    path.steps.insert(0, root);
    path.span = input.span_to(&rest);
    Ok((rest, ExpressionKind::Path(path)))
}

/// An expression after a keyword, if the keyword is there.
pub fn after<'a>(
    word: &'static str,
    shown: &'static str,
) -> impl FnMut(Input<'a>) -> Parsed<'a, Option<Expression>> {
    move |input| {
        let (rest, found) = opt(keyword(word, shown)).parse(input)?;
        if found.is_none() {
            return Ok((rest, None));
        }
        map(must(expression), Some).parse(rest)
    }
}
