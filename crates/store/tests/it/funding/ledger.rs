//! The ledger: each movement once, and sums that can be made up again from it.

use rejoinder_core::funding::{
    Campaign, CampaignDraft, CampaignMode, EntryKind, Money, MonthlySum, Movement,
};
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{AuthorId, CampaignId, Clock as _, EntryId, Settings, SiteId};
use rejoinder_store::funding::keeping::{self, ManualEntry};
use rejoinder_store::funding::ledger::{self, LedgerEntry, NewEntry};
use rejoinder_store::funding::{KEY, campaigns, version};
use rejoinder_store::{database::doctor, publication::sites};

use crate::support::{START, World, on_both, on_each};

pub(crate) fn euros(minor: i64) -> Money {
    money(minor, "EUR")
}

pub(crate) fn money(minor: i64, currency: &str) -> Money {
    let currency = currency.parse().unwrap();
    Money { minor, currency }
}

pub(crate) fn draft() -> CampaignDraft {
    CampaignDraft {
        title: "The lease of the Ropeworks".to_owned(),
        about: "It runs out.".to_owned(),
        goal: euros(500_000),
        mode: CampaignMode::Once,
        milestones: Vec::new(),
        section: String::new(),
        url: None,
        starts_at: START,
        ends_at: None,
        names_supporters: false,
    }
}

impl World {
    pub(crate) async fn campaign(&self) -> Campaign {
        let (now, site) = (self.clock.now(), self.site.id);
        let id = CampaignId(self.ids.next(now));
        let add = self.store.write(move |tx| {
            assert!(campaigns::add(tx, now, site, id, &draft())?);
            campaigns::find(tx, site, id)
        });
        add.await.unwrap().unwrap()
    }

    /// Whether what a processor called `external_id` is new.
    pub(crate) async fn came_in(
        &self,
        campaign: CampaignId,
        (kind, external_id): (EntryKind, &str),
        money: Money,
    ) -> bool {
        let (now, site) = (self.clock.now(), self.site.id);
        let (id, external_id) = (EntryId(self.ids.next(now)), external_id.to_owned());
        let movement = Movement {
            kind,
            money,
            gifts: i64::from(kind == EntryKind::Payment),
            occurred_at: now,
        };
        let write = self.store.write(move |tx| {
            let new = NewEntry {
                id,
                campaign,
                movement,
                source: "stripe",
                external_id: &external_id,
                payment: None,
                note: "",
                made_by: None,
            };
            ledger::record(tx, now, site, &new)
        });
        write.await.unwrap()
    }

    pub(crate) fn entry(&self) -> EntryId {
        EntryId(self.ids.next(self.clock.now()))
    }

    pub(crate) async fn sums(&self, campaign: CampaignId) -> Vec<MonthlySum> {
        let site = self.site.id;
        let read = self.store.read(move |tx| {
            let sums = ledger::sums(tx, site, campaign)?;
            assert_eq!(sums, ledger::recounted(tx, site, campaign)?);
            Ok(sums)
        });
        read.await.unwrap()
    }

    async fn entries(&self, campaign: CampaignId) -> Vec<LedgerEntry> {
        let site = self.site.id;
        let read = self
            .store
            .read(move |tx| ledger::entries(tx, site, campaign, None, 100));
        read.await.unwrap()
    }

    async fn funding_version(&self) -> i64 {
        let site = self.site.id;
        self.store.read(move |tx| version(tx, site)).await.unwrap()
    }
}

#[test]
fn what_is_told_three_times_counts_once() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let before = world.funding_version().await;

        let mut new = Vec::new();
        for _ in 0..3 {
            let payment = (EntryKind::Payment, "pi_1");
            new.push(world.came_in(campaign, payment, euros(2_500)).await);
        }

        assert_eq!(new, [true, false, false]);
        let sums = world.sums(campaign).await;
        assert_eq!(
            (sums.len(), sums[0].money, sums[0].gifts),
            (1, euros(2_500), 1)
        );
        assert_eq!(world.funding_version().await, before + 1);
    });
}

#[test]
fn each_change_of_a_sum_is_told_to_those_who_keep_something_made_of_it() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        // What was heard of it may be heard again, from PostgreSQL.
        let before = world.heard.lock().unwrap().last().unwrap().version;

        world
            .came_in(campaign, (EntryKind::Payment, "pi_1"), euros(2_500))
            .await;
        world
            .came_in(campaign, (EntryKind::Payment, "pi_1"), euros(2_500))
            .await;
        world
            .came_in(campaign, (EntryKind::Refund, "re_1"), euros(-500))
            .await;

        let heard = world.heard.lock().unwrap();
        let told: Vec<_> = heard
            .iter()
            .filter(|change| change.version > before)
            .map(|change| (change.key.as_str(), change.urgent))
            .collect();
        assert_eq!(told, [(KEY, false), (KEY, true)]);
    });
}

#[test]
fn each_currency_and_each_month_has_its_own_sum() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        world
            .came_in(campaign, (EntryKind::Payment, "a"), euros(1_000))
            .await;
        world
            .came_in(campaign, (EntryKind::Payment, "b"), money(990, "JPY"))
            .await;
        world
            .came_in(campaign, (EntryKind::Payment, "c"), money(1_250, "KWD"))
            .await;
        world.wait(std::time::Duration::from_hours(24 * 40));
        world
            .came_in(campaign, (EntryKind::Payment, "d"), euros(2_000))
            .await;

        let sums = world.sums(campaign).await;

        let amounts: Vec<_> = sums.iter().map(|sum| sum.money.plain()).collect();
        assert_eq!(amounts, ["10.00", "990", "1.250", "20.00"]);
        assert!(sums[0].month < sums[3].month);
    });
}

#[test]
fn an_entry_is_taken_back_once_and_both_stay() {
    on_both(|world| async move {
        let campaign = world.campaign().await;
        let (now, site) = (world.clock.now(), world.site.id);
        let by = AuditActor::Console;
        let own = ManualEntry {
            id: EntryId(world.ids.next(now)),
            money: euros(25_000),
            occurred_at: now,
            note: "A cheque".to_owned(),
            once: "form-1".to_owned(),
            by: AuthorId(1),
        };
        let (first, back, again) = (
            own.id,
            EntryId(world.ids.next(now)),
            EntryId(world.ids.next(now)),
        );
        let (for_ledger, id) = (campaign.clone(), campaign.id);
        let write = world.store.write(move |tx| {
            let campaign = &for_ledger;
            let take = |tx: &mut _, entry, new| {
                let taken = (entry, new, AuthorId(1), "It bounced");
                keeping::take_back(tx, now, &by, campaign, taken)
            };
            Ok([
                keeping::write_down(tx, now, &by, campaign, &own)?,
                keeping::write_down(tx, now, &by, campaign, &own)?,
                take(tx, first, back)?,
                take(tx, first, again)?,
                // What takes something back is not taken back itself.
                take(tx, back, again)?,
            ])
        });
        assert_eq!(write.await.unwrap(), [true, false, true, false, false]);

        let entries = world.entries(id).await;
        let lines: Vec<_> = entries
            .iter()
            .map(|own| {
                (
                    own.movement.kind,
                    own.movement.money.minor,
                    own.is_countered,
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                (EntryKind::Correction, -25_000, false),
                (EntryKind::Manual, 25_000, true)
            ]
        );
        let sums = world.sums(id).await;
        assert_eq!((sums[0].money.minor, sums[0].gifts), (0, 0));
        let log = world
            .store
            .read(move |tx| {
                tx.all(
                    rejoinder_store::sql!(
                        "select change from audit where site_id = ?1 order by id"
                    ),
                    rejoinder_store::params![site],
                    |row| row.next::<String>(),
                )
            })
            .await
            .unwrap();
        assert_eq!(log, ["ledger_entry.added", "ledger_entry.countered"]);
    });
}

#[test]
fn an_entry_of_another_campaign_is_not_taken_back_here() {
    on_both(|world| async move {
        let (here, there) = (world.campaign().await, world.campaign().await);
        world
            .came_in(there.id, (EntryKind::Payment, "a"), euros(100))
            .await;
        let entry = world.entries(there.id).await.remove(0).id;
        let now = world.clock.now();
        let new = EntryId(world.ids.next(now));

        let taken = world.store.write(move |tx| {
            let taken = (entry, new, AuthorId(1), "Mine");
            keeping::take_back(tx, now, &AuditActor::Console, &here, taken)
        });

        assert!(!taken.await.unwrap());
    });
}

#[test]
fn another_site_has_its_own_campaigns_and_its_own_names_of_payments() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        let now = world.clock.now();
        let other = SiteId(world.ids.next(now));
        world
            .came_in(campaign, (EntryKind::Payment, "a"), euros(100))
            .await;

        let (found, sums) = world
            .store
            .write(move |tx| {
                let origins = ["https://other.example".to_owned()];
                sites::add(
                    tx,
                    now,
                    other,
                    "other.example",
                    &origins,
                    &Settings::default(),
                )?;
                campaigns::add(tx, now, other, campaign, &draft())?;
                let new = NewEntry {
                    id: EntryId(1),
                    campaign,
                    movement: Movement {
                        kind: EntryKind::Payment,
                        money: euros(7),
                        gifts: 1,
                        occurred_at: now,
                    },
                    source: "stripe",
                    external_id: "a",
                    payment: None,
                    note: "",
                    made_by: None,
                };
                assert!(ledger::record(tx, now, other, &new)?);
                let found = campaigns::list(tx, other)?.len();
                Ok((found, ledger::sums(tx, other, campaign)?))
            })
            .await
            .unwrap();

        assert_eq!((found, sums[0].money), (1, euros(7)));
        assert_eq!(world.sums(campaign).await[0].money, euros(100));
    });
}

#[test]
fn the_doctor_finds_a_sum_that_is_not_that_of_its_entries() {
    on_both(|world| async move {
        let campaign = world.campaign().await.id;
        world
            .came_in(campaign, (EntryKind::Payment, "a"), euros(100))
            .await;
        assert_eq!(world.store.read(doctor::check).await.unwrap(), []);

        let spoil = |tx: &mut rejoinder_store::Tx<'_>| {
            tx.batch("update campaign_sum set amount = amount + 1")
        };
        world.store.write(spoil).await.unwrap();

        let found = world.store.read(doctor::check).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].check,
            "what came in for campaigns is summed up right"
        );
    });
}

/// Every step is drawn from a seed, so that both databases are asked the same.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

#[test]
fn however_movements_are_interleaved_and_repeated_the_ledger_sums_up_to_the_same_on_both_databases()
{
    for seed in 1..=testing::rounds(3, 100) as u64 {
        let [sqlite, postgres] = on_each(|world| async move {
            let campaign = world.campaign().await.id;
            let mut draws = Draws(seed * 0x9e37_79b9);
            for _ in 0..60 {
                let kind = EntryKind::ALL[usize::try_from(draws.below(4)).unwrap()];
                let external = format!("pi_{}", draws.below(20));
                let currency = ["EUR", "JPY", "KWD"][usize::try_from(draws.below(3)).unwrap()];
                let minor = i64::try_from(draws.below(100_000)).unwrap();
                let minor = match kind {
                    EntryKind::Refund | EntryKind::Dispute => -minor,
                    _ => minor,
                };
                world
                    .came_in(campaign, (kind, &external), money(minor, currency))
                    .await;
                if draws.below(5) == 0 {
                    world.wait(std::time::Duration::from_hours(24 * 9));
                }
            }
            assert_eq!(world.store.read(doctor::check).await.unwrap(), []);
            world.sums(campaign).await
        });
        assert_eq!(sqlite, postgres, "seed {seed}");
    }
}

#[test]
fn a_changed_campaign_keeps_its_currency_and_leaves_a_row_in_the_log() {
    on_both(|world| async move {
        let campaign = world.campaign().await;
        let (now, site, id) = (world.clock.now(), world.site.id, campaign.id);
        let mut changed = draft();
        changed.goal = money(900, "JPY");
        changed.title = "The Ropeworks".to_owned();

        let write = world.store.write(move |tx| {
            keeping::change(tx, now, &AuditActor::Console, site, (id, &changed))?;
            keeping::hide(tx, now, &AuditActor::Console, site, (id, true))?;
            campaigns::find(tx, site, id)
        });
        let found = write.await.unwrap().unwrap();

        assert_eq!(found.draft.goal, euros(900));
        assert_eq!(found.draft.title, "The Ropeworks");
        assert_eq!(found.hidden_at, Some(now));
    });
}

#[test]
fn the_ledger_is_only_added_to() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut folders = vec![std::path::PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for change in ["update ledger_entry", "delete from ledger_entry"] {
                assert!(!text.contains(change), "{}: {change}", path.display());
            }
        }
    }
}
