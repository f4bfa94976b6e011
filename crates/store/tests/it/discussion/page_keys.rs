//! Pages that were stored under keys of older rules.

use rejoinder_core::moderation::Action;
use rejoinder_core::publication::settings::Mode;
use rejoinder_core::{CommentId, PageKey};
use rejoinder_store::discussion::pages::PageQuery;
use rejoinder_store::{
    Location, Store,
    database::doctor,
    discussion::{page_keys, pages},
    notices::subscriptions,
};

use crate::support::{Person, World};

/// What the first rules made of two ways to write one address, and of a file whose name only ends so.
const LOWER: (&str, &str) = ("news.example/caf%c3%a9", "https://news.example/caf%c3%a9");
const UPPER: (&str, &str) = ("news.example/caf%C3%A9", "https://news.example/caf%C3%A9");
const INDEX: (&str, &str) = ("news.example/re", "https://news.example/reindex.html");

fn stored((key, url): (&str, &str)) -> PageKey {
    PageKey::stored(key.to_owned(), Some(url.to_owned()))
}

async fn post(
    world: &World,
    person: &Person,
    on: (&str, &str),
    parent: Option<CommentId>,
    text: &str,
) -> CommentId {
    let mut draft = world.draft(person, parent, text).await;
    draft.page = stored(on);
    world.send(draft).await.unwrap().comment.id
}

async fn run(world: &World, script: &'static str) {
    let run = world.store.write(move |tx| tx.batch(script));
    run.await.unwrap();
}

/// Bring the keys along, as an upgrade of a database from before does.
async fn upgraded(world: &World) -> Store {
    world.store.write(page_keys::renew).await.unwrap();
    world.store.clone()
}

async fn places() -> [World; 2] {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Location::Sqlite(folder.path().join("rejoinder.db"));
    let postgres = Location::Postgres(testing::fresh_database());
    let other = tempfile::tempdir().unwrap();
    [
        World::new(&sqlite, folder).await,
        World::new(&postgres, other).await,
    ]
}

/// What a page holds: its key, how many comments, its version, and whether it is closed.
async fn found(store: &Store, world: &World, typed: &str) -> Option<(String, i64, i64, bool)> {
    let (site, key) = (world.site.id, PageKey::parse(typed).unwrap());
    let page = store.read(move |tx| pages::find(tx, site, &key));
    page.await.unwrap().map(|page| {
        let is_closed = page.closed_at.is_some();
        (
            page.key.as_str().to_owned(),
            page.n_comments,
            page.version,
            is_closed,
        )
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_turn_out_to_be_one_are_one_with_both_histories() {
    for world in places().await {
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
        let first = post(&world, &ann, LOWER, None, "First").await;
        post(&world, &bob, LOWER, Some(first), "Reply").await;
        let second = post(&world, &bob, UPPER, None, "Second").await;
        post(&world, &ann, INDEX, None, "Elsewhere").await;
        let mut chosen = world.draft(&ann, None, "Chosen").await;
        chosen.page = PageKey::parse("story-12").unwrap();
        world.send(chosen).await.unwrap();
        run(
            &world,
            "update page set url = 'https://news.example/%7Ekim' where key = 'story-12'",
        )
        .await;
        world.decide(&kim, first, Action::Pin(1)).await.unwrap();
        world.decide(&kim, second, Action::Pin(1)).await.unwrap();
        let rejected = world.decide(&kim, second, Action::Reject).await.unwrap();
        world.undo(&kim, rejected.decision.unwrap()).await.unwrap();
        world.flag(&ann, second).await.unwrap();
        world.decide(&kim, second, Action::Approve).await.unwrap();
        run(
            &world,
            "update page set closed_at = 5 where key = 'news.example/caf%C3%A9'",
        )
        .await;
        run(
            &world,
            "insert into subscription (site_id, id, page_id, kind, author_id, email, mailbox, pace,
                 secret, asked_at)
             select c.site_id, c.id, c.page_id, 'page', c.author_id, 'a@x.example', 'a@x.example',
                 'at_once', cast(c.id as text), 1
             from comment c where c.text in ('First', 'Second')",
        )
        .await;
        let version = |typed: &'static str| found(&world.store, &world, typed);
        let before = version("https://news.example/café").await.unwrap();

        let store = upgraded(&world).await;

        let cafe = found(&store, &world, "https://news.example/café")
            .await
            .unwrap();
        assert_eq!((cafe.0.as_str(), cafe.1, cafe.3), (UPPER.0, 3, true));
        assert!(cafe.2 > before.2, "{cafe:?} {before:?}");
        for typed in [LOWER.0, LOWER.1, UPPER.1] {
            let by = found(&store, &world, typed).await;
            assert_eq!(by.as_ref(), Some(&cafe), "{typed}");
        }
        let file = found(&store, &world, INDEX.1).await.unwrap();
        assert_eq!(file.0, "news.example/reindex.html");
        assert_eq!(found(&store, &world, "story-12").await.unwrap().1, 1);
        assert_eq!(store.read(doctor::check).await.unwrap(), []);
        let site = world.site.id;
        let query = PageQuery {
            limit: 10,
            ..PageQuery::default()
        };
        let left = store.read(move |tx| pages::list(tx, site, &query)).await;
        assert_eq!(left.unwrap().len(), 3);

        let log = world.log(second).await;
        let undone = log
            .iter()
            .find(|one| one.action.as_str() == "reject")
            .unwrap();
        let undo = log
            .iter()
            .find(|one| one.action.as_str() == "undo")
            .unwrap();
        assert_eq!(undone.undone_by, Some(undo.id.version));
        let again = upgraded(&world).await;
        assert_eq!(found(&again, &world, LOWER.1).await, Some(cafe));
        assert_eq!(again.read(doctor::check).await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_pages_that_are_one_the_confirmed_subscription_and_the_stricter_mode_hold() {
    for world in places().await {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        post(&world, &ann, LOWER, None, "First").await;
        post(&world, &bob, UPPER, None, "Second").await;
        run(
            &world,
            "update page set mode = 'before' where key = 'news.example/caf%c3%a9';
             update page set mode = 'after' where key = 'news.example/caf%C3%A9';
             insert into subscription (site_id, id, page_id, kind, author_id, email, mailbox, pace,
                 secret, asked_at, confirmed_at)
             select c.site_id, c.id, c.page_id, 'page', c.author_id, 'a@x.example', 'a@x.example',
                 'at_once', c.text, 1, case when c.text = 'First' then 2 end
             from comment c",
        )
        .await;
        let site = world.site.id;

        let store = upgraded(&world).await;

        let key = PageKey::parse(UPPER.1).unwrap();
        let read = store.read(move |tx| {
            let page = pages::find(tx, site, &key)?.unwrap();
            let own = pages::mode(tx, site, page.id)?;
            let kept = subscriptions::by_secret(tx, site, "First")?;
            let gone = subscriptions::by_secret(tx, site, "Second")?;
            let page = kept.map(|kept| kept.page == page.id);
            Ok((own, page, gone.is_some()))
        });
        assert_eq!(read.await.unwrap(), (Some(Mode::Before), Some(true), false));
    }
}
