//! Proofs of work: that each counts once, whoever comes with it.

use std::time::Duration;

use rejoinder_core::identity::proof_of_work::{Challenge, ChallengeKey, LIFETIME, Solution};
use rejoinder_core::moderation::ProofOfWorkResult;
use rejoinder_core::{FixedRandom, Refusal};
use rejoinder_store::StoreError;
use rejoinder_store::identity::work;

use crate::support::{World, on_both};

/// A solution by trying, as browsers find it.
fn solve(key: &ChallengeKey, challenge: &Challenge, world: &World) -> Solution {
    let now = rejoinder_core::Clock::now(&world.clock);
    let solutions = (0..challenge.maxnumber).map(|number| {
        let solution = serde_json::json!({
            "algorithm": challenge.algorithm, "challenge": challenge.challenge, "number": number,
            "salt": challenge.salt, "signature": challenge.signature,
        });
        serde_json::from_value::<Solution>(solution).unwrap()
    });
    let mut right = solutions.filter(|solution| key.solved(solution, now).is_some());
    right.next().unwrap()
}

impl World {
    async fn work_key(&self, seed: u8) -> ChallengeKey {
        let (site, new) = (self.site.id, ChallengeKey([seed; 32]));
        let add = self.store.write(move |tx| work::add_key(tx, site, &new));
        add.await.unwrap()
    }

    async fn solution(&self, seed: u64) -> Solution {
        let key = self.work_key(1).await;
        let now = rejoinder_core::Clock::now(&self.clock);
        solve(&key, &key.challenge(&FixedRandom::seeded(seed), now), self)
    }

    /// Post as someone new, with `solution`; why it was refused, if it was.
    async fn work_with(&self, name: &str, solution: Option<&Solution>) -> Option<Refusal> {
        let mut draft = self.draft(&self.person(name), None, name).await;
        draft.work = ProofOfWorkResult::Missing;
        draft.solution = solution.cloned();
        match self.send(draft).await {
            Ok(_) => None,
            Err(StoreError::Refused(refusal)) => Some(refusal),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_site_keeps_the_first_key_that_it_is_given() {
    on_both(|world| async move {
        let site = world.site.id;
        let read = world.store.read(move |tx| work::key(tx, site));
        assert!(read.await.unwrap().is_none());

        let first = world.work_key(1).await;
        let second = world.work_key(2).await;

        assert!(first == ChallengeKey([1; 32]) && second == first);
    });
}

#[test]
fn of_those_who_come_with_the_same_solution_at_once_one_passes() {
    on_both(|world| async move {
        let solution = world.solution(1).await;
        let come = |name| world.work_with(name, Some(&solution));

        let refused: [Option<Refusal>; 4] =
            tokio::join!(come("Ann"), come("Bob"), come("Cy"), come("Dee")).into();

        let n_passed = refused.iter().filter(|refusal| refusal.is_none()).count();
        assert_eq!(n_passed, 1, "{refused:?}");
        let others = refused.iter().flatten();
        assert!(
            others
                .clone()
                .all(|refusal| *refusal == Refusal::WorkNeeded)
        );
    });
}

#[test]
fn a_solution_that_is_forgotten_has_expired() {
    on_both(|world| async move {
        let (old, new) = (world.solution(1).await, world.solution(2).await);
        assert_eq!(world.work_with("Ann", Some(&old)).await, None);
        world.wait(LIFETIME - Duration::from_secs(1));
        assert_eq!(world.work_with("Bob", Some(&new)).await, None);
        world.wait(Duration::from_secs(2));
        let later = world.solution(3).await;
        assert_eq!(world.work_with("Cy", Some(&later)).await, None);

        let again = world.work_with("Dee", Some(&old)).await;

        assert_eq!(again, Some(Refusal::WorkNeeded));
        let none = world.work_with("Eve", None).await;
        assert_eq!(none, Some(Refusal::WorkNeeded));
    });
}
