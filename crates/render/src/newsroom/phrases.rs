//! What the newsroom's pages call things.

use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::{
    Finding, FindingMark, FlagReason, JudgedField, LogAction, ModerationAction, StateReason,
};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{CommentState, Word};

use crate::catalogue::{self, NewsroomTexts, fill};

/// What was just done, as the status line tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlashMessage {
    /// In a sentence or two.
    pub text: String,
    /// The decisions that a button undoes, and where it leads back to.
    pub undo: Option<(String, String)>,
}

impl FlashMessage {
    /// That `n` comments were decided on, and `n_edited` and `n_refused` were not, because they were
    /// edited meanwhile or for another reason.
    pub fn decided(
        texts: &NewsroomTexts,
        action: LogAction,
        n: usize,
        n_edited: usize,
        n_refused: usize,
    ) -> Self {
        let texts_of = &texts.decided;
        let counted = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let done = done(texts, action);
        let mut sentences = Vec::new();
        match n {
            0 => {}
            1 => sentences.push(fill(texts_of.one, &[("done", &done)])),
            n => sentences.push(fill(
                texts_of.many,
                &[("n", &n), ("done", &done.to_lowercase())],
            )),
        }
        let refused = match action {
            LogAction::Undo => &texts_of.not_undone,
            _ => &texts_of.refused,
        };
        for (n, text) in [(n_edited, &texts_of.edited), (n_refused, refused)] {
            if n > 0 {
                sentences.push(fill(text.of(counted(n)), &[("n", &n)]));
            }
        }
        if sentences.is_empty() {
            sentences.push(texts_of.nothing.to_owned());
        }
        Self::new(&sentences.join(" "))
    }

    /// That something else was done.
    pub fn done(texts: &NewsroomTexts, action: LogAction) -> Self {
        Self::new(&fill(texts.decided.one, &[("done", &done(texts, action))]))
    }

    /// Something in a sentence.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            undo: None,
        }
    }

    /// With the way to undo it: the decisions, and where to go then.
    #[must_use]
    pub fn undoable(mut self, decisions: String, back: String) -> Self {
        if !decisions.is_empty() {
            self.undo = Some((decisions, back));
        }
        self
    }
}

/// What a decision did, as the start of a sentence.
pub fn done(texts: &NewsroomTexts, action: LogAction) -> &str {
    let texts = &texts.actions;
    match action {
        LogAction::Approve => texts.approve,
        LogAction::Reject => texts.reject,
        LogAction::Spam => texts.spam,
        LogAction::Remove => texts.remove,
        LogAction::Feature => texts.feature,
        LogAction::Unfeature => texts.unfeature,
        LogAction::Pin => texts.pin,
        LogAction::PinUp => texts.pin_up,
        LogAction::PinDown => texts.pin_down,
        LogAction::Unpin => texts.unpin,
        LogAction::CloseBranch => texts.close_branch,
        LogAction::OpenBranch => texts.open_branch,
        LogAction::ClosePage => texts.close_page,
        LogAction::OpenPage => texts.open_page,
        LogAction::ModeBefore => texts.mode_before,
        LogAction::ModeAfter => texts.mode_after,
        LogAction::ModeOfSite => texts.mode_of_site,
        LogAction::Invitation => texts.invitation,
        LogAction::Undo => texts.undo,
        LogAction::Delete => texts.delete,
        LogAction::Judge => texts.judge,
        LogAction::Late => texts.late,
        LogAction::Flags => texts.flags,
        LogAction::Note => texts.note,
        LogAction::Trusted => texts.trusted,
        LogAction::Plain => texts.plain,
        LogAction::AlwaysHeld => texts.always_held,
        LogAction::Suspend => texts.suspend,
        LogAction::EndSuspension => texts.end_suspension,
        LogAction::Ban => texts.ban,
        LogAction::LiftBan => texts.lift_ban,
        LogAction::RemovePicture => texts.remove_picture,
        LogAction::Save => texts.save,
        LogAction::Forget => texts.forget,
        LogAction::RemoveGroup => texts.remove_group,
    }
}

/// What a row of the log says was done; a word that is not known here stays as it is.
pub(crate) fn logged<'a>(texts: &'a NewsroomTexts, action: &'a Word<LogAction>) -> &'a str {
    match action {
        Word::Known(action) => done(texts, *action),
        Word::Unknown(word) => word,
    }
}

/// What pressing a button does.
pub(crate) fn act(texts: &NewsroomTexts, action: ModerationAction) -> &str {
    let texts = &texts.acts;
    match action {
        ModerationAction::Approve => texts.approve,
        ModerationAction::Reject => texts.reject,
        ModerationAction::Spam => texts.spam,
        ModerationAction::Remove => texts.remove,
        ModerationAction::Feature => texts.feature,
        ModerationAction::Unfeature => texts.unfeature,
        ModerationAction::Pin(_) => texts.pin,
        ModerationAction::PinUp => texts.pin_up,
        ModerationAction::PinDown => texts.pin_down,
        ModerationAction::Unpin => texts.unpin,
        ModerationAction::CloseBranch => texts.close_branch,
        ModerationAction::OpenBranch => texts.open_branch,
    }
}

/// A state as one word.
pub(crate) fn state(texts: &NewsroomTexts, state: CommentState) -> &str {
    let texts = &texts.states;
    match state {
        CommentState::Published => texts.published,
        CommentState::Held => texts.held,
        CommentState::Rejected => texts.rejected,
        CommentState::Spam => texts.spam,
        CommentState::Removed => texts.removed,
    }
}

/// A role in one word.
pub(crate) fn role(texts: &NewsroomTexts, role: Role) -> &str {
    let texts = &texts.roles;
    match role {
        Role::Reader => texts.reader,
        Role::Staff => texts.staff,
        Role::Editor => texts.editor,
        Role::Moderator => texts.moderator,
        Role::Owner => texts.owner,
    }
}

/// A reason that people or rules gave, in few words; a word that is not known here stays as it is.
pub(crate) fn reason<'a>(texts: &'a NewsroomTexts, reason: &'a Word<StateReason>) -> &'a str {
    match reason {
        Word::Known(reason) => why(texts, *reason),
        Word::Unknown(word) => word,
    }
}

/// A reason that a reader gave, likewise.
pub(crate) fn flag_reason<'a>(texts: &'a NewsroomTexts, reason: &'a Word<FlagReason>) -> &'a str {
    match reason {
        Word::Known(reason) => why(texts, (*reason).into()),
        Word::Unknown(word) => word,
    }
}

/// The same of a reason that is known.
pub(crate) fn why(texts: &NewsroomTexts, reason: StateReason) -> &str {
    let texts = &texts.reasons;
    match reason {
        StateReason::Abusive => texts.abusive,
        StateReason::Hate => texts.hate,
        StateReason::Harassment => texts.harassment,
        StateReason::OffTopic => texts.off_topic,
        StateReason::Misinformation => texts.misinformation,
        StateReason::Private => texts.private,
        StateReason::Advertising => texts.advertising,
        StateReason::Spam => texts.spam,
        StateReason::Repeat => texts.repeat,
        StateReason::Illegal => texts.illegal,
        StateReason::Other => texts.other,
        StateReason::Moderator => texts.moderator,
        StateReason::Author => texts.author,
        StateReason::BannedWord => texts.banned_word,
        StateReason::SuspectWord => texts.suspect_word,
        StateReason::Links => texts.links,
        StateReason::Rate => texts.rate,
        StateReason::Learned => texts.learned,
        StateReason::External => texts.external,
        StateReason::Outside => texts.outside,
        StateReason::Work => texts.work,
        StateReason::AuthorHeld => texts.author_held,
        StateReason::NewAuthor => texts.new_author,
        StateReason::FirstImage => texts.first_image,
        StateReason::Before => texts.before,
        StateReason::Flags => texts.flags,
    }
}

/// What a phase found, in words.
pub(crate) fn finding(texts: &NewsroomTexts, finding: &Finding) -> String {
    let mut text = reason(texts, &finding.reason).to_owned();
    if let Some(note) = &finding.note {
        text.push_str(&format!(": {note}"));
    }
    let found = finding.marks.iter().map(|mark| found(texts, mark));
    let mut entries: Vec<String> = found.collect();
    entries.dedup();
    if !entries.is_empty() {
        text.push_str(&format!(": {}", entries.join(", ")));
    }
    if let Some(probability) = finding.probability {
        text.push_str(&format!(", {}", percent(probability)));
    }
    if !finding.telling.is_empty() {
        let telling = finding.telling.iter();
        let telling: Vec<String> = telling
            .map(|(word, alone)| format!("{word} {}", percent(*alone)))
            .collect();
        text.push_str(&format!(" ({})", telling.join(", ")));
    }
    text
}

/// An entry, and where it was found beside the text.
fn found(texts: &NewsroomTexts, mark: &FindingMark) -> String {
    let entry: [(&str, &dyn std::fmt::Display); 1] = [("entry", &mark.entry)];
    match mark.judged {
        JudgedField::Typed | JudgedField::Text => mark.entry.clone(),
        JudgedField::Name => fill(texts.found.in_name, &entry),
        JudgedField::Website => fill(texts.found.in_website, &entry),
    }
}

fn percent(part: f64) -> String {
    format!("{:.0} %", part.clamp(0.0, 1.0) * 100.0)
}

/// More than so many are not counted.
const MAX_COUNTED: i64 = 1_000;

/// A number that was counted only so far.
pub(crate) fn count(language: Language, n: i64) -> String {
    let number = catalogue::of(language).number(n.min(MAX_COUNTED));
    match n {
        MAX_COUNTED.. => format!("{number}+"),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_counted_so_far_is_written_as_its_language_does() {
        let written = |language| [0, 999, 1_000, 5_000].map(|n| count(language, n));
        assert_eq!(written(Language::English), ["0", "999", "1,000+", "1,000+"]);
        assert_eq!(written(Language::German), ["0", "999", "1.000+", "1.000+"]);
    }

    #[test]
    fn what_was_done_is_told_in_sentences() {
        let texts = &crate::catalogue::of(Language::English).newsroom;
        let told = |n, edited, refused| {
            FlashMessage::decided(texts, LogAction::Reject, n, edited, refused).text
        };
        assert_eq!(told(1, 0, 0), "Rejected.");
        assert_eq!(
            told(3, 1, 2),
            "3 comments: rejected. 1 comment was edited meanwhile; read it again. \
             2 comments could not be decided on."
        );
        assert_eq!(told(0, 0, 0), "Nothing had to change.");
        assert_eq!(
            FlashMessage::decided(texts, LogAction::Undo, 1, 0, 2).text,
            "Undone. 2 decisions could not be undone: newer ones stand."
        );
    }
}
