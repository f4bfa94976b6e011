//! What readers with an account show of themselves.

use std::io::Cursor;

use axum::body::Body;
use axum::http::Method;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{Pictures, ReaderPages};
use rejoinder_core::{AuthorId, Settings};

use crate::moderation::desk::signed_in;
use crate::support::{Answer, STORY, TestApp, TestReader};

const HOST: &str = "open.example";
const PAGE: &str = "https://open.example/story";

/// A site with `settings`, and an account there.
async fn with(pages: ReaderPages, pictures: Pictures) -> (TestApp, TestReader) {
    let app = TestApp::new().await;
    let settings = Settings {
        reader_pages: pages,
        pictures,
        ..Settings::default()
    };
    app.add_site(7, HOST, settings).await;
    let ann = signed_in(&app, HOST, Role::Staff, 71).await;
    (app, ann)
}

async fn post(reader: &TestReader, text: &str) -> Answer {
    let body = serde_json::json!({"site": HOST, "page": PAGE, "text": text, "name": "Kim"});
    reader.send(Method::POST, "/api/v1/comments", body).await
}

async fn fragment(app: &TestApp) -> String {
    let path = format!("/embed/thread?site={HOST}&page={PAGE}");
    app.get(&path).await.text()
}

fn page_of(seed: i64) -> String {
    format!("/readers/{HOST}/{}", AuthorId(seed))
}

async fn turn(ann: &TestReader, on: &str) {
    let turned = ann
        .submit(&format!("/account/{HOST}/page"), &[("page", on)])
        .await;
    assert_eq!(turned.status, 303, "{}", turned.text());
}

#[tokio::test]
async fn an_account_has_a_page_once_it_wants_one() {
    let (app, ann) = with(ReaderPages::Unlisted, Pictures::Off).await;
    post(&ann, "One **word**").await.good();
    post(&app.stranger(), "Of somebody else").await.good();
    assert_eq!(app.get(&page_of(71)).await.status, 404);
    assert!(!fragment(&app).await.contains("/readers/"));

    turn(&ann, "yes").await;

    let page = app.get(&page_of(71)).await;
    assert_eq!(page.status, 200);
    let html = page.text();
    assert!(html.contains("<p>One <strong>word</strong></p>"), "{html}");
    assert!(html.contains(&format!("href=\"{PAGE}#comment-")), "{html}");
    assert!(html.contains("<meta name=\"robots\" content=\"noindex\">"));
    assert!(!html.contains("Of somebody else") && !html.contains("<script"));
    let link = "<a class=\"rj-name\" data-rj=\"name\" dir=\"auto\" href=\"http";
    let thread = fragment(&app).await;
    assert_eq!(thread.matches(link).count(), 1, "{thread}");
    assert!(thread.contains(&page_of(71)), "{thread}");

    turn(&ann, "no").await;
    assert_eq!(app.get(&page_of(71)).await.status, 404);
    assert!(!fragment(&app).await.contains("/readers/"));
}

#[tokio::test]
async fn a_page_shows_nothing_that_the_thread_does_not() {
    let (app, ann) = with(ReaderPages::Listed, Pictures::Off).await;
    let kept = post(&ann, "It stays").await.id();
    let gone = post(&ann, "It goes").await.id();
    turn(&ann, "yes").await;
    ann.delete(&format!("{gone}?site={HOST}")).await;

    let html = app.get(&page_of(71)).await.text();

    assert!(html.contains(&kept) && !html.contains(&gone), "{html}");
    assert!(!html.contains("It goes") && !html.contains("noindex"));
    assert!(!html.contains("kim71"), "no address: {html}");
}

#[tokio::test]
async fn a_long_page_goes_on_without_script() {
    let (app, ann) = with(ReaderPages::Unlisted, Pictures::Off).await;
    for n in 0..21 {
        let n = char::from(b'A' + n);
        post(&ann, &format!("Number {n} of these")).await.good();
        app.clock.advance(std::time::Duration::from_secs(60));
    }
    turn(&ann, "yes").await;

    let first = app.get(&page_of(71)).await.text();
    let next = first.split("?before=").nth(1).unwrap();
    let next = next.split('"').next().unwrap();
    let second = app.get(&format!("{}?before={next}", page_of(71))).await;

    assert_eq!(first.matches("Number ").count(), 20);
    let second = second.text();
    assert!(second.contains("Number A of these"), "{second}");
    assert_eq!(second.matches("Number ").count(), 1);
    assert!(!second.contains("?before="));
}

#[tokio::test]
async fn guests_and_sites_without_pages_have_none() {
    let (app, ann) = with(ReaderPages::Off, Pictures::Off).await;
    turn(&ann, "yes").await;
    assert_eq!(app.get(&page_of(71)).await.status, 404);
    let settings = ann.get(&format!("/account/{HOST}/settings")).await.text();
    assert!(!settings.contains("/page\"") && !settings.contains("/picture\""));

    let app = TestApp::new().await;
    let guest = app.reader("Ann");
    guest.post(STORY, "First").await.good();
    let id = guest.me(STORY).await["reader"]["id"].clone();
    let path = format!("/readers/news.example/{}", id.as_str().unwrap());
    assert_eq!(app.get(&path).await.status, 404);
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_pixel(width, height, Rgb([200, 0, 0]));
    let mut bytes = Vec::new();
    DynamicImage::from(picture)
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    bytes
}

async fn send(ann: &TestReader, picture: &[u8]) -> Answer {
    let head = "--x1\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\n";
    let body = [head.as_bytes(), picture, b"\r\n--x1--\r\n"].concat();
    let kind = ("content-type", "multipart/form-data; boundary=x1");
    let path = format!("/account/{HOST}/picture");
    ann.ask(Method::POST, &path, &[kind], Body::from(body))
        .await
}

/// Where the picture in `html` is, on the server.
fn picture_in(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("/reader-pictures/")?;
    let path = rest.split('"').next().unwrap();
    Some(format!("/reader-pictures/{path}"))
}

#[tokio::test]
async fn a_picture_stands_beside_what_its_account_writes() {
    let (app, ann) = with(ReaderPages::Off, Pictures::On).await;
    post(&ann, "One").await.good();

    let sent = send(&ann, &png(300, 200)).await;

    assert_eq!(sent.status, 303, "{}", sent.text());
    let thread = fragment(&app).await;
    let path = picture_in(&thread).unwrap();
    let picture = app.get(&path).await;
    assert_eq!(picture.status, 200);
    assert_eq!(picture.header("content-type"), "image/jpeg");
    assert_eq!(
        picture.header("cache-control"),
        "public, max-age=604800, immutable"
    );
    let shown = image::load_from_memory(&picture.body).unwrap();
    assert_eq!((shown.width(), shown.height()), (128, 128));
    let json = app
        .get(&format!("/api/v1/thread?site={HOST}&page={PAGE}"))
        .await
        .json();
    let avatar = json["comments"][0]["author"]["avatar"].as_str().unwrap();
    assert!(avatar.ends_with(&path), "{avatar}");
    let elsewhere = path.replace(HOST, "news.example");
    assert_eq!(app.get(&elsewhere).await.status, 404);

    let removed = ann
        .submit(&format!("/account/{HOST}/picture/remove"), &[])
        .await;
    assert_eq!(removed.status, 303);
    assert_eq!(picture_in(&fragment(&app).await), None);
    assert_eq!(app.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_where_it_was_chosen() {
    let (app, ann) = with(ReaderPages::Off, Pictures::On).await;

    let refused = send(&ann, b"<svg xmlns='http://www.w3.org/2000/svg'/>").await;

    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(text.contains("Please choose a JPEG"), "{text}");
    let large = send(&ann, &vec![0; 5 << 20]).await;
    assert_eq!(large.status, 413);
    drop(app);
}

#[tokio::test]
async fn moderators_take_a_picture_away() {
    let (app, ann) = with(ReaderPages::Off, Pictures::On).await;
    let kim = signed_in(&app, HOST, Role::Owner, 72).await;
    post(&ann, "One").await.good();
    send(&ann, &png(64, 64)).await;
    let desk = format!("/moderate/{HOST}/authors/{}", AuthorId(71));
    let drawer = kim.get(&desk).await.text();
    let path = picture_in(&drawer).unwrap();

    let done = kim.submit(&desk, &[("action", "remove_picture")]).await;

    assert_eq!(done.status, 303, "{}", done.text());
    let drawer = kim.get(&desk).await.text();
    assert!(drawer.contains("Removed the picture"), "{drawer}");
    assert_eq!(picture_in(&drawer), None);
    assert_eq!(app.get(&path).await.status, 404);
    assert_eq!(picture_in(&fragment(&app).await), None);
}
