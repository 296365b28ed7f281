//! Findings of a run, with the line and the place they are about.

use super::{Evaluator, Target};
use crate::diagnostics::{Diagnostic, Place, Severity};
use crate::mapping::plan::{Message, MessagePartPlan};
use crate::mapping::trace::Tracing;
use crate::tree::NodeId;

impl<'r, T: Tracing> Evaluator<'r, T> {
    pub(in crate::mapping) fn quietly<R>(&self, evaluate: impl FnOnce() -> R) -> R {
        let muted = self.muted.replace(true);
        let result = evaluate();
        self.muted.set(muted);
        result
    }

    /// A text for people with its values.
    pub fn words(&self, message: &'r Message, target: &Target<'_>) -> String {
        message
            .parts
            .iter()
            .map(|part| match part {
                MessagePartPlan::Text(words) => words.clone(),
                MessagePartPlan::Value(expr) => self.quietly(|| self.value(expr, target)).show(),
            })
            .collect()
    }

    /// Adds a finding at the line and at what the line read of the message.
    #[cold]
    pub fn report(&self, finding: Diagnostic, rule: u32) {
        if self.muted.get() {
            return;
        }
        self.failed.set(self.failed.get() || finding.severity >= Severity::Hold);
        let mut finding = finding;
        if let Some(node) = self.origin.get() {
            finding = finding.place(self.place(node));
        } else if finding.place.is_none() {
            finding.place = self.innermost_place();
        }
        // What no line says but its evaluation, such as a value that cannot be read, is said once and not again by each
        // line, check and text that needs it.
        let is_same = |known: &Diagnostic| {
            known.code == finding.code && known.arguments == finding.arguments && known.place == finding.place
        };
        if rule == 0 && self.findings.borrow().as_slice().iter().any(is_same) {
            return;
        }
        let rule = if rule == 0 { self.line.get() } else { rule };
        if let Some(span) = rule.checked_sub(1).and_then(|at| self.plan.rules.get(at as usize)) {
            finding = finding.at(*span, "");
        }
        self.findings.borrow_mut().push(finding);
    }

    /// The place of a node in the message.
    pub fn place(&self, id: NodeId) -> Place {
        let node = self.source.tree.node(id);
        let shape = &self.plan.source_shape;
        let leaf = shape.place(node.place);
        // What stands in a composite is counted in it, and the composite in its segment.
        let above = shape.place(leaf.parent);
        let (segment, element, component) = match above.position {
            0 => (above, leaf.position, 0),
            element => (shape.place(above.parent), element, leaf.position),
        };
        Place {
            offset: self.offset + u64::from(node.origin_start),
            length: node.origin_len,
            segment: node.ordinal,
            tag: segment.name.to_string(),
            element,
            component,
            element_id: leaf.name.to_string(),
            ..Place::default()
        }
    }
}
