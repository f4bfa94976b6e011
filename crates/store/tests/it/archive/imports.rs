//! Comments that come from elsewhere: once, with their places and counts, and never over what was
//! decided here.

use std::time::Duration;

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::{
    Clock as _, CommentId, CommentState, Page, PageId, Sort, Time, Vote, VoteTally,
};
use rejoinder_store::archive::imports::{
    self, Counters, ImportedComment, ImportedPage, KeptHtml, Place, Upserted, WrittenIn,
};
use rejoinder_store::identity::authors::GuestDetails;
use rejoinder_store::{
    Result, Tx,
    discussion::{comments, events},
};

use crate::support::{START, World, first_page, on_both, story};

const FORMAT: &str = "elsewhere";

/// A comment in the source: its id there, its parent's, its text and state.
#[derive(Clone, Copy)]
struct Record(
    &'static str,
    Option<&'static str>,
    &'static str,
    CommentState,
    VoteTally,
);

const NONE: VoteTally = VoteTally { up: 0, down: 0 };

const RECORDS: [Record; 6] = [
    Record(
        "1",
        None,
        "one",
        CommentState::Published,
        VoteTally { up: 9, down: 1 },
    ),
    Record("2", Some("1"), "two", CommentState::Removed, NONE),
    Record("3", Some("2"), "three", CommentState::Removed, NONE),
    Record("4", Some("3"), "four", CommentState::Published, NONE),
    Record("5", Some("1"), "five", CommentState::Spam, NONE),
    Record("6", None, "six", CommentState::Held, NONE),
];

/// Import `records`, each a minute after the one before; how many were new.
async fn import(world: &World, records: &'static [Record]) -> usize {
    let (now, site) = (world.clock.now(), world.site.id);
    let page_id = PageId(world.ids.next(now));
    let write = world.store.write(move |tx| {
        let page = imports::upsert_page(tx, site, page_id, &page(), FORMAT.into())?.into_inner();
        let mut n_new = 0;
        for (record, minute) in records.iter().zip(0..) {
            let at = START.before(Duration::from_secs(60 * (60 - minute)));
            if let Upserted::Added(_) = add(tx, &page, record, at)? {
                n_new += 1;
            }
        }
        if n_new > 0 {
            imports::recount(tx, now, site, page.id)?;
        }
        Ok(n_new)
    });
    write.await.unwrap()
}

fn add(tx: &mut Tx<'_>, page: &Page, record: &Record, at: Time) -> Result<Upserted<CommentId>> {
    let Record(source_id, parent, ..) = *record;
    let parent = match parent {
        Some(parent) => imports::comment(tx, page.site, FORMAT, parent)?,
        None => None,
    };
    let details = GuestDetails {
        name: format!("Author {source_id}"),
        ..GuestDetails::default()
    };
    let comment = shaped(page, record, at);
    imports::upsert_comment(tx, page.site, FORMAT.into(), &comment, |tx| {
        let author = imports::upsert_author(tx, at, page.site, FORMAT.into(), source_id, &details)?;
        Ok(Place { parent, author })
    })
}

fn shaped(page: &Page, record: &Record, at: Time) -> ImportedComment {
    let Record(source_id, _, text, state, tally) = *record;
    ImportedComment {
        source_id: source_id.to_owned(),
        page: page.id,
        text: text.to_owned(),
        html: KeptHtml::of(text, &markup::sanitise(&format!("<p>{text}</p>"))),
        written_in: WrittenIn::Html,
        state,
        reason: None,
        created_at: at,
        edited_at: None,
        closed_at: None,
        pin: None,
        tally,
        counters: Counters::default(),
    }
}

fn page() -> ImportedPage {
    ImportedPage {
        source_id: "p".to_owned(),
        key: story(),
        aliases: Vec::new(),
        title: Some("A story".to_owned()),
        closed_at: None,
        created_at: START.before(Duration::from_secs(3600)),
    }
}

async fn imported(world: &World, source_id: &'static str) -> CommentId {
    let site = world.site.id;
    let read = world
        .store
        .read(move |tx| imports::comment(tx, site, FORMAT, source_id));
    read.await.unwrap().unwrap()
}

async fn comment(world: &World, id: CommentId) -> rejoinder_core::Comment {
    let site = world.site.id;
    let read = world.store.read(move |tx| comments::by_id(tx, site, id));
    read.await.unwrap().unwrap()
}

#[test]
fn imported_comments_keep_their_places_and_are_counted() {
    on_both(|world| async move {
        assert_eq!(import(&world, &RECORDS).await, 6);

        assert_eq!(
            world.lines(first_page(Sort::Oldest)).await,
            ["one 1", "  (removed) 1", "    (removed) 1", "      four 0"]
        );
        let page = world.thread(first_page(Sort::Oldest)).await.page.unwrap();
        assert_eq!((page.n_comments, page.version), (2, 1));
        let first = comment(&world, imported(&world, "1").await).await;
        assert_eq!((first.n_descendants, first.tally.up), (1, 9));
        assert_eq!(first.created_at, START.before(Duration::from_secs(3600)));
        world.expect_sound().await;
    });
}

#[test]
fn an_import_that_is_run_again_changes_nothing() {
    on_both(|world| async move {
        import(&world, &RECORDS).await;
        let before = world.dump().await;

        assert_eq!(import(&world, &RECORDS).await, 0);

        assert_eq!(world.dump().await, before);
    });
}

#[test]
fn an_import_that_was_stopped_goes_on() {
    on_both(|world| async move {
        assert_eq!(import(&world, &RECORDS[..3]).await, 3);
        assert_eq!(import(&world, &RECORDS).await, 3);

        let site = world.site.id;
        let page = comment(&world, imported(&world, "1").await).await.page;
        let log = world
            .store
            .read(move |tx| events::since(tx, site, page, 0, 10));
        let kinds: Vec<_> = log.await.unwrap().into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [EventKind::Imported; 2]);
        assert_eq!(world.lines(first_page(Sort::Oldest)).await.len(), 4);
        world.expect_sound().await;
    });
}

#[test]
fn what_was_decided_here_outlives_the_next_import() {
    on_both(|world| async move {
        import(&world, &RECORDS).await;
        let (first, last) = (imported(&world, "1").await, imported(&world, "4").await);
        let moderator = world.moderator("Kim").await;
        world.edit(&moderator, first, "amended").await.unwrap();
        world.remove(&moderator, last).await.unwrap();
        let before = world.dump().await;

        import(&world, &RECORDS).await;

        assert_eq!(world.dump().await, before);
        assert_eq!(world.lines(first_page(Sort::Oldest)).await, ["amended 0"]);
        assert_eq!(comment(&world, last).await.state, CommentState::Removed);
        world.expect_sound().await;
    });
}

#[test]
fn imported_votes_and_own_votes_add_up() {
    on_both(|world| async move {
        import(&world, &RECORDS).await;
        let (first, ann) = (imported(&world, "1").await, world.person("Ann"));

        let cast = world.vote(&ann, first, Some(Vote::Down)).await.unwrap();
        assert_eq!(cast, VoteTally { up: 9, down: 2 });
        world.expect_sound().await;
        let taken_back = world.vote(&ann, first, None).await.unwrap();
        assert_eq!(taken_back, VoteTally { up: 9, down: 1 });
        world.expect_sound().await;
    });
}

#[test]
fn an_imported_author_keeps_their_time_and_is_found_again() {
    on_both(|world| async move {
        let (site, then) = (world.site.id, Time::from_micros(1_500_000_000_000_000));
        let write = world.store.write(move |tx| {
            let details = GuestDetails {
                name: "Ann".to_owned(),
                ..GuestDetails::default()
            };
            let first = imports::upsert_author(tx, then, site, FORMAT.into(), "a", &details)?;
            let again = imports::upsert_author(tx, START, site, FORMAT.into(), "a", &details)?;
            let other = imports::upsert_author(tx, then, site, "another".into(), "a", &details)?;
            Ok((first, again, other))
        });
        let (first, again, other) = write.await.unwrap();
        assert_eq!(first, again);
        assert_ne!(first, other);
    });
}

#[test]
fn two_records_that_ask_for_one_id_are_two_comments() {
    // These source ids were looked for: they and the moment give the same id.
    const TWINS: [Record; 2] = [
        Record("1445", None, "one", CommentState::Published, NONE),
        Record("2336", None, "two", CommentState::Published, NONE),
    ];
    on_both(|world| async move {
        let (now, site) = (world.clock.now(), world.site.id);
        let page_id = PageId(world.ids.next(now));
        let write = world.store.write(move |tx| {
            let page =
                imports::upsert_page(tx, site, page_id, &page(), FORMAT.into())?.into_inner();
            let first = add(tx, &page, &TWINS[0], START)?.into_inner();
            let second = add(tx, &page, &TWINS[1], START)?.into_inner();
            imports::recount(tx, now, site, page.id)?;
            Ok((first, second))
        });
        let (first, second) = write.await.unwrap();

        assert_eq!(second, CommentId(first.0 + 1));
        assert_eq!(imported(&world, "2336").await, second);
        assert_eq!(
            world.lines(first_page(Sort::Oldest)).await,
            ["one 0", "two 0"]
        );
        world.expect_sound().await;
    });
}

#[test]
fn an_import_ends_when_its_site_has_gone_meanwhile() {
    on_both(|world| async move {
        let now = world.clock.now();
        let page_id = PageId(world.ids.next(now));
        let site = world.site.id;
        let add = move |tx: &mut Tx<'_>| {
            let page =
                imports::upsert_page(tx, site, page_id, &page(), FORMAT.into())?.into_inner();
            let gone = Page {
                site: rejoinder_core::SiteId(1),
                ..page
            };
            let details = GuestDetails::default();
            let author = imports::upsert_author(tx, now, site, FORMAT.into(), "1", &details)?;
            let comment = shaped(&gone, &RECORDS[0], now);
            let place = Place {
                parent: None,
                author,
            };
            imports::upsert_comment(tx, gone.site, FORMAT.into(), &comment, |_| Ok(place))
        };
        assert!(world.store.write(add).await.is_err());
    });
}
