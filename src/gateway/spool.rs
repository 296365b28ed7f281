//! Our own folders: copies of what came in, what flows wrote, files that leave, and the archive.
//!
//! | folder below `data` | holds |
//! |---|---|
//! | `spool/tmp` | copies in the making; emptied at start |
//! | `spool/in` | our copy of each arrival, until it is archived |
//! | `spool/out` | segments: the bodies written by one batch, until their intake is archived |
//! | `spool/delivery` | files that leave: whole, several of a batch in one |
//! | `quarantine` | copies nothing can be made of without a person |
//! | `archive/yyyy/mm/dd` | copies whose messages have all ended |
//! | `bundles` | configurations that intakes are pinned to |

use super::GatewayError;
use crate::base::clock::Timestamp;
use crate::base::files::{FileReader, FileWriter, Files};
use crate::base::hash::{Sha, ShaHasher};
use crate::ledger::{Intake, IntakeId};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders that are there from the start.
const FOLDERS: [&str; 7] =
    ["spool/tmp", "spool/in", "spool/out", "spool/delivery", "quarantine", "archive", "bundles"];

/// The folders below `data`.
#[derive(Clone)]
pub(super) struct Spool {
    pub(super) files: Arc<dyn Files>,
    data: PathBuf,
}

impl Spool {
    /// The folders at `data`, made if they are not there; half copies of an earlier process are removed.
    pub(super) fn open(files: Arc<dyn Files>, data: &Path) -> Result<Self, GatewayError> {
        let spool = Spool { files, data: data.to_path_buf() };
        for folder in FOLDERS {
            let path = spool.data.join(folder);
            spool.files.create_directory(&path).map_err(|error| failed("make a folder", &path, error))?;
        }
        let temporary = spool.data.join("spool/tmp");
        for entry in spool.list(&temporary)? {
            spool.remove(&temporary.join(entry))?;
        }
        Ok(spool)
    }

    /// `path` below `data`.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.data.join(path)
    }

    /// Names in one of our folders.
    pub(super) fn list(&self, folder: &Path) -> Result<Vec<String>, GatewayError> {
        let entries = self.files.list(folder).map_err(|error| failed("list", folder, error))?;
        Ok(entries.into_iter().filter_map(|entry| entry.name.into_string().ok()).collect())
    }

    /// Where the bytes of an intake are now.
    pub(super) fn locate(&self, intake: &Intake) -> PathBuf {
        if intake.archived {
            return self.data.join("archive").join(&intake.path);
        }
        let path = self.data.join("spool").join(&intake.path);
        match self.files.identity(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => self.quarantined(intake),
            _ => path,
        }
    }

    fn quarantined(&self, intake: &Intake) -> PathBuf {
        let name = Path::new(&intake.path).file_name().unwrap_or_default();
        self.data.join("quarantine").join(name)
    }

    /// Moves the bytes of an intake that was set aside out of the way. May be repeated.
    pub(super) fn set_aside(&self, intake: &Intake) -> Result<(), GatewayError> {
        self.move_durably(&self.data.join("spool").join(&intake.path), &self.quarantined(intake))
    }

    /// Moves the bytes of an intake to the archive of the day it came in, and says where. May be repeated.
    pub(super) fn archive(&self, intake: &Intake) -> Result<String, GatewayError> {
        if intake.archived {
            return Ok(intake.path.clone());
        }
        let day = day_folder(intake.received_at);
        let name = Path::new(&intake.path).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = self.data.join("archive").join(&day);
        self.files.create_directory(&folder).map_err(|error| failed("make a folder", &folder, error))?;
        self.move_durably(&self.locate(intake), &folder.join(&name))?;
        Ok(format!("{day}/{name}"))
    }

    /// Renames durably. Fine if an earlier process did it already, in whole or by half.
    pub(super) fn move_durably(&self, from: &Path, to: &Path) -> Result<(), GatewayError> {
        match self.files.rename_no_replace(from, to) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound && self.files.identity(to).is_ok() => {}
            // A power cut kept the new name and brought the old one back.
            Err(error)
                if error.kind() == ErrorKind::AlreadyExists && self.hash(from)? == self.hash(to)? =>
            {
                self.remove(from)?;
            }
            Err(error) => return Err(failed("move", from, error)),
        }
        // The new name first: with both gone, the bytes would be gone.
        for path in [to, from] {
            let folder = path.parent().unwrap_or(Path::new("."));
            self.files.sync_directory(folder).map_err(|error| failed("sync", folder, error))?;
        }
        Ok(())
    }

    fn hash(&self, path: &Path) -> Result<Sha, GatewayError> {
        let mut file = self.open_file(path)?;
        let (mut hasher, mut buffer) = (ShaHasher::new(), vec![0u8; WRITE_BYTES]);
        loop {
            match file.read(&mut buffer).map_err(|error| failed("read", path, error))? {
                0 => return Ok(hasher.finish()),
                count => hasher.update(&buffer[..count]),
            }
        }
    }

    /// Removes one of our files. Fine if it is not there.
    pub(super) fn remove(&self, path: &Path) -> Result<(), GatewayError> {
        match self.files.remove(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path, error)),
            _ => Ok(()),
        }
    }

    /// A new file at `path` below `data`, in place of what an earlier process left there.
    pub(super) fn create(&self, path: &str) -> Result<Writing, GatewayError> {
        let path = self.at(path);
        self.remove(&path)?;
        let writer = self.files.create_new(&path).map_err(|error| failed("create", &path, error))?;
        Ok(Writing {
            files: self.files.clone(),
            path,
            writer,
            pending: Vec::new(),
            hasher: ShaHasher::new(),
            part_at: 0,
            size: 0,
        })
    }

    /// `size` bytes at `offset` of one of our files, to be read once. The file is open only while it is being read.
    pub(super) fn part(&self, path: PathBuf, offset: u64, size: u64) -> Box<dyn Read + Send> {
        Box::new(Reading { files: self.files.clone(), path, at: offset, left: size, file: None })
    }

    /// Removes the segments of intakes whose outputs have all left, and those that a process left behind which died
    /// before its batch was committed. Durable when it returns: after the commit that follows nobody asks for them, so
    /// one that a crash brought back would stay. May be repeated.
    pub(super) fn remove_segments(&self, intakes: &[IntakeId]) -> Result<(), GatewayError> {
        let folder = self.data.join("spool/out");
        let mut any = false;
        for name in self.list(&folder)? {
            let of = name.split_once('-').and_then(|(intake, _)| intake.parse().ok()).map(IntakeId);
            if of.is_some_and(|intake| intakes.contains(&intake)) {
                self.remove(&folder.join(name))?;
                any = true;
            }
        }
        if any {
            self.files.sync_directory(&folder).map_err(|error| failed("sync", &folder, error))?;
        }
        Ok(())
    }

    /// Opens one of our files.
    pub(super) fn open_file(&self, path: &Path) -> Result<Box<dyn FileReader>, GatewayError> {
        self.files.open(path).map_err(|error| failed("open", path, error))
    }

    /// `length` bytes at `offset` of one of our files; fewer only if `length` reaches beyond its end.
    pub(super) fn read(&self, path: &Path, offset: u64, length: usize) -> Result<Vec<u8>, GatewayError> {
        let mut file = self.open_file(path)?;
        read_at(file.as_mut(), offset, length).map_err(|error| failed("read", path, error))
    }
}

/// Where the bytes of an intake are, in the data folder of a gateway that may be running.
pub fn stored_at(files: Arc<dyn Files>, data: &Path, intake: &Intake) -> PathBuf {
    Spool { files, data: data.to_path_buf() }.locate(intake)
}

/// `length` bytes at `offset`; fewer at the end of the file.
pub(super) fn read_at(file: &mut dyn FileReader, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek_to(offset)?;
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where a segment of an intake is, below `data`.
pub(super) fn segment_path(intake: IntakeId, segment: u64) -> String {
    format!("spool/out/{intake}-{segment:016x}")
}

/// A part of one of our files on its way out.
struct Reading {
    files: Arc<dyn Files>,
    path: PathBuf,
    at: u64,
    left: u64,
    file: Option<Box<dyn FileReader>>,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            self.file = None;
            return Ok(0);
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let mut file = self.files.open(&self.path)?;
                file.seek_to(self.at)?;
                none.insert(file)
            }
        };
        let count = file.read(&mut buffer[..most])?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// Size of the pieces that are written.
const WRITE_BYTES: usize = 256 << 10;

/// A part of a file of ours.
pub(super) struct Part {
    /// Byte offset in the file.
    pub(super) offset: u64,
    /// Length in bytes.
    pub(super) size: u64,
    /// Hash of the bytes.
    pub(super) sha: Sha,
}

/// A file of ours being written, with hash and length of its parts.
pub(super) struct Writing {
    files: Arc<dyn Files>,
    path: PathBuf,
    writer: Box<dyn FileWriter>,
    pending: Vec<u8>,
    hasher: ShaHasher,
    part_at: u64,
    size: u64,
}

impl Writing {
    /// Appends `bytes`.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), GatewayError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), GatewayError> {
        if !self.pending.is_empty() {
            self.writer.write_all(&self.pending).map_err(|error| failed("write", &self.path, error))?;
            self.pending.clear();
        }
        Ok(())
    }

    /// Ends a part: what was written since the last one, or since the start.
    pub(super) fn cut(&mut self) -> Part {
        let sha = std::mem::take(&mut self.hasher).finish();
        let offset = std::mem::replace(&mut self.part_at, self.size);
        Part { offset, size: self.size - offset, sha }
    }

    /// Makes content and name durable.
    pub(super) fn finish(mut self) -> Result<(), GatewayError> {
        self.flush()?;
        self.writer.sync().map_err(|error| failed("sync", &self.path, error))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        self.files.sync_directory(folder).map_err(|error| failed("sync", folder, error))
    }
}

/// The error of one of our own files.
pub(super) fn failed(doing: &'static str, path: &Path, source: io::Error) -> GatewayError {
    GatewayError::Files { doing, path: path.display().to_string(), source }
}

/// `2026/11/24`
fn day_folder(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    text.get(..10).unwrap_or("unknown").replace('-', "/")
}
