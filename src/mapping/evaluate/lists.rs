//! Functions of lists.

use super::conditions::compare;
use super::{Evaluator, Target};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic};
use crate::mapping::functions::{split, wrap};
use crate::mapping::paths::Found;
use crate::mapping::plan::{Expr, ListFunction, ListSource, Nodes, Start, Step, Way};
use crate::mapping::trace::Tracing;
use crate::tree::{NodeId, Value};
use std::cmp::Ordering;
use std::ops::ControlFlow;

impl<'r, T: Tracing> Evaluator<'r, T> {
    pub(in crate::mapping) fn each_value(
        &self,
        source: &'r ListSource,
        target: &Target<'_>,
        each: &mut dyn FnMut(Value<'r>),
    ) {
        match source {
            ListSource::Value(expr) => each(self.value(expr, target)),
            ListSource::Several(items) => items.iter().for_each(|item| self.each_value(item, target, each)),
            ListSource::Parts(text, separator) => self.parts(text, separator, target, each),
            ListSource::Lines(text, width) => {
                let mut rest = self.shown(text, target).unwrap_or("");
                while !rest.is_empty() {
                    let (line, behind) = wrap::line(rest, *width);
                    rest = behind;
                    each(if line.is_empty() { Value::Absent } else { Value::Text(line) });
                }
            }
            ListSource::Distinct(inner) => {
                let mut known: Vec<Value<'r>> = Vec::new();
                self.each_value(inner, target, &mut |value| {
                    if !known.contains(&value) {
                        known.push(value);
                        each(value);
                    }
                });
            }
            ListSource::Within(within) => {
                if self.put(within, target) {
                    self.each_value(&within.inner, target, each);
                }
            }
            ListSource::Nodes(nodes)
                if nodes.is_single && matches!(nodes.way, Way::To { .. } | Way::Made(_)) =>
            {
                each(self.first_value(nodes, target));
            }
            ListSource::Nodes(nodes) => {
                let mut any = false;
                self.visit(nodes, target, &mut |found| {
                    let value = self.read(nodes, found);
                    any |= !value.is_absent();
                    each(value);
                    ControlFlow::Continue(())
                });
                if !any {
                    self.missed(nodes, None, target);
                }
            }
        }
    }

    /// The parts of a text. An empty one is nothing.
    fn parts(
        &self,
        text: &'r Expr,
        separator: &'r Expr,
        target: &Target<'_>,
        each: &mut dyn FnMut(Value<'r>),
    ) {
        let (Some(text), separator) = (self.shown(text, target), self.shown(separator, target)) else {
            return;
        };
        for part in split::parts(text, separator.unwrap_or("")) {
            each(if part.is_empty() { Value::Absent } else { Value::Text(part) });
        }
    }

    /// A value as text; `None` if it is absent.
    pub(super) fn shown(&self, expr: &'r Expr, target: &Target<'_>) -> Option<&'r str> {
        match self.value(expr, target) {
            Value::Absent => None,
            Value::Text(text) => Some(text),
            other => Some(self.memory.alloc_str(&other.show())),
        }
    }

    #[inline(never)]
    pub(super) fn list(
        &self,
        function: ListFunction,
        source: &'r ListSource,
        target: &Target<'_>,
    ) -> Value<'r> {
        if function == ListFunction::Count {
            return Value::Number(Decimal::from_integer(self.count(source, target)));
        }
        if function == ListFunction::CountDistinct {
            let mut different: Vec<Value<'r>> = Vec::new();
            self.each_value(source, target, &mut |value| {
                if !value.is_absent() && !different.contains(&value) {
                    different.push(value);
                }
            });
            return Value::Number(Decimal::from_integer(different.len() as i64));
        }
        if let ListFunction::HashTotal(digits) = function {
            return self.hash_total(digits, source, target);
        }
        if let (ListFunction::Sum, ListSource::Nodes(nodes), false) = (function, source, T::IS_ON) {
            return self.sum(nodes, target).map_or(Value::Absent, Value::Number);
        }
        let mut result = Value::Absent;
        let mut sum = Some(Decimal::ZERO);
        self.each_value(source, target, &mut |value| {
            if value.is_absent() {
                return;
            }
            if let (ListFunction::Sum, Value::Number(number)) = (function, value) {
                sum = sum.and_then(|sum| sum.checked_add(number));
                return;
            }
            let differs = compare(result, value) != Some(Ordering::Equal);
            match function {
                _ if result.is_absent() => result = value,
                ListFunction::Last => result = value,
                ListFunction::Min if compare(value, result).is_some_and(|order| order.is_lt()) => {
                    result = value
                }
                ListFunction::Max if compare(value, result).is_some_and(|order| order.is_gt()) => {
                    result = value
                }
                ListFunction::Same if differs => self.disagree(result, value),
                ListFunction::One => self.disagree(result, value),
                _ => {}
            }
        });
        if function == ListFunction::Sum { sum.map_or(Value::Absent, Value::Number) } else { result }
    }

    /// The sum of the numbers a path leads to; `None` if it does not fit.
    fn sum(&self, nodes: &'r Nodes, target: &Target<'_>) -> Option<Decimal> {
        let mut sum = Some(Decimal::ZERO);
        let mut add = |found| {
            if let Some(number) = self.number_at(nodes, found) {
                sum = sum.and_then(|sum| sum.checked_add(number));
            }
            ControlFlow::Continue(())
        };
        match (nodes.start, nodes.steps.as_slice()) {
            // A place has one way from the root: what stands at it is what the path leads to.
            (Start::Out, [way @ .., last]) if way.iter().all(Step::is_free) && last.is_untested() => {
                for (id, _) in (0..).zip(target.tree.nodes()).filter(|(_, node)| last.leads_to(node.place)) {
                    let _ = add(Found::Target(target.tree, NodeId(id)));
                }
            }
            _ => self.visit(nodes, target, &mut add),
        }
        sum
    }

    /// The sum of the digits of numbers without their points, and as many of its last digits.
    fn hash_total(&self, digits: u8, source: &'r ListSource, target: &Target<'_>) -> Value<'r> {
        let mut total = Some(0i128);
        self.each_value(source, target, &mut |value| {
            if let Value::Number(number) = value {
                let number = number.normalize();
                let units = number.units_at(number.scale());
                total = total.and_then(|total| total.checked_add(units?));
            }
        });
        let kept = total.map(|total| total.abs() % 10i128.pow(digits.into()));
        match kept.and_then(|kept| Decimal::new(kept, 0)) {
            Some(kept) => Value::Number(kept),
            None => {
                self.report(Diagnostic::new(Code::B004).with("text", "the number has too many digits"), 0);
                Value::Absent
            }
        }
    }

    fn count(&self, source: &'r ListSource, target: &Target<'_>) -> i64 {
        let mut count = 0;
        match source {
            ListSource::Nodes(nodes) if nodes.leaves.is_empty() => {
                self.visit(nodes, target, &mut |_| {
                    count += 1;
                    ControlFlow::Continue(())
                });
            }
            ListSource::Several(items) => count = items.iter().map(|item| self.count(item, target)).sum(),
            ListSource::Within(within) if self.put(within, target) => {
                count = self.count(&within.inner, target)
            }
            source => self.each_value(source, target, &mut |value| count += i64::from(!value.is_absent())),
        }
        count
    }

    fn disagree(&self, first: Value<'r>, value: Value<'r>) {
        self.report(Diagnostic::new(Code::B011).with("first", first.show()).with("value", value.show()), 0);
    }

    #[inline(never)]
    pub(super) fn join(
        &self,
        items: &'r [ListSource],
        separator: &'r Expr,
        target: &Target<'_>,
    ) -> Value<'r> {
        let separator = match self.value(separator, target) {
            Value::Text(text) => text,
            other => self.memory.alloc_str(&if other.is_absent() { String::new() } else { other.show() }),
        };
        let mut first: Option<&'r str> = None;
        let mut joined: Option<bumpalo::collections::String<'r>> = None;
        for item in items {
            self.each_value(item, target, &mut |value| {
                let part = match value {
                    Value::Absent => return,
                    Value::Text(part) => part,
                    other => self.memory.alloc_str(&other.show()),
                };
                // Mostly there is one part, which needs no copy.
                let Some(first) = first else { return first = Some(part) };
                let text = joined
                    .get_or_insert_with(|| bumpalo::collections::String::from_str_in(first, self.memory));
                text.push_str(separator);
                text.push_str(part);
            });
        }
        joined.map(|text| text.into_bump_str()).or(first).map_or(Value::Absent, Value::Text)
    }
}
