//! A moderator's tools inside the thread.

use askama::Template;
use rejoinder_core::moderation::{Action, Reason};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, PageKey};

use crate::Context;
use crate::links::{Act, Link, Links, Place};
use crate::page::rendered;

/// The form with which a moderator decides on `comment`.
pub fn moderate_page(context: &Context<'_>, key: &PageKey, comment: &Comment) -> String {
    let links = Links::new(context.base, context.site, key);
    rendered(&ModeratePage {
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.assets,
        title: "Moderate a comment",
        base: context.base,
        links: &links,
        comment,
    })
}

#[derive(Template)]
#[template(path = "moderation/moderate.html")]
struct ModeratePage<'a> {
    language: Language,
    direction: &'static str,
    assets: &'a str,
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
        let mut actions = vec![
            (Action::Approve, "Approve", Some('a')),
            (Action::Reject, "Reject", Some('r')),
            (Action::Spam, "Spam", Some('s')),
            (Action::Remove, "Remove", None),
        ];
        actions.push(match featured_at {
            Some(_) => (Action::Unfeature, "No longer feature", Some('f')),
            None => (Action::Feature, "Feature", Some('f')),
        });
        if parent.is_none() {
            actions.extend(match pin {
                Some(_) => vec![
                    (Action::PinUp, "Move up", None),
                    (Action::PinDown, "Move down", None),
                    (Action::Unpin, "Unpin", None),
                ],
                None => vec![(Action::Pin(1), "Pin", None)],
            });
        }
        actions.push(match closed_at {
            Some(_) => (Action::OpenBranch, "Open to replies", None),
            None => (Action::CloseBranch, "Close to replies", None),
        });
        let shown = |(action, label, key): (Action, _, _)| (action.as_str(), label, key);
        actions.into_iter().map(shown).collect()
    }

    fn reasons(&self) -> Vec<(&'static str, String)> {
        let called = |reason: &Reason| {
            let word = reason.as_str();
            (word, word.replace('_', " "))
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

    fn act(&self) -> Act<'_> {
        self.links.act(self.comment.id, "moderate")
    }

    fn back(&self) -> Link<'_> {
        self.links.to(Place::Own(self.comment.id))
    }
}
