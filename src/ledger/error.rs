//! What can go wrong with the ledger: the machine's doing, or a step that is not listed.

use crate::exchange::states::Entity;

/// Why a call changed nothing. The call can be repeated as it is after any of them but [`LedgerError::Stopped`] and
/// [`LedgerError::CommitFailed`], which end the process.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The step does not start from the state the entity is in.
    #[error("{entity} {id} cannot be {step}: it is {actual}")]
    Conflict {
        /// Whose step.
        entity: Entity,
        /// Which one.
        id: i64,
        /// Name of the step that was wanted.
        step: &'static str,
        /// The state it is in, with what else forbids the step.
        actual: String,
    },
    /// There is no such row.
    #[error("there is no {what} {id}")]
    Missing {
        /// What kind of row.
        what: &'static str,
        /// Which one.
        id: String,
    },
    /// The facts contradict themselves or what is stored.
    #[error("the ledger refuses {what}: {why}")]
    Refused {
        /// What was to be stored.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Every number of the lane was used too recently.
    #[error("control numbers of {lane} are used up: {number} was used less than the resting time ago")]
    NumbersUsedUp {
        /// The lane.
        lane: String,
        /// The number that would have been next.
        number: u64,
    },
    /// The ledger was written by a newer program.
    #[error("the ledger has schema {found}, this program knows up to {known}; start the newer program")]
    Newer {
        /// Schema of the file.
        found: u32,
        /// Newest schema this program knows.
        known: u32,
    },
    /// The stored rows are not what was written.
    #[error("the ledger is damaged: {detail}; restore a backup or rebuild it from the spool")]
    Damaged {
        /// What was found.
        detail: String,
    },
    /// The database says no.
    #[error("the ledger could not {doing}")]
    Storage {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A commit failed, so it is not known what is durable. The process must stop and start again.
    #[error("the ledger could not make its last commit durable: {detail}")]
    CommitFailed {
        /// What the database said.
        detail: String,
    },
    /// The thread that owns the ledger is gone.
    #[error("the ledger has stopped")]
    Stopped,
}
