//! Pages around signing in. Each is for one person and is kept by nobody.

use askama::Template;
use rejoinder_core::Author;
use rejoinder_core::publication::language::Language;

use crate::catalogue::{Catalogue, IsolatedName, fill};
use crate::identity::publication;
use crate::look::PageLook;
use crate::page::rendered;
use crate::{FormProblem, RenderContext};

/// What a sign-in link opens: a button, because mail scanners follow links, and the name that the
/// account goes by.
pub fn sign_in_page(
    context: &RenderContext<'_>,
    account: &Author,
    token: &str,
    problem: Option<FormProblem<'_>>,
) -> String {
    let texts = &context.texts.sign_in;
    let role = context
        .texts
        .badge(account.role)
        .unwrap_or_default()
        .to_lowercase();
    rendered(&SignInPage {
        texts: context.texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: fill(
            texts.title,
            &[("site", &IsolatedName(publication(context)))],
        ),
        why: fill(texts.r#as, &[("role", &role)]),
        site: &context.site.host,
        name: &account.name,
        token,
        problem: problem.map(|problem| problem.detail),
    })
}

#[derive(Template)]
#[template(path = "identity/sign_in.html")]
struct SignInPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    why: String,
    site: &'a str,
    name: &'a str,
    token: &'a str,
    problem: Option<&'a str>,
}
