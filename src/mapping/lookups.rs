//! Documents that maps look up in the ledger, and records around those that a block goes through.

use super::compile::{Builder, Compiler, side};
use super::names::{Binding, Found, Scope};
use super::plan::{Constant, EarlierPlan, Expr, LetPlan, PolicyKindPlan, PolicyPlan};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::guide::shorten;
use crate::language::syntax::{
    EarlierLine, Expression, ExpressionKind, MapDocument, Operator, Path, Side, Word,
};
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
            .filter_map(|(field, value)| self.key(&line.document, &shape, field, value, scope))
            .collect();
        let standard = PolicyKindPlan::Finding(Severity::Hold);
        let unknown = self.context.policy(scope, line.unknown.as_ref(), standard)?;
        let is_newest = shape.is_master;
        Some(EarlierPlan { document: line.document.text.clone(), shape, keys, unknown, is_newest, rule })
    }

    /// A field that documents can be looked up by, and the value it must have.
    fn key(
        &mut self,
        document: &Word,
        shape: &Shape,
        field: &Word,
        value: &Expression,
        scope: &Scope,
    ) -> Option<(String, Expr)> {
        let known = shape.children_named(PlaceId::ROOT, &field.text).next();
        if !known.is_some_and(|place| shape.place(place).is_lookup_key) {
            let keys: Vec<String> = shape
                .places()
                .filter(|(_, place)| place.is_lookup_key)
                .map(|(_, place)| place.name.to_string())
                .collect();
            self.context.findings.push(
                Diagnostic::new(Code::M024)
                    .with("field", &field.text)
                    .with("document", &document.text)
                    .at(field.span, format!("keys are: {}", shorten(&keys))),
            );
            return None;
        }
        Some((field.text.clone(), self.context.value(scope, value)?.expr))
    }

    /// `earlier` inside a block: looked up for each record of the block.
    pub(super) fn earlier_here(&mut self, builder: &mut Builder, scope: &mut Scope, line: &EarlierLine) {
        let found = side(&Side::Canonical(line.document.clone()), self.sources, self.context.findings);
        let Some((_, shape)) = found else { return };
        let slot = self.context.slot();
        if let Some(plan) = self.earlier_plan(line, shape.clone(), scope) {
            builder.lets.push((slot, LetPlan::Document(self.lookups.len())));
            self.lookups.push(plan);
        }
        let binding = Binding::Record { slot, shape, places: vec![PlaceId::ROOT] };
        scope.names.push((line.alias.text.clone(), binding));
    }

    /// `item(sku)`, `item(gtin = x)`: the client's item, as it was told last.
    pub(super) fn item(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        slot: usize,
        arguments: &[Expression],
        whole: &Expression,
    ) -> Option<Binding> {
        let document = Word { text: "item".into(), span: whole.span };
        let (_, shape) = side(&Side::Canonical(document.clone()), self.sources, self.context.findings)?;
        let [argument] = arguments else {
            self.context.findings.push(
                Diagnostic::new(Code::M012)
                    .with("name", "item")
                    .with("expected", "an item number, or a key of the item: `item(gtin = x)`")
                    .at(whole.span, "called here"),
            );
            return None;
        };
        let (field, value) = match &argument.kind {
            ExpressionKind::Binary { operator: Operator::Equal, left, right } => {
                let name = match &left.kind {
                    ExpressionKind::Path(path) => path.head().unwrap_or_default(),
                    _ => "",
                };
                (Word { text: name.into(), span: left.span }, &**right)
            }
            _ => (Word { text: "sku".into(), span: argument.span }, argument),
        };
        let key = self.key(&document, &shape, &field, value, scope)?;
        let rule = self.context.rule(whole.span);
        let unknown =
            PolicyPlan { kind: PolicyKindPlan::Constant(Constant::Absent), warn: false, text: None };
        builder.lets.push((slot, LetPlan::Document(self.lookups.len())));
        self.lookups.push(EarlierPlan {
            document: document.text,
            shape: shape.clone(),
            keys: vec![key],
            unknown,
            is_newest: shape.is_master,
            rule,
        });
        Some(Binding::Record { slot, shape, places: vec![PlaceId::ROOT] })
    }

    /// `inside CPS as p`: a record that the source's path goes through.
    pub(super) fn inside(
        &mut self,
        scope: &Scope,
        source: &Path,
        around: &Path,
        is_grouped: bool,
    ) -> Option<(Binding, (Vec<PlaceId>, usize))> {
        if is_grouped {
            return self.context.unsupported(
                "`inside` together with `group by` or `sort by`",
                "the records of a group may stand inside different ones: nest the blocks",
                around.span,
            );
        }
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
