//! Opening the file and bringing its schema forward.

use crate::ledger::{Answer, LedgerError};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Oldest SQLite with the fix of the WAL-reset defect; the bundled one is newer.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// Statements kept prepared; more than the program has.
const STATEMENTS_MAX: usize = 256;

/// Pages that SQLite keeps in memory.
const CACHE_KIB: i32 = 4096;

/// Forward only: a migration that was ever released is never changed.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_ledger", include_str!("migrations/0001_ledger.sql")),
    ("0002_replies", include_str!("migrations/0002_replies.sql")),
    ("0003_message_version", include_str!("migrations/0003_message_version.sql")),
    ("0004_batches", include_str!("migrations/0004_batches.sql")),
    ("0005_collections", include_str!("migrations/0005_collections.sql")),
    ("0006_advices", include_str!("migrations/0006_advices.sql")),
    ("0007_answers", include_str!("migrations/0007_answers.sql")),
    ("0008_windows", include_str!("migrations/0008_windows.sql")),
    ("0009_shared_files", include_str!("migrations/0009_shared_files.sql")),
    ("0010_waivers", include_str!("migrations/0010_waivers.sql")),
];

/// Newest schema this program knows.
pub(super) const SCHEMA_NEWEST: u32 = MIGRATIONS.len() as u32;

/// What a commit is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It survives a power cut: `synchronous=FULL`.
    Full,
    /// It survives the end of the process, for tests: `synchronous=OFF`.
    Off,
}

/// Opens for writing: creates the file if it is not there, checks it, and brings its schema forward.
pub(super) fn open_for_writing(path: &Path, durability: Durability) -> Answer<Connection> {
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let found = schema_version(&db)?;
    if found > SCHEMA_NEWEST {
        return Err(LedgerError::Newer { found, known: SCHEMA_NEWEST });
    }
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(LedgerError::Refused {
            what: "this place",
            why: format!("the journal mode is {mode}, not WAL; the ledger needs a local disk"),
        });
    }
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Off => "OFF",
    };
    db.pragma_update(None, "synchronous", synchronous)?;
    quick_check(&db)?;
    migrate(&mut db, found)?;
    Ok(db)
}

/// Opens for reading only, beside a writer. The schema must be the newest.
pub(super) fn open_for_reading(path: &Path) -> Answer<Connection> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.pragma_update(None, "query_only", true)?;
    match schema_version(&db)? {
        SCHEMA_NEWEST => Ok(db),
        found if found > SCHEMA_NEWEST => Err(LedgerError::Newer { found, known: SCHEMA_NEWEST }),
        found => Err(LedgerError::Refused {
            what: "to read an old schema",
            why: format!("it is {found}, the gateway brings it to {SCHEMA_NEWEST} when it starts"),
        }),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Answer<Connection> {
    let version = rusqlite::version_number();
    if version < SQLITE_VERSION_MIN {
        return Err(LedgerError::Refused {
            what: "this SQLite",
            why: format!("it is {}, older than 3.51.3", rusqlite::version()),
        });
    }
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| LedgerError::Storage { doing: "open its file", source: Box::new(error) })?;
    db.busy_timeout(Duration::from_secs(5))?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(db)
}

fn schema_version(db: &Connection) -> Answer<u32> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn quick_check(db: &Connection) -> Answer<()> {
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(LedgerError::Damaged { detail: found }),
    }
}

fn migrate(db: &mut Connection, from: u32) -> Answer<()> {
    for (i, (name, sql)) in MIGRATIONS.iter().enumerate().skip(from as usize) {
        tracing::info!(migration = name, "bringing the ledger forward");
        let step = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        step.execute_batch(sql)?;
        step.pragma_update(None, "user_version", i as u32 + 1)?;
        step.commit()?;
    }
    Ok(())
}
