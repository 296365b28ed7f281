//! Operators.

use super::conditions::says;
use super::{Evaluator, Target};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::syntax::Operator;
use crate::mapping::plan::Expr;
use crate::mapping::trace::Tracing;
use crate::tree::Value;

impl<'r, T: Tracing> Evaluator<'r, T> {
    #[inline(never)]
    pub(super) fn binary(
        &self,
        operator: Operator,
        left: &'r Expr,
        right: &'r Expr,
        target: &Target<'_>,
    ) -> Value<'r> {
        match operator {
            Operator::And => return Value::Bool(self.holds(left, target) && self.holds(right, target)),
            Operator::Or => return Value::Bool(self.holds(left, target) || self.holds(right, target)),
            _ => {}
        }
        if operator.is_comparison() {
            let order = self.order(left, right, target);
            return Value::Bool(order.is_some_and(|order| says(operator, order)));
        }
        if operator == Operator::Join {
            let (left, right) = (self.value(left, target), self.value(right, target));
            if left.is_absent() || right.is_absent() {
                return Value::Absent;
            }
            return Value::Text(self.memory.alloc_str(&(left.show() + &right.show())));
        }
        self.arithmetic(operator, left, right, target).map_or(Value::Absent, Value::Number)
    }

    /// A sum, difference, product or quotient; `None` if one of its numbers is not there, or with a finding.
    pub(super) fn arithmetic(
        &self,
        operator: Operator,
        left: &'r Expr,
        right: &'r Expr,
        target: &Target<'_>,
    ) -> Option<Decimal> {
        let (left, right) = (self.number(left, target), self.number(right, target));
        let (left, right) = (left?, right?);
        let result = match operator {
            Operator::Add => left.checked_add(right),
            Operator::Subtract => left.checked_sub(right),
            Operator::Multiply => left.checked_mul(right),
            _ => {
                let quotient = left
                    .checked_div_exact(right)
                    .or_else(|| left.checked_div_near(right).filter(|_| self.rounds.get()));
                if quotient.is_none() {
                    let text = format!("{left} / {right}");
                    self.report(Diagnostic::new(Code::B012).severity(Severity::Hold).with("text", text), 0);
                    return None;
                }
                quotient
            }
        };
        if result.is_none() {
            self.report(Diagnostic::new(Code::B004).with("text", "the number has too many digits"), 0);
        }
        result
    }
}
