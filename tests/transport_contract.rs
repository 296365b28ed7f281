//! What every transport promises, asked of a folder and of a real OpenSSH server.
#![allow(clippy::unwrap_used)]

#[path = "support/sshd.rs"]
mod sshd;

use crossdock::base::clock::Monotonic;
use crossdock::base::files::{Disk, FileIdentity, Files};
use crossdock::transport::readiness::{Readiness, Rules};
use crossdock::transport::{
    EndpointSettings, Fault, Inbox, Location, Outbox, Publication, Removal, TransportError, Verdict,
    open_inbox, open_outbox,
};
use sshd::Sshd;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A place that the transport under test and the test itself both reach.
struct World {
    directory: PathBuf,
    settings: EndpointSettings,
    files: Arc<dyn Files>,
    _keep: Box<dyn std::any::Any>,
}

impl World {
    fn folder() -> Self {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("box");
        std::fs::create_dir(&directory).unwrap();
        let settings = EndpointSettings::folder("place", &directory);
        World { directory, settings, files: Arc::new(Disk), _keep: Box::new(home) }
    }

    fn sftp() -> Self {
        let server = Sshd::start();
        let directory = server.directory("box");
        let settings = server.endpoint("place", &directory);
        World { directory, settings, files: Arc::new(Disk), _keep: Box::new(server) }
    }

    fn inbox(&self) -> Box<dyn Inbox> {
        open_inbox(&self.settings, &self.files)
    }

    fn outbox(&self) -> Box<dyn Outbox> {
        open_outbox(&self.settings, &self.files)
    }

    fn put(&self, name: impl AsRef<OsStr>, content: &[u8]) {
        std::fs::write(self.directory.join(name.as_ref()), content).unwrap();
    }

    fn get(&self, name: impl AsRef<OsStr>) -> Vec<u8> {
        std::fs::read(self.directory.join(name.as_ref())).unwrap()
    }

    fn names(&self) -> Vec<OsString> {
        let mut names: Vec<OsString> =
            std::fs::read_dir(&self.directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }
}

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

fn listed(inbox: &mut dyn Inbox) -> Vec<OsString> {
    let mut names: Vec<OsString> =
        inbox.list().unwrap().candidates.into_iter().map(|candidate| candidate.name).collect();
    names.sort();
    names
}

fn identity(inbox: &mut dyn Inbox, file: &OsStr) -> FileIdentity {
    inbox.identity(file).unwrap().unwrap()
}

fn content(inbox: &mut dyn Inbox, file: &OsStr) -> Vec<u8> {
    let identity = identity(inbox, file);
    let mut bytes = Vec::new();
    inbox.open(file, &identity).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn write(outbox: &mut dyn Outbox, temporary: &str, bytes: &[u8]) -> FileIdentity {
    outbox.put_temporary(name(temporary), &mut &bytes[..], bytes.len() as u64).unwrap()
}

fn code(error: &TransportError) -> &'static str {
    error.to_diagnostic().code.text()
}

fn unfinished_files_are_not_seen(world: &World) {
    for unseen in [".hidden", "a.tmp", "b.PART", "c.edi.filepart", "d.!ut", "e.writing"] {
        world.put(unseen, b"x");
    }
    std::fs::create_dir(world.directory.join("sub.edi")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", world.directory.join("link.edi")).unwrap();
    world.put("whole.edi", b"x");
    let listing = world.inbox().list().unwrap();
    assert_eq!(listing.candidates.len(), 1);
    assert_eq!((listing.candidates[0].name.as_os_str(), listing.ignored), (name("whole.edi"), 7));
    let refused = world.inbox().identity(name("link.edi")).unwrap_err();
    assert_eq!((code(&refused), refused.verdict()), ("T014", Verdict::FileOnly));
}

fn a_file_that_grows_is_not_ready(world: &World) {
    let mut inbox = world.inbox();
    let mut readiness = Readiness::new(Rules { stable_for: Duration::from_secs(5), ..Rules::default() });
    let mut look = |seconds| {
        let listing = inbox.list().unwrap();
        readiness
            .observe(&listing.candidates, Monotonic { since_start: Duration::from_secs(seconds) })
            .ready
            .len()
    };
    world.put("a.edi", b"ISA*");
    assert_eq!((look(0), look(1)), (0, 0));
    world.put("a.edi", b"ISA*IEA*");
    assert_eq!((look(6), look(9)), (0, 0));
    assert_eq!(look(11), 1);
}

fn a_file_is_read_whole_and_by_range(world: &World) {
    let mut inbox = world.inbox();
    let large: Vec<u8> = (0..3_000_001u32).map(|i| (i % 251) as u8).collect();
    world.put("large.edi", &large);
    assert!(content(&mut *inbox, name("large.edi")) == large);
    assert_eq!(inbox.read_range(name("large.edi"), 2_999_991, 100).unwrap(), large[2_999_991..]);
    assert_eq!(inbox.read_range(name("large.edi"), 5, 3).unwrap(), large[5..8]);
    assert_eq!(inbox.read_range(name("large.edi"), 9_000_000, 3).unwrap(), b"");
}

fn a_file_is_removed_once_and_again_does_no_harm(world: &World) {
    let mut inbox = world.inbox();
    world.put("a.edi", b"1");
    let identity = identity(&mut *inbox, name("a.edi"));
    assert_eq!(inbox.remove(name("a.edi"), &identity).unwrap(), Removal::Removed);
    assert_eq!(inbox.remove(name("a.edi"), &identity).unwrap(), Removal::AlreadyGone);
    assert_eq!(inbox.identity(name("a.edi")).unwrap(), None);
    assert!(world.names().is_empty());
    assert_eq!(code(&inbox.open(name("a.edi"), &identity).err().unwrap()), "T012");
}

fn a_file_that_changed_is_neither_read_nor_removed(world: &World) {
    let mut inbox = world.inbox();
    world.put("a.edi", b"first");
    let known = identity(&mut *inbox, name("a.edi"));
    world.put("a.edi", b"second one");
    let refused = inbox.open(name("a.edi"), &known).err().unwrap();
    assert_eq!((code(&refused), refused.verdict()), ("T011", Verdict::Retry));
    assert!(
        matches!(inbox.remove(name("a.edi"), &known).unwrap(), Removal::Changed(found) if found.size == 10)
    );
    assert_eq!(world.get("a.edi"), b"second one");
}

fn a_file_that_grows_while_it_is_read_is_an_error(world: &World) {
    let mut inbox = world.inbox();
    world.put("a.edi", b"first");
    let known = identity(&mut *inbox, name("a.edi"));
    let mut reader = inbox.open(name("a.edi"), &known).unwrap();
    world.put("a.edi", b"first and more");
    assert!(reader.read_to_end(&mut Vec::new()).is_err());
}

fn a_delivery_appears_whole_and_a_second_writing_changes_nothing(world: &World) {
    let mut outbox = world.outbox();
    let large: Vec<u8> = (0..2_500_000u32).map(|i| (i % 241) as u8).collect();
    let identity = write(&mut *outbox, ".7.part", b"a longer first attempt that was given up");
    assert_eq!(identity.size, 40);
    assert_eq!(write(&mut *outbox, ".7.part", &large).size, 2_500_000);
    assert_eq!(world.names(), [".7.part"]);
    assert_eq!(outbox.publish(name(".7.part"), name("out.edi")).unwrap(), Publication::Published);
    assert_eq!(world.names(), ["out.edi"]);
    assert!(world.get("out.edi") == large);
    let mut back = Vec::new();
    outbox.read_back(name("out.edi")).unwrap().read_to_end(&mut back).unwrap();
    assert!(back == large);
    // The same delivery once more, as after a crash before its row was written: the name is taken, by ourselves.
    write(&mut *outbox, ".7.part", &large);
    assert_eq!(outbox.publish(name(".7.part"), name("out.edi")).unwrap(), Publication::TargetExists);
    outbox.discard(name(".7.part")).unwrap();
    outbox.discard(name(".7.part")).unwrap();
    assert_eq!(world.names(), ["out.edi"]);
}

fn a_target_is_never_replaced(world: &World) {
    let mut outbox = world.outbox();
    world.put("out.edi", b"theirs");
    write(&mut *outbox, ".7.part", b"ours");
    assert_eq!(outbox.publish(name(".7.part"), name("out.edi")).unwrap(), Publication::TargetExists);
    let look = outbox.look(name(".7.part"), name("out.edi")).unwrap();
    assert_eq!((look.temporary.unwrap().size, look.published.unwrap().size), (4, 6));
    assert_eq!((world.get("out.edi"), world.get(".7.part")), (b"theirs".to_vec(), b"ours".to_vec()));
    std::os::unix::fs::symlink("nowhere", world.directory.join("dangling.edi")).unwrap();
    assert_eq!(outbox.publish(name(".7.part"), name("dangling.edi")).unwrap(), Publication::TargetExists);
}

fn after_a_crash_a_look_tells_where_to_go_on(world: &World) {
    write(&mut *world.outbox(), ".7.part", b"ours");
    // A new process.
    let mut outbox = world.outbox();
    let look = outbox.look(name(".7.part"), name("out.edi")).unwrap();
    assert!(look.temporary.is_some() && look.published.is_none());
    assert_eq!(outbox.publish(name(".7.part"), name("out.edi")).unwrap(), Publication::Published);
    let mut outbox = world.outbox();
    let look = outbox.look(name(".7.part"), name("out.edi")).unwrap();
    assert!(look.temporary.is_none() && look.published.is_some());
    std::fs::remove_file(world.directory.join("out.edi")).unwrap();
    let look = outbox.look(name(".7.part"), name("out.edi")).unwrap();
    assert!(look.temporary.is_none() && look.published.is_none(), "published and already fetched");
    let unknown = outbox.publish(name(".7.part"), name("out.edi")).unwrap_err();
    assert_eq!((code(&unknown), unknown.verdict()), ("T020", Verdict::Look));
    std::fs::remove_dir(&world.directory).unwrap();
    let blind = outbox.look(name(".7.part"), name("out.edi")).unwrap_err();
    assert_eq!(code(&blind), "T007", "a missing folder must never look like a fetched file");
}

fn content_of_another_size_leaves_nothing_behind(world: &World) {
    let mut outbox = world.outbox();
    for size in [2, 4] {
        let refused = outbox.put_temporary(name(".7.part"), &mut &b"abc"[..], size).unwrap_err();
        assert_eq!(code(&refused), "T015");
    }
    assert!(outbox.look(name(".7.part"), name("out.edi")).unwrap().temporary.is_none());
    assert!(world.names().is_empty());
    assert_eq!(write(&mut *outbox, ".7.part", b"").size, 0);
}

fn odd_names_pass_and_dangerous_ones_are_refused(world: &World) {
    let odd = [
        &b"-rf x"[..],
        b"a b.edi",
        b"a\nb.edi",
        b"caf\xe9.edi",
        b"$(reboot).edi",
        b"%41.edi",
        "ä.edi".as_bytes(),
    ];
    let mut odd: Vec<OsString> = odd.iter().map(|bytes| OsString::from_vec(bytes.to_vec())).collect();
    odd.sort();
    let (mut inbox, mut outbox) = (world.inbox(), world.outbox());
    for (i, odd) in odd.iter().enumerate() {
        let temporary = format!(".{i}.part");
        write(&mut *outbox, &temporary, odd.as_bytes());
        assert_eq!(outbox.publish(name(&temporary), odd).unwrap(), Publication::Published);
    }
    assert_eq!(listed(&mut *inbox), odd);
    for odd in &odd {
        assert_eq!(content(&mut *inbox, odd), odd.as_bytes());
        let identity = identity(&mut *inbox, odd);
        assert_eq!(inbox.remove(odd, &identity).unwrap(), Removal::Removed);
    }
    write(&mut *outbox, ".7.part", b"x");
    let known = FileIdentity { size: 1, modified_ns: 0, device: 0, inode: 0 };
    for bad in ["../x", "a/b", "", "..", ".", "/etc/passwd", "a\0b"] {
        assert_eq!(code(&outbox.publish(name(".7.part"), name(bad)).unwrap_err()), "T013", "{bad:?}");
        assert_eq!(code(&inbox.remove(name(bad), &known).unwrap_err()), "T013", "{bad:?}");
        assert_eq!(code(&inbox.open(name(bad), &known).err().unwrap()), "T013", "{bad:?}");
    }
    for visible in ["out.edi", "../.x.part"] {
        assert_eq!(code(&outbox.put_temporary(name(visible), &mut &b"x"[..], 1).unwrap_err()), "T013");
        assert_eq!(code(&outbox.discard(name(visible)).unwrap_err()), "T013");
    }
    assert_eq!(world.names(), [".7.part"]);
}

fn a_thousand_files_are_listed(world: &World) {
    let mut expected: Vec<OsString> = (0..1_000).map(|i| format!("order-{i:04}.edi").into()).collect();
    expected.sort();
    for file in &expected {
        world.put(file, b"x");
    }
    assert_eq!(listed(&mut *world.inbox()), expected);
}

fn an_empty_folder_is_empty_and_a_missing_one_a_finding(world: &World) {
    assert_eq!(world.inbox().list().unwrap(), crossdock::transport::Listing::default());
    std::fs::remove_dir(&world.directory).unwrap();
    let (mut inbox, mut outbox) = (world.inbox(), world.outbox());
    let known = FileIdentity { size: 1, modified_ns: 0, device: 0, inode: 0 };
    let errors = [
        inbox.list().unwrap_err(),
        inbox.identity(name("a")).unwrap_err(),
        inbox.open(name("a"), &known).err().unwrap(),
        inbox.remove(name("a"), &known).unwrap_err(),
        outbox.put_temporary(name(".7.part"), &mut &b"x"[..], 1).unwrap_err(),
        outbox.look(name(".7.part"), name("a")).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((code(&error), error.verdict()), ("T007", Verdict::StopEndpoint), "{error}");
    }
}

macro_rules! contract {
    ($($case:ident)*) => {
        mod folder {
            $(#[test] fn $case() { super::$case(&super::World::folder()); })*
        }
        mod sftp {
            $(#[test] fn $case() { super::$case(&super::World::sftp()); })*
        }
    };
}

contract! {
    unfinished_files_are_not_seen
    a_file_that_grows_is_not_ready
    a_file_is_read_whole_and_by_range
    a_file_is_removed_once_and_again_does_no_harm
    a_file_that_changed_is_neither_read_nor_removed
    a_file_that_grows_while_it_is_read_is_an_error
    a_delivery_appears_whole_and_a_second_writing_changes_nothing
    a_target_is_never_replaced
    after_a_crash_a_look_tells_where_to_go_on
    content_of_another_size_leaves_nothing_behind
    odd_names_pass_and_dangerous_ones_are_refused
    a_thousand_files_are_listed
    an_empty_folder_is_empty_and_a_missing_one_a_finding
}

/// The settings of the server in `settings`.
fn server(settings: &mut EndpointSettings) -> &mut crossdock::transport::SftpSettings {
    match &mut settings.location {
        Location::Sftp(server) => server,
        Location::Folder { .. } => panic!("not a server"),
    }
}

#[test]
fn a_changed_host_key_is_refused_with_both_fingerprints() {
    let files: Arc<dyn Files> = Arc::new(Disk);
    let mut sshd = Sshd::start();
    let directory = sshd.directory("box");
    std::fs::write(directory.join("a.edi"), "x").unwrap();
    let settings = sshd.endpoint("acme", &directory);
    let mut inbox = open_inbox(&settings, &files);
    assert_eq!(inbox.list().unwrap().candidates.len(), 1);
    let pinned = sshd.fingerprint("ed25519");
    sshd.replace_host_keys();
    // The kept connection is dead, and the new one meets a stranger.
    let refused = inbox.list().unwrap_err();
    assert_eq!((code(&refused), refused.verdict()), ("T001", Verdict::StopEndpoint));
    let finding = refused.to_diagnostic();
    assert!(finding.title().contains(&sshd.fingerprint("ed25519")) && finding.action().contains(&pinned));
    assert_eq!(code(&open_outbox(&settings, &files).look(name(".7.part"), name("a")).unwrap_err()), "T001");
}

#[test]
fn without_a_pinned_key_the_finding_shows_what_to_compare() {
    let files: Arc<dyn Files> = Arc::new(Disk);
    let sshd = Sshd::start();
    let mut settings = sshd.endpoint("acme", &sshd.directory("box"));
    server(&mut settings).host_keys.clear();
    let refused = open_inbox(&settings, &files).list().unwrap_err();
    assert_eq!(code(&refused), "T002");
    let action = refused.to_diagnostic().action();
    assert!(action.contains(&sshd.fingerprint("ed25519")) && action.contains(&sshd.fingerprint("ecdsa")));
    // Whichever of the server's keys was told by phone is good enough.
    server(&mut settings).host_keys = vec![sshd.fingerprint("ecdsa")];
    open_inbox(&settings, &files).list().unwrap();
}

#[test]
fn a_restarted_server_is_met_again_without_an_error() {
    let files: Arc<dyn Files> = Arc::new(Disk);
    let mut sshd = Sshd::start();
    let settings = sshd.endpoint("acme", &sshd.directory("box"));
    let mut inbox = open_inbox(&settings, &files);
    inbox.list().unwrap();
    sshd.stop();
    let away = inbox.list().unwrap_err();
    assert_eq!((code(&away), away.verdict()), ("T005", Verdict::Retry));
    sshd.restart();
    inbox.list().unwrap();
}

#[test]
fn keys_with_and_without_passphrase_open_and_wrong_ones_are_told() {
    use crossdock::base::secret::Secret;
    use crossdock::transport::Login;
    let files: Arc<dyn Files> = Arc::new(Disk);
    let sshd = Sshd::start();
    let mut settings = sshd.endpoint("acme", &sshd.directory("box"));
    let locked = |passphrase: Option<&str>| Login::Key {
        private_key: Secret::new(sshd.locked_key("canary-phrase")),
        passphrase: passphrase.map(Secret::new),
    };
    server(&mut settings).logins = vec![locked(Some("canary-phrase"))];
    open_inbox(&settings, &files).list().unwrap();
    for wrong in [locked(Some("another")), locked(None)] {
        server(&mut settings).logins = vec![wrong];
        let refused = open_inbox(&settings, &files).list().unwrap_err();
        assert_eq!(code(&refused), "T004", "{refused}");
        assert!(!format!("{refused:?}{settings:?}").contains("canary"));
    }
    // The old password first, the new key second: a change of credentials without a gap.
    server(&mut settings).logins =
        vec![Login::Password(Secret::new("canary-old")), locked(Some("canary-phrase"))];
    open_inbox(&settings, &files).list().unwrap();
    server(&mut settings).logins.truncate(1);
    let refused = open_inbox(&settings, &files).list().unwrap_err();
    assert_eq!((code(&refused), refused.verdict()), ("T003", Verdict::StopEndpoint));
    assert!(matches!(&*refused.fault, Fault::LoginRefused { offered, .. } if offered == "publickey"));
}
