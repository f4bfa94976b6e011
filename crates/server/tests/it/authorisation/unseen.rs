//! What one may not see answers as what is nowhere, wherever its id is named.

use rejoinder_server::{Declared, declared};
use serde_json::Value;

use super::objects;
use super::people::{People, Who};
use super::requests::{self, Body, HERE, Kind, Object, Origin, Request, THERE, kind, request};
use super::rights::Rights;
use super::{name, same};
use crate::support::{Answer, NEWS};

/// How an id that is there is hidden from `who`, if it is.
fn is_unseen(object: Object, kind: Kind, who: Who) -> bool {
    match (object, kind) {
        (Object::Elsewhere, _) => true,
        (Object::Apart, Kind::Comment | Kind::Decision | Kind::Page) => {
            who == Who::LimitedModerator
        }
        (Object::Hidden, Kind::Comment) => !matches!(
            who,
            // It is the account's own.
            Who::Account | Who::Moderator | Who::LimitedModerator | Who::Owner
        ),
        _ => false,
    }
}

/// An API names its site by the origin of the page that asks.
fn from_the_site(route: &Declared, mut asked: Request) -> Request {
    if route.path.starts_with("/api/") {
        asked.origin = Origin::Of(NEWS.to_owned());
    }
    asked
}

/// Where two answers differ in what a client can tell them apart by.
fn difference(unseen: &Answer, id: &str, unknown: &Answer, no_id: &str) -> Option<String> {
    let (unseen, unknown) = (same(unseen, id), same(unknown, no_id));
    (unseen != unknown).then(|| format!("{unseen:?}\n  is not {unknown:?}"))
}

#[tokio::test]
async fn an_id_that_one_may_not_see_answers_as_an_unknown_one() {
    let rights = Rights::read();
    for people in People::gather_on_each().await {
        let (mut wrong, mut n_asked) = (Vec::new(), 0);
        for route in declared().iter().filter(requests::has_object) {
            let row = rights.row(&name(route));
            let unknown = request(&people, route, HERE, Object::Unknown).await;
            let unknown = from_the_site(route, unknown);
            for object in [Object::Elsewhere, Object::Apart, Object::Hidden] {
                // Readers are shown what a limited moderator does not decide on.
                let is_open = object == Object::Apart && row[&Who::Account] == "yes";
                let may_not = |who: &Who| is_unseen(object, kind(route), *who) && !is_open;
                let mut all = Who::ALL.into_iter().filter(may_not).peekable();
                if all.peek().is_none() {
                    continue;
                }
                let unseen = request(&people, route, HERE, object).await;
                let unseen = from_the_site(route, unseen);
                for who in all {
                    n_asked += 1;
                    let to_unseen = people.ask(who, route, &unseen).await;
                    let to_unknown = people.ask(who, route, &unknown).await;
                    let found = difference(&to_unseen, &unseen.id, &to_unknown, &unknown.id);
                    let what = format!("{} {object:?} as {who:?}", name(route));
                    wrong.extend(found.map(|found| format!("{what}: {found}")));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(n_asked > 500, "{n_asked}");
    }
}

/// A field that names something beside what the address does.
const FIELDS: [(&str, &str, &str, Kind); 9] = [
    ("POST", "/api/v1/comments", "parent", Kind::Comment),
    ("POST", "/embed/comments", "parent", Kind::Comment),
    ("GET", "/embed", "comment", Kind::Comment),
    ("GET", "/embed", "parent", Kind::Comment),
    ("GET", "/embed/thread", "root", Kind::Comment),
    ("GET", "/api/v1/thread", "root", Kind::Comment),
    ("POST", "/account/{site}/unmute", "author", Kind::Author),
    ("GET", "/moderate/{site}/log", "author", Kind::Author),
    ("POST", "/admin/{site}/people/{id}", "group", Kind::Group),
];

/// Name `id` in a field of a request.
fn naming(mut asked: Request, route: &Declared, field: &'static str, id: &str) -> Request {
    match &mut asked.body {
        Body::Json(Value::Object(fields)) => {
            fields.insert(field.to_owned(), Value::from(id));
        }
        Body::Form(fields) => fields.push((field, id.to_owned())),
        _ => {
            let sign = if asked.path.contains('?') { '&' } else { '?' };
            asked.path = format!("{}{sign}{field}={id}", asked.path);
        }
    }
    from_the_site(route, asked)
}

async fn unseen_id(people: &People, kind: Kind, object: Object) -> Option<String> {
    match (kind, object) {
        (Kind::Comment, Object::Hidden) => Some(objects::hidden(people).await),
        (Kind::Comment, Object::Elsewhere) => Some(people.comment(THERE).await),
        (Kind::Author, Object::Elsewhere) => {
            Some(objects::found(people, THERE).await.author.id.to_string())
        }
        (Kind::Group, Object::Elsewhere) => Some(objects::group(people, THERE).await),
        _ => None,
    }
}

#[tokio::test]
async fn a_field_that_names_what_one_may_not_see_names_nothing() {
    for people in People::gather_on_each().await {
        let mut wrong = Vec::new();
        for (method, path, field, kind) in FIELDS {
            let mut routes = declared().into_iter();
            let served = |route: &Declared| route.method == method && route.path == path;
            let route = routes.find(served).unwrap();
            for object in [Object::Elsewhere, Object::Hidden] {
                let Some(id) = unseen_id(&people, kind, object).await else {
                    continue;
                };
                for who in Who::ALL
                    .into_iter()
                    .filter(|who| is_unseen(object, kind, *who))
                {
                    let nowhere = requests::unknown(kind);
                    let own = || request(&people, &route, HERE, Object::Own);
                    let (one, other) = (own().await, own().await);
                    let own_ids = [one.id.clone(), other.id.clone()];
                    let unseen = naming(one, &route, field, &id);
                    let unknown = naming(other, &route, field, nowhere);
                    let to_unseen = people.ask(who, &route, &unseen).await;
                    let to_unknown = people.ask(who, &route, &unknown).await;
                    let without = |mut answer: Answer| {
                        let mut text = answer.text();
                        for own in own_ids.iter().filter(|_| requests::has_object(&&route)) {
                            text = text.replace(own, "OWN");
                        }
                        answer.body = text.into_bytes();
                        answer
                    };
                    let (to_unseen, to_unknown) = (without(to_unseen), without(to_unknown));
                    let found = difference(&to_unseen, &id, &to_unknown, nowhere);
                    let what = format!("{} with {field} {object:?} as {who:?}", name(&route));
                    wrong.extend(found.map(|found| format!("{what}: {found}")));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn a_comment_is_looked_for_at_one_site_only() {
    let people = People::gather().await;
    let (here, there) = (people.comment(HERE).await, people.comment(THERE).await);
    let get = async |id: &str, query: &str| {
        let path = format!("/api/v1/comments/{id}{query}");
        people.get_as(Who::Anonymous, &path).await
    };

    for id in [&here, &there, requests::unknown(Kind::Comment)] {
        let answer = get(id, "").await;
        let problem = answer.problem();
        assert_eq!(
            problem,
            "400 query_invalid [site]: The parameter `site` is missing."
        );
    }
    get(&here, "?site=news.example").await.good();
    let foreign = get(&there, "?site=news.example").await;
    assert_eq!(foreign.json()["code"], "comment_unknown");
}
