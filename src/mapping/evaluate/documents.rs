//! Documents that a run looks up, and what the packaging of an item says of quantities.

use super::{Evaluator, Target};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::mapping::plan::{Conversion, EarlierPlan, Expr, PolicyKindPlan};
use crate::mapping::run::{Earlier, LookupKey};
use crate::mapping::slots::Slot;
use crate::mapping::trace::Tracing;
use crate::tree::{NodeId, Value, View};

/// What helps where an item is not known: it comes with a list, not in answer to something.
const ITEM_LIST: &str = "have the client's item list come in: a flow of his reads it (`read house/item-csv from house/item-csv`), and this document then goes on by itself; for a case the list lies in its folder `earlier`";

impl<'r, T: Tracing> Evaluator<'r, T> {
    /// What an `earlier` line found, for its slot; that it found none or several is told.
    pub fn document(&self, line: &'r EarlierPlan, found: Earlier<'r>, target: &Target<'_>) -> Slot<'r> {
        let keys = || line.keys.iter().map(|(_, key)| self.value(key, target).show()).collect();
        self.document_of(line, found, &keys, target)
    }

    /// The same, with the values of the keys for an explanation of why there is none.
    fn document_of(
        &self,
        line: &'r EarlierPlan,
        found: Earlier<'r>,
        keys: &dyn Fn() -> Vec<String>,
        target: &Target<'_>,
    ) -> Slot<'r> {
        match found {
            Earlier::One(view) => return Slot::Record(view, NodeId::ROOT),
            Earlier::Several(count) => {
                self.no_document(line, count, keys);
                let finding = Diagnostic::new(Code::B008).with("found", count.to_string());
                self.report(finding.with("document", &line.document), line.rule);
            }
            Earlier::None => {
                self.no_document(line, 0, keys);
                let PolicyKindPlan::Finding(severity) = line.unknown.kind else { return Slot::Empty };
                let text = match &line.unknown.text {
                    Some(text) => self.words(text, target),
                    None => format!("no {} has this key", line.document),
                };
                let finding = Diagnostic::new(Code::B007).severity(severity).with("text", text);
                let finding = match &*line.document {
                    "item" => finding.help(ITEM_LIST),
                    _ => finding,
                };
                self.report(finding, line.rule);
            }
        }
        Slot::Awaited
    }

    /// The document that a line inside a block or an expression looks up by the values of its keys. What the facts do not
    /// have yet is noted as wanted.
    pub fn looked_up(
        &self,
        number: usize,
        keys: impl Iterator<Item = &'r Expr>,
        target: &Target<'_>,
    ) -> Slot<'r> {
        let line = &self.plan.lookups[number];
        let mut values = Vec::new();
        for key in keys {
            match self.value(key, target) {
                Value::Absent => return Slot::Empty,
                value => values.push(value.show()),
            }
        }
        let key = LookupKey { line: number, values };
        match self.lookups.and_then(|lookups| lookups.get(&key)) {
            Some(found) => self.document_of(line, found.as_earlier(), &|| key.values.clone(), target),
            None => {
                self.wanted.borrow_mut().push(key);
                Slot::Awaited
            }
        }
    }

    /// A quantity in another unit, exactly, or near where the line rounds.
    pub(super) fn converted(&self, conversion: &'r Conversion, target: &Target<'_>) -> Option<Decimal> {
        let qty = self.number(&conversion.qty, target);
        let (from, to) = (self.shown(&conversion.from, target), self.shown(&conversion.to, target));
        let (qty, from, to) = (qty?, from?, to?);
        if from == to {
            return Some(qty);
        }
        let (view, item) = match self.only_looked_up(conversion, target) {
            Slot::Record(view, item) => (view, item),
            Slot::Awaited => return None,
            _ => {
                let text = format!("no item is named whose packaging says how many {to} are in a {from}");
                self.report(Diagnostic::new(Code::B004).with("text", text), conversion.rule);
                return None;
            }
        };
        let (from_size, to_size) =
            (self.size(conversion, view, item, from), self.size(conversion, view, item, to));
        let whole = qty.checked_mul(from_size?);
        let to_size = to_size?;
        let near = |whole: Decimal| whole.checked_div_near(to_size).filter(|_| self.rounds.get());
        let result = whole.and_then(|whole| whole.checked_div_exact(to_size).or_else(|| near(whole)));
        if result.is_none() {
            let text = format!("{qty} {from} in {to}");
            let finding = Diagnostic::new(Code::B012).severity(Severity::Hold).with("text", text);
            self.report(finding, conversion.rule);
        }
        result
    }

    /// The item, without what was read to find it: the quantity is what the line is about.
    fn only_looked_up(&self, conversion: &'r Conversion, target: &Target<'_>) -> Slot<'r> {
        let origin = self.origin.get();
        let found = self.pick(&conversion.item, target);
        self.origin.set(origin);
        found
    }

    /// How many base units of an item are in a unit; that it has no such packaging is told.
    fn size(&self, conversion: &Conversion, view: View<'r>, item: NodeId, unit: &str) -> Option<Decimal> {
        if view.child_text(item, conversion.base) == Some(unit) {
            return Some(Decimal::from_integer(1));
        }
        let is_packaging = |id: &NodeId| view.tree.node(*id).place == conversion.packaging;
        let packagings = || view.tree.children(item).filter(is_packaging);
        let unit_of = |id: NodeId| view.child_text(id, conversion.unit);
        let size = packagings()
            .find(|&id| unit_of(id) == Some(unit))
            .and_then(|id| Decimal::parse(view.child_text(id, conversion.size)?.as_bytes()))
            .filter(|size| !size.is_zero() && !size.is_negative());
        if size.is_none() {
            let mut known: Vec<&str> = view.child_text(item, conversion.base).into_iter().collect();
            known.extend(packagings().filter_map(unit_of));
            let finding = Diagnostic::new(Code::B017).with("unit", unit).with("known", known.join(", "));
            self.report(finding, conversion.rule);
        }
        size
    }
}
