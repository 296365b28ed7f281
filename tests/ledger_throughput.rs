//! One file with many messages goes through the index pass and the batches of the ledger, durably.
//!
//! A small file by default; `LEDGER_MESSAGES=90000 cargo test --release --test ledger_throughput -- --nocapture`
//! measures. The budget of a release build is 10 s for 90,000 messages.
#![allow(clippy::unwrap_used)]

#[path = "support/ledger_world.rs"]
#[allow(dead_code)]
mod world;

use crossdock::exchange::states::MessageState;
use crossdock::ledger::sqlite::{Durability, SqliteLedger};
use crossdock::ledger::{Ledger, Verdict};
use std::time::Instant;
use world::{Store, World, at};

struct Full(tempfile::TempDir);

impl Store for Full {
    fn fresh(&mut self) -> Box<dyn Ledger> {
        self.reopen()
    }

    fn reopen(&mut self) -> Box<dyn Ledger> {
        Box::new(SqliteLedger::open(&self.0.path().join("ledger.db"), Durability::Full).unwrap())
    }
}

/// Most memory the process ever had, in KiB; 0 where the system does not tell.
fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[test]
fn many_messages_of_one_file() {
    let messages: u32 =
        std::env::var("LEDGER_MESSAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let mut world = World::new(&mut Full(tempfile::tempdir().unwrap()));
    let began = Instant::now();
    let intake = world.stage();
    let interchange = world.index(intake, "1", messages);
    world.verdict(intake, interchange, Verdict::Accept, false).unwrap();
    let indexed = began.elapsed();
    let indexed_kib = peak_memory_kib();
    let mut done = 0;
    loop {
        let work = world.ledger.next_messages(intake, 256).unwrap();
        if work.is_empty() {
            break;
        }
        world.ledger.begin_attempts(work.iter().map(|work| work.message).collect()).unwrap();
        let batch =
            work.iter().map(|work| world.outcome(work.message, MessageState::Translated)).collect::<Vec<_>>();
        done += batch.len();
        world.ledger.commit_batch(batch, at(60)).unwrap();
    }
    assert_eq!(done, messages as usize);
    assert_eq!(
        world.ledger.message_counts(intake).unwrap(),
        [(MessageState::Translated, u64::from(messages))]
    );
    println!(
        "{messages} messages: index {indexed:?}, all {:?}; peak memory {} KiB, of the index {indexed_kib} KiB",
        began.elapsed(),
        peak_memory_kib()
    );
}
