//! The embedded backend: one SQLite file, in WAL mode, with one writer.
//!
//! Every call is one transaction (`BEGIN IMMEDIATE`), or a savepoint while a group is executed.

mod backend;
mod closing;
mod collections;
mod delivery;
mod files;
mod findings;
mod index;
mod intake;
mod moves;
mod replies;
mod report;
mod rows;
mod schema;
mod tolerated;
mod work;

pub use schema::Durability;

use crate::ledger::{Answer, Backend, GroupRequest, LedgerError};
use rusqlite::Connection;
use std::path::Path;

/// A ledger in one file.
#[derive(Debug)]
pub struct SqliteLedger {
    db: Connection,
    grouped: bool,
    failed: bool,
}

impl SqliteLedger {
    /// Opens the ledger at `path`, which must be on a local disk, to be its only writer. Makes it if it is not there,
    /// checks it, and brings its schema forward.
    ///
    /// # Errors
    /// [`LedgerError::Newer`] if a newer program wrote it, [`LedgerError::Damaged`] if the check finds something.
    pub fn open(path: &Path, durability: Durability) -> Answer<Self> {
        Ok(SqliteLedger { db: schema::open_for_writing(path, durability)?, grouped: false, failed: false })
    }

    /// Opens the ledger at `path` to read beside its writer; every call that writes fails.
    ///
    /// # Errors
    /// As [`SqliteLedger::open`]; and if the schema is old, for a reader does not bring it forward.
    pub fn open_to_read(path: &Path) -> Answer<Self> {
        Ok(SqliteLedger { db: schema::open_for_reading(path)?, grouped: false, failed: false })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Answer<T>) -> Answer<T> {
        work(&self.db)
    }

    fn write<T>(&mut self, work: impl FnOnce(&Connection) -> Answer<T>) -> Answer<T> {
        if self.failed {
            return Err(LedgerError::Stopped);
        }
        let (begin, keep, undo): (_, _, &[&str]) = match self.grouped {
            true => ("SAVEPOINT call", "RELEASE call", &["ROLLBACK TO call", "RELEASE call"]),
            false => ("BEGIN IMMEDIATE", "COMMIT", &["ROLLBACK"]),
        };
        self.run(begin)?;
        let answer = work(&self.db);
        match answer {
            Ok(value) => match self.run(keep) {
                Ok(()) => Ok(value),
                Err(error) => {
                    self.failed = true;
                    Err(commit_failed(&error))
                }
            },
            Err(error) => {
                self.undo(undo)?;
                Err(error)
            }
        }
    }

    /// Undoes what was written. After some errors the database has undone the whole transaction by itself.
    fn undo(&mut self, statements: &[&str]) -> Answer<()> {
        for statement in statements {
            if self.db.is_autocommit() {
                break;
            }
            self.run(statement).inspect_err(|_| self.failed = true)?;
        }
        Ok(())
    }

    fn run(&self, statement: &str) -> Answer<()> {
        self.db.prepare_cached(statement)?.execute([])?;
        Ok(())
    }

    fn run_group(&mut self, requests: &mut [GroupRequest<'_>]) -> Answer<()> {
        for request in requests {
            self.run("SAVEPOINT request")?;
            let keep = request(self);
            if self.failed || self.db.is_autocommit() {
                let detail = "the database undid the group by itself".to_owned();
                return Err(LedgerError::CommitFailed { detail });
            }
            if !keep {
                self.run("ROLLBACK TO request")?;
            }
            self.run("RELEASE request")?;
        }
        self.run("COMMIT")
    }
}

impl Backend for SqliteLedger {
    fn execute_group(&mut self, requests: &mut [GroupRequest<'_>]) -> Answer<()> {
        assert!(!self.grouped, "a group does not execute another");
        if self.failed {
            return Err(LedgerError::Stopped);
        }
        self.run("BEGIN IMMEDIATE")?;
        self.grouped = true;
        let outcome = self.run_group(requests);
        self.grouped = false;
        outcome.map_err(|error| {
            self.failed = true;
            commit_failed(&error)
        })
    }
}

/// `LIMIT` of a query; beyond what the database counts there is no limit.
fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn commit_failed(error: &LedgerError) -> LedgerError {
    use std::error::Error;
    let cause = error.source().map_or_else(String::new, |source| format!(": {source}"));
    LedgerError::CommitFailed { detail: format!("{error}{cause}") }
}
