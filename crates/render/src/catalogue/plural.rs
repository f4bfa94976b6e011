use rejoinder_core::publication::language::Language;

/// A text in the form that its number asks for.
///
/// The forms are the categories of [Unicode's plural rules](https://cldr.unicode.org/index/cldr-spec/plural-rules)
/// for whole numbers; a language has some of them.
#[derive(Debug)]
pub struct Plural {
    /// Whose rule chooses.
    pub(super) language: Language,
    pub(super) zero: Option<&'static str>,
    pub(super) one: Option<&'static str>,
    pub(super) two: Option<&'static str>,
    pub(super) few: Option<&'static str>,
    pub(super) many: Option<&'static str>,
    pub(super) other: &'static str,
}

impl Plural {
    pub(crate) fn of(&self, n: i64) -> &'static str {
        let n = n.unsigned_abs();
        let form = match self.language {
            Language::English | Language::German => self.one.filter(|_| n == 1),
            Language::Spanish => match n {
                1 => self.one,
                _ => self.of_millions(n),
            },
            Language::French | Language::Portuguese => match n {
                0 | 1 => self.one,
                _ => self.of_millions(n),
            },
            Language::Russian => match (n % 10, n % 100) {
                (_, 11..=14) => self.many,
                (1, _) => self.one,
                (2..=4, _) => self.few,
                _ => self.many,
            },
            Language::Arabic => match (n, n % 100) {
                (0, _) => self.zero,
                (1, _) => self.one,
                (2, _) => self.two,
                (_, 3..=10) => self.few,
                (_, 11..) => self.many,
                _ => None,
            },
            Language::Japanese => None,
        };
        form.unwrap_or(self.other)
    }

    /// Romance languages put a word between a round million and what is counted.
    fn of_millions(&self, n: u64) -> Option<&'static str> {
        self.many.filter(|_| n > 0 && n.is_multiple_of(1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(language: Language, numbers: &[i64]) -> Vec<String> {
        let plural = Plural {
            language,
            zero: Some("zero"),
            one: Some("one"),
            two: Some("two"),
            few: Some("few"),
            many: Some("many"),
            other: "other",
        };
        numbers.iter().map(|&n| plural.of(n).to_owned()).collect()
    }

    #[test]
    fn each_language_has_its_forms_for_numbers() {
        for (language, numbers, expected) in [
            (
                Language::English,
                [0, 1, 2, 21],
                ["other", "one", "other", "other"],
            ),
            (
                Language::German,
                [0, 1, -1, 101],
                ["other", "one", "one", "other"],
            ),
            (
                Language::French,
                [0, 1, 2, 3_000_000],
                ["one", "one", "other", "many"],
            ),
            (
                Language::Spanish,
                [0, 1, 2, 1_000_000],
                ["other", "one", "other", "many"],
            ),
            (
                Language::Portuguese,
                [0, 1, 2, 1_000_000],
                ["one", "one", "other", "many"],
            ),
            (
                Language::Russian,
                [1, 22, 5, 0],
                ["one", "few", "many", "many"],
            ),
            (
                Language::Russian,
                [11, 111, 101, 1_004],
                ["many", "many", "one", "few"],
            ),
            (
                Language::Arabic,
                [0, 1, 2, 100],
                ["zero", "one", "two", "other"],
            ),
            (
                Language::Arabic,
                [3, 110, 11, 102],
                ["few", "few", "many", "other"],
            ),
            (
                Language::Japanese,
                [0, 1, 2, 21],
                ["other", "other", "other", "other"],
            ),
        ] {
            assert_eq!(
                forms(language, &numbers),
                expected,
                "{language} {numbers:?}"
            );
        }
    }

    #[test]
    fn a_form_that_a_text_lacks_is_the_general_one() {
        let plural = Plural {
            language: Language::Russian,
            zero: None,
            one: Some("{n} file"),
            two: None,
            few: None,
            many: None,
            other: "{n} files",
        };
        assert_eq!(
            [1, 2, 5].map(|n| plural.of(n)),
            ["{n} file", "{n} files", "{n} files"]
        );
    }
}
