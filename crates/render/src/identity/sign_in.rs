//! The pages on the way in. Each works without script, and holds what the next one needs in its form.

use askama::Template;
use rejoinder_core::Author;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::language::Language;

use super::mail::publication;
use crate::catalogue::{self, AccountTexts, Catalogue, IsolatedName, fill};
use crate::look::PageLook;
use crate::page::{message_page, rendered};
use crate::{FormProblem, RenderContext};

/// Where someone who signs in came from.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignInReferrer<'a> {
    /// The path on the server's own origin that they want to go to.
    pub to: Option<&'a str>,
    /// The origin of the page that opened this one and waits to be told.
    pub origin: Option<&'a str>,
}

impl SignInReferrer<'_> {
    /// As a query that leads on to `site`.
    fn query(&self, site: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("site", site);
        for (name, value) in [("to", self.to), ("origin", self.origin)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

/// What is asked of someone who wants to sign in.
#[derive(Debug, Clone)]
pub struct SignInForm<'a> {
    /// Where they came from.
    pub door: SignInReferrer<'a>,
    /// Whether a link can be mailed.
    pub has_mail: bool,
    /// Whether passkeys work at this address.
    pub has_passkeys: bool,
    /// Who else signs readers in: what names each, and what readers know it by.
    pub providers: Vec<(i64, &'a str)>,
    /// The address, as typed.
    pub email: &'a str,
    /// Why it was not taken.
    pub problem: Option<FormProblem<'a>>,
}

/// Asks for an address.
pub fn ask_page(context: &RenderContext<'_>, asking: &SignInForm<'_>) -> String {
    let texts = &context.texts.account;
    page(context, texts.sign_in.title, SignInStep::Ask(asking))
}

/// A link that was mailed, as the browser that asked for it is told.
#[derive(Debug, Clone, Copy)]
pub struct MailedLink<'a> {
    /// Where they came from.
    pub door: SignInReferrer<'a>,
    /// The address, as typed.
    pub email: &'a str,
    /// What any other browser will ask for.
    pub code: &'a str,
}

/// Says that a link is on its way: the same whether there is an account or not.
pub fn sent_page(context: &RenderContext<'_>, link: &MailedLink<'_>) -> String {
    let texts = &context.texts.account;
    page(context, texts.sign_in.sent, SignInStep::Sent(*link))
}

/// A link that was opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenedLink<'a> {
    /// Where to go then.
    pub to: Option<&'a str>,
    /// The secret in the link.
    pub token: &'a str,
    /// The address that it was sent to.
    pub email: &'a str,
    /// Whether this is another browser than the one that asked.
    pub needs_code: bool,
    /// What a new account is to be called; `None` where there is an account.
    pub name: Option<&'a str>,
    /// Why what was typed was not taken.
    pub problem: Option<FormProblem<'a>>,
}

/// What a mailed link opens: a button, because mail scanners follow links.
pub fn link_page(context: &RenderContext<'_>, link: &OpenedLink<'_>) -> String {
    let texts = &context.texts.account;
    page(context, texts.sign_in.title, SignInStep::Link(*link))
}

/// Who one is now, and the ways on.
pub fn here_page(
    context: &RenderContext<'_>,
    account: &Author,
    door: &SignInReferrer<'_>,
) -> String {
    let texts = &context.texts.account;
    page(
        context,
        texts.sign_in.here,
        SignInStep::Here(account, *door),
    )
}

/// A browser that is sent to a provider.
#[derive(Debug, Clone, Copy)]
pub struct ProviderRedirect<'a> {
    /// What readers know the provider by.
    pub label: &'a str,
    /// Where it is.
    pub url: &'a str,
}

/// Leads on to a provider. Not a redirect: that would be the form's, which may lead nowhere else.
pub fn away_page(context: &RenderContext<'_>, away: &ProviderRedirect<'_>) -> String {
    let texts = &context.texts.account;
    page(context, texts.sign_in.title, SignInStep::Away(*away))
}

/// Who one is now, which the page that opened this one is told.
pub fn entered_page(
    context: &RenderContext<'_>,
    account: &Author,
    door: &SignInReferrer<'_>,
) -> String {
    let texts = &context.texts.account;
    page(
        context,
        texts.sign_in.here,
        SignInStep::Entered(account, *door),
    )
}

/// Why a provider has signed nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderProblem {
    /// It does not answer.
    Unreachable,
    /// It says what cannot be believed.
    Unbelievable,
    /// The reader did not want to.
    Declined,
    /// The reader took too long.
    Late,
    /// The reader has come back before.
    Twice,
    /// Another browser was sent.
    Elsewhere,
    /// Nobody was sent, as far as is known.
    Unknown,
    /// Members of the newsroom sign in by themselves.
    Newsroom,
}

/// Says why the provider that readers know as `label` has signed nobody in, and leads back.
pub fn stopped_page(
    context: &RenderContext<'_>,
    door: &SignInReferrer<'_>,
    stop: ProviderProblem,
    label: &str,
) -> String {
    let texts = &context.texts.account;
    page(
        context,
        texts.openid.stopped,
        SignInStep::Stopped(*door, stop, label),
    )
}

/// What a reader is called who has no name that they could have here.
pub fn reader_name(language: Language, seed: i64) -> String {
    let number = seed.rem_euclid(100_000);
    fill(
        catalogue::of(language).account.openid.reader,
        &[("number", &number)],
    )
}

/// That nobody is signed in any more; `back` leads on.
pub fn signed_out_page(language: Language, back: &str) -> String {
    let texts = &catalogue::of(language).account;
    message_page(texts.sign_in.gone, texts.sign_in.gone_why, back)
}

/// That a code is not the one that was shown.
pub fn code_wrong(language: Language) -> &'static str {
    catalogue::of(language).account.sign_in.code_wrong
}

enum SignInStep<'a> {
    Ask(&'a SignInForm<'a>),
    Sent(MailedLink<'a>),
    Link(OpenedLink<'a>),
    Here(&'a Author, SignInReferrer<'a>),
    Away(ProviderRedirect<'a>),
    Entered(&'a Author, SignInReferrer<'a>),
    Stopped(SignInReferrer<'a>, ProviderProblem, &'a str),
}

fn page(context: &RenderContext<'_>, title: &str, step: SignInStep<'_>) -> String {
    let language = context.site.settings.language;
    rendered(&SignInStepPage {
        texts: context.texts,
        own: &catalogue::of(language).account,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: fill(title, &[("site", &IsolatedName(publication(context)))]),
        site: &context.site.host,
        called: publication(context),
        step,
    })
}

#[derive(Template)]
#[template(path = "identity/door.html")]
struct SignInStepPage<'a> {
    texts: &'static Catalogue,
    own: &'static AccountTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    site: &'a str,
    called: &'a str,
    step: SignInStep<'a>,
}

impl SignInStepPage<'_> {
    fn with_email(&self, text: &str, email: &str) -> String {
        fill(text, &[("email", &email)])
    }

    fn here_as(&self, account: &Author) -> String {
        let (name, site) = (IsolatedName(&account.name), IsolatedName(self.called));
        match self.texts.badge(account.role) {
            Some(badge) if account.role > Role::Reader => {
                let role = badge.to_lowercase();
                let fields: [(&str, &dyn std::fmt::Display); 3] =
                    [("name", &name), ("role", &role), ("site", &site)];
                fill(self.texts.sign_in.done_as, &fields)
            }
            _ => fill(
                self.own.sign_in.here_as,
                &[("name", &name), ("site", &site)],
            ),
        }
    }

    fn with_label(&self, text: &str, label: &str) -> String {
        fill(text, &[("label", &IsolatedName(label))])
    }

    fn stopped(&self, stop: &ProviderProblem, label: &str) -> String {
        let own = &self.own.openid;
        let text = match stop {
            ProviderProblem::Unreachable => &own.unreachable,
            ProviderProblem::Unbelievable => &own.unbelievable,
            ProviderProblem::Declined => &own.declined,
            ProviderProblem::Late => &own.late,
            ProviderProblem::Twice => &own.twice,
            ProviderProblem::Elsewhere => &own.elsewhere,
            ProviderProblem::Unknown => &own.unknown,
            ProviderProblem::Newsroom => &own.newsroom,
        };
        self.with_label(text, label)
    }

    /// Where the newsroom works.
    fn desk(&self, account: &Author) -> Option<String> {
        (account.role >= Role::Moderator).then(|| format!("/moderate/{}", self.site))
    }

    fn go_on(&self, account: &Author) -> String {
        fill(
            self.own.sign_in.go_on,
            &[("name", &IsolatedName(&account.name))],
        )
    }

    fn door(&self, door: &SignInReferrer<'_>) -> String {
        door.query(self.site)
    }

    /// Where one is led who has signed in here.
    fn next(&self, door: &SignInReferrer<'_>) -> String {
        let here = || format!("/auth/sign-in?{}", door.query(self.site));
        door.to.map_or_else(here, str::to_owned)
    }

    fn problem<'p>(&self, problem: &Option<FormProblem<'p>>, field: &str) -> Option<&'p str> {
        problem
            .filter(|problem| problem.field == Some(field))
            .map(|problem| problem.detail)
    }
}
