//! Arrivals, their release, and bundles.

use super::moves::{Move, conflict, execute, require, state_of, word_list};
use super::rows::{Count, LISTED, Listed, StoredIdentity};
use crate::base::clock::Timestamp;
use crate::base::files::FileIdentity;
use crate::base::hash::Sha;
use crate::exchange::states::{self, Entity, IntakeState, ReleaseState, State};
use crate::ledger::{Answer, Arrival, Bundle, DueRelease, Intake, IntakeId, LedgerError, Reason, Staged};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// See [`crate::ledger::Ledger::stage_intake`].
pub(super) fn stage(db: &Connection, arrival: &Arrival) -> Answer<Staged> {
    let known: Option<(IntakeId, ReleaseState, Timestamp)> = db
        .prepare_cached(
            "SELECT id, release_state, release_at FROM intake
             WHERE sha = ?1 AND endpoint = ?2 AND name = ?3 AND identity = ?4 ORDER BY id DESC LIMIT 1",
        )?
        .query_row(
            params![arrival.sha, arrival.endpoint, arrival.name, StoredIdentity(arrival.identity.clone())],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    if let Some((id, release, since)) = known {
        let age_ms = arrival.received_at.unix_ms.saturating_sub(since.unix_ms);
        if release != ReleaseState::Released {
            return Ok(Staged::SameArrival(id));
        }
        if age_ms <= arrival.same_arrival_ms {
            Move::new(&states::RELEASE_DUE_AGAIN, arrival.received_at).one(db, id.0)?;
            return Ok(Staged::SameArrival(id));
        }
    }
    execute(
        db,
        "INSERT INTO intake (endpoint, client, name, identity, size, sha, spool_path, bundle, received_at,
             state, state_at, release_state, release_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9, ?11, ?9)",
        params![
            arrival.endpoint,
            arrival.client,
            arrival.name,
            StoredIdentity(arrival.identity.clone()),
            Count(arrival.size),
            arrival.sha,
            arrival.spool_path,
            arrival.bundle,
            arrival.received_at,
            IntakeState::Staged,
            ReleaseState::Due,
        ],
    )?;
    Ok(Staged::New(IntakeId(db.last_insert_rowid())))
}

/// See [`crate::ledger::Ledger::find_arrival`].
pub(super) fn find(
    db: &Connection,
    endpoint: &str,
    name: &[u8],
    identity: FileIdentity,
) -> Answer<Option<IntakeId>> {
    Ok(db
        .prepare_cached(
            "SELECT id FROM intake WHERE name = ?1 AND endpoint = ?2 AND identity = ?3 ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![name, endpoint, StoredIdentity(identity)], |row| row.get(0))
        .optional()?)
}

/// See [`crate::ledger::Ledger::release_failed`].
pub(super) fn release_failed(db: &Connection, id: IntakeId, why: &Reason, at: Timestamp) -> Answer<()> {
    Move::new(&states::RELEASE_FAILED, at).because(why).one(db, id.0)?;
    execute(db, "UPDATE intake SET release_failures = release_failures + 1 WHERE id = ?1", [id])?;
    Ok(())
}

/// See [`crate::ledger::Ledger::due_releases`].
pub(super) fn due_releases(db: &Connection, endpoints: &[String], limit: usize) -> Answer<Vec<DueRelease>> {
    let due = word_list([ReleaseState::Due, ReleaseState::Failed].map(State::Release));
    let rows = db
        .prepare_cached(&format!(
            "SELECT * FROM intake WHERE release_state IN ({due}) AND endpoint IN {LISTED} ORDER BY id LIMIT ?1"
        ))?
        .query_map(params![super::limit(limit), Listed(endpoints)], |row| {
            Ok(DueRelease {
                intake: row.get("id")?,
                endpoint: row.get("endpoint")?,
                name: row.get("name")?,
                identity: row.get::<_, StoredIdentity>("identity")?.0,
                sha: row.get("sha")?,
                failures: row.get("release_failures")?,
                reason: row.get("release_reason")?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// An intake.
pub(super) fn get(db: &Connection, id: IntakeId) -> Answer<Intake> {
    db.prepare_cached("SELECT * FROM intake WHERE id = ?1")?
        .query_row([id], read)
        .optional()?
        .ok_or_else(|| LedgerError::Missing { what: "intake", id: id.to_string() })
}

/// See [`crate::ledger::Ledger::spooled`].
pub(super) fn spooled(db: &Connection) -> Answer<Vec<String>> {
    let rows = db
        .prepare_cached("SELECT spool_path FROM intake WHERE archive_path IS NULL")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Intakes in a state, oldest first, at most `limit`.
pub(super) fn in_state(db: &Connection, state: IntakeState, limit: usize) -> Answer<Vec<Intake>> {
    let rows = db
        .prepare_cached("SELECT * FROM intake WHERE state = ?1 ORDER BY id LIMIT ?2")?
        .query_map(params![state, super::limit(limit)], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Reads all columns of `intake`.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Intake> {
    let archive_path: Option<String> = row.get("archive_path")?;
    let archived = archive_path.is_some();
    Ok(Intake {
        id: row.get("id")?,
        endpoint: row.get("endpoint")?,
        client: row.get("client")?,
        name: row.get("name")?,
        size: row.get::<_, Count>("size")?.0,
        sha: row.get("sha")?,
        path: match archive_path {
            Some(path) => path,
            None => row.get("spool_path")?,
        },
        archived,
        bundle: row.get("bundle")?,
        received_at: row.get("received_at")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        state_at: row.get("state_at")?,
        release: row.get("release_state")?,
    })
}

/// See [`crate::ledger::Ledger::quarantine_intake`].
pub(super) fn quarantine(db: &Connection, id: IntakeId, why: &Reason, at: Timestamp) -> Answer<()> {
    let parsed = state_of(db, Entity::Intake, id.0)? == State::Intake(IntakeState::Parsed);
    Move::new(&states::INTAKE_QUARANTINED, at).because(why).one(db, id.0)?;
    if parsed {
        Move::new(&states::MESSAGE_QUARANTINED, at).because(why).each(db, "intake = ?1", id)?;
    }
    Ok(())
}

/// See [`crate::ledger::Ledger::retry_intake`].
pub(super) fn retry(db: &Connection, id: IntakeId, bundle: Sha, who: &str, at: Timestamp) -> Answer<()> {
    let step = &states::INTAKE_RETRIED;
    require(db, step, id.0)?;
    let (parsed_at, old): (Option<Timestamp>, Sha) = db
        .prepare_cached("SELECT parsed_at, bundle FROM intake WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if parsed_at.is_some() {
        return Err(conflict(step, id.0, "QUARANTINED after it was split; retry its messages"));
    }
    let reason = super::work::bundle_change(old, bundle);
    Move::new(step, at).because(&reason).by(who).one(db, id.0)?;
    execute(db, "UPDATE intake SET bundle = ?2 WHERE id = ?1", params![id, bundle])?;
    Ok(())
}

/// See [`crate::ledger::Ledger::archived`].
pub(super) fn archive(db: &Connection, id: IntakeId, path: &str, at: Timestamp) -> Answer<()> {
    Move::new(&states::INTAKE_ARCHIVED, at).one(db, id.0)?;
    execute(db, "UPDATE intake SET archive_path = ?2 WHERE id = ?1", params![id, path])?;
    Ok(())
}

/// See [`crate::ledger::Ledger::remember_bundle`].
pub(super) fn remember_bundle(db: &Connection, hash: Sha, path: &str, at: Timestamp) -> Answer<()> {
    execute(
        db,
        "INSERT INTO bundle (hash, path) VALUES (?1, ?2) ON CONFLICT (hash) DO UPDATE SET path = excluded.path",
        params![hash, path],
    )?;
    execute(db, "INSERT INTO activation (bundle, at) VALUES (?1, ?2)", params![hash, at])?;
    Ok(())
}

/// The bundle activated last: of all, or with this hash.
pub(super) fn last_bundle(db: &Connection, hash: Option<Sha>) -> Answer<Option<Bundle>> {
    Ok(db
        .prepare_cached(
            "SELECT hash, path, at FROM activation JOIN bundle ON hash = bundle
             WHERE ?1 IS NULL OR bundle = ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([hash], |row| {
            Ok(Bundle { hash: row.get(0)?, path: row.get(1)?, activated_at: row.get(2)? })
        })
        .optional()?)
}
