//! The file system as an argument: what the gateway and the folder transport may do with files, and the real one.
//!
//! Every operation names exactly what becomes durable, so that a simulated file system can forget the rest.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What identifies a file's content at a moment without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileIdentity {
    /// Size in bytes.
    pub size: u64,
    /// Modification time, nanoseconds since the Unix epoch (seconds times 10^9 where the server knows no better).
    pub modified_ns: i128,
    /// Device and inode; 0 where unknown.
    pub device: u64,
    /// Inode; 0 where unknown.
    pub inode: u64,
}

/// One name in a directory listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, as bytes of the operating system.
    pub name: OsString,
    /// Whether it is a regular file (symbolic links, pipes and devices are not).
    pub is_file: bool,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Its identity when listed.
    pub identity: FileIdentity,
}

/// A file being written. Nothing is durable before [`FileWriter::sync`] returned.
pub trait FileWriter: Send {
    /// Appends `bytes`.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything written so far durable. After an error the file is thrown away, never synced again.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file being read.
pub trait FileReader: Read + Send {
    /// Moves to `offset` bytes from the start.
    fn seek_to(&mut self, offset: u64) -> io::Result<()>;
    /// The identity of the open file.
    fn identity(&self) -> io::Result<FileIdentity>;
}

/// The operations on files; all paths are full paths.
pub trait Files: Send + Sync {
    /// Creates a file that must not exist, for writing.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn FileWriter>>;
    /// Opens a file for appending, creating it if need be. `truncate_to` cuts it to that length first.
    fn append(&self, path: &Path, truncate_to: Option<u64>) -> io::Result<Box<dyn FileWriter>>;
    /// Opens a regular file for reading, never following a symbolic link.
    fn open(&self, path: &Path) -> io::Result<Box<dyn FileReader>>;
    /// Identity of a regular file; `NotFound` if the name is free.
    fn identity(&self, path: &Path) -> io::Result<FileIdentity>;
    /// The names in a directory, in no order.
    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>>;
    /// Renames, refusing with `AlreadyExists` if `to` exists. Durable after [`Files::sync_directory`] of both.
    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file. Durable after [`Files::sync_directory`].
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Creates a directory and its parents, durably. Fine if it is there.
    fn create_directory(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    /// Bytes free for us where `path` lives.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
    /// How many files are best written at the same time: a disk makes many durable in little more time than one.
    fn in_flight(&self) -> usize {
        1
    }
}

/// Reads a whole file of at most `limit` bytes; a longer one is `InvalidData`.
pub fn read_whole(files: &dyn Files, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files.open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("longer than {limit} bytes")));
    }
    Ok(bytes)
}

/// The machine's file system.
#[derive(Debug, Default, Clone, Copy)]
pub struct Disk;

struct DiskWriter(std::fs::File);

impl FileWriter for DiskWriter {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(&mut self.0, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }
}

struct DiskReader(std::fs::File);

impl Read for DiskReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl FileReader for DiskReader {
    fn seek_to(&mut self, offset: u64) -> io::Result<()> {
        io::Seek::seek(&mut self.0, io::SeekFrom::Start(offset)).map(|_| ())
    }

    fn identity(&self) -> io::Result<FileIdentity> {
        Ok(identity_of(&self.0.metadata()?))
    }
}

fn identity_of(metadata: &std::fs::Metadata) -> FileIdentity {
    use std::os::unix::fs::MetadataExt;
    FileIdentity {
        size: metadata.len(),
        modified_ns: i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec()),
        device: metadata.dev(),
        inode: metadata.ino(),
    }
}

impl Files for Disk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn FileWriter>> {
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Box::new(DiskWriter(file)))
    }

    fn append(&self, path: &Path, truncate_to: Option<u64>) -> io::Result<Box<dyn FileWriter>> {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
        if let Some(length) = truncate_to {
            file.set_len(length)?;
        }
        Ok(Box::new(DiskWriter(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn FileReader>> {
        if !std::fs::symlink_metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(Box::new(DiskReader(std::fs::File::open(path)?)))
    }

    fn identity(&self, path: &Path) -> io::Result<FileIdentity> {
        Ok(identity_of(&std::fs::symlink_metadata(path)?))
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            entries.push(Entry {
                name: entry.file_name(),
                is_file: metadata.is_file(),
                is_directory: metadata.is_dir(),
                identity: identity_of(&metadata),
            });
        }
        Ok(entries)
    }

    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        // One atomic step: renameat2(RENAME_NOREPLACE).
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        let mut missing: Vec<PathBuf> = Vec::new();
        let mut at = Some(path);
        while let Some(directory) = at.filter(|directory| !directory.exists()) {
            missing.push(directory.to_path_buf());
            at = directory.parent();
        }
        for directory in missing.iter().rev() {
            match std::fs::create_dir(directory) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
            if let Some(parent) = directory.parent() {
                self.sync_directory(parent)?;
            }
        }
        Ok(())
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        std::fs::File::open(if path.as_os_str().is_empty() { Path::new(".") } else { path })?.sync_all()
    }

    fn in_flight(&self) -> usize {
        16
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(stat.f_bavail * stat.f_frsize)
    }
}
