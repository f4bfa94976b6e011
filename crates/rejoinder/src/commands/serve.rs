//! A server, from options to the last answer.

use std::net::SocketAddr;
use std::sync::Arc;

use jobs::{Backups, Home};
use server::{App, AppParts, Config, ConnectionLimits, Live, PageCache, Publication, StreamLimits};
use store::{Store, discussion::rendering};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tracing::{info, warn};

use super::Opened;
use super::alone::Alone;
use super::numbered::Numbered;
use super::work::{self, Waker, Working};
use crate::cli::args::ServeArgs;
use crate::config::{DEFAULTS, Options};
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
    let running = Running::start(&runtime, &options)?;
    runtime.block_on(super::site::apply(running.store(), &options.sites))?;
    let address = running.address();
    info!(listen = %address, "Serving comments on http://{address}");
    if options.base.is_none() {
        warn!(
            "`base` is not set: the server answers to this machine's own names only, such as \
             localhost, and links in mails lead to this machine"
        );
    }
    runtime.block_on(running.serve(&options, publication))
}

/// A server that has its ports and its database, and does not answer yet.
pub(crate) struct Running {
    listener: TcpListener,
    internal: Option<TcpListener>,
    address: SocketAddr,
    pages: PageCache,
    live: Live,
    store: Opened,
    waker: Waker,
    signals: Signals,
    // Behind the store: what stands first is dropped first.
    _alone: Alone,
}

impl Running {
    /// Take the ports, then open the database: a port in use is known before anything changes.
    pub(crate) fn start(runtime: &Runtime, options: &Options) -> Result<Self, Failure> {
        let (listener, address) = runtime.block_on(listen(options.listen, "listen"))?;
        let internal = match options.internal {
            Some(internal) => Some(runtime.block_on(listen(internal, "internal"))?.0),
            None => None,
        };
        // Heard before the database is open, so that it is always closed.
        let signals = runtime.block_on(async { Signals::hear() })?;
        let pages = PageCache::new(PAGE_CACHE_BYTES);
        let live = Live::default();
        let waker = Waker::default();
        let hook = waker.after(server::hook(&pages, &live));
        options.make_place()?;
        let alone = Alone::begin(&options.database)?;
        let store = super::open_with(options, hook)?;
        Ok(Self {
            listener,
            internal,
            address,
            pages,
            live,
            store,
            waker,
            signals,
            _alone: alone,
        })
    }

    /// Where readers reach the server.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Answer until SIGINT or SIGTERM; requests under way are answered first.
    pub(crate) async fn serve(
        self,
        options: &Options,
        publication: Option<Publication>,
    ) -> Result<(), Failure> {
        let base = match &options.base {
            Some(base) => base.clone(),
            None => format!("http://{}", self.address),
        };
        let articles_of = publication.as_ref().map(|own| own.site.as_str());
        let home = Home::new(base, articles_of);
        let outside = outside(options)?;
        let worker = work::worker(options, &self.store.handle(), outside.clone(), &home);
        self.waker.set(worker.clone());
        let backups = options.backups.clone();
        let backups = backups.map(|plan| Backups::new(plan, Arc::new(SystemClock)));
        let working = Working::start(worker, self.store.handle(), backups.clone());
        tokio::spawn(renew(self.store.handle()));
        let numbered = Numbered::begin(self.store.handle()).await;
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
                mail_folder: options.shown_mails.clone(),
                publication,
            },
            store: self.store.handle(),
            pages: self.pages,
            live: self.live.clone(),
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
        let mut signals = self.signals;
        let shutdown = async {
            signals.end().await;
            info!("Stopping");
            self.live.close();
            drop(tell);
        };
        server::serve(self.listener, app, shutdown).await;
        working.end().await;
        numbered.end().await;
        Ok(())
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

async fn listen(wanted: SocketAddr, option: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = TcpListener::bind(wanted).await;
    let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
    match bound {
        Ok((address, listener)) => Ok((listener, address)),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let other = SocketAddr::new(wanted.ip(), 0);
            Err(Failure::Failed(format!(
                "another program is listening on {wanted}; take another port with --{option}, \
                 such as {other} for any free one"
            )))
        }
        Err(error) => Err(Failure::failed(
            &format!("{wanted} cannot be listened on"),
            &error,
        )),
    }
}

/// How an operator ends the program.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn hear() -> Result<Self, Failure> {
        let hear = |kind| {
            signal(kind).map_err(|error| Failure::failed("signals cannot be listened for", &error))
        };
        Ok(Self {
            interrupt: hear(SignalKind::interrupt())?,
            terminate: hear(SignalKind::terminate())?,
        })
    }

    /// Ends when the first of them comes.
    async fn end(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
