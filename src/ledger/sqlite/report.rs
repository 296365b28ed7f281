//! What people ask, and what they decide.

use super::moves::{Move, execute};
use super::rows::Count;
use super::work::bundle_change;
use super::{delivery, findings, index, intake, replies, work};
use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use crate::exchange::states::{self, Entity, MessageState, State};
use crate::ledger::{
    Answer, CollectionId, Delivery, DeliveryId, DeliveryKind, Event, FindingOwner, GroupId, GroupLine,
    IntakeId, InterchangeId, LedgerError, MessageFilter, MessageId, MessageLine, MessageStory, Output,
    Reason, StateCount, SyntaxVerdict,
};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use std::collections::BTreeSet;

fn line() -> String {
    format!(
        "SELECT m.id, i.received_at, m.client, m.kind, m.control_number, m.state, m.reason, i.name,
         i.endpoint,
         (SELECT number || (SELECT CASE WHEN count(*) > 1 THEN ' +' || (count(*) - 1) ELSE '' END
             FROM document o WHERE o.message = m.id AND o.run = m.run AND o.advice = 0)
          FROM document d WHERE d.message = m.id AND d.run = m.run AND d.advice = 0 ORDER BY d.id LIMIT 1) AS number,
         {} AS acknowledged
     FROM message m CROSS JOIN intake i ON i.id = m.intake",
        replies::RANK
    )
}

fn read_line(row: &Row<'_>) -> rusqlite::Result<MessageLine> {
    Ok(MessageLine {
        id: row.get("id")?,
        received_at: row.get("received_at")?,
        client: row.get("client")?,
        kind: row.get("kind")?,
        number: row.get("number")?,
        control_number: row.get("control_number")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        file: row.get("name")?,
        endpoint: row.get("endpoint")?,
        acknowledged: replies::ranked(row.get("acknowledged")?),
    })
}

/// See [`crate::ledger::Ledger::list_messages`].
pub(super) fn list(db: &Connection, filter: &MessageFilter) -> Answer<Vec<MessageLine>> {
    let mut sql = line() + " WHERE i.parsed_at IS NOT NULL";
    let limit = super::limit(filter.limit);
    let mut parameters: Vec<&dyn ToSql> = vec![&limit];
    let conditions: [(&str, Option<&dyn ToSql>); 3] = [
        ("m.state =", filter.state.as_ref().map(|state| state as &dyn ToSql)),
        ("m.client =", filter.client.as_ref().map(|client| client as &dyn ToSql)),
        ("m.id <", filter.before.as_ref().map(|before| before as &dyn ToSql)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            parameters.push(value);
            sql += &format!(" AND {condition} ?{}", parameters.len());
        }
    }
    sql += " ORDER BY m.id DESC LIMIT ?1";
    let rows = db.prepare_cached(&sql)?.query_map(&parameters[..], read_line)?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// The first messages of a file that is indexed, in order.
pub(super) fn of_intake(db: &Connection, intake: IntakeId, limit: usize) -> Answer<Vec<MessageLine>> {
    let sql = format!("{} WHERE i.parsed_at IS NOT NULL AND m.intake = ?1 ORDER BY m.id LIMIT ?2", line());
    let rows = db
        .prepare_cached(&sql)?
        .query_map(params![intake, super::limit(limit)], read_line)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::message_story`].
pub(super) fn story(db: &Connection, id: MessageId) -> Answer<MessageStory> {
    let line = db
        .prepare_cached(&(line() + " WHERE m.id = ?1"))?
        .query_row([id], read_line)
        .optional()?
        .ok_or_else(|| LedgerError::Missing { what: "message", id: id.to_string() })?;
    let (intake_id, interchange_id, group_id) = parents(db, id)?;
    let intake = intake::get(db, intake_id)?;
    let interchange = index::get(db, interchange_id)?;
    let outputs = outputs_of(db, id)?;
    let deliveries = deliveries_of(db, &outputs, interchange_id)?;
    let mut all_findings = findings::of_owner(db, FindingOwner::Intake(intake_id))?;
    all_findings.extend(findings::of_owner(db, FindingOwner::Interchange(interchange_id))?);
    all_findings.extend(findings::of_owner(db, FindingOwner::Message(id))?);
    for collection in collections_of(&outputs) {
        all_findings.extend(findings::of_owner(db, FindingOwner::Collection(collection))?);
    }
    let mut said = Vec::new();
    for sent in deliveries.iter().filter(|sent| sent.kind == DeliveryKind::Output) {
        all_findings.extend(findings::of_owner(db, FindingOwner::Delivery(sent.id))?);
        said.extend(replies::about(db, sent.id)?);
    }
    let says = replies::said_by(db, id)?;
    let mut owners = vec![
        (Entity::Message, id.0),
        (Entity::Interchange, interchange_id.0),
        (Entity::Intake, intake_id.0),
        (Entity::Release, intake_id.0),
    ];
    owners.extend(collections_of(&outputs).map(|collection| (Entity::Collection, collection.0)));
    owners.extend(deliveries.iter().map(|delivery| (Entity::Delivery, delivery.id.0)));
    let history = events(db, owners)?;
    let group = group(db, group_id)?;
    let (documents, earlier_findings) = (work::documents_of(db, id)?, findings::of_earlier_runs(db, id)?);
    let story = db.prepare_cached("SELECT * FROM message WHERE id = ?1")?.query_row([id], |row| {
        Ok(MessageStory {
            offset: row.get::<_, Count>("byte_offset")?.0,
            length: row.get::<_, Count>("byte_length")?.0,
            syntax: row.get("syntax")?,
            told: row.get("told")?,
            permitted_by: row.get("permitted_by")?,
            attempts: row.get("attempts")?,
            bundle: row.get::<_, Option<Sha>>("bundle")?.unwrap_or(intake.bundle),
            run: row.get("run")?,
            findings_dropped: row.get::<_, Count>("findings_dropped")?.0,
            line,
            intake,
            interchange,
            group,
            findings: all_findings,
            earlier_findings,
            documents,
            outputs,
            deliveries,
            replies: said,
            says,
            history,
        })
    })?;
    Ok(story)
}

fn parents(db: &Connection, id: MessageId) -> Answer<(IntakeId, InterchangeId, GroupId)> {
    Ok(db
        .prepare_cached("SELECT intake, interchange, message_group FROM message WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
}

fn group(db: &Connection, id: GroupId) -> Answer<GroupLine> {
    Ok(db.prepare_cached("SELECT * FROM message_group WHERE id = ?1")?.query_row([id], |row| {
        Ok(GroupLine {
            id: row.get("id")?,
            functional_id: row.get("functional_id")?,
            control_number: row.get("control_number")?,
            version: row.get("version")?,
            fault: row.get("fault")?,
        })
    })?)
}

fn outputs_of(db: &Connection, message: MessageId) -> Answer<Vec<(Output, Option<DeliveryId>)>> {
    let rows = db
        .prepare_cached(&format!("{} WHERE o.message = ?1 ORDER BY o.id", work::OUTPUTS))?
        .query_map([message], |row| Ok((work::read_output(row)?, row.get("delivery")?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// The collections that outputs wait or waited in, each once.
fn collections_of(outputs: &[(Output, Option<DeliveryId>)]) -> impl Iterator<Item = CollectionId> {
    let all: BTreeSet<_> = outputs.iter().filter_map(|(output, _)| output.collection).collect();
    all.into_iter()
}

fn deliveries_of(
    db: &Connection,
    outputs: &[(Output, Option<DeliveryId>)],
    interchange: InterchangeId,
) -> Answer<Vec<Delivery>> {
    let mut ids: Vec<DeliveryId> = db
        .prepare_cached("SELECT delivery FROM answer WHERE interchange = ?1")?
        .query_map([interchange], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    ids.extend(outputs.iter().filter_map(|(_, delivery)| *delivery));
    ids.sort_unstable();
    ids.dedup();
    let mut deliveries = Vec::with_capacity(ids.len());
    for id in ids {
        deliveries.push(delivery::get(db, id)?);
        let again = db
            .prepare_cached("SELECT * FROM delivery WHERE resend_of = ?1 ORDER BY id")?
            .query_map([id], delivery::read)?
            .collect::<Result<Vec<_>, _>>()?;
        deliveries.extend(again);
    }
    // One that was sent again for this very interchange is among both.
    let mut listed = BTreeSet::new();
    deliveries.retain(|delivery| listed.insert(delivery.id));
    Ok(deliveries)
}

/// Every transition of these entities, oldest first.
pub(super) fn events(db: &Connection, owners: Vec<(Entity, i64)>) -> Answer<Vec<Event>> {
    let mut events: Vec<(i64, Event)> = Vec::new();
    for (entity, id) in owners {
        let mut statement =
            db.prepare_cached("SELECT * FROM event WHERE entity_id = ?1 AND entity = ?2 ORDER BY id")?;
        let mut rows = statement.query(params![id, entity.word()])?;
        while let Some(row) = rows.next()? {
            let state = |column: &str| -> Answer<State> {
                let word: String = row.get(column)?;
                State::from_word(entity, &word).ok_or_else(|| LedgerError::Damaged {
                    detail: format!("an event of {entity} {id} names the state {word:?}"),
                })
            };
            let event = Event {
                entity,
                id,
                from: state("from_state")?,
                to: state("to_state")?,
                at: row.get("at")?,
                reason: row.get("reason")?,
                who: row.get("who")?,
            };
            events.push((row.get("id")?, event));
        }
    }
    events.sort_by_key(|(order, _)| *order);
    Ok(events.into_iter().map(|(_, event)| event).collect())
}

/// See [`crate::ledger::Ledger::retry`].
pub(super) fn retry(db: &Connection, id: MessageId, bundle: Sha, who: &str, at: Timestamp) -> Answer<()> {
    super::moves::require(db, &states::MESSAGE_RETRIED, id.0)?;
    let (state, permitted): (MessageState, bool) = db
        .prepare_cached("SELECT state, permitted_by IS NOT NULL FROM message WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if state == MessageState::Duplicate && !permitted {
        let actual = "DUPLICATE and nobody permitted it";
        return Err(super::moves::conflict(&states::MESSAGE_RETRIED, id.0, actual));
    }
    if super::collections::retry(db, id, bundle, who, at)? {
        return Ok(());
    }
    let (intake, interchange, _) = parents(db, id)?;
    let reason = bundle_change(work::bundle_of(db, id)?, bundle);
    remember_told(db, id)?;
    Move::new(&states::MESSAGE_RETRIED, at).because(&reason).by(who).one(db, id.0)?;
    execute(
        db,
        "UPDATE message SET run = run + 1, attempts = 0, syntax = NULL, findings_dropped = 0, bundle = ?2
         WHERE id = ?1",
        params![id, bundle],
    )?;
    Move::new(&states::INTERCHANGE_REOPENED, at).by(who).one_if_listed(db, interchange.0)?;
    Move::new(&states::INTAKE_REOPENED, at).by(who).one_if_listed(db, intake.0)?;
    Ok(())
}

/// Keeps what the sender was told of a message that is about to be judged again.
fn remember_told(db: &Connection, id: MessageId) -> Answer<()> {
    execute(
        db,
        "UPDATE message SET told = coalesce(syntax, CASE state WHEN ?2 THEN ?3 ELSE ?4 END)
         WHERE id = ?1 AND told IS NULL
             AND EXISTS (SELECT 1 FROM interchange x WHERE x.id = message.interchange AND x.ack IS NOT NULL)",
        params![id, MessageState::Rejected, SyntaxVerdict::Rejected, SyntaxVerdict::Accepted],
    )?;
    Ok(())
}

/// See [`crate::ledger::Ledger::permit`].
pub(super) fn permit(db: &Connection, id: MessageId, who: &str) -> Answer<()> {
    super::moves::require(db, &states::MESSAGE_RETRIED, id.0)?;
    execute(db, "UPDATE message SET permitted_by = ?2 WHERE id = ?1", params![id, who])?;
    Ok(())
}

/// See [`crate::ledger::Ledger::discard`].
pub(super) fn discard(db: &Connection, id: MessageId, why: &Reason, who: &str, at: Timestamp) -> Answer<()> {
    Move::new(&states::MESSAGE_DISCARDED, at).because(why).by(who).one(db, id.0)?;
    super::collections::leave(db, id, why, at)
}

/// See [`crate::ledger::Ledger::counts`].
pub(super) fn counts(db: &Connection) -> Answer<Vec<StateCount>> {
    let mut counts = Vec::new();
    for &entity in Entity::ALL {
        for state in State::all(entity) {
            let (table, column) = match entity {
                Entity::Release => ("intake", "release_state"),
                other => (other.word(), "state"),
            };
            let Count(count) = db
                .prepare_cached(&format!("SELECT count(*) FROM {table} WHERE {column} = ?1"))?
                .query_row([state.word()], |row| row.get(0))?;
            if count > 0 {
                counts.push(StateCount { state, count });
            }
        }
    }
    Ok(counts)
}
