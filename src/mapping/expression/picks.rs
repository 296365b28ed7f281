//! One record of many: `lookup`, `one`, `first` and `last` of records, and paths that go on from there; and conditions
//! on the records of a list.

use super::{Context, Typed, common, single};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{Expression, ExpressionKind, Operator, Path};
use crate::mapping::names::{Binding, Found, Resolved, Scope};
use crate::mapping::plan::{
    Constant, Expr, ListSource, LookupPlan, Nodes, Pick, Quantified, Start, Which, Within,
};
use crate::tree::value::ValueKind;
use crate::tree::{PlaceId, Shape};
use std::sync::Arc;

/// A record that an expression gives, and what it is.
pub struct Picked {
    /// The plan of it.
    pub pick: Pick,
    /// Its shape.
    pub shape: Arc<Shape>,
    /// The places it can be at.
    pub places: Vec<PlaceId>,
}

impl Picked {
    /// A name for it, once it is in `slot`.
    pub fn binding(&self, slot: usize) -> Binding {
        Binding::Record { slot, shape: self.shape.clone(), places: self.places.clone() }
    }
}

impl Context<'_> {
    /// The record that a call gives; `None` if this is no such call.
    pub fn picked(&mut self, scope: &Scope, expression: &Expression) -> Option<Option<Picked>> {
        let ExpressionKind::Call { name, arguments } = &expression.kind else { return None };
        let which = match name.text.as_str() {
            "lookup" => return Some(self.lookup(scope, arguments, expression.span)),
            "item" => return Some(self.item(scope, arguments, expression.span)),
            "one" => Which::Only,
            "first" => Which::First,
            "last" => Which::Last,
            _ => return None,
        };
        let [Expression { kind: ExpressionKind::Path(path), .. }] = arguments.as_slice() else { return None };
        if !leads_to_record(scope, path) {
            return None;
        }
        Some(match self.resolve(scope, path) {
            Some(Found::Path(found)) => self.of_document(&found).then(|| {
                let Resolved { nodes, shape, places, .. } = *found;
                Picked { pick: Pick::Of(which, nodes), shape, places }
            }),
            _ => None,
        })
    }

    /// A record of the document being built is chosen in brackets, never held: the document still grows.
    fn of_document(&mut self, found: &Resolved) -> bool {
        if !matches!(found.nodes.start, Start::This | Start::Out | Start::Chosen) {
            return true;
        }
        self.unsupported::<()>(
            "a function that looks at each record of the document being built",
            "choose among them in brackets, such as `first(out.lines[sku = \"A\"].qty)` or `count(out.lines[qty = 0]) > 0`",
            found.nodes.span,
        );
        false
    }

    /// The records of a list, for a function that looks at each of them.
    fn records(&mut self, scope: &Scope, list: &Expression) -> Option<Box<Resolved>> {
        let ExpressionKind::Path(path) = &list.kind else {
            return self.unsupported("a list that is no path", "name the list by its path", list.span);
        };
        let found = match self.resolve(scope, path)? {
            Found::Path(found) if found.kind == ValueKind::Record && found.pair.is_none() => found,
            _ => {
                self.findings.push(Diagnostic::new(Code::M007).at(list.span, "not a list of records"));
                return None;
            }
        };
        self.of_document(&found).then_some(found)
    }

    /// `lookup(orig.lines, position = g.Line)`: the first record for which the comparison holds.
    fn lookup(&mut self, scope: &Scope, arguments: &[Expression], span: Span) -> Option<Picked> {
        let [list, comparison] = arguments else {
            self.arity("lookup", "a list of records and `field = value`", span);
            return None;
        };
        let ExpressionKind::Binary { operator: Operator::Equal, left, right } = &comparison.kind else {
            return self.unsupported("another comparison than `=` in `lookup`", "use `=`", comparison.span);
        };
        let Resolved { nodes, shape, places, .. } = *self.records(scope, list)?;
        let slot = self.slot();
        let here = Binding::Record { slot, shape: shape.clone(), places: places.clone() };
        let inner = Scope { names: Vec::new(), here, this: scope.this.clone() };
        let (field, value) = (self.value(&inner, left), self.value(scope, right));
        let (field, value) = (field?, value?);
        if common(field.kind, value.kind) == ValueKind::Record {
            self.beside(field.kind, value.kind, comparison.span);
            return None;
        }
        let index = can_be_indexed(&nodes, &field.expr).then(|| {
            self.indexes += 1;
            self.indexes - 1
        });
        let lookup = LookupPlan { nodes, slot, field: field.expr, value: value.expr, index };
        Some(Picked { pick: Pick::Where(Box::new(lookup)), shape, places })
    }

    /// `one(order.references).value`: a value of a record that a call gives.
    pub(super) fn within(&mut self, scope: &Scope, value: &Expression, path: &Path) -> Option<Typed> {
        let (picked, slot, inner) = self.inside(scope, value)?;
        let Typed { expr, kind, multiplicity } = self.path(&inner, path)?;
        let within = Within { pick: picked.pick, slot, inner: expr };
        Some(Typed { expr: Expr::Within(Box::new(within)), kind, multiplicity })
    }

    /// The same as a list.
    pub(super) fn list_within(
        &mut self,
        scope: &Scope,
        value: &Expression,
        path: &Path,
    ) -> Option<(ListSource, ValueKind)> {
        let (picked, slot, inner) = self.inside(scope, value)?;
        let (inner, kind) = self.list_of_path(&inner, path)?;
        Some((ListSource::Within(Box::new(Within { pick: picked.pick, slot, inner })), kind))
    }

    fn inside(&mut self, scope: &Scope, value: &Expression) -> Option<(Picked, usize, Scope)> {
        let Some(picked) = self.picked(scope, value) else {
            let finding = Diagnostic::new(Code::M007)
                .at(value.span, "this is no record, and has no fields")
                .help("records are given by `lookup(…)`, `item(…)`, and by `one(…)`, `first(…)` and `last(…)` of records");
            self.findings.push(finding);
            return None;
        };
        let picked = picked?;
        let slot = self.slot();
        let inner = Scope { here: picked.binding(slot), ..scope.clone() };
        Some((picked, slot, inner))
    }

    /// Whether there is such a record.
    pub(super) fn is_picked(&mut self, picked: Picked) -> Expr {
        let inner = Expr::Constant(Constant::Bool(true));
        let within = Within { pick: picked.pick, slot: self.slot(), inner };
        Expr::Present(Box::new(Expr::Within(Box::new(within))))
    }

    /// `any(lines, qty > 5)`, `all(lines, qty > 5)`
    pub(super) fn quantified(
        &mut self,
        scope: &Scope,
        is_all: bool,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Typed> {
        let [list, condition] = arguments else {
            let name = if is_all { "all" } else { "any" };
            self.arity(name, "a list of records and a condition on one of them", span);
            return None;
        };
        let found = self.records(scope, list)?;
        let slot = self.slot();
        let here = Binding::Record { slot, shape: found.shape, places: found.places };
        let condition = self.condition(&Scope { here, ..scope.clone() }, condition)?;
        let quantified = Quantified { is_all, nodes: found.nodes, slot, condition };
        Some(single(Expr::Quantified(Box::new(quantified)), ValueKind::Bool))
    }
}

/// Whether a path leads to records. Only where it leads is asked, not to which of several.
pub fn leads_to_record(scope: &Scope, path: &Path) -> bool {
    let found = scope.resolve(path, &mut |_, _| Some((Arc::new(Expr::Constant(Constant::Absent)), 0)));
    matches!(found, Ok(Found::Path(found)) if found.kind == ValueKind::Record && found.pair.is_none())
}

/// Whether what is looked for is a text or number that stands in the records, and the records are always the same.
fn can_be_indexed(nodes: &Nodes, field: &Expr) -> bool {
    let is_plain = matches!(nodes.start, Start::Slot(_)) && !nodes.has_conditions();
    is_plain && matches!(field, Expr::Leaf(leaf) if leaf.gives_text || leaf.gives_number)
}
