//! Who may call what: every route of the router's own table, asked by everyone, against the table in
//! `docs/operators/rights.md`.

mod lengths;
mod mounted;
mod objects;
mod people;
mod programs;
mod reading;
mod requests;
mod rights;
mod unseen;

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_server::{Access, Declared, declared};
use serde_json::Value;

use crate::support::{Answer, BASE, NEWS};
use people::{People, Who};
use requests::{Body, HERE, Object, Origin, THERE, request};
use rights::Rights;

fn name(route: &Declared) -> String {
    format!("{} {}", route.method, route.path)
}

fn is_state_change(route: &Declared) -> bool {
    route.method != Method::GET && route.method != Method::HEAD
}

/// Whether it changes something by who the browser is, and not by a secret that it was told.
fn acts_for_a_browser(route: &Declared) -> bool {
    is_state_change(route) && !matches!(route.access, Access::Secret)
}

/// The outcome as the document writes it.
fn outcome(answer: &Answer, what: &str) -> String {
    assert!(
        !answer.status.is_server_error(),
        "{what}: {} {}",
        answer.status,
        answer.text()
    );
    match answer.status.is_client_error() {
        true => answer.status.as_u16().to_string(),
        false => "yes".to_owned(),
    }
}

#[test]
fn the_document_names_exactly_the_routes_that_are_served() {
    let rights = Rights::read();
    let served: BTreeSet<String> = declared().iter().map(name).collect();
    let written: BTreeSet<String> = rights.routes().map(str::to_owned).collect();
    let missing: Vec<_> = served.difference(&written).collect();
    let gone: Vec<_> = written.difference(&served).collect();
    assert!(
        missing.is_empty(),
        "routes without a row in {}: {missing:#?}",
        rights::FILE
    );
    assert!(gone.is_empty(), "rows without a route: {gone:#?}");
    assert_eq!(
        rights.routes().count(),
        written.len(),
        "a route has two rows"
    );
}

#[test]
fn the_document_agrees_with_what_each_route_declares() {
    let rights = Rights::read();
    let people = |may: &[Who]| may.iter().copied().collect::<BTreeSet<Who>>();
    for route in declared() {
        let row = rights.row(&name(&route));
        let enter: BTreeSet<Who> = Who::ALL
            .into_iter()
            .filter(|who| !matches!(row[who].as_str(), "404" | "401"))
            .collect();
        use Who as W;
        let let_in = match route.access {
            Access::Newsroom(role) if role.as_str() == "owner" => people(&[W::Owner]),
            Access::Newsroom(Role::Editor) => {
                people(&[W::Editor, W::Moderator, W::LimitedModerator, W::Owner])
            }
            Access::Newsroom(_) => people(&[W::Moderator, W::LimitedModerator, W::Owner]),
            Access::Account => {
                let here = Role::ALL.map(W::with_role).into_iter();
                here.chain([W::Author, W::LimitedModerator, W::Banned])
                    .collect()
            }
            Access::Public | Access::Reader | Access::Link | Access::Secret => continue,
        };
        assert_eq!(enter, let_in, "{}", name(&route));
    }
}

#[tokio::test]
async fn everyone_may_do_what_the_document_says_and_nothing_else() {
    let people = People::gather().await;
    may_do_what_the_document_says(&people, &Who::ALL).await;
}

/// Those who differ most, unless a long run is asked for.
#[tokio::test]
async fn everyone_may_do_the_same_on_postgres() {
    let people = People::gather_on_postgres().await;
    let few = [
        Who::Guest,
        Who::Author,
        Who::Editor,
        Who::LimitedModerator,
        Who::OwnerElsewhere,
        Who::Banned,
    ];
    let asking = match testing::rounds(1, 2) {
        1 => &few[..],
        _ => &Who::ALL[..],
    };
    may_do_what_the_document_says(&people, asking).await;
}

async fn may_do_what_the_document_says(people: &People, asking: &[Who]) {
    let rights = Rights::read();
    let mut wrong = Vec::new();
    for route in declared() {
        let expected = rights.row(&name(&route));
        for who in asking.iter().copied() {
            let asked = request(people, &route, HERE, Object::Own).await;
            let answer = people.ask(who, &route, &asked).await;
            let what = format!("{} as {who:?}", name(&route));
            let found = outcome(&answer, &what);
            if found != expected[&who] {
                wrong.push(format!(
                    "{what}: {found}, not {}: {}",
                    expected[&who],
                    String::from_utf8_lossy(&answer.body)
                ));
            }
            if is_state_change(&route) {
                people.sign_in_again(who).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn another_site_answers_as_an_unknown_one() {
    for people in People::gather_on_each().await {
        let guarded =
            |route: &&Declared| matches!(route.access, Access::Newsroom(_) | Access::Account);
        for route in declared().iter().filter(guarded) {
            let foreign = request(&people, route, THERE, Object::Elsewhere).await;
            let unknown = request(&people, route, "nowhere.example", Object::Unknown).await;
            let to_foreign = people.ask(Who::Owner, route, &foreign).await;
            let to_unknown = people.ask(Who::Owner, route, &unknown).await;
            assert_eq!(
                same(&to_foreign, THERE),
                same(&to_unknown, "nowhere.example"),
                "{}",
                name(route)
            );
            assert_eq!(to_foreign.status, StatusCode::NOT_FOUND, "{}", name(route));
        }
    }
}

/// What a client can tell answers apart by, without what it sent itself.
fn same(answer: &Answer, sent: &str) -> (StatusCode, Vec<String>, String) {
    let without = |text: &str| match sent.is_empty() {
        true => text.to_owned(),
        false => text.replace(sent, "ID"),
    };
    let telling = |name: &str| {
        !matches!(
            name,
            "x-request-id" | "content-length" | "set-cookie" | "etag" | "last-modified" | "vary"
        )
    };
    let headers = answer.headers.iter();
    let headers = headers
        .filter(|(name, _)| telling(name.as_str()))
        .map(|(name, value)| without(&format!("{name}: {}", value.to_str().unwrap())));
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    (answer.status, headers.collect(), without(&body))
}

#[tokio::test]
async fn a_browser_without_a_session_is_led_to_sign_in_and_back() {
    let people = People::gather().await;
    for route in declared() {
        let guarded = matches!(route.access, Access::Newsroom(_) | Access::Account);
        if !guarded || route.method != Method::GET || route.path.starts_with("/api/") {
            continue;
        }
        for who in [Who::Anonymous, Who::Guest, Who::SignedOut, Who::Expired] {
            let mut asked = request(&people, &route, HERE, Object::Own).await;
            asked.headers.push(("accept", "text/html".to_owned()));
            let answer = people.ask(who, &route, &asked).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", name(&route));
            let to: String = url::form_urlencoded::byte_serialize(asked.path.as_bytes()).collect();
            let door = format!("/auth/sign-in?site={HERE}&to={to}");
            assert_eq!(answer.header("location"), door, "{}", name(&route));
        }
    }
}

#[tokio::test]
async fn what_changes_something_needs_an_origin_that_may() {
    let people = People::gather().await;
    for route in declared().iter().filter(|route| acts_for_a_browser(route)) {
        for origin in [
            None,
            Some("null"),
            Some("https://evil.example"),
            Some("https://comments.example.evil.example"),
            Some("http://comments.example"),
        ] {
            let mut asked = request(&people, route, HERE, Object::Own).await;
            asked.origin = origin.map_or(Origin::None, |origin| Origin::Of(origin.to_owned()));
            let answer = people.ask(Who::Owner, route, &asked).await;
            let what = format!("{} from {origin:?}", name(route));
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
            assert!(answer.text().contains("Pages of this origin"), "{what}");
            assert_eq!(answer.header("set-cookie"), "", "{what}");
        }
        // The server's own pages are the only ones that act on what is not in the API.
        let open = ["/api/", "/embed/", "/isso/"];
        if !open.iter().any(|start| route.path.starts_with(start)) {
            let mut asked = request(&people, route, HERE, Object::Own).await;
            asked.origin = Origin::Of(NEWS.to_owned());
            let answer = people.ask(Who::Owner, route, &asked).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", name(route));
        }
        let mut asked = request(&people, route, HERE, Object::Own).await;
        asked.origin = Origin::Of(BASE.to_owned());
        asked
            .headers
            .push(("sec-fetch-site", "cross-site".to_owned()));
        let forged = people.ask(Who::Owner, route, &asked).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{}", name(route));
    }
}

#[tokio::test]
async fn a_page_of_another_site_acts_on_nothing_here() {
    let people = People::gather().await;
    for route in declared().iter().filter(|route| acts_for_a_browser(route)) {
        let mut asked = request(&people, route, HERE, Object::Own).await;
        asked.origin = Origin::Of(format!("https://{THERE}"));
        let answer = people.ask(Who::Owner, route, &asked).await;
        let status = answer.status;
        assert!(
            matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND),
            "{}: {status}",
            name(route)
        );
    }
}

/// Keys that would give rights or forge a record, if anything read them.
const PRIVILEGED: [&str; 12] = [
    "role",
    "author",
    "author_id",
    "state",
    "id",
    "site_id",
    "created_at",
    "is_admin",
    "pin",
    "featured_at",
    "up",
    "__proto__",
];

#[tokio::test]
async fn an_unknown_or_privileged_key_is_refused() {
    let people = People::gather().await;
    for route in declared() {
        for key in PRIVILEGED {
            let mut asked = request(&people, &route, HERE, Object::Own).await;
            let Body::Json(Value::Object(fields)) = &mut asked.body else {
                continue;
            };
            if fields.contains_key(key) {
                continue;
            }
            fields.insert(key.to_owned(), Value::from("owner"));
            let answer = people.ask(requests::rightful(&route), &route, &asked).await;
            let what = format!("{} with {key}", name(&route));
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}");
            assert_eq!(answer.json()["code"], "field_unknown", "{what}");
            assert_eq!(answer.json()["field"], key, "{what}");
        }
    }
}

#[tokio::test]
async fn what_only_some_may_see_is_framed_kept_and_read_by_nobody_else() {
    let people = People::gather().await;
    for route in declared() {
        let guarded = matches!(route.access, Access::Newsroom(_) | Access::Account);
        for who in [Who::Anonymous, Who::Owner] {
            let asked = request(&people, &route, HERE, Object::Own).await;
            let answer = people.ask(who, &route, &asked).await;
            let what = format!("{} as {who:?}", name(&route));
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
            assert!(!policy.contains("unsafe"), "{what}: {policy}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
            if guarded {
                assert!(
                    policy.contains("frame-ancestors 'none'"),
                    "{what}: {policy}"
                );
                assert_eq!(answer.header("cache-control"), "no-store", "{what}");
                assert_eq!(answer.header("access-control-allow-origin"), "", "{what}");
            }
            if is_state_change(&route) {
                people.sign_in_again(who).await;
            }
        }
    }
}
