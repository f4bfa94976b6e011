//! Where a passage stands in a text; nowhere rather than in a wrong place.
//!
//! `web/widget/passages_anchor.js` does the same in the browser. Both read `vectors.json`.

use std::cmp::Reverse;

use super::changed::{ChangedEnd, ChangedEnds};
use super::context::{MIN_CONTEXT, PassageContext, WHOLE};
use super::folded::Folded;
use super::myers::Pattern;
use super::selector::{Position, Selector};

/// What a place must have of [`WHOLE`].
const FLOOR: usize = 700;
/// By how much a place must be better than every other.
const MARGIN: usize = 50;
/// From here on the places of exact words need no look at others.
const SURE: usize = 950;
/// Quotes shorter than this must stand there exactly.
const MIN_CHANGED: usize = 12;
/// Quotes shorter than this must have something known beside them.
const MIN_ALONE: usize = 24;
/// What exact words that stood in one place only must have.
const FLOOR_ALONE: usize = 600;
/// What may be changed of a quote, of 1,000 …
const MAX_CHANGED: usize = 300;
/// … of one between what stood beside it, to which nothing was like …
const MAX_CHANGED_BETWEEN: usize = 450;
/// … and of one that was like others, or may have been.
const MAX_CHANGED_OF_MANY: usize = 150;
/// Nothing else is like a passage whose best other place has less.
const UNLIKE: usize = 500;
/// What stands beside a passage counts as known from here on.
const KNOWN: usize = 550;
/// What stands beside changed words, on the side that is better kept …
const WELL_KNOWN: usize = 900;
/// … and on the other.
const HARDLY_KNOWN: usize = 300;
/// A place that ends with so much of what stood before the passage is no passage.
const KNOWN_INSIDE: usize = 800;
/// Shorter than this, it was cut by an edge of the text.
const MIN_WHOLE_CONTEXT: usize = 24;
/// So many places of exact words are looked at.
const MAX_PLACES: usize = 256;

/// Where a passage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Where it starts, in scalars of the text.
    pub start: usize,
    /// The scalar behind its last.
    pub end: usize,
    /// Whether its words have changed, and not only how they are typed.
    pub is_changed: bool,
    /// How good the place is, of 1,000.
    pub score: usize,
}

/// A place to judge, in characters of the folded text.
#[derive(Debug, Clone, Copy)]
struct AnchorCandidate {
    start: usize,
    end: usize,
    errors: usize,
    score: usize,
}

/// What is looked for.
struct PassageSearch<'t> {
    text: &'t Folded,
    exact: Vec<char>,
    exact_as_typed: String,
    before: PassageContext,
    behind: PassageContext,
    /// Where it is expected, in characters of the folded text.
    hint: Option<usize>,
    rival: Option<usize>,
}

/// Where the passage of `selector` stands in `text`.
///
/// First all places with its exact words; if none of them is sure, those that cost at most half of
/// its length in changed characters. Each is scored by its words (50), what stands before (20) and
/// behind (20) and where it stands (2). None is taken below 70 %, where another is as good or was
/// so before ([`rival`]), or where nothing that stood beside the passage is there.
pub fn anchor(text: &Folded, selector: &Selector) -> Option<Anchor> {
    let wanted = PassageSearch::new(text, selector);
    if wanted.exact.is_empty() {
        return None;
    }
    if let Some(place) = wanted.where_it_was() {
        return wanted.anchor(&place);
    }
    let mut places = wanted.exact_places();
    let mut best = places.iter().map(|place| place.score).max().unwrap_or(0);
    if best < SURE && wanted.exact.len() >= MIN_CHANGED {
        let changed = wanted.changed_ends();
        for end in changed.apart() {
            // Nor do those after it reach what is close enough to the best to be taken for it.
            if wanted.most(end.errors) + MARGIN <= best {
                break;
            }
            let Some(place) = wanted.changed_place(&changed, end) else {
                continue;
            };
            if !wanted.is_in_a_word(&place) {
                best = best.max(place.score);
            }
            places.push(place);
        }
    }
    wanted.best(places).and_then(|place| wanted.anchor(&place))
}

/// The places of `text` where the passage of `selector` may stand, the likeliest first, at most `max`: for
/// somebody who knows it when they see it. A place is named that [`anchor`] would not dare to take.
pub fn candidates(text: &Folded, selector: &Selector, max: usize) -> Vec<Anchor> {
    let wanted = PassageSearch::new(text, selector);
    if wanted.exact.is_empty() {
        return Vec::new();
    }
    let mut places = wanted.exact_places();
    if wanted.exact.len() >= MIN_CHANGED {
        let changed = wanted.changed_ends();
        let found = changed
            .apart()
            .filter_map(|end| wanted.changed_place(&changed, end));
        places.extend(found);
    }
    places.sort_by_key(|place| (Reverse(place.score), place.errors, place.start));
    let mut apart: Vec<AnchorCandidate> = Vec::new();
    for place in places {
        if apart.len() < max && apart.iter().all(|other| !is_same(other, &place)) {
            apart.push(place);
        }
    }
    apart
        .iter()
        .filter_map(|place| wanted.anchor(place))
        .collect()
}

/// How good the best other place is for a passage that stands at `position` of `text`, of 1,000.
///
/// What is known of a text in which the passage stood tells later whether a place is the passage,
/// or only what was like it before.
pub fn rival(text: &Folded, selector: &Selector, position: Position) -> usize {
    best_other(text, selector, position, SearchExtent::Everywhere)
}

/// The same of the places with the exact words alone, in a hundredth of the time.
pub(super) fn exact_rival(text: &Folded, selector: &Selector, position: Position) -> usize {
    best_other(text, selector, position, SearchExtent::AtExactWords)
}

#[derive(Clone, Copy, PartialEq)]
enum SearchExtent {
    Everywhere,
    AtExactWords,
}

fn best_other(
    text: &Folded,
    selector: &Selector,
    position: Position,
    looks: SearchExtent,
) -> usize {
    let wanted = PassageSearch::new(text, selector);
    if wanted.exact.is_empty() {
        return 0;
    }
    let own = AnchorCandidate {
        start: text.index(position.start),
        end: text.index(position.end),
        errors: 0,
        score: WHOLE,
    };
    let places = wanted.exact_places();
    let others = places.iter().filter(|place| !is_same(place, &own));
    let mut best = others.map(|place| place.score).max().unwrap_or(0);
    if wanted.exact.len() >= MIN_CHANGED && looks == SearchExtent::Everywhere {
        let changed = wanted.changed_ends();
        for end in changed.apart() {
            if wanted.most(end.errors) <= best {
                break;
            }
            let place = wanted.changed_place(&changed, end);
            let other = place.filter(|place| !is_same(place, &own));
            best = best.max(other.map_or(0, |place| place.score));
        }
    }
    best
}

impl<'t> PassageSearch<'t> {
    fn new(text: &'t Folded, selector: &Selector) -> Self {
        let exact = Folded::new(&selector.quote.exact).trimmed().to_vec();
        let before = Folded::new(&selector.quote.prefix);
        let behind = Folded::new(&selector.quote.suffix);
        Self {
            text,
            exact_as_typed: exact.iter().collect(),
            exact,
            before: PassageContext::new(before.chars().iter().rev().copied().collect()),
            behind: PassageContext::new(behind.chars().to_vec()),
            hint: selector.position.map(|position| text.index(position.start)),
            rival: selector.rival,
        }
    }

    fn chars(&self) -> &'t [char] {
        self.text.chars()
    }

    fn anchor(&self, place: &AnchorCandidate) -> Option<Anchor> {
        let (start, end) = self.text.source(place.start, place.end)?;
        Some(Anchor {
            start,
            end,
            is_changed: place.errors > 0,
            score: place.score,
        })
    }

    fn max_errors(&self) -> usize {
        self.exact.len() * MAX_CHANGED_BETWEEN / WHOLE
    }

    fn exact_places(&self) -> Vec<AnchorCandidate> {
        let starts = self.text.occurrences(&self.exact_as_typed, MAX_PLACES);
        let place = |start| self.place(start, start + self.exact.len(), 0);
        let places = starts.into_iter().map(place);
        places.filter(|place| !self.is_in_a_word(place)).collect()
    }

    /// The place that is expected, where all is as it was.
    fn where_it_was(&self) -> Option<AnchorCandidate> {
        let start = self.hint?;
        let end = start + self.exact.len();
        if self.chars().get(start..end)? != self.exact {
            return None;
        }
        let place = self.place(start, end, 0);
        (place.score == WHOLE && !self.is_in_a_word(&place)).then_some(place)
    }

    /// The score of a place with so many errors beside which all is as it was, and which is where it was.
    fn most(&self, errors: usize) -> usize {
        let whole = |is_there: bool| is_there.then_some(WHOLE);
        let beside = (whole(self.before.len > 0), whole(self.behind.len > 0));
        self.score(errors, beside, whole(self.hint.is_some()))
    }

    /// How good a place is, by its errors, what stands on both of its sides, and where it is.
    fn score(
        &self,
        errors: usize,
        (before, behind): (Option<usize>, Option<usize>),
        position: Option<usize>,
    ) -> usize {
        let quote = WHOLE - WHOLE * errors.min(self.exact.len()) / self.exact.len();
        let parts = [(50, Some(quote)), (20, before), (20, behind), (2, position)];
        let there = parts
            .iter()
            .filter_map(|(weight, part)| Some((weight, (*part)?)));
        let (weights, sum) = there.fold((0, 0), |(weights, sum), (weight, part)| {
            (weights + weight, sum + weight * part)
        });
        sum / weights
    }

    fn place(&self, start: usize, end: usize, errors: usize) -> AnchorCandidate {
        let mut place = AnchorCandidate {
            start,
            end,
            errors,
            score: 0,
        };
        let len = self.chars().len();
        let position = self
            .hint
            .map(|hint| WHOLE - WHOLE * hint.abs_diff(start).min(len) / len);
        place.score = self.score(errors, self.beside(&place), position);
        place
    }

    /// How much of what stood before and behind the passage stands beside `place`.
    fn beside(&self, place: &AnchorCandidate) -> (Option<usize>, Option<usize>) {
        let (before, behind) = (&self.chars()[..place.start], &self.chars()[place.end..]);
        (
            self.before.likeness(before.iter().rev().copied()),
            self.behind.likeness(behind.iter().copied()),
        )
    }

    /// Where the places may end that do not have the exact words.
    fn changed_ends(&self) -> ChangedEnds {
        ChangedEnds::new(&self.exact, self.chars(), self.max_errors())
    }

    /// The place that ends at `end` or close to it.
    fn changed_place(&self, changed: &ChangedEnds, end: ChangedEnd) -> Option<AnchorCandidate> {
        let start = changed.start(self.chars(), end);
        let place = self.between_known(&changed.forward, start, end.last + 1, end.errors)?;
        (place.errors <= self.max_errors()).then_some(place)
    }

    /// The place from `start` to `end`, or, where what stood beside the passage is found close to
    /// these, what lies between.
    fn between_known(
        &self,
        pattern: &Pattern,
        start: usize,
        end: usize,
        errors: usize,
    ) -> Option<AnchorCandidate> {
        let reach = errors + MIN_CONTEXT;
        let known_start = self.before.nearest_end(self.chars(), start, reach, true);
        let known_end = self.behind.nearest_end(self.chars(), end, reach, false);
        let snapped = (known_start.unwrap_or(start), known_end.unwrap_or(end));
        let tries = [snapped, (start, end)];
        let places = tries
            .into_iter()
            .filter(|(start, end)| start < end)
            .map(|(start, end)| {
                let chars = self.chars()[start..end].iter().copied();
                (start, end, pattern.errors_of_all(chars))
            });
        let (start, end, errors) = places
            .into_iter()
            .find(|(_, _, errors)| *errors <= self.max_errors())?;
        Some(self.place(start, end, errors))
    }

    /// The one place that can be taken.
    fn best(&self, mut places: Vec<AnchorCandidate>) -> Option<AnchorCandidate> {
        places.retain(|place| !self.is_in_a_word(place));
        places.sort_by_key(|place| (Reverse(place.score), place.errors, place.start));
        let best = *places.first()?;
        let others = places.iter().filter(|place| !is_same(place, &best));
        let others = others.map(|place| place.score).max();
        let best_other = others.max(self.rival).unwrap_or(0);
        let is_best = best.score >= best_other + MARGIN;
        let is_elsewhere = places.iter().any(|place| place.errors == 0) && best.errors > 0;
        (is_best && !is_elsewhere && self.is_proven(&best)).then_some(best)
    }

    /// Whether it is good enough, and what stands beside it tells that it is the one.
    fn is_proven(&self, place: &AnchorCandidate) -> bool {
        let was_alone = self.rival.is_some_and(|rival| rival < FLOOR_ALONE);
        let len = self.exact.len();
        if was_alone && place.errors == 0 && len >= MIN_ALONE {
            return place.score >= FLOOR_ALONE;
        }
        let (before, behind) = self.beside(place);
        let proofs = [(&self.before, before), (&self.behind, behind)];
        let proofs = proofs
            .iter()
            .filter(|(context, _)| context.len >= MIN_CONTEXT);
        let proofs: Vec<_> = proofs.filter_map(|(_, likeness)| *likeness).collect();
        let (Some(most), Some(least)) = (proofs.iter().max(), proofs.iter().min()) else {
            return place.score >= FLOOR && len >= MIN_CHANGED;
        };
        let is_changed = place.errors > 0;
        let (most_needed, least_needed) = match (was_alone, is_changed) {
            (false, _) if self.rival.is_none() => (SURE, SURE),
            (false, _) => (WELL_KNOWN, WELL_KNOWN),
            (true, true) => (WELL_KNOWN, HARDLY_KNOWN),
            (true, false) if len < MIN_CHANGED => (KNOWN, KNOWN),
            (true, false) => (KNOWN, 0),
        };
        let max_changed = match was_alone {
            true if *least >= SURE && self.is_unlike_others() => MAX_CHANGED_BETWEEN,
            true => MAX_CHANGED,
            false => MAX_CHANGED_OF_MANY,
        };
        place.score >= FLOOR
            && *most >= most_needed
            && *least >= least_needed
            && place.errors * WHOLE <= len * max_changed
            && !(is_changed && self.is_neighbour(place))
            && (was_alone || self.is_at_its_edges(place))
    }

    /// Whether the place is as close to the edges of the text as the passage was, if it was.
    fn is_at_its_edges(&self, place: &AnchorCandidate) -> bool {
        let is_as_close = |context: &PassageContext, room: usize| {
            context.len >= MIN_WHOLE_CONTEXT || room <= context.len + 2
        };
        is_as_close(&self.before, place.start)
            && is_as_close(&self.behind, self.chars().len() - place.end)
    }

    /// Whether the place starts or ends in a word, where the passage did not.
    fn is_in_a_word(&self, place: &AnchorCandidate) -> bool {
        let is_joined = |edge: Option<&char>, beside: Option<&char>| {
            edge.is_some_and(|edge| edge.is_alphanumeric())
                && beside.is_some_and(|beside| beside.is_alphanumeric())
        };
        let (before, behind) = (&self.chars()[..place.start], &self.chars()[place.end..]);
        let inside = &self.chars()[place.start..place.end];
        is_joined(inside.first(), before.last())
            && !is_joined(self.exact.first(), self.before.nearest.first())
            || is_joined(inside.last(), behind.first())
                && !is_joined(self.exact.last(), self.behind.nearest.first())
    }

    fn is_unlike_others(&self) -> bool {
        self.rival.is_some_and(|rival| rival < UNLIKE)
    }

    /// Whether the place is what stood before or behind the passage, and not the passage.
    fn is_neighbour(&self, place: &AnchorCandidate) -> bool {
        let (before, behind) = self.beside(place);
        let up_to = self.chars()[..place.end].iter().rev().copied();
        let from = self.chars()[place.start..].iter().copied();
        let is_better = |inside: Option<usize>, beside: Option<usize>| {
            inside >= Some(KNOWN_INSIDE) && inside >= beside
        };
        is_better(self.before.likeness(up_to), before)
            || is_better(self.behind.likeness(from), behind)
    }
}

/// Whether two places are one, found twice.
fn is_same(one: &AnchorCandidate, other: &AnchorCandidate) -> bool {
    let common = one
        .end
        .min(other.end)
        .saturating_sub(one.start.max(other.start));
    2 * common > (one.end - one.start).min(other.end - other.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FixedRandom;
    use crate::passages::Quote;

    /// The same with a look at every place, however bad.
    fn thoroughly(text: &Folded, selector: &Selector) -> Option<Anchor> {
        let wanted = PassageSearch::new(text, selector);
        let mut places = wanted.exact_places();
        let is_it =
            |place: &&AnchorCandidate| Some(place.start) == wanted.hint && place.score == WHOLE;
        if let Some(place) = places.iter().find(is_it) {
            return wanted.anchor(place);
        }
        let best = places.iter().map(|place| place.score).max();
        if best.is_none_or(|best| best < SURE) && wanted.exact.len() >= MIN_CHANGED {
            let changed = wanted.changed_ends();
            let found = changed
                .apart()
                .filter_map(|end| wanted.changed_place(&changed, end));
            places.extend(found);
        }
        wanted.best(places).and_then(|place| wanted.anchor(&place))
    }

    #[test]
    fn what_is_not_looked_at_makes_no_difference() {
        let random = FixedRandom::seeded(28);
        let below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
        // Few words, so that much is like much else.
        let words = [
            "ferry", "the", "late", "was", "harbour", "on", "Monday.", "a",
        ];
        let mut n_changed = 0;
        for _ in 0..2_000 {
            let mut article: Vec<&str> = (0..150).map(|_| words[below(words.len())]).collect();
            let text = article.join(" ");
            let n_scalars = text.chars().count();
            let start = below(n_scalars - 120);
            let position = Position {
                start,
                end: start + 5 + below(110),
            };
            let mut selector = Selector {
                quote: Quote::of(&text, position).unwrap(),
                position: (below(4) > 0).then_some(position),
                rival: None,
            };
            selector.rival =
                (below(4) > 0).then(|| rival(&Folded::new(&text), &selector, position));
            for _ in 0..below(12) {
                let at = below(article.len());
                match below(3) {
                    0 => article[at] = "other",
                    1 => article.insert(at, "new"),
                    _ => drop(article.remove(at)),
                }
            }
            let text = Folded::new(&article.join(" "));

            let found = anchor(&text, &selector);

            assert_eq!(found, thoroughly(&text, &selector), "{selector:?}");
            n_changed += usize::from(found.is_some_and(|found| found.is_changed));
        }
        assert!(n_changed > 100, "{n_changed}");
    }
}
