//! Facts of a file that leaves.

use super::{Finding, Reason};
use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use crate::exchange::reply::Word;
use crate::exchange::states::DeliveryState;
use crate::ledger::OutputIds;
use crate::ledger::ids::{CollectionId, DeliveryId, InterchangeId};

/// Most numbers that a delivery carries of one lane.
pub const NUMBERS_MAX: u64 = 1000;

/// Whose turn it is to give a control number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRequest {
    /// Name of the sequence, such as `x12/ISA/ACME/WMS`.
    pub lane: String,
    /// Unique key of the delivery that will carry the number.
    pub delivery_key: String,
    /// Number a new lane starts with.
    pub first: u64,
    /// The lane whose newest number a new lane starts with instead, if that has given one.
    pub beside: Option<String>,
    /// How many numbers in a row, at most [`NUMBERS_MAX`].
    pub amount: u64,
    /// Largest number; the next one is 1.
    pub last: u64,
    /// How long a number must rest before another delivery may carry it; 0 if it need not.
    pub rest_ms: i64,
}

/// What a delivery carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryKind {
    /// Outputs of flows.
    Output,
    /// An acknowledgement.
    Acknowledgement,
}

impl DeliveryKind {
    /// The word stored.
    pub const fn word(self) -> &'static str {
        match self {
            DeliveryKind::Output => "output",
            DeliveryKind::Acknowledgement => "acknowledgement",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [DeliveryKind::Output, DeliveryKind::Acknowledgement].into_iter().find(|kind| kind.word() == word)
    }
}

/// A file whose bytes are durable in the spool and fixed from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPlan {
    /// Unique; the same key is the same delivery for ever.
    pub key: String,
    /// What it carries.
    pub kind: DeliveryKind,
    /// Name of the endpoint.
    pub endpoint: String,
    /// Final name at the target.
    pub name: String,
    /// The file its bytes are in, relative to the spool. Others may be in it too.
    pub spool_path: String,
    /// Byte offset in that file.
    pub spool_offset: u64,
    /// Hash of its bytes.
    pub sha: Sha,
    /// Their length.
    pub size: u64,
    /// The outputs it carries; none of them is in another delivery.
    pub outputs: OutputIds,
    /// The collection that ends with it: it is `CLOSED`, and these are all of its outputs.
    pub collection: Option<CollectionId>,
    /// What was found when it was written, if that was not found with its messages.
    pub findings: Vec<Finding>,
    /// The interchanges it acknowledges.
    pub acknowledges: Vec<InterchangeId>,
    /// Lanes and numbers reserved under its key.
    pub control_numbers: Vec<(String, u64)>,
    /// Functional identifier of its first group, by which an acknowledgement may name it; empty without groups.
    pub functional_id: String,
    /// The groups behind the first.
    pub further_groups: Vec<FurtherGroup>,
    /// How long after its publication an acknowledgement may take; none if none is expected.
    pub answer_within_ms: Option<i64>,
}

/// A group of a delivery that is not its first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FurtherGroup {
    /// Its functional identifier.
    pub functional_id: String,
    /// Ordinal of its first message in the file.
    pub first: u32,
}

/// A delivery as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which.
    pub id: DeliveryId,
    /// Its unique key.
    pub key: String,
    /// What it carries.
    pub kind: DeliveryKind,
    /// Name of the endpoint.
    pub endpoint: String,
    /// Final name at the target.
    pub name: String,
    /// The file its bytes are in, relative to the spool. Others may be in it too.
    pub spool_path: String,
    /// Byte offset in that file.
    pub spool_offset: u64,
    /// Hash of its bytes.
    pub sha: Sha,
    /// Their length.
    pub size: u64,
    /// Its state.
    pub state: DeliveryState,
    /// Why, for states that carry a reason.
    pub reason: Option<Reason>,
    /// Since when.
    pub state_at: Timestamp,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Whether publication was concluded from the temporary file being gone, not seen.
    pub inferred: bool,
    /// The delivery whose bytes it sends again.
    pub resend_of: Option<DeliveryId>,
    /// What the receiver said about it.
    pub word: Option<Word>,
    /// Until when he should have, if that is agreed and it is published.
    pub answer_by: Option<Timestamp>,
    /// When the alarm was raised that he had not.
    pub overdue_at: Option<Timestamp>,
}

/// How a delivery came to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// When.
    pub at: Timestamp,
    /// Whether it was concluded, not seen.
    pub inferred: bool,
}
