//! Authors are told by mail what became of their comments.

use std::time::Duration;

use rejoinder_core::Clock as _;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::notices::subscription::SubscriptionKind;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_store::moderation::decisions;

use crate::notices::mails::{mail, wish};
use crate::support::{Person, World, on_both};

const LATER: Duration = Duration::from_secs(2 * 60);

/// Somebody who is told of replies; what they post waits from now on.
async fn follower(world: &mut World, name: &str) -> Person {
    let ann = world.person(name);
    world.post(&ann, "First").await;
    let email = format!("{name}@reader.example");
    world
        .subscribe(&ann, wish(SubscriptionKind::Replies, &email))
        .await;
    world.mails().await;
    world.site.settings.mode = ModerationMode::Before;
    ann
}

#[test]
fn whoever_asked_for_mails_hears_of_each_decision_once_and_a_little_later() {
    on_both(|mut world| async move {
        let (kim, ann) = (world.desk().await, follower(&mut world, "ann").await);
        let one = world.post(&ann, "One").await;
        let other = world.post(&ann, "Other").await;
        world
            .decide(&kim, one, ModerationAction::Approve)
            .await
            .unwrap();
        world
            .decide(&kim, other, ModerationAction::Reject)
            .await
            .unwrap();
        world
            .decide(&kim, other, ModerationAction::Reject)
            .await
            .unwrap();
        assert_eq!(world.mails().await, []);

        world.wait(LATER);
        assert_eq!(
            world.mails().await,
            [
                mail("ann@reader.example", &["One"]),
                mail("ann@reader.example", &["Other"])
            ]
        );
        world
            .decide(&kim, one, ModerationAction::Feature)
            .await
            .unwrap();
        world.wait(LATER);
        assert_eq!(world.mails().await, [mail("ann@reader.example", &["One"])]);
        world.wait(24 * Duration::from_secs(3_600));
        assert_eq!(world.mails().await, []);
    });
}

#[test]
fn what_was_undone_or_removed_meanwhile_is_not_told() {
    on_both(|mut world| async move {
        let (kim, ann) = (world.desk().await, follower(&mut world, "ann").await);
        let undone = world.post(&ann, "Undone").await;
        let rejected = world
            .decide(&kim, undone, ModerationAction::Reject)
            .await
            .unwrap();
        let (now, site, id) = (world.clock.now(), world.site.id, rejected.decision.unwrap());
        let undo = world
            .store
            .write(move |tx| decisions::undo(tx, now, site, &kim, id));
        undo.await.unwrap();
        let kim = world.desk().await;
        let gone = world.post(&ann, "Gone").await;
        world
            .decide(&kim, gone, ModerationAction::Approve)
            .await
            .unwrap();
        world.remove(&ann, gone).await.unwrap();

        world.wait(LATER);

        assert_eq!(world.mails().await, []);
    });
}

#[test]
fn who_asked_for_nothing_and_what_is_ones_own_doing_is_not_told() {
    on_both(|mut world| async move {
        let (kim, ann) = (world.desk().await, follower(&mut world, "ann").await);
        let bob = world.person("Bob");
        let one = world.post(&bob, "Of Bob").await;
        world
            .decide(&kim, one, ModerationAction::Approve)
            .await
            .unwrap();
        let own = world.post(&ann, "Withdrawn").await;
        world.remove(&ann, own).await.unwrap();

        world.wait(LATER);

        assert_eq!(world.mails().await, []);
    });
}
