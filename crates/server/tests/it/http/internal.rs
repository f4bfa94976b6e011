use std::time::Duration;

use axum::http::StatusCode;

use super::traces::tracer;
use crate::support::{STORY, TestApp, thread_path};

#[tokio::test]
async fn operators_are_told_how_the_server_does() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();
    for _ in 0..3 {
        app.get(&thread_path(STORY)).await.good();
    }

    let metrics = app.inside("/metrics").await;

    assert_eq!(app.inside("/healthz").await.status, StatusCode::OK);
    assert_eq!(app.inside("/readyz").await.status, StatusCode::OK);
    for line in [
        "# TYPE rejoinder_comments_total counter",
        "rejoinder_comments_total 1",
        "rejoinder_renderings_total 1",
        "rejoinder_page_cache_hits_total 2",
        "rejoinder_answer_seconds_count{class=\"write\"} 1",
        "# TYPE rejoinder_answer_seconds histogram",
        "rejoinder_database_up 1",
    ] {
        assert!(
            metrics.text().lines().any(|own| own == line),
            "{line}\n{}",
            metrics.text()
        );
    }
}

#[tokio::test]
async fn every_series_that_operators_are_pointed_to_is_there() {
    let app = TestApp::with(|config| config.tracer = Some(tracer().0)).await;
    let metrics = app.inside("/metrics").await.text();
    let told: Vec<&str> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .map(|(name, _)| name)
        .collect();
    for text in [
        include_str!("../../../../../docs/operators/alerts.yml"),
        include_str!("../../../../../docs/operators/grafana.json"),
        include_str!("../../../../../docs/operators/running.md"),
    ] {
        let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '_');
        let named = words.filter(|word| word.starts_with("rejoinder_"));
        let named: Vec<&str> = named.map(|name| name.trim_end_matches("_bucket")).collect();
        assert!(named.len() > 5, "{text}");
        for name in named {
            assert!(told.contains(&name), "{name}");
        }
    }
    for name in told {
        let dashboard = include_str!("../../../../../docs/operators/grafana.json");
        assert!(dashboard.contains(name), "{name} is on no panel");
    }
}

#[tokio::test]
async fn a_full_disk_is_not_ready_and_is_read_on_until_there_is_room_again() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    ann.post(STORY, "First").await.good();
    let set = async |pragma: &'static str| {
        let set = app.store.write(move |tx| tx.batch(pragma)).await;
        set.unwrap();
    };

    set("pragma max_page_count = 1").await;
    let mut n_posted = 1;
    let refused = loop {
        let answer = ann.post(STORY, &format!("Comment {n_posted}")).await;
        if answer.status != StatusCode::CREATED {
            break answer;
        }
        n_posted += 1;
    };

    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.json()["code"], "unavailable");
    assert!(refused.headers.contains_key("retry-after"));
    let closed = app.inside("/readyz").await;
    assert_eq!(closed.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(closed.text(), "the disk of the database is full\n");
    app.clock.advance(Duration::from_secs(100));
    assert_eq!(app.thread(STORY).await["n_comments"], n_posted);

    set("pragma max_page_count = 1000000").await;
    assert_eq!(app.inside("/readyz").await.status, StatusCode::OK);
    ann.post(STORY, "At last").await.good();
}

#[tokio::test]
async fn the_outside_is_told_nothing_of_it() {
    let app = TestApp::new().await;
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_server_whose_database_takes_no_writes_is_not_ready_and_says_so_to_writers() {
    let database = testing::fresh_database();
    let app = TestApp::node(&database).await;
    let name = database.rsplit('/').next().unwrap();
    let set = |value: &str| {
        let set = format!("alter database {name} set default_transaction_read_only = {value}");
        // What is connected keeps what it began with.
        let end = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
        );
        testing::postgres().sql(&[&set, &end]).unwrap();
    };
    app.reader("Ann").post(STORY, "First").await.good();

    set("on");
    let closed = app.inside("/readyz").await;
    let refused = app.reader("Bob").post(STORY, "Second").await;
    let read = app.get(&thread_path(STORY)).await;
    set("off");

    assert_eq!(closed.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(closed.text(), "the database cannot be written\n");
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let request = refused.headers["x-request-id"].to_str().unwrap();
    assert_eq!(refused.json()["request"], request);
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(app.inside("/readyz").await.status, StatusCode::OK);
    app.reader("Cem").post(STORY, "Third").await.good();
}
