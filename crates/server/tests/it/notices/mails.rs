//! Asking for mails about comments, and the links in them.

use axum::body::Body;
use axum::http::Method;
use expect_test::expect;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{PageKey, SiteId};
use serde_json::{Value, json};
use store::discussion::pages;
use store::jobs::{self, Payload as _};
use store::moderation::desk_mails;
use store::notices::outbox::PendingNotice;
use store::notices::{mails, subscriptions};

use crate::publication::owner::colleague;
use crate::support::{STORY, TestApp, TestReader};

async fn app() -> TestApp {
    TestApp::with(|config| config.mail_from = Some("talk@comments.example".to_owned())).await
}

fn wish(email: &str) -> Value {
    json!({ "site": "news.example", "page": STORY, "kind": "page", "email": email })
}

/// The path of the link in the mail that is to confirm an address.
async fn link(app: &TestApp) -> String {
    let now = rejoinder_core::Clock::now(&*app.clock);
    let lease = std::time::Duration::from_secs(86_400);
    let claim = move |tx: &mut store::Tx<'_>| jobs::claim(tx, now, lease, 100);
    let claimed = app.store.write(claim).await.unwrap();
    let told = claimed.iter().filter(|job| job.kind == PendingNotice::KIND);
    let told: Vec<PendingNotice> = told.map(|job| job.read().unwrap()).collect();
    let [told] = told[..] else {
        panic!("{claimed:?}");
    };
    let due = app.store.read(move |tx| mails::due(tx, SiteId(1), told));
    let secret = due.await.unwrap().unwrap().subscription.secret;
    format!("/notices/news.example/{secret}")
}

async fn press(app: &TestApp, link: &str, body: &'static str) -> crate::support::Answer {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    app.send(Method::POST, link, &form, Body::from(body)).await
}

#[tokio::test]
async fn a_stranger_confirms_changes_and_ends_by_the_link_and_looking_changes_nothing() {
    let app = app().await;
    let asked = app
        .reader("Ann")
        .send(
            Method::POST,
            "/api/v1/subscriptions",
            wish("ann@reader.example"),
        )
        .await;
    assert_eq!(asked.status, 202);
    assert_eq!(asked.json(), json!({ "state": "unconfirmed" }));
    let link = link(&app).await;

    for _scanner in 0..2 {
        let page = app.get(&link).await;
        assert_eq!(
            (page.status, page.header("cache-control")),
            (200.try_into().unwrap(), "no-store")
        );
        assert!(
            page.text().contains("Confirm your address"),
            "{}",
            page.text()
        );
        assert!(page.text().contains("ann@reader.example"));
    }
    let confirmed = press(&app, &link, "act=confirm").await;
    assert!(
        confirmed.text().contains("Your address is confirmed."),
        "{}",
        confirmed.text()
    );
    let saved = press(&app, &link, "act=pace&pace=daily").await;
    assert!(
        saved.text().contains("<option value=\"daily\" selected>"),
        "{}",
        saved.text()
    );
    assert!(app.get(&link).await.text().contains("Stop these emails"));
    let ended = press(&app, &link, "act=end").await;
    assert!(ended.text().contains("These emails have stopped"));
    assert!(
        ended
            .text()
            .contains("That was everything you had asked for")
    );
    assert_eq!(app.get(&link).await.status, 404);
}

#[tokio::test]
async fn a_mail_program_unsubscribes_with_one_post_and_may_repeat_it() {
    let app = app().await;
    let ann = app.reader("Ann");
    ann.send(
        Method::POST,
        "/api/v1/subscriptions",
        wish("ann@reader.example"),
    )
    .await;
    let link = link(&app).await;
    press(&app, &link, "act=confirm").await;

    for _twice in 0..2 {
        let answer = press(&app, &link, "List-Unsubscribe=One-Click").await;
        assert_eq!(answer.status, 200);
    }

    assert_eq!(app.get(&link).await.status, 404);
}

const OTHER: &str = "https://news.example/other";

/// Somebody who is told of all that one can be told, at one address.
async fn told_of_everything(app: &TestApp) -> TestReader {
    let ann = app.reader("Ann");
    let (one, two) = (
        ann.post(STORY, "One").await.id(),
        ann.post(STORY, "Two").await.id(),
    );
    let wishes = [
        (STORY, "page", None),
        (STORY, "replies", None),
        (STORY, "branch", Some(one)),
        (STORY, "branch", Some(two)),
        (OTHER, "page", None),
    ];
    for (n, (page, kind, branch)) in wishes.into_iter().enumerate() {
        let wish = json!({ "site": "news.example", "page": page, "kind": kind, "branch": branch,
            "email": "ann@reader.example" });
        let asked = ann.send(Method::POST, "/api/v1/subscriptions", wish).await;
        assert!(asked.status.is_success(), "{}", asked.problem());
        if n == 0 {
            press(app, &link(app).await, "act=confirm").await;
        }
    }
    ann
}

/// Of what `ann` is told: the kinds on the story, or what else it is, with the path of each link.
async fn told(app: &TestApp, ann: &TestReader) -> Vec<(String, String)> {
    let me = ann.me(STORY).await["reader"]["id"].as_str().map(str::parse);
    let me = me.unwrap().unwrap();
    let key = PageKey::parse(STORY).unwrap();
    let read = move |tx: &mut store::Tx<'_>| {
        let story = pages::find(tx, SiteId(1), &key)?.unwrap().id;
        Ok((story, subscriptions::of_author(tx, SiteId(1), me)?))
    };
    let (story, all) = app.store.read(read).await.unwrap();
    let mut told: Vec<(String, String)> = all
        .into_iter()
        .map(|one| {
            let what = match one.page == story {
                true => one.kind.as_str(),
                false => "other",
            };
            let link = format!("/notices/news.example/{}", one.secret);
            (what.to_owned(), link)
        })
        .collect();
    told.sort();
    told
}

#[tokio::test]
async fn stopping_means_one_kind_of_mails_about_a_page_and_says_what_is_left() {
    let what = |kind: &str| match kind {
        "page" => format!("all new comments on {STORY}"),
        "other" => format!("all new comments on {OTHER}"),
        "replies" => format!("replies to your comments on {STORY}, and mentions of you"),
        _ => format!("replies in one branch on {STORY}"),
    };
    for kind in ["page", "replies", "branch"] {
        for body in ["List-Unsubscribe=One-Click", "act=end"] {
            let app = app().await;
            let ann = told_of_everything(&app).await;
            let all = told(&app, &ann).await;
            assert_eq!(all.len(), 5);
            let (_, link) = all.iter().find(|(what, _)| what == kind).unwrap();

            let ended = press(&app, link, body).await.text();

            let left = told(&app, &ann).await;
            let kept = all.iter().filter(|(what, _)| what != kind);
            assert_eq!(left, kept.cloned().collect::<Vec<_>>(), "{kind}, {body}");
            assert!(ended.contains("These emails have stopped"), "{ended}");
            let (_, listed) = ended.split_once("They are still about:").unwrap();
            for (still, _) in &left {
                assert!(listed.contains(&what(still)), "{still}: {listed}");
            }
            assert_eq!(listed.matches("<li>").count(), left.len());
            assert!(!listed.contains(&what(kind)), "{kind}: {listed}");

            let (_, rest) = listed.split_once("/notices/").unwrap();
            let (path, _) = rest.split_once('"').unwrap();
            let over = press(&app, &format!("/notices/{path}"), "act=end_all").await;
            let over = over.text();
            assert!(over.contains("any more emails at"), "{over}");
            assert_eq!(told(&app, &ann).await, []);
        }
    }
}

#[tokio::test]
async fn a_link_of_another_site_is_unknown() {
    let app = app().await;
    app.add_site(2, "other.example", rejoinder_core::Settings::default())
        .await;
    let ann = app.reader("Ann");
    ann.send(
        Method::POST,
        "/api/v1/subscriptions",
        wish("ann@reader.example"),
    )
    .await;
    let link = link(&app).await;

    let elsewhere = link.replace("news.example", "other.example");
    press(&app, &elsewhere, "act=end_all").await;

    assert_eq!(app.get(&elsewhere).await.status, 404);
    assert_eq!(app.get(&link).await.status, 200);
}

#[tokio::test]
async fn a_comment_can_ask_for_its_replies_and_needs_an_address_for_that() {
    let app = app().await;
    let ann = app.reader("Ann");
    let with = |email: Option<&str>| {
        json!({ "site": "news.example", "page": STORY, "text": "Hello", "name": "Ann",
            "email": email, "notify": "replies" })
    };

    let refused = ann.send(Method::POST, "/api/v1/comments", with(None)).await;
    let posted = ann
        .send(
            Method::POST,
            "/api/v1/comments",
            with(Some("ann@reader.example")),
        )
        .await;

    expect!["422 email_missing [email]: An e-mail address is needed here."]
        .assert_eq(&refused.problem());
    assert_eq!(posted.status, 201);
    let page = app.get(&link(&app).await).await;
    assert!(
        page.text().contains("replies to your comments on"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn a_plain_form_asks_too_and_a_wrong_word_is_named() {
    let app = app().await;
    let ann = app.reader("Ann");
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("kind", "page"),
        ("pace", "hourly"),
        ("email", "ann@reader.example"),
    ];

    let told = ann.submit("/embed/subscriptions", &fields).await;
    let odd =
        json!({ "site": "news.example", "page": STORY, "kind": "all", "email": "a@b.example" });
    let odd = ann.send(Method::POST, "/api/v1/subscriptions", odd).await;

    assert!(
        told.text().contains("open the link we’ve just sent you"),
        "{}",
        told.text()
    );
    expect!["400 body_invalid [kind]: The field `kind` must be one of page, replies, branch."]
        .assert_eq(&odd.problem());
}

#[tokio::test]
async fn a_server_without_mail_offers_none() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let asked = ann
        .send(
            Method::POST,
            "/api/v1/subscriptions",
            wish("ann@reader.example"),
        )
        .await;
    expect!["400 body_invalid [notify]: This server sends no mail."].assert_eq(&asked.problem());
    ann.post(STORY, "Hello").await;
    let thread = app
        .get(&format!("/embed/thread?site=news.example&page={STORY}"))
        .await;
    assert!(!thread.text().contains("notify"));
}

#[tokio::test]
async fn asking_about_a_page_that_nobody_has_commented_on_makes_it_known() {
    let app = app().await;
    let ann = app.reader("Ann");
    ann.send(
        Method::POST,
        "/api/v1/subscriptions",
        wish("ann@reader.example"),
    )
    .await;
    let key = PageKey::parse(STORY).unwrap();
    let page = app
        .store
        .read(move |tx| pages::find(tx, SiteId(1), &key))
        .await;
    assert!(page.unwrap().is_some());
}

#[tokio::test]
async fn a_moderator_stops_the_mails_of_the_desk_by_their_link_and_looking_changes_nothing() {
    let app = app().await;
    app.add_site(2, "other.example", rejoinder_core::Settings::default())
        .await;
    let kim = colleague(&app, "kim@news.example", Role::Moderator, 91).await;
    let before = rejoinder_core::Settings::default().with("mode", "before");
    let hourly = before.unwrap().with("desk_mail", "hourly").unwrap();
    app.add_site(1, "news.example", hourly).await;
    app.reader("Ann").post(STORY, "Wait").await.good();
    let me = kim.me(STORY).await["reader"]["id"]
        .as_str()
        .unwrap()
        .parse();
    let me = me.unwrap();
    let due = move |tx: &mut store::Tx<'_>| desk_mails::due(tx, SiteId(1), me, "s3cret");
    app.store.write(due).await.unwrap().unwrap();
    let link = "/notices/news.example/s3cret";

    for _scanner in 0..2 {
        let page = app.get(link).await;
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.text().contains("Stop these emails"), "{}", page.text());
    }
    let account = kim.get("/account/news.example/notify").await.text();
    assert!(account.contains(&format!("href=\"{link}\"")), "{account}");
    assert_eq!(app.get("/notices/other.example/s3cret").await.status, 404);
    for _twice in 0..2 {
        let ended = press(&app, link, "List-Unsubscribe=One-Click").await;
        assert!(ended.text().contains("You will get no more emails"));
        assert!(app.store.write(due).await.unwrap().is_none());
    }
    press(&app, link, "act=again").await;
    assert!(app.store.write(due).await.unwrap().is_some());
}
