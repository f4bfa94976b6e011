//! Texts of articles that are fetched from their publisher's pages.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use egress::{Client, ClientPolicy};
use rejoinder_core::passages::fetching::{FetchOutcome, FetchProblem};
use rejoinder_core::{Clock as _, PageId, PageKey, Refusal};
use rejoinder_jobs::{ArticleHandler, PassagesHandler};
use store::StoreError;
use store::discussion::pages;
use store::passages::fetching::{self, ArticleFetch};
use store::passages::versions;
use store::publication::sites;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::{SITE, World};

/// A publisher's server that answers everyone so.
struct Web {
    address: SocketAddr,
    n_asked: Arc<AtomicUsize>,
}

impl Web {
    async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, n_asked) = (listener.local_addr().unwrap(), Arc::default());
        let (answer, count) = (answer.into(), Arc::<AtomicUsize>::clone(&n_asked));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = vec![0; 8_192];
                let _ = stream.read(&mut head).await;
                count.fetch_add(1, Ordering::SeqCst);
                match answer.is_empty() {
                    true => std::mem::forget(stream),
                    false => drop(stream.write_all(&answer).await),
                }
            }
        });
        Self { address, n_asked }
    }

    fn n_asked(&self) -> usize {
        self.n_asked.load(Ordering::SeqCst)
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    fn story(&self) -> PageKey {
        PageKey::parse(&format!("{}/story", self.origin())).unwrap()
    }

    /// The page of its story.
    fn page(&self) -> PageId {
        PageId(self.address.port().into())
    }
}

fn answer(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn html(body: &str) -> Vec<u8> {
    answer("200 OK", "text/html; charset=utf-8", body.as_bytes())
}

const STORY: &str = "<!doctype html><title>Late</title><nav>Home</nav><main><article><h1>Late</h1>\
                     <p>The ferry was <em>late</em>.</p></article><p>Read more</p></main>";

impl World {
    async fn origins(&self, origins: Vec<String>) {
        let set = move |tx: &mut store::Tx<'_>| sites::set_origins(tx, SITE, &origins);
        self.store.write(set).await.unwrap();
    }

    /// An editor asks for the text of the story.
    async fn want(&self, web: &Web) -> store::Result<ArticleFetch> {
        let (now, key, id) = (self.clock.now(), web.story(), web.page());
        let want = move |tx: &mut store::Tx<'_>| {
            let site = sites::by_id(tx, SITE)?.unwrap();
            let page = pages::find_or_add(tx, now, SITE, id, &key, None)?;
            let page = pages::lock(tx, SITE, page.id)?;
            fetching::request_fetch(tx, now, &site, &page)
        };
        self.store.write(want).await
    }

    /// Do what is due, where the sockets of `open` count as the public internet.
    async fn fetch(&self, web: &Web, open: &[SocketAddr]) -> ArticleFetch {
        let client = Client::new(ClientPolicy {
            also_public: open.to_vec(),
            ..ClientPolicy::default()
        });
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let fetching = ArticleHandler::new(store.clone(), client.unwrap(), clock.clone())
            .with_timeout(Duration::from_secs(1));
        // A new version has its passages looked for.
        let finding = PassagesHandler::new(store, clock);
        let worker = self.worker_with(vec![Arc::new(fetching), Arc::new(finding)]);
        while worker.run_due().await.unwrap() > 0 {}
        assert_eq!(self.parked().await, [""; 0]);
        let page = web.page();
        let find = move |tx: &mut store::Tx<'_>| fetching::find(tx, SITE, page);
        self.store.read(find).await.unwrap().unwrap()
    }

    /// What becomes of asking for an article that is answered so.
    async fn came_of(&self, web: &Web) -> FetchOutcome {
        self.clock.advance(Duration::from_secs(60));
        self.origins(vec![web.origin()]).await;
        self.want(web).await.unwrap();
        self.fetch(web, &[web.address]).await.ended.unwrap().1
    }

    async fn text(&self, web: &Web) -> Option<(i64, String)> {
        let page = web.page();
        let newest = self.store.read(move |tx| versions::newest(tx, SITE, page));
        let newest = newest.await.unwrap();
        newest.map(|own| (own.number, own.text))
    }
}

#[tokio::test]
async fn the_text_of_an_article_is_fetched_and_is_its_newest_version() {
    for world in World::on_each().await {
        let web = Web::answering(html(STORY)).await;
        world.origins(vec![web.origin()]).await;
        let asked = world.want(&web).await.unwrap();
        let again = world.want(&web).await.unwrap();
        let fetched = world.fetch(&web, &[web.address]).await;

        assert_eq!((asked.ended, &again), (None, &asked));
        let now = world.clock.now();
        assert_eq!(fetched.ended, Some((now, FetchOutcome::New)));
        assert_eq!((fetched.version, web.n_asked()), (Some(1), 1));
        let text = "Late\nThe ferry was late.".to_owned();
        assert_eq!(world.text(&web).await, Some((1, text)));

        world.clock.advance(Duration::from_secs(1));
        assert_eq!(world.came_of(&web).await, FetchOutcome::Same);
        assert_eq!((world.text(&web).await.unwrap().0, web.n_asked()), (1, 2));
    }
}

#[tokio::test]
async fn what_goes_wrong_is_kept_for_the_editor_and_no_text_is() {
    let long = format!("<main>{}</main>", "word ".repeat(1 << 20));
    for world in World::on_each().await {
        for (answer, problem) in [
            (answer("404 Not Found", "text/html", b""), FetchProblem::Status(404)),
            (answer("503 Busy", "text/html", b""), FetchProblem::Status(503)),
            (answer("200 OK", "application/pdf", b"%PDF"), FetchProblem::NotHtml),
            (answer("200 OK", "text/html", b"<main>\xe4</main>"), FetchProblem::NotUtf8),
            (html("<nav>Home</nav><p>A text</p>"), FetchProblem::NoArticle),
            (html("<main><script>1</script></main>"), FetchProblem::Empty),
            (html(&long), FetchProblem::TooLarge),
            (Vec::new(), FetchProblem::Timeout),
            (
                b"HTTP/1.1 302 Found\r\nlocation: /story\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                    .to_vec(),
                FetchProblem::Redirects,
            ),
        ] {
            let web = Web::answering(answer).await;

            assert_eq!(world.came_of(&web).await, FetchOutcome::Failed(problem));
            assert_eq!(world.text(&web).await, None);
        }
    }
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_not_followed() {
    let world = World::new().await;
    let other = Web::answering(html(STORY)).await;
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}/story\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        other.origin()
    );
    let web = Web::answering(redirect).await;
    world.origins(vec![web.origin()]).await;
    world.want(&web).await.unwrap();

    let fetched = world.fetch(&web, &[web.address, other.address]).await;

    let elsewhere = FetchOutcome::Failed(FetchProblem::Elsewhere);
    assert_eq!(fetched.ended.unwrap().1, elsewhere);
    assert_eq!((web.n_asked(), other.n_asked()), (1, 0));
}

#[tokio::test]
async fn an_origin_that_is_not_public_is_not_asked() {
    let world = World::new().await;
    let web = Web::answering(html(STORY)).await;
    world.origins(vec![web.origin()]).await;
    world.want(&web).await.unwrap();

    let fetched = world.fetch(&web, &[]).await;

    let forbidden = FetchOutcome::Failed(FetchProblem::Forbidden);
    assert_eq!(fetched.ended.unwrap().1, forbidden);
    assert_eq!(web.n_asked(), 0);
}

#[tokio::test]
async fn a_site_has_nothing_fetched_that_is_at_none_of_its_origins() {
    let world = World::new().await;
    let web = Web::answering(html(STORY)).await;

    let refused = world.want(&web).await.unwrap_err();
    assert!(matches!(
        refused,
        StoreError::Refused(Refusal::ArticleElsewhere)
    ));

    world.origins(vec![web.origin()]).await;
    world.want(&web).await.unwrap();
    world.origins(Vec::new()).await;
    let fetched = world.fetch(&web, &[web.address]).await;

    let given_up = FetchOutcome::Failed(FetchProblem::GivenUp);
    assert_eq!(fetched.ended.unwrap().1, given_up);
    assert_eq!(web.n_asked(), 0);
}

#[tokio::test]
async fn what_was_lost_can_be_asked_for_anew_after_ten_minutes_and_is_done_once() {
    let world = World::new().await;
    let web = Web::answering(html(STORY)).await;
    world.origins(vec![web.origin()]).await;
    let first = world.want(&web).await.unwrap();
    world.clock.advance(Duration::from_secs(9 * 60));
    assert_eq!(world.want(&web).await.unwrap(), first);
    world.clock.advance(Duration::from_secs(60));

    let anew = world.want(&web).await.unwrap();
    let fetched = world.fetch(&web, &[web.address]).await;

    assert!(anew.asked_at > first.asked_at);
    assert_eq!(
        (fetched.ended.unwrap().1, web.n_asked()),
        (FetchOutcome::New, 1)
    );
}
