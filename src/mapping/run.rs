//! A plan at work: a pure function of tree and facts, so that it can be repeated to the byte.

use super::build::Builder;
use super::evaluate::{Evaluator, Here, Made, Target};
use super::plan::{EarlierPlan, Plan};
use super::slots::{Slot, SlotState};
use super::split::Part;
use super::trace::{Recorder, Trace, Tracing, Untraced};
use crate::diagnostics::{Code, Diagnostics, Severity};
use crate::tree::{NodeId, Tree, Value, View};
use bumpalo::Bump;
use std::cell::{Cell, RefCell};
use std::collections::hash_map::Entry;

/// What a run needs besides the message.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// When the message is translated.
    pub now: jiff::Timestamp,
    /// Offset of the message in its file, for places.
    pub offset: u64,
    /// What each `earlier` line of the plan found, in their order.
    pub earlier: Vec<Earlier<'a>>,
    /// What lines inside blocks look up: see [`Runner::look_up`]. Without it nothing is found.
    pub lookups: Option<&'a Lookups>,
    /// What the document is made from, if the plan makes several of a message: see [`Runner::parts`].
    pub part: Option<&'a Part>,
    /// Header fields of the canonical document, by path: `client`, `sender`, `provenance.source_file`, ….
    pub header: &'a [(&'a str, String)],
    /// What `msg_meta` knows of the message, as in `header`, where no canonical document is built.
    pub about: &'a [(&'a str, String)],
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

/// What one line inside a block looks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LookupKey {
    /// The number of the line in [`Plan::lookups`].
    pub line: usize,
    /// The values of its keys, in their order.
    pub values: Vec<String>,
}

/// What was found for it.
#[derive(Debug)]
pub enum Found {
    /// Nothing.
    None,
    /// One document: its tree.
    One(Tree),
    /// So many, which is too many.
    Several(usize),
}

impl Found {
    /// As facts have it.
    pub fn as_earlier(&self) -> Earlier<'_> {
        match self {
            Found::None => Earlier::None,
            Found::One(tree) => Earlier::One(View::new(tree, "")),
            Found::Several(count) => Earlier::Several(*count),
        }
    }
}

/// What lines inside blocks look up, with what was found.
pub type Lookups = rustc_hash::FxHashMap<LookupKey, Found>;

/// Fetches documents of a kind by fields and their values.
pub type Fetch<'f, E> = &'f mut dyn FnMut(&EarlierPlan, Vec<(String, String)>) -> Result<Found, E>;

/// Most rounds of looking up: a key that depends on what another line found comes a round later.
const LOOKUP_ROUNDS_MAX: usize = 4;

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
    pub(super) memory: Bump,
    /// Per place of the target, the leaf made last.
    pub(super) made: Vec<Made>,
    /// Records of targets built so far.
    pub(super) records: u32,
    /// What the last run looked for and did not have.
    pub(super) wanted: Vec<LookupKey>,
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
        let evaluator = evaluator(plan, source, facts, &self.memory, findings, trace);
        target.clear();
        let adopted = target.adopt(source);
        let mut builder = Builder::new(&evaluator, (target, adopted), &mut self.made, self.records);
        let is_first = facts.part.is_none_or(Part::is_first);
        evaluator.muted.set(!is_first);
        builder.earlier(facts);
        evaluator.muted.set(false);
        builder.root(facts);
        if let Some(severity) = plan.unmapped.filter(|_| is_first) {
            builder.unread(source, severity);
        }
        self.records = builder.records();
        self.wanted = evaluator.wanted.take();
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

    /// Fetches what the lines inside the plan's blocks look up, by running the plan until it wants nothing more. What
    /// these runs build and find is dropped.
    ///
    /// # Errors
    /// What `fetch` gives.
    pub fn look_up<E>(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
        fetch: Fetch<'_, E>,
    ) -> Result<Lookups, E> {
        let (mut target, mut ignored) = (Tree::new(), Diagnostics::bounded(0));
        self.fetched(plan, facts, fetch, &mut |runner, facts| {
            runner.run(plan, source, facts, &mut target, &mut ignored);
        })
    }

    /// Fetches what picks the records of the documents of a message looks up: for [`Runner::parts`].
    ///
    /// # Errors
    /// What `fetch` gives.
    pub fn look_up_parts<E>(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
        fetch: Fetch<'_, E>,
    ) -> Result<Lookups, E> {
        if plan.split.is_none() {
            return Ok(Lookups::default());
        }
        let mut ignored = Diagnostics::bounded(0);
        self.fetched(plan, facts, fetch, &mut |runner, facts| {
            runner.parts(plan, source, facts, &mut ignored);
        })
    }

    /// Fetches what `once` wants, until it wants nothing more.
    fn fetched<E>(
        &mut self,
        plan: &Plan,
        facts: &Facts<'_>,
        fetch: Fetch<'_, E>,
        once: &mut dyn FnMut(&mut Runner, &Facts<'_>),
    ) -> Result<Lookups, E> {
        let mut known = Lookups::default();
        if plan.lookups.is_empty() {
            return Ok(known);
        }
        for _ in 0..LOOKUP_ROUNDS_MAX {
            once(self, &Facts { lookups: Some(&known), ..facts.clone() });
            let wanted = std::mem::take(&mut self.wanted);
            if wanted.is_empty() {
                break;
            }
            for key in wanted {
                let line = &plan.lookups[key.line];
                let fields = line.keys.iter().map(|(field, _)| field.clone());
                let fields = fields.zip(key.values.iter().cloned()).collect();
                if let Entry::Vacant(unknown) = known.entry(key) {
                    unknown.insert(fetch(line, fields)?);
                }
            }
        }
        Ok(known)
    }

    /// The keys of what the plan's `earlier` lines look for: per line the fields and their values; `None` for a line
    /// whose key is absent.
    pub fn lookup_keys(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
    ) -> Vec<Option<Vec<(String, String)>>> {
        if plan.earlier.is_empty() {
            return Vec::new();
        }
        self.memory.reset();
        let mut ignored = Diagnostics::bounded(0);
        let evaluator = evaluator(plan, source, facts, &self.memory, &mut ignored, &Untraced);
        let nothing = Tree::new();
        let target = &Target::nothing(&nothing);
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
        // Nothing is built: no text is taken over.
        let (empty, mut nothing) = (Tree::new(), Tree::new());
        let target = (&mut nothing, Tree::new().adopt(View::new(&empty, "")));
        Builder::new(&evaluator, target, &mut self.made, self.records).checks(
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
    let slots = SlotState::all(&plan.slots, source, memory);
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
        row: Cell::new(None),
        rounds: Cell::new(false),
        muted: Cell::new(false),
        findings: RefCell::new(findings),
        lookups: facts.lookups,
        sums: RefCell::default(),
        about: if facts.about.is_empty() { facts.header } else { facts.about },
        indexes: RefCell::default(),
        wanted: RefCell::default(),
        offset: facts.offset,
        trace,
    }
}
