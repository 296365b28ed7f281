//! Constants as they are written.

use super::{Typed, single};
use crate::base::decimal::Decimal;
use crate::language::syntax::{Expression, ExpressionKind, Literal, LiteralKind};
use crate::mapping::plan::{Constant, Expr};

pub(super) fn literal_value(literal: &Literal) -> Typed {
    let constant = constant(literal);
    let kind = constant.kind();
    single(Expr::Constant(constant), kind)
}

/// The constant a literal is.
pub fn constant(literal: &Literal) -> Constant {
    match &literal.kind {
        LiteralKind::Text(text) => Constant::Text(text.as_str().into()),
        LiteralKind::Number(text) => {
            Decimal::parse(text.as_bytes()).map_or(Constant::Absent, Constant::Number)
        }
        LiteralKind::Bool(truth) => Constant::Bool(*truth),
        LiteralKind::Absent => Constant::Absent,
    }
}

pub(super) fn literal_text(literal: &Literal) -> String {
    match &literal.kind {
        LiteralKind::Text(text) | LiteralKind::Number(text) => text.clone(),
        LiteralKind::Bool(truth) => truth.to_string(),
        LiteralKind::Absent => String::new(),
    }
}

/// A whole number that is written out.
pub(super) fn whole_number(expression: &Expression) -> Option<usize> {
    match &expression.kind {
        ExpressionKind::Literal(Literal { kind: LiteralKind::Number(text), .. }) => text.parse().ok(),
        _ => None,
    }
}
