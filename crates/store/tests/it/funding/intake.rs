//! Messages of processors: in whatever order they come, the ledger sums up to the same.

use rejoinder_core::funding::EntryKind;
use rejoinder_core::funding::processors::{
    Amount, PaymentEvent, PaymentMovement, Processor, Refused,
};
use rejoinder_core::{CampaignId, Clock as _, EntryId, TokenHash};
use rejoinder_store::funding::hooks::{self, Hook, NewHook};
use rejoinder_store::funding::intake::{self, Outcome, ReceivedMessage};

use super::ledger::euros;
use crate::support::{World, on_both};

impl World {
    async fn hook_of(&self, campaign: CampaignId) -> Hook {
        let (now, site) = (self.clock.now(), self.site.id);
        let id = self.ids.next(now);
        let add = self.store.write(move |tx| {
            let new = NewHook {
                id,
                campaign,
                processor: Processor::Stripe,
                token: "token".to_owned(),
                hash: TokenHash([1; 32]),
                secret: Some("whsec_0123456789".to_owned()),
            };
            assert!(hooks::add(tx, now, site, &new)?);
            hooks::by_token(tx, site, Processor::Stripe, &new.hash)
        });
        add.await.unwrap().unwrap()
    }

    async fn take(&self, hook: &Hook, told: Result<Option<PaymentMovement>, Refused>) -> Outcome {
        let (now, hook) = (self.clock.now(), hook.clone());
        let told = told.map(|movement| PaymentEvent {
            event: "charge.something".to_owned(),
            movement,
        });
        let arrived = ReceivedMessage {
            id: self.ids.next(now),
            entry: EntryId(self.ids.next(now)),
            event: Some(told),
            hash: [7; 32],
        };
        let take = self
            .store
            .write(move |tx| intake::take(tx, now, &hook, &arrived));
        take.await.unwrap()
    }
}

fn moved(kind: EntryKind, name: &str, amount: Amount) -> Result<Option<PaymentMovement>, Refused> {
    Ok(Some(PaymentMovement {
        kind,
        name: name.to_owned(),
        payment: "pi_1".to_owned(),
        amount,
        occurred_at: None,
    }))
}

fn paid(minor: i64) -> Result<Option<PaymentMovement>, Refused> {
    moved(EntryKind::Payment, "pi_1", Amount::Each(euros(minor)))
}

/// That so much has gone back by now.
fn back(minor: i64) -> Result<Option<PaymentMovement>, Refused> {
    let amount = Amount::SoFar(euros(minor));
    moved(EntryKind::Refund, &format!("pi_1:{minor}"), amount)
}

#[test]
fn two_refunds_that_tell_of_300_and_then_of_500_take_500_back_in_whatever_order() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;

        let outcomes = [
            world.take(&hook, back(300)).await,
            world.take(&hook, paid(2_500)).await,
            world.take(&hook, back(500)).await,
            world.take(&hook, back(300)).await,
            world.take(&hook, back(500)).await,
        ];

        use Outcome as O;
        assert_eq!(
            outcomes,
            [O::Counted, O::Counted, O::Counted, O::Known, O::Known]
        );
        let sums = world.sums(campaign).await;
        assert_eq!((sums[0].money, sums[0].gifts), (euros(2_000), 1));
        assert_eq!(world.take(&hook, back(2_500)).await, O::Counted);
        let sums = world.sums(campaign).await;
        assert_eq!((sums[0].money, sums[0].gifts), (euros(0), 0));
    });
}

#[test]
fn of_two_refunds_that_come_late_the_smaller_one_takes_nothing_more_back() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        world.take(&hook, paid(2_500)).await;

        assert_eq!(world.take(&hook, back(500)).await, Outcome::Counted);
        assert_eq!(world.take(&hook, back(300)).await, Outcome::Known);

        assert_eq!(world.sums(campaign).await[0].money, euros(2_000));
    });
}

#[test]
fn refunds_that_come_at_once_are_taken_one_after_the_other() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        world.take(&hook, paid(2_500)).await;

        tokio::join!(
            world.take(&hook, back(100)),
            world.take(&hook, back(300)),
            world.take(&hook, back(900)),
            world.take(&hook, back(500)),
            world.take(&hook, back(700)),
        );

        assert_eq!(world.sums(campaign).await[0].money, euros(1_600));
    });
}

#[test]
fn a_payment_is_one_gift_as_long_as_something_of_it_is_left() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        let each = |kind, name: &str, minor| moved(kind, name, Amount::Each(euros(minor)));

        let mut gifts = Vec::new();
        for told in [
            each(EntryKind::Refund, "re_1", 500),
            each(EntryKind::Payment, "pi_1", 1_250),
            each(EntryKind::Dispute, "dp_1", 750),
            each(EntryKind::DisputeWon, "dp_1", 750),
            each(EntryKind::Refund, "re_2", 750),
        ] {
            assert_eq!(world.take(&hook, told).await, Outcome::Counted);
            gifts.push(world.sums(campaign).await[0].gifts);
        }

        assert_eq!(gifts, [0, 1, 0, 1, 0]);
        assert_eq!(world.sums(campaign).await[0].money, euros(0));
    });
}

#[test]
fn two_senders_by_standard_webhooks_may_call_their_payments_alike() {
    on_both(|world| async move {
        let (one, two) = (world.campaign().await, world.campaign().await);
        let hook = world.hook_of(one.id).await;
        let of = |campaign| Hook {
            processor: Processor::Generic,
            campaign,
            ..hook.clone()
        };

        assert_eq!(world.take(&of(one.id), paid(100)).await, Outcome::Counted);
        assert_eq!(world.take(&of(two.id), paid(200)).await, Outcome::Counted);
        assert_eq!(world.take(&of(two.id), paid(200)).await, Outcome::Known);

        assert_eq!(world.sums(two.id).await[0].money, euros(200));
    });
}

#[test]
fn the_log_keeps_what_became_of_the_newest_messages_and_nothing_of_what_they_said() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let (hook, site) = (world.hook_of(campaign).await, world.site.id);
        for _ in 0..201 {
            world.take(&hook, Err(Refused::Signature)).await;
        }
        world.take(&hook, paid(100)).await;
        world.take(&hook, Ok(None)).await;

        let log = world
            .store
            .read(move |tx| intake::log(tx, site, campaign, 1_000));
        let log = log.await.unwrap();

        assert_eq!(log.len(), 200);
        let newest: Vec<_> = log.iter().take(3).map(|own| own.outcome.as_str()).collect();
        assert_eq!(newest, ["ignored", "counted", "signature"]);
    });
}
