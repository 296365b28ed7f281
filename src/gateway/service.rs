//! The engine on a thread of its own: it works while there is work, sleeps until something can be done, and takes
//! requests in between.

use super::{Gateway, GatewayError, Progress};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longest sleep, whatever the engine says: a listing is the truth, a hint only makes it sooner.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// Pause after an error of our own files or of the ledger.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(5);

type Work = Box<dyn FnOnce(&mut Gateway) + Send>;

enum Request {
    Work(Work),
    Wake,
    Stop,
}

/// A running engine. Dropping it stops the engine after the step it is in.
pub struct Service {
    requests: Sender<Request>,
    thread: Option<JoinHandle<Result<(), GatewayError>>>,
}

/// The other end for watches: says that something may have come in.
#[derive(Clone)]
pub struct Waker(Sender<Request>);

impl Waker {
    /// Has every inbox listed soon. Fine if the engine has stopped.
    pub fn wake(&self) {
        // An engine that has stopped needs no hint.
        let _ = self.0.send(Request::Wake);
    }
}

impl Service {
    /// Starts the engine. `gateway` must have an active configuration.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(gateway: Gateway) -> std::io::Result<Self> {
        let (requests, queue) = channel();
        let thread =
            std::thread::Builder::new().name("gateway".into()).spawn(move || run(gateway, &queue))?;
        Ok(Service { requests, thread: Some(thread) })
    }

    /// The end for watches.
    pub fn waker(&self) -> Waker {
        Waker(self.requests.clone())
    }

    /// Runs `work` between two steps, and answers what it answers. `None` if the engine has stopped.
    pub fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Gateway) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = channel();
        let work: Work = Box::new(move |gateway| {
            // Nobody waits for the answer of a caller that went away.
            let _ = answer.send(work(gateway));
        });
        self.requests.send(Request::Work(work)).ok()?;
        answered.recv().ok()
    }

    /// Whether the engine has stopped by itself.
    pub fn has_stopped(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Stops the engine after the step it is in.
    ///
    /// # Errors
    /// The error that ended the engine, if one did.
    pub fn stop(mut self) -> Result<(), GatewayError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), GatewayError> {
        // An engine that has stopped by itself is joined all the same.
        let _ = self.requests.send(Request::Stop);
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if !std::thread::panicking()
            && let Err(error) = self.end()
        {
            tracing::error!(%error, "the engine ended");
        }
    }
}

/// Steps until nothing can be done now.
///
/// # Errors
/// The first error of a step.
pub fn run_until_idle(gateway: &mut Gateway) -> Result<Progress, GatewayError> {
    loop {
        let progress = gateway.step()?;
        if progress != Progress::Worked {
            return Ok(progress);
        }
    }
}

fn run(mut gateway: Gateway, queue: &Receiver<Request>) -> Result<(), GatewayError> {
    loop {
        let pause = match gateway.step() {
            Ok(Progress::Worked) => Duration::ZERO,
            Ok(Progress::Idle { next_at }) => {
                let now = gateway.clock.monotonic().since_start;
                next_at.map_or(SLEEP_MAX, |next| next.since_start.saturating_sub(now)).min(SLEEP_MAX)
            }
            Err(error) if error.ends_process() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a step failed; it is tried again");
                PAUSE_AFTER_ERROR
            }
        };
        let first = match queue.recv_timeout(pause) {
            Ok(request) => request,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        for request in std::iter::once(first).chain(queue.try_iter()) {
            match request {
                Request::Work(work) => work(&mut gateway),
                Request::Wake => gateway.look_now(),
                Request::Stop => return Ok(()),
            }
        }
    }
}
