//! Names that look alike.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

use crate::publication::site::Site;
use crate::refusal::Refusal;

/// Whether a reader could take two names for one another.
///
/// Each name has two looks: letters are compared in the case in which they stand (`PauI` is like
/// `Paul`) and in lower case (`ΝΙΚΟΣ` is like `νικος`). One that they share is enough.
pub fn are_alike(name: &str, other: &str) -> bool {
    let other = looks(other);
    looks(name)
        .iter()
        .any(|look| !look.is_empty() && other.contains(look))
}

/// What a name looks like as it stands, and in lower case.
pub(crate) fn looks(name: &str) -> [String; 2] {
    let plain: String = name.nfkc().map(plain_letter).collect();
    let in_its_case: String = skeleton(&plain).collect();
    [fold(&in_its_case), fold(&plain)]
}

/// Compatibility forms, case, accents laid over letters, look-alike letters of other scripts,
/// spaces and punctuation are all folded away (Unicode TR 39 skeleton over NFKC).
fn fold(name: &str) -> String {
    let lower: String = name.chars().flat_map(char::to_lowercase).collect();
    let bare: String = skeleton(&lower).collect();
    let kept = bare
        .nfd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .map(plain_letter);
    let like = |c| match c {
        '0' => 'o',
        // An `I` is like an `l`, and an `i` is like an `I`.
        'i' | '1' => 'l',
        c => c,
    };
    kept.map(like).collect()
}

/// The letter of which `c` is a small capital, or that it shows in a square or a circle.
fn plain_letter(c: char) -> char {
    const SMALL_CAPITALS: [(char, char); 28] = [
        ('ᴀ', 'a'),
        ('ʙ', 'b'),
        ('ᴃ', 'b'),
        ('ᴄ', 'c'),
        ('ᴅ', 'd'),
        ('ᴇ', 'e'),
        ('ꜰ', 'f'),
        ('ɢ', 'g'),
        ('ʜ', 'h'),
        ('ɪ', 'i'),
        ('ᵻ', 'i'),
        ('ᴊ', 'j'),
        ('ᴋ', 'k'),
        ('ʟ', 'l'),
        ('ᴌ', 'l'),
        ('ᴍ', 'm'),
        ('ɴ', 'n'),
        ('ᴏ', 'o'),
        ('ᴘ', 'p'),
        ('ꞯ', 'q'),
        ('ʀ', 'r'),
        ('ꜱ', 's'),
        ('ᴛ', 't'),
        ('ᴜ', 'u'),
        ('ᴠ', 'v'),
        ('ᴡ', 'w'),
        ('ʏ', 'y'),
        ('ᴢ', 'z'),
    ];
    let after_a = |first: u32| {
        let nth = u32::from(c) - first;
        char::from_u32(u32::from('a') + nth).unwrap_or(c)
    };
    match c {
        // White on black circles and squares, and what flags are made of.
        '\u{1f150}'..='\u{1f169}' => after_a(0x1_f150),
        '\u{1f170}'..='\u{1f189}' => after_a(0x1_f170),
        '\u{1f1e6}'..='\u{1f1ff}' => after_a(0x1_f1e6),
        c => SMALL_CAPITALS
            .iter()
            .find_map(|(small, plain)| (*small == c).then_some(*plain))
            .unwrap_or(c),
    }
}

/// Words that say of someone that they speak for the publication.
const OFFICES: [&str; 10] = [
    "admin",
    "administrator",
    "editor",
    "editorial team",
    "moderator",
    "moderation",
    "newsroom",
    "owner",
    "publisher",
    "staff",
];

/// What the badge of those who gave is called in each of our languages.
const SUPPORTERS: [&str; 10] = [
    "supporter",
    "unterstützer",
    "unterstützerin",
    "unterstützt",
    "soutien",
    "apoya",
    "apoiador",
    "поддерживает",
    "داعم",
    "サポーター",
];

/// What the badge of those who wrote the article is called in each of our languages.
const BYLINES: [&str; 9] = [
    "author",
    "author of the article",
    "hat den artikel geschrieben",
    "auteur de l’article",
    "autor del artículo",
    "autor do artigo",
    "автор статьи",
    "كاتب المقال",
    "記事の筆者",
];

/// Whether a part of `name` that is set apart from the rest looks like a badge: `Ann (Staff)`,
/// `Ann · Supporter`.
fn wears_a_badge(name: &str) -> bool {
    let is_part_of_names = |c: char| {
        c.is_alphanumeric()
            || c.is_whitespace()
            || is_combining_mark(c)
            || "-'’.,&\u{200c}\u{200d}".contains(c)
    };
    // A dash between spaces sets apart, too; one within a name does not.
    let name = name.replace(" - ", " | ");
    let parts: Vec<&str> = name.split(|c| !is_part_of_names(c)).collect();
    let badges = || OFFICES.into_iter().chain(SUPPORTERS).chain(BYLINES);
    let looks_like_one = |part: &&str| badges().any(|badge| are_alike(part, badge));
    parts.len() > 1 && parts.iter().any(looks_like_one)
}

/// Whether someone outside the newsroom of `site` may call themself `name`: not like one of those
/// who belong to it, like an office, or like what the site protects.
pub fn may_be_called(site: &Site, newsroom: &[String], name: &str) -> Result<(), Refusal> {
    let settings = &site.settings;
    let listed = settings.protected_names.split(',');
    if wears_a_badge(name) {
        return Err(Refusal::NameProtected);
    }
    let mut protected = OFFICES
        .into_iter()
        .chain(SUPPORTERS)
        .chain(BYLINES)
        .chain(listed)
        .chain([settings.title.as_str(), site.host.as_str()])
        .chain(newsroom.iter().map(String::as_str));
    match protected.any(|protected| are_alike(name, protected)) {
        true => Err(Refusal::NameProtected),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SiteId;
    use crate::publication::settings::Settings;

    fn may_be(name: &str) -> bool {
        let site = Site {
            id: SiteId(1),
            host: "news.example".to_owned(),
            origins: Vec::new(),
            settings: Settings {
                title: "The Courier".to_owned(),
                protected_names: "Mayor Quill, Town Council".to_owned(),
                ..Settings::default()
            },
            has_providers: false,
            logo: None,
            version: 1,
        };
        may_be_called(&site, &["Kim Ode".to_owned()], name).is_ok()
    }

    #[test]
    fn nobody_else_is_called_like_the_newsroom() {
        for name in [
            "Kim Ode",
            "kim  ode",
            "Kіm Оdе",
            "K.i.m Ode",
            "Ｋｉｍ Ode",
            "Moderator",
            "M0derator",
            "ADMIN",
            "The Courier",
            "News.Example",
            "mayor quill",
            "TownCouncil",
            "ᴍᴏᴅᴇʀᴀᴛᴏʀ",
            "ᴋɪᴍ ᴏᴅᴇ",
            "Editoria1 Team",
            "ADMlN",
            "AdmIn",
            "🅼🅾🅳🅴🆁🅰🆃🅾🆁",
            "🅜🅞🅓🅔🅡🅐🅣🅞🅡",
            "🇦🇩🇲🇮🇳",
            "Ⓜⓞⓓⓔⓡⓐⓣⓞⓡ",
            "Mayor QuiIl",
            "Mayor Quil1",
            "ᴛʜᴇ ᴄᴏᴜʀɪᴇʀ",
            "MΟDΕRΑTΟR",
        ] {
            assert!(!may_be(name), "{name}");
        }
        for name in ["Kim Oder", "Ann Lee", "Moderate Ann", "李雷", "…"] {
            assert!(may_be(name), "{name}");
        }
    }

    #[test]
    fn names_that_look_alike_are_alike() {
        for twin in [
            "ann lee",
            "Ann  Lee",
            "Аnn Lee",
            "A.n.n Lee",
            "Ａｎｎ Ｌｅｅ",
            "Ann L\u{435}\u{435}",
            "Ánn Lée",
            "ANN LEE",
            "Ann Iee",
            "Ann |ee",
            "ᴀɴɴ ʟᴇᴇ",
            "ＡＮＮ ＬＥＥ",
            "𝐀𝐧𝐧 𝓛𝓮𝓮",
            "Ａnn Lее",
        ] {
            assert!(are_alike(twin, "Ann Lee"), "{twin}");
        }
        for (one, other) in [
            ("Moderator", "M0derator"),
            ("PauI", "Paul"),
            ("PAUI", "PAUL"),
            ("paul", "PAUL"),
            ("Pau1", "Paul"),
            ("IAN", "ian"),
            ("Ian", "lan"),
            ("ΝΙΚΟΣ", "Νικοσ"),
            ("ИВАН", "иван"),
            ("ВОВА", "BOBA"),
            ("ᴘᴀᴜʟ", "PAUL"),
        ] {
            assert!(are_alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn names_that_differ_are_not_alike() {
        for (one, other) in [
            ("Ann Lee", "Anna Lee"),
            ("李雷", "韩梅梅"),
            ("Paul", "Paula"),
            ("Tim", "Tom"),
            ("…", "!"),
            ("", ""),
        ] {
            assert!(!are_alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_badge_is_not_made_of_a_name() {
        for name in [
            "Supporter",
            "Ѕupporter",
            "Ann (Supporter)",
            "Ann · Supporter",
            "Ann ✓ Supporter",
            "Ann | Staff",
            "Ann - Moderator",
            "Ann [Unterstützer]",
            "サポーター",
            "❤ supporter ❤",
            "Ann (Author)",
            "Author of the Article",
            "Ann · Автор статьи",
        ] {
            assert!(!may_be(name), "{name}");
        }
        for name in [
            "Ann Lee",
            "Chelsea Supporter",
            "Author Ann",
            "Ann (from Leeds)",
            "Ann Smith-Owner",
            "O’Brien",
            "Ann - Leeds",
        ] {
            assert!(may_be(name), "{name}");
        }
    }
}
