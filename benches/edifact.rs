//! How fast EDIFACT is: tokens, envelope, reading with validation, over an interchange of 10 MB of despatch advices, and
//! ORDERS -> canonical -> pick file in fixed columns and ORDERS -> canonical -> IDoc, over another of orders. Each figure is
//! the median of runs taken in turn with floors measured in the same run: an index of all delimiters of the input, and for
//! what is written a walk plus copy of the output. `cargo bench --bench edifact` prints them with ratios.
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

use crossdock::formats::edifact::DELIMITERS;
use crossdock::formats::segment::Tokenizer;
use crossdock::formats::segment::delimiters::index_delimiters;
use crossdock::gateway::bundle::Bundle;
use measure::{Work, report};
use std::hint::black_box;
use translate::Way;

const BYTES: usize = 10_000_000;

/// An interchange of despatch advices like the one of scenario S04, each with other numbers.
fn interchange() -> Vec<u8> {
    let sample = String::from_utf8(shipped::testdata("edifact/ok/desadv-s04.edi")).unwrap();
    let segments: Vec<&str> = sample.split('\'').map(str::trim_start).collect();
    let from = segments.iter().position(|segment| segment.starts_with("UNH")).unwrap();
    let to = segments.iter().position(|segment| segment.starts_with("UNT")).unwrap();
    let body = segments[from + 1..to].join("'");
    let mut out = "UNB+UNOC:3+9520004000017:14+9520002000019:14+261119:1704+7788'".to_string();
    let mut count = 0;
    while out.len() < BYTES {
        count += 1;
        let number = format!("DES{count:07}");
        let body = body.replace("DES0099871", &number);
        out.push_str(&format!("UNH+{count}+DESADV:D:96A:UN:EAN005'{body}'UNT+{}+{count}'", to - from + 1));
    }
    out.push_str(&format!("UNZ+{count}+7788'"));
    out.into_bytes()
}

fn main() {
    let bundle = shipped::bundle();
    despatch_advices(&bundle);
    orders(&bundle);
}

fn despatch_advices(bundle: &Bundle) {
    let input = interchange();
    let faulty = generated::with_a_fault_in_each(&input, "DTM+137:20261119");
    let layout = &*bundle.layouts["edifact/d96a/DESADV"];
    let (head, rows) = shipped::messages(layout, &input);
    assert!(rows.len() > 1000 && rows.iter().all(|row| row.fault.is_none()), "every message is framed well");
    let mut positions = Vec::new();
    let works = vec![
        Work::floor("floor: delimiter index of the input", 0, || {
            positions.clear();
            index_delimiters(black_box(&input), [b'+', b':', b'\'', b'?'], &mut positions);
            positions.len()
        }),
        Work::new("tokens", 0, 1000.0, || {
            let (mut tokenizer, mut count) = (Tokenizer::default(), 0);
            for row in &rows {
                let bytes = shipped::input(&head, &input, row).bytes;
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
    ];
    report("DESADV D.96A", input.len() as f64 / 1e6, works);
}

fn orders(bundle: &Bundle) {
    let input = generated::interchange_of_edifact_orders(BYTES);
    let faulty = generated::with_a_fault_in_each(&input, "DTM+2:20261127");
    let route = bundle.clients["nordhaven"].routes.iter().find(|route| route.kind() == "ORDERS").unwrap();
    let way = Way::to(route, bundle, "house/pick-order", "house/pick-order-fw");
    let idoc = Way::to(route, bundle, "house/sap-orders-out", "house/sap-orders-out");
    let (head, rows) = shipped::messages(way.from, &input);
    let (mut output, mut idocs) = (Vec::new(), Vec::new());
    for (way, output) in [(&way, &mut output), (&idoc, &mut idocs)] {
        let translated = translate::all(way, &input, &head, &rows, output);
        assert_eq!(translated, rows.len(), "every generated message is translated");
    }
    // What writes, the floor too, writes to memory that is there.
    let (mut copy, mut out, mut idoc_copy, mut idoc_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let works = vec![
        Work::floor("floor: walk and copy of the output", 0, || measure::copy(&output, &mut copy)),
        Work::floor("floor: the same of the IDocs", 1, || measure::copy(&idocs, &mut idoc_copy)),
        Work::new("ORDERS read and validated", 0, 250.0, || reading::all(way.from, &input, &head, &rows, 0)),
        Work::new("the same, a finding in each message", 0, 125.0, || {
            reading::all(way.from, &faulty, &head, &rows, 1)
        }),
        Work::new("ORDERS -> canonical -> pick file", 0, 100.0, || {
            out.clear();
            translate::all(&way, &input, &head, &rows, &mut out)
        }),
        Work::new("ORDERS -> canonical -> IDoc", 1, 100.0, || {
            idoc_out.clear();
            translate::all(&idoc, &input, &head, &rows, &mut idoc_out)
        }),
    ];
    report("ORDERS D.96A", input.len() as f64 / 1e6, works);
}
