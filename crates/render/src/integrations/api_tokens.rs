//! The owner's page about the tokens of the publisher's own programs.

use askama::Template;
use rejoinder_core::{ApiScope, AuthorId, Time};

use crate::catalogue;
use crate::newsroom::{Age, NewsroomFrame};
use crate::page::rendered;

/// A token, without its secret.
#[derive(Debug, Clone)]
pub struct TokenLine {
    /// Names it.
    pub id: AuthorId,
    /// What the program is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// The name of who made it, while their account is there.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it stops working.
    pub expires_at: Time,
    /// The day of its last use.
    pub used_at: Option<Time>,
}

/// A token that was just made, or could not be, and the form for another.
#[derive(Debug, Clone, Copy)]
pub struct ApiTokenForm<'a> {
    /// The token, which is shown once.
    pub secret: Option<&'a str>,
    /// The name as typed.
    pub name: &'a str,
    /// What was chosen.
    pub scopes: &'a [ApiScope],
    /// How many days it can work.
    pub lifetimes: &'a [u32],
    /// How many days were chosen.
    pub days: u32,
    /// Why none was made.
    pub problem: Option<&'a str>,
}

/// All tokens of a site.
pub fn api_tokens_page(
    frame: &NewsroomFrame<'_>,
    tokens: &[TokenLine],
    new: &ApiTokenForm<'_>,
) -> String {
    rendered(&ApiTokensPage { frame, tokens, new })
}

#[derive(Template)]
#[template(path = "integrations/api_tokens.html")]
struct ApiTokensPage<'a> {
    frame: &'a NewsroomFrame<'a>,
    tokens: &'a [TokenLine],
    new: &'a ApiTokenForm<'a>,
}

impl ApiTokensPage<'_> {
    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    fn day(&self, time: &Time) -> String {
        let language = self.frame.site.settings.language;
        catalogue::of(language).date(*time).to_string()
    }

    fn is_over(&self, token: &TokenLine) -> bool {
        token.expires_at <= self.frame.now
    }

    fn about(&self, scope: &ApiScope) -> &'static str {
        let texts = &self.frame.texts().scopes;
        match scope {
            ApiScope::CommentsRead => texts.comments_read,
            ApiScope::CommentsWrite => texts.comments_write,
            ApiScope::ModerationRead => texts.moderation_read,
            ApiScope::ModerationWrite => texts.moderation_write,
            ApiScope::ArticlesWrite => texts.articles_write,
        }
    }

    fn scopes(&self) -> impl Iterator<Item = (ApiScope, bool)> {
        let is_chosen = |scope: ApiScope| self.new.scopes.contains(&scope);
        ApiScope::ALL
            .into_iter()
            .map(move |scope| (scope, is_chosen(scope)))
    }
}
