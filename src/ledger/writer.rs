//! One thread that owns the ledger, and handles to it that any thread may use.
//!
//! Requests that wait at the same time are made durable with one commit: the thread takes all of them, runs each so
//! that a failed one is undone alone, commits once, and only then answers. Nothing waits for company.

use crate::base::clock::Timestamp;
use crate::base::files::FileIdentity;
use crate::base::hash::Sha;
use crate::exchange::states::DeliveryState;
use crate::ledger::*;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Most requests in one commit.
const GROUP_REQUESTS_MAX: usize = 64;

/// Requests that may wait before senders do.
const QUEUE_REQUESTS_MAX: usize = 1024;

/// A handle to the thread that owns a ledger. The thread ends when the last handle is dropped, after it answered what
/// was waiting. A handle is a [`Ledger`] itself: each call is a request, and blocks until it is durable.
///
/// After a commit that failed, and after a panic in a request, the thread stops: nothing of that group is known to
/// be durable, every call answers [`LedgerError::CommitFailed`] or [`LedgerError::Stopped`], and the process must
/// start again.
#[derive(Clone)]
pub struct LedgerHandle {
    shared: Arc<Shared>,
}

struct Shared {
    sender: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl LedgerHandle {
    /// Gives a ledger to a thread of its own.
    ///
    /// # Errors
    /// If the machine gives no thread.
    pub fn start(backend: Box<dyn Backend>) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE_REQUESTS_MAX);
        let thread =
            std::thread::Builder::new().name("ledger".to_owned()).spawn(move || serve(backend, &receiver))?;
        let shared = Shared { sender: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) };
        Ok(LedgerHandle { shared: Arc::new(shared) })
    }

    /// Runs `work` on the ledger as one request: all its calls are durable together when this returns `Ok`, and none
    /// is if `work` fails. Must not be called from within a request.
    ///
    /// # Errors
    /// What `work` answers; [`LedgerError::CommitFailed`] or [`LedgerError::Stopped`] if the thread stops.
    pub fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Ledger) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let (answer, answered) = sync_channel(1);
        // The receiver is alive until this returns, so that the answer always finds it.
        self.submit(work, move |outcome| drop(answer.send(outcome)));
        answered.recv().unwrap_or(Err(LedgerError::Stopped))
    }

    /// As [`LedgerHandle::run`], without waiting: `on_answer` is called on the ledger's thread once the request is
    /// durable or has failed, and must be quick. It is dropped uncalled if the thread has stopped.
    pub fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Ledger) -> Answer<T> + Send + 'static,
        on_answer: impl FnOnce(Answer<T>) + Send + 'static,
    ) {
        let request = Request { work: Some(work), outcome: None, on_answer };
        let sender = self.shared.sender.lock().ok().and_then(|sender| sender.clone());
        if let Some(sender) = sender {
            // A closed queue drops the request, which tells its caller.
            drop(sender.send(Box::new(request)));
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Ok(sender) = self.sender.get_mut() {
            sender.take();
        }
        let thread = self.thread.get_mut().ok().and_then(Option::take);
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            // A panic of the thread has been reported to whom it concerned.
            drop(thread.join());
        }
    }
}

/// A request on its way through the thread.
trait Job: Send {
    /// Runs it and says whether what it wrote is to stay.
    fn run(&mut self, ledger: &mut dyn Ledger) -> bool;
    /// Answers; `failure` says why the commit failed, if it did.
    fn answer(self: Box<Self>, failure: Option<&str>);
}

struct Request<T, W, A> {
    work: Option<W>,
    outcome: Option<Answer<T>>,
    on_answer: A,
}

impl<T, W, A> Job for Request<T, W, A>
where
    T: Send,
    W: FnOnce(&mut dyn Ledger) -> Answer<T> + Send,
    A: FnOnce(Answer<T>) + Send,
{
    fn run(&mut self, ledger: &mut dyn Ledger) -> bool {
        self.outcome = self.work.take().map(|work| work(ledger));
        matches!(self.outcome, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, failure: Option<&str>) {
        let outcome = match failure {
            Some(detail) => Err(LedgerError::CommitFailed { detail: detail.to_owned() }),
            None => self.outcome.unwrap_or(Err(LedgerError::Stopped)),
        };
        (self.on_answer)(outcome);
    }
}

fn serve(mut backend: Box<dyn Backend>, queue: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        jobs.extend(queue.try_iter().take(GROUP_REQUESTS_MAX - 1));
        let failure = execute(backend.as_mut(), &mut jobs).err();
        for job in jobs {
            job.answer(failure.as_deref());
        }
        if let Some(detail) = failure {
            tracing::error!(detail, "the ledger stops: its last commit failed");
            return;
        }
    }
}

fn execute(backend: &mut dyn Backend, jobs: &mut [Box<dyn Job>]) -> Result<(), String> {
    let mut runs: Vec<_> =
        jobs.iter_mut().map(|job| move |ledger: &mut dyn Ledger| job.run(ledger)).collect();
    let mut requests: Vec<GroupRequest<'_>> = runs.iter_mut().map(|run| run as GroupRequest<'_>).collect();
    backend.execute_group(&mut requests).map_err(|error| error.to_string())
}

macro_rules! requests {
    ($($way:ident $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        impl Ledger for LedgerHandle {
            $(requests!(@method $way $name($($argument: $type),*) -> $answer);)*
        }
    };
    (@method write $name:ident($($argument:ident: $type:ty),*) -> $answer:ty) => {
        fn $name(&mut self, $($argument: $type),*) -> Answer<$answer> {
            self.run(move |ledger| ledger.$name($($argument),*))
        }
    };
    (@method read $name:ident($($argument:ident: $type:ty),*) -> $answer:ty) => {
        fn $name(&self, $($argument: $type),*) -> Answer<$answer> {
            self.run(move |ledger| ledger.$name($($argument),*))
        }
    };
}

requests! {
    write stage_intake(arrival: Arrival) -> Staged;
    read find_arrival(endpoint: String, name: Vec<u8>, identity: FileIdentity) -> Option<IntakeId>;
    write released(intake: IntakeId, at: Timestamp) -> ();
    write release_failed(intake: IntakeId, why: Reason, at: Timestamp) -> ();
    read due_releases(endpoints: Vec<String>, limit: usize) -> Vec<DueRelease>;
    read intake(intake: IntakeId) -> Intake;
    read staged_intakes(limit: usize) -> Vec<Intake>;
    read spooled() -> Vec<String>;
    write hold_intake(intake: IntakeId, why: Reason, at: Timestamp) -> ();
    write resume_intake(intake: IntakeId, at: Timestamp) -> ();
    write quarantine_intake(intake: IntakeId, why: Reason, at: Timestamp) -> ();
    write retry_intake(intake: IntakeId, bundle: Sha, who: String, at: Timestamp) -> ();
    write begin_index(intake: IntakeId) -> ();
    write append_index(intake: IntakeId, rows: Vec<IndexRow>) -> ();
    read interchanges(intake: IntakeId, after: Option<InterchangeId>, limit: usize) -> Vec<Interchange>;
    read interchange(interchange: InterchangeId) -> Interchange;
    read find_interchanges(key: InterchangeKey, before: InterchangeId) -> Vec<EarlierInterchange>;
    write judge(intake: IntakeId, verdicts: Vec<InterchangeVerdict>) -> ();
    write finish_index(intake: IntakeId, at: Timestamp) -> ();
    read translatable_intake() -> Option<Intake>;
    read next_messages(intake: IntakeId, limit: usize) -> Vec<Work>;
    write begin_attempts(messages: Vec<MessageId>) -> ();
    write commit_batch(outcomes: Vec<MessageOutcome>, at: Timestamp) -> ();
    write note_findings(owner: FindingOwner, findings: Vec<Finding>) -> ();
    read findings(owner: FindingOwner) -> Vec<Finding>;
    read tolerated() -> Vec<Tolerated>;
    read standing_document(key: DocumentKey, except: MessageId) -> Option<StandingDocument>;
    read find_same_bytes(before: InterchangeId) -> Option<EarlierInterchange>;
    read last_number(before: InterchangeId) -> Option<u64>;
    read find_documents(client: String, kind: String, keys: Vec<(String, String)>, is_test: bool) -> Vec<Document>;
    read message_counts(intake: IntakeId) -> MessageCounts;
    read single_outputs(limit: usize) -> Vec<Output>;
    read gathered_intake() -> Option<IntakeId>;
    read gathered_outputs(intake: IntakeId, after: Option<OutputId>, limit: usize) -> Vec<Output>;
    read due_collections(now: Timestamp, limit: usize) -> Vec<CollectionId>;
    read open_gatherings() -> Vec<(CollectionId, OutputId)>;
    read next_collection() -> Option<Timestamp>;
    write close_collections(collections: Vec<CollectionId>, at: Timestamp) -> ();
    read closed_collection() -> Option<Collection>;
    read collected_documents(collection: CollectionId) -> Vec<Document>;
    write hold_collection(collection: CollectionId, why: Reason, findings: Vec<Finding>, at: Timestamp) -> ();
    read collected_outputs(collection: CollectionId, after: Option<OutputId>, limit: usize) -> Vec<Output>;
    write reserve_control_numbers(requests: Vec<NumberRequest>, at: Timestamp) -> Vec<u64>;
    read has_lane(lane: String) -> bool;
    write plan_deliveries(plans: Vec<DeliveryPlan>, at: Timestamp) -> Vec<DeliveryId>;
    write resend(delivery: DeliveryId, name: String, acknowledges: Option<InterchangeId>, at: Timestamp) -> DeliveryId;
    write forgo_acknowledgement(interchange: InterchangeId) -> ();
    read delivery(delivery: DeliveryId) -> Delivery;
    read deliveries_in(state: DeliveryState, limit: usize) -> Vec<Delivery>;
    read due_deliveries(state: DeliveryState, endpoints: Vec<String>, limit: usize) -> Vec<Delivery>;
    read sent(lanes: Vec<String>, number: u64) -> Option<SentDelivery>;
    read sent_document(lane: String, client: String, number: String, limit: usize) -> Vec<u64>;
    write publishing(deliveries: Vec<DeliveryId>, at: Timestamp) -> ();
    write published(deliveries: Vec<DeliveryId>, publication: Publication) -> ();
    write quarantine_delivery(delivery: DeliveryId, why: Reason, at: Timestamp) -> ();
    write unknown_outcome(delivery: DeliveryId, why: Reason, at: Timestamp) -> ();
    write deliver_again(delivery: DeliveryId, who: String, at: Timestamp) -> ();
    read overdue_deliveries(now: Timestamp, limit: usize) -> Vec<Delivery>;
    read next_deadline() -> Option<Timestamp>;
    write raise_overdue(delivery: DeliveryId, finding: Finding, at: Timestamp) -> ();
    read due_acks(limit: usize) -> Vec<DueAck>;
    read ack_groups(interchange: InterchangeId, after: Option<GroupId>, limit: usize) -> Vec<AckGroup>;
    read ack_messages(group: GroupId, after: Option<MessageId>, limit: usize) -> Vec<AckMessage>;
    read closable_intakes(limit: usize) -> Vec<IntakeId>;
    write close_intake(intake: IntakeId, at: Timestamp) -> ();
    read archivable_intakes(limit: usize) -> Vec<Intake>;
    write archived(intake: IntakeId, path: String, at: Timestamp) -> ();
    write remember_bundle(hash: Sha, path: String, at: Timestamp) -> ();
    read active_bundle() -> Option<Bundle>;
    read bundle(hash: Sha) -> Option<Bundle>;
    read list_messages(filter: MessageFilter) -> Vec<MessageLine>;
    read files_without_messages(filter: FileFilter) -> Vec<FileLine>;
    read file_story(intake: IntakeId) -> FileStory;
    read message_story(message: MessageId) -> MessageStory;
    write permit(message: MessageId, who: String) -> ();
    write retry(message: MessageId, bundle: Sha, who: String, at: Timestamp) -> ();
    write discard(message: MessageId, why: Reason, who: String, at: Timestamp) -> ();
    read counts() -> Vec<StateCount>;
}
