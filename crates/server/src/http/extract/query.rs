//! Query parameters and form fields, each checked and named when it is wrong.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rejoinder_core::{CommentId, Cursor, Filter, PassageId, Settings, Sort, ThreadQuery};

use crate::http::error::ApiError;

/// The largest number of roots in one answer.
const MAX_LIMIT: usize = 100;

/// The largest number of replies that are shown under each comment at first.
const MAX_REPLIES: usize = 20;

/// The numbers of roots in one answer, beside the site's own: what is asked for is rounded up, so that
/// the many ways to ask for a thread are few ways to show it.
const LIMITS: [usize; 7] = [1, 2, 5, 10, 20, 50, MAX_LIMIT];

/// The same for the replies that are shown under each comment at first.
const REPLIES: [usize; 3] = [0, 5, MAX_REPLIES];

/// Names with values, as in `a=1&b=2`.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(
            parts.uri.query().unwrap_or_default().as_bytes(),
        ))
    }
}

impl Params {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The first value of `name`; an empty one counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(own, _)| own == name);
        value
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// All values of `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The host of the site that is asked for.
    pub(crate) fn site(&self) -> Result<&str, ApiError> {
        self.get("site").ok_or_else(ApiError::site_missing)
    }

    /// What the page is called that is asked for.
    pub(crate) fn page(&self) -> &str {
        self.get("page").unwrap_or_default()
    }

    /// The value of `name`, read.
    pub(crate) fn read<T>(&self, name: &str) -> Result<Option<T>, ApiError>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let invalid = |value: &str, why| {
            ApiError::query(
                name,
                format!("The parameter `{name}` cannot be `{value}`: {why}."),
            )
        };
        let read = |value: &str| {
            value
                .parse()
                .map_err(|why: T::Err| invalid(value, why.to_string()))
        };
        self.get(name).map(read).transpose()
    }

    fn word<T>(
        &self,
        name: &str,
        from_word: impl Fn(&str) -> Option<T>,
        known: &[&str],
    ) -> Result<Option<T>, ApiError> {
        let invalid = |value| {
            let known = known.join(", ");
            let detail = format!("The parameter `{name}` cannot be `{value}`; there are: {known}.");
            ApiError::query(name, detail)
        };
        let read = |value| from_word(value).ok_or_else(|| invalid(value));
        self.get(name).map(read).transpose()
    }

    /// The value of `name`, a number from `least` to `most`.
    pub(crate) fn count(
        &self,
        name: &str,
        least: usize,
        most: usize,
    ) -> Result<Option<usize>, ApiError> {
        let invalid = || {
            let detail = format!("The parameter `{name}` must be a number from {least} to {most}.");
            ApiError::query(name, detail)
        };
        let read = |value: &str| {
            let number = value.parse().ok();
            number
                .filter(|n| (least..=most).contains(n))
                .ok_or_else(invalid)
        };
        self.get(name).map(read).transpose()
    }
}

/// A request for a thread, as far as it can be understood without the site.
#[derive(Debug)]
pub(crate) struct ThreadAsked {
    pub(crate) site: String,
    pub(crate) page: String,
    sort: Option<Sort>,
    after: Option<Cursor>,
    root: Option<CommentId>,
    filter: Option<Filter>,
    passage: Option<PassageId>,
    limit: Option<usize>,
    replies: Option<usize>,
    /// The comment under which the form is to stand.
    pub(crate) reply: Option<CommentId>,
    /// The comment that a link pointed to.
    pub(crate) marked: Option<CommentId>,
}

impl ThreadAsked {
    pub(crate) fn read(params: &Params) -> Result<Self, ApiError> {
        let sorts = Sort::ALL.map(Sort::as_str);
        let filters = Filter::ALL.map(Filter::as_str);
        Ok(Self {
            site: params.site()?.to_owned(),
            page: params.page().to_owned(),
            sort: params.word("sort", Sort::from_word, &sorts)?,
            after: params.read("after")?,
            root: params.read("root")?,
            filter: params.word("filter", Filter::from_word, &filters)?,
            passage: params.read("passage")?,
            limit: params.count("limit", 1, MAX_LIMIT)?,
            replies: params.count("replies", 0, MAX_REPLIES)?,
            reply: params.read("reply")?,
            marked: params.read("comment")?,
        })
    }

    /// The order that is asked for, unless the site has none like it any more.
    fn sort(&self, settings: &Settings) -> Sort {
        let is_there = |sort: &Sort| *sort != Sort::Agreed || settings.finds_sides();
        self.sort.filter(is_there).unwrap_or(settings.sort)
    }

    /// What is asked for, with the site's settings where nothing was said.
    pub(crate) fn query(&self, settings: &Settings) -> ThreadQuery {
        ThreadQuery {
            sort: self.sort(settings),
            after: self.after,
            root: self.root,
            filter: self.filter,
            passage: self.passage,
            limit: rounded(self.limit, settings.roots_per_page, &LIMITS),
            replies: rounded(self.replies, settings.replies_shown, &REPLIES),
        }
    }
}

/// The site's `own` number where nothing is asked for; otherwise that or the first of `steps` that is
/// enough, whichever is less.
fn rounded(asked: Option<usize>, own: usize, steps: &[usize]) -> usize {
    let asked = asked.unwrap_or(own);
    let steps = steps.iter().copied().chain([own]);
    steps.filter(|step| *step >= asked).min().unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(query: &str, expected: &Expect) {
        let shown = match ThreadAsked::read(&Params::parse(query.as_bytes())) {
            Ok(asked) => format!("{:?}", asked.query(&Settings::default())),
            Err(error) => format!("{} {:?}: {}", error.code, error.field, error.detail),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn what_was_not_said_is_the_sites_setting() {
        check(
            "site=news.example&page=a",
            &expect![
                "ThreadQuery { sort: Newest, after: None, root: None, filter: None, passage: None, limit: 20, replies: 3 }"
            ],
        );
    }

    #[test]
    fn sizes_are_rounded_up_to_a_step_or_to_the_sites_own() {
        let sizes = |limit: usize, replies: usize| {
            let query = format!("site=a&page=b&limit={limit}&replies={replies}");
            let asked = ThreadAsked::read(&Params::parse(query.as_bytes())).unwrap();
            let query = asked.query(&Settings::default());
            (query.limit, query.replies)
        };
        assert_eq!(sizes(1, 0), (1, 0));
        assert_eq!(sizes(3, 1), (5, 3));
        assert_eq!(sizes(20, 3), (20, 3));
        assert_eq!(sizes(21, 4), (50, 5));
        assert_eq!(sizes(100, 20), (100, 20));
    }

    #[test]
    fn the_parameter_that_is_wrong_is_named() {
        check(
            "page=a",
            &expect![[r#"query_invalid Some("site"): The parameter `site` is missing."#]],
        );
        check(
            "site=a&page=b&sort=hot",
            &expect![[
                r#"query_invalid Some("sort"): The parameter `sort` cannot be `hot`; there are: newest, oldest, votes, best, discussed, agreed."#
            ]],
        );
        check(
            "site=a&page=b&limit=101",
            &expect![[
                r#"query_invalid Some("limit"): The parameter `limit` must be a number from 1 to 100."#
            ]],
        );
        check(
            "site=a&page=b&after=x",
            &expect![[
                r#"query_invalid Some("after"): The parameter `after` cannot be `x`: not a cursor that this server gave."#
            ]],
        );
    }
}
