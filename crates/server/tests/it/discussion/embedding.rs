//! What a publisher is told whose page cannot show its thread.

use axum::http::StatusCode;
use expect_test::{Expect, expect};
use rejoinder_core::Settings;

use crate::support::{NEWS, STORY, TestApp};

const ELSEWHERE: &str = "https://elsewhere.example/a";

async fn check(app: &TestApp, origin: &str, site: &str, page: &str, expected: &Expect) {
    let path = format!("/api/v1/embedding?site={site}&page={page}");
    let answer = app.get_with(&path, &[("origin", origin)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let body = answer.json();
    let advice = body["advice"].as_str().unwrap_or("-");
    expected.assert_eq(&format!("listed: {}\n{advice}", body["is_listed"]));
}

#[tokio::test]
async fn any_page_learns_why_it_shows_no_thread_and_what_to_do() {
    let app = TestApp::new().await;
    app.add_site(2, "other.example", Settings::default()).await;

    check(
        &app,
        NEWS,
        "news.example",
        STORY,
        &expect![[r#"
        listed: true
        -"#]],
    )
    .await;
    check(&app, NEWS, "nws.example", STORY, &expect![[r#"
        listed: true
        For the publisher: this server has no site “nws.example”. Add it with “rejoinder site add nws.example --origin https://news.example”, or name the right one in the attribute “site” of the element."#]]).await;
    check(&app, NEWS, "other.example", STORY, &expect![[r#"
        listed: true
        For the publisher: the site other.example does not list the origin https://news.example. Add it on the owners’ pages under Settings, or with “rejoinder site set other.example origins …”, which takes all of the site’s origins with commas between them."#]]).await;
    check(&app, NEWS, "news.example", ELSEWHERE, &expect![[r#"
        listed: true
        For the publisher: the page https://elsewhere.example/a is on a host that is no part of the site news.example. Correct the page’s canonical address, give the element the attribute “page”, or add the host’s origin to the site."#]]).await;
    check(
        &app,
        "https://www.news.example",
        "news.example",
        STORY,
        &expect![[r#"
            listed: false
            For the publisher: the site news.example does not list the origin https://www.news.example. Add it on the owners’ pages under Settings, or with “rejoinder site set news.example origins …”, which takes all of the site’s origins with commas between them."#]],
    )
    .await;
    check(&app, "null", "", "file:///a.html", &expect![[r#"
        listed: false
        For the publisher: this page was opened as a file or in a sandboxed frame, so it has no origin, and comments are shown to listed origins only. Open it through a web server."#]]).await;
}

#[tokio::test]
async fn a_page_elsewhere_gets_no_thread_that_nobody_could_write_in() {
    let app = TestApp::new().await;

    let fragment = |page| format!("/embed/thread?site=news.example&page={page}");
    let elsewhere = app
        .get_with(&fragment(ELSEWHERE), &[("origin", NEWS)])
        .await;
    let story = app.get_with(&fragment(STORY), &[("origin", NEWS)]).await;

    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    assert_eq!(elsewhere.json()["code"], "page_elsewhere");
    assert_eq!(elsewhere.header("access-control-allow-origin"), NEWS);
    assert_eq!(story.status, StatusCode::OK);
}
