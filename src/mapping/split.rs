//! The documents that one message becomes.

use super::build::Builder;
use super::evaluate::Here;
use super::plan::Plan;
use super::run::{Facts, Runner, evaluator};
use super::trace::Untraced;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::tree::{NodeId, Tree, View};

/// The records of a message that one document is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub(super) members: Vec<NodeId>,
    /// Its number in its message, from 1.
    pub(super) number: u32,
    /// Whether it is the last of its message.
    pub(super) is_last: bool,
}

impl Part {
    /// Whether it is the first of its message: what is so for all of them is told with it.
    pub(super) fn is_first(&self) -> bool {
        self.number == 1
    }
}

impl Runner {
    /// What the documents of a message are made from: one `None` for a plan that makes one document of the whole message.
    /// Each goes into [`Facts::part`].
    pub fn parts(
        &mut self,
        plan: &Plan,
        source: View<'_>,
        facts: &Facts<'_>,
        findings: &mut Diagnostics,
    ) -> Vec<Option<Part>> {
        let Some(split) = &plan.split else { return vec![None] };
        self.memory.reset();
        let evaluator = evaluator(plan, source, facts, &self.memory, findings, &Untraced);
        let (empty, mut nothing) = (Tree::new(), Tree::new());
        let target = (&mut nothing, Tree::new().adopt(View::new(&empty, "")));
        let mut builder = Builder::new(&evaluator, target, &mut self.made, self.records);
        let here = Here::default();
        // What these find wrong is told where the documents are made.
        evaluator.muted.set(true);
        builder.earlier(facts);
        plan.root.lets.iter().take(split.lets).for_each(|(slot, value)| builder.bind(*slot, value, here));
        evaluator.muted.set(false);
        evaluator.line.set(split.rule);
        let (view, ids) = evaluator.records(&split.records.nodes, &builder.at(here));
        let mut parts = Vec::new();
        if let Some(view) = view {
            for members in builder.groups(view, ids, &split.records, here) {
                builder.enter_group(view, &members, &split.records);
                evaluator.origin.set(None);
                let is_meant = |condition| evaluator.holds(condition, &builder.at(here));
                if split.condition.as_ref().is_none_or(is_meant) {
                    parts.push(Part { members, number: parts.len() as u32 + 1, is_last: false });
                }
            }
        }
        if parts.is_empty() {
            evaluator.origin.set(None);
            let finding = match &split.required {
                Some(text) => {
                    Diagnostic::new(Code::B002).with("text", evaluator.words(text, &builder.at(here)))
                }
                None => Diagnostic::new(Code::B014).severity(Severity::Hold),
            };
            evaluator.report(finding, split.rule);
        }
        if let Some(last) = parts.last_mut() {
            last.is_last = true;
        }
        self.wanted = evaluator.wanted.take();
        parts.into_iter().map(Some).collect()
    }
}
