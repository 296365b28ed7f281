//! L3: the memory of the gateway: what came in, what became of it, what left.
//!
//! [`Ledger`] is a trait of domain transitions without a type of any database in it. [`sqlite`] is the embedded
//! backend; a second one passes the same conformance suite (`tests/ledger_conformance.rs`). [`writer`] puts a
//! backend on one thread with group commit. All SQL of the program is below this module.
//!
//! Transitions are those of [`crate::exchange::states::TRANSITIONS`]; each is written with a compare-and-set whose
//! guard is made from that table, and leaves an [`Event`].

mod error;
mod facts;
mod ids;
mod output_ids;
pub mod sqlite;
pub mod writer;

pub use error::LedgerError;
pub use facts::*;
pub use ids::*;
pub use output_ids::OutputIds;

use crate::base::clock::Timestamp;
use crate::base::files::FileIdentity;
use crate::base::hash::Sha;
use crate::exchange::states::DeliveryState;

/// What every call answers.
pub type Answer<T> = Result<T, LedgerError>;

/// The ledger. Every method is one transaction: it did all of what it says, durably, or it failed and did nothing.
///
/// A step that does not start from where the entity is fails with [`LedgerError::Conflict`]; an unknown id with
/// [`LedgerError::Missing`]; facts that contradict what is stored with [`LedgerError::Refused`]. Time is always an
/// argument.
pub trait Ledger: Send {
    // ------------------------------------------------------------------ arrivals

    /// Takes an arrival on record, `STAGED`, with the duty to release it at its source. An arrival that is known
    /// (same endpoint, name, identity and hash, with its release due or not longer ago than it says) is the same one,
    /// and its release becomes due again.
    fn stage_intake(&mut self, arrival: Arrival) -> Answer<Staged>;
    /// The newest intake of exactly this file, for sources whose files stay where they are.
    fn find_arrival(
        &self,
        endpoint: String,
        name: Vec<u8>,
        identity: FileIdentity,
    ) -> Answer<Option<IntakeId>>;
    /// The source has the file no more.
    fn released(&mut self, intake: IntakeId, at: Timestamp) -> Answer<()>;
    /// The source did not let us remove the file; stays in [`Ledger::due_releases`] with one failure more.
    fn release_failed(&mut self, intake: IntakeId, why: Reason, at: Timestamp) -> Answer<()>;
    /// Files still to be taken away at these endpoints, oldest first, at most `limit`.
    fn due_releases(&self, endpoints: Vec<String>, limit: usize) -> Answer<Vec<DueRelease>>;
    /// An intake.
    fn intake(&self, intake: IntakeId) -> Answer<Intake>;
    /// Intakes that are `STAGED`, oldest first, at most `limit`.
    fn staged_intakes(&self, limit: usize) -> Answer<Vec<Intake>>;
    /// Spool paths of all intakes that are not archived, in no order. Any other copy is an orphan.
    fn spooled(&self) -> Answer<Vec<String>>;
    /// `STAGED` -> `HELD`.
    fn hold_intake(&mut self, intake: IntakeId, why: Reason, at: Timestamp) -> Answer<()>;
    /// `HELD` -> `STAGED`.
    fn resume_intake(&mut self, intake: IntakeId, at: Timestamp) -> Answer<()>;
    /// Sets an intake aside, and with it those of its messages that were not translated yet.
    fn quarantine_intake(&mut self, intake: IntakeId, why: Reason, at: Timestamp) -> Answer<()>;
    /// Has a quarantined intake that was never parsed read again, with `bundle`.
    fn retry_intake(&mut self, intake: IntakeId, bundle: Sha, who: String, at: Timestamp) -> Answer<()>;

    // ------------------------------------------------------------------ index pass

    /// Begins the index pass of a `STAGED` intake: drops the rows of an interrupted one.
    fn begin_index(&mut self, intake: IntakeId) -> Answer<()>;
    /// Appends rows of the index pass, in the order of the bytes, in pieces of any size.
    fn append_index(&mut self, intake: IntakeId, rows: Vec<IndexRow>) -> Answer<()>;
    /// Interchanges of an intake, in order, after `after`, at most `limit`; in the index pass those appended so far.
    fn interchanges(
        &self,
        intake: IntakeId,
        after: Option<InterchangeId>,
        limit: usize,
    ) -> Answer<Vec<Interchange>>;
    /// An interchange.
    fn interchange(&self, interchange: InterchangeId) -> Answer<Interchange>;
    /// Interchanges with this key that came before `before`, newest first: of intakes that are indexed, and of its own.
    fn find_interchanges(
        &self,
        key: InterchangeKey,
        before: InterchangeId,
    ) -> Answer<Vec<EarlierInterchange>>;
    /// The newest interchange before this one that has its bytes, syntax and endpoint and no control number either, and is
    /// neither a duplicate nor refused.
    fn find_same_bytes(&self, before: InterchangeId) -> Answer<Option<EarlierInterchange>>;
    /// The largest control number among the last accepted interchanges before this one between the same two, of the same
    /// standing as test or production. None if there is none that is a number.
    fn last_number(&self, before: InterchangeId) -> Answer<Option<u64>>;
    /// Takes down verdicts on interchanges of a `STAGED` intake that were appended whole. They come into force when
    /// the pass ends; until then a later one replaces an earlier one.
    fn judge(&mut self, intake: IntakeId, verdicts: Vec<InterchangeVerdict>) -> Answer<()>;
    /// Ends the index pass, when there is a verdict on each interchange: `STAGED` -> `PARSED`. Messages of an
    /// interchange that is not accepted end with it.
    fn finish_index(&mut self, intake: IntakeId, at: Timestamp) -> Answer<()>;

    // ------------------------------------------------------------------ work

    /// The oldest `PARSED` intake with a message that waits to be translated.
    fn translatable_intake(&self) -> Answer<Option<Intake>>;
    /// Messages of a `PARSED` intake that wait to be translated, in the order of its bytes, at most `limit`.
    fn next_messages(&self, intake: IntakeId, limit: usize) -> Answer<Vec<Work>>;
    /// Counts an attempt for each message, before it is made. All of them are `SPLIT`.
    fn begin_attempts(&mut self, messages: Vec<MessageId>) -> Answer<()>;
    /// Records what became of messages that were `SPLIT`: all of them or, if one is refused, none. Outputs with a window
    /// join the `OPEN` collection of it whose time is not over, or begin one; one that is full is `CLOSED`. What an acknowledgement
    /// says is kept with its message: a verdict makes a delivery that may have arrived `PUBLISHED`, then `ACKED`; after
    /// that it changes nothing.
    /// A document that may be processed once is refused if one with its key and content was.
    ///
    /// Where a retried message's syntax is refused and the sender was told otherwise, or the other way round, its interchange
    /// owes an acknowledgement again.
    fn commit_batch(&mut self, outcomes: Vec<MessageOutcome>, at: Timestamp) -> Answer<()>;
    /// Keeps findings about a file, an envelope or a message besides those of a batch.
    fn note_findings(&mut self, owner: FindingOwner, findings: Vec<Finding>) -> Answer<()>;
    /// Findings of an owner; for a message, those of its latest run.
    fn findings(&self, owner: FindingOwner) -> Answer<Vec<Finding>>;
    /// What waivers of partner files did to messages in their latest runs, by client, fault and day.
    fn tolerated(&self) -> Answer<Vec<Tolerated>>;
    /// The two newest documents of a client and kind that have all these key fields, newest first. Only documents
    /// count whose message was translated; of tests if `is_test`, else of production.
    fn find_documents(
        &self,
        client: String,
        kind: String,
        keys: Vec<(String, String)>,
        is_test: bool,
    ) -> Answer<Vec<Document>>;
    /// The newest document under a business key, of another message than `except`, whose message was translated. None for a
    /// key without a number.
    fn standing_document(&self, key: DocumentKey, except: MessageId) -> Answer<Option<StandingDocument>>;
    /// How many messages of an intake are in each state.
    fn message_counts(&self, intake: IntakeId) -> Answer<MessageCounts>;

    // ------------------------------------------------------------------ deliveries

    /// Outputs that leave in a file of their own and belong to no delivery, of the oldest intakes first, at most
    /// `limit`.
    fn single_outputs(&self, limit: usize) -> Answer<Vec<Output>>;
    /// The oldest intake with outputs that leave together and belong to no delivery.
    fn gathered_intake(&self) -> Answer<Option<IntakeId>>;
    /// Outputs of an intake that leave together and belong to no delivery, ascending, after `after`, at most `limit`.
    fn gathered_outputs(
        &self,
        intake: IntakeId,
        after: Option<OutputId>,
        limit: usize,
    ) -> Answer<Vec<Output>>;
    /// Collections that are `OPEN` and whose time is over by `now`, at most `limit`.
    fn due_collections(&self, now: Timestamp, limit: usize) -> Answer<Vec<CollectionId>>;
    /// Collections that are `OPEN` and become one message, each with the output that came last.
    fn open_gatherings(&self) -> Answer<Vec<(CollectionId, OutputId)>>;
    /// When the time of the next `OPEN` collection is over.
    fn next_collection(&self) -> Answer<Option<Timestamp>>;
    /// `OPEN` -> `CLOSED`, all or none.
    fn close_collections(&mut self, collections: Vec<CollectionId>, at: Timestamp) -> Answer<()>;
    /// The oldest collection that is `CLOSED`.
    fn closed_collection(&self) -> Answer<Option<Collection>>;
    /// The documents of the outputs of a collection, in their order.
    fn collected_documents(&self, collection: CollectionId) -> Answer<Vec<Document>>;
    /// `CLOSED` -> `HELD`, and with it its messages: its documents cannot become one message.
    fn hold_collection(
        &mut self,
        collection: CollectionId,
        why: Reason,
        findings: Vec<Finding>,
        at: Timestamp,
    ) -> Answer<()>;
    /// Outputs of a collection, ascending, after `after`, at most `limit`.
    fn collected_outputs(
        &self,
        collection: CollectionId,
        after: Option<OutputId>,
        limit: usize,
    ) -> Answer<Vec<Output>>;
    /// Reserves the next numbers of its lane for the delivery key of each request, one request after the other, and answers
    /// the first of each; asked again, it answers the same.
    fn reserve_control_numbers(&mut self, requests: Vec<NumberRequest>, at: Timestamp) -> Answer<Vec<u64>>;
    /// Whether a lane has given a number.
    fn has_lane(&self, lane: String) -> Answer<bool>;
    /// Fixes deliveries, all or none. Messages whose outputs are all planned become `PLANNED`. The same key again
    /// answers the first delivery, and is refused if its bytes differ.
    fn plan_deliveries(&mut self, plans: Vec<DeliveryPlan>, at: Timestamp) -> Answer<Vec<DeliveryId>>;
    /// [`Ledger::reserve_control_numbers`] of one.
    fn reserve_control_number(&mut self, request: NumberRequest, at: Timestamp) -> Answer<u64> {
        self.reserve_control_numbers(vec![request], at).map(|numbers| numbers[0])
    }
    /// [`Ledger::plan_deliveries`] of one.
    fn plan_delivery(&mut self, plan: DeliveryPlan, at: Timestamp) -> Answer<DeliveryId> {
        self.plan_deliveries(vec![plan], at).map(|planned| planned[0])
    }
    /// Plans the bytes of a delivery once more, with key `resend:<delivery>:<n>` and a final name of its own. As the
    /// acknowledgement of `acknowledges` it is planned once: asked again, it answers the same delivery.
    fn resend(
        &mut self,
        delivery: DeliveryId,
        name: String,
        acknowledges: Option<InterchangeId>,
        at: Timestamp,
    ) -> Answer<DeliveryId>;
    /// A delivery.
    fn delivery(&self, delivery: DeliveryId) -> Answer<Delivery>;
    /// Deliveries in a state, oldest first, at most `limit`.
    fn deliveries_in(&self, state: DeliveryState, limit: usize) -> Answer<Vec<Delivery>>;
    /// Deliveries in a state to one of these endpoints, oldest first, at most `limit`.
    fn due_deliveries(
        &self,
        state: DeliveryState,
        endpoints: Vec<String>,
        limit: usize,
    ) -> Answer<Vec<Delivery>>;
    /// The newest delivery that carries a number of the first of these lanes that gave it, if the receiver may have it. Of one that
    /// carries several numbers of the lane it is the group with that number.
    fn sent(&self, lanes: Vec<String>, number: u64) -> Answer<Option<SentDelivery>>;
    /// The numbers of a lane under which a client's document with this business number was sent, one for each message that
    /// the receiver may have, at most `limit`.
    fn sent_document(&self, lane: String, client: String, number: String, limit: usize) -> Answer<Vec<u64>>;
    /// `PLANNED` -> `PUBLISHING`, all or none.
    fn publishing(&mut self, deliveries: Vec<DeliveryId>, at: Timestamp) -> Answer<()>;
    /// `PUBLISHING` or `UNKNOWN_OUTCOME` -> `PUBLISHED`, all or none. Messages whose deliveries are all published
    /// become `DONE`.
    fn published(&mut self, deliveries: Vec<DeliveryId>, publication: Publication) -> Answer<()>;
    /// `PLANNED` or `PUBLISHING` -> `QUARANTINED`.
    fn quarantine_delivery(&mut self, delivery: DeliveryId, why: Reason, at: Timestamp) -> Answer<()>;
    /// `PUBLISHING` -> `UNKNOWN_OUTCOME`.
    fn unknown_outcome(&mut self, delivery: DeliveryId, why: Reason, at: Timestamp) -> Answer<()>;
    /// `QUARANTINED` or `UNKNOWN_OUTCOME` -> `PLANNED`, by a person.
    fn deliver_again(&mut self, delivery: DeliveryId, who: String, at: Timestamp) -> Answer<()>;

    // ------------------------------------------------------------------ acknowledgements, closing

    /// `PUBLISHED` deliveries whose acknowledgement should have come by `now` and for which no alarm was raised, oldest
    /// first, at most `limit`.
    fn overdue_deliveries(&self, now: Timestamp, limit: usize) -> Answer<Vec<Delivery>>;
    /// When the next delivery will be overdue.
    fn next_deadline(&self) -> Answer<Option<Timestamp>>;
    /// Raises the alarm about a `PUBLISHED` delivery, once.
    fn raise_overdue(&mut self, delivery: DeliveryId, finding: Finding, at: Timestamp) -> Answer<()>;
    /// An interchange is not acknowledged after all: its policy has nothing said about it, and nothing was said before.
    fn forgo_acknowledgement(&mut self, interchange: InterchangeId) -> Answer<()>;
    /// Acknowledgements that are owed, can be made (every message has a syntactic verdict or has ended, or the
    /// interchange was refused or is a duplicate) and are not planned, oldest first, at most `limit`.
    fn due_acks(&self, limit: usize) -> Answer<Vec<DueAck>>;
    /// Groups an acknowledgement of an interchange is about, in order, after `after`, at most `limit`.
    fn ack_groups(
        &self,
        interchange: InterchangeId,
        after: Option<GroupId>,
        limit: usize,
    ) -> Answer<Vec<AckGroup>>;
    /// Messages an acknowledgement of a group is about, in order, after `after`, at most `limit`.
    fn ack_messages(&self, group: GroupId, after: Option<MessageId>, limit: usize)
    -> Answer<Vec<AckMessage>>;
    /// Intakes that [`Ledger::close_intake`] would close, oldest first, at most `limit`.
    fn closable_intakes(&self, limit: usize) -> Answer<Vec<IntakeId>>;
    /// `PARSED` -> `CLOSED`, if every message has ended and every acknowledgement owed is published.
    fn close_intake(&mut self, intake: IntakeId, at: Timestamp) -> Answer<()>;
    /// `CLOSED` intakes whose bytes are to be archived, oldest first, at most `limit`.
    fn archivable_intakes(&self, limit: usize) -> Answer<Vec<Intake>>;
    /// `CLOSED` -> `ARCHIVED`: the bytes are at `path` of the archive.
    fn archived(&mut self, intake: IntakeId, path: String, at: Timestamp) -> Answer<()>;

    // ------------------------------------------------------------------ bundles

    /// Makes a bundle the active one, and remembers where it is stored.
    fn remember_bundle(&mut self, hash: Sha, path: String, at: Timestamp) -> Answer<()>;
    /// The bundle activated last.
    fn active_bundle(&self) -> Answer<Option<Bundle>>;
    /// A bundle that was active once.
    fn bundle(&self, hash: Sha) -> Answer<Option<Bundle>>;

    // ------------------------------------------------------------------ operations

    /// Messages, newest first.
    fn list_messages(&self, filter: MessageFilter) -> Answer<Vec<MessageLine>>;
    /// Files that brought no message, newest first: set aside, held, not indexed yet, or with nothing but envelopes.
    fn files_without_messages(&self, filter: FileFilter) -> Answer<Vec<FileLine>>;
    /// All that is known about a file.
    fn file_story(&self, intake: IntakeId) -> Answer<FileStory>;
    /// All that is known about a message.
    fn message_story(&self, message: MessageId) -> Answer<MessageStory>;
    /// Keeps that a person wants a message that can be retried to be processed although it came before.
    fn permit(&mut self, message: MessageId, who: String) -> Answer<()>;
    /// Has a message that is held or refused translated again with `bundle`, and one that came before if that is permitted; one that is held with the others of a
    /// collection is not translated again, but the collection is written again with `bundle`. Its findings and documents stay as
    /// history; its interchange and intake are opened again if they had ended.
    fn retry(&mut self, message: MessageId, bundle: Sha, who: String, at: Timestamp) -> Answer<()>;
    /// Puts a message that is held or quarantined aside for good, and takes it out of collections that are not planned.
    fn discard(&mut self, message: MessageId, why: Reason, who: String, at: Timestamp) -> Answer<()>;
    /// How many entities are in each state.
    fn counts(&self) -> Answer<Vec<StateCount>>;
}

/// One of several requests that are made durable together; answers whether what it wrote is to stay.
pub type GroupRequest<'a> = &'a mut (dyn FnMut(&mut dyn Ledger) -> bool + 'a);

/// A ledger that can make several requests durable with one commit.
pub trait Backend: Ledger {
    /// Runs requests in order and commits once. What a request wrote stays if it answers `true` and is undone if it
    /// answers `false`; nothing of any is durable before this returns.
    ///
    /// # Errors
    /// [`LedgerError::CommitFailed`] if it is not known what is durable; the ledger must not be used any more.
    fn execute_group(&mut self, requests: &mut [GroupRequest<'_>]) -> Answer<()>;
}
