//! What accounts are told in the page.

use std::time::Duration;

use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{AuthorId, Clock as _, CommentId, Time};
use rejoinder_store::identity::mutes::{self, NewMute};
use rejoinder_store::moderation::decisions;
use rejoinder_store::notices::bells::{self, BellSubject};

use crate::identity::mail_sign_ins::sign_in;
use crate::support::{Person, World, on_both};

impl World {
    /// A reader who has signed in.
    pub(crate) async fn account(&self, name: &str) -> Person {
        let email = format!("{name}@reader.example");
        sign_in(self, &self.person(name), &email).await
    }

    /// What `person` was told, newest first; new things begin with a star.
    pub(crate) async fn bell_notices(&self, person: &Person) -> Vec<String> {
        let (site, author) = (self.site.id, self.author(person).await);
        let read = self.store.read(move |tx| {
            Ok((
                bells::newest(tx, site, author, 30)?,
                bells::n_unread(tx, site, author)?,
            ))
        });
        let (told, n_unread) = read.await.unwrap();
        let is_new = |notice: &&bells::BellNotice| !notice.is_read;
        assert_eq!(
            i64::try_from(told.iter().filter(is_new).count()).unwrap(),
            n_unread
        );
        let line = |notice: &bells::BellNotice| {
            let new = if notice.is_read { "" } else { "* " };
            match &notice.subject {
                BellSubject::Comment(kind, comment) => {
                    format!("{new}{} {}", kind.as_str(), comment.text)
                }
                BellSubject::Article(own) => {
                    format!("article {} {}", own.state.as_str(), notice.is_read)
                }
                BellSubject::Correction(own, talk) => {
                    format!(
                        "{new}{} {}: {}",
                        own.state.as_str(),
                        talk.title,
                        own.after.text
                    )
                }
            }
        };
        told.iter().map(line).collect()
    }

    pub(crate) async fn saw(&self, person: &Person, until: Time) {
        let (now, site, author) = (self.clock.now(), self.site.id, self.author(person).await);
        self.store
            .write(move |tx| bells::mark_read(tx, now, site, author, until))
            .await
            .unwrap();
    }

    pub(crate) async fn mute(&self, person: &Person, comment: CommentId) {
        let now = self.clock.now();
        let mute = NewMute {
            site: self.site.id,
            comment,
            token: person.token,
            author: AuthorId(self.ids.next(now)),
            is_muted: true,
        };
        self.store
            .write(move |tx| mutes::set(tx, now, &mute))
            .await
            .unwrap();
    }

    /// Whom `person` has muted.
    async fn muted(&self, person: &Person) -> Vec<String> {
        let (site, author) = (self.site.id, self.author(person).await);
        let read = self.store.read(move |tx| mutes::list(tx, site, author));
        read.await
            .unwrap()
            .into_iter()
            .map(|one| one.name)
            .collect()
    }

    fn tick(&self) {
        self.wait(Duration::from_secs(1));
    }
}

#[test]
fn an_account_is_told_of_replies_at_any_depth_and_of_nothing_of_its_own() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("ann").await, world.account("bob").await);
        let eve = world.person("Eve");
        let root = world.post(&ann, "Root").await;
        let reply = world.reply(&bob, root, "Bob to Ann").await;
        world.tick();
        let below = world.reply(&eve, reply, "Eve to Bob").await;
        world.tick();
        world.reply(&ann, below, "Ann to Eve").await;
        world.post(&eve, "Elsewhere").await;

        assert_eq!(
            world.bell_notices(&ann).await,
            ["* reply Eve to Bob", "* reply Bob to Ann"]
        );
        assert_eq!(
            world.bell_notices(&bob).await,
            ["* reply Ann to Eve", "* reply Eve to Bob"]
        );
        assert_eq!(world.bell_notices(&eve).await, [""; 0]);
    });
}

#[test]
fn what_was_seen_stays_seen_and_what_came_meanwhile_does_not() {
    on_both(|world| async move {
        let ann = world.account("ann").await;
        let root = world.post(&ann, "Root").await;
        world.reply(&world.person("Eve"), root, "First").await;
        let until = world.clock.now();
        world.tick();
        world.reply(&world.person("Eve"), root, "Second").await;

        for _twice in 0..2 {
            world.saw(&ann, until).await;
            assert_eq!(
                world.bell_notices(&ann).await,
                ["* reply Second", "reply First"]
            );
        }
        let other = world.account("bob").await;
        world.post(&other, "Root of Bob").await;
        world.saw(&other, Time::from_micros(i64::MAX)).await;
        assert_eq!(world.bell_notices(&ann).await.len(), 2);

        let (site, author) = (world.site.id, world.author(&ann).await);
        world.wait(Duration::from_secs(91 * 24 * 60 * 60));
        let now = world.clock.now();
        let saw = world
            .store
            .write(move |tx| bells::mark_read(tx, now, site, author, Time::from_micros(0)));
        saw.await.unwrap();
        let newest = world
            .store
            .read(move |tx| bells::newest(tx, site, author, 30));
        assert!(newest.await.unwrap().is_empty());
    });
}

#[test]
fn nothing_that_waits_was_refused_or_removed_is_told() {
    on_both(|mut world| async move {
        let (ann, kim) = (world.account("ann").await, world.desk().await);
        let root = world.post(&ann, "Root").await;
        let eve = world.person("Eve");
        let gone = world.reply(&eve, root, "Gone").await;
        world
            .decide(&kim, gone, ModerationAction::Remove)
            .await
            .unwrap();
        let deleted = world.reply(&eve, root, "Deleted").await;
        world.remove(&eve, deleted).await.unwrap();
        world.site.settings.mode = ModerationMode::Before;
        world.reply(&eve, root, "Held").await;
        let spam = world.reply(&eve, root, "Spam").await;
        world
            .decide(&kim, spam, ModerationAction::Spam)
            .await
            .unwrap();
        assert_eq!(world.bell_notices(&ann).await, [""; 0]);

        let held = world.reply(&eve, root, "Held at first").await;
        world
            .decide(&kim, held, ModerationAction::Approve)
            .await
            .unwrap();
        assert_eq!(world.bell_notices(&ann).await, ["* reply Held at first"]);
        world
            .decide(&kim, held, ModerationAction::Reject)
            .await
            .unwrap();
        assert_eq!(world.bell_notices(&ann).await, [""; 0]);
    });
}

#[test]
fn an_author_is_told_what_became_of_a_comment_while_it_is_so() {
    on_both(|mut world| async move {
        let (ann, kim) = (world.account("ann").await, world.desk().await);
        world.site.settings.mode = ModerationMode::Before;
        let one = world.post(&ann, "One").await;
        let other = world.post(&ann, "Other").await;
        world
            .decide(&kim, one, ModerationAction::Approve)
            .await
            .unwrap();
        world.tick();
        let rejected = world
            .decide(&kim, other, ModerationAction::Reject)
            .await
            .unwrap();
        assert_eq!(
            world.bell_notices(&ann).await,
            ["* rejected Other", "* approved One"]
        );

        world.saw(&ann, world.clock.now()).await;
        world.tick();
        world
            .decide(&kim, one, ModerationAction::Feature)
            .await
            .unwrap();
        assert_eq!(
            world.bell_notices(&ann).await,
            ["* featured One", "rejected Other"]
        );
        let (now, site, kim_too) = (world.clock.now(), world.site.id, kim.clone());
        let id = rejected.decision.unwrap();
        let undo = world
            .store
            .write(move |tx| decisions::undo(tx, now, site, &kim_too, id));
        undo.await.unwrap();
        world
            .decide(&kim, one, ModerationAction::Unfeature)
            .await
            .unwrap();
        assert_eq!(world.bell_notices(&ann).await, [""; 0]);
        world.expect_sound().await;
    });
}

#[test]
fn nobody_is_told_of_what_those_write_whom_they_muted() {
    on_both(|world| async move {
        let ann = world.account("ann").await;
        let (bob, eve) = (world.person("Bob"), world.person("Eve"));
        let root = world.post(&ann, "Root").await;
        let rude = world.reply(&bob, root, "Bob to Ann").await;
        world.mute(&ann, rude).await;
        world.tick();

        world.reply(&bob, root, "Bob again").await;
        world.tick();
        world.reply(&eve, rude, "Eve to Bob").await;

        assert_eq!(
            world.bell_notices(&ann).await,
            ["* reply Eve to Bob", "* reply Bob to Ann"]
        );
    });
}

#[test]
fn who_was_muted_stays_so_when_either_signs_in() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        world.post(&ann, "Root").await;
        let rude = world.post(&bob, "Rude").await;
        world.mute(&ann, rude).await;

        let ann = sign_in(&world, &ann, "ann@reader.example").await;
        assert_eq!(world.muted(&ann).await, ["Bob"]);
        sign_in(&world, &bob, "bob@reader.example").await;
        assert_eq!(world.muted(&ann).await.len(), 1);
    });
}
