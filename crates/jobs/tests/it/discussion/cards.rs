//! Cards of real pages on this machine.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egress::{Client, ClientPolicy};
use rejoinder_core::discussion::sort::Sort;
use rejoinder_core::publication::settings::{LinkCards, ModerationMode};
use rejoinder_core::{Card, PageKey, Settings, ThreadQuery};
use rejoinder_jobs::CardHandler;
use store::{
    discussion::{cards, threads},
    publication::sites,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::{SITE, World};

const NOT_FOUND: &[u8] =
    b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A web server that answers each path with its bytes; what it does not know it leaves open, but for
/// an icon, for which everyone asks.
struct Web {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Web {
    async fn new(pages: Vec<(&'static str, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let keep = asked.clone();
        let pages = Arc::new(pages);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (keep, pages) = (keep.clone(), pages.clone());
                tokio::spawn(async move {
                    let mut head = vec![0; 8_192];
                    let n = stream.read(&mut head).await.unwrap();
                    let head = String::from_utf8_lossy(&head[..n]).into_owned();
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    let known = pages.iter().find(|(own, _)| *own == path);
                    if known.is_none() && path == "/favicon.ico" {
                        drop(stream.write_all(NOT_FOUND).await);
                        return;
                    }
                    keep.lock().unwrap().push(path);
                    match known {
                        Some((_, answer)) => drop(stream.write_all(answer).await),
                        None => std::mem::forget(stream),
                    }
                });
            }
        });
        Self { address, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

fn answer(kind: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{more}connection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn html(text: &str) -> Vec<u8> {
    answer("text/html; charset=utf-8", "", text.as_bytes())
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::DynamicImage::new_rgb8(width, height)
        .write_to(
            &mut std::io::Cursor::new(&mut bytes),
            image::ImageFormat::Png,
        )
        .unwrap();
    bytes
}

impl World {
    async fn unfold(&self, open: &[SocketAddr]) {
        let client = Client::new(ClientPolicy {
            also_public: open.to_vec(),
            ..ClientPolicy::default()
        });
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let handler =
            CardHandler::new(store, client.unwrap(), clock).with_timeout(Duration::from_secs(1));
        let worker = self.worker(Arc::new(handler));
        for _ in 0..8 {
            worker.run_due().await.unwrap();
            self.clock.advance(Duration::from_secs(3_600));
        }
    }

    async fn cards(&self) -> Vec<Card> {
        let query = ThreadQuery {
            sort: Sort::Oldest,
            after: None,
            root: None,
            filter: None,
            passage: None,
            limit: 20,
            replies: 3,
        };
        let read = self.store.read(move |tx| {
            let key = PageKey::parse("https://news.example/story").unwrap();
            threads::load(tx, SITE, &key, &query)
        });
        let entries = read.await.unwrap().entries.into_iter();
        entries.flat_map(|entry| entry.comment.cards).collect()
    }

    async fn set(&self, settings: Settings) {
        let set = move |tx: &mut store::Tx<'_>| sites::save_settings(tx, SITE, &settings);
        self.store.write(set).await.unwrap();
    }
}

#[tokio::test]
async fn a_page_that_is_linked_to_alone_becomes_a_card() {
    let page = "<title>Not this</title><meta property='og:title' content='The &lt;b&gt;bridge'>\
        <meta property='og:site_name' content='The Paper'>\
        <meta name=description content='It stands.'><meta property='og:image' content='/big.png'>";
    let web = Web::new(vec![
        ("/go", b"HTTP/1.1 302 F\r\nlocation: /bridge\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec()),
        ("/bridge", html(page)),
        ("/big.png", answer("image/png", "", &png(1_000, 500))),
    ])
    .await;
    let world = World::new().await;
    world.post(7, &format!("Look\n\n{}", web.url("/go"))).await;

    world.unfold(&[web.address]).await;

    let [card] = <[_; 1]>::try_from(world.cards().await).unwrap();
    assert_eq!(card.url, web.url("/go"), "the link as it was written");
    assert_eq!(card.title, "The <b>bridge");
    assert_eq!(card.site.as_deref(), Some("The Paper"));
    assert_eq!(card.description.as_deref(), Some("It stands."));
    let picture = card.picture.unwrap();
    assert_eq!((picture.width, picture.height), (400, 200));
    let kept = world
        .store
        .read(move |tx| cards::picture(tx, SITE, picture.id));
    let kept = kept.await.unwrap().unwrap();
    assert!(kept.starts_with(b"\xff\xd8\xff"), "a JPEG of our own");
    assert_eq!(web.asked(), ["/big.png", "/bridge", "/go"], "once each");
}

#[tokio::test]
async fn nobody_is_asked_for_what_nobody_may_read() {
    let web = Web::new(vec![("/", html("<title>x</title>"))]).await;
    let world = World::new().await;
    let gone = world.post(7, &web.url("/")).await;
    world.remove(gone).await;
    world
        .post(8, &format!("In a sentence {}", web.url("/")))
        .await;
    world
        .set(Settings {
            mode: ModerationMode::Before,
            ..Settings::default()
        })
        .await;
    world.post(9, &web.url("/held")).await;

    world.unfold(&[web.address]).await;

    assert!(web.asked().is_empty(), "{:?}", web.asked());
}

#[tokio::test]
async fn the_publisher_says_which_links_unfold() {
    let web = Web::new(vec![("/", html("<title>x</title>"))]).await;
    let world = World::new().await;
    let off = Settings {
        link_cards: LinkCards::Off,
        ..Settings::default()
    };
    world.set(off.clone()).await;
    world.post(7, &web.url("/")).await;
    world.unfold(&[web.address]).await;
    let listed = |sites: &str| Settings {
        link_cards: LinkCards::Listed,
        link_card_sites: sites.to_owned(),
        ..off.clone()
    };
    world.set(listed("other.example")).await;
    world.post(8, &format!("{}\n\nagain", web.url("/"))).await;
    world.unfold(&[web.address]).await;
    assert!(web.asked().is_empty());

    world.set(listed("127.0.0.1")).await;
    world.post(9, &format!("{}\n\nnow", web.url("/"))).await;
    world.unfold(&[web.address]).await;

    assert_eq!(web.asked(), ["/"]);
}

#[tokio::test]
async fn what_is_no_page_is_only_a_link() {
    let bomb = vec![0_u8; 64];
    let web = Web::new(vec![
        ("/pdf", answer("application/pdf", "", b"<title>pdf</title>")),
        ("/packed", answer("text/html", "content-encoding: gzip\r\n", &bomb)),
        ("/untitled", html("<body>nothing</body>")),
        ("/late", html(&format!("<body>{}<title>late</title>", "x".repeat(600_000)))),
        (
            "/missing",
            b"HTTP/1.1 404 No\r\ncontent-type: text/html\r\ncontent-length: 16\r\n\r\n<title>no</title>".to_vec(),
        ),
    ])
    .await;
    let world = World::new().await;
    let paths = ["/pdf", "/packed", "/untitled", "/late", "/missing", "/slow"];
    for (id, path) in (7..).zip(paths) {
        world.post(id, &web.url(path)).await;
    }

    world.unfold(&[web.address]).await;

    assert_eq!(world.cards().await, []);
    let n_slow = web.asked().iter().filter(|path| *path == "/slow").count();
    assert_eq!(n_slow, 4, "tried again for a while");
}

#[tokio::test]
async fn a_page_whose_picture_is_bad_is_a_card_without_one() {
    let page = |src: &str| {
        html(&format!(
            "<title>Page</title><meta property='og:image' content='{src}'>"
        ))
    };
    let mut bomb = png(100, 100);
    bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let web = Web::new(vec![
        ("/1", page("/huge.png")),
        ("/2", page("/bomb.png")),
        ("/3", page("/picture.svg")),
        ("/4", page("http://10.0.0.1/inside.png")),
        ("/5", page("javascript:alert(1)")),
        ("/huge.png", answer("image/png", "", &vec![0x89; 3 << 20])),
        ("/bomb.png", answer("image/png", "", &bomb)),
        (
            "/picture.svg",
            answer("image/svg+xml", "", b"<svg onload='alert(1)'/>"),
        ),
    ])
    .await;
    let world = World::new().await;
    for id in 1..=5 {
        world.post(id + 6, &web.url(&format!("/{id}"))).await;
    }

    world.unfold(&[web.address]).await;

    let cards = world.cards().await;
    assert_eq!(cards.len(), 5);
    assert!(cards.iter().all(|card| card.picture.is_none()));
}

fn icon() -> Vec<u8> {
    answer("image/png", "", &dot(64))
}

/// A picture of one colour that can be seen.
fn dot(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::DynamicImage::new_luma8(side, side)
        .write_to(
            &mut std::io::Cursor::new(&mut bytes),
            image::ImageFormat::Png,
        )
        .unwrap();
    bytes
}

#[tokio::test]
async fn a_card_carries_the_sign_of_its_site_which_is_kept_once() {
    let named = "<title>a</title><link rel=icon sizes=16x16 href=/16.png>\
        <link rel=icon sizes=32x32 href=/32.png>";
    let web = Web::new(vec![
        ("/named", html(named)),
        ("/unnamed", html("<title>b</title>")),
        ("/32.png", answer("image/png", "", &dot(64))),
        (
            "/favicon.ico",
            answer("image/vnd.microsoft.icon", "", &dot(64)),
        ),
    ])
    .await;
    let world = World::new().await;
    world.post(7, &web.url("/named")).await;
    world.post(8, &web.url("/unnamed")).await;

    world.unfold(&[web.address]).await;

    let [first, second] = <[_; 2]>::try_from(world.cards().await).unwrap();
    assert_eq!(first.icon, second.icon);
    let id = first.icon.unwrap().0;
    let read = world.store.read(move |tx| cards::picture(tx, SITE, id));
    let kept = read.await.unwrap().unwrap();
    assert!(kept.starts_with(b"\x89PNG"), "a PNG of our own");
    assert_eq!(
        web.asked(),
        ["/32.png", "/favicon.ico", "/named", "/unnamed"]
    );
}

#[tokio::test]
async fn an_icon_that_is_bad_or_forbidden_is_left_out() {
    let inside = Web::new(vec![("/icon.png", icon())]).await;
    let page = |href: &str| html(&format!("<title>Page</title><link rel=icon href='{href}'>"));
    let to = format!(
        "HTTP/1.1 302 F\r\nlocation: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        inside.url("/icon.png")
    );
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let mut bomb = dot(64);
    bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let web = Web::new(vec![
        ("/1", page("/drawing")),
        ("/2", page("/as-png")),
        ("/3", page("/huge")),
        ("/4", page("/bomb")),
        ("/5", page("/away")),
        ("/6", page(&inside.url("/icon.png"))),
        ("/7", page("data:image/png;base64,AAAA")),
        ("/8", page("/as-html")),
        ("/drawing", answer("image/svg+xml", "", svg)),
        ("/as-png", answer("image/png", "", svg)),
        (
            "/huge",
            answer("image/png", "", &[dot(64), vec![0; 300_000]].concat()),
        ),
        ("/bomb", answer("image/x-icon", "", &bomb)),
        ("/away", to.into_bytes()),
        ("/as-html", answer("text/html", "", &dot(64))),
    ])
    .await;
    let world = World::new().await;
    for id in 1..=8 {
        world.post(id + 6, &web.url(&format!("/{id}"))).await;
    }

    world.unfold(&[web.address]).await;

    let cards = world.cards().await;
    assert_eq!(cards.len(), 8);
    assert!(cards.iter().all(|card| card.icon.is_none()), "{cards:?}");
    assert!(inside.asked().is_empty(), "{:?}", inside.asked());
}

fn oembed(body: &str) -> Vec<u8> {
    answer("application/json; charset=utf-8", "", body.as_bytes())
}

/// A page that says nothing itself but where its oEmbed is.
fn embedded(href: &str) -> Vec<u8> {
    html(&format!(
        "<title>Page</title><link rel=alternate type=application/json+oembed href='{href}'>"
    ))
}

#[tokio::test]
async fn what_a_page_leaves_unsaid_its_oembed_says() {
    let world = World::new().await;
    let thumbs = Web::new(vec![("/t.png", answer("image/png", "", &png(640, 480)))]).await;
    let said = format!(
        r#"{{"type": "video", "title": "The bridge", "provider_name": "Channel", "author_name": "Ann",
            "thumbnail_url": "{}", "html": "<script src=//evil.example></script>"}}"#,
        thumbs.url("/t.png")
    );
    let named = "<meta property=og:title content=Named><meta property=og:site_name content=Paper>\
        <meta property=og:image content=/own.png><title>Page</title>\
        <link rel=alternate type=application/json+oembed href=/o>";
    let web = Web::new(vec![
        ("/page", embedded("o?url=x&amp;y=z")),
        ("/o?url=x&y=z", oembed(&said)),
        ("/named", html(named)),
        ("/o", oembed(&said)),
        ("/own.png", answer("image/png", "", &png(100, 100))),
    ])
    .await;
    world.post(7, &web.url("/page")).await;
    world.post(8, &web.url("/named")).await;

    world.unfold(&[web.address, thumbs.address]).await;

    let [page, named] = <[_; 2]>::try_from(world.cards().await).unwrap();
    assert_eq!(page.title, "The bridge");
    assert_eq!(page.site.as_deref(), Some("Channel"));
    assert_eq!(page.author.as_deref(), Some("Ann"));
    let picture = page.picture.unwrap();
    assert_eq!((picture.width, picture.height), (400, 300));
    assert_eq!(named.title, "Named");
    assert_eq!(named.site.as_deref(), Some("Paper"));
    assert_eq!(named.picture.unwrap().width, 100, "the page's own");
    assert_eq!(thumbs.asked(), ["/t.png"]);
}

#[tokio::test]
async fn an_oembed_that_is_bad_or_forbidden_leaves_the_card_as_the_page_says() {
    let world = World::new().await;
    let inside = Web::new(vec![(
        "/o",
        oembed(r#"{"type": "link", "title": "inside"}"#),
    )])
    .await;
    let said = r#"{"type": "link", "title": "oEmbed"}"#;
    let huge = format!(r#"{{"type": "link", "title": "{}"}}"#, "x".repeat(70_000));
    let inner = format!(
        r#"{{"type": "link", "thumbnail_url": "{}"}}"#,
        inside.url("/t.png")
    );
    let to = format!(
        "HTTP/1.1 302 F\r\nlocation: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        inside.url("/o")
    );
    let web = Web::new(vec![
        ("/1", embedded("/script")),
        ("/2", embedded("/huge")),
        ("/3", embedded("/away")),
        ("/4", embedded(&inside.url("/o"))),
        ("/5", embedded("javascript:alert(1)")),
        ("/6", embedded("http://169.254.169.254/latest/meta-data")),
        ("/7", embedded("/packed")),
        ("/8", embedded("/inner")),
        ("/script", answer("text/html", "", said.as_bytes())),
        ("/huge", oembed(&huge)),
        ("/away", to.into_bytes()),
        (
            "/packed",
            answer(
                "application/json",
                "content-encoding: gzip\r\n",
                said.as_bytes(),
            ),
        ),
        ("/inner", oembed(&inner)),
    ])
    .await;
    for id in 1..=8 {
        world.post(id + 6, &web.url(&format!("/{id}"))).await;
    }

    world.unfold(&[web.address]).await;

    let cards = world.cards().await;
    assert_eq!(cards.len(), 8);
    for card in cards {
        assert_eq!((card.title.as_str(), card.picture), ("Page", None));
    }
    assert!(inside.asked().is_empty(), "{:?}", inside.asked());
}

#[tokio::test]
async fn a_page_that_wants_to_stay_quiet_is_asked_for_nothing_more() {
    let quiet = "<meta name=robots content=nosnippet><meta property=og:image content=/a.png>\
        <title>Page</title><link rel=alternate type=application/json+oembed href=/o>";
    let web = Web::new(vec![("/", html(quiet)), ("/favicon.ico", icon())]).await;
    let header = "x-robots-tag: nosnippet\r\n";
    let by_header = Web::new(vec![
        ("/", answer("text/html", header, &embedded("/o"))),
        ("/favicon.ico", icon()),
    ])
    .await;
    let world = World::new().await;
    world.post(7, &web.url("/")).await;
    world.post(8, &by_header.url("/")).await;

    world.unfold(&[web.address, by_header.address]).await;

    assert_eq!(world.cards().await.len(), 2);
    assert_eq!(web.asked(), ["/"]);
    assert_eq!(by_header.asked(), ["/"]);
}

#[tokio::test]
async fn a_forbidden_page_is_not_asked() {
    let inside = Web::new(vec![("/", html("<title>inside</title>"))]).await;
    let to = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        inside.url("/")
    );
    let outside = Web::new(vec![("/", to.into_bytes())]).await;
    let world = World::new().await;
    world.post(7, &inside.url("/")).await;
    world.post(8, &outside.url("/")).await;

    world.unfold(&[outside.address]).await;

    assert!(inside.asked().is_empty());
    assert_eq!(world.cards().await, []);
}
