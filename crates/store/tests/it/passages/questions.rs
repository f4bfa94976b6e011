//! Questions of passages, on both databases.

use std::time::Duration;

use rejoinder_core::passages::{
    AnchoringReport, Annotation, AnnotationState, Folded, Position, Question, Quote, Selector,
};
use rejoinder_core::{
    Clock as _, Filter, PageId, PassageId, QuestionId, Refusal, Sort, ThreadQuery,
};
use rejoinder_store::discussion::pages;
use rejoinder_store::discussion::posting::{CommentTarget, PostingOutcome};
use rejoinder_store::moderation::groups::Scope;
use rejoinder_store::passages::anchoring;
use rejoinder_store::passages::asking::{self, NewQuestion, QuestionAction, QuestionEditor};
use rejoinder_store::passages::placing::{self, PassagePlacement};
use rejoinder_store::passages::questions::{self, QuestionQuery};
use rejoinder_store::passages::versions;
use rejoinder_store::{Result, StoreError, Tx, identity::personal};

use crate::support::{Person, World, first_page, on_both, story};

const TEXT: &str =
    "The ferry was late. The captain blamed the new timetable. Nobody was surprised.";

const REWRITTEN: &str = "The ferry was late. Its skipper put it down to the summer schedule.";

/// Why it was refused.
fn refusal<T>(result: Result<T>) -> Option<Refusal> {
    match result {
        Err(StoreError::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// Somebody who may ask.
async fn editor(world: &World) -> Person {
    world.moderator("Kim").await
}

async fn ask(world: &World, kim: &Person, selector: Selector, text: &str) -> Result<Question> {
    let now = world.clock.now();
    let new = NewQuestion {
        site: world.site.clone(),
        page: story(),
        title: None,
        page_id: PageId(world.ids.next(now)),
        id: QuestionId(world.ids.next(now)),
        reader: world.reader(kim).await,
        selector,
        article: None,
        text: text.to_owned(),
        is_open: true,
    };
    let ask = move |tx: &mut Tx<'_>| asking::ask(tx, now, &new);
    world.store.write(ask).await
}

fn chosen() -> Selector {
    Selector {
        quote: Quote::of(TEXT, Position { start: 39, end: 56 }).unwrap(),
        position: Some(Position { start: 39, end: 56 }),
        rival: Some(0),
    }
}

fn pasted(exact: &str) -> Selector {
    Selector::pasted(Quote::new(exact, "", "").unwrap())
}

async fn answer(
    world: &World,
    person: &Person,
    id: QuestionId,
    text: &str,
) -> Result<PostingOutcome> {
    world.wait(Duration::from_secs(1));
    let mut draft = world.draft(person, None, text).await;
    draft.target = Some(CommentTarget::Question(id));
    world.send(draft).await
}

async fn find(world: &World, id: QuestionId) -> Option<Question> {
    let site = world.site.id;
    let find = world.store.read(move |tx| questions::find(tx, site, id));
    find.await.unwrap()
}

async fn change(
    world: &World,
    kim: &Person,
    id: QuestionId,
    act: QuestionAction,
) -> Result<Question> {
    let (now, it) = (world.clock.now(), changing(world, kim, id).await);
    let change = move |tx: &mut Tx<'_>| asking::change(tx, now, &it, &act);
    world.store.write(change).await
}

async fn changing(world: &World, kim: &Person, id: QuestionId) -> QuestionEditor {
    QuestionEditor {
        site: world.site.clone(),
        id,
        reader: world.reader(kim).await,
    }
}

/// The article has this text by now, and all is done that follows from it.
async fn publish(world: &World, text: &'static str) {
    world.wait(Duration::from_secs(1));
    let (now, site) = (world.clock.now(), world.site.id);
    let publish = move |tx: &mut Tx<'_>| {
        let page = pages::find(tx, site, &story())?.unwrap().id;
        pages::lock(tx, site, page)?;
        let (number, _) = versions::keep(tx, now, site, page, text)?;
        let folded = Folded::new(text);
        let found: Vec<_> = anchoring::passages(tx, site, page)?
            .into_iter()
            .map(|(holder, own)| (holder, own.anchored_in(text, &folded).0))
            .collect();
        anchoring::save(
            tx,
            now,
            site,
            page,
            number,
            &found,
            &AnchoringReport::default(),
        )
    };
    assert!(world.store.write(publish).await.unwrap());
}

#[test]
fn what_answers_a_question_stands_with_it_in_every_order_and_is_found_by_both() {
    on_both(async |world| {
        let (kim, ann) = (editor(&world).await, world.person("Ann"));
        let asked = ask(&world, &kim, chosen(), "Who wrote it?").await.unwrap();
        world.post(&ann, "On the whole of it.").await;
        let first = answer(&world, &ann, asked.id, "His brother.")
            .await
            .unwrap();
        let ben = world.person("Ben");
        let second = answer(&world, &ben, asked.id, "His sister.").await.unwrap();
        world.reply(&ann, second.comment.id, "Which one?").await;

        for sort in Sort::ALL {
            for id in [PassageId::from(asked.id), PassageId::from(first.comment.id)] {
                let query = ThreadQuery {
                    passage: Some(id),
                    ..first_page(sort)
                };
                let thread = world.thread(query).await;
                let texts: Vec<_> = thread.entries.iter().map(|own| &own.comment.text).collect();
                assert_eq!(texts.len(), 3, "{sort:?} {texts:?}");
                assert_eq!(thread.passage.unwrap().questions[0].id, asked.id);
            }
        }
        let inline = ThreadQuery {
            filter: Some(Filter::Inline),
            ..first_page(Sort::Newest)
        };
        let thread = world.thread(inline).await;
        assert_eq!((thread.n_annotations, thread.n_questions), (2, 1));
        let asked_in = thread.entries[0].comment.question.as_ref().unwrap();
        assert_eq!((asked_in.id, &*asked_in.text), (asked.id, "Who wrote it?"));
        let one = ThreadQuery {
            passage: Some(asked.id.into()),
            limit: 1,
            ..first_page(Sort::Oldest)
        };
        let page = world.thread(one).await;
        assert_eq!(page.entries[0].comment.id, first.comment.id);
        let rest = world
            .thread(ThreadQuery {
                after: page.next,
                ..one
            })
            .await;
        assert_eq!(rest.entries[0].comment.id, second.comment.id);
        assert_eq!(find(&world, asked.id).await.unwrap().n_answers, 2);
        world.remove(&ann, first.comment.id).await.unwrap();
        assert_eq!(find(&world, asked.id).await.unwrap().n_answers, 1);
        world.expect_sound().await;
    });
}

#[test]
fn a_question_follows_its_passage_and_an_editor_places_what_is_lost() {
    on_both(async |world| {
        let (kim, ann) = (editor(&world).await, world.person("Ann"));
        let asked = ask(&world, &kim, chosen(), "Who wrote it?").await.unwrap();
        let first = answer(&world, &ann, asked.id, "His brother.")
            .await
            .unwrap();
        publish(&world, TEXT).await;
        let state = async |id| find(&world, id).await.unwrap().annotation;
        assert_eq!(state(asked.id).await.state, AnnotationState::Anchored);
        publish(&world, REWRITTEN).await;
        assert_eq!(state(asked.id).await.state, AnnotationState::Orphaned);

        let by = world.reader(&kim).await.author.unwrap();
        let (now, site, page) = (world.clock.now(), world.site.id, first.page.id);
        let place = async |words: &str| {
            let (by, to) = (by.clone(), PassagePlacement::Words(words.to_owned()));
            let place = move |tx: &mut Tx<'_>| {
                placing::place(tx, now, site, page, &by, asked.id.into(), &to)
            };
            world.store.write(place).await
        };
        let refused = place("the old timetable").await;
        assert_eq!(refusal(refused), Some(Refusal::PassageNotFound));
        place("the summer schedule").await.unwrap();

        let placed = state(asked.id).await;
        assert_eq!(placed.state, AnnotationState::Changed);
        assert_eq!(placed.to_find().quote.exact, "the summer schedule");
        assert_eq!(placed.placed_by, Some(by.id));
        let passages = world
            .store
            .read(move |tx| anchoring::passages(tx, site, page))
            .await
            .unwrap();
        let of_both: Vec<&Annotation> = passages.iter().map(|(_, own)| own).collect();
        assert!(
            of_both.len() == 2 && of_both[0] == of_both[1],
            "{of_both:?}"
        );
    });
}

#[test]
fn a_pasted_passage_must_stand_in_the_article_where_its_text_is_known() {
    on_both(async |world| {
        let kim = editor(&world).await;
        world.post(&world.person("Ann"), "A word.").await;
        let asked = ask(&world, &kim, pasted("Any words"), "Why?")
            .await
            .unwrap();
        assert_eq!(asked.annotation.state, AnnotationState::Unknown);
        publish(&world, TEXT).await;

        let refused = ask(&world, &kim, pasted("the old timetable"), "Why?").await;
        assert_eq!(refusal(refused), Some(Refusal::PassageNotFound));
        let asked = ask(&world, &kim, pasted("Nobody was  surprised"), "Why?")
            .await
            .unwrap();
        assert_eq!(
            asked.annotation.selector.position,
            Some(Position { start: 58, end: 78 })
        );
    });
}

#[test]
fn what_an_editor_does_with_a_question_is_listed_and_is_their_own_to_take_along() {
    on_both(async |world| {
        let kim = editor(&world).await;
        let asked = ask(&world, &kim, chosen(), "Who wrote it?").await.unwrap();
        let site = world.site.id;
        let listed = async |is_closed| {
            let query = QuestionQuery {
                is_closed,
                scope: Scope::all(),
                after: None,
                limit: 10,
            };
            let list = world
                .store
                .read(move |tx| questions::list(tx, site, &query));
            list.await.unwrap().len()
        };
        assert_eq!((listed(false).await, listed(true).await), (1, 0));

        let shut = change(&world, &kim, asked.id, QuestionAction::Close)
            .await
            .unwrap();
        assert!(shut.closed_at.is_some());
        assert_eq!((listed(false).await, listed(true).await), (0, 1));
        let refused = answer(&world, &world.person("Ann"), asked.id, "No.").await;
        assert_eq!(refusal(refused), Some(Refusal::QuestionClosed));
        change(&world, &kim, asked.id, QuestionAction::Reopen)
            .await
            .unwrap();
        let said = change(
            &world,
            &kim,
            asked.id,
            QuestionAction::Say("Who made it?".to_owned()),
        )
        .await;
        assert_eq!(said.unwrap().text, "Who made it?");
        let refused = change(
            &world,
            &world.person("Ann"),
            asked.id,
            QuestionAction::Close,
        )
        .await;
        assert_eq!(refusal(refused), Some(Refusal::NotAllowed));

        let id = world.reader(&kim).await.author.unwrap().id;
        let now = world.clock.now();
        let all = world
            .store
            .read(move |tx| personal::personal_data(tx, now, site, id));
        let all = serde_json::to_value(all.await.unwrap()).unwrap();
        assert_eq!(all["questions"][0]["text"], "Who made it?");
        assert_eq!(all["questions"][0]["passage"], "the new timetable");
    });
}
