//! Threads for what keeps a processor busy. They make way for those that answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::sync::oneshot;

/// How much less than the others such a thread is to have of a processor that several want: a quarter.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

type Work = Box<dyn FnOnce() + Send>;

/// Some threads, started when there is something to do; they end with the last handle. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pool(Arc<Shared>);

struct Shared {
    n_threads: usize,
    queue: OnceLock<Sender<Work>>,
}

impl Pool {
    pub(super) fn new(n_threads: usize) -> Self {
        Self(Arc::new(Shared {
            n_threads,
            queue: OnceLock::new(),
        }))
    }

    /// Do `work` after what waits already, and drop `held` when it is done; `None` when it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        held: impl Send + 'static,
    ) -> Option<T> {
        let (tell, told) = oneshot::channel();
        let work = Box::new(move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            drop(held);
            // Nobody may want it any more.
            let _ = done.map(|done| tell.send(done));
        });
        let queue = self.0.queue.get_or_init(|| start(self.0.n_threads));
        queue.send(work).ok()?;
        told.await.ok()
    }
}

fn start(n_threads: usize) -> Sender<Work> {
    let (queue, waiting) = channel::<Work>();
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..n_threads {
        let waiting = Arc::clone(&waiting);
        let thread = thread::Builder::new().name("slot".to_owned());
        if let Err(error) = thread.spawn(move || work_off(&waiting)) {
            tracing::error!(cause = %error, "A thread for renderings did not start: {error}");
        }
    }
    queue
}

fn work_off(waiting: &Mutex<Receiver<Work>>) {
    #[cfg(target_os = "linux")]
    // Where it may not, it works all the same.
    let _ = rustix::process::setpriority_process(None, NICENESS);
    let next = || {
        let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.recv()
    };
    while let Ok(work) = next() {
        work();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;

    #[tokio::test]
    async fn its_threads_make_way_for_those_that_answer() {
        let here = || getpriority_process(None).unwrap();

        let there = Pool::new(1).run(here, ()).await.unwrap();

        assert!(there > here() || here() >= NICENESS, "{there}");
    }
}
