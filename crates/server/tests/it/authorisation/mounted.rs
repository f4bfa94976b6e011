//! A server that is found under a path: every address that it tells is below it.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use rejoinder_server::{Declared, declared};
use serde_json::Value;

use super::name;
use super::people::{People, Who};
use super::requests::{HERE, Object, request};
use crate::support::{Answer, BASE};

const ROOT: &str = "/talk";

/// Attributes that hold what somebody typed, or a path as the server itself calls it, and lead nowhere.
const NO_ADDRESSES: [&str; 4] = ["value", "title", "d", "data-back"];

/// The attributes of all tags in `html`, with what stands in them.
fn attributes(html: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, _) in html.match_indices("=\"/") {
        let named = html[..at].rsplit(|c: char| c.is_ascii_whitespace()).next();
        let value = html[at + 2..].split('"').next();
        found.extend(named.zip(value));
    }
    found
}

/// Whether `path` is below the one that the server is found under.
fn is_below(path: &str) -> bool {
    let rest = path.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// The texts in a JSON value, at any depth.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(all) => all.iter().for_each(|one| texts(one, found)),
        Value::Object(all) => all.values().for_each(|one| texts(one, found)),
        _ => {}
    }
}

/// The text that `html` shows.
fn unescaped(html: &str) -> String {
    let escapes = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    let escaped = html.to_owned();
    escapes
        .iter()
        .fold(escaped, |text, (escape, sign)| text.replace(escape, sign))
}

/// What an answer tells of this host: paths that lead somewhere, and what is wrong with them.
struct Told {
    paths: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Told {
    fn by(answer: &Answer) -> Self {
        let mut told = Self {
            paths: BTreeSet::new(),
            wrong: Vec::new(),
        };
        let text = String::from_utf8_lossy(&answer.body);
        let place = answer.header("location");
        if place.starts_with('/') {
            told.path("location", place);
        }
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let path = format!("; Path={ROOT};");
            if !cookie.starts_with("__Secure-rejoinder") || !cookie.contains(&path) {
                told.wrong.push(cookie.to_owned());
            }
        }
        let kind = answer.header("content-type");
        if kind.starts_with("text/html") {
            told.html(&text);
        }
        if kind.ends_with("json") {
            let json = answer.json();
            let mut found = Vec::new();
            texts(&json, &mut found);
            found.iter().for_each(|text| told.html(text));
        }
        // Whatever begins with the server's own address, in whichever format.
        let values = answer.headers.values();
        let values = values.filter_map(|value| value.to_str().ok());
        // What an episode is known by leads nowhere. Lines to copy are HTML in HTML.
        let names = format!("<guid isPermaLink=\"false\">{BASE}");
        let text = unescaped(&unescaped(&text.replace(&names, "")));
        for text in values.chain([text.as_str()]) {
            for (at, _) in text.match_indices(BASE) {
                let rest = &text[at + BASE.len()..];
                let end = rest.find(|c: char| " \"'<>\\);,`\n".contains(c));
                told.path("absolute", &rest[..end.unwrap_or(rest.len())]);
            }
        }
        told
    }

    fn html(&mut self, html: &str) {
        for (name, value) in attributes(html) {
            if !NO_ADDRESSES.contains(&name) {
                self.path(name, value);
            }
        }
    }

    fn path(&mut self, name: &str, path: &str) {
        if is_below(path) {
            self.paths
                .insert(path.replace("&#38;", "&").replace("&amp;", "&"));
        } else if !path.starts_with("//") {
            self.wrong.push(format!("{name}: {path}"));
        }
    }
}

/// What there may be nothing at: it was used up, or taken away, by what the routes did meanwhile.
fn may_be_gone(path: &str) -> bool {
    let route = declared()
        .into_iter()
        .find(|route| route.method == Method::GET && serves(route, path));
    route.is_some_and(|route| route.path.contains('{'))
}

fn serves(route: &Declared, path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let (own, asked) = (route.path.split('/'), path.split('/'));
    let is_rest = route.path.contains("{*");
    (is_rest || own.clone().count() == asked.clone().count())
        && own
            .zip(asked)
            .all(|(own, asked)| own.starts_with('{') || own == asked)
}

#[tokio::test]
async fn a_server_under_a_path_tells_no_address_beside_it_and_answers_each_that_it_tells() {
    let people = People::gather_under(ROOT).await;
    let (mut wrong, mut n_followed) = (BTreeSet::new(), 0);
    let mut seen = BTreeSet::new();
    for route in declared() {
        for who in [Who::Anonymous, Who::Author, Who::Moderator, Who::Owner] {
            let asked = request(&people, &route, HERE, Object::Own).await;
            let answer = people.ask(who, &route, &asked).await;
            let told = Told::by(&answer);
            let what = name(&route);
            wrong.extend(told.wrong.into_iter().map(|why| format!("{what}: {why}")));
            for path in told.paths {
                let path = path[ROOT.len()..].split('#').next().unwrap_or_default();
                let path = match path.starts_with('/') {
                    true => path.to_owned(),
                    false => format!("/{path}"),
                };
                if !declared().iter().any(|route| serves(route, &path)) {
                    wrong.insert(format!("{what}: nothing is served at {path}"));
                }
                if who != Who::Owner || !seen.insert(path.clone()) {
                    continue;
                }
                n_followed += 1;
                let found = people.get_as(who, &path).await;
                if found.status == StatusCode::NOT_FOUND && !may_be_gone(&path) {
                    wrong.insert(format!("{what}: {path} is not there"));
                }
            }
            if route.method != Method::GET {
                people.sign_in_again(who).await;
            }
        }
    }
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_followed > 100, "{n_followed}");
}

#[tokio::test]
async fn what_is_not_below_the_path_is_not_found() {
    let people = People::gather_under(ROOT).await;
    let beside = [
        "/talking/embed.js",
        "/TALK/embed.js",
        "//talk/embed.js",
        "/x/talk/embed.js",
    ];
    for path in declared().iter().map(|route| route.path).chain(beside) {
        let path = path.replace(['{', '}', '*'], "x");
        let answer = people.app.get_beside(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.json()["code"], "not_found", "{path}");
    }

    for path in ["/talk", "/talk/", "/talk?a=b", "/talk/embed.js"] {
        let answer = people.app.get_beside(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    let alive = people.app.inside("/healthz").await;
    assert_eq!(alive.status, StatusCode::OK);
}

#[tokio::test]
async fn the_contract_names_the_server_with_its_path() {
    let people = People::gather_under(ROOT).await;
    let spec = people.app.get("/openapi.json").await.good();
    assert_eq!(spec["servers"][0]["url"], [BASE, ROOT].concat());
}
