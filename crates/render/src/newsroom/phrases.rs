//! What the newsroom's pages call things.

use rejoinder_core::State;
use rejoinder_core::moderation::{Action, Finding, Judged, Mark};

/// What was just done, as the status line tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// In a sentence or two.
    pub text: String,
    /// The decisions that a button undoes, and where it leads back to.
    pub undo: Option<(String, String)>,
}

impl Told {
    /// That `n` comments were decided on, and `n_edited` and `n_refused` were not, because they were
    /// edited meanwhile or for another reason.
    pub fn decided(action: &str, n: usize, n_edited: usize, n_refused: usize) -> Self {
        let mut sentences = Vec::new();
        match n {
            0 => {}
            1 => sentences.push(format!("{}.", done(action))),
            n => sentences.push(format!("{n} comments: {}.", done(action).to_lowercase())),
        }
        match n_edited {
            0 => {}
            1 => sentences.push("1 comment was edited meanwhile; read it again.".to_owned()),
            n => sentences.push(format!(
                "{n} comments were edited meanwhile; read them again."
            )),
        }
        match n_refused {
            0 => {}
            1 if action == "undo" => {
                sentences.push("1 decision could not be undone: a newer one stands.".to_owned());
            }
            n if action == "undo" => {
                sentences.push(format!(
                    "{n} decisions could not be undone: newer ones stand."
                ));
            }
            1 => sentences.push("1 comment could not be decided on.".to_owned()),
            n => sentences.push(format!("{n} comments could not be decided on.")),
        }
        if sentences.is_empty() {
            sentences.push("Nothing had to change.".to_owned());
        }
        Self::said(&sentences.join(" "))
    }

    /// Something in a sentence.
    pub fn said(text: &str) -> Self {
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
pub fn done(action: &str) -> &'static str {
    match action {
        "approve" => "Approved",
        "reject" => "Rejected",
        "spam" => "Marked as spam",
        "remove" => "Removed",
        "feature" => "Featured",
        "unfeature" => "No longer featured",
        "pin" => "Pinned",
        "pin_up" => "Moved up among the pinned",
        "pin_down" => "Moved down among the pinned",
        "unpin" => "No longer pinned",
        "close_branch" => "Closed the branch",
        "open_branch" => "Opened the branch",
        "close_page" => "Closed the page",
        "open_page" => "Opened the page",
        "mode_before" => "Comments wait for approval",
        "mode_after" => "Comments appear at once",
        "mode_of_site" => "Comments appear as the site says",
        "undo" => "Undone",
        "delete" => "Deleted by its author",
        "judge" => "Judged by the rules",
        "late" => "Changed by a late verdict",
        "flags" => "Held because of flags",
        "note" => "Noted",
        "trusted" => "Trusted from now on",
        "plain" => "Treated as the site's rules say",
        "always_held" => "Always held from now on",
        "suspend" => "Suspended",
        "end_suspension" => "Ended the suspension",
        "ban" => "Banned",
        "lift_ban" => "Lifted the ban",
        "save" => "Saved",
        "forget" => "Forgotten",
        "remove_group" => "Removed the group",
        _ => "Changed",
    }
}

/// What pressing a button does.
pub(crate) const fn act(action: Action) -> &'static str {
    match action {
        Action::Approve => "Approve",
        Action::Reject => "Reject",
        Action::Spam => "Spam",
        Action::Remove => "Remove for good",
        Action::Feature => "Feature",
        Action::Unfeature => "Unfeature",
        Action::Pin(_) => "Pin",
        Action::PinUp => "Move up",
        Action::PinDown => "Move down",
        Action::Unpin => "Unpin",
        Action::CloseBranch => "Close branch",
        Action::OpenBranch => "Open branch",
    }
}

/// A state as one word.
pub(crate) const fn state(state: State) -> &'static str {
    match state {
        State::Published => "Published",
        State::Held => "Held",
        State::Rejected => "Rejected",
        State::Spam => "Spam",
        State::Removed => "Removed",
    }
}

/// A reason that people or rules gave, in few words; one that is not known stays as it is.
pub(crate) fn reason(word: &str) -> &str {
    match word {
        "abusive" => "abusive",
        "hate" => "hate",
        "harassment" => "harassment",
        "off_topic" => "off topic",
        "misinformation" => "misinformation",
        "private" => "private matters",
        "advertising" => "advertising",
        "spam" => "spam",
        "repeat" => "the same text again",
        "illegal" => "illegal",
        "other" => "something else",
        "moderator" => "a moderator decided so",
        "author" => "its author deleted it",
        "banned_word" => "a banned word",
        "suspect_word" => "a suspect word",
        "links" => "many links",
        "rate" => "many comments in a short time",
        "learned" => "resembles what was refused before",
        "external" => "an outside service has to answer first",
        "outside" => "an outside service asked for it",
        "work" => "no proof of work",
        "author_held" => "this author always waits",
        "new_author" => "a new author",
        "before" => "comments on this page wait",
        "flags" => "flagged by readers",
        other => other,
    }
}

/// What a phase found, in words.
pub(crate) fn finding(finding: &Finding) -> String {
    let mut text = reason(&finding.reason).to_owned();
    if let Some(note) = &finding.note {
        text.push_str(&format!(": {note}"));
    }
    let mut entries: Vec<String> = finding.marks.iter().map(found).collect();
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
fn found(mark: &Mark) -> String {
    let place = match mark.judged {
        Judged::Typed | Judged::Text => "",
        Judged::Name => " (in the name)",
        Judged::Website => " (in the website)",
    };
    format!("{}{place}", mark.entry)
}

fn percent(part: f64) -> String {
    format!("{:.0} %", part.clamp(0.0, 1.0) * 100.0)
}

/// A number that was counted only so far.
pub(crate) fn count(n: i64) -> String {
    match n {
        1_000.. => "1,000+".to_owned(),
        n => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_told_in_sentences() {
        let told = |n, edited, refused| Told::decided("reject", n, edited, refused).text;
        assert_eq!(told(1, 0, 0), "Rejected.");
        assert_eq!(
            told(3, 1, 2),
            "3 comments: rejected. 1 comment was edited meanwhile; read it again. \
             2 comments could not be decided on."
        );
        assert_eq!(told(0, 0, 0), "Nothing had to change.");
        assert_eq!(
            Told::decided("undo", 1, 0, 2).text,
            "Undone. 2 decisions could not be undone: newer ones stand."
        );
    }
}
