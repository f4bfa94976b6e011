//! The log of what owners change.

use std::time::Duration;

use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::audit::{AuditActor, AuditChange};
use rejoinder_core::{AuthorId, Clock as _, Settings, SiteId};
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::identity::roles;
use rejoinder_store::publication::audit::{self, AuditEntry, AuditQuery};
use rejoinder_store::publication::{owners, sites};

use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{World, on_both};

const ALL: AuditQuery = AuditQuery {
    change: None,
    before: None,
    limit: 100,
};

impl World {
    async fn changes_of(&self, site: SiteId, query: AuditQuery) -> Vec<AuditEntry> {
        let list = self.store.read(move |tx| audit::list(tx, site, &query));
        list.await.unwrap()
    }

    async fn changes(&self) -> Vec<AuditEntry> {
        self.changes_of(self.site.id, ALL).await
    }

    /// Save settings as `by`, with each of `values` set.
    async fn set(&self, by: &AuditActor, values: &[(&'static str, &'static str)]) {
        let (site, now, by) = (self.site.id, self.clock.now(), by.clone());
        let values = values.to_vec();
        let save = self.store.write(move |tx| {
            let mut settings = sites::by_id(tx, site)?.unwrap().settings;
            for (key, value) in &values {
                settings = settings.with(key, value).unwrap();
            }
            owners::save_settings(tx, now, &by, site, &settings)
        });
        save.await.unwrap();
    }
}

fn olga() -> AuditActor {
    AuditActor::Owner(AuthorId(90), "Olga".to_owned())
}

fn told(entry: &AuditEntry) -> (&str, Option<&str>, Option<&str>) {
    let (was, became) = (entry.was.as_deref(), entry.became.as_deref());
    (entry.subject.as_str(), was, became)
}

#[test]
fn each_setting_with_another_value_leaves_one_row_with_both_values() {
    on_both(|world| async move {
        world
            .set(&olga(), &[("max_links", "7"), ("title", "The Courier")])
            .await;

        let changes = world.changes().await;
        assert_eq!(changes.len(), 2, "{changes:?}");
        let links = changes.iter().find(|row| row.subject == "max_links");
        let before = Settings::default().max_links.to_string();
        assert_eq!(
            told(links.unwrap()),
            ("max_links", Some(before.as_str()), Some("7"))
        );
        for row in &changes {
            assert_eq!((row.change.as_str(), &row.by), ("setting.changed", &olga()));
            assert_eq!(row.at, world.clock.now());
        }
    });
}

#[test]
fn what_changes_nothing_leaves_no_row() {
    on_both(|world| async move {
        world.set(&AuditActor::Console, &[("max_links", "7")]).await;
        world.set(&olga(), &[("max_links", "7")]).await;
        let (site, now) = (world.site.id, world.clock.now());
        let same = world.site.origins.clone();
        let set = world
            .store
            .write(move |tx| owners::set_origins(tx, now, &olga(), site, &same));
        set.await.unwrap();

        let changes = world.changes().await;
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(changes[0].by, AuditActor::Console);
    });
}

#[test]
fn a_secret_that_is_replaced_is_told_and_never_shown() {
    on_both(|world| async move {
        let first = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3";
        let second = "whsec_NzY1NDMyMTA5ODc2NTQzMjEw";
        world.set(&olga(), &[("external_key", first)]).await;
        world.set(&olga(), &[("external_key", second)]).await;

        let changes = world.changes().await;
        assert_eq!(changes.len(), 2, "{changes:?}");
        let shown = format!("{changes:?}");
        assert!(
            !shown.contains("MDEyMzQ1") && !shown.contains("NzY1NDMy"),
            "{shown}"
        );
    });
}

#[test]
fn rows_come_newest_first_in_parts_and_of_one_kind() {
    on_both(|world| async move {
        for value in ["1", "2", "3"] {
            world.set(&olga(), &[("max_links", value)]).await;
            world.wait(Duration::from_secs(60));
        }
        let (site, now) = (world.site.id, world.clock.now());
        let set = world.store.write(move |tx| {
            owners::set_origins(
                tx,
                now,
                &olga(),
                site,
                &["https://other.example".to_owned()],
            )
        });
        set.await.unwrap();

        let newest = world.changes_of(site, AuditQuery { limit: 2, ..ALL }).await;
        assert_eq!(newest[0].change.as_str(), "origins.changed");
        assert_eq!(newest[1].became.as_deref(), Some("3"));
        let before = Some(newest[1].id);
        let older = world.changes_of(site, AuditQuery { before, ..ALL }).await;
        let older: Vec<_> = older.iter().map(|row| row.became.as_deref()).collect();
        assert_eq!(older, [Some("2"), Some("1")]);
        let change = Some(AuditChange::Origins);
        let origins = world.changes_of(site, AuditQuery { change, ..ALL }).await;
        assert_eq!(origins.len(), 1);
    });
}

#[test]
fn another_site_shows_none_of_them() {
    on_both(|world| async move {
        world.set(&olga(), &[("max_links", "7")]).await;
        let other = SiteId(world.site.id.0 + 1);
        assert_eq!(world.changes_of(other, ALL).await, []);
    });
}

#[test]
fn the_name_of_a_deleted_account_goes_and_its_rows_stay() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@news.example").await;
        let account = world.reader(&ann).await.author.unwrap();
        let (site, now, id) = (world.site.id, world.clock.now(), account.id);
        let promote = world.store.write(move |tx| {
            roles::set_role(tx, site, id, Role::Staff)?;
            owners::change_person(tx, now, &olga(), site, id, (Role::Moderator, &[]))?;
            owners::change_person(tx, now, &olga(), site, id, (Role::Reader, &[]))
        });
        promote.await.unwrap();
        let ann = sign_in(&world, &ann, "ann@news.example").await;
        world
            .set(&AuditActor::owner(&account), &[("max_links", "7")])
            .await;
        assert!(format!("{:?}", world.changes().await).contains(&account.name));

        let id = ask_to_erase(&world, &ann, CommentErasure::Keep).await;
        erase(&world, id).await;

        let changes = world.changes().await;
        assert_eq!(changes.len(), 3, "{changes:?}");
        assert!(
            !format!("{changes:?}").contains(&account.name),
            "{changes:?}"
        );
        assert_eq!(changes[0].by, AuditActor::Owner(id, String::new()));
        world.expect_sound().await;
    });
}
