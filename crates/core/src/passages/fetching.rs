//! Fetching an article's text from its page, because somebody of the newsroom asks for it.

use url::Url;

use crate::refusal::Refusal;
use crate::{PageKey, Site};

/// The longest text of an article that is kept, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

/// How an attempt to fetch an article's text ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchOutcome {
    /// The text is a new version.
    New,
    /// It is that of the newest version.
    Same,
    /// There is no text.
    Failed(FetchProblem),
}

/// Why an article's text could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchProblem {
    /// The page sends to an address of none of the site's origins.
    Elsewhere,
    /// The address is one that the server must not ask.
    Forbidden,
    /// It sends on and on.
    Redirects,
    /// There was no answer in time.
    Timeout,
    /// There was no connection.
    Unreachable,
    /// The answer was another than 200.
    Status(u16),
    /// The page is longer than is read.
    TooLarge,
    /// It is no HTML.
    NotHtml,
    /// It is not written in UTF-8.
    NotUtf8,
    /// Nothing in it says which part is the article.
    NoArticle,
    /// The article has no text.
    Empty,
    /// It was given up, for the page has changed its address or is gone.
    GivenUp,
}

impl FetchProblem {
    /// The stored word, and what programs are told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::Forbidden => "forbidden",
            Self::Redirects => "redirects",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Status(_) => "status",
            Self::TooLarge => "too_large",
            Self::NotHtml => "not_html",
            Self::NotUtf8 => "not_utf8",
            Self::NoArticle => "no_article",
            Self::Empty => "empty",
            Self::GivenUp => "given_up",
        }
    }

    /// The status of the answer, where that is the problem.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            _ => None,
        }
    }
}

impl FetchOutcome {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same => "same",
            Self::Failed(problem) => problem.as_str(),
        }
    }

    /// What a stored word, with the status of the answer, says.
    pub fn parse(word: &str, status: Option<u16>) -> Option<Self> {
        let problem = match word {
            "new" => return Some(Self::New),
            "same" => return Some(Self::Same),
            "elsewhere" => FetchProblem::Elsewhere,
            "forbidden" => FetchProblem::Forbidden,
            "redirects" => FetchProblem::Redirects,
            "timeout" => FetchProblem::Timeout,
            "unreachable" => FetchProblem::Unreachable,
            "status" => FetchProblem::Status(status.unwrap_or(0)),
            "too_large" => FetchProblem::TooLarge,
            "not_html" => FetchProblem::NotHtml,
            "not_utf8" => FetchProblem::NotUtf8,
            "no_article" => FetchProblem::NoArticle,
            "empty" => FetchProblem::Empty,
            "given_up" => FetchProblem::GivenUp,
            _ => return None,
        };
        Some(Self::Failed(problem))
    }
}

/// Returns the address at which the text of an article can be fetched: the page's, where it is of one of the
/// site's origins. A site that names none has nothing fetched.
pub fn may_fetch<'k>(site: &Site, key: &'k PageKey) -> Result<&'k str, Refusal> {
    let address = key.url().ok_or(Refusal::ArticleWithoutAddress)?;
    let url = Url::parse(address).map_err(|_| Refusal::ArticleWithoutAddress)?;
    match site.allows(&url.origin().ascii_serialization()) {
        true => Ok(address),
        false => Err(Refusal::ArticleElsewhere),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Settings, SiteId};

    #[test]
    fn only_what_is_at_an_origin_of_the_site_is_fetched() {
        let site = |origins: &[&str]| Site {
            id: SiteId(1),
            host: "news.example".to_owned(),
            origins: origins.iter().map(|own| (*own).to_owned()).collect(),
            settings: Settings::default(),
            has_providers: false,
            logo: None,
            version: 1,
        };
        let news = site(&["https://news.example", "http://localhost:4000"]);
        let may = |site: &Site, typed: &str| {
            let key = PageKey::parse(typed).unwrap();
            may_fetch(site, &key).map(str::to_owned)
        };

        let story = "https://news.example/story";
        assert_eq!(may(&news, story), Ok(story.to_owned()));
        assert!(may(&news, "http://localhost:4000/story").is_ok());
        assert_eq!(may(&news, "story"), Err(Refusal::ArticleWithoutAddress));
        for elsewhere in [
            "http://news.example/story",
            "https://news.example:8443/story",
            "https://www.news.example/story",
            "http://localhost:4001/story",
        ] {
            assert_eq!(
                may(&news, elsewhere),
                Err(Refusal::ArticleElsewhere),
                "{elsewhere}"
            );
        }
        assert_eq!(may(&site(&[]), story), Err(Refusal::ArticleElsewhere));
    }

    #[test]
    fn a_stored_word_is_of_one_end() {
        use FetchProblem as P;
        let problems = [
            P::Elsewhere,
            P::Forbidden,
            P::Redirects,
            P::Timeout,
            P::Unreachable,
            P::Status(404),
            P::TooLarge,
            P::NotHtml,
            P::NotUtf8,
            P::NoArticle,
            P::Empty,
            P::GivenUp,
        ];
        for end in problems
            .map(FetchOutcome::Failed)
            .into_iter()
            .chain([FetchOutcome::New, FetchOutcome::Same])
        {
            let status = match end {
                FetchOutcome::Failed(problem) => problem.status(),
                FetchOutcome::New | FetchOutcome::Same => None,
            };
            assert_eq!(FetchOutcome::parse(end.as_str(), status), Some(end));
        }
        assert_eq!(FetchOutcome::parse("lost", None), None);
    }
}
