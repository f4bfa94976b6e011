//! What owners change, each with its rows in the audit log.
//!
//! Every page and command that acts for an owner goes through here, so that nothing is changed
//! without a trace. What changes nothing leaves none.

use rejoinder_core::identity::author::Role;
use rejoinder_core::integrations::webhook::{WebhookEvent, WebhookSecret};
use rejoinder_core::publication::audit::{AuditActor, AuditChange, host_of};
use rejoinder_core::publication::logo::Logo;
use rejoinder_core::{AuthorId, Refusal, Settings, Site, SiteId, Time};

use crate::discussion::liking;
use crate::identity::openid::{self, OpenidProvider};
use crate::identity::sign_in_keys::{self, SignInKey};
use crate::identity::sign_ins::{self, Invitation};
use crate::identity::{authors, roles};
use crate::integrations::api_tokens::{self, NewApiToken};
use crate::integrations::webhooks::{self, NewWebhook};
use crate::moderation::groups::{self, Scope};
use crate::moderation::word_lists::{self, WordListEntries, WordListKind};
use crate::publication::audit::{NewAuditEntry, note};
use crate::publication::logos::{self, NewLogo};
use crate::publication::sites;
use crate::{Result, Tx};

/// Add a site.
pub fn add_site(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    id: SiteId,
    host: &str,
    origins: &[String],
    settings: &Settings,
) -> Result<Site> {
    let site = sites::add(tx, now, id, host, origins, settings)?;
    let became = origins.join(" ");
    let told = NewAuditEntry {
        change: AuditChange::SiteAdded,
        subject: host,
        about: None,
        was: None,
        became: Some(&became),
    };
    note(tx, now, id, by, &told)?;
    Ok(site)
}

/// Replace a site's settings; each that has another value leaves a row.
pub fn save_settings(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    settings: &Settings,
) -> Result<()> {
    let Some(before) = sites::lock(tx, site)? else {
        return Ok(());
    };
    let (old, new) = (before.settings.fields(), settings.fields());
    for about in Settings::ABOUT {
        let shown = |value: Option<&serde_json::Value>| match value {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let (was, became) = (shown(old.get(about.key)), shown(new.get(about.key)));
        let is_other_secret =
            about.key == "external_key" && before.settings.external_key != settings.external_key;
        if was == became && !is_other_secret {
            continue;
        }
        let told = NewAuditEntry {
            change: AuditChange::Setting,
            subject: about.key,
            about: None,
            was: Some(&was),
            became: Some(&became),
        };
        note(tx, now, site, by, &told)?;
    }
    if before.settings.liked() != settings.liked() {
        liking::want(tx, now, site)?;
    }
    sites::save_settings(tx, site, settings)
}

/// Replace the origins that may embed a site.
pub fn set_origins(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    origins: &[String],
) -> Result<()> {
    let Some(before) = sites::lock(tx, site)? else {
        return Ok(());
    };
    if before.origins == origins {
        return Ok(());
    }
    let (was, became) = (before.origins.join(" "), origins.join(" "));
    let told = NewAuditEntry {
        change: AuditChange::Origins,
        subject: &before.host,
        about: None,
        was: Some(&was),
        became: Some(&became),
    };
    note(tx, now, site, by, &told)?;
    sites::set_origins(tx, site, origins)
}

/// Let a site wear another logo, or none.
pub fn set_logo(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    new: Option<&NewLogo>,
) -> Result<()> {
    let Some(before) = sites::lock(tx, site)? else {
        return Ok(());
    };
    if before.logo.as_ref() == new.map(|new| &new.logo) {
        return Ok(());
    }
    let named = |logo: &Logo| format!("{} × {}", logo.width, logo.height);
    let was = before.logo.as_ref().map(named);
    let became = new.map(|new| named(&new.logo));
    let told = NewAuditEntry {
        change: AuditChange::Logo,
        subject: &before.host,
        about: None,
        was: was.as_deref(),
        became: became.as_deref(),
    };
    note(tx, now, site, by, &told)?;
    match new {
        Some(new) => logos::set(tx, now, site, new),
        None => logos::forget(tx, site),
    }
}

/// Let a list hold `entries` and nothing else.
pub fn replace_words(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    list: WordListKind,
    entries: &WordListEntries,
) -> Result<()> {
    let before = word_lists::get(tx, site, list)?;
    word_lists::replace(tx, now, site, list, entries)?;
    let after = word_lists::get(tx, site, list)?;
    if before == after {
        return Ok(());
    }
    let only = |these: &[String], those: &[String]| {
        let only = these
            .iter()
            .filter(|word| those.binary_search(word).is_err());
        only.cloned().collect::<Vec<_>>().join(", ")
    };
    let (mut sorted_before, mut sorted_after) = (before.clone(), after.clone());
    sorted_before.sort_unstable();
    sorted_after.sort_unstable();
    let (gone, new) = (only(&before, &sorted_after), only(&after, &sorted_before));
    let told = NewAuditEntry {
        change: AuditChange::Words,
        subject: list.as_str(),
        about: None,
        was: Some(&gone)
            .filter(|gone| !gone.is_empty())
            .map(String::as_str),
        became: Some(&new).filter(|new| !new.is_empty()).map(String::as_str),
    };
    note(tx, now, site, by, &told)
}

/// Let somebody into the newsroom by a link.
pub fn invite(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    invitation: &Invitation,
) -> Result<AuthorId> {
    let site = invitation.site;
    let before = authors::by_email(tx, site, &invitation.email)?;
    let id = sign_ins::invite(tx, now, invitation)?;
    let name = authors::by_id(tx, site, id)?.map(|author| author.name);
    let told = NewAuditEntry {
        change: AuditChange::Invitation,
        subject: &name.unwrap_or_default(),
        about: Some(id),
        was: before.map(|author| author.role.as_str()),
        became: Some(invitation.role.as_str()),
    };
    note(tx, now, site, by, &told)?;
    Ok(id)
}

/// Give one of the newsroom, or one who is invited to it, a role and the groups of pages that they decide
/// on.
pub fn change_person(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    id: AuthorId,
    (role, chosen): (Role, &[i64]),
) -> Result<()> {
    let person = authors::by_id(tx, site, id)?.ok_or(Refusal::AuthorUnknown)?;
    let mut told = NewAuditEntry {
        change: AuditChange::Role,
        subject: &person.name,
        about: Some(id),
        was: Some(person.role.as_str()),
        became: Some(role.as_str()),
    };
    let invited = match person.role {
        Role::Reader => sign_ins::invited_to(tx, now, site, id)?,
        _ => None,
    };
    match invited {
        Some(invited) => {
            told.was = Some(invited.as_str());
            roles::invite_to(tx, site, id, role)?;
        }
        None => roles::change_role(tx, site, id, role)?,
    }
    if role != invited.unwrap_or(person.role) {
        note(tx, now, site, by, &told)?;
    }
    let known = groups::list(tx, site)?;
    let limits: Vec<i64> = known.iter().map(|group| group.id).collect();
    let limits: Vec<i64> = limits
        .into_iter()
        .filter(|id| chosen.contains(id))
        .collect();
    let named = |limits: Option<&[i64]>| {
        let own = known
            .iter()
            .filter(|group| limits.is_some_and(|own| own.contains(&group.id)));
        own.map(|group| group.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let was = named(groups::scope_of(tx, site, id)?.groups());
    let became = named(Some(&limits));
    let scope = match limits.is_empty() {
        true => Scope::all(),
        false => Scope::of(limits),
    };
    groups::set_scope(tx, site, id, &scope)?;
    if was == became {
        return Ok(());
    }
    told.change = AuditChange::Groups;
    (told.was, told.became) = (Some(was.as_str()), Some(became.as_str()));
    note(tx, now, site, by, &told)
}

/// Add an endpoint. Returns whether there was room for it.
pub fn add_webhook(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    new: &NewWebhook,
) -> Result<bool> {
    let added = webhooks::add(tx, now, site, new)?;
    if added {
        about_webhook(
            tx,
            now,
            by,
            site,
            (AuditChange::WebhookAdded, &new.url),
            (None, Some(&words(&new.kinds))),
        )?;
    }
    Ok(added)
}

/// Change an endpoint. Returns whether there is such an endpoint.
pub fn change_webhook(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    id: i64,
    change: &WebhookChange,
) -> Result<bool> {
    let Some(known) = webhooks::find(tx, site, id)? else {
        return Ok(false);
    };
    let (mut was, mut became) = (None, None);
    let change = match change {
        WebhookChange::Kinds(kinds) => {
            (was, became) = (Some(words(&known.kinds)), Some(words(kinds)));
            webhooks::set_kinds(tx, site, id, kinds)?;
            AuditChange::WebhookKinds
        }
        WebhookChange::Secret(secret) => {
            webhooks::rotate(tx, now, site, id, secret)?;
            AuditChange::WebhookSecret
        }
        WebhookChange::On => {
            webhooks::turn_on(tx, site, id)?;
            AuditChange::WebhookOn
        }
        WebhookChange::Off => {
            webhooks::turn_off(tx, now, site, id, None)?;
            AuditChange::WebhookOff
        }
        WebhookChange::Remove => {
            was = Some(words(&known.kinds));
            webhooks::remove(tx, site, id)?;
            AuditChange::WebhookRemoved
        }
    };
    let values = (was.as_deref(), became.as_deref());
    about_webhook(tx, now, by, site, (change, &known.url), values)?;
    Ok(true)
}

/// What becomes of an endpoint.
#[derive(Debug, Clone)]
pub enum WebhookChange {
    /// It is told of these from now on.
    Kinds(Vec<WebhookEvent>),
    /// Its messages are signed with this.
    Secret(WebhookSecret),
    /// It is told again.
    On,
    /// It is told nothing more.
    Off,
    /// It is forgotten.
    Remove,
}

/// Add a key that signs tokens. Returns whether there was room for one more.
pub fn add_sign_in_key(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    key: &SignInKey,
) -> Result<bool> {
    let added = sign_in_keys::add(tx, site, key)?;
    if added {
        note(tx, now, site, by, &about_key(AuditChange::KeyAdded, key))?;
    }
    Ok(added)
}

/// Let a key sign nothing any more. Returns whether there was one.
pub fn remove_sign_in_key(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    id: i64,
) -> Result<bool> {
    let keys = sign_in_keys::list(tx, site)?;
    let Some(key) = keys.iter().find(|key| key.id == id) else {
        return Ok(false);
    };
    note(tx, now, site, by, &about_key(AuditChange::KeyRemoved, key))?;
    sign_in_keys::remove(tx, site, id)
}

const fn about_key(change: AuditChange, key: &SignInKey) -> NewAuditEntry<'static> {
    about_named(change, key.kind.as_str(), (None, None))
}

/// Let a provider of OpenID Connect sign readers in. Returns whether there was room for one more.
pub fn add_provider(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    provider: &OpenidProvider,
) -> Result<bool> {
    let added = openid::add(tx, site, provider)?;
    if added {
        let became = (None, Some(provider.issuer.as_str()));
        let told = about_named(AuditChange::ProviderAdded, &provider.label, became);
        note(tx, now, site, by, &told)?;
    }
    Ok(added)
}

/// Let a provider sign nobody in any more. Returns whether there was one.
pub fn remove_provider(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    id: i64,
) -> Result<bool> {
    let Some(provider) = openid::by_id(tx, site, id)? else {
        return Ok(false);
    };
    let was = (Some(provider.issuer.as_str()), None);
    let told = about_named(AuditChange::ProviderRemoved, &provider.label, was);
    note(tx, now, site, by, &told)?;
    openid::remove(tx, site, id)
}

/// Make a token for a program. Returns whether there was room for one more.
pub fn add_api_token(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    new: &NewApiToken,
) -> Result<bool> {
    let added = api_tokens::add(tx, now, new)?;
    if added {
        let scopes = api_tokens::words(&new.scopes);
        let told = about_named(AuditChange::TokenAdded, &new.name, (None, Some(&scopes)));
        note(tx, now, new.site, by, &told)?;
    }
    Ok(added)
}

/// Let a program's token work no more. Returns whether there was one.
pub fn revoke_api_token(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    id: AuthorId,
) -> Result<bool> {
    let tokens = api_tokens::list(tx, site)?;
    let Some(token) = tokens.iter().find(|token| token.id == id) else {
        return Ok(false);
    };
    let scopes = api_tokens::words(&token.scopes);
    let told = about_named(
        AuditChange::TokenRevoked,
        &token.name,
        (Some(&scopes), None),
    );
    note(tx, now, site, by, &told)?;
    api_tokens::revoke(tx, site, id)
}

const fn about_named<'a>(
    change: AuditChange,
    name: &'a str,
    (was, became): (Option<&'a str>, Option<&'a str>),
) -> NewAuditEntry<'a> {
    NewAuditEntry {
        change,
        subject: name,
        about: None,
        was,
        became,
    }
}

fn about_webhook(
    tx: &mut Tx<'_>,
    now: Time,
    by: &AuditActor,
    site: SiteId,
    (change, url): (AuditChange, &str),
    values: (Option<&str>, Option<&str>),
) -> Result<()> {
    let told = host_of(url);
    note(tx, now, site, by, &about_named(change, &told, values))
}

fn words(kinds: &[WebhookEvent]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    words.join(" ")
}
