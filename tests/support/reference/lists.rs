//! Lists, one record of many, and what a line knows of the records before it.

use super::evaluate::{Bound, Found, Scope};
use super::value::{Node, Value};
use super::{Run, functions};
use crossdock::base::decimal::Decimal;
use crossdock::diagnostics::{Code, Severity};
use crossdock::language::syntax::{Expression, ExpressionKind, Operator, Path, PolicyKind};
use std::cmp::Ordering;

impl Run<'_> {
    /// The values of an argument, one behind the other; nothing where it is no list.
    pub fn listed(&self, scope: &Scope, expression: &Expression) -> Option<Vec<Value>> {
        let text = |expression: &Expression| match self.value(scope, expression) {
            Value::Absent => None,
            value => Some(value.show()),
        };
        Some(match &expression.kind {
            ExpressionKind::List(items) => items.iter().flat_map(|item| self.values(scope, item)).collect(),
            ExpressionKind::Within { value, path } => match self.picked(scope, value) {
                Some(Bound::Node(node)) => {
                    let inner = Scope { here: Bound::Node(node), ..scope.clone() };
                    self.values(&inner, &as_expression(path))
                }
                _ => Vec::new(),
            },
            ExpressionKind::Call { name, arguments } => match (name.text.as_str(), arguments.as_slice()) {
                ("split", [whole, separator]) => {
                    let (whole, separator) = (text(whole), text(separator).unwrap_or_default());
                    let whole = whole.unwrap_or_default();
                    let parts: Vec<&str> = match separator.is_empty() {
                        true => vec![&whole],
                        false => whole.split(&separator).collect(),
                    };
                    parts
                        .into_iter()
                        .map(str::trim)
                        .filter(|part| !part.is_empty())
                        .map(|part| Value::Text(part.into()))
                        .collect()
                }
                ("wrap", [whole, width]) => {
                    let Value::Number(width) = self.value(scope, width) else { panic!("a length") };
                    let (mut rest, mut lines) = (text(whole).unwrap_or_default(), Vec::new());
                    while !rest.is_empty() {
                        let (line, left) = super::build::line(&rest, width.to_string().parse().unwrap());
                        rest = left;
                        lines.push(Value::Text(line));
                    }
                    lines.retain(|line| *line != Value::Text(String::new()));
                    lines
                }
                ("distinct", [list]) => {
                    let mut different: Vec<Value> = Vec::new();
                    for value in self.values(scope, list) {
                        if !different.contains(&value) {
                            different.push(value);
                        }
                    }
                    different
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    /// The record that a call gives, nothing if there is none; nothing at all if it is no such call.
    pub fn picked(&self, scope: &Scope, expression: &Expression) -> Option<Bound> {
        let ExpressionKind::Call { name, arguments } = &expression.kind else { return None };
        match name.text.as_str() {
            "lookup" => Some(self.lookup(scope, arguments)),
            "item" => Some(self.item(scope, &arguments[0], &PolicyKind::Absent)),
            "one" | "first" | "last" => {
                let ExpressionKind::Path(path) = &arguments.first()?.kind else { return None };
                let Found::Nodes(nodes) = self.find(scope, path) else { return None };
                if nodes.iter().any(|node| !node.is_record()) {
                    return None;
                }
                if name.text == "one" && nodes.len() > 1 {
                    self.report(Code::B016);
                }
                let node = if name.text == "last" { nodes.last() } else { nodes.first() };
                Some(node.cloned().map_or_else(|| self.nothing_of(scope, path), Bound::Node))
            }
            _ => None,
        }
    }

    /// Nothing; what is awaited if the path starts there.
    fn nothing_of(&self, scope: &Scope, path: &Path) -> Bound {
        match self.start(scope, path).0 {
            Bound::Awaited => Bound::Awaited,
            _ => Bound::Value(Value::Absent),
        }
    }

    /// The first record of a list for which the comparison holds.
    fn lookup(&self, scope: &Scope, arguments: &[Expression]) -> Bound {
        let [list, comparison] = arguments else { panic!("a list and a comparison") };
        let ExpressionKind::Path(path) = &list.kind else { panic!("a path") };
        let ExpressionKind::Binary { operator: Operator::Equal, left, right } = &comparison.kind else {
            panic!("`=`")
        };
        let wanted = self.value(scope, right);
        let nothing = self.nothing_of(scope, path);
        let Found::Nodes(nodes) = self.find(scope, path) else { return nothing };
        if wanted.is_absent() {
            return nothing;
        }
        let found = nodes.into_iter().find(|node| {
            let scope = Scope { names: Vec::new(), here: Bound::Node(node.clone()), ..scope.clone() };
            self.value(&scope, left).compare(&wanted) == Some(Ordering::Equal)
        });
        found.map_or(nothing, Bound::Node)
    }

    /// The client's item with this key.
    fn item(&self, scope: &Scope, argument: &Expression, unknown: &PolicyKind) -> Bound {
        let (field, value) = match &argument.kind {
            ExpressionKind::Binary { operator: Operator::Equal, left, right } => match &left.kind {
                ExpressionKind::Path(path) => (path.head().expect("a field"), &**right),
                other => panic!("not a field: {other:?}"),
            },
            _ => ("sku", argument),
        };
        self.look_up(scope, "item", &[(field, value)], Some(unknown))
    }

    /// `any(list, condition)`, `all(list, condition)`
    pub fn quantified(&self, scope: &Scope, name: &str, arguments: &[Expression]) -> Value {
        let ExpressionKind::Path(path) = &arguments[0].kind else { panic!("a path") };
        let Found::Nodes(nodes) = self.find(scope, path) else { panic!("records") };
        let mut holds = nodes.iter().map(|node| {
            let inner = Scope { here: Bound::Node(node.clone()), ..scope.clone() };
            self.holds(&inner, &arguments[1])
        });
        Value::Bool(if name == "any" { holds.any(|holds| holds) } else { holds.all(|holds| holds) })
    }

    /// The digits of all numbers without their points, added up; the last of them.
    pub fn hash_total(&self, scope: &Scope, arguments: &[Expression]) -> Value {
        let digits_of = |value: &Value| match value {
            Value::Number(number) => number.normalize().to_string().replace('.', "").parse::<i128>().ok(),
            _ => None,
        };
        let total: i128 = self.values(scope, &arguments[0]).iter().filter_map(digits_of).sum();
        let Value::Number(kept) = self.value(scope, &arguments[1]) else { panic!("digits") };
        let shown = total.unsigned_abs().to_string();
        let kept: usize = kept.to_string().parse().unwrap();
        let last = &shown[shown.len().saturating_sub(kept)..];
        Value::Number(Decimal::parse(last.as_bytes()).unwrap())
    }

    /// The sum of this value and those before it with the same key.
    pub fn running_sum(&self, scope: &Scope, arguments: &[Expression], whole: &Expression) -> Value {
        let number = self.value(scope, &arguments[0]);
        let key = arguments.get(1).map(|key| self.value(scope, key));
        let Value::Number(number) = number else { return Value::Absent };
        if key == Some(Value::Absent) {
            return Value::Absent;
        }
        let key = key.map(|key| key.show()).unwrap_or_default();
        let mut sums = self.sums.borrow_mut();
        let sum = sums.entry((whole.span.start, scope.around.clone(), key)).or_insert(Decimal::ZERO);
        if !self.muted.get() {
            *sum = sum.checked_add(number).unwrap();
        }
        Value::Number(*sum)
    }

    /// `convert_qty(qty, from, to, sku)`
    pub fn convert_qty(&self, scope: &Scope, arguments: &[Expression]) -> Value {
        let [qty, from, to] = [0, 1, 2].map(|at| self.value(scope, &arguments[at]));
        let (Value::Number(qty), false, false) = (qty, from.is_absent(), to.is_absent()) else {
            return Value::Absent;
        };
        let (from, to) = (from.show(), to.show());
        if from == to {
            return Value::Number(qty);
        }
        let item = match self.item(scope, &arguments[3], &PolicyKind::Hold) {
            Bound::Node(item) => item,
            Bound::Awaited => return Value::Absent,
            _ => {
                self.report(Code::B004);
                return Value::Absent;
            }
        };
        let text = |node: &Node, field: &str| node.child(field).and_then(|child| child.text.clone());
        let size = |unit: &str| {
            if text(&item, "base_uom").as_deref() == Some(unit) {
                return Some(Decimal::from_integer(1));
            }
            let packagings = item.children.iter().filter(|child| child.schema.label() == "packaging");
            let mut of_unit = packagings.filter(|child| text(child, "uom").as_deref() == Some(unit));
            let size = of_unit.next().and_then(|child| text(child, "qty_of_base"));
            let size =
                size.and_then(|size| Decimal::parse(size.as_bytes())).filter(|size| *size > Decimal::ZERO);
            if size.is_none() {
                self.report_as("B017", Severity::Hold);
            }
            size
        };
        let (Some(from), Some(to)) = (size(&from), size(&to)) else { return Value::Absent };
        match qty.checked_mul(from).and_then(|whole| self.divide(whole, to)) {
            Some(number) => Value::Number(number),
            None => {
                self.report_as("B012", Severity::Hold);
                Value::Absent
            }
        }
    }

    /// `msg_meta("sender")`
    pub fn meta(&self, name: &str) -> Value {
        let field = |path: &str| {
            let known = self.given.header.iter().find(|(known, value)| known == path && !value.is_empty());
            known.map_or(Value::Absent, |(_, value)| Value::Text(value.clone()))
        };
        match name {
            "received_at" => Value::Instant(self.given.now, jiff::tz::Offset::UTC),
            "sender" => field("sender"),
            "file_name" => field("provenance.source_file"),
            "control_no" => field("provenance.message"),
            other => panic!("the interpreter does not know {other}"),
        }
    }

    /// Whether a text has a part that fits the pattern.
    pub fn matches(&self, scope: &Scope, value: &Expression, pattern: &str) -> Value {
        let text = match self.value(scope, value) {
            Value::Absent => return Value::Bool(false),
            value => value.show(),
        };
        Value::Bool(functions::pattern(pattern).is_match(&text))
    }
}

/// A path as an expression.
pub fn as_expression(path: &Path) -> Expression {
    Expression { kind: ExpressionKind::Path(path.clone()), span: path.span }
}
