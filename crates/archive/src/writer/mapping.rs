//! Pages that have moved.

/// Pages whose address starts with one text now start with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    from: String,
    to: String,
}

/// A text that is no mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not FROM=TO, such as https://old.example=https://news.example")]
pub struct NotAMapping(String);

impl Mapping {
    /// Read `FROM=TO`. The first `=` that an address follows divides the two.
    pub fn parse(typed: &str) -> Result<Self, NotAMapping> {
        let is_address = |text: &str| text.starts_with("http://") || text.starts_with("https://");
        let divided = typed
            .match_indices('=')
            .map(|(at, _)| (&typed[..at], &typed[at + 1..]))
            .find(|(from, to)| is_address(from) && is_address(to));
        let (from, to) = divided.ok_or_else(|| NotAMapping(typed.to_owned()))?;
        Ok(Self {
            from: from.to_owned(),
            to: to.to_owned(),
        })
    }

    /// Where `url` is now, when this mapping says. Only whole parts of an address count: a
    /// mapping of `https://a.example/b` leaves `https://a.example/bc` where it is.
    fn apply(&self, url: &str) -> Option<String> {
        let rest = url.strip_prefix(&self.from)?;
        let is_whole =
            rest.is_empty() || self.from.ends_with('/') || rest.starts_with(['/', '?', '#']);
        is_whole.then(|| format!("{}{rest}", self.to))
    }
}

/// Where `url` is now: the first mapping that fits decides.
pub(super) fn moved(mappings: &[Mapping], url: &str) -> Option<String> {
    mappings.iter().find_map(|mapping| mapping.apply(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mappings: &[&str], url: &str, expected: Option<&str>) {
        let mappings: Vec<Mapping> = mappings
            .iter()
            .map(|typed| Mapping::parse(typed).unwrap())
            .collect();
        assert_eq!(moved(&mappings, url).as_deref(), expected);
    }

    #[test]
    fn the_start_of_an_address_is_replaced() {
        let moved = ["https://old.example=http://localhost:4000"];
        check(
            &moved,
            "https://old.example/a?p=1",
            Some("http://localhost:4000/a?p=1"),
        );
        check(&moved, "https://old.example", Some("http://localhost:4000"));
        check(&moved, "https://old.example.org/a", None);
        check(&moved, "http://old.example/a", None);
    }

    #[test]
    fn the_first_mapping_that_fits_decides() {
        let moved = [
            "https://a.example/b=https://b.example",
            "https://a.example=https://c.example",
        ];
        check(&moved, "https://a.example/b/x", Some("https://b.example/x"));
        check(&moved, "https://a.example/bc", Some("https://c.example/bc"));
    }

    #[test]
    fn an_address_with_an_equals_sign_can_be_mapped() {
        check(
            &["https://a.example/?p=1=https://b.example/one"],
            "https://a.example/?p=1",
            Some("https://b.example/one"),
        );
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        for typed in ["", "a=b", "https://a.example", "https://a.example=b"] {
            assert!(Mapping::parse(typed).is_err(), "{typed}");
        }
    }
}
