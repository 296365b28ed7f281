//! A case run through a gateway of its own, which stands still at one moment and starts with empty books: what comes of
//! it is what the gateway would make of the file, and the same at every run.

use super::arrival::{self, Role};
use super::disk::{Folder, Unsynced};
use super::find::{Case, Fault, Sample};
use super::target::{self, Targets};
use crate::base::clock::{Clock, Monotonic, Timestamp};
use crate::base::limits::Limits;
use crate::base::random::SeededRandom;
use crate::diagnostics::render::terminal::{describe, sanitize};
use crate::exchange::states::DeliveryState;
use crate::gateway::bundle::{Bundle, Client, MappingFiles};
use crate::gateway::settings::GatewaySettings;
use crate::gateway::{Gateway, GatewayError, Machine, Progress, documents, told};
use crate::ledger::sqlite::{Durability, SqliteLedger};
use crate::ledger::{Delivery, FileStory, Finding, IntakeId, MessageStory};
use crate::tree::View;
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The moment of a run, unless the case says another.
const MOMENT: &str = "2026-01-15T12:00:00Z";
/// Most messages in the input: as many as a file's story tells.
const MESSAGES_MAX: u64 = 100;
/// Most steps of a run: far more than such a file needs.
const STEPS_MAX: usize = 100_000;
/// Most deliveries looked at.
const DELIVERIES_MAX: usize = 10_000;
/// Times in a row that nothing may be left to do before a run is over.
const QUIET: usize = 4;
/// How far time goes on when nothing is left to do; longer than any wait of these settings.
const PATIENCE: Duration = Duration::from_secs(60);

/// The name of the expectation that tells what was found.
pub const FINDINGS: &str = "findings.txt";

/// What came of a case: the expectations it should have, by name.
#[derive(Default)]
pub struct Outcome {
    /// Bytes by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The name of the expectation of a message's document, from 1. Only of several documents each has its number.
fn document_name(message: usize, (document, count): (usize, usize), kind: &str) -> String {
    match count {
        1 => format!("message-{message}-{kind}.json"),
        _ => format!("message-{message}.{document}-{kind}.json"),
    }
}

/// Runs a case with these mappings, which `bundle` was compiled from.
///
/// # Errors
/// What keeps the case from being run.
pub fn run(case: &Case, files: &MappingFiles, bundle: &Arc<Bundle>) -> Result<Outcome, Fault> {
    let client = bundle.clients.get(&case.client).ok_or_else(|| no_client(case, bundle))?;
    let mut trial = Trial::open(client, moment(case)?, files, bundle).map_err(machine)?;
    let mut trouble = String::new();
    for sample in &case.earlier {
        let named = case.settings.earlier.get(&sample.name).map(String::as_str);
        let intake = trial.take((bundle, client), (sample, Role::Earlier), named)?;
        trouble.push_str(&trial.trouble(intake, &sample.name).map_err(machine)?);
    }
    let before = trial.deliveries().map_err(machine)?.len();
    let intake =
        trial.take((bundle, client), (&case.input, Role::Input), case.settings.endpoint.as_deref())?;
    trial.finish().map_err(machine)?;
    let mut outcome = trial.outcome(intake, before, (bundle, client))?;
    outcome.files.entry(FINDINGS.into()).or_default().splice(..0, trouble.into_bytes());
    Ok(outcome)
}

fn no_client(case: &Case, bundle: &Bundle) -> Fault {
    let help =
        match crate::diagnostics::suggest::nearest(&case.client, bundle.clients.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add clients/{}/partner.toml", case.client),
        };
    Fault::new(format!("there is no client `{}`", case.client), help)
}

fn moment(case: &Case) -> Result<Timestamp, Fault> {
    let text = case.settings.at.as_deref().unwrap_or(MOMENT);
    let at: jiff::Timestamp = text.parse().map_err(|_| {
        Fault::new(
            format!("case.toml says at = \"{text}\", which is no moment"),
            format!("write it in UTC like \"{MOMENT}\""),
        )
    })?;
    Ok(Timestamp::from_unix_ms(at.as_millisecond()))
}

/// A failure that says nothing about the case.
fn machine(error: impl Into<GatewayError>) -> Fault {
    Fault::new(format!("the run failed: {}", error.into()), "see to the machine, then run the case again")
}

/// A clock that stands still for stamps; waiting takes no time.
struct Still {
    at: Timestamp,
    waited_ms: AtomicU64,
}

impl Still {
    fn wait(&self, by: Duration) {
        self.waited_ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.at
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic { since_start: Duration::from_millis(self.waited_ms.load(Ordering::Relaxed)) }
    }
}

/// A gateway for one case.
struct Trial {
    gateway: Gateway,
    clock: Arc<Still>,
    taken: i64,
    // Last, so that the gateway has let go of its files when the folder goes.
    folder: Folder,
}

impl Trial {
    fn open(
        client: &Client,
        at: Timestamp,
        files: &MappingFiles,
        bundle: &Arc<Bundle>,
    ) -> Result<Trial, GatewayError> {
        let failed =
            |source| GatewayError::Files { doing: "make", path: "a temporary folder".into(), source };
        let folder = Folder::new().map_err(failed)?;
        let settings = settings(client)?;
        for endpoint in settings.endpoints.values() {
            std::fs::create_dir_all(folder.path().join(&endpoint.path)).map_err(failed)?;
        }
        let clock = Arc::new(Still { at, waited_ms: AtomicU64::new(0) });
        let machine = Machine {
            files: Arc::new(Unsynced),
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(1)),
        };
        let ledger = SqliteLedger::open(&folder.path().join("ledger.db"), Durability::Off)?;
        let mut gateway =
            Gateway::open(machine, Box::new(ledger), settings, folder.path(), Limits::default())?;
        gateway.activate_compiled(files, bundle.clone())?;
        Ok(Trial { gateway, clock, taken: 0, folder })
    }

    /// Lets a file arrive and works until nothing is left to do.
    fn take(
        &mut self,
        whose: (&Bundle, &Client),
        given: (&Sample, Role),
        named: Option<&str>,
    ) -> Result<IntakeId, Fault> {
        let endpoint = arrival::endpoint(whose, given, named)?;
        let (sample, _) = given;
        let path = self.folder.path().join(folder_of(&endpoint)).join(&sample.name);
        std::fs::write(&path, &sample.bytes).map_err(|error| Fault::file(&path, &error))?;
        self.gateway.look_now();
        self.drain().map_err(machine)?;
        if path.exists() {
            let waiting = self.gateway.waiting().into_iter().find(|waiting| waiting.endpoint == endpoint);
            let why = waiting.map_or_else(|| "it is not taken".to_string(), |waiting| waiting.why);
            return Err(Fault::new(
                format!("{} would stay where it is: {why}", sample.name),
                "give the file another name, or one that is complete",
            ));
        }
        self.taken += 1;
        Ok(IntakeId(self.taken))
    }

    fn drain(&mut self) -> Result<(), GatewayError> {
        let mut quiet = 0;
        for _ in 0..STEPS_MAX {
            match self.gateway.step()? {
                Progress::Worked => quiet = 0,
                Progress::Idle { .. } if quiet == QUIET => break,
                Progress::Idle { .. } => {
                    quiet += 1;
                    self.clock.wait(PATIENCE);
                }
            }
        }
        Ok(())
    }

    /// Lets what waits for more to come leave: time stands still, and nothing more comes.
    fn finish(&mut self) -> Result<(), GatewayError> {
        while self.gateway.close_collections()? {
            self.drain()?;
        }
        Ok(())
    }

    /// Why a file that came earlier is no help: it, or messages of it, did not go through.
    fn trouble(&self, intake: IntakeId, name: &str) -> Result<String, GatewayError> {
        let file = self.gateway.ledger().file_story(intake)?;
        let mut text = file_text(&file);
        for (message, line) in (1..).zip(&file.messages).filter(|(_, line)| line.reason.is_some()) {
            text.push_str(&message_text(message, &self.gateway.ledger().message_story(line.id)?));
        }
        Ok(text.lines().map(|line| format!("earlier {}, {line}\n", sanitize(name))).collect())
    }

    /// All deliveries, oldest first.
    fn deliveries(&self) -> Result<Vec<Delivery>, GatewayError> {
        let mut all = Vec::new();
        for state in DeliveryState::ALL {
            all.extend(self.gateway.ledger().deliveries_in(*state, DELIVERIES_MAX)?);
        }
        all.sort_by_key(|delivery| delivery.id.0);
        Ok(all)
    }

    /// What came of an intake; the first `before` deliveries are of what came earlier.
    fn outcome(
        &self,
        intake: IntakeId,
        before: usize,
        (bundle, client): (&Bundle, &Client),
    ) -> Result<Outcome, Fault> {
        let ledger = self.gateway.ledger();
        let file = ledger.file_story(intake).map_err(machine)?;
        if file.message_count > MESSAGES_MAX {
            return Err(Fault::new(
                format!("the input has {} messages", file.message_count),
                format!("keep at most {MESSAGES_MAX}: those that show what the case is about"),
            ));
        }
        let mut outcome = Outcome::default();
        let mut text = file_text(&file);
        for (message, line) in (1..).zip(&file.messages) {
            let story = ledger.message_story(line.id).map_err(machine)?;
            text.push_str(&message_text(message, &story));
            let count = story.documents.len();
            for (number, document) in (1..).zip(&story.documents) {
                let shape = &bundle.shapes[&document.kind];
                let tree = documents::load(&document.body, shape).unwrap_or_default();
                let mut json = String::new();
                crate::tree::json::write(shape, View::new(&tree, ""), true, &mut json);
                json.push('\n');
                outcome
                    .files
                    .insert(document_name(message, (number, count), &document.kind), json.into_bytes());
            }
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for delivery in self.deliveries().map_err(machine)?.into_iter().skip(before) {
            let count = counts.entry(delivery.endpoint.clone()).or_default();
            *count += 1;
            let path = self.folder.path().join(folder_of(&delivery.endpoint)).join(&delivery.name);
            match std::fs::read(&path) {
                Ok(bytes) => {
                    let ending = target::format_of(&Targets::at(bundle, client, &delivery.endpoint), &bytes);
                    outcome.files.insert(target_name(&delivery.endpoint, *count, ending), bytes);
                }
                Err(_) => text.push_str(&format!("{}: {}\n", delivery.endpoint, delivery.state)),
            }
        }
        outcome.files.insert(FINDINGS.into(), text.into_bytes());
        Ok(outcome)
    }
}

/// The name of the expectation of a file that left, counted by endpoint, with its format as its ending.
fn target_name(endpoint: &str, count: usize, ending: &str) -> String {
    format!("to-{}-{count}.{ending}", endpoint.replace(['/', '\0'], "_"))
}

/// The folder of an endpoint in a trial: whatever it is called, one below ours.
fn folder_of(endpoint: &str) -> String {
    format!("at-{}", endpoint.replace(['/', '\0'], "_"))
}

/// A gateway whose endpoints are folders: all that the client's files arrive at and leave by.
fn settings(client: &Client) -> Result<GatewaySettings, GatewayError> {
    let mut endpoints = Map::new();
    let mut add = |name: &str, direction: &str| {
        endpoints.entry(name).or_insert_with(|| {
            json!({
                "kind": "folder", "direction": direction, "path": folder_of(name), "clients": [client.id],
                "settle": "0ms", "poll": "1s", "file_name": "{delivery}",
            })
        });
    };
    for route in &client.routes {
        add(&route.endpoint, "in");
        route.flow.writes.iter().for_each(|(_, write)| add(&write.endpoint, "out"));
    }
    for acknowledge in client.partner.acknowledge.values() {
        add(&acknowledge.to, "out");
    }
    for also in client.partner.envelope.values().flat_map(|named| &named.also) {
        also.acknowledge_to.iter().for_each(|to| add(to, "out"));
    }
    let settings = json!({
        "data": "data", "mappings": "mappings", "incomplete_after": "1ms", "endpoints": endpoints,
    });
    serde_json::from_value(settings).map_err(|error| GatewayError::Settings(error.to_string()))
}

/// What became of a file that is not a matter of one message.
fn file_text(file: &FileStory) -> String {
    let mut text = String::new();
    let mut state = |what: String, state: &str, reason: Option<&crate::ledger::Reason>| {
        if let Some(reason) = reason {
            text.push_str(&format!("{what}: {state}, {}\n", sanitize(&told(reason))));
        }
    };
    let intake = &file.line.intake;
    state("file".into(), intake.state.word(), intake.reason.as_ref());
    for interchange in &file.interchanges {
        let what = match interchange.key.control_number.as_str() {
            "" => format!("interchange {}", interchange.ordinal),
            number => format!("interchange {}", sanitize(number)),
        };
        state(what, interchange.state.word(), interchange.reason.as_ref());
    }
    file.findings.iter().for_each(|finding| text.push_str(&finding_text("file", finding)));
    if file.message_count == 0 {
        text.push_str("no message\n");
    }
    text
}

/// What became of a message, and what was found in it.
fn message_text(message: usize, story: &MessageStory) -> String {
    let line = &story.line;
    let mut names = vec![sanitize(&line.kind)];
    names.extend(Some(sanitize(&line.control_number)).filter(|number| !number.is_empty()));
    let reason = line.reason.as_ref().map(|reason| format!(", {}", sanitize(&told(reason))));
    let mut text =
        format!("message {message} ({}): {}{}\n", names.join(" "), line.state, reason.unwrap_or_default());
    let what = format!("message {message}");
    story.findings.iter().for_each(|finding| text.push_str(&finding_text(&what, finding)));
    if story.findings_dropped > 0 {
        text.push_str(&format!("{what}: and {} more\n", story.findings_dropped));
    }
    text
}

fn finding_text(what: &str, finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!(", {}", describe(place, ""))).unwrap_or_default();
    let severity = finding.severity.word();
    match finding.to_diagnostic() {
        Some(told) => {
            format!("{what}: {severity} {}{place}: {}\n", told.shown_code(), sanitize(&told.title()))
        }
        None => format!("{what}: {severity} {}{place}\n", finding.code),
    }
}

/// Whether a name is one that [`run`] gives, whatever the mappings were when it did.
pub fn is_expectation(name: &str) -> bool {
    name == FINDINGS || document_in(name).is_some() || endpoint_in(name).is_some()
}

/// The endpoint in the name of a file that left.
pub fn endpoint_in(name: &str) -> Option<&str> {
    let (endpoint, count) = name.strip_prefix("to-")?.rsplit_once('.')?.0.rsplit_once('-')?;
    count.parse::<usize>().is_ok().then_some(endpoint)
}

/// The message and the kind of document in the name of an expectation.
pub fn document_in(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("message-")?.strip_suffix(".json")?.split_once('-')
}
