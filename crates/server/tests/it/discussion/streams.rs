//! How many may follow live.

use axum::http::StatusCode;
use rejoinder_server::{Config, RateLimits, StreamLimits};

use crate::support::{Answer, TestApp, TestReader};

async fn limited(limits: StreamLimits) -> TestApp {
    TestApp::with(|config: &mut Config| {
        config.rate_limits = RateLimits::On;
        config.streams = limits;
    })
    .await
}

const WIDE: StreamLimits = StreamLimits {
    max: 100,
    max_per_page: 100,
    max_per_client: 100,
};

async fn follow(reader: &TestReader, page: &str) -> Result<crate::support::Stream, Answer> {
    reader
        .follow(&format!("/api/v1/events?site=news.example&page={page}"))
        .await
}

#[track_caller]
fn told_to_wait(refused: &Answer) -> (StatusCode, String) {
    assert_eq!(refused.header("retry-after"), "30");
    let code = refused.json()["code"].as_str().unwrap().to_owned();
    (refused.status, code)
}

#[tokio::test]
async fn one_client_follows_so_many_pages_and_nobody_else_is_kept_out() {
    let app = limited(StreamLimits {
        max_per_client: 2,
        ..WIDE
    })
    .await;
    let (ann, kim) = (app.reader("Ann"), app.reader("Kim"));
    let first = follow(&ann, "a").await.unwrap();
    let _second = follow(&ann, "b").await.unwrap();

    let refused = follow(&ann, "c").await.unwrap_err();

    let too_many = (StatusCode::TOO_MANY_REQUESTS, "too_many_streams".to_owned());
    assert_eq!(told_to_wait(&refused), too_many);
    let _kims = follow(&kim, "a").await.unwrap();
    drop(first);
    let _third = follow(&ann, "c").await.unwrap();
}

#[tokio::test]
async fn one_page_leaves_streams_to_the_others() {
    let app = limited(StreamLimits {
        max_per_page: 2,
        ..WIDE
    })
    .await;
    let readers = ["Ann", "Kim", "Lee"].map(|name| app.reader(name));
    let first = follow(&readers[0], "a").await.unwrap();
    let _second = follow(&readers[1], "a").await.unwrap();

    let refused = follow(&readers[2], "a").await.unwrap_err();

    let full = (StatusCode::SERVICE_UNAVAILABLE, "streams_full".to_owned());
    assert_eq!(told_to_wait(&refused), full);
    let _elsewhere = follow(&readers[2], "b").await.unwrap();
    drop(first);
    let _third = follow(&readers[2], "a").await.unwrap();
}

#[tokio::test]
async fn the_house_holds_so_many_streams() {
    let app = limited(StreamLimits { max: 2, ..WIDE }).await;
    let readers = ["Ann", "Kim", "Lee"].map(|name| app.reader(name));
    let _first = follow(&readers[0], "a").await.unwrap();
    let _second = follow(&readers[1], "b").await.unwrap();

    let refused = follow(&readers[2], "c").await.unwrap_err();

    let full = (StatusCode::SERVICE_UNAVAILABLE, "streams_full".to_owned());
    assert_eq!(told_to_wait(&refused), full);
}
