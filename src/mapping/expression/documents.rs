//! Documents that expressions look up: `item(…)`, and the item whose packaging `convert_qty` uses.

use super::picks::Picked;
use super::{Context, Typed, single};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::guide::shorten;
use crate::language::syntax::{Expression, ExpressionKind, Operator, Word};
use crate::mapping::names::Scope;
use crate::mapping::plan::{
    Constant, Conversion, EarlierPlan, Expr, Message, MessagePartPlan, Pick, PolicyKindPlan, PolicyPlan,
};
use crate::tree::value::ValueKind;
use crate::tree::{PlaceId, Shape};
use std::sync::Arc;

impl Context<'_> {
    /// A field that documents can be looked up by, and the value it must have.
    pub fn key(
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
            self.findings.push(
                Diagnostic::new(Code::M024)
                    .with("field", &field.text)
                    .with("document", &document.text)
                    .at(field.span, format!("keys are: {}", shorten(&keys))),
            );
            return None;
        }
        Some((field.text.clone(), self.value(scope, value)?.expr))
    }

    /// `item(sku)`, `item(gtin = x)`: the client's item, as it was told last.
    pub(super) fn item(&mut self, scope: &Scope, arguments: &[Expression], span: Span) -> Option<Picked> {
        let [argument] = arguments else {
            self.arity("item", "an item number, or a key of the item: `item(gtin = x)`", span);
            return None;
        };
        let unknown =
            PolicyPlan { kind: PolicyKindPlan::Constant(Constant::Absent), warn: false, text: None };
        self.item_of(scope, argument, unknown, span)
    }

    fn item_of(
        &mut self,
        scope: &Scope,
        argument: &Expression,
        unknown: PolicyPlan,
        span: Span,
    ) -> Option<Picked> {
        let Some(shape) = self.item.clone() else {
            return self.unsupported("looking up an item here", "look it up in a map", span);
        };
        let document = Word { text: "item".into(), span };
        let (field, value) = item_key(argument);
        let (field, value) = self.key(&document, &shape, &field, value, scope)?;
        let rule = self.rule(span);
        // The expression has the value, so that what it reads of the target is built before.
        let keys = vec![(field, Expr::Constant(Constant::Absent))];
        self.lookups.push(EarlierPlan {
            document: document.text,
            shape: shape.clone(),
            keys,
            unknown,
            is_newest: shape.is_master,
            rule,
        });
        let pick = Pick::Document(self.lookups.len() - 1, vec![value]);
        Some(Picked { pick, shape, places: vec![PlaceId::ROOT] })
    }

    /// `convert_qty(qty, from, to, sku)`
    pub(super) fn convert_qty(
        &mut self,
        scope: &Scope,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Typed> {
        let [qty, from, to, item] = arguments else {
            self.arity("convert_qty", "a quantity, its unit, the unit wanted and the item number", span);
            return None;
        };
        let qty = self.of_kind(scope, qty, ValueKind::Number);
        let (from, to) = (self.value(scope, from), self.value(scope, to));
        let (qty, from, to) = (qty?, from?.expr, to?.expr);
        let named = self.value(scope, item_key(item).1)?;
        let text = Message {
            parts: vec![
                MessagePartPlan::Text("no item `".into()),
                MessagePartPlan::Value(Arc::new(named.expr)),
                MessagePartPlan::Text("` is known, whose packaging says what is in a unit".into()),
            ],
        };
        let kind = PolicyKindPlan::Finding(Severity::Hold);
        let unknown = PolicyPlan { kind, warn: false, text: Some(text) };
        let Picked { pick, shape, .. } = self.item_of(scope, item, unknown, span)?;
        let Some(places) = packaging(&shape) else {
            return self.unsupported(
                "an item without `base_uom`, `packaging`, `uom` and `qty_of_base`",
                "declare them in its shape",
                span,
            );
        };
        let [base, packaging, unit, size] = places;
        let rule = self.rule(span);
        let conversion = Conversion { qty, from, to, item: pick, base, packaging, unit, size, rule };
        Some(single(Expr::Conversion(Box::new(conversion)), ValueKind::Number))
    }
}

/// The key of an item and its value: the item number if no other is named.
fn item_key(argument: &Expression) -> (Word, &Expression) {
    match &argument.kind {
        ExpressionKind::Binary { operator: Operator::Equal, left, right } => {
            let name = match &left.kind {
                ExpressionKind::Path(path) => path.head().unwrap_or_default(),
                _ => "",
            };
            (Word { text: name.into(), span: left.span }, right)
        }
        _ => (Word { text: "sku".into(), span: argument.span }, argument),
    }
}

/// Where an item says what is in its units: the base unit, the packagings, and of each the unit and its size.
fn packaging(item: &Shape) -> Option<[PlaceId; 4]> {
    let child = |parent: PlaceId, name: &str| item.children_named(parent, name).next();
    let packaging = child(PlaceId::ROOT, "packaging")?;
    let base = child(PlaceId::ROOT, "base_uom")?;
    Some([base, packaging, child(packaging, "uom")?, child(packaging, "qty_of_base")?])
}
