//! One text over several places: `fill a, b with …`.

use super::{Builder, Compiler};
use crate::base::decimal::Decimal;
use crate::language::syntax::{Assignment, Expression, Modifiers, Path, Statement};
use crate::mapping::expression::single;
use crate::mapping::functions::{Function, wrap};
use crate::mapping::names::Scope;
use crate::mapping::plan::{CallPlan, Constant, Expr, LetPlan};
use crate::tree::PlaceId;
use crate::tree::value::ValueKind;

impl Compiler<'_> {
    /// `fill street1, street2 with join(street, street2, " ")`: a line for each target, with its part of the text.
    pub(super) fn fill(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        targets: &[Path],
        value: &Expression,
        statement: &Statement,
    ) {
        let mut places: Vec<PlaceId> = Vec::new();
        for path in targets {
            let [step] = path.steps.as_slice() else {
                return self.later(
                    "`fill` of targets several steps deep",
                    "put it into their section",
                    statement,
                );
            };
            let Some(place) = self.target_place(builder.place, step, path) else { return };
            places.push(place);
        }
        let slot = self.context.slot();
        builder.lets.push((slot, LetPlan::Later));
        let (last, before) = places.split_last().expect("the grammar wants at least one target");
        for (i, (path, &place)) in targets.iter().zip(&places).enumerate() {
            let Some(typed) = self.context.value(scope, value) else { return };
            let rule = self.context.rule(path.span);
            self.own(builder, place, rule, path);
            let mut expr = Expr::Once(slot, Box::new(typed.expr));
            for &place in &before[..i] {
                expr = self.part(&wrap::REST, expr, place, value);
            }
            // The last takes all that is left, so that too much of it is noticed.
            if place != *last {
                expr = self.part(&wrap::FIRST_LINE, expr, place, value);
            }
            let line =
                Assignment { target: path.clone(), value: value.clone(), modifiers: Modifiers::default() };
            self.leaf(builder, scope, &line, place, single(expr, ValueKind::Text), rule);
        }
    }

    /// A function of a text and the length of a place.
    fn part(&mut self, function: &'static Function, text: Expr, place: PlaceId, value: &Expression) -> Expr {
        let length = i64::from(self.shape.place(place).max_length);
        // A place without a bound takes all.
        let length = if length == 0 { i64::from(u32::MAX) } else { length };
        let length = Expr::Constant(Constant::Number(Decimal::from_integer(length)));
        let rule = self.context.rule(value.span);
        Expr::Call(Box::new(CallPlan { function, arguments: vec![text, length], prepared: None, rule }))
    }
}
