//! Names that look alike.

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::refusal::Refusal;
use crate::site::Site;

/// What a name looks like: the same for two names that a reader could take for one another.
///
/// Compatibility forms, case, accents laid over letters, look-alike letters of other scripts,
/// spaces and punctuation are all folded away (Unicode TR 39 skeleton over NFKC).
pub fn look(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    let bare: String = skeleton(&folded).collect();
    let kept = bare
        .nfd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase);
    kept.map(|c| if c == '0' { 'o' } else { c }).collect()
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

/// Whether someone outside the newsroom of `site` may call themself `name`: not like one of those
/// who belong to it, like an office, or like what the site protects.
pub fn may_be_called(site: &Site, newsroom: &[String], name: &str) -> Result<(), Refusal> {
    let wanted = look(name);
    let settings = &site.settings;
    let listed = settings.protected_names.split(',');
    let mut protected = OFFICES
        .into_iter()
        .chain(listed)
        .chain([settings.title.as_str(), site.host.as_str()])
        .chain(newsroom.iter().map(String::as_str));
    let is_like = |protected: &str| {
        let protected = look(protected);
        !protected.is_empty() && protected == wanted
    };
    match protected.any(is_like) {
        true => Err(Refusal::NameProtected),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SiteId;
    use crate::settings::Settings;

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
        ] {
            assert!(!may_be(name), "{name}");
        }
        for name in ["Kim Oder", "Ann Lee", "Moderate Ann", "李雷", "…"] {
            assert!(may_be(name), "{name}");
        }
    }

    #[test]
    fn names_that_look_alike_have_one_look() {
        for twin in [
            "ann lee",
            "Ann  Lee",
            "Аnn Lee",
            "A.n.n Lee",
            "Ａｎｎ Ｌｅｅ",
            "Ann L\u{435}\u{435}",
            "Ánn Lée",
        ] {
            assert_eq!(look(twin), look("Ann Lee"), "{twin}");
        }
        assert_eq!(look("Moderator"), look("M0derator"));
    }

    #[test]
    fn names_that_differ_have_their_own_look() {
        assert_ne!(look("Ann Lee"), look("Anna Lee"));
        assert_ne!(look("李雷"), look("韩梅梅"));
    }
}
