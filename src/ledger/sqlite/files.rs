//! What people ask about files.

use super::rows::Count;
use super::{findings, index, intake, report};
use crate::exchange::states::{Entity, InterchangeState};
use crate::ledger::{Answer, FileFilter, FileLine, FileStory, FindingOwner, Intake, IntakeId, Interchange};
use rusqlite::{Connection, ToSql};

/// Most messages of a file that its story names.
const STORY_MESSAGES_MAX: usize = 100;

/// See [`crate::ledger::Ledger::files_without_messages`].
pub(super) fn without_messages(db: &Connection, filter: &FileFilter) -> Answer<Vec<FileLine>> {
    let mut sql = "SELECT * FROM intake i WHERE (i.parsed_at IS NULL OR NOT EXISTS
            (SELECT 1 FROM message m WHERE m.intake = i.id))"
        .to_string();
    let limit = super::limit(filter.limit);
    let mut parameters: Vec<&dyn ToSql> = vec![&limit];
    let conditions: [(&str, Option<&dyn ToSql>); 3] = [
        (
            "(i.state = ? OR EXISTS (SELECT 1 FROM interchange x WHERE x.intake = i.id AND x.state = ?))",
            filter.state.as_ref().map(|state| state as &dyn ToSql),
        ),
        ("i.client = ?", filter.client.as_ref().map(|client| client as &dyn ToSql)),
        ("i.id < ?", filter.before.as_ref().map(|before| before as &dyn ToSql)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            parameters.push(value);
            sql += &format!(" AND {}", condition.replace('?', &format!("?{}", parameters.len())));
        }
    }
    sql += " ORDER BY i.id DESC LIMIT ?1";
    let files: Vec<Intake> =
        db.prepare_cached(&sql)?.query_map(&parameters[..], intake::read)?.collect::<Result<_, _>>()?;
    files
        .into_iter()
        .map(|intake| {
            let interchanges = index::of_intake(db, intake.id, None, usize::MAX)?;
            Ok(line(intake, &interchanges))
        })
        .collect()
}

fn line(intake: Intake, interchanges: &[Interchange]) -> FileLine {
    let is_refused = |interchange: &&Interchange| {
        !matches!(interchange.state, InterchangeState::Split | InterchangeState::Closed)
    };
    let refused = interchanges.iter().find(is_refused);
    FileLine { intake, refused: refused.map(|refused| (refused.state, refused.reason.clone())) }
}

/// See [`crate::ledger::Ledger::file_story`].
pub(super) fn story(db: &Connection, id: IntakeId) -> Answer<FileStory> {
    let intake = intake::get(db, id)?;
    let interchanges = index::of_intake(db, id, None, usize::MAX)?;
    let mut all = findings::of_owner(db, FindingOwner::Intake(id))?;
    let mut owners = vec![(Entity::Intake, id.0), (Entity::Release, id.0)];
    for interchange in &interchanges {
        all.extend(findings::of_owner(db, FindingOwner::Interchange(interchange.id))?);
        owners.push((Entity::Interchange, interchange.id.0));
    }
    let Count(message_count) = db
        .prepare_cached(
            "SELECT count(*) FROM message m JOIN intake i ON i.id = m.intake
             WHERE m.intake = ?1 AND i.parsed_at IS NOT NULL",
        )?
        .query_row([id], |row| row.get(0))?;
    Ok(FileStory {
        line: line(intake, &interchanges),
        interchanges,
        findings: all,
        messages: report::of_intake(db, id, STORY_MESSAGES_MAX)?,
        message_count,
        history: report::events(db, owners)?,
    })
}
