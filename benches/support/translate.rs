//! Format -> canonical -> format, as the gateway does it message by message.

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::{Envelope, Layout, MessageRow, Scratch};
use crossdock::gateway::bundle::{Bundle, Route};
use crossdock::mapping::{Facts, Outcome, Plan, Runner};
use crossdock::tree::{Tree, View};

/// What a message goes through.
pub struct Way<'a> {
    pub from: &'a dyn Layout,
    pub read: &'a Plan,
    pub write: &'a Plan,
    pub to: &'a dyn Layout,
}

#[allow(dead_code, reason = "one bench takes only one of the two")]
impl<'a> Way<'a> {
    /// A route with the first of its writes.
    pub fn of(route: &'a Route) -> Self {
        let (write, to) = &route.writes[0];
        Way { from: &*route.layout, read: &route.read, write, to: &**to }
    }

    /// A route that writes with this map to this guide.
    pub fn to(route: &'a Route, bundle: &'a Bundle, map: &str, guide: &str) -> Self {
        let (write, to) = (&*bundle.maps[map], &*bundle.layouts[guide]);
        Way { from: &*route.layout, read: &route.read, write, to }
    }
}

/// Translates all messages and appends the output; gives how many there were.
#[inline(never)]
pub fn all(way: &Way<'_>, input: &[u8], head: &[u8], rows: &[MessageRow], out: &mut Vec<u8>) -> usize {
    let (mut scratch, mut findings, mut runner) = (Scratch::default(), Diagnostics::new(), Runner::default());
    let (mut message, mut order, mut target) = (Tree::new(), Tree::new(), Tree::new());
    let header = [("client", "DEMO01".to_string())];
    let facts = Facts { header: &header, ..Facts::default() };
    let mut done = 0;
    way.to.begin_file(&Envelope::default(), out);
    for row in rows {
        findings.clear();
        let input = super::shipped::input(head, input, row);
        way.from.read(&input, &mut scratch, &mut message, &mut findings);
        let source = View::new(&message, input.source());
        if runner.run(way.read, source, &facts, &mut order, &mut findings) != Outcome::Built {
            continue;
        }
        let outcome = runner.run(way.write, View::new(&order, ""), &facts, &mut target, &mut findings);
        way.to.write_body(View::new(&target, ""), out, &mut findings);
        done += usize::from(outcome == Outcome::Built && findings.is_empty());
    }
    done
}
