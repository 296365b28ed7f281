//! The gateway with a client's inbox and outbox on a real OpenSSH server: scenario S01 both ways, and a host key that changes
//! on the way.
#![allow(clippy::unwrap_used)]

#[path = "support/gateway_world.rs"]
mod gateway_world;
#[path = "support/sim_files.rs"]
mod sim_files;
#[path = "support/sshd.rs"]
mod sshd;

use crossdock::base::files::Disk;
use crossdock::base::limits::Limits;
use crossdock::base::random::SeededRandom;
use crossdock::base::span::Sources;
use crossdock::diagnostics::render;
use crossdock::exchange::states::DeliveryState;
use crossdock::gateway::settings::{EndpointKind, SecretReference};
use crossdock::gateway::{Gateway, Machine, Progress};
use crossdock::ledger::MessageFilter;
use crossdock::ledger::sqlite::{Durability, SqliteLedger};
use gateway_world::{HandClock, settings, shipped, testdata};
use sshd::Sshd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The client's server, and our machine.
struct World {
    server: Sshd,
    base: tempfile::TempDir,
    clock: Arc<HandClock>,
    gateway: Option<Gateway>,
    starts: u64,
}

impl World {
    fn new() -> Self {
        let (server, base) = (Sshd::start(), tempfile::tempdir().unwrap());
        for endpoint in settings().endpoints.values() {
            std::fs::create_dir_all(base.path().join(&endpoint.path)).unwrap();
        }
        std::fs::create_dir_all(base.path().join("data")).unwrap();
        std::fs::write(base.path().join("key"), server.private_key()).unwrap();
        let mut world = World { server, base, clock: Arc::default(), gateway: None, starts: 0 };
        world.start();
        world
    }

    /// Starts the gateway with the key pinned that the server has now.
    fn start(&mut self) {
        self.gateway = None;
        self.starts += 1;
        let base = self.base.path();
        let mut settings = settings();
        for (name, folder) in [("brightwick-outgoing", "outgoing"), ("brightwick-incoming", "incoming")] {
            let endpoint = settings.endpoints.get_mut(name).unwrap();
            endpoint.kind = EndpointKind::Sftp;
            endpoint.path = self.server.directory(folder).display().to_string();
            endpoint.host = Some("127.0.0.1".into());
            endpoint.port = self.server.port();
            endpoint.user = Some(sshd::user());
            endpoint.key = Some(SecretReference { env: None, file: Some("key".into()) });
            endpoint.host_keys = vec![self.server.fingerprint("ed25519")];
        }
        let ledger = Box::new(SqliteLedger::open(&base.join("data/ledger.db"), Durability::Off).unwrap());
        let machine = Machine {
            files: Arc::new(Disk),
            clock: self.clock.clone(),
            random: Arc::new(SeededRandom::new(self.starts)),
        };
        let mut gateway = Gateway::open(machine, ledger, settings, base, Limits::default()).unwrap();
        let (files, bundle) = shipped();
        gateway.activate_compiled(&files, bundle).unwrap();
        self.gateway = Some(gateway);
    }

    fn gateway(&mut self) -> &mut Gateway {
        self.gateway.as_mut().unwrap()
    }

    /// Steps until nothing happens for half a minute of the gateway's time.
    fn run(&mut self) {
        self.gateway().look_now();
        let mut quiet = 0;
        while quiet < 10 {
            match self.gateway().step().unwrap() {
                Progress::Worked => quiet = 0,
                Progress::Idle { .. } => {
                    quiet += 1;
                    self.clock.advance(Duration::from_secs(3));
                }
            }
        }
    }

    fn on_server(&self, folder: &str) -> PathBuf {
        self.server.directory(folder)
    }

    fn states(&mut self) -> Vec<String> {
        let filter = MessageFilter { state: None, client: None, before: None, limit: 100 };
        let mut lines = self.gateway().messages(filter).unwrap();
        lines.reverse();
        lines.iter().map(|line| line.state.to_string()).collect()
    }

    fn planned(&mut self) -> usize {
        self.gateway().ledger().deliveries_in(DeliveryState::Planned, 100).unwrap().len()
    }
}

/// Every file of a folder, temporary ones too, by name.
fn files(folder: impl AsRef<Path>) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<(String, String)> = entries
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect();
    files.sort();
    files
}

fn names(folder: impl AsRef<Path>) -> Vec<String> {
    files(folder).into_iter().map(|(name, _)| name).collect()
}

fn expected(path: &str) -> String {
    String::from_utf8(testdata(path)).unwrap().replace("\r\n", "\n")
}

/// Segments between the envelope's, which hold numbers and times of our own.
fn segments(text: &str) -> Vec<String> {
    let all: Vec<String> = text
        .split('~')
        .map(|segment| segment.trim().to_string())
        .filter(|segment| !segment.is_empty())
        .collect();
    all[2..all.len() - 2].to_vec()
}

#[test]
fn s01_goes_both_ways_over_sftp() {
    let mut world = World::new();
    std::fs::write(world.on_server("outgoing").join("s01.edi"), testdata("x12/ok/s01-940.edi")).unwrap();
    world.run();
    let import = world.base.path().join("wms/import");
    assert_eq!(files(&import)[0].1.replace("\r\n", "\n"), expected("csv/ok/s01-wms-order.csv"));
    std::fs::write(world.base.path().join("wms/export/ship.csv"), testdata("csv/ok/s01-wms-shipment.csv"))
        .unwrap();
    world.run();
    let answers = files(world.on_server("incoming"));
    let names: Vec<&str> = answers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["945_000000502.edi", "997_000000501.edi"]);
    assert_eq!(segments(&answers[0].1), segments(&expected("x12/ok/s01-945.edi")));
    assert_eq!(segments(&answers[1].1), segments(&expected("x12/ok/s01-997.edi")));
    assert!(files(world.on_server("outgoing")).is_empty() && files(import).len() == 1);
    assert_eq!(world.states(), ["DONE", "DONE"]);
    assert!(world.gateway().waiting().is_empty());
}

#[test]
fn a_changed_host_key_stops_both_ways_until_it_is_pinned() {
    let mut world = World::new();
    std::fs::write(world.on_server("outgoing").join("s01.edi"), testdata("x12/ok/s01-940.edi")).unwrap();
    world.run();
    let answered = files(world.on_server("incoming"));
    let pinned = world.server.fingerprint("ed25519");
    world.server.replace_host_keys();

    std::fs::write(world.on_server("outgoing").join("three.edi"), testdata("x12/ok/three-sets.edi")).unwrap();
    let shipment = testdata("csv/ok/s01-wms-shipment.csv");
    std::fs::write(world.base.path().join("wms/export/ship.csv"), shipment).unwrap();
    world.run();
    assert_eq!(names(world.on_server("outgoing")), ["three.edi"], "nothing is taken");
    assert_eq!(files(world.on_server("incoming")), answered, "nothing is sent, not even in part");
    assert_eq!(world.planned(), 1, "the advice waits");

    let shown = world.server.fingerprint("ed25519");
    let ecdsa = world.server.fingerprint("ecdsa");
    let place = format!("127.0.0.1:{}", world.server.port());
    let waiting = world.gateway().waiting();
    let text: String = waiting
        .iter()
        .map(|waiting| {
            let finding = waiting.finding.as_ref().expect("an endpoint in trouble has a finding");
            format!(
                "{}\n{}",
                waiting.endpoint,
                render::terminal::render(finding, &Sources::default(), "", false)
            )
        })
        .collect();
    let text = text.replace(&pinned, "PINNED").replace(&shown, "SHOWN").replace(&ecdsa, "SHOWN2");
    let text = text.replace(&place, "SERVER");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/transport/changed-host-key.expect");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&golden, &text).unwrap();
    }
    let blessed = std::fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(text, blessed, "UPDATE_EXPECT=1 blesses");

    world.start();
    world.run();
    assert!(world.gateway().waiting().is_empty());
    assert_eq!(world.states(), ["DONE"; 5]);
    assert_eq!(names(world.on_server("outgoing")), Vec::<String>::new());
    let sent = names(world.on_server("incoming"));
    assert_eq!(sent, ["945_000000502.edi", "997_000000501.edi", "997_000000503.edi"]);
    assert_eq!(names(world.base.path().join("wms/import")).len(), 4);
}
