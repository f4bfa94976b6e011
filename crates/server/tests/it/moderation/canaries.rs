//! Nothing that waits, was refused or was removed is anywhere where it can be read without a right.
//!
//! Every such text, and every name that stands only beside such texts, has the word `canary` in it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{Method, StatusCode};
use egress::{Client, ClientPolicy, Mailer};
use jobs::{AnyHandler, FanOutHandler, NoticeHandler, WebhookHandler, Worker};
use rejoinder_core::identity::author::Role;
use rejoinder_core::integrations::webhook::{WebhookEvent, WebhookSecret};
use rejoinder_core::publication::settings::IssoApi;
use rejoinder_core::{Clock, FixedRandom, Settings, SiteId};
use rejoinder_server::{Access, declared};
use serde_json::json;
use store::discussion::comments;
use store::integrations::webhooks::{self, NewWebhook};

use crate::moderation::desk::signed_in;
use crate::support::{BASE, STORY, TestApp, TestReader};

const CANARY: &str = "canary";

/// Everyone may read this word, and where nothing else can be read it must be.
const OPEN: &str = "lighthouse";

/// A page on which nothing was ever published.
const QUIET: &str = "https://news.example/quiet";

/// What was planted: the ids of comments and of their authors.
struct Planted {
    comments: Vec<String>,
    authors: Vec<String>,
}

struct Planting<'a> {
    app: &'a TestApp,
    kim: &'a TestReader,
    comments: Vec<String>,
    n: usize,
}

impl Planting<'_> {
    /// A comment by someone who writes nothing else.
    async fn post(&mut self, page: &str, parent: Option<&str>, text: &str) -> (TestReader, String) {
        self.n += 1;
        let writer = self.app.reader(&format!("Canary {}", self.n));
        let posted = match parent {
            Some(parent) => writer.reply(page, parent, text).await,
            None => writer.post(page, text).await,
        };
        let id = posted.id();
        self.comments.push(id.clone());
        (writer, id)
    }

    async fn decide(&self, id: &str, action: &str) {
        let comment = format!("{id}.1");
        let fields = [("comment", comment.as_str()), ("action", action)];
        let sent = self.kim.submit("/moderate/news.example/decide", &fields);
        assert_eq!(sent.await.status, StatusCode::SEE_OTHER);
    }
}

const LINKS: &str = "https://a.example https://b.example https://c.example https://d.example";

/// What every reader sees, and below and beside it what none may.
async fn plant(app: &TestApp, kim: &TestReader) -> Planted {
    let ann = app.reader("Ann");
    let root = ann.post(STORY, "The lighthouse").await.id();
    let mut at = Planting {
        app,
        kim,
        comments: Vec::new(),
        n: 0,
    };
    for parent in [None, Some(root.as_str())] {
        at.post(STORY, parent, &format!("held canary {LINKS}"))
            .await;
        for action in ["reject", "spam", "remove"] {
            let (_, id) = at.post(STORY, parent, &format!("{action} canary")).await;
            at.decide(&id, action).await;
        }
        let (writer, id) = at.post(STORY, parent, "deleted canary").await;
        writer.delete(&id).await.good();
        let (writer, id) = at.post(STORY, parent, "edited").await;
        writer
            .edit(&id, &format!("held canary {LINKS}"))
            .await
            .good();
        let (_, id) = at.post(STORY, parent, "canary with replies").await;
        ann.reply(STORY, &id, "The lighthouse again").await.good();
        at.decide(&id, "remove").await;
        let (_, id) = at
            .post(STORY, parent, "canary with a reply that waits")
            .await;
        at.post(STORY, Some(&id), &format!("held canary {LINKS}"))
            .await;
        at.decide(&id, "reject").await;
    }
    at.post(QUIET, None, &format!("held canary {LINKS}")).await;
    let corrected = ann.post(STORY, "A canary, by mistake").await.id();
    ann.edit(&corrected, "A lighthouse, corrected").await.good();
    let mut all = at.comments;
    all.push(root);
    let ids: Vec<_> = all.iter().map(|id| id.parse().unwrap()).collect();
    let read = app.store.read(move |tx| {
        let found = ids.iter().map(|id| comments::by_id(tx, SiteId(1), *id));
        found.collect::<store::Result<Vec<_>>>()
    });
    let authors = read.await.unwrap().into_iter().flatten();
    Planted {
        authors: authors.map(|it| it.author.id.to_string()).collect(),
        comments: all,
    }
}

const FORMATS: [&str; 3] = ["atom", "rss", "json"];

/// Every address of a public route about what was planted, with whether it shows the open word.
fn addresses(path: &str, planted: &Planted) -> Vec<(String, bool)> {
    let at = |page: &str| format!("{path}?site=news.example&page={page}");
    let with_id = |id: &String| format!("{}?site=news.example", path.replace("{id}", id));
    let ids = planted.comments.iter();
    let feeds = |files: Vec<String>, shows: bool| {
        let all = files.into_iter().flat_map(|file| {
            FORMATS.map(|format| (path.replace("{file}", &format!("{file}.{format}")), shows))
        });
        let all = all.map(|(path, shows)| (path.replace("{site}", "news.example"), shows));
        all.collect::<Vec<_>>()
    };
    match path {
        "/embed" | "/embed/thread" | "/api/v1/thread" => {
            let mut all = vec![(at(QUIET), false)];
            for sort in ["newest", "oldest", "votes", "best", "discussed"] {
                all.push((format!("{}&sort={sort}", at(STORY)), true));
                all.push((
                    format!("{}&sort={sort}&limit=2&replies=0", at(STORY)),
                    false,
                ));
            }
            for filter in ["staff", "featured"] {
                all.push((format!("{}&filter={filter}", at(STORY)), false));
            }
            for id in ids {
                for place in ["comment", "root", "after"] {
                    all.push((format!("{}&{place}={id}", at(STORY)), false));
                }
            }
            all
        }
        "/isso/{site}/" => {
            let of = |rest: &str| format!("/isso/news.example/?uri={rest}");
            let mut all = vec![(of(QUIET), false)];
            for sort in ["newest", "oldest", "upvotes"] {
                all.push((of(&format!("{STORY}&sort={sort}")), true));
                all.push((of(&format!("{STORY}&sort={sort}&limit=2&offset=1")), false));
            }
            all.extend(ids.map(|id| (of(&format!("{STORY}&parent={id}")), false)));
            all
        }
        "/isso/{site}/id/{id}" => {
            let of = |id: &String| format!("/isso/news.example/id/{id}?plain=1");
            ids.map(|id| (of(id), false)).collect()
        }
        "/api/v1/counts" => vec![(format!("{}&page={QUIET}", at(STORY)), false)],
        // What is looked for stands in the field again, so that it is another word.
        "/embed/search" => {
            let of = |page: &str, word: &str| format!("{}&q={word}", at(page));
            let mut all = vec![(of(STORY, "the"), true), (of(QUIET, "held"), false)];
            let near = ["held", "with", "spam", "deleted", "mistake"];
            all.extend(near.map(|word| (of(STORY, word), false)));
            all
        }
        "/api/v1/me" => vec![(at(STORY), false), (at(QUIET), false)],
        "/api/v1/comments/{id}" | "/embed/comments/{id}/flag" | "/embed/comments/{id}/edit" => {
            ids.map(|id| (with_id(id), false)).collect()
        }
        "/feeds/{file}" => feeds(vec!["news.example".to_owned()], true),
        "/feeds/{site}/{*file}" => {
            let key = |page: &str| page.replace(':', "%3A").replace('/', "%2F");
            let of = |page: &str| {
                FORMATS.map(|format| format!("/feeds/news.example/{}.{format}", key(page)))
            };
            let story = of(STORY).map(|path| (path, true));
            let quiet = of(QUIET).map(|path| (path, false));
            story.into_iter().chain(quiet).collect()
        }
        "/feeds/{site}/branches/{file}" => feeds(planted.comments.clone(), false),
        "/feeds/{site}/replies/{file}" => feeds(planted.authors.clone(), false),
        _ => vec![(path.replace("{id}", "1").replace("{file}", "x"), false)],
    }
}

fn has(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(word)
}

/// Everything that can be read without a right, as `reader` sees it.
async fn walk(reader: &TestReader, planted: &Planted) -> usize {
    let mut n_walked = 0;
    let open = [Access::Public, Access::Reader, Access::Link, Access::Secret];
    let routes = declared().into_iter().filter(|route| {
        route.method == Method::GET
            && open.contains(&route.access)
            && !route.path.contains("events")
    });
    for route in routes {
        for (path, shows) in addresses(route.path, planted) {
            let answer = reader.get(&path).await;
            let text = answer.text();
            assert!(!has(&text, CANARY), "{path}: {text}");
            let headers = format!("{:?}", answer.headers);
            assert!(!has(&headers, CANARY), "{path}: {headers}");
            assert!(!answer.status.is_server_error(), "{path}: {text}");
            assert!(
                !shows || has(&text, OPEN),
                "{path} {}: {text}",
                answer.status
            );
            n_walked += 1;
        }
    }
    n_walked
}

/// What is said to who acts on a comment that they may not see.
async fn act(reader: &TestReader, planted: &Planted) {
    for id in &planted.comments {
        let answers = [
            reader.reply(STORY, id, "A reply").await,
            reader.vote(id, 1).await,
            reader.edit(id, "Mine now").await,
            reader.delete(id).await,
            reader
                .send(
                    Method::POST,
                    &format!("/api/v1/comments/{id}/flags"),
                    json!({ "reason": "spam" }),
                )
                .await,
        ];
        for answer in answers {
            assert!(!has(&answer.text(), CANARY), "{id}: {}", answer.text());
        }
    }
}

async fn app() -> TestApp {
    let app = TestApp::with(|config| config.mail_from = Some("talk@comments.example".to_owned()));
    let app = app.await;
    let settings = Settings {
        repeat_minutes: 0,
        isso_api: IssoApi::On,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    app
}

#[tokio::test]
async fn nothing_public_holds_what_waits_or_was_refused_or_removed() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Moderator, 71).await;
    let planted = plant(&app, &kim).await;

    for reader in [app.reader("Bob"), app.stranger()] {
        let n_walked = walk(&reader, &planted).await;
        assert!(n_walked > 200, "{n_walked}");
    }
    act(&app.reader("Eve"), &planted).await;
    let n_walked = walk(&app.reader("Cy"), &planted).await;
    assert!(n_walked > 200, "{n_walked}");
    let counts = format!("/api/v1/counts?site=news.example&page={QUIET}");
    assert_eq!(app.get(&counts).await.good()["counts"][QUIET], 0);
}

#[tokio::test]
async fn what_waits_is_never_told_live_and_what_was_taken_away_is_not_told_again() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Moderator, 71).await;
    let ann = app.reader("Ann");
    ann.post(STORY, "The first lighthouse").await.good();
    let mut live = app.follow(STORY, None).await;
    let mut quiet = app.follow(QUIET, None).await;

    let held = app.reader("Canary").post(STORY, LINKS).await;
    assert_eq!(held.status, StatusCode::ACCEPTED);
    plant(&app, &kim).await;
    for page in [STORY, QUIET] {
        ann.post(page, "The last lighthouse").await.good();
    }

    loop {
        let told = live.next().await.unwrap();
        let data = told.data.to_string();
        assert!(!has(&data, "held canary"), "{told:?}");
        if has(&data, "the last lighthouse") {
            break;
        }
    }
    let only = quiet.next().await.unwrap();
    assert!(
        has(&only.data.to_string(), "the last lighthouse"),
        "{only:?}"
    );
    let mut again = app.follow(STORY, Some("1")).await;
    loop {
        let told = again.next().await.unwrap();
        assert!(!has(&told.data.to_string(), CANARY), "{told:?}");
        if told.event == "reset" || has(&told.data.to_string(), "the last lighthouse") {
            break;
        }
    }
}

/// Something that takes webhooks, and what it was sent.
async fn receiver() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = Arc::clone(&sent);
    let router = Router::new().fallback(move |body: String| {
        keep.lock().unwrap().push(body);
        std::future::ready(())
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, sent)
}

#[tokio::test]
async fn no_mail_and_no_webhook_tells_what_was_taken_away_before_it_was_sent() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Moderator, 71).await;
    let (address, sent) = receiver().await;
    let now = app.clock.now();
    let listens = move |tx: &mut store::Tx<'_>| {
        let new = NewWebhook {
            id: 1,
            url: format!("http://{address}/"),
            kinds: WebhookEvent::ALL.to_vec(),
            secret: WebhookSecret::new(&FixedRandom::seeded(5)),
        };
        webhooks::add(tx, now, SiteId(1), &new).map(drop)
    };
    app.store.write(listens).await.unwrap();
    let mails = tempfile::tempdir().unwrap();
    let worker = worker(&app, address, Mailer::Folder(mails.path().to_owned()));
    subscribe(&app, &worker, mails.path()).await;

    plant(&app, &kim).await;
    while worker.run_due().await.unwrap() > 0 {}

    let told = sent.lock().unwrap().clone();
    let written = texts(mails.path());
    for all in [&told, &written] {
        assert!(all.iter().any(|text| has(text, OPEN)), "{all:?}");
        for text in all {
            assert!(!has(text, CANARY), "{text}");
        }
    }
}

pub(crate) fn worker(app: &TestApp, open: SocketAddr, mailer: Mailer) -> Worker {
    let client = Client::new(ClientPolicy {
        also_public: vec![open],
        ..ClientPolicy::default()
    });
    let clock: Arc<dyn Clock> = app.clock.clone();
    let store = || Arc::clone(&app.store);
    let from = "talk@comments.example";
    let handlers: Vec<Arc<dyn AnyHandler>> = vec![
        Arc::new(WebhookHandler::new(
            store(),
            client.unwrap(),
            clock.clone(),
            BASE,
        )),
        Arc::new(FanOutHandler::new(store(), clock.clone())),
        Arc::new(NoticeHandler::new(
            store(),
            mailer,
            clock.clone(),
            from,
            BASE,
        )),
    ];
    Worker::new(store(), clock, Arc::new(FixedRandom::seeded(9)), handlers)
}

/// Let someone be told by mail of everything on the story.
pub(crate) async fn subscribe(app: &TestApp, worker: &Worker, mails: &std::path::Path) {
    let wish = json!({
        "site": "news.example", "page": STORY, "kind": "page", "email": "bob@reader.example",
    });
    let bob = app.reader("Bob");
    bob.send(Method::POST, "/api/v1/subscriptions", wish)
        .await
        .good();
    while worker.run_due().await.unwrap() > 0 {}
    let mail = texts(mails).remove(0);
    let (_, rest) = mail.split_once("/notices/news.example/").unwrap();
    let secret: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let link = format!("/notices/news.example/{secret}");
    let confirmed = app.stranger().submit(&link, &[("act", "confirm")]).await;
    assert!(
        confirmed.text().contains("confirmed"),
        "{}",
        confirmed.text()
    );
}

/// The mails in a folder, with their lines joined again.
fn texts(folder: &std::path::Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        text.replace("=\r\n", "").replace("=20", " ")
    };
    files.map(read).collect()
}
