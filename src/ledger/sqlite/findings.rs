//! Findings as rows.

use super::moves::state_of;
use super::rows::Count;
use crate::diagnostics::Place;
use crate::exchange::states::Entity;
use crate::ledger::{Answer, Finding, FindingOwner, GroupId, LedgerError, MessageId};
use rusqlite::{Connection, Row, params};

fn owner_columns(owner: FindingOwner) -> (Entity, i64) {
    match owner {
        FindingOwner::Intake(id) => (Entity::Intake, id.0),
        FindingOwner::Interchange(id) => (Entity::Interchange, id.0),
        FindingOwner::Message(id) => (Entity::Message, id.0),
        FindingOwner::Collection(id) => (Entity::Collection, id.0),
        FindingOwner::Delivery(id) => (Entity::Delivery, id.0),
    }
}

fn run_of(db: &Connection, owner: FindingOwner) -> Answer<u32> {
    let (entity, id) = owner_columns(owner);
    state_of(db, entity, id)?;
    match owner {
        FindingOwner::Message(id) => Ok(db
            .prepare_cached("SELECT run FROM message WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?),
        _ => Ok(0),
    }
}

/// Appends findings to what an owner has.
pub(super) fn note(db: &Connection, owner: FindingOwner, findings: &[Finding]) -> Answer<()> {
    let run = run_of(db, owner)?;
    insert(db, owner, run, findings)
}

/// Appends findings of one run.
pub(super) fn insert(db: &Connection, owner: FindingOwner, run: u32, findings: &[Finding]) -> Answer<()> {
    let (entity, id) = owner_columns(owner);
    let mut statement = db.prepare_cached(
        "INSERT INTO finding (entity, entity_id, run, code, severity, byte_offset, byte_length, segment, tag,
             loop_id, element, repetition, component, element_id, arguments, map_path, map_line, help)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?;
    for finding in findings {
        let arguments = serde_json::to_string(&finding.arguments)
            .map_err(|error| LedgerError::Storage { doing: "write arguments", source: Box::new(error) })?;
        let place = finding.place.as_ref();
        statement.execute(params![
            entity.word(),
            id,
            run,
            finding.code,
            finding.severity,
            place.map(|place| Count(place.offset)),
            place.map(|place| place.length),
            place.map(|place| place.segment),
            place.map(|place| &place.tag),
            place.map(|place| &place.loop_id),
            place.map(|place| place.element),
            place.map(|place| place.repetition),
            place.map(|place| place.component),
            place.map(|place| &place.element_id),
            arguments,
            finding.map.as_ref().map(|(path, _)| path),
            finding.map.as_ref().map(|(_, line)| line),
            finding.help,
        ])?;
    }
    Ok(())
}

/// The findings of an owner; of a message, those of its latest run.
pub(super) fn of_owner(db: &Connection, owner: FindingOwner) -> Answer<Vec<Finding>> {
    let run = run_of(db, owner)?;
    Ok(select(db, owner)?.into_iter().filter(|(of, _)| *of == run).map(|(_, finding)| finding).collect())
}

/// The findings of a message in earlier runs, with the run.
pub(super) fn of_earlier_runs(db: &Connection, message: MessageId) -> Answer<Vec<(u32, Finding)>> {
    let owner = FindingOwner::Message(message);
    let run = run_of(db, owner)?;
    Ok(select(db, owner)?.into_iter().filter(|(of, _)| *of < run).collect())
}

/// The findings of the latest run of each message of a group from `first` to `last`, by message and in order.
pub(super) fn of_messages(
    db: &Connection,
    group: GroupId,
    first: MessageId,
    last: MessageId,
) -> Answer<Vec<(MessageId, Finding)>> {
    let rows = db
        .prepare_cached(
            "SELECT f.* FROM finding f CROSS JOIN message m ON m.id = f.entity_id
             WHERE f.entity_id BETWEEN ?1 AND ?2 AND f.entity = ?3 AND f.run = m.run AND m.message_group = ?4
             ORDER BY f.entity_id, f.id",
        )?
        .query_map(params![first, last, Entity::Message.word(), group], |row| {
            Ok((row.get("entity_id")?, read(row)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn select(db: &Connection, owner: FindingOwner) -> Answer<Vec<(u32, Finding)>> {
    let (entity, id) = owner_columns(owner);
    let rows = db
        .prepare_cached("SELECT * FROM finding WHERE entity_id = ?1 AND entity = ?2 ORDER BY id")?
        .query_map(params![id, entity.word()], |row| Ok((row.get("run")?, read(row)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let arguments: String = row.get("arguments")?;
    let arguments = serde_json::from_str(&arguments).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })?;
    let place = match row.get::<_, Option<Count>>("byte_offset")? {
        None => None,
        Some(Count(offset)) => Some(Place {
            offset,
            length: row.get("byte_length")?,
            segment: row.get("segment")?,
            tag: row.get("tag")?,
            loop_id: row.get("loop_id")?,
            element: row.get("element")?,
            repetition: row.get("repetition")?,
            component: row.get("component")?,
            element_id: row.get("element_id")?,
        }),
    };
    let map = match row.get::<_, Option<String>>("map_path")? {
        None => None,
        Some(path) => Some((path, row.get("map_line")?)),
    };
    Ok(Finding {
        code: row.get("code")?,
        severity: row.get("severity")?,
        place,
        arguments,
        map,
        help: row.get("help")?,
    })
}
