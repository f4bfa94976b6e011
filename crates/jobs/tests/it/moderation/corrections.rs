//! Telling an Akismet on this machine what moderators made of its verdicts.

use std::sync::Arc;
use std::time::Duration;

use egress::{Client, ClientPolicy};
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::{AuthorId, Clock as _, CommentId, CommentState, FixedRandom, Settings};
use rejoinder_jobs::{SpamCheckHandler, SpamCorrectionHandler, Worker};
use store::moderation::decisions::{self, DecisionId};
use store::{identity::authors, publication::sites};

use crate::integrations::webhooks::{Received, Receiver};
use crate::moderation::external::{BROKEN, asking, says};
use crate::{SITE, World};

const THANKS: &str = says!("Thanks for making the web a better place.");
const PASSES: &[&str] = &[says!("false"), THANKS];
const HOLDS: &[&str] = &[says!("true"), THANKS];

/// A world whose site has asked Akismet about a comment, and had the first of its answers.
async fn asked(receiver: &Receiver) -> (World, CommentId) {
    let world = asking("after", "akismet", "key123").await;
    let id = world.post(7, "Cheap & good watches").await;
    world.work(receiver).await;
    assert_eq!(receiver.received().len(), 1);
    (world, id)
}

impl World {
    /// Do what is due, with all that Akismet is asked and told.
    async fn work(&self, akismet: &Receiver) {
        let client = Client::new(ClientPolicy {
            also_public: vec![akismet.address],
            ..ClientPolicy::default()
        });
        let (client, address) = (client.unwrap(), format!("http://{}", akismet.address));
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let asks = SpamCheckHandler::new(store.clone(), client.clone(), clock.clone())
            .with_timeout(Duration::from_secs(1))
            .with_akismet(address.clone());
        let tells = SpamCorrectionHandler::new(store.clone(), client)
            .with_timeout(Duration::from_secs(1))
            .with_akismet(address);
        let random = Arc::new(FixedRandom::seeded(1));
        let worker = Worker::new(store, clock, random, vec![Arc::new(asks), Arc::new(tells)]);
        worker.run_due().await.unwrap();
    }

    /// What Akismet is told besides, in so many minutes.
    async fn told(&self, minutes: u64, akismet: &Receiver) -> Vec<Received> {
        let known = akismet.received().len();
        for _ in 0..minutes {
            self.clock.advance(Duration::from_secs(60));
            self.work(akismet).await;
        }
        akismet.received().split_off(known)
    }

    async fn take_back(&self, decision: DecisionId) {
        let now = self.clock.now();
        let undo = self.store.write(move |tx| {
            let kim = authors::by_id(tx, SITE, AuthorId(500))?.unwrap();
            decisions::undo(tx, now, SITE, &kim, decision).map(drop)
        });
        undo.await.unwrap();
    }
}

#[tokio::test]
async fn akismet_is_told_of_spam_that_it_passed_and_only_once() {
    let akismet = Receiver::new(PASSES).await;
    let (world, id) = asked(&akismet).await;

    world.decide(id, ModerationAction::Spam).await;
    let told = world.told(10, &akismet).await;

    let [told] = <[_; 1]>::try_from(told).unwrap();
    assert!(told.head.starts_with("POST /1.1/submit-spam HTTP/1.1"));
    for field in [
        "api_key=key123",
        "blog=https%3A%2F%2Fnews.example%2F",
        "comment_author=Ann",
        "comment_content=Cheap+%26+good+watches",
    ] {
        assert!(told.body.split('&').any(|it| it == field), "{field}");
    }
    assert!(!told.body.contains("192.0.2.7") && !told.body.contains("secret.example"));
    for action in [ModerationAction::Approve, ModerationAction::Spam] {
        world.decide(id, action).await;
        assert!(world.told(10, &akismet).await.is_empty(), "{action:?}");
    }
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn akismet_is_told_of_what_it_held_for_nothing() {
    let akismet = Receiver::new(HOLDS).await;
    let (world, id) = asked(&akismet).await;
    assert_eq!(world.comment(id).await.state, CommentState::Spam);

    world.decide(id, ModerationAction::Approve).await;
    let told = world.told(10, &akismet).await;

    assert_eq!(world.comment(id).await.state, CommentState::Published);
    let [told] = <[_; 1]>::try_from(told).unwrap();
    assert!(told.head.starts_with("POST /1.1/submit-ham HTTP/1.1"));
}

#[tokio::test]
async fn whoever_agrees_with_akismet_tells_it_nothing() {
    for (answers, actions) in [
        (
            PASSES,
            [ModerationAction::Approve, ModerationAction::Reject],
        ),
        (HOLDS, [ModerationAction::Spam, ModerationAction::Reject]),
    ] {
        for action in actions {
            let akismet = Receiver::new(answers).await;
            let (world, id) = asked(&akismet).await;
            world.decide(id, action).await;
            assert!(world.told(10, &akismet).await.is_empty(), "{action:?}");
        }
    }
}

#[tokio::test]
async fn what_is_undone_at_once_is_not_told_and_may_be_decided_anew() {
    let akismet = Receiver::new(PASSES).await;
    let (world, id) = asked(&akismet).await;
    let decision = world.decide(id, ModerationAction::Spam).await.unwrap();
    world.take_back(decision).await;
    assert!(world.told(10, &akismet).await.is_empty());

    world.decide(id, ModerationAction::Spam).await;

    assert_eq!(world.told(10, &akismet).await.len(), 1);
}

#[tokio::test]
async fn an_akismet_that_fails_is_told_again_and_the_decision_stands() {
    const ANSWERS: &[&str] = &[says!("false"), BROKEN, "stall", says!("invalid"), THANKS];
    let akismet = Receiver::new(ANSWERS).await;
    let (world, id) = asked(&akismet).await;

    world.decide(id, ModerationAction::Spam).await;
    let told = world.told(60, &akismet).await;

    assert_eq!(world.comment(id).await.state, CommentState::Spam);
    assert_eq!(told.len(), 4);
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn nobody_is_told_where_akismet_was_not_asked() {
    let akismet = Receiver::new(PASSES).await;
    let world = World::new().await;
    let unasked = world.post(7, "Never judged").await;
    world.decide(unasked, ModerationAction::Spam).await;
    assert!(world.told(10, &akismet).await.is_empty());

    let (world, id) = asked(&akismet).await;
    world.decide(id, ModerationAction::Spam).await;
    let off = |tx: &mut store::Tx<'_>| sites::save_settings(tx, SITE, &Settings::default());
    world.store.write(off).await.unwrap();

    assert!(world.told(10, &akismet).await.is_empty());
}
