//! One line of a word list, and what it stands for.

use super::glyphs::{GlyphKind, Glyphs};
use super::line::{LetterReading, SignHandling, WordLine};
use crate::discussion::text::{excess, is_blank};

/// The longest entry, in graphemes.
pub const MAX_ENTRY: usize = 200;

/// Why an entry cannot be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryProblem {
    /// It has nothing that could be found.
    Nothing,
    /// It has a `*` in its middle.
    InnerStar,
    /// It is too long.
    TooLong,
    /// Comments never show it as it is written.
    NeverShown,
}

impl EntryProblem {
    /// What its owner is told, after the entry.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Nothing => "there is nothing in it that could be found",
            Self::InnerStar => "a * can only stand at its start and its end, for any letters",
            Self::TooLong => "it has more than 200 characters",
            Self::NeverShown => {
                "comments never show it so; write it as readers see it, without formatting"
            }
        }
    }
}

/// What an entry is looked for as.
pub(super) struct ParsedEntry<'a> {
    /// Without its stars.
    pub(super) stem: &'a str,
    /// Whether anything may stand before it in the word, and after it.
    pub(super) is_open: (bool, bool),
    /// Whether its signs are part of it: `c++`, `.com`, `free $$$`.
    pub(super) is_literal: bool,
    pub(super) forms: Vec<(String, EntryForm)>,
}

/// One way in which an entry may stand in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryForm {
    /// As it is written.
    Plain,
    /// In letters that look like its own.
    Look,
    /// With its three and more same letters cut to two: at least so many glyphs long.
    Squeezed(usize),
}

impl<'a> ParsedEntry<'a> {
    pub(super) fn parse(line: &'a str) -> Result<Self, EntryProblem> {
        let line = line.trim();
        let (rest, opens) = stripped(line, line.strip_prefix('*'));
        let (rest, closes) = stripped(rest, rest.strip_suffix('*'));
        let stem = rest.trim();
        if is_blank(stem) {
            return Err(EntryProblem::Nothing);
        }
        if stem.contains('*') {
            return Err(EntryProblem::InnerStar);
        }
        if excess(stem, MAX_ENTRY).is_some() {
            return Err(EntryProblem::TooLong);
        }
        let glyphs = Glyphs::of(stem);
        let set = set(&glyphs);
        let plain = WordLine::of(&glyphs, LetterReading::Plain, set);
        if plain.text.trim().is_empty() {
            return Err(EntryProblem::Nothing);
        }
        let mut forms = vec![(plain.text.clone(), EntryForm::Plain)];
        if plain.is_stretched() && set != SignHandling::Literal {
            let form = EntryForm::Squeezed(plain.places.len());
            forms.push((plain.squeezed(2).text, form));
        }
        let is_mixed = plain.text.contains(|c: char| c.is_ascii_alphabetic());
        for other in [stem.to_lowercase(), stem.to_uppercase()] {
            let look = WordLine::of(&Glyphs::of(&other), LetterReading::Letters, set).text;
            if forms.iter().all(|(form, _)| *form != look) {
                // What is Latin but for a letter or two reads as a Latin word.
                let is_latin = is_mixed && look.is_ascii();
                forms.push((
                    look,
                    if is_latin {
                        EntryForm::Plain
                    } else {
                        EntryForm::Look
                    },
                ));
            }
        }
        Ok(Self {
            stem,
            is_open: (opens, closes),
            is_literal: set == SignHandling::Literal,
            forms,
        })
    }
}

fn stripped<'a>(whole: &'a str, rest: Option<&'a str>) -> (&'a str, bool) {
    (rest.unwrap_or(whole), rest.is_some())
}

/// How the glyphs of an entry are set: as words, where it has nothing but letters and what stands
/// between those of words.
fn set(glyphs: &Glyphs) -> SignHandling {
    let kind = |at: usize| glyphs.all.get(at).map(|glyph| glyph.kind);
    let is_letter = |at: Option<usize>| {
        let kind = at.and_then(kind);
        matches!(kind, Some(GlyphKind::Letter | GlyphKind::Ideograph))
    };
    let is_of_words = |at: usize| match glyphs.all[at].kind {
        GlyphKind::Letter | GlyphKind::Ideograph | GlyphKind::Space | GlyphKind::Break => true,
        GlyphKind::Apostrophe => is_letter(at.checked_sub(1)) && is_letter(Some(at + 1)),
        GlyphKind::Sign => {
            let is_hyphen = matches!(glyphs.sign(at), Some('-' | '‐' | '‑'));
            is_hyphen && is_letter(at.checked_sub(1)) && is_letter(Some(at + 1))
        }
        GlyphKind::Stop => false,
    };
    let is_without_spaces = |kind: GlyphKind| kind == GlyphKind::Ideograph || kind.is_gap();
    match (0..glyphs.all.len()).all(is_of_words) {
        false => SignHandling::Literal,
        true if glyphs.all.iter().all(|glyph| is_without_spaces(glyph.kind)) => {
            SignHandling::Joined
        }
        true => SignHandling::Apart,
    }
}
