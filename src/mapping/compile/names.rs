//! Names that lines give with `let`.

use super::{Builder, Compiler};
use crate::language::syntax::{Expression, ExpressionKind, Word};
use crate::mapping::expression::leads_to_record;
use crate::mapping::names::{Binding, Found, Scope};
use crate::mapping::plan::LetPlan;
use crate::tree::value::ValueKind;

impl Compiler<'_> {
    pub(super) fn bind(&mut self, builder: &mut Builder, scope: &mut Scope, name: &Word, value: &Expression) {
        let slot = self.context.slot();
        // A name that did not compile is still a name: one finding is enough.
        let binding = match self.bound(scope, slot, value) {
            Some((binding, plan)) => {
                self.bind_let(builder, slot, plan);
                binding
            }
            None => Binding::Value { slot, kind: ValueKind::Nothing },
        };
        scope.names.push((name.text.clone(), binding));
    }

    fn bound(&mut self, scope: &Scope, slot: usize, value: &Expression) -> Option<(Binding, LetPlan)> {
        if let Some(picked) = self.context.picked(scope, value) {
            let picked = picked?;
            return Some((picked.binding(slot), LetPlan::Picked(picked.pick)));
        }
        match &value.kind {
            ExpressionKind::Path(path) if leads_to_record(scope, path) => {
                let Some(Found::Path(found)) = self.context.resolve(scope, path) else { return None };
                let binding = Binding::Record { slot, shape: found.shape, places: found.places };
                Some((binding, LetPlan::Record(found.nodes)))
            }
            _ => {
                let typed = self.context.value(scope, value)?;
                Some((
                    Binding::Value { slot, kind: typed.kind },
                    match typed.expr.is_quiet() {
                        true => LetPlan::Quiet(typed.expr),
                        false => LetPlan::Value(typed.expr),
                    },
                ))
            }
        }
    }
}
