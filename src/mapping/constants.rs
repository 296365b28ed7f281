//! The constants of a map in one text, which goes into each target in one piece: its leaves need not be copied one by one.

use super::plan::{Constant, Expr, LeafPlan, Making, Quick, RecordPlan};

/// The texts of all leaves that are constants, one behind the other; each leaf knows where its own stands.
pub(super) fn gather(root: &mut RecordPlan) -> String {
    let mut all = String::new();
    record(root, &mut all);
    all
}

fn record(plan: &mut RecordPlan, all: &mut String) {
    for leaf in &mut plan.leaves {
        let Some(text) = constant(leaf) else { continue };
        let start = all.find(text).unwrap_or_else(|| {
            all.push_str(text);
            all.len() - text.len()
        });
        leaf.quick = Some(Quick::Constant { start: start as u32, len: text.len() as u32 });
    }
    plan.blocks.iter_mut().for_each(|block| record(&mut block.record, all));
}

/// The text of a leaf that nothing else needs to be known of. One that is too long is told when it is made.
fn constant(leaf: &LeafPlan) -> Option<&str> {
    let (Expr::Constant(Constant::Text(text)), Making::Text) = (&leaf.value, leaf.making) else {
        return None;
    };
    let fits = leaf.max_length == 0 || text.chars().count() <= leaf.max_length as usize;
    (fits && !text.is_empty()).then_some(text)
}
