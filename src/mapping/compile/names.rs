//! Names that lines give: `let`, and records found by `lookup`.

use super::{Builder, Compiler};
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{Expression, ExpressionKind, Operator, Path, Word};
use crate::mapping::names::{Binding, ConditionCompiler, Found, Scope};
use crate::mapping::plan::{Constant, Expr, LetPlan};
use crate::tree::value::ValueKind;
use std::sync::Arc;

impl Compiler<'_> {
    pub(super) fn bind(&mut self, builder: &mut Builder, scope: &mut Scope, name: &Word, value: &Expression) {
        let slot = self.context.slot();
        let binding = match &value.kind {
            ExpressionKind::Call { name: function, arguments } if function.text == "lookup" => {
                self.lookup(builder, scope, slot, arguments, value)
            }
            ExpressionKind::Call { name: function, arguments } if function.text == "item" => {
                self.item(builder, scope, slot, arguments, value)
            }
            ExpressionKind::Path(path) if self.is_record(scope, path) => {
                let Some(Found::Path(found)) = self.context.resolve(scope, path) else { return };
                builder.lets.push((slot, LetPlan::Record(found.nodes)));
                Some(Binding::Record { slot, shape: found.shape, places: found.places })
            }
            _ => self.context.value(scope, value).map(|typed| {
                let kind = typed.kind;
                builder.lets.push((slot, LetPlan::Value(typed.expr)));
                Binding::Value { slot, kind }
            }),
        };
        // A name that did not compile is still a name: one finding is enough.
        let binding = binding.unwrap_or(Binding::Value { slot, kind: ValueKind::Nothing });
        scope.names.push((name.text.clone(), binding));
    }

    pub(super) fn is_record(&mut self, scope: &Scope, path: &Path) -> bool {
        // Only where the path leads is asked, not which of several.
        let conditions: ConditionCompiler<'_> =
            &mut |_, _| Some((Arc::new(Expr::Constant(Constant::Absent)), 0));
        matches!(scope.resolve(path, conditions), Ok(Found::Path(found)) if found.kind == ValueKind::Record && found.pair.is_none())
    }

    /// `lookup(orig.lines, position = g.Line)`: the first record for which the comparison holds.
    pub(super) fn lookup(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        slot: usize,
        arguments: &[Expression],
        whole: &Expression,
    ) -> Option<Binding> {
        let [list, comparison] = arguments else {
            self.context.findings.push(
                Diagnostic::new(Code::M012)
                    .with("name", "lookup")
                    .with("expected", "a list of records and `field = value`")
                    .at(whole.span, "called here"),
            );
            return None;
        };
        let ExpressionKind::Path(path) = &list.kind else {
            return self.context.unsupported(
                "a list that is no path",
                "name the list by its path",
                list.span,
            );
        };
        let ExpressionKind::Binary { operator: Operator::Equal, left, right } = &comparison.kind else {
            return self.context.unsupported(
                "another comparison than `=` in `lookup`",
                "use `=`",
                comparison.span,
            );
        };
        let Some(Found::Path(mut found)) = self.context.resolve(scope, path) else { return None };
        let item = self.context.slot();
        let inner = Scope {
            names: Vec::new(),
            here: Binding::Record { slot: item, shape: found.shape.clone(), places: found.places.clone() },
            this: scope.this.clone(),
        };
        let left = self.context.value(&inner, left)?;
        let right = self.context.value(scope, right)?;
        let condition = Expr::Binary(Operator::Equal, Box::new(left.expr), Box::new(right.expr));
        let last = found.nodes.steps.last_mut()?;
        last.condition = Some((Arc::new(condition), item));
        last.is_tested = true;
        self.context.slots.address(&mut found.nodes);
        builder.lets.push((slot, LetPlan::Record(found.nodes)));
        Some(Binding::Record { slot, shape: found.shape, places: found.places })
    }
}
