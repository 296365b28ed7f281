//! What can go wrong at an endpoint: the machine's cause, and the finding a person acts on.

use crate::base::files::FileIdentity;
use crate::diagnostics::{Code, Diagnostic};
use crate::transport::names::shown;
use std::ffi::{OsStr, OsString};
use std::io;
use std::time::Duration;

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Reaching the server and logging in.
    Connect,
    /// Listing the directory.
    List,
    /// Reading a file.
    Read,
    /// Asking for a file's size and time.
    Look,
    /// Removing a file.
    Remove,
    /// Writing a temporary file.
    Write,
    /// Renaming a temporary file to its final name.
    Publish,
}

impl Operation {
    /// The verb shown to people.
    pub const fn verb(self) -> &'static str {
        match self {
            Operation::Connect => "connect",
            Operation::List => "list the folder",
            Operation::Read => "read",
            Operation::Look => "look at",
            Operation::Remove => "remove",
            Operation::Write => "write",
            Operation::Publish => "publish",
        }
    }
}

/// What the caller should do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again later, with back-off; nothing was lost or done by half.
    Retry,
    /// Try no more until a person acted: the settings, the credentials or the server's identity are wrong.
    StopEndpoint,
    /// This file cannot be handled; others can.
    FileOnly,
    /// Call [`crate::transport::Outbox::look`] before anything else is done with this delivery.
    Look,
}

/// An error at an endpoint.
#[derive(Debug, thiserror::Error)]
#[error("{endpoint}: {fault}")]
pub struct TransportError {
    /// Name of the endpoint in the settings, with the server's address if it has one.
    pub endpoint: String,
    /// What happened.
    #[source]
    pub fault: Box<Fault>,
}

/// What happened at an endpoint.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No connection could be made, or it ended before the login.
    #[error("cannot be reached: {0}")]
    Unreachable(#[source] io::Error),
    /// The SSH handshake failed, mostly for want of a common algorithm.
    #[error("SSH handshake failed: {0}")]
    Handshake(String),
    /// No host key is pinned. Holds the fingerprints the server showed.
    #[error("host key is not pinned; the server shows {}", .shown.join(", "))]
    HostUnknown {
        /// `SHA256:…` of each key the server showed.
        shown: Vec<String>,
    },
    /// The server showed none of the pinned host keys.
    #[error("host key changed: pinned {}, the server shows {}", .pinned.join(", "), .shown.join(", "))]
    HostKeyChanged {
        /// The fingerprints of the settings.
        pinned: Vec<String>,
        /// `SHA256:…` of each key the server showed.
        shown: Vec<String>,
    },
    /// The server took none of the credentials.
    #[error("login of {user} by {method} refused, the server offers {offered}: {cause}")]
    LoginRefused {
        /// The user.
        user: String,
        /// `password` or `key`, each that was tried.
        method: String,
        /// The methods the server offers.
        offered: String,
        /// The library's words.
        cause: String,
    },
    /// The private key cannot be read: wrong passphrase or not a private key.
    #[error("private key cannot be used: {0}")]
    KeyUnusable(String),
    /// The directory of the settings is not there.
    #[error("folder {} does not exist", shown(.0))]
    NoFolder(OsString),
    /// The file is not there (any more).
    #[error("{} is gone", shown(.0))]
    Gone(OsString),
    /// Access was denied.
    #[error("not allowed to {} {}: {cause}", operation.verb(), shown(name))]
    Denied {
        /// What was tried.
        operation: Operation,
        /// The file or folder.
        name: OsString,
        /// The other side's words.
        cause: String,
    },
    /// The disk or a quota is full.
    #[error("no space to {} {}: {cause}", operation.verb(), shown(name))]
    NoSpace {
        /// What was tried.
        operation: Operation,
        /// The file.
        name: OsString,
        /// The other side's words.
        cause: String,
    },
    /// The file is not the one the caller knows.
    #[error("{} changed: {expected:?} became {found:?}", shown(name))]
    Changed {
        /// The file.
        name: OsString,
        /// The identity the caller gave.
        expected: Box<FileIdentity>,
        /// The identity found.
        found: Box<FileIdentity>,
    },
    /// The name is no plain file name; nothing was done.
    #[error("{} is not a file name", shown(.0))]
    BadName(OsString),
    /// Something else than a regular file has this name.
    #[error("{} is not a regular file", shown(.0))]
    NotAFile(OsString),
    /// Fewer or more bytes than announced.
    #[error("{found} bytes of {} instead of {expected}", shown(name))]
    SizeDiffers {
        /// The file.
        name: OsString,
        /// The size announced.
        expected: u64,
        /// The bytes counted.
        found: u64,
    },
    /// The file system cannot rename without replacing.
    #[error("file system cannot rename without replacing: {0}")]
    NoAtomicRename(#[source] io::Error),
    /// The other side answered with a failure and said no more.
    #[error("failure to {} {}: {cause}", operation.verb(), shown(name))]
    Refused {
        /// What was tried.
        operation: Operation,
        /// The file or folder.
        name: OsString,
        /// The other side's words.
        cause: String,
    },
    /// The connection broke. Nothing but the named operation was under way.
    #[error("connection lost while trying to {}: {cause}", operation.verb())]
    Lost {
        /// What was under way.
        operation: Operation,
        /// The library's words.
        cause: String,
    },
    /// The operation was given up at its deadline, and the connection with it.
    #[error("no answer within {} s while trying to {}", after.as_secs_f32(), operation.verb())]
    Deadline {
        /// What was under way.
        operation: Operation,
        /// The deadline.
        after: Duration,
    },
    /// A rename was sent and it is not known whether it happened.
    #[error("it is not known whether {} became {}: {cause}", shown(temporary), shown(final_name))]
    OutcomeUnknown {
        /// The temporary name.
        temporary: OsString,
        /// The final name.
        final_name: OsString,
        /// Why it is not known.
        cause: String,
    },
    /// The content to be written could not be read on our side.
    #[error("our copy cannot be read: {0}")]
    Content(#[source] io::Error),
}

impl TransportError {
    /// What to do about it.
    pub fn verdict(&self) -> Verdict {
        match self.fault.as_ref() {
            Fault::Unreachable(_)
            | Fault::Refused { .. }
            | Fault::Lost { .. }
            | Fault::Deadline { .. }
            | Fault::NoSpace { .. }
            | Fault::SizeDiffers { .. }
            | Fault::Content(_)
            | Fault::Gone(_)
            | Fault::Changed { .. } => Verdict::Retry,
            Fault::Handshake(_)
            | Fault::HostUnknown { .. }
            | Fault::HostKeyChanged { .. }
            | Fault::LoginRefused { .. }
            | Fault::KeyUnusable(_)
            | Fault::NoFolder(_)
            | Fault::NoAtomicRename(_) => Verdict::StopEndpoint,
            Fault::Denied { operation: Operation::List | Operation::Write, .. } => Verdict::StopEndpoint,
            Fault::Denied { .. } | Fault::BadName(_) | Fault::NotAFile(_) => Verdict::FileOnly,
            Fault::OutcomeUnknown { .. } => Verdict::Look,
        }
    }

    /// The finding for people. Holds no secret; names are shown escaped.
    pub fn to_diagnostic(&self) -> Diagnostic {
        self.fault.diagnostic().with("endpoint", &self.endpoint)
    }
}

impl Fault {
    /// The error of `endpoint`.
    pub fn at(self, endpoint: &str) -> TransportError {
        TransportError { endpoint: endpoint.to_string(), fault: Box::new(self) }
    }

    pub(crate) fn changed(name: &OsStr, expected: &FileIdentity, found: FileIdentity) -> Self {
        Fault::Changed {
            name: name.to_os_string(),
            expected: Box::new(expected.clone()),
            found: Box::new(found),
        }
    }

    /// Whether the connection is of no use any more.
    pub(crate) fn ends_connection(&self) -> bool {
        matches!(self, Fault::Lost { .. } | Fault::Deadline { .. } | Fault::Unreachable(_))
    }

    fn diagnostic(&self) -> Diagnostic {
        let named = |code: Code, name: &OsStr| Diagnostic::new(code).with("name", shown(name));
        match self {
            Fault::HostKeyChanged { pinned, shown } => {
                Diagnostic::new(Code::T001).with("pinned", pinned.join(", ")).with("shown", shown.join(", "))
            }
            Fault::HostUnknown { shown } => Diagnostic::new(Code::T002).with("shown", shown.join(", ")),
            Fault::LoginRefused { user, method, offered, cause } => Diagnostic::new(Code::T003)
                .with("user", user)
                .with("method", method)
                .with("offered", offered)
                .with("cause", cause),
            Fault::KeyUnusable(cause) => Diagnostic::new(Code::T004).with("cause", cause),
            Fault::Unreachable(cause) => Diagnostic::new(Code::T005).with("cause", cause.to_string()),
            Fault::Handshake(cause) => Diagnostic::new(Code::T006).with("cause", cause),
            Fault::NoFolder(name) => named(Code::T007, name),
            Fault::Denied { operation, name, cause } => {
                named(Code::T008, name).with("operation", operation.verb()).with("cause", cause)
            }
            Fault::NoSpace { operation, name, cause } => {
                named(Code::T009, name).with("operation", operation.verb()).with("cause", cause)
            }
            Fault::Changed { name, expected, found } => named(Code::T011, name)
                .with("expected", expected.size.to_string())
                .with("found", found.size.to_string()),
            Fault::Gone(name) => named(Code::T012, name),
            Fault::BadName(name) => named(Code::T013, name),
            Fault::NotAFile(name) => named(Code::T014, name),
            Fault::SizeDiffers { name, expected, found } => named(Code::T015, name)
                .with("expected", expected.to_string())
                .with("found", found.to_string()),
            Fault::NoAtomicRename(cause) => Diagnostic::new(Code::T016).with("cause", cause.to_string()),
            Fault::Refused { operation, name, cause } => {
                named(Code::T017, name).with("operation", operation.verb()).with("cause", cause)
            }
            Fault::Lost { operation, cause } => {
                Diagnostic::new(Code::T018).with("operation", operation.verb()).with("cause", cause)
            }
            Fault::Deadline { operation, after } => Diagnostic::new(Code::T019)
                .with("operation", operation.verb())
                .with("seconds", after.as_secs_f32().to_string()),
            Fault::OutcomeUnknown { temporary, final_name, cause } => {
                named(Code::T020, final_name).with("temporary", shown(temporary)).with("cause", cause)
            }
            Fault::Content(cause) => Diagnostic::new(Code::T023).with("cause", cause.to_string()),
        }
    }

    /// The fault behind an error of the local file system.
    pub(crate) fn of_io(operation: Operation, name: &OsStr, error: io::Error) -> Self {
        let name = name.to_os_string();
        match error.kind() {
            io::ErrorKind::NotFound if operation == Operation::List => Fault::NoFolder(name),
            io::ErrorKind::NotFound => Fault::Gone(name),
            io::ErrorKind::NotADirectory => Fault::NoFolder(name),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Fault::Denied { operation, name, cause: error.to_string() }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Fault::NoSpace { operation, name, cause: error.to_string() }
            }
            _ => Fault::Refused { operation, name, cause: error.to_string() },
        }
    }
}

/// The finding for a delivery whose final name is taken by another file.
pub fn target_exists(endpoint: &str, name: &OsStr) -> Diagnostic {
    Diagnostic::new(Code::T010).with("endpoint", endpoint).with("name", shown(name))
}

/// The finding for a file without content that stays where it is.
pub fn empty_file(endpoint: &str, name: &OsStr) -> Diagnostic {
    Diagnostic::new(Code::T021).with("endpoint", endpoint).with("name", shown(name))
}

/// The finding for a folder whose changes are not announced.
pub fn not_watched(endpoint: &str, cause: &str) -> Diagnostic {
    Diagnostic::new(Code::T022).with("endpoint", endpoint).with("cause", cause)
}
