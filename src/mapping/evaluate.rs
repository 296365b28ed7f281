//! Expressions at run time: over the message, earlier documents and the target so far.

use super::functions::Call;
use super::plan::{
    Constant, Expr, ListFunction, ListSource, Message, MessagePartPlan, Nodes, Plan, PolicyKindPlan, Start,
    Step, ViaPlan,
};
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
    Record(View<'r>, NodeId),
    Group(View<'r>, &'r [NodeId]),
    Value(Value<'r>),
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
}

/// The target so far, and where in it the current line stands.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub tree: &'t Tree,
    pub this: NodeId,
    pub parent: NodeId,
}

/// A node found by a path: in a document of the run, or in the target.
#[derive(Clone, Copy)]
enum Found<'r, 't> {
    Document(View<'r>, NodeId),
    Target(&'t Tree, NodeId),
}

impl<'r> Evaluator<'r> {
    /// The value of an expression.
    pub fn value(&self, expr: &Expr, target: Target<'_>) -> Value<'r> {
        match expr {
            Expr::Constant(constant) => self.constant(constant),
            Expr::Leaf(nodes) => self.first_value(nodes, target),
            Expr::Pair(nodes, pairs, code) => self.pair(nodes, pairs, code, target),
            Expr::Slot(slot) => match self.slots[*slot].get() {
                Slot::Value(value) => value,
                _ => Value::Absent,
            },
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
                let branch = if self.holds(condition, target) { then } else { otherwise };
                self.value(branch, target)
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
                let call = Call { arguments: &values, memory: self.memory, now: self.now };
                (function.call)(&call).unwrap_or_else(|error| {
                    self.report(Diagnostic::new(Code::B004).with("text", error.text), *rule);
                    Value::Absent
                })
            }
            Expr::List(function, source) => self.list(*function, source, target),
            Expr::Join(items, separator) => self.join(items, separator, target),
            Expr::Sequence { counter, start, step } => self.sequence(*counter, *start, *step, target),
        }
    }

    /// Whether a condition holds. What is absent does not.
    pub fn holds(&self, condition: &Expr, target: Target<'_>) -> bool {
        self.value(condition, target) == Value::Bool(true)
    }

    /// Whether something a condition compares is not there: then a check does not fire.
    pub fn is_undecided(&self, condition: &Expr, target: Target<'_>) -> bool {
        self.quietly(|| self.undecided(condition, target))
    }

    fn quietly<T>(&self, evaluate: impl FnOnce() -> T) -> T {
        let muted = self.muted.replace(true);
        let result = evaluate();
        self.muted.set(muted);
        result
    }

    fn undecided(&self, condition: &Expr, target: Target<'_>) -> bool {
        match condition {
            Expr::Binary(Operator::And | Operator::Or, left, right) => {
                // Either side alone may decide.
                let decided = |side: &Expr| !self.undecided(side, target);
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

    fn constant(&self, constant: &Constant) -> Value<'r> {
        match constant {
            Constant::Absent => Value::Absent,
            Constant::Text(text) => Value::Text(self.memory.alloc_str(text)),
            Constant::Number(number) => Value::Number(*number),
            Constant::Bool(truth) => Value::Bool(*truth),
        }
    }

    // ------------------------------------------------------------------------------------------ paths

    fn first_value(&self, nodes: &Nodes, target: Target<'_>) -> Value<'r> {
        let mut result = Value::Absent;
        self.visit(nodes, target, &mut |found| {
            result = self.read(nodes, found);
            if result.is_absent() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        result
    }

    fn exists(&self, nodes: &Nodes, target: Target<'_>) -> bool {
        let mut exists = false;
        self.visit(nodes, target, &mut |found| {
            let node = match found {
                Found::Document(view, id) => view.tree.node(id),
                Found::Target(tree, id) => tree.node(id),
            };
            exists = node.has_value() || nodes.leaves.is_empty();
            if exists { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        exists
    }

    fn pair(
        &self,
        nodes: &Nodes,
        pairs: &[(crate::tree::PlaceId, crate::tree::PlaceId)],
        code: &str,
        target: Target<'_>,
    ) -> Value<'r> {
        let mut result = Value::Absent;
        self.visit(nodes, target, &mut |found| {
            let Found::Document(view, id) = found else { return ControlFlow::Continue(()) };
            for &(qualifier, value) in pairs {
                if view.child_text(id, qualifier) != Some(code) {
                    continue;
                }
                let leaf = view.tree.children(id).find(|&child| view.tree.node(child).place == value);
                if let Some(leaf) = leaf {
                    self.note_origin(view, leaf);
                    result = view.text(leaf).map_or(Value::Absent, Value::Text);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        result
    }

    /// Calls `each` for every node a path leads to, in order.
    fn visit<'t>(
        &self,
        nodes: &Nodes,
        target: Target<'t>,
        each: &mut dyn FnMut(Found<'r, 't>) -> ControlFlow<()>,
    ) {
        let _ = match nodes.start {
            Start::This => self.walk(Found::Target(target.tree, target.this), &nodes.steps, target, each),
            Start::Out => self.walk(Found::Target(target.tree, NodeId::ROOT), &nodes.steps, target, each),
            Start::Slot(slot) => match self.slots[slot].get() {
                Slot::Record(view, id) => self.walk(Found::Document(view, id), &nodes.steps, target, each),
                Slot::Group(view, ids) => match ids.first() {
                    Some(&id) => self.walk(Found::Document(view, id), &nodes.steps, target, each),
                    None => ControlFlow::Continue(()),
                },
                Slot::Empty | Slot::Value(_) => ControlFlow::Continue(()),
            },
            Start::Group(slot) => match self.slots[slot].get() {
                Slot::Group(view, ids) => ids
                    .iter()
                    .try_for_each(|&id| self.walk(Found::Document(view, id), &nodes.steps, target, each)),
                _ => ControlFlow::Continue(()),
            },
        };
    }

    /// The records a path leads to; paths into the target have none here.
    pub fn records(&self, nodes: &Nodes, target: Target<'_>) -> (Option<View<'r>>, &'r [NodeId]) {
        let mut ids = bumpalo::collections::Vec::new_in(self.memory);
        let mut of = None;
        self.visit(nodes, target, &mut |found| {
            if let Found::Document(view, id) = found {
                of = Some(view);
                ids.push(id);
            }
            ControlFlow::Continue(())
        });
        (of, ids.into_bump_slice())
    }

    fn walk<'t>(
        &self,
        from: Found<'r, 't>,
        steps: &[Step],
        target: Target<'t>,
        each: &mut dyn FnMut(Found<'r, 't>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some((step, rest)) = steps.split_first() else { return each(from) };
        let (tree, parent) = match from {
            Found::Document(view, id) => (view.tree, id),
            Found::Target(tree, id) => (tree, id),
        };
        let child_of = |id: NodeId| match from {
            Found::Document(view, _) => Found::Document(view, id),
            Found::Target(tree, _) => Found::Target(tree, id),
        };
        let mut seen = 0;
        let mut last = None;
        for id in tree.children(parent) {
            let place = tree.node(id).place;
            let is_here = match step.places.as_slice() {
                [only] => *only == place,
                places => places.binary_search(&place).is_ok(),
            };
            if !is_here || !self.selected(child_of(id), step, target) {
                continue;
            }
            seen += 1;
            match step.occurrence {
                None => self.walk(child_of(id), rest, target, each)?,
                Some(u32::MAX) => last = Some(id),
                Some(wanted) if wanted == seen => return self.walk(child_of(id), rest, target, each),
                Some(_) => {}
            }
        }
        match last {
            Some(id) => self.walk(child_of(id), rest, target, each),
            None => ControlFlow::Continue(()),
        }
    }

    fn selected(&self, found: Found<'r, '_>, step: &Step, target: Target<'_>) -> bool {
        if step.test.is_none() && step.condition.is_none() {
            return true;
        }
        let Found::Document(view, id) = found else { return step.condition.is_none() };
        if let Some(test) = &step.test {
            let key = key_text(view, id, &step.keys).unwrap_or("");
            if test.codes.iter().any(|code| **code == *key) == test.negated {
                return false;
            }
        }
        let Some((condition, slot)) = &step.condition else { return true };
        let before = self.slots[*slot].replace(Slot::Record(view, id));
        let origin = self.origin.get();
        let holds = self.holds(condition, target);
        self.origin.set(origin);
        self.slots[*slot].set(before);
        holds
    }

    fn read(&self, nodes: &Nodes, found: Found<'r, '_>) -> Value<'r> {
        let (text, place) = match found {
            Found::Document(view, id) => {
                let Some(text) = view.text(id) else { return Value::Absent };
                self.note_origin(view, id);
                (text, view.tree.node(id).place)
            }
            Found::Target(tree, id) => {
                let Some(text) = View::new(tree, "").text(id) else { return Value::Absent };
                let text: &'r str = self.memory.alloc_str(text);
                (text, tree.node(id).place)
            }
        };
        let leaf = match nodes.leaves.as_slice() {
            [(_, leaf)] => leaf,
            leaves => match leaves.iter().find(|(known, _)| *known == place) {
                Some((_, leaf)) => leaf,
                None => return Value::Absent,
            },
        };
        match Value::read(leaf, text) {
            Ok(value) => value,
            // The guide said so already where it was read; a map that depends on it says what it could not do.
            Err(_) => {
                let text = format!("`{text}` is not {}", leaf.kind().word());
                self.report(Diagnostic::new(Code::B004).with("text", text), 0);
                Value::Absent
            }
        }
    }

    fn note_origin(&self, view: View<'r>, id: NodeId) {
        // Only the message itself has bytes to point at.
        let Slot::Record(source, _) = self.slots[0].get() else { return };
        if self.origin.get().is_none() && std::ptr::eq(source.tree, view.tree) {
            let node = view.tree.node(id);
            let origin =
                Origin { start: node.origin_start, len: node.origin_len, ordinal: node.ordinal, rule: 0 };
            self.origin.set(Some((origin, node.place)));
        }
    }

    // ------------------------------------------------------------------------------------------ operators

    fn binary(&self, operator: Operator, left: &Expr, right: &Expr, target: Target<'_>) -> Value<'r> {
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

    fn via(&self, via: &ViaPlan, target: Target<'_>) -> Value<'r> {
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
        if let Some((value, _)) = found {
            return Value::Text(self.memory.alloc_str(value));
        }
        let shown = keys.join(", ");
        let name = if via.table.name.is_empty() { "of this line" } else { &via.table.name };
        let finding = |severity: Severity| {
            let finding =
                Diagnostic::new(Code::B003).severity(severity).with("value", &shown).with("table", name);
            match &via.unknown.text {
                // The author's own words, with the code that `explain` knows.
                Some(text) => finding.help(self.text(text, target)),
                None => finding,
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

    fn each_value(&self, source: &ListSource, target: Target<'_>, each: &mut dyn FnMut(Value<'r>)) {
        match source {
            ListSource::Value(expr) => each(self.value(expr, target)),
            ListSource::Nodes(nodes) => self.visit(nodes, target, &mut |found| {
                each(self.read(nodes, found));
                ControlFlow::Continue(())
            }),
        }
    }

    fn list(&self, function: ListFunction, source: &ListSource, target: Target<'_>) -> Value<'r> {
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

    fn count(&self, source: &ListSource, target: Target<'_>) -> i64 {
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

    fn join(&self, items: &[ListSource], separator: &Expr, target: Target<'_>) -> Value<'r> {
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
    pub fn text(&self, message: &Message, target: Target<'_>) -> String {
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
        if let Some(span) = rule.checked_sub(1).and_then(|at| self.plan.rules.get(at as usize)) {
            finding = finding.at(*span, "");
        }
        if let Some((origin, place)) = self.origin.get() {
            finding = finding.place(self.place(origin, place));
        }
        // What no line says but its evaluation, such as a value that cannot be read, is said once and not again by each
        // line, check and text that needs it.
        let mut findings = self.findings.borrow_mut();
        if rule != 0 || !findings.as_slice().contains(&finding) {
            findings.push(finding);
        }
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

/// The text of a node's key, which is a child or a grandchild of it.
fn key_text<'r>(view: View<'r>, id: NodeId, keys: &[crate::tree::PlaceId]) -> Option<&'r str> {
    view.tree.children(id).find_map(|child| {
        if keys.contains(&view.tree.node(child).place) {
            return view.text(child);
        }
        view.tree
            .children(child)
            .find(|&part| keys.contains(&view.tree.node(part).place))
            .and_then(|part| view.text(part))
    })
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
