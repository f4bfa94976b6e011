//! Each phase of the pipeline where it matters: in the transaction that posts or edits.

use std::time::Duration;

use rejoinder_core::moderation::{JudgedField, ModerationAction, ProofOfWorkResult, Trust};
use rejoinder_core::publication::settings::{BannedWords, ModerationMode, SpamCheckMode};
use rejoinder_core::{Clock as _, CommentState, Refusal, Sort};
use rejoinder_store::jobs::Payload as _;
use rejoinder_store::moderation::groups::PageGroup;
use rejoinder_store::moderation::sanctions;
use rejoinder_store::moderation::word_lists::WordListKind;
use rejoinder_store::moderation::{decisions, groups, pipeline, standing};

use crate::moderation::desk::{outside, refusal};
use crate::support::{World, first_page, on_both};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_same_text_twice_within_six_minutes_waits() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let first = world.post(&ann, "Read my site").await;
        let second = world.post(&ann, "Read my site").await;
        world.wait(6 * MINUTE);
        let third = world.post(&ann, "Read my site").await;

        assert_eq!(world.stands(first).await, "published");
        assert_eq!(world.stands(second).await, "held repeat");
        assert_eq!(world.stands(third).await, "published");
        world.expect_sound().await;
    });
}

#[test]
fn listed_words_hold_and_are_marked_for_the_moderator() {
    on_both(|mut world| async move {
        world.site.settings.banned_words = BannedWords::Hold;
        world
            .list_words(WordListKind::Banned, &["idiot*", " ", "\u{200b}", "idiot*"])
            .await;
        world.list_words(WordListKind::Suspect, &["scandal"]).await;
        let ann = world.person("Ann");
        let bad = world.post(&ann, "You **1d10**t").await;
        let odd = world.post(&ann, "A scandal").await;
        world.list_words(WordListKind::Banned, &[]).await;
        world.list_words(WordListKind::Suspect, &[]).await;
        let fine = world.post(&ann, "Such idiots, a scandal").await;

        assert_eq!(world.stands(bad).await, "held banned_word");
        assert_eq!(world.stands(odd).await, "held suspect_word");
        assert_eq!(world.stands(fine).await, "published");
        let site = world.site.id;
        let found = world
            .store
            .read(move |tx| pipeline::findings(tx, site, &[bad]))
            .await
            .unwrap();
        let mark = &found[&bad][0].marks[0];
        assert_eq!(
            (mark.entry.as_str(), mark.judged, mark.start, mark.end),
            ("idiot*", JudgedField::Text, 4, 9)
        );
        world.expect_sound().await;
    });
}

#[test]
fn links_and_haste_hold_where_the_publisher_says_so() {
    on_both(|mut world| async move {
        world.site.settings.hold_over_rate = 2;
        let ann = world.person("Ann");
        let mut linked = world.draft(&ann, None, "See these").await;
        linked.rendered.n_links = 4;
        let linked = world.send(linked).await.unwrap().comment;
        world.post(&ann, "Second").await;
        let third = world.post(&ann, "Third").await;
        world.wait(11 * MINUTE);
        let later = world.post(&ann, "Later").await;

        assert_eq!(linked.reason.as_deref(), Some("links"));
        assert_eq!(world.stands(third).await, "held rate");
        assert_eq!(world.stands(later).await, "published");
    });
}

#[test]
fn the_filter_learns_from_decisions_and_forgets_what_is_undone() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let mut last = None;
        for n in 0..20 {
            let bad = world.post(&ann, &format!("Cheap pills number{n}")).await;
            last = world
                .decide(&kim, bad, ModerationAction::Spam)
                .await
                .unwrap()
                .decision;
            let good = world
                .post(&ann, &format!("The harbour bridge pier{n}"))
                .await;
            world
                .decide(&kim, good, ModerationAction::Approve)
                .await
                .unwrap();
        }
        let taught = world.post(&ann, "More cheap pills").await;
        world.undo(&kim, last.unwrap()).await.unwrap();
        let untaught = world.post(&ann, "Other cheap pills").await;

        assert_eq!(world.stands(taught).await, "held learned");
        let telling = &world
            .queue(rejoinder_store::moderation::queues::Queue::Held)
            .await
            .items[0]
            .findings[0];
        assert!(
            telling
                .telling
                .iter()
                .any(|(word, p)| word == "pills" && *p > 0.9)
        );
        assert_eq!(world.stands(untaught).await, "published");
        world.expect_sound().await;
    });
}

#[test]
fn work_that_was_asked_for_must_be_done() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let mut draft = world.draft(&ann, None, "Hello").await;
        draft.work = ProofOfWorkResult::Missing;

        assert_eq!(
            refusal(world.send(draft.clone()).await),
            Refusal::WorkNeeded
        );
        draft.work = ProofOfWorkResult::Done;
        assert_eq!(
            world.send(draft).await.unwrap().comment.state,
            CommentState::Published
        );
    });
}

#[test]
fn new_authors_wait_until_two_of_theirs_are_approved() {
    on_both(|mut world| async move {
        world.site.settings.approve_first = 2;
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        let second = world.post(&ann, "Second").await;
        assert_eq!(world.stands(second).await, "held new_author");
        world
            .decide(&kim, second, ModerationAction::Approve)
            .await
            .unwrap();

        let third = world.post(&ann, "Third").await;

        assert_eq!(world.stands(third).await, "published");
    });
}

#[test]
fn a_page_or_a_group_of_pages_can_be_read_before_it_appears() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let (now, site, page) = (
            world.clock.now(),
            world.site.id,
            world.comment(first).await.page,
        );
        let group = PageGroup {
            id: 7,
            name: "News".to_owned(),
            prefix: Some("news.example/".to_owned()),
            mode: Some(ModerationMode::Before),
            n_pages: 0,
        };
        world
            .store
            .write(move |tx| groups::save(tx, site, &group))
            .await
            .unwrap();
        let grouped = world.post(&ann, "Second").await;
        world
            .store
            .write(move |tx| {
                decisions::set_page_mode(tx, now, site, &kim, page, Some(ModerationMode::After))
            })
            .await
            .unwrap();
        let own = world.post(&ann, "Third").await;

        assert_eq!(world.stands(grouped).await, "held before");
        assert_eq!(world.stands(own).await, "published");
        world.expect_sound().await;
    });
}

#[test]
fn the_strictest_of_a_pages_groups_decides_whichever_comes_first() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        world.post(&ann, "First").await;
        let site = world.site.id;
        let group = |id, mode| PageGroup {
            id,
            name: format!("Group {id}"),
            prefix: Some("news.example/".to_owned()),
            mode,
            n_pages: 0,
        };
        let (after, before) = (Some(ModerationMode::After), Some(ModerationMode::Before));
        for [one, other] in [[after, before], [before, after], [None, before]] {
            let groups = [group(7, one), group(8, other)];
            let save = move |tx: &mut rejoinder_store::Tx<'_>| {
                groups
                    .iter()
                    .try_for_each(|group| groups::save(tx, site, group))
            };
            world.store.write(save).await.unwrap();

            let posted = world.post(&ann, &format!("{one:?} and {other:?}")).await;

            assert_eq!(
                world.stands(posted).await,
                "held before",
                "{one:?} {other:?}"
            );
        }
    });
}

#[test]
fn trusted_authors_pass_and_others_are_always_held() {
    on_both(|mut world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let kim = world.desk().await;
        world.post(&ann, "First").await;
        world.post(&bob, "First of Bob").await;
        trust(&world, &kim, &ann, Trust::Trusted).await;
        trust(&world, &kim, &bob, Trust::AlwaysHeld).await;
        let held = world.post(&bob, "Second of Bob").await;
        world.site.settings.mode = ModerationMode::Before;
        let passed = world.post(&ann, "Second").await;

        assert_eq!(world.stands(held).await, "held author_held");
        assert_eq!(world.stands(passed).await, "published");
    });
}

async fn trust(
    world: &World,
    kim: &rejoinder_core::Author,
    person: &crate::support::Person,
    trust: Trust,
) {
    let change = world.about(kim, world.author(person).await, "Known for years");
    let now = world.clock.now();
    world
        .store
        .write(move |tx| sanctions::set_trust(tx, now, &change, trust))
        .await
        .unwrap();
}

#[test]
fn a_ban_stops_the_author_the_browser_and_the_address() {
    on_both(|world| async move {
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let other = world.post(&bob, "Of Bob").await;
        let change = world.about(&kim, world.author(&ann).await, "Threats");
        let (now, until) = (world.clock.now(), world.clock.now().after(60 * MINUTE));
        let banned = change.clone();
        world
            .store
            .write(move |tx| sanctions::ban(tx, now, &banned, Some(until), true))
            .await
            .unwrap();

        let expected = Refusal::Banned {
            until: Some(until),
            reason: "Threats".to_owned(),
        };
        let again = world.draft(&ann, None, "Again").await;
        assert_eq!(refusal(world.send(again).await), expected);
        assert_eq!(refusal(world.edit(&ann, first, "Edited").await), expected);
        assert_eq!(refusal(world.flag(&ann, other).await), expected);
        let vote = Some(rejoinder_core::Vote::Up);
        assert_eq!(refusal(world.vote(&ann, other, vote).await), expected);
        let mut neighbour = world.person("Ann in another browser");
        neighbour.network = ann.network;
        let draft = world.draft(&neighbour, None, "It is me").await;
        assert_eq!(refusal(world.send(draft).await), expected);

        world.wait(60 * MINUTE);
        world.post(&ann, "I am back").await;
        let change = world.about(&kim, change.author, "Threats again");
        let lifted = world.about(&kim, change.author, "It was a mistake");
        let now = world.clock.now();
        world
            .store
            .write(move |tx| sanctions::ban(tx, now, &change, None, false))
            .await
            .unwrap();
        world
            .store
            .write(move |tx| sanctions::lift(tx, now, &lifted))
            .await
            .unwrap();
        world.post(&ann, "Thank you").await;
        world.expect_sound().await;
    });
}

#[test]
fn a_suspension_ends_by_itself_and_stands_in_the_drawer() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        world.post(&ann, "First").await;
        let author = world.author(&ann).await;
        let change = world.about(&kim, author, "Cool down");
        let (now, until) = (world.clock.now(), world.clock.now().after(MINUTE));
        world
            .store
            .write(move |tx| sanctions::suspend(tx, now, &change, Some(until)))
            .await
            .unwrap();
        let note = world.about(&kim, author, "Called us about it.");
        world
            .store
            .write(move |tx| sanctions::add_note(tx, now, &note))
            .await
            .unwrap();

        let draft = world.draft(&ann, None, "Second").await;
        assert_eq!(
            refusal(world.send(draft).await),
            Refusal::Suspended { until }
        );
        let site = world.site.id;
        let drawer = world
            .store
            .read(move |tx| standing::author_profile(tx, now, site, author))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(drawer.standing.suspended_until, Some(until));
        assert_eq!(drawer.record.published, 1);
        let actions: Vec<_> = drawer.history.iter().map(|it| it.action.as_str()).collect();
        assert_eq!(actions, ["note", "suspend"]);
        world.wait(MINUTE);
        world.post(&ann, "Second").await;
    });
}

#[test]
fn a_slow_program_outside_neither_publishes_what_waits_nor_loses_it() {
    on_both(|mut world| async move {
        world.site.settings.external = SpamCheckMode::Before;
        let ann = world.person("Ann");
        let first = world.post(&ann, "First").await;
        world.site.settings.approve_first = 1;
        let second = world.post(&ann, "Second").await;
        let now = world.clock.now();
        let jobs = world
            .store
            .write(move |tx| rejoinder_store::jobs::claim(tx, now, MINUTE, 10))
            .await
            .unwrap();

        assert_eq!(jobs.len(), 2);
        assert!(
            jobs.iter()
                .all(|job| job.kind == pipeline::CheckForSpam::KIND)
        );
        assert_eq!(world.stands(first).await, "held external");
        assert!(world.late(second, 1, outside(None)).await.unwrap());
        assert_eq!(world.stands(second).await, "held new_author");
        assert!(world.late(first, 1, outside(None)).await.unwrap());
        assert!(
            !world
                .late(first, 1, outside(Some(CommentState::Spam)))
                .await
                .unwrap()
        );
        assert_eq!(world.stands(first).await, "published");
        world.expect_sound().await;
    });
}

#[test]
fn an_edit_is_judged_again_and_never_makes_visible_what_was_not() {
    on_both(|world| async move {
        world.list_words(WordListKind::Suspect, &["scandal"]).await;
        let ann = world.person("Ann");
        let first = world.post(&ann, "First").await;
        let root = world.post(&ann, "Root").await;
        world.reply(&ann, root, "Below").await;

        world.edit(&ann, root, "A scandal").await.unwrap();
        assert_eq!(world.stands(root).await, "held suspect_word");
        assert_eq!(
            world.lines(first_page(Sort::Oldest)).await,
            ["First 0", "(removed) 1", "  Below 0"]
        );
        assert!(world.heard.lock().unwrap().last().unwrap().urgent);
        world.edit(&ann, root, "Nothing at all").await.unwrap();
        assert_eq!(world.stands(root).await, "held suspect_word");
        world.edit(&ann, first, "First, amended").await.unwrap();
        assert_eq!(world.stands(first).await, "published");
        world.expect_sound().await;
    });
}

#[test]
fn what_moderators_edit_is_not_judged() {
    on_both(|world| async move {
        world.list_words(WordListKind::Banned, &["idiot"]).await;
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        let now = world.clock.now();
        let edit = rejoinder_store::discussion::editing::CommentEdit {
            site: world.site.clone(),
            id: first,
            reader: rejoinder_core::Reader {
                author: Some(kim),
                network: ann.network,
            },
            text: "He said idiot".to_owned(),
            rendered: markup::render("He said idiot"),
            sources: rejoinder_store::discussion::editing::SourcesChange::Same,
            images: rejoinder_store::discussion::images::ImagesChange::Same,
            revision: None,
        };
        let edited = world
            .store
            .write(move |tx| rejoinder_store::discussion::editing::edit(tx, now, &edit))
            .await
            .unwrap();

        assert_eq!(edited.state, CommentState::Published);
        assert_eq!(
            world
                .queued(rejoinder_store::moderation::queues::Queue::Approved)
                .await,
            ["He said idiot"]
        );
    });
}
