//! Mails that tell the newsroom that comments wait.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use egress::Mailer;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::{DeskMailPace, ModerationMode};
use rejoinder_core::{AuthorId, Clock, FixedRandom, Settings, TokenHash};
use rejoinder_jobs::DeskMailHandler;
use store::identity::authors::{self, GuestDetails};
use store::identity::roles;
use store::{Tx, moderation::desk_mails, publication::sites};

use crate::{SITE, World};

const HOUR: Duration = Duration::from_secs(3_600);

impl World {
    /// Everything waits, and moderators are told `desk_mail`.
    async fn reviews(&self, desk_mail: DeskMailPace) {
        let settings = Settings {
            mode: ModerationMode::Before,
            desk_mail,
            ..Settings::default()
        };
        let save = move |tx: &mut Tx<'_>| sites::save_settings(tx, SITE, &settings);
        self.store.write(save).await.unwrap();
    }

    async fn colleague(&self, id: u8, role: Role, email: Option<&'static str>) {
        let now = self.clock.now();
        let add = move |tx: &mut Tx<'_>| {
            let details = GuestDetails {
                name: "Kim".to_owned(),
                email: email.map(str::to_owned),
                ..GuestDetails::default()
            };
            let (author, token) = (AuthorId(i64::from(id)), TokenHash([id; 32]));
            authors::add_guest(tx, now, SITE, author, &details, &token)?;
            roles::set_role(tx, SITE, author, role)
        };
        self.store.write(add).await.unwrap();
    }
}

/// The mails in `folder`, by their addresses.
fn sent(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    let mut mails: Vec<String> = files
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .map(|mail| mail.replace("=\r\n", "").replace("=20", " "))
        .collect();
    mails.sort_by_key(|mail| {
        mail.lines()
            .find(|line| line.starts_with("To:"))
            .map(str::to_owned)
    });
    mails
}

#[tokio::test]
async fn each_moderator_gets_one_mail_for_the_hour_and_none_when_nothing_waits() {
    let world = World::new().await;
    let folder = world.folder.path().join("mails");
    let worker = world.worker(Arc::new(DeskMailHandler::new(
        world.store.clone(),
        Mailer::Folder(folder.clone()),
        world.clock.clone(),
        Arc::new(FixedRandom::seeded(7)),
        "talk@news.example",
        "https://talk.example",
    )));
    let work = async || while worker.run_due().await.unwrap() > 0 {};
    world.reviews(DeskMailPace::Hourly).await;
    world
        .colleague(20, Role::Moderator, Some("kim@news.example"))
        .await;
    world
        .colleague(21, Role::Owner, Some("olga@news.example"))
        .await;
    world
        .colleague(22, Role::Editor, Some("ed@news.example"))
        .await;
    world.colleague(23, Role::Moderator, None).await;
    let first = world.post(50, "The <b>first</b> *word*").await;
    let second = world.post(51, "The second word").await;
    work().await;
    assert!(sent(&folder).is_empty());

    world.clock.advance(HOUR);
    work().await;
    let mails = sent(&folder);
    assert_eq!(mails.len(), 2, "{mails:?}");
    for (mail, to) in mails.iter().zip(["kim", "olga"]) {
        assert!(mail.contains(&format!("To: {to}@news.example")), "{mail}");
        assert!(mail.contains("Subject: 2 comments wait at news.example"));
        assert!(mail.contains("Ann on A story:") && mail.contains("> The second word"));
        let link = format!("https://talk.example/moderate/news.example/comments/{first}");
        assert!(mail.contains(&link), "{mail}");
        for word in ["approve", "reject"] {
            let ask = format!("{link}?decide=3D{word}&edited=3D{first}.1");
            assert!(mail.contains(&ask), "{mail}");
        }
        assert!(!mail.contains("<img") && !mail.contains("ann@secret.example"));
    }

    world.decide(first, ModerationAction::Approve).await;
    world.clock.advance(HOUR);
    work().await;
    let third = world.post(52, "The third word").await;
    world.decide(second, ModerationAction::Reject).await;
    world.decide(third, ModerationAction::Reject).await;
    world.clock.advance(HOUR);
    work().await;
    assert_eq!(sent(&folder).len(), 2);
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn a_site_that_does_not_want_these_mails_gets_none() {
    let world = World::new().await;
    let folder = world.folder.path().join("mails");
    let worker = world.worker(Arc::new(DeskMailHandler::new(
        world.store.clone(),
        Mailer::Folder(folder.clone()),
        world.clock.clone(),
        Arc::new(FixedRandom::seeded(7)),
        "talk@news.example",
        "https://talk.example",
    )));
    world
        .colleague(20, Role::Moderator, Some("kim@news.example"))
        .await;
    world.reviews(DeskMailPace::Off).await;
    world.post(50, "Before").await;
    world.reviews(DeskMailPace::Daily).await;
    world.post(51, "Meanwhile").await;
    world.reviews(DeskMailPace::Off).await;

    world.clock.advance(24 * HOUR);
    while worker.run_due().await.unwrap() > 0 {}

    assert!(sent(&folder).is_empty());
}

/// The link with which the mail is stopped, as its header gives it to mail programs.
fn unsubscribe(mail: &str) -> String {
    let unfolded = mail.replace("\r\n ", " ");
    let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click";
    assert!(unfolded.contains(post), "{mail}");
    let mut lines = unfolded.lines();
    let link = lines.find_map(|line| line.strip_prefix("List-Unsubscribe: "));
    link.unwrap().trim_matches(['<', '>']).to_owned()
}

#[tokio::test]
async fn a_moderator_stops_these_mails_for_themself_alone() {
    let world = World::new().await;
    let folder = world.folder.path().join("mails");
    let worker = world.worker(Arc::new(DeskMailHandler::new(
        world.store.clone(),
        Mailer::Folder(folder.clone()),
        world.clock.clone(),
        Arc::new(FixedRandom::seeded(7)),
        "talk@news.example",
        "https://talk.example",
    )));
    let work = async || while worker.run_due().await.unwrap() > 0 {};
    world.reviews(DeskMailPace::Hourly).await;
    for (id, email) in [(20, "kim@news.example"), (21, "lou@news.example")] {
        world.colleague(id, Role::Moderator, Some(email)).await;
    }
    world.post(50, "First").await;
    world.clock.advance(HOUR);
    work().await;
    let mails = sent(&folder);
    let [kim, lou] = [unsubscribe(&mails[0]), unsubscribe(&mails[1])];
    assert_ne!(kim, lou);
    assert!(
        mails[0].contains(&format!("Stop these emails: {kim}")),
        "{}",
        mails[0]
    );

    let secret = kim.rsplit('/').next().unwrap().to_owned();
    let (named, now) = (secret.clone(), world.clock.now());
    let end = move |tx: &mut Tx<'_>| desk_mails::set_ended(tx, SITE, &named, Some(now));
    world.store.write(end).await.unwrap();
    world.post(51, "Second").await;
    world.clock.advance(HOUR);
    work().await;
    let told = |mails: &[String]| {
        mails
            .iter()
            .filter(|mail| mail.contains("To: kim@"))
            .count()
    };
    assert_eq!((told(&sent(&folder)), sent(&folder).len()), (1, 3));

    let again = move |tx: &mut Tx<'_>| desk_mails::set_ended(tx, SITE, &secret, None);
    world.store.write(again).await.unwrap();
    world.post(52, "Third").await;
    world.clock.advance(HOUR);
    work().await;
    let mails = sent(&folder);
    assert_eq!((told(&mails), mails.len()), (2, 5));
    assert!(
        mails
            .iter()
            .all(|mail| [&kim, &lou].contains(&&unsubscribe(mail)))
    );
}
