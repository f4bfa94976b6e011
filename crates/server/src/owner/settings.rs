//! The settings of a site and the origins that may embed it.

use std::collections::HashMap;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{Refusal, Settings, Site, publication::origin};
use render::publication::{SettingField, SettingsPage, settings_page};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{
    Tx,
    publication::{owners, sites},
};

use super::said;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// What the form says that cannot be saved.
#[derive(Default)]
pub(super) struct RefusedSettings {
    /// By the setting's key, what was typed and why it is not taken.
    fields: HashMap<&'static str, (String, String)>,
    /// The origins as typed, and why they are not taken.
    origins: Option<(String, String)>,
    /// Why another logo is not taken.
    logo: Option<String>,
    /// What is wrong with the whole form.
    whole: Option<&'static str>,
}

impl RefusedSettings {
    /// That another logo is not taken, and why.
    pub(super) fn of_logo(why: String) -> Self {
        Self {
            logo: Some(why),
            ..Self::default()
        }
    }
}

/// `GET /admin/{site}/settings`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let site = current(&newsroom).await?;
    page(&newsroom, &site, &RefusedSettings::default(), Some(&params)).await
}

/// The site as it is in the store; what is kept in memory may be a moment old.
pub(super) async fn current(newsroom: &Newsroom) -> Result<Site, ApiError> {
    let id = newsroom.site.id;
    let site = newsroom
        .app
        .store
        .read(move |tx| sites::by_id(tx, id))
        .await?;
    site.ok_or_else(ApiError::not_found)
}

pub(super) async fn page(
    newsroom: &Newsroom,
    site: &Site,
    refused: &RefusedSettings,
    params: Option<&Params>,
) -> Result<Html<String>, ErrorPage> {
    let context = newsroom.context().await?;
    let (now, usual) = (site.settings.fields(), Settings::default().fields());
    let fields: Vec<SettingField> = Settings::ABOUT
        .iter()
        .map(|about| {
            let wrong = refused.fields.get(about.key);
            SettingField {
                about: *about,
                value: wrong.map_or_else(|| shown(now.get(about.key)), |(typed, _)| typed.clone()),
                usual: shown(usual.get(about.key)),
                problem: wrong.map(|(_, problem)| problem.clone()),
            }
        })
        .collect();
    let origins = match &refused.origins {
        Some((typed, _)) => typed.clone(),
        None => site.origins.join("\n"),
    };
    let flash = params.and_then(|params| said(newsroom, params));
    let head = PageHead {
        title: newsroom.texts().titles.settings,
        at: RailPosition::Admin("/settings"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        settings_page(&SettingsPage {
            frame,
            fields: &fields,
            seen: &fingerprint(site),
            logo_of: site,
            logo_problem: refused.logo.as_deref(),
            origins: &origins,
            origins_problem: refused.origins.as_ref().map(|(_, why)| why.as_str()),
            problem: refused.whole,
        })
    }))
}

fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// Tells whether a site is still as it was when a form was shown.
fn fingerprint(site: &Site) -> String {
    let all = format!("{:?}{:?}", site.settings, site.origins);
    let hash = Sha256::digest(all);
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `POST /admin/{site}/settings`.
pub(super) async fn save(newsroom: Newsroom, Form(fields): Form) -> Result<Response, ErrorPage> {
    let site = current(&newsroom).await?;
    if fields.get("seen") != Some(fingerprint(&site).as_str()) {
        return meanwhile(&newsroom, &site).await;
    }
    let mut refused = RefusedSettings::default();
    let mut settings = site.settings.clone();
    for about in Settings::ABOUT {
        // An empty field is a value, too.
        let Some(typed) = fields.all(about.key).next() else {
            continue;
        };
        match settings.with(about.key, typed) {
            Ok(changed) => settings = changed,
            Err(refusal) => {
                let problem = match refusal {
                    Refusal::SettingInvalid { expected, .. } => {
                        let expected = expected.strip_prefix("it").unwrap_or(&expected);
                        format!("This{expected}.")
                    }
                    other => ApiError::from(other).detail,
                };
                refused
                    .fields
                    .insert(about.key, (typed.to_owned(), problem));
            }
        }
    }
    if !refused.fields.is_empty() {
        refused.whole = Some(newsroom.texts().problems.settings_refused);
        let page = page(&newsroom, &site, &refused, None).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let (id, now) = (site.id, newsroom.app.now());
    let save =
        move |tx: &mut Tx<'_>, by: &AuditActor| owners::save_settings(tx, now, by, id, &settings);
    save_where_as_seen(&newsroom, site, save).await
}

/// `POST /admin/{site}/origins`.
pub(super) async fn save_origins(
    newsroom: Newsroom,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let site = current(&newsroom).await?;
    if fields.get("seen") != Some(fingerprint(&site).as_str()) {
        return meanwhile(&newsroom, &site).await;
    }
    let typed = fields.get("origins").unwrap_or_default();
    let problem = match origin::parse_origins(typed) {
        Ok(origins) => {
            let (id, now) = (site.id, newsroom.app.now());
            let save = move |tx: &mut Tx<'_>, by: &AuditActor| {
                owners::set_origins(tx, now, by, id, &origins)
            };
            return save_where_as_seen(&newsroom, site, save).await;
        }
        Err(refusal) => ApiError::from(refusal).detail,
    };
    let refused = RefusedSettings {
        origins: Some((typed.to_owned(), problem)),
        ..RefusedSettings::default()
    };
    let page = page(&newsroom, &site, &refused, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Save where the site is still as it was `seen`: two owners who save at the same moment must not undo each
/// other.
async fn save_where_as_seen(
    newsroom: &Newsroom,
    seen: Site,
    save: impl Fn(&mut Tx<'_>, &AuditActor) -> store::Result<()> + Send + 'static,
) -> Result<Response, ErrorPage> {
    let by = AuditActor::owner(&newsroom.author);
    let write = move |tx: &mut Tx<'_>| {
        let is_as_seen = sites::lock(tx, seen.id)?.is_some_and(|now| now == seen);
        if is_as_seen {
            save(tx, &by)?;
        }
        Ok(is_as_seen)
    };
    if !newsroom.app.store.write(write).await? {
        let site = current(newsroom).await?;
        return meanwhile(newsroom, &site).await;
    }
    let to = format!("/admin/{}/settings?did=saved", newsroom.site.host);
    Ok(see_other(&to))
}

async fn meanwhile(newsroom: &Newsroom, site: &Site) -> Result<Response, ErrorPage> {
    let refused = RefusedSettings {
        whole: Some(newsroom.texts().problems.settings_meanwhile),
        ..RefusedSettings::default()
    };
    let page = page(newsroom, site, &refused, None).await?;
    Ok((StatusCode::CONFLICT, page).into_response())
}
