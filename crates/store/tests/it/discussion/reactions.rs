//! Reactions and their counts.

use rejoinder_core::discussion::reaction::ReactionCount;
use rejoinder_core::{AuthorId, Clock as _, CommentId, Random as _, Refusal, Sort, Vote};
use rejoinder_store::discussion::agreement::fitting;
use rejoinder_store::discussion::comments;
use rejoinder_store::discussion::reactions::{self, NewReaction};
use rejoinder_store::publication::sites;
use rejoinder_store::{Result, StoreError, Tx};

use crate::support::{Person, World, first_page, on_both};

impl World {
    /// What `person` says of a comment by a click, at a site that offers two words.
    pub(crate) async fn react(
        &self,
        person: &Person,
        comment: CommentId,
        key: &str,
        wish: Option<bool>,
    ) -> Result<Vec<ReactionCount>> {
        self.react_where("", person, (comment, key, wish)).await
    }

    /// The same where the words `liked` count for a comment.
    async fn react_where(
        &self,
        liked: &str,
        person: &Person,
        (comment, key, wish): (CommentId, &str, Option<bool>),
    ) -> Result<Vec<ReactionCount>> {
        let now = self.clock.now();
        let mut address_key = [0; 32];
        self.random.fill(&mut address_key);
        let mut site = self.site.clone();
        site.settings.reactions = "Respect, I learned something".to_owned();
        site.settings.liked_reactions = liked.to_owned();
        let react = NewReaction {
            site,
            comment,
            reader: self.reader(person).await,
            token: person.token,
            author: AuthorId(self.ids.next(now)),
            key: key.to_owned(),
            wish,
            address_key,
        };
        self.store
            .write(move |tx| reactions::react(tx, now, &react))
            .await
    }
}

/// What "Best" shows, in its order.
async fn best(world: &World) -> Vec<CommentId> {
    let thread = world.thread(first_page(Sort::Best)).await;
    let ids = thread.entries.iter().map(|entry| entry.comment.id);
    ids.collect()
}

fn counted(found: &Result<Vec<ReactionCount>>) -> Vec<(&str, i64)> {
    let found = found.as_ref().unwrap();
    found.iter().map(|own| (own.key.as_str(), own.n)).collect()
}

#[test]
fn a_character_that_no_text_can_have_is_no_trouble_of_the_database() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let (site, id) = (world.site.id, world.post(&ann, "Fi\0rst").await);
        world.post(&kim, "Second").await;

        let refused = world.react(&kim, id, "re\0spect", Some(true)).await;
        let nothing = world.react(&kim, id, "re\0spect", Some(false)).await;

        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, StoreError::Refused(Refusal::ReactionNotTaken)),
            "{refused:?}"
        );
        assert_eq!(counted(&nothing), []);
        let read = world.store.read(move |tx| comments::by_id(tx, site, id));
        assert_eq!(read.await.unwrap().unwrap().text, "Fi\u{fffd}rst");
    });
}

#[test]
fn a_reaction_is_counted_once_and_taken_back() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let id = world.post(&ann, "First").await;

        let given = world.react(&kim, id, "respect", Some(true)).await;
        assert_eq!(counted(&given), [("respect", 1)]);
        let again = world.react(&kim, id, "respect", Some(true)).await;
        assert_eq!(counted(&again), [("respect", 1)]);
        let other = world.react(&kim, id, "i learned something", None).await;
        assert_eq!(
            counted(&other),
            [("i learned something", 1), ("respect", 1)]
        );
        world.expect_sound().await;

        let back = world.react(&kim, id, "respect", None).await;
        assert_eq!(counted(&back), [("i learned something", 1)]);
        let none = world.react(&kim, id, "respect", Some(false)).await;
        assert_eq!(counted(&none), [("i learned something", 1)]);
        world.expect_sound().await;
    });
}

#[test]
fn only_what_is_offered_and_not_to_ones_own() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let id = world.post(&ann, "First").await;

        let own = world.react(&ann, id, "respect", Some(true)).await;
        assert!(
            matches!(own, Err(StoreError::Refused(Refusal::OwnReaction))),
            "{own:?}"
        );
        let odd = world.react(&kim, id, "applause", Some(true)).await;
        assert!(
            matches!(odd, Err(StoreError::Refused(Refusal::ReactionNotTaken))),
            "{odd:?}"
        );
        // What is offered no more can still be taken back.
        assert_eq!(
            counted(&world.react(&kim, id, "applause", Some(false)).await),
            []
        );
        world.expect_sound().await;
    });
}

#[test]
fn one_address_has_one_guests_reactions_a_day() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let mut twin = world.person("Twin");
        twin.network = kim.network;
        let id = world.post(&ann, "First").await;
        world.react(&kim, id, "respect", Some(true)).await.unwrap();
        world
            .react(&kim, id, "i learned something", Some(true))
            .await
            .unwrap();

        for key in ["respect", "i learned something"] {
            let again = world.react(&twin, id, key, Some(true)).await;
            assert!(
                matches!(again, Err(StoreError::Refused(Refusal::AddressReacted))),
                "{again:?}"
            );
        }

        world.wait(std::time::Duration::from_secs(24 * 60 * 60 + 1));
        let later = world.react(&twin, id, "respect", Some(true)).await;
        assert_eq!(
            counted(&later),
            [("i learned something", 1), ("respect", 2)]
        );
        world.expect_sound().await;
    });
}

#[test]
fn a_reader_who_reacted_in_a_way_that_counts_is_half_a_vote_in_best() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let first = world.post(&ann, "First").await;
        let second = world.post(&ann, "Second").await;
        let readers = [world.person("Kim"), world.person("Mo"), world.person("Bea")];
        let liked = "Respect, I learned something";
        let (site, mut settings) = (world.site.id, world.site.settings.clone());
        settings.reactions = liked.to_owned();
        settings.liked_reactions = liked.to_owned();
        let save = move |tx: &mut Tx<'_>| sites::save_settings(tx, site, &settings);
        world.store.write(save).await.unwrap();
        let react = async |at: usize, key: &str, wish| {
            let asked = (first, key, Some(wish));
            world.react_where(liked, &readers[at], asked).await.unwrap();
        };
        world
            .vote(&readers[0], second, Some(Vote::Up))
            .await
            .unwrap();
        assert_eq!(best(&world).await, [second, first]);

        // One reader with two words is one reader: two are as much as a vote, and the newer comes first.
        react(0, "respect", true).await;
        react(0, "i learned something", true).await;
        react(1, "respect", true).await;
        assert_eq!(best(&world).await, [second, first]);
        react(2, "respect", true).await;
        assert_eq!(best(&world).await, [first, second]);
        world.expect_sound().await;
        // A vote is counted beside them.
        world
            .vote(&readers[1], second, Some(Vote::Up))
            .await
            .unwrap();
        assert_eq!(best(&world).await, [second, first]);
        world
            .vote(&readers[2], first, Some(Vote::Up))
            .await
            .unwrap();
        assert_eq!(best(&world).await, [first, second]);
        world.vote(&readers[2], first, None).await.unwrap();
        react(0, "respect", false).await;
        react(1, "respect", false).await;
        react(2, "respect", false).await;

        assert_eq!(best(&world).await, [second, first]);
        let site = world.site.id;
        let read = world.store.read(move |tx| comments::by_id(tx, site, first));
        assert_eq!(read.await.unwrap().unwrap().liked, 1);
        world.expect_sound().await;
    });
}

#[test]
fn where_none_counts_reactions_change_no_order() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let first = world.post(&ann, "First").await;
        let second = world.post(&ann, "Second").await;

        world
            .react(&kim, first, "respect", Some(true))
            .await
            .unwrap();

        assert_eq!(best(&world).await, [second, first]);
    });
}

#[test]
fn the_model_hears_reactions_that_count_of_those_alone_who_have_not_voted() {
    on_both(|world| async move {
        let (ann, kim, mo) = (world.person("Ann"), world.person("Kim"), world.person("Mo"));
        let first = world.post(&ann, "First").await;
        let second = world.post(&ann, "Second").await;
        for (reader, comment, key) in [
            (&kim, first, "respect"),
            (&kim, first, "i learned something"),
            (&kim, second, "i learned something"),
            (&mo, first, "respect"),
            (&mo, second, "respect"),
        ] {
            world.react(reader, comment, key, Some(true)).await.unwrap();
        }
        world.vote(&mo, first, Some(Vote::Down)).await.unwrap();
        let site = world.site.id;
        let heard = async |keys: &[&str], limit| {
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            let mut heard = Vec::new();
            let mut after = (CommentId(-1), AuthorId(-1));
            loop {
                let keys = keys.clone();
                let read = world.store.read(move |tx| {
                    let since = rejoinder_core::Time::from_micros(0);
                    fitting::liked(tx, site, (since, &keys[..]), after, limit)
                });
                let (casts, last) = read.await.unwrap();
                heard.extend(casts.iter().map(|cast| cast.comment));
                match last {
                    Some(last) => after = last,
                    None => return heard,
                }
            }
        };

        for limit in [3, 100] {
            assert_eq!(heard(&["respect"], limit).await, [first, second], "{limit}");
            let both = ["respect", "i learned something"];
            assert_eq!(
                heard(&both, limit).await,
                [first, second, second],
                "{limit}"
            );
        }
        assert_eq!(heard(&[], 100).await, []);
    });
}
