//! The ledger beside a processor's own account: what is taken over counts once, and to its own account.

use rejoinder_core::funding::EntryKind;
use rejoinder_core::funding::processors::{PaymentMovement, Processor, ReportedAmount};
use rejoinder_core::funding::reconciling::{LedgerComparison, compare};
use rejoinder_core::funding::table::StatementRow;
use rejoinder_core::{AuthorId, Clock as _, TokenHash};
use rejoinder_store::database::doctor;
use rejoinder_store::funding::hooks::{self, NewHook, ProcessorHook};
use rejoinder_store::funding::intake::MessageOutcome;
use rejoinder_store::funding::reconciling;

use super::ledger::euros;
use crate::support::{World, on_both};

impl World {
    async fn settle(&self, hook: &ProcessorHook, line: StatementRow) -> bool {
        let (now, ids, hook) = (self.clock.now(), self.ids.clone(), hook.clone());
        let settle = self
            .store
            .write(move |tx| reconciling::settle(tx, now, &ids, &hook, (&line, AuthorId(1))));
        settle.await.unwrap()
    }

    async fn compared(&self, hook: &ProcessorHook, lines: Vec<StatementRow>) -> LedgerComparison {
        let hook = hook.clone();
        let read = self.store.read(move |tx| {
            let ours = reconciling::payments(tx, &hook, &lines)?;
            Ok(compare(&lines, ours))
        });
        read.await.unwrap()
    }

    /// What is left of everything in the ledger of a campaign, with the gifts.
    async fn left(&self, hook: &ProcessorHook) -> (i64, i64) {
        assert_eq!(self.store.read(doctor::check).await.unwrap(), []);
        let sums = self.sums(hook.campaign).await;
        let each = sums.iter().map(|sum| (sum.money.minor, sum.gifts));
        each.fold((0, 0), |all, own| (all.0 + own.0, all.1 + own.1))
    }
}

/// A row of an export: what is left of a payment of which `back` went back.
fn row(world: &World, payment: &str, left: i64, back: i64) -> StatementRow {
    StatementRow {
        row: 0,
        day: world.clock.now(),
        money: euros(left),
        back,
        reference: payment.to_owned(),
        name: String::new(),
    }
}

fn told(kind: EntryKind, name: &str, payment: &str, minor: i64) -> Option<PaymentMovement> {
    let amount = ReportedAmount::Each(euros(minor));
    Some(PaymentMovement::new(kind, name, payment, amount).unwrap())
}

#[test]
fn a_refund_that_was_taken_over_from_an_export_counts_once_when_it_is_told_too() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        let paid = told(EntryKind::Payment, "pi_1", "pi_1", 2_500);
        let refund = |name, minor| told(EntryKind::Refund, name, "pi_1", minor);
        world.take(&hook, Ok(paid)).await;

        assert!(world.settle(&hook, row(&world, "pi_1", 2_000, 500)).await);
        assert_eq!(world.left(&hook).await, (2_000, 1));
        // It was on its way meanwhile, and comes again.
        assert_eq!(
            world.take(&hook, Ok(refund("re_1", 500))).await,
            MessageOutcome::Counted
        );
        assert_eq!(
            world.take(&hook, Ok(refund("re_1", 500))).await,
            MessageOutcome::Known
        );
        assert_eq!(world.left(&hook).await, (2_000, 1));
        // Another one is another one, and all of it is.
        world.take(&hook, Ok(refund("re_2", 300))).await;
        assert_eq!(world.left(&hook).await, (1_700, 1));
        world.take(&hook, Ok(refund("re_3", 1_700))).await;
        assert_eq!(world.left(&hook).await, (0, 0));
    });
}

#[test]
fn a_payment_and_its_refund_that_were_taken_over_together_count_once_when_both_are_told() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        let row = row(&world, "pi_1", 2_000, 500);

        assert!(world.settle(&hook, row.clone()).await);
        assert_eq!(world.left(&hook).await, (2_000, 1));
        let paid = told(EntryKind::Payment, "pi_1", "pi_1", 2_500);
        assert_eq!(world.take(&hook, Ok(paid)).await, MessageOutcome::Known);
        world
            .take(&hook, Ok(told(EntryKind::Refund, "re_1", "pi_1", 500)))
            .await;

        assert_eq!(world.left(&hook).await, (2_000, 1));
        assert_eq!(world.compared(&hook, vec![row.clone()]).await.n_alike, 1);
        assert!(!world.settle(&hook, row).await);
    });
}

#[test]
fn a_refund_that_was_told_before_its_payment_was_taken_over_counts_once() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let hook = world.hook_of(campaign).await;
        let refund = told(EntryKind::Refund, "re_1", "pi_1", 500);
        world.take(&hook, Ok(refund)).await;

        assert!(world.settle(&hook, row(&world, "pi_1", 2_000, 500)).await);

        assert_eq!(world.left(&hook).await, (2_000, 1));
        let paid = told(EntryKind::Payment, "pi_1", "pi_1", 2_500);
        assert_eq!(world.take(&hook, Ok(paid)).await, MessageOutcome::Known);
        assert_eq!(world.left(&hook).await, (2_000, 1));
    });
}

#[test]
fn two_accounts_of_one_processor_are_told_apart() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let one = world.hook_of(campaign).await;
        let (now, site, id) = (
            world.clock.now(),
            world.site.id,
            world.ids.next(world.clock.now()),
        );
        let add = world.store.write(move |tx| {
            let new = NewHook {
                id,
                campaign,
                processor: Processor::Stripe,
                token: "other".to_owned(),
                hash: TokenHash([2; 32]),
                secret: Some("whsec_9876543210".to_owned()),
            };
            assert!(hooks::add(tx, now, site, &new)?);
            hooks::by_id(tx, site, id)
        });
        let other = add.await.unwrap().unwrap();
        for (hook, payment) in [(&one, "pi_1"), (&other, "pi_2")] {
            let paid = told(EntryKind::Payment, payment, payment, 2_500);
            world.take(hook, Ok(paid)).await;
        }

        // Each has its own export, and nothing of the other's is missing there.
        let of_one = world
            .compared(&one, vec![row(&world, "pi_1", 2_500, 0)])
            .await;
        let alike = LedgerComparison {
            n_alike: 1,
            ..LedgerComparison::default()
        };
        assert_eq!(of_one, alike);
        // Whoever takes the wrong file changes nothing.
        let wrong = row(&world, "pi_2", 700, 0);
        let compared = world.compared(&one, vec![wrong.clone()]).await;
        assert_eq!((compared.n_elsewhere, compared.differing.len()), (1, 0));
        assert!(!world.settle(&one, wrong).await);
        assert_eq!(world.left(&one).await, (5_000, 2));
        // What an account told of that is gone may be anybody's.
        let gone = other.clone();
        world
            .store
            .write(move |tx| hooks::remove(tx, &gone))
            .await
            .unwrap();
        let compared = world
            .compared(&one, vec![row(&world, "pi_1", 2_500, 0)])
            .await;
        assert_eq!(compared.missing_there.len(), 1);
    });
}
