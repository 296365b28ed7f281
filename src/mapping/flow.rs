//! Flows: which map reads what, and which map writes it to which endpoint.

mod merge;
mod together;

pub use merge::merge;
pub use together::{Collected, GATHERED_MAX, Gather, Per, Window};

use super::evaluate::Target;
use super::expression::{self, Context};
use super::names::{Binding, Scope};
use super::plan::{Constant, Expr, Plan, PolicyKindPlan, PolicyPlan, RecordPlan, SideName};
use super::run::{Facts, evaluator};
use super::slots::Slot;
use super::trace::Untraced;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::language::syntax::{FlowDocument, FlowWrite};
use crate::tree::{PlaceId, Shape, Tree, View};
use bumpalo::Bump;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A compiled flow.
#[derive(Debug)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// Read maps with the guide each reads.
    pub reads: Vec<FlowRead>,
    /// Writes, each with its condition; those without stand for themselves.
    pub writes: Vec<(Option<usize>, WritePlan)>,
    /// Conditions of `when` blocks.
    conditions: Vec<Expr>,
    /// What if no `when` held.
    otherwise: Option<PolicyPlan>,
    /// Slots and lines of the expressions above.
    frame: Plan,
}

/// `read M from G`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRead {
    /// The read map.
    pub map: String,
    /// The guide.
    pub guide: String,
}

/// `write M with … to "endpoint" per …`
#[derive(Debug)]
pub struct WritePlan {
    /// The write map.
    pub map: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, Constant>,
    /// The endpoint.
    pub endpoint: String,
    /// What stands together in one file.
    pub per: Per,
}

/// Compiles a flow whose documents have `shape`. `known` says whether a map, guide or endpoint exists.
pub fn compile(
    flow: &FlowDocument,
    shape: &Arc<Shape>,
    tables: &BTreeMap<String, Arc<super::tables::Table>>,
    parameters: &BTreeMap<String, Constant>,
    findings: &mut Diagnostics,
) -> Option<Flow> {
    let before = findings.as_slice().len();
    let mut context = Context::new(parameters, tables, findings);
    let slot = context.slot();
    let here = Binding::Record { slot, shape: shape.clone(), places: vec![PlaceId::ROOT] };
    let scope = Scope { names: Vec::new(), here, this: (shape.clone(), vec![PlaceId::ROOT]) };
    let mut writes = Vec::new();
    for write in &flow.writes {
        writes.extend(write_plan(write, &scope, &mut context).map(|plan| (None, plan)));
    }
    let mut conditions = Vec::new();
    for when in &flow.whens {
        let Some(condition) = context.condition(&scope, &when.condition) else { continue };
        context.tell_foregone(&scope, &when.condition, &[]);
        conditions.push(condition);
        for write in &when.writes {
            let plan = write_plan(write, &scope, &mut context);
            writes.extend(plan.map(|plan| (Some(conditions.len() - 1), plan)));
        }
    }
    let standard = PolicyKindPlan::Finding(Severity::Hold);
    let otherwise = match &flow.otherwise {
        None => None,
        Some(policy) => Some(context.policy(&scope, Some(policy), standard)?),
    };
    let Context { slots, sequences, indexes, rules, findings, .. } = context;
    let sound = !findings.as_slice()[before..].iter().any(|finding| finding.severity == Severity::Error);
    let frame = Plan {
        name: flow.name.name.clone(),
        version: 1,
        source: SideName::Canonical(shape.name.clone()),
        target: SideName::Canonical(shape.name.clone()),
        source_shape: shape.clone(),
        target_shape: shape.clone(),
        root: RecordPlan::default(),
        earlier: Vec::new(),
        lookups: Vec::new(),
        split: None,
        slots: slots.into_slots(),
        constants: String::new(),
        sequences,
        indexes,
        read: Vec::new(),
        unmapped: None,
        rules,
        cases: Vec::new(),
    };
    let reads = flow
        .reads
        .iter()
        .map(|read| FlowRead { map: read.map.name.clone(), guide: read.guide.name.clone() })
        .collect();
    sound.then(|| Flow { name: flow.name.name.clone(), reads, writes, conditions, otherwise, frame })
}

fn write_plan(write: &FlowWrite, scope: &Scope, context: &mut Context<'_>) -> Option<WritePlan> {
    let per = together::compile(write, scope, context)?;
    Some(WritePlan {
        map: write.map.name.clone(),
        parameters: write
            .parameters
            .iter()
            .map(|(name, value)| (name.text.clone(), expression::constant(value)))
            .collect(),
        endpoint: write.endpoint.text.clone(),
        per,
    })
}

impl Flow {
    /// The writes for a document, as indices into [`Flow::writes`]. If none applies, the flow's `otherwise` is a
    /// finding.
    pub fn route(&self, document: View<'_>, memory: &mut Bump, findings: &mut Diagnostics) -> Vec<usize> {
        memory.reset();
        let evaluator = evaluator(&self.frame, document, &Facts::default(), memory, findings, &Untraced);
        debug_assert!(matches!(evaluator.slots[0].get(), Slot::Record(..)));
        let nothing = Tree::new();
        let target = &Target::nothing(&nothing);
        let holds: Vec<bool> =
            self.conditions.iter().map(|condition| evaluator.holds(condition, target)).collect();
        let chosen: Vec<usize> = (0..self.writes.len())
            .filter(|&i| self.writes[i].0.is_none_or(|condition| holds[condition]))
            .collect();
        if !holds.contains(&true)
            && let Some(policy) = &self.otherwise
            && let PolicyKindPlan::Finding(severity) = policy.kind
        {
            let text = match &policy.text {
                Some(text) => evaluator.words(text, target),
                None => format!("the flow {} has no way for this document", self.name),
            };
            evaluator.origin.set(None);
            evaluator.report(Diagnostic::new(Code::F001).severity(severity).with("text", text), 0);
        }
        chosen
    }
}
