//! One record of many, and conditions on the records of a list.

use super::conditions::compare;
use super::{Evaluator, Target};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic};
use crate::mapping::paths::Found;
use crate::mapping::plan::{Expr, LookupPlan, Nodes, Pick, Quantified, Start, Which, Within};
use crate::mapping::slots::Slot;
use crate::mapping::trace::{Step as Traced, Tracing};
use crate::tree::{NodeId, Tree, Value, View};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::ops::ControlFlow;

/// A list longer than this is worth an index once it was gone through in vain.
const LONG: usize = 24;

/// The records of a list by the value of a field.
pub(in crate::mapping) struct Index<'r> {
    /// The tree of the list and the record its path starts from: of another one the index knows nothing.
    of: (*const Tree, NodeId),
    view: View<'r>,
    texts: FxHashMap<&'r str, NodeId>,
    numbers: FxHashMap<(i128, u8), NodeId>,
    /// Whether the field is there as text, or else as numbers, in all records that have it.
    is_text: bool,
    is_whole: bool,
}

impl<'r, T: Tracing> Evaluator<'r, T> {
    /// The record that is picked, as a slot holds it.
    pub(in crate::mapping) fn pick(&self, pick: &'r Pick, target: &Target<'_>) -> Slot<'r> {
        match pick {
            Pick::Of(which, nodes) => {
                let found = match which {
                    Which::First => self.first_record(nodes, target),
                    Which::Last | Which::Only => self.last_record(*which, nodes, target),
                };
                if found.is_none() {
                    self.missed(nodes, None, target);
                }
                self.picked(found, nodes)
            }
            Pick::Where(lookup) => self.looked_for(lookup, target),
            Pick::Document(number, keys) => self.looked_up(*number, keys.iter(), target),
        }
    }

    fn picked(&self, found: Option<(View<'r>, NodeId)>, nodes: &Nodes) -> Slot<'r> {
        match (found, nodes.start) {
            (Some((view, id)), _) => Slot::Record(view, id),
            (None, Start::Slot(slot)) if matches!(self.slots[slot].get(), Slot::Awaited) => Slot::Awaited,
            (None, _) => Slot::Empty,
        }
    }

    /// The last record a path leads to. If there must be only one, the first, and that there are others is told.
    fn last_record(&self, which: Which, nodes: &'r Nodes, target: &Target<'_>) -> Option<(View<'r>, NodeId)> {
        let mut picked = None;
        let mut count = 0;
        self.visit(nodes, target, &mut |found| {
            if let Found::Document(view, id) = found {
                count += 1;
                if which == Which::Last || picked.is_none() {
                    picked = Some((view, id));
                }
            }
            ControlFlow::Continue(())
        });
        if which == Which::Only && count > 1 {
            self.report(Diagnostic::new(Code::B016).with("count", count.to_string()), 0);
        }
        picked
    }

    /// The value of an expression within a picked record.
    pub(super) fn within(&self, within: &'r Within<Expr>, target: &Target<'_>) -> Value<'r> {
        match self.put(within, target) {
            true => self.value(&within.inner, target),
            false => Value::Absent,
        }
    }

    /// Puts the record into its slot; says whether there is one.
    pub(super) fn put<I>(&self, within: &'r Within<I>, target: &Target<'_>) -> bool {
        let picked = self.pick(&within.pick, target);
        self.slots[within.slot].set(picked);
        matches!(picked, Slot::Record(..))
    }

    // ------------------------------------------------------------------------------------------ lookup

    fn looked_for(&self, lookup: &'r LookupPlan, target: &Target<'_>) -> Slot<'r> {
        let wanted = self.value(&lookup.value, target);
        if wanted.is_absent() {
            return self.picked(None, &lookup.nodes);
        }
        let found = match self.indexed(lookup, wanted) {
            Some(found) => found,
            None => self.gone_through(lookup, wanted, target),
        };
        if found.is_none() {
            self.note(|| Traced::NoMatch { nodes: lookup.nodes.clone(), wanted: wanted.show() });
        }
        self.picked(found, &lookup.nodes)
    }

    /// Goes through the list. If it was long, the next time there is an index.
    fn gone_through(
        &self,
        lookup: &'r LookupPlan,
        wanted: Value<'r>,
        target: &Target<'_>,
    ) -> Option<(View<'r>, NodeId)> {
        let (mut found, mut seen) = (None, 0);
        self.only_looking(|| {
            self.visit(&lookup.nodes, target, &mut |node| {
                let Found::Document(view, id) = node else { return ControlFlow::Continue(()) };
                seen += 1;
                self.slots[lookup.slot].set(Slot::Record(view, id));
                match compare(self.value(&lookup.field, target), wanted) {
                    Some(Ordering::Equal) => found = Some((view, id)),
                    _ => return ControlFlow::Continue(()),
                }
                ControlFlow::Break(())
            });
        });
        if seen > LONG && !T::IS_ON {
            self.index(lookup, target);
        }
        found
    }

    /// What the index of a list has for a value; `None` if there is no index that can tell.
    fn indexed(&self, lookup: &'r LookupPlan, wanted: Value<'r>) -> Option<Option<(View<'r>, NodeId)>> {
        let indexes = self.indexes.borrow();
        let index = indexes.get(&lookup.index?)?;
        if !index.is_whole || self.start_of(lookup) != Some(index.of) {
            return None;
        }
        let id = match wanted {
            Value::Text(text) if index.is_text => index.texts.get(text),
            Value::Text(text) => match Decimal::parse(text.as_bytes()) {
                Some(number) => index.numbers.get(&key(number)?),
                None => None,
            },
            Value::Number(number) if !index.is_text => index.numbers.get(&key(number)?),
            _ => return None,
        };
        Some(id.map(|&id| (index.view, id)))
    }

    /// The tree and the record in it that the path of a list starts from.
    fn start_of(&self, lookup: &LookupPlan) -> Option<(*const Tree, NodeId)> {
        let Start::Slot(slot) = lookup.nodes.start else { return None };
        match self.slots[slot].get() {
            Slot::Record(view, id) => Some((std::ptr::from_ref(view.tree), id)),
            _ => None,
        }
    }

    /// Makes the index of a list. Where a field cannot be read it is not used, so that what goes through the list tells.
    fn index(&self, lookup: &'r LookupPlan, target: &Target<'_>) {
        let (Some(number), Expr::Leaf(field)) = (lookup.index, &lookup.field) else { return };
        let Some(of) = self.start_of(lookup) else { return };
        let (mut texts, mut numbers) = (FxHashMap::default(), FxHashMap::default());
        let (mut view_of_all, mut is_whole) = (None, true);
        self.quietly(|| {
            self.only_looking(|| {
                self.visit(&lookup.nodes, target, &mut |node| {
                    let Found::Document(view, id) = node else { return ControlFlow::Continue(()) };
                    view_of_all = Some(view);
                    self.slots[lookup.slot].set(Slot::Record(view, id));
                    match self.value(&lookup.field, target) {
                        // Of several the first.
                        Value::Text(text) => _ = texts.entry(text).or_insert(id),
                        Value::Number(number) => match key(number) {
                            Some(key) => _ = numbers.entry(key).or_insert(id),
                            None => is_whole = false,
                        },
                        _ => is_whole &= !self.exists(field, target),
                    }
                    ControlFlow::Continue(())
                });
            });
        });
        let Some(view) = view_of_all else { return };
        let index = Index { of, view, texts, numbers, is_text: field.gives_text, is_whole };
        self.indexes.borrow_mut().insert(number, index);
    }

    /// Looks at records that a line may not be made from: neither its origin nor its trace tell of them.
    fn only_looking(&self, look: impl FnOnce()) {
        let origin = self.origin.get();
        let mut mark = 0;
        self.trace.note(|trace| mark = trace.mark());
        look();
        self.origin.set(origin);
        self.trace.note(|trace| trace.drop_since(mark));
    }

    // ------------------------------------------------------------------------------------------ any, all

    /// Whether a condition holds for one of the records of a list, or for all of them.
    pub(super) fn quantified(&self, quantified: &'r Quantified, target: &Target<'_>) -> bool {
        let is_all = quantified.is_all;
        let mut result = is_all;
        self.only_looking(|| {
            self.visit(&quantified.nodes, target, &mut |found| {
                let Found::Document(view, id) = found else { return ControlFlow::Continue(()) };
                self.slots[quantified.slot].set(Slot::Record(view, id));
                if self.holds(&quantified.condition, target) == is_all {
                    return ControlFlow::Continue(());
                }
                result = !is_all;
                ControlFlow::Break(())
            });
        });
        result
    }
}

/// A number as it is found in an index, whatever digits it is written with.
fn key(number: Decimal) -> Option<(i128, u8)> {
    let number = number.normalize();
    Some((number.units_at(number.scale())?, number.scale()))
}
