//! Lists of values: as the target of a line, and as what a block is made from.

use super::builder::BuilderBlock;
use super::{Builder, Compiler};
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{Assignment, Block, Expression, Statement};
use crate::mapping::expression::single;
use crate::mapping::names::{Binding, Scope};
use crate::mapping::plan::{BlockKind, Constant, Expr, ListSource};
use crate::tree::PlaceId;
use crate::tree::value::ValueKind;

impl Compiler<'_> {
    /// `notes = NTE.02`: a leaf for each value.
    pub(super) fn leaves(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        line: &Assignment,
        place: PlaceId,
        rule: u32,
    ) {
        let Some((list, kind)) = self.list(scope, &line.value) else { return };
        let is_constant = is_constant(&list);
        // Tells where a value is missed; it is the list that is evaluated.
        let first = match first(&list) {
            ListSource::Nodes(nodes) => Expr::Leaf(nodes.clone()),
            _ => Expr::Constant(Constant::Absent),
        };
        let Some(leaf) = self.leaf_plan(scope, line, place, single(first, kind), rule) else { return };
        let leaf = crate::mapping::plan::LeafPlan { is_constant, quick: None, guard: None, ..leaf };
        let kind = BlockKind::Leaves { list, leaf: Box::new(leaf) };
        builder.blocks.push(BuilderBlock::of(place, kind, self.guard.clone(), rule));
    }

    /// `each N from wrap(text, 60) as words`: a record for each value.
    pub(super) fn each_value(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        block: &Block,
        source: &Expression,
        statement: &Statement,
    ) {
        if !block.group_by.is_empty() || !block.sort_by.is_empty() || !block.inside.is_empty() {
            let what = "`group by`, `sort by` and `inside` of values";
            return self.later(
                what,
                "leave them out, or go through the records that have the values",
                statement,
            );
        }
        let Some((list, kind)) = self.list(scope, source) else { return };
        let slot = self.context.slot();
        let mut inner = scope.clone();
        if let Some(alias) = &block.alias {
            inner.names.push((alias.text.clone(), Binding::Value { slot, kind }));
        }
        self.block(builder, (&mut inner, scope), block, BlockKind::Values { list, slot }, statement);
    }

    /// The values of a list, and their kind.
    fn list(&mut self, scope: &Scope, expression: &Expression) -> Option<(ListSource, ValueKind)> {
        let (source, kind) = self.context.list_source(scope, expression)?;
        if kind == ValueKind::Record {
            self.context.findings.push(Diagnostic::new(Code::M007).at(expression.span, "this is a record"));
            return None;
        }
        Some((source, kind))
    }
}

/// Whether nothing in a list is read from the message.
fn is_constant(list: &ListSource) -> bool {
    match list {
        ListSource::Value(value) => matches!(**value, Expr::Constant(_)),
        ListSource::Several(items) => items.iter().all(is_constant),
        _ => false,
    }
}

/// What stands first in a list.
fn first(list: &ListSource) -> &ListSource {
    match list {
        ListSource::Several(items) => items.first().map_or(list, first),
        list => list,
    }
}
