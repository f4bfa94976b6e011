//! The same operations, drawn by chance, come to the same on both databases.

use std::time::Duration;

use rejoinder_core::discussion::thread::ThreadQuery;
use rejoinder_core::{CommentId, Filter, FixedRandom, Sort, Vote};
use rejoinder_store::{Result, StoreError};

use crate::support::{Person, World, first_page, key, on_each};

const OPERATIONS: usize = 400;

/// What people do to one page, as a seed has it. Keeps what every operation answered.
struct Crowd {
    world: World,
    chance: FixedRandom,
    people: Vec<Person>,
    /// With the author's place among the people.
    comments: Vec<(CommentId, usize)>,
    answers: Vec<String>,
}

impl Crowd {
    async fn new(world: World, seed: u64) -> Self {
        let mut people = vec![world.moderator("Moderator").await];
        people.extend((1..8).map(|n| world.person(&format!("Person {n}"))));
        // Two of them share an address.
        people[2].network = people[1].network;
        Self {
            world,
            chance: FixedRandom::seeded(seed),
            people,
            comments: Vec::new(),
            answers: Vec::new(),
        }
    }

    fn one_of(&self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap();
        usize::try_from(self.chance.below(n)).unwrap()
    }

    async fn operate(&mut self) {
        let person = self.one_of(self.people.len());
        let Some((comment, author)) = self.some_comment() else {
            return self.post(person, None).await;
        };
        // Half of the time someone who may, else anyone.
        let entitled = [author, 0, person, person][self.one_of(4)];
        match self.one_of(20) {
            0..=2 => self.post(person, None).await,
            3..=8 => self.post(person, Some(comment)).await,
            9..=12 => {
                let vote = [Some(Vote::Up), Some(Vote::Down), None][self.one_of(3)];
                let tally = self.world.vote(&self.people[person], comment, vote).await;
                self.answer("vote", tally);
            }
            13..=14 => {
                let text = format!("edit {}", self.one_of(3));
                let person = &self.people[entitled];
                let edited = self.world.edit(person, comment, &text).await;
                self.answer("edit", edited.map(|it| (it.text, it.revision)));
            }
            15..=18 => {
                let removed = self.world.remove(&self.people[entitled], comment).await;
                self.answer("remove", removed.map(|it| it.comment.n_replies));
            }
            _ => self.world.wait(Duration::from_secs(60 * 60)),
        }
    }

    /// Mostly a late one, so that branches grow deep.
    fn some_comment(&self) -> Option<(CommentId, usize)> {
        let n = self.comments.len();
        if n == 0 {
            return None;
        }
        let back = if self.one_of(3) > 0 { n.min(6) } else { n };
        Some(self.comments[n - 1 - self.one_of(back)])
    }

    async fn post(&mut self, person: usize, parent: Option<CommentId>) {
        let text = format!("text {}", self.answers.len());
        let mut draft = self.world.draft(&self.people[person], parent, &text).await;
        if self.one_of(4) == 0 {
            draft.idempotency = key(&format!("key {}", self.one_of(10)), self.one_of(2) as u8);
        }
        let posted = self.world.send(draft).await;
        if let Ok(posted) = &posted
            && !posted.is_replay
        {
            self.comments.push((posted.comment.id, person));
        }
        self.answer(
            "post",
            posted.map(|it| {
                (
                    it.comment.id,
                    it.comment.depth,
                    it.page.version,
                    it.is_replay,
                )
            }),
        );
    }

    fn answer<T: std::fmt::Debug>(&mut self, what: &str, answer: Result<T>) {
        match answer {
            Ok(_) | Err(StoreError::Refused(_)) => {
                self.answers.push(format!("{what}: {answer:?}"));
            }
            Err(error) => panic!("{what}: {error}"),
        }
    }

    /// Every page of the thread in every sort, and every branch.
    async fn read(&mut self) {
        for sort in Sort::ALL {
            let mut query = ThreadQuery {
                limit: 5,
                ..first_page(sort)
            };
            loop {
                self.answers.extend(self.world.lines(query).await);
                query.after = self.world.thread(query).await.next;
                if query.after.is_none() {
                    break;
                }
            }
        }
        let staff = ThreadQuery {
            filter: Some(Filter::Staff),
            ..first_page(Sort::Best)
        };
        self.answers.extend(self.world.lines(staff).await);
        for (id, _) in self.comments.clone() {
            let branch = ThreadQuery {
                root: Some(id),
                ..first_page(Sort::Oldest)
            };
            self.answers.extend(self.world.lines(branch).await);
        }
    }
}

#[test]
fn the_same_operations_come_to_the_same_on_both_databases() {
    for seed in 0..testing::rounds(1, 20) {
        let [sqlite, postgres] = on_each(|world| async move {
            let mut crowd = Crowd::new(world, seed as u64).await;
            for _ in 0..OPERATIONS {
                crowd.operate().await;
            }
            crowd.world.expect_sound().await;
            crowd.read().await;
            (crowd.answers, crowd.world.dump().await)
        });

        let kinds = sqlite.0.iter().filter_map(|answer| answer.split_once(": "));
        let (done, refused): (Vec<_>, Vec<_>) = kinds.partition(|(_, it)| it.starts_with("Ok"));
        assert!(done.len() > 200 && refused.len() > 20, "seed {seed}");
        assert_same(&sqlite.0, &postgres.0, seed);
        assert_same(&sqlite.1, &postgres.1, seed);
    }
}

fn assert_same(sqlite: &[String], postgres: &[String], seed: usize) {
    for (one, other) in sqlite.iter().zip(postgres) {
        assert_eq!(one, other, "seed {seed}");
    }
    assert_eq!(sqlite.len(), postgres.len(), "seed {seed}");
}
