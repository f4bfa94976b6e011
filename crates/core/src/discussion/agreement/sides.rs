//! Who stands clearly on which side, and whether there are sides at all.

use crate::ids::AuthorId;

/// Whoever stands nearer to the middle of the line is on neither side.
const CLEAR: f64 = 0.10;

/// A side with fewer accounts is none, and nothing is said of it: single readers could be told apart.
pub const MIN_SIDE: usize = 20;

/// The smaller side has at least this share of those who are placed.
const MIN_SHARE: f64 = 0.15;

/// Readers who stand closer together than this do not differ.
const MIN_VARIANCE: f64 = 0.02;

/// One of the two sides. Which is which means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Below the middle of the line.
    A,
    /// Above it.
    B,
}

impl Side {
    /// The stored number.
    pub const fn number(self) -> i64 {
        match self {
            Self::A => 0,
            Self::B => 1,
        }
    }

    /// The side of a stored number.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::A),
            1 => Some(Self::B),
            _ => None,
        }
    }
}

/// The accounts that are on a side. Those on neither are not among them.
pub type Sides = Vec<(AuthorId, Side)>;

/// What became of looking for sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SidesOutcome {
    /// There are two.
    Found(Sides),
    /// There are none to tell apart.
    None(NoSidesReason),
}

/// Why readers are not on two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSidesReason {
    /// Too few accounts have voted enough.
    TooFewReaders,
    /// They vote too much alike.
    TooAlike,
    /// Nearly all who can be placed are on one side.
    OneSided,
}

impl NoSidesReason {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::TooFewReaders, Self::TooAlike, Self::OneSided];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooFewReaders => "too_few_readers",
            Self::TooAlike => "too_alike",
            Self::OneSided => "one_sided",
        }
    }

    /// The reason of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == word)
    }
}

/// The side of each account by where it stands on the line, if there is enough difference.
pub fn find_sides(accounts: impl Iterator<Item = (AuthorId, f64)>) -> SidesOutcome {
    let accounts: Vec<(AuthorId, f64)> = accounts.collect();
    if accounts.len() < 2 * MIN_SIDE {
        return SidesOutcome::None(NoSidesReason::TooFewReaders);
    }
    if variance(&accounts) < MIN_VARIANCE {
        return SidesOutcome::None(NoSidesReason::TooAlike);
    }
    let sides: Sides = accounts
        .iter()
        .filter_map(|(id, lean)| Some((*id, side(*lean)?)))
        .collect();
    let on_a = sides.iter().filter(|(_, side)| *side == Side::A).count();
    let smaller = on_a.min(sides.len() - on_a);
    if smaller < MIN_SIDE || count(smaller) < MIN_SHARE * count(sides.len()) {
        return SidesOutcome::None(NoSidesReason::OneSided);
    }
    SidesOutcome::Found(sides)
}

fn side(lean: f64) -> Option<Side> {
    if lean <= -CLEAR {
        return Some(Side::A);
    }
    (lean >= CLEAR).then_some(Side::B)
}

fn variance(accounts: &[(AuthorId, f64)]) -> f64 {
    let n = count(accounts.len());
    let mean = accounts.iter().map(|(_, lean)| lean).sum::<f64>() / n;
    let squares = accounts.iter().map(|(_, lean)| (lean - mean).powi(2));
    squares.sum::<f64>() / n
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52")]
const fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many accounts at each place.
    fn standing(groups: &[(usize, f64)]) -> SidesOutcome {
        let leans = groups.iter().flat_map(|(n, lean)| vec![*lean; *n]);
        find_sides((1..).map(AuthorId).zip(leans))
    }

    fn n_placed(outcome: &SidesOutcome) -> usize {
        match outcome {
            SidesOutcome::Found(sides) => sides.len(),
            SidesOutcome::None(_) => 0,
        }
    }

    #[test]
    fn who_stands_in_the_middle_is_on_neither_side() {
        let outcome = standing(&[(20, -0.1), (30, 0.099), (30, -0.099), (20, 0.5)]);
        assert_eq!(n_placed(&outcome), 40);
    }

    #[test]
    fn a_side_has_twenty_accounts_and_a_share() {
        let few = SidesOutcome::None(NoSidesReason::TooFewReaders);
        assert_eq!(standing(&[(19, -0.5), (20, 0.5)]), few);
        let one_sided = SidesOutcome::None(NoSidesReason::OneSided);
        assert_eq!(standing(&[(19, -0.5), (40, 0.5)]), one_sided);
        assert_eq!(n_placed(&standing(&[(20, -0.5), (40, 0.5)])), 60);
        assert_eq!(standing(&[(40, -0.5), (230, 0.5)]), one_sided);
        assert_eq!(n_placed(&standing(&[(41, -0.5), (230, 0.5)])), 271);
    }

    #[test]
    fn readers_who_vote_alike_are_on_no_sides() {
        let alike = SidesOutcome::None(NoSidesReason::TooAlike);
        assert_eq!(standing(&[(500, -0.14), (500, 0.14)]), alike);
        assert_eq!(n_placed(&standing(&[(500, -0.15), (500, 0.15)])), 1_000);
        assert_eq!(standing(&[(500, 0.4)]), alike);
    }
}
