//! Deleting an account, and what stays.

use std::time::Duration;

use rejoinder_core::{AuthorId, Clock as _, Refusal, Sort, Vote};
use rejoinder_store::StoreError;
use rejoinder_store::identity::erasures::{self, CommentErasure};

use crate::identity::accounts::{flag, knows};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{Person, World, first_page, on_both};

/// Ask for the account of `who` to be deleted, and let a day go by.
pub(crate) async fn ask_to_erase(world: &World, who: &Person, fate: CommentErasure) -> AuthorId {
    let (now, site) = (world.clock.now(), world.site.id);
    let account = world.reader(who).await.author.unwrap();
    let id = account.id;
    world
        .store
        .write(move |tx| erasures::ask(tx, now, site, &account, fate))
        .await
        .unwrap();
    world.wait(erasures::GRACE);
    id
}

pub(crate) async fn erase(world: &World, author: AuthorId) {
    let mut is_done = false;
    while !is_done {
        let (now, site) = (world.clock.now(), world.site.id);
        let nobody = AuthorId(world.ids.next(now));
        let step = world
            .store
            .write(move |tx| erasures::step(tx, now, site, author, nobody));
        is_done = step.await.unwrap();
    }
}

#[test]
fn a_deleted_account_leaves_nothing_but_published_comments_by_nobody() {
    on_both(|world| async move {
        let ann = sign_in(
            &world,
            &world.person("Ann Secret"),
            "ann.secret@reader.example",
        )
        .await;
        let kim = world.person("Kim");
        let first = world.post(&ann, "First").await;
        world.edit(&ann, first, "First, mended").await.unwrap();
        let reply = world.reply(&kim, first, "A reply").await;
        let gone = world.post(&ann, "Taken back").await;
        world.remove(&ann, gone).await.unwrap();
        world.vote(&ann, reply, Some(Vote::Up)).await.unwrap();
        world.react(&ann, reply, "respect", None).await.unwrap();
        flag(&world, &ann, reply).await;
        let id = ask_to_erase(&world, &ann, CommentErasure::Keep).await;

        erase(&world, id).await;

        let thread = world.thread(first_page(Sort::Oldest)).await;
        let shown: Vec<_> = thread
            .entries
            .iter()
            .map(|entry| {
                let comment = &entry.comment;
                (
                    comment.author.name.as_str(),
                    comment.text.as_str(),
                    comment.tally.up,
                )
            })
            .collect();
        assert_eq!(shown, [("", "First, mended", 0), ("Kim", "A reply", 1)]);
        let respect = |id| thread.entries.iter().find(|entry| entry.comment.id == id);
        assert_eq!(respect(reply).unwrap().comment.reactions[0].n, 1);
        let shown = format!("author_id={}", id.0);
        for line in world.dump().await {
            for trace in [
                "ann.secret",
                "Ann Secret",
                "Taken back",
                "text=First ",
                &shown,
            ] {
                assert!(!line.contains(trace), "{trace} is left: {line}");
            }
        }
        assert!(!knows(&world, ann.token).await);
        world.expect_sound().await;
    });
}

#[test]
fn comments_go_with_the_account_where_that_was_asked_for() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let kim = world.person("Kim");
        let first = world.post(&ann, "First").await;
        world.reply(&kim, first, "A reply").await;
        world.post(&ann, "Alone").await;
        let id = ask_to_erase(&world, &ann, CommentErasure::Remove).await;

        erase(&world, id).await;

        let lines = world.lines(first_page(Sort::Oldest)).await;
        assert_eq!(lines, ["(removed) 1", "  A reply 0"]);
        world.expect_sound().await;
    });
}

#[test]
fn an_account_is_kept_for_a_day_and_when_its_owner_wants_it_back() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        world.post(&ann, "Here").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let account = world.reader(&ann).await.author.unwrap();
        let id = account.id;
        let ask = move |tx: &mut rejoinder_store::Tx<'_>| {
            erasures::ask(tx, now, site, &account, CommentErasure::Remove)
        };
        world.store.write(ask).await.unwrap();
        world.wait(erasures::GRACE.checked_sub(Duration::from_secs(1)).unwrap());
        erase(&world, id).await;
        assert!(knows(&world, ann.token).await);

        world
            .store
            .write(move |tx| erasures::withdraw(tx, site, id))
            .await
            .unwrap();
        world.wait(Duration::from_secs(86_400));
        erase(&world, id).await;

        assert_eq!(world.lines(first_page(Sort::Oldest)).await, ["Here 0"]);
        let moderator = world.moderator("Mo").await;
        let moderator = world.reader(&moderator).await.author.unwrap();
        let ask = move |tx: &mut rejoinder_store::Tx<'_>| {
            erasures::ask(tx, now, site, &moderator, CommentErasure::Keep)
        };
        let refused = world.store.write(ask).await;
        assert!(matches!(
            refused,
            Err(StoreError::Refused(Refusal::NotAllowed))
        ));
    });
}
