//! A server, from options to the last answer.

use std::sync::Arc;
use std::time::Duration;

use jobs::{Backups, Home};
use server::{
    App, AppParts, Config, ConnectionLimits, KnownSites, Listener, Live, PageCache, Publication,
    StreamLimits,
};
use store::{Location, Store, StoreError, discussion::rendering};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tracing::{info, warn};

use super::alone::Alone;
use super::collecting::Traces;
use super::listening::Listeners;
use super::numbered::Numbered;
use super::reload::Reload;
use super::work::{self, Waker, Working};
use super::{NotOpened, Opened};
use crate::cli::args::ServeArgs;
use crate::config::{DEFAULTS, Listening, Options};
use crate::failure::Failure;
use crate::log;
use crate::system::{SystemClock, SystemRandom, raise_file_limit};

/// What rendered threads may take, in bytes.
const PAGE_CACHE_BYTES: u64 = 64 << 20;

pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let options = Options::for_serving(args, &DEFAULTS)?;
    log::start(options.log, options.log_level);
    let publication = match &options.publication {
        Some(place) => Some(
            Publication::read(&place.folder, &place.site)
                .map_err(|error| Failure::failed("the publication cannot be read", &error))?,
        ),
        None => None,
    };
    let runtime = super::runtime()?;
    let Some(running) = Running::start(&runtime, &options)? else {
        return Ok(());
    };
    runtime.block_on(super::site::apply(running.store(), &options.sites))?;
    let address = running.address();
    let listen = address.trim_start_matches("http://");
    info!(listen, "Serving comments on {address}");
    if options.base.is_none() {
        warn!(
            "`base` is not set: the server answers to this machine's own names only, such as \
             localhost, and links in mails lead to this machine"
        );
    }
    let own = args.clone();
    let again = move || Options::for_serving(&own, &DEFAULTS);
    runtime.block_on(running.serve(&options, publication, again))
}

/// A server that has its ports and its database, and does not answer yet.
pub(crate) struct Running {
    listener: Listener,
    internal: Option<Listener>,
    address: String,
    pages: PageCache,
    live: Live,
    sites: KnownSites,
    store: Opened,
    /// The same store, for what nobody waits for.
    background: Arc<Store>,
    waker: Waker,
    signals: Signals,
    // Behind the store: what stands first is dropped first.
    _alone: Alone,
}

impl Running {
    /// Take the ports, then open the database: a port in use is known before anything changes. None where
    /// it was told to end while it waited for the database.
    pub(crate) fn start(runtime: &Runtime, options: &Options) -> Result<Option<Self>, Failure> {
        let listeners = runtime.block_on(Listeners::take(options))?;
        let address = match (listeners.address, &options.listen) {
            (Some(address), _) => format!("http://{address}"),
            (None, _) if options.base.is_none() => {
                return Err(Failure::misused(
                    "a socket that is handed over needs `base`: it says nothing of where links lead",
                ));
            }
            (None, Listening::Unix(path)) => format!("unix:{}", path.display()),
            (None, Listening::Tcp(_)) => "a socket that was handed over".to_owned(),
        };
        // Heard before the database is open, so that it is always closed.
        let mut signals = runtime.block_on(async { Signals::hear() })?;
        let pages = PageCache::stale_for(PAGE_CACHE_BYTES, options.max_stale);
        let live = Live::default();
        let waker = Waker::default();
        options.make_place()?;
        let alone = Alone::begin(&options.database)?;
        let (tell, told) = oneshot::channel::<()>();
        let opened = async move { drop(told.await) };
        let standing_in = server::stand_in(listeners.readers, listeners.internal, opened);
        let standing_in = runtime.spawn(standing_in);
        let sites = KnownSites::default();
        let hook = || waker.after(server::hook(&pages, &live, &sites));
        let Some(store) = open(runtime, options, hook, &mut signals, &address)? else {
            return Ok(None);
        };
        drop(tell);
        let taken_back = runtime.block_on(standing_in);
        let (listener, internal) =
            taken_back.map_err(|error| Failure::failed("the server cannot go on", &error))?;
        Ok(Some(Self {
            listener,
            internal,
            address,
            pages,
            live,
            sites,
            background: Arc::new(store.in_background()),
            store,
            waker,
            signals,
            _alone: alone,
        }))
    }

    /// Where readers reach the server.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The store, for what takes as long as it takes.
    pub(crate) fn store(&self) -> &Store {
        &self.background
    }

    /// Answer until SIGINT or SIGTERM; requests under way are answered first. On SIGHUP the options are
    /// read `again`.
    pub(crate) async fn serve(
        self,
        options: &Options,
        publication: Option<Publication>,
        again: impl Fn() -> Result<Options, Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        let base = options.base.clone();
        let base = base.unwrap_or_else(|| self.address.clone());
        let articles_of = publication.as_ref().map(|own| own.site.as_str());
        let home = Home::new(base, articles_of);
        let outside = outside(options)?;
        let traces = options.traces.as_ref().map(Traces::start).transpose()?;
        let tracer = traces.as_ref().map(Traces::tracer);
        let worker = work::worker(options, &self.background, outside.clone(), &home);
        let worker = worker.traced(tracer.clone());
        self.waker.set(worker.clone());
        let backups = options.backups.clone();
        let backups = backups.map(|plan| Backups::new(plan, Arc::new(SystemClock)));
        let working = Working::start(worker, Arc::clone(&self.background), backups.clone());
        tokio::spawn(renew(Arc::clone(&self.background)));
        let numbered = Numbered::begin(Arc::clone(&self.background)).await;
        let (connections, streams) = room(options);
        let app = App::new(AppParts {
            config: Config {
                base: options.base.clone(),
                trusted_proxies: options.trusted_proxies.clone(),
                proxy_header: options.proxy_header,
                rate_limits: options.rate_limits,
                connections,
                streams,
                max_import_mb: options.max_import_mb,
                mail_from: options.mail.as_ref().map(|mail| mail.from.clone()),
                inbound: options.mail.as_ref().and_then(|mail| mail.inbound.clone()),
                mail_folder: options.shown_mails.clone(),
                publication,
                tracer,
            },
            store: self.store.handle(),
            pages: self.pages,
            live: self.live.clone(),
            sites: self.sites,
            backups,
            wake: Arc::new(move || self.waker.wake()),
            outside,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            ids: numbered.ids(),
        });
        let (tell, told) = watch::channel(());
        if let Some(internal) = self.internal {
            let mut told = told.clone();
            // Ends when the sender is dropped.
            let shutdown = async move { drop(told.changed().await) };
            tokio::spawn(server::serve_internal(internal, app.clone(), shutdown));
        }
        if let Err(error) = server::follow_articles(&app).await {
            warn!(%error, "The passages of the publication's articles were not looked for");
        }
        let Signals { mut ends, reload } = self.signals;
        let reloading = Reload {
            again,
            before: options.fingerprints.clone(),
            store: Arc::clone(&self.background),
        };
        tokio::spawn(reload_on(reload, reloading));
        let shutdown = async {
            ends.come().await;
            info!("Stopping");
            self.live.close();
            drop(tell);
        };
        server::serve(self.listener, app, shutdown).await;
        working.end().await;
        numbered.end().await;
        if let Some(traces) = traces {
            traces.end().await;
        }
        Ok(())
    }
}

/// How long a database that is not there is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Open the database. One of PostgreSQL that cannot be reached yet is waited for, because it may start
/// after this server; none where the server was told to end meanwhile.
fn open(
    runtime: &Runtime,
    options: &Options,
    hook: impl Fn() -> store::CommitHook,
    signals: &mut Signals,
    address: &str,
) -> Result<Option<Opened>, Failure> {
    let mut said = None;
    loop {
        let why = match super::open_with(options, &options.reach, hook()) {
            Ok(store) => return Ok(Some(store)),
            Err(NotOpened::Store(StoreError::Unavailable(why)))
                if matches!(options.database, Location::Postgres(_)) =>
            {
                why
            }
            Err(error) => return Err(error.failure(options)),
        };
        // The same is not said each second.
        if said.as_ref() != Some(&why) {
            let database = &options.database;
            warn!(
                "Waiting for the database {database}, which is unavailable ({why}); until it is there, \
                 {address} says so to whoever asks"
            );
            said = Some(why);
        }
        let is_over = runtime.block_on(async {
            let waited = tokio::time::timeout(PAUSE, signals.ends.come()).await;
            waited.is_ok()
        });
        if is_over {
            return Ok(None);
        }
    }
}

async fn reload_on<A>(mut signal: Signal, mut reloading: Reload<A>)
where
    A: Fn() -> Result<Options, Failure>,
{
    while signal.recv().await.is_some() {
        reloading.run().await;
    }
}

/// How many connections and live streams there may be, now that the process may open as many files
/// as the machine allows.
fn room(options: &Options) -> (ConnectionLimits, StreamLimits) {
    let max_files = raise_file_limit();
    let (connections, streams) = options.room.within(max_files);
    let (n_connections, n_streams) = (connections.max, streams.max);
    info!(
        max_files,
        n_connections,
        n_streams,
        "At most {max_files} files may be open, {n_connections} of them connections of readers, \
         {n_streams} of which follow live"
    );
    (connections, streams)
}

/// Bring along what an older renderer left. Until then it is made anew whenever it is read.
async fn renew(store: Arc<Store>) {
    loop {
        match store.write(rendering::render_outdated).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                warn!(cause = %error, "Older comments were not all rendered anew: {error}");
                return;
            }
        }
    }
}

/// The door out, with the sockets that the operator opened.
fn outside(options: &Options) -> Result<egress::Client, Failure> {
    let policy = egress::ClientPolicy {
        exceptions: options.reachable.clone(),
        ..egress::ClientPolicy::default()
    };
    egress::Client::new(policy)
        .map_err(|error| Failure::failed("nothing outside can be asked", &error))
}

/// How an operator speaks to the program.
struct Signals {
    ends: Ends,
    /// Read the options again.
    reload: Signal,
}

/// How an operator ends the program.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn hear() -> Result<Self, Failure> {
        let hear = |kind| {
            signal(kind).map_err(|error| Failure::failed("signals cannot be listened for", &error))
        };
        Ok(Self {
            ends: Ends {
                interrupt: hear(SignalKind::interrupt())?,
                terminate: hear(SignalKind::terminate())?,
            },
            reload: hear(SignalKind::hangup())?,
        })
    }
}

impl Ends {
    /// Ends when the first of them comes.
    async fn come(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
