//! Webhooks: what becomes a delivery, and what becomes of it.

use std::time::Duration;

use rejoinder_core::integrations::webhook::{GIVE_UP_AFTER, OVERLAP, WebhookEvent, WebhookSecret};
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::recordings::TranscriptStatus;
use rejoinder_core::{Clock as _, Settings, SiteId, Vote};
use rejoinder_store::integrations::webhooks::{
    AttemptOutcome, Deliver, Delivery, DeliveryState, NewWebhook, Webhook,
};
use rejoinder_store::jobs::{self, Job};
use rejoinder_store::recordings::{attaching, chapters, transcripts};
use rejoinder_store::{Tx, integrations::webhooks, publication::sites};

use crate::recordings::proposals::{propose, talk};
use crate::support::{World, on_both};

impl World {
    pub(crate) async fn hook(&self, id: i64, kinds: &[WebhookEvent]) {
        let (now, site) = (self.clock.now(), self.site.id);
        let new = NewWebhook {
            id,
            url: format!("https://hooks.example/{id}"),
            kinds: kinds.to_vec(),
            secret: WebhookSecret::new(&self.random),
        };
        let add = self
            .store
            .write(move |tx| webhooks::add(tx, now, site, &new));
        assert!(add.await.unwrap());
    }

    async fn webhook(&self, id: i64) -> Webhook {
        let site = self.site.id;
        let found = self.store.read(move |tx| webhooks::find(tx, site, id));
        found.await.unwrap().unwrap()
    }

    pub(crate) async fn deliveries(&self, id: i64) -> Vec<Delivery> {
        let site = self.site.id;
        let read = self
            .store
            .read(move |tx| webhooks::deliveries(tx, site, id, None, 100));
        read.await.unwrap()
    }

    /// What an endpoint is told, oldest first.
    pub(crate) async fn told(&self, id: i64) -> Vec<&'static str> {
        let told = self.deliveries(id).await.into_iter();
        let mut told: Vec<_> = told.map(|d| (d.message.version, d.kind.as_str())).collect();
        told.sort_unstable();
        told.into_iter().map(|(_, kind)| kind).collect()
    }

    async fn record(&self, id: i64, attempt: AttemptOutcome) {
        let (now, site) = (self.clock.now(), self.site.id);
        self.store
            .write(move |tx| webhooks::record(tx, now, site, id, &attempt))
            .await
            .unwrap();
    }

    async fn n_secrets(&self, delivery: i64) -> usize {
        let (now, site) = (self.clock.now(), self.site.id);
        let due = self
            .store
            .read(move |tx| webhooks::due(tx, now, site, delivery));
        due.await.unwrap().unwrap().secrets.len()
    }
}

#[test]
fn each_endpoint_is_told_what_it_wants_to_hear_and_no_more() {
    on_both(|mut world| async move {
        world.hook(1, &WebhookEvent::ALL).await;
        world.hook(2, &[WebhookEvent::CommentRemoved]).await;
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);

        let id = world.post(&ann, "First").await;
        world.vote(&bob, id, Some(Vote::Up)).await.unwrap();
        world.edit(&ann, id, "Changed").await.unwrap();
        world
            .decide(&kim, id, ModerationAction::Feature)
            .await
            .unwrap();
        world
            .decide(&kim, id, ModerationAction::Remove)
            .await
            .unwrap();
        world.site.settings.mode = ModerationMode::Before;
        let held = world.post(&bob, "Held").await;
        world.remove(&bob, held).await.unwrap();

        let all = [
            "comment.published",
            "comment.edited",
            "comment.featured",
            "comment.removed",
        ];
        assert_eq!(world.told(1).await, all);
        assert_eq!(world.told(2).await, ["comment.removed"]);
        assert!(
            world
                .deliveries(1)
                .await
                .iter()
                .all(|d| d.comment == Some(id))
        );
    });
}

#[test]
fn what_happens_to_a_recording_is_told_under_kinds_of_its_own() {
    on_both(|world| async move {
        let (talk, guest) = (talk(&world).await, world.person("Bob"));
        world.hook(1, &WebhookEvent::ALL).await;
        let (now, own) = (world.clock.now(), talk.clone());
        let change = move |tx: &mut Tx<'_>| {
            attaching::rename(tx, now, &own, "Another talk")?;
            chapters::save(tx, now, &own, Some("WEBVTT\n"))?;
            transcripts::set_status(tx, now, &own, 1, TranscriptStatus::Approved)
        };
        world.store.write(change).await.unwrap();
        propose(&world, &guest, &talk, 3_000, "Inside")
            .await
            .unwrap();
        let own = talk.clone();
        let remove = move |tx: &mut Tx<'_>| attaching::remove(tx, now, &own);
        world.store.write(remove).await.unwrap();

        let told = [
            "recording.changed",
            "recording.changed",
            "transcript.changed",
            "recording.removed",
        ];
        assert_eq!(world.told(1).await, told);
        let deliveries = world.deliveries(1).await;
        assert!(deliveries.iter().all(|own| own.recording == Some(talk.id)));
    });
}

fn delivery(job: &Job) -> i64 {
    job.read::<Deliver>().unwrap().delivery
}

#[test]
fn each_delivery_has_a_job_and_what_is_replayed_has_one_more() {
    on_both(|world| async move {
        world.hook(1, &WebhookEvent::ALL).await;
        world.post(&world.person("Ann"), "First").await;
        let [told] = <[_; 1]>::try_from(world.deliveries(1).await).unwrap();
        let claim = async || {
            let (now, lease) = (world.clock.now(), Duration::from_secs(60));
            let claim = world.store.write(move |tx| {
                let claimed = jobs::claim(tx, now, lease, 10)?;
                for job in &claimed {
                    jobs::finish(tx, now, job)?;
                }
                Ok(claimed)
            });
            claim.await.unwrap()
        };
        assert_eq!(delivery(&claim().await[0]), told.id);
        world.record(told.id, AttemptOutcome::Taken(200)).await;

        let (now, site) = (world.clock.now(), world.site.id);
        for expected in [true, true] {
            let replay = world
                .store
                .write(move |tx| webhooks::replay(tx, now, site, 1, told.id));
            assert_eq!(replay.await.unwrap(), expected);
        }
        let again = claim().await;

        assert_eq!(again.len(), 1, "twice while it waits is once");
        assert_eq!(delivery(&again[0]), told.id);
        world.record(told.id, AttemptOutcome::Taken(200)).await;
        let since = world
            .store
            .write(move |tx| webhooks::replay_since(tx, now, site, 1, now));
        assert_eq!(since.await.unwrap(), 1);
        assert_eq!(claim().await.len(), 1);
        let other = world
            .store
            .write(move |tx| webhooks::replay(tx, now, site, 2, told.id));
        assert!(!other.await.unwrap(), "of another endpoint");
    });
}

#[test]
fn an_endpoint_that_fails_for_days_is_turned_off() {
    on_both(|world| async move {
        world.hook(1, &WebhookEvent::ALL).await;
        let ann = world.person("Ann");
        world.post(&ann, "First").await;
        let told = world.deliveries(1).await.remove(0);
        let failed = || AttemptOutcome::Failed(Some(500), "it answered 500".to_owned());

        world.record(told.id, failed()).await;
        world.record(told.id, AttemptOutcome::Taken(204)).await;
        assert_eq!(world.webhook(1).await.failing_since, None);
        for _ in 0..9 {
            world.record(told.id, failed()).await;
            world.wait(GIVE_UP_AFTER / 8);
        }

        let off = world.webhook(1).await;
        assert_eq!(
            off.off_reason.as_deref(),
            Some("it has taken nothing for days")
        );
        let told = world.deliveries(1).await.remove(0);
        assert_eq!((told.state, told.attempts), (DeliveryState::Failed, 11));
        world.post(&ann, "While it is off").await;
        assert_eq!(world.deliveries(1).await.len(), 1);
        let site = world.site.id;
        world
            .store
            .write(move |tx| webhooks::turn_on(tx, site, 1))
            .await
            .unwrap();
        world.post(&ann, "On again").await;
        assert_eq!(world.deliveries(1).await.len(), 2);
    });
}

#[test]
fn an_endpoint_that_is_gone_is_turned_off_at_once() {
    on_both(|world| async move {
        world.hook(1, &WebhookEvent::ALL).await;
        world.post(&world.person("Ann"), "First").await;
        let told = world.deliveries(1).await.remove(0);

        world.record(told.id, AttemptOutcome::Gone).await;

        assert!(world.webhook(1).await.off_since.is_some());
    });
}

#[test]
fn two_secrets_sign_for_a_day_after_a_change() {
    on_both(|world| async move {
        world.hook(1, &WebhookEvent::ALL).await;
        world.post(&world.person("Ann"), "First").await;
        let told = world.deliveries(1).await.remove(0);
        assert_eq!(world.n_secrets(told.id).await, 1);

        let (now, site, secret) = (
            world.clock.now(),
            world.site.id,
            WebhookSecret::new(&world.random),
        );
        world
            .store
            .write(move |tx| webhooks::rotate(tx, now, site, 1, &secret))
            .await
            .unwrap();

        assert_eq!(world.n_secrets(told.id).await, 2);
        world.wait(OVERLAP);
        assert_eq!(world.n_secrets(told.id).await, 1);
    });
}

#[test]
fn a_site_knows_nothing_of_anothers_endpoints() {
    on_both(|world| async move {
        world.hook(1, &WebhookEvent::ALL).await;
        let (now, other) = (world.clock.now(), SiteId(77));
        let told = world.store.write(move |tx| {
            let settings = Settings::default();
            sites::add(tx, now, other, "other.example", &[], &settings)?;
            let secret = WebhookSecret::new(&rejoinder_core::FixedRandom::seeded(1));
            Ok((
                webhooks::list(tx, other)?.len(),
                webhooks::find(tx, other, 1)?,
                webhooks::rotate(tx, now, other, 1, &secret)?,
                webhooks::turn_off(tx, now, other, 1, None)?,
                webhooks::set_kinds(tx, other, 1, &[])?,
                webhooks::remove(tx, other, 1)?,
            ))
        });
        assert_eq!(told.await.unwrap(), (0, None, false, false, false, false));
        assert_eq!(world.webhook(1).await.off_since, None);
    });
}

#[test]
fn an_endpoint_that_is_removed_leaves_nothing() {
    on_both(|world| async move {
        world.hook(1, &WebhookEvent::ALL).await;
        world.post(&world.person("Ann"), "First").await;
        let (site, now) = (world.site.id, world.clock.now());
        let told = world.deliveries(1).await.remove(0);

        let removed = world.store.write(move |tx| webhooks::remove(tx, site, 1));
        assert!(removed.await.unwrap());

        assert!(world.deliveries(1).await.is_empty());
        let due = world
            .store
            .read(move |tx| webhooks::due(tx, now, site, told.id));
        assert!(due.await.unwrap().is_none());
        world.expect_sound().await;
    });
}
