//! How fast the spine is: tokens, envelope, reading with validation, and 940 -> canonical -> CSV, over one generated
//! interchange of 10 MB. Each figure is the median of runs taken in turn with two floors measured in the same run: an
//! index of all delimiters of the input, and a walk plus copy of the output. `cargo bench` prints them with ratios;
//! `cargo bench --bench spine -- read` runs only the figures with that word in their name, for a profiler.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/generated.rs"]
mod generated;
#[path = "../tests/support/shipped.rs"]
mod shipped;
#[path = "support/translate.rs"]
mod translate;

use crossdock::diagnostics::Diagnostics;
use crossdock::formats::segment::Tokenizer;
use crossdock::formats::segment::delimiters::index_delimiters;
use crossdock::formats::x12::DELIMITERS;
use crossdock::formats::{MessageInput, Scratch};
use crossdock::tree::Tree;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;

struct Work<'a> {
    name: &'static str,
    floor: usize,
    budget: f64,
    run: Box<dyn FnMut() -> usize + 'a>,
    times: Vec<Duration>,
}

fn main() {
    let megabytes = 10.0;
    let input = generated::interchange_of_940s((megabytes * 1e6) as usize);
    let bundle = shipped::bundle();
    let route = bundle.clients["brightwick"].routes.iter().find(|route| route.kind() == "940").unwrap();
    let layout = &*route.layout;
    let (head, rows) = shipped::messages(layout, &input);
    let message =
        |row: &crossdock::formats::MessageRow| -> MessageInput<'_> { shipped::input(&head, &input, row) };
    let mut output = Vec::new();
    let translated = translate::all(route, &input, &head, &rows, &mut output);
    assert_eq!(translated, rows.len(), "every generated message is translated");
    let (mut positions, mut tokens, mut copy) = (Vec::new(), Vec::new(), Vec::new());
    let mut works = vec![
        work("floor: delimiter index of the input", 0, 0.0, || {
            positions.clear();
            index_delimiters(black_box(&input), [b'*', b'~', b'>', b'*'], &mut positions);
            positions.len()
        }),
        work("floor: walk and copy of the output", 1, 0.0, || {
            copy.clear();
            for line in output.split_inclusive(|&byte| byte == b'\n') {
                copy.extend_from_slice(black_box(line));
            }
            copy.len()
        }),
        work("tokens", 0, 1000.0, || {
            let (mut tokenizer, mut count) = (Tokenizer::default(), 0);
            // In pieces of a message's size, as the reader takes them.
            for row in &rows {
                let bytes = message(row).bytes;
                tokenizer.begin(black_box(bytes), &DELIMITERS);
                while tokenizer.segment(bytes, &mut tokens) {
                    count += tokens.len();
                }
            }
            count
        }),
        work("envelope (index pass)", 0, 800.0, || shipped::index(layout, &input, 256 << 10).len()),
        work("read and validated", 0, 250.0, || {
            let (mut scratch, mut tree, mut findings) = (Scratch::default(), Tree::new(), Diagnostics::new());
            for row in &rows {
                findings.clear();
                layout.read(&message(row), &mut scratch, &mut tree, &mut findings);
                assert!(findings.is_empty());
            }
            tree.len()
        }),
        work("940 -> canonical -> CSV", 1, 100.0, || {
            let mut out = Vec::with_capacity(output.len());
            translate::all(route, &input, &head, &rows, &mut out)
        }),
    ];
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    works.retain(|work| {
        work.budget == 0.0 || wanted.as_ref().is_none_or(|word| work.name.contains(word.as_str()))
    });
    for _ in 0..ROUNDS {
        for work in &mut works {
            let start = Instant::now();
            black_box((work.run)());
            work.times.push(start.elapsed());
        }
    }
    report(&mut works, input.len() as f64 / 1e6);
}

fn work<'a>(name: &'static str, floor: usize, budget: f64, run: impl FnMut() -> usize + 'a) -> Work<'a> {
    Work { name, floor, budget, run: Box::new(run), times: Vec::new() }
}

fn report(works: &mut [Work<'_>], megabytes: f64) {
    let medians: Vec<f64> = works
        .iter_mut()
        .map(|work| {
            work.times.sort();
            work.times[work.times.len() / 2].as_secs_f64()
        })
        .collect();
    println!("{ROUNDS} rounds, {megabytes:.1} MB of 940s; MB/s of input, median");
    for (work, median) in works.iter().zip(&medians) {
        let rate = megabytes / median;
        let ratio = median / medians[work.floor];
        let budget = if work.budget > 0.0 { format!("budget {:>5.0}", work.budget) } else { String::new() };
        println!("{:<38} {rate:>8.0} MB/s  {ratio:>7.1} x floor {}  {budget}", work.name, work.floor + 1);
    }
}
