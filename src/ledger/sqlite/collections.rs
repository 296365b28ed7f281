//! Files that wait for outputs of several documents.

use super::moves::{Move, execute};
use super::rows::Count;
use super::work::{OUTPUTS, read_output};
use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use crate::exchange::states::{self, CollectionState};
use crate::ledger::{Answer, CollectionId, LedgerError, NewOutput, Output, OutputId, Window};
use rusqlite::{Connection, OptionalExtension, params};

/// Whose output it is: what outputs that wait together have in common besides where they go.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    pub client: &'a str,
    pub bundle: Sha,
}

/// The collection an output joins, one begun for it if none takes it in. Closes it if it is full now.
pub(super) fn join(
    db: &Connection,
    whose: Whose<'_>,
    output: &NewOutput,
    window: &Window,
    at: Timestamp,
) -> Answer<CollectionId> {
    if window.every_ms < 1 || window.max < 1 {
        let why = format!("it waits {} ms for {} outputs", window.every_ms, window.max);
        return Err(LedgerError::Refused { what: "this window", why });
    }
    let id = match find(db, whose, output, window, at)? {
        Some(id) => id,
        None => begin(db, whose, output, window, at)?,
    };
    let Count(outputs) = db
        .prepare_cached("UPDATE collection SET outputs = outputs + 1 WHERE id = ?1 RETURNING outputs")?
        .query_row([id], |row| row.get(0))?;
    if outputs >= u64::from(window.max) {
        Move::new(&states::COLLECTION_CLOSED, at).one(db, id.0)?;
    }
    Ok(id)
}

fn find(
    db: &Connection,
    whose: Whose<'_>,
    output: &NewOutput,
    window: &Window,
    at: Timestamp,
) -> Answer<Option<CollectionId>> {
    Ok(db
        .prepare_cached(
            "SELECT id FROM collection WHERE state = 'OPEN' AND window_key = ?1 AND client = ?2 AND bundle = ?3
                 AND flow = ?4 AND map = ?5 AND endpoint = ?6 AND every_ms = ?7 AND max_outputs = ?8
                 AND closes_at > ?9
             ORDER BY id LIMIT 1",
        )?
        .query_row(
            params![
                window.key,
                whose.client,
                whose.bundle,
                output.flow,
                output.map,
                output.endpoint,
                window.every_ms,
                window.max,
                at
            ],
            |row| row.get(0),
        )
        .optional()?)
}

fn begin(
    db: &Connection,
    whose: Whose<'_>,
    output: &NewOutput,
    window: &Window,
    at: Timestamp,
) -> Answer<CollectionId> {
    let closes_at = Timestamp::from_unix_ms(at.unix_ms.saturating_add(window.every_ms));
    execute(
        db,
        "INSERT INTO collection (window_key, client, bundle, flow, map, endpoint, every_ms, max_outputs, opened_at,
             closes_at, state, state_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?9)",
        params![
            window.key,
            whose.client,
            whose.bundle,
            output.flow,
            output.map,
            output.endpoint,
            window.every_ms,
            window.max,
            at,
            closes_at,
            CollectionState::Open,
        ],
    )?;
    Ok(CollectionId(db.last_insert_rowid()))
}

/// See [`crate::ledger::Ledger::due_collections`].
pub(super) fn due(db: &Connection, now: Timestamp, limit: usize) -> Answer<Vec<CollectionId>> {
    let rows = db
        .prepare_cached(
            "SELECT id FROM collection WHERE state = 'OPEN' AND closes_at <= ?1 ORDER BY closes_at, id LIMIT ?2",
        )?
        .query_map(params![now, super::limit(limit)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::next_collection`].
pub(super) fn next(db: &Connection) -> Answer<Option<Timestamp>> {
    Ok(db
        .prepare_cached("SELECT min(closes_at) FROM collection WHERE state = 'OPEN'")?
        .query_row([], |row| row.get(0))?)
}

/// See [`crate::ledger::Ledger::close_collections`].
pub(super) fn close(db: &Connection, collections: &[CollectionId], at: Timestamp) -> Answer<()> {
    for collection in collections {
        Move::new(&states::COLLECTION_CLOSED, at).one(db, collection.0)?;
    }
    Ok(())
}

/// See [`crate::ledger::Ledger::closed_collection`].
pub(super) fn closed(db: &Connection) -> Answer<Option<CollectionId>> {
    Ok(db
        .prepare_cached("SELECT min(id) FROM collection WHERE state = ?1")?
        .query_row([CollectionState::Closed], |row| row.get(0))?)
}

/// See [`crate::ledger::Ledger::collected_outputs`].
pub(super) fn outputs(
    db: &Connection,
    collection: CollectionId,
    after: Option<OutputId>,
    limit: usize,
) -> Answer<Vec<Output>> {
    let rows = db
        .prepare_cached(&format!("{OUTPUTS} WHERE o.collection = ?1 AND o.id > ?2 ORDER BY o.id LIMIT ?3"))?
        .query_map(params![collection, after.map_or(0, |id| id.0), super::limit(limit)], read_output)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// The collection ends with a delivery of so many outputs, which must be all of its own.
pub(super) fn planned(db: &Connection, id: CollectionId, outputs: usize, at: Timestamp) -> Answer<()> {
    Move::new(&states::COLLECTION_PLANNED, at).one(db, id.0)?;
    let Count(all) = db
        .prepare_cached("SELECT outputs FROM collection WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    match all == outputs as u64 {
        true => Ok(()),
        false => Err(LedgerError::Refused {
            what: "this delivery",
            why: format!("collection {id} has {all} outputs, and {outputs} are planned"),
        }),
    }
}
