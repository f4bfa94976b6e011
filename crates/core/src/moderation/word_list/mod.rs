//! Word lists, matched over what a text shows and not how it is spelled.
//!
//! A text becomes glyphs, of which those that take no ink are left out; the glyphs are set in lines,
//! one for each way to read them; and each line is searched for all entries in one pass. A place that
//! is found leads back to the text.

#[cfg(test)]
mod cases;
mod entry;
mod glyphs;
mod line;

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use entry::{EntryForm, ParsedEntry};
use glyphs::{GlyphKind, Glyphs};
use line::{LetterOrigin, LetterReading, LineGlyph, SignHandling, WordLine};

pub use entry::{EntryProblem, MAX_ENTRY};

/// More places of one text are not pointed out.
const MAX_MATCHES: usize = 100;

/// A list of words and phrases that a site looks for.
///
/// An entry of letters matches whole words. A `*` at its start or end stands for any letters. Case,
/// accents, invisible characters, look-alike letters, digits and signs that stand for letters, signs
/// between letters, letters s p a c e d out and stretched ouuut are folded away, so the entry is
/// written plainly. An entry with signs (`c++`, `.com`, `free $$$`) matches exactly these.
#[derive(Default)]
pub struct WordList {
    entries: Vec<String>,
    words: Matcher,
    literals: Matcher,
}

/// A place in a text where an entry was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The entry, as it stands in the list.
    pub entry: String,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

/// All forms of entries that are looked for in the same lines.
#[derive(Default)]
struct Matcher {
    automaton: Option<AhoCorasick>,
    patterns: Vec<EntryPattern>,
}

#[derive(Debug, Clone, Copy)]
struct EntryPattern {
    entry: usize,
    form: EntryForm,
    is_open: (bool, bool),
}

impl WordList {
    /// A list of `entries`; those that cannot be looked for are passed over.
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut list = Self::default();
        let (mut words, mut literals) = (Vec::new(), Vec::new());
        for line in entries {
            let Ok(entry) = ParsedEntry::parse(line) else {
                continue;
            };
            let (matcher, texts) = match entry.is_literal {
                true => (&mut list.literals, &mut literals),
                false => (&mut list.words, &mut words),
            };
            for (text, form) in entry.forms {
                matcher.patterns.push(EntryPattern {
                    entry: list.entries.len(),
                    form,
                    is_open: entry.is_open,
                });
                texts.push(text);
            }
            list.entries.push(line.trim().to_owned());
        }
        list.words.automaton = automaton(&words);
        list.literals.automaton = automaton(&literals);
        list
    }

    /// Every place in `text` where an entry is found, in order, each place once.
    pub fn find(&self, text: &str) -> Vec<Match> {
        let glyphs = Glyphs::of(text);
        let mut search = ListSearch {
            list: self,
            glyphs: &glyphs,
            found: Vec::new(),
        };
        search.words();
        search.literals();
        let mut found = search.found;
        found.sort_by_key(|hit| (hit.range.start, hit.range.end));
        found.dedup_by(|a, b| a.range == b.range);
        found
    }
}

fn automaton(texts: &[String]) -> Option<AhoCorasick> {
    let builder = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(texts);
    builder.ok().filter(|_| !texts.is_empty())
}

/// Whether an entry can be looked for, and is found where it stands as it is written.
pub fn check(entry: &str) -> Result<(), EntryProblem> {
    let stem = ParsedEntry::parse(entry)?.stem;
    match is_found(entry, stem) {
        true => Ok(()),
        false => Err(EntryProblem::Nothing),
    }
}

/// Whether `text` has an entry.
pub fn is_found(entry: &str, text: &str) -> bool {
    !WordList::new([entry]).find(text).is_empty()
}

/// An entry without the stars that stand for any letters.
pub fn stem(entry: &str) -> Option<&str> {
    ParsedEntry::parse(entry).ok().map(|entry| entry.stem)
}

/// Whether two texts say the same to a reader: case, accents, spaces and what cannot be seen aside.
pub fn are_same(entry: &str, other: &str) -> bool {
    entry == other || (may_be_same(entry, other) && as_read(entry).trim() == as_read(other).trim())
}

/// A text as a reader reads it.
fn as_read(text: &str) -> String {
    let (reading, set) = (LetterReading::Letters, SignHandling::Literal);
    WordLine::of(&Glyphs::of(text), reading, set).text
}

/// Whether it is worth looking closely: in ASCII a letter stands for itself alone.
fn may_be_same(entry: &str, other: &str) -> bool {
    !(entry.is_ascii() && other.is_ascii()) || letters(entry).eq(letters(other))
}

fn letters(text: &str) -> impl Iterator<Item = u8> {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic);
    letters.map(|letter| letter.to_ascii_lowercase())
}

struct ListSearch<'a> {
    list: &'a WordList,
    glyphs: &'a Glyphs,
    found: Vec<Match>,
}

impl ListSearch<'_> {
    fn words(&mut self) {
        let list = self.list;
        if list.words.automaton.is_none() {
            return;
        }
        let glyphs = self.glyphs;
        let has = |test: &dyn Fn(&glyphs::Glyph) -> bool| glyphs.all.iter().any(test);
        let is_pieced = has(&|glyph| {
            matches!(
                glyph.kind,
                GlyphKind::Sign | GlyphKind::Apostrophe | GlyphKind::Ideograph
            )
        });
        let signs = |among: &str| {
            let mut signs = (0..glyphs.all.len()).filter_map(|at| glyphs.sign(at));
            signs.any(|sign| among.contains(sign))
        };
        let is_odd = has(&|glyph| glyph.is_odd_capital);
        let is_masked = has(&|glyph| glyph.look.is_some()) || is_odd || signs("013456789@$€!|+");
        let mut lines = vec![(LetterReading::Plain, SignHandling::Apart)];
        if is_pieced {
            lines.push((LetterReading::Plain, SignHandling::Joined));
        }
        if is_masked && (is_odd || signs("1!|")) {
            lines.push((LetterReading::Look('l'), SignHandling::Joined));
        }
        if is_masked {
            lines.push((LetterReading::Look('i'), SignHandling::Joined));
        }
        let loosest = lines[lines.len() - 1].0;
        for (reading, set) in lines.iter().copied() {
            let line = WordLine::of(glyphs, reading, set);
            self.scan(&line, &list.words, reading);
            if reading == loosest && set != SignHandling::Apart || lines.len() == 1 {
                self.squeezed(&line, reading);
            }
        }
        let spelled = [LetterReading::Plain, loosest];
        for reading in &spelled[..1 + usize::from(is_masked)] {
            let line = WordLine::of(glyphs, *reading, SignHandling::Spelled);
            self.scan(&line, &list.words, *reading);
        }
    }

    fn squeezed(&mut self, line: &WordLine, reading: LetterReading) {
        let list = self.list;
        if line.is_stretched() {
            for n in [2, 1] {
                self.scan(&line.squeezed(n), &list.words, reading);
            }
        }
    }

    fn literals(&mut self) {
        let list = self.list;
        if list.literals.automaton.is_none() {
            return;
        }
        let is_masked = self.glyphs.all.iter().any(|glyph| glyph.look.is_some());
        for reading in [LetterReading::Plain, LetterReading::Letters] {
            if reading == LetterReading::Plain || is_masked {
                let line = WordLine::of(self.glyphs, reading, SignHandling::Literal);
                self.scan(&line, &list.literals, reading);
            }
        }
    }

    fn scan(&mut self, line: &WordLine, matcher: &Matcher, reading: LetterReading) {
        let Some(automaton) = &matcher.automaton else {
            return;
        };
        // What an open entry reached lately, so that `*a*` looks at each long word once.
        let mut reached: HashMap<usize, usize> = HashMap::new();
        for hit in automaton.find_overlapping_iter(&line.text) {
            if self.found.len() == MAX_MATCHES {
                return;
            }
            let pattern = matcher.patterns[hit.pattern().as_usize()];
            let Some((first, last)) = places(line, hit.start()..hit.end(), pattern.is_open) else {
                continue;
            };
            let id = hit.pattern().as_usize();
            let is_open = pattern.is_open == (true, true);
            if is_open && reached.get(&id).is_some_and(|reached| last <= *reached) {
                continue;
            }
            let places = &line.places[first..=last];
            if is_meant(pattern.form, places, reading) {
                let (first, last) = widened(line, first, last, pattern.is_open);
                if is_open {
                    reached.insert(id, last);
                }
                let (first, last) = (line.places[first].first, line.places[last].last);
                let range = self.glyphs.all[first].source.start..self.glyphs.all[last].source.end;
                let is_known = self.found.iter().any(|hit| hit.range == range);
                if !is_known {
                    let entry = self.list.entries[pattern.entry].clone();
                    self.found.push(Match { entry, range });
                }
            }
        }
    }
}

/// The first and the last place of what was hit, where words begin and end there.
fn places(
    line: &WordLine,
    hit: Range<usize>,
    (opens, closes): (bool, bool),
) -> Option<(usize, usize)> {
    let first = line.places.partition_point(|place| place.at < hit.start);
    let last = line
        .places
        .partition_point(|place| place.at < hit.end)
        .checked_sub(1)?;
    let (start, end) = (line.places.get(first)?, line.places.get(last)?);
    let is_whole =
        start.at == hit.start && (end.until == hit.end || has_only_a_tone(line, end, hit.end));
    let fits = (opens || start.starts) && (closes || end.ends);
    (is_whole && fits && first <= last).then_some((first, last))
}

/// Whether nothing but the colour of its skin follows in an emoji.
fn has_only_a_tone(line: &WordLine, place: &LineGlyph, from: usize) -> bool {
    let rest = line.text.get(from..place.until).unwrap_or("-");
    rest.chars().all(|c| matches!(c, '\u{1f3fb}'..='\u{1f3ff}'))
}

/// What was hit with the rest of its word, where the entry stands for that, too.
fn widened(
    line: &WordLine,
    mut first: usize,
    mut last: usize,
    (opens, closes): (bool, bool),
) -> (usize, usize) {
    let touch = |a: usize| line.places[a].until == line.places[a + 1].at;
    while opens && first > 0 && !line.places[first].starts && touch(first - 1) {
        first -= 1;
    }
    while closes && last + 1 < line.places.len() && !line.places[last].ends && touch(last) {
        last += 1;
    }
    (first, last)
}

/// Whether those who wrote `places` can have meant an entry, and not a number or a word of another
/// script that looks like it by chance.
fn is_meant(form: EntryForm, places: &[LineGlyph], reading: LetterReading) -> bool {
    let n_glyphs = places[places.len() - 1].last - places[0].first + 1;
    let count = |test: &dyn Fn(LetterOrigin) -> bool| {
        places.iter().filter(|place| test(place.made)).count()
    };
    let n_other = count(&|made| {
        matches!(
            made,
            LetterOrigin::Look { .. } | LetterOrigin::Own { is_ascii: false }
        )
    });
    match form {
        EntryForm::Squeezed(n) if n_glyphs < n => return false,
        EntryForm::Look if n_other == 0 => return false,
        _ => {}
    }
    if !matches!(reading, LetterReading::Look(_)) {
        return true;
    }
    let (n_digits, n_signs) = (
        count(&|made| made == LetterOrigin::Digit),
        count(&|made| made == LetterOrigin::Sign),
    );
    let n_latin = count(&|made| made == LetterOrigin::Own { is_ascii: true });
    let n_unlike = count(&|made| made == LetterOrigin::Look { is_same: false });
    if form != EntryForm::Look && n_unlike > 0 && n_latin == 0 {
        return false;
    }
    let n_letters = places.len() - n_digits - n_signs;
    match (n_digits, n_signs) {
        (0, 0) => true,
        _ if places.len() < 3 => false,
        (0, _) => n_letters > 0 || n_signs >= 3,
        // A letter before digits names a road or a size: A55.
        _ => {
            n_letters + n_signs > 1
                || (n_letters + n_signs == 1 && places[0].made == LetterOrigin::Digit)
        }
    }
}
