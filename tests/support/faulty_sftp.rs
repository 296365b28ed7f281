//! An SFTP server in this process that misbehaves on purpose, by a script.
//!
//! It serves the real file system below the paths it is asked for, on its own thread and runtime, and ends with the
//! value. Everything it does in its right mind follows OpenSSH: a rename refuses an existing target.
#![allow(dead_code)] // Each test program uses a part of it.
#![allow(clippy::unwrap_used)] // A fixture that cannot be built fails its test.

use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{HashAlg, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Msg, Response, Session};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use russh_sftp::protocol::{
    Attrs, Data, File, FileAttributes, Handle, Name, OpenFlags, Packet, Status, StatusCode, Version,
};
use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::Shutdown;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request of the protocol. `Stat` is any of its three kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    OpenDir,
    ReadDir,
    Stat,
    Open,
    Read,
    Write,
    Sync,
    Close,
    Remove,
    Rename,
}

pub const OPS: &[Op] = &[
    Op::OpenDir,
    Op::ReadDir,
    Op::Stat,
    Op::Open,
    Op::Read,
    Op::Write,
    Op::Sync,
    Op::Close,
    Op::Remove,
    Op::Rename,
];

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trouble {
    /// The connection ends, nothing was done.
    Disconnect,
    /// It is done, and the connection ends before the reply.
    DisconnectAfter,
    /// It is not done, and the reply says so.
    Fail(StatusCode),
    /// It is done, and the reply says it failed.
    FailAfter(StatusCode),
    /// There is no reply, ever, and nothing is done.
    Stall,
}

/// Standing peculiarities.
#[derive(Debug, Clone)]
pub struct Manners {
    /// The user's password.
    pub password: String,
    /// Whether passwords must be given to a prompt (keyboard-interactive).
    pub prompts: bool,
    /// Whether `fsync@openssh.com` is known.
    pub knows_fsync: bool,
    /// Whether a rename replaces its target.
    pub rename_overwrites: bool,
    /// Most bytes given to one read.
    pub read_at_most: usize,
    /// What is added to every size told.
    pub size_lie: i64,
    /// Names listed besides the real ones, as regular files.
    pub extra_names: Vec<String>,
    /// Whether a consumer takes each file, into [`FaultySftp::consumed`], the moment it is renamed.
    pub consumes: bool,
    /// Whether nothing is said after the connection was accepted.
    pub silent: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Manners {
            password: "canary-password".into(),
            prompts: false,
            knows_fsync: true,
            rename_overwrites: false,
            read_at_most: usize::MAX,
            size_lie: 0,
            extra_names: Vec::new(),
            consumes: false,
            silent: false,
        }
    }
}

#[derive(Default)]
struct State {
    manners: Manners,
    script: Vec<(Op, usize, Trouble)>,
    log: Vec<Op>,
    consumed: Vec<Vec<u8>>,
}

/// A running server.
pub struct FaultySftp {
    port: u16,
    fingerprint: String,
    state: Arc<Mutex<State>>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl FaultySftp {
    /// Starts a server whose host key belongs to `seed`.
    pub fn start(seed: u8, manners: Manners) -> Self {
        let key = PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]));
        let fingerprint = key.public_key().fingerprint(HashAlg::Sha256).to_string();
        let methods = if manners.prompts { MethodKind::KeyboardInteractive } else { MethodKind::Password };
        let config = Arc::new(russh::server::Config {
            auth_rejection_time: Duration::ZERO,
            auth_rejection_time_initial: Some(Duration::ZERO),
            keys: vec![key],
            methods: MethodSet::from(&[methods][..]),
            nodelay: true,
            ..Default::default()
        });
        let state = Arc::new(Mutex::new(State { manners, ..State::default() }));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let shared = state.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, config, shared) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        FaultySftp { port, fingerprint, state, stop: Some(stop), thread: Some(thread) }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `SHA256:…` of its host key, as the server's own library computes it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Changes its manners, for requests to come.
    pub fn set(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.state.lock().unwrap().manners);
    }

    /// Lets `trouble` happen to the `nth` (from 0) request of its kind from now on, once.
    pub fn trouble(&self, op: Op, nth: usize, trouble: Trouble) {
        self.state.lock().unwrap().script.push((op, nth, trouble));
    }

    /// How many troubles are still to come; they are forgotten with this call.
    pub fn clear_script(&self) -> usize {
        std::mem::take(&mut self.state.lock().unwrap().script).len()
    }

    /// The requests since the last call.
    pub fn take_log(&self) -> Vec<Op> {
        std::mem::take(&mut self.state.lock().unwrap().log)
    }

    /// Contents of the files the consumer took since the last call.
    pub fn take_consumed(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.state.lock().unwrap().consumed)
    }
}

impl Drop for FaultySftp {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ended_already = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _its_panic_was_shown = thread.join();
        }
    }
}

async fn accept(
    listener: std::net::TcpListener,
    config: Arc<russh::server::Config>,
    state: Arc<Mutex<State>>,
) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let stream = stream.into_std().unwrap();
        let cut = Arc::new(stream.try_clone().unwrap());
        let stream = tokio::net::TcpStream::from_std(stream).unwrap();
        let handler = Ssh { state: state.clone(), cut, channels: HashMap::new() };
        let config = config.clone();
        tokio::spawn(async move {
            if handler.state.lock().unwrap().manners.silent {
                std::future::pending::<()>().await;
            }
            // However a session ends, its client notices.
            if let Ok(session) = russh::server::run_stream(config, stream, handler).await {
                drop(session.await);
            }
        });
    }
}

struct Ssh {
    state: Arc<Mutex<State>>,
    cut: Arc<std::net::TcpStream>,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl russh::server::Handler for Ssh {
    type Error = russh::Error;

    async fn auth_password(&mut self, _user: &str, password: &str) -> Result<Auth, Self::Error> {
        let manners = self.state.lock().unwrap().manners.clone();
        Ok(if password == manners.password && !manners.prompts { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        let manners = self.state.lock().unwrap().manners.clone();
        let Some(mut response) = response else {
            return Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Password: ".into(), false)].into(),
            });
        };
        let right = response.next().is_some_and(|answer| answer == manners.password.as_bytes());
        Ok(if right { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if let Some(stream) = self.channels.remove(&channel) {
            session.channel_success(channel)?;
            let files =
                Sftp { state: self.state.clone(), cut: self.cut.clone(), open: HashMap::new(), next: 0 };
            russh_sftp::server::run(stream.into_stream(), files).await;
        }
        Ok(())
    }
}

enum Open {
    File(std::fs::File),
    Directory(Vec<File>),
}

struct Sftp {
    state: Arc<Mutex<State>>,
    cut: Arc<std::net::TcpStream>,
    open: HashMap<String, Open>,
    next: u64,
}

impl Sftp {
    /// Notes the request and lets happen what the script says before it is done; gives what is to happen after.
    async fn before(&mut self, op: Op) -> Result<Option<Trouble>, StatusCode> {
        let trouble = {
            let mut state = self.state.lock().unwrap();
            state.log.push(op);
            let at = state.script.iter_mut().position(|(asked, nth, _)| {
                let now = *asked == op && *nth == 0;
                if *asked == op && *nth > 0 {
                    *nth -= 1;
                }
                now
            });
            at.map(|at| state.script.remove(at).2)
        };
        match trouble {
            Some(Trouble::Disconnect) => self.disconnect().await,
            Some(Trouble::Stall) => std::future::pending().await,
            Some(Trouble::Fail(code)) => Err(code),
            after => Ok(after),
        }
    }

    async fn after<T>(
        &self,
        trouble: Option<Trouble>,
        result: Result<T, StatusCode>,
    ) -> Result<T, StatusCode> {
        match trouble {
            Some(Trouble::DisconnectAfter) => self.disconnect().await,
            Some(Trouble::FailAfter(code)) => Err(code),
            _ => result,
        }
    }

    async fn disconnect<T>(&self) -> T {
        let _ended_already = self.cut.shutdown(Shutdown::Both);
        std::future::pending().await
    }

    fn manners(&self) -> Manners {
        self.state.lock().unwrap().manners.clone()
    }

    fn attributes(&self, metadata: &std::fs::Metadata) -> FileAttributes {
        let mut attributes = FileAttributes::from(metadata);
        let lie = self.manners().size_lie;
        attributes.size = attributes.size.map(|size| size.saturating_add_signed(lie));
        attributes
    }

    async fn stat_any(&mut self, id: u32, path: &str, follow: bool) -> Result<Attrs, StatusCode> {
        let trouble = self.before(Op::Stat).await?;
        let metadata = if follow { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) };
        let result =
            metadata.map(|metadata| Attrs { id, attrs: self.attributes(&metadata) }).map_err(code_of);
        self.after(trouble, result).await
    }

    fn keep(&mut self, id: u32, open: Open) -> Handle {
        self.next += 1;
        self.open.insert(self.next.to_string(), open);
        Handle { id, handle: self.next.to_string() }
    }

    fn file(&mut self, handle: &str) -> Result<&mut std::fs::File, StatusCode> {
        match self.open.get_mut(handle) {
            Some(Open::File(file)) => Ok(file),
            _ => Err(StatusCode::Failure),
        }
    }
}

fn code_of(error: std::io::Error) -> StatusCode {
    match error.kind() {
        std::io::ErrorKind::NotFound => StatusCode::NoSuchFile,
        std::io::ErrorKind::PermissionDenied => StatusCode::PermissionDenied,
        _ => StatusCode::Failure,
    }
}

fn ok(id: u32) -> Status {
    Status { id, status_code: StatusCode::Ok, error_message: "Ok".into(), language_tag: "en".into() }
}

impl russh_sftp::server::Handler for Sftp {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        StatusCode::OpUnsupported
    }

    async fn init(&mut self, _version: u32, _known: HashMap<String, String>) -> Result<Version, StatusCode> {
        Ok(Version::new())
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusCode> {
        let trouble = self.before(Op::OpenDir).await?;
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(code_of)? {
            let entry = entry.map_err(code_of)?;
            let attributes = self.attributes(&entry.metadata().map_err(code_of)?);
            names.push(File::new(entry.file_name().to_string_lossy(), attributes));
        }
        let mut regular =
            FileAttributes { size: Some(1), mtime: Some(1), atime: Some(1), ..Default::default() };
        regular.permissions = Some(0o100_644);
        names.extend(self.manners().extra_names.iter().map(|name| File::new(name.as_str(), regular.clone())));
        let handle = self.keep(id, Open::Directory(names));
        self.after(trouble, Ok(handle)).await
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, StatusCode> {
        let trouble = self.before(Op::ReadDir).await?;
        let Some(Open::Directory(names)) = self.open.get_mut(&handle) else {
            return Err(StatusCode::Failure);
        };
        let files: Vec<File> = names.drain(..names.len().min(100)).collect();
        let result = if files.is_empty() { Err(StatusCode::Eof) } else { Ok(Name { id, files }) };
        self.after(trouble, result).await
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.stat_any(id, &path, false).await
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.stat_any(id, &path, true).await
    }

    async fn open(
        &mut self,
        id: u32,
        filename: String,
        pflags: OpenFlags,
        _attributes: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        let trouble = self.before(Op::Open).await?;
        let file = std::fs::OpenOptions::from(pflags).open(filename).map_err(code_of)?;
        let handle = self.keep(id, Open::File(file));
        self.after(trouble, Ok(handle)).await
    }

    async fn read(&mut self, id: u32, handle: String, offset: u64, len: u32) -> Result<Data, StatusCode> {
        let trouble = self.before(Op::Read).await?;
        let most = self.manners().read_at_most.min(len as usize);
        let mut data = vec![0u8; most];
        let file = self.file(&handle)?;
        file.seek(SeekFrom::Start(offset)).map_err(code_of)?;
        let count = file.read(&mut data).map_err(code_of)?;
        data.truncate(count);
        let result = if data.is_empty() { Err(StatusCode::Eof) } else { Ok(Data { id, data }) };
        self.after(trouble, result).await
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, StatusCode> {
        let trouble = self.before(Op::Write).await?;
        let file = self.file(&handle)?;
        let result = file.seek(SeekFrom::Start(offset)).and_then(|_| file.write_all(&data));
        self.after(trouble, result.map(|()| ok(id)).map_err(code_of)).await
    }

    async fn extended(&mut self, id: u32, request: String, _data: Vec<u8>) -> Result<Packet, StatusCode> {
        if request != "fsync@openssh.com" || !self.manners().knows_fsync {
            return Err(StatusCode::OpUnsupported);
        }
        let trouble = self.before(Op::Sync).await?;
        self.after(trouble, Ok(Packet::Status(ok(id)))).await
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, StatusCode> {
        let trouble = self.before(Op::Close).await?;
        self.open.remove(&handle);
        self.after(trouble, Ok(ok(id))).await
    }

    async fn remove(&mut self, id: u32, filename: String) -> Result<Status, StatusCode> {
        let trouble = self.before(Op::Remove).await?;
        let result = std::fs::remove_file(filename).map(|()| ok(id)).map_err(code_of);
        self.after(trouble, result).await
    }

    async fn rename(&mut self, id: u32, oldpath: String, newpath: String) -> Result<Status, StatusCode> {
        let trouble = self.before(Op::Rename).await?;
        let result = self.rename_files(Path::new(&oldpath), PathBuf::from(newpath)).map(|()| ok(id));
        self.after(trouble, result).await
    }
}

impl Sftp {
    fn rename_files(&self, from: &Path, to: PathBuf) -> Result<(), StatusCode> {
        let manners = self.manners();
        if !manners.rename_overwrites && std::fs::symlink_metadata(&to).is_ok() {
            return Err(StatusCode::Failure);
        }
        std::fs::rename(from, &to).map_err(code_of)?;
        if manners.consumes {
            let content = std::fs::read(&to).map_err(code_of)?;
            std::fs::remove_file(&to).map_err(code_of)?;
            self.state.lock().unwrap().consumed.push(content);
        }
        Ok(())
    }
}
