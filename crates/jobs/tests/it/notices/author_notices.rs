//! Mails that tell authors what became of their comments.

use std::time::Duration;

use egress::Mailer;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::{ModerationAction, Reason};
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::{AuthorId, Clock, CommentId, PageKey, TokenHash};
use store::identity::authors::{self, GuestDetails};
use store::identity::roles;
use store::moderation::decisions::{self, DecisionId, DecisionRequest};
use store::notices::subscriptions::{self, NewSubscription};
use store::{Tx, discussion::pages};

use crate::{SITE, World};

impl World {
    /// Ann, who has posted already, is told of replies.
    async fn ann_follows(&self) {
        let (now, token) = (self.clock.now(), TokenHash([9; 32]));
        let wish = NewSubscription {
            id: 7,
            secret: "secret-7".to_owned(),
            kind: SubscriptionKind::Replies,
            branch: None,
            pace: MailPace::Daily,
            email: Some("ann@mail.example".to_owned()),
        };
        let ask = move |tx: &mut Tx<'_>| {
            let key = PageKey::parse("https://news.example/story")?;
            let page = pages::find(tx, SITE, &key)?.unwrap();
            let author = authors::by_token(tx, now, SITE, &token)?.unwrap();
            subscriptions::ask(tx, now, &page, &author, &wish)?;
            subscriptions::confirm(tx, now, SITE, &wish.secret)
        };
        self.store.write(ask).await.unwrap();
    }

    pub(crate) async fn decide(
        &self,
        comment: CommentId,
        action: ModerationAction,
    ) -> Option<DecisionId> {
        let (now, token) = (self.clock.now(), TokenHash([5; 32]));
        let decide = move |tx: &mut Tx<'_>| {
            if authors::by_id(tx, SITE, AuthorId(500))?.is_none() {
                let details = GuestDetails {
                    name: "Kim".to_owned(),
                    ..GuestDetails::default()
                };
                authors::add_guest(tx, now, SITE, AuthorId(500), &details, &token)?;
                roles::set_role(tx, SITE, AuthorId(500), Role::Moderator)?;
            }
            let refuses = action == ModerationAction::Reject;
            let decide = DecisionRequest {
                site: SITE,
                moderator: authors::by_id(tx, SITE, AuthorId(500))?.unwrap(),
                comment,
                revision: 1,
                action,
                reason: refuses.then_some(Reason::OffTopic),
                note: refuses.then(|| "Please stay with <the bridge>.".to_owned()),
            };
            decisions::decide(tx, now, &decide)
        };
        self.store.write(decide).await.unwrap().decision
    }
}

#[tokio::test]
async fn a_refusal_says_why_and_quotes_nothing_and_praise_quotes() {
    let world = World::new().await;
    let folder = world.folder.path().join("mails");
    let worker = world.post_office(Mailer::Folder(folder.clone()));
    let good = world.post(50, "Well said").await;
    world.ann_follows().await;
    let canary = world.post(51, "CANARY").await;
    world.decide(canary, ModerationAction::Reject).await;
    world.decide(good, ModerationAction::Feature).await;
    world.clock.advance(Duration::from_secs(2 * 60));

    while worker.run_due().await.unwrap() > 0 {}

    let mut mails: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .map(|mail| mail.replace("=\r\n", "").replace("=20", " "))
        .collect();
    mails.sort_by_key(|mail| mail.contains("not published"));
    let [featured, refused] = &mails[..] else {
        panic!("{mails:?}");
    };
    assert!(featured.contains("Subject: Your comment on A story was featured"));
    assert!(featured.contains("> Well said"), "{featured}");
    assert!(refused.contains("Subject: Your comment on A story was not published"));
    assert!(refused.contains("it is not about the article"), "{refused}");
    assert!(refused.contains("Please stay with <the bridge>."));
    assert!(
        !refused
            .split_once("<!doctype html>")
            .unwrap()
            .1
            .contains("<the")
    );
    for mail in &mails {
        assert!(mail.contains("To: ann@mail.example"));
        assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
        assert!(!mail.contains("CANARY") && !mail.contains("Kim"), "{mail}");
    }
}
