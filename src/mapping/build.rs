//! The target in the making: records and their leaves.

use super::evaluate::{Evaluator, Here, Made, Target};
use super::plan::{LeafPlan, LetPlan, Making, Needs, RecordPlan, Round, SideName};
use super::run::Facts;
use super::slots::Slot;
use super::trace::Tracing;
use super::turns::Into;
use crate::base::decimal::Decimal;
use crate::diagnostics::{Code, Diagnostic};
use crate::tree::arena::{Adopted, Kept, Origin};
use crate::tree::{LeafType, NodeId, PlaceId, Tree, Value};

/// Builds a target from what an evaluator gives.
pub(super) struct Builder<'e, 'r, 't, T> {
    pub evaluator: &'e Evaluator<'r, T>,
    pub target: &'t mut Tree,
    /// The text of the source, which the target has.
    pub adopted: Adopted<'r>,
    /// The constants of the plan, which the target has.
    constants: Kept,
    /// Per place of the target, the leaf made last.
    pub made: &'t mut Vec<Made>,
    /// The number of the last record.
    records: u32,
    /// Values on their way into the tree.
    text: String,
}

/// Where a value of a line goes.
#[derive(Clone, Copy)]
pub(super) struct To {
    /// The number of its record.
    pub record: u32,
    /// The leaf that was reserved for it; at the end of the tree if none was.
    pub node: Option<NodeId>,
}

impl<'e, 'r, 't, T: Tracing> Builder<'e, 'r, 't, T> {
    /// Nothing is built yet; the target has the text of the source. `made` and `records` are those of all runs before, so that nothing need be cleared.
    pub fn new(
        evaluator: &'e Evaluator<'r, T>,
        (target, adopted): (&'t mut Tree, Adopted<'r>),
        made: &'t mut Vec<Made>,
        records: u32,
    ) -> Self {
        let places = evaluator.plan.target_shape.len();
        // A message makes fewer records than there is left, because its nodes are counted in 32 bits as well.
        let records = if records > u32::MAX / 2 {
            made.clear();
            0
        } else {
            records
        };
        if made.len() < places {
            made.resize(places, Made::default());
        }
        let constants = target.keep(&evaluator.plan.constants);
        Builder { evaluator, target, adopted, constants, made, records, text: String::new() }
    }

    /// The number of the last record.
    pub fn records(&self) -> u32 {
        self.records
    }

    /// The number of a new record.
    pub fn number(&mut self) -> u32 {
        self.records += 1;
        self.records
    }

    /// What a line in a record sees of the target.
    pub fn at(&self, here: Here) -> Target<'_> {
        Target { tree: self.target, made: self.made, at: here, chosen: NodeId::ROOT }
    }

    /// A line begins.
    pub fn begin(&self) {
        self.evaluator.trace.note(|trace| trace.begin());
    }

    /// What the plan's `earlier` lines found goes into their slots.
    pub fn earlier(&mut self, facts: &Facts<'r>) {
        let plan = self.evaluator.plan;
        for (i, line) in plan.earlier.iter().enumerate() {
            let target = &self.at(Here::default());
            self.evaluator.origin.set(None);
            self.evaluator.line.set(line.rule);
            self.begin();
            for (_, key) in &line.keys {
                // So that the finding points at the key in the message.
                self.evaluator.value(key, target);
            }
            let found = facts.earlier.get(i).copied().unwrap_or_default();
            self.evaluator.slots[i + 1].set(self.evaluator.document(line, found, target));
            self.evaluator.trace.note(|trace| trace.remember(i + 1));
        }
    }

    /// The whole target.
    pub fn root(&mut self, facts: &Facts<'r>) {
        let plan = self.evaluator.plan;
        let this = self.target.open(PlaceId::ROOT, Origin::default());
        let number = self.number();
        if matches!(plan.target, SideName::Canonical(_)) {
            self.header(facts, number);
        }
        if let (Some(split), Some(part)) = (&plan.split, facts.part) {
            self.enter_group(self.evaluator.source, &part.members, &split.records);
            self.evaluator.slots[split.records.slot].set_position(part.number, part.is_last);
        }
        self.record(&plan.root, this, number, Here { this, number, around: number, out: number });
        self.target.close(this);
    }

    /// Fields every canonical document has, from the partner file and the envelope.
    fn header(&mut self, facts: &Facts<'_>, number: u32) {
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
                let node = self.target.leaf(place, value, Origin::default());
                self.note_made(place, node, number);
            }
        }
        if let Some((_, node)) = open {
            self.target.close(node);
        }
    }

    // ------------------------------------------------------------------------------------------ records

    /// Fills the open record `node` with this number; `here` is what its lines call `this`. Says whether something in it
    /// is neither constant nor parameter.
    pub fn record(&mut self, record: &'r RecordPlan, node: NodeId, number: u32, here: Here) -> bool {
        for (slot, value) in &record.lets {
            self.bind(*slot, value, here);
        }
        let start = self.target.len() as u32;
        let reserved = (T::IS_ON || !record.is_in_order).then(|| {
            for leaf in &record.leaves {
                self.target.reserve(leaf.place);
            }
            start
        });
        let into = Into { plan: record, number, start, reserved, here };
        let mut is_worth_it = self.leaves(&record.first, into);
        for block in &record.blocks {
            if block.required.is_some() || !self.lacks(block.needs) {
                is_worth_it |= self.block(block, node, here);
            }
        }
        if !record.last.is_empty() {
            is_worth_it |= self.leaves(&record.last, into);
        }
        if !record.checks.is_empty() {
            self.checks(&record.checks, Code::B001, here);
        }
        is_worth_it
    }

    /// Whether nothing is there that there must be. A trace tells of what was looked for: then nothing is known
    /// beforehand.
    #[inline(always)]
    pub fn lacks(&self, needs: Option<Needs>) -> bool {
        !T::IS_ON && needs.is_some_and(|needs| self.evaluator.slots[needs.slot as usize].lacks(needs))
    }

    fn note_made(&mut self, place: PlaceId, node: NodeId, record: u32) {
        self.made[place.index()] = Made { record, node };
    }

    pub fn bind(&self, slot: usize, value: &'r LetPlan, here: Here) {
        let target = &self.at(here);
        self.evaluator.origin.set(None);
        self.evaluator.line.set(0);
        self.begin();
        let value = match value {
            LetPlan::Later => Slot::Empty,
            // A trace tells of what was read for it.
            LetPlan::Quiet(expr) if !T::IS_ON => Slot::Deferred(expr),
            LetPlan::Value(expr) | LetPlan::Quiet(expr) => Slot::Value(self.evaluator.value(expr, target)),
            LetPlan::Record(nodes) => match self.evaluator.first_record(nodes, target) {
                Some((view, id)) => Slot::Record(view, id),
                None => {
                    self.evaluator.missed(nodes, None, target);
                    Slot::Empty
                }
            },
            LetPlan::Picked(pick) => self.evaluator.pick(pick, target),
            LetPlan::Document(number) => {
                let line = &self.evaluator.plan.lookups[*number];
                self.evaluator.line.set(line.rule);
                self.evaluator.looked_up(*number, line.keys.iter().map(|(_, key)| key), target)
            }
            LetPlan::Guarded(guard, inner) => match self.allows(Some(guard), here) {
                true => return self.bind(slot, inner, here),
                false => Slot::Empty,
            },
        };
        self.evaluator.slots[slot].set(value);
        self.evaluator.trace.note(|trace| trace.remember(slot));
    }

    /// Whether the record with this number has a leaf at `place` already.
    #[inline]
    pub fn has_made(&self, place: PlaceId, record: u32) -> bool {
        self.made[place.index()].record == record
    }

    /// A leaf that is a part of the plan's constants.
    #[inline(always)]
    pub fn constant(&mut self, leaf: &LeafPlan, (start, len): (u32, u32), to: To) {
        let value = self.constants.part(start, len);
        self.place(leaf.place, value, Origin { rule: leaf.rule, ..Origin::default() }, to);
    }

    /// Evaluates a leaf. Says whether it makes its record worth writing.
    #[inline(never)]
    pub fn leaf(&mut self, leaf: &'r LeafPlan, to: To, here: Here) -> bool {
        let evaluator = self.evaluator;
        evaluator.origin.set(None);
        evaluator.line.set(leaf.rule);
        evaluator.failed.set(false);
        self.begin();
        let text = match leaf.making {
            Making::Text => evaluator.text(&leaf.value, &self.at(here)),
            Making::Number => evaluator.number_text(&leaf.value),
            Making::Computed if !T::IS_ON => return self.computed(leaf, to, here),
            Making::Computed | Making::Value => None,
        };
        match text {
            Some(text) => {
                self.traced(leaf, to);
                self.fill(leaf, text, to);
                !leaf.is_constant
            }
            None if leaf.making == Making::Text => {
                self.traced(leaf, to);
                self.absent(leaf, here)
            }
            None => self.evaluated(leaf, to, here),
        }
    }

    /// A leaf whose value is a number.
    #[inline(never)]
    fn computed(&mut self, leaf: &'r LeafPlan, to: To, here: Here) -> bool {
        let evaluator = self.evaluator;
        evaluator.rounds.set(matches!(leaf.round, Some(Round::To(..))));
        let number = evaluator.number(&leaf.value, &self.at(here));
        evaluator.rounds.set(false);
        let Some(number) = number else { return self.absent(leaf, here) };
        let number = match leaf.round {
            Some(Round::To(digits, mode)) => number.round(digits, mode),
            _ => number,
        };
        if matches!(leaf.leaf, LeafType::Integer) && !number.is_integer() {
            self.unwritable(leaf, Value::Number(number));
            return false;
        }
        if leaf.digits.is_some_and(|(whole, fraction)| !number.has_digits(whole, fraction)) {
            self.unwritable(leaf, Value::Number(number));
            return !leaf.is_constant;
        }
        // It does not stand in the source.
        let mut digits = [0u8; 44];
        let value = self.target.keep(number.write_into(&mut digits));
        self.put_kept(leaf, value, to);
        !leaf.is_constant
    }

    #[cold]
    fn unwritable(&self, leaf: &LeafPlan, value: Value<'_>) {
        let shape = &self.evaluator.plan.target_shape;
        let finding = match self.evaluator.looked_up_value(&leaf.value, &value) {
            Some((table, row)) => {
                let finding = Diagnostic::new(Code::B048).with("table", table);
                row.map_or(finding.clone(), |row| finding.at(row, "this row"))
            }
            None => Diagnostic::new(Code::B006),
        };
        let finding = finding.with("value", value.show()).with("target", shape.path(leaf.place));
        self.evaluator.report(finding, leaf.rule);
    }

    /// A leaf whose value is more than a text to copy.
    #[inline(never)]
    fn evaluated(&mut self, leaf: &'r LeafPlan, to: To, here: Here) -> bool {
        let evaluator = self.evaluator;
        evaluator.rounds.set(matches!(leaf.round, Some(Round::To(..))));
        let value = evaluator.value(&leaf.value, &self.at(here));
        evaluator.rounds.set(false);
        self.traced(leaf, to);
        if value.is_absent() {
            return self.absent(leaf, here);
        }
        self.written(leaf, value, to)
    }

    /// Writes a value as the leaf's type wants it. Says whether it makes its record worth writing.
    pub fn written(&mut self, leaf: &LeafPlan, mut value: Value<'r>, to: To) -> bool {
        if let (Value::Number(number), Some(Round::To(digits, mode))) = (value, leaf.round) {
            value = Value::Number(number.round(digits, mode));
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        if value.write(&leaf.leaf, &mut text).is_err() {
            self.unwritable(leaf, value);
            return false;
        }
        self.fill(leaf, &text, to);
        self.text = text;
        !leaf.is_constant
    }

    #[inline(always)]
    fn traced(&self, leaf: &LeafPlan, to: To) {
        let Some(node) = to.node else { return };
        self.evaluator.trace.note(|trace| trace.leaf(node, leaf.rule));
    }

    /// The line gave nothing.
    #[inline]
    pub fn absent(&self, leaf: &'r LeafPlan, here: Here) -> bool {
        if leaf.required.is_some() {
            self.required(leaf, here);
        }
        false
    }

    #[cold]
    fn required(&self, leaf: &'r LeafPlan, here: Here) {
        let is_told = || self.evaluator.failed.get() || self.evaluator.awaits(&leaf.value);
        if let Some(text) = leaf.required.as_ref().filter(|_| !is_told()) {
            let text = self.evaluator.words(text, &self.at(here));
            let mut finding = Diagnostic::new(Code::B002).with("text", text);
            let path = leaf.value.first_path();
            finding.place = path.and_then(|path| self.evaluator.nearest(path, &self.at(here)));
            self.evaluator.report(finding, leaf.rule);
        }
    }

    #[inline(always)]
    fn fill(&mut self, leaf: &LeafPlan, text: &str, to: To) {
        let max_length = leaf.max_length as usize;
        if max_length == 0 || text.len() <= max_length || text.chars().count() <= max_length {
            return self.put(leaf, text, to);
        }
        self.fill_too_long(leaf, text, to);
    }

    #[cold]
    fn fill_too_long(&mut self, leaf: &LeafPlan, text: &str, to: To) {
        if let Some((whole, fraction)) = leaf.digits {
            return match Decimal::parse(text.as_bytes()) {
                Some(number) if number.has_digits(whole, fraction) => self.put(leaf, text, to),
                _ => self.unwritable(leaf, Value::Text(text)),
            };
        }
        let shape = &self.evaluator.plan.target_shape;
        let max_length = leaf.max_length as usize;
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
                self.put(leaf, &text[..end], to);
            }
        }
    }

    #[inline(always)]
    fn put(&mut self, leaf: &LeafPlan, text: &str, to: To) {
        let value = self.adopted.part(text).unwrap_or_else(|| self.target.keep(text));
        self.put_kept(leaf, value, to);
    }

    /// Puts a value that the target has into the tree, as what the line read.
    #[inline(always)]
    fn put_kept(&mut self, leaf: &LeafPlan, value: Kept, to: To) {
        let mut origin = Origin { rule: leaf.rule, ..Origin::default() };
        if let Some(first) = self.evaluator.origin.get() {
            let node = self.evaluator.source.tree.node(first);
            (origin.start, origin.len, origin.ordinal) = (node.origin_start, node.origin_len, node.ordinal);
        }
        self.place(leaf.place, value, origin, to);
    }

    /// Puts a leaf into the tree, which has its value.
    #[inline]
    pub fn place(&mut self, place: PlaceId, value: Kept, origin: Origin, to: To) {
        let node = match to.node {
            Some(node) => {
                self.target.fill_kept(node, value, origin);
                node
            }
            None => self.target.leaf_kept(place, value, origin),
        };
        self.note_made(place, node, to.record);
    }
}
