//! Several pieces of work at the same time, on threads that end with the call.

use std::sync::Mutex;

/// Does `work` with each of `jobs`, at most `width` of them at the same time, begun in order. After the first error none
/// is begun any more. Answers in the order of the jobs; `None` for those that were not begun.
///
/// With a width of 1 all is done in the caller's thread. A panic of `work` is passed on.
pub fn in_flight<T: Send, R: Send, E: Send>(
    width: usize,
    jobs: Vec<T>,
    work: impl Fn(T) -> Result<R, E> + Sync,
) -> Vec<Option<Result<R, E>>> {
    let mut answers: Vec<Option<Result<R, E>>> = jobs.iter().map(|_| None).collect();
    let threads = width.min(jobs.len());
    let queue = Mutex::new(jobs.into_iter().zip(answers.iter_mut()));
    let serve = || {
        loop {
            // Only a panic of `work` could poison the lock, and it is not held there.
            let Some((job, answer)) = queue.lock().expect("nothing panics with the queue").next() else {
                return;
            };
            let done = work(job);
            if done.is_err() {
                queue.lock().expect("nothing panics with the queue").by_ref().for_each(drop);
            }
            *answer = Some(done);
        }
    };
    if threads <= 1 {
        serve();
    } else {
        std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(serve))));
    }
    drop(queue);
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn answers_come_in_the_order_of_the_jobs() {
        for width in [0, 1, 3, 64] {
            let answers = in_flight(width, (0..40).collect(), |job: u32| Ok::<_, ()>(job * 2));
            let expected: Vec<_> = (0..40).map(|job| Some(Ok(job * 2))).collect();
            assert_eq!(answers, expected, "{width}");
        }
    }

    #[test]
    fn nothing_is_begun_after_an_error() {
        let begun = AtomicUsize::new(0);
        let answers = in_flight(1, (0..40).collect(), |job: u32| {
            begun.fetch_add(1, Ordering::SeqCst);
            if job == 3 { Err("no") } else { Ok(job) }
        });
        assert_eq!(begun.into_inner(), 4);
        assert_eq!(answers[2..5], [Some(Ok(2)), Some(Err("no")), None]);
    }

    #[test]
    fn as_many_are_under_way_as_the_width_says() {
        let gate = std::sync::Barrier::new(4);
        let answers = in_flight(4, vec![(); 4], |()| {
            // Comes back only if all four are here.
            gate.wait();
            Ok::<_, ()>(())
        });
        assert!(answers.iter().all(|answer| *answer == Some(Ok(()))));
    }
}
