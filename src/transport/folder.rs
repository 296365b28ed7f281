//! Folders of this machine, over [`Files`].

use crate::base::files::{FileIdentity, FileReader, Files};
use crate::base::in_flight::in_flight;
use crate::transport::error::{Fault, Operation, TransportError};
use crate::transport::names::{is_plain, is_temporary};
use crate::transport::{
    Candidate, Content, Each, EndpointSettings, Exactly, Inbox, LISTED_NAMES_MAX, Listing, Location, Look,
    Outbox, Publication, Put, Removal, check_plain, check_temporary, one_by_one,
};
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Size of the pieces that are copied.
const COPY_BYTES: usize = 1 << 20;

/// A folder as inbox and outbox.
pub struct Folder {
    endpoint: String,
    directory: PathBuf,
    files: Arc<dyn Files>,
}

impl Folder {
    /// The folder of `settings`; `None` if they name something else than a folder.
    pub fn new(settings: &EndpointSettings, files: Arc<dyn Files>) -> Option<Self> {
        let Location::Folder { directory } = &settings.location else { return None };
        Some(Folder { endpoint: settings.name.clone(), directory: directory.clone(), files })
    }

    fn fail(&self, fault: Fault) -> TransportError {
        fault.at(&self.endpoint)
    }

    fn path(&self, name: &OsStr) -> Result<PathBuf, Fault> {
        check_plain(name)?;
        Ok(self.directory.join(name))
    }

    /// The fault behind `error`. A missing name is a missing folder if the folder is not there.
    fn fault(&self, operation: Operation, name: &OsStr, error: io::Error) -> Fault {
        if error.kind() == io::ErrorKind::NotFound
            && let Err(error) = self.files.list(&self.directory)
            && error.kind() == io::ErrorKind::NotFound
        {
            return Fault::NoFolder(self.directory.clone().into_os_string());
        }
        Fault::of_io(operation, name, error)
    }

    fn identity_of(&self, operation: Operation, name: &OsStr) -> Result<Option<FileIdentity>, Fault> {
        let path = self.path(name)?;
        match self.files.open(&path).and_then(|reader| reader.identity()) {
            Ok(identity) => Ok(Some(identity)),
            // Opening told that it is a regular file; without the right to open it, its name must do.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                self.files.identity(&path).map(Some).map_err(|error| self.fault(operation, name, error))
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                Err(Fault::NotAFile(name.to_os_string()))
            }
            Err(error) => match self.fault(operation, name, error) {
                Fault::Gone(_) => Ok(None),
                fault => Err(fault),
            },
        }
    }

    fn open_file(&self, name: &OsStr) -> Result<Box<dyn FileReader>, Fault> {
        let path = self.path(name)?;
        self.files.open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => Fault::NotAFile(name.to_os_string()),
            _ => self.fault(Operation::Read, name, error),
        })
    }

    fn open_checked(&self, name: &OsStr, expected: &FileIdentity) -> Result<Content, Fault> {
        let reader = self.open_file(name)?;
        let found = reader.identity().map_err(|error| self.fault(Operation::Read, name, error))?;
        if found != *expected {
            return Err(Fault::changed(name, expected, found));
        }
        Ok(Box::new(Exactly::new(reader, &self.endpoint, name, expected.size)))
    }

    fn range(&self, name: &OsStr, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        let mut reader = self.open_file(name)?;
        let mut bytes = Vec::new();
        reader
            .seek_to(offset)
            .and_then(|()| reader.take(length as u64).read_to_end(&mut bytes))
            .map_err(|error| self.fault(Operation::Read, name, error))?;
        Ok(bytes)
    }

    fn remove_checked(&self, name: &OsStr, expected: &FileIdentity) -> Result<Removal, Fault> {
        match self.identity_of(Operation::Remove, name)? {
            // It may have gone by our own hand in a process that died before the directory was synced.
            None => self.sync(Operation::Remove, name).map(|()| Removal::AlreadyGone),
            Some(found) if found != *expected => Ok(Removal::Changed(found)),
            Some(_) => {
                self.files
                    .remove(&self.path(name)?)
                    .map_err(|error| self.fault(Operation::Remove, name, error))?;
                self.sync(Operation::Remove, name).map(|()| Removal::Removed)
            }
        }
    }

    fn sync(&self, operation: Operation, name: &OsStr) -> Result<(), Fault> {
        self.files.sync_directory(&self.directory).map_err(|error| self.fault(operation, name, error))
    }

    fn remove_if_there(&self, path: &Path) -> io::Result<()> {
        match self.files.remove(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn write(&self, name: &OsStr, content: &mut dyn Read, size: u64) -> Result<FileIdentity, Fault> {
        let path = self.directory.join(name);
        let fault = |error| self.fault(Operation::Write, name, error);
        self.remove_if_there(&path).map_err(fault)?;
        let mut writer = self.files.create_new(&path).map_err(fault)?;
        let mut buffer = vec![0u8; COPY_BYTES.min(usize::try_from(size).unwrap_or(COPY_BYTES).max(1))];
        let mut copied = 0u64;
        loop {
            let count = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Fault::Content(error)),
            };
            writer.write_all(&buffer[..count]).map_err(fault)?;
            copied += count as u64;
        }
        writer.sync().map_err(fault)?;
        drop(writer);
        let identity = self.files.identity(&path).map_err(fault)?;
        if copied != size || identity.size != size {
            let found = if copied == size { identity.size } else { copied };
            return Err(Fault::SizeDiffers { name: name.to_os_string(), expected: size, found });
        }
        Ok(identity)
    }

    /// Writes a file; its content is durable then, its name is not.
    fn write_or_remove(
        &self,
        temporary: &OsStr,
        content: &mut dyn Read,
        size: u64,
    ) -> Result<FileIdentity, Fault> {
        check_temporary(temporary)?;
        self.write(temporary, content, size).inspect_err(|_| {
            // Space may be what is missing, and a half file is of no use.
            if let Err(error) = self.remove_if_there(&self.directory.join(temporary)) {
                tracing::warn!(endpoint = self.endpoint, %error, "an unfinished temporary file stays");
            }
        })
    }

    fn rename(&self, temporary: &OsStr, final_name: &OsStr) -> Result<Publication, Fault> {
        let (from, to) = (self.path(temporary)?, self.path(final_name)?);
        let unknown = |error: io::Error| unknown(temporary, final_name, &error);
        match self.files.rename_no_replace(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Ok(Publication::TargetExists);
            }
            // A network file system may have renamed all the same: the temporary name tells.
            Err(error) => match self.files.identity(&from) {
                Ok(_) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => {
                    return Err(Fault::NoAtomicRename(error));
                }
                Ok(_) => return Err(self.fault(Operation::Publish, final_name, error)),
                Err(_) => return Err(unknown(error)),
            },
        }
        Ok(Publication::Published)
    }

    /// Makes the names durable after renames, one of which is given for the error.
    fn sync_published(&self, (temporary, final_name): (&OsStr, &OsStr)) -> Result<(), Fault> {
        self.files.sync_directory(&self.directory).map_err(|error| unknown(temporary, final_name, &error))
    }

    fn look_at(&self, temporary: &OsStr, final_name: &OsStr) -> Result<Look, Fault> {
        // What is seen must stay seen: a rename of a process that died may not be durable yet.
        self.sync(Operation::Look, final_name)?;
        Ok(Look {
            temporary: self.identity_of(Operation::Look, temporary)?,
            published: self.identity_of(Operation::Look, final_name)?,
        })
    }
}

impl Inbox for Folder {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn list(&mut self) -> Result<Listing, TransportError> {
        let entries = self
            .files
            .list(&self.directory)
            .map_err(|error| self.fail(Fault::of_io(Operation::List, self.directory.as_os_str(), error)))?;
        let mut listing = Listing::default();
        for entry in entries {
            if entry.is_directory {
                continue;
            }
            if !entry.is_file || !is_plain(&entry.name) || is_temporary(&entry.name) {
                listing.ignored += 1;
            } else if listing.candidates.len() == LISTED_NAMES_MAX {
                listing.truncated = true;
                break;
            } else {
                listing.candidates.push(Candidate { name: entry.name, identity: entry.identity });
            }
        }
        Ok(listing)
    }

    fn open(&mut self, name: &OsStr, expected: &FileIdentity) -> Result<Content, TransportError> {
        self.open_checked(name, expected).map_err(|fault| self.fail(fault))
    }

    fn read_range(&mut self, name: &OsStr, offset: u64, length: usize) -> Result<Vec<u8>, TransportError> {
        self.range(name, offset, length).map_err(|fault| self.fail(fault))
    }

    fn identity(&mut self, name: &OsStr) -> Result<Option<FileIdentity>, TransportError> {
        self.identity_of(Operation::Look, name).map_err(|fault| self.fail(fault))
    }

    fn remove(&mut self, name: &OsStr, expected: &FileIdentity) -> Result<Removal, TransportError> {
        self.remove_checked(name, expected).map_err(|fault| self.fail(fault))
    }
}

impl Outbox for Folder {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn put_temporary(
        &mut self,
        temporary: &OsStr,
        content: &mut dyn Read,
        size: u64,
    ) -> Result<FileIdentity, TransportError> {
        self.write_or_remove(temporary, content, size)
            .and_then(|identity| self.sync(Operation::Write, temporary).map(|()| identity))
            .map_err(|fault| self.fail(fault))
    }

    fn put_temporaries(&mut self, puts: Vec<Put>) -> Each<FileIdentity> {
        let Some(first) = puts.first().map(|put| put.temporary.clone()) else { return Vec::new() };
        let mut written = in_flight(self.files.in_flight(), puts, |mut put| {
            self.write_or_remove(&put.temporary, &mut put.content, put.size).map_err(|fault| self.fail(fault))
        });
        let synced = self.sync(Operation::Write, &first).map_err(|fault| self.fail(fault));
        keep_if(synced, &mut written, |_| true);
        written
    }

    fn publish(&mut self, temporary: &OsStr, final_name: &OsStr) -> Result<Publication, TransportError> {
        let renamed = check_temporary(temporary).and_then(|()| self.rename(temporary, final_name));
        match renamed {
            Ok(Publication::Published) => {
                self.sync_published((temporary, final_name)).map(|()| Publication::Published)
            }
            other => other,
        }
        .map_err(|fault| self.fail(fault))
    }

    fn publish_all(&mut self, names: Vec<(OsString, OsString)>) -> Each<Publication> {
        let Some((temporary, final_name)) = names.first().cloned() else { return Vec::new() };
        // A rename waits for nothing: there is no gain in several at the same time.
        let mut renamed = one_by_one(names, |(temporary, final_name)| {
            check_temporary(&temporary)
                .and_then(|()| self.rename(&temporary, &final_name))
                .map_err(|fault| self.fail(fault))
        });
        let synced = self.sync_published((&temporary, &final_name)).map_err(|fault| self.fail(fault));
        keep_if(synced, &mut renamed, |publication| *publication == Publication::Published);
        renamed
    }

    fn look(&mut self, temporary: &OsStr, final_name: &OsStr) -> Result<Look, TransportError> {
        self.look_at(temporary, final_name).map_err(|fault| self.fail(fault))
    }

    fn read_back(&mut self, name: &OsStr) -> Result<Content, TransportError> {
        match self.open_file(name) {
            Ok(reader) => Ok(Box::new(reader)),
            Err(fault) => Err(self.fail(fault)),
        }
    }

    fn discard(&mut self, temporary: &OsStr) -> Result<(), TransportError> {
        check_temporary(temporary).map_err(|fault| self.fail(fault))?;
        self.remove_if_there(&self.directory.join(temporary))
            .map_err(|error| self.fail(self.fault(Operation::Remove, temporary, error)))
    }
}

/// A rename that may have happened.
fn unknown(temporary: &OsStr, final_name: &OsStr, error: &io::Error) -> Fault {
    Fault::OutcomeUnknown {
        temporary: temporary.to_os_string(),
        final_name: final_name.to_os_string(),
        cause: error.to_string(),
    }
}

/// What was done to a directory counts if the directory was `synced` after it; otherwise the error stands for all.
fn keep_if<T>(synced: Result<(), TransportError>, each: &mut Each<T>, counts: impl Fn(&T) -> bool) {
    let Err(error) = synced else { return };
    for answer in each.iter_mut().filter(|answer| matches!(answer, Some(Ok(value)) if counts(value))) {
        *answer = None;
    }
    match each.iter_mut().find(|answer| answer.is_none()) {
        Some(free) => *free = Some(Err(error)),
        // Nothing was done that had to be durable.
        None => tracing::debug!(%error, "a directory could not be synced"),
    }
}
