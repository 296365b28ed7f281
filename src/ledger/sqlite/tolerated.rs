//! Waivers of partner files in use: how often each had an effect, and on what last.

use super::rows::Count;
use crate::ledger::{Answer, Tolerated};
use rusqlite::Connection;

/// See [`crate::ledger::Ledger::tolerated`].
pub(super) fn all(db: &Connection) -> Answer<Vec<Tolerated>> {
    // A bare column beside `max` is that of the row with the maximum.
    let rows = db
        .prepare_cached(
            "WITH used AS (
                 SELECT m.client, m.id AS message, i.received_at, f.code,
                     max(CASE WHEN a.value ->> 0 = 'found' THEN a.value ->> 1 END) AS what,
                     max(CASE WHEN a.value ->> 0 = 'expected' THEN a.value ->> 1 END) AS until,
                     max(CASE WHEN a.value ->> 0 = 'text' THEN a.value ->> 1 END) AS reason,
                     max(CASE WHEN a.value ->> 0 = 'count' THEN a.value ->> 1 END) AS times
                 FROM finding f CROSS JOIN message m ON m.id = f.entity_id AND m.run = f.run
                     CROSS JOIN intake i ON i.id = m.intake CROSS JOIN json_each(f.arguments) a
                 WHERE f.code IN ('I147', 'I148') AND f.entity = 'message'
                 GROUP BY f.id
             )
             SELECT client, what, until, reason, message, max(received_at) AS last_at,
                 sum(code = 'I147') AS tolerated, sum(code = 'I148') AS found_after,
                 sum(CASE WHEN code <> 'I147' THEN 0 WHEN times = 'once' THEN 1 ELSE CAST(times AS INTEGER) END) AS faults
             FROM used GROUP BY client, what, until ORDER BY client, what, until",
        )?
        .query_map([], |row| {
            Ok(Tolerated {
                client: row.get::<_, Option<String>>("client")?.unwrap_or_default(),
                what: row.get("what")?,
                until: row.get("until")?,
                reason: row.get("reason")?,
                messages: row.get::<_, Count>("tolerated")?.0,
                faults: row.get::<_, Count>("faults")?.0,
                messages_after: row.get::<_, Count>("found_after")?.0,
                last: row.get("message")?,
                last_at: row.get("last_at")?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}
