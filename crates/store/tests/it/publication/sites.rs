//! Finding sites among many.

use rejoinder_core::{Settings, SiteId};
use rejoinder_store::publication::sites;
use rejoinder_store::{Dialect, Result, Sql, Tx, params};

use crate::support::{World, on_both};

const N_SITES: i64 = 2_000;

async fn add_many(world: &World) {
    let settings = serde_json::to_string(&Settings::default()).unwrap();
    let (mut rows, mut origins) = (Vec::new(), Vec::new());
    for id in 1..=N_SITES {
        let origin = format!("https://s{id}.example");
        rows.push(format!(
            "({id}, 's{id}.example', '[\"{origin}\"]', '{settings}', 0)"
        ));
        origins.push(format!("({id}, '{origin}')"));
    }
    let script = format!(
        "insert into site (id, host, origins, settings, created_at) values {};
         insert into site_origin (site_id, origin) values {}",
        rows.join(", "),
        origins.join(", ")
    );
    let add = move |tx: &mut Tx<'_>| tx.batch(&script);
    world.store.write(add).await.unwrap();
}

/// How many sites and origins PostgreSQL has looked at in this transaction.
fn looked_at(tx: &mut Tx<'_>) -> Result<i64> {
    static LOOKED_AT: Sql = Sql::new(
        "select cast(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as bigint)
         from pg_stat_xact_user_tables where relname in ('site', 'site_origin')",
    );
    match tx.dialect() {
        Dialect::Sqlite => Ok(0),
        Dialect::Postgres => Ok(tx
            .one(&LOOKED_AT, params![], |row| row.next())?
            .unwrap_or(0)),
    }
}

#[test]
fn a_site_is_found_among_many_without_looking_at_the_others() {
    on_both(|world| async move {
        add_many(&world).await;
        let find = |tx: &mut Tx<'_>| {
            let before = looked_at(tx)?;
            let found = [
                sites::by_host(tx, "s1500.example")?.map(|site| site.id),
                sites::by_id(tx, SiteId(1_500))?.map(|site| site.id),
                sites::of_origin(tx, "https://s1500.example", 2)?.pop(),
                sites::ids(tx, Some(SiteId(1_499)), 1)?.pop(),
            ];
            assert_eq!(found, [Some(SiteId(1_500)); 4]);
            assert_eq!(sites::by_host(tx, "s0.example")?, None);
            assert_eq!(sites::of_origin(tx, "https://s0.example", 2)?, []);
            Ok(looked_at(tx)? - before)
        };
        let n_looked_at = world.store.read(find).await.unwrap();
        assert!(n_looked_at <= 10, "{n_looked_at}");
    });
}

#[test]
fn all_sites_are_walked_through_in_pages() {
    on_both(|world| async move {
        add_many(&world).await;
        let (mut ids, mut hosts) = (Vec::new(), Vec::new());
        loop {
            let last = ids.last().copied();
            let next = world.store.read(move |tx| sites::ids(tx, last, 300));
            match next.await.unwrap() {
                next if next.is_empty() => break,
                next => ids.extend(next),
            }
        }
        loop {
            let last: String = hosts.last().cloned().unwrap_or_default();
            let next = world.store.read(move |tx| sites::list(tx, &last, 300));
            match next.await.unwrap() {
                next if next.is_empty() => break,
                next => hosts.extend(next.into_iter().map(|site| site.host)),
            }
        }
        assert_eq!(ids.len(), 2_001);
        assert!(ids.is_sorted() && hosts.is_sorted());
        hosts.dedup();
        assert_eq!(hosts.len(), 2_001);
    });
}

#[test]
fn each_change_of_a_site_raises_its_version_and_is_told() {
    on_both(|world| async move {
        let site = world.site.id;
        let version = async || {
            let read = world.store.read(move |tx| sites::versions(tx, &[site]));
            read.await.unwrap()
        };
        assert_eq!(version().await, [(site, 1)]);
        let n_told = || {
            let heard = world.heard.lock().unwrap();
            heard.iter().filter(|own| sites::is_changed_by(own)).count()
        };

        let save = move |tx: &mut Tx<'_>| sites::save_settings(tx, site, &Settings::default());
        world.store.write(save).await.unwrap();
        let origins = ["https://www.news.example".to_owned()];
        let list = move |tx: &mut Tx<'_>| sites::set_origins(tx, site, &origins);
        world.store.write(list).await.unwrap();

        assert_eq!(version().await, [(site, 3)]);
        assert_eq!(n_told(), 2);
        let found =
            |origin: &'static str| world.store.read(move |tx| sites::of_origin(tx, origin, 2));
        assert_eq!(found("https://www.news.example").await.unwrap(), [site]);
        assert_eq!(found("https://news.example").await.unwrap(), []);
        world.expect_sound().await;
    });
}
