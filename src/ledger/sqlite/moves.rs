//! The only code that writes a state: compare and set, with the guard made from the transition table.

use crate::base::clock::Timestamp;
use crate::exchange::states::{Entity, State, Step};
use crate::ledger::{Answer, LedgerError, Reason};
use rusqlite::{Connection, OptionalExtension, Params, ToSql, params};

/// Where an entity's state is stored.
struct Columns {
    table: &'static str,
    state: &'static str,
    at: &'static str,
    reason: &'static str,
}

const fn columns(entity: Entity) -> Columns {
    let table = match entity {
        Entity::Release => {
            return Columns {
                table: "intake",
                state: "release_state",
                at: "release_at",
                reason: "release_reason",
            };
        }
        Entity::Intake => "intake",
        Entity::Interchange => "interchange",
        Entity::Message => "message",
        Entity::Collection => "collection",
        Entity::Delivery => "delivery",
    };
    Columns { table, state: "state", at: "state_at", reason: "reason" }
}

/// `'A','B'` for a guard `state IN (...)`.
pub(super) fn word_list(states: impl IntoIterator<Item = State>) -> String {
    let words: Vec<_> = states.into_iter().map(|state| format!("'{state}'")).collect();
    words.join(",")
}

/// The words of the states of an entity that have not ended.
pub(super) fn open_words(entity: Entity) -> String {
    word_list(State::all(entity).into_iter().filter(|state| !state.standing().is_ended()))
}

/// The state an entity is in.
pub(super) fn state_of(db: &Connection, entity: Entity, id: i64) -> Answer<State> {
    let Columns { table, state, .. } = columns(entity);
    let word: Option<String> = db
        .prepare_cached(&format!("SELECT {state} FROM {table} WHERE id = ?1"))?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let word = word.ok_or_else(|| LedgerError::Missing { what: entity.word(), id: id.to_string() })?;
    State::from_word(entity, &word)
        .ok_or_else(|| LedgerError::Damaged { detail: format!("{entity} {id} is {word:?}") })
}

/// Fails with [`LedgerError::Conflict`] unless `step` starts from where the entity is.
pub(super) fn require(db: &Connection, step: &Step, id: i64) -> Answer<State> {
    let actual = state_of(db, step.entity(), id)?;
    match step.starts_from(actual) {
        true => Ok(actual),
        false => Err(conflict(step, id, actual.word())),
    }
}

/// The error for a step that cannot be made.
pub(super) fn conflict(step: &Step, id: i64, actual: impl Into<String>) -> LedgerError {
    LedgerError::Conflict { entity: step.entity(), id, step: step.name, actual: actual.into() }
}

/// A step about to be made.
#[derive(Clone, Copy)]
pub(super) struct Move<'a> {
    step: &'a Step,
    at: Timestamp,
    reason: Option<&'a Reason>,
    who: Option<&'a str>,
}

impl<'a> Move<'a> {
    pub(super) fn new(step: &'a Step, at: Timestamp) -> Self {
        Move { step, at, reason: None, who: None }
    }

    /// Why: kept with the event, and with the entity if its new state carries a reason.
    pub(super) fn because(mut self, reason: &'a Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    pub(super) fn by(mut self, who: &'a str) -> Self {
        self.who = Some(who);
        self
    }

    /// Moves one entity.
    pub(super) fn one(self, db: &Connection, id: i64) -> Answer<()> {
        let kept = self.kept_reason()?;
        let from = match self.step.from {
            [only] => *only,
            _ => require(db, self.step, id)?,
        };
        let Columns { table, state, at, reason } = columns(self.step.entity());
        let changed = db
            .prepare_cached(&format!(
                "UPDATE {table} SET {state} = ?1, {at} = ?2, {reason} = ?3 WHERE id = ?4 AND {state} = ?5"
            ))?
            .execute(params![self.step.to.word(), self.at, kept, id, from.word()])?;
        if changed != 1 {
            return Err(conflict(self.step, id, state_of(db, self.step.entity(), id)?.word()));
        }
        db.prepare_cached(
            "INSERT INTO event (entity, entity_id, from_state, to_state, at, reason, who)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            self.step.entity().word(),
            id,
            from.word(),
            self.step.to.word(),
            self.at,
            self.reason,
            self.who
        ])?;
        Ok(())
    }

    /// Moves one entity if the step starts from where it is; says whether it did.
    pub(super) fn one_if_listed(self, db: &Connection, id: i64) -> Answer<bool> {
        let listed = self.step.starts_from(state_of(db, self.step.entity(), id)?);
        if listed {
            self.one(db, id)?;
        }
        Ok(listed)
    }

    /// Moves every entity that meets `condition` (over the columns of its table, with one parameter `?1`) and is where
    /// the step starts. Answers how many.
    pub(super) fn each(self, db: &Connection, condition: &str, parameter: impl ToSql) -> Answer<usize> {
        let kept = self.kept_reason()?;
        let Columns { table, state, at, reason } = columns(self.step.entity());
        let guard = format!("{state} IN ({}) AND ({condition})", word_list(self.step.from.iter().copied()));
        let (entity, to) = (self.step.entity().word(), self.step.to.word());
        let recorded = execute(
            db,
            &format!(
                "INSERT INTO event (entity, entity_id, from_state, to_state, at, reason, who)
                 SELECT '{entity}', {table}.id, {state}, '{to}', ?2, ?3, ?4 FROM {table} WHERE {guard}
                 ORDER BY {table}.id"
            ),
            params![parameter, self.at, self.reason, self.who],
        )?;
        let changed = execute(
            db,
            &format!("UPDATE {table} SET {state} = '{to}', {at} = ?2, {reason} = ?3 WHERE {guard}"),
            params![parameter, self.at, kept],
        )?;
        assert_eq!(recorded, changed, "one event for each change in one transaction");
        Ok(changed)
    }

    fn kept_reason(self) -> Answer<Option<&'a Reason>> {
        match (self.step.to.standing().needs_reason(), self.reason) {
            (true, None) => Err(LedgerError::Refused {
                what: "a state without its reason",
                why: format!("{} of {}", self.step.to, self.step.entity()),
            }),
            (true, reason) => Ok(reason),
            (false, _) => Ok(None),
        }
    }
}

/// Runs a statement from the cache; answers how many rows it changed.
pub(super) fn execute(db: &Connection, sql: &str, parameters: impl Params) -> Answer<usize> {
    Ok(db.prepare_cached(sql)?.execute(parameters)?)
}
