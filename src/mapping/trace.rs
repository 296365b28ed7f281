//! What a run read: per leaf of the target what its line found and did not find, per block why it made nothing. Kept
//! only when asked for; a run without a trace is compiled without it.

use super::plan::Nodes;
use crate::base::span::{FileId, Span};
use crate::tree::{NodeId, PlaceId};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whence {
    /// In what the plan reads.
    Source(NodeId),
    /// In the document that an `earlier` line of the header found.
    Earlier(usize, NodeId),
    /// In a document that a line inside a block or an expression looked up.
    LookedUp(usize, NodeId),
    /// In what the plan builds.
    Target(NodeId),
    /// The path starts at a record that was not found.
    Nowhere,
}

/// One thing a line did.
#[derive(Debug, Clone)]
pub enum Step {
    /// It read a value.
    Read(Whence),
    /// It read a value of a document that was looked up.
    Document {
        /// The number of the line that looks it up.
        rule: u32,
        /// What it is, for people: `the earlier outbound_order SO-1`, `item 104455`.
        document: String,
        /// The path of the value in it.
        path: String,
        /// The value.
        value: String,
    },
    /// No document was found, or several.
    NoDocument {
        /// The number of the line that looks it up.
        rule: u32,
        /// The kind of document.
        document: String,
        /// What was looked for: `number = SO-1`.
        keys: String,
        /// How many there are.
        count: usize,
    },
    /// A path led to nothing.
    Missed {
        /// The path.
        nodes: Nodes,
        /// The qualifier looked for among declared pairs, such as `VN` of `.id[VN]`.
        pair: Option<Box<str>>,
        /// Where the path started.
        from: Whence,
    },
    /// `lookup` found no record with this value in the list.
    NoMatch {
        /// The list.
        nodes: Nodes,
        /// The value.
        wanted: String,
    },
    /// A table had a row.
    Row {
        /// The row; none if it stands in the line itself.
        row: Option<Span>,
        /// What was looked up.
        key: String,
        /// What was found.
        value: String,
    },
    /// A table had no row.
    NoRow {
        /// Its name.
        table: String,
        /// Its file; none if it stands in the line itself.
        file: Option<FileId>,
        /// What was looked up.
        key: String,
        /// The number of the line.
        rule: u32,
    },
    /// A line of a block that was taken back.
    Line {
        /// The number of the line.
        rule: u32,
        /// What it did.
        steps: Vec<Step>,
    },
    /// A condition of `if` was decided.
    Condition {
        /// Whether it held.
        holds: bool,
        /// What was read to decide it.
        steps: Vec<Step>,
    },
}

impl Step {
    /// Whether it tells of nothing from `node` of the target on.
    fn outlives(&self, node: NodeId) -> bool {
        match self {
            Step::Read(Whence::Target(own)) | Step::Missed { from: Whence::Target(own), .. } => *own < node,
            Step::Condition { steps, .. } | Step::Line { steps, .. } => {
                steps.iter().all(|step| step.outlives(node))
            }
            _ => true,
        }
    }
}

/// Why a block made nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its path leads to no record.
    NoRecord,
    /// Its condition did not hold.
    Condition,
    /// Nothing in it had a value besides constants.
    Empty,
}

/// A leaf of the target, filled or not.
#[derive(Debug, Clone)]
pub struct LeafTrace {
    /// The number of its line.
    pub rule: u32,
    /// What the line did.
    pub steps: Vec<Step>,
}

/// A block that made nothing.
#[derive(Debug, Clone)]
pub struct BlockTrace {
    /// The place of the target it would have filled.
    pub place: PlaceId,
    /// The record of the target it would have been in.
    pub outer: NodeId,
    /// The number of its line.
    pub rule: u32,
    /// Why.
    pub why: Why,
    /// What was looked at to decide that.
    pub steps: Vec<Step>,
}

/// The trace of a run.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    leaves: FxHashMap<NodeId, LeafTrace>,
    blocks: Vec<BlockTrace>,
}

impl Trace {
    /// The line that was to fill a leaf; `None` if no line did (a field of the header).
    pub fn leaf(&self, node: NodeId) -> Option<&LeafTrace> {
        self.leaves.get(&node)
    }

    /// Calls `each` for every step of every line and block, in no order.
    pub fn steps<'s>(&'s self, each: &mut dyn FnMut(&'s Step)) {
        fn walk<'s>(steps: &'s [Step], each: &mut dyn FnMut(&'s Step)) {
            for step in steps {
                each(step);
                if let Step::Line { steps, .. } | Step::Condition { steps, .. } = step {
                    walk(steps, each);
                }
            }
        }
        self.leaves.values().for_each(|leaf| walk(&leaf.steps, each));
        self.blocks.iter().for_each(|block| walk(&block.steps, each));
    }

    /// Blocks for `place` in the record `outer` that made nothing, in the order they ran.
    pub fn blocks(&self, outer: NodeId, place: PlaceId) -> impl Iterator<Item = &BlockTrace> {
        self.blocks.iter().filter(move |block| block.outer == outer && block.place == place)
    }
}

/// Whether and where a run takes notes.
pub(super) trait Tracing {
    /// Whether it does. Then leaves that stay empty are in the tree, so that their lines can be told.
    const IS_ON: bool;

    /// Takes a note.
    fn note(&self, note: impl FnOnce(&mut Recorder));
}

/// No notes.
pub(super) struct Untraced;

impl Tracing for Untraced {
    const IS_ON: bool = false;

    #[inline(always)]
    fn note(&self, _note: impl FnOnce(&mut Recorder)) {}
}

impl Tracing for RefCell<Recorder> {
    const IS_ON: bool = true;

    fn note(&self, note: impl FnOnce(&mut Recorder)) {
        note(&mut self.borrow_mut());
    }
}

/// Takes the notes of a run.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    steps: Vec<Step>,
    lets: FxHashMap<usize, Vec<Step>>,
    trace: Trace,
}

impl Recorder {
    /// A new line begins.
    pub fn begin(&mut self) {
        self.steps.clear();
    }

    /// The line did this.
    pub fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// How many steps there are so far, for [`Recorder::condition`].
    pub fn mark(&self) -> usize {
        self.steps.len()
    }

    /// The steps since `mark` decided a condition.
    pub fn condition(&mut self, mark: usize, holds: bool) {
        let steps = self.steps.split_off(mark);
        self.steps.push(Step::Condition { holds, steps });
    }

    /// Takes the steps so far out.
    pub fn take(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// Puts steps back that were taken out.
    pub fn put_back(&mut self, steps: Vec<Step>) {
        self.steps = steps;
    }

    /// The steps since `mark` were not the line's own.
    pub fn drop_since(&mut self, mark: usize) {
        self.steps.truncate(mark);
    }

    /// The steps so far made the value of a `let`.
    pub fn remember(&mut self, slot: usize) {
        self.lets.insert(slot, std::mem::take(&mut self.steps));
    }

    /// The steps since `mark` made a value that other lines use too.
    pub fn keep(&mut self, slot: usize, mark: usize) {
        let steps = self.steps.get(mark..).unwrap_or_default().to_vec();
        self.lets.insert(slot, steps);
    }

    /// The line used a `let`.
    pub fn recall(&mut self, slot: usize) {
        self.steps.extend(self.lets.get(&slot).into_iter().flatten().cloned());
    }

    /// The steps so far were those of a leaf.
    pub fn leaf(&mut self, node: NodeId, rule: u32) {
        let steps = std::mem::take(&mut self.steps);
        self.trace.leaves.insert(node, LeafTrace { rule, steps });
    }

    /// A block made nothing.
    pub fn not_made(&mut self, place: PlaceId, outer: NodeId, rule: u32, why: Why) {
        let steps = std::mem::take(&mut self.steps);
        self.trace.blocks.push(BlockTrace { place, outer, rule, why, steps });
    }

    /// `node` and everything after it was taken back. What its lines did becomes the steps so far.
    pub fn forget(&mut self, node: NodeId) {
        let mut gone: Vec<(NodeId, LeafTrace)> =
            self.trace.leaves.extract_if(|leaf, _| *leaf >= node).collect();
        gone.sort_by_key(|(leaf, _)| *leaf);
        self.steps.clear();
        for (_, LeafTrace { rule, mut steps }) in gone {
            steps.retain(|step| step.outlives(node));
            if !steps.is_empty() {
                self.steps.push(Step::Line { rule, steps });
            }
        }
        self.trace.blocks.retain(|block| block.outer < node);
    }

    /// The trace.
    pub fn into_trace(self) -> Trace {
        self.trace
    }
}
