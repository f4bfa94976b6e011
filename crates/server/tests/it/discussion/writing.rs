use std::time::Duration;

use axum::http::{Method, StatusCode};
use expect_test::expect;
use rejoinder_core::publication::settings::{EmailPolicy, ModerationMode};
use rejoinder_core::{Clock as _, Settings, SiteId};
use serde_json::json;
use store::moderation::word_lists::{self, WordListEntries, WordListKind};

use crate::support::{STORY, TestApp};

#[tokio::test]
async fn a_comment_is_shown_to_everyone_at_once() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    assert_eq!(app.thread(STORY).await["n_comments"], 0);

    let posted = ann.post(STORY, "First, *really*").await;

    assert_eq!(posted.status, StatusCode::CREATED);
    let thread = app.thread(STORY).await;
    assert_eq!(thread["n_comments"], 1);
    assert_eq!(
        thread["comments"][0]["html"],
        "<p>First, <em>really</em></p>"
    );
    assert_eq!(thread["comments"][0]["author"]["name"], "Ann");
    let html = posted.json()["html"].as_str().unwrap().to_owned();
    let fragment = app
        .get(&format!("/embed/thread?site=news.example&page={STORY}"))
        .await
        .text();
    assert!(fragment.contains(html.trim()), "{html}\n\n{fragment}");
}

#[tokio::test]
async fn a_reply_stands_under_its_parent() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "First").await.id();

    let reply = bob.reply(STORY, &first, "Second").await.id();

    let thread = app.thread(STORY).await;
    assert_eq!(thread["comments"][0]["replies"][0]["id"], reply);
    assert_eq!(thread["comments"][0]["replies"][0]["parent"], first);
}

#[tokio::test]
async fn a_reply_to_a_removed_comment_is_refused() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "First").await.id();
    bob.reply(STORY, &first, "Second").await.good();
    ann.delete(&first).await.good();

    let answer = bob.reply(STORY, &first, "Still here?").await;

    expect!["409 parent_removed [parent]: The comment you are replying to was removed."]
        .assert_eq(&answer.problem());
}

#[tokio::test]
async fn what_cannot_be_posted_is_refused_with_its_field() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let post = async |change: serde_json::Value| {
        let mut body = json!({ "site": "news.example", "page": STORY, "text": "a", "name": "Ann" });
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        ann.send(Method::POST, "/api/v1/comments", body)
            .await
            .problem()
    };

    for (change, expected) in [
        (
            json!({ "text": " " }),
            expect!["422 text_missing [text]: The comment is empty."],
        ),
        (
            json!({ "text": "a".repeat(10_001) }),
            expect![
                "422 text_too_long [text]: The comment has 10001 characters; at most 10000 are possible."
            ],
        ),
        (
            json!({ "name": "" }),
            expect!["422 name_missing [name]: A name is needed."],
        ),
        (
            json!({ "email": "ann" }),
            expect!["422 email_invalid [email]: This does not look like an e-mail address."],
        ),
        (
            json!({ "website": "javascript:alert(1)" }),
            expect![
                "422 website_invalid [website]: The website must be an address that starts with http:// or https://."
            ],
        ),
        (
            json!({ "parent": "x" }),
            expect!["400 body_invalid [parent]: The field `parent` is not a comment's id."],
        ),
        (
            json!({ "parent": "0000000000001" }),
            expect!["404 comment_unknown: There is no such comment."],
        ),
        (
            json!({ "page": "https://elsewhere.example/a" }),
            expect![
                "403 page_elsewhere [page]: The page is on elsewhere.example, which is not part of this site."
            ],
        ),
        (
            json!({ "site": "elsewhere.example" }),
            expect!["404 site_unknown [site]: There is no such site here."],
        ),
        (
            json!({ "state": "published" }),
            expect!["400 field_unknown [state]: There is no field `state` here."],
        ),
    ] {
        expected.assert_eq(&post(change).await);
    }
    assert_eq!(app.thread(STORY).await["n_comments"], 0);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = TestApp::new().await;

    let answer = app.reader("Ann").post(STORY, &"a".repeat(1_600_000)).await;

    expect!["413 body_too_large: The body may have 1505536 bytes at most."]
        .assert_eq(&answer.problem());
}

#[tokio::test]
async fn one_idempotency_key_gives_one_comment() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let post = async |key: &str, text: &str| {
        let body = json!({ "site": "news.example", "page": STORY, "text": text, "name": "Ann" });
        let key = ("idempotency-key", key);
        ann.send_with(Method::POST, "/api/v1/comments", &[key], body)
            .await
    };
    let first = post("key-1", "Once").await.id();

    let again = post("key-1", "Once").await;
    let other = post("key-1", "Twice").await;
    let wrong = post("a b", "Once").await;

    assert_eq!(again.id(), first);
    assert_eq!(again.status, StatusCode::CREATED);
    expect![
        "409 key_reused [Idempotency-Key]: This idempotency key was used for a different request."
    ]
    .assert_eq(&other.problem());
    expect!["400 body_invalid [Idempotency-Key]: The header `Idempotency-Key` must have 1 to 128 visible ASCII characters."]
        .assert_eq(&wrong.problem());
    assert_eq!(app.thread(STORY).await["n_comments"], 1);
    let metrics = app.inside("/metrics").await.text();
    assert!(
        metrics.contains("rejoinder_comments_total 1\n"),
        "{metrics}"
    );
}

/// Let `word` be banned on the site.
pub(crate) async fn banned(app: &TestApp, word: &str) {
    let (now, entries) = (app.clock.now(), WordListEntries::of([word]).unwrap());
    let save = app
        .store
        .write(move |tx| word_lists::replace(tx, now, SiteId(1), WordListKind::Banned, &entries));
    save.await.unwrap();
}

#[tokio::test]
async fn a_banned_word_is_refused_at_its_field_and_nothing_is_posted() {
    let app = TestApp::new().await;
    banned(&app, "darn").await;
    let ann = app.reader("Ann");
    let post = |name: &'static str, website: &'static str, text: &'static str| {
        let reader = app.reader(name);
        let body = json!({
            "site": "news.example", "page": STORY, "text": text, "name": name, "website": website,
        });
        async move {
            reader
                .send(Method::POST, "/api/v1/comments", body)
                .await
                .json()
        }
    };

    let text = post("Ann", "", "So d&#8203;a**rn** much").await;
    let name = post("Mr D.arn", "", "Hello").await;
    let website = post("Ann", "https://darn.example", "Hello").await;

    assert_eq!(
        text["detail"],
        "A rule of this site, not a moderator, does not take “d\u{200b}arn”; please change it."
    );
    let told = [&text, &name, &website].map(|it| {
        format!(
            "{} {} {} {}",
            it["status"], it["code"], it["field"], it["word"]
        )
    });
    assert_eq!(
        told,
        [
            "422 \"word_banned\" \"text\" \"d\u{200b}arn\"",
            "422 \"word_banned\" \"name\" \"D.arn\"",
            "422 \"word_banned\" \"website\" \"darn\"",
        ]
    );
    assert_eq!(app.thread(STORY).await["n_comments"], 0);
    let id = ann.post(STORY, "Hello").await.id();
    let edited = ann.edit(&id, "Hello, darn").await;
    assert_eq!(edited.json()["code"], "word_banned");
    assert_eq!(
        app.thread(STORY).await["comments"][0]["html"],
        "<p>Hello</p>"
    );
}

#[tokio::test]
async fn a_banned_word_waits_where_the_owner_chose_so() {
    let app = TestApp::new().await;
    let hold = Settings::default().with("banned_words", "hold").unwrap();
    app.add_site(1, "news.example", hold).await;
    banned(&app, "darn").await;

    let posted = app.reader("Ann").post(STORY, "So darn much").await;

    assert_eq!(posted.status, StatusCode::ACCEPTED);
    assert_eq!(posted.json()["reason"], "banned_word");
}

#[tokio::test]
async fn an_author_may_edit_for_fifteen_minutes() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "Frist").await.id();
    app.thread(STORY).await;

    ann.edit(&first, "First").await.good();
    let others = bob.edit(&first, "Worst").await;
    let shown = app.thread(STORY).await;
    app.clock.advance(Duration::from_mins(16));
    let late = ann.edit(&first, "Late").await;

    assert_eq!(shown["comments"][0]["html"], "<p>First</p>");
    assert!(shown["comments"][0]["edited_at"].is_string());
    expect!["403 not_yours: Only its author can do this."].assert_eq(&others.problem());
    expect!["403 edit_window_over: The time to edit ended at 2026-11-23T05:15:11Z."]
        .assert_eq(&late.problem());
}

#[tokio::test]
async fn a_deleted_comment_goes_and_with_replies_leaves_a_tombstone() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "Secret").await.id();
    let reply = bob.reply(STORY, &first, "Reply").await.id();
    app.thread(STORY).await;

    let others = bob.delete(&first).await;
    let own = ann.delete(&first).await;
    let tombstone = app.get(&crate::support::thread_path(STORY)).await;
    bob.delete(&reply).await.good();
    let nothing = app.thread(STORY).await;

    expect!["403 not_yours: Only its author can do this."].assert_eq(&others.problem());
    assert_eq!(own.status, StatusCode::NO_CONTENT);
    assert!(!tombstone.text().contains("Secret") && !tombstone.text().contains("Ann"));
    let shown = &tombstone.json()["comments"][0];
    assert_eq!(
        (&shown["state"], &shown["author"]),
        (&json!("removed"), &json!(null))
    );
    assert_eq!(nothing["comments"], json!([]));
}

#[tokio::test]
async fn a_comment_that_waits_for_a_moderator_is_nowhere() {
    let app = TestApp::new().await;
    let settings = Settings {
        mode: ModerationMode::Before,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let ann = app.reader("Ann");

    let posted = ann.post(STORY, "Wait for me").await;

    assert_eq!(posted.status, StatusCode::ACCEPTED);
    assert_eq!(posted.json()["reason"], "before");
    let id = posted.id();
    let one = app.get(&format!("/api/v1/comments/{id}")).await;
    expect!["404 comment_unknown: There is no such comment."].assert_eq(&one.problem());
    assert_eq!(app.thread(STORY).await["comments"], json!([]));
}

#[tokio::test]
async fn an_email_address_can_be_asked_for_and_is_never_shown() {
    let app = TestApp::new().await;
    let settings = Settings {
        email: EmailPolicy::Required,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let ann = app.reader("Ann");
    let body = json!({ "site": "news.example", "page": STORY, "text": "a", "name": "Ann",
        "email": "ann@mail.example" });

    let without = ann.post(STORY, "a").await;
    let with = ann.send(Method::POST, "/api/v1/comments", body).await;

    expect!["422 email_missing [email]: An e-mail address is needed here."]
        .assert_eq(&without.problem());
    assert_eq!(with.status, StatusCode::CREATED);
    assert!(!with.text().contains("mail.example"));
    assert!(!app.thread(STORY).await.to_string().contains("mail.example"));
}

#[tokio::test]
async fn a_reader_who_posts_too_quickly_waits() {
    let app = TestApp::with(|config| config.rate_limits = rejoinder_server::RateLimits::On).await;
    let ann = app.reader("Ann");
    let mut last = None;
    for n in 0..8 {
        last = Some(ann.post(STORY, &format!("Comment {n}")).await);
    }

    let last = last.unwrap();
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(last.json()["code"], "rate_limited");
    assert_eq!(
        last.header("retry-after"),
        last.json()["retry_after"].to_string()
    );
    app.reader("Bob").post(STORY, "I am elsewhere").await.good();
}

#[tokio::test]
async fn a_text_can_be_tried_out() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let body = json!({ "site": "news.example", "text": "**So** <script>x</script>" });

    let shown = ann.send(Method::POST, "/api/v1/preview", body).await.good();

    assert_eq!(
        shown["html"],
        "<p><strong>So</strong> &lt;script&gt;x&lt;/script&gt;</p>"
    );
}

#[tokio::test]
async fn a_headline_is_one_line_and_no_longer_than_one() {
    let app = TestApp::new().await;
    let title = format!("A\n  headline {}", "x".repeat(1_000));
    let body = json!({ "site": "news.example", "page": STORY, "text": "a", "name": "Ann",
        "title": title });

    let ann = app.reader("Ann");
    ann.send(Method::POST, "/api/v1/comments", body)
        .await
        .good();

    let shown = app.thread(STORY).await["page"]["title"].clone();
    let shown = shown.as_str().unwrap();
    assert!(shown.starts_with("A headline xxx"), "{shown}");
    assert_eq!(shown.chars().count(), 200);
}
