//! Decisions, undoing them, flags, and the log that explains both.

use rejoinder_core::discussion::thread::ThreadQuery;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::{Clock as _, CommentId, CommentState, Refusal, Sort};
use rejoinder_store::moderation::decisions::{Actor, DecisionRequest};
use rejoinder_store::moderation::groups::Scope;
use rejoinder_store::moderation::queues::{self, Queue};
use rejoinder_store::{
    moderation::{decisions, inside, pipeline},
    publication::sites,
};

use crate::moderation::desk::{outside, refusal};
use crate::support::{first_page, on_both};

#[test]
fn every_decision_has_its_state_its_event_and_its_place_in_the_log() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        for (action, stands, is_urgent) in [
            (ModerationAction::Reject, "rejected off_topic", true),
            (ModerationAction::Spam, "spam off_topic", false),
            (ModerationAction::Approve, "published", false),
            (ModerationAction::Feature, "published", false),
            (ModerationAction::Pin(1), "published", false),
            (ModerationAction::CloseBranch, "published", false),
            (ModerationAction::Remove, "removed moderator", true),
        ] {
            let decided = world.decide(&kim, first, action).await.unwrap();
            assert_eq!(world.stands(first).await, stands);
            let heard = world.heard.lock().unwrap().last().cloned().unwrap();
            let id = decided.decision.unwrap();
            assert_eq!(
                (heard.version, heard.urgent),
                (id.version, is_urgent),
                "{action:?}"
            );
            world.expect_sound().await;
        }
        let log = world.log(first).await;
        let actions: Vec<_> = log.iter().map(|it| it.action.as_str()).collect();
        assert_eq!(
            actions,
            [
                "reject",
                "spam",
                "approve",
                "feature",
                "pin",
                "close_branch",
                "remove"
            ]
        );
        assert_eq!(log[0].actor, Actor::Moderator(kim.id, kim.name.clone()));
        assert_eq!(log[0].note.as_deref(), Some("Please stay with the bridge."));
        assert_eq!(log[6].before.as_ref().unwrap().pin, Some(1));
        assert_eq!(log[6].after.as_ref().unwrap().pin, None);
    });
}

#[test]
fn deciding_the_same_twice_is_deciding_once() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;

        let once = world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        let twice = world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();

        assert!(once.decision.is_some());
        assert_eq!(twice.decision, None);
        assert_eq!(world.log(first).await.len(), 1);
    });
}

#[test]
fn a_comment_that_was_edited_meanwhile_is_shown_again() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        world.edit(&ann, first, "Something else").await.unwrap();

        let blind = world
            .decide_on(&kim, first, 1, ModerationAction::Approve)
            .await;

        assert_eq!(refusal(blind), Refusal::EditedMeanwhile { revision: 2 });
        assert_eq!(world.queued(Queue::Unreviewed).await, ["Something else"]);
    });
}

#[test]
fn a_decision_is_undone_whole() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First *text*").await;
        world.reply(&ann, first, "Below").await;
        world
            .decide(&kim, first, ModerationAction::Pin(1))
            .await
            .unwrap();
        let html = world.comment(first).await.html;
        for action in [
            ModerationAction::Reject,
            ModerationAction::Spam,
            ModerationAction::Remove,
            ModerationAction::Approve,
        ] {
            let before = world.comment(first).await;
            let id = world
                .decide(&kim, first, action)
                .await
                .unwrap()
                .decision
                .unwrap();
            let after = world.undo(&kim, id).await.unwrap().unwrap();

            assert_eq!(
                (after.state, after.pin),
                (before.state, before.pin),
                "{action:?}"
            );
            assert_eq!((after.text.as_str(), &after.html), ("First *text*", &html));
            assert_eq!(refusal(world.undo(&kim, id).await), Refusal::NotUndoable);
            world.expect_sound().await;
        }
        assert_eq!(
            world.lines(first_page(Sort::Newest)).await,
            ["First *text* 1", "  Below 0"]
        );
    });
}

#[test]
fn undoing_does_not_overrule_what_came_after() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let reject = world
            .decide(&kim, first, ModerationAction::Reject)
            .await
            .unwrap();
        world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        let late = world.undo(&kim, reject.decision.unwrap()).await;
        assert_eq!(refusal(late), Refusal::DecidedMeanwhile);

        let remove = world
            .decide(&kim, first, ModerationAction::Remove)
            .await
            .unwrap();
        assert_eq!(
            refusal(world.decide(&kim, first, ModerationAction::Approve).await),
            Refusal::CommentRemoved
        );
        world.undo(&kim, remove.decision.unwrap()).await.unwrap();
        assert_eq!(world.stands(first).await, "published");
    });
}

#[test]
fn what_its_author_deleted_no_moderator_brings_back() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        world.remove(&ann, first).await.unwrap();
        let log = world.log(first).await;

        assert_eq!(
            (log[0].action.as_str(), &log[0].actor),
            ("delete", &Actor::Author)
        );
        assert_eq!(
            refusal(world.undo(&kim, log[0].id).await),
            Refusal::NotUndoable
        );
        assert!(!world.late(first, 1, outside(None)).await.unwrap());
        assert_eq!(world.stands(first).await, "removed author");
    });
}

#[test]
fn akismet_is_corrected_once_for_each_comment_and_direction() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let settings = [
            ("external_url", "akismet"),
            ("external_key", "key123"),
            ("external", "after"),
        ]
        .into_iter()
        .fold(world.site.settings.clone(), |all, (name, value)| {
            all.with(name, value).unwrap()
        });
        let site = world.site.id;
        let save = world
            .store
            .write(move |tx| sites::save_settings(tx, site, &settings));
        save.await.unwrap();
        let told = || async {
            let rows = world.dump().await;
            let jobs = rows.iter().filter(|row| row.starts_with("job: "));
            jobs.filter(|row| row.contains("kind=spam_check_correction"))
                .count()
        };
        let id = world.post(&ann, "First").await;
        world
            .decide(&kim, id, ModerationAction::Spam)
            .await
            .unwrap();
        assert_eq!(told().await, 0, "it has said nothing yet");
        world
            .decide(&kim, id, ModerationAction::Approve)
            .await
            .unwrap();
        world.late(id, 1, outside(None)).await.unwrap();

        for (action, n) in [
            (ModerationAction::Reject, 0),
            (ModerationAction::Approve, 0),
            (ModerationAction::Spam, 1),
            (ModerationAction::Approve, 1),
            (ModerationAction::Spam, 1),
        ] {
            world.decide(&kim, id, action).await.unwrap();
            assert_eq!(told().await, n, "{action:?}");
        }
        world
            .decide(&kim, id, ModerationAction::Approve)
            .await
            .unwrap();
        world.edit(&ann, id, "Second").await.unwrap();
        world.late(id, 2, outside(None)).await.unwrap();
        world
            .decide(&kim, id, ModerationAction::Spam)
            .await
            .unwrap();
        assert_eq!(told().await, 1, "another text of the same comment");
        let held = world.post(&ann, "Held").await;
        world
            .late(held, 1, outside(Some(CommentState::Spam)))
            .await
            .unwrap();
        world
            .decide(&kim, held, ModerationAction::Approve)
            .await
            .unwrap();
        assert_eq!(told().await, 2, "another comment");
        world.expect_sound().await;
    });
}

#[test]
fn a_late_verdict_yields_to_a_decision_until_the_text_changes() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();

        assert!(
            !world
                .late(first, 1, outside(Some(CommentState::Spam)))
                .await
                .unwrap()
        );
        world.edit(&ann, first, "Buy now").await.unwrap();
        assert!(
            !world
                .late(first, 1, outside(Some(CommentState::Spam)))
                .await
                .unwrap()
        );
        assert!(
            world
                .late(first, 2, outside(Some(CommentState::Spam)))
                .await
                .unwrap()
        );
        assert_eq!(world.stands(first).await, "spam akismet");
        world.expect_sound().await;
    });
}

#[test]
fn many_are_decided_at_once_each_with_its_own_result() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let mut all = Vec::new();
        for n in 0..3 {
            let comment = world.post(&ann, &format!("c{n}")).await;
            all.push(DecisionRequest {
                site: world.site.id,
                moderator: kim.clone(),
                comment,
                revision: if n == 1 { 9 } else { 1 },
                action: ModerationAction::Approve,
                reason: None,
                note: None,
            });
        }
        all.push(DecisionRequest {
            comment: CommentId(1),
            ..all[0].clone()
        });
        let now = world.clock.now();
        let results = world
            .store
            .write(move |tx| decisions::decide_all(tx, now, &all))
            .await
            .unwrap();

        let refused: Vec<_> = results.into_iter().map(Result::err).collect();
        let edited = Refusal::EditedMeanwhile { revision: 1 };
        assert_eq!(
            refused,
            [None, Some(edited), None, Some(Refusal::CommentUnknown)]
        );
        assert_eq!(world.queued(Queue::Approved).await, ["c2", "c0"]);
    });
}

#[test]
fn enough_flags_hold_a_comment_until_a_decision_which_ends_them() {
    on_both(|mut world| async move {
        world.site.settings.hold_after_flags = 2;
        let (ann, bob, eve) = (
            world.person("Ann"),
            world.person("Bob"),
            world.person("Eve"),
        );
        let kim = world.desk().await;
        let first = world.post(&ann, "First").await;

        world.flag(&bob, first).await.unwrap();
        world.flag(&bob, first).await.unwrap();
        assert_eq!(world.queue(Queue::Flagged).await.items[0].n_flags, 1);
        assert_eq!(refusal(world.flag(&ann, first).await), Refusal::OwnFlag);
        let mut twin = world.person("Bob elsewhere");
        twin.network = bob.network;
        world.flag(&twin, first).await.unwrap();
        assert_eq!(world.stands(first).await, "published");
        world.flag(&eve, first).await.unwrap();
        assert_eq!(world.stands(first).await, "held flags");

        let approved = world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        assert!(world.queued(Queue::Flagged).await.is_empty());
        let dan = world.person("Dan");
        world.flag(&dan, first).await.unwrap();
        assert_eq!(world.queue(Queue::Flagged).await.items[0].n_flags, 1);
        world.undo(&kim, approved.decision.unwrap()).await.unwrap();
        assert_eq!(world.queue(Queue::Held).await.items[0].n_flags, 3);
        let site = world.site.id;
        let all = world.store.read(move |tx| {
            let item = queues::item(tx, site, &Scope::all(), first)?.unwrap();
            inside::flags(tx, &item)
        });
        assert_eq!(all.await.unwrap().len(), 3);
        world.expect_sound().await;
    });
}

#[test]
fn flags_on_an_approved_comment_ask_again_and_never_hold_it() {
    on_both(|mut world| async move {
        world.site.settings.hold_after_flags = 2;
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        for name in ["Bob", "Eve", "Dan"] {
            let reader = world.person(name);
            world.flag(&reader, first).await.unwrap();
        }
        assert_eq!(world.stands(first).await, "published");
        let asked = world.queue(Queue::Flagged).await.items;
        assert_eq!((asked[0].n_flags, asked[0].is_decided), (3, true));

        let answered = world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        let again = world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();

        assert_eq!(again.decision, None, "nothing asks any more");
        assert!(world.queued(Queue::Flagged).await.is_empty());
        let logged = world.log(first).await;
        assert_eq!(logged.last().map(|it| it.id), answered.decision);
        world.undo(&kim, logged[1].id).await.unwrap();
        assert_eq!(world.queue(Queue::Flagged).await.items[0].n_flags, 3);
        assert_eq!(world.stands(first).await, "published");
        world.edit(&ann, first, "Another text").await.unwrap();
        let fay = world.person("Fay");
        world.flag(&fay, first).await.unwrap();
        assert_eq!(world.stands(first).await, "held flags", "a new text");
        world.expect_sound().await;
    });
}

#[test]
fn a_judgement_is_not_undone_under_a_newer_one() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let kim = world.desk().await;
        let first = world.post(&ann, "First").await;
        let approved = world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        world.flag(&bob, first).await.unwrap();
        let answered = world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();

        let early = world.undo(&kim, approved.decision.unwrap()).await;

        assert_eq!(refusal(early), Refusal::DecidedMeanwhile);
        world.undo(&kim, answered.decision.unwrap()).await.unwrap();
        world.undo(&kim, approved.decision.unwrap()).await.unwrap();
        assert_eq!(world.queue(Queue::Unreviewed).await.items[0].n_flags, 1);

        let spam = world
            .decide(&kim, first, ModerationAction::Spam)
            .await
            .unwrap();
        world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        world
            .decide(&kim, first, ModerationAction::Spam)
            .await
            .unwrap();
        let early = world.undo(&kim, spam.decision.unwrap()).await;
        assert_eq!(refusal(early), Refusal::DecidedMeanwhile);
        world.expect_sound().await;
    });
}

#[test]
fn an_edit_does_not_shake_off_flags() {
    on_both(|mut world| async move {
        world.site.settings.hold_after_flags = 2;
        let (ann, bob, eve) = (
            world.person("Ann"),
            world.person("Bob"),
            world.person("Eve"),
        );
        let first = world.post(&ann, "First").await;
        world.flag(&bob, first).await.unwrap();
        world.edit(&ann, first, "Second").await.unwrap();
        world.flag(&bob, first).await.unwrap();
        assert_eq!(world.stands(first).await, "published");
        world.flag(&eve, first).await.unwrap();
        assert_eq!(world.stands(first).await, "held flags");
    });
}

#[test]
fn authors_see_what_became_of_theirs_and_why() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        world.post(&ann, "Second").await;
        world
            .decide(&kim, first, ModerationAction::Reject)
            .await
            .unwrap();
        let (site, author) = (world.site.id, world.author(&ann).await);
        let own = world
            .store
            .read(move |tx| pipeline::own_comments(tx, site, author, None, 10))
            .await
            .unwrap();

        assert_eq!(own[1].comment.state, CommentState::Rejected);
        assert_eq!(own[1].comment.reason.as_deref(), Some("off_topic"));
        assert_eq!(own[1].note.as_deref(), Some("Please stay with the bridge."));
        assert_eq!(
            (own[0].comment.text.as_str(), &own[0].note),
            ("Second", &None)
        );
    });
}

#[test]
fn featured_comments_are_shown_together_each_once() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let root = world.post(&ann, "Root").await;
        let reply = world.reply(&ann, root, "Reply").await;
        world.post(&ann, "Other").await;
        world
            .decide(&kim, root, ModerationAction::Feature)
            .await
            .unwrap();
        world
            .decide(&kim, reply, ModerationAction::Feature)
            .await
            .unwrap();
        let featured = ThreadQuery {
            filter: Some(rejoinder_core::Filter::Featured),
            ..first_page(Sort::Oldest)
        };

        assert_eq!(world.lines(featured).await, ["Root 1", "Reply 0"]);
        world
            .decide(&kim, root, ModerationAction::Reject)
            .await
            .unwrap();
        assert_eq!(world.lines(featured).await, ["Reply 0"]);
        world
            .decide(&kim, reply, ModerationAction::Unfeature)
            .await
            .unwrap();
        assert!(world.lines(featured).await.is_empty());
        world.expect_sound().await;
    });
}
