//! What is done on a connection, one bounded step each. Names are checked by the caller.

use super::connection::Connection;
use crate::base::files::FileIdentity;
use crate::transport::error::{Fault, Operation};
use crate::transport::names::{is_plain, is_temporary};
use crate::transport::{Candidate, Listing, Look, Publication, Removal};
use libssh2_sys as raw;
use ssh2::{ErrorCode, FileStat, FileType, OpenFlags, OpenType, RenameFlags};
use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

/// Names of a listing fetched in one step.
const NAMES_PER_STEP: usize = 1_000;

/// Largest buffer for which the library has one request of reading under way at a time: a quarter of the most it
/// asks for at once.
const SINGLE_BYTES: usize = 7_500;

/// An open file or directory of a connection.
pub(super) type Handle = u64;

impl Connection {
    fn path(&self, name: &OsStr) -> PathBuf {
        self.directory.join(name)
    }

    fn keep(&mut self, file: ssh2::File) -> Handle {
        self.next_handle += 1;
        self.handles.insert(self.next_handle, file);
        self.next_handle
    }

    fn handle(&mut self, operation: Operation, handle: Handle) -> Result<&mut ssh2::File, Fault> {
        self.handles
            .get_mut(&handle)
            .ok_or_else(|| Fault::Lost { operation, cause: "the file was open on another connection".into() })
    }

    /// Closes a handle without asking how that went; for reading and listing.
    pub(super) fn release(&mut self, handle: Handle) {
        drop(self.handles.remove(&handle));
    }

    pub(super) fn start_listing(&mut self) -> Result<Handle, Fault> {
        let directory = self.sftp.opendir(&self.directory).map_err(|error| self.folder_fault(&error))?;
        Ok(self.keep(directory))
    }

    /// Adds the next names to `listing`; `false` at the end, and then the handle is closed.
    pub(super) fn continue_listing(&mut self, handle: Handle, listing: &mut Listing) -> Result<bool, Fault> {
        for _ in 0..NAMES_PER_STEP {
            match self.handle(Operation::List, handle)?.readdir() {
                Ok((name, stat)) => add(listing, name.into_os_string(), &stat),
                Err(error) if error.code() == ErrorCode::Session(raw::LIBSSH2_ERROR_FILE) => {
                    self.release(handle);
                    return Ok(false);
                }
                Err(error) => return Err(self.folder_fault(&error)),
            }
        }
        Ok(true)
    }

    fn folder_fault(&self, error: &ssh2::Error) -> Fault {
        self.fault(Operation::List, self.directory.as_os_str(), error)
    }

    /// `NoFolder` unless the directory is there: only then does a missing name mean that the file is gone.
    fn expect_folder(&self) -> Result<(), Fault> {
        match self.sftp.stat(&self.directory) {
            Ok(stat) if stat.perm.is_none() || stat.is_dir() => Ok(()),
            Ok(_) => Err(Fault::NoFolder(self.directory.clone().into_os_string())),
            Err(error) => Err(self.folder_fault(&error)),
        }
    }

    fn identity_if_there(&self, operation: Operation, name: &OsStr) -> Result<Option<FileIdentity>, Fault> {
        match self.sftp.lstat(&self.path(name)) {
            Ok(stat) if is_file(&stat) => Ok(Some(identity_of(&stat))),
            Ok(_) => Err(Fault::NotAFile(name.to_os_string())),
            Err(error) => match self.fault(operation, name, &error) {
                Fault::Gone(_) => Ok(None),
                fault => Err(fault),
            },
        }
    }

    pub(super) fn identity(&self, operation: Operation, name: &OsStr) -> Result<Option<FileIdentity>, Fault> {
        let identity = self.identity_if_there(operation, name)?;
        if identity.is_none() {
            self.expect_folder()?;
        }
        Ok(identity)
    }

    pub(super) fn open_for_reading(
        &mut self,
        name: &OsStr,
        expected: Option<&FileIdentity>,
    ) -> Result<Handle, Fault> {
        let found = self.identity(Operation::Read, name)?.ok_or_else(|| Fault::Gone(name.to_os_string()))?;
        if let Some(expected) = expected.filter(|expected| **expected != found) {
            return Err(Fault::changed(name, expected, found));
        }
        let file = self.sftp.open(self.path(name));
        let file = file.map_err(|error| self.fault(Operation::Read, name, &error))?;
        Ok(self.keep(file))
    }

    /// Fills `buffer` with bytes from `offset`, where this file was read up to, as far as one call gives; 0 at the
    /// end of the file.
    pub(super) fn read(
        &mut self,
        handle: Handle,
        name: &OsStr,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize, Fault> {
        let most = if self.reads_singly { buffer.len().min(SINGLE_BYTES) } else { buffer.len() };
        match self.handle(Operation::Read, handle)?.read(&mut buffer[..most]) {
            Ok(count) => Ok(count),
            // A server may give less than was asked for. The library has asked for what follows by then and gives
            // up; it does so with the status "OK", which has no words. Asking one at a time avoids that.
            Err(error)
                if !self.reads_singly && self.was_answered() && error.to_string() == "unknown error" =>
            {
                tracing::debug!("the server gives less than is asked for: reading slowly");
                self.reads_singly = true;
                let sought = self.handle(Operation::Read, handle)?.seek(SeekFrom::Start(offset));
                sought.map_err(|error| self.stream_fault(Operation::Read, name, &error))?;
                self.read(handle, name, offset, buffer)
            }
            Err(error) => Err(self.stream_fault(Operation::Read, name, &error)),
        }
    }

    pub(super) fn read_range(&mut self, name: &OsStr, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        let handle = self.open_for_reading(name, None)?;
        let result = self.fill(handle, name, offset, length);
        self.release(handle);
        result
    }

    fn fill(&mut self, handle: Handle, name: &OsStr, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        let sought = self.handle(Operation::Read, handle)?.seek(SeekFrom::Start(offset));
        sought.map_err(|error| self.stream_fault(Operation::Read, name, &error))?;
        let mut bytes = vec![0u8; length];
        let mut filled = 0;
        while filled < length {
            match self.read(handle, name, offset + filled as u64, &mut bytes[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    pub(super) fn remove(&mut self, name: &OsStr, expected: &FileIdentity) -> Result<Removal, Fault> {
        match self.identity(Operation::Remove, name)? {
            None => Ok(Removal::AlreadyGone),
            Some(found) if found != *expected => Ok(Removal::Changed(found)),
            Some(_) => match self.unlink(name)? {
                true => Ok(Removal::Removed),
                false => Ok(Removal::AlreadyGone),
            },
        }
    }

    /// Removes a name; `false` if it was free.
    pub(super) fn unlink(&mut self, name: &OsStr) -> Result<bool, Fault> {
        match self.sftp.unlink(&self.path(name)) {
            Ok(()) => Ok(true),
            Err(error) => match self.fault(Operation::Remove, name, &error) {
                Fault::Gone(_) => Ok(false),
                fault => Err(fault),
            },
        }
    }

    pub(super) fn open_for_writing(&mut self, name: &OsStr) -> Result<Handle, Fault> {
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
        let file = self.sftp.open_mode(self.path(name), flags, 0o644, OpenType::File);
        let file = file.map_err(|error| match self.fault(Operation::Write, name, &error) {
            Fault::Gone(_) => Fault::NoFolder(self.directory.clone().into_os_string()),
            fault => fault,
        })?;
        Ok(self.keep(file))
    }

    pub(super) fn write(&mut self, handle: Handle, name: &OsStr, bytes: &[u8]) -> Result<(), Fault> {
        let result = self.handle(Operation::Write, handle)?.write_all(bytes);
        result.map_err(|error| self.stream_fault(Operation::Write, name, &error))
    }

    /// Makes a written file durable if the server can, closes it and checks its size.
    pub(super) fn finish_writing(
        &mut self,
        handle: Handle,
        name: &OsStr,
        size: u64,
    ) -> Result<FileIdentity, Fault> {
        if self.has_fsync {
            match self.handle(Operation::Write, handle)?.fsync() {
                Ok(()) => {}
                Err(error) if error.code() == ErrorCode::SFTP(raw::LIBSSH2_FX_OP_UNSUPPORTED) => {
                    tracing::debug!("the server cannot make files durable on request");
                    self.has_fsync = false;
                }
                Err(error) => return Err(self.fault(Operation::Write, name, &error)),
            }
        }
        let mut file = self.handles.remove(&handle);
        if let Some(Err(error)) = file.as_mut().map(ssh2::File::close) {
            return Err(self.fault(Operation::Write, name, &error));
        }
        let identity =
            self.identity(Operation::Write, name)?.ok_or_else(|| Fault::Gone(name.to_os_string()))?;
        if identity.size != size {
            return Err(Fault::SizeDiffers {
                name: name.to_os_string(),
                expected: size,
                found: identity.size,
            });
        }
        Ok(identity)
    }

    /// Whether anything at all has the final name.
    pub(super) fn is_taken(&self, name: &OsStr) -> Result<bool, Fault> {
        match self.sftp.lstat(&self.path(name)) {
            Ok(_) => Ok(true),
            Err(error) => match self.fault(Operation::Publish, name, &error) {
                Fault::Gone(_) => Ok(false),
                fault => Err(fault),
            },
        }
    }

    /// Renames with the plain request of SFTP version 3, which OpenSSH refuses if the final name exists.
    pub(super) fn rename(&mut self, temporary: &OsStr, final_name: &OsStr) -> Result<Publication, Fault> {
        // The library sends no flags in version 3; none are given so that no other version replaces a file.
        let result =
            self.sftp.rename(&self.path(temporary), &self.path(final_name), Some(RenameFlags::empty()));
        let Err(error) = result else { return Ok(Publication::Published) };
        let fault = self.fault(Operation::Publish, final_name, &error);
        if fault.ends_connection() {
            return Err(fault);
        }
        // "Failure" is all that version 3 can say, so the names must tell. Only a rename removes a temporary file.
        let unknown = |cause: String| Fault::OutcomeUnknown {
            temporary: temporary.to_os_string(),
            final_name: final_name.to_os_string(),
            cause,
        };
        match self.look(temporary, final_name) {
            Ok(Look { temporary: Some(_), published: Some(_) }) => Ok(Publication::TargetExists),
            Ok(Look { temporary: Some(_), published: None }) => Err(fault),
            Ok(Look { temporary: None, .. }) => Err(unknown(fault.to_string())),
            Err(blind) => Err(unknown(blind.to_string())),
        }
    }

    pub(super) fn look(&self, temporary: &OsStr, final_name: &OsStr) -> Result<Look, Fault> {
        self.expect_folder()?;
        Ok(Look {
            temporary: self.identity_if_there(Operation::Look, temporary)?,
            published: self.identity_if_there(Operation::Look, final_name)?,
        })
    }

    fn fault(&self, operation: Operation, name: &OsStr, error: &ssh2::Error) -> Fault {
        let (name, cause) = (name.to_os_string(), error.message().to_string());
        match error.code() {
            ErrorCode::SFTP(code) => match code {
                raw::LIBSSH2_FX_NO_SUCH_FILE | raw::LIBSSH2_FX_NO_SUCH_PATH
                    if operation == Operation::List =>
                {
                    Fault::NoFolder(name)
                }
                raw::LIBSSH2_FX_NO_SUCH_FILE | raw::LIBSSH2_FX_NO_SUCH_PATH => Fault::Gone(name),
                raw::LIBSSH2_FX_NOT_A_DIRECTORY => Fault::NoFolder(name),
                raw::LIBSSH2_FX_PERMISSION_DENIED | raw::LIBSSH2_FX_WRITE_PROTECT => {
                    Fault::Denied { operation, name, cause }
                }
                raw::LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM | raw::LIBSSH2_FX_QUOTA_EXCEEDED => {
                    Fault::NoSpace { operation, name, cause }
                }
                raw::LIBSSH2_FX_NO_CONNECTION | raw::LIBSSH2_FX_CONNECTION_LOST => {
                    Fault::Lost { operation, cause }
                }
                _ => Fault::Refused { operation, name, cause },
            },
            ErrorCode::Session(raw::LIBSSH2_ERROR_TIMEOUT | raw::LIBSSH2_ERROR_SOCKET_TIMEOUT) => {
                Fault::Deadline { operation, after: self.step }
            }
            ErrorCode::Session(_) => Fault::Lost { operation, cause },
        }
    }

    /// The fault behind an error of a read or write, where the library keeps only the words of the server's answer.
    fn stream_fault(&self, operation: Operation, name: &OsStr, error: &io::Error) -> Fault {
        let (name, cause) = (name.to_os_string(), error.to_string());
        if error.kind() == io::ErrorKind::TimedOut {
            return Fault::Deadline { operation, after: self.step };
        }
        if !self.was_answered() {
            return Fault::Lost { operation, cause };
        }
        match cause.as_str() {
            "permission denied" | "file is write protected" => Fault::Denied { operation, name, cause },
            "no space on filesystem" | "quota exceeded" => Fault::NoSpace { operation, name, cause },
            _ => Fault::Refused { operation, name, cause },
        }
    }
}

fn add(listing: &mut Listing, name: OsString, stat: &FileStat) {
    if matches!(stat.file_type(), FileType::Directory) {
        return;
    }
    if name == "." || name == ".." {
        return;
    }
    if !is_plain(&name) || is_temporary(&name) || !is_file(stat) {
        listing.ignored += 1;
    } else if listing.candidates.len() == crate::transport::LISTED_NAMES_MAX {
        listing.truncated = true;
    } else {
        listing.candidates.push(Candidate { name, identity: identity_of(stat) });
    }
}

/// A server that tells no type tells of files.
fn is_file(stat: &FileStat) -> bool {
    stat.perm.is_none() || stat.is_file()
}

fn identity_of(stat: &FileStat) -> FileIdentity {
    FileIdentity {
        size: stat.size.unwrap_or(0),
        modified_ns: i128::from(stat.mtime.unwrap_or(0)) * 1_000_000_000,
        device: 0,
        inode: 0,
    }
}
