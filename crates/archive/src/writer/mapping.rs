//! Pages that have moved.

/// Pages whose address starts with one text, or has one form, now have another.
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
    /// Read `FROM=TO`: an address or a path, and an address. The first `=` that stands between two
    /// such divides them. A `*` in FROM stands for any text, which a `*` in TO repeats.
    pub fn parse(typed: &str) -> Result<Self, NotAMapping> {
        let is_address = |text: &str| text.starts_with("http://") || text.starts_with("https://");
        let is_source = |text: &str| is_address(text) || text.starts_with('/');
        let is_whole = |from: &str, to: &str| match from.matches('*').count() {
            0 => !to.contains('*'),
            1 => to.matches('*').count() <= 1,
            _ => false,
        };
        let divided = typed
            .match_indices('=')
            .map(|(at, _)| (&typed[..at], &typed[at + 1..]))
            .find(|(from, to)| is_source(from) && is_address(to) && is_whole(from, to));
        let (from, to) = divided.ok_or_else(|| NotAMapping(typed.to_owned()))?;
        Ok(Self {
            from: from.to_owned(),
            to: to.to_owned(),
        })
    }

    /// The mapping as it was typed.
    pub fn typed(&self) -> String {
        format!("{}={}", self.from, self.to)
    }

    /// Where `url` is now, when this mapping says. Only whole parts of an address count: a
    /// mapping of `https://a.example/b` leaves `https://a.example/bc` where it is.
    fn apply(&self, url: &str) -> Option<String> {
        if let Some((start, end)) = self.from.split_once('*') {
            let found = url.strip_prefix(start)?.strip_suffix(end)?;
            return Some(self.to.replacen('*', found, 1));
        }
        let rest = url.strip_prefix(&self.from)?;
        let is_whole =
            rest.is_empty() || self.from.ends_with('/') || rest.starts_with(['/', '?', '#']);
        is_whole.then(|| format!("{}{rest}", self.to))
    }
}

/// Where pages are now, with an eye on what never fitted.
#[derive(Debug)]
pub(super) struct Mappings<'m> {
    mappings: &'m [Mapping],
    has_fitted: Vec<bool>,
}

impl<'m> Mappings<'m> {
    pub(super) fn new(mappings: &'m [Mapping]) -> Self {
        Self {
            mappings,
            has_fitted: vec![false; mappings.len()],
        }
    }

    /// Where `url` is now: the first mapping that fits decides.
    pub(super) fn moved(&mut self, url: &str) -> Option<String> {
        let mut applied = self
            .mappings
            .iter()
            .map(|mapping| mapping.apply(url))
            .enumerate();
        let (at, url) = applied.find_map(|(at, url)| Some((at, url?)))?;
        self.has_fitted[at] = true;
        Some(url)
    }

    /// Those that fitted no page.
    pub(super) fn unused(&self) -> impl Iterator<Item = &'m Mapping> {
        let all = self.mappings.iter().zip(&self.has_fitted);
        all.filter(|(_, has_fitted)| !**has_fitted)
            .map(|(mapping, _)| mapping)
    }
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
        assert_eq!(Mappings::new(&mappings).moved(url).as_deref(), expected);
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
    fn a_star_stands_for_any_text() {
        let moved = ["https://a.example/*.html=https://b.example/posts/*"];
        check(
            &moved,
            "https://a.example/2024/x.html",
            Some("https://b.example/posts/2024/x"),
        );
        check(&moved, "https://a.example/x", None);
        check(
            &["/blog/*=https://b.example/*"],
            "/blog/x",
            Some("https://b.example/x"),
        );
    }

    #[test]
    fn a_path_can_be_mapped() {
        check(&["/=https://b.example/"], "/x", Some("https://b.example/x"));
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        let typed = [
            "",
            "a=b",
            "https://a.example",
            "https://a.example=b",
            "https://a.example=https://b.example/*",
            "https://*.example/*=https://b.example/*",
        ];
        for typed in typed {
            assert!(Mapping::parse(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_mapping_that_fits_nothing_is_known() {
        let all = [
            "https://a.example=https://b.example",
            "/x=https://b.example",
        ];
        let all = all.map(|typed| Mapping::parse(typed).unwrap());
        let mut mappings = Mappings::new(&all);
        mappings.moved("https://a.example/1");
        assert_eq!(mappings.unused().collect::<Vec<_>>(), [&all[1]]);
    }
}
