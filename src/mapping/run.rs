//! A plan at work: a pure function of tree and facts, so that it can be repeated to the byte.

use super::evaluate::{Evaluator, Slot, Target, compare};
use super::plan::{
    BlockKind, BlockPlan, CheckPlan, LeafPlan, LetPlan, Plan, PolicyKindPlan, RecordPlan, Round, SideName,
};
use super::trace::{Recorder, Trace, Why};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, Tree, Value, View};
use bumpalo::Bump;
use std::cell::{Cell, RefCell};

/// What a run needs besides the message.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// When the message is translated.
    pub now: jiff::Timestamp,
    /// Offset of the message in its file, for places.
    pub offset: u64,
    /// What each `earlier` line of the plan found, in their order.
    pub earlier: Vec<Earlier<'a>>,
    /// Header fields of the canonical document, by path: `client`, `sender`, `provenance.source_file`, ….
    pub header: &'a [(&'a str, String)],
}

/// What an `earlier` line found.
#[derive(Debug, Clone, Copy, Default)]
pub enum Earlier<'a> {
    /// Nothing.
    #[default]
    None,
    /// One document: its tree.
    One(View<'a>),
    /// So many, which is too many.
    Several(usize),
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the target tree.
    Built,
    /// It waits: some finding holds it.
    Held,
    /// It is refused: some finding rejects it.
    Rejected,
}

/// Memory that runs use again from message to message.
#[derive(Debug, Default)]
pub struct Runner {
    memory: Bump,
}

impl Runner {
    /// Runs `plan` over `source` and builds `target` (cleared first).
    pub fn run(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
        target: &mut Tree,
        findings: &mut Diagnostics,
    ) -> Outcome {
        self.run_with(plan, source, facts, target, findings, None)
    }

    /// Like [`Runner::run`], and tells what every leaf and block of the target was made from, or why it was not made.
    pub fn run_traced(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
        target: &mut Tree,
        findings: &mut Diagnostics,
    ) -> (Outcome, Trace) {
        let recorder = RefCell::new(Recorder::default());
        let outcome = self.run_with(plan, source, facts, target, findings, Some(&recorder));
        (outcome, recorder.into_inner().into_trace())
    }

    fn run_with(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
        target: &mut Tree,
        findings: &mut Diagnostics,
        trace: Option<&RefCell<Recorder>>,
    ) -> Outcome {
        self.memory.reset();
        let before = findings.as_slice().len();
        target.clear();
        let mut evaluator = evaluator(plan, source, facts, &self.memory, findings);
        evaluator.trace = trace;
        let mut builder = Builder { evaluator: &evaluator, target, text: String::new() };
        builder.earlier(facts);
        builder.root(facts);
        if let Some(severity) = plan.unmapped {
            builder.unread(source, severity);
        }
        drop(evaluator);
        match findings.as_slice()[before.min(findings.as_slice().len())..]
            .iter()
            .map(|finding| finding.severity)
            .max()
        {
            Some(Severity::Reject | Severity::Error) => Outcome::Rejected,
            Some(Severity::Hold) => Outcome::Held,
            _ => Outcome::Built,
        }
    }

    /// The keys of what the plan's `earlier` lines look for: per line the fields and their values; `None` for a line
    /// whose key is absent.
    pub fn lookup_keys(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
    ) -> Vec<Option<Vec<(String, String)>>> {
        self.memory.reset();
        let mut ignored = Diagnostics::bounded(0);
        let evaluator = evaluator(plan, source, facts, &self.memory, &mut ignored);
        let nothing = Tree::new();
        let target = Target { tree: &nothing, this: NodeId::ROOT, parent: NodeId::ROOT };
        plan.earlier
            .iter()
            .map(|line| {
                line.keys
                    .iter()
                    .map(|(field, expr)| match evaluator.value(expr, target) {
                        Value::Absent => None,
                        value => Some((field.clone(), value.show())),
                    })
                    .collect()
            })
            .collect()
    }

    /// The guide's `case` lines over a message: findings that the sender is told.
    pub fn cases(&mut self, plan: &Plan, source: View<'_>, facts: &Facts<'_>, findings: &mut Diagnostics) {
        if plan.cases.is_empty() {
            return;
        }
        self.memory.reset();
        let evaluator = evaluator(plan, source, facts, &self.memory, findings);
        let mut nothing = Tree::new();
        let builder = Builder { evaluator: &evaluator, target: &mut nothing, text: String::new() };
        builder.checks(&plan.cases, Code::X107, NodeId::ROOT, NodeId::ROOT);
    }
}

/// The evaluator of a plan over a message.
pub(super) fn evaluator<'r>(
    plan: &'r Plan,
    source: View<'r>,
    facts: &Facts<'r>,
    memory: &'r Bump,
    findings: &'r mut Diagnostics,
) -> Evaluator<'r> {
    let slots: Vec<Cell<Slot<'r>>> = vec![Cell::new(Slot::Empty); plan.slots];
    slots[0].set(Slot::record(source, NodeId::ROOT));
    let root_index = memory.alloc_slice_fill_copy(plan.source_shape.len(), u32::MAX);
    if !source.tree.is_empty() {
        for child in source.tree.children(NodeId::ROOT) {
            let first = &mut root_index[source.tree.node(child).place.index()];
            *first = (*first).min(child.0);
        }
    }
    Evaluator {
        plan,
        slots,
        sequences: vec![Cell::new((u32::MAX, 0)); plan.sequences],
        memory,
        now: facts.now,
        origin: Cell::new(None),
        innermost: Cell::new(0),
        line: Cell::new(0),
        failed: Cell::new(false),
        rounds: Cell::new(false),
        muted: Cell::new(false),
        findings: RefCell::new(findings),
        offset: facts.offset,
        root_index,
        trace: None,
    }
}

struct Builder<'e, 'r, 't> {
    evaluator: &'e Evaluator<'r>,
    target: &'t mut Tree,
    /// Values on their way into the tree.
    text: String,
}

impl<'r> Builder<'_, 'r, '_> {
    fn at(&self, this: NodeId, parent: NodeId) -> Target<'_> {
        Target { tree: self.target, this, parent }
    }

    fn earlier(&mut self, facts: &Facts<'r>) {
        let plan = self.evaluator.plan;
        for (i, line) in plan.earlier.iter().enumerate() {
            let target = self.at(NodeId::ROOT, NodeId::ROOT);
            self.evaluator.origin.set(None);
            self.evaluator.line.set(line.rule);
            for (_, key) in &line.keys {
                // So that the finding points at the key in the message.
                self.evaluator.value(key, target);
            }
            match facts.earlier.get(i).copied().unwrap_or_default() {
                Earlier::One(view) => self.evaluator.slots[i + 1].set(Slot::record(view, NodeId::ROOT)),
                Earlier::Several(count) => self.evaluator.report(
                    Diagnostic::new(Code::B008)
                        .with("found", count.to_string())
                        .with("document", &line.document),
                    line.rule,
                ),
                Earlier::None => {
                    let PolicyKindPlan::Finding(severity) = line.unknown.kind else { continue };
                    let text = match &line.unknown.text {
                        Some(text) => self.evaluator.text(text, target),
                        None => format!("no {} has this key", line.document),
                    };
                    self.evaluator
                        .report(Diagnostic::new(Code::B007).severity(severity).with("text", text), line.rule);
                }
            }
        }
    }

    fn root(&mut self, facts: &Facts<'r>) {
        let plan = self.evaluator.plan;
        let root = self.target.open(PlaceId::ROOT, Origin::default());
        if matches!(plan.target, SideName::Canonical(_)) {
            self.header(facts);
        }
        self.record(&plan.root, root, root, root);
        self.target.close(root);
    }

    /// Fields every canonical document has, from the partner file and the envelope.
    fn header(&mut self, facts: &Facts<'_>) {
        let shape = &self.evaluator.plan.target_shape;
        let mut open: Option<(PlaceId, NodeId)> = None;
        for (path, value) in facts.header {
            let (record, field) = path.split_once('.').unwrap_or(("", path));
            let parent = match record {
                "" => Some(PlaceId::ROOT),
                record => shape.children_named(PlaceId::ROOT, record).next(),
            };
            let Some(parent) = parent else { continue };
            let Some(place) = shape.children_named(parent, field).next() else { continue };
            if parent != PlaceId::ROOT && open.is_none_or(|(place, _)| place != parent) {
                if let Some((_, node)) = open {
                    self.target.close(node);
                }
                open = Some((parent, self.target.open(parent, Origin::default())));
            }
            if !value.is_empty() {
                self.target.leaf(place, value, Origin::default());
            }
        }
        if let Some((_, node)) = open {
            self.target.close(node);
        }
    }

    /// Fills the open record `node`. Says whether something in it is neither constant nor parameter.
    fn record(&mut self, record: &'r RecordPlan, node: NodeId, this: NodeId, parent: NodeId) -> bool {
        for (slot, value) in &record.lets {
            self.bind(*slot, value, this, parent);
        }
        let first_leaf = self.target.len() as u32;
        for leaf in &record.leaves {
            self.target.reserve(leaf.place);
        }
        let mut is_worth_it = false;
        for &i in &record.first {
            is_worth_it |= self.leaf_of(record, first_leaf, i, this, parent);
        }
        for block in &record.blocks {
            is_worth_it |= self.block(block, node, this, parent);
        }
        for &i in &record.last {
            is_worth_it |= self.leaf_of(record, first_leaf, i, this, parent);
        }
        self.checks(&record.checks, Code::B001, this, parent);
        is_worth_it
    }

    /// Leaf `i` of a record whose leaves are reserved from `first_leaf` on.
    fn leaf_of(
        &mut self,
        record: &'r RecordPlan,
        first_leaf: u32,
        i: usize,
        this: NodeId,
        parent: NodeId,
    ) -> bool {
        let leaf = &record.leaves[i];
        if let Some(value) = leaf.beside {
            let at = record.leaves.iter().position(|other| other.place == value);
            let is_there = at.is_some_and(|at| self.target.node(NodeId(first_leaf + at as u32)).has_value());
            if !is_there {
                return false;
            }
        }
        self.leaf(leaf, NodeId(first_leaf + i as u32), this, parent)
    }

    fn bind(&self, slot: usize, value: &'r LetPlan, this: NodeId, parent: NodeId) {
        let target = self.at(this, parent);
        self.evaluator.origin.set(None);
        self.evaluator.line.set(0);
        self.begin();
        let value = match value {
            LetPlan::Value(expr) => Slot::Value(self.evaluator.value(expr, target)),
            LetPlan::Record(nodes) => match self.evaluator.records(nodes, target) {
                (Some(view), [id, ..]) => Slot::record(view, *id),
                _ => {
                    self.evaluator.missed(nodes, None, target);
                    Slot::Empty
                }
            },
        };
        self.evaluator.slots[slot].set(value);
        if let Some(trace) = self.evaluator.trace {
            trace.borrow_mut().remember(slot);
        }
    }

    // ------------------------------------------------------------------------------------------ trace

    fn begin(&self) {
        if let Some(trace) = self.evaluator.trace {
            trace.borrow_mut().begin();
        }
    }

    /// Notes why a block of the record `outer` made nothing.
    fn not_made(&self, block: &BlockPlan, outer: NodeId, why: Why) {
        if let Some(trace) = self.evaluator.trace {
            trace.borrow_mut().not_made(block.place, outer, block.rule, why);
        }
    }

    fn leaf(&mut self, leaf: &'r LeafPlan, node: NodeId, this: NodeId, parent: NodeId) -> bool {
        let evaluator = self.evaluator;
        evaluator.origin.set(None);
        evaluator.line.set(leaf.rule);
        evaluator.failed.set(false);
        self.begin();
        evaluator.rounds.set(matches!(leaf.round, Some(Round::To(..))));
        let mut value = evaluator.value(&leaf.value, self.at(this, parent));
        evaluator.rounds.set(false);
        if let Some(trace) = evaluator.trace {
            trace.borrow_mut().leaf(node, leaf.rule);
        }
        if let (Value::Number(number), Some(Round::To(digits, mode))) = (value, leaf.round) {
            value = Value::Number(number.round(digits, mode));
        }
        if value.is_absent() {
            if let Some(text) = leaf.required.as_ref().filter(|_| !evaluator.failed.get()) {
                let text = evaluator.text(text, self.at(this, parent));
                let mut finding = Diagnostic::new(Code::B002).with("text", text);
                let path = leaf.value.first_path();
                finding.place = path.and_then(|path| evaluator.nearest(path, self.at(this, parent)));
                evaluator.report(finding, leaf.rule);
            }
            return false;
        }
        let mut origin = evaluator.origin.get().map_or(Origin::default(), |(origin, _)| origin);
        origin.rule = leaf.rule;
        // Text goes straight in: no copy besides the one into the tree.
        if let (Value::Text(text), crate::tree::LeafType::Text | crate::tree::LeafType::Code) =
            (value, &leaf.leaf)
        {
            self.fill(leaf, node, text, origin);
            return !leaf.is_constant;
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        if value.write(&leaf.leaf, &mut text).is_err() {
            let shape = &evaluator.plan.target_shape;
            let finding = Diagnostic::new(Code::B006)
                .with("value", value.show())
                .with("target", shape.path(leaf.place));
            evaluator.report(finding, leaf.rule);
            return false;
        }
        self.fill(leaf, node, &text, origin);
        self.text = text;
        !leaf.is_constant
    }

    fn fill(&mut self, leaf: &LeafPlan, node: NodeId, text: &str, origin: Origin) {
        let shape = &self.evaluator.plan.target_shape;
        let max_length = shape.place(leaf.place).max_length as usize;
        let is_text = matches!(leaf.leaf, crate::tree::LeafType::Text | crate::tree::LeafType::Code);
        if max_length == 0 || !is_text || text.len() <= max_length || text.chars().count() <= max_length {
            return self.target.fill(node, text, origin);
        }
        let finding = |code: Code| {
            Diagnostic::new(code)
                .with("value", text)
                .with("length", max_length.to_string())
                .with("target", shape.path(leaf.place))
        };
        match leaf.truncate {
            None => self.evaluator.report(finding(Code::B005), leaf.rule),
            Some(truncate) => {
                if truncate.warn {
                    self.evaluator.report(finding(Code::B010), leaf.rule);
                }
                let end = text.char_indices().nth(max_length).map_or(text.len(), |(at, _)| at);
                self.target.fill(node, &text[..end], origin);
            }
        }
    }

    // ------------------------------------------------------------------------------------------ blocks

    fn block(&mut self, block: &'r BlockPlan, outer: NodeId, this: NodeId, parent: NodeId) -> bool {
        let innermost = self.evaluator.innermost.get();
        let written = self.made(block, outer, this, parent);
        self.evaluator.innermost.set(innermost);
        let evaluator = self.evaluator;
        if let Some(text) = block.required.as_ref().filter(|_| !written) {
            evaluator.origin.set(None);
            let text = evaluator.text(text, self.at(this, parent));
            let mut finding = Diagnostic::new(Code::B002).with("text", text);
            finding.place = block.kind.path().and_then(|path| evaluator.nearest(path, self.at(this, parent)));
            evaluator.report(finding, block.rule);
        }
        written
    }

    /// Makes the records of a block; says whether there are any.
    fn made(&mut self, block: &'r BlockPlan, outer: NodeId, this: NodeId, parent: NodeId) -> bool {
        let evaluator = self.evaluator;
        self.begin();
        match &block.kind {
            BlockKind::Plain => self.one(block, outer, this, parent),
            BlockKind::Section(nodes, slot) => match evaluator.records(nodes, self.at(this, parent)) {
                (Some(view), [id, ..]) => {
                    evaluator.enter(*slot, view, Slot::record(view, *id));
                    self.one(block, outer, this, parent)
                }
                _ => {
                    evaluator.missed(nodes, None, self.at(this, parent));
                    self.not_made(block, outer, Why::NoRecord);
                    false
                }
            },
            BlockKind::Each { nodes, slot, group_by, sort_by } => {
                let (view, ids) = evaluator.records(nodes, self.at(this, parent));
                match view {
                    None => {
                        evaluator.missed(nodes, None, self.at(this, parent));
                        self.not_made(block, outer, Why::NoRecord);
                        false
                    }
                    Some(view) if group_by.is_empty() && sort_by.is_empty() => {
                        let mut any = false;
                        for &id in ids {
                            evaluator.enter(*slot, view, Slot::record(view, id));
                            any |= self.one(block, outer, this, parent);
                        }
                        any
                    }
                    Some(view) => {
                        self.grouped(block, view, ids, (*slot, group_by, sort_by), outer, this, parent)
                    }
                }
            }
            BlockKind::Copy(nodes, pairs) => match evaluator.records(nodes, self.at(this, parent)) {
                (Some(view), ids @ [_, ..]) => {
                    for &id in ids {
                        self.copy(view, id, block.place, pairs, block.rule);
                    }
                    true
                }
                _ => {
                    evaluator.missed(nodes, None, self.at(this, parent));
                    self.not_made(block, outer, Why::NoRecord);
                    false
                }
            },
        }
    }

    /// One record of a block; taken back if nothing in it is worth writing.
    fn one(&mut self, block: &'r BlockPlan, outer: NodeId, this: NodeId, parent: NodeId) -> bool {
        self.begin();
        if let Some(condition) = &block.condition
            && !self.evaluator.holds(condition, self.at(this, parent))
        {
            self.not_made(block, outer, Why::Condition);
            return false;
        }
        let node = self.target.open(block.place, Origin { rule: block.rule, ..Origin::default() });
        let (inner_this, inner_parent) = if block.is_implied { (this, parent) } else { (node, outer) };
        let is_worth_it = self.record(&block.record, node, inner_this, inner_parent);
        if !is_worth_it && !block.always {
            self.target.truncate(node);
            if let Some(trace) = self.evaluator.trace {
                trace.borrow_mut().forget(node);
            }
            self.not_made(block, outer, Why::Empty);
            return false;
        }
        self.target.close(node);
        true
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one `each` line")]
    fn grouped(
        &mut self,
        block: &'r BlockPlan,
        view: View<'r>,
        ids: &'r [NodeId],
        (slot, group_by, sort_by): (usize, &'r [super::plan::Expr], &'r [super::plan::Expr]),
        outer: NodeId,
        this: NodeId,
        parent: NodeId,
    ) -> bool {
        let evaluator = self.evaluator;
        let keys = |builder: &Self, exprs: &'r [super::plan::Expr], id: NodeId| -> Vec<Value<'r>> {
            evaluator.slots[slot].set(Slot::record(view, id));
            exprs.iter().map(|expr| evaluator.value(expr, builder.at(this, parent))).collect()
        };
        // Groups in the order their first record comes.
        let mut groups: Vec<(Vec<Value<'r>>, Vec<NodeId>)> = Vec::new();
        for &id in ids {
            let key = keys(self, group_by, id);
            match groups.iter_mut().find(|(known, _)| !group_by.is_empty() && *known == key) {
                Some((_, members)) => members.push(id),
                None => groups.push((key, vec![id])),
            }
        }
        if !sort_by.is_empty() {
            groups.sort_by_cached_key(|(_, members)| SortKey(keys(self, sort_by, members[0])));
        }
        let mut any = false;
        for (_, members) in groups {
            let value = match group_by.is_empty() {
                true => Slot::record(view, members[0]),
                false => Slot::Group(view, evaluator.memory.alloc_slice_copy(&members)),
            };
            evaluator.enter(slot, view, value);
            any |= self.one(block, outer, this, parent);
        }
        any
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
                    self.evaluator.copied(view, child);
                    if let Some(trace) = self.evaluator.trace {
                        trace.borrow_mut().leaf(leaf, rule);
                    }
                }
                None if view.tree.node(child).end > child.0 + 1 => self.copy(view, child, twin, pairs, rule),
                None => {}
            }
        }
        self.target.close(node);
    }

    // ------------------------------------------------------------------------------------------ checks

    fn checks(&self, checks: &'r [CheckPlan], code: Code, this: NodeId, parent: NodeId) {
        let evaluator = self.evaluator;
        for check in checks {
            let target = self.at(this, parent);
            evaluator.origin.set(None);
            evaluator.line.set(check.rule);
            if evaluator.holds(&check.condition, target) || evaluator.is_undecided(&check.condition, target) {
                continue;
            }
            let text = evaluator.text(&check.text, target);
            evaluator.report(
                Diagnostic::new(code).severity(check.severity).with("check", &check.code).with("text", text),
                check.rule,
            );
        }
    }

    /// Values of the message that no line reads, once per place.
    fn unread(&self, source: View<'r>, severity: Severity) {
        let plan = self.evaluator.plan;
        let mut told: Vec<PlaceId> = Vec::new();
        for (i, node) in source.tree.nodes().iter().enumerate() {
            if plan.read[node.place.index()] || !node.has_value() || told.contains(&node.place) {
                continue;
            }
            told.push(node.place);
            let origin =
                Origin { start: node.origin_start, len: node.origin_len, ordinal: node.ordinal, rule: 0 };
            self.evaluator.origin.set(Some((origin, node.place)));
            let value = source.text(NodeId(i as u32)).unwrap_or("");
            let place = plan.source_shape.path(node.place);
            self.evaluator.report(
                Diagnostic::new(Code::B009).severity(severity).with("place", place).with("value", value),
                0,
            );
        }
    }
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
