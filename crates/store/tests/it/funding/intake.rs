//! Messages of processors: in whatever order they come, the ledger sums up to the same.

use std::collections::BTreeMap;
use std::time::Duration;

use rejoinder_core::funding::EntryKind;
use rejoinder_core::funding::processors::{
    MessageRefusal, PaymentEvent, PaymentMovement, Processor, ReportedAmount,
};
use rejoinder_core::{CampaignId, Clock as _, TokenHash};
use rejoinder_store::funding::hooks::{self, HookCredentials, NewHook, ProcessorHook};
use rejoinder_store::funding::intake::{self, MessageOutcome, ReceivedMessage};

use super::ledger::{Draws, euros, money};
use crate::support::{World, on_both, on_each};

impl World {
    pub(crate) async fn hook_of(&self, campaign: CampaignId) -> ProcessorHook {
        self.hook_at(campaign, Processor::Stripe).await
    }

    async fn hook_at(&self, campaign: CampaignId, processor: Processor) -> ProcessorHook {
        let (now, site) = (self.clock.now(), self.site.id);
        let id = self.ids.next(now);
        let add = self.store.write(move |tx| {
            let new = NewHook {
                id,
                campaign,
                processor,
                token: "token".to_owned(),
                hash: TokenHash([1; 32]),
                secret: Some("whsec_0123456789".to_owned()),
            };
            assert!(hooks::add(tx, now, site, &new)?);
            hooks::by_token(tx, site, processor, &new.hash)
        });
        add.await.unwrap().unwrap()
    }

    pub(crate) async fn take(
        &self,
        hook: &ProcessorHook,
        told: Result<Option<PaymentMovement>, MessageRefusal>,
    ) -> MessageOutcome {
        let (now, hook) = (self.clock.now(), hook.clone());
        let told = told.map(|movement| PaymentEvent {
            event: "charge.something".to_owned(),
            movements: movement.into_iter().collect(),
            question: None,
        });
        let (id, ids) = (self.ids.next(now), self.ids.clone());
        let arrived = ReceivedMessage {
            id,
            event: Some(told),
            hash: [7; 32],
        };
        let take = self
            .store
            .write(move |tx| intake::receive(tx, now, &ids, &hook, &arrived));
        take.await.unwrap()
    }

    /// What the ledger of a campaign comes to, in each currency, with the gifts; the months together.
    async fn totals(&self, campaign: CampaignId) -> BTreeMap<String, (i64, i64)> {
        let mut totals = BTreeMap::new();
        for sum in self.sums(campaign).await {
            let total: &mut (i64, i64) = totals.entry(sum.money.currency.to_string()).or_default();
            total.0 += sum.money.minor;
            total.1 += sum.gifts;
        }
        totals
    }
}

#[test]
fn a_key_does_not_follow_an_account_to_another_server() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_at(campaign, Processor::Btcpay).await;
        let access = |account: &str, key: Option<&str>| HookCredentials {
            account: Some(account.to_owned()),
            key: key.map(str::to_owned),
            ..HookCredentials::default()
        };
        let key = async |access: HookCredentials| {
            let (site, id) = (world.site.id, hook.id);
            let set = world.store.write(move |tx| {
                let hook = hooks::by_id(tx, site, id)?.unwrap();
                hooks::set_access(tx, &hook, &access)?;
                hooks::by_id(tx, site, id)
            });
            set.await.unwrap().unwrap().key
        };
        let own = Some("0123456789abcdef".to_owned());

        let (at, other) = (
            "https://pay.example/stores/Ab12",
            "https://pay.example/stores/Cd34",
        );
        assert_eq!(key(access(at, own.as_deref())).await, own);
        assert_eq!(key(access(other, None)).await, own);
        assert_eq!(
            key(access("https://evil.example/stores/Cd34", None)).await,
            None
        );
        assert_eq!(key(access(at, own.as_deref())).await, own);
    });
}

fn moved(
    kind: EntryKind,
    name: &str,
    amount: ReportedAmount,
) -> Result<Option<PaymentMovement>, MessageRefusal> {
    Ok(Some(
        PaymentMovement::new(kind, name, "pi_1", amount).unwrap(),
    ))
}

fn paid(minor: i64) -> Result<Option<PaymentMovement>, MessageRefusal> {
    moved(
        EntryKind::Payment,
        "pi_1",
        ReportedAmount::Each(euros(minor)),
    )
}

/// That so much has gone back by now.
fn back(minor: i64) -> Result<Option<PaymentMovement>, MessageRefusal> {
    let amount = ReportedAmount::SoFar(euros(minor));
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

        use MessageOutcome as O;
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

        assert_eq!(world.take(&hook, back(500)).await, MessageOutcome::Counted);
        assert_eq!(world.take(&hook, back(300)).await, MessageOutcome::Known);

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
        let each = |kind, name: &str, minor| moved(kind, name, ReportedAmount::Each(euros(minor)));

        let mut gifts = Vec::new();
        for told in [
            each(EntryKind::Refund, "re_1", 500),
            each(EntryKind::Payment, "pi_1", 1_250),
            each(EntryKind::Dispute, "dp_1", 750),
            each(EntryKind::DisputeWon, "dp_1", 750),
            each(EntryKind::Refund, "re_2", 750),
        ] {
            assert_eq!(world.take(&hook, told).await, MessageOutcome::Counted);
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
        let of = |campaign| ProcessorHook {
            processor: Processor::Generic,
            campaign,
            ..hook.clone()
        };

        assert_eq!(
            world.take(&of(one.id), paid(100)).await,
            MessageOutcome::Counted
        );
        assert_eq!(
            world.take(&of(two.id), paid(200)).await,
            MessageOutcome::Counted
        );
        assert_eq!(
            world.take(&of(two.id), paid(200)).await,
            MessageOutcome::Known
        );

        assert_eq!(world.sums(two.id).await[0].money, euros(200));
    });
}

#[test]
fn the_log_keeps_what_became_of_the_newest_messages_and_nothing_of_what_they_said() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let (hook, site) = (world.hook_of(campaign).await, world.site.id);
        for _ in 0..201 {
            world.take(&hook, Err(MessageRefusal::Signature)).await;
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

#[test]
fn a_payment_goes_to_the_campaign_that_it_names_and_its_refund_with_it() {
    on_both(|world| async move {
        let (lease, roof, books) = (
            world.campaign().await.id,
            world.campaign().await.id,
            world.campaign().await.id,
        );
        let hook = world.hook_of(lease).await;
        let own = hook.clone();
        let set = world
            .store
            .write(move |tx| hooks::set_purpose(tx, &own, "backer", Some(roof)));
        assert!(set.await.unwrap());
        let paid = |name: &str, words: &[&str]| {
            let amount = ReportedAmount::Each(euros(1_000));
            let mut moved = PaymentMovement::new(EntryKind::Payment, name, name, amount).unwrap();
            moved.purposes = words.iter().map(|word| (*word).to_owned()).collect();
            Ok(Some(moved))
        };
        let refund = |name: &str| {
            let amount = ReportedAmount::Each(euros(400));
            Ok(Some(
                PaymentMovement::new(EntryKind::Refund, &format!("re:{name}"), name, amount)
                    .unwrap(),
            ))
        };

        world.take(&hook, paid("p1", &[])).await;
        world.take(&hook, paid("p2", &["somebody", "backer"])).await;
        world
            .take(&hook, paid("p3", &[&books.to_string(), "backer"]))
            .await;
        world.take(&hook, paid("p4", &["0000000000000"])).await;
        world.take(&hook, refund("p2")).await;
        // It is told before its payment, when nobody knows yet for what that was.
        world.take(&hook, refund("p5")).await;
        world.take(&hook, paid("p5", &["backer"])).await;

        let total = async |campaign| world.totals(campaign).await["EUR"];
        assert_eq!(total(lease).await, (2_000, 2));
        assert_eq!(total(roof).await, (1_200, 2));
        assert_eq!(total(books).await, (1_000, 1));
    });
}

#[test]
fn a_figure_that_changes_is_corrected_by_the_difference() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        let figure = |minor| {
            let amount = ReportedAmount::AsOf(euros(minor));
            moved(EntryKind::Payment, "ropeworks:2026-W48", amount)
        };

        let mut outcomes = Vec::new();
        for minor in [3_000, 3_000, 5_000, 3_000, 5_000, 0, 4_000] {
            outcomes.push(world.take(&hook, figure(minor)).await);
        }

        use MessageOutcome as O;
        assert_eq!(
            outcomes,
            [
                O::Counted,
                O::Known,
                O::Counted,
                O::Counted,
                O::Counted,
                O::Counted,
                O::Counted
            ]
        );
        assert_eq!(world.totals(campaign).await["EUR"], (4_000, 1));
    });
}

/// What processors tell of one payment, in the order in which it happened, and what is left of it.
fn history(
    draws: &mut Draws,
    n: usize,
    campaigns: &[CampaignId],
) -> (Vec<PaymentMovement>, CampaignId, i64) {
    let pick = |draws: &mut Draws, below: u64| usize::try_from(draws.below(below)).unwrap();
    let currency = ["EUR", "JPY", "KWD"][n % 3];
    let amount = i64::try_from(draws.below(100_000)).unwrap() + 1_000;
    let (payment, campaign) = (format!("pi_{n}"), campaigns[pick(draws, 3)]);
    let tell = |kind, name: String, amount| {
        let mut moved = PaymentMovement::new(kind, &name, &payment, amount).unwrap();
        if kind == EntryKind::Payment {
            moved.purposes = vec![campaign.to_string()];
        }
        moved
    };
    let own = |minor| money(minor, currency);
    let mut told = vec![tell(
        EntryKind::Payment,
        payment.clone(),
        ReportedAmount::Each(own(amount)),
    )];
    let mut left = amount;
    match draws.below(7) {
        // Refunds that tell how much has gone back by now.
        0 => {
            for so_far in [amount / 4, amount / 2] {
                let name = format!("{payment}:{so_far}");
                told.push(tell(
                    EntryKind::Refund,
                    name,
                    ReportedAmount::SoFar(own(so_far)),
                ));
            }
            left -= amount / 2;
        }
        // Refunds that tell of themselves.
        1 => {
            for part in 1..=2 {
                let name = format!("re_{n}_{part}");
                told.push(tell(
                    EntryKind::Refund,
                    name,
                    ReportedAmount::Each(own(amount / 5)),
                ));
            }
            left -= 2 * (amount / 5);
        }
        // A dispute that was won, one that was lost.
        2 => {
            for kind in [EntryKind::Dispute, EntryKind::DisputeWon] {
                told.push(tell(
                    kind,
                    format!("dp_{n}"),
                    ReportedAmount::Each(own(amount)),
                ));
            }
        }
        3 => {
            told.push(tell(
                EntryKind::Dispute,
                format!("dp_{n}"),
                ReportedAmount::Each(own(amount)),
            ));
            left = 0;
        }
        // A dispute for which the bank took the money back at once, lost or won.
        outcome @ (4 | 5) => {
            let all = || ReportedAmount::Each(own(amount));
            told.push(tell(EntryKind::Dispute, format!("dp_{n}"), all()));
            told.push(tell(EntryKind::Reversal, format!("rv_{n}"), all()));
            match outcome {
                4 => left = 0,
                _ => told.push(tell(EntryKind::DisputeWon, format!("dp_{n}"), all())),
            }
        }
        _ => {}
    }
    (told, campaign, left)
}

#[test]
fn however_messages_are_interleaved_and_repeated_the_ledger_comes_to_what_is_left() {
    for seed in 1..=testing::rounds(2, 60) as u64 {
        let [sqlite, postgres] = on_each(|world| async move {
            let mut draws = Draws(seed * 0x9e37_79b9);
            let mut campaigns = Vec::new();
            for _ in 0..3 {
                campaigns.push(world.campaign().await.id);
            }
            let hook = world.hook_of(campaigns[0]).await;
            let mut expected: BTreeMap<(CampaignId, String), (i64, i64)> = BTreeMap::new();
            let mut messages = Vec::new();
            for n in 0..12 {
                let (told, campaign, left) = history(&mut draws, n, &campaigns);
                let currency = ["EUR", "JPY", "KWD"][n % 3].to_owned();
                let total = expected.entry((campaign, currency)).or_default();
                total.0 += left;
                total.1 += i64::from(left > 0);
                messages.extend(told);
            }
            // Each is told once or more often, in an order of its own.
            let again: Vec<_> = messages
                .iter()
                .filter(|_| draws.below(3) == 0)
                .cloned()
                .collect();
            messages.extend(again);
            for last in (1..messages.len()).rev() {
                let other = usize::try_from(draws.below(last as u64 + 1)).unwrap();
                messages.swap(last, other);
            }
            for message in messages {
                world.take(&hook, Ok(Some(message))).await;
                if draws.below(6) == 0 {
                    world.wait(Duration::from_hours(24 * 9));
                }
            }
            let mut totals = BTreeMap::new();
            for campaign in campaigns {
                for (currency, total) in world.totals(campaign).await {
                    if total != (0, 0) {
                        totals.insert((campaign, currency), total);
                    }
                }
            }
            expected.retain(|_, total| *total != (0, 0));
            assert_eq!(totals, expected, "seed {seed}");
            totals.into_values().collect::<Vec<_>>()
        });
        assert_eq!(sqlite, postgres, "seed {seed}");
    }
}

#[test]
fn who_gave_is_forgotten_after_thirty_days_unless_everyone_may_know_it() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let (hook, site) = (world.hook_of(campaign).await, world.site.id);
        for (name, is_public) in [("Zanzibar", false), ("Ann", true)] {
            let amount = ReportedAmount::Each(euros(1_000));
            let mut told = PaymentMovement::new(EntryKind::Payment, name, name, amount).unwrap();
            told.giver.name = Some(name.to_owned());
            told.giver.is_public = is_public;
            told.giver.receipts = vec![format!("receipt-of-{name}")];
            world.take(&hook, Ok(Some(told))).await;
        }
        let kept = async || {
            let now = world.clock.now();
            let tidy = world.store.write(move |tx| {
                rejoinder_store::housekeeping::tidy(tx, now, site)?;
                let names: Vec<Option<String>> = tx.all(
                    rejoinder_store::sql!("select name from gift where site_id = ?1 order by name"),
                    rejoinder_store::params![site],
                    |row| row.next(),
                )?;
                let n_receipts: Option<i64> = tx.one(
                    rejoinder_store::sql!("select count(*) from gift_receipt where site_id = ?1"),
                    rejoinder_store::params![site],
                    |row| row.next(),
                )?;
                Ok((names.into_iter().flatten().collect::<Vec<_>>(), n_receipts))
            });
            tidy.await.unwrap()
        };

        world.wait(Duration::from_hours(24 * 30));
        assert_eq!(
            kept().await,
            (vec!["Ann".to_owned(), "Zanzibar".to_owned()], Some(2))
        );
        world.wait(Duration::from_secs(1));
        assert_eq!(kept().await, (vec!["Ann".to_owned()], Some(0)));

        assert_eq!(world.totals(campaign).await["EUR"], (2_000, 2));
    });
}
