//! Expressions: names made out, kinds checked, constants folded.

use super::fields::Fields;
use super::functions;
use super::names::{Binding, ConditionCompiler, Found, Multiplicity, Resolved, Scope};
use super::plan::{
    Constant, Expr, ListFunction, ListSource, Message, MessagePartPlan, Nodes, PairPlan, PolicyKindPlan,
    PolicyPlan, ViaPlan,
};
use super::tables::Table;
use crate::base::decimal::Decimal;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, suggest};
use crate::guide::shorten;
use crate::language::syntax::{
    Expression, ExpressionKind, Literal, LiteralKind, MessagePart, MessageText, Operator, Path, Policy,
    PolicyKind, TableReference, Via, Word,
};
use crate::tree::value::ValueKind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What expressions need besides their scope.
pub struct Context<'a> {
    /// Parameters by name.
    pub parameters: &'a BTreeMap<String, Constant>,
    /// Parameters some line used.
    pub used_parameters: std::collections::BTreeSet<String>,
    /// Tables by name.
    pub tables: &'a BTreeMap<String, Arc<Table>>,
    /// Findings.
    pub findings: &'a mut Diagnostics,
    /// Slots given out so far.
    pub slots: Fields,
    /// Counters given out so far.
    pub sequences: usize,
    /// Lines so far.
    pub rules: Vec<Span>,
    /// Per source place, whether it is read.
    pub read: Vec<bool>,
}

/// An expression with what is known of it.
pub struct Typed {
    /// The plan.
    pub expr: Expr,
    /// Its kind; `Nothing` where it is not known before it runs.
    pub kind: ValueKind,
    /// How many values.
    pub multiplicity: Multiplicity,
}

pub(super) fn single(expr: Expr, kind: ValueKind) -> Typed {
    Typed { expr, kind, multiplicity: Multiplicity::Single }
}

impl Context<'_> {
    /// A new slot.
    pub fn slot(&mut self) -> usize {
        self.slots.slot()
    }

    /// The number of the line at `span`.
    pub fn rule(&mut self, span: Span) -> u32 {
        self.rules.push(span);
        self.rules.len() as u32
    }

    /// A value: an expression that gives at most one. `None` if something is wrong, which is then in the findings.
    pub fn value(&mut self, scope: &Scope, expression: &Expression) -> Option<Typed> {
        let typed = self.compile(scope, expression)?;
        if typed.multiplicity == Multiplicity::Many {
            let text = "may be there more than once";
            self.findings.push(Diagnostic::new(Code::M002).at(expression.span, text));
            return None;
        }
        if typed.kind == ValueKind::Record {
            self.findings.push(Diagnostic::new(Code::M007).at(expression.span, "this is a record"));
            return None;
        }
        Some(typed)
    }

    /// A condition.
    pub fn condition(&mut self, scope: &Scope, expression: &Expression) -> Option<Expr> {
        let typed = self.value(scope, expression)?;
        if !matches!(typed.kind, ValueKind::Bool | ValueKind::Nothing) {
            let finding = Diagnostic::new(Code::M008)
                .with("found", typed.kind.word())
                .with("expected", ValueKind::Bool.word())
                .at(expression.span, format!("this is {}", typed.kind.word()));
            self.findings.push(finding);
            return None;
        }
        Some(typed.expr)
    }

    fn compile(&mut self, scope: &Scope, expression: &Expression) -> Option<Typed> {
        match &expression.kind {
            ExpressionKind::Literal(literal) => Some(literal_value(literal)),
            ExpressionKind::Path(path) => self.path(scope, path),
            ExpressionKind::Parameter(word) => self.parameter(word),
            ExpressionKind::Call { name, arguments } => self.call(scope, name, arguments, expression.span),
            ExpressionKind::Binary { operator, left, right } => {
                self.binary(scope, *operator, left, right, expression.span)
            }
            ExpressionKind::Not(inner) => {
                Some(single(Expr::Not(Box::new(self.condition(scope, inner)?)), ValueKind::Bool))
            }
            ExpressionKind::Negate(inner) => {
                let inner = self.of_kind(scope, inner, ValueKind::Number)?;
                Some(single(Expr::Negate(Box::new(inner)), ValueKind::Number))
            }
            ExpressionKind::In { value, list } => {
                let value = self.value(scope, value)?;
                let list =
                    list.iter().map(|item| Some(self.value(scope, item)?.expr)).collect::<Option<_>>()?;
                Some(single(Expr::In(Box::new(value.expr), list), ValueKind::Bool))
            }
            ExpressionKind::Else { value, fallback } => {
                let value = self.value(scope, value)?;
                let fallback = self.value(scope, fallback)?;
                let kind = common(value.kind, fallback.kind);
                Some(single(Expr::Else(Box::new(value.expr), Box::new(fallback.expr)), kind))
            }
            ExpressionKind::If { condition, then, otherwise } => {
                let condition = self.condition(scope, condition)?;
                let then = self.value(scope, then)?;
                let otherwise = self.value(scope, otherwise)?;
                let kind = common(then.kind, otherwise.kind);
                let expr = Expr::If(Box::new(condition), Box::new(then.expr), Box::new(otherwise.expr));
                Some(single(expr, kind))
            }
            ExpressionKind::Via(via) => self.via(scope, via),
            ExpressionKind::Matches { .. } => {
                self.unsupported("`matches`", "compare with `=` or `in`", expression.span)
            }
            ExpressionKind::All { .. } => {
                self.unsupported("`out all …`", "count one place at a time", expression.span)
            }
            ExpressionKind::Within { .. } => self.unsupported(
                "a path into the result of a function",
                "give the result a name with `let`",
                expression.span,
            ),
            ExpressionKind::List(_) => {
                self.unsupported("a list outside `via` and `in`", "name one value", expression.span)
            }
        }
    }

    /// Says that a construct is not there yet.
    pub fn unsupported<T>(&mut self, what: &str, instead: &str, span: Span) -> Option<T> {
        self.findings
            .push(Diagnostic::new(Code::L002).with("what", what).with("instead", instead).at(span, ""));
        None
    }

    fn parameter(&mut self, word: &Word) -> Option<Typed> {
        self.used_parameters.insert(word.text.clone());
        match self.parameters.get(&word.text) {
            Some(constant) => {
                let kind = constant_kind(constant);
                Some(single(Expr::Constant(constant.clone()), kind))
            }
            None => {
                let finding = Diagnostic::new(Code::M009)
                    .with("name", &word.text)
                    .at(word.span, "no parameter has this name");
                let near = suggest::nearest(&word.text, self.parameters.keys().map(String::as_str));
                self.findings.push(match near {
                    Some(near) => finding.help(format!("did you mean `${near}`?")),
                    None => finding,
                });
                None
            }
        }
    }

    /// Makes out a path and marks what it reads.
    pub fn resolve(&mut self, scope: &Scope, path: &Path) -> Option<Found> {
        let outer = scope.clone();
        let mut compiled: Vec<Option<(Arc<Expr>, usize)>> = Vec::new();
        let result = {
            let this = &mut *self;
            let conditions: ConditionCompiler<'_> = &mut |expression, binding| {
                let slot = this.slot();
                let here = match binding {
                    Binding::Record { shape, places, .. } => Binding::Record { slot, shape, places },
                    other => other,
                };
                let inner = Scope { here, ..outer.clone() };
                let compiled_condition =
                    this.condition(&inner, expression).map(|expr| (Arc::new(expr), slot));
                compiled.push(compiled_condition.clone());
                compiled_condition
            };
            scope.resolve(path, conditions)
        };
        match result {
            Ok(mut found) => {
                if let Found::Path(resolved) = &mut found {
                    self.mark_read(resolved);
                    self.slots.address(&mut resolved.nodes);
                }
                Some(found)
            }
            Err(finding) => {
                // A condition that did not compile was reported itself.
                if finding.code != Code::M006 {
                    self.findings.push(*finding);
                }
                None
            }
        }
    }

    fn mark_read(&mut self, resolved: &Resolved) {
        let keys = resolved.nodes.steps.iter().flat_map(|step| step.keys.iter());
        let pairs = resolved.pair.iter().flat_map(|(pairs, _)| pairs.iter().flat_map(|(q, v)| [q, v]));
        for place in resolved.places.iter().chain(keys).chain(pairs) {
            if let Some(read) = self
                .read
                .get_mut(place.index())
                .filter(|_| resolved.shape.place(*place).leaf_type().is_some())
            {
                *read = true;
            }
        }
    }

    fn path(&mut self, scope: &Scope, path: &Path) -> Option<Typed> {
        match self.resolve(scope, path)? {
            Found::Value(slot, kind) => Some(single(Expr::Slot(slot), kind)),
            Found::Path(resolved) => {
                let (multiplicity, kind) = (resolved.multiplicity, resolved.kind);
                let expr = match resolved.pair {
                    Some(_) => self.pair(*resolved),
                    None => Expr::Leaf(resolved.nodes),
                };
                Some(Typed { expr, kind, multiplicity })
            }
        }
    }

    /// The value beside a qualifier.
    fn pair(&mut self, resolved: Resolved) -> Expr {
        let (pairs, code) = resolved.pair.expect("asked for where there is one");
        let mut plan = PairPlan { nodes: resolved.nodes, pairs, code, field: None };
        self.slots.address_pairs(&mut plan, &resolved.shape);
        Expr::Pair(Box::new(plan))
    }

    fn of_kind(&mut self, scope: &Scope, expression: &Expression, expected: ValueKind) -> Option<Expr> {
        let typed = self.value(scope, expression)?;
        if typed.kind != expected && typed.kind != ValueKind::Nothing {
            let help = match (typed.kind, expected) {
                (ValueKind::Text, ValueKind::Number) => "make it a number: `number(…)`",
                _ => "use a value of the right kind",
            };
            self.findings.push(
                Diagnostic::new(Code::M008)
                    .with("found", typed.kind.word())
                    .with("expected", expected.word())
                    .at(expression.span, format!("this is {}", typed.kind.word()))
                    .help(help),
            );
            return None;
        }
        Some(typed.expr)
    }

    fn binary(
        &mut self,
        scope: &Scope,
        operator: Operator,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Option<Typed> {
        use Operator as O;
        let (expected, result) = match operator {
            O::And | O::Or => (Some(ValueKind::Bool), ValueKind::Bool),
            O::Add | O::Subtract | O::Multiply | O::Divide => (Some(ValueKind::Number), ValueKind::Number),
            O::Join => (None, ValueKind::Text),
            _ => (None, ValueKind::Bool),
        };
        let (left, right) = match expected {
            Some(kind) => (self.of_kind(scope, left, kind), self.of_kind(scope, right, kind)),
            None => {
                let (left, right) = (self.value(scope, left), self.value(scope, right));
                let (left, right) = (left?, right?);
                if result == ValueKind::Bool && common(left.kind, right.kind) == ValueKind::Record {
                    self.findings.push(
                        Diagnostic::new(Code::M010)
                            .with("left", left.kind.word())
                            .with("right", right.kind.word())
                            .at(span, format!("{} beside {}", left.kind.word(), right.kind.word())),
                    );
                    return None;
                }
                (Some(left.expr), Some(right.expr))
            }
        };
        Some(single(Expr::Binary(operator, Box::new(left?), Box::new(right?)), result))
    }

    fn via(&mut self, scope: &Scope, via: &Via) -> Option<Typed> {
        let keys = match &via.value.kind {
            ExpressionKind::List(items) => {
                items.iter().map(|item| Some(self.value(scope, item)?.expr)).collect()
            }
            _ => self.value(scope, &via.value).map(|typed| vec![typed.expr]),
        };
        let (table, column, reversed) = self.table(&via.table)?;
        let unknown = self.policy(scope, via.unknown.as_ref(), PolicyKindPlan::Finding(Severity::Reject))?;
        let rule = self.rule(via.value.span);
        let keys: Vec<Expr> = keys?;
        if !reversed && keys.len() != table.keys.len() {
            let finding = Diagnostic::new(Code::M011)
                .with("table", &table.name)
                .with("expected", table.keys.len().to_string())
                .with("found", keys.len().to_string())
                .at(via.value.span, "");
            self.findings.push(finding);
            return None;
        }
        let plan = ViaPlan { keys, table, column, reversed, unknown, rule };
        Some(single(Expr::Via(Box::new(plan)), ValueKind::Text))
    }

    fn table(&mut self, reference: &TableReference) -> Option<(Arc<Table>, usize, bool)> {
        let (name, column, reversed) = match reference {
            TableReference::Inline(pairs, _) => {
                let pairs =
                    pairs.iter().map(|(key, value)| (key.text.clone(), literal_text(value))).collect();
                return Some((Arc::new(Table::inline(pairs)), 0, false));
            }
            TableReference::Named { name, column, reversed } => (name, column, *reversed),
        };
        let Some(table) = self.tables.get(&name.text).cloned() else {
            let finding = Diagnostic::new(Code::G003)
                .with("what", "table")
                .with("name", &name.text)
                .at(name.span, "no table has this name");
            let near = suggest::nearest(&name.text, self.tables.keys().map(String::as_str));
            self.findings.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
            return None;
        };
        let at = match column {
            None => 0,
            Some(word) => match table.columns.iter().position(|column| *column == word.text) {
                Some(at) => at,
                None => {
                    let finding = Diagnostic::new(Code::M020)
                        .with("table", &name.text)
                        .with("column", &word.text)
                        .at(word.span, format!("there are: {}", shorten(&table.columns)));
                    self.findings.push(finding);
                    return None;
                }
            },
        };
        if reversed && let Some(value) = table.ambiguous(at) {
            let finding = Diagnostic::new(Code::M022)
                .with("table", &name.text)
                .with("value", value)
                .at(name.span, "reversed here");
            self.findings.push(finding);
            return None;
        }
        Some((table, at, reversed))
    }

    /// A policy; `standard` if none is written.
    pub fn policy(
        &mut self,
        scope: &Scope,
        policy: Option<&Policy>,
        standard: PolicyKindPlan,
    ) -> Option<PolicyPlan> {
        let Some(policy) = policy else {
            return Some(PolicyPlan { kind: standard, warn: false, text: None });
        };
        let kind = match &policy.kind {
            PolicyKind::Reject => PolicyKindPlan::Finding(Severity::Reject),
            PolicyKind::Hold => PolicyKindPlan::Finding(Severity::Hold),
            PolicyKind::Warn => PolicyKindPlan::Finding(Severity::Warn),
            PolicyKind::Keep => PolicyKindPlan::Keep,
            PolicyKind::Absent | PolicyKind::Ignore => PolicyKindPlan::Constant(Constant::Absent),
            PolicyKind::Constant(literal) => PolicyKindPlan::Constant(constant(literal)),
        };
        let text = match &policy.text {
            Some(text) => Some(self.message(scope, text)?),
            None => None,
        };
        Some(PolicyPlan { kind, warn: policy.warn, text })
    }

    /// A text for people with its values.
    pub fn message(&mut self, scope: &Scope, text: &MessageText) -> Option<Message> {
        let parts = text
            .parts
            .iter()
            .map(|part| match part {
                MessagePart::Text(words) => Some(MessagePartPlan::Text(words.clone())),
                MessagePart::Value(expression) => {
                    Some(MessagePartPlan::Value(Arc::new(self.value(scope, expression)?.expr)))
                }
            })
            .collect::<Option<_>>()?;
        Some(Message { parts })
    }

    // ------------------------------------------------------------------------------------------ calls

    fn call(&mut self, scope: &Scope, name: &Word, arguments: &[Expression], span: Span) -> Option<Typed> {
        match name.text.as_str() {
            "present" | "absent" => self.presence(scope, name, arguments, span),
            "seq" | "seq_all" => self.sequence(name, arguments, span),
            "join" => self.join(scope, arguments, span),
            "sum" => self.list(scope, ListFunction::Sum, arguments, span),
            "count" => self.list(scope, ListFunction::Count, arguments, span),
            "count_distinct" => self.list(scope, ListFunction::CountDistinct, arguments, span),
            "first" => self.list(scope, ListFunction::First, arguments, span),
            "last" => self.list(scope, ListFunction::Last, arguments, span),
            "min" => self.list(scope, ListFunction::Min, arguments, span),
            "max" => self.list(scope, ListFunction::Max, arguments, span),
            "same" => self.list(scope, ListFunction::Same, arguments, span),
            "one" => self.list(scope, ListFunction::One, arguments, span),
            "wrap" => self.unsupported(
                "`wrap` on a line",
                "write `each N from wrap(…) as text`, or `fill a, b with …`",
                span,
            ),
            "lookup" => {
                self.unsupported("`lookup` inside an expression", "give it a name: `let x = lookup(…)`", span)
            }
            _ => self.function(scope, name, arguments, span),
        }
    }

    fn arity(&mut self, name: &str, expected: &str, span: Span) {
        self.findings.push(
            Diagnostic::new(Code::M012).with("name", name).with("expected", expected).at(span, "called here"),
        );
    }

    fn presence(
        &mut self,
        scope: &Scope,
        name: &Word,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Typed> {
        let [argument] = arguments else {
            self.arity(&name.text, "one argument", span);
            return None;
        };
        let expr = match &argument.kind {
            ExpressionKind::Path(path) => match self.resolve(scope, path)? {
                Found::Value(slot, ValueKind::Record) => {
                    Expr::Exists(Nodes::new(super::plan::Start::Slot(slot), vec![], vec![], span))
                }
                Found::Path(resolved) if resolved.pair.is_none() => Expr::Exists(resolved.nodes),
                Found::Path(resolved) => Expr::Present(Box::new(self.pair(*resolved))),
                Found::Value(slot, _) => Expr::Present(Box::new(Expr::Slot(slot))),
            },
            _ => Expr::Present(Box::new(self.value(scope, argument)?.expr)),
        };
        let expr = if name.text == "absent" { Expr::Not(Box::new(expr)) } else { expr };
        Some(single(expr, ValueKind::Bool))
    }

    fn sequence(&mut self, name: &Word, arguments: &[Expression], span: Span) -> Option<Typed> {
        let numbers: Option<Vec<Decimal>> = arguments
            .iter()
            .map(|argument| match &argument.kind {
                ExpressionKind::Literal(Literal { kind: LiteralKind::Number(text), .. }) => {
                    Decimal::parse(text.as_bytes())
                }
                _ => None,
            })
            .collect();
        let (start, step) = match numbers.as_deref() {
            Some([]) => (Decimal::from_integer(1), Decimal::from_integer(1)),
            Some([start]) => (*start, Decimal::from_integer(1)),
            Some([start, step]) => (*start, *step),
            _ => {
                self.arity(&name.text, "a first number and a step, both written out", span);
                return None;
            }
        };
        self.sequences += 1;
        let (counter, is_whole) = (self.sequences - 1, name.text == "seq_all");
        Some(single(Expr::Sequence { counter, start, step, is_whole }, ValueKind::Number))
    }

    fn list_source(&mut self, scope: &Scope, expression: &Expression) -> Option<(ListSource, ValueKind)> {
        if let ExpressionKind::Path(path) = &expression.kind
            && let Found::Path(resolved) = self.resolve(scope, path)?
            && resolved.pair.is_none()
        {
            return Some((ListSource::Nodes(resolved.nodes), resolved.kind));
        }
        let typed = self.value(scope, expression)?;
        Some((ListSource::Value(Box::new(typed.expr)), typed.kind))
    }

    fn join(&mut self, scope: &Scope, arguments: &[Expression], span: Span) -> Option<Typed> {
        let Some((separator, items)) = arguments.split_last().filter(|(_, items)| !items.is_empty()) else {
            self.arity("join", "at least one text and, last, what stands between", span);
            return None;
        };
        let items = items.iter().map(|item| Some(self.list_source(scope, item)?.0)).collect::<Option<_>>()?;
        let separator = self.value(scope, separator)?;
        Some(single(Expr::Join(items, Box::new(separator.expr)), ValueKind::Text))
    }

    fn list(
        &mut self,
        scope: &Scope,
        function: ListFunction,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Typed> {
        let [argument] = arguments else {
            self.arity("a function of a list", "one argument", span);
            return None;
        };
        let (source, kind) = self.list_source(scope, argument)?;
        let result = match function {
            ListFunction::Sum | ListFunction::Count | ListFunction::CountDistinct => ValueKind::Number,
            _ => kind,
        };
        let wrong = match function {
            ListFunction::Sum => kind != ValueKind::Number && kind != ValueKind::Nothing,
            ListFunction::Count => false,
            _ => kind == ValueKind::Record,
        };
        if wrong {
            self.findings.push(
                Diagnostic::new(Code::M008)
                    .with("found", kind.word())
                    .with("expected", if function == ListFunction::Sum { "numbers" } else { "values" })
                    .at(argument.span, format!("this is {}", kind.word())),
            );
            return None;
        }
        Some(single(Expr::List(function, source), result))
    }

    fn function(
        &mut self,
        scope: &Scope,
        name: &Word,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Typed> {
        let Some(function) = functions::find(&name.text) else {
            let finding = Diagnostic::new(Code::M013)
                .with("name", &name.text)
                .at(name.span, "no function has this name");
            self.findings.push(match suggest::nearest(&name.text, functions::names()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
            return None;
        };
        if arguments.len() < function.required || arguments.len() > function.parameters.len() {
            let names: Vec<&str> = function.parameters.iter().map(|(name, _)| *name).collect();
            self.arity(&name.text, &names.join(", "), span);
            return None;
        }
        let mut compiled = Vec::with_capacity(arguments.len());
        for (argument, (_, kind)) in arguments.iter().zip(function.parameters) {
            compiled.push(match kind {
                // Text takes everything that can be shown.
                ValueKind::Nothing | ValueKind::Text => self.value(scope, argument).map(|typed| typed.expr),
                kind => self.of_kind(scope, argument, *kind),
            });
        }
        let rule = self.rule(span);
        let compiled = compiled.into_iter().collect::<Option<_>>()?;
        Some(single(Expr::Call(function, compiled, rule), function.result))
    }
}

/// The kind two alternatives have in common; `Record` if they have none.
fn common(left: ValueKind, right: ValueKind) -> ValueKind {
    match (left, right) {
        (ValueKind::Nothing, other) | (other, ValueKind::Nothing) => other,
        (left, right) if left == right => left,
        _ => ValueKind::Record,
    }
}

fn literal_value(literal: &Literal) -> Typed {
    let constant = constant(literal);
    let kind = constant_kind(&constant);
    single(Expr::Constant(constant), kind)
}

/// The constant a literal is.
pub fn constant(literal: &Literal) -> Constant {
    match &literal.kind {
        LiteralKind::Text(text) => Constant::Text(text.as_str().into()),
        LiteralKind::Number(text) => {
            Decimal::parse(text.as_bytes()).map_or(Constant::Absent, Constant::Number)
        }
        LiteralKind::Bool(truth) => Constant::Bool(*truth),
        LiteralKind::Absent => Constant::Absent,
    }
}

fn constant_kind(constant: &Constant) -> ValueKind {
    match constant {
        Constant::Absent => ValueKind::Nothing,
        Constant::Text(_) => ValueKind::Text,
        Constant::Number(_) => ValueKind::Number,
        Constant::Bool(_) => ValueKind::Bool,
    }
}

fn literal_text(literal: &Literal) -> String {
    match &literal.kind {
        LiteralKind::Text(text) | LiteralKind::Number(text) => text.clone(),
        LiteralKind::Bool(truth) => truth.to_string(),
        LiteralKind::Absent => String::new(),
    }
}
