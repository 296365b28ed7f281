//! What a caller must say about an endpoint: plain values, secrets already resolved.

use crate::base::secret::Secret;
use std::path::PathBuf;
use std::time::Duration;

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSettings {
    /// Its name in the settings, for findings.
    pub name: String,
    /// Where it is.
    pub location: Location,
}

impl EndpointSettings {
    /// A folder of this machine.
    pub fn folder(name: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        EndpointSettings { name: name.into(), location: Location::Folder { directory: directory.into() } }
    }
}

/// Where an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder of this machine.
    Folder {
        /// Its path.
        directory: PathBuf,
    },
    /// A folder of an SFTP server.
    Sftp(SftpSettings),
}

/// An SFTP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SftpSettings {
    /// Name or address.
    pub host: String,
    /// Port, mostly 22.
    pub port: u16,
    /// User to log in as.
    pub user: String,
    /// Credentials, tried in order; two of them make a change of password or key smooth.
    pub logins: Vec<Login>,
    /// Fingerprints of accepted host keys, as `SHA256:` and base64. The server must prove one of them. Empty refuses.
    pub host_keys: Vec<String>,
    /// The folder, absolute or from the user's home.
    pub directory: PathBuf,
    /// How long to wait.
    pub timeouts: SftpTimeouts,
}

/// Credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A password; also answers keyboard-interactive prompts.
    Password(Secret),
    /// A private key.
    Key {
        /// Its text, in OpenSSH format.
        private_key: Secret,
        /// What opens it, if it is locked.
        passphrase: Option<Secret>,
    },
}

/// How long to wait for a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SftpTimeouts {
    /// For connection, handshake and login together.
    pub connect: Duration,
    /// For one step: one request, one MiB of content, or 1,000 names of a listing.
    pub step: Duration,
    /// Idle time after which the connection is shown to be alive.
    pub keepalive: Duration,
}

impl Default for SftpTimeouts {
    fn default() -> Self {
        SftpTimeouts {
            connect: Duration::from_secs(30),
            step: Duration::from_secs(60),
            keepalive: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
pub(crate) fn example_sftp() -> EndpointSettings {
    EndpointSettings {
        name: "acme".into(),
        location: Location::Sftp(SftpSettings {
            host: "sftp.acme.example".into(),
            port: 22,
            user: "crossdock".into(),
            logins: vec![Login::Password(Secret::new("canary"))],
            host_keys: Vec::new(),
            directory: "out".into(),
            timeouts: SftpTimeouts::default(),
        }),
    }
}
