//! A text as the letters and signs that a reader sees.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton;
use unicode_segmentation::UnicodeSegmentation;

use crate::discussion::text::is_invisible;
use crate::folding::{is_laid_over, plain};

/// What a glyph is to the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GlyphKind {
    /// Makes words together with its neighbours.
    Letter,
    /// Of a script that is written without spaces: a word may begin and end at each.
    Ideograph,
    /// Between letters it is part of a word, or joins two.
    Apostrophe,
    /// A sign that people also put between the letters of a word.
    Sign,
    /// A sign that ends a word for sure.
    Stop,
    Space,
    Break,
}

impl GlyphKind {
    pub(super) const fn is_gap(self) -> bool {
        matches!(self, Self::Space | Self::Break)
    }
}

/// What a reader takes a glyph for, where that is not what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LookAlike {
    pub(super) letter: char,
    /// Nobody could tell the two apart.
    pub(super) is_same: bool,
}

/// What stands for itself, a whole grapheme; those of which nothing is seen are left out.
#[derive(Debug)]
pub(super) struct Glyph {
    pub(super) kind: GlyphKind,
    /// Where it stands in the text, in bytes.
    pub(super) source: Range<usize>,
    /// Its folded form in [`Glyphs::folded`].
    plain: Range<usize>,
    pub(super) look: Option<LookAlike>,
    /// A capital letter after a small one.
    pub(super) is_odd_capital: bool,
}

/// The glyphs of a text.
#[derive(Debug, Default)]
pub(super) struct Glyphs {
    pub(super) all: Vec<Glyph>,
    folded: String,
}

impl Glyphs {
    pub(super) fn of(text: &str) -> Self {
        let mut glyphs = Self::default();
        let mut was_small = false;
        for (at, grapheme) in text.grapheme_indices(true) {
            let start = glyphs.folded.len();
            fold(grapheme, &mut glyphs.folded);
            let folded = &glyphs.folded[start..];
            let (Some(first), Some(typed)) = (folded.chars().next(), seen(grapheme).next()) else {
                continue;
            };
            let kind = kind(first, typed);
            let look = look(typed, folded, kind);
            glyphs.all.push(Glyph {
                kind,
                source: at..at + grapheme.len(),
                plain: start..glyphs.folded.len(),
                look,
                is_odd_capital: was_small && typed.is_uppercase(),
            });
            was_small = typed.is_lowercase();
        }
        glyphs
    }

    /// The folded form of the glyph at `index`.
    pub(super) fn plain(&self, index: usize) -> &str {
        &self.folded[self.all[index].plain.clone()]
    }

    /// The one sign that the glyph at `index` is, when it is one.
    pub(super) fn sign(&self, index: usize) -> Option<char> {
        let mut chars = self.plain(index).chars();
        chars.next().filter(|_| chars.next().is_none())
    }
}

fn seen(grapheme: &str) -> impl Iterator<Item = char> {
    grapheme.chars().filter(|c| !is_invisible(*c))
}

/// Adds a grapheme as it is meant: compatibility forms, case, accents and ligatures folded away.
fn fold(grapheme: &str, out: &mut String) {
    if let [byte] = grapheme.as_bytes() {
        if !is_invisible(char::from(*byte)) {
            out.push(char::from(byte.to_ascii_lowercase()));
        }
        return;
    }
    let first = seen(grapheme).next();
    if first.is_some_and(stands_for_itself) {
        out.extend(seen(grapheme));
        return;
    }
    for c in plain(grapheme.chars()) {
        match spelled(c) {
            Some(spelled) => out.push_str(spelled),
            None => out.push(c),
        }
    }
}

/// Signs whose compatibility form would make letters or numbers of them.
const fn stands_for_itself(c: char) -> bool {
    matches!(c, '´' | '`' | '™' | '℠' | '¨' | '¯' | '¸' | '²' | '³' | '¹' | '\u{2070}'..='\u{2079}' | '\u{2080}'..='\u{2089}')
}

/// Letters that have a plain spelling.
const fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ς' => "σ",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ᴀ' | 'ɑ' => "a",
        'ʙ' => "b",
        'ᴄ' => "c",
        'ᴅ' | 'đ' | 'ð' => "d",
        'ᴇ' => "e",
        'ꜰ' => "f",
        'ɢ' | 'ɡ' => "g",
        'ʜ' | 'ħ' => "h",
        'ɪ' | 'ı' | 'ɩ' => "i",
        'ᴊ' | 'ȷ' => "j",
        'ᴋ' | 'ĸ' => "k",
        'ʟ' | 'ł' => "l",
        'ᴍ' => "m",
        'ɴ' => "n",
        'ᴏ' | 'ø' => "o",
        'ᴘ' => "p",
        'ʀ' => "r",
        'ꜱ' => "s",
        'ᴛ' | 'ŧ' => "t",
        'ᴜ' => "u",
        'ᴠ' => "v",
        'ᴡ' => "w",
        'ʏ' => "y",
        'ᴢ' => "z",
        _ => return None,
    })
}

fn kind(folded: char, typed: char) -> GlyphKind {
    match folded {
        _ if matches!(typed, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') => GlyphKind::Break,
        _ if folded.is_whitespace() || folded == '\u{2800}' => GlyphKind::Space,
        '\'' | '`' | '´' | '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | 'ʹ' | '′' | '՚' | '׳' => {
            GlyphKind::Apostrophe
        }
        _ if stands_for_itself(typed) => GlyphKind::Sign,
        ',' | ';' | '?' | '!' | '"' | '“' | '”' | '„' | '«' | '»' | '‹' | '›' | '¿' | '¡'
        | '。' | '、' | '「' | '」' | '『' | '』' | '،' | '؛' | '؟' | '।' | '॥' => {
            GlyphKind::Stop
        }
        _ if is_without_spaces(folded) => GlyphKind::Ideograph,
        _ if folded.is_alphanumeric() => GlyphKind::Letter,
        _ => GlyphKind::Sign,
    }
}

/// Scripts that set no spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, Hiragana, Han.
const fn is_without_spaces(c: char) -> bool {
    matches!(c,
        '\u{e01}'..='\u{eff}' | '\u{f40}'..='\u{fbc}' | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17d3}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309f}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// The Latin letter that a reader would take a glyph for.
fn look(typed: char, folded: &str, kind: GlyphKind) -> Option<LookAlike> {
    if let Some(letter) = boxed(typed) {
        let is_same = true;
        return Some(LookAlike { letter, is_same });
    }
    let mut chars = folded.chars();
    let (Some(own), None) = (chars.next(), chars.next()) else {
        return None;
    };
    if own.is_ascii() || kind != GlyphKind::Letter {
        return None;
    }
    let is_capital = typed.is_uppercase();
    if let Some(letter) = of_cyrillic(own).or_else(|| of_greek(own, is_capital)) {
        let is_same = match is_capital {
            true => !matches!(own, 'г' | 'и' | 'п' | 'я' | 'ь'),
            false => matches!(
                own,
                'а' | 'е'
                    | 'о'
                    | 'р'
                    | 'с'
                    | 'у'
                    | 'х'
                    | 'і'
                    | 'ј'
                    | 'ѕ'
                    | 'ԁ'
                    | 'һ'
                    | 'ԛ'
                    | 'ԝ'
                    | 'ӏ'
                    | 'ο'
            ),
        };
        return Some(LookAlike { letter, is_same });
    }
    let latin = |c: char| {
        let prototype: String = skeleton(c.encode_utf8(&mut [0; 4])).nfd().collect();
        let mut bare = prototype.chars().filter(|c| !is_laid_over(*c));
        let letter = bare.next().filter(|_| bare.next().is_none())?;
        letter
            .is_ascii_alphabetic()
            .then(|| letter.to_ascii_lowercase())
    };
    let letter = latin(own).or_else(|| latin(typed))?;
    Some(LookAlike {
        letter,
        is_same: true,
    })
}

/// Letters in black circles and boxes.
fn boxed(c: char) -> Option<char> {
    let first = match c {
        '\u{1f150}'..='\u{1f169}' => 0x1f150,
        '\u{1f170}'..='\u{1f189}' => 0x1f170,
        _ => return None,
    };
    let nth = u8::try_from(u32::from(c) - first).ok()?;
    Some(char::from(b'a' + nth))
}

const fn of_cyrillic(c: char) -> Option<char> {
    Some(match c {
        'а' => 'a',
        'в' | 'ь' => 'b',
        'с' | 'ҫ' => 'c',
        'ԁ' => 'd',
        'е' | 'є' | 'ҽ' => 'e',
        'ғ' => 'f',
        'ԍ' => 'g',
        'н' | 'һ' => 'h',
        'і' => 'i',
        'ј' => 'j',
        'к' | 'қ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'п' => 'n',
        'о' => 'o',
        'р' => 'p',
        'ԛ' => 'q',
        'г' | 'я' => 'r',
        'ѕ' => 's',
        'т' => 't',
        'и' => 'u',
        'ѵ' => 'v',
        'ԝ' => 'w',
        'х' | 'ҳ' => 'x',
        'у' | 'ү' | 'ұ' => 'y',
        _ => return None,
    })
}

const fn of_greek(c: char, is_capital: bool) -> Option<char> {
    Some(match (c, is_capital) {
        ('α', _) => 'a',
        ('β', _) => 'b',
        ('ε', _) => 'e',
        ('γ', false) => 'y',
        ('η', false) => 'n',
        ('η', true) => 'h',
        ('ι', _) => 'i',
        ('κ', _) => 'k',
        ('μ', true) => 'm',
        ('μ', false) => 'u',
        ('ν', true) => 'n',
        ('ν', false) => 'v',
        ('ο', _) => 'o',
        ('ρ', _) => 'p',
        ('σ', false) => 'o',
        ('τ', _) => 't',
        ('υ', true) => 'y',
        ('υ', false) => 'u',
        ('χ', _) => 'x',
        ('ω', false) => 'w',
        ('ζ', true) => 'z',
        _ => return None,
    })
}
