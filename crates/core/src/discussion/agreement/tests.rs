//! The model against a vector that was computed elsewhere, and against a society whose likings are known.

use std::collections::HashSet;
use std::time::Duration;

use super::model::{self, Factors, Model, Ratings};
use super::sides::{NoSidesReason, Side, SidesOutcome};
use super::{Ballot, Ballots, SideTallies, Voter};
use crate::chance::FixedRandom;
use crate::discussion::ranking::wilson_lower_bound;
use crate::discussion::vote::{Vote, VoteTally};
use crate::ids::{AuthorId, CommentId, PageId};
use crate::time::Time;

const NOW: Time = Time::from_micros(1_700_000_000_000_000);

/// How six raters rated six comments: 1 for, 0 against.
const RATINGS: [&str; 6] = ["111111", "111000", "000111", "000000", "110110", "111---"];

/// The ratings, with raters in the order of `raters`.
fn vector(raters: &[u32; 6]) -> Vec<(u32, u32, f32)> {
    let rows = (0..).zip(RATINGS);
    let rated = rows.flat_map(|(comment, row)| {
        let marks = row.chars().zip(raters);
        let rated = marks.filter_map(move |(mark, rater)| {
            let value = mark.to_digit(2)?;
            Some((*rater, comment, if value == 1 { 1.0 } else { 0.0 }))
        });
        rated.collect::<Vec<_>>()
    });
    rated.collect()
}

fn fitted(raters: &[u32; 6]) -> Model {
    let rated = vector(raters);
    let mut model = model::fit(&Ratings::new(6, 6, rated.into_iter()));
    let first = raters[0] as usize;
    let is_turned = model.accounts.lean[first] < 0.0;
    model.accounts.lean = Factors::turned(model.accounts.lean, first);
    if is_turned {
        for lean in &mut model.comments.lean {
            *lean = -*lean;
        }
    }
    model
}

#[track_caller]
fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
    }
}

#[test]
fn the_model_is_the_known_one() {
    let model = fitted(&[0, 1, 2, 3, 4, 5]);
    close(&[model.mean, model.loss], &[0.1727, 0.078_378]);
    let own = [0.5760, 0.1032, 0.1705, -0.3024, 0.2843, 0.2048];
    close(&model.comments.own, &own);
    let lean = [-0.0151, 0.8128, -0.8599, -0.0320, -0.0464, 0.6341];
    close(&model.comments.lean, &lean);
    let own = [0.2411, 0.2411, 0.0901, 0.2118, 0.2118, 0.0405];
    close(&model.accounts.own, &own);
    let lean = [0.5716, 0.5716, 0.6329, -0.5052, -0.5052, -0.4910];
    close(&model.accounts.lean, &lean);
}

#[test]
fn it_is_not_the_model_in_its_sum_form() {
    let model = fitted(&[0, 1, 2, 3, 4, 5]);
    assert!((model.mean - 0.4104).abs() > 0.1);
    let sum_form = [0.5093, -0.0006, 0.0436, -0.4662, 0.1848, 0.1396];
    for (own, other) in model.comments.own.iter().zip(sum_form) {
        assert!((own - other).abs() > 0.01);
    }
}

#[test]
fn only_what_both_liked_is_liked_by_itself() {
    let Model { comments, .. } = fitted(&[0, 1, 2, 3, 4, 5]);
    let is_liked = |at: &usize| comments.own[*at] >= 0.40 && comments.lean[*at].abs() < 0.50;
    assert_eq!((0..6).filter(is_liked).collect::<Vec<_>>(), [0]);
    assert!(comments.lean[1].abs() > 0.5 && comments.lean[2].abs() > 0.5);
    // Three likes of one side are less than four of both with two dislikes.
    assert!(comments.own[5] < comments.own[4]);
}

#[test]
fn the_product_of_both_sides_puts_them_in_order() {
    let model = fitted(&[0, 1, 2, 3, 4, 5]);
    let side = |rater: u32| match model.accounts.lean[rater as usize] {
        lean if lean < 0.0 => Side::A,
        _ => Side::B,
    };
    let mut divided = [SideTallies::default(); 6];
    for (rater, comment, value) in vector(&[0, 1, 2, 3, 4, 5]) {
        let vote = if value > 0.5 { Vote::Up } else { Vote::Down };
        let own = &mut divided[comment as usize];
        *own = own.changed(side(rater), None, Some(vote));
    }

    let scores = divided.map(SideTallies::score);
    close(&scores, &[0.64, 0.16, 0.16, 0.04, 0.36, 0.40]);
    let ranks = divided.map(|own| own.agreement(false).rank);
    assert!(ranks[0] > ranks[4] && ranks[4] > ranks[1] && ranks[1] > ranks[3]);
    assert_eq!(ranks[1], ranks[2]);
    assert_eq!(ranks[5], None);
}

#[test]
fn the_order_of_accounts_does_not_matter() {
    let usual = fitted(&[0, 1, 2, 3, 4, 5]);
    for order in [[5, 4, 3, 2, 1, 0], [3, 0, 4, 1, 5, 2], [1, 0, 2, 5, 3, 4]] {
        let other = fitted(&order);
        let leans = order.map(|at| other.accounts.lean[at as usize]);
        close(&leans, &usual.accounts.lean);
        close(&other.comments.own, &usual.comments.own);
    }
}

/// Readers of two camps, 70 to 30, and comments that each camp likes by a probability of its own; readers
/// meet more of what their own camp writes.
struct Society {
    camps: Vec<Side>,
    /// How likely a reader of either camp likes a comment.
    liked: Vec<(f64, f64)>,
    votes: Vec<(usize, usize, Vote)>,
}

fn chance(random: &FixedRandom) -> f64 {
    f64::from(u32::try_from(random.below(1 << 30)).unwrap()) / f64::from(1 << 30)
}

/// About normal.
fn spread(random: &FixedRandom) -> f64 {
    (0..12).map(|_| chance(random)).sum::<f64>() - 6.0
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn society(seed: u64) -> Society {
    let random = FixedRandom::seeded(seed);
    let camps: Vec<Side> = (0..400)
        .map(|at| if at % 10 < 7 { Side::A } else { Side::B })
        .collect();
    let comments: Vec<(f64, f64)> = (0..300)
        .map(|_| (spread(&random), spread(&random)))
        .collect();
    let liked: Vec<(f64, f64)> = comments
        .iter()
        .map(|(quality, lean)| {
            (
                logistic(quality + 2.0 * lean),
                logistic(quality - 2.0 * lean),
            )
        })
        .collect();
    let mut votes = Vec::new();
    for (reader, camp) in camps.iter().enumerate() {
        for (comment, (_, lean)) in comments.iter().enumerate() {
            let (toward, likes) = match camp {
                Side::A => (*lean, liked[comment].0),
                Side::B => (-*lean, liked[comment].1),
            };
            if chance(&random) < 0.17 * logistic(0.7 * toward) {
                let is_for = chance(&random) < likes;
                votes.push((reader, comment, if is_for { Vote::Up } else { Vote::Down }));
            }
        }
    }
    Society {
        camps,
        liked,
        votes,
    }
}

/// Their votes as a site has them: on 30 pages, by accounts that are old enough.
fn ballots(society: &Society, order: impl Fn(usize) -> usize) -> Ballots {
    let mut ballots = Ballots::new(NOW, HashSet::new());
    for (reader, comment, vote) in &society.votes {
        ballots.add(&cast(order(*reader), *comment, *vote));
    }
    ballots
}

fn cast(reader: usize, comment: usize, vote: Vote) -> Ballot {
    let id = |n: usize| i64::try_from(n).unwrap();
    Ballot {
        comment: CommentId(id(comment) + 1),
        page: PageId(id(comment % 30) + 1),
        author: AuthorId(1),
        voter: Voter {
            id: AuthorId(id(reader) + 2),
            account_since: Some(NOW.before(Duration::from_secs(30 * 86_400))),
        },
        vote,
        at: NOW.before(Duration::from_secs(3 * 86_400)),
    }
}

/// The place of each value among all, ties in the middle.
fn places(values: &[f64]) -> Vec<f64> {
    let place = |own: &f64| {
        let below = values.iter().filter(|other| *other < own).count();
        let same = values
            .iter()
            .filter(|other| (*other - own).abs() < 1e-12)
            .count();
        f64::from(u32::try_from(2 * below + same).unwrap()) / 2.0
    };
    values.iter().map(place).collect()
}

/// Spearman's rank correlation.
fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let (one, other) = (places(one), places(other));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_one, mean_other) = (mean(&one), mean(&other));
    let pairs = || {
        one.iter()
            .map(|x| x - mean_one)
            .zip(other.iter().map(|y| y - mean_other))
    };
    let both: f64 = pairs().map(|(x, y)| x * y).sum();
    let (x, y) = pairs().fold((0.0, 0.0), |(xx, yy), (x, y)| (xx + x * x, yy + y * y));
    both / (x * y).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
#[test]
fn in_a_known_society_it_finds_what_both_camps_like_better_than_any_other_order() {
    for seed in [1, 2, 3] {
        let society = society(seed);
        let SidesOutcome::Found(sides) = ballots(&society, |reader| reader).sides() else {
            panic!("there are sides");
        };
        let mut camp = vec![None; society.camps.len()];
        for (id, side) in &sides {
            camp[usize::try_from(id.0).unwrap() - 2] = Some(*side);
        }
        let is_as_found = |(found, own): &(&Option<Side>, &Side)| **found == Some(**own);
        let as_found = camp.iter().zip(&society.camps).filter(is_as_found).count();
        // Which camp is called what is chance.
        let right = as_found.max(sides.len() - as_found);
        assert!(right * 100 >= society.camps.len() * 95, "{right} of 400");

        let mut tallies = vec![VoteTally::default(); society.liked.len()];
        let mut divided = vec![SideTallies::default(); society.liked.len()];
        for (reader, comment, vote) in &society.votes {
            tallies[*comment] = tallies[*comment].changed(None, Some(*vote));
            if let Some(side) = camp[*reader] {
                divided[*comment] = divided[*comment].changed(side, None, Some(*vote));
            }
        }
        let appeal: Vec<f64> = society.liked.iter().map(|(a, b)| a * b).collect();
        let rated = society.votes.iter().map(|(reader, comment, vote)| {
            let value = if *vote == Vote::Up { 1.0 } else { 0.0 };
            (
                u32::try_from(*reader).unwrap(),
                u32::try_from(*comment).unwrap(),
                value,
            )
        });
        let model = model::fit(&Ratings::new(400, 300, rated));

        let of = |values: Vec<f64>| correlation(&values, &appeal);
        let score = |tally: &VoteTally| tally.score() as f64;
        let share = |tally: &VoteTally| tally.up as f64 / (tally.up + tally.down).max(1) as f64;
        let wilson = |tally: &VoteTally| wilson_lower_bound(*tally) as f64;
        let others = [
            ("net votes", of(tallies.iter().map(score).collect())),
            ("share", of(tallies.iter().map(share).collect())),
            ("Wilson", of(tallies.iter().map(wilson).collect())),
            ("intercept", of(model.comments.own.clone())),
        ];
        let product = of(divided.iter().map(|own| own.score()).collect());
        for (name, other) in others {
            assert!(
                product > other + 0.05,
                "{seed}: {product:.3}, {name} {other:.3}"
            );
        }
    }
}

#[test]
fn whoever_comes_first_changes_nobodys_side() {
    let society = society(4);
    let sides = |order: &dyn Fn(usize) -> usize| {
        let ballots = ballots(&society, order);
        let SidesOutcome::Found(sides) = ballots.sides() else {
            panic!("there are sides");
        };
        sides
    };
    let usual = sides(&|reader| reader);
    let turned = sides(&|reader| 399 - reader);
    let side_of = |sides: &[(AuthorId, Side)], reader: usize| {
        let id = AuthorId(i64::try_from(reader).unwrap() + 2);
        sides
            .iter()
            .find(|(own, _)| *own == id)
            .map(|(_, side)| *side)
    };
    let mut scores = vec![(SideTallies::default(), SideTallies::default()); 300];
    for (reader, comment, vote) in &society.votes {
        let (one, other) = &mut scores[*comment];
        if let Some(side) = side_of(&usual, *reader) {
            *one = one.changed(side, None, Some(*vote));
        }
        if let Some(side) = side_of(&turned, 399 - *reader) {
            *other = other.changed(side, None, Some(*vote));
        }
    }
    for (one, other) in scores {
        assert!((one.score() - other.score()).abs() < 1e-6);
    }
}

/// Twice twenty readers who vote against each other on six pages, two comments on each.
fn two_camps() -> Vec<Ballot> {
    let mut votes = Vec::new();
    for reader in 0..40 {
        for comment in 0..12 {
            let is_for = (reader < 20) == (comment % 2 == 0);
            let mut vote = cast(reader, comment, if is_for { Vote::Up } else { Vote::Down });
            vote.page = PageId(vote.comment.0 / 2);
            votes.push(vote);
        }
    }
    votes
}

fn outcome(votes: &[Ballot], banned: &[i64]) -> SidesOutcome {
    let mut ballots = Ballots::new(NOW, banned.iter().map(|id| AuthorId(*id)).collect());
    for vote in votes {
        ballots.add(vote);
    }
    ballots.sides()
}

#[test]
fn votes_that_do_not_count_are_left_out() {
    let few = SidesOutcome::None(NoSidesReason::TooFewReaders);
    let with = |change: &dyn Fn(&mut Ballot)| {
        let mut votes = two_camps();
        votes.iter_mut().for_each(change);
        outcome(&votes, &[])
    };
    let SidesOutcome::Found(sides) = with(&|_| ()) else {
        panic!("there are sides");
    };
    assert_eq!(sides.len(), 40);
    let first = |vote: &Ballot| vote.voter.id == AuthorId(2);
    assert_eq!(
        with(&|vote| {
            if first(vote) {
                vote.voter.account_since = None;
            }
        }),
        few,
        "guests"
    );
    assert_eq!(
        with(&|vote| {
            if first(vote) {
                vote.voter.account_since = Some(NOW.before(Duration::from_secs(6 * 86_400)));
            }
        }),
        few,
        "new accounts"
    );
    assert_eq!(
        with(&|vote| {
            if first(vote) && vote.comment.0 < 4 {
                vote.author = vote.voter.id;
            }
        }),
        few,
        "own comments, so that too few votes are left"
    );
    assert_eq!(
        with(&|vote| {
            if first(vote) {
                vote.page = PageId(vote.page.0 % 4);
            }
        }),
        few,
        "on four pages"
    );
    assert_eq!(outcome(&two_camps(), &[2]), few, "banned");
}

#[test]
fn a_reaction_that_counts_says_something_of_whoever_votes_and_makes_up_for_no_vote() {
    let few = SidesOutcome::None(NoSidesReason::TooFewReaders);
    let without_some = |add: fn(&mut Ballots, &Ballot)| {
        let mut ballots = Ballots::new(NOW, HashSet::new());
        for vote in two_camps() {
            // Of the first reader three votes are missing; nine are too few.
            match vote.voter.id == AuthorId(2) && vote.comment.0 < 4 {
                true => add(&mut ballots, &vote),
                false => ballots.add(&vote),
            }
        }
        ballots.sides()
    };
    assert_eq!(without_some(Ballots::add_liked), few);
    assert!(matches!(without_some(Ballots::add), SidesOutcome::Found(_)));

    // Whoever has votes enough is heard by reactions, too: each of a camp likes what the other writes.
    let sides = |n_liked: i64| {
        let mut ballots = Ballots::new(NOW, HashSet::new());
        for vote in two_camps() {
            ballots.add(&vote);
        }
        for reader in 0..40 {
            for comment in 0..n_liked {
                let own = usize::try_from(comment).unwrap();
                let mut liked = cast(reader, 20 + own, Vote::Up);
                liked.page = PageId(9);
                ballots.add_liked(&liked);
            }
        }
        match ballots.sides() {
            SidesOutcome::Found(sides) => sides.len(),
            SidesOutcome::None(why) => panic!("{why:?}"),
        }
    };
    // A comment that has reactions alone is none to the model.
    assert_eq!((sides(0), sides(3)), (40, 40));
}

#[test]
fn where_there_are_no_votes_there_are_no_sides() {
    assert_eq!(
        outcome(&[], &[]),
        SidesOutcome::None(NoSidesReason::TooFewReaders)
    );
    let mut alike = two_camps();
    for vote in &mut alike {
        vote.vote = Vote::Up;
    }
    assert_eq!(
        outcome(&alike, &[]),
        SidesOutcome::None(NoSidesReason::TooAlike)
    );
}

#[test]
fn sides_are_counted_where_somebody_has_one() {
    let mut ballots = Ballots::new(NOW, HashSet::new());
    for vote in two_camps() {
        ballots.add(&vote);
    }
    let mut other = cast(99, 50, Vote::Up);
    other.page = PageId(3);
    ballots.add(&other);
    let SidesOutcome::Found(sides) = ballots.sides() else {
        panic!("there are sides");
    };
    let counted = ballots.counted(&sides);
    assert_eq!(counted.len(), 12);
    assert_eq!(counted[0], (PageId(0), CommentId(1)));
}
