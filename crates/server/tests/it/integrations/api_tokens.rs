//! The publisher's own programs, and the page where their tokens are made.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rejoinder_core::Settings;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_server::{Config, RateLimits};
use serde_json::{Value, json};

use crate::publication::owner::colleague;
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

const PAGE: &str = "/admin/news.example/tokens";
const HELD: &str = "/api/v1/sites/news.example/queues/held";
const READ: (&str, &str) = ("scope", "moderation:read");
const WRITE: (&str, &str) = ("scope", "moderation:write");

async fn owner(app: &TestApp) -> TestReader {
    colleague(app, "olga@news.example", Role::Owner, 90).await
}

/// Create a token on the owner's page.
async fn make(owner: &TestReader, scopes: &[(&str, &str)]) -> String {
    let fields = [("name", "Night desk"), ("days", "30")];
    let fields: Vec<_> = fields.into_iter().chain(scopes.iter().copied()).collect();
    let page = owner.submit(PAGE, &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    token_in(&page).unwrap()
}

fn token_in(page: &Answer) -> Option<String> {
    let text = page.text();
    let (_, after) = text.split_once("value=\"rjt_")?;
    Some(format!("rjt_{}", after.split('"').next()?))
}

async fn send(app: &TestApp, token: &str, method: Method, path: &str, body: Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let body = Body::from(body.to_string());
    app.send(method, path, &headers, body).await
}

async fn get(app: &TestApp, token: &str, path: &str) -> Answer {
    send(app, token, Method::GET, path, json!({})).await
}

/// The id by which the page revokes the first token of its list.
fn id_in(page: &Answer) -> String {
    let text = page.text();
    let (_, after) = text.split_once("/tokens/").unwrap();
    after.split('/').next().unwrap().to_owned()
}

/// A site where comments wait.
async fn app() -> TestApp {
    waiting(TestApp::new().await).await
}

async fn limited_app() -> TestApp {
    let on = |config: &mut Config| config.rate_limits = RateLimits::On;
    waiting(TestApp::with(on).await).await
}

async fn waiting(app: TestApp) -> TestApp {
    let settings = Settings {
        mode: ModerationMode::Before,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    app
}

fn code(answer: &Answer) -> String {
    let code = answer.json()["code"].as_str().unwrap().to_owned();
    format!("{} {code}", answer.status.as_u16())
}

#[tokio::test]
async fn a_program_reads_what_waits_and_decides_under_its_own_name() {
    let app = app().await;
    let olga = owner(&app).await;
    let token = make(&olga, &[READ, WRITE]).await;
    let id = app.reader("Ann").post(STORY, "It waits").await.id();

    let queue = get(&app, &token, HELD).await.good();
    let waiting = &queue["comments"][0];
    assert_eq!(waiting["id"], id);
    assert_eq!(waiting["text"], "It waits");
    assert_eq!(waiting["state"], "held");
    assert_eq!(waiting["author"]["name"], "Ann");
    assert_eq!(queue["next"], Value::Null);

    let decisions = format!("/api/v1/comments/{id}/decisions");
    let body = json!({"action": "approve", "revision": waiting["revision"]});
    let decided = send(&app, &token, Method::POST, &decisions, body)
        .await
        .good();
    assert!(
        app.thread(STORY).await["comments"][0]["html"]
            .as_str()
            .unwrap()
            .contains("It waits")
    );
    let log = olga.get("/moderate/news.example/log").await.text();
    assert!(log.contains("Night desk"), "{log}");

    let decision = decided["decision"].as_str().unwrap();
    let path = format!("/api/v1/decisions/{decision}?site=news.example");
    send(&app, &token, Method::DELETE, &path, json!({}))
        .await
        .good();
    let queue = get(&app, &token, HELD).await.good();
    assert_eq!(queue["comments"][0]["id"], id);
}

#[tokio::test]
async fn a_program_searches_in_all_comments_page_by_page() {
    let app = app().await;
    let olga = owner(&app).await;
    let token = make(&olga, &[READ]).await;
    let ann = app.reader("Ann");
    for n in 0..60 {
        app.clock.advance(Duration::from_secs(60));
        assert_eq!(ann.post(STORY, &format!("Rain {n}")).await.status, 202);
    }
    let search = "/api/v1/sites/news.example/search";
    let mut found = Vec::new();
    let mut path = format!("{search}?q=rain");
    loop {
        let part = get(&app, &token, &path).await.good();
        let comments = part["comments"].as_array().unwrap();
        found.extend(
            comments
                .iter()
                .map(|c| c["id"].as_str().unwrap().to_owned()),
        );
        match part["next"].as_str() {
            Some(next) => path = format!("{search}?q=rain&after={next}"),
            None => break,
        }
    }
    assert_eq!(found.len(), 60);
    assert!(found.is_sorted_by(|a, b| a > b));

    let nothing = get(&app, &token, search).await;
    assert_eq!(code(&nothing), "400 query_invalid");
    let wrong = get(&app, &token, &format!("{HELD}?after=nonsense")).await;
    assert_eq!(code(&wrong), "400 query_invalid");
    let unknown = get(&app, &token, "/api/v1/sites/news.example/queues/nonsense").await;
    assert_eq!(code(&unknown), "404 not_found");
}

#[tokio::test]
async fn a_token_is_shown_once_and_the_day_of_its_use_is_listed() {
    let app = app().await;
    let olga = owner(&app).await;
    let token = make(&olga, &[READ]).await;

    let page = olga.get(PAGE).await;
    assert_eq!(token_in(&page), None);
    assert!(page.text().contains("Night desk") && page.text().contains("Never"));
    assert!(page.text().contains("<code>moderation:read</code></td>"));

    get(&app, &token, HELD).await.good();
    let page = olga.get(PAGE).await.text();
    assert!(!page.contains("Never"), "{page}");
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once() {
    let app = app().await;
    let olga = owner(&app).await;
    let token = make(&olga, &[READ]).await;
    get(&app, &token, HELD).await.good();

    let revoke = format!("{PAGE}/{}/revoke", id_in(&olga.get(PAGE).await));
    assert_eq!(
        olga.submit(&revoke, &[]).await.status,
        StatusCode::SEE_OTHER
    );

    assert_eq!(
        code(&get(&app, &token, HELD).await),
        "401 api_token_invalid"
    );
    assert_eq!(
        olga.submit(&revoke, &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_token_that_expires_is_refused_and_the_owner_sees_why() {
    let app = app().await;
    let token = make(&owner(&app).await, &[READ]).await;
    app.clock.advance(Duration::from_secs(30 * 86_400));

    assert_eq!(
        code(&get(&app, &token, HELD).await),
        "401 api_token_invalid"
    );
    let olga = colleague(&app, "otto@news.example", Role::Owner, 91).await;
    assert!(olga.get(PAGE).await.text().contains("Expired"));
}

#[tokio::test]
async fn what_makes_no_token_is_said_and_kept_in_the_form() {
    let app = app().await;
    let olga = owner(&app).await;
    let long = "x".repeat(51);
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[("name", " "), READ], "id=\"problem\""),
        (&[("name", &long), READ], "id=\"problem\""),
        (&[("name", "Desk")], "Choose what the program may do."),
        (
            &[("name", "Desk"), ("scope", "everything")],
            "Choose what the program may do.",
        ),
    ];
    for (fields, problem) in cases {
        let page = olga.submit(PAGE, fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(page.text().contains(problem), "{}", page.text());
        assert_eq!(token_in(&page), None);
    }
    let page = olga
        .submit(PAGE, &[("name", ""), READ, ("days", "7")])
        .await
        .text();
    assert!(page.contains("value=\"moderation:read\" checked"));
    assert!(page.contains("<option value=\"7\" selected>"));
    assert!(olga.get(PAGE).await.text().contains("No token yet."));
}

#[tokio::test]
async fn beside_a_token_a_cookie_says_nothing() {
    let app = app().await;
    let olga = owner(&app).await;
    let made_up = format!("Bearer rjt_1_{}", "0".repeat(64));
    let headers = [("authorization", made_up.as_str())];
    for path in [HELD, PAGE, "/api/v1/me?site=news.example&page=story"] {
        let answer = olga
            .ask_from(None, Method::GET, path, &headers, Body::empty())
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let answer = olga
        .ask_from(Some(BASE), Method::POST, PAGE, &headers, Body::empty())
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn whoever_tries_tokens_out_is_slowed_down() {
    let app = limited_app().await;
    let made_up = format!("rjt_1_{}", "0".repeat(64));
    for _ in 0..30 {
        let answer = get(&app, &made_up, HELD).await;
        assert_eq!(code(&answer), "401 api_token_invalid");
    }
    assert_eq!(code(&get(&app, &made_up, HELD).await), "429 rate_limited");
}

#[tokio::test]
async fn a_program_goes_at_a_pace_of_its_own() {
    let app = limited_app().await;
    let token = make(&owner(&app).await, &[READ]).await;
    for _ in 0..100 {
        get(&app, &token, HELD).await.good();
    }
    assert_eq!(code(&get(&app, &token, HELD).await), "429 rate_limited");
    app.clock.advance(Duration::from_millis(100));
    get(&app, &token, HELD).await.good();
}

#[tokio::test]
async fn another_sites_queue_is_unknown() {
    let app = TestApp::new().await;
    app.add_site(2, "other.example", Settings::default()).await;
    let token = make(&owner(&app).await, &[READ]).await;
    let other = "/api/v1/sites/other.example/queues/held";
    assert_eq!(code(&get(&app, &token, other).await), "404 not_found");
    get(&app, &token, HELD).await.good();
}

#[tokio::test]
async fn a_program_closes_a_page_and_opens_it_again() {
    let app = app().await;
    let token = make(&owner(&app).await, &[WRITE]).await;
    let ann = app.reader("Ann");
    ann.post(STORY, "First").await.good();

    let path = format!("/api/v1/pages/decisions?site=news.example&page={STORY}");
    let decide = async |action: &str| {
        let body = json!({"action": action});
        send(&app, &token, Method::POST, &path, body).await.good()
    };
    assert!(decide("close_page").await["decision"].is_string());
    assert!(decide("close_page").await["decision"].is_null());
    assert_eq!(
        ann.post(STORY, "Second").await.status,
        StatusCode::FORBIDDEN
    );
    decide("open_page").await;
    assert_eq!(ann.post(STORY, "Second").await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_program_that_has_read_an_older_text_decides_nothing() {
    let app = app().await;
    let token = make(&owner(&app).await, &[READ, WRITE]).await;
    let ann = app.reader("Ann");
    let id = ann.post(STORY, "It waits").await.id();
    ann.edit(&id, "Something else").await.good();

    let path = format!("/api/v1/comments/{id}/decisions?site=news.example");
    let decide = async |action: &str, revision: i64| {
        let body = json!({"action": action, "revision": revision});
        send(&app, &token, Method::POST, &path, body).await
    };
    assert_eq!(code(&decide("approve", 1).await), "409 edited_meanwhile");
    assert_eq!(code(&decide("nonsense", 2).await), "400 body_invalid");
    decide("approve", 2).await.good();
    let queue = get(&app, &token, HELD).await.good();
    assert_eq!(queue["comments"], json!([]));
}

#[tokio::test]
async fn programs_act_on_postgresql_too() {
    let app = waiting(TestApp::on_postgres().await).await;
    let token = make(&owner(&app).await, &[READ, WRITE]).await;
    let id = app.reader("Ann").post(STORY, "It waits").await.id();
    let queue = get(&app, &token, HELD).await.good();
    assert_eq!(queue["comments"][0]["id"], id);
    let found = get(&app, &token, "/api/v1/sites/news.example/search?q=waits").await;
    assert_eq!(found.good()["comments"][0]["id"], id);
    let path = format!("/api/v1/comments/{id}/decisions");
    let body = json!({"action": "spam", "revision": 1});
    send(&app, &token, Method::POST, &path, body).await.good();
}

#[tokio::test]
async fn a_program_that_may_moderate_may_not_write() {
    let app = app().await;
    let token = make(&owner(&app).await, &[READ, WRITE]).await;
    let body = json!({"site": "news.example", "page": STORY, "text": "Hello", "name": "Ann"});
    let posted = send(&app, &token, Method::POST, "/api/v1/comments", body).await;
    assert_eq!(code(&posted), "403 scope_missing");
    let thread = format!("/api/v1/thread?site=news.example&page={STORY}");
    assert_eq!(
        get(&app, &token, &thread).await.good()["comments"],
        json!([])
    );
}

#[tokio::test]
async fn making_and_revoking_a_token_stands_among_the_changes_without_the_token() {
    let app = app().await;
    let olga = owner(&app).await;
    let token = make(&olga, &[READ]).await;
    let revoke = format!("{PAGE}/{}/revoke", id_in(&olga.get(PAGE).await));
    olga.submit(&revoke, &[]).await;

    for change in ["api_token.added", "api_token.revoked"] {
        let path = format!("/admin/news.example/audit?change={change}");
        let changes = olga.get(&path).await.text();
        assert!(changes.contains("Night desk") && changes.contains("moderation:read"));
        assert!(!changes.contains(token.rsplit('_').next().unwrap()));
    }
}
