//! Mails about new comments, and the pages that the links in them open.

use std::fmt::Display;

use askama::Template;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, Page, PageKey};

use crate::catalogue::{Catalogue, IsolatedName, NoticesTexts, fill};
use crate::discussion::comment::shown_name;
use crate::identity::{MailText, publication};
use crate::links::{LinkTarget, Links};
use crate::look::{MailLook, PageLook};
use crate::page::rendered;
use crate::{RenderContext, message_page};

/// The longest piece of a comment that is quoted in a mail, in characters.
const MAX_QUOTE: usize = 2_000;

/// What one mail is about.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionContext<'a> {
    /// The page.
    pub page: &'a Page,
    /// Which of its comments are told of.
    pub kind: SubscriptionKind,
    /// How often its mails go out.
    pub pace: MailPace,
    /// Where mails go.
    pub email: &'a str,
    /// Where the subscription is changed and ended.
    pub manage: &'a str,
}

/// The mail that asks whether an address is right. It says nothing that whoever asked for it could
/// have chosen, apart from the page.
pub fn confirm_mail(context: &RenderContext<'_>, notice: &SubscriptionContext<'_>) -> MailText {
    let own = &context.texts.notices;
    let title = headline(context, notice.page);
    let names: [(&str, &dyn Display); 2] = [
        ("page", &IsolatedName(&title)),
        ("site", &IsolatedName(publication(context))),
    ];
    let intro = fill(own.mail.confirm_intro, &names);
    MailText {
        subject: fill(own.mail.confirm, &names),
        text: format!(
            "{intro}\n\n{}\n\n{}\n",
            notice.manage, own.mail.confirm_not_you
        ),
        html: rendered(&ConfirmMail {
            language: context.site.settings.language,
            look: MailLook::of(context),
            own,
            intro: &intro,
            link: notice.manage,
        }),
    }
}

/// Where whoever is told of a comment can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// In the discussion alone.
    InThread,
    /// By answering the mail, too.
    ByMail,
}

/// The mail that tells of `comments`, oldest first, and that there are `n_more`.
pub fn comments_mail(
    context: &RenderContext<'_>,
    notice: &SubscriptionContext<'_>,
    comments: &[Comment],
    n_more: i64,
    answering: Answering,
) -> MailText {
    let own = &context.texts.notices;
    let links = Links::new(context.base, context.site, &notice.page.key);
    let entries: Vec<QuotedComment> = comments
        .iter()
        .map(|comment| QuotedComment {
            name: shown_name(context.texts, comment),
            quote: quote(comment),
            link: links.to(LinkTarget::Comment(comment.id)).to_string(),
        })
        .collect();
    let more = (n_more > 0).then(|| fill(own.mail.more.of(n_more), &[("n", &n_more)]));
    let why = match notice.kind {
        SubscriptionKind::Page => &own.mail.why_page,
        SubscriptionKind::Replies => &own.mail.why_replies,
        SubscriptionKind::Branch => &own.mail.why_branch,
    };
    let mail = CommentsMail {
        language: context.site.settings.language,
        look: MailLook::of(context),
        own,
        entries: &entries,
        more: more.as_deref(),
        thread: links.people().unwrap_or_else(|| links.thread()),
        answer: match answering {
            Answering::InThread => None,
            Answering::ByMail => Some(own.mail.answer),
        },
        why,
        manage: notice.manage,
    };
    MailText {
        subject: subject(context, own, notice, comments, n_more),
        text: mail.as_text(),
        html: rendered(&mail),
    }
}

pub(crate) fn subject(
    context: &RenderContext<'_>,
    own: &NoticesTexts,
    notice: &SubscriptionContext<'_>,
    comments: &[Comment],
    n_more: i64,
) -> String {
    let title = headline(context, notice.page);
    if let [comment] = comments {
        let form = match comment.parent {
            Some(_) => &own.mail.replied,
            None => &own.mail.commented,
        };
        let name = shown_name(context.texts, comment);
        return fill(
            form,
            &[
                ("name", &IsolatedName(name)),
                ("page", &IsolatedName(&title)),
            ],
        );
    }
    let n = i64::try_from(comments.len()).unwrap_or(i64::MAX) + n_more;
    fill(
        own.mail.digest.of(n),
        &[("n", &n), ("page", &IsolatedName(&title))],
    )
}

/// What a page is called; its address, where nobody has said.
pub(crate) fn headline(context: &RenderContext<'_>, page: &Page) -> String {
    let address = || page.key.url().unwrap_or(page.key.as_str()).to_owned();
    let title = page.title.clone().filter(|title| !title.is_empty());
    title.unwrap_or_else(|| match page.key.as_str() {
        "" => context.site.host.clone(),
        _ => address(),
    })
}

/// A comment as text, cut where it is long.
pub(crate) fn quote(comment: &Comment) -> String {
    let text = markup::plain_text(&comment.html);
    match text.char_indices().nth(MAX_QUOTE) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// A comment in a mail.
struct QuotedComment<'a> {
    name: &'a str,
    quote: String,
    link: String,
}

impl QuotedComment<'_> {
    fn lines(&self) -> std::str::Lines<'_> {
        self.quote.lines()
    }
}

#[derive(Template)]
#[template(path = "notices/confirm_mail.html")]
struct ConfirmMail<'a> {
    language: Language,
    look: MailLook<'a>,
    own: &'static NoticesTexts,
    intro: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "notices/notice_mail.html")]
struct CommentsMail<'a> {
    language: Language,
    look: MailLook<'a>,
    own: &'static NoticesTexts,
    entries: &'a [QuotedComment<'a>],
    more: Option<&'a str>,
    thread: &'a str,
    answer: Option<&'a str>,
    why: &'a str,
    manage: &'a str,
}

impl CommentsMail<'_> {
    fn wrote(&self, entry: &QuotedComment<'_>) -> String {
        fill(self.own.mail.wrote, &[("name", &IsolatedName(entry.name))])
    }

    fn as_text(&self) -> String {
        let mut text = String::new();
        for entry in self.entries {
            text.push_str(&self.wrote(entry));
            text.push_str("\n\n");
            for line in entry.lines() {
                text.push_str(&format!("> {line}\n"));
            }
            text.push_str(&format!("\n{}: {}\n\n", self.own.mail.read, entry.link));
        }
        if let Some(more) = self.more {
            text.push_str(&format!("{more}: {}\n\n", self.thread));
        }
        if let Some(answer) = self.answer {
            text.push_str(&format!("{answer}\n\n"));
        }
        text.push_str(&format!(
            "-- \n{}\n{}: {}\n",
            self.why, self.own.mail.stop, self.manage
        ));
        text
    }
}

/// What the page of a subscription offers.
#[derive(Debug, Clone, Copy)]
pub enum SubscriptionStep {
    /// Saying that the address is right.
    Confirm,
    /// Changing and ending it, after something was done.
    Manage(Option<SubscriptionChange>),
}

/// What was done on the page of a subscription.
#[derive(Debug, Clone, Copy)]
pub enum SubscriptionChange {
    /// The address was confirmed.
    Confirmed,
    /// The pace was changed.
    Saved,
}

/// The page on which a subscription is confirmed, changed and ended.
pub fn notices_page(
    context: &RenderContext<'_>,
    notice: &SubscriptionContext<'_>,
    step: SubscriptionStep,
) -> String {
    let own = &context.texts.notices;
    let links = Links::new(context.base, context.site, &notice.page.key);
    let headline = headline(context, notice.page);
    let back = links.people().unwrap_or_else(|| links.thread()).to_owned();
    rendered(&NoticesPage {
        texts: context.texts,
        own,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: match step {
            SubscriptionStep::Confirm => own.page.confirm,
            SubscriptionStep::Manage(_) => own.page.title,
        },
        site: publication(context),
        host: &context.site.host,
        notice,
        headline,
        step: match step {
            SubscriptionStep::Confirm => StepView::Confirm,
            SubscriptionStep::Manage(done) => StepView::Manage(done.map(|done| match done {
                SubscriptionChange::Confirmed => own.page.confirmed,
                SubscriptionChange::Saved => own.page.saved,
            })),
        },
        action: notice.manage,
        back,
    })
}

/// What became of a wish to be told.
pub fn asked_page(context: &RenderContext<'_>, key: &PageKey, is_subscribed: bool) -> String {
    let texts = &context.texts.follow;
    let links = Links::new(context.base, context.site, key);
    let text = match is_subscribed {
        true => &texts.subscribed,
        false => &texts.unconfirmed,
    };
    message_page(texts.title, text, links.thread())
}

/// How far a reader's wish to hear no more goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsubscribeReach {
    /// One kind of mails about one page, in whichever branches.
    Kind,
    /// All that the mailbox is told at the site.
    All,
}

/// That mails such as `ended` come no more, and which still do.
pub fn ended_page(
    context: &RenderContext<'_>,
    ended: &SubscriptionContext<'_>,
    reach: UnsubscribeReach,
    left: &[SubscriptionContext<'_>],
) -> String {
    let own = &context.texts.notices;
    let links = Links::new(context.base, context.site, &ended.page.key);
    let back = links.people().unwrap_or_else(|| links.thread());
    let title = headline(context, ended.page);
    let what = match ended.kind {
        SubscriptionKind::Branch => own.page.what_branches,
        kind => own.what(kind),
    };
    let what = fill(what, &[("page", &IsolatedName(&title))]);
    let site = IsolatedName(publication(context));
    let why = match (reach, left) {
        (UnsubscribeReach::All, _) => &own.page.ended_all_why,
        (UnsubscribeReach::Kind, []) => &own.page.ended_why,
        (UnsubscribeReach::Kind, _) => &own.page.ended_some_why,
    };
    let names: [(&str, &dyn Display); 3] =
        [("email", &ended.email), ("what", &what), ("site", &site)];
    rendered(&EndedPage {
        texts: context.texts,
        own,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: match reach {
            UnsubscribeReach::Kind => own.page.ended,
            UnsubscribeReach::All => own.page.ended_all,
        },
        why: fill(why, &names),
        left: left
            .iter()
            .map(|told| RemainingSubscription {
                what: fill(
                    own.what(told.kind),
                    &[("page", &IsolatedName(&headline(context, told.page)))],
                ),
                manage: told.manage,
            })
            .collect(),
        end_all: fill(own.page.end_all, &[("site", &site)]),
        back,
    })
}

/// That a link leads to no subscription.
pub fn no_notices_page(context: &RenderContext<'_>) -> String {
    let own = &context.texts.notices;
    message_page(own.page.gone, own.page.gone_why, "/")
}

/// What a mailbox is still told of.
struct RemainingSubscription<'a> {
    what: String,
    manage: &'a str,
}

#[derive(Template)]
#[template(path = "notices/notices_ended.html")]
struct EndedPage<'a> {
    texts: &'static Catalogue,
    own: &'static NoticesTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    why: String,
    left: Vec<RemainingSubscription<'a>>,
    end_all: String,
    back: &'a str,
}

enum StepView<'a> {
    Confirm,
    Manage(Option<&'a str>),
}

#[derive(Template)]
#[template(path = "notices/notices.html")]
struct NoticesPage<'a> {
    texts: &'static Catalogue,
    own: &'static NoticesTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    site: &'a str,
    host: &'a str,
    notice: &'a SubscriptionContext<'a>,
    headline: String,
    step: StepView<'a>,
    action: &'a str,
    back: String,
}

impl NoticesPage<'_> {
    fn why(&self, form: &str) -> String {
        let what = self.own.what(self.notice.kind);
        let what = fill(what, &[("page", &IsolatedName(&self.headline))]);
        fill(form, &[("email", &self.notice.email), ("what", &what)])
    }

    fn paces(&self) -> Vec<(&'static str, &str, bool)> {
        let label = |pace: &MailPace| self.texts.pace(*pace);
        let all = MailPace::ALL.iter();
        all.map(|pace| (pace.as_str(), label(pace), *pace == self.notice.pace))
            .collect()
    }

    fn end_all(&self) -> String {
        fill(self.own.page.end_all, &[("site", &IsolatedName(self.site))])
    }
}

impl NoticesTexts {
    /// Of what one is told.
    pub(crate) fn what(&self, kind: SubscriptionKind) -> &str {
        match kind {
            SubscriptionKind::Page => self.page.what_page,
            SubscriptionKind::Replies => self.page.what_replies,
            SubscriptionKind::Branch => self.page.what_branch,
        }
    }
}
