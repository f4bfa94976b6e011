//! Who else signs the readers of a site in, by OpenID Connect.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::audit::By;
use render::catalogue::{NewsroomProblemsTexts, fill};
use render::{
    newsroom::Told,
    publication::{NewProvider, OpenidPage, ProviderLine, openid_page},
};
use store::identity::openid::{self, MAX_PROVIDERS, Provider};
use store::{Tx, publication::owners};

use crate::access::Member;
use crate::auth;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::newsroom::{self, Around, At, Shown, see_other};
use crate::state::App;

/// The longest name of a provider, in letters.
const MAX_LABEL: usize = 40;

/// The longest of everything else, in bytes.
const MAX_TYPED: usize = 1_000;

/// `GET /admin/{site}/openid`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let told = match params.get("did") {
        Some("added") => Some(Told::said(&member.texts().flash.provider_added)),
        Some("removed") => Some(Told::said(&member.texts().flash.provider_removed)),
        _ => None,
    };
    page(
        &app,
        &visitor,
        &member,
        NewProvider::default(),
        told.as_ref(),
    )
    .await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    member: &Member,
    new: NewProvider<'_>,
    told: Option<&Told>,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        Ok((around, openid::list(tx, site)?))
    };
    let (around, providers) = app.store.read(read).await?;
    let line = |provider: &Provider| ProviderLine {
        id: provider.id,
        label: provider.label.clone(),
        issuer: provider.issuer.clone(),
        client_id: provider.client_id.clone(),
        created_at: provider.created_at,
    };
    let of = OpenidPage {
        providers: providers.iter().map(line).collect(),
        redirect: auth::openid::redirect(&visitor.base, &member.site),
        new,
    };
    let shown = Shown {
        title: &member.texts().titles.openid,
        at: At::Admin("/openid"),
        told,
    };
    Ok(newsroom::page(app, member, &around, shown, |frame| {
        openid_page(frame, &of)
    }))
}

/// `POST /admin/{site}/openid`: add a provider that answers as one.
pub(super) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let field = |name| fields.get(name).unwrap_or_default().trim();
    let new = NewProvider {
        label: field("label"),
        issuer: field("issuer"),
        client_id: field("client_id"),
        problem: None,
    };
    let secret = field("client_secret").to_owned();
    let refused = async |problem: &str| {
        let new = NewProvider {
            problem: Some(problem),
            ..new
        };
        let page = page(&app, &visitor, &member, new, None).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let texts = &member.texts().problems;
    if let Some(problem) = problem(texts, &new, &secret) {
        return refused(problem).await;
    }
    let now = app.now();
    let issuer = match app.openid.find(new.issuer, now).await {
        Ok(issuer) => issuer,
        Err(failure) => {
            let problem = fill(&texts.provider_unusable, &[("why", &failure)]);
            return refused(&problem).await;
        }
    };
    let provider = Provider {
        id: app.ids.next(now),
        label: new.label.to_owned(),
        issuer,
        client_id: new.client_id.to_owned(),
        client_secret: secret,
        created_at: now,
    };
    let (site, by) = (member.site.id, By::owner(&member.author));
    let add = move |tx: &mut Tx<'_>| owners::add_provider(tx, now, &by, site, &provider);
    if !app.store.write(add).await? {
        let problem = fill(&texts.providers_full, &[("max", &MAX_PROVIDERS)]);
        return refused(&problem).await;
    }
    app.sites.learn_now().await?;
    let to = format!("/admin/{}/openid?did=added", member.site.host);
    Ok(see_other(&to))
}

/// Why a provider cannot be had as typed.
fn problem<'a>(
    texts: &'a NewsroomProblemsTexts,
    new: &NewProvider<'_>,
    secret: &str,
) -> Option<&'a str> {
    let is_odd = |typed: &str| typed.len() > MAX_TYPED || typed.chars().any(char::is_control);
    if new.label.is_empty() || new.label.chars().count() > MAX_LABEL {
        return Some(&texts.provider_label);
    }
    if new.client_id.is_empty() {
        return Some(&texts.provider_client);
    }
    if [new.label, new.issuer, new.client_id, secret]
        .into_iter()
        .any(is_odd)
    {
        return Some(&texts.provider_odd);
    }
    None
}

/// `POST /admin/{site}/openid/{id}/remove`.
pub(super) async fn remove(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ErrorPage> {
    let (site, id) = (member.site.id, id.parse().unwrap_or(0));
    let (now, by) = (app.now(), By::owner(&member.author));
    let remove = move |tx: &mut Tx<'_>| owners::remove_provider(tx, now, &by, site, id);
    if !app.store.write(remove).await? {
        return Err(ApiError::not_found().into());
    }
    app.sites.learn_now().await?;
    let to = format!("/admin/{}/openid?did=removed", member.site.host);
    Ok(see_other(&to))
}
