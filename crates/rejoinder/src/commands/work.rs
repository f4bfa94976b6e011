//! The worker beside the server: it does what follows from changes.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{env, io};

use jobs::{
    AnyHandler, ArticleHandler, AskHandler, Backups, CardHandler, CitedHandler, DeskMailHandler,
    EraseHandler, FanOutHandler, Home, Housekeeper, ImportHandler, LikedHandler, MailHandler,
    NoticeHandler, PassagesHandler, ProcessorAddresses, PushHandler, ReceiptHandler,
    RecordingHandler, SenderHandler, SidesHandler, SpamCheckHandler, SpamCorrectionHandler,
    UnusedCardHandler, WebhookHandler, Worker,
};
use rejoinder_core::Clock;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::config::Options;
use crate::system::{SystemClock, SystemRandom};

/// How long jobs that are under way at the end may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

/// A worker for everything that may be added to the store. Links in what it sends lead to `home`.
pub(super) fn worker(
    options: &Options,
    store: &Arc<Store>,
    outside: egress::Client,
    home: &Home,
) -> Worker {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let cards = CardHandler::new(Arc::clone(store), outside.clone(), Arc::clone(&clock));
    let external = SpamCheckHandler::new(Arc::clone(store), outside.clone(), Arc::clone(&clock));
    let corrections = SpamCorrectionHandler::new(Arc::clone(store), outside.clone());
    let pushes = PushHandler::new(
        Arc::clone(store),
        outside.clone(),
        Arc::clone(&clock),
        Arc::new(SystemRandom),
        match &options.mail {
            Some(mail) => format!("mailto:{}", mail.from),
            None => home.base().to_owned(),
        },
        home.clone(),
    );
    let recordings = RecordingHandler::new(
        Arc::clone(store),
        outside.clone(),
        Arc::clone(&clock),
        Arc::new(decoder),
    );
    let articles = ArticleHandler::new(Arc::clone(store), outside.clone(), Arc::clone(&clock));
    let asking = AskHandler::new(
        Arc::clone(store),
        outside.clone(),
        Arc::clone(&clock),
        &SystemRandom,
        ProcessorAddresses::default(),
    );
    let webhooks =
        WebhookHandler::new(Arc::clone(store), outside, Arc::clone(&clock), home.clone());
    let erasures = EraseHandler::new(Arc::clone(store), Arc::clone(&clock), &SystemRandom);
    let imports = ImportHandler::new(Arc::clone(store), Arc::clone(&clock), &SystemRandom);
    let fan_out = FanOutHandler::new(Arc::clone(store), Arc::clone(&clock));
    let mut handlers: Vec<Arc<dyn AnyHandler>> = vec![
        Arc::new(cards),
        Arc::new(UnusedCardHandler::new(Arc::clone(store))),
        Arc::new(webhooks),
        Arc::new(articles),
        Arc::new(asking),
        Arc::new(pushes),
        Arc::new(recordings),
        Arc::new(CitedHandler::new(Arc::clone(store), Arc::clone(&clock))),
        Arc::new(SidesHandler::new(Arc::clone(store), Arc::clone(&clock))),
        Arc::new(LikedHandler::new(Arc::clone(store))),
        Arc::new(PassagesHandler::new(Arc::clone(store), Arc::clone(&clock))),
        Arc::new(erasures),
        Arc::new(imports),
        Arc::new(fan_out),
        Arc::new(external),
        Arc::new(corrections),
    ];
    if let Some(mail) = &options.mail {
        let notices = NoticeHandler::new(
            Arc::clone(store),
            mail.server.clone(),
            Arc::clone(&clock),
            mail.from.as_str(),
            home.clone(),
        );
        handlers.push(Arc::new(match &mail.inbound {
            Some(inbound) => {
                let random = Arc::new(SystemRandom);
                notices.answered_at(inbound.address.clone(), random)
            }
            None => notices,
        }));
        handlers.push(Arc::new(DeskMailHandler::new(
            Arc::clone(store),
            mail.server.clone(),
            Arc::clone(&clock),
            Arc::new(SystemRandom),
            mail.from.as_str(),
            home.base(),
        )));
        handlers.push(Arc::new(SenderHandler::new(
            Arc::clone(store),
            mail.server.clone(),
            Arc::clone(&clock),
            mail.from.as_str(),
            home.clone(),
        )));
        handlers.push(Arc::new(ReceiptHandler::new(
            Arc::clone(store),
            mail.server.clone(),
            Arc::clone(&clock),
            Arc::new(SystemRandom),
            (mail.from.as_str(), home.clone()),
        )));
        let mails = MailHandler::new(mail.server.clone(), Arc::clone(&clock));
        handlers.push(Arc::new(mails));
    }
    Worker::new(Arc::clone(store), clock, Arc::new(SystemRandom), handlers)
}

/// This program again, as the process that reads a recording.
fn decoder() -> io::Result<Command> {
    // There it is also once another version has taken its place.
    let own = PathBuf::from("/proc/self/exe");
    let own = if own.exists() {
        own
    } else {
        env::current_exe()?
    };
    let mut command = Command::new(own);
    command.arg("decode-recording").env_clear();
    Ok(command)
}

/// Wakes the worker, once there is one: the store, whose commits do so, is open before it.
#[derive(Clone, Default)]
pub(super) struct Waker(Arc<OnceLock<Worker>>);

impl Waker {
    /// Wake `worker` from now on.
    pub(super) fn set(&self, worker: Worker) {
        let _ = self.0.set(worker);
    }

    pub(super) fn wake(&self) {
        if let Some(worker) = self.0.get() {
            worker.wake();
        }
    }

    /// `hook`, and then waking the worker, if a change was made here: what follows from the others is
    /// done by the nodes that made them.
    pub(super) fn after(&self, hook: store::CommitHook) -> store::CommitHook {
        let waker = self.clone();
        Arc::new(move |changes| {
            hook(changes);
            if changes.iter().any(|change| change.is_own) {
                waker.wake();
            }
        })
    }
}

/// A worker, a housekeeper and whoever makes backups, at work.
pub(super) struct Working {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Working {
    pub(super) fn start(worker: Worker, store: Arc<Store>, backups: Option<Backups>) -> Self {
        let (stop, told) = watch::channel(false);
        let housekeeper = Housekeeper::new(store, Arc::new(SystemClock));
        let both = async move {
            let backing_up = async {
                if let Some(backups) = backups {
                    backups.run(told.clone()).await;
                }
            };
            tokio::join!(
                worker.run(told.clone()),
                housekeeper.run(told.clone()),
                backing_up
            );
        };
        Self {
            stop,
            task: tokio::spawn(both),
        }
    }

    /// Let what is under way come to its end.
    pub(super) async fn end(self) {
        // Nobody hears it when the worker has ended already.
        let _ = self.stop.send(true);
        if tokio::time::timeout(STOP_TIMEOUT, self.task).await.is_err() {
            warn!("Jobs were still under way; they are tried again later");
        }
    }
}
