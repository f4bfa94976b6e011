//! Where a passage stands in a text; nowhere rather than in a wrong place.
//!
//! `web/widget/passages_anchor.js` does the same in the browser. Both read `vectors.json`.

use std::cmp::Reverse;

use super::folded::Folded;
use super::myers::Pattern;
use super::selector::{Position, Selector};

const WHOLE: usize = 1_000;
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
/// Shorter than this, what stands beside a passage proves nothing.
const MIN_CONTEXT: usize = 8;
/// Shorter than this, it was cut by an edge of the text.
const MIN_WHOLE_CONTEXT: usize = 24;
/// So many places of exact words are looked at …
const MAX_PLACES: usize = 256;
/// … and of others.
const MAX_CHANGED_PLACES: usize = 64;

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
struct Place {
    start: usize,
    end: usize,
    errors: usize,
    score: usize,
}

/// What is looked for.
struct Wanted<'t> {
    text: &'t Folded,
    exact: Vec<char>,
    exact_as_typed: String,
    before: Context,
    behind: Context,
    /// Where it is expected, in characters of the folded text.
    hint: Option<usize>,
    rival: Option<usize>,
}

/// What stands on one side of a passage, read away from it.
struct Context {
    len: usize,
    pattern: Pattern,
    nearest: Vec<char>,
}

/// Where the passage of `selector` stands in `text`.
///
/// First all places with its exact words; if none of them is sure, those that cost at most half of
/// its length in changed characters. Each is scored by its words (50), what stands before (20) and
/// behind (20) and where it stands (2). None is taken below 70 %, where another is as good or was
/// so before ([`rival`]), or where nothing that stood beside the passage is there.
pub fn anchor(text: &Folded, selector: &Selector) -> Option<Anchor> {
    let wanted = Wanted::new(text, selector);
    if wanted.exact.is_empty() {
        return None;
    }
    let mut places = wanted.exact_places();
    if let Some(place) = wanted.where_it_was(&places) {
        return wanted.anchor(place);
    }
    let best = places.iter().map(|place| place.score).max();
    if best.is_none_or(|best| best < SURE) && wanted.exact.len() >= MIN_CHANGED {
        places.extend(wanted.changed_places());
    }
    wanted.best(places).and_then(|place| wanted.anchor(&place))
}

/// The places of `text` where the passage of `selector` may stand, the likeliest first, at most `max`: for
/// somebody who knows it when they see it. A place is named that [`anchor`] would not dare to take.
pub fn candidates(text: &Folded, selector: &Selector, max: usize) -> Vec<Anchor> {
    let wanted = Wanted::new(text, selector);
    if wanted.exact.is_empty() {
        return Vec::new();
    }
    let mut places = wanted.exact_places();
    if wanted.exact.len() >= MIN_CHANGED {
        places.extend(wanted.changed_places());
    }
    places.sort_by_key(|place| (Reverse(place.score), place.errors, place.start));
    let mut apart: Vec<Place> = Vec::new();
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
    best_other(text, selector, position, Looks::Everywhere)
}

/// The same of the places with the exact words alone, in a hundredth of the time.
pub(super) fn exact_rival(text: &Folded, selector: &Selector, position: Position) -> usize {
    best_other(text, selector, position, Looks::AtExactWords)
}

#[derive(Clone, Copy, PartialEq)]
enum Looks {
    Everywhere,
    AtExactWords,
}

fn best_other(text: &Folded, selector: &Selector, position: Position, looks: Looks) -> usize {
    let wanted = Wanted::new(text, selector);
    if wanted.exact.is_empty() {
        return 0;
    }
    let own = Place {
        start: text.index(position.start),
        end: text.index(position.end),
        errors: 0,
        score: WHOLE,
    };
    let mut places = wanted.exact_places();
    if wanted.exact.len() >= MIN_CHANGED && looks == Looks::Everywhere {
        places.extend(wanted.changed_places());
    }
    let others = places.iter().filter(|place| !is_same(place, &own));
    others.map(|place| place.score).max().unwrap_or(0)
}

impl<'t> Wanted<'t> {
    fn new(text: &'t Folded, selector: &Selector) -> Self {
        let exact = Folded::new(&selector.quote.exact).trimmed().to_vec();
        let before = Folded::new(&selector.quote.prefix);
        let behind = Folded::new(&selector.quote.suffix);
        Self {
            text,
            exact_as_typed: exact.iter().collect(),
            exact,
            before: Context::new(before.chars().iter().rev().copied().collect()),
            behind: Context::new(behind.chars().to_vec()),
            hint: selector.position.map(|position| text.index(position.start)),
            rival: selector.rival,
        }
    }

    fn chars(&self) -> &'t [char] {
        self.text.chars()
    }

    fn anchor(&self, place: &Place) -> Option<Anchor> {
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

    fn exact_places(&self) -> Vec<Place> {
        let starts = self.text.occurrences(&self.exact_as_typed, MAX_PLACES);
        let place = |start| self.place(start, start + self.exact.len(), 0);
        let places = starts.into_iter().map(place);
        places.filter(|place| !self.is_in_a_word(place)).collect()
    }

    /// The place that is expected, where all is as it was.
    fn where_it_was<'p>(&self, places: &'p [Place]) -> Option<&'p Place> {
        let is_it = |place: &&Place| Some(place.start) == self.hint && place.score == WHOLE;
        places.iter().find(is_it)
    }

    fn place(&self, start: usize, end: usize, errors: usize) -> Place {
        let mut place = Place {
            start,
            end,
            errors,
            score: 0,
        };
        let (before, behind) = self.beside(&place);
        let len = self.chars().len();
        let position = self
            .hint
            .map(|hint| WHOLE - WHOLE * hint.abs_diff(start).min(len) / len);
        let quote = WHOLE - WHOLE * errors.min(self.exact.len()) / self.exact.len();
        let parts = [(50, Some(quote)), (20, before), (20, behind), (2, position)];
        let there = parts
            .iter()
            .filter_map(|(weight, part)| Some((weight, (*part)?)));
        let (weights, sum) = there.fold((0, 0), |(weights, sum), (weight, part)| {
            (weights + weight, sum + weight * part)
        });
        place.score = sum / weights;
        place
    }

    /// How much of what stood before and behind the passage stands beside `place`.
    fn beside(&self, place: &Place) -> (Option<usize>, Option<usize>) {
        let (before, behind) = (&self.chars()[..place.start], &self.chars()[place.end..]);
        (
            self.before.likeness(before.iter().rev().copied()),
            self.behind.likeness(behind.iter().copied()),
        )
    }

    /// The best places that do not have the exact words.
    fn changed_places(&self) -> Vec<Place> {
        let forward = Pattern::new(self.exact.iter().copied());
        let backward = Pattern::new(self.exact.iter().rev().copied());
        let max_errors = self.max_errors();
        let errors = forward.errors_anywhere(self.chars().iter().copied());
        let ends = best_apart(&errors, max_errors, self.exact.len() / 2);
        let place = |last: usize| {
            let end = last + 1;
            let reach = self.exact.len() + errors[last];
            let back = self.chars()[..end].iter().rev().take(reach).copied();
            let len = shortest_errors(&backward.errors_from_start(back), self.exact.len());
            self.between_known(&forward, end - len, end, errors[last])
        };
        let places = ends.into_iter().filter_map(place);
        places.filter(|place| place.errors <= max_errors).collect()
    }

    /// The place from `start` to `end`, or, where what stood beside the passage is found close to
    /// these, what lies between.
    fn between_known(
        &self,
        pattern: &Pattern,
        start: usize,
        end: usize,
        errors: usize,
    ) -> Option<Place> {
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
                let errors = pattern
                    .errors_from_start(chars)
                    .pop()
                    .unwrap_or(self.exact.len());
                (start, end, errors)
            });
        let (start, end, errors) = places
            .into_iter()
            .find(|(_, _, errors)| *errors <= self.max_errors())?;
        Some(self.place(start, end, errors))
    }

    /// The one place that can be taken.
    fn best(&self, mut places: Vec<Place>) -> Option<Place> {
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
    fn is_proven(&self, place: &Place) -> bool {
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
    fn is_at_its_edges(&self, place: &Place) -> bool {
        let is_as_close = |context: &Context, room: usize| {
            context.len >= MIN_WHOLE_CONTEXT || room <= context.len + 2
        };
        is_as_close(&self.before, place.start)
            && is_as_close(&self.behind, self.chars().len() - place.end)
    }

    /// Whether the place starts or ends in a word, where the passage did not.
    fn is_in_a_word(&self, place: &Place) -> bool {
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
    fn is_neighbour(&self, place: &Place) -> bool {
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

impl Context {
    fn new(away: Vec<char>) -> Self {
        Self {
            len: away.len(),
            pattern: Pattern::new(away.iter().copied()),
            nearest: away.into_iter().take(MIN_CONTEXT).collect(),
        }
    }

    /// How much of it `text` begins with, of [`WHOLE`]; nothing where there is nothing to compare.
    fn likeness(&self, text: impl Iterator<Item = char>) -> Option<usize> {
        let reach = self.len + self.len / 2;
        let errors = self.pattern.errors_from_start(text.take(reach));
        let least = errors.into_iter().min()?;
        (self.len > 0).then(|| WHOLE - WHOLE * least / self.len)
    }

    /// The place nearest to `at` whose side, `before` it or behind, is what is nearest in here.
    fn nearest_end(&self, text: &[char], at: usize, reach: usize, before: bool) -> Option<usize> {
        let len = self.nearest.len();
        if len < MIN_CONTEXT {
            return None;
        }
        let is_it = |at: usize| match before {
            true => at >= len && text[at - len..at].iter().rev().eq(&self.nearest),
            false => text[at..].starts_with(&self.nearest),
        };
        let sides = (0..=reach).flat_map(|off| [at.checked_sub(off), at.checked_add(off)]);
        sides.flatten().find(|at| *at <= text.len() && is_it(*at))
    }
}

/// The ends with the fewest errors, none of them closer than `apart` to a better one.
fn best_apart(errors: &[usize], max_errors: usize, apart: usize) -> Vec<usize> {
    let is_least = |at: &usize| {
        let own = errors[*at];
        let is_above = |other: Option<&usize>| other.is_none_or(|other| *other > own);
        let before = at.checked_sub(1).and_then(|before| errors.get(before));
        own <= max_errors && is_above(before) && errors.get(at + 1).is_none_or(|next| *next >= own)
    };
    let mut ends: Vec<usize> = (0..errors.len()).filter(is_least).collect();
    ends.sort_unstable_by_key(|at| (errors[*at], *at));
    let mut taken: Vec<usize> = Vec::new();
    for end in ends {
        if taken.len() == MAX_CHANGED_PLACES {
            break;
        }
        if taken.iter().all(|other| other.abs_diff(end) >= apart) {
            taken.push(end);
        }
    }
    taken
}

/// The length with the fewest errors; of several the one nearest to `len`, and then the shorter.
fn shortest_errors(errors: &[usize], len: usize) -> usize {
    let by_length = errors.iter().enumerate();
    let best = by_length.min_by_key(|(at, errors)| (**errors, at.abs_diff(len), *at));
    best.map_or(0, |(at, _)| at)
}

/// Whether two places are one, found twice.
fn is_same(one: &Place, other: &Place) -> bool {
    let common = one
        .end
        .min(other.end)
        .saturating_sub(one.start.max(other.start));
    2 * common > (one.end - one.start).min(other.end - other.start)
}
