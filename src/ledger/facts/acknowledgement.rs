//! Facts an acknowledgement is built from.

use super::{Finding, Interchange, Reason, SyntaxVerdict};
use crate::base::hash::Sha;
use crate::exchange::states::MessageState;
use crate::ledger::ids::{DeliveryId, GroupId, MessageId};

/// An acknowledgement that is owed, can be made, and is not planned yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueAck {
    /// The interchange to acknowledge.
    pub interchange: Interchange,
    /// The bundle that knows whom it is from: its intake's, or the newest that one of its messages was retried with.
    pub bundle: Sha,
    /// For a duplicate: the acknowledgement of the earlier one, to be sent again.
    pub earlier: Option<DeliveryId>,
    /// How many were made for this one before: the next one corrects them.
    pub made: u32,
}

/// A group to acknowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckGroup {
    /// Which.
    pub id: GroupId,
    /// Functional identifier.
    pub functional_id: String,
    /// Control number as written.
    pub control_number: String,
    /// Sender code.
    pub sender: String,
    /// Receiver code.
    pub receiver: String,
    /// Version.
    pub version: String,
    /// What is wrong with its frame.
    pub fault: Option<Reason>,
}

/// A message to acknowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckMessage {
    /// Which.
    pub id: MessageId,
    /// Type.
    pub kind: String,
    /// Version where its own header has one.
    pub version: String,
    /// Control number or reference as written.
    pub control_number: String,
    /// What the index pass found wrong with its frame.
    pub fault: Option<Reason>,
    /// Its state.
    pub state: MessageState,
    /// The verdict on its syntax.
    pub syntax: Option<SyntaxVerdict>,
    /// The findings of its latest attempt.
    pub findings: Vec<Finding>,
}
