//! A plan at work: a pure function of tree and facts, so that it can be repeated to the byte.

use super::build::Builder;
use super::evaluate::{Evaluator, Here, Made, Target};
use super::fields::{Slot, SlotState};
use super::plan::Plan;
use super::trace::{Recorder, Trace, Tracing, Untraced};
use crate::diagnostics::{Code, Diagnostics, Severity};
use crate::tree::{NodeId, Tree, Value, View};
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
    /// Per place of the target, the leaf made last.
    made: Vec<Made>,
    /// Records of targets built so far.
    records: u32,
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
        self.run_with(plan, source, facts, target, findings, &Untraced)
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
        let outcome = self.run_with(plan, source, facts, target, findings, &recorder);
        (outcome, recorder.into_inner().into_trace())
    }

    fn run_with<T: Tracing>(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
        target: &mut Tree,
        findings: &mut Diagnostics,
        trace: &T,
    ) -> Outcome {
        self.memory.reset();
        let before = findings.as_slice().len();
        target.clear();
        let evaluator = evaluator(plan, source, facts, &self.memory, findings, trace);
        let mut builder = Builder::new(&evaluator, target, &mut self.made, self.records);
        builder.earlier(facts);
        builder.root(facts);
        if let Some(severity) = plan.unmapped {
            builder.unread(source, severity);
        }
        self.records = builder.records();
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
        let evaluator = evaluator(plan, source, facts, &self.memory, &mut ignored, &Untraced);
        let nothing = Tree::new();
        let target = Target::nothing(&nothing);
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
        let evaluator = evaluator(plan, source, facts, &self.memory, findings, &Untraced);
        let mut nothing = Tree::new();
        Builder::new(&evaluator, &mut nothing, &mut self.made, self.records).checks(
            &plan.cases,
            Code::X107,
            Here::default(),
        );
    }
}

/// The evaluator of a plan over a message.
pub(super) fn evaluator<'r, T: Tracing>(
    plan: &'r Plan,
    source: View<'r>,
    facts: &Facts<'r>,
    memory: &'r Bump,
    findings: &'r mut Diagnostics,
    trace: &'r T,
) -> Evaluator<'r, T> {
    let slots = memory
        .alloc_slice_fill_with(plan.slots.len(), |slot| SlotState::new(&plan.slots[slot], source, memory));
    slots[0].set(Slot::Record(source, NodeId::ROOT));
    Evaluator {
        plan,
        slots,
        sequences: memory.alloc_slice_fill_with(plan.sequences, |_| Cell::new((u32::MAX, 0))),
        memory,
        now: facts.now,
        source,
        origin: Cell::new(None),
        innermost: Cell::new(0),
        line: Cell::new(0),
        failed: Cell::new(false),
        rounds: Cell::new(false),
        muted: Cell::new(false),
        findings: RefCell::new(findings),
        offset: facts.offset,
        trace,
    }
}
