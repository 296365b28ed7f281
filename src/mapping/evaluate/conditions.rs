//! Conditions, and how two values compare.

use super::{Evaluator, Target};
use crate::language::syntax::Operator;
use crate::mapping::plan::{Constant, Expr, Way};
use crate::mapping::trace::Tracing;
use crate::tree::{LeafType, Value};
use std::cmp::Ordering;

impl<'r, T: Tracing> Evaluator<'r, T> {
    /// Whether a condition holds. What is absent does not.
    pub fn holds(&self, condition: &'r Expr, target: &Target<'_>) -> bool {
        match condition {
            Expr::Exists(nodes) => self.exists(nodes, target),
            Expr::Present(inner) => !self.value(inner, target).is_absent(),
            Expr::Not(inner) => !self.holds(inner, target),
            Expr::Binary(Operator::And, left, right) => self.holds(left, target) && self.holds(right, target),
            Expr::Binary(Operator::Or, left, right) => self.holds(left, target) || self.holds(right, target),
            Expr::Binary(operator, left, right) if operator.is_comparison() => {
                match self.is_same_text(*operator, left, right, target) {
                    Some(is_same) => is_same == (*operator == Operator::Equal),
                    None => self.order(left, right, target).is_some_and(|order| says(*operator, order)),
                }
            }
            Expr::In(value, list) => {
                let value = self.value(value, target);
                list.iter().any(|item| compare(value, self.value(item, target)) == Some(Ordering::Equal))
            }
            Expr::Matches(value, pattern) => match self.value(value, target) {
                Value::Absent => false,
                Value::Text(text) => pattern.is_match(text),
                other => pattern.is_match(&other.show()),
            },
            Expr::Glance(glance) => self.text(&glance.text, target).is_some_and(|text| glance.holds(text)),
            Expr::Quantified(quantified) => self.quantified(quantified, target),
            other => self.value(other, target) == Value::Bool(true),
        }
    }

    /// Whether the condition of an `if` holds.
    pub(in crate::mapping) fn decides(&self, condition: &'r Expr, target: &Target<'_>) -> bool {
        let mut mark = 0;
        self.trace.note(|trace| mark = trace.mark());
        let holds = self.holds(condition, target);
        self.trace.note(|trace| trace.condition(mark, holds));
        holds
    }

    /// Whether a text that is at hand is a constant one; `None` if that is not what is compared, or there is no text.
    #[inline(always)]
    fn is_same_text(
        &self,
        operator: Operator,
        left: &'r Expr,
        right: &'r Expr,
        target: &Target<'_>,
    ) -> Option<bool> {
        let (Expr::Leaf(nodes), Expr::Constant(Constant::Text(right))) = (left, right) else { return None };
        if T::IS_ON || !nodes.gives_text || !matches!(operator, Operator::Equal | Operator::NotEqual) {
            return None;
        }
        // Nothing is copied to look at what stands in the target already.
        let Way::Made(place) = nodes.way else { return None };
        let left = self.made_bytes(nodes.start, place, target).filter(|left| !left.is_empty())?;
        Some(left == right.as_bytes())
    }

    /// How two values compare; `None` if one is absent or they are of different kinds.
    pub(super) fn order(&self, left: &'r Expr, right: &'r Expr, target: &Target<'_>) -> Option<Ordering> {
        if let (Expr::Leaf(nodes), Expr::Constant(Constant::Number(right))) = (left, right)
            && nodes.gives_number
            && !T::IS_ON
        {
            return Some(self.first_number(nodes, target)?.cmp(right));
        }
        if left.gives_number() && right.gives_number() {
            let (left, right) = (self.number(left, target), self.number(right, target));
            return Some(left?.cmp(&right?));
        }
        compare(self.value(left, target), self.value(right, target))
    }

    /// Whether something a condition compares is not there: then a check does not fire.
    pub fn is_undecided(&self, condition: &'r Expr, target: &Target<'_>) -> bool {
        self.quietly(|| self.undecided(condition, target))
    }

    fn undecided(&self, condition: &'r Expr, target: &Target<'_>) -> bool {
        match condition {
            Expr::Binary(Operator::And | Operator::Or, left, right) => {
                // Either side alone may decide.
                let decided = |side: &'r Expr| !self.undecided(side, target);
                let is_and = matches!(condition, Expr::Binary(Operator::And, ..));
                match (decided(left), decided(right)) {
                    (true, true) => false,
                    (true, false) => self.holds(left, target) == is_and,
                    (false, true) => self.holds(right, target) == is_and,
                    (false, false) => true,
                }
            }
            Expr::Binary(operator, left, right) if operator.is_comparison() => {
                self.value(left, target).is_absent() || self.value(right, target).is_absent()
            }
            Expr::Not(inner) => self.undecided(inner, target),
            Expr::In(value, _) | Expr::Matches(value, _) => self.value(value, target).is_absent(),
            Expr::Glance(glance) => self.text(&glance.text, target).is_none(),
            other => self.value(other, target).is_absent(),
        }
    }
}

/// What a comparison says of an order.
pub(in crate::mapping) fn says(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// How two values compare; `None` if one is absent or they are of different kinds.
pub(in crate::mapping) fn compare(left: Value<'_>, right: Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(&right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(&right)),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(&right)),
        (Value::DateTime(left), Value::DateTime(right)) => Some(left.cmp(&right)),
        (Value::Instant(left, _), Value::Instant(right, _)) => Some(left.cmp(&right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(&right)),
        (Value::Text(text), Value::Number(number)) => {
            Value::read(&LeafType::Decimal, text).ok().and_then(|value| compare(value, Value::Number(number)))
        }
        (Value::Number(_), Value::Text(_)) => compare(right, left).map(Ordering::reverse),
        _ => None,
    }
}
