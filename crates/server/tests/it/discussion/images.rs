//! Pictures in comments, from the file to the thread and away again.

use std::io::Cursor;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{GuestPolicy, Images};
use rejoinder_core::{Clock as _, Settings, SiteId};
use rejoinder_server::RateLimits;
use serde_json::{Value, json};
use store::moderation::word_lists::{self, WordListEntries, WordListKind};

use crate::moderation::desk::signed_in;
use crate::support::{Answer, STORY, TestApp, TestReader};

const HOST: &str = "news.example";
const SEND: &str = "/api/v1/images?site=news.example";
const FRAGMENT: &str = "/embed/thread?site=news.example&page=https://news.example/story";

async fn with(images: Images) -> TestApp {
    let app = TestApp::new().await;
    let settings = Settings {
        images,
        ..Settings::default()
    };
    app.add_site(1, HOST, settings).await;
    app
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_pixel(width, height, Rgb([200, 0, 0]));
    let mut bytes = Vec::new();
    DynamicImage::from(picture)
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    bytes
}

async fn send(reader: &TestReader, bytes: Vec<u8>) -> Answer {
    let kind = ("content-type", "image/png");
    reader
        .ask(Method::POST, SEND, &[kind], Body::from(bytes))
        .await
}

/// Send a picture; what it is named by.
async fn sent(reader: &TestReader) -> String {
    let answer = send(reader, png(400, 300)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()["image"].as_str().unwrap().to_owned()
}

async fn post(reader: &TestReader, images: Value) -> Answer {
    let body = json!({
        "site": HOST, "page": STORY, "text": "Look at this", "name": "Ann", "images": images,
    });
    reader.send(Method::POST, "/api/v1/comments", body).await
}

/// Post a comment with a picture that says `alt`; its id, and where the picture is.
async fn shown(reader: &TestReader, alt: &str) -> (String, String) {
    let image = sent(reader).await;
    let posted = post(reader, json!([{"image": image, "alt": alt}])).await;
    let body = posted.json();
    let id = body["comment"]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let html = body["html"].as_str().unwrap_or_default();
    let path = path_in(html).unwrap_or_else(|| panic!("{body}"));
    (id, path)
}

/// Where the first picture in `html` is, on the server.
fn path_in(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("/comment-images/")?;
    let path = rest.split('"').next().unwrap();
    Some(format!("/comment-images/{path}"))
}

#[tokio::test]
async fn a_picture_stands_below_its_comment_as_it_was_made_here() {
    let app = with(Images::On).await;
    let ann = app.reader("Ann");

    let (id, path) = shown(&ann, " A bridge\n\"<b>at</b> night ").await;

    let html = app.get(FRAGMENT).await.text();
    let image = format!(
        "<img src=\"https://comments.example{path}\" alt=\"A bridge &#34;&#60;b&#62;at&#60;/b&#62; \
         night\" width=\"400\" height=\"300\" loading=\"lazy\""
    );
    assert!(html.contains(&image), "{html}");
    assert!(
        html.contains("data-rich"),
        "its style is waited for: {html}"
    );
    let picture = app.get(&path).await;
    assert_eq!(picture.header("content-type"), "image/jpeg");
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert_eq!(
        picture.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    let kept = "public, max-age=86400, s-maxage=600, immutable";
    assert_eq!(picture.header("cache-control"), kept);
    let read = image::load_from_memory(&picture.body).unwrap();
    assert_eq!((read.width(), read.height()), (400, 300));
    let json = app.get(&format!("/api/v1/comments/{id}?site={HOST}")).await;
    let image = &json.json()["comment"]["images"][0];
    assert!(image["url"].as_str().unwrap().ends_with(&path), "{image}");
    assert_eq!(image["alt"], "A bridge \"<b>at</b> night");
    for elsewhere in [
        path.replace(HOST, "other.example"),
        path.replace(".jpg", ".png"),
        path.replace(".jpg", ""),
    ] {
        let status = app.get(&elsewhere).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{elsewhere}");
    }
}

#[tokio::test]
async fn what_is_typed_leads_to_no_picture_of_anywhere() {
    let app = with(Images::On).await;
    let text = "![x](https://evil.example/a.png) <img src=\"https://evil.example/b.png\">";
    app.reader("Ann").post(STORY, text).await.good();

    let html = app.get(FRAGMENT).await.text();

    assert!(!html.contains("<img"), "{html}");
    assert!(!html.contains("/comment-images/"), "{html}");
}

#[tokio::test]
async fn each_picture_says_what_it_shows_and_there_are_four_at_most() {
    let app = with(Images::On).await;
    let ann = app.reader("Ann");
    let image = sent(&ann).await;
    let cases = [
        (json!([{"image": image, "alt": " "}]), "image_alt_missing"),
        (
            json!([{"image": image, "alt": "é".repeat(501)}]),
            "image_alt_too_long",
        ),
        (json!([{"image": "0a", "alt": "A bridge"}]), "image_unknown"),
        (
            json!([{"image": "0".repeat(64), "alt": "A bridge"}]),
            "image_unknown",
        ),
        (
            json!(vec![json!({"image": image, "alt": "A bridge"}); 5]),
            "too_many_images",
        ),
    ];
    for (images, code) in cases {
        let refused = post(&ann, images).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let problem = refused.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["field"], "images");
    }
    let posted = post(&ann, json!([{"image": image, "alt": "é".repeat(500)}])).await;
    assert_eq!(posted.status, StatusCode::CREATED, "none was used up");
}

#[tokio::test]
async fn only_pictures_are_taken_and_only_where_the_site_takes_some() {
    let app = with(Images::On).await;
    let ann = app.reader("Ann");
    let bomb = || {
        let mut bomb = png(100, 100);
        bomb[16..24].copy_from_slice(&[0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40]);
        bomb
    };
    for bytes in [
        Vec::new(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        b"<script>alert(1)</script>".to_vec(),
        bomb(),
    ] {
        let refused = send(&ann, bytes).await.problem();
        assert!(refused.starts_with("422 image_unusable"), "{refused}");
    }
    let large = send(&ann, vec![0; (8 << 20) + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    for kind in ["text/plain", "multipart/form-data; boundary=x"] {
        let plain = ("content-type", kind);
        let body = Body::from(png(9, 9));
        let refused = ann.ask(Method::POST, SEND, &[plain], body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
    }
    let foreign = Some("https://evil.example");
    let kind = ("content-type", "image/png");
    let body = Body::from(png(9, 9));
    let refused = ann
        .ask_from(foreign, Method::POST, SEND, &[kind], body)
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let off = with(Images::Off).await;
    let refused = send(&off.reader("Ann"), png(400, 300)).await.problem();
    assert!(refused.starts_with("403 images_off"), "{refused}");
    let settings = Settings {
        images: Images::On,
        guests: GuestPolicy::Refused,
        ..Settings::default()
    };
    let accounts = TestApp::new().await;
    accounts.add_site(1, HOST, settings).await;
    let refused = send(&accounts.reader("Ann"), png(400, 300)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn pictures_are_sent_at_a_pace() {
    let app = TestApp::with(|config| config.rate_limits = RateLimits::On).await;
    let settings = Settings {
        images: Images::On,
        ..Settings::default()
    };
    app.add_site(1, HOST, settings).await;
    let ann = app.reader("Ann");

    let mut n_taken = 0;
    while send(&ann, png(9, 9)).await.status == StatusCode::CREATED {
        n_taken += 1;
        assert!(n_taken < 20);
    }

    assert!((8..=9).contains(&n_taken), "{n_taken}");
}

#[tokio::test]
async fn the_form_offers_pictures_where_the_site_takes_some_and_hides_them_when_it_does_no_more() {
    let app = with(Images::On).await;
    let ann = app.reader("Ann");
    let (_, path) = shown(&ann, "A bridge").await;
    assert!(
        app.get(FRAGMENT)
            .await
            .text()
            .contains("data-rj=\"picture\"")
    );

    app.add_site(1, HOST, Settings::default()).await;

    let html = app.get(FRAGMENT).await.text();
    assert!(!html.contains("data-rj=\"picture\""), "{html}");
    assert_eq!(path_in(&html), None);
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    let own = ann.get(&path).await;
    assert_eq!(own.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_first_picture_waits_and_moderators_see_it_in_the_queue_and_take_it_away() {
    let app = with(Images::Hold).await;
    let kim = signed_in(&app, HOST, Role::Moderator, 71).await;
    let ann = app.reader("Ann");

    let (id, path) = shown(&ann, "A \"bridge\"").await;

    assert_eq!(path_in(&app.get(FRAGMENT).await.text()), None);
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.get(&path).await.status, StatusCode::OK);
    let queue = kim.get(&format!("/moderate/{HOST}")).await.text();
    assert!(
        queue.contains(&format!("<img src=\"{path}\" alt=\"A &#34;bridge&#34;\"")),
        "{queue}"
    );
    assert!(queue.contains("its author’s first picture"), "{queue}");
    assert_eq!(kim.get(&path).await.header("cache-control"), "no-store");
    let image = path.rsplit('/').next().unwrap().trim_end_matches(".jpg");

    let removed = kim
        .submit(
            &format!("/moderate/{HOST}/comments/{id}/images"),
            &[("image", image)],
        )
        .await;

    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
    let page = kim.get(removed.header("location")).await.text();
    assert_eq!(path_in(&page), None);
    assert!(page.contains("Removed the picture"), "{page}");
    assert!(page.contains("Look at this"), "{page}");
    assert_eq!(kim.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_picture_goes_by_itself_or_with_its_comment_and_whoever_reads_hears_of_it() {
    let app = with(Images::On).await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let (id, path) = shown(&ann, "A bridge").await;
    let image = path.rsplit('/').next().unwrap().trim_end_matches(".jpg");
    let mut live = app.follow(STORY, Some("1")).await;
    let remove = format!("/api/v1/comments/{id}/images?image={image}");

    let by_bob = bob.ask(Method::DELETE, &remove, &[], Body::empty()).await;
    assert_eq!(by_bob.status, StatusCode::FORBIDDEN);
    let edit = ann
        .get(&format!("/embed/comments/{id}/edit?site={HOST}"))
        .await;
    assert!(
        edit.text()
            .contains(&format!("name=\"image\" value=\"{image}\""))
    );
    let by_ann = ann.ask(Method::DELETE, &remove, &[], Body::empty()).await;
    assert_eq!(by_ann.status, StatusCode::NO_CONTENT);

    let told = live.next().await.unwrap();
    assert_eq!(told.event, "edited");
    assert_eq!(path_in(told.data["html"].as_str().unwrap()), None);
    assert_eq!(path_in(&app.get(FRAGMENT).await.text()), None);
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);

    let (id, path) = shown(&ann, "Another").await;
    let image = path.rsplit('/').next().unwrap().trim_end_matches(".jpg");
    let fields = [("site", HOST), ("image", image)];
    let plain = format!("/embed/comments/{id}/images");
    let plain = ann.submit(&plain, &fields).await;
    assert_eq!(plain.status, StatusCode::SEE_OTHER);
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);

    let (id, path) = shown(&ann, "A third").await;
    ann.delete(&id).await;
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_same_request_again_gives_the_same_comment_with_its_picture() {
    let app = with(Images::On).await;
    let ann = app.reader("Ann");
    let image = sent(&ann).await;
    let body = json!({
        "site": HOST, "page": STORY, "text": "Once", "name": "Ann",
        "images": [{"image": image, "alt": "A bridge"}],
    });
    let key = [("idempotency-key", "one")];

    let first = ann
        .send_with(Method::POST, "/api/v1/comments", &key, body.clone())
        .await;
    let again = ann
        .send_with(Method::POST, "/api/v1/comments", &key, body)
        .await;

    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.id(), again.id());
    assert!(again.json()["comment"]["images"][0]["url"].is_string());
}

#[tokio::test]
async fn word_lists_read_what_stands_for_a_picture() {
    let app = with(Images::On).await;
    let now = app.clock.now();
    let list = move |tx: &mut store::Tx<'_>| {
        let entries = WordListEntries::of(["darn"]).unwrap();
        word_lists::replace(tx, now, SiteId(1), WordListKind::Suspect, &entries)
    };
    app.store.write(list).await.unwrap();
    let ann = app.reader("Ann");
    let image = sent(&ann).await;

    let held = post(&ann, json!([{"image": image, "alt": "A d.a.r.n bridge"}])).await;

    assert_eq!(held.status, StatusCode::ACCEPTED, "{}", held.text());
    assert_eq!(held.json()["reason"], "suspect_word");
}

#[tokio::test]
async fn an_edit_says_which_pictures_stay_and_which_come() {
    let app = with(Images::On).await;
    let ann = app.reader("Ann");
    let (id, old) = shown(&ann, "A bridge").await;
    let new = sent(&ann).await;
    let path = format!("/api/v1/comments/{id}?site={HOST}");
    let own = app.get(&path).await.json()["comment"]["images"][0]["id"].clone();
    let edit = async |images: Value| {
        let body = json!({ "text": "Look at this", "images": images });
        ann.send(Method::PATCH, &path, body).await
    };

    for wrong in [
        json!([{ "alt": "x" }]),
        json!([{ "id": own, "image": new, "alt": "x" }]),
    ] {
        assert_eq!(edit(wrong).await.status, StatusCode::BAD_REQUEST);
    }
    let five = json!([{"id": own, "alt": "x"}, {"id": own, "alt": "x"}, {"id": own, "alt": "x"},
        {"id": own, "alt": "x"}, {"id": own, "alt": "x"}]);
    assert_eq!(edit(five).await.json()["code"], "too_many_images");
    let both = json!([{ "image": new, "alt": "A ship" }, { "id": own, "alt": "The bridge" }]);
    let edited = edit(both).await.good();

    let html = edited["html"].as_str().unwrap();
    assert!(
        html.contains("alt=\"A ship\"") && html.contains("alt=\"The bridge\""),
        "{html}"
    );
    assert_eq!(app.get(&old).await.status, StatusCode::OK);
    let page = ann
        .get(&format!("/embed/comments/{id}/edit?site={HOST}"))
        .await;
    assert!(
        page.text()
            .contains("name=\"images\" value=\"[{&#34;id&#34;:"),
        "{}",
        page.text()
    );
    let one = edit(json!([{ "id": edited["comment"]["images"][0]["id"], "alt": "A ship" }])).await;
    assert_eq!(one.good()["comment"]["images"].as_array().unwrap().len(), 1);
    assert_eq!(app.get(&old).await.status, StatusCode::NOT_FOUND);
    let text_alone = json!({ "text": "Look there" });
    let kept = ann.send(Method::PATCH, &path, text_alone).await.good();
    assert_eq!(kept["comment"]["images"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_knows_the_names_of_pictures_hears_which_still_wait() {
    let app = with(Images::On).await;
    let ann = app.reader("Ann");
    let (one, two) = (sent(&ann).await, sent(&ann).await);
    post(&ann, json!([{ "image": one, "alt": "A bridge" }]))
        .await
        .good();
    let ask = async |images: Value| {
        let body = json!({ "site": HOST, "images": images });
        app.reader("Bob")
            .send(Method::POST, "/api/v1/images/waiting", body)
            .await
    };

    let unknown = "0".repeat(64);
    let known = ask(json!([one, two, unknown, "x"])).await.good();
    assert_eq!(known, json!({ "images": [two] }));
    let many = ask(json!([one, one, one, one, one])).await;
    assert_eq!(many.json()["code"], "too_many_images");
}
