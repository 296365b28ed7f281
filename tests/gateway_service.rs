//! The engine on its thread, on real disks and clocks.
#![allow(clippy::unwrap_used)]

use crossdock::base::clock::SystemClock;
use crossdock::base::files::Disk;
use crossdock::base::limits::Limits;
use crossdock::base::random::SystemRandom;
use crossdock::exchange::states::MessageState;
use crossdock::gateway::service::Service;
use crossdock::gateway::settings::GatewaySettings;
use crossdock::gateway::{Activation, Gateway, Machine, bundle};
use crossdock::ledger::MessageFilter;
use crossdock::ledger::sqlite::{Durability, SqliteLedger};
use crossdock::ledger::writer::LedgerHandle;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn start(base: &Path) -> Service {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("mappings/gateway-demo.toml")).unwrap();
    let mut settings: GatewaySettings = toml::from_str(&text).unwrap();
    for endpoint in settings.endpoints.values_mut() {
        endpoint.settle = Duration::from_millis(50);
        endpoint.poll = Duration::from_millis(100);
        std::fs::create_dir_all(base.join(&endpoint.path)).unwrap();
    }
    std::fs::create_dir_all(base.join("data")).unwrap();
    let backend = SqliteLedger::open(&base.join("data/ledger"), Durability::Off).unwrap();
    let ledger = Box::new(LedgerHandle::start(Box::new(backend)).unwrap());
    let machine = Machine {
        files: Arc::new(Disk),
        clock: Arc::new(SystemClock::new()),
        random: Arc::new(SystemRandom),
    };
    let mut gateway = Gateway::open(machine, ledger, settings, base, Limits::default()).unwrap();
    let files = bundle::read_files(&Disk, &root.join("mappings")).unwrap();
    assert!(matches!(gateway.activate(&files).unwrap(), Activation::Active(..)));
    Service::start(gateway).unwrap()
}

fn wait_for_done(service: &Service, wanted: usize) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let filter =
            MessageFilter { state: Some(MessageState::Done), client: None, before: None, limit: 100 };
        let done = service.with(|gateway| gateway.messages(filter).unwrap().len()).unwrap();
        if done == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{done} of {wanted} messages are done");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_order_goes_through_and_a_restart_goes_on() {
    let base = tempfile::tempdir().unwrap();
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let copy = |from: &str, to: &str| {
        std::fs::copy(testdata.join(from), base.path().join(to)).unwrap();
    };
    let names = |folder: &str| {
        let entries = std::fs::read_dir(base.path().join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let service = start(base.path());
    copy("x12/ok/s01-940.edi", "drops/brightwick/outgoing/a.edi");
    service.waker().wake();
    wait_for_done(&service, 1);
    assert_eq!(names("wms/import"), ["order_SO104522_1.csv"]);
    service.stop().unwrap();

    copy("csv/ok/s01-wms-shipment.csv", "wms/export/ship.csv");
    let service = start(base.path());
    wait_for_done(&service, 2);
    assert_eq!(names("drops/brightwick/incoming"), ["945_000000502.edi", "997_000000501.edi"]);
    assert!(names("wms/export").is_empty() && names("drops/brightwick/outgoing").is_empty());
    assert!(!service.has_stopped());
}
