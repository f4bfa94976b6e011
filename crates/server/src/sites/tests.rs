use std::time::Duration;

use rejoinder_core::{FixedClock, Settings};
use store::{Location, Tx};
use tempfile::TempDir;

use super::*;

/// A store with sites, asked by a server whose clock stands still.
struct Asked {
    sites: Sites,
    clock: Arc<FixedClock>,
    _folder: TempDir,
}

impl Asked {
    async fn with(n: i64) -> Self {
        let folder = TempDir::new().unwrap();
        let location = Location::Sqlite(folder.path().join("test.db"));
        let (known, pages) = (KnownSites::default(), PageCache::new(1 << 20));
        let (hears, forgets) = (known.clone(), pages.clone());
        let hook = Arc::new(move |changes: &[store::Change]| hears.hear(changes, &forgets));
        let store = Store::open(&location, hook).unwrap();
        let add = move |tx: &mut Tx<'_>| {
            for id in 1..=n {
                let host = format!("s{id}.example");
                let origins = [format!("https://{host}")];
                let (now, settings) = (Time::from_micros(0), Settings::default());
                sites::add(tx, now, SiteId(id), &host, &origins, &settings)?;
            }
            Ok(())
        };
        store.write(add).await.unwrap();
        let clock = Arc::new(FixedClock::at(Time::from_micros(1_000_000_000)));
        Self {
            sites: Sites::new(
                known,
                Arc::new(store),
                pages,
                Arc::<FixedClock>::clone(&clock),
            ),
            clock,
            _folder: folder,
        }
    }

    async fn host(&self, host: &str) -> Option<SiteId> {
        let found = self.sites.named(host).await;
        found.ok().map(|site| site.id)
    }
}

#[tokio::test]
async fn a_site_that_is_in_use_is_not_read_again_while_it_stays_as_it_is() {
    let asked = Asked::with(3).await;
    let first = asked.sites.named("s2.example").await.unwrap();
    for _ in 0..50 {
        asked.clock.advance(Duration::from_millis(700));
        let again = asked.sites.named("s2.example").await.unwrap();
        let by_id = asked.sites.by_id(SiteId(2)).await.unwrap();
        assert!(Arc::ptr_eq(&first, &again) && Arc::ptr_eq(&first, &by_id));
    }
    assert_eq!(asked.sites.known.n_held(), 1, "the others are not");
}

#[tokio::test]
async fn a_site_that_changes_is_another_at_once() {
    let asked = Asked::with(1).await;
    let first = asked.sites.by_id(SiteId(1)).await.unwrap();
    let save = |tx: &mut Tx<'_>| sites::save_settings(tx, SiteId(1), &Settings::default());
    asked.sites.store.write(save).await.unwrap();

    let second = asked.sites.named("s1.example").await.unwrap();

    assert_eq!(second.version, first.version + 1);
}

#[tokio::test]
async fn names_that_strangers_make_up_take_no_room() {
    let asked = Asked::with(1).await;
    let reading = asked.sites.known.reading(asked.clock.steady());
    for n in 0..100_000 {
        asked
            .sites
            .known
            .learn_stranger(format!("x{n}.example"), reading);
        let origin = Some(format!("https://x{n}.example"));
        asked.sites.known.learn_origin(origin, Vec::new(), reading);
    }

    assert!(asked.sites.known.n_names() <= 3 * known::MAX_NAMES);
    assert_eq!(asked.host("s1.example").await, Some(SiteId(1)));
    let long = format!("https://{}.example", "x".repeat(300));
    assert!(!asked.sites.is_listed(&long).await.unwrap());
}

#[tokio::test]
async fn many_who_ask_at_once_are_each_told_of_what_they_asked() {
    let asked = Arc::new(Asked::with(40).await);
    let mut all = tokio::task::JoinSet::new();
    for n in 0..400_i64 {
        let asked = Arc::clone(&asked);
        all.spawn(async move {
            let (id, host) = (n % 50, format!("s{}.example", n % 50));
            let is_there = (1..=40).contains(&id);
            assert_eq!(asked.host(&host).await, is_there.then_some(SiteId(id)));
            let listed = asked.sites.is_listed(&format!("https://{host}")).await;
            assert_eq!(listed.unwrap(), is_there);
        });
    }
    all.join_all().await;
}

#[tokio::test]
async fn without_an_origin_only_a_site_that_is_alone_is_meant() {
    let (one, two) = (Asked::with(1).await, Asked::with(2).await);
    let only = one.sites.only_one_open_to(None).await.unwrap();
    assert_eq!(only.map(|site| site.id), Some(SiteId(1)));
    assert!(two.sites.only_one_open_to(None).await.unwrap().is_none());
    let own = two.sites.only_one_open_to(Some("https://s2.example")).await;
    assert_eq!(own.unwrap().map(|site| site.id), Some(SiteId(2)));
    let none = two.sites.only_one_open_to(Some("https://x.example")).await;
    assert!(none.unwrap().is_none());
}
