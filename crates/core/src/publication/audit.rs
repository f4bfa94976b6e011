//! The audit log: what owners change, who did it, and how it was before.

use url::Url;

use crate::identity::author::Author;
use crate::ids::AuthorId;
use crate::word::Vocabulary;

/// The most letters that a row keeps of a value.
const MAX_LETTERS: usize = 200;

/// Who changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditActor {
    /// Whoever works at the machine.
    Console,
    /// An owner, and what they called themselves then.
    Owner(AuthorId, String),
}

impl AuditActor {
    /// An owner.
    pub fn owner(author: &Author) -> Self {
        Self::Owner(author.id, author.name.clone())
    }
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditChange {
    /// A site was added.
    SiteAdded,
    /// A setting has another value.
    Setting,
    /// Other origins may embed the site.
    Origins,
    /// The site wears another logo.
    Logo,
    /// A list of words has other entries.
    Words,
    /// Somebody was let into the newsroom.
    Invitation,
    /// Somebody of the newsroom may do more or less.
    Role,
    /// Somebody decides on other groups of pages.
    Groups,
    /// An address is told what happens.
    WebhookAdded,
    /// It is told of other things.
    WebhookKinds,
    /// It has a new secret.
    WebhookSecret,
    /// It is told again.
    WebhookOn,
    /// It is told nothing more.
    WebhookOff,
    /// It was forgotten.
    WebhookRemoved,
    /// Tokens that a key signed let in.
    KeyAdded,
    /// They do not any more.
    KeyRemoved,
    /// A provider of OpenID Connect signs readers in.
    ProviderAdded,
    /// It does not any more.
    ProviderRemoved,
    /// A program may act.
    TokenAdded,
    /// It may not any more.
    TokenRevoked,
    /// A campaign was made.
    CampaignAdded,
    /// It says something else.
    CampaignChanged,
    /// Readers are not shown it any more.
    CampaignHidden,
    /// They are shown it again.
    CampaignShown,
    /// An entry was written into the ledger of a campaign by hand.
    EntryAdded,
    /// An entry was taken back by a counter-entry.
    EntryCountered,
    /// A processor tells of payments.
    HookAdded,
    /// It signs with another secret.
    HookSecret,
    /// Which words of its payments mean which campaign.
    HookPurpose,
    /// A code by which whoever gave can show it.
    GiftCode,
    /// Whoever gave is named no more.
    GiverUnnamed,
    /// Rows of a statement were written down.
    StatementAdded,
    /// The ledger was brought to what a processor says.
    Reconciled,
    /// It tells nothing more.
    HookRemoved,
    /// A question was asked of a passage.
    QuestionAsked,
    /// It asks something else.
    QuestionChanged,
    /// It takes no more answers.
    QuestionClosed,
    /// It takes answers again.
    QuestionReopened,
    /// It was deleted.
    QuestionDeleted,
    /// It was said where a passage stands that could not be found.
    PassagePlaced,
    /// Comments of another system were brought in.
    ImportStarted,
    /// They were taken out again.
    ImportUndone,
}

impl AuditChange {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 42] = [
        Self::SiteAdded,
        Self::Setting,
        Self::Origins,
        Self::Logo,
        Self::Words,
        Self::Invitation,
        Self::Role,
        Self::Groups,
        Self::WebhookAdded,
        Self::WebhookKinds,
        Self::WebhookSecret,
        Self::WebhookOn,
        Self::WebhookOff,
        Self::WebhookRemoved,
        Self::KeyAdded,
        Self::KeyRemoved,
        Self::ProviderAdded,
        Self::ProviderRemoved,
        Self::TokenAdded,
        Self::TokenRevoked,
        Self::CampaignAdded,
        Self::CampaignChanged,
        Self::CampaignHidden,
        Self::CampaignShown,
        Self::EntryAdded,
        Self::EntryCountered,
        Self::HookAdded,
        Self::HookSecret,
        Self::HookPurpose,
        Self::GiftCode,
        Self::GiverUnnamed,
        Self::StatementAdded,
        Self::Reconciled,
        Self::HookRemoved,
        Self::QuestionAsked,
        Self::QuestionChanged,
        Self::QuestionClosed,
        Self::QuestionReopened,
        Self::QuestionDeleted,
        Self::PassagePlaced,
        Self::ImportStarted,
        Self::ImportUndone,
    ];

    /// The word that is stored; it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SiteAdded => "site.added",
            Self::Setting => "setting.changed",
            Self::Origins => "origins.changed",
            Self::Logo => "logo.changed",
            Self::Words => "words.changed",
            Self::Invitation => "person.invited",
            Self::Role => "person.role",
            Self::Groups => "person.groups",
            Self::WebhookAdded => "webhook.added",
            Self::WebhookKinds => "webhook.kinds",
            Self::WebhookSecret => "webhook.secret",
            Self::WebhookOn => "webhook.on",
            Self::WebhookOff => "webhook.off",
            Self::WebhookRemoved => "webhook.removed",
            Self::KeyAdded => "sign_in_key.added",
            Self::KeyRemoved => "sign_in_key.removed",
            Self::ProviderAdded => "openid_provider.added",
            Self::ProviderRemoved => "openid_provider.removed",
            Self::TokenAdded => "api_token.added",
            Self::TokenRevoked => "api_token.revoked",
            Self::CampaignAdded => "campaign.added",
            Self::CampaignChanged => "campaign.changed",
            Self::CampaignHidden => "campaign.hidden",
            Self::CampaignShown => "campaign.shown",
            Self::EntryAdded => "ledger_entry.added",
            Self::EntryCountered => "ledger_entry.countered",
            Self::HookAdded => "payment_hook.added",
            Self::HookSecret => "payment_hook.secret",
            Self::HookPurpose => "payment_hook.purpose",
            Self::GiftCode => "gift.code",
            Self::GiverUnnamed => "gift.unnamed",
            Self::StatementAdded => "ledger.statement",
            Self::Reconciled => "ledger.reconciled",
            Self::HookRemoved => "payment_hook.removed",
            Self::QuestionAsked => "question.asked",
            Self::QuestionChanged => "question.changed",
            Self::QuestionClosed => "question.closed",
            Self::QuestionReopened => "question.reopened",
            Self::QuestionDeleted => "question.deleted",
            Self::PassagePlaced => "passage.placed",
            Self::ImportStarted => "import.started",
            Self::ImportUndone => "import.undone",
        }
    }

    /// The change of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }
}

impl Vocabulary for AuditChange {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::from_word(word)
    }
}

/// The start of a text, as much as a row keeps.
pub fn short(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(MAX_LETTERS).collect();
    match letters.next() {
        Some(_) => format!("{start}…"),
        None => start,
    }
}

/// What may be told of an address: its host, as paths and queries can hold secrets.
pub fn host_of(url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|url| {
        let host = url.host_str()?;
        Some(
            url.port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        )
    });
    host.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_a_word_of_its_own_that_reads_back() {
        for change in AuditChange::ALL {
            assert_eq!(AuditChange::from_word(change.as_str()), Some(change));
        }
        assert_eq!(AuditChange::from_word("setting"), None);
    }

    #[test]
    fn a_long_value_is_cut_between_letters() {
        assert_eq!(short("ä"), "ä");
        assert_eq!(short(&"ä".repeat(200)), "ä".repeat(200));
        assert_eq!(short(&"ä".repeat(201)), format!("{}…", "ä".repeat(200)));
    }

    #[test]
    fn nothing_is_told_of_an_address_but_its_host() {
        assert_eq!(
            host_of("https://kim:word@hooks.example/T0/s3cret?key=1"),
            "hooks.example"
        );
        assert_eq!(host_of("http://hooks.example:8080/"), "hooks.example:8080");
        assert_eq!(host_of("no address"), "");
    }
}
