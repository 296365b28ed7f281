//! A folder delivery crashed at every operation, on a file system that forgets; and that file system itself.
#![allow(clippy::unwrap_used)]

#[path = "support/sim_files.rs"]
mod sim_files;

use crossdock::base::files::Files;
use crossdock::transport::{EndpointSettings, Outbox, Publication, TransportError, open_inbox, open_outbox};
use sim_files::{KEEPS, Keep, SimFiles, is_crash};
use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

const BYTES: &[u8] = b"ISA*00*IEA";

fn outbox(disk: &SimFiles) -> Box<dyn Outbox> {
    let files: Arc<dyn Files> = Arc::new(disk.clone());
    open_outbox(&EndpointSettings::folder("out", "/out"), &files)
}

fn new_disk() -> SimFiles {
    let disk = SimFiles::new();
    disk.create_directory(Path::new("/out")).unwrap();
    disk
}

/// The rows of a ledger that a delivery needs, kept outside the disk since they are committed on their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Planned,
    Publishing,
    Published,
}

/// One attempt from whatever row is reached: the protocol of a delivery.
fn go_on(outbox: &mut dyn Outbox, row: &mut Row) -> Result<(), TransportError> {
    let (temporary, target) = (OsStr::new(".7.part"), OsStr::new("a.edi"));
    if *row == Row::Planned {
        outbox.put_temporary(temporary, &mut &BYTES[..], BYTES.len() as u64)?;
        *row = Row::Publishing;
    } else if *row == Row::Publishing && outbox.look(temporary, target)?.temporary.is_none() {
        *row = Row::Published;
    }
    if *row == Row::Publishing {
        assert_eq!(outbox.publish(temporary, target)?, Publication::Published);
        *row = Row::Published;
    }
    Ok(())
}

#[test]
fn a_delivery_crashed_anywhere_appears_once_and_whole() {
    let disk = new_disk();
    go_on(&mut *outbox(&disk), &mut Row::Planned.clone()).unwrap();
    let operations = disk.operations();
    assert!(operations > 6, "{:?}", disk.trace());
    for keep in KEEPS {
        for consumer_is_quick in [false, true] {
            for at in 1..=operations {
                let disk = new_disk();
                disk.crash_at(at);
                let mut row = Row::Planned;
                let crashed = go_on(&mut *outbox(&disk), &mut row).is_err();
                assert_eq!(crashed, at < operations);
                // A consumer on this machine sees what the cache shows, never half a file.
                let mut consumed: Vec<Vec<u8>> = Vec::new();
                assert!(disk.get("/out/a.edi").is_none_or(|seen| seen == BYTES));
                if consumer_is_quick && *keep == Keep::Everything {
                    consumed.extend(disk.take("/out/a.edi"));
                }
                disk.reboot(*keep);
                go_on(&mut *outbox(&disk), &mut row).unwrap();
                consumed.extend(disk.take("/out/a.edi"));
                assert_eq!(consumed, [BYTES], "crash at {at}, {keep:?}");
                assert!(disk.names("/out").is_empty() && row == Row::Published);
            }
        }
    }
}

#[test]
fn a_delivery_that_fails_anywhere_is_done_by_the_next_attempt() {
    let disk = new_disk();
    go_on(&mut *outbox(&disk), &mut Row::Planned.clone()).unwrap();
    for at in 1..disk.operations() {
        for raw in [5, 28] {
            let disk = new_disk();
            disk.fail_at(at, raw);
            let mut row = Row::Planned;
            let mut outbox = outbox(&disk);
            let mut attempts = 1;
            while go_on(&mut *outbox, &mut row).is_err() {
                attempts += 1;
                assert!(attempts < 4, "operation {at}");
            }
            // The power goes off once all is said to be done.
            disk.reboot(Keep::Durable);
            assert_eq!((disk.take("/out/a.edi").as_deref(), disk.names("/out").len()), (Some(BYTES), 0));
        }
    }
}

#[test]
fn a_full_disk_leaves_no_half_file() {
    let disk = new_disk();
    disk.set_free_bytes(4);
    let full = go_on(&mut *outbox(&disk), &mut Row::Planned.clone()).unwrap_err();
    assert_eq!(full.to_diagnostic().code.text(), "T009");
    assert!(disk.names("/out").is_empty());
    assert_eq!(disk.free_bytes(Path::new("/out")).unwrap(), 4);
}

#[test]
fn a_removed_file_stays_removed() {
    let disk = SimFiles::new();
    disk.put("/in/a.edi", BYTES);
    let files: Arc<dyn Files> = Arc::new(disk.clone());
    let mut inbox = open_inbox(&EndpointSettings::folder("in", "/in"), &files);
    let file = inbox.list().unwrap().candidates.remove(0);
    inbox.remove(&file.name, &file.identity).unwrap();
    disk.reboot(Keep::Durable);
    assert!(disk.names("/in").is_empty());
}

fn write(disk: &SimFiles, path: &str, sync: bool) {
    let mut writer = disk.create_new(Path::new(path)).unwrap();
    writer.write_all(b"0123456789").unwrap();
    if sync {
        writer.sync().unwrap();
    }
}

#[test]
fn what_was_not_synced_is_forgotten_in_each_way() {
    let after = |keep| {
        let disk = SimFiles::new();
        write(&disk, "/named", false);
        disk.sync_directory(Path::new("/")).unwrap();
        write(&disk, "/synced", true);
        disk.reboot(keep);
        ["/named", "/synced"].map(|path| disk.get(path).map(|bytes| bytes.len()))
    };
    assert_eq!(after(Keep::Everything), [Some(10), Some(10)]);
    assert_eq!(after(Keep::Durable), [Some(0), None]);
    assert_eq!(after(Keep::NamesAndDurableContent), [Some(0), Some(10)]);
    assert_eq!(after(Keep::ContentAndDurableNames), [Some(10), None]);
    assert_eq!(after(Keep::NamesAndTornContent), [Some(5), Some(10)]);
}

#[test]
fn an_undone_rename_and_an_undone_removal_come_back() {
    let disk = SimFiles::new();
    disk.put("/a", b"a");
    disk.put("/b", b"b");
    disk.rename_no_replace(Path::new("/a"), Path::new("/c")).unwrap();
    disk.remove(Path::new("/b")).unwrap();
    assert_eq!(disk.names("/"), ["c"]);
    disk.reboot(Keep::Durable);
    assert_eq!(disk.names("/"), ["a", "b"]);
    let refused = disk.rename_no_replace(Path::new("/a"), Path::new("/b")).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
}

#[test]
fn after_a_failed_sync_the_pages_are_lost() {
    let disk = SimFiles::new();
    let mut writer = disk.create_new(Path::new("/a")).unwrap();
    disk.sync_directory(Path::new("/")).unwrap();
    writer.write_all(b"x").unwrap();
    disk.fail_at(disk.operations(), 5);
    assert_eq!(writer.sync().unwrap_err().raw_os_error(), Some(5));
    writer.sync().unwrap();
    disk.reboot(Keep::Durable);
    assert_eq!(disk.get("/a").unwrap(), b"", "the second sync lied, as the kernel's does");
}

#[test]
fn a_crash_is_told_from_an_error_and_old_handles_stay_dead() {
    let disk = SimFiles::new();
    let mut writer = disk.create_new(Path::new("/a")).unwrap();
    disk.crash_at(disk.operations() + 1);
    writer.write_all(b"x").unwrap();
    assert!(is_crash(&writer.write_all(b"y").unwrap_err()) && disk.crashed());
    assert!(is_crash(&disk.list(Path::new("/")).unwrap_err()));
    let traced = disk.trace().iter().map(|step| step.what).collect::<Vec<_>>();
    assert_eq!(traced, ["create", "write", "write"]);
    disk.reboot(Keep::Everything);
    assert!(is_crash(&writer.sync().unwrap_err()));
    assert_eq!(disk.get("/a").unwrap(), b"x");
    assert!(!is_crash(&disk.open(Path::new("/b")).err().unwrap()));
}

#[test]
fn files_behave_as_files_do() {
    let disk = SimFiles::new();
    disk.put("/d/a", b"0123456789");
    let identity = disk.identity(Path::new("/d/a")).unwrap();
    let mut reader = disk.open(Path::new("/d/a")).unwrap();
    reader.seek_to(8).unwrap();
    disk.remove(Path::new("/d/a")).unwrap();
    disk.put("/d/a", b"0123456789");
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert_eq!((rest, reader.identity().unwrap()), (b"89".to_vec(), identity.clone()));
    assert_ne!(disk.identity(Path::new("/d/a")).unwrap(), identity, "a new file of the same name and size");
    disk.append(Path::new("/d/a"), Some(3)).unwrap().write_all(b"x").unwrap();
    assert_eq!(disk.get("/d/a").unwrap(), b"012x");
    let entries = disk.list(Path::new("/")).unwrap();
    assert!(entries.len() == 1 && entries[0].is_directory && entries[0].name == "d");
    assert!(disk.create_new(Path::new("/none/a")).is_err() && disk.create_new(Path::new("/d/a")).is_err());
    assert!(disk.open(Path::new("/d")).is_err() && disk.list(Path::new("/none")).is_err());
}
