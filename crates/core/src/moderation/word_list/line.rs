//! A text's words in one line, in each of the ways in which they can be read.

use super::glyphs::{GlyphKind, Glyphs};

/// How letters are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterReading {
    /// As what they are.
    Plain,
    /// As the letters that they look like.
    Letters,
    /// As what they look like, and digits and signs as the letters that they stand for. A `1` and a
    /// `!` stand for this letter.
    Look(char),
}

/// What becomes of the signs between letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignHandling {
    /// They part words.
    Apart,
    /// They are passed over, though words may still begin and end there.
    Joined,
    /// Letters that stand alone make one word.
    Spelled,
    /// They stay.
    Literal,
}

/// How a letter of a line came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterOrigin {
    /// It is what it is.
    Own {
        is_ascii: bool,
    },
    /// It looks like it; or is the same to the eye.
    Look {
        is_same: bool,
    },
    /// A digit or a sign stands for it.
    Digit,
    Sign,
}

/// A glyph in a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineGlyph {
    /// Where it stands in the line, in bytes.
    pub(super) at: usize,
    pub(super) until: usize,
    /// Which glyph it is; or the first and the last, where several were squeezed into it.
    pub(super) first: usize,
    pub(super) last: usize,
    /// Whether a word may begin or end here.
    pub(super) starts: bool,
    pub(super) ends: bool,
    pub(super) made: LetterOrigin,
}

/// Words with single spaces between them, and the way back to the glyphs.
#[derive(Debug, Default)]
pub(super) struct WordLine {
    pub(super) text: String,
    pub(super) places: Vec<LineGlyph>,
}

/// How many signs together are taken for a trick inside a word.
const MAX_SIGNS: usize = 3;

/// What comes before the apostrophe of a word that is elided, and belongs to the next.
const ELIDED: [&str; 14] = [
    "l", "d", "j", "m", "t", "s", "c", "n", "qu", "un", "all", "dell", "nell", "sull",
];

/// What comes after the apostrophe of a contraction, and is no word.
const CONTRACTED: [&str; 7] = ["s", "t", "d", "m", "ll", "re", "ve"];

impl WordLine {
    pub(super) fn of(glyphs: &Glyphs, reading: LetterReading, set: SignHandling) -> Self {
        let writer = LineWriter {
            glyphs,
            classes: (0..glyphs.all.len())
                .map(|index| class(glyphs, index, reading))
                .collect(),
            line: Self::default(),
        };
        match set {
            SignHandling::Apart | SignHandling::Joined => writer.words(set == SignHandling::Joined),
            SignHandling::Spelled => writer.spelled(),
            SignHandling::Literal => writer.literal(),
        }
    }

    /// The same line with three and more of a letter in a row cut to `n`.
    pub(super) fn squeezed(&self, n: usize) -> Self {
        let mut line = Self::default();
        let same = |a: &LineGlyph, b: &LineGlyph| {
            a.until == b.at
                && self.text[a.at..a.until] == self.text[b.at..b.until]
                && is_squeezable(a)
        };
        let mut at = 0;
        for run in self.places.chunk_by(same) {
            line.text.push_str(&self.text[at..run[0].at]);
            at = run[run.len() - 1].until;
            let kept = if run.len() >= 3 { n } else { run.len() };
            for (nth, place) in run.iter().take(kept).enumerate() {
                let start = line.text.len();
                line.text.push_str(&self.text[place.at..place.until]);
                let end = if nth + 1 == kept {
                    &run[run.len() - 1]
                } else {
                    place
                };
                line.places.push(LineGlyph {
                    at: start,
                    until: line.text.len(),
                    last: end.last,
                    ends: end.ends,
                    ..*place
                });
            }
        }
        line.text.push_str(&self.text[at..]);
        line
    }

    /// Whether three letters in a row are the same.
    pub(super) fn is_stretched(&self) -> bool {
        self.places.windows(3).any(|three| {
            let text = |place: &LineGlyph| &self.text[place.at..place.until];
            is_squeezable(&three[0])
                && text(&three[0]) == text(&three[1])
                && text(&three[1]) == text(&three[2])
        })
    }
}

const fn is_squeezable(place: &LineGlyph) -> bool {
    matches!(
        place.made,
        LetterOrigin::Own { .. } | LetterOrigin::Look { .. }
    )
}

/// What a glyph is to a line, and the letter it is there.
#[derive(Debug, Clone, Copy)]
struct GlyphClass {
    kind: GlyphKind,
    letter: Option<char>,
    made: LetterOrigin,
}

fn class(glyphs: &Glyphs, index: usize, reading: LetterReading) -> GlyphClass {
    let glyph = &glyphs.all[index];
    let own = GlyphClass {
        kind: glyph.kind,
        letter: None,
        made: match glyphs.sign(index) {
            Some(digit) if digit.is_numeric() => LetterOrigin::Digit,
            _ => LetterOrigin::Own {
                is_ascii: glyphs.plain(index).is_ascii(),
            },
        },
    };
    let as_letter = |letter, made| GlyphClass {
        kind: GlyphKind::Letter,
        letter: Some(letter),
        made,
    };
    match (reading, glyph.look) {
        (LetterReading::Plain, _) => return own,
        (_, Some(look)) if glyph.kind == GlyphKind::Letter => {
            return as_letter(
                look.letter,
                LetterOrigin::Look {
                    is_same: look.is_same,
                },
            );
        }
        (LetterReading::Look(_), Some(look)) => return as_letter(look.letter, LetterOrigin::Sign),
        _ => {}
    }
    let LetterReading::Look(one) = reading else {
        return own;
    };
    let Some(sign) = glyphs.sign(index) else {
        return own;
    };
    if sign == 'i' && one == 'l' && glyph.is_odd_capital {
        return as_letter('l', LetterOrigin::Look { is_same: true });
    }
    if let Some(letter) = digit_as_letter(sign, one) {
        return as_letter(letter, LetterOrigin::Digit);
    }
    let beside = |index: Option<usize>| {
        let sign = index
            .filter(|at| *at < glyphs.all.len())
            .and_then(|at| glyphs.sign(at));
        sign.is_some_and(|sign| sign.is_ascii_alphanumeric() || "@$€|".contains(sign))
    };
    let (before, after) = (beside(index.checked_sub(1)), beside(Some(index + 1)));
    match sign {
        '@' if before || after => as_letter('a', LetterOrigin::Sign),
        '$' if before || after => as_letter('s', LetterOrigin::Sign),
        '€' if before || after => as_letter('e', LetterOrigin::Sign),
        '!' if after => as_letter(one, LetterOrigin::Sign),
        '|' if before || after => as_letter(one, LetterOrigin::Sign),
        '+' if before && after => as_letter('t', LetterOrigin::Sign),
        _ => own,
    }
}

const fn digit_as_letter(sign: char, one: char) -> Option<char> {
    Some(match sign {
        '0' => 'o',
        '1' => one,
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '6' | '9' => 'g',
        '7' => 't',
        '8' => 'b',
        _ => return None,
    })
}

struct LineWriter<'g> {
    glyphs: &'g Glyphs,
    classes: Vec<GlyphClass>,
    line: WordLine,
}

/// Glyphs from the first to before the second that make a word.
type GlyphRange = (usize, usize);

impl LineWriter<'_> {
    fn is_word(&self, index: usize) -> bool {
        let class = self.classes.get(index);
        class.is_some_and(|class| matches!(class.kind, GlyphKind::Letter | GlyphKind::Ideograph))
    }

    fn tokens(&self) -> Vec<GlyphRange> {
        let mut tokens = Vec::new();
        let mut at = 0;
        while at < self.classes.len() {
            if !self.is_word(at) {
                at += 1;
                continue;
            }
            let start = at;
            while self.is_word(at) {
                at += 1;
            }
            tokens.push((start, at));
        }
        tokens
    }

    fn push(&mut self, index: usize, starts: bool, ends: bool) {
        let at = self.line.text.len();
        let class = self.classes[index];
        match class.letter {
            Some(letter) => self.line.text.push(letter),
            None => self.line.text.push_str(self.glyphs.plain(index)),
        }
        self.line.places.push(LineGlyph {
            at,
            until: self.line.text.len(),
            first: index,
            last: index,
            starts,
            ends,
            made: class.made,
        });
    }

    /// A word, which may begin and end at its edges where `starts` and `ends` say so.
    fn push_token(&mut self, (from, to): GlyphRange, starts: bool, ends: bool) {
        let is_open = |at: usize| {
            let kind = |at: usize| self.classes[at].kind;
            at > from
                && at < to
                && (kind(at - 1) == GlyphKind::Ideograph || kind(at) == GlyphKind::Ideograph)
        };
        let edges: Vec<bool> = (from..=to).map(is_open).collect();
        for at in from..to {
            let starts = edges[at - from] || (at == from && starts);
            let ends = edges[at + 1 - from] || (at + 1 == to && ends);
            self.push(at, starts, ends);
        }
    }

    fn words(mut self, joined: bool) -> WordLine {
        let tokens = self.tokens();
        let joints: Vec<WordGap> = tokens
            .windows(2)
            .map(|two| self.joint(two[0], two[1], joined))
            .collect();
        for (nth, token) in tokens.iter().enumerate() {
            let before = nth.checked_sub(1).map(|nth| joints[nth]);
            let after = joints.get(nth).copied();
            if before.is_some_and(|joint| !joint.is_joined) {
                self.line.text.push(' ');
            }
            self.push_token(
                *token,
                before.is_none_or(|joint| joint.starts),
                after.is_none_or(|joint| joint.ends),
            );
        }
        self.line
    }

    /// What is between two words that follow each other.
    fn joint(&self, left: GlyphRange, right: GlyphRange, joined: bool) -> WordGap {
        let between = &self.classes[left.1..right.0];
        if let [
            GlyphClass {
                kind: GlyphKind::Apostrophe,
                ..
            },
        ] = between
        {
            return self.apostrophe(left, right, joined);
        }
        let kinds = || between.iter().map(|class| class.kind);
        let (last, first) = (left.1 - 1, right.0);
        let is = |at: usize, kind: GlyphKind| self.classes[at].kind == kind;
        let is_number = |at: usize| self.classes[at].made == LetterOrigin::Digit;
        let passes = between.len() <= MAX_SIGNS
            && match is(last, GlyphKind::Ideograph) && is(first, GlyphKind::Ideograph) {
                true => kinds().all(|kind| matches!(kind, GlyphKind::Sign | GlyphKind::Space)),
                false => {
                    kinds().all(|kind| kind == GlyphKind::Sign)
                        && !(is_number(last) && is_number(first))
                }
            };
        let is_single = |(from, to): GlyphRange| to - from == 1 && is(from, GlyphKind::Letter);
        let is_spelling = passes && joined && is_single(left) && is_single(right);
        WordGap {
            is_joined: passes && joined,
            // Inside of initials no word begins: U.S.A.
            starts: !is_spelling,
            ends: !is_spelling,
        }
    }

    fn apostrophe(&self, left: GlyphRange, right: GlyphRange, joined: bool) -> WordGap {
        let word = |(from, to): GlyphRange| {
            (from..to)
                .map(|at| self.glyphs.plain(at))
                .collect::<String>()
        };
        let (left, right) = (word(left), word(right));
        let is_contracted = CONTRACTED.contains(&right.as_str());
        let is_elided = left.chars().count() < 2 || ELIDED.contains(&left.as_str());
        WordGap {
            is_joined: joined && !is_contracted && !is_elided,
            starts: !is_contracted,
            ends: !(is_contracted && right == "t"),
        }
    }

    fn spelled(mut self) -> WordLine {
        let tokens = self.tokens();
        let is_near = |a: &GlyphRange, b: &GlyphRange| {
            let between = &self.classes[a.1..b.0];
            a.1 - a.0 == 1
                && b.1 - b.0 == 1
                && between.len() <= MAX_SIGNS
                && between.iter().all(|class| class.kind != GlyphKind::Break)
        };
        let runs: Vec<&[GlyphRange]> = tokens
            .chunk_by(is_near)
            .filter(|run| run.len() >= 3)
            .collect();
        for run in runs {
            for (nth, (at, _)) in run.iter().enumerate() {
                self.push(*at, nth == 0, nth + 1 == run.len());
            }
            self.line.text.push(' ');
        }
        self.line
    }

    fn literal(mut self) -> WordLine {
        let mut at = 0;
        let tokens = self.tokens();
        let mut tokens = tokens.iter().peekable();
        while at < self.classes.len() {
            match tokens.peek() {
                Some(token) if token.0 == at => {
                    self.push_token(**token, true, true);
                    at = token.1;
                    tokens.next();
                }
                _ if self.classes[at].kind.is_gap() => {
                    if !self.line.text.is_empty() && !self.line.text.ends_with(' ') {
                        self.line.text.push(' ');
                    }
                    at += 1;
                }
                _ => {
                    self.push(at, true, true);
                    at += 1;
                }
            }
        }
        self.line
    }
}

/// What is between two words.
#[derive(Debug, Clone, Copy)]
struct WordGap {
    is_joined: bool,
    /// Whether a word may begin after it.
    starts: bool,
    /// Whether a word may end before it.
    ends: bool,
}
