//! How fast the spine is: tokens, envelope, reading with validation, 940 -> canonical -> CSV, and 940 -> canonical
//! -> pick file in fixed columns, over one generated interchange of 10 MB. Each figure is the median of runs taken in turn
//! with floors measured in the same run: an index of all delimiters of the input, and a walk plus copy of each output.
//! `cargo bench` prints them with ratios; `cargo bench --bench spine -- read` runs only the figures with that word in their
//! name, for a profiler.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/generated.rs"]
mod generated;
#[path = "support/measure.rs"]
mod measure;
#[path = "support/reading.rs"]
mod reading;
#[path = "../tests/support/shipped.rs"]
mod shipped;
#[path = "support/translate.rs"]
mod translate;

use crossdock::formats::segment::Tokenizer;
use crossdock::formats::segment::delimiters::index_delimiters;
use crossdock::formats::x12::DELIMITERS;
use crossdock::formats::{MessageInput, MessageRow};
use measure::{Work, report};
use std::hint::black_box;
use translate::Way;

fn main() {
    let megabytes = 10.0;
    let input = generated::interchange_of_940s((megabytes * 1e6) as usize);
    let faulty = generated::with_a_fault_in_each(&input, "*37*20261123");
    let bundle = shipped::bundle();
    let route = bundle.clients["brightwick"].routes.iter().find(|route| route.kind() == "940").unwrap();
    let layout = &*route.layout;
    let (head, rows) = shipped::messages(layout, &input);
    let message = |row: &MessageRow| -> MessageInput<'_> { shipped::input(&head, &input, row) };
    let pick = Way::to(route, &bundle, "house/pick-order", "house/pick-order-fw");
    let (mut output, mut picks) = (Vec::new(), Vec::new());
    for (way, output) in [(&Way::of(route), &mut output), (&pick, &mut picks)] {
        let translated = translate::all(way, &input, &head, &rows, output);
        assert_eq!(translated, rows.len(), "every generated message is translated");
    }
    // What writes, the floor too, writes to memory that is there.
    let (mut positions, mut copy, mut out) = (Vec::new(), Vec::new(), Vec::new());
    let (mut pick_copy, mut pick_out) = (Vec::new(), Vec::new());
    let works = vec![
        Work::floor("floor: delimiter index of the input", 0, || {
            positions.clear();
            index_delimiters(black_box(&input), [b'*', b'~', b'>', b'*'], &mut positions);
            positions.len()
        }),
        Work::floor("floor: walk and copy of the output", 1, || measure::copy(&output, &mut copy)),
        Work::floor("floor: the same of the pick file", 2, || measure::copy(&picks, &mut pick_copy)),
        Work::new("tokens", 0, 1000.0, || {
            let (mut tokenizer, mut count) = (Tokenizer::default(), 0);
            // In pieces of a message's size, as the reader takes them.
            for row in &rows {
                let bytes = message(row).bytes;
                tokenizer.begin(black_box(bytes), &DELIMITERS);
                while let Some(tokens) = tokenizer.segment(bytes) {
                    count += tokens.len();
                }
            }
            count
        }),
        Work::new("envelope (index pass)", 0, 800.0, || shipped::count_rows(layout, &input, 256 << 10)),
        Work::new("read and validated", 0, 250.0, || reading::all(layout, &input, &head, &rows, 0)),
        Work::new("the same, a finding in each message", 0, 125.0, || {
            reading::all(layout, &faulty, &head, &rows, 1)
        }),
        Work::new("940 -> canonical -> CSV", 1, 100.0, || {
            out.clear();
            translate::all(&Way::of(route), &input, &head, &rows, &mut out)
        }),
        Work::new("940 -> canonical -> pick file", 2, 100.0, || {
            pick_out.clear();
            translate::all(&pick, &input, &head, &rows, &mut pick_out)
        }),
    ];
    report("940s", input.len() as f64 / 1e6, works);
}
