//! Expressions, evaluated as they stand.

use super::value::{Node, Schema, Value};
use super::{Address, Run, functions};
use crossdock::base::decimal::Decimal;
use crossdock::diagnostics::{Code, Diagnostic, Severity};
use crossdock::language::syntax::{
    Expression, ExpressionKind, Literal, LiteralKind, Occurrence, Operator, Path, PathStep, PolicyKind,
    SelectorKind, StepName, TableReference, Via,
};
use std::rc::Rc;

/// What a name stands for.
#[derive(Clone)]
pub enum Bound {
    Node(Rc<Node>),
    Group(Vec<Rc<Node>>, String),
    Value(Value),
    /// A document that was looked up and is not known: that was told.
    Awaited,
}

/// What can be seen from a line.
#[derive(Clone)]
pub struct Scope {
    pub names: Vec<(String, Bound)>,
    pub here: Bound,
    /// The record being built.
    pub this: Address,
    /// The record around it.
    pub around: Address,
    /// What is built, by its names without codes.
    pub target: String,
    /// The number of the record in the list that the block goes through, and whether it is the last.
    pub position: (usize, bool),
}

/// What a path leads to.
pub enum Found {
    Value(Value),
    Nodes(Vec<Rc<Node>>),
}

impl Run<'_> {
    pub fn report(&self, code: Code) {
        self.report_as(code.text(), Diagnostic::new(code).severity);
    }

    pub fn report_as(&self, code: &str, severity: Severity) {
        if self.muted.get() {
            return;
        }
        if severity >= Severity::Hold {
            self.failed.set(true);
        }
        self.findings.borrow_mut().push((code.to_string(), severity));
    }

    // -------------------------------------------------------------------------------------- paths

    pub fn find(&self, scope: &Scope, path: &Path) -> Found {
        let (start, skip) = self.start(scope, path);
        let mut steps = &path.steps[skip..];
        let mut nodes = match start {
            Bound::Value(value) if steps.is_empty() => return Found::Value(value),
            Bound::Value(_) | Bound::Awaited => return Found::Nodes(Vec::new()),
            Bound::Node(node) => vec![node],
            Bound::Group(members, name) => match steps.first() {
                Some(step) if step.name == StepName::Name(name) => {
                    steps = &steps[1..];
                    occurrence(self.selected(scope, members, step), step)
                }
                _ => members.into_iter().take(1).collect(),
            },
        };
        for step in steps {
            if let Some(value) = nodes.iter().find_map(|node| self.pair(node, step)) {
                return Found::Value(value);
            }
            nodes = nodes.iter().flat_map(|node| self.step(scope, node, step)).collect();
        }
        Found::Nodes(nodes)
    }

    pub fn start(&self, scope: &Scope, path: &Path) -> (Bound, usize) {
        let Some(head) = path.head().filter(|_| !path.starts_with_dot()) else {
            return (scope.here.clone(), 0);
        };
        match head {
            "here" => (scope.here.clone(), 1),
            "out" => (Bound::Node(self.out.clone()), 1),
            "this" => match self.before.get(&scope.this) {
                Some(node) => (Bound::Node(node.clone()), 1),
                None => (Bound::Value(Value::Absent), 1),
            },
            head => match scope.names.iter().rev().find(|(name, _)| name == head) {
                Some((_, bound)) => (bound.clone(), 1),
                None => (scope.here.clone(), 0),
            },
        }
    }

    /// `W01.id[VN]`; nothing where the record has no such pairs.
    fn pair(&self, node: &Node, step: &PathStep) -> Option<Value> {
        let StepName::Name(name) = &step.name else { return None };
        let SelectorKind::Codes { codes, .. } = &step.selectors.first()?.kind else { return None };
        let (_, pairs) = node.schema.pairs.iter().find(|(known, _)| known == name)?;
        let text = |label: &str| node.child(label).and_then(|child| child.text.as_deref());
        let value = pairs
            .iter()
            .find(|(qualifier, value)| text(qualifier) == Some(&codes[0].text) && text(value).is_some())
            .and_then(|(_, value)| text(value));
        Some(value.map_or(Value::Absent, |text| Value::Text(text.to_string())))
    }

    /// `all HL`: wherever it stands inside, in the order of the message.
    fn deep(&self, scope: &Scope, node: &Rc<Node>, step: &PathStep) -> Vec<Rc<Node>> {
        let mut found = Vec::new();
        for child in &node.children {
            let is_named = match &step.name {
                StepName::Name(name) => child.schema.name == *name,
                StepName::Position(position) => child.schema.position == *position,
            };
            if is_named {
                found.extend(self.selected(scope, vec![child.clone()], step));
            }
            found.extend(self.deep(scope, child, step));
        }
        found
    }

    pub fn step(&self, scope: &Scope, node: &Rc<Node>, step: &PathStep) -> Vec<Rc<Node>> {
        if step.is_deep {
            return self.deep(scope, node, step);
        }
        if let Some(composite) = composite_with(node, step) {
            let inside = node.children.iter().filter(|child| child.schema.label() == composite);
            return inside.flat_map(|child| self.step(scope, child, step)).collect();
        }
        let named = node
            .children
            .iter()
            .filter(|child| match &step.name {
                StepName::Name(name) => child.schema.name == *name,
                StepName::Position(position) => child.schema.position == *position,
            })
            .cloned()
            .collect();
        let mut found = self.selected(scope, named, step);
        // Of elements and components `#2` is the one at the second position, whether the first is there or not.
        if let Some(Occurrence::Number(number)) = step.occurrence {
            let twins = node.schema.children.iter().filter(|child| match &step.name {
                StepName::Name(name) => child.position > 0 && child.name == *name,
                StepName::Position(_) => false,
            });
            let positions: Vec<u16> = twins.map(|child| child.position).collect();
            if positions.len() > 1 {
                let wanted = positions.get(number as usize - 1);
                found.retain(|child| Some(&child.schema.position) == wanted);
                return found;
            }
        }
        // What may come once and comes twice was found wrong where it was read; here the first one counts.
        let is_one_single = found.first().is_some_and(|first| {
            first.schema.is_single && found.iter().all(|other| other.schema.label() == first.schema.label())
        });
        match step.occurrence {
            None if is_one_single => found.into_iter().take(1).collect(),
            _ => occurrence(found, step),
        }
    }

    /// Those of some nodes that the selectors of a step let through.
    fn selected(&self, scope: &Scope, mut found: Vec<Rc<Node>>, step: &PathStep) -> Vec<Rc<Node>> {
        for selector in &step.selectors {
            found.retain(|child| match &selector.kind {
                SelectorKind::Codes { negated, codes } => {
                    codes.iter().any(|code| code.text == child.key()) != *negated
                }
                SelectorKind::Condition(condition) => {
                    let scope = Scope { here: Bound::Node(child.clone()), ..scope.clone() };
                    self.holds(&scope, condition)
                }
            });
        }
        found
    }

    /// The nodes that a path leads to, each with all that is on the way to it, the outermost first.
    pub fn find_with_way(&self, scope: &Scope, path: &Path) -> Vec<(Rc<Node>, Vec<Rc<Node>>)> {
        let first = Path { steps: path.steps[..1].to_vec(), ..path.clone() };
        let (starts, rest) = match self.start(scope, path) {
            (Bound::Node(start), 1) => (vec![start], &path.steps[1..]),
            _ => match self.find(scope, &first) {
                Found::Nodes(nodes) => (nodes, &path.steps[1..]),
                Found::Value(_) => return Vec::new(),
            },
        };
        let mut found: Vec<(Rc<Node>, Vec<Rc<Node>>)> =
            starts.into_iter().map(|node| (node.clone(), vec![node])).collect();
        for step in rest {
            found = found
                .into_iter()
                .flat_map(|(node, way)| {
                    self.step(scope, &node, step).into_iter().map(move |next| {
                        let mut way = way.clone();
                        way.extend(path_between(&node, &next));
                        (next, way)
                    })
                })
                .collect();
        }
        found
    }

    /// The innermost node on a way that `around` leads to: the first steps of the path, or after `all` any that is named so.
    pub fn on_the_way(
        &self,
        scope: &Scope,
        path: &Path,
        around: &Path,
        way: &[Rc<Node>],
    ) -> Option<Rc<Node>> {
        let deep = path.steps.iter().position(|step| step.is_deep);
        let named = match deep {
            Some(first) => {
                let mut steps = path.steps[..first].to_vec();
                steps.extend(around.steps.iter().cloned());
                steps[first].is_deep = true;
                Path { steps, ..around.clone() }
            }
            None => around.clone(),
        };
        let Found::Nodes(nodes) = self.find(scope, &named) else { return None };
        way.iter().rev().find(|node| nodes.iter().any(|other| Rc::ptr_eq(node, other))).cloned()
    }

    /// Whether an expression reads a document that is awaited.
    pub fn awaits(&self, scope: &Scope, expression: &Expression) -> bool {
        let inner = |inner: &Expression| self.awaits(scope, inner);
        match &expression.kind {
            ExpressionKind::Path(path) => matches!(self.start(scope, path).0, Bound::Awaited),
            ExpressionKind::Call { arguments, .. } => arguments.iter().any(inner),
            ExpressionKind::Binary { left, right, .. } => inner(left) || inner(right),
            ExpressionKind::Not(one) | ExpressionKind::Negate(one) => inner(one),
            ExpressionKind::In { value, list } => inner(value) || list.iter().any(inner),
            ExpressionKind::Else { value, fallback } => inner(value) || inner(fallback),
            ExpressionKind::If { condition, then, otherwise } => {
                inner(condition) || inner(then) || inner(otherwise)
            }
            ExpressionKind::Via(via) => inner(&via.value),
            ExpressionKind::List(items) => items.iter().any(inner),
            ExpressionKind::Within { value, .. } | ExpressionKind::Matches { value, .. } => inner(value),
            _ => false,
        }
    }

    pub fn read(&self, node: &Node) -> Value {
        let (Some(leaf), Some(text)) = (&node.schema.leaf, &node.text) else { return Value::Absent };
        Value::read(leaf, text).unwrap_or_else(|| {
            self.report(Code::B004);
            Value::Absent
        })
    }

    /// All values of an argument.
    pub fn values(&self, scope: &Scope, expression: &Expression) -> Vec<Value> {
        let values = match &expression.kind {
            ExpressionKind::Path(path) => match self.find(scope, path) {
                Found::Value(value) => vec![value],
                Found::Nodes(nodes) => nodes.iter().map(|node| self.read(node)).collect(),
            },
            _ => match self.listed(scope, expression) {
                Some(values) => values,
                None => vec![self.value(scope, expression)],
            },
        };
        values.into_iter().filter(|value| !value.is_absent()).collect()
    }

    // -------------------------------------------------------------------------------------- values

    pub fn value(&self, scope: &Scope, expression: &Expression) -> Value {
        match &expression.kind {
            ExpressionKind::Literal(literal) => constant(literal),
            ExpressionKind::Parameter(word) => {
                self.given.parameters.get(&word.text).cloned().unwrap_or(Value::Absent)
            }
            ExpressionKind::Path(path) => match self.find(scope, path) {
                Found::Value(value) => value,
                Found::Nodes(nodes) => nodes
                    .iter()
                    .map(|node| self.read(node))
                    .find(|value| !value.is_absent())
                    .unwrap_or(Value::Absent),
            },
            ExpressionKind::Call { name, arguments } => self.call(scope, &name.text, arguments, expression),
            ExpressionKind::Binary { operator, left, right } => self.binary(scope, *operator, left, right),
            ExpressionKind::Not(inner) => Value::Bool(!self.holds(scope, inner)),
            ExpressionKind::Negate(inner) => match self.value(scope, inner) {
                Value::Number(number) => {
                    Decimal::ZERO.checked_sub(number).map_or(Value::Absent, Value::Number)
                }
                _ => Value::Absent,
            },
            ExpressionKind::In { value, list } => {
                let value = self.value(scope, value);
                Value::Bool(
                    list.iter().any(|item| {
                        value.compare(&self.value(scope, item)) == Some(std::cmp::Ordering::Equal)
                    }),
                )
            }
            ExpressionKind::Else { value, fallback } => match self.value(scope, value) {
                Value::Absent => self.value(scope, fallback),
                value => value,
            },
            ExpressionKind::If { condition, then, otherwise } => {
                self.value(scope, if self.holds(scope, condition) { then } else { otherwise })
            }
            ExpressionKind::Via(via) => self.via(scope, via),
            ExpressionKind::Matches { value, pattern } => self.matches(scope, value, &pattern.text),
            ExpressionKind::Within { value, path } => match self.picked(scope, value) {
                Some(Bound::Node(node)) => {
                    let inner = Scope { here: Bound::Node(node), ..scope.clone() };
                    self.value(&inner, &super::lists::as_expression(path))
                }
                _ => Value::Absent,
            },
            other => panic!("the interpreter does not know {other:?}"),
        }
    }

    pub fn holds(&self, scope: &Scope, condition: &Expression) -> bool {
        self.value(scope, condition) == Value::Bool(true)
    }

    /// A check's condition: yes, no, or not decided because something compared is absent.
    pub fn decide(&self, scope: &Scope, condition: &Expression) -> Option<bool> {
        match &condition.kind {
            ExpressionKind::Not(inner) => self.decide(scope, inner).map(|truth| !truth),
            ExpressionKind::Binary { operator: operator @ (Operator::And | Operator::Or), left, right } => {
                let settles = *operator == Operator::Or;
                let holds = || {
                    let muted = self.muted.replace(true);
                    let holds = self.holds(scope, left);
                    self.muted.set(muted);
                    holds
                };
                let is_left_false = !holds();
                let left = self.decide(scope, left);
                if left == Some(settles) {
                    return left;
                }
                // The right side of `and` counts only where the left holds: what it finds wrong does not matter else.
                let muted =
                    self.muted.replace(self.muted.get() || (left.is_none() && !settles && is_left_false));
                let right = self.decide(scope, right);
                self.muted.set(muted);
                if right == Some(settles) { right } else { left.and(right) }
            }
            ExpressionKind::Binary { operator, left, right } if is_comparison(*operator) => {
                let (left, right) = (self.value(scope, left), self.value(scope, right));
                let known = !left.is_absent() && !right.is_absent();
                known.then(|| compares(*operator, &left, &right))
            }
            ExpressionKind::In { value, .. } | ExpressionKind::Matches { value, .. } => {
                let muted = self.muted.replace(true);
                let known = !self.value(scope, value).is_absent();
                self.muted.set(muted);
                let holds = self.holds(scope, condition);
                known.then_some(holds)
            }
            _ => match self.value(scope, condition) {
                Value::Bool(truth) => Some(truth),
                _ => None,
            },
        }
    }

    fn binary(&self, scope: &Scope, operator: Operator, left: &Expression, right: &Expression) -> Value {
        match operator {
            Operator::And => return Value::Bool(self.holds(scope, left) && self.holds(scope, right)),
            Operator::Or => return Value::Bool(self.holds(scope, left) || self.holds(scope, right)),
            _ => {}
        }
        let (left, right) = (self.value(scope, left), self.value(scope, right));
        if is_comparison(operator) {
            return Value::Bool(compares(operator, &left, &right));
        }
        if operator == Operator::Join {
            let both = !left.is_absent() && !right.is_absent();
            return if both { Value::Text(left.show() + &right.show()) } else { Value::Absent };
        }
        let (Value::Number(left), Value::Number(right)) = (left, right) else { return Value::Absent };
        let (result, code) = match operator {
            Operator::Add => (left.checked_add(right), Code::B004),
            Operator::Subtract => (left.checked_sub(right), Code::B004),
            Operator::Multiply => (left.checked_mul(right), Code::B004),
            _ => (self.divide(left, right), Code::B012),
        };
        match result {
            Some(number) => Value::Number(number),
            None if code == Code::B012 => {
                self.report_as("B012", Severity::Hold);
                Value::Absent
            }
            None => {
                self.report(code);
                Value::Absent
            }
        }
    }

    pub fn divide(&self, left: Decimal, right: Decimal) -> Option<Decimal> {
        left.checked_div_exact(right).or_else(|| self.round.get().and(left.checked_div_near(right)))
    }

    fn call(&self, scope: &Scope, name: &str, arguments: &[Expression], whole: &Expression) -> Value {
        match name {
            "present" => Value::Bool(self.is_present(scope, &arguments[0])),
            "absent" => Value::Bool(!self.is_present(scope, &arguments[0])),
            "seq" => {
                let counter = (whole.span.start, scope.around.clone(), String::new());
                self.sequence(counter, scope, arguments)
            }
            "seq_all" => self.sequence((0, Vec::new(), scope.target.clone()), scope, arguments),
            "join" => {
                let (separator, items) = arguments.split_last().expect("`join` has a separator");
                let separator = match self.value(scope, separator) {
                    Value::Absent => String::new(),
                    separator => separator.show(),
                };
                let parts: Vec<String> = items
                    .iter()
                    .flat_map(|item| self.values(scope, item))
                    .map(|value| value.show())
                    .collect();
                if parts.is_empty() { Value::Absent } else { Value::Text(parts.join(&separator)) }
            }
            "any" | "all" => self.quantified(scope, name, arguments),
            "hash_total" => self.hash_total(scope, arguments),
            "running_sum" => self.running_sum(scope, arguments, whole),
            "convert_qty" => self.convert_qty(scope, arguments),
            "msg_meta" => self.meta(&self.value(scope, &arguments[0]).show()),
            "index" => Value::Number(Decimal::from_integer(scope.position.0 as i64)),
            "first" if arguments.is_empty() => Value::Bool(scope.position.0 == 1),
            "last" if arguments.is_empty() => Value::Bool(scope.position.1),
            "min" | "max" if arguments.len() > 1 => {
                let list = ExpressionKind::List(arguments.to_vec());
                self.list(scope, name, &Expression { kind: list, span: whole.span })
            }
            "sum" | "count" | "count_distinct" | "first" | "last" | "min" | "max" | "same" | "one" => {
                self.list(scope, name, &arguments[0])
            }
            name => {
                let mut values = Vec::new();
                for argument in arguments {
                    match self.value(scope, argument) {
                        Value::Absent => return Value::Absent,
                        value => values.push(value),
                    }
                }
                if functions::is_doubtful(name, &values) {
                    self.report_as("B013", Severity::Warn);
                }
                let result = functions::call(name, &values, self.given.now).unwrap_or_else(|| {
                    self.report(Code::B004);
                    Value::Absent
                });
                if result == Value::Text(String::new()) { Value::Absent } else { result }
            }
        }
    }

    fn is_present(&self, scope: &Scope, argument: &Expression) -> bool {
        match &argument.kind {
            ExpressionKind::Path(path) => match self.find(scope, path) {
                Found::Value(value) => !value.is_absent(),
                Found::Nodes(nodes) => nodes.iter().any(|node| node.is_record() || node.text.is_some()),
            },
            _ => match self.picked(scope, argument) {
                Some(picked) => matches!(picked, Bound::Node(_)),
                None => !self.value(scope, argument).is_absent(),
            },
        }
    }

    fn list(&self, scope: &Scope, name: &str, argument: &Expression) -> Value {
        if let ("count", ExpressionKind::Path(path)) = (name, &argument.kind)
            && let Found::Nodes(nodes) = self.find(scope, path)
            && nodes.iter().any(|node| node.is_record())
        {
            return Value::Number(Decimal::from_integer(nodes.len() as i64));
        }
        let values = self.values(scope, argument);
        let first = values.first().cloned().unwrap_or(Value::Absent);
        let by = |left: &&Value, right: &&Value| left.compare(right).unwrap_or(std::cmp::Ordering::Equal);
        match name {
            "count" => Value::Number(Decimal::from_integer(values.len() as i64)),
            "count_distinct" => {
                let mut shown: Vec<String> = values.iter().map(Value::show).collect();
                shown.sort();
                shown.dedup();
                Value::Number(Decimal::from_integer(shown.len() as i64))
            }
            "sum" => {
                let numbers = values.iter().filter_map(|value| match value {
                    Value::Number(number) => Some(*number),
                    _ => None,
                });
                let mut numbers = numbers;
                let sum = numbers.try_fold(Decimal::ZERO, |sum, number| sum.checked_add(number));
                sum.map_or(Value::Absent, Value::Number)
            }
            "last" => values.last().cloned().unwrap_or(Value::Absent),
            // Of equals the first.
            "min" => values.iter().min_by(by).cloned().unwrap_or(Value::Absent),
            "max" => values.iter().rev().max_by(by).cloned().unwrap_or(Value::Absent),
            "same" | "one" => {
                for value in &values[values.len().min(1)..] {
                    if name == "one" || first.compare(value) != Some(std::cmp::Ordering::Equal) {
                        self.report(Code::B011);
                    }
                }
                first
            }
            _ => first,
        }
    }

    fn sequence(&self, counter: (u32, Address, String), scope: &Scope, arguments: &[Expression]) -> Value {
        let number = |at: usize| match arguments.get(at).map(|argument| self.value(scope, argument)) {
            Some(Value::Number(number)) => number,
            _ => Decimal::from_integer(1),
        };
        let mut sequences = self.sequences.borrow_mut();
        let given = sequences.entry(counter).or_default();
        *given += 1;
        let steps = Decimal::from_integer(*given - 1);
        let value = steps.checked_mul(number(1)).and_then(|steps| steps.checked_add(number(0)));
        value.map_or(Value::Absent, Value::Number)
    }

    fn via(&self, scope: &Scope, via: &Via) -> Value {
        let keys = match &via.value.kind {
            ExpressionKind::List(items) => items.iter().map(|item| self.value(scope, item)).collect(),
            _ => vec![self.value(scope, &via.value)],
        };
        if keys.iter().any(Value::is_absent) {
            return Value::Absent;
        }
        let keys: Vec<String> = keys.iter().map(Value::show).collect();
        let found = match &via.table {
            TableReference::Inline(pairs, _) => {
                let pair = pairs.iter().rev().find(|(key, _)| key.text == keys[0]);
                pair.map(|(_, value)| constant(value).show())
            }
            TableReference::Named { name, column, reversed } => {
                let own = self.workspace.client_tables.get(&(self.given.client.clone(), name.text.clone()));
                let column = column.as_ref().map(|column| column.text.as_str());
                let find = |table: &super::Table| match *reversed {
                    true => table.find_reversed(&keys[0], column),
                    false => table.find(&keys, column),
                };
                own.into_iter().chain(self.workspace.tables.get(&name.text)).find_map(find)
            }
        };
        if let Some(text) = found {
            return if text.is_empty() { Value::Absent } else { Value::Text(text) };
        }
        let (kind, warn) = match &via.unknown {
            None => (&PolicyKind::Reject, false),
            Some(policy) => (&policy.kind, policy.warn),
        };
        let severity = match kind {
            PolicyKind::Reject => Some(Severity::Reject),
            PolicyKind::Hold => Some(Severity::Hold),
            PolicyKind::Warn => Some(Severity::Warn),
            _ => warn.then_some(Severity::Warn),
        };
        if let Some(severity) = severity {
            self.report_as("B003", severity);
        }
        match kind {
            PolicyKind::Keep => Value::Text(keys[0].clone()),
            PolicyKind::Constant(literal) => constant(literal),
            _ => Value::Absent,
        }
    }
}

/// The label of the only composite that an element named by its number stands in, where the segment has no such element.
fn composite_with(node: &Node, step: &PathStep) -> Option<String> {
    let StepName::Name(name) = &step.name else { return None };
    if name.len() < 3 || name.parse::<u32>().is_err() {
        return None;
    }
    let has = |schema: &Schema| schema.children.iter().any(|child| child.name == *name);
    let around: Vec<_> =
        node.schema.children.iter().filter(|child| child.position > 0 && has(child)).collect();
    (around.len() == 1 && !has(&node.schema)).then(|| around[0].label())
}

/// `#1`, or all.
fn occurrence(found: Vec<Rc<Node>>, step: &PathStep) -> Vec<Rc<Node>> {
    match step.occurrence {
        None => found,
        Some(Occurrence::Last) => found.into_iter().last().into_iter().collect(),
        Some(Occurrence::Number(number)) => found.into_iter().nth(number as usize - 1).into_iter().collect(),
    }
}

pub fn constant(literal: &Literal) -> Value {
    match &literal.kind {
        LiteralKind::Text(text) => Value::Text(text.clone()),
        LiteralKind::Number(text) => Decimal::parse(text.as_bytes()).map_or(Value::Absent, Value::Number),
        LiteralKind::Bool(truth) => Value::Bool(*truth),
        LiteralKind::Absent => Value::Absent,
    }
}

fn is_comparison(operator: Operator) -> bool {
    use Operator as O;
    [O::Equal, O::NotEqual, O::Less, O::LessOrEqual, O::Greater, O::GreaterOrEqual].contains(&operator)
}

/// Comparison with what is absent, or of another kind, is false.
fn compares(operator: Operator, left: &Value, right: &Value) -> bool {
    let Some(order) = left.compare(right) else { return false };
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// What is between a node and one in it, that one included, the outermost first.
fn path_between(outer: &Rc<Node>, inner: &Rc<Node>) -> Vec<Rc<Node>> {
    for child in &outer.children {
        if Rc::ptr_eq(child, inner) {
            return vec![child.clone()];
        }
        let mut behind = path_between(child, inner);
        if !behind.is_empty() {
            behind.insert(0, child.clone());
            return behind;
        }
    }
    Vec::new()
}
