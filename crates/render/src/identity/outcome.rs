//! What became of a comment, as its author is told.

use rejoinder_core::Word;
use rejoinder_core::moderation::{StateReason, is_of_rules};
use rejoinder_core::publication::language::Language;

use crate::catalogue::{self, fill};

/// Why a comment is not published, by the word that is stored.
pub(super) fn reason(language: Language, reason: &Word<StateReason>) -> Option<String> {
    let own = &catalogue::of(language).account;
    let reason = own.reasons.get(reason.as_str())?;
    Some(fill(own.account.why, &[("reason", &reason)]))
}

/// Who refused a comment, and why, as far as `reason` tells.
pub(crate) fn refused(language: Language, reason: Option<&Word<StateReason>>) -> String {
    let own = &catalogue::of(language).account;
    let by = match reason.is_some_and(is_of_rules) {
        true => own.account.rejected_by_rule,
        false => own.account.rejected,
    };
    let why = reason.and_then(|reason| self::reason(language, reason));
    why.map_or_else(|| by.to_owned(), |why| format!("{by} {why}"))
}

/// What a moderator adds.
pub(crate) fn note(language: Language, note: &str) -> String {
    fill(
        catalogue::of(language).account.account.note,
        &[("note", &note)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_of(reason: Option<&str>) -> String {
        let reason = reason.map(|word| Word::from(word.to_owned()));
        refused(Language::English, reason.as_ref())
    }

    #[test]
    fn what_a_rule_refused_is_not_told_in_a_moderators_name() {
        let by_rule = "A rule of this site, not a moderator, kept this from being published.";
        for reason in ["banned_word", "outside"] {
            let told = told_of(Some(reason));
            assert!(told.starts_with(by_rule), "{told}");
            assert!(told.contains("The reason: "), "{told}");
        }
        for reason in [None, Some("off_topic"), Some("moderator"), Some("repeat")] {
            let told = told_of(reason);
            assert!(
                told.starts_with("A moderator did not publish this."),
                "{told}"
            );
        }
    }
}
