//! Reactions that begin to count for comments, and cease to.

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::identity::address::Network;
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{AuthorId, Clock as _, CommentId, Reader, TokenHash};
use rejoinder_jobs::LikedHandler;
use store::Tx;
use store::database::doctor;
use store::discussion::comments;
use store::discussion::reactions::{self, NewReaction};
use store::publication::{owners, sites};

use crate::{SITE, World};

impl World {
    async fn let_count(&self, liked: &'static str) {
        self.clock.advance(Duration::from_secs(1));
        let now = self.clock.now();
        let set = move |tx: &mut Tx<'_>| {
            let mut settings = sites::by_id(tx, SITE)?.unwrap().settings;
            settings.reactions = "Respect, I learned something".to_owned();
            settings.liked_reactions = liked.to_owned();
            owners::save_settings(tx, now, &AuditActor::Console, SITE, &settings)
        };
        self.store.write(set).await.unwrap();
        let handler = LikedHandler::new(self.store.clone());
        self.worker(Arc::new(handler)).run_due().await.unwrap();
        assert!(self.parked().await.is_empty());
    }

    async fn respect(&self, reader: u8, comment: CommentId) {
        let now = self.clock.now();
        let give = move |tx: &mut Tx<'_>| {
            let react = NewReaction {
                site: sites::by_id(tx, SITE)?.unwrap(),
                comment,
                reader: Reader {
                    author: None,
                    network: Network::of([10, 0, 0, reader].into()),
                },
                token: TokenHash([reader; 32]),
                author: AuthorId(3_000 + i64::from(reader)),
                key: "respect".to_owned(),
                wish: Some(true),
                address_key: [3; 32],
            };
            reactions::react(tx, now, &react)
        };
        self.store.write(give).await.unwrap();
    }

    async fn liked(&self, comment: CommentId) -> i64 {
        assert_eq!(self.store.read(doctor::check).await.unwrap(), []);
        let read = move |tx: &mut Tx<'_>| comments::by_id(tx, SITE, comment);
        self.store.read(read).await.unwrap().unwrap().liked
    }
}

#[tokio::test]
async fn what_readers_reacted_with_before_counts_once_the_setting_says_so_and_no_longer_after() {
    for world in World::on_each().await {
        let (first, second) = (world.post(1, "First").await, world.post(2, "Second").await);
        world.let_count("").await;
        world.respect(1, first).await;
        world.respect(2, first).await;
        world.respect(2, second).await;
        assert_eq!(world.liked(first).await, 0);

        world.let_count("Respect").await;
        assert_eq!(
            [world.liked(first).await, world.liked(second).await],
            [2, 1]
        );
        world.let_count("I learned something").await;
        assert_eq!(
            [world.liked(first).await, world.liked(second).await],
            [0, 0]
        );
    }
}
