//! Functions of lists.

use super::{Context, Typed, single};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{Expression, ExpressionKind};
use crate::mapping::names::{Found, Scope};
use crate::mapping::plan::{Expr, ListFunction, ListSource};
use crate::tree::value::ValueKind;

impl Context<'_> {
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

    pub(super) fn join(&mut self, scope: &Scope, arguments: &[Expression], span: Span) -> Option<Typed> {
        let Some((separator, items)) = arguments.split_last().filter(|(_, items)| !items.is_empty()) else {
            self.arity("join", "at least one text and, last, what stands between", span);
            return None;
        };
        let items = items.iter().map(|item| Some(self.list_source(scope, item)?.0)).collect::<Option<_>>()?;
        let separator = self.value(scope, separator)?;
        Some(single(Expr::Join(items, Box::new(separator.expr)), ValueKind::Text))
    }

    pub(super) fn list(
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
}
