//! L3: how files come in and go out. A transport moves bytes under names; it knows no ledger and no message.
//!
//! Two promises carry everything above: an [`Inbox`] removes a file only if it is still the one the caller knows,
//! and an [`Outbox`] lets a target appear by one rename of a durable temporary file that never replaces anything.
//! The *temporary file is the token*: only a rename removes it, so after a crash or a lost reply
//! [`Outbox::look`] tells what happened. Nothing here retries a rename on its own.
//!
//! Names are bytes and one path component ([`names::is_plain`]); anything else is refused before the other side
//! hears of it, and ignored where the other side lists it.

pub mod error;
pub mod folder;
pub mod names;
pub mod readiness;
pub mod settings;
pub mod sftp;
pub mod watch;

use crate::base::files::{FileIdentity, Files};
pub use error::{Fault, Operation, TransportError, Verdict};
pub use settings::{EndpointSettings, Location, Login, SftpSettings, SftpTimeouts};
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::sync::Arc;

/// Most names taken from one listing; the rest shows up once these have left the folder.
pub const LISTED_NAMES_MAX: usize = 100_000;

/// A regular file seen in an inbox.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Its name, as bytes of the other side.
    pub name: OsString,
    /// Its identity when listed.
    pub identity: FileIdentity,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Regular files whose names are not temporary, in no order; trigger files are among them, since
    /// [`readiness::Readiness`] needs to see them.
    pub candidates: Vec<Candidate>,
    /// How many names were passed over: temporary names, links, pipes, devices, names that are no plain names.
    /// Directories are not counted.
    pub ignored: usize,
    /// Whether there were more than [`LISTED_NAMES_MAX`].
    pub truncated: bool,
}

/// What became of a file to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It was removed.
    Removed,
    /// It was not there: someone, or this gateway before a crash, removed it.
    AlreadyGone,
    /// It is another file than the one given, with this identity. It was left alone.
    Changed(FileIdentity),
}

/// What became of a file to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// The temporary name is gone and the final name is there.
    Published,
    /// The final name was taken. Both files are as they were. Compare [`Outbox::read_back`] with the content before
    /// giving up: a server that crashed between its link and its unlink shows our own file under both names.
    TargetExists,
}

/// What is known of a delivery at its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The temporary file, if it is there.
    pub temporary: Option<FileIdentity>,
    /// The file under the final name, if there is one.
    pub published: Option<FileIdentity>,
}

/// A file to be written under a temporary name; see [`Outbox::put_temporary`].
pub struct Put {
    /// The temporary name.
    pub temporary: OsString,
    /// Its bytes. Opened, if it is a file, no sooner than it is read.
    pub content: Content,
    /// How many bytes there are.
    pub size: u64,
}

/// What became of each of several files; `None` where nothing was tried or nothing is known, because another failed.
pub type Each<T> = Vec<Option<Result<T, TransportError>>>;

/// A stream of a file's bytes. Its errors hold a [`TransportError`] as their inner error.
pub type Content = Box<dyn Read + Send>;

/// A place files arrive at.
pub trait Inbox: Send {
    /// The endpoint's name for findings, with the server's address if it has one.
    fn endpoint(&self) -> &str;

    /// What the folder holds now.
    ///
    /// # Errors
    /// `NoFolder` if the folder is missing; what [`Fault`] says otherwise.
    fn list(&mut self) -> Result<Listing, TransportError>;

    /// Opens a file for one pass. Reading to the end gives exactly `expected.size` bytes or an error, so a file that
    /// shrinks or grows meanwhile is never taken for whole. Buffers of a MiB are best.
    ///
    /// # Errors
    /// `Changed` if the file is not the one described by `expected`, `Gone` if it is not there.
    fn open(&mut self, name: &OsStr, expected: &FileIdentity) -> Result<Content, TransportError>;

    /// Up to `length` bytes from `offset`; fewer at the end of the file. For looking at heads and trailers.
    ///
    /// # Errors
    /// `Gone` if the file is not there.
    fn read_range(&mut self, name: &OsStr, offset: u64, length: usize) -> Result<Vec<u8>, TransportError>;

    /// The identity of a regular file, or `None` if the name is free.
    ///
    /// # Errors
    /// `NotAFile` if something else has the name.
    fn identity(&mut self, name: &OsStr) -> Result<Option<FileIdentity>, TransportError>;

    /// Removes a file if it is still the one described by `expected`, durably where the transport can.
    ///
    /// # Errors
    /// What [`Fault`] says; the file may then be gone or not, and the call may be repeated.
    fn remove(&mut self, name: &OsStr, expected: &FileIdentity) -> Result<Removal, TransportError>;
}

/// A place files are delivered to.
pub trait Outbox: Send {
    /// The endpoint's name for findings, with the server's address if it has one.
    fn endpoint(&self) -> &str;

    /// Writes `size` bytes of `content` under a temporary name, replacing what has that name, and returns when they
    /// are as durable as the other side can make them. After an error no use must be made of the temporary file.
    /// The name must be [`names::is_temporary`], so that no consumer picks it up.
    ///
    /// # Errors
    /// `SizeDiffers` if `content` or the file written is not `size` bytes long; what [`Fault`] says otherwise.
    fn put_temporary(
        &mut self,
        temporary: &OsStr,
        content: &mut dyn Read,
        size: u64,
    ) -> Result<FileIdentity, TransportError>;

    /// As [`Outbox::put_temporary`] for several files, some of them at the same time where that is faster.
    fn put_temporaries(&mut self, puts: Vec<Put>) -> Each<FileIdentity> {
        one_by_one(puts, |mut put| self.put_temporary(&put.temporary, &mut put.content, put.size))
    }

    /// As [`Outbox::publish`] for several files, each with its temporary and its final name.
    fn publish_all(&mut self, names: Vec<(OsString, OsString)>) -> Each<Publication> {
        one_by_one(names, |(temporary, final_name)| self.publish(&temporary, &final_name))
    }

    /// Renames the temporary file to its final name without replacing anything.
    ///
    /// # Errors
    /// `OutcomeUnknown` if the rename may have happened: call [`Outbox::look`] next. After any other error the
    /// rename did not happen.
    fn publish(&mut self, temporary: &OsStr, final_name: &OsStr) -> Result<Publication, TransportError>;

    /// Which of the two names exist, as durably as the other side can tell.
    ///
    /// # Errors
    /// What [`Fault`] says; then nothing is known.
    fn look(&mut self, temporary: &OsStr, final_name: &OsStr) -> Result<Look, TransportError>;

    /// Opens a file at the target, to compare its content with ours.
    ///
    /// # Errors
    /// `Gone` if it is not there.
    fn read_back(&mut self, name: &OsStr) -> Result<Content, TransportError>;

    /// Removes a temporary file of a delivery that is given up. Fine if it is not there. Refuses names that are not
    /// [`names::is_temporary`], so that a final name can never be removed.
    ///
    /// # Errors
    /// `BadName` for a name that is not temporary.
    fn discard(&mut self, temporary: &OsStr) -> Result<(), TransportError>;
}

/// Does `work` with each of `jobs` until it fails.
fn one_by_one<T, R>(jobs: Vec<T>, mut work: impl FnMut(T) -> Result<R, TransportError>) -> Each<R> {
    let mut has_failed = false;
    let mut next = |job| {
        let done = (!has_failed).then(|| work(job))?;
        has_failed = done.is_err();
        Some(done)
    };
    jobs.into_iter().map(&mut next).collect()
}

/// Makes a `T` for the settings it is meant for, and `None` for others.
type Opener<T> = fn(&EndpointSettings, &Arc<dyn Files>) -> Option<Box<T>>;

/// One kind of transport.
pub struct Transport {
    /// Its name in the settings.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    inbox: Opener<dyn Inbox>,
    outbox: Opener<dyn Outbox>,
}

/// Every transport, sorted by name.
pub const TRANSPORTS: &[Transport] = &[
    Transport {
        name: "folder",
        summary: "a folder of this machine",
        inbox: |settings, files| Some(Box::new(folder::Folder::new(settings, files.clone())?)),
        outbox: |settings, files| Some(Box::new(folder::Folder::new(settings, files.clone())?)),
    },
    Transport {
        name: "sftp",
        summary: "a folder of an SFTP server whose host key is pinned",
        inbox: |settings, _| Some(Box::new(sftp::Sftp::new(settings)?)),
        outbox: |settings, _| Some(Box::new(sftp::Sftp::new(settings)?)),
    },
];

/// An inbox at the endpoint of `settings`. Nothing is touched or connected before the first operation.
pub fn open_inbox(settings: &EndpointSettings, files: &Arc<dyn Files>) -> Box<dyn Inbox> {
    TRANSPORTS
        .iter()
        .find_map(|transport| (transport.inbox)(settings, files))
        .expect("every Location has its transport in TRANSPORTS: a test says so")
}

/// An outbox at the endpoint of `settings`. Nothing is touched or connected before the first operation.
pub fn open_outbox(settings: &EndpointSettings, files: &Arc<dyn Files>) -> Box<dyn Outbox> {
    TRANSPORTS
        .iter()
        .find_map(|transport| (transport.outbox)(settings, files))
        .expect("every Location has its transport in TRANSPORTS: a test says so")
}

/// `Err(BadName)` unless `name` stays in its folder.
pub(crate) fn check_plain(name: &OsStr) -> Result<(), Fault> {
    if names::is_plain(name) { Ok(()) } else { Err(Fault::BadName(name.to_os_string())) }
}

/// `Err(BadName)` unless `name` is a plain temporary name.
pub(crate) fn check_temporary(name: &OsStr) -> Result<(), Fault> {
    check_plain(name)?;
    if names::is_temporary(name) { Ok(()) } else { Err(Fault::BadName(name.to_os_string())) }
}

/// A reader that fails unless exactly the announced number of bytes comes.
pub(crate) struct Exactly<R> {
    inner: R,
    endpoint: String,
    name: OsString,
    expected: u64,
    found: u64,
}

impl<R: Read> Exactly<R> {
    pub(crate) fn new(inner: R, endpoint: &str, name: &OsStr, expected: u64) -> Self {
        Exactly { inner, endpoint: endpoint.to_string(), name: name.to_os_string(), expected, found: 0 }
    }
}

impl<R> Exactly<R> {
    /// `error` with a [`TransportError`] inside; a transport's own is left as it is.
    fn own(&self, error: std::io::Error) -> std::io::Error {
        if error.get_ref().is_some_and(|inner| inner.is::<TransportError>()) {
            return error;
        }
        let kind = error.kind();
        std::io::Error::new(kind, Fault::of_io(Operation::Read, &self.name, error).at(&self.endpoint))
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer).map_err(|error| self.own(error))?;
        self.found += count as u64;
        let ended = count == 0 && !buffer.is_empty();
        if self.found > self.expected || (ended && self.found < self.expected) {
            let fault =
                Fault::SizeDiffers { name: self.name.clone(), expected: self.expected, found: self.found };
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, fault.at(&self.endpoint)));
        }
        Ok(count)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::base::files::Disk;

    #[test]
    fn every_location_has_a_transport_and_the_registry_is_sorted() {
        assert!(TRANSPORTS.is_sorted_by_key(|transport| transport.name));
        let files: Arc<dyn Files> = Arc::new(Disk);
        for settings in [EndpointSettings::folder("a", "/x"), settings::example_sftp()] {
            assert!(open_inbox(&settings, &files).endpoint().starts_with(&settings.name));
            assert!(open_outbox(&settings, &files).endpoint().starts_with(&settings.name));
        }
    }

    #[test]
    fn a_file_of_another_size_than_announced_is_an_error() {
        let read = |bytes: &[u8], expected| {
            let mut out = Vec::new();
            Exactly::new(bytes, "in", OsStr::new("a"), expected).read_to_end(&mut out).map(|_| out)
        };
        assert_eq!(read(b"abc", 3).unwrap(), b"abc");
        assert!(read(b"abc", 4).is_err() && read(b"abc", 2).is_err());
    }
}
