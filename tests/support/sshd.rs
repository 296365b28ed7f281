//! A real OpenSSH server on loopback for one test: own host keys, own user key, own port, own directory.
//!
//! ```ignore
//! #[path = "support/sshd.rs"]
//! mod sshd;
//! let server = sshd::Sshd::start();
//! let settings = server.endpoint("acme", &server.directory("in"));
//! ```
//!
//! The server runs as the user of the test and serves the real file system; it ends with the value. A machine without
//! OpenSSH fails the test and is told which package to install.
#![allow(dead_code)] // Each test program uses a part of it.
#![allow(clippy::unwrap_used)] // A fixture that cannot be built fails its test.

use crossdock::base::secret::Secret;
use crossdock::transport::{EndpointSettings, Location, Login, SftpSettings, SftpTimeouts};
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SERVER: &str = "/usr/sbin/sshd";

/// A running server.
pub struct Sshd {
    child: Child,
    port: u16,
    home: tempfile::TempDir,
}

impl Sshd {
    /// Starts a server and returns when it accepts connections.
    pub fn start() -> Self {
        assert!(
            Path::new(SERVER).exists(),
            "{SERVER} is missing: install the package openssh-server (Debian: apt-get install openssh-server)"
        );
        let home = tempfile::tempdir().unwrap();
        for (name, kind) in [("host_ed25519", "ed25519"), ("host_ecdsa", "ecdsa"), ("user", "ed25519")] {
            keygen(&["-q", "-t", kind, "-N", "", "-f", path(&home.path().join(name))]);
        }
        if output_of("id", &["-u"]) == "0" {
            // The daemon refuses to run as root without it; packages create it when the service starts.
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut child = spawn(home.path(), port);
            if accepts(&mut child, port) {
                return Sshd { child, port, home };
            }
        }
        panic!(
            "sshd does not start: {}",
            std::fs::read_to_string(home.path().join("log")).unwrap_or_default()
        );
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Creates a directory below the server's home and returns its full path.
    pub fn directory(&self, name: &str) -> PathBuf {
        let directory = self.home.path().join(name);
        std::fs::create_dir_all(&directory).unwrap();
        directory
    }

    /// `SHA256:…` of a host key, `ed25519` or `ecdsa`, as `ssh-keygen -l` tells it.
    pub fn fingerprint(&self, kind: &str) -> String {
        let text =
            keygen(&["-l", "-E", "sha256", "-f", path(&self.home.path().join(format!("host_{kind}.pub")))]);
        text.split(' ').nth(1).unwrap().to_string()
    }

    /// Settings that work: the user key and the pinned host key.
    pub fn endpoint(&self, name: &str, directory: &Path) -> EndpointSettings {
        let private_key = self.private_key();
        EndpointSettings {
            name: name.to_string(),
            location: Location::Sftp(SftpSettings {
                host: "127.0.0.1".into(),
                port: self.port,
                user: user(),
                logins: vec![Login::Key { private_key: Secret::new(private_key), passphrase: None }],
                host_keys: vec![self.fingerprint("ed25519")],
                directory: directory.to_path_buf(),
                timeouts: SftpTimeouts::default(),
            }),
        }
    }

    /// The user's private key.
    pub fn private_key(&self) -> String {
        std::fs::read_to_string(self.home.path().join("user")).unwrap()
    }

    /// A copy of the user's private key that only `passphrase` opens.
    pub fn locked_key(&self, passphrase: &str) -> String {
        let locked = self.home.path().join("locked");
        std::fs::copy(self.home.path().join("user"), &locked).unwrap();
        keygen(&["-p", "-q", "-P", "", "-N", passphrase, "-f", path(&locked)]);
        std::fs::read_to_string(locked).unwrap()
    }

    /// Stops the server and starts it again on the same port with fresh host keys: the changed host key.
    pub fn replace_host_keys(&mut self) {
        self.stop();
        for kind in ["ed25519", "ecdsa"] {
            let key = self.home.path().join(format!("host_{kind}"));
            std::fs::remove_file(&key).unwrap();
            keygen(&["-q", "-t", kind, "-N", "", "-f", path(&key)]);
        }
        self.restart();
    }

    /// Ends every connection and stops listening.
    pub fn stop(&mut self) {
        // Each connection has processes of its own that outlive the listener.
        let sessions = descendants(self.child.id());
        let _ended_already = self.child.kill();
        for process in sessions {
            let _ended_already = Command::new("kill").args(["-KILL", &process.to_string()]).output();
        }
        self.child.wait().unwrap();
    }

    /// Starts again on the same port after [`Sshd::stop`].
    pub fn restart(&mut self) {
        for _ in 0..50 {
            self.child = spawn(self.home.path(), self.port);
            if accepts(&mut self.child, self.port) {
                return;
            }
        }
        panic!("sshd does not start again on port {}", self.port);
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(home: &Path, port: u16) -> Child {
    let configuration = format!(
        "ListenAddress 127.0.0.1:{port}\nHostKey {0}/host_ed25519\nHostKey {0}/host_ecdsa\nPidFile none\n\
         AuthorizedKeysFile {0}/user.pub\nStrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\n\
         MaxStartups 200\nLogLevel INFO\n",
        home.display()
    );
    std::fs::write(home.join("sshd_config"), configuration).unwrap();
    Command::new(SERVER)
        .args(["-D", "-e", "-f", path(&home.join("sshd_config"))])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(home.join("log")).unwrap())
        .spawn()
        .unwrap()
}

/// Waits until the server greets; `false` if it ended instead, for want of its port.
fn accepts(child: &mut Child, port: u16) -> bool {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            let mut greeting = [0u8; 4];
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            if stream.read_exact(&mut greeting).is_ok() && &greeting == b"SSH-" {
                return true;
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

fn keygen(arguments: &[&str]) -> String {
    let output = Command::new("ssh-keygen")
        .args(arguments)
        .output()
        .expect("ssh-keygen is missing: install the package openssh-client");
    assert!(output.status.success(), "ssh-keygen: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The processes below `root`, parents first.
fn descendants(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|process: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            // pid (name) state parent …, and the name may hold anything.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((process, parent))
        })
        .collect();
    let mut found = vec![root];
    let mut at = 0;
    while at < found.len() {
        let parent = found[at];
        found.extend(parents.iter().filter(|(_, above)| *above == parent).map(|(process, _)| *process));
        at += 1;
    }
    found.split_off(1)
}

/// The account it lets in.
pub fn user() -> String {
    output_of("id", &["-un"])
}

fn output_of(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
