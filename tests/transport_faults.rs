//! No fault of a server loses or doubles a file, and each tells a person what to do.
#![allow(clippy::unwrap_used)]

#[path = "support/faulty_sftp.rs"]
mod faulty_sftp;

use crossdock::base::files::{Disk, Files};
use crossdock::base::secret::Secret;
use crossdock::transport::{
    EndpointSettings, Inbox, Location, Login, Outbox, Publication, Removal, SftpSettings, SftpTimeouts,
    TransportError, Verdict, open_inbox, open_outbox,
};
use faulty_sftp::{FaultySftp, Manners, OPS, Op, Trouble};
use russh_sftp::protocol::StatusCode;
use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const TEMPORARY: &str = ".7.part";
const FINAL: &str = "out.edi";

fn settings(server: &FaultySftp, directory: &Path) -> EndpointSettings {
    EndpointSettings {
        name: "acme".into(),
        location: Location::Sftp(SftpSettings {
            host: "127.0.0.1".into(),
            port: server.port(),
            user: "crossdock".into(),
            logins: vec![Login::Password(Secret::new("canary-password"))],
            host_keys: vec![server.fingerprint().to_string()],
            directory: directory.to_path_buf(),
            timeouts: SftpTimeouts::default(),
        }),
    }
}

fn change(settings: &mut EndpointSettings, change: impl FnOnce(&mut SftpSettings)) {
    match &mut settings.location {
        Location::Sftp(server) => change(server),
        Location::Folder { .. } => unreachable!(),
    }
}

fn inbox(settings: &EndpointSettings) -> Box<dyn Inbox> {
    let files: Arc<dyn Files> = Arc::new(Disk);
    open_inbox(settings, &files)
}

fn outbox(settings: &EndpointSettings) -> Box<dyn Outbox> {
    let files: Arc<dyn Files> = Arc::new(Disk);
    open_outbox(settings, &files)
}

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

fn code(error: &TransportError) -> &'static str {
    error.to_diagnostic().code.text()
}

/// A finding a person can act on: a title that names the endpoint, an action, no gap in the template, no secret.
fn check_finding(error: &TransportError) {
    let finding = error.to_diagnostic();
    let (title, action) = (finding.title(), finding.action());
    assert!(title.contains("acme") && !action.is_empty(), "{title} / {action}");
    assert!(!title.contains("``") && !format!("{title}{action}{error:?}").contains("canary"), "{title}");
}

/// Delivers as the gateway does: write until it is written, publish, and look before anything else is done when the
/// outcome is unknown. Gives the errors met on the way.
fn deliver(outbox: &mut dyn Outbox, bytes: &[u8]) -> Vec<TransportError> {
    let mut errors = Vec::new();
    while errors.len() < 10 {
        if let Err(error) = outbox.put_temporary(name(TEMPORARY), &mut &bytes[..], bytes.len() as u64) {
            assert_eq!(error.verdict(), Verdict::Retry, "{error}");
            errors.push(error);
        } else {
            break;
        }
    }
    while errors.len() < 10 {
        match outbox.publish(name(TEMPORARY), name(FINAL)) {
            Ok(Publication::Published) => return errors,
            Ok(Publication::TargetExists) => {
                let mut there = Vec::new();
                outbox.read_back(name(FINAL)).unwrap().read_to_end(&mut there).unwrap();
                assert!(there == bytes, "a stranger has the name");
                outbox.discard(name(TEMPORARY)).unwrap();
                return errors;
            }
            Err(error) => {
                let verdict = error.verdict();
                errors.push(error);
                match verdict {
                    Verdict::Retry => continue,
                    Verdict::Look => {}
                    other => panic!("{other:?}: {errors:?}"),
                }
                let look = loop {
                    match outbox.look(name(TEMPORARY), name(FINAL)) {
                        Ok(look) => break look,
                        Err(error) => errors.push(error),
                    }
                    assert!(errors.len() < 10, "{errors:?}");
                };
                if look.temporary.is_none() {
                    return errors;
                }
            }
        }
    }
    panic!("never delivered: {errors:?}");
}

/// Takes the only file as the gateway does: list, read whole, remove. Gives what was read and the errors.
fn take(inbox: &mut dyn Inbox) -> (Vec<u8>, Vec<TransportError>) {
    let mut errors = Vec::new();
    let (file, bytes) = loop {
        assert!(errors.len() < 10, "{errors:?}");
        let file = match inbox.list() {
            Ok(listing) => listing.candidates.into_iter().next().expect("the file is still there"),
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let mut bytes = Vec::new();
        match inbox.open(&file.name, &file.identity) {
            Ok(mut content) => match content.read_to_end(&mut bytes) {
                Ok(_) => break (file, bytes),
                Err(error) => errors.push(cause(error)),
            },
            Err(error) => errors.push(error),
        }
    };
    loop {
        assert!(errors.len() < 10, "{errors:?}");
        match inbox.remove(&file.name, &file.identity) {
            Ok(Removal::Removed | Removal::AlreadyGone) => return (bytes, errors),
            Ok(Removal::Changed(_)) => panic!("nobody changed it"),
            Err(error) => errors.push(error),
        }
    }
}

/// The transport's own error inside an error of reading.
fn cause(error: std::io::Error) -> TransportError {
    *error.into_inner().unwrap().downcast().unwrap()
}

const TROUBLES: &[Trouble] = &[
    Trouble::Disconnect,
    Trouble::DisconnectAfter,
    Trouble::Fail(StatusCode::Failure),
    Trouble::FailAfter(StatusCode::Failure),
];

#[test]
fn a_delivery_survives_every_trouble_at_every_request() {
    let home = tempfile::tempdir().unwrap();
    let server = FaultySftp::start(1, Manners { consumes: true, ..Manners::default() });
    let settings = settings(&server, home.path());
    let bytes: Vec<u8> = (0..90_000u32).map(|i| (i % 251) as u8).collect();
    assert!(deliver(&mut *outbox(&settings), &bytes).is_empty());
    let log = server.take_log();
    assert_eq!(server.take_consumed(), std::slice::from_ref(&bytes));
    let mut met = std::collections::BTreeSet::new();
    let mut outbox = outbox(&settings);
    for op in OPS {
        for nth in 0..log.iter().filter(|logged| *logged == op).count() {
            for trouble in TROUBLES {
                server.trouble(*op, nth, *trouble);
                let errors = deliver(&mut *outbox, &bytes);
                assert_eq!(server.clear_script(), 0, "{op:?} {nth} {trouble:?} never happened");
                let consumed = server.take_consumed();
                assert!(consumed == [bytes.clone()], "{op:?} {nth} {trouble:?}: {} files", consumed.len());
                assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "{op:?} {nth} {trouble:?}");
                errors.iter().for_each(check_finding);
                met.extend(errors.iter().map(code));
            }
        }
    }
    assert!(met.is_superset(&["T017", "T018", "T020"].into()), "{met:?}");
}

#[test]
fn an_intake_survives_every_trouble_at_every_request() {
    let home = tempfile::tempdir().unwrap();
    let server = FaultySftp::start(1, Manners::default());
    let settings = settings(&server, home.path());
    let bytes: Vec<u8> = (0..70_000u32).map(|i| (i % 241) as u8).collect();
    let mut inbox = inbox(&settings);
    std::fs::write(home.path().join("in.edi"), &bytes).unwrap();
    assert_eq!(take(&mut *inbox).0, bytes);
    let log = server.take_log();
    for op in OPS {
        for nth in 0..log.iter().filter(|logged| *logged == op).count() {
            for trouble in TROUBLES {
                std::fs::write(home.path().join("in.edi"), &bytes).unwrap();
                server.trouble(*op, nth, *trouble);
                let (taken, errors) = take(&mut *inbox);
                assert!(taken == bytes, "{op:?} {nth} {trouble:?}");
                assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "{op:?} {nth} {trouble:?}");
                errors.iter().for_each(check_finding);
                server.clear_script();
            }
        }
    }
}

#[test]
fn a_full_disk_a_denied_right_and_an_early_end_have_words_of_their_own() {
    let home = tempfile::tempdir().unwrap();
    let server = FaultySftp::start(1, Manners::default());
    let settings = settings(&server, home.path());
    let mut outbox = outbox(&settings);
    let mut write = |op, status| {
        // What is left of the attempt before, such as closing its file, comes first.
        outbox.look(name(TEMPORARY), name(FINAL)).unwrap();
        server.trouble(op, 0, Trouble::Fail(status));
        outbox.put_temporary(name(TEMPORARY), &mut &b"abc"[..], 3).unwrap_err()
    };
    assert_eq!(code(&write(Op::Open, StatusCode::PermissionDenied)), "T008");
    assert_eq!(code(&write(Op::Open, StatusCode::NoSuchFile)), "T007");
    assert_eq!(code(&write(Op::Write, StatusCode::PermissionDenied)), "T008");
    let full = write(Op::Write, StatusCode::Failure);
    assert!(code(&full) == "T017" && full.to_diagnostic().action().contains("full disk or quota"));
    assert_eq!(code(&write(Op::Close, StatusCode::Failure)), "T017");
    assert_eq!(code(&write(Op::Sync, StatusCode::Failure)), "T017");

    std::fs::write(home.path().join("in.edi"), vec![7u8; 200_000]).unwrap();
    let mut inbox = inbox(&settings);
    let file = inbox.list().unwrap().candidates.remove(0);
    server.trouble(Op::Read, 2, Trouble::Fail(StatusCode::Eof));
    let ended = inbox.open(&file.name, &file.identity).unwrap().read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(code(&cause(ended)), "T015");
}

#[test]
fn short_reads_and_a_missing_fsync_are_no_trouble() {
    let home = tempfile::tempdir().unwrap();
    let server =
        FaultySftp::start(1, Manners { read_at_most: 777, knows_fsync: false, ..Manners::default() });
    let settings = settings(&server, home.path());
    let bytes: Vec<u8> = (0..50_000u32).map(|i| (i % 239) as u8).collect();
    assert!(deliver(&mut *outbox(&settings), &bytes).is_empty());
    assert_eq!(take(&mut *inbox(&settings)).0, bytes);
}

#[test]
fn a_server_that_lies_about_sizes_is_not_believed() {
    let home = tempfile::tempdir().unwrap();
    let server = FaultySftp::start(1, Manners::default());
    let settings = settings(&server, home.path());
    for lie in [-1, 1] {
        server.set(|manners| manners.size_lie = lie);
        let refused = outbox(&settings).put_temporary(name(TEMPORARY), &mut &b"abc"[..], 3).unwrap_err();
        assert_eq!((code(&refused), refused.verdict()), ("T015", Verdict::Retry));
        std::fs::write(home.path().join("in.edi"), "abc").unwrap();
        let mut inbox = inbox(&settings);
        let file = inbox.list().unwrap().candidates.remove(0);
        let lie = inbox.open(&file.name, &file.identity).unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(code(&cause(lie)), "T015");
    }
    assert!(!home.path().join(FINAL).exists());
}

#[test]
fn listed_names_that_leave_the_folder_are_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let names = ["../../etc/passwd", "/etc/passwd", "a/b.edi", "..", ".", "x/..", "good.edi", "good.edi"];
    let extra_names = names.iter().map(|name| name.to_string()).collect();
    let server = FaultySftp::start(1, Manners { extra_names, ..Manners::default() });
    let listing = inbox(&settings(&server, home.path())).list().unwrap();
    assert!(listing.candidates.iter().all(|candidate| candidate.name == "good.edi"));
    assert_eq!((listing.candidates.len(), listing.ignored), (2, 4));
}

#[test]
fn a_server_whose_rename_overwrites_is_asked_first() {
    let home = tempfile::tempdir().unwrap();
    let server = FaultySftp::start(1, Manners { rename_overwrites: true, ..Manners::default() });
    std::fs::write(home.path().join(FINAL), "theirs").unwrap();
    let mut outbox = outbox(&settings(&server, home.path()));
    outbox.put_temporary(name(TEMPORARY), &mut &b"ours"[..], 4).unwrap();
    assert_eq!(outbox.publish(name(TEMPORARY), name(FINAL)).unwrap(), Publication::TargetExists);
    assert_eq!(std::fs::read(home.path().join(FINAL)).unwrap(), b"theirs");
    assert!(!server.take_log().contains(&Op::Rename));
}

#[test]
fn a_server_that_stalls_is_cut_off_at_the_deadline_and_met_again() {
    let home = tempfile::tempdir().unwrap();
    let server = FaultySftp::start(1, Manners::default());
    let mut settings = settings(&server, home.path());
    change(&mut settings, |server| server.timeouts.step = Duration::from_secs(4));
    std::fs::write(home.path().join("in.edi"), "abc").unwrap();
    let mut inbox = inbox(&settings);
    server.trouble(Op::ReadDir, 0, Trouble::Stall);
    let late = inbox.list().unwrap_err();
    assert_eq!((code(&late), late.verdict()), ("T019", Verdict::Retry));
    check_finding(&late);
    assert_eq!(take(&mut *inbox).0, b"abc");

    let mut outbox = outbox(&settings);
    outbox.put_temporary(name(TEMPORARY), &mut &b"ours"[..], 4).unwrap();
    server.trouble(Op::Rename, 0, Trouble::Stall);
    let late = outbox.publish(name(TEMPORARY), name(FINAL)).unwrap_err();
    assert_eq!((code(&late), late.verdict()), ("T020", Verdict::Look));
    assert!(outbox.look(name(TEMPORARY), name(FINAL)).unwrap().temporary.is_some());
    assert_eq!(outbox.publish(name(TEMPORARY), name(FINAL)).unwrap(), Publication::Published);
}

#[test]
fn a_server_that_never_greets_is_given_up() {
    let home = tempfile::tempdir().unwrap();
    let server = FaultySftp::start(1, Manners { silent: true, ..Manners::default() });
    let mut settings = settings(&server, home.path());
    change(&mut settings, |server| server.timeouts.connect = Duration::from_secs(1));
    let late = inbox(&settings).list().unwrap_err();
    assert_eq!(late.verdict(), Verdict::Retry);
    assert!(["T005", "T019"].contains(&code(&late)), "{late}");
    check_finding(&late);
}

#[test]
fn a_stranger_is_not_told_the_password() {
    let home = tempfile::tempdir().unwrap();
    let (server, stranger) =
        (FaultySftp::start(1, Manners::default()), FaultySftp::start(2, Manners::default()));
    let mut settings = settings(&server, home.path());
    change(&mut settings, |settings| settings.port = stranger.port());
    let refused = inbox(&settings).list().unwrap_err();
    assert_eq!((code(&refused), refused.verdict()), ("T001", Verdict::StopEndpoint));
    let finding = refused.to_diagnostic();
    assert_eq!(
        (finding.argument("pinned"), finding.argument("shown")),
        (server.fingerprint(), stranger.fingerprint())
    );
    change(&mut settings, |settings| settings.host_keys.push(stranger.fingerprint().to_string()));
    inbox(&settings).list().unwrap();
}

#[test]
fn passwords_are_taken_refused_and_given_to_prompts() {
    let home = tempfile::tempdir().unwrap();
    for prompts in [false, true] {
        let server = FaultySftp::start(1, Manners { prompts, ..Manners::default() });
        let mut settings = settings(&server, home.path());
        inbox(&settings).list().unwrap();
        change(&mut settings, |server| server.logins = vec![Login::Password(Secret::new("canary-wrong"))]);
        let refused = inbox(&settings).list().unwrap_err();
        assert_eq!((code(&refused), refused.verdict()), ("T003", Verdict::StopEndpoint));
        check_finding(&refused);
        change(&mut settings, |server| server.logins.push(Login::Password(Secret::new("canary-password"))));
        inbox(&settings).list().unwrap();
        change(&mut settings, |server| server.logins.clear());
        assert_eq!(code(&inbox(&settings).list().unwrap_err()), "T003");
    }
}
