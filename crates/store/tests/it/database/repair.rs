//! What `doctor --repair` mends, and what it leaves.

use rejoinder_core::{Clock as _, Sort, Vote};
use rejoinder_store::database::{doctor, repair};
use rejoinder_store::{Tx, discussion::pages};

use crate::support::{World, first_page, on_both, story};

async fn mended(world: &World) -> Vec<(&'static str, i64)> {
    let now = world.clock.now();
    let mend = move |tx: &mut Tx<'_>| repair::mend(tx, now);
    let done = world.store.write(mend).await.unwrap();
    done.into_iter().map(|own| (own.what, own.n_rows)).collect()
}

async fn spoil(world: &World, statements: &'static str) {
    let spoil = move |tx: &mut Tx<'_>| tx.batch(statements);
    world.store.write(spoil).await.unwrap();
}

#[test]
fn what_follows_from_the_rest_is_made_anew_and_said() {
    on_both(|world| async move {
        let (ann, bo) = (world.person("Ann"), world.person("Bo"));
        let root = world.post(&ann, "Root").await;
        world.reply(&bo, root, "Reply").await;
        world.vote(&bo, root, Some(Vote::Up)).await.unwrap();
        let before = world.lines(first_page(Sort::Oldest)).await;
        let site = world.site.id;
        let version = async || {
            let read = world.store.read(move |tx| pages::find(tx, site, &story()));
            read.await.unwrap().unwrap().version
        };
        let was = version().await;

        spoil(
            &world,
            "update comment set up = up + 5 where parent_id is null;
             update comment set best = best + 1, n_flags = 3 where parent_id is not null;
             update comment set liked = 4 where parent_id is null;
             update comment set n_replies = 7, n_descendants = 9 where parent_id is null;
             update page set n_comments = 40;
             update author set n_published = 7, n_spam = 1, n_flagged = 2;
             delete from site_origin",
        )
        .await;
        let found = world.store.read(doctor::check).await.unwrap();
        let done = mended(&world).await;

        assert_eq!(found.len(), 9, "{found:?}");
        assert_eq!(
            done,
            [
                ("counted votes again", 1),
                ("counted who likes comments again", 1),
                ("ranked comments by their votes again", 1),
                ("counted comments of pages and branches again", 1),
                ("counted flags again", 1),
                ("counted what became of comments again", 2),
                ("listed the origins of sites again", 1),
            ]
        );
        world.expect_sound().await;
        assert_eq!(world.lines(first_page(Sort::Oldest)).await, before);
        assert_eq!(version().await, was + 1);
        assert_eq!(mended(&world).await, []);
    });
}

#[test]
fn what_follows_from_nothing_is_left_as_it_is() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        for text in ["First", "Second", "Third"] {
            world.post(&ann, text).await;
        }
        spoil(&world, "delete from event where version = 2").await;

        assert_eq!(mended(&world).await, []);

        let found = world.store.read(doctor::check).await.unwrap();
        assert_eq!(
            found[0].check,
            "the log of a page has no gap and ends with the page's version"
        );
    });
}
