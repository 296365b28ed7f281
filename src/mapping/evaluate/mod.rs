//! Expressions at run time: over the message, earlier documents and the target so far.

mod conditions;
mod counting;
mod documents;
mod findings;
mod lists;
mod operators;
mod picks;
mod tables;
mod tracing;

pub(super) use conditions::{compare, says};
pub(super) use picks::Index;

use super::functions::{ARGUMENTS_MAX, Call};
use super::plan::{CallPlan, Constant, Expr, ListFunction, ListSource, Nodes, Plan, ViaPlan, Way};
use super::run::{LookupKey, Lookups};
use super::slots::{Slot, SlotState};
use super::trace::Tracing;
use crate::base::decimal::Decimal;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::tree::{NodeId, Tree, Value, View};
use bumpalo::Bump;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};

/// Running sums by counter and key, each with the record it sums up in.
pub(super) type Sums<'r> = FxHashMap<(usize, &'r str), (u32, Decimal)>;

/// A look-up with the row it found, if that stands in a file, and what the row gave.
pub(super) type Looked<'r> = (&'r ViaPlan, Option<Span>, &'r str);

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
    /// The row that a table gave last, with the look-up: a value that does not fit may be the table's fault.
    pub row: Cell<Option<Looked<'r>>>,
    /// Whether findings are kept to itself: what is evaluated a second time, for a text or to see why a check fails, says
    /// nothing new.
    pub muted: Cell<bool>,
    pub findings: RefCell<&'r mut Diagnostics>,
    /// What lines inside blocks looked up.
    pub lookups: Option<&'r Lookups>,
    /// Running sums so far.
    pub sums: RefCell<Sums<'r>>,
    /// What is known of the message: fields of documents, by path.
    pub about: &'r [(&'r str, String)],
    /// Indexes of long lists, by their number.
    pub indexes: RefCell<FxHashMap<usize, Index<'r>>>,
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
    /// The record of the target that a condition in brackets is asked of.
    pub chosen: NodeId,
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
        Target { tree, made: &[], at: Here::default(), chosen: NodeId::ROOT }
    }
}

impl<'r, T: Tracing> Evaluator<'r, T> {
    /// The value of an expression.
    #[inline]
    pub fn value(&self, expr: &'r Expr, target: &Target<'_>) -> Value<'r> {
        match expr {
            Expr::Constant(constant) => self.constant(constant),
            Expr::Leaf(nodes) => self.first_value(nodes, target),
            Expr::Slot(slot) => self.held(*slot, target),
            other => self.value_of(other, target),
        }
    }

    /// The value of a `let`.
    fn held(&self, slot: usize, target: &Target<'_>) -> Value<'r> {
        self.trace.note(|trace| trace.recall(slot));
        match self.slots[slot].get() {
            Slot::Value(value) => value,
            Slot::Deferred(expr) => self.deferred(slot, expr, target),
            _ => Value::Absent,
        }
    }

    /// The value of a `let` that is needed for the first time. What it reads is not what the line read.
    #[inline(never)]
    fn deferred(&self, slot: usize, expr: &'r Expr, target: &Target<'_>) -> Value<'r> {
        let origin = self.origin.get();
        let value = self.value(expr, target);
        self.origin.set(origin);
        self.slots[slot].set(Slot::Value(value));
        value
    }

    #[inline(never)]
    fn value_of(&self, expr: &'r Expr, target: &Target<'_>) -> Value<'r> {
        match expr {
            Expr::Constant(constant) => self.constant(constant),
            Expr::Leaf(nodes) => self.first_value(nodes, target),
            Expr::Slot(slot) => self.held(*slot, target),
            Expr::Pair(pair) => self.pair(pair, target).map_or(Value::Absent, Value::Text),
            Expr::Once(slot, inner) => {
                if matches!(self.slots[*slot].get(), Slot::Value(_)) {
                    return self.held(*slot, target);
                }
                let mut mark = 0;
                self.trace.note(|trace| mark = trace.mark());
                let value = self.value(inner, target);
                self.slots[*slot].set(Slot::Value(value));
                self.trace.note(|trace| trace.keep(*slot, mark));
                value
            }
            Expr::Exists(_)
            | Expr::Present(_)
            | Expr::Not(_)
            | Expr::In(..)
            | Expr::Matches(..)
            | Expr::Glance(_)
            | Expr::Quantified(_) => Value::Bool(self.holds(expr, target)),
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
            Expr::Call(call) => self.call(call, target),
            Expr::Within(within) => self.within(within, target),
            Expr::Meta(meta) => self.meta(*meta),
            Expr::Position(position, slot) => self.position(*position, *slot),
            Expr::RunningSum(_) | Expr::Conversion(_) => {
                self.number(expr, target).map_or(Value::Absent, Value::Number)
            }
            Expr::List(function, source) => self.list(*function, source, target),
            Expr::Join(items, separator) => self.join(items, separator, target),
            Expr::Sequence { .. } => self.number(expr, target).map_or(Value::Absent, Value::Number),
        }
    }

    #[inline(never)]
    fn call(&self, call: &'r CallPlan, target: &Target<'_>) -> Value<'r> {
        if let [only] = call.arguments.as_slice() {
            let value = self.value(only, target);
            return if value.is_absent() { Value::Absent } else { self.apply(call, &[value]) };
        }
        let mut values = [Value::Absent; ARGUMENTS_MAX];
        for (value, argument) in values.iter_mut().zip(&call.arguments) {
            *value = self.value(argument, target);
            if value.is_absent() {
                return Value::Absent;
            }
        }
        self.apply(call, &values[..call.arguments.len()])
    }

    /// Calls a function with values that are all there.
    #[inline]
    fn apply(&self, plan: &'r CallPlan, arguments: &[Value<'r>]) -> Value<'r> {
        let call = Call {
            arguments,
            prepared: plan.prepared.as_ref(),
            rounds: self.rounds.get(),
            memory: self.memory,
            now: self.now,
            doubt: Cell::new(None),
        };
        let result = (plan.function.call)(&call).unwrap_or_else(|error| {
            let finding = Diagnostic::new(error.code).severity(error.severity).with("text", error.text);
            self.report(finding, plan.rule);
            Value::Absent
        });
        if let Some(doubt) = call.doubt.take() {
            self.report(Diagnostic::new(Code::B013).with("text", doubt), plan.rule);
        }
        // There is one kind of nothing.
        if result == Value::Text("") { Value::Absent } else { result }
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
            Expr::Slot(slot) => match self.held(*slot, target) {
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
            Expr::Else(value, fallback) if expr.gives_number() => {
                self.number(value, target).or_else(|| self.number(fallback, target))
            }
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
            Expr::RunningSum(sum) => self.running_sum(sum, target),
            Expr::Conversion(conversion) => self.converted(conversion, target),
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
        self.note(|| self.read_of(view, id));
        Some(text)
    }

    fn constant(&self, constant: &'r Constant) -> Value<'r> {
        match constant {
            Constant::Absent => Value::Absent,
            Constant::Text(text) => Value::Text(text),
            Constant::Number(number) => Value::Number(*number),
            Constant::Bool(truth) => Value::Bool(*truth),
        }
    }
}
