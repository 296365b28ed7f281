//! Messages to trees, checked against their guide.

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Layout, MessageRow, Scratch};
use crossdock::tree::Tree;

/// Reads all messages, each of which has so many findings. Gives the nodes of the last.
pub fn all(layout: &dyn Layout, input: &[u8], head: &[u8], rows: &[MessageRow], expected: usize) -> usize {
    let (mut scratch, mut tree, mut findings) = (Scratch::default(), Tree::new(), Diagnostics::new());
    for row in rows {
        findings.clear();
        layout.read(&super::shipped::input(head, input, row), &mut scratch, &mut tree, &mut findings);
        assert_eq!(findings.as_slice().len(), expected);
    }
    tree.len()
}
