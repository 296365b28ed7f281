//! Expressions at run time: over the message, earlier documents and the target so far.

use super::functions::Call;
use super::plan::{
    Constant, Expr, ListFunction, ListSource, Message, MessagePartPlan, Plan, PolicyKindPlan, ViaPlan,
};
use super::trace::{Recorder, Step as Traced};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::language::syntax::Operator;
use crate::tree::arena::Origin;
use crate::tree::{LeafType, NodeId, Tree, Value, View};
use bumpalo::Bump;
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

/// What a slot holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'r> {
    Empty,
    /// A record, and a bit for each place (modulo 64) that one of its children is at: most of what maps ask for is not
    /// there, and this says so at once.
    Record(View<'r>, NodeId, u64),
    Group(View<'r>, &'r [NodeId]),
    Value(Value<'r>),
}

impl<'r> Slot<'r> {
    /// A slot with a record.
    pub fn record(view: View<'r>, id: NodeId) -> Self {
        let children = if view.tree.is_empty() { None } else { Some(view.tree.children(id)) };
        let bits = children.into_iter().flatten().map(|child| place_bit(view.tree.node(child).place));
        Slot::Record(view, id, bits.fold(0, |mask, bit| mask | bit))
    }
}

/// The bit of a place in a record's mask.
pub(super) fn place_bit(place: crate::tree::PlaceId) -> u64 {
    1 << (place.0 % 64)
}

/// The state of one run.
pub(super) struct Evaluator<'r> {
    pub plan: &'r Plan,
    pub slots: Vec<Cell<Slot<'r>>>,
    /// Per counter: the record it counts in, and the numbers given.
    pub sequences: Vec<Cell<(u32, u32)>>,
    pub memory: &'r Bump,
    pub now: jiff::Timestamp,
    /// First bytes of the message that the current line read.
    pub origin: Cell<Option<(Origin, crate::tree::PlaceId)>>,
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
    /// Offset of the message in its file.
    pub offset: u64,
    /// Per place of the source, the first child of the message's root at it; `u32::MAX` where there is none. Paths
    /// of the header would otherwise pass all lines of the message.
    pub root_index: &'r [u32],
    /// What is read is noted here, if someone wants to know.
    pub trace: Option<&'r RefCell<Recorder>>,
}

/// The target so far, and where in it the current line stands.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub tree: &'t Tree,
    pub this: NodeId,
    pub parent: NodeId,
}

impl<'r> Evaluator<'r> {
    /// The value of an expression.
    pub fn value(&self, expr: &'r Expr, target: Target<'_>) -> Value<'r> {
        match expr {
            Expr::Constant(constant) => self.constant(constant),
            Expr::Leaf(nodes) => self.first_value(nodes, target),
            Expr::Pair(nodes, pairs, code) => self.pair(nodes, pairs, code, target),
            Expr::Slot(slot) => {
                if let Some(trace) = self.trace {
                    trace.borrow_mut().recall(*slot);
                }
                match self.slots[*slot].get() {
                    Slot::Value(value) => value,
                    _ => Value::Absent,
                }
            }
            Expr::Exists(nodes) => Value::Bool(self.exists(nodes, target)),
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right, target),
            Expr::Not(inner) => Value::Bool(!self.holds(inner, target)),
            Expr::Negate(inner) => match self.value(inner, target) {
                Value::Number(number) => {
                    Decimal::ZERO.checked_sub(number).map_or(Value::Absent, Value::Number)
                }
                _ => Value::Absent,
            },
            Expr::In(value, list) => {
                let value = self.value(value, target);
                let found = list
                    .iter()
                    .any(|item| compare(value, self.value(item, target)) == Some(std::cmp::Ordering::Equal));
                Value::Bool(found)
            }
            Expr::Else(value, fallback) => match self.value(value, target) {
                Value::Absent => self.value(fallback, target),
                value => value,
            },
            Expr::If(condition, then, otherwise) => {
                let mark = self.trace.map(|trace| trace.borrow().mark());
                let holds = self.holds(condition, target);
                if let (Some(trace), Some(mark)) = (self.trace, mark) {
                    trace.borrow_mut().condition(mark, holds);
                }
                self.value(if holds { then } else { otherwise }, target)
            }
            Expr::Via(via) => self.via(via, target),
            Expr::Call(function, arguments, rule) => {
                let mut values = bumpalo::collections::Vec::with_capacity_in(arguments.len(), self.memory);
                for argument in arguments {
                    match self.value(argument, target) {
                        Value::Absent => return Value::Absent,
                        value => values.push(value),
                    }
                }
                let call =
                    Call { arguments: &values, memory: self.memory, now: self.now, doubt: Cell::new(None) };
                let result = (function.call)(&call).unwrap_or_else(|error| {
                    self.report(Diagnostic::new(Code::B004).with("text", error.text), *rule);
                    Value::Absent
                });
                if let Some(doubt) = call.doubt.take() {
                    self.report(Diagnostic::new(Code::B013).with("text", doubt), *rule);
                }
                result
            }
            Expr::List(function, source) => self.list(*function, source, target),
            Expr::Join(items, separator) => self.join(items, separator, target),
            Expr::Sequence { counter, start, step } => self.sequence(*counter, *start, *step, target),
        }
    }

    /// Whether a condition holds. What is absent does not.
    pub fn holds(&self, condition: &'r Expr, target: Target<'_>) -> bool {
        self.value(condition, target) == Value::Bool(true)
    }

    /// Whether something a condition compares is not there: then a check does not fire.
    pub fn is_undecided(&self, condition: &'r Expr, target: Target<'_>) -> bool {
        self.quietly(|| self.undecided(condition, target))
    }

    pub(super) fn quietly<T>(&self, evaluate: impl FnOnce() -> T) -> T {
        let muted = self.muted.replace(true);
        let result = evaluate();
        self.muted.set(muted);
        result
    }

    fn undecided(&self, condition: &'r Expr, target: Target<'_>) -> bool {
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

    fn binary(&self, operator: Operator, left: &'r Expr, right: &'r Expr, target: Target<'_>) -> Value<'r> {
        match operator {
            Operator::And => return Value::Bool(self.holds(left, target) && self.holds(right, target)),
            Operator::Or => return Value::Bool(self.holds(left, target) || self.holds(right, target)),
            _ => {}
        }
        let (left, right) = (self.value(left, target), self.value(right, target));
        if is_comparison(operator) {
            let order = compare(left, right);
            return Value::Bool(order.is_some_and(|order| match operator {
                Operator::Equal => order.is_eq(),
                Operator::NotEqual => order.is_ne(),
                Operator::Less => order.is_lt(),
                Operator::LessOrEqual => order.is_le(),
                Operator::Greater => order.is_gt(),
                _ => order.is_ge(),
            }));
        }
        if operator == Operator::Join {
            if left.is_absent() || right.is_absent() {
                return Value::Absent;
            }
            return Value::Text(self.memory.alloc_str(&(left.show() + &right.show())));
        }
        let (Value::Number(left), Value::Number(right)) = (left, right) else { return Value::Absent };
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
                    return Value::Absent;
                }
                quotient
            }
        };
        result.map_or_else(
            || {
                self.report(Diagnostic::new(Code::B004).with("text", "the number has too many digits"), 0);
                Value::Absent
            },
            Value::Number,
        )
    }

    fn via(&self, via: &'r ViaPlan, target: Target<'_>) -> Value<'r> {
        let mut keys: bumpalo::collections::Vec<'r, &'r str> = bumpalo::collections::Vec::new_in(self.memory);
        for key in &via.keys {
            match self.value(key, target) {
                Value::Absent => return Value::Absent,
                Value::Text(text) => keys.push(text),
                other => keys.push(self.memory.alloc_str(&other.show())),
            }
        }
        let found = match via.reversed {
            false => via.table.find(&keys, via.column),
            true => via.table.find_reversed(keys[0], via.column),
        };
        if let Some((value, row)) = found {
            self.note(|| Traced::Row { row, key: keys.join(", "), value: value.into() });
            return Value::Text(value);
        }
        let shown = keys.join(", ");
        let is_inline = via.table.name.is_empty();
        let name = if is_inline { "of this line" } else { &via.table.name };
        self.note(|| Traced::NoRow { table: name.into(), file: via.table.file, key: shown.clone() });
        let finding = |severity: Severity| {
            let text = match &via.unknown.text {
                Some(text) => self.text(text, target),
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

    fn each_value(&self, source: &'r ListSource, target: Target<'_>, each: &mut dyn FnMut(Value<'r>)) {
        match source {
            ListSource::Value(expr) => each(self.value(expr, target)),
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

    fn list(&self, function: ListFunction, source: &'r ListSource, target: Target<'_>) -> Value<'r> {
        if function == ListFunction::Count {
            return Value::Number(Decimal::from_integer(self.count(source, target)));
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
            let differs = compare(result, value) != Some(std::cmp::Ordering::Equal);
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

    fn count(&self, source: &'r ListSource, target: Target<'_>) -> i64 {
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

    fn join(&self, items: &'r [ListSource], separator: &'r Expr, target: Target<'_>) -> Value<'r> {
        let separator = match self.value(separator, target) {
            Value::Text(text) => text,
            other => self.memory.alloc_str(&if other.is_absent() { String::new() } else { other.show() }),
        };
        let mut text = bumpalo::collections::String::new_in(self.memory);
        let mut any = false;
        for item in items {
            self.each_value(item, target, &mut |value| {
                if value.is_absent() {
                    return;
                }
                if any {
                    text.push_str(separator);
                }
                any = true;
                match value {
                    Value::Text(part) => text.push_str(part),
                    other => text.push_str(&other.show()),
                }
            });
        }
        if any { Value::Text(text.into_bump_str()) } else { Value::Absent }
    }

    fn sequence(&self, counter: usize, start: Decimal, step: Decimal, target: Target<'_>) -> Value<'r> {
        let (parent, given) = self.sequences[counter].get();
        let given = if parent == target.parent.0 { given } else { 0 };
        self.sequences[counter].set((target.parent.0, given + 1));
        let number =
            step.checked_mul(Decimal::from_integer(given.into())).and_then(|sum| sum.checked_add(start));
        number.map_or(Value::Absent, Value::Number)
    }

    // ------------------------------------------------------------------------------------------ findings

    /// A text for people with its values.
    pub fn text(&self, message: &'r Message, target: Target<'_>) -> String {
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
        if let Some((origin, place)) = self.origin.get() {
            finding = finding.place(self.place(origin, place));
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

    /// A place of the message from where a value came from.
    pub fn place(&self, origin: Origin, place: crate::tree::PlaceId) -> Place {
        let shape = &self.plan.source_shape;
        let leaf = shape.place(place);
        Place {
            offset: self.offset + u64::from(origin.start),
            length: origin.len,
            segment: origin.ordinal,
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

/// How two values compare; `None` if one is absent or they are of different kinds.
pub(super) fn compare(left: Value<'_>, right: Value<'_>) -> Option<std::cmp::Ordering> {
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
        (Value::Number(_), Value::Text(_)) => compare(right, left).map(std::cmp::Ordering::reverse),
        _ => None,
    }
}
