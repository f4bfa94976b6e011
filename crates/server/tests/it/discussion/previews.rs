//! Trying out texts that take long.

use axum::http::Method;
use futures_util::future::{Either, join_all, select};
use rejoinder_server::RateLimits;
use serde_json::json;

use crate::support::{STORY, TestApp};

#[tokio::test]
async fn however_much_one_client_tries_out_another_posts_meanwhile() {
    let app = TestApp::with(|config| config.rate_limits = RateLimits::On).await;
    let (mallory, ann) = (app.reader("Mallory"), app.reader("Ann"));
    let text = "*a* ".repeat(2_499);
    let tried = (0..30).map(|_| {
        let body = json!({ "site": "news.example", "text": text });
        mallory.send(Method::POST, "/api/v1/preview", body)
    });

    let all = Box::pin(join_all(tried));
    let first = select(all, Box::pin(ann.post(STORY, "Hello"))).await;

    let Either::Right((posted, rest)) = first else {
        panic!("the post waited for all that the other client tried out");
    };
    assert_eq!(posted.status, 201);
    let rest = rest.await;
    assert!(rest.iter().all(|answer| answer.status == 200));
}

#[tokio::test]
async fn what_waits_to_be_tried_out_is_bounded_and_told_when_to_come_back() {
    let app = TestApp::with(|config| config.rate_limits = RateLimits::On).await;
    let mallory = app.reader("Mallory");
    let text = "*a* ".repeat(2_499);
    let tried = (0..60).map(|_| {
        let body = json!({ "site": "news.example", "text": text });
        mallory.send(Method::POST, "/api/v1/preview", body)
    });

    let answers = join_all(tried).await;

    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status != 200)
        .collect();
    assert!(!refused.is_empty() && refused.len() < answers.len());
    for answer in refused {
        assert_eq!(answer.status, 429, "{}", answer.text());
        assert!(answer.headers.contains_key("retry-after"));
    }
}
