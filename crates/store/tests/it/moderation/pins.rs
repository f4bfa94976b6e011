//! Pinned comments, and closed pages.

use rejoinder_core::discussion::thread::ThreadQuery;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{Clock as _, Refusal, Sort};
use rejoinder_store::moderation::decisions::{LogQuery, LogSubject};
use rejoinder_store::{discussion::comments, moderation::decisions};

use crate::moderation::desk::refusal;
use crate::support::{first_page, on_both};

#[test]
fn pinned_comments_keep_their_order() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let mut ids = Vec::new();
        for n in 0..4 {
            ids.push(world.post(&ann, &format!("c{n}")).await);
        }
        let reply = world.reply(&ann, ids[0], "reply").await;
        for (id, place) in [(0, 1), (1, 1), (2, 2)] {
            let pin = ModerationAction::Pin(place);
            world.decide(&kim, ids[id], pin).await.unwrap();
        }
        assert_eq!(
            refusal(world.decide(&kim, reply, ModerationAction::Pin(1)).await),
            Refusal::NotARoot
        );
        let roots = ThreadQuery {
            replies: 0,
            ..first_page(Sort::Newest)
        };
        assert_eq!(world.lines(roots).await, ["c1 0", "c2 0", "c0 1", "c3 0"]);
    });
}

#[test]
fn pinned_comments_move_up_and_down_and_back() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let mut ids = Vec::new();
        for n in 0..3 {
            let id = world.post(&ann, &format!("c{n}")).await;
            world
                .decide(&kim, id, ModerationAction::Pin(9))
                .await
                .unwrap();
            ids.push(id);
        }
        let order = || world.lines(first_page(Sort::Newest));
        assert_eq!(order().await, ["c0 0", "c1 0", "c2 0"]);

        let up = world
            .decide(&kim, ids[2], ModerationAction::PinUp)
            .await
            .unwrap();
        assert_eq!(order().await, ["c0 0", "c2 0", "c1 0"]);
        world
            .decide(&kim, ids[0], ModerationAction::PinDown)
            .await
            .unwrap();
        assert_eq!(order().await, ["c2 0", "c0 0", "c1 0"]);
        for (id, beyond) in [
            (ids[2], ModerationAction::PinUp),
            (ids[1], ModerationAction::PinDown),
        ] {
            let decided = world.decide(&kim, id, beyond).await.unwrap();
            assert_eq!(decided.decision, None);
        }
        let down = world
            .decide(&kim, ids[2], ModerationAction::PinDown)
            .await
            .unwrap();
        assert_eq!(order().await, ["c0 0", "c2 0", "c1 0"]);
        world.undo(&kim, down.decision.unwrap()).await.unwrap();
        assert_eq!(order().await, ["c2 0", "c0 0", "c1 0"]);
        let late = world.undo(&kim, up.decision.unwrap()).await;
        assert_eq!(refusal(late), Refusal::DecidedMeanwhile);
        let unpinned = world
            .decide(&kim, ids[0], ModerationAction::Unpin)
            .await
            .unwrap();
        world
            .decide(&kim, ids[1], ModerationAction::PinUp)
            .await
            .unwrap();
        world.undo(&kim, unpinned.decision.unwrap()).await.unwrap();
        assert_eq!(order().await, ["c1 0", "c0 0", "c2 0"]);
    });
}

#[test]
fn what_is_not_pinned_does_not_move() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let id = world.post(&ann, "Plain").await;
        for action in [ModerationAction::PinUp, ModerationAction::PinDown] {
            let decided = world.decide(&kim, id, action).await.unwrap();
            assert_eq!((decided.decision, decided.comment.pin), (None, None));
        }
    });
}

#[test]
fn a_page_is_closed_and_opened_and_both_are_logged() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let (now, site, page) = (
            world.clock.now(),
            world.site.id,
            world.comment(first).await.page,
        );
        let by = kim.clone();
        let closed = world
            .store
            .write(move |tx| decisions::set_page_closed(tx, now, site, &by, page, true, None))
            .await
            .unwrap()
            .unwrap();
        let late = world.draft(&ann, None, "Late").await;
        assert!(matches!(
            refusal(world.send(late).await),
            Refusal::PageClosed { .. }
        ));

        assert_eq!(world.undo(&kim, closed).await.unwrap(), None);
        world.post(&ann, "In time").await;
        let query = LogQuery {
            subject: LogSubject::Page(page),
            limit: 10,
            ..LogQuery::default()
        };
        let log = world.store.read(move |tx| decisions::log(tx, site, &query));
        let log = log.await.unwrap();
        let actions: Vec<_> = log.iter().map(|it| it.action.as_str()).collect();
        assert_eq!(actions, ["undo", "close_page"]);
        world.expect_sound().await;
    });
}

#[test]
fn setting_what_is_set_already_is_no_decision() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let find = world.store.read(move |tx| comments::by_id(tx, site, first));
        let page = find.await.unwrap().unwrap().page;
        let set = async |mode| {
            let kim = kim.clone();
            let set = world
                .store
                .write(move |tx| decisions::set_page_mode(tx, now, site, &kim, page, mode));
            set.await.unwrap().is_some()
        };

        assert!(!set(None).await);
        assert!(
            set(Some(ModerationMode::Before)).await && !set(Some(ModerationMode::Before)).await
        );
        assert!(set(Some(ModerationMode::After)).await && set(None).await && !set(None).await);
    });
}
