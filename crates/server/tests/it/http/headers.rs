use axum::body::Body;
use axum::http::Method;
use expect_test::expect;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Settings, SiteId, Time};

use crate::moderation::desk::signed_in;
use crate::publication::articles;
use crate::support::{Answer, STORY, TestApp};

fn shown(answer: &Answer) -> String {
    let mut lines: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "etag" | "content-length" | "x-request-id"))
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines.concat()
}

#[tokio::test]
async fn a_whole_page_may_do_little_and_be_framed_by_its_site_alone() {
    let app = TestApp::new().await;

    let page = app
        .get(&format!("/embed?site=news.example&page={STORY}"))
        .await;

    expect![[r#"
        cache-control: public, max-age=0, must-revalidate
        content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; frame-src https://www.youtube-nocookie.com https://player.vimeo.com https://archive.org; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self' https://news.example; require-trusted-types-for 'script'; trusted-types rejoinder
        content-type: text/html; charset=utf-8
        cross-origin-opener-policy: same-origin-allow-popups
        cross-origin-resource-policy: cross-origin
        permissions-policy: camera=(), geolocation=(), microphone=(), payment=()
        referrer-policy: strict-origin-when-cross-origin
        vary: Accept-Encoding, Origin
        x-content-type-options: nosniff
    "#]]
    .assert_eq(&shown(&page));
}

#[tokio::test]
async fn a_shared_answer_may_be_kept_and_a_personal_one_not() {
    let app = TestApp::new().await;

    let thread = app
        .get(&format!("/api/v1/thread?site=news.example&page={STORY}"))
        .await;
    let me = app
        .get(&format!("/api/v1/me?site=news.example&page={STORY}"))
        .await;
    let refusal = app.get("/api/v1/thread").await;

    expect![[r#"
        cache-control: public, max-age=0, must-revalidate
        content-security-policy: default-src 'none'; frame-ancestors 'none'
        content-type: application/json
        cross-origin-opener-policy: same-origin-allow-popups
        cross-origin-resource-policy: cross-origin
        permissions-policy: camera=(), geolocation=(), microphone=(), payment=()
        referrer-policy: strict-origin-when-cross-origin
        vary: Accept-Encoding, Origin
        x-content-type-options: nosniff
    "#]]
    .assert_eq(&shown(&thread));
    expect![[r#"
        cache-control: no-store
        content-security-policy: default-src 'none'; frame-ancestors 'none'
        content-type: application/json
        cross-origin-opener-policy: same-origin-allow-popups
        cross-origin-resource-policy: same-origin
        permissions-policy: camera=(), geolocation=(), microphone=(), payment=()
        referrer-policy: strict-origin-when-cross-origin
        x-content-type-options: nosniff
    "#]]
    .assert_eq(&shown(&me));
    expect![[r#"
        cache-control: no-store
        content-security-policy: default-src 'none'; frame-ancestors 'none'
        content-type: application/problem+json
        cross-origin-opener-policy: same-origin-allow-popups
        cross-origin-resource-policy: same-origin
        permissions-policy: camera=(), geolocation=(), microphone=(), payment=()
        referrer-policy: strict-origin-when-cross-origin
        x-content-type-options: nosniff
    "#]]
    .assert_eq(&shown(&refusal));
}

#[tokio::test]
async fn scripts_are_for_every_page_and_for_ever_when_their_version_is_named() {
    let app = TestApp::new().await;

    let script = app.get("/embed.js").await;

    expect![[r#"
        access-control-allow-origin: *
        cache-control: public, max-age=300
        content-security-policy: default-src 'none'; frame-ancestors 'none'
        content-type: text/javascript; charset=utf-8
        cross-origin-opener-policy: same-origin-allow-popups
        cross-origin-resource-policy: cross-origin
        permissions-policy: camera=(), geolocation=(), microphone=(), payment=()
        referrer-policy: strict-origin-when-cross-origin
        vary: Accept-Encoding
        x-content-type-options: nosniff
    "#]]
    .assert_eq(&shown(&script));
}

#[tokio::test]
async fn a_page_of_the_newsroom_is_kept_and_framed_by_nobody() {
    let app = TestApp::new().await;
    let olga = signed_in(&app, "news.example", Role::Owner, 61).await;

    let page = olga.get("/admin/news.example/webhooks").await;

    expect![[r#"
        cache-control: no-store
        content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rejoinder
        content-type: text/html; charset=utf-8
        cross-origin-opener-policy: same-origin-allow-popups
        cross-origin-resource-policy: same-origin
        permissions-policy: camera=(), geolocation=(), microphone=(), payment=()
        referrer-policy: same-origin
        vary: Origin
        x-content-type-options: nosniff
    "#]].assert_eq(&shown(&page));
}

#[tokio::test]
async fn the_page_of_a_link_is_kept_and_framed_by_nobody() {
    let app = TestApp::new().await;

    let door = app.get("/auth/sign-in?site=news.example").await;

    expect![[r#"
        cache-control: no-store
        content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rejoinder
        content-type: text/html; charset=utf-8
        cross-origin-opener-policy: same-origin-allow-popups
        cross-origin-resource-policy: same-origin
        permissions-policy: camera=(), geolocation=(), microphone=(), payment=()
        referrer-policy: same-origin
        x-content-type-options: nosniff
    "#]].assert_eq(&shown(&door));
}

#[tokio::test]
async fn a_session_is_a_cookie_that_only_the_server_reads() {
    let app = TestApp::new().await;
    let olga = signed_in(&app, "news.example", Role::Owner, 61).await;

    let out = olga.submit("/auth/sign-out", &[]).await;

    expect![[r#"
        cache-control: no-store
        content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rejoinder
        content-type: text/html; charset=utf-8
        cross-origin-opener-policy: same-origin-allow-popups
        cross-origin-resource-policy: same-origin
        permissions-policy: camera=(), geolocation=(), microphone=(), payment=()
        referrer-policy: same-origin
        set-cookie: __Host-rejoinder=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax
        vary: Origin
        x-content-type-options: nosniff
    "#]].assert_eq(&shown(&out));
}

#[tokio::test]
async fn an_answer_without_its_body_says_how_long_that_is() {
    let folder = articles::folder(articles::ARTICLE);
    let app = articles::published(&folder).await;
    app.reader("Ann").post(STORY, "First").await.good();
    for path in [
        "/",
        "/articles/bridge",
        "/pictures/bridge.png",
        "/embed.js",
        "/count.js",
        "/static/thread.js",
        "/static/words.en.json",
        "/openapi.json",
        "/docs",
        "/embed?site=news.example&page=https://news.example/story",
        "/embed/thread?site=news.example&page=https://news.example/story",
        "/api/v1/thread?site=news.example&page=https://news.example/story",
        "/api/v1/counts?site=news.example&page=https://news.example/story",
        "/feeds/news.example/.atom",
        "/nowhere",
    ] {
        let get = app.get(path).await;
        let head = app.send(Method::HEAD, path, &[], Body::empty()).await;

        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(
            head.header("content-length"),
            get.body.len().to_string(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_was_stored_as_an_origin_and_is_none_does_not_reach_a_policy() {
    let app = TestApp::new().await;
    let origins = [
        "https://news.example",
        "https://evil.example; script-src *",
        "https://evil.example 'unsafe-inline'",
        "*",
        "javascript:alert(1)",
        "HTTPS://Paper.Example:443/",
    ];
    let origins = origins.map(str::to_owned).to_vec();
    let add = move |tx: &mut store::Tx<'_>| {
        let (now, id, settings) = (Time::from_micros(0), SiteId(7), Settings::default());
        store::publication::sites::add(tx, now, id, "odd.example", &origins, &settings).map(drop)
    };
    app.store.write(add).await.unwrap();

    let page = app.get("/embed?site=odd.example&page=a").await;

    let policy = page.header("content-security-policy");
    let framers = "frame-ancestors 'self' https://news.example https://paper.example;";
    assert!(policy.contains(framers), "{policy}");
    assert!(
        !policy.contains("evil") && !policy.contains('*'),
        "{policy}"
    );
}
