//! Signing in by a link.

use rejoinder_core::identity::author::Role;
use rejoinder_core::{AuthorId, Clock as _, FixedRandom, Token};
use rejoinder_server::{NewStaff, invite};
use store::publication::sites;

use crate::support::{TestApp, TestReader};

/// A link for the moderator of the site, as it is printed.
async fn link(app: &TestApp, seed: u64) -> String {
    let site = app
        .store
        .read(|tx| sites::by_host(tx, "news.example"))
        .await
        .unwrap()
        .unwrap();
    let invited = NewStaff {
        email: "kim@news.example",
        role: Role::Moderator,
        author: AuthorId(99),
        token: Token::new(&FixedRandom::seeded(seed)),
    };
    invite(&app.store, &site, invited, app.clock.now())
        .await
        .unwrap()
}

fn newcomer(app: &TestApp) -> TestReader {
    let mut reader = app.reader("Kim");
    reader.origin = "https://comments.example".to_owned();
    reader
}

fn token(link: &str) -> &str {
    link.split("token=").nth(1).unwrap()
}

#[tokio::test]
async fn a_link_needs_a_click_and_then_works_once() {
    let app = TestApp::new().await;
    let link = link(&app, 1).await;
    let kim = newcomer(&app);
    for _scanner in 0..3 {
        assert_eq!(app.get(&link).await.status, 200);
    }
    let fields = [
        ("site", "news.example"),
        ("token", token(&link)),
        ("name", "Kim Ode"),
    ];

    let accepted = kim.submit("/auth/sign-in", &fields).await;
    let again = newcomer(&app).submit("/auth/sign-in", &fields).await;

    assert_eq!(accepted.status, 200);
    assert!(
        accepted
            .text()
            .contains("Kim Ode, moderator of news.example"),
        "{}",
        accepted.text()
    );
    assert_eq!(again.status, 410);
    assert_eq!(kim.me("story").await["reader"]["role"], "moderator");
    assert_eq!(app.get(&link).await.status, 410);
}

#[tokio::test]
async fn signing_in_gives_a_token_that_nobody_knew_before() {
    let app = TestApp::new().await;
    let link = link(&app, 1).await;
    let kim = newcomer(&app);
    *kim.cookie.lock().unwrap() = Some(format!("__Host-rejoinder={}", "ab".repeat(32)));
    let fields = [
        ("site", "news.example"),
        ("token", token(&link)),
        ("name", "Kim"),
    ];

    kim.submit("/auth/sign-in", &fields).await;

    let cookie = kim.cookie.lock().unwrap().clone().unwrap();
    assert!(!cookie.contains(&"ab".repeat(32)), "{cookie}");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let app = TestApp::new().await;
    let link = link(&app, 1).await;
    let kim = newcomer(&app);
    let fields = [
        ("site", "news.example"),
        ("token", token(&link)),
        ("name", "Kim"),
    ];
    kim.submit("/auth/sign-in", &fields).await;
    let kept = kim.cookie.lock().unwrap().clone();

    kim.submit("/auth/sign-out", &[]).await;
    *kim.cookie.lock().unwrap() = kept;

    assert!(kim.me("story").await["reader"].is_null());
}

#[tokio::test]
async fn another_page_cannot_sign_anybody_in_or_out() {
    let app = TestApp::new().await;
    let link = link(&app, 1).await;
    let mut stranger = app.reader("Eve");
    stranger.origin = "https://evil.example".to_owned();
    let fields = [
        ("site", "news.example"),
        ("token", token(&link)),
        ("name", "Eve"),
    ];

    assert_eq!(stranger.submit("/auth/sign-in", &fields).await.status, 403);
    assert_eq!(stranger.submit("/auth/sign-out", &[]).await.status, 403);
}

#[tokio::test]
async fn the_page_of_a_link_is_kept_by_nobody_and_told_to_nobody_else() {
    let app = TestApp::new().await;
    let page = app.get(&link(&app, 1).await).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
}
