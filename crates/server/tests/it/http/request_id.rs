//! What a request is called.

use rejoinder_server::Config;

use super::connections::{ask, connect};
use crate::log::Log;
use crate::support::TestApp;

async fn called(app: &TestApp, peer: u8, name: &str) -> String {
    let mut stream = connect(peer, app.listen().await).await;
    let request = format!(
        "GET /api/v1/thread HTTP/1.1\r\nHost: comments.example\r\nX-Request-Id: {name}\r\n\r\n"
    );
    let head = ask(&mut stream, request.as_bytes()).await;
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("x-request-id: "));
    line.unwrap_or_else(|| panic!("{head}")).to_owned()
}

#[tokio::test]
async fn a_trusted_proxy_names_a_request_and_nobody_else_does() {
    let app = TestApp::with(|config: &mut Config| {
        config.trusted_proxies = vec!["127.0.0.7/32".parse().unwrap()];
    })
    .await;

    assert_eq!(called(&app, 7, "edge-41.b_C").await, "edge-41.b_C");
    let own = called(&app, 8, "edge-41.b_C").await;
    assert_ne!(own, "edge-41.b_C");
    assert_ne!(called(&app, 8, "x").await, own);
    for unfit in ["a b", "a\"b", "é", &"x".repeat(65), ""] {
        assert_ne!(called(&app, 7, unfit).await, unfit, "{unfit}");
    }
}

#[tokio::test]
async fn the_log_says_of_which_request_a_line_is() {
    let app = TestApp::new().await;
    let (log, _hears) = Log::hear();

    let answer = app
        .stranger()
        .submit("/auth/link", &[("site", "news.example"), ("token", "none")])
        .await;

    let id = answer.headers["x-request-id"].to_str().unwrap();
    let [line] = &log.of("sign_in_failed")[..] else {
        panic!("{}", log.text());
    };
    assert!(line.contains(&format!("request{{id=\"{id}\"}}")), "{line}");
}
