//! How long the fit of "Agreed across divides" takes, and in how much memory: 1,000,000 votes of 20,000
//! accounts on 40,000 comments.
//!
//! `cargo run --release -p rejoinder-core --example agreement`

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rejoinder_core::discussion::agreement::{Ballot, Ballots, SidesOutcome, Voter};
use rejoinder_core::{AuthorId, CommentId, FixedRandom, PageId, Time, Vote};

const N_VOTES: usize = 1_000_000;
const N_ACCOUNTS: i64 = 20_000;
const N_COMMENTS: i64 = 40_000;
const NOW: Time = Time::from_micros(1_700_000_000_000_000);

/// A vote of somebody of two camps, seven to three, on a comment that leans to either or to none.
fn vote(random: &FixedRandom) -> Ballot {
    let below = |bound: i64| i64::try_from(random.below(bound.unsigned_abs())).unwrap_or(0);
    let (reader, comment) = (below(N_ACCOUNTS), below(N_COMMENTS));
    let is_first_camp = reader % 10 < 7;
    let likely = match (comment % 3, is_first_camp) {
        (0, _) => 50 + comment % 40,
        (1, true) | (2, false) => 85,
        _ => 20,
    };
    let is_for = below(100) < likely;
    Ballot {
        comment: CommentId(comment),
        page: PageId(comment / 20),
        author: AuthorId(-1),
        voter: Voter {
            id: AuthorId(reader),
            account_since: Some(NOW.before(Duration::from_secs(30 * 86_400))),
        },
        vote: if is_for { Vote::Up } else { Vote::Down },
        at: NOW.before(Duration::from_secs(2 * 86_400)),
    }
}

/// The most memory that this process had, in KiB.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or(" unknown").trim().to_owned()
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn main() {
    let random = FixedRandom::seeded(15);
    let mut ballots = Ballots::new(NOW, HashSet::new());
    let gathering = Instant::now();
    for _ in 0..N_VOTES {
        ballots.add(&vote(&random));
    }
    let gathered = gathering.elapsed();
    let fitting = Instant::now();
    let outcome = ballots.sides();
    let fitted = fitting.elapsed();
    let SidesOutcome::Found(sides) = outcome else {
        println!("no sides were found");
        return;
    };
    // Of two from one camp both are on one side.
    let first = sides
        .iter()
        .find(|(id, _)| id.0 % 10 < 7)
        .map(|(_, side)| *side);
    let as_camps = sides
        .iter()
        .filter(|(id, side)| (id.0 % 10 < 7) == (Some(*side) == first));
    println!(
        "gathered in {gathered:.2?}, fitted in {fitted:.2?}, at most {}",
        peak()
    );
    println!(
        "{} of {N_ACCOUNTS} accounts placed, {} as their camps",
        sides.len(),
        as_camps.count()
    );
}
