//! One text over several places: `fill a, b with …`, and `each … from wrap(…)`.

use super::{Builder, Compiler};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{
    Assignment, Block, Expression, ExpressionKind, Literal, LiteralKind, Modifiers, Path, Statement,
};
use crate::mapping::expression::single;
use crate::mapping::functions::{Function, wrap};
use crate::mapping::names::{Binding, Scope};
use crate::mapping::plan::{BlockKind, CallPlan, Constant, Expr, LetPlan};
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
            self.leaf(builder, &line, place, single(expr, ValueKind::Text), rule);
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

    /// `each N from wrap(text, 60) as words`: a record for each line of the text.
    pub(super) fn lines(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        block: &Block,
        source: (&[Expression], &Expression),
        statement: &Statement,
    ) {
        let (arguments, call) = source;
        if !block.group_by.is_empty() || !block.sort_by.is_empty() {
            return self.later(
                "`group by` and `sort by` of the lines of a text",
                "leave them out",
                statement,
            );
        }
        let width = match arguments {
            [
                _,
                Expression {
                    kind: ExpressionKind::Literal(Literal { kind: LiteralKind::Number(text), .. }),
                    ..
                },
            ] => text.parse::<usize>().ok().filter(|width| *width > 0),
            _ => None,
        };
        let Some(width) = width else {
            self.context.findings.push(
                Diagnostic::new(Code::M012)
                    .with("name", "wrap")
                    .with("expected", "a text and the length of a line, written out")
                    .at(call.span, "called here"),
            );
            return;
        };
        let Some(typed) = self.context.value(scope, &arguments[0]) else { return };
        let slot = self.context.slot();
        let mut inner = scope.clone();
        if let Some(alias) = &block.alias {
            inner.names.push((alias.text.clone(), Binding::Value { slot, kind: ValueKind::Text }));
        }
        self.block(builder, &mut inner, block, BlockKind::Lines { text: typed.expr, width, slot }, statement);
    }
}
