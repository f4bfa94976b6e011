//! Which parts of recordings comments speak of.

use rejoinder_core::recordings::Recording;
use rejoinder_core::{Clock as _, CommentId};
use rejoinder_store::Tx;
use rejoinder_store::discussion::comments;
use rejoinder_store::recordings::citing;
use rejoinder_store::recordings::{attaching, player_data};

use super::proposals::talk;
use crate::support::{World, on_both};

/// As another system wrote it, with a link to 0:48 of the recording.
const CAME: &str = "update comment set text = 'See this', written_in = 'html', html =
    '<p>See <a href=\"https://www.youtube.com/watch?v=aqz-KE-bpKQ&amp;t=48\" rel=\"nofollow ugc noopener noreferrer\">this</a></p>'";

async fn html(world: &World, id: CommentId) -> String {
    let site = world.site.id;
    let read = move |tx: &mut Tx<'_>| comments::by_id(tx, site, id);
    let found = world.store.read(read).await.unwrap().unwrap();
    found.html.into_string()
}

async fn look(world: &World, recording: &Recording) {
    let (site, page) = (recording.site, recording.page);
    let mut after = CommentId(0);
    let step = async |after| {
        let step = move |tx: &mut Tx<'_>| citing::step(tx, site, page, after);
        world.store.write(step).await.unwrap()
    };
    while let Some(last) = step(after).await {
        after = last;
    }
}

/// How many comments the recording is known to be spoken of in.
async fn n_cited(world: &World, recording: &Recording) -> usize {
    let (site, id) = (recording.site, recording.id);
    let read = move |tx: &mut Tx<'_>| player_data::find(tx, site, id);
    world.store.read(read).await.unwrap().unwrap().cited.len()
}

#[test]
fn a_link_of_another_system_leads_to_its_place_as_long_as_the_recording_is_there() {
    on_both(|world| async move {
        let (recording, ann) = (talk(&world).await, world.person("Ann"));
        let id = world.post(&ann, "See this").await;
        world
            .store
            .write(|tx: &mut Tx<'_>| tx.batch(CAME))
            .await
            .unwrap();
        let came = html(&world, id).await;

        look(&world, &recording).await;
        let shown = html(&world, id).await;
        assert!(shown.contains("href=\"#t=48\""), "{shown}");
        assert_eq!(n_cited(&world, &recording).await, 1);

        let (now, own) = (world.clock.now(), recording.clone());
        let remove = move |tx: &mut Tx<'_>| attaching::remove(tx, now, &own);
        world.store.write(remove).await.unwrap();
        look(&world, &recording).await;
        assert_eq!(html(&world, id).await, came);
    });
}
