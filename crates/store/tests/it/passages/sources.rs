//! Sources for or against a passage, and what readers answer about them.

use std::time::Duration;

use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::passages::source_check::{
    Source, SourceAnswer, SourceCheckStatus, SourceQuestion, Stance,
};
use rejoinder_core::passages::{Quote, Selector, SourceCheck, Sources};
use rejoinder_core::publication::settings::{ModerationMode, Passages, SourceChecks};
use rejoinder_core::{
    AuthorId, Clock as _, Comment, CommentId, Random as _, Reader, Refusal, Site, Sort,
};
use rejoinder_store::discussion::comments;
use rejoinder_store::discussion::editing::{self, CommentEdit, SourcesChange};
use rejoinder_store::discussion::images::ImagesChange;
use rejoinder_store::discussion::posting::CommentTarget;
use rejoinder_store::identity::personal;
use rejoinder_store::passages::answers::{self, NewAnswer};
use rejoinder_store::passages::{checks, exporting};
use rejoinder_store::{Result, StoreError, Tx};

use crate::identity::guest_traces::{proven, take_back};
use crate::support::{Person, World, first_page, on_both};

fn quote(exact: &str) -> Quote {
    Quote::new(exact, "", "").unwrap()
}

/// Sources about what a passage says.
pub(crate) fn given(exact: &str) -> Sources {
    let source = Source::new("https://harbour.example/", None, None, None);
    let list = vec![source.unwrap()];
    Sources::new(&quote(exact), None, None, Stance::Supports, list).unwrap()
}

fn site(world: &World) -> Site {
    let mut site = world.site.clone();
    site.settings.passages = Passages::Comment;
    site.settings.source_checks = SourceChecks::On;
    site
}

async fn post(world: &World, person: &Person) -> CommentId {
    let mut draft = world.draft(person, None, "It was late.").await;
    draft.site = site(world);
    draft.target = Some(CommentTarget::Passage(Selector {
        quote: quote("The ferry was late"),
        position: None,
        rival: None,
    }));
    draft.sources = Some(given("The ferry was late"));
    world.send(draft).await.unwrap().comment.id
}

async fn answer(
    world: &World,
    person: &Person,
    comment: CommentId,
    question: SourceQuestion,
    answer: Option<SourceAnswer>,
) -> Result<SourceCheck> {
    let now = world.clock.now();
    let mut address_key = [0; 32];
    world.random.fill(&mut address_key);
    let it = NewAnswer {
        site: site(world),
        comment,
        reader: world.reader(person).await,
        token: person.token,
        author: AuthorId(world.ids.next(now)),
        question,
        answer,
        address_key,
    };
    world
        .store
        .write(move |tx| answers::answer(tx, now, &it))
        .await
}

async fn yes(world: &World, person: &Person, comment: CommentId) {
    for question in SourceQuestion::ALL {
        let given = answer(world, person, comment, question, Some(SourceAnswer::Yes)).await;
        given.unwrap();
    }
}

async fn found(world: &World, id: CommentId) -> Comment {
    let site = world.site.id;
    let found = world
        .store
        .read(move |tx| comments::by_id(tx, site, id))
        .await;
    found.unwrap().unwrap()
}

async fn check(world: &World, id: CommentId) -> SourceCheck {
    *found(world, id).await.source_check.unwrap()
}

async fn version(world: &World) -> i64 {
    let thread = world.thread(first_page(Sort::Newest)).await;
    thread.page.unwrap().version
}

/// What a guest leaves behind by answers about the sources of another.
pub(crate) async fn of_guest(world: &World, guest: &Person, other: &Person) {
    let id = post(world, other).await;
    yes(world, guest, id).await;
}

#[test]
fn answers_are_counted_once_for_each_reader_and_the_same_again_is_no_event() {
    on_both(|world| async move {
        let (ann, ben) = (world.person("Ann"), world.person("Ben"));
        let id = post(&world, &ann).await;
        yes(&world, &ben, id).await;
        let before = version(&world).await;

        yes(&world, &ben, id).await;

        let after = version(&world).await;
        assert_eq!(before, after);
        let own = check(&world, id).await;
        assert_eq!((own.says.yes, own.relevant.yes), (1, 1));
        let changed = answer(
            &world,
            &ben,
            id,
            SourceQuestion::Says,
            Some(SourceAnswer::No),
        )
        .await;
        assert_eq!(
            (changed.as_ref().unwrap().says.yes, changed.unwrap().says.no),
            (0, 1)
        );
        for question in SourceQuestion::ALL {
            answer(&world, &ben, id, question, None).await.unwrap();
        }
        assert_eq!(
            check(&world, id).await,
            SourceCheck::new(given("The ferry was late"))
        );
        let own = answer(
            &world,
            &ann,
            id,
            SourceQuestion::Says,
            Some(SourceAnswer::Yes),
        )
        .await;
        assert!(matches!(own, Err(StoreError::Refused(Refusal::OwnSources))));
        world.expect_sound().await;
    });
}

#[test]
fn a_guest_of_the_same_network_answers_about_it_a_day_later() {
    on_both(|world| async move {
        let (ann, ben) = (world.person("Ann"), world.person("Ben"));
        let id = post(&world, &ann).await;
        yes(&world, &ben, id).await;
        let eve = Person {
            network: ben.network,
            ..world.person("Eve")
        };

        let refused = answer(
            &world,
            &eve,
            id,
            SourceQuestion::Says,
            Some(SourceAnswer::No),
        )
        .await;

        assert!(matches!(
            refused,
            Err(StoreError::Refused(Refusal::AddressVoted))
        ));
        world.wait(Duration::from_secs(25 * 60 * 60));
        answer(
            &world,
            &eve,
            id,
            SourceQuestion::Says,
            Some(SourceAnswer::No),
        )
        .await
        .unwrap();
        world.expect_sound().await;
    });
}

#[test]
fn other_sources_forget_what_was_answered_and_the_same_keep_it() {
    on_both(|world| async move {
        let (ann, ben) = (world.person("Ann"), world.person("Ben"));
        let id = post(&world, &ann).await;
        yes(&world, &ben, id).await;
        let change = async |text: &str, sources: SourcesChange| {
            let now = world.clock.now();
            let edit = CommentEdit {
                site: site(&world),
                id,
                reader: world.reader(&ann).await,
                text: text.to_owned(),
                rendered: markup::render(text),
                sources,
                images: ImagesChange::Same,
                revision: None,
            };
            let edit = move |tx: &mut Tx<'_>| editing::edit(tx, now, &edit);
            world.store.write(edit).await.unwrap()
        };

        let same = SourcesChange::These(Some(given("The ferry was late")));
        assert_eq!(change("It was late.", same).await.revision, 1);
        change("It was very late.", SourcesChange::Same).await;
        assert_eq!(check(&world, id).await.says.yes, 1);
        let other = SourcesChange::These(Some(given("It was late")));
        assert_eq!(change("It was very late.", other).await.revision, 3);

        let own = check(&world, id).await;
        assert_eq!(
            (own.sources.claim.as_str(), own.says.yes),
            ("It was late", 0)
        );
        change("It was very late.", SourcesChange::These(None)).await;
        assert_eq!(found(&world, id).await.source_check, None);
        world.expect_sound().await;
    });
}

#[test]
fn an_editor_confirms_and_the_author_withdraws_whatever_readers_say() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let id = post(&world, &ann).await;
        let (now, at) = (world.clock.now(), world.site.id);
        let editor = Reader {
            author: Some(kim),
            network: ann.network,
        };
        let confirm =
            move |tx: &mut Tx<'_>| checks::confirm(tx, now, at, id, &editor, Some("Yes."));
        world.store.write(confirm).await.unwrap();
        assert_eq!(
            check(&world, id).await.status(),
            SourceCheckStatus::EditorConfirmed
        );
        let own = world.reader(&ann).await;

        let withdraw = move |tx: &mut Tx<'_>| checks::withdraw(tx, now, at, id, &own, true);
        world.store.write(withdraw).await.unwrap();

        assert_eq!(
            check(&world, id).await.status(),
            SourceCheckStatus::Withdrawn
        );
        assert!(found(&world, id).await.is_published());
        let own = world.reader(&ann).await;
        let confirm = move |tx: &mut Tx<'_>| checks::confirm(tx, now, at, id, &own, Some("Yes."));
        let refused = world.store.write(confirm).await;
        assert!(
            matches!(refused, Err(StoreError::Refused(_))),
            "{refused:?}"
        );
        world.expect_sound().await;
    });
}

#[test]
fn whoever_takes_everything_back_takes_back_their_answers_and_their_sources() {
    on_both(|world| async move {
        let (ann, ben) = (world.person("Ann"), world.person("Ben"));
        let (of_ann, of_ben) = (post(&world, &ann).await, post(&world, &ben).await);
        yes(&world, &ben, of_ann).await;
        yes(&world, &ann, of_ben).await;
        let (at, author) = (world.site.id, world.author(&ben).await);
        let now = world.clock.now();
        let all = world
            .store
            .read(move |tx| personal::personal_data(tx, now, at, author));
        let all = all.await.unwrap();
        assert_eq!(all.source_answers.len(), 1);
        assert_eq!(all.comments[0].sources.as_ref().unwrap().says.yes, 1);

        take_back(&world, proven(&world, &ben).await).await.unwrap();

        assert_eq!(check(&world, of_ann).await.says.yes, 0);
        assert_eq!(found(&world, of_ben).await.source_check, None);
        world.expect_sound().await;
    });
}

#[test]
fn what_other_tools_read_comes_in_parts_the_oldest_first() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(post(&world, &ann).await);
            world.wait(Duration::from_secs(3_600));
        }
        world.post(&ann, "On the whole.").await;
        let (at, page) = (world.site.id, found(&world, ids[0]).await.page);

        let mut read = Vec::new();
        let mut after = Some(CommentId(0));
        while let Some(from) = after {
            let part = world
                .store
                .read(move |tx| exporting::annotations_after(tx, at, page, from, 2))
                .await
                .unwrap();
            assert_eq!(part.total, 5);
            assert!(part.comments.len() <= 2);
            read.extend(part.comments.iter().map(|own| own.comment.id));
            after = part.next;
        }

        assert_eq!(read, ids);
    });
}

#[test]
fn replies_are_read_with_what_they_reply_to_of_what_everybody_can_read() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let root = post(&world, &ann).await;
        let plain = world.post(&ann, "On the whole.").await;
        world.reply(&bob, plain, "On the whole, too.").await;
        let first = world.reply(&bob, root, "It was not.").await;
        let second = world.reply(&ann, first, "It was.").await;
        let third = world.reply(&bob, second, "Was it?").await;
        world.remove(&ann, second).await.unwrap();
        let (at, page) = (world.site.id, found(&world, root).await.page);
        let read = async || {
            let part =
                move |tx: &mut Tx<'_>| exporting::annotations_after(tx, at, page, CommentId(0), 10);
            let part = world.store.read(part).await.unwrap();
            let said = part.comments.iter();
            let said: Vec<_> = said.map(|own| (own.comment.id, own.replies_to)).collect();
            assert_eq!(part.total, i64::try_from(said.len()).unwrap());
            said
        };

        let said = [(root, None), (first, Some(root)), (third, Some(first))];
        assert_eq!(read().await, said);

        world.remove(&ann, root).await.unwrap();
        assert_eq!(read().await, []);
    });
}

/// Comment on the passage `exact`, with sources that do this to it.
async fn say(world: &World, person: &Person, exact: &str, stance: Option<Stance>) -> CommentId {
    let does = stance.map_or("speaks", Stance::as_str);
    let text = format!("{} {does}.", person.name);
    let mut draft = world.draft(person, None, &text).await;
    draft.site = site(world);
    draft.target = Some(CommentTarget::Passage(Selector {
        quote: quote(exact),
        position: None,
        rival: None,
    }));
    draft.sources = stance.map(|stance| Sources {
        stance,
        ..given(exact)
    });
    world.send(draft).await.unwrap().comment.id
}

const LATE: &str = "The ferry was late";

#[test]
fn who_wrote_about_a_passage_hears_once_of_sources_against_it() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("ann").await, world.account("bob").await);
        let (cy, eve) = (world.account("cy").await, world.account("eve").await);
        let first = say(&world, &ann, LATE, None).await;
        say(&world, &cy, "The captain blamed the timetable", None).await;
        world.reply(&eve, first, "A reply").await;
        let until = world.clock.now();
        world.saw(&ann, until).await;
        world.wait(Duration::from_secs(1));

        say(&world, &bob, LATE, Some(Stance::Supports)).await;
        let against = say(&world, &bob, LATE, Some(Stance::Contradicts)).await;

        let told = "* challenged bob contradicts.";
        assert_eq!(world.bell_notices(&ann).await, [told, "reply A reply"]);
        for other in [&bob, &cy, &eve] {
            assert_eq!(world.bell_notices(other).await, [""; 0]);
        }
        let now = world.clock.now();
        world.saw(&ann, now).await;
        world.wait(Duration::from_secs(1));
        for is_withdrawn in [true, false] {
            let (id, reader) = (world.site.id, world.reader(&bob).await);
            let now = world.clock.now();
            let withdraw = move |tx: &mut Tx<'_>| {
                checks::withdraw(tx, now, id, against, &reader, is_withdrawn).map(drop)
            };
            world.store.write(withdraw).await.unwrap();
            let told: &[&str] = match is_withdrawn {
                true => &["reply A reply"],
                false => &["challenged bob contradicts.", "reply A reply"],
            };
            assert_eq!(world.bell_notices(&ann).await, told);
        }
        world.expect_sound().await;
    });
}

#[test]
fn nobody_hears_of_sources_by_whom_they_muted_or_that_wait() {
    on_both(|mut world| async move {
        let (ann, bob) = (world.account("ann").await, world.account("bob").await);
        let muted = say(&world, &bob, LATE, None).await;
        let mine = say(&world, &ann, LATE, Some(Stance::Contradicts)).await;
        assert_eq!(world.bell_notices(&ann).await, [""; 0], "of their own");
        assert_eq!(
            world.bell_notices(&bob).await,
            ["* challenged ann contradicts."]
        );
        world.mute(&ann, muted).await;
        world.mute(&bob, mine).await;
        say(&world, &bob, LATE, Some(Stance::Contradicts)).await;
        assert_eq!(
            world.bell_notices(&ann).await,
            [""; 0],
            "of one who is muted"
        );

        world.site.settings.mode = ModerationMode::Before;
        let kim = world.desk().await;
        let held = say(
            &world,
            &world.person("Eve"),
            LATE,
            Some(Stance::Contradicts),
        )
        .await;
        assert_eq!(world.bell_notices(&ann).await, [""; 0], "of what waits");
        world
            .decide(&kim, held, ModerationAction::Approve)
            .await
            .unwrap();

        assert_eq!(
            world.bell_notices(&ann).await,
            ["* challenged Eve contradicts."]
        );
    });
}

#[test]
fn sources_that_come_with_an_edit_are_told_of() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("ann").await, world.account("bob").await);
        say(&world, &ann, LATE, None).await;
        let id = say(&world, &bob, LATE, None).await;
        assert_eq!(world.bell_notices(&ann).await, [""; 0]);

        let against = Sources {
            stance: Stance::Contradicts,
            ..given(LATE)
        };
        let (now, text) = (world.clock.now(), "bob contradicts.");
        let edit = CommentEdit {
            site: site(&world),
            id,
            reader: world.reader(&bob).await,
            text: text.to_owned(),
            rendered: markup::render(text),
            sources: SourcesChange::These(Some(against)),
            images: ImagesChange::Same,
            revision: None,
        };
        let edit = move |tx: &mut Tx<'_>| editing::edit(tx, now, &edit);
        world.store.write(edit).await.unwrap();

        assert_eq!(
            world.bell_notices(&ann).await,
            ["* challenged bob contradicts."]
        );
    });
}
