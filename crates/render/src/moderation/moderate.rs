//! A moderator's tools inside the thread.

use askama::Template;
use rejoinder_core::moderation::{ModerationAction, Reason};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, PageKey};

use crate::RenderContext;
use crate::catalogue::NewsroomTexts;
use crate::links::{ActionLink, LinkTarget, Links, ThreadLink};
use crate::look::PageLook;
use crate::newsroom::{self, phrases};
use crate::page::rendered;

/// The form with which a moderator decides on `comment`.
pub fn moderate_page(context: &RenderContext<'_>, key: &PageKey, comment: &Comment) -> String {
    let links = Links::new(context.base, context.site, key);
    let texts = newsroom::texts(context.site);
    rendered(&ModeratePage {
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: texts.moderate.moderate_a_comment,
        texts,
        base: context.base,
        links: &links,
        comment,
    })
}

#[derive(Template)]
#[template(path = "moderation/moderate.html")]
struct ModeratePage<'a> {
    texts: &'static NewsroomTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    base: &'a str,
    links: &'a Links,
    comment: &'a Comment,
}

impl ModeratePage<'_> {
    /// What can be decided: the action's word, what it is called, and the desk's key for it.
    fn actions(&self) -> Vec<(&'static str, &'static str, Option<char>)> {
        let Comment {
            featured_at,
            pin,
            closed_at,
            parent,
            ..
        } = self.comment;
        let texts = &self.texts.acts;
        let mut actions: Vec<(ModerationAction, &'static str, Option<char>)> = vec![
            (ModerationAction::Approve, texts.approve, Some('a')),
            (ModerationAction::Reject, texts.reject, Some('r')),
            (ModerationAction::Spam, texts.spam, Some('s')),
            (ModerationAction::Remove, texts.remove_in_thread, None),
        ];
        actions.push(match featured_at {
            Some(_) => (
                ModerationAction::Unfeature,
                texts.unfeature_in_thread,
                Some('f'),
            ),
            None => (ModerationAction::Feature, texts.feature, Some('f')),
        });
        if parent.is_none() {
            actions.extend(match pin {
                Some(_) => vec![
                    (ModerationAction::PinUp, texts.pin_up, None),
                    (ModerationAction::PinDown, texts.pin_down, None),
                    (ModerationAction::Unpin, texts.unpin, None),
                ],
                None => vec![(ModerationAction::Pin(1), texts.pin, None)],
            });
        }
        actions.push(match closed_at {
            Some(_) => (ModerationAction::OpenBranch, texts.open_in_thread, None),
            None => (ModerationAction::CloseBranch, texts.close_in_thread, None),
        });
        let shown = |(action, label, key): (ModerationAction, &'static str, _)| {
            (action.as_str(), label, key)
        };
        actions.into_iter().map(shown).collect()
    }

    fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        let called = |reason: &Reason| {
            let name = phrases::why(self.texts, (*reason).into());
            (reason.as_str(), name)
        };
        Reason::ALL.iter().map(called).collect()
    }

    fn desk(&self) -> String {
        format!(
            "{}/moderate/{}/comments/{}",
            self.base, self.links.host, self.comment.id
        )
    }

    /// The author on the desk, where they are stopped.
    fn author(&self) -> String {
        format!(
            "{}/moderate/{}/authors/{}",
            self.base, self.links.host, self.comment.author.id
        )
    }

    fn act(&self) -> ActionLink<'_> {
        self.links.act(self.comment.id, "moderate")
    }

    fn back(&self) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Own(self.comment.id))
    }
}
