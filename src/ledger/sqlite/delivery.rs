//! Control numbers and deliveries.

use super::moves::{Move, execute, state_of, word_list};
use super::rows::Count;
use crate::base::clock::Timestamp;
use crate::exchange::states::{self, DeliveryState, Entity, State};
use crate::ledger::{
    Answer, Delivery, DeliveryId, DeliveryKind, DeliveryPlan, FindingOwner, InterchangeId, LedgerError,
    NUMBERS_MAX, NumberRequest, OutputIds, Publication, Reason,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

fn refused(why: impl Into<String>) -> LedgerError {
    LedgerError::Refused { what: "this delivery", why: why.into() }
}

/// The words of the states in which the partner has the file.
pub(super) fn published_words() -> String {
    word_list([DeliveryState::Published, DeliveryState::Acked].map(State::Delivery))
}

/// See [`crate::ledger::Ledger::reserve_control_number`].
pub(super) fn reserve(db: &Connection, request: &NumberRequest, at: Timestamp) -> Answer<u64> {
    let NumberRequest { lane, delivery_key, first, beside, amount, last, rest_ms } = request;
    let known: Option<Count> = db
        .prepare_cached("SELECT number FROM control_number WHERE lane = ?1 AND delivery_key = ?2")?
        .query_row([lane, delivery_key], |row| row.get(0))
        .optional()?;
    if let Some(Count(number)) = known {
        return Ok(number);
    }
    if *first < 1 || first > last || !(1..=NUMBERS_MAX).contains(amount) {
        return Err(LedgerError::Refused {
            what: "a control number",
            why: format!("the range of {lane} is {first} to {last}, and {amount} are asked for"),
        });
    }
    let number = match (newest(db, lane)?, beside) {
        (None, Some(beside)) => newest(db, beside)?.unwrap_or(*first),
        (None, None) => *first,
        (Some(newest), _) => newest + 1,
    };
    // Numbers of one delivery stand in a row.
    let number = if number + amount - 1 > *last { 1 } else { number };
    let used: Option<Timestamp> = db
        .prepare_cached(
            "SELECT max(reserved_at) FROM control_number
             WHERE lane = ?1 AND number > ?2 - ?4 AND number < ?2 + ?3 AND number + amount > ?2",
        )?
        .query_row(params![lane, Count(number), Count(*amount), Count(NUMBERS_MAX)], |row| row.get(0))?;
    if used.is_some_and(|used| at.unix_ms.saturating_sub(used.unix_ms) < *rest_ms) {
        return Err(LedgerError::NumbersUsedUp { lane: lane.clone(), number });
    }
    execute(
        db,
        "INSERT INTO lane (name, last_number) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET last_number = excluded.last_number",
        params![lane, Count(number + amount - 1)],
    )?;
    execute(
        db,
        "INSERT INTO control_number (lane, delivery_key, number, reserved_at, amount) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![lane, delivery_key, Count(number), at, Count(*amount)],
    )?;
    Ok(number)
}

fn newest(db: &Connection, lane: &str) -> Answer<Option<u64>> {
    let newest = db
        .prepare_cached("SELECT last_number FROM lane WHERE name = ?1")?
        .query_row([lane], |row| row.get::<_, Count>(0))
        .optional()?;
    Ok(newest.map(|Count(newest)| newest))
}

/// See [`crate::ledger::Ledger::has_lane`].
pub(super) fn has_lane(db: &Connection, lane: &str) -> Answer<bool> {
    Ok(newest(db, lane)?.is_some())
}

/// See [`crate::ledger::Ledger::plan_delivery`].
pub(super) fn plan(db: &Connection, plan: &DeliveryPlan, at: Timestamp) -> Answer<DeliveryId> {
    if let Some(first) = by_key(db, &plan.key)? {
        let same = first.sha == plan.sha && first.endpoint == plan.endpoint && first.name == plan.name;
        return match same {
            true => Ok(first.id),
            false => {
                Err(refused(format!("{} was planned before with other bytes or another name", plan.key)))
            }
        };
    }
    if plan.kind == DeliveryKind::Output && plan.outputs.is_empty() {
        return Err(refused(format!("{} carries no output", plan.key)));
    }
    for (lane, number) in &plan.control_numbers {
        let reserved: Option<Count> = db
            .prepare_cached("SELECT number FROM control_number WHERE lane = ?1 AND delivery_key = ?2")?
            .query_row([lane, &plan.key], |row| row.get(0))
            .optional()?;
        if reserved != Some(Count(*number)) {
            return Err(refused(format!("{number} of {lane} is not reserved for {}", plan.key)));
        }
    }
    let id = insert(db, plan, None, at)?;
    if let Some(collection) = plan.collection {
        super::collections::planned(db, collection, plan.outputs.len(), at)?;
    }
    take_outputs(db, id, plan)?;
    for (group, place) in plan.further_groups.iter().zip(2u32..) {
        execute(
            db,
            "INSERT INTO delivery_group (delivery, place, functional_id, first_ordinal) VALUES (?1, ?2, ?3, ?4)",
            params![id, place, group.functional_id, group.first],
        )?;
    }
    super::findings::note(db, FindingOwner::Delivery(id), &plan.findings)?;
    Move::new(&states::MESSAGE_PLANNED, at).each(
        db,
        "id IN (SELECT message FROM output WHERE delivery = ?1)
         AND NOT EXISTS (SELECT 1 FROM output o WHERE o.message = message.id AND o.delivery IS NULL)",
        id,
    )?;
    for &interchange in &plan.acknowledges {
        acknowledge(db, interchange, id)?;
        // What was told before is corrected with it.
        execute(
            db,
            "UPDATE message SET told = NULL WHERE interchange = ?1 AND told IS NOT NULL",
            [interchange],
        )?;
    }
    Ok(id)
}

fn insert(
    db: &Connection,
    plan: &DeliveryPlan,
    resend_of: Option<DeliveryId>,
    at: Timestamp,
) -> Answer<DeliveryId> {
    execute(
        db,
        "INSERT INTO delivery (key, kind, endpoint, name, spool_path, sha, size, state, state_at, planned_at,
             resend_of, functional_id, answer_within_ms, spool_offset)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13)",
        params![
            plan.key,
            plan.kind,
            plan.endpoint,
            plan.name,
            plan.spool_path,
            plan.sha,
            Count(plan.size),
            DeliveryState::Planned,
            at,
            resend_of,
            plan.functional_id,
            plan.answer_within_ms,
            Count(plan.spool_offset),
        ],
    )?;
    Ok(DeliveryId(db.last_insert_rowid()))
}

/// The outputs of a collection are taken by its delivery alone. Those that are gathered are its one message.
fn take_outputs(db: &Connection, delivery: DeliveryId, plan: &DeliveryPlan) -> Answer<()> {
    for (output, ordinal) in plan.outputs.iter().zip(1u32..) {
        let taken = execute(
            db,
            "UPDATE output SET delivery = ?2, ordinal = CASE gathering WHEN 'gathered' THEN 1 ELSE ?3 END
             WHERE id = ?1 AND delivery IS NULL
                 AND collection IS ?4",
            params![output, delivery, ordinal, plan.collection],
        )?;
        if taken != 1 {
            return Err(refused(format!(
                "output {output} is unknown, in another delivery or waits in a collection"
            )));
        }
    }
    Ok(())
}

fn acknowledge(db: &Connection, interchange: InterchangeId, delivery: DeliveryId) -> Answer<()> {
    let owed = execute(
        db,
        "UPDATE interchange SET ack = ?2 WHERE id = ?1 AND ack IS NULL AND owes_ack = 1",
        params![interchange, delivery],
    )?;
    match owed {
        1 => {
            execute(
                db,
                "INSERT INTO answer (interchange, delivery) VALUES (?1, ?2)",
                params![interchange, delivery],
            )?;
            Ok(())
        }
        _ => Err(refused(format!("interchange {interchange} is owed no acknowledgement"))),
    }
}

/// See [`crate::ledger::Ledger::resend`].
pub(super) fn resend(
    db: &Connection,
    original: DeliveryId,
    name: &str,
    acknowledges: Option<InterchangeId>,
    at: Timestamp,
) -> Answer<DeliveryId> {
    let first = get(db, original)?;
    if let Some(interchange) = acknowledges
        && let Some(planned) = super::index::get(db, interchange)?.acknowledgement
    {
        return Ok(planned);
    }
    let again: u64 = db
        .prepare_cached("SELECT count(*) FROM delivery WHERE resend_of = ?1")?
        .query_row([original], |row| row.get::<_, Count>(0))?
        .0;
    let plan = DeliveryPlan {
        key: format!("resend:{original}:{}", again + 1),
        kind: first.kind,
        endpoint: first.endpoint,
        name: name.to_owned(),
        spool_path: first.spool_path,
        spool_offset: first.spool_offset,
        sha: first.sha,
        size: first.size,
        outputs: OutputIds::default(),
        collection: None,
        findings: Vec::new(),
        acknowledges: Vec::new(),
        control_numbers: Vec::new(),
        functional_id: String::new(),
        further_groups: Vec::new(),
        answer_within_ms: None,
    };
    let id = insert(db, &plan, Some(original), at)?;
    if let Some(interchange) = acknowledges {
        acknowledge(db, interchange, id)?;
    }
    Ok(id)
}

/// See [`crate::ledger::Ledger::published`].
pub(super) fn published(db: &Connection, id: DeliveryId, publication: Publication) -> Answer<()> {
    let Publication { at, inferred } = publication;
    let concluded = Reason::new("inferred");
    let mut step = Move::new(&states::DELIVERY_PUBLISHED, at);
    if inferred {
        step = step.because(&concluded);
    }
    step.one(db, id.0)?;
    execute(
        db,
        "UPDATE delivery SET published_at = ?2, inferred = ?3 WHERE id = ?1",
        params![id, at, inferred],
    )?;
    Move::new(&states::MESSAGE_DELIVERED, at).each(
        db,
        &format!(
            "id IN (SELECT message FROM output WHERE delivery = ?1)
             AND NOT EXISTS (SELECT 1 FROM output o LEFT JOIN delivery d ON d.id = o.delivery
                 WHERE o.message = message.id AND (d.id IS NULL OR d.state NOT IN ({})))",
            published_words()
        ),
        id,
    )?;
    Ok(())
}

/// A delivery.
pub(super) fn get(db: &Connection, id: DeliveryId) -> Answer<Delivery> {
    state_of(db, Entity::Delivery, id.0)?;
    Ok(db.prepare_cached("SELECT * FROM delivery WHERE id = ?1")?.query_row([id], read)?)
}

fn by_key(db: &Connection, key: &str) -> Answer<Option<Delivery>> {
    Ok(db.prepare_cached("SELECT * FROM delivery WHERE key = ?1")?.query_row([key], read).optional()?)
}

/// See [`crate::ledger::Ledger::deliveries_in`].
pub(super) fn in_state(db: &Connection, state: DeliveryState, limit: usize) -> Answer<Vec<Delivery>> {
    let rows = db
        .prepare_cached("SELECT * FROM delivery WHERE state = ?1 ORDER BY id LIMIT ?2")?
        .query_map(params![state, super::limit(limit)], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::due_deliveries`].
pub(super) fn due(
    db: &Connection,
    state: DeliveryState,
    endpoints: &[String],
    limit: usize,
) -> Answer<Vec<Delivery>> {
    let rows = db
        .prepare_cached(&format!(
            "SELECT * FROM delivery INDEXED BY delivery_state WHERE state = ?1 AND endpoint IN {} ORDER BY id LIMIT ?3",
            super::rows::LISTED
        ))?
        .query_map(params![state, super::rows::Listed(endpoints), super::limit(limit)], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Reads all columns of `delivery`.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: row.get("id")?,
        key: row.get("key")?,
        kind: row.get("kind")?,
        endpoint: row.get("endpoint")?,
        name: row.get("name")?,
        spool_path: row.get("spool_path")?,
        spool_offset: row.get::<_, Count>("spool_offset")?.0,
        sha: row.get("sha")?,
        size: row.get::<_, Count>("size")?.0,
        state: row.get("state")?,
        reason: row.get("reason")?,
        state_at: row.get("state_at")?,
        planned_at: row.get("planned_at")?,
        published_at: row.get("published_at")?,
        inferred: row.get("inferred")?,
        resend_of: row.get("resend_of")?,
        word: row.get("verdict")?,
        answer_by: answer_by(row)?,
        overdue_at: row.get("overdue_at")?,
    })
}

fn answer_by(row: &Row<'_>) -> rusqlite::Result<Option<Timestamp>> {
    let (published_at, within): (Option<Timestamp>, Option<i64>) =
        (row.get("published_at")?, row.get("answer_within_ms")?);
    Ok(published_at
        .zip(within)
        .map(|(from, within)| Timestamp::from_unix_ms(from.unix_ms.saturating_add(within))))
}
