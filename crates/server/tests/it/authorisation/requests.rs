//! For every route a request that succeeds when the right person makes it.
//!
//! A new route needs nothing here when it takes no body and its parameters are known below.

use axum::http::Method;
use rejoinder_server::{Access, Declared};
use serde_json::{Value, json};

use super::objects;
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
    /// Bytes of a file that is uploaded.
    File(&'static [u8]),
    /// A file that a plain form sends along.
    Sent(&'static str),
}

/// What banks export.
const TABLE: &str = "Date,Amount,Reference\n2026-11-20,25.00,A gift\n";

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
        self.path.starts_with("/api/") || self.path.starts_with("/isso/")
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
            Body::File(bytes) => (Some("application/offset+octet-stream"), bytes.to_vec()),
            Body::Sent(text) => {
                let body = format!(
                    "--x1\r\ncontent-disposition: form-data; name=\"file\"; \
                     filename=\"a.csv\"\r\n\r\n{text}\r\n--x1--\r\n"
                );
                (Some("multipart/form-data; boundary=x1"), body.into_bytes())
            }
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
    Campaign,
    Colleague,
    Comment,
    Decision,
    Delivery,
    Group,
    Import,
    ImportUpload,
    Page,
    Picture,
    ParkedJob,
    Proposal,
    Correction,
    Question,
    Recording,
    Upload,
    ApiToken,
    Provider,
    SignInKey,
    Webhook,
}

/// The first of these that stands in the path tells what `{id}` is.
const KINDS: [(&str, Kind); 31] = [
    ("/import/uploads/{id}", Kind::ImportUpload),
    ("/import/{id}", Kind::Import),
    ("/campaigns/{id}", Kind::Campaign),
    ("/embed/campaign", Kind::Campaign),
    ("/{site}/corrections/decide", Kind::Correction),
    ("/api/v1/questions/{id}", Kind::Question),
    ("/{site}/questions", Kind::Question),
    ("/proposals/{id}", Kind::Proposal),
    ("/uploads/{id}", Kind::Upload),
    ("/recordings/{", Kind::Recording),
    ("/embed/recording", Kind::Recording),
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
    ("/isso/{site}/id/{id}", Kind::Comment),
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
    let (mut entry, mut hook) = (String::new(), String::new());
    if route.path == "/edit/{site}/articles/fetch" {
        objects::address(people).await;
    }
    if route.path.starts_with("/admin/{site}/import") {
        objects::no_import(people, owner).await;
    }
    match kind(route) {
        Kind::Comment if object == Object::Apart => id = people.comment_on(APART).await,
        Kind::Comment if object == Object::Hidden => id = objects::hidden(people).await,
        Kind::Decision if object == Object::Apart => {
            let comment = people.comment_on(APART).await;
            id = objects::decision_on(people, owner, &comment).await;
        }
        Kind::Page if object == Object::Apart => {
            let comment = people.comment_on(APART).await;
            id = objects::stored(people, owner, &comment)
                .await
                .page
                .to_string();
        }
        Kind::Nothing => "1".clone_into(&mut id),
        Kind::Name => id = people.seed().to_string(),
        Kind::Colleague => id = objects::colleague(people, owner).await.to_string(),
        Kind::Campaign => (id, entry, hook) = objects::campaign(people, owner).await,
        Kind::Author => id = objects::found(people, owner).await.author.id.to_string(),
        Kind::Comment => id = people.comment(owner).await,
        Kind::Decision => id = objects::decision(people, owner).await,
        Kind::Delivery => (id, delivery) = objects::delivery(people, owner).await,
        Kind::Import => id = objects::import(people, owner).await.to_string(),
        Kind::ImportUpload => id = objects::import_upload(people, owner).await.to_string(),
        Kind::Group => id = objects::group(people, owner).await,
        Kind::Page => id = objects::found(people, owner).await.page.to_string(),
        Kind::ApiToken => id = objects::api_token(people, owner).await.to_string(),
        Kind::SignInKey => id = objects::sign_in_key(people, owner).await.to_string(),
        Kind::Provider => id = objects::provider(people, owner).await.to_string(),
        Kind::ParkedJob => id = objects::parked_job(people, owner).await.to_string(),
        Kind::Recording if object == Object::Apart => {
            id = objects::recording(people, owner, APART).await;
        }
        Kind::Proposal if object == Object::Apart => {
            id = objects::proposal(people, owner, APART).await;
        }
        Kind::Upload if object == Object::Apart => id = objects::upload(people, owner, APART).await,
        Kind::Recording => id = objects::recording(people, owner, PAGE).await,
        Kind::Upload => id = objects::upload(people, owner, PAGE).await,
        Kind::Proposal => id = objects::proposal(people, owner, PAGE).await,
        Kind::Correction if object == Object::Apart => {
            id = objects::correction(people, owner, APART).await;
        }
        Kind::Correction => id = objects::correction(people, owner, PAGE).await,
        Kind::Question if object == Object::Apart => {
            id = objects::question(people, owner, APART).await;
        }
        Kind::Question => id = objects::question(people, owner, PAGE).await,
        Kind::Picture => id = objects::picture(people, owner).await.to_string(),
        Kind::Webhook => id = objects::webhook(people, owner).await.to_string(),
    }
    if object == Object::Unknown {
        unknown(kind(route)).clone_into(&mut id);
    }
    let path = path(route, host, &id, &delivery)
        .replace("{entry}", &entry)
        .replace("{hook}", &hook);
    Request {
        path: format!("{path}{}", query(route, host).replace("{id}", &id)),
        headers: headers(route),
        body: body(route, host, &id),
        origin: Origin::Usual,
        id,
    }
}

/// An id that nothing has.
pub(super) const fn unknown(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiToken
        | Kind::Author
        | Kind::Campaign
        | Kind::Colleague
        | Kind::Comment
        | Kind::Correction
        | Kind::Import
        | Kind::ImportUpload
        | Kind::Page
        | Kind::Proposal
        | Kind::Question
        | Kind::Recording
        | Kind::Upload => "0000000000zzz",
        Kind::Decision => "0000000000zzz-1",
        _ => "424242",
    }
}

fn path(route: &Declared, host: &str, id: &str, delivery: &str) -> String {
    let file = match route.path {
        "/static/{file}" => "thread.css",
        "/admin/{site}/import/{id}/report/{file}" => "report.txt",
        "/feeds/{file}" => "news.example.atom",
        "/feeds/{site}/{*file}" => "page.atom",
        "/feeds/{site}/branches/{file}" | "/feeds/{site}/replies/{file}" => "{id}.atom",
        "/pictures/{file}" => "bridge.png",
        "/link-pictures/{site}/{file}" => "{id}.jpg",
        "/isso/{site}/js/{file}" => "embed.min.js",
        "/isso/{site}/css/{file}" => "isso.css",
        "/reader-pictures/{site}/{file}" => "00.jpg",
        "/site-logos/{site}/{file}" => "00.png",
        "/comment-images/{site}/{file}" => "0000000000zzz.jpg",
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
        .replace("{transcript}", "transcript.vtt")
        .replace("{slug}", "bridge")
        .replace("{n}", "1")
        .replace("{name}", "news.eml")
}

/// What tus wants said of an upload; `page` is `story`, and `title` is `Talk`.
fn headers(route: &Declared) -> Vec<(&'static str, String)> {
    if !route.path.contains("/{site}/uploads") && !route.path.contains("/import/uploads") {
        return Vec::new();
    }
    let headers = [
        ("tus-resumable", "1.0.0"),
        ("upload-length", "4"),
        ("upload-offset", "0"),
        ("upload-metadata", "page c3Rvcnk=,title VGFsaw=="),
    ];
    headers
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
}

fn query(route: &Declared, host: &str) -> String {
    match (route.method.as_str(), route.path) {
        ("DELETE", "/api/v1/comments/{id}/cards") => {
            format!("?site={host}&url=https://paper.example/")
        }
        ("DELETE", "/api/v1/comments/{id}/images") => {
            format!("?site={host}&image=0000000000zzz")
        }
        ("POST", "/api/v1/images") => format!("?site={host}"),
        (
            "GET",
            "/embed"
            | "/embed/thread"
            | "/embed/annotations"
            | "/embed/correction"
            | "/embed/corrections"
            | "/embed/agreed"
            | "/embed/search"
            | "/embed/site.css"
            | "/api/v1/annotations"
            | "/api/v1/thread"
            | "/api/v1/events"
            | "/api/v1/counts"
            | "/api/v1/embedding"
            | "/api/v1/me",
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
            | "/embed/comments/{id}/moderate"
            | "/embed/comments/{id}/sources"
            | "/embed/sources",
        )
        | ("DELETE", "/api/v1/session" | "/api/v1/decisions/{id}" | "/api/v1/questions/{id}")
        | ("PATCH", "/api/v1/questions/{id}") => format!("?site={host}"),
        ("GET", "/api/v1/comments/{id}") => format!("?site={host}"),
        ("GET", "/api/v1/sites/{site}/search") => "?q=rain".to_owned(),
        ("PUT", "/edit/{site}/articles" | "/edit/{site}/authors")
        | (_, "/edit/{site}/articles/fetch") => "?page=story".to_owned(),
        ("GET", "/embed/funding" | "/api/v1/campaigns" | "/api/v1/recordings") => {
            format!("?site={host}")
        }
        ("GET", "/isso/{site}/" | "/isso/{site}/feed") | ("POST", "/isso/{site}/new") => {
            "?uri=story".to_owned()
        }
        ("GET", "/embed/campaign" | "/embed/campaign.svg") => {
            format!("?site={host}&campaign={{id}}")
        }
        ("GET", "/embed/recording" | "/embed/recording/along") => {
            format!("?site={host}&page=story&id={{id}}")
        }
        ("GET", "/embed/recording/proposals") => {
            format!("?site={host}&page=story&id={{id}}&start_ms=1000")
        }
        _ => String::new(),
    }
}

fn body(route: &Declared, host: &str, id: &str) -> Body {
    if route.method == Method::GET || route.method == Method::HEAD {
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
        ("POST", "/isso/{site}/new") => Body::Json(json!({
            "text": "A word", "author": "Ann", "email": null, "website": null, "parent": null,
            "title": null, "notification": 0,
        })),
        ("PUT", "/isso/{site}/id/{id}") => Body::Json(json!({"text": "Another word"})),
        ("POST", "/isso/{site}/preview") => Body::Json(json!({"text": "A word"})),
        ("POST", "/isso/{site}/count") => Body::Written(json!(["story"]).to_string()),
        ("POST", "/isso/{site}/id/{id}/like" | "/isso/{site}/id/{id}/dislike") => Body::None,
        ("POST", "/account/{site}/name") => form(&[("name", &format!("Reader {id}"))]),
        ("POST", "/account/{site}/devices") => form(&[
            ("endpoint", &format!("https://push.example/{id}")),
            ("p256dh", P256DH),
            ("auth", "BTBZMqHH6r4Tts7J_aSIgg"),
        ]),
        ("POST", "/account/{site}/delete") => form(&[("comments", "keep"), ("sure", "yes")]),
        ("PATCH", "/api/v1/comments/{id}") => Body::Json(json!({"text": "Another word"})),
        ("PUT", "/edit/{site}/articles") => Body::Json(json!({"text": "A text"})),
        ("PUT", "/edit/{site}/authors") => Body::Json(json!({"authors": []})),
        ("POST", "/edit/{site}/passages") => {
            form(&[("page", "story"), ("passages", "both"), ("questions", "on")])
        }
        ("POST", "/edit/{site}/questions") => form(&[("act", "close"), ("id", id)]),
        ("POST", "/api/v1/questions") => Body::Json(json!({
            "site": host, "page": "story", "text": "Why?", "annotation": {"exact": "A word"},
        })),
        ("PATCH", "/api/v1/questions/{id}") => Body::Json(json!({"is_open": false})),
        ("POST", "/edit/{site}/corrections/decide") => form(&[("act", "decline"), ("id", id)]),
        ("POST", "/edit/{site}/corrections/lines") => {
            form(&[("act", "add"), ("page", "story"), ("line", "A line")])
        }
        ("POST", "/api/v1/corrections") => {
            Body::Json(json!({"site": host, "page": "story", "text": format!("No {id}")}))
        }
        ("POST", "/embed/correction") => form(&[("page", "story"), ("text", "It was not")]),
        ("PUT", "/api/v1/comments/{id}/reactions") => {
            Body::Json(json!({"reaction": "respect", "value": 0}))
        }
        ("PUT", "/api/v1/comments/{id}/vote") => Body::Json(json!({"value": 1})),
        ("PUT", "/api/v1/comments/{id}/sources/answers") => {
            Body::Json(json!({"question": "says", "answer": "yes"}))
        }
        ("PUT", "/api/v1/comments/{id}/sources/withdrawal") => {
            Body::Json(json!({"withdrawn": true}))
        }
        ("PUT", "/api/v1/comments/{id}/sources/confirmation") => {
            Body::Json(json!({"note": "It says so"}))
        }
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
        ("POST", "/api/v1/images") => Body::File(b"GIF89a"),
        ("POST", "/api/v1/images/waiting") => Body::Json(json!({"site": host, "images": []})),
        ("POST", "/embed/comments/{id}/images" | "/moderate/{site}/comments/{id}/images") => {
            form(&[("image", "0000000000zzz")])
        }
        ("POST", "/embed/comments/{id}/cards") => form(&[("url", "https://paper.example/")]),
        ("POST", "/embed/comments/{id}/reactions") => form(&[("reaction", "respect")]),
        ("POST", "/embed/comments/{id}/vote") => form(&[("value", "1")]),
        ("POST", "/embed/comments/{id}/answer") => form(&[("says", "yes")]),
        ("POST", "/embed/comments/{id}/withdraw") => form(&[("withdrawn", "yes")]),
        ("POST", "/embed/comments/{id}/confirm") => {
            form(&[("confirmed", "yes"), ("why", "It says so")])
        }
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
        ("POST", "/moderate/{site}/pages") => {
            form(&[("page", "story"), ("invitation", "What did you see?")])
        }
        ("POST", "/moderate/{site}/pages/{id}") => form(&[("action", "mode"), ("mode", "site")]),
        ("POST", "/moderate/{site}/groups") => form(&[("name", "A group")]),
        ("POST", "/moderate/{site}/groups/{id}/pages") => form(&[("key", "story")]),
        ("POST", "/moderate/{site}/undo") => form(&[("decisions", id)]),
        ("POST", "/admin/{site}/settings" | "/admin/{site}/origins") => {
            form(&[("seen", "as it was before")])
        }
        ("POST", "/api/v1/recordings/{id}/proposals") => Body::Json(
            json!({"site": host, "start_ms": 1_000, "text": "Another word", "name": "Ann"}),
        ),
        ("POST", "/api/v1/recordings/proposals/{id}/confirm") => Body::Json(json!({"site": host})),
        ("POST", "/embed/recording/proposals") => form(&[
            ("page", "story"),
            ("id", id),
            ("start_ms", "1000"),
            ("text", "Another word"),
            ("name", "Ann"),
        ]),
        ("POST", "/edit/{site}/uploads") => Body::None,
        ("PATCH", "/edit/{site}/uploads/{id}" | "/admin/{site}/import/uploads/{id}") => {
            Body::File(b"RIFF")
        }
        ("POST", "/admin/{site}/import") => Body::Sent("id,page\n"),
        ("POST", "/admin/{site}/import/uploads") => Body::None,
        ("POST", "/admin/{site}/import/{id}") => form(&[("action", "drop")]),
        ("POST", "/edit/{site}/recordings") => form(&[
            ("page", "story"),
            ("title", "A talk"),
            ("address", "https://paper.example/talk.mp3"),
        ]),
        ("POST", "/edit/{site}/recordings/{id}") => form(&[("act", "rename"), ("title", "A talk")]),
        ("POST", "/admin/{site}/jobs/{id}") => form(&[("action", "retry")]),
        ("POST", "/admin/{site}/words") => form(&[("suspect", "rain"), ("banned", "hail")]),
        ("POST", "/admin/{site}/people") => {
            form(&[("email", "new@news.example"), ("role", "staff")])
        }
        ("POST", "/admin/{site}/people/{id}") => form(&[("role", "staff")]),
        ("POST", "/admin/{site}/tokens") => {
            form(&[("name", "A program"), ("scope", "moderation:read")])
        }
        ("POST", "/admin/{site}/campaigns" | "/admin/{site}/campaigns/{id}") => form(&[
            ("title", "The lease"),
            ("currency", "EUR"),
            ("goal", "5000"),
            ("starts", "2026-11-01"),
        ]),
        ("POST", "/admin/{site}/campaigns/{id}/entries") => form(&[
            ("amount", "25"),
            ("currency", "EUR"),
            ("day", "2026-11-20"),
            ("what", "A cheque"),
        ]),
        ("POST", "/account/{site}/picture" | "/admin/{site}/logo") => Body::Sent("GIF89a"),
        ("POST", "/account/{site}/gifts") => form(&[("receipt", "a-receipt-of-nothing")]),
        (
            "POST",
            "/admin/{site}/campaigns/{id}/statement"
            | "/admin/{site}/campaigns/{id}/hooks/{hook}/export",
        ) => Body::Sent(TABLE),
        (
            "POST",
            "/admin/{site}/campaigns/{id}/statement/rows"
            | "/admin/{site}/campaigns/{id}/hooks/{hook}/export/rows",
        ) => form(&[
            ("text", TABLE),
            ("day", "0"),
            ("amount", "1"),
            ("do", "look"),
        ]),
        ("POST", "/admin/{site}/campaigns/{id}/hooks") => form(&[("processor", "stripe")]),
        ("POST", "/admin/{site}/campaigns/{id}/hooks/{hook}") => {
            form(&[("secret", "whsec_0123456789abcdef")])
        }
        ("POST", "/admin/{site}/campaigns/{id}/hooks/{hook}/purposes") => {
            form(&[("word", "backer"), ("campaign", "")])
        }
        ("POST", "/admin/{site}/campaigns/{id}/entries/{entry}/counter") => {
            form(&[("what", "It bounced")])
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
    let body = json!({
        "site": host, "page": page, "text": text, "name": "Ann",
        "annotation": {"exact": "a passage"},
        "sources": {"stance": "supports", "list": [{"url": "https://paper.example/"}]},
    });
    reader
        .send(Method::POST, "/api/v1/comments", body)
        .await
        .id()
}
