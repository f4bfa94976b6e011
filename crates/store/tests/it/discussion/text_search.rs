//! Looking for words in the comments of a page.

use rejoinder_core::discussion::text_search::TextSearch;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::{AuthorId, Clock as _, CommentId, PageKey, Settings, SiteId};
use rejoinder_store::Tx;
use rejoinder_store::discussion::pages;
use rejoinder_store::discussion::text_search::{MAX_FOUND, MAX_STEPS, found, step};
use rejoinder_store::publication::sites;

use crate::database::large::Shape;
use crate::support::{World, on_both, story};

/// What `reader` finds on the story: the comments that are shown, and how many there are.
async fn texts_for(world: &World, reader: Option<AuthorId>, typed: &str) -> (Vec<String>, usize) {
    let site = world.site.id;
    let Some(search) = TextSearch::of(typed).unwrap() else {
        return (Vec::new(), 0);
    };
    let find = move |tx: &mut Tx<'_>| pages::find(tx, site, &story());
    let page = world.store.read(find).await.unwrap().unwrap();
    let (mut ids, mut before) = (Vec::new(), None);
    for _ in 0..MAX_STEPS {
        let own = page.clone();
        let read = world.store.read(move |tx| step(tx, &own, reader, before));
        let step = read.await.unwrap();
        before = step.next();
        ids.extend(step.matching(&search));
        if before.is_none() {
            break;
        }
    }
    let n = ids.len();
    ids.truncate(MAX_FOUND);
    let read = world.store.read(move |tx| found(tx, &page, &ids));
    let comments = read.await.unwrap().into_iter();
    (comments.map(|comment| comment.text).collect(), n)
}

pub(crate) async fn texts(world: &World, typed: &str) -> (Vec<String>, usize) {
    texts_for(world, None, typed).await
}

async fn run(world: &World, script: String) {
    let run = world.store.write(move |tx| tx.batch(&script));
    run.await.unwrap();
}

#[test]
fn what_is_published_on_the_page_is_found_the_newest_first() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let first = world.post(&ann, "Die ÜBERFAHRT dauert").await;
        world.reply(&kim, first, "Welche Überfahrt?").await;
        world.post(&kim, "Etwas anderes").await;

        assert_eq!(
            texts(&world, "überfahrt").await.0,
            ["Welche Überfahrt?", "Die ÜBERFAHRT dauert"]
        );
        assert_eq!(
            texts(&world, "dauert die").await.0,
            ["Die ÜBERFAHRT dauert"]
        );
        assert_eq!(texts(&world, "100%").await, (Vec::new(), 0));
        assert_eq!(texts(&world, " ").await, (Vec::new(), 0));
    });
}

#[test]
fn what_is_shown_is_found_and_how_it_was_written_is_not() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let parted = world
            .post(&ann, "The fer**ry** &amp; [the bus](https://bus.example)")
            .await;
        let imported = world
            .post(&ann, "<p>A <strong>zeppelin</strong>&nbsp;came</p>")
            .await;
        let old = world.post(&ann, "An *air*ship").await;
        for (id, change) in [
            (
                imported,
                "html = text, written_in = 'html', text = 'A zeppelin'",
            ),
            (old, "html = '<p>old</p>', renderer = 1"),
        ] {
            run(
                &world,
                format!("update comment set {change} where id = {}", id.0),
            )
            .await;
        }
        let finds = async |typed: &str, id: CommentId| {
            let (texts, n) = texts(&world, typed).await;
            assert_eq!(n, 1, "{typed}: {texts:?}");
            assert_eq!(texts, [world.comment(id).await.text], "{typed}");
        };

        finds("ferry", parted).await;
        finds("ry & the", parted).await;
        finds("a zeppelin came", imported).await;
        finds("airship", old).await;
        for typed in ["strong", "**", "amp;", "nbsp", "bus.example", "old", "<p>"] {
            assert_eq!(texts(&world, typed).await, (Vec::new(), 0), "{typed}");
        }
    });
}

#[test]
fn what_nobody_else_may_see_is_found_by_nobody() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let desk = world.desk().await;
        world.post(&ann, "Ferry: there").await;
        let held = world.post(&ann, "Ferry: held").await;
        run(
            &world,
            format!("update comment set state = 'held' where id = {}", held.0),
        )
        .await;
        for (text, action) in [
            ("Ferry: rejected", ModerationAction::Reject),
            ("Ferry: spam", ModerationAction::Spam),
            ("Ferry: removed by the desk", ModerationAction::Remove),
        ] {
            let id = world.post(&ann, text).await;
            world.decide(&desk, id, action).await.unwrap();
        }
        let gone = world.post(&bob, "Ferry: removed").await;
        world.remove(&bob, gone).await.unwrap();

        assert_eq!(
            texts(&world, "ferry").await,
            (vec!["Ferry: there".to_owned()], 1)
        );
    });
}

#[test]
fn what_went_between_finding_and_showing_is_not_shown() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let stays = world.post(&ann, "Ferry").await;
        let goes = world.post(&ann, "Ferry, too").await;
        let site = world.site.id;
        let find = move |tx: &mut Tx<'_>| pages::find(tx, site, &story());
        let page = world.store.read(find).await.unwrap().unwrap();
        world.remove(&ann, goes).await.unwrap();

        let read = move |tx: &mut Tx<'_>| found(tx, &page, &[goes, stays]);
        let shown = world.store.read(read).await.unwrap();

        let ids: Vec<CommentId> = shown.iter().map(|comment| comment.id).collect();
        assert_eq!(ids, [stays]);
    });
}

#[test]
fn other_pages_and_other_sites_are_not_looked_through() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        world.post(&ann, "Ferry: here").await;
        let mut elsewhere = world.draft(&ann, None, "Ferry: another page").await;
        elsewhere.page = PageKey::parse("https://news.example/other").unwrap();
        world.send(elsewhere).await.unwrap();
        let (now, id) = (world.clock.now(), SiteId(world.ids.next(world.clock.now())));
        let other = world.store.write(move |tx| {
            let origins = ["https://news.example".to_owned()];
            sites::add(tx, now, id, "other.example", &origins, &Settings::default())
        });
        let other = other.await.unwrap();
        let mut foreign = world
            .draft(&world.person("Eve"), None, "Ferry: another site")
            .await;
        (foreign.site, foreign.page) = (other, story());
        world.send(foreign).await.unwrap();

        assert_eq!(
            texts(&world, "ferry").await,
            (vec!["Ferry: here".to_owned()], 1)
        );
    });
}

#[test]
fn what_a_reader_has_muted_is_not_counted_for_them() {
    on_both(|world| async move {
        let (ann, bob, kim) = (
            world.person("Ann"),
            world.person("Bob"),
            world.person("Kim"),
        );
        world.post(&ann, "Ferry by Ann").await;
        let rude = world.post(&bob, "Ferry by Bob").await;
        world.post(&kim, "Hello").await;
        world.mute(&kim, rude).await;
        let kim = world.author(&kim).await;

        assert_eq!(
            texts_for(&world, Some(kim), "ferry").await,
            (vec!["Ferry by Ann".to_owned()], 1)
        );
        assert_eq!(texts(&world, "ferry").await.1, 2);
    });
}

#[test]
fn all_that_is_found_is_counted_and_the_newest_are_given() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        for n in 0..=MAX_FOUND {
            world.post(&ann, &format!("Ferry no. {n}")).await;
        }

        let (comments, n) = texts(&world, "ferry").await;

        assert_eq!((comments.len(), n), (MAX_FOUND, MAX_FOUND + 1));
        assert_eq!(comments[0], format!("Ferry no. {MAX_FOUND}"));
    });
}

#[test]
fn a_search_goes_on_where_a_step_ends() {
    on_both(|world| async move {
        let all = world.grow(Shape::Fan, 1_200).await;
        let newest = all.last().unwrap().0;
        let other = format!(
            "update comment set text = '0'; \
             update comment set html = '<p>other</p>' where id < {newest} - 600"
        );
        run(&world, other).await;

        assert_eq!(texts(&world, "0").await.1, 601);
        assert_eq!(texts(&world, "other").await.1, 600);
    });
}
