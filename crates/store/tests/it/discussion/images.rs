//! Pictures that comments carry.

use std::time::Duration;

use rejoinder_core::discussion::image::Image;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::Images;
use rejoinder_core::{
    Clock as _, Comment, CommentId, CommentState, ImageId, Random as _, Refusal, Site, Sort,
    TokenHash,
};
use rejoinder_store::discussion::editing::{self, CommentEdit, SourcesChange};
use rejoinder_store::discussion::image_access::{self, SeenImage};
use rejoinder_store::discussion::images::{
    self, ClaimedImage, EditedImage, ImagesChange, NewImage,
};
use rejoinder_store::discussion::removing;
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::identity::personal;
use rejoinder_store::{Result, StoreError, Tx, housekeeping};

use crate::archive::export::{exported, taken};
use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{Person, World, first_page, on_both};

/// So long a picture waits for its comment.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl World {
    /// The site, where comments carry pictures.
    fn with_images(&self, images: Images) -> Site {
        let mut site = self.site.clone();
        site.settings.images = images;
        site
    }

    /// Send a picture of these bytes; the secret that names it.
    pub(crate) async fn image(&self, bytes: &[u8]) -> TokenHash {
        let mut secret = [0; 32];
        self.random.fill(&mut secret);
        let (now, site) = (self.clock.now(), self.site.id);
        let new = NewImage {
            id: ImageId(self.ids.next(now)),
            secret: TokenHash(secret),
            bytes: bytes.to_vec(),
            width: 40,
            height: 30,
        };
        let add = move |tx: &mut Tx<'_>| images::add(tx, now, site, &new);
        assert!(self.store.write(add).await.unwrap());
        TokenHash(secret)
    }

    /// Post a comment that carries these pictures.
    async fn show(&self, who: &Person, images: Images, secrets: &[TokenHash]) -> Result<CommentId> {
        let mut draft = self.draft(who, None, "Look").await;
        draft.site = self.with_images(images);
        let claimed = secrets.iter().map(|secret| ClaimedImage {
            secret: *secret,
            alt: "A bridge".to_owned(),
        });
        draft.images = claimed.collect();
        Ok(self.send(draft).await?.comment.id)
    }

    async fn images(&self, id: CommentId) -> Vec<Image> {
        self.comment(id).await.images
    }

    async fn seen(&self, images: Images, who: &Person, id: ImageId) -> Option<SeenImage> {
        let (site, reader) = (self.with_images(images), self.reader(who).await);
        let see = move |tx: &mut Tx<'_>| image_access::see(tx, &site, &reader, id);
        self.store.read(see).await.unwrap()
    }

    async fn remove_image(&self, who: &Person, comment: CommentId, id: ImageId) -> Result<()> {
        let (now, site, reader) = (self.clock.now(), self.site.id, self.reader(who).await);
        let remove =
            move |tx: &mut Tx<'_>| removing::remove_image(tx, now, site, comment, id, &reader);
        self.store.write(remove).await
    }

    /// Edit a comment so that it carries these pictures.
    async fn change_images(
        &self,
        who: &Person,
        images: Images,
        id: CommentId,
        to: Vec<EditedImage>,
    ) -> Result<Comment> {
        let (now, text) = (self.clock.now(), self.comment(id).await.text);
        let edit = CommentEdit {
            site: self.with_images(images),
            id,
            reader: self.reader(who).await,
            rendered: markup::render(&text),
            text,
            sources: SourcesChange::Same,
            images: ImagesChange::These(to),
            revision: None,
        };
        let edit = move |tx: &mut Tx<'_>| editing::edit(tx, now, &edit);
        self.store.write(edit).await
    }

    async fn tidied(&self) {
        let (now, site) = (self.clock.now(), self.site.id);
        let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, site);
        self.store.write(tidy).await.unwrap();
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> Refusal {
    match result {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_comment_carries_what_was_sent_for_it_once_and_everyone_sees_it() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let (one, two) = (world.image(b"one").await, world.image(b"two").await);

        let id = world.show(&ann, Images::On, &[two, one]).await.unwrap();

        let carried = world.images(id).await;
        let bytes = |image: Image| {
            let seen = world.seen(Images::On, &bob, image.id);
            async { seen.await.map(|seen| (seen.bytes, seen.is_public)) }
        };
        assert_eq!(
            bytes(carried[0].clone()).await,
            Some((b"two".to_vec(), true))
        );
        assert_eq!(
            bytes(carried[1].clone()).await,
            Some((b"one".to_vec(), true))
        );
        assert_eq!(
            (carried[0].alt.as_str(), carried[0].width),
            ("A bridge", 40)
        );
        for again in [&[one][..], &[two]] {
            let again = world.show(&bob, Images::On, again).await;
            assert_eq!(refused(again), Refusal::ImageUnknown);
        }
        let three = world.image(b"three").await;
        let twice = world.show(&bob, Images::On, &[three, three]).await;
        assert_eq!(refused(twice), Refusal::ImageUnknown);
        let off = world.show(&bob, Images::Off, &[three]).await;
        assert_eq!(refused(off), Refusal::ImagesOff);
        let unknown = world.show(&bob, Images::On, &[TokenHash([7; 32])]).await;
        assert_eq!(refused(unknown), Refusal::ImageUnknown);
        world.expect_sound().await;
    });
}

#[test]
fn what_came_into_no_comment_is_forgotten_after_a_day() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let (kept, lost) = (world.image(b"kept").await, world.image(b"lost").await);
        let id = world.show(&ann, Images::On, &[kept]).await.unwrap();

        world.wait(DAY);

        let late = world.show(&ann, Images::On, &[lost]).await;
        assert_eq!(refused(late), Refusal::ImageUnknown);
        world.tidied().await;
        let site = world.site.id;
        let n_left = world.store.read(move |tx| {
            let id = rejoinder_store::params![site];
            let n = rejoinder_store::sql!("select count(*) from comment_image where site_id = ?1");
            tx.one(n, id, |row| row.next::<i64>())
        });
        assert_eq!(n_left.await.unwrap(), Some(1));
        let image = world.images(id).await.remove(0);
        assert!(world.seen(Images::On, &ann, image.id).await.is_some());
    });
}

#[test]
fn the_first_picture_of_an_author_waits_where_the_site_says_so() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.moderator("Kim").await);
        let moderator = world.reader(&kim).await.author.unwrap();
        world.post(&ann, "Words alone are known").await;
        let first = world.image(b"first").await;

        let id = world.show(&ann, Images::Hold, &[first]).await.unwrap();

        assert_eq!(world.stands(id).await, "held first_image");
        let second = world.image(b"second").await;
        let waits = world.show(&ann, Images::Hold, &[second]).await.unwrap();
        assert_eq!(world.stands(waits).await, "held first_image");
        let approved = world.decide(&moderator, id, ModerationAction::Approve);
        approved.await.unwrap();
        let third = world.image(b"third").await;
        let known = world.show(&ann, Images::Hold, &[third]).await.unwrap();
        assert_eq!(world.stands(known).await, "published");
        let by_kim = world.image(b"of the newsroom").await;
        let by_kim = world.show(&kim, Images::Hold, &[by_kim]).await.unwrap();
        assert_eq!(world.stands(by_kim).await, "published");
    });
}

#[test]
fn a_picture_is_seen_by_those_who_see_its_comment() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let kim = world.moderator("Kim").await;
        let moderator = world.reader(&kim).await.author.unwrap();
        let secret = world.image(b"one").await;
        let id = world.show(&ann, Images::Hold, &[secret]).await.unwrap();
        let image = world.images(id).await.remove(0).id;
        let sees = async |who: &Person, images: Images| {
            let seen = world.seen(images, who, image).await;
            seen.map(|seen| seen.is_public)
        };

        assert_eq!(world.comment(id).await.state, CommentState::Held);
        assert_eq!(sees(&bob, Images::Hold).await, None);
        assert_eq!(sees(&ann, Images::Hold).await, Some(false));
        assert_eq!(sees(&kim, Images::Hold).await, Some(false));

        let decide = world.decide(&moderator, id, ModerationAction::Approve);
        decide.await.unwrap();
        assert_eq!(sees(&bob, Images::Hold).await, Some(true));
        assert_eq!(sees(&bob, Images::Off).await, None);
        assert_eq!(sees(&ann, Images::Off).await, Some(false));

        let removed = world.decide(&moderator, id, ModerationAction::Remove);
        let removed = removed.await.unwrap().decision.unwrap();
        assert_eq!(sees(&bob, Images::On).await, None);
        assert_eq!(sees(&ann, Images::On).await, None);
        assert_eq!(sees(&kim, Images::On).await, Some(false));
        let shown = world.thread(first_page(Sort::Oldest)).await;
        assert!(
            shown
                .entries
                .iter()
                .all(|own| own.comment.images.is_empty())
        );

        world.undo(&moderator, removed).await.unwrap();
        assert_eq!(sees(&bob, Images::On).await, Some(true));
        world.expect_sound().await;
    });
}

#[test]
fn its_writer_and_moderators_take_a_picture_away_and_the_text_stays() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let kim = world.moderator("Kim").await;
        let (one, two) = (world.image(b"one").await, world.image(b"two").await);
        let id = world.show(&ann, Images::On, &[one, two]).await.unwrap();
        let carried = world.images(id).await;
        let (one, two) = (carried[0].id, carried[1].id);

        let by_bob = world.remove_image(&bob, id, one).await;
        assert_eq!(refused(by_bob), Refusal::NotYours);
        world.remove_image(&ann, id, one).await.unwrap();
        world.remove_image(&ann, id, one).await.unwrap();

        let left = world.images(id).await;
        assert_eq!(left.iter().map(|own| own.id).collect::<Vec<_>>(), [two]);
        assert!(world.seen(Images::On, &ann, one).await.is_none());
        world.remove_image(&kim, id, two).await.unwrap();
        assert!(world.images(id).await.is_empty());
        assert!(world.seen(Images::On, &kim, two).await.is_none());
        assert_eq!(world.comment(id).await.text, "Look");
        assert_eq!(world.stands(id).await, "published");
        world.expect_sound().await;
    });
}

#[test]
fn a_picture_goes_with_what_its_author_takes_back_and_is_in_their_data_before() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let (one, two) = (world.image(b"one").await, world.image(b"two").await);
        let first = world.show(&ann, Images::On, &[one]).await.unwrap();
        let second = world.show(&ann, Images::On, &[two]).await.unwrap();
        let images = [first, second].map(|id| world.images(id));
        let [one, two] = images;
        let (one, two) = (one.await.remove(0).id, two.await.remove(0).id);
        let (now, site) = (world.clock.now(), world.site.id);
        let author = world.reader(&ann).await.author.unwrap().id;
        let data = move |tx: &mut Tx<'_>| personal::personal_data(tx, now, site, author);
        let data = world.store.read(data).await.unwrap();
        let of = |n: usize| data.comments[n].images[0].file.clone();
        assert_eq!(of(0).as_deref(), Some("b25l"));

        world.remove(&ann, first).await.unwrap();
        assert!(world.seen(Images::On, &ann, one).await.is_none());
        assert!(world.images(first).await.is_empty());

        let author = ask_to_erase(&world, &ann, CommentErasure::Remove).await;
        erase(&world, author).await;
        assert!(world.seen(Images::On, &ann, two).await.is_none());
        assert!(world.images(second).await.is_empty());
        world.expect_sound().await;
    });
}

fn carried(id: ImageId, alt: &str) -> EditedImage {
    EditedImage::Carried {
        id,
        alt: alt.to_owned(),
    }
}

fn new(secret: TokenHash) -> EditedImage {
    EditedImage::New(ClaimedImage {
        secret,
        alt: "A ship".to_owned(),
    })
}

#[test]
fn its_author_gives_a_comment_other_pictures_by_editing_it() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let (one, two) = (world.image(b"one").await, world.image(b"two").await);
        let id = world.show(&ann, Images::On, &[one, two]).await.unwrap();
        let before = world.images(id).await;
        let third = world.image(b"three").await;

        let to = vec![new(third), carried(before[1].id, "A bridge at night")];
        let edited = world.change_images(&ann, Images::On, id, to).await.unwrap();

        assert_eq!(edited.images, world.images(id).await);
        let alts: Vec<&str> = edited.images.iter().map(|image| &*image.alt).collect();
        assert_eq!(alts, ["A ship", "A bridge at night"]);
        assert_eq!((edited.images[1].id, edited.revision), (before[1].id, 2));
        let ship = world.seen(Images::On, &bob, edited.images[0].id).await;
        assert_eq!(ship.unwrap().bytes, b"three");
        assert!(world.seen(Images::On, &ann, before[0].id).await.is_none());
        let same = vec![
            carried(edited.images[0].id, "A ship"),
            carried(edited.images[1].id, "A bridge at night"),
        ];
        let again = world
            .change_images(&ann, Images::On, id, same)
            .await
            .unwrap();
        assert_eq!(again.revision, 2, "nothing was changed");
        let none = world.change_images(&ann, Images::On, id, Vec::new()).await;
        assert!(none.unwrap().images.is_empty());
        assert!(world.seen(Images::On, &ann, before[1].id).await.is_none());
        world.expect_sound().await;
    });
}

#[test]
fn an_edited_comment_gets_only_pictures_that_it_may_carry() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let (one, two) = (world.image(b"one").await, world.image(b"two").await);
        let id = world.show(&ann, Images::On, &[one]).await.unwrap();
        let other = world.show(&bob, Images::On, &[two]).await.unwrap();
        let (own, foreign) = (world.images(id).await, world.images(other).await);
        let (own, foreign) = (own[0].id, foreign[0].id);

        for to in [
            vec![carried(foreign, "x")],
            vec![carried(own, "x"), carried(own, "x")],
            vec![new(one)],
            vec![new(two)],
        ] {
            let wrong = world.change_images(&ann, Images::On, id, to).await;
            assert_eq!(refused(wrong), Refusal::ImageUnknown);
        }
        let blank = vec![carried(own, " ")];
        let blank = world.change_images(&ann, Images::On, id, blank).await;
        assert_eq!(refused(blank), Refusal::ImageAltMissing);
        let third = world.image(b"three").await;
        let off = world
            .change_images(&ann, Images::Off, id, vec![new(third)])
            .await;
        assert_eq!(refused(off), Refusal::ImagesOff);
        let moderator = world.moderator("Kim").await;
        let by_other = world
            .change_images(&moderator, Images::On, id, Vec::new())
            .await;
        assert_eq!(refused(by_other), Refusal::NotYours);
        assert_eq!(world.images(id).await[0].id, own);
    });
}

#[test]
fn a_first_picture_that_comes_by_editing_waits_as_one_that_was_posted() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let id = world.show(&ann, Images::Hold, &[]).await.unwrap();
        assert_eq!(world.comment(id).await.state, CommentState::Published);
        let one = world.image(b"one").await;

        let edited = world
            .change_images(&ann, Images::Hold, id, vec![new(one)])
            .await;

        assert_eq!(edited.unwrap().state, CommentState::Held);
    });
}

#[test]
fn of_pictures_that_were_sent_those_are_known_that_no_comment_carries_yet() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let (one, two) = (world.image(b"one").await, world.image(b"two").await);
        world.show(&ann, Images::On, &[one]).await.unwrap();
        let asked = async || {
            let (now, site) = (world.clock.now(), world.site.id);
            let all = [one, two, TokenHash([9; 32])];
            let ask = move |tx: &mut Tx<'_>| images::waiting(tx, now, site, &all);
            world.store.read(ask).await.unwrap()
        };

        assert_eq!(asked().await, [two]);
        world.clock.advance(DAY);
        assert_eq!(asked().await, []);
    });
}

#[test]
fn a_site_takes_its_pictures_along() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let (one, loose) = (world.image(b"one").await, world.image(b"loose").await);
        let id = world.show(&ann, Images::On, &[one]).await.unwrap();
        let file = exported(&world).await;

        assert!(file.contains("\"alt\":\"A bridge\""), "{file}");
        assert_eq!(file.matches("{\"comment_image\":").count(), 1, "{file}");
        let folder = tempfile::tempdir().unwrap();
        let place = rejoinder_store::Location::Sqlite(folder.path().join("other.db"));
        let other = World::new(&place, folder).await;
        taken(&other, &file).await.unwrap();

        assert_eq!(exported(&other).await, file);
        assert_eq!(other.images(id).await, world.images(id).await);
        let image = other.images(id).await.remove(0).id;
        let seen = other.seen(Images::On, &ann, image).await.unwrap();
        assert_eq!(seen.bytes, b"one");
        let lost = other.show(&ann, Images::On, &[loose]).await;
        assert_eq!(refused(lost), Refusal::ImageUnknown);
    });
}

#[test]
fn a_site_keeps_no_more_loose_pictures_than_it_may() {
    on_both(|world| async move {
        let (now, site) = (world.clock.now(), world.site.id);
        let ids: Vec<i64> = (0..2_001).map(|_| world.ids.next(now)).collect();
        let add = move |tx: &mut Tx<'_>| {
            let mut n_taken = 0;
            for id in &ids {
                let mut secret = [0; 32];
                secret[..8].copy_from_slice(&id.to_be_bytes());
                let new = NewImage {
                    id: ImageId(*id),
                    secret: TokenHash(secret),
                    bytes: vec![1],
                    width: 1,
                    height: 1,
                };
                n_taken += u32::from(images::add(tx, now, site, &new)?);
            }
            Ok(n_taken)
        };

        let n_taken = world.store.write(add).await.unwrap();

        assert_eq!(n_taken, 2_000);
    });
}
