//! 940 -> canonical -> CSV, as the gateway does it message by message.

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, MessageRow, Scratch};
use crossdock::gateway::bundle::Route;
use crossdock::mapping::{Facts, Outcome, Runner};
use crossdock::tree::{Tree, View};

/// Translates all messages and appends the output; gives how many there were.
#[inline(never)]
pub fn all(route: &Route, input: &[u8], head: &[u8], rows: &[MessageRow], out: &mut Vec<u8>) -> usize {
    let (mut scratch, mut findings, mut runner) = (Scratch::default(), Diagnostics::new(), Runner::default());
    let (mut message, mut order, mut target) = (Tree::new(), Tree::new(), Tree::new());
    let (plan, layout) = &route.writes[0];
    let header = [("client", "BRW01".to_string())];
    let facts = Facts { header: &header, ..Facts::default() };
    let mut done = 0;
    layout.begin_file(&Envelope::default(), out);
    for row in rows {
        findings.clear();
        let input = super::shipped::input(head, input, row);
        route.layout.read(&input, &mut scratch, &mut message, &mut findings);
        let outcome =
            runner.run(&route.read, View::new(&message, input.source()), &facts, &mut order, &mut findings);
        if outcome != Outcome::Built {
            continue;
        }
        let outcome = runner.run(plan, View::new(&order, ""), &facts, &mut target, &mut findings);
        layout.write_body(View::new(&target, ""), out, &mut findings);
        done += usize::from(outcome == Outcome::Built);
    }
    done
}
