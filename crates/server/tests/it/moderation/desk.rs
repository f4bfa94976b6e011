//! The moderators' desk, by plain forms and as its script asks.

use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{AuthorId, Clock as _, FixedRandom, Settings, Token};
use rejoinder_server::{NewStaff, invite};
use serde_json::{Value, json};
use store::publication::sites;

use crate::support::{Answer, TestApp, TestReader};

/// A site where comments wait, and someone with `role` who is signed in there.
pub(crate) async fn desk() -> (TestApp, TestReader) {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", before()).await;
    let kim = signed_in(&app, "news.example", Role::Moderator, 71).await;
    (app, kim)
}

fn before() -> Settings {
    Settings {
        mode: ModerationMode::Before,
        ..Settings::default()
    }
}

/// Someone with `role` who is signed in at `host`.
pub(crate) async fn signed_in(
    app: &TestApp,
    host: &'static str,
    role: Role,
    seed: i64,
) -> TestReader {
    let kim = app.stranger();
    sign_in(app, &kim, host, role, seed).await;
    kim
}

/// Sign the browser of `kim` in, as the account that `seed` stands for.
pub(crate) async fn sign_in(
    app: &TestApp,
    kim: &TestReader,
    host: &'static str,
    role: Role,
    seed: i64,
) {
    let read = app.store.read(move |tx| sites::by_host(tx, host)).await;
    let site = read.unwrap().unwrap();
    let invited = NewStaff {
        email: &format!("kim{seed}@{host}"),
        role,
        author: AuthorId(seed),
        token: Token::new(&FixedRandom::seeded(seed.unsigned_abs())),
    };
    let link = invite(&app.store, &site, invited, app.clock.now());
    let link = link.await.unwrap();
    let token = link.split("token=").nth(1).unwrap();
    let fields = [("site", host), ("token", token), ("name", "Kim Ode")];
    let entered = kim.submit("/auth/sign-in", &fields).await;
    assert!(entered.status.is_success(), "{}", entered.text());
}

const DESK: &str = "/moderate/news.example";

/// Post `text` as someone new; the comment with its revision, as forms name it.
pub(crate) async fn held(app: &TestApp, text: &str) -> String {
    let posted = app
        .reader("Ann")
        .post("https://news.example/story", text)
        .await;
    assert_eq!(posted.status, StatusCode::ACCEPTED, "{}", posted.text());
    format!("{}.1", posted.id())
}

async fn counts(kim: &TestReader) -> Value {
    kim.get(&format!("{DESK}/counts")).await.good()
}

/// Send a form as the desk's script does.
async fn ask(kim: &TestReader, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let path = format!("{DESK}{path}");
    kim.ask(Method::POST, &path, &headers, form.finish().into())
        .await
}

#[tokio::test]
async fn what_waits_is_shown_with_why_and_decided_by_a_form() {
    let (app, kim) = desk().await;
    let one = held(&app, "The first *word*").await;
    held(&app, "The second word").await;
    let page = kim.get(DESK).await.text();
    assert!(page.contains("The first <em>word</em>"), "{page}");
    assert!(page.contains("comments on this page wait"));

    let fields = [
        ("comment", one.as_str()),
        ("action", "approve"),
        ("back", DESK),
    ];
    let sent = kim.submit(&format!("{DESK}/decide"), &fields).await;

    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let page = kim.get(sent.header("location")).await.text();
    assert!(page.contains("Approved."));
    assert!(!page.contains("The first") && page.contains("The second"));
    let thread = app.thread("https://news.example/story").await;
    assert_eq!(thread["n_comments"], 1);
    assert_eq!(counts(&kim).await["held"], 1);
}

#[tokio::test]
async fn a_decision_is_undone_by_the_button_in_the_status_line() {
    let (app, kim) = desk().await;
    let one = held(&app, "Once").await;
    let fields = [
        ("comment", one.as_str()),
        ("action", "spam"),
        ("back", DESK),
    ];
    let sent = kim.submit(&format!("{DESK}/decide"), &fields).await;
    let page = kim.get(sent.header("location")).await.text();
    let (_, rest) = page.split_once("name=\"decisions\" value=\"").unwrap();
    let (decisions, _) = rest.split_once('"').unwrap();

    let fields = [("decisions", decisions), ("back", DESK)];
    let undone = kim.submit(&format!("{DESK}/undo"), &fields).await;

    let page = kim.get(undone.header("location")).await.text();
    assert!(page.contains("Undone.") && page.contains("Once"), "{page}");
    assert_eq!(counts(&kim).await["held"], 1);
}

#[tokio::test]
async fn many_are_decided_at_once_and_each_has_its_own_result() {
    let (app, kim) = desk().await;
    let ann = app.reader("Ann");
    let edited = ann.post("story", "Before").await.id();
    let (one, two) = (held(&app, "One").await, held(&app, "Two").await);
    ann.edit(&edited, "After").await.good();
    let edited = format!("{edited}.1");
    let fields = [
        ("action", "reject"),
        ("reason", "off_topic"),
        ("comment", one.as_str()),
        ("comment", two.as_str()),
        ("comment", edited.as_str()),
        ("comment", "0000000000001.1"),
    ];

    let sent = kim.submit(&format!("{DESK}/decide"), &fields).await;

    let page = kim.get(sent.header("location")).await.text();
    let told = "2 comments: rejected. 1 comment was edited meanwhile; read it again. \
                1 comment could not be decided on.";
    assert!(page.contains(told), "{page}");
    assert!(page.contains("<del>Before</del><ins>After</ins>"), "{page}");
    let now = counts(&kim).await;
    assert_eq!((&now["held"], &now["rejected"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn the_script_learns_what_changed_and_gets_the_rows_to_show() {
    let (app, kim) = desk().await;
    let ann = app.reader("Ann");
    let edited = ann.post("story", "Before").await.id();
    ann.edit(&edited, "After").await.good();
    let one = held(&app, "One").await;
    let edited = format!("{edited}.1");
    let fields = [
        ("action", "approve"),
        ("comment", &one),
        ("comment", &edited),
    ];

    let decided = ask(&kim, "/decide", &fields).await.good();
    let decision = decided["changed"][0]["decision"].as_str().unwrap();
    let undone = ask(&kim, "/undo", &[("decisions", decision)]).await.good();

    assert_eq!(decided["counts"]["held"], 1);
    let (id, _) = edited.split_once('.').unwrap();
    assert_eq!(decided["refused"][0]["id"], id);
    let row = decided["rows"][id].as_str().unwrap();
    assert!(row.contains(&format!("{id}.2")), "{row}");
    let (id, _) = one.split_once('.').unwrap();
    assert_eq!(undone["changed"][0]["id"], id);
    assert!(undone["rows"][id].as_str().unwrap().contains("One"));
    assert_eq!(undone["counts"]["held"], 2);
}

#[tokio::test]
async fn who_is_no_moderator_here_finds_nothing() {
    let (app, _) = desk().await;
    app.add_site(2, "other.example", Settings::default()).await;
    let one = held(&app, "Secret").await;
    let fields = [("comment", one.as_str()), ("action", "approve")];
    let elsewhere = signed_in(&app, "other.example", Role::Owner, 81).await;
    let editor = signed_in(&app, "news.example", Role::Editor, 82).await;
    let mut eve = app.reader("Eve");
    eve.origin = "https://comments.example".to_owned();
    for stranger in [&eve, &elsewhere, &editor] {
        for path in ["", "/queues/held", "/counts"] {
            let page = stranger.get(&format!("{DESK}{path}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in ["/decide", "/undo"] {
            let sent = stranger.submit(&format!("{DESK}{path}"), &fields).await;
            assert_eq!(sent.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let there = elsewhere
        .submit("/moderate/other.example/decide", &fields)
        .await;
    assert!(there.header("location").contains("not=1"));
    assert_eq!(
        app.thread("https://news.example/story").await["n_comments"],
        0
    );
}

#[tokio::test]
async fn a_form_leads_back_only_to_the_desk() {
    let (app, kim) = desk().await;
    for back in [
        "https://evil.example/",
        "//evil.example",
        "/moderate/news.example.evil",
        "/moderate/news.example/../../x",
        "/moderate/news.example\r\nSet-Cookie: a=b",
        "",
    ] {
        let one = held(&app, "Once").await;
        let fields = [
            ("comment", one.as_str()),
            ("action", "approve"),
            ("back", back),
        ];
        let sent = kim.submit(&format!("{DESK}/decide"), &fields).await;
        let location = sent.header("location");
        assert!(
            location.starts_with("/moderate/news.example?did=approve"),
            "{location}"
        );
    }
}

#[tokio::test]
async fn what_means_nothing_is_refused_with_a_reason() {
    let (app, kim) = desk().await;
    let one = held(&app, "Once").await;
    let long = "x".repeat(5_000);
    for fields in [
        vec![("comment", one.as_str()), ("action", "burn")],
        vec![("comment", one.as_str())],
        vec![("comment", "x"), ("action", "approve")],
        vec![
            ("comment", one.as_str()),
            ("action", "reject"),
            ("note", &long),
        ],
    ] {
        let sent = kim.submit(&format!("{DESK}/decide"), &fields).await;
        assert!(
            sent.status == StatusCode::BAD_REQUEST || sent.header("location").contains("not=1"),
            "{}",
            sent.text()
        );
    }
    let many = vec![("comment", one.as_str()); 101];
    let fields: Vec<_> = many.into_iter().chain([("action", "approve")]).collect();
    let sent = kim.submit(&format!("{DESK}/decide"), &fields).await;
    assert_eq!(sent.status, StatusCode::BAD_REQUEST);
    assert_eq!(counts(&kim).await["held"], 1);
}

#[tokio::test]
async fn a_long_queue_goes_on_where_it_stopped() {
    let (app, kim) = desk().await;
    for n in 0..53 {
        held(&app, &format!("Number {n} here")).await;
    }
    let first = kim.get(&format!("{DESK}?order=oldest")).await.text();
    let (_, rest) = first.split_once("data-nr=\"next\" href=\"").unwrap();
    let (next, _) = rest.split_once('"').unwrap();
    let second = kim
        .get(&next.replace("&amp;", "&").replace("&#38;", "&"))
        .await
        .text();
    assert!(first.contains("Number 0 here") && !first.contains("Number 50 here"));
    assert!(second.contains("Number 50 here") && !second.contains("Number 49 here"));
    assert!(!second.contains("data-nr=\"next\""));
}
