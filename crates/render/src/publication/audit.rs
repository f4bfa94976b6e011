//! The log of changes, as owners read it.

use askama::Template;
use rejoinder_core::publication::audit::{By, Change};
use rejoinder_core::{Time, Word};

use crate::catalogue::NewsroomTexts;
use crate::newsroom::{Age, Frame};
use crate::page::rendered;

/// A row of the log.
#[derive(Debug, Clone, Copy)]
pub struct AuditRow<'a> {
    /// When.
    pub at: Time,
    /// Who.
    pub by: &'a By,
    /// What was changed.
    pub change: &'a Word<Change>,
    /// Of what.
    pub subject: &'a str,
    /// How it was; empty where there was nothing.
    pub was: &'a str,
    /// How it is since then; empty where there is nothing.
    pub became: &'a str,
}

impl<'a> AuditRow<'a> {
    fn who(&self, texts: &'a NewsroomTexts) -> &'a str {
        match self.by {
            By::Console => &texts.changes.console,
            By::Owner(_, name) if name.is_empty() => &texts.changes.deleted_account,
            By::Owner(_, name) => name,
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
    pub frame: &'a Frame<'a>,
    /// The only changes that are shown, where not all are.
    pub change: Option<Change>,
    /// The rows, newest first.
    pub rows: &'a [AuditRow<'a>],
    /// Where it goes on.
    pub next: Option<String>,
}

impl AuditPage<'_> {
    fn changes(&self) -> Vec<(&'static str, &'static str, bool)> {
        let texts = self.frame.texts();
        let line = |change: Change| {
            (
                change.as_str(),
                label(texts, change),
                self.change == Some(change),
            )
        };
        Change::ALL.into_iter().map(line).collect()
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}

/// The log as a page.
pub fn audit_page(page: &AuditPage<'_>) -> String {
    rendered(page)
}

fn label(texts: &NewsroomTexts, change: Change) -> &str {
    let texts = &texts.changes;
    match change {
        Change::SiteAdded => &texts.site_added,
        Change::Setting => &texts.setting,
        Change::Origins => &texts.origins,
        Change::Words => &texts.word_list,
        Change::Invitation => &texts.invitation,
        Change::Role => &texts.role,
        Change::Groups => &texts.groups,
        Change::WebhookAdded => &texts.webhook_added,
        Change::WebhookKinds => &texts.webhook_kinds,
        Change::WebhookSecret => &texts.webhook_secret,
        Change::WebhookOn => &texts.webhook_on,
        Change::WebhookOff => &texts.webhook_off,
        Change::WebhookRemoved => &texts.webhook_removed,
        Change::KeyAdded => &texts.key_added,
        Change::KeyRemoved => &texts.key_removed,
        Change::ProviderAdded => &texts.provider_added,
        Change::ProviderRemoved => &texts.provider_removed,
        Change::TokenAdded => &texts.token_added,
        Change::TokenRevoked => &texts.token_revoked,
        Change::CampaignAdded => &texts.campaign_added,
        Change::CampaignChanged => &texts.campaign_changed,
        Change::CampaignHidden => &texts.campaign_hidden,
        Change::CampaignShown => &texts.campaign_shown,
        Change::EntryAdded => &texts.entry_added,
        Change::EntryCountered => &texts.entry_countered,
        Change::HookAdded => &texts.hook_added,
        Change::HookSecret => &texts.hook_secret,
        Change::HookPurpose => &texts.hook_purpose,
        Change::GiftCode => &texts.gift_code,
        Change::GiverUnnamed => &texts.giver_unnamed,
        Change::StatementAdded => &texts.statement_added,
        Change::Reconciled => &texts.reconciled,
        Change::HookRemoved => &texts.hook_removed,
        Change::QuestionAsked => &texts.question_asked,
        Change::QuestionChanged => &texts.question_changed,
        Change::QuestionClosed => &texts.question_closed,
        Change::QuestionReopened => &texts.question_reopened,
        Change::QuestionDeleted => &texts.question_deleted,
        Change::PassagePlaced => &texts.passage_placed,
        Change::ImportStarted => &texts.import_started,
        Change::ImportUndone => &texts.import_undone,
    }
}
