//! Endpoints at work: a transport with its settings, and when it may be used again after an error.

use super::GatewayError;
use super::settings::{Direction, Endpoint, EndpointKind, GatewaySettings, SecretReference};
use crate::base::clock::Monotonic;
use crate::base::files::{Files, read_whole};
use crate::base::random::Random;
use crate::base::secret::Secret;
use crate::diagnostics::Diagnostic;
use crate::transport::readiness::{Readiness, Ready, Rules};
use crate::transport::{
    EndpointSettings, Inbox, Location, Login, Outbox, SftpSettings, SftpTimeouts, TransportError, Verdict,
    open_inbox, open_outbox,
};
use std::collections::{BTreeMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// First wait after an error.
const WAIT_FIRST: Duration = Duration::from_secs(5);
/// Longest wait after an error, and the wait after one that a person must act on.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// Largest file with a password or key.
const SECRET_BYTES_MAX: usize = 64 << 10;

/// When an endpoint may be used again.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    until: Duration,
    /// What went wrong last, for people; none when all is well.
    pub(super) trouble: Option<Diagnostic>,
}

impl Backoff {
    /// Whether the endpoint is to be left alone at `now`.
    pub(super) fn is_waiting(&self, now: Monotonic) -> bool {
        now.since_start < self.until
    }

    /// When it may be used again, if it is to be left alone at `now`.
    pub(super) fn next_at(&self, now: Monotonic) -> Option<Monotonic> {
        self.is_waiting(now).then_some(Monotonic { since_start: self.until })
    }

    /// It worked.
    pub(super) fn succeeded(&mut self) {
        *self = Backoff::default();
    }

    /// It did not: waits twice as long as the last time, with up to a quarter more so that endpoints of one server do
    /// not come back all at once.
    pub(super) fn failed(&mut self, error: &TransportError, now: Monotonic, random: &dyn Random) {
        let wait = match error.verdict() {
            Verdict::StopEndpoint => WAIT_MAX,
            _ => WAIT_FIRST.saturating_mul(1 << self.failures.min(10)).min(WAIT_MAX),
        };
        let jitter = wait.mul_f64((random.next_u64() % 1000) as f64 / 4000.0);
        self.failures = self.failures.saturating_add(1);
        self.until = now.since_start + wait + jitter;
        let finding = error.to_diagnostic();
        let (code, help) = (finding.code.text(), finding.action());
        let endpoint = &error.endpoint;
        tracing::warn!(endpoint, code, %error, help, wait_s = wait.as_secs(), "an endpoint failed");
        self.trouble = Some(finding);
    }
}

/// A place files arrive at.
pub(super) struct InboxAt {
    pub(super) name: String,
    pub(super) settings: Endpoint,
    pub(super) inbox: Box<dyn Inbox>,
    pub(super) readiness: Readiness,
    /// Complete files of the last listing that were not looked at yet.
    pub(super) ready: VecDeque<Ready>,
    /// When it is listed next.
    pub(super) poll_at: Duration,
    pub(super) backoff: Backoff,
    /// Files that stay where they are, and why.
    pub(super) waiting: BTreeMap<OsString, String>,
}

impl InboxAt {
    /// Whether files of this name are taken.
    pub(super) fn takes(&self, name: &OsStr) -> bool {
        let is_trigger = |suffix: &String| name.as_bytes().ends_with(suffix.as_bytes());
        self.settings.files.as_ref().is_none_or(|pattern| matches(pattern.as_bytes(), name.as_bytes()))
            || self.settings.trigger.as_ref().is_some_and(is_trigger)
    }
}

/// A place files are delivered to.
pub(super) struct OutboxAt {
    pub(super) outbox: Box<dyn Outbox>,
    pub(super) backoff: Backoff,
}

/// Opens every endpoint of the settings. Paths of folders are below `base`.
pub(super) fn open(
    settings: &GatewaySettings,
    base: &Path,
    files: &Arc<dyn Files>,
) -> Result<(Vec<InboxAt>, BTreeMap<String, OutboxAt>), GatewayError> {
    let (mut inboxes, mut outboxes) = (Vec::new(), BTreeMap::new());
    for (name, endpoint) in &settings.endpoints {
        let transport = transport_settings(name, endpoint, base, files.as_ref())?;
        match endpoint.direction {
            Direction::In => {
                let rules = Rules {
                    stable_for: endpoint.settle,
                    trigger_suffix: endpoint.trigger.clone(),
                    ..Rules::default()
                };
                inboxes.push(InboxAt {
                    name: name.clone(),
                    settings: endpoint.clone(),
                    inbox: open_inbox(&transport, files),
                    readiness: Readiness::new(rules),
                    ready: VecDeque::new(),
                    poll_at: Duration::ZERO,
                    backoff: Backoff::default(),
                    waiting: BTreeMap::new(),
                });
            }
            Direction::Out => {
                let outbox = open_outbox(&transport, files);
                let at = OutboxAt { outbox, backoff: Backoff::default() };
                outboxes.insert(name.clone(), at);
            }
        }
    }
    Ok((inboxes, outboxes))
}

/// What the transport must know about an endpoint, with its secrets.
///
/// # Errors
/// [`GatewayError::Settings`] if something is missing or a secret cannot be had.
pub fn transport_settings(
    name: &str,
    endpoint: &Endpoint,
    base: &Path,
    files: &dyn Files,
) -> Result<EndpointSettings, GatewayError> {
    let location = match endpoint.kind {
        EndpointKind::Folder => Location::Folder { directory: base.join(&endpoint.path) },
        EndpointKind::Sftp => {
            let missing =
                |what: &str| GatewayError::Settings(format!("endpoint {name}: `{what}` is missing"));
            let secret = |reference: &SecretReference| secret(name, reference, base, files);
            let mut logins = Vec::new();
            if let Some(key) = &endpoint.key {
                let passphrase = endpoint.passphrase.as_ref().map(secret).transpose()?;
                logins.push(Login::Key { private_key: secret(key)?, passphrase });
            }
            if let Some(password) = &endpoint.password {
                logins.push(Login::Password(secret(password)?));
            }
            Location::Sftp(SftpSettings {
                host: endpoint.host.clone().ok_or_else(|| missing("host"))?,
                port: endpoint.port,
                user: endpoint.user.clone().ok_or_else(|| missing("user"))?,
                logins,
                host_keys: endpoint.host_keys.clone(),
                directory: endpoint.path.clone().into(),
                timeouts: SftpTimeouts::default(),
            })
        }
    };
    Ok(EndpointSettings { name: name.to_string(), location })
}

fn secret(
    name: &str,
    reference: &SecretReference,
    base: &Path,
    files: &dyn Files,
) -> Result<Secret, GatewayError> {
    match (&reference.env, &reference.file) {
        (Some(variable), None) => std::env::var(variable)
            .map(Secret::new)
            .map_err(|_| GatewayError::Settings(format!("endpoint {name}: ${variable} is not set"))),
        (None, Some(file)) => {
            let path = base.join(file);
            let bytes = read_whole(files, &path, SECRET_BYTES_MAX)
                .map_err(|error| super::spool::failed("read a secret", &path, error))?;
            String::from_utf8(bytes).map(|text| Secret::new(text.trim_end_matches(['\r', '\n']))).map_err(
                |_| GatewayError::Settings(format!("endpoint {name}: {} is no text", path.display())),
            )
        }
        _ => Err(GatewayError::Settings(format!("endpoint {name}: a secret has either `env` or `file`"))),
    }
}

/// Whether a name fits a pattern in which `*` stands for anything.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|skipped| matches(rest, &name[skipped..])),
        Some((byte, rest)) => name.first() == Some(byte) && matches(rest, &name[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_stars() {
        for (pattern, name, expected) in [
            ("*.edi", "a.edi", true),
            ("*.edi", "a.edi.tmp", false),
            ("*", "", true),
            ("a*b*c", "aXbYbc", true),
            ("a*b", "ab", true),
            ("a.edi", "b.edi", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
