//! The words of account pages and of their mails. Browsers never load them.

use std::collections::HashMap;

use rejoinder_core::moderation::is_of_rules;
use rejoinder_core::publication::language::Language;
use serde::Deserialize;

use crate::words::{catalogue, fill, group};

catalogue! {
    /// The words of account pages and of their mails.
    pub(super) fn of(".account.json") -> AccountWords
}

/// Why a comment is not published, by the word that is stored.
pub(super) fn reason(language: Language, reason: &str) -> Option<String> {
    let own = of(language);
    let reason = own.reasons.get(reason)?;
    Some(fill(&own.account.why, &[("reason", reason)]))
}

/// Who refused a comment, and why, as far as `reason` tells.
pub(crate) fn refused(language: Language, reason: Option<&str>) -> String {
    let own = of(language);
    let by = match reason.is_some_and(is_of_rules) {
        true => &own.account.rejected_by_rule,
        false => &own.account.rejected,
    };
    let why = reason.and_then(|reason| self::reason(language, reason));
    why.map_or_else(|| by.clone(), |why| format!("{by} {why}"))
}

/// What a moderator adds.
pub(crate) fn note(language: Language, note: &str) -> String {
    fill(&of(language).account.note, &[("note", &note)])
}

/// The catalogue of one language.
#[derive(Debug, Deserialize)]
pub(crate) struct AccountWords {
    pub(crate) sign_in: SignInWords,
    pub(crate) mail: MailWords,
    pub(crate) account: OwnWords,
    pub(crate) guest: GuestWords,
    pub(crate) passkeys: PasskeyWords,
    pub(crate) openid: OpenidWords,
    /// By the words that are stored.
    pub(crate) reasons: HashMap<String, String>,
}

group!(SignInWords {
    title: String,
    why: String,
    email: String,
    email_why: String,
    send: String,
    how: String,
    none: String,
    sent: String,
    sent_to: String,
    code: String,
    opened: String,
    again: String,
    r#as: String,
    elsewhere: String,
    code_field: String,
    code_wrong: String,
    name: String,
    go: String,
    here: String,
    here_as: String,
    go_on: String,
    back: String,
    close: String,
    out: String,
    other: String,
    gone: String,
    gone_why: String,
});
group!(MailWords {
    subject: String,
    intro: String,
    button: String,
    once: String,
    not_you: String,
});
group!(OwnWords {
    title: String,
    nav: String,
    comments: String,
    replies: String,
    notices: String,
    settings: String,
    no_comments: String,
    no_replies: String,
    older: String,
    on: String,
    withheld: String,
    held: String,
    rejected: String,
    rejected_by_rule: String,
    spam: String,
    deleted: String,
    removed: String,
    why: String,
    note: String,
    name: String,
    name_why: String,
    save: String,
    email: String,
    sessions: String,
    this_browser: String,
    unknown_browser: String,
    since: String,
    end: String,
    end_others: String,
    muted: String,
    unmute: String,
    unmute_name: String,
    take: String,
    take_why: String,
    download: String,
    delete: String,
    delete_why: String,
    delete_keep: String,
    delete_remove: String,
    delete_sure: String,
    delete_go: String,
    delete_staff: String,
    pending: String,
    keep: String,
});
group!(GuestWords {
    title: String,
    intro: String,
    nothing: String,
    unknown: String,
    signed_in: String,
    mail_why: String,
    sent: String,
    mail: String,
    mail_not_you: String,
    show: String,
    called: String,
    nameless: String,
    website: String,
    since: String,
    votes: String,
    flags: String,
    muted: String,
    earlier: String,
    gone_text: String,
    more: String,
    told: String,
    take_why: String,
    delete: String,
    delete_why: String,
    delete_go: String,
    sure: String,
    sure_go: String,
    keep: String,
    gone: String,
});
group!(OpenidWords {
    sign_in: String,
    away: String,
    go: String,
    reader: String,
    stopped: String,
    unreachable: String,
    unbelievable: String,
    declined: String,
    late: String,
    twice: String,
    elsewhere: String,
    unknown: String,
    newsroom: String,
    again: String,
});
group!(PasskeyWords {
    sign_in: String,
    or: String,
    title: String,
    why: String,
    none: String,
    added: String,
    added_and_used: String,
    remove: String,
    remove_why: String,
    remove_go: String,
    add: String,
    name: String,
    name_why: String,
    name_example: String,
    add_go: String,
    no_script: String,
    cannot: String,
    stopped: String,
    stopped_sign_in: String,
    failed: String,
    not_secure: String,
    no_name: String,
    not_recent: String,
    full: String,
    sign_in_again: String,
    manage: String,
    manage_why: String,
    manage_go: String,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_refused_is_not_told_in_a_moderators_name() {
        let by_rule = "A rule of this site, not a moderator, kept this from being published.";
        for reason in ["banned_word", "outside"] {
            let told = refused(Language::English, Some(reason));
            assert!(told.starts_with(by_rule), "{told}");
            assert!(told.contains("The reason: "), "{told}");
        }
        for reason in [None, Some("off_topic"), Some("moderator"), Some("repeat")] {
            let told = refused(Language::English, reason);
            assert!(
                told.starts_with("A moderator did not publish this."),
                "{told}"
            );
        }
    }
}
