//! `each document from …`: one message that becomes several documents.

use super::{Builder, Compiler};
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{Block, Path, Statement};
use crate::mapping::names::{Found, Scope};
use crate::mapping::plan::{SplitPlan, Start};
use crate::tree::PlaceId;
use crate::tree::value::ValueKind;

impl Compiler<'_> {
    /// Whether a block is about whole documents, and not about a list of this name.
    pub(super) fn is_split(&self, builder: &Builder, block: &Block) -> bool {
        let is_list = self.shape.children_named(builder.place, "document").next().is_some();
        block.target.head() == Some("document") && block.target.steps.len() == 1 && !is_list
    }

    /// The lines inside are lines of each document, as those beside the block are.
    pub(super) fn split_documents(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        block: &Block,
        path: &Path,
        statement: &Statement,
    ) {
        let is_top = builder.place == PlaceId::ROOT && self.guard.is_none();
        if self.target_guide.is_some() || !is_top || self.split.is_some() {
            let why = match (self.target_guide.is_some(), is_top) {
                (true, _) => "a map that writes makes one message of a document",
                (_, false) => "it stands inside another block",
                _ => "the map has one already",
            };
            let finding = Diagnostic::new(Code::M033).with("why", why).at(statement.span, "here");
            return self.context.findings.push(finding);
        }
        let Some(Found::Path(found)) = self.context.resolve(scope, path) else { return };
        if found.kind != ValueKind::Record || found.nodes.start != Start::Slot(0) {
            let finding =
                Diagnostic::new(Code::M033).with("why", "it goes through no records of the message");
            return self.context.findings.push(finding.at(path.span, "these"));
        }
        let Some((mut inner, records)) = self.records(scope, block, path, *found) else { return };
        let condition = match &block.condition {
            None => None,
            Some(condition) => match self.context.condition(&inner, condition) {
                Some(condition) => Some(condition),
                None => return,
            },
        };
        let rule = self.context.rule(statement.span);
        let required = block.modifiers.required.as_ref().and_then(|(_, text)| text.as_ref());
        let required = required.and_then(|text| self.context.message(scope, text));
        // Its condition has been asked before the documents are numbered.
        self.context.lists.push((records.slot, false));
        self.split = Some(SplitPlan { records, condition, required, lets: builder.lets.len(), rule });
        self.statements(builder, &mut inner, &block.statements);
        self.context.lists.pop();
    }
}
