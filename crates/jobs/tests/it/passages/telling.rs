//! Mails that tell senders of corrections what became of them.

use std::sync::Arc;
use std::time::Duration;

use egress::Mailer;
use rejoinder_core::identity::address::Network;
use rejoinder_core::moderation::ProofOfWorkResult;
use rejoinder_core::passages::{Quote, Selector};
use rejoinder_core::publication::settings::Passages;
use rejoinder_core::{
    AuthorId, Clock as _, CorrectionId, PageId, PageKey, Reader, Settings, TokenHash,
};
use rejoinder_jobs::SenderHandler;
use store::Tx;
use store::moderation::groups::Scope;
use store::passages::deciding::{self, CorrectionDecision};
use store::passages::sending::{self, NewCorrection};
use store::publication::sites;

use crate::{SITE, STORY, World};

impl World {
    async fn correct(&self, text: &str) -> CorrectionId {
        self.correct_on(STORY, text).await
    }

    /// Somebody sends a correction of the page at `url`.
    pub(crate) async fn correct_on(&self, url: &str, text: &str) -> CorrectionId {
        let now = self.clock.now();
        let found = self.store.read(|tx| sites::by_id(tx, SITE)).await;
        let mut site = found.unwrap().unwrap();
        site.settings = Settings {
            passages: Passages::Correct,
            ..Settings::default()
        };
        let new = NewCorrection {
            site,
            page: PageKey::parse(url).unwrap(),
            page_id: PageId(1),
            id: CorrectionId(7),
            author: AuthorId(8),
            address_key: [1; 32],
            reader: Reader {
                author: None,
                network: Network::of("192.0.2.1".parse().unwrap()),
            },
            token: TokenHash([2; 32]),
            annotation: Some(Selector {
                quote: Quote::new("CANARY of a forged quote", "", "").unwrap(),
                position: None,
                rival: None,
            }),
            sources: None,
            article: None,
            text: text.to_owned(),
            proposed: None,
            thanks: None,
            email: Some("ann@mail.example".to_owned()),
            rendered: markup::render(text),
            work: ProofOfWorkResult::NotAsked,
            solution: None,
        };
        let send = move |tx: &mut Tx<'_>| sending::send(tx, now, &new);
        self.store.write(send).await.unwrap().id
    }

    fn deciding(id: CorrectionId) -> CorrectionDecision {
        Self::deciding_because(id, "It was <new>.")
    }

    pub(crate) fn deciding_because(id: CorrectionId, reason: &str) -> CorrectionDecision {
        CorrectionDecision {
            site: SITE,
            id,
            by: AuthorId(500),
            scope: Scope::all(),
            reason: Some(reason.to_owned()),
        }
    }
}

#[tokio::test]
async fn a_sender_gets_one_mail_with_the_reason_and_nothing_that_they_wrote() {
    let world = World::new().await;
    let folder = world.folder.path().join("mails");
    let handler = SenderHandler::new(
        world.store.clone(),
        Mailer::Folder(folder.clone()),
        world.clock.clone(),
        "talk@comments.example",
        "https://comments.example",
    );
    let worker = world.worker(Arc::new(handler));
    let id = world.correct("CANARY was old").await;
    let (now, it) = (world.clock.now(), World::deciding(id));
    let decline = move |tx: &mut Tx<'_>| deciding::decline(tx, now, &it);
    world.store.write(decline).await.unwrap();
    worker.run_due().await.unwrap();
    assert!(!folder.exists(), "it may be a slip");

    world.clock.advance(Duration::from_secs(2 * 60));
    while worker.run_due().await.unwrap() > 0 {}

    let mails: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .map(|mail| mail.replace("=\r\n", "").replace("=20", " "))
        .collect();
    let [mail] = &mails[..] else {
        panic!("{mails:?}");
    };
    assert!(mail.contains("To: ann@mail.example"), "{mail}");
    assert!(mail.contains("was not taken up"), "{mail}");
    assert!(mail.contains("The newsroom says: It was <new>."), "{mail}");
    assert!(mail.contains("It was &#60;new&#62;.") && !mail.contains("CANARY"));
    let told = deciding::TellSender {
        correction: id,
        is_accepted: false,
    };
    let due = move |tx: &mut Tx<'_>| deciding::due(tx, SITE, told);
    assert_eq!(world.store.read(due).await.unwrap(), None);
}

#[tokio::test]
async fn nobody_is_told_what_was_taken_back() {
    let world = World::new().await;
    let folder = world.folder.path().join("mails");
    let handler = SenderHandler::new(
        world.store.clone(),
        Mailer::Folder(folder.clone()),
        world.clock.clone(),
        "talk@comments.example",
        "https://comments.example",
    );
    let id = world.correct("It was old").await;
    let (now, it) = (world.clock.now(), World::deciding(id));
    let there_and_back = move |tx: &mut Tx<'_>| {
        deciding::decline(tx, now, &it)?;
        deciding::reopen(tx, now, &it)
    };
    world.store.write(there_and_back).await.unwrap();
    world.clock.advance(Duration::from_secs(2 * 60));

    let worker = world.worker(Arc::new(handler));
    while worker.run_due().await.unwrap() > 0 {}

    assert!(!folder.exists());
    assert_eq!(world.parked().await, [""; 0]);
}

#[tokio::test]
async fn what_is_decided_once_more_is_told_when_that_has_stood_for_a_while() {
    let world = World::new().await;
    let folder = world.folder.path().join("mails");
    let handler = SenderHandler::new(
        world.store.clone(),
        Mailer::Folder(folder.clone()),
        world.clock.clone(),
        "talk@comments.example",
        "https://comments.example",
    );
    let worker = world.worker(Arc::new(handler));
    let id = world.correct("It was old").await;
    let decline = async || {
        let (now, it) = (world.clock.now(), World::deciding(id));
        let decline = move |tx: &mut Tx<'_>| deciding::decline(tx, now, &it);
        world.store.write(decline).await.unwrap();
    };
    let after_a_minute = async || {
        world.clock.advance(Duration::from_secs(60));
        while worker.run_due().await.unwrap() > 0 {}
    };
    decline().await;
    after_a_minute().await;
    let (now, it) = (world.clock.now(), World::deciding(id));
    let reopen = move |tx: &mut Tx<'_>| deciding::reopen(tx, now, &it);
    world.store.write(reopen).await.unwrap();
    decline().await;

    after_a_minute().await;
    assert!(!folder.exists(), "it may be a slip, too");
    after_a_minute().await;

    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}
