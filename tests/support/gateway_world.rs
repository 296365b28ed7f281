//! A gateway on a simulated machine: the shipped mappings and the demo's endpoints over a disk that forgets, a ledger
//! on a real one, a clock that only moves when nothing is left to do.
#![allow(dead_code, clippy::unwrap_used)]

use super::sim_files::{Keep, SimFiles};
use crossdock::base::clock::{Clock, Monotonic, Timestamp};
use crossdock::base::files::FileIdentity;
use crossdock::base::hash::Sha;
use crossdock::base::limits::Limits;
use crossdock::base::random::SeededRandom;
use crossdock::exchange::states::DeliveryState;
use crossdock::gateway::bundle::{self, Bundle, MappingFiles};
use crossdock::gateway::settings::GatewaySettings;
use crossdock::gateway::{Gateway, GatewayError, Machine, Progress};
use crossdock::ledger::sqlite::{Durability, SqliteLedger};
use crossdock::ledger::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Where the workspace is on the simulated disk.
pub const BASE: &str = "/gw";
/// 08:16 at the site, the minute in which s01-997 was made.
const START_MS: i64 = 1_795_191_360_000;

/// A clock moved by hand.
#[derive(Default)]
pub struct HandClock(AtomicU64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        // Slower than the other clock, so that everything happens within one minute.
        Timestamp::from_unix_ms(START_MS + self.0.load(Ordering::SeqCst) as i64 / 100)
    }
    fn monotonic(&self) -> Monotonic {
        Monotonic { since_start: std::time::Duration::from_millis(self.0.load(Ordering::SeqCst)) }
    }
}

impl HandClock {
    /// Moves it forward to `at`, if it is not past that.
    pub fn advance_to(&self, at: Monotonic) {
        self.0.fetch_max(at.since_start.as_millis() as u64 + 1, Ordering::SeqCst);
    }
    /// Moves it forward.
    pub fn advance(&self, by: std::time::Duration) {
        self.0.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }
}

/// Counts the commits of a ledger, and stops the machine before one of them.
#[derive(Clone)]
pub struct Commits {
    disk: SimFiles,
    pub made: Arc<AtomicUsize>,
    crash_at: Arc<AtomicI64>,
    before_batch: Arc<AtomicBool>,
    pub crashed: Arc<AtomicBool>,
}

impl Commits {
    /// As [`Commits::next`], for the commit of a batch: the one a message in it prevents does not say what it is.
    fn next_batch(&self, facts: &[String]) -> Answer<()> {
        if self.before_batch.load(Ordering::SeqCst) && !facts.iter().any(|fact| fact.contains("poison")) {
            self.crash_at.store(self.made.load(Ordering::SeqCst) as i64, Ordering::SeqCst);
        }
        self.next()
    }

    fn next(&self) -> Answer<()> {
        if self.disk.crashed() || self.crashed.load(Ordering::SeqCst) {
            return Err(LedgerError::Stopped);
        }
        let number = self.made.fetch_add(1, Ordering::SeqCst) as i64;
        if number == self.crash_at.load(Ordering::SeqCst) {
            self.crashed.store(true, Ordering::SeqCst);
            self.disk.crash_at(self.disk.operations());
            return Err(LedgerError::Stopped);
        }
        Ok(())
    }
}

struct Crashing {
    inner: SqliteLedger,
    commits: Commits,
}

macro_rules! requests {
    ($($way:ident $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        impl Ledger for Crashing {
            $(requests!(@method $way $name($($argument: $type),*) -> $answer);)*
        }
    };
    (@method batch $name:ident($($argument:ident: $type:ty),*) -> $answer:ty) => {
        fn $name(&mut self, $($argument: $type),*) -> Answer<$answer> {
            self.commits.next_batch(&[$(format!("{:?}", $argument)),*])?;
            self.inner.$name($($argument),*)
        }
    };
    (@method write $name:ident($($argument:ident: $type:ty),*) -> $answer:ty) => {
        fn $name(&mut self, $($argument: $type),*) -> Answer<$answer> {
            self.commits.next()?;
            self.inner.$name($($argument),*)
        }
    };
    (@method read $name:ident($($argument:ident: $type:ty),*) -> $answer:ty) => {
        fn $name(&self, $($argument: $type),*) -> Answer<$answer> {
            self.inner.$name($($argument),*)
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
    batch commit_batch(outcomes: Vec<MessageOutcome>, at: Timestamp) -> ();
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
    read active_bundle() -> Option<crossdock::ledger::Bundle>;
    read bundle(hash: Sha) -> Option<crossdock::ledger::Bundle>;
    read list_messages(filter: MessageFilter) -> Vec<MessageLine>;
    read files_without_messages(filter: FileFilter) -> Vec<FileLine>;
    read file_story(intake: IntakeId) -> FileStory;
    read message_story(message: MessageId) -> MessageStory;
    write permit(message: MessageId, who: String) -> ();
    write retry(message: MessageId, bundle: Sha, who: String, at: Timestamp) -> ();
    write discard(message: MessageId, why: Reason, who: String, at: Timestamp) -> ();
    read counts() -> Vec<StateCount>;
}

/// The shipped mappings, compiled once for all tests of a program.
pub fn shipped() -> (MappingFiles, Arc<Bundle>) {
    static SHIPPED: OnceLock<(MappingFiles, Arc<Bundle>)> = OnceLock::new();
    let compiled = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
        let files = bundle::read_files(&crossdock::base::files::Disk, &folder).unwrap();
        let (compiled, _, findings) = bundle::compile(&files, None);
        (files, Arc::new(compiled.unwrap_or_else(|| panic!("{findings:?}"))))
    };
    SHIPPED.get_or_init(compiled).clone()
}

/// The shipped mappings with edits: file, what stands there, what takes its place.
pub fn edited(edits: &[(&str, &str, &str)]) -> (MappingFiles, Arc<Bundle>) {
    let (mut files, _) = shipped();
    for (file, old, new) in edits {
        let text = files.get_mut(*file).unwrap();
        assert!(text.contains(old), "{file} has no {old}");
        *text = text.replace(old, new);
    }
    let (compiled, _, findings) = bundle::compile(&files, None);
    let compiled = compiled.unwrap_or_else(|| panic!("{findings:?}"));
    (files, Arc::new(compiled))
}

/// The endpoints of the demo.
pub fn settings() -> GatewaySettings {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/gateway-demo.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A file of `testdata`.
pub fn testdata(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The machine, the partners' folders and the gateway.
pub struct World {
    pub disk: SimFiles,
    pub clock: Arc<HandClock>,
    pub commits: Commits,
    pub gateway: Option<Gateway>,
    ledger: tempfile::TempDir,
    boots: u64,
    limits: Limits,
    mappings: (MappingFiles, Arc<Bundle>),
}

pub const ORDERS_IN: &str = "/gw/drops/brightwick/outgoing";
pub const ANSWERS_OUT: &str = "/gw/drops/brightwick/incoming";
pub const WMS_IMPORT: &str = "/gw/wms/import";
pub const WMS_EXPORT: &str = "/gw/wms/export";
pub const CALDERA_IN: &str = "/gw/drops/caldera/outgoing";
pub const WMS_LEIPZIG: &str = "/gw/wms/leipzig";

/// What findings say, without their places.
pub fn titles(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| finding.to_diagnostic().unwrap().title()).collect()
}

impl World {
    /// The story of the message at a place of the list, from 0.
    pub fn story(&mut self, at: usize) -> MessageStory {
        let id = self.messages()[at].id;
        self.gateway().story(id).unwrap()
    }

    /// A gateway that has just started.
    pub fn new() -> Self {
        World::with(shipped())
    }

    /// The same with other mappings.
    pub fn with(mappings: (MappingFiles, Arc<Bundle>)) -> Self {
        let disk = SimFiles::new();
        for endpoint in settings().endpoints.values() {
            disk.put(format!("{BASE}/{}/.keep", endpoint.path), b"");
        }
        let commits = Commits {
            disk: disk.clone(),
            made: Arc::default(),
            crash_at: Arc::new(AtomicI64::new(-1)),
            before_batch: Arc::default(),
            crashed: Arc::default(),
        };
        let mut world = World {
            disk,
            clock: Arc::default(),
            commits,
            gateway: None,
            ledger: tempfile::tempdir().unwrap(),
            boots: 0,
            limits: Limits::default(),
            mappings,
        };
        world.boot().unwrap();
        world
    }

    /// The gateway.
    pub fn gateway(&mut self) -> &mut Gateway {
        self.gateway.as_mut().unwrap()
    }

    /// Starts the gateway, as a new process.
    pub fn boot(&mut self) -> Result<(), GatewayError> {
        self.gateway = None;
        self.boots += 1;
        let inner = SqliteLedger::open(&self.ledger.path().join("ledger"), Durability::Off).unwrap();
        let ledger = Box::new(Crashing { inner, commits: self.commits.clone() });
        let machine = Machine {
            files: Arc::new(self.disk.clone()),
            clock: self.clock.clone(),
            random: Arc::new(SeededRandom::new(self.boots)),
        };
        let mut gateway = Gateway::open(machine, ledger, settings(), Path::new(BASE), self.limits.clone())?;
        let (files, bundle) = self.mappings.clone();
        gateway.activate_compiled(&files, bundle)?;
        self.gateway = Some(gateway);
        Ok(())
    }

    /// Whether the machine is down.
    pub fn has_crashed(&self) -> bool {
        self.disk.crashed() || self.commits.crashed.load(Ordering::SeqCst)
    }

    /// A partner lays a file down, and a watch says so.
    pub fn lay_down(&mut self, folder: &str, name: &str, bytes: &[u8]) {
        self.disk.put(format!("{folder}/{name}"), bytes);
        if let Some(gateway) = &mut self.gateway {
            gateway.look_now();
        }
    }

    /// Plans a crash: at a file operation or before a commit, counted from now.
    pub fn crash_after(&self, operations: Option<usize>, commits: Option<usize>) {
        if let Some(operations) = operations {
            self.disk.crash_at(self.disk.operations() + operations);
        }
        if let Some(commits) = commits {
            let at = self.commits.made.load(Ordering::SeqCst) + commits;
            self.commits.crash_at.store(at as i64, Ordering::SeqCst);
        }
    }

    /// Plans a crash before the commit of every batch of translated messages.
    pub fn crash_before_batch(&self) {
        self.commits.before_batch.store(true, Ordering::SeqCst);
    }

    /// Starts the machine again.
    pub fn reboot(&mut self, keep: Keep) {
        self.gateway = None;
        self.disk.reboot(keep);
        self.commits.crash_at.store(-1, Ordering::SeqCst);
        self.commits.crashed.store(false, Ordering::SeqCst);
        self.boot().unwrap();
    }

    /// Steps until nothing can be done for so long that nothing will. `Err` if the machine crashed.
    pub fn run(&mut self) -> Result<(), ()> {
        self.run_with(&mut || {})
    }

    /// As [`World::run`]; `between` is called after each step that did something.
    pub fn run_with(&mut self, between: &mut dyn FnMut()) -> Result<(), ()> {
        let mut quiet = 0;
        for _ in 0..10_000 {
            let progress = self.gateway().step();
            if self.has_crashed() {
                return Err(());
            }
            match progress.unwrap() {
                Progress::Worked => {
                    quiet = 0;
                    between();
                }
                Progress::Idle { next_at } => {
                    quiet += 1;
                    if quiet > 4 {
                        return Ok(());
                    }
                    // Steps small enough for every wait in the settings.
                    let limit = self.clock.monotonic().since_start + std::time::Duration::from_secs(3);
                    let next = next_at.unwrap();
                    self.clock.advance_to(Monotonic { since_start: next.since_start.min(limit) });
                }
            }
        }
        panic!("it never comes to rest");
    }

    /// The files in a folder, by name.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let names = self.disk.names(folder).into_iter().map(|name| name.into_string().unwrap());
        let shown = names.filter(|name| name != ".keep");
        shown.map(|name| (name.clone(), self.disk.get(format!("{folder}/{name}")).unwrap())).collect()
    }

    /// Everything that left.
    pub fn outputs(&self) -> BTreeMap<String, Vec<u8>> {
        let all = [ANSWERS_OUT, WMS_IMPORT, WMS_LEIPZIG].into_iter().flat_map(|folder| {
            self.files(folder).into_iter().map(move |(name, bytes)| (format!("{folder}/{name}"), bytes))
        });
        all.collect()
    }

    /// The only file in a folder, as text.
    pub fn only(&self, folder: &str) -> String {
        let files = self.files(folder);
        assert_eq!(files.len(), 1, "{:?}", files.keys());
        String::from_utf8(files.into_values().next().unwrap()).unwrap()
    }

    /// All messages, oldest first.
    pub fn messages(&mut self) -> Vec<MessageLine> {
        let filter = MessageFilter { state: None, client: None, before: None, limit: 1000 };
        let mut lines = self.gateway().messages(filter).unwrap();
        lines.reverse();
        lines
    }

    /// States of all messages, oldest first.
    pub fn states(&mut self) -> Vec<String> {
        self.messages().iter().map(|line| line.state.to_string()).collect()
    }

    /// All deliveries in a state.
    pub fn deliveries(&mut self, state: DeliveryState) -> Vec<Delivery> {
        self.gateway().ledger().deliveries_in(state, 1000).unwrap()
    }
}
