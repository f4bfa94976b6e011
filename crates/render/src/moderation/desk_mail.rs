//! The mail that tells a moderator that comments wait.

use askama::Template;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, Page, Site};

use crate::catalogue::{IsolatedName, NewsroomMailTexts, fill};
use crate::identity::MailText;
use crate::look::PageLook;
use crate::page::rendered;

/// The longest piece of a comment that is quoted, in characters.
const MAX_QUOTE: usize = 500;

/// A comment that waits.
#[derive(Debug, Clone, Copy)]
pub struct WaitingComment<'a> {
    /// The comment.
    pub comment: &'a Comment,
    /// The page it was written on.
    pub page: &'a Page,
}

/// The mail that tells of the newest that wait, of `n_held` altogether. Each link leads to a page with
/// buttons, for those who are signed in; `manage` is where the mails are stopped.
pub fn desk_mail(
    site: &Site,
    base: &str,
    waiting: &[WaitingComment<'_>],
    n_held: i64,
    manage: &str,
) -> MailText {
    let name = site.name();
    let texts = crate::newsroom::texts(site);
    let desk = format!("{base}/moderate/{}", site.host);
    let entries = waiting.iter().map(|one| QueuedComment {
        name: crate::moderation::name(texts, &one.comment.author),
        page: crate::moderation::title(one.page),
        quote: quote(one.comment),
        link: format!("{desk}/comments/{}", one.comment.id),
        seen: format!("{}.{}", one.comment.id, one.comment.revision),
    });
    let mail = DeskMailPage {
        language: site.settings.language,
        texts: &texts.mail,
        entries: entries.collect(),
        desk,
        manage,
    };
    MailText {
        subject: fill(
            texts.mail.subject.of(n_held),
            &[("n", &n_held), ("site", &IsolatedName(name))],
        ),
        text: mail.as_text(),
        html: rendered(&mail),
    }
}

fn quote(comment: &Comment) -> String {
    let text = markup::plain_text(&comment.html);
    crate::moderation::excerpt(&text, MAX_QUOTE)
}

struct QueuedComment<'a> {
    name: &'a str,
    page: &'a str,
    quote: String,
    link: String,
    /// The comment with the revision that the mail quotes.
    seen: String,
}

impl QueuedComment<'_> {
    /// Where it is asked once more whether to do this; what was edited meanwhile is shown.
    fn ask(&self, action: &str) -> String {
        format!("{}?decide={action}&edited={}", self.link, self.seen)
    }
}

#[derive(Template)]
#[template(path = "moderation/mail.html")]
struct DeskMailPage<'a> {
    language: Language,
    texts: &'static NewsroomMailTexts,
    entries: Vec<QueuedComment<'a>>,
    desk: String,
    manage: &'a str,
}

impl DeskMailPage<'_> {
    fn as_text(&self) -> String {
        let texts = self.texts;
        let mut text = String::new();
        for entry in &self.entries {
            text.push_str(&format!("{} {} {}:\n\n", entry.name, texts.on, entry.page));
            text.push_str(&format!("> {}\n", entry.quote));
            text.push_str(&format!("\n{}: {}\n", texts.read_it_and_decide, entry.link));
            text.push_str(&format!("{}: {}\n", texts.approve, entry.ask("approve")));
            text.push_str(&format!("{}: {}\n\n", texts.reject, entry.ask("reject")));
        }
        text.push_str(&format!(
            "{}: {}\n\n-- \n{}\n{}: {}\n",
            texts.all_that_waits,
            self.desk,
            texts.you_get_this_mail_because,
            texts.stop_these_mails,
            self.manage
        ));
        text
    }
}

/// The page that the link in these mails opens, where they are stopped (`has_ended`) or sent again.
pub fn desk_mail_page(site: &Site, assets: &str, manage: &str, has_ended: bool) -> String {
    let texts = &crate::newsroom::texts(site).mail;
    rendered(&ManagePage {
        texts,
        language: site.settings.language,
        direction: site.settings.language.direction(),
        assets: PageLook::of(assets, site),
        title: texts.title,
        site: site.name(),
        desk: format!("/moderate/{}", site.host),
        manage,
        has_ended,
    })
}

#[derive(Template)]
#[template(path = "moderation/desk_mail_page.html")]
struct ManagePage<'a> {
    texts: &'static NewsroomMailTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'static str,
    site: &'a str,
    desk: String,
    manage: &'a str,
    has_ended: bool,
}
