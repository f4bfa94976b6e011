//! What became of an author's comments, kept with the author whatever is written: after each act it is what a
//! count of the rows gives.

use rejoinder_core::archive::{Import, ImportFile};
use rejoinder_core::moderation::{AuthorRecord, ModerationAction};
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{
    Author, AuthorId, Clock as _, CommentId, CommentState, ImportId, PageId, PageKey, VoteTally,
};
use rejoinder_store::archive::imports::{
    self, Counters, ImportedComment, ImportedPage, KeptHtml, Origin, Place, WrittenIn,
};
use rejoinder_store::archive::{runs, undoing};
use rejoinder_store::identity::authors::GuestDetails;
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::moderation::decisions::DecisionRequest;
use rejoinder_store::moderation::{decisions, standing};
use rejoinder_store::{Tx, params, sql};

use crate::archive::export::{exported, taken};
use crate::database::large::{Shape, looked_at};
use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::guest_traces::{proven, take_back};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{START, World, on_both, on_each};

const FORMAT: &str = "elsewhere";

/// Published, held, rejected, spam, removed, flagged.
fn record_of([published, held, rejected, spam, removed, flagged]: [i64; 6]) -> AuthorRecord {
    AuthorRecord {
        published,
        held,
        rejected,
        spam,
        removed,
        flagged,
    }
}

impl World {
    /// What is kept with an author, once all that is kept is what the rows say.
    async fn kept_with(&self, author: AuthorId) -> AuthorRecord {
        self.expect_sound().await;
        let site = self.site.id;
        let read = self
            .store
            .read(move |tx| standing::record(tx, site, author));
        read.await.unwrap()
    }

    async fn decide_all(&self, moderator: &Author, ids: &[(CommentId, i64)]) -> Vec<bool> {
        let request = |(comment, revision): &(CommentId, i64)| DecisionRequest {
            site: self.site.id,
            moderator: moderator.clone(),
            comment: *comment,
            revision: *revision,
            action: ModerationAction::Spam,
            reason: None,
            note: None,
        };
        let requests: Vec<_> = ids.iter().map(request).collect();
        let now = self.clock.now();
        let write = self
            .store
            .write(move |tx| decisions::decide_all(tx, now, &requests));
        let done = write.await.unwrap();
        done.into_iter().map(|one| one.is_ok()).collect()
    }

    /// Who stands in for those who have deleted their account.
    async fn nobody(&self) -> AuthorId {
        let site = self.site.id;
        let read = self.store.read(move |tx| {
            tx.one(
                sql!("select author_id from nobody where site_id = ?1"),
                params![site],
                |row| row.next(),
            )
        });
        read.await.unwrap().unwrap()
    }
}

#[test]
fn what_is_posted_decided_and_undone_is_counted() {
    on_both(|mut world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let second = world.reply(&ann, first, "Second").await;
        let id = world.author(&ann).await;
        assert_eq!(world.kept_with(id).await, record_of([2, 0, 0, 0, 0, 0]));
        world.site.settings.mode = ModerationMode::Before;
        let third = world.post(&ann, "Third").await;
        assert_eq!(world.kept_with(id).await, record_of([2, 1, 0, 0, 0, 0]));

        world
            .decide(&kim, third, ModerationAction::Approve)
            .await
            .unwrap();
        let decided = world.decide(&kim, first, ModerationAction::Reject).await;
        assert_eq!(world.kept_with(id).await, record_of([2, 0, 1, 0, 0, 0]));
        let decision = decided.unwrap().decision.unwrap();
        world.undo(&kim, decision).await.unwrap();
        assert_eq!(world.kept_with(id).await, record_of([3, 0, 0, 0, 0, 0]));
        // The second was edited since, as it seems.
        let done = world.decide_all(&kim, &[(first, 1), (second, 7)]).await;
        assert_eq!(done, [true, false]);
        assert_eq!(world.kept_with(id).await, record_of([2, 0, 0, 1, 0, 0]));
        world
            .decide(&kim, second, ModerationAction::Remove)
            .await
            .unwrap();
        assert_eq!(world.kept_with(id).await, record_of([1, 0, 0, 1, 1, 0]));

        world.edit(&ann, third, "Third, mended").await.unwrap();
        assert_eq!(world.kept_with(id).await, record_of([0, 1, 0, 1, 1, 0]));
        world.remove(&ann, third).await.unwrap();
        assert_eq!(world.kept_with(id).await, record_of([0, 0, 0, 1, 2, 0]));
    });
}

#[test]
fn comments_that_have_flags_are_counted_once() {
    on_both(|world| async move {
        let (ann, bob, cay) = (
            world.person("Ann"),
            world.person("Bob"),
            world.person("Cay"),
        );
        let first = world.post(&ann, "First").await;
        world.post(&ann, "Second").await;
        let bob = sign_in(&world, &bob, "bob@reader.example").await;
        let id = world.author(&ann).await;

        for (person, n) in [(&bob, 1), (&bob, 1), (&cay, 1)] {
            world.flag(person, first).await.unwrap();
            assert_eq!(world.kept_with(id).await.flagged, n);
        }
        world.edit(&ann, first, "Mended").await.unwrap();
        world.flag(&bob, first).await.unwrap();
        assert_eq!(world.kept_with(id).await, record_of([2, 0, 0, 0, 0, 1]));

        let guest = proven(&world, &cay).await;
        take_back(&world, guest).await.unwrap();
        assert_eq!(world.kept_with(id).await.flagged, 1);
        let gone = ask_to_erase(&world, &bob, CommentErasure::Keep).await;
        erase(&world, gone).await;
        assert_eq!(world.kept_with(id).await, record_of([2, 0, 0, 0, 0, 0]));
    });
}

#[test]
fn what_a_guest_takes_along_is_counted_for_the_account() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let (guest, bob) = (world.person("Ann elsewhere"), world.person("Bob"));
        let by_ann = world.post(&ann, "By the account").await;
        let by_guest = world.post(&guest, "By the guest").await;
        let flagged = world.post(&guest, "Flagged by Bob").await;
        let by_bob = world.post(&bob, "By somebody else").await;
        world.flag(&bob, flagged).await.unwrap();
        // What is on one's own goes, and what is on another's stays.
        world.flag(&guest, by_ann).await.unwrap();
        world.flag(&ann, by_guest).await.unwrap();
        world.flag(&guest, by_bob).await.unwrap();
        let (id, bob) = (world.author(&ann).await, world.author(&bob).await);
        assert_eq!(world.kept_with(id).await, record_of([1, 0, 0, 0, 0, 1]));

        sign_in(&world, &guest, "ann@reader.example").await;

        assert_eq!(world.kept_with(id).await, record_of([3, 0, 0, 0, 0, 1]));
        assert_eq!(world.kept_with(bob).await, record_of([1, 0, 0, 0, 0, 1]));
    });
}

#[test]
fn what_stays_of_a_deleted_account_is_counted_for_nobody() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let (cay, kim) = (world.person("Cay"), world.desk().await);
        let first = world.post(&ann, "Stays").await;
        let spam = world.post(&ann, "Spam").await;
        let refused = world.post(&cay, "Goes").await;
        world.flag(&cay, first).await.unwrap();
        world
            .decide(&kim, spam, ModerationAction::Spam)
            .await
            .unwrap();
        world
            .decide(&kim, refused, ModerationAction::Reject)
            .await
            .unwrap();

        let guest = proven(&world, &cay).await;
        take_back(&world, guest).await.unwrap();
        let nobody = world.nobody().await;
        assert_eq!(world.kept_with(nobody).await, record_of([0, 0, 0, 0, 1, 0]));
        let gone = ask_to_erase(&world, &ann, CommentErasure::Keep).await;
        erase(&world, gone).await;

        assert_eq!(world.kept_with(nobody).await, record_of([1, 0, 0, 0, 2, 0]));
    });
}

/// Import comments in these states, all by one author; nothing is shown yet.
async fn import(
    world: &World,
    import: ImportId,
    states: &'static [(&'static str, CommentState)],
) -> (PageId, AuthorId) {
    let (now, site) = (world.clock.now(), world.site.id);
    let page = PageId(world.ids.next(now));
    let write = move |tx: &mut Tx<'_>| {
        let new = ImportedPage {
            source_id: "p".to_owned(),
            key: PageKey::parse("https://news.example/imported").unwrap(),
            aliases: Vec::new(),
            title: None,
            closed_at: None,
            created_at: START,
        };
        let origin = Origin {
            format: FORMAT,
            import: Some(import),
        };
        let page = imports::upsert_page(tx, site, page, &new, origin)?.into_inner();
        let details = GuestDetails {
            name: "Eve".to_owned(),
            ..GuestDetails::default()
        };
        let author = imports::upsert_author(tx, START, site, origin, "eve", &details)?;
        for (source_id, state) in states {
            let mut comment = ImportedComment {
                source_id: (*source_id).to_owned(),
                page: page.id,
                text: (*source_id).to_owned(),
                html: KeptHtml::of(source_id, &markup::sanitise(source_id)),
                written_in: WrittenIn::Html,
                state: *state,
                reason: None,
                created_at: START,
                edited_at: None,
                closed_at: None,
                pin: None,
                tally: VoteTally::default(),
                counters: Counters::default(),
            };
            let parent = None;
            let place = |_: &mut Tx<'_>| Ok(Place { parent, author });
            comment.hide();
            imports::upsert_comment(tx, site, origin, &comment, place)?;
        }
        imports::recount(tx, now, site, page.id)?;
        Ok((page.id, author))
    };
    world.store.write(write).await.unwrap()
}

/// An import that an owner began.
async fn begun(world: &World) -> Import {
    let (now, site) = (world.clock.now(), world.site.id);
    let id = ImportId(world.ids.next(now));
    let files = [ImportFile::new("comments.xml", 9)];
    let begin = world.store.write(move |tx| {
        runs::begin(tx, now, site, id, &files)?;
        runs::find(tx, site, id)
    });
    Import {
        format: Some(FORMAT.to_owned()),
        ..begin.await.unwrap().unwrap()
    }
}

#[test]
fn what_is_imported_is_counted_once_it_is_shown_and_until_it_is_undone() {
    const STATES: &[(&str, CommentState)] = &[
        ("one", CommentState::Published),
        ("two", CommentState::Published),
        ("three", CommentState::Held),
        ("four", CommentState::Spam),
        ("five", CommentState::Removed),
    ];
    on_both(|world| async move {
        let (run, now, site) = (begun(&world).await, world.clock.now(), world.site.id);
        let (page, eve) = import(&world, run.id, STATES).await;
        assert_eq!(world.kept_with(eve).await, record_of([0, 0, 0, 1, 1, 0]));

        let show = move |tx: &mut Tx<'_>| imports::reveal(tx, now, site, page);
        world.store.write(show).await.unwrap();
        assert_eq!(world.kept_with(eve).await, record_of([2, 1, 0, 1, 1, 0]));
        let find = move |tx: &mut Tx<'_>| imports::comment(tx, site, FORMAT, "one");
        let first = world.store.read(find).await.unwrap().unwrap();
        world.flag(&world.person("Bob"), first).await.unwrap();
        assert_eq!(world.kept_with(eve).await, record_of([2, 1, 0, 1, 1, 1]));

        let undo = move |tx: &mut Tx<'_>| undoing::undo_comments(tx, now, &run, page);
        world.store.write(undo).await.unwrap();
        assert_eq!(world.kept_with(eve).await, AuthorRecord::default());
    });
}

#[test]
fn the_record_of_who_has_written_much_is_read_without_their_comments() {
    on_both(|world| async move {
        let fan = world.grow(Shape::Fan, 2_000).await;
        let (site, ann) = (world.site.id, world.comment(fan[0]).await.author.id);
        let read = world.store.read(move |tx| {
            let before = looked_at(tx)?;
            let one = standing::record(tx, site, ann)?;
            let many = standing::records(tx, site, &[ann])?;
            Ok((one, many[&ann], before, looked_at(tx)?))
        });
        let (one, many, before, after) = read.await.unwrap();

        assert_eq!((one, many), (record_of([2_001, 0, 0, 0, 0, 0]), one));
        assert_eq!(before, after);
    });
}

#[test]
fn what_an_export_brings_is_counted() {
    let files = on_each(|world| async move {
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let second = world.post(&ann, "Second").await;
        world.flag(&bob, first).await.unwrap();
        world
            .decide(&kim, second, ModerationAction::Spam)
            .await
            .unwrap();
        (exported(&world).await, world.author(&ann).await)
    });
    for (file, ann) in files {
        on_both(|world| {
            let file = file.clone();
            async move {
                taken(&world, &file).await.unwrap();

                assert_eq!(world.kept_with(ann).await, record_of([1, 0, 0, 1, 0, 1]));
            }
        });
    }
}
