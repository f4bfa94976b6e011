use axum::http::StatusCode;

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
    ] {
        assert!(
            metrics.text().lines().any(|own| own == line),
            "{line}\n{}",
            metrics.text()
        );
    }
}

#[tokio::test]
async fn the_outside_is_told_nothing_of_it() {
    let app = TestApp::new().await;
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
