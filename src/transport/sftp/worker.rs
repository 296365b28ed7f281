//! One thread owns one connection; everybody else sends it jobs and waits, no longer than a deadline.
//!
//! libssh2 blocks a whole session while one call waits, its own timeouts are per packet, and freeing a dead session
//! can block. So nothing of it crosses threads: at the deadline the socket is cut from outside, the waiting call
//! returns with an error on its own thread, and that thread ends with its connection. A worker never reconnects;
//! its owner starts a new one.

use super::connection::{Connection, Cut};
use crate::transport::error::{Fault, Operation};
use crate::transport::settings::SftpSettings;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Does something with the connection; tells whether that is still of use.
type Job = Box<dyn FnOnce(&mut Connection) -> bool + Send>;

/// A handle to the thread that owns a connection. The thread ends when its last handle is dropped.
#[derive(Clone)]
pub(super) struct Worker {
    jobs: SyncSender<Job>,
    cut: Cut,
    dead: Arc<AtomicBool>,
    step: Duration,
}

impl Worker {
    /// Starts the thread and returns once it is logged in.
    pub(super) fn start(settings: &SftpSettings) -> Result<Self, Fault> {
        let (jobs, queue) = sync_channel::<Job>(1);
        let (ready, outcome) = sync_channel(1);
        let cut = Cut::default();
        let (thread_cut, thread_settings) = (cut.clone(), settings.clone());
        std::thread::Builder::new()
            .name(format!("sftp {}", settings.host))
            .spawn(move || match Connection::open(&thread_settings, &thread_cut) {
                Ok(connection) => {
                    if ready.send(Ok(())).is_ok() {
                        serve(connection, &queue, thread_settings.timeouts.keepalive);
                    }
                }
                // Whoever asked may have given up.
                Err(fault) => drop(ready.send(Err(fault))),
            })
            .map_err(Fault::Unreachable)?;
        let connect = settings.timeouts.connect;
        match outcome.recv_timeout(connect) {
            Ok(result) => result.map(|()| Worker {
                jobs,
                cut,
                dead: Arc::new(AtomicBool::new(false)),
                step: settings.timeouts.step,
            }),
            Err(RecvTimeoutError::Timeout) => {
                cut.cut();
                Err(Fault::Deadline { operation: Operation::Connect, after: connect })
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(Fault::Lost { operation: Operation::Connect, cause: "the session ended".into() })
            }
        }
    }

    /// Whether the connection is known to be of no use.
    pub(super) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Does `job` on the connection's thread and returns its result; `Lost` or `Deadline` if there is none, and then
    /// it is not known whether the job was done.
    pub(super) fn run<T: Send + 'static>(
        &self,
        operation: Operation,
        job: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (reply, outcome) = sync_channel(1);
        let boxed: Job = Box::new(move |connection| {
            let result = job(connection);
            let usable = !matches!(&result, Err(fault) if fault.ends_connection());
            // Whoever asked may have given up, and cut the connection then.
            usable & reply.send(result).is_ok()
        });
        let lost = || Fault::Lost { operation, cause: "the connection was closed".into() };
        let result = match self.jobs.send(boxed) {
            Err(_) => Err(lost()),
            // The library's own timeout, of the same length, gives the better words when both are due.
            Ok(()) => match outcome.recv_timeout(self.step + self.step / 8) {
                Ok(result) => result,
                Err(RecvTimeoutError::Disconnected) => Err(lost()),
                Err(RecvTimeoutError::Timeout) => Err(Fault::Deadline { operation, after: self.step }),
            },
        };
        if matches!(&result, Err(fault) if fault.ends_connection()) {
            self.dead.store(true, Ordering::Relaxed);
            self.cut.cut();
        }
        result
    }

    /// Hands over a job whose result nobody waits for, such as closing a file that was read.
    pub(super) fn post(&self, job: impl FnOnce(&mut Connection) + Send + 'static) {
        let boxed: Job = Box::new(move |connection| {
            job(connection);
            true
        });
        // Without the thread there is nothing left to tidy.
        drop(self.jobs.send(boxed));
    }
}

fn serve(mut connection: Connection, queue: &Receiver<Job>, keepalive: Duration) {
    loop {
        match queue.recv_timeout(keepalive) {
            Ok(job) => {
                if !job(&mut connection) {
                    connection.break_off();
                    return;
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                if !connection.keep_alive() {
                    connection.break_off();
                    return;
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
