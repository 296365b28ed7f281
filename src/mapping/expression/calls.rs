//! Calls: functions of values, and those of the language that are about presence and counting.

use super::{Context, Typed, single};
use crate::base::decimal::Decimal;
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::language::syntax::{Expression, ExpressionKind, Literal, LiteralKind, Word};
use crate::mapping::functions;
use crate::mapping::names::{Found, Scope};
use crate::mapping::plan::{Expr, ListFunction, Nodes, Start};
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

    pub(super) fn arity(&mut self, name: &str, expected: &str, span: Span) {
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
                    Expr::Exists(Nodes::new(Start::Slot(slot), vec![], vec![], span))
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
