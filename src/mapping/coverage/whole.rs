//! Walks over all of a plan.

use crate::mapping::plan::{BlockKind, BlockPlan, Expr, LeafPlan, LetPlan, RecordPlan, ViaPlan};
use crate::tree::PlaceId;

/// Every leaf with a line.
pub fn leaves(record: &RecordPlan, each: &mut dyn FnMut(&LeafPlan)) {
    record.leaves.iter().for_each(&mut *each);
    record.blocks.iter().for_each(|block| leaves(&block.record, each));
}

/// Every place that is built, and whether it is a leaf.
pub fn places(record: &RecordPlan, each: &mut dyn FnMut(PlaceId, bool)) {
    record.leaves.iter().for_each(|leaf| each(leaf.place, true));
    for block in &record.blocks {
        each(block.place, false);
        if let BlockKind::Copy(_, pairs) = &block.kind {
            pairs.iter().for_each(|(_, target)| each(*target, true));
        }
        places(&block.record, each);
    }
}

/// Every look-up in a table.
pub fn tables(record: &RecordPlan, each: &mut dyn FnMut(&ViaPlan)) {
    record.leaves.iter().for_each(|leaf| inside(&leaf.value, each));
    for (_, line) in &record.lets {
        if let LetPlan::Value(value) = line {
            inside(value, each);
        }
    }
    record.checks.iter().for_each(|check| inside(&check.condition, each));
    for block in &record.blocks {
        of_block(block, each);
        tables(&block.record, each);
    }
}

fn of_block(block: &BlockPlan, each: &mut dyn FnMut(&ViaPlan)) {
    block.condition.iter().for_each(|condition| inside(condition, each));
    match &block.kind {
        BlockKind::Each { group_by, sort_by, .. } => {
            group_by.iter().chain(sort_by).for_each(|key| inside(key, each));
        }
        BlockKind::Lines { text, .. } => inside(text, each),
        BlockKind::Plain | BlockKind::Section(..) | BlockKind::Copy(..) => {}
    }
}

fn inside(expr: &Expr, each: &mut dyn FnMut(&ViaPlan)) {
    if let Expr::Via(via) = expr {
        each(via);
    }
    expr.children(&mut |child| inside(child, each));
}
