//! Every place at which somebody types an address, and what goes there.
//!
//! Whoever types an address may be anybody: one mail goes there, which asks its owner, and nothing else
//! before that one is answered.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::http::Method;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{IssoApi, Passages};
use rejoinder_core::recordings::TranscriptStatus;
use rejoinder_core::{Clock as _, Settings};
use rejoinder_server::RateLimits;
use serde_json::{Value, json};
use store::identity::sign_in_keys::KeyKind;
use store::jobs::{self, Job, Payload as _};
use store::notices::mails;
use store::notices::outbox::PendingNotice;
use store::notices::telling::{self, FanOut};

use crate::identity::signed_tokens::{SECRET, add_key, claims, signed};
use crate::publication::owner::colleague;
use crate::recordings::proposals::{TALK, attach_talk};
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

/// Whose address strangers type.
const VICTIM: &str = "victim@reader.example";

async fn app() -> TestApp {
    let app =
        TestApp::with(|config| config.mail_from = Some("talk@comments.example".to_owned())).await;
    add_key(&app, 1, 7, KeyKind::Hs256, SECRET).await;
    app
}

/// Who types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Guest,
    /// Signed in, by a token that says nothing of an address.
    WithoutAddress,
    /// Signed in, by a token of which the publisher does not say that the address is theirs.
    Unverified,
    /// Wrote as a guest with the address, then signed in.
    Claimed,
}

async fn come(app: &TestApp, who: Who) -> TestReader {
    let reader = app.reader("Eve");
    let more = match who {
        Who::Guest => return reader,
        Who::WithoutAddress => json!({ "name": "Eve" }),
        Who::Unverified => json!({ "name": "Eve", "email": VICTIM }),
        Who::Claimed => {
            comment(&reader, "As a guest", None).await.good();
            json!({ "name": "Eve" })
        }
    };
    let body = json!({ "site": "news.example", "token": signed(&claims(app, more)) });
    reader
        .send(Method::POST, "/api/v1/session", body)
        .await
        .good();
    reader
}

async fn comment(reader: &TestReader, text: &str, notify: Option<&str>) -> Answer {
    let body = json!({ "site": "news.example", "page": STORY, "text": text, "name": "Eve",
        "email": VICTIM, "notify": notify });
    reader.send(Method::POST, "/api/v1/comments", body).await
}

/// The places, by the file that reads the address.
#[derive(Debug, Clone, Copy)]
enum Place {
    Subscription(&'static str),
    SubscriptionForm,
    Comment(Option<&'static str>),
    CommentForm,
    Isso,
    SignIn,
    Guest,
    Invitation,
    Correction,
    ArticleCorrection,
}

const PLACES: [(&str, Place); 13] = [
    ("reader/corrections.rs", Place::ArticleCorrection),
    ("reader/proposals.rs", Place::Correction),
    ("reader/subscriptions.rs", Place::Subscription("page")),
    ("reader/subscriptions.rs", Place::Subscription("replies")),
    ("reader/subscriptions.rs", Place::SubscriptionForm),
    ("reader/comments.rs", Place::Comment(Some("page"))),
    ("reader/comments.rs", Place::Comment(Some("replies"))),
    ("reader/comments.rs", Place::Comment(None)),
    ("reader/forms.rs", Place::CommentForm),
    ("isso/writing.rs", Place::Isso),
    ("auth/mail.rs", Place::SignIn),
    ("reader/guest.rs", Place::Guest),
    ("owner/people.rs", Place::Invitation),
];

impl Place {
    /// Type the victim's address here.
    async fn fill_in(self, app: &TestApp, who: Who, mut reader: TestReader) -> TestReader {
        let site = ("site", "news.example");
        let own = |mut reader: TestReader| {
            BASE.clone_into(&mut reader.origin);
            reader
        };
        let answer = match self {
            Self::Subscription(kind) => {
                let wish = json!({ "site": site.1, "page": STORY, "kind": kind, "email": VICTIM });
                reader
                    .send(Method::POST, "/api/v1/subscriptions", wish)
                    .await
            }
            Self::SubscriptionForm => {
                reader = own(reader);
                let fields = [site, ("page", STORY), ("kind", "page"), ("email", VICTIM)];
                reader.submit("/embed/subscriptions", &fields).await
            }
            Self::Comment(notify) => comment(&reader, "Said once", notify).await,
            Self::CommentForm => {
                reader = own(reader);
                let fields = [
                    site,
                    ("page", STORY),
                    ("text", "Said once"),
                    ("name", "Eve"),
                    ("email", VICTIM),
                    ("notify", "replies"),
                ];
                reader.submit("/embed/comments", &fields).await
            }
            Self::Isso => {
                let settings = Settings {
                    isso_api: IssoApi::On,
                    ..Settings::default()
                };
                app.add_site(1, "news.example", settings).await;
                let body = json!({"text": "Said once", "author": "Eve", "email": VICTIM,
                    "notification": 1});
                let path = "/isso/news.example/new?uri=/story";
                reader.send(Method::POST, path, body).await
            }
            Self::SignIn => {
                reader = own(reader);
                reader
                    .submit("/auth/mail", &[site, ("email", VICTIM)])
                    .await
            }
            Self::Guest => {
                reader = own(reader);
                let path = "/guest/news.example/mail";
                reader.submit(path, &[("email", VICTIM)]).await
            }
            Self::Correction => {
                attach_talk(app, TranscriptStatus::Draft).await;
                let text = format!("Another word at {}", app.clock.now());
                let body = json!({"site": site.1, "start_ms": 1_000, "text": text, "name": "Eve",
                    "email": VICTIM});
                let path = format!("/api/v1/recordings/{TALK}/proposals");
                reader.send(Method::POST, &path, body).await
            }
            Self::ArticleCorrection => {
                let settings = Settings {
                    passages: Passages::Correct,
                    ..Settings::default()
                };
                app.add_site(1, "news.example", settings).await;
                let body = json!({"site": site.1, "page": STORY, "text": "It was not",
                    "email": VICTIM});
                reader.send(Method::POST, "/api/v1/corrections", body).await
            }
            Self::Invitation => {
                let owner = own(colleague(app, "olga@news.example", Role::Owner, 90).await);
                let fields = [("email", VICTIM), ("role", "moderator")];
                owner.submit("/admin/news.example/people", &fields).await
            }
        };
        // An account that has no address types none beside a comment.
        let is_refused = answer.status.as_u16() == 422 && who != Who::Guest;
        let is_done = answer.status.is_success() || answer.status.is_redirection();
        assert!(
            is_done || is_refused,
            "{self:?}: {} {}",
            answer.status,
            answer.text()
        );
        reader
    }
}

/// Do all jobs but the mails themselves. Gives what would be mailed: to whom, and what it is.
async fn mails(app: &TestApp) -> Vec<(String, &'static str)> {
    let mut mails = Vec::new();
    loop {
        app.clock.advance(Duration::from_secs(25 * 60 * 60));
        let now = app.clock.now();
        let lease = Duration::from_secs(86_400 * 99);
        let claim = move |tx: &mut store::Tx<'_>| jobs::claim(tx, now, lease, 100);
        let claimed: Vec<Job> = app.store.write(claim).await.unwrap();
        if claimed.is_empty() {
            return mails;
        }
        for job in claimed {
            match job.kind.as_str() {
                "mail" => {
                    let mail: Value = serde_json::from_str(&job.payload).unwrap();
                    let to = mail["to"].as_str().unwrap().to_owned();
                    let text = mail["text"].as_str().unwrap();
                    assert!(text.contains("/auth/link?"), "{text}");
                    mails.push((to, "sign in"));
                }
                FanOut::KIND => {
                    let FanOut { comment } = job.read().unwrap();
                    let fan = move |tx: &mut store::Tx<'_>| {
                        telling::fan_out(tx, now, job.site, comment, 0)
                    };
                    app.store.write(fan).await.unwrap();
                }
                PendingNotice::KIND => {
                    let told: PendingNotice = job.read().unwrap();
                    let what = match told {
                        PendingNotice::Confirm(_) => "confirm",
                        _ => "notice",
                    };
                    let due = app.store.read(move |tx| mails::due(tx, job.site, told));
                    if let Some(due) = due.await.unwrap() {
                        mails.push((due.subscription.email, what));
                    }
                }
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn whoever_types_a_strangers_address_makes_us_send_one_mail_that_asks_its_owner() {
    for who in [
        Who::Guest,
        Who::WithoutAddress,
        Who::Unverified,
        Who::Claimed,
    ] {
        for (_, place) in PLACES {
            let app = app().await;
            let eve = place.fill_in(&app, who, come(&app, who).await).await;
            let eve = place.fill_in(&app, who, eve).await;
            let answer = app.reader("Bob").post(STORY, "Hear, hear").await.id();
            app.reader("Kim").reply(STORY, &answer, "Indeed").await;
            if let Place::Comment(_) = place {
                let own = comment(&eve, "Asked for nothing", None).await.id();
                app.reader("Kim").reply(STORY, &own, "To you").await.good();
            }

            let sent = mails(&app).await;

            let expected: &[&str] = match place {
                Place::SignIn => &["sign in", "sign in"],
                Place::Comment(None)
                | Place::Guest
                | Place::Invitation
                | Place::Correction
                | Place::ArticleCorrection => &[],
                Place::Comment(_) | Place::CommentForm | Place::Isso if who != Who::Guest => &[],
                _ => &["confirm"],
            };
            let what: Vec<&str> = sent.iter().map(|(_, what)| *what).collect();
            assert_eq!(what, expected, "{who:?} {place:?}: {sent:?}");
            assert!(sent.iter().all(|(to, _)| to == VICTIM), "{sent:?}");
        }
    }
}

#[tokio::test]
async fn who_writes_comments_has_no_more_strangers_asked_than_who_asks_for_mails() {
    let app = TestApp::with(|config| {
        config.mail_from = Some("talk@comments.example".to_owned());
        config.rate_limits = RateLimits::On;
    })
    .await;
    let eve = app.reader("Eve");
    let mut statuses = Vec::new();
    for n in 0..8 {
        app.clock.advance(Duration::from_secs(10));
        let body = json!({ "site": "news.example", "page": STORY, "text": format!("No. {n}"),
            "name": "Eve", "email": format!("victim{n}@reader.example"), "notify": "page" });
        let answer = eve.send(Method::POST, "/api/v1/comments", body).await;
        statuses.push(answer.status.as_u16());
    }
    let told = comment(&eve, "Nobody is to be asked", None).await;

    assert_eq!(statuses[..5], [201; 5], "{statuses:?}");
    assert!(statuses[5..].contains(&429), "{statuses:?}");
    assert_eq!(told.status.as_u16(), 201, "{}", told.text());
    assert_eq!(
        mails(&app).await.len(),
        statuses.iter().filter(|s| **s == 201).count()
    );
}

#[test]
fn the_places_at_which_an_address_is_typed_are_known() {
    let known: BTreeSet<String> = PLACES.iter().map(|(file, _)| (*file).to_owned()).collect();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    let mut folders = vec![sources.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = text.replace("Some(\"email\")", "");
            let name = path.strip_prefix(&sources).unwrap().to_str().unwrap();
            // A field of a form, or one of a body.
            let reads = ["(\"email\")", "    email: Option<String>,"];
            if reads.iter().any(|read| text.contains(read)) {
                found.insert(name.replace('\\', "/"));
            }
        }
    }
    // What a publisher or a provider vouches for is typed by nobody.
    found.remove("auth/signed_token.rs");
    found.remove("auth/provider/claims.rs");
    assert_eq!(found, known);
}
