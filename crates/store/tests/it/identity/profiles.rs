//! What accounts show of themselves, and what is left when they go.

use rejoinder_core::publication::settings::{Pictures, ReaderPages};
use rejoinder_core::{Author, Clock as _, CommentId, Refusal, Site};
use rejoinder_store::discussion::{page_authors, pages};
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::identity::profiles::{self, NewProfilePicture};
use rejoinder_store::identity::{authors, personal};
use rejoinder_store::{Result, StoreError, Tx};

use super::account_erasures::{ask_to_erase, erase};
use crate::support::{Person, World, on_both, story};

fn picture() -> NewProfilePicture {
    NewProfilePicture {
        name: "abc".to_owned(),
        bytes: vec![1, 2, 3],
    }
}

impl World {
    fn open_site(&self) -> Site {
        let mut site = self.site.clone();
        site.settings.pictures = Pictures::On;
        site.settings.reader_pages = ReaderPages::Unlisted;
        site
    }

    async fn known(&self, person: &Person) -> Author {
        self.reader(person).await.author.unwrap()
    }

    async fn show_picture(&self, person: &Person, site: Site) -> Result<()> {
        let (now, author) = (self.clock.now(), self.known(person).await);
        let set = move |tx: &mut Tx<'_>| profiles::set_picture(tx, now, &site, &author, &picture());
        self.store.write(set).await
    }

    async fn show_page(&self, person: &Person) {
        let (now, site, author) = (self.clock.now(), self.site.id, self.known(person).await);
        let set = move |tx: &mut Tx<'_>| profiles::set_has_page(tx, now, site, &author, true);
        self.store.write(set).await.unwrap();
    }

    /// What the page of `author` lists; none where there is no page.
    async fn reader_page(&self, author: &Author, before: Option<CommentId>) -> Option<Vec<String>> {
        let (site, id) = (self.open_site(), author.id);
        let read = move |tx: &mut Tx<'_>| profiles::page(tx, &site, id, before, 2);
        let page = self.store.read(read).await.unwrap()?;
        let texts = page.comments.into_iter().map(|(comment, page)| {
            assert_eq!(page.key, story());
            comment.text
        });
        Some(texts.collect())
    }

    async fn picture(&self) -> Option<Vec<u8>> {
        let site = self.site.id;
        let read = move |tx: &mut Tx<'_>| profiles::picture(tx, site, "abc");
        self.store.read(read).await.unwrap()
    }

    /// Let the newsroom say that `author` wrote the story.
    async fn link(&self, author: &Author) {
        let (now, site, id) = (self.clock.now(), self.site.id, author.id);
        let link = move |tx: &mut Tx<'_>| {
            let page = pages::find(tx, site, &story())?.unwrap();
            let page = pages::lock(tx, site, page.id)?;
            page_authors::add(tx, now, &page, id)
        };
        self.store.write(link).await.unwrap();
    }
}

#[test]
fn a_page_lists_what_is_published_newest_first() {
    on_both(|world| async move {
        let ann = world.account("ann").await;
        let first = world.post(&ann, "First").await;
        let second = world.post(&ann, "Second").await;
        let gone = world.post(&ann, "Gone").await;
        world.post(&ann, "Last").await;
        world.remove(&ann, gone).await.unwrap();
        let known = world.known(&ann).await;
        assert_eq!(world.reader_page(&known, None).await, None);

        world.show_page(&ann).await;

        let listed = world.reader_page(&known, None).await;
        assert_eq!(listed.unwrap(), ["Last", "Second"]);
        let rest = world.reader_page(&known, Some(second)).await;
        assert_eq!(rest.unwrap(), ["First"]);
        assert_eq!(
            world.reader_page(&known, Some(first)).await.unwrap(),
            [""; 0]
        );
        let (site, id) = (world.site.clone(), known.id);
        let off = move |tx: &mut Tx<'_>| profiles::page(tx, &site, id, None, 2);
        assert!(world.store.read(off).await.unwrap().is_none());
        world.expect_sound().await;
    });
}

#[test]
fn a_guest_has_neither_page_nor_picture() {
    on_both(|world| async move {
        let eve = world.person("Eve");
        world.post(&eve, "First").await;

        world.show_page(&eve).await;
        let refused = world.show_picture(&eve, world.open_site()).await;

        let known = world.known(&eve).await;
        assert_eq!(world.reader_page(&known, None).await, None);
        assert!(matches!(
            refused,
            Err(StoreError::Refused(Refusal::PicturesOff))
        ));
    });
}

#[test]
fn a_picture_is_kept_shown_and_taken_along() {
    on_both(|world| async move {
        let ann = world.account("ann").await;
        world.post(&ann, "First").await;
        let closed = world.show_picture(&ann, world.site.clone()).await;
        assert!(matches!(
            closed,
            Err(StoreError::Refused(Refusal::PicturesOff))
        ));

        world.show_picture(&ann, world.open_site()).await.unwrap();

        let known = world.known(&ann).await;
        assert_eq!(known.profile.picture.as_deref(), Some("abc"));
        assert_eq!(world.picture().await, Some(vec![1, 2, 3]));
        let (now, site, id) = (world.clock.now(), world.site.id, known.id);
        let everything = move |tx: &mut Tx<'_>| personal::personal_data(tx, now, site, id);
        let kept = world.store.read(everything).await.unwrap();
        assert_eq!(kept.account.picture.as_deref(), Some("AQID"));
        let drop = move |tx: &mut Tx<'_>| profiles::drop_picture(tx, now, site, id);
        assert!(world.store.write(drop).await.unwrap());
        assert!(!world.store.write(drop).await.unwrap());
        assert_eq!(world.picture().await, None);
        world.expect_sound().await;
    });
}

#[test]
fn nothing_is_shown_of_an_account_that_is_deleted() {
    on_both(|world| async move {
        let ann = world.account("ann").await;
        world.post(&ann, "First").await;
        world.show_picture(&ann, world.open_site()).await.unwrap();
        world.show_page(&ann).await;
        let known = world.known(&ann).await;
        world.link(&known).await;
        ask_to_erase(&world, &ann, CommentErasure::Keep).await;

        erase(&world, known.id).await;

        assert_eq!(world.picture().await, None);
        assert_eq!(world.reader_page(&known, None).await, None);
        let (site, id) = (world.site.id, known.id);
        let gone = world
            .store
            .read(move |tx| authors::by_id(tx, site, id))
            .await;
        assert_eq!(gone.unwrap(), None);
        let thread = world
            .thread(crate::support::first_page(rejoinder_core::Sort::Newest))
            .await;
        let shown = &thread.entries[0].comment;
        assert!(!shown.is_by_article_author && shown.author.profile.picture.is_none());
        world.expect_sound().await;
    });
}
