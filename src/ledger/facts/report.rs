//! What people ask the ledger.

use super::{
    Acknowledged, Delivery, Document, Finding, Intake, Interchange, Output, Reason, Reply, SyntaxVerdict,
};
use crate::base::clock::Timestamp;
use crate::base::hash::Sha;
use crate::exchange::states::{Entity, MessageState, State};
use crate::ledger::ids::{DeliveryId, GroupId, MessageId};

/// Which messages to list. An empty filter lists all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFilter {
    /// Only in this state.
    pub state: Option<MessageState>,
    /// Only of this client.
    pub client: Option<String>,
    /// Only those before this one, to go on where an earlier list ended.
    pub before: Option<MessageId>,
    /// At most so many.
    pub limit: usize,
}

/// A line of a table of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLine {
    /// Which.
    pub id: MessageId,
    /// When its file came in.
    pub received_at: Timestamp,
    /// The client; none where that is not known.
    pub client: Option<String>,
    /// Type.
    pub kind: String,
    /// Business number of its first document, and how many more documents there are (`SO1 +2`); none if nothing was read.
    pub number: Option<String>,
    /// Control number or reference as written.
    pub control_number: String,
    /// Its state.
    pub state: MessageState,
    /// Why, for states that carry a reason.
    pub reason: Option<Reason>,
    /// Name of its file at the source, as bytes.
    pub file: Vec<u8>,
    /// Name of the endpoint the file came from.
    pub endpoint: String,
    /// Where it stands with the receivers of its outputs; none if nobody is expected to say anything and nobody did.
    pub acknowledged: Option<Acknowledged>,
}

/// All that is known about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageStory {
    /// The message in one line.
    pub line: MessageLine,
    /// Its file.
    pub intake: Intake,
    /// Its interchange.
    pub interchange: Interchange,
    /// Its group.
    pub group: GroupLine,
    /// Byte offset in the file.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// The verdict on its syntax.
    pub syntax: Option<SyntaxVerdict>,
    /// What its sender was told of its syntax before it was retried, if he was told nothing else since.
    pub told: Option<SyntaxVerdict>,
    /// Who had it processed although it came before.
    pub permitted_by: Option<String>,
    /// Attempts begun since it was split or retried.
    pub attempts: u32,
    /// The bundle it is or was translated with.
    pub bundle: Sha,
    /// Counts its retries: 0 before the first.
    pub run: u32,
    /// Findings of the latest run, with those of its interchange and file before them and those of its outputs' files
    /// behind.
    pub findings: Vec<Finding>,
    /// How many findings of the latest run were not kept.
    pub findings_dropped: u64,
    /// Findings of earlier runs, with the run.
    pub earlier_findings: Vec<(u32, Finding)>,
    /// Documents of the latest run.
    pub documents: Vec<Document>,
    /// Outputs, each with its delivery.
    pub outputs: Vec<(Output, Option<DeliveryId>)>,
    /// Deliveries of the outputs and the acknowledgements of the interchange.
    pub deliveries: Vec<Delivery>,
    /// What was said about its outputs' deliveries, oldest first.
    pub replies: Vec<Reply>,
    /// What it says itself, if it is an acknowledgement.
    pub says: Vec<Reply>,
    /// Every transition of the message, its interchange, its file, its collections and its deliveries, oldest first.
    pub history: Vec<Event>,
}

/// A group as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    /// Which.
    pub id: GroupId,
    /// Functional identifier.
    pub functional_id: String,
    /// Control number as written.
    pub control_number: String,
    /// Version.
    pub version: String,
    /// What is wrong with its frame.
    pub fault: Option<Reason>,
}

/// One transition that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub entity: Entity,
    /// Which.
    pub id: i64,
    /// From where.
    pub from: State,
    /// To where.
    pub to: State,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Option<Reason>,
    /// Who, if it was a person.
    pub who: Option<String>,
}

/// How many entities are in a state. States nobody is in are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateCount {
    /// The state.
    pub state: State,
    /// How many.
    pub count: u64,
}
