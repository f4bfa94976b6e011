//! Finding recordings by what is said in them.

use rejoinder_core::Clock as _;
use rejoinder_core::recordings::{SearchWords, TranscriptStatus};
use rejoinder_store::Tx;
use rejoinder_store::recordings::transcripts::{self, NewRevision};
use rejoinder_store::recordings::{attaching, searching};

use super::proposals::talk;
use crate::support::{World, on_both};

/// What the recordings are called that hold these words.
async fn found(world: &World, typed: &'static str) -> Vec<String> {
    let site = world.site.id;
    let read =
        move |tx: &mut Tx<'_>| searching::search(tx, site, &SearchWords::new(typed), None, 10);
    let found = world.store.read(read).await.unwrap();
    assert_eq!(found.next, None);
    let titles = found.hits.into_iter().map(|hit| hit.recording.title);
    titles.collect()
}

#[test]
fn a_recording_is_found_by_what_is_said_and_what_it_is_called_as_it_is_now() {
    on_both(|world| async move {
        let (recording, now) = (talk(&world).await, world.clock.now());
        assert_eq!(found(&world, "BRIDGE old").await, ["A talk"]);
        assert_eq!(found(&world, "tälk cold").await, ["A talk"]);
        assert!(found(&world, "bridge warm").await.is_empty());
        assert!(found(&world, "b_idge").await.is_empty());

        let own = recording.clone();
        let change = move |tx: &mut Tx<'_>| {
            let new = NewRevision {
                from: 1,
                status: TranscriptStatus::Approved,
                language: None,
                webvtt: "WEBVTT\n\n00:01.000 --> 00:03.000\nThe Straße is new.\n".to_owned(),
                by: None,
            };
            transcripts::save(tx, now, &own, &new)?;
            attaching::rename(tx, now, &own, "ПЕРВАЯ запись")
        };
        world.store.write(change).await.unwrap();
        assert!(found(&world, "bridge").await.is_empty());
        assert_eq!(found(&world, "straße первая").await, ["ПЕРВАЯ запись"]);

        let remove = move |tx: &mut Tx<'_>| attaching::remove(tx, now, &recording);
        world.store.write(remove).await.unwrap();
        assert!(found(&world, "").await.is_empty());
    });
}

#[test]
fn a_search_goes_on_where_it_ended() {
    on_both(|world| async move {
        let (first, second) = (talk(&world).await, talk(&world).await);
        let site = world.site.id;
        let page = async |after| {
            let read = move |tx: &mut Tx<'_>| {
                searching::search(tx, site, &SearchWords::new("old"), after, 1)
            };
            world.store.read(read).await.unwrap()
        };

        let one = page(None).await;
        let two = page(one.next).await;

        assert_eq!(one.hits[0].recording.id, second.id);
        assert_eq!(two.hits[0].recording.id, first.id);
        assert_eq!(two.next, None);
    });
}
