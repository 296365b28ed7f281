//! One pass over generated 940s, for a tool that counts instructions: time cannot be trusted on a shared machine, and
//! this can. `instructions read` reads and validates, `instructions translate` goes on to CSV. Prints the bytes read;
//! what is to be counted happens inside `measured_read` and `translate::all`.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/generated.rs"]
mod generated;
#[path = "../tests/support/shipped.rs"]
mod shipped;
#[path = "support/translate.rs"]
mod translate;

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Layout, MessageRow, Scratch};
use crossdock::tree::Tree;

/// Enough messages for the first ones, whose memory is still to be allocated, not to count.
const BYTES: usize = 400_000;

fn main() {
    // `cargo bench` and `cargo test` start it without a word: it has nothing to do for them.
    let Some(what) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else { return };
    let input = generated::interchange_of_940s(BYTES);
    let bundle = shipped::bundle();
    let route = bundle.clients["brightwick"].routes.iter().find(|route| route.kind() == "940").unwrap();
    let (head, rows) = shipped::messages(&*route.layout, &input);
    let done = match what.as_str() {
        "read" => measured_read(&*route.layout, &head, &input, &rows),
        "translate" => translate::all(&translate::Way::of(route), &input, &head, &rows, &mut Vec::new()),
        other => panic!("`{other}` is neither `read` nor `translate`"),
    };
    assert_eq!(done, rows.len(), "every generated message is sound");
    println!("{}", input.len());
}

#[inline(never)]
fn measured_read(layout: &dyn Layout, head: &[u8], bytes: &[u8], rows: &[MessageRow]) -> usize {
    let (mut scratch, mut tree, mut findings) = (Scratch::default(), Tree::new(), Diagnostics::new());
    for row in rows {
        layout.read(&shipped::input(head, bytes, row), &mut scratch, &mut tree, &mut findings);
    }
    rows.len() - findings.as_slice().len()
}
