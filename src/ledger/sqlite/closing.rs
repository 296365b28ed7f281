//! Acknowledgements that are due, and intakes with nothing left to do.

use super::moves::{Move, conflict, execute, open_words, require};
use super::{findings, index};
use crate::base::clock::Timestamp;
use crate::exchange::states::{self, Entity, IntakeState, InterchangeState, MessageState};
use crate::ledger::{AckGroup, AckMessage, Answer, DueAck, GroupId, IntakeId, InterchangeId, MessageId};
use rusqlite::{Connection, params};

/// See [`crate::ledger::Ledger::due_acks`].
pub(super) fn due_acks(db: &Connection, limit: usize) -> Answer<Vec<DueAck>> {
    let sql = format!(
        "SELECT x.*, e.ack AS earlier_ack,
             coalesce((SELECT m.bundle FROM message m WHERE m.interchange = x.id AND m.bundle IS NOT NULL
                 ORDER BY m.state_at DESC, m.id DESC LIMIT 1), i.bundle) AS bundle,
             (SELECT count(*) FROM answer a JOIN delivery d ON d.id = a.delivery
                 WHERE a.interchange = x.id AND d.resend_of IS NULL) AS made
         FROM interchange x JOIN intake i ON i.id = x.intake
             LEFT JOIN interchange e ON e.id = x.duplicate_of
         WHERE x.owes_ack = 1 AND x.ack IS NULL AND i.parsed_at IS NOT NULL
             AND (x.state = ?1
                 OR x.state = ?2 AND (e.ack IS NOT NULL OR e.owes_ack = 0)
                 OR x.state = ?3 AND NOT EXISTS (SELECT 1 FROM message m
                     WHERE m.interchange = x.id AND m.syntax IS NULL AND m.state IN ({}, ?5)))
         ORDER BY x.id LIMIT ?4",
        open_words(Entity::Message)
    );
    let rows = db
        .prepare_cached(&sql)?
        .query_map(
            params![
                InterchangeState::Rejected,
                InterchangeState::Duplicate,
                InterchangeState::Split,
                super::limit(limit),
                // A stranger's: once he is known, he is answered when all of his messages have a verdict.
                MessageState::Unrouted,
            ],
            |row| {
                Ok(DueAck {
                    interchange: index::read(row)?,
                    bundle: row.get("bundle")?,
                    earlier: row.get("earlier_ack")?,
                    made: row.get("made")?,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::forgo_acknowledgement`].
pub(super) fn forgo(db: &Connection, interchange: InterchangeId) -> Answer<()> {
    let forgone = "UPDATE interchange SET owes_ack = 0 WHERE id = ?1 AND ack IS NULL";
    execute(db, forgone, [interchange]).map(|_| ())
}

/// See [`crate::ledger::Ledger::ack_groups`].
pub(super) fn ack_groups(
    db: &Connection,
    interchange: InterchangeId,
    after: Option<GroupId>,
    limit: usize,
) -> Answer<Vec<AckGroup>> {
    let rows = db
        .prepare_cached(
            "SELECT * FROM message_group WHERE interchange = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        )?
        .query_map(params![interchange, after.map_or(0, |id| id.0), super::limit(limit)], |row| {
            Ok(AckGroup {
                id: row.get("id")?,
                functional_id: row.get("functional_id")?,
                control_number: row.get("control_number")?,
                sender: row.get("sender")?,
                receiver: row.get("receiver")?,
                version: row.get("version")?,
                fault: row.get("fault")?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::ack_messages`].
pub(super) fn ack_messages(
    db: &Connection,
    group: GroupId,
    after: Option<MessageId>,
    limit: usize,
) -> Answer<Vec<AckMessage>> {
    let mut messages: Vec<AckMessage> = db
        .prepare_cached("SELECT * FROM message WHERE message_group = ?1 AND id > ?2 ORDER BY id LIMIT ?3")?
        .query_map(params![group, after.map_or(0, |id| id.0), super::limit(limit)], |row| {
            Ok(AckMessage {
                id: row.get("id")?,
                kind: row.get("kind")?,
                version: row.get("version")?,
                control_number: row.get("control_number")?,
                fault: row.get("fault")?,
                state: row.get("state")?,
                syntax: row.get("syntax")?,
                findings: Vec::new(),
            })
        })?
        .collect::<Result<_, _>>()?;
    if let [first, .., last] | [first @ last] = messages.as_slice() {
        for (message, finding) in findings::of_messages(db, group, first.id, last.id)? {
            let at = messages.binary_search_by_key(&message, |message| message.id);
            messages[at.expect("the query is of the same messages")].findings.push(finding);
        }
    }
    Ok(messages)
}

/// What keeps intake `i` from closing: a message that has not ended, something its sender is told that is not published, or an acknowledgement that is owed by an
/// interchange nobody must decide about and is not published.
fn work_left() -> String {
    let published = super::delivery::published_words();
    format!(
        "EXISTS (SELECT 1 FROM message m WHERE m.intake = i.id AND m.state IN ({}))
         OR EXISTS (SELECT 1 FROM interchange x LEFT JOIN delivery d ON d.id = x.ack
             WHERE x.intake = i.id AND x.owes_ack = 1 AND x.state <> '{}'
                 AND (d.id IS NULL OR d.state NOT IN ({published})))
         OR EXISTS (SELECT 1 FROM output o LEFT JOIN delivery d ON d.id = o.delivery
             WHERE o.intake = i.id AND o.advice = 1 AND (d.id IS NULL OR d.state NOT IN ({published})))",
        open_words(Entity::Message),
        InterchangeState::Quarantined,
    )
}

/// See [`crate::ledger::Ledger::closable_intakes`].
pub(super) fn closable(db: &Connection, limit: usize) -> Answer<Vec<IntakeId>> {
    let sql =
        format!("SELECT id FROM intake i WHERE state = ?1 AND NOT ({}) ORDER BY id LIMIT ?2", work_left());
    let rows = db
        .prepare_cached(&sql)?
        .query_map(params![IntakeState::Parsed, super::limit(limit)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::close_intake`].
pub(super) fn close(db: &Connection, id: IntakeId, at: Timestamp) -> Answer<()> {
    let step = &states::INTAKE_CLOSED;
    require(db, step, id.0)?;
    let left: bool = db
        .prepare_cached(&format!("SELECT {} FROM intake i WHERE i.id = ?1", work_left()))?
        .query_row([id], |row| row.get(0))?;
    if left {
        return Err(conflict(step, id.0, "PARSED with work left"));
    }
    Move::new(&states::INTERCHANGE_CLOSED, at).each(db, "intake = ?1", id)?;
    Move::new(step, at).one(db, id.0)
}
