//! One pass over generated 940s, for a tool that counts instructions: time cannot be trusted on a shared machine, and
//! this can. `instructions read` reads and validates, `translate` goes on to CSV and `pick` to a pick file in fixed
//! columns; `orders` translates EDIFACT ORDERS to a pick file, `idoc` to IDocs, and `envelope` makes the index pass over
//! them. Prints the bytes read; what is to be counted happens inside `measured_read`, `translate::all` and
//! `measured_index`.
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
use translate::Way;

/// Enough messages for the first ones, whose memory is still to be allocated, not to count.
const BYTES: usize = 400_000;

fn main() {
    // `cargo bench` and `cargo test` start it without a word: it has nothing to do for them.
    let Some(what) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else { return };
    let bundle = shipped::bundle();
    let route = |client: &str, kind: &str| {
        bundle.clients[client].routes.iter().find(|route| route.kind() == kind).expect("the demo has it")
    };
    let (route, input) = match what.as_str() {
        "read" | "translate" | "pick" => (route("brightwick", "940"), generated::interchange_of_940s(BYTES)),
        "orders" | "idoc" | "envelope" => {
            (route("nordhaven", "ORDERS"), generated::interchange_of_edifact_orders(BYTES))
        }
        other => {
            panic!("`{other}` is not one of `read`, `translate`, `pick`, `orders`, `idoc` and `envelope`")
        }
    };
    let layout = &*route.layout;
    let (head, rows) = shipped::messages(layout, &input);
    let translated = |way: &Way<'_>| translate::all(way, &input, &head, &rows, &mut Vec::new());
    let done = match what.as_str() {
        "read" => measured_read(layout, &head, &input, &rows),
        "translate" => translated(&Way::of(route)),
        "pick" | "orders" => translated(&Way::to(route, &bundle, "house/pick-order", "house/pick-order-fw")),
        "idoc" => translated(&Way::to(route, &bundle, "house/sap-orders-out", "house/sap-orders-out")),
        // What begins and ends the interchange has rows too.
        _ => measured_index(layout, &input).min(rows.len()),
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

#[inline(never)]
fn measured_index(layout: &dyn Layout, bytes: &[u8]) -> usize {
    shipped::count_rows(layout, bytes, 256 << 10)
}
