//! The words of every finding of a transport, as people see them. `UPDATE_EXPECT=1` blesses.
#![allow(clippy::unwrap_used)]

use crossdock::base::files::FileIdentity;
use crossdock::base::span::Sources;
use crossdock::diagnostics::codes;
use crossdock::diagnostics::{Diagnostic, render};
use crossdock::transport::error::{empty_file, not_watched, target_exists};
use crossdock::transport::{Fault, Operation};
use std::io;
use std::path::Path;
use std::time::Duration;

const SERVER: &str = "acme (sftp.acme.example:22)";

fn identity(size: u64) -> Box<FileIdentity> {
    Box::new(FileIdentity { size, modified_ns: 1_763_625_600_000_000_000, device: 0, inode: 0 })
}

fn faults() -> Vec<Fault> {
    let pinned = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDTzRsRxdzRqDZNpAg".to_string();
    let shown = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8".to_string();
    vec![
        Fault::HostKeyChanged { pinned: vec![pinned], shown: vec![shown.clone()] },
        Fault::HostUnknown { shown: vec![shown] },
        Fault::LoginRefused {
            user: "crossdock".into(),
            method: "password".into(),
            offered: "publickey,password".into(),
            cause: "authentication failed".into(),
        },
        Fault::KeyUnusable("unable to extract public key from private key".into()),
        Fault::Unreachable(io::Error::from_raw_os_error(111)),
        Fault::Handshake("Unable to exchange encryption keys".into()),
        Fault::NoFolder("/out/order".into()),
        Fault::Denied {
            operation: Operation::Remove,
            name: "orders.edi".into(),
            cause: "permission denied".into(),
        },
        Fault::NoSpace {
            operation: Operation::Write,
            name: ".7.part".into(),
            cause: "quota exceeded".into(),
        },
        Fault::Changed { name: "orders.edi".into(), expected: identity(512), found: identity(1_024) },
        Fault::Gone("orders.edi".into()),
        Fault::BadName("../orders\n.edi".into()),
        Fault::NotAFile("orders.edi".into()),
        Fault::SizeDiffers { name: ".7.part".into(), expected: 4_096, found: 4_000 },
        Fault::NoAtomicRename(io::Error::from_raw_os_error(22)),
        Fault::Refused { operation: Operation::Write, name: ".7.part".into(), cause: "failure".into() },
        Fault::Lost { operation: Operation::List, cause: "socket disconnected".into() },
        Fault::Deadline { operation: Operation::Read, after: Duration::from_secs(60) },
        Fault::OutcomeUnknown {
            temporary: ".7.part".into(),
            final_name: "orders.edi".into(),
            cause: "connection lost while trying to publish: socket disconnected".into(),
        },
        Fault::Content(io::Error::from_raw_os_error(5)),
    ]
}

fn findings() -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> =
        faults().into_iter().map(|fault| fault.at(SERVER).to_diagnostic()).collect();
    findings.push(target_exists(SERVER, "orders.csv".as_ref()));
    findings.push(empty_file(SERVER, "orders.edi".as_ref()));
    findings.push(not_watched("inbox", "OS file watch limit reached."));
    findings.sort_by_key(|finding| finding.code);
    findings
}

#[test]
fn every_code_of_a_transport_has_a_finding_here() {
    let codes: Vec<&str> = findings().iter().map(|finding| finding.code.text()).collect();
    let all: Vec<&str> =
        codes::all().map(|info| info.code.text()).filter(|code| code.starts_with('T')).collect();
    assert_eq!(codes, all);
}

#[test]
fn the_words_are_those_that_were_blessed() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/transport");
    let mut stale = Vec::new();
    for finding in findings() {
        let text = render::terminal::render(&finding, &Sources::default(), "", false);
        assert!(!text.contains("``") && !text.contains('{'), "a template has a gap: {text}");
        let path = directory.join(format!("{}.expect", finding.code.text()));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if expected != text {
            stale.push(format!("{}\n--- expected\n{expected}--- found\n{text}", path.display()));
        }
    }
    assert!(stale.is_empty(), "UPDATE_EXPECT=1 blesses:\n{}", stale.join("\n"));
}
