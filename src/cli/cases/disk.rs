//! A folder that lives as long as a trial, and files in it that nobody waits for: nothing of a trial need survive a
//! power cut.

use crate::base::files::{Disk, Entry, FileIdentity, FileReader, FileWriter, Files};
use crate::base::random::{Random, SystemRandom};
use std::io;
use std::path::{Path, PathBuf};

/// A folder that is removed with all that is in it when it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one, where the machine keeps what is temporary.
    pub fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("crossdock-case-{:016x}", SystemRandom.next_u64()));
        std::fs::create_dir(&path)?;
        Ok(Folder(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in a folder that the machine empties.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The machine's file system, without waiting for the disk.
#[derive(Clone, Copy)]
pub struct Unsynced;

struct Writer(Box<dyn FileWriter>);

impl FileWriter for Writer {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Files for Unsynced {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn FileWriter>> {
        Ok(Box::new(Writer(Disk.create_new(path)?)))
    }

    fn append(&self, path: &Path, truncate_to: Option<u64>) -> io::Result<Box<dyn FileWriter>> {
        Ok(Box::new(Writer(Disk.append(path, truncate_to)?)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn FileReader>> {
        Disk.open(path)
    }

    fn identity(&self, path: &Path) -> io::Result<FileIdentity> {
        Disk.identity(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>> {
        Disk.list(directory)
    }

    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.rename_no_replace(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    fn sync_directory(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    // A trial is small; how full the disk is says nothing about a map.
    fn free_bytes(&self, _path: &Path) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}
