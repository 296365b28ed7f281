//! Expressions: names made out, kinds checked, constants folded.

mod calls;
mod documents;
mod foregone;
mod lists;
mod literals;
mod picks;
mod tables;
mod unused;

use super::fields::Fields;
use super::names::{Binding, ConditionCompiler, Found, Multiplicity, Resolved, Scope};
use super::plan::{Constant, EarlierPlan, Expr, Glance, PairPlan};
use super::tables::Table;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::guide::Guide;
use crate::language::syntax::{Expression, ExpressionKind, Operator, Path, Word};
use crate::tree::Shape;
use crate::tree::value::ValueKind;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use foregone::{Fact, implied};
pub use literals::constant;
use literals::literal_value;
pub use picks::leads_to_record;
pub use unused::{not_listed, permits};

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
    /// What the line at work builds, without codes: `CPS.LIN.1082`.
    pub building: Option<String>,
    /// The counters of `seq_all()` by what is numbered.
    pub numbered: BTreeMap<String, usize>,
    /// The lists that blocks around go through, innermost last: the slot of each, and whether `where` picks records.
    pub lists: Vec<(usize, bool)>,
    /// Indexes of lists given out so far.
    pub indexes: usize,
    /// Documents looked up inside blocks and by expressions.
    pub lookups: Vec<EarlierPlan>,
    /// The shape of an item, where items can be looked up.
    pub item: Option<Arc<Shape>>,
    /// Lines so far.
    pub rules: Vec<Span>,
    /// The shape of what is read.
    pub source: Option<Arc<Shape>>,
    /// Per place of that shape, whether it is read.
    pub read: Vec<bool>,
    /// The guide of what is read, and the map in which its rules hold: a line of the base, or of a fragment, serves other
    /// guides as well.
    pub source_guide: Option<(Arc<Guide>, Span)>,
    /// The last code in brackets that no message under that guide can have.
    pub never: Option<Span>,
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

impl<'a> Context<'a> {
    /// With these parameters and tables; nothing is compiled yet.
    pub fn new(
        parameters: &'a BTreeMap<String, Constant>,
        tables: &'a BTreeMap<String, Arc<Table>>,
        findings: &'a mut Diagnostics,
    ) -> Self {
        Context {
            parameters,
            used_parameters: Default::default(),
            tables,
            findings,
            slots: Fields::default(),
            sequences: 0,
            building: None,
            numbered: BTreeMap::new(),
            lists: Vec::new(),
            indexes: 0,
            lookups: Vec::new(),
            item: None,
            rules: Vec::new(),
            source: None,
            read: Vec::new(),
            source_guide: None,
            never: None,
        }
    }
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
        if let Some(picked) = self.picked(scope, expression) {
            let finding = Diagnostic::new(Code::M007)
                .at(expression.span, "this is a record")
                .help("name one of its fields behind it: `lookup(…).field`");
            // What is wrong with the call itself was told.
            if picked.is_some() {
                self.findings.push(finding);
            }
            return None;
        }
        let typed = self.compile(scope, expression)?;
        self.checked(typed, expression.span)
    }

    /// What is one value; that it is not is told.
    fn checked(&mut self, typed: Typed, span: Span) -> Option<Typed> {
        if typed.multiplicity == Multiplicity::Many {
            let finding = Diagnostic::new(Code::M002).at(span, "may be there more than once");
            // Of a code that no message has there is none, and no guide is to say `max 1` of it.
            let is_never = self.never.is_some_and(|code| span.start <= code.start && code.end <= span.end);
            self.findings.push(match is_never {
                true => finding.help("no message has the code in brackets: correct it first"),
                false => finding,
            });
            return None;
        }
        if typed.kind == ValueKind::Record {
            self.findings.push(Diagnostic::new(Code::M007).at(span, "this is a record"));
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
            ExpressionKind::Call { name, arguments } => match (name.text.as_str(), arguments.len()) {
                ("wrap" | "distinct", _) | ("split", 2) => self.bare_list(scope, expression),
                _ => self.call(scope, name, arguments, expression.span),
            },
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
                let span = fallback.span;
                let (value, fallback) = (self.value(scope, value)?, self.value(scope, fallback)?);
                let kind = self.alternatives(value.kind, fallback.kind, span)?;
                Some(single(Expr::Else(Box::new(value.expr), Box::new(fallback.expr)), kind))
            }
            ExpressionKind::If { condition, then, otherwise } => {
                let condition = self.condition(scope, condition)?;
                let then = self.value(scope, then)?;
                let span = otherwise.span;
                let otherwise = self.value(scope, otherwise)?;
                let kind = self.alternatives(then.kind, otherwise.kind, span)?;
                let expr = Expr::If(Box::new(condition), Box::new(then.expr), Box::new(otherwise.expr));
                Some(single(expr, kind))
            }
            ExpressionKind::Via(via) => self.via(scope, via),
            ExpressionKind::Matches { value, pattern } => self.matches(scope, value, pattern),
            ExpressionKind::Within { value, path } => self.within(scope, value, path),
            ExpressionKind::List(_) => self.bare_list(scope, expression),
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
                let kind = constant.kind();
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
                    self.is_sent(path, resolved);
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
        if !self.is_source(&resolved.shape) {
            return;
        }
        let keys = resolved.nodes.steps.iter().flat_map(|step| step.keys.iter());
        let pairs = resolved.pair.iter().flat_map(|(pairs, _)| pairs.iter().flat_map(|(q, v)| [q, v]));
        for place in resolved.places.iter().chain(keys).chain(pairs) {
            if resolved.shape.place(*place).leaf_type().is_some() {
                self.read[place.index()] = true;
            }
        }
    }

    /// Whether places of this shape are places of what is read, and not of a document that is looked up or built.
    pub fn is_source(&self, shape: &Arc<Shape>) -> bool {
        self.source.as_ref().is_some_and(|source| Arc::ptr_eq(source, shape))
    }

    fn path(&mut self, scope: &Scope, path: &Path) -> Option<Typed> {
        let found = self.resolve(scope, path)?;
        Some(self.found(found))
    }

    fn found(&mut self, found: Found) -> Typed {
        match found {
            Found::Value(slot, kind) => single(Expr::Slot(slot), kind),
            Found::Path(resolved) => {
                let (multiplicity, kind) = (resolved.multiplicity, resolved.kind);
                let expr = match resolved.pair {
                    Some(_) => self.pair(*resolved),
                    None => Expr::Leaf(resolved.nodes),
                };
                Typed { expr, kind, multiplicity }
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

    /// The kind of a value that is one or the other; that they differ is told.
    fn alternatives(&mut self, first: ValueKind, second: ValueKind, span: Span) -> Option<ValueKind> {
        let kind = common(first, second);
        if kind == ValueKind::Record {
            let finding = Diagnostic::new(Code::M008)
                .with("found", second.word())
                .with("expected", first.word())
                .at(span, format!("this is {}, the other is {}", second.word(), first.word()))
                .help("convert one of them: `text(…)`, `number(…)`");
            self.findings.push(finding);
            return None;
        }
        Some(kind)
    }

    /// Two kinds that do not go together.
    fn beside(&mut self, left: ValueKind, right: ValueKind, span: Span) {
        let finding = Diagnostic::new(Code::M010)
            .with("left", left.word())
            .with("right", right.word())
            .at(span, format!("{} beside {}", left.word(), right.word()));
        self.findings.push(finding);
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
                    self.beside(left.kind, right.kind, span);
                    return None;
                }
                (Some(left.expr), Some(right.expr))
            }
        };
        let expr = match Glance::of(operator, left?, right?) {
            Ok(glance) => Expr::Glance(Box::new(glance)),
            Err(sides) => {
                let (left, right) = *sides;
                Expr::Binary(operator, Box::new(left), Box::new(right))
            }
        };
        Some(single(expr, result))
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
