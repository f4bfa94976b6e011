//! Servers on one database, each with a number of its own.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use rejoinder_core::ids::N_NODES;
use rejoinder_core::{Clock as _, Sort, Time};
use rejoinder_store::database::nodes;
use rejoinder_store::{Change, CommitHook, Dialect, Store};

use crate::support::{World, first_page, on_both};

impl World {
    async fn holds(&self, now: Time, node: u16) -> Option<i64> {
        let holder = holder(node);
        let hold = self.store.write(move |tx| nodes::hold(tx, now, &holder));
        hold.await.unwrap()
    }
}

fn holder(node: u16) -> [u8; 32] {
    let mut name = [0; 32];
    name[..2].copy_from_slice(&node.to_be_bytes());
    name
}

#[test]
fn each_node_holds_a_number_of_its_own_and_keeps_it() {
    on_both(|world| async move {
        let now = world.clock.now();
        assert_eq!(world.holds(now, 1).await, Some(0));
        assert_eq!(world.holds(now, 2).await, Some(1));
        assert_eq!(world.holds(now, 3).await, Some(2));
        let later = now.after(nodes::RENEW_EVERY);
        assert_eq!(world.holds(later, 2).await, Some(1));
    });
}

#[test]
fn nodes_that_start_at_once_hold_different_numbers() {
    on_both(|world| async move {
        let now = world.clock.now();
        let mut all = tokio::task::JoinSet::new();
        for node in 1..=12 {
            let (store, holder) = (world.store.clone(), holder(node));
            all.spawn(async move { store.write(move |tx| nodes::hold(tx, now, &holder)).await });
        }
        let held = all.join_all().await.into_iter();
        let mut held: Vec<_> = held.map(Result::unwrap).collect();
        held.sort_unstable();
        let expected: Vec<_> = (0..12).map(Some).collect();
        assert_eq!(held, expected);
    });
}

#[test]
fn the_number_of_a_node_that_ended_or_fell_silent_is_held_by_the_next() {
    on_both(|world| async move {
        let now = world.clock.now();
        for node in 1..=3 {
            world.holds(now, node).await;
        }
        let release = |tx: &mut rejoinder_store::Tx<'_>| nodes::release(tx, &holder(2));
        world.store.write(release).await.unwrap();
        assert_eq!(world.holds(now, 4).await, Some(1));

        let later = now.after(nodes::LEASE + Duration::from_secs(1));
        assert_eq!(world.holds(later, 3).await, Some(2));
        assert_eq!(world.holds(later, 5).await, Some(0));
        // Another has what it held.
        assert_eq!(world.holds(later, 1).await, Some(1));
    });
}

#[test]
fn a_node_is_there_until_it_ends_or_has_been_silent_for_long() {
    on_both(|world| async move {
        let now = world.clock.now();
        let is_any = async |now| {
            let found = world.store.read(move |tx| nodes::is_any(tx, now));
            found.await.unwrap()
        };
        assert!(!is_any(now).await);
        world.holds(now, 1).await;
        assert!(is_any(now).await);
        assert!(is_any(now.after(nodes::LEASE)).await);
        assert!(!is_any(now.after(nodes::LEASE + Duration::from_secs(1))).await);
        let release = |tx: &mut rejoinder_store::Tx<'_>| nodes::release(tx, &holder(1));
        world.store.write(release).await.unwrap();
        assert!(!is_any(now).await);
    });
}

#[test]
fn there_are_so_many_numbers_and_no_more() {
    on_both(|world| async move {
        let now = world.clock.now();
        let fill = move |tx: &mut rejoinder_store::Tx<'_>| {
            let mut last = None;
            for node in 0..u16::try_from(N_NODES).unwrap() {
                last = nodes::hold(tx, now, &holder(node))?;
            }
            Ok(last)
        };
        let last = world.store.write(fill).await.unwrap();
        assert_eq!(last, Some(N_NODES - 1));
        assert_eq!(world.holds(now, 999).await, None);
    });
}

/// How long one waits for what is told at once.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn another_node_hears_of_each_change_in_its_order() {
    on_both(|world| async move {
        if world.store.dialect() == Dialect::Sqlite {
            // One server has the file.
            return;
        }
        let (tell, heard) = mpsc::channel();
        let hook: CommitHook = Arc::new(move |changes: &[Change]| {
            for change in changes {
                let _ = tell.send(change.version);
            }
        });
        let location = world.location.clone();
        let other = tokio::task::spawn_blocking(move || Store::open(&location, hook));
        let other = other.await.unwrap().unwrap();
        let ann = world.person("Ann");
        // Whoever listens only now has missed what was told before.
        let mut n_posts = 0;
        while heard.recv_timeout(Duration::from_millis(100)).is_err() {
            n_posts += 1;
            assert!(n_posts < 600, "the other node hears nothing");
            world
                .post(&ann, &format!("Do you hear me? {n_posts}"))
                .await;
        }
        while heard.recv_timeout(Duration::from_millis(100)).is_ok() {}

        for n in 0..20 {
            world.post(&ann, &format!("You hear {n}")).await;
        }
        let thread = world.thread(first_page(Sort::Oldest)).await;
        let last = thread.page.unwrap().version;
        let mut versions: Vec<i64> = vec![heard.recv_timeout(PATIENCE).unwrap()];
        while *versions.last().unwrap() < last {
            versions.push(heard.recv_timeout(PATIENCE).unwrap());
        }
        let expected: Vec<i64> = (last - 19..=last).collect();
        assert_eq!(versions, expected);
        other.close();
    });
}
