//! Expressions at run time: over the message, earlier documents and the target so far.

use super::functions::Call;
use super::plan::{
    Constant, Expr, ListFunction, ListSource, Message, MessagePartPlan, Nodes, Plan, PolicyKindPlan, Start,
    Step, ViaPlan,
};
use super::trace::{Recorder, Step as Traced, Whence};
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
fn place_bit(place: crate::tree::PlaceId) -> u64 {
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

/// A node found by a path: in a document of the run, or in the target.
#[derive(Clone, Copy)]
enum Found<'r, 't> {
    Document(View<'r>, NodeId),
    Target(&'t Tree, NodeId),
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
    pub fn holds(&self, condition: &'r Expr, target: Target<'_>) -> bool {
        self.value(condition, target) == Value::Bool(true)
    }

    /// Whether something a condition compares is not there: then a check does not fire.
    pub fn is_undecided(&self, condition: &'r Expr, target: Target<'_>) -> bool {
        self.quietly(|| self.undecided(condition, target))
    }

    fn quietly<T>(&self, evaluate: impl FnOnce() -> T) -> T {
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

    // ------------------------------------------------------------------------------------------ paths

    fn first_value(&self, nodes: &'r Nodes, target: Target<'_>) -> Value<'r> {
        let mut result = Value::Absent;
        if nodes.is_plain {
            result = self.first_on_plain_way(nodes, target);
        } else {
            self.visit(nodes, target, &mut |found| {
                result = self.read(nodes, found);
                if result.is_absent() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        if result.is_absent() {
            self.missed(nodes, None, target);
        }
        result
    }

    /// The first value down a plain path: nearly all paths are, and need no search.
    fn first_on_plain_way(&self, nodes: &'r Nodes, target: Target<'_>) -> Value<'r> {
        let from = match nodes.start {
            Start::This => Found::Target(target.tree, target.this),
            Start::Out => Found::Target(target.tree, NodeId::ROOT),
            Start::Slot(slot) | Start::Group(slot) => match self.slots[slot].get() {
                Slot::Record(view, id, mask) => {
                    if nodes.steps[0].places.iter().all(|&place| mask & place_bit(place) == 0) {
                        return Value::Absent;
                    }
                    Found::Document(view, id)
                }
                Slot::Group(view, [first, ..]) => Found::Document(view, *first),
                _ => return Value::Absent,
            },
        };
        match from {
            Found::Document(view, id) => {
                self.down(nodes, view.tree, id, from, &|id| Found::Document(view, id))
            }
            Found::Target(tree, id) => self.down(nodes, tree, id, from, &|id| Found::Target(tree, id)),
        }
    }

    #[inline]
    fn down<'t>(
        &self,
        nodes: &'r Nodes,
        tree: &'t Tree,
        mut parent: NodeId,
        from: Found<'r, 't>,
        found: &impl Fn(NodeId) -> Found<'r, 't>,
    ) -> Value<'r>
    where
        'r: 't,
    {
        let (last, way) = nodes.steps.split_last().expect("a plain way has steps");
        let is_here = |step: &Step, id: NodeId| match step.places.as_slice() {
            [only] => *only == tree.node(id).place,
            places => places.binary_search(&tree.node(id).place).is_ok(),
        };
        for step in way {
            let Some(mut children) = self.children(from, tree, parent, step) else { return Value::Absent };
            let Some(next) = children.find(|&id| is_here(step, id)) else { return Value::Absent };
            parent = next;
        }
        let Some(children) = self.children(from, tree, parent, last) else { return Value::Absent };
        for id in children {
            if is_here(last, id) {
                let value = self.read(nodes, found(id));
                if !value.is_absent() || last.is_single {
                    return value;
                }
            }
        }
        Value::Absent
    }

    fn exists(&self, nodes: &'r Nodes, target: Target<'_>) -> bool {
        let mut exists = false;
        self.visit(nodes, target, &mut |found| {
            let node = match found {
                Found::Document(view, id) => view.tree.node(id),
                Found::Target(tree, id) => tree.node(id),
            };
            exists = node.has_value() || nodes.leaves.is_empty();
            if exists { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if !exists {
            self.missed(nodes, None, target);
        }
        exists
    }

    fn pair(
        &self,
        nodes: &'r Nodes,
        pairs: &'r [(crate::tree::PlaceId, crate::tree::PlaceId)],
        code: &'r str,
        target: Target<'_>,
    ) -> Value<'r> {
        let mut result = Value::Absent;
        self.visit(nodes, target, &mut |found| {
            let Found::Document(view, id) = found else { return ControlFlow::Continue(()) };
            let mut wanted = None;
            for child in view.tree.children(id) {
                let place = view.tree.node(child).place;
                if wanted == Some(place) {
                    self.note_origin(view, child);
                    self.note(|| Traced::Read(self.whence(view, child)));
                    result = view.text(child).map_or(Value::Absent, Value::Text);
                    return ControlFlow::Break(());
                }
                if let Some((_, value)) = pairs.iter().find(|(qualifier, _)| *qualifier == place)
                    && view.text(child) == Some(code)
                {
                    // The value stands after its qualifier.
                    wanted = Some(*value);
                }
            }
            ControlFlow::Continue(())
        });
        if result.is_absent() {
            self.missed(nodes, Some(code), target);
        }
        result
    }

    /// Calls `each` for every node a path leads to, in order.
    fn visit<'t>(
        &self,
        nodes: &'r Nodes,
        target: Target<'t>,
        each: &mut dyn FnMut(Found<'r, 't>) -> ControlFlow<()>,
    ) {
        let _ = match nodes.start {
            Start::This => self.walk(Found::Target(target.tree, target.this), &nodes.steps, target, each),
            Start::Out => self.walk(Found::Target(target.tree, NodeId::ROOT), &nodes.steps, target, each),
            Start::Slot(slot) => match self.slots[slot].get() {
                Slot::Record(view, id, mask) => match nodes.steps.first() {
                    Some(step) if step.places.iter().all(|&place| mask & place_bit(place) == 0) => {
                        ControlFlow::Continue(())
                    }
                    _ => self.walk(Found::Document(view, id), &nodes.steps, target, each),
                },
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
    pub fn records(&self, nodes: &'r Nodes, target: Target<'_>) -> (Option<View<'r>>, &'r [NodeId]) {
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
        steps: &'r [Step],
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
        let Some(children) = self.children(from, tree, parent, step) else {
            return ControlFlow::Continue(());
        };
        for id in children {
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
                None if step.is_single => return self.walk(child_of(id), rest, target, each),
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

    /// Where to look for the children a step leads to; `None` if there are none.
    #[inline]
    fn children<'t>(
        &self,
        from: Found<'r, 't>,
        tree: &'t Tree,
        parent: NodeId,
        step: &Step,
    ) -> Option<crate::tree::arena::Children<'t>>
    where
        'r: 't,
    {
        let children = tree.children(parent);
        let (Found::Document(..), NodeId::ROOT, [only]) = (from, parent, step.places.as_slice()) else {
            return Some(children);
        };
        match self.slots[0].get() {
            Slot::Record(source, ..) if std::ptr::eq(source.tree, tree) => {
                let first = self.root_index[only.index()];
                (first != u32::MAX).then(|| children.skip_to(NodeId(first)))
            }
            _ => Some(children),
        }
    }

    fn selected(&self, found: Found<'r, '_>, step: &'r Step, target: Target<'_>) -> bool {
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
        let before = self.slots[*slot].replace(Slot::record(view, id));
        let origin = self.origin.get();
        let mark = self.trace.map(|trace| trace.borrow().mark());
        let holds = self.holds(condition, target);
        self.origin.set(origin);
        // Neither origin nor trace tell of records that were only looked at.
        if let (Some(trace), Some(mark)) = (self.trace, mark) {
            trace.borrow_mut().drop_since(mark);
        }
        self.slots[*slot].set(before);
        holds
    }

    fn read(&self, nodes: &'r Nodes, found: Found<'r, '_>) -> Value<'r> {
        let (text, place) = match found {
            Found::Document(view, id) => {
                let Some(text) = view.text(id) else { return Value::Absent };
                self.note_origin(view, id);
                if !text.is_empty() {
                    self.note(|| Traced::Read(self.whence(view, id)));
                }
                (text, view.tree.node(id).place)
            }
            Found::Target(tree, id) => {
                let Some(text) = View::new(tree, "").text(id) else { return Value::Absent };
                let text: &'r str = self.memory.alloc_str(text);
                self.note(|| Traced::Read(Whence::Target(id)));
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

    // ------------------------------------------------------------------------------------------ trace

    #[inline]
    fn note(&self, step: impl FnOnce() -> Traced) {
        if let Some(trace) = self.trace {
            trace.borrow_mut().push(step());
        }
    }

    /// Notes that a path led to nothing.
    pub fn missed(&self, nodes: &Nodes, pair: Option<&str>, target: Target<'_>) {
        self.note(|| {
            let from = match nodes.start {
                Start::This => Whence::Target(target.this),
                Start::Out => Whence::Target(NodeId::ROOT),
                Start::Slot(slot) | Start::Group(slot) => match self.slots[slot].get() {
                    Slot::Record(view, id, _) => self.whence(view, id),
                    Slot::Group(view, ids) => {
                        ids.first().map_or(Whence::Nowhere, |&id| self.whence(view, id))
                    }
                    Slot::Empty | Slot::Value(_) => Whence::Nowhere,
                },
            };
            Traced::Missed { nodes: nodes.clone(), pair: pair.map(Into::into), from }
        });
    }

    /// Notes that a node was copied.
    pub fn copied(&self, view: View<'r>, id: NodeId) {
        self.note(|| Traced::Read(self.whence(view, id)));
    }

    fn whence(&self, view: View<'r>, id: NodeId) -> Whence {
        let is_of = |slot: usize| match self.slots[slot].get() {
            Slot::Record(known, ..) => std::ptr::eq(known.tree, view.tree),
            _ => false,
        };
        match (1..=self.plan.earlier.len()).find(|&slot| is_of(slot)) {
            Some(slot) => Whence::Earlier(slot - 1, id),
            None => Whence::Source(id),
        }
    }

    fn note_origin(&self, view: View<'r>, id: NodeId) {
        // Only the message itself has bytes to point at.
        let Slot::Record(source, ..) = self.slots[0].get() else { return };
        if self.origin.get().is_none() && std::ptr::eq(source.tree, view.tree) {
            let node = view.tree.node(id);
            let origin =
                Origin { start: node.origin_start, len: node.origin_len, ordinal: node.ordinal, rule: 0 };
            self.origin.set(Some((origin, node.place)));
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
        let name = if via.table.name.is_empty() { "of this line" } else { &via.table.name };
        self.note(|| Traced::NoRow { table: name.into(), file: via.table.file, key: shown.clone() });
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
