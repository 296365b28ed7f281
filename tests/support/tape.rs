//! Generated cases: a tape of numbers from proptest, and choices made from it. A failing tape is made shorter.
#![allow(dead_code, missing_docs)]

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use std::cell::{Cell, RefCell};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Numbers to choose by; 0 when it is used up.
pub struct Tape {
    numbers: Vec<u16>,
    at: usize,
}

impl Tape {
    /// A number below `bound`.
    pub fn pick(&mut self, bound: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % bound
    }

    pub fn one_in(&mut self, bound: usize) -> bool {
        self.pick(bound) == bound - 1
    }

    pub fn choose<'c, T: ?Sized>(&mut self, choices: &[&'c T]) -> &'c T {
        choices[self.pick(choices.len())]
    }
}

/// Runs `check` on `cases` tapes of `length` numbers, always the same ones. `check` panics if it fails.
pub fn generated(cases: u32, length: usize, check: impl FnMut(&mut Tape)) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2000,
        max_shrink_time: 5000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let check = RefCell::new(check);
    // A failing case is made shorter many times: only the last is worth reading.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                hook(info);
            }
        }));
    });
    QUIET.set(true);
    let outcome = TestRunner::new_with_rng(config, rng).run(&vec(any::<u16>(), length), |numbers| {
        (check.borrow_mut())(&mut Tape { numbers, at: 0 });
        Ok(())
    });
    QUIET.set(false);
    if let Err(TestError::Fail(why, _)) = outcome {
        panic!("{why}");
    }
}
