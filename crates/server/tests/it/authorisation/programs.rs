//! What programs may call by an API token: every route that declares a scope, and nothing else.

use std::time::Duration;

use axum::body::Body as HttpBody;
use axum::http::{Method, StatusCode, header};
use rejoinder_core::{ApiScope, AuthorId, Clock as _, FixedRandom, Token, TokenHash};
use rejoinder_server::{Access, Declared, declared};
use sha2::{Digest as _, Sha256};
use store::integrations::api_tokens::{self, NewApiToken};

use super::people::People;
use super::requests::{HERE, Object, Request, THERE, request};
use super::{name, outcome, same};
use crate::support::Answer;

/// The only token of `host`, which works for a year.
async fn token(people: &People, host: &'static str, scopes: &[ApiScope]) -> String {
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let (seed, owner) = (people.seed(), people.seed());
    people.owner(host, owner).await;
    let secret = Token::new(&FixedRandom::seeded(u64::try_from(seed).unwrap()));
    let new = NewApiToken {
        site,
        id: AuthorId(seed),
        hash: TokenHash(Sha256::digest(secret.bytes()).into()),
        name: "A program".to_owned(),
        scopes: scopes.to_vec(),
        created_by: AuthorId(owner),
        lifetime: Duration::from_secs(365 * 86_400),
    };
    let add = people.app.store.write(move |tx| {
        // There is room for a few only.
        for old in api_tokens::list(tx, site)? {
            api_tokens::revoke(tx, site, old.id)?;
        }
        api_tokens::add(tx, now, &new)
    });
    assert!(add.await.unwrap());
    format!("rjt_{}_{}", site.0, secret.reveal())
}

/// Ask as a program does: without cookie and origin.
async fn ask(people: &People, route: &Declared, asked: &Request, token: &str) -> Answer {
    // So that the pace of programs is kept.
    people.app.clock.advance(Duration::from_secs(1));
    let bearer = format!("Bearer {token}");
    let (kind, body) = asked.encoded();
    let mut headers = vec![(header::AUTHORIZATION.as_str(), bearer.as_str())];
    headers.extend(kind.map(|kind| (header::CONTENT_TYPE.as_str(), kind)));
    let method = route.method.clone();
    let body = HttpBody::from(body);
    people.app.send(method, &asked.path, &headers, body).await
}

fn closed_to_everyone() -> impl Iterator<Item = Declared> {
    let routes = declared().into_iter();
    routes.filter(|route| route.access != Access::Public)
}

/// What a program is told that asks for a guest of a browser, and says for nobody.
fn of_nobody(route: &Declared) -> &'static str {
    match (route.method.as_str(), route.path.rsplit('/').next()) {
        ("PATCH" | "DELETE", Some("{id}")) => "403",
        ("PUT", Some("vote" | "reactions")) => "400",
        _ => "yes",
    }
}

#[tokio::test]
async fn a_token_opens_the_routes_of_its_scope_and_no_other() {
    for people in People::gather_on_each().await {
        let mut n_open = 0;
        for route in closed_to_everyone() {
            let asked = request(&people, &route, HERE, Object::Own).await;
            let every = token(&people, HERE, &ApiScope::ALL).await;
            let answer = ask(&people, &route, &asked, &every).await;
            let what = name(&route);
            let expected = match route.scope {
                None => "403",
                Some(scope) if scope.is_for_others() => of_nobody(&route),
                Some(_) => "yes",
            };
            assert_eq!(
                outcome(&answer, &what),
                expected,
                "{what}: {}",
                answer.text()
            );
            assert_eq!(answer.header("set-cookie"), "", "{what}");
            let Some(needed) = route.scope else {
                let is_told = answer.text().contains("takes no API token");
                assert!(is_told || route.method == Method::HEAD, "{what}");
                continue;
            };
            n_open += 1;
            let others: Vec<_> = ApiScope::ALL
                .into_iter()
                .filter(|scope| *scope != needed)
                .collect();
            let lacking = token(&people, HERE, &others).await;
            let answer = ask(&people, &route, &asked, &lacking).await;
            assert_eq!(answer.json()["code"], "scope_missing", "{what}");
            assert!(answer.text().contains(needed.as_str()), "{what}");
        }
        assert_eq!(n_open, 15);
    }
}

#[tokio::test]
async fn a_token_of_another_site_finds_nothing_here() {
    for people in People::gather_on_each().await {
        let foreign = token(&people, THERE, &ApiScope::ALL).await;
        for route in closed_to_everyone().filter(|route| route.scope.is_some()) {
            let here = request(&people, &route, HERE, Object::Own).await;
            let nowhere = request(&people, &route, "nowhere.example", Object::Unknown).await;
            let to_here = ask(&people, &route, &here, &foreign).await;
            let to_nowhere = ask(&people, &route, &nowhere, &foreign).await;
            let what = name(&route);
            assert_eq!(to_here.status, StatusCode::NOT_FOUND, "{what}");
            assert_eq!(
                same(&to_here, HERE),
                same(&to_nowhere, "nowhere.example"),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_that_works_no_more_is_told_so() {
    let people = People::gather().await;
    let expired = token(&people, HERE, &ApiScope::ALL).await;
    people.app.clock.advance(Duration::from_secs(365 * 86_400));
    let made_up = format!("rjt_1_{}", "0".repeat(64));
    for route in closed_to_everyone().filter(|route| route.path.starts_with("/api/")) {
        let path = route.path.replace("{site}", HERE).replace("{id}", "1");
        for token in [expired.as_str(), made_up.as_str(), "rjt_", "rjt_1_zz"] {
            people.app.clock.advance(Duration::from_secs(2));
            let bearer = format!("Bearer {token}");
            let headers = [(header::AUTHORIZATION.as_str(), bearer.as_str())];
            let method: Method = route.method.clone();
            let answer = people
                .app
                .send(method, &path, &headers, HttpBody::empty())
                .await;
            let what = format!("{} with {token}", name(&route));
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
            assert_eq!(answer.json()["code"], "api_token_invalid", "{what}");
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{what}");
        }
    }
}
