//! Whose a gift is: of whoever shows its receipt, for as long as something of it is left.

use std::time::Duration;

use rejoinder_core::funding::EntryKind;
use rejoinder_core::funding::processors::{PaymentMovement, ReportedAmount};
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{Author, CampaignId, Clock as _};
use rejoinder_store::database::doctor;
use rejoinder_store::funding::gifts::{self, GiftWish};
use rejoinder_store::funding::hooks::ProcessorHook;
use rejoinder_store::funding::{self, keeping};
use rejoinder_store::housekeeping;
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::identity::{personal, renaming};

use super::ledger::euros;
use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{Person, World, on_both};

const BOTH: GiftWish = GiftWish {
    badge: true,
    thanks: true,
};

const RECEIPT: &str = "cs_live_0123456789";

impl World {
    async fn gave(&self, hook: &ProcessorHook, name: Option<&str>, is_public: bool) {
        let amount = ReportedAmount::Each(euros(2_500));
        let mut told = PaymentMovement::new(EntryKind::Payment, "pi_1", "pi_1", amount).unwrap();
        told.giver.name = name.map(str::to_owned);
        told.giver.is_public = is_public;
        told.giver.receipts = vec![RECEIPT.to_owned()];
        self.take(hook, Ok(Some(told))).await;
    }

    async fn went_back(&self, hook: &ProcessorHook, kind: EntryKind, minor: i64) {
        let amount = ReportedAmount::Each(euros(minor));
        let told =
            PaymentMovement::new(kind, &format!("{}-{minor}", kind.as_str()), "pi_1", amount);
        self.take(hook, Ok(Some(told.unwrap()))).await;
    }

    async fn claims(&self, person: &Person, receipt: &str, wish: GiftWish) -> bool {
        let (now, site, author) = (self.clock.now(), self.site.id, self.author_of(person).await);
        let receipt = receipt.to_owned();
        let claim = self
            .store
            .write(move |tx| gifts::claim(tx, now, site, &author, (&receipt, wish)));
        claim.await.unwrap()
    }

    async fn author_of(&self, person: &Person) -> Author {
        self.reader(person).await.author.unwrap()
    }

    async fn has_badge(&self, person: &Person) -> bool {
        assert_eq!(self.store.read(doctor::check).await.unwrap(), []);
        self.author_of(person).await.is_supporter
    }

    async fn named(&self, campaign: CampaignId) -> Vec<String> {
        let site = self.site.id;
        let read = self.store.read(move |tx| gifts::named(tx, site, campaign));
        read.await.unwrap()
    }

    async fn reader_called(&self, name: &str) -> Person {
        let email = format!("{}@reader.example", name.to_lowercase());
        sign_in(self, &self.person(name), &email).await
    }
}

#[test]
fn a_gift_is_of_whoever_shows_its_receipt_and_of_nobody_else() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        let (ann, kim) = (
            world.reader_called("Ann").await,
            world.reader_called("Kim").await,
        );
        world.gave(&hook, Some("Ann"), false).await;

        // The name that was told is hers, and proves nothing.
        assert!(!world.has_badge(&ann).await);
        for wrong in ["", "pi_1", "cs_live_0123456788", "ann@reader.example"] {
            assert!(!world.claims(&ann, wrong, BOTH).await, "{wrong}");
        }
        assert!(world.claims(&ann, &format!(" {RECEIPT} "), BOTH).await);
        assert!(!world.claims(&kim, RECEIPT, BOTH).await);

        assert!(world.has_badge(&ann).await);
        assert!(!world.has_badge(&kim).await);
        assert_eq!(world.named(campaign).await, ["Ann"]);
    });
}

#[test]
fn whoever_calls_themself_otherwise_is_thanked_by_the_new_name_at_once() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        let (ann, kim) = (
            world.reader_called("Ann").await,
            world.reader_called("Kim").await,
        );
        world.gave(&hook, None, false).await;
        world.claims(&ann, RECEIPT, BOTH).await;
        let site = world.site.id;
        let version = async || {
            let read = world.store.read(move |tx| funding::version(tx, site));
            read.await.unwrap()
        };
        let renamed = async |person: &Person, name: &'static str| {
            let (now, site, author) = (
                world.clock.now(),
                world.site.clone(),
                world.author_of(person).await,
            );
            let rename = world
                .store
                .write(move |tx| renaming::rename(tx, now, &site, &author, name));
            rename.await.unwrap();
        };

        let before = version().await;
        renamed(&kim, "Kay").await;
        assert_eq!(version().await, before);
        renamed(&ann, "Anna").await;

        // Whoever has the page rendered looks whether this has changed.
        assert!(version().await > before);
        assert_eq!(world.named(campaign).await, ["Anna"]);
    });
}

#[test]
fn a_badge_lasts_as_long_as_something_of_the_gift_is_left_and_is_wanted() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        let ann = world.reader_called("Ann").await;
        world.post(&ann, "First").await;
        world.gave(&hook, None, false).await;
        world.claims(&ann, RECEIPT, BOTH).await;

        world.went_back(&hook, EntryKind::Refund, 500).await;
        assert!(world.has_badge(&ann).await);
        world.went_back(&hook, EntryKind::Dispute, 2_000).await;
        assert!(!world.has_badge(&ann).await);
        assert_eq!(world.named(campaign).await, [""; 0]);
        world.went_back(&hook, EntryKind::DisputeWon, 2_000).await;
        assert!(world.has_badge(&ann).await);
        let nothing = GiftWish {
            badge: false,
            thanks: false,
        };
        assert!(world.claims(&ann, RECEIPT, nothing).await);
        assert!(!world.has_badge(&ann).await);
        assert_eq!(world.named(campaign).await, [""; 0]);
    });
}

#[test]
fn a_cheque_that_bounced_takes_its_badge_along() {
    on_both(|world| async move {
        let campaign = world.campaign().await;
        let ann = world.reader_called("Ann").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let (entry, back) = (world.entry(), world.entry());
        let own = keeping::ManualEntry {
            id: entry,
            money: euros(25_000),
            occurred_at: now,
            note: "A cheque".to_owned(),
            once: "form-1".to_owned(),
            by: rejoinder_core::AuthorId(1),
        };
        let of = campaign.clone();
        let write = world.store.write(move |tx| {
            keeping::write_down(tx, now, &AuditActor::Console, &of, &own)?;
            keeping::add_code(
                tx,
                now,
                &AuditActor::Console,
                &of,
                (entry, "k7mq-4x2p-91ab-zz0c"),
            )
        });
        assert!(write.await.unwrap());
        assert!(world.claims(&ann, "k7mq-4x2p-91ab-zz0c", BOTH).await);
        assert!(world.has_badge(&ann).await);

        let of = campaign.clone();
        let take = world.store.write(move |tx| {
            let taken = (entry, back, rejoinder_core::AuthorId(1), "It bounced");
            keeping::take_back(tx, now, &AuditActor::Console, &of, taken)?;
            // Of what is claimed, and of what was taken back, there is no other code.
            keeping::add_code(
                tx,
                now,
                &AuditActor::Console,
                &of,
                (entry, "another-code-of-it"),
            )
        });

        assert!(!take.await.unwrap());
        assert!(!world.has_badge(&ann).await);
        let own = world.store.read(move |tx| {
            let author = rejoinder_core::AuthorId(0);
            gifts::of_author(tx, site, author)
        });
        assert_eq!(own.await.unwrap(), []);
    });
}

#[test]
fn what_somebody_claimed_is_not_forgotten_and_what_nobody_did_cannot_be_claimed_any_more() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let (hook, site) = (world.hook_of(campaign).await, world.site.id);
        let (ann, kim) = (
            world.reader_called("Ann").await,
            world.reader_called("Kim").await,
        );
        world.gave(&hook, None, false).await;
        assert!(world.claims(&ann, RECEIPT, BOTH).await);
        let amount = ReportedAmount::Each(euros(100));
        let mut other = PaymentMovement::new(EntryKind::Payment, "pi_2", "pi_2", amount).unwrap();
        other.giver.receipts = vec!["cs_live_of_nobody".to_owned()];
        world.take(&hook, Ok(Some(other))).await;

        world.wait(Duration::from_hours(24 * 31));
        let now = world.clock.now();
        let tidy = world
            .store
            .write(move |tx| housekeeping::tidy(tx, now, site));
        tidy.await.unwrap();

        let kim = match world.reader(&kim).await.author {
            Some(_) => kim,
            // Her session has ended meanwhile.
            None => world.reader_called("Kim").await,
        };
        assert!(!world.claims(&kim, "cs_live_of_nobody", BOTH).await);
        assert_eq!(world.named(campaign).await, ["Ann"]);
    });
}

#[test]
fn the_export_holds_gifts_and_an_erased_account_leaves_nothing_of_them_but_the_amount() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let (hook, site) = (world.hook_of(campaign).await, world.site.id);
        let ann = world.reader_called("Ann").await;
        let id = world.author_of(&ann).await.id;
        world.gave(&hook, None, false).await;
        world.claims(&ann, RECEIPT, BOTH).await;
        let now = world.clock.now();

        let everything = world
            .store
            .read(move |tx| personal::personal_data(tx, now, site, id));
        let gift = &everything.await.unwrap().gifts[0];
        assert_eq!((gift.amount.as_str(), gift.badge), ("25.00", true));
        ask_to_erase(&world, &ann, CommentErasure::Keep).await;
        world.wait(Duration::from_hours(24));
        erase(&world, id).await;

        assert_eq!(world.named(campaign).await, [""; 0]);
        assert_eq!(world.sums(campaign).await[0].money, euros(2_500));
        let left = world.store.read(move |tx| {
            tx.one(
                rejoinder_store::sql!(
                    "select (select count(*) from gift where site_id = ?1)
                         + (select count(*) from gift_receipt where site_id = ?1)"
                ),
                rejoinder_store::params![site],
                |row| row.next::<i64>(),
            )
        });
        assert_eq!(left.await.unwrap(), Some(0));
    });
}

#[test]
fn whoever_calls_themself_like_the_newsroom_elsewhere_is_not_named_here() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;

        world.gave(&hook, Some("Moderator"), true).await;

        assert_eq!(world.named(campaign).await, [""; 0]);
    });
}
