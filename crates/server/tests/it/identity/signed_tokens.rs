//! Tokens by which a publisher vouches for its own users.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use expect_test::expect;
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Clock as _, SiteId};
use serde_json::{Value, json};
use store::identity::sign_in_keys::{self, KeyKind, SignInKey};

use crate::publication::owner::colleague;
use crate::support::{Answer, STORY, TestApp, TestReader};

pub(crate) const SECRET: &str = "a secret that both sides know";

/// An Ed25519 key made for these tests (RFC 8032, test 1).
const PRIVATE: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const PUBLIC: [u8; 32] = [
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];

pub(crate) async fn add_key(app: &TestApp, site: i64, id: i64, kind: KeyKind, key: &str) {
    let key = SignInKey {
        id,
        kind,
        key: key.to_owned(),
        created_at: app.clock.now(),
    };
    let add = move |tx: &mut store::Tx<'_>| sign_in_keys::add(tx, SiteId(site), &key);
    assert!(app.store.write(add).await.unwrap());
}

/// A site with a secret.
async fn app() -> TestApp {
    let app = TestApp::new().await;
    add_key(&app, 1, 7, KeyKind::Hs256, SECRET).await;
    app
}

fn seconds(app: &TestApp) -> i64 {
    app.clock.now().seconds()
}

/// What is usually claimed, with `more` in its place.
pub(crate) fn claims(app: &TestApp, more: Value) -> Value {
    let now = seconds(app);
    let mut claims = json!({ "sub": "u1", "name": "Ann Lee", "iat": now, "exp": now + 300 });
    if let Value::Object(more) = more {
        for (key, value) in more {
            claims[key] = value;
        }
    }
    claims
}

pub(crate) fn signed(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

async fn come(reader: &TestReader, token: &str) -> Answer {
    let body = json!({ "site": "news.example", "token": token });
    reader
        .send(axum::http::Method::POST, "/api/v1/session", body)
        .await
}

#[tokio::test]
async fn a_user_of_the_publisher_is_signed_in_and_keeps_what_the_guest_wrote() {
    let app = app().await;
    let guest = app.reader("Somebody");
    let id = guest.post(STORY, "As a guest").await.id();

    let answer = come(&guest, &signed(&claims(&app, json!({})))).await;

    let reader = &answer.good()["reader"];
    assert_eq!(reader["name"], json!("Ann Lee"));
    assert_eq!(
        (&reader["kind"], &reader["role"]),
        (&json!("account"), &json!("reader"))
    );
    assert_eq!(guest.me(STORY).await["reader"], *reader);
    assert_eq!(guest.me(STORY).await["own"], json!([id]));
    let author = app.thread(STORY).await["comments"][0]["author"]["name"].clone();
    assert_eq!(author, json!("Ann Lee"));
}

#[tokio::test]
async fn a_token_whose_header_asks_for_more_or_says_a_thing_twice_is_refused() {
    let app = app().await;
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let with_header = |header: &str| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let said = format!(
            "{}.{}",
            part(header),
            part(&claims(&app, json!({})).to_string())
        );
        let signature = sign(said.as_bytes(), &key, Algorithm::HS256).unwrap();
        format!("{said}.{signature}")
    };
    for header in [
        r#"{"alg":"HS256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"HS256","crit":["urn:example:new"],"urn:example:new":true}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":null}"#,
        r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#,
        r#"{"alg":"HS256","b64":true}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":"7","kid":"8"}"#,
        r#"{"alg":"HS256","x":1,"x":2}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":"logout+jwt"}"#,
        r#"{"alg":"HS256","typ":["JWT"]}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"none"}"#,
        r#"{"alg":"hs256"}"#,
        r#"["HS256"]"#,
        "",
    ] {
        let refused = come(&app.stranger(), &with_header(header)).await;
        assert_eq!(refused.status, 401, "{header}: {}", refused.text());
    }
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"typ":"jwt","alg":"HS256","kid":"7","cty":"x"}"#,
    ] {
        come(&app.stranger(), &with_header(header)).await.good();
    }
}

#[tokio::test]
async fn a_token_signs_in_once() {
    let app = app().await;
    let token = signed(&claims(&app, json!({})));
    assert_eq!(come(&app.stranger(), &token).await.status, 200);

    let again = come(&app.stranger(), &token).await;

    expect!["401 token_used [token]: The token was used before; each signs in once."]
        .assert_eq(&again.problem());
}

#[tokio::test]
async fn what_is_said_later_wins_and_what_is_not_said_stays() {
    let app = app().await;
    let (now, reader) = (seconds(&app), app.stranger());
    let name = |answer: Answer| answer.good()["reader"]["name"].clone();
    let first = claims(
        &app,
        json!({ "email": "ann@reader.example", "email_verified": true }),
    );
    let id = come(&reader, &signed(&first)).await.good()["reader"]["id"].clone();

    let older = claims(&app, json!({ "name": "Old Ann", "iat": now - 50 }));
    assert_eq!(name(come(&reader, &signed(&older)).await), json!("Ann Lee"));
    let newer = claims(&app, json!({ "name": "New Ann", "iat": now + 5 }));
    assert_eq!(name(come(&reader, &signed(&newer)).await), json!("New Ann"));
    let mut nameless = claims(&app, json!({ "iat": now + 9 }));
    nameless.as_object_mut().unwrap().remove("name");
    let same = come(&reader, &signed(&nameless)).await.good();

    assert_eq!(
        (&same["reader"]["name"], &same["reader"]["id"]),
        (&json!("New Ann"), &id)
    );
    let emails = app
        .store
        .read(|tx| store::identity::authors::by_email(tx, SiteId(1), "ann@reader.example"));
    assert_eq!(emails.await.unwrap().unwrap().name, "New Ann");
}

#[tokio::test]
async fn keys_overlap_while_one_takes_the_place_of_another() {
    let app = app().await;
    add_key(&app, 1, 8, KeyKind::EdDsa, &STANDARD.encode(PUBLIC)).await;
    let mut der = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    der.extend(PRIVATE);
    let key = EncodingKey::from_ed_der(&der);
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some("8".to_owned());
    let token = |sub: &str| encode(&header, &claims(&app, json!({ "sub": sub })), &key).unwrap();

    let by_old = come(&app.stranger(), &signed(&claims(&app, json!({})))).await;
    let by_new = come(&app.stranger(), &token("u2")).await;
    assert_eq!((by_old.status.as_u16(), by_new.status.as_u16()), (200, 200));

    let remove = |tx: &mut store::Tx<'_>| sign_in_keys::remove(tx, SiteId(1), 7);
    assert!(app.store.write(remove).await.unwrap());
    let by_old = come(
        &app.stranger(),
        &signed(&claims(&app, json!({ "sub": "u3" }))),
    )
    .await;
    let by_new = come(&app.stranger(), &token("u4")).await;
    assert_eq!((by_old.status.as_u16(), by_new.status.as_u16()), (401, 200));
}

#[tokio::test]
async fn a_token_that_cannot_be_believed_signs_nobody_in() {
    let app = app().await;
    app.add_site(2, "other.example", rejoinder_core::Settings::default())
        .await;
    add_key(&app, 2, 9, KeyKind::Hs256, "the other's").await;
    add_key(&app, 1, 8, KeyKind::EdDsa, &STANDARD.encode(PUBLIC)).await;
    let now = seconds(&app);
    let by = |secret: &[u8], header: &Header| {
        encode(
            header,
            &claims(&app, json!({})),
            &EncodingKey::from_secret(secret),
        )
        .unwrap()
    };
    let hs256 = Header::new(Algorithm::HS256);
    let mut elsewhere = hs256.clone();
    elsewhere.kid = Some("8".to_owned());
    let none = format!(
        "eyJhbGciOiJub25lIn0.{}.",
        by(b"x", &hs256).split('.').nth(1).unwrap()
    );
    let with = |more: Value| signed(&claims(&app, more));
    let mut tokens = vec![
        by(b"another secret", &hs256),
        // The public key is no secret, though it is bytes as well.
        by(&PUBLIC, &hs256),
        by(STANDARD.encode(PUBLIC).as_bytes(), &hs256),
        by(b"the other's", &hs256),
        by(SECRET.as_bytes(), &elsewhere),
        by(SECRET.as_bytes(), &Header::new(Algorithm::HS512)),
        none,
        "no token".to_owned(),
        "x".repeat(9_000),
        with(json!({ "exp": now - 61 })),
        with(json!({ "iat": now + 600 })),
        with(json!({ "exp": now + 90_000 })),
        with(json!({ "aud": "other.example" })),
        with(json!({ "aud": 42 })),
        with(json!({ "aud": ["a.example", "b.example"] })),
        with(json!({ "nbf": now + 600 })),
        with(json!({ "sub": "" })),
        with(json!({ "sub": "u\u{0}1" })),
        with(json!({ "sub": 5 })),
        with(json!({ "exp": i64::MAX })),
    ];
    let unnamed = |key: &str| {
        let mut claims = claims(&app, json!({}));
        claims.as_object_mut().unwrap().remove(key);
        signed(&claims)
    };
    tokens.extend(["sub", "iat", "exp", "name"].map(unnamed));
    let mut told = Vec::new();
    for token in &tokens {
        told.push(come(&app.stranger(), token).await.problem());
    }
    expect![[r#"
        401 token_invalid [token]: The token cannot be used: no key of this site has signed it.
        401 token_invalid [token]: The token cannot be used: no key of this site has signed it.
        401 token_invalid [token]: The token cannot be used: no key of this site has signed it.
        401 token_invalid [token]: The token cannot be used: no key of this site has signed it.
        401 token_invalid [token]: The token cannot be used: no key of this site has signed it.
        401 token_invalid [token]: The token cannot be used: no key of this site has signed it.
        401 token_invalid [token]: The token cannot be used: it is not a JSON Web Token.
        401 token_invalid [token]: The token cannot be used: it is not a JSON Web Token.
        401 token_invalid [token]: The token cannot be used: it is longer than 8,192 bytes.
        401 token_invalid [token]: The token cannot be used: it has expired.
        401 token_invalid [token]: The token cannot be used: it does not hold yet.
        401 token_invalid [token]: The token cannot be used: it is good for more than 24 hours.
        401 token_invalid [token]: The token cannot be used: its `aud` is another site.
        401 token_invalid [token]: The token cannot be used: its `aud` is another site.
        401 token_invalid [token]: The token cannot be used: its `aud` is another site.
        401 token_invalid [token]: The token cannot be used: it does not hold yet.
        401 token_invalid [token]: The token cannot be used: `sub` must have 1 to 200 bytes and no control characters.
        401 token_invalid [token]: The token cannot be used: `sub` must have 1 to 200 bytes and no control characters.
        401 token_invalid [token]: The token cannot be used: it needs `sub`, `iat` and `exp`.
        401 token_invalid [token]: The token cannot be used: `iat` and `exp` must be seconds since 1970.
        401 token_invalid [token]: The token cannot be used: it needs `sub`, `iat` and `exp`.
        401 token_invalid [token]: The token cannot be used: it needs `sub`, `iat` and `exp`.
        401 token_invalid [token]: The token cannot be used: it needs `sub`, `iat` and `exp`.
        422 name_missing [name]: A name is needed."#]].assert_eq(&told.join("\n"));
    assert_eq!(
        come(
            &app.stranger(),
            &with(json!({ "aud": ["x", "https://news.example"] }))
        )
        .await
        .status,
        200
    );
    assert_eq!(
        come(
            &app.stranger(),
            &with(json!({ "exp": now - 20, "sub": "u9" }))
        )
        .await
        .status,
        200
    );
}

#[tokio::test]
async fn nobody_gets_into_the_newsroom_by_a_token() {
    let app = app().await;
    colleague(&app, "olga@news.example", Role::Owner, 90).await;
    let claim = |more: Value| signed(&claims(&app, more));

    let by_name = come(&app.stranger(), &claim(json!({ "name": "0lga" }))).await;
    let by_email = json!({ "email": "olga@news.example", "email_verified": true, "sub": "u2" });
    let by_email = come(&app.stranger(), &claim(by_email)).await.good();
    let later = json!({ "name": "Olga", "sub": "u2", "iat": seconds(&app) + 2 });
    let later = come(&app.stranger(), &claim(later)).await.good();

    expect!["422 name_protected [name]: This name belongs to the newsroom; please take another."]
        .assert_eq(&by_name.problem());
    assert_eq!(by_email["reader"]["role"], json!("reader"));
    assert_eq!(later["reader"]["name"], json!("Ann Lee"));
}

#[tokio::test]
async fn a_key_is_not_worth_a_moderators_powers() {
    let app = app().await;
    let token = |more: Value| signed(&claims(&app, more));
    let ann = app.stranger();
    let id = come(&ann, &token(json!({}))).await.good()["reader"]["id"].clone();
    let id: rejoinder_core::AuthorId = id.as_str().unwrap().parse().unwrap();
    let promote = move |tx: &mut store::Tx<'_>| {
        store::identity::roles::set_role(tx, SiteId(1), id, Role::Moderator)
    };
    app.store.write(promote).await.unwrap();

    let as_moderator = come(
        &app.stranger(),
        &token(json!({ "exp": seconds(&app) + 200 })),
    )
    .await;
    let kim = colleague(&app, "kim@news.example", Role::Moderator, 91).await;
    let over_moderator = come(&kim, &token(json!({ "sub": "u2", "name": "Bea" }))).await;

    for refused in [as_moderator, over_moderator] {
        expect!["401 token_invalid [token]: The token cannot be used: moderators, editors and owners sign in by themselves."]
            .assert_eq(&refused.problem());
    }
    assert_eq!(kim.me(STORY).await["reader"]["role"], json!("moderator"));
    assert_eq!(ann.me(STORY).await["reader"], Value::Null);
}

#[tokio::test]
async fn an_address_joins_an_account_only_when_it_was_seen_to_be_theirs() {
    let app = app().await;
    let claim = |sub: &str, is_verified: bool| {
        let more =
            json!({ "sub": sub, "email": "ann@reader.example", "email_verified": is_verified });
        signed(&claims(&app, more))
    };
    let id = |answer: Answer| answer.good()["reader"]["id"].clone();

    let first = id(come(&app.stranger(), &claim("u1", true)).await);
    let doubtful = id(come(&app.stranger(), &claim("u2", false)).await);
    let seen = id(come(&app.stranger(), &claim("u3", true)).await);

    assert_ne!(first, doubtful);
    assert_eq!(first, seen);
}

#[tokio::test]
async fn two_windows_of_a_new_user_make_one_account() {
    let app = TestApp::on_postgres().await;
    add_key(&app, 1, 7, KeyKind::Hs256, SECRET).await;
    let now = seconds(&app);
    let tokens: Vec<String> = (0..4)
        .map(|n| signed(&claims(&app, json!({ "exp": now + 100 + n }))))
        .collect();
    let readers: Vec<TestReader> = tokens.iter().map(|_| app.stranger()).collect();

    let coming = readers
        .iter()
        .zip(&tokens)
        .map(|(reader, token)| come(reader, token));
    let came = futures_util::future::join_all(coming).await;

    let ids: Vec<Value> = came
        .iter()
        .map(|answer| answer.good()["reader"]["id"].clone())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn an_owner_makes_a_secret_takes_a_public_key_and_removes_both() {
    let app = TestApp::new().await;
    let olga = colleague(&app, "olga@news.example", Role::Owner, 90).await;
    let keys = "/admin/news.example/sign-in-keys";

    let made = olga.submit(keys, &[("kind", "HS256")]).await.text();
    let secret = made
        .split("readonly value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let claims = claims(&app, json!({}));
    let by_secret = EncodingKey::from_secret(secret.as_bytes());
    let token = encode(&Header::new(Algorithm::HS256), &claims, &by_secret).unwrap();
    assert_eq!(come(&app.stranger(), &token).await.status, 200);
    assert!(!olga.get(keys).await.text().contains(secret));

    let mut der = vec![
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    der.extend(PUBLIC);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\r\n{}\r\n-----END PUBLIC KEY-----\r\n",
        STANDARD.encode(der)
    );
    let raw = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    for typed in [pem.as_str(), raw] {
        let fields = [("kind", "EdDSA"), ("public_key", typed)];
        assert_eq!(olga.submit(keys, &fields).await.status, 200);
    }
    let odd = olga
        .submit(keys, &[("kind", "EdDSA"), ("public_key", "<b>")])
        .await;
    assert_eq!(odd.status, 422);
    assert!(odd.text().contains("This is not a public Ed25519 key."));

    let known = app
        .store
        .read(|tx| sign_in_keys::list(tx, SiteId(1)))
        .await
        .unwrap();
    assert_eq!(known.len(), 3);
    assert!(
        known[..2]
            .iter()
            .all(|key| key.key == STANDARD.encode(PUBLIC))
    );
    for key in known {
        let removed = olga.submit(&format!("{keys}/{}/remove", key.id), &[]).await;
        assert_eq!(removed.status, 303);
    }
    assert!(olga.get(keys).await.text().contains("No key yet."));
}
