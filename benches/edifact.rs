//! How fast EDIFACT is read: tokens, envelope, reading with validation, over an interchange of 10 MB of despatch advices.
//! Each figure is the median of runs taken in turn with a floor measured in the same run: an index of all delimiters of
//! the input. `cargo bench --bench edifact` prints them with ratios.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/shipped.rs"]
mod shipped;

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::Scratch;
use crossdock::formats::edifact::DELIMITERS;
use crossdock::formats::segment::Tokenizer;
use crossdock::formats::segment::delimiters::index_delimiters;
use crossdock::tree::Tree;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;
const BYTES: usize = 10_000_000;

struct Work<'a> {
    name: &'static str,
    budget: f64,
    run: Box<dyn FnMut() -> usize + 'a>,
    times: Vec<Duration>,
}

fn work<'a>(name: &'static str, budget: f64, run: impl FnMut() -> usize + 'a) -> Work<'a> {
    Work { name, budget, run: Box::new(run), times: Vec::new() }
}

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
    let input = interchange();
    let bundle = shipped::bundle();
    let layout = &*bundle.layouts["edifact/d96a/DESADV"];
    let (head, rows) = shipped::messages(layout, &input);
    assert!(rows.len() > 1000 && rows.iter().all(|row| row.fault.is_none()), "every message is framed well");
    let (mut positions, mut tokens) = (Vec::new(), Vec::new());
    let mut works = vec![
        work("floor: delimiter index of the input", 0.0, || {
            positions.clear();
            index_delimiters(black_box(&input), [b'+', b':', b'\'', b'?'], &mut positions);
            positions.len()
        }),
        work("tokens", 1000.0, || {
            let (mut tokenizer, mut count) = (Tokenizer::default(), 0);
            for row in &rows {
                let bytes = shipped::input(&head, &input, row).bytes;
                tokenizer.begin(black_box(bytes), &DELIMITERS);
                while tokenizer.segment(bytes, &mut tokens) {
                    count += tokens.len();
                }
            }
            count
        }),
        work("envelope (index pass)", 800.0, || shipped::index(layout, &input, 256 << 10).len()),
        work("read and validated", 250.0, || {
            let (mut scratch, mut tree, mut findings) = (Scratch::default(), Tree::new(), Diagnostics::new());
            for row in &rows {
                findings.clear();
                layout.read(&shipped::input(&head, &input, row), &mut scratch, &mut tree, &mut findings);
                assert!(findings.is_empty());
            }
            tree.len()
        }),
    ];
    for _ in 0..ROUNDS {
        for work in &mut works {
            let start = Instant::now();
            black_box((work.run)());
            work.times.push(start.elapsed());
        }
    }
    report(&mut works, input.len() as f64 / 1e6);
}

fn report(works: &mut [Work<'_>], megabytes: f64) {
    println!("{ROUNDS} rounds, {megabytes:.1} MB of DESADV D.96A; MB/s of input, median");
    let mut floor = 0.0;
    for work in works {
        work.times.sort();
        let median = work.times[work.times.len() / 2].as_secs_f64();
        if floor == 0.0 {
            floor = median;
        }
        let budget = if work.budget > 0.0 { format!("budget {:>5.0}", work.budget) } else { String::new() };
        println!(
            "{:<38} {:>8.0} MB/s  {:>7.1} x floor  {budget}",
            work.name,
            megabytes / median,
            median / floor
        );
    }
}
