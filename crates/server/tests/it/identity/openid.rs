//! Signing in by OpenID Connect, at an honest provider and at others.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Clock as _, Settings, SiteId};
use serde_json::{Value, json};
use store::identity::openid::{self, OpenidProvider};

use crate::identity::openid_provider::{CLIENT, SECRET, Signed, TestProvider};
use crate::publication::owner::colleague;
use crate::support::{Answer, NEWS, STORY, TestApp, TestReader};

const OWN: &str = "/admin/news.example/openid";

async fn add(app: &TestApp, site: i64, id: i64, issuer: &str) {
    let provider = OpenidProvider {
        id,
        label: "Quill".to_owned(),
        issuer: issuer.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
        created_at: app.clock.now(),
    };
    let add = move |tx: &mut store::Tx<'_>| openid::add(tx, SiteId(site), &provider);
    assert!(app.store.write(add).await.unwrap());
    // Sites are read again within two seconds.
    app.clock.advance(Duration::from_secs(3));
}

/// A site whose readers can sign in at a provider.
async fn app() -> (TestApp, TestProvider) {
    let provider = TestProvider::start().await;
    let app = TestApp::reaching(&[provider.address]).await;
    add(&app, 1, 7, &provider.issuer()).await;
    provider.behave(|manners| manners.now = app.clock.now().seconds());
    (app, provider)
}

async fn start(reader: &TestReader, more: &[(&str, &str)]) -> Answer {
    let usual = [("site", "news.example"), ("provider", "7")];
    let fields: Vec<_> = usual.iter().chain(more).copied().collect();
    reader.submit("/auth/openid/start", &fields).await
}

/// Where a page leads on to.
fn way(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let from = text.split("content=\"0; url=").nth(1).unwrap();
    let url = from.split('"').next().unwrap();
    url.replace("&#38;", "&")
}

/// Go there and come back.
async fn come(reader: &TestReader, provider: &TestProvider) -> Answer {
    let back = provider.allow(&way(&start(reader, &[]).await));
    reader.get(&back).await
}

/// What the page says, and its status.
fn said(answer: &Answer) -> String {
    let text = answer.text();
    let main = text.split("<h1>").nth(1).unwrap_or(&text);
    let line = main.split("<p>").nth(1).unwrap_or(main);
    let line = line.split("</p>").next().unwrap();
    format!("{} {line}", answer.status.as_u16())
}

async fn who(reader: &TestReader) -> Value {
    reader.me(STORY).await["reader"].clone()
}

#[tokio::test]
async fn a_reader_signs_in_at_the_provider_and_keeps_what_the_guest_wrote() {
    let (app, provider) = app().await;
    let ann = app.stranger();
    let door = ann.get("/auth/sign-in?site=news.example").await.text();
    assert!(door.contains("Sign in with Quill"), "{door}");

    let back = come(&ann, &provider).await;

    assert_eq!(back.status, 303);
    assert_eq!(back.header("location"), "/auth/sign-in?site=news.example");
    let first = who(&ann).await;
    assert_eq!(
        (&first["name"], &first["kind"]),
        (&json!("Ann Lee"), &json!("account"))
    );
    let elsewhere = app.stranger();
    come(&elsewhere, &provider).await;
    assert_eq!(who(&elsewhere).await["id"], first["id"]);
    ann.post(STORY, "In my own name").await.good();
    let author = app.thread(STORY).await["comments"][0]["author"]["name"].clone();
    assert_eq!(author, json!("Ann Lee"));
}

#[tokio::test]
async fn the_window_of_a_thread_hands_over_and_other_ways_lead_on() {
    let (app, provider) = app().await;
    let ann = app.stranger();
    let sent = start(&ann, &[("origin", NEWS), ("to", "//evil.example")]).await;
    assert_eq!(sent.header("cross-origin-opener-policy"), "unsafe-none");

    let back = ann.get(&provider.allow(&way(&sent))).await;

    assert_eq!(back.header("cross-origin-opener-policy"), "unsafe-none");
    let text = back.text();
    let waits = format!("data-rj=\"waits\" data-site=\"news.example\" data-origin=\"{NEWS}\"");
    assert!(text.contains(&waits), "{text}");
    assert!(text.contains("as Ann Lee."), "{text}");
    let to = app.stranger();
    let sent = start(
        &to,
        &[("to", "/articles/x"), ("origin", "https://evil.example")],
    )
    .await;
    let back = to.get(&provider.allow(&way(&sent))).await;
    assert_eq!(back.header("location"), "/articles/x");
}

#[tokio::test]
async fn a_session_cookie_is_the_servers_own_though_another_site_sent_the_browser() {
    let (app, provider) = app().await;
    let ann = app.stranger();
    let back = provider.allow(&way(&start(&ann, &[]).await));
    let from_there = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-dest", "document"),
    ];

    let came = ann
        .ask(Method::GET, &back, &from_there, Body::empty())
        .await;

    let cookie = came.header("set-cookie");
    assert!(
        cookie.ends_with("HttpOnly; Secure; SameSite=Lax"),
        "{cookie}"
    );
}

#[tokio::test]
async fn only_the_browser_that_was_sent_is_taken_back_once_and_in_time() {
    let (app, provider) = app().await;
    app.add_site(2, "other.example", Settings::default()).await;
    let (ann, eve) = (app.stranger(), app.stranger());
    let back = provider.allow(&way(&start(&ann, &[]).await));
    let at = |path: &str| path.replace("news.example", "other.example");

    // Eve lures Ann into Eve's account, or the other way round.
    let elsewhere =
        "403 This was begun in another browser. Please go back to it, or begin again here.";
    assert_eq!(said(&eve.get(&back).await), elsewhere);
    start(&eve, &[]).await;
    assert_eq!(said(&eve.get(&back).await), elsewhere);
    let unknown = "410 Nobody here knows this way in. Please begin again.";
    for odd in [
        at(&back),
        format!(
            "/auth/openid/callback/news.example?code=x&state={}",
            "0".repeat(64)
        ),
        "/auth/openid/callback/news.example?code=x&state=%00".to_owned(),
        "/auth/openid/callback/news.example".to_owned(),
    ] {
        assert_eq!(said(&ann.get(&odd).await), unknown, "{odd}");
    }
    assert_eq!(ann.get(&back).await.status, 303);
    let kept = who(&ann).await;
    assert_eq!(
        said(&ann.get(&back).await),
        "410 This way in was used already. Please begin again."
    );
    assert_eq!(who(&ann).await, kept);

    let back = provider.allow(&way(&start(&eve, &[]).await));
    app.clock.advance(Duration::from_secs(600));
    assert_eq!(
        said(&eve.get(&back).await),
        "410 This took longer than ten minutes. Please begin again."
    );
    assert_eq!(who(&eve).await, Value::Null);
}

#[tokio::test]
async fn an_answer_that_was_not_signed_for_this_one_is_not_believed() {
    let (app, provider) = app().await;
    let now = app.clock.now().seconds();
    let claims = [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "another" }),
        json!({ "aud": [CLIENT, "another"] }),
        json!({ "aud": null }),
        json!({ "azp": "another" }),
        json!({ "azp": "" }),
        json!({ "aud": [CLIENT, "another"], "azp": CLIENT }),
        json!({ "iss": "https://another.example" }),
        json!({ "exp": now - 1 }),
        json!({ "exp": null }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "a\u{0}b" }),
        json!({ "sub": "x".repeat(256) }),
    ];
    let honest = claims.iter().map(|claims| (Signed::Right, claims.clone()));
    let ways = [Signed::Wrong, Signed::Shared, Signed::Not, Signed::Missing];
    let others = ways.map(|signed| (signed, json!({})));
    for (signed, claims) in honest.chain(others) {
        let what = format!("{signed:?} {claims}");
        provider.behave(|manners| {
            manners.signed = signed;
            manners.claims = claims;
        });
        let reader = app.stranger();

        let answer = come(&reader, &provider).await;

        assert_eq!(answer.status, 502, "{what}: {}", answer.text());
        assert!(answer.text().contains("You are not signed in"), "{what}");
        assert_eq!(who(&reader).await, Value::Null, "{what}");
    }
}

#[tokio::test]
async fn an_answer_that_names_this_server_as_the_one_it_was_given_to_is_believed() {
    let (app, provider) = app().await;
    for claims in [
        json!({ "azp": CLIENT }),
        json!({ "azp": CLIENT, "aud": [CLIENT] }),
    ] {
        provider.behave(|manners| manners.claims = claims);
        let reader = app.stranger();

        assert_eq!(come(&reader, &provider).await.status, 303);
        assert_eq!(who(&reader).await["name"], json!("Ann Lee"));
    }
}

#[tokio::test]
async fn a_code_of_another_provider_is_not_taken() {
    let (app, provider) = app().await;
    provider.behave(|manners| manners.names_itself = true);
    let ann = app.stranger();
    let issuer = provider.issuer();
    let named = |back: &str| {
        let own: String = url::form_urlencoded::byte_serialize(issuer.as_bytes()).collect();
        assert!(back.contains(&own));
        (
            back.replace(&own, "https://another.example"),
            back.replace(&format!("&iss={own}"), ""),
        )
    };

    let (another, none) = named(&provider.allow(&way(&start(&ann, &[]).await)));
    assert_eq!(ann.get(&another).await.status, 502);
    assert_eq!(ann.get(&none).await.status, 410, "it was used up");
    let (_, none) = named(&provider.allow(&way(&start(&ann, &[]).await)));
    assert_eq!(ann.get(&none).await.status, 502);

    assert_eq!(come(&ann, &provider).await.status, 303);
}

#[tokio::test]
async fn an_address_that_the_provider_has_not_seen_joins_no_account() {
    let (app, provider) = app().await;
    let says = |sub: &str, verified: Value| {
        provider.behave(|manners| {
            manners.claims = json!({
                "sub": sub, "email": "ann@reader.example", "email_verified": verified,
            });
        });
    };
    let (ann, same, other) = (app.stranger(), app.stranger(), app.stranger());
    says("1", json!(true));
    come(&ann, &provider).await;

    says("2", json!(false));
    come(&other, &provider).await;
    says("3", json!("true"));
    come(&same, &provider).await;

    let ids = [who(&ann).await, who(&same).await, who(&other).await].map(|one| one["id"].clone());
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[tokio::test]
async fn the_newsroom_is_entered_by_no_provider() {
    let (app, provider) = app().await;
    let kim = colleague(&app, "kim@news.example", Role::Moderator, 91).await;
    provider.behave(|manners| {
        manners.claims = json!({
            "name": "kim", "email": "kim@news.example", "email_verified": true,
        });
    });

    let eve = app.stranger();
    assert_eq!(come(&eve, &provider).await.status, 303);
    let came = who(&eve).await;
    assert_eq!(came["role"], json!("reader"));
    // Nor does anybody get a name of theirs.
    assert!(
        came["name"].as_str().unwrap().starts_with("Reader "),
        "{came}"
    );

    let answer = come(&kim, &provider).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer.text().contains("do not sign in with Quill"),
        "{}",
        answer.text()
    );
    assert_eq!(who(&kim).await["role"], json!("moderator"));
}

#[tokio::test]
async fn a_name_that_was_chosen_here_stays() {
    let (app, provider) = app().await;
    let ann = app.stranger();
    come(&ann, &provider).await;
    ann.submit("/account/news.example/name", &[("name", "Annie")])
        .await;

    come(&app.stranger(), &provider).await;

    assert_eq!(who(&ann).await["name"], json!("Annie"));
}

#[tokio::test]
async fn what_is_not_signed_along_is_asked_for() {
    let (app, provider) = app().await;
    let says = |userinfo: Value| {
        provider.behave(|manners| {
            manners.claims = json!({ "name": null, "sub": userinfo["sub"] });
            manners.userinfo = Some(userinfo);
        });
        // What the provider was known by is old by then.
        app.clock.advance(Duration::from_secs(3_700));
        provider.behave(|manners| manners.now = app.clock.now().seconds());
    };
    let name = async || {
        let reader = app.stranger();
        come(&reader, &provider).await;
        who(&reader).await["name"].as_str().map(str::to_owned)
    };

    says(json!({ "sub": "1", "nickname": "annie", "preferred_username": "ann@work.example" }));
    assert_eq!(name().await.as_deref(), Some("annie"));
    says(json!({ "sub": "2", "preferred_username": "ann@work.example" }));
    assert!(name().await.unwrap().starts_with("Reader "));
    says(json!({ "sub": "3", "name": "x".repeat(1_000) }));
    assert!(name().await.unwrap().starts_with("Reader "));
    // Of somebody else.
    says(json!({ "sub": "4", "name": "Ann Lee" }));
    provider.behave(|manners| manners.claims = json!({ "name": null, "sub": "5" }));
    assert_eq!(name().await, None);
    says(json!({ "sub": "6", "name": "Ann Lee" }));
    provider.behave(|manners| manners.access_token = "a\r\nb");
    assert_eq!(name().await, None);
}

#[tokio::test]
async fn a_provider_that_is_away_or_refused_says_so() {
    let (app, provider) = app().await;
    add(&app, 1, 8, "https://inside.example").await;
    add(&app, 1, 9, "http://news.example").await;
    provider.behave(|manners| manners.has_moved = true);
    let ann = app.stranger();
    let quiet = "502 Quill does not answer right now. Please try again in a moment, or sign in another way.";

    for id in ["7", "8", "9"] {
        let fields = [("site", "news.example"), ("provider", id)];
        assert_eq!(
            said(&ann.submit("/auth/openid/start", &fields).await),
            quiet,
            "{id}"
        );
    }
    for id in ["10", "", "x"] {
        let fields = [("site", "news.example"), ("provider", id)];
        assert_eq!(ann.submit("/auth/openid/start", &fields).await.status, 404);
    }

    provider.behave(|manners| manners.has_moved = false);
    let back = provider.allow(&way(&start(&ann, &[]).await));
    let (path, _) = back.split_once("?code").unwrap();
    let (_, state) = back.split_once("&state=").unwrap();
    let declined = format!("{path}?error=access_denied&state={state}");
    assert_eq!(
        said(&ann.get(&declined).await),
        "403 You told Quill not to sign you in here. Nothing was changed."
    );
    assert_eq!(ann.get(&back).await.status, 410);
    let odd = app.reader("Eve");
    assert_eq!(
        start(&odd, &[]).await.status,
        403,
        "from a page of the publisher"
    );
}

#[tokio::test]
async fn new_keys_of_the_provider_are_learnt() {
    let (app, provider) = app().await;
    assert_eq!(come(&app.stranger(), &provider).await.status, 303);
    provider.change_key();
    assert_eq!(come(&app.stranger(), &provider).await.status, 502);
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(come(&app.stranger(), &provider).await.status, 303);
}

#[tokio::test]
async fn an_owner_adds_and_removes_a_provider_whose_secret_nobody_sees_again() {
    let provider = TestProvider::start().await;
    let app = TestApp::reaching(&[provider.address]).await;
    let olga = colleague(&app, "olga@news.example", Role::Owner, 90).await;
    let issuer = provider.issuer();
    let fields = |label, issuer, client| {
        [
            ("label", label),
            ("issuer", issuer),
            ("client_id", client),
            ("client_secret", SECRET),
        ]
    };
    let shown = olga.get(OWN).await.text();
    assert!(shown.contains("https://comments.example/auth/openid/callback/news.example"));

    let (long, longer) = ("x".repeat(41), "x".repeat(1_001));
    for odd in [
        fields("", &issuer, CLIENT),
        fields("Quill", "", CLIENT),
        fields("Quill", &issuer, ""),
        fields("Quill", "ftp://quill.example", CLIENT),
        fields("Quill", "http://quill.example", CLIENT),
        fields("Quill", "https://inside.example", CLIENT),
        fields("Quill", "https://10.0.0.1", CLIENT),
        fields("Quill", "http://127.0.0.1:1", CLIENT),
        fields(&long, &issuer, CLIENT),
        fields("Quill", &issuer, &longer),
    ] {
        let answer = olga.submit(OWN, &odd).await;
        assert_eq!(answer.status, 422, "{odd:?}");
        assert!(!answer.text().contains("a secret, with"), "{odd:?}");
    }
    provider.behave(|manners| manners.issuer = Some("https://another.example".to_owned()));
    assert_eq!(
        olga.submit(OWN, &fields("Quill", &issuer, CLIENT))
            .await
            .status,
        422
    );
    // What the provider calls itself counts, with or without a slash.
    provider.behave(|manners| manners.issuer = Some(format!("{issuer}/")));
    for _ in 0..openid::MAX_PROVIDERS {
        let added = olga
            .submit(OWN, &fields("Quill <b>", &issuer, CLIENT))
            .await;
        assert_eq!(added.header("location"), format!("{OWN}?did=added"));
    }
    assert_eq!(
        olga.submit(OWN, &fields("Quill", &issuer, CLIENT))
            .await
            .status,
        422
    );

    let shown = olga.get(OWN).await.text();
    assert!(shown.contains("Quill &#60;b&#62;") && shown.contains(&format!("{issuer}/")));
    assert!(!shown.contains("a secret, with"), "{shown}");
    let list = app
        .store
        .read(|tx| openid::list(tx, SiteId(1)))
        .await
        .unwrap();
    for one in list {
        let path = format!("{OWN}/{}/remove", one.id);
        assert_eq!(olga.submit(&path, &[]).await.status, 303);
        assert_eq!(olga.submit(&path, &[]).await.status, 404);
    }
    let door = app.stranger().get("/auth/sign-in?site=news.example").await;
    assert!(!door.text().contains("Quill"));
    let changes = olga.get("/admin/news.example/audit").await.text();
    for change in ["provider added", "provider removed"] {
        assert_eq!(
            changes
                .matches(&format!("<td>OpenID Connect {change}"))
                .count(),
            5
        );
    }
    assert!(!changes.contains("a secret, with"));
}
