//! What holds of any tree of any guide: what is written is read again as it was, without a finding.
#![allow(dead_code, missing_docs)]

use crate::shipped;
use crate::trees::Draft;
use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, Layout, MessageInput, Row, Totals};
use crossdock::guide::Guide;
use crossdock::tree::{NodeId, PlaceId, Tree, View};

/// A line for each node, without what the format computes itself.
pub fn outline(guide: &Guide, view: View<'_>, has_forms: bool) -> Vec<String> {
    let mut lines = Vec::new();
    outline_of(guide, view, has_forms, NodeId::ROOT, &mut lines);
    lines
}

fn outline_of(guide: &Guide, view: View<'_>, has_forms: bool, node: NodeId, lines: &mut Vec<String>) {
    for child in view.tree.children(node) {
        let place = view.tree.node(child).place;
        let is_leaf = guide.shape.place(place).leaf_type().is_some();
        let is_form = guide.moments.iter().any(|moment| moment.value == place || moment.format == place);
        if is_computed(guide, place) || (is_form && !has_forms) {
            continue;
        }
        let (path, id) = (guide.shape.path(place), place.0);
        match view.text(child) {
            Some(text) => lines.push(format!("{path} ({id}) = {text:?}")),
            None if !is_leaf => lines.push(format!("{path} ({id})")),
            None => {}
        }
        outline_of(guide, view, has_forms, child, lines);
    }
}

/// Frames, constants, counts and sums.
pub fn is_computed(guide: &Guide, place: PlaceId) -> bool {
    let is_leaf = guide.shape.place(place).leaf_type().is_some();
    guide.rules(place).auto && (is_leaf || guide.records.is_empty())
}

/// A file with these messages.
pub fn written(layout: &dyn Layout, views: &[View<'_>], findings: &mut Diagnostics) -> Vec<u8> {
    let (envelope, mut totals, mut file) = (Envelope::default(), Totals::default(), Vec::new());
    layout.begin_file(&envelope, &mut file);
    for view in views {
        let mut body = Vec::new();
        layout.write_body(*view, &mut body, findings);
        layout.wrap_body(&envelope, &mut totals, &body, &mut file);
    }
    layout.end_file(&envelope, &totals, &mut file);
    file
}

/// The first lines that differ.
fn difference(one: &[String], other: &[String]) -> Option<(String, String)> {
    let at = (0..one.len().max(other.len())).find(|&at| one.get(at) != other.get(at))?;
    let line = |lines: &[String]| lines.get(at).cloned().unwrap_or("nothing".into());
    Some((line(one), line(other)))
}

/// What is wrong with the file as a whole.
fn faults(rows: &[Row]) -> Vec<String> {
    let fault = |row: &Row| match row {
        Row::Message(message) => message.fault.as_ref().map(|fault| format!("{fault:?}")),
        Row::GroupEnd { fault } | Row::InterchangeEnd { fault, .. } => {
            fault.as_ref().map(|fault| format!("{fault:?}"))
        }
        Row::Unclaimed { .. } => Some(format!("{row:?}")),
        _ => None,
    };
    rows.iter().filter_map(fault).collect()
}

/// Holds the laws against the messages of one file. `Err` says which does not hold, and why.
pub fn hold(layout: &dyn Layout, drafts: &[Draft]) -> Result<(), String> {
    let guide = layout.guide();
    let trees: Vec<Tree> = drafts.iter().map(Draft::tree).collect();
    let views: Vec<View<'_>> = trees.iter().map(|tree| View::new(tree, "")).collect();
    let mut findings = Diagnostics::new();
    let file = written(layout, &views, &mut findings);
    let wrong = |law: &str, found: &dyn std::fmt::Debug| {
        let built: Vec<_> = views.iter().map(|view| outline(guide, *view, true)).collect();
        Err(format!(
            "{}: {law}\n{found:#?}\nbuilt {built:#?}\nwritten {:?}",
            guide.name,
            String::from_utf8_lossy(&file)
        ))
    };
    if !findings.is_empty() {
        return wrong("what the guide allows is written without a finding", &findings.as_slice());
    }
    let rows = shipped::index(layout, &file, usize::MAX);
    if !faults(&rows).is_empty() {
        return wrong("a file that is written is whole", &faults(&rows));
    }
    if shipped::index(layout, &file, 1) != rows {
        return wrong("it does not matter how a file arrives", &shipped::index(layout, &file, 1));
    }
    let (head, messages) = shipped::messages(layout, &file);
    let inputs: Vec<MessageInput<'_>> =
        messages.iter().map(|row| shipped::input(&head, &file, row)).collect();
    let read: Vec<(Tree, Diagnostics)> = inputs.iter().map(|input| shipped::read(layout, input)).collect();
    for (_, findings) in &read {
        if !findings.is_empty() {
            return wrong("what is written is read without a finding", &findings.as_slice());
        }
    }
    let again: Vec<View<'_>> =
        read.iter().zip(&inputs).map(|((tree, _), input)| View::new(tree, input.source())).collect();
    if again.len() != views.len() {
        return wrong("each message is one message", &messages);
    }
    for (built, found) in views.iter().zip(&again) {
        let (built, found) = (outline(guide, *built, false), outline(guide, *found, false));
        if let Some((built, found)) = difference(&built, &found) {
            return wrong("what is read is what was written", &format!("built {built}, read {found}"));
        }
    }
    let mut findings = Diagnostics::new();
    let rewritten = written(layout, &again, &mut findings);
    if rewritten != file || !findings.is_empty() {
        return wrong(
            "what was read is written as it was",
            &(String::from_utf8_lossy(&rewritten), findings.as_slice()),
        );
    }
    Ok(())
}
