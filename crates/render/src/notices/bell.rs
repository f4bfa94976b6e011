//! What an account is told in the page: a list that the widget shows, and the page that holds it.

use askama::Template;
use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::passages::Correction;
use rejoinder_core::publication::language::Language;
use rejoinder_core::recordings::proposals::ProposalState;
use rejoinder_core::recordings::{Proposal, Recording};
use rejoinder_core::{Comment, Page, PageKey, Time};

use crate::RenderContext;
use crate::catalogue::{Catalogue, IsolatedName, NoticesTexts, fill};
use crate::discussion::comment::shown_name;
use crate::links::{LinkTarget, Links, encoded};
use crate::look::PageLook;
use crate::notices::notice::headline;
use crate::page::rendered;
use crate::passages::correction::became;
use crate::recordings::time::seconds;

/// The longest piece of a comment that is quoted, in characters.
const MAX_QUOTE: usize = 140;

/// One thing that an account is told.
#[derive(Debug, Clone, Copy)]
pub struct BellItem<'a> {
    /// What it is about.
    pub subject: BellItemSubject<'a>,
    /// The page that this stands with.
    pub page: &'a Page,
    /// When it happened.
    pub at: Time,
    /// Whether it was read.
    pub is_read: bool,
}

/// What an account is told of.
#[derive(Debug, Clone, Copy)]
pub enum BellItemSubject<'a> {
    /// A comment, and what of it.
    Comment(NoticeKind, &'a Comment),
    /// A correction of a recording's transcript that the account proposed, and that was decided on.
    Correction(&'a Proposal, &'a Recording),
    /// A correction of an article that the account sent, and that was decided on.
    Article(&'a Correction),
}

/// The page that lists `items`, newest first. `from` is the page that its reader came from.
pub fn bell_page(
    context: &RenderContext<'_>,
    items: &[BellItem<'_>],
    from: Option<&PageKey>,
) -> String {
    let language = context.site.settings.language;
    let own = &context.texts.notices;
    let links = from.map(|key| Links::new(context.base, context.site, key));
    let has_unread = items.iter().any(|one| !one.is_read);
    rendered(&BellPage {
        texts: context.texts,
        own,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: own.bell.title,
        context,
        items,
        until: items
            .first()
            .filter(|_| has_unread)
            .map(|one| one.at.micros()),
        from: from.map(|key| key.url().unwrap_or(key.as_str())),
        back: links.as_ref().map(Links::thread),
    })
}

/// Where the page is found on the server.
pub(crate) fn path(context: &RenderContext<'_>) -> String {
    format!("/embed/notices?site={}", encoded(&context.site.host))
}

#[derive(Template)]
#[template(path = "notices/bell.html")]
struct BellPage<'a> {
    texts: &'static Catalogue,
    own: &'static NoticesTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    context: &'a RenderContext<'a>,
    items: &'a [BellItem<'a>],
    until: Option<i64>,
    from: Option<&'a str>,
    back: Option<&'a str>,
}

impl BellPage<'_> {
    fn says(&self, one: &BellItem<'_>) -> String {
        match one.subject {
            BellItemSubject::Comment(kind, comment) => self.of_comment(one, kind, comment),
            BellItemSubject::Correction(proposal, recording) => {
                self.of_correction(proposal, recording)
            }
            BellItemSubject::Article(correction) => {
                let page = headline(self.context, one.page);
                became(&self.texts.corrections.told, correction, &page)
            }
        }
    }

    fn of_comment(&self, one: &BellItem<'_>, kind: NoticeKind, comment: &Comment) -> String {
        let texts = &self.own.bell;
        let form = match kind {
            NoticeKind::Reply => &texts.reply,
            NoticeKind::Comment => &texts.comment,
            NoticeKind::Mention => &texts.mention,
            NoticeKind::Approved => &texts.approved,
            NoticeKind::Rejected => &texts.rejected,
            NoticeKind::Featured => &texts.featured,
            NoticeKind::Challenged => &texts.challenged,
        };
        let page = headline(self.context, one.page);
        let name = shown_name(self.texts, comment);
        fill(
            form,
            &[
                ("name", &IsolatedName(name)),
                ("page", &IsolatedName(&page)),
            ],
        )
    }

    fn of_correction(&self, proposal: &Proposal, recording: &Recording) -> String {
        let texts = &self.own.bell;
        let form = match proposal.state {
            ProposalState::Accepted => &texts.correction_accepted,
            ProposalState::Declined => &texts.correction_declined,
            ProposalState::Outdated | ProposalState::Held | ProposalState::Open => {
                &texts.correction_outdated
            }
        };
        fill(form, &[("title", &IsolatedName(&recording.title))])
    }

    /// The comment, or where its author reads why nobody sees it; the line of a correction.
    fn link(&self, one: &BellItem<'_>) -> String {
        let links = Links::new(self.context.base, self.context.site, &one.page.key);
        match one.subject {
            BellItemSubject::Comment(_, comment) if !comment.is_published() => self.account(),
            BellItemSubject::Comment(_, comment) => {
                links.to(LinkTarget::Comment(comment.id)).to_string()
            }
            BellItemSubject::Correction(proposal, recording) => {
                let at = seconds(proposal.start_ms);
                format!("{}&t={at}#t={at}", links.recording(recording.id))
            }
            BellItemSubject::Article(_) => links.reading().to_owned(),
        }
    }

    fn account(&self) -> String {
        format!("{}/account/{}", self.context.base, self.context.site.host)
    }

    /// What the editor says who declined a correction.
    fn reason<'a>(&self, one: &BellItem<'a>) -> Option<&'a str> {
        match one.subject {
            BellItemSubject::Comment(..) => None,
            BellItemSubject::Correction(proposal, _) => proposal.reason.as_deref(),
            BellItemSubject::Article(correction) => correction.reason.as_deref(),
        }
    }

    fn quote(&self, one: &BellItem<'_>) -> String {
        let text = match one.subject {
            BellItemSubject::Comment(_, comment) => markup::plain_text(&comment.html),
            BellItemSubject::Correction(proposal, _) => proposal.after.text.clone(),
            BellItemSubject::Article(correction) => correction.text.clone(),
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(MAX_QUOTE) {
            Some((end, _)) => {
                let cut = &text[..end];
                format!("{}…", cut.rsplit_once(' ').map_or(cut, |(words, _)| words))
            }
            None => text,
        }
    }

    fn day(&self, time: &Time) -> String {
        self.texts.date(*time).to_string()
    }
}
