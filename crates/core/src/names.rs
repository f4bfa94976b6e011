//! Names that look alike.

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

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

#[cfg(test)]
mod tests {
    use super::*;

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
