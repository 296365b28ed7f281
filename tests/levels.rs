//! Segments that name the one they belong to (`hierarchy`): it does not matter where in the message they come, as long as
//! each comes behind the one it names.
#![allow(clippy::unwrap_used)]

#[path = "support/shipped.rs"]
mod shipped;
#[path = "support/tape.rs"]
mod tape;
#[path = "support/trees/mod.rs"]
mod trees;

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Layout, MessageInput};
use crossdock::tree::{NodeId, View};

const GUIDE: &str = "house/x12-856";

/// A line for each node: how deep it is, its place and its value.
fn outline(layout: &dyn Layout, bytes: &[u8]) -> (Vec<String>, Diagnostics) {
    let input = MessageInput { head: b"", bytes, offset: 0 };
    let (tree, findings) = shipped::read(layout, &input);
    let view = View::new(&tree, input.source());
    let mut lines = Vec::new();
    below(layout, view, NodeId::ROOT, 0, &mut lines);
    (lines, findings)
}

fn below(layout: &dyn Layout, view: View<'_>, node: NodeId, depth: usize, lines: &mut Vec<String>) {
    for child in view.tree.children(node) {
        let path = layout.guide().shape.path(view.tree.node(child).place);
        lines.push(format!("{depth} {path} {:?}", view.text(child)));
        below(layout, view, child, depth + 1, lines);
    }
}

/// What stands before the first HL, the HL with what follows each, and what stands behind all of them.
fn cut(message: &str) -> (Vec<&str>, Vec<Vec<&str>>, Vec<&str>) {
    let segments: Vec<&str> = message.split_inclusive('~').collect();
    let is_level = |segment: &&str| segment.starts_with("HL*");
    let first = segments.iter().position(is_level).unwrap_or(segments.len());
    let is_behind = |segment: &&str| segment.starts_with("CTT*") || segment.starts_with("SE*");
    let end = segments.iter().position(is_behind).unwrap_or(segments.len());
    let mut levels: Vec<Vec<&str>> = Vec::new();
    for segment in &segments[first.min(end)..end] {
        match (is_level(segment), levels.last_mut()) {
            (false, Some(level)) => level.push(segment),
            _ => levels.push(vec![segment]),
        }
    }
    (segments[..first.min(end)].to_vec(), levels, segments[end..].to_vec())
}

fn element<'s>(level: &[&'s str], position: usize) -> &'s str {
    level[0].trim_end_matches('~').split('*').nth(position).unwrap_or("")
}

#[test]
fn levels_may_come_in_any_order_behind_the_one_they_name() {
    let bundle = shipped::bundle();
    let layout = &*bundle.layouts[GUIDE];
    let mut scattered = 0;
    tape::generated(100, 6000, |tape| {
        let draft = trees::messages(layout.guide(), tape).remove(0);
        let (tree, mut body, mut findings) = (draft.tree(), Vec::new(), Diagnostics::new());
        layout.write_body(View::new(&tree, ""), &mut body, &mut findings);
        let body = String::from_utf8(body).unwrap();
        let message = format!("ST*856*0001~{body}SE*1*0001~");
        let (before, levels, behind) = cut(&message);
        // One of those whose level has come is next; those of one level keep their order.
        let (mut waiting, mut mixed): (Vec<usize>, Vec<usize>) = ((0..levels.len()).collect(), Vec::new());
        while !waiting.is_empty() {
            let is_open = |at: usize| {
                let parent = element(&levels[at], 2);
                let has_come =
                    parent.is_empty() || mixed.iter().any(|&seen| element(&levels[seen], 1) == parent);
                let is_next = |&&other: &&usize| element(&levels[other], 2) == parent;
                has_come && waiting.iter().find(is_next) == Some(&at)
            };
            let open: Vec<usize> = waiting.iter().copied().filter(|&at| is_open(at)).collect();
            let next = open[(waiting.len() * 7 + mixed.len()) % open.len()];
            waiting.retain(|&at| at != next);
            mixed.push(next);
        }
        scattered += usize::from(!mixed.is_sorted());
        let mixed: Vec<&str> = mixed.iter().flat_map(|&at| levels[at].iter().copied()).collect();
        let mixed = [before, mixed, behind].concat().concat();
        let (expected, findings) = outline(layout, message.as_bytes());
        assert!(findings.is_empty(), "{findings:?}\n{message}");
        let (found, findings) = outline(layout, mixed.as_bytes());
        assert!(findings.is_empty(), "{findings:?}\n{mixed}");
        assert_eq!(found, expected, "{mixed}");
    });
    assert!(scattered >= 5, "{scattered} messages were mixed at all");
}

#[test]
fn levels_are_numbered_in_the_order_they_are_written() {
    let bundle = shipped::bundle();
    let layout = &*bundle.layouts[GUIDE];
    let bytes = shipped::testdata("x12/ok/856-scattered.edi");
    let (head, rows) = shipped::messages(layout, &bytes);
    // Other numbers, with gaps, and none of what they say about levels inside.
    let text = String::from_utf8(bytes)
        .unwrap()
        .replace("HL*4*3*I*0", "HL*77*3*I")
        .replace("HL*8*5*I*0", "HL*9*5*I");
    let input = MessageInput { head: &head, bytes: text.as_bytes(), offset: 0 };
    let start = rows[0].offset as usize;
    let input = MessageInput { bytes: &input.bytes[start..], ..input };
    let end = std::str::from_utf8(input.bytes).unwrap().find("GE*").unwrap();
    let input = MessageInput { bytes: &input.bytes[..end], ..input };
    let (tree, findings) = shipped::read(layout, &input);
    assert!(findings.is_empty(), "{findings:?}");
    let (mut body, mut findings) = (Vec::new(), Diagnostics::new());
    layout.write_body(View::new(&tree, input.source()), &mut body, &mut findings);
    assert!(findings.is_empty(), "{findings:?}");
    let body = String::from_utf8(body).unwrap();
    let levels: Vec<&str> = body.split('~').filter(|segment| segment.starts_with("HL*")).collect();
    let expected = [
        "HL*1**S*1",
        "HL*2*1*O*1",
        "HL*3*2*P*1",
        "HL*4*3*I*0",
        "HL*5*1*O*1",
        "HL*6*5*P*1",
        "HL*7*6*I*0",
        "HL*8*5*I*0",
    ];
    assert_eq!(levels, expected);
}
