//! Who may do what, and when.

use std::time::Duration;

use crate::discussion::comment::{Comment, CommentState};
use crate::discussion::image::{MAX_ALT, MAX_IMAGES};
use crate::discussion::page::{Page, PageKey};
use crate::discussion::reaction;
use crate::discussion::text::{excess, is_blank};
use crate::discussion::vote::Vote;
use crate::identity::author::{AuthorKind, Reader, Role};
use crate::publication::settings::{
    GuestPolicy, Images, ModerationMode, Passages, Settings, Voting,
};
use crate::publication::site::Site;
use crate::refusal::Refusal;
use crate::time::Time;

/// Whether a text that shows `shown` and has so many links is one that the site takes.
pub fn may_say(settings: &Settings, text: &str, shown: &str, links: usize) -> Result<(), Refusal> {
    if is_blank(shown) {
        return Err(Refusal::TextMissing);
    }
    is_short_enough(settings, text)?;
    if links > settings.max_links {
        return Err(Refusal::TooManyLinks {
            links,
            max: settings.max_links,
        });
    }
    Ok(())
}

/// Whether `text` is no longer than the site takes, which is known before anything is made of it.
pub fn is_short_enough(settings: &Settings, text: &str) -> Result<(), Refusal> {
    let max = settings.max_graphemes;
    match excess(text, max) {
        Some(graphemes) => Err(Refusal::TextTooLong { graphemes, max }),
        None => Ok(()),
    }
}

/// Whether a thread may stand at `key`: an address must be on the site, a chosen key may be any.
pub fn may_carry_thread(site: &Site, key: &PageKey) -> Result<(), Refusal> {
    match key.host() {
        Some(host) if !site.serves(host) => Err(Refusal::PageElsewhere {
            host: host.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Whether `reader` may write on `page` (`None` when it has no thread yet).
pub fn may_comment(
    settings: &Settings,
    page: Option<&Page>,
    reader: &Reader,
    now: Time,
) -> Result<(), Refusal> {
    if settings.mode == ModerationMode::Closed {
        return Err(Refusal::SiteClosed);
    }
    let has_account = reader
        .author
        .as_ref()
        .is_some_and(|own| own.kind == AuthorKind::Account);
    if settings.guests == GuestPolicy::Refused && !has_account {
        return Err(Refusal::SignInNeeded);
    }
    match page.and_then(|page| closed_since(settings, page, now)) {
        Some(since) => Err(Refusal::PageClosed { since }),
        None => Ok(()),
    }
}

/// When `page` closed: by hand, or by its age.
pub fn closed_since(settings: &Settings, page: &Page, now: Time) -> Option<Time> {
    if page.closed_at.is_some() {
        return page.closed_at;
    }
    let days = u64::from(settings.close_after_days);
    let since = page.created_at.after(Duration::from_secs(days * 86_400));
    (days > 0 && since <= now).then_some(since)
}

/// Whether `parent` takes replies.
pub fn may_reply(parent: &Comment) -> Result<(), Refusal> {
    match parent.state {
        CommentState::Published => {}
        CommentState::Removed => return Err(Refusal::ParentRemoved),
        // What readers are not shown is not told of either.
        CommentState::Held | CommentState::Rejected | CommentState::Spam => {
            return Err(Refusal::CommentUnknown);
        }
    }
    match parent.closed_at {
        Some(since) => Err(Refusal::BranchClosed { since }),
        None => Ok(()),
    }
}

/// Whether a comment may carry pictures that `alts` stand for.
pub fn may_carry_images<'a>(
    settings: &Settings,
    alts: impl ExactSizeIterator<Item = &'a str>,
) -> Result<(), Refusal> {
    if alts.len() == 0 {
        return Ok(());
    }
    if settings.images == Images::Off {
        return Err(Refusal::ImagesOff);
    }
    if alts.len() > MAX_IMAGES {
        return Err(Refusal::TooManyImages { max: MAX_IMAGES });
    }
    for alt in alts {
        if is_blank(alt) {
            return Err(Refusal::ImageAltMissing);
        }
        if let Some(graphemes) = excess(alt, MAX_ALT) {
            return Err(Refusal::ImageAltTooLong {
                graphemes,
                max: MAX_ALT,
            });
        }
    }
    Ok(())
}

/// Whether a comment may be about a passage of the article, whose readers may do `passages`.
pub const fn may_annotate(passages: Passages, parent: Option<&Comment>) -> Result<(), Refusal> {
    match (passages.takes_comments(), parent) {
        (false, _) => Err(Refusal::PassagesOff),
        (true, Some(_)) => Err(Refusal::PassageInReply),
        (true, None) => Ok(()),
    }
}

/// Whether `reader` may change the text of `comment`. Moderators always may.
pub fn may_edit(
    settings: &Settings,
    comment: &Comment,
    reader: &Reader,
    now: Time,
) -> Result<(), Refusal> {
    if matches!(
        comment.state,
        CommentState::Removed | CommentState::Spam | CommentState::Rejected
    ) {
        return Err(Refusal::CommentUnknown);
    }
    if reader.role() >= Role::Moderator {
        return Ok(());
    }
    if !reader.is(comment.author.id) {
        return Err(Refusal::NotYours);
    }
    let ended = edit_window_end(settings, comment);
    if ended < now {
        return Err(Refusal::EditWindowOver { ended });
    }
    Ok(())
}

/// Until when the author of `comment` may edit it.
pub fn edit_window_end(settings: &Settings, comment: &Comment) -> Time {
    comment.created_at.after(Duration::from_secs(
        u64::from(settings.edit_window_minutes) * 60,
    ))
}

/// Whether `reader` may remove `comment`: their own, at any time.
pub fn may_delete(comment: &Comment, reader: &Reader) -> Result<(), Refusal> {
    if comment.state == CommentState::Removed {
        return Err(Refusal::CommentUnknown);
    }
    if !reader.is(comment.author.id) && reader.role() < Role::Moderator {
        return Err(Refusal::NotYours);
    }
    Ok(())
}

/// Whether `reader` may cast `vote` on `comment` (`None` takes a vote back).
pub fn may_vote(
    settings: &Settings,
    comment: &Comment,
    reader: &Reader,
    vote: Option<Vote>,
) -> Result<(), Refusal> {
    if comment.state != CommentState::Published {
        return Err(Refusal::CommentUnknown);
    }
    if reader.is(comment.author.id) {
        return Err(Refusal::OwnComment);
    }
    match (settings.voting, vote) {
        (Voting::Off, _) | (Voting::Up, Some(Vote::Down)) => Err(Refusal::VoteNotTaken),
        _ => Ok(()),
    }
}

/// Whether `reader` may give the reaction `key` to `comment`, or take it back.
pub fn may_react(
    settings: &Settings,
    comment: &Comment,
    reader: &Reader,
    key: &str,
    is_given: bool,
) -> Result<(), Refusal> {
    if comment.state != CommentState::Published {
        return Err(Refusal::CommentUnknown);
    }
    if reader.is(comment.author.id) {
        return Err(Refusal::OwnReaction);
    }
    // What is offered no more can still be taken back.
    if is_given && !reaction::is_offered(&settings.reactions, key) {
        return Err(Refusal::ReactionNotTaken);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(images: Images, alts: &[&str]) -> Result<(), Refusal> {
        let settings = Settings {
            images,
            ..Settings::default()
        };
        may_carry_images(&settings, alts.iter().copied())
    }

    #[test]
    fn a_comment_carries_a_few_pictures_each_of_which_says_what_it_shows() {
        let long = "é".repeat(MAX_ALT);
        assert_eq!(said(Images::Off, &[]), Ok(()));
        assert_eq!(said(Images::Off, &["A bridge"]), Err(Refusal::ImagesOff));
        assert_eq!(said(Images::On, &["A", "B", "C", &long]), Ok(()));
        assert_eq!(said(Images::Hold, &["جسر"]), Ok(()));
        let max = MAX_IMAGES;
        let five = said(Images::On, &["A"; 5]);
        assert_eq!(five, Err(Refusal::TooManyImages { max }));
        for blank in ["", " ", "\u{200b}\u{2060}"] {
            let blank = said(Images::On, &["A", blank]);
            assert_eq!(blank, Err(Refusal::ImageAltMissing));
        }
        let longer = said(Images::On, &[&format!("{long}é")]);
        assert!(matches!(longer, Err(Refusal::ImageAltTooLong { .. })));
    }
}
