//! Whether what a map reads of its own target is built before it is read. Values come first, by dependency; then the
//! blocks in the order of the target; then the values that need blocks.

use super::plan::{
    BlockKind, BlockPlan, CheckPlan, Expr, Guard, LetPlan, ListSource, Message, MessagePartPlan, Nodes,
    RecordPlan, Start,
};
use crate::base::span::Span;
use crate::tree::PlaceId;

/// A path into the target: where it starts, the first place it names, and where it is written.
pub(super) type Read = (Start, PlaceId, Span);

/// Paths that read what is built only after them, each with the place that is built too late.
pub(super) fn too_early(root: &RecordPlan) -> Vec<(PlaceId, Span)> {
    let mut found = Vec::new();
    record(root, true, &mut found);
    found.sort_by_key(|(_, span)| (span.start, span.end));
    found.dedup();
    found
}

fn record(plan: &RecordPlan, is_root: bool, found: &mut Vec<(PlaceId, Span)>) {
    let is_own = |start: Start| start == Start::This || (is_root && start == Start::Out);
    let mut tell = |reads: Vec<Read>, is_late: &dyn Fn(PlaceId) -> bool| {
        let late = reads.into_iter().filter(|(start, place, _)| is_own(*start) && is_late(*place));
        found.extend(late.map(|(_, place, span)| (place, span)));
    };
    let is_block = |place: PlaceId, from: usize| plan.blocks[from..].iter().any(|block| block.place == place);
    let mut reads = Vec::new();
    plan.lets.iter().for_each(|(_, value)| of_let(value, &mut reads));
    tell(reads, &|place| plan.leaves.iter().any(|leaf| leaf.place == place) || is_block(place, 0));
    for (at, block) in plan.blocks.iter().enumerate() {
        let mut reads = Vec::new();
        of_block(block, true, &mut reads);
        let is_last = |place: PlaceId| plan.last.leaves().any(|leaf| plan.leaves[leaf].place == place);
        tell(reads, &|place| is_last(place) || is_block(place, at));
    }
    for block in &plan.blocks {
        record(&block.record, false, found);
    }
}

/// What a block reads; `sees_this` says whether `this` is the record that is asked about.
fn of_block(block: &BlockPlan, sees_this: bool, found: &mut Vec<Read>) {
    let mut head = Vec::new();
    of_guard(block.guard.as_deref(), &mut head);
    match &block.kind {
        BlockKind::Plain => {}
        BlockKind::Section(nodes, _) | BlockKind::Copy(nodes, _) => of_path(nodes, &mut head),
        BlockKind::Values { list, .. } => of_list(list, &mut head),
        BlockKind::Leaves { list, leaf } => {
            of_list(list, &mut head);
            leaf.required.iter().for_each(|text| of_text(text, &mut head));
        }
        BlockKind::Each(records) => {
            of_path(&records.nodes, &mut head);
            records.group_by.iter().chain(&records.sort_by).for_each(|key| of_value(key, &mut head));
        }
    }
    block.condition.iter().for_each(|condition| of_value(condition, &mut head));
    block.required.iter().for_each(|text| of_text(text, &mut head));
    found.extend(head.into_iter().filter(|(start, ..)| sees_this || *start == Start::Out));
    let sees_this = sees_this && block.is_implied;
    let mut inside = Vec::new();
    let record = &block.record;
    record.lets.iter().for_each(|(_, value)| of_let(value, &mut inside));
    for leaf in &record.leaves {
        of_value(&leaf.value, &mut inside);
        of_guard(leaf.guard.as_deref(), &mut inside);
        leaf.required.iter().for_each(|text| of_text(text, &mut inside));
    }
    for CheckPlan { condition, text, guard, .. } in &record.checks {
        of_guard(guard.as_deref(), &mut inside);
        of_value(condition, &mut inside);
        of_text(text, &mut inside);
    }
    found.extend(inside.into_iter().filter(|(start, ..)| sees_this || *start == Start::Out));
    record.blocks.iter().for_each(|block| of_block(block, sees_this, found));
}

fn of_let(value: &LetPlan, found: &mut Vec<Read>) {
    match value {
        LetPlan::Value(value) | LetPlan::Quiet(value) => of_value(value, found),
        LetPlan::Record(nodes) => of_path(nodes, found),
        LetPlan::Picked(pick) => {
            let mut paths = Vec::new();
            pick.parts(&mut |nodes| of_path(nodes, &mut paths), &mut |value| of_value(value, found));
            found.extend(paths);
        }
        // Its keys are read where it is looked up, like those of a `let`.
        LetPlan::Document(_) | LetPlan::Later => {}
        LetPlan::Guarded(guard, inner) => {
            of_guard(Some(guard), found);
            of_let(inner, found);
        }
    }
}

/// What the conditions of a branch read.
pub(super) fn of_guard(guard: Option<&Guard>, found: &mut Vec<Read>) {
    let mut next = guard;
    while let Some(guard) = next {
        of_value(&guard.condition, found);
        next = guard.around.as_deref();
    }
}

fn of_text(text: &Message, found: &mut Vec<Read>) {
    for part in &text.parts {
        if let MessagePartPlan::Value(value) = part {
            of_value(value, found);
        }
    }
}

fn of_list(list: &ListSource, found: &mut Vec<Read>) {
    let mut paths = Vec::new();
    list.parts(&mut |nodes| of_path(nodes, &mut paths), &mut |value| of_value(value, found));
    found.extend(paths);
}

fn of_path(nodes: &Nodes, found: &mut Vec<Read>) {
    if let (Start::This | Start::Out, Some(step)) = (nodes.start, nodes.steps.first()) {
        found.extend(step.first_places().iter().map(|&place| (nodes.start, place, nodes.span)));
    }
    let steps = nodes.member.as_deref().into_iter().chain(&nodes.steps);
    let conditions = steps.filter_map(|step| step.condition.as_ref());
    conditions.for_each(|(condition, _)| of_value(condition, found));
}

/// What an expression reads of the target.
pub(super) fn of_value(expr: &Expr, found: &mut Vec<Read>) {
    expr.paths(&mut |nodes| of_path(nodes, found));
    if let Expr::Via(via) = expr {
        via.unknown.text.iter().for_each(|text| of_text(text, found));
    }
    expr.children(&mut |child| of_value(child, found));
}
