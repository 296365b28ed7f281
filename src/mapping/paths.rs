//! Paths at run time: from a record, or the target so far, down to values and records; and where a value came from.

use super::evaluate::{Evaluator, Target};
use super::plan::{Expr, Field, Nodes, PairPlan, Start, Step, Way};
use super::slots::{Slot, key_text};
use super::trace::{Step as Traced, Tracing, Whence};
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic, Place, Severity};
use crate::tree::arena::Children;
use crate::tree::{LeafType, NodeId, PlaceId, Tree, Value, View};
use std::ops::ControlFlow;

/// A node found by a path: in a document of the run, or in the target.
#[derive(Clone, Copy)]
pub(super) enum Found<'r, 't> {
    Document(View<'r>, NodeId),
    Target(&'t Tree, NodeId),
}

/// What the nodes that a path goes through are of.
#[derive(Clone, Copy)]
enum Of<'r, 't> {
    Document(View<'r>),
    Target(&'t Tree),
}

impl<'r, 't> Of<'r, 't> {
    fn node(self, id: NodeId) -> Found<'r, 't> {
        match self {
            Of::Document(view) => Found::Document(view, id),
            Of::Target(tree) => Found::Target(tree, id),
        }
    }

    fn tree(&self) -> &'t Tree
    where
        'r: 't,
    {
        match self {
            Of::Document(view) => view.tree,
            Of::Target(tree) => tree,
        }
    }
}

impl<'r, T: Tracing> Evaluator<'r, T> {
    /// The first value a path leads to. Nearly all are texts of the message.
    #[inline]
    pub(super) fn first_value(&self, nodes: &'r Nodes, target: &Target<'_>) -> Value<'r> {
        if nodes.gives_text
            && let Way::To { field, .. } = nodes.way
            && let Some((view, id)) = self.field(nodes.start, field)
            && let Some(text) = view.text(id).filter(|text| !text.is_empty())
        {
            self.note_origin(view, id);
            self.note(|| self.read_of(view, id));
            return Value::Text(text);
        }
        self.first_value_of(nodes, target)
    }

    #[inline(never)]
    fn first_value_of(&self, nodes: &'r Nodes, target: &Target<'_>) -> Value<'r> {
        let result = match &nodes.way {
            Way::To { field, .. } => match self.field(nodes.start, *field) {
                None => Value::Absent,
                Some((view, id)) => match self.read(nodes, Found::Document(view, id)) {
                    Value::Absent if !nodes.is_single => self.first_of_all(nodes, target),
                    value => value,
                },
            },
            Way::Made(place) => match self.made(nodes.start, *place, target) {
                None => Value::Absent,
                Some(id) => self.read(nodes, Found::Target(target.tree, id)),
            },
            Way::From(_) | Way::Walk => self.first_of_all(nodes, target),
        };
        if result.is_absent() {
            self.missed(nodes, None, target);
        }
        result
    }

    /// The same for a path that leads to numbers written with a point. Nearly all are a few digits at hand.
    pub(super) fn first_number(&self, nodes: &'r Nodes, target: &Target<'_>) -> Option<Decimal> {
        match &nodes.way {
            Way::To { field, .. } => {
                if let Some((view, id)) = self.field(nodes.start, *field)
                    && let Some(number) = view.bytes(id).and_then(Decimal::parse_integer)
                {
                    self.note_origin(view, id);
                    return Some(number);
                }
            }
            Way::Made(place) => {
                let made = self.made_bytes(nodes.start, *place, target);
                if let Some(number) = made.and_then(Decimal::parse_integer) {
                    return Some(number);
                }
            }
            Way::From(_) | Way::Walk => {}
        }
        match self.first_value(nodes, target) {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number at a node that a path leads to.
    #[inline]
    pub(super) fn number_at(&self, nodes: &'r Nodes, found: Found<'r, '_>) -> Option<Decimal> {
        let text = match found {
            Found::Document(view, id) => view.bytes(id),
            Found::Target(tree, id) => View::new(tree, "").bytes(id),
        };
        if nodes.gives_number
            && let Some(number) = text.and_then(Decimal::parse_integer)
        {
            if let Found::Document(view, id) = found {
                self.note_origin(view, id);
            }
            return Some(number);
        }
        match self.read(nodes, found) {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The same for a path that leads to text.
    pub(super) fn first_text(&self, nodes: &'r Nodes, target: &Target<'_>) -> Option<&'r str> {
        if let Way::To { field, .. } = nodes.way {
            let Some((view, id)) = self.field(nodes.start, field) else {
                self.missed(nodes, None, target);
                return None;
            };
            if let Some(text) = view.text(id).filter(|text| !text.is_empty()) {
                self.note_origin(view, id);
                self.note(|| self.read_of(view, id));
                return Some(text);
            }
        }
        match self.first_value_of(nodes, target) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text a path leads to, if a look tells that it is there and that there is no other.
    pub(super) fn only_text(&self, nodes: &'r Nodes) -> Option<&'r str> {
        let (Start::Slot(slot), Way::To { field, first }) = (nodes.start, &nodes.way) else { return None };
        let slot = &self.slots[slot];
        let (Slot::Record(view, record), Some(id), Some(first)) =
            (slot.get(), slot.at(*field), slot.at(*first))
        else {
            return None;
        };
        let text = view.text(id).filter(|text| nodes.gives_text && !text.is_empty())?;
        is_alone(view.tree, record, first, id, &nodes.steps).then(|| {
            self.note_origin(view, id);
            text
        })
    }

    #[inline(never)]
    fn first_of_all(&self, nodes: &'r Nodes, target: &Target<'_>) -> Value<'r> {
        let mut result = Value::Absent;
        self.visit(nodes, target, &mut |found| {
            result = self.read(nodes, found);
            if result.is_absent() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        result
    }

    /// The node in a field of the slot a path starts from.
    #[inline]
    pub(super) fn field(&self, start: Start, field: Field) -> Option<(View<'r>, NodeId)> {
        let Start::Slot(slot) = start else { return None };
        let slot = &self.slots[slot];
        slot.at(field).map(|id| (slot.view(), id))
    }

    /// A leaf of the record being built, or of the whole target.
    #[inline]
    fn made(&self, start: Start, place: PlaceId, target: &Target<'_>) -> Option<NodeId> {
        let record = if start == Start::Out { target.at.out } else { target.at.number };
        target.made.get(place.index()).filter(|made| made.record == record).map(|made| made.node)
    }

    /// The bytes of such a leaf.
    #[inline]
    pub(super) fn made_bytes<'t>(
        &self,
        start: Start,
        place: PlaceId,
        target: &Target<'t>,
    ) -> Option<&'t [u8]> {
        self.made(start, place, target).and_then(|id| View::new(target.tree, "").bytes(id))
    }

    pub(super) fn exists(&self, nodes: &'r Nodes, target: &Target<'_>) -> bool {
        let is_there = |tree: &Tree, id| nodes.leaves.is_empty() || tree.node(id).has_value();
        let mut exists = match &nodes.way {
            Way::To { field, .. } => {
                let found = self.field(nodes.start, *field);
                if found.is_none() || nodes.is_single {
                    let exists = found.is_some_and(|(view, id)| is_there(view.tree, id));
                    if !exists {
                        self.missed(nodes, None, target);
                    }
                    return exists;
                }
                false
            }
            Way::Made(place) => {
                let exists =
                    self.made(nodes.start, *place, target).is_some_and(|id| is_there(target.tree, id));
                if !exists {
                    self.missed(nodes, None, target);
                }
                return exists;
            }
            Way::From(_) | Way::Walk => false,
        };
        self.visit(nodes, target, &mut |found| {
            exists = match found {
                Found::Document(view, id) => is_there(view.tree, id),
                Found::Target(tree, id) => is_there(tree, id),
            };
            if exists { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if !exists {
            self.missed(nodes, None, target);
        }
        exists
    }

    pub(super) fn pair(&self, pair: &'r PairPlan, target: &Target<'_>) -> Option<&'r str> {
        let result = match pair.field {
            Some(field) => {
                let value = self.field(pair.nodes.start, field);
                value.and_then(|(view, value)| self.copy_of(view, value))
            }
            None => self.pair_anywhere(pair, target),
        };
        if result.is_none() {
            self.missed(&pair.nodes, Some(&*pair.code), target);
        }
        result
    }

    fn pair_anywhere(&self, pair: &'r PairPlan, target: &Target<'_>) -> Option<&'r str> {
        let mut result = None;
        self.visit(&pair.nodes, target, &mut |found| {
            let Found::Document(view, id) = found else { return ControlFlow::Continue(()) };
            let mut wanted = None;
            for child in view.tree.children(id) {
                let place = view.tree.node(child).place;
                if wanted == Some(place) {
                    result = self.copy_of(view, child);
                    return ControlFlow::Break(());
                }
                if let Some((_, value)) = pair.pairs.iter().find(|(qualifier, _)| *qualifier == place)
                    && view.text(child) == Some(&*pair.code)
                {
                    // The value stands after its qualifier.
                    wanted = Some(*value);
                }
            }
            ControlFlow::Continue(())
        });
        result
    }

    /// The text of a node, noted as what the line read.
    fn copy_of(&self, view: View<'r>, id: NodeId) -> Option<&'r str> {
        self.note_origin(view, id);
        self.note(|| self.read_of(view, id));
        view.text(id)
    }

    /// Calls `each` for every node a path leads to, in order.
    pub(super) fn visit<'t>(
        &self,
        nodes: &'r Nodes,
        target: &Target<'t>,
        each: &mut dyn FnMut(Found<'r, 't>) -> ControlFlow<()>,
    ) {
        let mut from = |of: Of<'r, 't>, id: NodeId, begin: Begin| {
            let mut each = |id: NodeId| each(of.node(id));
            self.walk(&of, id, &nodes.steps, begin, target, &mut each)
        };
        let _ = match nodes.start {
            Start::This => from(Of::Target(target.tree), target.at.this, Begin::AtFirst),
            Start::Out => from(Of::Target(target.tree), NodeId::ROOT, Begin::AtFirst),
            Start::Chosen => from(Of::Target(target.tree), target.chosen, Begin::AtFirst),
            Start::Slot(slot) => match self.slots[slot].get() {
                Slot::Record(view, id) => from(Of::Document(view), id, self.begin(slot, nodes)),
                Slot::Group(view, [first, ..]) => from(Of::Document(view), *first, self.begin(slot, nodes)),
                Slot::Group(..) | Slot::Empty | Slot::Awaited | Slot::Value(_) | Slot::Deferred(_) => {
                    ControlFlow::Continue(())
                }
            },
            Start::Group(slot) => match self.slots[slot].get() {
                Slot::Group(view, ids) => ids.iter().try_for_each(|&id| {
                    let of = Of::Document(view);
                    let is_meant = |member: &'r Step| self.selected(&of, id, member, target);
                    if !nodes.member.as_deref().is_none_or(is_meant) {
                        return ControlFlow::Continue(());
                    }
                    from(of, id, Begin::AtFirst)
                }),
                _ => ControlFlow::Continue(()),
            },
        };
    }

    /// Where the first step of a path is looked for.
    fn begin(&self, slot: usize, nodes: &Nodes) -> Begin {
        let slot = &self.slots[slot];
        match nodes.way {
            Way::To { field, .. } if slot.at(field).is_none() => Begin::Nowhere,
            Way::To { first, .. } | Way::From(first) => slot.at(first).map_or(Begin::Nowhere, Begin::At),
            Way::Made(_) | Way::Walk => Begin::AtFirst,
        }
    }

    /// The first record a path leads to; paths into the target have none here.
    pub(super) fn first_record(&self, nodes: &'r Nodes, target: &Target<'_>) -> Option<(View<'r>, NodeId)> {
        if let Way::To { field, .. } = nodes.way {
            return self.field(nodes.start, field);
        }
        let mut first = None;
        self.visit(nodes, target, &mut |found| match found {
            Found::Document(view, id) => {
                first = Some((view, id));
                ControlFlow::Break(())
            }
            Found::Target(..) => ControlFlow::Continue(()),
        });
        first
    }

    /// The records a path leads to; paths into the target have none here.
    pub(super) fn records(&self, nodes: &'r Nodes, target: &Target<'_>) -> (Option<View<'r>>, &'r [NodeId]) {
        if let (Way::To { field, .. } | Way::From(field), Start::Slot(slot)) = (&nodes.way, nodes.start)
            && self.slots[slot].at(*field).is_none()
        {
            return (None, &[]);
        }
        let mut ids = bumpalo::collections::Vec::new_in(self.memory);
        if let Start::Slot(slot) = nodes.start
            && let Slot::Record(view, id) = self.slots[slot].get()
            && !nodes.steps.is_empty()
            && nodes.steps.iter().all(|step| step.is_plain() && step.deep.is_none())
        {
            if let Some(children) = self.begin(slot, nodes).children(view.tree, id) {
                collect(view.tree, children, &nodes.steps, &mut ids);
            }
            return ((!ids.is_empty()).then_some(view), ids.into_bump_slice());
        }
        let mut of = None;
        self.visit(nodes, target, &mut |found| {
            if let Found::Document(view, id) = found {
                of = Some(view);
                ids.push(id);
            }
            ControlFlow::Continue(())
        });
        (of, ids.into_bump_slice())
    }

    fn walk<'t>(
        &self,
        of: &Of<'r, 't>,
        parent: NodeId,
        steps: &'r [Step],
        begin: Begin,
        target: &Target<'t>,
        each: &mut dyn FnMut(NodeId) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some((step, rest)) = steps.split_first() else { return each(parent) };
        let tree = of.tree();
        let Some(children) = begin.children(tree, parent) else { return ControlFlow::Continue(()) };
        if step.deep.is_some() {
            let end = tree.node(parent).end.min(tree.len() as u32);
            let mut inside = (parent.0 + 1..end).map(NodeId);
            return inside.try_for_each(|id| {
                let is_meant = step.leads_to(tree.node(id).place)
                    && (!step.is_tested || self.selected(of, id, step, target));
                if is_meant {
                    self.walk(of, id, rest, Begin::AtFirst, target, each)
                } else {
                    ControlFlow::Continue(())
                }
            });
        }
        // The last step is at its nodes: no further call for each.
        let mut go = |id: NodeId| match rest.is_empty() {
            true => each(id),
            false => self.walk(of, id, rest, Begin::AtFirst, target, each),
        };
        let mut seen = 0;
        let mut last = None;
        for id in children {
            let place = tree.node(id).place;
            if !step.leads_to(place) || (step.is_tested && !self.selected(of, id, step, target)) {
                continue;
            }
            seen += 1;
            match step.occurrence {
                None if step.is_single => return go(id),
                None => go(id)?,
                Some(u32::MAX) => last = Some(id),
                Some(wanted) if wanted == seen => return go(id),
                Some(_) => {}
            }
        }
        match last {
            Some(id) => go(id),
            None => ControlFlow::Continue(()),
        }
    }

    fn selected(&self, of: &Of<'r, '_>, id: NodeId, step: &'r Step, target: &Target<'_>) -> bool {
        if let Some(test) = &step.test {
            let key = match *of {
                Of::Document(view) => key_text(view, id, &step.keys),
                Of::Target(tree) => key_text(View::new(tree, ""), id, &step.keys),
            };
            if !test.selects(key.unwrap_or("")) {
                return false;
            }
        }
        let Some((condition, slot)) = &step.condition else { return true };
        let origin = self.origin.get();
        let mut mark = 0;
        self.trace.note(|trace| mark = trace.mark());
        let holds = match *of {
            Of::Document(view) => {
                self.slots[*slot].set(Slot::Record(view, id));
                self.holds(condition, target)
            }
            Of::Target(_) => self.holds(condition, &Target { chosen: id, ..*target }),
        };
        // Neither origin nor trace tell of records that were only looked at.
        self.origin.set(origin);
        self.trace.note(|trace| trace.drop_since(mark));
        holds
    }

    pub(super) fn read(&self, nodes: &'r Nodes, found: Found<'r, '_>) -> Value<'r> {
        match found {
            Found::Document(view, id) => {
                let Some(text) = view.text(id) else { return Value::Absent };
                self.note_origin(view, id);
                if !text.is_empty() {
                    self.note(|| self.read_of(view, id));
                }
                self.understood(nodes, view.tree.node(id).place, text, Some((view, id)))
            }
            Found::Target(tree, id) => {
                let Some(text) = View::new(tree, "").text(id) else { return Value::Absent };
                self.note(|| Traced::Read(Whence::Target(id)));
                match self.understood(nodes, tree.node(id).place, text, None) {
                    // The target grows while values of it are at hand.
                    Value::Text(text) => Value::Text(self.memory.alloc_str(text)),
                    Value::Number(number) => Value::Number(number),
                    Value::Date(date) => Value::Date(date),
                    Value::Time(time) => Value::Time(time),
                    Value::DateTime(moment) => Value::DateTime(moment),
                    Value::Instant(moment, offset) => Value::Instant(moment, offset),
                    Value::Bool(truth) => Value::Bool(truth),
                    Value::Absent => Value::Absent,
                }
            }
        }
    }

    /// The text of a leaf at a place that a path can end at, as its type says. `at` is where it was read, if that is known.
    #[inline]
    fn understood<'v>(
        &self,
        nodes: &Nodes,
        place: PlaceId,
        text: &'v str,
        at: Option<(View<'r>, NodeId)>,
    ) -> Value<'v> {
        if nodes.gives_text && !text.is_empty() {
            return Value::Text(text);
        }
        let leaf = match nodes.leaves.as_slice() {
            [(_, leaf)] => leaf,
            leaves => match leaves.iter().find(|(known, _)| *known == place) {
                Some((_, leaf)) => leaf,
                None => return Value::Absent,
            },
        };
        match Value::read(leaf, text) {
            Ok(value) => value,
            Err(_) => {
                self.unreadable(leaf, text, at);
                Value::Absent
            }
        }
    }

    /// A value that is none of its type. What keeps the message back already, where its guide read the value, is not told
    /// again.
    #[cold]
    fn unreadable(&self, leaf: &LeafType, text: &str, at: Option<(View<'r>, NodeId)>) {
        if at.is_some_and(|(view, id)| self.is_told(view, id)) {
            return self.failed.set(true);
        }
        let text = format!("`{text}` is not {}", leaf.kind().word());
        self.report(Diagnostic::new(Code::B004).with("text", text), 0);
    }

    /// Whether a finding that holds or refuses the message is about this value of it.
    fn is_told(&self, view: View<'r>, id: NodeId) -> bool {
        let node = view.tree.node(id);
        let offset = self.offset + u64::from(node.origin_start);
        let is_about = |finding: &Diagnostic| {
            finding.severity >= Severity::Hold
                && finding.place.as_ref().is_some_and(|place| {
                    (place.offset, place.length, place.segment) == (offset, node.origin_len, node.ordinal)
                })
        };
        std::ptr::eq(self.source.tree, view.tree)
            && node.origin_len > 0
            && self.findings.borrow().as_slice().iter().any(is_about)
    }

    /// Whether a value depends on a document that is awaited: then its absence is told already.
    #[cold]
    pub(super) fn awaits(&self, expr: &Expr) -> bool {
        let is_awaited = |nodes: &Nodes| match nodes.start {
            Start::Slot(slot) | Start::Group(slot) => matches!(self.slots[slot].get(), Slot::Awaited),
            Start::This | Start::Out | Start::Chosen => false,
        };
        let mut awaits = false;
        expr.paths(&mut |nodes| awaits = awaits || is_awaited(nodes));
        expr.children(&mut |inner| awaits = awaits || self.awaits(inner));
        awaits
    }

    // ------------------------------------------------------------------------------------------ nearest

    /// The place of the record that comes nearest to where a path leads: as far down as there is something. `None` for
    /// paths that do not start in the message.
    #[cold]
    pub(super) fn nearest(&self, nodes: &'r Nodes, target: &Target<'_>) -> Option<Place> {
        let (Start::Slot(slot) | Start::Group(slot)) = nodes.start else { return None };
        let (view, mut id) = match self.slots[slot].get() {
            Slot::Record(view, id) => (view, id),
            Slot::Group(view, ids) => (view, *ids.first()?),
            Slot::Empty | Slot::Awaited | Slot::Value(_) | Slot::Deferred(_) => return None,
        };
        for step in &nodes.steps {
            let is_next = |child: &NodeId| {
                let node = view.tree.node(*child);
                step.places.contains(&node.place)
                    && !node.has_value()
                    && self.quietly(|| self.selected(&Of::Document(view), *child, step, target))
            };
            match view.tree.children(id).find(is_next) {
                Some(next) => id = next,
                None => break,
            }
        }
        self.record_place(view, id)
    }

    /// Puts what a block reads in its slot. Records of the message are places for what is not there.
    pub(super) fn enter(&self, slot: usize, view: View<'r>, value: Slot<'r>) {
        self.slots[slot].set(value);
        if std::ptr::eq(self.source.tree, view.tree) {
            self.innermost.set(slot);
        }
    }

    /// The place of the innermost record of the message that is being read.
    pub(super) fn innermost_place(&self) -> Option<Place> {
        match self.slots[self.innermost.get()].get() {
            Slot::Record(view, id) => self.record_place(view, id),
            Slot::Group(view, ids) => self.record_place(view, *ids.first()?),
            Slot::Empty | Slot::Awaited | Slot::Value(_) | Slot::Deferred(_) => None,
        }
    }

    /// The place of a record: its own bytes, else those of the first thing in it. `None` if the record is not the message's,
    /// or if nothing in it came from bytes, as in a canonical document.
    fn record_place(&self, view: View<'r>, id: NodeId) -> Option<Place> {
        if !std::ptr::eq(self.source.tree, view.tree) || view.tree.is_empty() {
            return None;
        }
        let last = view.tree.node(id).end;
        // The fields of a document have no order: the first is the one whose bytes come first in the message.
        let nodes = (id.0..last).map(NodeId).filter(|&at| view.tree.node(at).ordinal > 0);
        let position = |at: &NodeId| (view.tree.node(*at).ordinal, view.tree.node(*at).origin_start);
        let with_bytes = nodes.min_by_key(position)?;
        // A value stands in a record, and it is the record that is near.
        let at = match view.tree.node(with_bytes).has_value() {
            true => {
                (id.0..with_bytes.0).rev().map(NodeId).find(|&at| view.tree.node(at).end > with_bytes.0)?
            }
            false => with_bytes,
        };
        let (node, record) = (view.tree.node(with_bytes), view.tree.node(at));
        let shape = &self.plan.source_shape;
        let is_root = record.place == PlaceId::ROOT;
        Some(Place {
            offset: self.offset + u64::from(node.origin_start),
            length: if is_root { 0 } else { node.origin_len },
            segment: node.ordinal,
            tag: if is_root { String::new() } else { shape.place(record.place).name.to_string() },
            ..Place::default()
        })
    }

    #[inline]
    pub(super) fn note_origin(&self, view: View<'r>, id: NodeId) {
        // Only the message itself has bytes to point at.
        if self.origin.get().is_none() && std::ptr::eq(self.source.tree, view.tree) {
            self.origin.set(Some(id));
        }
    }
}

/// Whether no other node than `id` can be where these steps lead from `record`. `first` is the first node of the first
/// step.
fn is_alone(tree: &Tree, record: NodeId, first: NodeId, id: NodeId, steps: &[Step]) -> bool {
    let end = |node: NodeId| tree.node(node).end;
    let (mut around, mut on_the_way) = (record, first);
    for step in steps {
        if on_the_way > id || end(on_the_way) <= id.0 {
            return false;
        }
        let mut behind = tree.children(around).skip_to(NodeId(end(on_the_way)));
        if !step.is_single && behind.any(|other| step.leads_to(tree.node(other).place)) {
            return false;
        }
        around = on_the_way;
        on_the_way = NodeId(around.0 + 1);
        while on_the_way < id && end(on_the_way) <= id.0 {
            on_the_way = NodeId(end(on_the_way));
        }
    }
    around == id
}

/// All nodes that steps lead to which need no test.
fn collect(
    tree: &Tree,
    children: Children<'_>,
    steps: &[Step],
    found: &mut bumpalo::collections::Vec<'_, NodeId>,
) {
    let Some((step, rest)) = steps.split_first() else { return };
    for id in children.filter(|id| step.leads_to(tree.node(*id).place)) {
        match rest.is_empty() {
            true => found.push(id),
            false => collect(tree, tree.children(id), rest, found),
        }
        if step.is_single {
            return;
        }
    }
}

/// Where a search among children begins.
#[derive(Clone, Copy)]
enum Begin {
    AtFirst,
    At(NodeId),
    Nowhere,
}

impl Begin {
    /// The children of a record that are searched; `None` if none is.
    fn children(self, tree: &Tree, parent: NodeId) -> Option<Children<'_>> {
        match self {
            Begin::AtFirst => Some(tree.children(parent)),
            Begin::At(first) => Some(tree.children(parent).skip_to(first)),
            Begin::Nowhere => None,
        }
    }
}
