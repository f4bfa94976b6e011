//! Cards: which links are followed, and where what was found is shown.

use std::time::Duration;

use rejoinder_core::discussion::card::FRESH;
use rejoinder_core::discussion::sort::Sort;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{Clock as _, CommentId, SiteId};
use rejoinder_store::discussion::cards::{
    self, FetchCard, FetchedCard, ForgetCard, NewCardPicture,
};
use rejoinder_store::jobs::{self, Payload as _};

use crate::moderation::desk::refusal;
use crate::support::{Person, World, first_page, key, on_both};

const URL: &str = "https://paper.example/bridge";

impl World {
    /// The pages that are to be asked for by now.
    async fn asked(&self) -> Vec<String> {
        let (now, lease) = (self.clock.now(), Duration::from_secs(60));
        let claim = self.store.write(move |tx| {
            let claimed = jobs::claim(tx, now, lease, 100)?;
            for job in &claimed {
                jobs::finish(tx, now, job)?;
            }
            Ok(claimed)
        });
        let cards = claim.await.unwrap().into_iter();
        cards
            .filter(|job| job.kind == FetchCard::KIND)
            .map(|job| job.read::<FetchCard>().unwrap().url)
            .collect()
    }

    async fn find(&self, url: &'static str, title: &str) {
        let (now, site) = (self.clock.now(), self.site.id);
        let found = FetchedCard {
            title: title.to_owned(),
            site: Some("The Paper".to_owned()),
            author: None,
            description: None,
            icon: Some(NewCardPicture {
                bytes: b"icon".to_vec(),
                width: 16,
                height: 16,
            }),
            picture: Some(NewCardPicture {
                bytes: title.as_bytes().to_vec(),
                width: 400,
                height: 210,
            }),
        };
        self.store
            .write(move |tx| cards::save(tx, now, site, url, Some(&found)))
            .await
            .unwrap();
    }

    /// The titles of the cards in the thread.
    async fn cards(&self) -> Vec<String> {
        let thread = self.thread(first_page(Sort::Oldest)).await;
        let cards = thread.entries.into_iter().flat_map(|e| e.comment.cards);
        cards.map(|card| card.title).collect()
    }

    async fn has_picture(&self, id: i64) -> bool {
        let site = self.site.id;
        let read = self.store.read(move |tx| cards::picture(tx, site, id));
        read.await.unwrap().is_some()
    }

    /// How many cards and pictures are kept, a day later.
    async fn kept(&self) -> (usize, usize) {
        self.wait(Duration::from_secs(25 * 60 * 60));
        let (now, lease) = (self.clock.now(), Duration::from_secs(60));
        let run = self.store.write(move |tx| {
            for job in jobs::claim(tx, now, lease, 100)? {
                if job.kind == ForgetCard::KIND {
                    let forget: ForgetCard = job.read().unwrap();
                    cards::forget_unused(tx, job.site, &forget.url)?;
                }
                jobs::finish(tx, now, &job)?;
            }
            Ok(())
        });
        run.await.unwrap();
        let rows = self.dump().await;
        let n = |table: &str| rows.iter().filter(|row| row.starts_with(table)).count();
        (n("link_card: "), n("link_picture: "))
    }

    async fn uncard(&self, person: &Person, id: CommentId) -> rejoinder_store::Result<()> {
        let (now, site, reader) = (self.clock.now(), self.site.id, self.reader(person).await);
        self.store
            .write(move |tx| cards::turn_off(tx, now, site, id, URL, &reader))
            .await
    }
}

#[test]
fn a_page_is_asked_for_once_however_many_link_to_it() {
    on_both(|world| async move {
        world
            .post(&world.person("Ann"), &format!("Look:\n{URL}"))
            .await;
        world
            .post(&world.person("Bob"), &format!("{URL}\n\nAgain"))
            .await;
        world
            .post(
                &world.person("Cyd"),
                &format!("In a sentence {URL} it is not"),
            )
            .await;
        assert_eq!(world.asked().await, [URL]);

        world.find(URL, "The bridge").await;

        assert_eq!(world.cards().await, ["The bridge", "The bridge"]);
        world.wait(FRESH);
        assert!(world.asked().await.is_empty());
        world
            .post(&world.person("Dee"), &format!("Years later\n{URL}"))
            .await;
        assert_eq!(world.asked().await, [URL], "it is old by now");
        assert_eq!(world.cards().await.len(), 3, "and shown meanwhile");
        world.expect_sound().await;
    });
}

#[test]
fn what_waits_is_not_followed_until_it_is_approved() {
    on_both(|mut world| async move {
        world.site.settings.mode = ModerationMode::Before;
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let id = world.post(&ann, URL).await;
        assert!(world.asked().await.is_empty());
        let refused = world.post(&ann, "https://spam.example/x").await;
        world
            .decide(&kim, refused, ModerationAction::Spam)
            .await
            .unwrap();

        world
            .decide(&kim, id, ModerationAction::Approve)
            .await
            .unwrap();

        assert_eq!(world.asked().await, [URL]);
    });
}

#[test]
fn an_edit_changes_what_unfolds() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let id = world.post(&ann, URL).await;
        world.asked().await;
        world.find(URL, "The bridge").await;
        world
            .edit(&ann, id, "https://paper.example/tower")
            .await
            .unwrap();
        assert_eq!(world.asked().await, ["https://paper.example/tower"]);
        assert!(world.cards().await.is_empty());

        world.edit(&ann, id, &format!("<{URL}>")).await.unwrap();

        assert!(world.cards().await.is_empty());
        let edited = world
            .edit(&ann, id, &format!("Here:\n{URL}"))
            .await
            .unwrap();
        assert_eq!(edited.cards.len(), 1, "known already");
        assert_eq!(world.cards().await, ["The bridge"]);
    });
}

#[test]
fn the_writer_and_nobody_else_makes_a_link_only_a_link() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let id = world.post(&ann, URL).await;
        world.post(&bob, &format!("{URL}\n!")).await;
        world.find(URL, "The bridge").await;
        refusal(world.uncard(&bob, id).await);
        assert_eq!(world.cards().await.len(), 2);

        world.uncard(&ann, id).await.unwrap();
        world.uncard(&ann, id).await.unwrap();

        assert_eq!(world.cards().await.len(), 1, "the other's stays");
        world
            .edit(&ann, id, &format!("{URL}\n\nstill"))
            .await
            .unwrap();
        assert_eq!(world.cards().await.len(), 1, "also after an edit");
        world.expect_sound().await;
    });
}

#[test]
fn a_card_goes_with_its_comment_and_so_does_its_picture() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let id = world.post(&ann, URL).await;
        world.find(URL, "The bridge").await;
        let thread = world.thread(first_page(Sort::Oldest)).await;
        let picture = thread.entries[0].comment.cards[0].picture.unwrap();
        assert!(world.has_picture(picture.id).await);
        let other = SiteId(world.site.id.0 + 1);
        let elsewhere = world
            .store
            .read(move |tx| cards::picture(tx, other, picture.id));
        assert!(elsewhere.await.unwrap().is_none(), "of another site");

        world.remove(&ann, id).await.unwrap();

        assert!(world.cards().await.is_empty());
        assert!(!world.has_picture(picture.id).await);
        let (now, site) = (world.clock.now(), world.site.id);
        let wanted = world.store.read(move |tx| cards::is_wanted(tx, site, URL));
        assert!(!wanted.await.unwrap());
        let nothing = world
            .store
            .write(move |tx| cards::save(tx, now, site, URL, None));
        nothing.await.unwrap();
    });
}

#[test]
fn a_page_that_says_nothing_any_more_keeps_its_card() {
    on_both(|world| async move {
        world.post(&world.person("Ann"), URL).await;
        world.find(URL, "The bridge").await;
        let (now, site) = (world.clock.now(), world.site.id);

        let nothing = world
            .store
            .write(move |tx| cards::save(tx, now, site, URL, None));
        nothing.await.unwrap();

        assert_eq!(world.cards().await, ["The bridge"]);
    });
}

#[test]
fn an_address_that_is_too_long_to_keep_does_not_unfold() {
    on_both(|world| async move {
        let long = format!("https://paper.example/{}", "x".repeat(3_000));
        world.post(&world.person("Ann"), &long).await;
        assert!(world.asked().await.is_empty());
    });
}

#[test]
fn a_picture_is_kept_as_long_as_a_comment_shows_it() {
    on_both(|world| async move {
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
        let first = world.post(&ann, URL).await;
        let second = world.post(&bob, &format!("{URL}\n\nToo")).await;
        world.find(URL, "The bridge").await;
        world.remove(&ann, first).await.unwrap();
        assert_eq!(world.kept().await, (1, 2), "the other shows it");

        let rejected = world
            .decide(&kim, second, ModerationAction::Reject)
            .await
            .unwrap();
        world.undo(&kim, rejected.decision.unwrap()).await.unwrap();
        assert_eq!(world.kept().await, (1, 2), "it was brought back");
        world
            .decide(&kim, second, ModerationAction::Reject)
            .await
            .unwrap();
        assert_eq!(world.kept().await, (0, 0));

        world
            .decide(&kim, second, ModerationAction::Approve)
            .await
            .unwrap();
        assert_eq!(world.asked().await, [URL], "it is asked for anew");
        world.find(URL, "The bridge").await;
        assert_eq!(world.cards().await, ["The bridge"]);
        assert!(world.dump().await.iter().all(|row| {
            !(row.starts_with("comment_link: ") && row.contains(&format!("={} ", first.0)))
        }));
        world.expect_sound().await;
    });
}

#[test]
fn a_link_that_was_edited_away_or_turned_off_leaves_no_picture() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let edited = world.post(&ann, URL).await;
        world.find(URL, "The bridge").await;
        world.edit(&ann, edited, "No link").await.unwrap();
        assert_eq!(world.kept().await, (0, 0));

        let off = world.post(&ann, &format!("{URL}\n\nAgain")).await;
        world.find(URL, "The bridge").await;
        world.uncard(&ann, off).await.unwrap();
        assert_eq!(world.kept().await, (0, 0));
    });
}

#[test]
fn a_page_with_another_picture_leaves_the_old_one_behind() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        world.post(&ann, URL).await;
        world.find(URL, "The bridge").await;
        world.find(URL, "The new bridge").await;
        assert_eq!(world.kept().await, (1, 2));
        assert_eq!(world.cards().await, ["The new bridge"]);
    });
}

#[test]
fn the_icon_of_a_site_goes_with_its_last_card() {
    const OTHER: &str = "https://paper.example/tower";
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let first = world.post(&ann, URL).await;
        let second = world.post(&bob, OTHER).await;
        world.find(URL, "The bridge").await;
        world.find(OTHER, "The tower").await;
        let thread = world.thread(first_page(Sort::Oldest)).await;
        let icons: Vec<i64> = thread
            .entries
            .iter()
            .flat_map(|entry| &entry.comment.cards)
            .filter_map(|card| card.icon.map(|icon| icon.0))
            .collect();
        assert_eq!(icons.len(), 2);
        assert_eq!(icons[0], icons[1], "known by what it shows");
        assert_eq!(world.kept().await, (2, 3), "and kept once");

        world.remove(&ann, first).await.unwrap();
        assert!(world.has_picture(icons[0]).await, "the other shows it");
        assert_eq!(world.kept().await, (1, 2));
        world.remove(&bob, second).await.unwrap();

        assert!(!world.has_picture(icons[0]).await);
        assert_eq!(world.kept().await, (0, 0));
    });
}

#[test]
fn what_is_posted_again_under_its_key_comes_back_with_its_cards() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let draft = async || {
            let mut draft = world.draft(&ann, None, URL).await;
            draft.idempotency = key("k1", 1);
            draft
        };
        world.send(draft().await).await.unwrap();
        world.find(URL, "The bridge").await;

        let again = world.send(draft().await).await.unwrap();

        assert!(again.is_replay);
        let titles: Vec<_> = again
            .comment
            .cards
            .iter()
            .map(|card| &*card.title)
            .collect();
        assert_eq!(titles, ["The bridge"]);
    });
}
