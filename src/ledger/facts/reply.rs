//! Facts of what partners say about what we sent.

use super::{Delivery, Finding, Reason};
use crate::base::clock::Timestamp;
use crate::exchange::reply::Word;
use crate::ledger::ids::{DeliveryId, MessageId, OutputId};

/// A file we sent, or a group of it, as far as an acknowledgement can name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// Functional identifier of the group, of its first one if the whole file is named; empty without groups.
    pub functional_id: String,
    /// The outputs in it, in the order of the file.
    pub outputs: Vec<SentOutput>,
    /// What the partner said about the outputs of other groups, if that settled it.
    pub others: Vec<Option<Word>>,
}

/// An output of a file we sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentOutput {
    /// Which.
    pub id: OutputId,
    /// The message its document was read from.
    pub message: MessageId,
    /// Counted from 1 in the file.
    pub ordinal: u32,
    /// Business number of its document; may be empty.
    pub number: String,
    /// What the partner said about it, if that settled it.
    pub word: Option<Word>,
}

/// What an acknowledgement that came in says about one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReply {
    /// Which.
    pub delivery: DeliveryId,
    /// The verdict.
    pub word: Word,
    /// The verdict on all of the delivery: the other one if it is about all of it, and if not, what follows from all that
    /// was said of its groups.
    pub of_delivery: Word,
    /// The verdict as the partner wrote it.
    pub reason: Reason,
    /// The verdict on each of its outputs.
    pub outputs: Vec<(OutputId, Word)>,
    /// Findings about the file.
    pub about_file: Vec<Finding>,
    /// Findings about the documents in it, with the messages these were read from.
    pub about_messages: Vec<(MessageId, Finding)>,
    /// It says what is made of the documents, not whether they could be read: it stands beside an acknowledgement, and
    /// none is waited for any less because of it.
    pub is_advice: bool,
}

/// One acknowledgement of a delivery, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The message that says it.
    pub message: MessageId,
    /// What it is about.
    pub delivery: DeliveryId,
    /// Name of the file.
    pub name: String,
    /// The verdict.
    pub word: Word,
    /// When it was taken note of.
    pub at: Timestamp,
}

/// Where a message stands with its receivers, the worst of all its outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Acknowledged {
    /// This was said.
    Said(Word),
    /// Nothing came yet, and there is time left.
    Awaited,
    /// Nothing came in time.
    Overdue,
}

impl Acknowledged {
    /// The word shown.
    pub fn word(self) -> String {
        match self {
            Acknowledged::Said(word) => word.to_string(),
            Acknowledged::Awaited => "awaited".into(),
            Acknowledged::Overdue => "overdue".into(),
        }
    }
}
