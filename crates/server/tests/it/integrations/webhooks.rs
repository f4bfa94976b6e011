//! The owner's pages about webhooks.

use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Clock as _, SiteId};
use store::integrations::webhooks::{self, AttemptOutcome, Delivery};

use crate::moderation::desk::signed_in;
use crate::support::{Answer, STORY, TestApp, TestReader};

const PAGE: &str = "/admin/news.example/webhooks";

const ALL: [(&str, &str); 2] = [("kind", "comment.published"), ("kind", "comment.removed")];

async fn owner() -> (TestApp, TestReader) {
    let app = TestApp::new().await;
    let olga = signed_in(&app, "news.example", Role::Owner, 81).await;
    (app, olga)
}

async fn add(olga: &TestReader, url: &str) -> Answer {
    let mut fields = vec![("url", url)];
    fields.extend(ALL);
    olga.submit(PAGE, &fields).await
}

/// The page of the only endpoint.
async fn its_page(app: &TestApp) -> String {
    let known = app.store.read(|tx| webhooks::list(tx, SiteId(1))).await;
    let [webhook] = <[_; 1]>::try_from(known.unwrap()).unwrap();
    format!("{PAGE}/{}", webhook.id)
}

async fn deliveries(app: &TestApp) -> Vec<Delivery> {
    let read = app.store.read(|tx| {
        let webhook = webhooks::list(tx, SiteId(1))?.remove(0);
        webhooks::deliveries(tx, SiteId(1), webhook.id, None, 200)
    });
    read.await.unwrap()
}

/// The secret on a page.
fn secret(page: &Answer) -> Option<String> {
    let text = page.text();
    let start = text.find("whsec_")?;
    let end = text[start..].find('"')? + start;
    Some(text[start..end].to_owned())
}

#[tokio::test]
async fn a_secret_is_shown_once() {
    let (app, olga) = owner().await;

    let added = add(&olga, "https://hooks.example/in").await;

    let first = secret(&added).unwrap();
    assert_eq!(added.header("cache-control"), "no-store");
    let page = its_page(&app).await;
    assert_eq!(secret(&olga.get(PAGE).await), None);
    assert_eq!(secret(&olga.get(&page).await), None);
    let changed = olga.submit(&format!("{page}/secret"), &[]).await;
    let second = secret(&changed).unwrap();
    assert_ne!(first, second);
    assert!(olga.get(&page).await.text().contains("two signatures"));
}

#[tokio::test]
async fn an_address_that_may_not_be_reached_is_refused_with_what_was_typed() {
    let (app, olga) = owner().await;
    for (url, why) in [
        ("http://127.0.0.1/", "the host is a numeric address"),
        ("http://2130706433/", "the host is a numeric address"),
        ("http://localhost/", "the host is a local name"),
        (
            "https://inside.example/",
            "the host is not on the public internet",
        ),
        (
            "https://ann:secret@hooks.example/",
            "a user name or password",
        ),
        ("https://hooks.example:22/", "port 22 is not the usual one"),
        ("ftp://hooks.example/", "neither http nor https"),
        ("hooks", "not an address"),
    ] {
        let refused = add(&olga, url).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        let page = refused.text();
        assert!(page.contains(why), "{url}: {page}");
        assert!(page.contains(&format!("value=\"{url}\"")), "{url}");
    }
    let nothing = [("url", "https://hooks.example/in")];
    let refused = olga.submit(PAGE, &nothing).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let known = app.store.read(|tx| webhooks::list(tx, SiteId(1))).await;
    assert!(known.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_typed_stays_text() {
    let (_app, olga) = owner().await;
    let refused = add(&olga, "\"><script>alert(1)</script>").await;
    assert!(!refused.text().contains("<script>alert"));
}

#[tokio::test]
async fn an_endpoint_is_turned_off_and_on_and_removed() {
    let (app, olga) = owner().await;
    add(&olga, "https://hooks.example/in").await;
    let page = its_page(&app).await;
    let ann = app.reader("Ann");

    let off = olga.submit(&format!("{page}/off"), &[]).await;
    ann.post(STORY, "While it is off").await.good();
    assert_eq!(off.status, StatusCode::SEE_OTHER);
    assert!(olga.get(&page).await.text().contains("Turn on"));
    olga.submit(&format!("{page}/on"), &[]).await;
    ann.post(STORY, "While it is on").await.good();
    assert_eq!(deliveries(&app).await.len(), 1);
    let kinds = [("kind", "comment.featured")];
    olga.submit(&format!("{page}/kinds"), &kinds).await;
    ann.post(STORY, "Not what it wants").await.good();
    assert_eq!(deliveries(&app).await.len(), 1);

    let removed = olga.submit(&format!("{page}/remove"), &[]).await;
    assert_eq!(
        removed.header("location"),
        "/admin/news.example/webhooks?did=removed"
    );
    assert_eq!(olga.get(&page).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_log_shows_what_became_of_each_delivery_and_sends_it_again() {
    let (app, olga) = owner().await;
    add(&olga, "https://hooks.example/in").await;
    let page = its_page(&app).await;
    app.reader("Ann").post(STORY, "First").await.good();
    let told = deliveries(&app).await.remove(0);
    let record = async |attempt: AttemptOutcome| {
        let (now, id) = (app.clock.now(), told.id);
        let record = app
            .store
            .write(move |tx| webhooks::record(tx, now, SiteId(1), id, &attempt));
        record.await.unwrap();
    };

    record(AttemptOutcome::Failed(
        Some(503),
        "it answered <503>".to_owned(),
    ))
    .await;
    let log = olga.get(&page).await.text();
    assert!(log.contains("Tried again <time"), "{log}");
    assert!(log.contains("it answered &#60;503&#62;"), "{log}");
    record(AttemptOutcome::Taken(200)).await;
    assert!(olga.get(&page).await.text().contains("Delivered"));
    let again = format!("{page}/deliveries/{}/replay", told.id);
    let sent = olga.submit(&again, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert!(
        olga.get(sent.header("location"))
            .await
            .text()
            .contains("It will be sent again shortly")
    );
    assert_eq!(deliveries(&app).await[0].state.as_str(), "waiting");
    record(AttemptOutcome::Taken(200)).await;
    olga.submit(&format!("{page}/replay"), &[("hours", "24")])
        .await;
    assert_eq!(deliveries(&app).await[0].state.as_str(), "waiting");
    for hours in ["0", "721", "-1", "many"] {
        let replay = format!("{page}/replay");
        let refused = olga.submit(&replay, &[("hours", hours)]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{hours}");
    }
    let unknown = olga
        .submit(&format!("{page}/deliveries/5/replay"), &[])
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_long_log_goes_on() {
    let (app, olga) = owner().await;
    add(&olga, "https://hooks.example/in").await;
    let page = its_page(&app).await;
    let ann = app.reader("Ann");
    for n in 0..53 {
        ann.post(STORY, &format!("Comment {n}")).await.good();
    }
    let rows = |page: &str| page.matches("comment.published<br>").count();

    let first = olga.get(&page).await.text();
    let next = first.split("class=\"nr-more\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap().to_owned();

    assert_eq!(rows(&first), 50);
    let rest = olga.get(&next).await.text();
    assert_eq!(rows(&rest), 3);
    assert!(!rest.contains("nr-more"));
}

#[tokio::test]
async fn only_the_owner_of_the_site_sees_its_endpoints() {
    let (app, olga) = owner().await;
    app.add_site(2, "other.example", rejoinder_core::Settings::default())
        .await;
    add(&olga, "https://hooks.example/in").await;
    let page = its_page(&app).await;
    let elsewhere = page.replace("news.example", "other.example");
    let other = signed_in(&app, "other.example", Role::Owner, 82).await;
    let kim = signed_in(&app, "news.example", Role::Moderator, 83).await;

    let mut ann = app.reader("Ann");
    ann.origin = "https://comments.example".to_owned();
    for (who, path) in [
        (&other, &page),
        (&other, &elsewhere),
        (&kim, &page),
        (&ann, &page),
    ] {
        assert_eq!(who.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        let act = format!("{path}/remove");
        let refused = who.submit(&act, &[]).await;
        assert!(refused.status.is_client_error(), "{path}");
    }
    let mut foreign = signed_in(&app, "news.example", Role::Owner, 84).await;
    foreign.origin = "https://news.example".to_owned();
    let forged = foreign.submit(&format!("{page}/remove"), &[]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(olga.get(&page).await.status, StatusCode::OK);
    let head = olga.send(Method::GET, &page, serde_json::Value::Null).await;
    assert!(
        head.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
}
