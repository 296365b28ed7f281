//! The conformance suite of the ledger, on each backend, and what is particular to SQLite and to the writer thread.
#![allow(clippy::unwrap_used)]

#[path = "support/ledger_suite.rs"]
mod ledger_suite;

use crossdock::base::clock::Timestamp;
use crossdock::base::hash::Sha;
use crossdock::ledger::sqlite::{Durability, SqliteLedger};
use crossdock::ledger::writer::LedgerHandle;
use crossdock::ledger::{Backend, GroupRequest, Ledger, LedgerError, NumberRequest};
use ledger_suite::{Store, conformance};
use std::path::PathBuf;
use tempfile::TempDir;

struct Sqlite {
    directory: TempDir,
    made: u32,
    on_thread: bool,
}

impl Sqlite {
    fn new(on_thread: bool) -> Self {
        Sqlite { directory: tempfile::tempdir().unwrap(), made: 0, on_thread }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join(format!("{}.db", self.made))
    }
}

impl Store for Sqlite {
    fn fresh(&mut self) -> Box<dyn Ledger> {
        self.made += 1;
        self.reopen()
    }

    fn reopen(&mut self) -> Box<dyn Ledger> {
        let ledger = SqliteLedger::open(&self.path(), Durability::Off).unwrap();
        match self.on_thread {
            true => Box::new(LedgerHandle::start(Box::new(ledger)).unwrap()),
            false => Box::new(ledger),
        }
    }
}

fn number(key: &str) -> NumberRequest {
    NumberRequest {
        lane: "lane".into(),
        delivery_key: key.into(),
        first: 1,
        beside: None,
        amount: 1,
        last: 999,
        rest_ms: 0,
    }
}

const NOW: Timestamp = Timestamp::from_unix_ms(1);

#[test]
fn sqlite_conforms() {
    conformance(&mut Sqlite::new(false));
}

#[test]
fn the_writer_thread_conforms() {
    conformance(&mut Sqlite::new(true));
}

#[test]
fn a_failed_request_of_a_group_is_undone_alone() {
    let store = Sqlite::new(false);
    let mut ledger = SqliteLedger::open(&store.path(), Durability::Off).unwrap();
    let mut first = |ledger: &mut dyn Ledger| ledger.reserve_control_number(number("a"), NOW).unwrap() == 1;
    let mut second = |ledger: &mut dyn Ledger| {
        assert_eq!(ledger.reserve_control_number(number("b"), NOW).unwrap(), 2);
        false
    };
    let mut third = |ledger: &mut dyn Ledger| ledger.reserve_control_number(number("c"), NOW).unwrap() == 2;
    let mut requests: Vec<GroupRequest<'_>> = vec![&mut first, &mut second, &mut third];
    ledger.execute_group(&mut requests).unwrap();
    drop(ledger);
    let mut ledger = SqliteLedger::open(&store.path(), Durability::Off).unwrap();
    assert_eq!(ledger.reserve_control_number(number("c"), NOW).unwrap(), 2);
    assert_eq!(ledger.reserve_control_number(number("b"), NOW).unwrap(), 3);
}

#[test]
fn a_group_that_does_not_end_leaves_nothing() {
    let store = Sqlite::new(false);
    let handle =
        LedgerHandle::start(Box::new(SqliteLedger::open(&store.path(), Durability::Off).unwrap())).unwrap();
    let panicked: Result<u64, _> = handle.run(|ledger| {
        ledger.reserve_control_number(number("a"), NOW)?;
        panic!("a request may not take the ledger with it")
    });
    assert!(matches!(panicked, Err(LedgerError::Stopped)));
    assert!(matches!(handle.run(|ledger| ledger.counts()), Err(LedgerError::Stopped)));
    drop(handle);
    let mut ledger = SqliteLedger::open(&store.path(), Durability::Off).unwrap();
    assert_eq!(ledger.reserve_control_number(number("b"), NOW).unwrap(), 1);
}

#[test]
fn requests_of_many_threads_are_all_answered_and_all_durable() {
    let store = Sqlite::new(false);
    let handle =
        LedgerHandle::start(Box::new(SqliteLedger::open(&store.path(), Durability::Full).unwrap())).unwrap();
    let mut numbers: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let mut handle = handle.clone();
                scope.spawn(move || {
                    let reserve = |i| handle.reserve_control_number(number(&format!("{thread}/{i}")), NOW);
                    (0..20).map(reserve).collect::<Result<Vec<_>, _>>().unwrap()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=160).collect::<Vec<_>>());
    drop(handle);
    let mut ledger = SqliteLedger::open(&store.path(), Durability::Full).unwrap();
    assert_eq!(ledger.reserve_control_number(number("after"), NOW).unwrap(), 161);
}

#[test]
fn a_newer_ledger_and_a_damaged_one_are_refused() {
    let store = Sqlite::new(false);
    drop(SqliteLedger::open(&store.path(), Durability::Off).unwrap());
    let reader = SqliteLedger::open_to_read(&store.path());
    assert!(reader.unwrap().remember_bundle(Sha::of(b""), String::new(), NOW).is_err());
    // Byte 60 of the file is the big-endian user version: https://www.sqlite.org/fileformat2.html#database_header
    let mut bytes = std::fs::read(store.path()).unwrap();
    bytes[60..64].copy_from_slice(&99u32.to_be_bytes());
    std::fs::write(store.path(), &bytes).unwrap();
    let newer = SqliteLedger::open(&store.path(), Durability::Off).unwrap_err();
    assert!(matches!(newer, LedgerError::Newer { found: 99, .. }), "{newer}");
    std::fs::write(store.path(), [b"SQLite format 3\0".as_slice(), &[7; 4096]].concat()).unwrap();
    let damaged = SqliteLedger::open(&store.path(), Durability::Off).unwrap_err();
    assert!(matches!(damaged, LedgerError::Damaged { .. }), "{damaged}");
}
