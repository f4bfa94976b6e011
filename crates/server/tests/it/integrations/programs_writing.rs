//! What programs write for others, by an API token.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{ModerationMode, Settings};
use rejoinder_core::{ApiScope, AuthorId, Clock as _, FixedRandom, SiteId, Token, TokenHash};
use rejoinder_server::RateLimits;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::identity::sign_in_keys::KeyKind;
use store::integrations::api_tokens::{self, NewApiToken};
use store::moderation::sanctions;
use store::moderation::sanctions::SanctionRequest;
use store::{discussion::comments, identity::authors};

use crate::identity::signed_tokens::{SECRET, add_key, claims, signed};
use crate::publication::owner::colleague;
use crate::support::{Answer, STORY, TestApp};

const COMMENTS: &str = "/api/v1/comments";

/// A program that writes, named by a number.
async fn program(app: &TestApp, number: i64) -> String {
    let scopes = [ApiScope::CommentsRead, ApiScope::CommentsWrite];
    program_that(app, number, &scopes).await
}

/// A program that may do what `scopes` say, named by a number.
pub(crate) async fn program_that(app: &TestApp, number: i64, scopes: &[ApiScope]) -> String {
    let secret = Token::new(&FixedRandom::seeded(number.unsigned_abs()));
    let new = NewApiToken {
        site: SiteId(1),
        id: AuthorId(number),
        hash: TokenHash(Sha256::digest(secret.bytes()).into()),
        name: format!("Program {number}"),
        scopes: scopes.to_vec(),
        created_by: AuthorId(1),
        lifetime: Duration::from_secs(86_400),
    };
    let now = app.clock.now();
    let add = move |tx: &mut store::Tx<'_>| api_tokens::add(tx, now, &new);
    assert!(app.store.write(add).await.unwrap());
    format!("rjt_1_{}", secret.reveal())
}

/// Let the publisher sign tokens for its users.
pub(crate) async fn signs(app: &TestApp) {
    add_key(app, 1, 1, KeyKind::Hs256, SECRET).await;
}

/// A token by which the publisher vouches for one of its users.
pub(crate) fn user(app: &TestApp, subject: &str, name: &str) -> String {
    signed(&claims(app, json!({ "sub": subject, "name": name })))
}

/// Ask as a program does: without cookie and origin.
async fn ask(
    app: &TestApp,
    token: &str,
    method: Method,
    path: &str,
    more: &[(&str, &str)],
    body: Value,
) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    headers.extend(more);
    app.send(method, path, &headers, Body::from(body.to_string()))
        .await
}

fn said(text: &str) -> Value {
    json!({"site": "news.example", "page": STORY, "text": text})
}

fn said_by(name: &str, text: &str) -> Value {
    json!({"site": "news.example", "page": STORY, "text": text, "name": name})
}

async fn post(app: &TestApp, token: &str, body: Value) -> Answer {
    ask(app, token, Method::POST, COMMENTS, &[], body).await
}

fn at(id: &str) -> String {
    format!("{COMMENTS}/{id}?site=news.example")
}

fn code(answer: &Answer) -> String {
    let code = answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    format!("{} {code}", answer.status.as_u16())
}

#[tokio::test]
async fn a_name_that_a_program_gives_is_one_author_whom_no_other_program_is() {
    let app = TestApp::new().await;
    let (one, two) = (program(&app, 101).await, program(&app, 102).await);

    let first = post(&app, &one, said_by("Marta", "First")).await;
    let second = post(&app, &one, said_by("Marta", "Second")).await;
    let third = post(&app, &two, said_by("Marta", "Third")).await;

    let author = |answer: &Answer| {
        let id = answer.id().parse().unwrap();
        let read = app.store.read(move |tx| comments::by_id(tx, SiteId(1), id));
        async move { read.await.unwrap().unwrap().author.id }
    };
    assert_eq!(first.header("set-cookie"), "");
    assert_eq!(author(&first).await, author(&second).await);
    assert_ne!(author(&first).await, author(&third).await);
    let (id, nameless) = (first.id(), post(&app, &one, said("Nobody's")).await);
    assert_eq!(code(&nameless), "422 name_missing");
    let edit = json!({"text": "Mended"});
    let foreign = ask(&app, &two, Method::PATCH, &at(&id), &[], edit.clone()).await;
    assert_eq!(code(&foreign), "403 not_yours");
    ask(&app, &one, Method::PATCH, &at(&id), &[], edit)
        .await
        .good();
    let gone = ask(&app, &one, Method::DELETE, &at(&id), &[], json!({})).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_program_touches_nothing_that_a_browser_wrote_under_the_same_name() {
    let app = TestApp::new().await;
    let token = program(&app, 101).await;
    let id = app.reader("Marta").post(STORY, "Of a browser").await.id();
    post(&app, &token, said_by("Marta", "Of a program"))
        .await
        .good();

    let edited = ask(
        &app,
        &token,
        Method::PATCH,
        &at(&id),
        &[],
        json!({"text": "x"}),
    )
    .await;
    let removed = ask(&app, &token, Method::DELETE, &at(&id), &[], json!({})).await;

    assert_eq!(
        (code(&edited), code(&removed)),
        ("403 not_yours".to_owned(), "403 not_yours".to_owned())
    );
}

#[tokio::test]
async fn a_program_writes_votes_and_reads_for_a_user_as_often_as_the_token_says() {
    let app = TestApp::new().await;
    signs(&app).await;
    let token = program(&app, 101).await;
    let signed = user(&app, "ann", "Ann Lee");
    let by_ann = [("rejoinder-user", signed.as_str())];
    let other = app.reader("Bob").post(STORY, "Of Bob").await.id();

    let first = ask(&app, &token, Method::POST, COMMENTS, &by_ann, said("First")).await;
    let again = ask(
        &app,
        &token,
        Method::POST,
        COMMENTS,
        &by_ann,
        said("Second"),
    )
    .await;
    let vote = format!("{COMMENTS}/{other}/vote?site=news.example");
    let up = json!({"value": 1});
    let voted = ask(&app, &token, Method::PUT, &vote, &by_ann, up.clone()).await;
    let twice = ask(&app, &token, Method::PUT, &vote, &by_ann, up.clone()).await;
    let nobody = ask(&app, &token, Method::PUT, &vote, &[], up).await;
    let me = format!("/api/v1/me?site=news.example&page={STORY}");
    let me = ask(&app, &token, Method::GET, &me, &by_ann, json!({}))
        .await
        .good();
    let both = ask(
        &app,
        &token,
        Method::POST,
        COMMENTS,
        &by_ann,
        said_by("Ann", "x"),
    )
    .await;
    let forged = [("rejoinder-user", "eyJhbGciOiJub25lIn0.e30.")];
    let forged = ask(&app, &token, Method::POST, COMMENTS, &forged, said("x")).await;

    assert_eq!(first.good()["comment"]["author"]["name"], "Ann Lee");
    again.good();
    assert_eq!(
        (voted.good()["up"].clone(), twice.good()["up"].clone()),
        (json!(1), json!(1))
    );
    assert_eq!(code(&nobody), "400 user_missing");
    assert_eq!(me["reader"]["name"], "Ann Lee");
    assert_eq!(me["votes"][&other], 1);
    assert_eq!(both.json()["field"], "name");
    assert_eq!(code(&forged), "401 token_invalid");
}

#[tokio::test]
async fn what_a_program_sends_twice_is_posted_once_and_for_each_user_apart() {
    let app = TestApp::new().await;
    signs(&app).await;
    let token = program(&app, 101).await;
    let (ann, bob) = (user(&app, "ann", "Ann"), user(&app, "bob", "Bob"));
    let send = |user: String, text: &'static str| {
        let (app, token) = (&app, &token);
        async move {
            let more = [("rejoinder-user", user.as_str()), ("idempotency-key", "k1")];
            ask(app, token, Method::POST, COMMENTS, &more, said(text)).await
        }
    };

    let first = send(ann.clone(), "Once").await;
    let again = send(ann.clone(), "Once").await;
    let changed = send(ann, "Twice").await;
    let other = send(bob, "Once").await;

    assert_eq!(first.id(), again.id());
    assert_eq!(code(&changed), "409 key_reused");
    assert_ne!(first.id(), other.id());
    assert_eq!(app.thread(STORY).await["n_comments"], 2);
}

#[tokio::test]
async fn a_program_is_as_fast_as_its_token_allows_and_is_asked_for_no_work() {
    let app = TestApp::with(|config| config.rate_limits = RateLimits::On).await;
    let settings = Settings::default().with("proof_of_work", "always").unwrap();
    app.add_site(1, "news.example", settings).await;
    let token = program(&app, 101).await;

    let mut n_posted = 0;
    let refused = loop {
        let name = format!("Reader {n_posted}");
        let answer = post(&app, &token, said_by(&name, &format!("Text {n_posted}"))).await;
        match answer.status {
            StatusCode::CREATED => n_posted += 1,
            _ => break answer,
        }
    };

    assert_eq!(
        (n_posted, code(&refused)),
        (100, "429 rate_limited".to_owned())
    );
}

#[tokio::test]
async fn the_rules_of_the_site_hold_for_what_a_program_writes() {
    let app = TestApp::new().await;
    let settings = Settings {
        mode: ModerationMode::Before,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let kim = colleague(&app, "kim@news.example", Role::Moderator, 90).await;
    let token = program(&app, 101).await;

    let held = post(&app, &token, said_by("Marta", "It waits")).await;
    let posing = post(&app, &token, said_by("Moderator", "Obey")).await;

    assert_eq!(held.status, StatusCode::ACCEPTED);
    assert_eq!(code(&posing), "422 name_protected");
    let id = held.id();
    let page = kim
        .get(&format!("/moderate/news.example/comments/{id}"))
        .await
        .text();
    assert!(
        page.contains("Posted by the program <bdi>Program 101</bdi>"),
        "{page}"
    );
    let comment = id.parse().unwrap();
    let now = app.clock.now();
    let ban = move |tx: &mut store::Tx<'_>| {
        let comment = comments::by_id(tx, SiteId(1), comment)?.unwrap();
        let change = SanctionRequest {
            site: SiteId(1),
            id: 1,
            moderator: authors::by_id(tx, SiteId(1), AuthorId(90))?.unwrap(),
            author: comment.author.id,
            reason: None,
        };
        sanctions::ban(tx, now, &change, None, true)
    };
    app.store.write(ban).await.unwrap();
    let banned = post(&app, &token, said_by("Marta", "Again")).await;
    let other = post(&app, &token, said_by("Nora", "Somebody else")).await;
    assert_eq!(code(&banned), "403 banned");
    assert_eq!(other.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn whoever_may_moderate_by_a_token_writes_without_those_rights() {
    let app = TestApp::new().await;
    let token = program_that(&app, 101, &ApiScope::ALL).await;
    let id = app.reader("Ann").post(STORY, "Of Ann").await.id();

    let removed = ask(&app, &token, Method::DELETE, &at(&id), &[], json!({})).await;

    assert_eq!(code(&removed), "403 not_yours");
}

#[tokio::test]
async fn programs_write_on_postgresql_too() {
    let app = TestApp::on_postgres().await;
    signs(&app).await;
    let token = program(&app, 101).await;
    let signed = user(&app, "ann", "Ann Lee");
    let by_ann = [("rejoinder-user", signed.as_str())];

    let id = post(&app, &token, said_by("Marta", "First")).await.id();
    let body = json!({"site": "news.example", "page": STORY, "text": "Reply", "parent": id});
    let reply = ask(&app, &token, Method::POST, COMMENTS, &by_ann, body).await;
    let edit = json!({"text": "Mended"});
    let edited = ask(&app, &token, Method::PATCH, &at(&id), &[], edit).await;

    assert_eq!(reply.good()["comment"]["author"]["name"], "Ann Lee");
    assert_eq!(edited.good()["comment"]["author"]["name"], "Marta");
}
