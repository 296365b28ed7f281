//! `when … otherwise … end`: lines that stand in a branch, and who owns a target of which both branches have a line.

use super::builder::Owner;
use super::{Builder, Compiler};
use crate::language::syntax::{Expression, Statement};
use crate::mapping::expression::implied;
use crate::mapping::names::Scope;
use crate::mapping::plan::{Expr, Guard, LetPlan};
use std::sync::Arc;

impl Compiler<'_> {
    /// The lines of both branches go to the record around, each with the branch it stands in.
    pub(super) fn when(
        &mut self,
        builder: &mut Builder,
        scope: &mut Scope,
        condition: &Expression,
        (then, otherwise): (&[Statement], &[Statement]),
        statement: &Statement,
    ) {
        let compiled = self.context.condition(scope, condition);
        if compiled.is_some() {
            self.context.tell_foregone(scope, condition, &self.facts);
        }
        // What is wrong with the lines is told also where the condition is.
        let compiled = compiled.unwrap_or(Expr::Constant(crate::mapping::plan::Constant::Absent));
        let slot = self.context.slot();
        builder.lets.push((slot, LetPlan::Later));
        let shared = Arc::new(Expr::Once(slot, Box::new(compiled)));
        let rule = self.context.rule(statement.span);
        let around = self.guard.take();
        let known = self.facts.len();
        for (holds, statements) in [(true, then), (false, otherwise)] {
            let guard = Guard { condition: shared.clone(), holds, around: around.clone(), rule };
            self.guard = Some(Arc::new(guard));
            self.facts.extend(implied(condition, holds));
            self.statements(builder, scope, statements);
            self.facts.truncate(known);
        }
        self.guard = around;
    }

    /// A `let` of the branch at hand: nothing is evaluated or looked up for it in the other one.
    pub(in crate::mapping) fn bind_let(&self, builder: &mut Builder, slot: usize, plan: LetPlan) {
        let plan = match &self.guard {
            Some(guard) => LetPlan::Guarded(guard.clone(), Box::new(plan)),
            None => plan,
        };
        builder.lets.push((slot, plan));
    }
}

/// Whether no message has both of these branches.
pub(super) fn exclude(one: Option<&Guard>, other: Option<&Guard>) -> bool {
    chain(one).iter().any(|one| chain(other).iter().any(|other| one.is_other_branch(other)))
}

/// Whether some of these owners has a line, whatever the conditions.
pub(super) fn is_covered<'o>(owners: impl Iterator<Item = &'o Owner>) -> bool {
    let chains: Vec<Vec<&Guard>> = owners.map(|owner| chain(owner.guard.as_deref())).collect();
    covers(&chains.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn covers(chains: &[&[&Guard]]) -> bool {
    let first = |chain: &&[&Guard]| chain.first().map(|guard| guard.holds);
    let Some(outer) = chains.iter().find_map(|chain| chain.first()) else { return !chains.is_empty() };
    let is_of =
        |chain: &&&[&Guard]| chain.first().is_some_and(|own| Arc::ptr_eq(&own.condition, &outer.condition));
    let branch = |holds: bool| -> Vec<&[&Guard]> {
        let own = chains.iter().filter(is_of).filter(|chain| first(chain) == Some(holds));
        own.map(|chain| &chain[1..]).collect()
    };
    let others: Vec<&[&Guard]> = chains.iter().filter(|chain| !is_of(chain)).copied().collect();
    chains.iter().any(|chain| chain.is_empty())
        || (covers(&branch(true)) && covers(&branch(false)))
        || covers(&others)
}

/// The branches around a line, outermost first.
fn chain(guard: Option<&Guard>) -> Vec<&Guard> {
    let mut chain = Vec::new();
    let mut next = guard;
    while let Some(guard) = next {
        chain.push(guard);
        next = guard.around.as_deref();
    }
    chain.reverse();
    chain
}
