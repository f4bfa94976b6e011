//! The queues, searching, and what is on no public surface.

use rejoinder_core::discussion::thread::ThreadQuery;
use rejoinder_core::moderation::search::CommentSearch;
use rejoinder_core::moderation::{FlagReason, ModerationAction};
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{CommentState, Sort};
use rejoinder_store::moderation::groups::{PageGroup, Scope};
use rejoinder_store::moderation::queues::{Queue, QueueOrder, QueueQuery};
use rejoinder_store::{
    Tx,
    discussion::{events, pages, threads},
    moderation::{groups, queues, searches},
};

use crate::database::large::Shape;
use crate::moderation::desk::outside;
use crate::support::{World, first_page, on_both, story};

/// One comment in each queue.
async fn fill(world: &mut World) {
    let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
    for (text, action) in [
        ("approved", Some(ModerationAction::Approve)),
        ("rejected", Some(ModerationAction::Reject)),
        ("spam https://spam.example/x", Some(ModerationAction::Spam)),
        ("removed", Some(ModerationAction::Remove)),
        ("flagged", None),
        ("unreviewed", None),
    ] {
        let id = world.post(&ann, text).await;
        if let Some(action) = action {
            world.decide(&kim, id, action).await.unwrap();
        }
        if text == "flagged" {
            world.flag(&bob, id).await.unwrap();
        }
    }
    world.site.settings.mode = ModerationMode::Before;
    world.post(&bob, "held").await;
}

#[test]
fn every_comment_stands_in_its_queues() {
    on_both(|mut world| async move {
        fill(&mut world).await;
        let expected = [
            (Queue::Held, &["held"][..]),
            (Queue::Flagged, &["flagged"]),
            (Queue::Unreviewed, &["unreviewed", "flagged"]),
            (Queue::Approved, &["approved"]),
            (Queue::Rejected, &["rejected"]),
            (Queue::Spam, &["spam https://spam.example/x"]),
        ];
        let site = world.site.id;
        let counts = world
            .store
            .read(move |tx| queues::counts(tx, site, &Scope::all()));
        let counts = counts.await.unwrap();
        let none = world
            .store
            .read(move |tx| queues::counts(tx, site, &Scope::of(vec![9])));
        assert_eq!(none.await.unwrap(), queues::QueueCounts::default());
        for (queue, texts) in expected {
            assert_eq!(world.queued(queue).await, texts, "{queue:?}");
            assert_eq!(
                counts.of(queue),
                i64::try_from(texts.len()).unwrap(),
                "{queue:?}"
            );
        }
        world.expect_sound().await;
    });
}

#[test]
fn a_queue_goes_on_in_both_orders_and_shows_what_is_replied_to() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let root = world.post(&ann, "c0").await;
        for n in 1..5 {
            world.reply(&ann, root, &format!("c{n}")).await;
        }
        let site = world.site.id;
        for (order, expected) in [
            (QueueOrder::Newest, ["c4", "c3", "c2", "c1", "c0"]),
            (QueueOrder::Oldest, ["c0", "c1", "c2", "c3", "c4"]),
        ] {
            let (mut after, mut texts) = (None, Vec::new());
            loop {
                let query = QueueQuery {
                    queue: Queue::Unreviewed,
                    order,
                    page: Some(world.comment(root).await.page),
                    scope: Scope::all(),
                    after,
                    limit: 2,
                };
                let listed = world.store.read(move |tx| queues::list(tx, site, &query));
                let listed = listed.await.unwrap();
                for item in listed.items {
                    let parent = item.parent.map(|parent| parent.id);
                    assert_eq!(parent, item.comment.parent);
                    assert_eq!((item.page.site, item.page.id), (site, item.comment.page));
                    texts.push(item.comment.text);
                }
                after = listed.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(texts, expected);
        }
    });
}

#[test]
fn a_scope_holds_the_pages_of_its_groups() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let first = world.post(&ann, "First").await;
        let (site, page) = (world.site.id, world.comment(first).await.page);
        let seen = |scope: Scope| {
            let store = world.store.clone();
            async move {
                let found = store.read(move |tx| queues::item(tx, site, &scope, first));
                found.await.unwrap().is_some()
            }
        };
        for (id, prefix) in [
            (1, Some("news.example/st")),
            (2, Some("news.example/x")),
            (3, None),
        ] {
            let group = PageGroup {
                id,
                name: format!("Group {id}"),
                prefix: prefix.map(str::to_owned),
                mode: None,
                n_pages: 0,
            };
            world
                .store
                .write(move |tx| groups::save(tx, site, &group))
                .await
                .unwrap();
        }
        assert!(seen(Scope::all()).await);
        assert!(seen(Scope::of(vec![1])).await);
        assert!(!seen(Scope::of(vec![2, 3])).await);
        assert!(!seen(Scope::of(Vec::new())).await);
        world
            .store
            .write(move |tx| groups::add_page(tx, site, 3, page))
            .await
            .unwrap();
        assert!(seen(Scope::of(vec![3])).await);
        let known = world
            .store
            .read(move |tx| groups::list(tx, site))
            .await
            .unwrap();
        assert_eq!(known[2].n_pages, 1);
    });
}

#[test]
fn searching_finds_by_words_and_operators() {
    on_both(|mut world| async move {
        fill(&mut world).await;
        for (typed, expected) in [
            ("FLAG", &["flagged"][..]),
            ("author:bob", &["held"]),
            (
                "author:ann state:published",
                &["unreviewed", "flagged", "approved"],
            ),
            ("state:rejected", &["rejected"]),
            ("link:spam.example", &["spam https://spam.example/x"]),
            ("link:spam.example state:published", &[]),
            ("page:story re", &["unreviewed", "rejected"]),
            ("page:\"a STORY\" word:held", &["held"]),
            ("page:elsewhere", &[]),
            ("before:2020-01-01", &[]),
            ("100%", &[]),
            ("_", &[]),
        ] {
            let (site, search) = (world.site.id, typed.parse::<CommentSearch>().unwrap());
            let found = world
                .store
                .read(move |tx| queues::search(tx, site, &search, &Scope::all(), None, 50))
                .await
                .unwrap();
            let texts: Vec<_> = found
                .items
                .into_iter()
                .map(|item| item.comment.text)
                .collect();
            assert_eq!(texts, expected, "{typed}");
            assert_eq!(found.next, None);
        }
    });
}

#[test]
fn a_search_goes_on_and_is_kept() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        for n in 0..5 {
            world.post(&ann, &format!("c{n}")).await;
        }
        let search: CommentSearch = "author:ann word:c".parse().unwrap();
        let (site, now, id) = (world.site.id, crate::support::START, 1);
        let (mut after, mut texts) = (None, Vec::new());
        loop {
            let looked_for = search.clone();
            let found = world
                .store
                .read(move |tx| queues::search(tx, site, &looked_for, &Scope::all(), after, 2))
                .await
                .unwrap();
            texts.extend(found.items.into_iter().map(|item| item.comment.text));
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(texts, ["c4", "c3", "c2", "c1", "c0"]);

        world
            .store
            .write(move |tx| searches::save(tx, now, site, kim.id, id, " Ann ", &search))
            .await
            .unwrap();
        let kept = world
            .store
            .read(move |tx| searches::list(tx, site, kim.id))
            .await
            .unwrap();
        assert_eq!(
            (kept[0].name.as_str(), kept[0].query.as_str()),
            ("Ann", "author:ann word:c")
        );
        world
            .store
            .write(move |tx| searches::forget(tx, site, kim.id, id))
            .await
            .unwrap();
    });
}

#[test]
fn a_search_that_finds_nothing_in_its_window_goes_on_behind_it() {
    on_both(|world| async move {
        let all = world.grow(Shape::Fan, queues::SEARCH_WINDOW).await;
        let search = async |typed: &str, after| {
            let (site, search) = (world.site.id, typed.parse::<CommentSearch>().unwrap());
            let search =
                move |tx: &mut Tx<'_>| queues::search(tx, site, &search, &Scope::all(), after, 50);
            let found = world.store.read(search).await.unwrap();
            let found_ids: Vec<_> = found.items.iter().map(|item| item.comment.id).collect();
            (found_ids, found.next)
        };

        let (found, next) = search("xylophone", None).await;
        assert_eq!((found, next), (Vec::new(), Some(all[1])));
        assert_eq!(search("xylophone", next).await, (Vec::new(), None));
        assert_eq!(search("0", next).await, (vec![all[0]], None));
        assert_eq!(search("state:spam", None).await, (Vec::new(), None));
    });
}

/// Everything that a reader can be shown of the story's thread.
async fn public(world: &World, branches: &[rejoinder_core::CommentId]) -> String {
    let mut shown = String::new();
    for sort in Sort::ALL {
        shown += &format!("{:?}", world.thread(first_page(sort)).await);
    }
    for root in branches {
        let query = ThreadQuery {
            root: Some(*root),
            ..first_page(Sort::Newest)
        };
        shown += &format!("{:?}", world.thread(query).await);
    }
    let site = world.site.id;
    let page = world
        .thread(first_page(Sort::Newest))
        .await
        .page
        .unwrap()
        .id;
    let log = world
        .store
        .read(move |tx| events::since(tx, site, page, 0, 1_000));
    shown + &format!("{:?}", log.await.unwrap())
}

#[test]
fn text_that_is_not_published_is_in_no_public_read() {
    on_both(|world| async move {
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
        let mut roots = Vec::new();
        for (n, action) in [
            ModerationAction::Reject,
            ModerationAction::Spam,
            ModerationAction::Remove,
        ]
        .into_iter()
        .enumerate()
        {
            let id = world.post(&ann, &format!("canary{n}")).await;
            world.reply(&bob, id, &format!("reply{n}")).await;
            world.decide(&kim, id, action).await.unwrap();
            roots.push(id);
        }
        let held = world.post(&ann, "canary-held").await;
        world
            .late(held, 1, outside(Some(CommentState::Held)))
            .await
            .unwrap();
        roots.push(held);

        let shown = public(&world, &roots).await;

        assert!(!shown.contains("canary"), "{shown}");
        assert!(!shown.contains(FlagReason::OffTopic.as_str()));
        assert!(shown.contains("reply0"));
        let site = world.site.id;
        let counts = world
            .store
            .read(move |tx| pages::counts(tx, site, &[story()]));
        assert_eq!(counts.await.unwrap(), [3]);
        let author = world.author(&ann).await;
        let page = world.comment(held).await.page;
        let own = world
            .store
            .read(move |tx| threads::own_comments(tx, site, page, author));
        assert!(
            own.await
                .unwrap()
                .iter()
                .any(|own| own.text == "canary-held")
        );
        world.expect_sound().await;
    });
}
