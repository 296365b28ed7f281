//! Expressions. From loosest to tightest: `else`, `via`, `or`, `and`, `not`, comparison, `+ - &`, `* /`, unary `-`.

use super::super::lexer::Kind;
use super::super::syntax::{Expression, ExpressionKind, Literal, LiteralKind, Operator, Path, Via, Word};
use super::depth;
use super::input::{Input, NESTING_MAX, Parsed, keyword, list, must, plain_word, sign, string};
use super::path::{path, source_path};
use super::via::table_and_policy;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt, value};

type ExpressionParser = for<'a> fn(Input<'a>) -> Parsed<'a, Expression>;
type OperatorParser = for<'a> fn(Input<'a>) -> Parsed<'a, Operator>;

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
    sum(input)
}

/// A constant.
pub fn literal(input: Input<'_>) -> Parsed<'_, Literal> {
    let Some(token) = input.first() else { return input.expected("a constant such as `\"x\"` or `12`") };
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
        _ => return input.expected("a constant such as `\"x\"` or `12`"),
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
    alt((conditional, lookup)).parse(input)
}

/// `if c then a else b`. What follows the `else` branch without brackets could belong to the branch or to the whole,
/// so it is refused.
fn conditional(input: Input<'_>) -> Parsed<'_, Expression> {
    let (rest, _) = keyword("if", "`if`")(input)?;
    let (rest, condition) = must(disjunction)(rest)?;
    let (rest, _) = must(keyword("then", "`then`"))(rest)?;
    let (rest, then) = must(|input| deeper(input, choice))(rest)?;
    let (rest, _) = must(keyword("else", "`else`"))(rest)?;
    let branch: ExpressionParser = |input| alt((conditional, disjunction)).parse(input);
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

/// `a o b o c`, grouped from the left.
fn chain(input: Input<'_>, operand: ExpressionParser, operator: OperatorParser) -> Parsed<'_, Expression> {
    let (mut rest, mut left) = operand(input)?;
    let mut links = input.depth;
    loop {
        let (next, operator) = match operator(rest) {
            Ok(found) => found,
            Err(nom::Err::Failure(problem)) => return Err(nom::Err::Failure(problem)),
            Err(_) => return Ok((rest, left)),
        };
        links += 1;
        if links > NESTING_MAX {
            return input.fail(too_deep(left.span));
        }
        let (next, right) = must(operand)(next)?;
        left = binary(operator, left, right);
        rest = next;
    }
}

fn binary(operator: Operator, left: Expression, right: Expression) -> Expression {
    let span = left.span.to(right.span);
    let kind = ExpressionKind::Binary { operator, left: Box::new(left), right: Box::new(right) };
    Expression { kind, span }
}

fn disjunction(input: Input<'_>) -> Parsed<'_, Expression> {
    chain(input, conjunction, |input| value(Operator::Or, keyword("or", "`or`")).parse(input))
}

fn conjunction(input: Input<'_>) -> Parsed<'_, Expression> {
    chain(input, negation, |input| value(Operator::And, keyword("and", "`and`")).parse(input))
}

fn negation(input: Input<'_>) -> Parsed<'_, Expression> {
    let Ok((rest, _)) = keyword("not", "`not`")(input) else { return comparison(input) };
    let (rest, inner) = must(|input| deeper(input, negation))(rest)?;
    Ok((rest, Expression { kind: ExpressionKind::Not(Box::new(inner)), span: input.span_to(&rest) }))
}

fn comparison(input: Input<'_>) -> Parsed<'_, Expression> {
    let (rest, left) = sum(input)?;
    if let Ok((rest, operator)) = comparison_operator(rest) {
        let (rest, right) = must(sum)(rest)?;
        return Ok((rest, binary(operator, left, right)));
    }
    if let Ok((rest, _)) = keyword("in", "`in`")(rest) {
        let (rest, _) = must(sign("(", "`(`"))(rest)?;
        let (rest, list) = must(list(nested))(rest)?;
        let (rest, _) = must(sign(")", "`,` or `)`"))(rest)?;
        let kind = ExpressionKind::In { value: Box::new(left), list };
        return Ok((rest, Expression { kind, span: input.span_to(&rest) }));
    }
    if let Ok((rest, _)) = keyword("matches", "`matches`")(rest) {
        let (rest, pattern) = must(string)(rest)?;
        let kind = ExpressionKind::Matches { value: Box::new(left), pattern };
        return Ok((rest, Expression { kind, span: input.span_to(&rest) }));
    }
    Ok((rest, left))
}

fn comparison_operator(input: Input<'_>) -> Parsed<'_, Operator> {
    alt((
        value(Operator::Equal, sign("=", "`=`")),
        value(Operator::NotEqual, sign("<>", "`<>`")),
        value(Operator::LessOrEqual, sign("<=", "`<=`")),
        value(Operator::GreaterOrEqual, sign(">=", "`>=`")),
        value(Operator::Less, sign("<", "`<`")),
        value(Operator::Greater, sign(">", "`>`")),
    ))
    .parse(input)
}

fn sum(input: Input<'_>) -> Parsed<'_, Expression> {
    chain(input, product, |input| {
        alt((
            value(Operator::Add, sign("+", "`+`")),
            value(Operator::Join, sign("&", "`&`")),
            value(Operator::Subtract, |input| spaced(input, "-")),
        ))
        .parse(input)
    })
}

fn product(input: Input<'_>) -> Parsed<'_, Expression> {
    chain(input, unary, |input| {
        alt((
            value(Operator::Multiply, sign("*", "`*`")),
            value(Operator::Divide, |input| spaced(input, "/")),
        ))
        .parse(input)
    })
}

/// `-` and `/` between operands have a blank on both sides, so that `ship-to` is never a subtraction.
fn spaced<'a>(input: Input<'a>, operator: &'static str) -> Parsed<'a, ()> {
    let (rest, span) = sign(operator, "an operator")(input)?;
    let tight = input.first().is_some_and(|token| token.glued);
    if tight || rest.first().is_some_and(|token| token.glued) {
        return input.fail(
            Diagnostic::new(Code::L010)
                .with("found", operator)
                .at(span, "a blank is missing beside it")
                .help(format!("put a blank before and after `{operator}`")),
        );
    }
    Ok((rest, ()))
}

fn unary(input: Input<'_>) -> Parsed<'_, Expression> {
    let Ok((rest, _)) = sign("-", "`-`")(input) else { return atom(input) };
    let (rest, inner) = must(|input| deeper(input, unary))(rest)?;
    Ok((rest, Expression { kind: ExpressionKind::Negate(Box::new(inner)), span: input.span_to(&rest) }))
}

fn atom(input: Input<'_>) -> Parsed<'_, Expression> {
    if input.first().is_some_and(|token| token.is_word("if")) {
        return input.fail(
            Diagnostic::new(Code::L012)
                .with("found", "if")
                .at(input.place(), "how far does it reach?")
                .help("put brackets around it: `(if … then … else …)`"),
        );
    }
    let (rest, kind) = match alt((call, constant, parameter, bracketed, all, plain_path)).parse(input) {
        Err(nom::Err::Error(problem)) if problem.found.start == input.place().start => {
            return input.expected("a value: a path, a constant, `$parameter` or a function");
        }
        other => other?,
    };
    Ok((rest, Expression { kind, span: input.span_to(&rest) }))
}

fn call(input: Input<'_>) -> Parsed<'_, ExpressionKind> {
    let (rest, name) = plain_word(input)?;
    if matches!(name.text.as_str(), "not" | "and" | "or" | "in" | "then" | "else" | "via" | "unknown") {
        return input.expected("a function");
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

fn parameter(input: Input<'_>) -> Parsed<'_, ExpressionKind> {
    match input.first() {
        Some(token) if token.kind == Kind::Parameter => {
            let name = Word { text: token.text.to_string(), span: token.span };
            Ok((input.rest(), ExpressionKind::Parameter(name)))
        }
        _ => input.expected("a parameter"),
    }
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
    let (rest, path): (_, Path) = must(path)(rest)?;
    Ok((rest, ExpressionKind::All { root, path }))
}

fn plain_path(input: Input<'_>) -> Parsed<'_, ExpressionKind> {
    map(source_path, ExpressionKind::Path).parse(input)
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
