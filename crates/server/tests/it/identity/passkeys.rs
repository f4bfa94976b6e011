//! Passkeys: added to an account, used to sign in, removed, and everything that is refused.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use rejoinder_core::Settings;
use rejoinder_core::identity::author::Role;
use rejoinder_server::Config;
use serde_json::{Value, json};

use crate::identity::authenticator::Authenticator;
use crate::moderation::desk::{sign_in, signed_in};
use crate::support::{Answer, BASE, NEWS, TestApp, TestReader};

const HOME: &str = "/account/news.example/passkeys";

async fn reader(app: &TestApp, seed: i64) -> TestReader {
    signed_in(app, "news.example", Role::Reader, seed).await
}

async fn begin(owner: &TestReader) -> Value {
    let path = format!("{HOME}/begin");
    owner.send(Method::POST, &path, json!({})).await.good()
}

async fn add(owner: &TestReader, question: &Value, name: &str, credential: Value) -> Answer {
    let ceremony = &question["ceremony"];
    let body = json!({ "name": name, "ceremony": ceremony, "credential": credential });
    owner.send(Method::POST, HOME, body).await
}

/// A device with a passkey of `owner`.
async fn device(owner: &TestReader, name: &str) -> Authenticator {
    let mut device = Authenticator::new(name);
    let question = begin(owner).await;
    let credential = device.make(&question);
    let added = add(owner, &question, name, credential).await;
    assert_eq!(added.status, 201, "{}", added.text());
    device
}

async fn ask(browser: &TestReader) -> Value {
    let body = json!({ "site": "news.example" });
    browser
        .send(Method::POST, "/auth/passkey", body)
        .await
        .good()
}

async fn enter(browser: &TestReader, question: &Value, credential: Value) -> Answer {
    let ceremony = &question["ceremony"];
    let body = json!({ "site": "news.example", "ceremony": ceremony, "credential": credential });
    browser
        .send(Method::POST, "/auth/passkey/enter", body)
        .await
}

/// Sign `browser` in with the passkey of a device.
async fn sign(browser: &TestReader, device: &mut Authenticator) -> Answer {
    let question = ask(browser).await;
    let credential = device.sign(&question);
    enter(browser, &question, credential).await
}

async fn name_of(browser: &TestReader) -> Value {
    browser.me("story").await["reader"]["name"].clone()
}

async fn is_nobody(browser: &TestReader) -> bool {
    browser.me("story").await["reader"].is_null()
}

/// The key of the one passkey in a list.
fn key(page: &str) -> String {
    let after = page.split("name=\"passkey\" value=\"").nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_passkey_signs_its_account_in_until_it_is_removed() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    let mut phone = device(&ann, "Phone").await;
    let listed = ann.get(HOME).await.text();
    assert!(
        listed.contains("Phone") && listed.contains("added 23 Nov 2026"),
        "{listed}"
    );

    let elsewhere = app.stranger();
    let entered = sign(&elsewhere, &mut phone).await;

    assert_eq!(entered.good()["name"], "Kim Ode");
    assert_eq!(name_of(&elsewhere).await, "Kim Ode");
    let listed = ann.get(HOME).await.text();
    assert!(listed.contains("last used 23 Nov 2026"), "{listed}");
    let removed = ann
        .submit(&format!("{HOME}/remove"), &[("passkey", &key(&listed))])
        .await;
    assert_eq!(removed.header("location"), HOME);
    let late = app.stranger();
    assert_eq!(
        sign(&late, &mut phone).await.problem(),
        "422 passkey_refused [credential]: This passkey was not accepted. Please use another, or \
         sign in another way."
    );
    assert!(is_nobody(&late).await);
    assert!(!ann.get(HOME).await.text().contains("Phone"));
}

#[tokio::test]
async fn a_session_that_a_passkey_began_is_handed_over_to_the_page() {
    let app = TestApp::new().await;
    let mut phone = device(&reader(&app, 7).await, "Phone").await;
    let window = app.stranger();
    sign(&window, &mut phone).await.good();

    let body = json!({ "site": "news.example", "origin": NEWS });
    let code = window.send(Method::POST, "/auth/hand-over", body).await;
    let page = app.reader("Ann");
    let body = json!({ "site": "news.example", "code": code.good()["code"] });
    page.send(Method::POST, "/api/v1/session", body)
        .await
        .good();

    assert_eq!(name_of(&page).await, "Kim Ode");
}

#[tokio::test]
async fn what_a_guest_wrote_becomes_the_accounts_and_the_token_is_a_new_one() {
    let app = TestApp::new().await;
    let mut phone = device(&reader(&app, 7).await, "Phone").await;
    let guest = app.stranger();
    let id = guest.post("story", "As a guest").await.id();
    let before = guest.cookie.lock().unwrap().clone().unwrap();

    sign(&guest, &mut phone).await.good();

    let after = guest.cookie.lock().unwrap().clone().unwrap();
    let token = |jar: &str| {
        let mut pairs = jar.split("; ");
        pairs
            .find(|p| p.starts_with("__Host-rejoinder="))
            .map(str::to_owned)
    };
    assert_ne!(token(&before), token(&after));
    let comment = app.thread("story").await["comments"][0].clone();
    assert_eq!(
        (&comment["id"], &comment["author"]["name"]),
        (&json!(id), &json!("Kim Ode"))
    );
}

#[tokio::test]
async fn an_answer_counts_once_and_in_time_and_from_the_browser_that_was_asked() {
    let app = TestApp::new().await;
    let mut phone = device(&reader(&app, 7).await, "Phone").await;
    let over = "410 passkey_over: This took too long, or was done already. Please try again.";

    let browser = app.stranger();
    let question = ask(&browser).await;
    let credential = phone.sign(&question);
    enter(&browser, &question, credential.clone()).await.good();
    let replayed = enter(&browser, &question, credential).await;
    assert_eq!(replayed.problem(), over);

    let browser = app.stranger();
    let question = ask(&browser).await;
    let credential = phone.sign(&question);
    let thief = app.stranger();
    assert_eq!(
        enter(&thief, &question, credential.clone()).await.problem(),
        over
    );
    ask(&thief).await;
    assert_eq!(
        enter(&thief, &question, credential.clone()).await.problem(),
        over
    );
    assert!(is_nobody(&thief).await);
    app.clock.advance(Duration::from_secs(5 * 60));
    assert_eq!(enter(&browser, &question, credential).await.problem(), over);
    assert!(is_nobody(&browser).await);
}

#[tokio::test]
async fn a_refused_answer_uses_the_question_up() {
    let app = TestApp::new().await;
    let mut phone = device(&reader(&app, 7).await, "Phone").await;
    let browser = app.stranger();
    let question = ask(&browser).await;

    let garbage = enter(&browser, &question, json!({ "id": "x" })).await;
    let right = phone.sign(&question);
    let late = enter(&browser, &question, right).await;

    assert_eq!((garbage.status.as_u16(), late.status.as_u16()), (422, 410));
}

#[tokio::test]
async fn a_copy_is_told_by_its_count() {
    let app = TestApp::new().await;
    let mut phone = device(&reader(&app, 7).await, "Phone").await;
    sign(&app.stranger(), &mut phone).await.good();
    sign(&app.stranger(), &mut phone).await.good();

    phone.count = 1;
    assert_eq!(sign(&app.stranger(), &mut phone).await.status, 422);
    phone.count = 2;
    assert_eq!(sign(&app.stranger(), &mut phone).await.status, 422);
    sign(&app.stranger(), &mut phone).await.good();
}

#[tokio::test]
async fn a_device_that_does_not_count_signs_in_again_and_again() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    let mut phone = Authenticator::new("Phone");
    phone.count = 0;
    let question = begin(&ann).await;
    let credential = phone.make(&question);
    add(&ann, &question, "Phone", credential).await.good();
    for _ in 0..3 {
        sign(&app.stranger(), &mut phone).await.good();
    }
}

#[tokio::test]
async fn what_is_signed_for_another_place_or_by_anyone_is_refused() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    let mut phone = device(&ann, "Phone").await;
    let changes: [fn(&mut Authenticator); 4] = [
        |phone| phone.origin = "https://evil.example".to_owned(),
        |phone| phone.origin = NEWS.to_owned(),
        |phone| phone.host = "evil.example".to_owned(),
        |phone| phone.verifies = false,
    ];
    for change in changes {
        let (origin, host) = (phone.origin.clone(), phone.host.clone());
        change(&mut phone);
        let browser = app.stranger();
        assert_eq!(sign(&browser, &mut phone).await.status, 422);
        assert!(is_nobody(&browser).await);

        let question = begin(&ann).await;
        let mut other = Authenticator::new("Other");
        change(&mut other);
        let credential = other.make(&question);
        assert_eq!(add(&ann, &question, "Other", credential).await.status, 422);
        (phone.origin, phone.host, phone.verifies) = (origin, host, true);
    }
    sign(&app.stranger(), &mut phone).await.good();
}

#[tokio::test]
async fn a_changed_signature_or_owner_is_refused() {
    let app = TestApp::new().await;
    let mut phone = device(&reader(&app, 7).await, "Phone").await;
    let other = device(&reader(&app, 8).await, "Other")
        .await
        .sign(&ask(&app.stranger()).await);
    for field in [
        "signature",
        "userHandle",
        "authenticatorData",
        "clientDataJSON",
    ] {
        let browser = app.stranger();
        let question = ask(&browser).await;
        let mut credential = phone.sign(&question);
        credential["response"][field] = other["response"][field].clone();
        assert_eq!(
            enter(&browser, &question, credential).await.status,
            422,
            "{field}"
        );
        assert!(is_nobody(&browser).await, "{field}");
    }
    let browser = app.stranger();
    let question = ask(&browser).await;
    let mut credential = phone.sign(&question);
    credential["response"]["userHandle"] = Value::Null;
    assert_eq!(enter(&browser, &question, credential).await.status, 422);
}

#[tokio::test]
async fn a_passkey_is_of_one_account_of_one_site() {
    let app = TestApp::new().await;
    app.add_site(2, "other.example", Settings::default()).await;
    let ann = reader(&app, 7).await;
    let mut phone = device(&ann, "Phone").await;
    let browser = app.stranger();
    let body = json!({ "site": "other.example" });
    let question = browser
        .send(Method::POST, "/auth/passkey", body)
        .await
        .good();
    let credential = phone.sign(&question);
    let at = |site: &str| json!({ "site": site, "ceremony": question["ceremony"], "credential": credential });
    let elsewhere = browser
        .send(Method::POST, "/auth/passkey/enter", at("news.example"))
        .await;
    assert_eq!(elsewhere.status, 410);
    let there = browser
        .send(Method::POST, "/auth/passkey/enter", at("other.example"))
        .await;
    assert_eq!(there.status, 422);

    let bob = reader(&app, 8).await;
    let question = begin(&ann).await;
    let credential = Authenticator::new("Tablet").make(&question);
    *bob.cookie.lock().unwrap() = {
        // Bob's session in the browser that Ann was asked in.
        let (ann, bob) = (ann.cookie.lock().unwrap(), bob.cookie.lock().unwrap());
        let asked = ann
            .as_deref()
            .unwrap()
            .split("; ")
            .find(|pair| pair.contains("-asked="));
        Some(format!("{}; {}", bob.as_deref().unwrap(), asked.unwrap()))
    };
    assert_eq!(
        add(&bob, &question, "Tablet", credential.clone())
            .await
            .status,
        410
    );
    let question = begin(&bob).await;
    let mut stolen = phone.make(&question);
    let refused = add(&bob, &question, "Stolen", stolen.take()).await;
    assert_eq!(refused.status, 422);
    assert!(!bob.get(HOME).await.text().contains("Stolen"));
    let ann_key = key(&ann.get(HOME).await.text());
    bob.submit(&format!("{HOME}/remove"), &[("passkey", &ann_key)])
        .await;
    assert!(ann.get(HOME).await.text().contains("Phone"));
}

#[tokio::test]
async fn the_question_of_signing_in_is_none_for_adding_and_the_other_way_round() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    let mut phone = device(&ann, "Phone").await;
    let asked = ask(&ann).await;
    let made = Authenticator::new("Tablet").make(&begin(&ann).await);
    assert_eq!(add(&ann, &asked, "Tablet", made).await.status, 410);
    let begun = begin(&ann).await;
    let signed = phone.sign(&begun);
    assert_eq!(enter(&ann, &begun, signed).await.status, 410);
}

#[tokio::test]
async fn an_old_session_neither_adds_nor_removes() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    device(&ann, "Phone").await;
    let named = key(&ann.get(HOME).await.text());
    let question = begin(&ann).await;
    let made = Authenticator::new("Tablet").make(&question);
    app.clock.advance(Duration::from_secs(60 * 60));

    let begun = ann
        .send(Method::POST, &format!("{HOME}/begin"), json!({}))
        .await;
    let added = add(&ann, &question, "Tablet", made).await;
    let removed = ann
        .submit(&format!("{HOME}/remove"), &[("passkey", &named)])
        .await;

    let old = "403 session_old: You signed in more than an hour ago. Please sign in again first.";
    assert_eq!(
        (begun.problem(), added.problem()),
        (old.to_owned(), old.to_owned())
    );
    assert_eq!(removed.status, 403);
    let page = ann.get(HOME).await.text();
    assert!(
        page.contains("Phone") && page.contains("please sign in again"),
        "{page}"
    );
    assert!(
        !page.contains("/passkeys/remove") && !page.contains("add-passkey"),
        "{page}"
    );
    sign_in(&app, &ann, "news.example", Role::Reader, 7).await;
    begin(&ann).await;
}

#[tokio::test]
async fn a_handed_over_session_is_as_old_as_the_one_it_came_from() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    app.clock.advance(Duration::from_secs(60 * 60));
    let body = json!({ "site": "news.example", "origin": BASE });
    let code = ann.send(Method::POST, "/auth/hand-over", body).await.good();
    let thief = app.stranger();
    let body = json!({ "site": "news.example", "code": code["code"] });
    thief
        .send(Method::POST, "/api/v1/session", body)
        .await
        .good();

    let begun = thief
        .send(Method::POST, &format!("{HOME}/begin"), json!({}))
        .await;

    assert_eq!(begun.json()["code"], "session_old");
}

#[tokio::test]
async fn garbage_and_what_is_huge_is_refused() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{\"site\":\"news.example\"}",
        "{\"site\":1}",
    ] {
        for path in ["/auth/passkey/enter", HOME] {
            let json = [("content-type", "application/json")];
            let sent = ann.ask(Method::POST, path, &json, Body::from(body)).await;
            assert_eq!(sent.status, 400, "{path} {body}");
        }
    }
    for credential in [
        json!(null),
        json!([]),
        json!("x"),
        json!({ "rawId": "%%%" }),
    ] {
        let question = begin(&ann).await;
        assert_eq!(
            add(&ann, &question, "Phone", credential.clone())
                .await
                .status,
            422
        );
        let question = ask(&ann).await;
        assert_eq!(enter(&ann, &question, credential).await.status, 422);
    }
    let question = ask(&ann).await;
    let huge = json!({ "id": "x".repeat(70_000) });
    assert_eq!(enter(&ann, &question, huge.clone()).await.status, 413);
    assert_eq!(add(&ann, &question, "Phone", huge).await.status, 413);
    let question = json!({ "ceremony": "not a token" });
    assert_eq!(enter(&ann, &question, json!({})).await.status, 410);
    let question = begin(&ann).await;
    let made = Authenticator::new("Phone").make(&question);
    assert_eq!(
        add(&ann, &question, &"x".repeat(51), made).await.status,
        422
    );
    assert!(
        ann.get(HOME)
            .await
            .text()
            .contains("You have no passkey yet")
    );
}

#[tokio::test]
async fn an_account_has_twenty_passkeys_at_most_and_each_once() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    for n in 0..20 {
        device(&ann, &format!("Device {n}")).await;
    }
    let question = begin(&ann).await;
    let listed = question["publicKey"]["excludeCredentials"].as_array();
    assert_eq!(listed.map(Vec::len), Some(20));
    assert_eq!(
        question["publicKey"]["authenticatorSelection"]["residentKey"],
        "required"
    );
    assert_eq!(
        question["publicKey"]["authenticatorSelection"]["userVerification"],
        "required"
    );
    let credential = Authenticator::new("One more").make(&question);
    assert_eq!(
        add(&ann, &question, "One more", credential).await.status,
        422
    );
    let page = ann.get(HOME).await.text();
    assert!(page.contains("as many passkeys as there can be"), "{page}");
}

#[tokio::test]
async fn a_passkey_that_is_removed_on_one_node_works_on_none() {
    let database = testing::fresh_database();
    let (here, there) = (
        TestApp::node(&database).await,
        TestApp::node(&database).await,
    );
    let ann = reader(&here, 7).await;
    let mut phone = device(&ann, "Phone").await;
    let browser = there.stranger();
    sign(&browser, &mut phone).await.good();
    assert_eq!(name_of(&browser).await, "Kim Ode");

    let question = ask(&there.stranger()).await;
    assert!(question["ceremony"].is_string());
    let named = key(&ann.get(HOME).await.text());
    ann.submit(&format!("{HOME}/remove"), &[("passkey", &named)])
        .await;

    assert_eq!(sign(&there.stranger(), &mut phone).await.status, 422);
}

#[tokio::test]
async fn where_passkeys_cannot_work_none_is_offered_and_it_is_said() {
    for (base, why) in [
        ("http://comments.example", "begins with https"),
        ("https://192.0.2.1", "This one is a number"),
    ] {
        let set = |config: &mut Config| config.base = Some(base.to_owned());
        let app = TestApp::with(set).await;
        let mut ann = app.stranger();
        base.clone_into(&mut ann.origin);
        let door = ann.get("/auth/sign-in?site=news.example").await.text();
        assert!(!door.contains("Sign in with a passkey"), "{door}");
        sign_in(&app, &ann, "news.example", Role::Reader, 7).await;
        let page = ann.get(HOME).await.text();
        assert!(page.contains(why), "{page}");
        let asked = ann
            .send(
                Method::POST,
                "/auth/passkey",
                json!({ "site": "news.example" }),
            )
            .await;
        assert_eq!(asked.json()["code"], "passkeys_unfit");
    }
}

#[tokio::test]
async fn the_door_offers_passkeys_to_the_newsroom_without_mail() {
    let app = TestApp::new().await;
    let door = app
        .get("/auth/sign-in?site=news.example&to=/x")
        .await
        .text();
    assert!(door.contains("Sign in with a passkey"), "{door}");
    assert!(door.contains("data-next=\"/x\""), "{door}");
    let door = app
        .get("/auth/sign-in?site=news.example&to=https://evil.example")
        .await;
    assert!(
        door.text()
            .contains("data-next=\"/auth/sign-in?site=news.example\"")
    );
}

#[tokio::test]
async fn what_is_downloaded_names_the_passkeys() {
    let app = TestApp::new().await;
    let ann = reader(&app, 7).await;
    device(&ann, "Phone").await;
    let all = ann.get("/account/news.example/download").await.good();
    assert_eq!(all["passkeys"][0]["name"], "Phone");
    assert!(all["passkeys"][0]["used_at"].is_null());
    assert!(!all.to_string().contains("public_key"));
}
