//! A server with readers who ask it things.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream, to_bytes};
use axum::extract::ConnectInfo;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use futures_util::StreamExt as _;
use jobs::{BackupPlan, Backups};
use rejoinder_core::{FixedClock, FixedRandom, IdSource, Settings, SiteId, Time};
use rejoinder_server::{
    self as server, App, AppParts, Config, KnownSites, Live, PageCache, RateLimits,
    internal_router, router,
};
use serde_json::{Value, json};
use store::{Dialect, Reach, Seals, Store, Timeouts, publication::sites};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// The server's own address.
pub(crate) const BASE: &str = "https://comments.example";

/// The origin of the publisher's pages.
pub(crate) const NEWS: &str = "https://news.example";

/// A page of the publisher.
pub(crate) const STORY: &str = "https://news.example/story";

/// A server with one site, `news.example`.
pub(crate) struct TestApp {
    app: App,
    router: Router,
    /// The path that the server is found under, which every path here is below.
    root: String,
    internal: Router,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) store: Arc<Store>,
    pub(crate) live: Live,
    n_readers: AtomicU64,
    _folder: TempDir,
}

/// A PostgreSQL database of one's own, with the schema.
fn migrated_database() -> String {
    testing::prepared_database(|url| {
        drop(Store::open(&url.parse().unwrap(), Arc::new(|_| {})).unwrap());
    })
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A server whose configuration differs.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().unwrap();
        let location = format!("sqlite:{}", folder.path().join("test.db").display());
        Self::at(&location, folder, &[], change).await
    }

    /// A server that may ask these places beside its internet.
    pub(crate) async fn reaching(open: &[SocketAddr]) -> Self {
        let folder = TempDir::new().unwrap();
        let location = format!("sqlite:{}", folder.path().join("test.db").display());
        Self::at(&location, folder, open, |_| {}).await
    }

    /// A server on PostgreSQL.
    pub(crate) async fn on_postgres() -> Self {
        Self::node(&migrated_database()).await
    }

    /// A server on PostgreSQL whose configuration differs.
    pub(crate) async fn on_postgres_with(change: impl FnOnce(&mut Config)) -> Self {
        let database = migrated_database();
        Self::at(&database, TempDir::new().unwrap(), &[], change).await
    }

    /// One of several servers on a PostgreSQL database.
    pub(crate) async fn node(database: &str) -> Self {
        Self::at(database, TempDir::new().unwrap(), &[], |_| {}).await
    }

    /// The same, which limits its clients, and has a key in common with the others.
    pub(crate) async fn limiting_node(database: &str) -> Self {
        let seals = Seals::written(&[7; 32]).parse().unwrap();
        let on = |config: &mut Config| config.rate_limits = RateLimits::On;
        let folder = TempDir::new().unwrap();
        Self::within(database, &Reach::default(), seals, folder, &[], on).await
    }

    /// A server on PostgreSQL that reads from a standby, too.
    pub(crate) async fn following(database: &str, replica: String) -> Self {
        let reach = Reach {
            timeouts: Timeouts::SERVING,
            replica: Some(replica),
            ..Reach::default()
        };
        let folder = TempDir::new().unwrap();
        Self::within(database, &reach, Seals::none(), folder, &[], |_| {}).await
    }

    /// A server on PostgreSQL that waits for it as `timeouts` say.
    pub(crate) async fn waiting(database: &str, timeouts: Timeouts) -> Self {
        let reach = Reach {
            timeouts,
            ..Reach::default()
        };
        let folder = TempDir::new().unwrap();
        Self::within(database, &reach, Seals::none(), folder, &[], |_| {}).await
    }

    async fn at(
        location: &str,
        folder: TempDir,
        open: &[SocketAddr],
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let reach = Reach::default();
        Self::within(location, &reach, Seals::none(), folder, open, change).await
    }

    async fn within(
        location: &str,
        reach: &Reach,
        seals: Seals,
        folder: TempDir,
        open: &[SocketAddr],
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let pages = PageCache::new(8 << 20);
        let live = Live::default();
        let sites = KnownSites::default();
        let hook = server::hook(&pages, &live, &sites);
        let location = location.parse().unwrap();
        let store = Store::open_within(&location, reach, seals, hook).unwrap();
        let mut config = Config {
            base: Some(BASE.to_owned()),
            rate_limits: RateLimits::Off,
            ..Config::default()
        };
        change(&mut config);
        let root = config
            .base
            .as_deref()
            .and_then(|base| base.strip_prefix(BASE));
        let root = root.unwrap_or_default().to_owned();
        let clock = Arc::new(FixedClock::at("2026-11-23T05:00:00Z".parse().unwrap()));
        let store = Arc::new(store);
        let plan = BackupPlan {
            database: store::Location::Sqlite(folder.path().join("test.db")),
            reach: store::Reach::default(),
            folder: folder.path().join("backups"),
            keep: 1,
            every: Duration::from_secs(86_400),
        };
        let parts = AppParts {
            config,
            store: Arc::clone(&store),
            pages,
            live: live.clone(),
            sites,
            // Nobody lets them run: they are there to be told of.
            backups: Some(Backups::new(plan, Arc::<FixedClock>::clone(&clock))),
            wake: Arc::new(|| {}),
            outside: outside(open),
            clock: Arc::<FixedClock>::clone(&clock),
            random: Arc::new(FixedRandom::seeded(1)),
            ids: Arc::new(IdSource::new(&FixedRandom::seeded(1))),
        };
        let app = App::new(parts);
        let app = Self {
            internal: internal_router(app.clone()),
            router: router(app.clone()),
            root,
            app,
            clock,
            store,
            live,
            n_readers: AtomicU64::new(1),
            _folder: folder,
        };
        app.add_site(1, "news.example", Settings::default()).await;
        app
    }

    /// Add a site, or change the settings of one that is there.
    pub(crate) async fn add_site(&self, id: i64, host: &'static str, settings: Settings) {
        let now = Time::from_micros(0);
        let origins = vec![format!("https://{host}")];
        let add = move |tx: &mut store::Tx<'_>| {
            if sites::by_host(tx, host)?.is_some() {
                return sites::save_settings(tx, SiteId(id), &settings);
            }
            sites::add(tx, now, SiteId(id), host, &origins, &settings).map(drop)
        };
        self.store.write(add).await.unwrap();
        self.clock.advance(Duration::from_secs(10));
    }

    /// A reader at an address of their own, on a page of the publisher.
    pub(crate) fn reader(&self, name: &str) -> TestReader {
        let n = self.n_readers.fetch_add(1, Ordering::SeqCst);
        TestReader {
            name: name.to_owned(),
            router: self.router.clone(),
            root: self.root.clone(),
            clock: Arc::clone(&self.clock),
            peer: SocketAddr::from((address(n), 4000)),
            host: "comments.example".to_owned(),
            origin: NEWS.to_owned(),
            cookie: Mutex::default(),
        }
    }

    /// Someone on the server's own pages, who has no cookie.
    pub(crate) fn stranger(&self) -> TestReader {
        let mut reader = self.reader("Ann");
        BASE.clone_into(&mut reader.origin);
        reader
    }

    /// What answers those who really connect.
    pub(crate) fn service(&self) -> IntoMakeServiceWithConnectInfo<Router, SocketAddr> {
        self.router.clone().into_make_service_with_connect_info()
    }

    /// Serve those who connect, as the program does, until the test ends.
    pub(crate) async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let forever = std::future::pending();
        tokio::spawn(server::serve(listener, self.app.clone(), forever));
        address
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    /// What is answered beside the path that the server is found under.
    pub(crate) async fn get_beside(&self, path: &str) -> Answer {
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, "comments.example");
        ask(&self.router, request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, Body::empty()).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri([&self.root, path].concat());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .header(header::HOST, "comments.example")
            .body(body)
            .unwrap();
        ask(&self.router, request).await
    }

    /// Follow a page live, after what was told as `seen`.
    pub(crate) async fn follow(&self, page: &str, seen: Option<&str>) -> Following {
        let path = format!("/api/v1/events?site=news.example&page={page}");
        let mut request = Request::builder()
            .uri([&self.root, path.as_str()].concat())
            .header(header::HOST, "comments.example");
        if let Some(seen) = seen {
            request = request.header("last-event-id", seen);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/event-stream"
        );
        Following {
            stream: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// What operators are told at `path`.
    pub(crate) async fn inside(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        ask(&self.internal, request).await
    }

    /// The thread of a page as JSON.
    pub(crate) async fn thread(&self, page: &str) -> Value {
        self.get(&thread_path(page)).await.good()
    }
}

impl TestApp {
    /// How many rows each table has.
    pub(crate) async fn n_rows(&self) -> Vec<(String, i64)> {
        let count = |tx: &mut store::Tx<'_>| {
            let tables = match tx.dialect() {
                Dialect::Sqlite => "select name from sqlite_schema where type = 'table' order by 1",
                Dialect::Postgres => {
                    "select table_name::text from information_schema.tables
                     where table_schema = 'public' order by 1"
                }
            };
            let tables = tx.all(statement(tables), store::params![], |row| {
                row.next::<String>()
            })?;
            let counted = tables.into_iter().map(|table| {
                let text = format!("select count(*) from \"{table}\"");
                let n_rows = tx.one(statement(&text), store::params![], |row| row.next())?;
                Ok((table, n_rows.unwrap_or(0)))
            });
            counted.collect()
        };
        self.store.read(count).await.unwrap()
    }
}

fn statement(text: &str) -> &'static store::Sql {
    Box::leak(Box::new(store::Sql::new(text.to_owned().leak())))
}

/// The address of the `n`th reader.
fn address(n: u64) -> [u8; 4] {
    let [.., high, low] = n.to_be_bytes();
    match high {
        0 => [192, 0, 2, low],
        _ => [198, 18, high, low],
    }
}

/// An internet in which every name is found, those that begin with `inside.` at home.
fn outside(open: &[SocketAddr]) -> egress::Client {
    let policy = egress::ClientPolicy {
        lookup: Arc::new(Names),
        also_public: open.to_vec(),
        exceptions: Vec::new(),
    };
    egress::Client::new(policy).unwrap()
}

struct Names;

impl egress::Lookup for Names {
    fn lookup(&self, host: String, port: u16) -> Pin<Box<dyn Future<Output = Found> + Send>> {
        let address = match host.starts_with("inside.") {
            true => [10, 0, 0, 1],
            false => [93, 184, 215, 14],
        };
        Box::pin(async move { Ok(vec![SocketAddr::from((address, port))]) })
    }
}

type Found = std::io::Result<Vec<SocketAddr>>;

/// A live stream that is being read.
pub(crate) struct Following {
    stream: BodyDataStream,
    text: String,
}

/// A live stream that nobody reads.
#[derive(Debug)]
pub(crate) struct Stream(#[expect(dead_code, reason = "only held")] Body);

/// An event of a live stream.
#[derive(Debug)]
pub(crate) struct StreamEvent {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) data: Value,
}

impl Following {
    /// The next event; comments that keep the connection are passed over.
    pub(crate) async fn next(&mut self) -> Option<StreamEvent> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                if let (Some(id), Some(event), Some(data)) =
                    (field("id: "), field("event: "), field("data: "))
                {
                    let data = serde_json::from_str(data).unwrap();
                    return Some(StreamEvent {
                        id: id.to_owned(),
                        event: event.to_owned(),
                        data,
                    });
                }
            }
            let bytes = self.stream.next().await?.unwrap();
            self.text.push_str(str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event in one line: its version, its kind, and the comment's text.
    pub(crate) async fn line(&mut self) -> String {
        let told = self.next().await.unwrap();
        let html = told.data["html"].as_str().unwrap_or("");
        let text = html
            .split("<p>")
            .nth(1)
            .and_then(|rest| rest.split("</p>").next());
        format!("{} {} {}", told.id, told.event, text.unwrap_or(""))
    }
}

/// The address of a page's thread as JSON.
pub(crate) fn thread_path(page: &str) -> String {
    format!("/api/v1/thread?site=news.example&page={page}")
}

/// Someone with a browser.
pub(crate) struct TestReader {
    pub(crate) name: String,
    router: Router,
    root: String,
    clock: Arc<FixedClock>,
    peer: SocketAddr,
    /// How the browser calls the server.
    pub(crate) host: String,
    pub(crate) origin: String,
    pub(crate) cookie: Mutex<Option<String>>,
}

impl TestReader {
    /// Be in the network of another.
    pub(crate) fn sit_beside(&mut self, other: &Self) {
        self.peer = other.peer;
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        self.send_with(method, path, &[], body).await
    }

    pub(crate) async fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let json = ("content-type", "application/json");
        let headers: Vec<_> = headers.iter().copied().chain([json]).collect();
        self.ask(method, path, &headers, Body::from(body.to_string()))
            .await
    }

    /// Send a form, as a browser without script does.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.ask(Method::POST, path, &[kind], Body::from(form.finish()))
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        self.ask_from(Some(&self.origin), method, path, headers, body)
            .await
    }

    /// Ask from a page of another origin, or of none.
    pub(crate) async fn ask_from(
        &self,
        origin: Option<&str>,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        self.clock.advance(Duration::from_secs(1));
        let mut request = Request::builder()
            .method(method)
            .uri([&self.root, path].concat())
            .header(header::HOST, &self.host)
            .extension(ConnectInfo(self.peer));
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        if let Some(cookie) = &*self.cookie.lock().unwrap() {
            request = request.header(header::COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = ask(&self.router, request.body(body).unwrap()).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        answer
    }

    fn keep(&self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap();
        let name = pair.split('=').next().unwrap();
        let mut jar = self.cookie.lock().unwrap();
        let others = jar.as_deref().unwrap_or_default().split("; ");
        let others = others.filter(|other| {
            let own = other.split('=').next();
            !other.is_empty() && own != Some(name)
        });
        let kept: Vec<&str> = others.chain([pair]).collect();
        *jar = Some(kept.join("; "));
    }

    pub(crate) async fn post(&self, page: &str, text: &str) -> Answer {
        let (site, name) = ("news.example", &self.name);
        let body = json!({ "site": site, "page": page, "text": text, "name": name });
        self.send(Method::POST, "/api/v1/comments", body).await
    }

    pub(crate) async fn reply(&self, page: &str, parent: &str, text: &str) -> Answer {
        let (site, name) = ("news.example", &self.name);
        let body =
            json!({ "site": site, "page": page, "parent": parent, "text": text, "name": name });
        self.send(Method::POST, "/api/v1/comments", body).await
    }

    pub(crate) async fn vote(&self, id: &str, value: i64) -> Answer {
        let path = format!("/api/v1/comments/{id}/vote");
        self.send(Method::PUT, &path, json!({ "value": value }))
            .await
    }

    pub(crate) async fn edit(&self, id: &str, text: &str) -> Answer {
        let path = format!("/api/v1/comments/{id}");
        self.send(Method::PATCH, &path, json!({ "text": text }))
            .await
    }

    pub(crate) async fn delete(&self, id: &str) -> Answer {
        let path = format!("/api/v1/comments/{id}");
        self.ask(Method::DELETE, &path, &[], Body::empty()).await
    }

    /// Follow what is at `path`; the stream ends when it is dropped.
    pub(crate) async fn follow(&self, path: &str) -> Result<Stream, Answer> {
        let request = Request::builder()
            .uri([&self.root, path].concat())
            .header(header::HOST, &self.host)
            .extension(ConnectInfo(self.peer));
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        if parts.status == StatusCode::OK {
            return Ok(Stream(body));
        }
        Err(Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        })
    }

    pub(crate) async fn me(&self, page: &str) -> Value {
        self.get(&format!("/api/v1/me?site=news.example&page={page}"))
            .await
            .good()
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let body = match kind.is_some_and(|kind| kind == "text/event-stream") {
        // It has no end.
        true => Vec::new(),
        false => to_bytes(body, usize::MAX).await.unwrap().to_vec(),
    };
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body of an answer that must be a good one.
    pub(crate) fn good(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self.json()
    }

    /// The id of the comment in an answer that must be a good one.
    pub(crate) fn id(&self) -> String {
        self.good()["comment"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// A refusal in one line.
    pub(crate) fn problem(&self) -> String {
        let problem = self.json();
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        assert_eq!(problem["status"], self.status.as_u16());
        let field = problem["field"].as_str().map(|field| format!(" [{field}]"));
        let (code, detail) = (problem["code"].as_str(), problem["detail"].as_str());
        format!(
            "{} {}{}: {}",
            self.status.as_u16(),
            code.unwrap(),
            field.unwrap_or_default(),
            detail.unwrap()
        )
    }
}
