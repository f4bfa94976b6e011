//! Accounts by mail, and the window that signs an embedded page in.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use store::jobs;

use crate::support::{Answer, BASE, NEWS, TestApp, TestReader};

async fn app() -> TestApp {
    TestApp::with(|config| config.mail_from = Some("talk@comments.example".to_owned())).await
}

/// Someone on the server's own pages.
fn at_home(app: &TestApp, name: &str) -> TestReader {
    let mut reader = app.reader(name);
    BASE.clone_into(&mut reader.origin);
    reader
}

/// The mails that wait to be sent; each is given once.
async fn mails(app: &TestApp) -> Vec<Value> {
    let now = rejoinder_core::Clock::now(&*app.clock);
    let lease = Duration::from_secs(86_400);
    let claim = move |tx: &mut store::Tx<'_>| jobs::claim(tx, now, lease, 100);
    let claimed = app.store.write(claim).await.unwrap();
    let mails = claimed.iter().filter(|job| job.kind == "mail");
    mails
        .map(|job| serde_json::from_str(&job.payload).unwrap())
        .collect()
}

async fn ask(reader: &TestReader, email: &str) -> Answer {
    let fields = [("site", "news.example"), ("email", email)];
    reader.submit("/auth/mail", &fields).await
}

/// The path of the link in the one mail that waits.
async fn link(app: &TestApp) -> String {
    let mails = mails(app).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    let text = mails[0]["text"].as_str().unwrap();
    let line = text.lines().find(|line| line.starts_with(BASE)).unwrap();
    line[BASE.len()..].to_owned()
}

fn token(link: &str) -> &str {
    link.split("token=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
}

async fn open(reader: &TestReader, link: &str, name: &str, code: &str) -> Answer {
    let fields = [
        ("site", "news.example"),
        ("token", token(link)),
        ("name", name),
        ("code", code),
    ];
    reader.submit("/auth/link", &fields).await
}

/// Sign `reader` in, who is on the server's own pages.
async fn sign_in(app: &TestApp, reader: &TestReader, email: &str, name: &str) {
    assert_eq!(ask(reader, email).await.status, 200);
    let link = link(app).await;
    assert_eq!(open(reader, &link, name, "").await.status, 303);
}

fn code_in(page: &str) -> &str {
    let after = page.split("rj-code\">").nth(1).unwrap();
    after.split('<').next().unwrap()
}

#[tokio::test]
async fn a_link_in_a_mail_signs_in_the_browser_that_asked_after_a_click() {
    let app = app().await;
    let ann = at_home(&app, "Ann");
    assert_eq!(ask(&ann, "Ann@Reader.example").await.status, 200);
    let link = link(&app).await;
    for _scanner in 0..3 {
        assert_eq!(app.get(&link).await.status, 200);
    }
    assert!(ann.get(&link).await.text().contains("ann@reader.example"));

    let opened = open(&ann, &link, "Ann Lee", "").await;

    assert_eq!(opened.status, 303);
    assert_eq!(opened.header("location"), "/auth/sign-in?site=news.example");
    let me = ann.me("story").await;
    assert_eq!(me["reader"]["name"], "Ann Lee");
    assert_eq!(me["reader"]["kind"], "account");
    assert_eq!(open(&ann, &link, "Ann Lee", "").await.status, 410);
    assert_eq!(ann.get(&link).await.status, 410);
}

#[tokio::test]
async fn another_browser_is_asked_for_the_code_that_the_asking_one_shows() {
    let app = app().await;
    let (ann, phone) = (at_home(&app, "Ann"), at_home(&app, "Ann"));
    let sent = ask(&ann, "ann@reader.example").await.text();
    let code = code_in(&sent);
    let link = link(&app).await;

    let page = phone.get(&link).await.text();
    let without = open(&phone, &link, "Ann", "").await;
    let wrong = open(&phone, &link, "Ann", "000 001").await;
    let right = open(&phone, &link, "Ann", code).await;

    assert!(page.contains("another browser"), "{page}");
    assert_eq!((without.status.as_u16(), wrong.status.as_u16()), (422, 422));
    assert!(wrong.text().contains("not the code"));
    assert_eq!(right.status, 303);
    assert_eq!(phone.me("story").await["reader"]["name"], "Ann");
    assert!(ann.me("story").await["reader"].is_null());
}

#[tokio::test]
async fn a_link_works_for_a_quarter_of_an_hour_and_at_its_own_site() {
    let app = app().await;
    app.add_site(2, "other.example", rejoinder_core::Settings::default())
        .await;
    let ann = at_home(&app, "Ann");
    ask(&ann, "ann@reader.example").await;
    let link = link(&app).await;
    let fields = [
        ("site", "other.example"),
        ("token", token(&link)),
        ("name", "Ann"),
    ];
    assert_eq!(ann.submit("/auth/link", &fields).await.status, 410);
    app.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(open(&ann, &link, "Ann", "").await.status, 410);
}

#[tokio::test]
async fn asking_answers_the_same_for_known_and_unknown_addresses() {
    let app = app().await;
    sign_in(&app, &at_home(&app, "Ann"), "ann@reader.example", "Ann").await;
    let stranger = at_home(&app, "Eve");
    let page = |answer: Answer| {
        answer
            .text()
            .replace("bob@reader.example", "ann@reader.example")
    };

    let unknown = page(ask(&stranger, "bob@reader.example").await);
    let known = page(ask(&stranger, "ann@reader.example").await);

    assert_eq!(known, unknown);
}

#[tokio::test]
async fn asking_often_sends_few_mails_and_looks_the_same() {
    let app = app().await;
    for n in 0..12 {
        let email = format!("ann+{n}@reader.example");
        assert_eq!(ask(&at_home(&app, "Eve"), &email).await.status, 200);
    }
    assert_eq!(mails(&app).await.len(), 2);
}

#[tokio::test]
async fn strangers_lock_nobody_out_of_their_address() {
    let on = |config: &mut rejoinder_server::Config| {
        config.mail_from = Some("talk@comments.example".to_owned());
        config.rate_limits = rejoinder_server::RateLimits::On;
    };
    let app = TestApp::with(on).await;
    let (ann, email) = (at_home(&app, "Ann"), "ann@reader.example");
    sign_in(&app, &ann, email, "Ann").await;
    let fields = [("site", "news.example")];
    assert_eq!(ann.submit("/auth/sign-out", &fields).await.status, 200);
    for _ in 0..9 {
        assert_eq!(ask(&at_home(&app, "Eve"), email).await.status, 200);
    }
    // Some of them sit in Ann's own network, and use up what it may ask for.
    let mut eve = at_home(&app, "Eve");
    eve.sit_beside(&ann);
    while ask(&eve, email).await.status == 200 {}
    mails(&app).await;

    sign_in(&app, &ann, email, "Ann").await;

    assert_eq!(ann.me("story").await["reader"]["name"], "Ann");
}

#[tokio::test]
async fn somebody_new_is_signed_in_by_the_link_that_strangers_asked_for() {
    let app = app().await;
    let email = "ann@reader.example";
    for _ in 0..9 {
        assert_eq!(ask(&at_home(&app, "Eve"), email).await.status, 200);
    }
    let theirs = mails(&app).await;
    let ann = at_home(&app, "Ann");
    ask(&ann, email).await;
    assert_eq!(mails(&app).await.len(), 0);

    let text = theirs[1]["text"].as_str().unwrap();
    let line = text.lines().find(|line| line.starts_with(BASE)).unwrap();
    let opened = open(&ann, &line[BASE.len()..], "Ann", "").await;

    assert_eq!(opened.status, 303);
    assert_eq!(ann.me("story").await["reader"]["name"], "Ann");
}

#[tokio::test]
async fn an_address_cannot_carry_headers_or_a_second_recipient() {
    let app = app().await;
    let eve = at_home(&app, "Eve");
    for email in [
        "ann@reader.example\r\nBcc: everyone@reader.example",
        "ann@reader.example,bob@reader.example",
        "ann@reader.example bob@reader.example",
        "<ann@reader.example>",
        "",
        "nobody",
    ] {
        let refused = ask(&eve, email).await;
        assert_eq!(refused.status, 422, "{email}");
        assert!(!refused.text().contains("<ann@"), "{email}");
    }
    assert_eq!(mails(&app).await.len(), 0);
}

#[tokio::test]
async fn without_mail_no_way_is_offered() {
    let app = TestApp::new().await;
    let ann = at_home(&app, "Ann");
    let page = ann.get("/auth/sign-in?site=news.example").await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("name=\"email\""), "{}", page.text());
    assert_eq!(ask(&ann, "ann@reader.example").await.status, 404);
    let thread = app.get("/embed/thread?site=news.example&page=story").await;
    assert!(!thread.text().contains("/auth/sign-in"));
}

#[tokio::test]
async fn the_way_back_leads_nowhere_else() {
    let app = app().await;
    let ann = at_home(&app, "Ann");
    for (to, expected) in [
        (
            "/embed?site=news.example&page=story",
            "/embed?site=news.example&page=story",
        ),
        ("//evil.example/", "/auth/sign-in?site=news.example"),
        ("https://evil.example/", "/auth/sign-in?site=news.example"),
    ] {
        let fields = [
            ("site", "news.example"),
            ("email", "ann@reader.example"),
            ("to", to),
        ];
        assert_eq!(ann.submit("/auth/mail", &fields).await.status, 200);
        let mailed = link(&app).await;
        assert!(!mailed.contains("evil"), "{mailed}");
        let fields = [
            ("site", "news.example"),
            ("token", token(&mailed)),
            ("name", "Ann"),
            ("to", to),
        ];
        let opened = ann.submit("/auth/link", &fields).await;
        assert_eq!(opened.header("location"), expected);
    }
    let page = ann
        .get("/auth/sign-in?site=news.example&to=https://evil.example/&origin=https://evil.example")
        .await;
    assert!(!page.text().contains("evil"), "{}", page.text());
}

#[tokio::test]
async fn a_page_of_the_publisher_can_neither_ask_nor_sign_in_nor_out() {
    let app = app().await;
    let ann = at_home(&app, "Ann");
    ask(&ann, "ann@reader.example").await;
    let link = link(&app).await;
    for origin in [NEWS, "https://evil.example"] {
        let mut page = app.reader("Eve");
        origin.clone_into(&mut page.origin);
        assert_eq!(ask(&page, "ann@reader.example").await.status, 403);
        assert_eq!(open(&page, &link, "Eve", "").await.status, 403);
        assert_eq!(page.submit("/auth/sign-out", &[]).await.status, 403);
        let body = json!({ "site": "news.example", "origin": origin });
        let handed = page.send(Method::POST, "/auth/hand-over", body).await;
        assert_eq!(handed.status, 403);
    }
}

#[tokio::test]
async fn no_page_of_the_way_in_can_be_framed_or_kept() {
    let app = app().await;
    let ann = at_home(&app, "Ann");
    let sent = ask(&ann, "ann@reader.example").await;
    let link = link(&app).await;
    let pages = [
        ann.get("/auth/sign-in?site=news.example").await,
        sent,
        ann.get(&link).await,
    ];
    for page in pages {
        assert_eq!(page.status, 200);
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
}

/// A code for pages of `origin`, or why there is none.
async fn hand_over(home: &TestReader, origin: &str) -> Answer {
    let body = json!({ "site": "news.example", "origin": origin });
    home.send(Method::POST, "/auth/hand-over", body).await
}

async fn take_up(page: &TestReader, code: &str) -> Answer {
    let body = json!({ "site": "news.example", "code": code });
    page.send(Method::POST, "/api/v1/session", body).await
}

#[tokio::test]
async fn the_window_signs_the_page_in_that_opened_it_and_the_guests_comments_come_along() {
    let app = app().await;
    let (home, page) = (at_home(&app, "Ann"), app.reader("Ann as a guest"));
    let comment = page.post("story", "Written as a guest").await.id();
    let before = page.cookie.lock().unwrap().clone();
    sign_in(&app, &home, "ann@reader.example", "Ann Lee").await;
    let code = hand_over(&home, NEWS).await.good()["code"].clone();

    let taken = take_up(&page, code.as_str().unwrap()).await;

    assert_eq!(taken.good()["reader"]["name"], "Ann Lee");
    assert_ne!(*page.cookie.lock().unwrap(), before);
    let thread = app.thread("story").await;
    assert_eq!(thread["comments"][0]["author"]["name"], "Ann Lee");
    assert_eq!(page.edit(&comment, "Written by Ann").await.status, 200);
    assert_eq!(home.me("story").await["own"], json!([comment]));
    let again = take_up(&page, code.as_str().unwrap()).await;
    assert_eq!(again.status, 410);
}

#[tokio::test]
async fn a_session_is_handed_to_the_sites_own_pages_only() {
    let app = app().await;
    app.add_site(2, "other.example", rejoinder_core::Settings::default())
        .await;
    let home = at_home(&app, "Ann");
    assert_eq!(
        hand_over(&home, NEWS).await.problem(),
        "401 sign_in_needed: Sign in to comment here."
    );
    sign_in(&app, &home, "ann@reader.example", "Ann").await;
    for origin in [
        "https://other.example",
        "https://evil.example",
        "https:",
        "*",
        "",
    ] {
        assert_eq!(hand_over(&home, origin).await.status, 403, "{origin}");
    }
    let code = hand_over(&home, BASE).await.good()["code"].clone();
    let mut other = app.reader("Eve");
    for origin in [NEWS, "https://other.example"] {
        origin.clone_into(&mut other.origin);
        let taken = take_up(&other, code.as_str().unwrap()).await;
        assert!(taken.status.is_client_error(), "{origin} {}", taken.status);
    }
}

#[tokio::test]
async fn signing_out_in_the_page_signs_out_in_the_window_too() {
    let app = app().await;
    let (home, page) = (at_home(&app, "Ann"), app.reader("Ann"));
    sign_in(&app, &home, "ann@reader.example", "Ann").await;
    let code = hand_over(&home, NEWS).await.good()["code"].clone();
    take_up(&page, code.as_str().unwrap()).await.good();

    let out = page
        .send(
            Method::DELETE,
            "/api/v1/session?site=news.example",
            json!({}),
        )
        .await;

    assert_eq!(out.status, 204);
    assert!(home.me("story").await["reader"].is_null());
}

#[tokio::test]
async fn where_guests_are_refused_an_account_can_write() {
    let app = app().await;
    let settings = rejoinder_core::Settings::default()
        .with("guests", "refused")
        .unwrap();
    app.add_site(1, "news.example", settings).await;
    let mut ann = at_home(&app, "Ann");
    let refused = ann.post("story", "Hello").await;
    assert_eq!(
        refused.problem(),
        "401 sign_in_needed: Sign in to comment here."
    );
    let thread = app
        .get("/embed/thread?site=news.example&page=story")
        .await
        .text();
    assert!(
        thread.contains("/auth/sign-in?site=news.example"),
        "{thread}"
    );
    assert!(!thread.contains("name=\"name\""), "{thread}");

    sign_in(&app, &ann, "ann@reader.example", "Ann").await;

    NEWS.clone_into(&mut ann.origin);
    assert_eq!(ann.post("story", "Hello").await.status, 201);
}

#[tokio::test]
async fn no_address_is_in_any_public_answer() {
    let app = app().await;
    let ann = at_home(&app, "Ann");
    sign_in(&app, &ann, "secretive@reader.example", "Ann").await;
    ann.post("story", "Hello").await.good();
    for path in [
        "/embed/thread?site=news.example&page=story",
        "/api/v1/thread?site=news.example&page=story",
    ] {
        let answer = app.get(path).await.text();
        assert!(!answer.contains("secretive"), "{path}");
    }
    assert!(!ann.me("story").await.to_string().contains("secretive"));
}

#[tokio::test]
async fn a_known_token_is_worth_nothing_after_signing_in() {
    let app = app().await;
    let (ann, eve) = (at_home(&app, "Ann"), at_home(&app, "Eve"));
    let fixed = format!("__Host-rejoinder={}", "ab".repeat(32));
    *ann.cookie.lock().unwrap() = Some(fixed.clone());
    *eve.cookie.lock().unwrap() = Some(fixed);
    sign_in(&app, &ann, "ann@reader.example", "Ann").await;
    assert_eq!(ann.me("story").await["reader"]["name"], "Ann");
    assert!(eve.me("story").await["reader"].is_null());
}

#[tokio::test]
async fn a_new_account_cannot_be_called_like_the_newsroom() {
    let app = app().await;
    let eve = at_home(&app, "Eve");
    ask(&eve, "eve@reader.example").await;
    let link = link(&app).await;
    for name in ["Moderator", "M\u{43e}derator", "news.example"] {
        let refused = open(&eve, &link, name, "").await;
        assert_eq!(refused.status, 422, "{name}");
        assert!(refused.text().contains("is reserved for the newsroom"));
    }
    assert_eq!(open(&eve, &link, "Eve", "").await.status, 303);
    let mut guest = app.reader("ED!TOR");
    guest.origin = NEWS.to_owned();
    assert_eq!(guest.post("story", "Hi").await.status, 201);
    let refused = app.reader("Editor").post("story", "Hi").await;
    assert_eq!(
        refused.problem(),
        "422 name_protected [name]: This name belongs to the newsroom; please take another."
    );
}

#[tokio::test]
async fn an_accounts_own_page_shows_what_became_of_each_comment_and_why() {
    let app = app().await;
    let settings = rejoinder_core::Settings::default()
        .with("mode", "before")
        .unwrap();
    app.add_site(1, "news.example", settings).await;
    let ann = at_home(&app, "Ann");
    sign_in(&app, &ann, "ann@reader.example", "Ann").await;
    ann.post("story", "Does it <b>wait</b>?").await.good();

    let page = ann.get("/account/news.example").await;

    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(
        text.contains("Waiting for a moderator. The reason: all comments"),
        "{text}"
    );
    assert!(!text.contains("<b>wait"), "{text}");
    assert_eq!(page.header("cache-control"), "no-store");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    for path in ["replies", "settings", "download"] {
        let path = format!("/account/news.example/{path}");
        assert_eq!(ann.get(&path).await.status, 200, "{path}");
        assert_eq!(
            at_home(&app, "Guest").get(&path).await.status,
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn replies_are_found_on_the_accounts_page() {
    let app = app().await;
    let ann = at_home(&app, "Ann");
    sign_in(&app, &ann, "ann@reader.example", "Ann").await;
    let id = ann.post("story", "A question").await.id();
    app.reader("Kim")
        .reply("story", &id, "An answer")
        .await
        .good();
    let page = ann.get("/account/news.example/replies").await.text();
    assert!(page.contains("An answer") && page.contains("Kim"), "{page}");
}

#[tokio::test]
async fn a_name_is_changed_and_sessions_are_ended_on_the_accounts_page() {
    let app = app().await;
    let (ann, phone) = (at_home(&app, "Ann"), at_home(&app, "Ann"));
    sign_in(&app, &ann, "ann@reader.example", "Ann").await;
    sign_in(&app, &phone, "ann@reader.example", "Ann").await;
    ann.post("story", "Hello").await.good();

    let renamed = ann
        .submit("/account/news.example/name", &[("name", "Ann Lee")])
        .await;
    let refused = ann
        .submit("/account/news.example/name", &[("name", "Staff")])
        .await;
    let ended = ann.submit("/account/news.example/sessions", &[]).await;

    assert_eq!((renamed.status.as_u16(), ended.status.as_u16()), (303, 303));
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("is reserved for the newsroom"));
    let thread = app.thread("story").await;
    assert_eq!(thread["comments"][0]["author"]["name"], "Ann Lee");
    assert!(phone.me("story").await["reader"].is_null());
    assert_eq!(ann.me("story").await["reader"]["name"], "Ann Lee");
}

#[tokio::test]
async fn a_page_of_the_publisher_cannot_change_an_account() {
    let app = app().await;
    let mut ann = at_home(&app, "Ann");
    sign_in(&app, &ann, "ann@reader.example", "Ann").await;
    NEWS.clone_into(&mut ann.origin);
    let fields = [("comments", "remove"), ("sure", "yes")];
    let refused = ann.submit("/account/news.example/delete", &fields).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn deleting_an_account_takes_a_day_in_which_it_can_be_kept() {
    let app = app().await;
    let ann = at_home(&app, "Ann");
    sign_in(&app, &ann, "ann@reader.example", "Ann").await;
    let unsure = ann
        .submit("/account/news.example/delete", &[("comments", "keep")])
        .await;
    assert_eq!(unsure.status, 400);
    let fields = [("comments", "keep"), ("sure", "yes")];
    let asked = ann.submit("/account/news.example/delete", &fields).await;
    assert_eq!(asked.status, 303);
    let page = ann.get("/account/news.example/settings").await.text();
    assert!(
        page.contains("Your account will be deleted after 24 Nov 2026"),
        "{page}"
    );

    ann.submit("/account/news.example/keep", &[]).await;

    let page = ann.get("/account/news.example/settings").await.text();
    assert!(!page.contains("will be deleted after"), "{page}");
}

#[tokio::test]
async fn everything_can_be_taken_along() {
    let app = app().await;
    let ann = at_home(&app, "Ann");
    sign_in(&app, &ann, "ann@reader.example", "Ann").await;
    ann.post("story", "Hello").await.good();
    let file = ann.get("/account/news.example/download").await;
    assert!(file.header("content-disposition").starts_with("attachment"));
    let everything = file.json();
    assert_eq!(everything["account"]["email"], "ann@reader.example");
    assert_eq!(everything["comments"][0]["text"], "Hello");
}
