//! Expressions at run time: over the message, earlier documents and the target so far.

use super::functions::{ARGUMENTS_MAX, Call, Function};
use super::paths::Found;
use super::plan::{
    Constant, Expr, ListFunction, ListSource, Message, MessagePartPlan, Nodes, Plan, PolicyKindPlan, Start,
    Step, ViaPlan, Way,
};
use super::run::{LookupKey, Lookups};
use super::slots::{Slot, SlotState};
use super::trace::{Step as Traced, Tracing};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::language::syntax::Operator;
use crate::tree::{LeafType, NodeId, Tree, Value, View};
use bumpalo::Bump;
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::ops::ControlFlow;

/// The state of one run.
pub(super) struct Evaluator<'r, T> {
    pub plan: &'r Plan,
    pub slots: &'r [SlotState<'r>],
    /// Per counter: the record it counts in, and how many numbers it gave there.
    pub sequences: &'r [Cell<(u32, u32)>],
    pub memory: &'r Bump,
    pub now: jiff::Timestamp,
    /// What the plan reads.
    pub source: View<'r>,
    /// The first node of the source that the current line read.
    pub origin: Cell<Option<NodeId>>,
    /// The slot of the innermost record of the message that is being read, for places of what is not there.
    pub innermost: Cell<usize>,
    /// The line at work, 0 between lines, for findings of what several lines may evaluate.
    pub line: Cell<u32>,
    /// Whether the current line made a finding that refuses or holds: its absence is explained.
    pub failed: Cell<bool>,
    /// Whether the current line rounds, so that a division need not come out.
    pub rounds: Cell<bool>,
    /// Whether findings are kept to itself: what is evaluated a second time, for a text or to see why a check fails, says
    /// nothing new.
    pub muted: Cell<bool>,
    pub findings: RefCell<&'r mut Diagnostics>,
    /// What lines inside blocks looked up.
    pub lookups: Option<&'r Lookups>,
    /// What they look for and the facts do not have.
    pub wanted: RefCell<Vec<LookupKey>>,
    /// Offset of the message in its file.
    pub offset: u64,
    /// What is read is noted here.
    pub trace: &'r T,
}

/// A leaf of the target that was made: in which record, and its node.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Made {
    pub record: u32,
    pub node: NodeId,
}

/// The target so far, and where in it the current line stands.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub tree: &'t Tree,
    /// Per place of the target, the leaf made last.
    pub made: &'t [Made],
    pub at: Here,
}

/// A record of the target being built. Records have numbers of their own, because a node that is taken back is given
/// to another record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here {
    pub this: NodeId,
    pub number: u32,
    /// The number of the record around it.
    pub around: u32,
    /// The number of the whole target.
    pub out: u32,
}

impl Default for Here {
    /// No record: none has this number.
    fn default() -> Self {
        let number = u32::MAX;
        Here { this: NodeId::ROOT, number, around: number, out: number }
    }
}

impl<'t> Target<'t> {
    /// No target: what is evaluated before there is one.
    pub fn nothing(tree: &'t Tree) -> Self {
        Target { tree, made: &[], at: Here::default() }
    }
}

impl<'r, T: Tracing> Evaluator<'r, T> {
    /// The value of an expression.
    #[inline]
    pub fn value(&self, expr: &'r Expr, target: &Target<'_>) -> Value<'r> {
        match expr {
            Expr::Constant(constant) => self.constant(constant),
            Expr::Leaf(nodes) => self.first_value(nodes, target),
            Expr::Slot(slot) => self.held(*slot),
            other => self.value_of(other, target),
        }
    }

    /// The value of a `let`.
    fn held(&self, slot: usize) -> Value<'r> {
        self.trace.note(|trace| trace.recall(slot));
        match self.slots[slot].get() {
            Slot::Value(value) => value,
            _ => Value::Absent,
        }
    }

    #[inline(never)]
    fn value_of(&self, expr: &'r Expr, target: &Target<'_>) -> Value<'r> {
        match expr {
            Expr::Constant(constant) => self.constant(constant),
            Expr::Leaf(nodes) => self.first_value(nodes, target),
            Expr::Slot(slot) => self.held(*slot),
            Expr::Pair(pair) => self.pair(pair, target).map_or(Value::Absent, Value::Text),
            Expr::Once(slot, inner) => {
                if matches!(self.slots[*slot].get(), Slot::Value(_)) {
                    return self.held(*slot);
                }
                let value = self.value(inner, target);
                self.slots[*slot].set(Slot::Value(value));
                self.trace.note(|trace| trace.remember(*slot));
                value
            }
            Expr::Exists(_) | Expr::Present(_) | Expr::Not(_) | Expr::In(..) => {
                Value::Bool(self.holds(expr, target))
            }
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right, target),
            Expr::Negate(inner) => match self.value(inner, target) {
                Value::Number(number) => {
                    Decimal::ZERO.checked_sub(number).map_or(Value::Absent, Value::Number)
                }
                _ => Value::Absent,
            },
            Expr::Else(value, fallback) => match self.value(value, target) {
                Value::Absent => self.value(fallback, target),
                value => value,
            },
            Expr::If(condition, then, otherwise) => {
                let holds = self.decides(condition, target);
                self.value(if holds { then } else { otherwise }, target)
            }
            Expr::Via(via) => self.via(via, target),
            Expr::Call(function, arguments, rule) => self.call(function, arguments, *rule, target),
            Expr::List(function, source) => self.list(*function, source, target),
            Expr::Join(items, separator) => self.join(items, separator, target),
            Expr::Sequence { .. } => self.number(expr, target).map_or(Value::Absent, Value::Number),
        }
    }

    #[inline(never)]
    fn call(
        &self,
        function: &'static Function,
        arguments: &'r [Expr],
        rule: u32,
        target: &Target<'_>,
    ) -> Value<'r> {
        if let [only] = arguments {
            let value = self.value(only, target);
            return if value.is_absent() { Value::Absent } else { self.apply(function, &[value], rule) };
        }
        let mut values = [Value::Absent; ARGUMENTS_MAX];
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = self.value(argument, target);
            if value.is_absent() {
                return Value::Absent;
            }
        }
        self.apply(function, &values[..arguments.len()], rule)
    }

    /// Calls a function with values that are all there.
    #[inline]
    fn apply(&self, function: &'static Function, arguments: &[Value<'r>], rule: u32) -> Value<'r> {
        let call = Call { arguments, memory: self.memory, now: self.now, doubt: Cell::new(None) };
        let result = (function.call)(&call).unwrap_or_else(|error| {
            self.report(Diagnostic::new(Code::B004).with("text", error.text), rule);
            Value::Absent
        });
        if let Some(doubt) = call.doubt.take() {
            self.report(Diagnostic::new(Code::B013).with("text", doubt), rule);
        }
        result
    }

    /// The value of an expression that gives text or nothing.
    pub fn text(&self, expr: &'r Expr, target: &Target<'_>) -> Option<&'r str> {
        match expr {
            Expr::Constant(Constant::Text(text)) => Some(text),
            Expr::Leaf(nodes) => self.first_text(nodes, target),
            Expr::Pair(pair) => self.pair(pair, target),
            Expr::Else(value, fallback) => self.text(value, target).or_else(|| self.text(fallback, target)),
            Expr::Via(via) => match self.via(via, target) {
                Value::Text(text) => Some(text),
                _ => None,
            },
            Expr::Slot(slot) => match self.held(*slot) {
                Value::Text(text) => Some(text),
                _ => None,
            },
            Expr::If(condition, then, otherwise) => {
                let holds = self.decides(condition, target);
                self.text(if holds { then } else { otherwise }, target)
            }
            Expr::Join(items, separator) if !T::IS_ON && matches!(**separator, Expr::Constant(_)) => {
                match items.as_slice() {
                    [ListSource::Nodes(nodes)] if let Some(only) = self.only_text(nodes) => Some(only),
                    _ => self.value_text(expr, target),
                }
            }
            // No text is unreadable: those behind the first need not be looked at, but for conditions. A trace tells of
            // them.
            Expr::List(ListFunction::First, ListSource::Nodes(nodes))
                if !T::IS_ON && nodes.gives_text && !nodes.has_conditions() =>
            {
                self.first_text(nodes, target)
            }
            other => self.value_text(other, target),
        }
    }

    fn value_text(&self, expr: &'r Expr, target: &Target<'_>) -> Option<&'r str> {
        match self.value(expr, target) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of an expression that gives a number or nothing.
    pub fn number(&self, expr: &'r Expr, target: &Target<'_>) -> Option<Decimal> {
        match expr {
            Expr::Constant(Constant::Number(number)) => Some(*number),
            Expr::Leaf(nodes) if !T::IS_ON && nodes.gives_number => self.first_number(nodes, target),
            Expr::If(condition, then, otherwise) => {
                let holds = self.decides(condition, target);
                self.number(if holds { then } else { otherwise }, target)
            }
            Expr::Binary(operator, left, right) if operator.is_arithmetic() => {
                self.arithmetic(*operator, left, right, target)
            }
            Expr::Sequence { counter, start, step, is_whole } => {
                let around = if *is_whole { 0 } else { target.at.around };
                self.sequence(*counter, *start, *step, around)
            }
            other => match self.value(other, target) {
                Value::Number(number) => Some(number),
                _ => None,
            },
        }
    }

    /// The text of a number that a leaf shows as any leaf would: without signs, points and zeros in front. `None` also
    /// for all others, which are to be evaluated.
    pub fn number_text(&self, expr: &'r Expr) -> Option<&'r str> {
        let Expr::Leaf(Nodes { start, way: Way::To { field, .. }, .. }) = expr else { return None };
        let (view, id) = self.field(*start, *field)?;
        let text = view.text(id).filter(|text| Decimal::is_written(text.as_bytes()))?;
        self.note_origin(view, id);
        self.note(|| Traced::Read(self.whence(view, id)));
        Some(text)
    }

    /// Whether a condition holds. What is absent does not.
    pub fn holds(&self, condition: &'r Expr, target: &Target<'_>) -> bool {
        match condition {
            Expr::Exists(nodes) => self.exists(nodes, target),
            Expr::Present(inner) => !self.value(inner, target).is_absent(),
            Expr::Not(inner) => !self.holds(inner, target),
            Expr::Binary(Operator::And, left, right) => self.holds(left, target) && self.holds(right, target),
            Expr::Binary(Operator::Or, left, right) => self.holds(left, target) || self.holds(right, target),
            Expr::Binary(operator, left, right) if is_comparison(*operator) => {
                match self.is_same_text(*operator, left, right, target) {
                    Some(is_same) => is_same == (*operator == Operator::Equal),
                    None => self.order(left, right, target).is_some_and(|order| decides(*operator, order)),
                }
            }
            Expr::In(value, list) => {
                let value = self.value(value, target);
                list.iter().any(|item| compare(value, self.value(item, target)) == Some(Ordering::Equal))
            }
            other => self.value(other, target) == Value::Bool(true),
        }
    }

    /// Whether the condition of an `if` holds.
    fn decides(&self, condition: &'r Expr, target: &Target<'_>) -> bool {
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
    fn order(&self, left: &'r Expr, right: &'r Expr, target: &Target<'_>) -> Option<Ordering> {
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

    pub(super) fn quietly<R>(&self, evaluate: impl FnOnce() -> R) -> R {
        let muted = self.muted.replace(true);
        let result = evaluate();
        self.muted.set(muted);
        result
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
            Expr::Binary(operator, left, right) if is_comparison(*operator) => {
                self.value(left, target).is_absent() || self.value(right, target).is_absent()
            }
            Expr::Not(inner) => self.undecided(inner, target),
            Expr::In(value, _) => self.value(value, target).is_absent(),
            other => self.value(other, target).is_absent(),
        }
    }

    fn constant(&self, constant: &'r Constant) -> Value<'r> {
        match constant {
            Constant::Absent => Value::Absent,
            Constant::Text(text) => Value::Text(text),
            Constant::Number(number) => Value::Number(*number),
            Constant::Bool(truth) => Value::Bool(*truth),
        }
    }

    // ------------------------------------------------------------------------------------------ operators

    #[inline(never)]
    fn binary(&self, operator: Operator, left: &'r Expr, right: &'r Expr, target: &Target<'_>) -> Value<'r> {
        match operator {
            Operator::And => return Value::Bool(self.holds(left, target) && self.holds(right, target)),
            Operator::Or => return Value::Bool(self.holds(left, target) || self.holds(right, target)),
            _ => {}
        }
        if is_comparison(operator) {
            let order = self.order(left, right, target);
            return Value::Bool(order.is_some_and(|order| decides(operator, order)));
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
    fn arithmetic(
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

    #[inline(never)]
    fn via(&self, via: &'r ViaPlan, target: &Target<'_>) -> Value<'r> {
        let key = match via.keys.as_slice() {
            [Expr::Leaf(nodes)] if nodes.gives_text => self.first_text(nodes, target),
            [key] => match self.value(key, target) {
                Value::Absent => None,
                Value::Text(text) => Some(text),
                other => Some(&*self.memory.alloc_str(&other.show())),
            },
            _ => return self.via_several(via, target),
        };
        let Some(key) = key else { return Value::Absent };
        let found = match via.reversed {
            false => via.table.find(key, via.column),
            true => via.table.find_reversed(key, via.column),
        };
        match found {
            Some((value, row)) => {
                self.note(|| Traced::Row { row, key: key.into(), value: value.into() });
                Value::Text(value)
            }
            None => self.unknown(via, &[key], target),
        }
    }

    /// In a table with several keys.
    fn via_several(&self, via: &'r ViaPlan, target: &Target<'_>) -> Value<'r> {
        let mut keys: bumpalo::collections::Vec<'r, &'r str> = bumpalo::collections::Vec::new_in(self.memory);
        for key in &via.keys {
            match self.value(key, target) {
                Value::Absent => return Value::Absent,
                Value::Text(text) => keys.push(text),
                other => keys.push(self.memory.alloc_str(&other.show())),
            }
        }
        let found = match via.reversed {
            false => via.table.find_several(&keys, via.column),
            true => via.table.find_reversed(keys[0], via.column),
        };
        match found {
            Some((value, row)) => {
                self.note(|| Traced::Row { row, key: keys.join(", "), value: value.into() });
                Value::Text(value)
            }
            None => self.unknown(via, &keys, target),
        }
    }

    /// What a table has no row for.
    fn unknown(&self, via: &'r ViaPlan, keys: &[&'r str], target: &Target<'_>) -> Value<'r> {
        let shown = keys.join(", ");
        let is_inline = via.table.name.is_empty();
        let name = if is_inline { "of this line" } else { &via.table.name };
        self.note(|| Traced::NoRow { table: name.into(), file: via.table.file, key: shown.clone() });
        let finding = |severity: Severity| {
            let text = match &via.unknown.text {
                Some(text) => self.words(text, target),
                None if is_inline => format!("`{shown}` is not among the codes of this line"),
                None => format!("`{shown}` has no row in the table `{name}`"),
            };
            let finding = Diagnostic::new(Code::B003)
                .severity(severity)
                .with("text", text)
                .with("value", &shown)
                .with("table", name);
            match is_inline {
                true => finding.help(format!(
                    "if `{shown}` means something, add it to the codes of this line and retry the message; else the sender corrects it"
                )),
                false => finding,
            }
        };
        match &via.unknown.kind {
            PolicyKindPlan::Finding(severity) => {
                self.report(finding(*severity), via.rule);
                Value::Absent
            }
            kind => {
                if via.unknown.warn {
                    self.report(finding(Severity::Warn), via.rule);
                }
                match kind {
                    PolicyKindPlan::Constant(constant) => self.constant(constant),
                    _ => Value::Text(keys[0]),
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------ lists

    fn each_value(&self, source: &'r ListSource, target: &Target<'_>, each: &mut dyn FnMut(Value<'r>)) {
        match source {
            ListSource::Value(expr) => each(self.value(expr, target)),
            ListSource::Nodes(nodes) if nodes.is_single && matches!(nodes.way, Way::To { .. }) => {
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

    #[inline(never)]
    fn list(&self, function: ListFunction, source: &'r ListSource, target: &Target<'_>) -> Value<'r> {
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

    fn count(&self, source: &'r ListSource, target: &Target<'_>) -> i64 {
        let mut count = 0;
        match source {
            ListSource::Nodes(nodes) if nodes.leaves.is_empty() => {
                self.visit(nodes, target, &mut |_| {
                    count += 1;
                    ControlFlow::Continue(())
                });
            }
            source => self.each_value(source, target, &mut |value| count += i64::from(!value.is_absent())),
        }
        count
    }

    fn disagree(&self, first: Value<'r>, value: Value<'r>) {
        self.report(Diagnostic::new(Code::B011).with("first", first.show()).with("value", value.show()), 0);
    }

    #[inline(never)]
    fn join(&self, items: &'r [ListSource], separator: &'r Expr, target: &Target<'_>) -> Value<'r> {
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

    fn sequence(&self, counter: usize, start: Decimal, step: Decimal, around: u32) -> Option<Decimal> {
        let (parent, given) = self.sequences[counter].get();
        let given = if parent == around { given } else { 0 };
        self.sequences[counter].set((around, given.saturating_add(1)));
        if given == 0 {
            return Some(start);
        }
        start.checked_add(step.checked_mul(Decimal::from_integer(i64::from(given)))?)
    }

    // ------------------------------------------------------------------------------------------ findings

    /// A text for people with its values.
    pub fn words(&self, message: &'r Message, target: &Target<'_>) -> String {
        message
            .parts
            .iter()
            .map(|part| match part {
                MessagePartPlan::Text(words) => words.clone(),
                MessagePartPlan::Value(expr) => self.quietly(|| self.value(expr, target)).show(),
            })
            .collect()
    }

    /// Adds a finding at the line and at what the line read of the message.
    #[cold]
    pub fn report(&self, finding: Diagnostic, rule: u32) {
        if self.muted.get() {
            return;
        }
        self.failed.set(self.failed.get() || finding.severity >= Severity::Hold);
        let mut finding = finding;
        if let Some(node) = self.origin.get() {
            finding = finding.place(self.place(node));
        } else if finding.place.is_none() {
            finding.place = self.innermost_place();
        }
        // What no line says but its evaluation, such as a value that cannot be read, is said once and not again by each
        // line, check and text that needs it.
        let is_same = |known: &Diagnostic| {
            known.code == finding.code && known.arguments == finding.arguments && known.place == finding.place
        };
        if rule == 0 && self.findings.borrow().as_slice().iter().any(is_same) {
            return;
        }
        let rule = if rule == 0 { self.line.get() } else { rule };
        if let Some(span) = rule.checked_sub(1).and_then(|at| self.plan.rules.get(at as usize)) {
            finding = finding.at(*span, "");
        }
        self.findings.borrow_mut().push(finding);
    }

    /// The place of a node in the message.
    pub fn place(&self, id: NodeId) -> Place {
        let node = self.source.tree.node(id);
        let shape = &self.plan.source_shape;
        let leaf = shape.place(node.place);
        Place {
            offset: self.offset + u64::from(node.origin_start),
            length: node.origin_len,
            segment: node.ordinal,
            tag: shape.place(leaf.parent).name.to_string(),
            element: leaf.position,
            element_id: leaf.name.to_string(),
            ..Place::default()
        }
    }
}

fn is_comparison(operator: Operator) -> bool {
    use Operator as O;
    matches!(operator, O::Equal | O::NotEqual | O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual)
}

/// What a comparison says of an order.
fn decides(operator: Operator, order: Ordering) -> bool {
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
pub(super) fn compare(left: Value<'_>, right: Value<'_>) -> Option<Ordering> {
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
