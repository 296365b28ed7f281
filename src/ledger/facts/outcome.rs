//! Facts of a translated message.

use super::{Finding, NewReply, Reason};
use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use crate::exchange::states::MessageState;
use crate::ledger::ids::{CollectionId, DocumentId, IntakeId, MessageId, OutputId};

/// The verdict on a message's syntax, which an acknowledgement reports whatever becomes of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxVerdict {
    /// No error.
    Accepted,
    /// Errors the partner is told of.
    AcceptedWithErrors,
    /// Refused.
    Rejected,
}

impl SyntaxVerdict {
    /// Every verdict.
    pub const ALL: &[SyntaxVerdict] =
        &[SyntaxVerdict::Accepted, SyntaxVerdict::AcceptedWithErrors, SyntaxVerdict::Rejected];

    /// The word stored.
    pub const fn word(self) -> &'static str {
        match self {
            SyntaxVerdict::Accepted => "accepted",
            SyntaxVerdict::AcceptedWithErrors => "accepted_with_errors",
            SyntaxVerdict::Rejected => "rejected",
        }
    }

    /// Whether it refuses the message.
    pub const fn is_refusal(self) -> bool {
        matches!(self, SyntaxVerdict::Rejected)
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        SyntaxVerdict::ALL.iter().copied().find(|verdict| verdict.word() == word)
    }
}

/// What became of one message that waited to be translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageOutcome {
    /// Which.
    pub message: MessageId,
    /// Where it goes from `SPLIT`.
    pub state: MessageState,
    /// Why; set exactly for states that carry a reason.
    pub reason: Option<Reason>,
    /// The verdict on its syntax; none where none was reached or none is needed.
    pub syntax: Option<SyntaxVerdict>,
    /// The client it belongs to, if that is known by now.
    pub client: Option<String>,
    /// That its interchange is to be acknowledged although nobody knew so when that came in. `false` says nothing.
    pub owes_acknowledgement: bool,
    /// What was found, at most `limits.message_findings`.
    pub findings: Vec<Finding>,
    /// How many findings more there were.
    pub findings_dropped: u64,
    /// The documents read from it, and what its sender is told of them. Only one that is `TRANSLATED` has outputs but advice.
    pub documents: Vec<NewDocument>,
    /// What it says about deliveries of ours, if it is an acknowledgement.
    pub replies: Vec<NewReply>,
}

/// The business key of a document: what a repeat of it is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocumentKey {
    /// The client it belongs to.
    pub client: String,
    /// Name of its shape, such as `order`.
    pub kind: String,
    /// Business number; a document without one is never a repeat.
    pub number: String,
    /// Who sent it, as its envelope has it; empty for files without one. Two suppliers may use the same number.
    pub sender: String,
    /// Test, not production.
    pub is_test: bool,
}

/// The newest document under a business key whose message was translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingDocument {
    /// The message it was read from.
    pub message: MessageId,
    /// When that came in.
    pub received_at: Timestamp,
    /// Hash of its content.
    pub content: Sha,
    /// Hash of the bytes it was read from.
    pub source: Sha,
    /// The canonical bytes.
    pub body: Vec<u8>,
}

/// A canonical document read from a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Its business key; the number may be empty.
    pub key: DocumentKey,
    /// Fields it can be found by later, with their values.
    pub keys: Vec<(String, String)>,
    /// The canonical bytes.
    pub body: Vec<u8>,
    /// Their hash.
    pub sha: Sha,
    /// Hash of what it says, without where it came from.
    pub content: Sha,
    /// Hash of the bytes of the message it was read from.
    pub source: Sha,
    /// It may only be processed if no document with its key and content came in since then and was.
    pub once_since: Option<Timestamp>,
    /// Whether it is ours: what the sender is told of the message.
    pub is_advice: bool,
    /// What flows wrote for it.
    pub outputs: Vec<NewOutput>,
}

/// How outputs become files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gathering {
    /// Each in a file of its own.
    PerMessage,
    /// All of one source file together.
    PerSource,
    /// All that come within a time together.
    Collected,
    /// No bytes of its own: its document becomes one message with others.
    Gathered,
}

impl Gathering {
    /// Every way.
    pub const ALL: &[Gathering] =
        &[Gathering::PerMessage, Gathering::PerSource, Gathering::Collected, Gathering::Gathered];

    /// The word stored.
    pub const fn word(self) -> &'static str {
        match self {
            Gathering::PerMessage => "per_message",
            Gathering::PerSource => "per_source",
            Gathering::Collected => "collected",
            Gathering::Gathered => "gathered",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        Gathering::ALL.iter().copied().find(|gathering| gathering.word() == word)
    }
}

/// What an output waits for. Outputs of a client, endpoint and bundle with equal windows wait together, those of a window
/// without a name only with those of their flow and map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Name of the file, if several flows fill it; else empty.
    pub name: String,
    /// What their documents have in common, as text.
    pub key: String,
    /// How long after the first of them the file leaves.
    pub every_ms: i64,
    /// How many there may be; it leaves with the last one.
    pub max: u32,
    /// How many bytes there may be; with one that does not fit it leaves without it.
    pub size_max: u64,
    /// The moment it leaves, where that is fixed and not counted from the first of them.
    pub closes_at: Option<Timestamp>,
}

/// Bytes a flow wrote for a document, durable in a spool segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutput {
    /// Name of the flow.
    pub flow: String,
    /// Name of the write map.
    pub map: String,
    /// Name of the endpoint it is meant for.
    pub endpoint: String,
    /// How it becomes a file.
    pub gathering: Gathering,
    /// What it waits for, exactly if it is collected or gathered.
    pub window: Option<Window>,
    /// Whether nothing more is to come, so that the collection closes with it. Of an output as stored it is not told.
    pub is_last: bool,
    /// Which spool segment.
    pub segment: u64,
    /// Byte offset in the segment.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// Hash of the bytes.
    pub sha: Sha,
}

/// Outputs that wait, or waited, together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Which.
    pub id: CollectionId,
    /// How they become a file.
    pub gathering: Gathering,
    /// The bundle that knows how.
    pub bundle: Sha,
    /// Since when it is in its state.
    pub state_at: Timestamp,
}

/// An output as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Which.
    pub id: OutputId,
    /// The document it was written for.
    pub document: DocumentId,
    /// The message the document was read from.
    pub message: MessageId,
    /// The intake of the message.
    pub intake: IntakeId,
    /// The client of the document.
    pub client: String,
    /// Business number of the document; may be empty.
    pub number: String,
    /// The bundle it was written with, which knows its map and guide.
    pub bundle: Sha,
    /// The collection it waits or waited in.
    pub collection: Option<CollectionId>,
    /// When that closes at the latest.
    pub closes_at: Option<Timestamp>,
    /// What was written.
    pub written: NewOutput,
}

/// A document as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Which.
    pub id: DocumentId,
    /// The message it was read from.
    pub message: MessageId,
    /// The client it belongs to.
    pub client: String,
    /// Name of its shape.
    pub kind: String,
    /// Business number.
    pub number: String,
    /// The canonical bytes.
    pub body: Vec<u8>,
    /// Their hash.
    pub sha: Sha,
}
