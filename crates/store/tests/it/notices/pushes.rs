//! Devices, and what they are told.

use std::time::Duration;

use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{AuthorId, Clock as _, TokenHash};
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::jobs::{self, Payload as _};
use rejoinder_store::notices::devices::{self, NewDevice};
use rejoinder_store::notices::pushes::{self, SendPush};
use rejoinder_store::notices::subscriptions::{self, NewSubscription};
use rejoinder_store::notices::telling;
use rejoinder_store::notices::telling::FanOut;
use rejoinder_store::{Tx, identity::sessions};

use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::notices::mails::wish;
use crate::support::{Person, World, on_both};

const HOUR: Duration = Duration::from_secs(60 * 60);

impl World {
    async fn try_add_device(&self, author: AuthorId, session: TokenHash, name: &str) -> bool {
        let (now, site) = (self.clock.now(), self.site.id);
        let id = self.ids.next(now);
        let new = NewDevice {
            id,
            endpoint: format!("https://push.example/{name}"),
            p256dh: vec![4; 65],
            auth: vec![7; 16],
            label: Some("Firefox, Linux".to_owned()),
        };
        let add = move |tx: &mut Tx<'_>| devices::add(tx, now, site, author, &session, &new);
        self.store.write(add).await.is_ok()
    }

    pub(crate) async fn add_device(&self, person: &Person, name: &str) {
        let author = self.author(person).await;
        assert!(self.try_add_device(author, person.token, name).await);
    }

    /// The devices of `person`, by the end of their address.
    async fn devices(&self, person: &Person) -> Vec<String> {
        let (now, site, author) = (self.clock.now(), self.site.id, self.author(person).await);
        let list = self
            .store
            .read(move |tx| devices::list(tx, now, site, author));
        let name =
            |device: devices::PushDevice| device.endpoint.rsplit('/').next().unwrap().to_owned();
        list.await.unwrap().into_iter().map(name).collect()
    }

    /// Do what is due. Gives what each device is told, and sends it.
    async fn pushes(&self) -> Vec<(String, Vec<String>)> {
        let (now, site) = (self.clock.now(), self.site.id);
        let mut told = Vec::new();
        loop {
            let claim = move |tx: &mut Tx<'_>| jobs::claim(tx, now, HOUR, 100);
            let claimed = self.store.write(claim).await.unwrap();
            if claimed.is_empty() {
                told.sort();
                return told;
            }
            for job in claimed {
                if job.kind == FanOut::KIND {
                    let FanOut { comment } = job.read().unwrap();
                    let step = move |tx: &mut Tx<'_>| {
                        telling::fan_out(tx, now, site, comment, 0).map(drop)
                    };
                    self.store.write(step).await.unwrap();
                }
                if job.kind == SendPush::KIND {
                    let push: SendPush = job.read().unwrap();
                    let send = move |tx: &mut Tx<'_>| {
                        let due = pushes::due(tx, now, site, push)?;
                        pushes::mark_sent(tx, now, site, push)?;
                        Ok(due)
                    };
                    let due = self.store.write(send).await.unwrap();
                    told.extend(due.map(|(device, due)| {
                        let name = device.endpoint.rsplit('/').next().unwrap().to_owned();
                        let texts = due.comments.into_iter().map(|comment| comment.text);
                        (name, texts.collect())
                    }));
                }
                self.store
                    .write(move |tx| jobs::finish(tx, now, &job))
                    .await
                    .unwrap();
            }
        }
    }
}

fn told(device: &str, texts: &[&str]) -> (String, Vec<String>) {
    let texts = texts.iter().map(|text| (*text).to_owned());
    (device.to_owned(), texts.collect())
}

/// An account with a device that follows the story.
async fn follower(world: &World, name: &str, pace: MailPace) -> (Person, String) {
    let person = world.account(name).await;
    world.add_device(&person, name).await;
    let wish = NewSubscription {
        pace,
        ..wish(SubscriptionKind::Page, &format!("{name}@reader.example"))
    };
    let secret = world.subscribe(&person, wish).await;
    (person, secret)
}

#[test]
fn each_device_is_told_once_of_what_its_account_follows_and_of_nothing_of_its_own() {
    on_both(|world| async move {
        let (ann, _) = follower(&world, "ann", MailPace::AtOnce).await;
        world.add_device(&ann, "phone").await;
        world
            .subscribe(&ann, wish(SubscriptionKind::Replies, "ann@reader.example"))
            .await;
        let own = world.post(&ann, "My own").await;
        let bob = world.person("Bob");
        world.post(&bob, "Hello").await;
        world.reply(&bob, own, "A reply").await;

        assert_eq!(
            world.pushes().await,
            [
                told("ann", &["A reply"]),
                told("ann", &["Hello"]),
                told("phone", &["A reply"]),
                told("phone", &["Hello"]),
            ]
        );
        assert_eq!(world.pushes().await, []);
    });
}

#[test]
fn nothing_is_told_before_it_is_published_nor_after_it_was_removed() {
    on_both(|mut world| async move {
        let kim = world.desk().await;
        follower(&world, "ann", MailPace::AtOnce).await;
        world.site.settings.mode = ModerationMode::Before;
        let held = world.post(&world.person("Bob"), "Held").await;
        assert_eq!(world.pushes().await, []);
        world
            .decide(&kim, held, ModerationAction::Approve)
            .await
            .unwrap();
        assert_eq!(world.pushes().await, [told("ann", &["Held"])]);

        world
            .decide(&kim, held, ModerationAction::Reject)
            .await
            .unwrap();
        world
            .decide(&kim, held, ModerationAction::Approve)
            .await
            .unwrap();
        assert_eq!(world.pushes().await, [], "once is enough");
        world.site.settings.mode = ModerationMode::After;
        let gone = world.post(&world.person("Bob"), "Gone").await;
        world
            .decide(&kim, gone, ModerationAction::Remove)
            .await
            .unwrap();
        assert_eq!(world.pushes().await, []);
    });
}

#[test]
fn a_digest_is_told_as_a_digest_and_a_flood_becomes_one() {
    on_both(|world| async move {
        follower(&world, "ann", MailPace::AtOnce).await;
        follower(&world, "cleo", MailPace::Daily).await;
        for n in 0..22 {
            let bob = world.person("Bob");
            world.post(&bob, &format!("Comment {n}")).await;
        }
        assert_eq!(world.pushes().await.len(), 20);
        world.wait(24 * HOUR);
        let rest = world.pushes().await;
        let n_texts: Vec<usize> = rest.iter().map(|(_, texts)| texts.len()).collect();
        assert_eq!(n_texts, [2, 22]);
        assert_eq!((rest[0].0.as_str(), rest[1].0.as_str()), ("ann", "cleo"));
    });
}

#[test]
fn an_ended_subscription_tells_nothing_more_even_what_was_under_way() {
    on_both(|world| async move {
        let (_, secret) = follower(&world, "ann", MailPace::AtOnce).await;
        world.post(&world.person("Bob"), "Too late").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let end = world
            .store
            .write(move |tx| subscriptions::end(tx, now, site, &secret));
        end.await.unwrap();
        assert_eq!(world.pushes().await, []);
    });
}

#[test]
fn whoever_signs_out_is_told_nothing_there() {
    on_both(|world| async move {
        let (ann, _) = follower(&world, "ann", MailPace::AtOnce).await;
        let hourly = follower(&world, "bob", MailPace::Hourly).await.0;
        world.post(&world.person("Cleo"), "Hello").await;
        for person in [&ann, &hourly] {
            let token = person.token;
            let out = world.store.write(move |tx| sessions::sign_out(tx, &token));
            out.await.unwrap();
        }
        world.wait(HOUR);
        assert_eq!(world.pushes().await, []);
    });
}

#[test]
fn a_session_that_is_over_tells_nothing() {
    on_both(|world| async move {
        let (ann, _) = follower(&world, "ann", MailPace::AtOnce).await;
        assert_eq!(world.devices(&ann).await, ["ann"]);
        let site = world.site.id;
        let author = world.author(&ann).await;
        world.wait(91 * 24 * HOUR);
        let now = world.clock.now();
        let list = world
            .store
            .read(move |tx| devices::list(tx, now, site, author));
        assert_eq!(list.await.unwrap(), []);
        world.post(&world.person("Bob"), "Hello").await;
        assert_eq!(world.pushes().await, []);
    });
}

#[test]
fn a_device_belongs_to_whoever_added_it_last() {
    on_both(|world| async move {
        let (ann, _) = follower(&world, "ann", MailPace::AtOnce).await;
        let bob = world.account("bob").await;
        world.post(&world.person("Cleo"), "For Ann alone").await;

        world.add_device(&bob, "ann").await;
        world.add_device(&bob, "ann").await;

        assert_eq!(world.devices(&ann).await, [""; 0]);
        assert_eq!(world.devices(&bob).await, ["ann"]);
        assert_eq!(world.pushes().await, []);
    });
}

#[test]
fn an_account_has_ten_devices_and_removes_its_own_alone() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("ann").await, world.account("bob").await);
        for n in 0..12 {
            world.add_device(&ann, &format!("{n}")).await;
            world.wait(Duration::from_secs(1));
        }
        let listed = world.devices(&ann).await;
        assert_eq!((listed.len(), listed[0].as_str()), (10, "11"));

        let (now, site, author) = (world.clock.now(), world.site.id, world.author(&ann).await);
        let list = world
            .store
            .read(move |tx| devices::list(tx, now, site, author));
        let id = list.await.unwrap()[0].id;
        for (person, n_left) in [(&bob, 10), (&ann, 9), (&ann, 9)] {
            let author = world.author(person).await;
            let remove = world
                .store
                .write(move |tx| devices::remove(tx, site, author, id));
            remove.await.unwrap();
            assert_eq!(world.devices(&ann).await.len(), n_left);
        }
        let ann = world.author(&ann).await;
        assert!(!world.try_add_device(ann, bob.token, "not-hers").await);
    });
}

#[test]
fn authors_hear_what_became_of_their_comments_unless_it_is_undone() {
    on_both(|mut world| async move {
        let kim = world.desk().await;
        let (ann, _) = follower(&world, "ann", MailPace::Daily).await;
        world.site.settings.mode = ModerationMode::Before;
        let one = world.post(&ann, "One").await;
        let other = world.post(&ann, "Other").await;
        world
            .decide(&kim, one, ModerationAction::Approve)
            .await
            .unwrap();
        world
            .decide(&kim, other, ModerationAction::Approve)
            .await
            .unwrap();
        world
            .decide(&kim, other, ModerationAction::Remove)
            .await
            .unwrap();
        assert_eq!(world.pushes().await, []);

        world.wait(Duration::from_secs(2 * 60));
        assert_eq!(world.pushes().await, [told("ann", &["One"])]);
    });
}

#[test]
fn a_deleted_account_leaves_no_device() {
    on_both(|world| async move {
        let (ann, _) = follower(&world, "ann", MailPace::AtOnce).await;
        world.post(&world.person("Bob"), "Hello").await;
        let id = ask_to_erase(&world, &ann, CommentErasure::Keep).await;
        erase(&world, id).await;

        assert_eq!(world.pushes().await, []);
        world.expect_sound().await;
    });
}

#[test]
fn an_installation_has_one_key() {
    on_both(|world| async move {
        let now = world.clock.now();
        assert_eq!(world.store.read(devices::key).await.unwrap(), None);
        for drawn in [[1; 32], [2; 32]] {
            let keep = world
                .store
                .write(move |tx| devices::key_or_insert(tx, now, &drawn));
            assert_eq!(keep.await.unwrap(), [1; 32]);
        }
        let kept = world.store.read(devices::key).await.unwrap();
        assert_eq!(kept, Some(vec![1; 32]));
    });
}
