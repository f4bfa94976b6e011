//! The log of changes, as owners read it.

use askama::Template;
use rejoinder_core::publication::audit::{AuditActor, AuditChange};
use rejoinder_core::{Time, Word};

use crate::catalogue::NewsroomTexts;
use crate::newsroom::{Age, NewsroomFrame};
use crate::page::rendered;

/// A row of the log.
#[derive(Debug, Clone, Copy)]
pub struct AuditRow<'a> {
    /// When it was changed.
    pub at: Time,
    /// The owner who changed it, or the console.
    pub by: &'a AuditActor,
    /// What was changed.
    pub change: &'a Word<AuditChange>,
    /// The subject of the change: a setting's key, a name, a host.
    pub subject: &'a str,
    /// How it was; empty where there was nothing.
    pub was: &'a str,
    /// How it is since then; empty where there is nothing.
    pub became: &'a str,
}

impl<'a> AuditRow<'a> {
    fn who(&self, texts: &'a NewsroomTexts) -> &'a str {
        match self.by {
            AuditActor::Console => texts.changes.console,
            AuditActor::Owner(_, name) if name.is_empty() => texts.changes.deleted_account,
            AuditActor::Owner(_, name) => name,
        }
    }

    fn what(&self, texts: &'a NewsroomTexts) -> &'a str {
        match self.change {
            Word::Known(change) => label(texts, *change),
            Word::Unknown(word) => word,
        }
    }
}

/// The log as a page.
#[derive(Debug, Template)]
#[template(path = "publication/audit.html")]
pub struct AuditPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The only changes that are shown, where not all are.
    pub change: Option<AuditChange>,
    /// The rows, newest first.
    pub rows: &'a [AuditRow<'a>],
    /// Where it goes on.
    pub next: Option<String>,
}

impl AuditPage<'_> {
    fn changes(&self) -> Vec<(&'static str, &'static str, bool)> {
        let texts = self.frame.texts();
        let line = |change: AuditChange| {
            (
                change.as_str(),
                label(texts, change),
                self.change == Some(change),
            )
        };
        AuditChange::ALL.into_iter().map(line).collect()
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}

/// The log as a page.
pub fn audit_page(page: &AuditPage<'_>) -> String {
    rendered(page)
}

fn label(texts: &NewsroomTexts, change: AuditChange) -> &str {
    let texts = &texts.changes;
    match change {
        AuditChange::SiteAdded => texts.site_added,
        AuditChange::Setting => texts.setting,
        AuditChange::Origins => texts.origins,
        AuditChange::Logo => texts.logo,
        AuditChange::Words => texts.word_list,
        AuditChange::Invitation => texts.invitation,
        AuditChange::Role => texts.role,
        AuditChange::Groups => texts.groups,
        AuditChange::WebhookAdded => texts.webhook_added,
        AuditChange::WebhookKinds => texts.webhook_kinds,
        AuditChange::WebhookSecret => texts.webhook_secret,
        AuditChange::WebhookOn => texts.webhook_on,
        AuditChange::WebhookOff => texts.webhook_off,
        AuditChange::WebhookRemoved => texts.webhook_removed,
        AuditChange::KeyAdded => texts.key_added,
        AuditChange::KeyRemoved => texts.key_removed,
        AuditChange::ProviderAdded => texts.provider_added,
        AuditChange::ProviderRemoved => texts.provider_removed,
        AuditChange::TokenAdded => texts.token_added,
        AuditChange::TokenRevoked => texts.token_revoked,
        AuditChange::CampaignAdded => texts.campaign_added,
        AuditChange::CampaignChanged => texts.campaign_changed,
        AuditChange::CampaignHidden => texts.campaign_hidden,
        AuditChange::CampaignShown => texts.campaign_shown,
        AuditChange::EntryAdded => texts.entry_added,
        AuditChange::EntryCountered => texts.entry_countered,
        AuditChange::HookAdded => texts.hook_added,
        AuditChange::HookSecret => texts.hook_secret,
        AuditChange::HookPurpose => texts.hook_purpose,
        AuditChange::GiftCode => texts.gift_code,
        AuditChange::GiverUnnamed => texts.giver_unnamed,
        AuditChange::StatementAdded => texts.statement_added,
        AuditChange::Reconciled => texts.reconciled,
        AuditChange::HookRemoved => texts.hook_removed,
        AuditChange::QuestionAsked => texts.question_asked,
        AuditChange::QuestionChanged => texts.question_changed,
        AuditChange::QuestionClosed => texts.question_closed,
        AuditChange::QuestionReopened => texts.question_reopened,
        AuditChange::QuestionDeleted => texts.question_deleted,
        AuditChange::PassagePlaced => texts.passage_placed,
        AuditChange::ImportStarted => texts.import_started,
        AuditChange::ImportUndone => texts.import_undone,
    }
}
