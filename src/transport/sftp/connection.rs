//! From an address to a logged-in SFTP session: reach, check the host key, log in.

use super::host_key::{FAMILIES, fingerprint, is_pinned};
use crate::base::secret::Secret;
use crate::transport::error::{Fault, Operation};
use crate::transport::settings::{Login, SftpSettings};
use libssh2_sys as raw;
use ssh2::{ErrorCode, KeyboardInteractivePrompt, MethodType, Prompt, Session};
use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A way to end a connection from another thread, however its own thread is stuck.
#[derive(Clone, Default)]
pub(super) struct Cut(Arc<Mutex<(bool, Option<TcpStream>)>>);

impl Cut {
    /// Ends the connection, now and whenever it comes.
    pub(super) fn cut(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = true;
        if let Some(stream) = &state.1 {
            // It may have ended by itself, which is as good.
            let _ended_already = stream.shutdown(Shutdown::Both);
        }
    }

    fn watch(&self, stream: &TcpStream) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        state.1 = Some(stream.try_clone()?);
        Ok(())
    }
}

/// A logged-in session. It lives on one thread.
pub(super) struct Connection {
    // Dropped in this order: open handles first, the session last.
    pub(super) handles: HashMap<u64, ssh2::File>,
    pub(super) next_handle: u64,
    pub(super) sftp: ssh2::Sftp,
    session: Session,
    cut: Cut,
    pub(super) directory: PathBuf,
    pub(super) step: Duration,
    /// Whether the server knows `fsync@openssh.com`, as far as we know.
    pub(super) has_fsync: bool,
    /// Whether the server gave less than was asked for, so that requests must go one at a time.
    pub(super) reads_singly: bool,
}

impl Connection {
    /// Connects, checks the host key and logs in.
    pub(super) fn open(settings: &SftpSettings, cut: &Cut) -> Result<Self, Fault> {
        let session = trusted_session(settings, cut)?;
        log_in(&session, settings)?;
        let sftp =
            session.sftp().map_err(|error| fault_of(&session, Operation::Connect, &error, settings))?;
        session.set_timeout(milliseconds(settings.timeouts.step));
        session.set_keepalive(true, u32::try_from(settings.timeouts.keepalive.as_secs()).unwrap_or(u32::MAX));
        Ok(Connection {
            handles: HashMap::new(),
            next_handle: 0,
            sftp,
            session,
            cut: cut.clone(),
            directory: settings.directory.clone(),
            step: settings.timeouts.step,
            has_fsync: true,
            reads_singly: false,
        })
    }

    /// Shows the server that we are there. `false` if the connection is dead.
    pub(super) fn keep_alive(&self) -> bool {
        self.session.keepalive_send().is_ok()
    }

    /// Ends the connection without the courtesies, because it is broken.
    pub(super) fn break_off(&self) {
        self.cut.cut();
    }

    /// Whether the last error of a read or write was an answer of the server, not of the connection.
    pub(super) fn was_answered(&self) -> bool {
        ssh2::Error::last_session_error(&self.session)
            .is_some_and(|error| error.code() == ErrorCode::Session(raw::LIBSSH2_ERROR_SFTP_PROTOCOL))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Closing handles and the session talks to the server; that is a courtesy and must not take long.
        self.session.set_timeout(1_000);
    }
}

/// A session whose server proved a pinned host key. A server has several keys and shows one, so when that is not
/// pinned the other families are asked for before it counts as changed.
fn trusted_session(settings: &SftpSettings, cut: &Cut) -> Result<Session, Fault> {
    let all = FAMILIES.join(",");
    let mut shown: Vec<String> = Vec::new();
    for families in std::iter::once(all.as_str()).chain(FAMILIES.iter().copied()) {
        match handshake(settings, families, cut) {
            Ok((session, print)) if is_pinned(&print, &settings.host_keys) => return Ok(session),
            Ok((_, print)) if shown.contains(&print) => {}
            Ok((_, print)) => shown.push(print),
            // After the first, a failure says only that the server has no key of this family.
            Err(fault) if shown.is_empty() => return Err(fault),
            Err(_) => {}
        }
    }
    if settings.host_keys.is_empty() {
        return Err(Fault::HostUnknown { shown });
    }
    Err(Fault::HostKeyChanged { pinned: settings.host_keys.clone(), shown })
}

fn handshake(settings: &SftpSettings, families: &str, cut: &Cut) -> Result<(Session, String), Fault> {
    let stream = reach(settings).and_then(|stream| cut.watch(&stream).map(|()| stream));
    let stream = stream.map_err(Fault::Unreachable)?;
    let broken = |error: ssh2::Error| match error.code() {
        ErrorCode::Session(
            raw::LIBSSH2_ERROR_KEX_FAILURE
            | raw::LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE
            | raw::LIBSSH2_ERROR_METHOD_NONE
            | raw::LIBSSH2_ERROR_ALGO_UNSUPPORTED
            | raw::LIBSSH2_ERROR_METHOD_NOT_SUPPORTED
            | raw::LIBSSH2_ERROR_HOSTKEY_INIT
            | raw::LIBSSH2_ERROR_HOSTKEY_SIGN,
        ) => Fault::Handshake(error.message().to_string()),
        _ => Fault::Unreachable(io::Error::other(error.message().to_string())),
    };
    let mut session = Session::new().map_err(broken)?;
    session.set_timeout(milliseconds(settings.timeouts.connect));
    session.set_tcp_stream(stream);
    session.method_pref(MethodType::HostKey, families).map_err(broken)?;
    session.handshake().map_err(broken)?;
    let print = session.host_key().map(|(key, _)| fingerprint(key));
    let print = print.ok_or_else(|| Fault::Handshake("the server shows no host key".into()))?;
    Ok((session, print))
}

fn reach(settings: &SftpSettings) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host name has no address");
    for address in (settings.host.as_str(), settings.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, settings.timeouts.connect) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                let longest = settings.timeouts.connect.max(settings.timeouts.step);
                stream.set_read_timeout(Some(longest))?;
                stream.set_write_timeout(Some(longest))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn log_in(session: &Session, settings: &SftpSettings) -> Result<(), Fault> {
    let offered = match session.auth_methods(&settings.user) {
        Ok(methods) => methods.to_string(),
        Err(_) if session.authenticated() => return Ok(()),
        Err(error) => return Err(fault_of(session, Operation::Connect, &error, settings)),
    };
    let mut tried: Vec<&str> = Vec::new();
    let mut cause = "no credentials are given".to_string();
    for (i, login) in settings.logins.iter().enumerate() {
        let (method, result) = try_login(session, &settings.user, login, &offered);
        let Err(error) = result else {
            tracing::debug!(user = settings.user, method, credential = i + 1, "logged in");
            return Ok(());
        };
        match error.code() {
            ErrorCode::Session(raw::LIBSSH2_ERROR_FILE | raw::LIBSSH2_ERROR_KEYFILE_AUTH_FAILED)
                if settings.logins.len() == 1 =>
            {
                return Err(Fault::KeyUnusable(error.message().to_string()));
            }
            ErrorCode::Session(
                raw::LIBSSH2_ERROR_SOCKET_DISCONNECT
                | raw::LIBSSH2_ERROR_SOCKET_RECV
                | raw::LIBSSH2_ERROR_SOCKET_SEND
                | raw::LIBSSH2_ERROR_TIMEOUT,
            ) => return Err(fault_of(session, Operation::Connect, &error, settings)),
            _ => cause = error.message().to_string(),
        }
        if !tried.contains(&method) {
            tried.push(method);
        }
    }
    let method = if tried.is_empty() { "nothing".to_string() } else { tried.join(" and ") };
    Err(Fault::LoginRefused { user: settings.user.clone(), method, offered, cause })
}

fn try_login(
    session: &Session,
    user: &str,
    login: &Login,
    offered: &str,
) -> (&'static str, Result<(), ssh2::Error>) {
    let offers = |method: &str| offered.split(',').any(|offer| offer == method);
    match login {
        Login::Password(password) if !offers("password") && offers("keyboard-interactive") => {
            let result = session.userauth_keyboard_interactive(user, &mut Answer(password));
            ("password", result)
        }
        Login::Password(password) => ("password", session.userauth_password(user, password.expose())),
        Login::Key { private_key, passphrase } => {
            let passphrase = passphrase.as_ref().map(Secret::expose);
            ("key", session.userauth_pubkey_memory(user, None, private_key.expose(), passphrase))
        }
    }
}

/// Answers hidden prompts with the password, and no other ones.
struct Answer<'a>(&'a Secret);

impl KeyboardInteractivePrompt for Answer<'_> {
    fn prompt<'p>(&mut self, _user: &str, _instructions: &str, prompts: &[Prompt<'p>]) -> Vec<String> {
        prompts
            .iter()
            .map(|prompt| if prompt.echo { String::new() } else { self.0.expose().to_string() })
            .collect()
    }
}

fn fault_of(session: &Session, operation: Operation, error: &ssh2::Error, settings: &SftpSettings) -> Fault {
    match error.code() {
        ErrorCode::Session(raw::LIBSSH2_ERROR_TIMEOUT) => {
            Fault::Deadline { operation, after: settings.timeouts.connect }
        }
        _ => {
            let last = ssh2::Error::last_session_error(session);
            let cause = last.as_ref().unwrap_or(error).message().to_string();
            Fault::Lost { operation, cause }
        }
    }
}

pub(super) fn milliseconds(duration: Duration) -> u32 {
    // 0 would mean no limit at all.
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX).max(1)
}
