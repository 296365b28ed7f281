//! The index pass.

use super::moves::{Move, execute, require};
use super::rows::Count;
use crate::base::clock::Timestamp;
use crate::exchange::states::{self, InterchangeState, MessageState};
use crate::ledger::{
    Answer, EarlierInterchange, GroupId, IndexRow, IntakeId, Interchange, InterchangeId, InterchangeKey,
    InterchangeVerdict, LedgerError, Reason, SyntaxVerdict, Verdict,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

fn refused(why: impl Into<String>) -> LedgerError {
    LedgerError::Refused { what: "these index rows", why: why.into() }
}

/// See [`crate::ledger::Ledger::begin_index`].
pub(super) fn begin(db: &Connection, intake: IntakeId) -> Answer<()> {
    require(db, &states::INTAKE_PARSED, intake.0)?;
    execute(db, "DELETE FROM message WHERE intake = ?1", [intake])?;
    execute(
        db,
        "DELETE FROM message_group WHERE interchange IN (SELECT id FROM interchange WHERE intake = ?1)",
        [intake],
    )?;
    execute(
        db,
        "DELETE FROM finding WHERE entity = 'interchange'
             AND entity_id IN (SELECT id FROM interchange WHERE intake = ?1)",
        [intake],
    )?;
    execute(db, "DELETE FROM interchange WHERE intake = ?1", [intake])?;
    Ok(())
}

/// See [`crate::ledger::Ledger::append_index`].
pub(super) fn append(db: &Connection, intake: IntakeId, rows: &[IndexRow]) -> Answer<()> {
    require(db, &states::INTAKE_PARSED, intake.0)?;
    let mut pass = Pass::resume(db, intake)?;
    for row in rows {
        pass.take(row)?;
    }
    Ok(())
}

/// Where the pass is: what was started and not ended.
struct Pass<'a> {
    db: &'a Connection,
    intake: IntakeId,
    client: Option<String>,
    interchange: Option<InterchangeId>,
    group: Option<GroupId>,
}

impl<'a> Pass<'a> {
    fn resume(db: &'a Connection, intake: IntakeId) -> Answer<Self> {
        let client = db
            .prepare_cached("SELECT client FROM intake WHERE id = ?1")?
            .query_row([intake], |row| row.get(0))?;
        // Only the one that started last can be open.
        let interchange: Option<InterchangeId> = db
            .prepare_cached(
                "SELECT id, sha IS NULL FROM interchange WHERE intake = ?1 ORDER BY ordinal DESC LIMIT 1",
            )?
            .query_row([intake], |row| Ok(row.get::<_, bool>(1)?.then_some(row.get(0)?)))
            .optional()?
            .flatten();
        let group = db
            .prepare_cached(
                "SELECT id, ended FROM message_group WHERE interchange = ?1 ORDER BY id DESC LIMIT 1",
            )?
            .query_row([interchange], |row| Ok((!row.get::<_, bool>(1)?).then_some(row.get(0)?)))
            .optional()?
            .flatten();
        Ok(Pass { db, intake, client, interchange, group })
    }

    fn take(&mut self, row: &IndexRow) -> Answer<()> {
        match row {
            IndexRow::InterchangeStart { ordinal, key, release, offset } => {
                self.start_interchange(*ordinal, key, release, *offset)
            }
            IndexRow::GroupStart { .. } => self.start_group(row),
            IndexRow::Message { .. } => self.message(row),
            IndexRow::GroupEnd { fault } => {
                let group = self.group.take().ok_or_else(|| refused("a group ends that did not start"))?;
                execute(
                    self.db,
                    "UPDATE message_group SET ended = 1, fault = ?2 WHERE id = ?1",
                    params![group, fault],
                )?;
                Ok(())
            }
            IndexRow::InterchangeEnd { length, sha, fault } => {
                let id = match (self.interchange.take(), self.group) {
                    (Some(id), None) => id,
                    (Some(_), Some(_)) => return Err(refused("an interchange ends before its group")),
                    (None, _) => return Err(refused("an interchange ends that did not start")),
                };
                execute(
                    self.db,
                    "UPDATE interchange SET byte_length = ?2, sha = ?3, fault = ?4 WHERE id = ?1",
                    params![id, Count(*length), sha, fault],
                )?;
                Ok(())
            }
        }
    }

    fn start_interchange(
        &mut self,
        ordinal: u32,
        key: &InterchangeKey,
        release: &str,
        offset: u64,
    ) -> Answer<()> {
        if self.interchange.is_some() {
            return Err(refused("an interchange starts inside another"));
        }
        execute(
            self.db,
            "INSERT INTO interchange (intake, ordinal, syntax, sender, receiver, control_number, test, release,
                 byte_offset, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                self.intake,
                ordinal,
                key.syntax,
                key.sender,
                key.receiver,
                key.control_number,
                key.test,
                release,
                Count(offset),
                InterchangeState::Split,
            ],
        )?;
        self.interchange = Some(InterchangeId(self.db.last_insert_rowid()));
        Ok(())
    }

    fn start_group(&mut self, row: &IndexRow) -> Answer<()> {
        let IndexRow::GroupStart { functional_id, control_number, sender, receiver, version } = row else {
            unreachable!("the caller matched it")
        };
        let interchange = match (self.interchange, self.group) {
            (Some(interchange), None) => interchange,
            (None, _) => return Err(refused("a group starts outside an interchange")),
            (_, Some(_)) => return Err(refused("a group starts inside another")),
        };
        execute(
            self.db,
            "INSERT INTO message_group (interchange, functional_id, control_number, sender, receiver, version)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![interchange, functional_id, control_number, sender, receiver, version],
        )?;
        self.group = Some(GroupId(self.db.last_insert_rowid()));
        Ok(())
    }

    fn message(&mut self, row: &IndexRow) -> Answer<()> {
        let IndexRow::Message { ordinal, kind, version, control_number, offset, length, fault } = row else {
            unreachable!("the caller matched it")
        };
        let group = self.group.ok_or_else(|| refused("a message stands outside a group"))?;
        execute(
            self.db,
            "INSERT INTO message (intake, interchange, message_group, ordinal, kind, control_number, byte_offset,
                 byte_length, fault, state, client, version)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                self.intake,
                self.interchange,
                group,
                ordinal,
                kind,
                control_number,
                Count(*offset),
                Count(*length),
                fault,
                MessageState::Split,
                self.client,
                version,
            ],
        )?;
        Ok(())
    }
}

/// See [`crate::ledger::Ledger::judge`].
pub(super) fn judge(db: &Connection, intake: IntakeId, verdicts: &[InterchangeVerdict]) -> Answer<()> {
    require(db, &states::INTAKE_PARSED, intake.0)?;
    for InterchangeVerdict { interchange, verdict, owes_acknowledgement } in verdicts {
        let (word, reason, earlier) = match verdict {
            Verdict::Accept => (ACCEPT, None, None),
            Verdict::DuplicateOf(earlier) if earlier < interchange => {
                let reason = Reason::new("duplicate_interchange").detail(earlier.to_string());
                (InterchangeState::Duplicate.word(), Some(reason), Some(*earlier))
            }
            Verdict::DuplicateOf(later) => {
                return Err(refused(format!("interchange {interchange} cannot repeat the later {later}")));
            }
            Verdict::Quarantine(reason) => (InterchangeState::Quarantined.word(), Some(reason.clone()), None),
            Verdict::Reject(reason) => (InterchangeState::Rejected.word(), Some(reason.clone()), None),
        };
        let judged = execute(
            db,
            "UPDATE interchange SET verdict = ?3, verdict_reason = ?4, duplicate_of = ?5, owes_ack = ?6
             WHERE id = ?1 AND intake = ?2 AND sha IS NOT NULL",
            params![interchange, intake, word, reason, earlier, owes_acknowledgement],
        )?;
        if judged != 1 {
            return Err(refused(format!("interchange {interchange} is not of this intake or has not ended")));
        }
    }
    Ok(())
}

/// The verdict that changes nothing.
const ACCEPT: &str = "ACCEPT";
/// Interchanges whose verdicts are brought into force together.
const PAGE: usize = 256;

/// See [`crate::ledger::Ledger::finish_index`].
pub(super) fn finish(db: &Connection, intake: IntakeId, at: Timestamp) -> Answer<()> {
    require(db, &states::INTAKE_PARSED, intake.0)?;
    let (all, judged): (Count, Count) = db
        .prepare_cached("SELECT count(*), count(verdict) FROM interchange WHERE intake = ?1")?
        .query_row([intake], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if all.0 == 0 {
        return Err(refused("an intake without an interchange cannot be parsed"));
    }
    if judged.0 != all.0 {
        return Err(refused(format!("{} verdicts on {} interchanges", judged.0, all.0)));
    }
    execute(db, "UPDATE interchange SET state_at = ?2 WHERE intake = ?1", params![intake, at])?;
    let mut after = 0;
    loop {
        let page = refused_after(db, intake, after)?;
        let Some((last, ..)) = page.last() else { break };
        after = *last;
        for (_, interchange, word, reason) in &page {
            enforce(db, *interchange, word, reason, at)?;
        }
    }
    execute(db, "UPDATE intake SET parsed_at = ?2 WHERE id = ?1", params![intake, at])?;
    Move::new(&states::INTAKE_PARSED, at).one(db, intake.0)
}

/// Interchanges of an intake that are not accepted, some of those after the ordinal `after`: ordinal, id, verdict and
/// reason.
fn refused_after(
    db: &Connection,
    intake: IntakeId,
    after: u32,
) -> Answer<Vec<(u32, InterchangeId, String, Reason)>> {
    let rows = db
        .prepare_cached(
            "SELECT ordinal, id, verdict, verdict_reason FROM interchange
             WHERE intake = ?1 AND ordinal > ?2 AND verdict <> ?3 ORDER BY ordinal LIMIT ?4",
        )?
        .query_map(params![intake, after, ACCEPT, super::limit(PAGE)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Brings the verdict on an interchange that is not accepted into force.
fn enforce(db: &Connection, id: InterchangeId, verdict: &str, reason: &Reason, at: Timestamp) -> Answer<()> {
    let (interchange, message) = if verdict == InterchangeState::Duplicate.word() {
        (&states::INTERCHANGE_DUPLICATE, &states::MESSAGE_DUPLICATE)
    } else if verdict == InterchangeState::Quarantined.word() {
        (&states::INTERCHANGE_QUARANTINED, &states::MESSAGE_QUARANTINED)
    } else {
        (&states::INTERCHANGE_REJECTED, &states::MESSAGE_REJECTED)
    };
    Move::new(interchange, at).because(reason).one(db, id.0)?;
    Move::new(message, at).because(reason).each(db, "interchange = ?1", id)?;
    Ok(())
}

/// See [`crate::ledger::Ledger::interchanges`].
pub(super) fn of_intake(
    db: &Connection,
    intake: IntakeId,
    after: Option<InterchangeId>,
    limit: usize,
) -> Answer<Vec<Interchange>> {
    let rows = db
        .prepare_cached(
            "SELECT * FROM interchange
             WHERE intake = ?1 AND ordinal > coalesce((SELECT ordinal FROM interchange WHERE id = ?2), 0)
             ORDER BY ordinal LIMIT ?3",
        )?
        .query_map(params![intake, after.map_or(0, |id| id.0), super::limit(limit)], read)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// An interchange.
pub(super) fn get(db: &Connection, id: InterchangeId) -> Answer<Interchange> {
    db.prepare_cached("SELECT * FROM interchange WHERE id = ?1")?
        .query_row([id], read)
        .optional()?
        .ok_or_else(|| LedgerError::Missing { what: "interchange", id: id.to_string() })
}

/// Reads all columns of `interchange`.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Interchange> {
    Ok(Interchange {
        id: row.get("id")?,
        intake: row.get("intake")?,
        ordinal: row.get("ordinal")?,
        key: read_key(row)?,
        release: row.get("release")?,
        offset: row.get::<_, Count>("byte_offset")?.0,
        length: row.get::<_, Count>("byte_length")?.0,
        sha: row.get("sha")?,
        fault: row.get("fault")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        duplicate_of: row.get("duplicate_of")?,
        owes_acknowledgement: row.get("owes_ack")?,
        acknowledgement: row.get("ack")?,
    })
}

/// Reads the columns `syntax`, `sender`, `receiver`, `control_number` and `test`.
pub(super) fn read_key(row: &Row<'_>) -> rusqlite::Result<InterchangeKey> {
    Ok(InterchangeKey {
        syntax: row.get("syntax")?,
        sender: row.get("sender")?,
        receiver: row.get("receiver")?,
        control_number: row.get("control_number")?,
        test: row.get("test")?,
    })
}

/// See [`crate::ledger::Ledger::find_interchanges`].
pub(super) fn find(
    db: &Connection,
    key: &InterchangeKey,
    before: InterchangeId,
) -> Answer<Vec<EarlierInterchange>> {
    let rows = db
        .prepare_cached(&format!(
            "{EARLIER}
             WHERE x.control_number = ?3 AND x.sender = ?4 AND x.receiver = ?5 AND x.syntax = ?6 AND x.test = ?7
                 AND x.id < ?8
                 AND (i.parsed_at IS NOT NULL OR x.intake = (SELECT intake FROM interchange WHERE id = ?8))
             ORDER BY x.id DESC"
        ))?
        .query_map(
            params![
                SyntaxVerdict::Accepted,
                SyntaxVerdict::AcceptedWithErrors,
                key.control_number,
                key.sender,
                key.receiver,
                key.syntax,
                key.test,
                before,
            ],
            read_earlier,
        )?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Columns and tables of [`read_earlier`]; the first two parameters are the verdicts that accept.
const EARLIER: &str = "SELECT x.id, x.intake, i.received_at, x.sha, x.state, x.ack,
         (SELECT count(*) FROM message WHERE interchange = x.id AND syntax IN (?1, ?2)) AS accepted,
         (SELECT count(*) FROM message WHERE interchange = x.id AND syntax IS NULL) AS undecided
     FROM interchange x JOIN intake i ON i.id = x.intake";

fn read_earlier(row: &Row<'_>) -> rusqlite::Result<EarlierInterchange> {
    Ok(EarlierInterchange {
        id: row.get("id")?,
        intake: row.get("intake")?,
        received_at: row.get("received_at")?,
        sha: row.get("sha")?,
        state: row.get("state")?,
        accepted: row.get::<_, Count>("accepted")?.0,
        undecided: row.get::<_, Count>("undecided")?.0,
        acknowledgement: row.get("ack")?,
    })
}

/// See [`crate::ledger::Ledger::find_same_bytes`].
pub(super) fn find_same_bytes(db: &Connection, before: InterchangeId) -> Answer<Option<EarlierInterchange>> {
    Ok(db
        .prepare_cached(&format!(
            "{EARLIER}
                 JOIN interchange this ON this.id = ?3 JOIN intake own ON own.id = this.intake
             WHERE x.sha = this.sha AND x.control_number = '' AND x.syntax = this.syntax AND x.id < ?3
                 AND i.endpoint = own.endpoint AND i.parsed_at IS NOT NULL AND x.state IN (?4, ?5)
             ORDER BY x.id DESC LIMIT 1"
        ))?
        .query_row(
            params![
                SyntaxVerdict::Accepted,
                SyntaxVerdict::AcceptedWithErrors,
                before,
                InterchangeState::Split,
                InterchangeState::Closed,
            ],
            read_earlier,
        )
        .optional()?)
}

/// How many interchanges are looked back at for the largest number: some may come late.
const NUMBERS_LOOKED_AT: usize = 64;

/// See [`crate::ledger::Ledger::last_number`].
pub(super) fn last_number(db: &Connection, before: InterchangeId) -> Answer<Option<u64>> {
    let number: Option<i64> = db
        .prepare_cached(
            "SELECT max(CAST(control_number AS INTEGER)) FROM (
                 SELECT x.control_number FROM interchange this JOIN interchange x INDEXED BY interchange_lane
                     ON x.sender = this.sender AND x.receiver = this.receiver AND x.syntax = this.syntax
                         AND x.test = this.test AND x.id < this.id
                 WHERE this.id = ?1 AND x.state IN (?2, ?3) AND x.control_number <> ''
                     AND x.control_number NOT GLOB '*[^0-9]*' AND length(x.control_number) < 19
                 ORDER BY x.id DESC LIMIT ?4)",
        )?
        .query_row(
            params![
                before,
                InterchangeState::Split,
                InterchangeState::Closed,
                super::limit(NUMBERS_LOOKED_AT)
            ],
            |row| row.get(0),
        )?;
    Ok(number.and_then(|number| u64::try_from(number).ok()))
}
