//! Messages on their way from the index to their outputs, and what was read from them.

use super::collections::{self, Whose};
use super::findings;
use super::index;
use super::moves::{Move, execute, require, word_list};
use super::rows::Count;
use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use crate::exchange::states::{self, Entity, IntakeState, MessageState, State};
use crate::ledger::{
    Answer, CollectionId, Document, DocumentKey, FindingOwner, Gathering, Intake, IntakeId, InterchangeId,
    LedgerError, MessageCounts, MessageId, MessageOutcome, NewDocument, NewOutput, Output, OutputId, Reason,
    StandingDocument, SyntaxVerdict, Window, Work,
};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

/// The reason kept with a retry: the bundle before and the bundle from now on.
pub(super) fn bundle_change(old: Sha, new: Sha) -> Reason {
    Reason::new("bundle").detail(format!("{} -> {}", old.to_hex(), new.to_hex()))
}

/// See [`crate::ledger::Ledger::translatable_intake`].
pub(super) fn translatable(db: &Connection) -> Answer<Option<Intake>> {
    Ok(db
        .prepare_cached(
            "SELECT i.* FROM message m CROSS JOIN intake i ON i.id = m.intake
             WHERE m.state = ?1 AND i.state = ?2 ORDER BY m.id LIMIT 1",
        )?
        .query_row(params![MessageState::Split, IntakeState::Parsed], super::intake::read)
        .optional()?)
}

/// See [`crate::ledger::Ledger::next_messages`].
pub(super) fn next(db: &Connection, intake: IntakeId, limit: usize) -> Answer<Vec<Work>> {
    let parameters = params![
        intake,
        MessageState::Split,
        IntakeState::Parsed,
        super::limit(limit),
        Entity::Message.word(),
        MessageState::Unrouted,
    ];
    let rows = db
        .prepare_cached(
            "SELECT m.id AS message, m.kind, m.version AS message_version, m.control_number AS reference, m.ordinal, m.byte_offset,
                 m.byte_length, m.fault, m.attempts, coalesce(m.bundle, i.bundle) AS bundle, m.interchange,
                 m.run > 0 AND EXISTS (SELECT 1 FROM event e WHERE e.entity_id = m.id AND e.entity = ?5
                     AND e.from_state = ?6) AS was_unrouted,
                 m.permitted_by IS NOT NULL AS permitted, g.control_number AS group_number,
                 (SELECT count(*) FROM document d WHERE d.message = m.id AND d.advice = 1) AS advised, x.syntax, x.sender, x.receiver, x.control_number, x.test, g.functional_id,
                 g.sender AS group_sender, g.receiver AS group_receiver, g.version, g.fault AS group_fault
             FROM message m CROSS JOIN intake i ON i.id = m.intake
                 CROSS JOIN interchange x ON x.id = m.interchange
                 CROSS JOIN message_group g ON g.id = m.message_group
             WHERE m.intake = ?1 AND m.state = ?2 AND i.state = ?3 ORDER BY m.id LIMIT ?4",
        )?
        .query_map(parameters, |row| {
            Ok(Work {
                message: row.get("message")?,
                interchange: row.get("interchange")?,
                key: index::read_key(row)?,
                functional_id: row.get("functional_id")?,
                group_number: row.get("group_number")?,
                group_sender: row.get("group_sender")?,
                group_receiver: row.get("group_receiver")?,
                version: row.get("version")?,
                group_fault: row.get("group_fault")?,
                kind: row.get("kind")?,
                message_version: row.get("message_version")?,
                control_number: row.get("reference")?,
                ordinal: row.get("ordinal")?,
                offset: row.get::<_, Count>("byte_offset")?.0,
                length: row.get::<_, Count>("byte_length")?.0,
                fault: row.get("fault")?,
                was_unrouted: row.get("was_unrouted")?,
                attempts: row.get("attempts")?,
                bundle: row.get("bundle")?,
                advised: row.get("advised")?,
                is_permitted: row.get("permitted")?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::begin_attempts`].
pub(super) fn begin_attempts(db: &Connection, messages: &[MessageId]) -> Answer<()> {
    for &message in messages {
        require(db, &states::MESSAGE_TRANSLATED, message.0)?;
        execute(db, "UPDATE message SET attempts = attempts + 1 WHERE id = ?1", [message])?;
    }
    Ok(())
}

/// Records one outcome.
pub(super) fn commit(db: &Connection, outcome: &MessageOutcome, at: Timestamp) -> Answer<()> {
    let id = outcome.message;
    let wanted = State::Message(outcome.state);
    let Some(step) = states::find_step(State::Message(MessageState::Split), wanted) else {
        let actual = super::moves::state_of(db, Entity::Message, id.0)?.to_string();
        return Err(LedgerError::Conflict { entity: Entity::Message, id: id.0, step: wanted.word(), actual });
    };
    check(outcome)?;
    let mut step = Move::new(step, at);
    if let Some(reason) = &outcome.reason {
        step = step.because(reason);
    }
    step.one(db, id.0)?;
    let (intake, run): (IntakeId, u32) = db
        .prepare_cached(
            "UPDATE message SET syntax = ?2, client = coalesce(?3, client), findings_dropped = ?4 WHERE id = ?1
             RETURNING intake, run",
        )?
        .query_row(params![id, outcome.syntax, outcome.client, Count(outcome.findings_dropped)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    correct_acknowledgement(db, outcome)?;
    if outcome.owes_acknowledgement {
        execute(
            db,
            "UPDATE interchange SET owes_ack = 1
             WHERE id = (SELECT interchange FROM message WHERE id = ?1) AND ack IS NULL",
            [id],
        )?;
    }
    findings::insert(db, FindingOwner::Message(id), run, &outcome.findings)?;
    for reply in &outcome.replies {
        super::replies::record(db, id, reply, at)?;
    }
    for document in &outcome.documents {
        if let Some(since) = document.once_since.filter(|_| is_standing(outcome.state)) {
            require_new(db, id, document, since)?;
        }
        insert_document(db, (intake, id, run), document, at)?;
    }
    Ok(())
}

fn check(outcome: &MessageOutcome) -> Answer<()> {
    let documents = outcome.documents.iter().filter(|document| !document.is_advice);
    let outputs: usize = documents.map(|document| document.outputs.len()).sum();
    let why = match (outcome.state, outputs) {
        (MessageState::Translated, 0) => "it is translated and has no output; such a message is done",
        (MessageState::Translated, _) | (_, 0) => return Ok(()),
        _ => "only a translated message has outputs",
    };
    Err(LedgerError::Refused { what: "an outcome", why: format!("message {}: {why}", outcome.message) })
}

/// What the sender was told of a message before it was retried is corrected if it is not so any more: its interchange
/// owes an acknowledgement again.
fn correct_acknowledgement(db: &Connection, outcome: &MessageOutcome) -> Answer<()> {
    let Some(syntax) = outcome.syntax else { return Ok(()) };
    let (told, interchange): (Option<SyntaxVerdict>, InterchangeId) = db
        .prepare_cached("SELECT told, interchange FROM message WHERE id = ?1")?
        .query_row([outcome.message], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if told.is_some_and(|told| told.is_refusal() != syntax.is_refusal()) {
        execute(db, "UPDATE interchange SET ack = NULL WHERE id = ?1 AND owes_ack = 1", [interchange])?;
    }
    Ok(())
}

/// States of messages whose documents count.
const STANDING: [MessageState; 3] = [MessageState::Translated, MessageState::Planned, MessageState::Done];

fn is_standing(state: MessageState) -> bool {
    STANDING.contains(&state)
}

fn standing_words() -> String {
    word_list(STANDING.map(State::Message))
}

/// See [`crate::ledger::Ledger::standing_document`].
pub(super) fn standing(
    db: &Connection,
    key: &DocumentKey,
    except: MessageId,
) -> Answer<Option<StandingDocument>> {
    if key.number.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT d.message, i.received_at, d.content, d.source, d.body
         FROM document d INDEXED BY document_number CROSS JOIN message m ON m.id = d.message
             CROSS JOIN intake i ON i.id = m.intake
         WHERE d.number = ?1 AND d.number <> '' AND d.client = ?2 AND d.kind = ?3 AND d.sender = ?4
             AND d.test = ?5 AND d.advice = 0 AND d.message <> ?6 AND d.run = m.run AND m.state IN ({})
         ORDER BY d.id DESC LIMIT 1",
        standing_words()
    );
    let DocumentKey { client, kind, number, sender, is_test } = key;
    Ok(db
        .prepare_cached(&sql)?
        .query_row(params![number, client, kind, sender, is_test, except], |row| {
            Ok(StandingDocument {
                message: row.get(0)?,
                received_at: row.get(1)?,
                content: row.get(2)?,
                source: row.get(3)?,
                body: row.get(4)?,
            })
        })
        .optional()?)
}

/// Whatever was known when the document was judged: nothing is doubled.
fn require_new(db: &Connection, message: MessageId, document: &NewDocument, since: Timestamp) -> Answer<()> {
    let standing = standing(db, &document.key, message)?;
    let is_same = |earlier: &StandingDocument| {
        earlier.content == document.content && earlier.received_at.unix_ms >= since.unix_ms
    };
    match standing.filter(is_same) {
        None => Ok(()),
        Some(earlier) => Err(LedgerError::Refused {
            what: "an outcome",
            why: format!(
                "message {message}: its {} {} was processed in message {}",
                document.key.kind, document.key.number, earlier.message
            ),
        }),
    }
}

/// A message with its intake, and which run of it.
type Run = (IntakeId, MessageId, u32);

fn insert_document(
    db: &Connection,
    (intake, message, run): Run,
    document: &NewDocument,
    at: Timestamp,
) -> Answer<()> {
    execute(
        db,
        "INSERT INTO document (message, run, client, kind, number, body, sha, sender, test, content, source,
             advice)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            message,
            run,
            document.key.client,
            document.key.kind,
            document.key.number,
            document.body,
            document.sha,
            document.key.sender,
            document.key.is_test,
            document.content,
            document.source,
            document.is_advice,
        ],
    )?;
    let id = db.last_insert_rowid();
    for (field, value) in &document.keys {
        execute(
            db,
            "INSERT OR IGNORE INTO document_key (value, field, document) VALUES (?1, ?2, ?3)",
            params![value, field, id],
        )?;
    }
    for output in &document.outputs {
        let collection = collect(db, (message, &document.key.client), output, at)?;
        execute(
            db,
            "INSERT INTO output (document, message, intake, flow, map, endpoint, gathering, spool_segment,
                 byte_offset, byte_length, sha, collection, advice)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            params![
                id,
                message,
                intake,
                output.flow,
                output.map,
                output.endpoint,
                output.gathering,
                Count(output.segment),
                Count(output.offset),
                Count(output.length),
                output.sha,
                collection,
                document.is_advice,
            ],
        )?;
    }
    Ok(())
}

/// The collection an output waits in, if it is one that waits.
fn collect(
    db: &Connection,
    (message, client): (MessageId, &str),
    output: &NewOutput,
    at: Timestamp,
) -> Answer<Option<CollectionId>> {
    match (&output.window, output.gathering) {
        (None, Gathering::PerMessage | Gathering::PerSource) => Ok(None),
        (Some(window), Gathering::Collected | Gathering::Gathered) => {
            let whose = Whose { client, bundle: bundle_of(db, message)? };
            collections::join(db, whose, output, window, at).map(Some)
        }
        (window, gathering) => Err(LedgerError::Refused {
            what: "an output",
            why: format!("it is {} and its window is {window:?}", gathering.word()),
        }),
    }
}

/// The bundle a message is or was translated with.
pub(super) fn bundle_of(db: &Connection, message: MessageId) -> Answer<Sha> {
    Ok(db
        .prepare_cached(
            "SELECT coalesce(m.bundle, i.bundle) FROM message m JOIN intake i ON i.id = m.intake WHERE m.id = ?1",
        )?
        .query_row([message], |row| row.get(0))?)
}

/// See [`crate::ledger::Ledger::find_documents`].
pub(super) fn find_documents(
    db: &Connection,
    client: &str,
    kind: &str,
    keys: &[(String, String)],
    is_test: bool,
) -> Answer<Vec<Document>> {
    if keys.is_empty() {
        return Err(LedgerError::Refused { what: "a search", why: "it has no key field".to_owned() });
    }
    let mut sql = format!(
        "SELECT d.* FROM document_key k CROSS JOIN document d ON d.id = k.document
             CROSS JOIN message m ON m.id = d.message
         WHERE k.field = ?3 AND k.value = ?4 AND d.client = ?1 AND d.kind = ?2 AND d.test = ?5
             AND d.advice = 0 AND d.run = m.run AND m.state IN ({})",
        standing_words()
    );
    let mut parameters: Vec<&dyn ToSql> = vec![&client, &kind];
    for (i, (field, value)) in keys.iter().enumerate() {
        parameters.extend([field as &dyn ToSql, value]);
        if i == 0 {
            parameters.push(&is_test);
        } else {
            sql += &format!(
                " AND EXISTS (SELECT 1 FROM document_key WHERE document = d.id AND field = ?{} AND value = ?{})",
                4 + 2 * i,
                5 + 2 * i
            );
        }
    }
    sql += " ORDER BY k.document DESC LIMIT 2";
    let rows =
        db.prepare_cached(&sql)?.query_map(&parameters[..], read_document)?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// The documents of a message's latest run.
pub(super) fn documents_of(db: &Connection, message: MessageId) -> Answer<Vec<Document>> {
    let rows = db
        .prepare_cached(
            "SELECT d.* FROM document d JOIN message m ON m.id = d.message
             WHERE d.message = ?1 AND d.run = m.run AND d.advice = 0 ORDER BY d.id",
        )?
        .query_map([message], read_document)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

pub(super) fn read_document(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        id: row.get("id")?,
        message: row.get("message")?,
        client: row.get("client")?,
        kind: row.get("kind")?,
        number: row.get("number")?,
        body: row.get("body")?,
        sha: row.get("sha")?,
    })
}

/// See [`crate::ledger::Ledger::message_counts`].
pub(super) fn counts(db: &Connection, intake: IntakeId) -> Answer<MessageCounts> {
    let rows = db
        .prepare_cached("SELECT state, count(*) FROM message WHERE intake = ?1 GROUP BY state")?
        .query_map([intake], |row| Ok((row.get(0)?, row.get::<_, Count>(1)?.0)))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Columns and tables of [`read_output`].
pub(super) const OUTPUTS: &str = "SELECT o.*, d.client, d.number, coalesce(m.bundle, i.bundle) AS bundle,
         c.name AS file, c.window_key, c.every_ms, c.max_outputs, c.max_bytes, c.cut_off, c.closes_at
     FROM output o CROSS JOIN document d ON d.id = o.document
         CROSS JOIN message m ON m.id = o.message CROSS JOIN intake i ON i.id = o.intake
         LEFT JOIN collection c ON c.id = o.collection";

/// See [`crate::ledger::Ledger::single_outputs`].
pub(super) fn single_outputs(db: &Connection, limit: usize) -> Answer<Vec<Output>> {
    let rows = db
        .prepare_cached(&format!(
            "{OUTPUTS} WHERE o.delivery IS NULL AND o.gathering = ?1 ORDER BY o.intake, o.id LIMIT ?2"
        ))?
        .query_map(params![Gathering::PerMessage, super::limit(limit)], read_output)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// See [`crate::ledger::Ledger::gathered_intake`].
pub(super) fn gathered_intake(db: &Connection) -> Answer<Option<IntakeId>> {
    Ok(db
        .prepare_cached("SELECT min(intake) FROM output WHERE delivery IS NULL AND gathering = ?1")?
        .query_row([Gathering::PerSource], |row| row.get(0))?)
}

/// See [`crate::ledger::Ledger::gathered_outputs`].
pub(super) fn gathered_outputs(
    db: &Connection,
    intake: IntakeId,
    after: Option<OutputId>,
    limit: usize,
) -> Answer<Vec<Output>> {
    let rows = db
        .prepare_cached(&format!(
            "{OUTPUTS} WHERE o.delivery IS NULL AND o.gathering = ?1 AND o.intake = ?2 AND o.id > ?3
             ORDER BY o.id LIMIT ?4"
        ))?
        .query_map(
            params![Gathering::PerSource, intake, after.map_or(0, |id| id.0), super::limit(limit)],
            read_output,
        )?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Reads the columns of [`OUTPUTS`].
pub(super) fn read_output(row: &Row<'_>) -> rusqlite::Result<Output> {
    Ok(Output {
        id: row.get("id")?,
        document: row.get("document")?,
        message: row.get("message")?,
        intake: row.get("intake")?,
        client: row.get("client")?,
        number: row.get("number")?,
        bundle: row.get("bundle")?,
        collection: row.get("collection")?,
        closes_at: row.get("closes_at")?,
        written: NewOutput {
            flow: row.get("flow")?,
            map: row.get("map")?,
            endpoint: row.get("endpoint")?,
            gathering: row.get("gathering")?,
            window: match row.get("window_key")? {
                Some(key) => Some(Window {
                    name: row.get("file")?,
                    key,
                    every_ms: row.get("every_ms")?,
                    max: row.get("max_outputs")?,
                    size_max: row.get::<_, Count>("max_bytes")?.0,
                    closes_at: row.get("cut_off")?,
                }),
                None => None,
            },
            is_last: false,
            segment: row.get::<_, Count>("spool_segment")?.0,
            offset: row.get::<_, Count>("byte_offset")?.0,
            length: row.get::<_, Count>("byte_length")?.0,
            sha: row.get("sha")?,
        },
    })
}
