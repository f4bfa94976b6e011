//! Answering a mail: from the notice over the wire to the comment in the thread.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use jobs::{FanOutHandler, MailHandler, NoticeHandler, Worker};
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{AuthorId, Clock, FixedRandom, Settings, SiteId};
use rejoinder_server::{Config, InboundMail, RateLimits};
use serde_json::{Value, json};
use store::discussion::comments;
use store::identity::authors;
use store::moderation::sanctions::{self, SanctionRequest};
use testing::MailContent;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::publication::owner::colleague;
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

const SECRET: &str = "q8Wd2kz0fU7mTn4RvXy1bLc6GhJ9sEaP";
const INBOUND: &str = "reply@comments.example";
const PATH: &str = "/api/v1/inbound-mail";
const EMAIL: &str = "ann@reader.example";

/// A server whose mails can be answered, with a mail server that takes them.
struct PostOffice {
    app: TestApp,
    worker: Worker,
    taken: Arc<Mutex<Vec<String>>>,
}

fn answered(config: &mut Config) {
    config.mail_from = Some("talk@comments.example".to_owned());
    config.inbound = Some(InboundMail::new(INBOUND.parse().unwrap(), SECRET));
}

impl PostOffice {
    async fn new() -> Self {
        Self::at(TestApp::with(answered).await).await
    }

    async fn at(app: TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::<Mutex<Vec<String>>>::default();
        tokio::spawn(take_mails(listener, Arc::clone(&taken)));
        let worker = worker(&app, address);
        Self { app, worker, taken }
    }

    /// The mails that have arrived since the last time.
    async fn mails(&self) -> Vec<MailContent> {
        while self.worker.run_due().await.unwrap() > 0 {}
        let taken = std::mem::take(&mut *self.taken.lock().unwrap());
        taken.iter().map(|raw| MailContent::read(raw)).collect()
    }

    /// Ann, a guest who has confirmed her address, and Bob's reply to her comment.
    async fn ann(&self) -> (TestReader, String) {
        let ann = self.app.reader("Ann");
        let body = json!({ "site": "news.example", "page": STORY, "text": "First", "name": "Ann",
            "email": EMAIL, "notify": "replies", "title": "A story" });
        let first = ann.send(Method::POST, "/api/v1/comments", body).await.id();
        let [confirm] = &self.mails().await[..] else {
            panic!("one mail asks");
        };
        assert!(!confirm.names().contains(&"Reply-To"), "{confirm:?}");
        let (_, link) = confirm.text.split_once(BASE).unwrap();
        let link = link.split_whitespace().next().unwrap().to_owned();
        let done = self
            .app
            .stranger()
            .submit(&link, &[("act", "confirm")])
            .await;
        assert!(done.text().contains("confirmed"), "{}", done.text());
        let bob = self.app.reader("Bob");
        let reply = bob.reply(STORY, &first, "Are you sure?").await.id();
        (ann, reply)
    }

    /// The address that the one mail that has arrived can be answered at.
    async fn address(&self) -> String {
        let mails = self.mails().await;
        let [notice] = &mails[..] else {
            panic!("{mails:?}");
        };
        notice.header("Reply-To").to_owned()
    }

    /// Ann, Bob's reply, and where the mail about it can be answered.
    async fn told(&self) -> (String, String) {
        let (_, reply) = self.ann().await;
        (reply, self.address().await)
    }

    async fn deliver(&self, message: &str) -> Answer {
        deliver(&self.app, &[("authorization", &bearer(SECRET))], message).await
    }

    /// What stands under Ann's comment and Bob's reply.
    async fn below(&self) -> Value {
        let thread = self.app.thread(STORY).await;
        thread["comments"][0]["replies"][0]["replies"].clone()
    }
}

fn bearer(secret: &str) -> String {
    format!("Bearer {secret}")
}

async fn deliver(app: &TestApp, headers: &[(&str, &str)], message: &str) -> Answer {
    let kind = ("content-type", "message/rfc822");
    let headers: Vec<_> = headers.iter().copied().chain([kind]).collect();
    let body = Body::from(message.to_owned());
    app.send(Method::POST, PATH, &headers, body).await
}

/// An answer to `to`, from whatever address.
fn mail(to: &str, id: &str, text: &str) -> String {
    format!(
        "From: Someone <someone@else.example>\r\nTo: The News <{to}>\r\n\
         Subject: Re: Bob replied\r\nMessage-ID: <{id}@else.example>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\r\n\
         On Mon, Nov 23, 2026 at 5:25 PM The News <{to}> wrote:\r\n\
         > Bob wrote:\r\n>\r\n> > Are you sure?\r\n"
    )
}

/// Where the link at the end of a mail leads, to change and stop such mails.
fn manage(mail: &MailContent) -> String {
    let (_, link) = mail.text.rsplit_once(BASE).unwrap();
    link.trim().to_owned()
}

fn worker(app: &TestApp, mail_server: SocketAddr) -> Worker {
    let clock: Arc<dyn Clock> = app.clock.clone();
    let store = || Arc::clone(&app.store);
    let mailer: egress::Mailer = format!("smtp://{mail_server}").parse().unwrap();
    let from = "talk@comments.example";
    let random = || Arc::new(FixedRandom::seeded(9));
    let notices = NoticeHandler::new(store(), mailer.clone(), clock.clone(), from, BASE);
    let notices = notices.answered_at(INBOUND.parse().unwrap(), random());
    let handlers = vec![
        Arc::new(FanOutHandler::new(store(), clock.clone())) as _,
        Arc::new(notices) as _,
        Arc::new(MailHandler::new(mailer, clock.clone())) as _,
    ];
    Worker::new(store(), clock, random(), handlers)
}

/// A mail server that takes whatever it is given.
async fn take_mails(listener: TcpListener, taken: Arc<Mutex<Vec<String>>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(converse(stream, Arc::clone(&taken)));
    }
}

async fn converse(stream: TcpStream, taken: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example\r\n").await.unwrap();
    let (mut line, mut mail, mut is_data) = (String::new(), String::new(), false);
    while stream.read_line(&mut line).await.is_ok_and(|n| n > 0) {
        if is_data && line != ".\r\n" {
            mail.push_str(line.strip_prefix('.').unwrap_or(&line));
            line.clear();
            continue;
        }
        if is_data {
            taken.lock().unwrap().push(std::mem::take(&mut mail));
        }
        is_data = !is_data && line.starts_with("DATA");
        let answer: &[u8] = if is_data {
            b"354 go on\r\n"
        } else {
            b"250 ok\r\n"
        };
        stream.write_all(answer).await.unwrap();
        line.clear();
    }
}

async fn an_answer_becomes_a_comment(office: PostOffice) {
    let (_, address) = office.told().await;

    let answer = office.deliver(&mail(&address, "one", "I *am*.")).await;

    let good = answer.good();
    assert_eq!(good["outcome"], "published", "{good}");
    let below = office.below().await;
    assert_eq!(below[0]["html"], "<p>I <em>am</em>.</p>", "{below}");
    assert_eq!(below[0]["author"]["name"], "Ann");
    assert_eq!(below[0]["id"], good["comment"]);
    assert!(
        office.mails().await.is_empty(),
        "nobody is told of their own"
    );
}

#[tokio::test]
async fn an_answer_to_a_mail_is_a_comment_by_whom_it_told_under_the_one_it_told_of() {
    an_answer_becomes_a_comment(PostOffice::new().await).await;
}

#[tokio::test]
async fn an_answer_to_a_mail_is_a_comment_on_postgres() {
    let app = TestApp::on_postgres_with(answered).await;
    an_answer_becomes_a_comment(PostOffice::at(app).await).await;
}

#[tokio::test]
async fn a_mail_about_a_comment_says_that_it_can_be_answered_and_where() {
    let office = PostOffice::new().await;
    office.ann().await;

    let mails = office.mails().await;

    let [notice] = &mails[..] else {
        panic!("{mails:?}");
    };
    let address = notice.header("Reply-To");
    let (local, domain) = address.rsplit_once('@').unwrap();
    assert!(
        local.starts_with("reply+") && local.len() <= 64,
        "{address}"
    );
    assert_eq!(domain, "comments.example");
    assert!(
        notice.text.contains("Answer this email to reply"),
        "{}",
        notice.text
    );
}

#[tokio::test]
async fn a_mail_of_several_comments_cannot_be_answered() {
    let office = PostOffice::new().await;
    let (ann, reply) = office.ann().await;
    let link = manage(&office.mails().await[0]);
    let saved = ann
        .submit(&link, &[("act", "pace"), ("pace", "hourly")])
        .await;
    assert!(saved.text().contains("Saved."), "{}", saved.text());
    let bob = office.app.reader("Bob");
    bob.reply(STORY, &reply, "Two").await.good();
    bob.reply(STORY, &reply, "Three").await.good();
    assert!(office.mails().await.is_empty(), "they are gathered");
    office.app.clock.advance(Duration::from_secs(3_600));

    let mails = office.mails().await;

    let [digest] = &mails[..] else {
        panic!("{mails:?}");
    };
    assert!(digest.header("Subject").contains("2 new comments"));
    assert!(!digest.names().contains(&"Reply-To"), "{digest:?}");
    assert!(!digest.text.contains("Answer this email"));
}

#[tokio::test]
async fn a_mail_that_is_delivered_twice_is_one_comment() {
    let office = PostOffice::new().await;
    let (_, address) = office.told().await;

    let first = office.deliver(&mail(&address, "one", "Yes")).await.good();
    let relayed = format!("Received: by b.example\r\n{}", mail(&address, "one", "Yes"));
    let again = office.deliver(&relayed).await.good();

    assert_eq!(first, again);
    assert_eq!(office.below().await.as_array().unwrap().len(), 1);
    let other = office
        .deliver(&mail(&address, "two", "And yes"))
        .await
        .good();
    assert_ne!(first["comment"], other["comment"]);
}

#[tokio::test]
async fn an_address_in_capitals_works_and_one_that_was_changed_does_not() {
    let office = PostOffice::new().await;
    let (_, address) = office.told().await;

    let changed = match address.strip_prefix("reply+0") {
        Some(rest) => format!("reply+1{rest}"),
        None => format!("reply+0{}", &address["reply+0".len()..]),
    };
    let end = address.find('@').unwrap();
    let unsigned = format!("{}00{}", &address[..end - 2], &address[end..]);
    for wrong in [
        &changed,
        &unsigned,
        INBOUND,
        "someone@comments.example",
        &address.replace("comments.example", "evil.example"),
    ] {
        let told = office.deliver(&mail(wrong, "x", "Hello")).await.good();
        assert_eq!(
            told,
            json!({ "outcome": "ignored", "reason": "address_unknown" }),
            "{wrong}"
        );
    }
    assert!(office.mails().await.is_empty(), "nobody is told");
    let good = office
        .deliver(&mail(&address.to_uppercase(), "y", "Hello"))
        .await;
    assert_eq!(good.good()["outcome"], "published");
}

#[tokio::test]
async fn an_old_mail_is_not_answered_any_more_and_its_reader_is_told_once_an_hour() {
    let office = PostOffice::new().await;
    let (_, address) = office.told().await;
    office.app.clock.advance(Duration::from_secs(31 * 86_400));

    for id in ["one", "two", "three"] {
        let late = office.deliver(&mail(&address, id, "Late")).await.good();
        assert_eq!(
            late,
            json!({ "outcome": "refused", "reason": "address_expired" })
        );
    }

    let mails = office.mails().await;
    let [told] = &mails[..] else {
        panic!("{mails:?}");
    };
    assert_eq!(told.header("To"), format!(" <{EMAIL}>"));
    assert_eq!(told.header("Auto-Submitted"), "auto-generated");
    assert!(!told.names().contains(&"Reply-To"));
    assert!(
        told.text.contains("can be answered for 30 days"),
        "{}",
        told.text
    );
    assert!(office.below().await.as_array().is_none_or(Vec::is_empty));
    office.app.clock.advance(Duration::from_secs(3_600));
    office.deliver(&mail(&address, "four", "Late")).await.good();
    assert_eq!(office.mails().await.len(), 1);
}

#[tokio::test]
async fn an_answer_meets_the_rules_of_the_site_and_its_writer_hears_why() {
    let office = PostOffice::new().await;
    let (reply, address) = office.told().await;
    let strict = Settings {
        max_graphemes: 20,
        ..Settings::default()
    };
    office.app.add_site(1, "news.example", strict).await;

    let long = office
        .deliver(&mail(&address, "one", "More than twenty characters."))
        .await;
    assert_eq!(long.good()["reason"], "text_too_long");
    let mails = office.mails().await;
    assert!(mails[0].text.contains("20 characters at most"), "{mails:?}");

    let before = Settings {
        mode: ModerationMode::Before,
        ..Settings::default()
    };
    office.app.add_site(1, "news.example", before).await;
    office.app.clock.advance(Duration::from_secs(3_600));
    let held = office.deliver(&mail(&address, "two", "Wait")).await.good();
    assert_eq!(held["outcome"], "held", "{held}");
    let mails = office.mails().await;
    assert!(
        mails[0].header("Subject").contains("waits for a moderator"),
        "{mails:?}"
    );

    office
        .app
        .add_site(1, "news.example", Settings::default())
        .await;
    office.app.clock.advance(Duration::from_secs(3_600));
    let empty = office.deliver(&mail(&address, "three", "")).await.good();
    assert_eq!(empty["reason"], "text_missing");
    assert!(
        office.mails().await[0]
            .text
            .contains("no text in your email")
    );

    office.app.clock.advance(Duration::from_secs(3_600));
    let moderator = colleague(&office.app, "mod@news.example", Role::Moderator, 77).await;
    moderator.delete(&reply).await.good();
    let gone = office
        .deliver(&mail(&address, "four", "Hello?"))
        .await
        .good();
    assert_eq!(gone["outcome"], "refused", "{gone}");
    assert_eq!(office.mails().await.len(), 1);
}

#[tokio::test]
async fn whoever_stopped_the_mails_or_was_forgotten_answers_none_of_them() {
    let office = PostOffice::new().await;
    let (ann, _) = office.ann().await;
    let mails = office.mails().await;
    let address = mails[0].header("Reply-To").to_owned();
    let stopped = ann.submit(&manage(&mails[0]), &[("act", "end")]).await;
    assert!(
        stopped.text().contains("have stopped"),
        "{}",
        stopped.text()
    );

    let told = office.deliver(&mail(&address, "one", "Hello")).await.good();

    assert_eq!(
        told,
        json!({ "outcome": "ignored", "reason": "address_unknown" })
    );
    assert!(office.mails().await.is_empty());
}

#[tokio::test]
async fn a_program_that_answers_by_itself_is_not_answered() {
    let office = PostOffice::new().await;
    let (_, address) = office.told().await;

    for header in [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "Return-Path: <>",
        "X-Autoreply: yes",
    ] {
        let away = format!("{header}\r\n{}", mail(&address, "one", "I am away."));
        assert_eq!(
            office.deliver(&away).await.good(),
            json!({ "outcome": "ignored", "reason": "automatic" }),
            "{header}"
        );
    }

    assert!(office.mails().await.is_empty());
    assert!(office.below().await.as_array().is_none_or(Vec::is_empty));
}

#[tokio::test]
async fn only_who_shows_the_operators_secret_delivers_and_nothing_huge_is_read() {
    let office = PostOffice::new().await;
    let (_, address) = office.told().await;
    let mail = mail(&address, "one", "Hello");
    let (wrong, short) = (bearer(&SECRET.to_lowercase()), bearer(""));

    for headers in [
        &[][..],
        &[("authorization", wrong.as_str())],
        &[("authorization", &short)],
        &[("authorization", SECRET)],
    ] {
        let answer = deliver(&office.app, headers, &mail).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let huge = format!("{mail}{}", "x".repeat(5 * 1_024 * 1_024));
    assert_eq!(office.deliver(&huge).await.status, 413);
    assert_eq!(office.deliver(&mail).await.status, 200);

    let without = TestApp::new().await;
    let secret = bearer(SECRET);
    let answer = deliver(&without, &[("authorization", &secret)], &mail).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn who_answers_often_is_slowed_down_and_whoever_delivers_is_not() {
    let app = TestApp::with(|config| {
        answered(config);
        config.rate_limits = RateLimits::On;
    });
    let office = PostOffice::at(app.await).await;
    let (_, address) = office.told().await;
    let mut statuses = Vec::new();

    for n in 0..6 {
        let text = format!("Answer {n}");
        let answer = office.deliver(&mail(&address, &text, &text)).await;
        statuses.push(answer.status.as_u16());
    }

    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
    for n in 0..40 {
        let answer = office
            .deliver(&mail(INBOUND, &n.to_string(), "Hello"))
            .await;
        assert_eq!(answer.status, 200);
    }
}

#[tokio::test]
async fn whom_a_moderator_has_banned_answers_no_mail_and_hears_so() {
    let office = PostOffice::new().await;
    let (_, address) = office.told().await;
    colleague(&office.app, "mod@news.example", Role::Moderator, 77).await;
    let now = office.app.clock.now();
    let below = office.app.thread(STORY).await;
    let first = below["comments"][0]["id"].as_str().unwrap().parse();
    let first = first.unwrap();
    let ban = move |tx: &mut store::Tx<'_>| {
        let change = SanctionRequest {
            site: SiteId(1),
            id: 1,
            moderator: authors::by_id(tx, SiteId(1), AuthorId(77))?.unwrap(),
            author: comments::by_id(tx, SiteId(1), first)?.unwrap().author.id,
            reason: None,
        };
        sanctions::ban(tx, now, &change, None, false)
    };
    office.app.store.write(ban).await.unwrap();

    let told = office.deliver(&mail(&address, "one", "Hello")).await;

    assert_eq!(
        told.good(),
        json!({ "outcome": "refused", "reason": "banned" })
    );
    assert_eq!(office.mails().await.len(), 1);
    assert!(office.below().await.as_array().is_none_or(Vec::is_empty));
}
