//! Expressions as they are written, with the brackets they need and no others.

use super::super::syntax::{
    Expression, ExpressionKind, Literal, LiteralKind, MessagePart, MessageText, Operator, Policy, PolicyKind,
    TableReference,
};
use super::path;

/// How tight the parts of an expression hold together; a larger one binds tighter.
const FALLBACK: u8 = 0;
const LOOKUP: u8 = 1;
const DISJUNCTION: u8 = 2;
const CONJUNCTION: u8 = 3;
const COMPARISON: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const UNARY: u8 = 7;
const ATOM: u8 = 8;

/// A whole expression.
pub fn expression(whole: &Expression) -> String {
    match &whole.kind {
        ExpressionKind::If { .. } => bare(&whole.kind),
        _ => at_least(whole, FALLBACK),
    }
}

/// A key of an `earlier` line.
pub fn key_value(value: &Expression) -> String {
    at_least(value, SUM)
}

/// The expression where only what binds so tight may stand; in brackets if it does not.
fn at_least(part: &Expression, least: u8) -> String {
    let own = bare(&part.kind);
    if tightness(&part.kind).is_some_and(|tightness| tightness >= least) { own } else { format!("({own})") }
}

/// `None` for an `if`, which has brackets wherever it is a part, but behind the `else` of another one.
fn tightness(kind: &ExpressionKind) -> Option<u8> {
    Some(match kind {
        ExpressionKind::If { .. } => return None,
        ExpressionKind::Else { .. } => FALLBACK,
        ExpressionKind::Via(_) => LOOKUP,
        ExpressionKind::Binary { operator, .. } => binary(*operator).0,
        ExpressionKind::Not(_) | ExpressionKind::In { .. } | ExpressionKind::Matches { .. } => COMPARISON,
        ExpressionKind::Negate(_) => UNARY,
        _ => ATOM,
    })
}

fn binary(operator: Operator) -> (u8, &'static str) {
    match operator {
        Operator::Or => (DISJUNCTION, "or"),
        Operator::And => (CONJUNCTION, "and"),
        Operator::Equal => (COMPARISON, "="),
        Operator::NotEqual => (COMPARISON, "<>"),
        Operator::Less => (COMPARISON, "<"),
        Operator::LessOrEqual => (COMPARISON, "<="),
        Operator::Greater => (COMPARISON, ">"),
        Operator::GreaterOrEqual => (COMPARISON, ">="),
        Operator::Add => (SUM, "+"),
        Operator::Subtract => (SUM, "-"),
        Operator::Join => (SUM, "&"),
        Operator::Multiply => (PRODUCT, "*"),
        Operator::Divide => (PRODUCT, "/"),
    }
}

fn bare(kind: &ExpressionKind) -> String {
    match kind {
        ExpressionKind::Literal(constant) => literal(constant),
        ExpressionKind::Path(path) => path::source(path),
        ExpressionKind::Parameter(name) => format!("${}", name.text),
        ExpressionKind::Call { name, arguments } => format!("{}({})", name.text, list(arguments)),
        ExpressionKind::Within { value, path } => {
            let is_closed = matches!(value.kind, ExpressionKind::Call { .. } | ExpressionKind::List(_));
            let value = if is_closed { bare(&value.kind) } else { format!("({})", expression(value)) };
            value + &path::within(path)
        }
        ExpressionKind::Binary { operator, left, right } => {
            let (own, sign) = binary(*operator);
            // Two comparisons in a row say nothing clear; all else is grouped from the left.
            let left_least = if own == COMPARISON { own + 1 } else { own };
            format!("{} {sign} {}", at_least(left, left_least), at_least(right, own + 1))
        }
        ExpressionKind::Not(value) => format!("not {}", at_least(value, COMPARISON)),
        ExpressionKind::Negate(value) => format!("-{}", at_least(value, UNARY + 1)),
        ExpressionKind::In { value, list: codes } => {
            format!("{} in ({})", at_least(value, COMPARISON + 1), list(codes))
        }
        ExpressionKind::Matches { value, pattern } => {
            format!("{} matches {}", at_least(value, COMPARISON + 1), text(&pattern.text))
        }
        ExpressionKind::Else { value, fallback } => {
            format!("{} else {}", at_least(value, FALLBACK), at_least(fallback, LOOKUP))
        }
        ExpressionKind::Via(via) => {
            let unknown = via.unknown.as_ref().map(unknown).unwrap_or_default();
            format!("{} via {}{unknown}", at_least(&via.value, DISJUNCTION), table(&via.table))
        }
        ExpressionKind::If { condition, then, otherwise } => format!(
            "if {} then {} else {}",
            at_least(condition, DISJUNCTION),
            at_least(then, DISJUNCTION),
            match &otherwise.kind {
                // Chains of choices would become too deep with a bracket for each.
                next @ ExpressionKind::If { .. } => bare(next),
                _ => at_least(otherwise, DISJUNCTION),
            }
        ),
        ExpressionKind::List(items) => format!("({})", list(items)),
    }
}

/// Expressions parted by commas.
pub fn list(items: &[Expression]) -> String {
    items.iter().map(expression).collect::<Vec<_>>().join(", ")
}

fn table(table: &TableReference) -> String {
    match table {
        TableReference::Inline(rows, _) => {
            let row = |(code, value): &(_, Literal)| {
                let code: &super::super::syntax::Word = code;
                format!("{}: {}", path::code(&code.text), literal(value))
            };
            format!("{{ {} }}", rows.iter().map(row).collect::<Vec<_>>().join(", "))
        }
        TableReference::Named { name, column, reversed } => {
            let column = column.as_ref().map(|column| format!(".{}", path::name(&column.text)));
            let reversed = if *reversed { " reversed" } else { "" };
            format!("table {}{}{reversed}", path::name(&name.text), column.unwrap_or_default())
        }
    }
}

/// ` unknown hold "text"`
pub fn unknown(policy: &Policy) -> String {
    let kind = match &policy.kind {
        PolicyKind::Reject => "reject".to_string(),
        PolicyKind::Hold => "hold".to_string(),
        PolicyKind::Keep => "keep".to_string(),
        PolicyKind::Absent => "absent".to_string(),
        PolicyKind::Warn => "warn".to_string(),
        PolicyKind::Ignore => "ignore".to_string(),
        PolicyKind::Constant(constant) => literal(constant),
    };
    let warn = if policy.warn { " warn" } else { "" };
    let words = policy.text.as_ref().map(|text| format!(" {}", message(text)));
    format!(" unknown {kind}{warn}{}", words.unwrap_or_default())
}

/// A constant.
pub fn literal(constant: &Literal) -> String {
    match &constant.kind {
        LiteralKind::Text(words) => text(words),
        LiteralKind::Number(digits) => digits.clone(),
        LiteralKind::Bool(truth) => truth.to_string(),
        LiteralKind::Absent => "absent".to_string(),
    }
}

/// A text in quotes.
pub fn text(words: &str) -> String {
    format!("\"{}\"", words.replace('"', "\"\""))
}

/// A text with `{path}` in it.
pub fn message(message: &MessageText) -> String {
    let escaped = |words: &str| words.replace('"', "\"\"").replace('{', "{{").replace('}', "}}");
    let part = |part: &MessagePart| match part {
        MessagePart::Text(words) => escaped(words),
        // A text has no place in the braces, and means the same outside of them.
        MessagePart::Value(Expression { kind: ExpressionKind::Literal(constant), .. }) => {
            match &constant.kind {
                LiteralKind::Text(words) => escaped(words),
                _ => literal(constant),
            }
        }
        MessagePart::Value(value) => format!("{{{}}}", expression(value)),
    };
    format!("\"{}\"", message.parts.iter().map(part).collect::<String>())
}
