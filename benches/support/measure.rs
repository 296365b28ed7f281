//! Figures beside their floors: the works take turns, and each figure is the median of its runs.

use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;

/// Something to be measured.
pub struct Work<'a> {
    name: &'static str,
    /// Which of the works is its floor, from 0.
    floor: usize,
    /// MB/s; 0 for a floor.
    budget: f64,
    run: Box<dyn FnMut() -> usize + 'a>,
    times: Vec<Duration>,
}

impl<'a> Work<'a> {
    /// A floor: what could not be done faster, whatever is built on it.
    pub fn floor(name: &'static str, at: usize, run: impl FnMut() -> usize + 'a) -> Self {
        Self::new(name, at, 0.0, run)
    }

    /// A work with its floor and its budget in MB/s of the input.
    pub fn new(name: &'static str, floor: usize, budget: f64, run: impl FnMut() -> usize + 'a) -> Self {
        Work { name, floor, budget, run: Box::new(run), times: Vec::new() }
    }
}

/// The floor of what writes lines: walks through all of an output and copies it. How much that is.
pub fn copy(output: &[u8], copy: &mut Vec<u8>) -> usize {
    copy.clear();
    for line in output.split_inclusive(|&byte| byte == b'\n') {
        copy.extend_from_slice(black_box(line));
    }
    copy.len()
}

/// Runs all works in turn, of those that are no floor only the ones with the word in their name that stands on the
/// command line, and prints their rates over `megabytes` of `what`.
pub fn report(what: &str, megabytes: f64, mut works: Vec<Work<'_>>) {
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
    let median = |work: &mut Work<'_>| {
        work.times.sort();
        work.times[work.times.len() / 2].as_secs_f64()
    };
    let medians: Vec<f64> = works.iter_mut().map(median).collect();
    println!("{ROUNDS} rounds, {megabytes:.1} MB of {what}; MB/s of input, median");
    for (work, median) in works.iter().zip(&medians) {
        let rate = megabytes / median;
        let ratio = median / medians[work.floor];
        let budget = if work.budget > 0.0 { format!("budget {:>5.0}", work.budget) } else { String::new() };
        println!("{:<38} {rate:>8.0} MB/s  {ratio:>7.1} x floor {}  {budget}", work.name, work.floor + 1);
    }
}
