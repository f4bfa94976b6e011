//! Sites that change while they are in use, sites that are not there, and many of them.

use std::time::Duration;

use axum::http::StatusCode;
use rejoinder_core::publication::settings::Voting;
use rejoinder_core::{Settings, SiteId};
use store::Tx;
use store::publication::sites;

use crate::support::{NEWS, STORY, TestApp, thread_path};

/// So long a change may go unheard.
const HEARD_AFTER: Duration = Duration::from_millis(2_001);

/// So long a name that leads nowhere is not asked for again.
const ASKED_AGAIN_AFTER: Duration = Duration::from_millis(101);

async fn on_both() -> [TestApp; 2] {
    [TestApp::new().await, TestApp::on_postgres().await]
}

fn without_votes() -> Settings {
    Settings {
        voting: Voting::Off,
        ..Settings::default()
    }
}

/// Change settings as the program does.
async fn save(app: &TestApp, settings: Settings) {
    let save = move |tx: &mut Tx<'_>| sites::save_settings(tx, SiteId(1), &settings);
    app.store.write(save).await.unwrap();
}

/// Run what no node is told of.
async fn run_unheard(app: &TestApp, script: String) {
    let run = move |tx: &mut Tx<'_>| tx.batch(&script);
    app.store.write(run).await.unwrap();
}

async fn voting(app: &TestApp) -> String {
    let me = format!("/api/v1/me?site=news.example&page={STORY}");
    let me = app.get(&me).await.good();
    me["settings"]["voting"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn settings_that_change_hold_at_once_for_readers_and_for_what_was_rendered() {
    for app in on_both().await {
        app.reader("Ann").post(STORY, "First").await.good();
        let thread = format!("/embed/thread?site=news.example&page={STORY}");
        let before = app.get(&thread).await.text();
        assert_eq!(voting(&app).await, "up_and_down");
        assert_eq!(app.get(&thread).await.text(), before);

        save(&app, without_votes()).await;

        assert_eq!(voting(&app).await, "off");
        assert_ne!(app.get(&thread).await.text(), before);
    }
}

#[tokio::test]
async fn what_another_process_changes_is_known_within_two_seconds() {
    for app in on_both().await {
        let thread = format!("/embed/thread?site=news.example&page={STORY}");
        app.reader("Ann").post(STORY, "First").await.good();
        let before = app.get(&thread).await.text();
        assert_eq!(voting(&app).await, "up_and_down");

        let settings = serde_json::to_string(&without_votes()).unwrap();
        let script =
            format!("update site set settings = '{settings}', version = version + 1 where id = 1");
        run_unheard(&app, script).await;
        assert_eq!(voting(&app).await, "up_and_down");
        app.clock.advance(HEARD_AFTER);

        assert_eq!(voting(&app).await, "off");
        assert_ne!(app.get(&thread).await.text(), before);
    }
}

#[tokio::test]
async fn another_node_is_told_of_settings_that_change() {
    let database = testing::fresh_database();
    let (here, there) = (
        TestApp::node(&database).await,
        TestApp::node(&database).await,
    );
    assert_eq!(voting(&here).await, "up_and_down");

    // Its clock stands still, so what it knows does not age. Whoever listens only now has missed the first.
    while voting(&here).await != "off" {
        save(&there, Settings::default()).await;
        save(&there, without_votes()).await;
    }
}

#[tokio::test]
async fn an_origin_that_is_listed_or_taken_away_is_so_at_once() {
    for app in on_both().await {
        let mut ann = app.reader("Ann");
        "https://www.news.example".clone_into(&mut ann.origin);
        let refused = ann.post(STORY, "First").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let list = |origins: [&str; 1]| {
            let origins = origins.map(str::to_owned);
            app.store
                .write(move |tx| sites::set_origins(tx, SiteId(1), &origins))
        };
        list(["https://www.news.example"]).await.unwrap();
        ann.post(STORY, "First").await.good();
        NEWS.clone_into(&mut ann.origin);
        let refused = ann.post(STORY, "Second").await;

        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_host_that_is_none_is_asked_for_again_after_a_moment() {
    for app in on_both().await {
        let new = format!("/api/v1/thread?site=new.example&page={STORY}");
        assert_eq!(app.get(&new).await.status, StatusCode::NOT_FOUND);
        let settings = serde_json::to_string(&Settings::default()).unwrap();
        let script = format!(
            "insert into site (id, host, origins, settings, created_at)
             values (2, 'new.example', '[]', '{settings}', 0)"
        );
        run_unheard(&app, script).await;

        assert_eq!(app.get(&new).await.status, StatusCode::NOT_FOUND);
        app.clock.advance(ASKED_AGAIN_AFTER);

        assert_eq!(app.get(&new).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn which_site_is_meant_is_told_by_the_origin_as_long_as_only_one_lists_it() {
    for app in on_both().await {
        app.add_site(2, "other.example", Settings::default()).await;
        let ann = app.reader("Ann");
        let id = ann.post(STORY, "First").await.id();
        let bob = app.reader("Bob");
        bob.vote(&id, 1).await.good();

        let origins = [NEWS.to_owned()];
        let list = move |tx: &mut Tx<'_>| sites::set_origins(tx, SiteId(2), &origins);
        app.store.write(list).await.unwrap();

        let refused = bob.vote(&id, -1).await;
        assert!(
            refused.problem().contains("`site` is missing"),
            "{}",
            refused.problem()
        );
    }
}

/// Sites with numbers, added by few statements.
async fn add_many(app: &TestApp, n: i64) {
    let settings = serde_json::to_string(&Settings::default()).unwrap();
    for first in (0..n).step_by(500) {
        let all = first..(first + 500).min(n);
        let (mut rows, mut origins) = (Vec::new(), Vec::new());
        for number in all {
            let (id, host) = (1_000 + number, format!("s{number}.example"));
            rows.push(format!(
                "({id}, '{host}', '[\"https://{host}\"]', '{settings}', 0)"
            ));
            origins.push(format!("({id}, 'https://{host}')"));
        }
        let script = format!(
            "insert into site (id, host, origins, settings, created_at) values {};
             insert into site_origin (site_id, origin) values {}",
            rows.join(", "),
            origins.join(", ")
        );
        run_unheard(app, script).await;
    }
}

#[tokio::test]
async fn each_of_many_sites_answers_readers_and_what_changes_at_it() {
    for app in on_both().await {
        add_many(&app, 2_000).await;
        for number in (0..2_000).step_by(97) {
            let host = format!("s{number}.example");
            let mut ann = app.reader("Ann");
            ann.origin = format!("https://{host}");
            let page = format!("https://{host}/story");
            let body = serde_json::json!({
                "site": host, "page": page, "text": "First", "name": "Ann",
            });
            ann.send(axum::http::Method::POST, "/api/v1/comments", body)
                .await
                .good();
            let path = format!("/api/v1/thread?site={host}&page={page}");
            assert_eq!(app.get(&path).await.json()["n_comments"], 1);
        }
        // Nobody needs to know them all to answer for one.
        assert_eq!(app.get(&thread_path(STORY)).await.status, StatusCode::OK);
    }
}
