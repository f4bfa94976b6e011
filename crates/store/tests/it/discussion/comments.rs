//! Posting, replying, editing, removing, and the thread that follows.

use std::time::Duration;

use rejoinder_core::discussion::thread::ThreadQuery;
use rejoinder_core::{Cursor, Refusal, Sort};
use rejoinder_store::StoreError;
use rejoinder_store::moderation::groups::Scope;
use rejoinder_store::moderation::{inside, queues};

use crate::support::{first_page, key, on_both};

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Refusal {
    match result {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_thread_holds_what_was_posted() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let first = world.post(&ann, "First").await;
        let reply = world.reply(&kim, first, "Reply").await;
        world.reply(&ann, reply, "Again").await;
        world.post(&kim, "Second").await;

        assert_eq!(
            world.lines(first_page(Sort::Oldest)).await,
            ["First 1", "  Reply 1", "    Again 0", "Second 0"]
        );
        assert_eq!(world.lines(first_page(Sort::Newest)).await[0], "Second 0");
        let page = world.thread(first_page(Sort::Newest)).await.page.unwrap();
        assert_eq!((page.n_comments, page.version), (4, 4));
        world.expect_sound().await;
    });
}

#[test]
fn changes_are_heard_in_the_order_of_the_pages_versions() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let first = world.post(&ann, "First").await;
        world.edit(&ann, first, "First!").await.unwrap();
        world.remove(&ann, first).await.unwrap();

        let heard = world.heard.lock().unwrap().clone();
        let seen: Vec<_> = heard
            .iter()
            .map(|change| (change.version, change.urgent))
            .collect();
        assert_eq!(seen, [(1, false), (2, true), (3, true)]);
    });
}

#[test]
fn a_comment_goes_when_nothing_hangs_on_it_and_leaves_a_tombstone_otherwise() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let first = world.post(&ann, "First").await;
        let reply = world.reply(&kim, first, "Reply").await;
        let below = world.reply(&ann, reply, "Below").await;

        world.remove(&ann, first).await.unwrap();
        world.remove(&kim, reply).await.unwrap();
        assert_eq!(
            world.lines(first_page(Sort::Oldest)).await,
            ["(removed) 1", "  (removed) 1", "    Below 0"]
        );
        world.expect_sound().await;

        world.remove(&ann, below).await.unwrap();
        assert!(world.lines(first_page(Sort::Oldest)).await.is_empty());
        world.expect_sound().await;
        assert_eq!(
            refusal(world.remove(&ann, below).await),
            Refusal::CommentUnknown
        );
    });
}

#[test]
fn a_reply_to_a_removed_comment_is_refused() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let first = world.post(&ann, "First").await;
        world.reply(&kim, first, "Reply").await;
        world.remove(&ann, first).await.unwrap();

        let late = world
            .send(world.draft(&kim, Some(first), "Late").await)
            .await;

        assert_eq!(refusal(late), Refusal::ParentRemoved);
    });
}

#[test]
fn only_its_author_edits_a_comment_and_only_for_a_while() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let first = world.post(&ann, "First").await;
        world.post(&kim, "Other").await;

        let edited = world.edit(&ann, first, "First, amended").await.unwrap();
        assert_eq!(
            (edited.text.as_str(), edited.revision),
            ("First, amended", 2)
        );
        assert_eq!(
            refusal(world.edit(&kim, first, "Mine").await),
            Refusal::NotYours
        );
        world.wait(Duration::from_secs(15 * 60 + 1));
        assert!(matches!(
            refusal(world.edit(&ann, first, "Too late").await),
            Refusal::EditWindowOver { .. }
        ));
        let site = world.site.id;
        let versions = world.store.read(move |tx| {
            let item = queues::item(tx, site, &Scope::all(), first)?.unwrap();
            inside::versions(tx, &item)
        });
        let versions = versions.await.unwrap();
        assert_eq!((versions.len(), versions[0].text.as_str()), (1, "First"));
    });
}

#[test]
fn the_same_key_gives_the_same_comment() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let mut draft = world.draft(&ann, None, "Once").await;
        draft.idempotency = key("k1", 1);
        let first = world.send(draft).await.unwrap();
        let mut again = world.draft(&ann, None, "Once").await;
        again.idempotency = key("k1", 1);
        let again = world.send(again).await.unwrap();
        let mut other = world.draft(&ann, None, "Other").await;
        other.idempotency = key("k1", 2);

        assert_eq!(
            (again.comment.id, again.is_replay),
            (first.comment.id, true)
        );
        assert_eq!(refusal(world.send(other).await), Refusal::KeyReused);
        assert_eq!(world.lines(first_page(Sort::Newest)).await, ["Once 0"]);
        world.expect_sound().await;
    });
}

#[test]
fn a_key_belongs_to_the_person_who_used_it() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let send = async |person, text: &str, fingerprint| {
            let mut draft = world.draft(person, None, text).await;
            draft.idempotency = key("k1", fingerprint);
            world.send(draft).await.unwrap()
        };
        let first = send(&ann, "Me too", 1).await;

        let same = send(&bob, "Me too", 1).await;
        let (cid, again) = (world.person("Cid"), send(&bob, "Me too", 1).await);
        let other = send(&cid, "Another", 2).await;

        assert!(!same.is_replay && !other.is_replay);
        assert_ne!(same.comment.id, first.comment.id);
        assert_eq!((again.comment.id, again.is_replay), (same.comment.id, true));
        let own = send(&ann, "Me too", 1).await;
        assert_eq!((own.comment.id, own.is_replay), (first.comment.id, true));
        world.expect_sound().await;
    });
}

#[test]
fn a_guest_without_a_name_is_asked_for_one() {
    on_both(|world| async move {
        let ann = world.person("");
        let draft = world.draft(&ann, None, "Hello").await;
        assert_eq!(refusal(world.send(draft).await), Refusal::NameMissing);
        assert!(world.heard.lock().unwrap().is_empty());
    });
}

#[test]
fn roots_go_on_where_the_page_before_ended_in_every_sort() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        for n in 0..25 {
            let id = world.post(&ann, &format!("c{n}")).await;
            for voter in 0..(n % 4) {
                let voter = world.person(&format!("v{voter}"));
                world
                    .vote(&voter, id, Some(rejoinder_core::Vote::Up))
                    .await
                    .unwrap();
            }
            if n % 5 == 0 {
                world.reply(&ann, id, "reply").await;
            }
        }
        for sort in Sort::ALL {
            let mut seen = Vec::new();
            let mut after: Option<Cursor> = None;
            loop {
                let query = ThreadQuery {
                    after,
                    limit: 7,
                    replies: 0,
                    ..first_page(sort)
                };
                let thread = world.thread(query).await;
                seen.extend(
                    thread
                        .entries
                        .iter()
                        .map(|entry| entry.comment.text.clone()),
                );
                after = thread.next;
                if after.is_none() {
                    break;
                }
            }
            let whole = ThreadQuery {
                limit: 100,
                replies: 0,
                ..first_page(sort)
            };
            let whole = world.thread(whole).await;
            let whole: Vec<_> = whole
                .entries
                .iter()
                .map(|entry| entry.comment.text.clone())
                .collect();
            assert_eq!((seen.len(), &seen), (25, &whole), "{sort:?}");
        }
        world.expect_sound().await;
    });
}

#[test]
fn a_branch_goes_on_and_shows_its_ancestors() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let mut parent = world.post(&ann, "0").await;
        for n in 1..10 {
            parent = world.reply(&ann, parent, &n.to_string()).await;
        }
        let shown = world.lines(first_page(Sort::Newest)).await;
        assert_eq!(shown.len(), 6);

        let deep = world
            .thread(ThreadQuery {
                root: Some(parent),
                ..first_page(Sort::Newest)
            })
            .await;
        let above: Vec<_> = deep
            .ancestors
            .iter()
            .map(|comment| comment.text.as_str())
            .collect();
        assert_eq!(above, ["3", "4", "5", "6", "7", "8"]);
        assert_eq!(deep.entries[0].comment.text, "9");
    });
}

#[test]
fn replies_are_shown_in_part_and_go_on() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let root = world.post(&ann, "root").await;
        for n in 0..8 {
            world.reply(&ann, root, &format!("r{n}")).await;
        }
        let thread = world.thread(first_page(Sort::Newest)).await;
        let more = thread.entries[0].more;
        assert_eq!(thread.entries.len(), 4);

        let query = ThreadQuery {
            root: Some(root),
            after: more,
            ..first_page(Sort::Newest)
        };
        assert_eq!(
            world.lines(query).await,
            ["root 8", "  r3 0", "  r4 0", "  r5 0", "  r6 0", "  r7 0"]
        );
    });
}

#[test]
fn a_failed_write_takes_nothing_with_it() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let good = world.draft(&ann, None, "Good").await;
        let mut bad = world.draft(&ann, None, "").await;
        bad.text = " ".to_owned();
        let site = world.site.id;
        let panics = world.store.write(move |tx| -> rejoinder_store::Result<()> {
            rejoinder_store::publication::sites::set_origins(tx, site, &[])?;
            panic!("on purpose")
        });
        let (good, bad, panicked) = tokio::join!(world.send(good), world.send(bad), panics);

        good.unwrap();
        assert_eq!(refusal(bad), Refusal::TextMissing);
        assert!(matches!(panicked, Err(StoreError::Internal(_))));
        let found = world
            .store
            .read(|tx| rejoinder_store::publication::sites::by_host(tx, "news.example"))
            .await;
        assert_eq!(found.unwrap().unwrap().origins.len(), 1);
        assert_eq!(world.lines(first_page(Sort::Newest)).await, ["Good 0"]);
        world.expect_sound().await;
    });
}
