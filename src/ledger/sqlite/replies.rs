//! What partners said about what we sent.

use super::moves::{Move, execute, require, state_of, word_list};
use super::rows::Count;
use super::{delivery, findings};
use crate::base::clock::Timestamp;
use crate::exchange::reply::Word;
use crate::exchange::states::{self, DeliveryState, Entity, State};
use crate::ledger::{
    Acknowledged, Answer, Delivery, DeliveryId, Finding, FindingOwner, MessageId, NUMBERS_MAX, NewReply,
    Publication, Reply, SentDelivery, SentOutput,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// States in which the partner may have the file.
const SENT: [DeliveryState; 4] = [
    DeliveryState::Publishing,
    DeliveryState::Published,
    DeliveryState::Acked,
    DeliveryState::UnknownOutcome,
];

/// See [`crate::ledger::Ledger::sent`].
pub(super) fn sent(db: &Connection, lanes: &[String], number: u64) -> Answer<Option<SentDelivery>> {
    let mut found = None;
    for lane in lanes {
        found = found.or(numbered(db, lane, number)?);
    }
    let Some(numbered) = found.filter(|found| SENT.contains(&found.delivery.state)) else {
        return Ok(None);
    };
    let group = group(db, &numbered)?;
    let (mut outputs, mut others) = (Vec::new(), Vec::new());
    for output in outputs_of(db, numbered.delivery.id)? {
        match group.ordinals.contains(&output.ordinal) {
            true => outputs.push(output),
            false => others.push(output.word),
        }
    }
    let (delivery, functional_id) = (numbered.delivery, group.functional_id);
    Ok(Some(SentDelivery { delivery, functional_id, outputs, others }))
}

/// See [`crate::ledger::Ledger::sent_document`].
pub(super) fn sent_document(
    db: &Connection,
    (lane, client, number): (&str, &str, &str),
    limit: usize,
) -> Answer<Vec<u64>> {
    let states = word_list(SENT.map(State::Delivery));
    let rows = db
        .prepare_cached(&format!(
            "SELECT DISTINCT c.number, o.delivery, o.ordinal FROM document b CROSS JOIN output o ON o.document = b.id
                 CROSS JOIN delivery d ON d.id = o.delivery
                 CROSS JOIN control_number c ON c.lane = ?1 AND c.delivery_key = d.key
             WHERE b.number = ?3 AND b.number <> '' AND b.client = ?2 AND d.state IN ({states})
             ORDER BY o.delivery, o.ordinal LIMIT ?4"
        ))?
        .query_map(params![lane, client, number, super::limit(limit)], |row| row.get::<_, Count>(0))?
        .map(|row| row.map(|Count(number)| number))
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// A delivery that carries a number.
struct Numbered {
    delivery: Delivery,
    /// Functional identifier of its first group.
    functional_id: String,
    /// Which of its groups has the number, from 1, if each has one of its own.
    place: Option<u64>,
}

fn numbered(db: &Connection, lane: &str, number: u64) -> Answer<Option<Numbered>> {
    Ok(db
        .prepare_cached(
            "SELECT d.*, c.number AS first_number, c.amount FROM control_number c
                 JOIN delivery d ON d.key = c.delivery_key
             WHERE c.lane = ?1 AND c.number > ?2 - ?3 AND c.number <= ?2 AND c.number + c.amount > ?2
             ORDER BY c.reserved_at DESC, d.id DESC LIMIT 1",
        )?
        .query_row(params![lane, Count(number), Count(NUMBERS_MAX)], |row| {
            let Count(first) = row.get("first_number")?;
            let Count(amount) = row.get("amount")?;
            Ok(Numbered {
                delivery: delivery::read(row)?,
                functional_id: row.get("functional_id")?,
                place: (amount > 1).then_some(number - first + 1),
            })
        })
        .optional()?)
}

/// A group of a delivery, or all of it.
struct SentGroup {
    functional_id: String,
    /// Its messages.
    ordinals: std::ops::Range<u32>,
}

fn group(db: &Connection, numbered: &Numbered) -> Answer<SentGroup> {
    let functional_id = numbered.functional_id.clone();
    let Some(place) = numbered.place else {
        return Ok(SentGroup { functional_id, ordinals: 0..u32::MAX });
    };
    let mut groups: Vec<(String, u32)> = vec![(functional_id, 1)];
    let mut further = db.prepare_cached(
        "SELECT functional_id, first_ordinal FROM delivery_group WHERE delivery = ?1 ORDER BY place",
    )?;
    for group in further.query_map([numbered.delivery.id], |row| Ok((row.get(0)?, row.get(1)?)))? {
        groups.push(group?);
    }
    let at = (place - 1) as usize;
    let end = groups.get(at + 1).map_or(u32::MAX, |(_, first)| *first);
    // A number that was reserved for a group that is not there names nothing.
    let (functional_id, first) = groups.into_iter().nth(at).unwrap_or((String::new(), u32::MAX));
    Ok(SentGroup { functional_id, ordinals: first..end })
}

fn outputs_of(db: &Connection, delivery: DeliveryId) -> Answer<Vec<SentOutput>> {
    let outputs = db
        .prepare_cached(
            "SELECT o.id, o.message, o.ordinal, o.verdict, d.number FROM output o
                 JOIN document d ON d.id = o.document
             WHERE o.delivery = ?1 ORDER BY o.ordinal, o.id",
        )?
        .query_map([delivery], |row| {
            Ok(SentOutput {
                id: row.get("id")?,
                message: row.get("message")?,
                ordinal: row.get("ordinal")?,
                number: row.get("number")?,
                word: row.get::<_, Option<Word>>("verdict")?.filter(|word| word.settles()),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(outputs)
}

/// Keeps what the acknowledgement `message` says about one delivery. What was said before stands.
pub(super) fn record(db: &Connection, message: MessageId, reply: &NewReply, at: Timestamp) -> Answer<()> {
    let id = reply.delivery;
    if reply.of_delivery.settles() && !reply.is_advice {
        settle(db, reply, at)?;
    }
    execute(
        db,
        "INSERT INTO reply (message, delivery, verdict, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (message, delivery) DO UPDATE SET verdict = excluded.verdict, at = excluded.at",
        params![message, id, reply.word, at],
    )?;
    match reply.is_advice {
        true => advise(db, reply)?,
        false => acknowledge(db, reply)?,
    }
    findings::note(db, FindingOwner::Delivery(id), &reply.about_file)?;
    for (message, finding) in &reply.about_messages {
        findings::note(db, FindingOwner::Message(*message), std::slice::from_ref(finding))?;
    }
    Ok(())
}

fn acknowledge(db: &Connection, reply: &NewReply) -> Answer<()> {
    execute(
        db,
        "UPDATE delivery SET verdict = ?2 WHERE id = ?1 AND (verdict IS NULL OR verdict = ?3)",
        params![reply.delivery, reply.of_delivery, Word::Received],
    )?;
    for (output, word) in &reply.outputs {
        execute(
            db,
            "UPDATE output SET verdict = ?2 WHERE id = ?1 AND (verdict IS NULL OR verdict = ?3)",
            params![output, word, Word::Received],
        )?;
    }
    Ok(())
}

/// The newest advice counts: a document that was refused may be taken after all.
fn advise(db: &Connection, reply: &NewReply) -> Answer<()> {
    for (output, word) in &reply.outputs {
        execute(db, "UPDATE output SET advised = ?2 WHERE id = ?1", params![output, word])?;
    }
    Ok(())
}

/// Moves the delivery on. A file that is acknowledged was there, whatever we saw of it.
fn settle(db: &Connection, reply: &NewReply, at: Timestamp) -> Answer<()> {
    let id = reply.delivery;
    let state = state_of(db, Entity::Delivery, id.0)?;
    if [DeliveryState::Publishing, DeliveryState::UnknownOutcome].map(State::Delivery).contains(&state) {
        delivery::published(db, id, Publication { at, inferred: true })?;
    }
    match state {
        State::Delivery(DeliveryState::Acked) => Ok(()),
        _ => Move::new(&states::DELIVERY_ACKED, at).because(&reply.reason).one(db, id.0),
    }
}

/// See [`crate::ledger::Ledger::overdue_deliveries`].
pub(super) fn overdue(db: &Connection, now: Timestamp, limit: usize) -> Answer<Vec<Delivery>> {
    let rows = db
        .prepare_cached(
            "SELECT * FROM delivery
             WHERE state = 'PUBLISHED' AND answer_within_ms IS NOT NULL AND overdue_at IS NULL
                 AND published_at + answer_within_ms <= ?1 ORDER BY id LIMIT ?2",
        )?
        .query_map(params![now, super::limit(limit)], delivery::read)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::next_deadline`].
pub(super) fn next_deadline(db: &Connection) -> Answer<Option<Timestamp>> {
    Ok(db
        .prepare_cached(
            "SELECT min(published_at + answer_within_ms) FROM delivery
             WHERE state = 'PUBLISHED' AND answer_within_ms IS NOT NULL AND overdue_at IS NULL",
        )?
        .query_row([], |row| row.get(0))?)
}

/// See [`crate::ledger::Ledger::raise_overdue`].
pub(super) fn raise(db: &Connection, id: DeliveryId, finding: &Finding, at: Timestamp) -> Answer<()> {
    // An acknowledgement that came in the meantime ends the wait.
    require(db, &states::DELIVERY_ACKED, id.0)?;
    let raised = execute(
        db,
        "UPDATE delivery SET overdue_at = ?2 WHERE id = ?1 AND overdue_at IS NULL",
        params![id, at],
    )?;
    match raised {
        0 => Ok(()),
        _ => findings::note(db, FindingOwner::Delivery(id), std::slice::from_ref(finding)),
    }
}

/// What an acknowledgement says.
pub(super) fn said_by(db: &Connection, message: MessageId) -> Answer<Vec<Reply>> {
    let rows = db
        .prepare_cached(
            "SELECT r.*, d.name FROM reply r JOIN delivery d ON d.id = r.delivery
             WHERE r.message = ?1 ORDER BY r.delivery",
        )?
        .query_map([message], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// What was said about a delivery.
pub(super) fn about(db: &Connection, delivery: DeliveryId) -> Answer<Vec<Reply>> {
    let rows = db
        .prepare_cached(
            "SELECT r.*, d.name FROM reply r JOIN delivery d ON d.id = r.delivery
             WHERE r.delivery = ?1 ORDER BY r.at, r.message",
        )?
        .query_map([delivery], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Reply> {
    Ok(Reply {
        message: row.get("message")?,
        delivery: row.get("delivery")?,
        name: row.get("name")?,
        word: row.get("verdict")?,
        at: row.get("at")?,
    })
}

/// Where a message `m` stands with its receivers, as a column: the rank of the worst, NULL if nobody is asked and nobody
/// said anything.
pub(super) const RANK: &str = "(SELECT max(CASE
         WHEN o.verdict = 'rejected' OR o.verdict = 'partially_accepted' THEN 6
         WHEN o.advised = 'rejected' OR o.advised = 'partially_accepted' THEN 6
         WHEN o.verdict = 'accepted_with_errors' OR o.advised = 'accepted_with_errors' THEN 4
         WHEN o.verdict = 'accepted' THEN 1
         WHEN d.answer_within_ms IS NOT NULL AND d.overdue_at IS NOT NULL THEN 5
         WHEN d.answer_within_ms IS NOT NULL AND d.state = 'PUBLISHED' THEN 3
         WHEN o.verdict = 'received' THEN 2 END)
     FROM output o JOIN delivery d ON d.id = o.delivery WHERE o.message = m.id)";

/// What a rank of [`RANK`] stands for.
pub(super) fn ranked(rank: Option<u8>) -> Option<Acknowledged> {
    Some(match rank? {
        6 => Acknowledged::Said(Word::Rejected),
        5 => Acknowledged::Overdue,
        4 => Acknowledged::Said(Word::AcceptedWithErrors),
        3 => Acknowledged::Awaited,
        2 => Acknowledged::Said(Word::Received),
        _ => Acknowledged::Said(Word::Accepted),
    })
}
