//! SFTP servers, over libssh2. The server is who proves a pinned host key, and nobody else.
//!
//! A connection is made with the first operation and kept; after an error of the connection the next operation makes
//! a new one. What only looks is asked once more if a kept connection turns out to be dead; what changes something is
//! never repeated here.

mod connection;
mod host_key;
mod operations;
mod worker;

use crate::base::files::FileIdentity;
use crate::transport::error::{Fault, Operation, TransportError};
use crate::transport::settings::{EndpointSettings, Location, SftpSettings};
use crate::transport::{
    Content, Exactly, Inbox, Listing, Look, Outbox, Publication, Removal, check_plain, check_temporary,
};
use connection::Connection;
pub use host_key::fingerprint;
use operations::Handle;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use worker::Worker;

/// Content handed to the library at once. It pipelines only inside one call, so small pieces are slow.
const PIECE_BYTES: usize = 1 << 20;

/// A folder of an SFTP server as inbox and outbox.
pub struct Sftp {
    endpoint: String,
    settings: SftpSettings,
    worker: Option<Worker>,
}

impl Sftp {
    /// The server of `settings`; `None` if they name something else. Nothing is connected yet.
    pub fn new(settings: &EndpointSettings) -> Option<Self> {
        let Location::Sftp(server) = &settings.location else { return None };
        let endpoint = format!("{} ({}:{})", settings.name, server.host, server.port);
        Some(Sftp { endpoint, settings: server.clone(), worker: None })
    }

    fn fail<T>(&self, result: Result<T, Fault>) -> Result<T, TransportError> {
        result.map_err(|fault| fault.at(&self.endpoint))
    }

    fn worker(&mut self) -> Result<Worker, Fault> {
        match &self.worker {
            Some(worker) if !worker.is_dead() => Ok(worker.clone()),
            _ => {
                self.worker = None;
                let worker = Worker::start(&self.settings)?;
                self.worker = Some(worker.clone());
                Ok(worker)
            }
        }
    }

    /// Does something that may change the other side: once.
    fn run<T: Send + 'static>(
        &mut self,
        operation: Operation,
        job: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.worker()?.run(operation, job)
    }

    /// Does something that only looks: once more if a connection kept from before is lost meanwhile.
    fn ask<T: Send + 'static>(
        &mut self,
        operation: Operation,
        job: impl Fn(&mut Connection) -> Result<T, Fault> + Clone + Send + 'static,
    ) -> Result<T, Fault> {
        let kept = self.worker.as_ref().is_some_and(|worker| !worker.is_dead());
        match self.run(operation, job.clone()) {
            Err(Fault::Lost { .. }) if kept => self.run(operation, job),
            result => result,
        }
    }

    fn list_all(&mut self) -> Result<Listing, Fault> {
        let handle = self.ask(Operation::List, Connection::start_listing)?;
        let worker = self.worker()?;
        let mut listing = Listing::default();
        loop {
            let mut part = std::mem::take(&mut listing);
            let step = move |connection: &mut Connection| {
                let more = connection.continue_listing(handle, &mut part)?;
                Ok((part, more))
            };
            let (grown, more) = worker.run(Operation::List, step)?;
            listing = grown;
            if listing.truncated {
                worker.post(move |connection| connection.release(handle));
            }
            if listing.truncated || !more {
                return Ok(listing);
            }
        }
    }

    fn reader(&mut self, name: &OsStr, expected: Option<&FileIdentity>) -> Result<Remote, Fault> {
        check_plain(name)?;
        let (asked, known) = (name.to_os_string(), expected.cloned());
        let handle =
            self.ask(Operation::Read, move |connection| connection.open_for_reading(&asked, known.as_ref()))?;
        let endpoint = self.endpoint.clone();
        Ok(Remote {
            worker: self.worker()?,
            endpoint,
            handle,
            name: name.to_os_string(),
            fetched: 0,
            piece: Vec::new(),
            at: 0,
        })
    }

    fn write(&mut self, name: &OsStr, content: &mut dyn Read, size: u64) -> Result<FileIdentity, Fault> {
        let worker = self.worker()?;
        let asked = name.to_os_string();
        let handle = worker.run(Operation::Write, move |connection| connection.open_for_writing(&asked))?;
        let result = send(&worker, handle, name, content, size);
        if matches!(&result, Err(fault) if !fault.ends_connection()) {
            // Space may be what is missing, and a half file is of no use. The next attempt truncates it anyway.
            let asked = name.to_os_string();
            worker.post(move |connection| {
                connection.release(handle);
                drop(connection.unlink(&asked));
            });
        }
        result
    }

    fn rename(&mut self, temporary: &OsStr, final_name: &OsStr) -> Result<Publication, Fault> {
        check_plain(final_name)?;
        let asked = final_name.to_os_string();
        if self.ask(Operation::Publish, move |connection| connection.is_taken(&asked))? {
            return Ok(Publication::TargetExists);
        }
        let (from, to) = (temporary.to_os_string(), final_name.to_os_string());
        let result = self.worker()?.run(Operation::Publish, move |connection| connection.rename(&from, &to));
        result.map_err(|fault| match fault {
            // The request may have arrived: only a look can tell.
            lost if lost.ends_connection() => Fault::OutcomeUnknown {
                temporary: temporary.to_os_string(),
                final_name: final_name.to_os_string(),
                cause: lost.to_string(),
            },
            fault => fault,
        })
    }
}

/// Sends `size` bytes to an open file, makes them durable and closes it.
fn send(
    worker: &Worker,
    handle: Handle,
    name: &OsStr,
    content: &mut dyn Read,
    size: u64,
) -> Result<FileIdentity, Fault> {
    let mut sent = 0u64;
    let mut piece = Vec::new();
    loop {
        piece.clear();
        content.take(PIECE_BYTES as u64).read_to_end(&mut piece).map_err(Fault::Content)?;
        if piece.is_empty() {
            break;
        }
        sent += piece.len() as u64;
        let (asked, bytes) = (name.to_os_string(), piece);
        piece = worker.run(Operation::Write, move |connection| {
            connection.write(handle, &asked, &bytes).map(|()| bytes)
        })?;
    }
    if sent != size {
        return Err(Fault::SizeDiffers { name: name.to_os_string(), expected: size, found: sent });
    }
    let asked = name.to_os_string();
    worker.run(Operation::Write, move |connection| connection.finish_writing(handle, &asked, size))
}

impl Inbox for Sftp {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn list(&mut self) -> Result<Listing, TransportError> {
        let result = self.list_all();
        self.fail(result)
    }

    fn open(&mut self, name: &OsStr, expected: &FileIdentity) -> Result<Content, TransportError> {
        let result = self.reader(name, Some(expected));
        let reader = self.fail(result)?;
        Ok(Box::new(Exactly::new(reader, &self.endpoint, name, expected.size)))
    }

    fn read_range(&mut self, name: &OsStr, offset: u64, length: usize) -> Result<Vec<u8>, TransportError> {
        let asked = name.to_os_string();
        let result = check_plain(name).and_then(|()| {
            self.ask(Operation::Read, move |connection| connection.read_range(&asked, offset, length))
        });
        self.fail(result)
    }

    fn identity(&mut self, name: &OsStr) -> Result<Option<FileIdentity>, TransportError> {
        let asked = name.to_os_string();
        let result = check_plain(name).and_then(|()| {
            self.ask(Operation::Look, move |connection| connection.identity(Operation::Look, &asked))
        });
        self.fail(result)
    }

    fn remove(&mut self, name: &OsStr, expected: &FileIdentity) -> Result<Removal, TransportError> {
        let (asked, known) = (name.to_os_string(), expected.clone());
        let result = check_plain(name)
            .and_then(|()| self.run(Operation::Remove, move |connection| connection.remove(&asked, &known)));
        self.fail(result)
    }
}

impl Outbox for Sftp {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn put_temporary(
        &mut self,
        temporary: &OsStr,
        content: &mut dyn Read,
        size: u64,
    ) -> Result<FileIdentity, TransportError> {
        let checked = check_temporary(temporary);
        self.fail(checked)?;
        let result = self.write(temporary, content, size);
        self.fail(result)
    }

    fn publish(&mut self, temporary: &OsStr, final_name: &OsStr) -> Result<Publication, TransportError> {
        let result = check_temporary(temporary).and_then(|()| self.rename(temporary, final_name));
        self.fail(result)
    }

    fn look(&mut self, temporary: &OsStr, final_name: &OsStr) -> Result<Look, TransportError> {
        let (from, to) = (temporary.to_os_string(), final_name.to_os_string());
        let result = check_plain(temporary)
            .and_then(|()| check_plain(final_name))
            .and_then(|()| self.ask(Operation::Look, move |connection| connection.look(&from, &to)));
        self.fail(result)
    }

    fn read_back(&mut self, name: &OsStr) -> Result<Content, TransportError> {
        let result = self.reader(name, None);
        Ok(Box::new(self.fail(result)?))
    }

    fn discard(&mut self, temporary: &OsStr) -> Result<(), TransportError> {
        let name = temporary.to_os_string();
        let result = check_temporary(temporary).and_then(|()| {
            self.run(Operation::Remove, move |connection| connection.unlink(&name).map(|_there| ()))
        });
        self.fail(result)
    }
}

/// A file of the server being read, on the connection it was opened on.
struct Remote {
    worker: Worker,
    endpoint: String,
    handle: Handle,
    name: OsString,
    /// Bytes of the file before the end of `piece`.
    fetched: u64,
    piece: Vec<u8>,
    at: usize,
}

impl Remote {
    fn fetch(&mut self) -> Result<(), Fault> {
        let (handle, name, offset) = (self.handle, self.name.clone(), self.fetched);
        let mut piece = std::mem::take(&mut self.piece);
        self.at = 0;
        self.piece = self.worker.run(Operation::Read, move |connection| {
            piece.resize(PIECE_BYTES, 0);
            let count = connection.read(handle, &name, offset, &mut piece)?;
            piece.truncate(count);
            Ok(piece)
        })?;
        self.fetched += self.piece.len() as u64;
        Ok(())
    }
}

impl Read for Remote {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            self.fetch().map_err(|fault| io::Error::other(fault.at(&self.endpoint)))?;
        }
        let count = buffer.len().min(self.piece.len() - self.at);
        buffer[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let handle = self.handle;
        self.worker.post(move |connection| connection.release(handle));
    }
}
