//! Decisions, made where the comment stands.

use axum::http::Method;
use expect_test::expect;
use rejoinder_core::SiteId;
use rejoinder_core::identity::author::Role;
use serde_json::json;
use store::moderation::groups::{self, PageGroup, Scope};

use crate::publication::owner::colleague;
use crate::support::{NEWS, STORY, TestApp, TestReader};

/// A moderator who reads a page of the publisher.
async fn kim(app: &TestApp) -> TestReader {
    let mut kim = colleague(app, "kim@news.example", Role::Moderator, 91).await;
    NEWS.clone_into(&mut kim.origin);
    kim
}

fn path(id: &str) -> String {
    format!("/api/v1/comments/{id}/decisions?site=news.example")
}

#[tokio::test]
async fn a_moderator_takes_a_comment_away_and_brings_it_back() {
    let app = TestApp::new().await;
    let kim = kim(&app).await;
    let id = app.reader("Ann").post(STORY, "First").await.id();
    let spam = json!({ "action": "spam", "revision": 1, "reason": "advertising" });

    let decided = kim.send(Method::POST, &path(&id), spam).await;

    assert_eq!(decided.status, 200, "{}", decided.text());
    assert!(decided.json()["html"].is_null());
    assert_eq!(app.thread(STORY).await["comments"], json!([]));
    let decision = decided.json()["decision"].as_str().unwrap().to_owned();
    let undo = format!("/api/v1/decisions/{decision}?site=news.example");
    let undone = kim.send(Method::DELETE, &undo, json!(null)).await;
    assert!(undone.json()["html"].as_str().unwrap().contains("First"));
    assert_eq!(app.thread(STORY).await["comments"][0]["id"], json!(id));
}

#[tokio::test]
async fn an_editor_features_where_the_comment_stands_and_decides_nothing_else() {
    let app = TestApp::new().await;
    let mut eda = colleague(&app, "eda@news.example", Role::Editor, 92).await;
    NEWS.clone_into(&mut eda.origin);
    let ann = app.reader("Ann");
    let id = ann.post(STORY, "First").await.id();
    let decide = async |who: &TestReader, action: &str| {
        let body = json!({ "action": action, "revision": 1 });
        who.send(Method::POST, &path(&id), body).await
    };

    let featured = decide(&eda, "feature").await;

    let decision = featured.good()["decision"].as_str().unwrap().to_owned();
    let undo = format!("/api/v1/decisions/{decision}?site=news.example");
    eda.send(Method::DELETE, &undo, json!(null)).await.good();
    for action in ["approve", "reject", "spam", "remove", "pin", "close_branch"] {
        assert_eq!(decide(&eda, action).await.status, 403, "{action}");
    }
    assert_eq!(decide(&ann, "feature").await.status, 403);
}

#[tokio::test]
async fn moderators_decide_more_often_than_readers_write() {
    let on = |config: &mut rejoinder_server::Config| {
        config.rate_limits = rejoinder_server::RateLimits::On;
    };
    let app = TestApp::with(on).await;
    let kim = kim(&app).await;
    let id = app.reader("Ann").post(STORY, "First").await.id();

    for n in 0..20 {
        let action = if n % 2 == 0 { "feature" } else { "unfeature" };
        let body = json!({ "action": action, "revision": 1 });
        kim.send(Method::POST, &path(&id), body).await.good();
    }
}

#[tokio::test]
async fn what_was_edited_meanwhile_is_not_decided_blind() {
    let app = TestApp::new().await;
    let (kim, ann) = (kim(&app).await, app.reader("Ann"));
    let id = ann.post(STORY, "First").await.id();
    ann.edit(&id, "Changed").await;

    let late = json!({ "action": "reject", "revision": 1 });
    let late = kim.send(Method::POST, &path(&id), late).await;

    assert_eq!(late.status, 409);
    assert_eq!(late.json()["code"], "edited_meanwhile");
    assert_eq!(app.thread(STORY).await["comments"][0]["id"], json!(id));
}

#[tokio::test]
async fn the_form_offers_what_can_be_done_and_works_without_script() {
    let app = TestApp::new().await;
    let mut kim = kim(&app).await;
    let id = app.reader("Ann").post(STORY, "First").await.id();
    let feature = json!({ "action": "feature", "revision": 1 });
    let featured = kim.send(Method::POST, &path(&id), feature).await;
    assert!(
        featured.json()["html"]
            .as_str()
            .unwrap()
            .contains("Featured")
    );
    "https://comments.example".clone_into(&mut kim.origin);
    let form = format!("/embed/comments/{id}/moderate?site=news.example");

    let page = kim.get(&form).await;
    let fields = [
        ("site", "news.example"),
        ("action", "pin"),
        ("revision", "1"),
    ];
    let sent = kim.submit(&form, &fields).await;

    assert!(page.text().contains("No longer feature"), "{}", page.text());
    assert!(page.text().contains("value=\"pin\""), "{}", page.text());
    assert_eq!(
        sent.header("location"),
        format!("/moderate/news.example/comments/{id}")
    );
    assert_eq!(kim.get(sent.header("location")).await.status, 200);
}

#[tokio::test]
async fn only_moderators_are_told_what_waits() {
    let app = TestApp::new().await;
    let (kim, ann) = (kim(&app).await, app.reader("Ann"));
    let settings = rejoinder_core::Settings {
        mode: rejoinder_core::publication::settings::ModerationMode::Before,
        ..rejoinder_core::Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    ann.post(STORY, "Held").await;

    assert!(ann.me(STORY).await["desk"].is_null());
    let desk = &kim.me(STORY).await["desk"];
    assert_eq!(desk["n_held"], 1);
    let url = desk["url"].as_str().unwrap();
    assert!(url.starts_with("https://comments.example/moderate/news.example/pages/"));
}

#[tokio::test]
async fn a_word_that_is_not_known_is_named() {
    let app = TestApp::new().await;
    let kim = kim(&app).await;
    let id = app.reader("Ann").post(STORY, "First").await.id();
    let odd = json!({ "action": "burn", "revision": 1 });
    let odd = kim.send(Method::POST, &path(&id), odd).await;
    expect!["400 body_invalid [action]: There is no such action."].assert_eq(&odd.problem());
    let odd = json!({ "action": "reject", "revision": 1, "reason": "dull" });
    let odd = kim.send(Method::POST, &path(&id), odd).await;
    expect!["400 body_invalid [reason]: There is no such reason."].assert_eq(&odd.problem());
}

const PAGE: &str = "/api/v1/pages/decisions?site=news.example&page=https://news.example/story";

#[tokio::test]
async fn a_moderator_closes_a_page_and_opens_it_again() {
    let app = TestApp::new().await;
    let (kim, ann) = (kim(&app).await, app.reader("Ann"));
    ann.post(STORY, "First").await.good();
    let mut following = app.follow(STORY, Some("1")).await;
    let close = json!({ "action": "close_page" });

    let closed = kim.send(Method::POST, PAGE, close.clone()).await.good();

    let html = closed["html"].as_str().unwrap();
    assert!(
        html.contains("The newsroom closed this discussion on"),
        "{html}"
    );
    let line = following.line().await;
    assert!(line.starts_with("2 page"), "{line}");
    assert_eq!(
        ann.post(STORY, "Second").await.json()["code"],
        "page_closed"
    );
    assert_eq!(kim.me(STORY).await["desk"]["page_action"], "open_page");
    let again = kim.send(Method::POST, PAGE, close).await.good();
    assert!(again["decision"].is_null() && again["html"].is_string());
    let open = json!({ "action": "open_page" });
    let opened = kim.send(Method::POST, PAGE, open).await.good();
    assert!(opened["decision"].is_string() && opened["html"].is_null());
    ann.post(STORY, "Second").await.good();
}

#[tokio::test]
async fn only_a_moderator_of_the_page_closes_it() {
    let app = TestApp::new().await;
    let (kim, ann) = (kim(&app).await, app.reader("Ann"));
    ann.post(STORY, "First").await.good();
    let close = json!({ "action": "close_page" });
    let answer = ann.send(Method::POST, PAGE, close.clone()).await;
    expect!["403 not_allowed: This is for others to do."].assert_eq(&answer.problem());
    let nowhere = "/api/v1/pages/decisions?site=news.example&page=nowhere";
    let open = json!({ "action": "open_page" });
    let answer = kim.send(Method::POST, nowhere, open).await;
    expect!["400 page_missing [page]: The page is not named."].assert_eq(&answer.problem());
    let elsewhere = "/api/v1/pages/decisions?site=news.example&page=https://other.example/story";
    let answer = kim.send(Method::POST, elsewhere, close).await;
    assert_eq!(answer.json()["code"], "page_elsewhere");
    let odd = json!({ "action": "burn" });
    let answer = kim.send(Method::POST, PAGE, odd).await;
    expect!["400 body_invalid [action]: There is no such action."].assert_eq(&answer.problem());
}

#[tokio::test]
async fn a_page_that_nobody_has_written_on_is_closed_with_its_headline() {
    let app = TestApp::new().await;
    let (kim, ann) = (kim(&app).await, app.reader("Ann"));
    let mut following = app.follow(STORY, None).await;
    assert_eq!(kim.me(STORY).await["desk"]["page_action"], "close_page");
    assert!(ann.me(STORY).await["desk"].is_null());
    let close = json!({ "action": "close_page", "title": "A story" });
    let refused = ann.send(Method::POST, PAGE, close.clone()).await;
    assert_eq!(refused.json()["code"], "not_allowed");
    assert!(kim.me(STORY).await["closed_at"].is_null());

    let closed = kim.send(Method::POST, PAGE, close).await.good();

    assert!(closed["decision"].is_string() && closed["html"].is_string());
    let line = following.line().await;
    assert!(line.starts_with("1 page"), "{line}");
    let me = kim.me(STORY).await;
    assert_eq!(me["desk"]["page_action"], "open_page");
    let desk = me["desk"]["url"].as_str().unwrap();
    let path = desk.split_once("/moderate").unwrap().1;
    let lou = colleague(&app, "lou@news.example", Role::Moderator, 92).await;
    let page = lou.get(&format!("/moderate{path}")).await.text();
    assert!(page.contains("A story"), "{page}");
    let refused = ann.post(STORY, "First").await;
    assert_eq!(refused.json()["code"], "page_closed");
}

#[tokio::test]
async fn a_moderator_of_a_group_closes_only_pages_whose_address_begins_like_it() {
    let app = TestApp::new().await;
    let kim = kim(&app).await;
    let me = kim.me(STORY).await["reader"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.store
        .write(move |tx| {
            let group = PageGroup {
                id: 1,
                name: "Sports".to_owned(),
                prefix: Some("news.example/sports/".to_owned()),
                mode: None,
                n_pages: 0,
            };
            groups::save(tx, SiteId(1), &group)?;
            groups::set_scope(tx, SiteId(1), me.parse().unwrap(), &Scope::of(vec![1]))
        })
        .await
        .unwrap();
    let close = json!({ "action": "close_page" });
    let at = |page: &str| format!("/api/v1/pages/decisions?site=news.example&page={page}");

    let own = "https://news.example/sports/derby";
    assert_eq!(kim.me(own).await["desk"]["page_action"], "close_page");
    kim.send(Method::POST, &at(own), close.clone()).await.good();

    assert!(kim.me(STORY).await["desk"].is_null());
    let refused = kim.send(Method::POST, &at(STORY), close).await;
    assert_eq!(refused.json()["code"], "page_missing");
    assert!(kim.me(STORY).await["closed_at"].is_null());
}

#[tokio::test]
async fn a_page_that_is_closed_by_its_age_is_not_offered_to_be_opened() {
    let app = TestApp::new().await;
    let (kim, ann) = (kim(&app).await, app.reader("Ann"));
    ann.post(STORY, "First").await.good();
    assert_eq!(kim.me(STORY).await["desk"]["page_action"], "close_page");
    let settings = rejoinder_core::Settings::default();
    let aged = settings.with("close_after_days", "1").unwrap();
    app.add_site(1, "news.example", aged).await;
    app.clock
        .advance(std::time::Duration::from_secs(2 * 86_400));

    let desk = &kim.me(STORY).await["desk"];

    assert!(desk["page_action"].is_null(), "{desk}");
}

#[tokio::test]
async fn authors_see_where_they_wrote_what_became_of_it_and_nobody_else_does() {
    let app = TestApp::new().await;
    let before = rejoinder_core::Settings::default().with("mode", "before");
    app.add_site(1, "news.example", before.unwrap()).await;
    let (kim, ann, bob) = (kim(&app).await, app.reader("Ann"), app.reader("Bob"));
    bob.post(STORY, "Another").await.good();
    let id = ann.post(STORY, "Wait <b>for</b> it").await.id();
    let seen = async |who: &TestReader| {
        let me = who.me(STORY).await;
        me["withheld"].as_str().unwrap_or_default().to_owned()
    };

    let waits = seen(&ann).await;
    assert!(waits.contains("Waiting for a moderator."), "{waits}");
    assert!(
        waits.contains("Wait ") && !waits.contains("Another"),
        "{waits}"
    );
    assert!(!seen(&bob).await.contains("Wait "));
    assert!(app.reader("Cid").me(STORY).await["withheld"].is_null());

    let note = "Please <i>stay</i> with the subject";
    let reject = json!({ "action": "reject", "revision": 1, "reason": "off_topic", "note": note });
    kim.send(Method::POST, &path(&id), reject).await.good();
    let refused = seen(&ann).await;
    assert!(
        refused.contains("A moderator did not publish this."),
        "{refused}"
    );
    assert!(
        refused.contains("The reason:") && refused.contains("stay"),
        "{refused}"
    );
    assert!(!refused.contains("<i>"), "{refused}");

    let approve = json!({ "action": "approve", "revision": 1 });
    kim.send(Method::POST, &path(&id), approve).await.good();
    assert!(ann.me(STORY).await["withheld"].is_null());
    let remove = json!({ "action": "remove", "revision": 1 });
    kim.send(Method::POST, &path(&id), remove).await.good();
    assert!(seen(&ann).await.contains("A moderator removed this."));
    app.clock
        .advance(std::time::Duration::from_secs(15 * 86_400));
    assert!(ann.me(STORY).await["withheld"].is_null());
}
