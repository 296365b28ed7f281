//! Blocks of the target: sections, lists, groups and copies.

use super::build::Builder;
use super::evaluate::{Here, compare};
use super::plan::{BlockKind, BlockPlan, CheckPlan, Expr, RecordsPlan, SideName};
use super::slots::{Slot, key_text};
use super::trace::{Tracing, Why};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::tree::arena::{Node, Origin, Surroundings};
use crate::tree::{NodeId, PlaceId, Shape, Value, View};

impl<'r, T: Tracing> Builder<'_, 'r, '_, T> {
    /// A block of the record `outer`, whose lines call it `here`. Says whether something was written.
    pub fn block(&mut self, block: &'r BlockPlan, outer: NodeId, here: Here) -> bool {
        if block.guard.is_some() {
            self.begin();
            if !self.allows(block.guard.as_deref(), here) {
                self.not_made(block, outer, Why::Condition);
                return false;
            }
        }
        let innermost = self.evaluator.innermost.get();
        let written = self.made_of(block, outer, here);
        self.evaluator.innermost.set(innermost);
        let evaluator = self.evaluator;
        if let Some(text) = block.required.as_ref().filter(|_| !written) {
            evaluator.origin.set(None);
            let text = evaluator.words(text, &self.at(here));
            let mut finding = Diagnostic::new(Code::B002).with("text", text);
            finding.place = block.kind.path().and_then(|path| evaluator.nearest(path, &self.at(here)));
            evaluator.report(finding, block.rule);
        }
        written
    }

    /// Makes the records of a block; says whether there are any.
    fn made_of(&mut self, block: &'r BlockPlan, outer: NodeId, here: Here) -> bool {
        let evaluator = self.evaluator;
        // What its path, keys and condition cannot do is this line's.
        evaluator.line.set(block.rule);
        evaluator.origin.set(None);
        self.begin();
        match &block.kind {
            BlockKind::Plain => self.one(block, outer, here),
            BlockKind::Section(nodes, slot) => match evaluator.first_record(nodes, &self.at(here)) {
                Some((view, id)) => {
                    evaluator.enter(*slot, view, Slot::Record(view, id));
                    self.one(block, outer, here)
                }
                None => {
                    evaluator.missed(nodes, None, &self.at(here));
                    self.not_made(block, outer, Why::NoRecord);
                    false
                }
            },
            BlockKind::Each(records) => {
                let (view, ids) = evaluator.records(&records.nodes, &self.at(here));
                match view {
                    None => {
                        evaluator.missed(&records.nodes, None, &self.at(here));
                        self.not_made(block, outer, Why::NoRecord);
                        false
                    }
                    Some(view) if records.group_by.is_empty() && records.sort_by.is_empty() => {
                        let mut any = false;
                        let mut surroundings = view.tree.surroundings();
                        let slot = &evaluator.slots[records.slot];
                        slot.begin_list();
                        for (at, &id) in ids.iter().enumerate() {
                            slot.set_last(at + 1 == ids.len());
                            self.enter_inside(records, view, id, &mut surroundings);
                            evaluator.enter(records.slot, view, Slot::Record(view, id));
                            any |= self.one(block, outer, here);
                        }
                        any
                    }
                    Some(view) => self.grouped(block, view, ids, records, outer, here),
                }
            }
            BlockKind::Values { list, slot } => self.each_of(block, (list, *slot), outer, here),
            BlockKind::Leaves { list, leaf } => self.leaves_of(block, (list, leaf), outer, here),
            BlockKind::Copy(nodes, pairs) => match evaluator.records(nodes, &self.at(here)) {
                (Some(view), ids @ [_, ..]) => {
                    for &id in ids {
                        self.copy(view, id, block.place, pairs, block.rule);
                    }
                    true
                }
                _ => {
                    evaluator.missed(nodes, None, &self.at(here));
                    self.not_made(block, outer, Why::NoRecord);
                    false
                }
            },
        }
    }

    /// One record of a block; taken back if nothing in it is worth writing.
    pub fn one(&mut self, block: &'r BlockPlan, outer: NodeId, here: Here) -> bool {
        self.begin();
        // What the record before was read for is not where this one's condition stands, nor is its last line this one.
        self.evaluator.origin.set(None);
        self.evaluator.line.set(block.rule);
        if let Some(condition) = &block.condition
            && !self.evaluator.holds(condition, &self.at(here))
        {
            self.not_made(block, outer, Why::Condition);
            return false;
        }
        if let Some(slot) = block.kind.listed() {
            self.evaluator.slots[slot].count();
        }
        let node = self.target.open(block.place, Origin { rule: block.rule, ..Origin::default() });
        let number = self.number();
        let inner = match block.is_implied {
            true => here,
            false => Here { this: node, number, around: here.number, out: here.out },
        };
        let is_worth_it = self.record(&block.record, node, number, inner);
        let has_parts = block.is_part && self.target.len() as u32 > node.0 + 1;
        if !is_worth_it && !block.always && !has_parts {
            self.target.truncate(node);
            self.evaluator.trace.note(|trace| trace.forget(node));
            self.not_made(block, outer, Why::Empty);
            return false;
        }
        self.target.close(node);
        is_worth_it || block.always
    }

    /// The records around `id` go into their slots.
    #[inline]
    fn enter_inside(
        &self,
        records: &'r RecordsPlan,
        view: View<'r>,
        id: NodeId,
        surroundings: &mut Surroundings<'r>,
    ) {
        if !records.inside.is_empty() {
            surroundings.go_to(id);
        }
        for (places, around) in &records.inside {
            let found = surroundings.innermost(places);
            self.evaluator.slots[*around].set(found.map_or(Slot::Empty, |id| Slot::Record(view, id)));
        }
    }

    fn grouped(
        &mut self,
        block: &'r BlockPlan,
        view: View<'r>,
        ids: &'r [NodeId],
        records: &'r RecordsPlan,
        outer: NodeId,
        here: Here,
    ) -> bool {
        let mut any = false;
        let groups = self.groups(view, ids, records, here);
        let (slot, count) = (&self.evaluator.slots[records.slot], groups.len());
        slot.begin_list();
        for (at, members) in groups.into_iter().enumerate() {
            slot.set_last(at + 1 == count);
            self.enter_group(view, &members, records);
            any |= self.one(block, outer, here);
        }
        any
    }

    /// Puts a group, or the only record of one, where lines find it.
    pub fn enter_group(&self, view: View<'r>, members: &[NodeId], records: &'r RecordsPlan) {
        let evaluator = self.evaluator;
        let Some(&first) = members.first() else { return };
        let value = match records.group_by.is_empty() {
            true => Slot::Record(view, first),
            false => Slot::Group(view, evaluator.memory.alloc_slice_copy(members)),
        };
        self.enter_inside(records, view, first, &mut view.tree.surroundings());
        evaluator.enter(records.slot, view, value);
    }

    /// The records of each group in the order of `sort by`, or in the order their first ones come. What `inside` names is
    /// one for all of a group: groups nest as the records do.
    pub fn groups(
        &self,
        view: View<'r>,
        ids: &[NodeId],
        records: &'r RecordsPlan,
        here: Here,
    ) -> Vec<Vec<NodeId>> {
        let mut surroundings = view.tree.surroundings();
        let mut keys =
            |exprs: &'r [Expr], id: NodeId| self.keys((view, id), records, exprs, &mut surroundings, here);
        let mut groups: Vec<(GroupKey<'r>, Vec<NodeId>)> = Vec::new();
        for &id in ids {
            let key = keys(&records.group_by, id);
            match groups.iter_mut().find(|(known, _)| !records.group_by.is_empty() && *known == key) {
                Some((_, members)) => members.push(id),
                None => groups.push((key, vec![id])),
            }
        }
        if !records.sort_by.is_empty() {
            groups.sort_by_cached_key(|(_, members)| SortKey(keys(&records.sort_by, members[0]).values));
        }
        groups.into_iter().map(|(_, members)| members).collect()
    }

    /// Keys of a record.
    fn keys(
        &self,
        (view, id): (View<'r>, NodeId),
        records: &'r RecordsPlan,
        exprs: &'r [Expr],
        surroundings: &mut Surroundings<'r>,
        here: Here,
    ) -> GroupKey<'r> {
        let evaluator = self.evaluator;
        self.enter_inside(records, view, id, surroundings);
        evaluator.slots[records.slot].set(Slot::Record(view, id));
        evaluator.origin.set(None);
        GroupKey {
            around: records.inside.iter().map(|(places, _)| surroundings.innermost(places)).collect(),
            values: exprs.iter().map(|expr| evaluator.value(expr, &self.at(here))).collect(),
        }
    }

    fn copy(
        &mut self,
        view: View<'r>,
        from: NodeId,
        place: PlaceId,
        pairs: &[(PlaceId, PlaceId)],
        rule: u32,
    ) {
        let node = self.target.open(place, Origin { rule, ..Origin::default() });
        for child in view.tree.children(from) {
            let source = view.tree.node(child).place;
            let Some(&(_, twin)) = pairs.iter().find(|(from, _)| *from == source) else { continue };
            match view.text(child) {
                Some(text) => {
                    let leaf = self.target.leaf(twin, text, Origin { rule, ..Origin::default() });
                    self.begin();
                    self.evaluator.note(|| self.evaluator.read_of(view, child));
                    self.evaluator.trace.note(|trace| trace.leaf(leaf, rule));
                }
                None if view.tree.node(child).end > child.0 + 1 => self.copy(view, child, twin, pairs, rule),
                None => {}
            }
        }
        self.target.close(node);
    }

    /// Notes why a block of the record `outer` made nothing.
    pub fn not_made(&self, block: &BlockPlan, outer: NodeId, why: Why) {
        self.evaluator.trace.note(|trace| trace.not_made(block.place, outer, block.rule, why));
    }

    // ------------------------------------------------------------------------------------------ checks

    /// Checks of a record.
    pub fn checks(&self, checks: &'r [CheckPlan], code: Code, here: Here) {
        let evaluator = self.evaluator;
        for check in checks {
            if check.guard.is_some() && !self.allows(check.guard.as_deref(), here) {
                continue;
            }
            let target = &self.at(here);
            evaluator.origin.set(None);
            evaluator.line.set(check.rule);
            if evaluator.holds(&check.condition, target) || evaluator.is_undecided(&check.condition, target) {
                continue;
            }
            let text = evaluator.words(&check.text, target);
            evaluator.report(
                Diagnostic::new(code).severity(check.severity).with("check", &check.code).with("text", text),
                check.rule,
            );
        }
    }

    /// Values of the message that no line reads, once per place.
    pub fn unread(&self, source: View<'r>, severity: Severity) {
        let plan = self.evaluator.plan;
        // No line is to blame.
        self.evaluator.line.set(0);
        let nodes = source.tree.nodes();
        let is_unread = |node: &Node| !plan.read[node.place.index()] && node.has_value();
        // Mostly there is none, and it is known sooner that there is one than which.
        let first = nodes.iter().position(is_unread).unwrap_or(nodes.len());
        let mut unread: Vec<(PlaceId, NodeId)> = Vec::new();
        for (node, id) in nodes[first..].iter().zip(first as u32..) {
            if is_unread(node) && !unread.iter().any(|(place, _)| *place == node.place) {
                unread.push((node.place, NodeId(id)));
            }
        }
        // A message is told of as it stands; the fields of a document have no order but that of its shape.
        if matches!(plan.source, SideName::Canonical(_)) {
            unread.sort();
        }
        for (place, node) in unread {
            self.evaluator.origin.set(Some(node));
            let value = source.text(node).unwrap_or("");
            let place = path_of(source, node, &plan.source_shape, place);
            self.evaluator.report(
                Diagnostic::new(Code::B009).severity(severity).with("place", place).with("value", value),
                0,
            );
        }
    }
}

/// What a line would call a value that stands there: of a record that is none of the kinds its guide tells apart, with
/// the code that it has.
fn path_of(source: View<'_>, node: NodeId, shape: &Shape, place: PlaceId) -> String {
    let path = shape.path(place);
    let parent = |at: &PlaceId| Some(shape.place(*at).parent);
    let record = std::iter::successors(parent(&place), parent).find(|&at| shape.place(at).position == 0);
    let Some(record) = record else { return path };
    let Some(key) = shape.place(record).key.filter(|_| shape.place(record).codes.is_empty()) else {
        return path;
    };
    let mut surroundings = source.tree.surroundings();
    surroundings.go_to(node);
    let code = surroundings.innermost(&[record]).and_then(|at| key_text(source, at, &[key]));
    let around = shape.path(record);
    match code.filter(|code| !code.is_empty() && code.chars().all(char::is_alphanumeric)) {
        Some(code) => format!("{around}[{code}]{}", path.strip_prefix(&around).unwrap_or("")),
        None => path,
    }
}

/// What the records of one group have in common.
#[derive(PartialEq)]
struct GroupKey<'r> {
    /// The records around them that `inside` names.
    around: Vec<Option<NodeId>>,
    /// The values of `group by`.
    values: Vec<Value<'r>>,
}

/// Values in the order of `sort by`: absent first, kinds that do not compare in the order they came.
#[derive(PartialEq)]
struct SortKey<'r>(Vec<Value<'r>>);

impl Eq for SortKey<'_> {}

impl PartialOrd for SortKey<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SortKey<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs
            .map(|(left, right)| {
                compare(*left, *right).unwrap_or_else(|| right.is_absent().cmp(&left.is_absent()))
            })
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    }
}
