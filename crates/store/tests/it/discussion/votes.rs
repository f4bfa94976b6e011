//! Votes and their counts.

use rejoinder_core::{Refusal, Vote, VoteTally};
use rejoinder_store::StoreError;

use crate::support::on_both;

#[test]
fn a_vote_is_cast_changed_and_taken_back() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let id = world.post(&ann, "First").await;

        let up = VoteTally { up: 1, down: 0 };
        assert_eq!(world.vote(&kim, id, Some(Vote::Up)).await.unwrap(), up);
        assert_eq!(world.vote(&kim, id, Some(Vote::Up)).await.unwrap(), up);
        let down = VoteTally { up: 0, down: 1 };
        assert_eq!(world.vote(&kim, id, Some(Vote::Down)).await.unwrap(), down);
        assert_eq!(
            world.vote(&kim, id, None).await.unwrap(),
            VoteTally::default()
        );
        assert_eq!(
            world.vote(&kim, id, None).await.unwrap(),
            VoteTally::default()
        );
        assert_eq!(world.heard.lock().unwrap().len(), 4);
        world.expect_sound().await;
    });
}

#[test]
fn nobody_votes_on_their_own_comment() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let id = world.post(&ann, "First").await;
        let own = world.vote(&ann, id, Some(Vote::Up)).await;
        assert!(
            matches!(own, Err(StoreError::Refused(Refusal::OwnComment))),
            "{own:?}"
        );
    });
}

#[test]
fn one_address_has_one_guests_vote_a_day() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let mut twin = world.person("Twin");
        twin.network = kim.network;
        let id = world.post(&ann, "First").await;
        world.vote(&kim, id, Some(Vote::Up)).await.unwrap();

        let again = world.vote(&twin, id, Some(Vote::Up)).await;
        assert!(
            matches!(again, Err(StoreError::Refused(Refusal::AddressVoted))),
            "{again:?}"
        );

        world.wait(std::time::Duration::from_secs(24 * 60 * 60 + 1));
        assert_eq!(world.vote(&twin, id, Some(Vote::Up)).await.unwrap().up, 2);
        world.expect_sound().await;
    });
}
