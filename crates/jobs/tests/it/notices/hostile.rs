//! What strangers type, in every kind of mail and push that can carry it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egress::{MAX_MESSAGE, Mail, Mailer};
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::{ModerationAction, Reason};
use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::publication::settings::{DeskMailPace, ModerationMode};
use rejoinder_core::{AuthorId, Clock, CommentId, FixedRandom, PageKey, Settings, Site, TokenHash};
use rejoinder_jobs::{
    DeskMailHandler, FanOutHandler, Handler, Job, JobOutcome, NoticeHandler, SenderHandler, Worker,
};
use render::notices::notice::SubscriptionContext;
use render::{RenderContext, UnshownAnswer, answer_mail};
use serde_json::Value;
use store::identity::authors::{self, GuestDetails};
use store::identity::roles;
use store::moderation::decisions::{self, DecisionRequest};
use store::notices::mails::{self, DueMail};
use store::notices::outbox::PendingNotice;
use store::notices::subscriptions::{self, NewSubscription};
use store::passages::deciding;
use store::{Tx, discussion::pages, publication::sites};
use testing::{MailContent, hostile_texts};

use crate::{SITE, STORY, World};

const FROM: &str = "talk@news.example";
const BASE: &str = "https://talk.example";

/// The functions that write a mail, each with the kinds of mails that it writes here. Those of signing
/// in and of guests say nothing that a stranger could have typed but the site's title; the server's
/// tests send them.
const WRITERS: [(&str, &[&str]); 9] = [
    ("answer_mail", &["answer"]),
    ("comments_mail", &["comment", "digest"]),
    ("confirm_mail", &["confirm"]),
    ("correction_mail", &["correction"]),
    ("desk_mail", &["desk"]),
    ("author_notice_mail", &["fate-featured", "fate-rejected"]),
    ("guest_mail", &[]),
    ("receipt_mail", &[]),
    ("sign_in_mail", &[]),
];

const fn kind(told: PendingNotice) -> &'static str {
    match told {
        PendingNotice::Confirm(_) => "confirm",
        PendingNotice::Comment(..) => "comment",
        PendingNotice::Digest(..) => "digest",
        PendingNotice::AuthorNotice(_, _, kind) => match kind {
            NoticeKind::Featured => "fate-featured",
            NoticeKind::Rejected => "fate-rejected",
            NoticeKind::Approved
            | NoticeKind::Reply
            | NoticeKind::Comment
            | NoticeKind::Challenged
            | NoticeKind::Mention => "fate-approved",
        },
    }
}

/// Sends each mail into a folder of its kind, and notes what would be pushed instead of it.
struct Sorting {
    world: Arc<World>,
    pushed: Arc<Mutex<Vec<(&'static str, String)>>>,
}

impl Handler for Sorting {
    type Payload = PendingNotice;

    async fn run(&self, job: &Job, told: PendingNotice) -> store::Result<JobOutcome> {
        let World { store, clock, .. } = &*self.world;
        let folder = self.world.folder.path().join(kind(told));
        let now = clock.now();
        let (mailer, clock) = (Mailer::Folder(folder), clock.clone());
        let sending = NoticeHandler::new(store.clone(), mailer, clock, FROM, BASE);
        let read = move |tx: &mut Tx<'_>| {
            let due = mails::due(tx, SITE, told)?;
            Ok(due.zip(sites::by_id(tx, SITE)?))
        };
        if let Some((due, site)) = store.read(read).await? {
            let pushed = push(&due, &site, told);
            self.pushed.lock().unwrap().push((kind(told), pushed));
            if let PendingNotice::Comment(..) = told {
                let mailer = Mailer::Folder(self.world.folder.path().join("answer"));
                mailer.send(&answer(&due, &site), now).await;
            }
        }
        sending.run(job, told).await
    }
}

fn context(site: &Site) -> RenderContext<'_> {
    RenderContext {
        site,
        now: rejoinder_core::Time::from_micros(0),
        base: BASE,
        texts: render::catalogue::of(site.settings.language),
        assets: "",
        has_accounts: true,
    }
}

fn about(due: &DueMail) -> SubscriptionContext<'_> {
    SubscriptionContext {
        page: &due.page,
        kind: due.subscription.kind,
        pace: due.subscription.pace,
        email: &due.subscription.email,
        manage: "https://talk.example/notices/news.example/secret",
    }
}

/// The mail that tells whoever answered one that their answer was refused, for a word that they wrote.
fn answer(due: &DueMail, site: &Site) -> Mail {
    let refused = UnshownAnswer::Refused(&due.comments[0].text);
    let text = answer_mail(&context(site), &about(due), &refused);
    Mail {
        from_name: site.name().to_owned(),
        from: FROM.to_owned(),
        to: due.subscription.email.clone(),
        reply_to: None,
        subject: text.subject,
        text: text.text,
        html: text.html,
        message_id: format!("answer-{}@news.example", due.comments[0].id),
        references: Vec::new(),
        list_id: None,
        unsubscribe_url: Some("https://talk.example/notices/news.example/secret".to_owned()),
    }
}

fn push(due: &DueMail, site: &Site, told: PendingNotice) -> String {
    let kind = match told {
        PendingNotice::AuthorNotice(_, _, kind) => Some(kind),
        PendingNotice::Confirm(_) | PendingNotice::Comment(..) | PendingNotice::Digest(..) => None,
    };
    let about = about(due);
    render::push_message(
        &context(site),
        &about,
        kind,
        (&due.comments, due.n_more),
        "tag",
    )
}

/// All mails by their kinds, and all pushes.
struct All {
    mails: BTreeMap<String, Vec<MailContent>>,
    pushed: Vec<(&'static str, String)>,
}

/// Let everything be told while `typed` is what the site, the page, the author and the moderator are
/// called and say.
async fn told(typed: &str) -> All {
    let world = Arc::new(World::new().await);
    let settings = Settings {
        title: typed.to_owned(),
        ..Settings::default()
    };
    save(&world, settings.clone()).await;
    let page = page_of(typed);
    // Nobody may be called as the site is.
    let name = &format!("{typed} of Tanga");
    let first = world.post_by(50, name, &page, typed, typed).await;
    follow(
        &world,
        &page,
        7,
        SubscriptionKind::Page,
        MailPace::AtOnce,
        20,
    )
    .await;
    follow(
        &world,
        &page,
        8,
        SubscriptionKind::Page,
        MailPace::Hourly,
        21,
    )
    .await;
    follow(
        &world,
        &page,
        9,
        SubscriptionKind::Replies,
        MailPace::AtOnce,
        9,
    )
    .await;
    let pushed = Arc::default();
    let work = worker(&world, Arc::clone(&pushed));
    let all_due = async || while work.run_due().await.unwrap() > 0 {};
    all_due().await;
    for id in 7..=9 {
        let (now, secret) = (world.clock.now(), format!("secret-{id}"));
        let confirm = move |tx: &mut Tx<'_>| subscriptions::confirm(tx, now, SITE, &secret);
        world.store.write(confirm).await.unwrap();
    }
    world.clock.advance(Duration::from_secs(60));
    let second = world.post_by(51, name, &page, typed, typed).await;
    world.clock.advance(Duration::from_secs(60));
    world.post_by(52, name, &page, typed, typed).await;
    decide(&world, first, ModerationAction::Feature, typed).await;
    all_due().await;
    decide(&world, second, ModerationAction::Reject, typed).await;
    decline(&world, &page, typed).await;
    world.clock.advance(Duration::from_secs(2 * 3_600));
    all_due().await;
    let settings = Settings {
        mode: ModerationMode::Before,
        desk_mail: DeskMailPace::Hourly,
        ..settings
    };
    save(&world, settings).await;
    world.post_by(53, name, &page, typed, typed).await;
    world.clock.advance(Duration::from_secs(2 * 3_600));
    all_due().await;
    assert_eq!(world.parked().await, [""; 0], "{typed:?}");
    let kinds = WRITERS.iter().flat_map(|(_, kinds)| *kinds);
    let mails = kinds.map(|kind| {
        let mails = read(&world.folder.path().join(kind));
        assert!(!mails.is_empty(), "no {kind} mail with {typed:?}");
        ((*kind).to_owned(), mails)
    });
    let mails = mails.collect();
    let pushed = std::mem::take(&mut *pushed.lock().unwrap());
    All { mails, pushed }
}

fn worker(world: &Arc<World>, pushed: Arc<Mutex<Vec<(&'static str, String)>>>) -> Worker {
    let (store, clock) = (world.store.clone(), world.clock.clone());
    let desk = DeskMailHandler::new(
        store.clone(),
        Mailer::Folder(world.folder.path().join("desk")),
        clock.clone(),
        Arc::new(FixedRandom::seeded(7)),
        FROM,
        BASE,
    );
    let sender = SenderHandler::new(
        store.clone(),
        Mailer::Folder(world.folder.path().join("correction")),
        clock.clone(),
        FROM,
        BASE,
    );
    let sorting = Sorting {
        world: Arc::clone(world),
        pushed,
    };
    let fan_out = FanOutHandler::new(store, clock);
    world.worker_with(vec![
        Arc::new(desk),
        Arc::new(sender),
        Arc::new(sorting),
        Arc::new(fan_out),
    ])
}

/// An address of a page that says it, too, if one can.
fn page_of(typed: &str) -> String {
    let mut url = url::Url::parse(STORY).unwrap();
    url.query_pairs_mut().append_pair("about", typed);
    let url = String::from(url);
    match PageKey::parse(&url) {
        Ok(_) => url,
        Err(_) => STORY.to_owned(),
    }
}

async fn save(world: &World, settings: Settings) {
    let save = move |tx: &mut Tx<'_>| sites::save_settings(tx, SITE, &settings);
    world.store.write(save).await.unwrap();
}

/// The reader with this token wants to be told.
async fn follow(
    world: &World,
    url: &str,
    id: i64,
    kind: SubscriptionKind,
    pace: MailPace,
    token: u8,
) {
    let (now, key) = (world.clock.now(), PageKey::parse(url).unwrap());
    let wish = NewSubscription {
        id,
        secret: format!("secret-{id}"),
        kind,
        branch: None,
        pace,
        email: Some(format!("reader{id}@mail.example")),
    };
    let token = TokenHash([token; 32]);
    let ask = move |tx: &mut Tx<'_>| {
        let page = pages::find(tx, SITE, &key)?.unwrap();
        let author = authors::by_token_or_new(tx, now, SITE, AuthorId(id + 100), &token)?;
        subscriptions::ask(tx, now, &page, &author, &wish).map(drop)
    };
    world.store.write(ask).await.unwrap();
}

async fn decide(world: &World, comment: CommentId, action: ModerationAction, note: &str) {
    // No much longer one is taken.
    let note: String = note.chars().take(500).collect();
    let now = world.clock.now();
    let decide = move |tx: &mut Tx<'_>| {
        let kim = AuthorId(500);
        if authors::by_id(tx, SITE, kim)?.is_none() {
            let details = GuestDetails {
                name: "Kim".to_owned(),
                email: Some("kim@news.example".to_owned()),
                ..GuestDetails::default()
            };
            authors::add_guest(tx, now, SITE, kim, &details, &TokenHash([5; 32]))?;
            roles::set_role(tx, SITE, kim, Role::Moderator)?;
        }
        let refuses = action == ModerationAction::Reject;
        let decide = DecisionRequest {
            site: SITE,
            moderator: authors::by_id(tx, SITE, kim)?.unwrap(),
            comment,
            revision: 1,
            action,
            reason: refuses.then_some(Reason::OffTopic),
            note: refuses.then(|| note.clone()),
        };
        decisions::decide(tx, now, &decide).map(drop)
    };
    world.store.write(decide).await.unwrap();
}

/// An editor does not take up a correction of the page at `url`, and says why.
async fn decline(world: &World, url: &str, reason: &str) {
    let reason: String = reason.chars().take(500).collect();
    let id = world.correct_on(url, "It was old").await;
    let (now, it) = (world.clock.now(), World::deciding_because(id, &reason));
    let decline = move |tx: &mut Tx<'_>| deciding::decline(tx, now, &it);
    world.store.write(decline).await.unwrap();
}

fn read(folder: &Path) -> Vec<MailContent> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    texts.map(|text| MailContent::read(&text)).collect()
}

/// Whether letters turn around what stands behind them.
fn turns(text: &str) -> bool {
    let opened = text.matches(['\u{2066}', '\u{2067}', '\u{2068}']).count();
    text.contains(['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}'])
        || opened != text.matches('\u{2069}').count()
}

#[tokio::test]
async fn nothing_that_anyone_types_adds_to_a_mail_or_push_what_is_not_ours() {
    let harmless = told("Zanzibar").await;

    for typed in hostile_texts() {
        let told = told(&typed).await;

        for (kind, mails) in &told.mails {
            let ours = &harmless.mails[kind][0];
            for mail in mails {
                let why = format!("{kind} with {typed:.80?}: {mail:#?}");
                assert_eq!(mail.names(), ours.names(), "{why}");
                assert_eq!(mail.parts, ours.parts, "{why}");
                for list in ["List-Id", "List-Unsubscribe-Post", "Auto-Submitted"] {
                    let is_there = |name: &&str| *name == list;
                    if ours.names().iter().any(is_there) {
                        assert_eq!(mail.header(list), ours.header(list), "{why}");
                    }
                }
                assert!(
                    mail.header("From").ends_with("<talk@news.example>"),
                    "{why}"
                );
                assert!(!mail.header("To").contains("evil"), "{why}");
                assert_eq!(mail.header("To").matches('@').count(), 1, "{why}");
                for (name, said) in &mail.headers {
                    assert!(!turns(said), "{name}: {why}");
                    assert!(
                        !said.contains(char::is_control) || name != "Subject",
                        "{why}"
                    );
                }
                assert!(mail.tags.is_subset(&ours.tags), "{why}");
                for link in &mail.links {
                    let is_ours = ["https://talk.example/", "https://news.example/"];
                    let is_ours = is_ours.iter().any(|start| link.starts_with(start));
                    assert!(is_ours, "{link}: {why}");
                }
            }
        }
        let keys = ["body", "dir", "lang", "tag", "title", "url"].map(str::to_owned);
        for (kind, pushed) in &told.pushed {
            assert!(pushed.len() <= MAX_MESSAGE, "{kind}: {pushed}");
            let Value::Object(read) = serde_json::from_str(pushed).unwrap() else {
                panic!("{kind}: {pushed}");
            };
            let own: BTreeSet<String> = read.keys().cloned().collect();
            assert_eq!(own, BTreeSet::from(keys.clone()), "{kind}: {pushed}");
            let url = read["url"].as_str().unwrap();
            let is_ours = ["https://talk.example/", "https://news.example/"];
            assert!(is_ours.iter().any(|start| url.starts_with(start)), "{url}");
            assert!(!turns(read["title"].as_str().unwrap()), "{kind}: {pushed}");
        }
    }
}

#[test]
fn every_function_that_writes_a_mail_is_tried_with_what_strangers_type() {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../render/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for function in source.split("fn ").skip(1) {
                let (head, _) = function.split_once('{').unwrap_or((function, ""));
                if head.contains("-> MailText") {
                    found.insert(head.split('(').next().unwrap().to_owned());
                }
            }
        }
    }

    assert_eq!(found, WRITERS.map(|(name, _)| name.to_owned()).into());
}
