//! Facts of the index pass: what an intake consists of, in the order of its bytes.

use super::Reason;
use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use crate::exchange::states::{InterchangeState, MessageState};
use crate::ledger::ids::{DeliveryId, IntakeId, InterchangeId, MessageId};

/// What makes two interchanges the same one to the partner.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InterchangeKey {
    /// Name of the syntax, such as `x12`.
    pub syntax: String,
    /// `qualifier:id` of the sender.
    pub sender: String,
    /// `qualifier:id` of the receiver.
    pub receiver: String,
    /// Control number as written by the sender.
    pub control_number: String,
    /// Whether it is marked as a test.
    pub test: bool,
}

/// One step of the index pass. Rows come in the order of the bytes: what is started is ended before the next starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexRow {
    /// An interchange begins.
    InterchangeStart {
        /// Counted from 1 in the intake.
        ordinal: u32,
        /// Its key.
        key: InterchangeKey,
        /// Release or version of the envelope; may be empty.
        release: String,
        /// Byte offset in the intake.
        offset: u64,
    },
    /// A group of the interchange begins; one of our own making where the syntax has none.
    GroupStart {
        /// Functional identifier, such as `OW`; may be empty.
        functional_id: String,
        /// Control number as written.
        control_number: String,
        /// Sender code.
        sender: String,
        /// Receiver code.
        receiver: String,
        /// Version, such as `004010`.
        version: String,
    },
    /// A message of the group.
    Message {
        /// Counted from 1 in the group.
        ordinal: u32,
        /// Type, such as `940` or `ORDERS`.
        kind: String,
        /// Version where its own header has one, such as `D:96A:UN:EAN008`; else empty.
        version: String,
        /// Control number or reference as written.
        control_number: String,
        /// Byte offset in the intake.
        offset: u64,
        /// Length in bytes.
        length: u64,
        /// What the index pass found wrong with its frame, such as a reference that came before.
        fault: Option<Reason>,
    },
    /// The group ends.
    GroupEnd {
        /// What is wrong with its frame.
        fault: Option<Reason>,
    },
    /// The interchange ends.
    InterchangeEnd {
        /// Length in bytes.
        length: u64,
        /// Hash of its bytes.
        sha: Sha,
        /// What is wrong with its frame.
        fault: Option<Reason>,
    },
}

/// An interchange of an intake, as indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interchange {
    /// Which.
    pub id: InterchangeId,
    /// Its intake.
    pub intake: IntakeId,
    /// Counted from 1 in the intake.
    pub ordinal: u32,
    /// Its key.
    pub key: InterchangeKey,
    /// Release or version of the envelope.
    pub release: String,
    /// Byte offset in the intake.
    pub offset: u64,
    /// Length in bytes; 0 while it has not ended.
    pub length: u64,
    /// Hash of its bytes; none while it has not ended.
    pub sha: Option<Sha>,
    /// What the index pass found wrong with its frame.
    pub fault: Option<Reason>,
    /// Its state.
    pub state: InterchangeState,
    /// Why, for states that carry a reason.
    pub reason: Option<Reason>,
    /// The earlier one it repeats.
    pub duplicate_of: Option<InterchangeId>,
    /// Whether an acknowledgement is owed for it.
    pub owes_acknowledgement: bool,
    /// The acknowledgement, once planned.
    pub acknowledgement: Option<DeliveryId>,
}

/// An interchange with a key that was asked for, with what a verdict about duplicates needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierInterchange {
    /// Which.
    pub id: InterchangeId,
    /// Its intake.
    pub intake: IntakeId,
    /// When the intake came in.
    pub received_at: Timestamp,
    /// Hash of its bytes; none if its index pass never ended.
    pub sha: Option<Sha>,
    /// Its state.
    pub state: InterchangeState,
    /// How many of its messages were accepted, with or without errors.
    pub accepted: u64,
    /// How many of its messages have no verdict yet.
    pub undecided: u64,
    /// The acknowledgement that was made for it.
    pub acknowledgement: Option<DeliveryId>,
}

/// What is to become of an interchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its messages are translated.
    Accept,
    /// It came before; its messages become duplicates.
    DuplicateOf(InterchangeId),
    /// A person decides; its messages are quarantined.
    Quarantine(Reason),
    /// Its envelope is refused with this note code (`TA1` I18, `CONTRL` 0085); its messages are rejected.
    Reject(Reason),
}

/// The verdict about one interchange of an intake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterchangeVerdict {
    /// Which.
    pub interchange: InterchangeId,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Whether the partner is owed an acknowledgement.
    pub owes_acknowledgement: bool,
}

/// A message to be translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Which.
    pub message: MessageId,
    /// Its interchange.
    pub interchange: InterchangeId,
    /// Key of its interchange.
    pub key: InterchangeKey,
    /// Functional identifier of its group.
    pub functional_id: String,
    /// Control number of its group as written.
    pub group_number: String,
    /// Sender code of its group.
    pub group_sender: String,
    /// Receiver code of its group.
    pub group_receiver: String,
    /// Version of its group.
    pub version: String,
    /// What is wrong with the frame of its group; rejects the message.
    pub group_fault: Option<Reason>,
    /// Type of the message.
    pub kind: String,
    /// Its own version, where its header has one; else empty.
    pub message_version: String,
    /// Its control number or reference.
    pub control_number: String,
    /// Counted from 1 in its group.
    pub ordinal: u32,
    /// Byte offset in the intake.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// What the index pass found wrong with its frame.
    pub fault: Option<Reason>,
    /// Whether nobody took it when it was tried before. If its sender was not known, its interchange was not looked at as
    /// a client's, and no acknowledgement of it is owed so far.
    pub was_unrouted: bool,
    /// Attempts begun so far. After a crash, messages with attempts are best tried one by one.
    pub attempts: u32,
    /// Bundle to translate it with: the intake's, or the one a retry gave it.
    pub bundle: Sha,
    /// How often its sender was told what became of it.
    pub advised: u32,
    /// Whether a person has it processed although it came before.
    pub is_permitted: bool,
}

/// How many messages of an intake are in a state.
pub type MessageCounts = Vec<(MessageState, u64)>;
