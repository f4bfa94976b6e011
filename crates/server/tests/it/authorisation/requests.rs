//! For every route a request that succeeds when the right person makes it.
//!
//! A new route needs nothing here when it takes no body and its parameters are known below.

use std::time::Duration;

use axum::http::Method;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{ApiScope, AuthorId, Clock as _, Comment, TokenHash};
use rejoinder_server::{Access, Declared};
use serde_json::{Value, json};
use store::discussion::cards::{self, Found, NewPicture};
use store::identity::openid::{self, Provider};
use store::identity::sign_in_keys::{self, KeyKind, SignInKey};
use store::identity::sign_ins::{self, Invitation};
use store::integrations::api_tokens::{self, NewApiToken};
use store::jobs::{self, NewJob};
use store::moderation::decisions::{self, LogQuery, Of};
use store::moderation::groups::{self, Group, Scope};
use store::{
    discussion::{cards::FetchCard, comments},
    integrations::webhooks,
};

use super::people::{People, Who};
use crate::support::TestReader;

/// The site that everything is about.
pub(super) const HERE: &str = "news.example";

/// The page that everything is about.
pub(super) const PAGE: &str = "story";

/// A page of the site that the limited moderator has nothing to do with.
pub(super) const APART: &str = "apart";

/// A site that has nothing to do with it.
pub(super) const THERE: &str = "other.example";

/// A browser's key; the one that RFC 8291 has for an example.
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

/// Whose object a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    /// One of the site that is asked.
    Own,
    /// One of the other site.
    Elsewhere,
    /// One of the site on a page that the limited moderator has nothing to do with.
    Apart,
    /// One of the site that readers are not shown.
    Hidden,
    /// None that there is.
    Unknown,
}

/// The origin that a request names.
#[derive(Debug)]
pub(super) enum Origin {
    /// That of the pages that usually ask.
    Usual,
    None,
    Of(String),
}

#[derive(Debug)]
pub(super) enum Body {
    None,
    Form(Vec<(&'static str, String)>),
    Json(Value),
    /// JSON, written so.
    Written(String),
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Body,
    pub(super) origin: Origin,
    /// The id of the object, as it stands in the path or the body.
    pub(super) id: String,
}

impl Request {
    pub(super) fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    pub(super) fn encoded(&self) -> (Option<&'static str>, Vec<u8>) {
        match &self.body {
            Body::None => (None, Vec::new()),
            Body::Form(fields) => {
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(fields);
                let kind = "application/x-www-form-urlencoded";
                (Some(kind), form.finish().into_bytes())
            }
            Body::Json(body) => (Some("application/json"), body.to_string().into_bytes()),
            Body::Written(body) => (Some("application/json"), body.clone().into_bytes()),
        }
    }
}

/// Someone who may make the request of a route.
pub(super) const fn rightful(route: &Declared) -> Who {
    match route.access {
        Access::Public | Access::Reader | Access::Link | Access::Secret => Who::Author,
        Access::Account | Access::Newsroom(_) => Who::Owner,
    }
}

/// What the parameters of a route, or a field of its body, name beside the site.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    /// No object, but a name that nobody has.
    Name,
    Author,
    Colleague,
    Comment,
    Decision,
    Delivery,
    Group,
    Page,
    Picture,
    ParkedJob,
    ApiToken,
    Provider,
    SignInKey,
    Webhook,
}

/// The first of these that stands in the path tells what `{id}` is.
const KINDS: [(&str, Kind); 19] = [
    ("/tokens/{id}", Kind::ApiToken),
    ("/openid/{id}", Kind::Provider),
    ("/sign-in-keys/{id}", Kind::SignInKey),
    ("/jobs/{id}", Kind::ParkedJob),
    ("/link-pictures/", Kind::Picture),
    ("/decisions/{id}", Kind::Decision),
    ("/people/{id}", Kind::Colleague),
    ("/{site}/name", Kind::Name),
    ("/deliveries/{delivery}", Kind::Delivery),
    ("/webhooks/{id}", Kind::Webhook),
    ("/{site}/undo", Kind::Decision),
    ("/{site}/decide", Kind::Comment),
    ("/comments/{id}", Kind::Comment),
    ("/branches/{file}", Kind::Comment),
    ("/authors/{id}", Kind::Author),
    ("/replies/{file}", Kind::Author),
    ("/pages/{id}", Kind::Page),
    ("/groups/{id}", Kind::Group),
    ("/searches/{id}", Kind::Nothing),
];

pub(super) fn kind(route: &Declared) -> Kind {
    let known = KINDS.iter().find(|(part, _)| route.path.contains(part));
    known.map_or(Kind::Nothing, |(_, kind)| *kind)
}

/// Whether a route is about an object with an id.
pub(super) fn has_object(route: &&Declared) -> bool {
    !matches!(kind(route), Kind::Nothing | Kind::Name)
}

/// A request of `route` at `host`, about an object that nobody has touched yet.
pub(super) async fn request(
    people: &People,
    route: &Declared,
    host: &'static str,
    object: Object,
) -> Request {
    let owner = match object {
        Object::Own | Object::Apart | Object::Hidden => host,
        Object::Elsewhere | Object::Unknown => THERE,
    };
    let (mut id, mut delivery) = (String::new(), String::new());
    match kind(route) {
        Kind::Comment if object == Object::Apart => id = people.comment_on(APART).await,
        Kind::Comment if object == Object::Hidden => id = hidden(people).await,
        Kind::Decision if object == Object::Apart => {
            let comment = people.comment_on(APART).await;
            id = decision_on(people, owner, &comment).await;
        }
        Kind::Page if object == Object::Apart => {
            let comment = people.comment_on(APART).await;
            id = stored(people, owner, &comment).await.page.to_string();
        }
        Kind::Nothing => "1".clone_into(&mut id),
        Kind::Name => id = people.seed().to_string(),
        Kind::Colleague => id = colleague(people, owner).await.to_string(),
        Kind::Author => id = found(people, owner).await.author.id.to_string(),
        Kind::Comment => id = people.comment(owner).await,
        Kind::Decision => id = decision(people, owner).await,
        Kind::Delivery => (id, delivery) = a_delivery(people, owner).await,
        Kind::Group => id = group(people, owner).await,
        Kind::Page => id = found(people, owner).await.page.to_string(),
        Kind::ApiToken => id = api_token(people, owner).await.to_string(),
        Kind::SignInKey => id = sign_in_key(people, owner).await.to_string(),
        Kind::Provider => id = provider(people, owner).await.to_string(),
        Kind::ParkedJob => id = parked_job(people, owner).await.to_string(),
        Kind::Picture => id = picture(people, owner).await.to_string(),
        Kind::Webhook => id = webhook(people, owner).await.to_string(),
    }
    if object == Object::Unknown {
        unknown(kind(route)).clone_into(&mut id);
    }
    let path = path(route, host, &id, &delivery);
    Request {
        path: format!("{path}{}", query(route, host)),
        headers: Vec::new(),
        body: body(route, host, &id),
        origin: Origin::Usual,
        id,
    }
}

/// An id that nothing has.
pub(super) const fn unknown(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiToken | Kind::Author | Kind::Colleague | Kind::Comment | Kind::Page => {
            "0000000000zzz"
        }
        Kind::Decision => "0000000000zzz-1",
        _ => "424242",
    }
}

fn path(route: &Declared, host: &str, id: &str, delivery: &str) -> String {
    let file = match route.path {
        "/static/{file}" => "thread.css",
        "/feeds/{file}" => "news.example.atom",
        "/feeds/{site}/{*file}" => "page.atom",
        "/feeds/{site}/branches/{file}" | "/feeds/{site}/replies/{file}" => "{id}.atom",
        "/pictures/{file}" => "bridge.png",
        "/link-pictures/{site}/{file}" => "{id}.jpg",
        _ => "",
    };
    route
        .path
        .replace("{file}", file)
        .replace("{*file}", file)
        .replace("{site}", host)
        .replace("{id}", id)
        .replace("{delivery}", delivery)
        .replace("{queue}", "flagged")
        .replace("{slug}", "bridge")
        .replace("{name}", "news.eml")
}

fn query(route: &Declared, host: &str) -> String {
    match (route.method.as_str(), route.path) {
        ("DELETE", "/api/v1/comments/{id}/cards") => {
            format!("?site={host}&url=https://paper.example/")
        }
        (
            "GET",
            "/embed" | "/embed/thread" | "/api/v1/thread" | "/api/v1/events" | "/api/v1/counts"
            | "/api/v1/embedding" | "/api/v1/me",
        )
        | ("POST", "/api/v1/pages/decisions") => format!("?site={host}&page=story"),
        (
            "GET",
            "/api/v1/challenge"
            | "/auth/sign-in"
            | "/auth/link"
            | "/auth/state"
            | "/api/v1/notices"
            | "/embed/notices"
            | "/embed/comments/{id}/edit"
            | "/embed/comments/{id}/flag"
            | "/embed/comments/{id}/moderate",
        )
        | ("DELETE", "/api/v1/session" | "/api/v1/decisions/{id}") => format!("?site={host}"),
        ("GET", "/api/v1/comments/{id}") => format!("?site={host}"),
        ("GET", "/api/v1/sites/{site}/search") => "?q=rain".to_owned(),
        _ => String::new(),
    }
}

fn body(route: &Declared, host: &str, id: &str) -> Body {
    if route.method == Method::GET {
        return Body::None;
    }
    let site = || ("site", host.to_owned());
    let form = |fields: &[(&'static str, &str)]| {
        let fields = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Body::Form(fields.chain([site()]).collect())
    };
    match (route.method.as_str(), route.path) {
        ("POST", "/api/v1/comments") => {
            Body::Json(json!({"site": host, "page": "story", "text": "A word", "name": "Ann"}))
        }
        ("POST", "/account/{site}/name") => form(&[("name", &format!("Reader {id}"))]),
        ("POST", "/account/{site}/devices") => form(&[
            ("endpoint", &format!("https://push.example/{id}")),
            ("p256dh", P256DH),
            ("auth", "BTBZMqHH6r4Tts7J_aSIgg"),
        ]),
        ("POST", "/account/{site}/delete") => form(&[("comments", "keep"), ("sure", "yes")]),
        ("PATCH", "/api/v1/comments/{id}") => Body::Json(json!({"text": "Another word"})),
        ("PUT", "/api/v1/comments/{id}/vote") => Body::Json(json!({"value": 1})),
        ("POST", "/api/v1/subscriptions") => Body::Json(
            json!({"site": host, "page": "story", "kind": "page", "email": "ann@reader.example"}),
        ),
        ("POST", "/embed/subscriptions") => form(&[
            ("page", "story"),
            ("kind", "page"),
            ("email", "ann@reader.example"),
        ]),
        ("POST", "/api/v1/notices/read") => Body::Json(json!({"site": host, "until": "1"})),
        ("POST", "/embed/notices/read") => form(&[("until", "1")]),
        ("POST", "/api/v1/preview") => Body::Json(json!({"site": host, "text": "A word"})),
        ("POST", "/api/v1/guest-links") => Body::Json(json!({"site": host})),
        ("POST", "/api/v1/session") => Body::Json(json!({"site": host, "code": "0".repeat(64)})),
        ("POST", "/auth/openid/start") => form(&[("provider", "424242")]),
        ("POST", "/admin/{site}/openid") => form(&[
            ("label", "Quill"),
            ("issuer", "https://inside.example"),
            ("client_id", "rejoinder"),
        ]),
        ("POST", "/auth/passkey") => Body::Json(json!({"site": host})),
        ("POST", "/auth/passkey/enter") => {
            Body::Json(json!({"site": host, "ceremony": "0".repeat(64), "credential": {}}))
        }
        ("POST", "/account/{site}/passkeys/begin") => Body::Json(json!({})),
        ("POST", "/account/{site}/passkeys") => {
            Body::Json(json!({"name": "A phone", "ceremony": "0".repeat(64), "credential": {}}))
        }
        ("POST", "/auth/hand-over") => {
            Body::Json(json!({"site": host, "origin": format!("https://{host}")}))
        }
        ("DELETE", _) => Body::None,
        ("POST", "/embed/comments") => {
            form(&[("page", "story"), ("text", "A word"), ("name", "Ann")])
        }
        ("POST", "/embed/comments/{id}/cards") => form(&[("url", "https://paper.example/")]),
        ("POST", "/embed/comments/{id}/vote") => form(&[("value", "1")]),
        ("POST", "/embed/comments/{id}/edit") => form(&[("text", "Another word")]),
        ("POST", "/moderate/{site}/decide") => {
            form(&[("comment", &format!("{id}.1")), ("action", "approve")])
        }
        ("POST", "/api/v1/comments/{id}/decisions") => {
            Body::Json(json!({"action": "reject", "revision": 1}))
        }
        ("POST", "/api/v1/pages/decisions") => Body::Json(json!({"action": "open_page"})),
        ("POST", "/embed/comments/{id}/moderate") => {
            form(&[("action", "reject"), ("revision", "1")])
        }
        ("PUT", "/api/v1/comments/{id}/mute") => Body::Json(json!({"muted": true})),
        ("POST", "/api/v1/comments/{id}/flags") => Body::Json(json!({"reason": "spam"})),
        ("POST", "/embed/comments/{id}/flag") => form(&[("reason", "spam")]),
        ("POST", "/moderate/{site}/authors/{id}") => {
            form(&[("action", "note"), ("reason", "A note")])
        }
        ("POST", "/moderate/{site}/searches") => form(&[("q", "word:rain"), ("name", "Rain")]),
        ("POST", "/moderate/{site}/pages/{id}") => form(&[("action", "mode"), ("mode", "site")]),
        ("POST", "/moderate/{site}/groups") => form(&[("name", "A group")]),
        ("POST", "/moderate/{site}/groups/{id}/pages") => form(&[("key", "story")]),
        ("POST", "/moderate/{site}/undo") => form(&[("decisions", id)]),
        ("POST", "/admin/{site}/settings" | "/admin/{site}/origins") => {
            form(&[("seen", "as it was before")])
        }
        ("POST", "/admin/{site}/jobs/{id}") => form(&[("action", "retry")]),
        ("POST", "/admin/{site}/words") => form(&[("suspect", "rain"), ("banned", "hail")]),
        ("POST", "/admin/{site}/people") => {
            form(&[("email", "new@news.example"), ("role", "staff")])
        }
        ("POST", "/admin/{site}/people/{id}") => form(&[("role", "staff")]),
        ("POST", "/admin/{site}/tokens") => {
            form(&[("name", "A program"), ("scope", "moderation:read")])
        }
        ("POST", "/admin/{site}/webhooks") => form(&[
            ("url", "https://hooks.example/in"),
            ("kind", "comment.published"),
        ]),
        ("POST", "/admin/{site}/webhooks/{id}/kinds") => form(&[("kind", "comment.published")]),
        ("POST", "/admin/{site}/webhooks/{id}/replay") => form(&[("hours", "24")]),
        _ => form(&[]),
    }
}

/// Write a comment at `host`; its id.
pub(super) async fn write(reader: &TestReader, host: &str, text: &str) -> String {
    write_on(reader, host, PAGE, text).await
}

pub(super) async fn write_on(reader: &TestReader, host: &str, page: &str, text: &str) -> String {
    let body = json!({"site": host, "page": page, "text": text, "name": "Ann"});
    reader
        .send(Method::POST, "/api/v1/comments", body)
        .await
        .id()
}

/// A decision of the site's owner that can be undone.
async fn decision(people: &People, host: &'static str) -> String {
    let comment = people.comment(host).await;
    decision_on(people, host, &comment).await
}

/// A comment of [`Who::Account`] that the site's owner refused.
pub(super) async fn hidden(people: &People) -> String {
    let comment = people.comment_on(PAGE).await;
    decision_on(people, HERE, &comment).await;
    comment
}

async fn decision_on(people: &People, host: &'static str, comment: &str) -> String {
    let site = people.site(host).await;
    let path = format!("/moderate/{host}/decide");
    let comment = format!("{comment}.1");
    let fields = [("comment", comment.as_str()), ("action", "spam")];
    people.as_owner(host, &path, &fields).await;
    let query = LogQuery {
        of: Of::Site,
        scope: Scope::all(),
        after: None,
        limit: 1,
    };
    let log = people
        .app
        .store
        .read(move |tx| decisions::log(tx, site, &query));
    log.await.unwrap().remove(0).id.to_string()
}

/// Somebody whom the newsroom has just been given.
async fn colleague(people: &People, host: &'static str) -> AuthorId {
    let (site, seed) = (people.site(host).await, people.seed());
    let now = people.app.clock.now();
    let mut token = TokenHash([0; 32]);
    token.0[..8].copy_from_slice(&seed.to_be_bytes());
    let invitation = Invitation {
        site,
        author: AuthorId(seed),
        email: format!("colleague{seed}@news.example"),
        role: Role::Editor,
        token,
        lifetime: Duration::from_secs(60),
    };
    let invite = move |tx: &mut store::Tx<'_>| sign_ins::invite(tx, now, &invitation);
    people.app.store.write(invite).await.unwrap()
}

/// An endpoint of the site; the one before it is gone, as there cannot be many.
async fn webhook(people: &People, host: &'static str) -> i64 {
    let site = people.site(host).await;
    let list = people.app.store.read(move |tx| webhooks::list(tx, site));
    for old in list.await.unwrap() {
        let remove = move |tx: &mut store::Tx<'_>| webhooks::remove(tx, site, old.id);
        people.app.store.write(remove).await.unwrap();
    }
    let path = format!("/admin/{host}/webhooks");
    let fields = [
        ("url", "https://hooks.example/in"),
        ("kind", "comment.published"),
    ];
    people.as_owner(host, &path, &fields).await;
    let list = people.app.store.read(move |tx| webhooks::list(tx, site));
    list.await.unwrap().remove(0).id
}

/// The picture of a page that a new comment links to.
async fn picture(people: &People, host: &'static str) -> i64 {
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let seed = people.seed();
    let url = format!("https://paper.example/{seed}");
    let id = people.comment_that_says(host, &url).await.parse().unwrap();
    let found = Found {
        title: "A page".to_owned(),
        site: None,
        author: None,
        description: None,
        icon: None,
        picture: Some(NewPicture {
            bytes: [&b"\xff\xd8\xff"[..], &seed.to_be_bytes()].concat(),
            width: 40,
            height: 40,
        }),
    };
    let save = move |tx: &mut store::Tx<'_>| {
        cards::save(tx, now, site, &url, Some(&found))?;
        let comment = comments::by_id(tx, site, id)?.unwrap();
        cards::filled(tx, site, comment)
    };
    let shown = people.app.store.write(save).await.unwrap();
    shown.cards[0].picture.unwrap().id
}

async fn a_delivery(people: &People, host: &'static str) -> (String, String) {
    let (site, webhook) = (people.site(host).await, webhook(people, host).await);
    people.comment(host).await;
    let list = move |tx: &mut store::Tx<'_>| webhooks::deliveries(tx, site, webhook, None, 1);
    let delivery = people.app.store.read(list).await.unwrap().remove(0);
    (webhook.to_string(), delivery.id.to_string())
}

/// A new comment, as it is stored.
pub(super) async fn found(people: &People, host: &'static str) -> Comment {
    let comment = people.comment(host).await;
    stored(people, host, &comment).await
}

async fn stored(people: &People, host: &'static str, comment: &str) -> Comment {
    let (site, id) = (people.site(host).await, comment.parse().unwrap());
    let read = people
        .app
        .store
        .read(move |tx| comments::by_id(tx, site, id));
    read.await.unwrap().unwrap()
}

pub(super) async fn group(people: &People, host: &'static str) -> String {
    let (site, id) = (people.site(host).await, people.seed());
    let group = Group {
        id,
        name: format!("Group {id}"),
        prefix: None,
        mode: None,
        n_pages: 0,
    };
    let save = people
        .app
        .store
        .write(move |tx| groups::save(tx, site, &group));
    save.await.unwrap();
    id.to_string()
}

/// A job that was tried in vain.
async fn parked_job(people: &People, host: &'static str) -> i64 {
    let site = people.site(host).await;
    let now = people.app.clock.now();
    let fetch = FetchCard {
        url: format!("https://paper.example/{}", people.seed()),
        asked_at: now,
    };
    let job = NewJob::new(site, &fetch, now).unwrap();
    let id = job.id();
    let park = move |tx: &mut store::Tx<'_>| {
        jobs::add(tx, now, &job)?;
        for job in jobs::claim(tx, now, Duration::from_secs(60), 1_000)? {
            jobs::park(tx, now, &job, "It did not work out.")?;
        }
        Ok(())
    };
    people.app.store.write(park).await.unwrap();
    id
}

/// A token of a program; those before it are gone, as there cannot be many.
async fn api_token(people: &People, host: &'static str) -> AuthorId {
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let (seed, owner) = (people.seed(), people.seed());
    people.owner(host, owner).await;
    let mut hash = TokenHash([1; 32]);
    hash.0[..8].copy_from_slice(&seed.to_be_bytes());
    let new = NewApiToken {
        site,
        id: AuthorId(seed),
        hash,
        name: "A program".to_owned(),
        scopes: ApiScope::ALL.to_vec(),
        created_by: AuthorId(owner),
        lifetime: Duration::from_secs(86_400),
    };
    let add = people.app.store.write(move |tx| {
        for old in api_tokens::list(tx, site)? {
            api_tokens::revoke(tx, site, old.id)?;
        }
        api_tokens::add(tx, now, &new)
    });
    assert!(add.await.unwrap());
    AuthorId(seed)
}

/// A secret by which tokens are signed.
async fn sign_in_key(people: &People, host: &'static str) -> i64 {
    let site = people.site(host).await;
    let key = SignInKey {
        id: people.seed(),
        kind: KeyKind::Hs256,
        key: "secret".to_owned(),
        created_at: people.app.clock.now(),
    };
    let id = key.id;
    let add = people.app.store.write(move |tx| {
        // There is room for a few only.
        for old in sign_in_keys::list(tx, site)? {
            sign_in_keys::remove(tx, site, old.id)?;
        }
        sign_in_keys::add(tx, site, &key)
    });
    assert!(add.await.unwrap());
    id
}

/// Who else signs the readers of the site in.
async fn provider(people: &People, host: &'static str) -> i64 {
    let site = people.site(host).await;
    let provider = Provider {
        id: people.seed(),
        label: "Quill".to_owned(),
        issuer: "https://quill.example".to_owned(),
        client_id: "rejoinder".to_owned(),
        client_secret: "secret".to_owned(),
        created_at: people.app.clock.now(),
    };
    let id = provider.id;
    let add = people.app.store.write(move |tx| {
        // There is room for a few only.
        for old in openid::list(tx, site)? {
            openid::remove(tx, site, old.id)?;
        }
        openid::add(tx, site, &provider)
    });
    assert!(add.await.unwrap());
    id
}
