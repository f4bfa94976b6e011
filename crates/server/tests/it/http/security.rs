//! What the log holds of signing in and of refusals.

use std::time::Duration;

use axum::http::StatusCode;
use rejoinder_core::Clock;
use rejoinder_core::identity::author::Role;
use store::jobs;

use crate::log::Log;
use crate::publication::owner::colleague;
use crate::support::{Answer, STORY, TestApp, TestReader};

async fn app() -> TestApp {
    TestApp::with(|config| config.mail_from = Some("talk@comments.example".to_owned())).await
}

async fn open(reader: &TestReader, token: &str, code: &str) -> Answer {
    let fields = [
        ("site", "news.example"),
        ("token", token),
        ("name", "Ann Lee"),
        ("code", code),
    ];
    reader.submit("/auth/link", &fields).await
}

/// Ask for a link by mail; gives its secret.
async fn mailed(app: &TestApp, reader: &TestReader) -> String {
    let fields = [("site", "news.example"), ("email", "ann@reader.example")];
    assert_eq!(reader.submit("/auth/mail", &fields).await.status, 200);
    let (now, lease) = (Clock::now(&*app.clock), Duration::from_secs(60));
    let claim = move |tx: &mut store::Tx<'_>| jobs::claim(tx, now, lease, 100);
    let claimed = app.store.write(claim).await.unwrap();
    let mail = claimed.iter().find(|job| job.kind == "mail").unwrap();
    let token = mail.payload.split("token=").nth(1).unwrap();
    let of_token = |c: &char| c.is_ascii_alphanumeric();
    token.chars().take_while(of_token).collect()
}

#[tokio::test]
async fn whom_a_mail_signed_in_and_whom_not_is_in_the_log_without_address_or_secret() {
    let app = app().await;
    let (ann, other) = (app.stranger(), app.stranger());
    let token = mailed(&app, &ann).await;
    let (log, _hears) = Log::hear();

    let wrong = open(&other, &token, "000 001").await;
    let right = open(&ann, &token, "").await;
    let again = open(&ann, &token, "").await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((right.status.as_u16(), again.status.as_u16()), (303, 410));
    let [signed_in] = &log.of("signed_in")[..] else {
        panic!("{}", log.text());
    };
    let account = ann.me("story").await["reader"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for field in [
        &format!("account={account}"),
        "way=\"mail\"",
        "site=\"news.example\"",
    ] {
        assert!(signed_in.contains(field), "{field}: {signed_in}");
    }
    let failed = log.of("sign_in_failed");
    let codes = ["code=\"code_wrong\"", "code=\"link_used\""];
    assert!(
        failed
            .iter()
            .zip(codes)
            .all(|(line, code)| line.contains(code)),
        "{failed:?}"
    );
    assert_eq!(failed.len(), 2, "{failed:?}");
    for secret in [token.as_str(), "ann@reader", "Ann Lee", "000 001"] {
        assert!(!log.text().contains(secret), "{secret}: {}", log.text());
    }
}

#[tokio::test]
async fn who_was_kept_out_and_what_tried_to_get_round_a_check_is_in_the_log() {
    let app = TestApp::new().await;
    let mut foreign = app.reader("Eve");
    "https://evil.example".clone_into(&mut foreign.origin);
    let moderator = colleague(&app, "kim@news.example", Role::Moderator, 7).await;
    let stranger = app.stranger();
    let (log, _hears) = Log::hear();

    let forged = foreign.post(STORY, "Buy this").await;
    let curious = moderator.get("/admin/news.example/settings").await;
    let token = [("authorization", "Bearer rjt_1_00")];
    let guessed = app
        .get_with("/api/v1/me?site=news.example&page=a", &token)
        .await;
    let broken = stranger
        .get("/api/v1/thread?site=news.example&page=a&limit=9999")
        .await;

    let statuses = [forged, curious, guessed, broken].map(|answer| answer.status.as_u16());
    assert_eq!(statuses, [403, 404, 401, 400]);
    let (attempts, kept_out) = (log.of("attempt_refused"), log.of("access_refused"));
    let codes = |lines: &[String]| -> Vec<String> {
        let code = |line: &String| line.split("code=\"").nth(1).unwrap().to_owned();
        let code = |line| code(line).split('"').next().unwrap().to_owned();
        lines.iter().map(code).collect()
    };
    assert_eq!(codes(&attempts), ["origin_refused", "query_invalid"]);
    assert_eq!(codes(&kept_out), ["not_found", "api_token_invalid"]);
    assert!(
        !log.text().contains("Buy this") && !log.text().contains("rjt_"),
        "{}",
        log.text()
    );
}

#[tokio::test]
async fn a_stranger_cannot_fill_the_log() {
    let app = TestApp::new().await;
    let wrong = "/api/v1/thread?site=news.example&page=a&limit=9999";
    let (log, _hears) = Log::hear();

    for _ in 0..150 {
        assert_eq!(app.get(wrong).await.status, 400);
    }
    let n_written = log.of("attempt_refused").len();
    app.clock.advance(Duration::from_secs(60));
    app.get(wrong).await;

    assert_eq!(n_written, 100);
    let last = log.of("attempt_refused").pop().unwrap();
    assert!(last.contains("n_left_out=50"), "{last}");
}
