//! Walks over all of a plan.

use crate::mapping::plan::{BlockKind, BlockPlan, Expr, Guard, LeafPlan, LetPlan, RecordPlan, ViaPlan};
use crate::tree::PlaceId;

/// Every leaf with a line.
pub fn leaves(record: &RecordPlan, each: &mut dyn FnMut(&LeafPlan)) {
    record.leaves.iter().for_each(&mut *each);
    for block in &record.blocks {
        if let BlockKind::Leaves { leaf, .. } = &block.kind {
            each(leaf);
        }
        leaves(&block.record, each);
    }
}

/// Every place that is built, and whether it is a leaf.
pub fn places(record: &RecordPlan, each: &mut dyn FnMut(PlaceId, bool)) {
    record.leaves.iter().for_each(|leaf| each(leaf.place, true));
    for block in &record.blocks {
        each(block.place, matches!(block.kind, BlockKind::Leaves { .. }));
        if let BlockKind::Copy(_, pairs) = &block.kind {
            pairs.iter().for_each(|(_, target)| each(*target, true));
        }
        places(&block.record, each);
    }
}

/// Every look-up in a table.
pub fn tables(record: &RecordPlan, each: &mut dyn FnMut(&ViaPlan)) {
    for leaf in &record.leaves {
        of_guard(leaf.guard.as_deref(), each);
        inside(&leaf.value, each);
    }
    record.lets.iter().for_each(|(_, line)| of_let(line, each));
    for check in &record.checks {
        of_guard(check.guard.as_deref(), each);
        inside(&check.condition, each);
    }
    for block in &record.blocks {
        of_block(block, each);
        tables(&block.record, each);
    }
}

fn of_let(line: &LetPlan, each: &mut dyn FnMut(&ViaPlan)) {
    match line {
        LetPlan::Value(value) | LetPlan::Quiet(value) => inside(value, each),
        LetPlan::Guarded(guard, line) => {
            of_guard(Some(guard), each);
            of_let(line, each);
        }
        LetPlan::Record(_) | LetPlan::Picked(_) | LetPlan::Document(_) | LetPlan::Later => {}
    }
}

fn of_guard(guard: Option<&Guard>, each: &mut dyn FnMut(&ViaPlan)) {
    let mut next = guard;
    while let Some(guard) = next {
        inside(&guard.condition, each);
        next = guard.around.as_deref();
    }
}

fn of_block(block: &BlockPlan, each: &mut dyn FnMut(&ViaPlan)) {
    of_guard(block.guard.as_deref(), each);
    block.condition.iter().for_each(|condition| inside(condition, each));
    match &block.kind {
        BlockKind::Each(records) => {
            records.group_by.iter().chain(&records.sort_by).for_each(|key| inside(key, each));
        }
        BlockKind::Values { list, .. } | BlockKind::Leaves { list, .. } => {
            list.parts(&mut |_| (), &mut |value| inside(value, each));
        }
        BlockKind::Plain | BlockKind::Section(..) | BlockKind::Copy(..) => {}
    }
}

/// Every look-up in an expression.
pub fn inside(expr: &Expr, each: &mut dyn FnMut(&ViaPlan)) {
    if let Expr::Via(via) = expr {
        each(via);
    }
    expr.children(&mut |child| inside(child, each));
}
