//! Options: a flag wins over the environment, the environment over the file, the file over the
//! default. Whatever cannot be understood is refused by name before anything starts.

mod collecting;
mod layers;
mod listening;
mod mail;
mod reach;
mod room;
mod sites;

use std::ffi::OsString;
use std::fs::DirBuilder;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use egress::Exception;
use jobs::BackupPlan;
use rejoinder_core::publication::origin;
use rejoinder_core::publication::settings::HiddenText;
use server::{ProxyHeader, RateLimits};
use store::{Location, Reach};
use tracing::level_filters::LevelFilter;

use crate::cli::args::{ServeArgs, StoreArgs};
use crate::failure::Failure;
use crate::private;
pub(crate) use collecting::TraceRoute;
use collecting::traces;
pub(crate) use layers::Fingerprints;
use layers::{Known, Layers};
pub(crate) use listening::Listening;
pub(crate) use mail::MailRoute;
use mail::mail;
pub(crate) use room::Room;
pub(crate) use sites::SiteOptions;

const fn known(key: &'static str, accepts: &'static str) -> Known {
    known_as(key, &[], accepts)
}

/// One that has other names in the environment, too, which other programs share.
const fn known_as(
    key: &'static str,
    standard: &'static [&'static str],
    accepts: &'static str,
) -> Known {
    Known {
        key,
        standard,
        accepts,
    }
}

const KNOWN: [Known; 48] = [
    known(
        "listen",
        "an address and a port such as 127.0.0.1:8080, or unix: and the path of a socket",
    ),
    known(
        "internal",
        "an address and a port such as 127.0.0.1:8081, or off",
    ),
    known("database", "sqlite:PATH or postgres://USER@HOST/NAME"),
    known("postgres.direct", "postgres://USER@HOST/NAME"),
    known("postgres.replica", "postgres://USER@HOST/NAME"),
    known("postgres.readers", reach::ACCEPTS),
    known("postgres.writers", reach::ACCEPTS),
    known("timeouts.connect_s", room::ACCEPTS_SECONDS),
    known("timeouts.link_s", room::ACCEPTS_SECONDS),
    known("timeouts.lock_s", room::ACCEPTS_SECONDS),
    known("timeouts.statement_s", room::ACCEPTS_SECONDS),
    known("timeouts.operation_s", room::ACCEPTS_SECONDS),
    known("max_stale_s", reach::ACCEPTS_STALE),
    known("data", "a directory"),
    known(
        "key",
        "32 random bytes in base64; several with commas between them, the newest first",
    ),
    known(
        "base",
        "an address such as https://comments.example.org, or https://example.org/comments where a proxy \
         passes on only what is below a path",
    ),
    known("allow_plain_http", "yes or no"),
    known(
        "trusted_proxies",
        "networks such as 10.0.0.0/8 or 127.0.0.1, with commas between them",
    ),
    known("allow_any_proxy", "yes or no"),
    known("proxy_header", "x-forwarded-for or forwarded"),
    known(
        "reachable",
        "features with what they may reach, such as webhooks=10.0.0.5:9000, with commas between them; \
         the features are webhooks, filters and sign-in",
    ),
    known("rate_limits", "on or off"),
    known("connections.max", room::ACCEPTS),
    known("connections.max_per_network", room::ACCEPTS),
    known("connections.requests_per_s", room::ACCEPTS),
    known("connections.head_timeout_s", room::ACCEPTS_SECONDS),
    known("connections.body_timeout_s", room::ACCEPTS_SECONDS),
    known("connections.idle_timeout_s", room::ACCEPTS_SECONDS),
    known("connections.write_timeout_s", room::ACCEPTS_SECONDS),
    known("streams.max", room::ACCEPTS),
    known("streams.max_per_page", room::ACCEPTS),
    known("streams.max_per_client", room::ACCEPTS),
    known("backup.folder", "a directory"),
    known("backup.keep", "a number from 1 to 1000"),
    known("backup.every_h", "a number of hours from 1 to 720"),
    known("max_import_mb", room::ACCEPTS),
    known("log", "text or json"),
    known("log_level", "error, warn, info or debug"),
    known_as(
        "traces",
        &[
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ],
        "the address of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318",
    ),
    known_as(
        "traces_headers",
        &[
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ],
        collecting::ACCEPTS_HEADERS,
    ),
    known_as(
        "traces_sampled",
        &["OTEL_TRACES_SAMPLER_ARG"],
        "a share from 0 to 1, such as 0.1",
    ),
    known_as(
        "traces_service",
        &["OTEL_SERVICE_NAME"],
        "a name of at most 100 characters",
    ),
    known(
        "mail.server",
        "smtps://USER:PASSWORD@HOST, smtp://USER:PASSWORD@HOST:587 or file:///FOLDER",
    ),
    known("mail.from", "an e-mail address such as talk@news.example"),
    known(
        "mail.inbound",
        "an e-mail address such as reply@news.example, with at most 11 letters, digits, dots or dashes \
         before the @",
    ),
    known(
        "mail.inbound_secret",
        "at least 32 characters that nobody can guess",
    ),
    known(
        "publication.site",
        "the host of a site, such as news.example",
    ),
    known("publication.folder", "a directory with a publication.toml"),
];

/// What `--help` says of the options that a file or the environment may set.
pub(crate) fn help() -> String {
    let start = "Options for --config FILE and the environment, where `mail.from` is REJOINDER_MAIL_FROM; \
                 docs/operators/configuring.md says more:\n";
    let lines = KNOWN.iter();
    lines.fold(start.to_owned(), |help, known| {
        format!("{help}\n  {}: {}", known.key, known.accepts)
    })
}

/// What the operator decided.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) listen: Listening,
    pub(crate) internal: Option<SocketAddr>,
    pub(crate) database: Location,
    /// How a server reaches it.
    pub(crate) reach: Reach,
    /// For how long a page is shown that it could not confirm.
    pub(crate) max_stale: Duration,
    /// Where the database is unless another place was named, and what the demo unpacks.
    data: Option<PathBuf>,
    is_database_in_data: bool,
    /// What secrets in the database are sealed with, unless a file says so.
    pub(crate) key: Option<HiddenText>,
    pub(crate) base: Option<String>,
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
    pub(crate) proxy_header: ProxyHeader,
    /// What single features may ask although it is not on the public internet.
    pub(crate) reachable: Vec<Exception>,
    pub(crate) rate_limits: RateLimits,
    /// How many connections and live streams there may be.
    pub(crate) room: Room,
    /// The backups that the server makes by the clock.
    pub(crate) backups: Option<BackupPlan>,
    /// How large the file of an import may be that an owner uploads.
    pub(crate) max_import_mb: u64,
    pub(crate) log: LogFormat,
    pub(crate) log_level: LevelFilter,
    /// How mail is sent, when it is.
    pub(crate) mail: Option<MailRoute>,
    /// The folder whose mails owners may read, in the demo.
    pub(crate) shown_mails: Option<PathBuf>,
    pub(crate) publication: Option<PublicationPlace>,
    /// Where traces go, when they are sent.
    pub(crate) traces: Option<TraceRoute>,
    /// The sites that the file describes.
    pub(crate) sites: Vec<SiteOptions>,
    /// What tells whether an option was given another value, and nothing else.
    pub(crate) fingerprints: Fingerprints,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The articles that the server itself publishes.
#[derive(Debug)]
pub(crate) struct PublicationPlace {
    /// The site that they belong to.
    pub(crate) site: String,
    /// Where they are.
    pub(crate) folder: PathBuf,
}

/// What an option is when nobody says.
pub(crate) struct Defaults {
    /// For `internal`.
    pub(crate) internal: Option<SocketAddr>,
    /// For `data`, under the person's own data directory.
    pub(crate) folder: &'static str,
    /// For `log_level`.
    pub(crate) log_level: LevelFilter,
}

/// The defaults of everything but the demo.
pub(crate) const DEFAULTS: Defaults = Defaults {
    internal: Some(loopback(8081)),
    folder: "rejoinder",
    log_level: LevelFilter::INFO,
};

/// The defaults of the demo: its own folder, no second port that could be in use, a quiet log.
pub(crate) const DEMO_DEFAULTS: Defaults = Defaults {
    internal: None,
    folder: "rejoinder-demo",
    log_level: LevelFilter::WARN,
};

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

impl Options {
    /// The options of a server.
    pub(crate) fn for_serving(args: &ServeArgs, defaults: &Defaults) -> Result<Self, Failure> {
        Self::gather(args, defaults, variable)
    }

    /// The options of a command that works on the database.
    pub(crate) fn for_place(place: &StoreArgs) -> Result<Self, Failure> {
        let args = ServeArgs {
            place: place.clone(),
            ..ServeArgs::default()
        };
        Self::for_serving(&args, &DEFAULTS)
    }

    /// The data directory, which now exists.
    pub(crate) fn data_directory(&self) -> Result<&Path, Failure> {
        let data = needed(self.data.as_deref())?;
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        let doing = format!("the data directory {} cannot be made", data.display());
        builder
            .create(data)
            .map_err(|error| Failure::failed(&doing, &error))?;
        Ok(data)
    }

    /// Make the directory of the database, unless it was named by itself.
    pub(crate) fn make_place(&self) -> Result<(), Failure> {
        match self.is_database_in_data {
            true => self.data_directory().map(|_| ()),
            false => Ok(()),
        }
    }

    /// Close to others what older versions have left open to them.
    pub(crate) fn tighten(&self) {
        if let Some(data) = &self.data {
            private::tighten(data, is_of_data);
            private::tighten(&data.join(MAILS), is_mail);
        }
        if let Some(egress::Mailer::Folder(folder)) = self.mail.as_ref().map(|mail| &mail.server) {
            private::tighten(folder, is_mail);
        }
    }

    fn gather(
        args: &ServeArgs,
        defaults: &Defaults,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, Failure> {
        let mut layers = Layers::new(&KNOWN);
        let config = args.place.config.clone();
        let config = config.or_else(|| variable("REJOINDER_CONFIG").map(PathBuf::from));
        if let Some(path) = config {
            layers.add_file(&path)?;
        }
        layers.add_environment(&variable)?;
        layers.add_flag("listen", args.listen.as_deref());
        layers.add_flag("internal", args.internal.as_deref());
        layers.add_flag("base", args.base.as_deref());
        layers.add_flag("log", args.log.as_deref());
        layers.add_flag("traces", args.traces.as_deref());
        layers.add_flag("database", args.place.database.as_deref());
        layers.add_flag("data", args.place.data.as_deref());

        let listen = layers.read("listen", Listening::parse)?;
        let listen = listen.unwrap_or(Listening::Tcp(loopback(8080)));
        let rate_limits = layers.read("rate_limits", on_or_off)?;
        if rate_limits == Some(RateLimits::Off) && !listen.is_local() {
            return Err(Failure::misused(format!(
                "`rate_limits` can be off only on a loopback address such as 127.0.0.1:8080; \
                 this server listens on {listen}"
            )));
        }
        let data = layers.read("data", |text| Some(PathBuf::from(text)))?;
        let data = data.or_else(|| Some(data_home(&variable)?.join(defaults.folder)));
        let named = layers.read("database", |text| text.parse().ok())?;
        let is_database_in_data = named.is_none();
        let database = match named {
            Some(location) => location,
            None => Location::Sqlite(needed(data.as_deref())?.join("rejoinder.db")),
        };
        let base = public_address(&layers)?;
        if let (Listening::Unix(_), None) = (&listen, &base) {
            return Err(Failure::misused(
                "`listen` on a socket in the file system needs `base`: whoever passes requests on there \
                 is no host that links could lead to",
            ));
        }
        let reach = reach::read(&layers, &database)?;
        Ok(Self {
            listen,
            fingerprints: layers.fingerprints(),
            backups: backups(&layers, &database, &reach)?,
            reach,
            max_stale: reach::max_stale(&layers)?,
            internal: layers
                .read("internal", |text| match text {
                    "off" => Some(None),
                    _ => address(text).map(Some),
                })?
                .unwrap_or(defaults.internal),
            is_database_in_data,
            database,
            data,
            key: layers.read("key", |text| Some(HiddenText::from(text.to_owned())))?,
            base,
            trusted_proxies: trusted_proxies(&layers)?,
            proxy_header: layers
                .read("proxy_header", |text| match text.to_lowercase().as_str() {
                    "x-forwarded-for" => Some(ProxyHeader::XForwardedFor),
                    "forwarded" => Some(ProxyHeader::Forwarded),
                    _ => None,
                })?
                .unwrap_or(ProxyHeader::XForwardedFor),
            reachable: reachable(&layers, rate_limits)?,
            rate_limits: rate_limits.unwrap_or(RateLimits::On),
            room: Room::read(&layers)?,
            max_import_mb: layers
                .read("max_import_mb", max_import_mb)?
                .unwrap_or(server::DEFAULT_MAX_IMPORT_MB),
            log: layers.read("log", log_format)?.unwrap_or(LogFormat::Text),
            log_level: layers
                .read("log_level", log_level)?
                .unwrap_or(defaults.log_level),
            mail: mail(&layers)?,
            shown_mails: None,
            publication: publication(&layers)?,
            traces: traces(&layers)?,
            sites: layers.sites().to_vec(),
        })
    }
}

/// How many backups are kept, unless the operator says otherwise.
const KEPT_BACKUPS: u32 = 7;

/// Where the demo puts its mails, in the data directory.
pub(crate) const MAILS: &str = "mails";

/// Whether something in the data directory is ours: the database with what stands beside it, a key, and
/// what the demo unpacks.
fn is_of_data(name: &str) -> bool {
    name.starts_with("rejoinder.db") || ["rejoinder.key", MAILS, "publication"].contains(&name)
}

fn is_mail(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|ending| ending == "eml")
}

/// The one place that reads the environment.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

fn address(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => port.parse().ok().map(loopback),
        None => text.parse().ok(),
    }
}

fn on_or_off(text: &str) -> Option<RateLimits> {
    match text {
        "on" => Some(RateLimits::On),
        "off" => Some(RateLimits::Off),
        _ => None,
    }
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

fn log_level(text: &str) -> Option<LevelFilter> {
    match text {
        "error" => Some(LevelFilter::ERROR),
        "warn" => Some(LevelFilter::WARN),
        "info" => Some(LevelFilter::INFO),
        "debug" => Some(LevelFilter::DEBUG),
        _ => None,
    }
}

/// A public address in the form that links start with.
fn base(text: &str) -> Option<String> {
    origin::parse_base(text).ok()
}

/// The server's public address. Over plain HTTP anyone on the way reads what people sign in with, so
/// that off this machine it takes a word that says so on purpose.
fn public_address(layers: &Layers) -> Result<Option<String>, Failure> {
    let given = layers.read("base", base)?;
    let is_allowed = layers.read("allow_plain_http", yes_or_no)?.unwrap_or(false);
    let origin = given.as_deref().map(|base| origin::split_base(base).0);
    let plain = origin.and_then(|origin| origin.strip_prefix("http://"));
    match plain.filter(|host| !is_allowed && !server::names_this_machine(host)) {
        Some(host) => Err(Failure::misused(format!(
            "`base` cannot be `http://{host}`: what people sign in with could be read on the way; \
             let it begin with https, or set `allow_plain_http` to yes where the network itself is \
             to be trusted"
        ))),
        None => Ok(given),
    }
}

/// Who may say for whom a request is made. To trust everyone is to let anyone be anyone.
fn trusted_proxies(layers: &Layers) -> Result<Vec<ipnet::IpNet>, Failure> {
    let given = layers
        .read("trusted_proxies", networks)?
        .unwrap_or_default();
    let is_allowed = layers.read("allow_any_proxy", yes_or_no)?.unwrap_or(false);
    let is_vast = |net: &&ipnet::IpNet| match net {
        ipnet::IpNet::V4(net) => net.prefix_len() < 8,
        ipnet::IpNet::V6(net) => net.prefix_len() < 7,
    };
    match given.iter().find(is_vast).filter(|_| !is_allowed) {
        Some(net) => Err(Failure::misused(format!(
            "`trusted_proxies` cannot be `{net}`: whoever is in there may pass for any other \
             address; name your own proxies, or set `allow_any_proxy` to yes where nobody else can \
             reach this server"
        ))),
        None => Ok(given),
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    }
}

/// The backups by the clock, where a folder is named for them.
fn backups(
    layers: &Layers,
    database: &Location,
    reach: &Reach,
) -> Result<Option<BackupPlan>, Failure> {
    let folder = layers.read("backup.folder", |text| Some(PathBuf::from(text)))?;
    let within = |text: &str, max: u32| text.parse().ok().filter(|n: &u32| (1..=max).contains(n));
    let keep = layers.read("backup.keep", |text| within(text, 1_000))?;
    let hours = layers.read("backup.every_h", |text| within(text, 720))?;
    let Some(folder) = folder else {
        return match (keep, hours) {
            (None, None) => Ok(None),
            (Some(_), _) => Err(Failure::misused("`backup.keep` needs `backup.folder`")),
            (None, Some(_)) => Err(Failure::misused("`backup.every_h` needs `backup.folder`")),
        };
    };
    Ok(Some(BackupPlan {
        database: database.clone(),
        reach: Reach {
            timeouts: reach.timeouts.patient(),
            ..reach.clone()
        },
        folder,
        keep: keep.unwrap_or(KEPT_BACKUPS) as usize,
        every: Duration::from_secs(u64::from(hours.unwrap_or(24)) * 3_600),
    }))
}

fn max_import_mb(text: &str) -> Option<u64> {
    text.parse().ok().filter(|n| (1..=1_000_000).contains(n))
}

/// Networks, or single addresses, with commas between them.
fn networks(text: &str) -> Option<Vec<ipnet::IpNet>> {
    let items = text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    items
        .map(|item| {
            let single = || item.parse::<IpAddr>().ok().map(ipnet::IpNet::from);
            item.parse().ok().or_else(single)
        })
        .collect()
}

/// What single features may reach at home. Where a stranger names the address, a check on this very
/// machine may open something, and no server that people use.
fn reachable(layers: &Layers, limits: Option<RateLimits>) -> Result<Vec<Exception>, Failure> {
    let exceptions = |text: &str| {
        let items = text.split(',').map(str::trim);
        let items = items.filter(|item| !item.is_empty());
        items.map(|item| item.parse().ok()).collect()
    };
    let named: Vec<Exception> = layers.read("reachable", exceptions)?.unwrap_or_default();
    let is_check = limits == Some(RateLimits::Off);
    let strangers = named.iter().find(|open| !open.feature.is_owners());
    match strangers.filter(|_| !is_check) {
        Some(open) => Err(Failure::misused(format!(
            "`reachable` cannot open a place to {}, whose addresses anyone may name",
            open.feature.as_str()
        ))),
        None => Ok(named),
    }
}

fn publication(layers: &Layers) -> Result<Option<PublicationPlace>, Failure> {
    let site = layers.read("publication.site", |text| origin::parse_host(text).ok())?;
    let folder = layers.read("publication.folder", |text| Some(PathBuf::from(text)))?;
    match (site, folder) {
        (Some(site), Some(folder)) => Ok(Some(PublicationPlace { site, folder })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Failure::misused(
            "`publication.site` needs `publication.folder`",
        )),
        (None, Some(_)) => Err(Failure::misused(
            "`publication.folder` needs `publication.site`",
        )),
    }
}

fn needed(data: Option<&Path>) -> Result<&Path, Failure> {
    let text = "there is no home directory: name a directory with `--data DIR`";
    data.ok_or_else(|| Failure::misused(text))
}

/// Where the person who runs the program keeps data.
fn data_home(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let named = |name| {
        variable(name)
            .filter(|text| !text.is_empty())
            .map(PathBuf::from)
    };
    named("XDG_DATA_HOME").or_else(|| named("HOME").map(|home| home.join(".local/share")))
}

#[cfg(test)]
mod tests;
