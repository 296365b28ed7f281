//! Calls: functions of values, and those of the language that are about presence and counting.

use super::{Context, Typed, single};
use crate::base::decimal::Decimal;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::language::syntax::{Expression, ExpressionKind, Literal, LiteralKind, Text, Word};
use crate::mapping::functions::hints;
use crate::mapping::functions::prepared::Prepared;
use crate::mapping::functions::{self, Function, pattern};
use crate::mapping::names::{Found, Scope};
use crate::mapping::plan::{
    CallPlan, Constant, Expr, ListFunction, Meta, Nodes, Position, RunningSum, Start,
};
use crate::tree::value::ValueKind;

impl Context<'_> {
    pub(super) fn call(
        &mut self,
        scope: &Scope,
        name: &Word,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Typed> {
        match name.text.as_str() {
            "present" | "absent" => self.presence(scope, name, arguments, span),
            "seq" | "seq_all" => self.sequence(name, arguments, span),
            "join" => self.join(scope, arguments, span),
            "hash_total" => self.hash_total(scope, arguments, span),
            "convert_qty" => self.convert_qty(scope, arguments, span),
            "msg_meta" => self.message_meta(arguments, span),
            "running_sum" => self.running_sum(scope, arguments, span),
            "any" | "all" => self.quantified(scope, name.text == "all", arguments, span),
            "first" if arguments.is_empty() => self.position(Position::First, name, span),
            "last" if arguments.is_empty() => self.position(Position::Last, name, span),
            "index" if arguments.is_empty() => self.position(Position::Index, name, span),
            "index" => {
                self.arity("index", "nothing, inside `each`", span);
                None
            }
            word => match list_function(word) {
                Some(function) => self.list(scope, word, function, arguments, span),
                None => self.function(scope, name, arguments, span),
            },
        }
    }

    pub(super) fn arity(&mut self, name: &str, expected: &str, span: Span) {
        self.findings.push(
            Diagnostic::new(Code::M012).with("name", name).with("expected", expected).at(span, "called here"),
        );
    }

    /// `present(x)`, `absent(x)`: of a value, or of a record.
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
                    Expr::Exists(Nodes::new(Start::Slot(slot), vec![], vec![], span))
                }
                Found::Path(resolved) if resolved.pair.is_none() => Expr::Exists(resolved.nodes),
                Found::Path(resolved) => Expr::Present(Box::new(self.pair(*resolved))),
                Found::Value(slot, _) => Expr::Present(Box::new(Expr::Slot(slot))),
            },
            _ => match self.picked(scope, argument) {
                Some(picked) => self.is_picked(picked?),
                None => Expr::Present(Box::new(self.value(scope, argument)?.expr)),
            },
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
        let is_whole = name.text == "seq_all";
        let counter = match self.building.clone().filter(|_| is_whole) {
            // Several blocks of one target go on counting.
            Some(target) => *self.numbered.entry(target).or_insert(self.sequences),
            None => self.sequences,
        };
        self.sequences = self.sequences.max(counter + 1);
        Some(single(Expr::Sequence { counter, start, step, is_whole }, ValueKind::Number))
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
            // What other languages call so says more than what is spelled alike.
            let near = || suggest::nearest(&name.text, functions::names());
            self.findings.push(match hints::hint(&name.text) {
                Some(advice) => finding.help(advice),
                None => match near() {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding,
                },
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
        let compiled: Vec<Expr> = compiled.into_iter().collect::<Option<_>>()?;
        let prepared = self.prepared(function, &compiled, arguments)?;
        let call = CallPlan { function, arguments: compiled, prepared, rule };
        Some(single(Expr::Call(Box::new(call)), function.result))
    }

    /// The argument of a function that is made ready now, if it is a constant. `None` if it cannot be used.
    fn prepared(
        &mut self,
        function: &Function,
        compiled: &[Expr],
        written: &[Expression],
    ) -> Option<Option<Prepared>> {
        let Some(prepare) = &function.prepare else { return Some(None) };
        let Some(written) = written.get(prepare.argument) else { return Some(None) };
        match &compiled[prepare.argument] {
            Expr::Constant(Constant::Text(text)) => match (prepare.make)(text) {
                Ok(prepared) => Some(Some(prepared)),
                Err(_) if prepare.is_partners && matches!(written.kind, ExpressionKind::Parameter(_)) => {
                    Some(None)
                }
                Err(why) => {
                    self.unusable(text, prepare.what, why, written.span);
                    None
                }
            },
            Expr::Constant(Constant::Absent) => Some(None),
            _ if prepare.is_constant => {
                self.arity(
                    function.name,
                    &format!("a {} that is written out, or a parameter", prepare.what),
                    written.span,
                );
                None
            }
            _ => Some(None),
        }
    }

    fn unusable(&mut self, text: &str, what: &str, why: String, span: Span) {
        let finding = Diagnostic::new(Code::M050).with("text", text).with("what", what).at(span, why);
        self.findings.push(finding);
    }

    /// `msg_meta("sender")`: what is known of the message besides what stands in it.
    fn message_meta(&mut self, arguments: &[Expression], span: Span) -> Option<Typed> {
        let name = match arguments {
            [
                Expression {
                    kind: ExpressionKind::Literal(Literal { kind: LiteralKind::Text(name), .. }),
                    ..
                },
            ] => name,
            _ => "",
        };
        match Meta::named(name) {
            Some(meta) => Some(single(Expr::Meta(meta), meta.kind())),
            None => {
                self.arity("msg_meta", &Meta::names(), span);
                None
            }
        }
    }

    /// `running_sum(x)`, `running_sum(x, key)`
    fn running_sum(&mut self, scope: &Scope, arguments: &[Expression], span: Span) -> Option<Typed> {
        let (value, key) = match arguments {
            [value] => (value, None),
            [value, key] => (value, Some(key)),
            _ => {
                self.arity("running_sum", "a number, and what it is summed up by", span);
                return None;
            }
        };
        let value = self.of_kind(scope, value, ValueKind::Number);
        let key = match key {
            Some(key) => Some(self.value(scope, key)?.expr),
            None => None,
        };
        self.sequences += 1;
        let sum = RunningSum { counter: self.sequences - 1, value: value?, key };
        Some(single(Expr::RunningSum(Box::new(sum)), ValueKind::Number))
    }

    /// `index()`, `first()`, `last()` inside `each`
    fn position(&mut self, position: Position, name: &Word, span: Span) -> Option<Typed> {
        let Some(&(slot, is_picked)) = self.lists.last() else {
            self.arity(&name.text, "a list, or nothing inside `each`", span);
            return None;
        };
        if position == Position::Last && is_picked {
            return self.unsupported(
                "`last()` where `where` picks the records",
                "pick them in brackets, `from list[…]`, so that the last is known",
                span,
            );
        }
        let kind = if position == Position::Index { ValueKind::Number } else { ValueKind::Bool };
        Some(single(Expr::Position(position, slot), kind))
    }

    /// `x matches "…"`
    pub(super) fn matches(&mut self, scope: &Scope, value: &Expression, pattern: &Text) -> Option<Typed> {
        let value = self.value(scope, value);
        match pattern::compile(&pattern.text) {
            Ok(regex) => Some(single(Expr::Matches(Box::new(value?.expr), Box::new(regex)), ValueKind::Bool)),
            Err(why) => {
                self.unusable(&pattern.text, "pattern", why, pattern.span);
                None
            }
        }
    }
}

/// The function of a list that has this name and takes nothing else.
fn list_function(name: &str) -> Option<ListFunction> {
    Some(match name {
        "sum" => ListFunction::Sum,
        "count" => ListFunction::Count,
        "count_distinct" => ListFunction::CountDistinct,
        "first" => ListFunction::First,
        "last" => ListFunction::Last,
        "min" => ListFunction::Min,
        "max" => ListFunction::Max,
        "same" => ListFunction::Same,
        "one" => ListFunction::One,
        _ => return None,
    })
}
