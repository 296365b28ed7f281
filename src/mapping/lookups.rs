//! Documents that maps look up in the ledger, and records around those that a block goes through.

use super::compile::{Builder, Compiler, side};
use super::names::{Binding, Found, Scope};
use super::plan::{EarlierPlan, Expr, LetPlan, PolicyKindPlan};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::syntax::{EarlierLine, MapDocument, Path, Side};
use crate::tree::{PlaceId, Shape};
use std::sync::Arc;

impl Compiler<'_> {
    pub(super) fn earlier(&mut self, map: &MapDocument, scope: &mut Scope) -> Vec<EarlierPlan> {
        let mut plans = Vec::new();
        for line in &map.earlier {
            let Some((_, shape)) =
                side(&Side::Canonical(line.document.clone()), self.sources, self.context.findings)
            else {
                continue;
            };
            let slot = self.context.slot();
            let binding = Binding::Record { slot, shape: shape.clone(), places: vec![PlaceId::ROOT] };
            plans.extend(self.earlier_plan(line, shape, scope));
            scope.names.push((line.alias.text.clone(), binding));
        }
        plans
    }

    fn earlier_plan(&mut self, line: &EarlierLine, shape: Arc<Shape>, scope: &Scope) -> Option<EarlierPlan> {
        let rule = self.context.rule(line.span);
        let keys: Vec<(String, Expr)> = line
            .keys
            .iter()
            .filter_map(|(field, value)| self.context.key(&line.document, &shape, field, value, scope))
            .collect();
        let standard = PolicyKindPlan::Finding(Severity::Hold);
        let unknown = self.context.policy(scope, line.unknown.as_ref(), standard)?;
        let is_newest = shape.is_master;
        Some(EarlierPlan { document: line.document.text.clone(), shape, keys, unknown, is_newest, rule })
    }

    /// `earlier` inside a block: looked up for each record of the block.
    pub(super) fn earlier_here(&mut self, builder: &mut Builder, scope: &mut Scope, line: &EarlierLine) {
        let found = side(&Side::Canonical(line.document.clone()), self.sources, self.context.findings);
        let Some((_, shape)) = found else { return };
        let slot = self.context.slot();
        if let Some(plan) = self.earlier_plan(line, shape.clone(), scope) {
            self.bind_let(builder, slot, LetPlan::Document(self.context.lookups.len()));
            self.context.lookups.push(plan);
        }
        let binding = Binding::Record { slot, shape, places: vec![PlaceId::ROOT] };
        scope.names.push((line.alias.text.clone(), binding));
    }

    /// `inside CPS as p`: a record that the source's path goes through.
    pub(super) fn inside(
        &mut self,
        scope: &Scope,
        source: &Path,
        around: &Path,
    ) -> Option<(Binding, (Vec<PlaceId>, usize))> {
        // Of `msg all HL[I]` the way has no names: what is around it is looked for as wide.
        let is_deep = source.steps.iter().position(|step| step.is_deep);
        let (around, is_on_the_way) = match is_deep {
            Some(first) => (&deep_beside(source, first, around), true),
            None => {
                let mut steps = around.steps.iter().zip(&source.steps);
                let is_shorter = around.steps.len() < source.steps.len();
                (around, is_shorter && steps.all(|(one, other)| one.name == other.name))
            }
        };
        let Some(Found::Path(found)) = self.context.resolve(scope, around) else { return None };
        if !is_on_the_way {
            self.context.findings.push(
                Diagnostic::new(Code::L001)
                    .with("found", "a record beside the way of `from`")
                    .with("expected", "the first steps of `from`, such as `CPS` for `from CPS.LIN`")
                    .at(around.span, ""),
            );
            return None;
        }
        if found.nodes.steps.iter().any(|step| step.is_tested) {
            return self.context.unsupported(
                "choosing what is around by more than its place",
                "name a level or a variant that the guide has",
                around.span,
            );
        }
        let slot = self.context.slot();
        let binding = Binding::Record { slot, shape: found.shape, places: found.places.clone() };
        Some((binding, (found.places, slot)))
    }
}

/// `HL[O]` beside `msg all HL[I]`, where the step behind `all` has this number: `msg all HL[O]`.
fn deep_beside(source: &Path, first: usize, around: &Path) -> Path {
    let mut steps = source.steps[..first].to_vec();
    steps.extend(around.steps.iter().cloned());
    steps[first].is_deep = true;
    Path { steps, span: around.span }
}
