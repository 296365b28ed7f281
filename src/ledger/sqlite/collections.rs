//! Files that wait for outputs of several documents.

use super::findings;
use super::moves::{Move, execute};
use super::rows::Count;
use super::work::{OUTPUTS, bundle_change, read_document, read_output};
use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use crate::exchange::states::{self, CollectionState};
use crate::ledger::{
    Answer, Collection, CollectionId, Document, Finding, FindingOwner, Gathering, LedgerError, MessageId,
    NewOutput, Output, OutputId, Reason, Window,
};
use rusqlite::{Connection, OptionalExtension, params};

/// Whose output it is: what outputs that wait together have in common besides where they go.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    pub client: &'a str,
    pub bundle: Sha,
}

/// The collection an output joins, one begun for it if none takes it in. Closes it if it is full now, or nothing more is
/// to come.
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
        Some((id, bytes)) if bytes.saturating_add(output.length) <= window.size_max => id,
        Some((full, _)) => {
            // What comes later does not go ahead of this one.
            Move::new(&states::COLLECTION_CLOSED, at).one(db, full.0)?;
            begin(db, whose, output, window, at)?
        }
        None => begin(db, whose, output, window, at)?,
    };
    let (Count(outputs), Count(bytes)) = db
        .prepare_cached(
            "UPDATE collection SET outputs = outputs + 1, bytes = bytes + ?2 WHERE id = ?1 RETURNING outputs, bytes",
        )?
        .query_row(params![id, Count(output.length)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if output.is_last || outputs >= u64::from(window.max) || bytes >= window.size_max {
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
) -> Answer<Option<(CollectionId, u64)>> {
    Ok(db
        .prepare_cached(
            "SELECT id, bytes FROM collection WHERE state = 'OPEN' AND window_key = ?1 AND client = ?2
                 AND bundle = ?3 AND endpoint = ?6 AND every_ms = ?7
                 AND name = ?12 AND (name <> '' OR (flow = ?4 AND map = ?5))
                 AND max_outputs = ?8 AND max_bytes = ?10 AND cut_off IS ?11
                 AND (closes_at > ?9 OR cut_off IS NOT NULL)
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
                at,
                Count(window.size_max),
                window.closes_at,
                window.name,
            ],
            |row| Ok((row.get(0)?, row.get::<_, Count>(1)?.0)),
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
    let closes_at = window.closes_at.unwrap_or(closes_at);
    execute(
        db,
        "INSERT INTO collection (window_key, client, bundle, flow, map, endpoint, every_ms, max_outputs, opened_at,
             closes_at, state, state_at, max_bytes, cut_off, name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?9, ?12, ?13, ?14)",
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
            Count(window.size_max),
            window.closes_at,
            window.name,
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

/// See [`crate::ledger::Ledger::open_gatherings`].
pub(super) fn open_gatherings(db: &Connection) -> Answer<Vec<(CollectionId, OutputId)>> {
    let rows = db
        .prepare_cached(
            "SELECT c.id, max(o.id) FROM collection c CROSS JOIN output o ON o.collection = c.id
             WHERE c.state = ?1 AND o.gathering = ?2 GROUP BY c.id ORDER BY c.id",
        )?
        .query_map(params![CollectionState::Open, Gathering::Gathered], |row| Ok((row.get(0)?, row.get(1)?)))?
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
pub(super) fn closed(db: &Connection) -> Answer<Option<Collection>> {
    Ok(db
        .prepare_cached(
            "SELECT c.*, (SELECT gathering FROM output o WHERE o.collection = c.id LIMIT 1) AS gathering
             FROM collection c WHERE c.state = ?1 ORDER BY c.id LIMIT 1",
        )?
        .query_row([CollectionState::Closed], |row| {
            Ok(Collection {
                id: row.get("id")?,
                gathering: row.get("gathering")?,
                bundle: row.get("bundle")?,
                state_at: row.get("state_at")?,
            })
        })
        .optional()?)
}

/// See [`crate::ledger::Ledger::collected_documents`].
pub(super) fn documents(db: &Connection, collection: CollectionId) -> Answer<Vec<Document>> {
    let rows = db
        .prepare_cached(
            "SELECT d.* FROM output o CROSS JOIN document d ON d.id = o.document WHERE o.collection = ?1
             ORDER BY o.id",
        )?
        .query_map([collection], read_document)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::hold_collection`].
pub(super) fn hold(
    db: &Connection,
    id: CollectionId,
    why: &Reason,
    found: &[Finding],
    at: Timestamp,
) -> Answer<()> {
    Move::new(&states::COLLECTION_HELD, at).because(why).one(db, id.0)?;
    findings::note(db, FindingOwner::Collection(id), found)?;
    Move::new(&states::MESSAGE_NOT_GATHERED, at).because(why).each(
        db,
        "id IN (SELECT message FROM output WHERE collection = ?1)",
        id,
    )?;
    Ok(())
}

/// The collections that hold a message.
fn holding(db: &Connection, message: MessageId) -> Answer<Vec<CollectionId>> {
    let rows = db
        .prepare_cached(
            "SELECT DISTINCT c.id FROM output o CROSS JOIN collection c ON c.id = o.collection
             WHERE o.message = ?1 AND c.state = ?2 ORDER BY c.id",
        )?
        .query_map(params![message, CollectionState::Held], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Has the collections that hold a message written again with a bundle, and moves their messages back where nothing else
/// holds them. Says whether there were any.
pub(super) fn retry(
    db: &Connection,
    message: MessageId,
    bundle: Sha,
    who: &str,
    at: Timestamp,
) -> Answer<bool> {
    let held = holding(db, message)?;
    for &id in &held {
        let old: Sha = db
            .prepare_cached("SELECT bundle FROM collection WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?;
        let reason = bundle_change(old, bundle);
        Move::new(&states::COLLECTION_RETRIED, at).because(&reason).by(who).one(db, id.0)?;
        execute(db, "UPDATE collection SET bundle = ?2 WHERE id = ?1", params![id, bundle])?;
        execute(db, "DELETE FROM finding WHERE entity = 'collection' AND entity_id = ?1", [id])?;
        Move::new(&states::MESSAGE_GATHERED_AGAIN, at).by(who).each(
            db,
            "id IN (SELECT message FROM output WHERE collection = ?1)
             AND NOT EXISTS (SELECT 1 FROM output o JOIN collection c ON c.id = o.collection
                 WHERE o.message = message.id AND c.state = 'HELD')",
            id,
        )?;
    }
    Ok(!held.is_empty())
}

/// Takes a message out of the collections that are not planned. One that has no output left ends with it.
pub(super) fn leave(db: &Connection, message: MessageId, why: &Reason, at: Timestamp) -> Answer<()> {
    let waiting: Vec<CollectionId> = db
        .prepare_cached(
            "SELECT DISTINCT collection FROM output
             WHERE message = ?1 AND collection IS NOT NULL AND delivery IS NULL ORDER BY collection",
        )?
        .query_map([message], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in waiting {
        let left = execute(
            db,
            "UPDATE output SET collection = NULL WHERE message = ?1 AND collection = ?2",
            params![message, id],
        )?;
        let Count(outputs) = db
            .prepare_cached("UPDATE collection SET outputs = outputs - ?2 WHERE id = ?1 RETURNING outputs")?
            .query_row(params![id, left as i64], |row| row.get(0))?;
        if outputs == 0 {
            Move::new(&states::COLLECTION_DISCARDED, at).because(why).one(db, id.0)?;
        }
    }
    Ok(())
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
