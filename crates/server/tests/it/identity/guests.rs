//! What guests see, take along and delete of themselves.

use axum::http::{Method, StatusCode};
use egress::Mail;
use rejoinder_core::Clock as _;
use serde_json::{Value, json};
use store::jobs::{self, Payload as _};
use store::notices::outbox::PendingNotice;
use store::notices::{mails, subscriptions};

use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

const PAGE: &str = "/guest/news.example";

async fn app() -> TestApp {
    TestApp::with(|config| config.mail_from = Some("talk@comments.example".to_owned())).await
}

/// Someone at the server's own pages.
fn at_home(mut reader: TestReader) -> TestReader {
    reader.origin = BASE.to_owned();
    reader
}

/// Ann, who has written and confirmed her address.
async fn ann(app: &TestApp) -> TestReader {
    let ann = app.reader("Ann");
    let body = json!({ "site": "news.example", "page": STORY, "text": "Of Ann", "name": "Ann",
        "email": "ann@reader.example", "notify": "replies" });
    ann.send(Method::POST, "/api/v1/comments", body)
        .await
        .good();
    let now = app.clock.now();
    let confirm = move |tx: &mut store::Tx<'_>| {
        let claimed = jobs::claim(tx, now, std::time::Duration::from_secs(60), 100)?;
        for job in claimed.iter().filter(|job| job.kind == PendingNotice::KIND) {
            let told = job.read().unwrap();
            let due = mails::due(tx, job.site, told)?.unwrap();
            subscriptions::confirm(tx, now, job.site, &due.subscription.secret)?;
            jobs::finish(tx, now, job)?;
        }
        Ok(())
    };
    app.store.write(confirm).await.unwrap();
    at_home(ann)
}

/// The mails that are to be sent.
async fn mails(app: &TestApp) -> Vec<Mail> {
    let now = app.clock.now();
    let claim =
        move |tx: &mut store::Tx<'_>| jobs::claim(tx, now, std::time::Duration::from_secs(60), 100);
    let claimed = app.store.write(claim).await.unwrap();
    let mails = claimed.iter().filter(|job| job.kind == "mail");
    mails
        .map(|job| serde_json::from_str(&job.payload).unwrap())
        .collect()
}

fn link_in(mail: &Mail) -> String {
    let line = mail.text.lines().find(|line| line.starts_with(BASE));
    line.unwrap().strip_prefix(BASE).unwrap().to_owned()
}

async fn file(reader: &TestReader, path: &str) -> Value {
    reader.get(&format!("{path}/download")).await.good()
}

#[tokio::test]
async fn a_guest_sees_everything_takes_it_along_and_deletes_it_after_saying_so_twice() {
    let app = app().await;
    let ann = ann(&app).await;
    let bob = app.reader("Bob");
    let other = bob.post(STORY, "Of Bob").await.id();
    ann.vote(&other, 1).await.good();

    let page = ann.get(PAGE).await;
    let text = page.text();
    assert_eq!(page.header("cache-control"), "no-store");
    for part in ["Ann", "ann@reader.example", "Of Ann", "Votes: 1", STORY] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let kept = file(&ann, PAGE).await;
    assert_eq!(kept["guests"][0]["account"]["email"], "ann@reader.example");
    assert_eq!(kept["guests"][0]["comments"][0]["text"], "Of Ann");
    assert_eq!(kept["guests"][0]["votes"][0]["comment"], other);
    assert_eq!(kept["guests"][0]["subscriptions"][0]["kind"], "replies");

    let asked = ann.submit(&format!("{PAGE}/delete"), &[]).await;
    assert!(
        asked.text().contains("Yes, delete it now"),
        "{}",
        asked.text()
    );
    assert_eq!(app.thread(STORY).await["n_comments"], 2);
    let gone = ann
        .submit(&format!("{PAGE}/delete"), &[("sure", "yes")])
        .await;
    assert!(
        gone.text().contains("Everything is deleted."),
        "{}",
        gone.text()
    );

    let thread = app.thread(STORY).await;
    assert_eq!(
        (&thread["n_comments"], &thread["comments"][0]["up"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(ann.me(STORY).await["reader"], Value::Null);
    assert!(
        ann.get(PAGE)
            .await
            .text()
            .contains("Nothing is known of this browser.")
    );
    assert_eq!(
        ann.get(&format!("{PAGE}/download")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_confirmed_address_gets_one_link_an_hour_which_shows_and_deletes_the_same() {
    let app = app().await;
    ann(&app).await;
    let phone = at_home(app.stranger());
    let ask = |email: &'static str| {
        let (phone, path) = (&phone, format!("{PAGE}/mail"));
        async move { phone.submit(&path, &[("email", email)]).await }
    };

    let asked = ask("ann@reader.example").await;
    let again = ask("Ann+x@reader.example").await;
    let unknown = ask("bob@reader.example").await;
    let wrong = ask("bob").await;
    let mails = mails(&app).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said =
        |answer: &Answer, email: &str| (answer.status, answer.text().replace(email, "EMAIL"));
    assert_eq!(
        said(&asked, "ann@reader.example"),
        said(&unknown, "bob@reader.example")
    );
    assert_eq!(
        said(&asked, "ann@reader.example"),
        said(&again, "Ann+x@reader.example")
    );
    assert_eq!(mails.len(), 1);
    let link = link_in(&mails[0]);
    for _scanner in 0..2 {
        assert!(phone.get(&link).await.text().contains("Of Ann"));
    }
    assert_eq!(
        file(&phone, &link).await["guests"][0]["account"]["name"],
        "Ann"
    );
    let delete = format!("{link}/delete");
    assert!(
        phone
            .submit(&delete, &[])
            .await
            .text()
            .contains("Yes, delete it now")
    );
    assert_eq!(app.thread(STORY).await["n_comments"], 1);
    phone.submit(&delete, &[("sure", "yes")]).await;
    assert_eq!(app.thread(STORY).await["n_comments"], 0);
    assert_eq!(phone.get(&link).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_page_of_another_site_opens_it_for_its_guest_for_an_hour() {
    let app = app().await;
    let ann = app.reader("Ann");
    ann.post(STORY, "Of Ann").await.good();
    let body = json!({ "site": "news.example" });

    let opened = ann
        .send(Method::POST, "/api/v1/guest-links", body.clone())
        .await
        .good();
    let stranger = app
        .stranger()
        .send(Method::POST, "/api/v1/guest-links", body)
        .await;

    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    let link = opened["url"].as_str().unwrap().strip_prefix(BASE).unwrap();
    let tab = at_home(app.stranger());
    assert!(tab.get(link).await.text().contains("Of Ann"));
    app.clock.advance(store::identity::guests::LINK_LIFETIME);
    assert_eq!(tab.get(link).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn no_page_of_another_origin_deletes_what_is_kept_of_a_guest() {
    let app = app().await;
    let ann = app.reader("Ann");
    ann.post(STORY, "Of Ann").await.good();

    let forged = ann
        .submit(&format!("{PAGE}/delete"), &[("sure", "yes")])
        .await;

    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(app.thread(STORY).await["n_comments"], 1);
}

#[tokio::test]
async fn what_a_guest_deletes_is_gone_for_moderators_too() {
    let app = app().await;
    let ann = app.reader("Ann");
    let id = ann.post(STORY, "Zanzibar").await.id();
    ann.edit(&id, "Zanzibar again").await.good();
    let kim = crate::publication::owner::colleague(
        &app,
        "kim@news.example",
        rejoinder_core::identity::author::Role::Moderator,
        90,
    )
    .await;
    let desk = format!("/moderate/news.example/comments/{id}");
    assert!(kim.get(&desk).await.text().contains("Zanzibar again"));

    assert_eq!(ann.delete(&id).await.status, StatusCode::NO_CONTENT);

    let page = kim.get(&desk).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        !page.text().contains("Zanzibar") && !page.text().contains("Ann"),
        "{}",
        page.text()
    );
}
