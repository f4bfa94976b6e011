use axum::body::Body;
use axum::http::{Method, StatusCode};
use expect_test::expect;
use serde_json::json;

use crate::support::{BASE, NEWS, STORY, TestApp};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn post_from(app: &TestApp, headers: &[(&str, &str)]) -> String {
    let body = json!({ "site": "news.example", "page": STORY, "text": "a", "name": "Ann" });
    let body = Body::from(body.to_string());
    let answer = app
        .send(Method::POST, "/api/v1/comments", headers, body)
        .await;
    if answer.status.is_success() {
        answer.status.to_string()
    } else {
        answer.problem()
    }
}

#[tokio::test]
async fn a_state_change_needs_an_origin_of_the_site() {
    let app = TestApp::new().await;
    let refused = expect!["403 origin_refused: Pages of this origin may not act on this site."];

    for origin in [
        "https://evil.example",
        "null",
        "http://news.example",
        "https://news.example.evil.example",
        "https:",
        "https:/",
        "http:",
        "",
    ] {
        refused.assert_eq(&post_from(&app, &[JSON, ("origin", origin)]).await);
    }
    refused.assert_eq(&post_from(&app, &[JSON]).await);
    let forged = [JSON, ("origin", BASE), ("sec-fetch-site", "cross-site")];
    refused.assert_eq(&post_from(&app, &forged).await);
    for origin in [NEWS, BASE] {
        assert_eq!(
            post_from(&app, &[JSON, ("origin", origin)]).await,
            "201 Created"
        );
    }
}

#[tokio::test]
async fn a_plain_form_cannot_pretend_to_be_json() {
    let app = TestApp::new().await;

    let answer = post_from(&app, &[("content-type", "text/plain"), ("origin", NEWS)]).await;

    expect!["415 body_invalid: The body must be JSON: send Content-Type: application/json."]
        .assert_eq(&answer);
}

#[tokio::test]
async fn answers_are_open_to_the_pages_of_the_very_site() {
    let app = TestApp::new().await;
    app.add_site(2, "other.example", rejoinder_core::Settings::default())
        .await;
    let path = format!("/api/v1/thread?site=news.example&page={STORY}");

    for round in ["rendered", "cached"] {
        let own = app.get_with(&path, &[("origin", NEWS)]).await;
        let other = app
            .get_with(&path, &[("origin", "https://other.example")])
            .await;
        let none = app.get_with(&path, &[("origin", "null")]).await;

        assert_eq!(own.header("access-control-allow-origin"), NEWS, "{round}");
        assert_eq!(
            own.header("access-control-allow-credentials"),
            "true",
            "{round}"
        );
        assert_eq!(other.header("access-control-allow-origin"), "", "{round}");
        assert_eq!(none.header("access-control-allow-origin"), "", "{round}");
    }
}

#[tokio::test]
async fn a_browser_that_asks_before_it_asks_is_answered_for_listed_origins() {
    let app = TestApp::new().await;
    let ask = async |origin| {
        let headers = [("origin", origin), ("access-control-request-method", "PUT")];
        let path = "/api/v1/comments/0000000000001/vote";
        app.send(Method::OPTIONS, path, &headers, Body::empty())
            .await
    };

    let listed = ask(NEWS).await;
    let foreign = ask("https://evil.example").await;

    assert_eq!(listed.status, StatusCode::NO_CONTENT);
    assert_eq!(listed.header("access-control-allow-origin"), NEWS);
    assert_eq!(
        listed.header("access-control-allow-headers"),
        "content-type, idempotency-key"
    );
    assert_eq!(foreign.header("access-control-allow-origin"), "");
    assert_eq!(foreign.header("access-control-allow-methods"), "");
}

#[tokio::test]
async fn without_a_configured_address_only_loopback_names_are_answered() {
    let app = TestApp::with(|config| config.base = None).await;
    let path = format!("/api/v1/thread?site=news.example&page={STORY}");

    let answer = app.get(&path).await;

    expect!["421 host_unknown: This server does not answer under this name."]
        .assert_eq(&answer.problem());
}

#[tokio::test]
async fn a_new_reader_gets_a_token_that_scripts_cannot_read() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");

    let first = ann.post(STORY, "First").await;
    let second = ann.post(STORY, "Second").await;
    let read = ann
        .get(&format!("/api/v1/me?site=news.example&page={STORY}"))
        .await;

    let cookie = first.header("set-cookie");
    let (pair, kind) = cookie.split_once("; ").unwrap();
    assert_eq!(
        kind,
        "Path=/; Max-Age=34560000; HttpOnly; Secure; SameSite=Lax"
    );
    assert!(pair.starts_with("__Host-rejoinder="));
    assert_eq!(second.header("set-cookie"), "");
    assert_eq!(read.header("cache-control"), "no-store");
}

#[tokio::test]
async fn on_another_site_the_token_is_partitioned() {
    let app = TestApp::new().await;
    let body = json!({ "site": "news.example", "page": STORY, "text": "a", "name": "Ann" });
    let headers = [JSON, ("origin", NEWS), ("sec-fetch-site", "cross-site")];

    let body = Body::from(body.to_string());
    let answer = app
        .send(Method::POST, "/api/v1/comments", &headers, body)
        .await;

    let cookie = answer.header("set-cookie");
    assert!(
        cookie.ends_with("HttpOnly; Secure; SameSite=None; Partitioned"),
        "{cookie}"
    );
}

#[tokio::test]
async fn a_host_that_only_looks_like_this_machine_is_not_answered() {
    let app = TestApp::with(|config| config.base = None).await;
    for host in [
        "evil.example#.localhost",
        "evil.example/.localhost",
        "evil.example@localhost",
        "evil.example",
    ] {
        let mut reader = app.stranger();
        host.clone_into(&mut reader.host);
        for route in rejoinder_server::declared() {
            let origin = format!("http://{host}");
            let path = route.path.replace("{*file}", "a").replace(['{', '}'], "");
            let answer = reader
                .ask_from(
                    Some(&origin),
                    route.method.clone(),
                    &path,
                    &[],
                    Body::empty(),
                )
                .await;
            let what = format!("{} {} at {host}", route.method, route.path);
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{what}");
            assert!(!answer.text().contains("evil"), "{what}");
        }
    }
}

#[tokio::test]
async fn a_mail_leads_to_this_machine_whatever_name_it_was_asked_under() {
    let app = TestApp::with(|config| {
        config.base = None;
        config.mail_from = Some("talk@news.example".to_owned());
    })
    .await;
    let mut reader = app.stranger();
    "evil.localhost:8080".clone_into(&mut reader.host);
    "http://evil.localhost:8080".clone_into(&mut reader.origin);
    let fields = [("site", "news.example"), ("email", "ann@reader.example")];

    let asked = reader.submit("/auth/mail", &fields).await;

    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
    let now = rejoinder_core::Clock::now(&*app.clock);
    let lease = std::time::Duration::from_secs(60);
    let claim = move |tx: &mut store::Tx<'_>| store::jobs::claim(tx, now, lease, 10);
    let mails = app.store.write(claim).await.unwrap();
    assert!(
        mails[0].payload.contains("http://localhost:8080/auth/link"),
        "{}",
        mails[0].payload
    );
    assert!(mails.iter().all(|mail| !mail.payload.contains("evil")));
}
