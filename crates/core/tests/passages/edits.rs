//! Articles that are edited by chance, with what became of each of their characters.

use std::ops::Range;

use rejoinder_core::FixedRandom;
use rejoinder_core::passages::{Folded, Position, Quote, Selector, rival};

use crate::corpus::Sample;

/// A character, and where it stood before all edits.
#[derive(Clone, Copy, PartialEq)]
struct Letter {
    char: char,
    origin: Option<usize>,
}

/// What an edit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    InsertBefore,
    InsertBehind,
    InsertSomewhere,
    RewordInside,
    RewordBeside,
    DeleteBeside,
    DeletePart,
    Delete,
    DeleteParagraph,
    MoveSentence,
    MoveParagraph,
    Reorder,
    Retype,
    Restore,
}

impl Edit {
    pub(crate) const ALL: [Self; 14] = [
        Self::InsertBefore,
        Self::InsertBehind,
        Self::InsertSomewhere,
        Self::RewordInside,
        Self::RewordBeside,
        Self::DeleteBeside,
        Self::DeletePart,
        Self::Delete,
        Self::DeleteParagraph,
        Self::MoveSentence,
        Self::MoveParagraph,
        Self::Reorder,
        Self::Retype,
        Self::Restore,
    ];
}

/// A passage of an article, and the article as it was edited.
pub(crate) struct Case {
    pub(crate) selector: Selector,
    letters: Vec<Letter>,
    quoted: Range<usize>,
}

/// Chance, as the generator needs it.
pub(crate) struct Dice(FixedRandom);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(FixedRandom::seeded(seed))
    }

    pub(crate) fn below(&self, bound: usize) -> usize {
        usize::try_from(self.0.below(bound.max(1) as u64)).unwrap()
    }

    pub(crate) fn one_of<T: Copy>(&self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

impl Case {
    /// A passage of `sample`: some words, a sentence, two of them, or a paragraph.
    pub(crate) fn new(sample: &Sample, dice: &Dice) -> Self {
        let chars = sample.text.chars().enumerate();
        let letters: Vec<_> = chars
            .map(|(at, char)| Letter {
                char,
                origin: Some(at),
            })
            .collect();
        let paragraph = dice.one_of_range(&pieces(&letters, 0..letters.len(), is_break));
        let sentences = sentences(&letters, paragraph.clone());
        let sentence = dice.one_of_range(&sentences);
        let words = words(&letters, sentence.clone());
        let first = dice.below(words.len());
        let last = (first + dice.below(6)).min(words.len() - 1);
        let quoted = match dice.below(6) {
            0..3 => words[first].start..words[last].end,
            3 => sentence,
            4 => sentence.start..sentence.end.max(paragraph.end.min(sentence.end + 60)),
            _ => paragraph,
        };
        let position = Position {
            start: quoted.start,
            end: quoted.end,
        };
        let mut selector = Selector {
            quote: Quote::of(sample.text, position).unwrap(),
            position: (dice.below(4) > 0).then_some(position),
            rival: None,
        };
        if dice.below(4) > 0 {
            selector.rival = Some(rival(&Folded::new(sample.text), &selector, position));
        }
        Self {
            selector,
            letters,
            quoted,
        }
    }

    pub(crate) fn text(&self) -> String {
        self.letters.iter().map(|letter| letter.char).collect()
    }

    /// Where the passage is now; nothing where none of it is left.
    pub(crate) fn truth(&self) -> Option<(usize, usize)> {
        let is_of_it = |letter: &Letter| letter.origin.is_some_and(|at| self.quoted.contains(&at));
        let start = self.letters.iter().position(is_of_it)?;
        let last = self.letters.iter().rposition(is_of_it)?;
        Some((start, last + 1))
    }

    /// Whether what is left of the passage stands together, as far as it goes.
    pub(crate) fn is_together(&self) -> bool {
        self.truth().is_none_or(|(start, end)| {
            let strangers = self.letters[start..end]
                .iter()
                .filter(|letter| letter.origin.is_some_and(|at| !self.quoted.contains(&at)));
            strangers.count() == 0
        })
    }

    pub(crate) fn edit(&mut self, edit: Edit, sample: &Sample, dice: &Dice) {
        let (start, end) = self.truth().unwrap_or((0, 0));
        let whole = 0..self.letters.len();
        let paragraphs = pieces(&self.letters, whole.clone(), is_break);
        match edit {
            Edit::InsertBefore => self.insert_sentence(start, sample, dice),
            Edit::InsertBehind => self.insert_sentence(end, sample, dice),
            Edit::InsertSomewhere => {
                let at = dice.one_of_range(&paragraphs).start;
                self.insert(at, &format!("{}\n", dice.one_of(sample.others)));
            }
            Edit::RewordInside => self.reword(start..end, 1 + dice.below(2), sample, dice),
            Edit::RewordBeside => {
                let before = start.saturating_sub(40)..start;
                let behind = end..(end + 40).min(whole.end);
                self.reword(behind, dice.below(2), sample, dice);
                self.reword(before, 1, sample, dice);
            }
            Edit::DeleteBeside => {
                let all = sentences(&self.letters, whole);
                let beside = |piece: &&Range<usize>| piece.end <= start || piece.start >= end;
                let beside: Vec<_> = all.iter().filter(beside).cloned().collect();
                if !beside.is_empty() {
                    self.letters.drain(dice.one_of_range(&beside));
                }
            }
            Edit::DeletePart => {
                let all = words(&self.letters, start..end);
                if all.len() > 1 {
                    self.letters.drain(dice.one_of_range(&all));
                }
            }
            Edit::Delete => drop(self.letters.drain(start..end)),
            Edit::DeleteParagraph => {
                let gone = paragraphs.into_iter().find(|range| range.contains(&start));
                drop(gone.map(|gone| self.letters.drain(gone)));
            }
            Edit::MoveSentence => {
                let all = sentences(&self.letters, whole);
                self.rearrange(&all, dice);
            }
            Edit::MoveParagraph => self.rearrange(&paragraphs, dice),
            Edit::Reorder => {
                for _ in 0..paragraphs.len() {
                    let paragraphs = pieces(&self.letters, 0..self.letters.len(), is_break);
                    self.rearrange(&paragraphs, dice);
                }
            }
            Edit::Retype => self.retype(dice),
            Edit::Restore => {
                let gone: Vec<_> = self.letters.drain(start..end).collect();
                self.insert_sentence(0, sample, dice);
                let at = self
                    .letters
                    .iter()
                    .position(|letter| letter.origin >= Some(self.quoted.end));
                let at = at.unwrap_or(self.letters.len());
                self.letters.splice(at..at, gone);
            }
        }
    }

    fn insert(&mut self, at: usize, text: &str) {
        let letters = text.chars().map(|char| Letter { char, origin: None });
        self.letters.splice(at..at, letters);
    }

    fn insert_sentence(&mut self, at: usize, sample: &Sample, dice: &Dice) {
        self.insert(at, &format!(" {} ", dice.one_of(sample.others)));
    }

    fn reword(&mut self, range: Range<usize>, n: usize, sample: &Sample, dice: &Dice) {
        let mut range = range;
        for _ in 0..n {
            let all = words(&self.letters, range.clone());
            let old = dice.one_of_range(&all);
            if old.is_empty() {
                return;
            }
            let others: Vec<&str> = sample
                .others
                .iter()
                .flat_map(|other| other.split(' '))
                .collect();
            let new = dice.one_of(&others);
            let new: String = new.chars().take(12).collect();
            let len = new.chars().count();
            range.end = range.end - old.len() + len;
            let origin = self.letters[old.start].origin;
            let letters = new.chars().map(|char| Letter { char, origin });
            self.letters.splice(old, letters);
        }
    }

    /// One piece goes where another one starts.
    fn rearrange(&mut self, pieces: &[Range<usize>], dice: &Dice) {
        let (from, to) = (dice.one_of_range(pieces), dice.one_of_range(pieces).start);
        if from.contains(&to) {
            return;
        }
        let len = from.len();
        let is_behind = to > from.start;
        let mut moved: Vec<_> = self.letters.drain(from).collect();
        if moved
            .last()
            .is_some_and(|letter| !letter.char.is_whitespace())
        {
            moved.push(Letter {
                char: ' ',
                origin: None,
            });
        }
        let to = if is_behind { to - len } else { to };
        self.letters.splice(to..to, moved);
    }

    /// Other quotes, dashes and spaces, and hyphens that nobody sees.
    fn retype(&mut self, dice: &Dice) {
        let mut typed = Vec::new();
        for letter in &self.letters {
            let chars: &[char] = match letter.char {
                '“' | '”' | '„' | '«' | '»' => &['"'],
                '—' | '–' => &['-'],
                'ö' if dice.below(2) == 0 => &['o', '\u{308}'],
                'ü' if dice.below(2) == 0 => &['u', '\u{308}'],
                ' ' => dice.one_of(&[&[' '], &['\u{a0}'], &[' ', ' '], &['\n']]),
                '\n' => &['\n', '\n'],
                _ if letter.char.is_alphabetic() && dice.below(30) == 0 => {
                    typed.push(*letter);
                    &['\u{ad}']
                }
                _ => {
                    typed.push(*letter);
                    continue;
                }
            };
            let origin = letter.origin;
            typed.extend(chars.iter().map(|char| Letter {
                char: *char,
                origin,
            }));
        }
        self.letters = typed;
    }
}

impl Dice {
    fn one_of_range(&self, all: &[Range<usize>]) -> Range<usize> {
        all[self.below(all.len())].clone()
    }
}

fn is_break(char: char) -> bool {
    char == '\n'
}

/// The stretches of `range` between what `splits`, without it.
fn pieces(letters: &[Letter], range: Range<usize>, splits: fn(char) -> bool) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut start = range.start;
    for at in range.clone() {
        if splits(letters[at].char) {
            all.push(start..at);
            start = at + 1;
        }
    }
    all.push(start..range.end);
    all.retain(|piece| {
        letters[piece.clone()]
            .iter()
            .any(|letter| letter.char.is_alphanumeric())
    });
    if all.is_empty() { vec![range] } else { all }
}

/// With the mark at their ends.
fn sentences(letters: &[Letter], range: Range<usize>) -> Vec<Range<usize>> {
    let is_end = |char: char| matches!(char, '.' | '?' | '!' | '。' | '।' | '\n');
    let all = pieces(letters, range.clone(), is_end).into_iter();
    all.map(|piece| {
        let is_space = |at: &usize| letters[*at].char.is_whitespace();
        let start = piece
            .clone()
            .find(|at| !is_space(at))
            .unwrap_or(piece.start);
        let has_mark = piece.end < range.end && letters[piece.end].char != '\n';
        start..piece.end + usize::from(has_mark)
    })
    .collect()
}

fn words(letters: &[Letter], range: Range<usize>) -> Vec<Range<usize>> {
    pieces(letters, range, |char| {
        char.is_whitespace() || "。、」「".contains(char)
    })
}
