//! A file system in memory that forgets what was not made durable.
//!
//! ```ignore
//! #[path = "support/sim_files.rs"]
//! mod sim_files;
//! let disk = SimFiles::new();
//! let files: Arc<dyn Files> = Arc::new(disk.clone());
//! disk.crash_at(7);                      // operations 0 to 6 are done, 7 and all later ones fail
//! … run until something fails; `is_crash` tells a crash from an error …
//! disk.reboot(Keep::Durable);            // only what was synced is left; old handles stay dead
//! ```
//!
//! The model: a file has content in the page cache and durable content, a directory has names in the cache and
//! durable names; `sync` and `sync_directory` copy one to the other. A failed `sync` may have dropped the pages, so
//! no later `sync` of that file makes them durable: such a file must be thrown away. Every call of the trait, of a
//! writer and of a reader is one operation, numbered from 0. Methods of [`SimFiles`] itself are the world outside:
//! they are no operations, never fail and are durable at once.
#![allow(dead_code)] // Each test program uses a part of it.
#![allow(clippy::unwrap_used)] // A poisoned lock is a failed test already.

use crossdock::base::files::{Entry, FileIdentity, FileReader, FileWriter, Files};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

/// What a crash leaves behind. A disk may write more than it was asked to, so all of these can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The process died and the machine went on: everything.
    Everything,
    /// Only what was synced, content and names.
    Durable,
    /// All names, but content only as far as it was synced: the empty file under its final name.
    NamesAndDurableContent,
    /// All content, but only names that were synced.
    ContentAndDurableNames,
    /// All names, and half of the bytes that were not synced.
    NamesAndTornContent,
}

/// Every kind of crash.
pub const KEEPS: &[Keep] = &[
    Keep::Everything,
    Keep::Durable,
    Keep::NamesAndDurableContent,
    Keep::ContentAndDurableNames,
    Keep::NamesAndTornContent,
];

/// One operation that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// `create`, `append`, `write`, `sync`, `open`, `read`, `seek`, `fstat`, `stat`, `list`, `rename`, `remove`,
    /// `mkdir`, `syncdir` or `free`.
    pub what: &'static str,
    /// The path; of a rename the new one.
    pub path: PathBuf,
}

#[derive(Debug)]
struct Crashed;

impl std::fmt::Display for Crashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the simulated machine crashed")
    }
}

impl std::error::Error for Crashed {}

/// Whether an error comes from the crash, not from a fault or from the state of the files.
pub fn is_crash(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Crashed>())
}

#[derive(Clone, Default)]
struct Content {
    cached: Vec<u8>,
    durable: Vec<u8>,
    modified_ns: i128,
    pages_dropped: bool,
}

type Names = BTreeMap<OsString, u64>;

#[derive(Default)]
struct Directory {
    cached: Names,
    durable: Names,
}

#[derive(Default)]
struct State {
    contents: BTreeMap<u64, Content>,
    directories: BTreeMap<PathBuf, Directory>,
    last_inode: u64,
    ticks: i128,
    life: u64,
    free: u64,
    trace: Vec<Step>,
    failures: BTreeMap<usize, i32>,
    crash_at: Option<usize>,
    crashed: bool,
    /// Files written at the same time, less one.
    more_in_flight: usize,
}

/// The file system; clones share it.
#[derive(Clone)]
pub struct SimFiles(Arc<Mutex<State>>);

impl Default for SimFiles {
    fn default() -> Self {
        Self::new()
    }
}

impl SimFiles {
    /// An empty file system with the directory `/` and a TiB of space.
    pub fn new() -> Self {
        let mut state = State { free: 1 << 40, ..State::default() };
        state.directories.insert("/".into(), Directory::default());
        SimFiles(Arc::new(Mutex::new(state)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Lets so many files be written at the same time. One by default, so that operations come in the same order always.
    pub fn write_at_once(&self, files: usize) {
        self.lock().more_in_flight = files - 1;
    }

    /// How many operations were asked for so far: the number of the next one.
    pub fn operations(&self) -> usize {
        self.lock().trace.len()
    }

    /// The operations asked for so far.
    pub fn trace(&self) -> Vec<Step> {
        self.lock().trace.clone()
    }

    /// Lets the operation of this number fail with an error of the operating system, such as 5 (EIO) or 28 (ENOSPC),
    /// without being done.
    pub fn fail_at(&self, operation: usize, raw_os_error: i32) {
        self.lock().failures.insert(operation, raw_os_error);
    }

    /// Crashes at the operation of this number: it is not done, and nothing works until [`SimFiles::reboot`].
    pub fn crash_at(&self, operation: usize) {
        self.lock().crash_at = Some(operation);
    }

    /// Whether the crash happened.
    pub fn crashed(&self) -> bool {
        self.lock().crashed
    }

    /// Starts again with what `keep` says is left. Plans are forgotten, open files stay dead, numbers go on.
    pub fn reboot(&self, keep: Keep) {
        let mut state = self.lock();
        state.life += 1;
        state.crashed = false;
        state.crash_at = None;
        state.failures.clear();
        for directory in state.directories.values_mut() {
            match keep {
                Keep::Durable | Keep::ContentAndDurableNames => directory.cached = directory.durable.clone(),
                _ => directory.durable = directory.cached.clone(),
            }
        }
        for content in state.contents.values_mut() {
            match keep {
                Keep::Durable | Keep::NamesAndDurableContent => content.cached = content.durable.clone(),
                Keep::NamesAndTornContent => {
                    let kept = content.cached.len().min(content.durable.len());
                    if content.cached[..kept] == content.durable[..kept] {
                        content.cached.truncate(kept + (content.cached.len() - kept) / 2);
                    }
                }
                // What a dead process wrote is still in the cache of a machine that lives.
                Keep::Everything => continue,
                Keep::ContentAndDurableNames => {}
            }
            content.durable = content.cached.clone();
            content.pages_dropped = false;
        }
        state.forget_unnamed();
    }

    /// Sets how many bytes are free; writing more fails with ENOSPC.
    pub fn set_free_bytes(&self, bytes: u64) {
        self.lock().free = bytes;
    }

    /// A partner writes a whole file, creating its directory if need be. Replaces what has the name, as a new file.
    pub fn put(&self, path: impl AsRef<Path>, bytes: &[u8]) {
        let mut state = self.lock();
        let (directory, name) = split(path.as_ref()).unwrap();
        state.make_directory(&directory);
        let inode = state.new_inode();
        let modified_ns = state.tick();
        let content =
            Content { cached: bytes.to_vec(), durable: bytes.to_vec(), modified_ns, pages_dropped: false };
        state.contents.insert(inode, content);
        let directory = state.directories.get_mut(&directory).unwrap();
        directory.cached.insert(name.clone(), inode);
        directory.durable.insert(name, inode);
    }

    /// What a consumer would read, if the name is there.
    pub fn get(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let state = self.lock();
        let inode = state.inode(path.as_ref()).ok()?;
        Some(state.contents[&inode].cached.clone())
    }

    /// A consumer reads a file and removes it.
    pub fn take(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let bytes = self.get(path.as_ref())?;
        let mut state = self.lock();
        let (directory, name) = split(path.as_ref()).unwrap();
        let directory = state.directories.get_mut(&directory).unwrap();
        directory.cached.remove(&name);
        directory.durable.remove(&name);
        Some(bytes)
    }

    /// The names of the files in a directory, sorted; none if it is not there.
    pub fn names(&self, directory: impl AsRef<Path>) -> Vec<OsString> {
        let state = self.lock();
        state
            .directories
            .get(directory.as_ref())
            .map_or(Vec::new(), |found| found.cached.keys().cloned().collect())
    }

    fn step(&self, what: &'static str, path: &Path) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.lock();
        state.step(what, path)?;
        Ok(state)
    }
}

impl State {
    fn step(&mut self, what: &'static str, path: &Path) -> io::Result<()> {
        if self.crashed {
            return Err(io::Error::other(Crashed));
        }
        let number = self.trace.len();
        self.trace.push(Step { what, path: path.to_path_buf() });
        if self.crash_at.is_some_and(|at| number >= at) {
            self.crashed = true;
            return Err(io::Error::other(Crashed));
        }
        match self.failures.remove(&number) {
            Some(raw) => Err(io::Error::from_raw_os_error(raw)),
            None => Ok(()),
        }
    }

    fn tick(&mut self) -> i128 {
        self.ticks += 1;
        self.ticks * 1_000_000
    }

    fn new_inode(&mut self) -> u64 {
        self.last_inode += 1;
        self.last_inode
    }

    fn make_directory(&mut self, path: &Path) {
        for ancestor in path.ancestors() {
            self.directories.entry(ancestor.to_path_buf()).or_default();
        }
    }

    fn directory(&mut self, path: &Path) -> io::Result<&mut Directory> {
        self.directories.get_mut(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn inode(&self, path: &Path) -> io::Result<u64> {
        if self.directories.contains_key(path) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let (directory, name) = split(path)?;
        let directory = self.directories.get(&directory);
        directory
            .and_then(|found| found.cached.get(&name).copied())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn identity(&self, inode: u64) -> FileIdentity {
        let content = &self.contents[&inode];
        FileIdentity { size: content.cached.len() as u64, modified_ns: content.modified_ns, device: 1, inode }
    }

    /// Content without any name is gone at a reboot; until then, open files may still use it.
    fn forget_unnamed(&mut self) {
        let named: BTreeSet<u64> = self
            .directories
            .values()
            .flat_map(|directory| directory.cached.values().chain(directory.durable.values()))
            .copied()
            .collect();
        self.contents.retain(|inode, _| named.contains(inode));
    }
}

fn split(path: &Path) -> io::Result<(PathBuf, OsString)> {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Ok((parent.to_path_buf(), name.to_os_string())),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// An open file of one life of the machine.
struct Open {
    files: SimFiles,
    inode: u64,
    path: PathBuf,
    life: u64,
    offset: usize,
}

impl Open {
    fn step(&self, what: &'static str) -> io::Result<MutexGuard<'_, State>> {
        if self.files.lock().life != self.life {
            return Err(io::Error::other(Crashed));
        }
        self.files.step(what, &self.path)
    }
}

impl FileWriter for Open {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.step("write")?;
        let fits = usize::try_from(state.free).unwrap_or(usize::MAX).min(bytes.len());
        state.free -= fits as u64;
        let modified_ns = state.tick();
        if let Some(content) = state.contents.get_mut(&self.inode) {
            content.cached.extend_from_slice(&bytes[..fits]);
            content.modified_ns = modified_ns;
        }
        if fits < bytes.len() { Err(io::Error::from_raw_os_error(28)) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let failed = match self.step("sync") {
            Ok(mut state) => {
                if let Some(content) =
                    state.contents.get_mut(&self.inode).filter(|found| !found.pages_dropped)
                {
                    content.durable = content.cached.clone();
                }
                return Ok(());
            }
            Err(error) => error,
        };
        if !is_crash(&failed)
            && let Some(content) = self.files.lock().contents.get_mut(&self.inode)
        {
            content.pages_dropped = true;
        }
        Err(failed)
    }
}

impl Read for Open {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let state = self.step("read")?;
        let content = state.contents.get(&self.inode).map_or(&[][..], |content| &content.cached);
        let rest = content.get(self.offset..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        drop(state);
        self.offset += count;
        Ok(count)
    }
}

impl FileReader for Open {
    fn seek_to(&mut self, offset: u64) -> io::Result<()> {
        drop(self.step("seek")?);
        self.offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(())
    }

    fn identity(&self) -> io::Result<FileIdentity> {
        let state = self.step("fstat")?;
        if !state.contents.contains_key(&self.inode) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(state.identity(self.inode))
    }
}

impl SimFiles {
    fn opened(&self, state: &State, path: &Path, inode: u64) -> Box<Open> {
        Box::new(Open { files: self.clone(), inode, path: path.to_path_buf(), life: state.life, offset: 0 })
    }

    fn create(&self, state: &mut State, path: &Path) -> io::Result<u64> {
        let (directory, name) = split(path)?;
        let inode = state.new_inode();
        let modified_ns = state.tick();
        state.directory(&directory)?.cached.insert(name, inode);
        state.contents.insert(inode, Content { modified_ns, ..Content::default() });
        Ok(inode)
    }
}

impl Files for SimFiles {
    fn in_flight(&self) -> usize {
        self.lock().more_in_flight + 1
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn FileWriter>> {
        let mut state = self.step("create", path)?;
        match state.inode(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => return Err(io::ErrorKind::AlreadyExists.into()),
        }
        let inode = self.create(&mut state, path)?;
        Ok(self.opened(&state, path, inode))
    }

    fn append(&self, path: &Path, truncate_to: Option<u64>) -> io::Result<Box<dyn FileWriter>> {
        let mut state = self.step("append", path)?;
        let inode = match state.inode(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.create(&mut state, path)?,
            found => found?,
        };
        let modified_ns = state.tick();
        if let (Some(length), Some(content)) = (truncate_to, state.contents.get_mut(&inode)) {
            content.cached.resize(usize::try_from(length).unwrap(), 0);
            content.modified_ns = modified_ns;
        }
        Ok(self.opened(&state, path, inode))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn FileReader>> {
        let state = self.step("open", path)?;
        let inode = state.inode(path)?;
        Ok(self.opened(&state, path, inode))
    }

    fn identity(&self, path: &Path) -> io::Result<FileIdentity> {
        let state = self.step("stat", path)?;
        let inode = state.inode(path)?;
        Ok(state.identity(inode))
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>> {
        let state = self.step("list", directory)?;
        let found = state.directories.get(directory).ok_or(io::ErrorKind::NotFound)?;
        let mut entries: Vec<Entry> = found
            .cached
            .iter()
            .map(|(name, inode)| Entry {
                name: name.clone(),
                is_file: true,
                is_directory: false,
                identity: state.identity(*inode),
            })
            .collect();
        let below = state.directories.keys().filter(|path| path.parent() == Some(directory));
        entries.extend(below.filter_map(|path| path.file_name()).map(|name| Entry {
            name: name.to_os_string(),
            is_file: false,
            is_directory: true,
            identity: FileIdentity { size: 0, modified_ns: 0, device: 1, inode: 0 },
        }));
        Ok(entries)
    }

    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.step("rename", to)?;
        let inode = state.inode(from)?;
        match state.inode(to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => return Err(io::ErrorKind::AlreadyExists.into()),
        }
        let ((source, old), (target, new)) = (split(from)?, split(to)?);
        state.directory(&target)?.cached.insert(new, inode);
        state.directory(&source)?.cached.remove(&old);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step("remove", path)?;
        let inode = state.inode(path)?;
        let (directory, name) = split(path)?;
        state.free += state.contents[&inode].cached.len() as u64;
        state.directory(&directory)?.cached.remove(&name);
        Ok(())
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        self.step("mkdir", path)?.make_directory(path);
        Ok(())
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step("syncdir", path)?;
        let directory = state.directory(path)?;
        directory.durable = directory.cached.clone();
        Ok(())
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        Ok(self.step("free", path)?.free)
    }
}
