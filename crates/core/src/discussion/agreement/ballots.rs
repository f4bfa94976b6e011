//! Which votes the model sees, and whose.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::discussion::agreement::alarm::NightVotes;
use crate::discussion::agreement::model::{self, Factors, Ratings};
use crate::discussion::agreement::sides::{self, Side, Sides, SidesOutcome};
use crate::discussion::vote::Vote;
use crate::ids::{AuthorId, CommentId, PageId};
use crate::time::Time;

/// How far back votes are looked at.
pub const WINDOW: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// How old an account must be: whoever makes many for a day is left out.
const MIN_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// So many votes say enough of an account,
const MIN_VOTES: u32 = 10;

/// on so many pages.
const MIN_PAGES: usize = 5;

/// So many votes say enough of a comment.
const MIN_VOTES_ON_COMMENT: u32 = 5;

/// Who voted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voter {
    /// Names them.
    pub id: AuthorId,
    /// Since when they have an account; `None` for a guest.
    pub account_since: Option<Time>,
}

/// One vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ballot {
    /// On which comment.
    pub comment: CommentId,
    /// On which page that stands.
    pub page: PageId,
    /// Who wrote it.
    pub author: AuthorId,
    /// The account or guest that cast it.
    pub voter: Voter,
    /// Whether for it or against it.
    pub vote: Vote,
    /// When it was cast.
    pub at: Time,
}

/// An account that has voted.
struct VotingAccount {
    id: AuthorId,
    since: Time,
    n_votes: u32,
    /// The first pages on which it did.
    pages: Vec<PageId>,
}

impl VotingAccount {
    fn counts(&self) -> bool {
        self.n_votes >= MIN_VOTES && self.pages.len() >= MIN_PAGES
    }
}

/// The votes of a site, gathered one by one in whatever order.
pub struct Ballots {
    now: Time,
    banned: HashSet<AuthorId>,
    accounts: Vec<VotingAccount>,
    places: HashMap<AuthorId, u32>,
    comments: Vec<(PageId, CommentId, u32)>,
    comment_places: HashMap<CommentId, u32>,
    /// Of an account, on a comment: what it is to the model.
    cast: Vec<(u32, u32, f32)>,
    night: NightVotes,
}

impl Ballots {
    /// None yet. What `banned` say is not heard.
    pub fn new(now: Time, banned: HashSet<AuthorId>) -> Self {
        Self {
            now,
            banned,
            accounts: Vec::new(),
            places: HashMap::new(),
            comments: Vec::new(),
            comment_places: HashMap::new(),
            cast: Vec::new(),
            night: NightVotes::default(),
        }
    }

    /// Take a vote, if it counts: of accounts that are old enough, and of nobody on their own comments.
    pub fn add(&mut self, cast: &Ballot) {
        self.night.count(self.now, cast.page, cast.at);
        let Some((voter, comment)) = self.heard(cast) else {
            return;
        };
        let account = &mut self.accounts[voter as usize];
        account.n_votes += 1;
        if account.pages.len() < MIN_PAGES && !account.pages.contains(&cast.page) {
            account.pages.push(cast.page);
        }
        self.comments[comment as usize].2 += 1;
        self.cast.push((voter, comment, rating(cast.vote)));
    }

    /// Take that somebody who has not voted on a comment gave it a reaction that counts for it. It says
    /// something of those who vote enough, and makes up for no vote.
    pub fn add_liked(&mut self, cast: &Ballot) {
        if let Some((voter, comment)) = self.heard(cast) {
            self.cast.push((voter, comment, LIKED));
        }
    }

    /// The places of who voted and of the comment, if that counts.
    fn heard(&mut self, cast: &Ballot) -> Option<(u32, u32)> {
        let old_enough = self.now.before(MIN_AGE);
        let since = cast
            .voter
            .account_since
            .filter(|since| *since <= old_enough);
        let is_heard = cast.voter.id != cast.author && !self.banned.contains(&cast.voter.id);
        let since = since.filter(|_| is_heard)?;
        let voter = self.account(cast.voter.id, since);
        Some((voter, self.comment(cast.page, cast.comment)))
    }

    fn account(&mut self, id: AuthorId, since: Time) -> u32 {
        *self.places.entry(id).or_insert_with(|| {
            self.accounts.push(VotingAccount {
                id,
                since,
                n_votes: 0,
                pages: Vec::new(),
            });
            place(self.accounts.len())
        })
    }

    fn comment(&mut self, page: PageId, id: CommentId) -> u32 {
        *self.comment_places.entry(id).or_insert_with(|| {
            self.comments.push((page, id, 0));
            place(self.comments.len())
        })
    }

    /// The votes of the last night.
    pub const fn night(&self) -> &NightVotes {
        &self.night
    }

    /// Find the sides that the accounts stand on.
    pub fn sides(&self) -> SidesOutcome {
        let kept = self.kept();
        let factors = model::fit(&kept.ratings).accounts;
        let first = kept.accounts.iter().enumerate();
        let oldest = first
            .min_by_key(|(_, at)| (self.accounts[**at].since, self.accounts[**at].id))
            .map_or(0, |(place, _)| place);
        let factors = Factors::turned(factors.lean, oldest);
        let ids = kept.accounts.iter().map(|at| self.accounts[*at].id);
        sides::find_sides(ids.zip(factors))
    }

    /// The comments on which somebody with a side voted, and their pages: those in which sides
    /// can be counted.
    pub fn counted(&self, sides: &Sides) -> Vec<(PageId, CommentId)> {
        let sided: HashSet<AuthorId> = sides.iter().map(|(id, _): &(AuthorId, Side)| *id).collect();
        let mut is_counted = vec![false; self.comments.len()];
        for (account, comment, _) in &self.cast {
            let id = self.accounts[*account as usize].id;
            is_counted[*comment as usize] |= sided.contains(&id);
        }
        let comments = self.comments.iter().zip(is_counted);
        let counted = comments.filter(|(_, is_counted)| *is_counted);
        let mut counted: Vec<_> = counted.map(|((page, id, _), _)| (*page, *id)).collect();
        counted.sort_unstable_by_key(|(page, id)| (page.0, id.0));
        counted
    }

    /// What is left when accounts and comments of which too little is known are left out, once.
    fn kept(&self) -> FilteredRatings {
        let (accounts, account_places) = renumbered(&self.accounts, VotingAccount::counts);
        let enough = |comment: &(PageId, CommentId, u32)| comment.2 >= MIN_VOTES_ON_COMMENT;
        let (comments, comment_places) = renumbered(&self.comments, enough);
        let rated = self.cast.iter().filter_map(|(account, comment, rating)| {
            let account = account_places[*account as usize]?;
            let comment = comment_places[*comment as usize]?;
            Some((account, comment, *rating))
        });
        let ratings = Ratings::new(accounts.len(), comments.len(), rated);
        FilteredRatings { accounts, ratings }
    }
}

/// What a reaction that counts for a comment is to the model: less than a vote for it.
const LIKED: f32 = 0.75;

/// What a vote is to the model.
const fn rating(vote: Vote) -> f32 {
    match vote {
        Vote::Up => 1.0,
        Vote::Down => 0.0,
    }
}

struct FilteredRatings {
    /// Where each account of the ratings is among all.
    accounts: Vec<usize>,
    ratings: Ratings,
}

/// The places of those that are kept, and the new place of each that is.
fn renumbered<T>(all: &[T], is_kept: impl Fn(&T) -> bool) -> (Vec<usize>, Vec<Option<u32>>) {
    let mut kept = Vec::new();
    let places = all.iter().enumerate().map(|(at, one)| {
        is_kept(one).then(|| {
            kept.push(at);
            place(kept.len())
        })
    });
    let places = places.collect();
    (kept, places)
}

/// The place of the last of `n`.
fn place(n: usize) -> u32 {
    u32::try_from(n.saturating_sub(1)).unwrap_or(u32::MAX)
}
